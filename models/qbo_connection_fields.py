from odoo import api, fields, models

from ..tools.custom_fields import read_definitions
from .qbo_approval_mixin import CHECKED
from .qbo_field_mapping import ALL_DOCUMENTS, CLASS_SOURCE, CUSTOM


class QboConnection(models.Model):
    """What the fields of documents are filled with."""

    _inherit = "qbo.connection"

    field_mapping_ids = fields.One2many(
        "qbo.field.mapping", "connection_id", "Fields", copy=False
    )

    @api.model_create_multi
    def create(self, vals_list):
        connections = super().create(vals_list)
        connections._create_field_mappings()
        return connections

    def _create_field_mappings(self):
        """Make the rows that are missing; they fill fields as no row would."""
        mappings = self.env["qbo.field.mapping"].sudo()
        missing = []
        for connection in self:
            known = {
                (each.document, each.target) for each in connection._get_field_rows()
            }
            missing += [
                values
                for values in mappings._prepare_defaults(connection)
                if (values["document"], values["target"]) not in known
            ]
        if missing:
            mappings.create(missing)

    def _drop_links(self):
        # Custom fields and mapped classes are those of the company that is forgotten.
        rows = self._get_field_rows()
        rows.filtered(lambda row: row.target in (*CUSTOM, CLASS_SOURCE)).unlink()
        return super()._drop_links()

    def _get_field_rows(self):
        return self.sudo().with_context(active_test=False).field_mapping_ids

    def _get_templates(self, document):
        """Return ``{target: template}`` of documents of a model, empty ones left out.

        :param str document: 'account.move' or 'sale.order'
        """
        return self._read_field_mappings().get(document, {})

    def _get_class_source(self):
        """Return where classes come from: 'analytic', 'category' or 'team'."""
        chosen = self._read_field_mappings().get(ALL_DOCUMENTS, {})
        return chosen.get(CLASS_SOURCE) or "analytic"

    def _read_field_mappings(self):
        """Return ``{document: {target: what is chosen}}``, once for all of a push."""
        checked = self.env.cr.precommit.data.get(CHECKED)
        if checked is None:
            return self.field_mapping_ids._read_choices()
        key = (self._name, self.id, "fields")
        if key not in checked:
            checked[key] = self.field_mapping_ids._read_choices()
        return checked[key]

    def _get_custom_fields(self):
        """Return ``{DefinitionId: name}`` of QuickBooks' custom fields in use."""
        return read_definitions(self.preferences or {})

    def _has_service_dates(self):
        """Tell whether sales forms of QuickBooks have a service date."""
        forms = (self.preferences or {}).get("SalesFormsPrefs", {})
        return forms.get("AllowServiceDate") is not False

    def action_open_fields(self):
        """Open what the fields of documents are filled with."""
        self.ensure_one()
        if self.env["qbo.field.mapping"].has_access("create"):
            self._create_field_mappings()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_field_mapping_action"
        )
        return action | {
            "name": self.env._("Fields of %(name)s", name=self.name),
            "domain": [("connection_id", "=", self.id)],
            "context": {
                "active_test": False,
                "default_connection_id": self.id,
            },
        }
