from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .account_move import ENTITIES
from .qbo_approval_mixin import GATE_FIELDS


class AccountMove(models.Model):
    """Customer invoices and credit notes pass the gate."""

    _name = "account.move"
    _inherit = ["qbo.approval.mixin", "account.move"]

    # Among millions of entries those at the gate are few.
    _qbo_gate_idx = models.Index(
        "(qbo_approval, commercial_partner_id) "
        "WHERE qbo_approval IN ('submitted', 'approved', 'rejected')"
    )

    def write(self, vals):
        if vals.keys() <= GATE_FIELDS:
            # The lines, their taxes and whether somebody changed the invoice by hand
            # are no matter of the gate, and cost a hundred times the write itself.
            self = self.with_context(
                skip_invoice_sync=True, skip_is_manually_modified=True
            )
        return super().write(vals)

    # === HOOKS OF THE GATE === #

    @api.model
    def _qbo_get_domain(self):
        return Domain("move_type", "in", list(ENTITIES))

    def _qbo_get_day_of_document(self):
        return self.invoice_date

    def _qbo_get_company_total(self):
        return abs(self.amount_total_signed)

    def _qbo_needs_posting(self):
        return self.state == "draft"

    def _qbo_post(self):
        self._post(soft=False)

    def _qbo_get_lapse(self):
        if self.state == "cancel":
            return self.env._("It was cancelled.")
        if self.state == "draft" and self.qbo_approval == "approved":
            return self.qbo_approved_digest and self.env._("It was reset to draft.")
        return False

    def _qbo_get_state_refusal(self, is_push):
        if self.state == "cancel":
            return self.env._(
                "%(title)s is cancelled. Reset it to draft and post it, if it is to go "
                "to QuickBooks after all.",
                title=self._qbo_get_title(),
            )
        if is_push and self.state != "posted":
            return self.env._(
                "%(title)s is not posted. Post it first.", title=self._qbo_get_title()
            )
        return None

    # === WHAT POSTING WILL MEND === #

    def _qbo_list_state_blockers(self):
        if self._qbo_is_before_posting():
            return []
        return super()._qbo_list_state_blockers()

    def _qbo_list_number_blockers(self, title):
        if self._qbo_is_before_posting() and not self._qbo_get_number():
            return []
        return super()._qbo_list_number_blockers(title)

    def _qbo_is_before_posting(self):
        return self.env.context.get("qbo_before_posting") and self.state == "draft"

    # === POSTING === #

    def _post(self, soft=True):
        self._qbo_check_posting()
        with self._qbo_watch():
            return super()._post(soft)

    def _qbo_check_posting(self):
        """Where the company wants it, customers get nothing before it is approved."""
        moves = self.sudo().filtered(
            lambda move: (
                move.move_type in ENTITIES
                and move.qbo_approval != "approved"
                and not move.qbo_excluded
            )
        )
        if not moves:
            return
        connections = moves._qbo_get_connections()
        blocked = moves.filtered(
            lambda move: (
                (connection := connections.get(move.company_id))
                and connection._holds_posting()
                and not move._qbo_get_start_refusal(connection, "")
            )
        )
        if blocked:
            first = blocked[0]
            raise UserError(
                self.env._(
                    "%(company)s posts customer documents only when they are approved "
                    "for QuickBooks. Not approved yet: %(titles)s. Submit them for "
                    "approval; approving posts them. %(who)s",
                    company=first.company_id.name,
                    titles=", ".join(move._qbo_get_title() for move in blocked[:10]),
                    who=first._qbo_name_approvers(connections[first.company_id]),
                )
            )

    def button_draft(self):
        with self._qbo_watch():
            return super().button_draft()

    def button_cancel(self):
        with self._qbo_watch():
            return super().button_cancel()
