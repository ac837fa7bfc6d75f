"""All postings of a company, by date."""

from decimal import Decimal
from typing import NamedTuple

from .chart import Applications, Chart
from .forms import SIGNS, of_form
from .journals import of_journal
from .money import of_deposit, of_payment, of_purchase

POSTING = (*SIGNS, "Payment", "Deposit", "Purchase", "JournalEntry")


class Posting(NamedTuple):
    """One debit (above zero) or credit (below) of a transaction.

    `home` is in the company's currency, `amount` in the transaction's.
    """

    date: str
    txn_type: str
    txn_id: str
    doc_number: str | None
    account_id: str
    class_id: str | None
    customer_id: str | None
    home: Decimal
    currency: str
    amount: Decimal


def postings(company, start=None, end=None):
    """Return the Postings dated from `start` to `end`, in order of date and id."""
    chart, applications = Chart(company), Applications()
    found = []
    for name, row in _transactions(company):
        legs = _legs(chart, applications, name, row)
        legs.check()
        date = row["TxnDate"]
        if (start and date < start) or (end and date > end):
            continue
        number = row.get("DocNumber") or row.get("PaymentRefNum")
        currency = row["CurrencyRef"]["value"]
        found += [
            Posting(
                date,
                name,
                row["Id"],
                number,
                leg.account_id,
                leg.class_id,
                leg.customer_id,
                leg.home,
                currency,
                leg.amount,
            )
            for leg in legs
        ]
    return found


def _transactions(company):
    rows = [
        (name, row)
        for name in POSTING
        for row in company.store.table(name).rows.values()
    ]
    return sorted(rows, key=lambda each: (each[1]["TxnDate"], int(each[1]["Id"])))


def _legs(chart, applications, name, row):
    if name in SIGNS:
        return of_form(chart, name, row)
    if name == "Payment":
        return of_payment(chart, applications, row)
    if name == "Deposit":
        return of_deposit(chart, row)
    if name == "Purchase":
        return of_purchase(chart, row)
    return of_journal(row)
