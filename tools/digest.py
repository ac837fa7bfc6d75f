"""Canonical JSON, its fingerprint, and what changed, in words.

Payloads hold dict, list, str, bool, None, int and Decimal. Floats are refused:
a payload never holds one. 1, 1.0 and 1.00 are one number; texts are taken as
they are, without any normalisation.
"""

from decimal import Decimal
from difflib import SequenceMatcher
from hashlib import sha256
from typing import NamedTuple

from .payload import write


class _Absent:
    """Stands for a member that one side lacks; None is JSON's null."""

    def __repr__(self):
        return "ABSENT"

    def __bool__(self):
        return False


ABSENT = _Absent()


class Difference(NamedTuple):
    """One change: path in words ('Line 2, Amount'), old value, new value.

    A value is `ABSENT` where that side lacks the member.
    """

    path: str
    old: object
    new: object


def canonical(payload):
    """The payload as bytes that are equal exactly for equal payloads.

    :raises TypeError: float, date or anything else that JSON lacks
    :raises ValueError: NaN or infinity
    """
    text = write(payload, number=_write_number, order=sorted)
    return text.encode("utf-8", "surrogatepass")


def digest(payload):
    """Hexadecimal SHA-256 of the canonical bytes."""
    return sha256(canonical(payload)).hexdigest()


def to_plain(payload):
    """The payload as a JSON column takes it: without Decimals.

    A number without a fraction becomes int, another its exact text ('33.333333'),
    because a float would not be it any more. To compare with what QuickBooks
    sends, keep `digest` of the payload itself.
    """
    if isinstance(payload, dict):
        return {key: to_plain(value) for key, value in payload.items()}
    if isinstance(payload, (list, tuple)):
        return [to_plain(value) for value in payload]
    if isinstance(payload, Decimal):
        text = _write_number(payload)
        return int(text) if text.lstrip("-").isdigit() else text
    return payload


def _write_number(number):
    """Without trailing zeros and exactly; Decimal.normalize() would round."""
    sign, digits, exponent = Decimal(number).as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    if not text:
        return "0"
    stripped = text.rstrip("0")
    exponent += len(text) - len(stripped)
    if 0 <= exponent <= 15:
        body = stripped + "0" * exponent
    elif -30 <= exponent < 0:
        padded = stripped.rjust(1 - exponent, "0")
        body = f"{padded[:exponent]}.{padded[exponent:]}"
    else:
        body = f"{stripped}E{exponent:+d}"
    return f"-{body}" if sign else body


def differences(old, new):
    """What turns one payload into the other; empty exactly when they are equal.

    Members of a list are matched by "Id" when every one has one, else by content
    and place.

    :return: list of `Difference`
    """
    found = []
    _compare("", old, new, found)
    return found


def describe(changes):
    """The differences as sentences: 'Line 2, Amount: 100.00 → 120.00'."""
    return [_describe(change) for change in changes]


def _describe(change):
    if change.new is ABSENT:
        return f"{change.path} removed"
    if change.old is ABSENT:
        shown = _show(change.new)
        return f"{change.path} added" + (f": {shown}" if shown else "")
    return f"{change.path}: {_show(change.old) or '…'} → {_show(change.new) or '…'}"


def _show(value):
    if isinstance(value, (dict, list, tuple)):
        return "" if value else "empty"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value != "" else "empty"


def _compare(path, old, new, found):
    if isinstance(old, dict) and isinstance(new, dict):
        _compare_objects(path, old, new, found)
    elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
        _compare_arrays(path, list(old), list(new), found)
    elif canonical(old) != canonical(new):
        found.append(Difference(path or "Document", old, new))


def _compare_objects(path, old, new, found):
    for key in [*old, *(key for key in new if key not in old)]:
        here = f"{path}, {key}" if path else key
        if key not in new:
            found.append(Difference(here, old[key], ABSENT))
        elif key not in old:
            found.append(Difference(here, ABSENT, new[key]))
        else:
            _compare(here, old[key], new[key], found)


def _compare_arrays(path, old, new, found):
    path = path or "Member"
    old_keys, new_keys = _member_keys(old, new)
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
    for _tag, start, end, new_start, new_end in matcher.get_opcodes():
        pairs = min(end - start, new_end - new_start)
        for offset in range(pairs):
            _compare(
                f"{path} {start + offset + 1}",
                old[start + offset],
                new[new_start + offset],
                found,
            )
        for index in range(start + pairs, end):
            found.append(Difference(f"{path} {index + 1}", old[index], ABSENT))
        for index in range(new_start + pairs, new_end):
            found.append(Difference(f"{path} {index + 1}", ABSENT, new[index]))


def _member_keys(old, new):
    """What members of two lists are matched by: ids, or the contents."""
    members = [*old, *new]
    if all(
        isinstance(each, dict) and isinstance(each.get("Id"), str) for each in members
    ):
        return [each["Id"] for each in old], [each["Id"] for each in new]
    return [canonical(each) for each in old], [canonical(each) for each in new]
