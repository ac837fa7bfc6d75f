"""Helpers for tests of deposits; all take the Books they write to."""


def linked(row, amount=None, kind="Payment", **link):
    """The line that takes a transaction along, exactly as QBO wants it."""
    link = {"TxnId": row["Id"], "TxnType": kind, "TxnLineId": "0", **link}
    return {"Amount": amount or row["TotalAmt"], "LinkedTxn": [link]}


def direct(books, amount, account="Bank Charges", **detail):
    detail = {"AccountRef": books.ref("Account", account), **detail}
    return {
        "Amount": amount,
        "DetailType": "DepositLineDetail",
        "DepositLineDetail": detail,
    }


def deposit_body(books, *lines, **values):
    account = books.ref("Account", "Checking")
    return {"DepositToAccountRef": account, "Line": list(lines), **values}


def deposit(books, *lines, **values):
    return books.post("Deposit", deposit_body(books, *lines, **values))


def receive(books, total="100.00", **values):
    """Money that waits in Undeposited Funds."""
    return books.payment(books.invoice(total), total, **values)


def refund(books, amount="40.00", account="Undeposited Funds"):
    values = {"DepositToAccountRef": books.ref("Account", account)}
    return books.post("RefundReceipt", books.invoice_body(amount, **values))


def link_to(row):
    return [{"TxnId": row["Id"], "TxnType": "Deposit"}]
