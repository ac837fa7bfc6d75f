import logging
from dataclasses import dataclass, field
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..const import BATCH_ITEMS, MAXIMUM_ATTEMPTS
from ..exceptions import QboRetryableError, QboThrottledError
from ..tools import intents, name_match, payload, receipt
from ..tools.backoff import backoff
from ..tools.batches import Outcome, get_entity
from ..tools.digest import ABSENT, digest, to_plain
from ..tools.references import resolve
from .qbo_operation_prepare import NAMES_TRIED

_logger = logging.getLogger(__name__)


@dataclass
class Flight:
    """One call: what is sent, and what came of it. A batch, but for a void.

    :param key: Intuit's `requestid` of the call
    :param items: list of {"bId", "operation", <Entity>: {...}}
    :param operation_ids: ids in the order of the items
    :param outcomes: list of `tools.batches.Outcome` in that order
    :param error: the `QboError` that met the batch as a whole
    """

    key: str
    items: list
    operation_ids: list
    outcomes: list = field(default_factory=list)
    error: Exception = None

    def send(self, client):
        """Send it; return the outcomes. Touches nothing of Odoo's.

        :raise QboError: what met the call as a whole
        """
        if self.items[0]["operation"] != "void":
            return client.batch(self.items, self.key)
        # Intuit takes a void by itself only.
        (item,) = self.items
        entity = get_entity(item)
        target = item[entity]
        answer = client.void(entity, target["Id"], target["SyncToken"], self.key)
        return [Outcome(item["bId"], entity, answer)]


