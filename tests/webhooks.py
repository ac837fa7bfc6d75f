"""Webhooks in tests: bodies as Intuit writes them, signed."""

import base64
import hmac
import json
from hashlib import sha256

from .common import US_REALM, VERIFIER_TOKEN


def sign(body, token=VERIFIER_TOKEN):
    """Return the header ``intuit-signature`` of a body (bytes)."""
    digest = hmac.new(token.encode(), body, sha256).digest()
    return base64.b64encode(digest).decode()


def make_event(number=1, realm_id=US_REALM, **members):
    """Return an event as CloudEvents have it; ``...`` leaves a member out."""
    event = {
        "specversion": "1.0",
        "id": f"event-{number}",
        "source": "intuit.test",
        "type": "qbo.payment.created.v1",
        "time": "2026-11-22T10:00:00.123456789Z",
        "intuitentityid": str(number),
        "intuitaccountid": realm_id,
        "data": {},
    }
    event |= members
    return {name: value for name, value in event.items() if value is not ...}


def make_body(*events):
    return json.dumps(events).encode()


def make_classic_body(realm_id=US_REALM, *entities):
    """Return a body of the older form."""
    change = {"realmId": realm_id, "dataChangeEvent": {"entities": list(entities)}}
    return json.dumps({"eventNotifications": [change]}).encode()


class WebhookMixin:
    """What is in the inbox, and in the tally."""

    def get_events(self, connection=None):
        """Return the events of a connection, in the order they were stored."""
        self.env.flush_all()
        self.env.invalidate_all()
        connection = connection or self.connection
        domain = [("connection_id", "=", connection.id)]
        return self.env["qbo.event"].search(domain, order="id")

    def get_event_ids(self, connection=None):
        return sorted(self.get_events(connection).mapped("qbo_id"), key=str)

    def get_tally(self):
        """Return {(kind, connection or empty): number} of all minutes."""
        self.env.invalidate_all()
        return {
            (kind, connection): number
            for kind, connection, number in self.env["qbo.webhook.count"]._read_group(
                [], ["kind", "connection_id"], ["number:sum"]
            )
        }

    def count_triggers(self, connection=None):
        """Return how often the worker of a connection was woken."""
        cron = (connection or self.connection).sudo().worker_cron_id
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])

    def forget_triggers(self):
        self.env["ir.cron.trigger"].search([]).unlink()
