from odoo import api, fields, models
from odoo.exceptions import UserError

from .roles import USER_GROUP


class SaleOrderLine(models.Model):
    """What a line of a deal gives its revenue schedule."""

    _inherit = "sale.order.line"

    qbo_revenue_schedule_ids = fields.One2many(
        "qbo.revenue.schedule",
        "order_line_id",
        "Revenue Schedules",
        groups=USER_GROUP,
        copy=False,
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # What is added to a deal that runs is earned as well.
        added = lines.filtered(lambda line: line.order_id.state == "sale")
        added.order_id._qbo_make_revenue_schedules(added)
        return lines

    @api.ondelete(at_uninstall=False)
    def _unlink_except_revenue(self):
        schedules = (
            self.env["qbo.revenue.schedule"]
            .sudo()
            .search([("order_line_id", "in", self.ids)])
        )
        running = schedules.filtered(lambda each: each.state != "draft")
        if running:
            raise UserError(
                self.env._(
                    "%(names)s: nothing was deleted, because the revenue of the line "
                    "is, or was, recognized by a schedule, which stays. Cancel the "
                    "deal by an amendment instead.",
                    names=", ".join(running.mapped("display_name")),
                )
            )
        schedules.unlink()

    def _qbo_earns_over_time(self):
        """Tell whether the line is to have a schedule."""
        return bool(
            not self.display_type
            and not self.is_downpayment
            and self.product_id._qbo_get_revenue_defaults().model
        )

    def _qbo_get_revenue_partner(self):
        """Return the customer that the revenue is of: as invoices name it."""
        order = self.order_id
        return (order.partner_invoice_id or order.partner_id).commercial_partner_id

    def _qbo_get_revenue_start(self):
        """Return the first day that revenue is earned: of the order, in its zone."""
        order = self.order_id
        zone = self.with_context(tz=order.company_id.partner_id.tz or "UTC")
        return fields.Date.context_today(zone, order.date_order)

    def _qbo_get_revenue_rate(self):
        """Return what one unit earns, less discounts (float, without tax)."""
        quantity = self.product_uom_qty
        if quantity:
            return self.price_subtotal / quantity
        return self.price_unit * (1 - (self.discount or 0.0) / 100)

    def _qbo_get_time_source(self):
        """Hours where they are logged on the line, else the delivered quantity."""
        logged = self.qty_delivered_method in ("analytic", "timesheet")
        return "hours" if logged else "delivered"

    def _qbo_get_revenue_class(self, connection):
        """Return the class of QuickBooks that invoices of the line have, or empty.

        Lines that share several classes have none of them.
        """
        references = self.env["qbo.reference"].sudo()
        if not connection or not connection._get_rules().classes:
            return references
        if connection._get_class_source() != "analytic":
            return self._qbo_get_class_reference(connection)
        account = self._qbo_get_class(connection)
        if not account:
            return references
        mapped = account._qbo_get_mapped(connection)
        qbo_id = account._qbo_get_binding(connection).qbo_id
        if mapped or not qbo_id:
            return mapped
        return references.search(
            [
                ("connection_id", "=", connection.id),
                ("entity", "=", "Class"),
                ("qbo_id", "=", qbo_id),
            ],
            limit=1,
        )
