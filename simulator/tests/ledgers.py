"""Helpers for tests of the ledger; all take the Books they read."""

from simulator import ledger
from simulator.numbers import ZERO


def posted(books, row=None, start=None, end=None):
    """Return `(account, debit or -credit, class, customer)` as texts, for one row."""
    return [
        (
            each["account"],
            each["debit"] if each["debit"] != "0.00" else f"-{each['credit']}",
            each["class"],
            each["customer"],
        )
        for each in ledger.listed(books.company, start, end)
        if row is None or each["txn_id"] == row["Id"]
    ]


def amounts(books, row):
    """Return what a transaction posts by account, as texts."""
    return [(account, amount) for account, amount, _, _ in posted(books, row)]


def sums(books, **dates):
    """Return the balance of each account that has one, debits above zero."""
    found = {}
    for posting in ledger.postings(books.company, **dates):
        account = books.company.store.get("Account", posting.account_id)
        name = account["FullyQualifiedName"]
        found[name] = found.get(name, ZERO) + posting.home
    return {name: str(balance) for name, balance in found.items() if balance}


def balance_of_transactions(books):
    """Return what each transaction is out of balance by."""
    found = {}
    for posting in ledger.postings(books.company):
        found[posting.txn_id] = found.get(posting.txn_id, ZERO) + posting.home
    return {qbo_id: missing for qbo_id, missing in found.items() if missing}
