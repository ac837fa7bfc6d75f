"""Invoices."""

from decimal import Decimal

import pytest
from books import Books, refused


@pytest.fixture
def books():
    return Books("us_manual")


KEYS = [
    "AllowIPNPayment",
    "AllowOnlinePayment",
    "AllowOnlineCreditCardPayment",
    "AllowOnlineACHPayment",
    "domain",
    "sparse",
    "Id",
    "SyncToken",
    "MetaData",
    "CustomField",
    "DocNumber",
    "TxnDate",
    "CurrencyRef",
    "LinkedTxn",
    "Line",
    "TxnTaxDetail",
    "CustomerRef",
    "BillAddr",
    "ShipAddr",
    "DueDate",
    "TotalAmt",
    "ApplyTaxAfterDiscount",
    "PrintStatus",
    "EmailStatus",
    "Balance",
]


def test_minimal_invoice(books):
    row = books.invoice("200")
    assert list(row) == KEYS
    assert list(row["MetaData"]) == [
        "CreateTime",
        "LastModifiedByRef",
        "LastUpdatedTime",
    ]
    assert row["CustomField"] == [
        {"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"}
    ]
    assert row["Line"] == [
        {
            "Id": "1",
            "LineNum": 1,
            "Amount": Decimal("200.00"),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {
                "ItemRef": {"value": "1", "name": "Services"},
                "ItemAccountRef": row["Line"][0]["SalesItemLineDetail"][
                    "ItemAccountRef"
                ],
                "TaxCodeRef": {"value": "NON"},
            },
        },
        {
            "Amount": Decimal("200.00"),
            "DetailType": "SubTotalLineDetail",
            "SubTotalLineDetail": {},
        },
    ]
    assert (row["DocNumber"], row["TxnDate"]) == ("1001", "2026-11-22")
    assert (row["DueDate"], row["PrintStatus"]) == ("2026-12-22", "NeedToPrint")
    assert row["TxnTaxDetail"] == {"TotalTax": 0}
    assert str(row["Balance"]) == "200.00"


def test_multicurrency_and_automated_tax_add_keys():
    row = Books("gb").invoice()
    keys = list(row)
    assert keys[keys.index("CurrencyRef") + 1] == "ExchangeRate"
    assert keys[keys.index("TotalAmt") + 1] == "HomeTotalAmt"
    assert keys[-1] == "HomeBalance"
    assert row["GlobalTaxCalculation"] == "TaxExcluded"
    automated = Books("us").invoice()
    assert list(automated)[-1] == "TaxExemptionRef"
    assert automated["ShipFromAddr"]["Line2"] == "Portland, OR  97201"


@pytest.mark.parametrize(
    ("changes", "code", "element"),
    [
        ({"CustomerRef": None}, "2020", "CustomerRef"),
        ({"CustomerRef": {}}, "2020", "CustomerRef"),
        ({"Line": None}, "2020", "Line"),
        ({"Line": []}, "2020", "Line"),
        ({"CustomerRef": None, "Line": None}, "2020", "CustomerRef"),
        ({"Line": [{"DetailType": "SalesItemLineDetail"}]}, "2020", "Line.Amount"),
        ({"CustomerRef": {"value": "9999"}}, "2500", "CustomerRef"),
        ({"DocNumber": "x" * 45}, "2050", "DocNumber"),
        ({"TxnDate": "2026-13-01"}, "2060", "TxnDate"),
        ({"PrivateNote": "x" * 4001}, "2050", "PrivateNote"),
        ({"CustomerMemo": {"value": "x" * 1001}}, "2050", "CustomerMemo"),
        ({"EmailStatus": "NeedToSend"}, "2020", "BillEmail"),
        ({"EmailStatus": "Maybe"}, "2170", "EmailStatus"),
        ({"SalesTermRef": {"value": "77"}}, "2500", "SalesTermRef"),
    ],
)
def test_refusals(books, changes, code, element):
    error = refused(books.post, "Invoice", {**books.invoice_body(), **changes})
    assert (error.code, error.element) == (code, element)


def test_length_text(books):
    body = books.invoice_body(DocNumber="x" * 45)
    assert refused(books.post, "Invoice", body).detail == (
        "String length specified does not match the supported length. "
        "Min:0 Max:21 supported. Supplied length:45"
    )


def with_price(books, amount, quantity, price):
    body = books.invoice_body(amount)
    detail = body["Line"][0]["SalesItemLineDetail"]
    detail.update(Qty=quantity, UnitPrice=price)
    return books.post("Invoice", body)


@pytest.mark.parametrize(
    ("amount", "quantity", "price"),
    [
        ("1861.08", "128.35", "14.50"),
        ("100.00", "3", "33.333333"),
        ("262.50", "3.5", "75"),
        ("100.00", "0", "0"),
        ("-5.00", "-1", "5"),
    ],
)
def test_price_times_quantity(books, amount, quantity, price):
    body_total = Decimal(amount)
    if body_total < 0:
        error = refused(with_price, books, amount, quantity, price)
        assert "Transaction amount must be 0 or greater" in error.detail
        return
    row = with_price(books, amount, quantity, price)
    assert row["TotalAmt"] == body_total
    # What came back can be sent again.
    assert books.sparse("Invoice", row, Line=row["Line"])["TotalAmt"] == body_total


