from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import QboCommon
from .payments_out import PaymentsOutMixin


@tagged("post_install", "-at_install")
class TestPaymentsOutChanges(PaymentsOutMixin, QboCommon):
    """What was pushed is followed when it changes in Odoo, or in QuickBooks."""

    def push_payment(self, invoices=None, **values):
        invoices = self.push_invoice() if invoices is None else invoices
        payment = self.register(invoices, **values)
        payment.action_qbo_push()
        self.env.flush_all()
        self.work()
        self.check_pushed(payment)
        return payment

    def settle(self, times=1):
        self.env.flush_all()
        self.work(times)

    def get_open(self, record):
        return self.env["qbo.operation"]._get_open_of(record)

    def edit(self, payment, **values):
        """Reset a payment to draft, change it and post it again."""
        invoices = payment.reconciled_invoice_ids
        payment.action_draft()
        payment.write(values)
        payment.action_post()
        if invoices:
            self.match(payment.move_id, invoices)

    # === CHANGED IN ODOO === #

    def test_the_amount(self):
        invoice = self.push_invoice(100)
        payment = self.push_payment(invoice)
        first = self.get_operation(payment)
        self.edit(payment, amount=70)
        operation = self.get_open(payment)
        self.assertEqual((operation.action, operation.state), ("update", "queued"))
        self.settle()
        found = self.check_pushed(payment, operation)
        self.assertEqual(found["Id"], first.qbo_id)
        self.assertEqual(found["TotalAmt"], 70)
        self.check_balance(invoice, 30)
        self.assertIn("was changed in QuickBooks", operation.explanation)

    def test_date_and_reference(self):
        payment = self.push_payment()
        self.edit(payment, date="2026-03-09", payment_reference="CHK 12")
        self.settle()
        found = self.check_pushed(payment)
        self.assertEqual(found["TxnDate"], "2026-03-09")
        self.assertEqual(found["PaymentRefNum"], "CHK 12")

    def test_applied_later(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100)
        payment.action_qbo_push()
        self.settle()
        self.match(payment.move_id, invoice)
        self.settle()
        found = self.check_pushed(payment)
        self.assertEqual(found["UnappliedAmt"], 0)
        self.check_balance(invoice, 0)

    def test_moved_to_another_invoice(self):
        first, second = self.push_invoice(100), self.push_invoice(100)
        payment = self.push_payment(first)
        self.unmatch(payment.move_id)
        self.match(payment.move_id, second)
        self.settle()
        self.check_pushed(payment)
        self.check_balance(first, 100)
        self.check_balance(second, 0)

    def map_journal(self, journal):
        """Return a mapping of a journal to a bank account of QuickBooks."""
        account = self.find_reference("Account", "Bank")
        return self.env["qbo.mapping"].create(
            {
                "connection_id": self.connection.id,
                "kind": "journal",
                "res_model": journal._name,
                "res_id": journal.id,
                "reference_id": account.id,
            }
        )

    def test_moved_to_a_journal_that_is_not_mapped(self):
        """The money is not left in the account that it is not in any more."""
        self.map_journal(self.bank)
        payment = self.push_payment()
        till = self.bank.copy({"name": "Till", "code": "TILL", "type": "cash"})
        lines = till.inbound_payment_method_line_ids
        lines.payment_account_id = payment.outstanding_account_id
        self.edit(payment, journal_id=till.id)
        self.settle()
        undeposited = self.env["qbo.reference"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("account_sub_type", "=", "UndepositedFunds"),
            ]
        )
        account = self.check_pushed(payment)["DepositToAccountRef"]["value"]
        self.assertEqual(account, undeposited.qbo_id)

    def test_settings_move_no_money_by_themselves(self):
        mapping = self.map_journal(self.bank)
        before, after = self.env["qbo.reference"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("account_type", "=", "Bank"),
            ],
            limit=2,
        )
        mapping.reference_id = before
        payment = self.push_payment()
        mapping.reference_id = after
        self.env.flush_all()
        payment.memo = "As agreed"
        self.assertFalse(self.get_open(payment))
        # A person may want it.
        payment.action_qbo_push()
        self.settle()
        account = self.check_pushed(payment)["DepositToAccountRef"]["value"]
        self.assertEqual(account, after.qbo_id)

    def test_taken_off_all_invoices(self):
        invoice = self.push_invoice(100)
        payment = self.push_payment(invoice)
        self.unmatch(payment.move_id)
        self.settle()
        found = self.check_pushed(payment)
        self.assertEqual((found["Line"], found["UnappliedAmt"]), ([], 100))
        self.check_balance(invoice, 100)

    def test_an_invoice_changes_hands_between_payments(self):
        invoice = self.push_invoice(100)
        first = self.push_payment(invoice)
        self.unmatch(first.move_id)
        second = self.register(invoice)
        second.action_qbo_push()
        self.settle()
        self.check_pushed(first)
        self.check_pushed(second)
        self.check_balance(invoice, 0)

    def test_payments_that_change_places(self):
        """Each needs what the other has; nobody is told to retry."""
        for switches in (
            {},
            {"batch_execution_order": "reversed"},
            {"overapplied_line": "clip"},
        ):
            with self.subTest(switches=switches):
                realm = self.connection.realm_id
                self.control("POST", f"company/{realm}", switches=switches)
                invoices = [self.push_invoice(100) for _number in range(3)]
                payments = [self.push_payment(invoice) for invoice in invoices]
                for payment in payments:
                    self.unmatch(payment.move_id)
                for payment, invoice in zip(
                    payments, invoices[1:] + invoices[:1], strict=True
                ):
                    self.match(payment.move_id, invoice)
                self.settle()
                for payment in payments:
                    self.assertEqual(self.check_pushed(payment)["UnappliedAmt"], 0)
                for invoice in invoices:
                    self.check_balance(invoice, 0)

    def test_what_frees_an_invoice_goes_first(self):
        """Also where what needs the invoice was queued before."""
        invoice = self.push_invoice(100)
        second = self.receive(100)
        second.action_qbo_push()
        self.settle()
        first = self.push_payment(invoice)
        self.edit(second, payment_reference="CHK 12")
        self.unmatch(first.move_id)
        self.match(second.move_id, invoice)
        self.assertLess(self.get_open(second).id, self.get_open(first).id)
        self.settle()
        self.check_pushed(first)
        self.check_pushed(second)
        self.check_balance(invoice, 0)

    def test_another_payment_instead_of_one_that_is_a_draft(self):
        """The void does not wait the ten minutes: the invoice is needed now."""
        invoice = self.push_invoice(100)
        first = self.push_payment(invoice)
        first.action_draft()
        self.unmatch(first.move_id)
        self.assertTrue(self.get_open(first).next_attempt_at)
        second = self.register(invoice)
        second.action_qbo_push()
        self.env.flush_all()
        self.connection._run_worker()
        self.env.invalidate_all()
        self.check_pushed(second)
        self.assertFalse(self.get_payments(first))
        self.check_balance(invoice, 0)

    def test_changed_back_before_it_was_sent(self):
        invoice = self.push_invoice(100)
        payment = self.push_payment(invoice)
        self.unmatch(payment.move_id)
        self.match(payment.move_id, invoice)
        self.assertFalse(self.get_open(payment))
        self.control("DELETE", "requests")
        self.settle()
        self.assertFalse(self.get_calls("batch"))

    def test_cancelled(self):
        invoice = self.push_invoice(100)
        payment = self.push_payment(invoice)
        number = self.get_operation(payment).qbo_id
        payment.action_draft()
        operation = self.get_open(payment)
        self.assertEqual(operation.action, "void")
        self.assertTrue(operation.next_attempt_at)
        payment.action_cancel()
        self.assertFalse(operation.next_attempt_at)
        self.control("DELETE", "requests")
        self.settle()
        self.assertEqual(operation.state, "done", operation.fault_message)
        (call,) = self.get_calls("/payment")
        self.assertIn("include=void", call["query"])
        self.assertFalse(self.get_payments(payment))
        self.check_balance(invoice, 100)
        binding = self.get_binding(payment)
        self.assertEqual((binding.qbo_id, binding.remote_state), (number, "voided"))
        self.assertEqual(payment.qbo_state, "voided")
        self.assertIn("Voided in QuickBooks", payment.message_ids[0].body)

    def test_there_is_time_to_edit(self):
        """What is reset to draft and posted again is changed, not made anew."""
        payment = self.push_payment()
        number = self.get_operation(payment).qbo_id
        payment.action_draft()
        operation = self.get_open(payment)
        self.assertEqual(operation.action, "void")
        self.env.flush_all()
        self.connection._run_worker()
        self.env.invalidate_all()
        self.assertEqual(operation.state, "queued")
        self.assertIn("unless it is posted again", operation.explanation)
        payment.write({"payment_reference": "CHK 12"})
        payment.action_post()
        self.settle()
        found = self.check_pushed(payment)
        self.assertEqual((found["Id"], found["PaymentRefNum"]), (number, "CHK 12"))
        self.check_balance(payment.reconciled_invoice_ids, 0)

    def test_cancelled_before_it_was_sent(self):
        payment = self.register(self.push_invoice())
        payment.action_qbo_push()
        operation = self.get_open(payment)
        payment.action_draft()
        self.assertEqual(operation.state, "cancelled")
        self.settle()
        self.assertFalse(self.get_documents(payment))

    def test_cancelled_and_posted_again(self):
        invoice = self.push_invoice(100)
        payment = self.push_payment(invoice)
        first = self.get_operation(payment)
        payment.action_draft()
        self.settle()
        self.assertFalse(self.get_payments(payment))
        payment.action_post()
        self.match(payment.move_id, invoice)
        self.settle()
        found = self.check_pushed(payment)
        self.assertNotEqual(found["Id"], first.qbo_id)
        self.check_balance(invoice, 0)

    def test_deleted(self):
        invoice = self.push_invoice(100)
        payment = self.push_payment(invoice)
        marker = payment._qbo_get_marker()
        payment.action_draft()
        payment.unlink()
        self.settle()
        (found,) = [
            each
            for each in self.get_objects("Payment")
            if marker in each["PrivateNote"]
        ]
        self.assertEqual(found["TotalAmt"], 0)
        self.check_balance(invoice, 100)

    def test_a_credit_note_is_taken_off(self):
        invoice, credit = self.push_invoice(100), self.push_credit(100)
        self.match(invoice, credit)
        invoice.action_qbo_push_payments()
        self.settle()
        use = self.env["qbo.credit.use"].search([("invoice_id", "=", invoice.id)])
        self.unmatch(credit)
        self.settle()
        self.assertFalse(self.get_payments(use))
        self.check_balance(invoice, 100)
        self.check_balance(credit, 100)
        self.match(invoice, credit)
        self.settle()
        self.check_pushed(use)
        self.check_balance(invoice, 0)

    def test_a_credit_note_is_used_for_less(self):
        invoice, credit = self.push_invoice(100), self.push_credit(100)
        self.match(invoice, credit)
        invoice.action_qbo_push_payments()
        self.settle()
        use = self.env["qbo.credit.use"].search([("invoice_id", "=", invoice.id)])
        self.unmatch(credit)
        payment = self.receive(40)
        self.match(payment.move_id, invoice)
        self.match(invoice, credit)
        payment.action_qbo_push()
        self.settle()
        self.check_pushed(use)
        self.check_pushed(payment)
        self.check_balance(invoice, 0)
        self.check_balance(credit, 40)

    def test_a_bank_line_is_unmatched(self):
        invoice = self.push_invoice(100)
        line = self.receive_by_bank(100, invoice)
        invoice.action_qbo_push_payments()
        self.settle()
        self.check_pushed(line)
        line.action_undo_reconciliation()
        self.settle()
        self.assertFalse(self.get_payments(line))
        self.check_balance(invoice, 100)

    # === CHANGED IN QUICKBOOKS === #

    def test_an_old_token_is_read_again(self):
        """What only moved on there, changed nothing that matters."""
        payment = self.push_payment()
        self.act(payment, "edit")
        self.edit(payment, payment_reference="CHK 12")
        self.settle(2)
        self.assertEqual(self.check_pushed(payment)["PaymentRefNum"], "CHK 12")

    def test_changed_there_goes_to_a_person(self):
        payment = self.push_payment()
        self.act(payment, "edit", PaymentRefNum="theirs")
        self.edit(payment, payment_reference="ours")
        self.settle(2)
        operation = self.get_operation(payment)
        self.assertEqual((operation.action, operation.state), ("update", "failed"))
        self.assertIn("theirs", operation.fault_message)
        (found,) = self.get_payments(payment)
        self.assertEqual(found["PaymentRefNum"], "theirs")
        self.assertEqual(payment.qbo_state, "failed")
        self.assertTrue(payment.qbo_may_retry)
        # A person saw it.
        payment.action_qbo_retry()
        self.settle(2)
        self.assertEqual(self.check_pushed(payment)["PaymentRefNum"], "ours")

    def test_changed_there_again_after_a_person_saw_it(self):
        payment = self.push_payment()
        self.act(payment, "edit", PaymentRefNum="theirs")
        self.edit(payment, payment_reference="ours")
        self.settle(2)
        self.act(payment, "edit", PaymentRefNum="theirs anew")
        payment.action_qbo_retry()
        self.settle(2)
        operation = self.get_operation(payment)
        self.assertEqual(operation.state, "failed")
        self.assertIn("theirs anew", operation.fault_message)

    def test_what_was_changed_there_is_not_sent_back(self):
        """It would be refused as soon as the payment is in a deposit."""
        self.connection.payments_start = "2026-01-01"
        self.connection.payment_journal_id = self.bank
        payment = self.push_payment()
        self.act(payment, "edit", TxnDate="2026-03-20")
        self.connection._request_poll()
        self.settle()
        self.assertEqual(str(payment.date), "2026-03-20")
        payment._qbo_follow()
        self.assertFalse(self.get_open(payment))
        self.edit(payment, date="2026-03-21")
        self.settle()
        self.assertEqual(self.check_pushed(payment)["TxnDate"], "2026-03-21")

    def test_deleted_there(self):
        invoice = self.push_invoice(100)
        payment = self.push_payment(invoice)
        self.act(payment, "delete")
        self.edit(payment, payment_reference="ours")
        self.settle(2)
        operation = self.get_operation(payment)
        self.assertEqual((operation.state, operation.cause), ("failed", "reference"))
        self.assertEqual(self.get_binding(payment).remote_state, "deleted")
        self.assertIn("Click Retry to create it anew", payment.qbo_notice)
        payment.action_qbo_retry()
        self.settle()
        self.check_pushed(payment)
        self.check_balance(invoice, 0)

    def test_voided_here_and_deleted_there(self):
        payment = self.push_payment()
        self.act(payment, "delete")
        payment.action_draft()
        self.settle(2)
        operation = self.get_operation(payment)
        self.assertEqual((operation.action, operation.state), ("void", "done"))

    def meet_deposit(self, match):
        self.control(
            "POST", "faults", match={"times": 1, **match}, action={"fault": "6540"}
        )

    def check_deposited(self, payment, action):
        operation = self.get_operation(payment)
        self.assertEqual(
            (operation.action, operation.state, operation.cause),
            (action, "failed", "settled"),
        )
        self.assertIn("deposit", operation.explanation)
        self.assertIn("deposit", payment.qbo_notice)
        self.assertEqual(operation.with_user(self.approver).fix_button, "open_in_qbo")

    def test_deposited_cannot_be_changed(self):
        payment = self.push_payment()
        self.meet_deposit({"item": {"entity": "Payment", "operation": "update"}})
        self.edit(payment, payment_reference="ours")
        self.settle()
        self.check_deposited(payment, "update")
        # Undone in Odoo, there is nothing to do any more.
        self.edit(payment, payment_reference=False)
        self.assertEqual(payment.qbo_state, "pushed")

    def test_deposited_cannot_be_voided(self):
        payment = self.push_payment()
        self.meet_deposit({"path": "/payment"})
        payment.action_draft()
        self.settle()
        self.check_deposited(payment, "void")
        payment.action_qbo_retry()
        self.settle()
        self.assertFalse(self.get_payments(payment))

    def test_closed_period(self):
        payment = self.push_payment()
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            book_close_date="2999-12-31",
        )
        payment.action_draft()
        self.settle()
        operation = self.get_operation(payment)
        self.assertEqual(
            (operation.state, operation.cause), ("failed", "closed_period")
        )
        self.assertEqual(len(self.get_payments(payment)), 1)

    def test_voided_there_is_not_created_by_itself(self):
        invoice = self.push_invoice(100)
        payment = self.push_payment(invoice)
        self.act(payment, "void")
        self.get_binding(payment).remote_state = "voided"
        self.unmatch(payment.move_id)
        self.assertFalse(self.get_open(payment))
        self.assertEqual(payment.qbo_state, "voided")

    # === UNDER WAY === #

    def test_changed_while_it_is_under_way(self):
        invoice = self.push_invoice(100)
        payment = self.register(invoice)
        payment.action_qbo_push()
        self.control(
            "POST",
            "faults",
            match={"times": 1, "operation": "batch", "body": '"operation"'},
            action={"drop": "after"},
        )
        self.settle()
        operation = self.get_operation(payment)
        self.assertEqual(operation.state, "uncertain")
        self.unmatch(payment.move_id)
        self.assertEqual(self.get_open(payment), operation)
        with self.fails(UserError), self.env.cr.savepoint():
            payment.unlink()
        self.settle(3)
        found = self.check_pushed(payment)
        self.assertEqual(found["UnappliedAmt"], 100)
        self.check_balance(invoice, 100)
