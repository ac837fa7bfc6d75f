"""Helpers for tests of the books: one company, no HTTP."""

import json
from datetime import datetime, timezone

from werkzeug.datastructures import MultiDict

from simulator import numbers
from simulator.clock import Clock
from simulator.company import BooksRequest
from simulator.faults import Fault
from simulator.seeds import build_company

FORMS = ("Invoice", "CreditMemo", "Estimate")
USUAL_CODES = {"GB": "20.0% S", "CA": "HST ON", "AU": "GST", "FR": "20 % TVA FR"}
START = datetime(2026, 11, 22, 18, 0, 0, tzinfo=timezone.utc)


class Books:
    """A seeded company and the few calls tests need. Bodies are plain Python."""

    def __init__(self, profile="us", **switches):
        self.clock = Clock(START, frozen=True)
        self.company = build_company("9341450000000009", profile, self.clock)
        if switches:
            self.company.configure({"switches": switches})
        self.changes = []
        self.company.subscribe(self.changes.append)

    def call(self, method, path, body=None, content_type="application/json", **args):
        """Return the whole response; raises Fault."""
        raw = body if isinstance(body, bytes) else b""
        if body is not None and not isinstance(body, bytes):
            raw = json.dumps(body, default=str).encode()
        request = BooksRequest(
            method, path.split("/"), MultiDict(args), {}, raw, content_type
        )
        with self.company.lock:
            return self.company.handle(request)

    def get(self, path, **args):
        return self.call("GET", path, **args).payload

    def read(self, entity, qbo_id):
        return self.get(f"{entity.lower()}/{qbo_id}")[entity]

    def post(self, entity, body, **args):
        """Create or update; returns the object."""
        return self.call("POST", entity.lower(), body, **args).payload[entity]

    def sparse(self, entity, row, **values):
        """Sparse update of a row just read."""
        body = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
        return self.post(entity, {**body, **values})

    def query(self, text):
        """Return the content of QueryResponse."""
        return self.get("query", query=text)["QueryResponse"]

    def rows(self, entity, where="", rest=""):
        """Return the rows of a query."""
        return self.query(f"select * from {entity} {where} {rest}").get(entity, [])

    def one(self, entity, name, prop="Name"):
        """Return the single active row with this name."""
        escaped = name.replace("\\", "\\\\").replace("'", "\\'")
        (row,) = self.rows(entity, f"where {prop} = '{escaped}'")
        return row

    def ref(self, entity, name, prop="Name"):
        return {"value": self.one(entity, name, prop)["Id"]}

    def customer(self, name="Test Customer", **values):
        if self.company.country == "FR":
            values.setdefault("ARAccountRef", self.ref("Account", "Clients"))
        return self.post("Customer", {"DisplayName": name, **values})

    def batch(self, *items, **args):
        return self.call("POST", "batch", {"BatchItemRequest": list(items)}, **args)

    def invoice_body(self, amount="100.00", customer=None, **values):
        """The smallest invoice; codes its line where the country needs that."""
        detail = {"ItemRef": self.ref("Item", "Services")}
        code = USUAL_CODES.get(self.company.country)
        if code:
            detail["TaxCodeRef"] = self.ref("TaxCode", code)
        line = {
            "Amount": amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": detail,
        }
        customer = customer or self.one("Customer", "Acme", "DisplayName")
        body = {"CustomerRef": {"value": customer["Id"]}, "Line": [line]}
        if self.company.multicurrency:
            body["CurrencyRef"] = {"value": customer["CurrencyRef"]["value"]}
        return {**body, **values}

    def invoice(self, amount="100.00", customer=None, **values):
        return self.post("Invoice", self.invoice_body(amount, customer, **values))

    def memo(self, amount="100.00", customer=None, **values):
        return self.post("CreditMemo", self.invoice_body(amount, customer, **values))

    def estimate(self, amount="100.00", customer=None, **values):
        return self.post("Estimate", self.invoice_body(amount, customer, **values))

    def delete(self, entity, row):
        """Delete what is stored under the id of `row`."""
        token = self.read(entity, row["Id"])["SyncToken"]
        target = {"Id": row["Id"], "SyncToken": token}
        return self.call("POST", entity.lower(), target, operation="delete").payload

    def void(self, entity, row):
        token = self.read(entity, row["Id"])["SyncToken"]
        target = {"Id": row["Id"], "SyncToken": token}
        return self.call("POST", entity.lower(), target, operation="void").payload

    def sales_forms(self, **preferences):
        """Set preferences of the sales forms."""
        self.company.configure({"preferences": {"SalesFormsPrefs": preferences}})

    def switch(self, **switches):
        self.company.configure({"switches": switches})

    def payment(self, invoice, total, applied=None, **values):
        link = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
        line = {"Amount": applied or total, "LinkedTxn": [link]}
        body = {
            "CustomerRef": invoice["CustomerRef"],
            "TotalAmt": total,
            "CurrencyRef": {"value": invoice["CurrencyRef"]["value"]},
            "Line": [line],
        }
        return self.post("Payment", {**body, **values})

    def apply(self, total, *shares, **values):
        """Write a payment of `total`; `shares` are `(entity, row, amount)`."""
        lines = [
            {"Amount": amount, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": entity}]}
            for entity, row, amount in shares
        ]
        customer = {"value": shares[0][1]["CustomerRef"]["value"]}
        body = {"CustomerRef": customer, "TotalAmt": total, "Line": lines}
        if self.company.multicurrency:
            body["CurrencyRef"] = {"value": shares[0][1]["CurrencyRef"]["value"]}
        return self.post("Payment", {**body, **values})


def refused(call, *args, **kwargs):
    """Return the first error of the Fault a call raises."""
    try:
        call(*args, **kwargs)
    except Fault as fault:
        return fault.errors[0]
    raise AssertionError("Nothing was refused.")


def wire(payload):
    """Return a payload as text, as it goes out."""
    return numbers.dumps(payload).decode()


def item_line(books, amount, **detail):
    """A line of a sales form that sells hours."""
    detail = {"ItemRef": books.ref("Item", "Services"), **detail}
    return {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }


def discount(amount=None, **detail):
    """A discount line."""
    line = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail}
    return line if amount is None else {**line, "Amount": amount}


def lines_of(books, *extra, amount="50.00"):
    """Line of a form: one item and what else is given."""
    return {"Line": [item_line(books, amount), *extra]}
