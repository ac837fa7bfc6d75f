from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import closed_period, recognition
from ..tools.recognition_changes import amend
from ..tools.recognition_terms import Plan
from .qbo_revenue_run import Draft
from .qbo_revenue_schedule import AMENDING
from .qbo_revenue_schedule_plan import place_late


class QboRevenueSchedule(models.Model):
    """Amending a deal that runs: what is in QuickBooks is taken back, never edited."""

    _inherit = "qbo.revenue.schedule"

    def _amend(self, values, reason, kind="amend", day=None):
        """Change what the deal says, and make the books follow.

        Months in entries that are in QuickBooks get a reversing entry and a new one,
        dated the first open day; months in drafts are written anew there; all others
        are planned anew.

        :param dict values: of the terms; of milestones as commands
        :param str reason: why
        :param str kind: 'amend', or 'cancel': nothing is earned after ``day``
        :param date day: the last day that is earned, of a cancelled deal
        :return: the amendment (`qbo.revenue.amendment`)
        :raise UserError: it makes no sense, or a month is on its way to QuickBooks
        """
        self.ensure_one()
        schedule = self.sudo()
        schedule.lock_for_update()
        schedule._check_runs()
        standing = schedule._get_standing()
        schedule._check_settled(
            standing.entry_id | schedule._get_invoiced_since().entry_id
        )
        before = schedule._describe_terms()
        plan = schedule._change_terms(values, kind, day)
        record = (
            self.env["qbo.revenue.amendment"]
            .sudo()
            .create(
                {
                    "schedule_id": self.id,
                    "kind": kind,
                    "reason": reason,
                    "changes": schedule._describe_difference(before, kind, day),
                    "user_id": self.env.uid,
                }
            )
        )
        schedule._follow_plan(standing, plan, record)
        schedule._message_log(
            body=self.env._(
                "%(user)s amended the deal: %(changes)s. Reason: %(reason)s",
                user=self.env.user.name,
                changes=record.changes or "-",
                reason=reason,
            )
        )
        return record

    def _check_settled(self, entries):
        """Nobody knows yet whether these are in QuickBooks."""
        entries._check_known()
        under_way = entries._get_under_way()
        if under_way:
            raise UserError(
                self.env._(
                    "%(name)s: nothing was changed, because %(entries)s is on its way "
                    "to QuickBooks. Wait until that is settled, and amend it then.",
                    name=self.display_name,
                    entries=", ".join(under_way.mapped("name")),
                )
            )

    def _change_terms(self, values, kind, day):
        """Write the terms; return the `Plan` that follows from them."""
        running = self.with_context(qbo_amending=AMENDING)
        line = self.order_line_id
        if kind == "cancel":
            # Another last day counts from what was agreed, not from what was kept.
            values = {**values, "amount": self._get_agreed_amount()}
        running.write(
            {
                **values,
                "state": "running",
                "product_id": line.product_id.id,
                "partner_id": line._qbo_get_revenue_partner().id,
            }
        )
        # A deal can be cancelled whatever became of its accounts.
        problems = self._list_term_problems(self.display_name)
        if problems and kind != "cancel":
            raise UserError("\n".join(problems))
        plan = self._get_plan()
        if kind == "cancel":
            plan = self._get_cancelled_plan(day)
            running.write(
                {
                    "state": "cancelled",
                    "agreed_amount": self.amount,
                    "amount": self._from_minor(plan.total),
                }
            )
        return plan

    def _get_agreed_amount(self):
        if self.state == "cancelled":
            return self.agreed_amount or self.amount
        return super()._get_agreed_amount()

    def _get_plan(self):
        """Return the `Plan` of all that the deal says now."""
        if self.model != "time":
            return recognition.plan(self._get_terms())
        logged = self._read_logged(fields.Date.end_of(self._get_today(), "month"))
        plan = recognition.plan(self._get_terms(logged[self.id]))
        return self._place_delivered(plan)

    def _get_cancelled_plan(self, day):
        if self.model != "time":
            return recognition.cancelled_plan(self._get_terms(), day)
        logged = self._read_logged(day)
        plan = recognition.cancelled_plan(self._get_terms(logged[self.id]), day)
        if self.time_source == "delivered":
            # No later month takes what was delivered and is in no entry yet.
            return place_late(plan, self._get_booked_parts())
        return plan

    def _place_delivered(self, plan):
        if self.time_source != "delivered":
            return plan
        booked = {part.month: part.amount for part in self._get_booked_parts()}
        left = sum(plan.months.values()) - sum(booked.values()) + plan.open
        return Plan(booked, left)

    def _get_today(self):
        return self.connection_id._get_today()

    # === THE BOOKS === #

    def _follow_plan(self, standing, plan, record):
        """Make the parts and their entries say what the plan says."""
        posted = standing.filtered(lambda each: each.entry_id.state == "posted")
        posting = self._get_posting()
        amendment = amend(self._get_booked_parts(posted), plan, posting)
        drafted = {
            each.month: each.entry_id for each in (standing - posted) if each.entry_id
        }
        entries = self.env["qbo.revenue.entry"].sudo().union(*drafted.values())
        (standing - posted).unlink()
        entries |= self._take_back_invoiced_since(record)
        self._take_back(amendment, record)
        self._write_planned(amendment.planned, drafted)
        entries._rebuild()
        self.invalidate_recordset(["period_ids"])

    def _write_planned(self, planned, drafted):
        values = self._prepare_posting()
        # Time and material is written down when a month is recognized; what was
        # logged until a deal ended, now.
        is_later = self.model == "time" and self.state == "running"
        periods = (
            self.env["qbo.revenue.period"]
            .sudo()
            .create(
                [
                    {
                        **values,
                        "month": part.month,
                        "amount": self._from_minor(part.amount),
                        "is_expected": part.is_expected,
                    }
                    for part in planned
                    if part.month in drafted or not is_later
                ]
            )
        )
        for period in periods.filtered(lambda each: not each.is_expected):
            if entry := drafted.get(period.month):
                self._set_unbilled(period)
                period.entry_id = entry

    def _set_unbilled(self, period):
        """Write down how much of a part no invoice covers."""
        account = self._read_unbilled_accounts(self.connection_id)[self.id]
        if not account:
            return
        earned, unbilled = self._read_booked().get(self.id, (0, 0))
        change = self._count_unbilled(
            earned,
            unbilled,
            self._to_minor(period.amount),
            self._read_invoiced(None).get(self.id, 0),
        )
        if change:
            period.write(
                {
                    "unbilled": self._from_minor(change),
                    "unbilled_account_id": account,
                }
            )

    def _get_invoiced_since(self):
        """Return the parts in entries that only book what was invoiced since."""
        return (
            self.env["qbo.revenue.period"]
            .sudo()
            .search(
                [
                    ("schedule_id", "=", self.id),
                    ("kind", "=", "unbilled"),
                    ("is_reversed", "=", False),
                    ("entry_id", "!=", False),
                ]
            )
        )

    def _take_back_invoiced_since(self, record):
        """Take back what was invoiced since where it is booked otherwise now.

        The months are booked anew with what is invoiced by now.

        :return: drafts that it was in, to be written anew
        """
        posting = self._get_posting()
        wrong = self._get_invoiced_since().filtered(
            lambda each: each._get_posting() != posting
        )
        posted = wrong.filtered(lambda each: each.entry_id.state == "posted")
        drafts = (wrong - posted).entry_id
        (wrong - posted).unlink()
        for old in posted:
            self._reverse(old, record)
        return drafts

    def _reverse(self, old, record):
        """Make the entry that takes back a part in QuickBooks."""
        old.is_reversed = True
        # What PostgreSQL allows once only goes there first.
        old.flush_recordset(["is_reversed"])
        reversal = (
            self.env["qbo.revenue.period"]
            .sudo()
            .create(
                {
                    **{name: old[name].id for name in _COPIED},
                    "schedule_id": self.id,
                    "kind": "reversal",
                    "month": old.month,
                    "amount": -old.amount,
                    "unbilled": -old.unbilled,
                    "reverses_id": old.id,
                }
            )
        )
        self._book_change(old.entry_id, reversal, record, "reversal")

    def _take_back(self, amendment, record):
        """Make the reversing and the new entries of months in QuickBooks."""
        periods = self.env["qbo.revenue.period"].sudo()
        anew = {part.month: part for part in amendment.rebooked}
        for part in amendment.reversed:
            old = periods.browse(part.key)
            self._reverse(old, record)
            if new := anew.get(part.month):
                corrected = periods.create(
                    {
                        **self._prepare_posting(),
                        "month": new.month,
                        "amount": self._from_minor(new.amount),
                    }
                )
                self._set_unbilled(corrected)
                self._book_change(old.entry_id, corrected, record, "correction")

    def _book_change(self, original, period, record, kind):
        """Make the entry that takes back, or books anew, a share of another entry."""
        run = self.env["qbo.revenue.run"]
        link = "reversal_of_id" if kind == "reversal" else "replaces_id"
        day = self._find_open_day(original.date)
        values = {
            "connection_id": original.connection_id.id,
            "company_id": original.company_id.id,
            "month": original.month,
            "date": day,
            "currency_id": original.currency_id.id,
            "rate": original.rate,
            "order_id": self.order_id.id,
            "amendment_id": record.id,
            link: original.id,
        }
        if day != original.date:
            values["late_note"] = original._note_closed_day(
                original.company_id, original.date
            )
        lines = run._prepare_lines(period, original.month, kind)
        return run._make_entry(Draft(values, period, lines), kind=kind)

    def _find_open_day(self, day):
        locks = self.connection_id._get_revenue_locks()
        first = closed_period.find_first_open(day, locks)
        if not first:
            raise UserError(
                self.env._(
                    "%(name)s: nothing was changed, because no day is open any more "
                    "that it could be booked on. Let an accountant open the books.",
                    name=self.display_name,
                )
            )
        return first


_COPIED = (
    "deferred_account_id",
    "revenue_account_id",
    "unbilled_account_id",
    "class_id",
    "partner_id",
)
