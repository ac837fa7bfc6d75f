from odoo import api, models

from .roles import ACCOUNTANT_GROUP

# What the panel sums up in one row.
GROUPS = {
    "payments": ("term", "journal", "payment_method"),
    "products": ("product", "category"),
    "classes": ("class", "location"),
}


class QboPreflight(models.AbstractModel):
    """How much of what is in use is mapped."""

    _inherit = "qbo.preflight"

    @api.model
    def _may_mend(self, name):
        if name in (*GROUPS, "taxes"):
            return self.env.user.has_group(ACCOUNTANT_GROUP)
        return super()._may_mend(name)

    @api.model
    def _check_payments(self, connection):
        return self._check_group(
            connection,
            "payments",
            self.env._("Terms of QuickBooks are found or created by their days."),
        )

    @api.model
    def _check_products(self, connection):
        return self._check_group(
            connection,
            "products",
            self.env._("The others are found in QuickBooks by name, or created."),
        )

    @api.model
    def _check_classes(self, connection):
        if not connection.home_currency:
            return "waiting", self.env._("Known once the company is chosen.")
        plans = connection.class_plan_id | connection.location_plan_id
        preferences = (connection.preferences or {}).get("AccountingInfoPrefs", {})
        is_kept = connection._get_rules().classes or preferences.get("TrackDepartments")
        if not is_kept:
            return "ok", self.env._("QuickBooks keeps neither classes nor locations.")
        if not plans:
            return "ok", self.env._(
                "No analytic plan is chosen for them in the settings, so none are sent."
            )
        if connection.create_missing_classes:
            rest = self.env._("Missing classes are found by name, or created.")
        else:
            rest = self.env._("Documents wait until their classes are mapped.")
        return self._check_group(connection, "classes", rest)

    @api.model
    def _check_group(self, connection, group, rest):
        """State and message of a group of kinds.

        :param str rest: what becomes of those that are not mapped
        """
        if not connection.home_currency:
            return "waiting", self.env._("Known once the company is chosen.")
        mapped, total = connection._count_mappings(GROUPS[group])
        if not total:
            return "hint", self.env._("Nobody has looked at what is in use yet.")
        message = self.env._(
            "%(mapped)s of %(total)s mapped.", mapped=mapped, total=total
        )
        if mapped == total:
            return "ok", message
        return "hint", f"{message} {rest}"

    @api.model
    def _open_mappings(self, connection, group):
        """Open the screen on what is not mapped of a group of kinds."""
        action = self.env["qbo.mapping"]._open(
            list(GROUPS[group]), connection, unmapped=1, group_kind=1
        )
        title = self._get_labels()[group][0]
        return action | {"name": title, "display_name": title}
