from odoo.tests import tagged

from .common import QboCommon
from .payments import PaymentMixin


@tagged("post_install", "-at_install")
class TestPaymentsCurrency(PaymentMixin, QboCommon):
    """Payments in a foreign currency, at QuickBooks' rate."""

    def set_up_quickbooks(self, **preferences):
        preferences["CurrencyPrefs"] = {"MultiCurrencyEnabled": True}
        return super().set_up_quickbooks(**preferences)

    def setUp(self):
        super().setUp()
        self.euro = self.env.ref("base.EUR")
        self.euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.euro.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "inverse_company_rate": 1.10,
            }
        )

    def push_euros(self, price, **values):
        return self.push_invoice(price, currency_id=self.euro.id, **values)

    def receive_euros(self, total, *lines, rate="1.15", **values):
        return self.receive(
            total,
            *lines,
            CurrencyRef={"value": "EUR"},
            ExchangeRate=float(rate),
            **values,
        )

    def get_gain(self):
        """Return the gain on exchange that stands in the books."""
        account = self.company.income_currency_exchange_account_id
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return -sum(lines.mapped("balance"))

    def test_own_rate(self):
        """100 EUR at 1.10 are paid at 1.15: 115.00 arrive, 5.00 are a gain."""
        invoice = self.push_euros(100)
        row = self.hear(self.receive_euros(100, (invoice, 100)))
        self.assertEqual(row.state, "matched")
        booked = row.account_payment_id
        liquidity, counterpart, _other = booked._seek_for_lines()
        self.assertEqual((liquidity.amount_currency, liquidity.balance), (100, 115))
        self.assertEqual(counterpart.amount_residual, 0)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertAlmostEqual(self.get_gain(), 5)

    def test_partial(self):
        """40 of 100 EUR: what stays open keeps the rate of the invoice."""
        invoice = self.push_euros(100)
        row = self.hear(self.receive_euros(40, (invoice, 40)))
        self.assertEqual(row.state, "matched")
        (line,) = invoice._qbo_get_receivable_lines()
        self.assertEqual(line.amount_residual_currency, 60)
        self.assertEqual(line.amount_residual, 66)
        self.assertAlmostEqual(self.get_gain(), 2)

    def test_rate_edited(self):
        invoice = self.push_euros(100)
        payment = self.receive_euros(100, (invoice, 100))
        row = self.hear(payment)
        self.edit(payment, ExchangeRate=1.2)
        self.hear(payment)
        liquidity, _counterpart, _other = row.account_payment_id._seek_for_lines()
        self.assertEqual(liquidity.balance, 120)
        self.assertAlmostEqual(self.get_gain(), 10)

    def test_amount_edited(self):
        invoice = self.push_euros(100)
        payment = self.receive_euros(100, (invoice, 100))
        row = self.hear(payment)
        self.edit(payment, (invoice, 50), TotalAmt=50)
        self.hear(payment)
        liquidity, _counterpart, _other = row.account_payment_id._seek_for_lines()
        self.assertEqual((liquidity.amount_currency, liquidity.balance), (50, 57.5))
        self.assertAlmostEqual(invoice.amount_residual, 50)

    def test_voided(self):
        invoice = self.push_euros(100)
        payment = self.receive_euros(100, (invoice, 100))
        self.hear(payment)
        self.act("Payment", "void", payment["Id"])
        self.hear(payment)
        self.assertAlmostEqual(invoice.amount_residual, 100)
        self.assertAlmostEqual(self.get_gain(), 0)

    def test_credit_memo(self):
        invoice = self.push_euros(100)
        credit = self.push_euros(60, move_type="out_refund")
        payment = self.receive_euros(0, (invoice, 60), (credit, 60), rate="1.10")
        row = self.hear(payment)
        self.assertEqual(row.state, "matched")
        self.assertAlmostEqual(invoice.amount_residual, 40)
        self.assertAlmostEqual(credit.amount_residual, 0)

    def hear(self, payment):
        self.notify(payment)
        self.assert_agrees()
        self.assert_repeats()
        return self.find(payment)
