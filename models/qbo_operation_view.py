from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from ..tools.pretty import pretty
from .roles import ACCOUNTANT_GROUP, APPROVER_GROUP

# Refusals that a notification has room for.
MOST_REFUSALS = 5


class QboOperation(models.Model):
    """What people see of an operation, and the buttons they get."""

    _inherit = "qbo.operation"

    # What was sent and answered is for those who reconcile.
    payload = fields.Text(groups=ACCOUNTANT_GROUP)
    body = fields.Text("Request Body", groups=ACCOUNTANT_GROUP)
    answer = fields.Json(groups=ACCOUNTANT_GROUP)

    cause_title = fields.Char("What It Is", compute="_compute_explanation")
    explanation = fields.Text("What Happened", compute="_compute_explanation")
    fix = fields.Text("What To Do", compute="_compute_explanation")
    fix_button = fields.Char(compute="_compute_explanation")
    fix_label = fields.Char(compute="_compute_explanation")
    waits_for = fields.Char("What It Waits For", compute="_compute_waits_for")
    can_retry = fields.Boolean(compute="_compute_can_retry")
    record_ref = fields.Reference(
        selection="_selection_record_ref",
        string="Record In Odoo",
        compute="_compute_record_ref",
    )
    url = fields.Char("In QuickBooks", compute="_compute_url")
    age = fields.Char(compute="_compute_age")
    gap_table = fields.Html("Differences", compute="_compute_gap_table")
    approval_text = fields.Text("Approval", compute="_compute_approval_text")
    body_text = fields.Text(
        "What Was Sent", compute="_compute_evidence", groups=ACCOUNTANT_GROUP
    )
    answer_text = fields.Text(
        "What QuickBooks Answered", compute="_compute_evidence", groups=ACCOUNTANT_GROUP
    )
    waiting_count = fields.Integer(compute="_compute_waiting_count")
    same_cause_count = fields.Integer(compute="_compute_same_cause_count")

    _done_idx = models.Index("(connection_id, done_at) WHERE done_at IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends(
        "state",
        "cause",
        "fault_code",
        "fault_message",
        "gaps",
        "next_attempt_at",
        "blocked_by_id.state",
        "connection_id.state",
    )
    @api.depends_context("lang", "uid")
    def _compute_explanation(self):
        for operation in self:
            told = self.env["qbo.catalogue"]._explain(operation)
            main = told["buttons"][0] if told["buttons"] else {}
            operation.cause_title = told["title"]
            operation.explanation = told["what"]
            operation.fix = told["fix"]
            operation.fix_button = main.get("key", False)
            operation.fix_label = main.get("label", False)

    @api.depends("state", "blocked_by_id.state", "blocked_by_id.fault_message")
    @api.depends_context("lang")
    def _compute_waits_for(self):
        for operation in self:
            operation.waits_for = operation.state == "waiting" and self.env._(
                "Waits for %(what)s",
                what=self.env["qbo.catalogue"]._describe_blocker(
                    operation.blocked_by_id
                ),
            )

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_can_retry(self):
        is_approver = self.env.su or self.env.user.has_group(APPROVER_GROUP)
        for operation in self:
            operation.can_retry = operation.state == "failed" and is_approver

    @api.model
    def _selection_record_ref(self):
        models_sudo = self.env["ir.model"].sudo()
        return [
            (model._name, models_sudo._get(model._name).name)
            for model in self._get_pushed_models()
        ]

    @api.model
    def _get_pushed_models(self):
        """Return the models whose records are pushed, as empty recordsets."""
        mixin = self.pool["qbo.sync.mixin"]
        return [
            self.env[name]
            for name, model in self.pool.items()
            if issubclass(model, mixin) and not model._abstract
        ]

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_record_ref(self):
        """Empty where the record was deleted, or this user may not read it."""
        known = {model._name for model in self._get_pushed_models()}
        by_model = {}
        for operation in self:
            by_model.setdefault(operation.res_model, []).append(operation.res_id)
        # Records, not texts: of each text the field would ask whether it exists.
        existing = {
            (model, record.id): record
            for model, ids in by_model.items()
            if model in known
            for record in self.env[model].browse(ids).exists()._filtered_access("read")
        }
        for operation in self:
            key = (operation.res_model, operation.res_id)
            operation.record_ref = existing.get(key, False)

    @api.depends("qbo_id")
    def _compute_url(self):
        bindings = self.env["qbo.binding"].search(
            [
                ("connection_id", "in", self.connection_id.ids),
                ("qbo_id", "in", [each.qbo_id for each in self if each.qbo_id]),
            ]
        )
        by_key = {
            (each.connection_id.id, each.entity, each.qbo_id): each for each in bindings
        }
        for operation in self:
            key = (operation.connection_id.id, operation.entity, operation.qbo_id)
            binding = by_key.get(key)
            operation.url = binding._get_url() if binding else False

    @api.depends("create_date")
    def _compute_age(self):
        now = fields.Datetime.now()
        for operation in self:
            operation.age = operation._describe_age(now)

    def _describe_age(self, now):
        minutes = int((now - (self.create_date or now)).total_seconds() // 60)
        if minutes < 60:
            return self.env._("%(count)s min", count=minutes)
        if minutes < 48 * 60:
            return self.env._("%(count)s h", count=minutes // 60)
        return self.env._("%(count)s days", count=minutes // (24 * 60))

    @api.depends("gaps")
    @api.depends_context("lang")
    def _compute_gap_table(self):
        for operation in self:
            operation.gap_table = operation.gaps and operation._make_gap_table()

    def _make_gap_table(self):
        cell = Markup("<td>%s</td>")
        row = Markup("<tr>%s</tr>")
        heads = (
            self.env._("Field"),
            self.env._("Sent"),
            self.env._("QuickBooks has"),
        )
        head = Markup("").join(Markup("<th>%s</th>") % each for each in heads)
        rows = Markup("").join(
            row
            % Markup("").join(
                cell % (self.env._("none") if v is None else v) for v in gap
            )
            for gap in self.gaps
        )
        return (
            Markup('<table class="table table-sm"><thead><tr>%s</tr></thead>') % head
            + Markup("<tbody>%s</tbody></table>") % rows
        )

    @api.depends("res_model", "res_id")
    def _compute_approval_text(self):
        for operation in self:
            record = operation._get_record()
            operation.approval_text = record and operation._describe_approval(record)

    def _describe_approval(self, record):
        """Return who submitted and approved the record, a line for each."""
        if not isinstance(record, self.pool["qbo.approval.mixin"]):
            return ""
        steps = (
            (
                self.env._("Submitted by"),
                record.qbo_submitted_by_id,
                record.qbo_submitted_at,
            ),
            (self.env._("First approved by"), record.qbo_first_approved_by_id, None),
            (
                self.env._("Approved by"),
                record.qbo_approved_by_id,
                record.qbo_approved_at,
            ),
        )
        return "\n".join(
            " ".join(
                filter(
                    None, (label, user.name, when and format_datetime(self.env, when))
                )
            )
            for label, user, when in steps
            if user
        )

    @api.depends("body", "payload", "answer")
    def _compute_evidence(self):
        for operation in self:
            sent = operation._load(operation.body or operation.payload)
            operation.body_text = sent and pretty(sent)
            operation.answer_text = operation.answer and pretty(operation.answer)

    def _compute_waiting_count(self):
        counts = dict(
            self._read_group(
                [("blocked_by_id", "in", self.ids), ("state", "=", "waiting")],
                ["blocked_by_id"],
                ["__count"],
            )
        )
        for operation in self:
            operation.waiting_count = counts.get(operation, 0)

    def _compute_same_cause_count(self):
        for operation in self:
            operation.same_cause_count = operation.search_count(
                operation._get_same_cause_domain()
            )

    def _get_same_cause_domain(self):
        return [
            ("connection_id", "=", self.connection_id.id),
            ("state", "=", "failed"),
            ("cause", "=", self.cause),
        ]

    # === WHAT THE CATALOGUE ASKS === #

    def _get_used_names(self):
        """Return what the record needs in QuickBooks, by name."""
        names = []
        for model, res_id, *_rest in self.needs or ():
            record = self.env[model].sudo().browse(res_id).exists()
            if record:
                names.append(record._qbo_get_title())
        return names

    def _get_customer(self):
        """Return the customer of the record, itself if it is one."""
        record = self._get_record()
        if not record:
            return self.env["res.partner"]
        if record._name == "res.partner":
            return record
        partner = record["partner_id"] if "partner_id" in record._fields else None
        return (partner or self.env["res.partner"]).commercial_partner_id

    def _has_button(self, key):
        """Whether a button of the catalogue leads anywhere, for this user."""
        check = getattr(self, f"_has_button_{key}", None)
        return check() if check else True

    def _has_button_retry(self):
        return self.can_retry

    def _has_button_resolve(self):
        return bool(self.candidates) and self._is_for(ACCOUNTANT_GROUP)

    def _has_button_open_record(self):
        return bool(self.record_ref)

    def _has_button_open_customer(self):
        return self.res_model != "res.partner" and bool(self._get_customer())

    def _has_button_open_mapping(self):
        return self._is_for(ACCOUNTANT_GROUP)

    def _has_button_open_in_qbo(self):
        return bool(self.url)

    def _has_button_open_blocker(self):
        return bool(self.blocked_by_id)

    def _has_button_open_calls(self):
        return self._is_for(ACCOUNTANT_GROUP)

    def _is_for(self, group):
        return self.env.su or self.env.user.has_group(group)

    def _check_for(self, group):
        """Refuse what another role does.

        :raise AccessError: naming the role
        """
        if not self._is_for(group):
            raise AccessError(
                self.env._(
                    "Nothing was changed: this takes the role “%(role)s” of QuickBooks "
                    "Online. Ask somebody who has it.",
                    role=self.env.ref(group).sudo().name,
                )
            )
        self.check_access("read")

    # === ACTIONS === #

    def action_fix(self):
        """Do what the explanation proposes first."""
        self.ensure_one()
        buttons = self.env["qbo.catalogue"]._explain(self)["buttons"]
        if not buttons:
            raise UserError(
                self.env._("%(name)s: there is nothing to do.", name=self.name)
            )
        return getattr(self, buttons[0]["name"])()

    def action_retry_cause(self):
        """Retry all that failed for the same cause."""
        self.ensure_one()
        self._check_for(APPROVER_GROUP)
        return self.search(self._get_same_cause_domain()).action_retry_many()

    def action_retry_many(self):
        """Retry those of a selection that failed; say which cannot be."""
        self._check_for(APPROVER_GROUP)
        failed = self.filtered(lambda each: each.state == "failed")
        refusals = failed._try_retry()
        message = self.env._(
            "%(count)s of %(all)s queued again. What still cannot be sent comes back.",
            count=len(failed) - len(refusals),
            all=len(self),
        )
        return self.connection_id[:1]._notify_user(
            "\n".join([message, *refusals[:MOST_REFUSALS]]),
            "warning" if refusals else "success",
        )

    def _try_retry(self):
        """Retry all that may be; return why the others may not, as sentences."""
        try:
            with self.env.cr.savepoint():
                if self:
                    self.action_retry()
            return []
        except UserError as error:
            if len(self) == 1:
                return [error.args[0]]
        return [refusal for each in self for refusal in each._try_retry()]

    def action_open_record(self):
        self.ensure_one()
        if not self.record_ref:
            raise UserError(
                self.env._(
                    "%(name)s was deleted in Odoo, or is not yours to see.",
                    name=self.name,
                )
            )
        return self.record_ref.get_formview_action()

    def action_open_customer(self):
        self.ensure_one()
        return self._get_customer().with_env(self.env).get_formview_action()

    def action_open_connection(self):
        self.ensure_one()
        return self.connection_id.get_formview_action()

    def action_open_mapping(self):
        self.ensure_one()
        return self.env["qbo.mapping"]._open(connection=self.connection_id)

    def action_open_in_qbo(self):
        self.ensure_one()
        if not self.url:
            raise UserError(
                self.env._("%(name)s is not in QuickBooks.", name=self.name)
            )
        return {"type": "ir.actions.act_url", "url": self.url, "target": "new"}

    def action_open_blocker(self):
        self.ensure_one()
        return self.blocked_by_id.get_formview_action()

    def action_open_calls(self):
        """Open the calls to Intuit that this operation was part of."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_call_action"
        )
        ids = [id for id in (self.batch_key, self.request_id) if id]
        return action | {
            "domain": [
                ("connection_id", "=", self.connection_id.id),
                "|",
                ("request_id", "in", ids),
                ("trace_id", "=", self.trace_id or "-"),
            ],
            "context": {},
        }

    def action_open_waiting(self):
        """Open what waits for this operation."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_operation_action"
        )
        return action | {
            "domain": [("blocked_by_id", "=", self.id), ("state", "=", "waiting")],
            "context": {},
        }
