"""What QBO refuses, drops or settles in any sales form."""

import random
from decimal import ROUND_HALF_UP, Decimal

import pytest
from books import FORMS, Books, discount, item_line, lines_of, refused


@pytest.fixture
def books():
    return Books("us_manual")


@pytest.fixture
def gb():
    books = Books("gb")
    books.sales_forms(AutoApplyCredit=False)
    return books


def line_ids(row):
    return [line.get("Id") for line in row["Line"]]


def detail_of(books, **detail):
    """An invoice whose only line carries `detail`."""
    body = books.invoice_body()
    body["Line"][0]["SalesItemLineDetail"].update(detail)
    return body


# --- texts, dates, amounts ---


@pytest.mark.parametrize("entity", FORMS)
@pytest.mark.parametrize(
    ("changes", "code", "element"),
    [
        ({"PrivateNote": "x" * 4001}, "2050", "PrivateNote"),
        ({"CustomerMemo": {"value": "x" * 1001}}, "2050", "CustomerMemo"),
        ({"DocNumber": "é" * 22}, "2050", "DocNumber"),
        ({"BillEmail": {"Address": "a@" + "x" * 96 + ".com"}}, "2050", "BillEmail"),
        ({"BillEmail": {"Address": "nobody"}}, "2210", "BillEmail"),
        ({"BillEmail": {"Address": "a@example.com, b"}}, "2210", "BillEmail"),
        ({"BillEmailCc": {"Address": "a b@example.com"}}, "2210", "BillEmailCc"),
        ({"BillEmailBcc": {"Address": "x" * 201}}, "2050", "BillEmailBcc"),
        ({"CustomField": [{"DefinitionId": "1", "StringValue": "x" * 32}]}, "2050",
         "CustomField"),
        ({"BillAddr": {"Line1": "x" * 501}}, "2050", "BillAddr"),
        ({"BillAddr": {"Street": "x"}}, "2010", None),
        ({"CustomerRef": {"id": "1"}}, "2010", None),
        ({"CustomerRef": {"name": "Acme"}}, "2020", "CustomerRef"),
        ({"PrintStatus": "Printed"}, "2170", "PrintStatus"),
        ({"ClassRef": "1"}, "2010", None),
    ],
)  # fmt: skip
def test_refusals(books, entity, changes, code, element):
    error = refused(books.post, entity, {**books.invoice_body(), **changes})
    assert (error.code, error.element) == (code, element)


def test_the_longest_texts_are_kept(books):
    sent = {
        "DocNumber": "N" * 21,
        "PrivateNote": "n" * 4000,
        "CustomerMemo": {"value": "m" * 1000},
        "BillEmail": {"Address": "a@example.com,b@example.com"},
    }
    body = {**books.invoice_body(), **sent}
    body["Line"][0]["Description"] = "d" * 4000
    row = books.post("Invoice", body)
    assert {name: row[name] for name in sent} == sent
    body["Line"][0]["Description"] += "d"
    assert refused(books.post, "Invoice", body).code == "2050"


def test_several_problems_arrive_together(books):
    body = {**books.invoice_body(), "DocNumber": "x" * 22, "TxnDate": "x"}
    with pytest.raises(Exception, match="2050.*2060"):
        books.post("Invoice", body)


@pytest.mark.parametrize(
    "sent",
    [
        "2026-2-1",
        "2026-02-30",
        "20260201",
        "01/02/2026",
        "2026-02-01T00:00:00",
        "2026-02-01-08:00",
        "2026-W05-7",
        "today",
        " 2026-02-01",
    ],
)
def test_dates_have_one_form(books, sent):
    assert refused(books.invoice, TxnDate=sent).code == "2060"
    assert refused(books.invoice, DueDate=sent).code == "2060"


def test_dates_left_out_or_empty(books):
    for sent in ({}, {"TxnDate": ""}, {"TxnDate": None}):
        assert books.invoice(**sent)["TxnDate"] == "2026-11-22"
    early = books.invoice(TxnDate="2026-11-22", DueDate="2026-01-01")
    assert early["DueDate"] == "2026-01-01"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("9999999999.99", None),
        ("0.00001", None),
        ("10000000000.00", "2090"),
        ("0.000001", "2090"),
        ("1e3", None),
        ("1,000", "2090"),
        ("NaN", "2090"),
        ("", "2020"),
        (True, "2010"),
    ],
)
def test_fifteen_digits(books, amount, code):
    if code is None:
        assert books.invoice(amount)
    else:
        assert refused(books.invoice, amount).code == code


