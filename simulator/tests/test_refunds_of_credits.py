"""Money that goes back to a customer for an open credit: a browser's act."""

import pytest
from books import Books, refused


@pytest.fixture
def books():
    books = Books("us_manual")
    books.sales_forms(AutoApplyCredit=False)
    return books


def pay_back(books, entity, row, **values):
    if "AccountRef" not in values:
        values["AccountRef"] = books.ref("Account", "Checking")
    act = {"entity": entity, "operation": "refund", "id": row["Id"]}
    return books.company.act({**act, "values": values})


def owed(books, row):
    return str(books.read("Customer", row["CustomerRef"]["value"])["Balance"])


def overpaid(books):
    return books.payment(books.invoice("100.00"), "150.00", "100.00")


def test_shape(books):
    memo = books.memo("40.00")
    payment = pay_back(books, "CreditMemo", memo)
    (row,) = books.rows("Purchase")
    assert list(row) == [
        "AccountRef",
        "PaymentType",
        "EntityRef",
        "TotalAmt",
        "PurchaseEx",
        "domain",
        "sparse",
        "Id",
        "SyncToken",
        "MetaData",
        "TxnDate",
        "CurrencyRef",
        "LinkedTxn",
        "Line",
    ]
    customer = memo["CustomerRef"]
    assert row["EntityRef"] == {**customer, "type": "Customer"}
    assert row["PurchaseEx"]["any"][0]["value"] == {"Name": "TxnType", "Value": "54"}
    assert row["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    assert row["Line"][0]["AccountBasedExpenseLineDetail"]["AccountRef"]["name"] == (
        "Accounts Receivable (A/R)"
    )
    assert books.read("Purchase", row["Id"]) == row


@pytest.mark.parametrize(
    ("kind", "linked_as"), [("Cash", "Expense"), ("Check", "Check")]
)
def test_refund_of_an_open_credit_memo(books, kind, linked_as):
    memo = books.memo("40.00")
    payment = pay_back(books, "CreditMemo", memo, Amount="30.00", PaymentType=kind)
    assert (payment["TotalAmt"], payment["UnappliedAmt"]) == (0, 0)
    links = [line["LinkedTxn"][0]["TxnType"] for line in payment["Line"]]
    assert links == [linked_as, "CreditMemo"]
    assert str(books.read("CreditMemo", memo["Id"])["Balance"]) == "10.00"
    assert owed(books, memo) == "-10.00"
    told = {(each.entity, each.operation) for each in books.changes}
    assert {("Purchase", "Create"), ("Payment", "Create")} <= told


def test_refund_of_an_overpayment(books):
    payment = overpaid(books)
    after = pay_back(books, "Payment", payment)
    assert after["Id"] == payment["Id"]
    assert (after["UnappliedAmt"], str(after["TotalAmt"])) == (0, "150.00")
    assert [line["LinkedTxn"][0]["TxnType"] for line in after["Line"]] == [
        "Invoice",
        "Expense",
    ]
    assert owed(books, payment) == "0"


def test_all_lines_of_such_a_payment_can_be_sent_again(books):
    after = pay_back(books, "Payment", overpaid(books))
    lines = [{k: v for k, v in e.items() if k != "LineEx"} for e in after["Line"]]
    kept = books.sparse("Payment", after, Line=lines, PrivateNote="x")
    assert len(kept["Line"]) == 2
    kept = books.sparse("Payment", kept, Line=lines[:1])
    assert str(kept["UnappliedAmt"]) == "50.00"
    (row,) = books.rows("Purchase")
    assert "LinkedTxn" not in row


def test_what_is_open_and_no_more(books):
    memo, payment = books.memo("40.00"), overpaid(books)
    for amount in ("40.01", "0", "-1"):
        assert refused(pay_back, books, "CreditMemo", memo, Amount=amount).code == (
            "6000"
        )
    assert refused(pay_back, books, "Payment", payment, Amount="50.01").code == "6000"
    sales = books.ref("Account", "Sales")
    assert refused(pay_back, books, "CreditMemo", memo, AccountRef=sales).code == "6430"
    error = refused(pay_back, books, "CreditMemo", memo, PaymentType="Barter")
    assert error.code == "2170"
    assert refused(pay_back, books, "Invoice", books.invoice()).code == "6000"
    pay_back(books, "CreditMemo", memo)
    assert refused(pay_back, books, "CreditMemo", memo).code == "6000"
    assert len(books.rows("Purchase")) == 1


