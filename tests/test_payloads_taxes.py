from decimal import Decimal

from odoo.tests import tagged

from .common import GB_REALM
from .countries import MANUAL_REALM
from .test_payloads import PayloadCase


@tagged("post_install", "-at_install")
class TestManualTax(PayloadCase):
    """A company in the US that reckons its sales tax by hand: one code a document."""

    def setUp(self):
        super().setUp()
        self.set_up_quickbooks(MANUAL_REALM)

    def test_one_code(self):
        self.map_tax(self.tax_10, "California")
        # 100.00 at 10 % is 10.00; QuickBooks' own rate of 8 % gives way.
        invoice = self.create_invoice(
            [(self.service, 1, 100), (self.goods, 1, 40, None)]
        )
        payload = self.prepare(invoice)
        code = self.find_reference("TaxCode", "California").qbo_id
        self.assertEqual(
            payload["TxnTaxDetail"],
            {"TxnTaxCodeRef": {"value": code}, "TotalTax": Decimal("10.00")},
        )
        self.check_delivered(invoice, "150.00")

    def test_two_sets_with_one_code(self):
        self.map_tax(self.tax_10, "Tucson")
        self.map_tax(self.tax_10 + self.tax_5, "Tucson")
        invoice = self.create_invoice(
            [
                (self.service, 1, 100),
                (self.goods, 1, 100, self.tax_10 + self.tax_5),
            ]
        )
        # 10.00 + 15.00.
        self.check_delivered(invoice, "225.00")

    def test_two_codes(self):
        self.map_tax(self.tax_10, "California")
        self.map_tax(self.tax_5, "Tucson")
        invoice = self.create_invoice(
            [(self.service, 1, 100), (self.goods, 1, 40, self.tax_5)]
        )
        self.assertIn("Split the document by tax", self.get_blocker(invoice))

    def test_unmapped(self):
        invoice = self.create_invoice()
        self.assertIn("Sales tax 10%", self.get_blocker(invoice))

    def test_no_tax_needs_no_code(self):
        invoice = self.create_invoice(
            [(self.service, 1, 100, None), (self.goods, 1, 40, self.tax_0)]
        )
        self.assertNotIn("TxnTaxDetail", self.prepare(invoice))
        self.check_delivered(invoice, "140.00")

    def test_code_of_another_rate_is_told(self):
        """QuickBooks keeps Odoo's amount, and files it under the code."""
        tax_8 = self._create_tax("California 8%", 8)
        self.map_tax(self.tax_10, "California")
        self.map_tax(tax_8, "California")
        lines = [(self.service, 3, 33.33, tax_8), (self.goods, 1, 7, None)]
        invoice = self.create_invoice(lines)
        self.assertEqual(invoice._qbo_get_notes(self.connection), [])
        lines[0] = (self.service, 3, 33.33, self.tax_10)
        invoice = self.create_invoice(lines)
        (note,) = invoice._qbo_get_notes(self.connection)
        # 8 % of 99.99 is 8.00, 10 % are 10.00.
        self.assertIn("California comes to 8% in QuickBooks, which would be 8.00", note)
        self.assertIn("Odoo has 10.00", note)
        self.check_delivered(invoice, "116.99")

    def test_no_place_is_needed(self):
        self.map_tax(self.tax_10, "California")
        self.customer.write({"zip": False, "state_id": False})
        self.check_delivered(self.create_invoice(), "330.00")

    def test_tax_switched_off(self):
        self.control(
            "POST",
            f"company/{MANUAL_REALM}",
            preferences={"TaxPrefs": {"UsingSalesTax": False}},
        )
        self.connection.with_user(self.administrator).action_test_connection()
        self.env.invalidate_all()
        self.assertIn("switched off", self.get_blocker(self.create_invoice()))
        invoice = self.create_invoice([(self.service, 1, 100, None)])
        payload = self.prepare(invoice)
        self.assertNotIn("TxnTaxDetail", payload)
        detail = payload["Line"][0]["SalesItemLineDetail"]
        self.assertNotIn("TaxCodeRef", detail)
        self.check_delivered(invoice, "100.00")

    def test_class_of_document(self):
        """This company keeps one class for each document."""
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        self.connection.class_plan_id = plan
        north, south = self.books["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("North", "South")]
        )

        def create(*accounts):
            return self.create_invoice(
                [
                    {
                        "product_id": self.service.id,
                        "price_unit": 10,
                        "tax_ids": False,
                        "analytic_distribution": account and {str(account.id): 100},
                    }
                    for account in accounts
                ]
            )

        invoice = create(north, north)
        payload = self.prepare(invoice)
        self.assertEqual(
            payload["ClassRef"]["odoo"], f"account.analytic.account,{north.id}"
        )
        self.assertNotIn("ClassRef", payload["Line"][0]["SalesItemLineDetail"])
        self.check_delivered(invoice, "20.00")
        self.assertIn("North, South", self.get_blocker(create(north, south)))
        self.assertIn("North, none", self.get_blocker(create(north, None)))
        self.assertNotIn("ClassRef", self.prepare(create(None, None)))
        # An accountant may say that two accounts are one class.
        class_ = self.env["qbo.reference"].search(
            [("connection_id", "=", self.connection.id), ("entity", "=", "Class")],
            limit=1,
        )
        for account in (north, south):
            self.env["qbo.mapping"].create(
                {
                    "connection_id": self.connection.id,
                    "kind": "class",
                    "res_model": account._name,
                    "res_id": account.id,
                    "reference_id": class_.id,
                }
            )
        invoice = create(north, south)
        self.assertEqual(self.prepare(invoice)["ClassRef"], {"value": class_.qbo_id})
        self.check_delivered(invoice, "20.00")
        self.assertIn("North, none", self.get_blocker(create(north, None)))


