"""The control API: what it shows, what it changes, how it refuses."""

from dataclasses import fields
from pathlib import Path

import pytest
from conftest import ACCOUNTING, DEVELOPMENT_KEYS, GB, PRODUCTION, PRODUCTION_KEYS, US

from simulator.control import VERBS
from simulator.entities.settings import SWITCH_CHOICES
from simulator.injection import ACTION_KEYS, MATCH_KEYS
from simulator.settings import PlatformSwitches
from simulator.switches import Switches
from simulator.webhooks import Behaviour

# --- calls ---


def test_requests_show_bodies_but_shorten_credentials(client, token):
    client.create("customer", {"DisplayName": "Shown"}, token)
    entry = client.control("GET", "requests").json()["requests"][-1]
    assert entry["method"] == "POST"
    assert entry["path"] == f"/v3/company/{US}/customer"
    assert "Shown" in entry["body"]
    assert "Shown" in entry["answer"]
    assert (entry["entity"], entry["operation"]) == ("customer", "create")
    assert (entry["realm"], entry["status"]) == (US, 200)
    assert entry["tid"]
    assert token not in entry["headers"]["Authorization"]
    assert entry["headers"]["Authorization"] == f"Bearer …{token[-6:]}"


def test_requests_can_be_narrowed_and_forgotten(client, token):
    client.create("customer", {"DisplayName": "Narrow"}, token)
    client.company_info(token)

    def count(filters):
        return len(client.control("GET", f"requests?{filters}").json()["requests"])

    assert count("operation=create") == 1
    assert count("entity=customer&operation=create") == 1
    assert count("operation=exchange") == 1
    assert count("status=401") == 0
    assert count(f"realm={US}") == 2
    assert count("path=companyinfo") == 1
    assert count("limit=1") == 1
    assert client.control("DELETE", "requests").json() == {"requests": []}
    assert count("limit=9") == 0


def test_control_calls_are_not_recorded(client):
    client.control("GET", "clock")
    assert client.control("GET", "requests").json() == {"requests": []}


def test_journal_is_bounded(client, token, monkeypatch):
    monkeypatch.setattr("simulator.journal.MAXIMUM_BYTES", 20_000)
    for _ in range(40):
        client.company_info(token)
    entries = client.control("GET", "requests").json()["requests"]
    assert 1 < len(entries) < 20
    assert entries[-1]["number"] == 43


# --- companies ---


def test_companies_are_listed(client):
    companies = client.control("GET", "company").json()["companies"]
    assert [(c["realm"][-3:], c["country"], c["environment"]) for c in companies] == [
        ("001", "US", "sandbox"),
        ("002", "US", "sandbox"),
        ("003", "GB", "sandbox"),
        ("004", "CA", "sandbox"),
        ("005", "AU", "sandbox"),
        ("006", "FR", "sandbox"),
        ("101", "US", "production"),
    ]


def test_objects(client, token):
    created = client.create("customer", {"DisplayName": "Listed"}, token).json()
    objects = client.control("GET", f"objects/{US}/Customer").json()["objects"]
    assert created["Customer"]["Id"] in [each["Id"] for each in objects]


def test_subscription_status_makes_a_company_read_only(client, token):
    answer = client.control("POST", f"company/{US}", {"subscription_status": "EXPIRED"})
    assert answer.json()["subscription_status"] == "EXPIRED"
    refused = client.create("customer", {"DisplayName": "Late"}, token)
    assert refused.json()["Fault"]["Error"][0]["code"] == "6190"
    assert client.company_info(token).status_code == 200


def test_company_can_be_added(client):
    answer = client.control("POST", "company/9341450000000777", {"profile": "gb"})
    assert answer.json()["country"] == "GB"
    tokens = client.connect("9341450000000777")
    info = client.company_info(tokens["access_token"], "9341450000000777")
    assert info.status_code == 200
    again = client.control("POST", "company/9341450000000777", {"profile": "gb"})
    assert again.status_code == 400


