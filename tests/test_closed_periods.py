from datetime import date

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import GB_REALM, US_REALM, QboCommon
from .test_first_load import FirstLoadMixin
from .test_gate import GateMixin
from .test_preview import PreviewMixin

FEBRUARY = "2026-02-28"
IN_FEBRUARY = date(2026, 2, 20)
IN_MARCH = "2026-03-01"


class ClosedMixin(GateMixin):
    """Documents of February, and people who close it."""

    def close(self, until, read=True, realm_id=US_REALM):
        """Close QuickBooks' books until a day, '2026-02-28' or None."""
        self.control("POST", f"company/{realm_id}", book_close_date=until)
        if read:
            self.read_anew()

    def read_anew(self):
        self.env.flush_all()
        self.connection.with_user(self.administrator).action_test_connection()
        self.env.invalidate_all()

    def let_move(self):
        self.connection.closed_period_policy = "move"
        self.env.flush_all()

    def lock(self, name="sale_lock_date", until=FEBRUARY):
        """Set one of Odoo's lock dates."""
        self.company.write({name: until})
        self.env.flush_all()
        self.env.invalidate_all()

    def create_old_invoice(self, **values):
        return self.create_invoice(**{"invoice_date": IN_FEBRUARY, **values})

    def get_blockers(self, document):
        self.env.flush_all()
        return " ".join(document._qbo_get_blockers(self.connection))

    def get_payload(self, document):
        return document._qbo_prepare_payload(self.connection)


@tagged("post_install", "-at_install")
class TestHold(ClosedMixin, QboCommon):
    """Held back, with the reason, at submit, approve and push."""

    def test_submit_is_refused_with_the_reason(self):
        self.close(FEBRUARY)
        invoice = self.create_old_invoice()
        self.assertRefused(
            lambda: self.submit(invoice),
            invoice.name,
            "2026-02-20",
            "QuickBooks' closing date 2026-02-28",
            "2026-03-01 or later",
            self.connection.name,
        )
        self.assertEqual(invoice.qbo_approval, "draft")

    def test_the_closing_date_itself_is_closed(self):
        self.close(FEBRUARY)
        last = self.create_old_invoice(invoice_date=date(2026, 2, 28))
        first = self.create_old_invoice(invoice_date=date(2026, 3, 1))
        self.assertIn("closed period", self.get_blockers(last))
        self.assertEqual(self.get_blockers(first), "")
        self.get_queued(first)
        self.work()
        (there,) = self.get_documents(first)
        self.assertEqual(there["TxnDate"], IN_MARCH)

    def test_approve_is_refused(self):
        invoice = self.create_old_invoice()
        self.submit(invoice)
        self.close(FEBRUARY)
        self.assertRefused(lambda: self.approve(invoice), "closing date 2026-02-28")
        self.assertEqual(invoice.qbo_approval, "submitted")

    def test_push_is_refused_and_the_approval_stays(self):
        invoice = self.get_approved(self.create_old_invoice())
        digest = invoice.qbo_approved_digest
        self.close(FEBRUARY)
        self.assertRefused(lambda: self.click_push(invoice), "closing date 2026-02-28")
        self.assertEqual(invoice.qbo_approval, "approved")
        self.assertEqual(invoice.qbo_approved_digest, digest)
        self.assertIn("2026-02-28", invoice.with_user(self.approver).qbo_notice)
        self.assertFalse(self.env["qbo.operation"]._get_last(invoice))
        # Opened again, the same approval holds.
        self.close(None)
        self.click_push(invoice)
        self.work()
        (there,) = self.get_documents(invoice)
        self.assertEqual(there["TxnDate"], "2026-02-20")

    def test_without_approval_the_push_is_refused_too(self):
        self.connection.approval_required = False
        self.close(FEBRUARY)
        invoice = self.create_old_invoice()
        self.assertRefused(lambda: self.click_push(invoice), "closing date 2026-02-28")

    def test_credit_notes_and_orders(self):
        self.close(FEBRUARY)
        refund = self.create_old_invoice(move_type="out_refund")
        order = self.create_order(date_order="2026-02-20 12:00:00")
        for document in (refund, order):
            self.assertRefused(
                lambda document=document: self.submit(document),
                document._qbo_get_title(),
                "closing date 2026-02-28",
            )

    def test_the_day_of_an_order_is_that_of_the_company(self):
        self.company.partner_id.tz = "America/Los_Angeles"
        self.close(FEBRUARY)
        # Still February there.
        order = self.create_order(date_order="2026-03-01 07:59:00")
        self.assertIn("2026-02-28", self.get_blockers(order))
        order = self.create_order(date_order="2026-03-01 08:00:00")
        self.assertEqual(self.get_blockers(order), "")

    def test_what_is_in_quickbooks_is_not_held(self):
        invoice = self.get_queued(self.create_old_invoice())
        self.work()
        self.close(FEBRUARY)
        self.assertEqual(invoice.qbo_state, "pushed")
        self.assertEqual(self.get_blockers(invoice), "")


