"""Declarative shapes of QBO's objects, and reading a request body against them.

A Shape lists the properties of an object in the order in which QBO prints them. Reading
a body checks every level as QBO does: unknown properties are refused (2010), read-only
ones and those of other countries ignored, the rest converted and measured.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from . import faults, numbers

STRING, BOOLEAN, INTEGER, MONEY, NUMBER = (
    "string",
    "boolean",
    "integer",
    "money",
    "number",
)
DATE, TIME, ENUM, REF, CURRENCY = "date", "time", "enum", "ref", "currency"
PARTY, OBJECT, LIST = "party", "object", "list"

NON_US = frozenset({"GB", "CA", "AU", "FR", "IN"})
EVERYWHERE = frozenset()


@dataclass(frozen=True)
class Field:
    """One property of a shape.

    `query`: F filterable, S sortable; f and s the same, but only in practice (see the
    switch `lenient_query`). `countries`: where QBO keeps it; elsewhere it is ignored.
    `keeps_empty`: QBO prints the object also when nothing is in it.
    """

    name: str
    kind: str
    maximum: int | None = None
    read_only: bool = False
    write_once: bool = False
    choices: tuple = ()
    forbidden: str = ""
    target: str = ""
    named: bool = True
    shape: "Shape | None" = None
    countries: frozenset = EVERYWHERE
    query: str = ""
    minimum: Decimal | None = None
    largest: Decimal | None = None
    keeps_empty: bool = False

    def belongs_to(self, country):
        """Tell whether QBO keeps this property in `country`."""
        return not self.countries or country in self.countries


@dataclass(frozen=True)
class Shape:
    """The properties of an object; `java` is the class in Intuit's 2010 texts.

    `ignored` are properties QBO knows and never keeps or returns.
    """

    java: str
    fields: tuple
    ignored: tuple = ()
    by_name: dict = field(default_factory=dict, compare=False, repr=False)
    known: tuple = field(default=(), compare=False, repr=False)

    def __post_init__(self):
        self.by_name.update({item.name: item for item in self.fields})
        names = tuple(item.name for item in self.fields) + self.ignored
        object.__setattr__(self, "known", names)


# --- a short notation for the entity pages ---


def text(name, maximum=None, query="", **options):
    """A string property with a maximum length."""
    return Field(name, STRING, maximum=maximum, query=query, **options)


def flag(name, query="", **options):
    """A boolean property."""
    return Field(name, BOOLEAN, query=query, **options)


def integer(name, query="", **options):
    """An integer property."""
    return Field(name, INTEGER, query=query, **options)


def amount(name, query="", **options):
    """A money property: two decimals."""
    return Field(name, MONEY, query=query, **options)


def number(name, query="", **options):
    """A quantity, price, rate or percentage: seven decimals at most."""
    return Field(name, NUMBER, query=query, **options)


def day(name, query="", **options):
    """A plain date."""
    return Field(name, DATE, query=query, **options)


def moment(name, query="", **options):
    """A time with offset, always QBO's own."""
    return Field(name, TIME, query=query, read_only=True, **options)


def enum(name, choices, query="", **options):
    """One of `choices`."""
    return Field(name, ENUM, choices=tuple(choices), query=query, **options)


def ref(name, target, query="", **options):
    """A reference to an object of entity `target`."""
    return Field(name, REF, target=target, query=query, **options)


def party(name, query="", **options):
    """A flat reference to a customer or vendor, which its `type` tells apart."""
    return Field(name, PARTY, query=query, **options)


def currency(name="CurrencyRef", query="", **options):
    """A reference to a currency by its code."""
    return Field(name, CURRENCY, query=query, **options)


def nested(name, shape, query="", **options):
    """An object inside the object."""
    return Field(name, OBJECT, shape=shape, query=query, **options)


def many(name, shape, query="", **options):
    """A list of objects."""
    return Field(name, LIST, shape=shape, query=query, **options)


# Short texts repeat (cities, regions, titles): equal ones are kept once.
SHARED_LENGTH = 20


@lru_cache(maxsize=4096)
def _shared(value):
    return value


REFERENCE_KEYS = frozenset({"value", "name", "type"})
# Journal entries name their party this way; elsewhere it is lost without a word.
NESTED_PARTY_KEYS = frozenset({"Type", "EntityRef"})


def utf16_length(value):
    """Return the length as Java counts it: an emoji counts twice."""
    return len(value) if value.isascii() else len(value.encode("utf-16-le")) // 2


