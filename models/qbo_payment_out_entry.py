from odoo import models

from ..tools import members
from .qbo_payment_out_mixin import Applied, Sum


class QboPaymentOutEntry(models.AbstractModel):
    """Payments that are a journal entry: on one side money, on the other receivables.

    Whatever else the entry holds, a write-off or a fee, QuickBooks' payment cannot.
    """

    _name = "qbo.payment.out.entry"
    _inherit = ["qbo.payment.out.mixin"]
    _description = "Journal Entry That Is Pushed As A Payment"

    # === HOOKS === #

    def _qbo_get_receivable_lines(self):
        return self.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _qbo_get_other_lines(self):
        """Return the lines that are neither money nor receivable."""
        raise NotImplementedError

    # === WHAT IT IS === #

    def _qbo_get_document_currency(self):
        return self._qbo_get_receivable_lines().currency_id[:1]

    def _qbo_get_sum(self):
        lines = self._qbo_get_receivable_lines()
        decimals = self._qbo_get_document_currency().decimal_places or 0
        home_decimals = self.company_id.currency_id.decimal_places
        return Sum(
            sum(-members.read_amount(e.amount_currency, decimals) for e in lines) + 0,
            sum(-members.read_amount(e.balance, home_decimals) for e in lines) + 0,
        )

    def _qbo_get_applied(self):
        found = {}
        for partial in self._qbo_get_receivable_lines().matched_debit_ids:
            invoice = partial.debit_move_id.move_id
            if invoice.move_type == "out_invoice":
                decimals = partial.debit_currency_id.decimal_places
                amount = members.read_amount(partial.debit_amount_currency, decimals)
                found[invoice] = found.get(invoice, 0) + amount
        in_order = sorted(found.items(), key=lambda each: each[0].id)
        return [Applied(invoice, amount) for invoice, amount in in_order]

    # === BLOCKERS === #

    def _qbo_list_own_blockers(self, title):
        if self._qbo_get_sum().foreign <= 0:
            yield self.env._(
                "%(title)s pays money back, and QuickBooks' payments are money "
                "received. Enter it in QuickBooks, as an expense on the receivable "
                "account, and apply it to the credit note there.",
                title=title,
            )
        currencies = self._qbo_get_receivable_lines().currency_id
        if len(currencies) > 1:
            yield self.env._(
                "%(title)s settles invoices in several currencies (%(codes)s), and a "
                "payment in QuickBooks has one. Register one payment for each.",
                title=title,
                codes=", ".join(currencies.mapped("name")),
            )
        others = self._qbo_get_other_lines().filtered(
            lambda line: not line.company_currency_id.is_zero(line.balance)
        )
        if others:
            yield self._qbo_make_others_sentence(title, others)

    def _qbo_make_others_sentence(self, title, others):
        return self.env._(
            "%(title)s holds more than money: %(names)s. A payment in QuickBooks holds "
            "no write-off, discount or fee, and the invoice would stay open there by "
            "as much. Credit the difference with a credit note, and register the "
            "payment over what was received.",
            title=title,
            names=", ".join(
                f"{line.account_id.display_name} "
                f"{line.company_currency_id.format(abs(line.balance))}"
                for line in others
            ),
        )
