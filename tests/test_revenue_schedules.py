from datetime import date

from lxml import etree

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import QboCommon
from .revenue import MARCH, RevenueMixin

APRIL, MAY, JUNE, JULY = (date(2026, month, 1) for month in (4, 5, 6, 7))


@tagged("post_install", "-at_install")
class TestRevenueSchedules(RevenueMixin, QboCommon):
    """What a deal earns when, by each model, and what is said of terms that fail."""

    # === FROM AN ORDER === #

    def test_made_when_the_order_is_confirmed(self):
        self.service.qbo_revenue_model = "ratable"
        self.service.qbo_revenue_months = 6
        order = self.create_order(
            [(self.service, 1, 600), (self.goods, 2, 40)], confirm=True
        )
        schedule = order.qbo_revenue_schedule_ids
        self.assertEqual(schedule.order_line_id, order.order_line[0])
        self.assertEqual((schedule.state, schedule.amount), ("running", 600))
        self.assertEqual(schedule.month_count, 6)
        self.assertEqual(schedule.start_date, order.date_order.date())
        self.assertEqual(sum(self.get_months(schedule).values()), 600)
        self.assertEqual(order.qbo_revenue_count, 1)
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        self.assertEqual(order.qbo_revenue_schedule_ids, schedule)

    def test_the_product_says_how_it_earns_where_invoicing_alone_is_installed(self):
        """Odoo shows its own tab to a group that nobody is put into there."""
        groups = self.env.ref("account.group_account_readonly")
        self.assertNotIn(groups, self.accountant.all_group_ids)
        products = self.env["product.template"].with_user(self.accountant)
        page = etree.fromstring(products.get_view(view_type="form")["arch"]).find(
            ".//page[@name='qbo_revenue']"
        )
        self.assertIsNotNone(page)
        self.assertTrue(page.findall(".//field[@name='qbo_revenue_model']"))

    def test_as_the_category_says(self):
        parent = self.env["product.category"].create(
            {"name": "Subscriptions", "qbo_revenue_model": "ratable"}
        )
        child = parent.create({"name": "Support", "parent_id": parent.id})
        self.service.categ_id = child
        self.assertEqual(self.service._qbo_get_revenue_defaults().model, "ratable")
        self.service.qbo_revenue_model = "none"
        self.assertEqual(self.service._qbo_get_revenue_defaults().model, "")

    def test_lines_that_are_added_later(self):
        self.service.qbo_revenue_model = "ratable"
        order = self.create_order([(self.goods, 1, 40)], confirm=True)
        self.assertFalse(order.qbo_revenue_schedule_ids)
        order.order_line = [(0, 0, {"product_id": self.service.id, "price_unit": 600})]
        self.assertEqual(order.qbo_revenue_schedule_ids.amount, 600)

    def test_lines_that_are_added_leave_the_others(self):
        self.service.qbo_revenue_model = "ratable"
        self.connection.recognizes_revenue = False
        old = self.create_order([(self.service, 1, 600)], confirm=True)
        self.connection.recognizes_revenue = True
        # Its revenue was earned when it was invoiced.
        old.order_line = [(0, 0, {"product_id": self.goods.id, "price_unit": 5})]
        self.assertFalse(old.qbo_revenue_schedule_ids)

    def test_not_where_revenue_is_not_recognized(self):
        self.connection.recognizes_revenue = False
        self.service.qbo_revenue_model = "ratable"
        order = self.create_order(confirm=True)
        self.assertFalse(order.qbo_revenue_schedule_ids)

    def test_a_draft_says_what_is_missing(self):
        self.connection.deferred_revenue_account_id = False
        self.service.qbo_revenue_model = "ratable"
        order = self.create_order(confirm=True)
        schedule = order.qbo_revenue_schedule_ids
        self.assertEqual(schedule.state, "draft")
        self.assertIn("has no account", schedule.notice)
        schedule.deferred_account_id = self.deferred
        schedule.with_user(self.accountant).action_start()
        self.assertEqual(schedule.state, "running")

    def test_entered_by_hand(self):
        order = self.create_order([(self.service, 1, 360)], confirm=True)
        self.accountant.group_ids += self.env.ref("sales_team.group_sale_salesman")
        self.accountant.group_ids += self.env.ref(
            "sales_team.group_sale_salesman_all_leads"
        )
        form = Form(self.env["qbo.revenue.schedule"].with_user(self.accountant))
        form.order_line_id = order.order_line
        self.assertEqual(form.amount, 360)
        self.assertEqual(form.deferred_account_id, self.deferred)
        form.start_date = date(2026, 1, 15)
        form.month_count = 3
        self.assertEqual(form.end_date, date(2026, 4, 14))
        schedule = form.save()
        schedule.action_start()
        self.assertEqual(sum(self.get_months(schedule).values()), 360)
        self.assertEqual(len(self.get_months(schedule)), 4)

    def test_lines_that_sell_nothing(self):
        order = self.create_order(
            [(self.service, 1, 10), {"display_type": "line_note", "name": "Note"}],
            confirm=True,
        )
        with self.assertRaisesRegex(ValidationError, "sells nothing"):
            self.env["qbo.revenue.schedule"].create(
                {"order_line_id": order.order_line[1].id, "amount": 10}
            )

    def test_order_company_and_currency_are_those_of_the_line(self):
        other = self.env["res.currency"].search(
            [("id", "!=", self.company.currency_id.id)], limit=1
        )
        far = self.env["res.company"].create({"name": "Far"})
        for schedule in (self.create_deal(), self.create_deal(start=False)):
            for values in (
                {"currency_id": other.id},
                {"company_id": far.id},
                {"order_id": self.create_order().id},
            ):
                with self.assertRaisesRegex(UserError, "those of the order line"):
                    schedule.with_user(self.accountant).write(values)

    def test_more_months_than_any_deal_takes(self):
        self.service.write({"qbo_revenue_model": "ratable", "qbo_revenue_months": 5000})
        order = self.create_order(confirm=True)
        schedule = order.qbo_revenue_schedule_ids
        self.assertEqual(schedule.state, "draft")
        self.assertIn("no first or no last day", schedule.notice)

    def test_an_order_is_confirmed_whatever_becomes_of_its_revenue(self):
        self.service.qbo_revenue_model = "ratable"
        self.env.cr.execute(
            """CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql
                   AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
               CREATE TRIGGER refuse BEFORE INSERT ON qbo_revenue_schedule
                   FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()"""
        )
        with mute_logger(
            "odoo.addons.quickbooks_online.models.sale_order_revenue", "odoo.sql_db"
        ):
            order = self.create_order(confirm=True)
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.qbo_revenue_schedule_ids)
        self.assertIn("could not be made", order.message_ids.mapped("body")[0])

    def test_one_that_runs_for_each_line(self):
        schedule = self.create_deal()
        second = schedule.copy()
        with self.assertRaisesRegex(UserError, "another schedule that runs"):
            second.action_start()

    # === MILESTONES === #

    def create_milestones(self, *milestones, amount=1000, **values):
        schedule = self.create_deal(amount, start=False, model="milestone", **values)
        schedule.milestone_ids = [(0, 0, each) for each in milestones]
        return schedule

    def test_milestones_by_date_and_by_flag(self):
        schedule = self.create_milestones(
            {"name": "Kick-off", "kind": "percent", "percent": 33.3333, "date": MARCH},
            {"name": "Draft", "kind": "percent", "percent": 33.3333, "date": APRIL,
             "is_manual": True},
            {"name": "Final", "kind": "percent", "percent": 33.3334},
        )  # fmt: skip
        schedule.action_start()
        march = self.recognize(JULY)
        self.assertEqual(march.amount_total, 333.33)
        self.assertEqual(schedule.rest_amount, 666.67)
        _kick_off, draft, final = schedule.milestone_ids
        draft.with_user(self.accountant).reached_date = date(2026, 5, 20)
        final.with_user(self.accountant).reached_date = date(2026, 7, 2)
        entries = self.recognize(JULY)
        self.assertEqual(
            [(each.date, each.amount_total) for each in entries],
            [(date(2026, 5, 31), 333.34), (date(2026, 7, 31), 333.33)],
        )
        self.assertEqual(schedule.rest_amount, 0)

    def test_a_milestone_whose_project_is_gone(self):
        """Nobody else says any more that it is reached."""
        schedule = self.create_milestones(
            {"name": "All", "amount": 1000, "is_manual": True, "project_milestone": 7}
        )
        schedule.action_start()
        milestone = schedule.milestone_ids.with_user(self.accountant)
        self.assertFalse(milestone.is_in_project)
        milestone.action_reach()
        self.assertTrue(milestone.reached_date)

    def test_a_milestone_that_is_recognized_stays(self):
        schedule = self.create_milestones(
            {"name": "All", "kind": "amount", "amount": 1000, "date": MARCH}
        )
        schedule.action_start()
        self.recognize(MARCH)
        with self.assertRaisesRegex(UserError, "recognized already"):
            schedule.milestone_ids.date = MAY
        with self.assertRaisesRegex(UserError, "changed by an amendment"):
            schedule.milestone_ids.amount = 900

    def test_days_of_milestones_in_the_form(self):
        half = {"kind": "percent", "percent": 50}
        schedule = self.create_milestones(
            {"name": "A", "date": MARCH, **half}, {"name": "B", **half}
        )
        schedule.action_start()
        form = Form(schedule.with_user(self.accountant))
        with form.milestone_ids.edit(1) as milestone:
            milestone.reached_date = date(2026, 4, 2)
        form.save()
        self.assertEqual(self.get_months(schedule), {"2026-03": 500, "2026-04": 500})
        for command in ((0, 0, {"name": "C", **half}), (5,)):
            with self.assertRaisesRegex(UserError, "changed by an amendment"):
                schedule.milestone_ids = [command]

    def test_milestones_do_not_move_to_a_deal_that_runs(self):
        running = self.create_milestones({"name": "A", "amount": 1000, "date": MARCH})
        running.action_start()
        draft = self.create_milestones({"name": "B", "amount": 5, "date": MARCH})
        with self.assertRaisesRegex(UserError, "changed by an amendment"):
            draft.milestone_ids.with_user(self.accountant).schedule_id = running

    def test_milestones_that_say_nothing(self):
        percent = {"kind": "percent", "percent": 50}
        for milestones, sentence in (
            ((), "has no milestones"),
            (({"name": "A", **percent},), "50.000000 %, not to 100 %"),
            (({"name": "A", **percent}, {"name": "a", **percent}), "two milestones"),
            (
                ({"name": "A", **percent}, {"name": "B", "amount": 500}),
                "with percentages",
            ),
            (
                ({"name": "A", "amount": 900},),
                "come to .*900.00, not to the .*1,000.00",
            ),
            (
                ({"name": "A", "amount": 1100}, {"name": "B", "amount": -100}),
                "would take back",
            ),
        ):
            schedule = self.create_milestones(*milestones)
            with self.assertRaisesRegex(UserError, sentence):
                schedule.action_start()

    # === TIME AND MATERIAL === #

    def create_time(self, quantity=20, price=100, **values):
        order = self.create_order([(self.service, quantity, price)], confirm=True)
        schedule = self.create_deal(
            quantity * price, order=order, model="time", rate=price,
            time_source="hours", **values,
        )  # fmt: skip
        return schedule

    def test_hours_as_they_are_logged(self):
        schedule = self.create_time()
        self.assertFalse(self.recognize(MARCH))
        self.log_hours(schedule, 5, date(2026, 3, 20))
        self.log_hours(schedule, 2.5, date(2026, 4, 1))
        self.assertEqual(self.recognize(MARCH).amount_total, 500)
        self.assertEqual(self.recognize(APRIL).amount_total, 250)
        self.assertEqual(schedule.rest_amount, 1250)

    def test_hours_logged_in_a_recognized_month(self):
        schedule = self.create_time()
        self.log_hours(schedule, 5, date(2026, 3, 20))
        self.recognize_and_post(MARCH)
        self.log_hours(schedule, 3, date(2026, 3, 25))
        self.assertFalse(self.recognize(MARCH))
        april = self.recognize(APRIL)
        self.assertEqual((april.date, april.amount_total), (date(2026, 4, 30), 300))

    def test_hours_of_a_month_that_waited(self):
        """March is booked as March, although April stands in an entry already."""
        self.connection.revenue_late_policy = "wait"
        schedule = self.create_time()
        self.log_hours(schedule, 5, date(2026, 3, 20))
        self.log_hours(schedule, 3, date(2026, 4, 20))
        self.close_books("2026-03-31")
        self.assertEqual(self.recognize(APRIL).amount_total, 300)
        self.close_books(None)
        march = self.recognize(APRIL)
        self.assertEqual((march.date, march.amount_total), (date(2026, 3, 31), 500))

    def test_hours_of_a_draft_that_was_deleted(self):
        schedule = self.create_time()
        self.log_hours(schedule, 5, date(2026, 3, 20))
        self.log_hours(schedule, 3, date(2026, 4, 20))
        self.recognize(MARCH)
        april = self.recognize_and_post(APRIL)
        (self.env["qbo.revenue.entry"].search([]) - april).unlink()
        march = self.recognize(APRIL)
        self.assertEqual((march.month, march.amount_total), (MARCH, 500))

    def test_hours_before_quickbooks_took_over(self):
        """March was recognized elsewhere: no later month takes it."""
        self.connection.start_date = APRIL
        schedule = self.create_time()
        for month, hours in ((3, 5), (4, 3), (5, 2)):
            self.log_hours(schedule, hours, date(2026, month, 20))
        self.assertEqual(self.recognize(APRIL).amount_total, 300)
        self.assertEqual(self.recognize(MAY).amount_total, 200)

    def test_no_more_than_the_order(self):
        schedule = self.create_time(quantity=10)
        self.log_hours(schedule, 8, MARCH)
        self.log_hours(schedule, 8, APRIL)
        self.recognize(APRIL)
        self.assertEqual(self.get_months(schedule), {"2026-03": 800, "2026-04": 200})
        self.assertFalse(self.recognize(MAY))

    def test_no_more_than_the_order_by_late_hours(self):
        """March, of which nothing is booked, takes from April what the order allows."""
        schedule = self.create_time()
        self.log_hours(schedule, 20, date(2026, 4, 20))
        self.recognize_and_post(APRIL)
        self.log_hours(schedule, 5, date(2026, 3, 20))
        self.assertFalse(self.recognize(APRIL))
        self.assertFalse(self.recognize(MAY))
        self.assertEqual(schedule.recognized_amount, 2000)

    def test_more_than_the_order_where_it_is_agreed(self):
        schedule = self.create_time(quantity=10, is_capped=False)
        self.log_hours(schedule, 16, MARCH)
        self.assertEqual(self.recognize(MARCH).amount_total, 1600)

    def test_delivered_quantity(self):
        schedule = self.create_time(quantity=10)
        schedule = self.create_deal(
            1000,
            order=self.create_order([(self.service, 10, 100)], confirm=True),
            model="time",
            rate=100,
            time_source="delivered",
        )
        schedule.order_line_id.qty_delivered = 4
        self.assertEqual(self.recognize(MARCH).amount_total, 400)
        self.assertFalse(self.recognize(MARCH))
        schedule.order_line_id.qty_delivered = 7
        self.assertEqual(self.recognize(APRIL).amount_total, 300)
        schedule.order_line_id.qty_delivered = 6
        may = self.recognize(MAY)
        self.assertEqual(
            self.get_lines(may)[0],
            ("Services", "", "Pacific Traders", 100.0, 0.0),
        )
        self.assertEqual(schedule.recognized_amount, 600)

    def test_rate_changes_from_a_day_on(self):
        schedule = self.create_time(quantity=40)
        self.log_hours(schedule, 5, MARCH)
        self.recognize_and_post(MARCH)
        schedule.order_line_id.price_unit = 120
        self.env.flush_all()
        schedule.invalidate_recordset()
        self.assertIn("120.00", schedule.notice)
        self.log_hours(schedule, 5, date(2026, 4, 2))
        self.log_hours(schedule, 5, date(2026, 4, 20))
        form = Form(
            self.env["qbo.revenue.amend"].with_context(default_schedule_id=schedule.id)
        )
        form.rate, form.rate_from = 120, date(2026, 4, 15)
        form.amount, form.reason = 4800, "New price list"
        form.save().action_amend()
        self.assertFalse(schedule.amendment_ids.entry_ids)
        self.assertIn(
            "Later Unit Prices: - → 120 from 2026-04-15",
            schedule.amendment_ids.changes,
        )
        self.assertFalse(schedule.notice)
        self.assertEqual(self.recognize(APRIL).amount_total, 1100)
        changes = [["2026-04-15", 120], ["2026-06-01", 130.5]]
        record = schedule._amend(
            {"rate_changes": changes, "is_capped": False}, "Dearer, and no limit"
        )
        self.assertIn("120 from 2026-04-15, 130.5 from 2026-06-01", record.changes)
        self.assertIn("Never More Than The Order: yes → no", record.changes)

    @freeze_time("2026-04-10")
    def test_another_rate_holds_from_today_unless_somebody_says_otherwise(self):
        schedule = self.create_time(quantity=40)
        self.log_hours(schedule, 5, MARCH)
        self.recognize_and_post(MARCH)
        self.log_hours(schedule, 5, date(2026, 4, 2))
        self.log_hours(schedule, 5, date(2026, 4, 20))
        wizards = self.env["qbo.revenue.amend"].with_user(self.accountant)
        wizards = wizards.with_context(default_schedule_id=schedule.id)
        form = Form(wizards)
        self.assertFalse(form.rate_from)
        for rate, day in ((120, date(2026, 4, 10)), (100, False)) * 2:
            form.rate = rate
            self.assertEqual(form.rate_from, day)
        form.rate, form.reason = 120, "New price list"
        form.save().action_amend()
        self.assertFalse(schedule.amendment_ids.entry_ids)
        self.assertEqual(self.recognize(APRIL).amount_total, 1100)
        # A price that holds later is not forgotten by one of today.
        schedule._amend({"rate_changes": [["2026-06-01", 130]]}, "Dearer")
        form = Form(wizards)
        form.rate = 125
        self.assertEqual(form.rate_from, date(2026, 6, 1))

    def test_rate_changes_of_what_is_delivered(self):
        order = self.create_order([(self.service, 40, 100)], confirm=True)
        schedule = self.create_deal(
            4000, order=order, model="time", rate=100, time_source="delivered"
        )
        order.order_line.qty_delivered = 5
        self.recognize_and_post(MARCH)
        schedule._amend({"rate_changes": [["2026-04-01", 120]]}, "New price list")
        self.assertFalse(schedule.amendment_ids.entry_ids)
        order.order_line.qty_delivered = 8
        self.recognize_and_post(APRIL)
        order.order_line.qty_delivered = 7
        self.recognize(MAY)
        self.assertEqual(
            self.get_months(schedule),
            {"2026-03": 500, "2026-04": 360, "2026-05": -120},
        )

    def test_another_class_after_the_rate_changed(self):
        schedule = self.create_time(quantity=40)
        self.log_hours(schedule, 5, MARCH)
        self.recognize_and_post(MARCH)
        for values in (
            {"rate": 120, "rate_from": APRIL},
            {"class_id": self.find_class("Training")},
        ):
            form = Form(
                self.env["qbo.revenue.amend"].with_context(
                    default_schedule_id=schedule.id
                )
            )
            for name, value in {**values, "reason": "Agreed"}.items():
                setattr(form, name, value)
            form.save().action_amend()
        self.assertEqual(schedule.recognized_amount, 500)
        self.log_hours(schedule, 5, APRIL)
        self.assertEqual(self.recognize(APRIL).amount_total, 600)

    def test_rate_changes_for_all_that_was_logged(self):
        schedule = self.create_time(quantity=40)
        self.log_hours(schedule, 5, MARCH)
        self.recognize_and_post(MARCH)
        schedule._amend({"rate": 120}, "Agreed from the beginning")
        self.assertEqual(schedule.recognized_amount, 600)
        kinds = schedule.amendment_ids.entry_ids.mapped("kind")
        self.assertEqual(sorted(kinds), ["correction", "reversal"])

    # === BAD INPUT === #

    def test_terms_that_say_nothing(self):
        for values, sentence in (
            ({"end_date": date(2026, 2, 1)}, "ends before it begins"),
            ({"end_date": False}, "no first or no last day"),
            ({"amount": 0}, "has no amount"),
            ({"end_date": date(2300, 1, 1)}, "more than 1200 months"),
            (
                {
                    "start_date": date(2026, 3, 5),
                    "end_date": date(2026, 3, 20),
                    "first_part": "none",
                    "last_part": "none",
                },
                "parts of months only",
            ),
        ):
            schedule = self.create_deal(start=False)
            schedule.write({"month_count": 0, **values})
            with self.assertRaisesRegex(UserError, sentence):
                schedule.action_start()
            self.assertIn(schedule.display_name, schedule.notice)

    def test_an_order_that_is_not_confirmed(self):
        order = self.create_order()
        schedule = self.create_deal(start=False, order=order)
        with self.assertRaisesRegex(UserError, "not confirmed"):
            schedule.action_start()
        order.order_line.unlink()
        self.assertFalse(schedule.exists())

    def test_an_order_that_is_deleted(self):
        """Its drafts go with it; what runs or ran stays, and says why."""
        schedule = self.create_deal(start=False)
        order = schedule.order_id
        order._action_cancel()
        order.unlink()
        self.assertFalse(schedule.exists())
        schedule = self.create_deal()
        schedule.order_id._action_cancel()
        schedule._amend({}, "Cancelled", "cancel", date(2026, 2, 28))
        with self.assertRaisesRegex(UserError, "nothing was deleted"):
            schedule.order_id.unlink()

    def test_a_product_that_changed(self):
        schedule = self.create_deal()
        schedule.order_line_id.product_id = self.goods
        schedule.order_line_id.price_unit = 1200
        self.env.flush_all()
        schedule.invalidate_recordset()
        self.assertIn("sells Lantern now", schedule.notice)
        self.assertEqual(schedule.product_id, self.service)
        schedule._amend({"amount": schedule.amount}, "They took lanterns")
        self.assertEqual(schedule.product_id, self.goods)

    def test_ten_years_and_a_leap_day(self):
        schedule = self.create_deal(
            7,
            start_date=date(2024, 2, 29),
            end_date=date(2034, 2, 27),
            month_count=120,
        )
        months = self.get_months(schedule)
        self.assertEqual(round(sum(months.values()), 2), 7)
        # Of 29 February, a 29th of a month, there is not half a cent.
        self.assertEqual((min(months), max(months)), ("2024-03", "2034-02"))

    def test_a_class_of_another_company(self):
        other = self.env["qbo.connection"].create(
            {"company_id": self.env["res.company"].create({"name": "Far"}).id}
        )
        account = self.env["qbo.reference"].create(
            {
                "connection_id": other.id,
                "entity": "Account",
                "qbo_id": "9",
                "name": "Theirs",
                "full_name": "Theirs",
            }
        )
        schedule = self.create_deal(start=False, revenue_account_id=account.id)
        with self.assertRaisesRegex(UserError, "of another QuickBooks company"):
            schedule.action_start()

    # === INVOICES === #

    def invoice_line(self, schedule, amount, day, **values):
        line = schedule.order_line_id
        return self.create_invoice(
            [
                {
                    "product_id": line.product_id.id,
                    "quantity": 1,
                    "price_unit": amount,
                    "sale_line_ids": [(4, line.id)],
                }
            ],
            invoice_date=day,
            **values,
        )

    def test_deferred_balance(self):
        schedule = self.create_deal(1200)
        self.recognize(MARCH)
        self.assertEqual(schedule.deferred_amount, -100)
        self.invoice_line(schedule, 600, MARCH)
        schedule.invalidate_recordset()
        self.assertEqual(schedule.invoiced_amount, 600)
        self.assertEqual(schedule.deferred_amount, 500)
        self.invoice_line(schedule, 100, APRIL, move_type="out_refund")
        schedule.invalidate_recordset()
        self.assertEqual(schedule.invoiced_amount, 500)

    def test_earned_before_it_is_invoiced(self):
        unbilled = self.env["qbo.reference"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("account_type", "=", "Other Current Asset"),
            ],
            limit=1,
        )
        self.connection.unbilled_account_id = unbilled
        schedule = self.create_deal(1200)
        march = self.recognize_and_post(MARCH)
        names = (unbilled.name, self.income.name)
        self.assertEqual([line[0] for line in self.get_lines(march)], list(names))
        self.invoice_line(schedule, 150, date(2026, 4, 10))
        april = self.recognize_and_post(APRIL)
        # 200 are earned, 150 invoiced: 50 are owed, 100 were.
        self.assertEqual(
            self.get_balances(april),
            {self.deferred.name: 150, unbilled.name: -50, self.income.name: -100},
        )
        self.invoice_line(schedule, 1050, date(2026, 5, 10))
        self.recognize_and_post(MAY)
        self.assertEqual(
            self.get_balances(), {self.deferred.name: 300, self.income.name: -300}
        )

    def create_unbilled_account(self, number):
        return self.env["qbo.reference"].create(
            {
                "connection_id": self.connection.id,
                "entity": "Account",
                "account_type": "Other Current Asset",
                "qbo_id": f"99{number}",
                "name": f"Unbilled {number}",
                "full_name": f"Unbilled {number}",
            }
        )

    def check_leaves_its_account(self, later):
        """Nothing stays in the account of March when another, or none, is chosen."""
        self.connection.unbilled_account_id = self.create_unbilled_account(1)
        schedule = self.create_deal(1200)
        self.recognize(MARCH).sudo().state = "posted"
        self.connection.unbilled_account_id = later
        self.invoice_line(schedule, 1200, date(2026, 4, 10))
        self.recognize(APRIL)
        self.assertEqual(
            self.get_balances(), {self.deferred.name: 200, self.income.name: -200}
        )

    def test_cancelled_and_entered_anew(self):
        """What the first one earned is covered by the invoice, the other is not."""
        unbilled = self.create_unbilled_account(1)
        self.connection.unbilled_account_id = unbilled
        first = self.create_deal(1200)
        self.invoice_line(first, 100, date(2026, 3, 10))
        self.recognize(MARCH).sudo().state = "posted"
        first._amend({}, "Entered anew", "cancel", date(2026, 3, 31))
        second = self.create_deal(1100, order=first.order_id, start_date=APRIL)
        self.assertEqual((first | second).mapped("invoiced_amount"), [100, 0])
        self.recognize(APRIL)
        self.assertEqual(
            self.get_balances(),
            {self.deferred.name: 100, unbilled.name: 100, self.income.name: -200},
        )

    def test_another_unbilled_account_since(self):
        self.check_leaves_its_account(self.create_unbilled_account(2))

    def test_no_unbilled_account_any_more(self):
        self.check_leaves_its_account(False)
        other = self.create_deal(2400)
        self.recognize(APRIL)
        self.assertFalse(other.period_ids.filtered("unbilled"))

    def test_an_earlier_month_again_after_an_invoice(self):
        self.connection.unbilled_account_id = self.create_unbilled_account(1)
        schedule = self.create_deal(1200)
        self.recognize(MARCH).sudo().state = "posted"
        self.invoice_line(schedule, 150, date(2026, 4, 10))
        self.recognize(APRIL).sudo().state = "posted"
        # What was invoiced in April is not owed again.
        self.assertFalse(self.recognize(MARCH))

    def test_a_closed_month_that_waits_covers_no_invoice(self):
        """April is booked, March not yet: what is invoiced covers April."""
        unbilled = self.create_unbilled_account(1)
        self.connection.unbilled_account_id = unbilled
        self.connection.revenue_late_policy = "wait"
        schedule = self.create_deal(1200)
        self.invoice_line(schedule, 100, date(2026, 4, 10))
        self.close_books("2026-03-31")
        self.recognize(APRIL).sudo().state = "posted"
        self.assertEqual(
            self.get_balances(), {self.deferred.name: 100, self.income.name: -100}
        )
        self.close_books(None)
        self.recognize(APRIL).sudo().state = "posted"
        self.assertEqual(
            self.get_balances(),
            {self.deferred.name: 100, unbilled.name: 100, self.income.name: -200},
        )
        self.assertEqual(self.get_months(schedule)["2026-03"], 100)

    def test_a_credit_that_was_cancelled_leaves_nothing_unbilled(self):
        self.connection.unbilled_account_id = self.create_unbilled_account(1)
        schedule = self.create_deal(
            -300, start_date=MARCH, end_date=date(2026, 3, 31), month_count=1
        )
        self.recognize(MARCH).sudo().state = "posted"
        line = schedule.order_line_id
        self.create_invoice(
            [{"product_id": line.product_id.id, "quantity": 1, "price_unit": 300,
              "sale_line_ids": [(4, line.id)], "tax_ids": []}],
            invoice_date=date(2026, 4, 10),
            move_type="out_refund",
        )  # fmt: skip
        self.recognize(APRIL).sudo().state = "posted"
        self.assertEqual(
            self.get_balances(), {self.deferred.name: -300, self.income.name: 300}
        )
        schedule._amend({}, "Never agreed", "cancel", date(2026, 2, 28))
        self.recognize(MAY)
        self.assertEqual(self.get_balances(), {})

    def test_invoiced_since_waits_for_a_closed_month(self):
        self.connection.unbilled_account_id = self.create_unbilled_account(1)
        self.connection.revenue_late_policy = "wait"
        schedule = self.create_deal(
            300, start_date=MARCH, end_date=date(2026, 3, 31), month_count=1
        )
        self.recognize(MARCH).sudo().state = "posted"
        self.invoice_line(schedule, 300, date(2026, 4, 10))
        self.close_books("2026-04-30")
        run = self.env["qbo.revenue.run"]._collect(self.connection, APRIL)
        self.assertFalse(run.drafts)
        self.assertEqual(list(run.held.values()), [1])
        self.assertEqual(self.recognize(MAY).period_ids.mapped("unbilled"), [-300])

    def test_invoiced_since_but_the_class_is_inactive(self):
        self.connection.unbilled_account_id = self.create_unbilled_account(1)
        training = self.find_class("Training")
        schedule = self.create_deal(1200, class_id=training.id)
        self.create_deal(1200)
        self.recognize(MARCH).sudo().state = "posted"
        self.invoice_line(schedule, 1200, date(2026, 4, 10))
        training.active = False
        run = self.env["qbo.revenue.run"]._collect(self.connection, APRIL)
        (draft,) = run.drafts
        self.assertNotIn(training.id, [line["class_id"] for line in draft.lines])
        self.assertEqual(list(run.held.values()), [1])

    def test_invoiced_after_all_is_earned(self):
        unbilled = self.env["qbo.reference"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("account_type", "=", "Other Current Asset"),
            ],
            limit=1,
        )
        self.connection.unbilled_account_id = unbilled
        schedule = self.create_deal(
            300, start_date=MARCH, end_date=date(2026, 3, 31), month_count=1
        )
        self.recognize_and_post(MARCH)
        self.invoice_line(schedule, 300, date(2026, 4, 10))
        april = self.recognize_and_post(APRIL)
        self.assertEqual(
            self.get_lines(april),
            [
                (self.deferred.name, "", "Pacific Traders", 300.0, 0.0),
                (unbilled.name, "", "Pacific Traders", 0.0, 300.0),
            ],
        )
        self.assertFalse(self.recognize(MAY))