def test_act_of_a_bookkeeper(client, token):
    created = client.create("customer", {"DisplayName": "Before"}, token).json()
    customer = created["Customer"]
    answer = client.control(
        "POST",
        "act",
        {
            "realm": US,
            "operation": "rename",
            "entity": "Customer",
            "id": customer["Id"],
            "values": {"name": "After"},
        },
    )
    assert answer.status_code == 200, answer.text
    read = client.api("GET", f"customer/{customer['Id']}", token).json()["Customer"]
    assert read["DisplayName"] == "After"
    assert int(read["SyncToken"]) == int(customer["SyncToken"]) + 1


# --- time ---


def test_clock_advances(client):
    before = client.control("GET", "clock").json()
    assert before["now"] == "2026-11-22T18:00:00+00:00"
    assert before["pacific"] == "2026-11-22T10:00:00-08:00"
    after = client.control("POST", "clock", {"days": 1, "hours": 2, "seconds": 3})
    assert after.json()["now"] == "2026-11-23T20:00:03+00:00"


# --- apps and grants ---


def test_apps_can_be_registered_and_changed(client):
    app = {"client_id": "other", "client_secret": "hidden", "name": "Other & Co"}
    assert client.control("POST", "apps", app).json()["environment"] == "sandbox"
    page = client.open_consent(client_id="other")
    assert "Other &amp; Co" in page.text
    client.control("POST", "apps", {"client_id": "other", "name": "Renamed"})
    assert "Renamed" in client.open_consent(client_id="other").text
    code = client.consent(client_id="other")["code"]
    assert client.exchange(code, keys=("other", "hidden")).status_code == 200


def test_grant_without_the_pages(client):
    tokens = client.control(
        "POST", "grants", {"action": "authorize", "realm": GB}
    ).json()
    assert client.company_info(tokens["access_token"], GB).status_code == 200
    assert client.refresh(tokens["refresh_token"]).status_code == 200
    (grant,) = client.control("GET", "grants").json()["grants"]
    assert grant["scopes"] == [ACCOUNTING]
    assert (grant["realm"], grant["alive"], grant["refreshes"]) == (GB, True, 1)


def test_grants_respect_the_environment(client):
    body = {"action": "authorize", "realm": PRODUCTION}
    assert client.control("POST", "grants", body).status_code == 400
    body["client_id"] = PRODUCTION_KEYS[0]
    assert client.control("POST", "grants", body).status_code == 200


# --- switches and reset ---


def test_switches(client):
    switches = client.control("GET", "switches").json()
    assert switches["rotation"] == "daily"
    switches = client.control("POST", "switches", {"rotation": "always"}).json()
    assert switches["rotation"] == "always"
    refused = client.control("POST", "switches", {"rotation": "daily", "x": 1})
    assert refused.status_code == 400
    assert client.control("GET", "switches").json()["rotation"] == "always"


def test_reset(client, token):
    client.create("customer", {"DisplayName": "Gone"}, token)
    client.inject({"status": 500})
    client.control("POST", "switches", {"rotation": "always"})
    client.control("POST", "webhooks", {"url": "http://localhost/"})
    answer = client.control("POST", "reset")
    assert US in answer.json()["companies"]
    assert client.control("GET", "switches").json()["rotation"] == "daily"
    assert client.control("GET", "faults").json() == {"faults": []}
    assert client.control("GET", "requests").json() == {"requests": []}
    assert client.control("GET", "webhooks").json() == {"endpoints": []}
    assert client.company_info(token).status_code == 401
    objects = client.control("GET", f"objects/{US}/Customer").json()["objects"]
    assert "Gone" not in [each["DisplayName"] for each in objects]


def test_overview_page(client):
    page = client.control("GET", "")
    assert page.status_code == 200
    assert "text/html" in page.headers["Content-Type"]
    for words in (US, DEVELOPMENT_KEYS[0], "/_sim/requests", "/_sim/reset"):
        assert words in page.text


def test_readme_describes_every_call_and_switch():
    text = (Path(__file__).parents[1] / "README.md").read_text()
    switches = [*fields(PlatformSwitches), *fields(Switches), *fields(Behaviour)]
    words = [field.name for field in switches] + [*MATCH_KEYS, *ACTION_KEYS]
    assert [word for word in words if f"`{word}`" not in text] == []
    paths = {verb.split()[1].split("<")[0].rstrip("/") for verb, _ in VERBS}
    assert [path for path in paths if path not in text] == []


