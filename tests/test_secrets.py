import logging
import os
import pathlib
import tempfile

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import config, mute_logger
from odoo.tools.translate import code_translations

from ..exceptions import VAULT_PROBLEMS, QboError, VaultError
from .common import CLIENT_SECRET, VERIFIER_TOKEN, QboCommon


class LogRecorder(logging.Handler):
    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@tagged("post_install", "-at_install")
class TestSecrets(QboCommon):
    """Looks for every secret wherever one could be read."""

    def get_secrets(self):
        """Return ``{name: plain text}`` of all there is to hide."""
        vault = self.env["qbo.vault"]
        grant = self.get_grant()
        secrets = {
            "client secret": CLIENT_SECRET,
            "verifier token": VERIFIER_TOKEN,
            "access token": vault._decrypt(grant.access_token_encrypted),
            "refresh token": vault._decrypt(grant.refresh_token_encrypted),
        }
        self.assertTrue(all(secrets.values()))
        return secrets

    def assertNoSecret(self, text, secrets, where):
        for name, secret in secrets.items():
            self.assertNotIn(secret, text, f"The {name} stands in {where}")

    def test_no_column_holds_plain_text(self):
        self.connect()
        secrets = self.get_secrets()
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT table_name FROM information_schema.tables
                WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"""
        )
        for (table,) in self.env.cr.fetchall():
            for name, secret in secrets.items():
                self.env.cr.execute(
                    f'SELECT count(*) FROM "{table}" row '
                    "WHERE strpos(row::text, %s) > 0",
                    [secret],
                )
                self.assertFalse(
                    self.env.cr.fetchone()[0], f"The {name} stands in {table}"
                )

    def test_no_answer_to_any_group(self):
        self.connect()
        self.control(
            "POST", "grants", action="expire_access", realm=self.connection.realm_id
        )
        self.read_company()
        secrets = self.get_secrets()
        people = self.administrator + self.accountant + self.approver + self.user
        people += self.env.ref("base.user_admin")
        self.administrator.group_ids += self.env.ref("base.group_system")
        people.group_ids += self.env.ref("base.group_allow_export")
        for user in people:
            for model_name in ("qbo.connection", "qbo.grant", "qbo.call"):
                model = self.env[model_name].with_user(user)
                if not model.has_access("read"):
                    continue
                records = model.search([])
                names = list(model.fields_get())
                answers = [
                    str(records.read(names)),
                    str(records.export_data([name for name in names])),
                    str(records.web_read({name: {} for name in names})),
                ]
                self.assertNoSecret("".join(answers), secrets, model_name)

    def test_encrypted_columns_are_out_of_reach(self):
        self.connect()
        connection = self.connection.with_user(self.env.ref("base.user_admin"))
        for name in ("client_secret_encrypted", "verifier_token_encrypted"):
            self.assertNotIn(name, connection.fields_get())
            with self.assertRaises(AccessError):
                connection.read([name])
            with self.assertRaises(AccessError):
                connection.search([(name, "like", "g")])
        self.assertFalse(
            self.env["qbo.grant"]
            .with_user(self.env.ref("base.user_admin"))
            .has_access("read")
        )

    def test_write_only_inputs(self):
        connection = self.connection.with_user(self.administrator)
        answer = connection.web_save(
            {"client_secret_input": "typed-just-now"},
            {"client_secret_input": {}, "has_client_secret": {}},
        )
        self.assertFalse(answer[0]["client_secret_input"])
        self.assertTrue(answer[0]["has_client_secret"])
        self.assertEqual(
            self.env["qbo.vault"]._decrypt(self.connection.client_secret_encrypted),
            "typed-just-now",
        )
        connection.web_save({"client_secret_input": False}, {})
        self.assertTrue(self.connection.has_client_secret)

    def test_no_log_line_at_debug_level(self):
        recorder = LogRecorder()
        root = logging.getLogger()
        level = root.level
        root.addHandler(recorder)
        root.setLevel(logging.DEBUG)
        names = ("odoo", "odoo.sql_db", "urllib3", "requests_oauthlib", "werkzeug")
        levels = {name: logging.getLogger(name).level for name in names}
        for name in names:
            logging.getLogger(name).setLevel(logging.DEBUG)
        try:
            self.connect()
            self.control(
                "POST", "grants", action="expire_access", realm=self.connection.realm_id
            )
            self.read_company()
            self.inject("/companyinfo", status=500, times=1)
            with self.fails(QboError):
                self.read_company()
        finally:
            root.removeHandler(recorder)
            root.setLevel(level)
            for name, old in levels.items():
                logging.getLogger(name).setLevel(old)
        self.assertGreater(len(recorder.lines), 10)
        self.assertNoSecret("\n".join(recorder.lines), self.get_secrets(), "the log")

    def test_error_texts(self):
        self.connect()
        secrets = self.get_secrets()
        self.control(
            "POST", "grants", action="disconnect", realm=self.connection.realm_id
        )
        with self.fails(QboError) as caught:
            self.read_company()
        self.assertNoSecret(str(caught.exception), secrets, "an exception")
        bodies = self.env["qbo.call"].search([]).mapped("response_body")
        self.assertNoSecret("".join(filter(None, bodies)), secrets, "the call log")
        chatter = self.connection.message_ids.mapped("body")
        self.assertNoSecret("".join(chatter), secrets, "the chatter")

    # === THE KEY === #

    def set_key(self, key):
        self.addCleanup(os.environ.pop, "QUICKBOOKS_ENCRYPTION_KEY", None)
        os.environ["QUICKBOOKS_ENCRYPTION_KEY"] = key

    def test_another_key_suspends_without_traceback(self):
        self.connect()
        self.set_key("another key that is long enough to be one")
        with self.fails(VaultError):
            self.read_company()
        self.assertEqual(self.connection.state, "suspended")
        self.assertEqual(self.connection.suspend_reason, "vault")
        self.assertTrue(self.connection.activity_ids)
        connection = self.connection.with_user(self.administrator)
        with self.fails(UserError) as caught:
            connection.action_test_connection()
        self.assertIn("encrypts the connection's secrets", str(caught.exception))
        checks = {check["name"]: check for check in self.connection.preflight}
        self.assertEqual(checks["vault"]["state"], "blocked")

    def test_lost_key_file_is_not_replaced_by_a_new_one(self):
        with tempfile.TemporaryDirectory() as folder:
            self.patch(config, "options", config.options.new_child())
            config["data_dir"] = folder
            self.connection.client_secret_input = CLIENT_SECRET
            self.env.flush_all()
            self.connect()
            key = pathlib.Path(folder) / "quickbooks_online.key"
            key.unlink()
            with self.fails(VaultError):
                self.read_company()
            self.assertFalse(key.exists())
        self.assertEqual(self.connection.suspend_reason, "vault")

    def test_disconnect_without_the_key_says_so(self):
        self.connect()
        self.set_key("another key that is long enough to be one")
        action = self.connection.with_user(self.administrator).action_disconnect()
        self.assertIn("could not be revoked", action["params"]["message"])
        self.assertEqual(self.get_grant().state, "revoking")
        os.environ.pop("QUICKBOOKS_ENCRYPTION_KEY")
        self.env.ref("quickbooks_online.ir_cron_qbo_tokens").method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(self.get_grant())
        self.assertFalse(
            any(grant["alive"] for grant in self.control("GET", "grants")["grants"])
        )

    def test_key_brought_back(self):
        self.connect()
        self.set_key("another key that is long enough to be one")
        with mute_logger("odoo.addons.quickbooks_online.models.qbo_connection"):
            self.connection._keep_alive()
        self.assertEqual(self.connection.suspend_reason, "vault")
        os.environ.pop("QUICKBOOKS_ENCRYPTION_KEY")
        self.connection.with_user(self.administrator).action_test_connection()
        self.assertEqual(self.connection.state, "connected")

    def test_people_are_told_in_their_language(self):
        for problem in VAULT_PROBLEMS:
            error = VaultError(problem, "the place")
            text = self.env["qbo.vault"]._describe_error(error)
            self.assertEqual(text, str(error), "Both texts have to say the same")
        self.set_key("too short")
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.env["qbo.vault"].with_context(lang="fr_FR")
        self.patch(
            type(code_translations),
            "get_python_translations",
            lambda *_arguments: {VAULT_PROBLEMS["short"]: "%(place)s : trop courte."},
        )
        with self.assertRaises(VaultError) as caught:
            french._get_vault()
        self.assertEqual(
            french._describe_error(caught.exception),
            "QUICKBOOKS_ENCRYPTION_KEY : trop courte.",
        )

    def test_key_rotation(self):
        self.set_key("the old key of this test that is long enough")
        self.connection.client_secret_input = CLIENT_SECRET
        self.connection.verifier_token_input = VERIFIER_TOKEN
        self.env.flush_all()
        self.connect()
        old = self.get_grant().refresh_token_encrypted
        self.set_key(
            "the new key of this test that is long enough,"
            "the old key of this test that is long enough"
        )
        self.env.ref("quickbooks_online.ir_cron_qbo_clocks").method_direct_trigger()
        self.env.invalidate_all()
        self.assertNotEqual(self.get_grant().refresh_token_encrypted, old)
        self.set_key("the new key of this test that is long enough")
        self.get_secrets()
        self.read_company()

    def test_copied_database_reads_no_secret(self):
        self.connect()
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("database.uuid", "11111111-2222-3333-4444-555555555555")
        self.env.flush_all()
        with self.fails(VaultError):
            self.read_company()

    def test_neutralized_copy_has_nothing_left(self):
        self.connect()
        script = pathlib.Path(__file__).parent.parent / "data" / "neutralize.sql"
        self.env.flush_all()
        self.env.cr.execute(script.read_text())
        self.env.invalidate_all()
        self.assertFalse(self.get_grant())
        self.assertEqual(self.connection.state, "disconnected")
        self.assertFalse(self.connection.has_client_secret)
        self.assertFalse(self.connection.has_verifier_token)
        self.control("DELETE", "requests")
        for name in ("tokens", "references", "clocks"):
            self.env.ref(
                f"quickbooks_online.ir_cron_qbo_{name}"
            ).method_direct_trigger()
        self.assertFalse(self.control("GET", "requests")["requests"])
        self.assertTrue(
            any(grant["alive"] for grant in self.control("GET", "grants")["grants"]),
            "The original must stay connected",
        )

    def test_neutralized_copy_refuses_production(self):
        self.connect()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "True")
        self.read_company()
        self.connection.sudo().realm_id = False
        self.connection.environment = "production"
        with self.assertRaisesRegex(UserError, "neutralized"):
            self.read_company()
