from odoo import api, models


class QboReference(models.Model):
    """What entries name, of a company of QuickBooks that was severed.

    They never change, so what they name stays. An id means something else in another
    company: until the same one is connected again, it is kept below its realm.
    """

    _inherit = "qbo.reference"

    def _set_aside(self, connection):
        for reference in self:
            reference.write(
                {
                    "qbo_id": _get_prefix(connection) + reference.qbo_id,
                    "active": False,
                    "is_gone": True,
                }
            )

    @api.model
    def _apply_lists(self, connection, lists):
        self._bring_back(connection)
        return super()._apply_lists(connection, lists)

    @api.model
    def _bring_back(self, connection):
        prefix = _get_prefix(connection)
        kept = self.with_context(active_test=False).search(
            [("connection_id", "=", connection.id), ("qbo_id", "=like", f"{prefix}%")]
        )
        for reference in kept:
            reference.qbo_id = reference.qbo_id.removeprefix(prefix)


def _get_prefix(connection):
    return f"{connection.realm_id}:"
