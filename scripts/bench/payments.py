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
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256

from . import resumed
from .figures import BenchError, Figure
from .governor import note
from .intuit import REALM, Client, simulator
from .payments_wizard import FIGURES as WIZARD
from .payments_wizard import measure_wizard
from .push import Worker

NEEDS_ODOO = True
FIGURES = (
    "webhook_p99_ms",
    "webhook_lost",
    "payments_webhook_to_paid",
    "payments_catch_up",
    "payments_catch_up_calls",
    "payments_memory_growth",
    "payments_stories",
    "payments_story_faults",
    *WIZARD,
)
WEBHOOKS = {"webhook_p99_ms", "webhook_lost"}
CATCH_UP = {
    "payments_catch_up",
    "payments_catch_up_calls",
    "payments_memory_growth",
}
STORIES = {"payments_stories", "payments_story_faults"}
WORKER = pathlib.Path(__file__).with_name("payments_worker.py")
WEBHOOK_PATH = "/quickbooks_online/webhook"
VERIFIER_TOKEN = "simulator-verifier-token"
WEBHOOK_SECONDS, WEBHOOKS_PER_SECOND, EVENTS_PER_WEBHOOK = 20, 50, 5
WARM_UP_SECONDS = 5
# Each has one request on its way; so many at once Intuit does not have either.
SENDERS = 20
START_SECONDS = 120


# Payments that arrive by webhook: so many a second, so many seconds.
ARRIVING, ARRIVING_SECONDS = 3, 60
CAUGHT_UP = 1500
STORY_COUNT, STORY_SECONDS = 500, 540
STORY_CODE = (
    "models",
    "tools",
    "simulator",
    "tests/payment_story.py",
    "tests/payments.py",
)
STORY_WORKER = pathlib.Path(__file__).with_name("payments_story_worker.py")


def measure(options):
    wanted = options.wanted
    if wanted & set(WIZARD):
        yield from measure_wizard()
    if wanted - STORIES - set(WIZARD):
        with simulator() as (_process, url), worker(url) as office:
            office.ask("connect", realm=REALM, verifier_token=VERIFIER_TOKEN)
            if wanted & CATCH_UP:
                yield from measure_catch_up(office, url)
            if wanted & {"payments_webhook_to_paid", *WEBHOOKS}:
                yield from measure_server(office, url, wanted)
    if wanted & STORIES:
        yield from measure_stories()


def measure_server(office, url, wanted):
    with odoo_server(url) as port:
        if "payments_webhook_to_paid" in wanted:
            yield measure_arrivals(office, url, port)
        if wanted & WEBHOOKS:
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
            *("--http-port", str(port), "--log-level=critical"),
        ],
        env=os.environ | {"QUICKBOOKS_ONLINE_BASE_URL": url},
    ) as process:
        try:
            wait_until_ready(process, port)
            yield port
        finally:
            process.kill()


def wait_until_ready(process, port):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if post(port, *sign([])) == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise BenchError("Odoo did not start.")


# === PAYMENTS === #


def receive(books, invoice):
    """Receive all of an invoice, as a bookkeeper would."""
    qbo_id, customer, total = invoice
    link = {"TxnId": qbo_id, "TxnType": "Invoice"}
    books.control(
        "POST",
        "act",
        {
            "realm": REALM,
            "entity": "Payment",
            "operation": "create",
            "values": {
                "CustomerRef": {"value": customer},
                "TotalAmt": total,
                "TxnDate": "2026-03-10",
                "Line": [{"Amount": total, "LinkedTxn": [link]}],
            },
        },
    )


def measure_catch_up(office, url):
    """1,500 payments nobody told of, beside what bare Odoo needs for as many."""
    invoices = office.ask("write_invoices", count=CAUGHT_UP, url=url)["invoices"]
    others = office.ask("write_invoices", count=CAUGHT_UP, url=url)["invoices"]
    books = Client(url)
    for invoice in invoices.values():
        receive(books, invoice)
    bare = office.ask("settle_bare", ids=[int(id) for id in others])
    books.control("DELETE", "requests")
    work = office.ask("catch_up")
    if work["states"] != {"matched": CAUGHT_UP}:
        raise BenchError(f"not all payments are matched: {work['states']}.")
    calls = [
        call
        for call in books.control("GET", "requests")["requests"]
        if call["path"].startswith("/v3/")
    ]
    each = 1000 / CAUGHT_UP
    note(
        f"{CAUGHT_UP} payments: {work['seconds'] * each:.0f} ms each, bare Odoo "
        f"{bare['seconds'] * each:.0f} ms (processor {work['cpu_seconds'] * each:.0f} "
        f"and {bare['cpu_seconds'] * each:.0f} ms); {len(calls)} calls"
    )
    ratio = work["seconds"] / bare["seconds"]
    yield Figure("payments_catch_up", ratio, "times", "<=", 1.3)
    yield Figure("payments_catch_up_calls", len(calls), "calls", "<=", CAUGHT_UP / 100)
    memory = work["megabytes"]
    growth = max(memory) - memory[0]
    yield Figure("payments_memory_growth", growth, "MB", "<", 150)