@lru_cache(maxsize=4096)
def is_date(value):
    """Tell whether `value` is a date of the calendar, `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _deserialisation_fault(kind, token):
    return faults.malformed_body(
        f"Can not deserialize instance of {kind} out of {token} token"
    )


def _token_name(value):
    if isinstance(value, dict):
        return "START_OBJECT"
    if isinstance(value, list):
        return "START_ARRAY"
    if isinstance(value, bool):
        return "VALUE_TRUE" if value else "VALUE_FALSE"
    return "VALUE_STRING" if isinstance(value, str) else "VALUE_NUMBER_FLOAT"


class Reader:
    """Reads one request body; `problems` collects what is wrong with its values.

    What QBO finds while it parses (unknown property, wrong kind of value) is raised at
    once; lengths, dates and the like are collected and reported together.
    """

    def __init__(self, country, *, clear_nulls=False):
        self.country = country
        self.clear_nulls = clear_nulls
        self.problems = []

    def read(self, shape, body, element=""):
        """Return the writable values of `body`; None stands for a cleared property."""
        if not isinstance(body, dict):
            raise _deserialisation_fault(
                f"com.intuit.schema.finance.v3.{shape.java}", _token_name(body)
            )
        self._refuse_unknown(shape, body)
        values = {}
        for name, sent in body.items():
            item = shape.by_name.get(name)
            if item is None or item.read_only or not item.belongs_to(self.country):
                continue
            if sent is None and not self.clear_nulls:
                continue
            values[name] = self._value(item, sent, element or name)
        return values

    def _refuse_unknown(self, shape, body):
        for name, sent in body.items():
            item = shape.by_name.get(name)
            if item is None:
                if name not in shape.ignored:
                    raise faults.unsupported_property(name, shape.java, shape.known)
            elif item.read_only and item.shape is not None and sent:
                self._refuse_unknown_inside(item, sent)

    def _refuse_unknown_inside(self, item, sent):
        objects = sent if isinstance(sent, list) else [sent]
        for each in objects:
            if isinstance(each, dict):
                self._refuse_unknown(item.shape, each)

    def _value(self, item, sent, element):
        if sent is None or sent == "":
            return None
        return getattr(self, f"_read_{item.kind}")(item, sent, element)

    def _read_string(self, item, sent, element):
        if isinstance(sent, (dict, list)):
            raise _deserialisation_fault("java.lang.String", _token_name(sent))
        if isinstance(sent, bool):
            sent = "true" if sent else "false"
        value = sent if isinstance(sent, str) else self._digits(sent, element)
        if item.maximum is not None and utf16_length(value) > item.maximum:
            length = utf16_length(value)
            self.problems.append(faults.too_long(item.maximum, length, element))
        if any(character in value for character in item.forbidden):
            self.problems.append(faults.invalid_string(element))
        return _shared(value) if len(value) <= SHARED_LENGTH else value

    def _digits(self, sent, element):
        number = Decimal(sent)
        if numbers.is_printable(number):
            return format(number, "f")
        self.problems.append(faults.invalid_number(sent, element))
        return ""

    def _read_boolean(self, item, sent, element):
        if isinstance(sent, bool):
            return sent
        if isinstance(sent, str) and sent.lower() in ("true", "false"):
            return sent.lower() == "true"
        raise _deserialisation_fault("java.lang.Boolean", _token_name(sent))

    def _read_decimal(self, item, sent, element):
        if isinstance(sent, (dict, list, bool)):
            raise _deserialisation_fault("java.math.BigDecimal", _token_name(sent))
        try:
            value = numbers.parse(sent)
        except numbers.MalformedNumber:
            self.problems.append(faults.invalid_number(sent, element))
            return numbers.ZERO
        too_large = abs(value) > (item.largest or numbers.LARGEST_AMOUNT)
        if too_large or (item.minimum is not None and value < item.minimum):
            self.problems.append(faults.invalid_number(sent, element))
            return numbers.ZERO
        return value

    _read_money = _read_decimal
    _read_number = _read_decimal

    def _read_integer(self, item, sent, element):
        value = self._read_decimal(item, sent, element)
        if value != value.to_integral_value():
            self.problems.append(faults.invalid_number(sent, element))
        return int(value)

    def _read_date(self, item, sent, element):
        if not isinstance(sent, str):
            raise _deserialisation_fault("java.util.Date", _token_name(sent))
        if not is_date(sent):
            self.problems.append(faults.invalid_date(sent, element))
        return sent

    def _read_enum(self, item, sent, element):
        if isinstance(sent, (dict, list)):
            raise _deserialisation_fault("java.lang.Enum", _token_name(sent))
        if sent not in item.choices:
            self.problems.append(faults.invalid_enumeration(sent, element))
        return sent

    def _read_ref(self, item, sent, element):
        if not isinstance(sent, dict):
            raise _deserialisation_fault(
                "com.intuit.schema.finance.v3.ReferenceType", _token_name(sent)
            )
        for name in sent:
            if name not in REFERENCE_KEYS:
                raise faults.unsupported_property(
                    name, "ReferenceType", ("value", "name", "type")
                )
        value = sent.get("value")
        if value is None or value == "":
            return None
        if isinstance(value, (dict, list)):
            raise _deserialisation_fault("java.lang.String", _token_name(value))
        return {"value": str(value)}

    _read_currency = _read_ref

    def _read_party(self, item, sent, element):
        flat = sent
        if isinstance(sent, dict):
            flat = {k: v for k, v in sent.items() if k not in NESTED_PARTY_KEYS}
        reference = self._read_ref(item, flat, element)
        if reference is not None and sent.get("type"):
            reference["type"] = str(sent["type"])
        return reference

    def _read_object(self, item, sent, element):
        return self.read(item.shape, sent, element)

    def _read_list(self, item, sent, element):
        if not isinstance(sent, list):
            raise _deserialisation_fault("java.util.ArrayList", _token_name(sent))
        return [self.read(item.shape, each, element) for each in sent]


def assemble(shape, values):
    """Return `values` as QBO keeps them: in order, scaled, without nulls."""
    result = {}
    for item in shape.fields:
        value = values.get(item.name)
        if value is None:
            continue
        kind = item.kind
        if kind == MONEY:
            value = numbers.money(value)
        elif kind == NUMBER:
            value = numbers.bare(value)
        elif kind == OBJECT:
            value = assemble(item.shape, value)
            if not (value or item.keeps_empty or item.read_only):
                continue
        elif kind == LIST:
            value = [assemble(item.shape, each) for each in value]
        result[item.name] = value
    return result


def references(shape, values, prefix=""):
    """Yield `(field, holder)` for each reference set in `values`, at any level.

    `holder[field.name]` is the reference, so that a caller may complete it.
    """
    for item in shape.fields:
        value = values.get(item.name)
        if not value:
            continue
        if item.kind == REF:
            yield item, values
        elif item.kind == OBJECT:
            yield from references(item.shape, value)
        elif item.kind == LIST:
            for each in value:
                yield from references(item.shape, each)
