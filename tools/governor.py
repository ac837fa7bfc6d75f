"""The arithmetic of Intuit's limits for one realm.

Pure functions over a small JSON-able state that every process shares; the row
that holds it, and the transaction around a take, are a model's.

**How the windows follow from the limits.** Intuit counts when a call arrives,
we count when it is granted, and a call is between 0 and `jitter` seconds longer
on its way than the quickest one. What arrives within one second was therefore
granted within 1 + jitter seconds: at most 10 grants in any 1.3 s means never
more than 10 arrivals in any 1 s. Likewise 500 in any 60.3 s; grants are counted
per whole second there, which makes the window up to a second longer. All of it
holds for Intuit's window wherever it begins, fixed or sliding. A burst of ten
goes out at once; what is sustained is 10 / 1.3 = 7.7 calls a second, 461 a
minute, so the limit per minute binds only when it is set lower.

Times are whole milliseconds inside. `now` is seconds since 1970. It should come
from one clock for all processes, the database server's, and be read when the row
that holds the state is locked, not before: what passes between reading the clock
and the call's arrival, waiting for the row and for a processor included, is time
on the way, and what differs of it from call to call is jitter.
"""

import calendar
import time
from dataclasses import dataclass

from .. import const

# A clock that steps back by less counts as several hosts that disagree: time
# stands still for them. By more: it was set, and what is stored moves along.
SKEW_MS = 5_000
MINUTE_MS = 60_000
# A place of a call that never said it ended. Intuit gives up after 120 s.
PLACE_MS = 130_000
# Wait suggested while all places are taken; when one is freed is not known.
PLACE_WAIT_MS = 200


@dataclass(frozen=True)
class Limits:
    """What Intuit allows one realm.

    :param jitter: seconds that one call may be longer on its way than another,
        from the grant to Intuit's counter
    """

    per_second: int = const.REQUESTS_PER_SECOND
    per_minute: int = const.REQUESTS_PER_MINUTE
    batches_per_minute: int = const.BATCHES_PER_MINUTE
    concurrent: int = const.CONCURRENT_REQUESTS
    jitter: float = const.TRANSIT_JITTER_SECONDS


DEFAULT_LIMITS = Limits()


def take(state, now, kind="request", limits=DEFAULT_LIMITS, place=None):
    """Ask for leave to make one call.

    :param state: dict as the last call returned it; {} or None at first
    :param now: seconds since 1970, float
    :param kind: 'request', or 'batch', which counts as a request as well
    :param place: a text that names the call, when the number of calls under
        way is to be counted too; give it to `release` afterwards
    :return: (new state, seconds to wait). 0.0 is the grant; otherwise nothing
        was taken, and asking again after the wait succeeds unless others ask
        (or places are short: then the wait is a guess)
    :raises ValueError: another kind
    """
    if kind not in ("request", "batch"):
        raise ValueError(f"Unknown kind of call {kind!r}.")
    state, moment = _open(state, now)
    _forget(state, moment, limits)
    wait = max(
        state["paused_until"] - moment,
        _wait_second(state["second"], moment, limits),
        _wait_minute(state["minute"], moment, limits.per_minute, limits),
        kind == "batch"
        and _wait_minute(state["batches"], moment, limits.batches_per_minute, limits),
        _wait_place(state["places"], place, limits),
        0,
    )
    if wait:
        # Counted from the caller's clock, which may lag behind; a millisecond
        # on top, because `now + wait` must not fall short in floating point.
        return state, (moment + wait + 1) / 1000 - now
    state["second"].append(moment)
    _count(state["minute"], moment)
    if kind == "batch":
        _count(state["batches"], moment)
    if place is not None:
        state["places"][place] = moment + PLACE_MS
    return state, 0.0


def release(state, now, place):
    """Give back the place that a `take` with the same name took."""
    state, _moment = _open(state, now)
    state["places"].pop(place, None)
    return state


def pause(state, now, seconds, reason=""):
    """Let nobody call for a while; a longer pause that runs already stays.

    :param seconds: at most 600 count; the caller adds the jitter
    """
    state, moment = _open(state, now)
    until = moment + int(min(max(seconds, 0), const.MAXIMUM_PAUSE_SECONDS) * 1000)
    if until > state["paused_until"]:
        state.update(paused_until=until, pause_reason=reason)
    return state


def meter(state, now, calls):
    """Add metered calls to the month, which is UTC's.

    :param calls: number of calls that Intuit's App Partner Program counts
    """
    state, _moment = _open(state, now)
    month = _month_of(now)
    if month > state["month"]:
        state.update(month=month, metered=0)
    elif _is_far_behind(month, state["month"], now):
        # A clock that was wrong: what was counted is this month's after all.
        state["month"] = month
    state["metered"] += calls
    return state


