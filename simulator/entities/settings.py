"""CompanyInfo and Preferences: what the company is and how it works."""

from dataclasses import asdict

from .. import faults, schema
from ..checks import (
    check_known,
    check_list,
    check_object,
    check_one_of,
    check_text,
    check_truth,
    check_whole,
)
from ..schema import Shape, assemble, day, enum, flag, many, nested, ref, text
from ..switches import Switches
from .account import with_subtype
from .base import Entity
from .common import (
    ADDRESS,
    EMAIL,
    ENTITY_BLOCK,
    ENTITY_IGNORED,
    ISO3,
    PHONE,
    PLAIN_REFERENCE,
    WEB,
)

EXCHANGE_ACCOUNT = {"FR": "Gains ou pertes de change"}
READ_ONLY_STATES = frozenset({"EXPIRED", "RESTRICTED", "SUSPENDED", "CANCELED"})
STATES = ("TRIAL", "PAID", "SUBSCRIBED", *sorted(READ_ONLY_STATES))

# What may be said to the switches that are a choice; see `switches`.
SWITCH_CHOICES = {
    "default_order": ("id", "newest"),
    "total_count": ("documented", "always", "never"),
    "max_results_over": ("cap", "reject"),
    "country_codes": ("mixed", "iso2", "iso3"),
    "sparse_null": ("ignore", "clear"),
    "requestid_after_delete": ("replay", "execute"),
    "requestid_other_body": ("replay", "fault"),
    "requestid_of_faults": ("forget", "remember"),
    "batch_requestid_replay": ("replay", "fault"),
    "batch_execution_order": ("request", "reversed"),
    "batch_response_order": ("request", "reversed"),
    "cdc_changed_since": ("inclusive", "exclusive"),
    "amount_digits": ("documented", "working"),
    "void_paid_invoice": ("refuse", "unlink"),
    "delete_body": ("exact", "exact_alone", "any"),
    "delete_paid_invoice": ("refuse", "unlink"),
    "delete_applied_credit": ("refuse", "unlink"),
    "credit_memo_links": ("absent", "shown"),
    "delete_invoiced_estimate": ("refuse", "unlink"),
    "estimate_without_lines": ("refuse", "accept"),
    "second_void": ("accept", "refuse"),
    "overapplied_line": ("refuse", "clip"),
    "payment_other_customer": ("refuse", "drop"),
    "omitted_currency": ("refuse", "default"),
    "omitted_exchange_rate": ("one", "list"),
    "tax_rounding": ("line", "document"),
    "tax_override": ("any", "near"),
    "inclusive_amount": ("net", "gross"),
    "not_applicable_codes": ("refuse", "ignore"),
    "automated_tax_rounding": ("line", "document"),
    "automated_tax_override": ("honoured", "ignored"),
    "automated_tax_code": ("absent", "shown"),
    "inactive_reference": ("inactive", "not_found"),
    "receivable_account": ("refuse", "create"),
    "journal_ledger_lines": ("one", "any"),
    "line_ex_echo": ("refuse", "ignore"),
    "opened_customer_delivery": ("None", "Print"),
    "merged_loser": ("inactive", "gone"),
    "tax_service_with_automated_tax": ("refuse", "accept"),
}

NAME_VALUE = Shape("NameValue", (text("Name"), text("Value")))

COMPANY_INFO = Shape(
    "CompanyInfo",
    (
        text("CompanyName", 1024),
        text("LegalName", 1024, read_only=True),
        nested("CompanyAddr", ADDRESS),
        nested("CustomerCommunicationAddr", ADDRESS, read_only=True),
        nested("LegalAddr", ADDRESS, read_only=True),
        nested("CustomerCommunicationEmailAddr", EMAIL, read_only=True),
        nested("PrimaryPhone", PHONE, read_only=True),
        day("CompanyStartDate", read_only=True),
        text("EmployerId", read_only=True),
        text("FiscalYearStartMonth", read_only=True),
        text("Country", read_only=True),
        nested("Email", EMAIL, read_only=True),
        nested("WebAddr", WEB, read_only=True),
        text("SupportedLanguages", read_only=True),
        text("DefaultTimeZone", read_only=True),
        many("NameValue", NAME_VALUE, read_only=True),
        *ENTITY_BLOCK,
    ),
    ignored=ENTITY_IGNORED,
)


