"""Estimates, and the invoices they become."""

import pytest
from books import Books, refused


@pytest.fixture
def books():
    return Books("us_manual")


def link(estimate):
    return {"LinkedTxn": [{"TxnId": estimate["Id"], "TxnType": "Estimate"}]}


def test_shape(books):
    values = {"ExpirationDate": "2026-12-31", "PrivateNote": "x"}
    row = books.estimate("50.00", **values)
    assert list(row) == [
        "ExpirationDate",
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
        "TxnStatus",
        "Line",
        "TxnTaxDetail",
        "CustomerRef",
        "BillAddr",
        "ShipAddr",
        "TotalAmt",
        "ApplyTaxAfterDiscount",
        "PrintStatus",
        "EmailStatus",
    ]
    assert (row["TxnStatus"], str(row["TotalAmt"])) == ("Pending", "50.00")
    assert row["Line"][-1]["DetailType"] == "SubTotalLineDetail"
    customer = books.read("Customer", row["CustomerRef"]["value"])
    assert customer["Balance"] == 0


def test_statuses(books):
    accepted = {"TxnStatus": "Accepted", "AcceptedBy": "Ann"}
    row = books.estimate(**accepted, AcceptedDate="2026-11-20")
    assert (row["TxnStatus"], row["AcceptedDate"]) == ("Accepted", "2026-11-20")
    assert books.sparse("Estimate", row, TxnStatus="Rejected")["AcceptedBy"] == "Ann"
    assert refused(books.estimate, TxnStatus="Maybe").code == "2170"
    error = refused(books.query, "select * from Estimate where TxnStatus = 'Pending'")
    assert error.detail.endswith("property 'TxnStatus' is not queryable")
    assert len(books.rows("Estimate", "where DueDate > '2020-01-01'")) == 0


def test_mail(books):
    error = refused(books.estimate, EmailStatus="NeedToSend")
    assert (error.code, error.element) == ("2020", "BillEmail")
    mail = {"BillEmail": {"Address": "a@example.com"}, "EmailStatus": "NeedToSend"}
    assert books.estimate(**mail)["DeliveryInfo"] == {"DeliveryType": "Email"}


def test_own_numbers_and_duplicates(books):
    assert books.invoice()["DocNumber"] == "1001"
    assert books.estimate()["DocNumber"] == "1001"
    assert books.estimate(DocNumber="1001")["DocNumber"] == "1001"
    books.sales_forms(CustomTxnNumbers=True)
    assert books.estimate(DocNumber="1001")["DocNumber"] == "1001"
    assert "DocNumber" not in books.estimate()
    assert books.estimate(DocNumber="AUTO_GENERATE")["DocNumber"] == "1002"
    # An invoice may carry the number of an estimate.
    assert books.invoice(DocNumber="1002")


@pytest.mark.parametrize(
    ("changes", "code", "element"),
    [
        ({"CustomerRef": None}, "2020", "CustomerRef"),
        ({"Line": None}, "2020", "Line"),
        ({"ExpirationDate": "soon"}, "2060", "ExpirationDate"),
        ({"DocNumber": "x" * 22}, "2050", "DocNumber"),
        ({"Unknown": 1}, "2010", None),
    ],
)
def test_refusals(books, changes, code, element):
    error = refused(books.post, "Estimate", {**books.invoice_body(), **changes})
    assert (error.code, error.element) == (code, element)


def test_switches(books):
    books.switch(estimate_without_lines="accept", closed_period_binds_estimates=False)
    row = books.estimate(Line=[])
    assert (row["TotalAmt"], len(row["Line"])) == (0, 1)
    assert refused(books.post, "Estimate", {"Line": []}).element == "CustomerRef"
    books.company.configure({"book_close_date": "2026-12-31"})
    assert books.estimate()
    books.switch(closed_period_binds_estimates=True)
    assert refused(books.estimate).code == "6210"


def test_estimates_can_be_turned_off(books):
    row = books.estimate()
    books.sales_forms(AllowEstimates=False)
    assert refused(books.estimate).code == "5030"
    assert books.sparse("Estimate", row, PrivateNote="x")


def test_neither_void_nor_payment(books):
    row = books.estimate()
    assert refused(books.void, "Estimate", row).code == "500"
    assert refused(books.apply, 1, ("Estimate", row, 1)).code == "2170"


# --- the invoice ---


