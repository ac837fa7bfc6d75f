from datetime import date
from decimal import Decimal

from odoo.tests import freeze_time, tagged

from .common import QboCommon
from .revenue import RevenueMixin

YEAR = [date(2026, month, 1) for month in range(1, 13)]


@tagged("post_install", "-at_install")
class TestRevenueFirm(RevenueMixin, QboCommon):
    """A year of a small firm, as its accountant works it out by hand.

    ======  ================================  ========  =====  ========  ========
    Deal    Terms                             Class     Price  Invoiced  Earned
    ======  ================================  ========  =====  ========  ========
    A       ratable, 1 Jan, 12 equal months   Advisory  1,200     1,200     1,200
    B       milestones: kick-off 30 % 10 Feb  Training  9,000     9,000     9,000
            (2,700), delivery 70 % 15 Sep
            (6,300); half invoiced at each
    C       time and material, 100 an hour,   Advisory  2,000     2,000     2,000
            no more than 2,000: 5 h in Mar,
            10 h in Apr, 8 h in Jun (5 count)
    D       ratable, 1 Apr, 12 equal months   Training  2,400     2,400         -
            of 200; amended in July, when
            April to June were booked, to     Training  3,600    +1,200     2,700
            3,600: 300 a month, nine of 12
    E       ratable, 1 May, 6 equal months    Training    600       600         -
            of 100; cancelled after 31 July,
            the rest credited                              300      -300       300
    ======  ================================  ========  =====  ========  ========

    Trial balance of 31 December, what these deals added:

    ====================  ========  ==========================================
    Accounts Receivable     16,100  Dr  1,200 + 9,000 + 2,000 + 3,600 + 300
    Deferred Revenue           900  Cr  of D: 3,600 - 2,700. Class Training
    Services                 3,200  Cr  A 1,200 + C 2,000. Class Advisory
    Services                12,000  Cr  B 9,000 + D 2,700 + E 300. Class Training
    ====================  ========  ==========================================

    In between: 31 January defers 1,100 of A. 28 February is owed 4,500 of B for
    2,700 earned, so that 1,800 + 1,000 (A) are deferred. 30 June: A 600, B 1,800,
    C -2,000 (earned before it is invoiced), D 1,800, E 400.
    """

    def setUp(self):
        super().setUp()
        plan = self.env["account.analytic.plan"].create({"name": "Lines of business"})
        self.connection.class_plan_id = plan
        self.classes = {}
        for name in ("Advisory", "Training"):
            account = self.env["account.analytic.account"].create(
                {"name": name, "plan_id": plan.id, "company_id": self.company.id}
            )
            self.classes[name] = account
            self.env["qbo.mapping"].create(
                {
                    "connection_id": self.connection.id,
                    "kind": "class",
                    "res_model": account._name,
                    "res_id": account.id,
                    "name": name,
                    "reference_id": self.find_class(name).id,
                }
            )
        self.before = self.get_ledger("2026-12-31")

    # === WHAT THE FIRM DOES === #

    def sell(self, name, model, price, day, class_name, quantity=1, **product):
        """Confirm an order of one product; return its schedule, which runs."""
        item = self._create_product(
            name, price, qbo_revenue_model=model, taxes_id=[], **product
        )
        account = self.classes[class_name]
        line = {
            "product_id": item.id,
            "product_uom_qty": quantity,
            "price_unit": price,
            "tax_ids": [],
            "analytic_distribution": {str(account.id): 100},
        }
        order = self.create_order([line])
        with freeze_time(f"{day} 12:00:00"):
            order.action_confirm()
        schedule = order.qbo_revenue_schedule_ids
        self.assertEqual(schedule.deferred_account_id, self.deferred)
        self.assertEqual(schedule.class_id.name, class_name)
        return schedule

    def invoice(self, schedule, amount, day, **values):
        line = schedule.order_line_id
        invoice = self.create_invoice(
            [
                {
                    "product_id": line.product_id.id,
                    "name": line.name,
                    "quantity": 1,
                    "price_unit": amount,
                    "tax_ids": [],
                    "sale_line_ids": [(4, line.id)],
                    "analytic_distribution": line.analytic_distribution,
                }
            ],
            invoice_date=day,
            **values,
        )
        (operation,) = self.push(invoice)
        # QuickBooks uses credit notes by itself, which is told as a difference.
        self.assertIn(operation.state, ("done", "differs"), operation.receipt)
        return invoice

    # === WHAT THE LEDGER SAYS === #

    def get_ledger(self, until):
        """Return {(account, class): debits less credits} in QuickBooks until a day."""
        realm = self.connection.realm_id
        answer = self.control("GET", f"ledger/{realm}", to=until)
        balances = {}
        for posting in answer["postings"]:
            key = (posting["account"], posting["class"] or "")
            balance = Decimal(posting["debit"]) - Decimal(posting["credit"])
            balances[key] = balances.get(key, 0) + balance
        return balances

    def get_change(self, until):
        now = self.get_ledger(until)
        keys = {*now, *self.before}
        change = {
            key: now.get(key, 0) - self.before.get(key, 0) for key in sorted(keys)
        }
        return {key: amount for key, amount in change.items() if amount}

    def get_deferred(self, until):
        return -sum(
            amount
            for (account, _class), amount in self.get_change(until).items()
            if account == self.deferred.name
        )

    def get_trial_balance(self):
        """Return {account: balance} of QuickBooks' own report."""
        report = self.connection._call(
            lambda client: client.get_report(
                "TrialBalance",
                {"start_date": "2026-01-01", "end_date": "2026-12-31"},
            )
        )
        balances = {}
        for row in report["Rows"].get("Row", ()):
            if "ColData" in row:
                name, debit, credit = (each["value"] for each in row["ColData"])
                balances[name] = Decimal(debit or 0) - Decimal(credit or 0)
        return balances

    # === THE YEAR === #

    def test_year(self):
        trial_before = self.get_trial_balance()
        deals = {}
        for month in YEAR:
            self.begin_month(deals, month.month)
            entries = self.recognize(month)
            self.assertEqual(len(entries), 1, month)
            self.assertEqual(entries.date, month.replace(day=entries.date.day))
            self.post(entries)
        self.assertEqual(
            self.get_change("2026-12-31"),
            {
                ("Accounts Receivable (A/R)", ""): 16_100,
                ("Deferred Revenue", "Training"): -900,
                ("Services", "Advisory"): -3_200,
                ("Services", "Training"): -12_000,
            },
        )
        self.assertEqual(self.get_deferred("2026-01-31"), 1_100)
        self.assertEqual(self.get_deferred("2026-02-28"), 2_800)
        trial = self.get_trial_balance()
        self.assertEqual(
            {
                name: trial[name] - trial_before.get(name, 0)
                for name in (
                    "Accounts Receivable (A/R)",
                    "Deferred Revenue",
                    "Services",
                )
            },
            {
                "Accounts Receivable (A/R)": 16_100,
                "Deferred Revenue": -900,
                "Services": -15_200,
            },
        )
        schedules = self.env["qbo.revenue.schedule"].search([])
        self.assertEqual(
            {each.product_id.name: each.deferred_amount for each in schedules},
            {"A": 0, "B": 0, "C": 0, "D": 900, "E": 0},
        )
        kinds = self.env["qbo.revenue.entry"].search([]).mapped("kind")
        self.assertEqual(
            {kind: kinds.count(kind) for kind in set(kinds)},
            {"month": 12, "reversal": 3, "correction": 3},
        )

    def begin_month(self, deals, month):
        """Do what the firm did in a month, before its revenue is recognized."""
        if month == 1:
            deals["A"] = self.sell("A", "ratable", 1200, "2026-01-01", "Advisory",
                                   qbo_revenue_distribution="months")  # fmt: skip
            self.invoice(deals["A"], 1200, date(2026, 1, 1))
        elif month == 2:
            self.begin_february(deals)
        elif month == 3:
            deals["C"] = self.sell("C", "time", 100, "2026-03-01", "Advisory", 20)
            deals["C"].order_line_id.qty_delivered_method = "analytic"
            self.log_hours(deals["C"], 5, date(2026, 3, 20))
        elif month == 4:
            self.log_hours(deals["C"], 10, date(2026, 4, 7))
            deals["D"] = self.sell("D", "ratable", 2400, "2026-04-01", "Training",
                                   qbo_revenue_distribution="months")  # fmt: skip
            self.invoice(deals["D"], 2400, date(2026, 4, 1))
        elif month == 5:
            deals["E"] = self.sell("E", "ratable", 600, "2026-05-01", "Training",
                                   qbo_revenue_distribution="months",
                                   qbo_revenue_months=6)  # fmt: skip
            self.invoice(deals["E"], 600, date(2026, 5, 1))
        elif month == 6:
            self.log_hours(deals["C"], 8, date(2026, 6, 12))
        elif month == 7:
            self.begin_july(deals)
        elif month == 8:
            deals["E"]._amend({}, "Stopped", "cancel", date(2026, 7, 31))
            self.invoice(deals["E"], 300, date(2026, 8, 3), move_type="out_refund")
        elif month == 9:
            self.invoice(deals["B"], 4500, date(2026, 9, 15))

    def begin_february(self, deals):
        deal = self.sell("B", "milestone", 9000, "2026-02-01", "Training")
        self.assertEqual(deal.state, "draft")
        deal.milestone_ids = [
            (0, 0, {"name": name, "kind": "percent", "percent": percent, "date": day})
            for name, percent, day in (
                ("Kick-off", 30, date(2026, 2, 10)),
                ("Delivery", 70, date(2026, 9, 15)),
            )
        ]
        deal.action_start()
        self.invoice(deal, 4500, date(2026, 2, 10))
        deals["B"] = deal

    def begin_july(self, deals):
        deal = deals["D"]
        self.assertEqual(
            self.get_deferred("2026-06-30"), 600 + 1800 - 2000 + 1800 + 400
        )
        record = deal._amend({"amount": 3600}, "Twice the seats")
        self.post(*record.entry_ids)
        deal.order_line_id.price_unit = 3600
        self.invoice(deal, 1200, date(2026, 7, 1))
        self.invoice(deals["C"], 2000, date(2026, 7, 2))
