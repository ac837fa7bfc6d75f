from odoo import models
from odoo.http import request

from ..tools import payload as payload_tools
from ..tools.closed_period import drop_note
from ..tools.digest import digest

# What confirming changes by itself: approving an offer covers that.
CHANGED_BY_CONFIRMING = ("TxnStatus", "TxnDate")


class SaleOrder(models.Model):
    """Sale orders pass the gate."""

    _name = "sale.order"
    _inherit = ["qbo.approval.mixin", "sale.order"]

    _qbo_gate_idx = models.Index(
        "(qbo_approval, partner_id) "
        "WHERE qbo_approval IN ('submitted', 'approved', 'rejected')"
    )

    # === HOOKS OF THE GATE === #

    def _qbo_get_day_of_document(self):
        """The day that QuickBooks gets: where the company is, whoever asks."""
        return self._qbo_get_day_in(self._qbo_get_zone(self.sudo().company_id))

    def _qbo_get_company_total(self):
        return abs(self.amount_total) / (self.currency_rate or 1.0)

    def _qbo_get_lapse(self):
        return self.env._("It was cancelled.") if self.state == "cancel" else False

    def _qbo_get_state_refusal(self, is_push):
        if self.state == "cancel":
            return self.env._(
                "%(title)s is cancelled. Set it to quotation, if it is to go to "
                "QuickBooks after all.",
                title=self._qbo_get_title(),
            )
        return None

    # === CONFIRMING === #

    def _confirmation_error_message(self):
        refusal = super()._confirmation_error_message()
        return refusal or self._qbo_get_confirmation_refusal()

    def _has_to_be_signed(self):
        """The portal offers nothing that confirms what must not be confirmed yet."""
        return super()._has_to_be_signed() and not self._qbo_get_missing_approval()

    def _has_to_be_paid(self):
        return super()._has_to_be_paid() and not self._qbo_get_missing_approval()

    def _is_confirmation_amount_reached(self):
        """What is paid by a link all the same is booked; it confirms nothing.

        To refuse would undo the booking, too, with the money at the provider.
        """
        is_reached = super()._is_confirmation_amount_reached()
        return is_reached and not self._qbo_get_missing_approval()

    def _qbo_is_withheld(self):
        """Tell whether the customer could accept the offer, were it approved."""
        return (
            self.state in ("draft", "sent")
            and not self.is_expired
            and (self.require_signature or self.require_payment)
            and bool(self._qbo_get_missing_approval())
        )

    def _qbo_get_confirmation_refusal(self):
        """Return what whoever confirms is told, or False.

        Customers sign and pay in the portal: who approves, and why it is not, is not
        for them.
        """
        refusal = self._qbo_get_missing_approval()
        if not refusal or self._qbo_is_internal():
            return refusal
        return self.env._(
            "%(name)s is still being checked by %(company)s, so it cannot be confirmed "
            "yet. You will hear from us; please try again then.",
            name=self.name,
            company=self.sudo().company_id.name,
        )

    def _qbo_is_internal(self):
        """Tell whether nobody from outside stands behind what is going on."""
        users = self.env.user
        if request and request.env:
            # The portal acts as the superuser, for whoever opened the page.
            users |= request.env.user
        return all(user._is_internal() for user in users)

    def _qbo_get_missing_approval(self):
        """Return what is missing before the order may be confirmed, or False."""
        order = self.sudo()
        connection = self._qbo_get_connection()
        is_free = (
            not connection.approval_required
            or not connection.order_confirmation_needs_approval
            or order.qbo_excluded
            or order._qbo_get_start_refusal(connection, "")
        )
        if is_free:
            return False
        title, company = self._qbo_get_title(), order.company_id.name
        if order.qbo_approval == "approved":
            changes = order._qbo_list_changes(connection)
            return self._qbo_make_changed_sentence(changes) if changes else False
        if order.qbo_approval == "submitted":
            return self.env._(
                "%(title)s cannot be confirmed yet: it is submitted, but not approved. "
                "%(who)s",
                title=title,
                who=order._qbo_name_approvers(connection),
            )
        if order.qbo_approval == "rejected":
            return self.env._(
                "%(title)s cannot be confirmed: it was not approved. %(reason)s Mend "
                "it and submit it again.",
                title=title,
                reason=order.qbo_reject_reason or "",
            )
        return self.env._(
            "%(title)s cannot be confirmed yet: %(company)s wants orders approved "
            "first, and this one was not submitted. Click Submit for approval.",
            title=title,
            company=company,
        )

    def action_confirm(self):
        with self._qbo_watch():
            approved = self._qbo_get_covered()
            result = super().action_confirm()
            approved._qbo_carry_over()
        return result

    def _qbo_get_covered(self):
        """Return those that are exactly as they were approved."""
        connections = self._qbo_get_connections()
        return (
            self.sudo()
            .filtered("qbo_approved_digest")
            .filtered(
                lambda order: (
                    order.company_id in connections
                    and not order._qbo_is_changed_since_approval(
                        connections[order.company_id]
                    )
                )
            )
        )

    def _qbo_carry_over(self):
        """Let the approval of an offer hold for the order it became."""
        connections = self._qbo_get_connections()
        for order in self:
            connection = connections[order.company_id]
            old = payload_tools.load(order.qbo_approved_payload)
            new = order._qbo_prepare_payload(connection)
            if digest(old) == digest(new) or digest(_drop(old)) != digest(_drop(new)):
                continue
            order.write(order._qbo_prepare_content_values(connection))
            operations = self.env["qbo.operation"].sudo()._get_open_of(order)
            if operations and not order._qbo_get_binding(connection).qbo_id:
                order._qbo_requeue(connection, operations)

    def _qbo_requeue(self, connection, operations):
        """What waits in the queue goes out as the order it is now."""
        if all(each.state in ("queued", "waiting") for each in operations):
            user = operations[:1].user_id
            queued = operations.with_user(user).sudo()._enqueue(connection, self)
            queued.sudo().user_id = user


def _drop(payload):
    kept = {
        key: value for key, value in payload.items() if key not in CHANGED_BY_CONFIRMING
    }
    # An offer of a closed period notes its own date, which confirming changes.
    return kept | {"PrivateNote": drop_note(payload["PrivateNote"])}
