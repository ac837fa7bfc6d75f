from typing import NamedTuple

from odoo import api, models

from ..const import NAME_LISTS
from ..tools import name_match, payload
from ..tools.digest import digest
from ..tools.selects import quote_list

# Customers, vendors and employees of a company share one list of names.
NAME_FIELDS = {
    "Customer": "DisplayName",
    "Item": "Name",
    "Class": "Name",
    "Term": "Name",
}
# What queries ask for. A class is not sure to be found by its name alone; what is
# created stands at the top of the tree, where both names are the same.
ASKED_FIELDS = {**NAME_FIELDS, "Class": "FullyQualifiedName"}
# Ours: names of one record that QuickBooks may refuse before a person is asked.
NAMES_TRIED = 5
# Where it is less than for the others.
NAME_LENGTHS = {"Term": 31}
NAME_KINDS = {"Customer": ("Customer", "Vendor", "Employee")}
WITH_INACTIVE = "Active IN (true, false)"


class Question(NamedTuple):
    """One query, and the operations it is asked for.

    :param entity: 'Customer'
    :param condition: text after WHERE
    :param operation_ids: list of int
    :param qbo_id: of the one object that is read instead: of what was written a moment
        ago, queries may give an older state
    """

    entity: str
    condition: str
    operation_ids: list
    qbo_id: str = ""


