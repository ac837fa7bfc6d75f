from odoo import models


class SaleOrderLine(models.Model):
    """Lines of sale orders."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "qbo.document.line.mixin"]

    def _qbo_get_document(self):
        return self.order_id

    def _qbo_get_amount(self):
        line, residue = self.order_id._qbo_get_residue()
        return self.price_subtotal + (residue if line == self else 0.0)

    def _qbo_get_quantity(self):
        return self.product_uom_qty