@tagged("post_install", "-at_install")
class TestOdooLocks(ClosedMixin, QboCommon):
    """Lock dates of Odoo hold invoices, not orders."""

    def test_each_lock_date_is_named(self):
        invoice = self.create_old_invoice()
        for name, label in (
            ("sale_lock_date", "Sales Lock Date"),
            ("fiscalyear_lock_date", "Global Lock Date"),
            ("tax_lock_date", "Tax Return Lock Date"),
            ("hard_lock_date", "Hard Lock Date"),
        ):
            with self.subTest(name=name):
                self.lock(name)
                self.assertIn(f"Odoo's {label} 2026-02-28", self.get_blockers(invoice))
                if name != "hard_lock_date":
                    self.lock(name, False)
                    self.assertEqual(self.get_blockers(invoice), "")

    def test_lock_of_purchases_holds_no_sale(self):
        self.lock("purchase_lock_date")
        self.assertEqual(self.get_blockers(self.create_old_invoice()), "")

    def test_lock_of_taxes_holds_what_has_taxes(self):
        taxed = self.create_old_invoice()
        untaxed = self.create_old_invoice(
            lines=[(self.service, 1, 100, self.env["account.tax"])]
        )
        self.lock("tax_lock_date")
        self.assertIn("Tax Return", self.get_blockers(taxed))
        self.assertEqual(self.get_blockers(untaxed), "")

    def test_both_dates_and_the_day_after_the_latest(self):
        invoice = self.create_old_invoice(invoice_date=date(2026, 1, 20))
        self.lock(until="2026-01-31")
        self.close(FEBRUARY)
        blockers = self.get_blockers(invoice)
        for words in ("Sales Lock Date 2026-01-31", "closing date 2026-02-28"):
            self.assertIn(words, blockers)
        self.assertIn("2026-03-01 or later", blockers)
        self.let_move()
        self.assertEqual(self.get_payload(invoice)["TxnDate"], IN_MARCH)
        self.lock(until="2026-03-15")
        self.assertEqual(self.get_payload(invoice)["TxnDate"], "2026-03-16")

    def test_orders_are_not_held_by_odoo(self):
        self.lock("hard_lock_date")
        order = self.create_order(date_order="2026-02-20 12:00:00")
        self.assertEqual(self.get_blockers(order), "")
        self.let_move()
        self.assertEqual(self.get_payload(order)["TxnDate"], "2026-02-20")

    def test_lock_of_the_company_above(self):
        branch = self.env["res.company"].create(
            {
                "name": "Harbor Branch",
                "parent_id": self.company.id,
                "country_id": self.company.country_id.id,
            }
        )
        invoice = self.create_old_invoice()
        self.lock("fiscalyear_lock_date")
        invoice.company_id = branch
        names = [lock.name for lock in invoice._qbo_list_odoo_locks()]
        self.assertEqual(names, ["fiscalyear_lock_date"])

    def test_exceptions_of_a_person_change_nothing(self):
        invoice = self.create_old_invoice()
        self.lock()
        self.let_move()
        before = self.get_payload(invoice)
        self.env["account.lock_exception"].create(
            {
                "company_id": self.company.id,
                "user_id": self.approver.id,
                "sale_lock_date": False,
                "end_datetime": "2999-01-01 00:00:00",
            }
        )
        self.env.invalidate_all()
        self.assertEqual(before["TxnDate"], IN_MARCH)
        for user in (self.approver, self.user):
            document = self.as_user(invoice, user)
            self.assertEqual(self.get_payload(document), before)

    def test_closed_for_ever(self):
        invoice = self.create_old_invoice()
        self.lock(until="9999-12-31")
        self.let_move()
        self.assertIn("No day after that is open", self.get_blockers(invoice))


