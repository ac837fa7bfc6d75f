"""Numbers and JSON as QuickBooks Online reads and prints them.

Amounts travel as JSON numbers. Money that is not zero keeps its two decimals
(`200.00`); zero, quantities, prices and percentages come bare (`0`, `1`, `275`, `8.5`).
Nothing here ever becomes a float.
"""

import json
import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from json.encoder import encode_basestring

ZERO = Decimal(0)
# QBO stores prices and quantities with seven decimals, amounts with two.
RATE_PLACES = 7
# 11 digits before the point: the largest amount QBO works with.
LARGEST_AMOUNT = Decimal("99999999999.99")

_CONTEXT = Context(prec=60)
_DIGITS = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
# Beyond this exponent a number is an attack: it would fill the memory when printed.
_LARGEST_EXPONENT = 1000
_HALF_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")


class MalformedNumber(ValueError):
    """A text that is no decimal number."""


class MalformedJson(ValueError):
    """A body that is no JSON; `str()` says why, as Jackson would."""


def parse(value):
    """Return a JSON number or a numeric string as Decimal.

    Raises MalformedNumber for anything else, also for booleans, NaN and infinities.
    """
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        raise MalformedNumber(value)
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise MalformedNumber(value)
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise MalformedNumber(value) from None
    if not is_printable(number):
        raise MalformedNumber(value)
    return number


def is_printable(number):
    """Tell whether a Decimal is finite and can be written out without harm."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and abs(exponent) <= _LARGEST_EXPONENT


def round_half_up(number, places=2):
    """Round half away from zero, as QBO does: 22.425 is 22.43, never 22.42."""
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _CONTEXT)


def money(number):
    """Return an amount with its scale: two decimals."""
    rounded = round_half_up(number)
    return rounded if rounded else ZERO


def bare(number, places=RATE_PLACES):
    """Return a quantity, price or percentage: rounded, without trailing zeros."""
    rounded = round_half_up(number, places).normalize(_CONTEXT)
    if not rounded:
        return ZERO
    return (
        rounded.quantize(1, context=_CONTEXT) if rounded.as_tuple()[2] > 0 else rounded
    )


def fits(number, before, after):
    """Tell whether a number has at most so many digits before and after the point."""
    short = number == round_half_up(number, after)
    return short and abs(number) < Decimal(1).scaleb(before)


def multiply(left, right):
    """Return the exact product of two Decimals."""
    return _CONTEXT.multiply(left, right)


def divide(left, right):
    """Return the quotient of two Decimals with 60 digits."""
    return _CONTEXT.divide(left, right)


def with_thousands(number):
    """Print a number as QBO prints it inside fault texts: `1,000` or `1,861.07`."""
    return f"{bare(number):,f}"


def _refuse_constant(name):
    raise MalformedJson(f"Non-standard token '{name}'")


def _read_fraction(literal):
    try:
        return Decimal(literal)
    except InvalidOperation:
        raise MalformedJson(f"Numeric value ({literal}) out of range") from None


_DECODER = json.JSONDecoder(parse_float=_read_fraction, parse_constant=_refuse_constant)


def _has_half_characters(value):
    """Tell whether a text anywhere in `value` holds a surrogate without its other."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if _HALF.search(each):
                return True
        elif isinstance(each, dict):
            waiting.extend(each)
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return False


def loads(body):
    """Parse JSON text or UTF-8 bytes; fractions become Decimal.

    Raises MalformedJson, or UnicodeDecodeError for bytes that are not UTF-8.
    """
    text = body.decode("utf-8") if isinstance(body, bytes) else body
    try:
        value = _DECODER.decode(text)
    except MalformedJson:
        raise
    except (ValueError, RecursionError) as error:
        raise MalformedJson(str(error)) from None
    if _HALF_ESCAPED.search(text) and _has_half_characters(value):
        raise MalformedJson("Incomplete surrogate pair")
    return value


def _print_decimal(number):
    if not number:
        return "0"
    return format(number, "f") if is_printable(number) else str(number)


def _write_object(value, write):
    separator = "{"
    for key, item in value.items():
        write(separator)
        write(encode_basestring(key))
        write(":")
        _write(item, write)
        separator = ","
    write("}" if value else "{}")


def _write_array(value, write):
    separator = "["
    for item in value:
        write(separator)
        _write(item, write)
        separator = ","
    write("]" if value else "[]")


def _write(value, write):
    kind = type(value)
    if kind is str:
        write(encode_basestring(value))
    elif kind is dict:
        _write_object(value, write)
    elif kind is bool:
        write("true" if value else "false")
    elif kind is int:
        write(str(value))
    elif kind is Decimal:
        write(_print_decimal(value))
    elif kind is list or kind is tuple:
        _write_array(value, write)
    elif value is None:
        write("null")
    else:
        raise TypeError(f"{kind.__name__} has no place in QBO's JSON.")


def dumps(payload):
    """Render a payload as QBO does: UTF-8, no blanks, decimals with their scale."""
    parts = []
    _write(payload, parts.append)
    return "".join(parts).encode("utf-8")
