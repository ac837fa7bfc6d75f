import logging

import psycopg2

from odoo import api, fields, models

from .roles import USER_GROUP

_logger = logging.getLogger(__name__)


class SaleOrder(models.Model):
    """Deals, and when their revenue is earned."""

    _inherit = "sale.order"

    qbo_revenue_schedule_ids = fields.One2many(
        "qbo.revenue.schedule",
        "order_id",
        "Revenue Schedules",
        groups=USER_GROUP,
        copy=False,
    )
    qbo_revenue_count = fields.Integer(
        compute="_compute_qbo_revenue_count",
        groups=USER_GROUP,
    )

    def _compute_qbo_revenue_count(self):
        counts = dict(
            self.env["qbo.revenue.schedule"]
            .sudo()
            ._read_group([("order_id", "in", self.ids)], ["order_id"], ["__count"])
        )
        for order in self:
            order.qbo_revenue_count = counts.get(order._origin, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_revenue(self):
        """PostgreSQL deletes the lines with their order, past what looks after them."""
        self.order_line._unlink_except_revenue()

    def _action_confirm(self):
        result = super()._action_confirm()
        self._qbo_make_revenue_schedules()
        return result

    def _qbo_make_revenue_schedules(self, added=None):
        """Give each line that earns over time its schedule, where it has none.

        :param added: of these lines only: what became of the others was decided
        """
        connections = self.env["qbo.connection"].sudo()
        for order in self.sudo():
            connection = connections._of_company(order.company_id)
            if not connection.recognizes_revenue:
                continue
            lines = order.order_line if added is None else order.order_line & added
            lines = lines.filtered(
                lambda line: (
                    line._qbo_earns_over_time() and not line.qbo_revenue_schedule_ids
                )
            )
            if lines:
                order._qbo_try_to_schedule(lines)

    def _qbo_try_to_schedule(self, lines):
        """Nobody who sells should be stopped by how the revenue is recognized."""
        try:
            with self.env.cr.savepoint():
                self.env["qbo.revenue.schedule"]._make_for_lines(lines)
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("%s got no revenue schedules", self)
            self._message_log(
                body=self.env._(
                    "The revenue schedules of this order could not be made; the log of "
                    "the server names the reason. Enter them by hand: QuickBooks, "
                    "Revenue, Revenue schedules."
                )
            )

    def action_qbo_open_revenue(self):
        """Open the revenue schedules of these deals."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_revenue_schedule_action"
        )
        return action | {
            "domain": [("order_id", "in", self.ids)],
            "context": {"qbo_revenue_order_id": self.id if len(self) == 1 else False},
        }
