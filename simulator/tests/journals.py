"""Helpers for tests of journal entries; all take the Books they write to."""

DETAIL = "JournalEntryLineDetail"


def line(books, side, amount, account="Deferred Revenue", *, entity=None, **detail):
    """One line; `entity` is `(type, display name)`."""
    if entity:
        kind, name = entity
        reference = books.ref(kind, name, "DisplayName")
        detail["Entity"] = {"Type": kind, "EntityRef": reference}
    account = books.ref("Account", account)
    return {
        "Amount": amount,
        "DetailType": DETAIL,
        DETAIL: {"PostingType": side, "AccountRef": account, **detail},
    }


def debit(books, amount, account="Deferred Revenue", **detail):
    return line(books, "Debit", amount, account, **detail)


def credit(books, amount, account="Services", **detail):
    return line(books, "Credit", amount, account, **detail)


def recognition(books, amount="100.00", **values):
    """The body of the usual entry: deferred revenue becomes income."""
    return {"Line": [debit(books, amount), credit(books, amount)], **values}


def post(books, *lines, **values):
    return books.post("JournalEntry", {"Line": list(lines), **values})


def recognize(books, amount="100.00", **values):
    return books.post("JournalEntry", recognition(books, amount, **values))
