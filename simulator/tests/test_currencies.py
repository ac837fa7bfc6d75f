"""Foreign currencies and their rates."""

import pytest
from books import Books, refused


@pytest.fixture
def books():
    return Books("gb")


@pytest.mark.parametrize("code", ["XXX", "CHF", "GBP", "eur"])
def test_the_code_of_a_currency_stays(books, code):
    (row, *_) = books.rows("CompanyCurrency")
    assert refused(books.sparse, "CompanyCurrency", row, Code=code).code == "6000"
    assert books.rows("ExchangeRate")
    again = books.sparse("CompanyCurrency", row, Code=row["Code"])
    assert again["Code"] == row["Code"]


def rate(books, **values):
    body = {"SourceCurrencyCode": "EUR", "Rate": "1.1", **values}
    return books.post("ExchangeRate", body)


@pytest.mark.parametrize("value", ["0", 0, "0.00000001", "-1"])
def test_rates_are_positive(books, value):
    assert refused(rate, books, Rate=value).code == "2090"


def test_rates_are_in_the_home_currency(books):
    assert refused(rate, books, TargetCurrencyCode="USD").code == "6000"
    assert rate(books, TargetCurrencyCode="GBP")["TargetCurrencyCode"] == "GBP"
