from decimal import Decimal

from odoo import models


class AccountTax(models.Model):
    """Taxes."""

    _inherit = "account.tax"

    def _qbo_has_rate(self):
        """Tell whether the tax can come to anything, as far as its settings say."""
        if self.amount_type == "group":
            return any(tax._qbo_has_rate() for tax in self.children_tax_ids)
        # Taxes by formula say what they come to only on the line.
        return bool(self.amount) and self.amount_type != "code"

    def _qbo_is_included(self):
        """Tell whether prices hold the tax."""
        if self.amount_type == "group":
            return all(tax._qbo_is_included() for tax in self.children_tax_ids)
        return self.price_include

    def _qbo_get_percentages(self):
        """Return the percentages that taxes of a line come to, each of the net price.

        What is booked both ways, like a reverse charge, gives one percentage for each.

        :return: list of Decimal; None where they cannot be told, or build on each other
        """
        percentages = []
        for tax in self:
            if tax.amount_type != "percent" or (
                len(self) > 1 and tax.include_base_amount
            ):
                return None
            factors = [
                Decimal(str(line.factor_percent))
                for line in tax.invoice_repartition_line_ids
                if line.repartition_type == "tax"
            ]
            # Several accounts may share one side of it.
            sides = (
                sum(each for each in factors if each > 0),
                sum(each for each in factors if each < 0),
            )
            amount = Decimal(str(tax.amount)) / 100
            percentages += [amount * side for side in sides if side] or [Decimal()]
        return percentages
