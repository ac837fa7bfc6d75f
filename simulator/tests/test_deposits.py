"""Deposits: what they take from Undeposited Funds, freeze and give back."""

import random
from decimal import Decimal

import pytest
from books import Books, refused, wire
from deposits import (
    deposit,
    deposit_body,
    direct,
    link_to,
    linked,
    receive,
    refund,
)

from simulator.faults import Fault


@pytest.fixture
def books():
    books = Books("us_manual")
    books.sales_forms(AutoApplyCredit=False)
    return books


# --- shape ---


def test_shape(books):
    payment = receive(books, PaymentMethodRef={"value": "2"}, PaymentRefNum="6552")
    vendor = books.ref("Vendor", "Ann Smith (V)", "DisplayName")
    fee = direct(books, "-2.50", Entity=vendor)
    row = deposit(books, linked(payment), fee, PrivateNote="Payout po_1")
    assert list(row) == [
        "DepositToAccountRef",
        "TotalAmt",
        "domain",
        "sparse",
        "Id",
        "SyncToken",
        "MetaData",
        "TxnDate",
        "CurrencyRef",
        "PrivateNote",
        "Line",
    ]
    assert row["DepositToAccountRef"]["name"] == "Checking"
    first, second = row["Line"]
    assert wire(first) == (
        f'{{"Amount":100.00,"LinkedTxn":[{{"TxnId":"{payment["Id"]}",'
        '"TxnType":"Payment","TxnLineId":"0"}],"DepositLineDetail":'
        '{"PaymentMethodRef":{"value":"2"},"CheckNum":"6552"}}'
    )
    assert list(second) == [
        "Id",
        "LineNum",
        "Amount",
        "DetailType",
        "DepositLineDetail",
    ]
    detail = second["DepositLineDetail"]
    assert list(detail) == ["Entity", "AccountRef"]
    assert detail["Entity"]["type"] == "VENDOR"
    assert detail["Entity"]["name"] == "Ann Smith (V)"
    assert detail["AccountRef"]["name"] == "Bank Charges"
    assert (second["Id"], second["LineNum"]) == ("1", 1)
    assert str(row["TotalAmt"]) == "97.50"
    assert books.read("Deposit", row["Id"]) == row


def test_a_link_without_method_or_number_has_no_detail(books):
    row = deposit(books, linked(receive(books)))
    assert list(row["Line"][0]) == ["Amount", "LinkedTxn"]


def test_cash_back(books):
    cash = {"AccountRef": books.ref("Account", "Savings"), "Amount": 30, "Memo": "till"}
    payment = receive(books)
    row = deposit(books, linked(payment), CashBack=cash)
    assert list(row["CashBack"]) == ["AccountRef", "Amount", "Memo"]
    assert str(row["TotalAmt"]) == "70.00"
    cash = {"Amount": 100, "AccountRef": cash["AccountRef"]}
    row = books.sparse("Deposit", row, CashBack=cash)
    assert row["TotalAmt"] == 0
    error = refused(books.sparse, "Deposit", row, CashBack={**cash, "Amount": 100.01})
    assert "0 or greater" in error.detail
    row = books.sparse("Deposit", row, CashBack={"Amount": 0})
    assert "CashBack" not in row and str(row["TotalAmt"]) == "100.00"


def test_what_qbo_knows_better_is_ignored(books):
    line = {**linked(receive(books)), "Id": "9", "LineNum": 4, "Description": "x"}
    row = deposit(books, line, TotalAmt=1, DocNumber="7", HomeTotalAmt=3,
                  GlobalTaxCalculation="TaxInclusive")  # fmt: skip
    assert list(row["Line"][0]) == ["Amount", "LinkedTxn"]
    for name in ("DocNumber", "HomeTotalAmt", "GlobalTaxCalculation"):
        assert name not in row
    assert str(row["TotalAmt"]) == "100.00"


# --- effects ---


def test_a_deposited_payment_is_linked_and_stays_where_it_was(books):
    payment = receive(books)
    books.clock.advance(60)
    row = deposit(books, linked(payment))
    after = books.read("Payment", payment["Id"])
    assert after["LinkedTxn"] == link_to(row)
    assert after["DepositToAccountRef"] == payment["DepositToAccountRef"]
    assert after["SyncToken"] == "1"
    stamps = [each["MetaData"]["LastUpdatedTime"] for each in (payment, after)]
    assert stamps[0] < stamps[1]
    assert after["Line"] == payment["Line"]
    assert list(after).index("LinkedTxn") + 1 == list(after).index("Line")
    assert [(each.entity, each.operation) for each in books.changes[-2:]] == [
        ("Deposit", "Create"),
        ("Payment", "Update"),
    ]


