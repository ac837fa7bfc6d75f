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

    def _qbo_is_sent(self):
        return self.display_type not in OTHER_KINDS

    def _qbo_get_amount(self):
        """The ledger's amount: cents that rounding moved between lines are in it."""
        if self.display_type != "product":
            return 0.0
        return self.move_id.direction_sign * self.amount_currency

    def _qbo_get_quantity(self):
        return self.quantity

    def _qbo_get_service_date(self):
        # Deferred revenue is a field of another addon.
        if "deferred_start_date" in self._fields:
            return self.deferred_start_date
        return False
