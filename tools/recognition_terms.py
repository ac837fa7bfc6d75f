"""The terms on which revenue is earned, and the plan that follows from them.

Amounts are integers in minor units of the deal's currency.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


class RecognitionError(ValueError):
    """Terms that say no plan.

    :param str code: what is wrong, for which the models have words: 'no_amount',
        'end_before_start', 'no_months', 'too_long', 'no_month_counts',
        'no_milestones', 'milestone_unnamed', 'milestone_twice', 'milestone_value',
        'milestone_mixed', 'milestone_sign', 'milestone_sum', 'percent', 'no_rate'
    :param values: what the words name
    """

    def __init__(self, code, **values):
        self.code = code
        self.values = values
        super().__init__(f"{code}: {values}" if values else code)


@dataclass(frozen=True)
class Ratable:
    """Earned evenly from one day to another.

    :param amount: negative for a credit
    :param start, end: both included
    :param by: 'days': each month has its share of the days; 'months': months are
        equal, however long
    :param first_part, last_part: what a first or last month counts, by months, of
        which the term covers a part: 'days' (its share of the month), 'whole' or
        'none'
    """

    amount: int
    start: date
    end: date
    by: str = "days"
    first_part: str = "days"
    last_part: str = "days"


@dataclass(frozen=True)
class Milestone:
    """Earned when it is reached.

    :param amount: its part of the deal; or else
    :param percent: Decimal, of 100
    :param planned: the day it is expected, if any
    :param reached: the day it was reached, None before
    """

    name: str
    amount: int | None = None
    percent: Decimal | None = None
    planned: date | None = None
    reached: date | None = None


@dataclass(frozen=True)
class Milestones:
    """:param milestones: tuple of `Milestone`, in an order that stays: percents are
    rounded one after the other"""

    amount: int
    milestones: tuple


@dataclass(frozen=True)
class TimeAndMaterial:
    """Earned as work is logged.

    :param amount: what the order says: the most that is earned, or just expected
    :param is_capped: whether it is the most
    :param logged: tuple of (date, quantity as Decimal); negative ones correct
    :param rate: currency units (not minor ones) for one of the quantity, Decimal
    :param decimals: of the currency
    :param rate_changes: tuple of (date, Decimal): the rate from that day on; of
        two on one day the later one in the tuple
    """

    amount: int
    is_capped: bool
    logged: tuple
    rate: Decimal
    decimals: int
    rate_changes: tuple = ()


@dataclass(frozen=True)
class Plan:
    """What is earned when.

    :param months: {first day of the month: amount}, no zeros, in order
    :param open: what is in no month: milestones without a day, work not logged
    :param expected: {month: how much of `months` is not earned by itself when the
        month is over: planned milestones that are not reached}
    """

    months: dict
    open: int
    expected: dict = field(default_factory=dict)

    @property
    def earned(self):
        """{month: amount} of what may be booked once the month is there."""
        earned = {
            month: amount - self.expected.get(month, 0)
            for month, amount in self.months.items()
        }
        return drop_zeros(earned)

    @property
    def total(self):
        return sum(self.months.values()) + self.open


def drop_zeros(amounts):
    """{month: amount} in order, without the months of nothing."""
    return {month: amounts[month] for month in sorted(amounts) if amounts[month]}
