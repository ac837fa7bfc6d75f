from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import members
from .qbo_approval_mixin_push import UNDER_WAY
from .qbo_operation import UNSENT_STATES
from .qbo_payment_out_mixin import Sum
from .qbo_payment_out_state import STATES
from .roles import APPROVER_GROUP

ACTIVITY_TYPE = "quickbooks_online.mail_activity_type_payments"


class QboDeposit(models.Model):
    """Payments that reach the bank together, as one Deposit of QuickBooks.

    Which ones is written down here before anything is sent: those of a bank line that
    a processor paid out, or those of a journal and day. Until it is sent, that of a
    bank line follows what the line is matched with; afterwards it stays.
    """

    _name = "qbo.deposit"
    _description = "QuickBooks Deposit"
    _inherit = ["mail.thread", "mail.activity.mixin", "qbo.payment.out.mixin"]
    _order = "date desc, id desc"

    connection_id = fields.Many2one(
        "qbo.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True, precompute=True
    )
    journal_id = fields.Many2one(
        "account.journal", required=True, readonly=True, ondelete="restrict"
    )
    date = fields.Date(required=True, readonly=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, readonly=True, ondelete="restrict"
    )
    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        "Bank Line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    payment_ref = fields.Char("Bank Line Says", related="statement_line_id.payment_ref")
    line_ids = fields.One2many("qbo.deposit.line", "deposit_id", readonly=True)
    fee = fields.Monetary(
        readonly=True, help="What the processor kept, in the currency of the deposit."
    )
    total = fields.Monetary(readonly=True, help="What reaches the bank.")
    is_live = fields.Boolean(
        default=True, readonly=True, help="Off when the deposit was given up."
    )

    # QuickBooks voids payments, and deletes deposits.
    qbo_state = fields.Selection(list((STATES | {"voided": "Deleted"}).items()))

    _one_per_bank_line = models.UniqueIndex(
        "(statement_line_id) WHERE is_live",
        "This bank line has a deposit already.",
    )

    @api.depends("journal_id", "date", "payment_ref")
    def _compute_display_name(self):
        for deposit in self:
            values = {
                # Who pushes may not read journals.
                "journal": deposit.sudo().journal_id.display_name,
                "date": fields.Date.to_string(deposit.date) if deposit.date else "-",
            }
            if deposit.payment_ref:
                deposit.display_name = self.env._(
                    "Deposit %(journal)s %(date)s, %(reference)s",
                    reference=deposit.payment_ref,
                    **values,
                )
            else:
                deposit.display_name = self.env._(
                    "Deposit %(journal)s %(date)s", **values
                )

    # === GROUPING === #

    @api.model
    def _of_bank_line(self, connection, bank_line):
        """Return the deposit of a bank line, brought to what that is matched with.

        Empty where no payment is. What is under way or in QuickBooks stays.
        """
        deposit = self.search(
            [("statement_line_id", "=", bank_line.id), ("is_live", "=", True)]
        )
        if deposit and deposit._is_settled():
            return deposit
        payments = bank_line._qbo_get_matched_payments()
        if not payments:
            deposit._release()
            return self.browse()
        values = self._prepare_values_of(connection, bank_line)
        if not deposit:
            return self._group(values, payments)
        if not deposit._is_grouped_so(values, payments):
            deposit._regroup(values, payments)
        return deposit

    @api.model
    def _prepare_values_of(self, connection, bank_line):
        return {
            "connection_id": connection.id,
            "journal_id": bank_line.journal_id.id,
            "date": bank_line.date,
            "currency_id": bank_line.currency_id.id,
            "statement_line_id": bank_line.id,
            "fee": float(bank_line._qbo_get_fee()),
            "total": bank_line.amount,
        }

    def _bring_up_to_date(self):
        """Let what is not sent yet hold its payments as they are now.

        :return: the deposit, empty if nothing is left of it
        """
        if not self.is_live or self._is_settled():
            return self
        if self.statement_line_id:
            return self._of_bank_line(self.connection_id, self.statement_line_id)
        payments = self.line_ids.payment_id.filtered(
            lambda each: each._qbo_is_wanted()
            and each._qbo_is_depositable(self.currency_id)
            and (each.journal_id, each.date) == (self.journal_id, self.date)
        )
        if not payments:
            self._release()
            return self.browse()
        total = self.currency_id.round(sum(payments.mapped("amount")))
        values = {
            "journal_id": self.journal_id.id,
            "date": self.date,
            "fee": self.fee,
            "total": total,
        }
        if not self._is_grouped_so(values, payments):
            self._regroup(values, payments)
        return self

    @api.model
    def _group(self, values, payments):
        """Create a deposit of those of the payments that are in no other."""
        deposit = self.create(values)
        deposit._add(payments)
        return deposit

    def _add(self, payments):
        free = payments.filtered(lambda each: not each._qbo_get_deposit_line())
        self.env["qbo.deposit.line"].create(
            [
                {"deposit_id": self.id, "payment_id": each.id, "amount": each.amount}
                for each in free.sorted("id")
            ]
        )
        # A unique index speaks when it is written, not at the end.
        self.env.flush_all()

    def _is_grouped_so(self, values, payments):
        current = {line.payment_id.id: line.amount for line in self.line_ids}
        wanted = {each.id: each.amount for each in payments}
        return self._make_key(
            self.journal_id.id, self.date, self.fee, self.total, current
        ) == self._make_key(
            values["journal_id"], values["date"], values["fee"], values["total"], wanted
        )

    def _make_key(self, journal_id, date, fee, total, amounts):
        read = {id: self._read(amount) for id, amount in amounts.items()}
        return journal_id, date, self._read(fee), self._read(total), read

    def _regroup(self, values, payments):
        self._take_back_operation()
        self.line_ids.unlink()
        self.write(values)
        self._add(payments)

    def _is_settled(self):
        """Whether it is in QuickBooks, or may be, or is on the way there."""
        if self._is_there():
            return True
        operation = self._qbo_get_last_operations().get(self.id)
        if not operation:
            return False
        return operation.state in UNDER_WAY or operation.cause == "uncertain"

    def _is_there(self):
        binding = self._qbo_get_binding(self.connection_id)
        return bool(binding.qbo_id) and binding.remote_state == "alive"

    def _take_back_operation(self):
        operations = self._qbo_get_last_operations()
        unsent = [each for each in operations.values() if each.state in UNSENT_STATES]
        for operation in unsent:
            operation._cancel(
                self.env._(
                    "%(name)s was changed in Odoo before it was sent.",
                    name=operation.name,
                )
            )

    def _release(self):
        """Give up deposits that are not sent: their payments are free for others."""
        self._take_back_operation()
        self.activity_unlink([ACTIVITY_TYPE])
        self.line_ids.is_live = False
        self.is_live = False

    def _open_list(self):
        """Return an action that shows these."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_deposit_action"
        )
        return action | {"domain": [("id", "in", self.ids)]}

    def action_qbo_undo(self):
        """Give up deposits that QuickBooks does not have."""
        self._qbo_check_role(APPROVER_GROUP)
        self.check_access("read")
        for deposit in self.sudo():
            deposit._check_can_be_undone()
            deposit._release()
        return True

    def _check_can_be_undone(self):
        self._qbo_lock_operation()
        if self._is_there():
            raise UserError(
                self.env._(
                    "%(title)s is in QuickBooks (id %(id)s), and Odoo deletes no "
                    "deposits there. Delete it in QuickBooks, if it is wrong: its "
                    "payments go back to Undeposited Funds there. Odoo hears of that, "
                    "and then it can be made again or given up here.",
                    title=self._qbo_get_title(),
                    id=self._qbo_get_binding(self.connection_id).qbo_id,
                )
            )
        if self._is_settled():
            raise UserError(self._qbo_make_under_way_sentence())

    def _qbo_lock_operation(self):
        """Nothing is taken back that the worker sends at the same moment."""
        operation = self._qbo_get_last_operations().get(self.id)
        if operation and operation.state in UNSENT_STATES:
            operation._wait_for_outcome()
            operation.invalidate_recordset(["state"])

    # === WHAT IT IS === #

    def _qbo_get_entity(self):
        return "Deposit"

    def _qbo_get_title(self):
        self.ensure_one()
        return self.display_name

    def _qbo_is_off(self, connection):
        return connection.deposit_policy == "off"

    def _qbo_is_wanted(self):
        return self.is_live and self.connection_id.active

    def _qbo_get_partner(self):
        return self.env["res.partner"]

    def _qbo_get_date(self):
        return self.date

    def _qbo_get_journal(self):
        return self.journal_id

    def _qbo_get_number(self):
        return self.statement_line_id.move_id.name or self.display_name

    def _qbo_get_applied(self):
        return []

    def _qbo_get_sum(self):
        return Sum(self._read(self.total), self._read(self.total))

    def _read(self, amount):
        return members.read_amount(amount, self.currency_id.decimal_places)

    def _get_payments_total(self):
        return sum((self._read(each.amount) for each in self.line_ids), Decimal())

    @api.model
    def _qbo_get_open_domain(self):
        return (
            Domain("is_live", "=", True)
            & Domain("connection_id.active", "=", True)
            & Domain("connection_id.deposit_policy", "!=", "off")
        )
