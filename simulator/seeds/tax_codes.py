"""Tax agencies, rates and codes as each country's companies have them.

Several are traps: inactive, hidden, of one side only, or stale.
"""

from decimal import Decimal

from ..changes import CREATE
from ..entities.base import Write
from ..entities.taxes import rate_list, store_code, store_rate

START = "1970-01-01T00:00:00-08:00"


class TaxBook:
    """Stores agencies, rates and codes; rates are shared by name."""

    def __init__(self, company):
        self._company = company
        self._agencies = {}
        self._rates = {}

    def agency(self, name, *, purchases=True, number=None, system=True):
        """Store an agency as QBO sets it up for the country."""
        values = {
            "DisplayName": name,
            "TaxTrackedOnSales": True,
            "TaxTrackedOnPurchases": purchases,
            "TaxAgencyConfig": "SYSTEM_GENERATED" if system else "USER_DEFINED",
            "TaxRegistrationNumber": number,
        }
        entity = self._company.entity("TaxAgency")
        row = entity.envelop(self._company, Write(values, values))
        self._company.save(entity, row, CREATE)
        self._agencies[name] = row

    def rate(self, name, percent, agency, *, line=None, special=None, periods=None):
        """Store a rate. `periods`: `(percent, from, to or None)`, oldest first."""
        values = {
            "Name": name,
            "RateValue": percent,
            "AgencyRef": {"value": self._agencies[agency]["Id"]},
            "SpecialTaxType": special or ("NONE" if percent else "ZERO_RATE"),
        }
        if line:
            values["TaxReturnLineRef"] = {"value": line}
        if periods:
            values["EffectiveTaxRate"] = [
                {"RateValue": value, "EffectiveDate": begins, "EndDate": ends}
                for value, begins, ends in periods
            ]
        if self._company.country == "US":
            values.update(Description="Sales Tax", SpecialTaxType="NONE")
        self._rates[name] = store_rate(self._company, values)

    def code(self, name, sales=(), purchases=(), **values):
        """Store a code of named rates; `(name, options)` for one on top of others."""
        values.setdefault("TaxCodeConfigType", "SYSTEM_GENERATED")
        return store_code(
            self._company,
            {
                "Name": name,
                "SalesTaxRateList": rate_list(map(self._in_code, sales)),
                "PurchaseTaxRateList": rate_list(map(self._in_code, purchases)),
                **values,
            },
        )

    def _in_code(self, rate):
        name, options = rate if isinstance(rate, tuple) else (rate, {})
        return self._rates[name], options


HIDDEN = {"Active": False, "Hidden": True}


_AUTOMATED = (
    # state, agency, rate of the whole state; then cities with what is added to it
    (
        "CA California",
        "California Department of Tax and Fee Administration",
        (("California State", "6"), ("California County", "1.25")),
        (
            ("Los Angeles", (("Los Angeles County districts", "2.5"),)),
            ("San Francisco", (("San Francisco County districts", "1.375"),)),
        ),
    ),
    (
        "AZ Arizona",
        "Arizona Department of Revenue",
        (("Arizona State", "5.6"),),
        (("Tucson", (("Pima County", "0.5"), ("Tucson City", "2.6"))),),
    ),
    (
        "NY New York",
        "New York State Department of Taxation and Finance",
        (("New York State", "4"),),
        (
            (
                "New York",
                (("New York City", "4.5"), ("Metropolitan Commuter District", "0.375")),
            ),
        ),
    ),
    (
        "TX Texas",
        "Texas Comptroller of Public Accounts",
        (("Texas State", "6.25"),),
        (("Austin", (("Austin City", "1"), ("Austin MTA", "1"))),),
    ),
    (
        "WA Washington",
        "Washington State Department of Revenue",
        (("Washington State", "6.5"),),
        (("Seattle", (("Seattle City and RTA", "3.85"),)),),
    ),
    (
        "IL Illinois",
        "Illinois Department of Revenue",
        (("Illinois State", "6.25"),),
        (
            (
                "Chicago",
                (
                    ("Cook County", "1.75"),
                    ("Chicago City", "1.25"),
                    ("Regional Transport Authority", "1"),
                ),
            ),
        ),
    ),
    (
        "CO Colorado",
        "Colorado Department of Revenue",
        (("Colorado State", "2.9"),),
        (("Denver", (("Denver City", "5.15"), ("Denver RTD and cultural", "1.1"))),),
    ),
    ("OR Oregon", "Oregon Department of Revenue", (("Oregon State", "0"),), ()),
    (
        "NH New Hampshire",
        "New Hampshire Department of Revenue Administration",
        (("New Hampshire State", "0"),),
        (),
    ),
)


