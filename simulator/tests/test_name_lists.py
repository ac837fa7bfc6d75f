"""Terms, payment methods, classes, departments, currencies; acts and changes."""

import pytest
from books import Books, refused


@pytest.fixture
def books():
    return Books("us")


def test_terms(books):
    row = books.post("Term", {"Name": "Net 45", "DueDays": "45"})
    assert list(row)[:4] == ["Name", "Active", "Type", "DueDays"]
    assert (row["Type"], row["DueDays"]) == ("STANDARD", 45)
    row = books.post("Term", {"Name": "25th", "DayOfMonthDue": 25})
    assert row["Type"] == "DATE_DRIVEN"
    assert books.one("Term", "Net 30")["DiscountDays"] == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"DueDays": 1}, "2020"),
        ({"Name": "X"}, "2020"),
        ({"Name": "X", "DueDays": 1, "DayOfMonthDue": 1}, "2600"),
        ({"Name": "X", "DueDays": 1000}, "2090"),
        ({"Name": "X", "DueDays": "1.5"}, "2090"),
        ({"Name": "X", "DayOfMonthDue": 32}, "2090"),
        ({"Name": "x" * 32, "DueDays": 1}, "2050"),
        ({"Name": "NET 30", "DueDays": 1}, "6240"),
    ],
)
def test_bad_terms(books, body, code):
    assert refused(books.post, "Term", body).code == code


def test_payment_methods(books):
    row = books.post("PaymentMethod", {"Name": "Bitcoin"})
    assert row["Type"] == "NON_CREDIT_CARD"
    assert refused(books.post, "PaymentMethod", {"Name": "visa"}).code == "6240"
    body = {"Name": "X", "Type": "CARD"}
    assert refused(books.post, "PaymentMethod", body).code == "2170"


def test_classes(books):
    (parent,) = books.rows("Class", "where FullyQualifiedName = 'Advisory:Tax'")
    row = books.post("Class", {"Name": "R&D", "ParentRef": {"value": parent["Id"]}})
    assert len(row["Id"]) == 19
    assert list(row)[:5] == [
        "Name",
        "SubClass",
        "ParentRef",
        "FullyQualifiedName",
        "Active",
    ]
    assert row["FullyQualifiedName"] == "Advisory:Tax:R&D"
    assert row["SubClass"] is True
    parent = {"value": parent["Id"]}
    error = refused(books.post, "Class", {"Name": "r&d", "ParentRef": parent})
    assert error.code == "6240"
    assert books.post("Class", {"Name": "R&D"})["SubClass"] is False
    error = refused(books.post, "Class", {"Name": "X", "ParentRef": {"value": "5"}})
    assert error.detail == "Invalid Reference Id : Klasses element id 5 not found"


def test_dimensions_need_their_feature():
    books = Books("gb")
    assert refused(books.post, "Class", {"Name": "X"}).code == "5030"
    assert refused(books.post, "Department", {"Name": "X"}).code == "5030"


def test_departments(books):
    row = books.post("Department", {"Name": "East"})
    assert (row["SubDepartment"], row["FullyQualifiedName"]) == (False, "East")
    assert refused(books.post, "Department", {"Name": "west"}).code == "6240"


def test_currencies():
    books = Books("gb")
    row = books.post("CompanyCurrency", {"Code": "JPY"})
    assert row["Name"] == "Japanese Yen"
    assert refused(books.post, "CompanyCurrency", {"Code": "JPY"}).code == "6240"
    assert refused(books.post, "CompanyCurrency", {"Code": "GBP"}).code == "6000"
    assert refused(books.post, "CompanyCurrency", {"Code": "ZZZ"}).code == "2170"
    assert refused(books.post, "CompanyCurrency", {}).code == "2020"
    american = Books("us")
    assert refused(american.post, "CompanyCurrency", {"Code": "EUR"}).code == "5030"
    row = books.sparse("CompanyCurrency", row, Active=False)
    assert row["Code"] == "JPY"


