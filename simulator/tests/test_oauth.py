"""Consent, codes, tokens: what Intuit's OAuth 2.0 accepts and what it refuses."""

import json
import threading

import pytest
from conftest import (
    ACCOUNTING,
    CALLBACK,
    DEVELOPMENT_KEYS,
    GB,
    INTUIT,
    PRODUCTION,
    PRODUCTION_CALLBACK,
    PRODUCTION_KEYS,
    US,
    callback_of,
)

HOUR = 3600
DAY = 24 * HOUR
DEAD_REFRESH = {
    "error_description": "Incorrect or invalid refresh token",
    "error": "invalid_grant",
}

# --- discovery ---


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(
    ("name", "accounts"),
    [
        ("openid_configuration", "accounts"),
        ("openid_sandbox_configuration", "sandbox-accounts"),
    ],
)
def test_discovery_names_intuits_urls(client, name, accounts, slash):
    document = client.session.get(
        f"https://developer.intuit.com/.well-known/{name}{slash}"
    ).json()
    assert document["authorization_endpoint"] == INTUIT.authorize
    assert document["token_endpoint"] == INTUIT.token
    assert document["revocation_endpoint"] == INTUIT.revoke
    assert document["issuer"] == "https://oauth.platform.intuit.com/op/v1"
    assert document["userinfo_endpoint"] == (
        f"https://{accounts}.platform.intuit.com/v1/openid_connect/userinfo"
    )


def test_discovery_below_a_base_url_stays_there(client):
    document = client.session.get(
        "http://127.0.0.1:9411/.well-known/openid_sandbox_configuration"
    ).json()
    urls = [value for value in document.values() if isinstance(value, str)]
    assert all(url.startswith("http://127.0.0.1:9411/") for url in urls)


# --- consent ---


def test_consent_page_offers_the_companies_of_the_environment(client):
    page = client.open_consent()
    assert "text/html" in page.headers["Content-Type"]
    assert page.headers["X-Frame-Options"] == "DENY"
    assert f'value="{US}"' in page.text
    assert f'value="{GB}"' in page.text
    assert PRODUCTION not in page.text


def test_user_with_one_company_sees_no_picker(client):
    page = client.open_consent(
        client_id=PRODUCTION_KEYS[0], redirect_uri=PRODUCTION_CALLBACK
    )
    assert "<select" not in page.text
    assert PRODUCTION in page.text


def test_connect_returns_code_state_and_realm(client):
    result = client.consent(GB, state="a b&c=ü")
    assert set(result) == {"code", "state", "realmId"}
    assert result["state"] == "a b&c=ü"
    assert result["realmId"] == GB
    assert len(result["code"]) <= 512


def test_cancel_returns_access_denied_and_nothing_else(client):
    answer = client.submit_consent(client.open_consent(), "cancel")
    assert callback_of(answer) == {"error": "access_denied", "state": "state-1"}


def test_query_of_the_redirect_uri_is_kept(client):
    client.control(
        "POST",
        "apps",
        {"client_id": DEVELOPMENT_KEYS[0], "redirect_uris": [f"{CALLBACK}?db=one"]},
    )
    result = client.consent(redirect_uri=f"{CALLBACK}?db=one")
    assert result["db"] == "one"
    assert result["code"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_id": None}, "client_id"),
        ({"client_id": "unknown"}, "client_id"),
        ({"redirect_uri": None}, "redirect_uri query parameter value is invalid"),
        ({"redirect_uri": CALLBACK.replace("localhost", "a.test")}, "redirect_uri"),
        ({"redirect_uri": "https://odoo.example.com/other"}, "redirect_uri"),
        ({"redirect_uri": f"{CALLBACK}#fragment"}, "redirect_uri"),
        ({"redirect_uri": "javascript:alert(1)"}, "redirect_uri"),
        ({"response_type": None}, "response_type"),
        ({"response_type": "token"}, "response_type"),
        ({"state": None}, "state"),
        ({"state": ""}, "state"),
    ],
)  # fmt: skip
def test_bad_request_ends_on_the_error_page_without_redirect(client, changes, words):
    answer = client.open_consent(**changes)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "there&#x27;s a connection problem" in answer.text or (
        "there's a connection problem" in answer.text
    )
    assert words in answer.text


