from odoo import api, fields, models

from .qbo_reference import WITH_INACTIVE
from .transaction import own_transaction

ITEMS = {"Item": ("Item", WITH_INACTIVE)}
# The mappings that items stand for something in.
ITEM_KINDS = ("product", "category")


class QboReference(models.Model):
    """Products and services of QuickBooks, which may be many.

    They are read once with the other lists, and on demand afterwards.
    """

    _inherit = "qbo.reference"
    _rec_names_search = ["full_name", "code", "sku"]

    sku = fields.Char("SKU", readonly=True)
    item_type = fields.Char(readonly=True)
    unit_price = fields.Float(digits=(16, 6), readonly=True, aggregator=None)

    @api.model
    def _get_lists(self, connection):
        lists = super()._get_lists(connection)
        return lists if connection.items_read_at else lists | ITEMS

    @api.model
    def _read_entities(self, connection, client, wanted):
        count, refused = super()._read_entities(connection, client, wanted)
        if "Item" in wanted and "Item" not in refused:
            self._note_items(connection)
        return count, refused

    @api.model
    def _note_items(self, connection):
        """Note that they were read, and suggest them where that was waited for.

        In a transaction that sees them: that of the caller may be older.
        """
        with own_transaction(self.env, lock_timeout=10) as env:
            own = connection._with_own_environment(env)
            env["qbo.mapping"]._suggest(own, ITEM_KINDS)
            own.items_read_at = fields.Datetime.now()
        connection.invalidate_recordset(flush=False)
        self.env["qbo.mapping"].invalidate_model()

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
