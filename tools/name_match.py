"""Names at QuickBooks: how they must look, and whom a name that is found means.

QuickBooks compares names without regard to case, in queries and where they must
be unique; whether a name is the same is told here, once more and exactly.
"""

import re
import unicodedata
from dataclasses import dataclass
from email.utils import getaddresses
from itertools import count

# Documentation grants customers more, live faults (2050) have shown 100.
NAME_LENGTH = 100
# Values of one IN; QuickBooks names no bound.
IN_VALUES = 100
# What QuickBooks adds to the name of what is made inactive; "-1" on repeats.
DELETED = " (deleted)"
_DELETED = re.compile(r" \(deleted(?:-\d+)?\)$", re.IGNORECASE)

# Items that no line can hold, or that stand for several.
_OTHER_TYPES = ("Category", "Group", "Bundle")

# The grounds of a verdict, and what they are called.
GROUNDS = {
    "name": "same name",
    "name_case": "same name but for capital letters",
    "name_deleted": "same name, made inactive",
    "email": "e-mail address",
    "tax_id": "tax number",
    "postal_code": "postal code",
    "currency": "currency",
    "sku": "reference",
    "type": "kind of product",
}


@dataclass(frozen=True)
class Facts:
    """What is known of a customer, vendor or product beside its name.

    :param name: text
    :param email: one address or several, as they are written
    :param tax_id: with or without the country; QuickBooks masks it ('XXXXX6789')
    :param postal_code: one, or several in a tuple
    :param currency: ISO code
    :param sku: reference of a product
    """

    name: str
    email: str = ""
    tax_id: str = ""
    postal_code: object = ""
    currency: str = ""
    sku: str = ""


@dataclass(frozen=True)
class Candidate:
    """One object that QuickBooks found.

    :param id: its Id
    :param facts: `Facts`
    :param active: False when it was made inactive
    :param type: of items: 'Service', 'Category', ...
    """

    id: str
    facts: Facts
    active: bool = True
    type: str = ""


@dataclass(frozen=True)
class Verdict:
    """Whom a name means.

    :param kind: 'match' (link it), 'contradiction' (one with the name, but
        another fact speaks against it), 'ambiguous' (several, or the name differs
        in capital letters), 'inactive' (made inactive), 'none' (create it)
    :param candidates: tuple of `Candidate`: the one, or all that come into question
    :param grounds: tuple of codes that speak for the first, of `GROUNDS`
    :param against: tuple of (code, our value, theirs) that speak against it
    """

    kind: str
    candidates: tuple = ()
    grounds: tuple = ()
    against: tuple = ()

    @property
    def id(self):
        """The Id to link, or None when it is not for a program to say."""
        return self.candidates[0].id if self.kind == "match" else None


# ----------------------------------------------------------------------
# Names
# ----------------------------------------------------------------------
def clean_name(name, length=NAME_LENGTH):
    """A name as QuickBooks takes it, the same for the same name each time.

    Composed (NFC), without colons, tabs, line ends and control characters, blanks
    single, cut to the length without parting a letter from its accent. May be
    empty.
    """
    text = name.replace(":", "-")
    text = " ".join(text.split())
    text = "".join(each for each in text if not _is_control(each))
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    return cut(text, length)


def cut(text, length):
    """The start of a text, in the units that QuickBooks counts (UTF-16)."""
    size = 0
    for place, each in enumerate(text):
        size += 2 if ord(each) > 0xFFFF else 1
        if size > length:
            while place and unicodedata.combining(text[place]):
                place -= 1
            return text[:place].rstrip()
    return text


def _is_control(character):
    # Lone halves of a surrogate pair are no characters either.
    return unicodedata.category(character) in ("Cc", "Cs")


def fold(name):
    """What names are equal by at QuickBooks, which ignores case."""
    return unicodedata.normalize("NFC", clean_name(name, 10**6).casefold())


def add_suffix(name, kind, number=1, length=NAME_LENGTH):
    """'Name (Customer)', then 'Name (Customer 2)': the name gives way."""
    suffix = f" ({kind})" if number == 1 else f" ({kind} {number})"
    return cut(clean_name(name, length), length - len(suffix)) + suffix


def find_free_name(name, kind, taken, length=NAME_LENGTH):
    """The name, or the first with a suffix that nobody has.

    :param kind: 'Customer': what it is, in the language of the books
    :param taken: names at QuickBooks, of customers, vendors and employees
    :raises ValueError: no name
    """
    taken = {fold(each) for each in taken}
    found = clean_name(name, length)
    if not found:
        raise ValueError("A name is needed.")
    for number in count(1):
        if fold(found) not in taken:
            return found
        found = add_suffix(name, kind, number, length)


def list_names_to_ask(names, size=IN_VALUES):
    """The values of the IN queries that find names in bulk.

    Each name with its '(deleted)' twin, in the same query; names that QuickBooks
    holds for equal are asked for once.

    :param names: list of text, in any spelling
    :return: list of lists of at most `size` names
    """
    if size < 2:
        raise ValueError("A name and its twin need two values.")
    asked = {}
    for name in map(clean_name, names):
        if name:
            asked.setdefault(fold(name), name)
    values = list(asked.values())
    step = size // 2
    return [
        [
            each
            for name in values[start : start + step]
            for each in (name, name + DELETED)
        ]
        for start in range(0, len(values), step)
    ]


