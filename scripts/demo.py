"""The main job, done for real over HTTP: connect Odoo to (simulated) QuickBooks.

Logs in to Odoo, enters the keys of the Intuit app, follows the OAuth redirects through
the consent page like a browser, loads the reference lists, tests the connection; then
two people draft, submit, approve and push documents (`demo_push.py`), and a bookkeeper
receives payments (`demo_payments.py`), and an accountant recognizes revenue
(`demo_revenue.py`). Prints what was done. Exits with 1 and one
sentence when any step fails.
"""

import argparse
import sys
import time
from collections import Counter
from urllib.parse import urljoin, urlsplit

from demo_payments import PaymentDemo
from demo_push import PushDemo
from demo_revenue import BALANCES, ENTRY_LINES, RevenueDemo
from lxml import html
from odoo_rpc import OdooError, OdooSession

CLIENT_ID = "simulator-development-client"
CLIENT_SECRET = "simulator-development-secret"
VERIFIER_TOKEN = "simulator-verifier-token"
CALLBACK_PATH = "/quickbooks_online/oauth/callback"
CONNECTION = "qbo.connection"
STEPS = ("Step", "Result", "Time")
RECEIPTS = (
    "Record",
    "In QuickBooks",
    "Id",
    "Number",
    "Total in Odoo",
    "Total in QuickBooks",
    "Receipt",
)
PAYMENTS = ("Payment", "Amount", "Matched", "Open", "State", "Heard by", "Why open")


class DemoError(Exception):
    """A step of the demonstration failed; the text says which and why."""


class Demo:
    """One run of the main job; `rows` collects what to print."""

    def __init__(self, odoo, simulator_url):
        self.odoo = odoo
        self.simulator_url = simulator_url
        self.connection_id = None
        self.rows = []
        self.receipts = []
        self.payments = []
        self.revenue = None

    def step(self, title, function):
        """Run one step, note its result and duration. Raises DemoError."""
        started = time.monotonic()
        try:
            result = function()
        except (OdooError, DemoError) as error:
            raise DemoError(f"{title}: {error}") from error
        self.rows.append((title, result, f"{time.monotonic() - started:.1f} s"))

    def read(self, *names):
        return self.odoo.call(CONNECTION, "read", [self.connection_id], names)[0]

    def enter_keys(self):
        values = {
            "environment": "sandbox",
            "client_id": CLIENT_ID,
            "client_secret_input": CLIENT_SECRET,
            "verifier_token_input": VERIFIER_TOKEN,
        }
        existing = self.odoo.call(CONNECTION, "search", [], limit=1)
        if existing:
            self.connection_id = existing[0]
            self.odoo.call(CONNECTION, "write", existing, values)
        else:
            self.connection_id = self.odoo.call(CONNECTION, "create", [values])[0]
        if self.read("client_secret_input")["client_secret_input"]:
            raise DemoError("the client secret can be read back")
        return "client id and secret stored, the secret cannot be read back"

    def connect(self):
        action = self.odoo.call(CONNECTION, "action_connect", [self.connection_id])
        consent_page = self.follow("get", action["url"])
        answer = self.submit_consent(consent_page)
        if urlsplit(answer.url).path == CALLBACK_PATH and answer.status_code >= 400:
            raise DemoError(f"the callback page says: {page_text(answer)}")
        values = self.read("state", "company_name", "realm_id")
        if values["state"] != "connected":
            raise DemoError(
                f"the state is {values['state']!r} after the consent, and the last "
                f"page ({answer.url}) says: {page_text(answer)}"
            )
        return f"Connected to: {values['company_name']} (realm {values['realm_id']})"

    def follow(self, method, url, **keywords):
        """Request a page with the browser's cookies, following every redirect."""
        return self.odoo.http.request(method, url, timeout=60, **keywords)

    def submit_consent(self, page):
        """Press Connect on Intuit's consent page and return the last page reached."""
        document = html.fromstring(page.content)
        form = next((f for f in document.forms if connect_button(f) is not None), None)
        if form is None:
            raise DemoError(f"no consent form at {page.url}: {page_text(page)}")
        values = dict(form.form_values())
        button = connect_button(form)
        values[button.get("name")] = button.get("value")
        return self.follow("post", urljoin(page.url, form.action), data=values)

    def load_references(self):
        self.odoo.call(CONNECTION, "action_refresh_references", [self.connection_id])
        groups = self.odoo.call(
            "qbo.reference",
            "formatted_read_group",
            [("connection_id", "=", self.connection_id)],
            groupby=["entity"],
            aggregates=["__count"],
        )
        if not groups:
            raise DemoError("no list was read")
        return ", ".join(f"{group['__count']} {group['entity']}" for group in groups)

    def test_connection(self):
        self.odoo.call(CONNECTION, "action_test_connection", [self.connection_id])
        state = self.read("state")["state"]
        if state != "connected":
            raise DemoError(f"the state is {state!r}")
        return "QuickBooks answers, the connection is healthy"

    def count_calls(self):
        """Ask the simulator what it saw: nothing may have been refused."""
        answer = self.follow("get", f"{self.simulator_url}/_sim/requests").json()
        calls = answer["requests"]
        refused = [call for call in calls if call["status"] >= 400]
        if refused:
            first = refused[0]
            raise DemoError(
                f"{len(refused)} calls were refused, the first one {first['method']} "
                f"{first['path']} with {first['status']}"
            )
        kinds = Counter(call["operation"] for call in calls if call["operation"])
        described = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
        return f"{len(calls)} calls, none refused: {described}"

    def run(self, database, user, password):
        def login():
            self.odoo.login(database, user, password)
            return f"as {user} at {self.odoo.url}"

        self.step("Log in to Odoo", login)
        self.step("Enter the keys of the Intuit app", self.enter_keys)
        self.step("Connect through Intuit's consent page", self.connect)
        self.step("Load the reference lists", self.load_references)
        self.step("Test the connection", self.test_connection)
        push = PushDemo(self, database)
        push.run()
        self.receipts = push.list_receipts()
        payments = PaymentDemo(push)
        payments.run()
        self.payments = payments.list_payments()
        self.revenue = RevenueDemo(push)
        self.revenue.run()
        self.step("What reached QuickBooks", self.count_calls)


