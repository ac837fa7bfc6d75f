from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..const import CALL_LOG_DAYS
from .transaction import own_transaction

# How many old calls go in one transaction.
GC_BATCH = 10000


class QboCall(models.Model):
    """What was said to Intuit and what came back, without secrets.

    Written in a transaction of its own: the calls of a piece of work that was rolled
    back are the ones somebody will look for.
    """

    _name = "qbo.call"
    _description = "QuickBooks API Call"
    _order = "id desc"
    _rec_name = "path"

    connection_id = fields.Many2one(
        "qbo.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    create_date = fields.Datetime("Time", readonly=True, index=True)
    method = fields.Char(readonly=True)
    path = fields.Char(readonly=True)
    entity = fields.Char(readonly=True)
    status = fields.Integer("HTTP Status", readonly=True, aggregator=None)
    duration = fields.Integer("Duration (ms)", readonly=True, aggregator="avg")
    metered = fields.Integer("Metered Calls", readonly=True)
    request_id = fields.Char(readonly=True)
    trace_id = fields.Char(
        "Intuit Trace Id",
        readonly=True,
        index="btree_not_null",
        help="Intuit's support asks for this value (intuit_tid).",
    )
    is_failed = fields.Boolean("Failed", readonly=True)
    fault_kind = fields.Char(readonly=True)
    fault_code = fields.Char(readonly=True)
    fault_message = fields.Char(readonly=True)
    request_body = fields.Text(readonly=True)
    response_body = fields.Text(readonly=True)

    @api.model
    def _record(self, connection, record):
        """Keep one call, its bodies redacted by the client.

        :param CallRecord record: what ``tools/client.py`` reports after each call
        """
        fault = record.fault
        with own_transaction(self.env) as env:
            env["qbo.call"].create(
                {
                    "connection_id": connection.id,
                    "method": record.method,
                    "path": record.path,
                    "entity": record.entity,
                    "status": record.status or 0,
                    "duration": record.duration_ms,
                    "metered": record.metered,
                    "request_id": record.request_id,
                    "trace_id": record.tid,
                    "is_failed": bool(fault),
                    "fault_kind": fault.kind if fault else False,
                    "fault_code": fault.code if fault else False,
                    "fault_message": fault.message if fault else False,
                    "request_body": record.request_body,
                    "response_body": record.response_body,
                }
            )

    @api.autovacuum
    def _gc_calls(self):
        """Trim by age: what worked after some days, failures after some months."""
        now = fields.Datetime.now()
        old = Domain.OR(
            Domain("is_failed", "=", is_failed)
            & Domain("create_date", "<", now - timedelta(days=days))
            for is_failed, days in CALL_LOG_DAYS.items()
        )
        calls = self.search(old, limit=GC_BATCH)
        calls.unlink()
        return len(calls), len(calls) == GC_BATCH and self.search_count(old)
