"""Faults injected into single items of a batch."""

import pytest
from conftest import GB, US


def item(batch_id, name, operation="create"):
    body = {"DisplayName": name}
    return {"bId": batch_id, "operation": operation, "Customer": body}


def send(client, token, *items, **params):
    body = {"BatchItemRequest": list(items)}
    answer = client.api("POST", "batch", token, json=body, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["BatchItemResponse"]


def names(client):
    rows = client.control("GET", f"objects/{US}/Customer").json()["objects"]
    return {row["DisplayName"] for row in rows}


def three():
    return [item(letter, f"New {letter}") for letter in "abc"]


def test_a_fault_meets_one_item(client, token):
    rule = client.inject({"fault": "6000", "detail": "No."}, item={"bId": "b"})
    first, second, third = send(client, token, *three())
    assert list(second) == ["Fault", "bId"]
    assert second["Fault"] == {
        "Error": [
            {
                "Message": "A business validation error has occurred while processing "
                "your request",
                "Detail": "No.",
                "code": "6000",
                "element": "",
            }
        ],
        "type": "ValidationFault",
    }
    assert "Customer" in first and "Customer" in third
    assert "New b" not in names(client) and "New c" in names(client)
    (listed,) = client.control("GET", "faults").json()["faults"]
    assert (listed["id"], listed["seen"], listed["applied"]) == (rule["id"], 1, 1)


def test_committed_but_answered_with_a_fault(client, token):
    action = {"fault": "10000", "committed": True}
    client.inject(action, item={"bId": "b"}, times=1)
    _, second, _ = send(client, token, *three(), requestid="r1")
    assert second["Fault"]["type"] == "SystemFault"
    assert "New b" in names(client)
    # The repetition tells what really happened.
    _, second, _ = send(client, token, *three(), requestid="r1")
    assert second["Customer"]["DisplayName"] == "New b"


def test_a_fault_that_stopped_the_item_is_forgotten(client, token):
    client.inject({"fault": "10000"}, item={"bId": "b"}, times=1)
    send(client, token, *three(), requestid="r1")
    _, second, _ = send(client, token, *three(), requestid="r1")
    assert second["Customer"]["DisplayName"] == "New b"


@pytest.mark.parametrize("committed", [True, False])
def test_an_item_missing_from_the_answer(client, token, committed):
    client.inject({"omit": True, "committed": committed}, item={"position": 2})
    answers = send(client, token, *three())
    assert [each["bId"] for each in answers] == ["a", "c"]
    assert ("New b" in names(client)) is committed


def test_omitted_items_are_carried_out_unless_said(client, token):
    client.inject({"omit": True}, item={})
    assert send(client, token, *three()) == []
    assert {"New a", "New b", "New c"} <= names(client)


def test_a_foreign_id(client, token):
    client.inject({"answer_id": "1"}, item={"bId": "a"})
    first, second, _ = send(client, token, *three())
    assert first["Customer"]["Id"] == "1"
    assert first["Customer"]["DisplayName"] == "New a"
    assert second["Customer"]["Id"] != "1"


def test_a_foreign_bid(client, token):
    client.inject({"answer_bid": "zz"}, item={"bId": "a"})
    assert [each["bId"] for each in send(client, token, *three())] == ["zz", "b", "c"]


def test_an_item_answered_twice(client, token):
    client.inject({"repeat": True}, item={"bId": "b"}, times=1)
    answers = send(client, token, *three())
    assert [each["bId"] for each in answers] == ["a", "b", "b", "c"]
    assert answers[1] == answers[2]
    client.inject({"repeat": True, "answer_id": "1"}, item={}, times=1)
    first, second = send(client, token, item("d", "New d"))
    assert first["Customer"]["Id"] != second["Customer"]["Id"] == "1"


def test_a_foreign_id_of_a_single_call(client, token):
    client.inject({"answer_id": "1"}, operation="create")
    answer = client.create("customer", {"DisplayName": "Alone"}, token).json()
    assert answer["Customer"]["Id"] == "1"
    assert answer["Customer"]["DisplayName"] == "Alone"
    assert "Alone" in names(client)
    client.control("DELETE", "faults")
    client.inject({"answer_id": "1"}, operation="create")
    refused = client.create("customer", {"DisplayName": "Alone"}, token).json()
    assert refused["Fault"]["Error"][0]["code"] == "6240"


@pytest.mark.parametrize(
    ("match", "struck"),
    [
        ({"item": {}}, "abcq"),
        ({"item": {"entity": "Customer"}}, "ac"),
        ({"item": {"entity": "vendor"}}, "b"),
        ({"item": {"entity": "Term"}}, "q"),
        ({"item": {"operation": "create"}}, "ab"),
        ({"item": {"operation": "update"}}, "c"),
        ({"item": {"operation": "query"}}, "q"),
        ({"item": {"body": "New b"}}, "b"),
        ({"item": {"position": 3}}, "c"),
        ({"item": {"bId": "a", "position": 3}}, ""),
        ({"item": {}, "nth": 2}, "b"),
        ({"item": {}, "every": 2}, "bq"),
        ({"item": {}, "times": 3}, "abc"),
        ({"item": {"entity": "Customer"}, "nth": 2}, "c"),
        ({"item": {}, "realm": GB}, ""),
        ({"item": {}, "path": "customer"}, ""),
    ],
)
def test_which_items(client, token, match, struck):
    client.inject({"fault": "777"}, **match)
    answers = send(
        client,
        token,
        item("a", "New a"),
        {"bId": "b", "operation": "create", "Vendor": {"DisplayName": "New b"}},
        item("c", "New c", "update"),
        {"bId": "q", "Query": "select * from Term"},
    )
    hit = [
        each["bId"]
        for each in answers
        if each.get("Fault", {}).get("Error", [{}])[0].get("code") == "777"
    ]
    assert "".join(hit) == struck


def test_item_rules_meet_no_calls(client, token):
    client.inject({"fault": "6000"}, item={})
    assert client.create("customer", {"DisplayName": "Alone"}, token).ok
    # And the rules of calls meet the whole batch.
    client.control("DELETE", "faults")
    client.inject({"html": 503}, operation="batch")
    answer = client.api("POST", "batch", token, json={"BatchItemRequest": three()})
    assert answer.status_code == 503


@pytest.mark.parametrize(
    ("match", "action", "words"),
    [
        ({"item": {}}, {"drop": "after"}, "drop"),
        ({"item": {}}, {"status": 500}, "status"),
        ({"item": {"bid": "x"}}, {"omit": True}, "bid"),
        ({"item": {"position": 0}}, {"omit": True}, "position"),
        ({"item": {"body": "("}}, {"omit": True}, "regular expression"),
        ({"item": "x"}, {"omit": True}, "object"),
        ({}, {"omit": True}, "item"),
        ({}, {"answer_bid": "x"}, "item"),
        ({}, {"repeat": True}, "item"),
        ({"item": {}}, {"answer_id": 5}, "answer_id"),
    ],
)
def test_rules_that_make_no_sense(client, match, action, words):
    body = {"match": match, "action": action}
    answer = client.control("POST", "faults", body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_struck_items_are_marked_in_the_journal(client, token):
    rules = [client.inject({"fault": "6000"}, item={"bId": bid}) for bid in ("c", "a")]
    send(client, token, *three())
    (entry,) = client.control("GET", "requests?operation=batch").json()["requests"]
    assert entry["injected"] == f"{rules[1]['id']},{rules[0]['id']}"


def test_a_rule_that_strikes_often_is_named_once(client, token):
    rule = client.inject({"omit": True}, item={})
    other = client.inject({"delay_ms": 0}, operation="batch")
    send(client, token, *three())
    send(client, token, *three())
    entries = client.control("GET", "requests?operation=batch").json()["requests"]
    assert {entry["injected"] for entry in entries} == {f"{other['id']},{rule['id']}"}


def test_batches_that_no_rule_strikes_are_not_marked(client, token):
    client.inject({"omit": True}, item={"bId": "x"})
    send(client, token, *three())
    (entry,) = client.control("GET", "requests?operation=batch").json()["requests"]
    assert entry["injected"] is None
