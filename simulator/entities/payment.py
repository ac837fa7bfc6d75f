"""Payment: money received, applied to invoices or kept as a credit."""

from decimal import Decimal

from .. import changes, entity_faults, faults
from ..numbers import ZERO, money
from ..schema import Shape, amount, currency, day, flag, many, nested, ref, text
from .account import with_subtype
from .allocation import BOOKS, balanced, shares_of, unapplied
from .common import ENTITY_BLOCK, EXTENSION, extension
from .depositable import Depositable
from .transaction import (
    LINKED,
    TRANSACTION_IGNORED,
    Transaction,
    location_type,
    rate_field,
)

# The types QBO links, with books here or without.
KNOWN_LINKS = (*BOOKS, "JournalEntry", "CreditCardCredit", "Deposit")

PAYMENT_LINE = Shape(
    "Line",
    (
        amount("Amount", minimum=Decimal(0)),
        many("LinkedTxn", LINKED),
        nested("LineEx", EXTENSION),
    ),
    ignored=("Id", "LineNum", "Description", "DetailType", "PaymentLineDetail"),
)

PAYMENT = Shape(
    "Payment",
    (
        ref("CustomerRef", "Customer", query="F"),
        ref("ARAccountRef", "Account"),
        ref("DepositToAccountRef", "Account", named=False),
        ref("PaymentMethodRef", "PaymentMethod", named=False, query="f"),
        text("PaymentRefNum", 21, query="FS"),
        amount("TotalAmt", query="FS", minimum=Decimal(0)),
        amount("UnappliedAmt", read_only=True),
        flag("ProcessPayment"),
        *ENTITY_BLOCK,
        day("TxnDate", query="FS"),
        currency(),
        rate_field(),
        text("PrivateNote", 4000),
        many("LinkedTxn", LINKED, read_only=True),
        many("Line", PAYMENT_LINE),
        location_type(),
    ),
    ignored=TRANSACTION_IGNORED
    + (
        "CreditCardPayment",
        "CheckPayment",
        "PaymentType",
        "PaymentEx",
        "RemitToRef",
        "TaxExemptionRef",
        "DepartmentRef",
        "DocNumber",
        "TxnTaxDetail",
        "CustomField",
    ),
)


