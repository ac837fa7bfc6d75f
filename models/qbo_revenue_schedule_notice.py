from odoo import api, fields, models

from .qbo_revenue_terms_mixin import SAME_RATE


class QboRevenueSchedule(models.Model):
    """What a schedule says of itself: what is missing, what the order says since."""

    _inherit = "qbo.revenue.schedule"

    notice = fields.Text(compute="_compute_notice", compute_sudo=True)
    is_out_of_step = fields.Boolean(
        "Differs From The Order",
        compute="_compute_notice",
        compute_sudo=True,
        search="_search_is_out_of_step",
    )

    @api.depends(
        "state",
        "amount",
        "rate",
        "order_line_id.price_subtotal",
        "order_line_id.product_id",
        "order_line_id.order_id.state",
    )
    def _compute_notice(self):
        for schedule in self:
            drift, others = [], []
            if schedule.order_line_id and schedule.state == "running":
                drift = list(schedule._list_drift())
            elif schedule.order_line_id and schedule.state == "draft":
                others = schedule._list_problems()
            if schedule.state != "cancelled":
                others += schedule._list_item_warnings()
            schedule.is_out_of_step = bool(drift)
            schedule.notice = "\n".join(drift + others)

    def _list_drift(self):
        """Yield what the order says otherwise than the schedule that runs."""
        line, order = self.order_line_id, self.order_line_id.order_id
        money = self.currency_id.format
        if order.state == "cancel":
            yield self.env._(
                "%(order)s was cancelled, so that nothing more is recognized. Click "
                "Amend to cancel the deal, too: that says what is kept and what is "
                "taken back.",
                order=order.name,
            )
            return
        if order.state != "sale":
            yield self.env._(
                "%(order)s is not confirmed any more, so that nothing more is "
                "recognized. Confirm it again, or click Amend to cancel the deal.",
                order=order.name,
            )
        if line.product_id != self.product_id:
            yield self.env._(
                "The order line sells %(theirs)s now, the schedule is for %(ours)s. "
                "Click Amend to look at its terms and accounts again.",
                theirs=line.product_id.display_name or "-",
                ours=self.product_id.display_name or "-",
            )
        partner = line._qbo_get_revenue_partner()
        if partner != self.partner_id:
            yield self.env._(
                "The order is invoiced to %(theirs)s now, the schedule is for "
                "%(ours)s. Click Amend, which moves what is booked to the other.",
                theirs=partner.display_name or "-",
                ours=self.partner_id.display_name or "-",
            )
        if self.currency_id.compare_amounts(line.price_subtotal, self.amount):
            yield self.env._(
                "The order line comes to %(theirs)s now, the schedule to %(ours)s. "
                "Click Amend to bring the two together.",
                theirs=money(line.price_subtotal),
                ours=money(self.amount),
            )
        rate = line._qbo_get_revenue_rate()
        if self.model == "time" and abs(rate - self.current_rate) > SAME_RATE:
            yield self.env._(
                "The unit price of the order line is %(theirs)s now, that of the "
                "schedule %(ours)s. Click Amend, and choose from which day it holds.",
                theirs=money(rate),
                ours=money(self.current_rate),
            )

    def _list_item_warnings(self):
        """Return whether invoices of it are income at once, which would count twice."""
        account = self.deferred_account_id
        theirs = self._get_item_account()
        if not account or not theirs or theirs == account.qbo_id:
            return []
        name = self.env["qbo.catalogue"]._name_object(
            self.connection_id, "Account", theirs
        )
        return [
            self.env._(
                "Invoices of %(product)s are booked to %(theirs)s in QuickBooks, not "
                "to %(ours)s: its revenue would count twice. Choose %(ours)s as the "
                "account of the product or service in QuickBooks, or map %(product)s "
                "to one that has it.",
                product=self.product_id.display_name,
                theirs=name or theirs,
                ours=account.display_name,
            )
        ]

    def _get_item_account(self):
        """Return QuickBooks' id of the account that the product sells to, or None."""
        product, connection = self.product_id, self.connection_id
        if not product or not connection:
            return None
        mapped = product._qbo_get_mapped(connection)
        item = (
            mapped.payload if mapped else product._qbo_get_binding(connection).snapshot
        )
        return ((item or {}).get("IncomeAccountRef") or {}).get("value")

    def _search_is_out_of_step(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self.search([("state", "=", "running")])
        ids = found.filtered("is_out_of_step").ids
        return [("id", "in" if True in value else "not in", ids)]
