from decimal import Decimal

from odoo import models


class QboReference(models.Model):
    """What tax codes of QuickBooks come to."""

    _inherit = "qbo.reference"

    def _get_sales_rates(self, rates, day):
        """Return what a tax code comes to on sales.

        :param dict rates: {QuickBooks id: tax rate (`qbo.reference`)}
        :param str day: the day of the document, '2026-03-02'
        :return: list of (QuickBooks id of the rate, percentage as Decimal); empty for
            a code of purchases alone; None where rates build on each other, or one
            is not known
        """
        self.ensure_one()
        sales = (self.payload or {}).get("SalesTaxRateList", {})
        found = []
        for detail in sales.get("TaxRateDetail", ()):
            rate = rates.get(detail.get("TaxRateRef", {}).get("value"))
            kind = detail.get("TaxTypeApplicable", "TaxOnAmount")
            if not rate or kind != "TaxOnAmount":
                return None
            found.append((rate.qbo_id, rate._get_percentage(day)))
        return found

    def _get_percentage(self, day):
        """Return the percentage of a tax rate on a day (Decimal)."""
        payload = self.payload or {}
        for period in payload.get("EffectiveTaxRate", ()):
            begins, ends = period.get("EffectiveDate", ""), period.get("EndDate")
            if begins[:10] <= day and (not ends or day <= ends[:10]):
                return Decimal(str(period.get("RateValue", 0)))
        return Decimal(str(payload.get("RateValue", 0)))
