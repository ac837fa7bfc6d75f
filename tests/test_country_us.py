from odoo.tests import tagged

from .countries import UnitedStates
from .country_case import NOTE, SECTION, CountryCase


@tagged("post_install", "-at_install")
class TestUnitedStates(UnitedStates, CountryCase):
    def test_mapped_by_suggestions(self):
        self.check_mapping()

    def test_documents(self):
        self.check_documents()

    def write_documents(self):
        # 2 × 150.00 = 300.00; 9.75 % of it: 29.25.
        self.bill("329.25", "29.25", (2, 150, "9.75%"))
        # 80.00 at 9.75 %: 7.80. 40.00 and 10.00 without.
        self.bill("137.80", "7.80", (1, 80, "9.75%"), (1, 40, ""), (1, 10, "0%"))
        # 1.333 × 75.123456 = 100.1395..., 100.14: 9.76365, 9.76.
        self.bill("109.90", "9.76", (1.333, 75.123456, "9.75%"))
        # 3 × 19.99 = 59.97, less 10 %: 53.973, 53.97: 5.262075, 5.26.
        self.bill("59.23", "5.26", (3, 19.99, "9.75%", 10))
        # Nothing, less 100 %. 1.00: 0.0975, 0.10.
        self.bill("1.10", "0.10", (1, 99, "9.75%", 100), (1, 1, "9.75%"))
        # 4 × 25.00 = 100.00: 9.75. -12.50: -1.21875, -1.22. 87.50 + 8.53.
        self.bill("96.03", "8.53", (4, 25, "9.75%"), (-1, 12.5, "9.75%"))
        # 64.40 at 7.25 %: 4.669, 4.67; at 2.5 %: 1.61.
        self.bill("70.68", "6.28", (1, 64.4, "7.25% & 2.5%"))
        # 219.50 with 9.75 %: 200.00 and 19.50.
        self.bill("219.50", "19.50", (1, 219.5, "9.75% INC"))
        # 3 × 10.00 = 30.00 with 9.75 %: 27.3349, 27.33 and 2.67.
        self.bill("30.00", "2.67", (3, 10, "9.75% INC"))
        # Credited: 45.45: 4.431375, 4.43.
        self.refund("49.88", "4.43", (1, 45.45, "9.75%"))
        # Credited: 2 × 17.35 = 34.70 without.
        self.refund("34.70", "0.00", (2, 17.35, ""))
        # 5 × 8.88 = 44.40: 4.329, 4.33. 0.02: 0.00195, nothing. 44.42 + 4.33.
        self.bill(
            "48.75", "4.33", SECTION, (5, 8.88, "9.75%"), NOTE, (1, 0.02, "9.75%")
        )
        # 100.01 over two classes: 60.01 and 40.00; 9.750975, 9.75 on the document.
        self.bill(
            "109.76", "9.75", (1, 100.01, "9.75%", 0, {"Advisory": 60, "Training": 40})
        )
        # 10.00 over three: 3.33, 3.33 and 3.34; 0.975, 0.98 on the document.
        self.bill(
            "10.98",
            "0.98",
            (
                1,
                10,
                "9.75%",
                0,
                {"Advisory": 33.33, "Training": 33.33, "Field work": 33.34},
            ),
        )
        # Odoo's tax counts, however it rounds. All at once, 0.99: 0.096525, 0.10.
        self.bill("1.09", "0.10", *[(1, 0.33, "9.75%")] * 3, is_global=True)
        # By line, 0.33: 0.032175, 0.03, three times.
        self.bill("1.08", "0.09", *[(1, 0.33, "9.75%")] * 3)
        # San Francisco: 1,234.56 at 8.625 %: 106.4808, 106.48.
        place = {"zip": "94103", "city": "San Francisco"}
        self.bill(
            "1341.04",
            "106.48",
            (1, 1234.56, "8.625%"),
            partner=self._create_customer("Bay Lamps", **{**self.place, **place}),
        )
        # Oregon has no sales tax.
        place = {
            "zip": "97201",
            "city": "Portland",
            "state_id": self.env.ref("base.state_us_30").id,
        }
        self.bill(
            "250.00",
            "0.00",
            (1, 250, ""),
            partner=self._create_customer("Rose Lamps", **{**self.place, **place}),
        )
        # 3.31: 0.322725, 0.32; 3.63, in coins of 0.05: 3.65.
        self.bill(
            "3.65",
            "0.32",
            (1, 3.31, "9.75%"),
            invoice_cash_rounding_id=self.make_cash_rounding(0.05).id,
        )
        # Nothing. 1,000 × 0.012345 = 12.345, 12.35: 1.204125, 1.20.
        self.bill("13.55", "1.20", (0, 10, "9.75%"), (1000, 0.012345, "9.75%"))

    def test_revenue_entry(self):
        self.push_revenue_entry()