def _automated(book):
    """US with automated sales tax: codes by state and city, made by the engine.

    The engine finds a code by its description: `CA`, or `CA, Los Angeles`. Rates as of
    2025. A state that is not here is out of scope, Oregon has no sales tax at all.
    """
    for place, agency, whole_state, cities in _AUTOMATED:
        code, _, state = place.partition(" ")
        book.agency(agency, purchases=False)
        for name, percent in whole_state:
            book.rate(name, Decimal(percent), agency)
        names = tuple(name for name, _ in whole_state)
        book.code(state, names, Description=code)
        for city, added in cities:
            for name, percent in added:
                book.rate(name, Decimal(percent), agency)
            every = (*names, *(name for name, _ in added))
            book.code(f"{city}, {code}", every, Description=f"{code}, {city}")
    book.agency("Out Of Scope Agency", purchases=False)
    book.rate("Out of scope", Decimal(0), "Out Of Scope Agency")
    book.code("Out of scope", ("Out of scope",), Description="Out of scope")


def _manual(book):
    """US with manual tax, as in Intuit's sample company, and a few codes more."""
    user = {"TaxCodeConfigType": "USER_DEFINED"}
    arizona, board = "Arizona Dept. of Revenue", "Board of Equalization"
    new_york, washington = "New York Dept. of Taxation", "Washington Dept. of Revenue"
    for agency in (arizona, board, new_york, washington):
        book.agency(agency, purchases=False, system=False)
    book.rate("AZ State tax", Decimal("7.1"), arizona)
    book.rate("Tucson City", Decimal(2), arizona)
    book.rate("California", Decimal(8), board)
    book.code("California", ("California",), **user)
    book.code("Tucson", ("AZ State tax", "Tucson City"), **user)
    book.rate("NY State tax", Decimal(4), new_york)
    book.rate("New York City tax", Decimal("4.875"), new_york)
    book.rate("WA State tax", Decimal("6.5"), washington)
    book.code("New York City", ("NY State tax", "New York City tax"), **user)
    book.code("Washington", ("WA State tax",), **user)


def _vat(book):
    """GB: both sides, reverse charges that cancel, dead codes of the EU era."""
    agency = "HM Revenue & Customs (VAT)"
    book.agency(agency, number="GB123456789")
    standard = [
        (Decimal("17.5"), START, "2011-01-03T00:00:00-08:00"),
        (Decimal(20), "2011-01-04T00:00:00-08:00", None),
    ]
    sides = (("Sales", "1"), ("Purchases", "4"))
    for name, percent in (
        ("20.0% S", 20),
        ("5.0% R", 5),
        ("0.0% Z", 0),
        ("Exempt", 0),
        ("No VAT", 0),
        ("17.5% S", "17.5"),
        ("20.0% EC", 20),
        ("0.0% EC", 0),
    ):
        periods = standard if name == "20.0% S" else None
        for side, line in sides:
            book.rate(
                f"{name} ({side})", Decimal(percent), agency, line=line, periods=periods
            )
    for name, percent in (("20.0% RC", 20), ("5.0% RC", 5)):
        charge = {"special": "REVERSE_CHARGE"}
        book.rate(f"{name} (Input)", Decimal(percent), agency, line="4", **charge)
        book.rate(f"{name} (Output)", Decimal(-percent), agency, line="1", **charge)
    book.rate("PVA import (Input)", Decimal(20), agency, line="4")
    book.rate("PVA import (Output)", Decimal(-20), agency, line="1")
    book.rate("Margin", Decimal(0), agency, line="1")

    def both(name):
        return (f"{name} (Sales)",), (f"{name} (Purchases)",)

    def cancelling(name):
        return (), (f"{name} (Input)", f"{name} (Output)")

    # On a sale the customer accounts for the tax: net in box 6, nothing in box 1.
    charge = {"special": "REVERSE_CHARGE"}
    book.rate("RC CIS (Sales)", Decimal(0), agency, line="6", **charge)
    charged_by_customer = ("RC CIS (Sales)",)

    # The order gives the ids: 20.0% S is 5, No VAT is 9, 20.0% ECG is 15.
    book.code("Exempt", *both("Exempt"))
    book.code("0.0% Z", *both("0.0% Z"))
    book.code("5.0% R", *both("5.0% R"))
    book.code("20.0% S", *both("20.0% S"))
    book.code("20.0% RC SG", *cancelling("20.0% RC"))
    book.code("20.0% RC MPCCs", *cancelling("20.0% RC"))
    book.code("20.0% RC CIS", charged_by_customer, cancelling("20.0% RC")[1])
    book.code("No VAT", *both("No VAT"), Taxable=False)
    book.code("5.0% RC CIS", charged_by_customer, cancelling("5.0% RC")[1])
    book.code("17.5% S", *both("17.5% S"), **HIDDEN)
    book.code("0.0% ECS", *both("0.0% EC"), **HIDDEN)
    book.code("20.0% ECS", *both("20.0% EC"), **HIDDEN)
    book.code("0.0% ECG", *both("0.0% EC"), **HIDDEN)
    book.code("20.0% ECG", *both("20.0% EC"), **HIDDEN)
    book.code("20.0% PVA", *cancelling("PVA import"))
    book.code("Margin", ("Margin",), (), TaxCodeConfigType="USER_DEFINED")


