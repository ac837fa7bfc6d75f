"""Purchase: an expense or a check, here only as money that goes back to a customer.

It is written in the browser: a refund of an open credit posts to the account of what
customers owe, and a payment links it with the credit. Apps read and delete it.
"""

from typing import NamedTuple

from .. import entity_faults, faults
from ..numbers import ZERO, money
from ..schema import (
    Reader,
    Shape,
    amount,
    currency,
    day,
    enum,
    flag,
    many,
    nested,
    party,
    ref,
    text,
)
from .base import Write
from .common import ENTITY_BLOCK, EXTENSION, extension
from .transaction import LINKED, TRANSACTION_IGNORED, Transaction, rate_field

EXPENSE_LINE = "AccountBasedExpenseLineDetail"


class Kind(NamedTuple):
    """A way to pay: from which type of account, how payments link it, Intuit's code."""

    account: str
    linked_as: str
    number: str


# By PaymentType.
KINDS = {
    "Cash": Kind("Bank", "Expense", "54"),
    "Check": Kind("Bank", "Check", "3"),
    "CreditCard": Kind("Credit Card", "Expense", "1"),
}

EXPENSE_DETAIL = Shape(
    EXPENSE_LINE,
    (
        ref("CustomerRef", "Customer"),
        ref("AccountRef", "Account"),
        enum("BillableStatus", ("Billable", "NotBillable", "HasBeenBilled")),
        ref("TaxCodeRef", "TaxCode", named=False),
    ),
)

PURCHASE = Shape(
    "Purchase",
    (
        ref("AccountRef", "Account"),
        ref("PaymentMethodRef", "PaymentMethod"),
        text("PaymentRefNum", 21),
        enum("PaymentType", KINDS, query="f"),
        party("EntityRef"),
        flag("Credit"),
        amount("TotalAmt"),
        enum("PrintStatus", ("NotSet", "NeedToPrint", "PrintComplete")),
        nested("PurchaseEx", EXTENSION, read_only=True),
        *ENTITY_BLOCK,
        text("DocNumber", 21, query="FS"),
        day("TxnDate", query="FS"),
        ref("DepartmentRef", "Department"),
        currency(),
        rate_field(),
        text("PrivateNote", 4000),
        many("LinkedTxn", LINKED, read_only=True),
        many(
            "Line",
            Shape(
                "Line",
                (
                    text("Id"),
                    text("Description", 4000),
                    amount("Amount"),
                    enum("DetailType", (EXPENSE_LINE,)),
                    nested(EXPENSE_LINE, EXPENSE_DETAIL),
                ),
            ),
        ),
    ),
    ignored=TRANSACTION_IGNORED
    + (
        "RemitToAddr",
        "GlobalTaxCalculation",
        "CustomField",
        "TxnTaxDetail",
    ),
)

# What a bookkeeper types to pay a credit back.
REFUND = Shape(
    "Refund",
    (
        amount("Amount"),
        ref("AccountRef", "Account"),
        enum("PaymentType", KINDS),
        day("TxnDate"),
        rate_field(),
    ),
)


