from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .qbo_connection_settings import EXPENSE_TYPES
from .qbo_mapping_collect import BANK_TYPES
from .roles import ACCOUNTANT_GROUP

UNDEPOSITED = "UndepositedFunds"


class QboConnection(models.Model):
    """Whether money is taken to the bank in QuickBooks as the bank does it."""

    _inherit = "qbo.connection"

    deposit_policy = fields.Selection(
        [
            ("off", "None"),
            ("day", "One a day for each journal"),
            ("payout", "One for each payout of a processor"),
        ],
        "Create Deposits",
        default="off",
        required=True,
        tracking=True,
        help="Payments that are pushed from now on go to Undeposited Funds in "
        "QuickBooks, and from there to the account that their journal is mapped to. "
        "One a day: what was pushed for a day, when the day is over. One for each "
        "payout: when a bank line is matched with payments, fees and all.",
    )
    deposit_fee_account_id = fields.Many2one(
        "qbo.reference",
        "Account Of Fees",
        domain="[('connection_id', '=', id), ('entity', '=', 'Account'), "
        f"('account_type', 'in', {(*EXPENSE_TYPES, 'Other Expense')!r})]",
        copy=False,
        help="The account of QuickBooks for what a processor keeps of its payouts.",
    )

    def _get_undeposited_ids(self):
        """Return QuickBooks' ids of the accounts that wait for a deposit."""
        self.ensure_one()
        return self._remember(UNDEPOSITED, self._read_undeposited_ids)

    def _read_undeposited_ids(self):
        accounts = (
            self.env["qbo.reference"]
            .sudo()
            .search(
                [
                    ("connection_id", "=", self.id),
                    ("entity", "=", "Account"),
                    ("account_sub_type", "=", UNDEPOSITED),
                ]
            )
        )
        return set(accounts.mapped("qbo_id"))

    def _find_account(self, qbo_id):
        return (
            self.env["qbo.reference"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("connection_id", "=", self.id),
                    ("entity", "=", "Account"),
                    ("qbo_id", "=", qbo_id),
                ]
            )
        )

    def _drop_links(self):
        """What QuickBooks has is nothing of ours any more: payments are free again."""
        deposits = self.env["qbo.deposit"].sudo()
        domain = [("connection_id", "=", self.id), ("is_live", "=", True)]
        result = super()._drop_links()
        deposits.search(domain)._release()
        return result

    # === EACH DAY === #

    @api.model
    def _cron_deposits(self):
        """Scheduled action: deposit what was received until yesterday."""
        connections = self.search(
            [("deposit_policy", "!=", "off"), ("state", "=", "connected")]
        )
        connections._run_each(lambda connection: connection._make_deposits())

    def _make_deposits(self):
        if self.deposit_policy == "day":
            self._deposit_past_days()
        self._follow_deposits()

    def _deposit_past_days(self):
        """Make a deposit for each journal, day and currency that has money waiting."""
        groups = defaultdict(lambda: self.env["account.payment"])
        # Who receives money in QuickBooks, deposits it there.
        pushed = self._get_waiting_payments().filtered(
            lambda each: each._qbo_get_binding(self).qbo_id
        )
        for payment in pushed:
            groups[payment.journal_id, payment.date, payment.currency_id] |= payment
        for (journal, date, currency), payments in groups.items():
            values = {
                "connection_id": self.id,
                "journal_id": journal.id,
                "date": date,
                "currency_id": currency.id,
                "total": currency.round(sum(payments.mapped("amount"))),
            }
            self.env["qbo.deposit"].sudo()._group_safely(values, payments)

    def _get_waiting_payments(self):
        """Return the payments of past days that wait in Undeposited Funds."""
        company = self.company_id
        journals = self.env["account.journal"].search(
            [
                ("company_id", "=", company.id),
                ("type", "in", (*BANK_TYPES, "credit")),
            ]
        )
        undeposited = self._get_undeposited_ids()
        mapped = journals.filtered(
            lambda each: (account := self._get_mapped("journal", each))
            and account.qbo_id not in undeposited
        )
        zone = self.with_context(tz=company.partner_id.tz or "UTC")
        payments = self.env["account.payment"].search(
            [
                ("company_id", "=", company.id),
                ("journal_id", "in", mapped.ids),
                ("partner_type", "=", "customer"),
                ("payment_type", "=", "inbound"),
                ("state", "in", ("in_process", "paid")),
                ("date", "<", fields.Date.context_today(zone)),
                ("date", ">=", self.start_date or "0001-01-01"),
                ("qbo_deposit_line_ids", "not any", [("is_live", "=", True)]),
            ],
            order="date, id",
        )
        places = payments._qbo_get_places(self)
        return payments.filtered(
            lambda each: (place := places.get(each))
            and place.account_qbo_id in undeposited
            and not place.deposit_qbo_id
        )

    # === LOOKING BACK === #

    def action_deposit_past_payouts(self):
        """Make the deposits of bank lines that were matched before they were made."""
        self.ensure_one()
        if not self.env.su and not self.env.user.has_group(ACCOUNTANT_GROUP):
            raise AccessError(
                self.env._(
                    "Only QuickBooks accountants may do this. Nothing was changed: ask "
                    "one, or an administrator for the role."
                )
            )
        self.check_access("read")
        made = self.sudo()._deposit_past_payouts()
        if not made:
            return self._notify_user(
                self.env._(
                    "No bank line of %(books)s is matched with payments that wait in "
                    "Undeposited Funds: there is nothing to make.",
                    books=self.name,
                ),
                "info",
            )
        return made._open_list()

    def _deposit_past_payouts(self):
        """Return the new deposits of bank lines whose payments wait, and only wait."""
        waiting = self._get_waiting_payments()
        lines = self.env["account.bank.statement.line"]
        for payment in waiting:
            money = payment._seek_for_lines()[0]
            partials = money.matched_debit_ids | money.matched_credit_ids
            ends = partials.debit_move_id | partials.credit_move_id
            lines |= ends.move_id.statement_line_id
        lines = lines.filtered(lambda each: each._qbo_get_matched_payments() <= waiting)
        lines.sorted(lambda each: (each.date, each.id))._qbo_follow_payout()
        return self.env["qbo.deposit"].search(
            [("statement_line_id", "in", lines.ids), ("is_live", "=", True)]
        )

    # === FOLLOWING === #

    def _follow_deposits(self):
        """Queue what had something in its way, and has no more."""
        deposits = self.env["qbo.deposit"].sudo()
        domain = [("connection_id", "=", self.id), ("qbo_state", "=", "not_pushed")]
        found = deposits.search(domain)
        found.statement_line_id._qbo_follow_payout()
        found.exists()._qbo_follow_safely()
