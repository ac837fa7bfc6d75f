"""Classes and locations on sales forms: a preference decides where they count."""

import pytest
from books import Books, item_line, refused

FORMS = ("Invoice", "CreditMemo", "Estimate", "RefundReceipt")
WAYS = {
    "head": {"ClassTrackingPerTxn": True},
    "line": {"ClassTrackingPerTxnLine": True},
    "none": {"ClassTrackingPerTxn": False, "ClassTrackingPerTxnLine": False},
}


@pytest.fixture
def books():
    return Books("us")


def track(books, way, **values):
    accounting = {**WAYS[way], **values}
    books.company.configure({"preferences": {"AccountingInfoPrefs": accounting}})


def named(books, entity, name):
    (row,) = [r for r in books.company.objects(entity) if r["Name"] == name]
    return {"value": row["Id"]}


def body_of(books, entity, *, head=None, line=None, location=None):
    detail = {"ClassRef": line} if line else {}
    body = {**books.invoice_body(), "Line": [item_line(books, "100.00", **detail)]}
    if head:
        body["ClassRef"] = head
    if location:
        body["DepartmentRef"] = location
    if entity == "RefundReceipt":
        body["DepositToAccountRef"] = books.ref("Account", "Checking")
    return body


def classes(row):
    """Return the class of the head and of the first line, or None."""
    detail = row["Line"][0]["SalesItemLineDetail"]
    found = (row.get("ClassRef"), detail.get("ClassRef"))
    return tuple(each and each["name"] for each in found)


@pytest.mark.parametrize("entity", FORMS)
@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("head", ("Training", None)),
        ("line", (None, "Advisory")),
        ("none", (None, None)),
    ],
)
def test_only_one_place_counts(books, entity, way, expected):
    track(books, way)
    training, advisory = (
        named(books, "Class", each) for each in ("Training", "Advisory")
    )
    body = body_of(books, entity, head=training, line=advisory)
    assert classes(books.post(entity, body)) == expected


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("bad", ["99", "Discontinued (deleted)"])
def test_bad_classes_where_they_count_and_where_not(books, way, bad):
    """What does not count is dropped before anybody looks whether it exists."""
    track(books, way)
    known = bad if bad.isdigit() else named(books, "Class", bad)["value"]
    for place in ("head", "line"):
        body = body_of(books, "Invoice", **{place: {"value": known}})
        if place != way:
            assert classes(books.post("Invoice", body)) == (None, None)
            continue
        books.switch(inactive_reference="inactive")
        error = refused(books.post, "Invoice", body)
        assert error.code == ("2500" if bad == "99" else "610")
        books.switch(inactive_reference="not_found")
        error = refused(books.post, "Invoice", body)
        assert (error.code, error.detail) == (
            "2500",
            f"Invalid Reference Id : Klasses element id {known} not found",
        )


def test_what_a_form_holds_stays_when_its_class_retires(books):
    track(books, "line")
    advisory = named(books, "Class", "Training")
    row = books.post("Invoice", body_of(books, "Invoice", line=advisory))
    books.company.act(
        {"entity": "Class", "operation": "deactivate", "id": advisory["value"]}
    )
    row = books.sparse("Invoice", row, PrivateNote="x")
    assert classes(row)[1].startswith("Training")
    again = books.sparse("Invoice", row, Line=row["Line"])
    assert classes(again)[1].startswith("Training")
    body = body_of(books, "Invoice", line=advisory)
    assert refused(books.post, "Invoice", body).code == "610"


@pytest.mark.parametrize("entity", FORMS)
def test_locations_stand_on_the_head(books, entity):
    west = named(books, "Department", "West")
    row = books.post(entity, body_of(books, entity, location=west))
    assert row["DepartmentRef"] == {"value": west["value"], "name": "West"}
    body = body_of(books, entity)
    body["Line"][0]["SalesItemLineDetail"]["DepartmentRef"] = west
    assert refused(books.post, entity, body).code == "2010"
    body = body_of(books, entity, location={"value": "99"})
    assert refused(books.post, entity, body).code == "2500"
    track(books, "none", TrackDepartments=False)
    assert "DepartmentRef" not in books.post(entity, body)


def test_payments_have_neither(books):
    row = books.invoice()
    training = named(books, "Class", "Training")
    west = named(books, "Department", "West")
    paid = books.payment(row, "10.00", DepartmentRef=west)
    assert "DepartmentRef" not in paid
    assert refused(books.payment, row, "10.00", ClassRef=training).code == "2010"


def test_one_way_of_tracking_ends_the_other(books):
    track(books, "head")
    accounting = books.get("preferences")["Preferences"]["AccountingInfoPrefs"]
    assert accounting["ClassTrackingPerTxn"] is True
    assert accounting["ClassTrackingPerTxnLine"] is False
    with pytest.raises(ValueError, match="not both"):
        track(books, "head", ClassTrackingPerTxnLine=True)
