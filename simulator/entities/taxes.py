"""TaxAgency, TaxRate, TaxCode, and the TaxService that makes codes and rates."""

from decimal import Decimal

from .. import changes, entity_faults, faults
from ..schema import (
    NON_US,
    Reader,
    Shape,
    day,
    enum,
    flag,
    integer,
    many,
    moment,
    nested,
    number,
    ref,
    text,
)
from .base import Entity, Write
from .common import CONTROL_CHARACTERS, ENTITY_BLOCK, ENTITY_IGNORED

AGENCY = Shape(
    "TaxAgency",
    (
        text("TaxRegistrationNumber", 100),
        flag("TaxTrackedOnPurchases"),
        flag("TaxTrackedOnSales"),
        day("LastFileDate", read_only=True),
        text("TaxAgencyConfig", read_only=True),
        *ENTITY_BLOCK,
        text("DisplayName", 100, query="S", forbidden=CONTROL_CHARACTERS),
    ),
    ignored=ENTITY_IGNORED
    + ("CustomField", "TaxReportingBasis", "PrintAs", "SalesTaxReturnLine"),
)


class TaxAgency(Entity):
    """Whom tax is paid to. Each has its own liability account."""

    name = "TaxAgency"
    path = "taxagency"
    shape = AGENCY
    sequence = "tax_agencies"
    name_property = "DisplayName"
    element_word = "TaxAgencies"
    operations = frozenset({"create"})
    required = ("DisplayName",)
    indexes = ("DisplayName",)
    is_list = False
    prints_total_count = True

    def complete(self, company, write):
        """Tax is tracked on sales unless told otherwise."""
        self.check_unique(company, write)
        write.values.setdefault("TaxTrackedOnSales", True)
        write.values.setdefault("TaxTrackedOnPurchases", False)
        write.values.setdefault("TaxAgencyConfig", "USER_DEFINED")

    def saved(self, company, row, write):
        """QBO opens the liability account of a new agency."""
        account = company.entity("Account")
        name = f"{row['DisplayName']} Payable"[:100].replace(":", " ").replace('"', "")
        taken = company.store.table("Account").find("FullyQualifiedName", name)
        if not taken:
            kind = {"Name": name, "AccountSubType": "GlobalTaxPayable"}
            account.write(company, kind)


EFFECTIVE = Shape(
    "EffectiveTaxRate",
    (number("RateValue"), moment("EffectiveDate"), moment("EndDate")),
)

RATE = Shape(
    "TaxRate",
    (
        text("Name", 100, query="FS"),
        text("Description", 100, query="FS"),
        flag("Active", query="FS"),
        number("RateValue"),
        ref("AgencyRef", "TaxAgency", named=False, query="FS"),
        ref("TaxReturnLineRef", "TaxAgency", named=False, query="FS"),
        many("EffectiveTaxRate", EFFECTIVE),
        enum(
            "SpecialTaxType",
            ("NONE", "ZERO_RATE", "FOREIGN_TAX", "REVERSE_CHARGE", "ADJUSTMENT_RATE"),
        ),
        enum(
            "DisplayType",
            ("ReadOnly", "HideInTransactionForms", "HideInPrintedForms", "HideInAll"),
        ),
        *ENTITY_BLOCK,
        text("OriginalTaxRate"),
    ),
    ignored=ENTITY_IGNORED,
)


class TaxRate(Entity):
    """A percentage owed to an agency. Apps only make them through the TaxService."""

    name = "TaxRate"
    path = "taxrate"
    shape = RATE
    sequence = "tax_rates"
    element_word = "TaxRates"
    operations = frozenset()
    indexes = ("Name",)
    prints_total_count = True

    def resolve_references(self, company, write):
        """Return lines are no objects of their own: they stay as they are."""


RATE_DETAIL = Shape(
    "TaxRateDetail",
    (
        ref("TaxRateRef", "TaxRate"),
        enum("TaxTypeApplicable", ("TaxOnAmount", "TaxOnAmountPlusTax", "TaxOnTax")),
        integer("TaxOrder"),
        integer("TaxOnTaxOrder"),
    ),
)
RATE_LIST = Shape("TaxRateList", (many("TaxRateDetail", RATE_DETAIL),))

