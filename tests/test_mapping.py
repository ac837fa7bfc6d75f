import psycopg2

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import GB_REALM, QboCommon
from .documents import DocumentMixin

MANUAL_REALM = "9341450000000002"


@tagged("post_install", "-at_install")
class TestMapping(DocumentMixin, QboCommon):
    def setUp(self):
        super().setUp()
        self.set_up_quickbooks(MANUAL_REALM)

    def get_check(self, name):
        self.env.flush_all()
        self.env.invalidate_all()
        checks = self.connection.with_user(self.administrator).preflight
        return next(check for check in checks if check["name"] == name)

    def mend(self, name):
        return self.connection.with_user(self.administrator).action_preflight(name)

    def test_sets_of_taxes(self):
        both = self.map_tax(self.tax_10 + self.tax_5, "Tucson")
        one = self.map_tax(self.tax_10, "California")
        none = self.map_tax(None, "California")
        self.assertEqual(
            self.connection._get_tax_codes(),
            {
                frozenset((self.tax_10 + self.tax_5).ids): both.reference_id,
                frozenset(self.tax_10.ids): one.reference_id,
                frozenset(): none.reference_id,
            },
        )
        names = [mapping.display_name for mapping in both + none]
        self.assertEqual(
            names,
            ["Sales tax 10% + County tax 5%: Tucson", "Lines without tax: California"],
        )

    def test_one_code_for_each_set(self):
        self.map_tax(self.tax_5 + self.tax_10, "Tucson")
        self.map_tax(None, "Tucson")
        for taxes in (self.tax_10 + self.tax_5, None):
            with (
                self.assertRaises(psycopg2.IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.map_tax(taxes, "California")
                self.env.flush_all()

    def test_archived_tax_stays_in_its_set(self):
        mapping = self.map_tax(self.tax_10 + self.tax_5, "Tucson")
        self.tax_5.active = False
        self.env.flush_all()
        self.env.invalidate_all()
        taxes = frozenset((self.tax_10 + self.tax_5).ids)
        codes = self.connection._get_tax_codes()
        self.assertEqual(codes, {taxes: mapping.reference_id})

    def test_only_tax_codes_of_the_same_books(self):
        account = self.find_reference("Account", "Income")
        with self.assertRaisesRegex(
            ValidationError, "cannot stand for Lines without tax"
        ):
            self.env["qbo.mapping"].create(
                {"connection_id": self.connection.id, "reference_id": account.id}
            )

    def test_roles(self):
        mapping = self.map_tax(self.tax_10, "California")
        other = self.find_reference("TaxCode", "Tucson")
        mapping.with_user(self.accountant).reference_id = other
        mapping.with_user(self.accountant).tax_ids.mapped("name")
        self.assertEqual(mapping.with_user(self.user).reference_id, other)
        with self.assertRaises(AccessError):
            mapping.with_user(self.approver).reference_id = other
        stranger = self._create_user(
            "accountant", self.env["res.company"].create({"name": "Elsewhere"})
        )
        self.assertFalse(self.env["qbo.mapping"].with_user(stranger).search([]))

    def test_severed(self):
        self.map_tax(self.tax_10, "California")
        self.env.flush_all()
        self.connection.with_user(self.administrator).action_sever()
        self.env.invalidate_all()
        self.assertFalse(self.connection.mapping_ids)
        self.assertFalse(self.connection.income_account_id)

    def test_keys_of_former_versions(self):
        mapping = self.map_tax(self.tax_10, "California")
        former = str(self.tax_10.id)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE qbo_mapping SET key = %s WHERE id = %s", [former, mapping.id]
        )
        for _time in range(2):
            self.migrate("19.0.1.2.0/post-mappings.py", "19.0.1.1.0")
            self.assertEqual(mapping.key, f"sale:{former}")

    # === PRE-FLIGHT === #

    def test_accounts(self):
        self.assertEqual(self.get_check("accounts")["state"], "ok")
        self.connection.expense_account_id = False
        self.assertEqual(self.get_check("accounts")["state"], "ok")
        self.connection.income_account_id = False
        self.assertEqual(self.get_check("accounts")["state"], "blocked")
        self.assertEqual(self.mend("accounts")["res_id"], self.connection.id)

    def test_accounts_abroad(self):
        self.connection.country_code = "CA"
        self.connection.expense_account_id = False
        self.assertEqual(self.get_check("accounts")["state"], "blocked")

    def test_taxes(self):
        default = self.company.account_sale_tax_id
        self.create_invoice(
            [(self.service, 1, 10), (self.service, 1, 10, self.tax_0)],
            invoice_date="2026-11-20",
            post=False,
        ).invoice_date = self.env.cr.now().date()
        check = self.get_check("taxes")
        self.assertEqual(check["state"], "warning")
        self.assertIn("Sales tax 10%", check["message"])
        self.assertIn(default.name, check["message"])
        # What comes to nothing needs no code here.
        self.assertNotIn("Exempt", check["message"])
        self.map_tax(self.tax_10, "California")
        self.map_tax(default, "California")
        self.assertEqual(self.get_check("taxes")["state"], "ok")
        self.assertEqual(
            self.mend("taxes")["context"]["default_connection_id"], self.connection.id
        )


@tagged("post_install", "-at_install")
class TestTaxCheck(DocumentMixin, QboCommon):
    def check(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["qbo.preflight"]._check_taxes(self.connection)

    def test_waiting(self):
        self.assertEqual(self.check()[0], "waiting")

    def test_automated(self):
        self.set_up_quickbooks()
        self.assertEqual(self.check()[0], "ok")

    def test_taxes_of_orders(self):
        """An order is pushed before anything of it is invoiced."""
        self.set_up_quickbooks(GB_REALM)
        order = self.create_order(
            [(self.service, 1, 10, self.tax_5 + self.tax_0)],
            date_order=self.env.cr.now(),
        )
        name = "County tax 5% + Exempt"
        self.assertIn(name, self.check()[1])
        mappings = self.env["qbo.mapping"]
        mappings._collect(self.connection, ["tax"])
        self.assertEqual(
            mappings.search([("name", "=", name)]).mapped("tax_use"), ["sale"]
        )
        order.action_cancel()
        self.assertNotIn(name, self.check()[1])
        order.action_draft()
        order.date_order = "2026-03-02"
        self.assertNotIn(name, self.check()[1])

    def test_lines_without_tax(self):
        self.connection.company_id.account_sale_tax_id = False
        self.set_up_quickbooks(GB_REALM)
        state, message = self.check()
        self.assertEqual(state, "warning")
        self.assertIn("lines without tax", message)
