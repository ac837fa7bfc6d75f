"""Companies of six countries: their books in Odoo, and those the simulator keeps."""

from datetime import date

from .common import GB_REALM, US_REALM
from .documents import DocumentMixin

MANUAL_REALM = "9341450000000002"
CA_REALM = "9341450000000004"
AU_REALM = "9341450000000005"
FR_REALM = "9341450000000006"


class CountryMixin(DocumentMixin):
    """Books of a country, with prices of six decimals and quantities of three.

    :cvar COUNTRY: end of its external id
    :cvar CURRENCY: ISO code of the home currency
    :cvar FOREIGN: ISO code of the other currency of documents, or None
    :cvar RATE: foreign units for one of the home currency
    """

    COUNTRY = "us"
    CURRENCY = "USD"
    FOREIGN = None
    RATE = 1.17345

    @classmethod
    def _set_up_books(cls, company):
        home = cls.env.ref(f"base.{cls.CURRENCY}")
        country = cls.env.ref(f"base.{cls.COUNTRY}")
        home.active = True
        company.write({"currency_id": home.id, "country_id": country.id})
        result = super()._set_up_books(company)
        company.currency_id = home
        precision = cls.env["decimal.precision"].search(
            [("name", "in", ("Product Price", "Product Unit"))]
        )
        for each in precision:
            each.digits = 6 if each.name == "Product Price" else 3
        if cls.FOREIGN:
            foreign = cls.env.ref(f"base.{cls.FOREIGN}")
            foreign.active = True
            cls.books["res.currency.rate"].create(
                {
                    "currency_id": foreign.id,
                    "rate": cls.RATE,
                    "name": "2026-01-01",
                    "company_id": company.id,
                }
            )
        return result


