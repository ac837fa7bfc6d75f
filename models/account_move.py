from odoo import models

from ..tools import members, money
from ..tools.references import refer
from .qbo_document_mixin import format_day

ENTITIES = {"out_invoice": "Invoice", "out_refund": "CreditMemo"}


class AccountMove(models.Model):
    """Customer invoices and credit notes."""

    _name = "account.move"
    _inherit = ["account.move", "qbo.document.mixin"]

    def _qbo_get_entity(self):
        return ENTITIES.get(self.move_type, False)

    def _qbo_get_number(self):
        return self.name if self.name and self.name != "/" else ""

    def _qbo_get_lines(self):
        """Lines of products and texts, and what would be missing from the total."""
        lines = self.line_ids
        sent = lines.filtered(lambda line: line._qbo_is_sent())
        in_order = sent.sorted(lambda line: (line.sequence, line.id))
        # Taxes and products of all documents are read at once.
        return in_order.with_prefetch(lines._prefetch_ids)

    def _qbo_get_addresses(self):
        return self.partner_id, self.partner_shipping_id or self.partner_id

    def _qbo_get_rate(self):
        return self.invoice_currency_rate

    def _qbo_get_txn_date(self, company):
        return format_day(self.invoice_date)

    def _qbo_get_reference(self):
        return self.ref or ""

    def _qbo_get_memo(self):
        return self.narration

    def _qbo_prepare_own_members(self, connection, rules):
        values = {"TxnDate": self._qbo_get_posting_day(connection)}
        if self._qbo_get_entity() == "Invoice":
            values |= {
                "DueDate": format_day(self.invoice_date_due),
                "SalesTermRef": self._qbo_prepare_term(connection),
                "LinkedTxn": self._qbo_prepare_links(connection),
            }
        return values

    def _qbo_prepare_term(self, connection):
        term = self.invoice_payment_term_id
        return term._qbo_refer(connection) if term._qbo_get_entity() else None

    def _qbo_prepare_links(self, connection):
        """The estimates that this invoice is the first invoice of."""
        orders = self.line_ids.sale_line_ids.order_id
        return [
            {
                "TxnId": refer(
                    order._name,
                    order.id,
                    order._qbo_get_entity(),
                    order._qbo_get_link(connection),
                    optional=True,
                ),
                "TxnType": "Estimate",
            }
            for order in orders.sorted("id")
            if order._qbo_get_first_invoice() == self
            and order._qbo_get_customer() == self._qbo_get_customer()
        ]

    def _qbo_lowers_tax(self):
        return any(line.display_type == "epd" for line in self.line_ids)

    # === NOTES === #

    def _qbo_list_notes(self, connection, rules):
        yield from super()._qbo_list_notes(connection, rules)
        is_foreign = self.currency_id.name != rules.home_currency
        if rules.is_multicurrency and is_foreign:
            yield from self._qbo_list_home_notes()

    def _qbo_list_home_notes(self):
        """Odoo converts each line by the whole rate, QuickBooks the total."""
        home = self.company_id.currency_id
        rate = members.make_rate(self._qbo_get_rate())
        if rate is None:
            return
        theirs = money.round_half_up(self._qbo_get_totals()[0] * rate)
        signed = self.amount_total_signed * -self.direction_sign
        ours = members.read_amount(signed, home.decimal_places)
        if theirs != ours:
            yield self.env._(
                "In %(home)s, QuickBooks books %(theirs)s for %(title)s and Odoo "
                "%(ours)s: it multiplies the total by the rate %(rate)s, of which it "
                "keeps seven decimals.",
                home=home.name,
                title=self._qbo_get_title(),
                theirs=theirs,
                ours=ours,
                rate=f"{rate:f}",
            )

    # === BLOCKERS === #

    def _qbo_list_state_blockers(self):
        title = self._qbo_get_title()
        if self.state == "cancel":
            yield self.env._(
                "%(title)s is cancelled. Reset it to draft and post it, if it is to go "
                "to QuickBooks after all.",
                title=title,
            )
        elif self.state != "posted":
            yield self.env._("%(title)s is not posted. Post it first.", title=title)
        elif not self.invoice_date:
            yield self.env._("%(title)s has no invoice date. Enter one.", title=title)

    def _qbo_list_forecast_blockers(self, connection, rules, parts, title):
        is_by_line = rules.tax == "line"
        if is_by_line and self.invoice_cash_rounding_id.strategy == "biggest_tax":
            yield self.env._(
                "The cash rounding of %(title)s changes its tax, and QuickBooks "
                "reckons the tax by its rate. Choose a cash rounding that adds a "
                "rounding line, or none.",
                title=title,
            )
        else:
            if any(line.display_type == "rounding" for line in self.line_ids):
                yield from self._qbo_list_rounding_line_blockers(
                    connection, rules, title
                )
            yield from super()._qbo_list_forecast_blockers(
                connection, rules, parts, title
            )
