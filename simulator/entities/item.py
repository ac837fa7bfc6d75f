"""Item: what is sold and bought, and the categories it is sorted into."""

from decimal import Decimal

from .. import entity_faults, faults
from ..numbers import ZERO
from ..schema import NON_US, Shape, day, enum, flag, integer, number, ref, text
from .base import Entity, parent_of
from .common import ENTITY_BLOCK, ENTITY_IGNORED, NAME_FORBIDDEN
from .settings import name_value

SERVICE, NON_INVENTORY, INVENTORY = "Service", "NonInventory", "Inventory"
CATEGORY, GROUP = "Category", "Group"
BOTH_ACCOUNTS = frozenset({"CA", "GB"})
INCOME_TYPES = ("Income",)
LIABILITY_TYPES = ("Other Current Liability", "Long Term Liability")
EXPENSE_TYPES = ("Expense", "Cost of Goods Sold")
SERVICE_EXPENSE_TYPES = (*EXPENSE_TYPES, "Other Expense")
COST_TYPES = {INVENTORY: ("Cost of Goods Sold",), NON_INVENTORY: EXPENSE_TYPES}
CATEGORY_PROPERTIES = (
    "Name",
    "Active",
    "SubItem",
    "ParentRef",
    "Level",
    "FullyQualifiedName",
    "Type",
)
US_ONLY = frozenset({"US"})

ITEM = Shape(
    "Item",
    (
        text("Name", 100, query="FS", forbidden=NAME_FORBIDDEN),
        text("Sku", 100, query="F"),
        text("Description", 4000),
        flag("Active", query="F"),
        flag("SubItem", query="f"),
        ref("ParentRef", "Item"),
        integer("Level", read_only=True),
        text("FullyQualifiedName", query="F", read_only=True),
        flag("Taxable", query="f", countries=US_ONLY),
        flag("SalesTaxIncluded", countries=NON_US),
        number("UnitPrice", query="S"),
        enum("Type", (SERVICE, NON_INVENTORY, INVENTORY, CATEGORY, GROUP), query="FS"),
        ref("IncomeAccountRef", "Account"),
        text("PurchaseDesc", 1000),
        flag("PurchaseTaxIncluded", countries=NON_US),
        number("PurchaseCost", query="s"),
        ref("ExpenseAccountRef", "Account"),
        ref("AssetAccountRef", "Account"),
        ref("PrefVendorRef", "Vendor"),
        flag("TrackQtyOnHand"),
        number("QtyOnHand"),
        day("InvStartDate"),
        number("ReorderPoint", minimum=Decimal(0)),
        ref("SalesTaxCodeRef", "TaxCode"),
        ref("PurchaseTaxCodeRef", "TaxCode"),
        ref("ClassRef", "Class"),
        enum("ItemCategoryType", ("Product", "Service"), countries=frozenset({"FR"})),
        *ENTITY_BLOCK,
    ),
    ignored=ENTITY_IGNORED
    + (
        "CustomField",
        "TaxClassificationRef",
        "ItemEx",
        "ItemGroupDetail",
        "ItemAssemblyDetail",
        "PrintGroupedItems",
        "AbatementRate",
        "ReverseChargeRate",
        "ServiceType",
        "ManPartNum",
        "QtyOnPurchaseOrder",
        "QtyOnSalesOrder",
        "AvgCost",
        "RatePercent",
        "SalesTaxCodeName",
        "UOMSetRef",
        "Source",
        "SpecialItem",
        "SpecialItemType",
        "DeferredRevenue",
        "PaymentMethodRef",
        "DepositToAccountRef",
        "COGSAccountRef",
        "UQCDisplayText",
        "UQCId",
    ),
)


