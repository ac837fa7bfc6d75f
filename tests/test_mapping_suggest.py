from odoo.tests import tagged

from .common import GB_REALM, QboCommon
from .documents import DocumentMixin

MANUAL_REALM = "9341450000000002"
CA_REALM = "9341450000000004"
AU_REALM = "9341450000000005"

# Taxes as Odoo's charts of accounts name them: name, description, percentage, use;
# groups name their parts. What comes after is the code they stand for, None where
# QuickBooks has several or none.
TAXES = {
    "GB": [
        ("20%", "", 20, "sale", "20.0% S"),
        ("5%", "", 5, "sale", "5.0% R"),
        ("0%", "Zero Rated Sales", 0, "sale", "0.0% Z"),
        ("Exempt", "", 0, "sale", "Exempt"),
        ("0% EX", "", 0, "sale", "0.0% Z"),
        ("20% G", "", 20, "purchase", "20.0% S"),
        ("20% S", "", 20, "purchase", "20.0% S"),
        ("5%", "", 5, "purchase", "5.0% R"),
        ("Exempt", "", 0, "purchase", "Exempt"),
        ("20% PVA", "20% Postponed Import VAT", (20, -20), "purchase", "20.0% PVA"),
        ("20% RC", "Reverse Charge (Domestic)", (20, -20), "purchase", None),
    ],
    "CA": [
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
        ("5% GST", "5% GST", 5, "purchase", "GST"),
        ("13% HST", "13% HST", 13, "purchase", "HST ON"),
    ],
    "AU": [
        ("10% GST", "GST Sales", 10, "sale", "GST"),
        ("0% EX", "GST Free on Export Sales", 0, "sale", "GST-free exports"),
        ("0% F", "GST Free Sales", 0, "sale", "GST free"),
        ("0% INP", "Input Taxed Sales", 0, "sale", "Input taxed"),
        ("10% GST", "GST Purchases", 10, "purchase", "GST on non-capital"),
        ("10% C", "Capital Purchases", 10, "purchase", "GST on capital"),
        ("0% F", "GST Free Purchases", 0, "purchase", "GST-free non-capital"),
    ],
    "US": [
        ("8%", "California", 8, "sale", "California"),
        ("9.1%", "Tucson", 9.1, "sale", "Tucson"),
    ],
}
WITHOUT_TAX = {"GB": "No VAT", "CA": "Out of Scope", "AU": "Out of Scope"}
TERMS = {
    "account.account_payment_term_immediate": "Due on receipt",
    "account.account_payment_term_15days": "Net 15",
    "account.account_payment_term_30days": "Net 30",
}
CASH_ACCOUNTS = {
    "US": "Cash on hand",
    "GB": "Cash on hand",
    "CA": "Petty cash",
    "AU": "Petty cash",
}
BANK_ACCOUNTS = {
    "US": "Checking",
    "GB": "Current",
    "CA": "Chequing",
    "AU": "Business cheque account",
}
CURRENCIES = {"US": "USD", "GB": "GBP", "CA": "CAD", "AU": "AUD"}
ROLES = ("income", "deposit", "discount", "rounding")


