"""Batch requests."""

import pytest
from books import Books, refused


@pytest.fixture
def books():
    return Books("us_manual")


def create(batch_id, name, **values):
    body = {"DisplayName": name, **values}
    return {"bId": batch_id, "operation": "create", "Customer": body}


def answers(response):
    return {each["bId"]: each for each in response.payload["BatchItemResponse"]}


def test_items_stand_alone(books):
    invoice = books.invoice()
    response = books.batch(
        create("a", "New one"),
        create("b", "Acme"),
        {"bId": "c", "Query": "select * from Term maxresults 2"},
        {
            "bId": "d",
            "operation": "delete",
            "Invoice": {"Id": invoice["Id"], "SyncToken": "0"},
        },
        {"bId": "e", "Query": "select * from Nothing"},
        create("f", "New two"),
    )
    assert response.batch and response.status == 200
    assert list(response.payload) == ["BatchItemResponse", "time"]
    by_id = answers(response)
    assert list(by_id) == list("abcdef")
    assert list(by_id["a"]) == ["Customer", "bId"]
    assert by_id["b"]["Fault"] == {
        "Error": [
            {
                "Message": "Duplicate Name Exists Error",
                "Detail": "The name supplied already exists. : null",
                "code": "6240",
            }
        ],
        "type": "ValidationFault",
    }
    assert by_id["c"]["QueryResponse"]["maxResults"] == 2
    assert by_id["d"]["Invoice"] == {
        "domain": "QBO",
        "status": "Deleted",
        "Id": invoice["Id"],
    }
    assert by_id["e"]["Fault"]["Error"][0]["code"] == "4001"
    assert by_id["f"]["Customer"]["DisplayName"] == "New two"
    # One query succeeded; writes are not metered.
    assert response.metered == 1


def test_two_updates_of_one_object(books):
    row = books.customer()
    update = {"Id": row["Id"], "SyncToken": "0", "sparse": True}
    by_id = answers(
        books.batch(
            {"bId": "1", "operation": "update", "Customer": {**update, "Notes": "x"}},
            {"bId": "2", "operation": "update", "Customer": {**update, "Notes": "y"}},
        )
    )
    assert by_id["1"]["Customer"]["Notes"] == "x"
    assert by_id["2"]["Fault"]["Error"][0]["code"] == "5010"


def test_size(books):
    items = [create(str(number), f"Item {number}") for number in range(31)]
    assert refused(books.batch, *items).code == "1040"
    assert len(answers(books.batch(*items[:30]))) == 30
    assert refused(books.batch).code == "2020"


def test_duplicate_and_missing_bid(books):
    assert refused(books.batch, create("1", "A"), create("1", "B")).code == "2600"
    assert refused(books.batch, {"operation": "create", "Customer": {}}).code == "2020"
    assert books.rows("Customer", "where DisplayName = 'A'") == []


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"operation": "void", "Invoice": {"Id": "1", "SyncToken": "0"}}, "500"),
        ({"operation": "query", "Customer": {}}, "500"),
        ({"operation": "create", "Nonsense": {}}, "2010"),
        ({"operation": "create"}, "2020"),
        ({"operation": "create", "Customer": []}, "2010"),
        ({"operation": "update", "Customer": {"DisplayName": "X"}}, "2020"),
        ({"operation": "create", "Customer": {"Id": "8", "SyncToken": "0"}}, "6000"),
        ({"Query": "select"}, "4000"),
    ],
)
def test_bad_items(books, item, code):
    by_id = answers(books.batch({"bId": "1", **item}))
    assert by_id["1"]["Fault"]["Error"][0]["code"] == code


def test_request_ids_of_items(books):
    items = (create("1", "One"), create("2", "Acme"))
    first = answers(books.batch(*items, requestid="r"))
    second = answers(books.batch(*items, requestid="r"))
    assert first["1"] == second["1"]
    assert second["2"]["Fault"]["Error"][0]["code"] == "6240"
    assert len(books.rows("Customer", "where DisplayName = 'One'")) == 1


def test_request_id_and_bid_together_have_fifty_characters(books):
    by_id = answers(
        books.batch(create("b" * 36, "Long"), create("c", "Short"), requestid="a" * 32)
    )
    error = by_id["b" * 36]["Fault"]["Error"][0]
    assert error["code"] == "6000"
    assert error["Detail"] == (
        "Business Validation Error: You cannot enter more than 50 characters in the "
        "request_id field. You tried entering aaaaaaaaaa..., which is 68 characters."
    )
    assert by_id["c"]["Customer"]["DisplayName"] == "Short"
    fits = answers(books.batch(create("d" * 10, "Fits"), requestid="e" * 40))
    assert "Customer" in fits["d" * 10]


def test_request_id_and_bid_are_joined_without_a_separator(books):
    first = answers(books.batch(create("10", "One"), requestid="r1"))
    other = answers(books.batch(create("0", "Two"), requestid="r11"))
    assert other["0"]["Customer"] == first["10"]["Customer"]
    assert books.rows("Customer", "where DisplayName = 'Two'") == []


