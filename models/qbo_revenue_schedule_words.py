from odoo import fields, models

from ..tools.digest import digest
from .qbo_revenue_terms_mixin import TERM_FIELDS


class QboRevenueSchedule(models.Model):
    """What a deal says, in words: its amendments tell what became otherwise."""

    _inherit = "qbo.revenue.schedule"

    def _describe_terms(self):
        """Return ``{label: value}`` of what the deal says, to be compared."""
        told = {}
        for name in TERM_FIELDS:
            field, value = self._fields[name], self[name]
            label = field._description_string(self.env)
            if field.type == "selection":
                value = dict(field._description_selection(self.env)).get(value)
            elif field.type == "many2one":
                value = value.sudo().display_name
            elif field.type == "one2many":
                value = "; ".join(each._describe() for each in self._get_milestones())
            elif field.type == "monetary":
                value = self.currency_id.format(value)
            elif field.type == "float":
                value = _show_price(value)
            elif field.type == "json":
                value = self._describe_rate_changes(value)
            elif field.type == "boolean":
                value = self.env._("yes") if value else self.env._("no")
            told[label] = str(value or "-")
        return told

    def _describe_rate_changes(self, changes):
        """Return '120 from 2026-05-01, 130 from 2026-07-01'."""
        return ", ".join(
            self.env._("%(price)s from %(day)s", price=_show_price(price), day=day)
            for day, price in sorted(changes or ())
        )

    def _sign_terms(self):
        """Return what tells whether somebody else changed the deal meanwhile."""
        return digest({"state": self.state, "terms": self._describe_terms()})

    def _describe_difference(self, before, kind, day):
        changes = [
            f"{label}: {old} → {new}"
            for label, new in self._describe_terms().items()
            if (old := before[label]) != new
        ]
        if kind == "cancel":
            ended = self.env._(
                "Cancelled after %(day)s", day=fields.Date.to_string(day)
            )
            changes.insert(0, ended)
        return "; ".join(changes)


def _show_price(price):
    """Return a unit price with the decimals that it has: '120', '0.125'."""
    return f"{price:.6f}".rstrip("0").rstrip(".")