def measure_arrivals(office, url, port):
    """Payments arrive; how long until their invoices are paid in Odoo."""
    count = ARRIVING * ARRIVING_SECONDS
    invoices = office.ask("write_invoices", count=count, url=url)["invoices"]
    books = Client(url)
    address = f"http://127.0.0.1:{port}{WEBHOOK_PATH}"
    books.control("POST", "webhooks", {"url": address})
    received = {}
    with ThreadPoolExecutor(1) as pool:
        seen = pool.submit(office.ask, "watch", ids=[int(id) for id in invoices])
        start = time.monotonic()
        for number, (id, invoice) in enumerate(invoices.items()):
            time.sleep(max(0, start + number / ARRIVING - time.monotonic()))
            received[id] = time.time()
            receive(books, invoice)
        paid = seen.result()["paid"]
    books.control("POST", "webhooks", {"url": None})
    if len(paid) < count:
        raise BenchError(f"{count - len(paid)} payments did not arrive.")
    seconds = sorted(paid[id] - received[id] for id in invoices)
    note(
        f"{count} payments: median {seconds[count // 2]:.2f} s, all {seconds[-1]:.2f} s"
    )
    share = seconds[int(count * 0.95)]
    return Figure("payments_webhook_to_paid", share, "s", "<=", 3)


def measure_stories():
    """What the test suite does sixty times (`tests/payment_story.py`)."""
    stories = resumed.go_on(
        "stories", STORY_WORKER, STORY_CODE, STORY_COUNT, STORY_SECONDS
    )
    faults = [each["fault"] for each in stories if each["fault"]]
    for fault in faults:
        note(fault)
    yield Figure("payments_stories", len(stories), "stories", ">=", STORY_COUNT)
    yield Figure("payments_story_faults", len(faults), "faults", "=", 0)
    if len(stories) >= STORY_COUNT:
        resumed.forget("stories", STORY_CODE)


# === WEBHOOKS === #


def measure_webhooks(office, port):
    """Intuit sends at its own pace, whether or not Odoo is done with the last one."""
    bodies = [
        sign([make_event(number, place) for place in range(EVENTS_PER_WEBHOOK)])
        for number in range(WEBHOOK_SECONDS * WEBHOOKS_PER_SECOND)
    ]
    warm_up(port)
    before = office.ask("count_events")["events"]
    milliseconds, refused = send_all(port, bodies)
    stored = office.ask("count_events")["events"] - before
    milliseconds.sort()
    note(
        f"{len(bodies)} webhooks: median {milliseconds[len(bodies) // 2]:.0f} ms, "
        f"longest {milliseconds[-1]:.0f} ms; {refused} not acknowledged"
    )
    p99 = milliseconds[int(len(milliseconds) * 0.99)]
    yield Figure("webhook_p99_ms", p99, "ms", "<", 100)
    lost = len(bodies) * EVENTS_PER_WEBHOOK - stored
    yield Figure("webhook_lost", lost, "events", "=", 0)


def warm_up(port):
    """Let a server that just started load what it needs; say how long that takes."""
    numbers = range(-WARM_UP_SECONDS * WEBHOOKS_PER_SECOND, 0)
    bodies = [sign([make_event(number, 0)]) for number in numbers]
    milliseconds, refused = send_all(port, bodies)
    milliseconds.sort()
    note(
        f"the first {WARM_UP_SECONDS} s of the server: {len(bodies)} webhooks, 99 % "
        f"within {milliseconds[int(len(milliseconds) * 0.99)]:.0f} ms; {refused} not "
        "acknowledged"
    )


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
