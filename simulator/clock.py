"""The simulator's clock: real time plus what tests advanced, printed as QBO does."""

import threading
from datetime import datetime, timedelta, timezone

PACIFIC_STANDARD = timezone(timedelta(hours=-8))
PACIFIC_DAYLIGHT = timezone(timedelta(hours=-7))


def _first_sunday(year, month):
    first = datetime(year, month, 1, tzinfo=timezone.utc)
    return first + timedelta(days=(6 - first.weekday()) % 7)


def to_pacific(moment):
    """Return the aware datetime `moment` in Pacific time.

    The rule in force since 2007 is computed here (second Sunday of March 02:00 to first
    Sunday of November 02:00), so that no time zone database is needed.
    """
    moment = moment.astimezone(timezone.utc)
    starts = _first_sunday(moment.year, 3) + timedelta(days=7, hours=10)
    ends = _first_sunday(moment.year, 11) + timedelta(hours=9)
    zone = PACIFIC_DAYLIGHT if starts <= moment < ends else PACIFIC_STANDARD
    return moment.astimezone(zone)


def pacific(moment):
    """Print an aware datetime as in QBO's MetaData: whole seconds, Pacific offset."""
    return to_pacific(moment).isoformat(timespec="seconds")


def envelope_time(moment):
    """Print an aware datetime as in QBO's envelopes: milliseconds, zeros trimmed."""
    local = to_pacific(moment)
    seconds = local.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{local.microsecond // 1000:03d}".rstrip("0")
    offset = local.isoformat(timespec="seconds")[-6:]
    return f"{seconds}.{fraction}{offset}" if fraction else f"{seconds}{offset}"


class Clock:
    """Time as the simulator sees it. Thread-safe; only ever moves forward."""

    def __init__(self, start=None, *, frozen=False):
        """Start at `start` (aware datetime, default: now); a frozen clock only moves
        by `advance`."""
        self._lock = threading.Lock()
        self._listeners = []
        self._origin = self._real_now()
        self._base = (start or self._origin).astimezone(timezone.utc)
        self.frozen = frozen

    @staticmethod
    def _real_now():
        return datetime.now(timezone.utc)

    def now(self):
        """Return the simulated moment as an aware datetime in UTC."""
        if self.frozen:
            return self._base
        return self._base + (self._real_now() - self._origin)

    def advance(self, seconds):
        """Move the clock `seconds` forward and tell the listeners."""
        if seconds < 0:
            raise ValueError("The clock only moves forward.")
        with self._lock:
            self._base += timedelta(seconds=seconds)
        for listener in list(self._listeners):
            listener()
        return self.now()

    def on_advance(self, listener):
        """Call `listener()` after each `advance`."""
        self._listeners.append(listener)

    def today(self):
        """Return the date on Intuit's servers (Pacific)."""
        return to_pacific(self.now()).date()

    def pacific(self, moment=None):
        """Print `moment` (default: now) as MetaData times are printed."""
        return pacific(moment or self.now())

    def envelope_time(self, moment=None):
        """Print `moment` (default: now) as the `time` of an envelope is printed."""
        return envelope_time(moment or self.now())
