"""Invoice."""

from calendar import monthrange
from datetime import date, timedelta

from .. import changes, faults
from ..numbers import ZERO, money
from ..schema import Shape, amount, day, flag, nested, ref, text
from .common import PLAIN_REFERENCE
from .sales import (
    HEAD_FIELDS,
    ITEM_LINE,
    PARTY_FIELDS,
    SUM_FIELDS,
    SalesForm,
    applied_amount,
)
from .transaction import ENTITY_WITH_CUSTOM_FIELDS, TRANSACTION_IGNORED

DEFAULT_DUE_DAYS = 30

DELIVERY_INFO = Shape("TransactionDeliveryInfo", (text("DeliveryType"),))

INVOICE = Shape(
    "Invoice",
    (
        amount("Deposit"),
        flag("AllowIPNPayment", read_only=True),
        flag("AllowOnlinePayment", read_only=True),
        flag("AllowOnlineCreditCardPayment"),
        flag("AllowOnlineACHPayment"),
        *ENTITY_WITH_CUSTOM_FIELDS,
        *HEAD_FIELDS,
        *PARTY_FIELDS,
        ref("SalesTermRef", "Term", query="F"),
        day("DueDate", query="FS"),
        day("ShipDate"),
        text("TrackingNum", 31),
        *SUM_FIELDS,
        amount("Balance", query="FS", read_only=True),
        amount("HomeBalance", read_only=True),
        ref("DepositToAccountRef", "Account"),
        nested("DeliveryInfo", DELIVERY_INFO, read_only=True),
        nested("TaxExemptionRef", PLAIN_REFERENCE, read_only=True),
    ),
    ignored=TRANSACTION_IGNORED
    + (
        "EInvoiceStatus",
        "ECloudStatusTimeStamp",
        "InvoiceLink",
        "InvoiceEx",
        "OverDueDays",
        "InvoiceStatus",
        "CallToAction",
        "ShipMethodRef",
        "FOB",
        "PONumber",
        "RemitToRef",
        "SalesRepRef",
        "TaxRegime",
        "LessCIS",
        "ARAccountRef",
        "PaymentMethodRef",
        "PaymentRefNum",
        "PaymentType",
        "CheckPayment",
        "CreditCardPayment",
        "GovtTxnRefIdentifier",
        "Tag",
    ),
)


