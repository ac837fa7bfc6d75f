from odoo import models


class AccountMove(models.Model):
    """Payment terms of invoices that an accountant mapped."""

    _inherit = "account.move"

    def _qbo_prepare_term(self, connection):
        """A mapped term is sent whatever it says: the due date is Odoo's anyway."""
        term = self.invoice_payment_term_id
        if term._qbo_get_mapped(connection):
            return term._qbo_refer(connection)
        return super()._qbo_prepare_term(connection)

    def _qbo_list_blockers(self, connection, rules):
        yield from super()._qbo_list_blockers(connection, rules)
        term = self.invoice_payment_term_id
        mapped = term._qbo_get_mapped(connection)
        if mapped and self._qbo_get_entity() == "Invoice":
            yield from term._qbo_list_mapped_blockers(connection, mapped)
