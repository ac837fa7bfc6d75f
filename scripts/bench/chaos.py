"""Workers killed at random moments, answers lost: every document lands once.

What the test suite does a dozen times (`tests/chaos.py`), three hundred times.
"""

import json
import os
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from .figures import BenchError, Figure
from .governor import note

NEEDS_ODOO = True
FIGURES = ("chaos_runs", "chaos_faults")
RUNS = 300
# One company for each of two processes.
REALMS = ("9341450000000001", "9341450000000002")
# Of the ten minutes a group may take, those that are left for runs.
SECONDS = 520
WORKER = pathlib.Path(__file__).with_name("chaos_worker.py")


def measure(options):
    with ExitStack() as stack:
        workers = [
            stack.enter_context(start(realm, RUNS // len(REALMS))) for realm in REALMS
        ]
        with ThreadPoolExecutor() as pool:
            answers = list(pool.map(listen, workers))
    documents = sum(answer["documents"] for answer in answers)
    kills = sum(answer["kills"] for answer in answers)
    note(f"{documents} documents, {kills} workers killed")
    runs = sum(answer["runs"] for answer in answers)
    yield Figure("chaos_runs", runs, "runs", ">=", RUNS)
    faults = sum(answer["total"] for answer in answers)
    yield Figure("chaos_faults", faults, "faults", "=", 0)


def start(realm, runs):
    """Start a process; return it when it has set up, so that no two do it at once."""
    process = subprocess.Popen(
        [
            sys.executable,
            str(WORKER),
            os.environ["DEV_ODOO_CONFIG"],
            os.environ["DEV_ODOO_DATABASE"],
            realm,
            str(runs),
            str(SECONDS),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    return process


def listen(process):
    """Pass on what goes wrong; return the last report of a process."""
    answer = None
    for line in process.stdout:
        answer = json.loads(line)
        for fault in answer["faults"]:
            note(f"seed {answer['seed']}: {fault}")
    if answer is None or process.wait():
        raise BenchError("a process that runs it died.")
    return answer
