from odoo import api, fields, models

from ..const import NAME_LISTS, UNNUMBERED
from ..exceptions import QboError, QboRejectedError
from ..tools.name_match import fold
from ..tools.selects import quote_list
from .qbo_operation_prepare import ASKED_FIELDS, NAME_FIELDS, Question

# Values of one IN; QuickBooks names no bound.
NUMBERS_PER_QUERY = 50


class QboOperation(models.Model):
    """Operations of which nobody knows whether QuickBooks carried them out."""

    _inherit = "qbo.operation"

    @api.model
    def _mark_abandoned(self, connection):
        """What was being sent when a worker died is uncertain.

        There is one worker for each connection: whatever is marked as sent when a
        run begins was left by one that is gone.
        """
        self.search(
            [("connection_id", "=", connection.id), ("state", "=", "sent")]
        ).write({"state": "uncertain", "next_attempt_at": False})

    @api.model
    def _get_uncertain(self, connection, limit):
        return self.search(
            [
                ("connection_id", "=", connection.id),
                ("state", "=", "uncertain"),
                *self._get_due_domain(),
            ],
            order="wave, id",
            limit=limit,
        )

    def _get_settle_queries(self):
        """Return the :class:`Question` s that find what became of these."""
        lists = self.filtered(lambda each: each.entity in NAME_LISTS)
        return lists._get_sent_name_queries() + (self - lists)._get_document_queries()

    def _get_document_queries(self):
        """Return the :class:`Question` s that find documents, by what each is known."""
        changes = self.filtered(lambda each: each.action != "create")
        unnumbered = (self - changes).filtered(lambda each: each.entity in UNNUMBERED)
        return (
            changes._get_target_queries()
            + unnumbered._get_day_queries()
            + (self - changes - unnumbered)._get_number_queries()
        )

    def _get_number_queries(self):
        numbers = self._list_numbers()
        questions = []
        for part in self._part_for_questions(NUMBERS_PER_QUERY):
            wanted = sorted({number for each in part for number in numbers[each]})
            condition = f"DocNumber IN {quote_list(wanted)}"
            questions.append(Question(part[:1].entity, condition, part.ids))
        return questions

    def _list_numbers(self):
        """Return ``{operation: numbers under which QuickBooks may have it}``.

        The one that is sent, and those that were: a document whose push seemed to
        fail may be there under the number it had then.
        """
        earlier = self.search_fetch(
            [
                ("connection_id", "in", self.connection_id.ids),
                ("res_model", "in", list(set(self.mapped("res_model")))),
                ("res_id", "in", self.mapped("res_id")),
                ("sent_at", "!=", False),
            ],
            ["res_model", "res_id", "entity"],
        )
        known = {}
        for each in earlier:
            number = self._load(each.body).get("DocNumber")
            known.setdefault(each._get_record_key(), set()).add(number)
        return {
            each: {each._get_number(), *known.get(each._get_record_key(), ())} - {None}
            for each in self
        }

    def _get_record_key(self):
        return self.res_model, self.res_id, self.entity

    def _get_sent_name_queries(self):
        questions = []
        for part in self._part_for_questions(NUMBERS_PER_QUERY):
            entity = part[:1].entity
            field = NAME_FIELDS[entity]
            names = [self._load(each.body)[field] for each in part]
            condition = f"{ASKED_FIELDS[entity]} IN {quote_list(names)}"
            questions.append(Question(entity, condition, part.ids))
        return questions

    def _get_number(self):
        return self._load(self.payload)["DocNumber"]

    def _settle(self, found):
        """Take what QuickBooks has; return what it does not have.

        :param dict found: ``{entity: list of objects}``
        """
        changes = self.filtered(lambda each: each.action != "create")
        settled, missing = changes._settle_changes(found)
        index = self._index_answers(found)
        numbered = (self - changes).filtered(
            lambda each: each.entity not in (*NAME_LISTS, *UNNUMBERED)
        )
        numbers = numbered._list_numbers()
        for operation in self - changes:
            namesakes = index.get((operation.entity, operation._get_key()), ())
            keys = {fold(number) for number in numbers.get(operation, ())}
            keys.add(operation._get_key())
            own = [
                each
                for key in sorted(keys)
                for each in index.get((operation.entity, key), ())
                if operation._is_own(each)
            ]
            if len(own) == 1:
                origin = "created" if operation.sent_at else "adopted"
                settled |= operation._succeed(own[0], origin)
            elif own:
                operation._hand_over_twins(own)
            elif operation._is_number_taken(namesakes):
                operation._fail_duplicate_number(namesakes)
            elif same := operation._find_same_use(found):
                settled |= operation._take_use(same)
            elif lookalikes := operation._list_lookalikes(found):
                operation._fail_lookalike(lookalikes)
            else:
                missing |= operation
        settled._after_success()
        (self - missing)._tell_users()
        return missing

    @api.model
    def _index_answers(self, found):
        """Return ``{(entity, folded number, name or mark): list of objects}``."""
        index = {}
        for entity, answers in found.items():
            for answer in answers:
                if entity in UNNUMBERED:
                    name = self._read_marker(answer)
                else:
                    name = answer.get(NAME_FIELDS.get(entity, "DocNumber")) or ""
                index.setdefault((entity, fold(name)), []).append(answer)
        return index

    def _get_key(self):
        if self.entity in UNNUMBERED:
            return fold(self._get_marker())
        field = NAME_FIELDS.get(self.entity)
        return fold(self._load(self.body)[field] if field else self._get_number())

    def _is_number_taken(self, namesakes):
        """Whether a document of somebody else's has the number.

        QuickBooks may be set to allow it; but two invoices of one number are mostly
        one invoice that was entered twice. Estimates number as they like.
        """
        if self._is_list() or self.entity in UNNUMBERED:
            return False
        is_unique = self.entity != "Estimate"
        return self.cause == "duplicate_number" or bool(namesakes and is_unique)

    def _hand_over_twins(self, own):
        self._fail(
            "uncertain",
            self.env._(
                "%(name)s is in QuickBooks %(count)s times (ids %(ids)s). Delete what "
                "is too much there, then click Retry.",
                name=self.name,
                count=len(own),
                ids=", ".join(each["Id"] for each in own),
            ),
            candidates=[self._describe_candidate(each) for each in own],
        )

    def _fail_duplicate_number(self, others):
        self._fail(
            "duplicate_number",
            self.env._(
                "QuickBooks has another document with the number %(number)s already "
                "(%(owner)s), so %(name)s was not created. If it is the same, link it "
                "by a first load; if not, change the number of one of them. Then click "
                "Retry.",
                number=self._get_number(),
                owner=", ".join(
                    f"{(each.get('CustomerRef') or {}).get('name') or ''} "
                    f"{each.get('TxnDate')} {each.get('TotalAmt')}".strip()
                    for each in others
                )
                or self.fault_detail
                or "-",
                name=self.name,
            ),
            generation=self.generation + 1,
        )

    @api.model
    def _read_found(self, client, questions):
        """Ask QuickBooks.

        :param questions: list of :class:`Question`
        :return: ``{entity: list of objects}``, and ``{operation id: QboRejectedError}``
            of those whose question QuickBooks does not answer
        :raise QboError: no answer; half of one decides nothing
        """
        found, refused = self._read_targets(client, questions)
        asked = dict(enumerate(each for each in questions if not each.qbo_id))
        answers = client.query_all_batch(
            {name: (each.entity, each.condition) for name, each in asked.items()}
        )
        for name, answer in answers.items():
            if isinstance(answer, QboRejectedError):
                refused |= dict.fromkeys(asked[name].operation_ids, answer)
            elif isinstance(answer, QboError):
                raise answer
            else:
                found.setdefault(asked[name].entity, []).extend(answer)
        return found, refused

    def _note_refused(self, refused):
        """What cannot be looked up is not sent; the others are no part of it.

        :param dict refused: ``{operation id: QboRejectedError}``
        :return: the operations that were looked up
        """
        stopped = self.filtered(lambda each: each.id in refused)
        for operation in stopped:
            error = refused[operation.id]
            sharers = [each for each in refused.values() if each is error]
            if len(sharers) > 1:
                operation.is_alone = True
            else:
                operation._note_fault(error.fault, state="failed")
                operation._announce_failure()
        return self - stopped

    @api.model
    def _get_next_attempt(self, connection):
        """Return when the next operation is due, or False."""
        operation = self.search(
            [
                ("connection_id", "=", connection.id),
                ("state", "in", ("queued", "uncertain")),
                ("next_attempt_at", ">", fields.Datetime.now()),
            ],
            order="next_attempt_at",
            limit=1,
        )
        return operation.next_attempt_at
