import logging
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.sql_db import Cursor

from ..const import (
    BATCH_INTERVAL,
    BATCHES_IN_BURST,
    BATCHES_IN_FLIGHT,
    BATCHES_PER_ROUND,
    CONNECTION_TEST_HOURS,
    WORKER_SECONDS,
)
from ..exceptions import (
    QboError,
    QboRetryableError,
    QboThrottledError,
    VaultError,
)
from .qbo_operation import OPEN_STATES
from .transaction import own_transaction

_logger = logging.getLogger(__name__)

# Seconds after which a run that Intuit did not answer is tried again.
RETRY_SECONDS = 60


class QboConnection(models.Model):
    """The worker of a connection: empties the outbox, one wave after the other.

    It is one scheduled action for each connection, whose row Odoo locks while it
    runs: however many processes and hosts there are, one of them works.
    """

    _inherit = "qbo.connection"

    worker_cron_id = fields.Many2one(
        "ir.cron", readonly=True, copy=False, ondelete="set null"
    )
    ask_before_linking = fields.Boolean(
        "Always Ask Before Linking",
        help="A customer or product that QuickBooks has already is not linked by "
        "itself, however well it matches: a person decides.",
    )
    operation_ids = fields.One2many("qbo.operation", "connection_id", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        connections = super().create(vals_list)
        connections.sudo()._create_workers()
        return connections

    @api.model
    def _create_missing_workers(self):
        """Give every connection without a worker one, archived ones too."""
        connections = self.with_context(active_test=False)
        connections.search([("worker_cron_id", "=", False)])._create_workers()

    def _create_workers(self):
        for connection in self:
            connection.worker_cron_id = (
                self.env["ir.cron"]
                .sudo()
                .create(
                    {
                        "name": self.env._(
                            "QuickBooks: push for %(company)s",
                            company=connection.company_id.name,
                        ),
                        "model_id": self.env["ir.model"]._get_id(self._name),
                        "state": "code",
                        "code": f"model.browse({connection.id})._cron_work()",
                        "user_id": self.env.ref("base.user_root").id,
                        "interval_number": 1,
                        "interval_type": "hours",
                    }
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_workers(self):
        self.sudo().worker_cron_id.unlink()

    def _wake_worker(self, at=None):
        """Let the worker run, when this transaction is committed or at a time.

        :param datetime at: naive UTC
        """
        for connection in self.sudo():
            connection.worker_cron_id._trigger(at)

    def _change_state(self, state, reason=False, **values):
        result = super()._change_state(state, reason, **values)
        if state == "connected":
            self._wake_later(0)
        return result

    def _drop_links(self):
        result = super()._drop_links()
        domain = [("connection_id", "=", self.id)]
        operations = self.env["qbo.operation"].sudo().search(domain)
        operations.filtered(lambda each: each.state in OPEN_STATES).write(
            {"state": "cancelled", "fault_message": False, "cause": False}
        )
        self.env["qbo.binding"].sudo().search(domain).unlink()
        return result

    # === A RUN === #

    def _cron_work(self):
        """Scheduled action: work for about a minute, then let others have a turn."""
        self.ensure_one()
        self.env["ir.cron"]._commit_progress(remaining=0)
        self._run_worker()

    def _run_worker(self):
        """Send what is due. What fails waits with its reason; nothing is raised."""
        self.ensure_one()
        if self.state != "connected" or not self._has_work():
            return
        try:
            self._test_if_in_doubt()
            self._call(self._work_off)
        except QboThrottledError as error:
            self._wake_later(error.retry_after)
        except QboRetryableError as error:
            _logger.warning("The outbox of connection %s waits: %s", self.id, error)
            self._wake_later(RETRY_SECONDS)
        except (QboError, VaultError) as error:
            # The reason stands on the connection; its return wakes the worker.
            _logger.warning("The outbox of connection %s is parked: %s", self.id, error)

    def _has_work(self):
        return bool(
            self.env["qbo.operation"].search_count(
                [
                    ("connection_id", "=", self.id),
                    ("state", "in", ("queued", "sent", "uncertain")),
                ],
                limit=1,
            )
        )

    def _test_if_in_doubt(self):
        """Ask Intuit for the company if nothing was heard of it for long."""
        heard = self.env["qbo.governor"]._describe(self)["last_good_call_at"]
        limit = fields.Datetime.now() - timedelta(hours=CONNECTION_TEST_HOURS)
        if not heard or heard < limit:
            self._call(self._read_company)

    def _work_off(self, client):
        """Settle, prepare, look up and send until nothing is due or time is up."""
        deadline = time.monotonic() + WORKER_SECONDS
        with self._work() as operations:
            operations._mark_abandoned(self)
        pace = _Pace()
        while self._work_once(client, pace):
            if time.monotonic() > deadline:
                self._wake_later(0)
                return
        with self._work() as operations:
            next_attempt = operations._get_next_attempt(self)
        if next_attempt:
            self._wake_later((next_attempt - fields.Datetime.now()).total_seconds())

    def _work_once(self, client, pace):
        """Do the next piece of work; return whether there was any."""
        return (
            self._settle_uncertain(client, pace)
            or self._prepare_queued()
            or self._look_up(client)
            or self._send_round(client, pace)
        )

    @contextmanager
    def _work(self):
        """Yield the operations in a transaction of their own.

        It is committed at once: between two of them the worker holds no transaction
        while it waits for Intuit.
        """
        with own_transaction(self.env) as env:
            lang = env["qbo.connection"].browse(self.id).company_id.partner_id.lang
            yield env["qbo.operation"].with_context(lang=lang or "en_US")

    def _wake_later(self, seconds):
        at = fields.Datetime.now() + timedelta(seconds=seconds) if seconds > 0 else None
        with own_transaction(self.env) as env:
            env["qbo.connection"].browse(self.id)._wake_worker(at)

    def _do_apart(self, ids, do):
        """Do a piece of work for all these operations, in one transaction.

        Where that raises, it is done for each alone: the one that nobody foresaw
        fails with a reason, and stops no other.

        :param list ids: ids of operations
        :param do: callable(operations)
        """
        try:
            with self._work() as operations:
                return do(operations.browse(ids))
        except (psycopg2.OperationalError, QboError, VaultError):
            # Locks, Intuit and keys: it is tried again as a whole.
            raise
        except Exception:
            if len(ids) == 1:
                _logger.exception("Operation %s cannot be handled", ids[0])
                with self._work() as operations:
                    operations.browse(ids)._fail_unforeseen()
                return None
        for id in ids:
            self._do_apart([id], do)
        return None

    # === PIECES OF WORK === #

    def _settle_uncertain(self, client, pace):
        with self._work() as operations:
            ids = operations._get_uncertain(self, _ROUND).ids
        if not ids:
            return False
        queries = []
        self._do_apart(
            ids, lambda operations: queries.extend(operations._get_settle_queries())
        )
        found, refused = self.env["qbo.operation"]._read_found(client, queries)
        missing = set()

        def settle(operations):
            uncertain = operations.filtered(lambda each: each.state == "uncertain")
            missing.update(uncertain._note_refused(refused)._settle(found).ids)

        self._do_apart(ids, settle)
        self._follow_up(ids)
        with self._work() as operations:
            again = operations.browse(sorted(missing))
            uncertain = again.filtered(lambda each: each.state == "uncertain")
            flights = operations._make_flights(uncertain)
        self._fly(client, flights, pace)
        return True

    def _prepare_queued(self):
        with self._work() as operations:
            ids = operations._get_unprepared(self, _ROUND).ids
        if ids:
            self._do_apart(ids, lambda operations: operations._prepare_ready(self))
        return bool(ids)

    def _look_up(self, client):
        with self._work() as operations:
            ids = operations._get_unknown(self, _LOOKED_UP).ids
        if not ids:
            return False
        queries = []
        self._do_apart(
            ids, lambda operations: queries.extend(operations._get_look_up_queries())
        )
        found, refused = self.env["qbo.operation"]._read_found(client, queries)

        def judge(operations):
            # Not what somebody took back meanwhile.
            queued = operations.filtered(lambda each: each.state == "queued")
            queued._note_refused(refused)._judge(found)
            queued._tell_users()

        self._do_apart(ids, judge)
        self._follow_up(ids)
        return True

    def _send_round(self, client, pace):
        with self._work() as operations:
            flights = operations._freeze(self, _ROUND)
        # Where none of them can be sent after all, it is the turn of the next.
        if flights:
            self._fly(client, flights, pace)
        return flights is not None

    # === IN FLIGHT === #

    def _fly(self, client, flights, pace):
        """Send batches, several at once, and record each as its answer comes.

        :raise QboError: what stops the run: limits, a dead connection, no answer.
            What was not sent by then is queued again.
        """
        waiting = deque(flights)
        stopper = None
        with _Sender(client, self._has_real_transactions()) as sender:
            while waiting or sender.is_busy:
                while waiting and not stopper and sender.has_room:
                    pace.wait(len(waiting))
                    sender.send(waiting.popleft())
                if stopper:
                    for flight in waiting:
                        flight.error = stopper
                        self._record_flight(flight, is_sent=False)
                    waiting.clear()
                for flight in sender.collect():
                    self._record_flight(flight)
                    stopper = stopper or self._get_stopper(flight)
        if stopper:
            raise stopper

    def _has_real_transactions(self):
        """False in a test whose transactions nest in one cursor, for one thread."""
        with own_transaction(self.env) as env:
            return isinstance(env.cr, Cursor)

    def _record_flight(self, flight, is_sent=True):
        def record(operations):
            if is_sent:
                operations._record(flight)
            else:
                for operation in operations:
                    operation._park()

        self._do_apart(flight.operation_ids, record)
        if is_sent:
            self._follow_up(flight.operation_ids)

    def _follow_up(self, ids):
        """Queue what follows from pushes that ended.

        In a transaction of its own: it must see what people changed meanwhile, who
        found the push under way and left it alone.
        """
        with self._work() as operations:
            operations.browse(ids)._follow_up()

    @api.model
    def _get_stopper(self, flight):
        """Return the error after which sending more is pointless, or None."""
        errors = [flight.error] + [each.error for each in flight.outcomes]
        for error in filter(None, errors):
            if isinstance(error, QboThrottledError) or self._get_suspend_reason(error):
                return error
        if isinstance(flight.error, QboRetryableError):
            return flight.error
        return None


_ROUND = 30 * BATCHES_PER_ROUND
# Looked up by as many queries of 50 numbers as one batch takes.
_LOOKED_UP = 1500


class _Pace:
    """When the next batch may leave; see ``const.BATCHES_IN_BURST``."""

    def __init__(self):
        self._next = 0.0

    def wait(self, left):
        """Sleep, at most one interval, if many batches are left."""
        now = time.monotonic()
        if left > BATCHES_IN_BURST and now < self._next:
            time.sleep(self._next - now)
            now = self._next
        self._next = now + BATCH_INTERVAL


class _Sender:
    """Sends flights in threads, which touch nothing of Odoo's but the client.

    Without real transactions each flight is sent at once.
    """

    def __init__(self, client, is_real):
        self._client = client
        self._size = BATCHES_IN_FLIGHT if is_real else 1
        self._pool = ThreadPoolExecutor(self._size) if is_real else None
        self._futures = set()
        self._landed = []

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        if self._pool:
            self._pool.shutdown()

    @property
    def is_busy(self):
        return bool(self._futures or self._landed)

    @property
    def has_room(self):
        return len(self._futures) + len(self._landed) < self._size

    def send(self, flight):
        if self._pool:
            self._futures.add(self._pool.submit(self._fly, flight))
        else:
            self._landed.append(self._fly(flight))

    def collect(self):
        """Return what has landed; waits for one if something is in flight."""
        if self._futures:
            done, self._futures = wait(self._futures, return_when=FIRST_COMPLETED)
            self._landed += [future.result() for future in done]
        landed, self._landed = self._landed, []
        return landed

    def _fly(self, flight):
        try:
            flight.outcomes = flight.send(self._client)
        except (QboError, VaultError) as error:
            flight.error = error
        return flight
