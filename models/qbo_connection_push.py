from odoo import api, fields, models
from odoo.tools import format_time

from .qbo_operation import OPEN_STATES

# Still to be sent, or to be heard of, without anybody doing something.
MOVING_STATES = ("queued", "sent", "uncertain")


class QboConnection(models.Model):
    """How far a push is, and what stands in its way."""

    _inherit = "qbo.connection"

    queued_count = fields.Integer(compute="_compute_push_counts")
    waiting_count = fields.Integer(compute="_compute_push_counts")
    failed_count = fields.Integer(compute="_compute_push_counts")
    differs_count = fields.Integer(compute="_compute_push_counts")
    done_today_count = fields.Integer(compute="_compute_push_counts")
    push_progress = fields.Integer(
        compute="_compute_push_counts",
        help="Per cent of what was to be pushed since midnight that is in QuickBooks.",
    )

    def _compute_push_counts(self):
        counts = self._count_operations()
        for connection in self:
            states = counts.get(connection.id, {})
            moving = sum(states.get(state, 0) for state in MOVING_STATES)
            waiting = states.get("waiting", 0)
            done = states.get("done_today", 0)
            connection.queued_count = moving
            connection.waiting_count = waiting
            connection.failed_count = states.get("failed", 0)
            connection.differs_count = states.get("differs", 0)
            connection.done_today_count = done
            everything = done + moving + waiting
            connection.push_progress = 100 * done // everything if everything else 100

    def _count_operations(self):
        """Return ``{connection id: {state: number}}``, ``done_today`` among them."""
        operations = self.env["qbo.operation"]
        open_groups = operations._read_group(
            [
                ("connection_id", "in", self.ids),
                ("state", "in", [*OPEN_STATES, "differs"]),
            ],
            ["connection_id", "state"],
            ["__count"],
        )
        done_groups = operations._read_group(
            [("connection_id", "in", self.ids), ("done_at", ">=", "today")],
            ["connection_id"],
            ["__count"],
        )
        counts = {}
        for connection, state, number in open_groups:
            counts.setdefault(connection.id, {})[state] = number
        for connection, number in done_groups:
            counts.setdefault(connection.id, {})["done_today"] = number
        return counts

    # === WHAT STANDS IN THE WAY === #

    def _get_push_problem(self):
        """Return why nothing is sent, as a sentence; '' if nothing is in the way."""
        self.ensure_one()
        if self.state == "suspended":
            return self._get_suspension_message(self.suspend_reason)
        if self.state != "connected":
            return self.env._(
                "%(name)s is not connected to QuickBooks. %(administrators)s can "
                "connect it.",
                name=self.name,
                administrators=", ".join(self._get_administrators().mapped("name"))
                or self.env._("A QuickBooks administrator"),
            )
        if not self.sudo().worker_cron_id.active:
            return self.env._(
                "the scheduled action that sends for %(name)s is switched off. Switch "
                "it on in Settings, Technical, Scheduled Actions.",
                name=self.name,
            )
        return ""

    def _get_pause(self):
        """Return the time until which Intuit's limits keep it waiting, or ''."""
        until = self.paused_until
        return format_time(self.env, until) if until else ""

    @api.model
    @api.readonly
    def get_push_status(self):
        """Return how far the pushes are, for the head of the queue.

        :rtype: list[dict]
        :return: for each connection of the user's companies ``id``, ``name``,
            ``problem``, ``pause``, ``moving``, ``waiting``, ``failed``, ``differs``,
            ``done`` (since midnight) and ``progress`` (per cent)
        """
        return [
            {
                "id": connection.id,
                "name": connection.name,
                "problem": connection._get_push_problem(),
                "pause": connection._get_pause(),
                "moving": connection.queued_count,
                "waiting": connection.waiting_count,
                "failed": connection.failed_count,
                "differs": connection.differs_count,
                "done": connection.done_today_count,
                "progress": connection.push_progress,
            }
            for connection in self.search([], limit=20)
        ]

    # === ACTIONS === #

    def action_open_queue(self):
        return self._open_operations("filter_open")

    def action_open_failed(self):
        return self._open_operations("filter_failed")

    def action_open_differing(self):
        return self._open_operations("filter_differs")

    def action_open_done_today(self):
        return self._open_operations("filter_done_today")

    def _open_operations(self, filter_name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_operation_action"
        )
        return action | {
            "domain": [("connection_id", "=", self.id)],
            "context": {f"search_default_{filter_name}": 1},
        }
