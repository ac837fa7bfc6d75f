"""Customers and vendors."""

import pytest
from books import Books, refused, wire
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture
def books():
    return Books("us_manual")


CREATED = (
    '{"Taxable":false,"Job":false,"BillWithParent":false,"Balance":0,'
    '"BalanceWithJobs":0,"CurrencyRef":{"value":"USD","name":"United States Dollar"},'
    '"PreferredDeliveryMethod":"None","IsProject":false,"domain":"QBO","sparse":false,'
    '"Id":"38","SyncToken":"0","MetaData":{"CreateTime":"2026-11-22T10:00:00-08:00",'
    '"LastUpdatedTime":"2026-11-22T10:00:00-08:00"},"FullyQualifiedName":"Dukes",'
    '"DisplayName":"Dukes","PrintOnCheckName":"Dukes","Active":true}'
)


def test_answer_to_a_create_byte_for_byte(books):
    response = books.call("POST", "customer", {"DisplayName": "Dukes"})
    assert response.status == 200
    expected = f'{{"Customer":{CREATED},"time":"2026-11-22T10:00:00-08:00"}}'
    assert wire(response.payload) == expected
    assert wire(books.get("customer/38")) == expected


def test_name_from_its_parts(books):
    parts = {"Title": "Dr", "GivenName": "Eve", "FamilyName": "Moss", "Suffix": "Jr"}
    row = books.post("Customer", {**parts, "CompanyName": "Moss Ltd"})
    assert row["DisplayName"] == "Dr Eve Moss Jr"
    assert row["PrintOnCheckName"] == "Moss Ltd"
    assert refused(books.post, "Customer", {"CompanyName": "X"}).code == "6080"


@pytest.mark.parametrize("entity", ["Customer", "Vendor"])
@pytest.mark.parametrize("name", ["Acme", "aCMe", "City Power", "CITY POWER"])
def test_names_are_unique_over_customers_and_vendors(books, entity, name):
    error = refused(books.post, entity, {"DisplayName": name})
    assert error.code == "6240"
    assert error.message == "Duplicate Name Exists Error"
    assert error.detail.startswith("The name supplied already exists. : ")


def test_case_can_be_made_to_matter():
    books = Books("us", names_case_sensitive=True)
    assert books.customer("ACME")["DisplayName"] == "ACME"
    assert refused(books.customer, "Acme").code == "6240"


@pytest.mark.parametrize("name", ["a:b", "a\tb", "a\nb"])
def test_forbidden_characters(books, name):
    assert refused(books.customer, name).code == "2040"


def test_lengths(books):
    error = refused(books.customer, "x" * 101)
    assert error.code == "2050"
    assert error.detail == (
        "String length specified does not match the supported length. "
        "Min:0 Max:100 supported. Supplied length:101"
    )
    # Java counts an emoji twice.
    assert refused(books.customer, "🚀" * 51).code == "2050"
    assert books.customer("🚀" * 50)


def test_several_problems_come_together(books):
    body = {"DisplayName": "x" * 101, "Title": "y" * 17}
    from simulator.faults import Fault

    with pytest.raises(Fault) as caught:
        books.post("Customer", body)
    assert [error.code for error in caught.value.errors] == ["2050", "2050"]


