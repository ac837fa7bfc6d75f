"""Which open documents a payment may pay: suggestions, best first, with reasons.

Nothing here decides: each suggestion names what speaks for it, and a person takes it
or not. All amounts are in the currency of the payment.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import islice
from typing import NamedTuple

from .name_match import fold

ZERO = Decimal(0)
# Documents among which groups are looked for: the oldest ones.
GROUP_POOL = 60
# Groups of each size that are offered.
GROUPS_SHOWN = 3
SUGGESTIONS = 8
# Of a number or a word of a text, fewer characters say nothing.
SHORTEST = 3
# What a processor keeps: so much of an invoice, and a fixed part.
MOST_FEE = Decimal("0.04")
FIXED_FEE = Decimal(1)

# What speaks for a suggestion, and how much. Amount and customer are worth more
# together than each alone; an amount alone is worth next to nothing.
WEIGHTS = {
    "paid_there": 60,
    "number": 50,
    "reference": 45,
    "all_open": 42,
    "two": 40,
    "three": 36,
    "amount": 30,
    "number_part": 25,
    "customer": 20,
    "discount": 18,
    "fee": 12,
    "sub_customer": 12,
    "renamed": 10,
    "oldest": 4,
}
AMOUNT_ALONE = 1
RELATIONS = {"same": "customer", "family": "sub_customer", "similar": "renamed"}
# Whose documents may make up a sum.
OWN = ("same", "family")

# Words that make no name.
LEGAL_FORMS = frozenset(
    "co corp corporation company inc incorporated llc llp lp ltd limited plc pty gmbh "
    "ag kg sa sarl sas bv nv oy ab as srl spa the and".split()
)
ALIKE = 0.8


class Document(NamedTuple):
    """An open document of Odoo.

    :param id: its id
    :param amount: what is open of it (Decimal, above zero)
    :param number: 'INV/2026/00012'
    :param references: what the customer may know it by (tuple of text)
    :param due: date, or None
    :param relation: of its customer to the payer: 'same', 'family', 'similar' or
        'other'
    :param discounted: what settles it by the day of the payment, if less than is open
    """

    id: int
    amount: Decimal
    number: str = ""
    references: tuple = ()
    due: date = None
    relation: str = "other"
    discounted: Decimal = None


class Payment(NamedTuple):
    """What is known of the money.

    :param amount: what can be given to documents (Decimal, above zero)
    :param texts: reference, memo, note (tuple of text)
    :param named: numbers of documents that QuickBooks says it pays and that Odoo does
        not have under that id
    """

    amount: Decimal
    texts: tuple = ()
    named: Iterable = ()


class Suggestion(NamedTuple):
    """What the payment may pay.

    :param parts: tuple of (id, Decimal)
    :param reasons: tuple of codes of `WEIGHTS`; 'amount_alone'
    :param score: the higher the better
    :param write_down: what of its one document would have to be written down
    """

    parts: tuple
    reasons: tuple
    score: int
    write_down: Decimal = ZERO


# ----------------------------------------------------------------------
# Suggestions
# ----------------------------------------------------------------------
def suggest(payment, documents, limit=SUGGESTIONS):
    """Return a list of `Suggestion`, best first; the order of documents is no matter.

    :param Payment payment: the money
    :param documents: list of `Document` that may come into question
    """
    if payment.amount <= 0:
        return []
    documents = sorted(
        (each for each in documents if each.amount > 0),
        key=lambda each: (each.due or date.max, each.id),
    )
    grounds = {each.id: _find_grounds(payment, each) for each in documents}
    found = {}
    for suggestion in (
        *_suggest_singles(payment, documents, grounds),
        *_suggest_named(payment, documents, grounds),
        *_suggest_groups(payment, documents, grounds),
        *_suggest_oldest(payment, documents),
    ):
        key = frozenset(suggestion.parts)
        if key not in found or found[key].score < suggestion.score:
            found[key] = suggestion
    # Of equals, those come first that were found first: the older ones.
    return sorted(found.values(), key=lambda each: -each.score)[:limit]


def find_exact(payment, documents):
    """Return the one document that nobody would doubt, or None.

    Same customer, same amount, and its whole number stands in the texts.

    :param documents: list of `Document`
    """
    exact = [
        each
        for each in documents
        if each.relation == "same"
        and each.amount == payment.amount
        and has_number(payment.texts, each.number)
    ]
    return exact[0] if len(exact) == 1 else None


def _find_grounds(payment, document):
    """The codes that a document's number and customer stand for."""
    grounds = []
    named = {_split(number) for number in payment.named}
    if document.number and _split(document.number) in named:
        grounds.append("paid_there")
    if has_number(payment.texts, document.number):
        grounds.append("number")
    elif any(has_number(payment.texts, text) for text in document.references):
        grounds.append("reference")
    elif has_tail(payment.texts, document.number):
        grounds.append("number_part")
    if document.relation in RELATIONS:
        grounds.append(RELATIONS[document.relation])
    return grounds


def _suggest_singles(payment, documents, grounds):
    for document in documents:
        found = list(grounds[document.id])
        is_named = bool(set(found) - set(RELATIONS.values()))
        short = document.amount - payment.amount
        write_down = ZERO
        if not short:
            found.append("amount" if found else "amount_alone")
        elif found and document.discounted == payment.amount and short > 0:
            found.append("discount")
            write_down = short
        elif found and 0 < short <= document.amount * MOST_FEE + FIXED_FEE:
            found.append("fee")
            write_down = short
        elif not is_named:
            continue
        part = (document.id, min(document.amount, payment.amount))
        yield _make((part,), found, write_down)


