from odoo import api, models

from ..exceptions import QboRejectedError
from ..tools.contents import describe_change
from ..tools.digest import to_plain
from .qbo_operation_prepare import Question

# What `_read_targets` says of objects that are no more, as change lists do.
DELETED = "Deleted"
# What QuickBooks puts before the note of what it voids.
VOIDED = "Voided"
# Differences that a sentence takes.
MOST_CHANGES = 5


class QboOperation(models.Model):
    """Updates and voids of what is at QuickBooks already.

    They carry the SyncToken of what was seen last. Where QuickBooks has another, the
    object is read: what only moved on is sent with the new token, what says
    something else goes to a person.
    """

    _inherit = "qbo.operation"

    # === WHAT IS SENT === #

    @api.model
    def _prepare_target_values(self, connection, record, action):
        """Return what a row says of the object that it changes."""
        if action == "create":
            return {"qbo_id": False}
        binding = record._qbo_get_binding(connection)
        # No need to look it up: its token is known, and QuickBooks refuses an old one.
        return {"qbo_id": binding.qbo_id, "is_looked_up": True, "answer": False}

    def _keep_doubt(self, values):
        """What was sent and never answered is looked up, whatever is sent next."""
        is_doubtful = self.cause == "uncertain"
        return {**values, "is_looked_up": False} if is_doubtful else values

    def _make_change_body(self, content, binding):
        """Return what is sent, None if there is no object to change.

        :param dict content: the payload with QuickBooks' ids in it
        :param binding: of the record, or None
        """
        if not binding or binding.qbo_id != self.qbo_id:
            self._fail_without_target()
            return None
        seen = self.answer or {}
        target = {
            "Id": self.qbo_id,
            "SyncToken": seen.get("SyncToken") or binding.sync_token,
        }
        if self.action == "void":
            return target
        # A line that is left out is taken off; without any, so are all. Other members
        # stay as they are when they are left out.
        record = self._get_record()
        kept = record and record._qbo_prepare_left_out(self.connection_id, content)
        return {**target, "sparse": True, "Line": [], **(kept or {}), **content}

    def _fail_without_target(self):
        self._fail(
            "reference",
            self.env._(
                "%(name)s was to be changed in QuickBooks, but what it was there (id "
                "%(id)s) was deleted or unlinked. Click Retry to create it anew.",
                name=self.name,
                id=self.qbo_id or "-",
            ),
        )

    def _get_retry_action(self):
        """What is there no more cannot be changed: it is created anew."""
        binding = self._get_binding()
        is_there = binding.qbo_id and binding.remote_state != "deleted"
        return self.action if is_there else "create"

    # === WHAT CAME OF IT === #

    def _may_be_gone(self, fault):
        """Whether a refusal may mean that the object itself was deleted."""
        is_missing = fault.kind in ("not_found", "inactive")
        return self.action != "create" and is_missing and not self.attempts

    def _get_target_queries(self):
        return [
            Question(operation.entity, "", operation.ids, operation.qbo_id)
            for operation in self
        ]

    @api.model
    def _read_targets(self, client, questions):
        """Read the objects that are asked for by id.

        :return: as :meth:`_read_found`; stubs stand for those that were deleted
        """
        found, refused = {}, {}
        for question in questions:
            if not question.qbo_id:
                continue
            answer, error = self._read_target(client, question)
            if error:
                refused |= dict.fromkeys(question.operation_ids, error)
            else:
                found.setdefault(question.entity, []).append(answer)
        return found, refused

    @api.model
    def _read_target(self, client, question):
        """Return (object, None), or (None, `QboRejectedError`)."""
        try:
            return client.read(question.entity, question.qbo_id), None
        except QboRejectedError as error:
            if error.kind == "not_found":
                return {"Id": question.qbo_id, "status": DELETED}, None
            return None, error

    def _settle_changes(self, found):
        """Judge changes by what QuickBooks has.

        :param dict found: ``{entity: list of objects}``
        :return: (operations that are carried out, operations that must be sent)
        """
        index = {
            (entity, answer.get("Id")): answer
            for entity, answers in found.items()
            for answer in answers
        }
        settled, missing = self.browse(), self.browse()
        for operation in self:
            answer = index.get((operation.entity, operation.qbo_id))
            if answer is None:
                missing |= operation
            elif answer.get("status") == DELETED:
                settled |= operation._meet_deleted()
            elif operation._is_carried_out(answer):
                settled |= operation._succeed(answer)
            elif operation._may_go_on(answer):
                missing |= operation
        return settled, missing

    def _meet_deleted(self):
        """The object is no more: all that a void wants, and too much for an update.

        :return: the operation, if that settles it
        """
        self._get_binding().remote_state = "deleted"
        if self.action != "void":
            self._fail_without_target()
            return self.browse()
        self._finish({"Id": self.qbo_id}, [])
        return self

    def _is_carried_out(self, answer):
        if self.action == "void":
            note = answer.get("PrivateNote") or ""
            return note.startswith(VOIDED) and not answer.get("Line")
        # What was sent may be another content than what is to be sent now.
        is_sent = self.state == "uncertain"
        body = self._load(self.body) if is_sent else self._resolve()
        return not self._compare_with(body, answer)

    def _may_go_on(self, answer):
        """Whether the change can be sent, because the content is what was seen.

        What was sent under an old token goes out again with the new one.
        """
        seen = self.answer or self._get_binding().snapshot or {}
        changes = describe_change(seen, answer)
        if changes and not self._is_own_work(answer):
            # A retry says that a person saw this, and wants it overwritten.
            self._fail_changed(changes, answer)
            return False
        is_sent_token = self._load(self.body).get("SyncToken") == answer["SyncToken"]
        if self.state == "uncertain" and not is_sent_token:
            self.write(
                {
                    "state": "queued",
                    "is_looked_up": True,
                    "generation": self.generation + 1,
                }
            )
        self.answer = to_plain(answer)
        return True

    def _is_own_work(self, answer):
        """Whether an object is what was sent, though nobody answered."""
        body = self._load(self.body)
        return bool(body) and not self._compare_with(body, answer)

    def _fail_changed(self, changes, answer):
        more = [self.env._("and more")] if len(changes) > MOST_CHANGES else []
        self._fail(
            "business",
            self.env._(
                "%(name)s was changed in QuickBooks since Odoo last heard of it: "
                "%(changes)s. Nothing was overwritten. Click Retry to let QuickBooks "
                "have it as it is in Odoo, or change it in Odoo.",
                name=self.name,
                changes="; ".join(changes[:MOST_CHANGES] + more),
            ),
            answer=to_plain(answer),
            generation=self.generation + 1,
        )

    def _get_binding(self):
        """Return the link of the record, be it deleted or not."""
        record = self.env[self.res_model].browse(self.res_id)
        found = self.env["qbo.binding"]._find(self.connection_id, record, self.entity)
        return found.get(self.res_id, self.env["qbo.binding"])

    def _note_change(self, answer):
        """Keep what QuickBooks has now, so that its echo is recognised."""
        binding = self._get_binding()
        if not binding:
            return
        values = binding._prepare_answer_values(answer)
        if self.action == "void":
            values["remote_state"] = "voided"
        binding.write(values)

    def _is_left_behind(self, answer):
        """Whether an object is what the record was before it was voided."""
        return bool(
            self.search_count(
                [
                    ("connection_id", "=", self.connection_id.id),
                    ("res_model", "=", self.res_model),
                    ("res_id", "=", self.res_id),
                    ("action", "=", "void"),
                    ("state", "=", "done"),
                    ("qbo_id", "=", answer.get("Id")),
                ],
                limit=1,
            )
        )

    def _describe_change(self, values):
        if self.action == "void":
            return self.env._(
                "Voided in QuickBooks: %(entity)s %(number)s (id %(id)s).", **values
            )
        return self.env._(
            "Changed in QuickBooks: %(entity)s %(number)s (id %(id)s).", **values
        )

    # === WHAT FOLLOWS === #

    def _follow_up(self):
        """Let the records queue what follows from pushes that ended."""
        by_model = {}
        for operation in self:
            if operation.state in ("done", "differs", "failed"):
                by_model.setdefault(operation.res_model, []).append(operation.res_id)
        for model, ids in by_model.items():
            self.env[model].browse(ids).exists()._qbo_follow()
