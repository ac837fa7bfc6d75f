from odoo import fields
from odoo.tests import tagged

from .common import QboCommon
from .deposits import DepositsMixin


@tagged("post_install", "-at_install")
class TestDays(DepositsMixin, QboCommon):
    """What a journal received on a day is one deposit, when the day is over."""

    policy = "day"

    def test_one_for_each_day(self):
        first, second = self.pay(100), self.pay(50)
        other = self.pay(30, payment_date="2026-03-05")
        self.run_cron()
        deposits = self.env["qbo.deposit"].search([], order="date")
        self.assertEqual(deposits.mapped("total"), [150, 30])
        self.assertEqual(deposits[0].line_ids.payment_id, first | second)
        self.assertEqual(deposits[1].line_ids.payment_id, other)
        remote = {each["TxnDate"]: each for each in self.get_objects("Deposit")}
        self.assertEqual(remote["2026-03-02"]["TotalAmt"], 150)
        self.assertEqual(remote["2026-03-05"]["TotalAmt"], 30)
        self.assertEqual(len(remote["2026-03-02"]["Line"]), 2)
        self.run_cron()
        self.assertEqual(len(self.get_objects("Deposit")), 2)

    def test_not_the_day_that_goes_on(self):
        today = fields.Date.context_today(self.connection)
        payment = self.pay(100, payment_date=today)
        self.run_cron()
        self.assertFalse(payment._qbo_get_deposit_line())
        self.assertFalse(self.get_objects("Deposit"))

    def test_not_what_is_not_there_or_deposited(self):
        self.register(self.push_invoice(50))
        self.run_cron()
        self.assertFalse(self.env["qbo.deposit"].search([]))

    def test_not_what_was_received_in_quickbooks(self):
        """Whoever received it there has it in a drawer, or deposits it there."""
        payment = self.receive_in_quickbooks(self.push_invoice(100))
        self.assertEqual(payment.journal_id, self.bank)
        self.run_cron()
        self.assertFalse(payment._qbo_get_deposit_line())
        self.assertFalse(self.get_objects("Deposit"))

    def test_not_of_a_journal_that_is_undeposited_funds_itself(self):
        mapping = self.env["qbo.mapping"].search([("res_id", "=", self.bank.id)])
        mapping.reference_id = self.undeposited
        self.pay(100)
        self.run_cron()
        self.assertFalse(self.env["qbo.deposit"].search([]))

    # === PAYMENTS THAT CHANGE MEANWHILE === #

    def group(self, *payments):
        """Return the queued deposit of payments."""
        self.connection._deposit_past_days()
        self.env.flush_all()
        deposit = payments[0]._qbo_get_deposit_line().deposit_id
        self.assertEqual(self.get_operation(deposit).state, "queued")
        return deposit

    def edit(self, payment, **values):
        invoices = payment.reconciled_invoice_ids
        payment.action_draft()
        payment.write(values)
        payment.action_post()
        self.match(payment.move_id, invoices)
        self.env.flush_all()

    def test_a_payment_that_is_edited(self):
        """It leaves the deposit, and is in the next one as it is then."""
        payment, other = self.pay(100), self.pay(50)
        deposit = self.group(payment, other)
        self.edit(payment, amount=70)
        self.assertEqual(deposit.line_ids.payment_id, other)
        self.work(2)
        self.run_cron()
        there = [each["TotalAmt"] for each in self.get_objects("Deposit")]
        self.assertEqual(sorted(there), [50, 70])
        for each in (payment, other):
            holder = each._qbo_get_deposit_line().deposit_id
            self.assertEqual(holder.qbo_state, "pushed")

    def test_a_payment_of_another_day_by_now(self):
        payment = self.pay(100)
        self.group(payment)
        self.edit(payment, date="2026-03-05")
        self.work(2)
        self.run_cron()
        (found,) = self.get_objects("Deposit")
        self.assertEqual(found["TxnDate"], "2026-03-05")

    def test_a_payment_that_becomes_a_draft(self):
        """It is not taken to the bank a moment before it is voided."""
        payment = self.pay(100)
        deposit = self.group(payment)
        payment.action_draft()
        self.env.flush_all()
        self.connection._run_worker()
        self.env.invalidate_all()
        self.assertFalse(deposit.is_live)
        self.assertFalse(self.get_objects("Deposit"))
        self.work()
        self.assertEqual(payment.qbo_state, "voided")

    def test_a_bank_line_makes_none(self):
        payment = self.pay(100)
        self.assertFalse(self.get_deposit(self.pay_out(payment, 100)))
        self.run_cron()
        self.assertEqual(len(self.get_objects("Deposit")), 1)