class LocalBooksMixin(CountryMixin):
    """Books with the taxes of a country as Odoo's charts of accounts name them.

    :cvar REALM: the company in QuickBooks
    :cvar TAXES: name, description, percentage, use, and the code that it stands for,
        None where QuickBooks has several or none. A tuple of percentages is one tax
        that repeats its amount with their signs; a tuple of names is a group. Prices
        hold the taxes whose name ends in INC
    :cvar SETS: {names of taxes that stand on one line: the code of the set}
    :cvar WITHOUT_TAX: the code of lines without tax; None where they need none
    :cvar TERMS: {end of the external id: name in QuickBooks}
    :cvar ACCOUNTS: {field of the connection: account that is suggested}
    :cvar JOURNALS: {type of the journal: account}
    :cvar METHODS: {type of the journal: payment method of its manual payments}
    :cvar ADDRESS: street, ZIP code, city, end of the external id of the state
    """

    REALM = None
    TAXES = ()
    SETS = {}
    WITHOUT_TAX = None
    TERMS = {
        "immediate": "Due on receipt",
        "15days": "Net 15",
        "30days": "Net 30",
        "60days": "Net 60",
    }
    ACCOUNTS = {}
    JOURNALS = {}
    METHODS = {"cash": "Cash", "bank": None}
    ADDRESS = ()

    @classmethod
    def _set_up_books(cls, company):
        result = super()._set_up_books(company)
        company.account_fiscal_country_id = company.country_id
        cls.tax_group = cls.books["account.tax.group"].create(
            {"name": "All", "country_id": company.country_id.id}
        )
        cls.taxes = {}
        for name, description, rate, use, _code in cls.TAXES:
            cls.taxes[name, use] = cls._create_local_tax(name, description, rate, use)
        cls._use_taxes(company)
        cls.terms = {
            name: cls.env.ref(f"account.account_payment_term_{name}")
            for name in cls.TERMS
            if name != "60days"
        }
        cls.terms["60days"] = cls.books["account.payment.term"].create(
            {
                "name": "60 Days",
                "company_id": company.id,
                "line_ids": [(0, 0, {"value_amount": 100, "nb_days": 60})],
            }
        )
        cls.books["account.journal"].create(
            {"name": "Cash", "type": "cash", "code": "CSH9", "company_id": company.id}
        )
        street, code, city, state = cls.ADDRESS
        cls.place = {
            "street": street,
            "zip": code,
            "city": city,
            "state_id": state and cls.env.ref(f"base.state_{state}").id,
            "country_id": company.country_id.id,
        }
        cls.customer.write(cls.place)
        return result

    @classmethod
    def _create_local_tax(cls, name, description, rate, use):
        values = {
            "description": description,
            "type_tax_use": use,
            "country_id": cls.company.country_id.id,
            "tax_group_id": cls.tax_group.id,
        }
        if name.endswith(" INC"):
            values["price_include_override"] = "tax_included"
        if not isinstance(rate, tuple):
            return cls._create_tax(name, rate, **values)
        if isinstance(rate[0], str):
            parts = [cls.taxes[part, use].id for part in rate]
            values |= {"amount_type": "group", "children_tax_ids": [(6, 0, parts)]}
            return cls._create_tax(name, 0, **values)
        lines = [(0, 0, {"repartition_type": "base", "factor_percent": 100})] + [
            (
                0,
                0,
                {"repartition_type": "tax", "factor_percent": 100 * part / rate[0]},
            )
            for part in rate
        ]
        values |= {
            "invoice_repartition_line_ids": lines,
            "refund_repartition_line_ids": lines,
        }
        return cls._create_tax(name, rate[0], **values)

    @classmethod
    def _use_taxes(cls, company):
        """A late invoice and a late bill with a line for each set, and the defaults."""
        for use, move_type in (("sale", "out_invoice"), ("purchase", "in_invoice")):
            parts = [name for names in cls.SETS for name in names.split(" & ")]
            taxes = [
                tax
                for (name, side), tax in cls.taxes.items()
                if side == use and name not in parts
            ]
            sets = taxes + [cls._find_taxes(names) for names in cls.SETS]
            company[f"account_{use}_tax_id"] = taxes[0] if taxes else False
            if not taxes:
                continue
            cls.books["account.move"].create(
                {
                    "move_type": move_type,
                    "partner_id": cls.customer.id,
                    "invoice_date": date.today(),
                    "invoice_line_ids": [
                        (
                            0,
                            0,
                            {
                                "name": "x",
                                "price_unit": 10,
                                "tax_ids": [(6, 0, each.ids)],
                            },
                        )
                        for each in sets
                    ],
                }
            )

    @classmethod
    def _find_taxes(cls, names):
        """Return the taxes of sales with these names, '' for none."""
        return cls.env["account.tax"].union(
            *(cls.taxes[name, "sale"] for name in names.split(" & ") if name)
        )

    # === QUICKBOOKS === #

    def set_up_quickbooks(self):
        """Connect and read the lists, with credits that are left alone; no accounts."""
        preferences = {"SalesFormsPrefs": {"AutoApplyCredit": False}}
        self.control("POST", f"company/{self.REALM}", preferences=preferences)
        self.connect(realm_id=self.REALM)
        self.connection.with_user(self.administrator).action_refresh_references()
        self.env.invalidate_all()

    def look(self, kinds=()):
        """Open the screen as the administrator; return the rows."""
        mappings = self.books["qbo.mapping"].with_user(self.administrator)
        connection = self.connection.with_env(mappings.env)
        mappings._open(list(kinds), connection)
        return mappings.search([("connection_id", "=", self.connection.id)])


class Britain(LocalBooksMixin):
    REALM = GB_REALM
    COUNTRY, CURRENCY = "uk", "GBP"
    FOREIGN, RATE = "EUR", 1.25
    TAXES = (
        ("20%", "", 20, "sale", "20.0% S"),
        ("5%", "", 5, "sale", "5.0% R"),
        ("0%", "Zero Rated Sales", 0, "sale", "0.0% Z"),
        ("Exempt", "", 0, "sale", "Exempt"),
        ("0% RC", "Reverse Charge (Domestic)", 0, "sale", None),
        ("0% EX", "", 0, "sale", "0.0% Z"),
        ("20% INC", "", 20, "sale", "20.0% S"),
        ("5% INC", "", 5, "sale", "5.0% R"),
        ("20% G", "", 20, "purchase", "20.0% S"),
        ("20% S", "", 20, "purchase", "20.0% S"),
        ("5%", "", 5, "purchase", "5.0% R"),
        ("Exempt", "", 0, "purchase", "Exempt"),
        ("20% PVA", "20% Postponed Import VAT", (20, -20), "purchase", "20.0% PVA"),
        ("20% RC", "Reverse Charge (Domestic)", (20, -20), "purchase", None),
    )
    WITHOUT_TAX = "No VAT"
    ACCOUNTS = {
        "income_account_id": "Services",
        "expense_account_id": "Cost of sales",
        "deposit_account_id": "Undeposited Funds",
        "discount_account_id": "Discounts given",
        # GB's chart has accounts of these detail types, one each.
        "deferred_revenue_account_id": "Deferred income",
        "rounding_account_id": "Uncategorised Income",
    }
    JOURNALS = {"cash": "Cash on hand", "bank": "Current"}
    ADDRESS = ("1 High Street", "LS1 1AA", "Leeds", None)