class QboOperation(models.Model):
    """What must be known before something is sent: what it needs, who has its name."""

    _inherit = "qbo.operation"

    # === WHAT IT NEEDS === #

    @api.model
    def _get_unprepared(self, connection, limit):
        """Return operations of which nobody looked yet what they need."""
        return self.search(
            [
                ("connection_id", "=", connection.id),
                ("state", "=", "queued"),
                ("is_prepared", "=", False),
            ],
            order="wave, id",
            limit=limit,
        )

    def _prepare_ready(self, connection):
        """Let operations whose customer or product is not at QuickBooks wait for it.

        What they wait for is queued here, once however many need it.
        """
        needs = {
            operation: [
                tuple(need[:3]) for need in operation.needs or () if not need[4]
            ]
            for operation in self
        }
        wanted = {key for keys in needs.values() for key in keys}
        known = self.env["qbo.binding"]._get_ids(connection, wanted)
        blockers = self._queue_needed(connection, wanted - known.keys(), self)
        for operation in self:
            missing = [key for key in needs[operation] if key not in known]
            operation._wait_or_go(missing, blockers)

    def _wait_or_go(self, missing, blockers):
        if not missing:
            self.is_prepared = True
            return
        gone = [key for key in missing if not blockers.get(key)]
        if gone:
            self._fail_gone(gone)
            return
        blocker = blockers[missing[0]]
        self.write(
            {
                "state": "waiting",
                "blocked_by_id": blocker.id,
                "cause": "dependency" if blocker.state == "failed" else False,
            }
        )

    def _fail_gone(self, keys):
        """Nothing will bring what it needs: it was deleted, or nobody pushed it."""
        needed = [self.env[model].browse(id).exists() for model, id, _entity in keys]
        titles = [record._qbo_get_title() for record in needed if record]
        if len(titles) < len(keys):
            self._fail(
                "reference",
                self.env._(
                    "%(name)s refers to a record that was deleted in Odoo. Reset it to "
                    "draft, choose another one and push again.",
                    name=self.name,
                ),
            )
            return
        self._fail(
            "dependency",
            self.env._(
                "%(name)s needs %(others)s, and that is neither in QuickBooks nor on "
                "its way there. Push it, then click Retry.",
                name=self.name,
                others=", ".join(titles),
            ),
        )

    @api.model
    def _queue_needed(self, connection, keys, operations):
        """Return ``{key: the operation that will create it}``.

        Documents are not queued by themselves: they have a gate of their own.
        """
        found = {}
        by_model = {}
        # Of the customers that a partner is, the one in home currency gets the name.
        for model, res_id, entity in sorted(keys, key=_is_foreign_customer):
            by_model.setdefault((model, entity), []).append(res_id)
        for (model, entity), res_ids in by_model.items():
            records = (
                self.env[model]
                .browse(sorted(res_ids))
                .exists()
                .with_company(connection.company_id)
            )
            open_operations = self._find_open(connection, records)
            open_by_id = {each.res_id: each for each in open_operations}
            missing = [record for record in records if record.id not in open_by_id]
            if isinstance(records, self.pool["qbo.approval.mixin"]):
                missing = []
            created = self.create(
                [
                    self._prepare_needed_values(connection, record, operations)
                    for record in missing
                ]
            )
            for operation in [*open_operations, *created]:
                found[model, operation.res_id, entity] = operation
        return found

    @api.model
    def _prepare_needed_values(self, connection, record, operations):
        """A needed record that cannot be sent becomes a failure with its reason."""
        pusher = operations[:1].user_id
        blockers = record._qbo_get_blockers(connection)
        if blockers:
            entity = record._qbo_get_entity()
            return {
                "connection_id": connection.id,
                "entity": entity,
                "wave": 1,
                "res_model": record._name,
                "res_id": record.id,
                "name": record._qbo_get_title(),
                "user_id": pusher.id,
                "state": "failed",
                "cause": "mapping",
                "fault_message": "\n".join(blockers),
            }
        return self._prepare_queue_values(connection, record) | {"user_id": pusher.id}

    def _release_waiting(self):
        """Let go on what waited for these operations."""
        waiting = self.search(
            [("blocked_by_id", "in", self.ids), ("state", "=", "waiting")]
        )
        waiting.write(
            {
                "state": "queued",
                "is_prepared": False,
                "blocked_by_id": False,
                "cause": False,
            }
        )

    # === WHO HAS ITS NAME === #

    @api.model
    def _get_unknown(self, connection, limit):
        """Return operations that must be looked up before they are sent.

        All of them: QuickBooks may have the name of a customer; and it may have the
        document itself, because the links were severed, the database was restored
        from a backup, or an answer that said no was not true.
        """
        return self.search(
            [
                ("connection_id", "=", connection.id),
                ("state", "=", "queued"),
                ("is_prepared", "=", True),
                ("is_looked_up", "=", False),
                *self._get_due_domain(),
            ],
            order="wave, id",
            limit=limit,
        )

    def _get_look_up_queries(self):
        """Return the :class:`Question` s that find names and documents."""
        lists = self.filtered(lambda each: each.entity in NAME_LISTS)
        return lists._get_name_queries() + (self - lists)._get_document_queries()

    def _judge(self, found):
        """Decide for each operation by what QuickBooks has.

        :param dict found: ``{entity: list of objects}``
        """
        lists = self.filtered(lambda each: each.entity in NAME_LISTS)
        if lists:
            lists._judge_names(found)
        unknown = (self - lists)._settle(found)
        unknown.write({"is_looked_up": True})

    def _get_name_queries(self):
        questions = []
        for part in self._part_for_questions(name_match.IN_VALUES // 2):
            entity = part[:1].entity
            field = ASKED_FIELDS[entity]
            names = [name for each in part for name in each._list_names_to_ask()]
            kinds = NAME_KINDS.get(entity, (entity,))
            for values in name_match.list_names_to_ask(names):
                condition = f"IN {quote_list(values)} AND {WITH_INACTIVE}"
                questions += [
                    Question(kind, f"{field} {condition}", part.ids) for kind in kinds
                ]
        return questions

    def _part_for_questions(self, size):
        """Part the operations into what one query asks for, by entity.

        Those of which a query was refused are asked for alone.
        """
        parts = []
        for entity in sorted(set(self.mapped("entity"))):
            alike = self.filtered(lambda each, entity=entity: each.entity == entity)
            alone = alike.filtered("is_alone")
            others = alike - alone
            parts += [others[i : i + size] for i in range(0, len(others), size)]
            parts += list(alone)
        return parts

    def _list_names_to_ask(self):
        """Return the name, and those with a suffix that QuickBooks refused since."""
        name = self._get_name()
        length = NAME_LENGTHS.get(self.entity, name_match.NAME_LENGTH)
        numbers = range(1, min(self.attempts, NAMES_TRIED) + 1) if name else ()
        return [
            name,
            *(
                name_match.add_suffix(name, self._get_suffix(), number, length)
                for number in numbers
            ),
        ]

    def _get_name(self):
        facts = self._get_record_facts()
        return facts.name if facts else ""

    def _get_record_facts(self):
        """Return what the record is found by, None if it was deleted."""
        record = self._get_record()
        return record and record._qbo_get_facts(self.connection_id)

    def _give_up_deleted(self):
        """Nobody needs what was deleted in Odoo; what waited for it will say so."""
        self.write(
            {
                "state": "cancelled",
                "fault_message": self.env._(
                    "%(name)s was deleted in Odoo before it was sent.", name=self.name
                ),
            }
        )
        self._release_waiting()

    def _fail_nameless(self):
        blockers = self._get_record()._qbo_get_blockers(self.connection_id)
        self._fail("mapping", "\n".join(blockers))

    def _judge_names(self, found):
        """Link, rename, hand to a person or leave to be created, each operation.

        :param dict found: ``{kind: list of objects}`` as ``_read_names`` gave them
        """
        objects = {
            kind: {each["Id"]: each for each in answers}
            for kind, answers in found.items()
        }
        index = {
            kind: name_match.index_candidates(
                name_match.read_candidate(each) for each in answers.values()
            )
            for kind, answers in objects.items()
        }
        taken = {kind: self._list_names(answers) for kind, answers in objects.items()}
        bound = self._get_bound_objects(objects)
        for operation in self:
            operation._judge_name(objects, index, taken, bound)

    @api.model
    def _list_names(self, answers):
        return {each.get("DisplayName") or each["Name"] for each in answers.values()}

    def _get_bound_objects(self, objects):
        """Return the (entity, qbo_id) that belong to other records already."""
        bindings = self.env["qbo.binding"].search_fetch(
            [
                ("connection_id", "=", self.connection_id.id),
                ("entity", "in", list(objects)),
                ("qbo_id", "!=", False),
            ],
            ["entity", "qbo_id"],
        )
        return {(each.entity, each.qbo_id) for each in bindings}

    def _judge_name(self, objects, index, taken, bound):
        kind = self.entity
        record = self._get_record()
        facts = self._get_record_facts()
        if not facts:
            self._give_up_deleted()
            return
        if not facts.name:
            self._fail_nameless()
            return
        candidates = [
            each
            for each in index.get(kind, {}).get(name_match.fold(facts.name), ())
            if (kind, each.id) not in bound
            and (not record or record._qbo_may_be(each.facts))
        ]
        verdict = name_match.judge(candidates, facts)
        if verdict.kind == "none":
            self._take_free_name(facts.name, taken)
        elif verdict.kind == "match" and not self.connection_id.ask_before_linking:
            self._adopt(objects[kind][verdict.id], verdict)
            bound.add((kind, verdict.id))
        else:
            self._ask_person(verdict, objects[kind])

    def _take_free_name(self, name, taken):
        """Claim a name nobody has in QuickBooks, with a suffix if need be."""
        kinds = NAME_KINDS.get(self.entity, (self.entity,))
        names = set().union(*(taken.get(kind, ()) for kind in kinds))
        length = NAME_LENGTHS.get(self.entity, name_match.NAME_LENGTH)
        free = name_match.find_free_name(name, self._get_suffix(), names, length)
        taken.setdefault(self.entity, set()).add(free)
        values = {"is_looked_up": True}
        content = self._load(self.payload)
        field = NAME_FIELDS[self.entity]
        if content.get(field) != free:
            content[field] = free
            values |= {
                "payload": payload.dump(content).decode(),
                "payload_digest": digest(content),
            }
        self.write(values)

    def _get_suffix(self):
        """What tells a name from its namesake's, in the language of the company."""
        record = self._get_record()
        own = record._qbo_get_name_suffix() if record else ""
        if own:
            return own
        environment = self.with_context(lang=self.company_id.partner_id.lang).env
        return {
            "Customer": environment._("Customer"),
            "Item": environment._("Product"),
            "Class": environment._("Class"),
            "Term": environment._("Term"),
        }[self.entity]

    def _adopt(self, answer, verdict):
        """Link the record to what QuickBooks has, and say on what grounds."""
        record = self._get_record()
        self.env["qbo.binding"]._point(
            self.connection_id, record, self.entity, answer, "adopted"
        )
        self._finish(answer, [])
        grounds = ", ".join(self._describe_ground(each) for each in verdict.grounds)
        self._log_on(
            record,
            self.env._(
                "Linked to %(name)s (id %(id)s), which QuickBooks has already. "
                "Grounds: %(grounds)s.",
                name=answer.get("DisplayName") or answer["Name"],
                id=answer["Id"],
                grounds=grounds,
            ),
        )

    def _ask_person(self, verdict, objects):
        """Fail with the candidates, for the wizard that links or creates."""
        first = verdict.candidates[0].facts.name
        reasons = {
            "match": self.env._(
                "QuickBooks has %(candidate)s already, and your settings ask a person "
                "before anything is linked."
            ),
            "contradiction": self.env._(
                "QuickBooks has %(candidate)s already, but the two do not agree: "
                "%(against)s."
            ),
            "ambiguous": self.env._(
                "QuickBooks has one or several records that could be meant, such as "
                "%(candidate)s."
            ),
            "inactive": self.env._(
                "QuickBooks has %(candidate)s, which was made inactive there."
            ),
        }
        against = "; ".join(
            self.env._(
                "%(fact)s is %(ours)s here and %(theirs)s there",
                fact=self._describe_ground(code),
                ours=ours or "-",
                theirs=theirs or "-",
            )
            for code, ours, theirs in verdict.against
        )
        self._fail(
            "inactive" if verdict.kind == "inactive" else "ambiguous",
            self.env._(
                "%(name)s: %(reason)s Choose whether to link it or to create another.",
                name=self.name,
                reason=reasons[verdict.kind] % {"candidate": first, "against": against},
            ),
            candidates=[
                self._describe_candidate(objects[each.id])
                for each in verdict.candidates
            ],
        )

    def _describe_candidate(self, answer):
        email = answer.get("PrimaryEmailAddr") or {}
        address = answer.get("BillAddr") or {}
        return {
            "id": answer["Id"],
            "name": answer.get("DisplayName") or answer.get("Name"),
            "active": answer.get("Active", True),
            "email": email.get("Address", ""),
            "city": address.get("City", ""),
            "postal_code": address.get("PostalCode", ""),
            "currency": (answer.get("CurrencyRef") or {}).get("value", ""),
            "sku": answer.get("Sku", ""),
            "type": answer.get("Type", ""),
            "balance": str(answer.get("Balance", "")),
            "object": payload.dump(answer).decode(),
        }

    def _describe_ground(self, code):
        """Return one of ``name_match.GROUNDS`` in the user's language."""
        return {
            "name": self.env._("same name"),
            "name_case": self.env._("same name but for capital letters"),
            "name_deleted": self.env._("same name, made inactive"),
            "email": self.env._("e-mail address"),
            "tax_id": self.env._("tax number"),
            "postal_code": self.env._("postal code"),
            "currency": self.env._("currency"),
            "sku": self.env._("reference"),
            "type": self.env._("kind of product"),
        }[code]

    # === A PERSON DECIDED === #

    def _link_by_person(self, answer):
        """Link the record to the candidate that a person chose.

        :param dict answer: the object of QuickBooks
        """
        self.ensure_one()
        record = self._get_record()
        self.env["qbo.binding"]._point(
            self.connection_id, record, self.entity, answer, "linked"
        )
        self._finish(answer, [])
        self._log_on(
            record,
            self.env._(
                "%(user)s linked it to %(name)s (id %(id)s) in QuickBooks.",
                user=self.env.user.name,
                name=answer.get("DisplayName") or answer.get("Name"),
                id=answer["Id"],
            ),
        )
        self.connection_id._wake_worker()

    def _create_by_person(self):
        """Create another object although QuickBooks has one of this name."""
        self.ensure_one()
        names = {each["name"] for each in self.candidates or ()}
        self._requeue(self._prepare_retry_values())
        self._take_free_name(self._get_name(), {self.entity: names})
        self.connection_id._wake_worker()


def _is_foreign_customer(key):
    return key[0] == "qbo.customer"
