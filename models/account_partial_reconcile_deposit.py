from odoo import api, models


class AccountPartialReconcile(models.Model):
    """Matchings of bank lines with payments."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._qbo_get_payouts()._qbo_follow_payout()
        return partials

    def unlink(self):
        payouts = self._qbo_get_payouts()
        result = super().unlink()
        payouts.exists()._qbo_follow_payout()
        return result

    def _qbo_get_payouts(self):
        """Return the bank lines that these match with payments."""
        partials = self.sudo()
        moves = (partials.debit_move_id | partials.credit_move_id).move_id
        if not moves.origin_payment_id:
            return self.env["account.bank.statement.line"]
        return moves.statement_line_id
