from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import WAVES
from ..tools import intents, payload
from ..tools.digest import digest
from ..tools.references import list_references
from .roles import APPROVER_GROUP

# Not sent yet, so that it can still be taken back.
UNSENT_STATES = ("queued", "waiting", "failed")
# One row of these per record at most.
OPEN_STATES = ("queued", "waiting", "sent", "uncertain", "failed")
ENDED_STATES = ("done", "differs", "cancelled")


class QboOperation(models.Model):
    """The outbox: what must be sent to QuickBooks, or was.

    A row is written in the transaction of the user who pushes; from then on it is
    the worker's (``qbo_connection_worker.py``). What is sent is what was frozen here,
    whatever becomes of the record.
    """

    _name = "qbo.operation"
    _description = "QuickBooks Operation"
    _order = "id desc"
    _rec_name = "name"

    connection_id = fields.Many2one(
        "qbo.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    action = fields.Selection(
        [("create", "Create"), ("update", "Update"), ("void", "Void")],
        default="create",
        required=True,
        readonly=True,
    )
    entity = fields.Char("Kind", required=True, readonly=True)
    wave = fields.Integer(readonly=True, aggregator=None)
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record Id",
        model_field="res_model",
        required=True,
        readonly=True,
        aggregator=None,
    )
    name = fields.Char("Record", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Pushed By", readonly=True)
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("waiting", "Waiting"),
            ("sent", "Sent"),
            ("uncertain", "Uncertain"),
            ("done", "Done"),
            ("differs", "Differs"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        default="queued",
        required=True,
        readonly=True,
        index=True,
    )

    payload = fields.Text(readonly=True, help="What was approved, records by name.")
    payload_digest = fields.Char(readonly=True)
    needs = fields.Json(readonly=True, help="Records that QuickBooks must know first.")
    expectation = fields.Json(readonly=True, help="Totals the answer is held against.")
    is_prepared = fields.Boolean(readonly=True)
    is_looked_up = fields.Boolean(readonly=True)
    blocked_by_id = fields.Many2one(
        "qbo.operation", "Waits For", readonly=True, index="btree_not_null"
    )

    body = fields.Text("Request", readonly=True, help="What is sent, byte for byte.")
    generation = fields.Integer(
        readonly=True,
        aggregator=None,
        help="One more each time QuickBooks refused the request or deleted what came "
        "of it: an old request id would get the old answer.",
    )
    request_id = fields.Char(readonly=True, copy=False)
    batch_key = fields.Char(readonly=True, index="btree_not_null", copy=False)
    batch_item = fields.Char(readonly=True, copy=False)
    sent_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True, aggregator=None)
    next_attempt_at = fields.Datetime(readonly=True)

    done_at = fields.Datetime(readonly=True)
    qbo_id = fields.Char("QuickBooks Id", readonly=True)
    doc_number = fields.Char("QuickBooks Number", readonly=True)
    answer = fields.Json(readonly=True)
    gaps = fields.Json(
        readonly=True, help="What QuickBooks has otherwise than it was sent."
    )
    receipt = fields.Text(compute="_compute_receipt")

    cause = fields.Selection(
        selection="_selection_cause",
        readonly=True,
        index="btree_not_null",
        help="Why it stands: failures of one cause are mended together.",
    )
    fault_kind = fields.Char(readonly=True)
    fault_code = fields.Char(readonly=True)
    fault_message = fields.Text("Message Of QuickBooks", readonly=True)
    fault_detail = fields.Text(readonly=True)
    trace_id = fields.Char("Intuit Trace Id", readonly=True)
    candidates = fields.Json(
        readonly=True, help="Objects of QuickBooks that it could be."
    )

    _unique_request = models.Constraint(
        "UNIQUE(request_id)", "This request was queued already."
    )
    _one_open = models.UniqueIndex(
        "(connection_id, res_model, res_id, entity) "
        "WHERE state IN ('queued', 'waiting', 'sent', 'uncertain', 'failed')",
        "This record is on its way to QuickBooks already.",
    )
    _ready_idx = models.Index(
        "(connection_id, wave, id) WHERE state IN ('queued', 'sent', 'uncertain')"
    )
    _record_idx = models.Index("(res_model, res_id)")

    @api.model
    def _selection_cause(self):
        return self.env["qbo.catalogue"]._get_causes()

    @api.depends("gaps")
    def _compute_receipt(self):
        for operation in self:
            operation.receipt = "\n".join(
                operation._describe_gap(*gap) for gap in operation.gaps or ()
            )

    def _describe_gap(self, field, sent, received):
        if received is None:
            return self.env._(
                "%(field)s: sent %(sent)s, QuickBooks has none", field=field, sent=sent
            )
        if sent is None:
            return self.env._(
                "%(field)s: QuickBooks has %(received)s", field=field, received=received
            )
        return self.env._(
            "%(field)s: sent %(sent)s, QuickBooks has %(received)s",
            field=field,
            sent=sent,
            received=received,
        )

    # === QUEUEING === #

    @api.model
    def _enqueue(self, connection, records, action="create", user=None):
        """Queue what is to become of records in QuickBooks, in the caller's
        transaction.

        A row that failed or still waits is taken up anew with what the record says
        now; one that is under way is left alone.

        :param records: of one model, their payloads complete
        :param str action: of the operation; what is no create changes what is linked
        :param user: who pushes; the user of the environment otherwise
        :return: operations, in the order of the records
        :raise UserError: one of them is under way already
        """
        operations = self.sudo()._find_open(connection, records)
        self._check_not_under_way(operations)
        by_record = {operation.res_id: operation for operation in operations}
        to_create = []
        for record in records:
            values = self._prepare_queue_values(connection, record, action)
            values["user_id"] = (user or self.env.user).id
            operation = by_record.get(record.id)
            if operation:
                operation._requeue(operation._keep_doubt(values))
            else:
                to_create.append(values)
        created = self.sudo().create(to_create)
        by_record |= {operation.res_id: operation for operation in created}
        connection._wake_worker()
        return self.browse(by_record[record.id].id for record in records)

    @api.model
    def _find_open(self, connection, records):
        return self.search(
            [
                ("connection_id", "=", connection.id),
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("state", "in", OPEN_STATES),
            ]
        )

    def _check_not_under_way(self, operations):
        under_way = operations.filtered(lambda each: each.state not in UNSENT_STATES)
        if under_way:
            raise UserError(
                self.env._(
                    "%(names)s: an earlier push is under way and its outcome not known "
                    "yet. Nothing was queued; wait until it is settled.",
                    names=", ".join(under_way.mapped("name")),
                )
            )

    @api.model
    def _prepare_queue_values(self, connection, record, action="create"):
        is_void = action == "void"
        content = {} if is_void else record._qbo_prepare_payload(connection)
        expectation = {} if is_void else record._qbo_get_expectation(connection)
        entity = record._qbo_get_entity()
        return {
            "action": action,
            "connection_id": connection.id,
            "entity": entity,
            "wave": WAVES[entity],
            "res_model": record._name,
            "res_id": record.id,
            "name": record._qbo_get_title(),
            "user_id": self.env.uid,
            "payload": payload.dump(content).decode(),
            "payload_digest": digest(content),
            "needs": [list(each) for each in list_references(content)],
            "expectation": {
                name: value if value is None or isinstance(value, int) else str(value)
                for name, value in expectation.items()
            },
            **self._prepare_target_values(connection, record, action),
        }

    def _requeue(self, values=None):
        """Start over, for what was never accepted by QuickBooks."""
        clear = dict.fromkeys(
            (
                "is_prepared",
                "is_looked_up",
                "blocked_by_id",
                "next_attempt_at",
                "cause",
                "fault_kind",
                "fault_code",
                "fault_message",
                "fault_detail",
                "trace_id",
                "candidates",
            ),
            False,
        )
        self.write({"state": "queued", "attempts": 0, **clear, **(values or {})})

    @api.model
    def _get_last(self, records):
        """Return ``{record id: its newest operation}``, cancelled ones excepted."""
        found = self.sudo().search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("state", "!=", "cancelled"),
            ],
            order="id",
        )
        return {operation.res_id: operation for operation in found}

    def _cancel(self, reason):
        """Take back what was not sent yet.

        :param str reason: a sentence, kept with the operation
        :return: the operations that were sent, and cannot be taken back
        """
        unsent = self.filtered(lambda each: each.state in UNSENT_STATES)
        unsent.sudo().write({"state": "cancelled", "fault_message": reason})
        # What waits for them looks again what it needs.
        unsent.sudo()._release_waiting()
        return self - unsent.filtered(lambda each: each.state == "cancelled")

    # === ACTIONS === #

    def action_retry(self):
        """Send again what failed; what waits for it follows by itself."""
        self._check_for(APPROVER_GROUP)
        failed = self.sudo().filtered(lambda each: each.state == "failed")
        if not failed:
            raise UserError(
                self.env._(
                    "Nothing to retry: %(names)s did not fail.",
                    names=", ".join(self.mapped("name")),
                )
            )
        for operation in failed:
            operation._requeue(operation._prepare_retry_values())
        for connection in failed.connection_id:
            connection._wake_worker()
        return True

    def _prepare_retry_values(self):
        """What a retry sends: of documents what was approved, of all else what the
        record says now."""
        record = self._get_record()
        is_gated = isinstance(record, self.pool["qbo.approval.mixin"])
        if not record or is_gated or self.action == "void":
            return {}
        blockers = record._qbo_get_blockers(self.connection_id)
        if blockers:
            raise UserError("\n".join(blockers))
        action = self._get_retry_action()
        values = self._prepare_queue_values(self.connection_id, record, action)
        # What it would change is read again first.
        kept = values.keys() - {"answer", "is_looked_up"}
        return {name: values[name] for name in kept} | {"user_id": self.user_id.id}

    # === HELPERS === #

    def _is_list(self):
        return self.wave == 1

    def _get_record(self):
        """Return the record in its company, or None if it was deleted."""
        record = self.env[self.res_model].browse(self.res_id).sudo().exists()
        return record.with_company(self.company_id) if record else None

    def _get_request_id(self, body_digest):
        return intents.request_id(
            self.env["ir.config_parameter"].sudo().get_param("database.uuid"),
            self.res_model,
            self.res_id,
            f"{self.action} {self.entity}",
            body_digest,
            self.generation,
        )

    @api.model
    def _load(self, text):
        return payload.load(text) if text else {}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if any(operation.sent_at for operation in self):
            raise UserError(
                self.env._("What was sent to QuickBooks is kept: it is evidence.")
            )