# --- refusals ---


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "nothing", None, 404, "nothing"),
        ("PUT", "clock", None, 405, "GET or POST"),
        ("POST", "", None, 405, "GET"),
        ("GET", "objects/1/Customer", None, 404, "realm 1"),
        ("GET", f"objects/{US}", None, 404, "Entity"),
        ("GET", f"objects/{US}/Nothing", None, 400, "entity"),
        ("GET", "requests?who=me", None, 400, "who"),
        ("GET", "requests?limit=x", None, 400, "limit"),
        ("POST", "clock", {}, 400, "how far"),
        ("POST", "clock", {"seconds": -1}, 400, "seconds"),
        ("POST", "clock", {"seconds": "1"}, 400, "seconds"),
        ("POST", "clock", {"days": 10**9}, 400, "calendar"),
        ("POST", "clock", {"weeks": 1}, 400, "weeks"),
        ("POST", "apps", {"client_id": "x"}, 400, "client_secret"),
        ("POST", "apps", {"client_id": "x", "client_secret": "y",
                          "environment": "test"}, 400, "environment"),
        ("POST", "apps", {"client_id": "x", "client_secret": "y",
                          "redirect_uris": ["http://a.example.com"]}, 400, "https"),
        ("POST", "apps", {"client_id": "x", "client_secret": "y",
                          "redirect_uris": "http://localhost"}, 400, "list"),
        ("POST", "grants", {"action": "explode"}, 400, "action"),
        ("POST", "grants", {"action": "disconnect"}, 404, "realm None"),
        ("POST", "limits", {"per_second": 0}, 400, "per_second"),
        ("POST", "limits", {"enabled": 1}, 400, "enabled"),
        ("POST", "meter", {"cap": -1}, 400, "meter_cap"),
        ("POST", "meter", {"calls": "x"}, 400, "calls"),
        ("POST", "switches", {"rotation": "often"}, 400, "rotation"),
        ("POST", "webhooks", {"client_id": "nobody"}, 404, "nobody"),
        ("POST", "act", {}, 400, "realm"),
        ("POST", "act", {"realm": US}, 400, "entity"),
        ("POST", "act", {"realm": US, "entity": "Item"}, 400, "operation"),
        ("POST", "act", {"realm": US, "entity": "Item", "operation": "x"}, 400, "x"),
        ("POST", "act", {"realm": US, "entity": "Customer", "operation": "rename",
                         "id": "1"}, 400, "missing"),
        ("POST", "act", {"realm": US, "entity": "Customer", "operation": "rename",
                         "id": "99999", "values": {"name": "x"}}, 400, "610"),
        ("POST", "company/abc", {"profile": "us"}, 400, "digits"),
        ("POST", "company/77", {"profile": "mars"}, 400, "profile"),
        ("POST", f"company/{US}", {"nonsense": 1}, 400, "nonsense"),
        ("DELETE", "faults/7", None, 404, "7"),
    ],
)  # fmt: skip
def test_refusals_are_clear(client, method, path, body, status, words):
    answer = client.control(method, path, body)
    assert answer.status_code == status, answer.text
    assert words in answer.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        {"cap": 5, "calls": "x"},
        {"cap": 5, "calls": 1, "client_id": "nobody"},
        {"cap": 5, "calls": 1, "environment": "moon"},
        {"cap": -1, "calls": 1},
    ],
)
def test_a_refused_meter_changes_nothing(client, body):
    def state():
        rows = client.control("GET", "meter").json()["rows"]
        return rows, client.control("GET", "switches").json()["meter_cap"]

    before = state()
    assert client.control("POST", "meter", body).status_code in (400, 404)
    assert state() == before


@pytest.mark.parametrize("data", [b"{", b"[]", b"1", b'"x"', b"\xff", b"null"])
def test_bodies_that_are_no_object(client, data):
    answer = client.session.post("http://simulator.test/_sim/clock", data=data)
    assert answer.status_code == 400
    assert answer.json()["error"]


