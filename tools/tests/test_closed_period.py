"""Closed periods: which days are closed, and the first that is open."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online.tools.closed_period import (
    Lock,
    describe_move,
    drop_note,
    find_first_open,
    find_holding,
    make_note,
    read_day,
)

DAY = timedelta(days=1)
days = st.dates()
locks = st.lists(
    st.builds(Lock, st.sampled_from(["BookCloseDate", "sale", "tax", "hard"]), days),
    max_size=5,
)
FEBRUARY = Lock("BookCloseDate", date(2026, 2, 28))
JANUARY = Lock("sale_lock_date", date(2026, 1, 31))


@pytest.mark.parametrize(
    "day, names, first",
    [
        ("2026-03-01", [], "2026-03-01"),
        # The closing date is closed itself.
        ("2026-02-28", ["BookCloseDate"], "2026-03-01"),
        ("2026-02-01", ["BookCloseDate"], "2026-03-01"),
        ("2026-01-31", ["BookCloseDate", "sale_lock_date"], "2026-03-01"),
    ],
)
def test_two_locks(day, names, first):
    day = date.fromisoformat(day)
    held = find_holding(day, [JANUARY, FEBRUARY])
    assert [lock.name for lock in held] == names
    assert find_first_open(day, [JANUARY, FEBRUARY]) == date.fromisoformat(first)


def test_nothing_is_closed():
    assert find_holding(date.min, []) == []
    assert find_first_open(date.min, []) == date.min
    assert find_holding(None, [FEBRUARY]) == []
    assert find_first_open(None, [FEBRUARY]) is None


def test_closed_for_ever():
    assert find_first_open(date(2026, 1, 1), [Lock("hard", date.max)]) is None


@given(days, locks)
def test_first_open_day_is_the_first(day, locks):
    first = find_first_open(day, locks)
    if first is None:
        assert max(lock.until for lock in locks) == date.max
        return
    assert first >= day
    assert not find_holding(first, locks)
    if first > day:
        assert find_holding(first - DAY, locks)
        assert find_holding(day, locks)


@given(days, locks)
def test_held_by_exactly_those_that_are_not_over(day, locks):
    held = find_holding(day, locks)
    assert sorted(held) == sorted(lock for lock in locks if lock.until >= day)
    assert [lock.until for lock in held] == sorted(
        (lock.until for lock in held), reverse=True
    )


@given(days, locks, days)
def test_another_lock_never_opens_a_day(day, locks, until):
    before = find_first_open(day, locks)
    after = find_first_open(day, [*locks, Lock("tax", until)])
    assert after is None or (before is not None and after >= before)


@pytest.mark.parametrize(
    "value, day",
    [
        ("2026-02-28", date(2026, 2, 28)),
        (" 2026-02-28T00:00:00-08:00", date(2026, 2, 28)),
        ("2026-02-30", None),
        ("", None),
        ("soon", None),
        (None, None),
        (False, None),
        (20260228, None),
        ({}, None),
    ],
)
def test_read_day(value, day):
    assert read_day(value) == day


@pytest.mark.parametrize(
    "before, after, kind",
    [
        (None, None, "none"),
        ("2026-01-31", "2026-01-31", "none"),
        (None, "2026-01-31", "closed"),
        ("2026-01-31", "2026-02-28", "closed"),
        ("2026-02-28", "2026-01-31", "reopened"),
        ("2026-02-28", None, "opened"),
    ],
)
def test_describe_move(before, after, kind):
    assert describe_move(read_day(before), read_day(after)) == kind


@given(days)
def test_the_note_can_be_told_again(day):
    text = f"Odoo INV/1, reference PO, {make_note(day)} [0123456789ab]"
    assert drop_note(text) == "Odoo INV/1, reference PO [0123456789ab]"
    # What a customer calls the order is no note of ours.
    other = f"Odoo INV/1, reference {make_note(day)} [0123456789ab]"
    assert drop_note(other) == other
