from datetime import date, timedelta
from random import Random

from odoo.tests import tagged

from ..tools.recognition import end_of, next_month
from .common import QboCommon
from .revenue import MARCH, RevenueMixin

STORIES = 12
MOST_AMENDMENTS = 10


@tagged("post_install", "-at_install")
class TestRevenueStories(RevenueMixin, QboCommon):
    """Deals that are recognized, amended and cancelled at random.

    The arithmetic by itself has properties of its own (tools/tests); here the books
    follow it, in Odoo's rows and PostgreSQL's constraints.
    """

    def test_stories(self):
        self.classes = [
            self.env["qbo.reference"],
            self.find_class("Training"),
            self.find_class("Advisory"),
        ]
        self.accounts = self.env["qbo.reference"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("account_type", "=", "Income"),
            ],
            limit=3,
        )
        for number in range(STORIES):
            with self.subTest(story=number):
                self.tell(Random(number))  # noqa: S311

    def tell(self, random):
        schedule = self.create_deal(
            random.choice([1, -1]) * random.randint(1, 500_000) / 100,
            **self.invent_terms(random),
        )
        month = MARCH
        for _turn in range(random.randint(1, MOST_AMENDMENTS)):
            for _step in range(random.randint(0, 2)):
                for entry in self.recognize(month):
                    self.post_in_books(entry, random)
                month = next_month(month)
                self.check(schedule)
            self.amend(schedule, random, month)
            self.check(schedule)
        self.check_against_scratch()

    # === WHAT HAPPENS === #

    def invent_terms(self, random):
        start = date(2026, random.randint(2, 6), random.randint(1, 28))
        end = start + timedelta(days=random.randint(0, 400))
        return {
            "start_date": start,
            "end_date": end,
            "month_count": 0,
            "distribution": random.choice(["days", "months"]),
            "first_part": random.choice(["days", "whole"]),
            "last_part": random.choice(["days", "whole"]),
        }

    def post_in_books(self, entry, random):
        """Most entries arrive; some stay drafts."""
        if random.random() < 0.8:
            entry.sudo().state = "posted"

    def amend(self, schedule, random, month):
        values = {
            "amount": random.choice([1, -1]) * random.randint(1, 500_000) / 100,
            "class_id": random.choice(self.classes).id,
            "revenue_account_id": random.choice(self.accounts).id,
        }
        if random.random() < 0.3:
            values |= {"model": "milestone", **self.invent_milestones(random, values)}
        else:
            values |= {"model": "ratable", **self.invent_terms(random)}
        if random.random() < 0.15 and schedule.state == "running":
            day = end_of(month) - timedelta(days=random.randint(0, 90))
            schedule._amend({}, "Cancelled", "cancel", day)
        else:
            schedule._amend(values, "Amended")
        for entry in schedule.amendment_ids[:1].entry_ids:
            self.post_in_books(entry, random)
        self.env.flush_all()

    def invent_milestones(self, random, values):
        first = random.randint(1, 99)
        milestones = [
            {
                "name": name,
                "kind": "percent",
                "percent": percent,
                "date": date(2026, random.randint(3, 12), 5),
            }
            for name, percent in (("First", first), ("Second", 100 - first))
        ]
        return {"milestone_ids": [(5,), *((0, 0, each) for each in milestones)]}

    # === WHAT ALWAYS HOLDS === #

    def check(self, schedule):
        """Recognized and planned make the contract; all entries balance."""
        self.env.flush_all()
        # What PostgreSQL would say at commit.
        self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")
        schedule.invalidate_recordset()
        currency = schedule.currency_id
        planned = sum(schedule._get_planned().mapped("amount"))
        total = schedule.recognized_amount + planned
        self.assertEqual(currency.compare_amounts(total, schedule.amount), 0)
        entries = schedule.period_ids.entry_id
        for entry in entries:
            balances = {}
            for line in entry.line_ids:
                key = line.class_id.id
                balances[key] = balances.get(key, 0) + line.debit - line.credit
            self.assertTrue(all(abs(each) < 0.001 for each in balances.values()))
        for entry in entries.filtered("reversal_of_id"):
            self.assertEqual(entry.reversal_of_id.state, "posted")

    def check_against_scratch(self):
        """All entries together are what the last terms alone would have booked."""
        booked, wanted = {}, {}
        for line in self.env["qbo.revenue.entry"].search([]).line_ids:
            key = (line.account_id.id, line.class_id.id)
            booked[key] = booked.get(key, 0) + line.debit - line.credit
        for schedule in self.env["qbo.revenue.schedule"].search([]):
            class_id = schedule.class_id.id
            standing = schedule._get_standing().filtered("entry_id")
            amount = sum(standing.mapped("amount"))
            deferred = (schedule.deferred_account_id.id, class_id)
            revenue = (schedule.revenue_account_id.id, class_id)
            wanted[deferred] = wanted.get(deferred, 0) + amount
            wanted[revenue] = wanted.get(revenue, 0) - amount
        for key in {*booked, *wanted}:
            difference = booked.get(key, 0) - wanted.get(key, 0)
            self.assertLess(abs(difference), 0.001, key)
