"""The days a report covers: given, or by one of Intuit's names for a period."""

from calendar import month_name
from datetime import date, timedelta

from .. import faults
from ..schema import is_date

DEFAULT = "This Fiscal Year-to-date"
ONE_DAY = timedelta(days=1)


def read(company, args):
    """Return `(start, end, date macro or None)` as texts; takes them out of `args`.

    A day that is missing comes from the macro. Raises 2060 and 6000.
    """
    given = {name: args.pop(name, None) for name in ("start_date", "end_date")}
    for name, value in given.items():
        if value and not is_date(value):
            raise faults.invalid_date(value, name)
    macro = args.pop("date_macro", None) or DEFAULT
    start, end = _of_macro(company, macro)
    if given["start_date"] and given["end_date"]:
        macro = None
    start, end = given["start_date"] or start, given["end_date"] or end
    if start > end:
        raise faults.business("The start date of a report lies before its end date.")
    return start, end, macro


def _of_macro(company, macro):
    today = date.fromisoformat(company.today())
    this_month = today.replace(day=1)
    this_year = _fiscal_year(company, today)
    last_month_ends, last_year_ends = this_month - ONE_DAY, this_year - ONE_DAY
    periods = {
        "today": (today, today),
        "this month": (this_month, _next_month(this_month) - ONE_DAY),
        "this month-to-date": (this_month, today),
        "last month": (last_month_ends.replace(day=1), last_month_ends),
        "this fiscal year": (this_year, _next_year(this_year) - ONE_DAY),
        "this fiscal year-to-date": (this_year, today),
        "last fiscal year": (_fiscal_year(company, last_year_ends), last_year_ends),
    }
    found = periods.get(macro.lower())
    if found is None:
        raise faults.business(f"The period {macro} has no books here.")
    return tuple(day.isoformat() for day in found)


def _fiscal_year(company, day):
    """Return the first day of the fiscal year that `day` lies in."""
    name = company.preference("AccountingInfoPrefs.FirstMonthOfFiscalYear")
    month = list(month_name).index(name)
    return date(day.year if day.month >= month else day.year - 1, month, 1)


def _next_month(first):
    return (first + timedelta(days=32)).replace(day=1)


def _next_year(first):
    return first.replace(year=first.year + 1)


def months(start, end):
    """Return `(title, first day, last day)` of each month from `start` to `end`."""
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    found = []
    while first <= last:
        following = _next_month(first.replace(day=1))
        ends = min(following - ONE_DAY, last)
        title = f"{month_name[first.month][:3]} {first.year}"
        found.append((title, first.isoformat(), ends.isoformat()))
        first = following
    return found
