from odoo import fields, models

from ..tools import members
from ..tools.members import compact
from .qbo_approval_mixin_push import UNDER_WAY
from .qbo_deposit import ACTIVITY_TYPE
from .qbo_payment_out_mixin import Sum


class QboDeposit(models.Model):
    """Pushing deposits: what QuickBooks gets, and what stands in the way."""

    _inherit = "qbo.deposit"

    # === PAYLOAD === #

    def _qbo_prepare_members(self, connection, rules):
        bank = connection._get_mapped("journal", self.journal_id)
        return compact(
            {
                "DepositToAccountRef": {"value": bank.qbo_id} if bank else None,
                "TxnDate": fields.Date.to_string(self.date),
                **self._qbo_prepare_currency(rules),
                # The fee was booked with its tax, if any, in Odoo.
                "GlobalTaxCalculation": (
                    "NotApplicable" if rules.country != "US" else None
                ),
                "PrivateNote": self._qbo_prepare_note(),
                "Line": [
                    *self._qbo_prepare_links(connection),
                    *self._qbo_prepare_fee(connection),
                ],
            }
        )

    def _qbo_prepare_links(self, connection):
        """QuickBooks takes no more than this of a linked line, and all its amount."""
        payments = self.line_ids.payment_id
        places = payments._qbo_get_places(connection)
        return [
            {
                "Amount": self._read(line.amount),
                "LinkedTxn": [
                    {
                        "TxnId": line.payment_id._qbo_refer_deposited(
                            connection, places.get(line.payment_id)
                        ),
                        "TxnType": "Payment",
                        "TxnLineId": "0",
                    }
                ],
            }
            for line in self.line_ids.filtered("payment_id")
        ]

    def _qbo_prepare_fee(self, connection):
        account = connection.deposit_fee_account_id
        fee = self._read(self.fee)
        if not fee or not account:
            return []
        return [
            {
                "Amount": -fee,
                "Description": members.make_line(self.payment_ref, 500)
                or self.env._("Fee"),
                "DetailType": "DepositLineDetail",
                "DepositLineDetail": {"AccountRef": {"value": account.qbo_id}},
            }
        ]

    def _qbo_get_sum_for_rate(self):
        """Home units for one foreign unit: the bank's, else that of the payments."""
        liquidity = (
            self.statement_line_id._seek_for_lines()[0]
            if (self.statement_line_id)
            else self.env["account.move.line"]
        )
        if liquidity:
            home = self.company_id.currency_id.decimal_places
            return Sum(
                self._read(sum(liquidity.mapped("amount_currency"))),
                members.read_amount(sum(liquidity.mapped("balance")), home),
            )
        sums = [each._qbo_get_sum() for each in self.line_ids.payment_id]
        return Sum(sum(e.foreign for e in sums), sum(e.home for e in sums))

    # === BLOCKERS === #

    def _qbo_list_blockers(self, connection, rules):
        title = self._qbo_get_title()
        yield from self._qbo_list_company_blockers(connection, rules, title)
        if not self.is_live:
            yield self.env._("%(title)s was given up.", title=title)
        code = self.currency_id.name
        if rules.home_currency and code != rules.home_currency:
            yield from self._qbo_list_currency_blockers(connection, rules, title)
        yield from self._qbo_list_account_blockers(connection, rules, title)
        if not self._is_there():
            yield from self._qbo_list_date_blockers(connection, title)
            yield from self._qbo_list_payment_blockers(connection, title)
            yield from self._qbo_list_total_blockers(title)

    def _qbo_list_account_blockers(self, connection, rules, title):
        bank = connection._get_mapped("journal", self.journal_id)
        values = {"title": title, "books": connection.name}
        if not bank:
            yield self.env._(
                "%(title)s goes to a bank account of which QuickBooks knows nothing. "
                "Map the journal %(journal)s to its account (connection %(books)s, "
                "Mappings).",
                journal=self.journal_id.display_name,
                **values,
            )
        accounts = [bank]
        if self._read(self.fee):
            account = connection.deposit_fee_account_id
            accounts.append(account)
            if not account:
                yield self.env._(
                    "%(title)s holds a fee of %(fee)s. Choose the account of "
                    "QuickBooks that fees are booked to (connection %(books)s, tab "
                    "Settings).",
                    fee=self.currency_id.format(self.fee),
                    **values,
                )
        if bank and bank.qbo_id in connection._get_undeposited_ids():
            yield self.env._(
                "%(title)s would take money to %(account)s, where it waits for its "
                "deposit already. Map the journal %(journal)s to the account of its "
                "bank (connection %(books)s, Mappings).",
                account=bank.display_name,
                journal=self.journal_id.display_name,
                **values,
            )
        for account in filter(None, accounts):
            yield from self._qbo_list_one_account_blockers(account, rules, values)

    def _qbo_list_one_account_blockers(self, account, rules, values):
        theirs = account.currency_code or rules.home_currency
        if not account.active:
            yield self.env._(
                "%(title)s names the account %(account)s, which is not active in "
                "QuickBooks any more. Choose another in the settings and mappings of "
                "the connection %(books)s.",
                account=account.display_name,
                **values,
            )
        elif theirs not in (rules.home_currency, self.currency_id.name):
            yield self.env._(
                "%(title)s is in %(ours)s, but the account %(account)s of QuickBooks "
                "is in %(theirs)s. Choose another account (connection %(books)s).",
                ours=self.currency_id.name,
                account=account.display_name,
                theirs=theirs,
                **values,
            )

    def _qbo_list_payment_blockers(self, connection, title):
        payments = self.line_ids.payment_id
        places = payments._qbo_get_places(connection)
        queued = self.env["qbo.operation"]._find_open(connection, payments)
        coming = set(queued.mapped("res_id"))
        changing = set(queued.filtered(lambda e: e.action != "create").mapped("res_id"))
        if len(payments) < len(self.line_ids):
            yield self.env._(
                "%(title)s holds payments that were deleted in Odoo. Give it up.",
                title=title,
            )
        for line in self.line_ids.filtered("payment_id"):
            payment, place = line.payment_id, places.get(line.payment_id)
            values = {"title": title, "payment": payment._qbo_get_title()}
            if not payment._qbo_is_depositable(self.currency_id):
                yield self.env._(
                    "%(title)s holds %(payment)s, which is no money of a customer in "
                    "%(code)s. Enter this deposit in QuickBooks by hand.",
                    code=self.currency_id.name,
                    **values,
                )
            elif payment.id in changing:
                yield self.env._(
                    "%(title)s waits for %(payment)s, whose change goes to QuickBooks "
                    "first. The deposit follows by itself.",
                    **values,
                )
            elif place:
                yield from line._qbo_list_place_blockers(connection, place, values)
            elif payment.id not in coming:
                yield self.env._(
                    "%(title)s waits for %(payment)s, which is not in QuickBooks. Push "
                    "that; the deposit follows by itself.",
                    **values,
                )
        yield from self._qbo_list_taken_blockers(title)

    def _qbo_list_taken_blockers(self, title):
        """Payments of the bank line that another deposit took."""
        bank_line = self.statement_line_id
        matched = bank_line._qbo_get_matched_payments() if bank_line else ()
        for payment in matched:
            other = payment._qbo_get_deposit_line().deposit_id
            if other and other != self:
                yield self.env._(
                    "%(title)s holds %(payment)s, which is in %(other)s already. Give "
                    "that up, if it is wrong.",
                    title=title,
                    payment=payment._qbo_get_title(),
                    other=other.display_name,
                )

    def _qbo_list_total_blockers(self, title):
        """To the cent: what is a cent off is no deposit of that bank line."""
        received, fee = self._get_payments_total(), self._read(self.fee)
        total = self._read(self.total)
        money = self.currency_id.format
        if total <= 0:
            yield self.env._(
                "%(title)s brings %(total)s to the bank, and a deposit of QuickBooks "
                "is money received. Enter it in QuickBooks by hand.",
                title=title,
                total=money(self.total),
            )
        if received - fee != total:
            yield self.env._(
                "%(title)s: the payments come to %(received)s, less fees of %(fee)s "
                "that is %(sum)s, but the bank line is over %(total)s. Nothing was "
                "sent. Match the line with whole payments, and the rest with expense "
                "accounts, until nothing is left.",
                title=title,
                received=money(float(received)),
                fee=money(self.fee),
                sum=money(float(received - fee)),
                total=money(self.total),
            )

    # === WHAT THERE IS TO DO === #

    def _qbo_get_wanted_action(self, connection, is_by_person=False):
        """Deposits are created, never changed: they say what the bank says.

        What was deleted there is made again only where a person says so.
        """
        was_there = self._qbo_get_binding(connection).qbo_id
        if not self._qbo_is_wanted() or self._is_there():
            return None
        return "create" if is_by_person or not was_there else None

    def _qbo_get_common_refusal(self, connection):
        self.check_access("read")
        title = self._qbo_get_title()
        if connection and connection.deposit_policy == "off":
            return self.env._(
                "%(title)s stays in Odoo: no deposits are made for %(books)s. An "
                "administrator can change that (connection, tab Settings).",
                title=title,
                books=connection.name,
            )
        if not self.sudo()._qbo_is_wanted():
            return self.env._("%(title)s was given up.", title=title)
        return None

    def _qbo_follow(self):
        """Queue what has nothing in its way any more; what failed takes a person.

        What is queued and has something in its way by now is taken back.
        """
        records = self.sudo()
        operations = records._qbo_get_last_operations()
        for deposit in records:
            connection = deposit.connection_id
            operation = operations.get(deposit.id)
            if operation and operation.state in ("queued", "waiting"):
                if deposit._qbo_get_blockers(connection):
                    deposit._take_back_operation()
                continue
            if (
                (operation and operation.state in (*UNDER_WAY, "failed"))
                or connection.deposit_policy == "off"
                or not deposit._qbo_get_wanted_action(connection)
                or deposit._qbo_get_blockers(connection)
            ):
                continue
            deposit._qbo_enqueue(connection, "create", self.env.user)

    def _qbo_enqueue(self, connection, action, user):
        """Who makes it again has done what was asked for."""
        self.sudo().activity_unlink([ACTIVITY_TYPE])
        return super()._qbo_enqueue(connection, action, user)

    def _qbo_leave(self, connection, operation):
        """What is in QuickBooks stays there: Odoo deletes no deposits."""
        if operation:
            self._qbo_take_back(operation)

    def _qbo_notice_pushed(self, connection):
        """What is there says what the bank line said then."""
        values = super()._qbo_notice_pushed(connection)
        if not self.sudo()._is_left_by_bank_line():
            return values
        more = self.env._(
            "Its bank line says something else by now: another amount or date, or it "
            "is matched with other payments. Bring that back, or delete the deposit in "
            "QuickBooks and push it again."
        )
        return {"level": "warning", "notice": f"{values['notice']} {more}"}

    def _is_left_by_bank_line(self):
        line = self.statement_line_id
        values = line and self._prepare_values_of(self.connection_id, line)
        payments = line._qbo_get_matched_payments() if line else ()
        return bool(line) and not self._is_grouped_so(values, payments)

    def _qbo_notice_voided(self, connection):
        """Deposits are not voided: this one was deleted."""
        if not self.sudo().is_live:
            return {"level": "info", "notice": self.env._("It was given up.")}
        notice = self.env._(
            "It was in QuickBooks (id %(id)s), and was deleted there: its payments are "
            "in Undeposited Funds there again. Push it to make it again, or give it "
            "up, and its payments are free for other deposits.",
            id=self.sudo()._qbo_get_binding(connection).qbo_id,
        )
        blockers = self._qbo_get_blockers(connection)
        return {
            "level": "warning",
            "notice": "\n".join([notice, *blockers]),
            "may": [] if blockers else ["push"],
        }

    def _qbo_notice_not_pushed(self, connection):
        blockers = self._qbo_get_blockers(connection)
        if blockers:
            return {"level": "warning", "notice": "\n".join(blockers)}
        return {"may": ["push"]}
