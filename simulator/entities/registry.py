"""All entities with books, and the names of those that have none yet."""

from dataclasses import dataclass

from ..schema import (
    Shape,
    amount,
    currency,
    day,
    flag,
    integer,
    many,
    nested,
    number,
    ref,
    text,
)
from .account import Account
from .common import ENTITY_BLOCK
from .credit_memo import CreditMemo
from .currencies import CompanyCurrency, ExchangeRate
from .deposit import Deposit
from .estimate import Estimate
from .invoice import Invoice
from .item import Item
from .journal_code import JournalCode
from .journal_entry import JournalEntry
from .lists import Class, Department, PaymentMethod, Term
from .payment import Payment
from .people import Customer, Vendor
from .purchase import Purchase
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
    Deposit,
    Purchase,
    JournalCode,
    JournalEntry,
)

# What all transactions know beside their own properties; none of it can be asked for.
_TRANSACTION = (
    day("TxnDate", "FS"),
    text("PrivateNote"),
    text("TxnStatus"),
    ref("DepartmentRef", "Department"),
    currency(),
    number("ExchangeRate"),
    text("GlobalTaxCalculation"),
    text("TransactionLocationType"),
    amount("HomeTotalAmt"),
    many("LinkedTxn", None),
    many("Line", None),
    nested("TxnTaxDetail", None),
    many("CustomField", None),
    *ENTITY_BLOCK,
)
_NUMBER = text("DocNumber", query="FS")
_PERSON = tuple(
    text(name, query="FS")
    for name in ("DisplayName", "GivenName", "MiddleName", "FamilyName", "Suffix")
)


@dataclass(frozen=True, eq=False)
class Unkept:
    """An entity that QBO has and these books keep empty: `shape` is for queries."""

    name: str
    shape: Shape


def _unkept(name, *fields):
    return Unkept(name, Shape(name, fields))


def _unkept_form(name, *fields):
    return _unkept(name, *fields, *_TRANSACTION)


_ATTACHED_TO = Shape(
    "ReferenceType", (text("value", query="F"), text("type", query="F"))
)
_ATTACHABLE_REF = Shape(
    "AttachableRef", (nested("EntityRef", _ATTACHED_TO), flag("IncludeOnSend"))
)

# Queries and CDC of these are checked as QBO does, and find nothing.
EMPTY = {
    entity.name: entity
    for entity in (
        _unkept(
            "Attachable",
            *(
                text(name, query="FS")
                for name in ("FileName", "Note", "Category", "ContentType", "PlaceName")
            ),
            *(text(name, query="FS") for name in ("Tag", "Lat", "Long")),
            integer("Size", "FS"),
            text("FileAccessUri"),
            text("TempDownloadUri"),
            many("AttachableRef", _ATTACHABLE_REF),
            *ENTITY_BLOCK,
        ),
        _unkept_form(
            "Bill",
            _NUMBER,
            day("DueDate", "FS"),
            ref("VendorRef", "Vendor", "FS"),
            ref("APAccountRef", "Account", "FS"),
            ref("SalesTermRef", "Term", "FS"),
            amount("TotalAmt", "FS"),
            amount("Balance", "F"),
            amount("HomeBalance"),
        ),
        _unkept_form(
            "BillPayment",
            _NUMBER,
            ref("VendorRef", "Vendor", "fs"),
            ref("APAccountRef", "Account", "fs"),
            text("PayType", query="f"),
            amount("TotalAmt", "fs"),
        ),
        _unkept(
            "Budget",
            text("Name", query="FS"),
            text("BudgetType", query="f"),
            text("BudgetEntryType"),
            day("StartDate", "f"),
            day("EndDate", "f"),
            flag("Active", "F"),
            *ENTITY_BLOCK,
        ),
        _unkept_form(
            "CreditCardPayment",
            ref("BankAccountRef", "Account"),
            ref("CreditCardAccountRef", "Account"),
            amount("Amount"),
        ),
        _unkept(
            "CustomerType",
            text("Name", query="fs"),
            flag("Active", "FS"),
            *ENTITY_BLOCK,
        ),
        _unkept(
            "Employee",
            *_PERSON,
            text("PrintOnCheckName", query="FS"),
            flag("Active", "FS"),
            text("Title"),
            text("EmployeeNumber"),
            text("SSN"),
            text("Gender"),
            day("HiredDate"),
            day("ReleasedDate"),
            flag("BillableTime"),
            nested("PrimaryAddr", None),
            nested("PrimaryEmailAddr", None),
            nested("PrimaryPhone", None),
            nested("Mobile", None),
            *ENTITY_BLOCK,
        ),
        _unkept_form(
            "PurchaseOrder",
            _NUMBER,
            ref("VendorRef", "Vendor", "fs"),
            ref("APAccountRef", "Account", "fs"),
            day("DueDate", "fs"),
            text("POStatus", query="f"),
            amount("TotalAmt", "fs"),
        ),
        _unkept("RecurringTransaction", *ENTITY_BLOCK),
        _unkept_form(
            "ReimburseCharge",
            ref("CustomerRef", "Customer", "F"),
            flag("HasBeenInvoiced", "f"),
            amount("Amount", "f"),
        ),
        _unkept_form(
            "SalesReceipt",
            _NUMBER,
            ref("CustomerRef", "Customer", "F"),
            ref("DepositToAccountRef", "Account"),
            ref("PaymentMethodRef", "PaymentMethod"),
            text("PaymentRefNum"),
            ref("ClassRef", "Class"),
            text("PrintStatus"),
            text("EmailStatus"),
            nested("BillEmail", None),
            amount("TotalAmt", "fs"),
            amount("Balance", "FS"),
        ),
        _unkept_form(
            "TimeActivity",
            text("NameOf", query="f"),
            text("BillableStatus", query="f"),
            ref("EmployeeRef", "Employee"),
            ref("VendorRef", "Vendor"),
            ref("CustomerRef", "Customer"),
            ref("ItemRef", "Item"),
            integer("Hours"),
            integer("Minutes"),
            text("Description"),
        ),
        _unkept_form(
            "Transfer",
            ref("FromAccountRef", "Account"),
            ref("ToAccountRef", "Account"),
            amount("Amount"),
        ),
        _unkept_form(
            "VendorCredit",
            _NUMBER,
            ref("VendorRef", "Vendor", "f"),
            ref("APAccountRef", "Account", "FS"),
            amount("TotalAmt", "FS"),
            amount("Balance", "S"),
        ),
    )
}


def build():
    """Return a fresh Entity of every kind by its name."""
    return {kind.name: kind() for kind in ENTITIES}
