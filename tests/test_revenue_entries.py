from datetime import date

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools.safe_eval import safe_eval
from odoo.tools.translate import code_translations

from .common import QboCommon
from .revenue import MARCH, RevenueMixin

APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


@tagged("post_install", "-at_install")
class TestRevenueEntries(RevenueMixin, QboCommon):
    """The entries of a month: what they hold, who sees them through, when they wait."""

    # === WHAT THEY HOLD === #

    def test_one_entry_for_a_month(self):
        self.create_deal(1200)
        self.create_deal(2400)
        other = self._create_customer("Atlas Freight")
        order = self.create_order([(self.service, 1, 600)], partner=other, confirm=True)
        self.create_deal(600, order=order)
        entry = self.recognize(MARCH)
        self.assertEqual(
            self.get_lines(entry),
            [
                (self.deferred.name, "", "Atlas Freight", 50.0, 0.0),
                (self.deferred.name, "", "Pacific Traders", 300.0, 0.0),
                (self.income.name, "", "Atlas Freight", 0.0, 50.0),
                (self.income.name, "", "Pacific Traders", 0.0, 300.0),
            ][1::-1]
            + [
                (self.income.name, "", "Pacific Traders", 0.0, 300.0),
                (self.income.name, "", "Atlas Freight", 0.0, 50.0),
            ],
        )
        self.assertEqual(entry.date, date(2026, 3, 31))
        self.assertIn("Revenue of March 2026", entry.memo)
        for line in entry.line_ids.filtered(lambda each: each.debit == 50):
            self.assertEqual(line.name, f"Revenue of March 2026: {order.name}")

    def test_one_entry_for_each_deal(self):
        self.connection.revenue_grouping = "deal"
        deals = self.create_deal(1200) | self.create_deal(2400)
        entries = self.recognize(MARCH)
        self.assertEqual(entries.order_id, deals.order_id)
        self.assertEqual(sorted(entries.mapped("amount_total")), [100, 200])

    def test_a_month_is_recognized_once(self):
        self.create_deal(1200)
        entry = self.recognize(MARCH)
        self.assertFalse(self.recognize(MARCH))
        self.create_deal(2400)
        self.assertEqual(self.recognize(MARCH), entry)
        self.assertEqual(entry.amount_total, 300)
        self.post(entry)
        self.create_deal(3600)
        later = self.recognize(MARCH)
        self.assertEqual(later.amount_total, 300)
        self.assertNotEqual(later, entry)

    def test_months_that_were_left_out(self):
        self.create_deal(1200)
        entries = self.recognize(MAY)
        self.assertEqual(
            entries.mapped("date"),
            [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)],
        )

    def test_a_credit(self):
        self.create_deal(-1200)
        entry = self.recognize(MARCH)
        self.assertEqual(
            self.get_lines(entry),
            [
                (self.income.name, "", "Pacific Traders", 100.0, 0.0),
                (self.deferred.name, "", "Pacific Traders", 0.0, 100.0),
            ],
        )

    def test_pushed_with_class_and_link_to_the_deal(self):
        training = self.find_class("Training")
        schedule = self.create_deal(1000, class_id=training.id)
        entry = self.recognize(MARCH)
        self.post(entry)
        (found,) = self.get_objects("JournalEntry")
        self.assertEqual(found["DocNumber"], entry.name)
        self.assertLessEqual(len(found["DocNumber"]), 21)
        self.assertIn(schedule.order_id.name, found["PrivateNote"])
        self.assertEqual(
            [
                (
                    line["Amount"],
                    line["JournalEntryLineDetail"]["PostingType"],
                    line["JournalEntryLineDetail"]["ClassRef"]["value"],
                )
                for line in found["Line"]
            ],
            [(83.33, "Debit", training.qbo_id), (83.33, "Credit", training.qbo_id)],
        )
        self.assertIn("journal?txnId=", entry.qbo_url)

    def test_many_lines_are_several_entries(self):
        partners = [self._create_customer(f"Customer {n:03}") for n in range(400)]
        order = self.create_order([(self.service, 1, 1)], confirm=True)
        line = order.order_line
        self.env["sale.order.line"].create(
            [
                {"order_id": order.id, "product_id": self.service.id}
                for _each in partners[1:]
            ]
        )
        schedules = self.env["qbo.revenue.schedule"].create(
            [
                {
                    "order_line_id": each.id,
                    "amount": 12,
                    "start_date": MARCH,
                    "end_date": date(2027, 2, 28),
                    "distribution": "months",
                    "deferred_account_id": self.deferred.id,
                    "revenue_account_id": self.income.id,
                }
                for each in order.order_line
            ]
        )
        self.assertTrue(line)
        for schedule, partner in zip(schedules, partners, strict=True):
            schedule.partner_id = partner
        schedules.action_start()
        entries = self.recognize(MARCH)
        self.assertEqual(len(entries), 2)
        self.assertEqual(sum(entries.mapped("amount_total")), 400)
        self.assertLessEqual(max(len(each.line_ids) for each in entries), 750)

    # === THE GATE === #

    def test_through_the_gate(self):
        self.connection.approval_required = True
        self.create_deal(1200)
        entry = self.recognize(MARCH)
        with self.assertRaisesRegex(UserError, "is not approved"):
            entry.with_user(self.approver).action_qbo_push()
        entry.with_user(self.accountant).action_qbo_submit()
        self.assertEqual(entry.qbo_state, "to_approve")
        with self.assertRaisesRegex(UserError, "wrote or submitted"):
            entry.with_user(self.accountant).action_qbo_approve()
        entry.with_user(self.approver).action_qbo_approve()
        entry.with_user(self.approver).action_qbo_push()
        self.work()
        self.assertEqual((entry.qbo_state, entry.state), ("pushed", "posted"))

    def test_preview_of_the_push(self):
        self.create_deal(1200)
        entry = self.recognize(MARCH)
        action = entry.with_user(self.accountant).action_qbo_preview()
        preview = self.env["qbo.document.preview"].browse(action["res_id"])
        self.assertIn(self.deferred.full_name, preview.ledger)
        self.assertIn("100.00", preview.ledger)

    def test_nobody_writes_entries_by_hand(self):
        self.create_deal(1200)
        entry = self.recognize(MARCH).with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "made from the schedules"):
            entry.date = APRIL
        with self.assertRaises(AccessError):
            entry.line_ids[0].debit = 5
        with self.assertRaisesRegex(UserError, "made from the schedules"):
            entry.create({"month": MARCH, "date": MARCH})

    def test_a_draft_can_be_deleted(self):
        schedule = self.create_deal(1200)
        entry = self.recognize(MARCH)
        entry.with_user(self.accountant).unlink()
        self.assertEqual(schedule.recognized_amount, 0)
        self.assertEqual(self.recognize(MARCH).amount_total, 100)

    def test_what_is_in_quickbooks_is_not_deleted(self):
        self.create_deal(1200)
        (entry,) = self.recognize_and_post(MARCH)
        with self.assertRaisesRegex(UserError, "In QuickBooks|in QuickBooks"):
            entry.unlink()

    def test_another_company_sees_nothing(self):
        self.create_deal(1200)
        entry = self.recognize(MARCH)
        stranger = self._create_user("accountant", self.env["res.company"].create(
            {"name": "Far Away"}))  # fmt: skip
        for record in (
            entry,
            entry.line_ids,
            entry.period_ids,
            entry.period_ids[0].schedule_id,
        ):
            self.assertFalse(record.with_user(stranger).search([]))
            with self.assertRaises(AccessError):
                record.with_user(stranger).read(["display_name"])

    def find_twice(self, entry):
        """Push an entry whose answer is lost, and which somebody copies meanwhile."""
        self.push(self.customer)
        self.inject("/batch", drop="after", nth=2)
        operation = self.push(entry)
        self.assertEqual(operation.state, "uncertain")
        (found,) = self.get_documents(entry)
        names = ("DocNumber", "TxnDate", "PrivateNote", "Line")
        values = {name: found[name] for name in names}
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="JournalEntry",
            operation="create",
            values=values,
        )
        self.work()
        self.assertEqual((operation.state, operation.cause), ("failed", "uncertain"))
        self.assertIn("2 times", operation.fault_message)
        return operation

    def test_a_draft_that_may_be_in_quickbooks(self):
        """Until somebody found out, it is not recognized a second time."""
        schedule = self.create_deal(1200)
        entry = self.recognize(MARCH)
        operation = self.find_twice(entry)
        sentence = "not known whether it is there"
        for title, do in {
            "deleted": entry.unlink,
            "amended": lambda: schedule._amend({"amount": 2400}, "Double"),
            "kept away": entry.with_user(self.approver).action_qbo_exclude,
        }.items():
            with self.subTest(title), self.assertRaisesRegex(UserError, sentence):
                do()
        self.create_deal(2400)
        other = self.recognize(MARCH)
        self.assertNotEqual(other, entry)
        # Nor does the way out of the queue lead past it.
        operation._cancel("Out of the queue")
        with self.assertRaisesRegex(UserError, sentence):
            entry.unlink()

        twin = max(self.get_documents(entry), key=lambda each: int(each["Id"]))
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="JournalEntry",
            operation="delete",
            id=twin["Id"],
        )
        self.post(entry)
        self.assertEqual(len(self.get_documents(entry)), 1)

    def test_severed_and_connected_again(self):
        """What is in QuickBooks stays as it is here, and is found there again."""
        training = self.find_class("Training")
        schedule = self.create_deal(1200, class_id=training.id)
        (march,) = self.recognize_and_post(MARCH)
        april = self.recognize(APRIL)
        lines = self.get_lines(march)
        self.connection.with_user(self.administrator).action_sever()
        self.env.invalidate_all()
        self.assertFalse(self.connection.deferred_revenue_account_id)
        self.assertEqual(self.get_lines(march), lines)
        references = self.env["qbo.reference"].with_context(active_test=False)
        kept = references.search([("connection_id", "=", self.connection.id)])
        self.assertEqual(kept, self.deferred | self.income | training)
        self.assertFalse(kept.filtered("active"))

        self.set_up_quickbooks()
        self.connection.approval_required = True
        self.env.invalidate_all()
        self.assertTrue(all(kept.mapped("active")))
        self.assertEqual(self.find_account("Services"), self.income)
        self.assertFalse(schedule.notice)
        for entry in (march, april):
            entry.with_user(self.accountant).action_qbo_submit()
            entry.with_user(self.approver).action_qbo_approve()
            entry.with_user(self.approver).action_qbo_push()
        self.work()
        self.assertEqual((march | april).mapped("qbo_state"), ["pushed"] * 2)
        self.assertEqual(len(self.get_objects("JournalEntry")), 2)

    # === CLOSED MONTHS === #

    def test_a_closed_month_goes_into_the_first_open_one(self):
        self.create_deal(1200)
        self.close_books("2026-03-31")
        entry = self.recognize(MARCH)
        self.assertEqual((entry.month, entry.date), (MARCH, APRIL))
        self.assertIn("was closed", entry.late_note)
        self.post(entry)
        (found,) = self.get_objects("JournalEntry")
        self.assertEqual(found["TxnDate"], "2026-04-01")
        self.assertIn("was closed", found["PrivateNote"])

    def test_words_are_in_the_language_of_the_company(self):
        """Whoever recognizes or amends: memos and notes are read in QuickBooks."""
        self.env["res.lang"]._activate_lang("fr_FR")
        french = {
            "%(month)s was closed, so it is booked on the first open day.": (
                "%(month)s : fermé."
            ),
            "%(date)s is closed, so it is booked on the first open day.": (
                "%(date)s : fermé."
            ),
        }
        self.patch(
            type(code_translations),
            "get_python_translations",
            lambda _self, _module, lang: french if lang == "fr_FR" else {},
        )
        for ours, theirs, words in (
            ("en_US", "fr_FR", ("April 2026", "-04 was closed", "-31 is closed")),
            ("fr_FR", "en_US", ("avril 2026", "-04 : fermé", "-31 : fermé")),
        ):
            self.company.partner_id.lang = ours
            schedule = self.create_deal(1200)
            self.recognize_and_post(MARCH)
            self.close_books("2026-04-30")
            connection = self.connection.with_context(lang=theirs)
            april = connection._recognize_revenue(APRIL)
            self.assertIn(words[0], april.memo)
            self.assertIn(words[1], april.late_note)
            record = schedule.with_context(lang=theirs)._amend({"amount": 1}, "Less")
            self.assertIn(words[2], record.entry_ids[0].late_note)
            april.unlink()
            self.close_books(None)

    def test_a_closed_month_waits(self):
        self.connection.revenue_late_policy = "wait"
        self.create_deal(1200)
        self.close_books("2026-03-31")
        self.assertFalse(self.recognize(MARCH))
        run = self.env["qbo.revenue.run"]._collect(self.connection, APRIL)
        self.assertEqual(len(run.drafts), 1)
        (sentence,) = run.held
        self.assertIn("2026-03 is closed until 2026-03-31", sentence)
        self.close_books(None)
        self.assertEqual(self.recognize(MARCH).date, date(2026, 3, 31))

    def test_lock_dates_of_odoo(self):
        self.create_deal(1200)
        self.company.sudo().fiscalyear_lock_date = date(2026, 4, 15)
        self.assertEqual(self.recognize(MARCH).date, date(2026, 4, 16))

    def test_closed_after_it_was_made(self):
        self.create_deal(1200)
        entry = self.recognize(MARCH)
        self.close_books("2026-03-31")
        with self.assertRaisesRegex(UserError, "in a closed period"):
            entry.with_user(self.approver).action_qbo_push()

    # === WHAT IS HELD BACK === #

    def test_a_cancelled_order_earns_nothing(self):
        schedule = self.create_deal(1200)
        self.recognize_and_post(MARCH)
        schedule.order_id._action_cancel()
        self.assertIn("was cancelled", schedule.notice)
        self.assertTrue(schedule.is_out_of_step)
        run = self.env["qbo.revenue.run"]._collect(self.connection, APRIL)
        self.assertFalse(run.drafts)
        self.assertEqual(list(run.held.values()), [1])

    def test_a_draft_of_an_order_that_was_cancelled_since(self):
        kept = self.create_deal(2400)
        lost = self.create_deal(1200)
        entry = self.recognize(MARCH)
        lost.order_id._action_cancel()
        with self.assertRaisesRegex(UserError, "not confirmed any more"):
            entry.with_user(self.approver).action_qbo_push()
        lost._amend({}, "Cancelled", "cancel", date(2026, 2, 28))
        self.post(entry)
        self.assertEqual(entry.period_ids.schedule_id, kept)

    def test_cancelled_although_the_class_is_inactive(self):
        training = self.find_class("Training")
        schedule = self.create_deal(1200, class_id=training.id)
        training.active = False
        schedule._amend({}, "Stopped", "cancel", date(2026, 4, 30))
        self.assertEqual(schedule.amount, 200)

    def test_an_inactive_class(self):
        training = self.find_class("Training")
        self.create_deal(1200, class_id=training.id)
        entry = self.recognize(MARCH)
        training.active = False
        with self.assertRaisesRegex(UserError, "not active in QuickBooks"):
            entry.with_user(self.approver).action_qbo_push()
        entry.unlink()
        run = self.env["qbo.revenue.run"]._collect(self.connection, MARCH)
        self.assertFalse(run.drafts)
        self.assertIn("Training", next(iter(run.held)))

    def test_an_order_that_says_otherwise(self):
        schedule = self.create_deal(1200)
        schedule.order_line_id.price_unit = 1500
        self.env.flush_all()
        schedule.invalidate_recordset()
        self.assertIn("1,500.00", schedule.notice)
        found = schedule.search([("is_out_of_step", "=", True)])
        self.assertEqual(found, schedule)

    # === TAKEN BACK BEFORE IT IS SENT === #

    def is_rejection_offered(self, entry):
        entry = entry.with_user(self.approver)
        form = etree.fromstring(entry.get_view(view_type="form")["arch"])
        (button,) = form.findall(".//header/button[@name='action_qbo_reject']")
        values = entry.read(["qbo_may_approve", "qbo_state"])[0]
        return not safe_eval(button.get("invisible"), values)

    def test_rejected_after_it_was_approved(self):
        self.create_deal(1200)
        (entry,) = self.recognize(MARCH)
        self.assertFalse(self.is_rejection_offered(entry))
        entry.sudo().action_qbo_submit()
        self.assertTrue(self.is_rejection_offered(entry))
        entry.with_user(self.approver).action_qbo_approve()
        self.env.invalidate_all()
        self.assertEqual(entry.qbo_state, "approved")
        self.assertTrue(self.is_rejection_offered(entry))
        entry.with_user(self.approver)._qbo_reject("The wrong month.")
        self.env.invalidate_all()
        self.assertEqual(entry.qbo_approval, "rejected")
        self.assertFalse(self.is_rejection_offered(entry))

    # === THE SCHEDULED ACTION, AND ON DEMAND === #

    def test_each_month_by_itself(self):
        self.create_deal(1200)
        cron = self.env.ref("quickbooks_online.ir_cron_qbo_revenue")
        entries = self.env["qbo.revenue.entry"]
        self.connection.revenue_day = 3
        for day, count in (("2026-04-02", 0), ("2026-04-03", 1), ("2026-04-04", 1)):
            with freeze_time(f"{day} 12:00:00"):
                cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(len(entries.search([])), count, day)
        self.assertEqual(self.connection.revenue_month, MARCH)

    def test_recognized_before_the_month_is_over(self):
        self.create_deal(1200)
        with freeze_time("2026-04-15 12:00:00"):
            (entry,) = self.recognize(MARCH)
            self.recognize(MAY)
        self.assertEqual(self.connection.revenue_month, MARCH)
        self.create_deal(2400)
        with freeze_time("2026-05-01 12:00:00"):
            made = self.connection._recognize_past_month()
        self.assertEqual(made.mapped("month"), [MARCH, APRIL])
        self.assertEqual(self.connection.revenue_month, APRIL)
        self.assertEqual(entry.amount_total, 300)

    def test_what_comes_late_is_recognized_on_its_day(self):
        """An accountant who was early does not keep the others' hours away."""
        self.connection.revenue_day = 10
        self.create_deal(1200)
        with freeze_time("2026-04-03 12:00:00"):
            (entry,) = self.recognize(MARCH)
        self.create_deal(2400)
        with freeze_time("2026-04-09 12:00:00"):
            self.assertFalse(self.connection._recognize_past_month())
        for day, count in (("2026-04-10", 1), ("2026-04-11", 0), ("2026-05-09", 0)):
            with freeze_time(f"{day} 12:00:00"):
                made = self.connection._recognize_past_month()
            self.assertEqual(len(made), count, day)
        self.assertEqual(entry.amount_total, 300)
        self.assertEqual(self.connection.revenue_month, MARCH)
        with freeze_time("2026-05-12 12:00:00"):
            self.recognize(APRIL)
            self.assertFalse(self.connection._recognize_past_month())

    def test_accountants_are_told(self):
        self.create_deal(1200)
        lost = self.create_deal(2400)
        lost.order_id._action_cancel()
        with freeze_time("2026-04-03 12:00:00"):
            self.connection._recognize_past_month()
        told = self.connection.activity_ids.filtered(
            lambda each: each.user_id == self.accountant
        )
        self.assertIn("1 entries wait to be submitted", told.note)
        self.assertIn(f"{lost.order_id.name} is not confirmed any more", told.note)

    def test_months_before_quickbooks_took_over(self):
        self.create_deal(1200)
        self.connection.start_date = date(2026, 4, 1)
        self.assertFalse(self.recognize(MARCH))
        self.assertEqual(self.recognize(APRIL).date, date(2026, 4, 30))

    def test_what_is_kept_away_gets_no_more(self):
        self.create_deal(1200)
        entry = self.recognize(MARCH)
        entry.with_user(self.approver).action_qbo_exclude()
        self.create_deal(2400)
        other = self.recognize(MARCH)
        self.assertNotEqual(other, entry)
        self.assertEqual(entry.amount_total, 100)

    def test_products_that_are_income_at_once(self):
        schedule = self.create_deal(1200)
        self.assertFalse(schedule.notice)
        self.push(self.create_invoice([(self.service, 1, 5)]))
        schedule.invalidate_recordset()
        self.assertIn("would count twice", schedule.notice)

    def test_merging_a_customer_of_posted_entries(self):
        self.create_deal(1200)
        self.recognize_and_post(MARCH)
        other = self._create_customer("Pacific Traders Ltd")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        with self.assertRaisesRegex(UserError, "nothing was merged"):
            wizard._merge((self.customer | other).ids, other)
        wizard._merge((self.customer | other).ids, self.customer)
        self.assertFalse(other.exists())

    @freeze_time("2026-04-05")
    def test_on_demand_with_a_preview(self):
        self.create_deal(1200)
        form = Form(self.env["qbo.revenue.recognize"].with_user(self.accountant))
        self.assertEqual(form.day, date(2026, 3, 31))
        wizard = form.save()
        wizard.action_preview()
        self.assertIn(self.deferred.display_name, wizard.preview)
        self.assertFalse(self.env["qbo.revenue.entry"].search([]))
        action = wizard.action_recognize()
        entry = self.env["qbo.revenue.entry"].search(action["domain"])
        self.assertEqual(entry.amount_total, 100)
        with self.assertRaisesRegex(UserError, "Nothing is to be booked"):
            wizard.action_recognize()

    def test_switched_off(self):
        self.connection.recognizes_revenue = False
        wizard = self.env["qbo.revenue.recognize"].create(
            {"connection_id": self.connection.id}
        )
        with self.assertRaisesRegex(UserError, "recognizes no revenue"):
            wizard.action_recognize()
