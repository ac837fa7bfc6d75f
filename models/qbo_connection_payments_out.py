from odoo import fields, models


class QboConnection(models.Model):
    """Whether payments of Odoo go to QuickBooks."""

    _inherit = "qbo.connection"

    payment_push = fields.Selection(
        [
            ("off", "Never"),
            ("manual", "When somebody pushes them"),
            ("automatic", "By themselves"),
        ],
        "Push Payments",
        default="manual",
        required=True,
        tracking=True,
        help="Payments registered in Odoo, bank lines matched with invoices, and "
        "credit notes used for invoices. By themselves: as soon as they settle an "
        "invoice that is in QuickBooks. What was pushed is followed when it changes, "
        "unless nothing is ever pushed.",
    )
