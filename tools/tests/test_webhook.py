"""Signatures, and every body that may come."""

import base64
import hmac
import json
from datetime import datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online.tools import webhook
from quickbooks_online.tools.webhook import MalformedWebhook, is_valid_signature, parse

# From the tests of Intuit's Java SDK.
TOKEN = "b5771f19b12ddb4bcdb9f08bdc50bc63878a"
CLASSIC = (
    b'{"eventNotifications":[{"realmId":"1185883450","dataChangeEvent":{"entities":'
    b'[{"name":"Customer","id":"1","operation":"Create","lastUpdated":'
    b'"2015-10-05T14:42:19-0700"}]}}]}'
)
SIGNATURE = "JC2GUwciPmRBwEO7WvrRmKqu9tGOKL8FFallocTFi8Q="
# From the tests of Intuit's .NET SDK.
CLOUD = (
    b'[{"specversion":"1.0","id":"d1a3aedd-9670-41bf-a4f9-c148a1cc4e03","source":'
    b'"intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=","type":'
    b'"qbo.class.created.v1","time":"2025-10-07T19:59:07.034359333Z",'
    b'"intuitentityid":"1234","intuitaccountid":"310687","data":{"alternative_ids":'
    b'[{"id":"djQuMTo5MTMwMzUyMjI1NzM5NDQ2OjlkNjk5ZTk2MDg:400000381","namespace":'
    b'"Intuit.sbseg.v4"}]}}]'
)


def cloud(**members):
    event = {
        "specversion": "1.0",
        "id": "event-1",
        "source": "intuit.x",
        "type": "qbo.invoice.updated.v1",
        "time": "2026-11-22T10:00:00Z",
        "intuitentityid": "77",
        "intuitaccountid": "9341450000000001",
    }
    event.update(members)
    return {key: value for key, value in event.items() if value is not ...}


def parse_cloud(**members):
    return parse(json.dumps([cloud(**members)]).encode())


class TestSignature:
    def test_published_vector(self):
        assert is_valid_signature(CLASSIC, SIGNATURE, TOKEN)

    def test_another_byte_or_token(self):
        assert not is_valid_signature(CLASSIC + b" ", SIGNATURE, TOKEN)
        assert not is_valid_signature(CLASSIC, SIGNATURE, TOKEN[:-1])

    @pytest.mark.parametrize(
        "signature",
        [
            "",
            None,
            "x",
            "====",
            "é",
            "JC2G",
            SIGNATURE[:-1],
            SIGNATURE + "\n!",
            "-_" * 22,
        ],
    )
    def test_no_signature(self, signature):
        assert is_valid_signature(CLASSIC, signature, TOKEN) is False

    @pytest.mark.parametrize("token", ["", None, False])
    def test_no_token_refuses_even_a_right_signature(self, token):
        signature = base64.b64encode(hmac.new(b"", CLASSIC, sha256).digest())
        assert is_valid_signature(CLASSIC, signature.decode(), token) is False

    @given(body=st.binary(max_size=50), token=st.text(min_size=1, max_size=20))
    def test_round_trip(self, body, token):
        signature = hmac.new(token.encode(), body, sha256).digest()
        assert is_valid_signature(body, base64.b64encode(signature).decode(), token)
        wrong = signature[:-1] + bytes([signature[-1] ^ 1])
        assert not is_valid_signature(body, base64.b64encode(wrong).decode(), token)


