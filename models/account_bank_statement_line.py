from odoo import models

FOLLOWED = frozenset(
    (
        "amount",
        "amount_currency",
        "date",
        "foreign_currency_id",
        "journal_id",
        "partner_id",
        "payment_ref",
    )
)


class AccountBankStatementLine(models.Model):
    """Bank lines that were matched with invoices directly, without a payment."""

    _name = "account.bank.statement.line"
    _inherit = ["account.bank.statement.line", "qbo.payment.out.entry"]

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & FOLLOWED:
            self._qbo_follow()
        return result

    # === WHAT IT IS === #

    def _qbo_get_title(self):
        self.ensure_one()
        return self.env._("Bank line %(name)s", name=self.move_id.name or self.id)

    def _qbo_get_thread(self):
        return self.move_id

    def _qbo_is_wanted(self):
        """Only what settles invoices is a payment: the rest is the bank's business."""
        return self.move_id.state == "posted" and bool(self._qbo_get_applied())

    def _qbo_get_partner(self):
        return self.partner_id or self._qbo_get_receivable_lines().partner_id[:1]

    def _qbo_get_date(self):
        return self.date

    def _qbo_get_number(self):
        return self.move_id.name or ""

    def _qbo_get_reference(self):
        return self.payment_ref or ""

    def _qbo_get_journal(self):
        return self.journal_id

    def _qbo_get_other_lines(self):
        _liquidity, suspense, others = self._seek_for_lines()
        return suspense | (others - self._qbo_get_receivable_lines())
