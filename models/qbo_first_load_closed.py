from odoo import models

from .qbo_document_closed import OWN_DAY


class QboFirstLoad(models.Model):
    """Documents of closed periods: linked where QuickBooks has them, never moved.

    A first load brings the past: dated today, it would be today's revenue.
    """

    _inherit = "qbo.first.load"

    def _prepare_line(self, move, operation, needed):
        move = move.with_context(qbo_own_day=OWN_DAY)
        return super()._prepare_line(move, operation, needed)

    def _get_documents(self, lines):
        return {
            line: move and move.with_context(qbo_own_day=OWN_DAY)
            for line, move in super()._get_documents(lines).items()
        }

    def _judge_document(self, line, answers, customer, taken):
        values = super()._judge_document(line, answers, customer, taken)
        move = self.env["account.move"].browse(line.res_id)
        is_created = values["verdict"] == "create" or values.get("doubt") == "customer"
        reason = is_created and self._get_closed_refusal(move)
        return {"verdict": "refused", "reason": reason} if reason else values

    def _get_load_refusal(self, line, move):
        refusal = super()._get_load_refusal(line, move)
        if refusal or line.verdict == "match":
            return refusal
        return self._get_closed_refusal(move)

    def _get_closed_refusal(self, move):
        """Return why a document cannot be created on its own day, or None."""
        move = move.with_context(qbo_own_day=False).sudo()
        if not move._qbo_list_holding(self.connection_id):
            return None
        return self.env._(
            "%(title)s is dated %(own)s, in a closed period: %(locks)s. A first load "
            "moves no dates. Let an accountant open the period for the load, or enter "
            "the document in QuickBooks by hand: then it will be linked.",
            title=move._qbo_get_title(),
            own=move.invoice_date.isoformat(),
            locks=move._qbo_name_locks(self.connection_id),
        )
