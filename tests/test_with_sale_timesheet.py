from datetime import date

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import QboCommon
from .revenue import MARCH, RevenueMixin

APRIL, MAY, JUNE = (date(2026, month, 1) for month in (4, 5, 6))


@tagged("post_install", "-at_install")
class TestWithSaleTimesheet(RevenueMixin, QboCommon):
    """Revenue of deals that are worked on in projects: milestones and timesheets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "sale_timesheet" not in cls.env.registry._init_modules:
            cls.skipTest(cls, "sale_timesheet is not installed")
        group = cls.env.ref("project.group_project_milestone")
        cls.env.ref("base.group_user").implied_ids += group

    # === MILESTONES === #

    def sell_milestones(self, *milestones, amount=1000):
        """Return a deal that took over the milestones of its project.

        :param milestones: each (name, part of the whole, deadline)
        """
        self.service.service_policy = "delivered_milestones"
        self.service.service_tracking = "project_only"
        order = self.create_order([(self.service, 1, amount)], confirm=True)
        line = order.order_line
        line.project_id.milestone_ids.unlink()
        self.milestones = self.books["project.milestone"].create(
            [
                {
                    "name": name,
                    "project_id": line.project_id.id,
                    "sale_line_id": line.id,
                    "quantity_percentage": part,
                    "deadline": deadline,
                }
                for name, part, deadline in milestones
            ]
        )
        deal = self.create_deal(amount, start=False, order=order, model="milestone")
        deal.with_user(self.accountant).action_take_project_milestones()
        return deal

    def reach(self, milestone, day):
        with freeze_time(day):
            milestone.is_reached = True
            self.env.flush_all()

    def sell_two(self):
        return self.sell_milestones(("Design", 0.3, MARCH), ("Build", 0.7, APRIL))

    def test_taken_over(self):
        deal = self.sell_two()
        self.assertEqual(
            [
                (each.name, each.percent, each.date, each.reached_date)
                for each in deal.milestone_ids
            ],
            [("Design", 30, MARCH, False), ("Build", 70, APRIL, False)],
        )
        deal.action_start()
        # Both wait for the project, whatever day was planned.
        self.assertFalse(self.recognize(JUNE))

    def test_earned_when_the_project_says_so(self):
        deal = self.sell_two()
        deal.action_start()
        design, build = self.milestones
        self.reach(design, "2026-03-20")
        march = self.recognize_and_post(JUNE)
        self.assertEqual((march.date, march.amount_total), (date(2026, 3, 31), 300))
        self.reach(build, "2026-05-04")
        may = self.recognize_and_post(JUNE)
        self.assertEqual((may.date, may.amount_total), (date(2026, 5, 31), 700))
        self.assertEqual((deal.recognized_amount, deal.rest_amount), (1000, 0))

    def test_reached_before_it_was_taken_over(self):
        self.service.service_policy = "delivered_milestones"
        deal = self.sell_two()
        self.reach(self.milestones[0], "2026-03-20")
        deal.action_take_project_milestones()
        self.assertEqual(deal.milestone_ids[0].reached_date, date(2026, 3, 20))
        self.assertEqual(len(deal.milestone_ids), 2)

    def test_a_deadline_that_moves(self):
        deal = self.sell_two()
        deal.action_start()
        self.milestones[1].deadline = MAY
        self.recognize(MARCH)
        self.assertEqual(deal.milestone_ids[1].date, MAY)

    def test_not_reached_after_all(self):
        deal = self.sell_two()
        deal.action_start()
        design, build = self.milestones
        self.reach(design, "2026-03-20")
        self.reach(build, "2026-04-20")
        self.recognize_and_post(MARCH)
        self.milestones.is_reached = False
        self.assertFalse(self.recognize(JUNE))
        # What is in an entry stays, and somebody is told; the other waits again.
        self.assertEqual(deal.recognized_amount, 300)
        self.assertFalse(deal.milestone_ids[1].reached_date)
        self.assertIn("Use Amend", deal.message_ids[0].body)

    def test_only_the_project_says_that_it_is_reached(self):
        deal = self.sell_two()
        deal.action_start()
        design = deal.milestone_ids[0].with_user(self.accountant)
        self.assertTrue(design.is_in_project)
        with self.assertRaisesRegex(UserError, "project"):
            design.action_reach()
        self.assertFalse(design.reached_date)

    def test_reached_in_a_month_that_is_recognized(self):
        """It is named among what waits, until an amendment takes its day over."""
        deal = self.sell_two()
        deal.action_start()
        design, build = self.milestones
        self.reach(design, "2026-03-20")
        self.recognize_and_post(MARCH)
        self.reach(build, "2026-03-25")
        run = self.env["qbo.revenue.run"]._collect(self.connection, JUNE)
        self.assertIn(deal.display_name, " ".join(run.held))
        self.assertFalse(self.recognize(JUNE))

    def test_deleted_in_the_project(self):
        deal = self.sell_two()
        deal.action_start()
        self.reach(self.milestones[0], "2026-03-20")
        self.milestones[1].unlink()
        self.recognize(JUNE)
        self.assertEqual(deal.milestone_ids.mapped("name"), ["Design", "Build"])
        deal.milestone_ids[1].with_user(self.accountant).action_reach()
        self.assertTrue(deal.milestone_ids[1].reached_date)

    def test_a_project_whose_milestones_are_not_the_whole(self):
        deal = self.sell_milestones(("Design", 0.3, MARCH))
        with self.assertRaisesRegex(UserError, "30.000000 %, not to 100 %"):
            deal.action_start()

    # === TIMESHEETS === #

    def log(self, deal, hours, day):
        line = deal.order_line_id
        return self.books["account.analytic.line"].create(
            {
                "name": "Work",
                "date": day,
                "unit_amount": hours,
                "project_id": line.project_id.id,
                "task_id": line.task_id.id,
                "so_line": line.id,
                "employee_id": self.employee.id,
            }
        )

    def sell_hours(self, hours, price, **values):
        self.service.uom_id = self.env.ref("uom.product_uom_hour")
        self.service.service_policy = "delivered_timesheet"
        self.service.service_tracking = "task_in_project"
        order = self.create_order([(self.service, hours, price)], confirm=True)
        self.employee = self.books["hr.employee"].create(
            {"name": "Ines", "company_id": self.company.id}
        )
        return self.create_deal(
            hours * price, order=order, model="time", rate=price, **values
        )

    def test_hours_of_timesheets(self):
        deal = self.sell_hours(10, 100)
        self.log(deal, 2.5, "2026-03-10")
        self.log(deal, 1, "2026-04-02")
        march = self.recognize_and_post(MARCH)
        self.assertEqual(march.amount_total, 250)
        # Logged late, for a month that is recognized.
        self.log(deal, 0.5, "2026-03-31")
        april = self.recognize_and_post(APRIL)
        self.assertEqual((april.date, april.amount_total), (date(2026, 4, 30), 150))
        self.assertEqual(deal.recognized_amount, 400)
        # A corrected timesheet takes back what it gave.
        timesheet = self.log(deal, 1, "2026-05-05")
        timesheet.unit_amount = -1
        may = self.recognize_and_post(MAY)
        self.assertEqual(self.get_balances(may)[self.income.name], 100)
