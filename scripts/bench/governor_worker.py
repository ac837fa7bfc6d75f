"""One Odoo process of the bench `governor`: a JSON order a line, a JSON answer a line.

Started as `governor_worker.py CONFIGURATION DATABASE`.
"""

import json
import sys
import time
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import requests
from lxml import html

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

CLIENT_ID = "simulator-development-client"
CLIENT_SECRET = "simulator-development-secret"
# A worker of the addon would be rescheduled instead of waiting longer.
LONGEST_NAP = 5


@contextmanager
def timed(model_class, name, milliseconds):
    """Note in a list how long each call of a method takes."""
    method = getattr(model_class, name)

    def measure(*arguments, **keywords):
        started = time.perf_counter()
        try:
            return method(*arguments, **keywords)
        finally:
            milliseconds.append((time.perf_counter() - started) * 1000)

    setattr(model_class, name, measure)
    try:
        yield
    finally:
        setattr(model_class, name, method)


class Orders:
    """What a worker can be told to do; each method returns the answer."""

    def __init__(self, registry):
        self.registry = registry

    @contextmanager
    def connection(self):
        """Yield the one connection, on a transaction that is committed."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            yield env["qbo.connection"].search([], limit=1)

    def connect(self, realm):
        """Go through the consent as an administrator's browser would."""
        with self.connection() as connection:
            connection = connection.create(
                {"client_id": CLIENT_ID, "client_secret_input": CLIENT_SECRET}
            )
            url = connection.action_connect()["url"]
            connection.env.cr.commit()
            query = self._consent(url, realm)
            connection._consume_oauth_state(query["state"])
            connection._complete_connection(query["code"], query["realmId"])
        return {}

    @staticmethod
    def _consent(url, realm):
        page = requests.get(url, timeout=30)
        form = html.fromstring(page.content).forms[0]
        answer = requests.post(
            url.partition("?")[0],
            data={**form.fields, "realm_id": realm, "decision": "connect"},
            allow_redirects=False,
            timeout=30,
        )
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        return {name: values[0] for name, values in query.items()}

    def warm(self):
        """Load what the first call would have to load."""
        with self.connection() as connection:
            connection.env["qbo.governor"]._describe(connection)
        return {}

    def take(self, seconds):
        """Wait for turns as the addon does; return how long each take took."""
        from odoo.addons.quickbooks_online.exceptions import QboThrottledError

        milliseconds = []
        end = time.monotonic() + seconds
        with self.connection() as connection:
            governor = connection.env["qbo.governor"]
            with timed(type(governor), "_take", milliseconds):
                while time.monotonic() < end:
                    try:
                        governor._wait_turn(connection, "request", place=None)
                    except QboThrottledError as error:
                        time.sleep(min(error.retry_after or 1, LONGEST_NAP))
        return {"milliseconds": milliseconds}

    def call(self, seconds, batches):
        """Call QuickBooks for a while, with batches or without; count the calls."""
        from odoo.addons.quickbooks_online.exceptions import QboThrottledError

        calls = 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with self.connection() as connection:
                    connection._call(self._read_batch if batches else self._read)
                calls += 1
            except QboThrottledError as error:
                time.sleep(min(error.retry_after or 1, LONGEST_NAP))
        return {"calls": calls}

    @staticmethod
    def _read(client):
        client.get_company_info()

    @staticmethod
    def _read_batch(client):
        client.query_batch({"terms": "select * from Term"})


def main(configuration, database, orders=Orders):
    odoo.tools.config.parse_config(
        ["-c", configuration, "-d", database, "--no-http", "--log-level=error"]
    )
    orders = orders(Registry(database))
    for line in sys.stdin:
        values = json.loads(line)
        answer = getattr(orders, values.pop("order"))(**values)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
