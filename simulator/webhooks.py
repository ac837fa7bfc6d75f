"""Webhooks: from changes in the books to signed notifications, with Intuit's retries.

Changes wait in a queue per app. `flush` packs what is due into deliveries and hands
each to a sender; nothing here opens a socket, see `delivery.py` for that.
"""

import base64
import hashlib
import hmac
import json
import random
import secrets
import threading
import uuid
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import timedelta, timezone

from .checks import (
    check_known,
    check_object,
    check_one_of,
    check_text,
    check_truth,
    check_whole,
)
from .clock import to_pacific

CLOUD_EVENTS = "cloudevents"
CLASSIC = "classic"
MAXIMUM_EVENTS = 100
LISTENER_SECONDS = 3
RETRY_SECONDS = (10, 20, 30, 300, 1200, 7200, 14400, 21600)
ENTITIES = frozenset(
    (
        *("Account", "Bill", "BillPayment", "Budget", "Class", "CreditMemo"),
        *("Currency", "Customer", "Department", "Deposit", "Employee", "Estimate"),
        *("Invoice", "Item", "JournalCode", "JournalEntry", "Payment"),
        *("PaymentMethod", "Preferences", "Purchase", "PurchaseOrder"),
        *("RefundReceipt", "SalesReceipt", "TaxAgency", "Term", "TimeActivity"),
        *("Transfer", "Vendor", "VendorCredit"),
    )
)
CLOUD_VERBS = {
    "Create": "created",
    "Update": "updated",
    "Delete": "deleted",
    "Merge": "merged",
    "Void": "voided",
    "Emailed": "emailed",
}
ALTERNATIVE_ID_ENTITIES = ("Class", "Employee")
ENDPOINT_KEYS = ("url", "verifier_token", "format", "content_type", "behaviour")
DEFAULT_VERIFIER_TOKEN = "simulator-verifier-token"


