"""Change data capture."""

from datetime import timedelta

import pytest
from books import START, Books, refused


@pytest.fixture
def books():
    return Books("us_manual")


def ask(books, entities, since="2026-11-22T10:00:00-08:00"):
    payload = books.get("cdc", entities=entities, changedSince=since)
    (answer,) = payload["CDCResponse"]
    return answer["QueryResponse"]


def test_one_element_per_entity_in_order(books):
    row = books.customer()
    asked = ask(books, "Term,Customer,Invoice,Bill")
    assert asked == [
        {},
        {"Customer": [row], "startPosition": 1, "maxResults": 1},
        {},
        {},
    ]


def test_stubs_follow_live_objects(books):
    gone, stays = books.invoice(), books.invoice()
    body = {"Id": gone["Id"], "SyncToken": "0"}
    books.clock.advance(5)
    books.call("POST", "invoice", body, operation="delete")
    (found,) = ask(books, "Invoice")
    assert found["Invoice"] == [
        stays,
        {
            "status": "Deleted",
            "domain": "QBO",
            "Id": gone["Id"],
            "MetaData": {"LastUpdatedTime": "2026-11-22T10:00:05-08:00"},
        },
    ]
    assert (found["maxResults"], found["totalCount"]) == (2, 2)


def test_current_state_once_per_object(books):
    row = books.customer()
    books.clock.advance(60)
    row = books.sparse("Customer", row, Notes="new")
    books.clock.advance(60)
    row = books.sparse("Customer", row, Active=False)
    (found,) = ask(books, "customer")
    assert found["Customer"] == [row]
    assert row["Active"] is False


def test_since_is_inclusive(books):
    books.customer()
    assert ask(books, "Customer", "2026-11-22T18:00:00Z") != [{}]
    assert ask(books, "Customer", "2026-11-22T18:00:01Z") == [{}]
    assert ask(books, "Customer", "2026-11-22") != [{}]
    books.company.configure({"switches": {"cdc_changed_since": "exclusive"}})
    assert ask(books, "Customer", "2026-11-22T18:00:00Z") == [{}]


def test_thirty_days(books):
    edge = START - timedelta(days=30)
    assert ask(books, "Customer", edge.isoformat()) == [{}]
    error = refused(ask, books, "Customer", (edge - timedelta(seconds=1)).isoformat())
    assert error.code == "2060"


@pytest.mark.parametrize(
    ("entities", "since", "code"),
    [
        ("", "2026-11-22", "2020"),
        ("Customer", "", "2020"),
        ("Customer", "soon", "2060"),
        ("Customer", "0001-01-01T00:00:00+14:00", "2060"),
        ("JournalCode", "2026-11-22", "4001"),
        ("TaxCode", "2026-11-22", "4001"),
        ("Customer,TaxRate", "2026-11-22", "4001"),
        ("TaxAgency", "2026-11-22", "4001"),
        ("TimeActivity", "2026-11-22", "4001"),
        ("Nonsense", "2026-11-22", "4001"),
    ],
)
def test_refusals(books, entities, since, code):
    assert refused(ask, books, entities, since).code == code


def test_settings_and_currencies():
    books = Books("gb")
    row = books.sparse("Preferences", books.get("preferences")["Preferences"])
    books.post("CompanyCurrency", {"Code": "JPY"})
    rate = {"SourceCurrencyCode": "EUR", "Rate": "0.9", "AsOfDate": "2026-11-20"}
    entered = books.post("ExchangeRate", rate)
    asked = ask(books, "Preferences,CompanyCurrency,CompanyInfo,ExchangeRate")
    assert asked[0]["Preferences"] == [row]
    assert asked[1]["CompanyCurrency"][0]["Code"] == "JPY"
    assert asked[2] == {}
    assert asked[3]["ExchangeRate"] == [entered]


def test_a_thousand_objects(books):
    with books.company.writing():
        for number in range(1005):
            entity = books.company.entity("Customer")
            entity.write(books.company, {"DisplayName": f"Many {number}"})
    books.post("Term", {"Name": "Late", "DueDays": 5})
    customers, terms = ask(books, "Customer,Term")
    assert customers["maxResults"] == 1000
    assert terms == {}


def test_metered_once(books):
    response = books.call(
        "GET", "cdc", entities="Customer,Item", changedsince="2026-11-22"
    )
    assert response.metered == 1