def test_unknown_properties_at_any_level(books):
    error = refused(books.customer, BadJson="x")
    assert error.code == "2010"
    assert error.detail.startswith(
        'Property Name:Unrecognized field "BadJson" '
        "(class com.intuit.schema.finance.v3.Customer), not marked as ignorable ("
    )
    assert error.element is None
    error = refused(books.customer, BillAddr={"Street": "x"})
    assert "v3.PhysicalAddress)" in error.detail
    assert refused(books.customer, SalesTermRef={"id": "3"}).code == "2010"
    assert refused(books.customer, MetaData={"Created": "x"}).code == "2010"
    assert refused(books.customer, displayname="x").code == "2010"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"PrimaryEmailAddr": {"Address": "nobody"}}, "2210"),
        ({"PrimaryEmailAddr": {"Address": "a b@c.d"}}, "2210"),
        ({"PrimaryEmailAddr": "a@b.c"}, "2010"),
        ({"Active": "maybe"}, "2010"),
        ({"PreferredDeliveryMethod": "Pigeon"}, "2170"),
        ({"OpenBalanceDate": "2026-02-30"}, "2060"),
        ({"Balance": "much"}, "2090"),
        ({"BillAddr": []}, "2010"),
        ({"DisplayName": {"x": 1}}, "2010"),
        ({"SalesTermRef": {"value": "99"}}, "2500"),
        ({"CurrencyRef": {"value": "EUR"}}, "6000"),
        ({"ParentRef": {"value": "99"}, "Job": True}, "2500"),
        ({"Job": True}, "6150"),
        ({"Notes": "x" * 2001}, "2050"),
    ],
)
def test_values_that_are_refused(books, values, code):
    assert refused(books.customer, **values).code == code


def test_reference_faults_name_the_table(books):
    error = refused(books.customer, SalesTermRef={"value": "99"})
    assert error.detail == "Invalid Reference Id : Terms element id 99 not found"
    term = books.post("Term", {"Name": "Soon", "DueDays": 1})
    books.sparse("Term", term, Active=False)
    error = refused(books.customer, SalesTermRef={"value": term["Id"]})
    assert error.code == "610"
    assert "has been made inactive" in error.detail


def test_read_only_and_wrong_names_are_ignored(books):
    row = books.customer(
        BalanceWithJobs=7,
        FullyQualifiedName="Other",
        Level=4,
        SalesTermRef={"value": "3", "name": "No such"},
        MetaData={"CreateTime": "2001-01-01T00:00:00Z"},
    )
    assert row["BalanceWithJobs"] == 0
    assert row["FullyQualifiedName"] == "Test Customer"
    assert "Level" not in row
    assert row["SalesTermRef"] == {"value": "3", "name": "Net 30"}
    assert row["MetaData"]["CreateTime"] == "2026-11-22T10:00:00-08:00"


def test_addresses_and_web(books):
    row = books.customer(
        BillAddr={"Line1": "1 St", "Country": "US", "Lat": "1", "Id": "7"},
        WebAddr={"URI": "example.com"},
    )
    assert row["BillAddr"]["Country"] == "USA"
    assert "Lat" not in row["BillAddr"]
    assert row["WebAddr"] == {"URI": "http://example.com"}
    same = books.sparse("Customer", row, BillAddr={"Line1": "1 St", "Country": "USA"})
    assert same["BillAddr"]["Id"] == row["BillAddr"]["Id"]
    other = books.sparse("Customer", same, BillAddr={"Line1": "2 St"})
    assert other["BillAddr"]["Id"] != row["BillAddr"]["Id"]
    assert set(other["BillAddr"]) == {"Id", "Line1"}


# --- updates ---


def test_tokens(books):
    row = books.customer()
    first = books.sparse("Customer", row, Notes="one")
    assert (first["SyncToken"], first["sparse"]) == ("1", False)
    error = refused(books.sparse, "Customer", row, Notes="two")
    assert error.code == "5010"
    assert error.detail.startswith("Stale Object Error : You and ")
    body = {"Id": row["Id"], "sparse": True, "Notes": "x"}
    error = refused(books.post, "Customer", body)
    assert (error.code, error.element) == ("2020", "SyncToken")
    body = {"Id": "9999", "SyncToken": "0", "sparse": True}
    assert refused(books.post, "Customer", body).code == "610"
    assert refused(books.get, "customer/abc").code == "2030"


def test_sparse_keeps_full_clears(books):
    row = books.customer(Notes="keep", GivenName="Ann", Taxable=True)
    row = books.sparse("Customer", row, Title="Ms")
    assert (row["Notes"], row["GivenName"], row["Taxable"]) == ("keep", "Ann", True)
    full = {"Id": row["Id"], "SyncToken": "1", "DisplayName": "Test Customer"}
    row = books.post("Customer", full)
    assert not {"Notes", "GivenName", "Title"} & set(row)
    assert row["Taxable"] is False
    assert row["CurrencyRef"]["value"] == "USD"