class Purchase(Transaction):
    """Money that went back to a customer."""

    name = "Purchase"
    path = "purchase"
    shape = PURCHASE
    operations = frozenset({"delete"})
    indexes = ("DocNumber",)

    # --- writing, in the browser ---

    def pay_back(self, company, customer, values):
        """Write a refund to a customer; returns the row.

        `values`: Amount (Decimal), AccountRef, and PaymentType, TxnDate or ExchangeRate
        if wanted.
        """
        kind = values.get("PaymentType", "Cash")
        detail = {
            "AccountRef": {"value": _ledger(company, customer)["Id"]},
            "BillableStatus": "NotBillable",
            "TaxCodeRef": {"value": "NON"} if company.country == "US" else None,
        }
        line = {"Id": "1", "Amount": values["Amount"], "DetailType": EXPENSE_LINE}
        fresh = {
            "AccountRef": values["AccountRef"],
            "PaymentType": kind,
            "EntityRef": {
                "value": customer["Id"],
                "name": company.entity("Customer").display(customer),
                "type": "Customer",
            },
            "TotalAmt": values["Amount"],
            "PrintStatus": "NeedToPrint" if kind == "Check" else None,
            "TxnDate": values.get("TxnDate"),
            "CurrencyRef": {"value": customer["CurrencyRef"]["value"]},
            "ExchangeRate": values.get("ExchangeRate"),
            "Line": [{**line, EXPENSE_LINE: detail}],
        }
        return self._finish(company, Write(fresh, fresh, by_user=True))

    def complete(self, company, write):
        """Dates, currency, and an account of the right kind (6430)."""
        customer = company.store.get("Customer", write.value_of("EntityRef"))
        self.settle_date(company, write)
        self.settle_currency(company, write, customer)
        kind = write.values["PaymentType"]
        account = company.store.get("Account", write.value_of("AccountRef"))
        if account["AccountType"] != KINDS[kind].account:
            raise entity_faults.wrong_account_type(
                "AccountRef", f"{kind} is paid from an account of another type."
            )

    def envelop(self, company, write, values=None):
        """The extension is QBO's own."""
        row = super().envelop(company, write, values)
        number = KINDS[row["PaymentType"]].number
        return self.place(row, {"PurchaseEx": extension(TxnType=number)})

    def saved(self, company, row, write):
        """The customer has the money: what was owed to them is owed no more."""
        self._move_customer(company, row, row["TotalAmt"])

    def _move_customer(self, company, row, difference):
        customers = company.entity("Customer")
        customers.move_balance(company, self.owner_of(row), difference)

    # --- payments against it ---

    def linked_as(self, row):
        """Return the TxnType by which payments link it."""
        return KINDS[row["PaymentType"]].linked_as

    def owner_of(self, row):
        """Return the id of the customer who got the money."""
        return row["EntityRef"]["value"]

    def open_balance(self, company, row):
        """Return what no payment has linked with a credit yet."""
        shares = [share for _, share in self._shares(company, row)]
        return row["TotalAmt"] - sum(shares, ZERO)

    def _shares(self, company, row):
        """Return `(payment id, amount)` of the payments that link it."""
        return [
            (payment["Id"], line["Amount"])
            for payment in company.store.table("Payment").rows.values()
            for line in payment["Line"]
            if line["LinkedTxn"][0]["TxnId"] == row["Id"]
        ]

    def settle(self, company, qbo_id, amount, payment_id, *, linked):
        """Show the payment that links it, or no more."""
        row = dict(company.store.get(self.name, qbo_id))
        links = [e for e in row.pop("LinkedTxn", ()) if e["TxnId"] != payment_id]
        if linked:
            links.append({"TxnId": payment_id, "TxnType": "Payment"})
        if links:
            row["LinkedTxn"] = links
        return company.touch(self.name, self.place(row, {}))

    # --- deleting ---

    def check_delete(self, company, row, by_user):
        """Neither in a closed period nor while a payment links it."""
        self.check_open(company, (row["TxnDate"],), by_user)
        if self._shares(company, row) and not by_user:
            raise faults.linked()

    def deleted(self, company, row):
        """The credit is open again, and so is what the customer is owed."""
        for payment_id, _share in self._shares(company, row):
            company.entity("Payment").release(company, payment_id, row["Id"])
        self._move_customer(company, row, -row["TotalAmt"])


def _ledger(company, customer):
    """Return the account of what a customer owes."""
    if customer.get("ARAccountRef"):
        return company.store.get("Account", customer["ARAccountRef"]["value"])
    rows = company.store.table("Account").find("AccountSubType", "AccountsReceivable")
    for row in rows:
        if row["Active"] and row["CurrencyRef"] == customer["CurrencyRef"]:
            return row
    raise faults.business("There is no account of what this customer owes.")


def refund(company, entity, row, values):
    """Pay an open credit memo or the unapplied part of a payment back.

    Writes the Purchase and the payment that links both; returns that payment.
    """
    opened = {"CreditMemo": "Balance", "Payment": "UnappliedAmt"}.get(entity.name)
    if opened is None:
        raise faults.business("Objects of this kind cannot be refunded.")
    values = _read(company, values)
    sum_back = money(values.get("Amount", row[opened]))
    if not ZERO < sum_back <= row[opened]:
        raise faults.business("A refund is at most what is open.")
    customer = company.store.get("Customer", row["CustomerRef"]["value"])
    purchases = company.entity("Purchase")
    paid = purchases.pay_back(company, customer, {**values, "Amount": sum_back})
    lines = [_link(purchases.linked_as(paid), paid, sum_back)]
    if entity.name == "Payment":
        kept = [{k: v for k, v in e.items() if k != "LineEx"} for e in row["Line"]]
        body = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
        body["Line"] = kept + lines
    else:
        body = {
            "CustomerRef": {"value": customer["Id"]},
            "CurrencyRef": {"value": customer["CurrencyRef"]["value"]},
            "TotalAmt": 0,
            "TxnDate": paid["TxnDate"],
            "Line": [*lines, _link(entity.name, row, sum_back)],
        }
        if "ExchangeRate" in paid:
            body["ExchangeRate"] = paid["ExchangeRate"]
    return company.entity("Payment").write(company, body, by_user=True)


def _read(company, values):
    """Return what the bookkeeper typed, checked as a request is."""
    reader = Reader(company.country)
    typed = reader.read(REFUND, values)
    if reader.problems:
        raise faults.merge(reader.problems)
    if typed.get("AccountRef") is None:
        raise faults.required("AccountRef")
    return typed


def _link(kind, row, share):
    return {"Amount": share, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}]}
