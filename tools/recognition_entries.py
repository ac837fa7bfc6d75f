"""The journal entry of a month: its lines, what is not invoiced yet, its rate.

Every part debits and credits the same sum for one class and one customer, and lines
only join what is alike: so an entry balances, and so does each class and customer.
"""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction

from .money import from_minor, to_decimal
from .recognition import round_ratio

# QuickBooks keeps rates with seven decimals.
RATE_DECIMALS = 7


@dataclass(frozen=True)
class BookedPart:
    """What an entry books for a month of one deal, in minor units.

    :param amount: recognized revenue, negative for what is taken back
    :param unbilled: how much of it is not deferred by an invoice (`unbilled_change`)
    :param unbilled_account: None lets the deferred account bear it, below zero
    :param deferred, revenue, class_, customer: any hashable
    """

    amount: int
    unbilled: int
    deferred: Hashable
    revenue: Hashable
    unbilled_account: Hashable = None
    class_: Hashable = None
    customer: Hashable = None


@dataclass(frozen=True)
class EntryLine:
    """One side of an account: of debit and credit one is 0, none is negative."""

    account: Hashable
    class_: Hashable
    customer: Hashable
    debit: int
    credit: int


def entry_lines(parts):
    """The lines of the entry that books the parts, debits before credits.

    Lines of one account, class, customer and side are one; the two sides of an
    account are told apart, so that a reversal is seen beside what replaces it.

    :param parts: iterable of `BookedPart`
    :rtype: list[EntryLine]
    """
    debits, credits = defaultdict(int), defaultdict(int)
    for part in parts:
        for account, amount in _list_debits(part):
            key = account, part.class_, part.customer
            if amount > 0:
                debits[key] += amount
            elif amount < 0:
                credits[key] -= amount
    lines = [EntryLine(*key, amount, 0) for key, amount in debits.items()]
    lines += [EntryLine(*key, 0, amount) for key, amount in credits.items()]
    return lines


def _list_debits(part):
    """[(account, amount)], credits negative."""
    unbilled = 0 if part.unbilled_account is None else part.unbilled
    return [
        (part.deferred, part.amount - unbilled),
        (part.unbilled_account, unbilled),
        (part.revenue, -part.amount),
    ]


def unbilled_change(
    recognized_before, unbilled_before, amount, invoiced, is_credit=None
):
    """How much of a part is not covered by invoices, in minor units.

    What is recognized and not invoiced is unbilled, and never less than nothing.
    The change is negative where an invoice came since; a credit mirrors that.

    :param recognized_before: of the deal, without this part
    :param unbilled_before: balance of the deal, without this part
    :param amount: of this part
    :param invoiced: of the deal, all until now
    :param is_credit: whether the deal is a credit; None: as the revenue looks
    """
    recognized = recognized_before + amount
    if is_credit is None:
        is_credit = (recognized or recognized_before or invoiced) < 0
    missing = recognized - invoiced
    unbilled = min(missing, 0) if is_credit else max(missing, 0)
    return unbilled - unbilled_before


def blend_rates(rates, digits=RATE_DECIMALS):
    """The one exchange rate of an entry whose deals have their own.

    The entry is worth in home currency what its deals are at their rates. Where
    amounts of both signs would need a rate that is not among theirs, it is the mean
    by size: such an entry has no single right rate, and is better split by sign.

    :param rates: iterable of (amount in minor units, home units for one foreign unit
        as Decimal)
    :rtype: Decimal
    :raises ValueError: no rates, or one that is not above zero
    """
    rates = [(amount, Fraction(to_decimal(rate))) for amount, rate in rates]
    known = [rate for _amount, rate in rates]
    if not known or min(known) <= 0:
        raise ValueError("An entry needs exchange rates above zero.")
    whole = sum(amount for amount, _rate in rates)
    if whole:
        mean = sum(amount * rate for amount, rate in rates) / whole
        if min(known) <= mean <= max(known):
            return _round_rate(mean, digits)
    sizes = [abs(amount) for amount, _rate in rates]
    if not any(sizes):
        sizes = [1] * len(rates)
    mean = sum(size * rate for size, rate in zip(sizes, known, strict=True)) / sum(
        sizes
    )
    return _round_rate(mean, digits)


def _round_rate(rate, digits):
    units = round_ratio(rate.numerator * 10**digits, rate.denominator)
    return from_minor(units, digits)