def test_empty_text_clears_null_does_not(books):
    row = books.customer(Notes="keep", Title="Ms")
    row = books.sparse("Customer", row, Notes=None, Title="")
    assert row["Notes"] == "keep"
    assert "Title" not in row
    books.company.configure({"switches": {"sparse_null": "clear"}})
    assert "Notes" not in books.sparse("Customer", row, Notes=None)


WRITABLE = {
    "Notes": st.text(max_size=20),
    "Title": st.text(alphabet="abc", max_size=5),
    "CompanyName": st.text(alphabet="xyz é🚀'\\", max_size=20),
    "Taxable": st.booleans(),
    "ResaleNum": st.text(alphabet="123", max_size=9),
}
VALUES = st.fixed_dictionaries({}, optional=WRITABLE)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), VALUES), max_size=5))
def test_updates_agree_with_a_model(steps):
    books = _SHARED
    row = books.customer(f"Model {len(books.company.objects('Customer'))}")
    name, model = row["DisplayName"], {"Taxable": True}
    for number, (sparse, values) in enumerate(steps, start=1):
        body = {
            "Id": row["Id"],
            "SyncToken": row["SyncToken"],
            "sparse": sparse,
            "DisplayName": name,
        }
        row = books.post("Customer", {**body, **values})
        model = {**(model if sparse else {"Taxable": True}), **values}
        shown = {key: row[key] for key in WRITABLE if key in row}
        assert shown == {key: value for key, value in model.items() if value != ""}
        assert row["SyncToken"] == str(number)
        assert books.read("Customer", row["Id"]) == row


_SHARED = Books("us")


# --- inactive ---


def test_deactivate_and_reactivate(books):
    row = books.sparse("Customer", books.customer("Old", Notes="n"), Active=False)
    assert row["DisplayName"] == row["FullyQualifiedName"] == "Old (deleted)"
    assert (row["PrintOnCheckName"], row["Active"]) == ("Old", False)
    assert books.rows("Customer", "where DisplayName like 'Old%'") == []
    assert books.read("Customer", row["Id"]) == row
    assert refused(books.sparse, "Customer", row, Notes="x").code == "610"
    twin = books.sparse("Customer", books.customer("Old"), Active=False)
    assert twin["DisplayName"] == "Old (deleted-1)"
    back = books.sparse("Customer", row, Active=True)
    assert (back["DisplayName"], back["Notes"]) == ("Old", "n")
    assert refused(books.sparse, "Customer", twin, Active=True).code == "6240"


def test_open_balance_stays(books):
    customer = books.customer("Owes")
    invoice = books.invoice(customer=customer)
    error = refused(books.sparse, "Customer", customer, Active=False)
    assert error.code == "6220"
    assert error.message == "Delete List Has Balance Error"
    books.payment(invoice, "100.00")
    assert books.sparse("Customer", customer, Active=False)["Active"] is False


def test_name_lists_cannot_be_deleted(books):
    row = books.customer()
    body = {"Id": row["Id"], "SyncToken": "0"}
    error = refused(books.call, "POST", "customer", body, operation="delete")
    assert error.code == "500"


# --- sub-customers ---


def test_levels(books):
    row = books.customer("Level 0")
    for level in range(1, 5):
        parent = {"value": row["Id"]}
        row = books.customer(f"Level {level}", Job=True, ParentRef=parent)
        assert row["Level"] == level
        assert row["ParentRef"] == parent
    path = ":".join(f"Level {number}" for number in range(5))
    assert row["FullyQualifiedName"] == path
    parent = {"value": row["Id"]}
    error = refused(books.customer, "Level 5", Job=True, ParentRef=parent)
    assert error.code == "6180"


