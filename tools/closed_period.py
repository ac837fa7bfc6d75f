"""Closed periods: until when books are closed, and the first day after that."""

import re
from datetime import date, timedelta
from typing import NamedTuple

# What the note of a moved document says; QuickBooks' users read it too.
_NOTE = "dated {} in Odoo"
_NOTE_PART = re.compile(r", dated \d{4}-\d\d-\d\d in Odoo(?= \[[0-9a-f]+\]$)")


class Lock(NamedTuple):
    """One date that closes books.

    :param name: what sets it: 'BookCloseDate', 'sale_lock_date'
    :param until: the last closed day (date)
    """

    name: str
    until: date


def read_day(value):
    """A date of QuickBooks ('2026-02-28', a time after it is dropped), or None.

    :param value: what stands in the preferences, of whatever type
    """
    try:
        return date.fromisoformat(value.strip()[:10])
    except (AttributeError, ValueError):
        return None


def find_holding(day, locks):
    """The locks that close a day, the latest first; empty where it is open.

    The date of a lock is closed itself.

    :param date day: None is open
    :param locks: iterable of `Lock`
    :rtype: list[Lock]
    """
    if day is None:
        return []
    holding = [lock for lock in locks if day <= lock.until]
    return sorted(holding, key=lambda lock: (-lock.until.toordinal(), lock.name))


def find_first_open(day, locks):
    """The day itself where it is open, else the first open day after it.

    :param date day: None gives None
    :rtype: date, or None where the books are closed for ever
    """
    holding = find_holding(day, locks)
    if not holding:
        return day
    latest = holding[0].until
    return None if latest == date.max else latest + timedelta(days=1)


def describe_move(before, after):
    """How the date until which books are closed moved.

    :param before, after: dates, None where the books are open
    :return: 'none', 'closed' (more is closed), 'reopened' (less is, but some) or
        'opened' (nothing is closed any more)
    """
    if before == after:
        return "none"
    if after is None:
        return "opened"
    return "closed" if before is None or before < after else "reopened"


def make_note(day):
    """What the note of a document says that is sent with another day than its own."""
    return _NOTE.format(day)


def drop_note(text):
    """The note of a document (with its marker) without what `make_note` added."""
    return _NOTE_PART.sub("", text)
