"""Fixtures for the simulator's own tests; helpers are in `SimulatedClient`."""

import re
import threading
from datetime import datetime, timezone
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from simulator import create_app
from simulator.clock import Clock
from simulator.server import SimulatorServer
from simulator.transport import SimulatorAdapter

US = "9341450000000001"
GB = "9341450000000003"
PRODUCTION = "9341450000000101"
DEVELOPMENT_KEYS = ("simulator-development-client", "simulator-development-secret")
PRODUCTION_KEYS = ("simulator-production-client", "simulator-production-secret")
CALLBACK = "http://localhost:8069/quickbooks_online/oauth/callback"
PRODUCTION_CALLBACK = "https://odoo.example.com/quickbooks_online/oauth/callback"
ACCOUNTING = "com.intuit.quickbooks.accounting"
INTUIT = SimpleNamespace(
    authorize="https://appcenter.intuit.com/connect/oauth2",
    token="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
    revoke="https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
    userinfo="https://sandbox-accounts.platform.intuit.com/v1/openid_connect/userinfo",
    sandbox="https://sandbox-quickbooks.api.intuit.com",
    production="https://quickbooks.api.intuit.com",
)


class SimulatedClient:
    """A browser and an API client that talk to one simulator in process."""

    def __init__(self, app):
        self.app = app
        self.simulator = app.simulator
        self.session = requests.Session()
        self.session.mount("https://", SimulatorAdapter(app))
        self.session.mount("http://", SimulatorAdapter(app))

    # --- consent ---

    def parameters(self, **changes):
        """Authorization parameters; None leaves one out."""
        parameters = {
            "client_id": DEVELOPMENT_KEYS[0],
            "response_type": "code",
            "scope": ACCOUNTING,
            "redirect_uri": CALLBACK,
            "state": "state-1",
            **changes,
        }
        return {k: v for k, v in parameters.items() if v is not None}

    def open_consent(self, **changes):
        return self.session.get(
            INTUIT.authorize,
            params=self.parameters(**changes),
            allow_redirects=False,
        )

    def submit_consent(self, page, decision="connect", realm_id=None):
        """Press a button of the consent page as a browser does."""
        fields = {
            unescape(name): unescape(value)
            for name, value in re.findall(
                r'type="hidden" name="([^"]*)" value="([^"]*)"', page.text
            )
        }
        if realm_id:
            fields["realm_id"] = realm_id
        return self.session.post(
            INTUIT.authorize,
            data={**fields, "decision": decision},
            allow_redirects=False,
        )

    def consent(self, realm_id=US, **changes):
        """Walk through the page; return what the callback would get."""
        page = self.open_consent(**changes)
        assert page.status_code == 200, page.text
        return callback_of(self.submit_consent(page, realm_id=realm_id))

    # --- tokens ---

    def token_call(self, form, keys=DEVELOPMENT_KEYS, **kwargs):
        return self.session.post(
            INTUIT.token,
            data=form,
            auth=keys,
            headers={"Accept": "application/json", **kwargs.pop("headers", {})},
            **kwargs,
        )

    def exchange(self, code, redirect_uri=CALLBACK, **kwargs):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
        }
        return self.token_call(form, **kwargs)

    def refresh(self, refresh_token, **kwargs):
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.token_call(form, **kwargs)

    def revoke(self, token, keys=DEVELOPMENT_KEYS):
        return self.session.post(INTUIT.revoke, json={"token": token}, auth=keys)

    def connect(self, realm_id=US, **changes):
        """Consent and exchange; return the token endpoint's body."""
        answer = self.exchange(self.consent(realm_id, **changes)["code"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    # --- the accounting API and the control API ---

    def api(self, method, path, token, realm_id=US, host=INTUIT.sandbox, **kwargs):
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            **kwargs.pop("headers", {}),
        }
        url = f"{host}/v3/company/{realm_id}/{path}"
        return self.session.request(method, url, headers=headers, **kwargs)

    def company_info(self, token, realm_id=US, **kwargs):
        return self.api("GET", f"companyinfo/{realm_id}", token, realm_id, **kwargs)

    def create(self, entity, payload, token, **kwargs):
        return self.api("POST", entity, token, json=payload, **kwargs)

    def control(self, method, path, payload=None, **kwargs):
        url = f"http://simulator.test/_sim/{path}"
        return self.session.request(method, url, json=payload, **kwargs)

    def inject(self, action, **match):
        answer = self.control("POST", "faults", {"match": match, "action": action})
        assert answer.status_code == 200, answer.text
        return answer.json()


class PlainDirectory:
    """Collects the simulator's own directory as a directory, not as a package.

    As a package it would be imported below the addon at the repository's root, which
    needs Odoo.
    """

    @pytest.hookimpl(tryfirst=True)
    def pytest_collect_directory(self, path, parent):
        if path == Path(__file__).parents[1]:
            return pytest.Dir.from_parent(parent, path=path)
        return None


def pytest_configure(config):
    config.pluginmanager.register(PlainDirectory())


def callback_of(answer):
    """Return the arguments a redirect hands to the callback."""
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


@pytest.fixture
def clock():
    return Clock(datetime(2026, 11, 22, 18, 0, 0, tzinfo=timezone.utc), frozen=True)


@pytest.fixture
def client(clock):
    return SimulatedClient(create_app(clock=clock, limits=False))


@pytest.fixture
def simulator(client):
    return client.simulator


@pytest.fixture
def token(client):
    """The access token of a connection to the US company."""
    return client.connect()["access_token"]


@pytest.fixture
def served():
    """A simulator behind a real socket on a free port, without limits."""
    app = create_app(limits=False)
    server = SimulatorServer(app, 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield SimpleNamespace(url=server.url, app=app, simulator=app.simulator)
    server.shutdown()
    server.server_close()
    thread.join()
