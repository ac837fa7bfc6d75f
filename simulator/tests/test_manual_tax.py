"""Manual sales tax of the US: a code for the document, TAX or NON on its lines."""

import pytest
from books import Books, discount, item_line, refused

SHIPPING = "SHIPPING_ITEM_ID"


@pytest.fixture
def books():
    return Books("us_manual")


def sold(books, amount, code="TAX", **detail):
    return item_line(books, amount, TaxCodeRef={"value": code}, **detail)


def by(books, name, **values):
    """TxnTaxDetail with a code."""
    return {"TxnTaxDetail": {"TxnTaxCodeRef": books.ref("TaxCode", name), **values}}


def shipping(amount):
    item = {"ItemRef": {"value": SHIPPING}}
    detail = {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": item}
    return {"Amount": amount, **detail}


def new_code(books, name, percent):
    rate = {"TaxRateName": name, "RateValue": percent, "TaxAgencyId": "1"}
    body = {"TaxCode": name, "TaxRateDetails": [rate]}
    books.call("POST", "taxservice/taxcode", body)


def figures(row):
    return str(row["TxnTaxDetail"]["TotalTax"]), str(row["TotalAmt"])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("California", ["8.00"]),
        ("Tucson", ["7.10", "2.00"]),
        ("New York City", ["4.00", "4.88"]),
        ("Washington", ["6.50"]),
    ],
)
def test_codes_of_one_and_of_two_rates(books, code, expected):
    lines = [sold(books, "100.00"), sold(books, "50.00", "NON")]
    row = books.invoice(Line=lines, **by(books, code))
    taxes = row["TxnTaxDetail"]["TaxLine"]
    assert [str(line["Amount"]) for line in taxes] == expected
    assert {line["TaxLineDetail"]["NetAmountTaxable"] for line in taxes} == {100}


def test_each_rate_is_rounded_on_the_whole_document(books):
    """89.00 with 5.5 % and 1.5 %: 4.895 -> 4.90 and 1.335 -> 1.34, never 7 % = 6.23."""
    for name, percent in (("State", "5.5"), ("County", "1.5")):
        new_code(books, name, percent)
    rates = [row["Id"] for row in books.rows("TaxRate")][-2:]
    details = [{"TaxRateId": each} for each in rates]
    body = {"TaxCode": "Both", "TaxRateDetails": details}
    books.call("POST", "taxservice/taxcode", body)
    lines = [sold(books, "44.50")] * 2
    row = books.invoice(Line=lines, **by(books, "Both"))
    assert figures(row) == ("6.24", "95.24")


@pytest.mark.parametrize(
    ("after", "tax", "total"), [(False, "22.43", "337.93"), (True, "20.18", "335.68")]
)
def test_the_refund_of_the_fixture(books, after, tax, total):
    """15 x 23 = 345.00, 10 % off, 5.00 for shipping, 6.5 %: 345.00 x 6.5 % = 22.425;
    345.00 - 34.50 + 5.00 + 22.43 = 337.93."""
    new_code(books, "Six and a half", "6.5")
    books.sales_forms(AllowShipping=True)
    body = {
        **books.invoice_body(),
        "DepositToAccountRef": books.ref("Account", "Checking"),
        "Line": [
            shipping("5.00"),
            sold(books, "345.00", Qty=15, UnitPrice=23),
            discount(PercentBased=True, DiscountPercent=10),
        ],
        "ApplyTaxAfterDiscount": after,
        **by(books, "Six and a half"),
    }
    row = books.post("RefundReceipt", body)
    assert figures(row) == (tax, total)
    kinds = [line["DetailType"] for line in row["Line"]]
    assert kinds[1:3] == ["SubTotalLineDetail", "DiscountLineDetail"]
    assert str(row["Line"][1]["Amount"]) == "345.00"
    charge = row["Line"][3]
    assert charge == {
        "Amount": charge["Amount"],
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": SHIPPING}},
    }
    detail = {"TxnTaxDetail": {"TxnTaxCodeRef": row["TxnTaxDetail"]["TxnTaxCodeRef"]}}
    again = books.sparse("RefundReceipt", row, Line=row["Line"], **detail)
    assert (again["Line"], figures(again)) == (row["Line"], (tax, total))
    assert figures(books.sparse("RefundReceipt", again, PrivateNote="x"))[1] == total


def test_shipping_where_it_can_be(books):
    lines = [sold(books, "10.00", "NON"), shipping("5.00")]
    assert refused(books.invoice, Line=lines).code == "5030"
    books.sales_forms(AllowShipping=True)
    row = books.invoice(Line=lines)
    assert str(row["TotalAmt"]) == "15.00"
    assert books.void("Invoice", row)["Invoice"]["TotalAmt"] == 0
    two = [*lines, shipping("1.00")]
    assert "one charge" in refused(books.invoice, Line=two).detail
    assert refused(books.invoice, Line=[*lines[:1], shipping("-1")]).code == "6000"
    abroad = Books("gb")
    abroad.sales_forms(AllowShipping=True)
    body = abroad.invoice_body()
    body["Line"].append(shipping("5.00"))
    assert refused(abroad.post, "Invoice", body).code == "5030"


def test_an_amount_that_was_sent_is_kept(books):
    """As Intuit's staff showed: 900.00 with 450.00 of tax."""
    sent = by(books, "California", TotalTax="450.00")
    row = books.invoice(Line=[sold(books, "900.00")], **sent)
    assert figures(row) == ("450.00", "1350.00")
    sent = by(books, "Tucson", TotalTax="9.11")
    row = books.invoice(Line=[sold(books, "100.00")], **sent)
    taxes = [str(line["Amount"]) for line in row["TxnTaxDetail"]["TaxLine"]]
    assert taxes == ["7.11", "2.00"]


def test_when_an_amount_that_was_sent_is_not_kept(books):
    line = sold(books, "100.00")
    tax_line = {
        "Amount": "9.11",
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {"TaxRateRef": {"value": "3"}, "PercentBased": False},
    }
    sent = by(books, "California", TotalTax="9.11", TaxLine=[tax_line])
    assert figures(books.invoice(Line=[line], **sent))[0] == "8.00"
    sent = by(books, "California", TotalTax="9.11")
    row = books.invoice(Line=[sold(books, "100.00", "NON")], **sent)
    assert row["TxnTaxDetail"] == {"TotalTax": 0}
    # The customer's own code counts, but the amount wants its code beside it.
    customer = books.customer(DefaultTaxCodeRef=books.ref("TaxCode", "California"))
    alone = {"TxnTaxDetail": {"TotalTax": "9.11"}}
    row = books.invoice(customer=customer, Line=[line], **alone)
    assert figures(row) == ("8.00", "108.00")


def test_without_sales_tax_nothing_is_kept(books):
    books.company.configure({"preferences": {"TaxPrefs": {"UsingSalesTax": False}}})
    sent = by(books, "California", TotalTax="9.11")
    row = books.invoice(Line=[sold(books, "100.00")], **sent)
    assert row["TxnTaxDetail"] == {"TotalTax": 0}
    assert row["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "NON"}
