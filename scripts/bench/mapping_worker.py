"""The Odoo process of the figures `money_save_mappings` and `money_suggest_products`.

Started as `mapping_worker.py CONFIGURATION DATABASE`; prints one JSON object.
"""

import json
import sys
import time

from odoo_case import open_database, run

PRODUCTS = 5000
ROWS = 500
# Approved and not pushed yet: what a choice may concern.
DOCUMENTS = 100


def main(configuration, database):
    open_database(configuration, database)
    from odoo.addons.quickbooks_online.tests.test_mapping_bulk import TestMappingBulk

    answer = {}

    class Measure(TestMappingBulk):
        def test_measure(self):
            self.approve(DOCUMENTS)
            self.create_products(PRODUCTS)
            answer["suggest"] = measure(self, self.open_products)
            rows = self.open_products()
            item = rows.suggested_id[:1]
            # As the page saves a row: without the others at hand.
            row = rows.browse(rows[0].id)
            answer["save_one"] = measure(
                self, lambda: row.write({"reference_id": item.id})
            )
            answer["save_many"] = measure(
                self, lambda: rows[1 : ROWS + 1].write({"reference_id": item.id})
            )

    run(Measure, "test_measure")
    print(json.dumps(answer))


def measure(case, function):
    """Return the seconds that it takes, what is written included."""
    case.env.flush_all()
    case.env.invalidate_all()
    start = time.monotonic()
    function()
    case.env.flush_all()
    return time.monotonic() - start


if __name__ == "__main__":
    main(*sys.argv[1:])
