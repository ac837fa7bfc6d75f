from odoo import api, models


class SaleOrderLine(models.Model):
    """A change of a line is a change of its order."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        orders = self.env["sale.order"].browse(
            {vals["order_id"] for vals in vals_list if vals.get("order_id")}
        )
        with orders._qbo_watch():
            return super().create(vals_list)

    def write(self, vals):
        orders = self.order_id
        if vals.get("order_id"):
            orders |= orders.browse(vals["order_id"])
        with orders._qbo_watch():
            return super().write(vals)

    def unlink(self):
        with self.exists().order_id._qbo_watch():
            return super().unlink()
