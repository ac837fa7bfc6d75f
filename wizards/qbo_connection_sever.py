from odoo import api, fields, models
from odoo.exceptions import UserError


class QboConnectionSever(models.TransientModel):
    """Forget everything that links Odoo to one QuickBooks company."""

    _name = "qbo.connection.sever"
    _description = "Sever a QuickBooks Connection"

    connection_id = fields.Many2one(
        "qbo.connection", required=True, readonly=True, ondelete="cascade"
    )
    expected_name = fields.Char(compute="_compute_expected_name")
    typed_name = fields.Char("Type the name to confirm")
    reference_count = fields.Integer(related="connection_id.reference_count")

    @api.depends("connection_id")
    def _compute_expected_name(self):
        for wizard in self:
            wizard.expected_name = wizard.connection_id.name

    def action_sever(self):
        """Disconnect and drop every link, so that another company can be chosen."""
        self.ensure_one()
        if (self.typed_name or "").strip() != self.expected_name:
            raise UserError(
                self.env._(
                    "Nothing was changed. To sever the connection, type its name: "
                    "%(name)s",
                    name=self.expected_name,
                )
            )
        self.connection_id.action_sever()
        return {"type": "ir.actions.act_window_close"}
