"""OAuth and the client against the simulated Intuit, in process."""

import re
from datetime import datetime, timedelta, timezone
from html import unescape
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from quickbooks_online import exceptions
from quickbooks_online.tools import governor
from quickbooks_online.tools.client import QboClient
from quickbooks_online.tools.endpoints import get_endpoints
from quickbooks_online.tools.oauth import OAuthClient, build_authorize_url
from quickbooks_online.tools.selects import quote, quote_list

from simulator import create_app
from simulator.clock import Clock
from simulator.limits import LimitKeeper
from simulator.transport import SimulatorAdapter

REALM = "9341450000000001"
KEYS = ("simulator-development-client", "simulator-development-secret")
CALLBACK = "http://localhost:8069/quickbooks_online/oauth/callback"
ENDPOINTS = get_endpoints("sandbox", {})
START = datetime(2026, 11, 22, 18, 0, 0, tzinfo=timezone.utc)


class Intuit:
    """The simulator, a person in front of it, and our tools on it."""

    def __init__(self, limits=False):
        self.clock = Clock(START, frozen=True)
        self.app = create_app(clock=self.clock, limits=limits)
        self.adapter = SimulatorAdapter(self.app)
        self.session = requests.Session()
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, self.adapter)
        self.calls = []

    def build_oauth(self, keys=KEYS):
        """Our OAuth client, on the simulator's clock."""
        return OAuthClient(
            ENDPOINTS,
            *keys,
            CALLBACK,
            now=lambda: self.clock.now().replace(tzinfo=None),
            adapter=self.adapter,
        )

    def consent(self, state="state-1"):
        """Press Connect on the page that our URL opens; the callback's values."""
        url = build_authorize_url(ENDPOINTS, KEYS[0], CALLBACK, state)
        page = self.session.get(url)
        fields = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page.text)
        form = {unescape(name): unescape(value) for name, value in fields}
        form.update(realm_id=REALM, decision="connect")
        answer = self.session.post(
            ENDPOINTS.authorize, data=form, allow_redirects=False
        )
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        return SimpleNamespace(**{name: value for name, (value,) in query.items()})

    def connect(self):
        """Tokens of a connection."""
        given = self.consent()
        return self.build_oauth().exchange(given.code, given.realmId)

    def build_client(self, tokens=None, **options):
        """Our client on the connection."""
        return QboClient.create(
            ENDPOINTS,
            REALM,
            "sandbox",
            (tokens or self.connect()).access_token,
            adapter=self.adapter,
            on_call=self.calls.append,
            **options,
        )

    def inject(self, action, **match):
        """Let the next matching call go wrong."""
        url = "http://simulator.test/_sim/faults"
        answer = self.session.post(url, json={"match": match, "action": action})
        assert answer.status_code == 200, answer.text


@pytest.fixture
def intuit():
    return Intuit()


@pytest.fixture
def client(intuit):
    return intuit.build_client()


class TestOAuth:
    def test_consent_and_exchange(self, intuit):
        given = intuit.consent(state="s &=é")
        assert (given.state, given.realmId) == ("s &=é", REALM)
        tokens = intuit.build_oauth().exchange(given.code, given.realmId)
        now = START.replace(tzinfo=None)
        assert tokens.access_expires_at == now + timedelta(hours=1)
        assert tokens.refresh_expires_at == now + timedelta(days=100)
        assert now + timedelta(days=1800) < tokens.hard_expires_at
        with pytest.raises(exceptions.QboGrantError):
            intuit.build_oauth().exchange(given.code, given.realmId)

    def test_rotation(self, intuit):
        oauth, first = intuit.build_oauth(), intuit.connect()
        assert oauth.refresh(first.refresh_token).refresh_token == first.refresh_token
        intuit.clock.advance(25 * 3600)
        second = oauth.refresh(first.refresh_token)
        assert second.refresh_token != first.refresh_token
        assert second.hard_expires_at == first.hard_expires_at
        assert oauth.refresh(second.refresh_token).access_token

    def test_wrong_keys(self, intuit):
        tokens = intuit.connect()
        oauth = intuit.build_oauth((KEYS[0], "wrong"))
        with pytest.raises(exceptions.QboConfigurationError):
            oauth.refresh(tokens.refresh_token)
        assert intuit.build_oauth().refresh(tokens.refresh_token)

    def test_revoke(self, intuit):
        oauth, tokens = intuit.build_oauth(), intuit.connect()
        assert oauth.revoke(tokens.refresh_token)
        assert oauth.revoke(tokens.refresh_token)
        with pytest.raises(exceptions.QboGrantError):
            oauth.refresh(tokens.refresh_token)
        with pytest.raises(exceptions.QboUnauthorizedError) as caught:
            intuit.build_client(tokens).get_company_info()
        assert tokens.access_token not in str(caught.value)

    def test_an_hour_later(self, intuit):
        oauth, tokens = intuit.build_oauth(), intuit.connect()
        client = intuit.build_client(
            tokens,
            renew=lambda _token: oauth.refresh(tokens.refresh_token).access_token,
        )
        intuit.clock.advance(3601)
        assert client.get_company_info()["CompanyName"]
        assert [call.status for call in intuit.calls] == [401, 200]
        assert all(call.tid for call in intuit.calls)


