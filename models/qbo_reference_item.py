from odoo import api, fields, models

from .qbo_reference import WITH_INACTIVE

ITEMS = {"Item": ("Item", WITH_INACTIVE)}


class QboReference(models.Model):
    """Products and services of QuickBooks, which may be many: read on demand alone."""

    _inherit = "qbo.reference"
    _rec_names_search = ["full_name", "code", "sku"]

    sku = fields.Char("SKU", readonly=True)
    item_type = fields.Char(readonly=True)
    unit_price = fields.Float(digits=(16, 6), readonly=True, aggregator=None)

    @api.model
    def _prepare_values(self, connection, entity, payload):
        values = super()._prepare_values(connection, entity, payload)
        if entity == "Item":
            values |= {
                "sku": payload.get("Sku"),
                "item_type": payload.get("Type"),
                "unit_price": payload.get("UnitPrice", 0),
            }
        return values
