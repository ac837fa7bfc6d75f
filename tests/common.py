import os
import re
from contextlib import contextmanager
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import requests

from odoo.tests import TransactionCase

from ..simulator import create_app
from ..simulator.transport import SimulatorAdapter

US_REALM = "9341450000000001"
GB_REALM = "9341450000000003"
PRODUCTION_REALM = "9341450000000101"
CLIENT_ID = "simulator-development-client"
CLIENT_SECRET = "simulator-development-secret"
VERIFIER_TOKEN = "simulator-verifier-token"


class IntuitMixin:
    """Answers Intuit's hosts from a simulator of its own, in process."""

    @classmethod
    def setUpClass(cls):
        cls.intuit = create_app(seed="demo", limits=False)
        cls.intuit_adapter = SimulatorAdapter(cls.intuit)
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.control("POST", "reset")
        self.control("POST", "limits", enabled=False)

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        host = urlsplit(request.url).hostname or ""
        stand_in = os.environ.get("QUICKBOOKS_ONLINE_BASE_URL")
        if f".{host}".endswith(".intuit.com") or (
            stand_in and request.url.startswith(stand_in)
        ):
            return cls.intuit_adapter.send(request, timeout=options.get("timeout"))
        return super()._request_handler(session, request, **options)

    # === THE SIMULATOR'S CONTROL API === #

    def control(self, method, path, **values):
        """Call the control API; return its JSON."""
        request = requests.Request(
            method,
            f"http://simulator.test/_sim/{path}",
            json=values if method == "POST" else None,
            params=values if method != "POST" else None,
        )
        response = self.intuit_adapter.send(request.prepare())
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def get_calls(self, path=""):
        """Return the calls Intuit received whose path contains ``path``."""
        return [
            call
            for call in self.control("GET", "requests")["requests"]
            if path in call["path"]
        ]

    def inject(self, path, **fault):
        """Let calls to ``path`` (a regular expression) meet a fault."""
        match = {key: fault.pop(key) for key in ("times", "nth") if key in fault}
        self.control("POST", "faults", match={"path": path, **match}, action=fault)

    # === A BROWSER THAT CONSENTS === #

    def consent(self, authorize_url, realm_id=US_REALM, decision="connect"):
        """Click through Intuit's page; return the query Intuit sends back.

        :rtype: dict[str, str]
        """
        page = self.intuit_adapter.send(
            requests.Request("GET", authorize_url).prepare()
        )
        self.assertEqual(page.status_code, 200, page.text)
        hidden = dict(
            re.findall(
                r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text
            )
        )
        answer = self.intuit_adapter.send(
            requests.Request(
                "POST",
                authorize_url.partition("?")[0],
                data={**hidden, "realm_id": realm_id, "decision": decision},
            ).prepare()
        )
        self.assertEqual(answer.status_code, 302, answer.text)
        query = urlsplit(answer.headers["Location"]).query
        return {name: values[0] for name, values in parse_qs(query).items()}


class ConnectionMixin(IntuitMixin):
    """Connections, and the people who work with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {
                "name": "Harbor Lights",
                "currency_id": cls.env.ref("base.USD").id,
                "country_id": cls.env.ref("base.us").id,
            }
        )
        cls.administrator = cls._create_user("administrator")
        cls.accountant = cls._create_user("accountant")
        cls.approver = cls._create_user("approver")
        cls.user = cls._create_user("user")
        cls.connection = cls._create_connection(cls.company)

    @classmethod
    def _create_user(cls, role, company=None):
        company = company or cls.company
        return cls.env["res.users"].create(
            {
                "name": f"The {role}",
                "login": f"qbo_{role}_{company.id}",
                "email": f"{role}@example.com",
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
                "group_ids": [
                    (4, cls.env.ref(f"quickbooks_online.group_qbo_{role}").id)
                ],
            }
        )

    @classmethod
    def _create_connection(cls, company, **values):
        return cls.env["qbo.connection"].create(
            {
                "company_id": company.id,
                "client_id": CLIENT_ID,
                "client_secret_input": CLIENT_SECRET,
                "verifier_token_input": VERIFIER_TOKEN,
                **values,
            }
        )

    def connect(self, connection=None, realm_id=US_REALM):
        """Connect as the administrator would, without the browser."""
        connection = (connection or self.connection).with_user(self.administrator)
        url = connection.action_connect()["url"]
        connection.env.flush_all()
        query = self.consent(url, realm_id)
        consumed = connection._consume_oauth_state(query["state"])
        self.assertEqual(consumed, connection)
        connection._complete_connection(query["code"], query["realmId"])
        self.env.invalidate_all()

    def read_company(self):
        """Make one call to Intuit, as a worker would."""
        company = self.connection._call(lambda client: client.get_company_info())
        self.env.invalidate_all()
        return company

    @contextmanager
    def fails(self, error_type):
        """Expect an error, and keep what was committed in transactions of their own.

        ``assertRaises`` would roll that back too: in a test they nest.
        """
        caught = SimpleNamespace(exception=None)
        try:
            yield caught
        except error_type as error:
            caught.exception = error
        self.env.invalidate_all()
        self.assertTrue(caught.exception, f"No {error_type} was raised")

    def migrate(self, script, former):
        """Run ``script`` of the migrations, as an upgrade from ``former`` does."""
        self.env.flush_all()
        path = Path(__file__).parents[1] / "migrations" / script
        run_path(str(path))["migrate"](self.env.cr, former)
        self.env.invalidate_all()

    def get_grant(self, connection=None):
        return (connection or self.connection).sudo().grant_ids


class QboCommon(ConnectionMixin, TransactionCase):
    """For tests of models. Transactions of their own nest in the test's."""

    @classmethod
    def default_env_context(cls):
        return {}

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.registry_enter_test_mode()
