"""What of QuickBooks' lists may stand for what of Odoo, and on what grounds.

Nothing is guessed: where two candidates are as good as each other, or a fact speaks
against the only one, nothing is suggested. Taxes are told in `suggest_taxes.py`.
"""

import re
from typing import NamedTuple

from .name_match import fold

# Items that no line of a document can hold.
UNSELLABLE_ITEMS = ("Category", "Group", "Bundle")
DEPOSIT_TYPES = ("Bank", "Other Current Asset")

_METHODS = {
    "cash": r"\b(cash|espèces|especes)\b",
    "check": r"\b(checks?|cheques?|chèques?)\b",
    "card": r"\b(credit card|card|carte( bancaire)?|stripe)\b",
    "debit": r"\b(direct debit|sepa|prélèvement|ach)\b",
    "transfer": r"\b(transfer|wire|virement|eft)\b",
}


class Thing(NamedTuple):
    """A record of either side, as far as suggestions look at it.

    :param id: what the suggestion is filed under, or names
    :param name: text
    :param full_name: with the names of its parents, 'Advisory:Tax'
    :param code: the reference of a product
    :param days: until a term is due; None for terms that are not that simple
    :param kind: of accounts the detail type, of journals and of the journals of
        payment methods 'bank' or 'cash', of items their type
    :param type: the type of an account: 'Bank'
    :param currency: ISO code, '' for the home currency
    """

    id: object
    name: str = ""
    full_name: str = ""
    code: str = ""
    days: object = None
    kind: str = ""
    type: str = ""
    currency: str = ""


class Suggestion(NamedTuple):
    """What is suggested.

    :param id: of the `Thing` of QuickBooks
    :param reason: a code that the models have words for
    :param score: 1 to 100
    :param detail: what the words name beside: a rate, a number of days
    """

    id: object
    reason: str
    score: int
    detail: str = ""


def suggest_names(ours, theirs):
    """By exact name, with or without parents: categories, classes and locations.

    :param ours: list of `Thing`
    :param theirs: list of `Thing`
    :return: {id of ours: `Suggestion`}
    """
    full = _index(theirs, lambda each: each.full_name)
    bare = _index(theirs, lambda each: each.name)
    found = {}
    for thing in ours:
        named = _pick(full, thing.full_name or thing.name) or _pick(bare, thing.name)
        if named:
            is_full = fold(named.full_name) == fold(thing.full_name or thing.name)
            found[thing.id] = Suggestion(named.id, "name", 90 if is_full else 75)
    return found


def suggest_terms(ours, theirs):
    """By the days until all is due, then by name."""
    by_days = {}
    for term in theirs:
        if term.days is not None:
            by_days.setdefault(term.days, []).append(term)
    by_name = _index(theirs, lambda each: each.name)
    found = {}
    for term in ours:
        named = _pick(by_name, term.name)
        if term.days is None:
            # What it comes to cannot be compared: the name alone may speak.
            if named and named.days is None:
                found[term.id] = Suggestion(named.id, "name", 60)
            continue
        same = by_days.get(term.days, ())
        if named in same:
            found[term.id] = Suggestion(named.id, "days_name", 100, str(term.days))
        elif len(same) == 1 and not named:
            found[term.id] = Suggestion(same[0].id, "days", 90, str(term.days))
    return found


def suggest_products(ours, theirs):
    """By reference (SKU), then by exact name where no reference contradicts."""
    theirs = [each for each in theirs if each.kind not in UNSELLABLE_ITEMS]
    by_code = _index(theirs, lambda each: each.code)
    by_name = _index(theirs, lambda each: each.name)
    found = {}
    for product in ours:
        coded = _pick(by_code, product.code)
        if coded:
            is_named = fold(coded.name) == fold(product.name)
            reason, score = ("sku_name", 100) if is_named else ("sku", 90)
            found[product.id] = Suggestion(coded.id, reason, score, product.code)
            continue
        named = _pick(by_name, product.name)
        is_other = named and product.code and named.code
        if named and not is_other and not by_code.get(fold(product.code)):
            found[product.id] = Suggestion(named.id, "name", 80)
    return found


