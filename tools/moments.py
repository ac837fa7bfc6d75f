"""Times as Intuit writes them, and as Odoo stores them."""

import re
from datetime import datetime, timedelta, timezone

# 2015-10-05T14:42:19-0700, 2025-10-07T19:59:07.034359333Z, 2026-11-22: the
# fraction has up to nine digits, more than Python keeps.
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*"
    r"(Z|[+-]\d\d:?\d\d|[+-]\d\d)?)?",
    re.IGNORECASE | re.ASCII,
)


def utc_now():
    """The present as a naive datetime in UTC."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


def parse_moment(value):
    """A naive datetime in UTC, or None for what is no time.

    :param value: ISO 8601 with any fraction and offset ('Z' and none are UTC),
        or milliseconds since 1970, as the 401 of Intuit has them
    """
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, int):
            return datetime(1970, 1, 1) + timedelta(milliseconds=value)
        match = _MOMENT.fullmatch(value.strip()) if isinstance(value, str) else None
        return _build(match.groups()) if match else None
    except (ValueError, OverflowError):
        return None


def _build(parts):
    year, month, day, hour, minute, second, fraction, offset = parts
    moment = datetime(
        int(year),
        int(month),
        int(day),
        int(hour or 0),
        int(minute or 0),
        int(second or 0),
        int((fraction or "0")[:6].ljust(6, "0")),
    )
    return moment - _offset(offset)


def _offset(text):
    if not text or text in "Zz":
        return timedelta()
    digits = text[1:].replace(":", "").ljust(4, "0")
    if int(digits[:2]) > 14 or int(digits[2:]) > 59:
        raise ValueError("no offset")
    amount = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -amount if text[0] == "-" else amount


def format_moment(moment):
    """ISO 8601 with the time zone that Intuit needs.

    Without a zone, Intuit reads a time as Pacific.

    :param moment: datetime, naive in UTC or aware
    """
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds") + "Z"
