"""CompanyInfo, Preferences, configuration, subscription."""

import pytest
from books import Books, refused


@pytest.fixture
def books():
    return Books("us")


def test_company_info(books):
    row = books.get(f"companyinfo/{books.company.realm_id}")["CompanyInfo"]
    assert (row["Id"], row["Country"]) == ("1", "US")
    assert list(row)[-5:] == ["domain", "sparse", "Id", "SyncToken", "MetaData"]
    assert list(row)[:3] == ["CompanyName", "LegalName", "CompanyAddr"]
    values = {each["Name"]: each["Value"] for each in row["NameValue"]}
    assert values["OfferingSku"] == "QuickBooks Online Plus"
    assert values["ItemCategoriesFeature"] == "true"
    assert refused(books.get, "companyinfo/77").code == "610"
    assert books.call("GET", "companyinfo/1").metered == 1


def test_company_info_can_be_renamed(books):
    row = books.get("companyinfo/1")["CompanyInfo"]
    row = books.sparse("CompanyInfo", row, CompanyName="New name", Country="GB")
    assert (row["CompanyName"], row["Country"]) == ("New name", "US")
    assert books.company.name == "New name"
    assert refused(books.post, "CompanyInfo", {"CompanyName": "X"}).code == "500"


@pytest.mark.parametrize(
    ("codes", "company", "address"),
    [("mixed", "GB", "GBR"), ("iso2", "GB", "GB")],
)
def test_country_codes(codes, company, address):
    books = Books("gb", country_codes=codes)
    assert books.get("companyinfo/1")["CompanyInfo"]["Country"] == company
    row = books.customer(BillAddr={"Line1": "1", "Country": "GB"})
    assert row["BillAddr"]["Country"] == address


def test_preferences_of_each_company():
    seen = {}
    for profile in ("us", "us_manual", "gb", "ca", "au"):
        row = Books(profile).get("preferences")["Preferences"]
        accounting = row["AccountingInfoPrefs"]
        seen[profile] = (
            accounting["ClassTrackingPerTxn"],
            accounting["ClassTrackingPerTxnLine"],
            row["TaxPrefs"].get("PartnerTaxEnabled"),
            row["CurrencyPrefs"]["MultiCurrencyEnabled"],
            row["CurrencyPrefs"]["HomeCurrency"]["value"],
        )
        assert "BookCloseDate" not in accounting
        assert row["SalesFormsPrefs"]["CustomTxnNumbers"] is False
        assert row["TaxPrefs"]["UsingSalesTax"] is True
    assert seen == {
        "us": (False, True, True, False, "USD"),
        "us_manual": (True, False, None, False, "USD"),
        "gb": (False, False, None, True, "GBP"),
        "ca": (False, True, None, True, "CAD"),
        "au": (True, False, None, False, "AUD"),
    }


def test_updates_keep_what_they_do_not_name(books):
    row = books.get("preferences")["Preferences"]
    forms = {"AllowDiscount": False, "CustomTxnNumbers": True}
    changed = books.sparse("Preferences", row, SalesFormsPrefs=forms)
    assert changed["SalesFormsPrefs"]["AllowDiscount"] is False
    assert (
        changed["SalesFormsPrefs"]["CustomField"]
        == (row["SalesFormsPrefs"]["CustomField"])
    )
    assert changed["AccountingInfoPrefs"] == row["AccountingInfoPrefs"]
    assert changed["SyncToken"] == str(int(row["SyncToken"]) + 1)


def test_read_only_preferences_are_ignored(books):
    row = books.get("preferences")["Preferences"]
    changed = books.sparse(
        "Preferences",
        row,
        AccountingInfoPrefs={"BookCloseDate": "2026-01-31", "TrackDepartments": False},
        CurrencyPrefs={"MultiCurrencyEnabled": True},
    )
    assert changed["AccountingInfoPrefs"] == row["AccountingInfoPrefs"]
    assert changed["CurrencyPrefs"] == row["CurrencyPrefs"]
    unknown = {"AccountingInfoPrefs": {"Nonsense": True}}
    assert refused(books.sparse, "Preferences", changed, **unknown).code == "2010"
    both = {"AccountingInfoPrefs": {"ClassTrackingPerTxn": True}}
    assert refused(books.sparse, "Preferences", changed, **both).code == "6000"


