"""The postings with names, for the control API."""

from ..numbers import ZERO
from .postings import postings


def listed(company, start=None, end=None):
    """Return the postings from `start` to `end` as plain dictionaries.

    `debit` and `credit` are in home currency, `amount` (below zero: a credit) in that
    of the transaction; all are texts with two decimals.
    """
    names = {
        entity: {
            row["Id"]: company.entity(entity).display(row)
            for row in company.objects(entity)
        }
        for entity in ("Account", "Class", "Customer")
    }
    return [_as_dict(names, posting) for posting in postings(company, start, end)]


def _as_dict(names, posting):
    return {
        "date": posting.date,
        "txn_type": posting.txn_type,
        "txn_id": posting.txn_id,
        "doc_number": posting.doc_number,
        "account_id": posting.account_id,
        "account": names["Account"][posting.account_id],
        "class_id": posting.class_id,
        "class": names["Class"].get(posting.class_id),
        "customer_id": posting.customer_id,
        "customer": names["Customer"].get(posting.customer_id),
        "debit": f"{max(posting.home, ZERO):.2f}",
        "credit": f"{max(-posting.home, ZERO):.2f}",
        "currency": posting.currency,
        "amount": f"{posting.amount:.2f}",
    }
