from odoo import models

from ..tools.closed_period import read_day


class QboOperation(models.Model):
    """A push that met a closed period: the closing date known here may be old."""

    _inherit = "qbo.operation"

    def _note_fault(self, fault, **values):
        result = super()._note_fault(fault, **values)
        if self.cause == "closed_period":
            day = read_day(self._load(self.payload).get("TxnDate"))
            self.connection_id._doubt_closing_date(day)
        return result
