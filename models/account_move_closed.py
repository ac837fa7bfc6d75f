from datetime import date

from odoo import models
from odoo.fields import Domain

from ..tools import closed_period


class AccountMove(models.Model):
    """Invoices and credit notes are held by Odoo's lock dates too."""

    _inherit = "account.move"

    def _qbo_list_locks(self, connection):
        return super()._qbo_list_locks(connection) + self._qbo_list_odoo_locks()

    def _qbo_list_odoo_locks(self):
        """Return the lock dates that hold this document."""
        company = self.company_id
        names = ["fiscalyear_lock_date"]
        if self.journal_id.type == "sale":
            names.append("sale_lock_date")
        taxed_until = company.sudo()._get_user_lock_date("tax_lock_date", True)
        if taxed_until > date.min and self._affect_tax_report():
            names.append("tax_lock_date")
        return self._qbo_list_company_locks(company, names)

    def _qbo_get_lock_labels(self, connection):
        names = ["fiscalyear", "sale", "tax", "hard"]
        names = [f"{name}_lock_date" for name in names]
        described = self.env["res.company"].fields_get(names, ["string"])
        labels = {
            name: self.env._("Odoo's %(lock)s", lock=described[name]["string"])
            for name in names
        }
        return super()._qbo_get_lock_labels(connection) | labels

    def _qbo_get_dated_domain(self, company, until):
        return Domain("invoice_date", "<=", until)

    # === POSTING === #

    def _qbo_list_closed_blockers(self, connection):
        blockers = list(super()._qbo_list_closed_blockers(connection))
        yield from blockers
        is_held = connection.closed_period_policy != "move"
        if is_held and not blockers and self.state == "draft":
            yield from self._qbo_list_accounting_date_blockers()

    def _qbo_list_accounting_date_blockers(self):
        """Posting moves an accounting date that is locked, and says nothing."""
        own, locks = self.date, self._qbo_list_odoo_locks()
        held = closed_period.find_holding(own, locks)
        if not held or own == self.invoice_date:
            return
        yield self.env._(
            "%(title)s has the accounting date %(date)s, which %(lock)s (%(until)s) "
            "locks: posting would move it. Choose a later accounting date, or let an "
            "accountant move the lock date.",
            title=self._qbo_get_title(),
            date=own.isoformat(),
            lock=self._qbo_get_lock_labels(None)[held[0].name],
            until=held[0].until.isoformat(),
        )
