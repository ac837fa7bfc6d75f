"""The arithmetic of a payment's lines: debts, credits, and what stays unapplied."""

from .. import faults
from ..numbers import ZERO, money

# What a payment settles, and what helps it, by TxnType: which entity has the books.
DEBTS = {"Invoice": "Invoice", "Expense": "Purchase", "Check": "Purchase"}
CREDITS = {"CreditMemo": "CreditMemo"}
BOOKS = {**DEBTS, **CREDITS}


def shares_of(lines):
    """Return what a payment's lines apply: `(entity, amount)` by the form's id."""
    return {
        line["LinkedTxn"][0]["TxnId"]: (line["LinkedTxn"][0]["TxnType"], line["Amount"])
        for line in lines
    }


def _total(lines, kinds):
    shares = shares_of(lines).values()
    return sum((amount for name, amount in shares if name in kinds), ZERO)


def unapplied(total, lines):
    """Return TotalAmt less the debts plus the credits; 6000 when that is no sum."""
    debts, credits = _total(lines, DEBTS), _total(lines, CREDITS)
    if debts > total + credits:
        raise faults.business(
            "The amount applied is greater than the amount of the payment."
        )
    if credits > debts:
        raise faults.business(
            "The credits applied are greater than the invoices they are applied to."
        )
    return money(total - debts + credits)


def balanced(total, lines):
    """Return `lines` without the excess of debts over money, or credits over debts."""
    debts, credits = _total(lines, DEBTS), _total(lines, CREDITS)
    if debts > total + credits:
        lines = _trimmed(lines, DEBTS, debts - total - credits)
    elif credits > debts:
        lines = _trimmed(lines, CREDITS, credits - debts)
    return lines


def _trimmed(lines, kinds, excess):
    kept = []
    for line in reversed(lines):
        if line["LinkedTxn"][0]["TxnType"] in kinds and excess:
            cut = min(excess, line["Amount"])
            excess -= cut
            line = {**line, "Amount": money(line["Amount"] - cut)}
        if line["Amount"]:
            kept.append(line)
    return kept[::-1]
