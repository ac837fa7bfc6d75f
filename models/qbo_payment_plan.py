from dataclasses import dataclass, field
from decimal import Decimal

from odoo import models

from ..tools.settlement import Settlement, settle
from .qbo_payment_line import CHOSEN, to_decimal

ZERO = Decimal(0)


@dataclass
class Plan:
    """What one payment is to become.

    :param remote: `tools.settlement.Remote`
    :param documents: {key: account.move} of what it pays and Odoo can settle
    :param reasons: {key: why Odoo cannot}
    :param decisions: [(key, Decimal)] of people
    :param partner: res.partner, empty when nobody is known
    :param account: the receivable account of its entry
    :param settlement: what is to be done
    :param kept: {(source, target): Decimal} that stands already
    """

    remote: object
    documents: dict
    reasons: dict
    decisions: list
    partner: object
    account: object
    settlement: Settlement = None
    kept: dict = field(default_factory=dict)


class QboPayment(models.Model):
    """What is to become of a payment: what QuickBooks says, and what people chose."""

    _inherit = "qbo.payment"

    def _make_plan(self):
        self.ensure_one()
        documents, reasons = {}, {}
        for line in self.line_ids.filtered("move_id"):
            reason = self._find_reason(line.move_id)
            if reason:
                reasons[line._get_key()] = reason
            else:
                documents[line._get_key()] = line.move_id
        account = self._choose_account(documents, reasons)
        plan = Plan(
            self._get_remote(),
            documents,
            reasons,
            self._list_decisions(documents),
            self._find_partner(documents),
            account,
        )
        plan.settlement = self._settle(plan, self._get_reach(documents))
        return plan

    def _get_reach(self, documents):
        """Return {key: what of the document this payment settles or may settle}."""
        reach = {key: move._qbo_get_open_amount() for key, move in documents.items()}
        for partial in self._get_partials():
            for move in self._get_ends(partial):
                for key, document in documents.items():
                    if document == move:
                        reach[key] += self._get_partial_amount(partial)
        return reach

    def _find_reason(self, move):
        """Return why a document cannot be settled by this payment, or None."""
        if move.company_id != self.company_id:
            return "company"
        if move.state == "draft":
            return "draft"
        if move.state != "posted":
            return "cancelled"
        if move.currency_id != self.currency_id:
            return "currency"
        return None

    def _choose_account(self, documents, reasons):
        """One entry has one receivable account: that of the first document.

        What QuickBooks pays goes before what people chose.
        """
        account = self.env["account.account"]
        for key, move in sorted(
            documents.items(), key=lambda each: each[0][0] == CHOSEN
        ):
            accounts = move._qbo_get_receivable_lines().account_id
            account = account or accounts[:1]
            if accounts and accounts != account:
                del documents[key]
                reasons[key] = "receivable"
        return account

    def _list_decisions(self, documents):
        """Return [(key, Decimal)] of what people chose.

        That is what they chose in the wizard, and what they matched by hand with the
        payment's credit.
        """
        # What QuickBooks pays as well goes by QuickBooks' name: nothing twice.
        keys = {}
        for key, move in documents.items():
            if key[0] != CHOSEN or move not in keys:
                keys[move] = key
        decisions = []
        for line in self._get_decision_lines():
            amount = line._get_amount() - self._get_applied_since(line)
            if amount > 0:
                key = keys.get(line.move_id, line._get_key())
                decisions.append((key, amount))
        for move, amount in self._list_matched_by_hand():
            key = keys.get(move)
            # What QuickBooks says of the same document is met by it as well.
            amount -= self._get_untagged_there(move)
            if amount <= 0:
                continue
            if key is None and not self._find_reason(move):
                key = CHOSEN, str(move.id)
                documents[key] = move
            if key:
                decisions.append((key, amount))
        return decisions

    def _get_applied_since(self, line):
        """Return what QuickBooks applied itself since a person chose (Decimal)."""
        there = self._get_amount_there(line.move_id) - line.applied_there
        return max(to_decimal(there, self.currency_id), ZERO)

    def _list_matched_by_hand(self):
        """Yield (document, Decimal) that somebody matched in Odoo itself."""
        for partial in self._get_own_partials():
            if not partial.qbo_payment_id:
                move = self._get_other_side(partial).move_id
                is_followed = self.is_ours and move._qbo_filter_there(
                    self.connection_id
                )
                if move.is_invoice(include_receipts=True) and not is_followed:
                    yield move, self._get_partial_amount(partial)

    def _get_untagged_there(self, move):
        """Return what QuickBooks applied to it and is not followed yet (Decimal)."""
        there = to_decimal(self._get_amount_there(move), self.currency_id)
        followed = (
            self._get_partial_amount(partial)
            for partial in self._get_own_partials() & self.partial_ids
            if self._get_other_side(partial).move_id == move
        )
        return max(there - sum(followed, ZERO), ZERO)

    def _find_partner(self, documents):
        """Whose money it is: QuickBooks says so, not what a person lets it pay."""
        told = {key: move for key, move in documents.items() if key[0] != CHOSEN}
        if not told and self._find_bound_partner():
            return self._find_bound_partner()
        documents = told or documents
        partners = {move.commercial_partner_id for move in documents.values()}
        if len(partners) == 1:
            return partners.pop()
        return (
            self._find_bound_partner() or self.env["res.partner"].union(*partners)[:1]
        )

    def _find_bound_partner(self):
        """Return who the customer of QuickBooks is here, or nobody."""
        binding = self.env["qbo.binding"].search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("entity", "=", "Customer"),
                ("qbo_id", "=", self.customer_qbo_id),
                ("res_model", "in", ("res.partner", "qbo.customer")),
            ],
            limit=1,
        )
        if not binding or not self.customer_qbo_id:
            return self.env["res.partner"]
        record = self.env[binding.res_model].browse(binding.res_id).exists()
        return record.partner_id if binding.res_model == "qbo.customer" else record

    def _settle(self, plan, available):
        is_payment = self.entity == "Payment"
        settlement = settle(
            plan.remote,
            available,
            plan.reasons,
            has_customer=bool(plan.partner) and is_payment,
            decisions=plan.decisions,
        )
        if not is_payment:
            settlement.rests = [
                rest._replace(reason="refund") for rest in settlement.rests
            ]
        return settlement
