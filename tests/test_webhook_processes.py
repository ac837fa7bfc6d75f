import os
import random
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg2
import requests

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import close_db, db_connect
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import SQL, config, mute_logger

from .common import GB_REALM, US_REALM, VERIFIER_TOKEN
from .webhooks import make_body, make_event, sign

START_SECONDS = 60
PATH = "/quickbooks_online/webhook"


class CommittedCase(BaseCase):
    """A connection that is really committed, as other processes see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.environment() as env:
            company = env["res.company"].create(
                {"name": f"Company of webhooks {random.getrandbits(32):x}"}
            )
            connection = env["qbo.connection"].create(
                {
                    "company_id": company.id,
                    "realm_id": US_REALM,
                    "verifier_token_input": VERIFIER_TOKEN,
                    "state": "disconnected",
                }
            )
            cls.connection_id = connection.id
            cls.cron_id = connection.worker_cron_id.id
        cls.addClassCleanup(cls._leave_nothing)

    @classmethod
    def _leave_nothing(cls):
        with cls.environment() as env:
            connection = env["qbo.connection"].browse(cls.connection_id)
            company = connection.company_id
            connection.write({"realm_id": False})
            connection.unlink()
            company.active = False
            env["qbo.webhook.count"].search([]).unlink()

    @classmethod
    @contextmanager
    def environment(cls):
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def tearDown(self):
        with self.environment() as env:
            env["qbo.event"].search([]).unlink()
            env["qbo.webhook.count"].search([]).unlink()
            env["ir.cron.trigger"].search([("cron_id", "=", self.cron_id)]).unlink()
        super().tearDown()

    def receive(self, *events):
        body = make_body(*events)
        with self.environment() as env:
            self.assertTrue(env["qbo.event"]._store_and_wake(body, sign(body)))

    def count_triggers(self):
        with self.environment() as env:
            triggers = env["ir.cron.trigger"]
            return triggers.search_count([("cron_id", "=", self.cron_id)])


@tagged("post_install", "-at_install")
class TestWebhooksAtOnce(CommittedCase):
    """Deliveries that are stored at the same moment, and the worker beside them."""

    def test_a_trigger_that_woke_nobody(self):
        """After a restart nobody heard of what waits: it is woken again."""
        with self.environment() as env:
            env["ir.cron.trigger"].create(
                {"cron_id": self.cron_id, "call_at": "2020-01-01 00:00:00"}
            )
        self.receive(make_event(1))
        self.assertEqual(self.count_triggers(), 2)

    def test_the_same_events_in_any_order(self):
        events = [make_event(number) for number in range(60)]
        deliveries = 24

        def deliver(seed):
            mine = list(events)
            random.Random(seed).shuffle(mine)
            self.receive(*mine)

        # An error in the log is a delivery that was refused and comes again.
        with self.assertNoLogs("odoo.sql_db", "ERROR"), ThreadPoolExecutor(8) as pool:
            list(pool.map(deliver, range(deliveries)))
        with self.environment() as env:
            self.assertEqual(env["qbo.event"].search_count([]), len(events))
            counts = env["qbo.webhook.count"].search([])
            totals = {}
            for count in counts:
                totals[count.kind] = totals.get(count.kind, 0) + count.number
        duplicates = (deliveries - 1) * len(events)
        self.assertEqual(totals, {"accepted": deliveries, "duplicate": duplicates})

    def test_they_do_not_wait_for_each_other(self):
        """Each has an event that the other waits for, unless all take one order."""
        first = [make_event(number) for number in (1, 9, 2)]
        second = [make_event(number) for number in (2, 9, 1)]
        with ThreadPoolExecutor(2) as pool:
            with self.registry.cursor() as cr:
                cr.execute(
                    """INSERT INTO qbo_event
                              (connection_id, event_uid, received_at, delivery, state)
                       VALUES (%s, 'event-9', now(), 'x', 'new')""",
                    [self.connection_id],
                )
                told = [pool.submit(self.receive, *each) for each in (first, second)]
                self.wait_until_blocked(2)
                cr.rollback()
            for each in told:
                each.result()
        with self.environment() as env:
            self.assertEqual(env["qbo.event"].search_count([]), 3)

    def wait_until_blocked(self, number):
        clock = threading.Event()
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            with self.registry.cursor() as cr:
                cr.execute(
                    """SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database()
                          AND wait_event_type = 'Lock'"""
                )
                if cr.fetchone()[0] >= number:
                    return
            clock.wait(0.05)
        self.fail("Nobody waits")

    def test_a_worker_that_is_starting_is_woken_again(self):
        """It may have looked before what comes now was committed."""
        self.receive(make_event(1))
        self.assertEqual(self.count_triggers(), 1)
        with self.registry.cursor() as cr:
            # What Odoo does when it takes a scheduled action up, until it ends.
            cr.execute("DELETE FROM ir_cron_trigger WHERE cron_id = %s", [self.cron_id])
            self.receive(make_event(2))
        self.assertEqual(self.count_triggers(), 1)

    @mute_logger("odoo.sql_db")
    def test_a_worker_does_not_start_between(self):
        """Whoever relies on a trigger keeps it until the events are committed."""
        self.receive(make_event(1))
        with self.environment() as env:
            env["qbo.connection"].browse(self.connection_id)._wake_worker_once()
            with (
                self.registry.cursor() as cr,
                self.assertRaises(psycopg2.errors.LockNotAvailable),
            ):
                cr.execute("SET LOCAL lock_timeout = '50ms'")
                cr.execute(
                    "DELETE FROM ir_cron_trigger WHERE cron_id = %s", [self.cron_id]
                )
        self.assertEqual(self.count_triggers(), 1)


@tagged("post_install", "-at_install")
class TestTwoDatabases(CommittedCase):
    """One server, two databases, each with a company of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Told from the first by a part that no host name of it can have.
        cls.other = f"other_{get_db_name()}"[:63]
        cls._copy_database()
        with cls.cursor_of(cls.other) as cr:
            cr.execute("UPDATE qbo_connection SET realm_id = %s", [GB_REALM])

    def tearDown(self):
        with self.cursor_of(self.other) as cr:
            cr.execute("DELETE FROM qbo_event")
        super().tearDown()

    @classmethod
    def _copy_database(cls):
        close_db(get_db_name())
        cls._administer(
            SQL(
                "CREATE DATABASE %s TEMPLATE %s",
                SQL.identifier(cls.other),
                SQL.identifier(get_db_name()),
            )
        )
        cls.addClassCleanup(
            cls._administer,
            SQL("DROP DATABASE %s WITH (FORCE)", SQL.identifier(cls.other)),
        )
        cls.addClassCleanup(close_db, cls.other)

    @classmethod
    def _administer(cls, statement):
        with closing(db_connect("postgres").cursor()) as cr:
            cr._cnx.autocommit = True
            cr.execute(statement)

    @classmethod
    @contextmanager
    def cursor_of(cls, database):
        with db_connect(database).cursor() as cr:
            yield cr

    @contextmanager
    def server(self, *options):
        """Run Odoo for both databases; yield its address."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        arguments = ["-c", config["config"]] if config["config"] else []
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "odoo", "server", *arguments, *options),
                *("--http-interface=127.0.0.1", f"--http-port={port}"),
                *("--max-cron-threads=0", "--log-level=critical"),
            ],
            env=os.environ,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            self.wait_until_ready(server, url)
            yield url
        finally:
            server.kill()
            server.wait()

    def wait_until_ready(self, server, url):
        clock = threading.Event()
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and server.poll() is None:
            try:
                requests.get(f"{url}/web/health", timeout=5)
                return
            except requests.ConnectionError:
                clock.wait(0.2)
        self.fail("The server did not start")

    def post(self, url, *events, **headers):
        body = make_body(*events)
        headers |= {"intuit-signature": sign(body)}
        answer = requests.post(f"{url}{PATH}", data=body, headers=headers, timeout=60)
        return answer.status_code

    def list_ids(self, database):
        with self.cursor_of(database) as cr:
            cr.execute("SELECT qbo_id FROM qbo_event ORDER BY event_uid")
            return [qbo_id for (qbo_id,) in cr.fetchall()]

    def test_each_database_gets_its_own(self):
        both = [make_event(1), make_event(2, GB_REALM)]
        here = {"Host": f"{get_db_name()}.example.com"}
        there = {"Host": f"{self.other}.example.com:443"}
        with self.server("--db-filter=^%d$") as url:
            self.assertEqual(self.post(url, *both, **here), 200)
            self.assertEqual(self.list_ids(get_db_name()), ["1"])
            self.assertEqual(self.list_ids(self.other), [])
            self.assertEqual(self.post(url, *both, **there), 200)
            self.assertEqual(self.list_ids(self.other), ["2"])
            # No database of that name: nobody is told that all is well.
            nowhere = {"Host": "nowhere.example.com"}
            self.assertEqual(self.post(url, *both, **nowhere), 404)
            # The header chooses among those that the filter leaves.
            header = {"X-Odoo-Database": self.other}
            self.assertEqual(self.post(url, *both, **here, **header), 404)

    def test_a_proxy_names_the_database(self):
        event = make_event(3, GB_REALM)
        databases = f"{get_db_name()},{self.other}"
        with self.server("-d", databases) as url:
            self.assertEqual(self.post(url, event), 404, "Which of both is not known")
            self.assertEqual(
                self.post(url, event, **{"X-Odoo-Database": self.other}), 200
            )
        self.assertEqual(self.list_ids(self.other), ["3"])
        self.assertEqual(self.list_ids(get_db_name()), [])
