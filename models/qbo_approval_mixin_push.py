import psycopg2.errors

from odoo import fields, models
from odoo.sql_db import Cursor

from ..tools.digest import digest
from .qbo_approval_mixin import CHECKED, _logger
from .roles import APPROVER_GROUP
from .transaction import own_transaction

UNDER_WAY = ("sent", "uncertain")
ON_ITS_WAY = ("queued", "waiting", *UNDER_WAY)


class QboApprovalMixin(models.AbstractModel):
    """Pushing what is approved, and keeping documents away from QuickBooks."""

    _inherit = "qbo.approval.mixin"

    # === PUSH === #

    def action_qbo_push(self):
        """Queue what is approved; say of the others why not."""
        self._qbo_check_role(APPROVER_GROUP)
        done, refusals = self._qbo_push()
        return self._qbo_report(
            done, refusals, self.env._("%(count)s queued", count=len(done))
        )

    def _qbo_push(self):
        """Queue what can be queued.

        :return: (documents, {document: why not})
        """
        # What still has to be computed may change a document.
        self.env.flush_all()
        # Not in the context, which callers can make up.
        data = self.env.cr.precommit.data
        data[CHECKED] = {}
        try:
            return self._qbo_push_checked()
        finally:
            data.pop(CHECKED, None)

    def _qbo_push_checked(self):
        connections = self._qbo_get_connections()
        operations = self._qbo_get_last_operations()
        done, refusals, by_connection = [], {}, {}
        for document in self:
            connection = connections.get(document.sudo().company_id)
            refusal = document._qbo_get_push_refusal(
                connection, operations.get(document.id)
            )
            if refusal:
                refusals[document] = refusal
            else:
                done.append(document)
                by_connection.setdefault(connection, []).append(document)
        for connection, documents in by_connection.items():
            self._qbo_join(documents)._qbo_enqueue(connection)
        return self._qbo_join(done), refusals

    def _qbo_enqueue(self, connection):
        self.sudo().write({"qbo_queued_at": fields.Datetime.now()})
        # Who pushes at the same time waits here, and is then told document by document.
        self.flush_recordset(["qbo_queued_at"])
        self.env["qbo.operation"].sudo()._enqueue(connection, self)
        text = self.env._("Queued to be pushed to QuickBooks.")
        self.sudo()._message_log_batch(self._qbo_note_moved_days(text))

    def _qbo_get_push_refusal(self, connection, operation):
        """Return why the document cannot be pushed now, or None."""
        refusal = self._qbo_get_common_refusal(connection)
        if refusal:
            return refusal
        refusal = self._qbo_get_state_refusal(is_push=True)
        if refusal:
            return refusal
        if operation and operation.state in ON_ITS_WAY:
            return self._qbo_make_under_way_sentence()
        return (
            self._qbo_get_connection_refusal(connection)
            or self._qbo_get_approval_refusal(connection)
            or "\n".join(self._qbo_get_blockers(connection))
            or self._qbo_get_content_refusal(connection)
        )

    def _qbo_get_approval_refusal(self, connection):
        approval, title = self.sudo().qbo_approval, self._qbo_get_title()
        if approval == "approved":
            return None
        if approval == "rejected":
            return self.env._(
                "%(title)s was not approved: %(reason)s Mend it and submit it again.",
                title=title,
                reason=self.sudo().qbo_reject_reason or "",
            )
        if not connection.approval_required:
            return None
        if approval == "submitted":
            return self.env._(
                "%(title)s is not approved yet. %(who)s",
                title=title,
                who=self._qbo_name_approvers(connection),
            )
        return self.env._(
            "%(title)s is not approved. Submit it for approval first.", title=title
        )

    def _qbo_get_content_refusal(self, connection):
        """The final check: what is pushed is what was approved.

        It sees what nobody hooked: changes by SQL, another mapping of a tax, a
        customer that was linked to another one in QuickBooks.
        """
        document = self.sudo()
        payload = self._qbo_try_payload(connection)
        is_covered = payload is not None and document.qbo_approval == "approved"
        if is_covered and digest(payload) == document.qbo_approved_digest:
            checked = self.env.cr.precommit.data.get(CHECKED, {})
            checked[self._name, self.id] = payload
            return None
        if not connection.approval_required:
            document.write(
                self._qbo_prepare_content_values(connection)
                | self._qbo_prepare_decision_values()
            )
            return None
        changes = document._qbo_list_changes(connection)
        document._qbo_reopen_for_good(changes)
        return self._qbo_make_changed_sentence(changes)

    def _qbo_reopen_for_good(self, changes):
        """Reopen the gate, also if the caller's refusal is rolled back."""
        try:
            with own_transaction(self.env, lock_timeout=1) as env:
                document = env[self._name].browse(self.id).with_user(self.env.uid)
                document = document.sudo()
                document._qbo_reopen({document: changes})
        except (
            psycopg2.errors.LockNotAvailable,
            psycopg2.errors.SerializationFailure,
        ) as error:
            # The caller wrote the row: the refusal holds, the state follows when
            # the document is submitted again.
            _logger.info("%s stays approved until it is submitted: %s", self, error)
        if not isinstance(self.env.cr, Cursor):
            self.env.invalidate_all(flush=False)
        self.invalidate_recordset(flush=False)

    # === RETRY === #

    def _qbo_get_retry_refusal(self, connection):
        """Return why a failed push must not be sent again, or None."""
        return (
            self._qbo_get_common_refusal(connection)
            or self._qbo_get_state_refusal(is_push=True)
            or self._qbo_get_approval_refusal(connection)
            or self._qbo_get_content_refusal(connection)
        )

    # === KEEP AWAY === #

    def action_qbo_exclude(self):
        """Mark documents never to be pushed, until somebody allows it again."""
        self._qbo_check_role(APPROVER_GROUP)
        done, refusals = self.browse(), {}
        connections = self._qbo_get_connections()
        for document in self:
            connection = connections.get(document.sudo().company_id)
            refusal = document._qbo_get_exclude_refusal(connection)
            if refusal:
                refusals[document] = refusal
            else:
                done |= document
        values = self._qbo_prepare_blank_values() | {"qbo_excluded": True}
        done.sudo().write(values)
        done.sudo().activity_unlink(["quickbooks_online.mail_activity_type_approval"])
        text = self.env._("Marked not to be pushed to QuickBooks.")
        done.sudo()._message_log_batch(dict.fromkeys(done._ids, text))
        return self._qbo_report(
            done, refusals, self.env._("%(count)s kept away", count=len(done))
        )

    def _qbo_get_exclude_refusal(self, connection):
        if not self.has_access("read") or not self._qbo_get_entity() or not connection:
            return self._qbo_get_common_refusal(connection)
        if self.sudo()._qbo_get_binding(connection).qbo_id:
            return self._qbo_make_pushed_sentence(connection)
        if self.sudo().qbo_excluded:
            return self.env._(
                "%(title)s is marked not to be pushed already.",
                title=self._qbo_get_title(),
            )
        operations = self.env["qbo.operation"].sudo()._get_open_of(self)
        if operations._cancel(self.env._("Marked not to be pushed.")):
            return self._qbo_make_under_way_sentence()
        return None

    def action_qbo_include(self):
        """Allow documents to be pushed after all."""
        self._qbo_check_role(APPROVER_GROUP)
        self.check_access("read")
        done = self.filtered(lambda each: each.sudo().qbo_excluded)
        refusals = {
            document: self.env._(
                "%(title)s is not kept away from QuickBooks.",
                title=document._qbo_get_title(),
            )
            for document in self - done
        }
        done.sudo().write({"qbo_excluded": False})
        text = self.env._("Allowed to be pushed to QuickBooks again.")
        done.sudo()._message_log_batch(dict.fromkeys(done._ids, text))
        return self._qbo_report(
            done, refusals, self.env._("%(count)s allowed again", count=len(done))
        )
