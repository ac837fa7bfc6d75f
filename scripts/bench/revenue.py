"""Recognizing a month of many deals: how fast, in how much memory.

10,000 deals of 36 months, and 1,000 of time and material beside them. The month before
is in entries already, as it is in each month but the first.
"""

import json
import pathlib
from contextlib import ExitStack

from .figures import BenchError, Figure
from .governor import note
from .intuit import REALM, simulator
from .push import Worker

NEEDS_ODOO = True
FIGURES = (
    "revenue_month_seconds",
    "revenue_month_memory_mb",
    "revenue_picture_seconds",
    "revenue_amend_seconds",
)
WORKER = pathlib.Path(__file__).with_name("revenue_worker.py")
BEFORE, MONTH = "2026-01-01", "2026-02-01"


def measure(options):
    with simulator() as (_process, url), ExitStack() as stack:
        office = Worker(url, WORKER)
        stack.callback(office.stop)
        office.ask("connect", realm=REALM)
        note(json.dumps(office.ask("write_deals")))
        before = office.ask("recognize", month=BEFORE)
        note(f"{BEFORE}: {json.dumps(before)}")
        # A process that has not done it before.
        runner = Worker(url, WORKER)
        stack.callback(runner.stop)
        run = runner.ask("recognize", month=MONTH)
        note(f"{MONTH}: {json.dumps(run)}")
        check(office.ask("check", month=MONTH))
        yield Figure("revenue_month_seconds", run["seconds"], "s", "<", 20)
        growth = max(run["megabytes"]) - run["megabytes"][0]
        yield Figure("revenue_month_memory_mb", growth, "MB", "<", 200)
        picture = runner.ask("draw")
        note(json.dumps(picture))
        yield Figure("revenue_picture_seconds", picture["seconds"], "s", "<", 1)
        amendment = runner.ask("amend")
        note(json.dumps(amendment))
        yield Figure("revenue_amend_seconds", amendment["seconds"], "s", "<", 5)


def check(problems):
    """A fast run that books the wrong thing is none."""
    wrong = {name: count for name, count in problems.items() if count}
    if wrong:
        raise BenchError(f"the month is not booked as it should be: {wrong}.")
