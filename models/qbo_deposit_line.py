from odoo import fields, models


class QboDepositLine(models.Model):
    """A payment that a deposit takes to the bank, all of it."""

    _name = "qbo.deposit.line"
    _description = "QuickBooks Deposit Line"
    _order = "deposit_id, id"
    _rec_name = "payment_id"

    deposit_id = fields.Many2one(
        "qbo.deposit", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="deposit_id.company_id", store=True)
    currency_id = fields.Many2one(related="deposit_id.currency_id")
    payment_id = fields.Many2one(
        "account.payment", readonly=True, index="btree_not_null", ondelete="set null"
    )
    partner_id = fields.Many2one(string="Customer", related="payment_id.partner_id")
    date = fields.Date(related="payment_id.date")
    amount = fields.Monetary(readonly=True)
    is_live = fields.Boolean(
        default=True, readonly=True, help="Off when the deposit was given up."
    )

    _one_live_deposit = models.UniqueIndex(
        "(payment_id) WHERE is_live",
        "This payment is in another deposit already.",
    )

    def _qbo_list_place_blockers(self, connection, place, values):
        """Yield why QuickBooks would not deposit what it has of the payment.

        :param place: `Place` of the payment
        :param dict values: ``title`` and ``payment`` of the sentences
        """
        if place.deposit_qbo_id:
            yield self.env._(
                "%(title)s holds %(payment)s, which is in a deposit of QuickBooks "
                "already (id %(id)s). Take it off there, or give this deposit up.",
                id=place.deposit_qbo_id,
                **values,
            )
        elif place.account_qbo_id not in connection._get_undeposited_ids():
            account = connection._find_account(place.account_qbo_id)
            yield self.env._(
                "%(title)s holds %(payment)s, whose money QuickBooks has in "
                "%(account)s, not in Undeposited Funds. Nothing is left to deposit; "
                "change that in QuickBooks, or give this deposit up.",
                account=account.display_name or place.account_qbo_id or "-",
                **values,
            )
        elif place.amount != self.deposit_id._read(self.amount):
            yield self.env._(
                "%(title)s holds %(payment)s over %(ours)s, which is over %(theirs)s "
                "in QuickBooks. Make the two agree first.",
                ours=self.currency_id.format(self.amount),
                theirs=self.currency_id.format(float(place.amount)),
                **values,
            )
