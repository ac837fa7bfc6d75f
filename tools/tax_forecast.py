"""What QuickBooks will reckon for a document outside the US, before it is sent.

QuickBooks rounds the tax of each line and rate half-up to the cent and adds up; where
prices hold their tax, it keeps the gross total instead, and the tax is what the net
amounts leave of it. Both were read from documents of real companies. Whether every
country rounds by line is not certain, so that the unit of rounding is a parameter.
"""

from decimal import Decimal
from typing import NamedTuple

from . import money

_HUNDRED = Decimal(100)


class Part(NamedTuple):
    """One line as QuickBooks gets it.

    :param net: Decimal, without tax
    :param gross: Decimal, with tax; read only where prices hold their tax
    :param rates: ((id of the tax rate, percentage as Decimal), ...)
    """

    net: Decimal
    gross: Decimal
    rates: tuple


class Forecast(NamedTuple):
    """What QuickBooks will make of the lines.

    :param nets: list of Decimal: the net amount it will keep of each line
    :param tax: Decimal
    :param total: Decimal, with tax
    """

    nets: list
    tax: Decimal
    total: Decimal


def forecast(parts, *, inclusive=False, rounding="line"):
    """What QuickBooks reckons.

    :param parts: list of `Part`
    :param inclusive: True where prices hold their tax (`TaxInclusive`)
    :param rounding: 'line': the tax of each line and rate is rounded; 'document': that
        of each rate
    :return: `Forecast`, with two decimals whatever the currency
    """
    if inclusive:
        nets = [_take_out(part) for part in parts]
        total = sum((money.round_half_up(part.gross) for part in parts), Decimal())
        return Forecast(nets, total - sum(nets, Decimal()), total)
    nets = [money.round_half_up(part.net) for part in parts]
    tax = _add_up(parts, nets, rounding)
    return Forecast(nets, tax, sum(nets, Decimal()) + tax)


def count_roundings(parts):
    """How many amounts of tax are rounded: each may be half a cent off."""
    return sum(1 for part in parts for _rate, percent in part.rates if percent)


def _take_out(part):
    percent = sum((percent for _rate, percent in part.rates), Decimal())
    return money.divide(part.gross, 1 + percent / _HUNDRED)


def _add_up(parts, nets, rounding):
    by_rate = {}
    for part, net in zip(parts, nets, strict=True):
        for rate, percent in part.rates:
            tax = net * percent / _HUNDRED
            tax = money.round_half_up(tax) if rounding == "line" else tax
            by_rate[rate] = by_rate.get(rate, Decimal()) + tax
    return sum(map(money.round_half_up, by_rate.values()), Decimal())
