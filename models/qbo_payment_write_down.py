from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from .qbo_payment_line import to_decimal

# Where the rest of a document cannot go: those follow other records.
REFUSED_TYPES = (
    "asset_receivable",
    "liability_payable",
    "asset_cash",
    "liability_credit_card",
    "off_balance",
)


class QboPayment(models.Model):
    """Write-downs: what people said nobody will pay any more."""

    _inherit = "qbo.payment"

    def _write_down(self):
        """Book them while the payment pays what they went along with; else undo."""
        for line in self.line_ids.filtered("write_down"):
            if not line._is_paid():
                line._undo_write_downs()
            elif line.write_down_move_id:
                line._reconcile_write_down()
            else:
                line._book_write_down()

    def _check_write_down_account(self, account):
        account = account.sudo()
        is_ours = self.company_id in account.company_ids or (
            account.company_ids & self.company_id.parent_ids
        )
        if account.account_type in REFUSED_TYPES or not is_ours or not account.active:
            raise UserError(
                self.env._(
                    "Nothing can be written down to %(account)s. Choose an account of "
                    "income or expense of %(company)s.",
                    account=account.display_name,
                    company=self.company_id.name,
                )
            )


class QboPaymentLine(models.Model):
    _inherit = "qbo.payment.line"

    def _is_followed(self):
        """Whether all that was decided stands in the books."""
        return self._to_decimal(self.applied) >= self._get_amount() and (
            not self.write_down or bool(self.write_down_move_id)
        )

    def _is_paid(self):
        """Whether the payment pays the document what it was decided to.

        Here, or by now in QuickBooks itself.
        """
        lines = self.payment_id.line_ids.filtered(
            lambda line: line.move_id == self.move_id
        )
        applied = sum((line._to_decimal(line.applied) for line in lines), Decimal(0))
        before = self._to_decimal(self.applied_there)
        return applied >= self._get_amount() + before

    def _to_decimal(self, amount):
        return to_decimal(amount, self.payment_id.currency_id)

    # === BOOKING === #

    def _book_write_down(self):
        self.ensure_one()
        parts = self._part_write_down()
        if not parts:
            return
        entry = self.env["account.move"].create(self._prepare_write_down(parts))
        entry.action_post()
        self.write_down_move_id = entry
        self._reconcile_write_down()

    def _part_write_down(self):
        """Return [(line of the document, amount, balance)], without signs.

        What is due last is written down first: the money pays what is due first.
        """
        left = self._to_decimal(self.write_down)
        company_currency = self.move_id.company_id.currency_id
        parts = []
        for line in reversed(self.move_id._qbo_get_receivable_lines()):
            open_amount = self._to_decimal(abs(line.amount_residual_currency))
            amount = min(left, open_amount)
            if not amount:
                continue
            left -= amount
            balance = to_decimal(abs(line.amount_residual), company_currency)
            share = company_currency.round(float(balance * amount / open_amount))
            parts.append((line, float(amount), share))
        return parts

    def _prepare_write_down(self, parts):
        """Return the values of the entry: the account against the receivable lines."""
        name = self.env._("Write-down of %(number)s", number=self.move_id.name)
        base = {
            "name": name,
            "partner_id": self.move_id.commercial_partner_id.id,
            "currency_id": self.payment_id.currency_id.id,
        }
        sign = 1 if self.move_id.is_inbound() else -1
        lines = []
        for line, amount, balance in parts:
            for account, side in (
                (self.write_down_account_id, sign),
                (line.account_id, -sign),
            ):
                lines.append(
                    {
                        **base,
                        "account_id": account.id,
                        "amount_currency": side * amount,
                        "balance": side * balance,
                    }
                )
        return {
            "move_type": "entry",
            "ref": name,
            "date": fields.Date.context_today(self),
            "journal_id": self._get_write_down_journal().id,
            "line_ids": [(0, 0, values) for values in lines],
        }

    def _reconcile_write_down(self):
        """Also anew, where the document was opened again meanwhile."""
        entry = self.write_down_move_id
        if entry.state != "posted" or self.move_id.state != "posted":
            return
        open_lines = self.move_id._qbo_get_receivable_lines() | (
            entry._qbo_get_receivable_lines()
        )
        open_lines = open_lines.filtered(lambda line: not line.reconciled)
        if len(open_lines.move_id) == 2:
            for account in open_lines.account_id:
                open_lines.filtered(
                    lambda line, account=account: line.account_id == account
                ).reconcile()

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
            entry = line.write_down_move_id
            if entry.state == "posted" and not entry.reversal_move_ids:
                entry._reverse_moves(
                    [
                        {
                            "date": fields.Date.context_today(line),
                            "ref": line.env._(
                                "Reversal of %(name)s", name=entry.ref or entry.name
                            ),
                        }
                    ],
                    cancel=True,
                )
            line.write_down_move_id = False