@tagged("post_install", "-at_install")
class TestSuggestions(DocumentMixin, QboCommon):
    """The companies of the simulator, mapped by suggestions alone."""

    def set_up_country(self, country, realm_id):
        currency = self.env.ref(f"base.{CURRENCIES[country]}")
        currency.active = True
        self.company = self.env["res.company"].create(
            {
                "name": f"Books of {country}",
                "currency_id": currency.id,
                "country_id": self.env.ref(f"base.{country.lower()}").id
                if country != "GB"
                else self.env.ref("base.uk").id,
            }
        )
        people = self.administrator + self.accountant
        people.company_ids += self.company
        self.connection = self._create_connection(self.company)
        self.env["account.chart.template"].try_loading(
            "generic_coa", self.company, install_demo=False
        )
        self.company.account_fiscal_country_id = self.company.country_id
        self.books = self.env(
            context=dict(self.env.context, allowed_company_ids=self.company.ids)
        )
        self.group = self.books["account.tax.group"].create(
            {"name": "All", "country_id": self.company.country_id.id}
        )
        self.taxes = {}
        for values in TAXES[country]:
            self.create_tax(*values[:4])
        self.use_taxes()
        self.connect(realm_id=realm_id)
        self.connection.with_user(self.administrator).action_refresh_references()
        self.env.invalidate_all()

    def create_tax(self, name, description, rate, use):
        values = {
            "name": name,
            "description": description,
            "type_tax_use": use,
            "company_id": self.company.id,
            "country_id": self.company.country_id.id,
            "tax_group_id": self.group.id,
        }
        if isinstance(rate, tuple) and isinstance(rate[0], str):
            parts = [self.taxes[part, use].id for part in rate]
            values |= {"amount_type": "group", "children_tax_ids": [(6, 0, parts)]}
        elif isinstance(rate, tuple):
            lines = [
                (0, 0, {"repartition_type": kind, "factor_percent": factor})
                for kind, factor in (("base", 100), ("tax", 100), ("tax", -100))
            ]
            values |= {
                "amount": rate[0],
                "invoice_repartition_line_ids": lines,
                "refund_repartition_line_ids": lines,
            }
        else:
            values["amount"] = rate
        self.taxes[name, use] = self.books["account.tax"].create(values)

    def use_taxes(self):
        """A late invoice and a late bill with a line for each tax, and the defaults."""
        for use, move_type in (("sale", "out_invoice"), ("purchase", "in_invoice")):
            taxes = [tax for (_name, side), tax in self.taxes.items() if side == use]
            if taxes:
                self.company[f"account_{use}_tax_id"] = taxes[0]
                self.books["account.move"].create(
                    {
                        "move_type": move_type,
                        "partner_id": self.customer.id,
                        "invoice_date": self.env.cr.now().date(),
                        "invoice_line_ids": [
                            (
                                0,
                                0,
                                {
                                    "name": "x",
                                    "price_unit": 10,
                                    "tax_ids": [(6, 0, tax.ids)],
                                },
                            )
                            for tax in taxes
                        ],
                    }
                )

    def look(self):
        """Open the screen; return {key of a row: name of what is suggested}."""
        mappings = self.books["qbo.mapping"].with_user(self.administrator)
        mappings = mappings.with_context(allowed_company_ids=self.company.ids)
        connection = self.connection.with_env(mappings.env)
        mappings._open(["tax", "term", "journal", "payment_method"], connection)
        rows = self.env["qbo.mapping"].search(
            [("connection_id", "=", self.connection.id)]
        )
        return {(row.kind, row.key): row.suggested_id.name for row in rows}

    def check(self, country, realm_id):
        self.set_up_country(country, realm_id)
        found = self.look()
        expected = {}
        for name, _description, _rate, use, code in TAXES[country]:
            tax = self.taxes[name, use]
            expected["tax", f"{use}:{tax.id}"] = code or False
        for use in ("sale", "purchase") if country in WITHOUT_TAX else ():
            expected["tax", f"{use}:none"] = WITHOUT_TAX[country]
        for xmlid, name in TERMS.items():
            term = self.env.ref(xmlid)
            expected["term", f"account.payment.term,{term.id}"] = name
        for journal in self.books["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "in", ("bank", "cash"))]
        ):
            names = CASH_ACCOUNTS if journal.type == "cash" else BANK_ACCOUNTS
            expected["journal", f"account.journal,{journal.id}"] = names[country]
        self.assertEqual({key: found.get(key) for key in expected}, expected)
        accounts = self.connection._get_suggested_accounts()
        roles = [role for role in ROLES if f"{role}_account_id" in accounts]
        self.assertEqual(roles, list(ROLES))
        mapped = len([name for name in expected.values() if name]) + len(roles)
        self.assertGreaterEqual(mapped, 0.9 * (len(expected) + len(ROLES)))
        # Nothing else of taxes was found to be in use.
        others = {key for key in found if key[0] == "tax"} - expected.keys()
        self.assertFalse(others)
        return accounts

    def test_gb(self):
        accounts = self.check("GB", GB_REALM)
        # GB's chart has accounts of these detail types, one each.
        self.assertEqual(
            accounts["deferred_revenue_account_id"][0].name, "Deferred income"
        )
        self.assertEqual(accounts["expense_account_id"][0].name, "Cost of sales")

    def test_ca(self):
        accounts = self.check("CA", CA_REALM)
        self.assertEqual(accounts["expense_account_id"][0].name, "Cost of Goods Sold")

    def test_au(self):
        self.check("AU", AU_REALM)

    def test_us(self):
        self.check("US", MANUAL_REALM)

    def test_reason_in_words(self):
        self.set_up_country("GB", GB_REALM)
        self.look()
        tax = self.taxes["20%", "sale"]
        row = self.env["qbo.mapping"].search([("key", "=", f"sale:{tax.id}")])
        self.assertEqual(row.suggestion_reason, "Same rate: 20%")
        self.assertEqual(row.tax_ids, tax)
        self.assertEqual(row.state, "suggested")

    def test_mapped_rows_are_left_alone(self):
        self.set_up_country("GB", GB_REALM)
        self.look()
        tax = self.taxes["20%", "sale"]
        row = self.env["qbo.mapping"].search([("key", "=", f"sale:{tax.id}")])
        row.reference_id = self.find_reference("TaxCode", "Exempt")
        mappings = self.env["qbo.mapping"].with_user(self.administrator)
        mappings.with_context(
            default_connection_id=self.connection.id,
            allowed_company_ids=self.company.ids,
        ).action_look_again()
        self.assertEqual(row.reference_id.name, "Exempt")
        self.assertEqual(row.state, "mapped")

    def test_suggestion_that_does_not_hold_any_more(self):
        self.set_up_country("GB", GB_REALM)
        self.look()
        tax = self.taxes["5%", "sale"]
        row = self.env["qbo.mapping"].search([("key", "=", f"sale:{tax.id}")])
        self.assertTrue(row.suggested_id)
        tax.amount = 6
        self.env["qbo.mapping"].with_context(
            default_connection_id=self.connection.id
        ).action_look_again()
        self.assertFalse(row.suggested_id)
        self.assertEqual(row.state, "unmapped")
