"""The in-process transport behaves like a network would."""

import time

import pytest
import requests
from conftest import INTUIT, US
from urllib3.util import Timeout

from simulator.transport import SimulatorAdapter


def test_response_is_a_proper_one(client, token):
    answer = client.company_info(token)
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.url.startswith(INTUIT.sandbox)
    assert answer.request.headers["Authorization"].startswith("Bearer ")
    assert answer.reason == "OK"
    assert answer.encoding == "UTF-8"
    assert answer.elapsed.total_seconds() < 5
    answer.close()


def test_stream(client, token):
    answer = client.company_info(token, stream=True)
    assert b"".join(answer.iter_content(10)).startswith(b"{")


def test_non_ascii_paths_queries_and_bodies(client, token):
    answer = client.create("customer", {"DisplayName": "Zoë & Bjørn 😀"}, token)
    assert answer.json()["Customer"]["DisplayName"] == "Zoë & Bjørn 😀"
    answer = client.api(
        "GET",
        "query",
        token,
        params={"query": "select * from Customer where DisplayName = 'Zoë & Bjørn 😀'"},
    )
    assert len(answer.json()["QueryResponse"]["Customer"]) == 1
    path = client.control("GET", "requests?operation=query").json()["requests"][-1]
    assert path["status"] == 200


def test_delay_costs_no_time(client, token):
    client.inject({"delay_ms": 20_000})
    started = time.perf_counter()
    assert client.company_info(token, timeout=(5, 30)).ok
    for timeout in (10, (5, 10), Timeout(connect=5, read=10)):
        with pytest.raises(requests.exceptions.ReadTimeout):
            client.company_info(token, timeout=timeout)
    assert time.perf_counter() - started < 1


def test_no_timeout_waits_for_ever(client, token):
    client.inject({"delay_ms": 600_000})
    assert client.company_info(token).ok


def test_redirects_are_followed_by_the_session(client):
    client.session.mount("http://localhost:8069", _Refusing())
    page = client.open_consent()
    assert page.status_code == 200
    with pytest.raises(requests.exceptions.ConnectionError, match="callback"):
        client.session.post(
            INTUIT.authorize,
            data={**client.parameters(), "decision": "connect", "realm_id": US},
        )


class _Refusing(requests.adapters.BaseAdapter):
    def send(self, request, **kwargs):
        raise requests.exceptions.ConnectionError(f"callback reached: {request.url}")

    def close(self):
        pass


def test_adapter_alone(client):
    request = requests.Request("GET", "http://simulator.test/_sim/clock").prepare()
    adapter = SimulatorAdapter(client.app)
    assert adapter.send(request).status_code == 200
    assert adapter.send(request, timeout=(5, None), allow_redirects=False).ok


def test_body_of_any_kind(client, token):
    def pieces():
        yield b'{"DisplayName":'
        yield b'"In pieces"}'

    headers = {"Content-Type": "application/json"}
    answer = client.api("POST", "customer", token, data=pieces(), headers=headers)
    assert answer.json()["Customer"]["DisplayName"] == "In pieces"