WRONG_SETTINGS = [
    ({"switches": 5}, "switches"),
    ({"switches": {"default_order": "random"}}, "default_order"),
    ({"switches": {"lenient_query": "yes"}}, "lenient_query"),
    ({"switches": {"display_name_maximum": "x"}}, "display_name_maximum"),
    ({"switches": {"batch_object_limit": -1}}, "batch_object_limit"),
    ({"switches": {"tax_rounding": []}}, "tax_rounding"),
    ({"preferences": 5}, "preferences"),
    ({"preferences": {"SalesFormsPrefs": 5}}, "SalesFormsPrefs"),
    ({"preferences": {"SalesFormsPrefs": {"AllowDiscount": 5}}}, "AllowDiscount"),
    ({"preferences": {"SalesFormsPrefs": {"CustomField": [5]}}}, "CustomField"),
    ({"preferences": {"CurrencyPrefs": {"HomeCurrency": 5}}}, "HomeCurrency"),
    ({"preferences": {"OtherPrefs": {"NameValue": 5}}}, "NameValue"),
    ({"preferences": {"ReportPrefs": {"ReportBasis": "Other"}}}, "ReportBasis"),
    ({"book_close_date": "x"}, "book_close_date"),
    ({"book_close_date": 5}, "book_close_date"),
    ({"subscription_status": "ASLEEP"}, "subscription_status"),
    ({"subscription_status": []}, "subscription_status"),
    ({"name": 5}, "name"),
    ({"name": ""}, "name"),
]


@pytest.mark.parametrize(("changes", "words"), WRONG_SETTINGS)
def test_wrong_settings_change_nothing(client, changes, words):
    company = client.simulator.companies[US]
    before = (company.preferences, company.switches, company.objects("CompanyInfo"))
    right = {"name": "Renamed", "switches": {"lenient_query": True}}
    answer = client.control("POST", f"company/{US}", {**right, **changes})
    assert answer.status_code == 400, answer.text
    assert words in answer.json()["error"]
    after = (company.preferences, company.switches, company.objects("CompanyInfo"))
    assert after == before


def test_a_company_with_wrong_settings_is_not_added(client):
    answer = client.control("POST", "company/77", {"profile": "us", "name": 5})
    assert answer.status_code == 400
    assert client.control("GET", "company/77").status_code == 404
    answer = client.control("POST", "company/77", {"profile": []})
    assert (answer.status_code, "profile" in answer.json()["error"]) == (400, True)


def test_choices_of_switches_are_those_of_their_descriptions():
    defaults = vars(Switches())
    texts = {name for name, value in defaults.items() if isinstance(value, str)}
    assert set(SWITCH_CHOICES) <= texts
    readme = Path(__file__).parents[1].joinpath("README.md").read_text()
    for name, choices in SWITCH_CHOICES.items():
        (row,) = [each for each in readme.splitlines() if f"| `{name}` |" in each]
        assert defaults[name] in choices
        assert all(f"`{choice}`" in row for choice in choices), name


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("webhooks", {"client_id": []}),
        ("apps", {"client_id": []}),
        ("apps", {"client_id": "x", "client_secret": "y", "environment": []}),
        ("apps", {"client_id": "x", "client_secret": "y", "name": 5}),
        ("meter", {"client_id": {}, "calls": 1}),
        ("grants", {"client_id": [], "realm": US, "action": "authorize"}),
        ("grants", {"client_id": [], "realm": US, "action": "disconnect"}),
        ("grants", {"action": [], "realm": US}),
        ("act", {"realm": US, "entity": []}),
    ],
)
def test_wrong_types_are_refused(client, path, body):
    before = client.control("GET", "apps").json()
    answer = client.control("POST", path, body)
    assert answer.status_code == 400, answer.text
    assert any(name in answer.json()["error"] for name in body)
    assert client.control("GET", "apps").json() == before


def test_endless_brackets_are_answered_and_recorded(client, token):
    body = b"[" * 100_000
    answer = client.session.post("http://simulator.test/_sim/clock", data=body)
    assert answer.status_code == 400
    headers = {"Content-Type": "application/json"}
    answer = client.api("POST", "customer", token, data=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["Fault"]["Error"][0]["code"] == "2010"
    (entry,) = client.control("GET", "requests?entity=customer").json()["requests"]
    assert (entry["status"], entry["operation"]) == (400, "create")