class TestClassic:
    def test_published_sample(self):
        (event,) = parse(CLASSIC)
        assert event.realm_id == "1185883450"
        assert (event.entity, event.qbo_id) == ("Customer", "1")
        assert event.operation == "create"
        assert event.time == datetime(2015, 10, 5, 21, 42, 19)
        assert event.deleted_id is None

    def test_a_repetition_has_the_same_id(self):
        (first,), (second,) = parse(CLASSIC), parse(b" " + CLASSIC)
        assert first.id == second.id
        assert first.id.startswith("sha256-")

    @pytest.mark.parametrize(
        "old, new",
        [
            (b"1185883450", b"2"),
            (b":19-", b":20-"),
            (b'"1"', b'"2"'),
            (b"Create", b"Void"),
        ],
    )
    def test_another_event_has_another_id(self, old, new):
        (first,), (second,) = parse(CLASSIC), parse(CLASSIC.replace(old, new))
        assert first.id != second.id

    def test_several_realms_and_a_merge(self):
        entities = [
            {"name": "Vendor", "id": "40", "operation": "Emailed"},
            {"name": "Customer", "id": 12, "operation": "Merge", "deletedId": "11"},
        ]
        body = {
            "eventNotifications": [
                {"realmId": realm, "dataChangeEvent": {"entities": entities}}
                for realm in ("1", "2")
            ]
        }
        events = parse(json.dumps(body).encode())
        assert [each.realm_id for each in events] == ["1", "1", "2", "2"]
        assert [each.operation for each in events[:2]] == ["email", "merge"]
        assert (events[1].qbo_id, events[1].deleted_id) == ("12", "11")
        assert events[0].time is None
        assert len({each.id for each in events}) == 4


class TestCloud:
    def test_published_sample(self):
        (event,) = parse(CLOUD)
        assert event.id == "d1a3aedd-9670-41bf-a4f9-c148a1cc4e03"
        assert (event.realm_id, event.entity, event.qbo_id) == (
            "310687",
            "Class",
            "1234",
        )
        assert event.operation == "create"
        assert event.time == datetime(2025, 10, 7, 19, 59, 7, 34359)

    @pytest.mark.parametrize(
        "type_, entity, operation",
        [
            ("qbo.creditmemo.merged.v1", "CreditMemo", "merge"),
            ("qbo.invoice.voided.v1", "Invoice", "void"),
            ("qbo.salesreceipt.emailed.v1", "SalesReceipt", "email"),
            ("qbo.Payment.deleted.v2", "Payment", "delete"),
            ("qbo.widget.spun.v1", "widget", "spun"),
        ],
    )
    def test_types(self, type_, entity, operation):
        (event,) = parse_cloud(type=type_)
        assert (event.entity, event.operation) == (entity, operation)

    @pytest.mark.parametrize(
        "data, deleted_id",
        [
            (..., None),
            ({}, None),
            ({"deletedid": "5"}, "5"),
            ({"deletedId": 6}, "6"),
            ({"deletedid": {"a": []}}, None),
            ([], None),
            ("x", None),
            (None, None),
        ],
    )
    def test_data(self, data, deleted_id):
        (event,) = parse_cloud(data=data)
        assert event.deleted_id == deleted_id

    def test_ids_are_texts(self):
        digits = "123456789012345678901234567890"
        (event,) = parse_cloud(intuitentityid=int(digits), intuitaccountid=int(digits))
        assert (event.qbo_id, event.realm_id) == (digits, digits)

    @pytest.mark.parametrize("id_", [..., "", None, "a\x00b", "x" * 300, {"a": 1}])
    def test_an_unusable_event_id_is_replaced(self, id_):
        (first,), (second,) = parse_cloud(id=id_), parse_cloud(id=id_)
        assert first.id == second.id
        assert first.id.startswith("sha256-")

    @pytest.mark.parametrize(
        "members",
        [
            {"intuitaccountid": ...},
            {"intuitentityid": None},
            {"intuitentityid": "1\x002"},
            {"intuitentityid": True},
            {"intuitentityid": 1.5},
            {"intuitentityid": "  "},
            {"type": ...},
            {"type": "com.other.thing"},
            {"type": "qbo.invoice"},
            {"type": ["qbo.invoice.updated.v1"]},
        ],
    )
    def test_what_is_no_event_is_passed_over_and_said(self, members):
        body = json.dumps([cloud(**members), cloud(), 7, None, []]).encode()
        events = parse(body)
        assert [each.qbo_id for each in events] == ["77"]
        assert len(events.skipped) == 4
        assert json.loads(webhook.cut_rest(events))[1:] == [7, None, []]

    def test_what_came_is_kept_without_what_cannot_be_stored(self):
        data = {"a\x00": ["\ud800", 1, 1.50, 10**30, None, True]}
        (event,) = parse_cloud(data=data)
        assert event.raw["id"] == "event-1"
        assert event.raw["data"] == {"a\ufffd": ["?", 1, "1.5", 10**30, None, True]}

    def test_what_is_endless_is_cut(self):
        (event,) = parse_cloud(data={"x": "y" * 100_000})
        assert len(event.raw["cut"]) == 10_000
        nested = []
        for _level in range(100):
            nested = [nested]
        (event,) = parse_cloud(data=nested)
        assert "…" in json.dumps(event.raw, ensure_ascii=False)

    def test_a_single_event_outside_an_array(self):
        assert len(parse(json.dumps(cloud()).encode())) == 1

    def test_several_realms_in_order(self):
        body = [
            cloud(intuitaccountid=str(number % 3), id=str(number))
            for number in range(9)
        ]
        events = parse(json.dumps(body).encode())
        assert [each.id for each in events] == [str(number) for number in range(9)]
        assert {each.realm_id for each in events} == {"0", "1", "2"}

    def test_a_megabyte(self):
        body = [cloud(id=f"e{number}", data={"x": "y" * 800}) for number in range(1000)]
        events = parse(json.dumps(body).encode())
        assert len(events) == 1000