class Payment(Depositable, Transaction):
    """A payment received. Its lines are all or none: an update replaces them."""

    name = "Payment"
    path = "payment"
    shape = PAYMENT
    name_property = "PaymentRefNum"
    required = ("CustomerRef", "TotalAmt")
    indexes = ("CustomerRef", "PaymentRefNum")

    def check_required(self, company, write):
        """In France also a reference."""
        super().check_required(company, write)
        if company.country == "FR" and not write.by_user:
            if not (write.values.get("PaymentRefNum") or "").strip():
                raise faults.required("PaymentRefNum")

    def check_values(self, company, write, problems):
        """Line extensions are QBO's own and cannot be sent back."""
        if company.switches.line_ex_echo != "refuse":
            return
        for line in write.sent.get("Line") or ():
            if line.get("LineEx") is not None:
                raise faults.unsupported_property("LineEx", "Line", PAYMENT_LINE.known)

    def complete(self, company, write):
        """Apply the lines and find what stays unapplied."""
        values = write.values
        if write.old is not None:
            self.refuse_deposited(write.old)
        customer = company.store.get("Customer", write.value_of("CustomerRef"))
        self.settle_date(company, write)
        self.settle_currency(company, write, customer)
        self._settle_account(company, write)
        self.settle_location_type(company, write)
        values["ProcessPayment"] = False
        values["TotalAmt"] = money(values["TotalAmt"])
        lines = self._lines(company, write, customer)
        values["Line"] = lines
        values["UnappliedAmt"] = unapplied(values["TotalAmt"], lines)
        values["LinkedTxn"] = write.before("LinkedTxn")

    def _settle_account(self, company, write):
        account_id = write.value_of("DepositToAccountRef")
        if account_id is None:
            account = with_subtype(company, "UndepositedFunds")
            if account is None:
                raise faults.required("DepositToAccountRef")
            write.values["DepositToAccountRef"] = {"value": account["Id"]}
            return
        self.check_funds(company, write, account_id)

    # --- lines ---

    def _lines(self, company, write, customer):
        lines = []
        for line in write.values.get("Line") or ():
            if line.get("Amount") is None:
                raise faults.required("Line.Amount")
            links = line.get("LinkedTxn") or ()
            if len(links) != 1:
                raise faults.required("LinkedTxn")
            applied = self._line(company, write, customer, line["Amount"], links[0])
            if applied is not None:
                lines.append(applied)
        targets = [line["LinkedTxn"][0]["TxnId"] for line in lines]
        if len(set(targets)) != len(targets):
            raise faults.business("A payment pays an invoice with one line.")
        return lines

    def _line(self, company, write, customer, paid, link):
        kind = link.get("TxnType")
        if kind not in KNOWN_LINKS:
            raise faults.invalid_enumeration(kind, "TxnType")
        if kind not in BOOKS:
            raise entity_faults.cannot_link(f"{kind} {link.get('TxnId')}")
        books = company.entity(BOOKS[kind])
        target = company.store.get(books.name, str(link.get("TxnId")))
        if target is None or books.linked_as(target) != kind:
            raise faults.not_found()
        if not _same_family(company, customer, books.owner_of(target)):
            if company.switches.payment_other_customer == "drop":
                return None
            raise faults.business("Payment and invoice are of different customers.")
        if target["CurrencyRef"] != write.values["CurrencyRef"]:
            raise faults.business("Payment and invoice have different currencies.")
        before = shares_of(write.before("Line", ())).get(target["Id"], (kind, ZERO))
        available = books.open_balance(company, target) + before[1]
        if paid > available:
            if company.switches.overapplied_line == "refuse":
                raise faults.business(
                    "The amount applied is greater than the open balance."
                )
            paid = available
        if not money(paid):
            return None
        return {
            "Amount": money(paid),
            "LinkedTxn": [{"TxnId": target["Id"], "TxnType": kind}],
            "LineEx": _line_ex(target, available),
        }

    def envelop(self, company, write, values=None):
        """The extension of each line is no part of what a client may write."""
        row = super().envelop(company, write, values)
        for line, source in zip(row["Line"], write.values["Line"], strict=True):
            line["LineEx"] = source["LineEx"]
        return row

    # --- effects ---

    def _reapply(self, company, payment_id, old_lines, new_lines):
        """Move every form whose share of the payment changed."""
        before, after = shares_of(old_lines), shares_of(new_lines)
        for qbo_id in dict.fromkeys([*before, *after]):
            kind, share = after.get(qbo_id, (before.get(qbo_id, ("",))[0], ZERO))
            difference = share - before.get(qbo_id, (kind, ZERO))[1]
            if difference:
                company.entity(BOOKS[kind]).settle(
                    company, qbo_id, difference, payment_id, linked=share > 0
                )

    def saved(self, company, row, write):
        """Invoices, credit memos and the customer follow."""
        self._reapply(company, row["Id"], write.before("Line", ()), row["Line"])
        customers = company.entity("Customer")
        if write.old is not None:
            previous = write.old["CustomerRef"]["value"]
            customers.move_balance(company, previous, write.old["TotalAmt"])
        customer_id = row["CustomerRef"]["value"]
        customers.move_balance(company, customer_id, -row["TotalAmt"])
        self.open_receivable(company, row["CurrencyRef"]["value"])

    def release(self, company, payment_id, qbo_id):
        """Take one form off a payment: what it settled becomes unapplied.

        What a credit paid for cannot stand without it, nor the other way round: then
        the last lines of the other side go too.
        """
        row = dict(company.store.get(self.name, payment_id))
        kept = [e for e in row["Line"] if e["LinkedTxn"][0]["TxnId"] != qbo_id]
        kept = balanced(row["TotalAmt"], kept)
        self._reapply(company, payment_id, row["Line"], kept)
        row["Line"] = kept
        row["UnappliedAmt"] = unapplied(row["TotalAmt"], kept)
        company.touch(self.name, row)

    # --- deleting and voiding ---

    def check_delete(self, company, row, by_user):
        """Neither in a closed period nor in a deposit."""
        self.check_open(company, (row["TxnDate"],), by_user)
        self.refuse_deposited(row)

    def deleted(self, company, row):
        """Invoices reopen, the customer owes again."""
        self._reapply(company, row["Id"], row["Line"], ())
        customer_id = row["CustomerRef"]["value"]
        company.entity("Customer").move_balance(company, customer_id, row["TotalAmt"])

    def voids_by_operation(self, company):
        """`operation=void` stands on one page only."""
        return company.switches.payment_operation_void

    def void_included(self, company, body):
        """`operation=update&include=void`, with `sparse`."""
        sparse = body.get("sparse")
        if sparse is not True and str(sparse).lower() != "true":
            raise faults.required("sparse")
        return self.void(company, body)

    def void(self, company, body, *, by_user=False):
        """Void: the object stays with zero amounts, invoices reopen."""
        row = self._target(company, body)
        self.check_delete(company, row, by_user)
        if self.is_void(row):
            if company.switches.second_void == "refuse":
                raise faults.business("This transaction is void already.")
            return row
        self.deleted(company, row)
        values = {
            **row,
            "PrivateNote": self.void_note(row),
            "TotalAmt": ZERO,
            "UnappliedAmt": ZERO,
            "Line": [],
        }
        row = company.touch(self.name, self.place(values, {}), told=False)
        company.note(self.name, row["Id"], changes.VOID)
        return row


def _line_ex(target, open_balance):
    """What QBO tells about the form, as it was before the payment."""
    return extension(
        txnId=target["Id"],
        txnOpenBalance=f"{open_balance:.2f}",
        txnReferenceNumber=target.get("DocNumber", ""),
    )


def _same_family(company, customer, other_id):
    """Tell whether a payment of `customer` may pay an invoice of `other_id`."""
    if customer["Id"] == other_id:
        return True
    row = company.store.get("Customer", other_id)
    while row is not None and row.get("ParentRef"):
        if row["ParentRef"]["value"] == customer["Id"]:
            return True
        row = company.store.get("Customer", row["ParentRef"]["value"])
    return False