def forecast(state, now, limit=const.METERED_CALLS_PER_MONTH):
    """What the month will come to if it goes on as it went.

    The first day counts as a whole one, or a first load at midnight would be
    forecast as a month of first loads.

    :return: dict(month 'YYYY-MM', month_calls, forecast_calls, limit, share
        (forecast / limit), exceeds (bool))
    """
    month = _month_of(now)
    known = state or {}
    calls = known.get("metered", 0) if known.get("month", "") >= month else 0
    start, end = _month_bounds(month)
    elapsed = max(now - start, 86_400)
    expected = calls + round(calls / elapsed * max(end - now, 0))
    return {
        "month": month,
        "month_calls": calls,
        "forecast_calls": expected,
        "limit": limit,
        "share": expected / limit if limit else 0.0,
        "exceeds": expected > limit,
    }


def describe(state, now, limits=DEFAULT_LIMITS):
    """The state for people.

    :return: dict(paused_until (seconds since 1970, or None), pause_seconds,
        pause_reason, calls_last_minute, batches_last_minute, in_flight, month,
        month_calls)
    """
    state, moment = _open(state, now)
    _forget(state, moment, limits)
    remaining = max(state["paused_until"] - moment, 0)
    return {
        "paused_until": now + remaining / 1000 if remaining else None,
        "pause_seconds": remaining / 1000,
        "pause_reason": state["pause_reason"] if remaining else "",
        "calls_last_minute": _sum_since(state["minute"], moment - MINUTE_MS),
        "batches_last_minute": _sum_since(state["batches"], moment - MINUTE_MS),
        "in_flight": len(state["places"]),
        "month": state["month"],
        "month_calls": state["metered"],
    }


# ----------------------------------------------------------------------------
# The state: "second" the moments of the last grants, "minute" and "batches"
# [second, number] pairs, "places" name -> end, all ascending.
# ----------------------------------------------------------------------------
def _open(state, now):
    """A copy of the state that may be changed, and the present in ms."""
    state = state or {}
    moment = int(now * 1000)
    last = state.get("last", moment)
    back = last - moment
    shift = back if back > SKEW_MS else 0
    opened = {
        "last": moment if shift else max(last, moment),
        "second": [each - shift for each in state.get("second", ())],
        "minute": _move(state.get("minute", ()), shift),
        "batches": _move(state.get("batches", ()), shift),
        "places": {name: end - shift for name, end in state.get("places", {}).items()},
        "paused_until": state.get("paused_until", 0) - shift,
        "pause_reason": state.get("pause_reason", ""),
        "month": state.get("month", ""),
        "metered": state.get("metered", 0),
    }
    return opened, opened["last"]


def _move(counts, shift):
    """Second counts moved back by whole seconds, never by too much."""
    return [[second - shift // 1000, number] for second, number in counts]


def _window(length, limits):
    """Milliseconds in which our grants must respect a limit of `length` ms.

    One more, because both ends were cut to whole milliseconds.
    """
    return length + int(limits.jitter * 1000) + 1


def _forget(state, moment, limits):
    """Drop what no window reaches any more."""
    start = moment - _window(1000, limits)
    state["second"] = [each for each in state["second"] if each > start]
    start = moment - _window(MINUTE_MS, limits)
    for name in ("minute", "batches"):
        state[name] = [pair for pair in state[name] if (pair[0] + 1) * 1000 > start]
    places = state["places"]
    state["places"] = {name: end for name, end in places.items() if end > moment}


def _wait_second(moments, moment, limits):
    if len(moments) < limits.per_second:
        return 0
    return moments[-limits.per_second] + _window(1000, limits) - moment


def _wait_minute(counts, moment, limit, limits):
    excess = sum(number for _second, number in counts) - limit + 1
    if excess <= 0:
        return 0
    for second, number in counts:
        excess -= number
        if excess <= 0:
            return (second + 1) * 1000 + _window(MINUTE_MS, limits) - moment
    return 0


def _wait_place(places, place, limits):
    full = place is not None and place not in places
    return PLACE_WAIT_MS if full and len(places) >= limits.concurrent else 0


def _count(counts, moment):
    second = moment // 1000
    if counts and counts[-1][0] >= second:
        counts[-1][1] += 1
    else:
        counts.append([second, 1])


def _sum_since(counts, start):
    return sum(number for second, number in counts if (second + 1) * 1000 > start)


def _month_of(now):
    return time.strftime("%Y-%m", time.gmtime(now))


def _month_bounds(month):
    year, number = (int(part) for part in month.split("-"))
    start = calendar.timegm((year, number, 1, 0, 0, 0))
    days = calendar.monthrange(year, number)[1]
    return start, start + days * 86_400


def _is_far_behind(month, stored, now):
    """The stored month lies ahead by more than a day: the clock was wrong."""
    return month < stored and _month_bounds(stored)[0] - now > 86_400