def test_exchange_rates():
    books = Books("gb")
    args = {"sourcecurrencycode": "EUR", "asofdate": "2026-11-20"}
    row = books.get("exchangerate", **args)["ExchangeRate"]
    assert list(row) == [
        "SourceCurrencyCode",
        "TargetCurrencyCode",
        "Rate",
        "AsOfDate",
        "MetaData",
    ]
    assert list(row["MetaData"]) == ["LastUpdatedTime"]
    assert row["TargetCurrencyCode"] == "GBP"
    body = {"SourceCurrencyCode": "EUR", "Rate": "0.9", "AsOfDate": "2026-11-10"}
    books.post("ExchangeRate", body)
    assert str(books.get("exchangerate", **args)["ExchangeRate"]["Rate"]) == "0.9"
    where = "where SourceCurrencyCode in ('EUR', 'GBP') and AsOfDate = '2026-11-09'"
    found = books.rows("ExchangeRate", where)
    assert [each["SourceCurrencyCode"] for each in found] == ["GBP", "EUR"]
    assert found[0]["Rate"] == 1
    # Another day, a little further.
    assert abs(found[1]["Rate"] - row["Rate"]) < row["Rate"] / 50
    assert found[1]["Rate"] != row["Rate"]
    home = {"SourceCurrencyCode": "GBP", "Rate": 2}
    assert refused(books.post, "ExchangeRate", home).code == "6000"
    assert refused(books.get, "exchangerate").code == "2020"


# --- what a bookkeeper does ---


def act(books, entity, operation, qbo_id=None, **values):
    return books.company.act(
        {"entity": entity, "operation": operation, "id": qbo_id, "values": values}
    )


def told(books):
    return [(each.entity, each.operation, each.qbo_id) for each in books.changes]


def test_acts_on_a_list(books):
    row = act(books, "Customer", "create", DisplayName="By hand")
    act(books, "Customer", "edit", row["Id"], Notes="n")
    act(books, "Customer", "rename", row["Id"], name="Renamed")
    act(books, "Customer", "deactivate", row["Id"])
    row = act(books, "Customer", "reactivate", row["Id"])
    assert (row["DisplayName"], row["SyncToken"]) == ("Renamed", "4")
    assert [operation for _entity, operation, _id in told(books)] == [
        "Create",
        "Update",
        "Update",
        "Update",
        "Update",
    ]
    assert refused(act, books, "Customer", "create", DisplayName="Acme").code == "6240"


@pytest.mark.parametrize(
    ("entity", "values"),
    [
        ("Account", {"Name": "New", "AccountType": "Expense"}),
        ("Term", {"Name": "New", "DueDays": 7}),
        ("Class", {"Name": "New"}),
        ("Item", {"Name": "New", "Type": "Category"}),
        ("Vendor", {"DisplayName": "New"}),
        ("TaxCode", {"Name": "New", "SalesRates": ["1"]}),
        ("TaxRate", {"Name": "New", "RateValue": 3, "AgencyRef": {"value": "1"}}),
    ],
)
def test_acts_create(books, entity, values):
    row = act(books, entity, "create", **values)
    assert books.read(entity, row["Id"]) == row
    assert told(books) == [(entity, "Create", row["Id"])]


def test_tax_codes_are_edited_by_hand_only(books):
    row = books.one("TaxCode", "California")
    row = act(books, "TaxCode", "edit", row["Id"], Active=False)
    assert (row["Active"], row["SyncToken"]) == (False, "1")
    assert books.rows("TaxCode", "where Name = 'California'") == []


@pytest.mark.parametrize(
    "action",
    [
        {},
        {"entity": "Nonsense", "operation": "create"},
        {"entity": "Customer", "operation": "explode", "id": "8"},
        {"entity": "Customer", "operation": "rename", "id": "8", "values": {}},
        {"entity": "Customer", "operation": "merge", "id": "8"},
    ],
)
def test_acts_that_are_none(books, action):
    with pytest.raises(ValueError):
        books.company.act(action)


