"""Fills a company's books: chart, taxes, lists, products, people."""

from datetime import datetime, timedelta, timezone

from ..entities import settings
from ..entities.account import with_subtype
from . import charts, people, tax_codes

OPENED = datetime(2025, 6, 2, 16, 0, tzinfo=timezone.utc)

DAYS = (0, 15, 30, 60)
TERMS = {
    "FR": ("Payable à réception", "15 jours nets", "30 jours nets", "60 jours nets")
}
TERMS_ELSEWHERE = ("Due on receipt", "Net 15", "Net 30", "Net 60")

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
    "FR": (
        ("Chèque", None),
        ("Espèces", None),
        ("Carte", CARD),
        ("Virement", None),
    ),
}
PAYMENT_METHODS_ELSEWHERE = (
    ("Cash", None),
    ("Cheque", None),
    ("Credit Card", CARD),
    ("Direct Debit", None),
)

# The journals of a French company.
JOURNAL_CODES = (
    ("HA", "Expenses"),
    ("VT", "Sales"),
    ("BQ", "Bank"),
    ("NO", "Nouveaux"),
    ("CA", "Cash"),
    ("OD", "Others"),
)

# The accounts of items, and of what nobody sorted, where they have other names.
SERVICES = {"FR": "Prestations de services"}
PRODUCTS = {"FR": "Ventes de marchandises"}
COSTS = {"GB": "Cost of sales", "CA": "Cost of Goods Sold"}
UNSORTED = {
    "FR": ("Actif non classé", "Revenus non classés", "Dépenses non classées"),
    "GB": ("Uncategorised Asset", "Uncategorised Income", "Uncategorised Expense"),
    "AU": ("Uncategorised Asset", "Uncategorised Income", "Uncategorised Expense"),
}
UNSORTED_ELSEWHERE = (
    "Uncategorized Asset",
    "Uncategorized Income",
    "Uncategorized Expense",
)

# profile: how classes are tracked (per line, per form, not), locations tracked
TRACKING = {
    "us": ("ClassTrackingPerTxnLine", True),
    "us_manual": ("ClassTrackingPerTxn", False),
    "gb": (None, False),
    "ca": ("ClassTrackingPerTxnLine", True),
    "au": ("ClassTrackingPerTxn", False),
    "fr": ("ClassTrackingPerTxnLine", True),
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
        if self.country in ("AU", "FR"):
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
        names = TERMS.get(self.country, TERMS_ELSEWHERE)
        for name, days in zip(names, DAYS, strict=True):
            self._write("Term", Name=name, DueDays=days, DiscountDays=0)
        methods = PAYMENT_METHODS.get(self.country, PAYMENT_METHODS_ELSEWHERE)
        for name, kind in methods:
            self._write("PaymentMethod", Name=name, Type=kind)
        for name, kind in JOURNAL_CODES if self.country == "FR" else ():
            self._write("JournalCode", Name=name, Type=kind, Description=kind)

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
            **self._item_accounts(SERVICES.get(self.country, "Services"), "Service"),
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
        income = PRODUCTS.get(self.country, "Sales of Product Income")
        product = {"Type": "NonInventory", **self._item_accounts(income, "Product")}
        if self.country == "US":
            product["Taxable"] = True
        self._write("Item", Name="Workbook", Sku="WB-1", UnitPrice="19.95", **product)
        self._write("Item", Name='Poster 24" × 36"', UnitPrice="12.5", **product)
        self._write("Item", Name="Old retainer", **services)
        self._retire("Item", "Old retainer")

    def _item_accounts(self, income, kind):
        values = {"IncomeAccountRef": self._ref("Account", income)}
        if self.country in COSTS:
            values["ExpenseAccountRef"] = self._ref("Account", COSTS[self.country])
        if self.country == "FR":
            values["ItemCategoryType"] = kind
        return values

    def _usual_term(self):
        return self._ref("Term", TERMS.get(self.country, TERMS_ELSEWHERE)[2])

    def _vendors(self):
        for number, (name, values) in enumerate(people.VENDORS):
            address = people.address(self.country, number)
            self._write("Vendor", DisplayName=name, BillAddr=address, **values)
        self._retire("Vendor", "Old Supplier")

    def _customers(self):
        net = self._usual_term()
        for number, (name, values) in enumerate(people.CUSTOMERS):
            values = {"DisplayName": name, **values, **self._receivable()}
            if number % 2 == 0:
                values["BillAddr"] = people.address(self.country, number)
            if number % 3 == 0:
                values["SalesTermRef"] = net
                phone = people.PHONES[self.country].format(100 + number)
                values["PrimaryPhone"] = {"FreeFormNumber": phone}
            self._write("Customer", **values)
        for parent, name in people.SUB_CUSTOMERS:
            above = self._ref("Customer", parent)
            below = {"Job": True, "ParentRef": above, **self._receivable()}
            self._write("Customer", DisplayName=name, **below)
        for name, code in people.FOREIGN if self.company.multicurrency else ():
            self._write("Customer", DisplayName=name, CurrencyRef={"value": code})
        for name in people.INACTIVE:
            self._retire("Customer", name)

    def _receivable(self):
        """Customers in France have an account each; the seed's share the first."""
        if self.country != "FR":
            return {}
        return {"ARAccountRef": self._ref("Account", "Clients")}

    def _preferences(self):
        company = self.company
        unsorted = UNSORTED.get(self.country, UNSORTED_ELSEWHERE)
        other = {"SalesFormsPrefs.DefaultItem": self._ids["Item", "Services"]}
        kinds = ("Asset", "Income", "Expense")
        for kind, name in zip(kinds, unsorted, strict=True):
            other[f"Uncategorized{kind}AccountId"] = self._ids["Account", name]
        for name, value in other.items():
            settings.set_other_preference(company, name, value)
        discount = with_subtype(company, "DiscountsRefundsGiven")
        sales = {
            "DefaultDiscountAccount": discount["Id"],
            "DefaultTerms": self._usual_term(),
        }
        groups = {"SalesFormsPrefs": sales}
        if company.sales_tax == "manual":
            code = company.store.table("TaxCode").find("Name", "California")[0]
            groups["TaxPrefs"] = {"TaxGroupCodeRef": {"value": code["Id"]}}
        settings.merge_preferences(company, groups)