def test_an_invoice_closes_its_estimate(books):
    estimate = books.estimate()
    books.clock.advance(60)
    invoice = books.invoice(**link(estimate))
    assert invoice["LinkedTxn"] == link(estimate)["LinkedTxn"]
    closed = books.read("Estimate", estimate["Id"])
    assert closed["TxnStatus"] == "Closed"
    assert closed["LinkedTxn"] == [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]
    assert closed["SyncToken"] == estimate["SyncToken"]
    before, after = (each["MetaData"]["LastUpdatedTime"] for each in (estimate, closed))
    assert after > before
    assert list(closed).index("LinkedTxn") == list(closed).index("TxnStatus") + 1
    told = {(each.entity, each.operation) for each in books.changes[-2:]}
    assert told == {("Invoice", "Create"), ("Estimate", "Update")}
    # It stays closed, whatever is sent.
    again = books.sparse("Estimate", closed, TxnStatus="Pending")
    assert again["TxnStatus"] == "Closed"


def test_the_link_lives_with_payments_and_updates(books):
    estimate = books.estimate()
    invoice = books.invoice(**link(estimate))
    books.payment(invoice, "30.00")
    invoice = books.read("Invoice", invoice["Id"])
    types = [each["TxnType"] for each in invoice["LinkedTxn"]]
    assert types == ["Estimate", "Payment"]
    invoice = books.sparse("Invoice", invoice, PrivateNote="x")
    assert len(invoice["LinkedTxn"]) == 2
    echoed = books.sparse("Invoice", invoice, LinkedTxn=invoice["LinkedTxn"])
    assert echoed["LinkedTxn"] == invoice["LinkedTxn"]
    # An explicit list without the estimate unlinks it; payments are not touched.
    invoice = books.sparse("Invoice", echoed, LinkedTxn=[])
    assert [each["TxnType"] for each in invoice["LinkedTxn"]] == ["Payment"]
    assert books.read("Estimate", estimate["Id"])["TxnStatus"] == "Pending"
    later = books.sparse("Invoice", invoice, **link(estimate))
    assert len(later["LinkedTxn"]) == 2


def test_links_that_are_refused(books):
    estimate = books.estimate()
    other = books.customer()
    assert refused(books.invoice, customer=other, **link(estimate)).code == "6000"
    assert refused(books.invoice, **link({"Id": "99999"})).code == "610"
    nameless = {"LinkedTxn": [{"TxnType": "Estimate"}]}
    assert refused(books.invoice, **nameless).element == "TxnId"
    books.invoice(**link(estimate))
    assert refused(books.invoice, **link(estimate)).code == "620"
    closed = books.estimate(TxnStatus="Closed")
    assert refused(books.invoice, **link(closed)).code == "620"


@pytest.mark.parametrize("kind", ["Payment", "ReimburseCharge", "Nonsense"])
def test_other_links_are_dropped_without_a_word(books, kind):
    sent = [{"TxnId": "1", "TxnType": kind}]
    assert books.invoice(LinkedTxn=sent)["LinkedTxn"] == []


def test_line_links_follow_the_head(books):
    estimate, other = books.estimate(), books.estimate()
    body = books.invoice_body(**link(estimate))
    links = [*link(estimate)["LinkedTxn"], *link(other)["LinkedTxn"]]
    body["Line"][0]["LinkedTxn"] = links
    row = books.post("Invoice", body)
    assert row["Line"][0]["LinkedTxn"] == link(estimate)["LinkedTxn"]


@pytest.mark.parametrize("operation", ["delete", "void"])
def test_without_its_invoice_it_opens_again(books, operation):
    estimate = books.estimate()
    invoice = books.invoice(**link(estimate))
    getattr(books, operation)("Invoice", invoice)
    reopened = books.read("Estimate", estimate["Id"])
    assert reopened["TxnStatus"] == "Pending"
    assert "LinkedTxn" not in reopened
    assert books.invoice(**link(estimate))


def test_delete(books):
    free, used = books.estimate(), books.estimate()
    invoice = books.invoice(**link(used))
    assert books.delete("Estimate", free)["Estimate"]["status"] == "Deleted"
    assert refused(books.delete, "Estimate", used).code == "6000"
    other = {"value": books.customer()["Id"]}
    used = books.read("Estimate", used["Id"])
    assert refused(books.sparse, "Estimate", used, CustomerRef=other).code == "6000"
    books.switch(delete_invoiced_estimate="unlink")
    books.delete("Estimate", used)
    assert books.read("Invoice", invoice["Id"])["LinkedTxn"] == []


def test_a_failed_invoice_leaves_the_estimate_open(books):
    estimate = books.estimate()
    assert refused(books.invoice, "-1.00", **link(estimate)).code == "6000"
    assert books.read("Estimate", estimate["Id"]) == estimate
