"""Credit memos, what they settle, and the credits QBO applies by itself."""

import random
from decimal import Decimal

import pytest
from books import Books, refused


@pytest.fixture
def books():
    books = Books("us_manual")
    books.sales_forms(AutoApplyCredit=False)
    return books


def balance(books, entity, row):
    return str(books.read(entity, row["Id"])["Balance"])


def owed(books, row):
    return str(books.read("Customer", row["CustomerRef"]["value"])["Balance"])


# --- shape ---


def test_shape(books):
    row = books.memo("50.00", PrivateNote="x", CustomerMemo={"value": "Sorry"})
    assert list(row) == [
        "RemainingCredit",
        "domain",
        "sparse",
        "Id",
        "SyncToken",
        "MetaData",
        "CustomField",
        "DocNumber",
        "TxnDate",
        "CurrencyRef",
        "PrivateNote",
        "Line",
        "TxnTaxDetail",
        "CustomerRef",
        "CustomerMemo",
        "BillAddr",
        "ShipAddr",
        "TotalAmt",
        "ApplyTaxAfterDiscount",
        "PrintStatus",
        "EmailStatus",
        "Balance",
    ]
    assert row["Line"][-1]["DetailType"] == "SubTotalLineDetail"
    assert str(row["RemainingCredit"]) == str(row["Balance"]) == "50.00"
    assert owed(books, row) == "-50.00"


def test_home_amounts_follow():
    books = Books("gb")
    customer = books.one("Customer", "Berlin Bytes GmbH", "DisplayName")
    row = books.memo(customer=customer, ExchangeRate="0.85")
    assert (str(row["HomeTotalAmt"]), str(row["HomeBalance"])) == ("102.00", "102.00")


def test_terms_and_dates_of_invoices_are_ignored(books):
    row = books.memo(DueDate="2027-01-01", SalesTermRef={"value": "99"})
    assert "DueDate" not in row and "SalesTermRef" not in row
    assert books.rows("CreditMemo", "where SalesTermRef = '3'") == []
    error = refused(
        books.query, "select * from CreditMemo where DueDate = '2027-01-01'"
    )
    assert error.code == "4001"


@pytest.mark.parametrize(
    ("changes", "code", "element"),
    [
        ({"CustomerRef": None}, "2020", "CustomerRef"),
        ({"Line": None}, "2020", "Line"),
        ({"DocNumber": "x" * 22}, "2050", "DocNumber"),
        ({"EmailStatus": "NeedToSend"}, "2020", "BillEmail"),
        ({"Unknown": 1}, "2010", None),
    ],
)
def test_refusals(books, changes, code, element):
    error = refused(books.post, "CreditMemo", {**books.invoice_body(), **changes})
    assert (error.code, error.element) == (code, element)


def test_a_negative_total_is_refused(books):
    assert "0 or greater" in refused(books.memo, "-1.00").detail


def test_one_series_with_invoices(books):
    assert books.invoice()["DocNumber"] == "1001"
    assert books.memo()["DocNumber"] == "1002"
    assert books.invoice()["DocNumber"] == "1003"
    books.sales_forms(CustomTxnNumbers=True)
    memo = books.memo(DocNumber="R-1")
    error = refused(books.invoice, DocNumber="r-1")
    assert error.detail.endswith(f"to TxnType=CreditMemo with TxnId={memo['Id']}")
    # AUTO_GENERATE is for invoices and estimates only.
    assert books.memo(DocNumber="AUTO_GENERATE")["DocNumber"] == "AUTO_GENERATE"


def test_taxed_where_lines_carry_codes():
    books = Books("gb")
    body = books.invoice_body("100.00")
    assert str(books.post("CreditMemo", body)["TotalAmt"]) == "120.00"
    del body["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"]
    error = refused(books.post, "CreditMemo", body)
    assert "have a VAT rate before you save" in error.detail


def test_no_void(books):
    assert refused(books.void, "CreditMemo", books.memo()).code == "500"


# --- applying ---


