from .documents import INVOICE_DATE
from .payments_out import PaymentsOutMixin


class DepositsMixin(PaymentsOutMixin):
    """A bank journal that is mapped, and deposits switched on."""

    policy = "payout"

    def setUp(self):
        super().setUp()
        self.set_up_deposits()

    def set_up_deposits(self):
        self.account = self.find_reference("Account", "Bank")
        self.env["qbo.mapping"].create(
            {
                "connection_id": self.connection.id,
                "kind": "journal",
                "res_model": self.bank._name,
                "res_id": self.bank.id,
                "reference_id": self.account.id,
            }
        )
        self.undeposited = self.env["qbo.reference"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("account_sub_type", "=", "UndepositedFunds"),
            ]
        )
        self.fee_account = self.find_reference("Account", "Expense")
        self.connection.write(
            {
                "deposit_policy": self.policy,
                "deposit_fee_account_id": self.fee_account.id,
            }
        )
        self.expense = self.books["account.account"].search(
            [
                ("account_type", "=", "expense"),
                ("company_ids", "in", self.company.id),
            ],
            limit=1,
        )

    def pay(self, amount=100, invoice_values=(), **values):
        """Return a payment that is in QuickBooks."""
        invoice = self.push_invoice(amount, **dict(invoice_values))
        payment = self.register(invoice, **values)
        payment.action_qbo_push()
        self.env.flush_all()
        self.work()
        self.check_pushed(payment)
        return payment

    def receive_in_quickbooks(self, invoice, is_applied=False):
        """Let a bookkeeper receive what an invoice asks for; return what Odoo books."""
        self.connection.payments_start = "2026-01-01"
        self.connection.payment_journal_id = self.bank
        remote = self.get_remote(invoice)
        link = {"TxnId": remote["Id"], "TxnType": "Invoice"}
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Payment",
            operation="create",
            values={
                "CustomerRef": {"value": remote["CustomerRef"]["value"]},
                "TotalAmt": 100,
                "TxnDate": "2026-03-10",
                "Line": [{"Amount": 100, "LinkedTxn": [link]}] * is_applied,
            },
        )
        self.poll()
        return self.find_heard().account_payment_id

    def poll(self):
        self.env.flush_all()
        self.connection._request_poll()
        self.work()

    def find_heard(self):
        """Return the one payment that Odoo has heard of from QuickBooks."""
        return self.env["qbo.payment"].search([]).ensure_one()

    def pay_out(self, payments, amount, fee=0, **values):
        """Return a bank line of this amount, matched with payments, less a fee.

        What the three leave open stays in suspense.
        """
        line = self.books["account.bank.statement.line"].create(
            {
                "amount": amount,
                "date": INVOICE_DATE,
                "journal_id": self.bank.id,
                "payment_ref": "PAYOUT po_1",
                **values,
            }
        )
        liquidity, suspense, _others = line._seek_for_lines()
        outstanding = self.get_outstanding(payments)
        received = sum(outstanding.mapped("balance"))
        parts = [(each.account_id.id, -each.balance, "Payment") for each in outstanding]
        if fee:
            parts.append((self.expense.id, fee, "Fee"))
        rest = self.company.currency_id.round(received - fee - amount)
        if rest:
            parts.append((suspense.account_id.id, rest, "Rest"))
        line.with_context(force_delete=True, skip_readonly_check=True).move_id.write(
            {
                "line_ids": [
                    (2, suspense.id),
                    *(
                        (
                            0,
                            0,
                            {"account_id": account, "balance": balance, "name": name},
                        )
                        for account, balance, name in parts
                    ),
                ]
            }
        )
        for each in outstanding:
            own = line.move_id.line_ids.filtered(
                lambda other, each=each: other.account_id == each.account_id
                and not other.reconciled
                and other.balance == -each.balance
            )[:1]
            (each | own).reconcile()
        self.env.flush_all()
        return line

    def run_cron(self):
        self.env.flush_all()
        self.env.ref("quickbooks_online.ir_cron_qbo_deposits").method_direct_trigger()
        self.env.invalidate_all()
        self.work()

    def get_outstanding(self, payments):
        lines = self.env["account.move.line"]
        for payment in payments:
            lines |= payment._seek_for_lines()[0]
        return lines

    def get_deposit(self, line):
        return self.env["qbo.deposit"].search(
            [("statement_line_id", "=", line.id), ("is_live", "=", True)]
        )

    def check_deposited(self, deposit):
        """The deposit is in QuickBooks once; return what is there."""
        operation = self.get_operation(deposit)
        self.assertEqual(
            operation.state,
            "done",
            f"{operation.fault_message} {operation.fault_detail} {operation.receipt}",
        )
        (found,) = self.get_documents(deposit)
        self.assertEqual(len(self.get_objects("Deposit")), 1)
        for payment in deposit.line_ids.payment_id:
            (remote,) = self.get_payments(payment)
            links = [(e["TxnType"], e["TxnId"]) for e in remote["LinkedTxn"]]
            self.assertIn(("Deposit", found["Id"]), links)
        return found
