import secrets
from collections import Counter
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import EVENT_DAYS, REJECTED_EVENT_DAYS
from ..exceptions import VaultError
from ..tools.webhook import (
    MalformedWebhook,
    cut_rest,
    cut_text,
    is_valid_signature,
    parse,
)
from .transaction import own_transaction

# How many old events go in one transaction.
GC_BATCH = 2000
# Seconds to wait for what another delivery of the same events is about to commit:
# Intuit waits three for the answer.
LOCK_TIMEOUT = 2


class Signer(NamedTuple):
    """What of a connection a delivery needs."""

    id: int
    company_id: int
    realm_id: str


class QboEvent(models.Model):
    """The inbox of webhooks: what changed in QuickBooks, each change once.

    An event only says what changed. The worker of the connection reads the object
    itself, and leaves the event ``done`` or ``ignored``.
    """

    _name = "qbo.event"
    _description = "QuickBooks Webhook Event"
    _order = "id desc"

    connection_id = fields.Many2one(
        "qbo.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    event_uid = fields.Char(
        "Event Id",
        required=True,
        readonly=True,
        help="Intuit's id of the event; a fingerprint of those that have none.",
    )
    entity = fields.Char("Kind", readonly=True)
    qbo_id = fields.Char("QuickBooks Id", readonly=True)
    operation = fields.Char("Change", readonly=True)
    deleted_id = fields.Char(
        "Merged Id", readonly=True, help="Of a merge: the id that is no more."
    )
    event_time = fields.Datetime("Changed At", readonly=True)
    received_at = fields.Datetime(required=True, readonly=True, index=True)
    delivery = fields.Char(
        required=True,
        readonly=True,
        index=True,
        help="What came in one request of Intuit has the same.",
    )
    raw = fields.Json(readonly=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("done", "Done"),
            ("ignored", "Nothing to do"),
            ("rejected", "Unreadable"),
        ],
        required=True,
        readonly=True,
        default="new",
    )
    done_at = fields.Datetime(readonly=True)
    message = fields.Text("Remark", readonly=True)

    _once = models.Constraint(
        "UNIQUE(connection_id, event_uid)", "This event was received already."
    )
    _new_idx = models.Index("(connection_id, id) WHERE state = 'new'")

    # === COMPUTE METHODS === #

    @api.depends("entity", "qbo_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for event in self:
            event.display_name = (
                f"{event.entity} {event.qbo_id}"
                if event.entity
                else self.env._("Unreadable delivery")
            )

    # === RECEIVING === #

    @api.model
    def _store_and_wake(self, body, signature):
        """Keep what a request of Intuit tells and wake the workers it concerns.

        Nothing of it is believed but what the signature covers, and each company only
        what its own app signed.

        :param bytes body: as received; None if it was too long to be read
        :param str signature: header ``intuit-signature``
        :return: whether an app of ours signed it; if not, nothing is kept but a number
        """
        tally = Counter()
        signers = self._get_signers(body, signature)
        rows = self._prepare_rows(body, signers, tally) if signers else []
        if rows:
            self._insert_and_wake(rows, tally)
        else:
            tally["signature", None] += not signers
            self.env["qbo.webhook.count"]._add(tally)
        return bool(signers)

    @api.model
    def _get_signers(self, body, signature):
        """Return the connections whose verifier token signed the body.

        :rtype: list[Signer]
        """
        if body is None or not signature:
            return []
        names = ["active", "company_id", "realm_id", "verifier_token_encrypted"]
        self.env["qbo.connection"].flush_model(names)
        candidates = self.env.execute_query(
            SQL(
                """SELECT verifier_token_encrypted, id, company_id, realm_id
                     FROM qbo_connection
                    WHERE active AND verifier_token_encrypted IS NOT NULL
                 ORDER BY id"""
            )
        )
        verdicts = {False: False}
        signers = []
        for ciphertext, *values in candidates:
            token = self._read_token(ciphertext)
            if token not in verdicts:
                verdicts[token] = is_valid_signature(body, signature, token)
            if verdicts[token]:
                signers.append(Signer(*values))
        return signers

    @api.model
    def _read_token(self, ciphertext):
        """Return a verifier token, or False if it cannot be read: it signs nothing."""
        try:
            return self.env["qbo.vault"]._decrypt(ciphertext)
        except VaultError:
            return False  # the pre-flight panel says so

    @api.model
    def _prepare_rows(self, body, signers, tally):
        """Return the rows of a signed body, and count what it is.

        :param list signers: the connections whose token signed it
        :param Counter tally: see ``qbo.webhook.count``
        :rtype: list[dict]
        """
        rows = []
        try:
            events = parse(body)
            problem, kept = self._describe_skipped(events.skipped), cut_rest(events)
        except MalformedWebhook as error:
            events, problem, kept = [], str(error), cut_text(body)
        for event in events:
            concerned = [each for each in signers if each.realm_id == event.realm_id]
            rows += [_make_row(each, event) for each in concerned]
            tally["unknown", None] += not concerned
        if problem:
            # It names no company that could be believed; it is kept once.
            rows.append(_make_rejected_row(signers[0], body, problem, kept))
            tally["malformed", signers[0].id] += 1
        if events or not problem:
            told = {row["connection_id"] for row in rows if row["state"] == "new"}
            tally.update(("accepted", id) for id in told or [None])
        return rows

    @api.model
    def _describe_skipped(self, skipped):
        return skipped and self.env._(
            "Some of it was passed over, because it does not say what changed: "
            "%(reasons)s.",
            reasons="; ".join(dict.fromkeys(skipped)),
        )

    @api.model
    def _insert_and_wake(self, rows, tally):
        """Insert what is not there yet, wake the workers of what is new, and count.

        In a transaction of its own, which at READ COMMITTED waits for another
        delivery of the same events instead of failing.
        """
        with own_transaction(self.env, lock_timeout=LOCK_TIMEOUT) as env:
            inserted = env[self._name]._insert(rows)
            woken = {id for id, state in inserted if state == "new"}
            env["qbo.connection"].browse(sorted(woken))._wake_worker_once()
            known = Counter(row["connection_id"] for row in rows)
            known.subtract(id for id, _state in inserted)
            tally.update({("duplicate", id): known[id] for id in +known})
            # Last: the row of a minute is everybody's, and is locked from here on.
            env["qbo.webhook.count"]._upsert(tally)

    @api.model
    def _insert(self, rows):
        """Insert the rows of one delivery in one statement.

        They go in an order of their own, so that no two deliveries wait for each other.

        :return: ``(connection id, state)`` of each that was not there yet
        """
        now = fields.Datetime.now()
        delivery = f"{fields.Datetime.to_string(now)} UTC #{secrets.token_hex(3)}"
        return self.env.execute_query(
            SQL(
                """INSERT INTO qbo_event (
                          connection_id, company_id, event_uid, entity, qbo_id,
                          operation, deleted_id, event_time, raw, state, message,
                          delivery, received_at,
                          create_uid, create_date, write_uid, write_date)
                   SELECT told.*, %(delivery)s, %(now)s,
                          %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM jsonb_to_recordset(%(rows)s) AS told (
                          connection_id integer, company_id integer,
                          event_uid varchar, entity varchar, qbo_id varchar,
                          operation varchar, deleted_id varchar,
                          event_time timestamp, raw jsonb, state varchar,
                          message text)
                 ORDER BY told.connection_id, told.event_uid
              ON CONFLICT (connection_id, event_uid) DO NOTHING
                RETURNING connection_id, state""",
                delivery=delivery,
                now=now,
                uid=self.env.uid,
                rows=Json(rows),
            )
        )

    # === CLEANING UP === #

    @api.autovacuum
    def _gc_events(self):
        """Trim by age what is done with; what is new waits however long."""
        now = fields.Datetime.now()
        old = Domain.OR(
            Domain("state", "in", states)
            & Domain("received_at", "<", now - timedelta(days=days))
            for states, days in (
                (("done", "ignored"), EVENT_DAYS),
                (("rejected",), REJECTED_EVENT_DAYS),
            )
        )
        events = self.search(old, limit=GC_BATCH, order="id")
        events.unlink()
        return len(events), len(events) == GC_BATCH and self.search_count(old)


def _make_row(signer, event):
    return {
        "connection_id": signer.id,
        "company_id": signer.company_id,
        "event_uid": event.id,
        "entity": event.entity,
        "qbo_id": event.qbo_id,
        "operation": event.operation,
        "deleted_id": event.deleted_id,
        "event_time": event.time and event.time.isoformat(),
        "raw": event.raw,
        "state": "new",
    }


def _make_rejected_row(signer, body, problem, kept):
    return {
        "connection_id": signer.id,
        "company_id": signer.company_id,
        "event_uid": f"sha256-{sha256(body).hexdigest()}",
        "raw": kept,
        "state": "rejected",
        "message": problem,
    }
