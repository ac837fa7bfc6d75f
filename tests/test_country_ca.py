from odoo.tests import tagged

from .countries import Canada
from .country_case import NOTE, SECTION, CountryCase


@tagged("post_install", "-at_install")
class TestCanada(Canada, CountryCase):
    BY_HAND = {"15% HST": "HST NB 2016"}

    def test_mapped_by_suggestions(self):
        self.check_mapping()

    def test_documents(self):
        self.check_documents()

    def write_documents(self):
        # 200.00; HST 13 % of it: 26.00.
        self.bill("226.00", "26.00", (1, 200, "13% HST"))
        # 29 × 1.59 = 46.11, each 5 %: 0.0795, 0.08, and 7 %: 0.1113, 0.11: 29 ×
        # 0.19 = 5.51. 2 × 17.49 = 34.98, each 0.8745, 0.87, and 1.2243, 1.22: 4.18.
        # 81.09 + 9.69.
        self.bill(
            "90.78",
            "9.69",
            *[(1, 1.59, "12% GST+PST BC")] * 29,
            *[(11, 1.59, "12% GST+PST BC")] * 2,
        )
        # 100.00: 5.00 and 9.975, 9.98. 3 × 14.95 = 44.85: 2.2425, 2.24 and 4.47378,
        # 4.47. 144.85 + 21.69.
        self.bill(
            "166.54",
            "21.69",
            (1, 100, "14.975% GST+QST"),
            (3, 14.95, "14.975% GST+QST"),
        )
        # 2 × 49.99 = 99.98 at 14 %: 13.9972, 14.00.
        self.bill("113.98", "14.00", (2, 49.99, "14% HST"))
        # 95.40 at 15 %: 14.31.
        self.bill("109.71", "14.31", (1, 95.4, "15% HST"))
        # 4 × 6.25 = 25.00, 80.00, 55.55 and 4.45, all without.
        self.bill(
            "165.00",
            "0.00",
            (4, 6.25, "0% GST"),
            (1, 80, "0% Exempt"),
            (1, 55.55, "0% Int"),
            (1, 4.45, ""),
        )
        # 30.00 at 5 %: 1.50; at 13 %: 3.90; at 5 % and 7 %: 1.50 and 2.10; at 7 %:
        # 2.10. 120.00 + 11.10.
        self.bill(
            "131.10",
            "11.10",
            (1, 30, "5% GST"),
            (1, 30, "13% HST"),
            (1, 30, "12% GST+PST BC"),
            (1, 30, "7% PST BC"),
        )
        # 2.667 × 12.345678 = 32.9259..., 32.93 at 5 %: 1.6465, 1.65.
        self.bill("34.58", "1.65", (2.667, 12.345678, "5% GST"))
        # 8 × 23.75 = 190.00, less 15 %: 161.50 at 13 %: 20.995, 21.00.
        self.bill("182.50", "21.00", (8, 23.75, "13% HST", 15))
        # Nothing, less 100 %. 20.00: 1.00 and 1.995, 2.00.
        self.bill(
            "23.00",
            "3.00",
            (1, 300, "14.975% GST+QST", 100),
            (1, 20, "14.975% GST+QST"),
        )
        # 5 × 18.90 = 94.50: 4.725, 4.73 and 6.615, 6.62. -18.90: -0.945, -0.95 and
        # -1.323, -1.32. 75.60 + 11.35 - 2.27.
        self.bill(
            "84.68", "9.08", (5, 18.9, "12% GST+PST BC"), (-1, 18.9, "12% GST+PST BC")
        )
        # 15 × 0.60 = 9.00 with 13 %: 7.9646, 7.96 and 1.04. 24 × 0.125 = 3.00: 2.6549,
        # 2.65 and 0.35.
        self.bill("12.00", "1.39", (15, 0.6, "13% HST INC"), (24, 0.125, "13% HST INC"))
        # 49.99 with 13 %: 44.2389, 44.24 and 5.75. 10.00 exempt.
        self.bill("59.99", "5.75", (1, 49.99, "13% HST INC"), (1, 10, "0% Exempt"))
        # Credited: 65.00 at 13 %: 8.45.
        self.refund("73.45", "8.45", (1, 65, "13% HST"))
        # Credited: 2 × 7.49 = 14.98: 0.749, 0.75 and 1.494255, 1.49.
        self.refund("17.22", "2.24", (2, 7.49, "14.975% GST+QST"))
        # USD 500.00 to abroad, 2 × 12.34 = 24.68 at 5 %: 1.234, 1.23. A Canadian
        # dollar is USD 0.80: 525.91 × 1.25 = 657.3875.
        dollar = {"currency_id": self.env.ref("base.USD").id}
        self.bill(
            "525.91",
            "1.23",
            (1, 500, "0% Int"),
            (2, 12.34, "5% GST"),
            home="657.39",
            **dollar,
        )
        # Credited: 3 × 19.99 = 59.97; × 1.25 = 74.9625.
        self.refund("59.97", "0.00", (3, 19.99, "0% Int"), home="74.96", **dollar)
        # 33.35 in Odoo at 13 %: 4.3355, 4.34. QuickBooks, 20.01 and 13.34: 2.6013, 2.60
        # and 1.7342, 1.73.
        self.bill(
            "37.69",
            "4.34",
            (1, 33.35, "13% HST", 0, {"Advisory": 60, "Training": 40}),
            theirs=("37.68", "4.33"),
        )
        # QuickBooks: 0.10 at 5 %: 0.005, 0.01 and at 9.975 %: 0.009975, 0.01, twice
        # 0.04. Odoo: 0.20: 0.01 and 0.01995, 0.02.
        self.bill(
            "0.23",
            "0.03",
            *[(1, 0.1, "14.975% GST+QST")] * 2,
            is_global=True,
            theirs=("0.24", "0.04"),
        )
        # 8.88 at 5 %: 0.444, 0.44; 9.32, in coins of 0.05: 9.30.
        self.bill(
            "9.30",
            "0.44",
            SECTION,
            (1, 8.88, "5% GST"),
            NOTE,
            invoice_cash_rounding_id=self.make_cash_rounding(0.05).id,
        )

    def test_revenue_entry(self):
        self.push_revenue_entry()