def test_merge_moves_everything_to_the_winner(books):
    loser, winner = books.customer("Twice"), books.customer("Once")
    invoice = books.invoice("70.00", loser)
    books.invoice("5.00", winner)
    books.changes.clear()
    row = act(books, "Customer", "merge", loser["Id"], into=winner["Id"])
    assert (row["Id"], str(row["Balance"])) == (winner["Id"], "75.00")
    (change,) = books.changes
    assert change.operation == "Merge"
    assert (change.qbo_id, change.deleted_id) == (winner["Id"], loser["Id"])
    moved = books.read("Invoice", invoice["Id"])
    assert moved["CustomerRef"] == {"value": winner["Id"], "name": "Once"}
    assert moved["SyncToken"] == invoice["SyncToken"]
    where = f"where CustomerRef = '{winner['Id']}'"
    assert len(books.rows("Invoice", where)) == 2
    left = books.read("Customer", loser["Id"])
    assert (left["DisplayName"], left["Active"]) == ("Twice (deleted)", False)
    assert left["Balance"] == 0


def test_merge_switches():
    books = Books("us", merged_loser="gone", merge_touches_transactions=True)
    loser, winner = books.customer("Twice"), books.customer("Once")
    invoice = books.invoice("70.00", loser)
    act(books, "Customer", "merge", loser["Id"], into=winner["Id"])
    assert refused(books.get, f"customer/{loser['Id']}").code == "610"
    assert books.read("Invoice", invoice["Id"])["SyncToken"] == "1"
    assert books.customer("Twice")


def test_merge_refusals(books):
    one, two = books.customer("One"), books.customer("Two")
    own = refused(act, books, "Customer", "merge", one["Id"], into=one["Id"])
    assert own.code == "6000"
    books.sparse("Customer", two, Active=False)
    gone = refused(act, books, "Customer", "merge", one["Id"], into=two["Id"])
    assert gone.code == "6000"
    bank, sales = books.one("Account", "Checking"), books.one("Account", "Sales")
    other = refused(act, books, "Account", "merge", bank["Id"], into=sales["Id"])
    assert other.code == "6000"
    term = refused(act, books, "Term", "merge", "1", into="2")
    assert term.code == "6000"


def test_merging_accounts_moves_references(books):
    loser = books.post("Account", {"Name": "Old", "AccountSubType": "ServiceFeeIncome"})
    winner = books.one("Account", "Services")
    item = books.post(
        "Item",
        {
            "Name": "I",
            "Type": "Service",
            "IncomeAccountRef": {"value": loser["Id"]},
        },
    )
    act(books, "Account", "merge", loser["Id"], into=winner["Id"])
    reference = books.read("Item", item["Id"])["IncomeAccountRef"]
    assert reference == {"value": winner["Id"], "name": "Services"}


# --- changes ---


def test_changes_come_after_the_commit_and_only_then(books):
    seen = []

    def listener(change):
        seen.append(books.company.store.get(change.entity, change.qbo_id) is not None)

    books.company.subscribe(listener)
    row = books.customer()
    assert seen == [True]
    assert refused(books.customer).code == "6240"
    assert told(books) == [("Customer", "Create", row["Id"])]
    change = books.changes[0]
    assert change.realm_id == books.company.realm_id
    assert change.time == books.clock.now()


def test_nothing_is_told_of_what_was_undone(books):
    entity = books.company.entity("Customer")
    with pytest.raises(RuntimeError), books.company.writing():
        entity.write(books.company, {"DisplayName": "Undone"})
        raise RuntimeError
    row = books.customer("Done")
    assert told(books) == [("Customer", "Create", row["Id"])]


def test_changes_of_linked_objects(books):
    invoice = books.invoice()
    payment = books.payment(invoice, "40.00")
    assert told(books) == [
        ("Invoice", "Create", invoice["Id"]),
        ("Payment", "Create", payment["Id"]),
        ("Invoice", "Update", invoice["Id"]),
    ]
