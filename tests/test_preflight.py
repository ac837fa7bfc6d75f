import os
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import Form, tagged
from odoo.tools import convert_file

from .common import CLIENT_SECRET, VERIFIER_TOKEN, QboCommon


@tagged("post_install", "-at_install")
class TestPreflight(QboCommon):
    def get_check(self, name):
        self.env.flush_all()
        self.env.invalidate_all()
        checks = self.connection.with_user(self.administrator).preflight
        return next(check for check in checks if check["name"] == name)

    def mend(self, name):
        return self.connection.with_user(self.administrator).action_preflight(name)

    def test_form_of_a_new_connection(self):
        """All that is shown of a connection goes without one, too."""
        view = "quickbooks_online.qbo_connection_view_form"
        company = self.env["res.company"].create({"name": "New Books"})
        self.administrator.company_ids |= company
        connections = self.env["qbo.connection"].with_user(self.administrator)
        with Form(connections.with_company(company), view) as form:
            form.client_id = "an id"
        self.assertEqual(form.record.state, "draft")

    def test_every_setting_is_on_the_form(self):
        """What is on no screen cannot be chosen, whatever the manual says of it."""
        # Plans are chosen where analytic accounting is in use.
        self.administrator.group_ids += self.env.ref(
            "analytic.group_analytic_accounting"
        )
        connections = self.connection.with_user(self.administrator)
        form = etree.fromstring(connections.get_view(view_type="form")["arch"])
        shown = {field.get("name") for field in form.iter("field")}
        settings = {
            name
            for name, field in connections._fields.items()
            if field.store and not field.readonly and not field.related
            if field._modules == ("quickbooks_online",)
            if not name.endswith(("_encrypted", "_ids")) and name != "active"
            if not name.startswith("oauth_")
        }
        self.assertIn("ask_before_linking", settings)
        self.assertEqual(settings - shown, set())

    def test_before_connecting(self):
        self.assertEqual(self.get_check("keys")["state"], "ok")
        self.assertEqual(self.get_check("consent")["state"], "blocked")
        for name in ("clocks", "currency", "lists", "numbers"):
            self.assertEqual(self.get_check(name)["state"], "waiting", name)
            self.assertFalse(self.get_check(name)["button"], name)
        self.assertIn("appcenter.intuit.com", self.mend("consent")["url"])

    def test_keys_missing(self):
        self.connection.client_id = False
        self.assertEqual(self.get_check("keys")["state"], "blocked")
        self.assertEqual(self.mend("keys")["target"], "new")

    def test_verifier_missing(self):
        self.connection.verifier_token_encrypted = False
        self.assertEqual(self.get_check("verifier")["state"], "warning")

    def test_all_is_well(self):
        self.env["ir.config_parameter"].set_param(
            "web.base.url", "https://books.example.com"
        )
        self.env["ir.mail_server"].create(
            {"name": "Out", "smtp_host": "localhost", "smtp_encryption": "none"}
        )
        self.connect()
        self.mend("lists")
        self.connection.income_account_id = self.env["qbo.reference"].search(
            [("account_type", "=", "Income")], limit=1
        )
        self.env.flush_all()
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            preferences={"SalesFormsPrefs": {"CustomTxnNumbers": True}},
        )
        self.connection.with_user(self.administrator).action_test_connection()
        self.env.invalidate_all()
        checks = self.connection.with_user(self.administrator).preflight
        states = {check["name"]: check["state"] for check in checks}
        # Nobody has looked at what could be mapped yet, and nothing needs it.
        self.assertEqual(states.pop("payments"), "hint")
        self.assertEqual(states.pop("products"), "hint")
        # Nor did Intuit have anything to tell.
        self.assertEqual(states.pop("webhook"), "hint")
        self.assertEqual(states.pop("payment_journal"), "warning")
        self.assertEqual(set(states.values()), {"ok"})

    def test_production_needs_https(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("web.base.url", "http://books.example.com")
        self.assertEqual(self.get_check("address")["state"], "warning")
        self.connection.environment = "production"
        self.assertEqual(self.get_check("address")["state"], "blocked")
        parameters.set_param("web.base.url", "https://books.example.com")
        self.assertEqual(self.get_check("address")["state"], "ok")

    def test_books_in_another_currency(self):
        self.connect()
        self.assertEqual(self.get_check("currency")["state"], "ok")
        self.company.currency_id = self.env.ref("base.EUR")
        check = self.get_check("currency")
        self.assertEqual(check["state"], "blocked")
        self.assertIn("USD", check["message"])
        self.assertIn("EUR", check["message"])
        self.assertEqual(self.mend("currency")["res_id"], self.company.id)

    def test_another_country(self):
        self.connect()
        self.company.country_id = self.env.ref("base.fr")
        self.assertEqual(self.get_check("currency")["state"], "warning")

    def test_time_running_out(self):
        self.connect()
        self.assertEqual(self.get_check("clocks")["state"], "ok")
        self.get_grant().refresh_expires_at = fields.Datetime.now() + timedelta(days=9)
        self.assertEqual(self.get_check("clocks")["state"], "warning")

    def test_scheduled_action_switched_off(self):
        self.assertEqual(self.get_check("schedule")["state"], "ok")
        self.env.ref("quickbooks_online.ir_cron_qbo_tokens").active = False
        check = self.get_check("schedule")
        self.assertEqual(check["state"], "blocked")
        self.assertIn("alive", check["message"])

    def test_polls_switched_off(self):
        """What a lost webhook would have told is never found out then."""
        self.env.ref("quickbooks_online.ir_cron_qbo_poll").active = False
        check = self.get_check("schedule")
        self.assertEqual(check["state"], "blocked")
        self.assertIn("QuickBooks: ask what changed", check["message"])

    def test_worker_switched_off(self):
        worker = self.connection.worker_cron_id
        worker.active = False
        check = self.get_check("schedule")
        self.assertEqual(check["state"], "blocked")
        self.assertIn(worker.name, check["message"])
        self.assertIn(worker, self.get_crons())

    def test_what_is_not_used_may_be_switched_off(self):
        for name in ("deposits", "revenue"):
            self.env.ref(f"quickbooks_online.ir_cron_qbo_{name}").active = False
        self.assertEqual(self.get_check("schedule")["state"], "ok")
        self.connection.deposit_policy = "day"
        check = self.get_check("schedule")
        self.assertIn("deposit what was received", check["message"])
        self.assertNotIn("revenue", check["message"])
        self.connection.recognizes_revenue = True
        self.assertIn("revenue", self.get_check("schedule")["message"])

    def test_scheduled_action_deleted(self):
        self.env.ref("quickbooks_online.ir_cron_qbo_poll").unlink()
        self.connection.worker_cron_id.unlink()
        self.env.ref("quickbooks_online.ir_cron_qbo_tokens").active = False
        check = self.get_check("schedule")
        self.assertEqual(check["state"], "blocked")
        self.assertIn("were deleted (2)", check["message"])
        self.assertIn("keep the connections alive", check["message"])
        self.assertTrue(self.get_crons())
        # As an upgrade does.
        for name in ("ir_cron_data.xml", "qbo_connection_data.xml"):
            convert_file(self.env, "quickbooks_online", f"data/{name}", {}, "update")
        self.assertTrue(self.connection.worker_cron_id.active)
        check = self.get_check("schedule")
        self.assertNotIn("deleted", check["message"])

    def get_crons(self):
        """Return what the button of the panel opens."""
        action = self.mend("schedule")
        crons = self.env[action["res_model"]].with_context(**action["context"])
        return crons.search(action["domain"])

    def test_lists_not_read_yet(self):
        self.connect()
        self.assertEqual(self.get_check("lists")["state"], "blocked")
        self.mend("lists")
        self.assertEqual(self.get_check("lists")["state"], "ok")

    def test_disconnected(self):
        self.connect()
        self.connection.with_user(self.administrator).action_disconnect()
        check = self.get_check("consent")
        self.assertEqual(check["state"], "blocked")
        self.assertIn("same company", check["message"])

    def test_older_key_is_named_until_all_is_encrypted_again(self):
        self.addCleanup(os.environ.pop, "QUICKBOOKS_ENCRYPTION_KEY", None)
        old, new = "the old key of this test " * 2, "the new key of this test " * 2
        os.environ["QUICKBOOKS_ENCRYPTION_KEY"] = old
        self.connection.client_secret_input = CLIENT_SECRET
        self.connection.verifier_token_input = VERIFIER_TOKEN
        os.environ["QUICKBOOKS_ENCRYPTION_KEY"] = f"{new},{old}"
        self.assertEqual(self.get_check("vault")["state"], "warning")
        self.env.ref("quickbooks_online.ir_cron_qbo_clocks").method_direct_trigger()
        self.assertEqual(self.get_check("vault")["state"], "ok")

    def test_meter_running_over(self):
        self.connect()
        self.assertEqual(self.get_check("meter")["state"], "ok")
        self.env["qbo.governor"]._record(self.connection, 600_000, True, "place")
        check = self.get_check("meter")
        self.assertEqual(check["state"], "warning")
        self.assertEqual(self.mend("meter")["res_model"], "qbo.call")

    def test_no_button_without_the_right_behind_it(self):
        self.administrator.group_ids -= self.env.ref("base.group_system")
        self.env.ref("quickbooks_online.ir_cron_qbo_tokens").active = False
        for name in ("address", "mail", "schedule"):
            check = self.get_check(name)
            self.assertNotEqual(check["state"], "ok", name)
            self.assertFalse(check["button"], name)
        self.administrator.group_ids += self.env.ref("base.group_system")
        for name in ("address", "mail", "schedule"):
            self.assertTrue(self.get_check(name)["button"], name)

    def test_accountants_get_buttons_for_what_is_theirs(self):
        checks = self.connection.with_user(self.accountant).preflight
        self.assertFalse([check for check in checks if check["button"]])
        self.connect()
        self.env["qbo.governor"]._record(self.connection, 600_000, True, "place")
        self.env.ref("quickbooks_online.ir_cron_qbo_tokens").active = False
        self.env.flush_all()
        self.env.invalidate_all()
        checks = self.connection.with_user(self.accountant).preflight
        buttons = {check["name"] for check in checks if check["button"]}
        self.assertIn("meter", buttons)
        self.assertNotIn("schedule", buttons)
        self.env.invalidate_all()
        user = self.connection.with_user(self.user)
        self.assertFalse([check for check in user.preflight if check["button"]])

    def test_every_button_opens_something(self):
        for name in self.env["qbo.preflight"]._get_check_names():
            if name in ("lists", "consent", "clocks"):
                continue
            with self.subTest(name):
                action = self.mend(name)
                self.assertIn(
                    action["type"], ("ir.actions.act_window", "ir.actions.act_url")
                )
        self.assertFalse(self.mend("unknown"))
