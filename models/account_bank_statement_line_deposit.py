from decimal import Decimal

from odoo import api, models

from ..tools import members

# What a deposit of the line follows from.
DEPOSITED = frozenset(("amount", "date", "journal_id"))


class AccountBankStatementLine(models.Model):
    """Bank lines that are matched with payments: what a processor paid out."""

    _inherit = "account.bank.statement.line"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & DEPOSITED:
            self._qbo_follow_payout()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_from_deposits(self):
        """Without its bank line, what is not sent is no deposit any more."""
        deposits = (
            self.env["qbo.deposit"]
            .sudo()
            .search([("statement_line_id", "in", self.ids), ("is_live", "=", True)])
        )
        deposits.filtered(lambda each: not each._is_settled())._release()

    def _qbo_follow_payout(self):
        """Bring the deposits of these lines to what they are matched with."""
        lines = self.sudo()
        connections = {
            connection.company_id: connection
            for connection in self.env["qbo.connection"]
            .sudo()
            .search(
                [
                    ("company_id", "in", lines.company_id.ids),
                    ("deposit_policy", "=", "payout"),
                    ("realm_id", "!=", False),
                ]
            )
        }
        for line in lines:
            if connection := connections.get(line.company_id):
                self.env["qbo.deposit"].sudo()._follow_bank_line(connection, line)

    def _qbo_get_matched_payments(self):
        """Return the payments whose money this line brought."""
        partners = self.move_id.line_ids.matched_debit_ids.debit_move_id | (
            self.move_id.line_ids.matched_credit_ids.credit_move_id
        )
        return partners.move_id.origin_payment_id

    def _qbo_get_fee(self):
        """Return what of the payments an expense took, in the line's currency."""
        decimals = self.currency_id.decimal_places
        fees = self._seek_for_lines()[2].filtered(
            lambda line: line.account_id.internal_group == "expense"
        )
        return sum(
            (members.read_amount(each.amount_currency, decimals) for each in fees),
            Decimal(),
        )
