"""Payments in tests: registered, matched with bank lines, credit notes used."""

from .documents import INVOICE_DATE
from .payments import BankMixin


class PaymentsOutMixin(BankMixin):
    """A connected company whose invoices are pushed, with a bank journal."""

    def setUp(self):
        super().setUp()
        self.apply_credits(False)

    def apply_credits(self, is_automatic):
        """Let QuickBooks apply credit memos by itself, or not."""
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            preferences={"SalesFormsPrefs": {"AutoApplyCredit": is_automatic}},
        )

    def push_invoice(self, amount=100, **values):
        """Return an invoice over this amount that is in QuickBooks."""
        invoice = self.create_invoice([(self.service, 1, amount, None)], **values)
        operation = self.push(invoice)
        self.assertEqual(operation.state, "done", operation.fault_detail)
        return invoice

    def push_credit(self, amount=100, **values):
        return self.push_invoice(amount, move_type="out_refund", **values)

    # === MONEY === #

    def register(self, invoices, **values):
        """Return the payment that the wizard registers for posted invoices."""
        wizard = (
            self.books["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create(
                {
                    "journal_id": self.bank.id,
                    "payment_date": INVOICE_DATE,
                    "group_payment": True,
                    **values,
                }
            )
        )
        return wizard._create_payments()

    def receive(self, amount, partner=None, **values):
        """Return a posted payment that settles nothing yet."""
        payment = self.books["account.payment"].create(
            {
                "amount": amount,
                "date": INVOICE_DATE,
                "journal_id": self.bank.id,
                "partner_id": (partner or self.customer).id,
                "payment_type": "inbound",
                "partner_type": "customer",
                **values,
            }
        )
        payment.action_post()
        return payment

    def match(self, *moves):
        """Reconcile the receivables of entries with each other."""
        moves = self.books["account.move"].union(*moves)
        lines = moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.filtered(lambda line: not line.reconciled).reconcile()

    def unmatch(self, move):
        move.line_ids.remove_move_reconcile()

    def receive_by_bank(self, amount, invoices, **values):
        """Return a bank line that is matched with invoices, without a payment."""
        line = self.books["account.bank.statement.line"].create(
            {
                "amount": amount,
                "date": INVOICE_DATE,
                "journal_id": self.bank.id,
                "payment_ref": "Wire 4711",
                "partner_id": invoices[:1].partner_id.id,
                **values,
            }
        )
        _liquidity, suspense, _others = line._seek_for_lines()
        account = invoices.line_ids.account_id.filtered(
            lambda each: each.account_type == "asset_receivable"
        )
        suspense.account_id = account[:1]
        self.match(line.move_id, invoices)
        return line

    # === QUICKBOOKS === #

    def check_pushed(self, record, operation=None):
        """The record is in QuickBooks once, as in Odoo; return what is there."""
        operation = operation or self.get_operation(record)
        self.assertEqual(
            operation.state, "done", operation.fault_message or operation.receipt
        )
        (found,) = self.get_payments(record)
        self.assertEqual(operation.qbo_id, found["Id"])
        binding = self.get_binding(record)
        self.assertEqual(
            (binding.qbo_id, binding.sync_token), (found["Id"], found["SyncToken"])
        )
        return found

    def get_payments(self, record):
        """Return the payments of QuickBooks that are this record, voided ones not."""
        return [
            each
            for each in self.get_documents(record)
            if not each["PrivateNote"].startswith("Voided")
        ]

    def get_binding(self, record, entity="Payment"):
        return self.env["qbo.binding"]._find(self.connection, record, entity)[record.id]

    def get_remote(self, move):
        """Return an invoice or credit note as QuickBooks has it now."""
        entity = move._qbo_get_entity()
        number = self.get_binding(move, entity).qbo_id
        (found,) = [each for each in self.get_objects(entity) if each["Id"] == number]
        return found

    def get_applied(self, payment):
        """Return {(kind, id): amount} of what a payment of QuickBooks settles."""
        return {
            (line["LinkedTxn"][0]["TxnType"], line["LinkedTxn"][0]["TxnId"]): line[
                "Amount"
            ]
            for line in payment["Line"]
        }

    def check_balance(self, move, balance):
        """Odoo and QuickBooks agree on what is open."""
        self.assertEqual(abs(move.amount_residual), balance)
        self.assertEqual(self.get_remote(move)["Balance"], balance)

    def act(self, record, operation, **values):
        """Let a bookkeeper do something with a record's payment in QuickBooks."""
        return self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Payment",
            operation=operation,
            id=self.get_binding(record).qbo_id,
            values=values,
        )
