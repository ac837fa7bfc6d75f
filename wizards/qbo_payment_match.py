from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_is_zero

from ..models.qbo_payment_decide import MOVE_TYPES


class QboPaymentMatch(models.TransientModel):
    """Choose what the open money of a payment pays.

    It suggests, a person chooses. Of the open documents only those that come into
    question are read, however many there are; any other is searched for.
    """

    _name = "qbo.payment.match"
    _description = "Match A QuickBooks Payment"

    payment_id = fields.Many2one(
        "qbo.payment", required=True, readonly=True, ondelete="cascade", index=True
    )
    connection_id = fields.Many2one(related="payment_id.connection_id")
    company_id = fields.Many2one(related="payment_id.company_id")
    currency_id = fields.Many2one(related="payment_id.currency_id")
    entity = fields.Selection(related="payment_id.entity")
    move_type = fields.Char(compute="_compute_move_type")
    # What QuickBooks says.
    txn_date = fields.Date(related="payment_id.txn_date")
    amount = fields.Monetary(related="payment_id.amount")
    customer_name = fields.Char(related="payment_id.customer_name")
    partner_id = fields.Many2one(related="payment_id.partner_id")
    reference = fields.Char(related="payment_id.reference")
    memo = fields.Char(related="payment_id.memo")
    reason_text = fields.Text(related="payment_id.reason_text")
    can_match = fields.Boolean(related="payment_id.can_match")
    paid_text = fields.Text("Pays In QuickBooks", compute="_compute_paid_text")
    url = fields.Char(related="payment_id.url")
    warning = fields.Text(compute="_compute_warning")

    free_amount = fields.Monetary("To Distribute", readonly=True)
    left_amount = fields.Monetary("Left To Distribute", compute="_compute_left_amount")
    suggestion_ids = fields.One2many(
        "qbo.payment.match.suggestion", "wizard_id", readonly=True
    )
    line_ids = fields.One2many("qbo.payment.match.line", "wizard_id")
    note = fields.Text()
    ignore_reason = fields.Char("Reason To Ignore It")

    # === COMPUTE METHODS === #

    @api.depends("entity")
    def _compute_move_type(self):
        for wizard in self:
            wizard.move_type = MOVE_TYPES.get(wizard.entity)

    @api.depends("payment_id.line_ids")
    @api.depends_context("lang")
    def _compute_paid_text(self):
        for wizard in self:
            lines = wizard.payment_id.line_ids.filtered(
                lambda line: line.origin == "quickbooks"
            )
            money = wizard.currency_id
            wizard.paid_text = "\n".join(
                f"{line.number or line.qbo_id}: {money.format(line.amount)}"
                for line in lines
            ) or wizard.env._("No document")

    @api.depends("payment_id.line_ids", "entity")
    @api.depends_context("lang")
    def _compute_warning(self):
        for wizard in self:
            if wizard.entity == "Payment":
                wizard.warning = wizard.env._(
                    "QuickBooks is not told. What you match here is still unapplied "
                    "there: apply it in QuickBooks too, then both agree."
                )
            else:
                wizard.warning = wizard.env._(
                    "QuickBooks is not told. If it has an open credit memo for this "
                    "refund, close it there too."
                )

    @api.depends("free_amount", "line_ids.amount")
    def _compute_left_amount(self):
        for wizard in self:
            given = sum(wizard.line_ids.mapped("amount"))
            left = wizard.free_amount - given
            currency = wizard.currency_id
            wizard.left_amount = currency.round(left) if currency else left

    @api.constrains("payment_id")
    def _check_payment(self):
        """Its facts are shown to whoever may read it, and to nobody else."""
        self.payment_id.sudo(False).check_access("read")

    # === OPENING === #

    @api.model
    def _open(self, payment):
        """Return the action that shows the wizard for a payment."""
        payment.ensure_one()
        wizard = self.create(
            {
                "payment_id": payment.id,
                "free_amount": float(payment.sudo()._get_free_money()),
                "note": payment.note,
            }
        )
        suggestions = payment._suggest() if payment.can_match else []
        wizard.suggestion_ids = [
            Command.create(self._prepare_suggestion(payment, each))
            for each in suggestions
        ]
        return wizard._get_action()

    def _get_action(self):
        title = (
            self.env._("What does this payment pay?")
            if self.entity == "Payment"
            else self.env._("What does this refund pay?")
        )
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _prepare_suggestion(self, payment, suggestion):
        moves = self.env["account.move"].sudo()
        currency = payment.currency_id
        amounts = {moves.browse(id): amount for id, amount in suggestion.parts}
        customers = {move.commercial_partner_id.display_name for move in amounts}
        return {
            "documents": ", ".join(
                f"{move.name} ({currency.format(float(amount))})"
                for move, amount in amounts.items()
            ),
            "customers": ", ".join(sorted(customers)),
            "reasons": payment._describe_match(suggestion.reasons),
            "amount": float(sum(amounts.values())),
            "write_down": float(suggestion.write_down),
            "parts": [[move.id, float(amount)] for move, amount in amounts.items()],
            "is_weak": suggestion.score < 20,
        }

    # === ACTIONS === #

    def action_match(self):
        """Let it pay what is in the lines."""
        self.ensure_one()
        self.payment_id._decide([line._get_choice() for line in self.line_ids])
        if (self.note or "").strip() != (self.payment_id.note or "").strip():
            self.payment_id.note = self.note
        return self._close()

    def action_leave(self):
        """Leave it in the queue, with a note for whoever looks next."""
        self.ensure_one()
        self.payment_id._leave(self.note)
        return self._close()

    def action_ignore(self):
        """Take it out of the queue, with the reason."""
        self.ensure_one()
        self.payment_id._ignore(self.ignore_reason)
        return self._close()

    def action_open_in_quickbooks(self):
        self.ensure_one()
        return self.payment_id.action_open_in_quickbooks()

    def _close(self):
        # The page behind shows what became of it.
        return {
            "type": "ir.actions.act_window_close",
            "infos": {"noReload": False},
        }


