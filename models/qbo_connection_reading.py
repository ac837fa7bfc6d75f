from odoo import fields, models

from ..tools.moments import format_moment, parse_moment
from ..tools.selects import build_select, quote
from .qbo_connection_changes import IDS_PER_QUERY
from .transaction import retried_transaction

# Ours: payments of one page. It is kept and applied before the next is read.
PAGE = 500
CHANGED = "MetaData.LastUpdatedTime"


class QboConnection(models.Model):
    """Reading more payments than one change list holds, page by page.

    A page is kept together with where the next one begins: however many there are, no
    more than a page is in memory, and after a kill it goes on where it was. Pages go
    by the time of the last change, so what is changed meanwhile comes once more.
    """

    _inherit = "qbo.connection"

    changes_reading = fields.Json(
        readonly=True,
        copy=False,
        help="What is being read page by page, and how far that got.",
    )
    readings = fields.Integer(
        readonly=True, copy=False, help="The number of the last of these."
    )

    def _begin_reading(self, kinds, until, since=None):
        """Let the worker read page by page from now on.

        :param kinds: entities
        :param datetime until: QuickBooks' clock when this began
        :param datetime since: what changed since then is read; without it all since
            the start, and what is known and not among it is gone
        """
        since = since and fields.Datetime.to_string(since)
        newest = self.env["qbo.payment"].search([], order="id desc", limit=1)
        self.write(
            {
                "is_poll_due": True,
                "readings": self.readings + 1,
                "changes_reading": {
                    "number": self.readings + 1,
                    "kinds": list(kinds),
                    "left": list(kinds),
                    "since": since,
                    "from": since,
                    "position": 1,
                    "newest_id": newest.id,
                    "until": fields.Datetime.to_string(until),
                },
            }
        )

    def _read_on(self, client, reading):
        """Do the next piece of a reading: a page, or what was on none, or its end."""
        if reading["left"]:
            self._read_page(client, reading)
        elif reading["since"] or not self._look_for_missing(client, reading):
            until = fields.Datetime.to_datetime(reading["until"])
            self._close_poll(client, until, self._read_deposits(client), reading)

    def _read_page(self, client, reading):
        entity = reading["left"][0]
        where = self._get_reading_condition(reading)
        select = build_select(entity, where, reading["position"], PAGE, CHANGED)
        rows = client.query(select)

        def keep(connection):
            connection._keep_found(connection.env, {entity: (rows, ())}, "poll")
            connection._note_seen(reading, entity, rows)
            connection.changes_reading = _turn_page(reading, rows)

        self._keep_reading(reading, keep)

    def _keep_reading(self, reading, keep):
        """Keep a piece, unless the reading was given up meanwhile."""

        def keep_if_same(env):
            connection = env["qbo.connection"].browse(self.id)
            if connection.changes_reading == reading:
                keep(connection)

        retried_transaction(self.env, keep_if_same)

    def _get_reading_condition(self, reading):
        conditions = []
        if not reading["since"] and self._get_payments_start():
            conditions.append(f"TxnDate >= {quote(self._get_payments_start())}")
        if reading["from"]:
            moment = format_moment(fields.Datetime.to_datetime(reading["from"]))
            conditions.append(f"{CHANGED} >= {quote(moment)}")
        return " AND ".join(conditions)

    def _look_for_missing(self, client, reading):
        """Ask for some of what is known and was on no page; return if there was any."""
        for entity in reading["kinds"]:
            with self._work() as operations:
                connection = operations.env["qbo.connection"].browse(self.id)
                ids = operations.env["qbo.payment"]._list_unseen(
                    connection, entity, reading, IDS_PER_QUERY
                )
            if ids:
                self._read_missing(client, reading, entity, ids)
                return True
        return False

    def _read_missing(self, client, reading, entity, ids):
        found = self._read_objects(client, {entity: set(ids)})

        def keep(connection):
            connection._keep_found(connection.env, found, "poll")
            connection._note_seen(reading, entity, found[entity][0])

        self._keep_reading(reading, keep)

    def _note_seen(self, reading, entity, objects):
        qbo_ids = [each["Id"] for each in objects]
        payments = self.env["qbo.payment"]._find(self, entity, qbo_ids).values()
        self.env["qbo.payment"].union(*payments).filtered(
            lambda payment: payment.id <= (reading["newest_id"] or 0)
        ).seen_in_reading = reading["number"]


def _turn_page(reading, rows):
    """Return the reading as it goes on after a page."""
    if len(rows) < PAGE:
        left = reading["left"][1:]
        return reading | {"left": left, "from": reading["since"], "position": 1}
    last = parse_moment((rows[-1].get("MetaData") or {}).get("LastUpdatedTime"))
    moment = last and fields.Datetime.to_string(last.replace(microsecond=0))
    if moment and moment > (reading["from"] or ""):
        return reading | {"from": moment, "position": 1}
    # All of one second.
    return reading | {"position": reading["position"] + len(rows)}
