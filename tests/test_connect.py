from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ..exceptions import QboRetryableError
from .common import GB_REALM, PRODUCTION_REALM, US_REALM, QboCommon


@tagged("post_install", "-at_install")
class TestConnect(QboCommon):
    def test_connect(self):
        self.assertEqual(self.connection.state, "draft")
        self.connect()
        self.assertEqual(self.connection.state, "connected")
        self.assertEqual(self.connection.realm_id, US_REALM)
        self.assertTrue(self.connection.company_name)
        self.assertEqual(self.connection.home_currency, "USD")
        self.assertEqual(self.connection.country_code, "US")
        self.assertEqual(self.connection.connected_by_id, self.administrator)
        self.assertEqual(self.connection.health, "good")
        self.assertAlmostEqual(self.connection.refresh_days_left, 100, delta=1)

    def test_administrators_add_connections(self):
        company = self.env["res.company"].create({"name": "Second company"})
        self.administrator.company_ids += company
        connections = self.env["qbo.connection"].with_user(self.administrator)
        connection = connections.create({"company_id": company.id})
        self.assertEqual(connection.state, "draft")

    def test_connect_needs_keys(self):
        self.connection.client_id = False
        with self.assertRaisesRegex(UserError, "client id"):
            self.connection.with_user(self.administrator).action_connect()

    def test_only_administrators_connect(self):
        for user in self.accountant + self.approver + self.user:
            connection = self.connection.with_user(user)
            for method in (
                "action_connect",
                "action_test_connection",
                "action_refresh_references",
                "action_disconnect",
                "action_sever",
            ):
                with self.assertRaises(AccessError):
                    getattr(connection, method)()

    def test_state_is_used_once(self):
        connection = self.connection.with_user(self.administrator)
        url = connection.action_connect()["url"]
        connection.env.flush_all()
        state = self.consent(url)["state"]
        self.assertTrue(connection._consume_oauth_state(state))
        self.assertFalse(connection._consume_oauth_state(state))

    def test_state_of_another_user(self):
        url = self.connection.with_user(self.administrator).action_connect()["url"]
        self.env.flush_all()
        state = self.consent(url)["state"]
        other = self._create_user("administrator", self.env.company)
        connections = self.env["qbo.connection"].with_user(other)
        self.assertFalse(connections._consume_oauth_state(state))

    def test_state_expired(self):
        url = self.connection.with_user(self.administrator).action_connect()["url"]
        self.env.flush_all()
        state = self.consent(url)["state"]
        connections = self.env["qbo.connection"].with_user(self.administrator)
        with freeze_time(datetime.now() + timedelta(minutes=61)):
            self.assertFalse(connections._consume_oauth_state(state))
        self.assertTrue(connections._consume_oauth_state(state))

    def test_lists_are_read_after_connecting(self):
        cron = self.env.ref("quickbooks_online.ir_cron_qbo_references")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.connect()
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after, before + 1)

    def test_live_connection_is_not_archived(self):
        self.connect()
        with self.assertRaisesRegex(UserError, "Disconnect it"):
            self.connection.action_archive()
        self.connection.with_user(self.administrator).action_disconnect()
        self.connection.action_archive()
        other = self._create_connection(self.env["res.company"].create({"name": "2"}))
        with self.assertRaisesRegex(UserError, "belongs to another company"):
            other._complete_connection("code", US_REALM)

    def test_what_intuit_said_is_not_written_by_rpc(self):
        self.connect()
        connection = self.connection.with_user(self.administrator)
        for values in (
            {"realm_id": False},
            {"state": "connected"},
            {"company_name": "Mine"},
            {"suspend_reason": False},
        ):
            with self.assertRaises(AccessError):
                connection.write(values)
        with self.assertRaises(AccessError):
            connection.create({"company_id": self.env.company.id, "realm_id": GB_REALM})

    def test_lapsed_company(self):
        self.control("POST", f"company/{US_REALM}", subscription_status="EXPIRED")
        self.connect()
        self.assertEqual(self.connection.state, "suspended")
        self.assertEqual(self.connection.suspend_reason, "subscription")
        action = self.connection.with_user(self.administrator).action_test_connection()
        self.assertEqual(action["params"]["type"], "warning")

    def test_reset_company_ends_by_sever_only(self):
        self.connect()
        self.connection._suspend("reset")
        self.env.invalidate_all()
        connection = self.connection.with_user(self.administrator)
        with self.assertRaisesRegex(UserError, "Sever"):
            connection.action_test_connection()
        with self.assertRaisesRegex(UserError, "Sever"):
            connection._complete_connection("code", US_REALM)
        connection.action_sever()
        self.connect()
        self.assertEqual(self.connection.state, "connected")

    def test_addresses_of_two_connections(self):
        other = self._create_connection(self.env["res.company"].create({"name": "2"}))
        rows = (self.connection + other).read(["redirect_uri", "webhook_url"])
        self.assertEqual(len(rows), 2)

    def test_state_forged(self):
        connections = self.env["qbo.connection"].with_user(self.administrator)
        for state in (None, "", "x", "é", "AAAA", "AQ" * 40, "[1, 2]"):
            self.assertFalse(connections._consume_oauth_state(state), state)

    def test_newer_attempt_voids_the_older(self):
        connection = self.connection.with_user(self.administrator)
        urls = [connection.action_connect()["url"] for _attempt in range(2)]
        connection.env.flush_all()
        older, newer = (self.consent(url)["state"] for url in urls)
        self.assertFalse(connection._consume_oauth_state(older))
        self.assertTrue(connection._consume_oauth_state(newer))

    def test_another_realm_is_refused(self):
        self.connect()
        connection = self.connection.with_user(self.administrator)
        with self.assertRaisesRegex(UserError, US_REALM):
            connection._complete_connection("code", GB_REALM)
        self.assertEqual(self.connection.realm_id, US_REALM)
        self.assertEqual(self.connection.state, "connected")

    def test_realm_of_another_company_is_refused(self):
        self.connect()
        other = self.env["res.company"].create({"name": "Other"})
        other_connection = self._create_connection(other)
        with self.assertRaisesRegex(UserError, "belongs to another company"):
            other_connection._complete_connection("code", US_REALM)
        self.assertFalse(other_connection.realm_id)
        self.assertEqual(other_connection.state, "draft")

    def test_missing_realm_is_refused(self):
        with self.assertRaisesRegex(UserError, "which QuickBooks company"):
            self.connection._complete_connection("code", None)

    def test_exchange_answered_by_an_outage_changes_nothing(self):
        self.inject("/oauth2/v1/tokens/bearer", status=503, body="<html>busy</html>")
        with self.assertRaises(QboRetryableError):
            self.connect()
        self.assertEqual(self.connection.state, "draft")
        self.assertFalse(self.connection.realm_id)
        self.assertFalse(self.get_grant())

    def test_one_connection_per_company(self):
        with self.assertRaises(Exception) as caught:
            self._create_connection(self.company)
        self.assertIn("one_per_company", str(caught.exception))

    def test_disconnect_revokes_and_keeps_the_realm(self):
        self.connect()
        self.connection.with_user(self.administrator).action_disconnect()
        self.assertEqual(self.connection.state, "disconnected")
        self.assertEqual(self.connection.realm_id, US_REALM)
        self.assertTrue(self.get_calls("/tokens/revoke"))
        self.assertFalse(self.get_grant())
        self.assertFalse(
            any(grant["alive"] for grant in self.control("GET", "grants")["grants"])
        )

    def test_disconnect_while_intuit_is_out_revokes_later(self):
        self.connect()
        self.inject("/v2/oauth2/tokens/revoke", status=503, times=1)
        self.connection.with_user(self.administrator).action_disconnect()
        self.assertEqual(self.connection.state, "disconnected")
        self.assertEqual(self.get_grant().state, "revoking")
        self.env.ref("quickbooks_online.ir_cron_qbo_tokens").method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(self.get_grant())
        self.assertFalse(
            any(grant["alive"] for grant in self.control("GET", "grants")["grants"])
        )

    def test_reconnect_to_the_same_realm_keeps_the_lists(self):
        self.connect()
        self.connection.with_user(self.administrator).action_refresh_references()
        before = self.connection.reference_ids
        self.connection.with_user(self.administrator).action_disconnect()
        self.connect()
        self.assertEqual(self.connection.state, "connected")
        self.assertEqual(self.connection.reference_ids, before)

    def test_environment_cannot_change_once_linked(self):
        self.connect()
        with self.assertRaisesRegex(ValidationError, "Sever"):
            self.connection.environment = "production"
        self.connection.environment = "sandbox"

    def test_sandbox_keys_do_not_reach_a_production_company(self):
        connection = self._create_connection(
            self.env["res.company"].create({"name": "Real"}), environment="production"
        )
        token = self.control("POST", "grants", action="authorize", realm=US_REALM)[
            "access_token"
        ]
        connection.realm_id = PRODUCTION_REALM
        with self.assertRaisesRegex(Exception, "3100"):
            connection._get_client(token).get_company_info()

    def test_sever_needs_the_name_typed(self):
        self.connect()
        wizard = (
            self.env["qbo.connection.sever"]
            .with_user(self.administrator)
            .create({"connection_id": self.connection.id, "typed_name": "no"})
        )
        with self.assertRaisesRegex(UserError, "Nothing was changed"):
            wizard.action_sever()
        self.assertEqual(self.connection.realm_id, US_REALM)
        wizard.typed_name = self.connection.name
        wizard.action_sever()
        self.assertFalse(self.connection.realm_id)
        self.assertEqual(self.connection.state, "draft")
        self.assertFalse(self.connection.reference_ids)
        self.connect(realm_id=GB_REALM)
        self.assertEqual(self.connection.realm_id, GB_REALM)

    def test_linked_connection_is_not_deleted(self):
        self.connect()
        with self.assertRaisesRegex(UserError, "sever"):
            self.connection.unlink()

    def test_test_connection(self):
        self.connect()
        action = self.connection.with_user(self.administrator).action_test_connection()
        self.assertIn(self.connection.company_name, action["params"]["message"])
        self.assertTrue(self.connection.last_good_call_at)
