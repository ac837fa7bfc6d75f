"""Rounding, unit prices and shares."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online.tools import money

amounts = st.decimals(-(10**9), 10**9, places=2)
quantities = st.decimals(-(10**6), 10**6, places=3)
currency_decimals = st.sampled_from([0, 2, 3])


def round_by_hand(number, decimals):
    """Half away from zero, told without the code under test."""
    scaled = abs(Fraction(number)) * 10**decimals
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return -units if number < 0 else units


class TestMinorUnits:
    @pytest.mark.parametrize(
        "amount, decimals, expected",
        [
            ("22.425", 2, 2243),
            ("-22.425", 2, -2243),
            ("22.4249999", 2, 2242),
            ("0.005", 2, 1),
            ("-0.004", 2, 0),
            ("1000.5", 0, 1001),
            ("1.2345", 3, 1235),
            ("1E+3", 2, 100000),
        ],
    )
    def test_to_minor(self, amount, decimals, expected):
        assert money.to_minor(Decimal(amount), decimals) == expected
        assert money.to_minor(amount, decimals) == expected

    @given(amount=st.decimals(-(10**12), 10**12, places=5), decimals=currency_decimals)
    def test_half_up(self, amount, decimals):
        assert money.to_minor(amount, decimals) == round_by_hand(amount, decimals)
        rounded = money.round_half_up(amount, decimals)
        assert money.from_minor(money.to_minor(amount, decimals), decimals) == rounded

    @given(minor=st.integers(-(10**15), 10**15), decimals=currency_decimals)
    def test_there_and_back(self, minor, decimals):
        amount = money.from_minor(minor, decimals)
        assert money.to_minor(amount, decimals) == minor
        assert -amount.as_tuple().exponent == decimals

    def test_no_negative_zero(self):
        assert str(money.round_half_up(Decimal("-0.001"))) == "0.00"
        assert str(money.from_minor(0, 0)) == "0"

    def test_compare(self):
        assert money.compare(Decimal("1.004"), 1) == 0
        assert money.compare(Decimal("1.005"), 1) == 1
        assert money.compare(Decimal("-1.01"), -1) == -1
        assert money.is_same(Decimal("1.4"), 1, 0)
        assert not money.is_same(Decimal("1.001"), 1, 3)


class TestRefusals:
    @pytest.mark.parametrize("value", [0.1, 1.0, True, None, b"1", float("nan")])
    def test_no_floats(self, value):
        for call in (
            lambda: money.to_decimal(value),
            lambda: money.round_half_up(value),
            lambda: money.to_minor(value),
            lambda: money.from_minor(value),
            lambda: money.compare(value, 1),
            lambda: money.compare(1, value),
            lambda: money.is_same(value, 1),
            lambda: money.unit_price(value, 1),
            lambda: money.unit_price(1, value),
            lambda: money.is_product(1, 1, value),
            lambda: money.spread(value, [1]),
            lambda: money.spread(1, [value]),
        ):
            with pytest.raises(TypeError):
                call()

    @pytest.mark.parametrize(
        "value", ["NaN", "sNaN", "-Infinity", "1E+31", "", "12,50", "1" * 61]
    )
    def test_no_number(self, value):
        with pytest.raises(ValueError):
            money.to_minor(value)

    def test_minor_units_are_whole(self):
        with pytest.raises(TypeError):
            money.from_minor(Decimal(1))
        with pytest.raises(TypeError):
            money.spread(Decimal(1), [1])


class TestUnitPrice:
    @pytest.mark.parametrize(
        "amount, quantity, expected",
        [
            ("100.00", "3", "33.333"),
            ("100.00", "1", "100"),
            ("1861.08", "14.5", "128.35"),
            ("262.50", "3.5", "75"),
            ("-100.00", "3", "-33.333"),
            ("100.00", "-3", "-33.333"),
            ("0.00", "5", "0"),
            ("0.00", "0", "0"),
            ("12.34", "0.001", "12340"),
            # 0.005 rounds up to 0.01; 0.015 would be 0.02.
            ("0.01", "0.001", "10"),
            ("999999.99", "7", "142857.141"),
        ],
    )
    def test_figures(self, amount, quantity, expected):
        found = money.unit_price(Decimal(amount), Decimal(quantity))
        assert str(found) == expected

    def test_none(self):
        assert money.unit_price(Decimal("1.00"), 0) is None
        # The product would be 0.1 at least: eight decimals were needed.
        assert money.unit_price(Decimal("0.01"), 10**6) is None
        # QuickBooks would cut the eighth decimal of the quantity.
        assert money.unit_price(1, Decimal("0.33333333")) is None
        # Amounts have two decimals at QuickBooks.
        assert money.unit_price(Decimal("1.005"), 1) is None

    def test_three_decimals(self):
        assert money.unit_price(Decimal("1.005"), 3, 3) == Decimal("0.335")
        assert money.unit_price(Decimal("1.000"), 3, 3) == Decimal("0.3333")
        # Two decimals are what QuickBooks checks for yen, too.
        assert money.unit_price(1000, 3, 0) == Decimal("333.333")

    def test_a_half_decides(self):
        # 0.5 gives 0.005, which is 0.01; 1.5 would give 0.015, which is 0.02.
        assert money.is_product(Decimal("0.01"), Decimal("0.01"), Decimal("0.5"))
        assert not money.is_product(Decimal("0.01"), Decimal("0.01"), Decimal("1.5"))
        assert money.unit_price(Decimal("0.01"), Decimal("0.02")) == Decimal("0.5")
        assert money.unit_price(Decimal("-0.01"), Decimal("0.02")) == Decimal("-0.5")

    @given(amount=amounts, quantity=quantities)
    def test_fewest_decimals(self, amount, quantity):
        found = money.unit_price(amount, quantity)
        if found is None:
            assert not quantity or abs(quantity) > 50_000
            return
        decimals = max(0, -found.as_tuple().exponent)
        assert decimals <= 7
        product = Fraction(found) * Fraction(quantity)
        assert round_by_hand(product, 2) == round_by_hand(amount, 2)
        if decimals and quantity:
            # Neither neighbour with one decimal less would do.
            scale = 10 ** (decimals - 1)
            below = (Fraction(amount) / Fraction(quantity) * scale).__floor__()
            for units in (below, below + 1):
                product = Fraction(units, scale) * Fraction(quantity)
                assert round_by_hand(product, 2) != round_by_hand(amount, 2)

    @given(
        price=st.decimals(-(10**5), 10**5, places=6),
        quantity=st.decimals(-(10**4), 10**4, places=3).filter(bool),
    )
    def test_odoo_lines_always_have_one(self, price, quantity):
        amount = money.round_half_up(price * quantity)
        found = money.unit_price(amount, quantity)
        assert money.is_product(amount, quantity, found)


class TestSpread:
    @pytest.mark.parametrize(
        "total, weights, expected",
        [
            (100, [1, 1, 1], [34, 33, 33]),
            (-100, [1, 1, 1], [-34, -33, -33]),
            (1000, [60, 40], [600, 400]),
            (5, [Decimal("0.6"), Decimal("0.4")], [3, 2]),
            (1, [1, 1], [1, 0]),
            (1, [1, 2], [0, 1]),
            (7, [0, 1, 0], [0, 7, 0]),
            (10, [3, -1], [15, -5]),
            (0, [], []),
            (0, [1, -1], [0, 0]),
        ],
    )
    def test_figures(self, total, weights, expected):
        assert money.spread(total, weights) == expected

    @pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
    def test_nothing_to_share_by(self, weights):
        with pytest.raises(ValueError):
            money.spread(1, weights)

    @given(
        total=st.integers(-(10**12), 10**12),
        weights=st.lists(
            st.integers(-5, 1000) | st.decimals(-1, 100, places=4), max_size=12
        ).filter(lambda weights: sum(map(Fraction, weights))),
    )
    def test_adds_up(self, total, weights):
        parts = money.spread(total, weights)
        assert sum(parts) == total
        whole = sum(map(Fraction, weights))
        for part, weight in zip(parts, weights, strict=True):
            share = total * Fraction(weight) / whole
            assert abs(part - share) < 1
            if share.denominator == 1:
                assert part == share
        assert money.spread(-total, weights) == [-part for part in parts]
