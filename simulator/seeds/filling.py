"""Fills a company's books: chart, taxes, lists, products, people."""

from datetime import datetime, timedelta, timezone

from ..entities import settings
from ..entities.account import with_subtype
from . import charts, people, tax_codes

OPENED = datetime(2025, 6, 2, 16, 0, tzinfo=timezone.utc)

TERMS = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60))

CARD = "CREDIT_CARD"
PAYMENT_METHODS = {
    "US": (
        ("Cash", None),
        ("Check", None),
        ("Visa", CARD),
        ("MasterCard", CARD),
        ("Discover", CARD),
        ("American Express", CARD),
        ("Diners Club", CARD),
    ),
}
PAYMENT_METHODS_ELSEWHERE = (
    ("Cash", None),
    ("Cheque", None),
    ("Credit Card", CARD),
    ("Direct Debit", None),
)

# profile: how classes are tracked (per line, per form, not), locations tracked
TRACKING = {
    "us": ("ClassTrackingPerTxnLine", True),
    "us_manual": ("ClassTrackingPerTxn", False),
    "gb": (None, False),
    "ca": ("ClassTrackingPerTxnLine", True),
    "au": ("ClassTrackingPerTxn", False),
    "us_production": ("ClassTrackingPerTxnLine", True),
}

CLASSES = (
    ("Advisory", None),
    ("Tax", "Advisory"),
    ("Valuation", "Advisory"),
    ("Cross-border", "Tax"),
    ("Training", None),
    ("Discontinued", None),
)
DEPARTMENTS = (("Head office", None), ("West", None), ("Annex", "West"))