_BEGAN = {"HST NS 2025": "2025-04-01"}
_HST = (
    ("HST ON", 13, {}),
    ("HST NS", 15, {}),
    ("HST NS 2025", 14, {}),
    ("HST NB 2016", 15, {}),
    ("HST NL 2016", 15, {}),
    ("HST PE 2016", 15, {}),
    ("HST Atlantic 15%", 15, {"Active": False, "TaxCodeConfigType": "USER_DEFINED"}),
)


def _gst_hst(book):
    """CA: federal, harmonised, provincial; the old Nova Scotia code still active."""
    cra, quebec = "Receiver General", "Revenu Québec"
    book.agency(cra, number="123456789RT0001")
    book.agency(quebec, number="1234567890TQ0001")
    for province in ("BC", "MB", "SK"):
        book.agency(f"Ministry of Finance ({province})")
    book.rate("GST", Decimal(5), cra, line="105")
    book.rate("GST (ITC)", Decimal(5), cra, line="108")
    book.rate("GST/HST ZR", Decimal(0), cra)
    book.rate("GST/HST (ITC) ZR", Decimal(0), cra)
    book.rate("GST E", Decimal(0), cra)
    book.rate("GST EP", Decimal(0), cra)
    book.rate("NOTAXS", Decimal(0), cra)
    book.rate("NOTAXP", Decimal(0), cra)
    book.rate("QST 9.975", Decimal("9.975"), quebec)
    book.rate("QST 9.975 (ITR)", Decimal("9.975"), quebec)
    for name, percent in (("BC", 7), ("MB", 7), ("SK", 6)):
        agency = f"Ministry of Finance ({name})"
        year = " 2017" if name == "SK" else ""
        book.rate(f"PST ({name}){year}", Decimal(percent), agency)
        book.rate(f"PST ({name}){year} on purchases", Decimal(percent), agency)

    def provincial(name):
        year = " 2017" if name == "SK" else ""
        return f"PST ({name}){year}", f"PST ({name}){year} on purchases"

    # The order gives the ids: Out of Scope is 3, GST is 6, GST/QST is 9.
    book.code("GST/HST old", ("GST",), ("GST (ITC)",), **HIDDEN)
    book.code("Out of Scope", ("NOTAXS",), ("NOTAXP",), Taxable=False)
    book.code("Exempt", ("GST E",), ("GST EP",))
    book.code("Zero-rated", ("GST/HST ZR",), ("GST/HST (ITC) ZR",))
    book.code("GST", ("GST",), ("GST (ITC)",))
    sales, purchases = provincial("BC")
    book.code("GST/PST BC", ("GST", sales), ("GST (ITC)", purchases))
    book.code("PST BC", (sales,), (purchases,))
    book.code(
        "GST/QST QC - 9.975", ("GST", "QST 9.975"), ("GST (ITC)", "QST 9.975 (ITR)")
    )
    book.code("QST QC - 9.975", ("QST 9.975",), ("QST 9.975 (ITR)",))
    for province in ("MB", "SK"):
        sales, purchases = provincial(province)
        book.code(f"GST/PST {province}", ("GST", sales), ("GST (ITC)", purchases))
        book.code(f"PST {province}", (sales,), (purchases,))
    for name, percent, values in _HST:
        area = name.removeprefix("HST ")
        rate, began = Decimal(percent), _BEGAN.get(name)
        periods = [(rate, f"{began}T00:00:00-07:00", None)] if began else None
        book.rate(f"HST {area}", rate, cra, line="105", periods=periods)
        book.rate(f"HST (ITC) {area}", rate, cra, line="108", periods=periods)
        book.code(name, (f"HST {area}",), (f"HST (ITC) {area}",), **values)
    _compound(book, cra, quebec)


def _compound(book, cra, quebec):
    """Taxes on top of GST: Quebec's until 2012, hidden, and one that a user made."""
    book.rate("QST 9.5 on GST", Decimal("9.5"), quebec)
    book.rate("QST 9.5 on GST (ITR)", Decimal("9.5"), quebec)
    book.agency("Provincial Tax Commissioner (PE)", system=False)
    book.rate("PST (PE) on GST", Decimal(10), "Provincial Tax Commissioner (PE)")
    on_gst = {
        "TaxTypeApplicable": "TaxOnAmountPlusTax",
        "TaxOrder": 2,
        "TaxOnTaxOrder": 1,
    }
    first = ("GST", {"TaxOrder": 1})
    book.code(
        "GST/QST QC - 9.5",
        (first, ("QST 9.5 on GST", on_gst)),
        (("GST (ITC)", {"TaxOrder": 1}), ("QST 9.5 on GST (ITR)", on_gst)),
        **HIDDEN,
    )
    book.code(
        "GST/PST PE on GST",
        (first, ("PST (PE) on GST", on_gst)),
        TaxCodeConfigType="USER_DEFINED",
    )


