"""What all transactions share: dates, numbers, currency, closed periods, lines."""

import re
from decimal import Decimal

from .. import entity_faults, faults, numbers
from ..schema import Shape, day, enum, many, number, text
from . import account_types
from .base import Entity
from .common import ENTITY_BLOCK, ENTITY_IGNORED
from .currencies import CURRENCIES, SMALLEST_RATE

AUTO_NUMBER = "AUTO_GENERATE"
VOIDED = "Voided"
# Line.Amount has 15 digits at most, "in 10.5 format" (Intuit's page).
AMOUNT_DIGITS = (10, 5)
FUNDS = ("Bank", "Other Current Asset")
# Where a sale goes, as France wants to know it; the first is the default.
LOCATION_TYPES = (
    "WithinFrance",
    "FranceOverseas",
    "OutsideFranceWithEU",
    "OutsideEU",
)
_NUMBERED = re.compile(r"^(.*?)(\d+)$")

LINKED = Shape(
    "LinkedTxn", (text("TxnId"), text("TxnType"), text("TxnLineId")), ignored=("Id",)
)

CUSTOM_FIELD = Shape(
    "CustomField",
    (text("DefinitionId"), text("Name"), text("Type"), text("StringValue", 31)),
    ignored=("BooleanValue", "DateValue", "NumberValue"),
)

# Line details that QBO knows but that do not belong on every form.
LINE_DETAILS = (
    "AccountBasedExpenseLineDetail",
    "DepositLineDetail",
    "DescriptionLineDetail",
    "DiscountLineDetail",
    "GroupLineDetail",
    "ItemBasedExpenseLineDetail",
    "ItemReceiptLineDetail",
    "JournalEntryLineDetail",
    "PaymentLineDetail",
    "PurchaseOrderItemLineDetail",
    "ReimburseLineDetail",
    "SalesItemLineDetail",
    "SalesOrderItemLineDetail",
    "SubTotalLineDetail",
    "TDSLineDetail",
    "TaxLineDetail",
)

ENTITY_WITH_CUSTOM_FIELDS = (*ENTITY_BLOCK, many("CustomField", CUSTOM_FIELD))

TRANSACTION_IGNORED = ENTITY_IGNORED + (
    "TxnStatus",
    "TxnSource",
    "RecurDataRef",
    "RecurringInfo",
    "ProjectRef",
    "TaxFormType",
    "TaxFormNum",
    "TxnApprovalInfo",
)


def common_fields(*, number_query="FS"):
    """Return the properties between the entity block and the lines."""
    return (
        text("DocNumber", 21, query=number_query),
        day("TxnDate", query="FS"),
    )


