import logging
from contextlib import contextmanager

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import clean_context

from ..tools import payload as payload_tools
from ..tools.digest import digest
from .roles import APPROVER_GROUP, USER_GROUP

_logger = logging.getLogger(__name__)

ACTIVITY_TYPE = "quickbooks_online.mail_activity_type_approval"

# Written by the actions alone, never by a form, an import or RPC.
GATE_FIELDS = frozenset(
    (
        "qbo_approval",
        "qbo_submitted_by_id",
        "qbo_submitted_at",
        "qbo_first_approved_by_id",
        "qbo_approved_by_id",
        "qbo_approved_at",
        "qbo_approved_digest",
        "qbo_approved_payload",
        "qbo_reject_reason",
        "qbo_excluded",
        "qbo_queued_at",
    )
)
# Where a change of the content concerns somebody who decides or decided.
GATED = ("submitted", "approved")
WATCH = "quickbooks_online.gate"
CHECKED = "quickbooks_online.checked"
# Should another module write for ever, the check at the push still stands.
SETTLE_ROUNDS = 10


class _Watch:
    """Gated documents that may change in what is going on, and how deep we are."""

    def __init__(self):
        self.depth = 0
        self.ids = {}

    def add(self, documents):
        if documents:
            self.ids.setdefault(documents._name, set()).update(documents._ids)

    def take(self):
        ids, self.ids = self.ids, {}
        return ids


