from odoo import fields, models

from .qbo_approval_mixin import CHECKED


class QboConnection(models.Model):
    """What a company asks for before a document goes to QuickBooks."""

    _inherit = "qbo.connection"

    approval_required = fields.Boolean(
        "Approval Needed",
        default=True,
        tracking=True,
        help="Documents are submitted and approved before they can be pushed. Without, "
        "an approver's push approves.",
    )
    author_may_approve = fields.Boolean(
        tracking=True,
        help="Who wrote or submitted a document may approve it too.",
    )
    second_approval_amount = fields.Monetary(
        "Second Approval Above",
        currency_field="company_currency_id",
        tracking=True,
        help="Above this total, two people have to approve. 0: one is always enough.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    auto_push = fields.Boolean(
        "Push When Approved",
        tracking=True,
        help="What is approved is queued for QuickBooks at once.",
    )
    posting_needs_approval = fields.Boolean(
        tracking=True,
        help="Customer invoices and credit notes cannot be posted before they are "
        "approved; approving posts them.",
    )
    order_confirmation_needs_approval = fields.Boolean(
        "Confirming Orders Needs Approval",
        tracking=True,
        help="Quotations cannot be confirmed before they are approved.",
    )
    start_date = fields.Date(
        "Push From",
        tracking=True,
        help="Documents with an earlier date go to QuickBooks with the first load "
        "only.",
    )

    _second_approval_positive = models.Constraint(
        "CHECK(second_approval_amount >= 0)",
        "The amount above which two people approve cannot be negative.",
    )

    def _holds_posting(self):
        """Tell whether invoices are posted by approving them alone; no, for none."""
        return self.approval_required and self.posting_needs_approval

    def _get_rules(self):
        """Read once for all documents of a push: each read copies the preferences."""
        checked = self.env.cr.precommit.data.get(CHECKED)
        if checked is None:
            return super()._get_rules()
        key = (self._name, self.id)
        if key not in checked:
            checked[key] = super()._get_rules()
        return checked[key]
