"""Payment: money received, applied to invoices or kept as a credit."""

from decimal import Decimal

from .. import changes, entity_faults, faults
from ..numbers import ZERO, money
from ..schema import Shape, amount, currency, day, flag, many, nested, ref, text
from .account import with_subtype
from .common import ENTITY_BLOCK
from .depositable import Depositable
from .transaction import (
    LINKED,
    TRANSACTION_IGNORED,
    Transaction,
    location_type,
    rate_field,
)

# Credits and debts; `KNOWN_LINKS` are the types QBO links besides.
LINKABLE = ("Invoice", "CreditMemo")
KNOWN_LINKS = (
    "Invoice",
    "CreditMemo",
    "JournalEntry",
    "Expense",
    "Check",
    "CreditCardCredit",
    "Deposit",
)

PAYMENT_LINE = Shape(
    "Line",
    (
        amount("Amount", minimum=Decimal(0)),
        many("LinkedTxn", LINKED),
        nested("LineEx", Shape("IntuitAnyType", (), ignored=("any",))),
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
        values["UnappliedAmt"] = _unapplied(values["TotalAmt"], lines)
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
        if kind not in LINKABLE:
            raise entity_faults.cannot_link(f"{kind} {link.get('TxnId')}")
        target = company.store.get(kind, str(link.get("TxnId")))
        if target is None:
            raise faults.not_found()
        if not _same_family(company, customer, target["CustomerRef"]["value"]):
            if company.switches.payment_other_customer == "drop":
                return None
            raise faults.business("Payment and invoice are of different customers.")
        if target["CurrencyRef"] != write.values["CurrencyRef"]:
            raise faults.business("Payment and invoice have different currencies.")
        before = _shares(write.before("Line", ())).get(target["Id"], (kind, ZERO))
        available = target["Balance"] + before[1]
        if paid > available:
            if company.switches.overapplied_line == "refuse":
                raise faults.business(
                    "The amount applied is greater than the open balance."
                )
            paid = available
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
        before, after = _shares(old_lines), _shares(new_lines)
        for qbo_id in dict.fromkeys([*before, *after]):
            kind, share = after.get(qbo_id, (before.get(qbo_id, ("",))[0], ZERO))
            difference = share - before.get(qbo_id, (kind, ZERO))[1]
            if difference:
                company.entity(kind).settle(
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

    def release(self, company, payment_id, qbo_id):
        """Take one form off a payment: what it settled becomes unapplied.

        What a credit paid for cannot stand without it, nor the other way round: then
        the last lines of the other side go too.
        """
        row = dict(company.store.get(self.name, payment_id))
        kept = [e for e in row["Line"] if e["LinkedTxn"][0]["TxnId"] != qbo_id]
        kept = _balanced(row["TotalAmt"], kept)
        self._reapply(company, payment_id, row["Line"], kept)
        row["Line"] = kept
        row["UnappliedAmt"] = _unapplied(row["TotalAmt"], kept)
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


def _shares(lines):
    """Return what a payment's lines apply: `(entity, amount)` by the form's id."""
    return {
        line["LinkedTxn"][0]["TxnId"]: (line["LinkedTxn"][0]["TxnType"], line["Amount"])
        for line in lines
    }


def _total(lines, kind):
    shares = _shares(lines).values()
    return sum((amount for name, amount in shares if name == kind), ZERO)


def _unapplied(total, lines):
    """Return TotalAmt less the invoices plus the credits; 6000 when that is no sum."""
    debts, credits = _total(lines, "Invoice"), _total(lines, "CreditMemo")
    if debts > total + credits:
        raise faults.business(
            "The amount applied is greater than the amount of the payment."
        )
    if credits > debts:
        raise faults.business(
            "The credits applied are greater than the invoices they are applied to."
        )
    return money(total - debts + credits)


def _balanced(total, lines):
    """Return `lines` without the excess of debts over money, or credits over debts."""
    debts, credits = _total(lines, "Invoice"), _total(lines, "CreditMemo")
    if debts > total + credits:
        lines = _trimmed(lines, "Invoice", debts - total - credits)
    elif credits > debts:
        lines = _trimmed(lines, "CreditMemo", credits - debts)
    return lines


def _trimmed(lines, kind, excess):
    kept = []
    for line in reversed(lines):
        if line["LinkedTxn"][0]["TxnType"] == kind and excess:
            cut = min(excess, line["Amount"])
            excess -= cut
            line = {**line, "Amount": money(line["Amount"] - cut)}
        if line["Amount"]:
            kept.append(line)
    return kept[::-1]


def _line_ex(target, open_balance):
    values = {
        "txnId": target["Id"],
        "txnOpenBalance": f"{open_balance:.2f}",
        "txnReferenceNumber": target.get("DocNumber", ""),
    }
    return {
        "any": [
            {
                "name": "{http://schema.intuit.com/finance/v3}NameValue",
                "declaredType": "com.intuit.schema.finance.v3.NameValue",
                "scope": "javax.xml.bind.JAXBElement$GlobalScope",
                "value": {"Name": name, "Value": value},
                "nil": False,
                "globalScope": True,
                "typeSubstituted": False,
            }
            for name, value in values.items()
        ]
    }


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
