"""Texts, numbers and addresses as QuickBooks takes them."""

from decimal import Decimal

import pytest
from quickbooks_online.tools import members
from quickbooks_online.tools.countries import get_long_code


def test_compact_keeps_what_says_something():
    assert members.compact(
        {"a": None, "b": "", "c": {}, "d": [], "e": 0, "f": False, "g": Decimal(0)}
    ) == {"e": 0, "f": False, "g": Decimal(0)}


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        (None, 10, ""),
        (" two words ", 10, "two words"),
        ("a\r\nb\rc", 10, "a\nb\nc"),
        ("bell\x07 and \ud800half", 20, "bell and half"),
        ("exactly ten", 11, "exactly ten"),
        # Ten characters and one too many: cut at a word, one for the ellipsis.
        ("one two three", 11, "one two…"),
        ("one two three", 8, "one two…"),
        ("onetwothree", 8, "onetwot…"),
        # A rocket is two characters to QuickBooks.
        ("🚀🚀🚀", 5, "🚀🚀…"),
        ("🚀🚀🚀", 6, "🚀🚀🚀"),
    ],
)
def test_text(text, length, expected):
    found = members.make_text(text, length)
    assert found == expected
    assert members.measure(found) <= length


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("jane@example.com",), "jane@example.com"),
        (("Jane Doe <jane@example.com>; joe@example.com",), "jane@example.com"),
        (("nobody, joe@example.com",), "joe@example.com"),
        ((None, "ask Jane", "joe@example.com"), "joe@example.com"),
        (("jane@localhost",), ""),
        ((f"{'x' * 95}@a.bc",), f"{'x' * 95}@a.bc"),
        ((f"{'x' * 96}@a.bc",), ""),
        ((), ""),
    ],
)
def test_email(texts, expected):
    assert members.find_email(*texts) == expected


def test_address():
    assert members.make_address("1 A", "", " B \n C ", "CA", "1", "US") == {
        "Line1": "1 A",
        "City": "B C",
        "CountrySubDivisionCode": "CA",
        "PostalCode": "1",
        "Country": "USA",
    }
    # A country alone is no address.
    assert members.make_address("", "", "", "", "", "US") == {}
    assert members.make_address("1 A", "", "", "", "", "")["Line1"] == "1 A"


def test_countries():
    assert get_long_code("GB") == "GBR"
    assert get_long_code("XK") == "XKX"
    assert get_long_code("ZZ") is None


@pytest.mark.parametrize(
    ("number", "decimals", "expected"),
    [
        (300.0, 2, "300.00"),
        (89.991, 2, "89.99"),
        (-0.001, 2, "0.00"),
        (1000.0, 0, "1000"),
        (1.234, 3, "1.234"),
    ],
)
def test_amount(number, decimals, expected):
    assert str(members.read_amount(number, decimals)) == expected


def test_bare():
    found = [str(members.make_bare(Decimal(each))) for each in ("2.50", "200", "-0.0")]
    assert found == ["2.5", "200", "0"]
    assert members.read_number(1e-7) == Decimal("0.0000001")
    assert str(members.read_number(1e16)) == "10000000000000000"


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(1.25, "0.8"), (1 / 0.7701, "0.7701"), (1.3, "0.7692308"), (0, "None")],
)
def test_rate(rate, expected):
    """Odoo keeps foreign units for a home unit, QuickBooks the inverse."""
    assert str(members.make_rate(rate)) == expected


@pytest.mark.parametrize(
    ("amount", "quantity", "price", "expected"),
    [
        # What the document says, where it holds.
        ("300.00", "2", "150", "150"),
        ("1.00", "0.1", "9.99", "9.99"),
        ("0.00", "0", "150", "150"),
        # With a discount of 10 %: 3 x 29.997 = 89.991.
        ("89.99", "3", "33.33", "29.997"),
        ("0.00", "2", "40", "0"),
        ("-40.00", "-1", "40", "40"),
        # Seven decimals are kept: 7 x 14.2857143 = 100.0000001.
        ("100.00", "7", "14.2857142857", "14.2857143"),
        # 3,000,000 x 0.0000003 = 0.90.
        ("1.00", "3000000", "0.000000333", "None"),
        # QuickBooks would not keep the quantity.
        ("1.00", "0.12345678", "8.1", "None"),
        ("5.00", "0", "5", "None"),
    ],
)
def test_price(amount, quantity, price, expected):
    values = map(Decimal, (amount, quantity, price))
    assert str(members.choose_price(*values, 2)) == expected
