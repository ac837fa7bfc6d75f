from odoo import api, fields, models

from .roles import APPROVER_GROUP, USER_GROUP


class AccountMove(models.Model):
    """Invoices and credit notes, and the payments that settle them."""

    _inherit = "account.move"

    qbo_may_push_payments = fields.Boolean(
        compute="_compute_qbo_may_push_payments", groups=USER_GROUP
    )

    @api.depends("qbo_state", "payment_state", "line_ids.matched_credit_ids")
    def _compute_qbo_may_push_payments(self):
        for move in self:
            is_there = move.qbo_state in ("queued", "pushed", "differs")
            move.qbo_may_push_payments = (
                is_there
                and any(
                    records.sudo().filtered(lambda each: each.qbo_state == "not_pushed")
                    for records in move._origin._qbo_get_settlements(False)
                )
                or (is_there and move._origin._qbo_has_new_use())
            )

    def _qbo_has_new_use(self):
        """Whether a credit note is used here that nobody pushed yet."""
        partials = self._qbo_get_receivable_partials().sudo()._qbo_filter_pushed()
        pairs = {pair for partial in partials for pair in partial._qbo_get_pairs()}
        return len(pairs) > len(self.env["qbo.credit.use"]._of(pairs, False))

    def _qbo_get_receivable_partials(self):
        lines = self.sudo().line_ids
        return lines.matched_credit_ids | lines.matched_debit_ids

    def _qbo_get_settlements(self, is_made=None):
        """Return (payments, bank lines, uses of credit notes) that settle these."""
        return self._qbo_get_receivable_partials()._qbo_get_settlements(is_made)

    def _qbo_is_kept_out(self, connection):
        """Tell whether it never goes to QuickBooks by a push of its own."""
        return bool(self.qbo_excluded or self._qbo_get_start_refusal(connection, ""))

    def _qbo_filter_there(self, connection):
        """Return those that QuickBooks has, and has not voided or deleted."""
        return self.filtered(
            lambda move: (binding := move._qbo_get_binding(connection)).qbo_id
            and binding.remote_state == "alive"
        )

    # === PUSHING === #

    def action_qbo_push_payments(self):
        """Push what settles these documents: payments, bank lines, credit notes."""
        self._qbo_check_role(APPROVER_GROUP)
        self.check_access("read")
        done, refusals = 0, {}
        for records in self._qbo_get_settlements(True):
            # A bank line belongs to accountants; who pushes may not read it.
            records = records.sudo().filtered(lambda e: e.qbo_state == "not_pushed")
            pushed, refused = records._qbo_push()
            done += len(pushed)
            refusals |= refused
        return self._qbo_notify(
            self.env._("%(count)s payments and credits queued", count=done), refusals
        )

    # === FOLLOWING === #

    def _qbo_follow(self):
        """What settles an invoice goes on when the invoice is there."""
        for records in self._qbo_get_settlements():
            records._qbo_follow()

    def _qbo_follow_money(self):
        """Entries of payments and bank lines are posted and reset by themselves."""
        self.sudo().origin_payment_id._qbo_follow()
        self.sudo().statement_line_id._qbo_follow()

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._qbo_follow_money()
        return posted

    def button_draft(self):
        result = super().button_draft()
        self._qbo_follow_money()
        return result

    def button_cancel(self):
        result = super().button_cancel()
        self._qbo_follow_money()
        return result
