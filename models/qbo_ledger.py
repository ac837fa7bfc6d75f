from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.tools import formatLang

from ..tools import members, money
from ..tools.references import list_references

# Credits take back what invoices gave.
SIGNS = {"Invoice": 1, "CreditMemo": -1}
TAX_SUB_TYPE = "GlobalTaxPayable"


class Posting(NamedTuple):
    """One row of a journal entry, in the currency of the document.

    :param account: name of the account in QuickBooks
    :param debit: Decimal, 0 where it is a credit
    :param credit: Decimal, 0 where it is a debit
    """

    account: str
    debit: Decimal
    credit: Decimal


class QboLedger(models.AbstractModel):
    """What a document will do to the ledger of QuickBooks, as far as can be told.

    QuickBooks makes the entry itself; this foresees it from its own lists.
    """

    _name = "qbo.ledger"
    _description = "Effect On The Ledger Of QuickBooks"

    @api.model
    def _predict(self, connection, document, payload):
        """Return the postings of a document, debits first; [] where there are none.

        :param dict payload: of the document, records by name
        :rtype: list[Posting]
        """
        if document._qbo_get_entity() == "JournalEntry":
            return self._list_entry(document)
        sign = SIGNS.get(document._qbo_get_entity())
        if not sign:
            return []
        connection = connection.sudo()
        decimals = document.currency_id.decimal_places
        lines = self._list_sold(payload)
        credits = {}
        for amount, detail in lines:
            account = self._get_income_account(connection, detail)
            credits[account] = credits.get(account, 0) + amount
        tax = document._qbo_get_expectation(connection)["tax"] or Decimal(0)
        for account, amount in self._share_tax(
            connection, payload, lines, tax, decimals
        ):
            credits[account] = credits.get(account, 0) + amount
        total = sum(credits.values(), Decimal(0))
        receivable = self._get_receivable_account(connection, document)
        rows = [(receivable, sign * total)]
        rows += [(account, -sign * amount) for account, amount in credits.items()]
        postings = [
            Posting(account, max(amount, Decimal(0)), max(-amount, Decimal(0)))
            for account, amount in rows
            if amount
        ]
        return sorted(postings, key=lambda posting: not posting.debit)

    @api.model
    def _list_entry(self, entry):
        """Return the postings of a journal entry: what it says itself."""
        decimals = entry.currency_id.decimal_places
        return [
            Posting(
                " / ".join(
                    filter(None, (line.account_id.full_name, line.class_id.full_name))
                ),
                members.read_amount(line.debit, decimals),
                members.read_amount(line.credit, decimals),
            )
            for line in entry._qbo_get_lines().sudo()
        ]

    def _list_sold(self, payload):
        """Return (amount, detail) of the lines that post something."""
        return [
            (money.to_decimal(line["Amount"]), line["SalesItemLineDetail"])
            for line in payload.get("Line", ())
            if line.get("SalesItemLineDetail") is not None
        ]

    # === ACCOUNTS === #

    def _get_receivable_account(self, connection, document):
        """The account for the currency: QuickBooks keeps one for each."""
        code = document.currency_id.name
        accounts = connection.reference_ids.filtered(
            lambda each: each.entity == "Account"
            and each.account_type == "Accounts Receivable"
        )
        home = connection.home_currency or code
        same = accounts.filtered(lambda each: (each.currency_code or home) == code)
        if same:
            return same[0].full_name
        default = accounts[:1].full_name or self.env._("Accounts Receivable (A/R)")
        # QuickBooks opens it with the first document in the currency.
        return f"{default} - {code}" if code != home else default

    def _get_income_account(self, connection, detail):
        """The account of the line's product there, else that of new products."""
        account = connection.income_account_id
        item = detail.get("ItemRef") or {}
        name = self._name_item_account(connection, item.get("value"))
        for reference in list_references({"ItemRef": item}):
            product = self.env[reference.model].sudo().browse(reference.id)
            snapshot = product._qbo_get_binding(connection).snapshot or {}
            name = self._name_account(connection, snapshot.get("IncomeAccountRef"))
            account = connection._get_income_account(product)
        return name or account.full_name or self.env._("Income (no account chosen)")

    def _name_item_account(self, connection, number):
        """The income account of an item that a product is mapped to, or None."""
        if not number:
            return None
        item = (
            self.env["qbo.mapping"].sudo()._find_reference(connection, "Item", number)
        )
        return self._name_account(
            connection, (item.payload or {}).get("IncomeAccountRef")
        )

    def _name_account(self, connection, reference):
        if not reference:
            return None
        account = connection.reference_ids.filtered(
            lambda each: each.entity == "Account"
            and each.qbo_id == reference.get("value")
        )
        return account[:1].full_name or reference.get("name")

    # === TAX === #

    def _share_tax(self, connection, payload, lines, tax, decimals):
        """Return [(account, amount)] that add up to the tax of the document."""
        if not tax:
            return []
        weights = {}
        for code, base in self._list_taxed(payload, lines):
            for account, rate in self._get_tax_accounts(connection, code):
                weights[account] = weights.get(account, 0) + abs(base) * rate
        weights = {account: weight for account, weight in weights.items() if weight}
        if not weights:
            return [(self._get_only_tax_account(connection), tax)]
        parts = money.spread(money.to_minor(tax, decimals), list(weights.values()))
        return [
            (account, money.from_minor(part, decimals))
            for account, part in zip(weights, parts, strict=True)
        ]

    def _list_taxed(self, payload, lines):
        """Yield (id of a tax code, amount it is on)."""
        of_document = payload.get("TxnTaxDetail", {}).get("TxnTaxCodeRef", {})
        for amount, detail in lines:
            code = detail.get("TaxCodeRef", {}).get("value")
            if of_document and code != "NON":
                code = of_document["value"]
            yield code, amount

    def _get_tax_accounts(self, connection, code):
        """Return [(account of the agency, rate in per cent)] of a tax code."""
        references = self._index_references(connection)
        details = (references.get(("TaxCode", code)) or {}).get("SalesTaxRateList", {})
        accounts = []
        for detail in details.get("TaxRateDetail", ()):
            rate = references.get(("TaxRate", detail["TaxRateRef"]["value"])) or {}
            agency = references.get(
                ("TaxAgency", (rate.get("AgencyRef") or {}).get("value"))
            )
            accounts.append(
                (
                    self._get_agency_account(connection, agency),
                    money.to_decimal(rate.get("RateValue") or 0),
                )
            )
        return accounts

    def _index_references(self, connection):
        return {
            (each.entity, each.qbo_id): each.payload
            for each in connection.with_context(active_test=False).reference_ids
            if each.entity in ("TaxCode", "TaxRate", "TaxAgency")
        }

    def _list_tax_accounts(self, connection):
        return connection.reference_ids.filtered(
            lambda each: each.entity == "Account"
            and each.account_sub_type == TAX_SUB_TYPE
        )

    def _get_agency_account(self, connection, agency):
        name = (agency or {}).get("DisplayName")
        accounts = self._list_tax_accounts(connection)
        own = accounts.filtered(lambda each: name and each.name == f"{name} Payable")
        if own or len(accounts) == 1:
            return (own or accounts)[0].full_name
        if name:
            return self.env._("Tax payable to %(agency)s", agency=name)
        return self.env._("Sales tax payable")

    def _get_only_tax_account(self, connection):
        """Where QuickBooks reckons the tax, nobody knows which agency gets it."""
        accounts = self._list_tax_accounts(connection)
        if len(accounts) == 1:
            return accounts.full_name
        return self.env._("Sales tax payable")

    # === WORDS === #

    @api.model
    def _describe_rate(self, connection, document, payload):
        """Return what the document comes to in the home currency, '' at home."""
        rate = payload.get("ExchangeRate")
        if not rate:
            return ""
        home = connection.company_id.currency_id
        total = document._qbo_get_expectation(connection)["total"]
        amount = money.round_half_up(total * rate, home.decimal_places)
        return self.env._(
            "At %(rate)s %(home)s for 1 %(code)s, the books get %(amount)s in total.",
            rate=rate,
            home=home.name,
            code=document.currency_id.name,
            amount=formatLang(self.env, float(amount), currency_obj=home),
        )
