from odoo.tests import tagged

from .common import QboCommon
from .payments import PaymentMixin


@tagged("post_install", "-at_install")
class TestPaymentsAgain(PaymentMixin, QboCommon):
    """What stands in Odoo stays right when a payment is looked at again."""

    def receive_unapplied(self, invoice, total=100):
        payment = self.receive(total, customer=self.get_customer_id(invoice))
        self.notify(payment)
        return payment, self.find(payment)

    def settle_otherwise(self, invoice, amount, day="2026-05-01"):
        """Somebody registers a payment in Odoo itself."""
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        values = {"amount": amount, "journal_id": self.bank.id, "payment_date": day}
        wizard.create(values)._create_payments()
        self.env.flush_all()

    def match_with_bank(self, booked):
        liquidity, _counterpart, _other = booked._seek_for_lines()
        bank = self.bank.default_account_id
        lines = [
            (0, 0, {"account_id": bank.id, "debit": booked.amount}),
            (0, 0, {"account_id": liquidity.account_id.id, "credit": booked.amount}),
        ]
        entry = self.books["account.move"].create(
            {"journal_id": self.bank.id, "date": "2026-03-12", "line_ids": lines}
        )
        entry.action_post()
        (liquidity | entry.line_ids.filtered("credit")).reconcile()

    def test_one_credit_memo_pays_one_invoice_twice(self):
        invoice, credit = self.push_invoice(100), self.push_credit_note(100)
        payments = [
            self.receive(0, (invoice, share), (credit, share)) for share in (40, 30)
        ]
        self.poll()
        self.assert_agrees()
        matched = [self.find(payment).matched_amount for payment in payments]
        self.assertEqual(matched, [40, 30])
        self.assert_repeats()

    def test_matched_by_hand_and_booked_anew(self):
        invoice = self.push_invoice(100)
        payment, row = self.receive_unapplied(invoice)
        taxes = self.env["account.tax"]
        stranger = self.create_invoice([(self.service, 1, 40, taxes)])
        lines = row._get_own_lines() | stranger._qbo_get_receivable_lines()
        lines.reconcile()
        self.env.flush_all()
        self.poll()
        self.edit(payment, TotalAmt=120)
        self.notify(payment)
        self.edit(payment, PrivateNote="looked at")
        self.notify(payment)
        self.assertEqual(stranger.amount_residual, 0)
        self.assertEqual((row.matched_amount, row.open_amount), (40, 80))
        self.assert_repeats()

    def test_matched_by_hand_and_applied_there_too(self):
        invoice = self.push_invoice(100)
        payment, row = self.receive_unapplied(invoice)
        lines = row._get_own_lines() | invoice._qbo_get_receivable_lines()
        lines.reconcile()
        self.env.flush_all()
        self.edit(payment, (invoice, 100))
        self.notify(payment)
        self.assertEqual((row.state, row.matched_amount), ("matched", 100))
        self.assert_agrees()
        self.assert_repeats()

    def test_chosen_here_and_applied_there_too(self):
        invoice = self.push_invoice(100)
        payment, row = self.receive_unapplied(invoice)
        row._decide([{"move": invoice, "amount": 40}])
        self.env.flush_all()
        self.edit(payment, (invoice, 40))
        self.notify(payment)
        self.assertEqual(invoice.amount_residual, 60)
        self.assert_agrees()

    def test_partly_booked_when_the_month_is_closed(self):
        invoice = self.push_invoice(100)
        self.settle_otherwise(invoice, 40)
        payment = self.receive(100, (invoice, 100))
        self.notify(payment)
        row = self.find(payment)
        self.assertEqual((row.matched_amount, row.open_amount), (60, 40))
        self.company.fiscalyear_lock_date = "2026-03-31"
        self.poll()
        self.assertEqual((row.matched_amount, row.open_amount), (60, 40))
        self.assert_conserved()

    def test_with_the_bank_and_settled_otherwise(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        self.notify(payment)
        row = self.find(payment)
        booked = row.account_payment_id
        self.match_with_bank(booked)
        invoice._qbo_get_receivable_lines().remove_move_reconcile()
        self.settle_otherwise(invoice, 100)
        self.poll()
        self.assertEqual(row.reason, "bank")
        self.assertEqual(booked.state, "paid")
        liquidity, _counterpart, _other = booked._seek_for_lines()
        self.assertTrue(liquidity.reconciled)

    def test_link_of_the_invoice_lost(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        self.notify(payment)
        row = self.find(payment)
        invoice._qbo_get_binding(self.connection).unlink()
        self.edit(payment, PrivateNote="looked at")
        self.notify(payment)
        self.assertEqual((row.state, invoice.payment_state), ("matched", "paid"))

    def test_deleted_by_mistake_comes_back(self):
        """Whatever said that it is gone: it is there, and so it counts."""
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        self.notify(payment)
        row = self.find(payment)
        row._take_deleted(self.connection, "Payment", [payment["Id"]])
        self.env.flush_all()
        self.work()
        self.assertEqual(invoice.amount_residual, 100)
        self.notify(payment)
        self.assertEqual((row.remote_state, invoice.amount_residual), ("alive", 0))

    def test_open_ones_are_left_alone_until_something_is_linked(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        binding = invoice._qbo_get_binding(self.connection)
        binding.qbo_id = "999999"
        self.notify(payment)
        row = self.find(payment)
        self.assertEqual(row.reason, "unknown")
        applied_at = row.applied_at
        row.applied_at = "2020-01-01 00:00:00"
        self.poll()
        self.assertEqual(str(row.applied_at), "2020-01-01 00:00:00")
        self.assertTrue(applied_at)
        binding.qbo_id = payment["Line"][0]["LinkedTxn"][0]["TxnId"]
        self.poll()
        self.assertEqual((row.state, invoice.payment_state), ("matched", "paid"))

    def test_an_event_that_names_nothing_stops_no_other(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        self.notify({"Id": "9" * 30}, payment)
        self.assertEqual(invoice.payment_state, "paid")

    # === POLLS THAT QUICKBOOKS REFUSES === #

    def refuse(self, code):
        self.inject("/cdc", fault=code, status=400)

    def test_company_that_was_reset_stops_everything(self):
        self.refuse("10200")
        self.poll()
        self.assertEqual(self.connection.state, "suspended")
        self.assertEqual(self.connection.suspend_reason, "reset")

    def test_refused_poll_is_said_and_stops_no_push(self):
        self.refuse("4001")
        invoice = self.create_invoice([(self.service, 1, 10, self.env["account.tax"])])
        operation = self.queue(invoice)
        self.poll()
        self.assertEqual(operation.state, "done")
        self.assertIn("did not tell what changed", self.connection.payments_problem)
        self.assertFalse(self.connection.is_poll_due)
        told = self.get_told()
        self.assertIn(self.accountant, told.user_id)
        self.poll()
        # It is still so: no second activity for each quarter of an hour.
        self.assertEqual(self.get_told(), told)
        self.control("DELETE", "faults")
        self.poll()
        self.assert_conserved()
        self.assertFalse(self.get_told())

    def get_told(self):
        """Return the activities about payments that do not add up."""
        self.env.invalidate_all()
        kind = self.env.ref("quickbooks_online.mail_activity_type_payments")
        return self.connection.activity_ids.filtered(
            lambda each: each.activity_type_id == kind
        )

    # === WHAT POLLS FIND WHERE THE CHANGE LIST DOES NOT === #

    def test_more_changes_than_one_list_holds(self):
        """The last of 1,001 is cut from the list, and read by its time."""
        self.poll()
        invoice = self.push_invoice(100)
        customer = self.get_customer_id(invoice)
        for _number in range(1000):
            # Dated before the start: none of ours, but in the way.
            self.receive(1, customer=customer, TxnDate="2025-06-01")
        payment = self.receive(100, (invoice, 100))
        self.control("DELETE", "requests")
        self.poll()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(len(self.env["qbo.payment"].search([])), 1)
        self.assertEqual(self.find(payment).heard_by, "poll")
        self.assert_conserved()

    def test_silent_for_longer_than_the_list_reaches_back(self):
        self.poll()
        invoice = self.push_invoice(100)
        gone = self.receive(10, customer=self.get_customer_id(invoice))
        self.notify(gone)
        self.act("Payment", "delete", gone["Id"])
        self.receive(100, (invoice, 100))
        self.connection.changes_read_until = "2020-01-01 00:00:00"
        self.poll()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.find(gone).remote_state, "deleted")
        self.assertGreater(self.connection.changes_read_until.year, 2020)
        self.assert_conserved()

    # === NOTHING IS LOST === #

    def test_what_was_never_told_is_found_by_counting(self):
        invoice = self.push_invoice(100)
        payment = self.receive(75, customer=self.get_customer_id(invoice))
        self.control("POST", "clock", minutes=20)
        self.poll()
        row = self.find(payment)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM qbo_payment WHERE id = %s", [row.id])
        self.env.invalidate_all()
        self.control("POST", "clock", minutes=20)
        self.poll()
        self.assertTrue(self.find(payment))
        self.assert_conserved()

    def poll_and_count_reads(self):
        """Poll a quarter of an hour later; return how often all payments were read."""
        self.control("POST", "clock", minutes=15)
        self.control("DELETE", "requests")
        self.poll()
        return sum(
            "SELECT * FROM Payment" in str(call["body"]) for call in self.get_calls()
        )

    def test_numbers_that_never_agree_are_no_reason_to_read_again_and_again(self):
        invoice = self.push_invoice(100)
        customer = self.get_customer_id(invoice)
        row = self.receive_unapplied(invoice)[1]
        self.control("POST", "clock", minutes=20)
        self.poll()
        # Whatever is read, QuickBooks counts it and Odoo does not.
        row.created_there_at = "2099-01-01 00:00:00"
        self.assertEqual(self.poll_and_count_reads(), 1)
        self.assertIn("Odoo knows 0", self.connection.payments_problem)
        self.assertIn(self.accountant, self.get_told().user_id)
        self.assertEqual(self.poll_and_count_reads(), 0)
        # Business goes on: the difference is the same.
        self.receive(10, customer=customer)
        self.assertEqual(self.poll_and_count_reads(), 0)
        self.assertEqual(self.poll_and_count_reads(), 0)
        self.assertIn("Odoo knows 1", self.connection.payments_problem)
        # One more is missing.
        other = self.receive_unapplied(invoice, 20)[1]
        other.created_there_at = "2099-01-01 00:00:00"
        self.assertEqual(self.poll_and_count_reads(), 1)
        self.assertEqual(self.poll_and_count_reads(), 0)
        # The next day.
        self.connection.payments_recounted_at = "2026-01-01 00:00:00"
        self.assertEqual(self.poll_and_count_reads(), 1)
        # It is mended.
        (row + other).created_there_at = "2026-01-01 00:00:00"
        self.assertEqual(self.poll_and_count_reads(), 0)
        self.assert_conserved()

    def test_gap_is_told_once_and_taken_back(self):
        def get_activities():
            self.env.invalidate_all()
            activities = self.connection.activity_ids
            return activities.filtered(lambda each: "counts 3" in (each.note or ""))

        self.poll()
        for _time in range(2):
            self.connection.payments_there = {"Payment": [3, 2]}
            self.connection._check_conservation()
        self.assertIn(self.accountant, get_activities().user_id)
        self.assertEqual(len(get_activities()), len(get_activities().user_id))
        self.assertIn("counts 3", self.connection.payments_problem)
        self.poll()
        self.assertFalse(get_activities())
        self.assert_conserved()

    def test_gap_that_lasts_is_not_told_again_with_each_payment(self):
        self.poll()
        self.connection.payments_there = {"Payment": [3, 2]}
        self.connection._check_conservation()
        told, said = self.get_told(), len(self.connection.message_ids)
        self.connection.payments_there = {"Payment": [8, 7]}
        self.connection._check_conservation()
        self.assertEqual(self.get_told(), told)
        self.assertEqual(len(self.connection.message_ids), said)
        self.assertIn("counts 8", self.connection.payments_problem)
        self.connection.payments_there = {"Payment": [9, 7]}
        self.connection._check_conservation()
        self.assertTrue(self.get_told())
        self.assertFalse(self.get_told() & told)