def test_configure(books):
    books.company.configure(
        {
            "book_close_date": "2026-06-30",
            "preferences": {"CurrencyPrefs": {"MultiCurrencyEnabled": True}},
            "name": "Configured",
        }
    )
    row = books.get("preferences")["Preferences"]
    assert row["AccountingInfoPrefs"]["BookCloseDate"] == "2026-06-30"
    assert books.company.multicurrency
    assert books.get("companyinfo/1")["CompanyInfo"]["CompanyName"] == "Configured"
    books.company.configure({"book_close_date": None})
    row = books.get("preferences")["Preferences"]
    assert "BookCloseDate" not in row["AccountingInfoPrefs"]


@pytest.mark.parametrize(
    "changes",
    [
        {"nonsense": 1},
        {"preferences": {"Nonsense": {}}},
        {"preferences": {"TaxPrefs": {"Nonsense": 1}}},
        {"switches": {"nonsense": 1}},
        {"switches": {"lenient_query": True}, "name": "X", "more": 1},
    ],
)
def test_configure_refuses_what_it_does_not_know(books, changes):
    before = (books.company.preferences, books.company.switches, books.company.name)
    with pytest.raises(ValueError):
        books.company.configure(changes)
    after = (books.company.preferences, books.company.switches, books.company.name)
    assert after == before


# --- subscription ---


@pytest.mark.parametrize("status", ["EXPIRED", "RESTRICTED", "SUSPENDED", "CANCELED"])
def test_an_ended_subscription_is_read_only(books, status):
    row = books.customer()
    books.company.configure({"subscription_status": status})
    assert books.company.subscription_status == status
    error = refused(books.customer, "Late")
    assert (error.code, error.message) == ("6190", "Invalid Company Status")
    assert refused(books.sparse, "Customer", row, Notes="x").code == "6190"
    details = {"TaxCode": "X", "TaxRateDetails": [{"TaxRateId": "1"}]}
    error = refused(books.call, "POST", "taxservice/taxcode", details)
    assert error.code == "6190"
    item = {"bId": "1", "operation": "create", "Customer": {"DisplayName": "L"}}
    (answer,) = books.batch(item).payload["BatchItemResponse"]
    assert answer["Fault"]["Error"][0]["code"] == "6190"
    assert books.read("Customer", row["Id"]) == row
    assert books.rows("Customer")
    books.company.configure({"subscription_status": "PAID"})
    assert books.customer("Back again")


# --- what there is not ---


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "nonsense/1"),
        ("POST", "nonsense"),
        ("GET", "customer"),
        ("PUT", "customer/1"),
        ("DELETE", "customer/1"),
        ("GET", "customer/1/2"),
        ("GET", "bill/1"),
        ("POST", "customer/1"),
        ("POST", "/batch"),
        ("POST", "batch/"),
        ("GET", "customer//1"),
    ],
)
def test_unknown_resources(books, method, path):
    assert refused(books.call, method, path, {}).code == "500"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"{'a': 1}"])
def test_bodies_that_are_no_object(books, body):
    assert refused(books.call, "POST", "customer", body).code == "2010"


def test_content_types(books):
    body = {"DisplayName": "Typed"}
    form = "application/x-www-form-urlencoded"
    assert (
        refused(books.call, "POST", "customer", body, content_type=form).code == "500"
    )
    charset = "application/json; charset=utf-8"
    assert books.call("POST", "customer", body, content_type=charset).status == 200


def test_unknown_operation(books):
    body = {"DisplayName": "X"}
    error = refused(books.call, "POST", "customer", body, operation="explode")
    assert error.code == "500"


@pytest.mark.parametrize(
    "values",
    [
        {"AccountingInfoPrefs": ""},
        {"AccountingInfoPrefs": {"ClassTrackingPerTxn": ""}},
        {"SalesFormsPrefs": {"AllowDiscount": "", "CustomTxnNumbers": None}},
        {"OtherPrefs": "", "ReportPrefs": {"ReportBasis": ""}},
        {"EmailMessagesPrefs": {"InvoiceMessage": ""}, "TaxPrefs": None},
        {"OtherPrefs": {"NameValue": ""}},
    ],
)
def test_empty_texts_are_no_preferences(books, values):
    before = books.get("preferences")["Preferences"]
    books.company.configure({"switches": {"sparse_null": "clear"}})
    identity = {"Id": "1", "SyncToken": before["SyncToken"]}
    after = books.post("Preferences", {**identity, **values})
    envelope = {name: after[name] for name in ("SyncToken", "MetaData")}
    assert after == {**before, **envelope}
