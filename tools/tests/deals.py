"""Deals for the tests of revenue recognition: examples and strategies."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import strategies as st
from quickbooks_online.tools.recognition import end_after, plan
from quickbooks_online.tools.recognition_changes import Posting
from quickbooks_online.tools.recognition_terms import (
    Milestone,
    Milestones,
    Ratable,
    RecognitionError,
    TimeAndMaterial,
)

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in range(1, 5))
POSTING = Posting("deferred", "revenue", "east", "Ada")
OTHER = Posting("deferred", "consulting", "west", "Ada")


def month(number, year=2026):
    return date(year, number, 1)


def year_of(amount, **options):
    return Ratable(amount, date(2026, 1, 1), date(2026, 12, 31), **options)


def time(*logged, amount=100000, is_capped=True, rate="100", decimals=2, **options):
    """Hours at 100.00 each of an order of 1,000.00."""
    logged = tuple((day, Decimal(hours)) for day, hours in logged)
    rate = Decimal(rate)
    return TimeAndMaterial(amount, is_capped, logged, rate, decimals, **options)


def by_percent(amount, *percents, **options):
    names = ("one", "two", "three", "four")
    milestones = [
        Milestone(name, percent=Decimal(percent), **options)
        for name, percent in zip(names, percents, strict=False)
    ]
    return Milestones(amount, tuple(milestones))


def code_of(work):
    with pytest.raises(RecognitionError) as caught:
        work()
    return caught.value.code


def round_by_hand(exact):
    """Half away from zero, told without the code under test."""
    sign = -1 if exact < 0 else 1
    size = abs(Fraction(exact))
    whole = size.numerator // size.denominator
    return sign * (whole + (size - whole >= Fraction(1, 2)))


amounts = st.one_of(
    st.integers(-(10**9), 10**9).filter(bool), st.integers(-20, 20).filter(bool)
)
days = st.dates(date(2019, 1, 1), date(2031, 12, 31))
postings = st.sampled_from([POSTING, OTHER, ("any", "hashable")])
parts_of_month = st.sampled_from(["days", "whole", "none"])


def has_plan(terms):
    try:
        plan(terms)
    except RecognitionError:
        return False
    return True


@st.composite
def ratables(draw):
    start = draw(days)
    if draw(st.booleans()):
        end = end_after(start, draw(st.integers(1, 120)))
    else:
        end = start + timedelta(days=draw(st.integers(0, 500)))
    way = draw(st.sampled_from(["days", "months"]))
    parts = draw(parts_of_month), draw(parts_of_month)
    return Ratable(draw(amounts), start, end, way, *parts)


def split(whole, cuts):
    """Parts of a whole of one sign, cut at these places of a thousand."""
    places = [0, *(whole * cut // 1000 for cut in sorted(cuts)), whole]
    return [after - before for before, after in zip(places, places[1:], strict=False)]


@st.composite
def milestones(draw):
    amount = draw(amounts)
    cuts = draw(st.lists(st.integers(0, 1000), max_size=5))
    options = [
        {
            "name": str(index),
            "planned": draw(st.none() | days),
            "reached": draw(st.none() | days),
        }
        for index in range(len(cuts) + 1)
    ]
    if draw(st.booleans()):
        parts = [{"percent": Decimal(part) / 100} for part in split(10000, cuts)]
    else:
        signs = -1 if amount < 0 else 1
        parts = [{"amount": signs * part} for part in split(abs(amount), cuts)]
    made = [
        Milestone(**one, **other) for one, other in zip(options, parts, strict=True)
    ]
    return Milestones(amount, tuple(made))


quantities = st.integers(-5000, 9000).map(lambda number: Decimal(number).scaleb(-2))
rates = (
    st.integers(-(10**9), 10**9)
    .filter(bool)
    .map(lambda number: Decimal(number).scaleb(-6))
)
logs = st.lists(st.tuples(days, quantities), max_size=12)


@st.composite
def times(draw):
    is_capped = draw(st.booleans())
    return TimeAndMaterial(
        draw(amounts if is_capped else amounts | st.just(0)),
        is_capped,
        tuple(draw(logs)),
        draw(rates),
        draw(st.sampled_from([0, 2, 3])),
        tuple(draw(st.lists(st.tuples(days, rates), max_size=2))),
    )


all_terms = st.one_of(ratables().filter(has_plan), milestones(), times())


def negate(terms):
    """The credit of a deal."""
    values = {"amount": -terms.amount}
    if isinstance(terms, Milestones):
        values["milestones"] = tuple(
            each if each.amount is None else replace(each, amount=-each.amount)
            for each in terms.milestones
        )
    if isinstance(terms, TimeAndMaterial):
        values["logged"] = tuple((day, -quantity) for day, quantity in terms.logged)
    return replace(terms, **values)


def value_by_hand(terms, until=date.max):
    """What work is worth, told without the code under test."""
    exact = Fraction(0)
    for day, quantity in terms.logged:
        if day <= until:
            rate = terms.rate
            for start, changed in sorted(terms.rate_changes, key=lambda each: each[0]):
                rate = changed if start <= day else rate
            exact += Fraction(quantity) * Fraction(rate) * 10**terms.decimals
    value = round_by_hand(exact)
    if not terms.is_capped:
        return value
    cap = terms.amount
    return min(value, cap) if cap > 0 else max(value, cap)


def contract_by_hand(terms):
    """What a plan adds up to."""
    if not isinstance(terms, TimeAndMaterial) or terms.is_capped:
        return terms.amount
    value = value_by_hand(terms)
    if terms.amount > 0:
        return max(terms.amount, value)
    return min(terms.amount, value) if terms.amount < 0 else value
