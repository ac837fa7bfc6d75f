"""How long the wizard that matches a payment takes to open."""

import json
import os
import pathlib
import subprocess
import sys

from .figures import BenchError, Figure
from .governor import note

FIGURES = ("payments_wizard_open",)
WORKER = pathlib.Path(__file__).with_name("payments_wizard_worker.py")
GOAL = 1


def measure_wizard():
    """Yield the slowest of several openings, with 20,000 open invoices."""
    process = subprocess.run(
        [
            sys.executable,
            str(WORKER),
            os.environ["DEV_ODOO_CONFIG"],
            os.environ["DEV_ODOO_DATABASE"],
        ],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    seconds = json.loads(process.stdout or "{}")
    if "open" not in seconds:
        raise BenchError("the process that opens the wizard died.")
    note(json.dumps(seconds))
    yield Figure("payments_wizard_open", max(seconds["open"]), "s", "<=", GOAL)
