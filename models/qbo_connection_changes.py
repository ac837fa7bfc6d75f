from datetime import timedelta

from odoo import api, fields, models

from ..const import CDC_DAYS
from ..exceptions import QboRejectedError
from ..tools.selects import quote_list
from .transaction import retried_transaction

# What is followed in QuickBooks, beside the lists that are read daily.
FOLLOWED = ("Payment", "RefundReceipt")
# Of deposits, those that Odoo made (see ``qbo_deposit_heard.py``).
HEARD = (*FOLLOWED, "Deposit")
# Ours: what is asked for twice, because changes of one moment are not seen at once.
OVERLAP = timedelta(minutes=5)
# How far behind UTC a company's day may be.
WESTERNMOST = timedelta(hours=12)
# Values of one IN (see facts on the query language: no bound is documented).
IDS_PER_QUERY = 100
EVENTS_AT_ONCE = 1000


class QboConnection(models.Model):
    """What changed in QuickBooks: told by webhooks, asked for by polls.

    Neither is believed: both only say what to read. What is read is kept, applied
    (see ``qbo_payment_apply.py``), and only then the watermark moves.
    """

    _inherit = "qbo.connection"

    changes_read_until = fields.Datetime(
        readonly=True,
        copy=False,
        help="QuickBooks' clock: everything up to here was applied or is queued.",
    )
    changes_pending_until = fields.Datetime(readonly=True, copy=False)
    polled_at = fields.Datetime("Last Poll", readonly=True, copy=False)
    is_poll_due = fields.Boolean(readonly=True, copy=False)
    payment_journal_id = fields.Many2one(
        "account.journal",
        "Journal Of Payments",
        domain="[('type', 'in', ('bank', 'cash', 'credit')),"
        " ('company_id', '=', company_id)]",
        check_company=True,
        copy=False,
        help="Payments from QuickBooks are booked in the journal that is mapped to the "
        "account their money went to, and in this one where no journal is.",
    )
    payments_start = fields.Date(
        "Payments From",
        copy=False,
        tracking=True,
        help="Payments that are dated earlier are left alone. Empty: the day that "
        "documents are pushed from, else the day the company was connected.",
    )

    def _get_payments_start(self):
        """Return the first day whose payments are taken in, or False."""
        if self.payments_start or self.start_date:
            return self.payments_start or self.start_date
        if not self.connected_at:
            return False
        # The day it was then in the westernmost place: it may be yesterday there, and
        # what is received that evening is not to be left out.
        return (self.connected_at - WESTERNMOST).date()

    def _prepare_severed_values(self):
        """What is connected next has changes and payments of its own."""
        names = (
            "changes_read_until",
            "changes_pending_until",
            "changes_reading",
            "is_poll_due",
            "polled_at",
            "payments_there",
            "payments_counted_at",
            "payments_gaps",
            "payments_recounted_at",
            "payments_problem",
            "payments_start",
            "payments_told",
        )
        return super()._prepare_severed_values() | dict.fromkeys(names, False)

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_poll(self):
        """Let the worker of each connection ask what changed."""
        connections = self.search([("state", "=", "connected")])
        connections._run_each(lambda connection: connection._request_poll())

    def _request_poll(self):
        """Ask what changed, as soon as the worker gets to it."""
        for connection in self:
            # At once: the worker writes the same row, and a wait for it would fail.
            connection._write_committed({"is_poll_due": True})
        self._wake_worker()

    def action_poll(self):
        """Ask now (accountants)."""
        self.env["qbo.payment"]._check_accountant()
        self.check_access("read")
        self.sudo()._request_poll()
        return self._notify_user(
            self.env._(
                "QuickBooks is asked for changes. Payments appear as they are read."
            )
        )

    def _has_work(self):
        return (
            super()._has_work()
            or self.is_poll_due
            or bool(self.changes_pending_until)
            or self._has_events()
            or self._has_due_payments()
        )

    def _has_events(self):
        return bool(
            self.env["qbo.event"].search_count(
                [("connection_id", "=", self.id), ("state", "=", "new")], limit=1
            )
        )

    def _has_due_payments(self):
        return bool(
            self.env["qbo.payment"].search_count(
                [
                    *self.env["qbo.payment"]._get_own_domain(self),
                    ("is_due", "=", True),
                ],
                limit=1,
            )
        )

    def _work_once(self, client, pace):
        """What comes in goes first: somebody waits for it."""
        return (
            self._read_events(client)
            or self._apply_payments()
            or self._poll_or_say_why(client)
            or self._move_watermark()
            or super()._work_once(client, pace)
        )

    # === WEBHOOKS === #

    def _read_events(self, client):
        """Read the objects that events name, many at once."""
        with self._work() as operations:
            events = operations.env["qbo.event"].search(
                [("connection_id", "=", self.id), ("state", "=", "new")],
                order="id",
                limit=EVENTS_AT_ONCE,
            )
            ids = events.ids
            merges = events._get_merges()
            connection = operations.env["qbo.connection"].browse(self.id)
            wanted = connection._list_wanted_of_merges(merges)
            for event in events.filtered(lambda each: each.entity in HEARD):
                # Ids are digits; of anything else nothing can be read.
                if event.qbo_id.isascii() and event.qbo_id.isdigit():
                    wanted.setdefault(event.entity, set()).add(event.qbo_id)
        if not ids:
            return False
        message = False
        try:
            answers = self._read_objects(client, wanted)
        except QboRejectedError as error:
            if self._get_suspend_reason(error):
                raise
            # They would be in the way of all others; the poll is behind them.
            answers, message = {}, str(error)

        customers, _gone = answers.pop("Customer", ((), ()))

        def keep(env):
            env["qbo.connection"].browse(self.id)._follow_merges(merges, customers)
            self._keep_found(env, answers, "webhook")
            events = env["qbo.event"].browse(ids)
            followed = events.filtered(
                lambda each: each.entity in HEARD or each._is_merge()
            )
            now = fields.Datetime.now()
            state = "ignored" if message else "done"
            followed.write({"state": state, "done_at": now, "message": message})
            (events - followed).write({"state": "ignored", "done_at": now})

        retried_transaction(self.env, keep)
        return True

    def _read_objects(self, client, wanted):
        """Return {entity: (objects, ids that QuickBooks does not have)}.

        A deleted object is never found by a query: what is missing is asked for once
        more by its id, and is gone where QuickBooks says so.

        :param dict wanted: {entity: set of ids}
        """
        found = {}
        for entity, qbo_ids in wanted.items():
            in_order = sorted(qbo_ids)
            found[entity] = []
            for start in range(0, len(in_order), IDS_PER_QUERY):
                part = in_order[start : start + IDS_PER_QUERY]
                # No batch: of those there are 40 a minute, for what is pushed.
                found[entity] += client.query_all(entity, f"Id IN {quote_list(part)}")
        return {
            entity: (objects, self._list_gone(client, entity, wanted[entity], objects))
            for entity, objects in found.items()
        }

    def _list_gone(self, client, entity, qbo_ids, objects):
        """Return which of these QuickBooks has no more; add to the objects what it has.

        What is not known here cannot be gone from here, and costs no call.
        """
        missing = qbo_ids - {each["Id"] for each in objects}
        with self._work() as operations:
            connection = operations.env["qbo.connection"].browse(self.id)
            keeper = connection._get_keeper(entity)
            known = keeper._find(connection, entity, missing).keys()
        gone = []
        for qbo_id in sorted(known):
            try:
                objects.append(client.read(entity, qbo_id))
            except QboRejectedError as error:
                if error.kind != "not_found":
                    raise
                gone.append(qbo_id)
        return gone

    # === APPLYING === #

    def _apply_payments(self):
        """Apply some of what is due; return whether there was any."""
        with self._work() as operations:
            env = operations.env
            ids = env["qbo.payment"]._list_due(env["qbo.connection"].browse(self.id))
        if ids:
            self.env["qbo.payment"]._apply_ids(ids)
        return bool(ids)

    # === POLLING === #

    def _poll_or_say_why(self, client):
        """What QuickBooks refuses to tell is no reason to send nothing either."""
        try:
            return self._poll(client)
        except QboRejectedError as error:
            if self._get_suspend_reason(error):
                raise
            with self._work() as operations:
                connection = operations.env["qbo.connection"].browse(self.id)
                message = connection.env._(
                    "QuickBooks did not tell what changed: %(error)s", error=error
                )
                connection.is_poll_due = False
                connection._tell_of_problems({f"refused {error.code}": message})
            self.invalidate_recordset(flush=False)
            return True

    def _poll(self, client):
        """Do the next piece of a poll; return whether there was any."""
        # Read anew: the worker's own transaction began before it was written last.
        with self._work() as operations:
            connection = operations.env["qbo.connection"].browse(self.id)
            is_due, since = connection.is_poll_due, connection.changes_read_until
            reading = connection.changes_reading
        if not is_due:
            return False
        if reading:
            self._read_on(client, reading)
        else:
            self._read_changes(client, since and since - OVERLAP)
        self.invalidate_recordset(flush=False)
        return True

    def _read_changes(self, client, since):
        """Read the list of changes, or begin to read what no such list holds.

        :param datetime since: the watermark less an overlap; None: never polled
        """
        now = fields.Datetime.now()
        reaches_back = since and since > now - timedelta(days=CDC_DAYS - 1)
        changes = client.cdc(HEARD, since if reaches_back else now - OVERLAP)
        # Without a readable clock of QuickBooks' the overlap makes up for ours.
        until = changes.time or now
        gone = {
            entity: [stub["Id"] for stub in changes.deleted.get(entity, ())]
            for entity in HEARD
        }
        if reaches_back and not changes.full:
            found = {
                entity: (changes.objects.get(entity, ()), gone[entity])
                for entity in HEARD
            }
            self._close_poll(client, until, found)
            return

        def begin(env):
            connection = env["qbo.connection"].browse(self.id)
            # Of a cut list; what else was deleted shows when the numbers are compared.
            found = {entity: ((), gone[entity]) for entity in HEARD}
            connection._keep_found(env, found, "poll")
            connection.payments_start = connection._get_payments_start()
            connection._begin_reading(FOLLOWED, until, since if reaches_back else None)

        retried_transaction(self.env, begin)

    def _close_poll(self, client, until, found=None, reading=None):
        """Keep what was found last, and compare the numbers.

        :param found: {entity: (objects, ids that are gone)}
        :param dict reading: that ends with it, if it was one
        """
        counted_until = until - OVERLAP
        there = self._count_there(client, counted_until)

        def close(env):
            connection = env["qbo.connection"].browse(self.id)
            if (connection.changes_reading or None) != reading:
                return
            connection._keep_found(env, found or {}, "poll")
            env["qbo.payment"]._take_up_open(connection)
            connection.write(
                {
                    "is_poll_due": False,
                    # Kept: to connect anew is no reason to leave payments out.
                    "payments_start": connection._get_payments_start(),
                    "polled_at": fields.Datetime.now(),
                    "changes_pending_until": until,
                    "changes_reading": False,
                }
            )
            connection._note_count(there, counted_until)
            if reading and not reading["since"]:
                connection._note_recount()
            elif miscounted := connection._find_miscounted():
                connection._begin_reading(miscounted, until)

        retried_transaction(self.env, close)

    def _keep_found(self, env, found, heard_by):
        """Keep what was read: {entity: (objects, ids that are gone)}."""
        connection = env["qbo.connection"].browse(self.id)
        for entity, (objects, gone) in found.items():
            keeper = connection._get_keeper(entity)
            keeper._take(connection, entity, objects, heard_by)
            keeper._take_deleted(connection, entity, gone)

    def _get_keeper(self, entity):
        """Return the model that keeps what is heard of objects of this kind."""
        return self.env["qbo.deposit" if entity == "Deposit" else "qbo.payment"]

    def _move_watermark(self):
        """Everything up to here is applied or queued."""
        with self._work() as operations:
            connection = operations.env["qbo.connection"].browse(self.id)
            until = connection.changes_pending_until
            if not until or connection.is_poll_due:
                return False
            known = connection.changes_read_until
            connection.write(
                {
                    "changes_read_until": max(filter(None, (known, until))),
                    "changes_pending_until": False,
                }
            )
            connection._check_conservation()
        self.invalidate_recordset(flush=False)
        return True
