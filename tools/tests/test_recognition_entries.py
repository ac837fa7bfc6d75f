"""The entry of a month: it balances, and bears what is not invoiced."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online.tools.recognition_entries import (
    BookedPart,
    EntryLine,
    blend_rates,
    entry_lines,
    unbilled_change,
)


def part_of(amount, unbilled=0, **options):
    options = {"unbilled_account": "unbilled", "class_": "east", **options}
    return BookedPart(amount, unbilled, "deferred", "revenue", **options)


class TestEntryLines:
    def test_one_part(self):
        assert entry_lines([part_of(100, customer="Ada")]) == [
            EntryLine("deferred", "east", "Ada", 100, 0),
            EntryLine("revenue", "east", "Ada", 0, 100),
        ]

    def test_unbilled(self):
        assert entry_lines([part_of(100, 30)]) == [
            EntryLine("deferred", "east", None, 70, 0),
            EntryLine("unbilled", "east", None, 30, 0),
            EntryLine("revenue", "east", None, 0, 100),
        ]

    def test_all_of_it_is_unbilled(self):
        assert [line.account for line in entry_lines([part_of(100, 100)])] == [
            "unbilled",
            "revenue",
        ]

    def test_invoice_came_since(self):
        assert entry_lines([part_of(100, -50)]) == [
            EntryLine("deferred", "east", None, 150, 0),
            EntryLine("unbilled", "east", None, 0, 50),
            EntryLine("revenue", "east", None, 0, 100),
        ]

    def test_without_unbilled_account(self):
        for unbilled in (30, -50):
            assert entry_lines([part_of(100, unbilled, unbilled_account=None)]) == [
                EntryLine("deferred", "east", None, 100, 0),
                EntryLine("revenue", "east", None, 0, 100),
            ]

    def test_alike_lines_are_one_and_sides_are_not_netted(self):
        parts = [part_of(100), part_of(-30), part_of(5, class_="west"), part_of(20)]
        assert entry_lines(parts) == [
            EntryLine("deferred", "east", None, 120, 0),
            EntryLine("revenue", "east", None, 30, 0),
            EntryLine("deferred", "west", None, 5, 0),
            EntryLine("revenue", "east", None, 0, 120),
            EntryLine("deferred", "east", None, 0, 30),
            EntryLine("revenue", "west", None, 0, 5),
        ]

    def test_customers_are_told_apart(self):
        parts = [part_of(100, customer="Ada"), part_of(100, customer="Bob")]
        assert len(entry_lines(parts)) == 4

    def test_nothing(self):
        assert entry_lines([]) == []
        assert entry_lines([part_of(0)]) == []


class TestUnbilled:
    @pytest.mark.parametrize(
        "recognized, unbilled, amount, invoiced, expected",
        [
            (0, 0, 100, 1200, 0),
            (0, 0, 100, 0, 100),
            (100, 100, 100, 150, -50),
            (100, 0, 100, 150, 50),
            (100, 100, 100, 1200, -100),
            (100, 70, -100, 30, -70),
            (100, 70, 0, 30, 0),
            (0, 0, 0, 0, 0),
        ],
    )
    def test_change(self, recognized, unbilled, amount, invoiced, expected):
        change = unbilled_change(recognized, unbilled, amount, invoiced)
        assert change == expected
        change = unbilled_change(-recognized, -unbilled, -amount, -invoiced)
        assert change == -expected

    def test_hours_taken_back_are_no_credit(self):
        assert unbilled_change(0, 0, -100, 0, is_credit=False) == 0
        assert unbilled_change(0, 0, -100, 0) == -100
        assert unbilled_change(0, 0, 100, 0, is_credit=True) == 0


class TestBlendedRate:
    def test_one_rate(self):
        assert blend_rates([(100, Decimal("1.25"))]) == Decimal("1.25")

    def test_home_total(self):
        rates = [(10000, Decimal("1.10")), (30000, Decimal("1.20"))]
        assert blend_rates(rates) == Decimal("1.175")

    def test_rounding(self):
        rates = [(1, Decimal(1)), (2, Decimal(2))]
        assert str(blend_rates(rates)) == "1.6666667"
        assert str(blend_rates(rates, digits=2)) == "1.67"

    def test_reversal_beside_its_deal(self):
        rates = [(300, Decimal("1.2")), (-100, Decimal("1.2"))]
        assert blend_rates(rates) == Decimal("1.2")
        # 330 and 130 less 120 for a net of 300
        rates = [(300, Decimal("1.1")), (100, Decimal("1.3")), (-100, Decimal("1.2"))]
        assert blend_rates(rates) == Decimal("1.1333333")

    def test_sums_to_nothing(self):
        rates = [(100, Decimal("1.1")), (-100, Decimal("1.3"))]
        assert blend_rates(rates) == Decimal("1.2")
        rates = [(0, Decimal("1.1")), (0, Decimal("1.3"))]
        assert blend_rates(rates) == Decimal("1.2")

    def test_no_rate_beyond_all_others(self):
        # 110 less 118.80 for a net of 1 would be a rate of -8.80.
        rates = [(100, Decimal("1.1")), (-99, Decimal("1.2"))]
        assert Decimal("1.1") < blend_rates(rates) < Decimal("1.2")

    @pytest.mark.parametrize("rates", [[], [(1, Decimal(0))], [(1, Decimal(-1))]])
    def test_no_rates(self, rates):
        with pytest.raises(ValueError):
            blend_rates(rates)

    @given(
        rates=st.lists(
            st.tuples(
                st.integers(1, 10**7),
                st.decimals(Decimal("0.01"), 100, places=4),
            ),
            min_size=1,
            max_size=20,
        )
    )
    def test_home_total_is_that_of_the_deals(self, rates):
        exact = sum(Fraction(amount) * Fraction(rate) for amount, rate in rates)
        blended = Fraction(blend_rates(rates))
        total = sum(amount for amount, _rate in rates)
        assert abs(total * blended - exact) <= Fraction(total, 2 * 10**7)


few = st.sampled_from(["one", "two", "three"])
sums = st.integers(-1000, 1000)
booked_parts = st.builds(
    BookedPart, sums, sums, few, few, st.none() | few, st.none() | few, st.none() | few
)


class TestProperties:
    @given(parts=st.lists(booked_parts, max_size=12))
    def test_balances_in_total_and_by_class_and_customer(self, parts):
        lines = entry_lines(parts)
        balances = Counter()
        for line in lines:
            for key in ("total", ("class", line.class_), ("customer", line.customer)):
                balances[key] += line.debit - line.credit
            assert min(line.debit, line.credit) == 0 < max(line.debit, line.credit)
        assert not any(balances.values())
        kinds = [
            (line.account, line.class_, line.customer, line.debit > 0) for line in lines
        ]
        assert len(kinds) == len(set(kinds))
        sides = [line.debit > 0 for line in lines]
        assert sides == sorted(sides, reverse=True)

    @given(parts=st.lists(booked_parts, max_size=8))
    def test_reversal_is_the_other_side(self, parts):
        reversal = [
            BookedPart(
                -part.amount,
                -part.unbilled,
                part.deferred,
                part.revenue,
                part.unbilled_account,
                part.class_,
                part.customer,
            )
            for part in parts
        ]
        swapped = {
            EntryLine(line.account, line.class_, line.customer, line.credit, line.debit)
            for line in entry_lines(parts)
        }
        assert set(entry_lines(reversal)) == swapped

    @given(
        months=st.lists(
            st.tuples(st.integers(-50, 200), st.integers(0, 200)), max_size=12
        ),
        sign=st.sampled_from([1, -1]),
    )
    def test_deferred_and_unbilled_balances(self, months, sign):
        """Of a deal that is invoiced and recognized in whatever order."""
        recognized = unbilled = invoiced = 0
        balances = Counter()
        for amount, invoice in months:
            amount = max(amount, -recognized)
            invoiced += invoice
            balances["deferred"] -= sign * invoice
            change = unbilled_change(
                sign * recognized,
                sign * unbilled,
                sign * amount,
                sign * invoiced,
                is_credit=sign < 0,
            )
            for line in entry_lines([part_of(sign * amount, change)]):
                balances[line.account] += line.debit - line.credit
            recognized += amount
            unbilled = max(0, recognized - invoiced)
            assert balances["unbilled"] == sign * unbilled
            assert balances["deferred"] == -sign * max(0, invoiced - recognized)
            assert balances["revenue"] == -sign * recognized