def _gst(book):
    """AU: sales codes have no purchase side and the other way round."""
    ato = "Australian Taxation Office"
    book.agency(ato, number="12345678901")
    sales = (
        ("GST", 10, "1A"),
        ("GST free", 0, "G3"),
        ("GST-free exports", 0, "G2"),
    )
    purchases = (
        ("GST on capital", 10, "1B"),
        ("GST-free capital", 0, "G14"),
        ("GST on non-capital", 10, "1B"),
        ("GST-free non-capital", 0, "G14"),
        ("GST on imports", 10, "1B"),
    )
    both = (
        ("Input taxed", 0, "G4"),
        ("Input taxed - Net", 0, "G4"),
        ("Out of Scope", 0, None),
    )
    for name, percent, line in (*sales, *purchases):
        book.rate(name, Decimal(percent), ato, line=line)
    for name, percent, line in both:
        book.rate(f"{name} (sales)", Decimal(percent), ato, line=line)
        book.rate(f"{name} (purchases)", Decimal(percent), ato, line=line)
    for name, _percent, _line in sales:
        book.code(name, (name,), ())
    for name, _percent, _line in purchases:
        book.code(name, (), (name,))
    for name, _percent, _line in both:
        taxable = {"Taxable": name != "Out of Scope"}
        book.code(name, (f"{name} (sales)",), (f"{name} (purchases)",), **taxable)
    book.code("GST 2000 transition", ("GST",), (), **HIDDEN)


def _tva(book):
    """FR: rates by name, reverse charges, sales abroad; 19.6 % until 2013 is hidden."""
    agency = "Direction générale des Finances publiques"
    book.agency(agency, number="FR12345678901")
    standard = [
        (Decimal("19.6"), START, "2013-12-31T00:00:00-08:00"),
        (Decimal(20), "2014-01-01T00:00:00-08:00", None),
    ]
    for name, percent in (
        ("20 % TVA FR", 20),
        ("10 % TVA FR", 10),
        ("5,5 % TVA FR", "5.5"),
        ("2,1 % TVA FR", "2.1"),
        ("0 % TVA FR", 0),
        ("Exonéré", 0),
        ("Hors champ", 0),
        ("19,6 % TVA FR", "19.6"),
    ):
        periods = standard if name == "20 % TVA FR" else None
        for side in ("ventes", "achats"):
            book.rate(f"{name} ({side})", Decimal(percent), agency, periods=periods)
        dead = HIDDEN if name.startswith("19,6") else {}
        values = {**dead, "Taxable": name != "Hors champ"}
        book.code(name, (f"{name} (ventes)",), (f"{name} (achats)",), **values)
    charge = {"special": "REVERSE_CHARGE"}
    book.rate("Autoliquidation (ventes)", Decimal(0), agency, **charge)
    for percent in (20, 10):
        name = f"{percent} % autoliquidation"
        book.rate(f"{name} (déductible)", Decimal(percent), agency, **charge)
        book.rate(f"{name} (collectée)", Decimal(-percent), agency, **charge)
        both = (f"{name} (déductible)", f"{name} (collectée)")
        book.code(name, ("Autoliquidation (ventes)",), both)
    # Purchases within the EU only; sales to other countries only.
    book.rate("20 % TVA UE (déductible)", Decimal(20), agency)
    book.rate("20 % TVA UE (collectée)", Decimal(-20), agency)
    both = ("20 % TVA UE (déductible)", "20 % TVA UE (collectée)")
    book.code("20 % TVA UE", (), both)
    for name in ("0 % livraison UE", "0 % export"):
        book.rate(name, Decimal(0), agency)
        book.code(name, (name,), ())


_BY_COUNTRY = {"GB": _vat, "CA": _gst_hst, "AU": _gst, "FR": _tva}


def fill(company):
    """Store the tax agencies, rates and codes of a new company."""
    book = TaxBook(company)
    if company.country != "US":
        _BY_COUNTRY[company.country](book)
        return
    (_automated if company.sales_tax == "automated" else _manual)(book)
    accounts = company.entity("Account")
    for agency in company.objects("TaxAgency"):
        name = f"{agency['DisplayName']} Payable"
        accounts.write(company, {"Name": name, "AccountSubType": "GlobalTaxPayable"})