@tagged("post_install", "-at_install")
class TestAbroad(PayloadCase):
    """A company in the United Kingdom with several currencies."""

    @classmethod
    def _set_up_books(cls, company):
        pound, euro = cls.env.ref("base.GBP"), cls.env.ref("base.EUR")
        (pound + euro + cls.env.ref("base.KWD") + cls.env.ref("base.JPY")).active = True
        company.write(
            {"currency_id": pound.id, "country_id": cls.env.ref("base.uk").id}
        )
        result = super()._set_up_books(company)
        company.currency_id = pound
        cls.euro = euro
        cls.tax_20 = cls._create_tax("VAT 20%", 20)
        cls.tax_zero = cls._create_tax("VAT 0%", 0)
        cls.customer.write({"country_id": cls.env.ref("base.uk").id, "state_id": False})
        (cls.service + cls.goods).taxes_id = cls.tax_20
        cls.set_rate(euro, 1.25)
        return result

    @classmethod
    def set_rate(cls, currency, rate):
        """So many foreign units for a pound."""
        cls.books["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "rate": rate,
                "name": "2026-01-01",
                "company_id": cls.company.id,
            }
        )

    def setUp(self):
        super().setUp()
        self.set_up_quickbooks(GB_REALM)

    def map_taxes(self):
        self.map_tax(self.tax_20, "20.0% S")
        self.map_tax(self.tax_zero, "0.0% Z")
        self.map_tax(None, "No VAT")

    def test_codes_of_lines(self):
        self.map_taxes()
        invoice = self.create_invoice(
            [
                (self.service, 2, 150),
                (self.goods, 1, 40, self.tax_zero),
                (self.goods, 1, 7, None),
            ]
        )
        payload = self.prepare(invoice)
        self.assertEqual(payload["GlobalTaxCalculation"], "TaxExcluded")
        self.assertNotIn("TxnTaxDetail", payload)
        self.assertEqual(payload["CurrencyRef"], {"value": "GBP"})
        self.assertNotIn("ExchangeRate", payload)
        codes = [
            line["SalesItemLineDetail"]["TaxCodeRef"]["value"]
            for line in payload["Line"]
        ]
        self.assertEqual(
            codes,
            [
                self.find_reference("TaxCode", name).qbo_id
                for name in ("20.0% S", "0.0% Z", "No VAT")
            ],
        )
        # 300.00 at 20 % is 60.00; 40.00; 7.00.
        self.check_delivered(invoice, "407.00")

    def test_unmapped(self):
        blockers = self.create_invoice(
            [(self.service, 1, 10), (self.goods, 1, 7, None)]
        )._qbo_get_blockers(self.connection)
        self.assertEqual(len(blockers), 2)
        self.assertIn("VAT 20%", blockers[0])
        self.assertIn("lines without tax", blockers[1])

    def test_a_set_is_not_its_parts(self):
        self.map_taxes()
        invoice = self.create_invoice([(self.service, 1, 10, self.tax_20 + self.tax_5)])
        self.assertIn("VAT 20% + County tax 5%", self.get_blocker(invoice))

    def test_code_made_inactive(self):
        self.map_taxes()
        self.find_reference("TaxCode", "20.0% S").active = False
        self.assertIn("not active", self.get_blocker(self.create_invoice()))

    def test_foreign_currency(self):
        self.map_taxes()
        # EUR 250.00 and 20 % of it; a pound is 1.25 euros, so a euro 0.80 pounds.
        invoice = self.create_invoice(
            [(self.service, 2, 125)], currency_id=self.euro.id
        )
        payload = self.prepare(invoice)
        self.assertEqual(payload["CurrencyRef"], {"value": "EUR"})
        self.assertEqual(payload["ExchangeRate"], Decimal("0.8"))
        self.assertEqual(invoice.amount_total_signed, 240.00)
        sent, answer = self.deliver(invoice)
        self.assertEqual(answer["TotalAmt"], Decimal("300.00"))
        self.assertEqual(answer["HomeTotalAmt"], Decimal("240.00"))

    def test_foreign_documents_of_each_kind(self):
        self.map_taxes()
        self.check_delivered(
            self.create_invoice([(self.service, 1, 100)], currency_id=self.euro.id),
            "120.00",
        )
        self.check_delivered(
            self.create_invoice(
                [(self.service, 1, 100)],
                partner=self._create_customer("Paris", state_id=False),
                currency_id=self.euro.id,
                move_type="out_refund",
            ),
            "120.00",
        )
        pricelist = self.books["product.pricelist"].create(
            {"name": "Euros", "currency_id": self.euro.id}
        )
        order = self.create_order(
            [(self.service, 1, 100)],
            partner=self._create_customer("Rome", state_id=False),
            pricelist_id=pricelist.id,
        )
        self.assertEqual(self.prepare(order)["ExchangeRate"], Decimal("0.8"))
        self.check_delivered(order, "120.00")

    def test_rate_with_many_decimals(self):
        self.map_taxes()
        self.set_rate(self.env.ref("base.USD"), 1.3)
        invoice = self.create_invoice(currency_id=self.env.ref("base.USD").id)
        # 1 / 1.3 = 0.769230769...
        self.assertEqual(self.prepare(invoice)["ExchangeRate"], Decimal("0.7692308"))
        invoice.button_draft()
        invoice.invoice_currency_rate = 1 / 0.7701
        self.assertEqual(self.prepare(invoice)["ExchangeRate"], Decimal("0.7701"))

    def test_amounts_in_the_home_currency_that_differ(self):
        """QuickBooks keeps seven decimals of a rate: of yen, five digits."""
        self.map_taxes()
        yen = self.env.ref("base.JPY")
        self.set_rate(yen, 193.37)
        self.control(
            "POST",
            "act",
            realm=GB_REALM,
            entity="CompanyCurrency",
            operation="create",
            values={"Code": "JPY"},
        )
        self.connection.with_user(self.administrator).action_refresh_references()
        self.env.invalidate_all()
        for kind in ("out_invoice", "out_refund"):
            invoice = self.create_invoice(
                [(self.service, 1, 5000000)], currency_id=yen.id, move_type=kind
            )
            # 6,000,000 yen at 1 / 193.37 = 0.00517143... are 31,028.60 pounds.
            (note,) = invoice._qbo_get_notes(self.connection)
            self.assertIn("In GBP, QuickBooks books 31028.40 for", note)
            self.assertIn("Odoo 31028.60: it multiplies the total by the rate 0", note)
        _sent, answer = self.deliver(invoice)
        self.assertEqual(answer["HomeTotalAmt"], Decimal("31028.40"))
        # 250.00 euros and their tax at 1.25 are 240.00 pounds on both sides.
        invoice = self.create_invoice(
            [(self.service, 2, 125)], currency_id=self.euro.id
        )
        self.assertEqual(invoice._qbo_get_notes(self.connection), [])

    def test_currency_that_quickbooks_does_not_have(self):
        self.map_taxes()
        self.set_rate(self.env.ref("base.JPY"), 190)
        invoice = self.create_invoice(currency_id=self.env.ref("base.JPY").id)
        self.assertIn("Settings, Currencies", self.get_blocker(invoice))

    def test_thousandths(self):
        self.map_taxes()
        self.set_rate(self.env.ref("base.KWD"), 0.4)
        invoice = self.create_invoice(
            [(self.service, 1, 1.234), (self.service, 1, 1.23)],
            currency_id=self.env.ref("base.KWD").id,
        )
        blockers = invoice._qbo_get_blockers(self.connection)
        self.assertTrue(any("1.234 KWD" in each for each in blockers), blockers)
        self.assertFalse(any("1.230 KWD" in each for each in blockers), blockers)

    def set_up_dinars(self):
        """QuickBooks has them, cents may differ, and a class counts for each line."""
        dinar = self.env.ref("base.KWD")
        self.set_rate(dinar, 0.4)
        self.env.flush_all()
        self.control(
            "POST",
            f"company/{GB_REALM}",
            preferences={"AccountingInfoPrefs": {"ClassTrackingPerTxnLine": True}},
        )
        self.control(
            "POST",
            "act",
            realm=GB_REALM,
            entity="CompanyCurrency",
            operation="create",
            values={"Code": "KWD"},
        )
        connection = self.connection.with_user(self.administrator)
        connection.action_test_connection()
        connection.action_refresh_references()
        self.env.invalidate_all()
        self.connection.rounding_policy = "adjust"
        self.connection.rounding_account_id = self.find_reference("Account", "Income")
        return dinar

    def test_thousandths_of_tax(self):
        """No rounding line makes up for what QuickBooks cannot keep."""
        self.map_taxes()
        dinar = self.set_up_dinars()
        # 20 % of 10.01 is 2.002.
        invoice = self.create_invoice([(self.service, 1, 10.01)], currency_id=dinar.id)
        self.assertIn("to 12.012 KWD, 2.002 of it tax", self.get_blocker(invoice))
        self.check_delivered(
            self.create_invoice([(self.service, 1, 10.05)], currency_id=dinar.id),
            "12.06",
        )

    def test_thousandths_are_not_shared_out(self):
        self.map_taxes()
        dinar = self.set_up_dinars()
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        accounts = self.books["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("North", "South", "West")]
        )
        self.connection.class_plan_id = plan
        shares = dict(zip(map(str, accounts.ids), (33.33, 33.33, 33.34), strict=True))
        line = {
            "product_id": self.service.id,
            "price_unit": 10.01,
            "tax_ids": [(6, 0, self.tax_zero.ids)],
            "analytic_distribution": shares,
        }
        invoice = self.create_invoice([line], currency_id=dinar.id)
        self.assertEqual(
            [amount for amount, *_ in self.get_lines(invoice)],
            [Decimal("3.34"), Decimal("3.33"), Decimal("3.34")],
        )
        self.check_delivered(invoice, "10.01")

    def test_customer_kept_in_another_currency(self):
        self.map_taxes()
        answer = {
            "Id": "77",
            "SyncToken": "0",
            "DisplayName": "Pacific Traders",
            "CurrencyRef": {"value": "EUR"},
        }
        self.env["qbo.binding"]._point(
            self.connection, self.customer, "Customer", answer, "linked"
        )
        self.assertIn(
            "QuickBooks keeps Pacific Traders in EUR",
            self.get_blocker(self.create_invoice()),
        )
        invoice = self.create_invoice(currency_id=self.euro.id)
        self.assertEqual(invoice._qbo_get_blockers(self.connection), [])

    def test_one_customer_for_each_currency(self):
        self.map_taxes()
        at_home, abroad, again = (
            self.create_invoice(currency_id=currency.id)
            for currency in (self.company.currency_id, self.euro, self.euro)
        )
        customers = [
            self.prepare(each)["CustomerRef"]["odoo"]
            for each in (at_home, abroad, again)
        ]
        self.assertEqual(customers[0], f"res.partner,{self.customer.id}")
        self.assertRegex(customers[1], "^qbo.customer,")
        self.assertEqual(customers[1], customers[2])
        row = self.env["qbo.customer"].search([])
        self.assertEqual(row.display_name, "Pacific Traders (EUR)")
        for invoice in (at_home, abroad):
            self.connection.approval_required = False
            self.env["qbo.operation"]._enqueue(self.connection, invoice)
        self.env.flush_all()
        self.connection._run_worker()
        self.env.invalidate_all()
        states = self.env["qbo.operation"].search([]).mapped("state")
        self.assertEqual(set(states), {"done"})
        names = {
            each["DisplayName"]: each["CurrencyRef"]["value"]
            for each in self.control("GET", f"objects/{GB_REALM}/Customer")["objects"]
            if each["DisplayName"].startswith("Pacific Traders")
        }
        # Both want the same name; whoever is second says its currency.
        self.assertEqual(
            names, {"Pacific Traders": "GBP", "Pacific Traders (EUR)": "EUR"}
        )
        self.assertIn(
            "Pushed to QuickBooks: Customer",
            " ".join(self.customer.message_ids.mapped("body")),
        )

    def test_item_needs_both_accounts(self):
        self.map_taxes()
        self.connection.expense_account_id = False
        self.assertIn("no expense account", self.get_blocker(self.create_invoice()))

    def test_tax_switched_off(self):
        self.control(
            "POST",
            f"company/{GB_REALM}",
            preferences={"TaxPrefs": {"UsingSalesTax": False}},
        )
        self.connection.with_user(self.administrator).action_test_connection()
        self.env.invalidate_all()
        invoice = self.create_invoice([(self.service, 1, 100, None)])
        self.assertEqual(self.prepare(invoice)["GlobalTaxCalculation"], "NotApplicable")
        self.check_delivered(invoice, "100.00")

    def test_customer(self):
        self.customer.vat = "GB123456782"
        payload = self.prepare(self.customer)
        self.assertEqual(payload["CurrencyRef"], {"value": "GBP"})
        self.assertEqual(payload["PrimaryTaxIdentifier"], "GB123456782")
        self.assertNotIn("Taxable", payload)
        self.assertEqual(payload["BillAddr"]["Country"], "GBR")
        facts = self.customer._qbo_get_facts(self.connection)
        self.assertEqual((facts.currency, facts.tax_id), ("GBP", "GB123456782"))
        foreign = self.env["qbo.customer"]._of(self.customer, self.euro)
        self.assertEqual(self.prepare(foreign)["CurrencyRef"], {"value": "EUR"})
        self.assertEqual(foreign._qbo_get_facts(self.connection).currency, "EUR")
        self.deliver(foreign)

    def test_early_payment_that_lowers_the_tax(self):
        self.map_taxes()
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % in a week",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 7,
                "early_pay_discount_computation": "mixed",
                "line_ids": [(0, 0, {"nb_days": 30})],
            }
        )
        invoice = self.create_invoice(invoice_payment_term_id=term.id)
        # 20 % of 294.00 is 58.80; QuickBooks would reckon 60.00.
        self.assertEqual(invoice.amount_tax, 58.80)
        self.assertIn("lower its tax", self.get_blocker(invoice))
        order = self.create_order(payment_term_id=term.id)
        self.assertEqual(order.amount_tax, 58.80)
        self.assertIn("lower its tax", self.get_blocker(order))
        term.early_pay_discount_computation = "included"
        self.check_delivered(self.create_invoice(), "360.00")

    # === A WRONG TAX CODE === #

    def test_code_of_another_rate(self):
        self.map_tax(self.tax_10, "20.0% S")
        invoice = self.create_invoice([(self.service, 1, 100, self.tax_10)])
        blocker = self.get_blocker(invoice)
        self.assertIn("a tax of 20.00, and Odoo has 10.00", blocker)
        self.assertIn("20.0% S", blocker)

    def test_rate_of_the_day(self):
        self.map_taxes()
        invoice = self.create_invoice(
            [(self.service, 1, 100)], invoice_date="2010-06-01"
        )
        # Until 2011 it was 17.5 %.
        self.assertIn("a tax of 17.50, and Odoo has 20.00", self.get_blocker(invoice))

    def test_cents_of_rounding_are_refused(self):
        self.map_taxes()
        self.company.tax_calculation_rounding_method = "round_globally"
        # 20 % of 0.99 is 0.198, so 0.20; for each line 0.066, so 0.07 three times.
        invoice = self.create_invoice([(self.service, 1, 0.33)] * 3)
        self.assertEqual(invoice.amount_tax, 0.20)
        self.assertIn("would make it 1.20, 0.21 of it tax", self.get_blocker(invoice))

    def test_cents_of_rounding_get_a_line(self):
        self.map_taxes()
        self.company.tax_calculation_rounding_method = "round_globally"
        self.connection.rounding_policy = "adjust"
        invoice = self.create_invoice([(self.service, 1, 0.33)] * 3)
        self.assertIn("no account is chosen", self.get_blocker(invoice))
        self.connection.rounding_account_id = self.find_reference("Account", "Income")
        code = self.find_reference("TaxCode", "No VAT")
        code.active = False
        self.assertIn("no active tax code of 0%", self.get_blocker(invoice))
        code.active = True
        line = self.prepare(invoice)["Line"][3]
        self.assertEqual(line["Amount"], Decimal("-0.01"))
        self.assertEqual(
            line["SalesItemLineDetail"]["TaxCodeRef"]["value"],
            self.find_reference("TaxCode", "No VAT").qbo_id,
        )
        notes = invoice._qbo_get_notes(self.connection)
        self.assertIn("a rounding line of -0.01 makes up for it", notes[0])
        self.assertIn("a tax of 0.21, Odoo of 0.20", notes[1])
        sent, answer = self.deliver(invoice)
        self.assertEqual(answer["TotalAmt"], Decimal("1.19"))
        expected = invoice._qbo_get_expectation(self.connection)
        self.assertEqual(
            (expected["total"], expected["tax"]), (Decimal("1.19"), Decimal("0.21"))
        )

    def test_a_company_that_rounds_by_document(self):
        self.map_taxes()
        self.company.tax_calculation_rounding_method = "round_globally"
        self.connection.tax_rounding = "document"
        self.control(
            "POST", f"company/{GB_REALM}", switches={"tax_rounding": "document"}
        )
        self.check_delivered(self.create_invoice([(self.service, 1, 0.33)] * 3), "1.19")

    def test_code_of_purchases(self):
        self.map_tax(self.tax_20, "20.0% RC SG")
        self.assertIn("no rates for sales", self.get_blocker(self.create_invoice()))