def test_no_loops(books):
    top = books.customer("Top")
    sub = books.customer("Sub", Job=True, ParentRef={"value": top["Id"]})
    loop = {"Job": True, "ParentRef": {"value": sub["Id"]}}
    assert refused(books.sparse, "Customer", top, **loop).code == "6000"


def test_a_new_name_reaches_everything_below_and_all_references(books):
    top = books.customer("Top")
    sub = books.customer("Sub", Job=True, ParentRef={"value": top["Id"]})
    invoice = books.invoice(customer=sub)
    assert invoice["CustomerRef"]["name"] == "Top:Sub"
    books.sparse("Customer", top, DisplayName="Summit")
    changed = books.read("Customer", sub["Id"])
    assert changed["FullyQualifiedName"] == "Summit:Sub"
    assert changed["SyncToken"] == "0"
    name = books.read("Invoice", invoice["Id"])["CustomerRef"]["name"]
    assert name == "Summit:Sub"


def test_balances_add_up_the_tree(books):
    top = books.customer("Top")
    sub = books.customer("Sub", Job=True, ParentRef={"value": top["Id"]})
    books.invoice("30.00", sub)
    books.invoice("12.50", top)
    top, sub = (books.read("Customer", row["Id"]) for row in (top, sub))
    assert (str(top["Balance"]), str(top["BalanceWithJobs"])) == ("12.50", "42.50")
    assert (str(sub["Balance"]), str(sub["BalanceWithJobs"])) == ("30.00", "30.00")


# --- currencies, countries, vendors ---


def test_currency_is_for_life():
    books = Books("gb")
    row = books.customer("Tokyo", CurrencyRef={"value": "JPY"})
    assert row["CurrencyRef"] == {"value": "JPY", "name": "Japanese Yen"}
    assert "JPY" in [row["Code"] for row in books.rows("CompanyCurrency")]
    error = refused(books.sparse, "Customer", row, CurrencyRef={"value": "EUR"})
    assert error.code == "6000"
    assert refused(books.customer, "X", CurrencyRef={"value": "QQQ"}).code == "2500"


def test_identifiers_are_masked_by_country(books):
    assert "PrimaryTaxIdentifier" not in books.customer(PrimaryTaxIdentifier="GB1234")
    british = Books("gb").customer(PrimaryTaxIdentifier="GB123456789")
    assert british["PrimaryTaxIdentifier"] == "XXXXXX56789"
    vendor = books.post(
        "Vendor", {"DisplayName": "Masked", "TaxIdentifier": "12-3456789"}
    )
    assert vendor["TaxIdentifier"] == "XXXXXX6789"


def test_vendor_shape(books):
    row = books.post("Vendor", {"DisplayName": "V", "TermRef": {"value": "3"}})
    assert list(row) == [
        "TermRef",
        "Balance",
        "Vendor1099",
        "CurrencyRef",
        "domain",
        "sparse",
        "Id",
        "SyncToken",
        "MetaData",
        "DisplayName",
        "PrintOnCheckName",
        "Active",
    ]
    body = {"DisplayName": "W", "SalesTermRef": {"value": "3"}}
    assert refused(books.post, "Vendor", body).code == "2010"


def test_customers_and_vendors_share_their_ids(books):
    first = books.customer("A")
    second = books.post("Vendor", {"DisplayName": "B"})
    assert int(second["Id"]) == int(first["Id"]) + 1


def test_the_composed_name_is_measured(books):
    parts = {"GivenName": "g" * 60, "FamilyName": "f" * 60}
    error = refused(books.post, "Customer", parts)
    assert (error.code, "Supplied length:121" in error.detail) == ("2050", True)
    books.switch(display_name_maximum=121)
    assert len(books.post("Customer", parts)["DisplayName"]) == 121


@pytest.mark.parametrize("entity", ["Customer", "Vendor"])
@pytest.mark.parametrize("name", [{"DisplayName": "   "}, {"GivenName": " \u2003"}])
def test_blanks_are_no_name(books, entity, name):
    assert refused(books.post, entity, name).code == "6080"