class TestReading:
    def test_company(self, client):
        assert client.get_company_info()["Country"] in ("US", "USA")
        assert "AccountingInfoPrefs" in client.get_preferences()

    def test_every_customer_is_found_by_its_name(self, client):
        customers = client.query_all("Customer", "Active IN (true, false)", page_size=7)
        assert len(customers) == client.count("Customer", "Active IN (true, false)")
        assert len({each["Id"] for each in customers}) == len(customers)
        for customer in customers:
            name = customer["DisplayName"]
            where = f"DisplayName = {quote(name)} AND Active IN (true, false)"
            found = client.query(f"SELECT * FROM Customer WHERE {where}")
            assert customer["Id"] in [each["Id"] for each in found], name

    def test_by_ids(self, client):
        ids = [
            each["Id"] for each in client.query("SELECT Id FROM Account MAXRESULTS 5")
        ]
        select = f"SELECT * FROM Account WHERE Id IN {quote_list(ids)}"
        assert sorted(each["Id"] for each in client.query(select)) == sorted(ids)

    def test_several_lists_in_one_call(self, intuit, client):
        wanted = {name: (name, "") for name in ("Account", "Term", "TaxCode", "Item")}
        found = client.query_all_batch({**wanted, "odd": ("Custmoer", "")})
        assert all(len(found[name]) > 1 for name in wanted)
        assert found["odd"].kind == "bug"
        assert [call.path for call in intuit.calls] == ["/batch"]

    def test_lists_that_do_not_fit_one_answer(self, intuit, client):
        for name in ("Customer", "Vendor"):
            for start in range(0, 840, 30):
                items = [
                    {
                        "bId": str(number),
                        "operation": "create",
                        name: {"DisplayName": f"{name} number {number}"},
                    }
                    for number in range(start, start + 30)
                ]
                client.batch(items, f"{name}-{start}")
        wanted = {name: (name, "") for name in ("Customer", "Vendor", "Term", "Item")}
        found = client.query_all_batch(wanted)
        for name, objects in found.items():
            assert len(objects) == client.count(name), name

    def test_nothing_there(self, client):
        with pytest.raises(exceptions.QboRejectedError) as caught:
            client.read("Customer", "999999")
        assert caught.value.kind == "not_found"
        with pytest.raises(exceptions.QboRejectedError) as caught:
            client.query("SELECT * FROM Customer WHERE DisplayName = 'O'Brien'")
        assert caught.value.code == "4000"


class TestWriting:
    def test_life_of_a_customer(self, intuit, client):
        before = intuit.clock.now()
        name = "Zoë O'Brien \\ & Söhne 😀"
        made = client.create_entity("Customer", {"DisplayName": name}, "c-1")
        assert made["DisplayName"] == name
        assert client.create_entity("Customer", {"DisplayName": name}, "c-1") == made
        values = {"Id": made["Id"], "SyncToken": made["SyncToken"], "Notes": "x"}
        changed = client.update("Customer", values, "c-2")
        assert (changed["Notes"], changed["DisplayName"]) == ("x", name)
        with pytest.raises(exceptions.QboRejectedError) as caught:
            client.update("Customer", {**values, "Notes": "y"}, "c-3")
        assert caught.value.kind == "stale"
        with pytest.raises(exceptions.QboRejectedError) as caught:
            client.create_entity("Customer", {"DisplayName": name}, "c-4")
        assert caught.value.kind == "duplicate_name"
        changes = client.cdc(["Customer", "Vendor"], before - timedelta(minutes=1))
        assert made["Id"] in [each["Id"] for each in changes.objects["Customer"]]
        assert changes.time is not None

    def test_batch(self, intuit, client):
        items = [
            {
                "bId": f"i{number}",
                "operation": "create",
                "Customer": {"DisplayName": name},
            }
            for number, name in enumerate(["Batch A", "Batch B", "Batch A", "x:y"])
        ]
        outcomes = client.batch(items, "b-1")
        kinds = [each.error and each.error.kind for each in outcomes]
        assert kinds[:3] == [None, None, "duplicate_name"]
        assert kinds[3] is not None
        assert outcomes[0].payload["DisplayName"] == "Batch A"
        assert outcomes[2].error.tid == intuit.calls[0].tid

    def test_a_lost_answer_is_uncertain_and_the_replay_finds_it(self, intuit, client):
        intuit.inject({"drop": "after"}, method="POST", entity="Customer", times=1)
        values = {"DisplayName": "Lost and found"}
        with pytest.raises(exceptions.QboRetryableError) as caught:
            client.create_entity("Customer", values, "l-1")
        assert caught.value.uncertain
        made = client.create_entity("Customer", values, "l-1")
        select = "SELECT * FROM Customer WHERE DisplayName = 'Lost and found'"
        assert [each["Id"] for each in client.query(select)] == [made["Id"]]


class TestLimits:
    def test_throttled_without_a_governor(self):
        intuit = Intuit(limits=True)
        client = intuit.build_client()
        with pytest.raises(exceptions.QboThrottledError) as caught:
            for _number in range(30):
                client.get_preferences()
        assert caught.value.retry_after == 60
        assert intuit.calls[-1].status == 429

    def test_never_with_it(self):
        intuit = Intuit(limits=True)
        # The simulator's windows run in real time: let them run in its own.
        simulator = intuit.app.simulator
        simulator.limits = LimitKeeper(
            simulator.switches, now=lambda: intuit.clock.now().timestamp()
        )
        state = {}

        def take(kind):
            nonlocal state
            wait = True
            while wait:
                now = intuit.clock.now().timestamp()
                state, wait = governor.take(state, now, kind)
                intuit.clock.advance(wait)

        client = intuit.build_client(take=take)
        for _number in range(700):
            client.get_preferences()
        assert {call.status for call in intuit.calls} == {200}
        passed = (intuit.clock.now() - START).total_seconds()
        assert 700 / passed > 7.5
