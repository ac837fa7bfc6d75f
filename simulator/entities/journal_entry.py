"""JournalEntry: debits and credits on any accounts, equal to the cent.

Intuit's page: TotalAmt is always zero; a number given twice is refused only where
OtherPrefs WarnDuplicateJournalNumber says so; without a number there is none, unless
`include=allowautodocnum` asks for the next one.
"""

from .. import entity_faults, faults
from ..numbers import ZERO, money, multiply
from ..schema import (
    NON_US,
    Shape,
    amount,
    currency,
    enum,
    flag,
    many,
    nested,
    ref,
    text,
)
from .common import ENTITY_BLOCK
from .currencies import check_currency
from .journal_lines import CREDIT, JOURNAL_LINE, LEDGERS, LINE, JournalLines
from .sales_shapes import TAX_DETAIL
from .settings import other_preference
from .transaction import (
    TRANSACTION_IGNORED,
    Transaction,
    common_fields,
    location_type,
    rate_field,
)

WARNS = "WarnDuplicateJournalNumber"

JOURNAL_ENTRY = Shape(
    "JournalEntry",
    (
        flag("Adjustment", countries=frozenset({"US"})),
        enum(
            "GlobalTaxCalculation",
            ("TaxExcluded", "TaxInclusive", "NotApplicable"),
            countries=NON_US,
        ),
        amount("TotalAmt", read_only=True),
        amount("HomeTotalAmt", read_only=True),
        *ENTITY_BLOCK,
        *common_fields(),
        # A query may name it, a journal entry never has it: its lines do.
        ref("DepartmentRef", "Department", read_only=True),
        currency(),
        rate_field(),
        text("PrivateNote", 4000),
        many("Line", LINE),
        nested("TxnTaxDetail", TAX_DETAIL, keeps_empty=True),
        ref("TaxRateRef", "TaxRate", named=False),
        location_type(),
    ),
    ignored=TRANSACTION_IGNORED
    + (
        "CustomField",
        "EnteredInHomeCurrency",
        "HomeCurrencyAdjustment",
        "JournalCodeRef",
        "JournalEntryEx",
        "LinkedTxn",
    ),
)


class JournalEntry(JournalLines, Transaction):
    """What the bookkeeper posts by hand. It cannot be voided."""

    name = "JournalEntry"
    path = "journalentry"
    shape = JOURNAL_ENTRY
    required = ("Line",)
    series = "journal"
    numbers_after = "0"

    # --- reading ---

    def check_required(self, company, write):
        """Lines; an update may leave all else out."""
        if not write.values.get("Line"):
            raise faults.required("Line")

    def check_values(self, company, write, problems):
        """Digits of amounts (2090)."""
        self.check_line_amounts(company, write, problems)

    def discard(self, company, write):
        """Read the lines that were sent; refuse tax, which has no books here."""
        values = write.values
        if company.country == "AU":
            values.setdefault("GlobalTaxCalculation", "TaxExcluded")
        sent = write.sent.get("TxnTaxDetail") or {}
        taxed = sent.get("TaxLine") or sent.get("TotalTax") or sent.get("TxnTaxCodeRef")
        if taxed or write.sent.get("TaxRateRef"):
            raise entity_faults.no_tax_in_journals()
        if "Line" in write.sent:
            values["Line"] = [
                self.read_line(company, write, line) for line in values["Line"]
            ]

    # --- completing ---

    def complete(self, company, write):
        """Date, number, currency, lines; the totals are zero by definition."""
        values = write.values
        self.settle_date(company, write)
        self.settle_location_type(company, write)
        self._settle_number(company, write)
        self._settle_currency(company, write)
        if company.country == "US":
            values["Adjustment"] = bool(values.get("Adjustment"))
        values["Line"] = self.settle_lines(company, write)
        values["TxnTaxDetail"] = {}
        values["TotalAmt"] = ZERO
        values["HomeTotalAmt"] = self.home_amount(company, values, ZERO)

    def _settle_number(self, company, write):
        wanted = company.preference("AccountingInfoPrefs.AutoJournalEntryNumber")
        if "allowautodocnum" in write.include or wanted:
            if write.values.get("DocNumber") is None:
                known = write.before("DocNumber")
                write.values["DocNumber"] = known or self.next_number(company)
        if other_preference(company, WARNS) == "true":
            self.refuse_taken_number(company, write)

    def _settle_currency(self, company, write):
        """The currency that was sent, or stood there; the company's own otherwise."""
        if write.value_of("CurrencyRef") is None:
            write.values["CurrencyRef"] = write.before("CurrencyRef")
            refuses = company.switches.omitted_currency == "refuse"
            if write.creates and company.multicurrency and refuses:
                if not write.by_user:
                    raise faults.required("CurrencyRef")
        check_currency(company, write)
        code = write.value_of("CurrencyRef")
        write.values["ExchangeRate"] = self.rate_of(company, write, code)

    # --- effects ---

    def saved(self, company, row, write):
        """Customers and vendors owe, or are owed, what the ledgers' lines say."""
        super().saved(company, row, write)
        if write.old is not None:
            self._move_names(company, write.old, -1)
        self._move_names(company, row)

    def _move_names(self, company, row, direction=1):
        for line in row["Line"]:
            detail = line.get(JOURNAL_LINE)
            if detail is None:
                continue
            account = company.store.get("Account", detail["AccountRef"]["value"])
            kind = LEDGERS.get(account["AccountType"])
            if kind is None:
                continue
            share = _in_currency_of(account, row, line["Amount"])
            owes = direction * (-share if detail["PostingType"] == CREDIT else share)
            people = company.entity(kind)
            sign = 1 if kind == "Customer" else -1
            people.move_balance(
                company, detail["Entity"]["EntityRef"]["value"], sign * owes
            )

    def check_delete(self, company, row, by_user):
        """Not in a closed period."""
        self.check_open(company, (row["TxnDate"],), by_user)

    def deleted(self, company, row):
        """What the ledgers' lines said is owed no more."""
        self._move_names(company, row, -1)


def _in_currency_of(account, row, share):
    """Return an amount of an entry in the currency of a ledger's account."""
    if account["CurrencyRef"]["value"] == row["CurrencyRef"]["value"]:
        return share
    return money(multiply(share, row["ExchangeRate"]))