@tagged("post_install", "-at_install")
class TestDrafts(ClosedMixin, QboCommon):
    """Posting a draft moves its accounting date past a lock date, silently."""

    def test_held_at_submit(self):
        self.lock()
        invoice = self.create_old_invoice(post=False)
        self.assertRefused(lambda: self.submit(invoice), "Sales Lock Date 2026-02-28")

    def test_locked_accounting_date_is_said(self):
        self.lock()
        invoice = self.create_invoice(post=False)
        invoice.date = "2026-02-20"
        self.assertRefused(
            lambda: self.submit(invoice), "accounting date 2026-02-20", "2026-02-28"
        )
        self.let_move()
        self.submit(invoice)
        self.assertEqual(invoice.qbo_approval, "submitted")

    def test_locked_after_it_was_submitted(self):
        invoice = self.create_old_invoice(post=False)
        self.submit(invoice)
        self.lock()
        self.assertRefused(lambda: self.approve(invoice), "Sales Lock Date 2026-02-28")
        self.assertEqual((invoice.state, invoice.qbo_approval), ("draft", "submitted"))

    def test_what_is_approved_names_the_moved_day(self):
        self.lock()
        self.let_move()
        invoice = self.create_old_invoice(post=False)
        self.submit(invoice)
        self.approve(invoice)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.invoice_date, IN_FEBRUARY)
        self.assertGreater(invoice.date, date(2026, 2, 28))
        self.assertIn("2026-03-01", invoice.qbo_approved_payload)
        self.assertIn("gets it dated 2026-03-01", self.get_log(invoice))
        self.click_push(invoice)
        self.work()
        (there,) = self.get_documents(invoice)
        self.assertEqual(there["TxnDate"], IN_MARCH)


@tagged("post_install", "-at_install")
class TestMove(PreviewMixin, ClosedMixin, QboCommon):
    """Dated the first open day, and said so."""

    def setUp(self):
        super().setUp()
        self.let_move()
        self.close(FEBRUARY)

    def test_invoice(self):
        invoice = self.create_old_invoice(invoice_date_due="2026-02-25")
        self.get_queued(invoice)
        self.work()
        self.assertEqual(invoice.qbo_state, "pushed")
        (there,) = self.get_documents(invoice)
        self.assertEqual(there["TxnDate"], IN_MARCH)
        self.assertEqual(there["DueDate"], "2026-02-25")
        self.assertIn("dated 2026-02-20 in Odoo", there["PrivateNote"])
        self.assertEqual(invoice.invoice_date, IN_FEBRUARY)
        log = self.get_log(invoice)
        self.assertIn("Approved to be pushed to QuickBooks. QuickBooks gets it", log)
        self.assertIn("closing date 2026-02-28", log)

    def test_the_preview_says_it(self):
        invoice = self.create_old_invoice()
        preview = self.preview(invoice)
        self.assertIn(
            "QuickBooks gets it dated 2026-03-01, because of QuickBooks",
            preview.notes,
        )
        self.assertIn("Its own date is 2026-02-20.", preview.notes)
        self.assertFalse(preview.blockers)
        self.assertIn('"2026-03-01"', preview.json)
        self.assertFalse(self.preview(self.create_invoice()).notes)

    def test_open_days_are_not_touched(self):
        payload = self.get_payload(self.create_invoice())
        self.assertEqual(payload["TxnDate"], "2026-03-02")
        self.assertNotIn("dated", payload["PrivateNote"])

    def test_credit_note(self):
        refund = self.get_queued(self.create_old_invoice(move_type="out_refund"))
        self.work()
        (there,) = self.get_documents(refund)
        self.assertEqual(there["TxnDate"], IN_MARCH)
        self.assertIn("dated 2026-02-20 in Odoo", there["PrivateNote"])

    def test_order(self):
        order = self.get_queued(self.create_order(date_order="2026-02-20 12:00:00"))
        self.work()
        (there,) = self.get_documents(order)
        self.assertEqual(there["TxnDate"], IN_MARCH)
        self.assertIn("gets it dated 2026-03-01", self.get_log(order))

    def test_approving_an_offer_covers_confirming_it(self):
        order = self.get_approved(self.create_order(date_order="2026-02-20 12:00:00"))
        order.action_confirm()
        self.assertEqual(order.qbo_approval, "approved")
        self.assertNotIn("dated", self.get_payload(order)["PrivateNote"])
        order.client_order_ref = "PO 5"
        self.assertReopened(order, "PO 5")

    def test_first_of_two_approvals_says_it(self):
        self.connection.second_approval_amount = 1
        invoice = self.create_old_invoice()
        self.submit(invoice)
        self.approve(invoice)
        self.assertIn(
            "first of two who have to. QuickBooks gets", self.get_log(invoice)
        )

    def test_closed_further_after_it_was_approved(self):
        invoice = self.get_approved(self.create_old_invoice())
        self.close("2026-03-31")
        self.assertRefused(
            lambda: self.click_push(invoice),
            "changed after it was approved",
            "Date: 2026-03-01 → 2026-04-01",
        )
        self.assertReopened(invoice, "Date: 2026-03-01 → 2026-04-01")
        self.assertFalse(self.env["qbo.operation"]._get_last(invoice))

    def test_closed_after_it_was_approved(self):
        self.close(None)
        invoice = self.get_approved(self.create_old_invoice())
        self.close(FEBRUARY)
        self.assertRefused(
            lambda: self.click_push(invoice), "Date: 2026-02-20 → 2026-03-01"
        )

    def test_what_was_pushed_stays_where_it_is(self):
        invoice = self.get_queued(self.create_old_invoice())
        self.work()
        self.close("2026-03-31")
        preview = self.preview(invoice)
        self.assertFalse(preview.differences, preview.differences)
        self.assertFalse(preview.blockers)


