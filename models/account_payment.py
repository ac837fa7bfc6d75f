from odoo import api, models
from odoo.fields import Domain

# What QuickBooks knows of a payment follows from these.
FOLLOWED = frozenset(
    (
        "amount",
        "currency_id",
        "date",
        "journal_id",
        "memo",
        "move_id",
        "partner_id",
        "payment_method_line_id",
        "payment_reference",
        "payment_type",
        "state",
    )
)


class AccountPayment(models.Model):
    """Payments of customers."""

    _name = "account.payment"
    _inherit = ["account.payment", "qbo.payment.out.entry"]

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & FOLLOWED:
            self._qbo_follow()
        return result

    # === WHAT IT IS === #

    def _qbo_is_from_quickbooks(self):
        payments = self.env["qbo.payment"].sudo()
        return bool(
            payments.search_count(
                [("account_payment_id", "=", self.id), ("is_ours", "=", False)],
                limit=1,
            )
        )

    def _qbo_get_entity(self):
        return "Payment" if self.partner_type == "customer" else False

    def _qbo_get_title(self):
        self.ensure_one()
        return self.env._("Payment %(name)s", name=self.name or f"({self.id})")

    def _qbo_is_wanted(self):
        is_posted = self.state in ("in_process", "paid")
        return is_posted and self.move_id.state == "posted"

    def _qbo_may_come_back(self):
        return self.state not in ("canceled", "rejected")

    def _qbo_get_partner(self):
        return self.partner_id

    def _qbo_get_date(self):
        return self.date

    def _qbo_get_document_currency(self):
        return self.currency_id

    def _qbo_get_number(self):
        return self.name or ""

    def _qbo_get_reference(self):
        return self.payment_reference or ""

    def _qbo_get_journal(self):
        return self.journal_id

    def _qbo_get_method(self):
        return self.payment_method_line_id

    def _qbo_get_other_lines(self):
        return self._seek_for_lines()[2] - self._qbo_get_receivable_lines()

    def _qbo_list_own_blockers(self, title):
        if self.state in ("in_process", "paid") and not self.move_id:
            yield self.env._(
                "%(title)s has no journal entry. The bank line that it is matched with "
                "goes to QuickBooks instead.",
                title=title,
            )
            return
        yield from super()._qbo_list_own_blockers(title)

    @api.model
    def _qbo_get_open_domain(self):
        connections = self.env["qbo.connection"].sudo()
        pushing = connections.search([("payment_push", "!=", "off")])
        companies = [
            Domain("company_id", "=", each.company_id.id)
            & Domain("date", ">=", each.start_date or "0001-01-01")
            for each in pushing
        ]
        return (
            Domain("partner_type", "=", "customer")
            & Domain("payment_type", "=", "inbound")
            & Domain("state", "in", ["in_process", "paid"])
            & Domain("move_id.state", "=", "posted")
            & Domain.OR(companies)
        )