class Item(Entity):
    """A service, a product, or a category of them."""

    name = "Item"
    path = "item"
    shape = ITEM
    sequence = "items"
    element_word = "Items"
    required = ("Name", "Type")
    indexes = ("Name", "FullyQualifiedName", "ParentRef")
    operations = frozenset({"create", "update", "delete"})

    def display(self, row):
        """References carry the plain name."""
        return row["Name"]

    def check_required(self, company, write):
        """Name and Type; a full update keeps the type if it is left out."""
        if write.values.get("Type") is None and write.old is not None:
            write.values["Type"] = write.old["Type"]
        super().check_required(company, write)
        if company.country == "FR" and write.values["Type"] != CATEGORY:
            if write.values.get("ItemCategoryType") is None:
                raise faults.required("ItemCategoryType")

    def complete(self, company, write):
        """Rules by type, place below the category, accounts, defaults."""
        values = write.values
        self._check_type(company, write)
        if values["Type"] == CATEGORY:
            for name in list(values):
                if name not in CATEGORY_PROPERTIES:
                    del values[name]
        self._settle_parent(company, write)
        self.check_unique(company, write)
        if values["Type"] != CATEGORY:
            self._check_accounts(company, write)
            self._fill(company, write)

    def _check_type(self, company, write):
        kind = write.values["Type"]
        was = write.before("Type", kind)
        if write.creates and kind == GROUP:
            raise faults.business("Bundles cannot be created through the API.")
        if CATEGORY in (kind, was) and kind != was:
            raise faults.business("Items and categories cannot become each other.")
        if was == INVENTORY and kind != INVENTORY:
            raise faults.business("The type of an inventory item cannot be changed.")
        if kind == CATEGORY:
            if name_value(company, "ItemCategoriesFeature") != "true":
                raise entity_faults.feature_not_enabled("Categories")
            if write.values["Active"] is False:
                raise faults.business("A category cannot be made inactive.")

    def _settle_parent(self, company, write):
        values = write.values
        if values.get("SubItem") and values.get("ParentRef") is None:
            raise entity_faults.parent_required()
        if not values.get("SubItem"):
            values["ParentRef"] = None
        parent, level = self.climb(company, write)
        if parent and parent["Type"] != CATEGORY:
            raise faults.business("Only a category can be a parent.")
        values["SubItem"] = True if parent else None
        values["Level"] = level or None
        self.qualify(write, parent)

    def name_taken(self, company, write, name):
        """Names are unique below one parent, categories included."""
        rows = company.store.table(self.name).find("Name", name)
        parent = write.value_of("ParentRef")
        own = write.before("Id")
        return any(row["Id"] != own and parent_of(row) == parent for row in rows)

    def _check_accounts(self, company, write):
        values = write.values
        kind = values["Type"]
        income, expense = "IncomeAccountRef", "ExpenseAccountRef"
        if kind == INVENTORY:
            needed = (income, expense, "AssetAccountRef", "QtyOnHand", "InvStartDate")
        elif company.country in BOTH_ACCOUNTS:
            needed = (income, expense)
        elif kind == SERVICE or values.get(expense) is None:
            needed = (income,)
        else:
            needed = ()
        for name in needed if kind != GROUP else ():
            if values.get(name) is None:
                raise faults.required(name)
        costs = COST_TYPES.get(kind, SERVICE_EXPENSE_TYPES)
        self._check_account(company, write, income, self._income_types(company, kind))
        self._check_account(company, write, expense, costs)
        self._check_account(company, write, "AssetAccountRef", ("Other Current Asset",))

    def _income_types(self, company, kind):
        """What is sold before it is earned goes to a liability: retainers, terms."""
        allows = company.switches.item_liability_accounts == "services"
        if allows and kind in (SERVICE, NON_INVENTORY):
            return INCOME_TYPES + LIABILITY_TYPES
        return INCOME_TYPES

    def _check_account(self, company, write, name, account_types):
        account_id = write.value_of(name)
        if account_id is None:
            return
        kind = company.store.get("Account", account_id)["AccountType"]
        if kind not in account_types:
            raise entity_faults.wrong_account_type(
                name, f"{name} needs an account of type {' or '.join(account_types)}."
            )

    def _fill(self, company, write):
        values = write.values
        tracked = values["Type"] == INVENTORY
        values["TrackQtyOnHand"] = tracked
        if not tracked:
            for name in (
                "QtyOnHand",
                "InvStartDate",
                "AssetAccountRef",
                "ReorderPoint",
            ):
                values[name] = None
        values["UnitPrice"] = values.get("UnitPrice") or ZERO
        values["PurchaseCost"] = values.get("PurchaseCost") or ZERO
        if company.country == "US":
            values["Taxable"] = bool(values.get("Taxable"))
        else:
            values["SalesTaxIncluded"] = bool(values.get("SalesTaxIncluded"))
            values["PurchaseTaxIncluded"] = bool(values.get("PurchaseTaxIncluded"))
            self._drop_one_sided_code(company, values)

    def _drop_one_sided_code(self, company, values):
        """A code without purchase rates is dropped without a word."""
        reference = values.get("PurchaseTaxCodeRef")
        if reference is None:
            return
        code = company.store.get("TaxCode", reference["value"])
        if not code["PurchaseTaxRateList"]["TaxRateDetail"]:
            values["PurchaseTaxCodeRef"] = None

    def check_retire(self, company, write):
        """What was in stock is written off."""
        if write.values.get("Type") == INVENTORY:
            write.values["QtyOnHand"] = ZERO

    def check_delete(self, company, row, by_user):
        """Only categories can be deleted for good."""
        if row["Type"] != CATEGORY:
            raise entity_faults.operation_not_supported("delete")

    def deleted(self, company, row):
        """What was in the category has none afterwards."""
        for child in self.children(company, row["Id"]):
            moved = {**child, "FullyQualifiedName": child["Name"]}
            for name in ("SubItem", "ParentRef", "Level"):
                moved.pop(name, None)
            company.touch(self.name, moved)
            company.spread_name(self, child, moved)