def frozen(books, kind, row):
    token = books.read(kind, row["Id"])["SyncToken"]
    target = {"Id": row["Id"], "SyncToken": token, "sparse": True}
    args = {"operation": "update", "include": "void"}
    yield lambda: books.post(kind, {**target, "PrivateNote": "x"})
    yield lambda: books.post(kind, {**row, "Line": row["Line"], "SyncToken": token})
    yield lambda: books.delete(kind, row)
    if kind == "Payment":
        yield lambda: books.call("POST", "payment", target, **args)
    for operation in ("edit", "delete", "void"):
        act = {"entity": kind, "operation": operation, "id": row["Id"]}
        yield lambda act=act: books.company.act({**act, "values": {}})


def test_a_deposited_payment_is_frozen(books):
    books.switch(line_ex_echo="ignore")
    payment = receive(books)
    deposit(books, linked(payment))
    before = books.read("Payment", payment["Id"])
    for attempt in frozen(books, "Payment", payment):
        error = refused(attempt)
        assert (error.code, error.message) == (
            "6540",
            "Deposited Transaction cannot be changed",
        )
    assert books.read("Payment", payment["Id"]) == before


def test_a_deposited_refund_is_negative_and_frozen(books):
    payment, back = receive(books), refund(books)
    line = linked(back, "-40.00", "RefundReceipt")
    row = deposit(books, linked(payment), line)
    assert str(row["TotalAmt"]) == "60.00"
    assert books.read("RefundReceipt", back["Id"])["LinkedTxn"] == link_to(row)
    for attempt in frozen(books, "RefundReceipt", back):
        assert refused(attempt).code == "6540"
    books.delete("Deposit", row)
    assert "LinkedTxn" not in books.read("RefundReceipt", back["Id"])
    assert books.delete("RefundReceipt", back)


def test_deleting_the_deposit_frees_everything(books):
    payments = [receive(books), receive(books, "50.00")]
    row = deposit(books, *map(linked, payments))
    books.changes.clear()
    stub = books.delete("Deposit", row)["Deposit"]
    assert stub == {"domain": "QBO", "status": "Deleted", "Id": row["Id"]}
    for payment in payments:
        free = books.read("Payment", payment["Id"])
        assert "LinkedTxn" not in free and free["SyncToken"] == "2"
    assert [(each.entity, each.operation) for each in books.changes] == [
        ("Payment", "Update"),
        ("Payment", "Update"),
        ("Deposit", "Delete"),
    ]
    assert refused(books.read, "Deposit", row["Id"]).code == "610"
    assert books.rows("Deposit") == []
    # Free to change, to go, or to be deposited again.
    books.delete("Payment", payments[0])
    assert deposit(books, linked(payments[1]))


def test_dropping_a_line_frees_its_payment_alone(books):
    stays, goes, comes = (receive(books) for _ in range(3))
    row = deposit(books, linked(stays), linked(goes), direct(books, "-1.00"))
    fee = row["Line"][2]
    books.changes.clear()
    row = books.sparse("Deposit", row, Line=[linked(stays), linked(comes), fee])
    tokens = {
        key: books.read("Payment", payment["Id"])["SyncToken"]
        for key, payment in (("stays", stays), ("goes", goes), ("comes", comes))
    }
    assert tokens == {"stays": "1", "goes": "2", "comes": "1"}
    assert "LinkedTxn" not in books.read("Payment", goes["Id"])
    assert books.read("Payment", comes["Id"])["LinkedTxn"] == link_to(row)
    told = [(each.entity, each.qbo_id) for each in books.changes]
    assert told == [
        ("Deposit", row["Id"]),
        ("Payment", goes["Id"]),
        ("Payment", comes["Id"]),
    ]
    assert row["Line"][2]["Id"] == fee["Id"]
    assert str(row["TotalAmt"]) == "199.00"


def test_updates(books):
    payment = receive(books)
    row = deposit(books, linked(payment), direct(books, "-1.00"), PrivateNote="a")
    kept = books.sparse("Deposit", row, TxnDate="2026-11-20")
    assert (kept["Line"], kept["PrivateNote"]) == (row["Line"], "a")
    assert (kept["SyncToken"], kept["TxnDate"]) == ("1", "2026-11-20")
    assert books.read("Payment", payment["Id"])["SyncToken"] == "1"
    # A full update drops what it does not say, and needs all lines.
    full = {name: kept[name] for name in ("Id", "SyncToken", "DepositToAccountRef")}
    assert refused(books.post, "Deposit", full).element == "Line"
    row = books.post("Deposit", {**full, "Line": [linked(payment)]})
    assert "PrivateNote" not in row and len(row["Line"]) == 1
    assert refused(books.sparse, "Deposit", kept, PrivateNote="x").code == "5010"
    assert refused(books.sparse, "Deposit", row, Line=[]).element == "Line"


def test_what_pays_an_invoice_goes_on_paying_it(books):
    payment = receive(books)
    invoice = payment["Line"][0]["LinkedTxn"][0]["TxnId"]
    row = deposit(books, linked(payment))
    books.delete("Deposit", row)
    paid = books.read("Invoice", invoice)
    assert (paid["Balance"], paid["SyncToken"]) == (0, "1")


