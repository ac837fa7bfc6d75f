"""What is behind the names in a payload: links of records, mappings."""

from contextlib import ExitStack, contextmanager

from odoo import api, models
from odoo.fields import Domain

from .qbo_approval_mixin import GATED

DOCUMENTS = ("account.move", "sale.order", "qbo.revenue.entry")
# What a mapping means; its suggestion is nobody's business yet.
MEANING = frozenset(
    (
        "connection_id",
        "kind",
        "reference_id",
        "res_id",
        "res_model",
        "tax_ids",
        "tax_use",
    )
)


class QboConnection(models.Model):
    _inherit = "qbo.connection"

    @contextmanager
    def _watch_documents(self, get_concerned=None):
        """Compare all that is approved and not at QuickBooks yet, when all is done.

        :param get_concerned: callable(name of a model) -> domain of the documents that
            what is done can change; all of them without
        """
        companies = self.sudo().company_id.ids
        domain = (
            Domain("company_id", "in", companies)
            & Domain("qbo_approval", "in", GATED)
            & Domain("qbo_approved_digest", "!=", False)
            & ~Domain("qbo_binding_ids.qbo_id", "!=", False)
        )

        def find(model):
            concerned = get_concerned(model) if get_concerned else Domain.TRUE
            return self.env[model].sudo().search(domain & concerned, order="id")

        with ExitStack() as watched:
            for model in DOCUMENTS:
                watched.enter_context(find(model)._qbo_watch())
            yield

    @contextmanager
    def _watch_mappings(self, get_concerned=None):
        """Like :meth:`_watch_documents`, and nobody reads old mappings afterwards."""
        with ExitStack() as stack:
            if self:
                stack.enter_context(self._watch_documents(get_concerned))
            try:
                yield
            finally:
                self._forget_mappings()


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
        # A row that maps nothing changes nothing.
        mapped = [vals for vals in vals_list if vals.get("reference_id")]
        connections = self.connection_id.browse(
            {vals["connection_id"] for vals in mapped if vals.get("connection_id")}
        )
        if not all(vals.get("connection_id") for vals in mapped):
            connections |= self._default_connection()
        with connections._watch_mappings():
            return super().create(vals_list)

    def write(self, vals):
        if not vals.keys() & MEANING:
            return super().write(vals)
        is_choice = vals.keys() & MEANING == {"reference_id"}
        concerned = self.sudo()._get_concerned if is_choice else None
        with self.connection_id._watch_mappings(concerned):
            return super().write(vals)

    def unlink(self):
        mapped = self.exists().filtered("reference_id")
        with mapped.connection_id._watch_mappings(mapped.sudo()._get_concerned):
            return super().unlink()
