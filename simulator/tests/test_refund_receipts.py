"""Refund receipts."""

import pytest
from books import Books, refused


@pytest.fixture
def books():
    return Books("us_manual")


def refund(books, **values):
    account = books.ref("Account", "Checking")
    body = books.invoice_body("40.00", DepositToAccountRef=account)
    return books.post("RefundReceipt", {**body, **values})


def test_shape(books):
    row = refund(books, PaymentMethodRef={"value": "2"})
    assert list(row) == [
        "domain",
        "sparse",
        "Id",
        "SyncToken",
        "MetaData",
        "CustomField",
        "DocNumber",
        "TxnDate",
        "CurrencyRef",
        "Line",
        "TxnTaxDetail",
        "CustomerRef",
        "BillAddr",
        "ShipAddr",
        "TotalAmt",
        "ApplyTaxAfterDiscount",
        "PrintStatus",
        "Balance",
        "PaymentMethodRef",
        "DepositToAccountRef",
    ]
    assert (str(row["TotalAmt"]), row["Balance"]) == ("40.00", 0)
    assert row["PrintStatus"] == "NotSet"
    assert row["PaymentMethodRef"]["name"] == "Check"
    customer = books.read("Customer", row["CustomerRef"]["value"])
    assert customer["Balance"] == 0
    assert books.invoice()["DocNumber"] == "1002"


def test_nobody_in_particular(books):
    row = refund(books, CustomerRef=None)
    assert "CustomerRef" not in row and "BillAddr" not in row
    row = books.sparse("RefundReceipt", row, PrivateNote="x")
    assert books.delete("RefundReceipt", row)
    assert refused(books.read, "RefundReceipt", row["Id"]).code == "610"


@pytest.mark.parametrize(
    ("changes", "code", "element"),
    [
        ({"Line": None}, "2020", "Line"),
        ({"DepositToAccountRef": None}, "2020", "DepositToAccountRef"),
        ({"DepositToAccountRef": {"value": "99999"}}, "2500", "DepositToAccountRef"),
        ({"PaymentRefNum": "x" * 101}, "2050", "PaymentRefNum"),
        ({"Unknown": 1}, "2010", None),
    ],
)
def test_refusals(books, changes, code, element):
    error = refused(refund, books, **changes)
    assert (error.code, error.element) == (code, element)


def test_more_refusals(books):
    sales = books.ref("Account", "Sales")
    assert refused(refund, books, DepositToAccountRef=sales).code == "6430"
    assert refused(books.void, "RefundReceipt", refund(books)).code == "500"
    books.company.configure({"book_close_date": "2026-06-30"})
    assert refused(refund, books, TxnDate="2026-06-30").code == "6210"
