"""The token endpoint, in all its moods."""

import contextlib
import copy
import json
import pickle
import socket
import threading
import time
import traceback
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import urllib3
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online import exceptions
from quickbooks_online.tools import network
from quickbooks_online.tools.endpoints import get_endpoints
from quickbooks_online.tools.oauth import OAuthClient, Tokens, build_authorize_url
from stub import TID, Adapter

ENDPOINTS = get_endpoints("sandbox", {})
NOW = datetime(2026, 11, 22, 12, 0, 0)
SECRET = "the-client-secret"
REFRESH = "AB11795348800ZkQ0pXm2Vt8Rw3Ys6Lb9Nc1Hd4Jf7Gg5"
CALLBACK = "https://odoo.example.com/quickbooks_online/oauth/callback"
GOOD = {
    "token_type": "bearer",
    "expires_in": 3600,
    "access_token": "new-access",
    "refresh_token": "new-refresh",
    "x_refresh_token_expires_in": 8_726_400,
}


def build(*answers):
    adapter = Adapter(*answers)
    client = OAuthClient(
        ENDPOINTS, "the-client", SECRET, CALLBACK, now=lambda: NOW, adapter=adapter
    )
    return client, adapter


def build_local(url):
    """A client of a server on this machine."""
    endpoints = replace(ENDPOINTS, token=url, revoke=url)
    return OAuthClient(endpoints, "the-client", SECRET, CALLBACK, now=lambda: NOW)


@contextlib.contextmanager
def serve(*replies, drip=b""):
    """A server that gives each reply on one connection, and then drips.

    Yields its URL and a list of the requests.
    """
    heads, done = [], threading.Event()

    def act():
        connection, _address = server.accept()
        with connection, contextlib.suppress(OSError):
            for reply in replies:
                heads.append("")
                while "grant_type" not in heads[-1]:
                    heads[-1] += connection.recv(65536).decode()
                connection.sendall(reply.encode())
            while drip and not done.wait(0.05):
                connection.sendall(drip)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=act, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/", heads
        finally:
            done.set()
            thread.join(5)


def fail(*answers, call=lambda client: client.refresh(REFRESH)):
    """The error that these answers lead to, checked for secrets."""
    client, _adapter = build(*answers)
    with pytest.raises(exceptions.QboError) as caught:
        call(client)
    error = caught.value
    shown = "".join(traceback.format_exception(error)) + repr(error) + str(error.args)
    assert REFRESH not in shown and SECRET not in shown
    assert error.__context__ is None and error.__cause__ is None
    return error