def test_bad_request_is_refused_on_post_too(client):
    answer = client.session.post(
        INTUIT.authorize,
        data={
            **client.parameters(redirect_uri="https://evil.example.com/"),
            "realm_id": US,
            "decision": "connect",
        },
        allow_redirects=False,
    )
    assert answer.status_code == 400


def test_listed_redirect_uris_must_match_exactly(client):
    client.control(
        "POST",
        "apps",
        {"client_id": DEVELOPMENT_KEYS[0], "redirect_uris": [CALLBACK]},
    )
    assert client.open_consent().status_code == 200
    for almost in (f"{CALLBACK}/", f"{CALLBACK}?x=1", CALLBACK.upper()):
        assert client.open_consent(redirect_uri=almost).status_code == 400


def test_production_keys_demand_https(client):
    answer = client.open_consent(client_id=PRODUCTION_KEYS[0])
    assert answer.status_code == 400


@pytest.mark.parametrize("scope", [None, "", "com.intuit.quickbooks.unknown"])
def test_unknown_scope_is_told_to_the_callback(client, scope):
    answer = client.open_consent(scope=scope)
    assert callback_of(answer) == {"error": "invalid_scope", "state": "state-1"}


def test_company_of_the_other_environment_cannot_be_chosen(client):
    answer = client.submit_consent(client.open_consent(), realm_id=PRODUCTION)
    assert answer.status_code == 400


def test_page_escapes_what_it_is_given(client):
    page = client.open_consent(state='"><script>alert(1)</script>')
    assert "<script>" not in page.text


# --- exchange ---


def test_exchange_answers_in_intuits_shape(client):
    answer = client.exchange(client.consent()["code"])
    assert answer.status_code == 200
    assert list(answer.json()) == [
        "x_refresh_token_expires_in",
        "refresh_token",
        "access_token",
        "token_type",
        "expires_in",
    ]
    assert answer.json()["expires_in"] == 3600
    assert answer.json()["x_refresh_token_expires_in"] == 8_640_000
    assert answer.json()["token_type"] == "bearer"
    assert answer.headers["intuit_tid"]


def test_code_works_once_and_reuse_ends_the_grant(client):
    code = client.consent()["code"]
    tokens = client.exchange(code).json()
    again = client.exchange(code)
    assert (again.status_code, again.content) == (400, b'{"error":"invalid_grant"}')
    assert client.refresh(tokens["refresh_token"]).status_code == 400
    assert client.company_info(tokens["access_token"]).status_code == 401


def test_reuse_may_leave_the_grant_alone(client, simulator):
    simulator.switches.update({"code_reuse_kills_grant": False})
    code = client.consent()["code"]
    tokens = client.exchange(code).json()
    assert client.exchange(code).status_code == 400
    assert client.refresh(tokens["refresh_token"]).status_code == 200


def test_code_lives_ten_minutes(client, clock):
    first, second = client.consent()["code"], client.consent()["code"]
    clock.advance(599)
    assert client.exchange(first).status_code == 200
    clock.advance(1)
    assert client.exchange(second).json() == {"error": "invalid_grant"}


def test_code_belongs_to_its_redirect_uri_and_its_app(client):
    code = client.consent()["code"]
    other = client.exchange(code, redirect_uri=f"{CALLBACK}/other")
    assert other.json() == {"error": "invalid_grant"}
    assert client.exchange(code, keys=PRODUCTION_KEYS).status_code == 400
    assert client.exchange(code).status_code == 200


