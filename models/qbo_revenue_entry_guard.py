from contextlib import contextmanager

import psycopg2.errors

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .qbo_approval_mixin_push import UNDER_WAY
from .revenue_guard import BALANCED, install, uninstall

# What may change while an entry is on its way: that it arrived.
ARRIVAL = frozenset(("state",))
# What may change of a deal's share in a posted entry: that it was taken back.
TAKEN_BACK = frozenset(("is_reversed",))
# Set while all lines of an entry are written; not in the context, which callers can
# make up.
TOGETHER = "qbo_revenue_lines_together"


class QboRevenueEntry(models.Model):
    """Debits equal credits, and what is posted stays: PostgreSQL sees to it."""

    _inherit = "qbo.revenue.entry"

    def _auto_init(self):
        # Odoo fills new columns of what is posted, too.
        uninstall(self.env.cr)
        return super()._auto_init()

    def init(self):
        result = super().init()
        install(self.env.cr)
        return result

    @contextmanager
    def _write_lines_together(self):
        """Let nobody check within the block, where lines are written one by one."""
        data = self.env.cr.precommit.data
        outer = data.get(TOGETHER)
        data[TOGETHER] = True
        try:
            yield
        finally:
            data[TOGETHER] = outer

    def _check_may_change(self, names=()):
        """Say in words what PostgreSQL would refuse.

        :param names: of the fields that are written; none otherwise
        :raise UserError: an entry is in QuickBooks, or on its way there
        """
        entries = self.sudo().exists()
        posted = entries.filtered(lambda each: each.state == "posted")
        if posted:
            raise UserError(
                self.env._(
                    "%(names)s: in QuickBooks, so that nothing was changed. An "
                    "amendment of the deal takes back what is wrong.",
                    names=", ".join(posted.mapped("name")),
                )
            )
        if names and not set(names) - ARRIVAL:
            return
        entries._check_known()
        under_way = entries._get_under_way()
        if under_way:
            raise UserError(
                self.env._(
                    "%(names)s: on its way to QuickBooks, so that nothing was changed. "
                    "Wait until that is settled.",
                    names=", ".join(under_way.mapped("name")),
                )
            )

    def _get_under_way(self):
        """Return those of which nobody knows yet whether QuickBooks has them."""
        operations = self.env["qbo.operation"].sudo()._get_open_of(self)
        ids = {each.res_id for each in operations if each.state in UNDER_WAY}
        return self.filtered(lambda each: each.id in ids) | self._get_unknown()

    def _get_unknown(self):
        """Return those that may be in QuickBooks, and wait for a person to find out."""
        operations = self.env["qbo.operation"].sudo()
        last = {
            each.res_id: each
            for each in operations.search(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)], order="id"
            )
        }
        ids = {id for id, each in last.items() if each._was_given_up()}
        return self.filtered(lambda each: each.id in ids)

    def _check_known(self):
        """:raise UserError: an entry may be in QuickBooks"""
        unknown = self._get_unknown()
        if unknown:
            raise UserError(unknown._make_unknown_sentence())

    def _make_unknown_sentence(self):
        return self.env._(
            "%(names)s: sent to QuickBooks, but it is not known whether it is there, "
            "or it is there several times. Nothing was changed: do what the queue "
            "says, and click Retry there, or push it again.",
            names=", ".join(self.mapped("name")),
        )

    @api.model
    def _sql_error_to_message(self, exc):
        # Who comes past our checks: a merge of customers, somebody else's code.
        if isinstance(exc, psycopg2.errors.RestrictViolation):
            return self.env._(
                "A revenue entry in QuickBooks, or on its way there, would change. "
                "Nothing was saved. An amendment of the deal takes back what is wrong."
            )
        return super()._sql_error_to_message(exc)

    def _check_balance(self):
        """Let PostgreSQL check now what it checks at commit, to say it in words.

        :raise ValidationError: an entry does not balance
        """
        if self.env.cr.precommit.data.get(TOGETHER):
            return
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                self._set_constraints("IMMEDIATE")
                # Within the savepoint: whoever rolls back to an earlier one would
                # find the constraint immediate otherwise.
                self._set_constraints("DEFERRED")
        except psycopg2.errors.CheckViolation as error:
            raise ValidationError(self._describe_imbalance()) from error

    def _set_constraints(self, when):
        # The names of the statement are ours.
        self.env.cr.execute(
            SQL("SET CONSTRAINTS %s %s", SQL.identifier(BALANCED), SQL(when))
        )

    def _describe_imbalance(self):
        sentences = []
        for entry in self.sudo().exists():
            debit = sum(entry.line_ids.mapped("debit"))
            credit = sum(entry.line_ids.mapped("credit"))
            is_even = entry.currency_id.compare_amounts(debit, credit) == 0
            if is_even and len(entry.line_ids) > 1:
                continue
            sentences.append(
                self.env._(
                    "%(name)s would not balance: %(count)s lines, debits %(debit)s, "
                    "credits %(credit)s. Nothing was saved. Change both sides at once, "
                    "so that they come to the same.",
                    name=entry.name,
                    count=len(entry.line_ids),
                    debit=entry.currency_id.format(debit),
                    credit=entry.currency_id.format(credit),
                )
            )
        return "\n".join(sentences) or self.env._(
            "An entry would not balance. Nothing was saved."
        )


class QboRevenueEntryLine(models.Model):
    _inherit = "qbo.revenue.entry.line"

    def _auto_init(self):
        uninstall(self.env.cr)
        return super()._auto_init()

    def init(self):
        result = super().init()
        # Whichever of the tables is made last.
        install(self.env.cr)
        return result

    @api.model_create_multi
    def create(self, vals_list):
        entries = self._browse_named_entries(vals_list)
        entries._check_may_change()
        lines = super().create(vals_list)
        lines.entry_id._check_balance()
        return lines

    def write(self, vals):
        entries = self.entry_id | self._browse_named_entries([vals])
        entries._check_may_change()
        result = super().write(vals)
        entries._check_balance()
        return result

    def unlink(self):
        entries = self.entry_id
        entries._check_may_change()
        result = super().unlink()
        entries.exists()._check_balance()
        return result

    @api.model
    def _browse_named_entries(self, vals_list):
        ids = [vals["entry_id"] for vals in vals_list if vals.get("entry_id")]
        return self.env["qbo.revenue.entry"].browse(set(ids))


class QboRevenuePeriod(models.Model):
    _inherit = "qbo.revenue.period"

    def _auto_init(self):
        uninstall(self.env.cr)
        return super()._auto_init()

    def init(self):
        result = super().init()
        install(self.env.cr)
        return result

    @api.model_create_multi
    def create(self, vals_list):
        self._check_entries_may_change(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() - TAKEN_BACK:
            self._check_entries_may_change([vals])
        return super().write(vals)

    def unlink(self):
        self._check_entries_may_change()
        return super().unlink()

    def _check_entries_may_change(self, vals_list=()):
        ids = [vals["entry_id"] for vals in vals_list if vals.get("entry_id")]
        entries = self.sudo().entry_id | self.env["qbo.revenue.entry"].browse(set(ids))
        if entries:
            entries._check_may_change()


class QboOperation(models.Model):
    _inherit = "qbo.operation"

    def init(self):
        result = super().init()
        install(self.env.cr)
        return result

    def _was_given_up(self):
        """Tell whether it ended without anybody knowing its outcome."""
        return self.state in ("failed", "cancelled") and self.cause == "uncertain"
