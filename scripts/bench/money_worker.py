"""One Odoo process of the bench `money`.

Started as `money_worker.py CONFIGURATION DATABASE STATE PART PARTS INVOICES SECONDS`.
Appends a JSON line to the file STATE for each chunk of documents that was checked;
chunks that stand in it are not repeated.
"""

import json
import pathlib
import sys
import time

from odoo_case import open_database, run

# Documents of a chunk, which is drawn from one seed.
CHUNK = 50


def main(configuration, database, state, part, parts, invoices, seconds):
    open_database(configuration, database)
    from odoo.addons.quickbooks_online.tests import test_cents_property as cents

    deadline = time.monotonic() + float(seconds)
    state = pathlib.Path(state)
    done = read_done(state)
    wanted = -(-int(invoices) // CHUNK)
    by_case = {}
    for number in range(int(part), wanted, int(parts)):
        if number not in done:
            case = cents.CASES[number % len(cents.CASES)]
            by_case.setdefault(case, []).append(number)
    for case, numbers in by_case.items():
        run_case(case, numbers, state, deadline)


def read_done(state):
    lines = state.read_text().splitlines() if state.exists() else []
    return {json.loads(line)["number"] for line in lines}


def run_case(case, numbers, state, deadline):
    """Set a company up once, and check chunk after chunk in it."""

    class Chunks(case):
        def test_chunks(self):
            self.set_up_case()
            for number in numbers:
                if time.monotonic() > deadline:
                    return
                self.counts = dict.fromkeys(self.counts, 0)
                faults = []
                try:
                    self.draw_chunk(CHUNK, number)
                except AssertionError as error:
                    faults.append(f"{case.__name__}, seed {number}: {error}"[:2000])
                with state.open("a") as file:
                    chunk = {
                        "number": number,
                        "invoices": CHUNK,
                        "faults": faults,
                        "counts": self.counts,
                    }
                    file.write(json.dumps(chunk) + "\n")

    run(Chunks, "test_chunks")


if __name__ == "__main__":
    main(*sys.argv[1:])