@pytest.mark.parametrize(
    ("keys", "headers"),
    [
        ((DEVELOPMENT_KEYS[0], "wrong"), {}),
        (("unknown", "wrong"), {}),
        (("", ""), {}),
        (None, {}),
        (None, {"Authorization": "Basic !!!"}),
        (None, {"Authorization": "Bearer abc"}),
    ],
)
def test_wrong_keys_are_401_invalid_client(client, keys, headers):
    answer = client.token_call(
        {"grant_type": "refresh_token", "refresh_token": "x"},
        keys=keys,
        headers=headers,
    )
    assert answer.status_code == 401
    assert answer.content == b'{"error":"invalid_client"}'
    assert answer.headers["intuit_tid"]


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": ""}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_request"),
        ([("grant_type", "refresh_token")] * 2, "invalid_request"),
    ],
)
def test_malformed_token_calls(client, form, error):
    answer = client.token_call(form)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_token_endpoint_takes_a_form_and_post_only(client):
    token = client.connect()["refresh_token"]
    form = f"grant_type=refresh_token&refresh_token={token}"

    def status(data, content_type="application/x-www-form-urlencoded"):
        headers = {"Content-Type": content_type}
        return client.token_call(data, headers=headers).status_code

    assert status(form, "application/x-www-form-urlencoded; charset=utf-8") == 200
    assert status(form, "text/plain") == 400
    assert status(form, "application/json") == 400
    assert status(f"{form}&refresh_token={token}") == 400
    assert status(form.encode() + b"&x=\xff") == 400
    assert client.session.get(INTUIT.token).status_code == 405


# --- refresh ---


def test_refresh_keeps_the_value_for_a_day_then_rotates(client, clock):
    tokens = client.connect()
    clock.advance(DAY - 1)
    same = client.refresh(tokens["refresh_token"]).json()
    assert same["refresh_token"] == tokens["refresh_token"]
    assert same["access_token"] != tokens["access_token"]
    clock.advance(1)
    rotated = client.refresh(tokens["refresh_token"]).json()
    assert rotated["refresh_token"] != tokens["refresh_token"]
    clock.advance(DAY - 1)
    again = client.refresh(rotated["refresh_token"]).json()
    assert again["refresh_token"] == rotated["refresh_token"]


def test_old_value_is_dead_at_once(client, clock):
    tokens = client.connect()
    clock.advance(DAY)
    client.refresh(tokens["refresh_token"])
    answer = client.refresh(tokens["refresh_token"])
    assert (answer.status_code, answer.json()) == (400, DEAD_REFRESH)
    assert list(answer.json()) == list(DEAD_REFRESH)


def test_old_value_may_live_another_day(client, clock, simulator):
    simulator.switches.update({"old_refresh_token": "grace"})
    tokens = client.connect()
    clock.advance(DAY)
    rotated = client.refresh(tokens["refresh_token"]).json()
    clock.advance(DAY - 1)
    graced = client.refresh(tokens["refresh_token"])
    assert graced.json()["refresh_token"] == rotated["refresh_token"]
    clock.advance(1)
    assert client.refresh(tokens["refresh_token"]).json() == DEAD_REFRESH


def test_rotation_can_be_forced_on_each_refresh(client):
    client.control("POST", "switches", {"rotation": "always"})
    token = client.connect()["refresh_token"]
    seen = {token}
    for _ in range(5):
        token = client.refresh(token).json()["refresh_token"]
        seen.add(token)
    assert len(seen) == 6


