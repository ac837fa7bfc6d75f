"""The lines of a journal entry: an account, a side, and whom and what it is about."""

from .. import entity_faults, faults
from ..numbers import ZERO, money
from ..schema import (
    NON_US,
    Shape,
    amount,
    enum,
    integer,
    nested,
    party,
    ref,
    text,
)
from .sales_shapes import TEXT_DETAIL, TEXT_LINE
from .transaction import LINE_DETAILS

JOURNAL_LINE = "JournalEntryLineDetail"
DEBIT, CREDIT = "Debit", "Credit"
# Whose form of address the ledger's accounts demand, by AccountType.
LEDGERS = {"Accounts Receivable": "Customer", "Accounts Payable": "Vendor"}
WITH_BOOKS = ("Customer", "Vendor")

ENTITY = Shape(
    "EntityTypeRef",
    (enum("Type", ("Vendor", "Employee", "Customer")), party("EntityRef")),
)

DETAIL = Shape(
    JOURNAL_LINE,
    (
        enum("PostingType", (DEBIT, CREDIT)),
        nested("Entity", ENTITY),
        ref("AccountRef", "Account"),
        ref("ClassRef", "Class"),
        ref("DepartmentRef", "Department"),
        ref("TaxCodeRef", "TaxCode", named=False, countries=NON_US),
        enum("TaxApplicableOn", ("Sales", "Purchase"), countries=NON_US),
        amount("TaxAmount", minimum=ZERO, countries=NON_US),
        amount("TaxInclusiveAmt", countries=NON_US),
        text("BillableStatus", read_only=True),
        ref("JournalCodeRef", "JournalCode", countries=frozenset({"FR"})),
    ),
    ignored=("JournalEntryLineDetailEx",),
)

LINE = Shape(
    "Line",
    (
        text("Id"),
        integer("LineNum"),
        text("Description", 4000),
        amount("Amount", minimum=ZERO),
        enum("DetailType", (*LINE_DETAILS, TEXT_LINE)),
        nested(JOURNAL_LINE, DETAIL),
        nested("DescriptionLineDetail", TEXT_DETAIL, keeps_empty=True),
    ),
    ignored=(
        "CustomField",
        "LineEx",
        "LinkedTxn",
        "ProjectRef",
        "Received",
        *(
            name
            for name in LINE_DETAILS
            if name not in (JOURNAL_LINE, "DescriptionLineDetail")
        ),
    ),
)


def side_of(line):
    """Return `(side, amount)` of a stored line, or None for a text."""
    detail = line.get(JOURNAL_LINE)
    return (detail["PostingType"], line["Amount"]) if detail else None


