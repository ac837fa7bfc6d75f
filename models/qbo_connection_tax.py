from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What can be chosen where, the first by default.
MODES = {
    "off": ("off",),
    "automated": ("automated", "automated_truth"),
    "manual": ("manual",),
    "line": ("line",),
}


class QboConnection(models.Model):
    """Who reckons the tax, and what happens to the cents that rounding leaves."""

    _inherit = "qbo.connection"

    tax_mode = fields.Selection(
        [
            ("off", "No sales tax"),
            ("automated", "QuickBooks' sales tax, with Odoo's amount"),
            ("automated_truth", "QuickBooks' sales tax, with QuickBooks' amount"),
            ("manual", "One tax code for each document"),
            ("line", "A tax code on each line"),
        ],
        compute="_compute_tax_mode",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="How tax goes to QuickBooks. It follows from the country and the settings "
        "of the QuickBooks company. Where QuickBooks reckons the sales tax itself, you "
        "choose whose amount counts.",
    )
    tax_mode_choices = fields.Json(compute="_compute_tax_mode_choices")
    tax_rounding = fields.Selection(
        [
            ("line", "Each line"),
            ("document", "The whole document"),
        ],
        "QuickBooks Rounds Tax Of",
        default="line",
        required=True,
        tracking=True,
        help="What QuickBooks rounds to the cent, outside the United States. Change it "
        "only if receipts show that your QuickBooks company rounds otherwise.",
    )
    rounding_policy = fields.Selection(
        [
            ("refuse", "Refuse the document"),
            ("adjust", "Add a rounding line"),
        ],
        "When Cents Differ",
        default="refuse",
        required=True,
        tracking=True,
        help="What happens to a document of which QuickBooks would reckon another "
        "total than Odoo, because they round otherwise. It is known before the "
        "document is sent, and the preview shows it.",
    )

    @api.depends("preferences", "country_code")
    def _compute_tax_mode(self):
        """Keep what an administrator chose for as long as it can be had."""
        for connection in self:
            choices = connection._get_tax_modes()
            if connection.tax_mode not in choices:
                connection.tax_mode = choices[0] if choices else False

    @api.depends("preferences", "country_code")
    def _compute_tax_mode_choices(self):
        for connection in self:
            connection.tax_mode_choices = list(connection._get_tax_modes())

    @api.constrains("tax_mode")
    def _check_tax_mode(self):
        labels = dict(self._fields["tax_mode"]._description_selection(self.env))
        for connection in self:
            choices = connection._get_tax_modes()
            if connection.tax_mode and connection.tax_mode not in choices:
                raise ValidationError(
                    self.env._(
                        "%(name)s cannot have the tax mode “%(mode)s”: the settings of "
                        "its QuickBooks company allow %(choices)s. Choose one of "
                        "these, or change the settings there and test the connection.",
                        name=connection.name,
                        mode=labels[connection.tax_mode],
                        choices=", ".join(f"“{labels[each]}”" for each in choices)
                        or self.env._("none before it is connected"),
                    )
                )

    def _get_tax_modes(self):
        """Return the modes that the QuickBooks company can have, the usual first."""
        self.ensure_one()
        if not self.preferences:
            return ()
        return MODES[self._get_tax_rule(self.preferences.get("TaxPrefs", {}))]
