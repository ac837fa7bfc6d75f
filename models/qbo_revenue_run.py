from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import closed_period, recognition
from ..tools.recognition_entries import blend_rates
from .qbo_document_mixin import MOST_LINES


@dataclass
class Draft:
    """One entry that is to be made.

    :param values: of the entry, without lines, memo and rate
    :param periods: the parts that it books (`qbo.revenue.period`)
    :param lines: values of its lines
    """

    values: dict
    periods: object
    lines: list = field(default_factory=list)


@dataclass
class Run:
    """What the entries of a month would be, and what is held back.

    :param drafts: list of `Draft`
    :param held: {sentence: number of deals that wait for that reason}
    """

    revenue_run: object
    drafts: list
    held: dict

    def make_entries(self):
        return self.revenue_run._make_entries(self.drafts)


class QboRevenueRun(models.AbstractModel):
    """Makes the entries of a month out of the parts of all deals.

    Read and written in bulk: what takes a moment for one deal takes minutes for ten
    thousand.
    """

    _name = "qbo.revenue.run"
    _description = "Recognition Of A Month"

    @api.model
    def _collect(self, connection, month):
        """Find out what is earned until the end of a month and in no entry yet.

        Writes down time and material, and what is not invoiced yet; makes no entry.

        :param date month: its first day
        :rtype: Run
        """
        connection = connection.sudo()
        schedules = self._get_running(connection)
        refused = schedules._read_project_milestones()
        schedules._write_down_time(month)
        periods = self._lock_due(connection, month)
        periods.schedule_id._find_missing_classes(connection)
        held, periods = self._hold_back(connection, periods)
        held.update(refused)
        dated = self._date(connection, periods, held)
        # What waits in closed months is not booked, so that it covers no invoice.
        periods = periods.browse().union(*(parts for _when, parts in dated))
        periods |= self._write_down_unbilled(connection, periods, month, held)
        drafts = self._group(connection, self._date(connection, periods, held))
        return Run(self, drafts, {reason: len(ids) for reason, ids in held.items()})

    @api.model
    def _get_running(self, connection):
        return (
            self.env["qbo.revenue.schedule"]
            .sudo()
            .search(
                [
                    ("company_id", "=", connection.company_id.id),
                    ("state", "=", "running"),
                    ("model", "in", ("time", "milestone")),
                ]
            )
        )

    @api.model
    def _lock_due(self, connection, month):
        """Return the parts of a company that are due and in no entry yet.

        Months before QuickBooks took over were recognized elsewhere.
        """
        self.env["qbo.revenue.period"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM qbo_revenue_period
                    WHERE company_id = %s AND entry_id IS NULL AND month <= %s
                      AND NOT is_expected AND kind <> 'unbilled'
                      AND (%s::date IS NULL
                           OR month + interval '1 month' > %s::date)
                 ORDER BY month, currency_id, partner_id, id
                      FOR UPDATE""",
                connection.company_id.id,
                month,
                connection.start_date or None,
                connection.start_date or None,
            )
        )
        return self.env["qbo.revenue.period"].sudo().browse(id for (id,) in rows)

    # === HELD BACK === #

    @api.model
    def _hold_back(self, connection, periods):
        """Return ({sentence: ids of deals}, parts that nothing stands against)."""
        held, reasons = defaultdict(set), {}
        good = []
        for period in periods:
            key = (
                period.schedule_id.state,
                period.schedule_id.order_id,
                period.deferred_account_id,
                period.revenue_account_id,
                period.class_id,
            )
            if key not in reasons:
                reasons[key] = self._get_obstacle(connection, *key)
            if reasons[key] and period.kind == "earned":
                held[reasons[key]].add(period.schedule_id.id)
            else:
                good.append(period.id)
        return held, periods.browse(good)

    @api.model
    def _get_obstacle(self, connection, state, order, *references):
        # Of a deal that was cancelled, what is kept is earned.
        if state == "running" and order.state != "sale":
            return self.env._(
                "%(order)s is not confirmed any more. Confirm it again, or cancel the "
                "deal by an amendment.",
                order=order.name,
            )
        for reference in filter(None, references):
            if reference.connection_id != connection:
                return self.env._(
                    "%(theirs)s is of another QuickBooks company. Amend the deals that "
                    "name it.",
                    theirs=reference.display_name,
                )
            if not reference.active:
                return self.env._(
                    "%(theirs)s is not active in QuickBooks any more. Make it active "
                    "there and read the lists again, or amend the deals that name it.",
                    theirs=reference.display_name,
                )
        return None

    # === DATES === #

    @api.model
    def _date(self, connection, periods, held):
        """Return [((month, day, note), parts)] of those that can be booked.

        :param held: {sentence: ids of deals that wait for that reason}; more are added
        """
        locks = connection._get_revenue_locks()
        dated = []
        for month, parts in periods.grouped("month").items():
            own = recognition.end_of(month)
            day = closed_period.find_first_open(own, locks)
            if day == own:
                dated.append(((month, own, False), parts))
            elif day is None or connection.revenue_late_policy == "wait":
                sentence = self.env._(
                    "%(month)s is closed until %(until)s: its revenue waits.",
                    month=_show_month(month),
                    until=fields.Date.to_string(
                        closed_period.find_holding(own, locks)[0].until
                    ),
                )
                held[sentence].update(parts.schedule_id.ids)
            else:
                note = self.env["qbo.revenue.entry"]._note_closed_month(
                    connection.company_id, month
                )
                dated.append(((month, day, note), parts))
        return dated

    # === GROUPS === #

    @api.model
    def _group(self, connection, dated):
        drafts = []
        for (month, day, note), parts in dated:
            for currency, same in parts.grouped("currency_id").items():
                values = {
                    "connection_id": connection.id,
                    "company_id": connection.company_id.id,
                    "month": month,
                    "date": day,
                    "currency_id": currency.id,
                    "late_note": note,
                }
                groups = [(False, same)]
                if connection.revenue_grouping == "deal":
                    groups = list(same.grouped("order_id").items())
                for order, some in groups:
                    order_values = {"order_id": order.id} if order else {}
                    for chunk in self._cut(some):
                        drafts.append(Draft(values | order_values, chunk))
        for draft in drafts:
            draft.values["rate"] = self._get_rate(
                connection, draft.values["date"], draft.periods
            )
            draft.lines = self._prepare_lines(draft.periods, draft.values["month"])
        return drafts

    @api.model
    def _cut(self, periods):
        """Yield the parts in portions whose lines one journal entry holds."""
        keys, ids = set(), []
        for period in periods:
            new = self._list_keys(period) - keys
            if ids and len(keys) + len(new) > MOST_LINES:
                yield periods.browse(ids)
                keys, ids, new = set(), [], self._list_keys(period)
            keys |= new
            ids.append(period.id)
        if ids:
            yield periods.browse(ids)

    @api.model
    def _list_keys(self, period):
        accounts = [period.deferred_account_id.id, period.revenue_account_id.id]
        if period.unbilled:
            accounts.append(period.unbilled_account_id.id)
        sides = (True, False) if period.unbilled else (period.amount > 0,)
        return {
            (account, period.class_id.id, period.partner_id.id, side)
            for account in accounts
            for side in sides
        }

    @api.model
    def _get_rate(self, connection, day, periods, entry=None):
        """Return home units for one unit of the entry's currency (float).

        Revenue that was invoiced is earned at the rate that it was invoiced at.

        :param entry: the one that has the parts already, if any
        """
        company = connection.company_id
        currency = periods.currency_id
        if currency == company.currency_id:
            return 1.0
        usual = self.env["res.currency"]._get_conversion_rate(
            currency, company.currency_id, company, day
        )
        besides = entry if entry is not None else self.env["qbo.revenue.entry"]
        rates = periods.schedule_id._read_deferred_rates(besides)
        weighted = [
            (
                period.schedule_id._to_minor(period.amount),
                rates.get(period.schedule_id.id) or Decimal(f"{usual:.10f}"),
            )
            for period in periods
        ]
        return float(blend_rates(weighted))


def _show_month(month):
    return date.strftime(month, "%Y-%m")
