"""Rejections that only the books know, beside those of `faults`.

Codes are those of Intuit's error page; texts that no recorded answer shows are our own
words under the right code, so clients must look at codes.
"""

from .faults import Fault, FaultError, business

VAT_WORDS = {"GB": "VAT", "FR": "VAT", "CA": "GST/HST", "AU": "GST", "IN": "GST"}


def _one(code, message, detail, element=""):
    return Fault([FaultError(code, message, detail, element)])


# --- names and hierarchies ---


def no_name():
    """6080: neither a display name nor a part of a name."""
    return _one(
        "6080",
        "Name Validation Error",
        "Name Validation Error : At least one of Title, GivenName, MiddleName, "
        "FamilyName, DisplayName or Suffix is required.",
    )


def too_deep():
    """6180: more than five levels."""
    return _one(
        "6180",
        "Sub-level Limit Exceeded",
        "Sub-level Limit Exceeded : Only 5 levels are supported.",
        "ParentRef",
    )


def parent_required():
    """6150: something is marked as a sub-object but names no parent."""
    return _one(
        "6150",
        "ParentRef is required",
        "ParentRef is required when the object is a sub-object.",
        "ParentRef",
    )


def open_balance(kind):
    """6220, in the words of a live answer; `kind` is customer or vendor."""
    return _one(
        "6220",
        "Delete List Has Balance Error",
        "The entity you are trying to delete has an open balance. : "
        f"This {kind} cannot be deleted because it has a non-zero balance",
    )


def feature_not_enabled(feature):
    """5030: the company does not use this feature."""
    return _one(
        "5030",
        "Feature Not Supported Error",
        f"Feature Not Supported Error : {feature} is not enabled for this company.",
    )


def permission_denied():
    """5020: the user or the plan does not allow this."""
    return _one(
        "5020",
        "Permission Denied Error",
        "Permission Denied Error : You do not have permission to use this feature.",
    )


def company_was_reset():
    """10200: the company's data was cleared; ids and tokens are void."""
    return _one(
        "10200",
        "Company data was reset",
        "Company data was reset : The request refers to data from before the reset.",
        None,
    )


def conflicting_elements(names):
    """2600: properties that exclude each other."""
    return _one(
        "2600",
        "Conflicting elements specified in the request",
        f"Conflicting elements specified in the request : {', '.join(names)}",
    )


# --- accounts and items ---


def account_type_missing():
    """6010: neither type nor subtype."""
    return _one(
        "6010",
        "Account Type Missing",
        "Account Type Missing : Either AccountType or AccountSubType is required.",
        "AccountType",
    )


def wrong_account_type(element, detail):
    """6430: an account of a type that does not fit here."""
    return _one(
        "6430", "Invalid account type used", f"Invalid account type : {detail}", element
    )


def account_number_taken():
    """6240 for AcctNum."""
    return _one(
        "6240",
        "Duplicate Name Exists Error",
        "The account number supplied already exists. : null",
        "AcctNum",
    )


# --- operations, batch, requestid, CDC ---


def operation_not_supported(operation):
    """500, sent with HTTP 400: the entity has no such operation."""
    return Fault(
        [
            FaultError(
                "500",
                "Unsupported Operation",
                f"Operation {operation} is not supported.",
                None,
            )
        ]
    )


def request_id_too_long(request_id):
    """6000 for a requestid (in a batch: with the bId appended) above 50 characters."""
    return business(
        "You cannot enter more than 50 characters in the request_id field. You tried "
        f"entering {request_id[:10]}..., which is {len(request_id)} characters."
    )


def request_id_used():
    """600: the requestid belongs to another request."""
    return _one(
        "600",
        "Duplicate Request",
        "Duplicate Request : The requestid was already used for another request.",
        None,
    )


def repeated_batch():
    """6000: what a repeated batch got in 2016."""
    return business(
        "An unexpected error occurred while accessing or saving your data. Please "
        "wait a few minutes and try again. If the problem persists, contact customer "
        "support."
    )


