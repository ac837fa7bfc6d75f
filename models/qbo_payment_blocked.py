from odoo import api, models

from .qbo_payment_line import to_decimal
from .qbo_payment_plan import ZERO


class QboPayment(models.Model):
    """What in Odoo keeps a payment from being booked as QuickBooks has it."""

    _inherit = "qbo.payment"

    @api.model
    def _drop_blocked(self, plans):
        """Leave out, untouched, what would have to be booked in a locked period."""
        allowed = {}
        for payment, plan in plans.items():
            blocker = payment._find_booking_blocker(plan)
            if blocker:
                payment._note_blocked(*blocker)
            else:
                allowed[payment] = plan
        return allowed

    def _find_booking_blocker(self, plan):
        booked = self._get_booked()
        money = plan.settlement.money
        if not booked and not money:
            return None
        is_changed = booked and self._list_header_changes(plan, money)
        uses = booked and self._get_other_uses()
        if uses and (is_changed or self._is_short(plan)):
            moves = uses.mapped(lambda each: self._get_other_side(each).move_id)
            return "used", ", ".join(moves.mapped("display_name"))
        if booked and not is_changed:
            return None
        if booked and self._is_with_bank(booked):
            return "bank", ""
        journal = self._choose_journal()
        for day in {booked.date if booked else None, money and self.txn_date} - {None}:
            locks = day and self.company_id._get_violated_lock_dates(
                day, False, journal
            )
            if locks:
                return "locked", self._name_locks(locks)
        if money and not journal:
            return "journal", ""
        return None

    def _is_short(self, plan):
        """Whether its entry has less left for documents than QuickBooks says."""
        shares = plan.settlement.shares
        wanted = sum((each.amount for each in shares if not each.source), ZERO)
        lines = self._get_own_lines()
        left = sum(map(abs, lines.mapped("amount_residual_currency")))
        standing = map(self._get_partial_amount, self._get_own_partials())
        return wanted > sum(standing, to_decimal(left, self.currency_id))

    def _name_locks(self, locks):
        labels = self.env["res.company"].fields_get(
            [name for _until, name in locks], ["string"]
        )
        return ", ".join(f"{labels[name]['string']} {until}" for until, name in locks)
