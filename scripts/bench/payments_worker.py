"""One Odoo process of the bench `payments`: a JSON order a line, a JSON answer a line.

Started as `payments_worker.py CONFIGURATION DATABASE`.
"""

import sys

from governor_worker import Orders as ConnectionOrders
from governor_worker import main


class Orders(ConnectionOrders):
    """What a worker can be told to do; each method returns the answer."""

    def connect(self, realm, verifier_token):
        super().connect(realm)
        with self.connection() as connection:
            connection.verifier_token_input = verifier_token
        return {}

    def count_events(self):
        with self.connection() as connection:
            return {"events": connection.env["qbo.event"].search_count([])}


if __name__ == "__main__":
    main(*sys.argv[1:], orders=Orders)
