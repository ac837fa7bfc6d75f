from odoo import fields, models


class QboPaymentIgnore(models.TransientModel):
    """Take payments out of the queue, and say why."""

    _name = "qbo.payment.ignore"
    _description = "Ignore QuickBooks Payments"

    payment_ids = fields.Many2many("qbo.payment", string="Payments", readonly=True)
    reason = fields.Char()

    def action_ignore(self):
        self.ensure_one()
        self.payment_ids._ignore(self.reason)
        return {"type": "ir.actions.act_window_close"}
