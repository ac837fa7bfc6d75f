from odoo.tests import tagged

from .countries import France
from .country_case import NOTE, SECTION, CountryCase


@tagged("post_install", "-at_install")
class TestFrance(France, CountryCase):
    def test_mapped_by_suggestions(self):
        self.check_mapping()

    def test_documents(self):
        self.check_documents()

    def write_documents(self):
        # 1,000.00; TVA 20 % of it: 200.00.
        self.bill("1200.00", "200.00", (1, 1000, "20% S"))
        # 2 × 35.10 = 70.20 at 20 %: 14.04. 48.30 at 10 %: 4.83. 3 × 12.90 = 38.70 at
        # 5.5 %: 2.1285, 2.13. 5 × 2.38 = 11.90 at 2.1 %: 0.2499, 0.25. 169.10 + 21.25.
        self.bill(
            "190.35",
            "21.25",
            (2, 35.1, "20% G"),
            (1, 48.3, "10% S"),
            (3, 12.9, "5.5% G"),
            (5, 2.38, "2.1% G"),
        )
        # 0.875 × 45.714286 = 40.00000025, 40.00 at 5.5 %: 2.20.
        # 12.345 × 1.234567 = 15.2407..., 15.24 at 20 %: 3.048, 3.05. 55.24 + 5.25.
        self.bill(
            "60.49", "5.25", (0.875, 45.714286, "5.5% G"), (12.345, 1.234567, "20% G")
        )
        # 120.00 exempt, 2 × 45.50 = 91.00 exported, 3 × 10.01 = 30.03 to the union,
        # 0.97 outside the scope.
        self.bill(
            "242.00",
            "0.00",
            (1, 120, "0% EXEMPT S"),
            (2, 45.5, "0% EX G"),
            (3, 10.01, "0% EU G"),
            (1, 0.97, ""),
        )
        # 6 × 89.90 = 539.40, less 7.5 %: 498.945, 498.95 at 20 %: 99.79.
        self.bill("598.74", "99.79", (6, 89.9, "20% G", 7.5))
        # Nothing, less 100 %. 4 × 7.77 = 31.08 at 5.5 %: 1.7094, 1.71.
        self.bill("32.79", "1.71", (1, 250, "20% S", 100), (4, 7.77, "5.5% G"))
        # 400.00 at 20 %: 80.00. -33.33: -6.666, -6.67. 366.67 + 73.33.
        self.bill("440.00", "73.33", (1, 400, "20% S"), (-1, 33.33, "20% S"))
        # 24.99 with 20 %: tax 24.99 / 6 = 4.165. Odoo rounds the tax, 4.17; QuickBooks
        # the net, 20.825, 20.83, and 4.16 is left.
        self.bill("24.99", "4.17", (1, 24.99, "20% G INC"), theirs=("24.99", "4.16"))
        # 36.00 with 20 %: 30.00 and 6.00. 31.65 with 5.5 %: 30.00 and 1.65.
        self.bill("67.65", "7.65", (2, 18, "20% G INC"), (3, 10.55, "5.5% G INC"))
        # 129.00 less 30 %: 90.30, with 20 %: 75.25 and 15.05.
        self.bill("90.30", "15.05", (1, 129, "20% G INC", 30))
        # Credited: 59.90 at 20 %: 11.98. 2 × 6.45 = 12.90 at 5.5 %: 0.7095, 0.71.
        # 72.80 + 12.69.
        self.refund("85.49", "12.69", (1, 59.9, "20% G"), (2, 6.45, "5.5% G"))
        # Credited: 12.66 with 5.5 %: 12.00 and 0.66.
        self.refund("12.66", "0.66", (1, 12.66, "5.5% G INC"))
        # 10 × 95.00 = 950.00 at 20 %: 190.00. 0.50 at 2.1 %: 0.0105, 0.01.
        self.bill(
            "1140.51", "190.01", SECTION, (10, 95, "20% S"), NOTE, (1, 0.5, "2.1% G")
        )
        # 100.01 over two classes: 60.01 and 40.00; at 20 %: 12.002, 12.00 and 8.00. In
        # one: 20.002, 20.00.
        self.bill(
            "120.01", "20.00", (1, 100.01, "20% S", 0, {"Advisory": 60, "Training": 40})
        )
        # 0.66 in Odoo at 20 %: 0.132, 0.13. QuickBooks, twice 0.33: 0.066, 0.07.
        self.bill(
            "0.79",
            "0.13",
            (1, 0.66, "20% S", 0, {"Advisory": 50, "Training": 50}),
            theirs=("0.80", "0.14"),
        )
        # 10.00 in Odoo: 2.00. QuickBooks, 3.33, 3.33 and 3.34: 0.666, 0.666 and
        # 0.668, 0.67 each.
        self.bill(
            "12.00",
            "2.00",
            (
                1,
                10,
                "20% S",
                0,
                {"Advisory": 33.33, "Training": 33.33, "Field work": 33.34},
            ),
            theirs=("12.01", "2.01"),
        )
        # QuickBooks: 0.13 at 20 %: 0.026, 0.03, three times 0.09. Odoo: 0.39: 0.078,
        # 0.08.
        self.bill(
            "0.47",
            "0.08",
            *[(1, 0.13, "20% G")] * 3,
            is_global=True,
            theirs=("0.48", "0.09"),
        )
        # QuickBooks: 1.12 at 20 %: 0.22, twice 0.44. 1.00 at 5.5 %: 0.055, 0.06, twice
        # 0.12. Odoo: 2.24: 0.448, 0.45. 2.00: 0.11. 0.56 both ways.
        self.bill(
            "4.80",
            "0.56",
            *[(1, 1.12, "20% G")] * 2,
            *[(1, 1, "5.5% G")] * 2,
            is_global=True,
        )
        # 40 × 1.99 = 79.60 with 20 %: 66.33 and 13.27.
        self.bill("79.60", "13.27", (40, 1.99, "20% G INC"))
        # 99,999.99 at 20 %: 19,999.998, 20,000.00.
        self.bill("119999.99", "20000.00", (1, 99999.99, "20% S"))

    def test_revenue_entry(self):
        self.push_revenue_entry()
