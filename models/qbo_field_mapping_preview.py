from odoo import api, fields, models

from ..tools import members
from ..tools import template as templates
from ..tools.custom_fields import VALUE_LENGTH
from .account_move import ENTITIES
from .qbo_field_mapping import (
    CLASS_SOURCE,
    CUSTOM,
    DOCUMENTS,
    LINE_DESCRIPTION,
    SERVICE_DATE,
)

MOST_LINES = 20
# What the cheat sheet offers; of addons that are not installed there is nothing.
SAMPLES = {
    "account.move": (
        *("name", "product_id.name", "product_id.default_code", "product_id.barcode"),
        *("product_id.categ_id.name", "quantity", "product_uom_id.name"),
        *("deferred_start_date", "deferred_end_date"),
        *("sale_line_ids.name", "sale_line_ids.order_id.name"),
        *("sale_line_ids.order_id.commitment_date",),
        *("document.name", "document.ref", "document.invoice_origin"),
        *("document.payment_reference", "document.invoice_user_id.name"),
        *("document.team_id.name", "document.invoice_date", "document.delivery_date"),
        *("document.partner_id.name", "document.partner_id.ref"),
        *("document.partner_id.vat", "document.partner_shipping_id.city"),
        *("document.invoice_line_ids.sale_line_ids.order_id.name",),
    ),
    "sale.order": (
        *("name", "product_id.name", "product_id.default_code", "product_id.barcode"),
        *("product_id.categ_id.name", "product_uom_qty", "product_uom_id.name"),
        *("document.name", "document.client_order_ref", "document.origin"),
        *("document.user_id.name", "document.team_id.name"),
        *("document.date_order", "document.commitment_date"),
        *("document.partner_id.name", "document.partner_id.ref"),
        *("document.partner_id.vat", "document.partner_shipping_id.city"),
    ),
}


