"""Payments, and what void and delete do to linked documents."""

import pytest
from books import Books, refused


@pytest.fixture
def books():
    return Books("us_manual")


# --- payments ---


def test_payment_shape_and_effects(books):
    customer = books.customer("Payer")
    invoice = books.invoice(customer=customer)
    row = books.payment(invoice, "150.00", "60.00")
    assert list(row) == [
        "CustomerRef",
        "DepositToAccountRef",
        "TotalAmt",
        "UnappliedAmt",
        "ProcessPayment",
        "domain",
        "sparse",
        "Id",
        "SyncToken",
        "MetaData",
        "TxnDate",
        "CurrencyRef",
        "Line",
    ]
    assert list(row["DepositToAccountRef"]) == ["value"]
    assert str(row["UnappliedAmt"]) == "90.00"
    (line,) = row["Line"]
    assert list(line) == ["Amount", "LinkedTxn", "LineEx"]
    extra = {e["value"]["Name"]: e["value"]["Value"] for e in line["LineEx"]["any"]}
    assert extra == {
        "txnId": invoice["Id"],
        "txnOpenBalance": "100.00",
        "txnReferenceNumber": "1001",
    }
    paid = books.read("Invoice", invoice["Id"])
    assert str(paid["Balance"]) == "40.00"
    assert paid["LinkedTxn"] == [{"TxnId": row["Id"], "TxnType": "Payment"}]
    assert paid["SyncToken"] == "1"
    assert str(books.read("Customer", customer["Id"])["Balance"]) == "-50.00"
    assert books.read("Customer", customer["Id"])["SyncToken"] == "0"


def test_unapplied_payment(books):
    customer = {"value": books.customer()["Id"]}
    row = books.post("Payment", {"TotalAmt": 25.5, "CustomerRef": customer})
    assert (str(row["UnappliedAmt"]), row["Line"]) == ("25.50", [])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"TotalAmt": None}, "2020"),
        ({"CustomerRef": None}, "2020"),
        ({"TotalAmt": -1}, "2090"),
        ({"TotalAmt": "30"}, "6000"),
        ({"PaymentRefNum": "x" * 22}, "2050"),
        ({"DepositToAccountRef": {"value": "99999"}}, "2500"),
        ({"Unknown": 1}, "2010"),
    ],
)
def test_bad_payments(books, changes, code):
    invoice = books.invoice()
    assert refused(books.payment, invoice, "50.00", **changes).code == code
    assert books.read("Invoice", invoice["Id"])["SyncToken"] == "0"


def test_more_than_is_open(books):
    invoice = books.invoice()
    assert refused(books.payment, invoice, "150.00").code == "6000"
    books.company.configure({"switches": {"overapplied_line": "clip"}})
    row = books.payment(invoice, "150.00")
    assert str(row["UnappliedAmt"]) == "50.00"
    assert str(row["Line"][0]["Amount"]) == "100.00"


def test_a_line_that_applies_nothing_leaves_no_link(books):
    invoice = books.invoice()
    row = books.payment(invoice, "50.00", "0")
    assert (row["Line"], str(row["UnappliedAmt"])) == ([], "50.00")
    books.payment(invoice, "100.00")
    books.switch(overapplied_line="clip")
    row = books.payment(invoice, "30.00")
    assert (row["Line"], str(row["UnappliedAmt"])) == ([], "30.00")
    assert len(books.read("Invoice", invoice["Id"])["LinkedTxn"]) == 1


def test_other_customers_invoice(books):
    invoice = books.invoice()
    other = {"value": books.customer()["Id"]}
    assert refused(books.payment, invoice, "1.00", CustomerRef=other).code == "6000"
    books.company.configure({"switches": {"payment_other_customer": "drop"}})
    row = books.payment(invoice, "1.00", CustomerRef=other)
    assert (row["Line"], str(row["UnappliedAmt"])) == ([], "1.00")


def test_a_parent_pays_for_its_children(books):
    top = books.customer("Top")
    sub = books.customer("Sub", Job=True, ParentRef={"value": top["Id"]})
    invoice = books.invoice(customer=sub)
    assert books.payment(invoice, "100.00", CustomerRef={"value": top["Id"]})


def test_lines_are_all_or_none(books):
    one, two = books.invoice(), books.invoice()
    row = books.payment(one, "100.00")
    link = {"TxnId": two["Id"], "TxnType": "Invoice"}
    row = books.sparse("Payment", row, Line=[{"Amount": 80, "LinkedTxn": [link]}])
    one, two = (books.read("Invoice", each["Id"]) for each in (one, two))
    assert (str(one["Balance"]), one["LinkedTxn"]) == ("100.00", [])
    assert str(two["Balance"]) == "20.00"
    assert str(row["UnappliedAmt"]) == "20.00"
    # Lines left out stay, in a sparse update.
    kept = books.sparse("Payment", row, PrivateNote="x")
    assert len(kept["Line"]) == 1
    assert books.read("Invoice", two["Id"])["SyncToken"] == two["SyncToken"]
    assert books.sparse("Payment", kept, Line=[])["Line"] == []
    assert str(books.read("Invoice", two["Id"])["Balance"]) == "100.00"


