"""Thousands of random invoices against the simulator, to the cent.

What the test suite does a hundred and fifty times for each tax mode
(`tests/cents.py`). What was done is kept beside the database clusters, so that a run
that was ended goes on where it stopped; a new state of the code starts over.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from .figures import BenchError, Figure
from .governor import note
from .intuit import CHECKOUT

NEEDS_ODOO = True
FIGURES = (
    "money_suggest_products",
    "money_save_mappings",
    "money_invoices",
    "money_faults",
)
INVOICES = 5000
# Of the ten minutes a group may take, those that are left for documents.
SECONDS = 480
PROCESSES = 2
MAPPING_WORKER = pathlib.Path(__file__).with_name("mapping_worker.py")
WORKER = pathlib.Path(__file__).with_name("money_worker.py")
# What the outcome depends on.
CODE = (
    "models",
    "tools",
    "simulator",
    "tests/cents.py",
    "tests/test_cents_property.py",
)


def measure(options):
    wanted = options.wanted
    if wanted & {"money_suggest_products", "money_save_mappings"}:
        yield from measure_mappings(wanted)
    if wanted & {"money_invoices", "money_faults"}:
        yield from measure_invoices()


def measure_mappings(wanted):
    """Suggestions for 5,000 products; 500 rows saved, one of them and all at once."""
    process = subprocess.run(
        [
            sys.executable,
            str(MAPPING_WORKER),
            os.environ["DEV_ODOO_CONFIG"],
            os.environ["DEV_ODOO_DATABASE"],
        ],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    seconds = json.loads(process.stdout or "{}")
    if "save_many" not in seconds:
        raise BenchError("the process that maps products died.")
    note(json.dumps(seconds))
    if "money_suggest_products" in wanted:
        figure = seconds["suggest"]
        yield Figure("money_suggest_products", figure, "s", "<=", 3)
    if "money_save_mappings" in wanted:
        figure = max(seconds["save_one"], seconds["save_many"])
        yield Figure("money_save_mappings", figure, "s", "<=", 1)


def measure_invoices():
    state = get_state_file()
    begun = read(state)
    if begun["invoices"]:
        note(f"going on after {begun['invoices']} invoices of an earlier run")
    deadline = time.monotonic() + SECONDS
    with ThreadPoolExecutor() as pool:
        codes = list(
            pool.map(lambda part: run(state, part, deadline), range(PROCESSES))
        )
    if any(codes):
        raise BenchError("a process that runs it died.")
    report = read(state)
    for fault in report["faults"]:
        note(fault)
    note(json.dumps(report["counts"]))
    yield Figure("money_invoices", report["invoices"], "invoices", ">=", INVOICES)
    yield Figure("money_faults", len(report["faults"]), "faults", "=", 0)
    if report["invoices"] >= INVOICES:
        # The next run is a new one.
        for file in state.parent.glob(f"{state.name}.*"):
            file.unlink()


def run(state, part, deadline):
    return subprocess.run(
        [
            sys.executable,
            str(WORKER),
            os.environ["DEV_ODOO_CONFIG"],
            os.environ["DEV_ODOO_DATABASE"],
            f"{state}.{part}",
            str(part),
            str(PROCESSES),
            str(INVOICES),
            str(max(1.0, deadline - time.monotonic())),
        ],
        check=False,
    ).returncode


def read(state):
    """Sum up what all processes wrote down."""
    report = {"invoices": 0, "faults": [], "counts": {}}
    for file in sorted(state.parent.glob(f"{state.name}.*")):
        for line in file.read_text().splitlines():
            chunk = json.loads(line)
            report["invoices"] += chunk["invoices"]
            report["faults"] += chunk["faults"]
            for name, number in chunk["counts"].items():
                report["counts"][name] = report["counts"].get(name, 0) + number
    return report


def get_state_file():
    """Where the chunks that are done are written down, for this state of the code."""
    names = sorted(
        path
        for name in CODE
        for path in (
            (CHECKOUT / name).rglob("*.py")
            if (CHECKOUT / name).is_dir()
            else [CHECKOUT / name]
        )
    )
    content = hashlib.sha256()
    for path in names:
        content.update(path.read_bytes())
    folder = pathlib.Path(os.environ["DEV_STATE"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"money-{content.hexdigest()[:16]}"
