from odoo import Command
from odoo.tests import tagged

from .common import QboCommon
from .payments import PaymentMixin


@tagged("post_install", "-at_install")
class TestPaymentsByHand(PaymentMixin, QboCommon):
    """Payments of QuickBooks that people did something with in Odoo itself."""

    def receive_unapplied(self, invoice, total=100):
        payment = self.receive(total, customer=self.get_customer_id(invoice))
        self.notify(payment)
        return payment, self.find(payment)

    def receive_applied(self):
        """Return (invoice, payment as QuickBooks has it, row of the queue)."""
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        self.notify(payment)
        return invoice, payment, self.find(payment)

    def give_back(self, row, amount):
        """Give so much of the credit back; return the line of that entry."""
        own = row._get_own_lines()
        lines = [
            {"account_id": own.account_id.id, "partner_id": own.partner_id.id},
            {"account_id": self.bank.default_account_id.id},
        ]
        entry = self.books["account.move"].create(
            {
                "date": "2026-03-20",
                "line_ids": [
                    Command.create({**lines[0], "debit": amount}),
                    Command.create({**lines[1], "credit": amount}),
                ],
            }
        )
        entry.action_post()
        line = entry.line_ids.filtered("debit")
        (own | line).reconcile()
        self.env.flush_all()
        return line

    # === MONEY THAT IS USED FOR SOMETHING ELSE === #

    def assert_used(self, row, line):
        self.assertEqual(row.reason, "used", row.reason_text)
        self.assertIn(line.move_id.name, row.reason_text)
        self.assertTrue(line.reconciled)
        self.assertFalse(row.can_match)
        self.assert_conserved()

    def test_given_back_and_applied_in_quickbooks(self):
        """The same money cannot pay an invoice, too, and nobody says that it did."""
        invoice = self.push_invoice(100)
        payment, row = self.receive_unapplied(invoice)
        line = self.give_back(row, 100)
        self.edit(payment, (invoice, 100))
        self.notify(payment)
        self.poll()
        self.assertEqual((row.state, row.matched_amount), ("queued", 0))
        self.assertEqual(invoice.amount_residual, 100)
        self.assert_used(row, line)
        line.remove_move_reconcile()
        self.env.flush_all()
        self.poll()
        self.assertEqual((row.state, invoice.amount_residual), ("matched", 0))

    def test_given_back_and_amount_edited(self):
        """What was given back stays so, whatever becomes of the payment."""
        invoice = self.push_invoice(70)
        payment = self.receive(100, (invoice, 70))
        self.notify(payment)
        row = self.find(payment)
        line = self.give_back(row, 30)
        self.edit(payment, TotalAmt=70)
        self.notify(payment)
        self.assertEqual(row.account_payment_id.amount, 100)
        self.assertEqual(invoice.amount_residual, 0)
        self.assert_used(row, line)

    def test_given_back_and_the_rest_applied(self):
        invoice = self.push_invoice(100)
        payment, row = self.receive_unapplied(invoice)
        self.give_back(row, 30)
        self.edit(payment, (invoice, 70))
        self.notify(payment)
        self.assertEqual((row.state, row.matched_amount), ("partly", 70))
        self.assertEqual(invoice.amount_residual, 30)

    def test_matched_by_hand_in_another_currency(self):
        """QuickBooks cannot say it so; it stays all the same."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "inverse_company_rate": 1.10,
            }
        )
        invoice = self.push_invoice(100)
        payment, row = self.receive_unapplied(invoice)
        lines = [(self.service, 1, 50, self.env["account.tax"])]
        theirs = self.create_invoice(lines, currency_id=euro.id)
        (row._get_own_lines() | theirs._qbo_get_receivable_lines()).reconcile()
        self.env.flush_all()
        self.poll()
        self.assertEqual(theirs.amount_residual, 0)
        self.assertEqual(row.reason, "unapplied")
        self.assert_conserved()
        self.edit(payment, (invoice, 100))
        self.notify(payment)
        self.assertEqual((theirs.amount_residual, row.reason), (0, "used"))

    # === RESET TO DRAFT === #

    def reset_to_draft(self, row):
        row.account_payment_id.action_draft()
        self.env.flush_all()
        return row.account_payment_id

    def test_draft_is_booked_again(self):
        """Not a second time beside it: posted again, both would count."""
        invoice, payment, row = self.receive_applied()
        draft = self.reset_to_draft(row)
        name = draft.name
        self.edit(payment, PrivateNote="looked at")
        self.notify(payment)
        self.assertEqual(row.account_payment_id, draft)
        self.assertEqual((draft.state, draft.name), ("paid", name))
        self.assertEqual((row.state, invoice.amount_residual), ("matched", 0))
        self.assertEqual(sum(row._get_own_lines().mapped("amount_residual")), 0)
        self.assert_repeats()

    def test_draft_is_found_by_the_poll(self):
        invoice = self.push_invoice(100)
        payment = self.receive(130, (invoice, 100))
        self.notify(payment)
        row = self.find(payment)
        draft = self.reset_to_draft(row)
        self.poll()
        self.assertEqual(row.account_payment_id, draft)
        self.assertIn(draft.state, ("in_process", "paid"))
        self.assertEqual((row.matched_amount, invoice.amount_residual), (100, 0))
        self.assert_repeats()

    def test_draft_of_what_was_voided_there(self):
        invoice, payment, row = self.receive_applied()
        draft = self.reset_to_draft(row)
        self.act("Payment", "void", payment["Id"])
        self.notify(payment)
        self.assertEqual((draft.state, invoice.amount_residual), ("canceled", 100))
        self.assert_repeats()

    def test_amount_changed_by_hand_comes_back(self):
        """The credit is what QuickBooks says, and the queue says so, too."""
        invoice = self.push_invoice(100)
        row = self.receive_unapplied(invoice)[1]
        booked = self.reset_to_draft(row)
        booked.amount = 90
        booked.action_post()
        self.env.flush_all()
        self.poll()
        self.assertEqual((booked.amount, row.open_amount), (100, 100))
        self.assertEqual(row.account_payment_id, booked)
        self.assert_repeats()

    # === JOURNALS === #

    def create_till(self):
        return self.books["account.journal"].create(
            {"name": "Till", "type": "cash", "code": "TILL"}
        )

    def map_journal(self, journal, account):
        self.env["qbo.mapping"].create(
            {
                "connection_id": self.connection.id,
                "kind": "journal",
                "res_model": "account.journal",
                "res_id": journal.id,
                "reference_id": account.id,
            }
        )

    def test_another_journal_moves_no_old_payments(self):
        """Of April on it is another; what stands in March stays there."""
        invoice, payment, row = self.receive_applied()
        booked = row.account_payment_id
        self.connection.payment_journal_id = self.create_till()
        self.env.flush_all()
        self.edit(payment, PrivateNote="looked at")
        self.notify(payment)
        self.assertEqual((row.account_payment_id, booked.state), (booked, "paid"))
        self.assertEqual(booked.journal_id, self.bank)
        self.assertEqual(row.state, "matched")

    def test_what_a_former_version_booked_stays_where_it_is(self):
        """It did not note where; without a note every payment would look moved."""
        invoice, payment, row = self.receive_applied()
        booked = row.account_payment_id
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE qbo_payment
                  SET booked_account_qbo_id = NULL, booked_amount = NULL
                WHERE id = %s""",
            [row.id],
        )
        self.migrate("19.0.1.5.0/post-payments.py", "19.0.1.4.0")
        self.assertEqual(row.booked_account_qbo_id, row.account_qbo_id)
        self.assertEqual(row.booked_amount, 100)
        self.connection.payment_journal_id = self.create_till()
        self.edit(payment, PrivateNote="looked at")
        self.notify(payment)
        self.assertEqual((row.account_payment_id, booked.state), (booked, "paid"))
        self.assertEqual(booked.journal_id, self.bank)
        self.assertEqual((row.state, invoice.amount_residual), ("matched", 0))

    def test_another_account_in_quickbooks_moves_it(self):
        till, checking = self.create_till(), self.find_reference("Account", "Bank")
        self.map_journal(till, checking)
        invoice, payment, row = self.receive_applied()
        self.edit(payment, DepositToAccountRef={"value": checking.qbo_id})
        self.notify(payment)
        self.assertEqual(row.account_payment_id.journal_id, till)
        self.assertEqual(invoice.amount_residual, 0)
        self.assert_repeats()

    def test_mapped_journal_is_no_more(self):
        till, checking = self.create_till(), self.find_reference("Account", "Bank")
        self.map_journal(till, checking)
        till.unlink()
        invoice = self.push_invoice(100)
        account = {"value": checking.qbo_id}
        payment = self.receive(100, (invoice, 100), DepositToAccountRef=account)
        self.notify(payment)
        row = self.find(payment)
        self.assertEqual(row.account_payment_id.journal_id, self.bank)

    def test_journal_is_archived(self):
        till = self.create_till()
        self.connection.payment_journal_id = till
        till.active = False
        self.env.flush_all()
        invoice, payment, row = self.receive_applied()
        self.assertEqual((row.state, row.reason), ("queued", "journal"))

    # === RECEIVABLE ACCOUNTS === #

    def give_other_receivable(self):
        """From now on invoices of the customer stand on another account."""
        account = self.books["account.account"].create(
            {"code": "121990", "name": "Trade", "account_type": "asset_receivable"}
        )
        customer = self.customer.with_company(self.company)
        customer.property_account_receivable_id = account

    def test_credit_on_another_receivable_account(self):
        """It was booked when nobody knew what it would pay."""
        invoice = self.push_invoice(100)
        payment, row = self.receive_unapplied(invoice)
        credit = row.account_payment_id
        self.give_other_receivable()
        later = self.push_invoice(60)
        self.edit(payment, (later, 60))
        self.notify(payment)
        self.assertEqual((row.state, row.matched_amount), ("partly", 60))
        self.assertEqual((later.amount_residual, credit.state), (0, "canceled"))
        self.assert_repeats()

    def test_choice_on_another_receivable_account_gives_way(self):
        invoice = self.push_invoice(100)
        payment, row = self.receive_unapplied(invoice)
        row._decide([{"move": invoice, "amount": 40}])
        self.give_other_receivable()
        later = self.push_invoice(100)
        self.edit(payment, (later, 100))
        self.notify(payment)
        self.assertEqual((row.state, later.amount_residual), ("matched", 0))
        self.assert_agrees()
        self.assert_repeats()
