"""All entities with books, and the names of those that have none yet."""

from .account import Account
from .credit_memo import CreditMemo
from .currencies import CompanyCurrency, ExchangeRate
from .estimate import Estimate
from .invoice import Invoice
from .item import Item
from .lists import Class, Department, PaymentMethod, Term
from .payment import Payment
from .people import Customer, Vendor
from .refund_receipt import RefundReceipt
from .settings import CompanyInfo, Preferences
from .taxes import TaxAgency, TaxCode, TaxRate

ENTITIES = (
    CompanyInfo,
    Preferences,
    Account,
    CompanyCurrency,
    ExchangeRate,
    TaxAgency,
    TaxRate,
    TaxCode,
    Term,
    PaymentMethod,
    Class,
    Department,
    Customer,
    Vendor,
    Item,
    Invoice,
    CreditMemo,
    Estimate,
    RefundReceipt,
    Payment,
)

# Entities that QBO has and these books keep empty: queries and CDC find nothing.
EMPTY = (
    "Attachable",
    "Bill",
    "BillPayment",
    "Budget",
    "CreditCardPayment",
    "CustomerType",
    "Deposit",
    "Employee",
    "JournalEntry",
    "Purchase",
    "PurchaseOrder",
    "RecurringTransaction",
    "ReimburseCharge",
    "SalesReceipt",
    "TimeActivity",
    "Transfer",
    "VendorCredit",
)


def build():
    """Return a fresh Entity of every kind by its name."""
    return {kind.name: kind() for kind in ENTITIES}
