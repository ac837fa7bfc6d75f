from odoo import api, models


class AccountMoveLine(models.Model):
    """A change of a line is a change of its document."""

    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        moves = self.env["account.move"].browse(
            {vals["move_id"] for vals in vals_list if vals.get("move_id")}
        )
        with moves._qbo_watch():
            return super().create(vals_list)

    def write(self, vals):
        moves = self.move_id
        if vals.get("move_id"):
            moves |= moves.browse(vals["move_id"])
        with moves._qbo_watch():
            return super().write(vals)

    def unlink(self):
        with self.exists().move_id._qbo_watch():
            return super().unlink()