@pytest.mark.parametrize(
    ("amount", "quantity", "price", "shown"),
    [
        ("1861.07", "128.35", "14.50", "1,861.07"),
        ("1000", "3", "333.33", "1,000"),
        ("100.001", "1", "100", "100.001"),
    ],
)
def test_6070(books, amount, quantity, price, shown):
    error = refused(with_price, books, amount, quantity, price)
    assert error.code == "6070"
    assert error.detail.endswith(
        f"Amount is not equal to UnitPrice * Qty. Supplied value:{shown}"
    )


def test_lines_keep_their_ids(books):
    row = books.invoice("10.00")
    first = row["Line"][0]
    new = {**first, "Id": "77", "Amount": "5.00"}
    kept = {**first, "Amount": "7.00"}
    row = books.sparse("Invoice", row, Line=[new, kept, row["Line"][1]])
    lines = [(each.get("Id"), each.get("LineNum")) for each in row["Line"]]
    assert lines == [("2", 1), ("1", 2), (None, None)]
    assert str(row["TotalAmt"]) == "12.00"
    row = books.sparse("Invoice", row, PrivateNote="only a note")
    assert len(row["Line"]) == 3


def test_text_lines_and_categories(books):
    body = books.invoice_body("10.00")
    text = {"DetailType": "DescriptionOnly", "Description": "Hello", "Amount": 99}
    row = books.post("Invoice", {**body, "Line": [text, *body["Line"]]})
    assert row["Line"][0] == {
        "Id": "1",
        "LineNum": 1,
        "Description": "Hello",
        "DetailType": "DescriptionOnly",
        "DescriptionLineDetail": {},
    }
    assert str(row["TotalAmt"]) == "10.00"
    body["Line"][0]["SalesItemLineDetail"]["ItemRef"] = books.ref(
        "Item", "Advisory work"
    )
    assert refused(books.post, "Invoice", body).code == "6000"


def test_a_line_without_item_gets_the_default_one(books):
    body = books.invoice_body("10.00")
    body["Line"][0]["SalesItemLineDetail"] = {}
    line = books.post("Invoice", body)["Line"][0]
    assert line["SalesItemLineDetail"]["ItemRef"]["name"] == "Services"


def test_discounts(books):
    body = books.invoice_body("50.00")
    percent = {"PercentBased": True, "DiscountPercent": 10}
    line = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": percent}
    row = books.post("Invoice", {**body, "Line": [line, *body["Line"]]})
    assert [each["DetailType"] for each in row["Line"]] == [
        "SalesItemLineDetail",
        "SubTotalLineDetail",
        "DiscountLineDetail",
    ]
    discount = row["Line"][-1]
    assert (str(discount["Amount"]), str(row["TotalAmt"])) == ("5.00", "45.00")
    assert "Id" not in discount
    account = discount["DiscountLineDetail"]["DiscountAccountRef"]
    assert account["name"] == "Discounts given"
    fixed = {"DetailType": "DiscountLineDetail", "Amount": "60"}
    error = refused(books.post, "Invoice", {**body, "Line": [*body["Line"], fixed]})
    assert "can't be greater than the subtotal" in error.detail
    empty = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {}}
    error = refused(books.post, "Invoice", {**body, "Line": [*body["Line"], empty]})
    assert error.code == "6090"


# --- numbers ---


def test_numbers_go_on_from_the_last(books):
    assert books.invoice()["DocNumber"] == "1001"
    assert books.invoice(DocNumber="INV-0099")["DocNumber"] == "INV-0099"
    assert books.invoice()["DocNumber"] == "INV-0100"
    # Duplicates are accepted while QBO numbers by itself.
    assert books.invoice(DocNumber="1001")["DocNumber"] == "1001"


def test_own_numbers(books):
    forms = {"SalesFormsPrefs": {"CustomTxnNumbers": True}}
    books.company.configure({"preferences": forms})
    assert "DocNumber" not in books.invoice()
    first = books.invoice(DocNumber="A-1")
    error = refused(books.invoice, DocNumber="a-1")
    assert error.code == "6140"
    assert error.detail.endswith(
        f"DocNumber=a-1 is assigned to TxnType=Invoice with TxnId={first['Id']}"
    )
    body = books.invoice_body(DocNumber="A-1")
    assert books.post("Invoice", body, include="allowduplicatedocnum")
    assert books.sparse("Invoice", first, PrivateNote="x")["DocNumber"] == "A-1"
    assert books.invoice(DocNumber="AUTO_GENERATE")["DocNumber"] == "A-2"


# --- due dates ---


@pytest.mark.parametrize(
    ("term", "due"), [("Due on receipt", "2026-11-22"), ("Net 15", "2026-12-07")]
)
def test_due_dates(books, term, due):
    row = books.invoice(SalesTermRef=books.ref("Term", term))
    assert row["DueDate"] == due
    assert row["SalesTermRef"]["name"] == term
    given = books.invoice(SalesTermRef=books.ref("Term", term), DueDate="2027-01-01")
    assert given["DueDate"] == "2027-01-01"


