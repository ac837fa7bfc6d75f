"""intuit-oauth, unmodified, against the simulator over a real socket."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from conftest import CALLBACK, DEVELOPMENT_KEYS, US
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError


@pytest.fixture
def auth_client(served):
    return AuthClient(
        *DEVELOPMENT_KEYS,
        CALLBACK,
        f"{served.url}/.well-known/openid_sandbox_configuration",
    )


def walk_through_consent(url, decision="connect"):
    """Open the page and press a button, as a browser would."""
    page = requests.get(url, timeout=10)
    fields = dict(
        re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page.text)
    )
    fields = {name: unescape(value) for name, value in fields.items()}
    answer = requests.post(
        url.partition("?")[0],
        data={**fields, "realm_id": US, "decision": decision},
        allow_redirects=False,
        timeout=10,
    )
    location = urlsplit(answer.headers["Location"])
    assert location._replace(query="").geturl() == CALLBACK
    return dict(parse_qsl(location.query))


def authorize(auth_client, scopes=(Scopes.ACCOUNTING,)):
    result = walk_through_consent(auth_client.get_authorization_url(list(scopes)))
    assert result["state"] == auth_client.state_token
    auth_client.get_bearer_token(result["code"], realm_id=result["realmId"])
    return auth_client


def test_authorize_and_exchange(auth_client):
    authorize(auth_client)
    assert auth_client.access_token
    assert auth_client.refresh_token
    assert auth_client.realm_id == US
    assert auth_client.expires_in == 3600
    assert auth_client.x_refresh_token_expires_in == 8_640_000


def test_cancel(auth_client):
    url = auth_client.get_authorization_url([Scopes.ACCOUNTING])
    result = walk_through_consent(url, "cancel")
    assert result == {"error": "access_denied", "state": auth_client.state_token}


def test_refresh(served, auth_client):
    authorize(auth_client)
    access_token, refresh_token = auth_client.access_token, auth_client.refresh_token
    auth_client.refresh()
    assert auth_client.access_token != access_token
    assert auth_client.refresh_token == refresh_token
    served.simulator.clock.advance(86_400)
    auth_client.refresh()
    assert auth_client.refresh_token != refresh_token
    with pytest.raises(AuthClientError) as caught:
        auth_client.refresh(refresh_token)
    assert caught.value.status_code == 400
    assert b"invalid_grant" in caught.value.content
    assert caught.value.intuit_tid


def test_revoke(auth_client):
    authorize(auth_client)
    assert auth_client.revoke() is True
    with pytest.raises(AuthClientError) as caught:
        auth_client.revoke()
    assert caught.value.status_code == 400
    with pytest.raises(AuthClientError):
        auth_client.refresh()


def test_wrong_secret(auth_client):
    auth_client.client_secret = "wrong"
    with pytest.raises(AuthClientError) as caught:
        authorize(auth_client)
    assert caught.value.status_code == 401
    assert caught.value.content == b'{"error":"invalid_client"}'


def test_openid(auth_client):
    scopes = (Scopes.ACCOUNTING, Scopes.OPENID, Scopes.EMAIL)
    authorize(auth_client, scopes)
    # The library keeps the token only when issuer, audience and signature hold.
    assert auth_client.id_token
    assert auth_client.get_user_info().json()["email"] == "bookkeeper@example.com"
