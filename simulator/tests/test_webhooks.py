"""Webhooks: format, signature, retries, and everything that goes wrong on the way."""

import base64
import hashlib
import hmac
import json
import re
from datetime import timedelta
from itertools import pairwise

import pytest
from conftest import GB, US

from simulator.changes import Change
from simulator.webhooks import MAXIMUM_EVENTS, sign

URL = "https://odoo.example.com/quickbooks_online/webhook"
NANOSECONDS = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$")


@pytest.fixture
def told(client, token):
    """A client whose development app has an endpoint."""
    client.control("POST", "webhooks", {"url": URL})
    return client


class Listener:
    """An endpoint that answers with the statuses it is told, then 200."""

    def __init__(self, *statuses):
        self.statuses = list(statuses)
        self.heard = []

    def __call__(self, delivery):
        self.heard.append(delivery)
        return self.statuses.pop(0) if self.statuses else 200

    @property
    def events(self):
        return [event for each in self.heard for event in json.loads(each.body)]

    @property
    def ids(self):
        return [event["intuitentityid"] for event in self.events]


def change(client, entity="Customer", qbo_id="1", operation="Update", realm=US, **more):
    client.simulator._publish(
        Change(realm, entity, qbo_id, operation, client.simulator.clock.now(), **more)
    )


def flush(client, *statuses):
    listener = Listener(*statuses)
    client.simulator.webhooks.flush(listener)
    return listener


# --- format and signature ---


def test_signature_vector():
    body = (
        b'{"eventNotifications":[{"realmId":"1185883450","dataChangeEvent":{"entities":'
        b'[{"name":"Customer","id":"1","operation":"Create",'
        b'"lastUpdated":"2015-10-05T14:42:19-0700"}]}}]}'
    )
    token = "b5771f19b12ddb4bcdb9f08bdc50bc63878a"
    assert sign(body, token) == "JC2GUwciPmRBwEO7WvrRmKqu9tGOKL8FFallocTFi8Q="


def test_cloud_event(told):
    change(told, "Invoice", "130", "Void")
    (delivery,) = flush(told).heard
    assert delivery.url == URL
    assert delivery.headers["Content-Type"] == "application/cloudevents+json"
    digest = hmac.new(
        b"simulator-verifier-token", delivery.body, hashlib.sha256
    ).digest()
    assert delivery.headers["intuit-signature"] == base64.b64encode(digest).decode()
    (event,) = json.loads(delivery.body)
    assert list(event) == [
        "specversion",
        "id",
        "source",
        "type",
        "time",
        "intuitentityid",
        "intuitaccountid",
        "data",
    ]
    assert event["specversion"] == "1.0"
    assert event["source"].startswith("intuit.")
    assert event["type"] == "qbo.invoice.voided.v1"
    assert NANOSECONDS.match(event["time"])
    assert event["time"].startswith("2026-11-22T18:00:00.")
    assert (event["intuitentityid"], event["intuitaccountid"]) == ("130", US)


@pytest.mark.parametrize(
    ("operation", "verb"),
    [
        ("Create", "created"),
        ("Update", "updated"),
        ("Delete", "deleted"),
        ("Void", "voided"),
        ("Emailed", "emailed"),
    ],
)
def test_verbs(told, operation, verb):
    change(told, "CreditMemo", operation=operation)
    assert flush(told).events[0]["type"] == f"qbo.creditmemo.{verb}.v1"


def test_merge_names_the_loser(told):
    change(told, operation="Merge", qbo_id="5", deleted_id="9")
    event = flush(told).events[0]
    assert event["data"] == {"deletedid": "9"}
    told.control("POST", "webhooks", {"format": "classic"})
    change(told, operation="Merge", qbo_id="5", deleted_id="9")
    (delivery,) = flush(told).heard
    entity = json.loads(delivery.body)["eventNotifications"][0]["dataChangeEvent"][
        "entities"
    ][0]
    assert entity["deletedId"] == "9"


def test_new_classes_carry_alternative_ids(told):
    change(told, "Class", "5000000000000085682", "Create")
    data = flush(told).events[0]["data"]
    assert data["alternative_ids"][0]["namespace"] == "Intuit.sbseg.v4"


def test_classic_format(told):
    told.control("POST", "webhooks", {"format": "classic", "verifier_token": "other"})
    change(told, "Vendor", "40")
    (delivery,) = flush(told).heard
    assert delivery.headers["Content-Type"] == "application/json"
    assert delivery.headers["intuit-signature"] == sign(delivery.body, "other")
    assert json.loads(delivery.body) == {
        "eventNotifications": [
            {
                "realmId": US,
                "dataChangeEvent": {
                    "entities": [
                        {
                            "name": "Vendor",
                            "id": "40",
                            "operation": "Update",
                            "lastUpdated": "2026-11-22T10:00:00-0800",
                        }
                    ]
                },
            }
        ]
    }


# --- what is told to whom ---


def test_own_writes_echo_back(told, token):
    created = told.create("customer", {"DisplayName": "Echo"}, token).json()
    events = flush(told).events
    assert [event["type"] for event in events] == ["qbo.customer.created.v1"]
    assert events[0]["intuitentityid"] == created["Customer"]["Id"]


def test_a_refused_write_tells_nothing(told, token):
    told.create("customer", {"DisplayName": ""}, token)
    assert flush(told).heard == []


@pytest.mark.parametrize("entity", ["TaxCode", "TaxRate", "CompanyInfo"])
def test_entities_without_webhooks(told, entity):
    change(told, entity)
    assert flush(told).heard == []


