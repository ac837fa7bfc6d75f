"""Discount lines and deposits of sales forms."""

import pytest
from books import FORMS, Books, discount, item_line, lines_of, refused


@pytest.fixture
def books():
    return Books("us_manual")


# --- discounts ---


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (discount(), "6090"),
        (discount(PercentBased=True), "6090"),
        (discount("5.00", PercentBased=True), "6090"),
        (discount(DiscountPercent=10), "6090"),
        (discount(PercentBased=True, DiscountPercent=101), "2090"),
        (discount(PercentBased=True, DiscountPercent=-1), "2090"),
        (discount("-5.00"), "6000"),
        (discount("50.01"), "6000"),
        (discount("5.00", DiscountAccountRef={"value": "99999"}), "2500"),
        (discount("5.00", Unknown=1), "2010"),
    ],
)
def test_discounts_that_are_none(books, line, code):
    assert refused(books.invoice, **lines_of(books, line)).code == code


@pytest.mark.parametrize(
    ("line", "total"),
    [
        (discount("50.00"), "0"),
        (discount("0.01", PercentBased=False), "49.99"),
        (discount("99.00", PercentBased=True, DiscountPercent="12.75"), "43.62"),
        (discount(PercentBased=True, DiscountPercent=100), "0"),
    ],
)
def test_discounts(books, line, total):
    for entity in FORMS:
        body = {**books.invoice_body(), **lines_of(books, line)}
        row = books.post(entity, body)
        assert str(row["TotalAmt"]) == total
        assert row["Line"][-1]["DetailType"] == "DiscountLineDetail"


def test_where_discounts_are_not_allowed(books):
    line = discount("5.00")
    row = books.invoice(**lines_of(books, line))
    error = refused(books.invoice, **lines_of(books, line, line))
    assert "one discount line" in error.detail
    bank = books.ref("Account", "Checking")
    wrong = discount("5.00", DiscountAccountRef=bank)
    assert refused(books.invoice, **lines_of(books, wrong)).code == "6430"
    books.sales_forms(AllowDiscount=False)
    assert refused(books.invoice, **lines_of(books, line)).code == "5030"
    # What was saved before stays.
    assert str(books.sparse("Invoice", row, PrivateNote="x")["TotalAmt"]) == "45.00"


def test_no_discount_on_a_negative_subtotal(books):
    sent = {"Line": [item_line(books, "-5.00"), discount("0.00")]}
    error = refused(books.invoice, **sent)
    assert "0 or greater" in error.detail


# --- deposits ---


def test_deposits_where_they_are_allowed(books):
    assert "Deposit" not in books.invoice(Deposit="10.00")
    books.sales_forms(AllowDeposit=True)
    assert books.invoice()["Deposit"] == 0
    customer = books.customer()
    row = books.invoice(customer=customer, Deposit="30.00")
    assert (str(row["Deposit"]), str(row["Balance"])) == ("30.00", "70.00")
    assert str(books.read("Customer", customer["Id"])["Balance"]) == "70.00"
    assert refused(books.payment, row, "70.01", "70.01").code == "6000"
    row = books.sparse("Invoice", row, Deposit="40.00")
    assert str(row["Balance"]) == "60.00"
    assert "deposit" in refused(books.invoice, Deposit="100.01").detail
    assert refused(books.invoice, Deposit="-1").code == "2090"
    sales = books.ref("Account", "Sales")
    assert refused(books.invoice, DepositToAccountRef=sales).code == "6430"
    void = books.void("Invoice", row)["Invoice"]
    assert (void["Deposit"], void["Balance"]) == (0, 0)
    assert books.read("Customer", customer["Id"])["Balance"] == 0
