"""What a changed plan does to the months that are booked.

A booked month is never edited: it is reversed whole, and booked anew. Work that is
logged late, for a booked month, reverses nothing: the next month catches up.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

from .recognition import month_of, next_month
from .recognition_terms import drop_zeros


@dataclass(frozen=True)
class Posting:
    """Where a month is booked; the arithmetic only compares it, and any hashable does.

    :param deferred, revenue: accounts, whatever names them
    """

    deferred: Hashable
    revenue: Hashable
    class_: Hashable = None
    customer: Hashable = None


@dataclass(frozen=True)
class Part:
    """One month of a schedule.

    :param month: its first day
    :param amount: minor units
    :param is_expected: planned by a milestone that is not reached: not to be booked
    :param key: what the caller knows a booked part by; new parts have none
    """

    month: date
    amount: int
    posting: Hashable
    is_booked: bool = False
    key: Hashable = None
    is_expected: bool = False


@dataclass(frozen=True)
class Amendment:
    """What is to be booked so that the books follow a plan.

    The booked parts that are not reversed, the rebooked and the planned ones are all
    of the plan but what it leaves open.

    :param reversed: tuple of booked `Part`s that no longer hold, each reversed whole
    :param rebooked: what is booked at once: anew for those months, and for others
        that have passed; none of 0
    :param planned: the months that are not booked, and what is expected
    """

    reversed: tuple
    rebooked: tuple
    planned: tuple


def amend(booked, plan, posting, through=None):
    """Return the `Amendment` that makes the books follow a plan.

    A month whose amount and posting agree stays.

    :param booked: `Part`s that stand (are not reversed), at most one a month
    :param Plan plan: what holds now
    :param posting: where it is booked from now on, any hashable
    :param date through: any day of the last month that was recognized: until then
        what has no booked part is booked as well, as an earlier amendment may have
        emptied the month, or this one starts earlier. None: only what is reversed
    """
    standing = _by_month(booked)
    earned = plan.earned
    wrong = [
        part
        for month, part in standing.items()
        if part.posting != posting or part.amount != earned.get(month, 0)
    ]
    reversed_months = {part.month for part in wrong}
    rebooked, planned = [], []
    for month, amount in earned.items():
        is_passed = through is not None and month <= through
        if month in reversed_months or (is_passed and month not in standing):
            rebooked.append(Part(month, amount, posting))
        elif month not in standing:
            planned.append(Part(month, amount, posting))
    return Amendment(
        tuple(wrong), tuple(rebooked), _join_expected(planned, plan, posting)
    )


def catch_up(booked, plan, posting, first_open):
    """Return the parts that are not booked, and reverse nothing.

    A month that was never booked keeps what it earned. What booked ones lack, or have
    too much, is put into the first month from `first_open` on that is not booked, and
    may be negative. Only what they have too much lessens earlier months first: where
    late work used up a cap that later months had, no more is booked than was earned.

    :param booked: `Part`s that stand, at most one a month, all with this posting
    :param Plan plan: what holds now
    :param posting: where it is booked, any hashable
    :param date first_open: any day of the first month that takes what is late
    :rtype: tuple[Part, ...]
    """
    standing = _by_month(booked)
    amounts = dict(plan.earned)
    target = month_of(first_open)
    while target in standing:
        target = next_month(target)
    late = sum(amounts.pop(month, 0) - part.amount for month, part in standing.items())
    for month in sorted(month for month in amounts if month < target):
        if amounts[month] * late < 0:
            less = min(abs(late), abs(amounts[month])) * (1 if late > 0 else -1)
            amounts[month], late = amounts[month] + less, late - less
    amounts[target] = amounts.get(target, 0) + late
    parts = [
        Part(month, amount, posting) for month, amount in drop_zeros(amounts).items()
    ]
    return _join_expected(parts, plan, posting)


def _by_month(booked):
    """{month: Part} in order."""
    standing = {}
    for part in sorted(booked, key=lambda part: part.month):
        if not part.is_booked or part.is_expected:
            raise ValueError("A part that is not booked cannot stand in the books.")
        if part.month in standing:
            raise ValueError("One month is booked twice.")
        standing[part.month] = part
    return standing


def _join_expected(parts, plan, posting):
    expected = [
        Part(month, amount, posting, is_expected=True)
        for month, amount in plan.expected.items()
    ]
    return tuple(sorted([*parts, *expected], key=lambda part: part.month))
