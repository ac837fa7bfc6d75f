"""Invoice."""

from calendar import monthrange
from datetime import date, timedelta

from .. import faults
from ..numbers import ZERO
from ..schema import Shape, amount, day, flag, nested, ref, text
from .common import PLAIN_REFERENCE
from .receivable import Receivable
from .sales_shapes import (
    DELIVERY_INFO,
    PARTY_FIELDS,
    SALES_IGNORED,
    SUM_FIELDS,
    head_fields,
)
from .transaction import ENTITY_WITH_CUSTOM_FIELDS, TRANSACTION_IGNORED

DEFAULT_DUE_DAYS = 30
ESTIMATE = "Estimate"

INVOICE = Shape(
    "Invoice",
    (
        amount("Deposit", minimum=ZERO),
        # Intuit's page wants false; client libraries send true and live to tell.
        flag("AllowIPNPayment", read_only=True),
        flag("AllowOnlinePayment", read_only=True),
        flag("AllowOnlineCreditCardPayment"),
        flag("AllowOnlineACHPayment"),
        *ENTITY_WITH_CUSTOM_FIELDS,
        *head_fields(),
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
    + SALES_IGNORED
    + (
        "EInvoiceStatus",
        "ECloudStatusTimeStamp",
        "InvoiceLink",
        "InvoiceEx",
        "OverDueDays",
        "InvoiceStatus",
        "CallToAction",
    ),
)


class Invoice(Receivable):
    """A sale that the customer pays later."""

    name = "Invoice"
    path = "invoice"
    shape = INVOICE
    operations = frozenset({"create", "update", "delete", "void"})
    indexes = ("DocNumber", "CustomerRef")
    prints_total_count = True
    numbers_itself = True

    def settle_flags(self, company, write):
        """Online payment, and what automated sales tax adds."""
        super().settle_flags(company, write)
        values = write.values
        for name in ("AllowIPNPayment", "AllowOnlinePayment"):
            values[name] = False
        for name in ("AllowOnlineCreditCardPayment", "AllowOnlineACHPayment"):
            values[name] = bool(values.get(name))
        if company.sales_tax == "automated":
            customer = self.customer_of(company, write)
            reason = customer.get("TaxExemptionReasonId")
            values["TaxExemptionRef"] = {"value": str(reason)} if reason else {}
            if write.creates:
                values["ShipFromAddr"] = self._own_address(company)

    def _own_address(self, company):
        own = company.store.get("CompanyInfo", "1").get("CompanyAddr")
        if not own:
            return None
        region = f"{own.get('CountrySubDivisionCode', '')}  {own.get('PostalCode', '')}"
        flat = {"Line1": own.get("Line1"), "Line2": f"{own.get('City', '')}, {region}"}
        return self.address(company, flat)

    # --- the estimates it came from ---

    def settle_links(self, company, write):
        """Estimates are linked as sent (none sent: as before), payments are QBO's.

        Other types are dropped without a word, as QBO does.
        """
        before = write.before("LinkedTxn", ())
        links = before
        if write.sent.get("LinkedTxn") is not None:
            links = _estimate_links(write.sent["LinkedTxn"])
            links += [link for link in before if link["TxnType"] != ESTIMATE]
        known = _estimate_ids(before)
        customer_id = write.value_of("CustomerRef")
        for estimate_id in _estimate_ids(links):
            if estimate_id not in known:
                company.entity(ESTIMATE).check_link(company, estimate_id, customer_id)
        write.values["LinkedTxn"] = list(links)

    def saved(self, company, row, write):
        """Estimates close, or open again when the link went."""
        self._move_estimates(
            company, row["Id"], write.before("LinkedTxn", ()), row["LinkedTxn"]
        )
        super().saved(company, row, write)

    def _move_estimates(self, company, invoice_id, before, after):
        old, new = _estimate_ids(before), _estimate_ids(after)
        estimates = company.entity(ESTIMATE)
        for estimate_id in new:
            if estimate_id not in old:
                estimates.close(company, estimate_id, invoice_id)
        for estimate_id in old:
            if estimate_id not in new:
                estimates.reopen(company, estimate_id)

    def lose_estimate(self, company, invoice_id, estimate_id):
        """Take the link to a deleted estimate away."""
        row = dict(company.store.get(self.name, invoice_id))
        row["LinkedTxn"] = [
            link for link in row["LinkedTxn"] if link["TxnId"] != estimate_id
        ]
        company.touch(self.name, row)

    def deleted(self, company, row):
        """Estimates open again."""
        super().deleted(company, row)
        self._move_estimates(company, row["Id"], row["LinkedTxn"], ())

    # --- balance, terms, flags ---

    def settle_balance(self, company, write):
        """A deposit lowers the balance, where the company takes deposits."""
        values = write.values
        allowed = company.preference("SalesFormsPrefs.AllowDeposit")
        values["Deposit"] = (values.get("Deposit") or ZERO) if allowed else None
        if (values["Deposit"] or ZERO) > values["TotalAmt"]:
            raise faults.business("The deposit cannot be greater than the total.")
        account_id = write.value_of("DepositToAccountRef")
        if account_id is not None:
            self.check_funds(company, write, account_id)
        super().settle_balance(company, write)

    def settle_terms(self, company, write):
        """The due date: as sent, or by the term, or by the company's default."""
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

    def refuses_delete(self, company):
        """Tell whether a paid invoice stays."""
        return company.switches.delete_paid_invoice == "refuse"

    # --- voiding ---

    def refuses_void(self, company):
        """Tell whether a paid invoice is not voided."""
        return company.switches.void_paid_invoice == "refuse"

    def voiding(self, company, row):
        """Payments become unapplied, the customer owes less, estimates open again."""
        row = super().voiding(company, row)
        self._move_estimates(company, row["Id"], row["LinkedTxn"], ())
        return row


def _estimate_links(sent):
    links = []
    for link in sent:
        if link.get("TxnType") == ESTIMATE:
            if not link.get("TxnId"):
                raise faults.required("TxnId")
            links.append({"TxnId": str(link["TxnId"]), "TxnType": ESTIMATE})
    return links


def _estimate_ids(links):
    return [link["TxnId"] for link in links if link["TxnType"] == ESTIMATE]


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