def test_the_working_ceiling(books):
    books.switch(amount_digits="working")
    assert books.invoice("99999999999.99")["TotalAmt"] == Decimal("99999999999.99")
    assert refused(books.invoice, "100000000000").code == "2090"
    two = {"Line": [item_line(books, "99999999999.99"), item_line(books, "1")]}
    assert refused(books.invoice, **two).code == "2090"


# --- lines ---


def test_only_lines_that_say_something_count(books):
    subtotal = {"DetailType": "SubTotalLineDetail", "Amount": 5}
    percent = discount(PercentBased=True, DiscountPercent=10)
    for sent in ([subtotal], [percent], [subtotal, percent]):
        error = refused(books.invoice, Line=sent)
        assert (error.code, error.element) == ("2020", "Line")
    text = {"DetailType": "DescriptionOnly", "Description": "Only words"}
    row = books.invoice(Line=[text])
    assert (row["TotalAmt"], len(row["Line"])) == (0, 2)


@pytest.mark.parametrize(
    "kind",
    ["GroupLineDetail", "JournalEntryLineDetail", "AccountBasedExpenseLineDetail"],
)
def test_lines_of_other_kinds(books, kind):
    line = {"DetailType": kind, "Amount": 1, kind: {}}
    assert refused(books.invoice, **lines_of(books, line)).code == "6000"
    assert refused(books.invoice, Line=[{"Amount": 1}]).element == "Line.DetailType"
    assert refused(books.invoice, Line=[{"DetailType": "Nonsense"}]).code == "2170"


def test_items_that_cannot_be_sold(books):
    account = books.one("Account", "Cost of Goods Sold")["Id"]
    bought = books.post(
        "Item",
        {
            "Name": "Bought only",
            "Type": "NonInventory",
            "ExpenseAccountRef": {"value": account},
        },
    )
    for value, code in ((bought["Id"], "6000"), ("99999", "2500")):
        body = detail_of(books, ItemRef={"value": value})
        assert refused(books.post, "Invoice", body).code == code
    retired = books.post(
        "Item",
        {
            "Name": "Retired",
            "Type": "Service",
            "IncomeAccountRef": books.ref("Account", "Services"),
        },
    )
    body = detail_of(books, ItemRef={"value": retired["Id"]})
    row = books.post("Invoice", body)
    books.sparse("Item", retired, Active=False)
    assert refused(books.post, "Invoice", body).code == "610"
    # An old document keeps what it holds.
    assert books.sparse("Invoice", row, Line=row["Line"])


@pytest.mark.parametrize("entity", FORMS)
def test_customers_that_cannot_buy(books, entity):
    gone = books.customer("Leaving")
    row = books.post(entity, books.invoice_body(customer=gone))
    if entity != "Estimate":
        books.delete(entity, row)
    gone = books.read("Customer", gone["Id"])
    books.sparse("Customer", gone, Active=False)
    error = refused(books.post, entity, books.invoice_body(customer=gone))
    assert error.code == "610"
    vendor = {"CustomerRef": {"value": books.rows("Vendor")[0]["Id"]}}
    error = refused(books.post, entity, {**books.invoice_body(), **vendor})
    assert error.detail.startswith("Invalid Reference Id : Names element id")


def test_one_id_sent_twice_is_one_line_and_a_new_one(books):
    row = books.invoice("10.00")
    line = row["Line"][0]
    row = books.sparse("Invoice", row, Line=[line, dict(line)])
    assert [each.get("Id") for each in row["Line"]] == ["1", "2", None]


@pytest.mark.parametrize("entity", FORMS)
def test_a_sent_array_replaces_all_lines_of(books, entity):
    body = {**books.invoice_body(), **lines_of(books, item_line(books, "5.00"))}
    row = books.post(entity, body)
    for sparse in (True, False):
        kept = [row["Line"][0]]
        update = {**row, "sparse": sparse, "Line": kept}
        row = books.post(entity, update)
        assert str(row["TotalAmt"]) == "50.00"
        assert [each.get("Id") for each in row["Line"]] == ["1", None]
    body = {"Id": row["Id"], "SyncToken": "0", "sparse": True}
    assert refused(books.post, entity, body).code == "5010"
    empty = {**body, "SyncToken": row["SyncToken"], "Line": []}
    assert refused(books.post, entity, empty).element == "Line"