# --- finding them ---


def test_queries(books):
    row = deposit(books, direct(books, "10.00"), TxnDate="2026-11-01")
    other = deposit(books, direct(books, "11.00"), TxnDate="2026-11-02")
    where = "where TxnDate > '2026-11-01'"
    assert books.rows("Deposit", where) == [other]
    found = books.query("select * from Deposit orderby TxnDate desc")
    assert found["Deposit"] == [other, row] and "totalCount" not in found
    error = refused(books.rows, "Deposit", "where TotalAmt = '10'")
    assert error.code == "4001"


def test_changes(books):
    payment = receive(books)
    books.clock.advance(10)
    row = deposit(books, linked(payment))
    since = row["MetaData"]["LastUpdatedTime"]

    def feed():
        payload = books.get("cdc", entities="Deposit,Payment", changedSince=since)
        first, second = payload["CDCResponse"][0]["QueryResponse"]
        return first["Deposit"], second["Payment"]

    assert feed() == ([row], [books.read("Payment", payment["Id"])])
    books.clock.advance(10)
    books.delete("Deposit", row)
    (stub,), (free,) = feed()
    assert (stub["status"], stub["Id"]) == ("Deleted", row["Id"])
    assert free == books.read("Payment", payment["Id"])


def test_a_webhook_tells_it(client, token):
    hook = "https://odoo.example.com/webhook"
    client.control("POST", "webhooks", {"url": hook, "verifier_token": "v"})
    company = client.simulator.companies["9341450000000001"]
    accounts = {row["Name"]: row for row in company.objects("Account")}
    line = {
        "Amount": 5,
        "DetailType": "DepositLineDetail",
        "DepositLineDetail": {"AccountRef": {"value": accounts["Sales"]["Id"]}},
    }
    bank_account = {"value": accounts["Checking"]["Id"]}
    payload = {"DepositToAccountRef": bank_account, "Line": [line]}
    if company.multicurrency:
        payload["CurrencyRef"] = {"value": "USD"}
    answer = client.create("deposit", payload, token)
    assert answer.status_code == 200, answer.text
    sent = []
    client.simulator.webhooks.flush(lambda each: sent.append(each.body) or 200)
    assert any(b"qbo.deposit.created.v1" in each for each in sent)


def test_a_repeated_request_is_answered_from_memory(books):
    payload = deposit_body(books, linked(receive(books)))

    def send():
        return books.call("POST", "deposit", payload, requestid="r-1").payload

    assert send() == send()
    assert len(books.rows("Deposit")) == 1


# --- closed periods ---


def test_closed_periods(books):
    old = receive(books, TxnDate="2026-06-30")
    row = deposit(books, direct(books, "1.00"), TxnDate="2026-06-30")
    books.company.configure({"book_close_date": "2026-06-30"})
    line = direct(books, "1.00")
    assert refused(deposit, books, line, TxnDate="2026-06-30").code == "6210"
    assert refused(books.sparse, "Deposit", row, TxnDate="2026-07-01").code == "6210"
    assert refused(books.delete, "Deposit", row).code == "6210"
    # What was received before the closing date can still go to the bank.
    new = deposit(books, linked(old), TxnDate="2026-07-01")
    assert refused(books.sparse, "Deposit", new, TxnDate="2026-06-30").code == "6210"
    assert str(new["TotalAmt"]) == "100.00"


# --- whatever happens ---


@pytest.mark.parametrize("seed", range(6))
def test_money_is_deposited_once_or_waits(seed):
    choose = random.Random(seed)
    books = Books("us_manual")
    payments = [receive(books, f"{choose.randint(1, 900)}.00") for _ in range(6)]

    def deposits():
        return books.company.objects("Deposit")

    def step():
        some = choose.sample(payments, choose.randint(1, 3))
        lines = [linked(row) for row in some] + [direct(books, "-0.50")]
        if deposits() and choose.random() < 0.6:
            row = choose.choice(deposits())
            if choose.random() < 0.5:
                return books.delete("Deposit", row)
            return books.sparse("Deposit", row, Line=lines)
        return deposit(books, *lines)

    def attempt():
        try:
            step()
        except Fault as fault:
            assert fault.errors[0].code == "620"

    for _ in range(40):
        attempt()
        taken = {}
        for row in deposits():
            amounts = [line["Amount"] for line in row["Line"]]
            assert row["TotalAmt"] == sum(amounts, Decimal(0))
            for line in row["Line"]:
                for link in line.get("LinkedTxn", ()):
                    assert taken.setdefault(link["TxnId"], row["Id"]) == row["Id"]
        for payment in payments:
            now = books.read("Payment", payment["Id"])
            links = [link["TxnId"] for link in now.get("LinkedTxn", ())]
            expected = taken.get(payment["Id"])
            assert links == ([expected] if expected else [])