def test_line_extensions_cannot_be_sent_back(books):
    row = books.payment(books.invoice(), "100.00")
    assert refused(books.sparse, "Payment", row, Line=row["Line"]).code == "2010"
    books.company.configure({"switches": {"line_ex_echo": "ignore"}})
    assert books.sparse("Payment", row, Line=row["Line"])


# --- void and delete ---


def test_void_an_open_invoice(books):
    row = books.invoice(PrivateNote="RC 93")
    target = {"Id": row["Id"], "SyncToken": "0"}
    void = books.call("POST", "invoice", target, operation="void").payload["Invoice"]
    assert (void["TotalAmt"], void["Balance"], void["LinkedTxn"]) == (0, 0, [])
    assert void["PrivateNote"] == "Voided - RC 93"
    assert (void["SyncToken"], void["DocNumber"]) == ("1", row["DocNumber"])
    assert void["TxnTaxDetail"] == {"TotalTax": 0}
    assert {each["Amount"] for each in void["Line"]} == {0}
    assert books.changes[-1].operation == "Void"
    assert books.rows("Invoice", f"where Id = '{row['Id']}'") == [void]
    target["SyncToken"] = "1"
    again = books.call("POST", "invoice", target, operation="void").payload["Invoice"]
    assert again == void
    books.company.configure({"switches": {"second_void": "refuse"}})
    error = refused(books.call, "POST", "invoice", target, operation="void")
    assert error.code == "6000"


@pytest.mark.parametrize(("operation", "code"), [("void", "6450"), ("delete", "6000")])
def test_a_paid_invoice_stays(books, operation, code):
    row = books.invoice()
    payment = books.payment(row, "60.00")
    target = {"Id": row["Id"], "SyncToken": "1"}
    error = refused(books.call, "POST", "invoice", target, operation=operation)
    assert error.code == code
    assert str(books.read("Invoice", row["Id"])["Balance"]) == "40.00"
    switches = {"void_paid_invoice": "unlink", "delete_paid_invoice": "unlink"}
    books.company.configure({"switches": switches})
    books.call("POST", "invoice", target, operation=operation)
    payment = books.read("Payment", payment["Id"])
    assert (payment["Line"], str(payment["UnappliedAmt"])) == ([], "60.00")
    customer = books.read("Customer", row["CustomerRef"]["value"])
    assert str(customer["Balance"]) == "-60.00"


def test_delete_an_invoice(books):
    row = books.invoice()
    target = {"Id": row["Id"], "SyncToken": "7"}
    error = refused(books.call, "POST", "invoice", target, operation="delete")
    assert error.code == "5010"
    target["SyncToken"] = "0"
    stub = books.call("POST", "invoice", target, operation="delete").payload
    assert stub["Invoice"] == {"domain": "QBO", "status": "Deleted", "Id": row["Id"]}
    error = refused(books.get, f"invoice/{row['Id']}")
    assert error.code == "610"
    assert books.rows("Invoice") == []
    assert books.read("Customer", row["CustomerRef"]["value"])["Balance"] == 0
    assert books.changes[-1].operation == "Delete"


def test_void_a_payment(books):
    invoice = books.invoice()
    row = books.payment(invoice, "100.00")
    target = {"Id": row["Id"], "SyncToken": "0", "sparse": True}
    error = refused(books.call, "POST", "payment", target, operation="void")
    assert error.code == "500"
    args = {"operation": "update", "include": "void"}
    void = books.call("POST", "payment", target, **args).payload["Payment"]
    assert (void["TotalAmt"], void["UnappliedAmt"], void["Line"]) == (0, 0, [])
    assert void["PrivateNote"] == "Voided"
    reopened = books.read("Invoice", invoice["Id"])
    assert (str(reopened["Balance"]), reopened["LinkedTxn"]) == ("100.00", [])
    assert [(each.entity, each.operation) for each in books.changes[-2:]] == [
        ("Invoice", "Update"),
        ("Payment", "Void"),
    ]


def test_delete_a_payment(books):
    invoice = books.invoice()
    row = books.payment(invoice, "100.00")
    target = {"Id": row["Id"], "SyncToken": "0"}
    books.call("POST", "payment", target, operation="delete")
    assert str(books.read("Invoice", invoice["Id"])["Balance"]) == "100.00"
    assert refused(books.get, f"payment/{row['Id']}").code == "610"


def test_transactions_share_their_ids(books):
    invoice = books.invoice()
    payment = books.payment(invoice, "1.00")
    assert int(payment["Id"]) == int(invoice["Id"]) + 1


def test_a_failed_write_leaves_nothing(books):
    invoice, other = books.invoice(), books.invoice(customer=books.customer())
    links = [
        {"Amount": 10, "LinkedTxn": [{"TxnId": each["Id"], "TxnType": "Invoice"}]}
        for each in (invoice, other)
    ]
    told = len(books.changes)
    assert refused(books.payment, invoice, "20.00", Line=links).code == "6000"
    assert books.read("Invoice", invoice["Id"]) == invoice
    assert len(books.changes) == told
