"""The parts of a report: header, columns, cells."""

from .. import faults
from ..numbers import ZERO

# The order in which reports list accounts.
ACCOUNT_TYPES = (
    "Bank",
    "Accounts Receivable",
    "Other Current Asset",
    "Fixed Asset",
    "Other Asset",
    "Accounts Payable",
    "Credit Card",
    "Other Current Liability",
    "Long Term Liability",
    "Equity",
    "Income",
    "Cost of Goods Sold",
    "Expense",
    "Other Income",
    "Other Expense",
)
INCOME_TYPES = frozenset(ACCOUNT_TYPES[10:])


def check_basis(company, args):
    """Refuse reports on a cash basis (6000); takes the basis out of `args`."""
    usual = company.preference("ReportPrefs.ReportBasis") or "Accrual"
    basis = args.pop("accounting_method", None) or usual
    if basis not in ("Accrual", "Cash"):
        raise faults.invalid_enumeration(basis, "accounting_method")
    if basis == "Cash":
        raise faults.business("Reports on a cash basis have no books here.")


def refuse_rest(args):
    """Refuse what else was asked for (6000)."""
    if args:
        names = ", ".join(sorted(args))
        raise faults.business(f"These parameters have no books here: {names}.")


def header(company, name, period, *, by=None, options=(), empty=False):
    """Return the Header; `period` is what `period.read` returns."""
    start, end, macro = period
    option = [*options, ("NoReportData", "true" if empty else "false")]
    result = {
        "Time": company.clock.pacific(company.now()),
        "ReportName": name,
        "DateMacro": macro.lower() if macro else None,
        "ReportBasis": "Accrual",
        "StartPeriod": start,
        "EndPeriod": end,
        "SummarizeColumnsBy": by,
        "Currency": company.home_currency,
        "Option": [{"Name": key, "Value": value} for key, value in option],
    }
    return {key: value for key, value in result.items() if value is not None}


def column(title, kind="Money", key=None):
    """Return one Column."""
    found = {"ColTitle": title, "ColType": kind}
    if key:
        found["MetaData"] = [{"Name": "ColKey", "Value": key}]
    return found


def cell(value, qbo_id=None):
    """Return one entry of ColData."""
    return {"value": value} if qbo_id is None else {"value": value, "id": qbo_id}


def amount(number):
    """Print an amount; zero stays empty."""
    return f"{number:.2f}" if number else ""


def in_order(accounts):
    """Return account rows as reports list them: by type, then by name."""
    return sorted(
        accounts,
        key=lambda row: (
            ACCOUNT_TYPES.index(row["AccountType"]),
            row["FullyQualifiedName"],
        ),
    )


def add_to(sums, key, number):
    """Add to a sum in a dictionary."""
    sums[key] = sums.get(key, ZERO) + number
