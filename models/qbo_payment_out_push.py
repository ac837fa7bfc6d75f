import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .qbo_approval_mixin_push import ON_ITS_WAY, UNDER_WAY
from .qbo_payment_out_mixin import FROM_QUICKBOOKS
from .roles import APPROVER_GROUP

_logger = logging.getLogger(__name__)

# Failed for what Odoo lacks: worth another try whenever something changed.
LACKING = ("dependency", "mapping")
# Failed so that a person has to know.
KEPT = ("uncertain", "reference")
# Ours: what is reset to draft is mostly posted again a moment later.
TIME_TO_EDIT = timedelta(minutes=10)


class QboPaymentOutMixin(models.AbstractModel):
    """Pushing payments, and following what becomes of them in Odoo.

    What there is to do follows from what the record is now and what QuickBooks got
    last, never from what somebody did: whoever asks, and however often, the same is
    queued, once.
    """

    _inherit = "qbo.payment.out.mixin"

    # === PUSH === #

    def action_qbo_push(self):
        """Queue what can be queued; say of the others why not."""
        self._qbo_check_role(APPROVER_GROUP)
        done, refusals = self._qbo_push()
        return self._qbo_report(
            done, refusals, self.env._("%(count)s queued", count=len(done))
        )

    def _qbo_push(self):
        """Queue what can be queued.

        :return: (records, {record: why not})
        """
        self.env.flush_all()
        connections = self._qbo_get_connections()
        operations = self._qbo_get_last_operations()
        done, refusals = self.browse(), {}
        for record in self:
            connection = connections.get(record.sudo().company_id)
            refusal = record._qbo_get_push_refusal(
                connection, operations.get(record.id)
            )
            if refusal:
                refusals[record] = refusal
            else:
                done |= record
                action = record.sudo()._qbo_get_wanted_action(connection, True)
                record._qbo_enqueue(connection, action, self.env.user)
        return done, refusals

    def _qbo_get_push_refusal(self, connection, operation):
        """Return why the record cannot be pushed now, or None."""
        refusal = self._qbo_get_common_refusal(connection)
        if refusal:
            return refusal
        if operation and operation.state in ON_ITS_WAY:
            return self._qbo_make_under_way_sentence()
        refusal = self._qbo_get_connection_refusal(connection) or "\n".join(
            self._qbo_get_blockers(connection)
        )
        if refusal or self.sudo()._qbo_get_wanted_action(connection, True):
            return refusal
        return self.env._(
            "%(title)s is in QuickBooks already, as it is in Odoo (id %(id)s).",
            title=self._qbo_get_title(),
            id=self.sudo()._qbo_get_binding(connection).qbo_id,
        )

    def _qbo_get_common_refusal(self, connection):
        """Return why nothing at all can be done with the record, or None."""
        if not self.has_access("read"):
            return self.env._(
                "The payment with the id %(id)s belongs to another company, or you may "
                "not read it. Switch to its company first.",
                id=self.id,
            )
        record, title = self.sudo(), self._qbo_get_title()
        company = record.company_id
        if not self._qbo_get_entity():
            return self.env._(
                "%(title)s is no payment of a customer, and QuickBooks gets no others "
                "from Odoo.",
                title=title,
            )
        if not self.env.su and company not in self.env.user.company_ids:
            return self.env._(
                "%(title)s belongs to %(company)s, which is not among your companies.",
                title=title,
                company=company.name,
            )
        if not connection:
            return self.env._(
                "%(title)s cannot go to QuickBooks, because %(company)s has no "
                "QuickBooks connection. Ask an administrator to connect one.",
                title=title,
                company=company.name,
            )
        if connection.payment_push == "off":
            return self.env._(
                "%(title)s stays in Odoo: payments are not pushed for %(books)s. An "
                "administrator can change that (connection, tab Settings).",
                title=title,
                books=connection.name,
            )
        if record._qbo_is_from_quickbooks():
            return self.env._(
                "%(title)s came from QuickBooks, and is there already.", title=title
            )
        return record._qbo_get_unwanted_refusal(title)

    def _qbo_get_unwanted_refusal(self, title):
        """Return why a record in its state is nothing for QuickBooks, or None."""
        if self._qbo_is_wanted() or self._qbo_is_money_out():
            return None
        # What a state lacks, the model may know better.
        own = list(self._qbo_list_own_blockers(title))
        return (own and own[0]) or self.env._(
            "%(title)s is not posted, or settles nothing. Post it first.", title=title
        )

    def _qbo_enqueue(self, connection, action, user):
        """Queue one action for one record.

        :return: the operation
        """
        operation = (
            self.env["qbo.operation"].sudo()._enqueue(connection, self, action, user)
        )
        if action != "void":
            operation._hurry_voids()
        words = {
            "create": self.env._("Queued to be pushed to QuickBooks."),
            "update": self.env._("Changed: the change is queued for QuickBooks."),
            "void": self.env._("Queued to be voided in QuickBooks."),
        }
        notes = self.sudo()._qbo_list_notes() if action != "void" else ()
        text = " ".join([words[action], *notes])
        operation._log_on(self.sudo(), text)
        return operation

    # === WHAT THERE IS TO DO === #

    def _qbo_get_wanted_action(self, connection, is_by_person=False):
        """Return what QuickBooks lacks: the action of an operation, or None.

        :param bool is_by_person: a person wants it there, also if it was taken out of
            QuickBooks there
        """
        binding = self._qbo_get_binding(connection)
        is_there = binding.qbo_id and binding.remote_state == "alive"
        if not self._qbo_is_wanted():
            return "void" if is_there else None
        last = self._qbo_get_last_done(connection)
        if is_there:
            is_changed = last and last.payload_digest != self._qbo_digest(connection)
            is_due = is_changed and not self._qbo_is_so_there(
                connection, binding, is_by_person
            )
            return "update" if is_due else None
        if binding.qbo_id and last.action != "void" and not is_by_person:
            return None
        # What was only taken back for a while goes there again by itself.
        return "create"

    # === FOLLOWING === #

    def _qbo_follow(self):
        """Queue what a change of these records means for QuickBooks.

        What is changed because QuickBooks has it so means nothing.
        """
        if self.env.context.get("qbo_from_quickbooks") is FROM_QUICKBOOKS:
            return
        records = self.sudo()
        connections = {
            company: connection
            for company, connection in records._qbo_get_connections().items()
            if connection.payment_push != "off" and connection.realm_id
        }
        if not connections:
            return
        operations = self.env["qbo.operation"].sudo()._get_open_of(records)
        by_id = {operation.res_id: operation for operation in operations}
        for record in records:
            connection = connections.get(record.company_id)
            is_ours = record._qbo_get_entity() and not record._qbo_is_from_quickbooks()
            if connection and is_ours:
                operation = by_id.get(record.id, operations.browse())
                record._qbo_try_to_follow(connection, operation)

    def _qbo_try_to_follow(self, connection, operation):
        """Nobody who works in Odoo is stopped by what QuickBooks gets."""
        is_known = operation or self._qbo_get_binding(connection).qbo_id
        if not is_known and connection.payment_push != "automatic":
            return
        try:
            with self.env.cr.savepoint():
                self._qbo_follow_one(connection, operation)
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            _logger.exception("%s is not followed to QuickBooks", self)
            connection._tell_unforeseen(self, error)

    def _qbo_follow_one(self, connection, operation):
        if operation.state in UNDER_WAY:
            operation._wait_for_outcome()
            return
        action = self._qbo_get_wanted_action(connection)
        if not action:
            self._qbo_take_back(operation)
        elif (
            operation
            or action != "create"
            or self._qbo_get_binding(connection).qbo_id
            or self._qbo_goes_by_itself(connection)
        ):
            self._qbo_queue_anew(connection, operation, action)

    def _qbo_queue_anew(self, connection, operation, action):
        blockers = [] if action == "void" else self._qbo_get_blockers(connection)
        if blockers and action == "create" and not operation:
            return
        if self._qbo_is_queued_so(connection, operation, action):
            if action == "void" and not self._qbo_may_come_back():
                operation._hurry()
            return
        # Who pushed it is told of what becomes of it.
        last = operation or self._qbo_get_last_done(connection)
        user = last.user_id if self.env.uid == self.env.ref("base.user_root").id else 0
        queued = self._qbo_enqueue(connection, action, user or self.env.user)
        if action == "void" and self._qbo_may_come_back():
            queued.next_attempt_at = fields.Datetime.now() + TIME_TO_EDIT
        if blockers:
            queued._fail("mapping", "\n".join(blockers))

    def _qbo_is_queued_so(self, connection, operation, action):
        """Whether an open operation says already what would be queued."""
        if operation.action != action or operation.cause in LACKING:
            return False
        return action == "void" or (
            operation.payload_digest == self._qbo_digest(connection)
        )

    def _qbo_take_back(self, operation):
        """Nothing is to be done any more.

        What was sent and never answered stays: a retry finds out what became of it.
        So does the news that QuickBooks has it no more.
        """
        if operation.state != "failed" or operation.cause not in KEPT:
            operation._cancel(
                self.env._(
                    "%(title)s was changed in Odoo before it was sent: there is "
                    "nothing to do in QuickBooks any more.",
                    title=self._qbo_get_title(),
                )
            )

    def _qbo_goes_by_itself(self, connection):
        """Whether nobody needs to push it: it settles what QuickBooks has."""
        if connection.payment_push != "automatic":
            return False
        documents = self.env["account.move"].browse(
            each.document.id for each in self._qbo_get_applied()
        )
        return bool(documents._qbo_filter_there(connection))

    # === DELETING === #

    @api.ondelete(at_uninstall=False)
    def _unlink_at_quickbooks(self):
        """What is deleted in Odoo is voided in QuickBooks, not forgotten there."""
        operations = self.env["qbo.operation"].sudo()._get_open_of(self)
        under_way = operations.filtered(lambda each: each.state in UNDER_WAY)
        if under_way:
            raise UserError(
                self.env._(
                    "%(names)s: on the way to QuickBooks, outcome not known yet. Wait "
                    "until that is settled before you delete it.",
                    names=", ".join(under_way.mapped("name")),
                )
            )
        by_id = {operation.res_id: operation for operation in operations}
        connections = self._qbo_get_connections()
        for record in self.sudo():
            connection = connections.get(record.company_id)
            operation = by_id.get(record.id, operations.browse())
            if connection:
                record._qbo_leave(connection, operation)

    def _qbo_leave(self, connection, operation):
        binding = self._qbo_get_binding(connection)
        is_there = binding.qbo_id and binding.remote_state == "alive"
        is_off = self._qbo_is_off(connection) or self._qbo_is_from_quickbooks()
        if not is_there or is_off:
            self._qbo_take_back(operation)
        elif operation.action != "void":
            self._qbo_enqueue(connection, "void", self.env.user)
        else:
            operation._hurry()


class QboOperation(models.Model):
    _inherit = "qbo.operation"

    def _hurry(self):
        """Send what waits for a time that there is no reason to wait for any more."""
        planned = self.filtered(lambda each: each.state == "queued")
        planned.next_attempt_at = False
        planned.connection_id._wake_worker()

    def _wait_for_outcome(self):
        """Let the worker record what became of these only after this transaction.

        Whoever changes a record that is under way leaves the operation alone; what
        follows is queued when it ends. Should it end while this transaction still
        goes on, its change would be seen by nobody: so one waits for the other.
        """
        self.env.execute_query(
            SQL("SELECT id FROM qbo_operation WHERE id IN %s FOR UPDATE", self._ids)
        )
