from odoo import api, fields, models
from odoo.exceptions import UserError

from .qbo_payment import OPEN_STATES
from .qbo_payment_check import BLOCKED


class QboPayment(models.Model):
    """What people see of a payment, and the buttons they get."""

    _inherit = "qbo.payment"

    can_match = fields.Boolean(compute="_compute_can_match")
    divergence = fields.Text(
        "Different In QuickBooks",
        compute="_compute_divergence",
        help="What people let it pay here that QuickBooks does not know of.",
    )

    @api.depends("state", "reason", "entity", "remote_state")
    def _compute_can_match(self):
        for payment in self:
            payment.can_match = (
                payment.state in (*OPEN_STATES, "ignored")
                and payment.reason not in BLOCKED
                and payment.remote_state == "alive"
            )

    @api.depends("line_ids.applied", "line_ids.write_down_move_id", "entity")
    @api.depends_context("lang")
    def _compute_divergence(self):
        for payment in self:
            texts = payment._list_divergences(payment._get_decision_lines())
            payment.divergence = "\n".join(texts)

    def _list_divergences(self, decisions):
        """Yield what QuickBooks does not know of what people decided."""
        lines = decisions.filtered("applied")
        names = ", ".join(filter(None, lines.mapped("number")))
        if lines and self.entity == "Payment":
            yield self.env._(
                "Applied in Odoo only: %(money)s to %(names)s. In QuickBooks that "
                "money is still unapplied, so the balances there are higher: apply it "
                "in QuickBooks too.",
                money=self.currency_id.format(sum(lines.mapped("applied"))),
                names=names,
            )
        elif lines:
            yield self.env._(
                "Matched in Odoo only: %(money)s with %(names)s. A refund receipt of "
                "QuickBooks pays no credit memo: if QuickBooks has an open one for it, "
                "close it there.",
                money=self.currency_id.format(sum(lines.mapped("applied"))),
                names=names,
            )
        # Also where QuickBooks applied the money itself meanwhile.
        written_down = decisions.filtered("write_down_move_id")
        if written_down:
            yield self.env._(
                "Written down in Odoo only: %(money)s. The document stays open by that "
                "in QuickBooks until you do the same there.",
                money=self.currency_id.format(sum(written_down.mapped("write_down"))),
            )

    # === ACTIONS === #

    def action_match(self):
        """Open the wizard: what does this payment pay?"""
        self.ensure_one()
        self._check_accountant()
        return self.env["qbo.payment.match"]._open(self)

    def action_match_exact(self):
        """Show which of these payments are matched beyond doubt, and ask."""
        self._check_accountant()
        return self.env["qbo.payment.match.exact"]._open(self)

    def action_ignore(self):
        """Ask why these payments are to be ignored."""
        self._check_accountant()
        open_payments = self.filtered("open_amount")
        if not open_payments:
            raise UserError(
                self.env._("Nothing of this is open: there is nothing to ignore.")
            )
        wizard = self.env["qbo.payment.ignore"].create(
            {"payment_ids": [(6, 0, open_payments.ids)]}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ignore"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_poll(self):
        """Ask QuickBooks now what changed."""
        return self.connection_id.action_poll()
