from odoo import models

from .qbo_payment_line import to_decimal
from .qbo_payment_plan import ZERO


class QboPayment(models.Model):
    """What stands in the books of a payment already, and what of it is taken back."""

    _inherit = "qbo.payment"

    def _get_own_lines(self):
        """Return the receivable lines of its own entry."""
        move = self.account_payment_id.move_id
        return move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _get_own_partials(self):
        """Return which documents its own entry settles that it may follow."""
        return self._get_all_partials().filtered(
            lambda each: (move := self._get_other_side(each).move_id).is_invoice(True)
            and move.currency_id == self.currency_id
        )

    def _get_all_partials(self):
        lines = self._get_own_lines()
        return lines.matched_debit_ids | lines.matched_credit_ids

    def _get_other_uses(self):
        """Return what people let its entry settle that QuickBooks has no word for.

        Money that was given back, an entry, an invoice in another currency.
        """
        partials = self._get_all_partials()
        differences = partials.exchange_move_id
        return (partials - self._get_own_partials()).filtered(
            lambda each: self._get_other_side(each).move_id not in differences
        )

    def _get_partials(self):
        """Return all reconciliations that follow this payment."""
        return self.partial_ids | self._get_own_partials()

    def _get_other_side(self, partial):
        own = self._get_own_lines()
        return (
            partial.credit_move_id
            if partial.debit_move_id in own
            else partial.debit_move_id
        )

    def _get_partial_amount(self, partial):
        """Return what it settles, in the currency of the payment (Decimal)."""
        amount = (
            partial.debit_amount_currency
            if partial.debit_currency_id == self.currency_id
            else partial.credit_amount_currency
        )
        return to_decimal(amount, self.currency_id)

    def _get_ends(self, partial):
        """Return (source, target): account.move, the source empty for the money."""
        own = self._get_own_lines()
        debit, credit = partial.debit_move_id, partial.credit_move_id
        nothing = self.env["account.move"]
        if debit in own or credit in own:
            return nothing, self._get_other_side(partial).move_id
        return credit.move_id, debit.move_id

    def _get_booked(self):
        """Return its ``account.payment``, empty if there is none or it was cancelled.

        One that was reset to draft is booked again: what it settled still stands.
        """
        payment = self.account_payment_id
        return payment.filtered(
            lambda each: each.state in ("draft", "in_process", "paid")
        )

    def _is_with_bank(self, payment):
        liquidity, _counterpart, _other = payment._seek_for_lines()
        return bool(liquidity.matched_debit_ids | liquidity.matched_credit_ids)

    # === UNDOING === #

    def _undo_excess(self, plan):
        """Take back what QuickBooks does not say, or says less of."""
        wanted = {}
        for share in plan.settlement.shares:
            ends = self._get_share_ends(plan, share)
            wanted[ends] = wanted.get(ends, ZERO) + share.amount
        excess = self.env["account.partial.reconcile"]
        for partial in self._get_partials():
            ends, amount = self._get_ends(partial), self._get_partial_amount(partial)
            if wanted.get(ends, ZERO) >= amount:
                wanted[ends] -= amount
                plan.kept[ends] = plan.kept.get(ends, ZERO) + amount
            else:
                excess |= partial
        excess.unlink()

    def _get_share_ends(self, plan, share):
        nothing = self.env["account.move"]
        source = plan.documents[share.source] if share.source else nothing
        return source, plan.documents[share.target]