def test_switches():
    books = Books("us", batch_response_order="reversed")
    response = books.batch(create("1", "One"), create("2", "Two"))
    assert list(answers(response)) == ["2", "1"]
    books.company.configure({"switches": {"batch_requestid_replay": "fault"}})
    books.batch(create("1", "Three"), requestid="r")
    again = answers(books.batch(create("1", "Three"), requestid="r"))
    assert again["1"]["Fault"]["Error"][0]["code"] == "6000"


def test_items_are_carried_out_in_any_order():
    books = Books("us", batch_execution_order="reversed")
    found = answers(books.batch(create("1", "Same"), create("2", "Same")))
    assert found["1"]["Fault"]["Error"][0]["code"] == "6240"
    assert found["2"]["Customer"]["DisplayName"] == "Same"


def test_queries_together_return_a_thousand_objects():
    books = Books("us", batch_object_limit=40)
    by_id = answers(
        books.batch(
            {"bId": "1", "Query": "select * from Customer maxresults 30"},
            {"bId": "2", "Query": "select * from Account maxresults 30"},
            {"bId": "3", "Query": "select * from Term"},
        )
    )
    assert "QueryResponse" in by_id["1"] and "QueryResponse" in by_id["3"]
    assert by_id["2"]["Fault"]["Error"][0]["code"] == "10100"


def test_only_batch_item_request(books):
    body = {"BatchItemRequest": [create("1", "A")], "Extra": 1}
    assert refused(books.call, "POST", "batch", body).code == "2010"


def codes(response):
    """Return the code of each item's fault, None for an item without."""
    return [
        each["Fault"]["Error"][0]["code"] if "Fault" in each else None
        for each in response.payload["BatchItemResponse"]
    ]


def nest(depth):
    value = "x"
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"Query": 5}, "4000"),
        ({"Query": ["select * from Term"]}, "4000"),
        ({"operation": "create", "Customer": {"DisplayName": nest(900)}}, "10000"),
        ({"operation": ["create"], "Customer": {"DisplayName": "X"}}, "500"),
        ({"Query": "select * from Term", "operation": "create"}, "2010"),
        ({"Query": "select * from Term", "Customer": {"DisplayName": "X"}}, "2010"),
        ({"Query": "select * from Term", "Nonsense": 1}, "2010"),
        (create("", "X") | {"optionsData": "void"}, "500"),
    ],
)
def test_a_bad_item_leaves_the_others_alone(books, item, code):
    response = books.batch(
        create("1", "Before"), {**item, "bId": "2"}, create("3", "After"), requestid="r"
    )
    assert codes(response) == [None, code, None]
    assert books.rows("Customer", "where DisplayName in ('Before', 'After')")
    assert books.rows("Customer", "where DisplayName = 'X'") == []


def test_options_do_not_void(books):
    invoice = books.invoice()
    body = {"Id": invoice["Id"], "SyncToken": "0", "sparse": True}
    item = {"bId": "1", "operation": "update", "optionsData": "void", "Invoice": body}
    assert codes(books.batch(item)) == ["500"]
    assert books.read("Invoice", invoice["Id"]) == invoice


def test_queries_do_not_see_what_the_batch_writes(books):
    where = "select * from Customer where DisplayName = 'Fresh'"
    response = books.batch(
        {"bId": "1", "Query": where}, create("2", "Fresh"), {"bId": "3", "Query": where}
    )
    first, written, last = response.payload["BatchItemResponse"]
    assert [each["bId"] for each in (first, written, last)] == ["1", "2", "3"]
    assert first["QueryResponse"] == last["QueryResponse"] == {}
    assert len(books.rows("Customer", "where DisplayName = 'Fresh'")) == 1


def test_exchange_rates_have_no_id():
    books = Books("gb")
    rate = {"SourceCurrencyCode": "EUR", "Rate": "0.9", "AsOfDate": "2026-11-20"}
    response = books.batch(
        {"bId": "1", "operation": "update", "ExchangeRate": rate},
        {"bId": "2", "operation": "create", "ExchangeRate": rate},
    )
    assert codes(response) == [None, "500"]
    error = refused(books.post, "ExchangeRate", rate, operation="create")
    assert error.code == "500"
    assert books.post("ExchangeRate", rate, operation="update")["AsOfDate"]


def test_named_operations_agree_with_the_id(books):
    row = books.customer()
    body = {"DisplayName": "Nameless"}
    assert refused(books.post, "Customer", body, operation="update").code == "2020"
    body = {"Id": row["Id"], "SyncToken": "0", "DisplayName": "Nameless"}
    assert refused(books.post, "Customer", body, operation="create").code == "6000"
    assert books.rows("Customer", "where DisplayName = 'Nameless'") == []
    assert books.post("Customer", body, operation="update")["Id"] == row["Id"]
