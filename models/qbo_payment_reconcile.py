from odoo import api, models

from .qbo_payment_line import to_decimal
from .qbo_payment_plan import ZERO


class QboPayment(models.Model):
    """Reconciling what payments pay, each document with no more than its share."""

    _inherit = "qbo.payment"

    @api.model
    def _reconcile_shares(self, plans):
        """Reconcile all pairs at once, each with no more than its share."""
        pairs, shares = [], {}
        left = {}
        for payment, plan in plans.items():
            missing = payment._list_missing_shares(plan)
            for source, target, amount in missing:
                for debit, credit, part in payment._pair_lines(
                    source, target, amount, left
                ):
                    if (debit.id, credit.id) in shares:
                        self._reconcile_pairs(pairs, shares)
                        pairs, shares = [], {}
                    pairs.append(debit | credit)
                    shares[debit.id, credit.id] = (float(part), payment.id)
        self._reconcile_pairs(pairs, shares)

    @api.model
    def _reconcile_pairs(self, pairs, shares):
        lines = self.env["account.move.line"].with_context(qbo_shares=shares)
        lines._reconcile_plan(pairs)

    def _list_missing_shares(self, plan):
        """Return [(source, target, Decimal)] that does not stand yet."""
        wanted = {}
        for share in plan.settlement.shares:
            ends = self._get_share_ends(plan, share)
            wanted[ends] = wanted.get(ends, ZERO) + share.amount
        return [
            (*ends, amount - plan.kept.get(ends, ZERO))
            for ends, amount in wanted.items()
            if amount > plan.kept.get(ends, ZERO)
        ]

    def _pair_lines(self, source, target, amount, left):
        """Yield (debit line, credit line, Decimal) that settle a document.

        :param dict left: {line: what is open of it}, shared by all payments
        """
        sources = source._qbo_get_receivable_lines() if source else None
        own = self._get_own_lines() if sources is None else sources
        for line in target._qbo_get_receivable_lines():
            for other in own:
                for each in (line, other):
                    if each not in left:
                        left[each] = to_decimal(
                            abs(each.amount_residual_currency), each.currency_id
                        )
                part = min(amount, left[line], left[other])
                if not part:
                    continue
                left[line] -= part
                left[other] -= part
                amount -= part
                pair = (line, other) if line.balance > 0 else (other, line)
                yield *pair, part
