from odoo.tests import tagged

from .countries import Australia
from .country_case import NOTE, SECTION, CountryCase


@tagged("post_install", "-at_install")
class TestAustralia(Australia, CountryCase):
    def test_mapped_by_suggestions(self):
        self.check_mapping()

    def test_documents(self):
        self.check_documents()

    def write_documents(self):
        # 4 × 250.00 = 1,000.00; GST 10 % of it: 100.00.
        self.bill("1100.00", "100.00", (4, 250, "10% GST"))
        # 2.375 × 18.181818 = 43.18181775, 43.18: 4.318, 4.32. 0.05: 0.005, 0.01.
        # 43.23 + 4.33.
        self.bill("47.56", "4.33", (2.375, 18.181818, "10% GST"), (1, 0.05, "10% GST"))
        # 84.55: 8.455, 8.46. 6 × 3.40 = 20.40 free, 15.00 input taxed, 2.05 without.
        # 122.00 + 8.46.
        self.bill(
            "130.46",
            "8.46",
            (1, 84.55, "10% GST"),
            (6, 3.4, "0% F"),
            (1, 15, "0% INP"),
            (1, 2.05, ""),
        )
        # 12 × 4.99 = 59.88, GST-free.
        self.bill("59.88", "0.00", (12, 4.99, "0% F"))
        # 3 × 199.90 = 599.70, exported.
        self.bill("599.70", "0.00", (3, 199.9, "0% EX"))
        # 7 × 15.75 = 110.25, less 33.33 %: 73.503675, 73.50: 7.35.
        self.bill("80.85", "7.35", (7, 15.75, "10% GST", 33.33))
        # Nothing twice, less 100 %. 19.95: 1.995, 2.00.
        self.bill(
            "21.95",
            "2.00",
            (1, 45, "10% GST", 100),
            (2, 45, "0% F", 100),
            (1, 19.95, "10% GST"),
        )
        # 20 × 5.55 = 111.00: 11.10. -3 × 5.55 = -16.65: -1.665, -1.67. 94.35 + 9.43.
        self.bill("103.78", "9.43", (20, 5.55, "10% GST"), (-3, 5.55, "10% GST"))
        # 110.00 with 10 %: 100.00 and 10.00.
        self.bill("110.00", "10.00", (1, 110, "10% GST INC"))
        # 55.00 with 10 %: 50.00 and 5.00. 2 × 7.50 = 15.00, GST-free.
        self.bill("70.00", "5.00", (1, 55, "10% GST INC"), (2, 7.5, "0% F"))
        # 3 × 9.99 = 29.97 with 10 %: 27.245, 27.25 and 2.72.
        self.bill("29.97", "2.72", (3, 9.99, "10% GST INC"))
        # 1.5 × 79.99 = 119.985, less 20 %: 95.988, 95.99; with 10 %: 87.26 and 8.73.
        self.bill("95.99", "8.73", (1.5, 79.99, "10% GST INC", 20))
        # Credited: 2 × 64.35 = 128.70: 12.87.
        self.refund("141.57", "12.87", (2, 64.35, "10% GST"))
        # Credited: 32.89 with 10 %: 29.90 and 2.99.
        self.refund("32.89", "2.99", (1, 32.89, "10% GST INC"))
        # 320.40: 32.04. 0.333 × 90.00 = 29.97: 2.997, 3.00. 350.37 + 35.04.
        self.bill(
            "385.41",
            "35.04",
            SECTION,
            (1, 320.4, "10% GST"),
            NOTE,
            (0.333, 90, "10% GST"),
        )
        # QuickBooks: 0.45: 0.045, 0.05, three times 0.15. Odoo: 1.35: 0.135, 0.14.
        self.bill(
            "1.49",
            "0.14",
            *[(1, 0.45, "10% GST")] * 3,
            is_global=True,
            theirs=("1.50", "0.15"),
        )
        # QuickBooks: 0.14: 0.014, 0.01, four times 0.04. Odoo: 0.56: 0.056, 0.06.
        self.bill(
            "0.62",
            "0.06",
            *[(1, 0.14, "10% GST")] * 4,
            is_global=True,
            theirs=("0.60", "0.04"),
        )
        # 27.24: 2.724, 2.72; 29.96, in coins of 0.05: 29.95.
        self.bill(
            "29.95",
            "2.72",
            (1, 27.24, "10% GST"),
            invoice_cash_rounding_id=self.make_cash_rounding(0.05).id,
        )
        # 480.00: 48.00. 2 × 75.00 = 150.00 free. One class for the document.
        advisory = {"Advisory": 100}
        self.bill(
            "678.00",
            "48.00",
            (1, 480, "10% GST", 0, advisory),
            (2, 75, "0% F", 0, advisory),
        )
        # Nothing. 100.10: 10.01.
        self.bill("110.11", "10.01", (0, 100, "10% GST"), (1, 100.1, "10% GST"))

    def test_revenue_entry(self):
        self.push_revenue_entry()
