"""The server over real sockets: keep-alive, lost answers, start and stop."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests
from conftest import US

from simulator.delivery import Courier
from simulator.webhooks import sign

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def api(served):
    """A session that is connected to the US company."""
    body = {"action": "authorize", "realm": US}
    tokens = requests.post(f"{served.url}/_sim/grants", json=body, timeout=10).json()
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    session.headers["Accept"] = "application/json"
    session.url = f"{served.url}/v3/company/{US}"
    return session


def info(api, **kwargs):
    return api.get(f"{api.url}/companyinfo/{US}", timeout=10, **kwargs)


def inject(served, action, **match):
    served.simulator.injector.add(match, action)


def test_keep_alive_and_one_connection(served, api):
    connection = http.client.HTTPConnection("127.0.0.1", int(served.url[-5:]))
    ports = set()
    for _ in range(3):
        connection.request(
            "GET", f"/v3/company/{US}/companyinfo/{US}", None, {**api.headers}
        )
        answer = connection.getresponse()
        assert (answer.status, answer.version) == (200, 11)
        assert json.loads(answer.read())["CompanyInfo"]
        ports.add(connection.sock.getsockname()[1])
    assert len(ports) == 1
    connection.close()


def test_no_delay_of_small_packets(served, api):
    # With Nagle's algorithm and delayed acknowledgements 50 calls take two seconds.
    info(api)
    for _ in range(50):
        assert info(api).elapsed.total_seconds() < 0.5


def test_lost_answers(served, api):
    inject(served, {"drop": "after"}, times=1)
    with pytest.raises(
        requests.exceptions.ConnectionError, match="closed connection|Remote"
    ):
        info(api)
    inject(served, {"reset": True}, times=1)
    with pytest.raises(requests.exceptions.ConnectionError, match="reset"):
        info(api)
    inject(served, {"truncate": 10}, times=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        info(api)
    assert info(api).status_code == 200


def test_delay_is_real(served, api):
    inject(served, {"delay_ms": 400}, times=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        api.get(f"{api.url}/companyinfo/{US}", timeout=(1, 0.1))


def test_chunked_bodies(served, api):
    answer = api.post(
        f"{api.url}/customer",
        data=iter([b'{"DisplayName":', b'"In chunks"}']),
        headers={"Content-Type": "application/json"},
        timeout=10,
    )
    assert answer.json()["Customer"]["DisplayName"] == "In chunks"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET /_sim/clock HTTP/1.1\r\nHost: x\r\n\r\n", b"200"),
        (b"POST /_sim/clock HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", b"413"),
        (b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /_sim/clock HTTP/1.1\r\nHost: a b[\r\n\r\n", b"200"),
        (b"GET /_sim/clock HTTP/1.1\r\n\r\n", b"200"),
        (b"GET /_sim/clock HTTP/1.0\r\n\r\n", b"200"),
        (b"GET http://other.test/_sim/clock HTTP/1.1\r\nHost: x\r\n\r\n", b"200"),
        (b"GET //_sim//clock HTTP/1.1\r\nHost: x\r\n\r\n", b"200"),
        (b"GET /%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
    ],
)  # fmt: skip
def test_raw_requests(served, raw, status):
    with socket.create_connection(("127.0.0.1", int(served.url[-5:])), 5) as peer:
        peer.sendall(raw)
        assert status in peer.recv(4096).split(b"\r\n")[0]


def test_ten_at_a_time_are_counted_together(served, api):
    served.simulator.limits.enabled = True
    served.simulator.limits.limits.per_second = 100
    served.simulator.latency_seconds = 0.3
    statuses = []
    threads = [
        threading.Thread(target=lambda: statuses.append(info(api).status_code))
        for _ in range(14)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 10 + [429] * 4
    (row,) = served.simulator.limits.describe()["realms"]
    assert row["refused"]["concurrent"] == 4


def test_webhooks_are_posted(served, api):
    heard = []
    arrived = threading.Event()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.path, dict(self.headers), body))
            self.send_response(200)
            self.end_headers()
            arrived.set()

        def log_message(self, *args):
            pass

    listener = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True).start()
    courier = Courier(served.simulator.webhooks)
    courier.start()
    url = f"http://127.0.0.1:{listener.server_port}/hook?db=one"
    requests.post(f"{served.url}/_sim/webhooks", json={"url": url}, timeout=10)
    api.post(f"{api.url}/customer", json={"DisplayName": "Told"}, timeout=10)
    assert arrived.wait(5)
    courier.stop()
    listener.shutdown()
    listener.server_close()
    path, headers, body = heard[0]
    assert path == "/hook?db=one"
    assert headers["intuit-signature"] == sign(body, "simulator-verifier-token")
    assert json.loads(body)[0]["type"] == "qbo.customer.created.v1"


# --- the command ---


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "simulator", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def test_command_serves_and_stops_cleanly():
    process = start("--port", "0", "--country", "GB", "--no-limits")
    try:
        line = process.stdout.readline()
        url = line.split()[-1]
        assert line.startswith("Intuit simulator ready on http://127.0.0.1:")
        companies = requests.get(f"{url}company", timeout=10).json()["companies"]
        assert {company["country"] for company in companies} == {"GB"}
        assert requests.get(f"{url}limits", timeout=10).json()["enabled"] is False
    finally:
        process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_busy_port_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("--port", str(port), "--seed", "none")
        out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert out == ""
    assert err == (
        f"Cannot listen on 127.0.0.1:{port}: the port is in use; choose another with "
        "--port.\n"
    )
