"""Automated sales tax of the US: by place, with an app's amount or without it."""

from decimal import Decimal

import pytest
from books import Books, item_line

PLACES = {
    "Los Angeles": ("CA", "9.75"),
    "San Francisco": ("CA", "8.63"),  # 8.625 %
    "Fresno": ("CA", "7.25"),
    "Tucson": ("AZ", "8.70"),
    "New York": ("NY", "8.88"),  # 4 + 4.5 + 0.375, of which 0.375 rounds to 0.38
    "Buffalo": ("NY", "4.00"),
    "Austin": ("TX", "8.25"),
    "Seattle": ("WA", "10.35"),
    "Chicago": ("IL", "10.25"),
    "Denver": ("CO", "9.15"),
    "Portland": ("OR", "0"),
    "Concord": ("NH", "0"),
    # No agency of the company's.
    "Boston": ("MA", "0"),
}


@pytest.fixture
def books():
    return Books("us")


def place(city, state, country="USA"):
    return {
        "Line1": "1 Main St",
        "City": city,
        "CountrySubDivisionCode": state,
        "PostalCode": "10001",
        "Country": country,
    }


def sold(books, *amounts, code="TAX"):
    return [item_line(books, each, TaxCodeRef={"value": code}) for each in amounts]


def sell(books, city="Los Angeles", state="CA", amounts=("100.00",), **values):
    values.setdefault("Line", sold(books, *amounts))
    return books.invoice(ShipAddr=place(city, state), **values)


def taxes(row):
    """Return TotalTax and what each rate comes to."""
    detail = row["TxnTaxDetail"]
    shares = [str(line["Amount"]) for line in detail.get("TaxLine", ())]
    return str(detail["TotalTax"]), shares


@pytest.mark.parametrize("city", PLACES)
def test_the_rates_of_a_place(books, city):
    state, expected = PLACES[city]
    row = sell(books, city, state)
    assert taxes(row)[0] == expected
    assert row["TotalAmt"] == 100 + Decimal(expected)
    assert taxes(sell(books, city.upper(), state))[0] == expected


def test_one_line_for_each_jurisdiction(books):
    row = sell(books, "Chicago", "IL")
    assert taxes(row) == ("10.25", ["6.25", "1.75", "1.25", "1.00"])
    for line in row["TxnTaxDetail"]["TaxLine"]:
        assert line["TaxLineDetail"]["NetAmountTaxable"] == 100
        assert line["TaxLineDetail"]["PercentBased"] is True
    assert list(row)[-1] == "TaxExemptionRef"


def test_without_an_address_no_tax_and_no_override(books):
    """Seen live in 2026: 198.00 with 16.83 of tax came back without it."""
    row = books.invoice(
        customer=books.customer("Nowhere"),
        Line=sold(books, "198.00"),
        TxnTaxDetail={"TotalTax": "16.83"},
    )
    assert (row["TxnTaxDetail"], str(row["TotalAmt"])) == ({"TotalTax": 0}, "198.00")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"Country": "USA"}, "9.75"),
        ({"Country": "us"}, "9.75"),
        ({"Country": "CAN"}, "0"),
        ({"Country": "Germany"}, "0"),
        ({"CountrySubDivisionCode": "California"}, "0"),
    ],
)
def test_places_the_engine_knows(books, address, expected):
    to = {**place("Los Angeles", "CA"), **address}
    row = books.invoice(ShipAddr=to, Line=sold(books, "100.00"))
    assert taxes(row)[0] == expected


def test_the_flattened_address_is_the_same_place(books):
    row = sell(books)
    for _ in range(2):
        row = books.sparse("Invoice", row, PrivateNote="x")
        assert "City" not in row["ShipAddr"]
        assert str(row["TotalAmt"]) == "109.75"
    moved = books.sparse("Invoice", row, ShipAddr=place("Portland", "OR"))
    assert str(moved["TotalAmt"]) == "100.00"


def test_lines_that_are_not_taxed_keep_zero_tax_lines(books):
    """As captured: the rates stand there, on nothing."""
    row = sell(books, Line=sold(books, "100.00", code="NON"))
    assert taxes(row) == ("0", ["0", "0", "0"])
    row = sell(
        books,
        Line=sold(books, "100.00", code="NON"),
        TxnTaxDetail={"TotalTax": "5.00"},
    )
    assert taxes(row)[0] == "0"


