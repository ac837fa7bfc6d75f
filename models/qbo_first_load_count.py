import logging

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain

from ..const import BATCH_ITEMS
from ..exceptions import QboError, QboRetryableError
from ..tools import members, money, name_match
from ..tools.digest import digest
from ..tools.references import list_references
from ..tools.selects import quote_list
from .qbo_approval_mixin_push import ON_ITS_WAY
from .qbo_operation_prepare import WITH_INACTIVE
from .transaction import own_transaction

_logger = logging.getLogger(__name__)

# Documents that are looked at in one transaction.
COLLECT_SIZE = 250
# After which a chunk is tried again that met a lock.
WAIT_SECONDS = 60
# Names or numbers that one query asks for.
VALUES_PER_QUERY = 50
NAMED = {
    "res.partner": "customer",
    "qbo.customer": "customer",
    "product.product": "product",
}
FIELDS = {"customer": "DisplayName", "product": "Name"}


class QboFirstLoad(models.Model):
    """The dry run: which documents there are, and what QuickBooks has of them."""

    _inherit = "qbo.first.load"

    # === A PIECE OF WORK === #

    @api.model
    def _work_on(self, connection, load_id, client):
        """Do the next chunk of a load; return whether there was any.

        :raise QboError: Intuit could not be reached: the chunk is done another time
        """
        load = self.browse(load_id)
        try:
            return load._do_chunk(connection, client)
        except QboError as error:
            is_passing = isinstance(error, QboRetryableError)
            if is_passing or connection._get_suspend_reason(error):
                raise
            problem = connection._describe_error(error)
        except psycopg2.Error as error:
            # Somebody holds one of the documents: pushes go on meanwhile.
            _logger.info("First load %s waits: %s", load_id, error)
            connection._wake_later(WAIT_SECONDS)
            return False
        except Exception:
            # One document that nobody thought of must not stop all pushes.
            _logger.exception("First load %s was stopped", load_id)
            problem = self.env._(
                "It was stopped by an error that nobody foresaw; the log of the server "
                "names it. What was queued before stays queued."
            )
        with load._chunk(connection) as locked:
            locked._give_up(problem)
        return True

    def _do_chunk(self, connection, client):
        with self._chunk(connection) as load:
            state, is_collected = load.state, load.is_collected
            if state == "counting" and not is_collected:
                load._collect()
        if state == "counting":
            return not is_collected or self._look_up(connection, client)
        return state == "loading" and self._load_chunk(connection, client)

    def _chunk(self, connection):
        """Yield this load, locked, in a transaction of its own (context manager).

        Who stops it meanwhile waits for the end of the chunk.
        """
        return _Chunk(self, connection)

    def _give_up(self, problem):
        if self.state == "counting":
            self._start_over()
        elif self.state == "loading":
            self.state = "stopped"
        self.problem = problem

    def _tell_user(self):
        user = self.loaded_by_id if self.state != "counted" else self.counted_by_id
        user._bus_send("qbo_document_changed", {"model": self._name, "ids": self.ids})

    # === COLLECTING === #

    def _collect(self):
        """Take in the next documents, with what can be told without QuickBooks."""
        moves = self.env["account.move"].search(
            self._get_document_domain() & Domain("id", ">", self.cursor),
            order="id",
            limit=COLLECT_SIZE,
        )
        if not moves:
            self.is_collected = True
            return
        self.cursor = moves[-1].id
        operations = moves._qbo_get_last_operations()
        needed = {}
        lines = []
        for move in moves.with_context(qbo_first_load=True):
            lines.append(self._prepare_line(move, operations.get(move.id), needed))
        self.env["qbo.first.load.line"].create(lines)
        self._collect_needed(needed)

    def _prepare_line(self, move, operation, needed):
        values = self.line_ids._prepare_values(self, "document", move) | {
            "number": move._qbo_get_number(),
            "partner_id": move._qbo_get_customer().id,
            "date": move.invoice_date,
            "currency_id": move.currency_id.id,
            "amount": move.amount_total,
        }
        connection = self.connection_id
        if move._qbo_get_binding(connection).qbo_id:
            reason = move._qbo_make_pushed_sentence(connection)
            return values | {"verdict": "present", "reason": reason}
        if operation and operation.state in ON_ITS_WAY:
            reason = move._qbo_make_under_way_sentence()
            return values | {"verdict": "present", "reason": reason}
        refusal = self._get_refusal(move)
        if refusal:
            return values | {"verdict": "refused", "reason": refusal}
        content = move._qbo_prepare_payload(connection)
        for reference in list_references(content):
            if reference.model in NAMED and not reference.optional:
                key = (reference.model, reference.id)
                needed.setdefault(key, move.currency_id)
        return values | {"payload_digest": digest(content)}

    def _get_refusal(self, move):
        connection = self.connection_id
        refusal = move._qbo_get_common_refusal(connection)
        if not refusal and move.qbo_approval == "rejected":
            refusal = move._qbo_get_approval_refusal(connection)
        return refusal or "\n".join(move._qbo_get_blockers(connection))

    def _collect_needed(self, needed):
        """Take in customers and products of documents, each once.

        :param dict needed: {(model, id): currency of the first document}
        """
        for model, kind in NAMED.items():
            ids = sorted(id for name, id in needed if name == model)
            known = self.line_ids.search(
                [
                    ("load_id", "=", self.id),
                    ("res_model", "=", model),
                    ("res_id", "in", ids),
                ]
            ).mapped("res_id")
            records = self.env[model].browse(sorted(set(ids) - set(known)))
            self.line_ids.create(
                [
                    self._prepare_needed(kind, record, needed[model, record.id])
                    for record in records
                ]
            )

    def _prepare_needed(self, kind, record, currency):
        values = self.line_ids._prepare_values(self, kind, record) | {
            "currency_id": currency.id,
            "partner_id": record._qbo_get_thread().id if kind == "customer" else False,
        }
        binding = record._qbo_get_binding(self.connection_id)
        if binding.qbo_id:
            return values | {
                "verdict": "present",
                "qbo_id": binding.qbo_id,
                "reason": self.env._(
                    "Linked to %(name)s (id %(id)s) already.",
                    name=binding.name,
                    id=binding.qbo_id,
                ),
            }
        blockers = record._qbo_get_blockers(self.connection_id)
        if blockers:
            return values | {"verdict": "refused", "reason": "\n".join(blockers)}
        return values

    # === LOOKING UP === #

    def _look_up(self, connection, client):
        """Ask QuickBooks for what is not looked up yet, as much as one call takes."""
        with self._chunk(connection) as load:
            lines = load._get_unasked()
            ids, queries = lines.ids, load._get_queries(lines)
            if not ids and load.state == "counting":
                load.write({"state": "counted", "counted_at": fields.Datetime.now()})
                load._tell_user()
        if not ids:
            return False
        found = read_answers(client, queries)
        with self._chunk(connection) as load:
            # Stopped meanwhile: the lines are gone.
            lines = load.line_ids.browse(ids).exists()
            if load.state == "counting" and lines:
                load._judge(lines, found)
        return True

    def _get_unasked(self):
        """Return lines for one call: customers first, by which documents are told."""
        lines = self.line_ids.browse()
        room = BATCH_ITEMS
        for kind in ("customer", "product", "document"):
            # Invoices and credit notes are asked for apart.
            limit = (room - (kind == "document")) * VALUES_PER_QUERY
            if limit <= 0:
                break
            found = lines.search(
                [
                    ("load_id", "=", self.id),
                    ("kind", "=", kind),
                    ("verdict", "=", "pending"),
                ],
                order="id",
                limit=limit,
            )
            lines |= found
            room -= -(-len(found) // VALUES_PER_QUERY)
        return lines

    def _get_queries(self, lines):
        """Return ``{name: (entity, condition)}``, at most as many as a call takes."""
        queries = {}
        for kind, field in FIELDS.items():
            of_kind = lines.filtered(lambda line, kind=kind: line.kind == kind)
            existing = self._filter_existing(of_kind)
            names = [self._get_facts(line).name for line in existing]
            for part in name_match.list_names_to_ask(names):
                entity = of_kind[0].entity
                queries[f"{entity} {len(queries)}"] = (
                    entity,
                    f"{field} IN {quote_list(part)} AND {WITH_INACTIVE}",
                )
        documents = lines.filtered(lambda line: line.kind == "document")
        for entity in sorted(set(documents.mapped("entity"))):
            numbers = [line.number for line in documents if line.entity == entity]
            for start in range(0, len(numbers), VALUES_PER_QUERY):
                part = numbers[start : start + VALUES_PER_QUERY]
                condition = f"DocNumber IN {quote_list(part)}"
                queries[f"{entity} {len(queries)}"] = (entity, condition)
        return queries

    def _get_facts(self, line):
        record = self.env[line.res_model].browse(line.res_id)
        return record._qbo_get_facts(self.connection_id)

    # === JUDGING === #

    def _judge(self, lines, found):
        """Write down what QuickBooks' objects say about each line.

        :param dict found: ``{entity: list of objects}``
        """
        for kind in ("customer", "product"):
            of_kind = lines.filtered(lambda line, kind=kind: line.kind == kind)
            if of_kind:
                self._judge_names(of_kind, found.get(of_kind[0].entity, ()))
        self._judge_documents(
            lines.filtered(lambda line: line.kind == "document"), found
        )

    def _judge_names(self, lines, answers):
        entity = lines[0].entity
        taken = self._get_taken(entity, answers)
        index = name_match.index_candidates(
            name_match.read_candidate(each) for each in answers
        )
        existing = self._filter_existing(lines)
        for line in lines - existing:
            line.write(self._prepare_change_verdict(self._describe_loss(line)))
        for line in existing:
            record = self.env[line.res_model].browse(line.res_id)
            facts = self._get_facts(line)
            candidates = [
                each
                for each in index.get(name_match.fold(facts.name), ())
                if each.id not in taken and record._qbo_may_be(each.facts)
            ]
            verdict = name_match.judge(candidates, facts)
            line.write(self._prepare_name_verdict(verdict))
            if line.verdict == "match":
                taken.add(line.qbo_id)

    def _get_taken(self, entity, answers):
        """Return the ids of these objects that belong to other records already."""
        bindings = self.env["qbo.binding"].search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("entity", "=", entity),
                ("qbo_id", "in", [each["Id"] for each in answers]),
            ]
        )
        return set(bindings.mapped("qbo_id"))

    def _prepare_name_verdict(self, verdict):
        if verdict.kind == "none":
            return {"verdict": "create"}
        first = verdict.candidates[0]
        name = f"{first.facts.name} (id {first.id})"
        describe = self.env["qbo.operation"]._describe_ground
        if verdict.kind == "match" and not self.connection_id.ask_before_linking:
            grounds = ", ".join(describe(each) for each in verdict.grounds)
            return {
                "verdict": "match",
                "qbo_id": first.id,
                "reason": self.env._(
                    "%(name)s: %(grounds)s.", name=name, grounds=grounds
                ),
            }
        reasons = {
            "match": self.env._(
                "QuickBooks has %(name)s, and your settings ask a person before "
                "anything is linked.",
                name=name,
            ),
            "contradiction": self.env._(
                "QuickBooks has %(name)s, but the two do not agree: %(against)s.",
                name=name,
                against="; ".join(
                    self.env._(
                        "%(fact)s is %(ours)s here and %(theirs)s there",
                        fact=describe(code),
                        ours=ours or "-",
                        theirs=theirs or "-",
                    )
                    for code, ours, theirs in verdict.against
                ),
            ),
            "ambiguous": self.env._(
                "QuickBooks has one or several that could be meant, such as %(name)s.",
                name=name,
            ),
            "inactive": self.env._(
                "QuickBooks has %(name)s, which was made inactive there.", name=name
            ),
        }
        return {"verdict": "ambiguous", "reason": reasons[verdict.kind]}

    def _judge_documents(self, lines, found):
        moves, customers = self._get_moves(lines), self._get_customer_lines(lines)
        by_number, taken = {}, {}
        for entity in set(lines.mapped("entity")):
            answers = found.get(entity, ())
            taken[entity] = self._get_taken(entity, answers)
            for answer in answers:
                number = (answer.get("DocNumber") or "").casefold()
                by_number.setdefault((entity, number), []).append(answer)
        for line in lines:
            answers = by_number.get((line.entity, line.number.casefold()), ())
            customer = customers.get(line.id)
            change = self._describe_change(line, moves[line.id], customer)
            line.write(
                self._prepare_change_verdict(change)
                if change
                else self._judge_document(line, answers, customer, taken[line.entity])
            )

    def _get_customer_lines(self, lines):
        """Return {id of the line of a document: line of its customer}."""
        found = lines.search(
            [
                ("load_id", "=", self.id),
                ("kind", "=", "customer"),
                ("partner_id", "in", lines.partner_id.ids),
            ]
        )
        by_record = {(line.res_model, line.res_id): line for line in found}
        rules = self.connection_id._get_rules()
        moves, customers = self._get_moves(lines), {}
        for line in lines:
            move = moves[line.id]
            buyer = move and move._qbo_get_buyer(rules)
            if buyer and (buyer._name, buyer.id) in by_record:
                customers[line.id] = by_record[buyer._name, buyer.id]
        return customers

    def _judge_document(self, line, answers, customer, taken):
        if not answers:
            return self._judge_absent(customer)
        first = answers[0]
        number = f"{first['DocNumber']} (id {first['Id']})"
        if len(answers) > 1:
            reason = self.env._(
                "QuickBooks has %(count)s documents with this number (ids %(ids)s).",
                count=len(answers),
                ids=", ".join(each["Id"] for each in answers),
            )
        elif first["Id"] in taken:
            reason = self.env._(
                "QuickBooks has %(number)s, which is linked to another document of "
                "Odoo.",
                number=number,
            )
        else:
            move = self.env["account.move"].browse(line.res_id)
            against = self._compare_document(move, first, customer.qbo_id)
            if not against:
                reason = self.env._(
                    "%(number)s: same number, customer, total and date.", number=number
                )
                return {"verdict": "match", "qbo_id": first["Id"], "reason": reason}
            reason = self.env._(
                "QuickBooks has %(number)s, but the two do not agree: %(against)s.",
                number=number,
                against="; ".join(against),
            )
        return {"verdict": "ambiguous", "doubt": "number", "reason": reason}

    def _judge_absent(self, customer):
        if customer.verdict != "ambiguous":
            return {"verdict": "create"}
        return {
            "verdict": "ambiguous",
            "doubt": "customer",
            "reason": f"{customer.name}: {customer.reason}",
        }

    def _compare_document(self, move, answer, customer_id):
        """Return what tells a document from the one that QuickBooks has.

        :param str customer_id: id of the customer in QuickBooks, False if unknown
        :rtype: list[str]
        """
        facts = []
        total = members.read_amount(move.amount_total, move.currency_id.decimal_places)
        theirs = answer.get("TotalAmt")
        if theirs is None or not money.is_same(total, money.to_decimal(theirs)):
            facts.append((self.env._("total"), total, theirs))
        date = fields.Date.to_string(move.invoice_date)
        if answer.get("TxnDate") != date:
            facts.append((self.env._("date"), date, answer.get("TxnDate")))
        customer = answer.get("CustomerRef") or {}
        if not customer_id or customer.get("value") != customer_id:
            name = move._qbo_get_customer().name
            facts.append((self.env._("customer"), name, customer.get("name")))
        currency = (answer.get("CurrencyRef") or {}).get("value")
        if currency and currency != move.currency_id.name:
            facts.append((self.env._("currency"), move.currency_id.name, currency))
        if answer.get("DocNumber") != move._qbo_get_number():
            number = answer.get("DocNumber")
            facts.append((self.env._("number"), move._qbo_get_number(), number))
        return [
            self.env._(
                "%(fact)s is %(ours)s here and %(theirs)s there",
                fact=fact,
                ours=ours,
                theirs=theirs or "-",
            )
            for fact, ours, theirs in facts
        ]


def read_answers(client, queries):
    """Ask QuickBooks, in as few calls as possible.

    :param dict queries: ``{"<entity> <number>": (entity, condition)}``
    :return: ``{entity: list of objects}``
    :raise QboError: one of the queries failed; half an answer decides nothing
    """
    found = {}
    for name, answer in client.query_all_batch(queries).items():
        if isinstance(answer, QboError):
            raise answer
        found.setdefault(name.split()[0], []).extend(answer)
    return found


class _Chunk:
    """See `QboFirstLoad._chunk`."""

    def __init__(self, load, connection):
        self._load_id = load.id
        self._connection = connection
        self._transaction = own_transaction(load.env)

    def __enter__(self):
        env = self._transaction.__enter__()
        company = env["qbo.connection"].browse(self._connection.id).company_id
        context = {
            "allowed_company_ids": company.ids,
            "lang": company.partner_id.lang or "en_US",
        }
        env.cr.execute(
            "SELECT FROM qbo_first_load WHERE id = %s FOR UPDATE", [self._load_id]
        )
        return env(context=context)["qbo.first.load"].browse(self._load_id)

    def __exit__(self, *exception):
        return self._transaction.__exit__(*exception)