def test_how_many_lines_of(books, monkeypatch):
    monkeypatch.setattr("simulator.entities.sales.LARGEST_FORM", 800)
    many = [item_line(books, "1") for _ in range(801)]
    taxed = [item_line(books, "1", TaxCodeRef={"value": "TAX"}) for _ in range(751)]
    code = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}}}
    assert "10,000 lines" in refused(books.invoice, Line=many).detail
    assert len(books.invoice(Line=many[:800])["Line"]) == 801
    assert "750 lines" in refused(books.invoice, Line=taxed, **code).detail
    assert books.invoice(Line=taxed[:750], **code)


# --- tax codes of lines ---


@pytest.mark.parametrize(
    ("code", "expected"),
    [("20.0% S", "6000"), ("TAX", "6000"), ("NON", "6000"), ("9999", "2500")],
)
def test_codes_outside_the_us(gb, code, expected):
    body = detail_of(gb, TaxCodeRef={"value": code})
    error = refused(gb.post, "Invoice", body)
    assert error.code == expected
    if expected == "6000":
        assert error.detail.endswith("have a VAT rate before you save.")


@pytest.mark.parametrize("inclusive", [True, False])
def test_6070_whatever_the_tax_calculation(gb, inclusive):
    calculation = "TaxInclusive" if inclusive else "TaxExcluded"
    body = detail_of(gb, Qty=1, UnitPrice="120.00", TaxInclusiveAmt="120.00")
    body["GlobalTaxCalculation"] = calculation
    assert refused(gb.post, "Invoice", body).code == "6070"
    body = detail_of(gb, Qty=1, UnitPrice="100.00", TaxInclusiveAmt="120.00")
    row = gb.post("Invoice", {**body, "GlobalTaxCalculation": calculation})
    assert str(row["TotalAmt"]) == "120.00"
    error = refused(gb.invoice, GlobalTaxCalculation="TaxExclusive")
    assert error.code == "2170"


# --- currencies ---


@pytest.mark.parametrize("entity", FORMS)
def test_the_currency_must_be_said(gb, entity):
    body = gb.invoice_body()
    del body["CurrencyRef"]
    error = refused(gb.post, entity, body)
    assert (error.code, error.element) == ("2020", "CurrencyRef")
    gb.switch(omitted_currency="default")
    row = gb.post(entity, body)
    assert row["CurrencyRef"] == {"value": "GBP", "name": "British Pound Sterling"}
    assert row["ExchangeRate"] == 1


@pytest.mark.parametrize("entity", FORMS)
@pytest.mark.parametrize(
    ("profile", "code", "fault"),
    [
        ("us_manual", "EUR", "Multicurrency must be turned on"),
        ("gb", "USD", "same currency as the A/R and A/P accounts"),
        ("gb", "XXX", "Invalid Reference Id : Currencies"),
    ],
)
def test_currencies_that_do_not_fit(entity, profile, code, fault):
    books = Books(profile)
    body = {**books.invoice_body(), "CurrencyRef": {"value": code}}
    assert fault in refused(books.post, entity, body).detail


def test_rates_mean_nothing_without_multicurrency(books):
    row = books.invoice(ExchangeRate="1.5", CurrencyRef={"value": "USD"})
    assert "ExchangeRate" not in row and "HomeTotalAmt" not in row


def test_what_is_older_than_multicurrency_can_be_paid(books):
    row = books.invoice()
    currencies = {"CurrencyPrefs": {"MultiCurrencyEnabled": True}}
    books.company.configure({"preferences": currencies})
    books.payment(row, "60.00")
    assert str(books.read("Invoice", row["Id"])["HomeBalance"]) == "40.00"
    assert (
        refused(
            books.post, "Payment", {"CustomerRef": row["CustomerRef"], "TotalAmt": 1}
        ).element
        == "CurrencyRef"
    )


@pytest.mark.parametrize("seed", range(10))
def test_home_amounts(gb, seed):
    """HomeTotalAmt is TotalAmt times the stored rate, rounded half up."""
    choose = random.Random(seed)
    customer = gb.one("Customer", "Berlin Bytes GmbH", "DisplayName")
    rate = Decimal(choose.randint(1, 10**9)) / Decimal(10**8)
    amount = Decimal(choose.randint(1, 10**7)) / 100
    row = gb.invoice(amount, customer, ExchangeRate=rate)
    assert row["ExchangeRate"] == rate.quantize(Decimal("1e-7"), ROUND_HALF_UP)
    expected = row["TotalAmt"] * row["ExchangeRate"]
    expected = expected.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert row["HomeTotalAmt"] == row["HomeBalance"] == expected


