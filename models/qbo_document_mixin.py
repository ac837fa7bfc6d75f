from datetime import date
from functools import lru_cache

from odoo import models
from odoo.tools import html2plaintext

from ..tools import members
from ..tools.members import compact
from .qbo_document_line_mixin import SOLD_KINDS

# Intuit's page: a taxed form has no more lines.
MOST_LINES = 750


class QboDocumentMixin(models.AbstractModel):
    """What invoices, credit notes and sale orders share on their way to QuickBooks.

    A model says in the hooks where its values are; how they are sent is told here.
    """

    _name = "qbo.document.mixin"
    _inherit = ["qbo.sync.mixin"]
    _description = "Document That Is Pushed To QuickBooks"

    # === HOOKS === #

    def _qbo_get_number(self):
        """Return the document number, '' before it has one."""
        return self.name or ""

    def _qbo_get_lines(self):
        """Return the lines to send, in the order people see."""
        raise NotImplementedError

    def _qbo_get_customer(self):
        """Return whom the document is for: the commercial partner."""
        return self._qbo_get_addresses()[0].commercial_partner_id

    def _qbo_get_buyer(self, rules):
        """Return the customer as QuickBooks keeps it: in the document's currency.

        :rtype: res.partner, or qbo.customer for a foreign currency
        """
        customer, code = self._qbo_get_customer(), self.currency_id.name
        is_home = not rules.is_multicurrency or code == rules.home_currency
        if is_home or not customer:
            return customer
        return self.env["qbo.customer"]._of(customer, self.currency_id)

    def _qbo_get_addresses(self):
        """Return (partner of the bill, partner of the delivery)."""
        raise NotImplementedError

    def _qbo_get_rate(self):
        """Return foreign units for one unit of the company's currency (float)."""
        raise NotImplementedError

    def _qbo_get_txn_date(self, company):
        """Return the day of the document where the company is: '2026-03-02', None."""
        raise NotImplementedError

    def _qbo_get_reference(self):
        """Return what the customer calls the document, or ''."""
        raise NotImplementedError

    def _qbo_get_memo(self):
        """Return what the document tells the customer (HTML)."""
        raise NotImplementedError

    def _qbo_lowers_tax(self):
        """Tell whether payment terms lower the tax before anything is paid."""
        raise NotImplementedError

    def _qbo_prepare_own_members(self, connection, rules):
        """Return the members that only this kind of document has (dict)."""
        return {}

    def _qbo_list_state_blockers(self):
        """Yield why a document in this state cannot be pushed."""
        return []

    # === WHAT A DOCUMENT IS === #

    def _qbo_get_title(self):
        self.ensure_one()
        number = self._qbo_get_number()
        label = self._qbo_get_label()
        if not number:
            return self.env._("%(label)s (draft %(id)s)", label=label, id=self.id)
        return f"{label} {number}"

    def _qbo_get_label(self):
        labels = {
            "Invoice": self.env._("Invoice"),
            "CreditMemo": self.env._("Credit note"),
            "Estimate": self.env._("Sale order"),
        }
        return labels.get(self._qbo_get_entity()) or self.env._("Document")

    def _qbo_get_expectation(self, connection):
        self.ensure_one()
        decimals = self.currency_id.decimal_places
        return {
            "total": members.read_amount(self.amount_total, decimals),
            "tax": members.read_amount(self.amount_tax, decimals),
            "currency_decimals": decimals,
        }

    # === PAYLOAD === #

    def _qbo_prepare_members(self, connection, rules):
        customer, buyer = self._qbo_get_customer(), self._qbo_get_buyer(rules)
        contact = self._qbo_get_addresses()[0]
        bill_address, ship_address = self._qbo_prepare_addresses()
        lines = self._qbo_get_lines()
        parts = self._qbo_get_sold_parts(connection, rules)
        forecast = self._qbo_forecast(connection, rules, parts)
        payload = {
            "DocNumber": self._qbo_get_number(),
            **self._qbo_prepare_own_members(connection, rules),
            "CustomerRef": buyer and buyer._qbo_refer(connection) or None,
            **self._qbo_prepare_currency(rules),
            "PrivateNote": self._qbo_prepare_note(connection),
            "CustomerMemo": self._qbo_prepare_memo(),
            "BillEmail": _make_email(contact.email, customer.email),
            "BillAddr": bill_address,
            "ShipAddr": ship_address,
            "ClassRef": self._qbo_prepare_class(connection, rules, lines),
            **self._qbo_prepare_tax(connection, rules, lines, parts),
            "Line": self._qbo_prepare_lines(connection, rules, parts, forecast),
        }
        return compact(payload)

    def _qbo_prepare_addresses(self):
        """(address of the bill, address of the delivery), each {} without one."""
        contact, delivery = self._qbo_get_addresses()
        address = contact._qbo_prepare_address()
        address = address or self._qbo_get_customer()._qbo_prepare_address()
        return address, delivery._qbo_prepare_address() or address

    def _qbo_prepare_currency(self, rules):
        if not rules.is_multicurrency:
            return {}
        code = self.currency_id.name
        values = {"CurrencyRef": {"value": code}}
        if code != rules.home_currency:
            values["ExchangeRate"] = members.make_rate(self._qbo_get_rate())
        return values

    def _qbo_prepare_note(self, connection):
        parts = [f"Odoo {self._qbo_get_number()}".strip()]
        reference = members.make_line(self._qbo_get_reference(), 500)
        if reference:
            parts.append(f"reference {reference}")
        parts += self._qbo_list_note_parts(connection)
        return f"{', '.join(parts)} [{self._qbo_get_marker()}]"

    def _qbo_prepare_memo(self):
        text = members.make_text(
            _read_html(self._qbo_get_memo() or ""), members.MEMO_LENGTH
        )
        return {"value": text} if text else None

    def _qbo_prepare_class(self, connection, rules, lines):
        """The class of the document, where the company keeps one for each."""
        if rules.classes != "document":
            return None
        accounts = list(self._qbo_get_classes(connection, lines).values())
        account = accounts[0] if len(accounts) == 1 else None
        return account._qbo_refer(connection) if account else None

    def _qbo_get_classes(self, connection, lines):
        """Return {what tells the class from others: analytic account, or None}.

        Several accounts may be mapped to one class of QuickBooks.
        """
        accounts = {}
        for line in lines:
            if line._qbo_get_kind() == "product":
                account = line._qbo_get_class(connection)
                mapped = account and account._qbo_get_mapped(connection)
                accounts.setdefault(mapped or account, account)
        return accounts

    def _qbo_prepare_tax(self, connection, rules, lines, parts):
        """The tax of the document: who reckons it, and what it must come to."""
        if rules.tax == "line":
            is_inclusive = self._qbo_is_inclusive(rules, parts)
            choice = "TaxInclusive" if is_inclusive else "TaxExcluded"
            return {"GlobalTaxCalculation": choice}
        if rules.tax == "off":
            is_abroad = rules.country != "US"
            return {"GlobalTaxCalculation": "NotApplicable"} if is_abroad else {}
        total = members.read_amount(self.amount_tax, self.currency_id.decimal_places)
        if rules.tax == "automated":
            return {"TxnTaxDetail": {"TotalTax": total}} if rules.sends_tax else {}
        codes = self._qbo_get_document_codes(connection, lines)
        if len(codes) != 1:
            return {}
        code = {"value": codes.qbo_id}
        return {"TxnTaxDetail": {"TxnTaxCodeRef": code, "TotalTax": total}}

    def _qbo_get_document_codes(self, connection, lines):
        """Return the tax codes (`qbo.reference`) of all lines that are taxed."""
        known = connection._get_tax_codes()
        codes = self.env["qbo.reference"]
        for line in lines:
            if line._qbo_get_kind() == "product" and line._qbo_is_taxed():
                codes |= known.get(line._qbo_get_tax_key(), codes)
        return codes

    def _qbo_get_sold_parts(self, connection, rules):
        """Return the `Part` s of the lines with an amount, in their order."""
        return [
            part
            for line in self._qbo_get_lines()
            if line._qbo_get_kind() in SOLD_KINDS
            for part in line._qbo_get_parts(connection, rules)
        ]

    def _qbo_prepare_lines(self, connection, rules, parts, forecast):
        """The lines of the payload, numbered."""
        codes = connection._get_tax_codes() if rules.tax == "line" else {}
        is_inclusive = self._qbo_is_inclusive(rules, parts)
        nets = forecast.nets if forecast and is_inclusive else [None] * len(parts)
        by_line = {}
        for part, net in zip(parts, nets, strict=True):
            by_line.setdefault(part.line, []).append(
                part.line._qbo_prepare_part(connection, rules, codes, part, net)
            )
        prepared = []
        for line in self._qbo_get_lines():
            if line._qbo_get_kind() == "text":
                prepared.append(line._qbo_prepare_text())
            prepared += by_line.get(line, [])
        rounding = self._qbo_get_rounding(connection, forecast)
        if rounding:
            prepared.append(
                self._qbo_prepare_rounding_line(
                    connection, rules, rounding, is_inclusive
                )
            )
        prepared = [values for values in prepared if values]
        return [
            {"LineNum": number, **values} for number, values in enumerate(prepared, 1)
        ]

    # === NOTES === #

    def _qbo_get_notes(self, connection):
        """Return what people should know before it is sent, as sentences."""
        self.ensure_one()
        connection = connection.sudo()
        return list(self.sudo()._qbo_list_notes(connection, connection._get_rules()))

    def _qbo_list_notes(self, connection, rules):
        """Yield the sentences of `_qbo_get_notes`."""
        return []

    # === BLOCKERS === #

    def _qbo_list_blockers(self, connection, rules):
        title = self._qbo_get_title()
        yield from self._qbo_list_company_blockers(connection, rules, title)
        yield from self._qbo_list_state_blockers()
        yield from self._qbo_list_number_blockers(title)
        yield from self._qbo_list_party_blockers(connection, rules, title)
        yield from self._qbo_list_amount_blockers(connection, rules, title)
        yield from self._qbo_list_line_blockers(connection, rules, title)

    def _qbo_list_number_blockers(self, title):
        number = self._qbo_get_number()
        if not number:
            yield self.env._(
                "%(title)s has no number yet. Give it one first: posting does.",
                title=title,
            )
        elif members.measure(number) > members.DOCUMENT_NUMBER_LENGTH:
            yield self.env._(
                "The number of %(title)s has %(length)s characters, QuickBooks takes "
                "%(most)s. Shorten the sequence (prefix, year or digits) and number "
                "it again.",
                title=title,
                length=members.measure(number),
                most=members.DOCUMENT_NUMBER_LENGTH,
            )

    def _qbo_list_party_blockers(self, connection, rules, title):
        customer = self._qbo_get_customer()
        if not customer:
            yield self.env._(
                "%(title)s has no customer. Choose one on the document.", title=title
            )
            return
        yield from customer._qbo_list_blockers(connection, rules)
        if rules.is_multicurrency:
            yield from self._qbo_list_kept_currency_blockers(
                connection, self._qbo_get_buyer(rules), title
            )
        if rules.tax == "automated" and not self.currency_id.is_zero(self.amount_tax):
            yield from self._qbo_list_place_blockers(title)

    def _qbo_list_kept_currency_blockers(self, connection, buyer, title):
        """QuickBooks keeps a customer in one currency for ever."""
        snapshot = buyer._qbo_get_binding(connection).snapshot or {}
        code = snapshot.get("CurrencyRef", {}).get("value")
        if code and code != self.currency_id.name:
            yield self.env._(
                "%(title)s is in %(ours)s, but QuickBooks keeps %(customer)s in "
                "%(theirs)s, and a customer there has one currency. Bill another "
                "customer, kept in %(ours)s, or change the currency of the document.",
                title=title,
                ours=self.currency_id.name,
                customer=buyer.display_name,
                theirs=code,
            )

    def _qbo_list_place_blockers(self, title):
        """Without a place QuickBooks finds no rates, and drops the tax that is sent."""
        place = self._qbo_prepare_addresses()[1]
        if not place.get("PostalCode") and not place.get("CountrySubDivisionCode"):
            yield self.env._(
                "%(title)s has tax, but its delivery address has neither state nor "
                "ZIP code, and QuickBooks finds no sales tax without. Complete the "
                "address of the customer.",
                title=title,
            )

    def _qbo_list_amount_blockers(self, connection, rules, title):
        currency = self.currency_id
        if currency.name != rules.home_currency and rules.home_currency:
            yield from self._qbo_list_currency_blockers(connection, rules, title)
        is_us = rules.tax in ("automated", "manual")
        is_below = currency.compare_amounts(self.amount_total, 0) < 0
        if is_us and not is_below and currency.compare_amounts(self.amount_tax, 0) < 0:
            yield self.env._(
                "The tax of %(title)s is below zero (%(tax)s), and QuickBooks charges "
                "none such. Take the withholding off the document.",
                title=title,
                tax=members.read_amount(self.amount_tax, currency.decimal_places),
            )
        if self._qbo_has_thousandths():
            total, tax = self._qbo_get_totals()
            yield self.env._(
                "%(title)s comes to %(total)s %(code)s, %(tax)s of it tax, and "
                "QuickBooks keeps two decimals. Choose prices that come to two "
                "decimals with their tax, or let Odoo round %(code)s to 0.01.",
                title=title,
                total=total,
                tax=tax,
                code=currency.name,
            )
        if is_below:
            yield self.env._(
                "The total of %(title)s is below zero, and QuickBooks takes none such. "
                "Make it a credit note over the positive amount.",
                title=title,
            )

    def _qbo_list_line_blockers(self, connection, rules, title):
        lines = self._qbo_get_lines()
        sold = [line for line in lines if line._qbo_get_kind() == "product"]
        if not sold:
            yield self.env._(
                "%(title)s has no line with a product or an amount. Add one.",
                title=title,
            )
        codes = connection._get_tax_codes()
        for line in lines:
            if line._qbo_get_kind() != "text":
                yield from line._qbo_list_blockers(connection, rules, codes, title)
        if rules.tax == "manual":
            yield from self._qbo_list_code_blockers(connection, lines, title)
        parts = self._qbo_get_sold_parts(connection, rules)
        yield from self._qbo_list_forecast_blockers(connection, rules, parts, title)
        if rules.classes == "document":
            yield from self._qbo_list_class_blockers(connection, sold, title)
        # A line that is shared out over classes is several.
        texts = [line for line in lines if line._qbo_get_kind() == "text"]
        if len(parts) + len(texts) > MOST_LINES:
            yield self.env._(
                "%(title)s has %(count)s lines, QuickBooks takes %(most)s. Split it "
                "into several documents.",
                title=title,
                count=len(parts) + len(texts),
                most=MOST_LINES,
            )

    def _qbo_list_code_blockers(self, connection, lines, title):
        codes = self._qbo_get_document_codes(connection, lines)
        if len(codes) > 1:
            yield self.env._(
                "The lines of %(title)s have different tax codes in QuickBooks "
                "(%(codes)s), which keeps one for each document. Split the document "
                "by tax.",
                title=title,
                codes=", ".join(codes.mapped("name")),
            )

    def _qbo_list_class_blockers(self, connection, lines, title):
        accounts = self._qbo_get_classes(connection, lines).values()
        if len(accounts) > 1:
            yield self.env._(
                "The lines of %(title)s belong to different classes (%(names)s), and "
                "QuickBooks keeps one class for each document. Give all lines the same "
                "analytic account of the plan %(plan)s, or switch QuickBooks to one "
                "class for each line.",
                title=title,
                names=", ".join(
                    sorted(
                        account.name if account else self.env._("none")
                        for account in accounts
                    )
                ),
                plan=connection.class_plan_id.name,
            )


def _make_email(*texts):
    address = members.find_email(*texts)
    return {"Address": address} if address else None


@lru_cache(maxsize=256)
def _read_html(text):
    """Plain text; the same terms stand below hundreds of documents."""
    return html2plaintext(text, include_references=False) if text else ""


def format_day(day):
    """'2026-03-02' of a date, None of none."""
    return day.isoformat() if isinstance(day, date) else None
