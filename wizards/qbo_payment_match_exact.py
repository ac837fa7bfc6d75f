from odoo import Command, api, fields, models
from odoo.exceptions import UserError

# More are done with the next request.
MOST = 200


class QboPaymentMatchExact(models.TransientModel):
    """Match the payments of which nobody would doubt what they pay.

    Those of one customer whose amount is exactly one open invoice of the same
    customer, and whose reference or note has its number. It lists them first.
    """

    _name = "qbo.payment.match.exact"
    _description = "Match The Exact QuickBooks Payments"

    line_ids = fields.One2many("qbo.payment.match.exact.line", "wizard_id")
    exact_count = fields.Integer(compute="_compute_counts")
    other_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.move_id")
    def _compute_counts(self):
        for wizard in self:
            wizard.exact_count = len(wizard.line_ids.filtered("move_id"))
            wizard.other_count = len(wizard.line_ids) - wizard.exact_count

    @api.model
    def _open(self, payments):
        """Return the action that shows what would be matched of these."""
        if len(payments) > MOST:
            raise UserError(
                self.env._(
                    "Choose %(most)s payments or fewer: more than that nobody reads.",
                    most=MOST,
                )
            )
        lines = [self._prepare_line(payment) for payment in payments]
        taken = {}
        for line in lines:
            if line["move_id"] in taken:
                # Two payments for one invoice: which of them is a person's matter.
                for each in (line, taken[line["move_id"]]):
                    each["why_not"] = self.env._("several payments fit one invoice")
            elif line["move_id"]:
                taken[line["move_id"]] = line
        for line in lines:
            if line["why_not"]:
                line["move_id"] = False
        lines.sort(key=lambda line: not line["move_id"])
        wizard = self.create({"line_ids": [Command.create(line) for line in lines]})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Match the exact ones"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _prepare_line(self, payment):
        move = self.env["account.move"]
        why_not = False
        if not payment.open_amount:
            why_not = self.env._("nothing is open")
        elif not payment.can_match:
            why_not = self.env._("cannot be matched: see its reason")
        elif payment.entity != "Payment":
            why_not = self.env._("refunds are matched one by one")
        else:
            move = payment._find_exact()
            if not move:
                why_not = self.env._(
                    "no open invoice of this customer over this amount whose number "
                    "the payment names"
                )
        return {"payment_id": payment.id, "move_id": move.id, "why_not": why_not}

    def action_match(self):
        """Match those that are listed as exact and still are."""
        self.ensure_one()
        matched, refused = 0, []
        for line in self.line_ids.filtered("move_id"):
            try:
                with self.env.cr.savepoint():
                    line._match()
                matched += 1
            except UserError as error:
                refused.append(str(error))
        message = self.env._("%(count)s matched.", count=matched)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "success",
                "message": "\n".join([message, *refused]),
                "sticky": bool(refused),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class QboPaymentMatchExactLine(models.TransientModel):
    """A payment that was chosen, and the invoice it pays, or why none."""

    _name = "qbo.payment.match.exact.line"
    _description = "QuickBooks Payment To Match Exactly"
    _order = "id"

    wizard_id = fields.Many2one(
        "qbo.payment.match.exact", required=True, ondelete="cascade", index=True
    )
    payment_id = fields.Many2one("qbo.payment", readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="payment_id.currency_id")
    txn_date = fields.Date(related="payment_id.txn_date")
    customer_name = fields.Char(related="payment_id.customer_name")
    open_amount = fields.Monetary(related="payment_id.open_amount")
    reference = fields.Char(related="payment_id.reference")
    memo = fields.Char(related="payment_id.memo")
    move_id = fields.Many2one("account.move", "Pays", readonly=True, ondelete="cascade")
    why_not = fields.Char(readonly=True)

    @api.constrains("payment_id")
    def _check_payment(self):
        """Its facts are shown to whoever may read it, and to nobody else."""
        self.payment_id.sudo(False).check_access("read")

    def _match(self):
        payment = self.payment_id
        if payment._find_exact() != self.move_id.sudo():
            raise UserError(
                self.env._(
                    "%(name)s is not exact any more: something changed meanwhile. It "
                    "was left.",
                    name=payment.display_name,
                )
            )
        payment._decide(
            [{"move": self.move_id, "amount": float(payment.sudo()._get_free_money())}]
        )
