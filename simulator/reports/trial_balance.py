"""TrialBalance: every account with its balance, on the side it has it.

Income and expenses are those of the period; what they came to before stands in
Retained Earnings. Accounts of the balance sheet hold everything up to the last day.
"""

from ..entities.account import with_subtype
from ..ledger import postings
from ..numbers import ZERO
from .layout import (
    INCOME_TYPES,
    add_to,
    amount,
    cell,
    check_basis,
    column,
    header,
    in_order,
    refuse_rest,
)
from .period import read


def build(company, name, args):
    """Return the report."""
    check_basis(company, args)
    period = read(company, args)
    if args.pop("summarize_column_by", "Total") != "Total":
        args["summarize_column_by"] = True
    refuse_rest(args)
    sums = balances(company, period[0], period[1])
    return {
        "Header": header(company, name, period, empty=not sums),
        "Columns": {
            "Column": [column("", "Account"), column("Debit"), column("Credit")]
        },
        "Rows": _rows(company, sums),
    }


def balances(company, start, end):
    """Return the balance of each account that has one, by id; debits above zero."""
    table = company.store.table("Account")
    earnings = with_subtype(company, "RetainedEarnings")["Id"]
    sums = {}
    for posting in postings(company, end=end):
        account_id = posting.account_id
        if posting.date < start:
            if table.get(account_id)["AccountType"] in INCOME_TYPES:
                account_id = earnings
        add_to(sums, account_id, posting.home)
    return {account_id: balance for account_id, balance in sums.items() if balance}


def _rows(company, sums):
    if not sums:
        return {}
    rows, debits, credits = [], ZERO, ZERO
    for account in in_order(map(company.store.table("Account").get, sums)):
        balance = sums[account["Id"]]
        debit, credit = max(balance, ZERO), max(-balance, ZERO)
        debits, credits = debits + debit, credits + credit
        named = cell(account["FullyQualifiedName"], account["Id"])
        rows.append({"ColData": [named, cell(amount(debit)), cell(amount(credit))]})
    totals = [cell("TOTAL"), cell(amount(debits)), cell(amount(credits))]
    rows.append(
        {"Summary": {"ColData": totals}, "type": "Section", "group": "GrandTotal"}
    )
    return {"Row": rows}
