"""Thousands of random invoices against the simulator, to the cent.

What the test suite does a hundred and fifty times for each tax mode
(`tests/cents.py`). A run that was ended goes on where it stopped (`resumed.py`).
"""

import json
import os
import pathlib
import subprocess
import sys

from . import resumed
from .figures import BenchError, Figure
from .governor import note

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
    begun = sum_up(resumed.read(resumed.get_state_file("money", CODE)))
    if begun["invoices"]:
        note(f"going on after {begun['invoices']} invoices of an earlier run")
    report = sum_up(resumed.go_on("money", WORKER, CODE, INVOICES, SECONDS))
    for fault in report["faults"]:
        note(fault)
    note(json.dumps(report["counts"]))
    yield Figure("money_invoices", report["invoices"], "invoices", ">=", INVOICES)
    yield Figure("money_faults", len(report["faults"]), "faults", "=", 0)
    if report["invoices"] >= INVOICES:
        resumed.forget("money", CODE)


def sum_up(chunks):
    """Return what all chunks together say."""
    report = {"invoices": 0, "faults": [], "counts": {}}
    for chunk in chunks:
        report["invoices"] += chunk["invoices"]
        report["faults"] += chunk["faults"]
        for name, number in chunk["counts"].items():
            report["counts"][name] = report["counts"].get(name, 0) + number
    return report
