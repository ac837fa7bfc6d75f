from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL


class QboRevenueEntryLine(models.Model):
    """One row of a journal entry: a debit or a credit of one account.

    That it balances with the others is enforced by PostgreSQL
    (``qbo_revenue_entry_guard.py``).
    """

    _name = "qbo.revenue.entry.line"
    _description = "Line Of A Revenue Entry"
    _order = "entry_id, sequence, id"

    entry_id = fields.Many2one(
        "qbo.revenue.entry", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="entry_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="entry_id.currency_id")
    sequence = fields.Integer(default=1)
    account_id = fields.Many2one(
        "qbo.reference", "QuickBooks Account", required=True, ondelete="restrict"
    )
    class_id = fields.Many2one("qbo.reference", "Class", ondelete="restrict")
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="restrict")
    name = fields.Char("Memo")
    debit = fields.Monetary(required=True, default=0.0)
    credit = fields.Monetary(required=True, default=0.0)

    # NaN is larger than Infinity, so that this keeps both away.
    _one_side = models.Constraint(
        """CHECK (
            debit >= 0 AND credit >= 0
            AND debit < 'Infinity'::numeric AND credit < 'Infinity'::numeric
            AND (debit > 0) <> (credit > 0)
        )""",
        "A line of a journal entry is a debit or a credit, above zero.",
    )

    @api.model
    def _insert(self, entry, lines):
        """Give a new entry its lines, in one statement.

        One by one, Odoo takes longer over them than over all the rest of a month: ten
        thousand deals have twenty thousand.

        :param lines: list of values (``account_id``, ``debit`` and so on)
        """
        if not lines:
            return
        self.flush_model()
        entry.flush_recordset()
        decimals = entry.currency_id.decimal_places
        shared = {
            "entry_id": entry.id,
            "company_id": entry.company_id.id,
            "create_uid": self.env.uid,
            "write_uid": self.env.uid,
            "create_date": self.env.cr.now(),
            "write_date": self.env.cr.now(),
        }
        rows = []
        for line in lines:
            amounts = {
                side: Decimal(f"{line[side]:.{decimals}f}")
                for side in ("debit", "credit")
            }
            row = {**line, **amounts, **shared}
            rows.append([None if value is False else value for value in row.values()])
        names = SQL(", ").join(SQL.identifier(name) for name in row)
        self.env.execute_query(
            SQL(
                "INSERT INTO qbo_revenue_entry_line (%s) VALUES %s RETURNING id",
                names,
                SQL(", ").join(SQL("%s", tuple(row)) for row in rows),
            )
        )
        entry.invalidate_recordset(["line_ids", "amount_total"])
