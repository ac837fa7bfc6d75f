import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..tools import closed_period
from .roles import ACCOUNTANT_GROUP
from .transaction import own_transaction

_logger = logging.getLogger(__name__)

ACTIVITY_TYPE = "quickbooks_online.mail_activity_type_closing_date"
TEMPLATE = "quickbooks_online.mail_template_closing_date"
MODELS = ("account.move", "sale.order", "qbo.revenue.entry")
# Documents that a message names; more of them nobody reads.
MOST_NAMES = 10
# A refusal that the known closing date does not explain is looked into so often.
MINUTES_BETWEEN_DOUBTS = 10


class QboConnection(models.Model):
    """Until when QuickBooks' books are closed, and who is told when that changes."""

    _inherit = "qbo.connection"

    closed_period_policy = fields.Selection(
        [
            ("hold", "Hold them back"),
            ("move", "Date them the first open day"),
        ],
        "Documents Of Closed Periods",
        default="hold",
        required=True,
        tracking=True,
        help="What becomes of documents that are dated in a period that is closed in "
        "QuickBooks (closing date) or in Odoo (lock dates). Held back, they are "
        "refused with the reason. Otherwise QuickBooks gets them dated the first open "
        "day; their date in Odoo stays.",
    )
    book_close_date = fields.Date(
        "Closed In QuickBooks Until",
        compute="_compute_book_close_date",
        store=True,
        help="QuickBooks' closing date, as it was read there last. The day itself is "
        "closed.",
    )
    # What people were told last, so that they are told once.
    told_close_date = fields.Date(readonly=True, copy=False)
    told_close_at = fields.Datetime(readonly=True, copy=False)

    @api.depends("preferences")
    def _compute_book_close_date(self):
        for connection in self:
            connection.book_close_date = _read_closing_date(connection.preferences)

    # === READING === #

    def action_read_closing_date(self):
        """Ask QuickBooks for its closing date now."""
        self.ensure_one()
        if not self.env.su and not self.env.user.has_group(ACCOUNTANT_GROUP):
            raise AccessError(
                self.env._(
                    "Only QuickBooks accountants may read the closing date of %(name)s "
                    "anew. Nothing was changed.",
                    name=self.name,
                )
            )
        self.check_access("read")
        company = self._ask_intuit(self._read_company)
        # The record may be older here: what was read is committed elsewhere.
        until = _read_closing_date(company["preferences"])
        if until:
            message = self.env._(
                "QuickBooks' books are closed until %(day)s.",
                day=fields.Date.to_string(until),
            )
        else:
            message = self.env._("QuickBooks' books are not closed.")
        return self._notify_user(message)

    def _read_company(self, client, **values):
        values = super()._read_company(client, **values)
        self._watch_closing_date()
        return values

    def _doubt_closing_date(self, day):
        """QuickBooks refused a day: read anew until when it is closed, if need be.

        :param date day: the day of the document that was refused
        """
        known = self.book_close_date
        since = fields.Datetime.now() - timedelta(minutes=MINUTES_BETWEEN_DOUBTS)
        is_explained = known and day and day <= known
        if not is_explained and (self.preferences_read_at or since) <= since:
            self.env.ref("quickbooks_online.ir_cron_qbo_references").sudo()._trigger()

    def _prepare_severed_values(self):
        values = super()._prepare_severed_values()
        return values | {"told_close_date": False, "told_close_at": False}

    # === THE ALARM === #

    def _watch_closing_date(self):
        """Tell the accountants if the closing date moved since they were told."""
        try:
            with own_transaction(self.env, lock_timeout=10) as env:
                self._with_own_environment(env)._tell_closing_date()
        except Exception:
            # The date is committed, and holds; the next reading tells it again.
            _logger.exception("Connection %s: closing date not announced", self.id)
        self.invalidate_recordset(flush=False)

    def _tell_closing_date(self):
        # Two readings at once tell it once.
        self.env.cr.execute(
            "SELECT FROM qbo_connection WHERE id = %s FOR UPDATE", [self.id]
        )
        self.invalidate_recordset()
        before, after = self.told_close_date, self.book_close_date
        is_first = not self.told_close_at
        if not is_first and before == after:
            return
        self.write({"told_close_date": after, "told_close_at": fields.Datetime.now()})
        if not is_first:
            self._alert_accountants(before or None, after or None)

    def _alert_accountants(self, before, after):
        """One line in the chatter; per accountant an activity and an e-mail."""
        self.message_post(body=self._describe_closing_move(before, after))
        self.activity_unlink([ACTIVITY_TYPE])
        self._alert_users(
            self._get_accountants(),
            ACTIVITY_TYPE,
            TEMPLATE,
            lambda told: told._describe_closing_move(before, after),
        )

    def _get_accountants(self):
        """Return the users who keep the books of this company in QuickBooks."""
        group = self.env.ref(ACCOUNTANT_GROUP).sudo()
        return group.all_user_ids.filtered(
            lambda user: user.active
            and not user.share
            and self.company_id in user.company_ids
        )

    def _describe_closing_move(self, before, after):
        """Return what moved, and which documents that concerns (HTML)."""
        sentences = [self._make_closing_sentence(before, after)]
        if after:
            sentences += self._list_dated_sentences(after)
        if closed_period.describe_move(before, after) != "closed":
            sentences += self._list_reopened_sentences(after)
        parts = [Markup("<p>%s</p>") % each for each in sentences]
        return Markup("").join(parts)

    def _make_closing_sentence(self, before, after):
        values = {
            "name": self.name,
            "before": fields.Date.to_string(before),
            "after": fields.Date.to_string(after),
        }
        kind = closed_period.describe_move(before, after)
        if kind == "opened":
            return self.env._(
                "QuickBooks' books of %(name)s are open again: there is no closing "
                "date any more. Before, they were closed until %(before)s.",
                **values,
            )
        if kind == "reopened":
            return self.env._(
                "QuickBooks' books of %(name)s were reopened: they are closed until "
                "%(after)s only. Before, they were closed until %(before)s.",
                **values,
            )
        if before:
            return self.env._(
                "QuickBooks' books of %(name)s are now closed until %(after)s. "
                "Before, they were closed until %(before)s.",
                **values,
            )
        return self.env._(
            "QuickBooks' books of %(name)s are now closed until %(after)s. Before, "
            "they were open.",
            **values,
        )

    # === DOCUMENTS OF THE CLOSED PERIOD === #

    def _list_dated_sentences(self, until):
        """Return what is said of documents under way that are dated until a day."""
        sentences = []
        approved = self._find_approved_until(until)
        if approved:
            sentences.append(self._describe_approved(approved))
        queued = self._find_operations_until(until, ("queued", "waiting"))
        if queued:
            sentences.append(
                self.env._(
                    "Queued, and QuickBooks will refuse them (%(count)s): %(names)s.",
                    count=len(queued),
                    names=_join_names(queued.mapped("name")),
                )
            )
        return sentences

    def _describe_approved(self, documents):
        values = {
            "count": len(documents),
            "names": _join_names(each._qbo_get_title() for each in documents),
        }
        if self.closed_period_policy == "move":
            return self.env._(
                "Approved, and dated in the closed period (%(count)s): %(names)s. "
                "They get the first open day, and have to be approved again with it.",
                **values,
            )
        return self.env._(
            "Approved, and dated in the closed period (%(count)s): %(names)s. They are "
            "held back.",
            **values,
        )

    def _list_reopened_sentences(self, until):
        """Return what is said of pushes that can be tried again."""
        failed = self.env["qbo.operation"].search(
            [
                ("connection_id", "=", self.id),
                ("state", "=", "failed"),
                ("cause", "=", "closed_period"),
            ]
        )
        if until:
            failed -= self._find_operations_until(until, ("failed",))
        if not failed:
            return []
        return [
            self.env._(
                "Refused because of the closed period, and can be retried now "
                "(%(count)s): %(names)s.",
                count=len(failed),
                names=_join_names(failed.mapped("name")),
            )
        ]

    def _find_approved_until(self, until):
        """Return documents approved, not pushed and dated until a day (list)."""
        return [
            document
            for model in MODELS
            for document in self.env[model]._qbo_find_approved_until(
                self.company_id, until
            )
        ]

    def _find_operations_until(self, until, states):
        """Return operations on documents that were frozen with a day until this."""
        operations = self.env["qbo.operation"]
        names = ["connection_id", "state", "res_model", "payload"]
        operations.flush_model(names)
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM qbo_operation
                    WHERE connection_id = %s AND state IN %s AND res_model IN %s
                      AND payload::json->>'TxnDate' <= %s
                 ORDER BY id""",
                self.id,
                states,
                MODELS,
                fields.Date.to_string(until),
            )
        )
        return operations.browse(id for (id,) in rows)

    def _count_dated(self, until):
        """Return (number approved, number queued) of documents dated until a day."""
        queued = self._find_operations_until(until, ("queued", "waiting"))
        return len(self._find_approved_until(until)), len(queued)

    def action_open_closed_documents(self):
        """Open the invoices, or else the orders or entries, that it holds."""
        self.ensure_one()
        self.check_access("read")
        found = {model: self.env[model].sudo()._qbo_find_held(self) for model in MODELS}
        model = next((name for name in MODELS if found[name]), MODELS[0])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents of the closed period"),
            "res_model": model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", found[model].ids)],
        }


def _read_closing_date(preferences):
    accounting = (preferences or {}).get("AccountingInfoPrefs") or {}
    return closed_period.read_day(accounting.get("BookCloseDate"))


def _join_names(names):
    names = list(names)
    more = ", …" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more
