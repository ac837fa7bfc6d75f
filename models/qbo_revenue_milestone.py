from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import money
from ..tools.recognition_terms import Milestone
from .qbo_revenue_schedule import AMENDING
from .qbo_revenue_terms_mixin import get_decimals

# What a person may say of a milestone while the deal runs.
FREE_FIELDS = frozenset(("reached_date", "date", "is_manual", "sequence"))


class QboRevenueMilestoneMixin(models.AbstractModel):
    """What a milestone says: that of a schedule, and that of an amendment."""

    _name = "qbo.revenue.milestone.mixin"
    _description = "Terms Of A Milestone"

    currency_id = fields.Many2one("res.currency")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    kind = fields.Selection(
        [("amount", "Amount"), ("percent", "Percentage")],
        default="amount",
        required=True,
    )
    amount = fields.Monetary()
    percent = fields.Float("Percentage", digits=(16, 6), aggregator=None)
    date = fields.Date("Planned")
    is_manual = fields.Boolean(
        "Wait Until Reached",
        help="It is not earned on the planned day by itself, but when somebody says "
        "that it is reached.",
    )
    reached_date = fields.Date("Reached")
    project_milestone = fields.Integer(
        readonly=True,
        help="Id of the milestone of a project that it follows.",
    )

    def _get_terms(self):
        is_percent = self.kind == "percent"
        decimals = get_decimals(self.currency_id)
        return Milestone(
            name=self.name or "",
            amount=None
            if is_percent
            else money.to_minor(
                money.to_decimal(f"{self.amount:.{decimals}f}"), decimals
            ),
            percent=money.to_decimal(f"{self.percent:.6f}") if is_percent else None,
            planned=self.date or None,
            reached=self.reached_date or (not self.is_manual and self.date) or None,
        )

    def _describe(self):
        """Return the milestone in words: 'Kick-off 30 % 2026-03-02'."""
        value = (
            f"{self.percent:g} %"
            if self.kind == "percent"
            else self.currency_id.format(self.amount)
        )
        day = self.reached_date or self.date
        return " ".join(
            filter(None, (self.name, value, fields.Date.to_string(day) or ""))
        )


class QboRevenueMilestone(models.Model):
    """A part of a deal that is earned on one day: when it is reached.

    One with a planned day is earned on that day; one that waits for a person
    (`is_manual`), or has no day, when somebody says that it is reached.
    """

    _name = "qbo.revenue.milestone"
    _description = "Revenue Milestone"
    _inherit = ["qbo.revenue.milestone.mixin"]
    _order = "schedule_id, sequence, id"

    schedule_id = fields.Many2one(
        "qbo.revenue.schedule", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="schedule_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="schedule_id.currency_id")
    is_in_project = fields.Boolean(compute="_compute_is_in_project", compute_sudo=True)

    @api.depends("project_milestone")
    def _compute_is_in_project(self):
        """The project says when it is reached, as long as it has the milestone."""
        lines = self.env["qbo.revenue.schedule"]._read_lines_of_projects(self)
        for milestone in self:
            line = milestone.schedule_id.order_line_id
            milestone.is_in_project = (
                bool(line) and lines.get(milestone.project_milestone) == line
            )

    @api.model_create_multi
    def create(self, vals_list):
        milestones = super().create(vals_list)
        milestones._check_unlocked()
        return milestones

    def write(self, vals):
        is_free = vals.keys() <= FREE_FIELDS
        if not is_free:
            self._check_unlocked()
        result = super().write(vals)
        if not is_free:
            # Of another schedule, perhaps.
            self._check_unlocked()
        self.schedule_id._follow_milestones()
        return result

    def unlink(self):
        self._check_unlocked()
        return super().unlink()

    def _check_unlocked(self):
        running = self.schedule_id.filtered(lambda each: each.state != "draft")
        if running and self.env.context.get("qbo_amending") is not AMENDING:
            raise UserError(
                self.env._(
                    "%(names)s runs: its milestones and their amounts are changed by "
                    "an amendment. The days can be changed here.",
                    names=", ".join(running.mapped("display_name")),
                )
            )

    def action_reach(self):
        """Say that milestones are reached, today."""
        self.schedule_id._check_accountant()
        theirs = self.filtered("is_in_project")
        if theirs:
            raise UserError(
                self.env._(
                    "%(names)s: nothing was changed, because the next run would read "
                    "it from the project again. Say there that it is reached.",
                    names=", ".join(theirs.mapped("name")),
                )
            )
        self.sudo().write({"reached_date": fields.Date.context_today(self)})
        return True