class CompanyInfo(Entity):
    """The company itself; its Id is always 1."""

    name = "CompanyInfo"
    path = "companyinfo"
    shape = COMPANY_INFO
    name_property = "CompanyName"
    operations = frozenset({"update"})
    required = ("CompanyName",)
    is_list = False

    def find(self, company, qbo_id):
        """Return the company; its realm id also names it."""
        if str(qbo_id) not in ("1", company.realm_id):
            raise faults.not_found()
        return company.store.get(self.name, "1")

    def display(self, row):
        """Nothing refers to a company."""


CUSTOM_PREFERENCE = Shape(
    "CustomField",
    (
        text("Name"),
        text("Type"),
        text("StringValue"),
        flag("BooleanValue"),
    ),
)
CUSTOM_PREFERENCES = Shape(
    "CustomFieldDefinition", (many("CustomField", CUSTOM_PREFERENCE),)
)
EMAIL_MESSAGE = Shape("EmailMessageType", (text("Subject"), text("Message")))

ACCOUNTING = Shape(
    "CompanyAccountingPrefs",
    (
        flag("UseAccountNumbers"),
        flag("TrackDepartments", read_only=True),
        text("DepartmentTerminology", read_only=True),
        flag("ClassTrackingPerTxn"),
        flag("ClassTrackingPerTxnLine"),
        flag("AutoJournalEntryNumber", read_only=True),
        text("FirstMonthOfFiscalYear"),
        text("TaxYearMonth"),
        text("TaxForm"),
        day("BookCloseDate", read_only=True),
        text("CustomerTerminology"),
    ),
)
PRODUCTS = Shape(
    "ProductAndServicesPrefs",
    (
        flag("ForSales"),
        flag("ForPurchase"),
        flag("QuantityWithPriceAndRate"),
        flag("QuantityOnHand"),
    ),
)
SALES_FORMS = Shape(
    "SalesFormsPrefs",
    (
        flag("UsingProgressInvoicing"),
        many("CustomField", CUSTOM_PREFERENCES, read_only=True),
        flag("CustomTxnNumbers"),
        flag("EmailCopyToCompany"),
        flag("AllowDeposit"),
        flag("AllowDiscount"),
        text("DefaultDiscountAccount"),
        flag("AllowEstimates"),
        text("ETransactionEnabledStatus"),
        flag("ETransactionAttachPDF"),
        flag("ETransactionPaymentEnabled"),
        flag("IPNSupportEnabled"),
        flag("AllowServiceDate"),
        flag("AllowShipping"),
        text("DefaultShippingAccount"),
        flag("AutoApplyCredit"),
        flag("AutoApplyPayments"),
        ref("DefaultTerms", "Term", named=False),
        flag("UsingPriceLevels"),
        text("DefaultCustomerMessage", 1000),
    ),
)
EMAIL_MESSAGES = Shape(
    "EmailMessagesPrefs",
    (
        nested("InvoiceMessage", EMAIL_MESSAGE),
        nested("EstimateMessage", EMAIL_MESSAGE),
        nested("SalesReceiptMessage", EMAIL_MESSAGE),
        nested("StatementMessage", EMAIL_MESSAGE),
    ),
)
PURCHASES = Shape(
    "VendorAndPurchasesPrefs",
    (
        flag("TrackingByCustomer"),
        flag("BillableExpenseTracking"),
        ref("DefaultTerms", "Term", named=False),
        many("POCustomField", CUSTOM_PREFERENCES, read_only=True),
    ),
)
TIME_TRACKING = Shape(
    "TimeTrackingPrefs",
    (
        flag("UseServices"),
        flag("BillCustomers"),
        flag("ShowBillRateToAll"),
        text("WorkWeekStartDate"),
        flag("MarkTimeEntriesBillable"),
    ),
)
TAX = Shape(
    "TaxPrefs",
    (
        flag("UsingSalesTax", read_only=True),
        flag("PartnerTaxEnabled", read_only=True),
        ref("TaxGroupCodeRef", "TaxCode", named=False),
    ),
)
CURRENCIES = Shape(
    "CurrencyPrefs",
    (
        flag("MultiCurrencyEnabled", read_only=True),
        nested("HomeCurrency", PLAIN_REFERENCE, read_only=True),
    ),
)
REPORTS = Shape(
    "ReportPrefs",
    (enum("ReportBasis", ("Accrual", "Cash")), flag("CalcAgingReportFromTxnDate")),
)
OTHER = Shape("OtherPrefs", (many("NameValue", NAME_VALUE),))

