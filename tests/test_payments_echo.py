from odoo.tests import tagged

from .common import QboCommon
from .payments import PaymentMixin


@tagged("post_install", "-at_install")
class TestPaymentsEcho(PaymentMixin, QboCommon):
    """Payments that Odoo registered and pushed come back from QuickBooks."""

    def setUp(self):
        super().setUp()
        self.connection.payment_push = "automatic"
        self.env.flush_all()

    def register(self, invoices, amount=None):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        )
        values = {"journal_id": self.bank.id, "payment_date": "2026-03-10"}
        if amount:
            values["amount"] = amount
        return wizard.create(values)._create_payments()

    def push_registered(self, amount=None):
        invoice = self.push_invoice(100)
        payment = self.register(invoice, amount)
        self.work()
        (there,) = self.get_objects("Payment")
        return invoice, payment, there

    def test_echo_changes_nothing(self):
        invoice, payment, there = self.push_registered()
        before = payment.read()[0]
        self.notify(there)
        row = self.find(there)
        self.assertTrue(row.is_ours)
        self.assertEqual(row.account_payment_id, payment)
        self.assertEqual((row.state, row.volume), ("matched", 100))
        self.assert_agrees()
        self.assert_repeats()
        after = payment.read()[0]
        for name in ("amount", "date", "memo", "state", "journal_id", "move_id"):
            self.assertEqual(after[name], before[name], name)
        self.assertEqual(len(self.get_objects("Payment")), 1)

    def test_what_came_from_quickbooks_is_not_pushed_back(self):
        invoice = self.push_invoice(100)
        payment = self.receive(60, (invoice, 60))
        self.notify(payment)
        self.work(2)
        self.assertEqual(len(self.get_objects("Payment")), 1)
        booked = self.find(payment).account_payment_id
        self.assertFalse(
            self.env["qbo.operation"].search(
                [("res_model", "=", "account.payment"), ("res_id", "=", booked.id)]
            )
        )

    def test_credit_used_in_quickbooks_is_not_pushed_back(self):
        invoice, credit = self.push_invoice(100), self.push_credit_note(40)
        payment = self.receive(0, (invoice, 40), (credit, 40))
        self.notify(payment)
        self.work(2)
        self.assertEqual(len(self.get_objects("Payment")), 1)

    def test_bookkeeper_edits_ours(self):
        invoice, payment, there = self.push_registered()
        self.edit(there, (invoice, 70), TotalAmt=70)
        self.notify(there)
        self.assertEqual(payment.amount, 70)
        self.assertEqual(invoice.amount_residual, 30)
        self.work(2)
        self.assert_agrees()
        self.assertEqual(float(self.get_objects("Payment")[0]["TotalAmt"]), 70)
        self.assert_repeats()

    def test_ours_needs_no_journal_of_payments(self):
        invoice, payment, there = self.push_registered()
        self.connection.payment_journal_id = False
        self.env.flush_all()
        self.edit(there, (invoice, 70), TotalAmt=70)
        self.notify(there)
        self.assertEqual((payment.amount, payment.journal_id), (70, self.bank))
        self.assertEqual(self.find(there).state, "matched")

    def test_bookkeeper_edits_ours_that_is_a_draft(self):
        """Somebody is at work on it in Odoo: it is theirs."""
        invoice, payment, there = self.push_registered()
        self.connection.payment_push = "off"
        payment.action_draft()
        self.env.flush_all()
        self.edit(there, (invoice, 70), TotalAmt=70)
        self.notify(there)
        row = self.find(there)
        self.assertEqual((row.reason, payment.state), ("ours", "draft"))
        self.assertEqual(payment.amount, 100)
        self.assertIn(payment.name, row.reason_text)

    def test_bookkeeper_voids_ours(self):
        invoice, payment, there = self.push_registered()
        self.act("Payment", "void", there["Id"])
        self.notify(there)
        self.assertEqual(payment.state, "canceled")
        self.assertEqual(invoice.amount_residual, 100)
        self.work(2)
        self.assert_agrees()
        self.assert_repeats()

    def test_heard_of_before_the_answer_was_recorded(self):
        """The push is uncertain: what is told meanwhile is no second payment."""
        invoice = self.push_invoice(100)
        payment = self.register(invoice)
        self.control(
            "POST",
            "faults",
            match={"operation": "batch", "body": '"operation"', "nth": 1},
            action={"drop": "after"},
        )
        self.work()
        (there,) = self.get_objects("Payment")
        operation = self.get_operation(payment)
        self.assertEqual(operation.state, "uncertain")
        # Not due yet: what is told now comes first.
        operation.next_attempt_at = "2099-01-01 00:00:00"
        self.env.flush_all()
        self.deliver_webhook(there)
        self.connection._run_worker()
        row = self.find(there)
        self.assertEqual((row.state, row.reason), ("queued", "pending"))
        self.assertFalse(row.account_payment_id)
        self.work()
        self.poll()
        self.assertEqual(row.account_payment_id, payment)
        payments = self.env["account.payment"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(payments, payment)
        self.assertEqual(len(self.get_objects("Payment")), 1)
        self.assertEqual(invoice.amount_residual, 0)
