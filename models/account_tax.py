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