class JournalLines:
    """What a journal entry does with each of its lines."""

    # --- reading ---

    def read_line(self, company, write, line):
        """Return a line as sent, without what the company does not track."""
        kind = line.get("DetailType")
        if kind is None:
            raise faults.required("Line.DetailType")
        if kind == TEXT_LINE:
            return {
                "Id": line.get("Id"),
                "Description": line.get("Description"),
                "DetailType": kind,
                "DescriptionLineDetail": {},
            }
        if kind != JOURNAL_LINE:
            raise faults.business(f"A line of type {kind} does not belong here.")
        if line.get("Amount") is None:
            raise faults.required("Line.Amount")
        detail = dict(line.get(JOURNAL_LINE) or {})
        self._check_required_detail(company, write, detail)
        self._refuse_tax(company, write, detail)
        tracked = company.preferences["AccountingInfoPrefs"]
        if not (tracked["ClassTrackingPerTxnLine"] or tracked["ClassTrackingPerTxn"]):
            detail.pop("ClassRef", None)
        if not tracked["TrackDepartments"]:
            detail.pop("DepartmentRef", None)
        return {
            "Id": line.get("Id"),
            "Description": line.get("Description"),
            "Amount": money(line["Amount"]),
            "DetailType": kind,
            JOURNAL_LINE: detail,
        }

    def _check_required_detail(self, company, write, detail):
        for name in ("PostingType", "AccountRef"):
            if detail.get(name) is None:
                raise faults.required(f"Line.{JOURNAL_LINE}.{name}")
        if company.country == "FR" and not write.by_user:
            if detail.get("JournalCodeRef") is None:
                raise faults.required("JournalCodeRef")

    def _refuse_tax(self, company, write, detail):
        """What QBO demands of a taxed line, and then that there are no books for it."""
        if detail.get("TaxCodeRef") is None:
            for name in ("TaxApplicableOn", "TaxAmount", "TaxInclusiveAmt"):
                detail.pop(name, None)
            return
        names = ["TaxApplicableOn", "TaxAmount"]
        inclusive = write.values.get("GlobalTaxCalculation") == "TaxInclusive"
        if company.country == "AU" and inclusive:
            names.append("TaxInclusiveAmt")
        for name in names:
            if detail.get(name) is None:
                raise faults.required(name)
        raise entity_faults.no_tax_in_journals()

    # --- completing ---

    def settle_lines(self, company, write):
        """Check the sides, the accounts and the parties; give the lines their ids."""
        lines = []
        for line in write.values["Line"]:
            if side_of(line) and not line["Amount"]:
                continue
            lines.append(self._settled(company, write, line))
        self._check_sides(lines)
        self._check_ledgers(company, lines)
        self._give_ids(lines, write.before("Line", ()))
        return lines

    def _check_sides(self, lines):
        """A debit and a credit at least, in balance to the cent (6000)."""
        sides = [side for side in map(side_of, lines) if side]
        debits = [each for name, each in sides if name == DEBIT]
        credits = [each for name, each in sides if name == CREDIT]
        if not debits or not credits:
            raise faults.business(
                "A journal entry needs a debit and a credit that are not zero."
            )
        if sum(debits, ZERO) != sum(credits, ZERO):
            raise faults.business(
                "The debits and credits of a journal entry must be equal: "
                f"{sum(debits, ZERO)} and {sum(credits, ZERO)}."
            )

    def _settled(self, company, write, line):
        if JOURNAL_LINE not in line:
            return line
        detail = dict(line[JOURNAL_LINE])
        row = None
        if detail.get("Entity"):
            detail["Entity"], row = self._party(company, write, detail["Entity"])
        account = company.store.get("Account", detail["AccountRef"]["value"])
        self._check_ledger_party(company, account, detail.get("Entity"), row)
        self._check_currency(company, write, account, row)
        return {**line, JOURNAL_LINE: detail}

    def _check_ledger_party(self, company, account, entity, row):
        """The ledgers are kept by customer and vendor."""
        kind = LEDGERS.get(account["AccountType"])
        if kind is None:
            return
        if entity is None or entity["Type"] != kind:
            raise entity_faults.ledger_needs_name(account["AccountType"], company)
        if row["CurrencyRef"]["value"] != account["CurrencyRef"]["value"]:
            raise entity_faults.other_ledger_currency()

    def _check_currency(self, company, write, account, row):
        """One foreign currency: accounts and names are in it or in the home one."""
        fitting = (company.home_currency, write.value_of("CurrencyRef"))
        if account["CurrencyRef"]["value"] not in fitting:
            raise entity_faults.other_ledger_currency()
        if row is not None and row["CurrencyRef"]["value"] not in fitting:
            raise faults.business(
                "A transaction is in one foreign currency: a customer or vendor of a "
                "line is in another."
            )

    def _check_ledgers(self, company, lines):
        if company.switches.journal_ledger_lines == "any":
            return
        found = 0
        for line in lines:
            if JOURNAL_LINE in line:
                account_id = line[JOURNAL_LINE]["AccountRef"]["value"]
                account = company.store.get("Account", account_id)
                found += account["AccountType"] in LEDGERS
        if found > 1:
            raise faults.business(
                "A journal entry has one line on Accounts Receivable or Accounts "
                "Payable at most."
            )

    # --- whom a line is about ---

    def _party(self, company, write, sent):
        """Return the Entity as QBO prints it, and its row (2020, 2500, 610)."""
        reference = sent.get("EntityRef")
        if reference is None:
            raise faults.required("EntityRef")
        qbo_id = reference["value"]
        kinds = (sent["Type"],) if sent.get("Type") else WITH_BOOKS
        for kind in kinds:
            row = company.store.get(kind, qbo_id) if kind in WITH_BOOKS else None
            if row is not None:
                break
        else:
            raise faults.invalid_reference("Names", qbo_id, "EntityRef")
        if row["Active"] is False and not self._had_party(write, kind, qbo_id):
            if company.switches.inactive_reference == "not_found":
                raise faults.invalid_reference("Names", qbo_id, "EntityRef")
            raise faults.inactive_reference()
        name = company.entity(kind).display(row)
        return {"Type": kind, "EntityRef": {"value": qbo_id, "name": name}}, row

    def _had_party(self, write, kind, qbo_id):
        for line in write.before("Line", ()):
            known = line.get(JOURNAL_LINE, {}).get("Entity")
            if known and (known["Type"], known["EntityRef"]["value"]) == (kind, qbo_id):
                return True
        return False

    # --- ids ---

    def _give_ids(self, lines, old_lines):
        """Lines count from 0 and have no number; what stood here keeps its id."""
        known = {line["Id"] for line in old_lines}
        used = set()
        following = max((int(each) for each in known), default=-1)
        for line in lines:
            if line.get("Id") not in known or line["Id"] in used:
                following += 1
                line["Id"] = str(following)
            used.add(line["Id"])
