"""Sums of money: Decimals and integers in minor units, never floats.

Amounts are rounded half-up, away from zero, as QuickBooks does it: 22.425 is
22.43 and -22.425 is -22.43.
"""

from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from math import floor

# QuickBooks keeps quantities and unit prices with seven decimals, and amounts
# with two, whatever the currency.
PRICE_DECIMALS = 7
AMOUNT_DECIMALS = 2

# What no amount reaches; within these bounds every result below is exact.
_LARGEST_EXPONENT = 30
_MOST_DIGITS = 60
_EXACT = Context(prec=200)


def to_decimal(number):
    """A number of a payload as Decimal.

    :param number: int, Decimal or numeric text ('33.333333', as `to_plain` of
        `tools.digest` writes it)
    :raises TypeError: a float, a boolean, anything else
    :raises ValueError: no number, NaN, infinity, or more digits than money has
    """
    if isinstance(number, bool) or not isinstance(number, (int, str, Decimal)):
        raise TypeError(f"Money is never {type(number).__name__}: use Decimal.")
    try:
        value = Decimal(number)
    except InvalidOperation:
        raise ValueError(f"This is no number: {number[:40]!r}.") from None
    if not value.is_finite():
        raise ValueError("An amount cannot be NaN or infinity.")
    if len(value.as_tuple().digits) > _MOST_DIGITS or (
        value and value.adjusted() > _LARGEST_EXPONENT
    ):
        raise ValueError("An amount has more digits than money has.")
    return value


def round_half_up(number, decimals=AMOUNT_DECIMALS):
    """A Decimal with exactly so many decimals, halves away from zero."""
    place = Decimal(1).scaleb(-decimals)
    rounded = to_decimal(number).quantize(place, ROUND_HALF_UP, _EXACT)
    return rounded if rounded else abs(rounded)


def to_minor(amount, currency_decimals=AMOUNT_DECIMALS):
    """An amount in minor units of its currency: 12.345 is 1235 cents.

    :param currency_decimals: 0 (JPY), 2, or 3 (KWD)
    :return: int
    """
    return int(round_half_up(amount, currency_decimals).scaleb(currency_decimals))


def from_minor(minor, currency_decimals=AMOUNT_DECIMALS):
    """Minor units as an amount with the decimals of its currency.

    :param minor: int
    :return: Decimal: 1235 cents are 12.35
    """
    if isinstance(minor, bool) or not isinstance(minor, int):
        raise TypeError("Minor units are an int.")
    return to_decimal(minor).scaleb(-currency_decimals, _EXACT)


def divide(amount, divisor, decimals=AMOUNT_DECIMALS):
    """A quotient rounded half-up, from its exact value.

    :return: Decimal with exactly so many decimals
    :raises ZeroDivisionError: divisor 0
    """
    exact = Fraction(to_decimal(amount)) / Fraction(to_decimal(divisor))
    half = Fraction(1, 2)
    scaled = abs(exact) * 10**decimals
    minor = floor(scaled + half)
    return from_minor(minor if exact >= 0 else -minor, decimals)


def compare(one, other, currency_decimals=AMOUNT_DECIMALS):
    """-1, 0 or 1: how two amounts compare in minor units."""
    one, other = to_minor(one, currency_decimals), to_minor(other, currency_decimals)
    return (one > other) - (one < other)


def is_same(one, other, currency_decimals=AMOUNT_DECIMALS):
    """Whether two amounts are equal in minor units."""
    return compare(one, other, currency_decimals) == 0


def is_product(amount, quantity, price, decimals=AMOUNT_DECIMALS):
    """Whether QuickBooks takes the three together (else fault 6070).

    It multiplies at the precision sent and rounds the product to the cent.
    """
    product = _EXACT.multiply(to_decimal(quantity), to_decimal(price))
    rounded = product.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _EXACT)
    return rounded == to_decimal(amount)


def unit_price(amount, quantity, currency_decimals=AMOUNT_DECIMALS):
    """The unit price with the fewest decimals that gives the amount.

    Of several with as few decimals, the one nearest to the exact price. The
    product rounds to the amount at two decimals, as QuickBooks counts, even for
    currencies without any; at three for those that have three.

    :return: Decimal of at most seven decimals; None when no such price gives the
        amount, or QuickBooks would not keep the quantity. Then the line is sent
        with its amount alone
    """
    amount, quantity = to_decimal(amount), to_decimal(quantity)
    if not quantity:
        return None if amount else Decimal(0)
    if quantity != round_half_up(quantity, PRICE_DECIMALS):
        return None
    decimals = max(AMOUNT_DECIMALS, currency_decimals)
    exact = Fraction(amount) / Fraction(quantity)
    for places in range(PRICE_DECIMALS + 1):
        # If the nearest does not give the amount, none that is farther does.
        price = Decimal(round(exact * 10**places)).scaleb(-places, _EXACT)
        if is_product(amount, quantity, price, decimals):
            return price
    return None


def spread(total_minor, weights):
    """Share out minor units so that the parts add up exactly.

    By largest remainder: each part is its exact share, rounded up or down; of
    equal remainders the earlier one gets the unit. A total of the other sign
    gives the same parts with the other sign, so that a refund mirrors its
    invoice. Weights may be negative where their sum is not zero.

    :param total_minor: int
    :param weights: list of int or Decimal
    :return: list of int, one for each weight
    :raises ValueError: something to share out, and weights that add up to nothing
    """
    if isinstance(total_minor, bool) or not isinstance(total_minor, int):
        raise TypeError("Minor units are an int.")
    weights = [Fraction(to_decimal(weight)) for weight in weights]
    if not total_minor:
        return [0] * len(weights)
    whole = sum(weights)
    if not whole:
        raise ValueError("Weights that add up to nothing share nothing out.")
    size = abs(total_minor)
    exact = [size * weight / whole for weight in weights]
    parts = [floor(share) for share in exact]
    by_remainder = sorted(
        range(len(parts)), key=lambda index: parts[index] - exact[index]
    )
    for index in by_remainder[: size - sum(parts)]:
        parts[index] += 1
    return parts if total_minor > 0 else [-part for part in parts]
