"""The governor of Intuit's limits under eight processes: its price and its strictness.

The processes are real Odoo processes on one database; in the long run they call the
simulator as the addon does, and the simulator counts.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
from contextlib import ExitStack, contextmanager

from .figures import BenchError, Figure
from .intuit import REALM, Client, simulator

NEEDS_ODOO = True
FIGURES = ("governor_take_median", "governor_over_limit")
PROCESSES = 8
BATCH_PROCESSES = 2
TAKE_SECONDS = 15
WORKER = pathlib.Path(__file__).with_name("governor_worker.py")


class Worker:
    """An Odoo process that carries out one order per line."""

    def __init__(self, url):
        self._process = subprocess.Popen(
            [
                sys.executable,
                str(WORKER),
                os.environ["DEV_ODOO_CONFIG"],
                os.environ["DEV_ODOO_DATABASE"],
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"QUICKBOOKS_ONLINE_BASE_URL": url},
        )

    def tell(self, **order):
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def hear(self):
        line = self._process.stdout.readline()
        if not line:
            raise BenchError("an Odoo process of the measurement died.")
        return json.loads(line)

    def stop(self):
        self._process.terminate()
        self._process.wait()


@contextmanager
def started_workers(url):
    with ExitStack() as stack:
        workers = [Worker(url) for _number in range(PROCESSES)]
        for worker in workers:
            stack.callback(worker.stop)
        yield workers


def ask_all(workers, **order):
    """Give every worker the order at once; return their answers."""
    for worker in workers:
        worker.tell(**order)
    return [worker.hear() for worker in workers]


def measure(options):
    with simulator() as (_process, url), started_workers(url) as workers:
        workers[0].tell(order="connect", realm=REALM)
        workers[0].hear()
        ask_all(workers, order="warm")
        if "governor_take_median" in options.wanted:
            yield measure_take(workers)
        if "governor_over_limit" in options.wanted:
            yield measure_over_limit(workers, url, options.seconds)


def measure_take(workers):
    """Every process asks for turns as often as the governor lets it."""
    answers = ask_all(workers, order="take", seconds=TAKE_SECONDS)
    durations = [each for answer in answers for each in answer["milliseconds"]]
    note(f"{len(durations)} takes in {TAKE_SECONDS} s by {PROCESSES} processes")
    return Figure("governor_take_median", statistics.median(durations), "ms", "<=", 3)


def measure_over_limit(workers, url, seconds):
    """Every process calls without rest, two of them batches only."""
    Client(url).control("POST", "limits", {"reset": True})
    for number, worker in enumerate(workers):
        worker.tell(order="call", seconds=seconds, batches=number < BATCH_PROCESSES)
    answers = [worker.hear() for worker in workers]
    calls = sum(answer["calls"] for answer in answers)
    if not calls:
        raise BenchError("not one call went out.")
    # Another connection: the simulator closes one that is idle for two minutes.
    limits = Client(url).control("GET", "limits")
    note(
        f"{calls} calls in {seconds} s by {PROCESSES} processes; "
        f"the simulator counted: {json.dumps(limits)}"
    )
    refused = sum(
        number for tally in limits["realms"] for number in tally["refused"].values()
    )
    return Figure("governor_over_limit", refused, "calls", "=", 0)


def note(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)
