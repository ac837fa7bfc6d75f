import logging
from contextlib import contextmanager
from urllib.parse import quote, urlencode, urlsplit

from odoo.tests import HttpCase, tagged

from .common import GB_REALM, US_REALM, ConnectionMixin

CALLBACK = "/quickbooks_online/oauth/callback"


@tagged("post_install", "-at_install")
class TestOAuthPages(ConnectionMixin, HttpCase):
    """What the browser of the person who connects gets to see."""

    def setUp(self):
        super().setUp()
        for user in self.administrator + self.accountant:
            user.password = f"password of {user.login}"
        self.login(self.administrator)

    def login(self, user):
        self.authenticate(user.login, f"password of {user.login}")

    def start(self):
        url = self.connection.with_user(self.administrator).action_connect()["url"]
        self.env.flush_all()
        return url

    def come_back(self, **query):
        return self.url_open(f"{CALLBACK}?{urlencode(query)}", allow_redirects=False)

    def assertNothingChanged(self):
        self.env.invalidate_all()
        self.assertEqual(self.connection.state, "draft")
        self.assertFalse(self.connection.realm_id)
        self.assertFalse(self.get_grant())

    # === THE WAY IT SHOULD GO === #

    def test_connect(self):
        response = self.come_back(**self.consent(self.start()))
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].endswith(f"/{self.connection.id}"))
        self.env.invalidate_all()
        self.assertEqual(self.connection.state, "connected")
        self.assertEqual(self.connection.connected_by_id, self.administrator)
        page = self.url_open(response.headers["Location"])
        self.assertEqual(page.status_code, 200)

    def test_connection_of_a_company_the_browser_does_not_show(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.administrator.company_ids += company
        connection = self._create_connection(company)
        url = connection.with_user(self.administrator).action_connect()["url"]
        self.env.flush_all()
        self.come_back(**self.consent(url, GB_REALM))
        self.env.invalidate_all()
        self.assertEqual(connection.state, "connected")

    # === WHAT ELSE MAY COME BACK === #

    def test_cancelled(self):
        response = self.come_back(**self.consent(self.start(), decision="cancel"))
        self.assertEqual(response.status_code, 200)
        self.assertIn("You cancelled", response.text)
        self.assertNothingChanged()

    def test_forged_state(self):
        query = self.consent(self.start())
        response = self.come_back(**query | {"state": "forged"})
        self.assertEqual(response.status_code, 400)
        self.assertIn("not valid", response.text)
        self.assertIn("click", response.text)
        self.assertNothingChanged()
        self.assertFalse(self.get_calls("/tokens/bearer"))

    def test_no_state_at_all(self):
        self.assertEqual(self.come_back().status_code, 400)
        self.assertNothingChanged()

    def test_replayed(self):
        query = self.consent(self.start())
        self.come_back(**query)
        self.control("DELETE", "requests")
        response = self.come_back(**query)
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self.control("GET", "requests")["requests"])
        self.env.invalidate_all()
        self.assertEqual(self.connection.state, "connected")

    def test_another_users_state(self):
        query = self.consent(self.start())
        second = self.administrator.copy(
            {"login": "second", "email": "second@example.com"}
        )
        second.password = "password of second"
        self.login(second)
        self.assertEqual(self.come_back(**query).status_code, 400)
        self.assertNothingChanged()

    def test_without_the_group(self):
        query = self.consent(self.start())
        self.login(self.accountant)
        response = self.come_back(**query)
        self.assertEqual(response.status_code, 403)
        self.assertNothingChanged()

    def test_not_logged_in(self):
        self.logout()
        response = self.come_back(state="x", code="y")
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])

    def test_missing_realm(self):
        query = self.consent(self.start())
        del query["realmId"]
        response = self.come_back(**query)
        self.assertEqual(response.status_code, 409)
        self.assertIn("which QuickBooks company", response.text)
        self.assertNothingChanged()

    def test_realm_that_is_none(self):
        for realm_id in ("²", "٣", "9" * 5000, "../1", "1 OR 1"):
            with self.subTest(realm_id[:10]):
                query = self.consent(self.start())
                response = self.come_back(**query | {"realmId": realm_id})
                self.assertEqual(response.status_code, 409)
                self.assertIn("which QuickBooks company", response.text)
                self.assertNothingChanged()
        self.assertFalse(self.get_calls("/tokens/bearer"))

    def test_missing_code(self):
        query = self.consent(self.start())
        del query["code"]
        response = self.come_back(**query)
        self.assertEqual(response.status_code, 409)
        self.assertIn("did not send the code", response.text)
        self.assertNothingChanged()

    def test_another_realm_than_before(self):
        self.come_back(**self.consent(self.start()))
        response = self.come_back(**self.consent(self.start(), GB_REALM))
        self.assertEqual(response.status_code, 409)
        self.assertIn(US_REALM, response.text)
        self.assertIn("sever", response.text)
        self.env.invalidate_all()
        self.assertEqual(self.connection.realm_id, US_REALM)
        self.assertEqual(self.connection.state, "connected")

    def test_realm_of_another_company(self):
        self.come_back(**self.consent(self.start()))
        company = self.env["res.company"].create({"name": "Second"})
        self.administrator.company_ids += company
        connection = self._create_connection(company)
        url = connection.with_user(self.administrator).action_connect()["url"]
        self.env.flush_all()
        response = self.come_back(**self.consent(url))
        self.assertEqual(response.status_code, 409)
        self.assertIn("belongs to another company", response.text)
        self.env.invalidate_all()
        self.assertEqual(connection.state, "draft")

    def test_code_intuit_does_not_know(self):
        query = self.consent(self.start())
        response = self.come_back(**query | {"code": "unknown-code-of-this-test"})
        self.assertEqual(response.status_code, 502)
        self.assertNotIn("unknown-code-of-this-test", response.text)
        self.assertNothingChanged()

    def test_wrong_client_secret(self):
        query = self.consent(self.start())
        self.connection.client_secret_input = "not-the-secret"
        self.env.flush_all()
        response = self.come_back(**query)
        self.assertEqual(response.status_code, 502)
        self.assertIn("does not accept the client id and secret", response.text)
        self.assertNotIn("suspended", response.text)
        self.assertNothingChanged()

    def test_intuit_is_out(self):
        query = self.consent(self.start())
        self.inject("/oauth2/v1/tokens/bearer", status=500, body="<html>down</html>")
        response = self.come_back(**query)
        self.assertEqual(response.status_code, 502)
        self.assertIn("Not connected", response.text)
        self.assertNothingChanged()

    def test_company_that_does_not_answer(self):
        query = self.consent(self.start())
        self.inject("/companyinfo", times=1, fault="3100")
        response = self.come_back(**query)
        self.assertEqual(response.status_code, 502)
        self.assertIn("refuses access", response.text)
        self.assertNotIn("suspended", response.text)
        self.assertNothingChanged()
        self.assertFalse(
            any(grant["alive"] for grant in self.control("GET", "grants")["grants"])
        )

    def test_error_text_is_escaped(self):
        query = self.consent(self.start())
        response = self.come_back(state=query["state"], error="<script>alert(1)")
        self.assertNotIn("<script>alert(1)", response.text)

    # === RECONNECT URL === #

    def test_reconnect_url_leads_to_intuit(self):
        self.come_back(**self.consent(self.start()))
        response = self.url_open(
            f"/quickbooks_online/reconnect?realmId={US_REALM}", allow_redirects=False
        )
        self.assertEqual(response.status_code, 303)
        location = urlsplit(response.headers["Location"])
        self.assertEqual(location.hostname, "appcenter.intuit.com")
        response = self.come_back(**self.consent(response.headers["Location"]))
        self.assertEqual(response.status_code, 303)

    def test_reconnect_url_of_an_unknown_realm(self):
        response = self.url_open(
            "/quickbooks_online/reconnect?realmId=1", allow_redirects=False
        )
        self.assertIn("qbo_connection_action", response.headers["Location"])

    def test_reconnect_url_needs_the_group(self):
        self.come_back(**self.consent(self.start()))
        self.login(self.accountant)
        response = self.url_open(f"/quickbooks_online/reconnect?realmId={US_REALM}")
        self.assertEqual(response.status_code, 403)

    # === LOGS === #

    @contextmanager
    def record_logs(self):
        """Yield the lines the server logs meanwhile, at DEBUG level."""
        lines = []
        handler = logging.Handler(logging.DEBUG)
        handler.emit = lambda record: lines.append(record.getMessage())
        # What the test itself logs as the browser is not the server's doing.
        handler.addFilter(lambda record: not record.name.startswith("urllib3"))
        loggers = [
            logging.getLogger(name)
            for name in ("", "werkzeug", "odoo.http", "odoo.service.model")
        ]
        levels = [logger.level for logger in loggers]
        loggers[0].addHandler(handler)
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
        try:
            yield lines
        finally:
            loggers[0].removeHandler(handler)
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)

    def test_logs_hold_no_code_after_the_session_ended(self):
        query = self.consent(self.start())
        self.logout()
        with self.record_logs() as lines:
            self.url_open(f"{CALLBACK}?{urlencode(query)}")
        text = "\n".join(lines)
        self.assertIn("/web/login?redirect=", text)
        for name in ("code", "state"):
            self.assertNotIn(query[name], text)
            self.assertNotIn(quote(query[name], safe=""), text)

    def test_logs_hold_no_code_and_no_secret(self):
        with self.record_logs() as lines:
            query = self.consent(self.start())
            self.come_back(**query)
            self.make_jsonrpc_request(
                "/web/dataset/call_kw/qbo.connection/web_save",
                {
                    "model": "qbo.connection",
                    "method": "web_save",
                    "args": [
                        self.connection.ids,
                        {
                            "client_secret_input": 'it\'s typed "now"',
                            "verifier_token_input": "typed-as-well",
                        },
                    ],
                    "kwargs": {"specification": {"client_secret_input": {}}},
                },
            )
        text = "\n".join(lines)
        self.assertIn(CALLBACK, text)
        self.assertIn("web_save", text)
        for secret in (query["code"], 'typed "now', "typed-as-well"):
            self.assertNotIn(secret, text)