class Canada(LocalBooksMixin):
    REALM = CA_REALM
    COUNTRY, CURRENCY = "ca", "CAD"
    FOREIGN, RATE = "USD", 0.8
    TAXES = (
        ("5% GST", "5% GST", 5, "sale", "GST"),
        ("7% PST BC", "7% PST BC", 7, "sale", "PST BC"),
        ("6% PST SK", "6% PST SK", 6, "sale", "PST SK"),
        ("9.975% QST", "9.975% QST", 9.975, "sale", "QST QC - 9.975"),
        ("13% HST", "13% HST", 13, "sale", "HST ON"),
        ("14% HST", "14% HST", 14, "sale", "HST NS 2025"),
        ("15% HST", "15% HST", 15, "sale", None),
        ("0% GST", "0% GST", 0, "sale", "Zero-rated"),
        ("0% Int", "0% International", 0, "sale", "Zero-rated"),
        ("0% Exempt", "0% Exempt", 0, "sale", "Exempt"),
        (
            "12% GST+PST BC",
            "5% GST + 7% PST BC",
            ("5% GST", "7% PST BC"),
            "sale",
            "GST/PST BC",
        ),
        (
            "14.975% GST+QST",
            "5% GST + 9.975% QST",
            ("5% GST", "9.975% QST"),
            "sale",
            "GST/QST QC - 9.975",
        ),
        ("13% HST INC", "13% HST", 13, "sale", "HST ON"),
        ("5% GST", "5% GST", 5, "purchase", "GST"),
        ("13% HST", "13% HST", 13, "purchase", "HST ON"),
    )
    WITHOUT_TAX = "Out of Scope"
    ACCOUNTS = {
        "income_account_id": "Services",
        "expense_account_id": "Cost of Goods Sold",
        "deposit_account_id": "Undeposited Funds",
        "discount_account_id": "Discounts given",
        "deferred_revenue_account_id": "Deferred revenue",
        "rounding_account_id": "Uncategorized Income",
    }
    JOURNALS = {"cash": "Petty cash", "bank": "Chequing"}
    ADDRESS = ("100 King St W", "M5X 1A9", "Toronto", "ca_on")


class Australia(LocalBooksMixin):
    REALM = AU_REALM
    COUNTRY, CURRENCY = "au", "AUD"
    TAXES = (
        ("10% GST", "GST Sales", 10, "sale", "GST"),
        ("0% EX", "GST Free on Export Sales", 0, "sale", "GST-free exports"),
        ("0% F", "GST Free Sales", 0, "sale", "GST free"),
        ("0% INP", "Input Taxed Sales", 0, "sale", "Input taxed"),
        ("10% GST INC", "GST Sales", 10, "sale", "GST"),
        ("10% GST", "GST Purchases", 10, "purchase", "GST on non-capital"),
        ("10% C", "Capital Purchases", 10, "purchase", "GST on capital"),
        ("0% F", "GST Free Purchases", 0, "purchase", "GST-free non-capital"),
    )
    WITHOUT_TAX = "Out of Scope"
    ACCOUNTS = {
        "income_account_id": "Services",
        "deposit_account_id": "Undeposited Funds",
        "discount_account_id": "Discounts given",
        "deferred_revenue_account_id": "Income received in advance",
        "rounding_account_id": "Uncategorised Income",
    }
    JOURNALS = {"cash": "Petty cash", "bank": "Business cheque account"}
    ADDRESS = ("1 George Street", "2000", "Sydney", "au_2")


