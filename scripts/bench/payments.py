"""What comes in from QuickBooks: webhooks, as fast as Intuit sends them."""

import base64
import hmac
import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from hashlib import sha256

from .figures import BenchError, Figure
from .governor import note
from .intuit import REALM, simulator
from .push import Worker

NEEDS_ODOO = True
FIGURES = ("webhook_p99_ms", "webhook_lost")
WORKER = pathlib.Path(__file__).with_name("payments_worker.py")
WEBHOOK_PATH = "/quickbooks_online/webhook"
VERIFIER_TOKEN = "simulator-verifier-token"
WEBHOOK_SECONDS, WEBHOOKS_PER_SECOND, EVENTS_PER_WEBHOOK = 20, 50, 5
# Each has one request on its way; so many at once Intuit does not have either.
SENDERS = 20
START_SECONDS = 120


def measure(options):
    with simulator() as (_process, url), worker(url) as office:
        office.ask("connect", realm=REALM, verifier_token=VERIFIER_TOKEN)
        with odoo_server(url) as port:
            if options.wanted & {"webhook_p99_ms", "webhook_lost"}:
                yield from measure_webhooks(office, port)


@contextmanager
def worker(url):
    process = Worker(url, WORKER)
    try:
        yield process
    finally:
        process.stop()


@contextmanager
def odoo_server(url):
    """Run Odoo on a free port, with its scheduled actions; yield the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "odoo", "server"),
            *("-c", os.environ["DEV_ODOO_CONFIG"]),
            *("-d", os.environ["DEV_ODOO_DATABASE"]),
            *("--http-port", str(port), "--log-level=error"),
        ],
        env=os.environ | {"QUICKBOOKS_ONLINE_BASE_URL": url},
    ) as process:
        try:
            wait_until_ready(process, port)
            yield port
        finally:
            process.terminate()


def wait_until_ready(process, port):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if post(port, *sign([])) == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise BenchError("Odoo did not start.")


# === WEBHOOKS === #


def measure_webhooks(office, port):
    """Intuit sends at its own pace, whether or not Odoo is done with the last one."""
    bodies = [
        sign([make_event(number, place) for place in range(EVENTS_PER_WEBHOOK)])
        for number in range(WEBHOOK_SECONDS * WEBHOOKS_PER_SECOND)
    ]
    milliseconds, refused = send_all(port, bodies)
    stored = office.ask("count_events")["events"]
    milliseconds.sort()
    note(
        f"{len(bodies)} webhooks: median {milliseconds[len(bodies) // 2]:.0f} ms, "
        f"longest {milliseconds[-1]:.0f} ms; {refused} not acknowledged"
    )
    p99 = milliseconds[int(len(milliseconds) * 0.99)]
    yield Figure("webhook_p99_ms", p99, "ms", "<", 100)
    lost = len(bodies) * EVENTS_PER_WEBHOOK - stored
    yield Figure("webhook_lost", lost, "events", "=", 0)


def send_all(port, bodies):
    """Post each at its time; return ([milliseconds since then], number refused)."""
    start = time.monotonic() + 0.1
    milliseconds, refused = [], []
    turns = iter(enumerate(bodies))
    lock = threading.Lock()

    def send():
        while True:
            with lock:
                number, signed = next(turns, (None, None))
            if signed is None:
                return
            due = start + number / WEBHOOKS_PER_SECOND
            time.sleep(max(0, due - time.monotonic()))
            if post(port, *signed) != 200:
                refused.append(number)
            milliseconds.append((time.monotonic() - due) * 1000)

    threads = [threading.Thread(target=send) for _number in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return milliseconds, len(refused)


def post(port, body, signature):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {
            "Content-Type": "application/cloudevents+json",
            "intuit-signature": signature,
        }
        connection.request("POST", WEBHOOK_PATH, body, headers)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def make_event(number, place):
    return {
        "specversion": "1.0",
        "id": f"bench-{number}-{place}",
        "source": "intuit.bench",
        "type": "qbo.customer.updated.v1",
        "time": "2026-11-22T10:00:00.123456789Z",
        "intuitentityid": str(place + 1),
        "intuitaccountid": REALM,
        "data": {},
    }


def sign(events):
    """Return (body, signature)."""
    body = json.dumps(events).encode()
    digest = hmac.new(VERIFIER_TOKEN.encode(), body, sha256).digest()
    return body, base64.b64encode(digest).decode()
