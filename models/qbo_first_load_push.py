from odoo import models

from ..tools import members, money, name_match, receipt
from ..tools.digest import ABSENT, digest
from ..tools.references import list_references, resolve
from ..tools.selects import quote_list
from .qbo_first_load_count import read_answers
from .qbo_operation_prepare import WITH_INACTIVE

# Documents that are approved and queued in one transaction.
LOAD_SIZE = 120
IDS_PER_QUERY = 50
# Of a document that others wrote: money, dates and who owes it. Texts differ anyway.
RECEIPT_CODES = frozenset(
    (
        "total",
        "tax",
        "currency",
        "rate",
        "customer",
        "date",
        "due_date",
        "number",
        "line_missing",
        "line_extra",
        "line_amount",
    )
)


class QboFirstLoad(models.Model):
    """Loading: what was counted is approved, then linked or queued."""

    _inherit = "qbo.first.load"

    def _load_chunk(self, connection, client):
        """Load the next documents; return whether there were any."""
        with self._chunk(connection) as load:
            if load.state != "loading":
                return False
            matched = load._get_todo("match")
            ids, queries = matched.ids, load._get_link_queries(matched)
            if not ids:
                return load._queue_chunk()
        found = read_answers(client, queries)
        with self._chunk(connection) as load:
            lines = load.line_ids.browse(ids).exists()
            if load.state == "loading":
                load._link_chunk(
                    lines.filtered(lambda each: each.outcome == "todo"), found
                )
        return True

    def _get_todo(self, *verdicts):
        return self.line_ids.search(
            [
                ("load_id", "=", self.id),
                ("outcome", "=", "todo"),
                ("verdict", "in", verdicts),
            ],
            order="id",
            limit=LOAD_SIZE,
        )

    def _get_documents(self, lines):
        """Return the documents as the one who loads has them: {line: document}."""
        user = self.loaded_by_id
        context = self.env.context | {
            "qbo_first_load": True,
            "lang": user.lang or self.env.context.get("lang"),
        }
        environment = self.env(user=user.id, su=True, context=context)
        moves = environment["account.move"].browse(lines.mapped("res_id"))
        existing = {move.id: move for move in moves.exists()}
        return {line: existing.get(line.res_id) for line in lines}

    # === APPROVING === #

    def _approve_lines(self, lines):
        """Approve, in the name of the one who loads, what is as it was counted.

        :return: {line: document}; the others are held back with the reason
        """
        ready = {}
        for line, move in self._get_documents(lines).items():
            refusal = self._get_load_refusal(line, move)
            if refusal:
                line._hold(refusal)
            else:
                ready[line] = move
        if not self.connection_id.approval_required or not ready:
            return ready
        moves = next(iter(ready.values())).browse(move.id for move in ready.values())
        refusals = self._approve(moves)
        for line, move in ready.items():
            if move in refusals:
                line._hold(refusals[move])
        return {line: move for line, move in ready.items() if move not in refusals}

    def _get_load_refusal(self, line, move):
        if not move:
            return self.env._("%(name)s was deleted in Odoo.", name=line.name)
        connection = self.connection_id
        refusal = self._get_refusal(move)
        if refusal:
            return refusal
        if digest(move._qbo_prepare_payload(connection)) != line.payload_digest:
            return self.env._(
                "%(name)s was changed after it was counted. Make another first load, "
                "which counts it as it is now.",
                name=line.name,
            )
        if not connection.approval_required:
            return None
        move._qbo_get_gated() and move._qbo_compare_one(connection)
        if move.qbo_approval == "approved":
            return None
        return move._qbo_get_approver_refusal(connection, move._qbo_get_title())

    def _approve(self, moves):
        """Approve by the gate's own way; return {document: why it cannot go yet}."""
        to_approve = moves.filtered(lambda move: move.qbo_approval != "approved")
        # Who loads submits nothing: then they would approve what they asked for.
        drafts = to_approve.filtered(lambda move: move.qbo_approval == "draft")
        drafts.write({"qbo_approval": "submitted"})
        _done, refusals = to_approve._qbo_approve()
        (drafts & moves._qbo_join(refusals)).write({"qbo_approval": "draft"})
        for move in to_approve:
            if move not in refusals and move.qbo_approval != "approved":
                refusals[move] = self.env._(
                    "%(title)s takes two people because of its amount. %(name)s "
                    "approved it as the first; another accountant has to load it.",
                    title=move._qbo_get_title(),
                    name=self.loaded_by_id.name,
                )
        return refusals

    # === QUEUEING === #

    def _queue_chunk(self):
        lines = self._get_todo("create", "ambiguous")
        if not lines:
            self.state = "done"
            self._tell_user()
            return False
        ready = self._approve_lines(lines)
        if ready:
            moves = next(iter(ready.values())).browse(m.id for m in ready.values())
            _done, refusals = moves._qbo_push()
            operations = self.env["qbo.operation"]._get_last(moves)
            for line, move in ready.items():
                if move in refusals:
                    line._hold(refusals[move])
                else:
                    line.write(
                        {"outcome": "queued", "operation_id": operations[move.id].id}
                    )
        self._tell_user()
        return True

    # === LINKING === #

    def _get_link_queries(self, lines):
        """Return what reads the matched documents and their customers anew."""
        wanted = {}
        for line in lines:
            wanted.setdefault(line.entity, set()).add(line.qbo_id)
        customers = self._get_customer_lines(lines).values()
        wanted["Customer"] = {each.qbo_id for each in customers if each.qbo_id}
        queries = {}
        for entity, ids in wanted.items():
            ids = sorted(ids)
            for start in range(0, len(ids), IDS_PER_QUERY):
                condition = f"Id IN {quote_list(ids[start : start + IDS_PER_QUERY])}"
                if entity == "Customer":
                    condition += f" AND {WITH_INACTIVE}"
                queries[f"{entity} {start}"] = (entity, condition)
        return queries

    def _link_chunk(self, lines, found):
        objects = {
            (entity, answer["Id"]): answer
            for entity, answers in found.items()
            for answer in answers
        }
        moves, customers = self._get_moves(lines), self._get_customer_lines(lines)
        taken = {
            entity: self._get_taken(entity, found.get(entity, ()))
            for entity in set(lines.mapped("entity"))
        }
        sound = lines.browse()
        for line in lines:
            answer = objects.get((line.entity, line.qbo_id))
            change = self._describe_change(line, moves[line.id], customers.get(line.id))
            if change:
                line._hold(self.env._("%(what)s Make another first load.", what=change))
            elif self._is_still_match(line, answer, customers, objects, taken):
                sound |= line
            else:
                line._hold(
                    self.env._(
                        "%(name)s was changed in QuickBooks after it was counted, or "
                        "linked to something else. Make another first load, which "
                        "looks again.",
                        name=line.name,
                    )
                )
        for line, move in self._approve_lines(sound).items():
            operation = move.sudo()._qbo_get_last_operations().get(move.id)
            refusal = move._qbo_get_push_refusal(self.connection_id, operation)
            if refusal:
                line._hold(refusal)
            else:
                customer = customers[line.id]
                self._link_customer(customer, objects["Customer", customer.qbo_id])
                self._link(line, move, objects[line.entity, line.qbo_id])
        self._tell_user()

    def _is_still_match(self, line, answer, customers, objects, taken):
        customer = customers[line.id]
        theirs = objects.get(("Customer", customer.qbo_id))
        if not answer or not theirs or answer["Id"] in taken[line.entity]:
            return False
        if customer.verdict == "match":
            candidate = name_match.read_candidate(theirs)
            verdict = name_match.judge([candidate], self._get_facts(customer))
            if verdict.kind != "match":
                return False
        move = self.env["account.move"].browse(line.res_id)
        return not self._compare_document(move, answer, customer.qbo_id)

    def _link_customer(self, line, answer):
        """Link the customer of a matched document, unless it is or will be."""
        partner = self.env[line.res_model].browse(line.res_id)
        outbox = self.env["qbo.operation"]
        is_queued = outbox._find_open(self.connection_id, partner)
        if partner._qbo_get_binding(self.connection_id).qbo_id or is_queued:
            return
        self.env["qbo.binding"]._point(
            self.connection_id, partner, "Customer", answer, "adopted"
        )
        partner.invalidate_recordset(["qbo_binding_ids"])
        partner._qbo_get_thread()._message_log(
            body=self.env._(
                "Linked to %(name)s (id %(id)s), which QuickBooks has already. "
                "Grounds: %(grounds)s.",
                name=answer["DisplayName"],
                id=answer["Id"],
                grounds=line.reason,
            )
        )

    def _link(self, line, move, answer):
        """Point a document at what QuickBooks has, and keep the receipt."""
        outbox = self.env["qbo.operation"]
        connection = self.connection_id
        values = (
            outbox.with_user(self.loaded_by_id)
            .sudo()
            ._prepare_queue_values(connection, move)
        )
        operation = outbox._find_open(connection, move)
        if operation:
            operation._requeue(values)
        else:
            operation = outbox.create(values)
        self.env["qbo.binding"]._point(connection, move, line.entity, answer, "adopted")
        operation._finish(answer, self._compare(move, answer))
        move._message_log(
            body=self.env._(
                "Linked to %(entity)s %(number)s (id %(id)s), which QuickBooks has "
                "already. Grounds: same number, customer, total and date.",
                entity=line.entity,
                number=answer["DocNumber"],
                id=answer["Id"],
            )
        )
        line.write({"outcome": "linked", "operation_id": operation.id})

    def _compare(self, move, answer):
        """Return the gaps as operations keep them: [field, ours, theirs]."""
        connection = self.connection_id
        content = move._qbo_prepare_payload(connection)
        ids = {each.key: "-" for each in list_references(content)}
        customer = move._qbo_get_buyer(connection._get_rules())
        ids[customer._name, customer.id, "Customer"] = answer["CustomerRef"]["value"]
        expected = move._qbo_get_expectation(connection)
        gaps = receipt.compare(
            resolve(content, ids),
            answer,
            expected["currency_decimals"],
            total=expected["total"],
            tax=expected["tax"],
            entity=move._qbo_get_entity(),
            automated_tax=True,
        )
        rows = [
            [gap.field, _show(gap.sent), _show(gap.received)]
            for gap in gaps
            if gap.code in RECEIPT_CODES
        ]
        return rows + self._compare_balance(move, answer)

    def _compare_balance(self, move, answer):
        """What is unpaid here against what is unpaid there."""
        theirs = answer.get("Balance")
        if theirs is None:
            return []
        ours = members.read_amount(
            abs(move.amount_residual), move.currency_id.decimal_places
        )
        if money.is_same(ours, money.to_decimal(theirs)):
            return []
        return [[self.env._("Open balance"), str(ours), str(theirs)]]


class QboFirstLoadLine(models.Model):
    _inherit = "qbo.first.load.line"

    def _hold(self, reason):
        self.write({"outcome": "held", "note": reason})


def _show(value):
    return None if value is ABSENT else str(value)


class QboOperation(models.Model):
    _inherit = "qbo.operation"

    def _check_gate(self):
        """What a first load queued may be retried, whatever its date."""
        lines = self.env["qbo.first.load.line"].search(
            [("operation_id", "in", self.ids), ("outcome", "=", "queued")]
        )
        loaded = self & lines.operation_id
        super(QboOperation, loaded.with_context(qbo_first_load=True))._check_gate()
        return super(QboOperation, self - loaded)._check_gate()