def sign(body, verifier_token):
    """Return the `intuit-signature` of the raw body."""
    digest = hmac.new(verifier_token.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


@dataclass
class Event:
    """One change as it will be told; the id is what a receiver de-duplicates by."""

    change: object
    due_at: object
    identity: str = field(default_factory=lambda: str(uuid.uuid4()))

    def cloud(self, source):
        """Return the CloudEvents object."""
        change = self.change
        moment = change.time.astimezone(timezone.utc)
        # Intuit sends nanoseconds; the last three digits are made up from the id.
        nanoseconds = f"{moment.microsecond:06d}{int(self.identity[:4], 16) % 1000:03d}"
        verb = CLOUD_VERBS[change.operation]
        event = {
            "specversion": "1.0",
            "id": self.identity,
            "source": source,
            "type": f"qbo.{change.entity.lower()}.{verb}.v1",
            "time": f"{moment.strftime('%Y-%m-%dT%H:%M:%S')}.{nanoseconds}Z",
            "intuitentityid": str(change.qbo_id),
            "intuitaccountid": change.realm_id,
        }
        if change.deleted_id is not None:
            event["data"] = {"deletedid": str(change.deleted_id)}
        elif change.entity in ALTERNATIVE_ID_ENTITIES and verb == "created":
            identity = f"djQuMTo{change.realm_id}:{change.qbo_id}"
            event["data"] = {
                "alternative_ids": [{"id": identity, "namespace": "Intuit.sbseg.v4"}]
            }
        else:
            event["data"] = {}
        return event

    def classic(self):
        """Return the entity of the older format."""
        change = self.change
        entity = {
            "name": change.entity,
            "id": str(change.qbo_id),
            "operation": change.operation,
            "lastUpdated": to_pacific(change.time).strftime("%Y-%m-%dT%H:%M:%S%z"),
        }
        if change.deleted_id is not None:
            entity["deletedId"] = str(change.deleted_id)
        return entity


@dataclass
class Delivery:
    """One POST to the endpoint, with what became of its attempts."""

    number: int
    url: str
    body: bytes
    headers: dict
    events: list
    next_attempt_at: object
    attempts: list = field(default_factory=list)
    acknowledged: bool = False

    def as_dict(self):
        """Return the delivery as the control API shows it."""
        return {
            "number": self.number,
            "url": self.url,
            "headers": self.headers,
            "body": self.body.decode(),
            "events": len(self.events),
            "attempts": self.attempts,
            "acknowledged": self.acknowledged,
            "next_attempt_at": None
            if self.acknowledged
            else self.next_attempt_at.isoformat(),
        }


@dataclass
class Behaviour:
    """What goes wrong, or merely differently, on the way."""

    drop_next: int = 0
    """Lose this many of the next events for ever."""

    duplicates: int = 0
    """Deliver every notification this many times more."""

    delay_seconds: int = 0
    """Tell a change only this long after it happened."""

    shuffle: int | None = None
    """Shuffle what is told together; the number is the seed."""

    mix_realms: bool = True
    """Whether one POST may tell of several companies."""

    batch_size: int = MAXIMUM_EVENTS
    """Events per POST (Intuit's maximum is 100)."""

    paused: bool = False
    """Collect changes without telling any."""

    def update(self, changes):
        """Set the named properties; ValueError names what is wrong."""
        check_known("behaviour", changes, asdict(self))
        for name, value in changes.items():
            if isinstance(getattr(Behaviour, name), bool):
                check_truth(name, value)
            elif name != "shuffle" or value is not None:
                check_whole(name, value)
        if not 1 <= changes.get("batch_size", 1) <= MAXIMUM_EVENTS:
            raise ValueError(f"batch_size is 1 to {MAXIMUM_EVENTS}.")
        for name, value in changes.items():
            setattr(self, name, value)


class Endpoint:
    """One app's endpoint: the queue of changes and of unacknowledged deliveries."""

    def __init__(self, clock, client_id):
        self._clock = clock
        self.client_id = client_id
        self.url = None
        self.verifier_token = DEFAULT_VERIFIER_TOKEN
        self.format = CLOUD_EVENTS
        self.content_type = "application/cloudevents+json"
        self.behaviour = Behaviour()
        self.source = f"intuit.{base64.b64encode(secrets.token_bytes(32)).decode()}"
        self.pending = []
        self.outgoing = deque()
        self.log = deque(maxlen=1000)
        self.dropped = 0
        self._numbers = 0

    def configure(self, changes):
        """Set url, verifier_token, format, content_type, behaviour; ValueError."""
        check_known("The endpoint", changes, ENDPOINT_KEYS)
        check_one_of("format", changes.get("format", CLASSIC), (CLOUD_EVENTS, CLASSIC))
        for name in ("verifier_token", "content_type"):
            check_text(name, changes.get(name, "x"))
        if changes.get("url") is not None:
            check_text("url", changes["url"])
            if not changes["url"].startswith(("http://", "https://")):
                raise ValueError("url is an absolute http or https URL, or null.")
        check_object("behaviour", changes.get("behaviour", {}))
        self.behaviour.update(changes.get("behaviour", {}))
        for name in ENDPOINT_KEYS:
            if name in changes and name != "behaviour":
                setattr(self, name, changes[name])

    def add(self, change):
        """Queue a change, unless it is to get lost."""
        if self.behaviour.drop_next:
            self.behaviour.drop_next -= 1
            self.dropped += 1
            return
        delay = timedelta(seconds=self.behaviour.delay_seconds)
        self.pending.append(Event(change, self._clock.now() + delay))

    def pack(self):
        """Turn the events that are due into deliveries waiting to be sent."""
        now = self._clock.now()
        due = [event for event in self.pending if event.due_at <= now]
        if not due or self.behaviour.paused or not self.url:
            return
        self.pending = [event for event in self.pending if event.due_at > now]
        if self.behaviour.shuffle is not None:
            random.Random(self.behaviour.shuffle).shuffle(due)
        for group in self._groups(due):
            for _ in range(1 + self.behaviour.duplicates):
                self._numbers += 1
                delivery = self._make(group, now)
                self.outgoing.append(delivery)
                self.log.append(delivery)

    def _groups(self, events):
        size = self.behaviour.batch_size
        if self.behaviour.mix_realms:
            parts = [events]
        else:
            by_realm = {}
            for event in events:
                by_realm.setdefault(event.change.realm_id, []).append(event)
            parts = by_realm.values()
        for part in parts:
            for start in range(0, len(part), size):
                yield part[start : start + size]

    def _make(self, events, now):
        if self.format == CLOUD_EVENTS:
            payload = [event.cloud(self.source) for event in events]
            content_type = self.content_type
        else:
            payload = {"eventNotifications": _by_realm(events)}
            content_type = "application/json"
        body = json.dumps(payload, separators=(",", ":")).encode()
        headers = {
            "Content-Type": content_type,
            "User-Agent": "intuit_notification_server/1.0",
            "intuit-signature": sign(body, self.verifier_token),
            "intuit-created-time": now.isoformat(timespec="seconds"),
            "intuit-t-id": str(uuid.uuid4()),
            "intuit-notification-schema-version": "1.0",
        }
        return Delivery(self._numbers, self.url, body, headers, events, now)

    def as_dict(self):
        """Return the configuration as the control API shows it."""
        return {
            "client_id": self.client_id,
            "url": self.url,
            "verifier_token": self.verifier_token,
            "format": self.format,
            "content_type": self.content_type,
            "behaviour": vars(self.behaviour),
            "pending": len(self.pending),
            "unacknowledged": len(self.outgoing),
            "dropped": self.dropped,
        }


def _by_realm(events):
    notifications = {}
    for event in events:
        entities = notifications.setdefault(event.change.realm_id, [])
        entities.append(event.classic())
    return [
        {"realmId": realm_id, "dataChangeEvent": {"entities": entities}}
        for realm_id, entities in notifications.items()
    ]


def retry_delay(attempts):
    """Return the seconds until the next attempt after `attempts` failed ones."""
    return RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1]


