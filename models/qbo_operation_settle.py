from odoo import api, fields, models

from ..const import NAME_LISTS
from ..exceptions import QboError
from ..tools.selects import quote_list

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
        """Return ``{name: (entity, condition)}`` that find what became of these."""
        lists = self.filtered(lambda each: each.entity in NAME_LISTS)
        return lists._get_sent_name_queries() | (self - lists)._get_number_queries()

    def _get_number_queries(self):
        queries = {}
        for entity in sorted(set(self.mapped("entity"))):
            numbers = [
                self._load(each.body)["DocNumber"]
                for each in self
                if each.entity == entity
            ]
            for start in range(0, len(numbers), NUMBERS_PER_QUERY):
                part = numbers[start : start + NUMBERS_PER_QUERY]
                queries[f"{entity} {start}"] = (
                    entity,
                    f"DocNumber IN {quote_list(part)}",
                )
        return queries

    def _get_sent_name_queries(self):
        queries = {}
        for entity in sorted(set(self.mapped("entity"))):
            field = "DisplayName" if entity == "Customer" else "Name"
            names = [
                self._load(each.body)[field] for each in self if each.entity == entity
            ]
            for start in range(0, len(names), NUMBERS_PER_QUERY):
                part = names[start : start + NUMBERS_PER_QUERY]
                queries[f"{entity} {start}"] = (
                    entity,
                    f"{field} IN {quote_list(part)}",
                )
        return queries

    def _settle(self, found):
        """Take what QuickBooks has; return what has to be sent again, unchanged.

        :param dict found: ``{entity: list of objects}``
        """
        again = self.browse()
        settled = self.browse()
        for operation in self:
            own = [
                each
                for each in found.get(operation.entity, ())
                if operation._is_own(each)
            ]
            if len(own) == 1:
                settled |= operation._succeed(own[0])
            elif own:
                operation._hand_over_twins(own)
            elif operation.cause == "duplicate_number":
                operation._fail_duplicate_number(found)
            else:
                again |= operation
        settled._after_success()
        (self - again)._tell_users()
        return again

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

    def _fail_duplicate_number(self, found):
        number = self._load(self.body)["DocNumber"]
        others = [
            each
            for each in found.get(self.entity, ())
            if (each.get("DocNumber") or "").casefold() == number.casefold()
        ]
        self._fail(
            "duplicate_number",
            self.env._(
                "QuickBooks has another document with the number %(number)s already "
                "(%(owner)s), so %(name)s was not created. Change the number of one of "
                "them, then click Retry.",
                number=number,
                owner=", ".join(
                    f"{each['CustomerRef'].get('name') or ''} {each.get('TxnDate')} "
                    f"{each.get('TotalAmt')}"
                    for each in others
                )
                or self.fault_detail
                or "-",
                name=self.name,
            ),
            generation=self.generation + 1,
        )

    @api.model
    def _read_found(self, client, queries):
        """Ask QuickBooks.

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
