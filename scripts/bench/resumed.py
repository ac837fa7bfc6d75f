"""Long measurements that go on where an earlier run was ended.

What is done is written down beside the database clusters, a JSON line a piece, in one
file for each process; another state of the code starts over.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from .figures import BenchError
from .intuit import CHECKOUT

# Each has a database of its own.
DATABASES = ("DEV_ODOO_DATABASE", "DEV_ODOO_SECOND_DATABASE")


def go_on(name, program, code, wanted, seconds):
    """Let processes do what is left; return all pieces that are done (list of dicts).

    :param str name: of the measurement
    :param program: path of what is run as
        `program CONFIGURATION DATABASE STATE PART PARTS WANTED SECONDS`
    :param code: files and folders that the outcome depends on
    :param int wanted: how much is to be done in all
    """
    state = get_state_file(name, code)
    deadline = time.monotonic() + seconds

    def run(part):
        left = max(1.0, deadline - time.monotonic())
        command = [
            *(sys.executable, str(program)),
            *(os.environ["DEV_ODOO_CONFIG"], os.environ[DATABASES[part]]),
            *(f"{state}.{part}", str(part), str(len(DATABASES))),
            *(str(wanted), str(left)),
        ]
        return subprocess.run(command, check=False).returncode

    with ThreadPoolExecutor() as pool:
        codes = list(pool.map(run, range(len(DATABASES))))
    if any(codes):
        raise BenchError("a process that runs it died.")
    return read(state)


def read(state):
    """Return what all processes wrote down."""
    return [
        json.loads(line)
        for file in sorted(state.parent.glob(f"{state.name}.*"))
        for line in file.read_text().splitlines()
    ]


def forget(name, code):
    """It is done: the next run is a new one."""
    state = get_state_file(name, code)
    for file in state.parent.glob(f"{state.name}.*"):
        file.unlink()


def get_state_file(name, code):
    """Where it is written down what is done, for this state of the code."""
    paths = sorted(
        path
        for entry in code
        for path in (
            (CHECKOUT / entry).rglob("*.py")
            if (CHECKOUT / entry).is_dir()
            else [CHECKOUT / entry]
        )
    )
    content = hashlib.sha256()
    for path in paths:
        content.update(path.read_bytes())
    folder = pathlib.Path(os.environ["DEV_STATE"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}-{content.hexdigest()[:16]}"
