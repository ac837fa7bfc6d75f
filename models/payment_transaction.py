from odoo import models


class PaymentTransaction(models.Model):
    """What customers pay online is booked, whatever waits for approval."""

    _inherit = "payment.transaction"

    def _invoice_sale_orders(self):
        """Leave invoices that may not be posted yet to people.

        Odoo posts them in the transaction that books the money: a refusal would undo
        that as well, and after four days it is not tried any more.
        """
        connections = self.env["qbo.connection"]
        held = self.filtered(
            lambda each: connections._of_company(each.company_id)._holds_posting()
        )
        return super(PaymentTransaction, self - held)._invoice_sale_orders()