class TestSuccess:
    def test_refresh(self):
        client, adapter = build((200, GOOD))
        tokens = client.refresh(REFRESH)
        assert (tokens.access_token, tokens.refresh_token) == (
            "new-access",
            "new-refresh",
        )
        assert tokens.access_expires_at == NOW + timedelta(hours=1)
        assert tokens.refresh_expires_at == NOW + timedelta(days=101)
        assert tokens.hard_expires_at is None
        (sent,) = adapter.requests
        assert (sent.method, sent.url) == ("POST", ENDPOINTS.token)
        assert parse_qs(sent.body) == {
            "grant_type": ["refresh_token"],
            "refresh_token": [REFRESH],
        }
        assert sent.headers["Authorization"].startswith("Basic ")
        assert sent.headers["Accept"] == "application/json"
        assert sent.headers["x-include-refresh-token-hard-expires-in"] == "true"
        assert adapter.timeouts == [(5, 30)]

    def test_exchange(self):
        client, adapter = build((200, GOOD))
        tokens = client.exchange("the-code", "9341450000000001")
        assert tokens.refresh_token == "new-refresh"
        assert parse_qs(adapter.requests[0].body) == {
            "grant_type": ["authorization_code"],
            "code": ["the-code"],
            "redirect_uri": [CALLBACK],
        }

    def test_hard_end(self):
        for given_, days in ((86_400, 1), ("172800", 2), (2 * 10**8, 1825)):
            answer = {**GOOD, "x_refresh_token_hard_expires_in": given_}
            tokens = build((200, answer))[0].refresh(REFRESH)
            assert tokens.hard_expires_at == NOW + timedelta(days=days)

    @pytest.mark.parametrize(
        "value", [None, 0, -1, "x", [], {}, True, 1e99, 10**30, ...]
    )
    def test_odd_times_fall_back(self, value):
        names = ("expires_in", "x_refresh_token_expires_in")
        answer = {**GOOD, **dict.fromkeys(names, value)}
        if value is ...:
            answer = {key: each for key, each in GOOD.items() if key not in names}
        tokens = build((200, json.dumps(answer)))[0].refresh(REFRESH)
        seconds = 1 if value == "1" else 3600
        assert tokens.access_expires_at == NOW + timedelta(seconds=seconds)
        assert tokens.refresh_expires_at == NOW + timedelta(days=100)

    def test_the_answer_cannot_overwrite_the_client(self):
        evil = {**GOOD, "send": "x", "timeout": 0, "token_endpoint": "http://evil"}
        client, adapter = build((200, {**evil, "id_token": "a.b.c"}), (200, GOOD))
        client.refresh(REFRESH)
        client.refresh(REFRESH)
        assert [each.url for each in adapter.requests] == [ENDPOINTS.token] * 2

    def test_no_cookies(self):
        """Over a socket: without one, `requests` finds no cookie to keep."""
        head = (
            "HTTP/1.1 200 OK\r\nSet-Cookie: mark=1; Path=/\r\n"
            f"Content-Length: {len(json.dumps(GOOD))}\r\n\r\n"
        )
        with serve(head + json.dumps(GOOD), head + json.dumps(GOOD)) as (url, heads):
            client = build_local(url)
            client.refresh(REFRESH)
            client.refresh(REFRESH)
        assert len(heads) == 2
        assert "Cookie" not in heads[1]

    def test_no_netrc(self, tmp_path, monkeypatch):
        netrc = tmp_path / "netrc"
        netrc.write_text("machine oauth.platform.intuit.com login a password b\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        client, adapter = build((200, GOOD), (200, GOOD))
        client.refresh(REFRESH)
        client.refresh(REFRESH)
        first, second = adapter.requests
        assert first.headers["Authorization"] == second.headers["Authorization"]
        assert "dGhlLWNsaWVudD" in first.headers["Authorization"]

    def test_construction_uses_no_network(self, monkeypatch):
        def refuse(*_arguments, **_options):
            raise AssertionError("network")

        monkeypatch.setattr(socket, "socket", refuse)
        monkeypatch.setattr(requests.Session, "send", refuse)
        OAuthClient(ENDPOINTS, "a", "b", CALLBACK)
        url = build_authorize_url(ENDPOINTS, "the client", CALLBACK, "s&t=é")
        parts = urlsplit(url)
        assert url.startswith(ENDPOINTS.authorize + "?")
        assert parse_qs(parts.query) == {
            "client_id": ["the client"],
            "response_type": ["code"],
            "scope": ["com.intuit.quickbooks.accounting"],
            "redirect_uri": [CALLBACK],
            "state": ["s&t=é"],
        }


class TestFailure:
    @pytest.mark.parametrize(
        "body",
        [
            {"error": "invalid_grant"},
            {
                "error_description": "Incorrect or invalid refresh token",
                "error": "invalid_grant",
            },
            {"error": "invalid_grant", "error_description": f"Token {REFRESH} is dead"},
        ],
    )
    def test_dead_grant(self, body):
        error = fail((400, body))
        assert type(error) is exceptions.QboGrantError
        assert (error.kind, error.code, error.tid) == ("grant", "invalid_grant", TID)

    @pytest.mark.parametrize(
        "status, body",
        [
            (401, {"error": "invalid_client"}),
            (400, {"error": "invalid_client"}),
            (400, {"error": "unsupported_grant_type"}),
            (400, {"error": "invalid_request"}),
            (400, {"error": "invalid_scope"}),
            (403, {"error": "unauthorized_client"}),
        ],
    )
    def test_wrong_keys_are_no_dead_grant(self, status, body):
        error = fail((status, body))
        assert type(error) is exceptions.QboConfigurationError
        assert error.kind == "client"

    @pytest.mark.parametrize(
        "status, body",
        [
            (500, {"error": "invalid_grant"}),
            (500, b""),
            (502, "<html><title>Bad Gateway</title>"),
            (503, {"error": "server_error"}),
            (504, b""),
            (429, b""),
            (200, b""),
            (200, "<html>"),
            (200, '{"access_token":"a","refresh_tok'),
            (200, {}),
            (200, []),
            (200, {"access_token": "only"}),
            (200, {"refresh_token": "only"}),
            (200, {**GOOD, "access_token": ""}),
            (200, {**GOOD, "access_token": 5}),
            (200, {**GOOD, "refresh_token": "two words"}),
            (200, {**GOOD, "refresh_token": "line\r\nbreak"}),
            (200, b"[" * 100_000),
            (204, b""),
            (302, b""),
            (400, "<html>"),
            (400, b""),
            (400, b'{"error": {"a": 1}}'),
            (400, {"error": "temporarily_unavailable"}),
            (400, {"error": "server_error"}),
            (400, {"error": "slow_down"}),
            (400, {"error": "something_new"}),
            (401, b""),
            (401, "<html>"),
            (401, {"error": "Unauthorized"}),
            (403, {"error": "Forbidden"}),
            (404, {"error": "Not Found"}),
            (404, {"error": "invalid_client"}),
            (405, {"error": "Method Not Allowed"}),
            (408, {"error": "request_timeout"}),
            (403, "<html>"),
            (404, "<html>"),
            (418, b"{}"),
        ],
    )
    def test_transient(self, status, body):
        error = fail((status, body))
        assert type(error) is exceptions.QboRetryableError
        assert error.uncertain == (status != 429)
        assert error.fault.status == status

    @pytest.mark.parametrize(
        "raised, uncertain",
        [
            (requests.exceptions.ConnectTimeout(REFRESH), False),
            (requests.exceptions.ReadTimeout(REFRESH), True),
            (requests.exceptions.ConnectionError(REFRESH), True),
            (requests.exceptions.ChunkedEncodingError(REFRESH), True),
            (urllib3.exceptions.ProtocolError(REFRESH), True),
            (OSError(REFRESH), True),
        ],
    )
    def test_network(self, raised, uncertain):
        error = fail(raised)
        assert type(error) is exceptions.QboRetryableError
        assert error.uncertain is uncertain
        assert error.fault.status == 0

    def test_dripping_answer_ends(self, monkeypatch):
        monkeypatch.setattr(network.read_body, "__defaults__", (0.3, 10**6))
        head = "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"
        start = time.monotonic()
        with serve(head, drip=b" ") as (url, _heads):
            with pytest.raises(exceptions.QboRetryableError) as caught:
                build_local(url).refresh(REFRESH)
        assert time.monotonic() - start < 3
        assert caught.value.uncertain
        assert "in time" in str(caught.value)

    def test_endless_answer_ends(self, monkeypatch):
        monkeypatch.setattr(network.read_body, "__defaults__", (60, 1000))
        error = fail((200, b" " * 2000 + json.dumps(GOOD).encode()))
        assert type(error) is exceptions.QboRetryableError
        assert error.uncertain

    def test_retry_after(self):
        assert fail((503, b"", {"Retry-After": "20"})).retry_after == 20

    def test_redirects_are_not_followed(self):
        client, adapter = build((307, b"", {"Location": "https://evil.example/"}))
        with pytest.raises(exceptions.QboRetryableError):
            client.refresh(REFRESH)
        assert len(adapter.requests) == 1

    def test_exchange_hides_the_code(self):
        code = "AB11795348800QmYw2xkT"
        error = fail(
            (400, {"error": "invalid_grant", "error_description": f"code {code}"}),
            call=lambda client: client.exchange(code, "1"),
        )
        assert type(error) is exceptions.QboGrantError
        assert code not in str(error)

    def test_nothing_is_left_from_an_earlier_call(self):
        client, _adapter = build(
            (200, GOOD),
            requests.exceptions.ReadTimeout(),
            (400, {"error": "invalid_client"}),
        )
        client.refresh(REFRESH)
        with pytest.raises(exceptions.QboRetryableError):
            client.refresh(REFRESH)
        with pytest.raises(exceptions.QboConfigurationError):
            client.refresh(REFRESH)

    @given(
        status=st.integers(200, 599),
        body=st.binary(max_size=40)
        | st.dictionaries(
            st.sampled_from(["error", "error_description", *GOOD]),
            st.none() | st.integers() | st.text(max_size=5) | st.lists(st.text()),
        ).map(lambda each: json.dumps(each).encode()),
    )
    def test_any_answer(self, status, body):
        client, _adapter = build((status, body))
        try:
            tokens = client.refresh(REFRESH)
        except exceptions.QboError as error:
            dead = isinstance(error, exceptions.QboGrantError)
            assert not dead or (400 <= status < 500 and b"invalid_grant" in body)
        else:
            assert status == 200 and tokens.access_token and tokens.refresh_token


class TestRevoke:
    def test_revoke(self):
        client, adapter = build((200, b""))
        assert client.revoke(REFRESH) is True
        (sent,) = adapter.requests
        assert sent.url == ENDPOINTS.revoke
        assert json.loads(sent.body) == {"token": REFRESH}
        assert sent.headers["Content-Type"] == "application/json"

    def test_revoked_already(self):
        words = ("invalid_grant", "invalid_request", "invalid_token")
        for body in (b"", b" \n", {}, *({"error": word} for word in words)):
            assert build((400, body))[0].revoke(REFRESH) is True

    @pytest.mark.parametrize(
        "answer, error",
        [
            ((401, {"error": "invalid_client"}), exceptions.QboConfigurationError),
            ((400, {"error": "invalid_client"}), exceptions.QboConfigurationError),
            ((429, b""), exceptions.QboRetryableError),
            ((400, "<html>"), exceptions.QboRetryableError),
            ((400, "No"), exceptions.QboRetryableError),
            ((400, b"[]"), exceptions.QboRetryableError),
            ((400, {"error": "server_error"}), exceptions.QboRetryableError),
            ((503, b""), exceptions.QboRetryableError),
            (requests.exceptions.ReadTimeout(), exceptions.QboRetryableError),
        ],
    )
    def test_not_revoked(self, answer, error):
        found = fail(answer, call=lambda client: client.revoke(REFRESH))
        assert type(found) is error


class TestSecrecy:
    def test_tokens(self):
        tokens = Tokens("the-access", "the-refresh", NOW, NOW)
        for text in (
            repr(tokens),
            str(tokens),
            f"{tokens}",
            str([tokens]),
        ):
            assert "the-access" not in text and "the-refresh" not in text
        for leak in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError):
                leak(tokens)

    def test_client(self):
        client, _adapter = build()
        assert SECRET not in repr(client)
        with pytest.raises(TypeError):
            pickle.dumps(client)