class QboApprovalMixin(models.AbstractModel):
    """A document that reaches QuickBooks only as finance approved it.

    Put it before the model it extends (``_inherit = ["qbo.approval.mixin", ...]``),
    so that its ``write`` encloses all that the model does; the model also needs
    ``qbo.document.mixin``, ``mail.thread`` and ``mail.activity.mixin``, and fields
    ``company_id`` and ``state``.

    What is approved is the digest of the whole payload, in which records of Odoo are
    named by identity. Whatever changes the digest reopens the gate: at the end of the
    outermost write, or at the latest when the document is pushed.
    """

    _name = "qbo.approval.mixin"
    _inherit = ["qbo.push.mixin"]
    _description = "Document That Finance Approves"

    qbo_approval = fields.Selection(
        [
            ("draft", "Not submitted"),
            ("submitted", "Submitted"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
        ],
        "QuickBooks Approval",
        default="draft",
        readonly=True,
        copy=False,
        groups=USER_GROUP,
    )
    qbo_submitted_by_id = fields.Many2one(
        "res.users", "Submitted By", readonly=True, copy=False, groups=USER_GROUP
    )
    qbo_submitted_at = fields.Datetime(
        "Submitted At", readonly=True, copy=False, groups=USER_GROUP
    )
    qbo_first_approved_by_id = fields.Many2one(
        "res.users", "First Approved By", readonly=True, copy=False, groups=USER_GROUP
    )
    qbo_approved_by_id = fields.Many2one(
        "res.users",
        "QuickBooks Approved By",
        readonly=True,
        copy=False,
        groups=USER_GROUP,
    )
    qbo_approved_at = fields.Datetime(
        "QuickBooks Approved At", readonly=True, copy=False, groups=USER_GROUP
    )
    qbo_approved_digest = fields.Char(readonly=True, copy=False, groups=USER_GROUP)
    qbo_approved_payload = fields.Text(
        readonly=True, copy=False, prefetch=False, groups=USER_GROUP
    )
    qbo_reject_reason = fields.Text(
        "Rejected Because", readonly=True, copy=False, groups=USER_GROUP
    )
    qbo_excluded = fields.Boolean(
        "Not Pushed To QuickBooks", readonly=True, copy=False, groups=USER_GROUP
    )
    # Each push writes the row, so that it cannot pass a simultaneous change unseen.
    qbo_queued_at = fields.Datetime(
        "Pushed At", readonly=True, copy=False, groups=USER_GROUP
    )

    # === HOOKS === #

    def _qbo_get_day_of_document(self):
        """Return the date that the start date of the connection is held against."""
        raise NotImplementedError

    def _qbo_get_company_total(self):
        """Return the absolute total in the company's currency (float)."""
        raise NotImplementedError

    def _qbo_needs_posting(self):
        """Tell whether approving gives the document its final number first."""
        return False

    def _qbo_post(self):
        """Give the document its final number."""

    def _qbo_get_lapse(self):
        """Return why an approval or its request has no object any more, or False."""
        return False

    def _qbo_get_state_refusal(self, is_push):
        """Return why a document in this state cannot be approved or pushed, or None.

        :param bool is_push: it is to be pushed now
        """
        return None

    # === PROTECTION AND WATCH === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._qbo_check_protected(vals)
        defaults = [
            name for name in GATE_FIELDS if f"default_{name}" in self.env.context
        ]
        if defaults:
            # Whoever creates it, with whatever context, it is not approved.
            blank = {name: name == "qbo_approval" and "draft" for name in defaults}
            vals_list = [{**blank, **vals} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() <= GATE_FIELDS:
            self._qbo_check_protected(vals)
            return super().write(vals)
        self._qbo_check_protected(vals)
        with self._qbo_watch():
            return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_under_way(self):
        operations = self.env["qbo.operation"].sudo()._get_open_of(self)
        under_way = operations._cancel(self.env._("The document was deleted in Odoo."))
        if under_way:
            raise UserError(
                self.env._(
                    "%(names)s: on the way to QuickBooks, outcome not known yet. Wait "
                    "until that is settled before you delete it.",
                    names=", ".join(under_way.mapped("name")),
                )
            )

    def _qbo_check_protected(self, vals):
        protected = vals.keys() & GATE_FIELDS
        if protected and not self.env.su:
            raise AccessError(
                self.env._(
                    "The approval for QuickBooks cannot be written: use the buttons "
                    "Submit for approval, Approve, Reject and Don't push to QBO. "
                    "Nothing was changed. (%(names)s)",
                    names=", ".join(sorted(protected)),
                )
            )

    @contextmanager
    def _qbo_watch(self):
        """Compare these documents with what was approved, when all is done.

        Only at the end of the outermost block: in between a document may well be
        half-way from one state to the same again.
        """
        data = self.env.cr.precommit.data
        watch = data.get(WATCH) or data.setdefault(WATCH, _Watch())
        watch.add(self._qbo_get_gated())
        watch.depth += 1
        try:
            yield watch
            if watch.depth == 1:
                self._qbo_settle(watch)
        finally:
            watch.depth -= 1
            if not watch.depth:
                watch.take()

    def _qbo_settle(self, watch):
        """Compare what is watched; what that sets off is compared in the end too."""
        for _round in range(SETTLE_ROUNDS):
            ids_by_model = watch.take()
            if not ids_by_model:
                return
            # What still has to be computed may write as well.
            self.env.flush_all()
            for model, ids in ids_by_model.items():
                self.env[model].browse(ids)._qbo_compare()

    def _qbo_get_gated(self):
        return self.sudo().filtered(lambda each: each.qbo_approval in GATED)

    def _qbo_compare(self):
        """Reopen the gate of those whose approval no longer covers them."""
        documents = self.exists().sudo()
        # Whole, so that no default of the caller's is left in it.
        context = clean_context(self.env.context)
        documents = documents.with_env(documents.env(context=context))
        connections = documents._qbo_get_connections()
        changes = {}
        for document in documents._qbo_get_gated():
            connection = connections.get(document.company_id)
            if connection and not document._qbo_get_binding(connection).qbo_id:
                reasons = document._qbo_list_reasons(connection)
                if reasons:
                    changes[document] = reasons
        self._qbo_join(changes)._qbo_reopen(changes)

    def _qbo_compare_one(self, connection):
        """Reopen the gate if need be.

        :return: what changed, as sentences; empty if all is as approved
        """
        reasons = self._qbo_list_reasons(connection)
        if reasons:
            self._qbo_reopen({self: reasons})
        return reasons

    def _qbo_list_reasons(self, connection):
        """Return why the approval, or the request for it, does not hold any more."""
        lapse = self._qbo_get_lapse()
        return [lapse] if lapse else self._qbo_list_changes(connection)

    def _qbo_list_changes(self, connection):
        """Return what is not as it was approved, as sentences."""
        approved = self.sudo().qbo_approved_digest
        if not approved:
            return []
        payload = self._qbo_try_payload(connection)
        if payload is not None and digest(payload) == approved:
            return []
        return self._qbo_describe_changes(connection, payload)

    def _qbo_is_changed_since_approval(self, connection):
        payload = self._qbo_try_payload(connection)
        return payload is None or digest(payload) != self.sudo().qbo_approved_digest

    def _qbo_prepare_payload(self, connection):
        # Checked a moment ago, in the same push.
        checked = self.env.cr.precommit.data.get(CHECKED, {})
        known = checked.get((self._name, self.id))
        return known or super()._qbo_prepare_payload(connection)

    def _qbo_try_payload(self, connection):
        """Return the payload, None where the document is not fit for one."""
        try:
            return self._qbo_prepare_payload(connection)
        except psycopg2.Error:
            raise
        except Exception:
            # Nobody who edits a document should be stopped by what QuickBooks gets.
            _logger.exception("%s has no payload any more", self)
            return None

    def _qbo_describe_changes(self, connection, payload):
        if payload is None:
            return [self.env._("It is not fit for QuickBooks any more.")]
        old = payload_tools.load(self.sudo().qbo_approved_payload)
        return self.env["qbo.payload.words"]._describe_changes(connection, old, payload)

    def _qbo_reopen(self, changes):
        """Take approvals back, and what was queued on their strength.

        :param dict changes: {document: sentences that say what changed}
        """
        if not self:
            return
        documents = self.sudo()
        operations = self.env["qbo.operation"].sudo()._get_open_of(documents)
        under_way = operations._cancel(
            self.env._("The document was changed after it was approved.")
        )
        gone = set(under_way.mapped("res_id"))
        bodies = {
            document.id: _make_list(
                document.sudo()._qbo_get_reopening(document.id in gone), reasons
            )
            for document, reasons in changes.items()
        }
        documents.write(self._qbo_prepare_blank_values())
        documents.activity_unlink([ACTIVITY_TYPE])
        documents._message_log_batch(bodies)

    def _qbo_get_reopening(self, is_under_way):
        if not self.qbo_approved_digest:
            return self.env._("The request to approve it for QuickBooks was withdrawn.")
        text = self.env._(
            "Changed after it was approved for QuickBooks. It has to be submitted and "
            "approved again."
        )
        if is_under_way:
            text += " " + self.env._(
                "What was approved before is already on its way to QuickBooks and "
                "cannot be taken back."
            )
        return text

    def _qbo_prepare_blank_values(self):
        """What says that nobody approved or submitted the document."""
        return dict.fromkeys(
            (
                "qbo_submitted_by_id",
                "qbo_submitted_at",
                "qbo_first_approved_by_id",
                "qbo_approved_by_id",
                "qbo_approved_at",
                "qbo_approved_digest",
                "qbo_approved_payload",
                "qbo_reject_reason",
            ),
            False,
        ) | {"qbo_approval": "draft"}

    # === SUBMIT === #

    def action_qbo_submit(self):
        """Ask the approvers to approve these documents."""
        self._qbo_check_role(USER_GROUP)
        done, refusals = self._qbo_submit()
        return self._qbo_report(
            done, refusals, self.env._("%(count)s submitted", count=len(done))
        )

    def _qbo_submit(self):
        """Submit what can be submitted.

        :return: (documents, {document: why not})
        """
        connections = self._qbo_get_connections()
        refusals = {}
        for document in self:
            connection = connections.get(document.sudo().company_id)
            refusal = document._qbo_get_submit_refusal(connection)
            if refusal:
                refusals[document] = refusal
        done = self - self._qbo_join(refusals)
        done.sudo().write(
            self._qbo_prepare_blank_values()
            | {
                "qbo_approval": "submitted",
                "qbo_submitted_by_id": self.env.uid,
                "qbo_submitted_at": fields.Datetime.now(),
            }
        )
        done._qbo_ask_approvers(connections)
        text = self.env._("Submitted for approval to push it to QuickBooks.")
        done.sudo()._message_log_batch(dict.fromkeys(done._ids, text))
        return done, refusals

    def _qbo_get_submit_refusal(self, connection):
        refusal = self._qbo_get_common_refusal(connection)
        if refusal:
            return refusal
        title = self._qbo_get_title()
        if not self.has_access("write"):
            return self.env._(
                "You may not change %(title)s, and only who may can submit it.",
                title=title,
            )
        approval = self.sudo().qbo_approval
        if approval == "submitted":
            return self.env._(
                "%(title)s waits for approval already. %(who)s",
                title=title,
                who=self._qbo_name_approvers(connection),
            )
        is_changed = approval == "approved" and self.sudo()._qbo_compare_one(connection)
        if approval == "approved" and not is_changed:
            return self.env._(
                "%(title)s is approved already. It can be pushed.", title=title
            )
        before_posting = self.with_context(qbo_before_posting=True)
        return "\n".join(before_posting._qbo_get_blockers(connection)) or None

    def _qbo_ask_approvers(self, connections):
        """An activity for each approver who may see the document."""
        if not self:
            return
        activity_type = self.env.ref(ACTIVITY_TYPE)
        model_id = self.env["ir.model"]._get_id(self._name)
        wanted = [
            {
                "res_model_id": model_id,
                "res_id": document.id,
                "activity_type_id": activity_type.id,
                "automated": True,
                "summary": activity_type.summary,
                "user_id": user.id,
                "date_deadline": fields.Date.context_today(self),
            }
            for document in self
            for user in document._qbo_get_approvers(connections[document.company_id])
        ]
        # An approver of hundreds of documents wants no e-mail for each.
        quiet = self.env["mail.activity"].sudo()
        quiet.with_context(mail_activity_quick_update=True).create(wanted)

    def _qbo_get_approvers(self, connection):
        """Return the users who may approve this document now."""
        group = self.env.ref(APPROVER_GROUP).sudo()
        document = self.sudo()
        users = group.all_user_ids.filtered(
            lambda user: user.active
            and not user.share
            and document.company_id in user.company_ids
        )
        if not connection.author_may_approve:
            users -= document._qbo_get_authors()
        users -= document.qbo_first_approved_by_id
        # The superuser approves nothing.
        users -= self.env.ref("base.user_root").sudo()
        return users.filtered(
            lambda user: self.with_user(user)
            .with_context(allowed_company_ids=document.company_id.ids)
            .sudo(False)
            .has_access("read")
        )

    def _qbo_get_authors(self):
        return self.create_uid | self.qbo_submitted_by_id

    def _qbo_name_approvers(self, connection):
        """Return a sentence that says whom to ask."""
        names = self._qbo_get_approvers(connection).mapped("name")
        if names:
            shown = ", ".join(sorted(names)[:5]) + (", …" if len(names) > 5 else "")
            return self.env._("Approvers: %(names)s.", names=shown)
        return self.env._(
            "Nobody else may approve it yet: ask an administrator to make somebody "
            "approver of %(company)s.",
            company=self.sudo().company_id.name,
        )

    # === APPROVE === #

    def action_qbo_approve(self):
        """Approve what others submitted; a draft is posted first."""
        self._qbo_check_role(APPROVER_GROUP)
        done, refusals = self._qbo_approve()
        message = self.env._("%(count)s approved", count=len(done))
        to_push = done.filtered(
            lambda each: each.qbo_approval == "approved"
            and each._qbo_get_connection().auto_push
        )
        if to_push:
            queued, not_queued = to_push._qbo_push()
            refusals |= not_queued
            message += ", " + self.env._("%(count)s queued", count=len(queued))
            if len(self) == 1 and not_queued:
                return self._qbo_notify(message, refusals)
        return self._qbo_report(done, refusals, message)

    def _qbo_approve(self):
        """Approve what can be approved.

        :return: (documents, {document: why not})
        """
        refusals, final, first = {}, [], []
        connections = self._qbo_get_connections()
        for document in self:
            connection = connections.get(document.sudo().company_id)
            refusal = document._qbo_get_approve_refusal(connection)
            is_last = not refusal and document._qbo_is_last_approval(connection)
            refusal = refusal or document._qbo_try_to_approve(connection, is_last)
            if refusal:
                refusals[document] = refusal
            else:
                (final if is_last else first).append(document)
        self._qbo_join(final)._qbo_close_approval()
        self._qbo_join(first)._qbo_note_first_approval()
        return self - self._qbo_join(refusals), refusals

    def _qbo_get_approve_refusal(self, connection):
        refusal = self._qbo_get_common_refusal(connection)
        if refusal:
            return refusal
        document, title = self.sudo(), self._qbo_get_title()
        if document.qbo_approval == "approved":
            return self.env._("%(title)s is approved already.", title=title)
        if document.qbo_approval != "submitted":
            return self.env._(
                "%(title)s was not submitted for approval. Submit it first.",
                title=title,
            )
        if document.qbo_approved_digest:
            changes = document._qbo_compare_one(connection)
            if changes:
                return self._qbo_make_changed_sentence(changes)
        return self._qbo_get_approver_refusal(connection, title)

    def _qbo_get_approver_refusal(self, connection, title):
        """Return why this user is not the one who may approve, or None."""
        document, user = self.sudo(), self.env.user
        if user in document._qbo_get_authors() and not connection.author_may_approve:
            return self.env._(
                "You wrote or submitted %(title)s yourself, and %(company)s wants "
                "another person to approve it. %(who)s",
                title=title,
                company=document.company_id.name,
                who=self._qbo_name_approvers(connection),
            )
        if user == document.qbo_first_approved_by_id:
            return self.env._(
                "You approved %(title)s already. Above %(amount)s a second person has "
                "to. %(who)s",
                title=title,
                amount=document.company_id.currency_id.format(
                    connection.second_approval_amount
                ),
                who=self._qbo_name_approvers(connection),
            )
        return None

    def _qbo_is_last_approval(self, connection):
        if self.sudo().qbo_first_approved_by_id:
            return True
        limit = connection.second_approval_amount
        currency = self.company_id.currency_id
        total = self._qbo_get_company_total()
        return not limit or currency.compare_amounts(total, limit) <= 0

    def _qbo_try_to_approve(self, connection, is_last):
        """Post the document if need be, and record what was approved.

        :return: why it could not be done; then nothing was
        """
        may_post = is_last or not connection.posting_needs_approval
        if not may_post or not self._qbo_needs_posting():
            return self._qbo_stamp(connection, is_last)
        try:
            with self.env.cr.savepoint():
                if is_last:
                    values = {"qbo_approval": "approved", "qbo_approved_digest": False}
                    self.sudo().write(values)
                self._qbo_post()
                refusal = self._qbo_stamp(connection, is_last)
                if refusal:
                    raise UserError(refusal)
        except UserError as error:
            return str(error)
        return None

    def _qbo_stamp(self, connection, is_last):
        """Record who approved what; return why not."""
        document = self.with_context(qbo_before_posting=not is_last)
        blockers = document._qbo_get_blockers(connection)
        if blockers:
            return "\n".join(blockers)
        values = self._qbo_prepare_content_values(connection)
        if is_last:
            values |= self._qbo_prepare_decision_values()
        else:
            values["qbo_first_approved_by_id"] = self.env.uid
        self.sudo().write(values)
        return None

    def _qbo_close_approval(self):
        """Deleting activities empties the cache: once for all."""
        if self:
            self.sudo().activity_unlink([ACTIVITY_TYPE])
            text = self.env._("Approved to be pushed to QuickBooks.")
            self.sudo()._message_log_batch(self._qbo_note_moved_days(text))

    def _qbo_note_first_approval(self):
        if self:
            self.sudo().activity_unlink([ACTIVITY_TYPE], user_id=self.env.uid)
            text = self.env._(
                "Approved to be pushed to QuickBooks, as the first of two who have to."
            )
            self.sudo()._message_log_batch(self._qbo_note_moved_days(text))

    def _qbo_prepare_content_values(self, connection):
        payload = self._qbo_prepare_payload(connection)
        return {
            "qbo_approved_payload": payload_tools.dump(payload).decode(),
            "qbo_approved_digest": digest(payload),
        }

    def _qbo_prepare_decision_values(self):
        return {
            "qbo_approval": "approved",
            "qbo_approved_by_id": self.env.uid,
            "qbo_approved_at": fields.Datetime.now(),
            "qbo_reject_reason": False,
        }

    # === REJECT === #

    def action_qbo_reject(self):
        """Ask for the reason."""
        self._qbo_check_role(APPROVER_GROUP)
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reject"),
            "res_model": "qbo.document.reject",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_ids": self.ids,
            },
        }

    def _qbo_reject(self, reason):
        """Reject what can be rejected, and tell those who submitted it.

        :return: (documents, {document: why not})
        """
        self._qbo_check_role(APPROVER_GROUP)
        done, refusals = self.browse(), {}
        connections = self._qbo_get_connections()
        for document in self:
            connection = connections.get(document.sudo().company_id)
            refusal = document._qbo_get_reject_refusal(connection)
            if refusal:
                refusals[document] = refusal
            else:
                document._qbo_reject_one(reason)
                done |= document
        return done, refusals

    def _qbo_get_reject_refusal(self, connection):
        refusal = self._qbo_get_common_refusal(connection)
        if refusal:
            return refusal
        title = self._qbo_get_title()
        if self.sudo().qbo_approval not in GATED:
            return self.env._(
                "%(title)s does not wait for approval, so there is nothing to reject.",
                title=title,
            )
        operations = self.env["qbo.operation"].sudo()._get_open_of(self)
        under_way = operations._cancel(
            self.env._("%(name)s rejected it.", name=self.env.user.name)
        )
        if under_way:
            return self._qbo_make_under_way_sentence()
        return None

    def _qbo_reject_one(self, reason):
        document = self.sudo()
        submitter = document.qbo_submitted_by_id
        document.write(
            self._qbo_prepare_blank_values()
            | {
                "qbo_approval": "rejected",
                "qbo_reject_reason": reason,
                "qbo_submitted_by_id": submitter.id,
            }
        )
        document.activity_unlink([ACTIVITY_TYPE])
        document.message_post(
            body=self.env._(
                "Not approved for QuickBooks. Reason: %(reason)s", reason=reason
            ),
            partner_ids=(submitter.partner_id - self.env.user.partner_id).ids,
            author_id=self.env.user.partner_id.id,
        )

    # === WHAT STANDS AGAINST IT === #

    def _qbo_get_common_refusal(self, connection):
        """Return why nothing at all can be done with the document, or None."""
        if not self.has_access("read"):
            return self.env._(
                "The document with the id %(id)s belongs to another company, or you "
                "may not read it. Switch to its company first.",
                id=self.id,
            )
        document, title = self.sudo(), self._qbo_get_title()
        if not self._qbo_get_entity():
            return self.env._(
                "%(title)s is nothing that QuickBooks gets from Odoo: only customer "
                "invoices, credit notes and sale orders go there.",
                title=title,
            )
        if not self.env.su and document.company_id not in self.env.user.company_ids:
            return self.env._(
                "%(title)s belongs to %(company)s, which is not among your companies.",
                title=title,
                company=document.company_id.name,
            )
        # pylint: disable-next=assignment-from-none
        refusal = self._qbo_get_state_refusal(is_push=False)
        if refusal:
            return refusal
        if not connection:
            return self.env._(
                "%(title)s cannot go to QuickBooks, because %(company)s has no "
                "QuickBooks connection. Ask an administrator to connect one.",
                title=title,
                company=document.company_id.name,
            )
        if document._qbo_get_binding(connection).qbo_id:
            return self._qbo_make_pushed_sentence(connection)
        if document.qbo_excluded:
            return self.env._(
                "%(title)s is marked not to be pushed to QuickBooks. Click Allow push "
                "to QBO first, if it is to go there after all.",
                title=title,
            )
        return self._qbo_get_start_refusal(connection, title)

    def _qbo_get_start_refusal(self, connection, title):
        start = connection.start_date
        day = start and self._qbo_get_day_of_document()
        if not day or day >= start or self._qbo_is_first_load():
            return None
        return self.env._(
            "%(title)s is dated %(day)s, before QuickBooks takes over from Odoo on "
            "%(start)s. Older documents go there with the first load only.",
            title=title,
            day=fields.Date.to_string(day),
            start=fields.Date.to_string(start),
        )

    def _qbo_is_first_load(self):
        return bool(self.env.context.get("qbo_first_load")) and self.env.su

    def _qbo_make_pushed_sentence(self, connection):
        binding = self._qbo_get_binding(connection)
        return self.env._(
            "%(title)s is in QuickBooks already: number %(number)s, id %(id)s.",
            title=self._qbo_get_title(),
            number=binding.doc_number or "-",
            id=binding.qbo_id,
        )

    def _qbo_make_changed_sentence(self, changes):
        return self.env._(
            "%(title)s was changed after it was approved, so it has to be submitted "
            "and approved again. What changed: %(changes)s",
            title=self._qbo_get_title(),
            changes="; ".join(changes),
        )


def _make_list(heading, sentences):
    items = Markup().join(Markup("<li>%s</li>") % each for each in sentences[:50])
    return Markup("<p>%s</p><ul>%s</ul>") % (heading, items)
