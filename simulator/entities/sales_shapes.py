"""The shapes of sales forms: lines and their details, tax, what all forms share."""

from decimal import Decimal

from ..schema import (
    NON_US,
    Shape,
    amount,
    currency,
    day,
    enum,
    flag,
    integer,
    many,
    nested,
    number,
    ref,
    text,
)
from .common import ADDRESS, BILL_EMAIL, EMAILS, MEMO
from .transaction import (
    LINE_DETAILS,
    LINKED,
    common_fields,
    location_type,
    rate_field,
)

ITEM_LINE, DISCOUNT_LINE = "SalesItemLineDetail", "DiscountLineDetail"
SUBTOTAL_LINE, TEXT_LINE = "SubTotalLineDetail", "DescriptionOnly"

ITEM_DETAIL = Shape(
    ITEM_LINE,
    (
        day("ServiceDate"),
        amount("TaxInclusiveAmt"),
        ref("ItemRef", "Item"),
        ref("ClassRef", "Class"),
        number("UnitPrice"),
        number("Qty"),
        ref("ItemAccountRef", "Account"),
        ref("TaxCodeRef", "TaxCode", named=False),
    ),
    ignored=(
        "DiscountRate",
        "DiscountAmt",
        "MarkupInfo",
        "PriceLevelRef",
        "RatePercent",
        "TaxClassificationRef",
        "UOMRef",
        "SalesItemLineDetailEx",
        "DeferredRevenue",
        "InventorySiteRef",
    ),
)
DISCOUNT_DETAIL = Shape(
    DISCOUNT_LINE,
    (
        day("ServiceDate"),
        ref("ClassRef", "Class"),
        ref("TaxCodeRef", "TaxCode", named=False),
        flag("PercentBased"),
        number("DiscountPercent", minimum=Decimal(0), largest=Decimal(100)),
        ref("DiscountAccountRef", "Account"),
    ),
    ignored=("DiscountRef", "Discount", "DiscountLineDetailEx"),
)
SUBTOTAL_DETAIL = Shape(
    SUBTOTAL_LINE, (), ignored=("ItemRef", "ServiceDate", "ClassRef", "TaxCodeRef")
)
TEXT_DETAIL = Shape(
    "DescriptionLineDetail",
    (),
    ignored=("ServiceDate", "TaxCodeRef", "DescriptionLineDetailEx"),
)

# The item of a line that QBO takes for the charge for shipping.
SHIPPING_ITEM = "SHIPPING_ITEM_ID"

_OWN_DETAILS = (ITEM_LINE, SUBTOTAL_LINE, DISCOUNT_LINE, "DescriptionLineDetail")

SALES_LINE = Shape(
    "Line",
    (
        text("Id"),
        integer("LineNum"),
        text("Description", 4000),
        amount("Amount"),
        many("LinkedTxn", LINKED),
        enum("DetailType", (*LINE_DETAILS, TEXT_LINE)),
        nested(ITEM_LINE, ITEM_DETAIL),
        nested(SUBTOTAL_LINE, SUBTOTAL_DETAIL, keeps_empty=True),
        nested(DISCOUNT_LINE, DISCOUNT_DETAIL),
        nested("DescriptionLineDetail", TEXT_DETAIL, keeps_empty=True),
    ),
    ignored=(
        "CustomField",
        "LineEx",
        "ProjectRef",
        "Received",
        *(name for name in LINE_DETAILS if name not in _OWN_DETAILS),
    ),
)

TAX_LINE = Shape(
    "Line",
    (
        amount("Amount"),
        enum("DetailType", ("TaxLineDetail",)),
        nested(
            "TaxLineDetail",
            Shape(
                "TaxLineDetail",
                (
                    ref("TaxRateRef", "TaxRate", named=False),
                    flag("PercentBased"),
                    number("TaxPercent"),
                    amount("NetAmountTaxable"),
                    amount("OverrideDeltaAmount", read_only=True),
                ),
                ignored=("TaxInclusiveAmount", "ServiceDate"),
            ),
        ),
    ),
    ignored=("Id", "LineNum", "Description", "LinkedTxn"),
)
TAX_DETAIL = Shape(
    "TxnTaxDetail",
    (
        ref("TxnTaxCodeRef", "TaxCode", named=False),
        amount("TotalTax"),
        many("TaxLine", TAX_LINE),
        # Decides about this request; nothing of it is kept.
        flag("UseAutomatedSalesTax"),
    ),
    ignored=("DefaultTaxCodeRef", "TaxReviewStatus"),
)


def head_fields(*before_links):
    """Return the properties from the number to the tax.

    `before_links` stand where QBO prints TxnStatus.
    """
    return (
        *common_fields(),
        ref("DepartmentRef", "Department"),
        currency(),
        rate_field(),
        text("PrivateNote", 4000),
        *before_links,
        many("LinkedTxn", LINKED),
        many("Line", SALES_LINE),
        nested("TxnTaxDetail", TAX_DETAIL),
        location_type(),
    )


DELIVERY_INFO = Shape("TransactionDeliveryInfo", (text("DeliveryType"),))

PARTY_FIELDS = (
    ref("CustomerRef", "Customer", query="F"),
    nested("CustomerMemo", MEMO),
    nested("BillAddr", ADDRESS),
    nested("ShipAddr", ADDRESS),
    flag("FreeFormAddress", read_only=True),
    nested("ShipFromAddr", ADDRESS),
    ref("ClassRef", "Class"),
)

SUM_FIELDS = (
    enum(
        "GlobalTaxCalculation",
        ("TaxExcluded", "TaxInclusive", "NotApplicable"),
        countries=NON_US,
    ),
    amount("TotalAmt", query="fs", read_only=True),
    amount("HomeTotalAmt", read_only=True),
    flag("ApplyTaxAfterDiscount"),
    enum("PrintStatus", ("NotSet", "NeedToPrint", "PrintComplete")),
    enum("EmailStatus", ("NotSet", "NeedToSend", "EmailSent")),
    nested("BillEmail", BILL_EMAIL),
    nested("BillEmailCc", EMAILS),
    nested("BillEmailBcc", EMAILS),
)

# What QBO knows on every sales form and neither keeps nor returns here.
SALES_IGNORED = (
    "ARAccountRef",
    "CheckPayment",
    "CreditCardPayment",
    "FOB",
    "GovtTxnRefIdentifier",
    "LessCIS",
    "PONumber",
    "PaymentMethodRef",
    "PaymentRefNum",
    "PaymentType",
    "RemitToRef",
    "SalesRepRef",
    "ShipMethodRef",
    "Tag",
    "TaxRegime",
)
