from decimal import Decimal
from typing import NamedTuple

from odoo import models

from ..tools import members, money


class Part(NamedTuple):
    """What becomes one line with an amount in QuickBooks.

    Mostly a whole line; a line whose amount is shared out over several classes is as
    many parts, whose cents add up.

    :param line: the line of the document
    :param account: account.analytic.account that is its class, or None
    :param amount: Decimal, net
    :param gross: Decimal, with tax
    :param quantity: Decimal
    """

    line: object
    account: object
    amount: Decimal
    gross: Decimal
    quantity: Decimal


class QboDocumentLineMixin(models.AbstractModel):
    """How a line is shared out over classes."""

    _inherit = "qbo.document.line.mixin"

    def _qbo_get_parts(self, connection, rules):
        """Return the `Part` s of a line with an amount, in the order of the shares."""
        amount, gross = self._qbo_read_amount(), self._qbo_read_gross()
        quantity = members.read_number(self._qbo_get_quantity())
        weights = {}
        if rules.classes == "line":
            weights = _complete(self._qbo_get_class_shares(connection))
        if len(weights) < 2:
            account = next(iter(weights), None)
            return [Part(self, account, amount, gross, quantity)]
        # QuickBooks keeps hundredths, also of currencies with thousandths.
        decimals = min(self.currency_id.decimal_places, money.AMOUNT_DECIMALS)
        return [
            Part(
                self,
                account,
                money.from_minor(net, decimals),
                money.from_minor(with_tax, decimals),
                members.make_bare(quantity * weight / 100),
            )
            for (account, weight), net, with_tax in zip(
                weights.items(),
                money.spread(money.to_minor(amount, decimals), list(weights.values())),
                money.spread(money.to_minor(gross, decimals), list(weights.values())),
                strict=True,
            )
        ]

    def _qbo_get_gross(self):
        """Return the amount with tax in the document's currency (float)."""
        return self.price_total

    def _qbo_read_gross(self):
        return members.read_amount(
            self._qbo_get_gross(), self.currency_id.decimal_places
        )


def _complete(shares):
    """{account or None: per cent as Decimal} that come to 100."""
    weights = {
        account: members.read_number(round(share, 6))
        for account, share in shares.items()
        if round(share, 6)
    }
    rest = 100 - sum(weights.values(), Decimal())
    if rest > Decimal("0.01"):
        weights[None] = rest
    return weights
