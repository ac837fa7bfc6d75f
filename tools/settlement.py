"""What a payment of QuickBooks settles, and what of it Odoo can follow.

QuickBooks says which invoices a payment pays and which credit memos help to pay
them (one line each, all amounts positive); the rest is unapplied. Nothing is guessed
here: what Odoo does not know, or has otherwise, stays open with its reason.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from .money import to_decimal

# What a payment pays, and what helps to pay. A journal entry may be either.
DEBTS = (
    "Invoice",
    "Expense",
    "Check",
    "Purchase",
    "ReimburseCharge",
    "StatementCharge",
)
CREDITS = ("CreditMemo", "CreditCardCredit", "Deposit", "Payment", "VendorCredit")
ZERO = Decimal(0)


class UnreadablePayment(ValueError):
    """The lines of a payment do not add up to what QuickBooks says of it."""


class Part(NamedTuple):
    """What one line of a payment settles.

    :param entity: 'Invoice'
    :param id: its id, text
    :param amount: Decimal, above zero
    :param number: its DocNumber as QuickBooks showed it, '' when unknown
    """

    entity: str
    id: str
    amount: Decimal
    number: str = ""

    @property
    def key(self):
        return self.entity, self.id


class Remote(NamedTuple):
    """A payment as QuickBooks has it, in its currency.

    :param total: the money (Decimal)
    :param debts, credits: lists of `Part`
    :param unapplied: what of the money pays nothing yet
    :param is_void: it was voided: everything is zero
    """

    total: Decimal
    debts: list
    credits: list
    unapplied: Decimal
    is_void: bool

    @property
    def volume(self):
        """All that was settled or waits to be: money and credits (Decimal)."""
        return sum((part.amount for part in self.debts), self.unapplied)


class Share(NamedTuple):
    """So much of a document is to be settled in Odoo.

    :param source: key of the credit memo that settles it; None: the money
    :param target: key of the document
    :param amount: Decimal, above zero
    :param is_decided: a person said so, and not QuickBooks
    """

    source: tuple
    target: tuple
    amount: Decimal
    is_decided: bool = False


class Rest(NamedTuple):
    """What stays open, and why.

    :param key: of the document of QuickBooks that it pays; None: nothing
    :param amount: Decimal, above zero
    :param reason: 'unapplied', 'customer', 'exceeds', or as `settle` was told
    """

    key: tuple
    amount: Decimal
    reason: str


@dataclass
class Settlement:
    """What Odoo is to do.

    :param money: what is to be booked as a payment (Decimal)
    :param unmet: decisions that could not be followed: [(key, amount missing)]
    """

    shares: list = field(default_factory=list)
    rests: list = field(default_factory=list)
    money: Decimal = ZERO
    unmet: list = field(default_factory=list)

    @property
    def settled(self):
        return sum((share.amount for share in self.shares), ZERO)

    @property
    def open(self):
        return sum((rest.amount for rest in self.rests), ZERO)


def read_payment(values):
    """Return the `Remote` of a Payment.

    :param dict values: Payment as QuickBooks gives it, numbers as Decimal or text
    :raises UnreadablePayment: it does not add up
    """
    total = _number(values.get("TotalAmt"))
    parts = [_read_part(line) for line in values.get("Line") or ()]
    parts = _merge(part for part in parts if part.amount)
    debts = [part for part in parts if part.entity in DEBTS]
    credits = [part for part in parts if part.entity in CREDITS]
    others = [part for part in parts if part.entity not in DEBTS + CREDITS]
    missing = _sum(debts) - total - _sum(credits) + _number(values.get("UnappliedAmt"))
    # So much are the journal entries on the side of the credits.
    if others and missing == _sum(others):
        credits += others
    elif missing == -_sum(others):
        debts += others
    else:
        raise UnreadablePayment("The lines of the payment do not add up to its total.")
    unapplied = total - _sum(debts) + _sum(credits)
    note = values.get("PrivateNote") or ""
    is_void = not total and not parts and note.startswith("Voided")
    return Remote(total, debts, credits, unapplied, is_void)


def _merge(parts):
    """Let there be one part for each document."""
    merged = {}
    for part in parts:
        known = merged.get(part.key)
        amount = part.amount + (known.amount if known else ZERO)
        merged[part.key] = part._replace(amount=amount)
    return list(merged.values())


def _read_part(line):
    links = line.get("LinkedTxn") or ()
    if len(links) != 1:
        raise UnreadablePayment("A line of the payment links no single document.")
    link = links[0]
    number = ""
    for extra in (line.get("LineEx") or {}).get("any") or ():
        value = extra.get("value") or {}
        if value.get("Name") == "txnReferenceNumber":
            number = value.get("Value") or ""
    return Part(
        link.get("TxnType") or "",
        str(link.get("TxnId") or ""),
        _number(line.get("Amount")),
        number,
    )


def _number(value):
    return to_decimal(value if value is not None else 0)


def _sum(parts):
    return sum((part.amount for part in parts), ZERO)


def settle(remote, available, reasons, *, has_customer, decisions=()):
    """Return the `Settlement`.

    Each unit of money ends up in exactly one place: what `shares` settle and what
    `rests` leave open add up to `remote.volume`.

    :param Remote remote: the payment
    :param dict available: {key: what of the document can still be settled in Odoo
        by this payment (Decimal)}; documents that Odoo cannot settle are missing
    :param dict reasons: {key: why it is missing}; 'unknown' otherwise
    :param bool has_customer: what is unapplied can be booked as the customer's credit
    :param decisions: [(key, amount)]: what a person let the open money pay
    """
    room = dict(available)
    debts, lost_debts = _part_usable(remote.debts, room, reasons)
    credits, lost_credits = _part_usable(remote.credits, room, reasons)
    result = Settlement()
    _drop_unfunded(debts, lost_debts, lost_credits, result)
    money_used = _fund(debts, credits, result)
    # What is left of known credits, and what unknown ones give, pays the lost debts.
    helped = sum(amount for _key, amount in credits)
    helped += sum(rest.amount for rest in lost_credits)
    lost = sum((rest.amount for rest in lost_debts), ZERO)
    money_lost = max(lost - helped, ZERO)
    unapplied = remote.total - money_used - money_lost
    result.rests += lost_debts
    pool = [_Pool(None, unapplied, has_customer)]
    if money_lost:
        pool.append(_Pool("lost", money_lost, False))
    _follow(decisions, pool, room, result)
    unapplied = pool[0].amount
    if unapplied:
        reason = "unapplied" if has_customer else "customer"
        result.rests.append(Rest(None, unapplied, reason))
    result.money = money_used + (unapplied if has_customer else ZERO)
    result.money += sum(
        (share.amount for share in result.shares if share.is_decided), ZERO
    )
    return result


@dataclass
class _Pool:
    """Money that a person may still decide about."""

    name: str
    amount: Decimal
    is_booked: bool


def _part_usable(parts, room, reasons):
    """Return [[key, usable amount]] and [Rest]; `room` shrinks by what is used."""
    usable, lost = [], []
    for part in parts:
        amount = min(part.amount, max(room.get(part.key, ZERO), ZERO))
        if amount:
            room[part.key] -= amount
            usable.append([part.key, amount])
        if part.amount > amount:
            default = "exceeds" if part.key in room else "unknown"
            reason = reasons.get(part.key, default)
            lost.append(Rest(part.key, part.amount - amount, reason))
    return usable, lost


def _drop_unfunded(debts, lost_debts, lost_credits, result):
    """Credits that Odoo lacks pay what it lacks first; the rest of them is missing."""
    missing = sum((rest.amount for rest in lost_credits), ZERO)
    missing -= sum((rest.amount for rest in lost_debts), ZERO)
    for debt in reversed(debts):
        if missing <= 0:
            return
        cut = min(missing, debt[1])
        debt[1] -= cut
        missing -= cut
        result.rests.append(Rest(debt[0], cut, lost_credits[0].reason))


def _fund(debts, credits, result):
    """Let credits pay first, then money; return how much money was used."""
    used = ZERO
    for key, amount in debts:
        for credit in credits:
            share = min(amount, credit[1])
            if share:
                result.shares.append(Share(credit[0], key, share))
                credit[1] -= share
                amount -= share
        if amount:
            result.shares.append(Share(None, key, amount))
            used += amount
    return used


def _follow(decisions, pool, room, result):
    """Let open money pay what a person chose."""
    for key, wanted in decisions:
        left = min(wanted, max(room.get(key, ZERO), ZERO))
        if wanted > left:
            result.unmet.append((key, wanted - left))
        for source in pool:
            share = min(left, source.amount)
            if not share:
                continue
            result.shares.append(Share(None, key, share, True))
            room[key] -= share
            source.amount -= share
            left -= share
            if source.name:
                _shrink_rests(result, share)
        if left:
            result.unmet.append((key, left))


def _shrink_rests(result, amount):
    """What a person let the money pay is open no more."""
    rests = []
    for rest in result.rests:
        cut = min(amount, rest.amount)
        amount -= cut
        if rest.amount > cut:
            rests.append(rest._replace(amount=rest.amount - cut))
    result.rests = rests
