from typing import NamedTuple

from odoo import fields, models

INCOME_TYPES = ("Income",)
EXPENSE_TYPES = ("Expense", "Cost of Goods Sold")


class Rules(NamedTuple):
    """What the company in QuickBooks is like, as far as payloads depend on it.

    :param country: 'US'
    :param home_currency: 'USD'
    :param is_multicurrency: documents name their currency
    :param tax: 'off', 'automated' (US, QuickBooks reckons), 'manual' (US, one code
        for the document) or 'line' (elsewhere: one code for each line)
    :param classes: '', 'line' or 'document': what carries a class
    :param has_estimates: estimates are switched on
    """

    country: str
    home_currency: str
    is_multicurrency: bool
    tax: str
    classes: str
    has_estimates: bool


class QboConnection(models.Model):
    """What is chosen for a connection, so that documents can be prepared."""

    _inherit = "qbo.connection"

    income_account_id = fields.Many2one(
        "qbo.reference",
        "Income Account",
        domain="[('connection_id', '=', id), ('entity', '=', 'Account'), "
        f"('account_type', 'in', {INCOME_TYPES!r})]",
        copy=False,
        help="The account of QuickBooks that sales of new products and services are "
        "booked to.",
    )
    expense_account_id = fields.Many2one(
        "qbo.reference",
        "Expense Account",
        domain="[('connection_id', '=', id), ('entity', '=', 'Account'), "
        f"('account_type', 'in', {EXPENSE_TYPES!r})]",
        copy=False,
        help="The account of QuickBooks that purchases of new products and services "
        "are booked to. Companies in Canada and the United Kingdom need one.",
    )
    default_product_id = fields.Many2one(
        "product.product",
        "Product For Other Lines",
        check_company=True,
        copy=False,
        help="Lines without a product, such as down payments, are sent as this one.",
    )
    class_plan_id = fields.Many2one(
        "account.analytic.plan",
        "Analytic Plan For Classes",
        domain="[('parent_id', '=', False)]",
        copy=False,
        help="Accounts of this analytic plan become classes in QuickBooks.",
    )

    mapping_ids = fields.One2many("qbo.mapping", "connection_id", "Mappings")

    def _get_rules(self):
        """Return the `Rules` of the company in QuickBooks."""
        self.ensure_one()
        preferences = self.preferences or {}
        currency = preferences.get("CurrencyPrefs", {})
        return Rules(
            country=self.country_code or "",
            home_currency=self.home_currency or "",
            is_multicurrency=bool(currency.get("MultiCurrencyEnabled")),
            tax=self._get_tax_rule(preferences.get("TaxPrefs", {})),
            classes=_get_class_rule(preferences.get("AccountingInfoPrefs", {})),
            has_estimates=preferences.get("SalesFormsPrefs", {}).get(
                "AllowEstimates", True
            ),
        )

    def _get_tax_rule(self, preferences):
        if not preferences.get("UsingSalesTax"):
            return "off"
        if self.country_code != "US":
            return "line"
        return "automated" if preferences.get("PartnerTaxEnabled") else "manual"

    def _drop_links(self):
        self.mapping_ids.sudo().unlink()
        return super()._drop_links()

    def _get_tax_codes(self):
        """Return {set of tax ids: tax code (`qbo.reference`)} of the mappings."""
        return {
            frozenset(mapping.tax_ids._ids): mapping.reference_id
            for mapping in self.mapping_ids
            if mapping.kind == "tax"
        }

    def _has_currency(self, code):
        """Tell whether documents in this foreign currency can be sent."""
        return any(
            reference.entity == "CompanyCurrency" and reference.code == code
            for reference in self.reference_ids
        )


def _get_class_rule(preferences):
    if preferences.get("ClassTrackingPerTxnLine"):
        return "line"
    return "document" if preferences.get("ClassTrackingPerTxn") else ""