@tagged("post_install", "-at_install")
class TestQueuedThenClosed(ClosedMixin, QboCommon):
    """QuickBooks refuses what was frozen with a day that was closed since (6210)."""

    def get_triggers(self):
        cron = self.env.ref("quickbooks_online.ir_cron_qbo_references")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])

    def fail(self, invoice=None, read=False):
        invoice = self.get_queued(invoice or self.create_old_invoice())
        self.close(FEBRUARY, read=read)
        self.work()
        operation = self.get_operation(invoice)
        self.assertEqual(
            (operation.state, operation.cause), ("failed", "closed_period")
        )
        return invoice, operation

    def test_it_fails_once_and_is_not_tried_again_by_itself(self):
        invoice, operation = self.fail()
        self.assertFalse(operation.next_attempt_at)
        calls = len(self.get_calls("/batch"))
        self.work(3)
        self.assertEqual(len(self.get_calls("/batch")), calls)
        self.assertFalse(self.get_documents(invoice))

    def test_the_catalogue_leads_to_the_record_and_the_setting(self):
        _invoice, operation = self.fail(read=True)
        for role in (self.approver, self.accountant):
            told = self.env["qbo.catalogue"].with_user(role)
            told = told._explain(operation.with_user(role))
            keys = [button["key"] for button in told["buttons"]]
            self.assertEqual(keys, ["open_record", "open_connection", "retry"])
            self.assertIn("tab Approval", told["fix"])
        action = operation.with_user(self.approver).action_fix()
        self.assertEqual(action["res_model"], "account.move")
        action = operation.with_user(self.approver).action_open_connection()
        self.assertEqual(action["res_id"], self.connection.id)

    def test_retried_when_it_was_opened_again(self):
        invoice, operation = self.fail(read=True)
        # What is known here may be old: QuickBooks itself is asked.
        self.close(None, read=False)
        operation.with_user(self.approver).action_retry()
        self.env.flush_all()
        self.work()
        (there,) = self.get_documents(invoice)
        self.assertEqual(there["TxnDate"], "2026-02-20")

    def test_retried_when_such_documents_are_moved(self):
        invoice, operation = self.fail(read=True)
        self.let_move()
        self.assertRefused(
            operation.with_user(self.approver).action_retry,
            "Date: 2026-02-20 → 2026-03-01",
        )
        self.assertReopened(invoice)
        self.get_queued(invoice)
        self.work()
        (there,) = self.get_documents(invoice)
        self.assertEqual(there["TxnDate"], IN_MARCH)

    def test_an_unknown_closing_date_is_read_soon(self):
        self.connection.preferences_read_at = "2026-01-01 00:00:00"
        before = self.get_triggers()
        self.fail()
        self.assertEqual(self.get_triggers(), before + 1)

    def test_a_known_closing_date_is_not_read_for_each_refusal(self):
        before = self.get_triggers()
        self.fail(read=True)
        self.connection.preferences_read_at = "2026-01-01 00:00:00"
        operation = self.env["qbo.operation"].search([("state", "=", "failed")])
        operation.with_user(self.approver).action_retry()
        self.env.flush_all()
        self.work()
        self.assertEqual(operation.state, "failed")
        self.assertEqual(self.get_triggers(), before)


