from typing import NamedTuple

from odoo import fields, models

from .qbo_revenue_terms_mixin import PARTS

MODELS = [
    ("none", "When it is invoiced"),
    ("ratable", "Over a time"),
    ("milestone", "By milestones"),
    ("time", "Time and material"),
]
DISTRIBUTIONS = [("days", "By days"), ("months", "Equal months")]


class RevenueDefaults(NamedTuple):
    """How the revenue of a product is earned, where its schedule says nothing else.

    :param model: '' for when it is invoiced
    """

    model: str
    months: int
    distribution: str
    first_part: str
    last_part: str
    is_capped: bool


class ProductCategory(models.Model):
    """How the products of a category earn their revenue."""

    _inherit = "product.category"

    qbo_revenue_model = fields.Selection(
        MODELS,
        "Revenue Is Earned",
        help="Of products that say nothing themselves. Empty: as the category above.",
    )
    qbo_revenue_months = fields.Integer("Months Of Revenue", default=12)
    qbo_revenue_distribution = fields.Selection(
        DISTRIBUTIONS, "Shared Out", default="days", required=True
    )

    def _qbo_get_revenue_category(self):
        """Return the nearest category that says how revenue is earned, or empty."""
        category = self
        while category and not category.qbo_revenue_model:
            category = category.parent_id
        return category


class ProductTemplate(models.Model):
    """How a product earns its revenue."""

    _inherit = "product.template"

    qbo_revenue_model = fields.Selection(
        MODELS,
        "Revenue Is Earned",
        help="Empty: as its category says.",
    )
    qbo_revenue_months = fields.Integer("Months Of Revenue", default=12)
    qbo_revenue_distribution = fields.Selection(
        DISTRIBUTIONS, "Shared Out", default="days", required=True
    )
    qbo_revenue_first_part = fields.Selection(
        PARTS, "A First Part Of A Month Counts", default="days", required=True
    )
    qbo_revenue_last_part = fields.Selection(
        PARTS, "A Last Part Of A Month Counts", default="days", required=True
    )
    qbo_revenue_is_capped = fields.Boolean("Never More Than The Order", default=True)


class ProductProduct(models.Model):
    """Variants earn as their product does."""

    _inherit = "product.product"

    def _qbo_get_revenue_defaults(self):
        """Return the `RevenueDefaults` of the product, else of its category."""
        product = self.sudo()
        category = product.categ_id._qbo_get_revenue_category()
        model = product.qbo_revenue_model or category.qbo_revenue_model
        source = product if product.qbo_revenue_model else category
        return RevenueDefaults(
            model="" if model in (False, "none") else model,
            months=max(source.qbo_revenue_months or 12, 1),
            distribution=source.qbo_revenue_distribution or "days",
            first_part=product.qbo_revenue_first_part or "days",
            last_part=product.qbo_revenue_last_part or "days",
            is_capped=product.qbo_revenue_is_capped,
        )

    def _qbo_is_deferred(self):
        """Tell whether what is invoiced of it is not earned yet."""
        return bool(self._qbo_get_revenue_defaults().model)
