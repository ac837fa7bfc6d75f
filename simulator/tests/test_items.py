"""Items and categories."""

import pytest
from books import Books, refused


@pytest.fixture
def books():
    return Books("us_manual")


def income(books):
    return books.ref("Account", "Services")


def item(books, name="Thing", **values):
    defaults = {"Type": "Service", "IncomeAccountRef": income(books)}
    return books.post("Item", {"Name": name, **defaults, **values})


def test_service_shape(books):
    row = item(books)
    assert list(row) == [
        "Name",
        "Active",
        "FullyQualifiedName",
        "Taxable",
        "UnitPrice",
        "Type",
        "IncomeAccountRef",
        "PurchaseCost",
        "TrackQtyOnHand",
        "domain",
        "sparse",
        "Id",
        "SyncToken",
        "MetaData",
    ]
    assert row["IncomeAccountRef"]["name"] == "Services"
    assert (row["UnitPrice"], row["Taxable"]) == (0, False)


def test_outside_the_us():
    books = Books("au")
    row = item(books, Taxable=True, SalesTaxIncluded=True)
    assert "Taxable" not in row
    assert (row["SalesTaxIncluded"], row["PurchaseTaxIncluded"]) == (True, False)


@pytest.mark.parametrize("profile", ["gb", "ca"])
def test_both_accounts_where_the_country_wants_them(profile):
    books = Books(profile)
    error = refused(item, books)
    assert (error.code, error.element) == ("2020", "ExpenseAccountRef")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"Name": None}, "2020"),
        ({"Type": None}, "2020"),
        ({"Type": "Gadget"}, "2170"),
        ({"Type": "Group"}, "6000"),
        ({"IncomeAccountRef": None}, "2020"),
        ({"IncomeAccountRef": {"value": "999"}}, "2500"),
        ({"Name": "services"}, "6240"),
        ({"Name": "a:b"}, "2040"),
        ({"Name": "x" * 101}, "2050"),
        ({"Description": "x" * 4001}, "2050"),
        ({"SubItem": True}, "6150"),
        ({"UnitPrice": "cheap"}, "2090"),
    ],
)
def test_refusals(books, values, code):
    assert refused(item, books, **values).code == code


def test_account_types(books):
    checking = books.ref("Account", "Checking")
    assert refused(item, books, IncomeAccountRef=checking).code == "6430"
    assert refused(item, books, ExpenseAccountRef=checking).code == "6430"
    costs = books.ref("Account", "Cost of Goods Sold")
    assert item(books, ExpenseAccountRef=costs)["ExpenseAccountRef"]["name"]


def test_bought_only(books):
    costs = books.ref("Account", "Supplies")
    values = {"Type": "NonInventory", "IncomeAccountRef": None}
    row = item(books, ExpenseAccountRef=costs, **values)
    assert "IncomeAccountRef" not in row
    assert refused(item, books, "Neither", **values).code == "2020"


def test_inventory(books):
    costs = books.ref("Account", "Cost of Goods Sold")
    values = {
        "Type": "Inventory",
        "ExpenseAccountRef": costs,
        "AssetAccountRef": books.ref("Account", "Inventory Asset"),
        "QtyOnHand": 10,
        "InvStartDate": "2026-01-01",
    }
    row = item(books, **values)
    keys = list(row)
    first = keys.index("ExpenseAccountRef")
    assert keys[first : first + 5] == [
        "ExpenseAccountRef",
        "AssetAccountRef",
        "TrackQtyOnHand",
        "QtyOnHand",
        "InvStartDate",
    ]
    assert refused(books.sparse, "Item", row, Type="Service").code == "6000"
    for name in ("AssetAccountRef", "QtyOnHand", "InvStartDate"):
        error = refused(item, books, "Half", **{**values, name: None})
        assert (error.code, error.element) == ("2020", name)
    assert books.sparse("Item", row, Active=False)["QtyOnHand"] == 0


def test_categories(books):
    row = books.post("Item", {"Name": "Group A", "Type": "Category", "UnitPrice": 5})
    assert list(row) == [
        "Name",
        "Active",
        "FullyQualifiedName",
        "Type",
        "domain",
        "sparse",
        "Id",
        "SyncToken",
        "MetaData",
    ]
    below = {"SubItem": True, "ParentRef": {"value": row["Id"]}}
    child = item(books, "Child", **below)
    assert child["FullyQualifiedName"] == "Group A:Child"
    assert (child["SubItem"], child["Level"]) == (True, 1)
    assert child["ParentRef"] == {"value": row["Id"], "name": "Group A"}
    on_item = {"SubItem": True, "ParentRef": {"value": child["Id"]}}
    assert refused(item, books, "X", **on_item).code == "6000"
    assert refused(books.sparse, "Item", row, Active=False).code == "6000"
    assert refused(books.sparse, "Item", child, Type="Category").code == "6000"
    target = {"Id": row["Id"], "SyncToken": "0"}
    stub = books.call("POST", "item", target, operation="delete").payload["Item"]
    assert stub == {"domain": "QBO", "status": "Deleted", "Id": row["Id"]}
    child = books.read("Item", child["Id"])
    assert child["FullyQualifiedName"] == "Child"
    assert not {"SubItem", "ParentRef", "Level"} & set(child)
    assert refused(books.get, f"item/{row['Id']}").code == "610"


