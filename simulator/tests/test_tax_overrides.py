"""Tax amounts a client sends itself, and tax that stays over an update."""

import pytest
from books import Books, item_line, refused


def override(*amounts, **detail):
    """TxnTaxDetail with a TaxLine for each `(rate id, amount)`."""
    return {
        "TxnTaxDetail": {
            "TaxLine": [
                {
                    "Amount": amount,
                    "DetailType": "TaxLineDetail",
                    "TaxLineDetail": {
                        "TaxRateRef": {"value": rate_id},
                        "PercentBased": False,
                        "NetAmountTaxable": "100.00",
                        **detail,
                    },
                }
                for rate_id, amount in amounts
            ]
        }
    }


@pytest.fixture
def books():
    return Books("ca")


@pytest.fixture
def line(books):
    return item_line(books, "100.00", TaxCodeRef=books.ref("TaxCode", "GST/PST BC"))


@pytest.fixture
def rates(books, line):
    taxes = books.invoice(Line=[line])["TxnTaxDetail"]["TaxLine"]
    return [each["TaxLineDetail"]["TaxRateRef"]["value"] for each in taxes]


def test_every_rate_is_kept_as_sent(books, line, rates):
    sent = override((rates[0], "5.01"), (rates[1], "6.99"))
    row = books.invoice(Line=[line], **sent)
    taxes = row["TxnTaxDetail"]["TaxLine"]
    assert [str(each["Amount"]) for each in taxes] == ["5.01", "6.99"]
    assert (str(row["TxnTaxDetail"]["TotalTax"]), str(row["TotalAmt"])) == (
        "12.00",
        "112.00",
    )


def test_overrides_that_are_refused(books, line, rates):
    first, second = rates
    other = next(row["Id"] for row in books.rows("TaxRate") if row["Id"] not in rates)
    for sent, words in (
        ([(first, "5.00")], "Every tax rate"),
        ([(first, "5.00"), (second, "-7.00")], "not what the tax rate gives"),
        ([(first, "5.00"), (first, "5.00")], "has one TaxLine"),
        ([(first, "5.00"), (second, "7.00"), (other, "1.00")], "no line"),
    ):
        error = refused(books.invoice, Line=[line], **override(*sent))
        assert words in error.detail
    unknown = override((first, "5.00"), ("99999", "7.00"))
    assert refused(books.invoice, Line=[line], **unknown).code == "2500"


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        ("5.25", "7.35", True),
        ("5.26", "7.00", False),
        ("5.00", "8.01", False),
        ("0", "7", False),
    ],
)
def test_how_far_off(books, line, rates, first, second, taken):
    sent = override((rates[0], first), (rates[1], second))
    assert books.invoice(Line=[line], **sent)
    books.switch(tax_override="near")
    if taken:
        assert books.invoice(Line=[line], **sent)
    else:
        assert refused(books.invoice, Line=[line], **sent).code == "6000"


def test_computed_lines_sent_back_are_no_override(books, line):
    row = books.invoice(Line=[line])
    row = books.sparse("Invoice", row, TxnTaxDetail=row["TxnTaxDetail"])
    assert str(row["TotalAmt"]) == "112.00"
    error = refused(
        books.invoice,
        Line=[line],
        GlobalTaxCalculation="NotApplicable",
        TxnTaxDetail=row["TxnTaxDetail"],
    )
    assert error.code == "6170"
