from odoo import fields, models


class QboEvent(models.Model):
    _name = "qbo.event"
    _description = "stub"
    connection_id = fields.Many2one("qbo.connection")
    entity = fields.Char()
    qbo_id = fields.Char()
    operation = fields.Char()
    state = fields.Selection(
        [("new", "n"), ("done", "d"), ("ignored", "i"), ("rejected", "r")],
        default="new",
    )
    done_at = fields.Datetime()
