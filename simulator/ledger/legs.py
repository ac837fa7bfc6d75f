"""The legs of one transaction: debits above zero, credits below."""

from decimal import Decimal

from ..numbers import ZERO, money, multiply

ONE = Decimal(1)


def rate_of(row):
    """Return home units per unit of a transaction's currency."""
    # What was written before multicurrency was turned on has no rate.
    return row.get("ExchangeRate") or ONE


def at_rate(amount, rate):
    """Return an amount in home currency, to the cent."""
    return amount if rate == ONE else money(multiply(amount, rate))


def id_of(reference):
    """Return the id a reference points to, or None."""
    return reference["value"] if reference else None


class Leg:
    """One debit or credit: `amount` in the transaction's currency, `home` at home."""

    __slots__ = ("account_id", "amount", "home", "class_id", "customer_id")

    def __init__(self, account_id, amount, home, class_id, customer_id):
        self.account_id = account_id
        self.amount = amount
        self.home = home
        self.class_id = class_id
        self.customer_id = customer_id


class Legs(list):
    """The legs of the transaction `row`."""

    def __init__(self, row):
        super().__init__()
        self.rate = rate_of(row)

    def add(self, account_id, amount, *, home=None, class_id=None, customer_id=None):
        """Add a leg; without `home` at the transaction's rate. Zero is no leg."""
        if home is None:
            home = at_rate(amount, self.rate)
        if amount or home:
            self.append(Leg(account_id, amount, home, class_id, customer_id))

    def check(self):
        """Raise ArithmeticError unless the amounts are in balance, as they were sent.

        That is the simulator's own mistake: `level` must hide no more than cents.
        """
        total = sum((leg.amount for leg in self), ZERO)
        if total or self.missing:
            raise ArithmeticError(f"A transaction is out of balance by {total}.")

    @property
    def missing(self):
        """What a last leg must hold for the home amounts to be in balance."""
        return -sum((leg.home for leg in self), ZERO)

    def level(self):
        """Let the last leg take the cents that rounding at the rate lost."""
        if self:
            self[-1].home += self.missing
