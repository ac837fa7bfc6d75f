"""Every fault a client that pushes documents must survive can be produced.

By its real cause, alone and inside a batch, and by injection in QBO's own shape.
"""

import pytest
import requests
from books import Books
from conftest import US

from simulator import numbers
from simulator.faults import Fault
from simulator.injected_faults import BY_CODE


def ask(books, body, entity="Invoice", operation="create"):
    return books, entity, operation, body


def missing_customer():
    books = Books("us_manual")
    return ask(books, {**books.invoice_body(), "CustomerRef": None})


def long_number():
    books = Books("us_manual")
    return ask(books, books.invoice_body(DocNumber="x" * 22))


def unknown_term():
    books = Books("us_manual")
    return ask(books, books.invoice_body(SalesTermRef={"value": "77"}))


def inactive_customer():
    books = Books("us_manual")
    customer = books.customer()
    body = books.invoice_body(customer=customer)
    books.sparse("Customer", customer, Active=False)
    return ask(books, body)


def deleted_invoice():
    books = Books("us_manual")
    row = books.invoice()
    books.delete("Invoice", row)
    values = {"SyncToken": "0", "sparse": True, "PrivateNote": "x"}
    return ask(books, {"Id": row["Id"], **values}, operation="update")


def missing_tax_code():
    books = Books("gb")
    body = books.invoice_body()
    del body["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"]
    return ask(books, body)


def wrong_product():
    books = Books("us_manual")
    body = books.invoice_body("100.00")
    body["Line"][0]["SalesItemLineDetail"].update(Qty=3, UnitPrice="33.33")
    return ask(books, body)


