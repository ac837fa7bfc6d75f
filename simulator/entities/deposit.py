"""Deposit: money that reaches the bank, from Undeposited Funds or from elsewhere.

Its links freeze what they take along: see `depositable`.
"""

from .. import faults
from ..numbers import LARGEST_AMOUNT, ZERO, money
from ..schema import (
    NON_US,
    Shape,
    amount,
    currency,
    day,
    enum,
    integer,
    many,
    nested,
    party,
    ref,
    text,
)
from .common import ENTITY_BLOCK
from .deposit_lines import DIRECT_LINE, DepositLines, link_of
from .transaction import (
    LINE_DETAILS,
    LINKED,
    TRANSACTION_IGNORED,
    Transaction,
    location_type,
    rate_field,
)

DIRECT_DETAIL = Shape(
    DIRECT_LINE,
    (
        party("Entity"),
        ref("ClassRef", "Class"),
        ref("AccountRef", "Account"),
        ref("PaymentMethodRef", "PaymentMethod", named=False),
        text("CheckNum", 21),
        ref("TaxCodeRef", "TaxCode", named=False, countries=NON_US),
        enum("TaxApplicableOn", ("Sales", "Purchase"), countries=NON_US),
    ),
    ignored=("TxnType", "DepositLineDetailEx"),
)

DEPOSIT_LINE = Shape(
    "Line",
    (
        text("Id"),
        integer("LineNum"),
        text("Description", 4000),
        amount("Amount"),
        many("LinkedTxn", LINKED),
        enum("DetailType", (*LINE_DETAILS, "DescriptionOnly")),
        nested(DIRECT_LINE, DIRECT_DETAIL),
    ),
    ignored=(
        "CustomField",
        "LineEx",
        "ProjectRef",
        "Received",
        *(name for name in LINE_DETAILS if name != DIRECT_LINE),
    ),
)

CASH_BACK = Shape(
    "CashBackInfo",
    (
        ref("AccountRef", "Account"),
        amount("Amount", minimum=ZERO),
        text("Memo", 4000),
    ),
)

DEPOSIT = Shape(
    "Deposit",
    (
        ref("DepositToAccountRef", "Account"),
        nested("CashBack", CASH_BACK),
        enum(
            "GlobalTaxCalculation",
            ("TaxExcluded", "TaxInclusive", "NotApplicable"),
            countries=NON_US,
        ),
        amount("TotalAmt", read_only=True),
        amount("HomeTotalAmt", read_only=True),
        *ENTITY_BLOCK,
        # A query may name it, a deposit never has it.
        text("DocNumber", read_only=True),
        day("TxnDate", query="FS"),
        ref("DepartmentRef", "Department"),
        currency(),
        rate_field(),
        text("PrivateNote", 4000),
        many("LinkedTxn", LINKED, read_only=True),
        many("Line", DEPOSIT_LINE),
        location_type(),
    ),
    ignored=TRANSACTION_IGNORED + ("DepositEx", "CustomField", "TxnTaxDetail"),
)


class Deposit(DepositLines, Transaction):
    """Money brought to a bank account. It cannot be voided."""

    name = "Deposit"
    path = "deposit"
    shape = DEPOSIT
    required = ("Line", "DepositToAccountRef")
    indexes = ()

    # --- reading ---

    def check_required(self, company, write):
        """At least one line, and where the money goes."""
        for name in self.required:
            if not write.values.get(name):
                raise faults.required(name)

    def check_values(self, company, write, problems):
        """Digits of amounts (2090)."""
        self.check_line_amounts(company, write, problems)

    def discard(self, company, write):
        """Drop what the company does not track; read the lines that were sent."""
        self.discard_untracked(company, write, ("DepartmentRef",))
        if "Line" in write.sent:
            lines = [self.read_line(company, line) for line in write.values["Line"]]
            write.values["Line"] = lines

    # --- completing ---

    def complete(self, company, write):
        """Lines, the currency they force, where the money goes, the total."""
        values = write.values
        self.settle_date(company, write)
        self.settle_location_type(company, write)
        if company.country != "US" and values.get("GlobalTaxCalculation") is None:
            values["GlobalTaxCalculation"] = "TaxExcluded"
        lines, parties = self.settle_lines(company, write)
        self.settle_currency(company, write, self._forced(company, write, parties))
        self.check_funds(company, write, write.value_of("DepositToAccountRef"))
        for line in lines:
            self.check_account(company, write, line)
        values["Line"] = lines
        values["LinkedTxn"] = None
        self._settle_cash_back(company, write)
        self._settle_total(company, values)

    def _forced(self, company, write, parties):
        """Return what has the deposit's currency: its parties, else the account."""
        if len({row["CurrencyRef"]["value"] for row in parties}) > 1:
            raise faults.business("All lines of a deposit are in one currency.")
        account_id = write.value_of("DepositToAccountRef")
        return parties[0] if parties else company.store.get("Account", account_id)

    def _settle_cash_back(self, company, write):
        cash = write.values.get("CashBack") or {}
        if not cash.get("Amount"):
            write.values["CashBack"] = None
            return
        if cash.get("AccountRef") is None:
            raise faults.required("CashBack.AccountRef")
        account = company.store.get("Account", cash["AccountRef"]["value"])
        self.check_account_currency(company, write, account)

    def _settle_total(self, company, values):
        """Lines less what was kept in cash; never below zero (6000)."""
        cash = values["CashBack"]["Amount"] if values.get("CashBack") else ZERO
        total = sum((line["Amount"] for line in values["Line"]), ZERO) - cash
        if total < 0:
            raise faults.business("Transaction amount must be 0 or greater")
        if total > LARGEST_AMOUNT:
            raise faults.invalid_number(total, "TotalAmt")
        values["TotalAmt"] = money(total)
        values["HomeTotalAmt"] = self.home_amount(company, values, total)

    # --- effects ---

    def saved(self, company, row, write):
        """What came in is linked and frozen, what was dropped is free again."""
        self._move(company, row["Id"], write.before("Line", ()), row["Line"])

    def _move(self, company, deposit_id, old_lines, new_lines):
        before = [link_of(line) for line in old_lines if link_of(line)]
        after = [link_of(line) for line in new_lines if link_of(line)]
        for kind, qbo_id in before:
            if (kind, qbo_id) not in after:
                company.entity(kind).leave_deposit(company, qbo_id)
        for kind, qbo_id in after:
            if (kind, qbo_id) not in before:
                company.entity(kind).enter_deposit(company, qbo_id, deposit_id)

    def check_delete(self, company, row, by_user):
        """Not in a closed period."""
        self.check_open(company, (row["TxnDate"],), by_user)

    def deleted(self, company, row):
        """Everything goes back to Undeposited Funds."""
        self._move(company, row["Id"], row["Line"], ())