class QboFieldMapping(models.Model):
    """What a template would send of a real document, told while it is written.

    A template that is not saved is checked as if it were, before it reads anything.
    """

    _inherit = "qbo.field.mapping"

    preview_move_id = fields.Many2one(
        "account.move",
        "Show On Invoice",
        compute="_compute_preview_documents",
        readonly=False,
    )
    preview_order_id = fields.Many2one(
        "sale.order",
        "Show On Order",
        compute="_compute_preview_documents",
        readonly=False,
    )
    problem = fields.Text(compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    cheat_sheet = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("document", "connection_id")
    def _compute_preview_documents(self):
        """The latest document that the user may see."""
        for mapping in self:
            company = mapping.connection_id.company_id
            is_order = mapping.document == "sale.order"
            mapping.preview_order_id = is_order and self._find_latest(
                "sale.order", [("company_id", "=", company.id)]
            )
            mapping.preview_move_id = not is_order and self._find_latest(
                "account.move",
                [
                    ("company_id", "=", company.id),
                    ("move_type", "in", list(ENTITIES)),
                    ("state", "!=", "cancel"),
                ],
            )

    @api.model
    def _find_latest(self, model, domain):
        documents = self.env[model]
        if not documents.has_access("read"):
            return documents
        return documents.search(domain, order="id desc", limit=1)

    @api.depends(
        "document",
        "target",
        "template",
        "class_source",
        "active",
        "connection_id",
        "preview_move_id",
        "preview_order_id",
    )
    def _compute_preview(self):
        may_write = self.has_access("write") or self.has_access("create")
        for mapping in self:
            faults = mapping._list_faults()
            document = may_write and mapping._get_preview_document()
            mapping.problem = "\n".join(faults)
            mapping.preview = document and mapping._render_preview(document, faults)
            mapping.cheat_sheet = may_write and mapping._render_cheat_sheet(document)

    def _get_preview_document(self):
        """Return the chosen document; False if the user may not read it here."""
        is_order = self.document == "sale.order"
        chosen = self.preview_order_id if is_order else self.preview_move_id
        document = chosen._origin
        connection = self.connection_id._origin
        is_ours = connection.has_access("read") and document.has_access("read")
        if not document or not is_ours or not document._qbo_get_entity():
            return False
        return document.company_id == connection.company_id and document

    # === PREVIEW === #

    def _render_preview(self, document, faults):
        record = document._qbo_in(self.connection_id._origin)
        connection = self.connection_id._origin.with_env(record.env)
        chosen = dict(connection._get_templates(record._name))
        if self.target != CLASS_SOURCE:
            chosen.pop(self.target, None)
            if self.active and self.template and not faults:
                chosen[self.target] = self.template
        lines = [
            line
            for line in record._qbo_get_lines()
            if line._qbo_get_kind() == "product"
        ]
        values = {
            "title": document._qbo_get_title(),
            "lines": [
                self._preview_line(connection, line, chosen)
                for line in lines[:MOST_LINES]
            ],
            "more": max(0, len(lines) - MOST_LINES),
            "custom_fields": self._preview_custom_fields(connection, record, chosen),
            "has_service_dates": connection._has_service_dates(),
            "has_classes": bool(connection._get_rules().classes),
            "target": self.target,
        }
        return self.env["ir.qweb"]._render("quickbooks_online.field_preview", values)

    def _preview_line(self, connection, line, chosen):
        template = chosen.get(SERVICE_DATE)
        days = line._qbo_list_days(template) if template else []
        if not template:
            days = list(filter(None, [line._qbo_get_service_date()]))
        description = line._qbo_fill_description(chosen.get(LINE_DESCRIPTION))
        return {
            "description": members.make_text(description, members.DESCRIPTION_LENGTH),
            "days": [day.isoformat() for day in days],
            **self._preview_class(connection, line),
        }

    def _preview_class(self, connection, line):
        """Return ``class_name``, and as ``class_problem`` why there is none."""
        source = connection._get_class_source()
        if self.target == CLASS_SOURCE:
            source = (self.active and self.class_source) or "analytic"
        if source == "analytic":
            shares = line._qbo_get_shares(connection.class_plan_id)
            names = [f"{each.name} {share:g}%" for each, share in shares.items()]
            return {"class_name": ", ".join(names), "class_problem": False}
        record = line._qbo_get_source_record(connection, source)
        if not record:
            return {"class_name": "", "class_problem": False}
        reference = line._qbo_look_up_class(connection, record)
        return {
            "class_name": reference.name,
            "class_problem": not reference
            and self.env._("%(name)s has no class yet", name=record.display_name),
        }

    def _preview_custom_fields(self, connection, record, chosen):
        known = connection._get_custom_fields()
        texts = record._qbo_get_custom_values(connection, chosen)
        rows = []
        for target, number in CUSTOM.items():
            text = texts.get(number, "")
            is_asked_for = bool(chosen.get(target)) or target == self.target
            if number in known or is_asked_for:
                rows.append(
                    {
                        "target": target,
                        "number": number,
                        "name": known.get(number),
                        "is_off": number not in known,
                        "text": text,
                        "too_long": members.measure(text) - VALUE_LENGTH,
                    }
                )
        return rows

    # === CHEAT SHEET === #

    def _render_cheat_sheet(self, document):
        if self.target == CLASS_SOURCE or self.document not in DOCUMENTS:
            return False
        record = document and document._qbo_in(self.connection_id._origin)
        rows = []
        for text in SAMPLES[self.document]:
            path = templates.get_single_path(f"{{{text}}}")
            if not self._find_path_fault(path):
                rows.append(
                    {
                        "placeholder": f"{{{path}}}",
                        "meaning": self._name_path(path),
                        "value": record and self._read_sample(record, path),
                    }
                )
        values = {"rows": rows, "has_values": bool(document)}
        return self.env["ir.qweb"]._render(
            "quickbooks_online.field_cheat_sheet", values
        )

    def _name_path(self, path):
        """Return the labels of the fields of a path: 'Salesperson › Name'."""
        model, labels = self._get_start(path), []
        for name in path.names:
            field = self.env[model]._fields[name]
            labels.append(field._description_string(self.env))
            model = field.comodel_name
        return " › ".join(labels)

    def _read_sample(self, record, path):
        """Return what a path reads on the first line that it reads anything on."""
        if path.of_document:
            starts = [record]
        else:
            lines = record._qbo_get_lines()
            starts = [each for each in lines if each._qbo_get_kind() == "product"]
        for start in starts:
            texts = record.env["qbo.field.path"]._read_texts(start, path.names)
            if texts:
                return members.make_line(", ".join(texts), 60)
        return ""
