from decimal import Decimal

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools.digest import digest
from .common import QboCommon
from .documents import DocumentMixin


class PayloadCase(DocumentMixin, QboCommon):
    """Helpers to look into payloads."""

    def prepare(self, record):
        return record._qbo_prepare_payload(self.connection)

    def get_lines(self, record):
        """[(amount, quantity, unit price)] of the lines with products."""
        return [
            (
                line["Amount"],
                line["SalesItemLineDetail"].get("Qty"),
                line["SalesItemLineDetail"].get("UnitPrice"),
            )
            for line in self.prepare(record)["Line"]
            if line["DetailType"] == "SalesItemLineDetail"
        ]

    def get_blocker(self, record):
        blockers = record._qbo_get_blockers(self.connection)
        self.assertEqual(len(blockers), 1, blockers)
        return blockers[0]

    def check_delivered(self, record, total):
        """It comes to this total here, and QuickBooks has all of it."""
        self.assertEqual(f"{record.amount_total:.2f}", total)
        self.assertEqual(self.get_gaps(record), [])


@tagged("post_install", "-at_install")
class TestInvoicePayload(PayloadCase):
    """Invoices of a company in the US whose sales tax QuickBooks reckons."""

    def setUp(self):
        super().setUp()
        self.set_up_quickbooks()

    # === THE HEAD === #

    def test_whole_payload(self):
        term = self.env["account.payment.term"].create(
            {"name": "45 Days", "line_ids": [(0, 0, {"nb_days": 45})]}
        )
        invoice = self.create_invoice(
            [(self.service, 2, 150)],
            ref="PO 7",
            narration="<p>Thank you.</p><p>See you soon.</p>",
            invoice_payment_term_id=term.id,
        )
        address = {
            "Line1": "12 Ocean Ave",
            "City": "Los Angeles",
            "CountrySubDivisionCode": "CA",
            "PostalCode": "90001",
            "Country": "USA",
        }
        marker = invoice._qbo_get_marker()
        self.assertRegex(marker, "^[0-9a-f]{12}$")
        # 2 x 150.00 = 300.00, 10 % of it is 30.00. 2 March + 45 days is 16 April.
        self.assertEqual(
            self.prepare(invoice),
            {
                "DocNumber": "INV/2026/00001",
                "TxnDate": "2026-03-02",
                "DueDate": "2026-04-16",
                "SalesTermRef": {
                    "odoo": f"account.payment.term,{term.id}",
                    "entity": "Term",
                    "link": 0,
                },
                "CustomerRef": {
                    "odoo": f"res.partner,{self.customer.id}",
                    "entity": "Customer",
                    "link": 0,
                },
                "PrivateNote": f"Odoo INV/2026/00001, reference PO 7 [{marker}]",
                "CustomerMemo": {"value": "Thank you.\nSee you soon."},
                "BillEmail": {"Address": "accounts@traders.example"},
                "BillAddr": address,
                "ShipAddr": address,
                "TxnTaxDetail": {"TotalTax": Decimal("30.00")},
                "Line": [
                    {
                        "LineNum": 1,
                        "Description": "[CONS] Consulting",
                        "Amount": Decimal("300.00"),
                        "DetailType": "SalesItemLineDetail",
                        "SalesItemLineDetail": {
                            "ItemRef": {
                                "odoo": f"product.product,{self.service.id}",
                                "entity": "Item",
                                "link": 0,
                            },
                            "UnitPrice": Decimal("150"),
                            "Qty": Decimal("2"),
                            "TaxCodeRef": {"value": "TAX"},
                        },
                    }
                ],
            },
        )
        expected = invoice._qbo_get_expectation(self.connection)
        self.assertEqual(
            expected,
            {
                "total": Decimal("330.00"),
                "tax": Decimal("30.00"),
                "currency_decimals": 2,
            },
        )
        self.check_delivered(invoice, "330.00")

    def test_identity(self):
        invoice = self.create_invoice()
        self.assertEqual(invoice._qbo_get_entity(), "Invoice")
        self.assertEqual(invoice._qbo_get_title(), "Invoice INV/2026/00001")
        self.assertIsNone(invoice._qbo_get_facts(self.connection))
        self.assertEqual(invoice._qbo_get_link(self.connection), 0)
        others = self.create_invoice(), self.create_order()
        markers = {each._qbo_get_marker() for each in (invoice, *others)}
        self.assertEqual(len(markers), 3)

    def test_link_number(self):
        answer = {"Id": "77", "SyncToken": "0", "DisplayName": "Pacific Traders"}
        bindings = self.env["qbo.binding"]
        bindings._point(self.connection, self.customer, "Customer", answer, "linked")
        invoice = self.create_invoice()
        before = digest(self.prepare(invoice))
        self.assertEqual(self.prepare(invoice)["CustomerRef"]["link"], 0)
        answer["Id"] = "78"
        bindings._point(self.connection, self.customer, "Customer", answer, "linked")
        self.assertEqual(self.prepare(invoice)["CustomerRef"]["link"], 1)
        self.assertNotEqual(digest(self.prepare(invoice)), before)

    def test_people_and_places(self):
        contact = self._create_customer(
            "Invoices, please",
            parent_id=self.customer.id,
            is_company=False,
            type="invoice",
            email="Bills <bills@traders.example>; other@traders.example",
            street="PO Box 9",
            zip="90009",
        )
        warehouse = self._create_customer(
            "Warehouse",
            parent_id=self.customer.id,
            is_company=False,
            type="delivery",
            street="800 E Speedway Blvd",
            street2="Gate 3",
            city="Tucson",
            zip="85719",
            state_id=self.env.ref("base.state_us_3").id,
        )
        invoice = self.create_invoice(partner=contact, partner_shipping_id=warehouse.id)
        payload = self.prepare(invoice)
        self.assertEqual(
            payload["CustomerRef"]["odoo"], f"res.partner,{self.customer.id}"
        )
        self.assertEqual(payload["BillEmail"]["Address"], "bills@traders.example")
        self.assertEqual(payload["BillAddr"]["Line1"], "PO Box 9")
        self.assertEqual(
            payload["ShipAddr"],
            {
                "Line1": "800 E Speedway Blvd",
                "Line2": "Gate 3",
                "City": "Tucson",
                "CountrySubDivisionCode": "AZ",
                "PostalCode": "85719",
                "Country": "USA",
            },
        )
        self.check_delivered(invoice, "330.00")

    def test_contact_without_address(self):
        contact = self.books["res.partner"].create(
            {"name": "Somebody", "parent_id": self.customer.id, "type": "other"}
        )
        payload = self.prepare(self.create_invoice(partner=contact))
        self.assertEqual(payload["BillAddr"]["Line1"], "12 Ocean Ave")
        self.assertEqual(payload["BillEmail"]["Address"], "accounts@traders.example")

    def test_invalid_email_is_left_out(self):
        self.customer.email = "ask Jane"
        self.assertNotIn("BillEmail", self.prepare(self.create_invoice()))

    def test_long_memo(self):
        words = "Nineteen characters " * 60
        invoice = self.create_invoice(narration=f"<p>{words}</p>")
        memo = self.prepare(invoice)["CustomerMemo"]["value"]
        # 50 times 20 characters, of which the last is the ellipsis.
        self.assertEqual(memo, ("Nineteen characters " * 50).rstrip() + "…")
        invoice.narration = f"<p>Nine {words}</p>"
        memo = self.prepare(invoice)["CustomerMemo"]["value"]
        self.assertEqual(memo, "Nine " + "Nineteen characters " * 49 + "Nineteen…")
        self.assertEqual(self.get_gaps(invoice), [])

    def test_terms_that_quickbooks_cannot_say(self):
        halves = {"value": "percent", "value_amount": 50}
        plain = {"name": "Plain", "line_ids": [(0, 0, {"nb_days": 10})]}
        for values in (
            {"line_ids": [(0, 0, halves), (0, 0, halves | {"nb_days": 30})]},
            {
                "line_ids": [
                    (0, 0, {"delay_type": "days_after_end_of_month", "nb_days": 5})
                ]
            },
            {"early_discount": True},
            {"name": "A name of more than thirty-one characters"},
            {"line_ids": [(0, 0, {"nb_days": 1000})]},
        ):
            term = self.env["account.payment.term"].create(plain | values)
            invoice = self.create_invoice(invoice_payment_term_id=term.id)
            payload = self.prepare(invoice)
            self.assertNotIn("SalesTermRef", payload, values)
            self.assertEqual(
                payload["DueDate"], fields.Date.to_string(invoice.invoice_date_due)
            )

    def test_number_of_21_characters(self):
        invoice = self.create_invoice(name="INVOICE/2026/00000001")
        self.check_delivered(invoice, "330.00")
        self.assertEqual(self.prepare(invoice)["DocNumber"], "INVOICE/2026/00000001")

    def test_number_of_22_characters(self):
        invoice = self.create_invoice(name="INVOICE/2026/000000001")
        self.assertIn("Shorten the sequence", self.get_blocker(invoice))
        self.assertEqual(self.prepare(invoice)["DocNumber"], "INVOICE/2026/000000001")

    # === LINES === #

    def test_texts(self):
        invoice = self.create_invoice(
            [
                {"display_type": "line_section", "name": "Work"},
                {"display_type": "line_subsection", "name": "In March"},
                (self.service, 2, 150),
                {"display_type": "line_note", "name": "As agreed\r\non the phone"},
                {"display_type": "line_note", "name": " "},
                (self.goods, 1, 40),
            ]
        )
        lines = self.prepare(invoice)["Line"]
        self.assertEqual([line["LineNum"] for line in lines], [1, 2, 3, 4, 5])
        self.assertEqual(
            [line["Description"] for line in lines],
            [
                "Work",
                "In March",
                "[CONS] Consulting",
                "As agreed\non the phone",
                "Lantern",
            ],
        )
        self.assertEqual(
            [line["DetailType"] == "DescriptionOnly" for line in lines],
            [True, True, False, True, False],
        )
        # 300.00 + 40.00, and 10 %.
        self.check_delivered(invoice, "374.00")

    def test_order_of_lines(self):
        invoice = self.create_invoice(
            [
                {"product_id": self.service.id, "name": "last", "sequence": 30},
                {"product_id": self.service.id, "name": "first", "sequence": 10},
                {"product_id": self.service.id, "name": "second", "sequence": 10},
            ]
        )
        names = [line["Description"] for line in self.prepare(invoice)["Line"]]
        self.assertEqual(names, ["first", "second", "last"])

    def test_long_description(self):
        """Texts are cut with an ellipsis; they identify nothing."""
        invoice = self.create_invoice(
            [{"product_id": self.service.id, "name": "🚀 " * 3000, "quantity": 1}]
        )
        text = self.prepare(invoice)["Line"][0]["Description"]
        # A rocket counts twice at QuickBooks: 1333 x 3 = 3999, less the blank.
        self.assertEqual(text, ("🚀 " * 1333).rstrip() + "…")
        self.assertEqual(self.get_gaps(invoice), [])

    def test_discount(self):
        # 3 x 33.33 = 99.99, less 10 % 89.991, so 89.99; tax 9.00.
        invoice = self.create_invoice(
            [
                {
                    "product_id": self.service.id,
                    "quantity": 3,
                    "price_unit": 33.33,
                    "discount": 10,
                }
            ]
        )
        # 3 x 29.997 = 89.991.
        self.assertEqual(
            self.get_lines(invoice), [(Decimal("89.99"), 3, Decimal("29.997"))]
        )
        self.check_delivered(invoice, "98.99")

    def test_full_discount(self):
        invoice = self.create_invoice(
            [
                (self.service, 1, 20),
                {
                    "product_id": self.goods.id,
                    "quantity": 2,
                    "price_unit": 40,
                    "discount": 100,
                },
            ]
        )
        self.assertEqual(self.get_lines(invoice), [(20, 1, 20), (0, 2, 0)])
        self.check_delivered(invoice, "22.00")

    def test_quantity_zero_and_amount_zero(self):
        invoice = self.create_invoice(
            [(self.service, 1, 20), (self.service, 0, 150), (self.goods, 2, 0)]
        )
        self.assertEqual(self.get_lines(invoice), [(20, 1, 20), (0, 0, 150), (0, 2, 0)])
        self.check_delivered(invoice, "22.00")

    def test_negative_lines(self):
        # 300.00 - 30.00 = 270.00; tax 27.00. A return: -1 x 40.00; tax -4.00.
        invoice = self.create_invoice(
            [(self.service, 2, 150), (self.service, 1, -30), (self.goods, -1, 40)]
        )
        self.assertEqual(
            self.get_lines(invoice), [(300, 2, 150), (-30, 1, -30), (-40, -1, 40)]
        )
        self.check_delivered(invoice, "253.00")

    def test_price_of_the_document_is_kept(self):
        # 0.1 x 9.99 = 0.999, so 1.00: both 9.99 and 10 would give it.
        invoice = self.create_invoice([(self.service, 0.1, 9.99, None)])
        self.assertEqual(
            self.get_lines(invoice), [(1, Decimal("0.1"), Decimal("9.99"))]
        )
        self.check_delivered(invoice, "1.00")

    def test_price_with_many_decimals(self):
        # 7 x 14.2857142857 = 99.9999999999, so 100.00; 7 x 14.2857143 = 100.0000001.
        invoice = self.create_invoice([(self.service, 7, 14.2857142857, None)])
        self.assertEqual(self.get_lines(invoice), [(100, 7, Decimal("14.2857143"))])
        self.check_delivered(invoice, "100.00")

    def test_no_price_gives_the_amount(self):
        # 3,000,000 x 0.000000333 = 0.999, so 1.00; with seven decimals 0.90.
        invoice = self.create_invoice([(self.service, 3_000_000, 0.000000333, None)])
        self.assertEqual(self.get_lines(invoice), [(1, None, None)])
        self.check_delivered(invoice, "1.00")

    def test_price_with_tax(self):
        included = self._create_tax(
            "Incl. 10%", 10, price_include_override="tax_included"
        )
        # 110.00 / 1.1 = 100.00; 3 x 9.99 = 29.97 / 1.1 = 27.245..., so 27.25.
        invoice = self.create_invoice(
            [(self.service, 1, 110, included), (self.service, 3, 9.99, included)]
        )
        self.assertEqual(
            self.get_lines(invoice),
            [(100, 1, 100), (Decimal("27.25"), 3, Decimal("9.083"))],
        )
        self.check_delivered(invoice, "139.97")

    def test_rounding_by_document(self):
        """The ledger's amounts are sent, to which rounding moved a cent."""
        self.company.tax_calculation_rounding_method = "round_globally"
        included = self._create_tax(
            "Incl. 21%", 21, price_include_override="tax_included"
        )
        # Three times 4.99 are 14.97, of which 14.97 / 1.21 = 12.37 net and 2.60 tax.
        # One line alone is 4.123..., so 4.12, and three of them 12.36.
        invoice = self.create_invoice([(self.service, 1, 4.99, included)] * 3)
        self.assertEqual(invoice.amount_untaxed, 12.37)
        amounts = [amount for amount, _quantity, _price in self.get_lines(invoice)]
        self.assertEqual(sum(amounts), Decimal("12.37"))
        self.check_delivered(invoice, "14.97")

    def test_several_taxes(self):
        # 100.00 at 10 and 5 %: 15.00. 40.00 at 5 %: 2.00. 7.00 at none, 3.00 exempt.
        invoice = self.create_invoice(
            [
                (self.service, 1, 100, self.tax_10 + self.tax_5),
                (self.goods, 1, 40, self.tax_5),
                (self.goods, 1, 7, None),
                (self.goods, 1, 3, self.tax_0),
            ]
        )
        payload = self.prepare(invoice)
        self.assertEqual(payload["TxnTaxDetail"], {"TotalTax": Decimal("17.00")})
        self.assertEqual(
            [
                line["SalesItemLineDetail"]["TaxCodeRef"]["value"]
                for line in payload["Line"]
            ],
            ["TAX", "TAX", "NON", "NON"],
        )
        self.check_delivered(invoice, "167.00")

    def test_group_of_taxes(self):
        group = self._create_tax(
            "Both",
            0,
            amount_type="group",
            children_tax_ids=[(6, 0, (self.tax_10 + self.tax_5).ids)],
        )
        invoice = self.create_invoice([(self.service, 1, 100, group)])
        self.check_delivered(invoice, "115.00")

    def test_line_without_product(self):
        line = {"name": "Travel", "quantity": 1, "price_unit": 12, "tax_ids": []}
        invoice = self.create_invoice([line])
        self.assertIn("“Travel”", self.get_blocker(invoice))
        self.connection.default_product_id = self.goods
        self.assertEqual(
            self.prepare(invoice)["Line"][0]["SalesItemLineDetail"]["ItemRef"]["odoo"],
            f"product.product,{self.goods.id}",
        )
        self.check_delivered(invoice, "12.00")

    def test_cash_rounding(self):
        account = self.create_invoice().invoice_line_ids.account_id
        rounding = self.books["account.cash.rounding"].create(
            {
                "name": "Nickel",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": account.id,
                "loss_account_id": account.id,
            }
        )
        invoice = self.create_invoice(
            [(self.service, 1, 9.99, None)], invoice_cash_rounding_id=rounding.id
        )
        self.assertEqual(invoice.amount_total, 10.00)
        self.assertIn("no account is chosen", self.get_blocker(invoice))
        self.connection.rounding_account_id = self.find_reference("Account", "Income")
        self.assertEqual(
            self.get_lines(invoice),
            [
                (Decimal("9.99"), 1, Decimal("9.99")),
                (Decimal("0.01"), 1, Decimal("0.01")),
            ],
        )
        detail = self.prepare(invoice)["Line"][1]["SalesItemLineDetail"]
        self.assertEqual(detail["TaxCodeRef"], {"value": "NON"})
        self.check_delivered(invoice, "10.00")

    def test_product_of_rounding_lines_stays(self):
        product = self.env.ref("quickbooks_online.product_rounding")
        product.active = False
        for record in (product, product.product_tmpl_id):
            with self.assertRaisesRegex(UserError, "Rounding difference cannot be"):
                record.unlink()
        self.assertTrue(product.exists())

    def test_credit_note(self):
        # 2 x 150.00 less 10.00: 290.00, tax 29.00; amounts are positive.
        refund = self.create_invoice(
            [(self.service, 2, 150), (self.goods, 1, -10)], move_type="out_refund"
        )
        payload = self.prepare(refund)
        self.assertEqual(refund._qbo_get_entity(), "CreditMemo")
        self.assertEqual(refund._qbo_get_title(), "Credit note RINV/2026/00001")
        self.assertNotIn("DueDate", payload)
        self.assertNotIn("SalesTermRef", payload)
        self.assertEqual(payload["TxnTaxDetail"], {"TotalTax": Decimal("29.00")})
        self.assertEqual(self.get_lines(refund), [(300, 2, 150), (-10, 1, -10)])
        self.check_delivered(refund, "319.00")

    # === CLASSES === #

    def set_up_classes(self):
        self.env.user.group_ids += self.env.ref("analytic.group_analytic_accounting")
        plan, other = self.env["account.analytic.plan"].create(
            [{"name": "Departments"}, {"name": "Projects"}]
        )
        self.connection.class_plan_id = plan
        accounts = self.books["account.analytic.account"].create(
            [
                {"name": "North", "plan_id": plan.id},
                {"name": "South", "plan_id": plan.id},
                {"name": "Bridge", "plan_id": other.id},
            ]
        )
        return accounts

    def create_distributed(self, *distributions):
        return self.create_invoice(
            [
                {
                    "product_id": self.service.id,
                    "price_unit": 100,
                    "analytic_distribution": distribution,
                }
                for distribution in distributions
            ]
        )

    def test_class_of_line(self):
        north, _south, bridge = self.set_up_classes()
        invoice = self.create_distributed(
            {str(north.id): 100},
            {f"{north.id},{bridge.id}": 60, str(north.id): 40},
            {str(bridge.id): 100},
            False,
        )
        classes = [
            line["SalesItemLineDetail"].get("ClassRef", {}).get("odoo")
            for line in self.prepare(invoice)["Line"]
        ]
        expected = f"account.analytic.account,{north.id}"
        self.assertEqual(classes, [expected, expected, None, None])
        self.check_delivered(invoice, "440.00")

    def test_class_of_split_line(self):
        """Two classes: two lines, whose cents add up."""
        north, south, _bridge = self.set_up_classes()
        line = {"product_id": self.service.id, "quantity": 3, "price_unit": 33.35}

        def get_shares(distribution):
            invoice = self.create_invoice(
                [{**line, "analytic_distribution": distribution}]
            )
            self.assertEqual(self.get_gaps(invoice), [])
            return [
                (
                    each["Amount"],
                    each["SalesItemLineDetail"].get("Qty"),
                    each["SalesItemLineDetail"].get("UnitPrice"),
                    each["SalesItemLineDetail"].get("ClassRef", {}).get("odoo"),
                )
                for each in self.prepare(invoice)["Line"]
            ]

        names = [f"account.analytic.account,{each.id}" for each in (north, south)]
        # 3 x 33.35 = 100.05: 60.03 and 40.02.
        self.assertEqual(
            get_shares({str(north.id): 60, str(south.id): 40}),
            [
                (Decimal("60.03"), Decimal("1.8"), Decimal("33.35"), names[0]),
                (Decimal("40.02"), Decimal("1.2"), Decimal("33.35"), names[1]),
            ],
        )
        # A third each: 33.35 three times; of 100.05 the halves are 50.03 and 50.02.
        self.assertEqual(
            [
                amount
                for amount, *_ in get_shares({str(north.id): 50, str(south.id): 50})
            ],
            [Decimal("50.03"), Decimal("50.02")],
        )
        # What has no class stays without one.
        shares = get_shares({str(north.id): 60})
        self.assertEqual(
            [(amount, name) for amount, _qty, _price, name in shares],
            [(Decimal("60.03"), names[0]), (Decimal("40.02"), None)],
        )

    def test_class_of_line_shared_out_beyond_measure(self):
        north, south, _bridge = self.set_up_classes()
        for distribution in (
            {str(north.id): 100, str(south.id): 40},
            {str(north.id): 120, str(south.id): -20},
        ):
            invoice = self.create_distributed(distribution)
            self.assertIn("mend its analytic", self.get_blocker(invoice))

    def test_deleted_analytic_account(self):
        north = self.set_up_classes()[0]
        invoice = self.create_distributed({str(north.id): 100})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET analytic_distribution = %s WHERE id = %s",
            ['{"99999999": 100}', invoice.invoice_line_ids.id],
        )
        self.env.invalidate_all()
        self.assertEqual(invoice._qbo_get_blockers(self.connection), [])
        detail = self.prepare(invoice)["Line"][0]["SalesItemLineDetail"]
        self.assertNotIn("ClassRef", detail)

    # === BLOCKERS === #

    def test_states(self):
        invoice = self.create_invoice(post=False)
        self.assertIn(
            "is not posted", " ".join(invoice._qbo_get_blockers(self.connection))
        )
        invoice.action_post()
        self.assertEqual(invoice._qbo_get_blockers(self.connection), [])
        invoice.button_cancel() if invoice.state == "draft" else invoice.button_draft()
        invoice.button_cancel()
        self.assertIn("is cancelled", self.get_blocker(invoice))

    def test_no_connection(self):
        invoice = self.create_invoice()
        blockers = invoice._qbo_get_blockers(self.env["qbo.connection"])
        self.assertEqual(len(blockers), 1)
        self.assertIn("has no QuickBooks connection", blockers[0])

    def test_other_company_and_no_quickbooks(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        connection = self._create_connection(other)
        blockers = self.create_invoice()._qbo_get_blockers(connection)
        self.assertIn("belongs to Harbor Lights", blockers[0])
        self.connection.home_currency = False
        blockers = self.create_invoice()._qbo_get_blockers(self.connection)
        self.assertIn("is not connected to a QuickBooks company yet", blockers[0])

    def test_not_for_quickbooks(self):
        vendor_bill = self.create_invoice(post=False, move_type="in_invoice")
        entry = self.books["account.move"].create({"move_type": "entry"})
        for move in vendor_bill + entry:
            self.assertFalse(move._qbo_get_entity())
            self.assertIn("is nothing that QuickBooks gets", self.get_blocker(move))

    def test_customer_without_name(self):
        self.customer.name = ":"
        invoice = self.create_invoice()
        self.assertEqual(invoice._qbo_get_blockers(self.connection), [])
        self.customer.name = "\x07 "
        self.assertIn("has no name", self.get_blocker(invoice))

    def test_no_income_account(self):
        self.connection.income_account_id = False
        invoice = self.create_invoice()
        self.assertIn("no income account", self.get_blocker(invoice))
        self.assertIn("Consulting", self.get_blocker(invoice))

    def test_foreign_currency_without_multicurrency(self):
        self.env.ref("base.EUR").active = True
        invoice = self.create_invoice(currency_id=self.env.ref("base.EUR").id)
        self.assertIn("Switch on multicurrency", self.get_blocker(invoice))

    def test_books_in_another_currency(self):
        invoice = self.create_invoice()
        self.connection.home_currency = "EUR"
        blockers = invoice._qbo_get_blockers(self.connection)
        self.assertIn("QuickBooks keeps them in EUR", blockers[0])

    def test_tax_without_a_place(self):
        self.customer.write({"zip": False, "state_id": False})
        invoice = self.create_invoice()
        self.assertIn("neither state nor ZIP", self.get_blocker(invoice))
        free = self.create_invoice([(self.service, 1, 10, None)])
        self.assertEqual(free._qbo_get_blockers(self.connection), [])

    def test_tax_of_a_delivery_abroad(self):
        """QuickBooks knows no rates there: it is said before anything is sent."""
        self.assertEqual(self.create_invoice()._qbo_get_notes(self.connection), [])
        self.customer.write({"country_id": self.env.ref("base.ca").id})
        invoice = self.create_invoice()
        (note,) = invoice._qbo_get_notes(self.connection)
        self.assertIn("is delivered to Canada", note)
        self.assertIn("Odoo has a tax of 30.00", note)
        gaps = self.get_gaps(invoice)
        self.assertEqual(
            gaps,
            [
                "Total: sent 330.00, QuickBooks has 300.00",
                "Tax: sent 30.00, QuickBooks has 0",
            ],
        )
        invoice = self.create_invoice([(self.service, 1, 10, None)])
        self.assertEqual(invoice._qbo_get_notes(self.connection), [])

    def test_negative_total(self):
        invoice = self.create_invoice([(self.service, -1, 10, None)], post=False)
        blockers = invoice._qbo_get_blockers(self.connection)
        self.assertTrue(any("Make it a credit note" in each for each in blockers))

    def test_nothing_to_sell(self):
        invoice = self.create_invoice(
            [{"display_type": "line_note", "name": "Nothing"}], post=False
        )
        blockers = invoice._qbo_get_blockers(self.connection)
        self.assertTrue(any("no line with a product" in each for each in blockers))

    def test_too_many_lines(self):
        lines = [{"display_type": "line_note", "name": "More"}] * 750
        invoice = self.create_invoice([(self.service, 1, 10), *lines], post=False)
        blockers = invoice._qbo_get_blockers(self.connection)
        self.assertTrue(any("has 751 lines" in each for each in blockers))
        north, south, _bridge = self.set_up_classes()
        shares = {str(north.id): 60, str(south.id): 40}
        line = {"product_id": self.service.id, "analytic_distribution": shares}
        invoice = self.create_invoice([line] * 376, post=False)
        blockers = invoice._qbo_get_blockers(self.connection)
        # Each line is two in QuickBooks.
        self.assertTrue(any("has 752 lines" in each for each in blockers))

    # === THE DIGEST === #

    def test_same_for_everybody(self):
        invoice = self.create_invoice(narration="<p>Danke</p>")
        payload = self.prepare(invoice)
        self.assertEqual(self.prepare(invoice), payload)
        self.env["res.lang"]._activate_lang("fr_FR")
        self.service.with_context(lang="fr_FR").name = "Conseil"
        self.env.invalidate_all()
        accountant = self.accountant
        accountant.write({"lang": "fr_FR", "tz": "Asia/Tokyo"})
        seen = invoice.with_user(accountant).with_context(
            lang="fr_FR", tz="Asia/Tokyo", active_test=False
        )
        self.assertEqual(seen._qbo_prepare_payload(self.connection), payload)
        item = self.service.with_context(lang="fr_FR")
        self.assertEqual(self.prepare(item)["Name"], "Consulting")

    def test_what_changes_it(self):
        invoice = self.create_invoice()
        before = digest(self.prepare(invoice))
        for values in (
            {"invoice_user_id": self.user.id},
            {"payment_reference": "Anything"},
            {"invoice_origin": "S0001"},
        ):
            invoice.write(values)
            self.assertEqual(digest(self.prepare(invoice)), before, values)
        self.service.name = "Advice"
        self.customer.comment = "Pays late"
        self.assertEqual(digest(self.prepare(invoice)), before)
        for values in (
            {"ref": "PO 8"},
            {"invoice_date_due": "2026-05-01"},
            {"narration": "<p>Hello</p>"},
        ):
            invoice.write(values)
            after = digest(self.prepare(invoice))
            self.assertNotEqual(after, before, values)
            before = after

    def test_few_queries(self):
        """Links, taxes and addresses of all documents are read at once."""
        partners = [self._create_customer(f"Customer {n}") for n in range(12)]
        invoices = self.env["account.move"].union(
            *(
                self.create_invoice(
                    [(self.service, 1, 10), (self.goods, 2, 20)], partner
                )
                for partner in partners
            )
        )
        self.env.flush_all()
        for read in ("_qbo_prepare_payload", "_qbo_get_blockers"):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            for invoice in self.env["account.move"].browse(invoices.ids):
                getattr(invoice, read)(self.connection)
            self.assertLess(self.env.cr.sql_log_count - before, 30, read)