def test_items_are_not_deleted(books):
    row = item(books)
    target = {"Id": row["Id"], "SyncToken": "0"}
    error = refused(books.call, "POST", "item", target, operation="delete")
    assert error.code == "500"


def test_one_sided_purchase_code_is_dropped():
    books = Books("gb")
    costs = books.ref("Account", "Cost of sales")
    margin, standard = books.ref("TaxCode", "Margin"), books.ref("TaxCode", "20.0% S")
    row = item(books, ExpenseAccountRef=costs, PurchaseTaxCodeRef=margin)
    assert "PurchaseTaxCodeRef" not in row
    row = books.sparse("Item", row, PurchaseTaxCodeRef=standard)
    assert row["PurchaseTaxCodeRef"]["value"] == standard["value"]


def test_queries(books):
    found = books.rows("Item", "where Type = 'Category'")
    assert [row["Name"] for row in found] == ["Advisory work", "Tax"]
    assert books.rows("Item", "where Sku = 'wb-1'")[0]["Name"] == "Workbook"
    full = "where FullyQualifiedName = 'advisory WORK:Tax:Tax return'"
    assert len(books.rows("Item", full)) == 1
    for prop in ("Description", "PurchaseCost", "Taxable", "SubItem"):
        assert refused(books.rows, "Item", f"where {prop} = '1'").code == "4001"


def category(books, name, parent=None):
    below = {"SubItem": True, "ParentRef": {"value": parent["Id"]}} if parent else {}
    return books.post("Item", {"Name": name, "Type": "Category", **below})


def test_a_moved_category_takes_its_items_along(books):
    top, goods = category(books, "Top"), category(books, "Goods")
    thing = item(books, SubItem=True, ParentRef={"value": goods["Id"]})
    assert (thing["FullyQualifiedName"], thing["Level"]) == ("Goods:Thing", 1)
    goods = books.sparse("Item", goods, SubItem=True, ParentRef={"value": top["Id"]})
    thing = books.read("Item", thing["Id"])
    assert (thing["FullyQualifiedName"], thing["Level"]) == ("Top:Goods:Thing", 2)
    books.sparse("Item", goods, SubItem=False)
    thing = books.read("Item", thing["Id"])
    assert (thing["FullyQualifiedName"], thing["Level"]) == ("Goods:Thing", 1)


def test_bought_goods_cost(books):
    account = {"Name": "Odd", "AccountType": "Other Expense"}
    other = {"value": books.post("Account", account)["Id"]}
    body = {"Name": "X", "Type": "NonInventory", "ExpenseAccountRef": other}
    assert refused(books.post, "Item", body).code == "6430"


@pytest.mark.parametrize("name", ["a\x01b", "\x7f"])
@pytest.mark.parametrize("entity", ["Item", "Account", "Term", "Class"])
def test_control_characters_in_names(books, entity, name):
    body = {"Name": name, "Type": "Service", "AccountType": "Bank", "DueDays": 1}
    kept = {name: body[name] for name in NEEDED[entity]}
    assert refused(books.post, entity, kept).code == "2040"


NEEDED = {
    "Item": ("Name", "Type"),
    "Account": ("Name", "AccountType"),
    "Term": ("Name", "DueDays"),
    "Class": ("Name",),
}


def test_blanks_are_no_name(books):
    body = {"Name": "  ", "Type": "Service", "IncomeAccountRef": income(books)}
    assert refused(books.post, "Item", body).code == "2020"


def test_what_is_sold_before_it_is_earned_goes_to_a_liability(books):
    deferred = books.ref("Account", "Deferred Revenue")
    row = item(books, IncomeAccountRef=deferred)
    assert row["IncomeAccountRef"]["name"] == "Deferred Revenue"
    books.switch(item_liability_accounts="refuse")
    error = refused(item, books, "Another", IncomeAccountRef=deferred)
    assert error.element == "IncomeAccountRef" or "IncomeAccountRef" in error.detail
