from odoo.tests import tagged

from .countries import Britain
from .country_case import NOTE, SECTION, CountryCase


@tagged("post_install", "-at_install")
class TestBritain(Britain, CountryCase):
    BY_HAND = {"0% RC": "20.0% RC CIS"}

    def test_mapped_by_suggestions(self):
        self.check_mapping()

    def test_documents(self):
        self.check_documents()

    def write_documents(self):
        # 2 × 150.00 = 300.00; VAT 20 % of it: 60.00.
        self.bill("360.00", "60.00", (2, 150, "20%"))
        # 1.125 × 33.333333 = 37.499999625, 37.50; 20 %: 7.50.
        # 1,000 × 0.012345 = 12.345, 12.35; 20 %: 2.47.
        self.bill("59.82", "9.97", (1.125, 33.333333, "20%"), (1000, 0.012345, "20%"))
        # 80.00 at 20 %: 16.00. 3 × 12.49 = 37.47 at 5 %: 1.8735, 1.87. 10.00 at 0 %.
        # 127.47 + 17.87.
        self.bill("145.34", "17.87", (1, 80, "20%"), (3, 12.49, "5%"), (1, 10, "0%"))
        # 4 × 25.25 = 101.00 exempt, 9.99 zero-rated, 5.01 without VAT.
        self.bill(
            "116.00", "0.00", (4, 25.25, "Exempt"), (1, 9.99, "0%"), (1, 5.01, "")
        )
        # 3 × 49.95 = 149.85, less 12.5 %: 131.11875, 131.12; 20 %: 26.224, 26.22.
        self.bill("157.34", "26.22", (3, 49.95, "20%", 12.5))
        # Nothing, less 100 %. 99.99 at 20 %: 19.998, 20.00.
        self.bill("119.99", "20.00", (1, 500, "20%", 100), (1, 99.99, "20%"))
        # 10 × 14.35 = 143.50: 28.70. -2 × 14.35 = -28.70: -5.74. 114.80 + 22.96.
        self.bill("137.76", "22.96", (10, 14.35, "20%"), (-2, 14.35, "20%"))
        # 99.99 with 20 %: tax 99.99 / 6 = 16.665. Odoo rounds the tax, 16.67;
        # QuickBooks the net, 83.325, 83.33, and 16.66 is left.
        self.bill("99.99", "16.67", (1, 99.99, "20% INC"), theirs=("99.99", "16.66"))
        # 120.00 with 20 %: 100.00 and 20.00. 21.00 with 5 %: 20.00 and 1.00.
        self.bill("141.00", "21.00", (2, 60, "20% INC"), (1, 21, "5% INC"))
        # 1.5 × 47.96 = 71.94, less 10 %: 64.746, 64.75. With 20 %: 53.958, 53.96 and
        # 10.79.
        self.bill("64.75", "10.79", (1.5, 47.96, "20% INC", 10))
        # Credited: 120.00 at 20 %: 24.00. 2.5 × 8.40 = 21.00 at 5 %: 1.05.
        self.refund("166.05", "25.05", (1, 120, "20%"), (2.5, 8.4, "5%"))
        # 5 × 19.99 = 99.95: 19.99. 0.05: 0.01. 100.00 + 20.00.
        self.bill("120.00", "20.00", SECTION, (5, 19.99, "20%"), NOTE, (1, 0.05, "20%"))
        # EUR 250.00 at 20 %: 50.00. A pound is EUR 1.25: 300.00 × 0.8 = 240.00.
        euro = {"currency_id": self.env.ref("base.EUR").id}
        self.bill("300.00", "50.00", (2, 125, "20%"), home="240.00", **euro)
        # 3 × 33.33 = 99.99 at 20 %: 19.998, 20.00. 7 × 1.15 = 8.05, exported.
        # 108.04 + 20.00 = 128.04; × 0.8 = 102.432.
        self.bill(
            "128.04",
            "20.00",
            (3, 33.33, "20%"),
            (7, 1.15, "0% EX"),
            home="102.43",
            **euro,
        )
        # Credited: 59.99 at 5 %: 2.9995, 3.00. 62.99 × 0.8 = 50.392.
        self.refund("62.99", "3.00", (1, 59.99, "5%"), home="50.39", **euro)
        # QuickBooks: 0.33 at 20 %: 0.066, 0.07, three times 0.21. Odoo, all at once:
        # 0.99 at 20 %: 0.198, 0.20. 0.99 + 0.20.
        self.bill(
            "1.19",
            "0.20",
            *[(1, 0.33, "20%")] * 3,
            is_global=True,
            theirs=("1.20", "0.21"),
        )
        # QuickBooks: 1.12 at 20 %: 0.224, 0.22, three times 0.66. Odoo: 3.36 at 20 %:
        # 0.672, 0.67.
        self.bill(
            "4.03",
            "0.67",
            *[(1, 1.12, "20%")] * 3,
            is_global=True,
            theirs=("4.02", "0.66"),
        )
        # 750.00, and 8.25 × 62.50 = 515.625, 515.63: the customer owes the tax.
        self.bill("1265.63", "0.00", (1, 750, "0% RC"), (8.25, 62.5, "0% RC"))
        # Credited: 35.94 with 20 %: 29.95 and 5.99.
        self.refund("35.94", "5.99", (1, 35.94, "20% INC"))
        # 13.37 at 20 %: 2.674, 2.67; 16.04, in coins of 0.05: 16.05.
        self.bill(
            "16.05",
            "2.67",
            (1, 13.37, "20%"),
            invoice_cash_rounding_id=self.make_cash_rounding(0.05).id,
        )

    def test_revenue_entry(self):
        self.push_revenue_entry()