class France(LocalBooksMixin):
    REALM = FR_REALM
    COUNTRY, CURRENCY = "fr", "EUR"
    TAXES = (
        ("20% G", "20% Goods", 20, "sale", "20 % TVA FR"),
        ("20% S", "20% Service", 20, "sale", "20 % TVA FR"),
        ("10% S", "10% Service", 10, "sale", "10 % TVA FR"),
        ("5.5% G", "5.5% Goods", 5.5, "sale", "5,5 % TVA FR"),
        ("2.1% G", "2.1% Goods", 2.1, "sale", "2,1 % TVA FR"),
        ("20% G INC", "20% Goods tax incl.", 20, "sale", "20 % TVA FR"),
        ("5.5% G INC", "5.5% Goods tax incl.", 5.5, "sale", "5,5 % TVA FR"),
        ("0% EXEMPT S", "0% EXEMPTS Service", 0, "sale", "Exonéré"),
        ("0% EX G", "0% EXPORT", 0, "sale", "0 % export"),
        ("0% EU G", "0% EU G", 0, "sale", "0 % livraison UE"),
        ("20% G", "20% Goods", 20, "purchase", "20 % TVA FR"),
        ("10% S", "10% Service", 10, "purchase", "10 % TVA FR"),
        ("20% EU G", "20% EU G", (20, -20), "purchase", "20 % TVA UE"),
    )
    WITHOUT_TAX = "Hors champ"
    TERMS = {
        "immediate": "Payable à réception",
        "15days": "15 jours nets",
        "30days": "30 jours nets",
        "60days": "60 jours nets",
    }
    ACCOUNTS = {
        "income_account_id": "Prestations de services",
        "receivable_account_id": "Clients",
        "deposit_account_id": "Fonds non déposés",
        "discount_account_id": "Rabais, remises et ristournes accordés",
        "deferred_revenue_account_id": "Produits constatés d'avance",
        "rounding_account_id": "Revenus non classés",
    }
    JOURNALS = {"cash": "Caisse", "bank": "Banque"}
    METHODS = {"cash": "Espèces", "bank": "Virement"}
    ADDRESS = ("14 rue de la Paix", "75002", "Paris", None)


class UnitedStates(LocalBooksMixin):
    """QuickBooks reckons the sales tax, so that taxes need no mapping."""

    REALM = US_REALM
    COUNTRY, CURRENCY = "us", "USD"
    TAXES = (
        ("9.75%", "Los Angeles", 9.75, "sale", None),
        ("8.625%", "San Francisco", 8.625, "sale", None),
        ("0%", "Resale", 0, "sale", None),
        ("9.75% INC", "Los Angeles", 9.75, "sale", None),
        ("7.25%", "California", 7.25, "sale", None),
        ("2.5%", "Los Angeles County", 2.5, "sale", None),
    )
    ACCOUNTS = {
        "income_account_id": "Services",
        "deposit_account_id": "Undeposited Funds",
        "discount_account_id": "Discounts given",
        "rounding_account_id": "Uncategorized Income",
        # "Deferred Revenue" has the detail type of any current liability.
        "deferred_revenue_account_id": None,
    }
    JOURNALS = {"cash": "Cash on hand", "bank": "Checking"}
    ADDRESS = ("12 Ocean Ave", "90001", "Los Angeles", "us_5")


class UnitedStatesByHand(UnitedStates):
    """One tax code for each document."""

    REALM = MANUAL_REALM
    TAXES = (
        ("8%", "California", 8, "sale", "California"),
        ("9.1%", "Tucson", 9.1, "sale", "Tucson"),
        ("7.1%", "AZ State tax", 7.1, "sale", None),
        ("2%", "Tucson City", 2, "sale", None),
        ("8% INC", "California", 8, "sale", "California"),
        ("6.5%", "Washington", 6.5, "sale", "Washington"),
        ("0%", "Resale", 0, "sale", None),
    )
    SETS = {"7.1% & 2%": "Tucson"}