CODE = Shape(
    "TaxCode",
    (
        text("Name", 100, query="FS"),
        text("Description", 100, query="FS"),
        flag("Active", query="F"),
        flag("Hidden", query="f"),
        flag("Taxable"),
        flag("TaxGroup"),
        nested("SalesTaxRateList", RATE_LIST),
        nested("PurchaseTaxRateList", RATE_LIST),
        text("TaxCodeConfigType"),
        *ENTITY_BLOCK,
    ),
    ignored=ENTITY_IGNORED,
)

PSEUDO_CODES = {"TAX": True, "NON": False}


class TaxCode(Entity):
    """A code for lines (or, in the US, documents) that stands for tax rates."""

    name = "TaxCode"
    path = "taxcode"
    shape = CODE
    sequence = "tax_codes"
    element_word = "TaxCodes"
    operations = frozenset()
    indexes = ("Name",)
    prints_total_count = True

    def prepare(self, company):
        """In the US the first ids belong to the pseudo codes."""
        company.store.start_sequence(self.sequence, 2)

    def find(self, company, qbo_id):
        """Return a code; in the US also TAX and NON."""
        pseudo = self._pseudo(company).get(str(qbo_id))
        return pseudo or super().find(company, qbo_id)

    def referenced(self, company, qbo_id):
        """Return the row a reference points to, pseudo codes included."""
        return self._pseudo(company).get(qbo_id) or super().referenced(company, qbo_id)

    def is_taken(self, company, name):
        """Tell whether a code has this name, pseudo codes included."""
        found = company.store.table(self.name).find("Name", name)
        return bool(found) or name.upper() in self._pseudo(company)

    def _pseudo(self, company):
        if company.country != "US":
            return {}
        created = company.store.get("Preferences", "1")["MetaData"]["CreateTime"]
        metadata = {"CreateTime": created, "LastUpdatedTime": created}
        return {
            name: {
                "Name": name,
                "Description": name,
                "Taxable": taxable,
                "TaxGroup": False,
                "Id": name,
                "MetaData": metadata,
            }
            for name, taxable in PSEUDO_CODES.items()
        }

    def rows(self, company):
        """Return all codes; companies with automated sales tax do not list TAX, NON."""
        rows = list(super().rows(company))
        if company.country == "US" and company.sales_tax == "manual":
            return [*self._pseudo(company).values(), *rows]
        return rows


# --- TaxService ---

SERVICE_DETAIL = Shape(
    "TaxRateDetails",
    (
        text("TaxRateName", 100, forbidden=CONTROL_CHARACTERS),
        text("TaxRateId"),
        number("RateValue"),
        text("TaxAgencyId"),
        enum("TaxApplicableOn", ("Sales", "Purchase")),
    ),
)
SERVICE = Shape(
    "TaxService",
    (
        text("TaxCode", 100, forbidden=CONTROL_CHARACTERS),
        many("TaxRateDetails", SERVICE_DETAIL),
    ),
    ignored=("TaxCodeId", "Id"),
)


def create_tax_code(company, body):
    """Answer `POST taxservice/taxcode`: no envelope and no time."""
    refuses = company.switches.tax_service_with_automated_tax == "refuse"
    if company.sales_tax == "automated" and refuses:
        raise entity_faults.feature_not_enabled("Manual sales tax")
    reader = Reader(company.country)
    sent = reader.read(SERVICE, body)
    if not sent.get("TaxCode"):
        raise faults.required("TaxCode")
    if not sent.get("TaxRateDetails"):
        raise faults.required("TaxRateDetails")
    if reader.problems:
        raise faults.merge(reader.problems)
    if company.entity("TaxCode").is_taken(company, sent["TaxCode"]):
        raise faults.duplicate_name()
    details = [_rate_of(company, detail) for detail in sent["TaxRateDetails"]]
    used = [row["Id"] for row, _side in details]
    if len(set(used)) != len(used):
        raise entity_faults.conflicting_elements(("TaxRateId",))
    row = _store_code(company, sent["TaxCode"], details)
    return {
        "TaxCode": row["Name"],
        "TaxCodeId": row["Id"],
        "TaxRateDetails": [_service_detail(rate, side) for rate, side in details],
    }


