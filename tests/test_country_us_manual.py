from odoo.tests import tagged

from .countries import UnitedStatesByHand
from .country_case import NOTE, SECTION, CountryCase


@tagged("post_install", "-at_install")
class TestUnitedStatesByHand(UnitedStatesByHand, CountryCase):
    def test_mapped_by_suggestions(self):
        self.check_mapping()

    def test_documents(self):
        self.check_documents()

    def write_documents(self):
        # 2 × 150.00 = 300.00; 8 % of it: 24.00.
        self.bill("324.00", "24.00", (2, 150, "8%"))
        # 55.55: 4.444, 4.44. 3 × 9.99 = 29.97 and 14.48 without. 100.00 + 4.44.
        self.bill("104.44", "4.44", (1, 55.55, "8%"), (3, 9.99, ""), (1, 14.48, "0%"))
        # 89.00 at 7.1 %: 6.319, 6.32; at 2 %: 1.78.
        self.bill("97.10", "8.10", (1, 89, "7.1% & 2%"))
        # 89.00 at 9.1 %: 8.099, 8.10. 10.00 at 7.1 %: 0.71; at 2 %: 0.20. One code.
        self.bill("108.01", "9.01", (1, 89, "9.1%"), (1, 10, "7.1% & 2%"))
        # 3 × 33.33 = 99.99 at 6.5 %: 6.49935, 6.50.
        self.bill("106.49", "6.50", (3, 33.33, "6.5%"))
        # 0.125 × 199.999999 = 24.999999875, 25.00: 2.00.
        self.bill("27.00", "2.00", (0.125, 199.999999, "8%"))
        # 4 × 62.25 = 249.00, less 2.5 %: 242.775, 242.78: 19.4224, 19.42.
        self.bill("262.20", "19.42", (4, 62.25, "8%", 2.5))
        # Nothing, less 100 %. 12.50 without.
        self.bill("12.50", "0.00", (1, 75, "8%", 100), (1, 12.5, ""))
        # 6 × 7.25 = 43.50: 3.48. -2 × 7.25 = -14.50: -1.16. 29.00 + 2.32.
        self.bill("31.32", "2.32", (6, 7.25, "8%"), (-2, 7.25, "8%"))
        # 54.00 with 8 %: 50.00 and 4.00.
        self.bill("54.00", "4.00", (1, 54, "8% INC"))
        # 2 × 9.99 = 19.98 with 8 %: 18.50 and 1.48.
        self.bill("19.98", "1.48", (2, 9.99, "8% INC"))
        # Credited: 37.50: 3.00.
        self.refund("40.50", "3.00", (1, 37.5, "8%"))
        # Credited: 20.05 at 7.1 %: 1.42355, 1.42; at 2 %: 0.401, 0.40.
        self.refund("21.87", "1.82", (1, 20.05, "7.1% & 2%"))
        # 10 × 3.333333 = 33.33: 2.6664, 2.67.
        self.bill("36.00", "2.67", SECTION, (10, 3.333333, "8%"), NOTE)
        # 640.00: 51.20. 60.00 without. One class for the document.
        training = {"Training": 100}
        self.bill(
            "751.20", "51.20", (1, 640, "8%", 0, training), (1, 60, "", 0, training)
        )
        # Odoo's tax counts, however it rounds. All at once, 0.99: 0.0792, 0.08.
        self.bill("1.07", "0.08", *[(1, 0.33, "8%")] * 3, is_global=True)
        # By line, 0.33: 0.0264, 0.03, three times.
        self.bill("1.08", "0.09", *[(1, 0.33, "8%")] * 3)
        # 6.66: 0.5328, 0.53; 7.19, in coins of 0.05: 7.20.
        self.bill(
            "7.20",
            "0.53",
            (1, 6.66, "8%"),
            invoice_cash_rounding_id=self.make_cash_rounding(0.05).id,
        )
        # 7 × 11.11 = 77.77 without.
        self.bill("77.77", "0.00", (7, 11.11, ""))
        # 99,999.99 at 6.5 %: 6,499.99935, 6,500.00.
        self.bill("106499.99", "6500.00", (1, 99999.99, "6.5%"))

    def test_revenue_entry(self):
        self.push_revenue_entry()
