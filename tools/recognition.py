"""When revenue is earned: what the terms of a deal give, month by month.

Amounts are integers in minor units of the deal's currency. Each month gets what is
earned until its end, rounded half away from zero, less what the months before it
got: so they add up to the deal exactly, and a credit mirrors its deal.
"""

from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import lcm

from .money import to_decimal
from .name_match import fold
from .recognition_terms import (
    Milestones,
    Plan,
    Ratable,
    RecognitionError,
    TimeAndMaterial,
    drop_zeros,
)

# No deal takes a century; a year that was mistyped does.
MOST_MONTHS = 1200
_LAST_START = date(date.max.year - MOST_MONTHS // 12 - 1, 1, 1)
WAYS = ("days", "months")
PART_MONTHS = ("days", "whole", "none")


def month_of(day):
    """The first day of the month."""
    return day.replace(day=1)


def next_month(month):
    """The first day of the month after; of a first day."""
    return end_of(month) + timedelta(days=1)


def end_of(month):
    """The last day of the month that a day is in."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def months_between(first, last):
    """The first day of each month from that of `first` to that of `last`."""
    month, last = month_of(first), month_of(last)
    while month <= last:
        yield month
        month = next_month(month)


def end_after(start, months):
    """The last day of a term of so many months.

    15 January and 12 months end on 14 January. A day that the last month lacks is
    its last one: 31 January and one month end on 28 or 29 February.

    :raises RecognitionError: no months, or more than any deal takes
    """
    if months < 1:
        raise RecognitionError("no_months", months=months)
    if months > MOST_MONTHS or start > _LAST_START:
        raise RecognitionError("too_long", most=MOST_MONTHS)
    if start.day == 1:
        start -= timedelta(days=1)
        day = 31
    else:
        day = start.day - 1
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = end_of(date(year, month + 1, 1))
    return last.replace(day=min(day, last.day))


def plan(terms):
    """Return the `Plan` of a `Ratable`, `Milestones` or `TimeAndMaterial`.

    Its months and what is open add up to the amount of the terms; work without a cap
    may exceed it, then to what was logged.

    :raises RecognitionError: the terms say no plan
    """
    return _planner(terms)(terms, None)


def cancelled_plan(terms, day):
    """Return the `Plan` of a deal that ended after a day: what is kept, none open.

    Months before that of the day keep what they had.

    :raises RecognitionError: the terms say no plan
    """
    kept = _planner(terms)(terms, day)
    return Plan(kept.earned, 0)


def milestone_amounts(terms):
    """What each milestone earns, in order.

    :param Milestones terms: its deal
    :return: list of int that add up to the amount
    :raises RecognitionError: they do not, or one is told wrongly
    """
    _check_amount(terms.amount)
    _check_milestones(terms.milestones)
    given = [each.amount for each in terms.milestones]
    if None not in given:
        if sum(given) != terms.amount:
            raise RecognitionError("milestone_sum", sum=sum(given), amount=terms.amount)
        _check_signs(terms, given)
        return given
    percents = [to_decimal(each.percent) for each in terms.milestones]
    _check_signs(terms, [percent * terms.amount for percent in percents])
    shares = [Fraction(percent) for percent in percents]
    if sum(shares) != 100:
        raise RecognitionError("percent", percent=sum(percents))
    return _share_out(terms.amount, shares, sum(shares))


def round_ratio(numerator, denominator):
    """A quotient as int, halves away from zero; the denominator is positive."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def rate_on(terms, day):
    """The rate of `TimeAndMaterial` that holds on a day."""
    changes = sorted(terms.rate_changes, key=lambda change: change[0])
    rates = [terms.rate, *(rate for _day, rate in changes)]
    return to_decimal(rates[sum(start <= day for start, _rate in changes)])


def _planner(terms):
    if isinstance(terms, Ratable):
        return _plan_ratable
    if isinstance(terms, Milestones):
        return _plan_milestones
    if isinstance(terms, TimeAndMaterial):
        return _plan_time
    raise TypeError(f"These are no terms: {type(terms).__name__}.")


def _plan_ratable(terms, until):
    """:param until: the day a cancelled deal ended after, None for the whole"""
    _check_amount(terms.amount)
    weights = _weigh_months(terms)
    whole = sum(weights.values())
    if not whole:
        raise RecognitionError("no_month_counts", start=terms.start, end=terms.end)
    if until is not None and until < terms.end:
        # Nothing is kept of a deal that ended before it began.
        began = until >= terms.start
        weights = {each: weights[each] for each in weights if began and each <= until}
        last = month_of(until)
        if last in weights:
            weights[last] *= Fraction(
                _count_days(terms.start, until, last),
                _count_days(terms.start, terms.end, last),
            )
    amounts = _share_out(terms.amount, list(weights.values()), whole)
    months = drop_zeros(dict(zip(weights, amounts, strict=True)))
    return Plan(months, 0)


def _weigh_months(terms):
    """{month: its share of the term, in whatever unit}."""
    start, end = terms.start, terms.end
    if end < start:
        raise RecognitionError("end_before_start", start=start, end=end)
    if end_after(start, MOST_MONTHS) < end:
        raise RecognitionError("too_long", most=MOST_MONTHS)
    _check_choice(terms.by, WAYS)
    months = list(months_between(start, end))
    if terms.by == "days":
        return {month: _count_days(start, end, month) for month in months}
    first, last = months[0], months[-1]
    weights = dict.fromkeys(months, 1)
    ways = defaultdict(set)
    if start.day > 1:
        ways[first].add(_check_choice(terms.first_part, PART_MONTHS))
    if end < end_of(end):
        ways[last].add(_check_choice(terms.last_part, PART_MONTHS))
    for month, chosen in ways.items():
        if chosen == {"none"}:
            weights[month] = 0
        elif chosen != {"whole"}:
            # It is alone where two ways meet: any share of it is all there is.
            days = _count_days(start, end, month)
            weights[month] = Fraction(days, end_of(month).day)
    return weights


def _count_days(start, end, month):
    """How many days of the month the term covers; it covers at least one."""
    return (min(end, end_of(month)) - max(start, month)).days + 1


def _plan_milestones(terms, until):
    months, expected, open_amount = defaultdict(int), defaultdict(int), 0
    amounts = milestone_amounts(terms)
    for milestone, amount in zip(terms.milestones, amounts, strict=True):
        reached, planned = milestone.reached, milestone.planned
        if reached is not None:
            if until is None or reached <= until:
                months[month_of(reached)] += amount
        elif planned is not None:
            months[month_of(planned)] += amount
            expected[month_of(planned)] += amount
        else:
            open_amount += amount
    return Plan(drop_zeros(months), open_amount, drop_zeros(expected))


def _check_milestones(milestones):
    if not milestones:
        raise RecognitionError("no_milestones")
    names = set()
    for position, each in enumerate(milestones, 1):
        name = fold(each.name)
        if not name:
            raise RecognitionError("milestone_unnamed", position=position)
        if name in names:
            raise RecognitionError("milestone_twice", name=each.name)
        names.add(name)
        if (each.amount is None) == (each.percent is None):
            raise RecognitionError("milestone_value", name=each.name)
        if (each.amount is None) != (milestones[0].amount is None):
            raise RecognitionError("milestone_mixed", name=each.name)


def _check_signs(terms, amounts):
    """A milestone that takes back would let more be earned than the deal is."""
    for milestone, amount in zip(terms.milestones, amounts, strict=True):
        if amount and (amount > 0) != (terms.amount > 0):
            raise RecognitionError("milestone_sign", name=milestone.name)


def _plan_time(terms, until):
    if terms.is_capped:
        _check_amount(terms.amount)
    _check_integer(terms.amount)
    done, given, months = Fraction(0), 0, {}
    for month, value in sorted(_value_work(terms, until).items()):
        done += value
        reached = round_ratio(done.numerator, done.denominator)
        if terms.is_capped:
            within = min if terms.amount > 0 else max
            reached = within(reached, terms.amount)
        months[month] = reached - given
        given = reached
    left = terms.amount - given
    if not terms.is_capped and left * terms.amount <= 0:
        left = 0
    return Plan(drop_zeros(months), left)


def _value_work(terms, until):
    """{month: exact value of what was logged, in minor units}."""
    if not all([terms.rate, *(rate for _day, rate in terms.rate_changes)]):
        raise RecognitionError("no_rate")
    values = defaultdict(Fraction)
    for day, quantity in terms.logged:
        if until is None or day <= until:
            rate = Fraction(rate_on(terms, day)) * 10**terms.decimals
            values[month_of(day)] += Fraction(to_decimal(quantity)) * rate
    return values


def _share_out(amount, weights, whole):
    """The parts of an amount by their weights, rounded on what they add up to.

    :param weights: list of int or Fraction, not negative
    :param whole: weight of the whole amount
    """
    unit = lcm(*(weight.denominator for weight in weights), whole.denominator)
    whole = int(whole * unit)
    done, given, parts = 0, 0, []
    for weight in weights:
        done += int(weight * unit)
        reached = round_ratio(amount * done, whole)
        parts.append(reached - given)
        given = reached
    return parts


def _check_amount(amount):
    _check_integer(amount)
    if not amount:
        raise RecognitionError("no_amount")


def _check_integer(amount):
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise TypeError("Minor units are an int.")


def _check_choice(choice, choices):
    if choice not in choices:
        raise ValueError(f"There is no such choice: {choice!r}.")
    return choice
