from odoo import models
from odoo.fields import Domain

from .qbo_document_line_mixin import ROUNDING_PRODUCT

LINES = {"account.move": "line_ids", "sale.order": "order_line"}
TERMS = {"account.move": "invoice_payment_term_id", "sale.order": "payment_term_id"}


class QboMapping(models.Model):
    """Which documents a mapping can be about: a choice is compared with no others."""

    _inherit = "qbo.mapping"

    def _get_concerned(self, model):
        """Return the domain of the documents that these rows can change.

        :param str model: 'account.move' or 'sale.order'
        """
        return Domain.OR(
            rows._get_concerned_by(kind, model)
            for kind, rows in self.grouped("kind").items()
        )

    def _get_concerned_by(self, kind, model):
        find = getattr(self, f"_get_concerned_by_{kind}", None)
        # Revenue entries name QuickBooks' accounts themselves, and map nothing.
        if not find or model not in LINES:
            return Domain.FALSE
        return find(LINES[model], model)

    def _get_concerned_by_tax(self, lines, model):
        if not all(mapping.tax_ids for mapping in self):
            # Lines without tax are everywhere.
            return Domain.TRUE
        return Domain(f"{lines}.tax_ids", "in", self.tax_ids.ids)

    def _get_concerned_by_term(self, lines, model):
        return Domain(TERMS[model], "in", list(self._get_ids()))

    def _get_concerned_by_product(self, lines, model):
        ids = self._get_ids()
        if ids & set(self._get_hidden_products().ids):
            return Domain.TRUE
        return Domain(f"{lines}.product_id", "in", list(ids))

    def _get_concerned_by_category(self, lines, model):
        ids = self._get_ids()
        hidden = self._get_hidden_products().categ_id
        above = {
            int(id)
            for category in hidden
            for id in (category.parent_path or "").split("/")[:-1]
        }
        if ids & above:
            return Domain.TRUE
        return Domain(f"{lines}.product_id.categ_id", "child_of", list(ids))

    def _get_concerned_by_class(self, lines, model):
        if set(self.mapped("res_model")) != {"account.analytic.account"}:
            return Domain.TRUE
        return Domain(f"{lines}.analytic_distribution", "in", list(self._get_ids()))

    def _get_concerned_by_location(self, lines, model):
        return self._get_concerned_by_class(lines, model)

    def _get_ids(self):
        return set(self.mapped("res_id"))

    def _get_hidden_products(self):
        """Return products that documents are sent with although no line has them."""
        rounding = self.env.ref(ROUNDING_PRODUCT, raise_if_not_found=False)
        hidden = self.connection_id.sudo().default_product_id
        return hidden | rounding.sudo() if rounding else hidden
