"""RefundReceipt: money given back at once. It leaves nothing open.

Captured ones have no EmailStatus and a Balance of zero; the customer is optional, the
account the money leaves is not (Intuit's page).
"""

from ..numbers import ZERO
from ..schema import Shape, amount, enum, ref, text
from .depositable import Depositable
from .sales import SalesForm
from .sales_shapes import PARTY_FIELDS, SALES_IGNORED, SUM_FIELDS, head_fields
from .transaction import ENTITY_WITH_CUSTOM_FIELDS, TRANSACTION_IGNORED
from .voiding import Voidable

OWN = ("PaymentMethodRef", "PaymentRefNum", "PaymentType")

REFUND_RECEIPT = Shape(
    "RefundReceipt",
    (
        *ENTITY_WITH_CUSTOM_FIELDS,
        *head_fields(),
        *PARTY_FIELDS,
        *(item for item in SUM_FIELDS if item.name != "EmailStatus"),
        amount("Balance", query="FS", read_only=True),
        amount("HomeBalance", read_only=True),
        ref("PaymentMethodRef", "PaymentMethod"),
        text("PaymentRefNum", 100),
        enum("PaymentType", ("Cash", "Check", "CreditCard", "Other"), query="FS"),
        ref("DepositToAccountRef", "Account"),
    ),
    ignored=TRANSACTION_IGNORED
    + tuple(name for name in SALES_IGNORED if name not in OWN)
    + (
        "RemainingCredit",
        "EmailStatus",
        "DueDate",
        "SalesTermRef",
        "ShipDate",
        "TrackingNum",
        "DeliveryInfo",
        "TaxExemptionRef",
        "RefundReceiptEx",
    ),
)


class RefundReceipt(Depositable, Voidable, SalesForm):
    """Money back to a customer."""

    name = "RefundReceipt"
    path = "refundreceipt"
    shape = REFUND_RECEIPT
    required = ("Line", "DepositToAccountRef")
    indexes = ("DocNumber", "CustomerRef")
    prints_total_count = True
    print_status = "NotSet"
    direction = -1

    def complete(self, company, write):
        """What sits in a deposit is frozen."""
        if write.old is not None:
            self.refuse_deposited(write.old)
        super().complete(company, write)

    def settle_links(self, company, write):
        """Links are QBO's own."""
        write.values["LinkedTxn"] = write.before("LinkedTxn")

    def settle_balance(self, company, write):
        """Nothing stays open; the money leaves a bank or a current asset (6430)."""
        self.check_funds(company, write, write.value_of("DepositToAccountRef"))
        write.values["Balance"] = ZERO
        write.values["HomeBalance"] = self.home_amount(company, write.values, ZERO)

    def check_delete(self, company, row, by_user):
        """Neither in a closed period nor in a deposit."""
        self.check_open(company, (row["TxnDate"],), by_user)
        self.refuse_deposited(row)

    def check_void(self, company, row, by_user):
        """A void is refused where a delete is."""
        self.check_delete(company, row, by_user)