class QboPaymentMatchSuggestion(models.TransientModel):
    """What the payment may pay, and why."""

    _name = "qbo.payment.match.suggestion"
    _description = "Suggestion For A QuickBooks Payment"
    _order = "id"

    wizard_id = fields.Many2one(
        "qbo.payment.match", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    documents = fields.Char(readonly=True)
    customers = fields.Char("Customer", readonly=True)
    reasons = fields.Char("Why", readonly=True)
    amount = fields.Monetary("Pays", readonly=True)
    write_down = fields.Monetary("Short By", readonly=True)
    parts = fields.Json(readonly=True)
    is_weak = fields.Boolean(readonly=True)

    def action_take(self):
        """Fill the lines with it; nothing is matched yet."""
        self.ensure_one()
        wizard = self.wizard_id
        wizard.line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "move_id": id,
                        "amount": amount,
                        "write_down": self.write_down,
                    }
                )
                for id, amount in self.parts
            ),
        ]
        return wizard._get_action()


class QboPaymentMatchLine(models.TransientModel):
    """A document, and how much of the money it gets."""

    _name = "qbo.payment.match.line"
    _description = "Line Of A QuickBooks Payment To Match"
    _order = "id"

    wizard_id = fields.Many2one(
        "qbo.payment.match", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="wizard_id.company_id")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    move_type = fields.Char(related="wizard_id.move_type")
    move_id = fields.Many2one(
        "account.move",
        "Document",
        required=True,
        ondelete="cascade",
        domain="[('company_id', '=', company_id), ('state', '=', 'posted'), "
        "('move_type', '=', move_type), ('currency_id', '=', currency_id), "
        "('payment_state', 'in', ('not_paid', 'partial'))]",
    )
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", string="Customer"
    )
    date_due = fields.Date(related="move_id.invoice_date_due")
    open_amount = fields.Monetary(
        "Open In Odoo", related="move_id.amount_residual", currency_field="currency_id"
    )
    amount = fields.Monetary(
        "To Pay",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
    )
    write_down = fields.Monetary()
    write_down_account_id = fields.Many2one(
        "account.account",
        "To The Account",
        ondelete="cascade",
        domain="[('company_ids', 'parent_of', company_id), ('account_type', 'not in', "
        "('asset_receivable', 'liability_payable', 'asset_cash', "
        "'liability_credit_card', 'off_balance'))]",
    )

    @api.constrains("move_id")
    def _check_move(self):
        for line in self.sudo():
            if line.move_id.company_id != line.company_id:
                raise UserError(
                    self.env._(
                        "This document belongs to another company than the payment."
                    )
                )

    @api.depends("move_id")
    def _compute_amount(self):
        """As much as is open of it, and left."""
        for line in self:
            others = line.wizard_id.line_ids - line - line._origin
            left = line.wizard_id.free_amount - sum(others.mapped("amount"))
            line.amount = max(min(line.open_amount, left), 0)

    def _get_choice(self):
        """Return it as ``qbo.payment._decide`` takes it."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        if float_is_zero(self.amount, digits) and not self.write_down:
            raise UserError(
                self.env._(
                    "Say how much %(document)s gets, or take the line out.",
                    document=self.move_id.display_name,
                )
            )
        return {
            "move": self.move_id,
            "amount": self.amount,
            "write_down": self.write_down,
            "account": self.write_down_account_id,
        }