def test_only_connected_companies_are_told(told):
    change(told, realm=GB)
    assert flush(told).heard == []
    told.connect(GB)
    change(told, realm=GB)
    assert len(flush(told).heard) == 1
    told.control("POST", "grants", {"action": "disconnect", "realm": GB})
    change(told, realm=GB)
    assert flush(told).heard == []
    told.control("POST", "switches", {"webhooks_need_grant": False})
    change(told, realm=GB)
    assert len(flush(told).heard) == 1


def test_changes_wait_for_an_endpoint(client, token):
    change(client)
    assert flush(client).heard == []
    client.control("POST", "webhooks", {"url": URL})
    assert len(flush(client).heard) == 1


# --- packing ---


def test_at_most_a_hundred_events_a_post(told):
    for number in range(MAXIMUM_EVENTS + 1):
        change(told, qbo_id=str(number))
    listener = flush(told)
    assert [len(each.events) for each in listener.heard] == [100, 1]
    assert listener.ids == [str(number) for number in range(101)]
    assert len({event["id"] for event in listener.events}) == 101


def test_realms_mix_unless_told_otherwise(told):
    told.connect(GB)
    for realm in (US, GB, US):
        change(told, realm=realm)
    (delivery,) = flush(told).heard
    assert len(json.loads(delivery.body)) == 3
    told.control("POST", "webhooks", {"behaviour": {"mix_realms": False}})
    for realm in (US, GB, US):
        change(told, realm=realm)
    bodies = [json.loads(each.body) for each in flush(told).heard]
    assert [{e["intuitaccountid"] for e in body} for body in bodies] == [{US}, {GB}]


def test_classic_groups_by_realm(told):
    told.connect(GB)
    told.control("POST", "webhooks", {"format": "classic"})
    for realm in (US, GB, US):
        change(told, realm=realm)
    (delivery,) = flush(told).heard
    notifications = json.loads(delivery.body)["eventNotifications"]
    assert [len(n["dataChangeEvent"]["entities"]) for n in notifications] == [2, 1]


# --- behaviour ---


def test_drop(told):
    told.control("POST", "webhooks", {"behaviour": {"drop_next": 2}})
    for number in "123":
        change(told, qbo_id=number)
    assert flush(told).ids == ["3"]


def test_duplicates_keep_their_event_ids(told):
    told.control("POST", "webhooks", {"behaviour": {"duplicates": 2}})
    change(told)
    listener = flush(told)
    assert len(listener.heard) == 3
    assert len({event["id"] for event in listener.events}) == 1


def test_delay(told, clock):
    told.control("POST", "webhooks", {"behaviour": {"delay_seconds": 300}})
    change(told)
    clock.advance(299)
    assert flush(told).heard == []
    clock.advance(1)
    assert len(flush(told).heard) == 1


def test_shuffle(told):
    told.control("POST", "webhooks", {"behaviour": {"shuffle": 3}})
    for number in range(20):
        change(told, qbo_id=str(number))
    ids = flush(told).ids
    assert ids != sorted(ids, key=int)
    assert sorted(ids, key=int) == [str(number) for number in range(20)]


def test_pause(told):
    told.control("POST", "webhooks", {"behaviour": {"paused": True}})
    change(told)
    assert flush(told).heard == []
    told.control("POST", "webhooks", {"behaviour": {"paused": False}})
    assert len(flush(told).heard) == 1


# --- retries ---


@pytest.mark.parametrize("status", [None, 302, 400, 403, 500, 503])
def test_everything_but_2xx_is_tried_again(told, clock, status):
    change(told)
    assert len(flush(told, status).heard) == 1
    assert flush(told).heard == []
    clock.advance(10)
    assert len(flush(told, 204).heard) == 1
    clock.advance(86400)
    assert flush(told).heard == []


def test_retry_schedule(told, clock):
    change(told)
    start = clock.now()
    moments = []
    for _ in range(4 * 86400 // 10):
        moments += [clock.now() - start for _ in flush(told, 500).heard]
        clock.advance(10)
    waits = [
        int((after - before) / timedelta(seconds=1))
        for before, after in pairwise(moments)
    ]
    assert waits[:10] == [10, 20, 30, 300, 1200, 7200, 14400, 21600, 21600, 21600]
    assert set(waits[10:]) == {21600}


def test_later_events_wait_for_the_first(told, clock):
    change(told, qbo_id="1")
    flush(told, 500)
    change(told, qbo_id="2")
    assert flush(told).heard == []
    clock.advance(10)
    assert flush(told).ids == ["1", "2"]


def test_repeated_body_is_the_same_to_the_byte(told, clock):
    change(told)
    first = flush(told, 500).heard[0]
    body = first.body
    clock.advance(10)
    assert flush(told).heard[0].body == body


def test_deliveries_are_logged(told, clock):
    change(told)
    flush(told, 500)
    clock.advance(10)
    flush(told)
    (row,) = told.control("GET", "webhooks/deliveries").json()["deliveries"]
    assert [attempt["status"] for attempt in row["attempts"]] == [500, 200]
    assert row["acknowledged"] is True
    assert json.loads(row["body"])[0]["specversion"] == "1.0"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": "odoo.example.com"}, "url"),
        ({"format": "xml"}, "format"),
        ({"verifier_token": ""}, "verifier_token"),
        ({"behaviour": {"batch_size": 101}}, "batch_size"),
        ({"behaviour": {"drop_next": -1}}, "drop_next"),
        ({"behaviour": {"explode": 1}}, "explode"),
        ({"other": 1}, "other"),
    ],
)
def test_configuration_that_makes_no_sense(client, changes, words):
    answer = client.control("POST", "webhooks", changes)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
