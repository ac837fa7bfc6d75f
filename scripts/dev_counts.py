"""A pytest plugin for `./dev test`: leaves the counts of a run in a file.

The file named by the environment variable DEV_COUNTS holds, as JSON, how many tests
passed, failed (errors included), were skipped and were collected, when the first
test started (seconds since the epoch), and the seconds each file took.

The file named by DEV_PROGRESS, if any, grows by a line at each step: `total NUMBER`,
`failed TEST` and `done`.
"""

import json
import os
import time
from collections import Counter

_first_test = []
_collected = [0]
_seconds = Counter()


def _note(line):
    path = os.environ.get("DEV_PROGRESS")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def pytest_collection_finish(session):
    _note(f"total {len(session.items)}")


def pytest_runtest_logstart():
    if not _first_test:
        _first_test.append(time.time())


def pytest_runtest_logreport(report):
    _seconds[report.location[0]] += report.duration
    if report.failed:
        _note(f"failed {report.nodeid}")


def pytest_runtest_logfinish():
    _note("done")


def pytest_itemcollected():
    _collected[0] += 1


def pytest_terminal_summary(terminalreporter):
    def count(*categories):
        return sum(len(terminalreporter.stats.get(name, ())) for name in categories)

    counts = {
        "passed": count("passed", "xfailed"),
        "failed": count("failed", "error", "xpassed"),
        "skipped": count("skipped"),
        "collected": _collected[0],
        "first_test": _first_test[0] if _first_test else None,
        "seconds": {file: round(seconds, 1) for file, seconds in _seconds.items()},
    }
    with open(os.environ["DEV_COUNTS"], "w", encoding="utf-8") as file:
        json.dump(counts, file)