@pytest.mark.parametrize(("unit", "total"), [("line", "0.70"), ("document", "0.59")])
def test_where_the_engine_rounds(unit, total):
    """10 x 0.72 in Austin: 6.25 % of 0.72 is 0.045 -> 0.05, 1 % twice 0.0072 -> 0.01.

    By line 10 x (0.05 + 0.01 + 0.01) = 0.70. The document taxes 7.20 with 0.45 + 0.07 +
    0.07 = 0.59.
    """
    books = Books("us", automated_tax_rounding=unit)
    row = sell(books, "Austin", "TX", amounts=["0.72"] * 10)
    assert taxes(row)[0] == total


def test_what_an_app_insists_on_is_spread_over_the_rates(books):
    """9.80 for 9.75 in Los Angeles: 6, 1.25 and 2.5 of 9.75 parts."""
    row = sell(books, TxnTaxDetail={"TotalTax": "9.80"})
    assert taxes(row) == ("9.80", ["6.03", "1.26", "2.51"])
    assert str(row["TotalAmt"]) == "109.80"
    tiny = sell(books, amounts=("0.01",), TxnTaxDetail={"TotalTax": "0.05"})
    assert taxes(tiny) == ("0.05", ["0.03", "0.01", "0.01"])


def test_no_override_where_no_rate_has_a_percentage(books):
    for city, state in (("Portland", "OR"), ("Concord", "NH"), ("Boston", "MA")):
        row = sell(books, city, state, TxnTaxDetail={"TotalTax": "5.00"})
        assert taxes(row)[0] == "0"


@pytest.mark.parametrize(
    ("said", "allowed", "expected"),
    [
        (None, False, "9.80"),
        (True, True, "9.75"),
        (True, False, "9.75"),
        (False, True, "9.80"),
        (False, False, "9.75"),
    ],
)
def test_who_decides_about_the_tax(said, allowed, expected):
    books = Books("us", allow_partner_tax_override=allowed)
    detail = {"TotalTax": "9.80"}
    if said is not None:
        detail["UseAutomatedSalesTax"] = said
    row = sell(books, TxnTaxDetail=detail)
    assert taxes(row)[0] == expected
    assert "UseAutomatedSalesTax" not in row["TxnTaxDetail"]
    books.switch(automated_tax_override="ignored")
    assert taxes(sell(books, TxnTaxDetail=detail))[0] == "9.75"


def test_the_engines_code_replaces_the_apps(books):
    sent = {"TxnTaxCodeRef": {"value": "3"}}
    row = sell(books, TxnTaxDetail=sent)
    assert taxes(row)[0] == "9.75"
    assert "TxnTaxCodeRef" not in row["TxnTaxDetail"]
    books.switch(automated_tax_code="shown")
    code = books.read("TaxCode", sell(books)["TxnTaxDetail"]["TxnTaxCodeRef"]["value"])
    assert code["Name"] == "Los Angeles, CA"


def test_sent_tax_lines_are_computed_again(books):
    row = sell(books, TxnTaxDetail={"TotalTax": "9.80"})
    again = books.sparse("Invoice", row, TxnTaxDetail=row["TxnTaxDetail"])
    assert taxes(again)[0] == "9.75"


@pytest.mark.parametrize("exempt", [{"Taxable": False}, {"TaxExemptionReasonId": 4}])
def test_exempt_customers(books, exempt):
    customer = books.customer("School", **exempt)
    assert customer["Taxable"] is False
    row = sell(books, customer=customer, TxnTaxDetail={"TotalTax": "9.75"})
    assert (row["TxnTaxDetail"], str(row["TotalAmt"])) == ({"TotalTax": 0}, "100.00")
    reason = exempt.get("TaxExemptionReasonId")
    assert row["TaxExemptionRef"] == ({"value": str(reason)} if reason else {})
    taxed = books.customer("Shop")
    assert taxed["Taxable"] is True
    assert taxes(sell(books, customer=taxed))[0] == "9.75"


def test_discount_and_tax(books):
    """100.00 less 10 %: Los Angeles taxes 100.00, or 90.00 where that is the order."""
    line = {
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10},
    }
    lines = [*sold(books, "100.00"), line]
    assert str(sell(books, Line=lines)["TotalAmt"]) == "99.75"
    after = sell(books, Line=lines, ApplyTaxAfterDiscount=True)
    # 90.00 x 6 % = 5.40, x 1.25 % = 1.125, x 2.5 % = 2.25
    assert taxes(after) == ("8.78", ["5.40", "1.13", "2.25"])
    assert str(after["TotalAmt"]) == "98.78"
