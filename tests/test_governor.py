import time
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..exceptions import (
    QboConfigurationError,
    QboRejectedError,
    QboRetryableError,
    QboSubscriptionError,
    QboThrottledError,
)
from ..tools import governor as arithmetic
from .common import PRODUCTION_REALM, QboCommon


@tagged("post_install", "-at_install")
class TestGovernor(QboCommon):
    def setUp(self):
        super().setUp()
        self.connect()
        self.control("DELETE", "requests")

    def get_log(self):
        return self.env["qbo.call"].search(
            [("connection_id", "=", self.connection.id)], order="id desc"
        )

    # === LIMITS === #

    def test_429_pauses_the_whole_realm(self):
        self.inject("/companyinfo", times=1, status=429)
        with self.fails(QboThrottledError):
            self.read_company()
        self.assertGreater(
            self.connection.paused_until,
            fields.Datetime.now() + timedelta(seconds=50),
        )
        self.assertEqual(self.connection.state, "connected")
        self.assertEqual(self.connection.health, "warning")
        self.control("DELETE", "requests")
        with self.fails(QboThrottledError) as caught:
            self.read_company()
        self.assertGreater(caught.exception.retry_after, 50)
        self.assertFalse(self.control("GET", "requests")["requests"])

    def test_retry_after_is_honoured(self):
        self.inject("/companyinfo", times=1, status=429, headers={"Retry-After": "200"})
        with self.fails(QboThrottledError):
            self.read_company()
        self.assertGreater(
            self.connection.paused_until,
            fields.Datetime.now() + timedelta(seconds=190),
        )

    def test_pause_in_words(self):
        self.env["qbo.governor"]._pause(self.connection, 60, "test")
        with self.fails(UserError) as caught:
            self.connection.with_user(self.administrator).action_test_connection()
        self.assertIn("seconds", str(caught.exception))

    def test_a_worker_does_not_nap_for_long(self):
        governor = self.env["qbo.governor"]
        naps = []
        with patch("time.sleep", naps.append):
            with self.fails(QboThrottledError):
                for number in range(11):
                    governor._wait_turn(self.connection, "request", f"place {number}")
        self.assertTrue(naps)
        self.assertLessEqual(sum(naps), 2)

    def test_clock_set_back_does_not_prolong_a_pause(self):
        row = self.env["qbo.governor"].search(
            [("realm_id", "=", self.connection.realm_id)]
        )
        future = time.time() + 3600
        state, _wait = arithmetic.take({}, future)
        row.state = arithmetic.pause(state, future, 60)
        self.env.flush_all()
        wait = self.env["qbo.governor"]._take(self.connection, "request")
        self.assertAlmostEqual(wait, 60, delta=2)
        self.env.invalidate_all()
        self.assertLess(
            self.connection.paused_until,
            fields.Datetime.now() + timedelta(seconds=65),
        )

    def test_throttled_item_of_a_batch_pauses_the_realm(self):
        self.control(
            "POST",
            "faults",
            match={"path": "/batch", "item": {"position": 1}, "times": 1},
            action={"fault": "3001"},
        )
        self.connection._call(
            lambda client: client.query_batch({"a": "SELECT * FROM Term"})
        )
        self.env.invalidate_all()
        self.assertTrue(self.connection.paused_until)

    def test_failed_refresh_leaves_no_doubt_about_the_call(self):
        self.control(
            "POST", "grants", action="expire_access", realm=self.connection.realm_id
        )
        self.inject("/oauth2/v1/tokens/bearer", times=1, delay_ms=60000)
        with self.fails(QboRetryableError) as caught:
            self.read_company()
        self.assertFalse(caught.exception.uncertain)

    def test_realms_do_not_share_a_pause(self):
        company = self.env["res.company"].create({"name": "Other"})
        other = self._create_connection(company)
        other.realm_id = "123"
        self.env.flush_all()
        self.env["qbo.governor"]._pause(self.connection, 60, "test")
        self.assertEqual(self.env["qbo.governor"]._take(other, "request"), 0)
        self.assertGreater(
            self.env["qbo.governor"]._take(self.connection, "request"), 0
        )

    # === METER === #

    def connect_production(self):
        self.env["ir.config_parameter"].set_param(
            "web.base.url", "https://books.example.com"
        )
        company = self.env["res.company"].create({"name": "Real"})
        self.administrator.company_ids += company
        self.connection = self._create_connection(
            company,
            environment="production",
            client_id="simulator-production-client",
            client_secret_input="simulator-production-secret",
        )
        self.connect(self.connection, PRODUCTION_REALM)

    def get_metered_at_intuit(self):
        return sum(
            row["calls"]
            for row in self.control("GET", "meter")["rows"]
            if row["environment"] == "production"
        )

    def test_metered_calls_are_counted(self):
        self.connect_production()
        before = self.connection.calls_this_month
        self.assertEqual(before, 2, "company and preferences")
        self.read_company()
        self.assertEqual(self.connection.calls_this_month, before + 1)
        self.assertGreaterEqual(
            self.connection.calls_forecast, self.connection.calls_this_month
        )
        self.assertEqual(self.connection.calls_limit, 500000)
        self.assertTrue(self.connection.calls_this_minute)
        self.assertTrue(self.connection.last_good_call_at)

    def test_meter_agrees_with_intuit(self):
        self.connect_production()
        self.connection.with_user(self.administrator).action_refresh_references()
        self.env.invalidate_all()
        # Read when connected; settings again, and the lists.
        self.assertEqual(self.connection.calls_this_month, 2 + 2 + 9)
        self.assertEqual(self.connection.calls_this_month, self.get_metered_at_intuit())

    def test_sandbox_is_not_metered(self):
        self.read_company()
        self.assertEqual(self.connection.calls_this_month, 0)

    # === THE CALL LOG === #

    def test_call_log(self):
        self.read_company()
        call = self.get_log()[0]
        self.assertEqual(call.status, 200)
        self.assertTrue(call.trace_id)
        self.assertIn("companyinfo", call.path)
        self.assertFalse(call.is_failed)
        self.assertEqual(call.company_id, self.company)

    def test_failure_is_kept_with_its_trace_id(self):
        self.inject("/companyinfo", times=1, status=500, body="<html>x</html>")
        with self.fails(QboRetryableError):
            self.read_company()
        call = self.get_log()[0]
        self.assertTrue(call.is_failed)
        self.assertEqual(call.status, 500)
        self.assertEqual(call.fault_kind, "transient")
        self.assertTrue(call.trace_id)
        self.assertEqual(self.connection.failed_call_count, 1)

    def test_log_is_trimmed_by_age(self):
        self.read_company()
        calls = self.get_log()
        old = fields.Datetime.now() - timedelta(days=20)
        self.env.cr.execute("UPDATE qbo_call SET create_date = %s", [old])
        calls[0].is_failed = True
        self.env.flush_all()
        self.env.invalidate_all()
        self.env["qbo.call"]._gc_calls()
        self.assertEqual(self.get_log(), calls[0])

    def test_log_is_for_accountants(self):
        self.read_company()
        self.assertTrue(self.env["qbo.call"].with_user(self.accountant).search([]))
        with self.assertRaises(AccessError):
            self.env["qbo.call"].with_user(self.approver).search([])

    # === WHAT INTUIT MAY ANSWER === #

    def test_answers_are_classified(self):
        html = "<html>Internal Server Error</html>"
        cases = {
            "403/3100": ({"fault": "3100"}, QboConfigurationError, "forbidden"),
            "6190": ({"fault": "6190"}, QboSubscriptionError, "subscription"),
            "500 HTML": ({"status": 500, "body": html}, QboRetryableError, False),
            "503": ({"status": 503, "body": html}, QboRetryableError, False),
            "empty": ({"status": 200, "body": ""}, QboRetryableError, False),
            "reset": ({"drop": "after"}, QboRetryableError, False),
            "slow": ({"delay_ms": 60000}, QboRetryableError, False),
            "200 Fault": ({"fault": "2020", "status": 200}, QboRejectedError, False),
        }
        for name, (fault, error, reason) in cases.items():
            with self.subTest(name):
                self.control("DELETE", "faults")
                self.inject("/companyinfo", times=1, **fault)
                with self.fails(error):
                    self.read_company()
                self.assertEqual(self.connection.suspend_reason, reason)
                self.connection._change_state("connected")
                self.env.flush_all()
