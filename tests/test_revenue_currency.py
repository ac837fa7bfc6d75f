from datetime import date
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import QboCommon
from .revenue import MARCH, RevenueMixin

APRIL = date(2026, 4, 1)


@tagged("post_install", "-at_install")
class TestRevenueCurrency(RevenueMixin, QboCommon):
    """Deals in other currencies: one entry for each, at the rate of the invoices."""

    def set_up_quickbooks(self, **preferences):
        preferences["CurrencyPrefs"] = {"MultiCurrencyEnabled": True}
        return super().set_up_quickbooks(**preferences)

    def setUp(self):
        super().setUp()
        self.euro = self.add_currency("EUR", {"2026-01-01": 1.10, "2026-03-15": 1.20})

    def add_currency(self, code, rates):
        currency = self.env.ref(f"base.{code}")
        currency.active = True
        currency.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                    "name": day,
                    "inverse_company_rate": rate,
                }
                for day, rate in rates.items()
            ]
        )
        return currency

    def create_foreign_deal(self, currency, amount=1200, **values):
        order = self.create_order([(self.service, 1, amount)])
        pricelist = self.env["product.pricelist"].create(
            {
                "name": currency.name,
                "currency_id": currency.id,
                "company_id": self.company.id,
            }
        )
        order.pricelist_id = pricelist
        order.order_line.price_unit = amount
        order.action_confirm()
        self.assertEqual(order.currency_id, currency)
        return self.create_deal(amount, order=order, **values)

    def invoice_line(self, schedule, amount, day):
        line = schedule.order_line_id
        return self.create_invoice(
            [
                {
                    "product_id": line.product_id.id,
                    "quantity": 1,
                    "price_unit": amount,
                    "sale_line_ids": [(4, line.id)],
                    "tax_ids": [],
                }
            ],
            invoice_date=day,
            currency_id=schedule.currency_id.id,
        )

    def test_one_entry_for_each_currency(self):
        self.create_deal(1200)
        self.create_foreign_deal(self.euro)
        entries = self.recognize(MARCH)
        self.assertEqual(entries.currency_id, self.company.currency_id | self.euro)
        foreign = entries.filtered(lambda each: each.currency_id == self.euro)
        self.assertEqual((foreign.rate, foreign.amount_total), (1.2, 100))
        self.post(*entries)
        found = {
            each["CurrencyRef"]["value"]: each
            for each in self.get_objects("JournalEntry")
        }
        self.assertEqual(found["EUR"]["ExchangeRate"], 1.2)
        self.assertEqual(found["USD"]["Line"][0]["Amount"], 100)

    def test_at_the_rate_of_the_invoices(self):
        """What was deferred at 1.10 is earned at 1.10, and nothing is left over."""
        schedule = self.create_foreign_deal(
            self.euro, 600, month_count=2, end_date=date(2026, 4, 30)
        )
        self.invoice_line(schedule, 600, date(2026, 3, 2))
        for month in (MARCH, APRIL):
            entry = self.recognize_and_post(month)
            self.assertAlmostEqual(entry.rate, 1.10)
            self.assertEqual(entry.amount_total, 300)

    def check_nothing_is_left(self, schedule, amount):
        """What the invoices deferred is earned, in dollars as well."""
        self.assertEqual(schedule.deferred_amount, 0)
        home = sum(
            Decimal(str(line.debit - line.credit)) * Decimal(str(entry.rate))
            for entry in self.env["qbo.revenue.entry"].search([])
            for line in entry.line_ids
            if line.account_id == self.deferred
        )
        self.assertEqual(round(home, 2), amount)

    def test_invoiced_at_two_rates(self):
        """600 at 1.10 and 600 at 1.20 are 1,380 dollars, and so is what is earned."""
        schedule = self.create_foreign_deal(
            self.euro, 1200, month_count=4, end_date=date(2026, 6, 30)
        )
        self.invoice_line(schedule, 600, date(2026, 3, 2))
        self.assertAlmostEqual(self.recognize_and_post(MARCH).rate, 1.10)
        self.invoice_line(schedule, 600, date(2026, 4, 2))
        # 300 are left of the first invoice, 600 of the second one.
        april = self.recognize(APRIL)
        self.assertAlmostEqual(april.rate, (300 * 1.10 + 600 * 1.20) / 900, places=6)
        self.recognize(date(2026, 6, 1))
        self.check_nothing_is_left(schedule, 1380)

    def test_invoiced_at_two_rates_and_written_anew(self):
        """More for the draft of a month, and an amendment: the same in the end."""
        schedule = self.create_foreign_deal(
            self.euro, 1200, month_count=4, end_date=date(2026, 6, 30)
        )
        self.invoice_line(schedule, 600, date(2026, 3, 2))
        self.recognize_and_post(MARCH)
        self.invoice_line(schedule, 600, date(2026, 4, 2))
        april = self.recognize(APRIL)
        rate = april.rate
        april._rebuild()
        self.assertAlmostEqual(april.rate, rate)
        self.post(*schedule._amend({"month_count": 2, "end_date": date(2026, 4, 30)},
                                   "Sooner").entry_ids)  # fmt: skip
        self.check_nothing_is_left(schedule, 1380)

    def test_earned_before_it_is_invoiced(self):
        """The difference of exchange is no revenue: May is earned as invoiced."""
        schedule = self.create_foreign_deal(self.euro)
        self.assertEqual(self.recognize_and_post(MARCH).rate, 1.2)
        self.add_currency("EUR", {"2026-01-01": 1.5})
        self.invoice_line(schedule, 1200, date(2026, 4, 2))
        self.assertEqual(self.recognize(APRIL).rate, 1.5)

    def test_deals_with_rates_of_their_own(self):
        """100 at 1.10 and 300 at 1.20 come to 470 dollars: 400 at 1.175."""
        early = self.create_foreign_deal(self.euro, 1200)
        late = self.create_foreign_deal(self.euro, 3600)
        self.invoice_line(early, 1200, date(2026, 3, 2))
        self.invoice_line(late, 3600, date(2026, 3, 20))
        entry = self.recognize(MARCH)
        self.assertEqual(entry.amount_total, 400)
        self.assertEqual(Decimal(str(entry.rate)), Decimal("1.175"))

    def test_a_reversal_keeps_the_rate(self):
        schedule = self.create_foreign_deal(self.euro)
        self.invoice_line(schedule, 1200, date(2026, 3, 2))
        self.recognize_and_post(MARCH)
        self.add_currency("EUR", {"2026-01-01": 1.5})
        record = schedule._amend({"amount": 600}, "Half of it")
        self.assertEqual({round(each.rate, 6) for each in record.entry_ids}, {1.1})
        self.post(*record.entry_ids)

    def test_no_decimals(self):
        yen = self.add_currency("JPY", {"2026-01-01": 0.0065})
        schedule = self.create_foreign_deal(yen, 1000)
        months = self.get_months(schedule)
        self.assertEqual(sum(months.values()), 1000)
        self.assertTrue(all(amount == int(amount) for amount in months.values()))
        entry = self.recognize(MARCH)
        self.assertEqual(entry.amount_total, 83)
        self.assertEqual(entry.rate, 0.0065)

    def test_three_decimals(self):
        """QuickBooks keeps two, also of dinars."""
        dinar = self.add_currency("KWD", {"2026-01-01": 3.25})
        schedule = self.create_foreign_deal(dinar, 100)
        months = self.get_months(schedule)
        self.assertEqual(round(sum(months.values()), 3), 100)
        self.assertEqual((months["2026-03"], months["2026-04"]), (8.33, 8.34))
        schedule = self.create_foreign_deal(dinar, 100.125, start=False)
        with self.assertRaisesRegex(UserError, "keeps two decimals"):
            schedule.action_start()

    def test_a_currency_that_quickbooks_has_not(self):
        dinar = self.add_currency("KWD", {"2026-01-01": 3.25})
        self.create_foreign_deal(dinar, 100)
        entry = self.recognize(MARCH)
        with self.assertRaisesRegex(UserError, "not among the currencies"):
            entry.with_user(self.approver).action_qbo_push()

    def test_multicurrency_switched_off_since(self):
        self.create_foreign_deal(self.euro)
        entry = self.recognize(MARCH)
        preferences = dict(self.connection.preferences)
        preferences["CurrencyPrefs"] = {"MultiCurrencyEnabled": False}
        self.connection.sudo().preferences = preferences
        with self.assertRaisesRegex(UserError, "keeps USD only"):
            entry.with_user(self.approver).action_qbo_push()
