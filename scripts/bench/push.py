"""Pushing 1,500 approved invoices: how fast, in how few calls, at what price.

The simulator answers after 1.2 s and keeps Intuit's limits; the documents, their
customers and products are all new to it. Beside it, the loop that a plain script
over python-quickbooks would be, over some of the same invoices.
"""

import json
import os
import pathlib
import subprocess
import sys
from contextlib import ExitStack
from datetime import datetime
from statistics import median

from .figures import BenchError, Figure
from .governor import note
from .intuit import REALM, Client, authorize, simulator

NEEDS_ODOO = True
FIGURES = (
    "push_click_one",
    "push_click_500",
    "push_share_of_limit",
    "push_calls",
    "push_cpu_per_document",
    "push_memory_growth",
    "push_memory_second_half",
    "push_times_plain_loop",
)
LATENCY_MS = 1200
INVOICES, CUSTOMERS, ITEMS = 1500, 200, 50
PLAIN_INVOICES = 60
BATCHES_PER_MINUTE = 40
WORKER = pathlib.Path(__file__).with_name("push_worker.py")


class Worker:
    """An Odoo process that carries out one order per line."""

    def __init__(self, url, program=WORKER):
        self._process = subprocess.Popen(
            [
                sys.executable,
                str(program),
                os.environ["DEV_ODOO_CONFIG"],
                os.environ["DEV_ODOO_DATABASE"],
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"QUICKBOOKS_ONLINE_BASE_URL": url},
        )

    def ask(self, order, **values):
        self._process.stdin.write(json.dumps({"order": order, **values}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise BenchError("an Odoo process of the measurement died.")
        return json.loads(line)

    def stop(self):
        self._process.terminate()
        self._process.wait()


def measure(options):
    with (
        simulator("--latency-ms", str(LATENCY_MS)) as (_process, url),
        ExitStack() as stack,
    ):
        office, runner = Worker(url), Worker(url)
        stack.callback(office.stop)
        stack.callback(runner.stop)
        office.ask("connect", realm=REALM)
        made = office.ask(
            "write_invoices", invoices=INVOICES, customers=CUSTOMERS, items=ITEMS
        )
        note(f"{INVOICES} invoices written, posted and approved: {made['seconds']} s")
        clicks = office.ask("push")
        note(f"500 selected: {clicks['many']:.2f} s; one: {clicks['one']:.0f} ms")
        yield Figure("push_click_one", clicks["one"], "ms", "<=", 150)
        yield Figure("push_click_500", clicks["many"], "s", "<=", 3)
        Client(url).control("DELETE", "requests")
        work = runner.ask("work")
        yield from judge(url, work)
        yield compare_with_plain_loop(url, office)


def judge(url, work):
    """Figures of the worker's run, from its own report and the simulator's."""
    note(json.dumps(work))
    if work["states"] != {"done": INVOICES}:
        raise BenchError(f"not all invoices are done: {work['states']}.")
    calls = Client(url).control("GET", "requests")["requests"]
    calls = [call for call in calls if call["path"].startswith("/v3/")]
    objects = INVOICES + CUSTOMERS + ITEMS
    times = sorted(
        datetime.fromisoformat(call["time"])
        for call in calls
        if '"Invoice"' in str(call["body"])
    )
    minutes = (times[-1] - times[0]).total_seconds() / 60
    share = 100 * (len(times) - 1) / minutes / BATCHES_PER_MINUTE
    note(f"{len(calls)} calls, {len(times)} batches of invoices in {minutes:.2f} min")
    yield Figure("push_share_of_limit", share, "%", ">=", 95)
    yield Figure("push_calls", len(calls), "calls", "<=", objects / 30 + 10)
    cpu = 1000 * work["cpu_seconds"] / objects
    yield Figure("push_cpu_per_document", cpu, "ms", "<=", 15)
    memory = work["megabytes"]
    yield Figure("push_memory_growth", max(memory) - memory[0], "MB", "<=", 150)
    # Medians: what a library keeps from one moment on is no growth.
    quarter = len(memory) // 4
    growth = median(memory[-quarter:]) - median(memory[-2 * quarter : -quarter])
    yield Figure("push_memory_second_half", growth, "MB", "<=", 1)


def compare_with_plain_loop(url, office):
    """Query by number, save, one by one, as most scripts do."""
    bodies = office.ask("bodies", count=PLAIN_INVOICES)["bodies"]
    answer = office.ask(
        "plain", bodies=bodies, token=authorize(url), url=url, realm=REALM
    )
    pushed = Client(url).control("GET", "requests")["requests"]
    times = sorted(
        datetime.fromisoformat(call["time"])
        for call in pushed
        if call["path"].endswith("/batch") and '"Invoice"' in str(call["body"])
    )
    ours = INVOICES / ((times[-1] - times[0]).total_seconds() + LATENCY_MS / 1000)
    plain = PLAIN_INVOICES / answer["seconds"]
    note(f"pushed {ours:.2f} invoices/s, a plain loop {plain:.2f} invoices/s")
    return Figure("push_times_plain_loop", ours / plain, "times", ">=", 10)