def _rate_of(company, detail):
    side = detail.get("TaxApplicableOn") or "Sales"
    if detail.get("TaxRateId"):
        rate = company.store.get("TaxRate", detail["TaxRateId"])
        if rate is None:
            raise faults.invalid_reference("TaxRates", detail["TaxRateId"], "TaxRateId")
        return rate, side
    for name in ("TaxRateName", "RateValue", "TaxAgencyId"):
        if detail.get(name) is None:
            raise faults.required(name)
    if not Decimal(0) <= detail["RateValue"] <= Decimal(100):
        raise faults.invalid_number(detail["RateValue"], "RateValue")
    if company.store.get("TaxAgency", detail["TaxAgencyId"]) is None:
        raise faults.invalid_reference(
            "TaxAgencies", detail["TaxAgencyId"], "TaxAgencyId"
        )
    if company.store.table("TaxRate").find("Name", detail["TaxRateName"]):
        raise faults.duplicate_name()
    values = {
        "Name": detail["TaxRateName"],
        "RateValue": detail["RateValue"],
        "AgencyRef": {"value": detail["TaxAgencyId"]},
    }
    return store_rate(company, values), side


def _service_detail(rate, side):
    return {
        "TaxRateName": rate["Name"],
        "TaxRateId": rate["Id"],
        "RateValue": rate["RateValue"],
        "TaxAgencyId": rate["AgencyRef"]["value"],
        "TaxApplicableOn": side,
    }


def store_rate(company, values):
    """Store a tax rate as QBO does; also for seeds and the bookkeeper."""
    start = "1970-01-01T00:00:00-08:00"
    defaults = {
        "Description": values["Name"],
        "Active": True,
        "SpecialTaxType": "NONE",
        "DisplayType": "ReadOnly",
    }
    if company.country in NON_US:
        defaults["EffectiveTaxRate"] = [
            {"RateValue": values["RateValue"], "EffectiveDate": start}
        ]
    return _store(company, "TaxRate", {**defaults, **values})


def store_code(company, values):
    """Store a tax code as QBO does; also for seeds and the bookkeeper."""
    defaults = {
        "Description": values["Name"],
        "Active": True,
        "Hidden": False,
        "Taxable": True,
        "TaxGroup": True,
        "SalesTaxRateList": {"TaxRateDetail": []},
        "PurchaseTaxRateList": {"TaxRateDetail": []},
        "TaxCodeConfigType": "USER_DEFINED",
    }
    return _store(company, "TaxCode", {**defaults, **values})


def _store(company, entity_name, values):
    entity = company.entity(entity_name)
    row = entity.envelop(company, Write(values, values))
    company.save(entity, row, changes.CREATE)
    return row


def rate_list(rates):
    """Return the rate list of a tax code for rows of TaxRate.

    Instead of a row a pair `(row, options)` may stand, with TaxTypeApplicable, TaxOrder
    and TaxOnTaxOrder of a rate that builds on others.
    """
    details = []
    for rate in rates:
        row, options = rate if isinstance(rate, tuple) else (rate, {})
        details.append(
            {
                "TaxRateRef": {"value": row["Id"], "name": row["Name"]},
                "TaxTypeApplicable": "TaxOnAmount",
                "TaxOrder": 0,
                **options,
            }
        )
    return {"TaxRateDetail": details}


def _store_code(company, name, details):
    sales = [rate for rate, side in details if side != "Purchase"]
    purchases = [rate for rate, side in details if side == "Purchase"]
    return store_code(
        company,
        {
            "Name": name,
            "SalesTaxRateList": rate_list(sales),
            "PurchaseTaxRateList": rate_list(purchases),
        },
    )
