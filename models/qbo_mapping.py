from odoo import api, fields, models
from odoo.exceptions import ValidationError

ENTITIES = {"tax": "TaxCode"}


class QboMapping(models.Model):
    """What stands for something of Odoo in QuickBooks: an accountant's choice."""

    _name = "qbo.mapping"
    _description = "QuickBooks Mapping"
    _order = "connection_id, kind, key, id"
    _check_company_auto = True

    connection_id = fields.Many2one(
        "qbo.connection",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self._default_connection(),
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    kind = fields.Selection([("tax", "Tax")], required=True, default="tax")
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        context={"active_test": False},
        help="The taxes of a line, all together. None: lines without tax.",
    )
    key = fields.Char(compute="_compute_key", store=True)
    reference_id = fields.Many2one(
        "qbo.reference",
        "In QuickBooks",
        required=True,
        ondelete="restrict",
        domain="[('connection_id', '=', connection_id), ('entity', '=', entity)]",
    )
    entity = fields.Char(compute="_compute_entity")

    _unique_key = models.Constraint(
        "UNIQUE(connection_id, kind, key)",
        "These taxes are mapped already: each set of taxes has one tax code.",
    )

    @api.model
    def _default_connection(self):
        return self.env["qbo.connection"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )

    @api.depends("tax_ids")
    def _compute_key(self):
        for mapping in self:
            ids = sorted(mapping.tax_ids.ids)
            mapping.key = ",".join(map(str, ids)) or "none"

    @api.depends("kind")
    def _compute_entity(self):
        for mapping in self:
            mapping.entity = ENTITIES.get(mapping.kind)

    @api.depends("kind", "tax_ids", "reference_id")
    def _compute_display_name(self):
        for mapping in self:
            taxes = " + ".join(mapping.tax_ids.mapped("name"))
            mapping.display_name = self.env._(
                "%(ours)s: %(theirs)s",
                ours=taxes or self.env._("No tax"),
                theirs=mapping.reference_id.name,
            )

    @api.constrains("connection_id", "kind", "reference_id")
    def _check_reference(self):
        for mapping in self:
            reference = mapping.reference_id
            if (reference.connection_id, reference.entity) != (
                mapping.connection_id,
                ENTITIES[mapping.kind],
            ):
                raise ValidationError(
                    self.env._(
                        "%(name)s is no tax code of the QuickBooks company %(books)s. "
                        "Choose one of its tax codes.",
                        name=reference.display_name,
                        books=mapping.connection_id.name,
                    )
                )
