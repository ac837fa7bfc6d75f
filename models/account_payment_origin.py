from odoo import api, fields, models

from .roles import USER_GROUP


class AccountPayment(models.Model):
    """The payment of QuickBooks that an Odoo payment is."""

    _inherit = "account.payment"

    qbo_payment_ids = fields.One2many(
        "qbo.payment", "account_payment_id", readonly=True, groups=USER_GROUP
    )
    qbo_payment_number = fields.Char(
        "QuickBooks Payment", compute="_compute_qbo_payment_number", groups=USER_GROUP
    )

    @api.depends("qbo_payment_ids.qbo_id")
    def _compute_qbo_payment_number(self):
        for payment in self:
            payment.qbo_payment_number = payment.qbo_payment_ids[:1].qbo_id

    def action_qbo_open_payment(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_payment_action"
        )
        return action | {
            "res_id": self.qbo_payment_ids[:1].id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
