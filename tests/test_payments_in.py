from odoo.tests import tagged

from .common import QboCommon
from .payments import PaymentMixin


@tagged("post_install", "-at_install")
class TestPaymentsIn(PaymentMixin, QboCommon):
    """Each row of what can become of a payment, heard by webhook and by poll."""

    def hear(self, payment):
        """Hear of a payment by webhook; polling and repeating then change nothing."""
        self.notify(payment)
        row = self.find(payment)
        self.assert_agrees()
        self.assert_repeats()
        return row

    def test_full(self):
        invoice = self.push_invoice(100)
        row = self.hear(self.receive(100, (invoice, 100), PaymentRefNum="CHQ 77"))
        self.assertEqual(row.state, "matched")
        self.assertEqual(invoice.payment_state, "paid")
        booked = row.account_payment_id
        self.assertEqual(booked.amount, 100)
        self.assertEqual(booked.memo, "CHQ 77")
        self.assertEqual(booked.journal_id, self.bank)
        self.assertEqual(str(booked.date), "2026-03-10")
        self.assertEqual(booked.partner_id, self.customer)
        self.assertEqual(booked.reconciled_invoice_ids, invoice)

    def test_partial(self):
        invoice = self.push_invoice(100)
        row = self.hear(self.receive(40, (invoice, 40)))
        self.assertEqual((row.state, invoice.payment_state), ("matched", "partial"))
        self.assertEqual(invoice.amount_residual, 60)

    def test_several_invoices(self):
        one, two, three = (self.push_invoice(100) for _ in range(3))
        row = self.hear(self.receive(210, (one, 100), (two, 70), (three, 40)))
        self.assertEqual(row.state, "matched")
        residuals = [each.amount_residual for each in (one, two, three)]
        self.assertEqual(residuals, [0, 30, 60])
        self.assertEqual(row.account_payment_id.amount, 210)

    def test_over_payment(self):
        invoice = self.push_invoice(100)
        row = self.hear(self.receive(130, (invoice, 100)))
        self.assertEqual((row.state, row.reason), ("partly", "unapplied"))
        self.assertEqual((row.matched_amount, row.open_amount), (100, 30))
        self.assertEqual(row.account_payment_id.amount, 130)
        self.assertEqual(invoice.amount_residual, 0)

    def test_unapplied_then_applied(self):
        invoice = self.push_invoice(100)
        customer = self.get_customer_id(invoice)
        payment = self.receive(100, customer=customer)
        row = self.hear(payment)
        self.assertEqual((row.state, row.reason), ("queued", "unapplied"))
        booked = row.account_payment_id
        self.assertEqual(booked.state, "in_process")
        self.edit(payment, (invoice, 60))
        self.hear(payment)
        self.assertEqual((row.state, row.open_amount), ("partly", 40))
        self.edit(payment, (invoice, 100))
        self.hear(payment)
        self.assertEqual(row.state, "matched")
        self.assertEqual(row.account_payment_id, booked)

    def test_credit_memo_applied(self):
        invoice, credit = self.push_invoice(100), self.push_credit_note(100)
        row = self.hear(self.receive(0, (invoice, 60), (credit, 60)))
        self.assertEqual((row.state, row.volume), ("matched", 60))
        self.assertFalse(row.account_payment_id)
        self.assertEqual(invoice.amount_residual, 40)
        self.assertEqual(credit.amount_residual, 40)

    def test_credit_memo_and_money(self):
        invoice, credit = self.push_invoice(100), self.push_credit_note(30)
        row = self.hear(self.receive(50, (invoice, 80), (credit, 30)))
        self.assertEqual(row.state, "matched")
        self.assertEqual(row.account_payment_id.amount, 50)
        self.assertEqual(invoice.amount_residual, 20)

    def test_credit_memo_applied_by_quickbooks_itself(self):
        self.prefer("SalesFormsPrefs", AutoApplyCredit=True)
        credit = self.push_credit_note(30)
        # The receipt says that QuickBooks paid a part of it at once.
        invoice = self.create_invoice([(self.service, 1, 100, self.env["account.tax"])])
        self.push(invoice)
        (payment,) = self.get_objects("Payment")
        self.hear(payment)
        self.assertEqual(invoice.amount_residual, 70)
        self.assertEqual(credit.amount_residual, 0)

    def test_amount_edited(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        row = self.hear(payment)
        name = row.account_payment_id.name
        self.edit(payment, (invoice, 80), TotalAmt=80)
        self.hear(payment)
        self.assertEqual(row.account_payment_id.amount, 80)
        self.assertEqual(row.account_payment_id.name, name)
        self.assertEqual(invoice.amount_residual, 20)
        self.edit(payment, (invoice, 100), TotalAmt=120)
        self.hear(payment)
        self.assertEqual((row.state, row.open_amount), ("partly", 20))

    def test_date_edited(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        row = self.hear(payment)
        self.edit(payment, TxnDate="2026-04-02")
        self.hear(payment)
        self.assertEqual(str(row.account_payment_id.date), "2026-04-02")
        self.assertEqual(invoice.payment_state, "paid")

    def test_date_of_an_over_payment_edited(self):
        """What stays unapplied pays nothing, whatever is booked anew."""
        invoice = self.push_invoice(100)
        payment = self.receive(70, (invoice, 60))
        self.hear(payment)
        self.edit(payment, TxnDate="2026-04-02")
        self.hear(payment)
        self.assertEqual(invoice.amount_residual, 40)

    def test_moved_to_another_invoice(self):
        one, two = self.push_invoice(100), self.push_invoice(100)
        payment = self.receive(100, (one, 100))
        self.hear(payment)
        self.edit(payment, (two, 100))
        row = self.hear(payment)
        self.assertEqual(row.state, "matched")
        self.assertEqual((one.amount_residual, two.amount_residual), (100, 0))

    def test_moved_to_another_customer(self):
        other = self._create_customer("Bay Lamps", email="pay@bay.example")
        one, two = self.push_invoice(100), self.push_invoice(100, other)
        payment = self.receive(100, (one, 100))
        self.hear(payment)
        customer = {"value": self.get_customer_id(two)}
        self.edit(payment, (two, 100), CustomerRef=customer)
        row = self.find(payment)
        old = row.account_payment_id
        self.hear(payment)
        self.assertEqual(old.state, "canceled")
        self.assertEqual(row.account_payment_id.partner_id, other)
        self.assertEqual((one.amount_residual, two.amount_residual), (100, 0))

    def test_voided(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        row = self.hear(payment)
        self.act("Payment", "void", payment["Id"])
        self.hear(payment)
        self.assertEqual((row.remote_state, row.state), ("voided", "matched"))
        self.assertEqual(row.account_payment_id.state, "canceled")
        self.assertEqual(row.account_payment_id.move_id.state, "cancel")
        self.assertEqual(invoice.amount_residual, 100)

    def test_deleted(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        row = self.hear(payment)
        self.act("Payment", "delete", payment["Id"])
        self.hear(payment)
        self.assertEqual(row.remote_state, "deleted")
        self.assertEqual(row.account_payment_id.state, "canceled")
        self.assertEqual(invoice.amount_residual, 100)

    def test_deleted_before_it_was_heard_of(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        self.act("Payment", "delete", payment["Id"])
        self.notify(payment)
        self.poll()
        self.assertFalse(self.find(payment))
        self.assert_agrees()
        self.assert_conserved()

    def test_credit_application_undone(self):
        invoice, credit = self.push_invoice(100), self.push_credit_note(100)
        payment = self.receive(0, (invoice, 60), (credit, 60))
        self.hear(payment)
        self.act("Payment", "delete", payment["Id"])
        self.hear(payment)
        self.assertEqual(invoice.amount_residual, 100)
        self.assertEqual(credit.amount_residual, 100)

    # === WHAT CANNOT BE APPLIED WAITS, WITH ITS REASON === #

    def assert_waits(self, payment, reason, matched=0):
        row = self.hear(payment) if payment else self.env["qbo.payment"].search([])
        self.assertEqual(row.reason, reason, row.reason_text)
        self.assertEqual(row.state, "partly" if matched else "queued")
        self.assertEqual(row.matched_amount, matched)
        self.assertEqual(row.matched_amount + row.open_amount, row.volume)
        self.assertTrue(row.reason_text)
        return row

    def create_foreign_invoice(self, total, customer):
        """An invoice that the bookkeeper wrote in QuickBooks: Odoo does not know it."""
        line = {
            "Amount": total,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
        }
        invoice = self.act(
            "Invoice", "create", CustomerRef={"value": customer}, Line=[line]
        )
        return "Invoice", invoice["Id"]

    def test_invoice_that_odoo_does_not_know(self):
        invoice = self.push_invoice(100)
        theirs = self.create_foreign_invoice(50, self.get_customer_id(invoice))
        payment = self.receive(150, (invoice, 100), (theirs, 50))
        self.notify(payment)
        row = self.find(payment)
        self.assertEqual((row.state, row.reason), ("partly", "unknown"))
        self.assertEqual((row.matched_amount, row.open_amount), (100, 50))
        # Only what concerns Odoo is booked: the rest is nobody's credit here.
        self.assertEqual(row.account_payment_id.amount, 100)
        self.assertEqual(invoice.amount_residual, 0)
        self.assert_repeats()

    def test_customer_that_odoo_does_not_know(self):
        somebody = self.get_objects("Customer")[0]
        payment = self.receive(75, customer=somebody["Id"])
        row = self.assert_waits(payment, "customer")
        self.assertFalse(row.account_payment_id)

    def test_invoice_that_is_a_draft_again(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        invoice.button_draft()
        self.notify(payment)
        row = self.find(payment)
        self.assertEqual((row.state, row.reason), ("queued", "draft"))
        self.assertFalse(row.account_payment_id)
        invoice.action_post()
        self.poll()
        self.assertEqual((row.state, invoice.payment_state), ("matched", "paid"))
        self.assert_agrees()

    def test_invoice_of_which_less_is_open(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create(
            {"amount": 30, "journal_id": self.bank.id}
        ).action_create_payments()
        self.notify(payment)
        row = self.find(payment)
        self.assertEqual((row.state, row.reason), ("partly", "exceeds"))
        self.assertEqual((row.matched_amount, row.open_amount), (70, 30))
        self.assertEqual(invoice.amount_residual, 0)
        self.assert_repeats()

    def test_cancelled_invoice(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        invoice.button_cancel()
        self.notify(payment)
        row = self.find(payment)
        self.assertEqual((row.state, row.reason), ("queued", "cancelled"))

    def test_no_journal(self):
        self.connection.payment_journal_id = False
        invoice = self.push_invoice(100)
        self.notify(payment := self.receive(100, (invoice, 100)))
        row = self.find(payment)
        self.assertEqual((row.state, row.reason), ("queued", "journal"))
        self.connection.payment_journal_id = self.bank
        self.poll()
        self.assertEqual((row.state, invoice.payment_state), ("matched", "paid"))

    def test_mapped_journal(self):
        cash = self.books["account.journal"].create(
            {"name": "Till", "type": "cash", "code": "TILL"}
        )
        checking = self.find_reference("Account", "Bank")
        self.env["qbo.mapping"].create(
            {
                "connection_id": self.connection.id,
                "kind": "journal",
                "res_model": "account.journal",
                "res_id": cash.id,
                "reference_id": checking.id,
            }
        )
        invoice = self.push_invoice(100)
        account = {"value": checking.qbo_id}
        payment = self.receive(100, (invoice, 100), DepositToAccountRef=account)
        row = self.hear(payment)
        self.assertEqual(row.account_payment_id.journal_id, cash)

    def test_locked_in_odoo(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100), TxnDate="2026-02-10")
        self.company.fiscalyear_lock_date = "2026-02-28"
        self.notify(payment)
        row = self.find(payment)
        self.assertEqual((row.state, row.reason), ("queued", "locked"))
        self.assertIn("2026-02-28", row.reason_text)
        self.assertEqual(invoice.amount_residual, 100)
        self.company.fiscalyear_lock_date = False
        self.poll()
        self.assertEqual(row.state, "matched")
        self.assertEqual(str(row.account_payment_id.date), "2026-02-10")

    def test_voided_in_a_locked_period(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100), TxnDate="2026-02-10")
        self.notify(payment)
        row = self.find(payment)
        self.company.fiscalyear_lock_date = "2026-02-28"
        self.act("Payment", "void", payment["Id"])
        self.notify(payment)
        self.assertEqual((row.state, row.reason), ("queued", "locked"))
        self.assertEqual(row.account_payment_id.state, "paid")
        self.assertEqual(invoice.amount_residual, 0)

    def test_matched_with_the_bank(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        self.notify(payment)
        row = self.find(payment)
        liquidity, _counterpart, _other = row.account_payment_id._seek_for_lines()
        entry = self.books["account.move"].create(
            {
                "journal_id": self.bank.id,
                "date": "2026-03-12",
                "line_ids": [
                    (
                        0,
                        0,
                        {"account_id": self.bank.default_account_id.id, "debit": 100},
                    ),
                    (0, 0, {"account_id": liquidity.account_id.id, "credit": 100}),
                ],
            }
        )
        entry.action_post()
        (liquidity | entry.line_ids.filtered("credit")).reconcile()
        self.edit(payment, (invoice, 60), TotalAmt=60)
        self.notify(payment)
        self.assertEqual((row.state, row.reason), ("queued", "bank"))
        self.assertEqual(row.account_payment_id.amount, 100)

    def test_refund_receipt_waits_for_a_person(self):
        invoice = self.push_invoice(100)
        line = {
            "Amount": 40,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
        }
        refund = self.act(
            "RefundReceipt",
            "create",
            CustomerRef={"value": self.get_customer_id(invoice)},
            DepositToAccountRef={
                "value": self.find_reference("Account", "Bank").qbo_id
            },
            Line=[line],
            TxnDate="2026-03-11",
        )
        self.notify(refund, entity="RefundReceipt")
        row = self.find(refund, "RefundReceipt")
        self.assertEqual((row.state, row.reason), ("queued", "refund"))
        self.assertFalse(row.account_payment_id)

    def test_before_the_start(self):
        self.connection.payments_start = "2026-03-11"
        invoice = self.push_invoice(100)
        self.notify(payment := self.receive(100, (invoice, 100)))
        self.poll()
        self.assertFalse(self.find(payment))
        self.assert_conserved()

    def test_received_on_the_evening_of_the_connection(self):
        """In Los Angeles it is still the 10th when it is the 11th in UTC."""
        self.connection.write(
            {"payments_start": False, "connected_at": "2026-03-11 02:00:00"}
        )
        invoice = self.push_invoice(100)
        self.notify(payment := self.receive(100, (invoice, 100)))
        self.assertEqual(self.find(payment).state, "matched")
        self.poll()
        self.assertEqual(str(self.connection.payments_start), "2026-03-10")
        self.assert_conserved()

    # === DEPOSITS === #

    def test_fee_in_the_deposit(self):
        """The customer paid all of it; the fee is between the bank and us."""
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        row = self.hear(payment)
        before = self.get_books()
        bank = self.find_reference("Account", "Bank")
        fee = self.find_reference("Account", "Expense")
        link = {"TxnId": payment["Id"], "TxnType": "Payment", "TxnLineId": "0"}
        detail = {"AccountRef": {"value": fee.qbo_id}}
        deposit = self.act(
            "Deposit",
            "create",
            DepositToAccountRef={"value": bank.qbo_id},
            TxnDate="2026-03-12",
            Line=[
                {"Amount": 100, "LinkedTxn": [link]},
                {
                    "Amount": -2.9,
                    "DetailType": "DepositLineDetail",
                    "DepositLineDetail": detail,
                },
            ],
        )
        self.hear(payment)
        self.assertEqual(row.deposit_qbo_id, deposit["Id"])
        self.assertEqual(row.state, "matched")
        self.assertEqual(self.get_books(), before)

    # === OTHER COMPANIES === #

    def test_document_of_another_company(self):
        """What a link of this company points at may be nobody else's."""
        invoice = self.push_invoice(100)
        other = self.env["res.company"].create(
            {"name": "Other Books", "currency_id": self.company.currency_id.id}
        )
        self._set_up_other_books(other)
        theirs = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": other.id,
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-02",
                "invoice_line_ids": [(0, 0, {"name": "x", "price_unit": 100})],
            }
        )
        theirs.action_post()
        invoice._qbo_get_binding(self.connection).res_id = theirs.id
        self.env.flush_all()
        there = self.get_objects("Invoice")[-1]
        payment = self.receive(
            100,
            (("Invoice", there["Id"]), 100),
            customer=there["CustomerRef"]["value"],
        )
        self.notify(payment)
        row = self.find(payment)
        self.assertEqual((row.state, row.reason), ("queued", "company"))
        self.assertEqual(theirs.amount_residual, 100)

    def _set_up_other_books(self, company):
        self.env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )

    # === POLLS ALONE === #

    def test_poll_alone(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        self.poll()
        row = self.find(payment)
        self.assertEqual((row.state, row.heard_by), ("matched", "poll"))
        self.edit(payment, (invoice, 60), TotalAmt=60)
        self.poll()
        self.assertEqual(invoice.amount_residual, 40)
        self.act("Payment", "delete", payment["Id"])
        self.poll()
        self.assertEqual(invoice.amount_residual, 100)
        self.assert_agrees()
        self.assert_conserved()

    def test_first_poll_finds_what_was_deleted(self):
        invoice = self.push_invoice(100)
        payment = self.receive(100, (invoice, 100))
        self.notify(payment)
        self.act("Payment", "delete", payment["Id"])
        self.assertFalse(self.connection.changes_read_until)
        self.poll()
        self.assertEqual(self.find(payment).remote_state, "deleted")
        self.assertEqual(invoice.amount_residual, 100)

    # === ODOO'S OWN HANDS === #

    def test_reconciliation_undone_by_hand_comes_back(self):
        invoice = self.push_invoice(100)
        row = self.hear(self.receive(100, (invoice, 100)))
        row._get_own_partials().unlink()
        self.assertEqual(invoice.amount_residual, 100)
        self.assertIn(row, row.browse(row._list_astray(self.connection)))
        self.poll()
        self.assertEqual(invoice.amount_residual, 0)
        self.assert_conserved()

    def test_credit_cancelled_by_hand_comes_back(self):
        invoice = self.push_invoice(100)
        payment = self.receive(30, customer=self.get_customer_id(invoice))
        row = self.hear(payment)
        row.account_payment_id.action_cancel()
        self.poll()
        self.assertEqual(row.account_payment_id.state, "in_process")
        self.assert_conserved()

    def test_credit_matched_by_hand_stays(self):
        """Who matches the credit in Odoo itself decided, too."""
        invoice = self.push_invoice(100)
        payment = self.receive(30, customer=self.get_customer_id(invoice))
        row = self.hear(payment)
        lines = row._get_own_lines() | invoice._qbo_get_receivable_lines()
        lines.reconcile()
        self.assertEqual(invoice.amount_residual, 70)
        self.poll()
        self.assertEqual((row.state, row.matched_amount), ("matched", 30))
        self.assertEqual(invoice.amount_residual, 70)
        self.assert_repeats()

    # === THE CONNECTION ENDS === #

    def test_severed_and_connected_again(self):
        invoice = self.push_invoice(100)
        payment = self.receive(130, (invoice, 100))
        row = self.hear(payment)
        booked = row.account_payment_id
        self.connection.with_user(self.administrator).action_sever()
        self.env.invalidate_all()
        self.assertFalse(self.connection.changes_read_until)
        self.connect()
        self.poll()
        self.assertEqual(self.find(payment), row)
        self.assertEqual(row.account_payment_id, booked)
        everything = self.env["account.payment"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(everything, booked)