def connect_button(form):
    """Return the form's button labelled Connect, or None."""
    for button in form.iter("button", "input"):
        label = button.get("value", "") if button.tag == "input" else button.text
        if (label or "").strip().lower() == "connect":
            return button
    return None


def page_text(response):
    """Return what a page says, in one line of at most 300 characters."""
    document = html.fromstring(response.content or b"<p>(an empty page)</p>")
    for hidden in document.xpath("//script | //style | //head"):
        hidden.drop_tree()
    return " ".join(document.text_content().split())[:300]


def print_table(titles, rows):
    widths = [max(len(row[i]) for row in (titles, *rows)) for i in range(len(titles))]
    for row in (titles, tuple("-" * width for width in widths), *rows):
        print("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip())


def print_revenue(revenue):
    """Print each entry, the months before and after the amendment, both ledgers."""
    for title, rows in revenue.entries:
        print(f"\n{title}")
        print_table(ENTRY_LINES, rows)
    if revenue.changes:
        print("\nWhat the amendment changes")
        print_table(revenue.changes[0], revenue.changes[1:])
    print()
    print_table(BALANCES, revenue.balances)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--odoo", required=True)
    parser.add_argument("--simulator", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password", default="admin")
    options = parser.parse_args()
    demo = Demo(OdooSession(options.odoo), options.simulator)
    try:
        demo.run(options.database, options.user, options.password)
    except DemoError as error:
        print_table(STEPS, demo.rows)
        sys.exit(f"The demonstration failed. {error}")
    print_table(STEPS, demo.rows)
    print()
    print_table(RECEIPTS, demo.receipts)
    print()
    print_table(PAYMENTS, demo.payments)
    print_revenue(demo.revenue)


if __name__ == "__main__":
    main()