class WebhookCentre:
    """All endpoints. Thread-safe; deliveries of one endpoint go out one at a time."""

    def __init__(self, clock):
        self._clock = clock
        self._lock = threading.RLock()
        self._sending = threading.Lock()
        self._endpoints = {}
        self.changed = threading.Event()
        clock.on_advance(self.changed.set)

    def endpoint(self, client_id):
        """Return the app's endpoint."""
        with self._lock:
            if client_id not in self._endpoints:
                self._endpoints[client_id] = Endpoint(self._clock, client_id)
            return self._endpoints[client_id]

    def endpoints(self):
        """Return all endpoints that were ever configured or asked for."""
        with self._lock:
            return list(self._endpoints.values())

    def configure(self, client_id, changes):
        """Configure the app's endpoint; ValueError when that makes no sense."""
        with self._lock:
            endpoint = self.endpoint(client_id)
            endpoint.configure(changes)
        self.changed.set()
        return endpoint

    def publish(self, change, client_ids):
        """Queue a change for the apps that are connected to its company."""
        if change.entity not in ENTITIES:
            return
        with self._lock:
            for client_id in client_ids:
                self.endpoint(client_id).add(change)
        self.changed.set()

    def reset(self):
        """Forget endpoints, queues and logs."""
        with self._lock:
            self._endpoints = {}

    def next_due(self):
        """Return the moment something is next to be done, or None."""
        with self._lock:
            moments = []
            for endpoint in self._endpoints.values():
                if endpoint.outgoing:
                    moments.append(endpoint.outgoing[0].next_attempt_at)
                elif endpoint.url and not endpoint.behaviour.paused:
                    moments += [event.due_at for event in endpoint.pending]
        return min(moments, default=None)

    def flush(self, send):
        """Deliver what is due; `send(delivery)` returns the HTTP status, None for none.

        Returns the deliveries attempted. A delivery that is not acknowledged with a 2xx
        holds back all later ones of its endpoint and is tried again after 10 s, 20 s,
        30 s, 5 min, 20 min, 2 h, 4 h, 6 h and then every 6 h.
        """
        attempted = []
        with self._sending:
            for endpoint in self.endpoints():
                with self._lock:
                    endpoint.pack()
                while endpoint.outgoing:
                    delivery = endpoint.outgoing[0]
                    if delivery.next_attempt_at > self._clock.now():
                        break
                    self._attempt(delivery, send)
                    attempted.append(delivery)
                    if not delivery.acknowledged:
                        break
                    endpoint.outgoing.popleft()
        return attempted

    def _attempt(self, delivery, send):
        now = self._clock.now()
        status = send(delivery)
        delivery.attempts.append({"time": now.isoformat(), "status": status})
        if status is not None and 200 <= status < 300:
            delivery.acknowledged = True
        else:
            wait = retry_delay(len(delivery.attempts))
            delivery.next_attempt_at = now + timedelta(seconds=wait)
