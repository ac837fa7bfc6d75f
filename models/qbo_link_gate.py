"""What is behind the names in a payload: links of records, mappings of taxes."""

from contextlib import contextmanager

from odoo import api, models
from odoo.fields import Domain

from .qbo_approval_mixin import GATED


class QboConnection(models.Model):
    _inherit = "qbo.connection"

    @contextmanager
    def _watch_documents(self):
        """Compare all that is approved and not at QuickBooks yet, when all is done."""
        companies = self.sudo().company_id.ids
        domain = (
            Domain("company_id", "in", companies)
            & Domain("qbo_approval", "in", GATED)
            & Domain("qbo_approved_digest", "!=", False)
            & ~Domain("qbo_binding_ids.qbo_id", "!=", False)
        )
        moves = self.env["account.move"].sudo().search(domain, order="id")
        orders = self.env["sale.order"].sudo().search(domain, order="id")
        with moves._qbo_watch(), orders._qbo_watch():
            yield


class QboBinding(models.Model):
    _inherit = "qbo.binding"

    def write(self, vals):
        """A customer that is pointed at another one of QuickBooks is another."""
        if not vals.get("link"):
            return super().write(vals)
        with self.connection_id._watch_documents():
            return super().write(vals)


class QboMapping(models.Model):
    _inherit = "qbo.mapping"

    @api.model_create_multi
    def create(self, vals_list):
        connections = self.connection_id.browse(
            {vals["connection_id"] for vals in vals_list if vals.get("connection_id")}
        )
        with connections._watch_documents():
            return super().create(vals_list)

    def write(self, vals):
        with self.connection_id._watch_documents():
            return super().write(vals)

    def unlink(self):
        with self.exists().connection_id._watch_documents():
            return super().unlink()
