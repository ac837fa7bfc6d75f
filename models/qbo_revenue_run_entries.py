from collections import defaultdict

from odoo import api, models

from ..tools import money
from ..tools.recognition_entries import BookedPart, entry_lines
from .qbo_document_mixin import MOST_LINES
from .qbo_revenue_terms_mixin import get_decimals


class QboRevenueRun(models.AbstractModel):
    """Makes entries, and their lines, of what a run collected."""

    _inherit = "qbo.revenue.run"

    @api.model
    def _prepare_lines(self, periods, month, kind="month"):
        """Return the values of the lines that book some parts of one currency."""
        if not periods:
            return []
        schedule = periods[0].schedule_id
        decimals = get_decimals(periods.currency_id)
        orders = defaultdict(set)
        parts = []
        for period in periods:
            part = BookedPart(
                amount=schedule._to_minor(period.amount),
                unbilled=schedule._to_minor(period.unbilled),
                deferred=period.deferred_account_id.id,
                revenue=period.revenue_account_id.id,
                unbilled_account=period.unbilled_account_id.id or None,
                class_=period.class_id.id,
                customer=period.partner_id.id,
            )
            parts.append(part)
            orders[part.class_, part.customer].add(period.order_id.id)
        entries, company = self.env["qbo.revenue.entry"], periods.company_id
        memos = {
            key: entries._make_words(
                company, kind, month, self.env["sale.order"].browse(ids)
            )
            for key, ids in orders.items()
        }
        return [
            {
                "sequence": place,
                "account_id": line.account,
                "class_id": line.class_,
                "partner_id": line.customer,
                "name": memos[line.class_, line.customer],
                "debit": float(money.from_minor(line.debit, decimals)),
                "credit": float(money.from_minor(line.credit, decimals)),
            }
            for place, line in enumerate(entry_lines(parts), 1)
        ]

    @api.model
    def _make_entries(self, drafts):
        entries = self.env["qbo.revenue.entry"].sudo()
        made = entries.browse()
        for draft in drafts:
            if not draft.lines:
                continue
            entry = self._find_open(draft)
            if entry:
                draft.periods._book(entry)
                entry._rebuild()
            else:
                entry = self._make_entry(draft)
            made |= entry
        return made.exists()

    @api.model
    def _make_entry(self, draft, **values):
        entries = self.env["qbo.revenue.entry"].sudo()
        kind = values.get("kind", "month")
        memo = entries._make_words(
            draft.periods.company_id,
            kind,
            draft.values["month"],
            draft.periods.order_id,
        )
        entry = entries._create_whole(
            {**draft.values, **values, "memo": memo}, draft.lines
        )
        draft.periods._book(entry)
        return entry

    @api.model
    def _find_open(self, draft):
        """Return the draft that has the month already, and that nobody saw yet."""
        names = ("connection_id", "month", "date", "currency_id")
        found = (
            self.env["qbo.revenue.entry"]
            .sudo()
            .search(
                [
                    *((name, "=", draft.values[name]) for name in names),
                    ("order_id", "=", draft.values.get("order_id", False)),
                    ("kind", "=", "month"),
                    ("state", "=", "draft"),
                    ("qbo_approval", "in", ("draft", False)),
                    ("qbo_excluded", "!=", True),
                ],
                order="id desc",
            )
        )
        under_way = self.env["qbo.operation"].sudo()._get_open_of(found)
        found -= found._get_unknown()
        free = found.filtered(lambda each: each.id not in under_way.mapped("res_id"))
        room = MOST_LINES - len(draft.lines)
        counts = dict(
            self.env["qbo.revenue.entry.line"]
            .sudo()
            ._read_group([("entry_id", "in", free.ids)], ["entry_id"], ["__count"])
        )
        return free.filtered(lambda each: counts.get(each, 0) <= room)[:1]