def test_concurrent_refreshes_with_rotation_let_one_win(client, simulator):
    simulator.switches.update({"rotation": "always"})
    token = client.connect()["refresh_token"]
    statuses = []
    threads = [
        threading.Thread(
            target=lambda: statuses.append(client.refresh(token).status_code)
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [400] * 7


def test_refresh_token_dies_after_a_hundred_unused_days(client, clock):
    tokens = client.connect()
    clock.advance(100 * DAY - 1)
    tokens = client.refresh(tokens["refresh_token"]).json()
    assert tokens["x_refresh_token_expires_in"] == 8_640_000
    clock.advance(100 * DAY)
    assert client.refresh(tokens["refresh_token"]).json() == DEAD_REFRESH


def test_hard_limit_of_five_years(client, clock):
    refresh_token = client.connect()["refresh_token"]
    header = {"x-include-refresh-token-hard-expires-in": "true"}
    for _ in range(20):
        clock.advance(90 * DAY)
        refresh_token = client.refresh(refresh_token).json()["refresh_token"]
    body = client.refresh(refresh_token, headers=header).json()
    remaining = 157_680_000 - 20 * 90 * DAY
    assert body["x_refresh_token_hard_expires_in"] == remaining
    assert body["x_refresh_token_expires_in"] == min(remaining, 8_640_000)
    assert "x_refresh_token_hard_expires_in" not in client.refresh(refresh_token).json()
    clock.advance(remaining)
    assert client.refresh(refresh_token).json() == DEAD_REFRESH
    assert client.connect()["x_refresh_token_expires_in"] == 8_640_000


def test_control_brings_the_limits_near(client):
    tokens = client.connect()
    header = {"x-include-refresh-token-hard-expires-in": "true"}
    client.control(
        "POST", "grants", {"action": "hard_limit", "realm": US, "seconds": 600}
    )
    body = client.refresh(tokens["refresh_token"], headers=header).json()
    assert body["x_refresh_token_hard_expires_in"] == 600
    assert body["x_refresh_token_expires_in"] == 600
    client.control("POST", "grants", {"action": "expire_refresh", "realm": US})
    assert client.refresh(tokens["refresh_token"]).json() == DEAD_REFRESH


def test_refresh_token_belongs_to_its_app(client):
    answer = client.refresh(client.connect()["refresh_token"], keys=PRODUCTION_KEYS)
    assert answer.json() == {
        "error_description": "Incorrect Token type or clientID",
        "error": "invalid_grant",
    }


def test_description_can_be_left_out(client, simulator):
    simulator.switches.update({"describe_invalid_grant": False})
    assert client.refresh("nonsense").content == b'{"error":"invalid_grant"}'


def test_new_consent_ends_the_older_grant_of_the_company_only(client):
    first, other = client.connect(US), client.connect(GB)
    client.connect(US)
    assert client.refresh(first["refresh_token"]).json() == DEAD_REFRESH
    assert client.company_info(first["access_token"]).status_code == 401
    assert client.refresh(other["refresh_token"]).status_code == 200


# --- access tokens ---


def test_access_token_lives_an_hour_and_outlives_a_refresh(client, clock):
    tokens = client.connect()
    client.refresh(tokens["refresh_token"])
    clock.advance(HOUR - 1)
    assert client.company_info(tokens["access_token"]).status_code == 200
    clock.advance(1)
    assert client.company_info(tokens["access_token"]).status_code == 401


@pytest.mark.parametrize("which", ["refresh_token", "access_token"])
def test_revoke_kills_the_whole_grant(client, which):
    tokens = client.connect()
    answer = client.revoke(tokens[which])
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.refresh(tokens["refresh_token"]).json() == DEAD_REFRESH
    assert client.company_info(tokens["access_token"]).status_code == 401
    for token in ("refresh_token", "access_token"):
        assert client.revoke(tokens[token]).status_code == 400


def test_revoke_refuses_wrong_keys_foreign_and_malformed_tokens(client):
    tokens = client.connect()
    wrong = client.revoke(tokens["refresh_token"], keys=(DEVELOPMENT_KEYS[0], "x"))
    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})
    assert client.revoke(tokens["refresh_token"], PRODUCTION_KEYS).status_code == 400
    form = client.session.post(
        INTUIT.revoke, data={"token": tokens["refresh_token"]}, auth=DEVELOPMENT_KEYS
    )
    assert form.status_code == 400
    untyped = client.session.post(
        INTUIT.revoke,
        data=json.dumps({"token": tokens["refresh_token"]}),
        headers={"Content-Type": "text/plain"},
        auth=DEVELOPMENT_KEYS,
    )
    assert untyped.status_code == 400
    for body in (None, [], {}, {"token": 1}, {"token": ""}):
        answer = client.session.post(INTUIT.revoke, json=body, auth=DEVELOPMENT_KEYS)
        assert answer.status_code == 400
    assert client.refresh(tokens["refresh_token"]).status_code == 200


