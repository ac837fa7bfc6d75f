from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

# Ours: a trigger that waits for longer woke nobody.
HEARD_OF = timedelta(seconds=2)


class QboConnection(models.Model):
    """Whether webhooks come in, and how they are doing."""

    _inherit = "qbo.connection"

    webhook_received_at = fields.Datetime(
        "Last Received", compute="_compute_webhook_counts"
    )
    webhook_count = fields.Integer(
        "Deliveries Today",
        compute="_compute_webhook_counts",
        help="Accepted in the last 24 hours for this company.",
    )
    webhook_duplicate_count = fields.Integer(
        "Events Received Again", compute="_compute_webhook_counts"
    )
    webhook_rejected_count = fields.Integer(
        "Unreadable Today",
        compute="_compute_webhook_counts",
        help="Signed by Intuit in the last 24 hours, but not in a form that is known. "
        "They are kept.",
    )
    webhook_refused_count = fields.Integer(
        "Refused Today",
        compute="_compute_webhook_counts",
        help="Refused in the last 24 hours because no verifier token of this database "
        "made their signature. Only their number is kept.",
    )
    webhook_refused_at = fields.Datetime(
        "Last Refused", compute="_compute_webhook_counts"
    )
    webhook_new_count = fields.Integer(
        "Events Waiting", compute="_compute_webhook_new_count"
    )

    # === COMPUTE METHODS === #

    def _compute_webhook_counts(self):
        counts = self.env["qbo.webhook.count"]
        day = fields.Datetime.now() - timedelta(days=1)
        kinds = ["accepted", "duplicate", "malformed", "signature"]
        today = counts._sum_since(day, kinds)
        ever = counts._sum_since(fields.Datetime.to_datetime("1970-01-01"), kinds[:1])
        for connection in self:
            id = connection._origin.id
            nothing = (0, False)
            connection.webhook_received_at = ever.get(("accepted", id), nothing)[1]
            connection.webhook_count = today.get(("accepted", id), nothing)[0]
            connection.webhook_duplicate_count = today.get(("duplicate", id), nothing)[
                0
            ]
            connection.webhook_rejected_count = today.get(("malformed", id), nothing)[0]
            refused = today.get(("signature", False), nothing)
            connection.webhook_refused_count, connection.webhook_refused_at = refused

    def _compute_webhook_new_count(self):
        counts = dict(
            self.env["qbo.event"]
            .sudo()
            ._read_group(
                [("connection_id", "in", self.ids), ("state", "=", "new")],
                ["connection_id"],
                ["__count"],
            )
        )
        for connection in self:
            connection.webhook_new_count = counts.get(connection._origin, 0)

    # === RECEIVING === #

    def _wake_worker_once(self):
        """Wake the workers, but those that are woken already and did not start yet.

        To wake one costs more than to store what it is woken for. A trigger that waits
        is kept from being taken until this transaction ends, so that the run it starts
        sees what was written here; one that a run is taking is passed over. One that
        waits for longer was perhaps never heard of, as after a restart of the server:
        then it is woken again.
        """
        if not self:
            return
        now = fields.Datetime.now()
        waiting = self.env.execute_query(
            SQL(
                """SELECT connection.id
                     FROM qbo_connection AS connection
                     JOIN ir_cron_trigger AS trigger
                       ON trigger.cron_id = connection.worker_cron_id
                    WHERE connection.id IN %s AND trigger.call_at BETWEEN %s AND %s
                      FOR KEY SHARE OF trigger SKIP LOCKED""",
                tuple(self.ids),
                now - HEARD_OF,
                now,
            )
        )
        woken = self.browse(id for (id,) in waiting)
        (self - woken)._wake_worker()

    # === ACTIONS === #

    def action_open_events(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_event_action"
        )
        return action | {"domain": [("connection_id", "=", self.id)]}

    def action_open_webhook_counts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_webhook_count_action"
        )
        return action | {"domain": [("connection_id", "in", (self.id, False))]}

    def _drop_links(self):
        """Events name ids of the company that is forgotten."""
        result = super()._drop_links()
        domain = [("connection_id", "=", self.id)]
        self.env["qbo.event"].sudo().search(domain).unlink()
        return result