class Filler:
    """Writes one company's seed, a minute apart, so that times are always the same."""

    def __init__(self, company, profile):
        self.company = company
        self.profile = profile
        self.country = company.country
        self._moment = OPENED
        self._ids = {}

    def fill(self):
        """Write everything."""
        for step in (
            self._company,
            self._chart,
            self._taxes,
            self._lists,
            self._dimensions,
            self._currencies,
            self._items,
            self._vendors,
            self._customers,
            self._preferences,
        ):
            self._moment += timedelta(minutes=1)
            with self.company.at(self._moment), self.company.writing():
                step()

    def _write(self, entity, **values):
        row = self.company.entity(entity).write(self.company, values, by_user=True)
        self._ids[entity, row.get("FullyQualifiedName") or row.get("Name")] = row["Id"]
        if "DisplayName" in row:
            self._ids[entity, row["DisplayName"]] = row["Id"]
        return row

    def _ref(self, entity, name):
        return {"value": self._ids[entity, name]}

    def _retire(self, entity, name):
        row = self.company.entity(entity).find(self.company, self._ids[entity, name])
        values = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
        self._write(entity, **values, Active=False)

    # --- the steps ---

    def _company(self):
        line, city, region, code, country = people.ADDRESSES[self.country][2]
        address = {
            "Id": self.company.store.next_id("addresses"),
            "Line1": line,
            "City": city,
            "Country": country,
            "CountrySubDivisionCode": region,
            "PostalCode": code,
        }
        info = {
            **self.company.store.get("CompanyInfo", "1"),
            "CompanyAddr": address,
            "CustomerCommunicationAddr": address,
            "LegalAddr": address,
        }
        entity = self.company.entity("CompanyInfo")
        self.company.store.put("CompanyInfo", entity.place(info, {}))
        tracking, locations = TRACKING[self.profile]
        accounting = {"TrackDepartments": locations}
        if tracking:
            accounting[tracking] = True
        if self.country == "AU":
            accounting["UseAccountNumbers"] = True
        groups = {"AccountingInfoPrefs": accounting}
        settings.merge_preferences(self.company, groups)

    def _chart(self):
        for name, subtype, number in charts.accounts(self.country):
            parent, _, own = name.rpartition(":")
            values = {"Name": own, "AccountSubType": subtype}
            if parent:
                values["ParentRef"] = self._ref("Account", parent)
            if number:
                values["AcctNum"] = number
            self._write("Account", **values)

    def _taxes(self):
        tax_codes.fill(self.company)

    def _lists(self):
        for name, days in TERMS:
            self._write("Term", Name=name, DueDays=days, DiscountDays=0)
        methods = PAYMENT_METHODS.get(self.country, PAYMENT_METHODS_ELSEWHERE)
        for name, kind in methods:
            self._write("PaymentMethod", Name=name, Type=kind)

    def _dimensions(self):
        tracking, locations = TRACKING[self.profile]
        if tracking:
            self._tree("Class", CLASSES)
            self._retire("Class", "Discontinued")
        if locations:
            self._tree("Department", DEPARTMENTS)

    def _tree(self, entity, names):
        paths = {}
        for name, parent in names:
            values = {"Name": name}
            paths[name] = f"{paths[parent]}:{name}" if parent else name
            if parent:
                values["ParentRef"] = self._ref(entity, paths[parent])
            self._write(entity, **values)

    def _currencies(self):
        if self.company.multicurrency:
            for code in ("USD", "EUR"):
                self._write("CompanyCurrency", Code=code)

    def _items(self):
        services = {
            "Type": "Service",
            "IncomeAccountRef": self._ref("Account", "Services"),
            **self._both_accounts(),
        }
        self._write("Item", Name="Services", **services)
        self._write("Item", Name="Hours", UnitPrice=95, **services)
        self._write("Item", Name="Advisory work", Type="Category")
        advisory = self._ref("Item", "Advisory work")
        below = {"SubItem": True, "ParentRef": advisory}
        self._write("Item", Name="Tax", Type="Category", **below)
        self._write("Item", Name="Workshop", UnitPrice=1200, **services, **below)
        deeper = {"SubItem": True, "ParentRef": self._ref("Item", "Advisory work:Tax")}
        self._write("Item", Name="Tax return", Sku="TR-1", **services, **deeper)
        product = {
            "Type": "NonInventory",
            "IncomeAccountRef": self._ref("Account", "Sales of Product Income"),
            **self._both_accounts(),
        }
        if self.country == "US":
            product["Taxable"] = True
        self._write("Item", Name="Workbook", Sku="WB-1", UnitPrice="19.95", **product)
        self._write("Item", Name='Poster 24" × 36"', UnitPrice="12.5", **product)
        self._write("Item", Name="Old retainer", **services)
        self._retire("Item", "Old retainer")

    def _both_accounts(self):
        if self.country not in ("GB", "CA"):
            return {}
        cost = "Cost of sales" if self.country == "GB" else "Cost of Goods Sold"
        return {"ExpenseAccountRef": self._ref("Account", cost)}

    def _vendors(self):
        for number, (name, values) in enumerate(people.VENDORS):
            address = people.address(self.country, number)
            self._write("Vendor", DisplayName=name, BillAddr=address, **values)
        self._retire("Vendor", "Old Supplier")

    def _customers(self):
        net = self._ref("Term", "Net 30")
        for number, (name, values) in enumerate(people.CUSTOMERS):
            values = {"DisplayName": name, **values}
            if number % 2 == 0:
                values["BillAddr"] = people.address(self.country, number)
            if number % 3 == 0:
                values["SalesTermRef"] = net
                phone = people.PHONES[self.country].format(100 + number)
                values["PrimaryPhone"] = {"FreeFormNumber": phone}
            self._write("Customer", **values)
        for parent, name in people.SUB_CUSTOMERS:
            above = self._ref("Customer", parent)
            self._write("Customer", DisplayName=name, Job=True, ParentRef=above)
        for name, code in people.FOREIGN if self.company.multicurrency else ():
            self._write("Customer", DisplayName=name, CurrencyRef={"value": code})
        for name in people.INACTIVE:
            self._retire("Customer", name)

    def _preferences(self):
        company = self.company
        spelling = "s" if self.country in ("GB", "AU") else "z"
        other = {"SalesFormsPrefs.DefaultItem": self._ids["Item", "Services"]}
        for kind in ("Asset", "Income", "Expense"):
            name = f"Uncategori{spelling}ed {kind}"
            other[f"Uncategorized{kind}AccountId"] = self._ids["Account", name]
        for name, value in other.items():
            settings.set_other_preference(company, name, value)
        discount = with_subtype(company, "DiscountsRefundsGiven")
        sales = {
            "DefaultDiscountAccount": discount["Id"],
            "DefaultTerms": self._ref("Term", "Net 30"),
        }
        groups = {"SalesFormsPrefs": sales}
        if company.sales_tax == "manual":
            code = company.store.table("TaxCode").find("Name", "California")[0]
            groups["TaxPrefs"] = {"TaxGroupCodeRef": {"value": code["Id"]}}
        settings.merge_preferences(company, groups)
