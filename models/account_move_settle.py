from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from .qbo_payment_line import to_decimal


class AccountMove(models.Model):
    """What of a document payments of QuickBooks can still settle."""

    _inherit = "account.move"

    def _qbo_get_receivable_lines(self):
        """Return its receivable lines, what is due first first."""
        lines = self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        return lines.sorted(lambda line: (line.date_maturity or line.date, line.id))

    def _qbo_get_open_amount(self):
        """Return what is open of it, in its currency (Decimal)."""
        lines = self._qbo_get_receivable_lines()
        amounts = (
            to_decimal(abs(line.amount_residual_currency), line.currency_id)
            for line in lines
        )
        return sum(amounts, Decimal(0))

    def _qbo_lock_receivables(self):
        """Nobody else settles these documents until this is committed."""
        lines = self.env["account.move.line"].union(
            *(move._qbo_get_receivable_lines() for move in self)
        )
        if lines:
            self.env.execute_query(
                SQL(
                    "SELECT id FROM account_move_line WHERE id IN %s "
                    "ORDER BY id FOR UPDATE",
                    tuple(lines.ids),
                )
            )
