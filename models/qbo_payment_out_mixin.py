from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import fields, models

from ..tools import closed_period, members, money
from ..tools.closed_period import Lock
from ..tools.members import compact

REFERENCE_LENGTH = 21
# In the context, where no caller from outside can put it: what happens, happens
# because QuickBooks has it so.
FROM_QUICKBOOKS = object()


class Applied(NamedTuple):
    """What of a payment settles one document.

    :param document: account.move, an invoice or a used credit note
    :param amount: Decimal in the document's currency, positive
    """

    document: object
    amount: Decimal


class Sum(NamedTuple):
    """An amount in the currency of a payment and in that of the books (Decimals)."""

    foreign: Decimal
    home: Decimal


class QboPaymentOutMixin(models.AbstractModel):
    """What settles invoices in Odoo and goes to QuickBooks as a Payment.

    A payment, a bank line that was matched with invoices, or the use of a credit note.
    A model says in the hooks what it is; that follows the reconciliation in Odoo, and
    nothing else.
    """

    _name = "qbo.payment.out.mixin"
    _inherit = ["qbo.push.mixin", "qbo.sync.mixin"]
    _description = "Payment That Is Pushed To QuickBooks"

    # === HOOKS === #

    def _qbo_is_from_quickbooks(self):
        """Tell whether the record came from QuickBooks, and so never goes there."""
        return False

    def _qbo_is_off(self, connection):
        """Tell whether records of this kind are not pushed at all."""
        return connection.payment_push == "off"

    def _qbo_is_wanted(self):
        """Tell whether QuickBooks is to have the record: posted, not cancelled."""
        raise NotImplementedError

    def _qbo_may_come_back(self):
        """Tell whether what is not wanted now is most likely being edited."""
        return False

    def _qbo_get_partner(self):
        """Return who paid (res.partner)."""
        raise NotImplementedError

    def _qbo_get_date(self):
        raise NotImplementedError

    def _qbo_get_applied(self):
        """Return the `Applied` s, in the order of their documents' ids."""
        raise NotImplementedError

    def _qbo_get_sum(self):
        """Return the `Sum` of what was received."""
        raise NotImplementedError

    def _qbo_get_number(self):
        """Return what Odoo calls it, or ''."""
        return ""

    def _qbo_get_reference(self):
        """Return what the customer or the bank calls it, or ''."""
        return ""

    def _qbo_get_journal(self):
        """Return where the money went (account.journal), empty for no money."""
        return self.env["account.journal"]

    def _qbo_get_method(self):
        """Return how it was paid (account.payment.method.line), or empty."""
        return self.env["account.payment.method.line"]

    def _qbo_list_own_blockers(self, title):
        """Yield why QuickBooks cannot hold what this is in Odoo."""
        return []

    # === WHAT IT IS === #

    def _qbo_get_entity(self):
        return "Payment"

    def _qbo_get_payer(self, rules):
        """Return the customer as QuickBooks keeps it: in the payment's currency.

        :rtype: res.partner, or qbo.customer for a foreign currency
        """
        partner = self._qbo_get_partner().commercial_partner_id
        currency = self._qbo_get_document_currency()
        is_home = not rules.is_multicurrency or currency.name == rules.home_currency
        if is_home or not partner:
            return partner
        return self.env["qbo.customer"]._of(partner, currency)

    def _qbo_get_expectation(self, connection):
        self.ensure_one()
        return {
            "total": self._qbo_get_sum().foreign,
            "tax": None,
            "currency_decimals": self._qbo_get_document_currency().decimal_places,
        }

    # === PAYLOAD === #

    def _qbo_prepare_members(self, connection, rules):
        payer, day = self._qbo_get_payer(rules), self._qbo_get_date()
        return compact(
            {
                "CustomerRef": payer._qbo_refer(connection) if payer else None,
                "TxnDate": fields.Date.to_string(day) if day else None,
                **self._qbo_prepare_currency(rules),
                "TotalAmt": self._qbo_get_sum().foreign,
                "PaymentRefNum": self._qbo_get_short_reference(),
                "PaymentMethodRef": _point(self._qbo_get_mapped_method(connection)),
                "DepositToAccountRef": _point(self._qbo_get_deposit(connection)),
                "ARAccountRef": _point(self._qbo_get_receivable(connection, rules)),
                "PrivateNote": self._qbo_prepare_note(),
                "Line": self._qbo_prepare_lines(connection),
            }
        )

    def _qbo_prepare_currency(self, rules):
        if not rules.is_multicurrency:
            return {}
        code = self._qbo_get_document_currency().name
        values = {"CurrencyRef": {"value": code}}
        if code != rules.home_currency:
            values["ExchangeRate"] = self._qbo_get_rate()
        return values

    def _qbo_get_rate(self):
        """Return home units for one foreign unit, as the entry has it, or None."""
        amounts = self._qbo_get_sum_for_rate()
        if not amounts.foreign:
            return None
        rate = money.divide(amounts.home, amounts.foreign, money.PRICE_DECIMALS)
        return members.make_bare(rate)

    def _qbo_get_sum_for_rate(self):
        return self._qbo_get_sum()

    def _qbo_get_short_reference(self):
        """Return the first name that fits: a cut one would be found nowhere.

        What is too long stands in the note, whole.
        """
        names = (self._qbo_get_reference(), self._qbo_get_number())
        names = (members.make_line(name, members.NOTE_LENGTH) for name in names)
        return next((each for each in names if _fits(each)), "")

    def _qbo_get_mapped_method(self, connection):
        return connection._get_mapped("payment_method", self._qbo_get_method())

    def _qbo_get_deposit(self, connection):
        """Return the account that gets the money; empty leaves it to QuickBooks."""
        journal = self._qbo_get_journal()
        if not journal:
            return self.env["qbo.reference"]
        mapped = connection._get_mapped("journal", journal)
        return mapped or connection.deposit_account_id

    def _qbo_get_receivable(self, connection, rules):
        """Return the receivable account, if the payment is in its currency."""
        account = connection.receivable_account_id
        code = account.currency_code or rules.home_currency
        is_fit = (
            not rules.is_multicurrency or code == self._qbo_get_document_currency().name
        )
        return account if is_fit else account.browse()

    def _qbo_prepare_note(self):
        parts = [f"Odoo {self._qbo_get_number()}".strip()]
        reference = members.make_line(self._qbo_get_reference(), 500)
        if reference:
            parts.append(f"reference {reference}")
        return f"{', '.join(parts)} [{self._qbo_get_marker()}]"

    def _qbo_prepare_lines(self, connection):
        """The documents that are at QuickBooks or on their way, as Odoo has them.

        What settles others stays unapplied there.
        """
        applied = self._qbo_get_applied()
        coming = self._qbo_find_coming(connection, applied)
        return [
            {
                "Amount": each.amount,
                "LinkedTxn": [
                    {
                        "TxnId": each.document._qbo_refer(connection),
                        "TxnType": each.document._qbo_get_entity(),
                    }
                ],
            }
            for each in applied
            if each.document in coming
        ]

    def _qbo_find_coming(self, connection, applied):
        """Return the documents that are at QuickBooks, or queued to get there."""
        documents = self.env["account.move"].browse(
            each.document.id for each in applied
        )
        here = documents._qbo_filter_there(connection)
        queued = self.env["qbo.operation"]._find_open(connection, documents - here)
        return here | documents.browse(queued.mapped("res_id"))

    # === NOTES === #

    def _qbo_list_notes(self):
        """Yield what people should know before it is sent, as sentences."""
        reference = members.make_line(self._qbo_get_reference(), 500)
        if reference and not _fits(reference):
            yield self.env._(
                "The reference %(reference)s has more than %(most)s characters. "
                "QuickBooks gets it in the memo, and as reference number: %(short)s.",
                reference=reference,
                most=REFERENCE_LENGTH,
                short=self._qbo_get_short_reference() or self.env._("none"),
            )

    # === BLOCKERS === #

    def _qbo_list_blockers(self, connection, rules):
        title = self._qbo_get_title()
        yield from self._qbo_list_company_blockers(connection, rules, title)
        yield from self._qbo_list_own_blockers(title)
        yield from self._qbo_list_party_blockers(connection, rules, title)
        code = self._qbo_get_document_currency().name
        if rules.home_currency and code != rules.home_currency:
            yield from self._qbo_list_currency_blockers(connection, rules, title)
        yield from self._qbo_list_mapping_blockers(connection, title)
        if not self._qbo_get_binding(connection).qbo_id:
            yield from self._qbo_list_date_blockers(connection, title)
            yield from self._qbo_list_document_blockers(connection, title)

    def _qbo_list_party_blockers(self, connection, rules, title):
        partner = self._qbo_get_partner().commercial_partner_id
        if not partner:
            yield self.env._(
                "%(title)s has no customer. Choose one in Odoo first.", title=title
            )
            return
        yield from partner._qbo_list_blockers(connection, rules)
        currency = self._qbo_get_document_currency()
        for document, _amount in self._qbo_get_applied():
            if document.commercial_partner_id != partner:
                yield self.env._(
                    "%(title)s is of %(payer)s and settles %(document)s of %(other)s, "
                    "but in QuickBooks a payment and what it settles belong to one "
                    "customer. Register one payment for each customer.",
                    title=title,
                    payer=partner.display_name,
                    document=document._qbo_get_title(),
                    other=document.commercial_partner_id.display_name,
                )
            if document.currency_id != currency:
                yield self.env._(
                    "%(title)s is in %(ours)s and settles %(document)s in %(theirs)s, "
                    "but in QuickBooks a payment has the currency of what it settles. "
                    "Register the payment in %(theirs)s.",
                    title=title,
                    ours=currency.name,
                    document=document._qbo_get_title(),
                    theirs=document.currency_id.name,
                )

    def _qbo_list_mapping_blockers(self, connection, title):
        """What was chosen may be gone from QuickBooks."""
        for ours, theirs in (
            (self._qbo_get_journal(), self._qbo_get_deposit(connection)),
            (self._qbo_get_method(), self._qbo_get_mapped_method(connection)),
        ):
            if theirs and not theirs.active:
                yield self.env._(
                    "%(title)s goes by %(ours)s, for which %(theirs)s stands, and that "
                    "is not active in QuickBooks any more. Choose another in the "
                    "mappings of the connection %(books)s.",
                    title=title,
                    ours=ours.display_name,
                    theirs=theirs.display_name,
                    books=connection.name,
                )

    def _qbo_list_date_blockers(self, connection, title):
        day, start = self._qbo_get_date(), connection.start_date
        if start and day and day < start:
            yield self.env._(
                "%(title)s is dated %(day)s, before QuickBooks takes over from Odoo on "
                "%(start)s. Earlier payments are entered in QuickBooks by hand.",
                title=title,
                day=fields.Date.to_string(day),
                start=fields.Date.to_string(start),
            )
        until = connection.book_close_date
        locks = [Lock("BookCloseDate", until)] if until else []
        if isinstance(day, date) and closed_period.find_holding(day, locks):
            # The day is the bank's: it is not moved as that of an invoice may be.
            yield self.env._(
                "%(title)s is dated %(day)s, but QuickBooks' books are closed until "
                "%(until)s. Let an accountant open the period again and read the "
                "closing date anew (connection %(books)s, tab Approval), or date it "
                "later.",
                title=title,
                day=fields.Date.to_string(day),
                until=fields.Date.to_string(until),
                books=connection.name,
            )

    def _qbo_list_document_blockers(self, connection, title):
        """What it settles has to be there first, if it is ever to be."""
        applied = self._qbo_get_applied()
        coming = self._qbo_find_coming(connection, applied)
        for document, _amount in applied:
            is_kept_out = document._qbo_is_kept_out(connection)
            if document not in coming and not is_kept_out:
                yield self.env._(
                    "%(title)s settles %(document)s, which is not in QuickBooks yet. "
                    "Push that first; the payment can be pushed as soon as it is "
                    "queued.",
                    title=title,
                    document=document._qbo_get_title(),
                )


def _point(reference):
    return {"value": reference.qbo_id} if reference else None


def _fits(text):
    return bool(text) and members.measure(text) <= REFERENCE_LENGTH