class Invoice(SalesForm):
    """A sale that the customer pays later."""

    name = "Invoice"
    path = "invoice"
    shape = INVOICE
    operations = frozenset({"create", "update", "delete", "void"})
    indexes = ("DocNumber", "CustomerRef")
    prints_total_count = True

    def complete(self, company, write):
        """Everything QBO adds to or checks in an invoice."""
        values = write.values
        customer = company.store.get("Customer", write.value_of("CustomerRef"))
        self.settle_date(company, write)
        custom = company.preference("SalesFormsPrefs.CustomTxnNumbers")
        self.settle_number(company, write, custom=custom, check=custom)
        self.settle_currency(company, write, customer)
        self.settle_addresses(company, write)
        self.settle_delivery(write)
        self._settle_due_date(company, write)
        values["CustomField"] = self.custom_fields(company, write)
        self.compute(company, write)
        self._settle_balance(company, write)
        self._settle_flags(company, write)

    def _settle_flags(self, company, write):
        values = write.values
        for name in ("AllowIPNPayment", "AllowOnlinePayment"):
            values[name] = False
        for name in ("AllowOnlineCreditCardPayment", "AllowOnlineACHPayment"):
            values[name] = bool(values.get(name))
        values["LinkedTxn"] = list(write.before("LinkedTxn", ()))
        if company.country == "US":
            values["ApplyTaxAfterDiscount"] = bool(values.get("ApplyTaxAfterDiscount"))
        else:
            values["ApplyTaxAfterDiscount"] = None
        if company.sales_tax == "automated":
            values["TaxExemptionRef"] = {}
            if write.creates:
                values["ShipFromAddr"] = self._own_address(company)

    def _own_address(self, company):
        own = company.store.get("CompanyInfo", "1").get("CompanyAddr")
        if not own:
            return None
        region = f"{own.get('CountrySubDivisionCode', '')}  {own.get('PostalCode', '')}"
        flat = {"Line1": own.get("Line1"), "Line2": f"{own.get('City', '')}, {region}"}
        return self.address(company, flat)

    def _settle_balance(self, company, write):
        values = write.values
        deposit = values.get("Deposit")
        allowed = company.preference("SalesFormsPrefs.AllowDeposit")
        values["Deposit"] = (deposit or ZERO) if allowed else None
        settled = applied_amount(write.old) if write.old else ZERO
        if write.old:
            settled -= write.old.get("Deposit") or ZERO
        balance = values["TotalAmt"] - settled - (values["Deposit"] or ZERO)
        if balance < 0:
            raise faults.business(
                "The total cannot be less than what was paid on the invoice."
            )
        values["Balance"] = money(balance)
        values["HomeBalance"] = self.home_amount(company, values, balance)

    def _settle_due_date(self, company, write):
        values = write.values
        sent = write.sent.get("DueDate")
        same_date = values["TxnDate"] == write.before("TxnDate")
        same_term = write.value_of("SalesTermRef") == _value(
            write.before("SalesTermRef")
        )
        kept = write.before("DueDate") if same_date and same_term else None
        if values.get("DueDate") is not None and (sent or write.sparse and kept):
            return
        term_id = write.value_of("SalesTermRef") or _value(
            company.preferences["SalesFormsPrefs"].get("DefaultTerms")
        )
        term = company.store.get("Term", term_id) if term_id else None
        values["DueDate"] = due_date(values["TxnDate"], term)

    def saved(self, company, row, write):
        """The customer owes more or less than before."""
        super().saved(company, row, write)
        customers = company.entity("Customer")
        if write.old is not None:
            owed = write.old["TotalAmt"]
            customers.move_balance(company, write.old["CustomerRef"]["value"], -owed)
        customers.move_balance(company, row["CustomerRef"]["value"], row["TotalAmt"])
        self.open_receivable(company, row["CurrencyRef"]["value"])

    # --- payments against it ---

    def settle(self, company, invoice_id, amount_paid, payment_id, *, linked):
        """Lower the balance by what a payment pays more (or less: negative)."""
        row = dict(company.store.get(self.name, invoice_id))
        balance = row["Balance"] - amount_paid
        row["Balance"] = money(balance)
        if company.multicurrency:
            row["HomeBalance"] = self.home_amount(company, row, balance)
        links = [link for link in row["LinkedTxn"] if link["TxnId"] != payment_id]
        if linked:
            links.append({"TxnId": payment_id, "TxnType": "Payment"})
        row["LinkedTxn"] = links
        return company.touch(self.name, row)

    def _unlink(self, company, row):
        for link in row["LinkedTxn"]:
            if link["TxnType"] == "Payment":
                company.entity("Payment").release(company, link["TxnId"], row["Id"])
        return company.store.get(self.name, row["Id"])

    # --- deleting and voiding ---

    def _is_settled(self, row):
        return any(link["TxnType"] == "Payment" for link in row["LinkedTxn"])

    def check_delete(self, company, row, by_user):
        """A paid invoice must be unlinked first, unless the switch says otherwise."""
        self.check_open(company, (row["TxnDate"],), by_user)
        refuses = company.switches.delete_paid_invoice == "refuse" and not by_user
        if self._is_settled(row) and refuses:
            raise faults.business(
                "This transaction is linked to others. Unlink them before deleting it."
            )

    def deleted(self, company, row):
        """Payments become unapplied, the customer owes less."""
        row = self._unlink(company, row)
        customers = company.entity("Customer")
        customers.move_balance(company, row["CustomerRef"]["value"], -row["TotalAmt"])

    def void(self, company, body, *, by_user=False):
        """Void: the object stays with zero amounts."""
        row = self._target(company, body)
        self.check_open(company, (row["TxnDate"],), by_user)
        if self._is_settled(row):
            if company.switches.void_paid_invoice == "refuse" and not by_user:
                raise faults.settled()
            row = self._unlink(company, row)
        if self.is_void(row):
            if company.switches.second_void == "refuse":
                raise faults.business("This transaction is void already.")
            return row
        customers = company.entity("Customer")
        customers.move_balance(company, row["CustomerRef"]["value"], -row["TotalAmt"])
        return self._store_void(company, row)

    def _store_void(self, company, row):
        values = {
            **row,
            "PrivateNote": self.void_note(row),
            "LinkedTxn": [],
            "Line": [_void_line(line) for line in row["Line"]],
            "TxnTaxDetail": {"TotalTax": ZERO},
            "TotalAmt": ZERO,
            "Balance": ZERO,
        }
        if company.multicurrency:
            values["HomeTotalAmt"] = values["HomeBalance"] = ZERO
        row = self.place(values, {})
        row = company.touch(self.name, row, told=False)
        company.note(self.name, row["Id"], changes.VOID)
        return row


def _void_line(line):
    voided = {**line}
    if "Amount" in line:
        voided["Amount"] = ZERO
    detail = line.get(ITEM_LINE)
    if detail:
        kept = {k: v for k, v in detail.items() if k not in ("UnitPrice", "Qty")}
        if "Qty" in detail:
            kept = _insert_zero_quantity(kept)
        voided[ITEM_LINE] = kept
    return voided


def _insert_zero_quantity(detail):
    result = {}
    for name, value in detail.items():
        if name in ("ItemAccountRef", "TaxCodeRef") and "Qty" not in result:
            result["Qty"] = ZERO
        result[name] = value
    result.setdefault("Qty", ZERO)
    return result


def _value(reference):
    return reference["value"] if reference else None


def due_date(txn_date, term):
    """Return the due date by a term's row; without one, thirty days."""
    start = date.fromisoformat(txn_date)
    if term is None:
        return (start + timedelta(days=DEFAULT_DUE_DAYS)).isoformat()
    if term["Type"] == "STANDARD":
        return (start + timedelta(days=term["DueDays"])).isoformat()
    due = _in_month(start, term["DayOfMonthDue"])
    if due - start < timedelta(days=term.get("DueNextMonthDays", 0)) or due < start:
        following = start.replace(day=1) + timedelta(days=32)
        due = _in_month(following, term["DayOfMonthDue"])
    return due.isoformat()


def _in_month(moment, day_of_month):
    last = monthrange(moment.year, moment.month)[1]
    return moment.replace(day=min(day_of_month, last))
