"""Voids: what each form allows to apps, and what the browser does beyond that."""

import pytest
from books import Books, refused

CREDITS = ("CreditMemo", "RefundReceipt")


@pytest.fixture
def books():
    books = Books("us_manual")
    books.sales_forms(AutoApplyCredit=False)
    return books


def write(books, entity, **values):
    if entity == "RefundReceipt":
        values["DepositToAccountRef"] = books.ref("Account", "Checking")
    return books.post(entity, books.invoice_body("40.00", **values))


def by_hand(books, entity, row):
    """Void in the browser; returns the object as an app reads it then."""
    act = {"entity": entity, "operation": "void", "id": row["Id"]}
    done = books.company.act(act)
    assert books.read(entity, row["Id"]) == done
    return done


def owed(books, row):
    return books.read("Customer", row["CustomerRef"]["value"])["Balance"]


def check_void(row, before):
    assert (row["TotalAmt"], row["Balance"]) == (0, 0)
    assert row["PrivateNote"] == "Voided"
    assert row["TxnTaxDetail"] == {"TotalTax": 0}
    assert {line["Amount"] for line in row["Line"]} == {0}
    assert row["SyncToken"] == "1"
    for name in ("DocNumber", "TxnDate", "CustomerRef"):
        assert row[name] == before[name]
    assert set(row) - {"PrivateNote"} <= set(before)


@pytest.mark.parametrize("entity", CREDITS)
def test_apps_void_credits_by_a_switch_only(books, entity):
    row = write(books, entity)
    error = refused(books.void, entity, row)
    assert (error.code, books.read(entity, row["Id"])) == ("500", row)
    books.switch(void_credit_forms="accept")
    check_void(books.void(entity, row)[entity], row)
    assert owed(books, row) == 0
    assert (books.changes[-1].entity, books.changes[-1].operation) == (entity, "Void")
    assert books.void(entity, row)[entity]["SyncToken"] == "1"
    books.switch(second_void="refuse")
    assert refused(books.void, entity, row).code == "6000"


@pytest.mark.parametrize("entity", CREDITS)
def test_the_browser_voids_credits(books, entity):
    row = write(books, entity)
    void = by_hand(books, entity, row)
    check_void(void, row)
    if entity == "CreditMemo":
        assert void["RemainingCredit"] == 0
    assert books.changes[-1].operation == "Void"


def test_an_applied_credit_memo_is_not_voided_by_apps(books):
    books.switch(void_credit_forms="accept")
    invoice, memo = books.invoice("100.00"), write(books, "CreditMemo")
    payment = books.apply(0, ("Invoice", invoice, 40), ("CreditMemo", memo, 40))
    before = books.read("CreditMemo", memo["Id"])
    assert refused(books.void, "CreditMemo", memo).code == "6450"
    assert books.read("CreditMemo", memo["Id"]) == before
    # In the browser the payment that links them loses both.
    by_hand(books, "CreditMemo", memo)
    assert books.read("Payment", payment["Id"])["Line"] == []
    assert str(books.read("Invoice", invoice["Id"])["Balance"]) == "100.00"
    assert str(owed(books, invoice)) == "100.00"


def test_a_void_in_a_closed_period(books):
    books.switch(void_credit_forms="accept")
    rows = [(entity, write(books, entity, TxnDate="2026-06-30")) for entity in CREDITS]
    books.company.configure({"book_close_date": "2026-06-30"})
    for entity, row in rows:
        assert refused(books.void, entity, row).code == "6210"
        assert by_hand(books, entity, row)["TotalAmt"] == 0


def test_home_amounts_of_a_void():
    books = Books("gb")
    row = books.memo("100.00")
    void = by_hand(books, "CreditMemo", row)
    assert (void["HomeTotalAmt"], void["HomeBalance"]) == (0, 0)


def test_a_void_credit_cannot_be_used(books):
    invoice, memo = books.invoice("100.00"), write(books, "CreditMemo")
    by_hand(books, "CreditMemo", memo)
    shares = ("Invoice", invoice, 40), ("CreditMemo", memo, 40)
    assert refused(books.apply, 0, *shares).code == "6000"


@pytest.mark.parametrize("entity", ["Estimate", "Deposit", "Customer"])
def test_nothing_else_is_voided(books, entity):
    target = {"Id": "1", "SyncToken": "0"}
    path = entity.lower()
    error = refused(books.call, "POST", path, target, operation="void")
    assert error.code == "500"