def duplicate_batch_id(batch_id):
    """2600: two items with one bId; Intuit leaves this undefined."""
    return _one(
        "2600",
        "Conflicting elements specified in the request",
        f"Duplicate bId in the batch request : {batch_id}",
        "bId",
    )


def result_too_big(maximum):
    """10100: more objects than one answer may hold."""
    return _one(
        "10100",
        "Query result set too big",
        f"Query result set too big : at most {maximum} objects can be returned.",
        None,
    )


def cdc_too_old(days):
    """2060: changedSince lies before what CDC remembers."""
    return _one(
        "2060",
        "Invalid Date",
        f"Invalid Date : changedSince must lie within the last {days} days.",
        "changedSince",
    )


def cdc_entity(name):
    """4001: an entity that CDC does not know or not support."""
    return _one(
        "4001",
        "Invalid query",
        f"QueryValidationError: {name} is not supported by change data capture",
        None,
    )


# --- transactions ---


def tax_code_missing(country):
    """6000: a line without a tax code outside the US."""
    word = VAT_WORDS.get(country, "tax")
    return business(
        f"Make sure all your transactions have a {word} rate before you save."
    )


def tax_calculation():
    """6000: a tax code that has no rates on this side (sales or purchase)."""
    return business(
        "We're sorry, QuickBooks encountered an error while calculating tax. Try "
        "reselecting the tax rate or reentering the product/service item and saving "
        "the form again."
    )


def us_line_tax_code():
    """6100: a line code other than TAX or NON in the US."""
    return _one(
        "6100",
        "Invalid tax code",
        "Invalid tax code : TaxCodeRef on a line should be set to TAX or NON.",
        "TaxCodeRef",
    )


def tax_detail_not_allowed():
    """6170: tax sent for a document without tax."""
    return _one(
        "6170",
        "TxnTaxDetail not allowed",
        "TxnTaxDetail is not allowed when GlobalTaxCalculation is NotApplicable.",
        "TxnTaxDetail",
    )


def tax_code_not_applicable():
    """6000: a line has a tax code, the document says that tax does not apply."""
    return business(
        "A line cannot have a tax rate when GlobalTaxCalculation is NotApplicable."
    )


def too_many_lines(taxed):
    """6000: more lines than a form may have."""
    if taxed:
        return business("A taxed transaction can have 750 lines at most.")
    return business("A transaction can have 10,000 lines at most.")


def cannot_link(detail):
    """620: a transaction that cannot be linked."""
    return _one(
        "620",
        "Transaction can not be linked",
        f"Transaction can not be linked : {detail}",
    )


def ledger_needs_name(account_type, company):
    """6000: a line on the ledger of customers or vendors names none of them."""
    vendor = "vendor" if company.country == "US" else "supplier"
    name = "customer" if account_type == "Accounts Receivable" else vendor
    return business(
        f"When you use {account_type}, you must choose a {name} in the Name field."
    )


def other_ledger_currency():
    """6000: an account in a third currency, or a name in another than its ledger."""
    return business(
        "The transaction needs to be in the same currency as the A/R and A/P "
        "accounts you use."
    )


def no_tax_in_journals():
    """6000, and the simulator's own: QBO takes tax in journal entries."""
    return business("Tax in journal entries has no books here.")


def discount_incomplete():
    """6090: a discount line with neither amount nor percentage."""
    return _one(
        "6090",
        "Discount line needs an amount or a percentage",
        "Discount line needs an amount or a percentage.",
        "Line",
    )


def custom_sales_tax():
    """6160/6230: the pseudo code CustomSalesTax cannot be used."""
    return _one(
        "6160",
        "Invalid tax code",
        "TaxCodeRef CustomSalesTax cannot be used.",
        "TxnTaxCodeRef",
    )
