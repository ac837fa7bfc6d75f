"""Tables, indexes and all-or-nothing writes."""

import pytest

from simulator.store import Store


@pytest.fixture
def store():
    store = Store()
    store.add_table("Customer", ("DisplayName", "ParentRef"))
    return store


def put(store, qbo_id, name, **values):
    store.put("Customer", {"Id": qbo_id, "DisplayName": name, **values})


def test_index_ignores_case_and_follows_changes(store):
    with store.transaction():
        put(store, "1", "Ann")
        put(store, "2", "ANN")
    table = store.table("Customer")
    assert [row["Id"] for row in table.find("DisplayName", "aNN")] == ["1", "2"]
    with store.transaction():
        put(store, "1", "Bob")
    assert [row["Id"] for row in table.find("DisplayName", "ann")] == ["2"]
    assert table.find("DisplayName", "bob")[0]["Id"] == "1"


def test_references_are_indexed_by_value(store):
    with store.transaction():
        put(store, "2", "Sub", ParentRef={"value": "1", "name": "Ann"})
    assert store.table("Customer").find("ParentRef", "1")[0]["Id"] == "2"


def test_nothing_remains_of_a_failed_transaction(store):
    with store.transaction():
        put(store, "1", "Ann")
        put(store, "2", "Bob")
    with pytest.raises(RuntimeError), store.transaction():
        put(store, "1", "Changed")
        put(store, "3", "New")
        store.remove("Customer", "2", {"Id": "2", "status": "Deleted"})
        raise RuntimeError
    table = store.table("Customer")
    assert {row["DisplayName"] for row in table.rows.values()} == {"Ann", "Bob"}
    assert table.find("DisplayName", "changed") == []
    assert table.find("DisplayName", "new") == []
    assert table.deleted == {}
    assert list(table.touched) == ["1", "2"]


def test_touched_is_in_the_order_of_changes(store):
    for qbo_id, name in (("1", "Ann"), ("2", "Bob"), ("1", "Ann again")):
        with store.transaction():
            put(store, qbo_id, name)
    assert list(store.table("Customer").touched) == ["2", "1"]


def test_writes_need_a_transaction(store):
    with pytest.raises(RuntimeError):
        put(store, "1", "Ann")
