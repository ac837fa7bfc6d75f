from odoo import fields, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    # The payment of QuickBooks that this follows. Of credit memos that pay invoices
    # nothing else tells it.
    qbo_payment_id = fields.Many2one(
        "qbo.payment", index="btree_not_null", ondelete="set null"
    )