class QboOperation(models.Model):
    """Sending: what is frozen before, and what is recorded after."""

    _inherit = "qbo.operation"

    is_alone = fields.Boolean(
        readonly=True, help="QuickBooks refused its batch as a whole."
    )

    # === FREEZING === #

    @api.model
    def _freeze(self, connection, limit):
        """Fix what is sent, under which request ids and in which batches.

        Committed before anything leaves, so that whoever comes after a crash sends
        the same again, under the same ids.

        :return: list of :class:`Flight`, None if there is nothing to be sent at all
        """
        operations = self._lock_ready(connection, limit)
        if not operations:
            return None
        keys = {tuple(need[:3]) for each in operations for need in each.needs or ()}
        keys |= {each._get_record_key() for each in operations}
        known = self.env["qbo.binding"]._get_known(connection, keys)
        operations = operations._make_room(known)
        generations = operations._get_generations()
        frozen = [
            (operation, body)
            for operation in operations
            if (body := operation._freeze_body(known, generations)) is not None
        ]
        alone = [pair for pair in frozen if pair[0]._goes_alone()]
        others = [pair for pair in frozen if not pair[0]._goes_alone()]
        batches = [[pair] for pair in alone]
        batches += intents.pack(others, key=lambda pair: pair[0].id)
        return [self._freeze_batch(batch) for batch in batches]

    @api.model
    def _lock_ready(self, connection, limit):
        """Lock and return what can be sent of the first wave that has something.

        Of a wave, what takes back goes first, then what changes: a payment is moved
        to another invoice only after the payment it had is off.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT id, wave, action FROM qbo_operation
                    WHERE connection_id = %s AND state = 'queued' AND is_prepared
                      AND is_looked_up
                      AND (next_attempt_at IS NULL OR next_attempt_at <= %s)
                    ORDER BY wave, action DESC, id LIMIT %s
                      FOR UPDATE SKIP LOCKED""",
                connection.id,
                fields.Datetime.now(),
                limit,
            )
        )
        return self.browse(id for id, *turn in rows if turn == list(rows[0][1:]))

    def _get_generations(self):
        """Return ``{(model, id, entity): generations used up}`` of earlier rows."""
        groups = self._read_group(
            [
                ("res_model", "in", list(set(self.mapped("res_model")))),
                ("res_id", "in", self.mapped("res_id")),
                ("request_id", "!=", False),
                ("id", "not in", self.ids),
            ],
            ["res_model", "res_id", "entity"],
            ["generation:max"],
        )
        return {(model, id, entity): used + 1 for model, id, entity, used in groups}

    def _freeze_body(self, known, generations):
        """Return the body; None if it cannot be sent as it was approved.

        :param dict known: {(model, id, entity): binding}
        """
        if self._is_pointed_elsewhere(known):
            return None
        ids = {key: binding.qbo_id for key, binding in known.items()}
        try:
            body = resolve(self._load(self.payload), ids)
        except KeyError:
            self.write({"is_prepared": False, "is_looked_up": False})
            return None
        if self.action != "create":
            body = self._make_change_body(body, known.get(self._get_record_key()))
            if body is None:
                return None
        if not self.request_id:
            used = generations.get((self.res_model, self.res_id, self.entity), 0)
            self.generation = max(self.generation, used)
        self.write(
            {
                "body": payload.dump(body).decode(),
                "request_id": self._get_request_id(digest(body)),
            }
        )
        return body

    def _is_pointed_elsewhere(self, known):
        """Fail if what was approved for one customer would go to another."""
        moved = [
            known[tuple(need[:3])].name
            for need in self.needs or ()
            if tuple(need[:3]) in known and known[tuple(need[:3])].link != need[3]
        ]
        if moved:
            self._fail("mapping", self._make_moved_sentence(", ".join(moved)))
        return bool(moved)

    def _make_moved_sentence(self, others):
        values = {"name": self.name, "others": others}
        if issubclass(self.pool[self.res_model], self.pool["qbo.approval.mixin"]):
            return self.env._(
                "%(name)s was approved before %(others)s became another object in "
                "QuickBooks. Submit it for approval again.",
                **values,
            )
        return self.env._(
            "%(name)s was queued before %(others)s became another object in "
            "QuickBooks. Click Retry to send it as it is now.",
            **values,
        )

    def _goes_alone(self):
        return self.is_alone or self.action == "void"

    @api.model
    def _freeze_batch(self, batch):
        operations = [operation for operation, _body in batch]
        request_ids = [operation.request_id for operation in operations]
        key = intents.batch_request_id(request_ids)
        now = fields.Datetime.now()
        items = []
        for (operation, body), item_id in zip(
            batch, intents.batch_ids(request_ids), strict=True
        ):
            operation.write(
                {
                    "state": "sent",
                    "batch_key": key,
                    "batch_item": item_id,
                    "sent_at": now,
                }
            )
            items.append(operation._make_item(body))
        return Flight(key, items, [operation.id for operation in operations])

    def _make_item(self, body):
        return {"bId": self.batch_item, "operation": self.action, self.entity: body}

    @api.model
    def _make_flights(self, operations):
        """Return the flights that send these operations exactly as they were sent."""
        by_key = {}
        for operation in operations.sorted("batch_item"):
            by_key.setdefault(operation.batch_key, []).append(operation)
        return [
            Flight(
                key,
                [each._make_item(self._load(each.body)) for each in members],
                [each.id for each in members],
            )
            for key, members in by_key.items()
        ]

    # === RECORDING === #

    def _record(self, flight):
        """Record what came of these operations of a batch.

        :param Flight flight: with outcomes, or with the error that met all of it
        """
        if flight.error:
            self._record_error(flight.error, len(flight.operation_ids))
        else:
            done = self.browse()
            outcomes = dict(zip(flight.operation_ids, flight.outcomes, strict=True))
            for operation in self:
                outcome = outcomes[operation.id]
                if outcome.error:
                    operation._meet(outcome.error)
                else:
                    done |= operation._succeed(outcome.payload)
            done._after_success()
        self._tell_users()

    def _record_error(self, error, size):
        """The batch as a whole was refused, or nobody knows what became of it."""
        is_data = not isinstance(error, QboRetryableError) and (
            not self.connection_id._get_suspend_reason(error)
            and error.kind != "unauthorized"
        )
        if is_data and size > 1:
            # One of them may be the reason: each goes by itself the next time.
            for operation in self:
                operation.write(
                    {
                        "state": "queued",
                        "is_alone": True,
                        "is_looked_up": False,
                        "generation": operation.generation + 1,
                    }
                )
            return
        for operation in self:
            operation._meet(error)

    def _meet(self, error):
        """Leave the state that a fault asks for."""
        fault = error.fault
        suspends = self.connection_id._get_suspend_reason(error)
        if isinstance(error, QboThrottledError) or suspends:
            self._park()
        elif isinstance(error, QboRetryableError) or error.kind == "unauthorized":
            self._try_later(fault)
        elif fault.kind in ("duplicate_number", "duplicate_request"):
            # It may be our own: the answer to an earlier request was lost.
            self._note_fault(fault, state="uncertain", next_attempt_at=False)
        elif self.state == "uncertain" and fault.code == "6000":
            # So QuickBooks answers some repeats; it tells nothing of the first.
            self._try_later(fault, is_uncertain=True)
        elif fault.kind == "duplicate_name" and self._may_try_another_name():
            self._note_fault(
                fault,
                state="queued",
                attempts=self.attempts + 1,
                is_looked_up=False,
                generation=self.generation + 1,
            )
        elif fault.kind == "stale" or self._may_be_gone(fault):
            self.generation += 1
            self.is_looked_up = False
            self._try_later(fault)
        else:
            self._note_fault(fault, state="failed", generation=self.generation + 1)
            self._announce_failure()

    def _may_try_another_name(self):
        """Each time the name that was refused is looked up with the others."""
        return self._is_list() and self.attempts < NAMES_TRIED

    def _park(self):
        """Nothing was done: it waits until calls are possible again."""
        if self.state == "sent":
            self.state = "queued"

    def _try_later(self, fault, is_uncertain=False):
        attempts = self.attempts + 1
        uncertain = is_uncertain or fault.uncertain or self.state == "uncertain"
        if attempts >= MAXIMUM_ATTEMPTS:
            self._note_fault(fault, state="failed", attempts=attempts)
            self.cause = "uncertain" if uncertain else self.cause
            self._announce_failure()
            return
        self._note_fault(
            fault,
            state="uncertain" if uncertain else "queued",
            attempts=attempts,
            next_attempt_at=fields.Datetime.now()
            + timedelta(seconds=backoff(attempts)),
        )

    def _note_fault(self, fault, **values):
        self.write(
            {
                "cause": self.env["qbo.catalogue"]._get_cause(fault),
                "fault_kind": fault.kind,
                "fault_code": fault.code,
                "fault_message": fault.message,
                "fault_detail": fault.detail,
                "trace_id": fault.tid,
                **values,
            }
        )

    def _fail(self, cause, message, **values):
        """Fail for a reason of ours.

        :param str message: a sentence: what happened, to which record, what to do
        """
        self.write(
            {
                "state": "failed",
                "cause": cause,
                "fault_kind": False,
                "fault_code": False,
                "fault_message": message,
                "fault_detail": False,
                **values,
            }
        )
        self._announce_failure()

    def _fail_unforeseen(self):
        self._fail(
            "bug",
            self.env._(
                "%(name)s met an error that nobody foresaw; the log of the server "
                "names it. Nothing else was held up. Tell your administrator, and "
                "click Retry once it is mended: it is looked up in QuickBooks first.",
                name=self.name,
            ),
        )
        self._tell_users()

    def _announce_failure(self):
        """What waits for a failure says so."""
        waiting = self.search(
            [("blocked_by_id", "in", self.ids), ("state", "=", "waiting")]
        )
        waiting.write({"cause": "dependency"})
        waiting._tell_users()

    # === SUCCESS === #

    def _succeed(self, answer, origin="created"):
        """Take QuickBooks' object as the outcome, if it is this operation's.

        :param str origin: as ``qbo.binding`` has it
        :return: the operation, or nothing where the object is somebody else's
        """
        if not self._is_own(answer):
            _logger.warning("Operation %s was answered with another object", self.id)
            self._note_foreign(answer)
            return self.browse()
        if self.action != "create":
            self._note_change(answer)
        elif record := self._get_record():
            self.env["qbo.binding"]._point(
                self.connection_id, record, self.entity, answer, origin
            )
        self._finish(answer, self._compare(answer))
        return self

    def _is_own(self, answer):
        """Whether an object is what this operation sent, and nobody else's."""
        if self.action != "create":
            return answer.get("Id") == self.qbo_id
        body = self._load(self.body)
        if self._is_list():
            name = "DisplayName" if self.entity == "Customer" else "Name"
            same = name_match.fold(answer.get(name) or "") == name_match.fold(
                body[name]
            )
        else:
            same = self._has_marker(answer) and not self._is_left_behind(answer)
        taken = self.env["qbo.binding"].search_count(
            [
                ("connection_id", "=", self.connection_id.id),
                ("entity", "=", self.entity),
                ("qbo_id", "=", answer.get("Id")),
                "|",
                ("res_model", "!=", self.res_model),
                ("res_id", "!=", self.res_id),
            ],
            limit=1,
        )
        return bool(answer.get("Id")) and same and not taken

    def _has_marker(self, answer):
        return f"[{self._get_marker()}]" in (answer.get("PrivateNote") or "")

    def _get_marker(self):
        return self.env[self.res_model].browse(self.res_id)._qbo_get_marker()

    def _note_foreign(self, answer):
        self.write(
            {
                "state": "uncertain",
                "cause": "uncertain",
                "attempts": self.attempts + 1,
                "fault_message": self.env._(
                    "QuickBooks answered the push of %(name)s with another object "
                    "(id %(id)s). It is looked up before anything is sent again.",
                    name=self.name,
                    id=answer.get("Id") or "-",
                ),
                "next_attempt_at": fields.Datetime.now()
                + timedelta(seconds=backoff(self.attempts + 1)),
            }
        )

    def _compare(self, answer):
        """Return the gaps between what was sent and what QuickBooks has."""
        if self.action == "void":
            return []
        # What is found instead of being sent is held against what would be sent now.
        is_sent = self.state in ("sent", "uncertain")
        body = is_sent and self._load(self.body) or self._resolve()
        return self._list_gaps(body, answer)

    def _list_gaps(self, body, answer):
        gaps = self._compare_with(body, answer)
        return [[gap.field, _show(gap.sent), _show(gap.received)] for gap in gaps]

    def _compare_with(self, body, answer):
        """Return the `Gap` s between a body and an object of QuickBooks."""
        expectation = self.expectation or {}
        preferences = self.connection_id.preferences or {}
        return receipt.compare(
            body,
            answer,
            expectation.get("currency_decimals", 2),
            total=_as_number(expectation.get("total")),
            tax=_as_number(expectation.get("tax")),
            entity=self.entity,
            automated_tax=bool(
                preferences.get("TaxPrefs", {}).get("PartnerTaxEnabled")
            ),
        )

    def _resolve(self):
        """Return what would be sent; what it refers to is at QuickBooks."""
        keys = [tuple(need[:3]) for need in self.needs or ()]
        ids = self.env["qbo.binding"]._get_ids(self.connection_id, keys)
        return resolve(self._load(self.payload), ids)

    def _finish(self, answer, gaps):
        self.write(
            {
                "state": "differs" if gaps else "done",
                "gaps": gaps or False,
                "qbo_id": answer["Id"],
                "doc_number": answer.get("DocNumber") or answer.get("PaymentRefNum"),
                "answer": to_plain(answer),
                "done_at": fields.Datetime.now(),
                "next_attempt_at": False,
                "cause": "differs" if gaps else False,
                "fault_kind": False,
                "fault_code": False,
                "fault_message": False,
                "fault_detail": False,
                "candidates": False,
            }
        )
        self._release_waiting()

    def _after_success(self):
        """Tell the records, those of one model together."""
        by_model = {}
        for operation in self:
            by_model.setdefault(operation.res_model, []).append(operation)
        for model, operations in by_model.items():
            records = self.env[model].browse(each.res_id for each in operations)
            records = records.exists()
            bodies = {each.res_id: each._describe_success() for each in operations}
            if isinstance(records, self.pool["mail.thread"]):
                records._message_log_batch({id: bodies[id] for id in records.ids})
            else:
                for record in records:
                    self._log_on(record, bodies[record.id])
            for operation in operations:
                if operation.res_id in records._ids:
                    self.env[model].browse(operation.res_id)._qbo_after_push(operation)

    def _describe_success(self):
        values = {
            "entity": self.entity,
            "number": self.doc_number or self.name,
            "id": self.qbo_id,
        }
        if self.action != "create":
            text = self._describe_change(values)
        elif self.sent_at:
            text = self.env._(
                "Pushed to QuickBooks: %(entity)s %(number)s (id %(id)s).", **values
            )
        else:
            text = self.env._(
                "Found in QuickBooks, where an earlier push had created it: %(entity)s "
                "%(number)s (id %(id)s). It was linked and not created again.",
                **values,
            )
        if self.gaps:
            text += " " + self.env._(
                "QuickBooks has it otherwise than it was sent: %(gaps)s",
                gaps=self.receipt,
            )
        return text

    def _log_on(self, record, body):
        thread = record._qbo_get_thread()
        if isinstance(thread, self.pool["mail.thread"]):
            thread._message_log(body=body)

    def _tell_users(self):
        """Let open pages show the new states."""
        for user in self.user_id:
            own = self.filtered(lambda each, user=user: each.user_id == user)
            for model in set(own.mapped("res_model")):
                ids = own.filtered(lambda each, model=model: each.res_model == model)
                user._bus_send(
                    "qbo_document_changed",
                    {"model": model, "ids": ids.mapped("res_id")},
                )

    # === HELPERS === #

    @api.model
    def _get_due_domain(self):
        now = fields.Datetime.now()
        return [
            "|",
            ("next_attempt_at", "=", False),
            ("next_attempt_at", "<=", now),
        ]

    @api.model
    def _get_round_size(self, batches):
        return BATCH_ITEMS * batches


def _as_number(text):
    return None if text in (None, False) else payload.load(text)


def _show(value):
    return None if value is ABSENT else str(value)