def test_apps_write_none_and_link_only_what_there_is(books):
    assert refused(books.post, "Purchase", {"PaymentType": "Cash"}).code == "500"
    memo = books.memo("40.00")
    paid = {**memo, "Id": "99999"}
    shares = ("Expense", paid, 40), ("CreditMemo", memo, 40)
    assert refused(books.apply, 0, *shares).code == "610"
    payment = pay_back(books, "CreditMemo", memo)
    (row,) = books.rows("Purchase")
    assert refused(books.sparse, "Purchase", row, PrivateNote="x").code == "500"
    # A check is no expense, another customer's is out of reach, and so is a second use.
    memo = books.memo("40.00")
    for kind, code in (("Check", "610"), ("Expense", "6000")):
        paid = {**memo, "Id": row["Id"]}
        shares = (kind, paid, 40), ("CreditMemo", memo, 40)
        assert refused(books.apply, 0, *shares).code == code
    books.delete("Payment", payment)
    other = books.memo("40.00", customer=books.customer())
    paid = {**other, "Id": row["Id"]}
    shares = ("Expense", paid, 40), ("CreditMemo", other, 40)
    assert refused(books.apply, 0, *shares).code == "6000"
    shares = ("Expense", {**memo, "Id": row["Id"]}, 40), ("CreditMemo", memo, 40)
    assert books.apply(0, *shares)


def test_deleting_a_refund(books):
    memo = books.memo("40.00")
    payment = pay_back(books, "CreditMemo", memo)
    (row,) = books.rows("Purchase")
    assert refused(books.delete, "Purchase", row).code == "6000"
    act = {"entity": "Purchase", "operation": "delete", "id": row["Id"]}
    books.company.act(act)
    # The payment of zero that linked both stays, empty.
    assert books.read("Payment", payment["Id"])["Line"] == []
    assert str(books.read("CreditMemo", memo["Id"])["Balance"]) == "40.00"
    assert owed(books, memo) == "-40.00"
    assert books.rows("Purchase") == []


def test_a_refund_after_its_payment_is_gone(books):
    payment = pay_back(books, "CreditMemo", books.memo("40.00"))
    books.delete("Payment", payment)
    (row,) = books.rows("Purchase")
    books.delete("Purchase", row)
    assert refused(books.read, "Purchase", row["Id"]).code == "610"


def test_a_refund_in_a_closed_period(books):
    memo = books.memo("40.00")
    payment = pay_back(books, "CreditMemo", memo, TxnDate="2026-06-30")
    assert payment["TxnDate"] == "2026-06-30"
    books.delete("Payment", payment)
    books.company.configure({"book_close_date": "2026-06-30"})
    (row,) = books.rows("Purchase")
    assert refused(books.delete, "Purchase", row).code == "6210"
    # The browser overrides.
    assert pay_back(books, "CreditMemo", memo, TxnDate="2026-06-30")
    act = {"entity": "Purchase", "operation": "delete", "id": row["Id"]}
    assert books.company.act(act)["status"] == "Deleted"


def test_in_a_foreign_currency():
    books = Books("gb")
    books.sales_forms(AutoApplyCredit=False)
    customer = books.one("Customer", "Berlin Bytes GmbH", "DisplayName")
    memo = books.memo("100.00", customer=customer, ExchangeRate="0.85")
    bank = {"Name": "Our bank", "AccountType": "Bank"}
    bank = {"value": books.post("Account", bank)["Id"]}
    payment = pay_back(books, "CreditMemo", memo, AccountRef=bank, ExchangeRate="0.9")
    assert payment["CurrencyRef"]["value"] == "EUR"
    assert str(payment["ExchangeRate"]) == "0.9"
    assert books.read("CreditMemo", memo["Id"])["HomeBalance"] == 0
