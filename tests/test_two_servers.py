import os
import subprocess
import sys
import threading
import time
from collections import Counter

from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import config

from . import chaos

SECONDS = 90
INVOICES, CUSTOMERS = 70, 5


@tagged("post_install", "-at_install")
class TestTwoServers(BaseCase):
    """Two Odoo servers run scheduled actions on one database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.arena = chaos.Arena(get_db_name())
        cls.addClassCleanup(cls.arena.close)
        cls.arena.control("POST", "limits", enabled=True, reset=True)
        cls._leave_one_action()

    @classmethod
    def _leave_one_action(cls):
        """No other scheduled action shall run, nor call anybody."""
        with cls.arena.environment() as env:
            connection = env["qbo.connection"].browse(cls.arena.connection_id)
            others = env["ir.cron"].search([]) - connection.worker_cron_id
            others.active = False
            cls.addClassCleanup(cls._activate, others.ids)

    @classmethod
    def _activate(cls, ids):
        with cls.arena.environment() as env:
            env["ir.cron"].browse(ids).active = True

    def start_server(self):
        arguments = ["-c", config["config"]] if config["config"] else []
        server = subprocess.Popen(
            [
                sys.executable,
                *("-m", "odoo", "server", *arguments, "-d", get_db_name()),
                *("--no-http", "--max-cron-threads=2", "--log-level=critical"),
            ],
            env=os.environ | {"QUICKBOOKS_ONLINE_BASE_URL": self.arena.url},
        )
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        return server

    def wait_until_settled(self):
        clock = threading.Event()
        end = time.monotonic() + SECONDS
        while self.arena.count_open() and time.monotonic() < end:
            clock.wait(0.2)
        self.assertFalse(self.arena.count_open(), "The outbox is not empty")

    def test_one_worker_at_a_time(self):
        servers = [self.start_server() for _number in range(2)]
        markers = {}
        for _push in range(3):
            markers |= self.arena.queue(INVOICES // 2, CUSTOMERS)
        self.wait_until_settled()
        self.assertEqual([server.poll() for server in servers], [None, None])
        self.assertEqual(self.arena.find_faults(markers), [])
        calls = self.arena.control("GET", "requests", operation="batch")["requests"]
        sent = Counter()
        for call in calls:
            for marker in markers.values():
                sent[marker] += marker in str(call["body"]) and (
                    '"operation"' in str(call["body"])
                    or "'operation'" in str(call["body"])
                )
        self.assertEqual(set(sent.values()), {1}, "Something was sent twice")
        limits = self.arena.control("GET", "limits")
        refused = [tally["refused"] for tally in limits["realms"]]
        self.assertFalse(sum(sum(each.values()) for each in refused), refused)