def test_due_on_a_day_of_the_month(books):
    body = {"Name": "31st", "DayOfMonthDue": 31, "DueNextMonthDays": 10}
    term = {"value": books.post("Term", body)["Id"]}
    assert books.invoice(SalesTermRef=term)["DueDate"] == "2026-12-31"
    late = books.invoice(SalesTermRef=term, TxnDate="2026-11-10")
    assert late["DueDate"] == "2026-11-30"


# --- dimensions ---


def class_of(books):
    (row,) = books.rows("Class", "where FullyQualifiedName = 'Training'")
    return {"value": row["Id"]}


@pytest.mark.parametrize(
    ("profile", "head", "line"),
    [("us", False, True), ("us_manual", True, False), ("gb", False, False)],
)
def test_classes_where_they_are_tracked(profile, head, line):
    books = Books(profile)
    body = books.invoice_body()
    reference = class_of(books) if profile != "gb" else {"value": "5"}
    body["ClassRef"] = reference
    body["Line"][0]["SalesItemLineDetail"]["ClassRef"] = reference
    row = books.post("Invoice", body)
    assert ("ClassRef" in row) is head
    assert ("ClassRef" in row["Line"][0]["SalesItemLineDetail"]) is line


def test_departments(books):
    assert "DepartmentRef" not in books.invoice(DepartmentRef={"value": "99"})
    tracking = Books("us")
    west = tracking.ref("Department", "West", "FullyQualifiedName")
    assert tracking.invoice(DepartmentRef=west)["DepartmentRef"]["name"] == "West"
    error = refused(tracking.invoice, DepartmentRef={"value": "99"})
    assert error.detail == "Invalid Reference Id : Depts element id 99 not found"


# --- currencies ---


def test_foreign_invoices():
    books = Books("gb")
    customer = books.one("Customer", "Berlin Bytes GmbH", "DisplayName")
    row = books.invoice(customer=customer, ExchangeRate="0.85")
    assert row["CurrencyRef"]["value"] == "EUR"
    assert (str(row["TotalAmt"]), str(row["HomeTotalAmt"])) == ("120.00", "102.00")
    assert books.one("Account", "Accounts Receivable (A/R) - EUR")
    assert books.invoice(customer=customer)["ExchangeRate"] == 1
    books.company.configure({"switches": {"omitted_exchange_rate": "list"}})
    today = books.get("exchangerate", sourcecurrencycode="EUR")["ExchangeRate"]
    assert books.invoice(customer=customer)["ExchangeRate"] == today["Rate"] != 1
    wrong = {"CurrencyRef": {"value": "USD"}}
    assert refused(books.invoice, customer=customer, **wrong).code == "6000"


# --- closed periods ---


def test_closed_period(books):
    old = books.invoice(TxnDate="2026-06-30")
    new = books.invoice(TxnDate="2026-07-01")
    books.company.configure({"book_close_date": "2026-06-30"})
    error = refused(books.invoice, TxnDate="2026-06-30")
    assert error.code == "6210"
    assert books.invoice(TxnDate="2026-07-01")
    assert refused(books.sparse, "Invoice", old, PrivateNote="x").code == "6210"
    assert refused(books.sparse, "Invoice", old, TxnDate="2026-07-02").code == "6210"
    assert refused(books.sparse, "Invoice", new, TxnDate="2026-06-01").code == "6210"
    target = {"Id": old["Id"], "SyncToken": "0"}
    for operation in ("delete", "void"):
        error = refused(books.call, "POST", "invoice", target, operation=operation)
        assert error.code == "6210"
    # A payment of today may settle an old invoice.
    assert books.payment(old, "100.00")
    error = refused(books.payment, new, "100.00", TxnDate="2026-06-30")
    assert error.code == "6210"


# --- addresses, custom fields ---


def test_addresses_become_free_form(books):
    address = {"Line1": "1 St", "City": "Reno", "PostalCode": "89501"}
    address["CountrySubDivisionCode"] = "NV"
    customer = books.customer("Framed", BillAddr=address)
    row = books.invoice(customer=customer)
    assert row["BillAddr"]["City"] == "Reno"
    row = books.sparse("Invoice", row, PrivateNote="x")
    flat = {key: value for key, value in row["BillAddr"].items() if key != "Id"}
    assert flat == {"Line1": "Framed", "Line2": "1 St", "Line3": "Reno, NV  89501"}


def test_custom_fields(books):
    sent = [{"DefinitionId": "1", "StringValue": "B"}, {"DefinitionId": "9"}]
    row = books.invoice(CustomField=sent)
    assert row["CustomField"] == [
        {
            "DefinitionId": "1",
            "Name": "Crew #",
            "Type": "StringType",
            "StringValue": "B",
        }
    ]
    too_long = [{"DefinitionId": "1", "StringValue": "x" * 32}]
    assert refused(books.invoice, CustomField=too_long).code == "2050"
