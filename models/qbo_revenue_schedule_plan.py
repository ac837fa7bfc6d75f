from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import money, recognition
from ..tools.recognition_changes import Part, amend, catch_up
from ..tools.recognition_terms import Plan
from .qbo_revenue_period import POSTING_FIELDS
from .qbo_revenue_schedule import AMENDING


class QboRevenueSchedule(models.Model):
    """The months of a schedule: what is planned, and what stands in entries."""

    _inherit = "qbo.revenue.schedule"

    # === PLANNING === #

    def _plan_anew(self):
        """Write the months that are in no entry yet anew, from what the deal says.

        Months in entries stay, whatever they say: an amendment looks after those.
        """
        planned = self._get_planned()
        planned.unlink()
        vals_list = []
        for schedule in self.filtered(lambda each: each.state == "running"):
            if schedule.model == "time":
                continue
            plan = recognition.plan(schedule._get_terms())
            amendment = amend(
                schedule._get_booked_parts(), plan, schedule._get_posting()
            )
            posting = schedule._prepare_posting()
            vals_list += [
                {
                    **posting,
                    "month": part.month,
                    "amount": schedule._from_minor(part.amount),
                    "is_expected": part.is_expected,
                }
                for part in amendment.planned
            ]
        self.env["qbo.revenue.period"].sudo().create(vals_list)
        self.invalidate_recordset(["period_ids"])

    def _get_planned(self):
        """Return the parts that are in no entry yet."""
        return (
            self.env["qbo.revenue.period"]
            .sudo()
            .search(
                [
                    ("schedule_id", "in", self.ids),
                    ("kind", "=", "earned"),
                    ("entry_id", "=", False),
                ]
            )
        )

    def _prepare_posting(self):
        """Return the values of a part that say whose it is and where it is booked."""
        return {
            "schedule_id": self.id,
            "deferred_account_id": self.deferred_account_id.id,
            "revenue_account_id": self.revenue_account_id.id,
            "class_id": self.class_id.id,
            "partner_id": self.partner_id.id,
        }

    def _get_posting(self):
        posting = self._prepare_posting()
        return tuple(posting[name] for name in POSTING_FIELDS)

    def _get_booked_parts(self, periods=None):
        """Return the `Part` s that stand in entries, those taken back excepted.

        :param periods: of these; all that stand in an entry otherwise
        """
        if periods is None:
            periods = self._get_standing().filtered("entry_id")
        return [
            Part(
                month=period.month,
                amount=self._to_minor(period.amount),
                posting=period._get_posting(),
                is_booked=True,
                key=period.id,
            )
            for period in periods
        ]

    def _get_standing(self):
        """Return the parts that are earned, planned or booked, and not taken back."""
        periods = self.env["qbo.revenue.period"].sudo()
        return periods.search(
            [
                ("schedule_id", "in", self.ids),
                ("kind", "=", "earned"),
                ("is_reversed", "=", False),
            ],
            order="month, id",
        )

    # === CLASSES === #

    def _find_missing_classes(self, connection):
        """Give deals the class that QuickBooks got with their first document.

        Only before anything of them is booked: later, an amendment does.
        """
        if not connection._get_rules().classes:
            return
        for schedule in self.filtered(lambda each: not each.class_id):
            line = schedule.order_line_id
            found = line._qbo_get_revenue_class(connection)
            if found and not schedule._get_booked_parts():
                running = schedule.with_context(qbo_amending=AMENDING)
                running.class_id = found
                schedule._get_planned().write({"class_id": found.id})

    # === MILESTONES === #

    def _follow_milestones(self):
        """Plan anew after the days of milestones changed."""
        running = self.filtered(
            lambda each: each.state == "running" and each.model == "milestone"
        )
        for schedule in running:
            plan = recognition.plan(schedule._get_terms())
            amendment = amend(
                schedule._get_booked_parts(), plan, schedule._get_posting()
            )
            if amendment.reversed:
                raise UserError(
                    self.env._(
                        "%(name)s: nothing was changed, because the month that this "
                        "changes is recognized already. Use Amend, which takes it back "
                        "and books it anew.",
                        name=schedule.display_name,
                    )
                )
        running._plan_anew()

    @api.model
    def _get_project_milestones(self):
        """Return the model, None where projects know no order lines."""
        model = self.env.get("project.milestone")
        return model if model is not None and "sale_line_id" in model._fields else None

    @api.model
    def _read_lines_of_projects(self, milestones):
        """Return ``{id of the milestone of a project: its order line}``."""
        model = self._get_project_milestones()
        ids = [id for id in milestones.mapped("project_milestone") if id]
        if model is None or not ids:
            return {}
        found = model.sudo().browse(ids).exists()
        return {each.id: each.sale_line_id for each in found}

    def _read_project_milestones(self):
        """Take over days from the milestones of projects, where that app is installed.

        Only what moves a month that is in no entry yet.

        :return: ``{why a milestone was not taken over: ids of deals}``
        """
        model, refused = self._get_project_milestones(), {}
        if model is None:
            return refused
        owns = (
            self.env["qbo.revenue.milestone"]
            .sudo()
            .search([("schedule_id", "in", self.ids), ("project_milestone", ">", 0)])
        )
        lines = owns.schedule_id.order_line_id
        found = model.sudo().search([("sale_line_id", "in", lines.ids)])
        by_id = {milestone.id: milestone for milestone in found}
        for own in owns:
            theirs = by_id.get(own.project_milestone)
            if not theirs:
                continue
            values = {
                "date": theirs.deadline,
                "is_manual": True,
                "reached_date": theirs.is_reached
                and (theirs.reached_date or fields.Date.context_today(self)),
            }
            if any(own[name] != (value or False) for name, value in values.items()):
                if reason := self._take_days(own, values):
                    refused.setdefault(reason, set()).add(own.schedule_id.id)
        return refused

    @api.model
    def _take_days(self, milestone, values):
        """Return why not, None if they were taken over."""
        try:
            with self.env.cr.savepoint():
                milestone.sudo().write(values)
        except UserError as error:
            milestone.schedule_id._message_log(body=str(error))
            return str(error)
        return None

    def action_take_project_milestones(self):
        """Fill the milestones of a draft with those of the project."""
        self._check_accountant()
        model = self._get_project_milestones()
        if model is None:
            raise UserError(
                self.env._(
                    "There are no milestones of projects, because the Project app "
                    "(with sales) is not installed. Enter the milestones here."
                )
            )
        for schedule in self.filtered(lambda each: each.state == "draft"):
            found = model.sudo().search(
                [("sale_line_id", "=", schedule.order_line_id.id)], order="deadline, id"
            )
            schedule.sudo().milestone_ids = [
                fields.Command.clear(),
                *(
                    fields.Command.create(
                        {
                            "name": each.name,
                            "sequence": place,
                            "kind": "percent",
                            "percent": each.quantity_percentage * 100,
                            "date": each.deadline,
                            "is_manual": True,
                            "reached_date": each.is_reached
                            and (each.reached_date or fields.Date.context_today(self)),
                            "project_milestone": each.id,
                        }
                    )
                    for place, each in enumerate(found, 1)
                ),
            ]
        return True

    # === TIME AND MATERIAL === #

    def _write_down_time(self, month):
        """Write down what was logged until the end of a month, as planned parts.

        Hours that were logged late, for a month that is in an entry, go into the first
        month after the last entry; those of a month that is in none, into that month.

        :param date month: its first day
        """
        schedules = self.filtered(
            lambda each: each.state == "running" and each.model == "time"
        )
        schedules._get_planned().unlink()
        logged = schedules._read_logged(recognition.end_of(month))
        booked = schedules._get_standing().filtered("entry_id").grouped("schedule_id")
        none = self.env["qbo.revenue.period"]
        vals_list = []
        for schedule in schedules:
            vals_list += schedule._prepare_time_parts(
                logged[schedule.id], month, booked.get(schedule, none)
            )
        self.env["qbo.revenue.period"].sudo().create(vals_list)

    def _prepare_time_parts(self, logged, month, periods):
        plan = recognition.plan(self._get_terms(logged))
        booked = self._get_booked_parts(periods)
        if self.time_source == "delivered":
            plan = place_late(plan, booked)
        last = max((part.month for part in booked), default=None)
        first_open = recognition.next_month(last) if last else None
        first_open = first_open or min(plan.months, default=month)
        parts = catch_up(booked, plan, self._get_posting(), first_open)
        posting = self._prepare_posting()
        return [
            {**posting, "month": part.month, "amount": self._from_minor(part.amount)}
            for part in parts
            if part.month <= month and part.amount
        ]

    def _read_logged(self, until):
        """Return ``{schedule id: ((day, Decimal quantity), ...)}`` until a day.

        Hours are analytic lines of the order line, in its unit; the delivered quantity
        is what is delivered now, on the last day. Where the unit price changed, what
        is booked was delivered in its month.
        """
        logged = defaultdict(tuple)
        hours = self.filtered(lambda each: each.time_source == "hours")
        by_line = hours._read_hours(until)
        for schedule in self:
            line = schedule.order_line_id
            if schedule in hours:
                logged[schedule.id] = tuple(by_line[line.id])
            elif line.qty_delivered:
                quantity = Decimal(f"{line.qty_delivered:.6f}")
                booked = schedule._list_booked_quantities(until)
                rest = quantity - sum(each for _day, each in booked)
                logged[schedule.id] = (*booked, (until, rest))
        return logged

    def _list_booked_quantities(self, until):
        """Return [(day, Decimal quantity)] of a deal with several unit prices."""
        _rate, changes = self._get_rates()
        if not changes:
            return []
        terms, quantities = self._get_terms(), []
        for part in self._get_booked_parts():
            day = min(recognition.end_of(part.month), until)
            amount = money.from_minor(part.amount, terms.decimals)
            quantities.append((day, amount / recognition.rate_on(terms, day)))
        return quantities

    def _read_hours(self, until):
        lines = self.order_line_id
        names = ["so_line", "date", "unit_amount", "product_uom_id"]
        self.env["account.analytic.line"].flush_model(names)
        rows = self.env.execute_query(
            SQL(
                """SELECT so_line, date, product_uom_id, SUM(unit_amount)
                     FROM account_analytic_line
                    WHERE so_line IN %s AND date <= %s
                 GROUP BY so_line, date, product_uom_id
                 ORDER BY date""",
                tuple(lines.ids) or (0,),
                until,
            )
        )
        by_line, units = defaultdict(list), self.env["uom.uom"]
        targets = {line.id: line.product_uom_id for line in lines}
        for line_id, day, unit_id, quantity in rows:
            target = targets[line_id]
            unit = units.browse(unit_id)
            if unit and unit != target:
                quantity = unit._compute_quantity(quantity, target, round=False)
            by_line[line_id].append((day, Decimal(f"{quantity:.6f}")))
        return by_line


def place_late(plan, booked):
    """Of a quantity without days, what is booked was earned in the booked months."""
    months = {part.month: part.amount for part in booked}
    total = sum(plan.months.values())
    rest = total - sum(months.values())
    last = max([*plan.months, *months], default=None)
    if last is None:
        return plan
    if last in months:
        last = recognition.next_month(last)
    return Plan(months={**months, last: rest} if rest else months, open=plan.open)
