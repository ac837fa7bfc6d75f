from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import template as templates
from ..tools.custom_fields import NUMBERS
from .qbo_field_path import DAYS, VALUES

LINE_DESCRIPTION, SERVICE_DATE = "line_description", "service_date"
CLASS_SOURCE = "class_source"
CUSTOM = {f"custom_{number}": number for number in NUMBERS}
# Which document a template is for; what classes come from is told once for all.
DOCUMENTS = {"account.move": "account.move.line", "sale.order": "sale.order.line"}
ALL_DOCUMENTS = "all"
DEFAULT_DESCRIPTION = "{name}"


class QboFieldMapping(models.Model):
    """What a field of QuickBooks' documents is filled with: an accountant's template.

    Without a row, or with an empty template, it is filled as if there were none of
    this: the description with the text of the line, the service date with the start
    of its deferral, custom fields with nothing, the class by the analytic plan.
    """

    _name = "qbo.field.mapping"
    _description = "QuickBooks Field"
    _order = "connection_id, document, id"

    connection_id = fields.Many2one(
        "qbo.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    document = fields.Selection(
        [
            (ALL_DOCUMENTS, "All documents"),
            ("account.move", "Invoices and credit notes"),
            ("sale.order", "Sale orders"),
        ],
        required=True,
        default="account.move",
    )
    target = fields.Selection(
        [
            (LINE_DESCRIPTION, "Description of a line"),
            (SERVICE_DATE, "Service date of a line"),
            *((target, f"Custom field {number}") for target, number in CUSTOM.items()),
            (CLASS_SOURCE, "Source of classes"),
        ],
        "Field In QuickBooks",
        required=True,
    )
    template = fields.Text(
        help="What is sent: words, and placeholders such as {name} that the values of "
        "the line or, after “document.”, of the document are put in for.",
    )
    class_source = fields.Selection(
        [
            ("analytic", "Analytic distribution of the line"),
            ("category", "Product category of the line"),
            ("team", "Sales team of the document"),
        ],
        "Classes From",
        default="analytic",
        help="Product categories and sales teams are mapped to classes of QuickBooks "
        "in the mappings of the connection.",
    )
    active = fields.Boolean(default=True)
    label = fields.Char("Name In QuickBooks", compute="_compute_label")
    content = fields.Char("What Is Sent", compute="_compute_content")

    _unique_target = models.Constraint(
        "UNIQUE(connection_id, document, target)",
        "This field has a row already for these documents: each field has one.",
    )
    _class_source_for_all = models.Constraint(
        "CHECK((target = 'class_source') = (document = 'all'))",
        "The source of classes is one for all documents, every other field has a row "
        "for invoices and one for sale orders.",
    )

    # === COMPUTE METHODS === #

    @api.depends("target", "connection_id.preferences")
    def _compute_label(self):
        for mapping in self:
            definitions = mapping.connection_id._get_custom_fields()
            number = CUSTOM.get(mapping.target)
            mapping.label = number and (
                definitions.get(number)
                or (
                    self.env._("without a name")
                    if number in definitions
                    else self.env._("switched off in QuickBooks")
                )
            )

    @api.depends("target", "template", "class_source")
    def _compute_content(self):
        sources = dict(self._fields["class_source"]._description_selection(self.env))
        for mapping in self:
            mapping.content = (
                sources.get(mapping.class_source or "analytic")
                if mapping.target == CLASS_SOURCE
                else mapping.template
            )

    @api.depends("document", "target")
    def _compute_display_name(self):
        for mapping in self:
            mapping.display_name = self.env._(
                "%(field)s (%(documents)s)",
                field=mapping._get_title(),
                documents=mapping._get_choice("document"),
            )

    def _get_title(self):
        """Return what messages call the field: 'Custom field 1'."""
        return self._get_choice("target")

    def _get_choice(self, name):
        choices = dict(self._fields[name]._description_selection(self.env))
        return choices.get(self[name]) or ""

    # === CONSTRAINTS === #

    @api.constrains("document", "target", "template", "connection_id")
    def _check_template(self):
        for mapping in self:
            faults = mapping._list_faults()
            if faults:
                raise ValidationError(
                    self.env._(
                        "%(field)s cannot be saved. %(faults)s",
                        field=mapping.display_name,
                        faults=" ".join(faults),
                    )
                )

    def _list_faults(self):
        """Return what is wrong with the template, as sentences."""
        self.ensure_one()
        if self.target == CLASS_SOURCE or not self.document or not self.template:
            return []
        faults = [
            self._describe_fault(fault)
            for fault in templates.find_faults(self.template)
        ]
        is_day = self.target == SERVICE_DATE
        if is_day and not faults and not templates.get_single_path(self.template):
            faults.append(
                self.env._(
                    "A service date is one placeholder and nothing else, such as "
                    "{document.invoice_date}."
                )
            )
        for path in templates.find_paths(self.template):
            fault = self._find_path_fault(path)
            if fault:
                faults.append(f"{{{path}}}: {fault}")
        return faults

    def _find_path_fault(self, path):
        """Return why a path cannot be used for this field, or None."""
        if self.target in CUSTOM and not path.of_document:
            return self.env._(
                "a custom field belongs to the document: start with “document.”."
            )
        types = DAYS if self.target == SERVICE_DATE else VALUES
        return self.env["qbo.field.path"]._find_fault(
            self._get_start(path), path.names, types
        )

    def _describe_fault(self, fault):
        if fault.code == "brace":
            return self.env._(
                "“%(brace)s” opens or closes no placeholder: write it twice if it is "
                "meant as such.",
                brace=fault.text,
            )
        if fault.code == "depth":
            return self.env._(
                "%(placeholder)s: more than %(most)s fields one after the other.",
                placeholder=fault.text,
                most=templates.DEPTH,
            )
        return self.env._(
            "%(placeholder)s: a placeholder holds names of fields with points between "
            "them, such as {product_id.default_code}.",
            placeholder=fault.text,
        )

    def _get_start(self, path):
        """Return the model that a path starts at."""
        return self.document if path.of_document else DOCUMENTS[self.document]

    # === READING === #

    def _read_choices(self):
        """Return ``{document: {target: template, or source of classes}}``."""
        choices = {}
        for mapping in self.filtered("active"):
            is_class = mapping.target == CLASS_SOURCE
            choice = mapping.class_source if is_class else mapping.template
            if choice:
                choices.setdefault(mapping.document, {})[mapping.target] = choice
        return choices

    # === DEFAULTS === #

    @api.model
    def _prepare_defaults(self, connection):
        """Return the values of one row for each field that can be filled."""
        targets = (LINE_DESCRIPTION, SERVICE_DATE, *CUSTOM)
        return [
            {
                "connection_id": connection.id,
                "document": document,
                "target": target,
                "template": DEFAULT_DESCRIPTION
                if target == LINE_DESCRIPTION
                else False,
            }
            for document in DOCUMENTS
            for target in targets
        ] + [
            {
                "connection_id": connection.id,
                "document": ALL_DOCUMENTS,
                "target": CLASS_SOURCE,
            }
        ]

    # === THE GATE === #

    @api.model_create_multi
    def create(self, vals_list):
        connections = self.connection_id.browse(
            {vals["connection_id"] for vals in vals_list if vals.get("connection_id")}
        )
        with connections._watch_documents():
            return super().create(vals_list)

    def write(self, vals):
        connections = self.connection_id
        if vals.get("connection_id"):
            connections |= connections.browse(vals["connection_id"])
        with connections._watch_documents():
            return super().write(vals)

    def unlink(self):
        with self.exists().connection_id._watch_documents():
            return super().unlink()
