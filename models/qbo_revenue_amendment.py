from odoo import fields, models


class QboRevenueAmendment(models.Model):
    """One change of a deal that runs: who made it, when, why, and what it changed."""

    _name = "qbo.revenue.amendment"
    _description = "Amendment Of A Revenue Schedule"
    _order = "id desc"
    _rec_name = "reason"

    schedule_id = fields.Many2one(
        "qbo.revenue.schedule",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="schedule_id.company_id", store=True, index=True, precompute=True
    )
    kind = fields.Selection(
        [("amend", "Amended"), ("cancel", "Cancelled")], required=True, readonly=True
    )
    reason = fields.Text(required=True, readonly=True)
    changes = fields.Text(readonly=True, help="What the deal says otherwise now.")
    user_id = fields.Many2one("res.users", "By", readonly=True)
    entry_ids = fields.One2many("qbo.revenue.entry", "amendment_id", "Entries")
