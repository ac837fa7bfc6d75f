from odoo import api, models

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
    def _check_payments(self, connection):
        return self._check_group(
            connection,
            GROUPS["payments"],
            self.env._("Terms of QuickBooks are found or created by their days."),
        )

    @api.model
    def _check_products(self, connection):
        return self._check_group(
            connection,
            GROUPS["products"],
            self.env._("The others are found in QuickBooks by name, or created."),
        )

    @api.model
    def _check_classes(self, connection):
        if not connection.home_currency:
            return "waiting", self.env._("Known once the company is chosen.")
        rules = connection._get_rules()
        if not rules.classes and not rules.has_locations:
            return "ok", self.env._("QuickBooks keeps neither classes nor locations.")
        rests = self._get_class_sentences(connection, rules)
        if rules.has_locations and connection.location_plan_id:
            rests["location"] = self.env._(
                "Documents wait until their locations are mapped."
            )
        if not rests:
            return "ok", self.env._(
                "No analytic plan is chosen for them in the settings, so none are sent."
            )
        return self._check_group(connection, tuple(rests), " ".join(rests.values()))

    @api.model
    def _get_class_sentences(self, connection, rules):
        """Return what becomes of documents whose classes are not mapped.

        :rtype: dict[str, str]: by the kind of mapping; empty where none are sent
        """
        is_analytic = connection._get_class_source() == "analytic"
        if not rules.classes or (is_analytic and not connection.class_plan_id):
            return {}
        if is_analytic and connection.create_missing_classes:
            rest = self.env._("Missing classes are found by name, or created.")
        else:
            rest = self.env._("Documents wait until their classes are mapped.")
        return {"class": rest}

    @api.model
    def _check_group(self, connection, kinds, rest):
        """State and message of a group of kinds.

        :param kinds: those that count, of mappings
        :param str rest: what becomes of those that are not mapped
        """
        if not connection.home_currency:
            return "waiting", self.env._("Known once the company is chosen.")
        mapped, total = connection._count_mappings(kinds)
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
