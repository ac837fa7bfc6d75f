"""Customer and Vendor: names, contacts, balances. They share one list of names."""

from decimal import Decimal

from .. import entity_faults, faults
from ..numbers import ZERO, money
from ..schema import (
    Shape,
    amount,
    currency,
    day,
    enum,
    flag,
    integer,
    nested,
    number,
    ref,
    text,
    utf16_length,
)
from .base import Entity, parent_of
from .common import (
    ADDRESS,
    ENTITY_BLOCK,
    ENTITY_IGNORED,
    NAME_BASE_IGNORED,
    NAME_FORBIDDEN,
    PERSON_FIELDS,
    contact_fields,
    is_email,
)
from .currencies import check_currency, refuse_other_currency

NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
SHARED_NAMES = ("Customer", "Vendor")
WITH_TAX_IDENTIFIER = frozenset({"CA", "GB", "AU", "IN"})

CUSTOMER = Shape(
    "Customer",
    (
        flag("Taxable"),
        nested("BillAddr", ADDRESS),
        nested("ShipAddr", ADDRESS),
        text("Notes", 2000),
        flag("Job", query="f"),
        flag("BillWithParent"),
        ref("ParentRef", "Customer", named=False),
        integer("Level", read_only=True),
        ref("SalesTermRef", "Term"),
        ref("PaymentMethodRef", "PaymentMethod"),
        amount("Balance", query="FS", write_once=True),
        day("OpenBalanceDate", write_once=True),
        amount("BalanceWithJobs", query="S", read_only=True),
        currency(write_once=True),
        enum("PreferredDeliveryMethod", ("Print", "Email", "None")),
        text("ResaleNum", 16),
        text("SecondaryTaxIdentifier", 20, countries=frozenset({"IN", "GB"})),
        ref("ARAccountRef", "Account", countries=frozenset({"FR"})),
        text("PrimaryTaxIdentifier", 20, countries=WITH_TAX_IDENTIFIER),
        integer(
            "TaxExemptionReasonId",
            minimum=Decimal(1),
            largest=Decimal(15),
            countries=frozenset({"US"}),
        ),
        flag("IsProject", read_only=True),
        *ENTITY_BLOCK,
        *PERSON_FIELDS,
        text("Suffix", 16, forbidden=NAME_FORBIDDEN),
        text("FullyQualifiedName", query="FS", read_only=True),
        text("CompanyName", 100, query="FS", forbidden=NAME_FORBIDDEN),
        text("DisplayName", query="FS", forbidden=NAME_FORBIDDEN),
        text("PrintOnCheckName", 110, query="FS"),
        flag("Active", query="FS"),
        *contact_fields(email_query="F"),
        ref("DefaultTaxCodeRef", "TaxCode"),
    ),
    ignored=ENTITY_IGNORED
    + NAME_BASE_IGNORED
    + (
        "CustomField",
        "CustomerTypeRef",
        "CustomerEx",
        "OtherAddr",
        "OtherContactInfo",
        "RootCustomerRef",
        "SalesRepRef",
        "TaxRegime",
        "TotalRevenue",
        "TotalExpense",
        "OverDueBalance",
        "CreditLimit",
        "AcctNum",
        "CCDetail",
        "PriceLevelRef",
        "JobInfo",
        "TDSEnabled",
        "GSTIN",
        "GSTRegistrationType",
        "BusinessNumber",
    ),
)

VENDOR = Shape(
    "Vendor",
    (
        nested("BillAddr", ADDRESS),
        text("BusinessNumber", 10, countries=frozenset({"IN", "CA"})),
        text("TaxIdentifier", 20),
        ref("TermRef", "Term"),
        amount("Balance", query="FS", write_once=True),
        number("BillRate"),
        text("AcctNum", 100),
        flag("Vendor1099"),
        flag("T4AEligible", countries=frozenset({"CA"})),
        flag("T5018Eligible", countries=frozenset({"CA"})),
        currency(write_once=True),
        enum("TaxReportingBasis", ("Cash", "Accrual"), countries=frozenset({"FR"})),
        ref("APAccountRef", "Account", countries=frozenset({"FR"})),
        text("GSTIN", 15, countries=frozenset({"IN"})),
        text("GSTRegistrationType", 15, countries=frozenset({"IN"})),
        flag("HasTPAR", countries=frozenset({"AU"})),
        number("CostRate"),
        *ENTITY_BLOCK,
        *PERSON_FIELDS,
        text("Suffix", 16, query="FS", forbidden=NAME_FORBIDDEN),
        text("CompanyName", 100, query="FS", forbidden=NAME_FORBIDDEN),
        text("DisplayName", query="FS", forbidden=NAME_FORBIDDEN),
        text("PrintOnCheckName", 110, query="fs"),
        flag("Active", query="FS"),
        *contact_fields(),
    ),
    ignored=ENTITY_IGNORED
    + NAME_BASE_IGNORED
    + (
        "CustomField",
        "ContractorType",
        "VendorEx",
        "OtherAddr",
        "OtherContactInfo",
        "OpenBalanceDate",
        "CreditLimit",
        "VendorTypeRef",
        "VendorPaymentBankDetail",
        "TaxCountry",
        "TDSEnabled",
        "SecondaryTaxIdentifier",
        "FullyQualifiedName",
    ),
)


