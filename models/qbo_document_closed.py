from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import closed_period
from ..tools import payload as payload_tools
from ..tools.closed_period import Lock

# In the context, where no caller from outside can put it: documents go with their own
# day, as a first load brings them.
OWN_DAY = object()
QUICKBOOKS = "BookCloseDate"


class QboDocumentMixin(models.AbstractModel):
    """Documents that are dated in a closed period: held, or moved to an open day."""

    _inherit = "qbo.document.mixin"

    # === HOOKS === #

    def _qbo_list_locks(self, connection):
        """Return all `Lock` s that may hold this document."""
        until = connection.book_close_date
        return [Lock(QUICKBOOKS, until)] if until else []

    @api.model
    def _qbo_list_company_locks(self, company, names):
        """Return the lock dates of an Odoo company and those above it.

        As they are for everybody: exceptions that were granted to a person or for a
        while would make what is sent depend on who asks, and when.

        :param names: of the lock dates that count beside the hard one
        """
        company = company.sudo()
        untils = {
            name: company._get_user_lock_date(name, ignore_exceptions=True)
            for name in names
        }
        untils["hard_lock_date"] = company.user_hard_lock_date
        return [
            Lock(name, until)
            for name, until in untils.items()
            if until and until > date.min
        ]

    def _qbo_get_lock_labels(self, connection):
        """Return ``{name of a lock: what people call it}``."""
        return {QUICKBOOKS: self.env._("QuickBooks' closing date")}

    def _qbo_get_dated_domain(self, company, until):
        """Return the domain of documents of a company dated until a day."""
        raise NotImplementedError

    # === THE DAY === #

    def _qbo_get_posting_day(self, connection):
        """Return the day that QuickBooks gets: '2026-03-01', None.

        It is the document's own, or the first open day if that is closed and the
        company wants such documents moved. What is in QuickBooks already stays on the
        day that was approved.
        """
        own = self._qbo_get_txn_date(connection.company_id)
        if not self._qbo_list_holding(connection):
            return own
        if self._qbo_get_binding(connection).qbo_id:
            return self._qbo_get_approved_day() or own
        if connection.closed_period_policy != "move":
            return own
        first = self._qbo_get_first_open_day(connection)
        return first.isoformat() if first else own

    def _qbo_list_holding(self, connection):
        """Return the locks that close the day of this document, the latest first."""
        if self.env.context.get("qbo_own_day") is OWN_DAY:
            return []
        day = self._qbo_get_own_day(connection)
        return closed_period.find_holding(day, self._qbo_list_locks(connection))

    def _qbo_get_first_open_day(self, connection):
        return closed_period.find_first_open(
            self._qbo_get_own_day(connection), self._qbo_list_locks(connection)
        )

    def _qbo_get_own_day(self, connection):
        day = self._qbo_get_txn_date(connection.company_id)
        return date.fromisoformat(day) if day else None

    def _qbo_get_approved_day(self):
        approved = self.sudo().qbo_approved_payload
        return payload_tools.load(approved).get("TxnDate") if approved else None

    def _qbo_in(self, connection):
        record = super()._qbo_in(connection)
        if self.env.context.get("qbo_own_day") is OWN_DAY:
            return record.with_context(qbo_own_day=OWN_DAY)
        return record

    # === WHAT IS SAID OF IT === #

    def _qbo_is_moved(self, connection):
        own = self._qbo_get_txn_date(connection.company_id)
        return self._qbo_get_posting_day(connection) != own

    def _qbo_list_note_parts(self, connection):
        """Return what the note in QuickBooks says of the document's day."""
        if not self._qbo_is_moved(connection):
            return []
        return [closed_period.make_note(self._qbo_get_own_day(connection))]

    def _qbo_describe_moved_day(self, connection):
        """Say which day QuickBooks gets if it is not the document's own, else ''."""
        if not self._qbo_get_entity() or not self._qbo_is_moved(connection):
            return ""
        return self.env._(
            "QuickBooks gets it dated %(day)s, because of %(locks)s. Its own date is "
            "%(own)s.",
            day=self._qbo_get_posting_day(connection),
            locks=self._qbo_name_locks(connection),
            own=self._qbo_get_txn_date(connection.company_id),
        )

    def _qbo_list_notes(self, connection, rules):
        moved = self._qbo_describe_moved_day(connection)
        if moved:
            yield moved
        yield from super()._qbo_list_notes(connection, rules)

    def _qbo_name_locks(self, connection):
        """Return what closes the day: "QuickBooks' closing date 2026-02-28"."""
        labels = self._qbo_get_lock_labels(connection)
        return ", ".join(
            f"{labels[lock.name]} {fields.Date.to_string(lock.until)}"
            for lock in self._qbo_list_holding(connection)
        )

    def _qbo_note_moved_days(self, text):
        """Return ``{id: text}``, and after it the day of those that are moved."""
        connections = self._qbo_get_connections()
        bodies = {}
        for document in self:
            connection = connections[document.sudo().company_id]
            moved = document.sudo()._qbo_describe_moved_day(connection)
            bodies[document.id] = f"{text} {moved}".strip()
        return bodies

    # === BLOCKERS === #

    def _qbo_list_blockers(self, connection, rules):
        yield from super()._qbo_list_blockers(connection, rules)
        # What is there already is not dated anew.
        if not self._qbo_get_binding(connection).qbo_id:
            yield from self._qbo_list_closed_blockers(connection)

    def _qbo_list_closed_blockers(self, connection):
        if not self._qbo_list_holding(connection):
            return
        is_held = connection.closed_period_policy != "move"
        if is_held or not self._qbo_get_first_open_day(connection):
            yield self._qbo_make_closed_sentence(connection)

    def _qbo_make_closed_sentence(self, connection):
        first = self._qbo_get_first_open_day(connection)
        values = {
            "title": self._qbo_get_title(),
            "own": self._qbo_get_txn_date(connection.company_id),
            "locks": self._qbo_name_locks(connection),
            "books": connection.name,
        }
        if not first:
            return self.env._(
                "%(title)s is dated %(own)s, in a closed period: %(locks)s. No day "
                "after that is open. Let an accountant open the period again.",
                **values,
            )
        return self.env._(
            "%(title)s is dated %(own)s, in a closed period: %(locks)s. Date it "
            "%(first)s or later, or let an accountant open the period again and read "
            "the closing date anew (connection %(books)s, tab Approval). There the "
            "company can also choose that such documents get the first open day.",
            first=first.isoformat(),
            **values,
        )

    # === FINDING === #

    def _qbo_find_held(self, connection):
        """Return what is approved or queued in the period closed in QuickBooks."""
        until = connection.book_close_date
        if not until:
            return self
        approved = self._qbo_find_approved_until(connection.company_id, until)
        queued = connection.sudo()._find_operations_until(until, ("queued", "waiting"))
        ids = [each.res_id for each in queued if each.res_model == self._name]
        return approved | self.browse(ids)

    def _qbo_find_approved_until(self, company, until):
        """Return what is approved, not pushed, and dated until a day."""
        return self.search(
            Domain("company_id", "=", company.id)
            & Domain("qbo_state", "in", ["approved"])
            & self._qbo_get_dated_domain(company, until)
        )
