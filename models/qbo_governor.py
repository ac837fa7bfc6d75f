import random
import time
from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.tools import SQL

from ..const import MAXIMUM_NAP, THROTTLE_PAUSE_JITTER
from ..exceptions import QboThrottledError
from ..tools import governor
from ..tools.faults import Fault
from .transaction import own_transaction

# Seconds added at random to a nap: those who wait for the same moment would all wake
# at once and queue up for the row.
NAP_JITTER = 0.1


class QboGovernor(models.Model):
    """Keeps Intuit's limits for all processes and hosts together.

    One row per realm and environment. A take locks the row, does the arithmetic of
    ``tools/governor.py`` and commits, in a transaction of its own. The clock is
    PostgreSQL's, the only one that all hosts share.
    """

    _name = "qbo.governor"
    _description = "QuickBooks Governor"
    _rec_name = "realm_id"

    realm_id = fields.Char(required=True, readonly=True)
    environment = fields.Char(required=True, readonly=True)
    state = fields.Json(default=dict, readonly=True)
    last_good_call_at = fields.Datetime(readonly=True)

    _unique_realm = models.Constraint(
        "UNIQUE(realm_id, environment)", "This realm has a governor already."
    )

    # === TAKING TURNS === #

    @api.model
    def _wait_turn(self, connection, kind, place):
        """Return when one call may leave, or raise.

        :param str kind: ``request`` or ``batch``
        :param str place: names the caller among those whose calls are under way;
            :meth:`_record` gives the place back
        :raise QboThrottledError: the turn comes later than a worker may nap; its
            ``retry_after`` says when to come back. Nothing was sent.
        """
        patience = MAXIMUM_NAP
        while wait := self._take(connection, kind, place):
            if wait > patience:
                raise self._turn_comes_later(wait)
            nap = wait + random.uniform(0, NAP_JITTER)
            patience -= nap
            time.sleep(nap)

    @api.model
    def _take(self, connection, kind, place=None):
        """Take one call's turn; return 0, or the seconds to wait until asking again."""
        with own_transaction(self.env) as env:
            row_id, before, now = self._lock_row(env, connection)
            state, wait = governor.take(before, now, kind, place=place)
            # A refusal changes nothing worth a write, unless the clock was set back
            # and what is stored moved along.
            if not wait or state["last"] < before.get("last", 0):
                self._write_state(env, row_id, state)
        return wait

    @api.model
    def _pause(self, connection, seconds, reason):
        """Stop the whole realm, for all processes, as Intuit asked by a 429."""
        with own_transaction(self.env) as env:
            row_id, state, now = self._lock_row(env, connection)
            seconds += random.uniform(0, THROTTLE_PAUSE_JITTER)
            state = governor.pause(state, now, seconds, reason)
            self._write_state(env, row_id, state)

    @api.model
    def _record(self, connection, metered, is_good, place):
        """Note the end of a call: what Intuit meters, and whether it worked."""
        with own_transaction(self.env) as env:
            row_id, state, now = self._lock_row(env, connection)
            state = governor.release(state, now, place)
            if metered:
                state = governor.meter(state, now, metered)
            self._write_state(env, row_id, state, is_good)

    # === READING === #

    @api.model
    def _describe(self, connection):
        """Return the throttle state and the meter of the connection's realm.

        :rtype: dict
        :return: ``last_good_call_at`` (datetime or False) and the keys of
            ``governor.describe`` and ``governor.forecast``; times are naive UTC.
        """
        row = self.sudo().search(
            [
                ("realm_id", "=", connection.realm_id),
                ("environment", "=", connection.environment),
            ],
            limit=1,
        )
        now = fields.Datetime.now().replace(tzinfo=timezone.utc).timestamp()
        state = row.state or {}
        description = governor.describe(state, now) | governor.forecast(state, now)
        paused_until = description.get("paused_until")
        description["paused_until"] = bool(paused_until) and datetime.fromtimestamp(
            paused_until, timezone.utc
        ).replace(tzinfo=None, microsecond=0)
        description["last_good_call_at"] = row.last_good_call_at
        return description

    # === HELPERS === #

    @api.model
    def _lock_row(self, env, connection):
        # The clock is read after the lock is held: a wait for it is no transit time.
        select = SQL(
            """WITH locked AS MATERIALIZED (
                      SELECT id, state FROM qbo_governor
                       WHERE realm_id = %s AND environment = %s FOR UPDATE)
               SELECT id, state, extract(epoch FROM clock_timestamp())::float
                 FROM locked""",
            connection.realm_id,
            connection.environment,
        )
        rows = env.execute_query(select)
        if not rows:
            env.execute_query(
                SQL(
                    """INSERT INTO qbo_governor (realm_id, environment, state)
                            VALUES (%s, %s, '{}') ON CONFLICT DO NOTHING""",
                    connection.realm_id,
                    connection.environment,
                )
            )
            rows = env.execute_query(select)
        row_id, state, now = rows[0]
        return row_id, state or {}, now

    @api.model
    def _write_state(self, env, row_id, state, is_good=False):
        env.cr.execute(
            SQL(
                """UPDATE qbo_governor
                      SET state = %s,
                          last_good_call_at = CASE WHEN %s
                              THEN clock_timestamp() AT TIME ZONE 'UTC'
                              ELSE last_good_call_at END
                    WHERE id = %s""",
                fields.Json().convert_to_column(state, self),
                is_good,
                row_id,
            )
        )

    @api.model
    def _turn_comes_later(self, wait):
        return QboThrottledError(
            Fault(
                kind="throttled",
                code="",
                message="Waiting for a turn within Intuit's limits",
                retry_after=wait,
            )
        )