PREFERENCES = Shape(
    "Preferences",
    (
        nested("AccountingInfoPrefs", ACCOUNTING),
        nested("ProductAndServicesPrefs", PRODUCTS),
        nested("SalesFormsPrefs", SALES_FORMS),
        nested("EmailMessagesPrefs", EMAIL_MESSAGES),
        nested("VendorAndPurchasesPrefs", PURCHASES),
        nested("TimeTrackingPrefs", TIME_TRACKING),
        nested("TaxPrefs", TAX),
        nested("CurrencyPrefs", CURRENCIES),
        nested("ReportPrefs", REPORTS),
        nested("OtherPrefs", OTHER),
        *ENTITY_BLOCK,
    ),
    ignored=ENTITY_IGNORED,
)


class Preferences(Entity):
    """The company's preferences; there is one object, with Id 1."""

    name = "Preferences"
    path = "preferences"
    shape = PREFERENCES
    operations = frozenset({"update"})
    is_list = False

    def kept(self, company, old, sparse):
        """An update changes the preferences it names and no others."""
        return dict(old)

    def complete(self, company, write):
        """Merge group by group: what is read-only inside a group stays."""
        for name, group in write.sent.items():
            shape = self.shape.by_name[name].shape
            if shape is not None:
                kept = write.old.get(name, {})
                write.values[name] = {**kept, **_without_empty(shape, group)}
        accounting = write.values["AccountingInfoPrefs"]
        if accounting["ClassTrackingPerTxn"] and accounting["ClassTrackingPerTxnLine"]:
            raise faults.business("Classes are tracked per form or per line, not both.")

    def display(self, row):
        """Nothing refers to preferences."""


def _without_empty(shape, group):
    """Return what a group sets: only texts, dates and references can be cleared."""
    stays = (schema.BOOLEAN, schema.ENUM, schema.OBJECT, schema.LIST)
    return {
        name: value
        for name, value in (group or {}).items()
        if value is not None or shape.by_name[name].kind not in stays
    }


# --- new books ---

TIME_ZONES = {
    "US": "America/Los_Angeles",
    "GB": "Europe/London",
    "CA": "America/Toronto",
    "AU": "Australia/Sydney",
    "FR": "Europe/Paris",
    "IN": "Asia/Kolkata",
}


def open_books(company, name, multicurrency):
    """Write CompanyInfo and Preferences of a new company."""
    _put(company, "CompanyInfo", _company_info(company, name))
    _put(company, "Preferences", _preferences(company, multicurrency))


def _put(company, entity_name, values):
    entity = company.entity(entity_name)
    row = assemble(entity.shape, {**values, "domain": "QBO", "sparse": False})
    stamped = {"Id": "1", "SyncToken": "0", "MetaData": company.metadata()}
    company.store.put(entity_name, entity.place(row, stamped))


def _company_info(company, name):
    country = company.country
    if company.switches.country_codes == "iso3":
        country = ISO3[country]
    paid = company.environment == "production"
    values = {
        "NeoEnabled": "true",
        "IsQbdtMigrated": "false",
        "CompanyType": "Other",
        "SubscriptionStatus": "PAID" if paid else "TRIAL",
        "OfferingSku": "QuickBooks Online Plus",
        "PayrollFeature": "false",
        "AccountantFeature": "false",
        "QBOIndustryType": "Consultants",
        "ItemCategoriesFeature": "true",
        "AssignedTime": "01/06/2025 09:00:00",
    }
    return {
        "CompanyName": name,
        "LegalName": name,
        "PrimaryPhone": {},
        "CompanyStartDate": "2025-01-06",
        "FiscalYearStartMonth": "July" if company.country == "AU" else "January",
        "Country": country,
        "Email": {"Address": "accounts@example.com"},
        "WebAddr": {},
        "SupportedLanguages": "fr" if company.country == "FR" else "en",
        "DefaultTimeZone": TIME_ZONES[company.country],
        "NameValue": [{"Name": key, "Value": value} for key, value in values.items()],
    }