def _suggest_named(payment, documents, grounds):
    """Several whose numbers stand in the texts."""
    named = [
        each
        for each in documents
        if {"paid_there", "number", "reference"} & set(grounds[each.id])
    ]
    if len(named) < 2:
        return
    common = set.intersection(*(set(grounds[each.id]) for each in named))
    reasons = [code for code in WEIGHTS if code in common] or ["number"]
    if sum(each.amount for each in named) == payment.amount:
        reasons.append("amount")
    yield _make(_fill(payment, named), reasons)


def _suggest_groups(payment, documents, grounds):
    """Documents of the customer that together are the amount."""
    own = [each for each in documents if each.relation in OWN]
    if len(own) > 1 and sum(each.amount for each in own) == payment.amount:
        yield _make(_fill(payment, own), ["all_open", *_share_ground(own)])
    pool = [each for each in own if each.amount < payment.amount][:GROUP_POOL]
    for code, groups in (
        ("two", _find_pairs(pool, payment.amount)),
        ("three", _find_triples(pool, payment.amount)),
    ):
        for group in islice(groups, GROUPS_SHOWN):
            yield _make(_fill(payment, group), [code, *_share_ground(group)])


def _share_ground(documents):
    if any(each.relation == "family" for each in documents):
        return ["sub_customer"]
    return ["customer"]


def _find_pairs(pool, amount):
    before = {}
    for document in pool:
        for other in before.get(amount - document.amount, ()):
            yield other, document
        before.setdefault(document.amount, []).append(document)


def _find_triples(pool, amount):
    for place, document in enumerate(pool):
        rest = amount - document.amount
        later = [each for each in pool[place + 1 :] if each.amount < rest]
        for pair in _find_pairs(later, rest):
            yield document, *pair


def _suggest_oldest(payment, documents):
    own = [each for each in documents if each.relation == "same"]
    if own:
        yield _make(_fill(payment, own), ["oldest", "customer"])


def _fill(payment, documents):
    """Give the money to documents in their order until it is used up."""
    left, parts = payment.amount, []
    for document in documents:
        amount = min(left, document.amount)
        if amount:
            parts.append((document.id, amount))
            left -= amount
    return tuple(parts)


def _make(parts, reasons, write_down=ZERO):
    score = sum(WEIGHTS.get(code, AMOUNT_ALONE) for code in reasons)
    return Suggestion(tuple(parts), tuple(reasons), score, write_down)


# ----------------------------------------------------------------------
# Numbers in texts
# ----------------------------------------------------------------------
def _split(text):
    """'INV/2026-7' is ('inv', '2026', '7'): signs between are no matter."""
    return tuple(re.findall(r"[^\W_]+", (text or "").casefold()))


def has_number(texts, number):
    """Whether a whole number stands in one of the texts, by itself.

    :param texts: list of text; empty ones say nothing
    :param number: 'INV/2026/00012'
    """
    wanted = _split(number)
    if sum(map(len, wanted)) < SHORTEST:
        return False
    size = len(wanted)
    for text in texts:
        words = _split(text)
        if any(
            words[start : start + size] == wanted
            for start in range(len(words) - size + 1)
        ):
            return True
    return False


def has_tail(texts, number):
    """Whether the running part of a number stands in one of the texts.

    '00012' of 'INV/2026/00012', or '1234' of 'INV/2026/01234'.
    """
    tail = re.search(r"\d+$", number or "")
    return bool(tail) and tail[0].lstrip("0") in list_tails(texts)


def list_tails(texts):
    """Return the digits of the texts that may end a number, without leading zeros."""
    found = {
        word for text in texts for word in _split(text) if re.fullmatch(r"\d+", word)
    }
    return {word.lstrip("0") for word in found if len(word) >= SHORTEST} - {""}


def list_words(texts):
    """Return what of the texts may be a reference: each word, and each whole text."""
    words = set()
    for text in texts:
        folded = " ".join((text or "").casefold().split())
        words.add(folded)
        words.update(word.strip(".,;:#()") for word in folded.split())
    return {word for word in words if len(word) >= SHORTEST}


# ----------------------------------------------------------------------
# Names
# ----------------------------------------------------------------------
def list_name_words(name):
    """Return the words of a name that tell it from others, longest first."""
    words = {word for word in _split(fold(name or "")) if word not in LEGAL_FORMS}
    return sorted((word for word in words if len(word) >= SHORTEST), key=len)[::-1]


def is_similar_name(one, other):
    """Whether two names may be of the same customer: renamed, or written otherwise.

    Of a sub-customer ('Parent:Child'), either part may be meant.
    """
    return any(
        _is_similar(part, again)
        for part in (one or "").split(":")
        for again in (other or "").split(":")
    )


def _is_similar(one, other):
    words, others = set(list_name_words(one)), set(list_name_words(other))
    if not words or not others:
        return False
    shared = words & others
    if shared and len(shared) * 2 >= len(words | others):
        return True
    joined = (" ".join(sorted(each)) for each in (words, others))
    return SequenceMatcher(None, *joined).ratio() >= ALIKE
