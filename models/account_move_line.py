from odoo import models

# Lines of a document that are not its content: the tax and the receivable follow
# from the others, and the rest cancel each other out.
OTHER_KINDS = (
    "cogs",
    "discount",
    "epd",
    "payment_term",
    "tax",
)


class AccountMoveLine(models.Model):
    """Lines of customer invoices and credit notes."""

    _name = "account.move.line"
    _inherit = ["account.move.line", "qbo.document.line.mixin"]

    def _qbo_get_document(self):
        return self.move_id

    def _qbo_is_sent(self):
        """A rounding that changes a tax is part of the tax."""
        is_tax = self.display_type == "rounding" and self.tax_repartition_line_id
        return self.display_type not in OTHER_KINDS and not is_tax

    def _qbo_get_amount(self):
        """The ledger's amount: cents that rounding moved between lines are in it."""
        if self.display_type not in ("product", "rounding"):
            return 0.0
        return self.move_id.direction_sign * self.amount_currency

    def _qbo_get_gross(self):
        if self.display_type == "rounding":
            return self._qbo_get_amount()
        return super()._qbo_get_gross()

    def _qbo_get_quantity(self):
        return 1.0 if self.display_type == "rounding" else self.quantity

    def _qbo_get_service_date(self):
        # Deferred revenue is a field of another addon.
        if "deferred_start_date" in self._fields:
            return self.deferred_start_date
        return False
