from odoo import models
from odoo.fields import Domain

from ..tools.digest import digest


class QboRevenueEntry(models.Model):
    """Entries pass the gate as invoices do."""

    _inherit = "qbo.revenue.entry"

    def _qbo_get_day_of_document(self):
        return self.date

    def _qbo_get_company_total(self):
        return abs(self.amount_total) * self.rate

    # === CLOSED PERIODS === #

    def _qbo_list_locks(self, connection):
        own = self._qbo_list_company_locks(self.company_id, ["fiscalyear_lock_date"])
        return super()._qbo_list_locks(connection) + own

    def _qbo_get_lock_labels(self, connection):
        labels = super()._qbo_get_lock_labels(connection)
        return labels | self.env["account.move"]._qbo_get_lock_labels(connection)

    def _qbo_get_dated_domain(self, company, until):
        return Domain("date", "<=", until)

    # === WRITTEN ANEW === #

    def _take_out_of_queue(self):
        """Let nothing go out as it was queued if the entry says otherwise now.

        The gate sees to what was approved; where no approval is asked for, we do.
        """
        operations = self.env["qbo.operation"].sudo()._get_open_of(self)
        for operation in operations:
            entry = self.browse(operation.res_id).sudo()
            payload = entry._qbo_try_payload(operation.connection_id)
            if payload is not None and digest(payload) == operation.payload_digest:
                continue
            text = self.env._(
                "Changed by an amendment after it was queued, so it was taken out of "
                "the queue. Push it again."
            )
            operation._cancel(text)
            entry._message_log(body=text)

    def _qbo_get_exclude_refusal(self, connection):
        """Nothing is kept away that may be there already."""
        unknown = self.has_access("read") and self.sudo()._get_unknown()
        if unknown:
            return unknown._make_unknown_sentence()
        return super()._qbo_get_exclude_refusal(connection)

    # === WHAT BECAME OF IT === #

    def _qbo_after_push(self, operation):
        """It is in QuickBooks: from now on PostgreSQL keeps it as it is."""
        result = super()._qbo_after_push(operation)
        self.sudo().filtered(lambda each: each.state == "draft").state = "posted"
        return result
