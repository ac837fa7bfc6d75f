from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import QboCommon
from .payments import PaymentMixin


class MatchMixin(PaymentMixin):
    """An accountant who works through the queue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant.group_ids += cls.env.ref("account.group_account_invoice")
        cls.discounts = cls.books["account.account"].create(
            {"code": "650990", "name": "Discounts given", "account_type": "expense"}
        )

    def wait(self, total, invoice, **values):
        """Receive money that pays nothing in QuickBooks; return its row."""
        payment = self.receive(total, customer=self.get_customer_id(invoice), **values)
        self.notify(payment)
        return self.find(payment).with_user(self.accountant)

    def open_wizard(self, payment):
        action = payment.action_match()
        return (
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .browse(action["res_id"])
        )

    def match(self, payment, *choices):
        """Match with the wizard, as the page does.

        :param choices: (document, amount, values of the line)
        """
        wizard = self.open_wizard(payment)
        wizard.line_ids = [
            Command.create({"move_id": move.id, "amount": amount, **dict(*values)})
            for move, amount, *values in choices
        ]
        wizard.action_match()
        self.env.invalidate_all()
        return wizard

    def hear_again(self, payment=None):
        """Everything is polled and heard again: what people decided stands."""
        before = self.get_books()
        self.connection.changes_read_until = False
        self.poll()
        self.notify(*self.get_objects("Payment"))
        self.env["qbo.payment"].search([]).is_due = True
        self.work()
        self.assert_conserved()
        self.assertEqual(self.get_books(), before)


@tagged("post_install", "-at_install")
class TestPaymentsMatch(MatchMixin, QboCommon):
    """Suggestions, the wizard, and what becomes of what people decide."""

    def get_suggestions(self, payment):
        wizard = self.open_wizard(payment)
        return wizard.suggestion_ids

    # === SUGGESTIONS === #

    def test_suggestions_name_their_reasons(self):
        one, two, three = (self.push_invoice(each) for each in (100, 60, 40))
        payment = self.wait(100, one, PaymentRefNum=two.name)
        found = self.get_suggestions(payment)
        reasons = dict(found.mapped(lambda each: (each.documents, each.reasons)))
        named = next(
            text for name, text in reasons.items() if name.startswith(two.name)
        )
        self.assertIn("same number", named)
        both = f"{two.name} ($\xa060.00), {three.name} ($\xa040.00)"
        self.assertIn("amount equals two documents", reasons[both])
        same = next(text for name, text in reasons.items() if name.startswith(one.name))
        self.assertIn("same customer, same amount", same)

    def test_suggestion_by_number_beats_amount(self):
        other = self._create_customer("Bay Lamps", email="pay@bay.example")
        one, two = self.push_invoice(100), self.push_invoice(100)
        theirs = self.push_invoice(100, other)
        payment = self.wait(100, one, PrivateNote=f"Transfer for {two.name}.")
        found = self.get_suggestions(payment)
        self.assertIn(two.name, found[0].documents)
        self.assertIn(theirs.name, found[-1].documents)
        self.assertEqual(found[-1].reasons, "only the amount is the same")
        self.assertTrue(found[-1].is_weak)

    def test_suggestion_of_a_renamed_customer(self):
        somebody = self.get_objects("Customer")[0]
        twin = self._create_customer(somebody["DisplayName"] + " Inc.")
        invoice = self.create_invoice(
            [(self.service, 1, 75, self.env["account.tax"])], twin
        )
        payment = self.receive(75, customer=somebody["Id"])
        self.notify(payment)
        row = self.find(payment).with_user(self.accountant)
        self.assertEqual(row.reason, "customer")
        found = self.get_suggestions(row)
        self.assertIn(invoice.name, found[0].documents)
        self.assertIn("similar name", found[0].reasons)

    def test_suggestion_with_early_payment_discount(self):
        term = self.books["account.payment.term"].create(
            {
                "name": "2% 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [Command.create({"value": "percent", "value_amount": 100})],
            }
        )
        invoice = self.push_invoice(100, invoice_payment_term_id=term.id)
        payment = self.wait(98, invoice)
        hint = self.get_suggestions(payment)[0]
        self.assertIn("early-payment discount", hint.reasons)
        self.assertEqual(hint.write_down, 2)
        # A hint only: without an account nothing is written down.
        wizard = hint.wizard_id
        hint.action_take()
        with self.assertRaisesRegex(UserError, "Choose the account"):
            wizard.action_match()

    def test_no_candidates(self):
        payment = self.wait(33, self.push_invoice(100))
        self.push_invoice(70)
        found = self.get_suggestions(payment)
        self.assertEqual(found.mapped("reasons"), ["oldest first, same customer"])

    # === THE WIZARD === #

    def test_take_over_and_match(self):
        one, two = self.push_invoice(60), self.push_invoice(40)
        payment = self.wait(100, one)
        found = self.get_suggestions(payment)
        wizard = found.wizard_id
        self.assertEqual((wizard.free_amount, wizard.left_amount), (100, 100))
        found[0].action_take()
        self.assertEqual(wizard.line_ids.move_id, one + two)
        self.assertEqual(wizard.left_amount, 0)
        wizard.action_match()
        self.env.invalidate_all()
        self.assertEqual((payment.state, payment.open_amount), ("matched", 0))
        self.assertEqual((one.payment_state, two.payment_state), ("paid", "paid"))
        self.assertIn("apply it in QuickBooks too", payment.divergence)
        self.assertIn(one.name, payment.message_ids[0].body)
        self.hear_again()

    def test_running_total_on_the_page(self):
        one, two = self.push_invoice(60), self.push_invoice(80)
        wizard = self.open_wizard(self.wait(100, one))
        with Form(wizard) as form:
            with form.line_ids.new() as line:
                line.move_id = one
                self.assertEqual(line.amount, 60)
            self.assertEqual(form.left_amount, 40)
            with form.line_ids.new() as line:
                line.move_id = two
                # What is left, not what is open.
                self.assertEqual(line.amount, 40)
            self.assertEqual(form.left_amount, 0)

    def test_split_in_part(self):
        one, two = self.push_invoice(60), self.push_invoice(80)
        payment = self.wait(100, one)
        self.match(payment, (one, 25), (two, 35))
        self.assertEqual((payment.state, payment.open_amount), ("partly", 40))
        self.assertEqual((one.amount_residual, two.amount_residual), (35, 45))
        self.hear_again()
        # The rest later, to one of the same.
        self.match(payment, (two, 40))
        self.assertEqual(payment.state, "matched")
        self.assertEqual((one.amount_residual, two.amount_residual), (35, 5))
        self.hear_again()

    def test_invoice_of_another_customer(self):
        other = self._create_customer("Bay Lamps", email="pay@bay.example")
        one, theirs = self.push_invoice(60), self.push_invoice(80, other)
        payment = self.wait(100, one)
        self.match(payment, (theirs, 80))
        self.assertEqual(theirs.payment_state, "paid")
        # The rest is still the credit of who paid.
        self.assertEqual(payment.account_payment_id.partner_id, self.customer)
        self.hear_again()

    def test_money_for_an_invoice_odoo_does_not_know(self):
        invoice = self.push_invoice(100)
        line = {
            "Amount": 50,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
        }
        customer = self.get_customer_id(invoice)
        theirs = self.act(
            "Invoice", "create", CustomerRef={"value": customer}, Line=[line]
        )
        payment = self.receive(50, (("Invoice", theirs["Id"]), 50), customer=customer)
        self.notify(payment)
        row = self.find(payment).with_user(self.accountant)
        self.assertEqual(row.reason, "unknown")
        self.match(row, (invoice, 50))
        self.assertEqual((row.state, invoice.amount_residual), ("matched", 50))
        self.hear_again()

    def test_foreign_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "currency_id": euro.id,
                "company_id": self.company.id,
                "inverse_company_rate": 1.10,
            }
        )
        invoice = self.create_invoice(
            [(self.service, 1, 100, self.env["account.tax"])], currency_id=euro.id
        )
        somebody = self.get_objects("Customer")[0]["Id"]
        self.prefer("CurrencyPrefs", MultiCurrencyEnabled=True)
        row = self.env["qbo.payment"]._take(
            self.connection,
            "Payment",
            [
                {
                    "Id": "9001",
                    "SyncToken": "0",
                    "TxnDate": "2026-03-10",
                    "TotalAmt": 100,
                    "UnappliedAmt": 100,
                    "CurrencyRef": {"value": "EUR"},
                    "ExchangeRate": 1.2,
                    "CustomerRef": {"value": somebody, "name": "Somebody"},
                }
            ],
            "poll",
        )
        row._in_books()._apply()
        row = row.with_user(self.accountant)
        dollars = self.create_invoice()
        with self.assertRaisesRegex(UserError, "another currency"):
            row._decide([{"move": dollars, "amount": 50}])
        self.match(row, (invoice, 100, {"write_down": 0}))
        self.assertEqual((row.state, invoice.payment_state), ("matched", "paid"))
        self.assertEqual(row.account_payment_id.move_id.amount_total_signed, 120)

    # === REFUSALS === #

    def test_more_than_is_open(self):
        one, two = self.push_invoice(60), self.push_invoice(80)
        payment = self.wait(100, one)
        with self.assertRaisesRegex(UserError, "of which .*60.00 is open"):
            payment._decide([{"move": one, "amount": 61}])
        with self.assertRaisesRegex(UserError, "100.00 is to be had"):
            payment._decide(
                [{"move": one, "amount": 60}, {"move": two, "amount": 40.01}]
            )
        with self.assertRaisesRegex(UserError, "twice"):
            payment._decide([{"move": one, "amount": 10}] * 2)
        with self.assertRaisesRegex(UserError, "more than nothing"):
            payment._decide([{"move": one, "amount": -1}])
        with self.assertRaisesRegex(UserError, "at least one"):
            payment._decide([])
        self.assertFalse(payment.has_decisions)
        self.assertEqual(one.amount_residual, 60)

    def test_two_users_at_once(self):
        """The second, whose page is older, matches nothing twice."""
        one, two = self.push_invoice(60), self.push_invoice(80)
        payment = self.wait(60, one)
        first, second = self.open_wizard(payment), self.open_wizard(payment)
        for wizard, invoice in ((first, one), (second, two)):
            wizard.line_ids = [Command.create({"move_id": invoice.id, "amount": 60})]
        first.action_match()
        with self.assertRaisesRegex(UserError, "Nothing of .* is open"):
            second.action_match()
        other = self.wait(60, one)
        with self.assertRaisesRegex(UserError, "0.00 is open"):
            other._decide([{"move": one, "amount": 60}])

    def test_wrong_kinds_of_documents(self):
        invoice, credit = self.push_invoice(60), self.push_credit_note(60)
        payment = self.wait(60, invoice)
        draft = self.create_invoice(post=False)
        with self.assertRaisesRegex(UserError, "no invoice"):
            payment._decide([{"move": credit, "amount": 60}])
        with self.assertRaisesRegex(UserError, "draft"):
            payment._decide([{"move": draft, "amount": 60}])

    def test_held_up_payment_cannot_be_matched(self):
        invoice = self.push_invoice(60)
        self.company.fiscalyear_lock_date = "2026-03-31"
        payment = self.wait(60, invoice)
        self.assertEqual(payment.reason, "locked")
        self.assertFalse(payment.can_match)
        with self.assertRaisesRegex(UserError, "locked in Odoo"):
            payment._decide([{"move": invoice, "amount": 60}])

    def test_nothing_is_left_of_a_refused_choice(self):
        one = self.push_invoice(60)
        payment = self.wait(100, one)
        before = self.get_books()
        wizard = self.open_wizard(payment)
        wizard.line_ids = [
            Command.create({"move_id": one.id, "amount": 50, "write_down": 10})
        ]
        with self.assertRaisesRegex(UserError, "Choose the account"):
            wizard.action_match()
        self.assertEqual(self.get_books(), before)

    # === WRITE-DOWNS === #

    def write_down(self, payment, invoice, amount, rest):
        values = {"write_down": rest, "write_down_account_id": self.discounts.id}
        self.match(payment, (invoice, amount, values))

    def test_write_down(self):
        invoice = self.push_invoice(100)
        payment = self.wait(97, invoice)
        self.write_down(payment, invoice, 97, 3)
        self.assertEqual((payment.state, invoice.payment_state), ("matched", "paid"))
        entry = payment.line_ids.write_down_move_id
        balances = {line.account_id: line.balance for line in entry.line_ids}
        self.assertEqual(balances[self.discounts], 3)
        self.assertEqual(len(balances), 2)
        self.assertIn("Written down in Odoo only", payment.divergence)
        self.assertIn("Discounts given", payment.message_ids[0].body)
        self.hear_again()

    def test_write_down_is_reversed(self):
        invoice = self.push_invoice(100)
        payment = self.wait(97, invoice)
        self.write_down(payment, invoice, 97, 3)
        entry = payment.line_ids.write_down_move_id
        payment.action_undo_decisions()
        self.env.invalidate_all()
        self.assertEqual(invoice.amount_residual, 100)
        self.assertEqual(payment.state, "queued")
        booked = self.books["account.move.line"].search(
            [("account_id", "=", self.discounts.id), ("parent_state", "=", "posted")]
        )
        self.assertEqual(sum(booked.mapped("balance")), 0)
        self.assertTrue(entry.reversal_move_ids)
        self.assertEqual(set(entry.line_ids.mapped("amount_residual")), {0})
        self.hear_again()

    def test_write_down_of_what_quickbooks_applies_later(self):
        """The rest is still open there: somebody has to know."""
        invoice = self.push_invoice(100)
        payment = self.wait(97, invoice)
        self.write_down(payment, invoice, 97, 3)
        self.edit({"Id": payment.qbo_id}, (invoice, 97))
        self.poll()
        self.assertEqual((payment.state, invoice.amount_residual), ("matched", 0))
        self.assertEqual(self.get_object(invoice)["Balance"], 3)
        self.assertNotIn("Applied in Odoo only", payment.divergence)
        self.assertIn("Written down in Odoo only", payment.divergence)

    def test_write_down_of_a_payment_that_is_voided(self):
        """Nobody paid what the write-down went along with: all is owed again."""
        invoice = self.push_invoice(100)
        payment = self.wait(97, invoice)
        self.write_down(payment, invoice, 97, 3)
        self.act("Payment", "void", payment.qbo_id)
        self.poll()
        self.assertEqual(invoice.amount_residual, 100)
        self.assertEqual(payment.volume, 0)
        self.hear_again()

    def test_write_down_of_a_document_that_was_opened_again(self):
        invoice = self.push_invoice(100)
        payment = self.wait(97, invoice)
        self.write_down(payment, invoice, 97, 3)
        invoice.button_draft()
        invoice.button_cancel()
        self.poll()
        self.assertEqual((payment.state, payment.reason), ("queued", "decision"))
        invoice.button_draft()
        invoice.action_post()
        self.poll()
        self.assertEqual((payment.state, invoice.amount_residual), ("matched", 0))
        booked = self.books["account.move.line"].search(
            [("account_id", "=", self.discounts.id), ("parent_state", "=", "posted")]
        )
        self.assertEqual(sum(booked.mapped("balance")), 3)

    def test_write_down_over_two_instalments(self):
        term = self.books["account.payment.term"].create(
            {
                "name": "Half and half",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50}),
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": 30}
                    ),
                ],
            }
        )
        invoice = self.push_invoice(100, invoice_payment_term_id=term.id)
        payment = self.wait(40, invoice)
        self.write_down(payment, invoice, 40, 60)
        self.assertEqual((payment.state, invoice.amount_residual), ("matched", 0))

    def test_write_down_to_a_wrong_account(self):
        invoice = self.push_invoice(100)
        payment = self.wait(97, invoice)
        receivable = invoice._qbo_get_receivable_lines().account_id
        for account in (receivable, self.bank.default_account_id):
            with self.assertRaisesRegex(UserError, "Nothing can be written down to"):
                payment._decide(
                    [
                        {
                            "move": invoice,
                            "amount": 97,
                            "write_down": 3,
                            "account": account,
                        }
                    ]
                )

    # === QUICKBOOKS GOES ON === #

    def test_quickbooks_applies_the_same_later(self):
        """What was decided here is not paid twice when it is done there too."""
        one, two = self.push_invoice(60), self.push_invoice(40)
        payment = self.wait(100, one)
        self.match(payment, (one, 60))
        remote = {"Id": payment.qbo_id}
        self.edit(remote, (one, 60))
        self.poll()
        self.assertEqual((payment.state, payment.reason), ("partly", "unapplied"))
        self.assertFalse(payment.divergence)
        self.assertEqual((one.amount_residual, two.amount_residual), (0, 40))
        self.assert_agrees()
        self.edit(remote, (one, 60), (two, 40))
        self.poll()
        self.assertEqual(payment.state, "matched")
        self.assert_agrees()
        self.hear_again()

    def test_quickbooks_applies_it_elsewhere(self):
        """QuickBooks' word goes first; the choice gets what is left, if anything."""
        one, two = self.push_invoice(100), self.push_invoice(100)
        payment = self.wait(100, one)
        self.match(payment, (one, 100))
        self.edit({"Id": payment.qbo_id}, (two, 70))
        self.poll()
        self.assertEqual((one.amount_residual, two.amount_residual), (70, 30))
        self.assertEqual(payment.state, "matched")
        self.edit({"Id": payment.qbo_id}, (two, 100))
        self.poll()
        self.assertEqual((one.amount_residual, two.amount_residual), (100, 0))
        self.assert_agrees()
        self.hear_again()

    def test_more_of_an_invoice_that_quickbooks_pays_in_part(self):
        invoice = self.push_invoice(100)
        payment = self.receive(70, (invoice, 40))
        self.notify(payment)
        row = self.find(payment).with_user(self.accountant)
        self.match(row, (invoice, 30))
        self.assertEqual((row.state, invoice.amount_residual), ("matched", 30))
        self.assertEqual(
            dict(row.line_ids.mapped(lambda line: (line.origin, line.applied))),
            {"quickbooks": 40, "person": 30},
        )
        self.hear_again()

    def test_another_payment_in_quickbooks_for_the_same_invoice(self):
        """Both stand in the queue until a person undoes the choice."""
        one, two = self.push_invoice(100), self.push_invoice(100)
        payment = self.wait(100, one)
        self.match(payment, (one, 100))
        other = self.receive(100, (one, 100))
        self.poll()
        late = self.find(other)
        self.assertEqual((late.state, late.reason), ("queued", "exceeds"))
        self.hear_again()
        payment.action_undo_decisions()
        self.poll()
        self.assertEqual((late.state, payment.state), ("matched", "queued"))
        self.match(payment, (two, 100))
        self.assertEqual((one + two).mapped("amount_residual"), [0, 0])
        self.hear_again()

    def test_invoice_is_cancelled_later(self):
        invoice = self.push_invoice(100)
        payment = self.wait(100, invoice)
        self.match(payment, (invoice, 100))
        invoice.button_draft()
        invoice.button_cancel()
        self.poll()
        self.assertEqual((payment.state, payment.reason), ("queued", "decision"))
        self.assertIn(invoice.name, payment.reason_text)
        self.hear_again()

    # === UNDOING === #

    def test_undo(self):
        one, two = self.push_invoice(60), self.push_invoice(40)
        payment = self.wait(100, one)
        before = self.get_books()[0]
        self.match(payment, (one, 60), (two, 40))
        self.assertTrue(payment.has_decisions)
        payment.action_undo_decisions()
        self.env.invalidate_all()
        self.assertEqual((payment.state, payment.reason), ("queued", "unapplied"))
        self.assertEqual(self.get_books()[0], before)
        self.assertFalse(payment.divergence)
        self.assert_agrees()
        self.hear_again()
        with self.assertRaisesRegex(UserError, "Nothing to undo"):
            payment.action_undo_decisions()

    # === IGNORING AND LEAVING === #

    def test_ignored_until_quickbooks_says_something_else(self):
        invoice = self.push_invoice(100)
        payment = self.wait(100, invoice)
        wizard = self.open_wizard(payment)
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_ignore()
        wizard.ignore_reason = "Paid back in cash"
        wizard.action_ignore()
        self.env.invalidate_all()
        self.assertEqual(payment.state, "ignored")
        self.assertEqual(payment.ignore_reason, "Paid back in cash")
        self.hear_again()
        self.assertEqual((payment.state, payment.ignored_amount), ("ignored", 100))
        # A note there changes nothing that was judged.
        self.edit({"Id": payment.qbo_id}, PrivateNote="Seen")
        self.poll()
        self.assertEqual(payment.state, "ignored")
        self.edit({"Id": payment.qbo_id}, TotalAmt=80)
        self.poll()
        self.assertEqual((payment.state, payment.open_amount), ("queued", 80))

    def test_ignore_is_undone_and_overruled(self):
        invoice = self.push_invoice(100)
        payment = self.wait(100, invoice)
        payment._ignore("A mistake")
        payment.action_undo_decisions()
        self.assertEqual((payment.state, payment.open_amount), ("queued", 100))
        payment._ignore("A mistake again")
        self.match(payment, (invoice, 100))
        self.assertEqual((payment.state, payment.ignore_reason), ("matched", False))

    def test_ignore_several(self):
        invoice = self.push_invoice(100)
        payments = self.wait(30, invoice) + self.wait(40, invoice)
        action = payments.action_ignore()
        wizard = self.env[action["res_model"]].with_user(self.accountant)
        wizard = wizard.browse(action["res_id"])
        wizard.reason = "Opening balances"
        wizard.action_ignore()
        self.assertEqual(set(payments.mapped("state")), {"ignored"})
        with self.assertRaisesRegex(UserError, "nothing to ignore"):
            payments.action_ignore()

    def test_leave_with_a_note(self):
        payment = self.wait(100, self.push_invoice(100))
        wizard = self.open_wizard(payment)
        with self.assertRaisesRegex(UserError, "Write a note"):
            wizard.action_leave()
        wizard.note = "Asked Ann what it is for"
        wizard.action_leave()
        self.assertEqual(payment.state, "queued")
        self.hear_again()
        self.assertEqual(payment.note, "Asked Ann what it is for")
        self.assertEqual(self.open_wizard(payment).note, payment.note)

    # === REFUNDS === #

    def refund(self, amount, invoice):
        line = {
            "Amount": amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
        }
        bank = self.find_reference("Account", "Bank").qbo_id
        refund = self.act(
            "RefundReceipt",
            "create",
            CustomerRef={"value": self.get_customer_id(invoice)},
            DepositToAccountRef={"value": bank},
            Line=[line],
            TxnDate="2026-03-11",
        )
        self.notify(refund, entity="RefundReceipt")
        return self.find(refund, "RefundReceipt").with_user(self.accountant)

    def test_refund(self):
        invoice, credit = self.push_invoice(100), self.push_credit_note(40)
        row = self.refund(40, invoice)
        found = self.get_suggestions(row)
        self.assertIn(credit.name, found[0].documents)
        with self.assertRaisesRegex(UserError, "no credit note"):
            row._decide([{"move": invoice, "amount": 40}])
        self.match(row, (credit, 40))
        self.assertEqual((row.state, credit.amount_residual), ("matched", 0))
        self.assertEqual(row.account_payment_id.payment_type, "outbound")
        self.assertIn("close it there", row.divergence)
        self.hear_again()
        row.action_undo_decisions()
        self.env.invalidate_all()
        self.assertEqual((row.state, credit.amount_residual), ("queued", 40))
        self.assertEqual(row.account_payment_id.state, "canceled")
        self.hear_again()

    # === THE EXACT ONES === #

    def test_bulk_exact(self):
        other = self._create_customer("Bay Lamps", email="pay@bay.example")
        one, two, three = (self.push_invoice(100) for _ in range(3))
        theirs = self.push_invoice(100, other)
        exact = self.wait(100, one, PaymentRefNum=one.name)
        by_note = self.wait(100, one, PrivateNote=f"Thanks, {two.name}")
        amount_only = self.wait(100, one)
        number_only = self.wait(99, one, PaymentRefNum=three.name)
        of_another = self.wait(100, one, PaymentRefNum=theirs.name)
        payments = exact + by_note + amount_only + number_only + of_another
        action = payments.action_match_exact()
        wizard = self.env[action["res_model"]].with_user(self.accountant)
        wizard = wizard.browse(action["res_id"])
        self.assertEqual((wizard.exact_count, wizard.other_count), (2, 3))
        # Nothing is matched by being listed.
        self.assertEqual(set(payments.mapped("state")), {"queued"})
        wizard.action_match()
        self.env.invalidate_all()
        self.assertEqual(set((exact + by_note).mapped("state")), {"matched"})
        rest = amount_only + number_only + of_another
        self.assertEqual(set(rest.mapped("state")), {"queued"})
        residuals = (one + two + three + theirs).mapped("amount_residual")
        self.assertEqual(residuals, [0, 0, 100, 100])
        self.hear_again()

    def test_bulk_exact_for_one_invoice_twice(self):
        invoice = self.push_invoice(100)
        payments = self.wait(100, invoice, PaymentRefNum=invoice.name)
        payments += self.wait(100, invoice, PaymentRefNum=invoice.name)
        action = payments.action_match_exact()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.exact_count, 0)
        self.assertIn("several payments", wizard.line_ids[0].why_not)

    def test_bulk_exact_after_something_changed(self):
        one, two = self.push_invoice(100), self.push_invoice(100)
        payments = self.wait(100, one, PaymentRefNum=one.name)
        payments += self.wait(100, two, PaymentRefNum=two.name)
        action = payments.action_match_exact()
        wizard = self.env[action["res_model"]].with_user(self.accountant)
        wizard = wizard.browse(action["res_id"])
        one.button_draft()
        message = wizard.action_match()["params"]["message"]
        self.env.invalidate_all()
        self.assertIn("1 matched", message)
        self.assertIn("not exact any more", message)
        self.assertEqual(payments.mapped("state"), ["queued", "matched"])

    # === RIGHTS === #

    def test_users_only_look(self):
        invoice = self.push_invoice(100)
        row = self.wait(100, invoice)
        payment = row.with_user(self.user)
        self.assertEqual(payment.state, "queued")
        for act in (
            payment.action_match,
            payment.action_ignore,
            payment.action_match_exact,
            payment.action_undo_decisions,
            payment.action_poll,
            lambda: payment._leave("x"),
            lambda: payment._ignore("x"),
            lambda: payment._decide([{"move": invoice, "amount": 100}]),
            lambda: payment.write({"note": "x"}),
            lambda: self.env["qbo.payment.match"]
            .with_user(self.user)
            .create({"payment_id": payment.id}),
        ):
            with self.assertRaises(AccessError):
                act()
        row.write({"note": "Mine", "user_id": self.accountant.id})
        with self.assertRaises(AccessError):
            row.write({"state": "matched"})
        self.assertIn("Mine", row.note)
        row.with_user(self.administrator)._leave("The administrator may, too")

    def test_other_companies_see_nothing(self):
        invoice = self.push_invoice(100)
        row = self.wait(100, invoice)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._create_user("accountant", company)
        self.assertFalse(self.env["qbo.payment"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            row.with_user(stranger).action_match()
        with self.assertRaises(AccessError):
            row.with_user(stranger)._decide([{"move": invoice, "amount": 100}])
        with self.assertRaises(AccessError):
            self.env["qbo.payment.match"].with_user(stranger).create(
                {"payment_id": row.id}
            )
        # Nor do their documents come into question.
        wizard = self.open_wizard(row)
        foreign = self.create_foreign(company)
        with self.assertRaisesRegex(UserError, "another company"):
            wizard.line_ids = [Command.create({"move_id": foreign.id, "amount": 1})]
        with self.assertRaisesRegex(UserError, "another company"):
            row._decide([{"move": foreign, "amount": 1}])

    def create_foreign(self, company):
        """Return an invoice of another company."""
        self.env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        context = dict(self.env.context, allowed_company_ids=company.ids)
        invoice = self.env(context=context)["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-02",
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 100})],
            }
        )
        invoice.action_post()
        return invoice

    # === PAGES === #

    def test_payment_of_odoo_names_it(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        self.notify(payment)
        booked = self.find(payment).account_payment_id.with_user(self.accountant)
        self.assertEqual(booked.qbo_payment_number, payment["Id"])
        action = booked.action_qbo_open_payment()
        self.assertEqual(action["res_id"], self.find(payment).id)

    def test_preflight_asks_for_the_journal(self):
        checks = self.connection.with_user(self.administrator).preflight
        state = {check["name"]: check["state"] for check in checks}
        self.assertEqual(state["payment_journal"], "ok")
        self.connection.payment_journal_id = False
        self.env.invalidate_all()
        checks = self.connection.with_user(self.administrator).preflight
        check = next(each for each in checks if each["name"] == "payment_journal")
        self.assertEqual(check["state"], "warning")
        self.assertTrue(check["button"])
