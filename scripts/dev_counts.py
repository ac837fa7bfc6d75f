"""A pytest plugin for `./dev test`: leaves the counts of a run in a file.

The file named by the environment variable DEV_COUNTS holds, as JSON, how many tests
passed, failed (errors included), were skipped and were collected, and when the first
test started (seconds since the epoch).
"""

import json
import os
import time

_first_test = []
_collected = [0]


def pytest_runtest_logstart():
    if not _first_test:
        _first_test.append(time.time())


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
    }
    with open(os.environ["DEV_COUNTS"], "w", encoding="utf-8") as file:
        json.dump(counts, file)
