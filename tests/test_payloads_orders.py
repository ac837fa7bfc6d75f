from decimal import Decimal

from odoo.tests import tagged

from ..tools.references import resolve
from .test_payloads import PayloadCase


@tagged("post_install", "-at_install")
class TestOrderPayload(PayloadCase):
    def setUp(self):
        super().setUp()
        self.set_up_quickbooks()

    def invoice(self, order):
        invoice = order._create_invoices(final=True)
        invoice.invoice_date = "2026-03-02"
        invoice.action_post()
        return invoice

    def pay_down(self, order, percentage):
        wizard = self.books["sale.advance.payment.inv"].with_context(
            active_ids=order.ids, active_model="sale.order"
        )
        wizard = wizard.create(
            {"advance_payment_method": "percentage", "amount": percentage}
        )
        wizard.create_invoices()
        invoice = order.invoice_ids.sorted("id")[-1]
        invoice.invoice_date = "2026-03-02"
        invoice.action_post()
        return invoice

    def test_members(self):
        order = self.create_order(
            [
                {"display_type": "line_section", "name": "Offer"},
                (self.service, 2, 150),
                (self.goods, 3, 40, self.tax_5),
            ],
            validity_date="2026-04-01",
            client_order_ref="Their 5",
            note="<p>Valid for a month.</p>",
        )
        payload = self.prepare(order)
        self.assertEqual(order._qbo_get_entity(), "Estimate")
        self.assertEqual(order._qbo_get_title(), f"Sale order {order.name}")
        self.assertEqual(payload["DocNumber"], order.name)
        self.assertEqual(payload["TxnDate"], "2026-03-02")
        self.assertEqual(payload["ExpirationDate"], "2026-04-01")
        self.assertEqual(payload["TxnStatus"], "Pending")
        self.assertEqual(payload["CustomerMemo"]["value"], "Valid for a month.")
        self.assertIn("reference Their 5", payload["PrivateNote"])
        self.assertNotIn("LinkedTxn", payload)
        # 300.00 at 10 % and 120.00 at 5 %: 30.00 + 6.00.
        self.assertEqual(payload["TxnTaxDetail"], {"TotalTax": Decimal("36.00")})
        self.check_delivered(order, "456.00")

    def test_confirmed(self):
        order = self.create_order(confirm=True)
        self.assertEqual(self.prepare(order)["TxnStatus"], "Accepted")
        self.check_delivered(order, "330.00")

    def test_day_is_the_company_s(self):
        order = self.create_order(date_order="2026-03-02 23:30:00")
        self.assertEqual(self.prepare(order)["TxnDate"], "2026-03-02")
        self.company.partner_id.tz = "Asia/Tokyo"
        self.assertEqual(self.prepare(order)["TxnDate"], "2026-03-03")

    def test_rounding_by_document(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        included = self._create_tax(
            "Incl. 21%", 21, price_include_override="tax_included"
        )
        # Three times 4.99 are 14.97: 12.37 net (4.12 each and a cent) and 2.60 tax.
        order = self.create_order([(self.service, 1, 4.99, included)] * 3)
        amounts = [amount for amount, _quantity, _price in self.get_lines(order)]
        self.assertEqual(sum(amounts), Decimal("12.37"))
        self.check_delivered(order, "14.97")

    def test_first_invoice_takes_the_estimate_over(self):
        self.service.invoice_policy = "delivery"
        order = self.create_order([(self.service, 4, 100)], confirm=True)
        ids = {}
        _sent, estimate = self.deliver(order, ids)
        order.order_line.qty_delivered = 1
        first, second = self.invoice(order), None
        link = self.prepare(first)["LinkedTxn"]
        self.assertEqual(
            link,
            [
                {
                    "TxnId": {
                        "odoo": f"sale.order,{order.id}",
                        "entity": "Estimate",
                        "link": 0,
                        "optional": True,
                    },
                    "TxnType": "Estimate",
                }
            ],
        )
        self.assertEqual(self.get_gaps(first, ids), [])
        stored = self.connection._call(
            lambda client: client.read("Estimate", estimate["Id"])
        )
        self.assertEqual(stored["TxnStatus"], "Closed")
        order.order_line.qty_delivered = 3
        second = self.invoice(order)
        self.assertNotIn("LinkedTxn", self.prepare(second))
        self.assertEqual(self.get_gaps(second, ids), [])

    def test_estimate_that_was_never_pushed(self):
        order = self.create_order(confirm=True)
        invoice = self.invoice(order)
        self.assertNotIn("LinkedTxn", resolve(self.prepare(invoice), _AnyId()))
        self.check_delivered(invoice, "330.00")

    def test_cancelled_invoice_leaves_the_link(self):
        order = self.create_order([(self.service, 1, 100)], confirm=True)
        first = self.invoice(order)
        first.button_draft()
        first.button_cancel()
        second = self.invoice(order)
        self.assertIn("LinkedTxn", self.prepare(second))

    def test_credit_note_has_no_link(self):
        order = self.create_order(confirm=True)
        invoice = self.invoice(order)
        refund = invoice._reverse_moves([{"invoice_date": "2026-03-03"}])
        refund.action_post()
        self.assertNotIn("LinkedTxn", self.prepare(refund))

    def test_another_customer_has_no_link(self):
        order = self.create_order(confirm=True)
        invoice = order._create_invoices()
        invoice.partner_id = self._create_customer("Somebody else")
        self.assertNotIn("LinkedTxn", self.prepare(invoice))

    def test_down_payment(self):
        # 4 x 100.00 at 10 % is 440.00; a quarter of it is 110.00.
        order = self.create_order([(self.service, 4, 100)], confirm=True)
        offer = self.prepare(order)
        ids = {}
        self.deliver(order, ids)
        deposit = self.pay_down(order, 25)
        self.assertEqual(self.prepare(order), offer)
        self.assertIn("has no product", self.get_blocker(deposit))
        self.connection.default_product_id = self.goods
        self.assertEqual(deposit.amount_total, 110)
        self.assertEqual(self.get_gaps(deposit, ids), [])
        final = self.invoice(order)
        # 440.00 less 110.00.
        self.assertEqual(
            [amount for amount, _quantity, _price in self.get_lines(final)],
            [400, -100],
        )
        self.assertEqual(final.amount_total, 330)
        self.assertEqual(self.get_gaps(final, ids), [])

    def test_cancelled(self):
        order = self.create_order()
        order._action_cancel()
        self.assertIn("is cancelled", self.get_blocker(order))

    def test_estimates_switched_off(self):
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            preferences={"SalesFormsPrefs": {"AllowEstimates": False}},
        )
        self.connection.with_user(self.administrator).action_test_connection()
        self.env.invalidate_all()
        order = self.create_order()
        self.assertIn("estimates are switched off", self.get_blocker(order))

    def test_nothing_to_offer(self):
        order = self.create_order([])
        self.assertIn("no line with a product", self.get_blocker(order))

    def test_negative_total(self):
        order = self.create_order([(self.service, 1, -10)])
        self.assertIn("below zero", self.get_blocker(order))


class _AnyId(dict):
    """Ids of everything but estimates."""

    def __contains__(self, key):
        return key[2] != "Estimate"

    def __missing__(self, key):
        return "1"