@tagged("post_install", "-at_install")
class TestAlarm(ClosedMixin, QboCommon):
    """Accountants are told once when QuickBooks' closing date moves."""

    def get_alarms(self, connection=None):
        alarm = self.env.ref("quickbooks_online.mail_activity_type_closing_date")
        activities = (connection or self.connection).activity_ids
        return activities.filtered(lambda each: each.activity_type_id == alarm)

    def get_mails(self):
        return self.env["mail.mail"].search([("subject", "ilike", "closing date")])

    def count_messages(self, connection=None):
        messages = (connection or self.connection).message_ids
        return len(
            messages.filtered(
                lambda each: each.message_type != "email_outgoing"
                and "QuickBooks' books of" in each.body
            )
        )

    def get_note(self):
        return str(self.get_alarms()[0].note)

    def test_who_is_told_and_of_what(self):
        approved = self.get_approved(self.create_old_invoice())
        queued = self.get_queued(self.create_old_invoice())
        order = self.get_approved(self.create_order(date_order="2026-02-20 12:00:00"))
        spared = self.get_approved(self.create_invoice())
        self.close(FEBRUARY)
        self.assertEqual(
            self.get_alarms().user_id, self.accountant + self.administrator
        )
        note = self.get_note()
        self.assertIn("now closed until 2026-02-28. Before, they were open.", note)
        self.assertIn("(2)", note)
        self.assertIn("They are held back", note)
        for document in (approved, queued, order):
            self.assertIn(document.name, note)
        self.assertNotIn(spared.name, note)
        self.assertIn(f"(1): {queued._qbo_get_title()}", note)
        self.assertEqual(self.count_messages(), 1)
        mails = self.get_mails()
        self.assertEqual(
            mails.recipient_ids, (self.accountant + self.administrator).partner_id
        )
        self.assertIn(approved.name, mails[0].body_html)
        self.assertNotIn("&lt;p", mails[0].body_html)

    def test_once_only(self):
        self.close(FEBRUARY)
        for _time in range(3):
            self.read_anew()
        self.connection._read_daily()
        self.env.invalidate_all()
        self.assertEqual(len(self.get_alarms()), 2)
        self.assertEqual(self.count_messages(), 1)
        self.assertEqual(len(self.get_mails()), 2)

    def test_not_when_it_is_read_for_the_first_time(self):
        self.assertEqual(self.count_messages(), 0)
        self.connection.with_user(self.administrator).action_sever()
        self.assertFalse(self.connection.told_close_at)
        self.close(FEBRUARY, read=False)
        self.connect()
        self.assertEqual(self.connection.book_close_date, date(2026, 2, 28))
        self.assertFalse(self.get_alarms())
        self.assertEqual(self.count_messages(), 0)

    def test_closed_further(self):
        self.close("2026-01-31")
        self.close(FEBRUARY)
        note = self.get_note()
        self.assertIn("until 2026-02-28. Before, they were closed until 2026-01", note)
        self.assertEqual(len(self.get_alarms()), 2, "the older alarm is gone")
        self.assertEqual(self.count_messages(), 2)

    def test_reopened(self):
        failed = self.get_queued(self.create_old_invoice())
        self.close(FEBRUARY, read=False)
        self.work()
        self.read_anew()
        self.assertNotIn("retried", self.get_note())
        self.close("2026-01-31")
        note = self.get_note()
        self.assertIn("were reopened: they are closed until 2026-01-31 only", note)
        self.assertIn("can be retried now (1): ", note)
        self.assertIn(failed.name, note)
        self.close(None)
        self.assertIn("are open again", self.get_note())
        self.assertFalse(self.connection.book_close_date)

    def test_policy_move_says_what_becomes_of_them(self):
        self.let_move()
        self.get_approved(self.create_old_invoice())
        self.close(FEBRUARY)
        self.assertIn("have to be approved again", self.get_note())

    def test_many_are_counted_and_few_named(self):
        invoices = [self.create_old_invoice() for _number in range(12)]
        self.get_approved(self.env["account.move"].union(*invoices))
        self.close(FEBRUARY)
        note = self.get_note()
        self.assertIn("(12)", note)
        self.assertEqual(sum(each.name in note for each in invoices), 10)

    def test_another_company_is_untouched(self):
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.env.ref("base.GBP").id}
        )
        connection = self._create_connection(other)
        accountant = self._create_user("accountant", other)
        self.administrator.company_ids += other
        self.connect(connection, GB_REALM)
        self.close(FEBRUARY)
        self.assertFalse(self.get_alarms(connection))
        self.assertFalse(connection.book_close_date)
        self.assertNotIn(accountant, self.get_alarms().user_id)
        self.assertEqual(self.count_messages(connection), 0)
        self.assertEqual(self.get_blockers(self.create_invoice()), "")

    def test_reading_it_anew(self):
        self.close(FEBRUARY, read=False)
        connection = self.connection.with_user(self.user)
        with self.fails(AccessError):
            connection.action_read_closing_date()
        self.assertFalse(self.connection.book_close_date)
        connection = self.connection.with_user(self.accountant)
        action = connection.action_read_closing_date()
        self.assertIn("2026-02-28", action["params"]["message"])
        self.assertEqual(self.connection.book_close_date, date(2026, 2, 28))
        with self.fails(AccessError):
            connection.closed_period_policy = "move"

    def get_check(self):
        checks = self.connection.with_user(self.administrator).preflight
        return next(check for check in checks if check["name"] == "closing")

    def test_preflight(self):
        self.assertEqual(self.get_check()["state"], "ok")
        invoice = self.get_approved(self.create_old_invoice())
        queued = self.get_queued(self.create_old_invoice())
        self.close(FEBRUARY)
        check = self.get_check()
        self.assertEqual(check["state"], "warning")
        self.assertIn("2026-02-28", check["message"])
        self.assertIn("1 approved, 1 queued", check["message"])
        administrator = self.connection.with_user(self.administrator)
        action = administrator.action_preflight("closing")
        found = self.env["account.move"].search(action["domain"])
        self.assertEqual(found, invoice + queued)
        self.assertEqual(action["res_model"], "account.move")
        self.assertEqual(action["views"][0], (False, "list"))


