from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..tools import recognition


class QboRevenueRun(models.AbstractModel):
    """What of a month is not invoiced yet, and what was invoiced since."""

    _inherit = "qbo.revenue.run"

    @api.model
    def _write_down_unbilled(self, connection, periods, month, held):
        """Write down how much of the due parts no invoice covers.

        :param held: {sentence: ids of deals that wait for that reason}; more are added
        :return: parts that only book what was invoiced since, for deals that earn
            nothing now
        """
        stale = (
            self.env["qbo.revenue.period"]
            .sudo()
            .search(
                [
                    ("company_id", "=", connection.company_id.id),
                    ("kind", "=", "unbilled"),
                    ("entry_id", "=", False),
                ]
            )
        )
        stale.unlink()
        schedules = self._get_unbilled_schedules(connection)
        if connection.unbilled_account_id:
            schedules |= periods.schedule_id
        accounts = schedules._read_unbilled_accounts(connection)
        schedules = schedules.filtered(lambda each: accounts[each.id])
        others = periods.filtered(lambda each: each.schedule_id not in schedules)
        others.filtered("unbilled").write({"unbilled": 0.0})
        periods -= others
        if not schedules:
            return periods.browse()
        booked = schedules._read_booked()
        # Later months are booked with what is invoiced until then.
        later = schedules._get_booked_after(month)
        invoiced = (schedules - later)._read_invoiced(recognition.end_of(month))
        invoiced |= later._read_invoiced(None)
        by_schedule = defaultdict(list)
        for period in periods.sorted(lambda each: (each.month, each.id)):
            by_schedule[period.schedule_id].append(period)
        changes, created = [], []
        for schedule in schedules:
            earned, unbilled = booked.get(schedule.id, (0, 0))
            due = by_schedule.get(schedule, ())
            covered = invoiced.get(schedule.id, 0)
            account = accounts[schedule.id]
            for period in due:
                amount = schedule._to_minor(period.amount)
                change = schedule._count_unbilled(earned, unbilled, amount, covered)
                changes.append((period.id, schedule._from_minor(change), account))
                earned, unbilled = earned + amount, unbilled + change
            if not due:
                change = schedule._count_unbilled(earned, unbilled, 0, covered)
                if change and not self._waits(connection, schedule, held):
                    created.append(
                        {
                            **schedule._prepare_posting(),
                            "kind": "unbilled",
                            "month": month,
                            "amount": 0.0,
                            "unbilled": schedule._from_minor(change),
                            "unbilled_account_id": account,
                        }
                    )
        self._write_unbilled(periods, changes)
        self._let_others_start_over([each["schedule_id"] for each in created])
        return self.env["qbo.revenue.period"].sudo().create(created)

    @api.model
    def _let_others_start_over(self, schedule_ids):
        """Touch deals of which nothing is due, so that no other part of them can
        tell PostgreSQL that two runs at once book the same."""
        if schedule_ids:
            self.env.cr.execute(
                SQL(
                    "UPDATE qbo_revenue_schedule SET id = id WHERE id IN %s",
                    tuple(schedule_ids),
                )
            )

    @api.model
    def _waits(self, connection, schedule, held):
        """Tell whether what was invoiced of a deal cannot be booked; note why."""
        reason = self._get_obstacle(
            connection,
            # What was earned was booked when the order still held.
            "cancelled",
            schedule.order_id,
            schedule.deferred_account_id,
            schedule.revenue_account_id,
            schedule.class_id,
        )
        if reason:
            held[reason].add(schedule.id)
        return bool(reason)

    @api.model
    def _get_unbilled_schedules(self, connection):
        rows = self.env.execute_query(
            SQL(
                """SELECT schedule_id FROM qbo_revenue_period
                    WHERE company_id = %s AND entry_id IS NOT NULL
                 GROUP BY schedule_id HAVING SUM(unbilled) <> 0""",
                connection.company_id.id,
            )
        )
        return self.env["qbo.revenue.schedule"].sudo().browse(id for (id,) in rows)

    @api.model
    def _write_unbilled(self, periods, changes):
        """:param changes: list of (id of the part, amount, id of the account)"""
        if not changes:
            return
        names = ["unbilled", "unbilled_account_id"]
        periods.flush_recordset(names)
        self.env.cr.execute_values(
            """UPDATE qbo_revenue_period p
                  SET unbilled = v.unbilled, unbilled_account_id = v.account
                 FROM (VALUES %s) v (id, unbilled, account)
                WHERE p.id = v.id AND (p.unbilled <> v.unbilled OR v.unbilled <> 0
                      AND p.unbilled_account_id IS DISTINCT FROM v.account)""",
            [(id, Decimal(f"{amount}"), account) for id, amount, account in changes],
            page_size=10_000,
        )
        periods.invalidate_recordset(names, flush=False)
