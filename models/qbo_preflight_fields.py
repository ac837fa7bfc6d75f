from odoo import api, models

from .qbo_field_mapping import CUSTOM, DOCUMENTS, SERVICE_DATE


class QboPreflight(models.AbstractModel):
    """Fields that accountants fill, and that QuickBooks has switched off."""

    _inherit = "qbo.preflight"

    @api.model
    def _get_check_names(self):
        names = super()._get_check_names()
        place = names.index("taxes") + 1
        return [*names[:place], "fields", *names[place:]]

    @api.model
    def _get_labels(self):
        label = (self.env._("Fields of documents"), self.env._("Show them"))
        return super()._get_labels() | {"fields": label}

    @api.model
    def _get_accountants_checks(self):
        return super()._get_accountants_checks() | {"fields"}

    @api.model
    def _check_fields(self, connection):
        if not connection.home_currency:
            return "waiting", self.env._("Known once the company is chosen.")
        filled = set()
        for document in DOCUMENTS:
            filled |= connection._get_templates(document).keys()
        known = connection._get_custom_fields()
        custom = {CUSTOM[target] for target in filled if target in CUSTOM}
        problems = []
        if custom - known.keys():
            problems.append(
                self.env._(
                    "Custom fields that are filled here but switched off in "
                    "QuickBooks are not sent: %(numbers)s. Switch them on there "
                    "(Account and settings, Sales) and test the connection, or empty "
                    "their templates.",
                    numbers=", ".join(sorted(custom - known.keys())),
                )
            )
        if SERVICE_DATE in filled and not connection._has_service_dates():
            problems.append(
                self.env._(
                    "Service dates are filled here but switched off in QuickBooks, so "
                    "they are not sent. Switch them on there (Account and settings, "
                    "Sales) and test the connection."
                )
            )
        if problems:
            return "warning", " ".join(problems)
        if not custom:
            return "ok", self.env._("No custom field is filled.")
        return "ok", self.env._(
            "Custom fields that are filled: %(names)s.",
            names=", ".join(known[number] or number for number in sorted(custom)),
        )

    @api.model
    def _mend_fields(self, connection):
        return connection.action_open_fields()
