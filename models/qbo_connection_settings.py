from datetime import timedelta
from typing import NamedTuple

from odoo import fields, models
from odoo.tools import SQL

INCOME_TYPES = ("Income",)
EXPENSE_TYPES = ("Expense", "Cost of Goods Sold")
# What was not used for so long needs no mapping.
DAYS_IN_USE = 90
MOVE_TYPES = {
    "sale": ("out_invoice", "out_refund"),
    "purchase": ("in_invoice", "in_refund"),
}


class Rules(NamedTuple):
    """What the company in QuickBooks is like, as far as payloads depend on it.

    :param country: 'US'
    :param home_currency: 'USD'
    :param is_multicurrency: documents name their currency
    :param tax: 'off', 'automated' (US, QuickBooks reckons), 'manual' (US, one code
        for the document) or 'line' (elsewhere: one code for each line)
    :param sends_tax: where QuickBooks reckons, Odoo's amount goes along and counts
    :param classes: '', 'line' or 'document': what carries a class
    :param has_locations: documents carry a location
    :param has_estimates: estimates are switched on
    """

    country: str
    home_currency: str
    is_multicurrency: bool
    tax: str
    sends_tax: bool
    classes: str
    has_locations: bool
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
        accounting = preferences.get("AccountingInfoPrefs", {})
        return Rules(
            country=self.country_code or "",
            home_currency=self.home_currency or "",
            is_multicurrency=bool(currency.get("MultiCurrencyEnabled")),
            tax=self._get_tax_rule(preferences.get("TaxPrefs", {})),
            sends_tax=self.tax_mode != "automated_truth",
            classes=_get_class_rule(accounting),
            has_locations=bool(accounting.get("TrackDepartments")),
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

    def _get_unmapped_taxes(self):
        """Return the sets of taxes in use that have no tax code yet.

        :rtype: list of account.tax recordsets; an empty one stands for lines without
            tax
        """
        known = self._get_tax_codes()
        sets = self._get_taxes_in_use()
        if self._get_rules().tax == "line":
            sets.add(())
        taxes = [self.env["account.tax"].browse(ids) for ids in sorted(sets)]
        if self._get_rules().tax == "manual":
            taxes = [each for each in taxes if any(t._qbo_has_rate() for t in each)]
        return [each for each in taxes if frozenset(each.ids) not in known]

    def _get_taxes_in_use(self, side="sale"):
        """Return the sets of taxes of late documents and orders, and the default tax.

        :param str side: 'sale' or 'purchase'
        :rtype: set of sorted tuples of ids
        """
        company = self.company_id
        self.env["account.move.line"].flush_model(
            ["company_id", "date", "display_type", "move_id", "tax_ids"]
        )
        self.env["account.move"].flush_model(["move_type"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT array_agg(
                           rel.account_tax_id ORDER BY rel.account_tax_id
                       )
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_move_line_account_tax_rel rel
                    ON rel.account_move_line_id = line.id
                 WHERE line.company_id = %(company)s
                   AND line.date >= %(since)s
                   AND line.display_type = 'product'
                   AND move.move_type IN %(types)s
              GROUP BY line.id
                """,
                company=company.id,
                since=fields.Date.today() - timedelta(days=DAYS_IN_USE),
                types=MOVE_TYPES[side],
            )
        )
        sets = {tuple(ids) for (ids,) in rows}
        if side == "sale" and self._get_rules().has_estimates:
            sets |= self._get_taxes_on_offer()
        default = company.sudo()[f"account_{side}_tax_id"]
        return sets | {tuple(default.ids)} if default else sets

    def _get_taxes_on_offer(self):
        """Return the sets of taxes of late orders, which may have no invoice yet."""
        self.env["sale.order"].flush_model(["company_id", "date_order", "state"])
        self.env["sale.order.line"].flush_model(["order_id", "tax_ids"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT array_agg(
                           rel.account_tax_id ORDER BY rel.account_tax_id
                       )
                  FROM sale_order_line line
                  JOIN sale_order ordered ON ordered.id = line.order_id
                  JOIN account_tax_sale_order_line_rel rel
                    ON rel.sale_order_line_id = line.id
                 WHERE ordered.company_id = %(company)s
                   AND ordered.date_order >= %(since)s
                   AND ordered.state != 'cancel'
              GROUP BY line.id
                """,
                company=self.company_id.id,
                since=fields.Date.today() - timedelta(days=DAYS_IN_USE),
            )
        )
        return {tuple(ids) for (ids,) in rows}

    def action_open_settings(self):
        """Open what documents cannot be prepared without."""
        self.ensure_one()
        view = self.env.ref("quickbooks_online.qbo_connection_view_form_settings")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Settings of %(name)s", name=self.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(view.id, "form")],
            "target": "new",
        }


def _get_class_rule(preferences):
    if preferences.get("ClassTrackingPerTxnLine"):
        return "line"
    return "document" if preferences.get("ClassTrackingPerTxn") else ""
