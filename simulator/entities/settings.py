"""CompanyInfo and Preferences: what the company is and how it works."""

from .. import faults
from ..schema import Shape, assemble, day, enum, flag, many, nested, ref, text
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

READ_ONLY_STATES = frozenset({"EXPIRED", "RESTRICTED", "SUSPENDED", "CANCELED"})

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
            if isinstance(group, dict):
                write.values[name] = {**write.old.get(name, {}), **group}
        accounting = write.values["AccountingInfoPrefs"]
        if accounting["ClassTrackingPerTxn"] and accounting["ClassTrackingPerTxnLine"]:
            raise faults.business("Classes are tracked per form or per line, not both.")

    def display(self, row):
        """Nothing refers to preferences."""


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


def merge_preferences(company, groups):
    """Merge nested preferences, read-only ones too; None removes a key.

    Raises ValueError for a group or preference QBO does not know.
    """
    row = dict(company.preferences)
    for name, values in groups.items():
        group = PREFERENCES.by_name.get(name)
        if group is None or group.shape is None or name == "MetaData":
            raise ValueError(f"Unknown group of preferences: {name}")
        unknown = sorted(set(values) - set(group.shape.by_name))
        if unknown:
            raise ValueError(f"Unknown preferences in {name}: {', '.join(unknown)}")
        row[name] = assemble(group.shape, {**row.get(name, {}), **values})
    row = {item.name: row[item.name] for item in PREFERENCES.fields if item.name in row}
    company.touch("Preferences", row, told=False)


def configure(company, values):
    """Apply the control API's settings; see `Company.configure`."""
    known = {
        "preferences",
        "book_close_date",
        "subscription_status",
        "name",
        "switches",
    }
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"Unknown settings: {', '.join(unknown)}")
    if "switches" in values:
        company.switches = company.switches.changed(**values["switches"])
    if "preferences" in values:
        merge_preferences(company, values["preferences"])
    if "book_close_date" in values:
        closing = {"BookCloseDate": values["book_close_date"]}
        merge_preferences(company, {"AccountingInfoPrefs": closing})
    _configure_company(company, values)


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