@tagged("post_install", "-at_install")
class TestFirstLoad(FirstLoadMixin, QboCommon):
    """A first load links what is in closed periods, and moves nothing."""

    def setUp(self):
        super().setUp()
        self.cases = self.make_cases()
        self.connection.closed_period_policy = "move"
        self.control("POST", f"company/{US_REALM}", book_close_date="2025-12-31")
        self.read_anew()

    def read_anew(self):
        self.env.flush_all()
        self.connection.with_user(self.administrator).action_test_connection()
        self.env.invalidate_all()

    def get_verdicts(self, load):
        return {
            name: self.get_line(load, move).verdict for name, move in self.cases.items()
        }

    def test_matched_documents_are_linked_others_refused(self):
        for policy in ("hold", "move"):
            self.connection.closed_period_policy = policy
            load = self.create_load(take_doubtful_customers=True)
            self.count(load)
            verdicts = self.get_verdicts(load)
            self.assertEqual(
                verdicts,
                {
                    "match": "match",
                    "create": "refused",
                    "number": "ambiguous",
                    "customer": "refused",
                    "refused": "refused",
                },
            )
            reason = self.get_line(load, self.cases["create"]).reason
            self.assertIn("closing date 2025-12-31", reason)
            self.assertIn("moves no dates", reason)
        self.load(load)
        move = self.cases["match"]
        self.assertIn(move.qbo_state, ("pushed", "differs"))
        operation = self.get_operation(move)
        self.assertNotIn("date", operation.receipt.lower().replace("due date", ""))
        self.assertNotIn("gets it dated", str(move.message_ids.mapped("body")))
        self.assertFalse(self.get_documents(self.cases["create"]))

    def test_closed_after_the_count(self):
        self.control("POST", f"company/{US_REALM}", book_close_date=None)
        self.read_anew()
        load = self.create_load()
        self.count(load)
        self.assertEqual(self.get_verdicts(load)["create"], "create")
        self.control("POST", f"company/{US_REALM}", book_close_date="2025-12-31")
        self.read_anew()
        self.load(load)
        line = self.get_line(load, self.cases["create"])
        self.assertEqual(line.outcome, "held")
        self.assertIn("moves no dates", line.note)
        self.assertIn(self.cases["match"].qbo_state, ("pushed", "differs"))

    def test_nobody_keeps_a_day_by_a_context_of_their_own(self):
        invoice = self.cases["create"].with_context(qbo_own_day=True)
        payload = invoice._qbo_prepare_payload(self.connection)
        self.assertEqual(payload["TxnDate"], "2026-01-01")
        self.assertEqual(fields.Date.to_string(invoice.invoice_date), "2025-11-03")
