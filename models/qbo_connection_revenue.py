from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..const import JOURNAL_COUNTRIES
from ..tools import recognition
from .qbo_connection_mapping import _account_domain
from .qbo_connection_settings import INCOME_TYPES
from .qbo_revenue_terms_mixin import UNBILLED_TYPES

ACTIVITY_TYPE = "quickbooks_online.mail_activity_type_revenue"


class QboConnection(models.Model):
    """Whether and how revenue is recognized for this company."""

    _inherit = "qbo.connection"

    recognizes_revenue = fields.Boolean(
        "Recognize Revenue",
        tracking=True,
        help="Order lines whose product says so get a schedule when the order is "
        "confirmed, and each month gets its entries.",
    )
    revenue_account_id = fields.Many2one(
        "qbo.reference",
        "Revenue Account",
        domain=_account_domain(*INCOME_TYPES, "Other Income"),
        copy=False,
        help="The account of QuickBooks that earned revenue is booked to. Empty: the "
        "income account.",
    )
    unbilled_account_id = fields.Many2one(
        "qbo.reference",
        "Unbilled Revenue Account",
        domain=_account_domain(*UNBILLED_TYPES),
        copy=False,
        help="The account of QuickBooks for what is earned before it is invoiced. "
        "Empty: the deferred revenue account goes below zero instead.",
    )
    revenue_journal_id = fields.Many2one(
        "qbo.reference",
        "Journal Of Revenue Entries",
        domain="[('connection_id', '=', id), ('entity', '=', 'JournalCode')]",
        copy=False,
        help="In France, each line of a journal entry names a journal of QuickBooks, "
        "such as OD for miscellaneous operations.",
    )
    needs_revenue_journal = fields.Boolean(compute="_compute_needs_revenue_journal")
    revenue_grouping = fields.Selection(
        [
            ("month", "One for each month and currency"),
            ("deal", "One for each deal"),
        ],
        "Revenue Entries",
        default="month",
        required=True,
        tracking=True,
    )
    revenue_late_policy = fields.Selection(
        [
            ("move", "Book it on the first open day"),
            ("wait", "Wait until the month is opened again"),
        ],
        "Revenue Of A Closed Month",
        default="move",
        required=True,
        tracking=True,
    )
    revenue_day = fields.Integer(
        "Recognized On Day",
        default=1,
        aggregator=None,
        help="Day of the month on which the entries of the month before are made.",
    )
    revenue_month = fields.Date(
        "Revenue Recognized Until",
        readonly=True,
        copy=False,
        help="The last month whose entries were made on its day or later.",
    )

    _revenue_day_exists = models.Constraint(
        "CHECK (revenue_day BETWEEN 1 AND 28)",
        "Revenue is recognized on a day from 1 to 28.",
    )

    @api.depends("country_code")
    def _compute_needs_revenue_journal(self):
        for connection in self:
            connection.needs_revenue_journal = (
                connection.country_code in JOURNAL_COUNTRIES
            )

    @api.model
    def _of_company(self, company):
        """Return the connection of a company, empty without one."""
        return self.sudo().search([("company_id", "=", company.id)], limit=1)

    def _get_revenue_account(self, product):
        """Return the account that the earned revenue of a product is booked to."""
        return self.revenue_account_id or self.income_account_id

    def _get_income_account(self, product):
        """What is earned over time is not income when it is invoiced."""
        if self.recognizes_revenue and product and product._qbo_is_deferred():
            return self.deferred_revenue_account_id
        return super()._get_income_account(product)

    # === SEVERED === #

    def _set_references_aside(self):
        """Keep what entries, which stay, and deals name."""
        amendments = self.env["qbo.revenue.amend"].sudo()
        amendments.search(
            [("schedule_id.company_id", "=", self.company_id.id)]
        ).unlink()
        named = self._find_references_of_revenue()
        named._set_aside(self)
        return super()._set_references_aside() | named

    def _find_references_of_revenue(self):
        names = ("qbo.revenue.schedule", "qbo.revenue.period", "qbo.revenue.entry.line")
        selects = [
            SQL("SELECT %s FROM %s", SQL.identifier(column), SQL.identifier(table))
            for name in names
            for table in [self.env[name]._table]
            for column in _list_references(self.env[name])
        ]
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM qbo_reference WHERE connection_id = %s AND id IN (%s)",
                self.id,
                SQL(" UNION ").join(selects),
            )
        )
        return self.env["qbo.reference"].sudo().browse(id for (id,) in rows)

    def _prepare_severed_values(self):
        # Of another company these are others; what is deleted empties them by itself.
        chosen = dict.fromkeys(_list_references(self), False)
        return super()._prepare_severed_values() | chosen

    # === EACH MONTH === #

    @api.model
    def _cron_recognize_revenue(self):
        """Scheduled action: make the entries of the month that is over."""
        connections = self.search([("recognizes_revenue", "=", True)])
        connections._run_each(lambda connection: connection._recognize_past_month())

    def _recognize_past_month(self):
        today = self._get_today()
        month = recognition.month_of(recognition.month_of(today) - timedelta(days=1))
        is_done = self.revenue_month and self.revenue_month >= month
        if is_done or not self._is_due(month):
            return self.env["qbo.revenue.entry"]
        return self._recognize_revenue(month, is_scheduled=True)

    def _is_due(self, month):
        """Return whether the day has come on which a month is recognized by itself."""
        earlier = self._get_today() - timedelta(days=self.revenue_day - 1)
        return month < recognition.month_of(earlier)

    def _get_today(self):
        """Return the day where the company is."""
        zone = self.with_context(tz=self.company_id.partner_id.tz or "UTC")
        return fields.Date.context_today(zone)

    def _recognize_revenue(self, month, is_scheduled=False):
        """Make the entries of all that is earned until the end of a month.

        :param date month: its first day
        :param bool is_scheduled: nobody looks on: accountants are told what waits
        :return: the entries that were made or got more (`qbo.revenue.entry`)
        """
        self.ensure_one()
        run = self.env["qbo.revenue.run"]._collect(self, month)
        entries = run.make_entries()
        if is_scheduled:
            self._tell_what_waits(month, run.held, entries)
        # What is recognized before its day is recognized again when that has come.
        is_new = not self.revenue_month or self.revenue_month < month
        if is_new and self._is_due(month):
            self.sudo().revenue_month = month
        return entries

    def _tell_what_waits(self, month, held, entries):
        """One activity for each accountant, of entries to submit and what waits."""
        self.sudo().activity_unlink([ACTIVITY_TYPE])
        if not held and not entries:
            return
        self._alert_users(
            self._get_accountants(),
            ACTIVITY_TYPE,
            None,
            lambda told: told._describe_run(month, held, entries),
        )

    def _describe_run(self, month, held, entries):
        sentences = []
        values = {"month": format_date(self.env, month, date_format="MMMM y")}
        if entries:
            sentences.append(
                self.env._(
                    "Revenue of %(month)s: %(count)s entries wait to be submitted "
                    "(%(names)s).",
                    count=len(entries),
                    names=", ".join(entries[:10].mapped("name")),
                    **values,
                )
            )
        sentences += [
            self.env._(
                "Not recognized in %(month)s, %(count)s deals: %(reason)s",
                count=count,
                reason=reason,
                **values,
            )
            for reason, count in held.items()
        ]
        return Markup("").join(Markup("<p>%s</p>") % each for each in sentences)

    def _get_revenue_locks(self):
        """Return all `Lock` s that hold revenue entries."""
        blank = self.env["qbo.revenue.entry"].new({"company_id": self.company_id.id})
        return blank._qbo_list_locks(self)


def _list_references(model):
    """Return the names of the columns that name a record of QuickBooks' lists."""
    return [
        name
        for name, field in model._fields.items()
        if field.type == "many2one"
        and field.store
        and field.comodel_name == "qbo.reference"
    ]
