"""One Odoo process of the bench `push`: a JSON order a line, a JSON answer a line.

Started as `push_worker.py CONFIGURATION DATABASE`.
"""

import json
import os
import sys
import threading
import time
from collections import Counter

import psutil
from governor_worker import Orders as ConnectionOrders

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

LINES = 3
CHUNK = 100
OPEN = ("queued", "waiting", "sent", "uncertain")


class Orders(ConnectionOrders):
    """What a worker can be told to do; each method returns the answer."""

    def connect(self, realm):
        super().connect(realm)
        with self.connection() as connection:
            connection.action_refresh_references()
        with self.connection() as connection:
            accounts = connection.reference_ids
            for kind, name in (("Income", "income"), ("Expense", "expense")):
                connection[f"{name}_account_id"] = accounts.filtered(
                    lambda each, kind=kind: each.account_type == kind
                )[:1]
        return {}

    def write_invoices(self, invoices, customers, items):
        """Write, post and approve invoices as two people would."""
        started = time.monotonic()
        with self.connection() as connection:
            env = connection.env
            partners = env["res.partner"].create(
                [self._prepare_partner(env, number) for number in range(customers)]
            )
            products = env["product.product"].create(
                [
                    {"name": f"Product {number:03d}", "type": "service"}
                    for number in range(items)
                ]
            )
            tax = env["account.tax"].create(
                {"name": "Bench 10%", "amount": 10, "type_tax_use": "sale"}
            )
            self.approver = env["res.users"].create(
                {
                    "name": "Bench approver",
                    "login": "bench_approver",
                    "group_ids": [
                        (4, env.ref("quickbooks_online.group_qbo_approver").id),
                        (4, env.ref("account.group_account_invoice").id),
                    ],
                }
            )
        self.invoice_ids = []
        for start in range(0, invoices, CHUNK):
            self._write_chunk(
                range(start, min(start + CHUNK, invoices)), partners, products, tax
            )
        return {"seconds": round(time.monotonic() - started, 1)}

    @staticmethod
    def _prepare_partner(env, number):
        return {
            "name": f"Bench customer {number:03d}",
            "email": f"bench{number}@customer.example",
            "street": f"{number} Ocean Ave",
            "city": "Los Angeles",
            "zip": "90001",
            "state_id": env.ref("base.state_us_5").id,
            "country_id": env.ref("base.us").id,
        }

    def _write_chunk(self, numbers, partners, products, tax):
        with self.connection() as connection:
            env = connection.with_context(tracking_disable=True).env
            moves = env["account.move"].create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": partners.ids[number % len(partners)],
                        "invoice_date": "2026-03-02",
                        "invoice_line_ids": [
                            (
                                0,
                                0,
                                {
                                    "product_id": products.ids[
                                        (number * LINES + line) % len(products)
                                    ],
                                    "quantity": line + 1,
                                    "price_unit": 10.25 + number % 90,
                                    "tax_ids": [(6, 0, tax.ids)],
                                },
                            )
                            for line in range(LINES)
                        ],
                    }
                    for number in numbers
                ]
            )
            moves.action_post()
            moves.action_qbo_submit()
            moves.with_user(self.approver.id).action_qbo_approve()
            self.invoice_ids += moves.ids

    def push(self):
        """Click *Push to QBO*: on one invoice, on 500, on the rest."""
        one = self._click(self.invoice_ids[:1])
        many = self._click(self.invoice_ids[1:501])
        for start in range(501, len(self.invoice_ids), 500):
            self._click(self.invoice_ids[start : start + 500])
        return {"one": one * 1000, "many": many}

    def _click(self, ids):
        with self.connection() as connection:
            env = connection.with_user(self.approver.id).env
            started = time.perf_counter()
            env["account.move"].browse(ids).action_qbo_push()
            env.cr.flush()
            env.cr.commit()
            return time.perf_counter() - started

    def work(self):
        """Run the worker's scheduled action until nothing is left; report."""
        with self.connection() as connection:
            cron_id = connection.worker_cron_id.id
        with Sampler() as sampler:
            cpu = time.process_time()
            started = time.monotonic()
            while self._count_open():
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    env["ir.cron"].browse(cron_id).method_direct_trigger()
            seconds = time.monotonic() - started
            cpu = time.process_time() - cpu
        return {
            "seconds": round(seconds, 1),
            "cpu_seconds": cpu,
            "megabytes": sampler.megabytes,
            "states": self._count_states(),
        }

    def _count_open(self):
        with self.connection() as connection:
            return connection.env["qbo.operation"].search_count(
                [("state", "in", OPEN)], limit=1
            )

    def _count_states(self):
        with self.connection() as connection:
            operations = connection.env["qbo.operation"].search(
                [("entity", "=", "Invoice")]
            )
            return Counter(operations.mapped("state"))

    def bodies(self, count):
        """Return what was sent of some invoices, as dicts."""
        with self.connection() as connection:
            operations = connection.env["qbo.operation"].search(
                [("entity", "=", "Invoice")], limit=count
            )
            return {"bodies": [json.loads(each.body) for each in operations]}

    def plain(self, bodies, token, url, realm):
        """Save the same invoices under other numbers, one by one."""
        from types import SimpleNamespace

        from quickbooks import QuickBooks
        from quickbooks.objects.invoice import Invoice

        # The simulator has no TLS.
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
        QuickBooks.sandbox_api_url_v3 = f"{url}/v3"
        client = QuickBooks(
            auth_client=SimpleNamespace(
                environment="sandbox",
                client_id="",
                access_token=token,
                refresh_token="",
            ),
            company_id=realm,
            minorversion=75,
        )
        started = time.monotonic()
        for body in bodies:
            body = body | {"DocNumber": f"P{body['DocNumber']}"[:21]}
            if not Invoice.filter(DocNumber=body["DocNumber"], qb=client):
                client.create_object("Invoice", json.dumps(body))
        return {"seconds": time.monotonic() - started}


class Sampler:
    """Notes the memory of this process, twice a second unless told otherwise."""

    def __init__(self, every=0.5):
        self.megabytes = []
        self._every = every
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exception):
        self._end.set()
        self._thread.join()

    def sample(self):
        memory = psutil.Process().memory_info().rss
        self.megabytes.append(round(memory / 1_000_000, 1))

    def _sample(self):
        while not self._end.wait(self._every):
            self.sample()


def main(configuration, database):
    odoo.tools.config.parse_config(
        ["-c", configuration, "-d", database, "--no-http", "--log-level=error"]
    )
    orders = Orders(Registry(database))
    for line in sys.stdin:
        values = json.loads(line)
        answer = getattr(orders, values.pop("order"))(**values)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