def foreign_line_code():
    books = Books("us")
    body = books.invoice_body()
    body["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] = {"value": "2"}
    return ask(books, body)


def used_number():
    books = Books("us_manual")
    books.sales_forms(CustomTxnNumbers=True)
    books.invoice(DocNumber="A-1")
    return ask(books, books.invoice_body(DocNumber="A-1"))


def ended_subscription():
    books = Books("us_manual")
    body = books.invoice_body()
    books.company.configure({"subscription_status": "EXPIRED"})
    return ask(books, body)


def closed_period():
    books = Books("us_manual")
    books.company.configure({"book_close_date": "2026-06-30"})
    return ask(books, books.invoice_body(TxnDate="2026-06-30"))


def used_name():
    return ask(Books("us_manual"), {"DisplayName": "Acme"}, entity="Customer")


def old_token():
    books = Books("us_manual")
    row = books.invoice()
    books.sparse("Invoice", row, PrivateNote="x")
    body = {"Id": row["Id"], "SyncToken": "0", "sparse": True}
    return ask(books, body, operation="update")


def no_such_operation():
    return ask(Books("us_manual"), {}, entity="CreditMemo", operation="void")


CAUSES = [
    ("2020", missing_customer),
    ("2050", long_number),
    ("2500", unknown_term),
    ("610", inactive_customer),
    ("610", deleted_invoice),
    ("6000", missing_tax_code),
    ("6070", wrong_product),
    ("6100", foreign_line_code),
    ("6140", used_number),
    ("6190", ended_subscription),
    ("6210", closed_period),
    ("6240", used_name),
    ("5010", old_token),
    ("500", no_such_operation),
]


def told(books):
    return len(books.changes), len(books.company.objects("Invoice"))


@pytest.mark.parametrize(("code", "cause"), CAUSES)
def test_real_causes(code, cause):
    books, entity, operation, body = cause()
    before = told(books)
    args = {} if operation in ("create", "update") else {"operation": operation}
    with pytest.raises(Fault) as caught:
        books.call("POST", entity.lower(), body, **args)
    assert caught.value.errors[0].code == code
    assert (caught.value.status, caught.value.type) == (400, "ValidationFault")
    assert told(books) == before


@pytest.mark.parametrize(("code", "cause"), CAUSES)
def test_real_causes_beside_others_in_a_batch(code, cause):
    books, entity, operation, body = cause()
    other = {"bId": "2", "operation": "create", "Vendor": {"DisplayName": "Beside"}}
    item = {"bId": "1", "operation": operation, entity: body}
    first, second = books.batch(item, other).payload["BatchItemResponse"]
    assert first["Fault"]["Error"][0]["code"] == code
    assert first["Fault"]["type"] == "ValidationFault"
    beside = "Fault" if code == "6190" else "Vendor"
    assert beside in second


def test_who_may_ask(client, token):
    """3200, 3100 and 3001 by their real causes."""
    unknown = client.api("GET", "query", "x" * 40)
    assert unknown.json()["fault"]["error"][0]["code"] == "3200"
    elsewhere = client.api("GET", "query", token, realm_id="9341450000000003")
    assert elsewhere.json()["fault"]["error"][0]["code"] == "3100"
    client.control("POST", "limits", {"enabled": True})
    for _ in range(41):
        answer = client.api("POST", "batch", token, json={})
        if answer.status_code == 429:
            break
    assert "003001" in answer.text and answer.text.startswith("<?xml")


def test_every_code_can_be_injected(client, token):
    item = {"bId": "1", "operation": "create", "Customer": {"DisplayName": "Not yet"}}
    for code in BY_CODE:
        client.inject({"fault": code}, operation="create", times=1)
        answer = client.create("customer", {"DisplayName": "Not yet"}, token)
        assert answer.status_code >= 400, code
        if answer.text.startswith("{"):
            body = answer.json()
            errors = body["Fault"]["Error"] if "Fault" in body else None
            errors = errors or body["fault"]["error"]
            assert errors[0]["code"] == code
        else:
            assert f'code="{code}"' in answer.text
        client.inject({"fault": code}, item={}, times=1)
        sent = {"BatchItemRequest": [item]}
        answer = client.api("POST", "batch", token, json=sent)
        (entry,) = answer.json()["BatchItemResponse"]
        error = entry["Fault"]["Error"][0]
        assert (error["code"], list(error)[:2]) == (code, ["Message", "Detail"])
    assert client.create("customer", {"DisplayName": "Not yet"}, token).ok


# --- answers that never come, and their repetition ---


def batch_of_invoices(client, token):
    customer = {"DisplayName": "Pushed to"}
    customer = client.create("customer", customer, token).json()["Customer"]
    line = {
        "Amount": "10.00",
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
    }
    body = {"CustomerRef": {"value": customer["Id"]}, "Line": [line]}
    items = [
        {"bId": str(number), "operation": "create", "Invoice": body}
        for number in range(5)
    ]
    return {"BatchItemRequest": items}


def count(client):
    return len(client.control("GET", f"objects/{US}/Invoice").json()["objects"])


LOSSES = [
    ({"drop": "before"}, 0),
    ({"drop": "after"}, 5),
    ({"delay_ms": 31_000}, 5),
    ({"delay_ms": 31_000, "drop": "before"}, 0),
    ({"reset": True}, 0),
    ({"reset": True, "committed": True}, 5),
    ({"truncate": 100}, 5),
    ({"html": 503}, 0),
    ({"html": 503, "committed": True}, 5),
    ({"fault": "3001"}, 0),
    ({"empty": True, "committed": True}, 5),
]


@pytest.mark.parametrize(("action", "booked"), LOSSES)
def test_a_lost_batch_repeated_is_booked_once(client, token, action, booked):
    body = numbers.dumps(batch_of_invoices(client, token))
    headers = {"Content-Type": "application/json"}

    def send():
        return client.api("POST", "batch", token, data=body, headers=headers,
                          params={"requestid": "push-1"}, timeout=(5, 30))  # fmt: skip

    client.inject(action, operation="batch", times=1)
    try:
        lost = send()
        assert lost.status_code != 200 or not lost.content
    except requests.RequestException:
        pass
    assert count(client) == booked
    first = send().json()["BatchItemResponse"]
    assert count(client) == 5
    assert all("Invoice" in item for item in first)
    assert send().json()["BatchItemResponse"] == first
