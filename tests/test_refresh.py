from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..exceptions import QboError, QboGrantError, QboRetryableError
from .common import GB_REALM, QboCommon

TOKEN_PATH = "/oauth2/v1/tokens/bearer"
ALERT_LOGGERS = (
    "odoo.addons.quickbooks_online.models.qbo_connection",
    "odoo.addons.quickbooks_online.models.qbo_connection_calls",
    "odoo.addons.quickbooks_online.models.qbo_connection_health",
    "odoo.addons.mail.models.mail_render_mixin",
)


@tagged("post_install", "-at_install")
class TestRefresh(QboCommon):
    def setUp(self):
        super().setUp()
        self.connect()
        self.control("DELETE", "requests")

    def run_cron(self, name="tokens"):
        self.env.ref(f"quickbooks_online.ir_cron_qbo_{name}").method_direct_trigger()
        self.env.invalidate_all()

    def age_access_token(self, minutes):
        """Let the token's clock stand at ``minutes`` to live."""
        self.get_grant().access_expires_at = fields.Datetime.now() + timedelta(
            minutes=minutes
        )
        self.env.flush_all()

    def get_refreshes(self):
        return self.get_calls(TOKEN_PATH)

    # === WHEN === #

    def test_fresh_token_is_not_refreshed(self):
        self.read_company()
        self.assertFalse(self.get_refreshes())

    def test_just_in_time(self):
        self.age_access_token(minutes=4)
        self.read_company()
        self.assertEqual(len(self.get_refreshes()), 1)
        self.read_company()
        self.assertEqual(len(self.get_refreshes()), 1)

    def test_cron_refreshes_what_would_not_last(self):
        self.age_access_token(minutes=49)
        self.run_cron()
        self.assertEqual(len(self.get_refreshes()), 1)
        self.run_cron()
        self.assertEqual(len(self.get_refreshes()), 1)

    def test_refused_token_is_refreshed_once_and_the_call_replayed(self):
        self.control("POST", "grants", action="expire_access", realm=self.realm())
        company = self.read_company()
        self.assertEqual(company["CompanyName"], self.connection.company_name)
        self.assertEqual(len(self.get_refreshes()), 1)

    def realm(self):
        return self.connection.realm_id

    # === ROTATION === #

    def test_every_rotation_is_kept(self):
        self.control("POST", "switches", rotation="always")
        for _round in range(5):
            self.age_access_token(minutes=1)
            self.read_company()
        self.assertEqual(self.connection.state, "connected")
        grant = self.control("GET", "grants")["grants"][-1]
        kept = self.env["qbo.vault"]._decrypt(self.get_grant().refresh_token_encrypted)
        self.assertEqual(kept, grant["refresh_token"])

    # === DEATH === #

    def test_revoked_in_quickbooks(self):
        self.control("POST", "grants", action="disconnect", realm=self.realm())
        with self.fails(QboGrantError):
            self.read_company()
        self.assertEqual(self.connection.state, "suspended")
        self.assertEqual(self.connection.suspend_reason, "grant")
        self.assertEqual(self.get_grant().state, "dead")
        self.assertFalse(self.get_grant().access_token_encrypted)
        self.assertEqual(self.connection.health, "bad")
        self.assertIn("Reconnect", self.connection.health_message)

    def test_death_tells_the_administrators(self):
        self.control("POST", "grants", action="disconnect", realm=self.realm())
        self.age_access_token(minutes=1)
        with mute_logger("odoo.addons.quickbooks_online.models.qbo_connection"):
            self.run_cron()
        activities = self.connection.activity_ids
        self.assertEqual(
            activities.user_id & (self.administrator + self.accountant),
            self.administrator,
        )
        mail = self.env["mail.mail"].search(
            [
                ("model", "=", "qbo.connection"),
                ("res_id", "=", self.connection.id),
                ("recipient_ids", "in", self.administrator.partner_id.ids),
            ]
        )
        self.assertEqual(len(mail), 1)
        self.assertIn(self.administrator.partner_id, mail.recipient_ids)
        self.assertIn(self.connection.name, mail.subject)
        self.assertIn("Reconnect", mail.body_html)
        banner = self.env["qbo.connection"].with_user(self.user).get_banner()
        self.assertEqual([row["level"] for row in banner], ["danger"])
        self.assertIn(self.administrator.name, banner[0]["message"])
        self.assertNotIn("Reconnect", banner[0]["message"])

    def test_death_leaves_the_other_connections_alive(self):
        company = self.env["res.company"].create({"name": "Britain"})
        self.administrator.company_ids += company
        second = self._create_connection(company)
        self.connect(second, GB_REALM)
        self.control("POST", "grants", action="disconnect", realm=self.realm())
        for grant in self.get_grant() + self.get_grant(second):
            grant.access_expires_at = fields.Datetime.now()
        self.env.flush_all()
        self.run_cron()
        self.assertEqual(self.connection.state, "suspended")
        self.assertEqual(second.state, "connected")
        self.assertGreater(
            self.get_grant(second).access_expires_at,
            fields.Datetime.now() + timedelta(minutes=50),
        )

    def test_death_without_a_mail_template(self):
        self.env.ref("quickbooks_online.mail_template_connection_suspended").unlink()
        self.control("POST", "grants", action="disconnect", realm=self.realm())
        with self.fails(QboGrantError):
            self.read_company()
        self.assertEqual(self.connection.state, "suspended")
        self.assertTrue(self.connection.activity_ids)

    def test_broken_alert_does_not_undo_the_suspension(self):
        self.break_template("connection_suspended")
        self.control("POST", "grants", action="disconnect", realm=self.realm())
        with (
            self.fails(QboGrantError),
            mute_logger(*ALERT_LOGGERS),
        ):
            self.read_company()
        self.assertEqual(self.connection.state, "suspended")
        self.assertIn(self.administrator, self.connection.activity_ids.user_id)

    def break_template(self, name):
        # By SQL, as an upgrade may leave it: the form refuses such a template.
        template = self.env.ref(f"quickbooks_online.mail_template_{name}")
        self.env.cr.execute(
            "UPDATE mail_template SET subject = %s WHERE id = %s",
            ['{"en_US": "{{ object.no_such_field }}"}', template.id],
        )
        template.invalidate_recordset()

    def test_broken_template_does_not_silence_a_warning(self):
        self.break_template("connection_ends")
        self.administrator.copy({"login": "second", "email": "second@example.com"})
        self.get_grant().refresh_expires_at = fields.Datetime.now() + timedelta(days=5)
        self.env.flush_all()
        with mute_logger(*ALERT_LOGGERS):
            self.run_cron("clocks")
        administrators = self.connection._get_administrators()
        self.assertGreater(len(administrators), 1)
        self.assertEqual(self.connection.activity_ids.user_id, administrators)
        self.assertEqual(self.connection.warned_days, 7)

    def test_reason_follows_what_is_found_later(self):
        self.connection._suspend("client")
        self.env.invalidate_all()
        self.control("POST", "grants", action="disconnect", realm=self.realm())
        self.age_access_token(minutes=1)
        with self.fails(UserError):
            self.connection.with_user(self.administrator).action_test_connection()
        self.assertEqual(self.connection.suspend_reason, "grant")

    def test_people_are_told_in_their_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.administrator.lang = "fr_FR"
        template = self.env.ref("quickbooks_online.mail_template_connection_suspended")
        template.with_context(lang="fr_FR").subject = "Connexion suspendue"
        self.env.flush_all()
        self.connection._suspend("grant")
        mail = self.env["mail.mail"].search(
            [("recipient_ids", "in", self.administrator.partner_id.ids)]
        )
        self.assertEqual(mail.subject, "Connexion suspendue")

    def test_dead_connection_is_left_alone(self):
        self.control("POST", "grants", action="disconnect", realm=self.realm())
        with self.fails(QboGrantError):
            self.read_company()
        self.control("DELETE", "requests")
        self.run_cron()
        self.run_cron("references")
        with self.fails(UserError):
            self.read_company()
        self.assertFalse(self.control("GET", "requests")["requests"])

    def test_reconnect_clears_the_alarm(self):
        self.control("POST", "grants", action="disconnect", realm=self.realm())
        with self.fails(QboGrantError):
            self.read_company()
        self.connect()
        self.assertEqual(self.connection.state, "connected")
        self.assertFalse(self.connection.suspend_reason)
        self.assertFalse(self.connection.activity_ids)
        self.assertFalse(self.env["qbo.connection"].with_user(self.user).get_banner())
        self.read_company()

    def test_death_met_by_a_user(self):
        self.control("POST", "grants", action="disconnect", realm=self.realm())
        connection = self.connection.with_user(self.administrator)
        with self.fails(UserError) as caught:
            connection.action_test_connection()
        self.assertIn("Reconnect", str(caught.exception))
        self.assertEqual(self.connection.state, "suspended")

    def test_wrong_keys_are_no_death_of_the_grant(self):
        self.connection.client_secret_input = "not-the-secret"
        self.age_access_token(minutes=1)
        with self.fails(QboError):
            self.read_company()
        self.assertEqual(self.connection.suspend_reason, "client")
        self.assertEqual(self.get_grant().state, "alive")
        self.connection.client_secret_input = "simulator-development-secret"
        self.env.flush_all()
        self.connection.with_user(self.administrator).action_test_connection()
        self.assertEqual(self.connection.state, "connected")

    def test_lapsed_subscription(self):
        self.control("POST", f"company/{self.realm()}", subscription_status="EXPIRED")
        connection = self.connection.with_user(self.administrator)
        connection.action_test_connection()
        self.assertEqual(self.connection.state, "suspended")
        self.assertEqual(self.connection.suspend_reason, "subscription")
        self.age_access_token(minutes=1)
        self.run_cron()
        self.assertTrue(self.get_refreshes(), "The grant must not die meanwhile")
        self.control(
            "POST", f"company/{self.realm()}", subscription_status="SUBSCRIBED"
        )
        connection.action_test_connection()
        self.assertEqual(self.connection.state, "connected")

    # === WHAT PASSES === #

    def test_transient_failures_never_suspend(self):
        passing = {
            "503 HTML": {"status": 503, "body": "<html>busy</html>"},
            "500": {"status": 500},
            "429": {"status": 429},
            "time-out": {"delay_ms": 60000},
            "refused": {"drop": "before"},
            "HTML 200": {"status": 200, "body": "<html></html>"},
            "truncated": {"status": 200, "body": '{"access_token": "abc'},
            "empty": {"status": 200, "body": ""},
        }
        for name, fault in passing.items():
            with self.subTest(name):
                self.control("DELETE", "faults")
                self.inject(TOKEN_PATH, times=1, **fault)
                self.age_access_token(minutes=1)
                with self.fails(QboRetryableError):
                    self.read_company()
                self.assertEqual(self.connection.state, "connected")
                self.assertEqual(self.connection.health, "warning")
                self.read_company()
                self.assertEqual(self.connection.health, "good")

    def test_transient_failure_in_the_cron(self):
        self.inject(TOKEN_PATH, times=1, status=503)
        self.age_access_token(minutes=1)
        with mute_logger("odoo.addons.quickbooks_online.models.qbo_connection"):
            self.run_cron()
        self.assertEqual(self.connection.state, "connected")
        self.assertFalse(self.connection.activity_ids)

    # === CLOCKS === #

    def test_warnings_at_30_7_and_1_days(self):
        sent = []
        for days in (45, 31, 30, 29, 8, 7, 3, 1, 1):
            self.get_grant().refresh_expires_at = fields.Datetime.now() + timedelta(
                days=days, hours=1
            )
            self.env.flush_all()
            before = len(self.get_warnings())
            self.run_cron("clocks")
            if len(self.get_warnings()) > before:
                sent.append(days)
        self.assertEqual(sent, [30, 7, 1])
        self.assertEqual(self.connection.health, "bad")
        self.assertEqual(
            len(self.connection.activity_ids),
            len(self.connection._get_administrators()),
        )

    def get_warnings(self):
        return self.env["mail.mail"].search(
            [("model", "=", "qbo.connection"), ("subject", "ilike", "ends in")]
        )

    def test_hard_limit_counts_too(self):
        self.get_grant().hard_expires_at = fields.Datetime.now() + timedelta(
            days=5, hours=1
        )
        self.env.flush_all()
        self.run_cron("clocks")
        self.assertEqual(self.connection.hard_days_left, 5)
        self.assertEqual(
            len(self.get_warnings()), len(self.connection._get_administrators())
        )
        self.assertEqual(self.connection.health, "bad")
        connections = self.env["qbo.connection"]
        banner = connections.with_user(self.administrator).get_banner()
        self.assertIn("5 days", banner[0]["message"])

    def test_clock_prolonged_by_a_new_consent(self):
        self.get_grant().refresh_expires_at = fields.Datetime.now() + timedelta(days=3)
        self.env.flush_all()
        self.run_cron("clocks")
        self.assertEqual(self.connection.warned_days, 7)
        self.connect()
        self.assertEqual(self.connection.warned_days, 0)
        self.assertEqual(self.connection.health, "good")

    def test_unused_for_100_days(self):
        with freeze_time(fields.Datetime.now() + timedelta(days=101)):
            self.assertEqual(self.connection.refresh_days_left, 0)