def suggest_journals(ours, theirs, home_currency):
    """Accounts that the money of payments is deposited to: by name, then by type."""
    accounts = [each for each in theirs if each.type in DEPOSIT_TYPES]
    by_name = _index(accounts, lambda each: each.name)
    found = {}
    for journal in ours:
        currency = journal.currency or home_currency
        fitting = [
            each for each in accounts if (each.currency or home_currency) == currency
        ]
        named = _pick(by_name, journal.name)
        if named:
            if named in fitting:
                found[journal.id] = Suggestion(named.id, "name", 95)
            continue
        kind = "CashOnHand" if journal.kind == "cash" else "Checking"
        alike = [each for each in fitting if each.kind == kind]
        if len(alike) == 1:
            found[journal.id] = Suggestion(alike[0].id, "only_" + journal.kind, 70)
    return found


def suggest_methods(ours, theirs):
    """Payment methods by name, then by what the name is about."""
    by_name = _index(theirs, lambda each: each.name)
    by_group = {}
    for method in theirs:
        by_group.setdefault(_get_group(method.name), []).append(method)
    found = {}
    for method in ours:
        named = _pick(by_name, method.name)
        if named:
            found[method.id] = Suggestion(named.id, "name", 95)
            continue
        group, reason = _get_group(method.name), "method"
        if not group:
            group = "cash" if method.kind == "cash" else "transfer"
            reason = "journal"
        alike = by_group.get(group, ())
        if len(alike) == 1:
            score = 85 if reason == "method" else 65
            found[method.id] = Suggestion(alike[0].id, reason, score)
    return found


def suggest_accounts(accounts, hints, home_currency):
    """The accounts of a connection, by what QuickBooks says of them.

    Names tell nothing: they are localised and can be changed.

    :param accounts: list of `Thing` of all active accounts
    :param hints: {role: id} of accounts that QuickBooks' preferences or its default
        item name: 'income', 'uncategorized_income', 'uncategorized_expense',
        'discount'
    :return: {role: `Suggestion`} of 'income', 'expense', 'receivable', 'deposit',
        'discount', 'deferred_revenue', 'rounding'
    """
    home = [each for each in accounts if each.currency in ("", home_currency)]
    by_id = {each.id: each for each in home}

    def named(hint, types):
        account = by_id.get(hints.get(hint))
        return account if account and account.type in types else None

    def only(type, kind=None):
        found = [
            each for each in home if each.type == type and kind in (None, each.kind)
        ]
        return found[0] if len(found) == 1 else None

    income, expense = ("Income",), ("Expense", "Cost of Goods Sold")
    options = {
        "income": (
            (named("income", income), "default_item", 90),
            (only("Income", "SalesOfProductIncome"), "only_detail", 85),
            (named("uncategorized_income", income), "uncategorized", 70),
        ),
        "expense": (
            (only("Cost of Goods Sold", "SuppliesMaterialsCogs"), "only_detail", 85),
            (named("uncategorized_expense", expense), "uncategorized", 70),
        ),
        "receivable": ((only("Accounts Receivable"), "only_type", 95),),
        "deposit": (
            (only("Other Current Asset", "UndepositedFunds"), "only_detail", 90),
        ),
        "discount": (
            (named("discount", income), "discount_preference", 95),
            (only("Income", "DiscountsRefundsGiven"), "only_detail", 85),
        ),
        "deferred_revenue": (
            (only("Other Current Liability", "DeferredRevenue"), "only_detail", 85),
        ),
        "rounding": ((named("uncategorized_income", income), "uncategorized", 60),),
    }
    found = {}
    for role, choices in options.items():
        for account, reason, score in choices:
            if account:
                found[role] = Suggestion(account.id, reason, score, account.kind)
                break
    return found


def _index(things, read):
    """{folded text: list of `Thing`}; nothing is filed under an empty text."""
    index = {}
    for thing in things:
        key = fold(read(thing) or "")
        if key:
            index.setdefault(key, []).append(thing)
    return index


def _pick(index, text):
    """The only thing under a text, or None."""
    found = index.get(fold(text or ""), ())
    return found[0] if len(found) == 1 else None


def _get_group(name):
    text = fold(name)
    groups = [group for group, words in _METHODS.items() if re.search(words, text)]
    return groups[0] if len(groups) == 1 else None
