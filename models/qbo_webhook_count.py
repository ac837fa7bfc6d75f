import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from ..const import WEBHOOK_COUNT_DAYS
from .transaction import own_transaction

_logger = logging.getLogger(__name__)

GC_BATCH = 10000
KINDS = [
    ("accepted", "Deliveries accepted"),
    ("signature", "Deliveries with a wrong signature"),
    ("malformed", "Deliveries that could not be read"),
    ("duplicate", "Events received again"),
    ("unknown", "Events of unknown companies"),
]


class QboWebhookCount(models.Model):
    """How many webhooks of a kind came in a minute.

    A number and no row for each: whoever posts rubbish a thousand times a second adds
    one row a minute. What cannot be told whose it is has no connection.
    """

    _name = "qbo.webhook.count"
    _description = "QuickBooks Webhook Tally"
    _order = "minute desc, id desc"
    _rec_name = "minute"

    minute = fields.Datetime(required=True, readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    connection_id = fields.Many2one(
        "qbo.connection", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index="btree_not_null"
    )
    number = fields.Integer(required=True, readonly=True)
    last_at = fields.Datetime(required=True, readonly=True)

    _one_a_minute = models.UniqueIndex("(minute, kind, COALESCE(connection_id, 0))")

    @api.model
    def _add(self, tally):
        """Add to the numbers of this minute; a failure costs the numbers only.

        The transaction does not wait for the disk, so that the row of the minute is
        free again at once, however much rubbish comes.

        :param dict tally: {(kind, connection id or None): number}
        """
        try:
            with own_transaction(self.env, lock_timeout=1) as env:
                env.cr.execute("SET LOCAL synchronous_commit = off")
                env[self._name]._upsert(tally)
        except psycopg2.OperationalError as error:
            _logger.info("Webhooks were not counted: %s", error)

    @api.model
    def _upsert(self, tally):
        """Add to the numbers of this minute in the transaction of this environment.

        The rows are taken in an order of their own, so that no two deliveries wait for
        each other.
        """
        now = fields.Datetime.now()
        minute = now.replace(second=0)
        rows = [
            SQL("(%s::text, %s::integer, %s::integer)", kind, connection_id, number)
            for (kind, connection_id), number in tally.items()
            if number
        ]
        self.env.cr.execute(
            SQL(
                """INSERT INTO qbo_webhook_count AS kept (
                          minute, kind, connection_id, company_id, number, last_at,
                          create_uid, create_date, write_uid, write_date)
                   SELECT %(minute)s, told.kind, told.connection_id,
                          connection.company_id, told.number, %(now)s,
                          %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM (VALUES %(rows)s) AS told (kind, connection_id, number)
                LEFT JOIN qbo_connection AS connection
                       ON connection.id = told.connection_id
                 ORDER BY told.kind, told.connection_id NULLS FIRST
              ON CONFLICT (minute, kind, COALESCE(connection_id, 0))
                DO UPDATE SET number = kept.number + EXCLUDED.number,
                              last_at = GREATEST(kept.last_at, EXCLUDED.last_at),
                              write_date = EXCLUDED.write_date""",
                minute=minute,
                now=now,
                uid=self.env.uid,
                rows=SQL(", ").join(rows),
            )
        )

    @api.model
    def _sum_since(self, since, kinds):
        """Return {(kind, connection id or False): (number, last at)} since a time."""
        rows = self.sudo()._read_group(
            [("minute", ">=", since), ("kind", "in", kinds)],
            ["kind", "connection_id"],
            ["number:sum", "last_at:max"],
        )
        return {
            (kind, connection.id): (number, last_at)
            for kind, connection, number, last_at in rows
        }

    @api.autovacuum
    def _gc_counts(self):
        since = fields.Datetime.now() - timedelta(days=WEBHOOK_COUNT_DAYS)
        old = [("minute", "<", since)]
        counts = self.search(old, limit=GC_BATCH, order="id")
        counts.unlink()
        return len(counts), len(counts) == GC_BATCH and self.search_count(old)