def test_applied_by_a_payment_of_zero(books):
    invoice, memo = books.invoice("100.00"), books.memo("40.00")
    row = books.apply(0, ("Invoice", invoice, 40), ("CreditMemo", memo, 40))
    assert (row["TotalAmt"], row["UnappliedAmt"]) == (0, 0)
    assert balance(books, "Invoice", invoice) == "60.00"
    memo = books.read("CreditMemo", memo["Id"])
    assert (memo["Balance"], memo["RemainingCredit"]) == (0, 0)
    assert "LinkedTxn" not in memo
    assert (memo["SyncToken"], str(memo["TotalAmt"])) == ("1", "40.00")
    linked = books.read("Invoice", invoice["Id"])["LinkedTxn"]
    assert linked == [{"TxnId": row["Id"], "TxnType": "Payment"}]
    assert owed(books, invoice) == "60.00"


def test_money_and_credit_together(books):
    invoice, memo = books.invoice("100.00"), books.memo("40.00")
    row = books.apply(70, ("Invoice", invoice, 100), ("CreditMemo", memo, 40))
    assert str(row["UnappliedAmt"]) == "10.00"
    assert owed(books, invoice) == "-10.00"


@pytest.mark.parametrize(
    ("total", "debt", "credit", "words"),
    [
        (0, 50, 40, "greater than the amount of the payment"),
        (10, 20, 30, "credits applied are greater"),
        (0, 101, 101, "greater than the open balance"),
        (60, 100, 61, "greater than the open balance"),
    ],
)
def test_sums_that_do_not_work(books, total, debt, credit, words):
    invoice, memo = books.invoice("100.00"), books.memo("60.00")
    shares = ("Invoice", invoice, debt), ("CreditMemo", memo, credit)
    assert words in refused(books.apply, total, *shares).detail
    assert books.read("CreditMemo", memo["Id"]) == memo


def test_links_shown_by_a_switch(books):
    books.switch(credit_memo_links="shown")
    invoice, memo = books.invoice(), books.memo("40.00")
    row = books.apply(0, ("Invoice", invoice, 40), ("CreditMemo", memo, 40))
    link = {"TxnId": row["Id"], "TxnType": "Payment"}
    assert books.read("CreditMemo", memo["Id"])["LinkedTxn"] == [link]
    books.delete("Payment", row)
    assert "LinkedTxn" not in books.read("CreditMemo", memo["Id"])


def test_deleting_the_payment_frees_both(books):
    invoice, memo = books.invoice(), books.memo("40.00")
    row = books.apply(0, ("Invoice", invoice, 40), ("CreditMemo", memo, 40))
    books.delete("Payment", row)
    assert balance(books, "Invoice", invoice) == "100.00"
    assert balance(books, "CreditMemo", memo) == "40.00"


@pytest.mark.parametrize("entity", ["Invoice", "CreditMemo"])
def test_unlinking_one_side_frees_the_other(books, entity):
    books.switch(delete_applied_credit="unlink", delete_paid_invoice="unlink")
    forms = {"Invoice": books.invoice("100.00"), "CreditMemo": books.memo("40.00")}
    shares = [(name, row, 40) for name, row in forms.items()]
    payment = books.apply(0, *shares)
    books.delete(entity, forms.pop(entity))
    payment = books.read("Payment", payment["Id"])
    assert (payment["Line"], payment["UnappliedAmt"]) == ([], 0)
    ((name, left),) = forms.items()
    assert balance(books, name, left) == str(left["TotalAmt"])


def test_an_applied_credit_stays(books):
    invoice, memo = books.invoice(), books.memo("40.00")
    books.apply(0, ("Invoice", invoice, 40), ("CreditMemo", memo, 40))
    assert refused(books.delete, "CreditMemo", memo).code == "6000"
    memo = books.read("CreditMemo", memo["Id"])
    less = [{**memo["Line"][0], "Amount": "39.99"}]
    error = refused(books.sparse, "CreditMemo", memo, Line=less)
    assert "less than what was applied" in error.detail
    other = {"value": books.customer()["Id"]}
    error = refused(books.sparse, "CreditMemo", memo, CustomerRef=other)
    assert "customer of a transaction" in error.detail


def test_delete(books):
    memo = books.memo("40.00")
    assert books.delete("CreditMemo", memo)["CreditMemo"]["status"] == "Deleted"
    assert refused(books.read, "CreditMemo", memo["Id"]).code == "610"
    assert owed(books, memo) == "0"
    books.company.configure({"book_close_date": "2026-06-30"})
    assert refused(books.memo, TxnDate="2026-06-30").code == "6210"


# --- credits that QBO applies by itself ---


def test_a_fresh_company_applies_credits():
    assert Books("us").company.preference("SalesFormsPrefs.AutoApplyCredit") is True