# ----------------------------------------------------------------------
# Judgement
# ----------------------------------------------------------------------
def read_candidate(payload):
    """The `Candidate` that a Customer, Vendor, Employee, Item, Class or Term is.

    :param payload: dict as QuickBooks gave it
    """
    codes = (
        _read_text(payload.get(name), "PostalCode") for name in ("BillAddr", "ShipAddr")
    )
    tax_id = payload.get("PrimaryTaxIdentifier") or payload.get("TaxIdentifier")
    facts = Facts(
        name=_as_text(payload.get("DisplayName") or payload.get("Name")),
        email=_read_text(payload.get("PrimaryEmailAddr"), "Address"),
        tax_id=_as_text(tax_id),
        postal_code=tuple(filter(None, codes)),
        currency=_read_text(payload.get("CurrencyRef"), "value"),
        sku=_as_text(payload.get("Sku")),
    )
    return Candidate(
        id=_as_text(payload.get("Id")),
        facts=facts,
        active=payload.get("Active") is not False,
        type=_as_text(payload.get("Type")),
    )


def _as_text(value):
    return value if isinstance(value, str) else ""


def _read_text(value, name):
    return _as_text(value.get(name)) if isinstance(value, dict) else ""


def index_candidates(candidates):
    """{folded name: list of `Candidate`}, to judge many names without a scan.

    What was made inactive stands under its former name, too:
    `judge(index.get(fold(name), ()), facts)`.
    """
    index = {}
    for candidate in candidates:
        name = candidate.facts.name
        former = name if candidate.active else _DELETED.sub("", name)
        for key in {fold(name), fold(former)}:
            index.setdefault(key, []).append(candidate)
    return index


def judge(candidates, facts):
    """Whom a name means: only one active object with exactly this name is linked.

    A fact that either side lacks contradicts nothing.

    :param candidates: `Candidate`s of one entity, inactive ones included; those
        with other names are passed over
    :param facts: `Facts` of ours
    :return: `Verdict`
    """
    named = [(each, _compare_names(facts.name, each)) for each in candidates]
    named = [(each, ground) for each, ground in named if ground]
    active = [(each, ground) for each, ground in named if each.active]
    if not named:
        return Verdict("none")
    found = active or named
    # Those with the exact name first; else in the order of QuickBooks.
    found.sort(key=lambda pair: pair[1] != "name")
    first, ground = found[0]
    agreeing, against = _weigh(facts, first)
    if not active:
        kind = "inactive"
    elif len(found) > 1:
        kind = "ambiguous"
    elif against:
        kind = "contradiction"
    else:
        kind = "match" if ground == "name" else "ambiguous"
    others = tuple(each for each, _ground in found)
    return Verdict(kind, others, (ground, *agreeing), tuple(against))


def _compare_names(name, candidate):
    """The ground on which a candidate has a name, or ''."""
    ours, theirs = clean_name(name), candidate.facts.name
    if not ours:
        return ""
    if ours == unicodedata.normalize("NFC", theirs):
        return "name"
    if fold(ours) == fold(theirs):
        return "name_case"
    if not candidate.active and fold(_DELETED.sub("", theirs)) == fold(ours):
        return "name_deleted"
    return ""


def _weigh(facts, candidate):
    """([codes that agree], [(code, ours, theirs) that contradict])."""
    agreeing, against = [], []
    if candidate.type in _OTHER_TYPES:
        against.append(("type", "", candidate.type))
    for code, agree in _COMPARISONS.items():
        ours, theirs = getattr(facts, code) or "", getattr(candidate.facts, code) or ""
        verdict = agree(ours, theirs)
        if verdict:
            agreeing.append(code)
        elif verdict is False:
            against.append((code, _show(ours), _show(theirs)))
    return agreeing, against


def _show(value):
    return value if isinstance(value, str) else ", ".join(value)


def _share(read):
    """Agreement of two values that stand for sets: None when one is empty."""

    def agree(ours, theirs):
        ours, theirs = read(ours), read(theirs)
        return bool(ours & theirs) if ours and theirs else None

    return agree


def _read_emails(text):
    pairs = getaddresses([text.replace(";", ",")])
    return {address.casefold() for _name, address in pairs if "@" in address}


def _read_codes(value):
    codes = (value,) if isinstance(value, str) else value
    return {_read_code(code) for code in codes} - {""}


def _read_code(code):
    code = _squeeze(code)
    # ZIP+4: the delivery part may be missing.
    return code[:5] if re.fullmatch(r"\d{9}", code) else code


def _read_word(text):
    return {text.strip().casefold()} - {""}


def _squeeze(text):
    return "".join(each for each in text if each.isalnum()).upper()


def _agree_on_tax(ours, theirs):
    """A masked number speaks by the digits it shows, a country by none."""
    theirs = theirs.strip().upper()
    masked = re.fullmatch(r"[X*•]{2,}(.*)", theirs)
    ours, theirs = _squeeze(ours), _squeeze(masked.group(1) if masked else theirs)
    if not ours or not theirs:
        return None
    if masked:
        return ours.endswith(theirs)
    return (
        ours == theirs or theirs in _drop_country(ours) or ours in _drop_country(theirs)
    )


def _drop_country(number):
    return {number[2:]} if number[:2].isalpha() and number[2:] else set()


_COMPARISONS = {
    "email": _share(_read_emails),
    "tax_id": _agree_on_tax,
    "postal_code": _share(_read_codes),
    "currency": _share(_read_word),
    "sku": _share(_read_word),
}
