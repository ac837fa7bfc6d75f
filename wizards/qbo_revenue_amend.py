from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..models.qbo_revenue_terms_mixin import SAME_RATE, TERM_FIELDS
from ..tools.recognition_changes import amend
from ..tools.recognition_terms import RecognitionError

# Written as they are; milestones go as commands.
PLAIN_FIELDS = tuple(name for name in TERM_FIELDS if name != "milestone_ids")
MILESTONE_FIELDS = (
    "sequence",
    "name",
    "kind",
    "amount",
    "percent",
    "date",
    "is_manual",
    "reached_date",
    "project_milestone",
)


class QboRevenueAmendMilestone(models.TransientModel):
    """A milestone as an amendment wants it."""

    _name = "qbo.revenue.amend.milestone"
    _description = "Milestone Of An Amendment"
    _inherit = ["qbo.revenue.milestone.mixin"]
    _order = "sequence, id"

    amend_id = fields.Many2one(
        "qbo.revenue.amend", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="amend_id.currency_id")


class QboRevenueAmend(models.TransientModel):
    """Change or cancel a deal, and see month by month what that does."""

    _name = "qbo.revenue.amend"
    _description = "Amend A Deal"
    _inherit = ["qbo.revenue.terms.mixin"]

    schedule_id = fields.Many2one(
        "qbo.revenue.schedule", required=True, readonly=True, ondelete="cascade"
    )
    connection_id = fields.Many2one(related="schedule_id.connection_id")
    currency_id = fields.Many2one(related="schedule_id.currency_id")
    kind = fields.Selection(
        [("amend", "Change the deal"), ("cancel", "Cancel the deal")],
        "What",
        default="amend",
        required=True,
    )
    cancel_date = fields.Date(
        "Last Day Earned",
        default=fields.Date.context_today,
        help="What is earned until this day, included, is kept. A day before the "
        "beginning takes all of it back.",
    )
    rate_from = fields.Date(
        "Unit Price From",
        help="The first day that the unit price holds for. Empty: for all that was "
        "logged ever, recognized months included.",
    )
    reason = fields.Char()
    # Of the deal as it was when the page was opened.
    seen_terms = fields.Char()
    milestone_ids = fields.One2many(
        "qbo.revenue.amend.milestone", "amend_id", "Milestones"
    )
    notice = fields.Text(compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        schedule = self.env["qbo.revenue.schedule"].browse(values.get("schedule_id"))
        if schedule:
            schedule.check_access("read")
            values |= self._prepare_from_schedule(schedule)
        return values

    @api.model
    def _prepare_from_schedule(self, schedule):
        values = {}
        for name in PLAIN_FIELDS:
            field = schedule._fields[name]
            value = schedule[name]
            values[name] = value.id if field.type == "many2one" else value
        values["seen_terms"] = schedule._sign_terms()
        values["amount"] = schedule._get_agreed_amount()
        values["rate"] = schedule.current_rate
        # Amending something else must not let the last price hold for all time.
        values["rate_from"] = self._get_last_change(schedule)
        values["milestone_ids"] = [
            fields.Command.create({name: each[name] for name in MILESTONE_FIELDS})
            for each in schedule._get_milestones()
        ]
        return values

    @api.model
    def _get_last_change(self, schedule):
        """Return the day from which the last unit price holds, or False."""
        changes = sorted(schedule.rate_changes or ())
        return fields.Date.to_date(changes[-1][0]) if changes else False

    @api.onchange("rate")
    def _onchange_rate(self):
        """Propose that another unit price holds from today; what is booked stays."""
        schedule = self.schedule_id
        last, today = self._get_last_change(schedule), schedule._get_today()
        is_other = abs(self.rate - schedule.current_rate) > SAME_RATE
        if is_other and self.rate_from == last and not (last and last >= today):
            self.rate_from = today
        elif not is_other and self.rate_from == today:
            self.rate_from = last

    # === WHAT IT WILL DO === #

    @api.depends(
        "kind", "cancel_date", "rate_from", *PLAIN_FIELDS, "milestone_ids.amount",
        "milestone_ids.percent", "milestone_ids.kind", "milestone_ids.date",
        "milestone_ids.reached_date", "milestone_ids.is_manual", "milestone_ids.name",
    )  # fmt: skip
    def _compute_preview(self):
        for wizard in self:
            wizard.notice, wizard.preview = wizard._make_preview()

    def _make_preview(self):
        """Return (what is wrong, table of the months before and after)."""
        schedule = self.schedule_id.sudo()
        if not schedule:
            return False, False
        # Whoever calls may name any.
        self.schedule_id._origin.check_access("read")
        problems = self._list_term_problems(schedule.display_name)
        if self.kind == "amend" and problems:
            return "\n".join(problems), False
        try:
            plan, posting = self._get_preview_plan(schedule)
        except RecognitionError as error:
            return self._describe_error(schedule.display_name, error), False
        standing = schedule._get_standing()
        posted = standing.filtered(lambda each: each.entry_id.state == "posted")
        changes = amend(schedule._get_booked_parts(posted), plan, posting)
        taken_back = {part.month for part in changes.reversed}
        before, places = {}, {}
        for period in standing:
            month = period.month
            before[month] = before.get(month, 0) + schedule._to_minor(period.amount)
            places[month] = self._name_place(
                period.entry_id, month in taken_back, plan.months.get(month)
            )
        return False, self._make_table(before, plan.months, places, taken_back)

    def _get_preview_plan(self, schedule):
        """Return (the `Plan` that would hold, where it would be booked)."""
        if self.kind == "cancel":
            day = self.cancel_date or schedule._get_today()
            return schedule._get_cancelled_plan(day), schedule._get_posting()
        # As if the terms were written; nothing is.
        partner = schedule.order_line_id._qbo_get_revenue_partner()
        values = {
            **self._prepare_values(),
            "partner_id": partner.id,
            "state": "running",
        }
        changed = schedule.new(values, origin=schedule)
        return changed._get_plan(), changed._get_posting()

    def _name_place(self, entry, is_taken_back, amount):
        if is_taken_back:
            return (
                self.env._("in QuickBooks: taken back and booked anew")
                if amount
                else self.env._("in QuickBooks: taken back")
            )
        if entry.state == "posted":
            return self.env._("in QuickBooks")
        return self.env._("in a draft") if entry else ""

    def _make_table(self, before, after, places, taken_back):
        """Return the table of months; amounts are minor units."""
        if not before and not after:
            return Markup("<p>%s</p>") % self.env._(
                "No month is recognized or planned, before or after."
            )
        rows = []
        for month in sorted({*before, *after}):
            amounts = before.get(month, 0), after.get(month, 0)
            is_changed = len(set(amounts)) > 1 or month in taken_back
            name = format_date(self.env, month, date_format="MMM y")
            look = "fw-bold" if is_changed else "text-muted"
            rows.append(self._make_row(look, name, *amounts, places.get(month, "")))
        total = self._make_row(
            "fw-bold",
            self.env._("Total"),
            sum(before.values()),
            sum(after.values()),
            "",
        )
        head = Markup(
            "<th>%s</th><th class='text-end'>%s</th><th class='text-end'>%s</th>"
            "<th class='text-end'>%s</th><th></th>"
        ) % (
            self.env._("Month"),
            self.env._("Before"),
            self.env._("After"),
            self.env._("Change"),
        )
        return Markup(
            "<table class='table table-sm o_qbo_revenue_table'><thead><tr>%s</tr>"
            "</thead><tbody>%s</tbody><tfoot>%s</tfoot></table>"
        ) % (head, Markup("").join(rows), total)

    def _make_row(self, look, name, old, new, place):
        schedule = self.schedule_id
        cells = Markup("").join(
            Markup("<td class='text-end text-nowrap'>%s</td>")
            % schedule.currency_id.format(schedule._from_minor(amount))
            for amount in (old, new, new - old)
        )
        return Markup(
            "<tr class='%s'><td class='text-nowrap'>%s</td>%s<td>%s</td></tr>"
        ) % (look, name, cells, place)

    def _get_rates(self):
        rates = self._prepare_rates()
        return rates["rate"], rates["rate_changes"]

    # === DOING IT === #

    def action_amend(self):
        self.ensure_one()
        schedule = self.schedule_id
        schedule._check_accountant()
        if not (self.reason or "").strip():
            raise UserError(
                self.env._("Say why: whoever reads the books next year will ask.")
            )
        self._check_seen()
        if self.kind == "cancel" and not self.cancel_date:
            raise UserError(self.env._("Say which day is the last that is earned."))
        values = {} if self.kind == "cancel" else self._prepare_values()
        record = schedule._amend(
            values, self.reason.strip(), self.kind, self.cancel_date or None
        )
        if not record.entry_ids:
            return {"type": "ir.actions.act_window_close"}
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_revenue_entry_action"
        )
        return action | {"domain": [("id", "in", record.entry_ids.ids)], "context": {}}

    def _check_seen(self):
        """All that the page shows is written, so that it must be what holds now."""
        if self.seen_terms and self.seen_terms != self.schedule_id._sign_terms():
            raise UserError(
                self.env._(
                    "%(name)s: nothing was changed, because somebody changed the deal "
                    "while this page was open. Close it, and click Amend again.",
                    name=self.schedule_id.display_name,
                )
            )

    def _prepare_values(self):
        values = {}
        for name in PLAIN_FIELDS:
            value = self[name]
            is_record = self._fields[name].type == "many2one"
            values[name] = value.id if is_record else value
        values |= self._prepare_rates()
        values["milestone_ids"] = [
            fields.Command.clear(),
            *(
                fields.Command.create({name: each[name] for name in MILESTONE_FIELDS})
                for each in self._get_milestones()
            ),
        ]
        return values

    def _prepare_rates(self):
        """Return the unit prices: of all time, or another from a day on."""
        old = self.schedule_id
        day = self.rate_from
        if not day:
            return {"rate": self.rate, "rate_changes": False}
        kept = [
            each
            for each in old.rate_changes or ()
            if fields.Date.to_date(each[0]) < day
        ]
        change = [fields.Date.to_string(day), self.rate]
        return {"rate": old.rate, "rate_changes": [*kept, change]}