def test_blanks_give_way_to_the_parts_of_a_name(books):
    row = books.post("Customer", {"DisplayName": " ", "GivenName": "Ann", "Suffix": ""})
    assert row["DisplayName"] == "Ann"


@pytest.mark.parametrize(
    "address",
    [
        "a<b>,;@c..d",
        "a@b@c.d",
        "a@b.c,d@e.f",
        "a..b@c.d",
        ".a@c.d",
        "a.@c.d",
        "a@.c.d",
        "a@c.d.",
        "a@c",
        "a:b@c.d",
        "<a@c.d>",
    ],
)
def test_addresses_that_are_none(books, address):
    body = {"DisplayName": "X", "PrimaryEmailAddr": {"Address": address}}
    assert refused(books.post, "Customer", body).code == "2210"


@pytest.mark.parametrize("address", ["a.b+c_d'e@f-g.example.com", "\u00e9@b.c"])
def test_addresses_that_are_some(books, address):
    row = books.customer(PrimaryEmailAddr={"Address": address})
    assert row["PrimaryEmailAddr"] == {"Address": address}


def test_huge_numbers_are_refused_for_their_size(books):
    for name in ("Notes", "Balance", "TaxExemptionReasonId"):
        body = b'{"DisplayName": "X", "%s": 1e100000000}' % name.encode()
        assert refused(books.call, "POST", "customer", body).code == "2090"


def test_half_characters_are_refused(books):
    body = rb'{"DisplayName": "a\ud800"}'
    assert refused(books.call, "POST", "customer", body).code == "2010"


PARTS = {
    "PrimaryPhone": {"FreeFormNumber": "1"},
    "PrimaryEmailAddr": {"Address": "a@b.c"},
    "WebAddr": {"URI": "http://a.b"},
    "ShipAddr": {"Line1": "1 Road"},
}


def test_what_was_emptied_is_left_out(books):
    row = books.customer(**PARTS)
    assert set(PARTS) <= set(row)
    cleared = {name: dict.fromkeys(part, "") for name, part in PARTS.items()}
    row = books.sparse("Customer", row, **cleared)
    assert not set(PARTS) & set(row)
    assert not set(PARTS) & set(books.customer("Other", **dict.fromkeys(PARTS, {})))


def test_reasons_of_exemption_end_at_fifteen(books):
    assert books.customer(TaxExemptionReasonId=15)["TaxExemptionReasonId"] == 15
    body = {"DisplayName": "X", "TaxExemptionReasonId": 16}
    assert refused(books.post, "Customer", body).code == "2090"


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1f", "\x7f"])
@pytest.mark.parametrize("name", ["DisplayName", "GivenName", "CompanyName"])
def test_control_characters_in_names(books, name, character):
    body = {"DisplayName": "X", name: f"a{character}b"}
    assert refused(books.post, "Customer", body).code == "2040"


def below(books, name, parent, **values):
    return books.customer(name, Job=True, ParentRef={"value": parent["Id"]}, **values)


def test_a_move_carries_levels_and_balances_along(books):
    first, second = books.customer("First"), books.customer("Second")
    child = below(books, "Child", first, Balance="10.00")
    grandchild = below(books, "Grandchild", child, Balance="5.00")
    other = below(books, "Other", second)

    def totals():
        rows = (first, second, other)
        return [books.read("Customer", row["Id"])["BalanceWithJobs"] for row in rows]

    assert totals() == [15, 0, 0]
    child = books.read("Customer", child["Id"])
    child = books.sparse("Customer", child, ParentRef={"value": other["Id"]}, Job=True)
    grandchild = books.read("Customer", grandchild["Id"])
    assert (child["Level"], grandchild["Level"]) == (2, 3)
    assert grandchild["FullyQualifiedName"] == "Second:Other:Child:Grandchild"
    assert totals() == [0, 15, 15]
    books.sparse("Customer", child, Job=False)
    assert books.read("Customer", grandchild["Id"])["Level"] == 1
    assert totals() == [0, 0, 0]
