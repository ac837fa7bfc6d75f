from odoo import models

ENTITY = "Deposit"


class QboConnection(models.Model):
    """What becomes of Odoo's deposits in QuickBooks is heard of as of payments."""

    _inherit = "qbo.connection"

    def _list_known_deposits(self):
        """Return the ids in QuickBooks of the deposits that it has of Odoo's (set)."""
        with self._work() as operations:
            connection = operations.env["qbo.connection"].browse(self.id)
            return operations.env["qbo.deposit"]._list_known(connection)

    def _read_objects(self, client, wanted):
        """Deposits of others cost no call."""
        if ENTITY in wanted:
            known = wanted[ENTITY] & self._list_known_deposits()
            wanted = {name: ids for name, ids in wanted.items() if name != ENTITY}
            wanted |= {ENTITY: known} if known else {}
        return super()._read_objects(client, wanted)

    def _read_deposits(self, client):
        """Read what no list of changes told: {entity: (objects, ids that are gone)}."""
        known = self._list_known_deposits()
        return self._read_objects(client, {ENTITY: known} if known else {})
