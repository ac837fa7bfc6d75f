"""Pushes under fire: workers killed at every step, answers lost, and what is left.

Real processes, real sockets, real SIGKILL. The tests make some runs, the bench many.
"""

import os
import random
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import requests

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry
from odoo.tools import config

from ..simulator import create_app
from ..simulator.server import SimulatorServer
from .common import CLIENT_ID, CLIENT_SECRET, US_REALM

SCRIPT = Path(__file__).with_name("push_worker.py")
BATCH = "/batch"
# Runs of the worker after which whatever was queued must be settled.
MOST_RUNS = 12


class Forge:
    """Makes worker processes; see ``push_worker.py``."""

    def __init__(self, database, base_url):
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT), config["config"] or "", database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"QUICKBOOKS_ONLINE_BASE_URL": base_url},
        )

    def _ask(self, *words):
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def start(self, order, connection_id):
        """Start a process that works or reads; return its number."""
        return self._ask(order, connection_id)

    def wait(self, process):
        """Return whether a worker came to its end by itself."""
        return self._ask("wait", process) == 0

    def stop(self):
        self._process.kill()
        self._process.communicate()


def kill(process):
    """Kill a process, if it still runs."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


class Shot:
    """When a worker is killed: at the n-th batch that writes, and at which moment.

    :param int number: 1 for the first such batch
    :param str moment: ``arrival`` (nothing is carried out), ``carried_out`` (the
        answer never leaves) or ``answered``
    """

    def __init__(self, number, moment):
        self.left = number
        self.moment = moment
        self.process = None
        self._lock = threading.Lock()
        self._ready = threading.Event()

    def aim(self, process):
        self.process = process
        self._ready.set()

    def is_next(self):
        with self._lock:
            self.left -= 1
            return self.left == 0

    def fire(self):
        self._ready.wait(10)
        kill(self.process)


class Gun:
    """WSGI middleware that fires the shot it is loaded with."""

    def __init__(self, app):
        self.app = app
        self.shot = None

    def __call__(self, environ, start_response):
        shot = self.shot
        if not shot or not self._is_write(environ) or not shot.is_next():
            return self.app(environ, start_response)
        self.shot = None
        if shot.moment == "arrival":
            shot.fire()
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return []
        answer = self.app(environ, start_response)
        if shot.moment == "carried_out":
            shot.fire()
            return answer
        return self._answer_then_fire(answer, shot)

    @staticmethod
    def _is_write(environ):
        return environ["PATH_INFO"].endswith(BATCH) and (
            "requestid=" in environ.get("QUERY_STRING", "")
        )

    @staticmethod
    def _answer_then_fire(answer, shot):
        yield from answer
        shot.fire()


class Arena:
    """A company with a connection, in a database that is really committed to."""

    def __init__(self, database, realm_id=US_REALM):
        self.realm_id = realm_id
        self.registry = Registry(database)
        self.simulator = create_app(seed="demo", limits=False)
        self.gun = Gun(self.simulator)
        self.server = SimulatorServer(self.gun, 0)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = self.server.url
        os.environ["QUICKBOOKS_ONLINE_BASE_URL"] = self.url
        self.forge = Forge(database, self.url)
        self.documents = self.kills = 0
        self.connection_id = self._connect()

    def stop(self):
        """End the processes and the simulator; the database stays as it is."""
        self.forge.stop()
        self.server.shutdown()
        self.server.server_close()
        os.environ.pop("QUICKBOOKS_ONLINE_BASE_URL", None)

    def close(self):
        """Stop, and leave nothing in the way of other tests."""
        self.stop()
        with self.environment() as env:
            connection = env["qbo.connection"].browse(self.connection_id)
            connection._drop_links()
            connection.operation_ids.write({"sent_at": False})
            connection.operation_ids.unlink()
            connection.write({"realm_id": False, "income_account_id": False})
            company = connection.company_id
            connection.unlink()
            company.active = False

    @contextmanager
    def environment(self):
        """An environment on a transaction that is really committed."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def control(self, method, path, **values):
        response = requests.request(
            method,
            f"{self.url}/_sim/{path}",
            json=values if method == "POST" else None,
            timeout=30,
        )
        response.raise_for_status()
        return response.json()

    # === SETTING UP === #

    def _connect(self):
        answer = self.control("POST", "grants", action="authorize", realm=self.realm_id)
        with self.environment() as env:
            company = env["res.company"].create(
                {
                    "name": f"Company under fire {random.getrandbits(32):x}",
                    "country_id": env.ref("base.us").id,
                    "currency_id": env.ref("base.USD").id,
                }
            )
            env["account.chart.template"].try_loading(
                "generic_coa", company, install_demo=False
            )
            connection = env["qbo.connection"].create(
                {
                    "company_id": company.id,
                    "client_id": CLIENT_ID,
                    "client_secret_input": CLIENT_SECRET,
                    "realm_id": self.realm_id,
                    "state": "connected",
                }
            )
            vault = env["qbo.vault"]
            env["qbo.grant"].create(
                {
                    "connection_id": connection.id,
                    "access_token_encrypted": vault._encrypt(answer["access_token"]),
                    "refresh_token_encrypted": vault._encrypt(answer["refresh_token"]),
                    "access_expires_at": fields.Datetime.now() + timedelta(hours=1),
                    "refresh_expires_at": fields.Datetime.now() + timedelta(days=100),
                }
            )
            self.product_ids = (
                env["product.product"]
                .with_company(company)
                .create(
                    [
                        {"name": f"Thing {number}", "type": "service"}
                        for number in range(3)
                    ]
                )
                .ids
            )
            connection_id = connection.id
        if not self.forge.wait(self.forge.start("read", connection_id)):
            raise RuntimeError("QuickBooks' lists could not be read.")
        with self.environment() as env:
            connection = env["qbo.connection"].browse(connection_id)
            accounts = connection.reference_ids
            connection.income_account_id = accounts.filtered(
                lambda each: each.account_type == "Income"
            )[:1]
        return connection_id

    def queue(self, invoices, customers):
        """Queue new invoices of new customers.

        :return: {invoice id: its marker}
        """
        with self.environment() as env:
            connection = env["qbo.connection"].browse(self.connection_id)
            company = connection.company_id
            env = env(context={"allowed_company_ids": company.ids})
            partners = env["res.partner"].create(
                [
                    {"name": f"Customer {random.getrandbits(64):x}"}
                    for _number in range(customers)
                ]
            )
            moves = env["account.move"].create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": partners[number % customers].id,
                        "invoice_date": "2026-03-02",
                        "company_id": company.id,
                        "invoice_line_ids": [
                            (
                                0,
                                0,
                                {
                                    "product_id": product,
                                    "quantity": number + 1,
                                    "price_unit": 12.5,
                                    "tax_ids": [(5,)],
                                },
                            )
                            for product in self.product_ids
                        ],
                    }
                    for number in range(invoices)
                ]
            )
            moves.action_post()
            env["qbo.operation"]._enqueue(connection.with_env(env), moves)
            self.documents += len(moves)
            return {move.id: move._qbo_get_marker() for move in moves}

    # === WORKING === #

    def work(self, shot=None, delay=None):
        """Run the worker in a process; kill it as the shot or the delay says.

        :return: whether it came to its end by itself
        """
        self.make_due()
        self.gun.shot = shot
        process = self.forge.start("work", self.connection_id)
        if shot:
            shot.aim(process)
        timer = None
        if delay is not None:
            timer = threading.Timer(delay, kill, [process])
            timer.start()
        survived = self.forge.wait(process)
        if timer:
            timer.cancel()
            timer.join()
        self.gun.shot = None
        self.kills += not survived
        return survived

    def make_due(self):
        """No waiting: neither for the next attempt nor for a turn."""
        with self.environment() as env:
            # Its own realm's: another arena may be at work in the same database.
            env.cr.execute(
                "UPDATE qbo_governor SET state = '{}' WHERE realm_id = %s",
                [self.realm_id],
            )
            env.cr.execute(
                "UPDATE qbo_operation SET next_attempt_at = NULL "
                "WHERE connection_id = %s",
                [self.connection_id],
            )

    def count_open(self):
        with self.environment() as env:
            return env["qbo.operation"].search_count(
                [
                    ("connection_id", "=", self.connection_id),
                    ("state", "in", ("queued", "waiting", "sent", "uncertain")),
                ]
            )

    # === CHECKING === #

    def find_faults(self, markers):
        """Return what is wrong, in words: nothing lost, nothing twice, states true.

        :param dict markers: as :meth:`queue` gave them
        """
        objects = self.control("GET", f"objects/{self.realm_id}/Invoice")["objects"]
        faults = []
        with self.environment() as env:
            operations = env["qbo.operation"]._get_last(
                env["account.move"].browse(list(markers))
            )
            for move_id, marker in markers.items():
                found = [
                    each["Id"]
                    for each in objects
                    if marker in (each.get("PrivateNote") or "")
                ]
                operation = operations.get(move_id)
                state = operation and (operation.state, operation.qbo_id)
                if len(found) != 1:
                    faults.append(f"{move_id} is there {len(found)} times: {state}")
                elif state != ("done", found[0]):
                    faults.append(f"{move_id} is {found[0]}, here {state}")
        names = [
            each["DisplayName"]
            for each in self.control("GET", f"objects/{self.realm_id}/Customer")[
                "objects"
            ]
        ]
        faults += [f"{name} is a suffix" for name in names if "(Customer)" in name]
        return faults


def run_once(arena, seed, invoices=4, customers=2):
    """One random run: push, kill, lose answers, go on until all is settled.

    :return: list of what is wrong, in words
    """
    dice = random.Random(seed)
    markers = arena.queue(invoices, customers)
    for _shot in range(dice.randint(1, 3)):
        _arm(arena, dice)
        moment = dice.choice(("arrival", "carried_out", "answered", "delay"))
        if moment == "delay":
            arena.work(delay=dice.uniform(0.02, 0.5))
        else:
            arena.work(shot=Shot(dice.randint(1, 2), moment))
    arena.control("DELETE", "faults")
    for _run in range(MOST_RUNS):
        arena.work()
        if not arena.count_open():
            break
    return arena.find_faults(markers)


def _arm(arena, dice):
    """Let the simulator lose an answer now and then."""
    arena.control("DELETE", "faults")
    if dice.random() < 0.5:
        arena.control(
            "POST",
            "faults",
            match={
                "operation": "batch",
                "body": '"operation"',
                "nth": dice.randint(1, 2),
            },
            action=dice.choice(
                ({"drop": "after"}, {"drop": "before"}, {"truncate": 60})
            ),
        )