def test_disconnect_by_the_user(client):
    tokens = client.connect()
    answer = client.control("POST", "grants", {"action": "disconnect", "realm": US})
    assert answer.json() == {"changed": 1}
    assert client.company_info(tokens["access_token"]).status_code == 401
    assert client.refresh(tokens["refresh_token"]).json() == DEAD_REFRESH
    assert client.revoke(tokens["refresh_token"]).status_code == 400


def test_access_tokens_may_lag_behind(client, clock, simulator):
    simulator.switches.update({"access_token_lag_seconds": 60})
    tokens = client.connect()
    client.revoke(tokens["refresh_token"])
    assert client.company_info(tokens["access_token"]).status_code == 200
    clock.advance(60)
    assert client.company_info(tokens["access_token"]).status_code == 401


def test_control_expires_access_tokens(client):
    tokens = client.connect()
    client.control("POST", "grants", {"action": "expire_access", "realm": US})
    assert client.company_info(tokens["access_token"]).status_code == 401
    fresh = client.refresh(tokens["refresh_token"]).json()
    assert client.company_info(fresh["access_token"]).status_code == 200


def test_accounting_scope_is_needed(client):
    tokens = client.connect(scope="com.intuit.quickbooks.payment")
    answer = client.company_info(tokens["access_token"])
    assert answer.status_code == 403
    detail = answer.json()["fault"]["error"][0]["detail"]
    assert detail == "The access token does not have sufficient scope"


# --- OpenID ---


def test_openid_only_connects_no_company(client):
    result = client.consent(scope="openid profile email")
    assert "realmId" not in result
    tokens = client.exchange(result["code"]).json()
    assert client.company_info(tokens["access_token"]).status_code == 403


def test_userinfo_needs_the_scope(client):
    url = INTUIT.userinfo
    plain = client.connect()["access_token"]
    headers = {"Authorization": f"Bearer {plain}"}
    assert client.session.get(url, headers=headers).status_code == 403
    assert client.session.get(url).status_code == 401
    openid = client.connect(scope=f"{ACCOUNTING} openid email")["access_token"]
    headers = {"Authorization": f"Bearer {openid}"}
    claims = client.session.get(url, headers=headers).json()
    assert claims["sub"]
    assert claims["emailVerified"] is True
    assert "givenName" not in claims


# --- hosts ---


@pytest.mark.parametrize(
    "url",
    [
        "https://quickbooks.api.intuit.com/connect/oauth2",
        "https://appcenter.intuit.com/oauth2/v1/tokens/bearer",
        "https://oauth.platform.intuit.com/v2/oauth2/tokens/revoke",
        f"https://oauth.platform.intuit.com/v3/company/{US}/query",
        "https://quickbooks.api.intuit.com/_sim/requests",
    ],
)
def test_each_of_intuits_hosts_serves_its_own_paths_only(client, url):
    assert client.session.get(url).status_code == 404


@pytest.mark.parametrize("url", [INTUIT.token, INTUIT.revoke])
def test_credentials_that_are_not_ascii_are_401(client, url):
    headers = {"Authorization": b"Basic \xe9\xe9"}
    answer = client.session.post(url, data={"grant_type": "x"}, headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"error": "invalid_client"}


def test_endless_brackets_are_refused(client):
    answer = client.session.post(
        INTUIT.revoke,
        data=b"[" * 100_000,
        headers={"Content-Type": "application/json"},
        auth=DEVELOPMENT_KEYS,
    )
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
