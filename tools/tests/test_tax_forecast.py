"""What QuickBooks reckons: real documents, and properties."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online.tools import money
from quickbooks_online.tools.tax_forecast import Part, count_roundings, forecast

amounts = st.decimals(-(10**6), 10**6, places=2)
percentages = st.sampled_from(
    [Decimal(each) for each in ("0", "5", "7", "9.975", "13", "20", "5.5", "2.1")]
)
rates = st.lists(
    st.tuples(st.sampled_from("abc"), percentages), max_size=2, unique_by=lambda r: r[0]
).map(tuple)


def make_part(net, *percents, gross=None):
    net = Decimal(net)
    return Part(
        net,
        Decimal(gross) if gross is not None else net,
        tuple((str(place), Decimal(each)) for place, each in enumerate(percents)),
    )


class TestExcluded:
    def test_canada_by_line(self):
        """29 lines of 1 x 1.59 and two of 11 x 1.59 at 12 %: QuickBooks kept 9.71."""
        parts = [make_part("1.59", 12)] * 29 + [make_part("17.49", 12)] * 2
        found = forecast(parts)
        assert found.tax == Decimal("9.71")
        # 81.09 at 12 % is 9.7308.
        assert forecast(parts, rounding="document").tax == Decimal("9.73")
        assert found.total == Decimal("81.09") + Decimal("9.71")

    def test_half_a_cent_goes_up(self):
        # 345.00 at 6.5 % is 22.425.
        assert forecast([make_part("345.00", "6.5")]).tax == Decimal("22.43")
        assert forecast([make_part("-345.00", "6.5")]).tax == Decimal("-22.43")

    def test_two_rates_are_rounded_apart(self):
        # 89.00: 5.5 % is 4.895, so 4.90; 1.5 % is 1.335, so 1.34; 7 % would be 6.23.
        assert forecast([make_part("89.00", "5.5", "1.5")]).tax == Decimal("6.24")

    def test_rates_that_cancel(self):
        found = forecast([make_part("10.00", 20, -20)])
        assert (found.tax, found.total) == (Decimal("0.00"), Decimal("10.00"))

    def test_nothing(self):
        assert forecast([]) == ([], Decimal(0), Decimal(0))

    def test_roundings(self):
        parts = [make_part(1, 20, 0), make_part(1), make_part(1, 5, 7)]
        assert count_roundings(parts) == 3


class TestIncluded:
    def test_the_gross_total_stands(self):
        """HST 13 %: 9.00 and 3.00 gross are 7.96 and 2.65 net, and 1.39 of tax."""
        parts = [
            make_part("7.96", 13, gross="9.00"),
            make_part("2.65", 13, gross="3.00"),
        ]
        found = forecast(parts, inclusive=True)
        assert found.nets == [Decimal("7.96"), Decimal("2.65")]
        assert (found.tax, found.total) == (Decimal("1.39"), Decimal("12.00"))

    def test_net_of_a_long_price(self):
        # 255.92 at 15 % is 222.539..., as the sample of New Zealand has it.
        found = forecast([make_part(0, 15, gross="255.92")], inclusive=True)
        assert found.nets == [Decimal("222.54")]

    def test_untaxed_lines_stay(self):
        parts = [make_part(0, gross="7.01"), make_part(0, 0, gross="7.02")]
        found = forecast(parts, inclusive=True)
        assert (found.nets, found.tax) == (
            [Decimal("7.01"), Decimal("7.02")],
            Decimal(0),
        )

    def test_half_a_cent_goes_up(self):
        # 0.27 / 1.2 is 0.225 exactly.
        assert forecast([make_part(0, 20, gross="0.27")], inclusive=True).nets == [
            Decimal("0.23")
        ]


@given(st.lists(st.builds(Part, amounts, amounts, rates), max_size=6))
def test_sums_and_signs(parts):
    for inclusive in (True, False):
        for rounding in ("line", "document"):
            found = forecast(parts, inclusive=inclusive, rounding=rounding)
            assert found.total == sum(found.nets, Decimal()) + found.tax
            mirrored = [Part(-net, -gross, each) for net, gross, each in parts]
            refund = forecast(mirrored, inclusive=inclusive, rounding=rounding)
            assert (refund.tax, refund.total) == (-found.tax, -found.total)
            if inclusive:
                assert found.total == sum((each.gross for each in parts), Decimal())
                continue
            exact = sum(
                Fraction(part.net) * Fraction(percent) / 100
                for part in parts
                for _rate, percent in part.rates
            )
            roundings = count_roundings(parts)
            assert abs(Fraction(found.tax) - exact) * 200 <= roundings


@given(amounts, st.decimals("0.01", 2, places=4))
def test_divide(amount, divisor):
    found = money.divide(amount, divisor)
    error = Fraction(found) - Fraction(amount) / Fraction(divisor)
    assert abs(error) * 200 <= 1
    assert money.divide(-amount, divisor) == -found


@pytest.mark.parametrize("amount, expected", [("0.09", "0.08"), ("-0.09", "-0.08")])
def test_divide_rounds_half_up(amount, expected):
    # 0.09 / 1.2 is 0.075.
    assert money.divide(Decimal(amount), Decimal("1.2")) == Decimal(expected)
