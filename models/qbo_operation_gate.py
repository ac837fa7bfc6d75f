from odoo import api, models
from odoo.exceptions import UserError

from .qbo_operation import OPEN_STATES


class QboOperation(models.Model):
    """Retries pass the gate as pushes do."""

    _inherit = "qbo.operation"

    @api.model
    def _get_open_of(self, records):
        """Return the operations of these records that have not ended."""
        return self.search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("state", "in", OPEN_STATES),
            ]
        )

    def _get_failed(self):
        """Return what failed: this operation, or the one that it waits for."""
        operation, seen = self, self.browse()
        while operation.state == "waiting" and operation not in seen:
            seen |= operation
            operation = operation.blocked_by_id
        return operation if operation.state == "failed" else self.browse()

    def action_retry(self):
        self.check_access("read")
        self.sudo()._check_gate()
        return super().action_retry()

    def _check_gate(self):
        """Nothing that was changed or rejected since goes out on a retry."""
        for operation in self.filtered(lambda each: each.state == "failed"):
            record = operation._get_record()
            if not isinstance(record, self.pool["qbo.approval.mixin"]):
                continue
            record = record.with_env(self.env).sudo(self.env.su)
            refusal = record._qbo_get_retry_refusal(operation.connection_id)
            if refusal:
                raise UserError(refusal)

    def _get_reason(self):
        """Return why it failed, and what to do, in words."""
        self.ensure_one()
        told = self.env["qbo.catalogue"]._explain(self)
        parts = [told["what"], told["fix"]]
        if self.fault_kind:
            words = " ".join(filter(None, (self.fault_message, self.fault_detail)))
            parts.append(self.env._("QuickBooks said: %(words)s", words=words))
        return " ".join(filter(None, parts))
