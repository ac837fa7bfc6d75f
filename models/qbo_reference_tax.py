from decimal import Decimal

from odoo import api, models

from ..tools.suggest_taxes import TaxSet

RATE_LISTS = {"sale": "SalesTaxRateList", "purchase": "PurchaseTaxRateList"}


class QboReference(models.Model):
    """What tax codes of QuickBooks come to."""

    _inherit = "qbo.reference"

    @api.model_create_multi
    def create(self, vals_list):
        self.env["qbo.connection"]._forget_mappings()
        return super().create(vals_list)

    def write(self, vals):
        self.env["qbo.connection"]._forget_mappings()
        return super().write(vals)

    def _get_rates(self, rates, day, side="sale"):
        """Return what a tax code comes to on sales or on purchases.

        :param dict rates: {QuickBooks id: tax rate (`qbo.reference`)}
        :param str day: the day of the document, '2026-03-02'
        :param str side: 'sale' or 'purchase'
        :return: list of (QuickBooks id of the rate, percentage as Decimal); empty for
            a code of the other side alone; None where rates build on each other, or
            one is not known
        """
        self.ensure_one()
        details = (self.payload or {}).get(RATE_LISTS[side], {})
        found = []
        for detail in details.get("TaxRateDetail", ()):
            rate = rates.get(detail.get("TaxRateRef", {}).get("value"))
            kind = detail.get("TaxTypeApplicable", "TaxOnAmount")
            if not rate or kind != "TaxOnAmount":
                return None
            found.append((rate.qbo_id, rate._get_percentage(day)))
        return found

    def _get_percentages(self, rates, day, side):
        """Return the percentages of :meth:`_get_rates`, None where that is None."""
        found = self._get_rates(rates, day, side)
        return None if found is None else [percentage for _rate, percentage in found]

    def _describe_code(self, rates, day, side):
        """Return the tax code as ``suggest_taxes.TaxSet`` of one side."""
        payload = self.payload or {}
        return TaxSet(
            self.id,
            f"{self.name} {payload.get('Description') or ''}",
            self._get_percentages(rates, day, side),
            is_none=payload.get("Taxable") is False,
        )

    def _get_percentage(self, day):
        """Return the percentage of a tax rate on a day (Decimal)."""
        payload = self.payload or {}
        for period in payload.get("EffectiveTaxRate", ()):
            begins, ends = period.get("EffectiveDate", ""), period.get("EndDate")
            if begins[:10] <= day and (not ends or day <= ends[:10]):
                return Decimal(str(period.get("RateValue", 0)))
        return Decimal(str(payload.get("RateValue", 0)))
