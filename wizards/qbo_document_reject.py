from odoo import fields, models
from odoo.exceptions import UserError


class QboDocumentReject(models.TransientModel):
    """The reason why documents are not approved."""

    _name = "qbo.document.reject"
    _description = "Reject Documents For QuickBooks"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    reason = fields.Text(required=True)

    def action_reject(self):
        self.ensure_one()
        model = self.env.registry.models.get(self.res_model)
        gate = self.env.registry["qbo.approval.mixin"]
        if not model or not issubclass(model, gate) or model._abstract:
            raise UserError(self.env._("Nothing of this kind can be rejected."))
        if not self.reason.strip():
            raise UserError(
                self.env._("Enter a reason: whoever submitted it has to know it.")
            )
        documents = self.env[self.res_model].browse(self.res_ids)
        done, refusals = documents._qbo_reject(self.reason.strip())
        action = documents._qbo_report(
            done, refusals, self.env._("%(count)s rejected", count=len(done))
        )
        return {"type": "ir.actions.act_window_close"} if action is True else action
