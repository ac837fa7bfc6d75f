"""The product of rounding lines, without which none can be sent."""

from odoo import api, models
from odoo.exceptions import UserError

from .qbo_document_line_mixin import ROUNDING_PRODUCT


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_qbo_rounding(self):
        rounding = self.env.ref(ROUNDING_PRODUCT, raise_if_not_found=False)
        if rounding and rounding in self:
            raise UserError(
                self.env._(
                    "%(name)s cannot be deleted: it stands for the cents by which "
                    "QuickBooks and Odoo round differently. Archive it, if it is in "
                    "the way.",
                    name=rounding.display_name,
                )
            )


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_qbo_rounding(self):
        variants = self.with_context(active_test=False).product_variant_ids
        variants._unlink_except_qbo_rounding()
