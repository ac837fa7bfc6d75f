from odoo import api, models

from ..tools.contents import describe_change
from ..tools.digest import to_plain
from .qbo_deposit import ACTIVITY_TYPE
from .roles import ACCOUNTANT_GROUP

ENTITY = "Deposit"
# Differences that a sentence takes.
MOST_CHANGES = 5


class QboDeposit(models.Model):
    """What a bookkeeper does in QuickBooks with the deposits that Odoo made.

    It is told, and nothing is made again by itself: who deleted a deposit there had a
    reason. Its payments are Odoo's to deposit again when a person says so.
    """

    _inherit = "qbo.deposit"

    @api.model
    def _take(self, connection, entity, objects, heard_by):
        """Keep what QuickBooks has now of these deposits.

        :param objects: list of dicts, each the present state of one
        """
        known = self._get_heard_bindings(connection, [each["Id"] for each in objects])
        for values in objects:
            binding = known.get(values["Id"])
            if not binding or _is_older(values, binding):
                continue
            seen = binding.snapshot or {}
            binding.write(
                {
                    "sync_token": values.get("SyncToken"),
                    "snapshot": to_plain(values),
                    "remote_state": "alive",
                }
            )
            changes = describe_change(seen, values)
            if changes:
                self._of_binding(binding)._note_changed_there(values, changes)

    @api.model
    def _take_deleted(self, connection, entity, qbo_ids):
        """Mark the deposits that QuickBooks has no more."""
        known = self._get_heard_bindings(connection, qbo_ids)
        for binding in known.values():
            if binding.remote_state == "alive":
                binding.remote_state = "deleted"
                self._of_binding(binding)._note_deleted_there(binding.qbo_id)

    @api.model
    def _find(self, connection, entity, qbo_ids):
        """Return {id in QuickBooks: deposit} of those that are Odoo's."""
        known = self._get_heard_bindings(connection, qbo_ids)
        return {qbo_id: self._of_binding(binding) for qbo_id, binding in known.items()}

    @api.model
    def _list_known(self, connection, state="alive"):
        """Return the ids of all that QuickBooks has, as far as Odoo knows (set)."""
        bindings = self.env["qbo.binding"].search(
            [*self._get_heard_domain(connection), ("remote_state", "=", state)]
        )
        return set(bindings.mapped("qbo_id"))

    @api.model
    def _list_gone(self, connection):
        """Return the ids of those that QuickBooks had (set)."""
        return self._list_known(connection, "deleted")

    @api.model
    def _get_heard_domain(self, connection):
        return [
            ("connection_id", "=", connection.id),
            ("entity", "=", ENTITY),
            ("res_model", "=", self._name),
            ("qbo_id", "!=", False),
        ]

    @api.model
    def _get_heard_bindings(self, connection, qbo_ids):
        bindings = self.env["qbo.binding"].search(
            [*self._get_heard_domain(connection), ("qbo_id", "in", list(qbo_ids))]
        )
        return {each.qbo_id: each for each in bindings}

    @api.model
    def _of_binding(self, binding):
        """Return the deposit, in the language of its company."""
        deposit = self.browse(binding.res_id).exists()
        return deposit and deposit._qbo_in(binding.connection_id)

    # === TELLING === #

    def _note_deleted_there(self, qbo_id):
        for deposit in self:
            deposit._tell_accountants(
                self.env._("Deleted in QuickBooks"),
                self.env._(
                    "%(title)s was deleted in QuickBooks (id %(id)s): its payments are "
                    "in Undeposited Funds there again. Push it to make it again, or "
                    "give it up, and its payments are free for other deposits.",
                    title=deposit._qbo_get_title(),
                    id=qbo_id,
                ),
            )

    def _note_changed_there(self, values, changes):
        """Hold what was sent against what there is now, as when it was answered."""
        for deposit in self:
            operation = deposit._qbo_get_last_done(deposit.connection_id)
            if operation.body:
                sent = operation._load(operation.body)
                gaps = operation._list_gaps(sent, values)
                operation.write(
                    {
                        "state": "differs" if gaps else "done",
                        "cause": "differs" if gaps else False,
                        "gaps": gaps or False,
                        "answer": to_plain(values),
                    }
                )
            more = [self.env._("and more")] if len(changes) > MOST_CHANGES else []
            deposit._tell_accountants(
                self.env._("Changed in QuickBooks"),
                self.env._(
                    "%(title)s was changed in QuickBooks: %(changes)s. Nothing was "
                    "changed in Odoo. Compare the two, and mend the one that is wrong.",
                    title=deposit._qbo_get_title(),
                    changes="; ".join(changes[:MOST_CHANGES] + more),
                ),
            )

    def _tell_accountants(self, summary, text):
        self.message_post(body=text)
        users = self.env.ref(ACCOUNTANT_GROUP).all_user_ids
        for user in users.filtered("active"):
            if self.company_id in user.company_ids:
                self.activity_schedule(
                    ACTIVITY_TYPE, user_id=user.id, summary=summary, note=text
                )


def _is_older(values, binding):
    """Whether an answer is older than what is known, or the same."""
    token, known = int(values.get("SyncToken") or 0), int(binding.sync_token or 0)
    return binding.remote_state == "alive" and token <= known
