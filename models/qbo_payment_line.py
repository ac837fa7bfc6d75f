from decimal import Decimal

from odoo import fields, models

# A document of Odoo that a person chose; it may not be at QuickBooks at all.
CHOSEN = "account.move"


class QboPaymentLine(models.Model):
    """What a payment pays: one document each.

    Those of QuickBooks say what QuickBooks applied and are written anew whenever it
    changes; those of a person say what the open money is to pay and are kept.
    """

    _name = "qbo.payment.line"
    _description = "QuickBooks Payment Line"
    _order = "payment_id, origin, id"
    _rec_name = "number"

    payment_id = fields.Many2one(
        "qbo.payment", required=True, index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="payment_id.company_id", store=True)
    currency_id = fields.Many2one(related="payment_id.currency_id")
    origin = fields.Selection(
        [("quickbooks", "QuickBooks"), ("person", "A person")],
        "Said By",
        required=True,
        readonly=True,
    )
    entity = fields.Char("Kind", readonly=True)
    qbo_id = fields.Char("QuickBooks Id", readonly=True)
    number = fields.Char(readonly=True)
    move_id = fields.Many2one(
        "account.move",
        "Document",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    amount = fields.Monetary(readonly=True)
    applied = fields.Monetary("Applied Here", readonly=True)
    applied_there = fields.Monetary(
        "Applied In QuickBooks Before",
        readonly=True,
        help="What QuickBooks let the payment pay of it when a person chose: what it "
        "applies beyond that takes the place of the choice.",
    )
    reason = fields.Selection(
        selection=lambda self: self.env["qbo.payment.words"]._get_reasons(),
        readonly=True,
    )
    write_down = fields.Monetary(
        readonly=True, help="What of the invoice nobody will pay any more."
    )
    write_down_account_id = fields.Many2one(
        "account.account", readonly=True, ondelete="restrict"
    )
    write_down_move_id = fields.Many2one(
        "account.move", "Write-Down Entry", readonly=True, index="btree_not_null"
    )

    _amount_positive = models.Constraint(
        "CHECK(amount > 0 OR write_down > 0)", "A payment pays more than nothing."
    )
    _one_decision = models.UniqueIndex(
        "(payment_id, move_id) WHERE origin = 'person'",
        "This payment pays this document already.",
    )

    def _update(self, values):
        """Write what is different."""
        changed = {
            name: value
            for name, value in values.items()
            if (self[name].id if name == "move_id" else self[name]) != (value or False)
        }
        if changed:
            self.write(changed)

    def _get_key(self):
        """Return what `tools.settlement` calls the document."""
        if self.origin == "quickbooks":
            return self.entity, self.qbo_id
        return CHOSEN, str(self.move_id.id)

    def _get_amount(self):
        """Return the amount as Decimal."""
        return to_decimal(self.amount, self.currency_id)


def to_decimal(amount, currency):
    """An amount of Odoo with the decimals of its currency (Decimal)."""
    return Decimal(f"{amount:.{currency.decimal_places}f}")
