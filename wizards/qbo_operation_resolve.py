from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..exceptions import QboRejectedError
from ..models.roles import ACCOUNTANT_GROUP
from ..tools import payload

# Facts that are shown side by side, as `_describe_candidate` calls them.
FACTS = ("name", "email", "city", "postal_code", "currency", "sku", "balance")


class QboOperationResolve(models.TransientModel):
    """Choose which object of QuickBooks a record is, or that it is none of them.

    One operation after the other, of those it was opened for.
    """

    _name = "qbo.operation.resolve"
    _description = "Link To QuickBooks"

    operation_ids = fields.Many2many(
        "qbo.operation", string="Operations", readonly=True
    )
    operation_id = fields.Many2one("qbo.operation", readonly=True, ondelete="cascade")
    name = fields.Char(related="operation_id.name")
    entity = fields.Char(related="operation_id.entity")
    explanation = fields.Text(related="operation_id.explanation")
    waiting_count = fields.Integer(related="operation_id.waiting_count")
    left_count = fields.Integer(compute="_compute_left_count")
    line_ids = fields.One2many("qbo.operation.resolve.line", "wizard_id", readonly=True)

    @api.depends("operation_ids", "operation_id")
    def _compute_left_count(self):
        for wizard in self:
            wizard.left_count = len(wizard._get_open() - wizard.operation_id)

    # === OPENING === #

    @api.model
    def _open(self, operations, after=None):
        """Return the action that shows the next operation a person must settle.

        :param after: an operation that was skipped: the next one after it
        """
        wizard = self.create({"operation_ids": [Command.set(operations.ids)]})
        open_operations = wizard._get_open()
        following = open_operations
        if after:
            ids = operations.ids
            place = ids.index(after.id)
            following = open_operations.filtered(
                lambda each: ids.index(each.id) > place
            )
        if not following:
            wizard.unlink()
            return {"type": "ir.actions.act_window_close"}
        wizard._show(following[0])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Which one is it?"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _get_open(self):
        """Return those that still wait for a decision, in the order they came."""
        return self.operation_ids.filtered(lambda each: each._is_resolvable())

    def _show(self, operation):
        ours = operation.sudo()._describe_own_facts()
        lines = [self._prepare_line(ours, ours, is_ours=True)]
        lines += [
            self._prepare_line(candidate, ours, index=index)
            for index, candidate in enumerate(operation.candidates)
        ]
        self.write(
            {
                "operation_id": operation.id,
                "line_ids": [Command.clear(), *map(Command.create, lines)],
            }
        )

    def _prepare_line(self, facts, ours, is_ours=False, index=-1):
        return {
            **{name: facts.get(name) or "" for name in FACTS},
            "is_ours": is_ours,
            "index": index,
            "qbo_id": facts.get("id") or "",
            "is_active": facts.get("active", True),
            "differing": " ".join(
                name
                for name in FACTS
                if name != "balance"
                and facts.get(name)
                and ours.get(name)
                and facts[name].casefold() != ours[name].casefold()
            ),
        }

    # === ACTIONS === #

    def action_create_another(self):
        """It is none of them: create another object in QuickBooks."""
        self.ensure_one()
        operation = self._get_operation()
        operation.sudo()._create_by_person()
        return self._open(self.operation_ids)

    def action_skip(self):
        self.ensure_one()
        return self._open(self.operation_ids, after=self.operation_id)

    def _link(self, index):
        """Link the record to a candidate, by its place among them."""
        operation = self._get_operation()
        answer = payload.load(operation.candidates[index]["object"])
        if not answer.get("Active", True):
            answer = self._read_again(operation, answer)
        self._check_free(operation, answer)
        operation.sudo()._link_by_person(answer)
        return self._open(self.operation_ids)

    def _get_operation(self):
        operation = self.operation_id
        operation._check_for(ACCOUNTANT_GROUP)
        if not operation._is_resolvable():
            raise UserError(
                self.env._(
                    "%(name)s was settled meanwhile, perhaps by somebody else. Nothing "
                    "was changed.",
                    name=operation.name,
                )
            )
        return operation

    def _read_again(self, operation, answer):
        """Return what was inactive if it was made active since.

        :raise UserError: it is still inactive, or Intuit did not answer
        """
        entity, qbo_id = operation.entity, answer["Id"]

        def read(client):
            try:
                return client.read(entity, qbo_id)
            except QboRejectedError:
                return {}

        found = operation.connection_id.sudo()._ask_intuit(read)
        if not found.get("Active"):
            raise UserError(
                self.env._(
                    "%(theirs)s is inactive in QuickBooks, so nothing can be billed to "
                    "it. Make it active there first (in the list, include inactive, "
                    "Make active), then link it here; or create another.",
                    theirs=answer.get("DisplayName") or answer.get("Name"),
                )
            )
        return found

    def _check_free(self, operation, answer):
        """One object of QuickBooks is one record of Odoo.

        :raise UserError: naming the record that has it
        """
        binding = (
            self.env["qbo.binding"]
            .sudo()
            .search(
                [
                    ("connection_id", "=", operation.connection_id.id),
                    ("entity", "=", operation.entity),
                    ("qbo_id", "=", answer["Id"]),
                ],
                limit=1,
            )
        )
        if binding and (binding.res_model, binding.res_id) != (
            operation.res_model,
            operation.res_id,
        ):
            owner = self.env[binding.res_model].sudo().browse(binding.res_id).exists()
            raise UserError(
                self.env._(
                    "%(theirs)s in QuickBooks is linked to %(owner)s already. Choose "
                    "another, or merge the two in Odoo first.",
                    theirs=binding.name,
                    owner=owner._qbo_get_title() if owner else binding.name,
                )
            )


class QboOperationResolveLine(models.TransientModel):
    """What is known of our record, or of one it could be."""

    _name = "qbo.operation.resolve.line"
    _description = "Candidate In QuickBooks"
    _order = "index"

    wizard_id = fields.Many2one(
        "qbo.operation.resolve", required=True, ondelete="cascade", index=True
    )
    index = fields.Integer()
    is_ours = fields.Boolean()
    where = fields.Char(compute="_compute_where")
    qbo_id = fields.Char("QuickBooks Id")
    name = fields.Char()
    email = fields.Char("E-mail")
    city = fields.Char()
    postal_code = fields.Char()
    currency = fields.Char()
    sku = fields.Char("Reference")
    balance = fields.Char()
    is_active = fields.Boolean("Active")
    differing = fields.Char(help="Facts that are not those of our record.")

    @api.depends("is_ours", "qbo_id")
    @api.depends_context("lang")
    def _compute_where(self):
        for line in self:
            line.where = (
                self.env._("In Odoo")
                if line.is_ours
                else self.env._("QuickBooks, id %(id)s", id=line.qbo_id)
            )

    def action_link(self):
        """This is the one."""
        self.ensure_one()
        return self.wizard_id._link(self.index)
