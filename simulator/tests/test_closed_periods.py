"""The closing date: what 6210 meets, and what apps learn when it moves."""

import pytest
from books import Books, refused

CLOSING, OPEN = "2026-06-30", "2026-07-01"
FORMS = ("Invoice", "CreditMemo", "Estimate", "RefundReceipt", "Payment")


@pytest.fixture
def books():
    books = Books("us_manual")
    books.sales_forms(AutoApplyCredit=False)
    return books


def body_of(books, entity, **values):
    if entity == "Payment":
        customer = books.ref("Customer", "Acme", "DisplayName")
        return {"CustomerRef": customer, "TotalAmt": "10.00", **values}
    if entity == "RefundReceipt":
        values["DepositToAccountRef"] = books.ref("Account", "Checking")
    return {**books.invoice_body(), **values}


def write(books, entity, day):
    return books.post(entity, body_of(books, entity, TxnDate=day))


def close(books, day=CLOSING):
    books.company.configure({"book_close_date": day})


def void(books, entity, row):
    target = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
    if entity == "Payment":
        way = {"operation": "update", "include": "void"}
    else:
        way = {"operation": "void"}
    return books.call("POST", entity.lower(), target, **way)


@pytest.mark.parametrize("entity", FORMS)
def test_nothing_happens_up_to_the_closing_date(books, entity):
    old, new = write(books, entity, CLOSING), write(books, entity, OPEN)
    before = books.read(entity, old["Id"])
    close(books)
    error = refused(write, books, entity, CLOSING)
    assert error.code == "6210"
    assert error.message == "Account Period Closed, Cannot Update Through Services API"
    assert refused(write, books, entity, "2020-01-01").code == "6210"
    attempts = [
        lambda: books.sparse(entity, old, PrivateNote="x"),
        lambda: books.sparse(entity, old, TxnDate=OPEN),
        lambda: books.sparse(entity, new, TxnDate=CLOSING),
        lambda: books.delete(entity, old),
    ]
    if entity in ("Invoice", "Payment"):
        attempts.append(lambda: void(books, entity, old))
    for attempt in attempts:
        assert refused(attempt).code == "6210"
    assert books.read(entity, old["Id"]) == before
    new = books.sparse(entity, new, PrivateNote="x")
    assert write(books, entity, OPEN)["TxnDate"] == OPEN
    if entity in ("Invoice", "Payment"):
        void(books, entity, new)
    assert books.delete(entity, new)


@pytest.mark.parametrize("entity", FORMS)
def test_the_day_itself_is_closed_and_the_next_one_is_not(books, entity):
    close(books, OPEN)
    assert refused(write, books, entity, OPEN).code == "6210"
    close(books, CLOSING)
    row = write(books, entity, OPEN)
    close(books, OPEN)
    assert refused(books.sparse, entity, row, PrivateNote="x").code == "6210"
    close(books, None)
    assert books.sparse(entity, row, PrivateNote="x")


def test_estimates_are_free_by_a_switch(books):
    close(books)
    books.switch(closed_period_binds_estimates=False)
    row = write(books, "Estimate", CLOSING)
    assert books.sparse("Estimate", row, PrivateNote="x")


def test_a_payment_of_today_pays_a_closed_invoice(books):
    old = write(books, "Invoice", CLOSING)
    close(books)
    paid = books.payment(old, "100.00", TxnDate=OPEN)
    assert books.read("Invoice", old["Id"])["Balance"] == 0
    assert refused(books.payment, old, "1.00", TxnDate=CLOSING).code == "6210"
    books.delete("Payment", paid)
    assert str(books.read("Invoice", old["Id"])["Balance"]) == "100.00"


def test_the_browser_overrides(books):
    close(books)
    old = {**books.invoice_body(), "TxnDate": CLOSING}
    act = {"entity": "Invoice", "operation": "create", "values": old}
    row = books.company.act(act)
    act = {"entity": "Invoice", "operation": "delete", "id": row["Id"]}
    assert books.company.act(act)["status"] == "Deleted"


def test_the_app_sees_that_the_closing_date_moved(books):
    before = books.get("preferences")["Preferences"]
    books.changes.clear()
    books.clock.advance(60)
    close(books)
    after = books.get("preferences")["Preferences"]
    assert after["AccountingInfoPrefs"]["BookCloseDate"] == CLOSING
    assert int(after["SyncToken"]) == int(before["SyncToken"]) + 1
    moved = [row["MetaData"]["LastUpdatedTime"] for row in (before, after)]
    assert moved[0] < moved[1]
    assert [(c.entity, c.qbo_id, c.operation) for c in books.changes] == [
        ("Preferences", "1", "Update")
    ]
    # The same date again is no change.
    close(books)
    assert books.get("preferences")["Preferences"] == after
    assert len(books.changes) == 1
    close(books, None)
    row = books.get("preferences")["Preferences"]
    assert "BookCloseDate" not in row["AccountingInfoPrefs"]
    assert len(books.changes) == 2


def test_a_webhook_tells_it(client, token):
    hook = "https://odoo.example.com/webhook"
    client.control("POST", "webhooks", {"url": hook, "verifier_token": "v"})
    client.control("POST", "company/9341450000000001", {"book_close_date": CLOSING})
    sent = []
    client.simulator.webhooks.flush(lambda each: sent.append(each.body) or 200)
    assert [b"preferences" in body for body in sent] == [True]
    assert b"qbo.preferences.updated" in sent[0]
