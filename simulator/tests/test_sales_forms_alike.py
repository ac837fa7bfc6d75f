"""What holds for every sales form alike: dimensions, addresses, fields, feeds."""

import pytest
from books import FORMS, START, Books, refused

from simulator.clock import Clock
from simulator.company import Company
from simulator.faults import Fault

pytestmark = pytest.mark.parametrize("entity", FORMS)


def post(books, entity, customer=None, **values):
    return books.post(entity, books.invoice_body(customer=customer, **values))


@pytest.mark.parametrize(
    ("profile", "head", "line"),
    [("us", False, True), ("us_manual", True, False), ("gb", False, False)],
)
def test_classes_where_they_are_tracked(entity, profile, head, line):
    books = Books(profile)
    body = books.invoice_body()
    reference = {"value": "5"}
    if profile != "gb":
        (row,) = books.rows("Class", "where FullyQualifiedName = 'Training'")
        reference = {"value": row["Id"]}
    body["ClassRef"] = reference
    body["Line"][0]["SalesItemLineDetail"]["ClassRef"] = reference
    row = books.post(entity, body)
    assert ("ClassRef" in row) is head
    assert ("ClassRef" in row["Line"][0]["SalesItemLineDetail"]) is line


def test_classes_that_are_none(entity):
    books = Books("us_manual")
    error = refused(post, books, entity, ClassRef={"value": "5000000000000142240"})
    assert error.detail == (
        "Invalid Reference Id : Klasses element id 5000000000000142240 not found"
    )
    rows = books.rows("Class", "where Active = false")
    error = refused(post, books, entity, ClassRef={"value": rows[0]["Id"]})
    assert error.code == "610"


def test_departments_where_they_are_tracked(entity):
    assert "DepartmentRef" not in post(
        Books("us_manual"), entity, DepartmentRef={"value": "99"}
    )
    books = Books("us")
    west = books.ref("Department", "West", "FullyQualifiedName")
    assert post(books, entity, DepartmentRef=west)["DepartmentRef"]["name"] == "West"
    error = refused(post, books, entity, DepartmentRef={"value": "99"})
    assert error.detail == "Invalid Reference Id : Depts element id 99 not found"


def test_addresses_come_from_the_customer_and_become_free_form(entity):
    books = Books("us_manual")
    address = {"Line1": "1 St", "City": "Reno", "PostalCode": "89501"}
    address["CountrySubDivisionCode"] = "NV"
    customer = books.customer("Framed", BillAddr=address)
    row = post(books, entity, customer)
    assert row["BillAddr"]["City"] == row["ShipAddr"]["City"] == "Reno"
    assert row["BillAddr"]["Id"] != customer["BillAddr"]["Id"]
    own = post(books, entity, customer, ShipAddr={"Line1": "Dock 5"})
    assert own["ShipAddr"]["Line1"] == "Dock 5" and "City" not in own["ShipAddr"]
    row = books.sparse(entity, row, PrivateNote="x")
    assert row["BillAddr"]["Line3"] == "Reno, NV  89501"


def test_custom_fields_are_echoed_by_definition(entity):
    books = Books("us_manual")
    sent = [
        {"DefinitionId": "1", "StringValue": "B", "Name": "ignored"},
        {"DefinitionId": "2", "StringValue": "not enabled"},
        {"StringValue": "without a definition it is lost"},
    ]
    row = post(books, entity, CustomField=sent)
    field = {"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"}
    assert row["CustomField"] == [{**field, "StringValue": "B"}]
    kept = books.sparse(entity, row, PrivateNote="x")
    assert kept["CustomField"] == row["CustomField"]
    # A full update without it empties it.
    full = books.post(entity, {k: v for k, v in kept.items() if k != "CustomField"})
    assert full["CustomField"] == [field]


def test_feeds(entity):
    books = Books("us_manual")
    books.sales_forms(AutoApplyCredit=False)
    row = post(books, entity)
    since = row["MetaData"]["LastUpdatedTime"]
    feed = books.get("cdc", entities=entity, changedSince=since)
    (answer,) = feed["CDCResponse"][0]["QueryResponse"]
    assert answer[entity] == [row]
    books.delete(entity, row)
    feed = books.get("cdc", entities=entity, changedSince=since)
    ((stub,),) = [feed["CDCResponse"][0]["QueryResponse"][0][entity]]
    assert (stub["status"], stub["Id"]) == ("Deleted", row["Id"])
    told = [(each.entity, each.operation) for each in books.changes]
    assert told[1:] == [(entity, "Create"), (entity, "Delete")]


def test_a_merge_moves_it(entity):
    books = Books("us_manual")
    loser, winner = books.customer("Loser"), books.customer("Winner")
    row = post(books, entity, loser)
    act = {"entity": "Customer", "operation": "merge", "id": loser["Id"]}
    books.company.act({**act, "values": {"into": winner["Id"]}})
    moved = books.read(entity, row["Id"])
    assert moved["CustomerRef"] == {"value": winner["Id"], "name": "Winner"}
    total = {"Invoice": "100.00", "CreditMemo": "-100.00", "Estimate": "0"}[entity]
    assert str(books.read("Customer", winner["Id"])["Balance"]) == total


def test_a_repeated_request_is_answered_from_memory(entity):
    books = Books("us_manual")
    body = books.invoice_body()

    def send():
        return books.call("POST", entity.lower(), body, requestid="r-1").payload

    first = send()
    books.sparse(entity, first[entity], PrivateNote="x")
    assert send() == first
    books.delete(entity, first[entity])
    assert send() == first
    assert len(books.company.objects(entity)) == 0


def test_own_numbers_are_demanded_in_france(entity):
    company = Company("77", "FR", Clock(START, frozen=True), name="Dupont SARL")
    forms = {"SalesFormsPrefs": {"CustomTxnNumbers": True}}
    company.configure({"preferences": forms})
    act = {"entity": "Customer", "operation": "create"}
    customer = company.act({**act, "values": {"DisplayName": "Client"}})
    text = {"DetailType": "DescriptionOnly", "Description": "Bonjour"}
    values = {"CustomerRef": {"value": customer["Id"]}, "Line": [text]}
    with pytest.raises(Fault, match="2020.*DocNumber"):
        company.act({"entity": entity, "operation": "create", "values": values})
    values["DocNumber"] = "F-1"
    row = company.act({"entity": entity, "operation": "create", "values": values})
    assert row["DocNumber"] == "F-1"