def _preferences(company, multicurrency):
    tax = {"UsingSalesTax": company.country != "US" or company.sales_tax is not None}
    if company.sales_tax == "automated":
        tax["PartnerTaxEnabled"] = True
    month = "July" if company.country == "AU" else "January"
    return {
        "AccountingInfoPrefs": {
            "UseAccountNumbers": False,
            "TrackDepartments": False,
            "DepartmentTerminology": "Location",
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": False,
            "FirstMonthOfFiscalYear": month,
            "TaxYearMonth": month,
            "TaxForm": "6",
            "CustomerTerminology": "Customers",
        },
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": False,
        },
        "SalesFormsPrefs": _sales_forms(),
        "EmailMessagesPrefs": {
            f"{form}Message": {
                "Subject": f"{title} from {company.realm_id}",
                "Message": f"Please find your {title.lower()} attached. Thank you.",
            }
            for form, title in (
                ("Invoice", "Invoice"),
                ("Estimate", "Estimate"),
                ("SalesReceipt", "Sales receipt"),
                ("Statement", "Statement"),
            )
        },
        "VendorAndPurchasesPrefs": {
            "TrackingByCustomer": True,
            "BillableExpenseTracking": True,
            "POCustomField": [],
        },
        "TimeTrackingPrefs": {
            "UseServices": True,
            "BillCustomers": True,
            "ShowBillRateToAll": False,
            "WorkWeekStartDate": "Monday",
            "MarkTimeEntriesBillable": True,
        },
        "TaxPrefs": tax,
        "CurrencyPrefs": {
            "MultiCurrencyEnabled": multicurrency,
            "HomeCurrency": {"value": company.home_currency},
        },
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {"NameValue": _other_preferences()},
    }


def _sales_forms():
    names = [
        {"Name": "SalesFormsPrefs.UseSalesCustom1", "BooleanValue": True},
        {"Name": "SalesFormsPrefs.UseSalesCustom2", "BooleanValue": False},
        {"Name": "SalesFormsPrefs.UseSalesCustom3", "BooleanValue": False},
    ]
    used = [{"Type": "BooleanType", **entry} for entry in names]
    label = {
        "Name": "SalesFormsPrefs.SalesCustomName1",
        "Type": "StringType",
        "StringValue": "Crew #",
    }
    return {
        "CustomField": [{"CustomField": used}, {"CustomField": [label]}],
        "CustomTxnNumbers": False,
        "EmailCopyToCompany": False,
        "AllowDeposit": False,
        "AllowDiscount": True,
        "AllowEstimates": True,
        "ETransactionEnabledStatus": "NotApplicable",
        "ETransactionAttachPDF": False,
        "ETransactionPaymentEnabled": False,
        "IPNSupportEnabled": False,
        "AllowServiceDate": True,
        "AllowShipping": False,
        "AutoApplyCredit": True,
        "AutoApplyPayments": True,
        "UsingPriceLevels": False,
    }


def _other_preferences():
    values = {
        "SFCEnabled": "true",
        "DTXCopyMemo": "false",
        "Vendor1099Enabled": "true",
        "ProjectsEnabled": "false",
        "TimeTrackingFeatureEnabled": "true",
        "VendorAndPurchasesPrefs.UseCustomTxnNumbers": "false",
        "WarnDuplicateCheckNumber": "true",
        "WarnDuplicateJournalNumber": "false",
        "SalesFormsPrefs.AllowGratuity": "false",
    }
    return [{"Name": name, "Value": value} for name, value in values.items()]


# --- reading and changing settings from inside ---


def name_value(company, name):
    """Return one NameValue of CompanyInfo, or None."""
    return _name_values(company.store.get("CompanyInfo", "1")["NameValue"]).get(name)


def other_preference(company, name):
    """Return one NameValue of Preferences.OtherPrefs, or None."""
    return _name_values(company.preferences["OtherPrefs"]["NameValue"]).get(name)


def _name_values(entries):
    return {entry["Name"]: entry["Value"] for entry in entries}


def _with_name_value(entries, name, value):
    merged = {**_name_values(entries), name: value}
    return [{"Name": key, "Value": each} for key, each in merged.items()]


def set_other_preference(company, name, value):
    """Set one NameValue of Preferences.OtherPrefs."""
    entries = company.preferences["OtherPrefs"]["NameValue"]
    merge_preferences(
        company, {"OtherPrefs": {"NameValue": _with_name_value(entries, name, value)}}
    )


def merge_preferences(company, groups, *, told=False):
    """Merge nested preferences, read-only ones too; None removes a key.

    `told`: it is a change that webhooks tell. Raises ValueError for a group or
    preference QBO does not know, or a wrong value.
    """
    _check_preferences("preferences", groups)
    row = dict(company.preferences)
    for name, values in groups.items():
        group = PREFERENCES.by_name[name]
        row[name] = assemble(group.shape, {**row.get(name, {}), **values})
    row = {item.name: row[item.name] for item in PREFERENCES.fields if item.name in row}
    if row != company.preferences:
        company.touch("Preferences", row, told=told)


def check_settings(values):
    """Raise ValueError unless `configure` can apply these; says what is wrong."""
    check_known("A company", values, _CHECKS)
    for name, value in values.items():
        _CHECKS[name](name, value)


