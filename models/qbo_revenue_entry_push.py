from odoo import api, fields, models
from odoo.tools import format_date

from ..const import JOURNAL_COUNTRIES
from ..tools import members
from ..tools.members import compact
from .qbo_document_mixin import MOST_LINES

LINE_KIND = "JournalEntryLineDetail"
# Deals that a memo names; of more, the number.
MOST_DEALS = 5


class QboRevenueEntry(models.Model):
    """What QuickBooks gets of an entry, and what stands in the way."""

    _inherit = "qbo.revenue.entry"

    # === WHAT IT IS === #

    def _qbo_get_entity(self):
        return "JournalEntry"

    def _qbo_get_label(self):
        return self.env._("Revenue entry")

    def _qbo_get_txn_date(self, company):
        return fields.Date.to_string(self.date) or None

    def _qbo_get_reference(self):
        return self.memo or ""

    def _qbo_get_lines(self):
        return self.line_ids.sorted(lambda line: (line.sequence, line.id))

    def _qbo_get_expectation(self, connection):
        # QuickBooks answers a total of 0 for journal entries.
        decimals = self.currency_id.decimal_places
        return {"total": None, "tax": None, "currency_decimals": decimals}

    # === PAYLOAD === #

    def _qbo_prepare_members(self, connection, rules):
        return compact(
            {
                "DocNumber": self._qbo_get_number(),
                "TxnDate": self._qbo_get_posting_day(connection),
                **self._qbo_prepare_currency(rules),
                "GlobalTaxCalculation": (
                    "NotApplicable" if rules.country not in ("", "US") else None
                ),
                "PrivateNote": self._qbo_prepare_note(connection),
                "Line": [
                    self._qbo_prepare_entry_line(connection, rules, line)
                    for line in self._qbo_get_lines()
                ],
            }
        )

    def _qbo_prepare_note(self, connection):
        parts = [f"Odoo {self.name}", *filter(None, (self.memo, self.late_note))]
        parts += self._qbo_list_note_parts(connection)
        return f"{', '.join(parts)} [{self._qbo_get_marker()}]"

    def _qbo_prepare_currency(self, rules):
        if not rules.is_multicurrency:
            return {}
        values = {"CurrencyRef": {"value": self.currency_id.name}}
        if self.currency_id.name != rules.home_currency:
            values["ExchangeRate"] = members.make_bare(
                members.round_price(members.read_number(self.rate))
            )
        return values

    def _qbo_prepare_entry_line(self, connection, rules, line):
        decimals = self.currency_id.decimal_places
        buyer = self._qbo_get_line_buyer(rules, line)
        journal = connection.revenue_journal_id
        names_journal = journal and rules.country in JOURNAL_COUNTRIES
        detail = compact(
            {
                "PostingType": "Debit" if line.debit else "Credit",
                "AccountRef": {"value": line.account_id.qbo_id},
                "JournalCodeRef": {"value": journal.qbo_id} if names_journal else None,
                "ClassRef": (
                    {"value": line.class_id.qbo_id} if line.class_id else None
                ),
                "Entity": (
                    {"Type": "Customer", "EntityRef": buyer._qbo_refer(connection)}
                    if buyer
                    else None
                ),
            }
        )
        return compact(
            {
                "Description": members.make_text(
                    line.name or "", members.DESCRIPTION_LENGTH
                ),
                "Amount": members.read_amount(line.debit or line.credit, decimals),
                "DetailType": LINE_KIND,
                LINE_KIND: detail,
            }
        )

    def _qbo_get_line_buyer(self, rules, line):
        """Return the customer as QuickBooks keeps it in the entry's currency."""
        code = self.currency_id.name
        is_home = not rules.is_multicurrency or code == rules.home_currency
        if is_home or not line.partner_id:
            return line.partner_id
        return self.env["qbo.customer"]._of(line.partner_id, self.currency_id)

    # === NOTES === #

    def _qbo_list_notes(self, connection, rules):
        if self.late_note:
            yield self.late_note
        moved = self._qbo_describe_moved_day(connection)
        if moved:
            yield moved

    # === BLOCKERS === #

    def _qbo_list_party_blockers(self, connection, rules, title):
        for partner in self.line_ids.partner_id:
            yield from partner._qbo_list_blockers(connection, rules)

    def _qbo_list_amount_blockers(self, connection, rules, title):
        if rules.home_currency and self.currency_id.name != rules.home_currency:
            yield from self._qbo_list_currency_blockers(connection, rules, title)

    def _qbo_list_line_blockers(self, connection, rules, title):
        values = {"title": title, "books": connection.name}
        if self.connection_id != connection:
            yield self.env._(
                "%(title)s was made for the QuickBooks company %(other)s, and "
                "%(books)s is another. Delete it, choose accounts of %(books)s in the "
                "deals, and recognize the month again.",
                other=self.connection_id.name,
                **values,
            )
        for reference in self.line_ids.account_id | self.line_ids.class_id:
            if not reference.active:
                yield self.env._(
                    "%(title)s names %(theirs)s, which is not active in QuickBooks any "
                    "more. Make it active there and read the lists again, or amend the "
                    "deals that name it (connection %(books)s).",
                    theirs=reference.display_name,
                    **values,
                )
        for account in self.line_ids.account_id:
            theirs = account.currency_code or rules.home_currency
            if theirs not in (rules.home_currency, self.currency_id.name):
                yield self.env._(
                    "%(title)s is in %(ours)s, but the account %(account)s of "
                    "QuickBooks is in %(theirs)s. Choose another account in the deals.",
                    ours=self.currency_id.name,
                    account=account.display_name,
                    theirs=theirs,
                    **values,
                )
        if (
            rules.country in JOURNAL_COUNTRIES
            and not connection.revenue_journal_id.active
        ):
            yield self.env._(
                "%(title)s names no journal, and QuickBooks wants one on each line in "
                "this country. Choose it in the settings of the connection %(books)s.",
                **values,
            )
        if self.line_ids.class_id and not rules.classes:
            yield self.env._(
                "%(title)s names classes, but QuickBooks keeps none. Switch on class "
                "tracking there (Account and settings, Advanced) and test the "
                "connection, or take the classes off the deals.",
                **values,
            )
        yield from self._list_deal_blockers(title)
        if len(self.line_ids) > MOST_LINES:
            yield self.env._(
                "%(title)s has %(count)s lines, QuickBooks takes %(most)s. Delete it "
                "and recognize the month with one entry for each deal.",
                count=len(self.line_ids),
                most=MOST_LINES,
                **values,
            )

    def _list_deal_blockers(self, title):
        """What earns nothing any more, and is in a draft still."""
        if self.kind == "reversal" or self.state == "posted":
            return
        running = self.period_ids.schedule_id.filtered(
            lambda each: each.state == "running"
        )
        lost = running.order_id.filtered(lambda order: order.state != "sale")
        if lost:
            yield self.env._(
                "%(title)s holds revenue of %(orders)s, which is not confirmed any "
                "more. Cancel the deal by an amendment, which writes the entry anew, "
                "or confirm the order again.",
                title=title,
                orders=", ".join(lost[:MOST_DEALS].mapped("name")),
            )

    # === WORDS === #

    def _make_memo(self, periods):
        """Return what the note in QuickBooks says: the month and its deals."""
        return self._make_words(
            self.company_id, self.kind, self.month, periods.order_id
        )

    @api.model
    def _make_words(self, company, kind, month, orders):
        """Return what a memo says, in the language of the company."""
        environment = self._speak_as(company)
        values = {
            "month": format_date(environment, month, date_format="MMMM y"),
            "deals": self._name_deals(environment, orders),
        }
        texts = {
            "month": environment._("Revenue of %(month)s: %(deals)s"),
            "reversal": environment._("Reversal, revenue of %(month)s: %(deals)s"),
            "correction": environment._("Corrected revenue of %(month)s: %(deals)s"),
        }
        return texts[kind] % values

    @api.model
    def _speak_as(self, company):
        """Return the environment whose words QuickBooks' users read."""
        language = company.partner_id.lang or self.env.lang
        return self.with_context(lang=language).env

    @api.model
    def _note_closed_month(self, company, month):
        return self._speak_as(company)._(
            "%(month)s was closed, so it is booked on the first open day.",
            month=month.strftime("%Y-%m"),
        )

    @api.model
    def _note_closed_day(self, company, day):
        return self._speak_as(company)._(
            "%(date)s is closed, so it is booked on the first open day.",
            date=fields.Date.to_string(day),
        )

    @api.model
    def _name_deals(self, environment, orders):
        names = sorted(set(orders.mapped("name")))
        if len(names) <= MOST_DEALS:
            return ", ".join(names)
        return environment._(
            "%(names)s and %(count)s more deals",
            names=", ".join(names[: MOST_DEALS - 1]),
            count=len(names) - MOST_DEALS + 1,
        )