class Person(Entity):
    """What customers and vendors share."""

    sequence = "names"
    name_property = "DisplayName"
    element_word = "Names"
    indexes = ("DisplayName",)
    kind = ""
    masked = ()

    def check_required(self, company, write):
        """A display name, or parts of a name to make one of (6080)."""
        values = write.values
        if (values.get("DisplayName") or "").strip():
            return
        parts = [values.get(part) or "" for part in NAME_PARTS]
        parts = [part for part in parts if part.strip()]
        if not parts:
            raise entity_faults.no_name()
        values["DisplayName"] = " ".join(parts)

    def check_values(self, company, write, problems):
        """Length of the name, and whether the e-mail address can be one."""
        name = write.values["DisplayName"]
        maximum = company.switches.display_name_maximum
        if name != write.before("DisplayName") and utf16_length(name) > maximum:
            problems.append(faults.too_long(maximum, utf16_length(name), "DisplayName"))
        email = write.sent.get("PrimaryEmailAddr")
        if email and email.get("Address") and not is_email(email["Address"]):
            problems.append(faults.invalid_email())

    def name_taken(self, company, write, name):
        """Customers, vendors and employees share their names."""
        for entity_name in SHARED_NAMES:
            for row in company.store.table(entity_name).find("DisplayName", name):
                own = entity_name == self.name and row["Id"] == write.before("Id")
                exact = not company.switches.names_case_sensitive
                if not own and (exact or row["DisplayName"] == name):
                    return True
        return False

    def complete(self, company, write):
        """Defaults that both kinds have."""
        values = write.values
        self.check_unique(company, write)
        if values.get("PrintOnCheckName") is None:
            name = values.get("CompanyName") or values["DisplayName"]
            values["PrintOnCheckName"] = name
        values.setdefault("Balance", ZERO)
        refuse_other_currency(write)
        if write.creates:
            check_currency(company, write)
        self._complete_web_address(values)
        self._mask(write)

    def _complete_web_address(self, values):
        web = values.get("WebAddr")
        if web and web.get("URI") and "://" not in web["URI"]:
            values["WebAddr"] = {"URI": f"http://{web['URI']}"}

    def _mask(self, write):
        for name, shown in self.masked:
            secret = write.sent.get(name)
            if secret and not secret.startswith("XX"):
                hidden = max(len(secret) - shown, 0)
                write.values[name] = "X" * hidden + secret[hidden:]

    def check_retire(self, company, write):
        """Somebody with an open balance stays (6220)."""
        if write.old["Balance"]:
            raise entity_faults.open_balance(self.kind)


