from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .qbo_payment_out_mixin import FROM_QUICKBOOKS

ACCOUNTANT_GROUP = "quickbooks_online.group_qbo_accountant"


class QboPayment(models.Model):
    """What people decide about payments that wait in the queue."""

    _inherit = "qbo.payment"

    def _check_accountant(self):
        if not self.env.su and not self.env.user.has_group(ACCOUNTANT_GROUP):
            raise AccessError(
                self.env._(
                    "Only QuickBooks accountants may decide what payments pay. Nothing "
                    "was changed."
                )
            )
        self.check_access("read")

    def _decide(self, choices):
        """Let the open money of this payment pay what a person chose.

        Applied at once; kept, so that the next poll does not undo it.

        :param choices: list of dicts: ``move`` (account.move), ``amount`` (float, in
            the payment's currency), and for what nobody will pay any more
            ``write_down`` (float) with ``account`` (account.account)
        """
        self.ensure_one()
        self._check_accountant()
        payment = self.sudo()._in_books()
        payment._lock()
        before = payment.open_amount + payment.ignored_amount
        payment.ignored_digest = False
        payment.ignore_reason = False
        for choice in choices:
            payment._check_choice(choice)
            payment._add_decision(choice)
        payment._apply()
        if (
            before
            and payment.open_amount >= before
            and not any(choice.get("write_down") for choice in choices)
        ):
            raise UserError(
                self.env._(
                    "Nothing of %(name)s could be matched: %(reason)s",
                    name=self.display_name,
                    reason=payment.reason_text or "",
                )
            )
        payment._log_decision(self.env.user, choices)

    def _check_choice(self, choice):
        move = choice["move"]
        if move.company_id != self.company_id:
            reason = "company"
        elif choice.get("write_down") and not choice.get("account"):
            raise UserError(
                self.env._(
                    "%(money)s of %(title)s would be written down. Choose the account "
                    "it goes to, or leave it open.",
                    money=self.currency_id.format(choice["write_down"]),
                    title=move.display_name,
                )
            )
        else:
            reason = self._find_reason(move)
        if reason:
            text = self.env["qbo.payment.words"]._describe(
                self, reason, choice["amount"], move.name
            )
            raise UserError(text)

    def _add_decision(self, choice):
        line = self.line_ids.filtered(
            lambda each: each.origin == "person" and each.move_id == choice["move"]
        )
        values = {
            "amount": choice["amount"] + line.amount,
            "write_down": choice.get("write_down") or line.write_down,
            "write_down_account_id": (
                choice.get("account") or line.write_down_account_id
            ).id
            if choice.get("account") or line.write_down_account_id
            else False,
        }
        if line:
            line.write(values)
            return
        self.env["qbo.payment.line"].create(
            {
                "payment_id": self.id,
                "origin": "person",
                "move_id": choice["move"].id,
                "number": choice["move"].name,
                **values,
            }
        )

    def _log_decision(self, user, choices):
        what = ", ".join(
            f"{choice['move'].name} {self.currency_id.format(choice['amount'])}"
            for choice in choices
        )
        self._message_log(
            body=self.env._("%(user)s let it pay %(what)s.", user=user.name, what=what),
            author_id=user.partner_id.id,
        )

    def action_undo_decisions(self):
        """Take back what people decided; QuickBooks' own word stays."""
        self._check_accountant()
        for payment in self.sudo():
            payment = payment._in_books()
            payment._lock()
            lines = payment.line_ids.filtered(lambda line: line.origin == "person")
            if not lines and not payment.ignored_digest:
                raise UserError(
                    self.env._(
                        "Nothing to undo: nobody decided anything about %(name)s.",
                        name=payment.display_name,
                    )
                )
            lines._undo_write_downs()
            lines.unlink()
            payment.write({"ignored_digest": False, "ignore_reason": False})
            payment._apply()
            payment._message_log(
                body=self.env._(
                    "%(user)s undid what had been decided.", user=self.env.user.name
                ),
                author_id=self.env.user.partner_id.id,
            )
        return True

    def _ignore(self, reason):
        """Take payments out of the queue, for a reason that is kept.

        They come back when QuickBooks says something else of them.
        """
        self._check_accountant()
        if not (reason or "").strip():
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
                    "ignore_reason": reason.strip(),
                    "ignored_digest": payment.judged_digest,
                    "state": "ignored",
                    "ignored_amount": payment.open_amount,
                    "open_amount": 0,
                }
            )
            payment._message_log(
                body=self.env._(
                    "%(user)s ignored it: %(reason)s",
                    user=self.env.user.name,
                    reason=reason.strip(),
                ),
                author_id=self.env.user.partner_id.id,
            )

    def _leave(self, note):
        """Leave it for the next pass, with a note for whoever looks then."""
        self._check_accountant()
        self.sudo().write({"note": note})

    # === WRITE-DOWNS === #

    def _write_down(self):
        """Book what people said nobody will pay any more."""
        lines = self.line_ids.filtered(
            lambda line: line.write_down and not line.write_down_move_id
        )
        for line in lines:
            line._book_write_down()

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


class QboPaymentLine(models.Model):
    _inherit = "qbo.payment.line"

    def _book_write_down(self):
        self.ensure_one()
        move = self.move_id
        receivable = move._qbo_get_receivable_lines().filtered("amount_residual")[:1]
        if not receivable:
            return
        amount = self.currency_id.round(
            min(self.write_down, abs(receivable.amount_residual_currency))
        )
        share = amount / abs(receivable.amount_residual_currency)
        balance = move.company_id.currency_id.round(
            abs(receivable.amount_residual) * share
        )
        sign = 1 if receivable.balance > 0 else -1
        entry = self.env["account.move"].create(
            self._prepare_write_down(receivable, sign * amount, sign * balance)
        )
        entry.action_post()
        self.write_down_move_id = entry
        other = entry.line_ids.filtered(
            lambda each: each.account_id == receivable.account_id
        )
        (receivable | other).reconcile()

    def _prepare_write_down(self, receivable, amount, balance):
        name = self.env._("Write-down of %(number)s", number=self.move_id.name)
        base = {
            "name": name,
            "partner_id": receivable.partner_id.id,
            "currency_id": self.currency_id.id,
        }
        return {
            "move_type": "entry",
            "ref": name,
            "date": fields.Date.context_today(self),
            "journal_id": self._get_write_down_journal().id,
            "line_ids": [
                (
                    0,
                    0,
                    {
                        **base,
                        "account_id": self.write_down_account_id.id,
                        "amount_currency": amount,
                        "balance": balance,
                    },
                ),
                (
                    0,
                    0,
                    {
                        **base,
                        "account_id": receivable.account_id.id,
                        "amount_currency": -amount,
                        "balance": -balance,
                    },
                ),
            ],
        }

    @api.model
    def _get_write_down_journal(self):
        company = self.env.company
        journal = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "general"),
            ],
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no journal for miscellaneous entries, which a "
                    "write-down needs. Create one first.",
                    company=company.name,
                )
            )
        return journal

    def _undo_write_downs(self):
        """Reverse what was written down; the document is open again."""
        for line in self.filtered("write_down_move_id"):
            line.write_down_move_id._reverse_moves(cancel=True)
            line.write_down_move_id = False