class TestMalformed:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"x",
            b"\xff",
            b"7",
            b"null",
            b'"text"',
            b"[" * 200_000,
            b'{"a":' * 200_000,
            b'{"eventNotifications":{}}',
            b'{"eventNotifications":null}',
            b'[{"a":NaN}]',
            b"9" * 10_000,
            b"[]" + b" " * 5_000_000,
        ],
    )
    def test_body(self, body):
        with pytest.raises(MalformedWebhook):
            parse(body)

    @pytest.mark.parametrize("body", [b"[]", b"{}", b'{"eventNotifications":[]}'])
    def test_empty_is_not_malformed(self, body):
        assert parse(body) == []

    @pytest.mark.parametrize(
        "body, text",
        [
            (b"", ""),
            (b"x\x00\xff", "x\ufffd\ufffd"),
            (b"[" * 200_000, "[" * 10_000),
        ],
    )
    def test_what_is_kept_of_it(self, body, text):
        assert webhook.cut_text(body) == text

    def test_deep_nesting_inside_an_event(self):
        inner = b"[" * 900 + b"]" * 900
        body = json.dumps([cloud(id=..., data="@")]).encode().replace(b'"@"', inner)
        try:
            assert len(parse(body)) == 1
        except MalformedWebhook:
            pass


names = st.sampled_from(
    ["eventNotifications", "realmId", "dataChangeEvent", "entities", "name", "id"]
    + ["operation", "lastUpdated", "type", "intuitentityid", "intuitaccountid", "time"]
    + ["data", "deletedid"]
)
garbage = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(["qbo.invoice.updated.v1", "2026-01-01T00:00:00Z"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(names, inner, max_size=6),
    max_leaves=20,
)


@given(value=garbage | st.lists(garbage, max_size=5))
def test_garbage_raises_nothing_else(value):
    body = json.dumps(value).encode()
    try:
        events = parse(body)
    except MalformedWebhook:
        return
    for event in events:
        texts = (event.id, event.realm_id, event.entity, event.qbo_id, event.operation)
        assert all(isinstance(each, str) and each.isprintable() for each in texts)
        assert event.time is None or event.time.tzinfo is None
        assert "\\u0000" not in json.dumps(event.raw)
    assert [each.id for each in parse(body)] == [each.id for each in events]


@given(body=st.binary(max_size=80))
def test_any_bytes(body):
    try:
        events = parse(body)
        assert isinstance(events, webhook.Events)
        assert len(events.skipped) == len(events.rest)
    except MalformedWebhook:
        pass
