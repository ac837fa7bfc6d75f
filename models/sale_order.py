from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import models

from .qbo_document_mixin import format_day

STATUSES = {"draft": "Pending", "sent": "Pending", "sale": "Accepted"}


class SaleOrder(models.Model):
    """Sale orders, which are estimates at QuickBooks."""

    _name = "sale.order"
    _inherit = ["sale.order", "qbo.document.mixin"]

    def _qbo_get_entity(self):
        return "Estimate"

    def _qbo_get_lines(self):
        """The offer: what was invoiced in advance is no part of it."""
        lines = self.order_line
        sent = lines.filtered(lambda line: not line.is_downpayment)
        in_order = sent.sorted(lambda line: (line.sequence, line.id))
        # Taxes and products of all documents are read at once.
        return in_order.with_prefetch(lines._prefetch_ids)

    def _qbo_get_addresses(self):
        contact = self.partner_invoice_id or self.partner_id
        return contact, self.partner_shipping_id or contact

    def _qbo_get_rate(self):
        return self.currency_rate

    def _qbo_get_reference(self):
        return self.client_order_ref or ""

    def _qbo_get_memo(self):
        return self.note

    def _qbo_prepare_own_members(self, connection, rules):
        return {
            "TxnDate": self._qbo_get_posting_day(connection),
            "ExpirationDate": format_day(self.validity_date),
            "TxnStatus": STATUSES.get(self.state),
        }

    def _qbo_get_txn_date(self, company):
        """The day of the order where the company is, whoever asks."""
        day = self._qbo_get_day_in(ZoneInfo(company.partner_id.tz or "UTC"))
        return day.isoformat() if day else None

    def _qbo_get_day_in(self, zone):
        """Return the day of the order in a time zone, None without one."""
        if not self.date_order:
            return None
        return self.date_order.replace(tzinfo=UTC).astimezone(zone).date()

    def _qbo_get_first_invoice(self):
        """Return the invoice that takes the estimate over, empty before there is one.

        QuickBooks links one invoice to an estimate.
        """
        invoices = self.order_line.invoice_lines.move_id.filtered(
            lambda move: move.move_type == "out_invoice" and move.state != "cancel"
        )
        return invoices.sorted("id")[:1]

    def _qbo_get_residue(self):
        """Return (line, amount): what rounding by document leaves, and its line."""
        # Asked for each line of the order: what costs is done only where it has to be.
        lines = self.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )
        residue = self.amount_untaxed - sum(lines.mapped("price_subtotal"))
        if self.currency_id.is_zero(residue):
            return None, 0.0
        in_order = lines.sorted(lambda line: (line.sequence, line.id))
        return max(in_order, key=lambda line: abs(line.price_subtotal)), residue

    def _qbo_lowers_tax(self):
        term = self.payment_term_id
        is_lowered = (
            term.early_discount
            and term.early_pay_discount_computation == "mixed"
            and term.discount_percentage
        )
        return bool(is_lowered) and not self.currency_id.is_zero(self.amount_tax)

    # === BLOCKERS === #

    def _qbo_list_state_blockers(self):
        if self.state == "cancel":
            yield self.env._(
                "%(title)s is cancelled. Set it to quotation, if it is to go to "
                "QuickBooks after all.",
                title=self._qbo_get_title(),
            )

    def _qbo_list_company_blockers(self, connection, rules, title):
        yield from super()._qbo_list_company_blockers(connection, rules, title)
        if not rules.has_estimates:
            yield self.env._(
                "%(title)s cannot go to QuickBooks, because estimates are switched off "
                "there. Switch them on (Account and settings, Sales) and test the "
                "connection.",
                title=title,
            )
