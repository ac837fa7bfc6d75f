from odoo import api, fields, models
from odoo.exceptions import UserError


class QboFirstLoadLine(models.Model):
    """What the dry run of a first load found out about one record, and its fate."""

    _name = "qbo.first.load.line"
    _description = "QuickBooks First Load Line"
    _order = "load_id, kind, id"
    _rec_name = "name"

    load_id = fields.Many2one(
        "qbo.first.load", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="load_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("customer", "Customer"),
            ("document", "Document"),
            ("product", "Product"),
        ],
        required=True,
        readonly=True,
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record Id",
        model_field="res_model",
        required=True,
        readonly=True,
        aggregator=None,
    )
    entity = fields.Char(required=True, readonly=True)
    name = fields.Char("Record", required=True, readonly=True)
    number = fields.Char(readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary("Total", readonly=True)
    verdict = fields.Selection(
        [
            ("pending", "Not looked up yet"),
            ("match", "Matched"),
            ("create", "To create"),
            ("ambiguous", "Ambiguous"),
            ("refused", "Refused"),
            ("present", "Linked already"),
        ],
        "Dry Run",
        required=True,
        readonly=True,
    )
    doubt = fields.Selection(
        [("number", "Its number"), ("customer", "Its customer")],
        "What Is Doubtful",
        readonly=True,
    )
    reason = fields.Text("Why", readonly=True)
    qbo_id = fields.Char("QuickBooks Id", readonly=True)
    payload_digest = fields.Char(readonly=True, help="The content that was counted.")
    outcome = fields.Selection(
        [
            ("todo", "To be loaded"),
            ("linked", "Linked"),
            ("queued", "Queued"),
            ("held", "Held back"),
        ],
        readonly=True,
    )
    note = fields.Text("Held Back Because", readonly=True)
    operation_id = fields.Many2one("qbo.operation", readonly=True, index=True)
    operation_state = fields.Selection(related="operation_id.state", string="Push")

    _unique_record = models.Constraint(
        "UNIQUE(load_id, res_model, res_id)",
        "This record is part of the first load already.",
    )
    _todo_idx = models.Index("(load_id, verdict, id) WHERE outcome = 'todo'")
    _pending_idx = models.Index("(load_id, kind, id) WHERE verdict = 'pending'")

    def _get_records(self):
        """Return the records of these lines, which are of one model."""
        model = self[0].res_model if self else "account.move"
        return self.env[model].browse(self.mapped("res_id"))

    @api.model
    def _prepare_values(self, load, kind, record):
        return {
            "load_id": load.id,
            "kind": kind,
            "res_model": record._name,
            "res_id": record.id,
            "entity": record._qbo_get_entity(),
            "name": record._qbo_get_title(),
            "verdict": "pending",
        }

    def action_open_record(self):
        """Open the document, customer or product."""
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id).exists()
        if not record:
            raise UserError(self.env._("%(name)s was deleted in Odoo.", name=self.name))
        return record.get_formview_action()
