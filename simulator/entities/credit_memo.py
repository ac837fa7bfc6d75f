"""CreditMemo: what the customer is owed, applied to invoices by payments.

Intuit's page lists no void for it; amounts are positive; it has neither term nor due
date (they are known and ignored). Its number comes from the series of invoices.
"""

from ..schema import Shape, amount, ref
from .receivable import Receivable
from .sales_shapes import PARTY_FIELDS, SALES_IGNORED, SUM_FIELDS, head_fields
from .transaction import ENTITY_WITH_CUSTOM_FIELDS, TRANSACTION_IGNORED

CREDIT_MEMO = Shape(
    "CreditMemo",
    (
        amount("RemainingCredit", read_only=True),
        *ENTITY_WITH_CUSTOM_FIELDS,
        *head_fields(),
        *PARTY_FIELDS,
        # A query may name it, a credit memo never has it.
        ref("SalesTermRef", "Term", query="F", read_only=True),
        *SUM_FIELDS,
        amount("Balance", query="FS", read_only=True),
        amount("HomeBalance", read_only=True),
    ),
    ignored=TRANSACTION_IGNORED
    + SALES_IGNORED
    + (
        "InvoiceRef",
        "CreditMemoEx",
        "DueDate",
        "ShipDate",
        "TrackingNum",
        "DepositToAccountRef",
        "DeliveryInfo",
        "TaxExemptionRef",
    ),
)


class CreditMemo(Receivable):
    """A credit the customer can use against invoices."""

    name = "CreditMemo"
    path = "creditmemo"
    shape = CREDIT_MEMO
    indexes = ("DocNumber", "CustomerRef")
    sign = -1

    def settle_balance(self, company, write):
        """RemainingCredit is the balance under another name."""
        super().settle_balance(company, write)
        write.values["RemainingCredit"] = write.values["Balance"]

    def settle_links(self, company, write):
        """Links are QBO's own."""
        write.values["LinkedTxn"] = write.before("LinkedTxn")

    def links_after(self, company, row, payment_id, linked):
        """Captured credit memos show no payments; one source says they do."""
        if company.switches.credit_memo_links != "shown":
            return None
        shown = {**row, "LinkedTxn": row.get("LinkedTxn", ())}
        return super().links_after(company, shown, payment_id, linked) or None

    def place(self, row, stamped):
        """RemainingCredit follows the balance; what is None is not there."""
        if "Balance" in row:
            row = {**row, "RemainingCredit": row["Balance"]}
        kept = {name: value for name, value in row.items() if value is not None}
        return super().place(kept, stamped)

    def refuses_delete(self, company):
        """Tell whether an applied credit memo stays."""
        return company.switches.delete_applied_credit == "refuse"