class Customer(Person):
    """A customer, or a sub-customer (job) of one."""

    name = "Customer"
    path = "customer"
    shape = CUSTOMER
    kind = "customer"
    masked = (("PrimaryTaxIdentifier", 5), ("SecondaryTaxIdentifier", 5))
    indexes = ("DisplayName", "FullyQualifiedName", "ParentRef")

    def complete(self, company, write):
        """Place below the parent, defaults."""
        super().complete(company, write)
        values = write.values
        self._settle_parent(company, write)
        self._settle_taxable(company, values)
        self._settle_receivable(company, write)
        if values.get("PreferredDeliveryMethod") is None:
            values["PreferredDeliveryMethod"] = (
                company.switches.opened_customer_delivery
            )
        if write.creates:
            values["BalanceWithJobs"] = money(values["Balance"])
        values["IsProject"] = False

    def discard(self, company, write):
        """Automated sales tax chooses the code itself."""
        if company.sales_tax == "automated":
            write.values.pop("DefaultTaxCodeRef", None)

    def _settle_receivable(self, company, write):
        """In France each customer has a receivable account (or QBO opens one)."""
        if company.country != "FR":
            return
        account_id = write.value_of("ARAccountRef")
        if account_id is None:
            if company.switches.receivable_account == "refuse" and not write.by_user:
                raise faults.required("ARAccountRef")
            account = self._open_receivable(company, write)
            name = account["FullyQualifiedName"]
            write.values["ARAccountRef"] = {"value": account["Id"], "name": name}
            return
        kind = company.store.get("Account", account_id)["AccountType"]
        if kind != "Accounts Receivable":
            raise entity_faults.wrong_account_type(
                "ARAccountRef", "A customer needs a receivable account."
            )

    def _open_receivable(self, company, write):
        name = "".join(
            letter for letter in write.values["DisplayName"] if letter not in ':"'
        )
        values = {
            "Name": f"Clients - {name}"[:100],
            "AccountSubType": "AccountsReceivable",
            "CurrencyRef": {"value": write.value_of("CurrencyRef")},
        }
        known = company.store.table("Account").find("Name", values["Name"])
        return known[0] if known else company.entity("Account").write(company, values)

    def _settle_taxable(self, company, values):
        """Who has a reason to be exempt is; manual tax wants a code of the customer.

        Automated sales tax knows no such code: it taxes whom nobody exempted.
        """
        if values.get("TaxExemptionReasonId") is not None:
            values["Taxable"] = False
        elif values.get("Taxable") is None:
            coded = values.get("DefaultTaxCodeRef") is not None
            values["Taxable"] = coded or company.sales_tax == "automated"

    def _settle_parent(self, company, write):
        values = write.values
        if values.get("Job") and values.get("ParentRef") is None:
            raise entity_faults.parent_required()
        if not values.get("Job"):
            values["ParentRef"] = None
        parent, level = self.climb(company, write)
        if parent and parent["CurrencyRef"]["value"] != write.value_of("CurrencyRef"):
            raise faults.business("A sub-customer has the currency of its parent.")
        values["Job"] = parent is not None
        values["Level"] = level or None
        values["BillWithParent"] = bool(parent and values.get("BillWithParent"))
        self.qualify(write, parent)

    def saved(self, company, row, write):
        """Count the balance with those above, and no longer with those it left."""
        before, after = parent_of(write.old or {}), parent_of(row)
        if before != after and row["BalanceWithJobs"]:
            self._add_above(company, before, -row["BalanceWithJobs"])
            self._add_above(company, after, row["BalanceWithJobs"])

    def check_retire(self, company, write):
        """Also sub-customers go first."""
        super().check_retire(company, write)
        if any(row["Active"] for row in self.children(company, write.old["Id"])):
            raise faults.business(
                "A customer with active sub-customers cannot be made inactive."
            )

    def move_balance(self, company, customer_id, difference):
        """Add to a customer's balance and to BalanceWithJobs of all above."""
        moves_time = company.switches.customer_time_moves_with_balance
        row = company.store.get(self.name, customer_id)
        changed = {
            **row,
            "Balance": money(row["Balance"] + difference),
            "BalanceWithJobs": money(row["BalanceWithJobs"] + difference),
        }
        company.touch(self.name, changed, token=False, time=moves_time, told=False)
        self._add_above(company, parent_of(row), difference)

    def _add_above(self, company, parent_id, difference):
        """Add to BalanceWithJobs of a customer and of all above."""
        moves_time = company.switches.customer_time_moves_with_balance
        while parent_id is not None:
            row = company.store.get(self.name, parent_id)
            total = money(row["BalanceWithJobs"] + difference)
            changed = {**row, "BalanceWithJobs": total}
            company.touch(self.name, changed, token=False, time=moves_time, told=False)
            parent_id = parent_of(row)


class Vendor(Person):
    """Somebody the company buys from. A vendor's term is called TermRef."""

    name = "Vendor"
    path = "vendor"
    shape = VENDOR
    kind = "vendor"
    masked = (("TaxIdentifier", 4),)

    def complete(self, company, write):
        """Vendors have neither parents nor taxability."""
        super().complete(company, write)
        write.values.setdefault("Vendor1099", False)

    def move_balance(self, company, vendor_id, difference):
        """Add to what a vendor is owed."""
        row = company.store.get(self.name, vendor_id)
        changed = {**row, "Balance": money(row["Balance"] + difference)}
        company.touch(self.name, changed, token=False, told=False)
