from odoo import models


class AccountMove(models.Model):
    """Entries of bank lines: what they are made of is what a deposit is."""

    _inherit = "account.move"

    def write(self, vals):
        result = super().write(vals)
        if "line_ids" in vals:
            self.sudo().statement_line_id._qbo_follow_payout()
        return result
