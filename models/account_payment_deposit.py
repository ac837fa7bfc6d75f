from typing import NamedTuple

from odoo import fields, models

from ..tools import money
from .roles import USER_GROUP


class Place(NamedTuple):
    """Where QuickBooks has the money of a payment.

    :param qbo_id: id of the Payment
    :param account_qbo_id: id of the account that it was received in
    :param deposit_qbo_id: id of the Deposit that took it to the bank, or ''
    :param amount: Decimal
    """

    qbo_id: str
    account_qbo_id: str
    deposit_qbo_id: str
    amount: object


class AccountPayment(models.Model):
    """Payments whose money a deposit takes to the bank."""

    _inherit = "account.payment"

    qbo_deposit_line_ids = fields.One2many(
        "qbo.deposit.line",
        "payment_id",
        readonly=True,
        groups=USER_GROUP,
    )
    qbo_received_in = fields.Selection(
        [
            ("account", "The account of its journal"),
            ("undeposited", "Undeposited Funds"),
        ],
        "Received In QuickBooks In",
        readonly=True,
        copy=False,
        help="Decided when it was pushed: a change of the settings moves no money.",
    )

    # === PUSH === #

    def _qbo_get_deposit(self, connection):
        if self._qbo_get_received_in(connection) == "account":
            return super()._qbo_get_deposit(connection)
        chosen = connection.deposit_account_id
        is_undeposited = chosen.qbo_id in connection._get_undeposited_ids()
        return chosen if is_undeposited else chosen.browse()

    def _qbo_get_received_in(self, connection):
        is_there = self._qbo_get_binding(connection).qbo_id
        if self.qbo_received_in or is_there:
            return self.qbo_received_in or "account"
        return "account" if connection.deposit_policy == "off" else "undeposited"

    def _qbo_enqueue(self, connection, action, user):
        if action == "create":
            is_off = connection.deposit_policy == "off"
            self.sudo().qbo_received_in = "account" if is_off else "undeposited"
        return super()._qbo_enqueue(connection, action, user)

    def _qbo_follow(self):
        """A deposit that waited for these goes on."""
        result = super()._qbo_follow()
        lines = self.sudo().qbo_deposit_line_ids.filtered("is_live")
        lines.deposit_id._qbo_follow_safely()
        return result

    # === DEPOSIT === #

    def _qbo_get_deposit_line(self):
        """Return the line of the one deposit that holds the payment, or empty."""
        return self.sudo().qbo_deposit_line_ids.filtered("is_live")

    def _qbo_is_depositable(self, currency):
        return (
            self.partner_type == "customer"
            and self.payment_type == "inbound"
            and self.currency_id == currency
        )

    def _qbo_refer_deposited(self, connection, place):
        """Return what stands in a payload for the payment's id.

        What came from QuickBooks has no link: its id is known.
        """
        is_bound = self._qbo_get_binding(connection).qbo_id
        return place.qbo_id if place and not is_bound else self._qbo_refer(connection)

    def _qbo_get_places(self, connection):
        """Return {payment: `Place`} of those that are in QuickBooks, not voided."""
        bindings = self.env["qbo.binding"]._find(connection, self, "Payment")
        bound = {id: each for id, each in bindings.items() if each.qbo_id}
        heard = (
            self.env["qbo.payment"]
            .sudo()
            .search(
                [
                    ("connection_id", "=", connection.id),
                    ("entity", "=", "Payment"),
                    "|",
                    ("account_payment_id", "in", self.ids),
                    ("qbo_id", "in", [each.qbo_id for each in bound.values()]),
                ]
            )
        )
        by_payment = {each.account_payment_id.id: each for each in heard}
        by_id = {each.qbo_id: each for each in heard}
        gone = self.env["qbo.deposit"].sudo()._list_gone(connection)
        places = {}
        for payment in self:
            binding = bound.get(payment.id)
            row = by_id.get(binding.qbo_id) if binding else by_payment.get(payment.id)
            newest = max(
                filter(None, (binding, row)),
                key=lambda each: int(each.sync_token or 0),
                default=None,
            )
            if newest and newest.remote_state == "alive":
                places[payment] = _read_place(newest, gone)
        return places


def _read_place(record, gone):
    """:param record: qbo.binding or qbo.payment
    :param gone: ids of deposits that QuickBooks has no more
    """
    values = record.snapshot or {}
    return Place(
        record.qbo_id,
        (values.get("DepositToAccountRef") or {}).get("value") or "",
        next(
            (
                link["TxnId"]
                for link in values.get("LinkedTxn") or ()
                if link.get("TxnType") == "Deposit" and link["TxnId"] not in gone
            ),
            "",
        ),
        money.to_decimal(values.get("TotalAmt") or 0),
    )
