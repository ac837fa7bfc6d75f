from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.tools import plaintext2html

from ..tools.moments import format_moment
from ..tools.selects import quote
from .qbo_connection_changes import FOLLOWED

ACTIVITY_TYPE = "quickbooks_online.mail_activity_type_payments"
# How often all payments are read again while the numbers stay different.
RECOUNT_INTERVAL = timedelta(days=1)
STATES = ("matched", "partly", "queued", "ignored", "new")


class QboConnection(models.Model):
    """Matched + partly matched + queued + ignored = all payments of QuickBooks."""

    _inherit = "qbo.connection"

    payments_there = fields.Json(
        readonly=True,
        copy=False,
        help="By kind, how many payments QuickBooks counted at the last poll, and how "
        "many were known here.",
    )
    payments_counted_at = fields.Datetime(readonly=True, copy=False)
    payments_problem = fields.Text(readonly=True, copy=False)
    payments_recounted_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="When all payments were read last because the numbers did not agree.",
    )
    payments_gaps = fields.Json(
        readonly=True, copy=False, help="By kind, by how many they differed then."
    )
    # What accountants were told of: not again while it is the same.
    payments_told = fields.Json(readonly=True, copy=False)
    payments_table = fields.Html(compute="_compute_payments_table", sanitize=False)
    open_payment_count = fields.Integer(compute="_compute_open_payment_count")

    def _compute_open_payment_count(self):
        groups = self.env["qbo.payment"]._read_group(
            [
                ("connection_id", "in", self.ids),
                ("state", "in", ("queued", "partly")),
            ],
            ["connection_id", "realm_id"],
            ["__count"],
        )
        counts = {(connection, realm): count for connection, realm, count in groups}
        for connection in self:
            key = (connection._origin, connection.realm_id)
            connection.open_payment_count = counts.get(key, 0)

    def _compute_payments_table(self):
        labels = dict(
            self.env["qbo.payment"]._fields["state"]._description_selection(self.env)
        )
        row = Markup("<tr><td>%s</td><td class='text-end'>%s</td></tr>")
        for connection in self:
            counts = self.env["qbo.payment"].sudo()._count_by_state(connection._origin)
            rows = Markup().join(
                row % (labels[state], counts[state][0])
                for state in STATES
                if state in counts
            )
            total = sum(number for number, _volume in counts.values())
            rows += row % (self.env._("All, deleted ones aside"), total)
            numbers = (connection.payments_there or {}).values()
            if numbers:
                there, here = (sum(each) for each in zip(*numbers, strict=True))
                rows += row % (
                    self.env._(
                        "Counted by QuickBooks up to %(time)s (known here: %(here)s)",
                        time=fields.Datetime.context_timestamp(
                            connection, connection.payments_counted_at
                        ).strftime("%Y-%m-%d %H:%M"),
                        here=here,
                    ),
                    there,
                )
            connection.payments_table = (
                Markup("<table class='table table-sm w-auto'>%s</table>") % rows
            )

    # === COUNTING === #

    def _count_there(self, client, until):
        """Return {kind: how many QuickBooks has of those created up to a moment}.

        What was created a moment ago is left out: QuickBooks may count it before it
        tells of it.
        """
        condition = self._get_count_condition(until)
        return {entity: client.count(entity, condition) for entity in FOLLOWED}

    def _get_count_condition(self, until):
        condition = f"MetaData.CreateTime <= {quote(format_moment(until))}"
        start = self._get_payments_start()
        return f"{condition} AND TxnDate >= {quote(start)}" if start else condition

    def _find_miscounted(self):
        """Return the kinds of which all is to be read, because the numbers differ.

        Where reading did not help, it does not help again before something changes:
        once a day is enough then.
        """
        gaps = self._get_count_gaps()
        limit = fields.Datetime.now() - RECOUNT_INTERVAL
        is_recent = self.payments_recounted_at and self.payments_recounted_at > limit
        if is_recent and gaps == self.payments_gaps:
            return []
        return list(gaps)

    def _note_recount(self):
        """Keep by how many the numbers differ, although all was read."""
        self.payments_recounted_at = fields.Datetime.now()
        self.payments_gaps = self._get_count_gaps()

    def _get_count_gaps(self):
        """Return {kind: by how many QuickBooks has more}, of those that differ."""
        numbers = self.payments_there or {}
        return {
            entity: there - here
            for entity, (there, here) in numbers.items()
            if there != here
        }

    def _note_count(self, there, until):
        """Keep both numbers as they were at one moment."""
        payments = self.env["qbo.payment"]
        self.payments_counted_at = until
        self.payments_there = {
            entity: [number, payments._count_known(self, entity, until)]
            for entity, number in there.items()
        }

    # === THE CHECK === #

    def _check_conservation(self):
        """Tell accountants where payments do not add up, once."""
        self._tell_of_problems(dict(self._find_gaps()))

    def _tell_of_problems(self, problems):
        """Show what is wrong; tell accountants if they were told something else.

        What goes on changes the numbers of a sentence, but not what is wrong.

        :param dict problems: {what tells it from others: the sentence}
        """
        text = "\n".join(problems.values())
        if text != (self.payments_problem or ""):
            self.payments_problem = text
        if sorted(problems) == (self.payments_told or []):
            return
        self.payments_told = sorted(problems)
        self.activity_unlink([ACTIVITY_TYPE])
        if problems:
            self._alert_of_problem(text)

    def _list_gaps(self):
        return [sentence for _key, sentence in self._find_gaps()]

    def _find_gaps(self):
        """Yield (what tells the gap from others, the sentence about it)."""
        payments = self.env["qbo.payment"]
        for entity, (there, here) in (self.payments_there or {}).items():
            if there != here:
                yield (
                    f"count {entity} {there - here}",
                    self.env._(
                        "QuickBooks counts %(there)s of kind %(kind)s since %(start)s, "
                        "Odoo knows %(here)s.",
                        there=there,
                        kind=entity,
                        start=self._get_payments_start() or "-",
                        here=here,
                    ),
                )
        astray = payments.browse(payments._list_astray(self))
        if astray:
            yield (
                f"astray {len(astray)} {astray[:10].ids}",
                self.env._(
                    "Settled otherwise in Odoo than is noted (%(count)s): %(names)s.",
                    count=len(astray),
                    names=", ".join(astray[:10].mapped("display_name")),
                ),
            )
        stuck = payments.search_count(
            [*payments._get_own_domain(self), ("state", "=", "new")]
        )
        if stuck:
            yield "stuck", self.env._("Not looked at yet: %(count)s.", count=stuck)

    def _alert_of_problem(self, problem):
        for user in self._get_accountants():
            self.activity_schedule(
                ACTIVITY_TYPE, user_id=user.id, note=plaintext2html(problem)
            )
        self.message_post(body=problem)

    def action_open_payments(self):
        """Open the payments of this connection that are open."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_payment_action_open"
        )
        return action | {"domain": self.env["qbo.payment"]._get_own_domain(self)}
