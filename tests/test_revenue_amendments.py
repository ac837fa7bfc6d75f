from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import QboCommon
from .revenue import MARCH, RevenueMixin

APRIL, MAY, JUNE = (date(2026, month, 1) for month in (4, 5, 6))


@tagged("post_install", "-at_install")
class TestRevenueAmendments(RevenueMixin, QboCommon):
    """What is in QuickBooks is taken back and booked anew, never edited."""

    def setUp(self):
        super().setUp()
        self.schedule = self.create_deal(1200)

    def amend(self, schedule=None, **values):
        """Amend in the wizard, as an accountant does; return the amendment."""
        schedule = schedule or self.schedule
        form = Form(
            self.env["qbo.revenue.amend"].with_context(default_schedule_id=schedule.id)
        )
        for name, value in values.items():
            setattr(form, name, value)
        form.reason = "The customer asked for it"
        form.save().action_amend()
        self.env.flush_all()
        return schedule.amendment_ids[:1]

    def get_kinds(self, amendment):
        return sorted(amendment.entry_ids.mapped("kind"))

    # === MONTHS THAT ARE IN QUICKBOOKS === #

    def test_amount(self):
        march = self.recognize_and_post(MARCH)
        april = self.recognize_and_post(APRIL)
        amendment = self.amend(amount=2400)
        reversals = amendment.entry_ids.filtered(lambda each: each.kind == "reversal")
        corrections = amendment.entry_ids - reversals
        self.assertEqual(reversals.reversal_of_id, march | april)
        self.assertEqual(corrections.replaces_id, march | april)
        self.assertEqual(march.reversal_ids, reversals.filtered(
            lambda each: each.reversal_of_id == march))  # fmt: skip
        self.assertEqual(
            self.get_lines(reversals[0]),
            [
                (self.income.name, "", "Pacific Traders", 100.0, 0.0),
                (self.deferred.name, "", "Pacific Traders", 0.0, 100.0),
            ],
        )
        self.assertEqual(corrections.mapped("amount_total"), [200.0, 200.0])
        self.assertEqual(march.amount_total, 100.0)
        self.assertEqual(set(self.get_months(self.schedule).values()), {200.0})
        self.assertEqual(self.schedule.recognized_amount, 400)
        self.assertEqual(self.schedule.posted_amount, 200)
        self.assertEqual(self.schedule.rest_amount, 2000)

    def test_entries_of_amendments_arrive(self):
        self.recognize_and_post(MARCH)
        amendment = self.amend(amount=2400)
        self.post(*amendment.entry_ids)
        self.assertEqual(self.schedule.posted_amount, 200)
        notes = [each["PrivateNote"] for each in self.get_objects("JournalEntry")]
        self.assertEqual(len(notes), 3)
        self.assertTrue(
            any("Reversal, revenue of March 2026" in each for each in notes)
        )
        self.assertEqual(
            self.get_balances(), {self.deferred.name: 200, self.income.name: -200}
        )

    def test_dates_move_only_months_that_change(self):
        self.recognize_and_post(MARCH)
        amendment = self.amend(month_count=6)
        self.assertEqual(self.get_kinds(amendment), ["correction", "reversal"])
        self.assertEqual(self.get_months(self.schedule)["2026-03"], 200)
        self.assertEqual(len(self.get_months(self.schedule)), 6)
        amendment = self.amend(end_date=date(2026, 8, 31))
        self.assertFalse(amendment.entry_ids)

    def test_back_to_the_start_nets_to_nothing(self):
        march = self.recognize_and_post(MARCH)
        self.post(*self.amend(amount=600, month_count=5).entry_ids)
        self.post(*self.amend(amount=1200, month_count=12).entry_ids)
        entries = self.env["qbo.revenue.entry"].search([]) - march
        self.assertEqual(len(entries), 4)
        self.assertEqual(self.get_balances(entries), {})
        self.assertEqual(set(self.get_months(self.schedule).values()), {100.0})

    def test_amended_twice_before_it_is_pushed(self):
        march = self.recognize_and_post(MARCH)
        first = self.amend(amount=600)
        correction = first.entry_ids.filtered(lambda each: each.kind == "correction")
        second = self.amend(amount=2400)
        # The month stands in a draft, which is written anew.
        self.assertFalse(second.entry_ids)
        self.assertEqual(correction.amount_total, 200)
        self.assertEqual(len(march.reversal_ids), 1)
        self.assertEqual(
            self.get_balances(), {self.deferred.name: 200, self.income.name: -200}
        )

    def test_accounts_and_class(self):
        self.recognize_and_post(MARCH)
        other = self.env["qbo.reference"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("account_type", "=", "Income"),
                ("id", "!=", self.income.id),
            ],
            limit=1,
        )
        amendment = self.amend(revenue_account_id=other)
        self.assertEqual(self.get_kinds(amendment), ["correction", "reversal"])
        self.assertEqual(
            self.get_balances(), {self.deferred.name: 100, other.name: -100}
        )
        self.assertIn(other.name, amendment.changes)

    def test_model(self):
        self.recognize_and_post(MARCH)
        schedule = self.schedule
        form = Form(
            self.env["qbo.revenue.amend"].with_context(default_schedule_id=schedule.id)
        )
        form.model = "milestone"
        self.assertIn("no milestones", form.notice)
        for name, percent, day in (("Start", 25, MARCH), ("End", 75, JUNE)):
            with form.milestone_ids.new() as milestone:
                milestone.name = name
                milestone.kind = "percent"
                milestone.percent = percent
                milestone.date = day
        self.assertFalse(form.notice)
        form.reason = "Agreed"
        form.save().action_amend()
        self.assertEqual(self.get_months(schedule), {"2026-03": 300, "2026-06": 900})
        self.assertEqual(schedule.recognized_amount, 300)

    def test_milestones_go_on_following_the_project(self):
        schedule = self.create_deal(1000, start=False, model="milestone")
        schedule.milestone_ids = [
            (0, 0, {"name": "All", "amount": 1000, "project_milestone": 7})
        ]
        schedule.action_start()
        self.amend(schedule, class_id=self.find_class("Training"))
        self.assertEqual(schedule.milestone_ids.project_milestone, 7)

    # === CANCELLED === #

    def test_cancelled_in_the_middle(self):
        self.recognize_and_post(MARCH)
        amendment = self.amend(kind="cancel", cancel_date=date(2026, 4, 15))
        self.assertFalse(amendment.entry_ids)
        self.assertEqual(self.schedule.state, "cancelled")
        self.assertEqual(
            self.get_months(self.schedule), {"2026-03": 100, "2026-04": 50}
        )
        self.assertEqual(self.schedule.amount, 150)
        self.assertEqual(self.recognize(date(2027, 3, 1)).amount_total, 50)

    def test_cancelled_before_it_began(self):
        march = self.recognize_and_post(MARCH)
        amendment = self.amend(kind="cancel", cancel_date=date(2026, 2, 28))
        self.assertEqual(self.get_kinds(amendment), ["reversal"])
        self.assertEqual(amendment.entry_ids.reversal_of_id, march)
        self.assertEqual(self.get_balances(), {})
        self.assertEqual(self.get_months(self.schedule), {})

    def test_cancelled_by_mistake(self):
        self.recognize_and_post(MARCH)
        self.amend(kind="cancel", cancel_date=date(2026, 2, 28))
        self.amend(kind="amend", amount=1200)
        self.assertEqual(self.schedule.state, "running")
        self.assertEqual(self.recognize(MARCH).amount_total, 100)
        self.assertEqual(
            self.get_balances(), {self.deferred.name: 100, self.income.name: -100}
        )

    def test_cancelled_again_on_another_day(self):
        self.recognize_and_post(MARCH)
        self.amend(kind="cancel", cancel_date=date(2026, 4, 15))
        amendment = self.amend(kind="cancel", cancel_date=date(2026, 5, 31))
        self.assertFalse(amendment.entry_ids)
        self.assertEqual(
            self.get_months(self.schedule),
            {"2026-03": 100, "2026-04": 100, "2026-05": 100},
        )
        self.assertEqual(self.schedule.amount, 300)
        # It runs again with what was agreed, unless another amount is entered.
        self.amend(kind="amend")
        self.assertEqual(self.schedule.amount, 1200)
        self.assertEqual(set(self.get_months(self.schedule).values()), {100})

    def test_cancelled_with_hours_that_are_in_no_entry(self):
        schedule = self.create_deal(2000, model="time", rate=100, time_source="hours")
        for day, hours in ((date(2026, 3, 20), 5), (date(2026, 4, 7), 3)):
            self.log_hours(schedule, hours, day)
        self.recognize_and_post(MARCH)
        self.amend(schedule, kind="cancel", cancel_date=date(2026, 4, 30))
        self.assertEqual(schedule.amount, 800)
        schedule.order_id._action_cancel()
        entries = self.recognize(APRIL)
        self.assertIn(schedule, entries.period_ids.schedule_id)
        self.assertEqual(schedule.recognized_amount, 800)

    def test_cancelled_with_a_delivery_that_is_in_no_entry(self):
        order = self.create_order([(self.service, 20, 100)], confirm=True)
        schedule = self.create_deal(
            2000, order=order, model="time", rate=100, time_source="delivered"
        )
        order.order_line.qty_delivered = 5
        self.recognize_and_post(MARCH)
        order.order_line.qty_delivered = 8
        self.amend(schedule, kind="cancel", cancel_date=date(2026, 4, 30))
        self.assertEqual(schedule.amount, 800)
        self.recognize(APRIL)
        self.assertEqual(self.get_months(schedule), {"2026-03": 500, "2026-04": 300})

    def test_another_customer(self):
        (march,) = self.recognize_and_post(MARCH)
        atlas = self._create_customer("Atlas Freight")
        self.schedule.order_id.partner_invoice_id = atlas
        self.env.flush_all()
        self.schedule.invalidate_recordset()
        self.assertIn("invoiced to Atlas Freight now", self.schedule.notice)
        self.assertEqual(self.schedule.partner_id, self.customer)
        amendment = self.amend(amount=1200)
        self.assertEqual(self.get_kinds(amendment), ["correction", "reversal"])
        self.assertEqual(self.schedule.partner_id, atlas)
        self.assertEqual(march.line_ids.partner_id, self.customer)

    def test_unbilled_of_corrected_months(self):
        unbilled = self.env["qbo.reference"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("account_type", "=", "Other Current Asset"),
            ],
            limit=1,
        )
        self.connection.unbilled_account_id = unbilled
        self.recognize_and_post(MARCH)
        self.amend(amount=2400)
        self.assertEqual(
            self.get_balances(), {unbilled.name: 200, self.income.name: -200}
        )

    def check_class_after_invoiced_since(self, is_posted):
        """Nothing stays at the class that the deal had."""
        self.connection.unbilled_account_id = self.env["qbo.reference"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("account_type", "=", "Other Current Asset"),
            ],
            limit=1,
        )
        training, advisory = self.find_class("Training"), self.find_class("Advisory")
        schedule = self.create_deal(
            300,
            start_date=JUNE,
            end_date=date(2026, 6, 30),
            month_count=1,
            class_id=training.id,
        )
        self.amend(kind="cancel", cancel_date=date(2026, 2, 28))
        self.recognize(JUNE).sudo().state = "posted"
        line = schedule.order_line_id
        self.create_invoice(
            [{"product_id": line.product_id.id, "quantity": 1, "price_unit": 300,
              "sale_line_ids": [(4, line.id)]}],
            invoice_date=date(2026, 7, 10),
        )  # fmt: skip
        since = self.recognize(date(2026, 7, 1))
        self.assertEqual(since.period_ids.kind, "unbilled")
        if is_posted:
            since.sudo().state = "posted"
        self.amend(schedule, class_id=advisory)
        self.recognize(date(2026, 7, 1))
        balances = {}
        for each in self.env["qbo.revenue.entry"].search([]).line_ids:
            key = each.account_id.name, each.class_id.name
            balances[key] = balances.get(key, 0) + each.debit - each.credit
        self.assertEqual(
            {key: balance for key, balance in balances.items() if balance},
            {
                (self.deferred.name, advisory.name): 300,
                (self.income.name, advisory.name): -300,
            },
        )

    def test_class_after_invoiced_since(self):
        self.check_class_after_invoiced_since(True)

    def test_class_after_invoiced_since_in_a_draft(self):
        self.check_class_after_invoiced_since(False)

    # === DRAFTS, AND WHAT IS ON ITS WAY === #

    def test_draft_entries_are_written_anew(self):
        other = self.create_deal(2400)
        entry = self.recognize(MARCH)
        self.assertEqual(entry.amount_total, 300)
        amendment = self.amend(amount=600)
        self.assertFalse(amendment.entry_ids)
        self.assertEqual(entry.amount_total, 250)
        self.amend(kind="cancel", cancel_date=date(2026, 2, 28))
        self.assertEqual(entry.amount_total, 200)
        self.amend(other, kind="cancel", cancel_date=date(2026, 2, 28))
        self.assertFalse(entry.exists())

    def test_approved_drafts_have_to_be_approved_again(self):
        self.connection.approval_required = True
        entry = self.recognize(MARCH)
        entry.with_user(self.accountant).action_qbo_submit()
        entry.with_user(self.approver).action_qbo_approve()
        self.assertEqual(entry.qbo_state, "approved")
        self.amend(amount=600)
        self.assertEqual(entry.qbo_approval, "draft")
        self.assertIn("Changed after it was approved", entry.message_ids[:1].body)

    def test_queued_drafts_have_to_be_pushed_again(self):
        entry = self.recognize(MARCH)
        operation = self.queue(entry)
        self.amend(month_count=24, amount=2400)
        self.assertEqual(operation.state, "queued")
        self.amend(amount=4800)
        self.assertEqual(operation.state, "cancelled")
        self.assertIn("Push it again", entry.message_ids[:1].body)
        self.work()
        self.assertFalse(self.get_objects("JournalEntry"))
        self.post(entry)
        (found,) = self.get_objects("JournalEntry")
        self.assertEqual({each["Amount"] for each in found["Line"]}, {200})

    def test_not_while_it_is_on_its_way(self):
        entry = self.recognize(MARCH)
        operation = self.queue(entry)
        operation.write({"state": "uncertain"})
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "on its way to QuickBooks"):
            self.amend(amount=600)

    # === CLOSED PERIODS === #

    def test_dated_the_first_open_day(self):
        march = self.recognize_and_post(MARCH)
        self.close_books("2026-04-10")
        amendment = self.amend(amount=600)
        self.assertEqual(amendment.entry_ids.mapped("date"), [date(2026, 4, 11)] * 2)
        self.assertEqual(amendment.entry_ids.mapped("month"), [MARCH] * 2)
        self.assertIn("2026-03-31 is closed", amendment.entry_ids[0].late_note)
        self.assertEqual(march.date, date(2026, 3, 31))
        self.post(*amendment.entry_ids)

    # === SENTENCES === #

    def test_without_a_reason(self):
        form = Form(
            self.env["qbo.revenue.amend"].with_context(
                default_schedule_id=self.schedule.id
            )
        )
        form.reason = "  "
        wizard = form.save()
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_amend()

    def open_form(self, schedule):
        return Form(
            self.env["qbo.revenue.amend"].with_context(default_schedule_id=schedule.id)
        )

    def test_two_pages_at_once(self):
        """Whoever opened the page earlier does not undo what the other one changed."""
        first, second = self.open_form(self.schedule), self.open_form(self.schedule)
        second.amount, second.reason = 2400, "Twice the seats"
        second.save().action_amend()
        first.class_id, first.reason = self.find_class("Training"), "Another class"
        with self.assertRaisesRegex(UserError, "while this page was open"):
            first.save().action_amend()
        self.assertEqual(self.schedule.amount, 2400)
        self.amend(class_id=self.find_class("Training"))
        self.assertEqual(self.schedule.amount, 2400)

    def test_a_milestone_reached_while_the_page_is_open(self):
        schedule = self.create_deal(1000, start=False, model="milestone")
        schedule.milestone_ids = [(0, 0, {"name": "All", "amount": 1000})]
        schedule.action_start()
        form = self.open_form(schedule)
        schedule.milestone_ids.reached_date = MARCH
        form.reason = "Nothing"
        with self.assertRaisesRegex(UserError, "while this page was open"):
            form.save().action_amend()
        self.assertEqual(schedule.milestone_ids.reached_date, MARCH)

    def test_terms_that_say_nothing(self):
        with self.assertRaisesRegex(UserError, "ends before it begins"):
            self.amend(end_date=date(2026, 1, 1))
        with self.assertRaisesRegex(UserError, "has no amount"):
            self.amend(amount=0)

    def test_a_draft_is_not_started_by_an_amendment(self):
        schedule = self.create_deal(start=False, order=self.create_order())
        with self.assertRaisesRegex(UserError, "does not run yet"):
            self.amend(schedule, amount=600)
        self.assertEqual(schedule.state, "draft")

    def test_terms_are_written_by_amendments_alone(self):
        with self.assertRaisesRegex(UserError, "changed by an amendment"):
            self.schedule.amount = 5
        with self.assertRaisesRegex(UserError, "changed by an amendment"):
            self.schedule.state = "draft"
        with self.assertRaisesRegex(UserError, "nothing was deleted"):
            self.schedule.unlink()

    def test_by_accountants_alone(self):
        with self.assertRaisesRegex(UserError, "Only QuickBooks accountants"):
            self.schedule.with_user(self.approver).action_amend()

    def test_preview_shows_before_and_after(self):
        self.recognize_and_post(MARCH)
        form = Form(
            self.env["qbo.revenue.amend"].with_context(
                default_schedule_id=self.schedule.id
            )
        )
        form.amount = 2400
        self.assertIn("taken back and booked anew", form.preview)
        self.assertIn("2,400.00", form.preview)
        form.end_date = date(2026, 1, 31)
        self.assertIn("ends before it begins", form.notice)
        self.assertFalse(form.preview)
