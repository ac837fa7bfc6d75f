"""JSON of payloads: Decimals as numbers, floats refused."""

from decimal import Decimal

import simplejson


def dump(payload):
    """A payload as bytes for the wire: ASCII, numbers with the digits they have.

    Plain ASCII, because a body that is not UTF-8 gets 500 or 2010 from
    QuickBooks, and an escape never is.

    :param payload: dict, list, str, bool, None, int, Decimal
    :raises TypeError: a float or anything else JSON lacks; python-quickbooks
        would send Decimals as strings and floats with their noise
    :raises ValueError: NaN or infinity
    """
    _refuse_floats(payload)
    return simplejson.dumps(
        payload, use_decimal=True, allow_nan=False, separators=(",", ":")
    ).encode("ascii")


def _refuse_floats(value):
    if isinstance(value, float):
        raise TypeError("A payload cannot hold a float: use Decimal.")
    if isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str):
                raise TypeError("The names in a payload must be texts.")
            _refuse_floats(member)
    elif isinstance(value, (list, tuple)):
        for member in value:
            _refuse_floats(member)
    elif isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("A payload cannot hold NaN or infinity.")


def load(text):
    """JSON to Python with int and Decimal, never float.

    :param text: str or bytes
    :raises ValueError: no JSON, or one with NaN or infinity, which JSON lacks
    :raises RecursionError: nested too deeply
    :raises ArithmeticError: a number that Decimal cannot hold
    """
    return simplejson.loads(text, use_decimal=True, parse_constant=_refuse_constant)


def _refuse_constant(name):
    raise ValueError(f"JSON has no {name}.")
