from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import QboCommon
from .payments_out import PaymentsOutMixin


@tagged("post_install", "-at_install")
class TestPaymentsOutRules(PaymentsOutMixin, QboCommon):
    """Which payments go to QuickBooks, when, and at whose word."""

    def check_refused(self, record, *texts):
        with self.assertRaises(UserError) as caught:
            record.action_qbo_push()
        for text in texts:
            self.assertIn(text, str(caught.exception))
        self.assertFalse(self.env["qbo.operation"]._get_open_of(record))

    def settle(self):
        self.env.flush_all()
        self.work()

    # === WHAT QUICKBOOKS CANNOT HOLD === #

    def test_an_invoice_that_is_not_there(self):
        invoice = self.create_invoice([(self.service, 1, 100, None)])
        payment = self.register(invoice)
        self.check_refused(payment, payment.name, invoice.name, "Push that first")
        self.assertIn(invoice.name, payment.qbo_notice)
        self.assertFalse(payment.qbo_may_push)

    def test_an_invoice_that_never_goes_stays_out(self):
        there = self.push_invoice(100)
        never = self.create_invoice([(self.service, 1, 50, None)])
        never.with_user(self.approver).sudo().action_qbo_exclude()
        payment = self.register(there | never)
        payment.action_qbo_push()
        self.settle()
        found = self.check_pushed(payment)
        self.assertEqual((found["TotalAmt"], found["UnappliedAmt"]), (150, 50))

    def test_a_credit_note_that_never_goes(self):
        """Nobody is told to push what must not be pushed."""
        invoice = self.push_invoice(100)
        never = self.create_invoice(
            [(self.service, 1, 100, None)], move_type="out_refund"
        )
        never.with_user(self.approver).sudo().action_qbo_exclude()
        self.match(invoice, never)
        message = invoice.action_qbo_push_payments()["params"]["message"]
        self.assertIn(f"{never.name} does not go to QuickBooks", message)
        self.assertNotIn("Push that", message)

    def test_a_write_off(self):
        invoice = self.push_invoice(100)
        account = self.books["account.account"].search(
            [("account_type", "=", "expense")], limit=1
        )
        payment = self.register(
            invoice,
            amount=95,
            payment_difference_handling="reconcile",
            writeoff_account_id=account.id,
        )
        self.assertEqual(invoice.amount_residual, 0)
        self.check_refused(payment, "write-off", account.name, "credit note")

    def test_a_fee_in_a_bank_line(self):
        invoice = self.push_invoice(100)
        line = self.receive_by_bank(100, invoice)
        account = self.books["account.account"].search(
            [("account_type", "=", "expense")], limit=1
        )
        line.line_ids.remove_move_reconcile()
        money = line._seek_for_lines()[0].account_id
        receivable = line._qbo_get_receivable_lines().account_id
        amounts = ((money, 100), (receivable, -90), (account, -10))
        line.with_context(force_delete=True, skip_readonly_check=True).line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "account_id": each.id,
                        "amount_currency": amount,
                        "partner_id": invoice.partner_id.id,
                    }
                )
                for each, amount in amounts
            ),
        ]
        self.match(line.move_id, invoice)
        self.check_refused(line, account.name)

    def test_money_paid_back(self):
        credit = self.push_credit(100)
        payment = self.register(credit)
        self.assertEqual(payment.payment_type, "outbound")
        self.check_refused(payment, "pays money back", "expense")
        self.assertFalse(payment.qbo_state)

    def test_invoices_of_two_customers(self):
        other = self._create_customer("Other Traders")
        payment = self.receive(150)
        theirs = self.push_invoice(50, partner=other)
        self.match(payment.move_id, self.push_invoice(100), theirs)
        self.check_refused(payment, other.name, theirs.name, "one customer")

    def test_a_payment_to_a_vendor(self):
        payment = self.receive(10, partner_type="supplier", payment_type="outbound")
        self.check_refused(payment, "no payment of a customer")
        self.assertFalse(payment.qbo_state)

    def test_a_draft(self):
        payment = self.receive(10)
        payment.action_draft()
        self.check_refused(payment, "Post it first")

    def test_before_the_start_date(self):
        payment = self.receive(10)
        self.connection.start_date = date(2026, 4, 1)
        self.check_refused(payment, "2026-04-01", payment.name)
        self.assertFalse(payment.qbo_state)

    def test_in_a_closed_period(self):
        payment = self.receive(10)
        preferences = dict(self.connection.preferences)
        preferences["AccountingInfoPrefs"] = {"BookCloseDate": "2026-03-31"}
        self.connection.preferences = preferences
        self.check_refused(payment, "2026-03-31", "closed")

    def test_a_credit_note_is_used_in_a_closed_period(self):
        """It has no day of its own that somebody could change, and moves no money."""
        invoice, credit = self.push_invoice(100), self.push_credit(100)
        self.close_books("2026-03-31")
        self.match(invoice, credit)
        invoice.action_qbo_push_payments()
        self.settle()
        use = self.env["qbo.credit.use"].search([("invoice_id", "=", invoice.id)])
        self.assertEqual(self.check_pushed(use)["TxnDate"], "2026-04-01")
        self.check_balance(invoice, 0)
        self.check_balance(credit, 0)
        # Later closings change nothing of it.
        self.close_books("2026-04-30")
        use._qbo_follow()
        self.assertFalse(self.env["qbo.operation"]._get_open_of(use))

    def close_books(self, day):
        self.connection.book_close_date = day
        realm = self.connection.realm_id
        self.control("POST", f"company/{realm}", book_close_date=day)
        self.env.flush_all()

    def test_a_currency_quickbooks_does_not_keep(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        payment = self.receive(10, currency_id=euro.id)
        self.check_refused(payment, "EUR")

    def test_an_account_that_is_gone(self):
        bank = self.find_reference("Account", "Bank")
        self.connection.deposit_account_id = bank
        payment = self.receive(10)
        bank.active = False
        self.check_refused(payment, bank.display_name, "not active")

    # === WHO AND WHEN === #

    def test_who_may(self):
        payment = self.register(self.push_invoice())
        accounting = self.env.ref("account.group_account_invoice")
        for user in (self.user, self.approver):
            user.group_ids |= accounting
        with self.assertRaises(AccessError):
            payment.with_user(self.user).action_qbo_push()
        payment.with_user(self.approver).action_qbo_push()
        operation = self.env["qbo.operation"]._get_open_of(payment)
        self.assertEqual(operation.user_id, self.approver)
        self.settle()
        self.check_pushed(payment)

    def test_another_company(self):
        payment = self.register(self.push_invoice())
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._create_user("approver", other)
        stranger.group_ids |= self.env.ref("account.group_account_invoice")
        with self.assertRaises(UserError):
            payment.with_user(stranger).action_qbo_push()
        self.assertFalse(self.env["qbo.operation"]._get_open_of(payment))

    def test_off(self):
        self.connection.payment_push = "off"
        invoice = self.push_invoice()
        payment = self.register(invoice)
        self.check_refused(payment, "not pushed")
        self.assertFalse(payment.qbo_state)
        self.assertFalse(invoice.qbo_may_push_payments)

    def test_off_does_not_follow(self):
        payment = self.register(self.push_invoice())
        payment.action_qbo_push()
        self.settle()
        self.connection.payment_push = "off"
        payment.action_draft()
        self.settle()
        self.assertEqual(len(self.get_payments(payment)), 1)

    def test_manual_waits_for_a_person(self):
        payment = self.register(self.push_invoice())
        self.assertFalse(self.env["qbo.operation"]._get_open_of(payment))

    def test_automatic(self):
        self.connection.payment_push = "automatic"
        invoice, credit = self.push_invoice(100), self.push_credit(30)
        self.match(invoice, credit)
        payment = self.register(invoice, amount=50)
        line = self.receive_by_bank(20, invoice)
        self.settle()
        use = self.env["qbo.credit.use"].search([("invoice_id", "=", invoice.id)])
        for record in (payment, line, use):
            self.check_pushed(record)
        self.check_balance(invoice, 0)

    def test_automatic_once_the_invoice_is_there(self):
        self.connection.payment_push = "automatic"
        invoice = self.create_invoice([(self.service, 1, 100, None)])
        payment = self.register(invoice)
        self.assertFalse(self.env["qbo.operation"]._get_open_of(payment))
        self.push(invoice)
        self.settle()
        self.check_pushed(payment)
        self.check_balance(invoice, 0)

    def test_automatic_leaves_alone_what_settles_nothing(self):
        self.connection.payment_push = "automatic"
        payment = self.receive(10)
        self.assertFalse(self.env["qbo.operation"]._get_open_of(payment))

    def test_an_invoice_that_is_taken_back(self):
        """The payment says what it needs, and goes once that is there."""
        invoice = self.create_invoice([(self.service, 1, 100, None)])
        queued = self.queue(invoice)
        payment = self.register(invoice)
        payment.action_qbo_push()
        queued._cancel("Taken back.")
        self.settle()
        operation = self.get_operation(payment)
        self.assertEqual((operation.state, operation.cause), ("failed", "dependency"))
        self.assertIn(invoice.name, operation.explanation)
        self.push(invoice)
        self.settle()
        self.check_pushed(payment)

    def test_from_quickbooks_never_goes_back(self):
        """Whatever the settings, and whoever asks."""
        payment = self.register(self.push_invoice())
        self.env["qbo.payment"].create(
            {
                "connection_id": self.connection.id,
                "realm_id": self.connection.realm_id,
                "entity": "Payment",
                "qbo_id": "4711",
                "account_payment_id": payment.id,
            }
        )
        self.connection.payment_push = "automatic"
        payment._qbo_follow()
        self.check_refused(payment, "came from QuickBooks")
        self.assertFalse(payment.qbo_state)

    # === FINDING === #

    def test_filters(self):
        invoices = [self.push_invoice() for _number in range(3)]
        payments = [self.register(invoice) for invoice in invoices]
        payments[0].action_qbo_push()
        self.settle()
        payments[1].action_qbo_push()
        self.env.flush_all()
        self.env.invalidate_all()
        states = ["pushed", "queued", "not_pushed"]
        model = self.books["account.payment"]
        for payment, state in zip(payments, states, strict=True):
            self.assertEqual(payment.qbo_state, state)
            self.assertEqual(model.search([("qbo_state", "=", state)]), payment)
        self.assertFalse(model.search([("qbo_state", "=", "failed")]))
        others = model.search([("qbo_state", "=", False)])
        self.assertFalse(others.filtered(lambda each: each in payments))


@tagged("post_install", "-at_install")
class TestPaymentsOutCurrency(PaymentsOutMixin, QboCommon):
    """Payments in another currency, at a rate of their own."""

    def setUp(self):
        super().setUp()
        self.euro = self.env.ref("base.EUR")
        self.euro.active = True
        self.books["res.currency.rate"].create(
            [
                {"name": day, "rate": rate, "currency_id": self.euro.id}
                for day, rate in (("2026-01-01", 0.8), ("2026-03-10", 0.9))
            ]
        )

    def test_own_rate(self):
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            preferences={"CurrencyPrefs": {"MultiCurrencyEnabled": True}},
        )
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="CompanyCurrency",
            operation="create",
            values={"Code": "EUR"},
        )
        self.set_up_quickbooks()
        invoice = self.push_invoice(100, currency_id=self.euro.id)
        payment = self.register(
            invoice, payment_date="2026-03-12", currency_id=self.euro.id, amount=60
        )
        payment.action_qbo_push()
        self.env.flush_all()
        self.work()
        found = self.check_pushed(payment)
        self.assertEqual(found["CurrencyRef"]["value"], "EUR")
        self.assertEqual(found["TotalAmt"], 60)
        # 60 / 0.9 = 66.67 dollars in Odoo's entry.
        self.assertAlmostEqual(float(found["ExchangeRate"]), 66.67 / 60, 6)
        self.assertAlmostEqual(float(self.get_remote(invoice)["ExchangeRate"]), 1.25, 6)
        self.assertEqual(self.get_remote(invoice)["Balance"], 40)
        self.assertEqual(invoice.amount_residual, 40)
