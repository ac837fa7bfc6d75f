import os
import re
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import requests

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name

from ..simulator import create_app
from .common import CLIENT_ID, CLIENT_SECRET, US_REALM
from .processes import IntuitServer, Worker, find_agents

ROUNDS = 200
HASH = "^[0-9a-f]{64}$"


@tagged("post_install", "-at_install")
class TestProcesses(BaseCase):
    """Two real Odoo processes, one database, one Intuit, SIGKILL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.app = create_app(seed="demo", limits=False)
        cls.intuit = IntuitServer(cls.app)
        cls.addClassCleanup(cls.intuit.stop)
        cls.addClassCleanup(os.environ.pop, "QUICKBOOKS_ONLINE_BASE_URL", None)
        os.environ["QUICKBOOKS_ONLINE_BASE_URL"] = cls.intuit.url
        cls.connection_id = cls._create_connection()
        cls.addClassCleanup(cls._drop_connection)
        cls.workers = [cls._start_worker() for _number in range(2)]

    @classmethod
    def _start_worker(cls):
        worker = Worker(cls.registry.db_name, cls.intuit.url)
        cls.addClassCleanup(worker.stop)
        return worker

    @classmethod
    @contextmanager
    def environment(cls):
        """An environment on a transaction that is really committed."""
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    @classmethod
    def _create_connection(cls):
        with cls.environment() as env:
            company = env["res.company"].create({"name": "Company of two processes"})
            connection = env["qbo.connection"].create(
                {
                    "company_id": company.id,
                    "client_id": CLIENT_ID,
                    "client_secret_input": CLIENT_SECRET,
                }
            )
            return connection.id

    @classmethod
    def _drop_connection(cls):
        with cls.environment() as env:
            connection = env["qbo.connection"].browse(cls.connection_id)
            connection.write({"realm_id": False})
            company = connection.company_id
            connection.unlink()
            company.active = False

    def setUp(self):
        super().setUp()
        self.control("POST", "reset")
        self.control("POST", "limits", enabled=False)
        self.consent()

    def control(self, method, path, **values):
        response = requests.request(
            method,
            f"{self.intuit.url}/_sim/{path}",
            json=values if method == "POST" else None,
            timeout=30,
        )
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def consent(self):
        answer = self.control("POST", "grants", action="authorize", realm=US_REALM)
        with self.environment() as env:
            connection = env["qbo.connection"].browse(self.connection_id)
            connection.grant_ids.unlink()
            connection.write(
                {"realm_id": US_REALM, "state": "connected", "suspend_reason": False}
            )
            grant = env["qbo.grant"]
            vault = env["qbo.vault"]
            grant.create(
                {
                    "connection_id": connection.id,
                    "access_token_encrypted": vault._encrypt(answer["access_token"]),
                    "refresh_token_encrypted": vault._encrypt(answer["refresh_token"]),
                    "access_expires_at": fields.Datetime.now() + timedelta(hours=1),
                    "refresh_expires_at": fields.Datetime.now() + timedelta(days=100),
                }
            )

    def expire_token(self):
        with self.environment() as env:
            env["qbo.grant"].search(
                [("connection_id", "=", self.connection_id)]
            ).access_expires_at = fields.Datetime.now() - timedelta(hours=1)

    def get_refresh_count(self):
        """Return how many refreshes reached Intuit and were granted."""
        return sum(
            grant["refreshes"] for grant in self.control("GET", "grants")["grants"]
        )

    def get_state(self):
        with self.environment() as env:
            connection = env["qbo.connection"].browse(self.connection_id)
            return connection.state, connection.suspend_reason

    def test_connect_and_reconnect(self):
        with self.environment() as env:
            connection = env["qbo.connection"].browse(self.connection_id)
            connection.grant_ids.unlink()
            connection.write({"realm_id": False, "state": "draft"})
        for _round in range(2):
            url = self.workers[0].ask("authorize", self.connection_id)
            query = self.click_connect(url)
            answer = self.workers[0].ask(
                "complete",
                self.connection_id,
                query["code"],
                query["realmId"],
                query["state"],
            )
            self.assertEqual(answer, "completed")
            self.assertEqual(self.get_state(), ("connected", False))
            self.assertNotIn("Error", self.workers[1].ask("call", self.connection_id))

    def click(self, button):
        self.assertEqual(
            self.workers[0].ask("click", self.connection_id, button), button
        )

    def test_every_button_on_committed_data(self):
        self.click("action_test_connection")
        self.click("action_refresh_references")
        self.control("POST", f"company/{US_REALM}", subscription_status="EXPIRED")
        self.click("action_test_connection")
        self.assertEqual(self.get_state(), ("suspended", "subscription"))
        self.control("POST", f"company/{US_REALM}", subscription_status="SUBSCRIBED")
        self.click("action_test_connection")
        self.assertEqual(self.get_state(), ("connected", False))
        self.click("action_disconnect")
        self.assertEqual(self.get_state(), ("disconnected", False))
        self.consent()
        self.click("action_sever")
        self.assertEqual(self.get_state(), ("draft", False))
        with self.environment() as env:
            connection = env["qbo.connection"].browse(self.connection_id)
            self.assertFalse(connection.realm_id)
            self.assertFalse(connection.grant_ids)
            self.assertFalse(connection.reference_ids)

    def test_what_a_button_says_is_what_was_read(self):
        """What Intuit says is committed apart, where the request does not see it."""
        for day in ("2026-01-31", "2026-02-28"):
            preferences = {"AccountingInfoPrefs": {"BookCloseDate": day}}
            self.control("POST", f"company/{US_REALM}", preferences=preferences)
            said = self.workers[0].ask(
                "message", self.connection_id, "action_read_closing_date"
            )
            self.assertEqual(said, f"QuickBooks' books are closed until {day}.")

    def test_products_are_suggested_at_once(self):
        with self.environment() as env:
            connection = env["qbo.connection"].browse(self.connection_id)
            product = env["product.product"].create(
                {
                    "name": "Tax return",
                    "company_id": connection.company_id.id,
                }
            )
        self.addCleanup(self.delete, product)
        self.workers[0].ask("click", self.connection_id, "action_refresh_references")
        self.workers[0].ask("read_items", self.connection_id)
        with self.environment() as env:
            row = env["qbo.mapping"].search(
                [
                    ("connection_id", "=", self.connection_id),
                    ("key", "=", f"product.product,{product.id}"),
                ]
            )
            self.assertEqual(row.suggested_id.name, "Tax return")

    def delete(self, record):
        with self.environment() as env:
            env[record._name].browse(record.id).unlink()

    def click_connect(self, url):
        page = requests.get(url, timeout=30)
        hidden = dict(
            re.findall(
                r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text
            )
        )
        answer = requests.post(
            url.partition("?")[0],
            data={**hidden, "realm_id": US_REALM, "decision": "connect"},
            allow_redirects=False,
            timeout=30,
        )
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        return {name: values[0] for name, values in query.items()}

    def test_two_processes_refresh_once(self):
        self.control("POST", "switches", rotation="always")
        for number in range(1, ROUNDS + 1):
            self.expire_token()
            for worker in self.workers:
                worker.tell("token", self.connection_id)
            answers = {worker.hear() for worker in self.workers}
            self.assertEqual(len(answers), 1, f"round {number}: {answers}")
            self.assertRegex(answers.pop(), HASH)
        self.assertEqual(self.get_refresh_count(), ROUNDS)
        company = self.workers[0].ask("call", self.connection_id)
        self.assertNotIn("Error", company)
        self.assertEqual(self.get_state(), ("connected", False))

    def test_rolled_back_transaction_keeps_the_token(self):
        self.control("POST", "switches", rotation="always")
        for _round in range(5):
            self.expire_token()
            first = self.workers[0].ask("rollback", self.connection_id)
            second = self.workers[1].ask("token", self.connection_id)
            self.assertEqual(first, second)
        self.assertEqual(self.get_refresh_count(), 5)
        with self.environment() as env:
            self.assertFalse(env["res.partner"].search([("name", "=", "never seen")]))

    def test_two_processes_read_the_lists(self):
        for _round in range(5):
            with self.environment() as env:
                env["qbo.reference"].with_context(active_test=False).search(
                    [("connection_id", "=", self.connection_id)]
                ).unlink()
                # Products are read once: by which of the two, it is not about.
                connection = env["qbo.connection"].browse(self.connection_id)
                connection.items_read_at = fields.Datetime.now()
            for worker in self.workers:
                worker.tell("lists", self.connection_id)
            answers = {worker.hear() for worker in self.workers}
            self.assertEqual(len(answers), 1, answers)
            with self.environment() as env:
                count = env["qbo.reference"].with_context(active_test=False)
                found = count.search_count([("connection_id", "=", self.connection_id)])
            self.assertEqual(answers, {str(found)})

    def kill_during_refresh(self, moment):
        """SIGKILL a worker at a moment of its refresh; see ``IntuitServer``."""
        victim = self._start_worker()
        self.assertRegex(victim.ask("token", self.connection_id), HASH)
        self.expire_token()
        self.intuit.on_refresh(moment, victim.kill)
        self.assertIsNone(victim.ask("token", self.connection_id))
        self.assertEqual(victim.process.wait(), -9)

    def check_killed_during_refresh(self, moment):
        before = self.get_refresh_count()
        self.kill_during_refresh(moment)
        answer = self.workers[0].ask("call", self.connection_id)
        self.assertEqual(answer, "Harbor Lane Partners")
        self.assertEqual(self.get_state(), ("connected", False))
        self.assertEqual(self.get_refresh_count(), before + 1)

    def test_killed_while_intuit_holds_its_answer(self):
        self.control("POST", "switches", rotation="always", old_refresh_token="dead")
        self.check_killed_during_refresh("held")

    def test_killed_before_intuit_did_anything(self):
        self.control("POST", "switches", rotation="always", old_refresh_token="dead")
        self.check_killed_during_refresh("asked")

    def test_killed_when_the_answer_is_on_its_way(self):
        self.control("POST", "switches", rotation="always", old_refresh_token="dead")
        self.check_killed_during_refresh("sent")

    def test_killed_after_a_rotation_with_grace(self):
        self.control("POST", "switches", rotation="always", old_refresh_token="grace")
        self.check_killed_during_refresh("held")

    def test_killed_after_the_answer_within_a_day(self):
        self.check_killed_during_refresh("held")

    def test_killed_in_a_race(self):
        self.control("POST", "switches", rotation="always", old_refresh_token="dead")
        for number in range(1, 4):
            victim = self._start_worker()
            self.assertRegex(victim.ask("token", self.connection_id), HASH)
            self.expire_token()
            self.intuit.on_refresh("held", victim.kill)
            for worker in (victim, *self.workers):
                worker.tell("token", self.connection_id)
            answers = {worker.hear() for worker in self.workers}
            self.assertEqual(len(answers), 1, answers)
            self.assertRegex(answers.pop(), HASH)
            self.assertEqual(victim.process.wait(), -9)
            self.assertEqual(self.get_refresh_count(), number)

    # === THE REFRESH AGENT === #

    def test_agent_shows_no_secret(self):
        key = "a key of this test that is long enough to be one"
        self.addCleanup(self.enter_secret)
        self.addCleanup(os.environ.pop, "QUICKBOOKS_ENCRYPTION_KEY")
        os.environ["QUICKBOOKS_ENCRYPTION_KEY"] = key
        self.enter_secret()
        self.consent()
        self.expire_token()
        worker = self._start_worker()
        pid = worker.process.pid
        seen = []
        self.intuit.on_refresh("held", lambda: seen.extend(find_agents(pid)))
        self.assertRegex(worker.ask("token", self.connection_id), HASH)
        self.assertEqual(len(seen), 1)
        for secret in (key, CLIENT_SECRET, *self.get_vault_secrets()):
            self.assertNotIn(secret.encode(), b"".join(seen[0]))

    def enter_secret(self):
        with self.environment() as env:
            connection = env["qbo.connection"].browse(self.connection_id)
            connection.client_secret_input = CLIENT_SECRET

    def get_vault_secrets(self):
        """Return the derived keys and the tokens."""
        with self.environment() as env:
            vault = env["qbo.vault"]._get_vault()
            grant = env["qbo.connection"].browse(self.connection_id).grant_ids
            return [
                *vault.hand_over(),
                vault.decrypt(grant.access_token_encrypted),
                vault.decrypt(grant.refresh_token_encrypted),
            ]

    def test_refreshed_without_an_agent(self):
        self.expire_token()
        answer = self._start_worker().ask("token_without_agent", self.connection_id)
        self.assertRegex(answer, HASH)
        self.assertEqual(self.get_refresh_count(), 1)

    def test_rolled_back_without_an_agent(self):
        self.control("POST", "switches", rotation="always", old_refresh_token="dead")
        self.expire_token()
        worker = self._start_worker()
        token = worker.ask("rollback_without_agent", self.connection_id)
        self.assertEqual(self.workers[1].ask("token", self.connection_id), token)
        self.assertEqual(self.get_refresh_count(), 1)

    def test_what_intuit_refuses_is_what_the_agent_says(self):
        self.expire_token()
        passing = {"path": "/tokens/bearer", "times": 1}
        self.control("POST", "faults", match=passing, action={"status": 503})
        self.assertEqual(
            self.workers[0].ask("call", self.connection_id),
            "QboRetryableError connected False",
        )
        with self.environment() as env:
            connection = env["qbo.connection"].browse(self.connection_id)
            self.assertEqual(connection.grant_ids.failed_refreshes, 1)
        self.control("POST", "grants", action="disconnect", realm=US_REALM)
        self.assertEqual(
            self.workers[0].ask("call", self.connection_id),
            "QboGrantError suspended grant",
        )

    def test_suspension_outlives_a_rollback(self):
        self.control("POST", "grants", action="disconnect", realm=US_REALM)
        answer = self.workers[0].ask("call", self.connection_id)
        self.assertEqual(answer, "QboGrantError suspended grant")
        self.assertEqual(self.get_state(), ("suspended", "grant"))
        with self.environment() as env:
            failed = env["qbo.call"].search(
                [("connection_id", "=", self.connection_id), ("status", "=", 401)]
            )
            self.assertTrue(failed, "The call log must outlive a rollback too")
        self.control("DELETE", "requests")
        self.assertIn("suspended", self.workers[1].ask("call", self.connection_id))
        self.assertFalse(self.control("GET", "requests")["requests"])

    def test_sever_where_accounts_are_chosen(self):
        """Who clicks has a transaction of their own, which must not lock the other."""
        self.workers[0].ask("lists", self.connection_id)
        with self.environment() as env:
            connection = env["qbo.connection"].browse(self.connection_id)
            account = env["qbo.reference"].search(
                [
                    ("connection_id", "=", connection.id),
                    ("account_type", "=", "Income"),
                ],
                limit=1,
            )
            connection.income_account_id = account
        answer = self.workers[0].ask("click", self.connection_id, "action_sever")
        self.assertEqual(answer, "action_sever")
        with self.environment() as env:
            connection = env["qbo.connection"].browse(self.connection_id)
            self.assertEqual((connection.state, connection.realm_id), ("draft", False))
            self.assertFalse(connection.income_account_id)
            self.assertFalse(account.with_env(env).exists())