def _check_switches(name, values):
    check_object(name, values)
    defaults = asdict(Switches())
    check_known(name, values, defaults)
    for switch, value in values.items():
        _check_switch(switch, value, defaults[switch])


def _check_switch(name, value, default):
    if name in SWITCH_CHOICES:
        check_one_of(name, value, SWITCH_CHOICES[name])
    elif isinstance(default, bool):
        check_truth(name, value)
    elif isinstance(default, str):
        check_text(name, value)
    elif value is not None or name == "display_name_maximum":
        check_whole(name, value, 1)


def _check_preferences(name, groups):
    check_object(name, groups)
    for group_name, values in groups.items():
        group = PREFERENCES.by_name.get(group_name)
        if group is None or group.shape is None or group_name == "MetaData":
            raise ValueError(f"Unknown group of preferences: {group_name}")
        _check_group(group.shape, group_name, values)


def _check_group(shape, name, values):
    check_object(name, values)
    check_known(name, values, shape.by_name)
    for key, value in values.items():
        if value is not None:
            _check_preference(shape.by_name[key], f"{name}.{key}", value)


def _check_preference(item, name, value):
    if item.kind == schema.BOOLEAN:
        check_truth(name, value)
    elif item.kind == schema.OBJECT:
        _check_group(item.shape, name, value)
    elif item.kind == schema.LIST:
        check_list(name, value)
        for each in value:
            _check_group(item.shape, name, each)
    elif item.kind == schema.REF:
        check_object(name, value)
        check_text(f"{name}.value", value.get("value"))
    elif item.kind == schema.DATE:
        _check_day(name, value)
    elif item.kind == schema.ENUM:
        check_one_of(name, value, item.choices)
    else:
        check_text(name, value)


def _check_day(name, value):
    if value is not None and not (isinstance(value, str) and schema.is_date(value)):
        raise ValueError(f"{name} is a date, YYYY-MM-DD, or null.")


def _check_state(name, value):
    check_one_of(name, value, STATES)


_CHECKS = {
    "preferences": _check_preferences,
    "book_close_date": _check_day,
    "subscription_status": _check_state,
    "name": check_text,
    "switches": _check_switches,
}


def configure(company, values):
    """Apply the control API's settings; see `Company.configure`."""
    check_settings(values)
    groups = dict(values.get("preferences") or {})
    accounting = dict(groups.get("AccountingInfoPrefs") or {})
    if "book_close_date" in values:
        accounting["BookCloseDate"] = values["book_close_date"]
    if accounting:
        groups["AccountingInfoPrefs"] = _with_one_tracking(accounting)
    if groups:
        _check_multicurrency(company, groups.get("CurrencyPrefs") or {})
        merge_preferences(company, groups, told=True)
        _open_exchange_account(company)
    _configure_company(company, values)
    if "switches" in values:
        company.switches = company.switches.changed(**values["switches"])


def _with_one_tracking(accounting):
    """Classes are tracked per form or per line: choosing one ends the other."""
    ways = ("ClassTrackingPerTxn", "ClassTrackingPerTxnLine")
    chosen = [way for way in ways if accounting.get(way)]
    if len(chosen) > 1:
        raise ValueError("Classes are tracked per form or per line, not both.")
    if not chosen:
        return accounting
    return {**accounting, **{way: way in chosen for way in ways}}


def _check_multicurrency(company, currencies):
    """Multicurrency is for life, and so is the home currency."""
    if company.multicurrency and currencies.get("MultiCurrencyEnabled", True) is False:
        raise ValueError("Multicurrency cannot be turned off again.")
    if "HomeCurrency" in currencies:
        raise ValueError("The home currency of a company is for life.")


def _open_exchange_account(company):
    """Gains and losses get their account when multicurrency is turned on."""
    if company.multicurrency and not with_subtype(company, "ExchangeGainOrLoss"):
        values = {
            "Name": EXCHANGE_ACCOUNT.get(company.country, "Exchange Gain or Loss"),
            "AccountSubType": "ExchangeGainOrLoss",
        }
        company.entity("Account").write(company, values)


def _configure_company(company, values):
    info = dict(company.store.get("CompanyInfo", "1"))
    if "name" in values:
        info["CompanyName"] = values["name"]
    if "subscription_status" in values:
        info["NameValue"] = _with_name_value(
            info["NameValue"], "SubscriptionStatus", values["subscription_status"]
        )
    if "name" in values or "subscription_status" in values:
        company.touch("CompanyInfo", info, told=False)