# --- numbers ---


def test_duplicates_by_the_browsers_setting(books):
    books.sales_forms(CustomTxnNumbers=True)
    books.invoice(DocNumber="A-1")
    assert refused(books.invoice, DocNumber="A-1").code == "6140"
    books.switch(warn_duplicate_numbers=False)
    assert books.invoice(DocNumber="A-1")


def test_a_deleted_number_is_free_and_a_voided_one_is_not(books):
    books.sales_forms(CustomTxnNumbers=True)
    first = books.invoice(DocNumber="A-1")
    books.void("Invoice", first)
    assert refused(books.memo, DocNumber="A-1").code == "6140"
    books.delete("Invoice", first)
    assert books.memo(DocNumber="A-1")


def test_renumbering(books):
    books.sales_forms(CustomTxnNumbers=True)
    books.invoice(DocNumber="A-1")
    other = books.invoice(DocNumber="A-2")
    assert refused(books.sparse, "Invoice", other, DocNumber="a-1").code == "6140"
    cleared = books.sparse("Invoice", other, DocNumber="")
    assert "DocNumber" not in cleared


# --- customers, payments ---


def test_a_paid_invoice_keeps_its_customer_and_its_amount(books):
    row = books.invoice()
    books.payment(row, "60.00")
    row = books.read("Invoice", row["Id"])
    other = {"value": books.customer()["Id"]}
    error = refused(books.sparse, "Invoice", row, CustomerRef=other)
    assert "customer of a transaction" in error.detail
    less = [{**row["Line"][0], "Amount": "59.99"}]
    assert refused(books.sparse, "Invoice", row, Line=less).code == "6000"
    free = books.invoice()
    moved = books.sparse("Invoice", free, CustomerRef=other)
    assert moved["CustomerRef"]["value"] == other["value"]


@pytest.mark.parametrize("entity", FORMS)
def test_what_the_client_says_about_sums_is_ignored(books, entity):
    own = {"TotalAmt": 1, "Balance": 2, "HomeTotalAmt": 3, "MetaData": {}}
    row = books.post(entity, {**books.invoice_body(), **own, "FreeFormAddress": True})
    assert str(row["TotalAmt"]) == "100.00"


@pytest.mark.parametrize("seed", range(8))
def test_totals_add_up_and_survive_an_echo(seed):
    """Lines - discount + tax = total; what came back can be sent back."""
    choose = random.Random(seed)
    books = Books(choose.choice(("us_manual", "gb", "ca", "au")))
    books.sales_forms(AutoApplyCredit=False)
    code = books.invoice_body()["Line"][0]["SalesItemLineDetail"].get("TaxCodeRef")
    sent = []
    for _ in range(choose.randint(1, 8)):
        quantity = Decimal(choose.randint(1, 5000)) / choose.choice((1, 10, 100))
        price = Decimal(choose.randint(1, 10**7)) / choose.choice((100, 10**4, 10**7))
        amount = (quantity * price).quantize(Decimal("0.01"), ROUND_HALF_UP)
        extra = {"TaxCodeRef": code} if code else {}
        sent.append(item_line(books, amount, Qty=quantity, UnitPrice=price, **extra))
    if choose.random() < 0.5:
        percent = Decimal(choose.randint(0, 10000)) / 100
        sent.append(discount(PercentBased=True, DiscountPercent=percent))
    for entity in FORMS:
        row = books.post(entity, {**books.invoice_body(), "Line": sent})
        parts = {"SalesItemLineDetail": 0, "DiscountLineDetail": 0}
        for line in row["Line"]:
            if line["DetailType"] in parts:
                parts[line["DetailType"]] += line["Amount"]
        net = parts["SalesItemLineDetail"] - parts["DiscountLineDetail"]
        assert row["TotalAmt"] == net + row["TxnTaxDetail"]["TotalTax"]
        detail = {"TxnTaxDetail": None}
        again = books.post(entity, {**row, **detail, "sparse": True})
        assert (again["TotalAmt"], again["SyncToken"]) == (row["TotalAmt"], "1")
        assert [e.get("Id") for e in again["Line"]] == [
            e.get("Id") for e in row["Line"]
        ]
