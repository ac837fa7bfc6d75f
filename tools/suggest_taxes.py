"""Which tax code of QuickBooks stands for a set of Odoo's taxes.

The rates decide, what the names say confirms or contradicts: a code for imports is
never suggested for an ordinary tax of the same rate.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from .name_match import fold
from .suggest import Suggestion

# What taxes of one rate differ in, and the words that tell.
_MARKS = {
    "exempt": r"\b(exempts?|exempted|exo|exon[eé]r[eé]\w*|exemption)\b",
    "scope": r"\b(out of scope|outside scope|no vat|no tax|no gst|hors champ)\b",
    "input": r"\b(input taxed|inp)\b",
    "abroad": r"\b(ex|exports?|exportations?|imports?|importations?|int|international"
    r"|pva|postponed|abroad)\b",
    "reverse": r"\b(rc|reverse charge|autoliquidation)\b",
    "union": r"\b(eu|ec|ecs|ecg|ue|intra\w*)\b",
    "capital": r"(?<!non )\b(capital|immobilisations?)\b",
    "margin": r"\b(margin|marge)\b",
    "private": r"\b(private|priv)\b",
    "withheld": r"\b(withh?eld|withholding|retenue)\b",
    "cis": r"\bcis\b",
    "specified": r"\bsg\b",
    "mpccs": r"\bmpccs\b",
}
# Those that name why there is no tax; without one, the rate is zero and no more.
_NO_TAX = frozenset(
    ("exempt", "scope", "input", "abroad", "reverse", "union", "margin")
)
_PROVINCES = frozenset("ab bc mb nb nl ns nt nu on pe qc sk yt".split())
# Words that tell no code from another.
_IDLE = frozenset("tax taxes sales sale purchases purchase the of for and on".split())


class TaxSet(NamedTuple):
    """Taxes of a line, or a tax code.

    :param id: what the suggestion is filed under, or names
    :param text: its names and descriptions
    :param percentages: list of Decimal; None where the rates cannot be told
    :param is_none: stands for lines without tax, or is a code that taxes nothing
    """

    id: object
    text: str
    percentages: object
    is_none: bool = False


def suggest_taxes(ours, codes, country, is_sale=True):
    """Suggest codes for sets of taxes.

    :param ours: list of `TaxSet`
    :param codes: list of `TaxSet` of the active codes, with the rates of the side
        that is asked for
    :param str country: 'CA'
    :return: {id of ours: `Suggestion`}
    """
    candidates = [
        (code, _describe(code, country), _get_rates(code))
        for code in codes
        if code.percentages
    ]
    found = {}
    for taxes in ours:
        suggestion = _suggest(taxes, candidates, country, is_sale)
        if suggestion:
            found[taxes.id] = suggestion
    return found


def _suggest(taxes, candidates, country, is_sale):
    if taxes.percentages is None:
        return None
    rates = _get_rates(taxes)
    facts = _describe(taxes, country)
    exact = [each for each in candidates if each[2] == rates]
    found = _choose(facts, exact)
    if found:
        reason, score = _weigh(facts, rates, found)
        return Suggestion(found.id, reason, score, _show(rates))
    if not exact and rates:
        total = sum(rates)
        alike = [each for each in candidates if each[2] and sum(each[2]) == total]
        found = _choose(facts, alike)
        if found:
            return Suggestion(found.id, "sum", 75, _show([total]))
    if is_sale and not rates and facts.marks == {"abroad"}:
        # What is exported is zero-rated where no code of its own says so.
        marked = [each for each in exact if each[1].marks == {"abroad"}]
        found = not marked and _choose(facts._replace(marks={"zero"}), exact)
        if found:
            return Suggestion(found.id, "export", 70, _show(rates))
    return None


class _Facts(NamedTuple):
    marks: object
    provinces: object
    words: object


def _describe(taxes, country):
    text = " ".join(re.sub(r"[^\w.%]+", " ", fold(taxes.text)).split())
    words = {
        each
        for each in text.split()
        if not re.search(r"\d", each) and each not in _IDLE and each != "%"
    }
    in_canada = country == "CA"
    provinces = words & _PROVINCES if in_canada else frozenset()
    if in_canada:
        # The idle words leave out 'on', which is Ontario here.
        provinces |= {"on"} & set(text.split())
    marks = {mark for mark, regex in _MARKS.items() if re.search(regex, text)}
    if taxes.is_none:
        marks = {"scope"}
    elif not _get_rates(taxes) and not marks & _NO_TAX:
        marks.add("zero")
    return _Facts(marks, provinces, words)


def _get_rates(taxes):
    """The percentages but for zeros, in order (list of Decimal)."""
    return sorted(Decimal(each).normalize() for each in taxes.percentages if each)


def _choose(facts, candidates):
    """The code that fits best, None where none does or two do equally."""
    fitting = [
        (code, theirs)
        for code, theirs, _rates in candidates
        if theirs.marks == facts.marks and _agree(facts.provinces, theirs.provinces)
    ]
    if len(fitting) == 1:
        return fitting[0][0]
    ranked = sorted(fitting, key=lambda pair: _rank(facts, pair[1]), reverse=True)
    if ranked and _rank(facts, ranked[0][1]) > _rank(facts, ranked[1][1]):
        return ranked[0][0]
    return None


def _agree(ours, theirs):
    return not ours or not theirs or bool(ours & theirs)


def _rank(facts, theirs):
    """More words in common are better, then fewer that only they have."""
    common = facts.words | facts.provinces, theirs.words | theirs.provinces
    return len(common[0] & common[1]), -len(common[1] - common[0])


def _weigh(facts, rates, code):
    if rates:
        named = facts.words & set(re.findall(r"\w+", fold(code.text)))
        return ("rates_name", 95) if named else ("rates", 90)
    for mark in ("scope", "exempt", "input", "abroad", "reverse", "union", "margin"):
        if mark in facts.marks:
            return mark, 85
    return "zero", 85


def _show(rates):
    return " + ".join(f"{each:f}%" for each in rates) or "0%"
