"""One Odoo process of the bench `payments`: a JSON order a line, a JSON answer a line.

Started as `payments_worker.py CONFIGURATION DATABASE`.
"""

import json
import sys
import time

from governor_worker import Orders as ConnectionOrders
from governor_worker import main
from push_worker import Sampler

from odoo import SUPERUSER_ID, api

from bench.intuit import Client

CHUNK = 100
SECONDS = 600
CUSTOMERS = 100


class Orders(ConnectionOrders):
    """What a worker can be told to do; each method returns the answer."""

    def connect(self, realm, verifier_token):
        super().connect(realm)
        with self.connection() as connection:
            connection.verifier_token_input = verifier_token
            journals = connection.env["account.journal"].search(
                [("type", "=", "bank"), ("company_id", "=", connection.company_id.id)]
            )
            connection.payment_journal_id = journals[:1]
            connection.payments_start = "2026-01-01"
        with self.connection() as connection:
            connection.action_refresh_references()
        self.realm = realm
        self.partners = []
        return {}

    def count_events(self):
        with self.connection() as connection:
            return {"events": connection.env["qbo.event"].search_count([])}

    # === INVOICES === #

    def write_invoices(self, count, url):
        """Write invoices that are in QuickBooks already, as a push leaves them.

        :return: {id in Odoo: (id in QuickBooks, id of the customer there, total)}
        """
        books = Client(url)
        if not self.partners:
            self._write_customers(books)
        invoices = {}
        for start in range(0, count, CHUNK):
            numbers = range(start, min(start + CHUNK, count))
            invoices |= self._write_chunk(books, numbers)
        return {"invoices": invoices}

    def _act(self, books, entity, **values):
        body = {
            "realm": self.realm,
            "entity": entity,
            "operation": "create",
            "values": values,
        }
        return books.control("POST", "act", body)["object"]

    def _write_customers(self, books):
        with self.connection() as connection:
            partners = connection.env["res.partner"].create(
                [{"name": f"Bench customer {number}"} for number in range(CUSTOMERS)]
            )
            for partner in partners:
                answer = self._act(books, "Customer", DisplayName=partner.name)
                self._link(connection, partner, "Customer", answer)
                self.partners.append((partner.id, answer["Id"]))

    def _link(self, connection, record, entity, answer):
        from odoo.addons.quickbooks_online.tools import payload

        answer = payload.load(json.dumps(answer))
        connection.env["qbo.binding"]._point(
            connection, record, entity, answer, "created"
        )

    def _write_chunk(self, books, numbers):
        with self.connection() as connection:
            env = connection.with_context(tracking_disable=True).env
            moves = env["account.move"].create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": self.partners[number % CUSTOMERS][0],
                        "invoice_date": "2026-03-02",
                        "invoice_line_ids": [
                            (
                                0,
                                0,
                                {
                                    "name": "Work",
                                    "price_unit": 10 + number % 90,
                                    "tax_ids": [],
                                },
                            )
                        ],
                    }
                    for number in numbers
                ]
            )
            moves.action_post()
            written = {}
            for number, move in zip(numbers, moves, strict=True):
                customer = self.partners[number % CUSTOMERS][1]
                line = {
                    "Amount": move.amount_total,
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
                }
                answer = self._act(
                    books,
                    "Invoice",
                    CustomerRef={"value": customer},
                    DocNumber=move.name,
                    Line=[line],
                )
                self._link(connection, move, "Invoice", answer)
                written[move.id] = (answer["Id"], customer, move.amount_total)
            return written

    # === BY WEBHOOK === #

    def watch(self, ids):
        """Return {id: when (seconds since 1970) the invoice was seen to be paid}."""
        paid = {}
        waiting = set(ids)
        end = time.monotonic() + SECONDS
        while waiting and time.monotonic() < end:
            with self.registry.cursor() as cr:
                cr.execute(
                    "SELECT id FROM account_move WHERE id = ANY(%s) "
                    "AND payment_state IN ('paid', 'in_payment')",
                    [list(waiting)],
                )
                found = {id for (id,) in cr.fetchall()}
            paid |= dict.fromkeys(found, time.time())
            waiting -= found
            time.sleep(0.05)
        return {"paid": paid}

    # === BY POLL === #

    def catch_up(self):
        """Poll, and apply all that is found; report what it cost."""
        with self.connection() as connection:
            connection._request_poll()
        with Sampler() as sampler:
            started, cpu = time.monotonic(), time.process_time()
            while self._is_behind():
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    env["qbo.connection"].search([], limit=1)._run_worker()
            seconds = time.monotonic() - started
            cpu = time.process_time() - cpu
        with self.connection() as connection:
            groups = connection.env["qbo.payment"]._read_group(
                [], ["state"], ["__count"]
            )
        return {
            "seconds": seconds,
            "cpu_seconds": cpu,
            "megabytes": sampler.megabytes,
            "states": dict(groups),
        }

    def _is_behind(self):
        with self.connection() as connection:
            return connection.is_poll_due or bool(connection.changes_pending_until)

    def settle_bare(self, ids):
        """Create, post and reconcile the payments of invoices with bare Odoo."""
        started, cpu = time.monotonic(), time.process_time()
        for start in range(0, len(ids), CHUNK):
            with self.connection() as connection:
                self._settle_chunk(connection, ids[start : start + CHUNK])
        return {
            "seconds": time.monotonic() - started,
            "cpu_seconds": time.process_time() - cpu,
        }

    @staticmethod
    def _settle_chunk(connection, ids):
        env = connection.with_context(tracking_disable=True).env
        moves = env["account.move"].browse(ids)
        payments = env["account.payment"].create(
            [
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": move.partner_id.id,
                    "amount": move.amount_total,
                    "date": "2026-03-10",
                    "journal_id": connection.payment_journal_id.id,
                    "memo": move.name,
                }
                for move in moves
            ]
        )
        payments.action_post()
        pairs = [
            (move.line_ids | payment.move_id.line_ids).filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            for move, payment in zip(moves, payments, strict=True)
        ]
        env["account.move.line"]._reconcile_plan(pairs)


if __name__ == "__main__":
    main(*sys.argv[1:], orders=Orders)
