from odoo import api, models

# The kind of a fault, as tools/fault_codes.py names it -> the cause it is shown under.
CAUSES_OF_KINDS = {
    "stale": "transient",
    "closed_period": "closed_period",
    "duplicate_name": "duplicate_name",
    "duplicate_number": "duplicate_number",
    "duplicate_request": "uncertain",
    "not_found": "reference",
    "inactive": "inactive",
    "reference": "reference",
    "limit": "data",
    "settled": "settled",
    "deposited": "settled",
    "business": "business",
    "data": "data",
    "bug": "bug",
    "transient": "transient",
}
CAUSES_OF_CODES = {
    "2050": "too_long",
    "6070": "amount",
    "6100": "tax",
    "2020": "missing",
    "5020": "forbidden",
}


class QboCatalogue(models.AbstractModel):
    """What stands in the way of a push, and what a person can do about it."""

    _name = "qbo.catalogue"
    _description = "QuickBooks Error Catalogue"

    @api.model
    def _get_causes(self):
        """Return the causes as (key, title), in the order they are worth a look."""
        return [
            ("mapping", self.env._("Something is not mapped or missing in Odoo")),
            ("ambiguous", self.env._("A person has to choose")),
            ("inactive", self.env._("Something is inactive in QuickBooks")),
            ("duplicate_name", self.env._("The name exists in QuickBooks")),
            ("duplicate_number", self.env._("The number exists in QuickBooks")),
            ("closed_period", self.env._("The books are closed for this date")),
            ("reference", self.env._("QuickBooks no longer knows something used")),
            ("tax", self.env._("QuickBooks does not accept the tax")),
            ("amount", self.env._("QuickBooks does not accept an amount")),
            ("too_long", self.env._("A text is too long for QuickBooks")),
            ("missing", self.env._("QuickBooks misses a value")),
            ("data", self.env._("QuickBooks does not accept a value")),
            ("business", self.env._("A rule of QuickBooks stands against it")),
            ("settled", self.env._("It is paid or deposited in QuickBooks")),
            ("forbidden", self.env._("The QuickBooks user may not do this")),
            ("transient", self.env._("QuickBooks did not answer as it should")),
            ("uncertain", self.env._("The outcome is not known")),
            ("bug", self.env._("The request was wrong: a defect of this program")),
            ("dependency", self.env._("Something it needs failed")),
        ]

    @api.model
    def _get_cause(self, fault):
        """Return the key of the cause that a ``Fault`` of QuickBooks belongs to."""
        return CAUSES_OF_CODES.get(fault.code) or CAUSES_OF_KINDS.get(
            fault.kind, "business"
        )
