from odoo.tests import tagged

from .common import QboCommon
from .payments_out import PaymentsOutMixin


@tagged("post_install", "-at_install")
class TestPaymentsOut(PaymentsOutMixin, QboCommon):
    """What of Odoo's money is in QuickBooks after a push."""

    def push_one(self, record):
        record.with_user(self.env.user).action_qbo_push()
        self.env.flush_all()
        self.work()
        return self.check_pushed(record)

    def test_one_invoice_is_paid(self):
        invoice = self.push_invoice(100)
        payment = self.register(invoice, payment_method_line_id=self.method().id)
        self.assertEqual(payment.qbo_state, "not_pushed")
        self.assertTrue(payment.qbo_may_push, payment.qbo_notice)
        found = self.push_one(payment)
        self.assertEqual(found["TotalAmt"], 100)
        self.assertEqual(found["UnappliedAmt"], 0)
        self.assertEqual(found["TxnDate"], "2026-03-02")
        self.assertEqual(found["PaymentRefNum"], payment.name)
        customer = self.get_remote(invoice)["CustomerRef"]["value"]
        self.assertEqual(found["CustomerRef"]["value"], customer)
        self.check_balance(invoice, 0)
        self.assertEqual(payment.qbo_state, "pushed")
        self.assertIn(found["Id"], payment.qbo_notice)
        self.assertTrue(payment.qbo_url.endswith(f"recvpayment?txnId={found['Id']}"))
        self.assertIn("Pushed to QuickBooks", payment.message_ids[0].body)

    def method(self):
        return self.bank.inbound_payment_method_line_ids[:1]

    def test_several_invoices(self):
        invoices = self.push_invoice(100) | self.push_invoice(50)
        found = self.push_one(self.register(invoices))
        self.assertEqual(found["TotalAmt"], 150)
        ids = [self.get_binding(each, "Invoice").qbo_id for each in invoices]
        self.assertEqual(
            self.get_applied(found), {("Invoice", ids[0]): 100, ("Invoice", ids[1]): 50}
        )
        for invoice in invoices:
            self.check_balance(invoice, 0)

    def test_a_part(self):
        invoice = self.push_invoice(100)
        found = self.push_one(self.register(invoice, amount=40))
        self.assertEqual(found["TotalAmt"], 40)
        self.check_balance(invoice, 60)

    def test_more_than_is_open(self):
        invoice = self.push_invoice(100)
        found = self.push_one(self.register(invoice, amount=130))
        self.assertEqual((found["TotalAmt"], found["UnappliedAmt"]), (130, 30))
        self.check_balance(invoice, 0)

    def test_nothing_settled_yet(self):
        payment = self.receive(75)
        found = self.push_one(payment)
        self.assertEqual((found["TotalAmt"], found["UnappliedAmt"]), (75, 75))

    def test_accounts_and_method_are_mapped(self):
        bank = self.find_reference("Account", "Bank")
        check = self.find_reference("PaymentMethod", "Check")
        for kind, record, reference in (
            ("journal", self.bank, bank),
            ("payment_method", self.method(), check),
        ):
            self.env["qbo.mapping"].create(
                {
                    "connection_id": self.connection.id,
                    "kind": kind,
                    "res_model": record._name,
                    "res_id": record.id,
                    "reference_id": reference.id,
                }
            )
        receivable = self.find_reference("Account", "Accounts Receivable")
        self.connection.receivable_account_id = receivable
        found = self.push_one(self.register(self.push_invoice()))
        self.assertEqual(found["DepositToAccountRef"]["value"], bank.qbo_id)
        self.assertEqual(found["PaymentMethodRef"]["value"], check.qbo_id)
        self.assertEqual(found["ARAccountRef"]["value"], receivable.qbo_id)

    def test_the_deposit_account_of_the_connection(self):
        bank = self.find_reference("Account", "Bank")
        self.connection.deposit_account_id = bank
        found = self.push_one(self.register(self.push_invoice()))
        self.assertEqual(found["DepositToAccountRef"]["value"], bank.qbo_id)

    def test_a_long_reference_stands_in_the_note_whole(self):
        payment = self.register(self.push_invoice())
        reference = "Cheque 0001 of the bank of far away"
        payment.payment_reference = reference
        found = self.push_one(payment)
        self.assertEqual(found["PaymentRefNum"], payment.name)
        self.assertIn(f"reference {reference}", found["PrivateNote"])
        texts = " ".join(payment.message_ids.mapped("body"))
        self.assertIn("more than 21 characters", texts)

    def test_a_reference_of_just_21_characters(self):
        payment = self.register(self.push_invoice())
        payment.payment_reference = "x" * 21
        self.assertEqual(self.push_one(payment)["PaymentRefNum"], "x" * 21)

    def test_a_bank_line_without_a_payment(self):
        invoices = self.push_invoice(100) | self.push_invoice(50)
        line = self.receive_by_bank(120, invoices)
        self.assertTrue(invoices[0].qbo_may_push_payments)
        invoices[0].action_qbo_push_payments()
        self.env.flush_all()
        self.work()
        found = self.check_pushed(line)
        self.assertEqual(found["TotalAmt"], 120)
        self.assertEqual(found["PaymentRefNum"], "Wire 4711")
        self.check_balance(invoices[0], 30)
        self.check_balance(invoices[1], 0)
        self.env.invalidate_all()
        self.assertFalse(invoices[0].qbo_may_push_payments)
        texts = " ".join(line.move_id.message_ids.mapped("body"))
        self.assertIn("Pushed to QuickBooks", texts)

    def test_a_bank_line_that_is_matched_with_a_payment_is_not_paid_twice(self):
        invoice = self.push_invoice(100)
        payment = self.register(invoice)
        line = self.books["account.bank.statement.line"].create(
            {
                "amount": 100,
                "date": payment.date,
                "journal_id": self.bank.id,
                "payment_ref": "Wire",
            }
        )
        liquidity = payment._seek_for_lines()[0]
        _own, suspense, _others = line._seek_for_lines()
        suspense.account_id = liquidity.account_id
        (suspense | liquidity).reconcile()
        self.assertTrue(payment.is_matched)
        invoice.action_qbo_push_payments()
        self.env.flush_all()
        self.work()
        self.check_pushed(payment)
        self.assertEqual(len(self.get_objects_of(invoice)), 1)
        self.check_balance(invoice, 0)

    def get_objects_of(self, invoice):
        number = self.get_binding(invoice, "Invoice").qbo_id
        return [
            each
            for each in self.get_objects("Payment")
            if ("Invoice", number) in self.get_applied(each)
        ]

    def test_a_credit_note_is_used(self):
        invoice, credit = self.push_invoice(100), self.push_credit(100)
        self.match(invoice, credit)
        invoice.action_qbo_push_payments()
        self.env.flush_all()
        self.work()
        use = self.env["qbo.credit.use"].search([("invoice_id", "=", invoice.id)])
        found = self.check_pushed(use)
        self.assertEqual((found["TotalAmt"], found["UnappliedAmt"]), (0, 0))
        self.assertEqual(sorted(self.get_applied(found).values()), [100, 100])
        self.check_balance(invoice, 0)
        self.check_balance(credit, 0)
        self.assertEqual(self.get_remote(credit)["RemainingCredit"], 0)

    def test_a_part_of_a_credit_note_for_each_of_two_invoices(self):
        invoices = self.push_invoice(30) | self.push_invoice(50)
        credit = self.push_credit(100)
        for invoice in invoices:
            self.match(invoice, credit)
        credit.action_qbo_push_payments()
        self.env.flush_all()
        self.work()
        uses = self.env["qbo.credit.use"].search([("credit_note_id", "=", credit.id)])
        self.assertEqual(len(uses), 2)
        for use in uses:
            self.check_pushed(use)
        for invoice in invoices:
            self.check_balance(invoice, 0)
        self.check_balance(credit, 20)

    def test_a_credit_note_that_quickbooks_used_by_itself(self):
        """Companies may let QuickBooks do so: what it did is taken, not done again."""
        invoice = self.push_invoice(100)
        self.apply_credits(True)
        credit = self.create_invoice(
            [(self.service, 1, 100, None)], move_type="out_refund"
        )
        self.assertEqual(self.push(credit).state, "differs")
        self.match(invoice, credit)
        invoice.action_qbo_push_payments()
        self.env.flush_all()
        self.work()
        use = self.env["qbo.credit.use"].search([("invoice_id", "=", invoice.id)])
        operation = self.get_operation(use)
        self.assertEqual(operation.state, "done", operation.fault_detail)
        (found,) = self.get_objects_of(invoice)
        self.assertEqual(self.get_binding(use).qbo_id, found["Id"])
        self.assertEqual(self.get_binding(use).origin, "adopted")
        self.unmatch(credit)
        self.env.flush_all()
        self.work()
        self.check_balance(invoice, 100)
        self.check_balance(credit, 100)

    def test_money_and_a_credit_note_together(self):
        invoice, credit = self.push_invoice(100), self.push_credit(30)
        self.match(invoice, credit)
        self.register(invoice)
        invoice.action_qbo_push_payments()
        self.env.flush_all()
        self.work()
        self.assertEqual(len(self.get_objects_of(invoice)), 2)
        self.check_balance(invoice, 0)
        self.check_balance(credit, 0)

    def test_an_invoice_on_its_way_goes_first(self):
        invoice = self.create_invoice([(self.service, 1, 100, None)])
        self.queue(invoice)
        payment = self.register(invoice)
        payment.action_qbo_push()
        self.env.flush_all()
        self.work()
        self.check_pushed(payment)
        self.check_balance(invoice, 0)

    def test_pushed_twice(self):
        payment = self.register(self.push_invoice())
        self.push_one(payment)
        with self.fails(Exception) as caught:
            payment.action_qbo_push()
        self.assertIn("in QuickBooks already", str(caught.exception))
        self.assertEqual(len(self.get_payments(payment)), 1)
