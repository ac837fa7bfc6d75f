from decimal import Decimal

from odoo.tests import tagged

from .test_payloads import PayloadCase


@tagged("post_install", "-at_install")
class TestListPayload(PayloadCase):
    """Customers, products, classes and terms."""

    def setUp(self):
        super().setUp()
        self.set_up_quickbooks()

    def test_company(self):
        self.customer.write({"website": "https://traders.example", "vat": "12-3456789"})
        payload = self.prepare(self.customer)
        self.assertEqual(
            payload,
            {
                "DisplayName": "Pacific Traders",
                "CompanyName": "Pacific Traders",
                "PrimaryEmailAddr": {"Address": "accounts@traders.example"},
                "PrimaryPhone": {"FreeFormNumber": "(555) 010-0042"},
                "WebAddr": {"URI": "https://traders.example"},
                "BillAddr": {
                    "Line1": "12 Ocean Ave",
                    "City": "Los Angeles",
                    "CountrySubDivisionCode": "CA",
                    "PostalCode": "90001",
                    "Country": "USA",
                },
                "Taxable": True,
            },
        )
        self.assertEqual(self.customer._qbo_get_title(), "Customer Pacific Traders")
        _sent, answer = self.deliver(self.customer)
        self.assertEqual(answer["DisplayName"], "Pacific Traders")

    def test_facts_of_a_company(self):
        facts = self.customer._qbo_get_facts(self.connection)
        self.assertEqual(facts.name, "Pacific Traders")
        self.assertEqual(facts.email, "accounts@traders.example")
        self.assertEqual(facts.postal_code, "90001")
        # Nothing but US dollars is known there, and no tax number.
        self.assertEqual((facts.currency, facts.tax_id), ("", ""))

    def test_person(self):
        for name, given, family in (
            ("Maria del Mar Ruiz", "Maria del Mar", "Ruiz"),
            ("Cher", "Cher", None),
        ):
            person = self.books["res.partner"].create({"name": name})
            payload = self.prepare(person)
            self.assertEqual(payload.get("GivenName"), given)
            self.assertEqual(payload.get("FamilyName"), family)
            self.assertNotIn("CompanyName", payload)
            self.deliver(person)

    def test_awkward_customer(self):
        self.customer.write(
            {
                "name": "Line\tbreak: " + "é" * 200,
                "phone": "call 1 800 and then wait for 7 tones",
                "email": "nobody",
                "street": "x" * 600,
            }
        )
        payload = self.prepare(self.customer)
        self.assertEqual(payload["DisplayName"], ("Line break- " + "é" * 88))
        # A number that is cut is another's.
        self.assertNotIn("PrimaryPhone", payload)
        self.assertNotIn("PrimaryEmailAddr", payload)
        self.assertEqual(payload["BillAddr"]["Line1"], "x" * 500)
        self.deliver(self.customer)

    def test_customer_with_delivery_address(self):
        self._create_customer(
            "Dock",
            parent_id=self.customer.id,
            is_company=False,
            type="delivery",
            street="1 Dock",
        )
        payload = self.prepare(self.customer)
        self.assertEqual(payload["BillAddr"]["Line1"], "12 Ocean Ave")
        self.assertEqual(payload["ShipAddr"]["Line1"], "1 Dock")

    def test_contacts_are_no_customers(self):
        contact = self._create_customer(
            "Contact", parent_id=self.customer.id, is_company=False
        )
        self.assertFalse(contact._qbo_get_entity())
        self.assertEqual(self.customer._qbo_get_entity(), "Customer")

    def test_service(self):
        self.service.description_sale = "By the hour"
        payload = self.prepare(self.service)
        self.assertEqual(
            payload,
            {
                "Name": "Consulting",
                "Sku": "CONS",
                "Type": "Service",
                "Description": "By the hour",
                "UnitPrice": Decimal("150"),
                "IncomeAccountRef": {"value": self.connection.income_account_id.qbo_id},
                "ExpenseAccountRef": {
                    "value": self.connection.expense_account_id.qbo_id
                },
                "Taxable": True,
            },
        )
        facts = self.service._qbo_get_facts(self.connection)
        self.assertEqual((facts.name, facts.sku), ("Consulting", "CONS"))
        self.deliver(self.service)

    def test_goods(self):
        self.goods.taxes_id = self.tax_0
        self.connection.expense_account_id = False
        payload = self.prepare(self.goods)
        self.assertEqual(payload["Type"], "NonInventory")
        self.assertFalse(payload["Taxable"])
        self.assertNotIn("Sku", payload)
        self.assertNotIn("ExpenseAccountRef", payload)
        self.deliver(self.goods)

    def test_taxes_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.goods.taxes_id = False
        self.env["account.tax.group"].create(
            {
                "name": "Other",
                "company_id": other.id,
                "country_id": self.env.ref("base.us").id,
            }
        )
        self.goods.taxes_id = self.env["account.tax"].create(
            {
                "name": "Theirs",
                "amount": 7,
                "company_id": other.id,
                "country_id": self.env.ref("base.us").id,
            }
        )
        self.assertFalse(self.prepare(self.goods)["Taxable"])

    def test_variant(self):
        attribute = self.env["product.attribute"].create(
            {
                "name": "Color",
                "value_ids": [(0, 0, {"name": "Red"}), (0, 0, {"name": "Blue"})],
            }
        )
        template = self.books["product.template"].create(
            {
                "name": "Lamp: large",
                "list_price": 10.5,
                "attribute_line_ids": [
                    (
                        0,
                        0,
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [(6, 0, attribute.value_ids.ids)],
                        },
                    )
                ],
            }
        )
        names = [self.prepare(each)["Name"] for each in template.product_variant_ids]
        self.assertEqual(names, ["Lamp- large (Red)", "Lamp- large (Blue)"])

    def test_product_without_name_and_long_reference(self):
        self.service.write({"name": "\x07", "default_code": "x" * 101})
        blockers = self.service._qbo_get_blockers(self.connection)
        self.assertEqual(len(blockers), 2)

    def test_class(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        account = self.books["account.analytic.account"].create(
            {"name": "North: upper", "plan_id": plan.id}
        )
        self.assertEqual(self.prepare(account), {"Name": "North- upper"})
        self.assertEqual(account._qbo_get_facts(self.connection).name, "North- upper")
        self.deliver(account)
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            preferences={
                "AccountingInfoPrefs": {
                    "ClassTrackingPerTxn": False,
                    "ClassTrackingPerTxnLine": False,
                }
            },
        )
        self.connection.with_user(self.administrator).action_test_connection()
        self.env.invalidate_all()
        self.assertIn("Switch on class tracking", self.get_blocker(account))

    def test_term(self):
        term = self.env["account.payment.term"].create(
            {"name": "45 Days", "line_ids": [(0, 0, {"nb_days": 45})]}
        )
        self.assertEqual(term._qbo_get_entity(), "Term")
        self.assertEqual(self.prepare(term), {"Name": "45 Days", "DueDays": 45})
        _sent, answer = self.deliver(term)
        self.assertEqual(answer["Type"], "STANDARD")
        self.assertFalse(self.env["account.payment.term"]._qbo_get_entity())
