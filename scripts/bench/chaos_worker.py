"""The Odoo process of the bench `chaos`: a line when it is ready, a JSON line per run.

Started as `chaos_worker.py CONFIGURATION DATABASE REALM RUNS SECONDS`.
"""

import json
import random
import sys
import time

import odoo
from odoo.modules.registry import Registry


def main(configuration, database, realm, runs, seconds):
    odoo.tools.config.parse_config(
        ["-c", configuration, "-d", database, "--no-http", "--log-level=critical"]
    )
    Registry(database)
    from odoo.addons.quickbooks_online.tests import chaos

    end = time.monotonic() + float(seconds)
    arena = chaos.Arena(database, realm)
    print("ready", flush=True)
    total = number = 0
    try:
        while number < int(runs) and time.monotonic() < end:
            seed = random.getrandbits(32)
            faults = chaos.run_once(arena, seed)
            total += len(faults)
            number += 1
            print(
                json.dumps(
                    {
                        "seed": seed,
                        "faults": faults,
                        "runs": number,
                        "total": total,
                        "documents": arena.documents,
                        "kills": arena.kills,
                    }
                ),
                flush=True,
            )
    finally:
        arena.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
