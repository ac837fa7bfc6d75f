import re

from odoo import api, models

from ..tools.selects import quote
from .qbo_operation_prepare import Question

_MARKER = re.compile(r"\[([0-9a-f]{12})\]")


class QboOperation(models.Model):
    """Documents without a number: payments are found by customer and day.

    Their note, with the mark, is nothing that QuickBooks can be asked for; it is
    looked for in what comes back.
    """

    _inherit = "qbo.operation"

    def _get_day_queries(self):
        """Ask for all of a customer between the first and the last day in question.

        Of deposits, which have no customer, for all of a day: QuickBooks cannot be
        asked for their amount or account.
        """
        deposits = self.filtered(lambda each: each.entity == "Deposit")
        return (self - deposits)._get_customer_queries() + [
            Question("Deposit", f"TxnDate = {quote(day)}", operation.ids)
            for operation in deposits
            for day in sorted({day for _none, day in operation._list_customer_days()})
        ]

    def _get_customer_queries(self):
        asked = {}
        for operation in self:
            alone = operation.id if operation.is_alone else 0
            for customer, day in operation._list_customer_days():
                key = (operation.entity, customer, alone)
                days, ids = asked.setdefault(key, (set(), set()))
                days.add(day)
                ids.add(operation.id)
        uses = self.filtered(lambda each: each._is_use(each._load(each.payload)))
        return uses._get_use_queries() + [
            Question(
                entity,
                f"CustomerRef = {quote(customer)} AND TxnDate >= {quote(min(days))} "
                f"AND TxnDate <= {quote(max(days))}",
                sorted(ids),
            )
            for (entity, customer, _alone), (days, ids) in sorted(asked.items())
        ]

    def _list_customer_days(self):
        """Return {(customer, day)} under which QuickBooks may have it.

        What is sent now, and what was sent: a payment whose push seemed to fail may be
        there as it was then.
        """
        earlier = self.search_fetch(
            [
                ("connection_id", "=", self.connection_id.id),
                ("res_model", "=", self.res_model),
                ("res_id", "=", self.res_id),
                ("action", "!=", "void"),
                ("sent_at", "!=", False),
            ],
            ["body"],
        )
        bodies = [self._load(each.body) for each in earlier | self if each.body]
        return {_get_customer_day(body) for body in [*bodies, self._resolve()]}

    @api.model
    def _read_marker(self, answer):
        found = _MARKER.findall(answer.get("PrivateNote") or "")
        return found[-1] if found else ""

    # === WHAT QUICKBOOKS DID BY ITSELF === #

    @api.model
    def _is_use(self, content):
        """Whether a payment is over nothing: it uses a credit note."""
        return not content.get("TotalAmt") and bool(content.get("Line"))

    def _get_use_queries(self):
        """Companies may let QuickBooks apply credit notes by itself, on any day."""
        return [
            Question(
                operation.entity,
                f"CustomerRef = {quote(customer)} AND TotalAmt = '0'",
                operation.ids,
            )
            for operation in self
            for customer in {each for each, _day in operation._list_customer_days()}
        ]

    def _find_same_use(self, found):
        """Return a payment that QuickBooks made itself, to the same effect, or None."""
        if self.entity != "Payment":
            return None
        body = self._resolve()
        if not self._is_use(body):
            return None
        links = _read_links(body)
        alike = [
            each
            for each in found.get(self.entity, ())
            if self._is_use(each)
            and _read_links(each) == links
            and not self._read_marker(each)
        ]
        bound = alike and self._get_bound_objects({self.entity: None})
        return next((e for e in alike if (self.entity, e["Id"]) not in bound), None)

    def _take_use(self, answer):
        """Link the record to what QuickBooks applied by itself.

        :return: the operation
        """
        self.env["qbo.binding"]._point(
            self.connection_id, self._get_record(), self.entity, answer, "adopted"
        )
        self._finish(answer, [])
        return self

    # === SOMEBODY ELSE'S === #

    def _list_lookalikes(self, found):
        """Return payments that somebody entered in QuickBooks, most likely this one.

        Customer, day, amount and reference are the same. Without a reference nobody
        can tell: customers do pay the same amount twice.
        """
        if self.entity != "Payment":
            return []
        body = self._resolve()
        if not body.get("PaymentRefNum"):
            return []
        alike = [
            each
            for each in found.get(self.entity, ())
            if self._is_alike(body, each) and not self._read_marker(each)
        ]
        bound = alike and self._get_bound_objects({self.entity: None})
        return [each for each in alike if (self.entity, each["Id"]) not in bound]

    @api.model
    def _is_alike(self, body, answer):
        return _get_customer_day(body) == _get_customer_day(answer) and all(
            body.get(name) == answer.get(name) for name in ("PaymentRefNum", "TotalAmt")
        )

    def _fail_lookalike(self, others):
        self._fail(
            "duplicate_number",
            self.env._(
                "QuickBooks has a payment of the same customer, day, amount and "
                "reference %(reference)s already (id %(ids)s), so %(name)s was not "
                "created. If it is the same, delete it in QuickBooks or reset "
                "this one to draft; if not, change the reference of one of them. Then "
                "click Retry.",
                reference=others[0]["PaymentRefNum"],
                ids=", ".join(each["Id"] for each in others),
                name=self.name,
            ),
            generation=self.generation + 1,
        )


def _read_links(payment):
    """{(kind, id): amount} of what a payment settles."""
    return {
        (link.get("TxnType"), link.get("TxnId")): line.get("Amount")
        for line in payment.get("Line") or ()
        for link in line.get("LinkedTxn") or ()
    }


def _get_customer_day(values):
    return (values.get("CustomerRef") or {}).get("value"), values.get("TxnDate") or ""
