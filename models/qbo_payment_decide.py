from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .qbo_payment_check import BLOCKED
from .qbo_payment_line import to_decimal
from .qbo_payment_out_mixin import FROM_QUICKBOOKS
from .roles import ACCOUNTANT_GROUP

# What each kind of payment can pay.
MOVE_TYPES = {"Payment": "out_invoice", "RefundReceipt": "out_refund"}
ZERO = Decimal(0)


class QboPayment(models.Model):
    """What people decide about payments that wait in the queue.

    A decision is kept as a line of its own. What QuickBooks says goes first, and
    decisions get what it leaves; so they survive whatever is polled, and give way
    where QuickBooks applied the money itself meanwhile.
    """

    _inherit = "qbo.payment"

    has_decisions = fields.Boolean(compute="_compute_has_decisions")

    @api.depends("line_ids.origin", "ignored_digest")
    def _compute_has_decisions(self):
        for payment in self:
            payment.has_decisions = bool(
                payment.ignored_digest or payment._get_decision_lines()
            )

    def _get_decision_lines(self):
        return self.line_ids.filtered(lambda line: line.origin == "person")

    def _check_accountant(self):
        if not self.env.su and not self.env.user.has_group(ACCOUNTANT_GROUP):
            raise AccessError(
                self.env._(
                    "Only QuickBooks accountants may decide what payments pay. Nothing "
                    "was changed."
                )
            )
        self.check_access("read")

    # === MATCHING === #

    def _decide(self, choices):
        """Let the open money of this payment pay what a person chose.

        All of it at once, or nothing; kept, so that the next poll does not undo it.

        :param choices: list of dicts: ``move`` (account.move), ``amount`` (float, in
            the payment's currency), and for what nobody will pay any more
            ``write_down`` (float) with ``account`` (account.account)
        :raise UserError: a choice does not fit what is open now; it names which
        """
        self.ensure_one()
        self._check_accountant()
        payment = self.sudo()
        payment._lock()
        booked = payment._in_books()
        if payment.is_due:
            booked._apply()
        payment._check_open()
        payment._check_choices(choices)
        booked.write({"ignored_digest": False, "ignore_reason": False})
        for choice in choices:
            booked._add_decision(choice)
        booked._apply()
        payment._check_followed(choices)
        payment._log_choices(choices)

    def _get_free_money(self):
        """Return what of the money is given to nothing in Odoo (Decimal).

        That may be less than what is open: of credit memos that Odoo lacks there is
        no money.
        """
        if self.reason in BLOCKED:
            return ZERO
        total = to_decimal(self.amount, self.currency_id) if self.amount else ZERO
        if self.remote_state != "alive":
            return ZERO
        given = (
            self._get_partial_amount(partial)
            for partial in self._get_partials()
            if not self._get_ends(partial)[0]
        )
        return max(total - sum(given, ZERO), ZERO)

    def _check_open(self):
        if self.reason in BLOCKED:
            raise UserError(
                self.env._(
                    "%(name)s cannot be matched: %(reason)s",
                    name=self.display_name,
                    reason=self.reason_text,
                )
            )
        if not self.open_amount and not self.ignored_amount:
            raise UserError(
                self.env._(
                    "Nothing of %(name)s is open. Perhaps somebody matched it, or "
                    "QuickBooks applied it, meanwhile.",
                    name=self.display_name,
                )
            )

    def _check_choices(self, choices):
        """Refuse what could not be followed to the cent."""
        if not choices:
            raise UserError(self.env._("Choose at least one document to pay."))
        moves = self.env["account.move"]
        for choice in choices:
            move = choice["move"].sudo()
            if move in moves:
                raise UserError(
                    self.env._(
                        "%(document)s stands there twice. Put both amounts into one "
                        "line.",
                        document=move.display_name,
                    )
                )
            moves |= move
            self._check_document(move, choice["amount"])
            self._check_amounts(move, choice)
        self._check_total(choices)

    def _check_document(self, move, amount):
        if move.move_type != MOVE_TYPES[self.entity]:
            raise UserError(
                self.env._(
                    "%(document)s is no invoice that a payment pays. Choose another.",
                    document=move.display_name,
                )
                if self.entity == "Payment"
                else self.env._(
                    "%(document)s is no credit note that a refund pays. Choose "
                    "another.",
                    document=move.display_name,
                )
            )
        reason = self._find_reason(move)
        if reason:
            words = self.env["qbo.payment.words"]
            raise UserError(words._describe(self, reason, amount, move.name))

    def _check_amounts(self, move, choice):
        currency = self.currency_id
        amount = to_decimal(choice["amount"], currency)
        write_down = to_decimal(choice.get("write_down") or 0, currency)
        if amount <= 0 or write_down < 0:
            raise UserError(
                self.env._(
                    "Say how much %(document)s gets: more than nothing.",
                    document=move.display_name,
                )
            )
        if write_down and not choice.get("account"):
            raise UserError(
                self.env._(
                    "%(money)s of %(document)s would be written down. Choose the "
                    "account it goes to, or leave it open.",
                    money=currency.format(float(write_down)),
                    document=move.display_name,
                )
            )
        if write_down:
            self._check_write_down_account(choice["account"])
        open_amount = move._qbo_get_open_amount()
        if amount + write_down > open_amount:
            raise UserError(
                self.env._(
                    "%(chosen)s would go to %(document)s, of which %(open)s is open. "
                    "Give it no more than that.",
                    chosen=currency.format(float(amount + write_down)),
                    document=move.display_name,
                    open=currency.format(float(open_amount)),
                )
            )

    def _check_total(self, choices):
        currency = self.currency_id
        amounts = (to_decimal(choice["amount"], currency) for choice in choices)
        total, free = sum(amounts, ZERO), self._get_free_money()
        if total > free:
            raise UserError(
                self.env._(
                    "%(chosen)s would be given away, but of %(name)s %(free)s is to be "
                    "had. Give less.",
                    chosen=currency.format(float(total)),
                    name=self.display_name,
                    free=currency.format(float(free)),
                )
            )

    def _add_decision(self, choice):
        move = choice["move"]
        line = self._get_decision_lines().filtered(lambda each: each.move_id == move)
        account = choice.get("account") if choice.get("write_down") else None
        values = {
            "amount": self.currency_id.round(choice["amount"] + line.applied),
            "applied_there": self._get_amount_there(move),
        }
        if choice.get("write_down"):
            # One entry says it all: what stood before is taken back first.
            line._undo_write_downs()
            values |= {
                "write_down": choice["write_down"] + line.write_down,
                "write_down_account_id": account.id,
            }
        if line:
            line.write(values)
            return
        self.env["qbo.payment.line"].create(
            {
                "payment_id": self.id,
                "origin": "person",
                "move_id": move.id,
                "number": move.name,
                **values,
            }
        )

    def _get_amount_there(self, move):
        """Return what QuickBooks itself lets this payment pay of a document."""
        lines = self.line_ids.filtered(
            lambda line: line.origin == "quickbooks" and line.move_id == move
        )
        return sum(lines.mapped("amount"))

    def _check_followed(self, choices):
        """All that was chosen stands in the books, or nothing of it."""
        lines = {line.move_id.id: line for line in self._get_decision_lines()}
        for choice in choices:
            line = lines.get(choice["move"].id)
            if line and not line._is_followed():
                raise UserError(
                    self.env._(
                        "%(document)s could not be matched with %(name)s as you chose. "
                        "Nothing was changed. %(reason)s",
                        document=choice["move"].sudo().display_name,
                        name=self.display_name,
                        reason=self.reason_text or "",
                    )
                )

    def _log_choices(self, choices):
        what = []
        for choice in choices:
            money = self.currency_id.format(choice["amount"])
            text = f"{choice['move'].sudo().name} {money}"
            if choice.get("write_down"):
                text += self.env._(
                    " (and %(money)s written down to %(account)s)",
                    money=self.currency_id.format(choice["write_down"]),
                    account=choice["account"].sudo().display_name,
                )
            what.append(text)
        self._log_act(
            self.env._(
                "%(user)s let it pay %(what)s.",
                user=self.env.user.name,
                what=", ".join(what),
            )
        )

    def _log_act(self, text):
        self._message_log(body=text, author_id=self.env.user.partner_id.id)

    # === UNDOING === #

    def action_undo_decisions(self):
        """Take back what people decided; QuickBooks' own word stays."""
        self._check_accountant()
        for payment in self.sudo():
            payment._lock()
            lines = payment._get_decision_lines()
            if not lines and not payment.ignored_digest:
                raise UserError(
                    self.env._(
                        "Nothing to undo: nobody decided anything about %(name)s.",
                        name=payment.display_name,
                    )
                )
            booked = payment._in_books()
            booked._get_decision_lines()._undo_write_downs()
            lines.unlink()
            payment.write({"ignored_digest": False, "ignore_reason": False})
            booked._apply()
            payment._log_act(
                self.env._(
                    "%(user)s undid what had been decided.", user=self.env.user.name
                )
            )
        return True

    # === IGNORING AND LEAVING === #

    def _ignore(self, reason):
        """Take payments out of the queue, for a reason that is kept.

        They come back when QuickBooks says something else of them.
        """
        self._check_accountant()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(
                self.env._(
                    "Say why %(name)s is to be ignored: the next who looks at it wants "
                    "to know.",
                    name=self[:1].display_name,
                )
            )
        for payment in self.sudo():
            payment._lock()
            if not payment.open_amount:
                raise UserError(
                    self.env._(
                        "%(name)s is not open: there is nothing to ignore.",
                        name=payment.display_name,
                    )
                )
            payment.write(
                {
                    "ignore_reason": reason,
                    "ignored_digest": payment.judged_digest,
                    "state": "ignored",
                    "ignored_amount": payment.open_amount,
                    "open_amount": 0,
                }
            )
            payment._log_act(
                self.env._(
                    "%(user)s ignored it: %(reason)s",
                    user=self.env.user.name,
                    reason=reason,
                )
            )

    def _leave(self, note):
        """Leave it for the next pass, with a note for whoever looks then."""
        self._check_accountant()
        note = (note or "").strip()
        if not note:
            raise UserError(
                self.env._(
                    "Write a note for whoever looks at %(name)s next: what you found, "
                    "whom you asked.",
                    name=self[:1].display_name,
                )
            )
        self.sudo().write({"note": note})

    # === HELPERS === #

    def _in_books(self):
        """Return it in the environment that payments are booked in."""
        company = self.connection_id.company_id
        return self.with_context(
            lang=company.partner_id.lang or "en_US",
            allowed_company_ids=company.ids,
            tracking_disable=True,
            force_payment_move=True,
            qbo_from_quickbooks=FROM_QUICKBOOKS,
        )
