from contextlib import ExitStack

from odoo import models
from odoo.fields import Domain

from .qbo_approval_mixin import GATED

# What of a partner can stand in a document.
CONTENT_FIELDS = frozenset(
    (
        "name",
        "email",
        "street",
        "street2",
        "city",
        "zip",
        "state_id",
        "country_id",
        "parent_id",
        "is_company",
        "type",
        "vat",
        "phone",
        "website",
    )
)


class ResPartner(models.Model):
    """Addresses and e-mail addresses are part of what was approved."""

    _inherit = "res.partner"

    def write(self, vals):
        if not vals.keys() & CONTENT_FIELDS:
            return super().write(vals)
        with ExitStack() as watched:
            for documents in self._qbo_get_gated_documents():
                watched.enter_context(documents._qbo_watch())
            return super().write(vals)

    def _qbo_get_gated_documents(self):
        """Return the documents at the gate that name these partners.

        :return: list of recordsets, one for each model
        """
        moves, orders = self.env["account.move"].sudo(), self.env["sale.order"].sudo()
        gated = Domain("qbo_approval", "in", GATED)
        at_quickbooks = Domain("qbo_binding_ids.qbo_id", "!=", False)
        # Also those of a company whose contact stands in the document.
        partners = Domain("partner_id", "in", self.ids)
        shipping = Domain("partner_shipping_id", "in", self.ids)
        of_moves = partners | shipping | Domain("commercial_partner_id", "in", self.ids)
        of_orders = (
            partners
            | shipping
            | Domain("partner_invoice_id", "in", self.ids)
            | Domain("partner_invoice_id.commercial_partner_id", "in", self.ids)
        )
        return [
            moves.search(gated & of_moves & ~at_quickbooks, order="id"),
            orders.search(gated & of_orders & ~at_quickbooks, order="id"),
        ]