class Transaction(Entity):
    """Base of all transactions. `series` is the number series it takes part in."""

    sequence = "transactions"
    element_word = "Txns"
    name_property = "DocNumber"
    operations = frozenset({"create", "update", "delete"})
    indexes = ("DocNumber",)
    is_list = False
    is_transaction = True
    series = None
    # The number before the first of the series.
    numbers_after = "1000"
    # Whether DocNumber AUTO_GENERATE means the next number (Intuit's XSD names these).
    numbers_itself = False

    def display(self, row):
        """References to transactions carry no name."""

    # --- dates ---

    def check_open(self, company, dates, by_user):
        """Refuse what lies in the closed period (6210); the browser may override."""
        closing = company.preference("AccountingInfoPrefs.BookCloseDate")
        if not closing or by_user:
            return
        if any(date and date <= closing for date in dates):
            raise faults.period_closed()

    def settle_date(self, company, write):
        """Default TxnDate, and the closed period for the old and the new date."""
        if write.values.get("TxnDate") is None:
            write.values["TxnDate"] = company.today()
        dates = (write.before("TxnDate"), write.values["TxnDate"])
        self.check_open(company, dates, write.by_user)

    def settle_location_type(self, company, write):
        """In France a transaction lies within France unless it says otherwise."""
        if company.country == "FR":
            write.values.setdefault("TransactionLocationType", LOCATION_TYPES[0])

    # --- document numbers ---

    def series_rows(self, company, doc_number):
        """Yield `(entity name, row)` of the series with this number."""
        for entity in company.entities.values():
            if getattr(entity, "series", None) == self.series:
                for row in company.store.table(entity.name).find(
                    "DocNumber", doc_number
                ):
                    yield entity.name, row

    def settle_number(self, company, write, *, custom, check):
        """Give or check the document number.

        `custom`: the company numbers by hand; `check`: duplicates are refused (6140).
        """
        doc_number = write.values.get("DocNumber")
        if doc_number == AUTO_NUMBER and self.numbers_itself:
            doc_number, custom = None, False
        if doc_number is None and not custom:
            doc_number = write.before("DocNumber") or self.next_number(company)
        write.values["DocNumber"] = doc_number
        if doc_number is None and custom and company.country == "FR":
            raise faults.required("DocNumber")
        if check and company.switches.warn_duplicate_numbers:
            self.refuse_taken_number(company, write)

    def refuse_taken_number(self, company, write):
        """Refuse the number of another transaction (6140), unless it was asked for."""
        doc_number = write.values.get("DocNumber")
        if doc_number is None or write.before("DocNumber") == doc_number:
            return
        if "allowduplicatedocnum" in write.include:
            return
        for entity_name, row in self.series_rows(company, doc_number):
            if row["Id"] != write.before("Id"):
                raise faults.duplicate_document_number(
                    doc_number, entity_name, row["Id"]
                )

    def next_number(self, company):
        """Return the number after the last one of the series."""
        last = company.last_numbers.get(self.series, self.numbers_after)
        match = _NUMBERED.match(last)
        if match is None:
            return f"{last}1"
        prefix, digits = match.groups()
        return f"{prefix}{int(digits) + 1:0{len(digits)}d}"

    def saved(self, company, row, write):
        """Remember the number: the next one follows it."""
        if self.series and row.get("DocNumber"):
            company.last_numbers[self.series] = row["DocNumber"]

    # --- currency ---

    def settle_currency(self, company, write, party):
        """The transaction has the currency of its customer or vendor, and a rate."""
        code = party["CurrencyRef"]["value"]
        sent = write.value_of("CurrencyRef")
        if sent is None and company.multicurrency and write.creates:
            if company.switches.omitted_currency == "refuse" and not write.by_user:
                raise faults.required("CurrencyRef")
        if sent not in (None, code):
            if sent != company.home_currency and not company.multicurrency:
                raise faults.business(
                    "Multicurrency must be turned on to use a foreign currency."
                )
            if sent not in CURRENCIES:
                raise faults.invalid_reference("Currencies", sent, "CurrencyRef")
            raise entity_faults.other_ledger_currency()
        write.values["CurrencyRef"] = company.currency_ref(code)
        write.values["ExchangeRate"] = self.rate_of(company, write, code)

    def rate_of(self, company, write, code):
        """Return the rate that was sent, or 1; None without multicurrency."""
        if not company.multicurrency:
            return None
        if code == company.home_currency:
            return Decimal(1)
        rate = write.values.get("ExchangeRate")
        if rate is not None and rate > 0:
            return numbers.bare(rate)
        if company.switches.omitted_exchange_rate == "list":
            rates = company.entity("ExchangeRate")
            return rates.rate(company, code, write.values["TxnDate"])
        return Decimal(1)

    def home_amount(self, company, values, amount):
        """Return an amount in home currency, or None without multicurrency."""
        if not company.multicurrency:
            return None
        # What was written before multicurrency was turned on has no rate.
        rate = values.get("ExchangeRate") or Decimal(1)
        return numbers.money(numbers.multiply(amount, rate))

    # --- lines ---

    def check_line_amounts(self, company, write, problems):
        """Note amounts of lines with more digits than they may have (2090)."""
        if company.switches.amount_digits != "documented":
            return
        for line in write.sent.get("Line") or ():
            amount = line.get("Amount")
            if amount is not None and not numbers.fits(amount, *AMOUNT_DIGITS):
                problems.append(faults.invalid_number(amount, "Amount"))

    def give_line_ids(self, lines, old_lines):
        """Keep ids that stood on this object before, number the others on."""
        known = {line["Id"] for line in old_lines if "Id" in line}
        used = set()
        following = max((int(each) for each in known if each.isdigit()), default=0)
        for position, line in enumerate(lines, start=1):
            if line.get("Id") not in known or line["Id"] in used:
                following += 1
                line["Id"] = str(following)
            used.add(line["Id"])
            line["LineNum"] = position

    # --- custom fields ---

    def custom_fields(self, company, write):
        """Return every enabled custom field, with the values sent or kept."""
        groups = company.preferences["SalesFormsPrefs"].get("CustomField", [])
        entries = [entry for group in groups for entry in group["CustomField"]]
        enabled = {
            entry["Name"][-1]
            for entry in entries
            if entry.get("BooleanValue") and "UseSalesCustom" in entry["Name"]
        }
        values = {
            each.get("DefinitionId"): each.get("StringValue")
            for each in write.values.get("CustomField") or ()
        }
        fields = []
        for entry in entries:
            definition = entry["Name"][-1]
            if "SalesCustomName" in entry["Name"] and definition in enabled:
                fields.append(
                    {
                        "DefinitionId": definition,
                        "Name": entry["StringValue"],
                        "Type": "StringType",
                        "StringValue": values.get(definition),
                    }
                )
        return fields

    # --- dimensions ---

    def discard_untracked(self, company, write, names=("DepartmentRef", "ClassRef")):
        """Drop, without a word, what the company does not track on the head."""
        tracked = company.preferences["AccountingInfoPrefs"]
        keeps = {
            "DepartmentRef": tracked["TrackDepartments"],
            "ClassRef": tracked["ClassTrackingPerTxn"],
        }
        for name in names:
            if not keeps[name]:
                write.values.pop(name, None)

    # --- money ---

    def check_funds(self, company, write, account_id):
        """Refuse an account that money cannot go to: of another type (6430), or in a
        currency that is neither the company's nor the transaction's (6000)."""
        account = company.store.get("Account", account_id)
        if account["AccountType"] not in FUNDS:
            raise entity_faults.wrong_account_type(
                "DepositToAccountRef", "Money goes to a bank or a current asset."
            )
        fitting = (company.home_currency, write.value_of("CurrencyRef"))
        if account["CurrencyRef"]["value"] not in fitting:
            raise faults.business(
                "The account of the money is in another currency than the transaction."
            )

    def open_receivable(self, company, currency_code):
        """Open the receivable account of a foreign currency on first use."""
        if currency_code == company.home_currency:
            return
        name = f"Accounts Receivable (A/R) - {currency_code}"
        if not company.store.table("Account").find("Name", name):
            kind = account_types.DEFAULT_SUBTYPE["Accounts Receivable"]
            company.entity("Account").write(
                company,
                {
                    "Name": name,
                    "AccountSubType": kind,
                    "CurrencyRef": {"value": currency_code},
                },
            )

    # --- voiding ---

    def void_note(self, row):
        """Return the private note of a voided transaction."""
        note = row.get("PrivateNote")
        return f"{VOIDED} - {note}" if note else VOIDED

    def is_void(self, row):
        """Tell whether a transaction is void already."""
        return row.get("PrivateNote", "").startswith(VOIDED) and not row["TotalAmt"]


def rate_field():
    """Return the ExchangeRate property: up to seven decimals, positive."""
    return number("ExchangeRate", minimum=SMALLEST_RATE)


def location_type():
    """Return the TransactionLocationType property; elsewhere than in FR it is lost."""
    return enum("TransactionLocationType", LOCATION_TYPES, countries=frozenset({"FR"}))
