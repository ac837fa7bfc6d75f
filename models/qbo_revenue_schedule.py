from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .qbo_revenue_terms_mixin import TERM_FIELDS
from .roles import ACCOUNTANT_GROUP

# In the context, where no caller from outside can put it: terms of a deal that runs
# are changed by an amendment alone.
AMENDING = object()
# Milestones look after themselves: their days may be changed.
LOCKED = (
    *(name for name in TERM_FIELDS if name != "milestone_ids"),
    "agreed_amount",
    "state",
    "order_line_id",
    "partner_id",
    "product_id",
)


# What the order line says; Odoo lets callers write stored copies of it.
COPIED_FROM_ORDER = frozenset(("order_id", "company_id", "currency_id"))


class QboRevenueSchedule(models.Model):
    """When the revenue of one sale order line is earned.

    A draft is edited freely. One that runs has its months written down
    (`qbo.revenue.period`) and changes by an amendment, which says what becomes of the
    months that are in QuickBooks already.
    """

    _name = "qbo.revenue.schedule"
    _description = "Revenue Schedule"
    _inherit = ["qbo.revenue.terms.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    order_line_id = fields.Many2one(
        "sale.order.line",
        "Order Line",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    order_id = fields.Many2one(related="order_line_id.order_id", store=True, index=True)
    company_id = fields.Many2one(
        related="order_line_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(
        related="order_line_id.currency_id", store=True, precompute=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_partner_id",
        store=True,
        precompute=True,
        index=True,
    )
    # As it was when the terms were agreed: the order line may come to sell another.
    product_id = fields.Many2one(
        "product.product",
        "Product",
        compute="_compute_product_id",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    connection_id = fields.Many2one(
        "qbo.connection", compute="_compute_connection_id", compute_sudo=True
    )
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("cancelled", "Cancelled")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    agreed_amount = fields.Monetary(
        readonly=True,
        copy=False,
        help="What a cancelled deal came to before.",
    )
    milestone_ids = fields.One2many(
        "qbo.revenue.milestone", "schedule_id", "Milestones", copy=True
    )
    period_ids = fields.One2many(
        "qbo.revenue.period", "schedule_id", "Month By Month", readonly=True
    )
    amendment_ids = fields.One2many(
        "qbo.revenue.amendment", "schedule_id", "Amendments", readonly=True
    )

    _one_running = models.UniqueIndex(
        "(order_line_id) WHERE state = 'running'",
        "This order line has a revenue schedule that runs already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("order_line_id.order_id.name", "order_line_id.name")
    def _compute_display_name(self):
        # Approvers need not be salespeople.
        for schedule in self:
            line = schedule.sudo().order_line_id
            text = (line.name or "").partition("\n")[0]
            schedule.display_name = ": ".join(filter(None, (line.order_id.name, text)))

    @api.depends("order_line_id")
    def _compute_product_id(self):
        for schedule in self:
            schedule.product_id = schedule.order_line_id.product_id

    @api.depends("order_line_id")
    def _compute_partner_id(self):
        for schedule in self:
            schedule.partner_id = schedule.order_line_id._qbo_get_revenue_partner()

    @api.depends("company_id")
    def _compute_connection_id(self):
        connections = (
            self.env["qbo.connection"]
            .sudo()
            .search([("company_id", "in", self.company_id.ids)])
        )
        by_company = {each.company_id: each for each in connections}
        for schedule in self:
            schedule.connection_id = by_company.get(schedule.company_id)

    # === CREATING FROM AN ORDER LINE === #

    @api.onchange("order_line_id")
    def _onchange_order_line_id(self):
        if self.order_line_id:
            values = self._prepare_from_line(self.order_line_id)
            values.pop("order_line_id")
            self.update(values)

    @api.model
    def _make_for_lines(self, lines):
        """Create and start a schedule for each line of a deal that is to have one.

        One that cannot start stays a draft, and says what is missing.

        :return: the schedules
        """
        schedules = self.sudo().create(
            [self._prepare_from_line(line) for line in lines]
        )
        for schedule in schedules:
            if not schedule._list_problems():
                schedule._start()
        return schedules

    @api.model
    def _prepare_from_line(self, line):
        """Return the values of the schedule that the product of a line asks for."""
        defaults = line.product_id._qbo_get_revenue_defaults()
        start = line._qbo_get_revenue_start()
        connection = self.env["qbo.connection"]._of_company(line.company_id)
        values = {
            "order_line_id": line.id,
            "model": defaults.model or "ratable",
            "amount": line.price_subtotal,
            "distribution": defaults.distribution,
            "first_part": defaults.first_part,
            "last_part": defaults.last_part,
            "time_source": line._qbo_get_time_source(),
            "rate": line._qbo_get_revenue_rate(),
            "is_capped": defaults.is_capped,
            "deferred_account_id": connection.deferred_revenue_account_id.id,
            "revenue_account_id": connection._get_revenue_account(line.product_id).id,
            "class_id": line._qbo_get_revenue_class(connection).id,
        }
        if values["model"] == "ratable":
            values |= {"start_date": start, "month_count": defaults.months or 12}
            values["end_date"] = self._get_end(start, values["month_count"])
        return values

    # === PROTECTION === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_copied(vals)
            if vals.get("state", "draft") != "draft":
                raise UserError(
                    self.env._("A revenue schedule begins as a draft: create it first.")
                )
        schedules = super().create(vals_list)
        schedules._check_lines()
        return schedules

    def write(self, vals):
        self._check_copied(vals)
        locked = vals.keys() & set(LOCKED)
        if locked and self.env.context.get("qbo_amending") is not AMENDING:
            self._check_unlocked(vals)
        return super().write(vals)

    @api.model
    def _check_copied(self, vals):
        if vals.keys() & COPIED_FROM_ORDER:
            raise UserError(
                self.env._(
                    "Nothing was changed: the order, its company and its currency are "
                    "those of the order line. Choose another order line."
                )
            )

    def _check_unlocked(self, vals):
        running = self.filtered(lambda each: each.state != "draft")
        if running or vals.get("state", "draft") != "draft":
            names = ", ".join((running or self).mapped("display_name"))
            raise UserError(
                self.env._(
                    "%(names)s: nothing was changed. What a schedule that runs says is "
                    "changed by an amendment, and a draft is started by its button: so "
                    "that the months in QuickBooks always follow.",
                    names=names,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        kept = self.filtered(lambda each: each.state != "draft" or each.period_ids)
        if kept:
            raise UserError(
                self.env._(
                    "%(names)s: nothing was deleted, because the schedule runs or ran. "
                    "Cancel the deal by an amendment instead.",
                    names=", ".join(kept.mapped("display_name")),
                )
            )

    def _check_lines(self):
        for schedule in self:
            line = schedule.order_line_id
            if line.display_type or line.is_downpayment:
                raise ValidationError(
                    self.env._(
                        "%(name)s sells nothing, so that no revenue comes of it. "
                        "Choose a line with a product.",
                        name=schedule.display_name,
                    )
                )

    # === STARTING === #

    def action_start(self):
        """Let drafts run: write down their months."""
        self._check_accountant()
        problems = [each for schedule in self for each in schedule._list_problems()]
        if problems:
            raise UserError("\n".join(problems))
        self._start()
        return True

    def _start(self):
        for schedule in self:
            running = schedule.with_context(qbo_amending=AMENDING)
            running.state = "running"
            schedule._plan_anew()
            schedule._message_log(body=self.env._("The schedule runs."))

    def _list_problems(self):
        """Return why the schedule cannot run, as sentences."""
        self.ensure_one()
        name = self.display_name
        if self.state != "draft":
            return [self.env._("%(name)s runs already, or did.", name=name)]
        others = self.sudo().search_count(
            [("order_line_id", "=", self.order_line_id.id), ("state", "=", "running")]
        )
        problems = self._list_term_problems(name)
        if others:
            problems.append(
                self.env._(
                    "%(name)s has another schedule that runs. Amend that one.",
                    name=name,
                )
            )
        order = self.sudo().order_id
        if order.state != "sale":
            problems.append(
                self.env._(
                    "%(name)s cannot run, because the order is not confirmed. Confirm "
                    "it first.",
                    name=name,
                )
            )
        return problems

    def _check_accountant(self):
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(ACCOUNTANT_GROUP):
            raise UserError(
                self.env._(
                    "Only QuickBooks accountants may do this. Nothing was changed: ask "
                    "one, or an administrator for the role."
                )
            )

    def _check_runs(self):
        if self.state == "draft":
            raise UserError(
                self.env._(
                    "%(name)s does not run yet: change it in the form.",
                    name=self.display_name,
                )
            )

    def action_amend(self):
        """Open what changes or cancels a deal that runs, or ran."""
        self.ensure_one()
        self._check_accountant()
        self._check_runs()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Amend %(name)s", name=self.display_name),
            "res_model": "qbo.revenue.amend",
            "view_mode": "form",
            "target": "new",
            "context": {"default_schedule_id": self.id},
        }
