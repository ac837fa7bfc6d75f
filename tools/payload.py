"""JSON of payloads: Decimals as numbers, floats refused.

The standard library alone: its reader takes Decimals, its writer does not.
python-quickbooks would send Decimals as texts and floats with their noise.
"""

import json
from decimal import Decimal
from json.encoder import encode_basestring, encode_basestring_ascii


def dump(payload):
    """A payload as bytes for the wire: ASCII, numbers with the digits they have.

    Plain ASCII, because a body that is not UTF-8 gets 500 or 2010 from
    QuickBooks, and an escape never is.

    :param payload: dict, list, str, bool, None, int, Decimal
    :raises TypeError: a float or anything else JSON lacks
    :raises ValueError: NaN or infinity
    """
    return write(payload, text=encode_basestring_ascii).encode("ascii")


def load(text):
    """JSON to Python with int and Decimal, never float.

    :param text: str or bytes
    :raises ValueError: no JSON, or one with NaN or infinity, which JSON lacks
    :raises RecursionError: nested too deeply
    :raises ArithmeticError: a number that Decimal cannot hold
    """
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)


def _refuse_constant(name):
    raise ValueError(f"JSON has no {name}.")


def write_number(number):
    """An int or a finite Decimal with all its digits: '200.00', '1E+40'."""
    if isinstance(number, int):
        return int.__repr__(number)
    return f"{number:f}" if -30 <= number.adjusted() <= 30 else str(number)


def write(value, *, text=encode_basestring, number=write_number, order=list):
    """A payload as JSON text without blanks.

    :param text: callable(str) -> JSON string
    :param number: callable(int or finite Decimal) -> JSON number
    :param order: callable(names of an object) -> the names in their order
    :raises TypeError: a float or anything else JSON lacks
    :raises ValueError: NaN or infinity
    """
    parts = []

    def walk(value):
        if isinstance(value, dict):
            separator = "{"
            for name in order(_check_names(value)):
                parts.append(f"{separator}{text(name)}:")
                walk(value[name])
                separator = ","
            parts.append("}" if value else "{}")
        elif isinstance(value, (list, tuple)):
            separator = "["
            for member in value:
                parts.append(separator)
                walk(member)
                separator = ","
            parts.append("]" if value else "[]")
        else:
            parts.append(_write_scalar(value, text, number))

    walk(value)
    return "".join(parts)


def _check_names(value):
    for name in value:
        if not isinstance(name, str):
            raise TypeError(f"A member's name is {type(name).__name__}, not text.")
    return value


def _write_scalar(value, text, number):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("A payload cannot hold NaN or infinity.")
    if isinstance(value, (int, Decimal)):
        return number(value)
    raise TypeError(f"A payload cannot hold {type(value).__name__}: use Decimal.")