def test_an_invoice_meets_an_open_credit(books):
    books.sales_forms(AutoApplyCredit=True)
    late, early = books.memo("30.00"), books.memo("50.00", TxnDate="2026-11-01")
    invoice = books.invoice("60.00")
    assert (invoice["Balance"], invoice["SyncToken"]) == (0, "1")
    assert balance(books, "CreditMemo", early) == "0"
    assert balance(books, "CreditMemo", late) == "20.00"
    (payment,) = books.rows("Payment")
    assert payment["TotalAmt"] == 0
    assert payment["PrivateNote"] == "Created by QB Online to link credits to charges."
    assert invoice["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    told = [(each.entity, each.operation) for each in books.changes[-4:]]
    assert ("Payment", "Create") in told
    # Undone by deleting that payment.
    books.delete("Payment", payment)
    assert balance(books, "Invoice", invoice) == "60.00"


def test_a_credit_meets_open_invoices(books):
    books.sales_forms(AutoApplyCredit=True)
    late, early = books.invoice("30.00"), books.invoice("50.00", TxnDate="2026-11-01")
    memo = books.memo("100.00")
    assert str(memo["Balance"]) == "20.00"
    assert balance(books, "Invoice", early) == balance(books, "Invoice", late) == "0"


def test_nothing_happens_to_others_or_on_updates(books):
    memo = books.memo("30.00", customer=books.customer())
    invoice = books.invoice("30.00")
    same = books.invoice("30.00", customer=books.read(
        "Customer", memo["CustomerRef"]["value"]))  # fmt: skip
    books.sales_forms(AutoApplyCredit=True)
    for row in (invoice, same):
        books.sparse("Invoice", row, PrivateNote="x")
    assert books.rows("Payment") == []


def test_in_a_foreign_currency():
    books = Books("gb")
    customer = books.one("Customer", "Berlin Bytes GmbH", "DisplayName")
    books.memo(customer=customer, ExchangeRate="0.85")
    invoice = books.invoice(customer=customer, ExchangeRate="0.9")
    assert (invoice["Balance"], invoice["HomeBalance"]) == (0, 0)
    (payment,) = books.rows("Payment")
    assert (payment["CurrencyRef"]["value"], str(payment["ExchangeRate"])) == (
        "EUR",
        "0.9",
    )


# --- whatever happens ---


@pytest.mark.parametrize("seed", range(12))
def test_the_customer_owes_what_is_open(seed):
    """Balance = open invoices - open credits - unapplied money, at every step."""
    choose = random.Random(seed)
    books = Books("us_manual", delete_applied_credit="unlink",
                  delete_paid_invoice="unlink", void_paid_invoice="unlink")  # fmt: skip
    customer = books.customer()

    def amount():
        return Decimal(choose.randint(1, 20000)) / 100

    def rows(entity):
        return [row for row in books.company.objects(entity)]

    def step():
        kind = choose.choice(("invoice", "memo", "pay", "delete", "void", "edit"))
        if kind in ("invoice", "memo"):
            return getattr(books, kind)(amount(), customer)
        if kind == "pay":
            total = amount()
            shares, rest = [], total
            for row in rows("Invoice"):
                share = min(rest, row["Balance"])
                if share > 0:
                    shares.append(("Invoice", row, share))
                    rest -= share
            return books.apply(total, *shares) if shares else None
        entity = choose.choice(("Invoice", "CreditMemo", "Payment"))
        found = rows(entity)
        if not found:
            return None
        row = choose.choice(found)
        if kind == "edit" and entity != "Payment":
            line = {**row["Line"][0], "Amount": row["TotalAmt"] + 1}
            return books.sparse(entity, row, Line=[line])
        if kind == "void" and entity == "Invoice":
            return books.void(entity, row)
        return books.delete(entity, row)

    for _ in range(40):
        step()
        debts = sum(row["Balance"] for row in rows("Invoice"))
        credits = sum(row["Balance"] for row in rows("CreditMemo"))
        spare = sum(row["UnappliedAmt"] for row in rows("Payment"))
        row = books.read("Customer", customer["Id"])
        assert row["Balance"] == debts - credits - spare
        assert all(row["Balance"] >= 0 for row in rows("Invoice") + rows("CreditMemo"))
        assert all(row["UnappliedAmt"] >= 0 for row in rows("Payment"))
