from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.recognition_entries import unbilled_change


class QboRevenueSchedule(models.Model):
    """What of a deal is invoiced, and what is earned: the deferred balance."""

    _inherit = "qbo.revenue.schedule"

    recognized_amount = fields.Monetary(
        "Recognized",
        compute="_compute_balances",
        help="What stands in revenue entries, drafts too.",
    )
    posted_amount = fields.Monetary(
        "In QuickBooks",
        compute="_compute_balances",
        help="What stands in revenue entries that are in QuickBooks.",
    )
    rest_amount = fields.Monetary(
        "Still To Earn",
        compute="_compute_balances",
        help="What of the amount stands in no entry yet.",
    )
    invoiced_amount = fields.Monetary(
        "Invoiced",
        compute="_compute_balances",
        help="Posted invoices less credit notes of the order line, without tax.",
    )
    deferred_amount = fields.Monetary(
        "Deferred Balance",
        compute="_compute_balances",
        help="What is invoiced and not recognized. Below zero: recognized before it "
        "is invoiced.",
    )

    def _compute_balances(self):
        origins = self._origin
        booked = origins._read_booked()
        posted = origins._read_booked(posted=True)
        invoiced = origins._read_invoiced(None)
        for schedule in self:
            origin = schedule._origin
            earned = booked.get(origin.id, (0, 0))[0]
            billed = invoiced.get(origin.id, 0)
            total = schedule._to_minor(schedule.amount or 0.0)
            money = schedule._from_minor
            schedule.recognized_amount = money(earned)
            schedule.posted_amount = money(posted.get(origin.id, (0, 0))[0])
            schedule.rest_amount = money(total - earned)
            schedule.invoiced_amount = money(billed)
            schedule.deferred_amount = money(billed - earned)

    def _read_booked(self, posted=False):
        """Return ``{id: (earned, of that not invoiced)}`` of entries, in minor units.

        :param bool posted: only what is in QuickBooks
        """
        if not self.ids:
            return {}
        self.env["qbo.revenue.period"].flush_model()
        self.env["qbo.revenue.entry"].flush_model(["state"])
        rows = self.env.execute_query(
            SQL(
                """SELECT p.schedule_id, SUM(p.amount), SUM(p.unbilled)
                     FROM qbo_revenue_period p
                     JOIN qbo_revenue_entry e ON e.id = p.entry_id
                    WHERE p.schedule_id IN %s AND (e.state = 'posted' OR NOT %s)
                 GROUP BY p.schedule_id""",
                tuple(self.ids),
                posted,
            )
        )
        by_id = {schedule.id: schedule for schedule in self}
        return {
            id: (by_id[id]._to_minor(earned), by_id[id]._to_minor(unbilled))
            for id, earned, unbilled in rows
        }

    def _get_booked_after(self, month):
        """Return those of which a later month stands in an entry."""
        groups = (
            self.env["qbo.revenue.period"]
            .sudo()
            ._read_group(
                [
                    ("schedule_id", "in", self.ids),
                    ("month", ">", month),
                    ("entry_id", "!=", False),
                ],
                ["schedule_id"],
            )
        )
        return self.browse(schedule.id for (schedule,) in groups)

    def _read_unbilled_accounts(self, connection):
        """Return ``{id: id of the account of what is not invoiced yet}``.

        What stands in an account leaves that account, whatever was chosen since.
        """
        accounts = dict.fromkeys(self.ids, connection.unbilled_account_id.id)
        if not self.ids:
            return accounts
        self.env["qbo.revenue.period"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT p.schedule_id, p.unbilled_account_id
                     FROM qbo_revenue_period p
                     JOIN qbo_reference a ON a.id = p.unbilled_account_id
                    WHERE p.schedule_id IN %s AND p.entry_id IS NOT NULL
                      AND a.connection_id = %s
                 GROUP BY 1, 2 HAVING SUM(p.unbilled) <> 0
                 ORDER BY 1, 2""",
                tuple(self.ids),
                connection.id,
            )
        )
        return accounts | dict(rows)

    def _count_unbilled(self, earned, unbilled, amount, invoiced):
        """Return how much of a part no invoice covers, in minor units.

        Where no account is chosen any more, what stands in one only leaves it.
        """
        # Of a deal that was cancelled, all may be gone.
        is_credit = self._get_agreed_amount() < 0
        change = unbilled_change(earned, unbilled, amount, invoiced, is_credit)
        if self.connection_id.unbilled_account_id:
            return change
        return max(change, 0) if is_credit else min(change, 0)

    def _read_invoiced(self, until):
        """Return ``{id: invoiced}`` in minor units of the deal's currency.

        :param date until: invoices dated later do not count; None: all do
        """
        totals = {}
        by_id = {schedule.id: schedule for schedule in self}
        for id, currency_id, day, amount in self._query_invoiced(until):
            schedule = by_id[id]
            if currency_id != schedule.currency_id.id:
                currency = self.env["res.currency"].browse(currency_id)
                amount = currency._convert(
                    float(amount), schedule.currency_id, schedule.company_id, day
                )
            totals[id] = totals.get(id, 0) + schedule._to_minor(amount)
        return totals | self._share_invoiced(totals)

    def _share_invoiced(self, totals):
        """Return ``{id: its share}`` of those that share an order line.

        A line has several where a deal was cancelled and entered anew: those that ended
        keep what they earned of it, and the last one has the rest.

        :param dict totals: ``{id: invoiced of its line}``
        """
        shares = {}
        for line, schedules in self._get_sharers().grouped("order_line_id").items():
            own = self.filtered(lambda each, line=line: each.order_line_id == line)
            left = totals.get(own[:1].id, 0)
            booked = schedules._read_booked()
            for schedule in schedules[:-1]:
                earned = booked.get(schedule.id, (0, 0))[0]
                part = min(earned, left) if left > 0 else max(earned, left)
                shares[schedule.id] = part if part * left > 0 else 0
                left -= shares[schedule.id]
            shares[schedules[-1:].id] = left
        return {id: shares[id] for id in self.ids if id in shares}

    def _get_sharers(self):
        """Return all that run, or ran, for order lines that have several, the oldest
        first."""
        if not self.ids:
            return self.sudo()
        self.flush_model(["order_line_id", "state"])
        rows = self.env.execute_query(
            SQL(
                """SELECT unnest(array_agg(s.id)) FROM qbo_revenue_schedule s
                    WHERE s.state <> 'draft' AND s.order_line_id IN (
                        SELECT own.order_line_id FROM qbo_revenue_schedule own
                         WHERE own.id IN %s)
                 GROUP BY s.order_line_id HAVING COUNT(*) > 1""",
                tuple(self.ids),
            )
        )
        return self.sudo().browse(sorted(id for (id,) in rows))

    def _query_invoiced(self, until):
        if not self.ids:
            return []
        self._flush_invoices()
        return self.env.execute_query(
            SQL(
                """SELECT s.id, l.currency_id, MAX(m.invoice_date),
                          -SUM(l.amount_currency)
                     FROM qbo_revenue_schedule s
                     JOIN sale_order_line_invoice_rel r
                       ON r.order_line_id = s.order_line_id
                     JOIN account_move_line l ON l.id = r.invoice_line_id
                     JOIN account_move m ON m.id = l.move_id
                    WHERE s.id IN %s AND m.state = 'posted'
                      AND m.move_type IN ('out_invoice', 'out_refund')
                      AND (%s::date IS NULL OR m.invoice_date <= %s)
                 GROUP BY s.id, l.currency_id""",
                tuple(self.ids),
                until,
                until,
            )
        )

    def _read_deferred_rates(self, besides):
        """Return ``{id: home units for one foreign}`` at which the rest is deferred.

        Of deals that were invoiced at several rates, what is left of all invoices: so
        nothing is left in home currency either, once all is earned. Where nothing is
        deferred, the average of the invoices.

        :param besides: entries that do not count, as they are written now
        """
        rates, earned = {}, self._read_earned_at_home(besides)
        for id, foreign, home, lowest, highest, average in self._query_rates():
            earned_foreign, earned_home = earned.get(id, (0, 0))
            foreign, home = foreign - earned_foreign, home - earned_home
            # What was earned before it was invoiced left a difference of exchange,
            # which is no matter of revenue.
            rate = min(max(home / foreign, lowest), highest) if foreign else average
            is_deferred = foreign * (foreign + earned_foreign) > 0
            rates[id] = Decimal(f"{rate if is_deferred else average:.10f}")
        return rates

    def _read_earned_at_home(self, besides):
        """Return ``{id: (earned of what is invoiced, the same in home currency)}``."""
        if not self.ids:
            return {}
        self.env["qbo.revenue.period"].flush_model()
        self.env["qbo.revenue.entry"].flush_model(["rate"])
        rows = self.env.execute_query(
            SQL(
                """SELECT p.schedule_id, SUM(p.amount - p.unbilled),
                          SUM((p.amount - p.unbilled) * e.rate)
                     FROM qbo_revenue_period p
                     JOIN qbo_revenue_entry e ON e.id = p.entry_id
                    WHERE p.schedule_id IN %s AND e.id NOT IN %s
                 GROUP BY p.schedule_id""",
                tuple(self.ids),
                tuple(besides.ids) or (0,),
            )
        )
        return {id: amounts for id, *amounts in rows}

    def _query_rates(self):
        """Return rows of what was invoiced: id, foreign, home, lowest, highest rate
        and their average."""
        if not self.ids:
            return []
        self._flush_invoices()
        return self.env.execute_query(
            SQL(
                """SELECT s.id, -SUM(l.amount_currency), -SUM(l.balance),
                          MIN(l.balance / l.amount_currency),
                          MAX(l.balance / l.amount_currency),
                          SUM(ABS(l.balance)) / SUM(ABS(l.amount_currency))
                     FROM qbo_revenue_schedule s
                     JOIN sale_order_line_invoice_rel r
                       ON r.order_line_id = s.order_line_id
                     JOIN account_move_line l ON l.id = r.invoice_line_id
                     JOIN account_move m ON m.id = l.move_id
                    WHERE s.id IN %s AND m.state = 'posted'
                      AND l.currency_id = s.currency_id AND l.amount_currency <> 0
                 GROUP BY s.id""",
                tuple(self.ids),
            )
        )

    @api.model
    def _flush_invoices(self):
        self.flush_model(["order_line_id", "currency_id"])
        self.env["sale.order.line"].flush_model(["invoice_lines"])
        self.env["account.move"].flush_model(["state", "move_type", "invoice_date"])
        self.env["account.move.line"].flush_model(
            ["amount_currency", "balance", "currency_id", "move_id"]
        )
