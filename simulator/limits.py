"""Intuit's request limits, in exact sliding windows of real time, and the meter.

Windows run on the machine's monotonic clock, not on the simulator's: limits are about
how fast a client really calls. `clock_gettime` is used so that test tools which freeze
`time.monotonic` do not stop the windows.
"""

import threading
import time
from collections import deque
from dataclasses import asdict, dataclass

from .checks import check_known, check_whole

SECOND = 1.0
MINUTE = 60.0


def monotonic():
    """Return real seconds that never go back."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


@dataclass
class Limits:
    """Calls allowed: per realm and app, except `per_minute`, which is per realm."""

    per_second: int = 10
    per_minute: int = 500
    concurrent: int = 10

    def update(self, changes):
        """Set the named limits; ValueError names what is wrong, nothing is set."""
        check_known("The limiter", changes, asdict(self))
        for name, value in changes.items():
            check_whole(name, value, 1)
        for name, value in changes.items():
            setattr(self, name, value)


class Window:
    """Counts what happened within the last `seconds`."""

    __slots__ = ("_admitted", "_arrived", "seconds", "worst")

    def __init__(self, seconds):
        self.seconds = seconds
        self._admitted = deque()
        self._arrived = deque()
        self.worst = 0

    def arrive(self, now):
        """Count an arrival, admitted or not, towards the worst window seen."""
        arrived = self._arrived
        arrived.append(now)
        edge = now - self.seconds
        while arrived[0] <= edge:
            arrived.popleft()
        self.worst = max(self.worst, len(arrived))

    def is_full(self, now, limit):
        """Tell whether one more would exceed `limit` within the window."""
        admitted = self._admitted
        edge = now - self.seconds
        while admitted and admitted[0] <= edge:
            admitted.popleft()
        return len(admitted) >= limit

    def admit(self, now):
        """Count one that was let through."""
        self._admitted.append(now)


class Tally:
    """What one realm and app did."""

    def __init__(self):
        self.second = Window(SECOND)
        self.batch_minute = Window(MINUTE)
        self.in_flight = 0
        self.worst_in_flight = 0
        self.calls = 0
        self.refused = {"per_second": 0, "per_minute": 0, "batches": 0, "concurrent": 0}


class LimitKeeper:
    """Admits or refuses calls. Thread-safe.

    A refused call counts towards the worst window but not towards the next admission,
    so that a client that was refused gets through once the window is free.
    """

    def __init__(self, switches, *, enabled=True, now=monotonic):
        self._switches = switches
        self._now = now
        self._lock = threading.Lock()
        self.enabled = enabled
        self.limits = Limits()
        self.reset()

    def reset(self):
        """Forget all counts."""
        with self._lock:
            self._tallies = {}
            self._minutes = {}

    def enter(self, realm_id, client_id, *, batch=False):
        """Register a call; return None when admitted, else the name of the limit hit.

        Every admitted call must be followed by `leave`.
        """
        with self._lock:
            now = self._now()
            tally = self._tallies.get((realm_id, client_id))
            if tally is None:
                tally = self._tallies[realm_id, client_id] = Tally()
            minute = self._minutes.get(realm_id)
            if minute is None:
                minute = self._minutes[realm_id] = Window(MINUTE)
            tally.calls += 1
            tally.second.arrive(now)
            minute.arrive(now)
            if batch:
                tally.batch_minute.arrive(now)
            if self.enabled:
                exceeded = self._exceeded(tally, minute, now, batch)
                if exceeded:
                    tally.refused[exceeded] += 1
                    return exceeded
            tally.second.admit(now)
            minute.admit(now)
            if batch:
                tally.batch_minute.admit(now)
            tally.in_flight += 1
            tally.worst_in_flight = max(tally.worst_in_flight, tally.in_flight)
            return None

    def _exceeded(self, tally, minute, now, batch):
        if tally.in_flight >= self.limits.concurrent:
            tally.worst_in_flight = max(tally.worst_in_flight, tally.in_flight + 1)
            return "concurrent"
        if tally.second.is_full(now, self.limits.per_second):
            return "per_second"
        if minute.is_full(now, self.limits.per_minute):
            return "per_minute"
        per_minute = self._switches.batches_per_minute
        if batch and tally.batch_minute.is_full(now, per_minute):
            return "batches"
        return None

    def leave(self, realm_id, client_id):
        """Register the end of an admitted call."""
        with self._lock:
            tally = self._tallies.get((realm_id, client_id))
            if tally is not None and tally.in_flight:
                tally.in_flight -= 1

    def describe(self):
        """Return limits and, per realm and app, the worst windows ever seen."""
        with self._lock:
            return {
                "enabled": self.enabled,
                "limits": {
                    **asdict(self.limits),
                    "batches_per_minute": self._switches.batches_per_minute,
                },
                "realms": [
                    {
                        "realm": realm_id,
                        "client_id": client_id,
                        "calls": tally.calls,
                        "refused": dict(tally.refused),
                        "worst": {
                            "per_second": tally.second.worst,
                            "per_minute": self._minutes[realm_id].worst,
                            "batches_per_minute": tally.batch_minute.worst,
                            "concurrent": tally.worst_in_flight,
                        },
                    }
                    for (realm_id, client_id), tally in self._tallies.items()
                ],
            }


class Meter:
    """Counts metered (read) calls per app and calendar month of the Pacific zone.

    Only production companies are billed; what sandboxes read is counted apart.
    """

    def __init__(self, clock, switches):
        self._clock = clock
        self._switches = switches
        self._lock = threading.Lock()
        self._counts = {}

    def _month(self):
        return self._clock.today().strftime("%Y-%m")

    def add(self, client_id, environment, calls):
        """Count `calls` metered calls."""
        if calls:
            with self._lock:
                key = (client_id, self._month(), environment)
                self._counts[key] = self._counts.get(key, 0) + calls

    def set(self, client_id, environment, calls):
        """Set this month's count, to come near the cap."""
        with self._lock:
            self._counts[client_id, self._month(), environment] = calls

    def is_spent(self, client_id, environment):
        """Tell whether reads are blocked for the rest of the month."""
        cap = self._switches.meter_cap
        if cap is None or environment != "production":
            return False
        return self._counts.get((client_id, self._month(), environment), 0) >= cap

    def reset(self):
        """Forget all counts."""
        with self._lock:
            self._counts = {}

    def describe(self):
        """Return the counts as rows."""
        with self._lock:
            rows = [
                {
                    "client_id": client_id,
                    "month": month,
                    "environment": environment,
                    "calls": calls,
                    "billed": environment == "production",
                }
                for (client_id, month, environment), calls in self._counts.items()
            ]
        return {"cap": self._switches.meter_cap, "month": self._month(), "rows": rows}
