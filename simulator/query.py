"""Running queries: validation (code 4001), filters, order, pages, projections."""

import operator
import re
from datetime import datetime, timezone
from functools import lru_cache
from itertools import islice

from . import entity_faults, faults, numbers, schema
from .clock import PACIFIC_DAYLIGHT, PACIFIC_STANDARD, to_pacific
from .entities.registry import EMPTY
from .query_language import COUNT, parse
from .store import dig, fold

DEFAULT_PAGE = 100
LARGEST_PAGE = 1000
COMPLEX = frozenset(
    {schema.OBJECT, schema.LIST, schema.REF, schema.CURRENCY, schema.PARTY}
)
TEXTS = frozenset({schema.STRING, schema.ENUM, schema.REF, schema.CURRENCY})

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?)?$"
)

_OPERATORS = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


@lru_cache(maxsize=65536)
def parse_time(value):
    """Return the moment of a MetaData time or a query's literal, in seconds.

    Without offset it is Pacific time, a date alone is its midnight. Raises ValueError.
    """
    match = _TIME.match(value)
    if match is None:
        raise ValueError(value)
    day, clock, fraction, offset = match.groups()
    clock = f"{clock or '00:00:00'}.{(fraction or '')[:6]:0<6}"
    offset = "+00:00" if offset == "Z" else offset or ""
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{offset}")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=_pacific_zone(moment))
        return moment.astimezone(timezone.utc).timestamp()
    except OverflowError:
        raise ValueError(value) from None


def _pacific_zone(moment):
    summer = moment.replace(tzinfo=PACIFIC_DAYLIGHT)
    local = to_pacific(summer).replace(tzinfo=None)
    return PACIFIC_DAYLIGHT if local == moment else PACIFIC_STANDARD


class _Property:
    """A property of an entity as a query names it.

    Ids are numbers, but those of tax codes: TAX and NON are among them.
    """

    def __init__(self, entity, path, field):
        self.path = path
        self.field = field
        self.kind = field.kind
        self.is_id = path == "Id"
        self.is_number = self.is_id and entity.name != "TaxCode"
        self.is_source_currency = path == "SourceCurrencyCode"
        self.value = self._text if self._is_plain_text() else self._any

    def _is_plain_text(self):
        plain = self.kind in (schema.STRING, schema.ENUM)
        return plain and "." not in self.path and not self.is_number

    def _text(self, row):
        value = row.get(self.path)
        return None if value is None else value.lower()

    def _any(self, row):
        """Return the comparable value of a row, or None."""
        value = dig(row, self.path)
        if value is None:
            # The pseudo tax codes do not say that they are active.
            return True if self.path == "Active" else None
        if self.is_number:
            return int(value) if value.isdigit() else -1
        if isinstance(value, dict):
            value = value.get("Address")
            return None if value is None else value.lower()
        if self.kind in TEXTS:
            return value.lower()
        if self.kind == schema.TIME:
            return parse_time(value)
        return value


@lru_cache(maxsize=4096)
def _find_property(entity, typed):
    field, path, shape = None, [], entity.shape
    for part in typed.split("."):
        lowered = part.lower()
        inside_reference = field is not None and field.kind == schema.REF
        if inside_reference and lowered == "value":
            continue
        fields = shape.fields if shape is not None and not inside_reference else ()
        field = next((item for item in fields if item.name.lower() == lowered), None)
        if field is None:
            return None
        path.append(field.name)
        shape = field.shape
    return _Property(entity, ".".join(path), field)


class _Run:
    """One query against one company."""

    def __init__(self, company, query):
        self.company = company
        self.query = query
        self.entity = self._entity(query.entity)
        self.conditions = [self._condition(each) for each in query.conditions]
        self.order = [self._order(each) for each in query.order]
        self.projection = self._projection()
        self.start, self.maximum = self._paging()

    # --- validation ---

    def _entity(self, name):
        lowered = name.lower()
        for entity in self.company.entities.values():
            if entity.name.lower() == lowered:
                return entity
        for entity in EMPTY.values():
            if entity.name.lower() == lowered:
                return entity
        raise faults.query_validation(f"invalid context declaration: {name}")

    def _property(self, typed):
        found = _find_property(self.entity, typed)
        if found is None:
            raise faults.query_validation(
                f"Property {typed} not found for Entity {self.entity.name}"
            )
        return found

    def _allows(self, flags, strict):
        lenient = self.company.switches.lenient_query and strict.lower() in flags
        return strict in flags or lenient

    def _condition(self, condition):
        prop = self._property(condition.path)
        if not self._allows(prop.field.query, "F"):
            raise faults.query_validation(
                f"property '{condition.path}' is not queryable"
            )
        sign = condition.operator
        if sign not in _OPERATORS and sign not in ("in", "like"):
            raise faults.query_validation(f"operator {sign} is not supported")
        exact = prop.is_id or prop.is_source_currency
        if exact and sign not in ("=", "in"):
            raise faults.query_validation(
                f"operator {sign} is not supported for property '{condition.path}'"
            )
        if sign == "like" and prop.kind not in TEXTS and prop.kind != schema.OBJECT:
            raise faults.query_validation(
                f"operator LIKE is not supported for property '{condition.path}'"
            )
        values = [self._literal(prop, condition, each) for each in condition.values]
        return prop, sign, values

    def _literal(self, prop, condition, literal):
        """Return the comparable value of a literal; None stands for no value."""
        if condition.operator == "in" and literal.value == " ":
            return None
        try:
            return self._comparable(prop, literal)
        except ValueError:
            raise faults.query_validation(
                f"value {literal.value} is not valid for property '{condition.path}'"
            ) from None

    def _comparable(self, prop, literal):
        value = literal.value
        if prop.is_number:
            return int(value) if value.isdigit() else -2
        if prop.kind == schema.BOOLEAN:
            if value.lower() not in ("true", "false"):
                raise ValueError(value)
            return value.lower() == "true"
        if prop.kind in (schema.MONEY, schema.NUMBER, schema.INTEGER):
            return numbers.parse(value)
        if value == "current_date" and literal.kind == "word":
            value = self.company.today()
        if prop.kind == schema.DATE:
            if not schema.is_date(value):
                raise ValueError(value)
            return value
        return parse_time(value) if prop.kind == schema.TIME else fold(value)

    def _order(self, item):
        typed, descending = item
        prop = self._property(typed)
        if not self._allows(prop.field.query, "S"):
            raise faults.query_validation(f"property '{typed}' is not sortable")
        return prop, descending

    def _projection(self):
        for typed in self.query.extra:
            self._property(typed)
        chosen = self.query.projection
        if chosen is None or chosen == COUNT:
            return chosen
        paths = []
        for typed in chosen:
            prop = self._property(typed)
            if prop.kind in COMPLEX:
                raise faults.query_validation(
                    f"Property {typed} not found for Entity {self.entity.name}"
                )
            paths.append(prop.path)
        return paths

    def _paging(self):
        start, maximum = self.query.start, self.query.maximum
        for value in (start, maximum):
            if value is not None and value < 1:
                raise faults.query_validation(
                    f"value {value} is too small. Min allowed value is 1"
                )
        maximum = DEFAULT_PAGE if maximum is None else maximum
        if maximum > LARGEST_PAGE:
            if self.company.switches.max_results_over == "reject":
                raise faults.query_validation(
                    f"value {maximum} is too large. Max allowed value is {LARGEST_PAGE}"
                )
            maximum = LARGEST_PAGE
        return start or 1, maximum

    # --- finding ---

    def _candidates(self):
        """Return rows that hold all matches, as few as an index can tell."""
        for prop, sign, values in self.conditions:
            if sign in ("=", "in") and None not in values:
                rows = self._by_index(prop, values)
                if rows is not None:
                    return rows
        if self.entity.name == "ExchangeRate":
            return self._exchange_rates()
        for prop, sign, values in self.conditions:
            if prop.path == "MetaData.LastUpdatedTime" and sign in (">", ">=", "="):
                return self._changed_since(values[0])
        return self.entity.rows(self.company)

    def _by_index(self, prop, values):
        if self.entity.name == "TaxCode":
            return None
        table = self.company.store.table(self.entity.name)
        if prop.is_id:
            rows = [table.rows.get(str(value)) for value in sorted(set(values))]
            return [row for row in rows if row is not None]
        if prop.path.lower() not in table.indexes:
            return None
        found = {}
        for value in values:
            found.update((row["Id"], row) for row in table.find(prop.path, value))
        return sorted(found.values(), key=lambda row: int(row["Id"]))

    def _changed_since(self, since):
        table = self.company.store.table(self.entity.name)
        rows = []
        for qbo_id in reversed(table.touched):
            row = table.rows.get(qbo_id) or table.deleted.get(qbo_id)
            if row is None:
                continue
            if parse_time(row["MetaData"]["LastUpdatedTime"]) < since:
                break
            if qbo_id in table.rows:
                rows.append(row)
        return sorted(rows, key=lambda row: int(row["Id"]))

    def _exchange_rates(self):
        days = [
            values[0]
            for prop, sign, values in self.conditions
            if prop.path == "AsOfDate" and sign == "="
        ]
        on_day = days[0] if days else self.company.today()
        return self.entity.rows_on(self.company, on_day)

    def _tests(self):
        tests = [_test(*condition) for condition in self.conditions]
        asks_activity = any(prop.path == "Active" for prop, *_ in self.conditions)
        if self.entity.is_list and not asks_activity:
            tests.append(lambda row: row.get("Active") is not False)
        return tests

    def matches(self):
        """Return the matching rows in order: a list or an iterator."""
        plain = self._plain_list()
        if plain is not None:
            return plain
        tests = self._tests()
        rows = self._candidates()
        if len(tests) == 1:
            found = filter(tests[0], rows)
        else:
            found = (row for row in rows if all(test(row) for test in tests))
        if self.order:
            return self._sorted(list(found))
        if self.company.switches.default_order == "newest":
            return reversed(list(found))
        return found

    def _plain_list(self):
        """Return the rows of a query without conditions, in order of ids, or None."""
        newest = self.company.switches.default_order == "newest" and not self.order
        by_id = [(prop.is_id, descending) for prop, descending in self.order]
        if self.conditions or newest or by_id not in ([], [(True, False)]):
            return None
        if not self.entity.is_list or self.entity.name == "TaxCode":
            return None
        return self.company.store.table(self.entity.name).active()

    def _sorted(self, rows):
        for prop, descending in reversed(self.order):
            rows.sort(
                key=lambda row, prop=prop: _sort_key(prop, row), reverse=descending
            )
        return rows

    # --- answering ---

    def response(self):
        """Return the content of `QueryResponse` and the number of rows."""
        if self.entity.name in EMPTY:
            return ({"totalCount": 0} if self.query.projection == COUNT else {}), 0
        if self.projection == COUNT:
            return {"totalCount": sum(1 for _ in self.matches())}, 0
        first, found = self.start - 1, self.matches()
        last = first + self.maximum
        if isinstance(found, list):
            rows = found[first:last]
        else:
            rows = list(islice(found, first, last))
        if not rows:
            return {}, 0
        if self.projection:
            rows = [_project(self.entity.shape, row, self.projection) for row in rows]
        content = {
            self.entity.name: rows,
            "startPosition": self.start,
            "maxResults": len(rows),
        }
        if prints_total_count(self.company, self.entity):
            content["totalCount"] = len(rows)
        return content, len(rows)


def prints_total_count(company, entity):
    """Tell whether lists of this entity carry `totalCount` (the rows of the page)."""
    chosen = company.switches.total_count
    return chosen == "always" or (chosen == "documented" and entity.prints_total_count)


def _sort_key(prop, row):
    if prop.is_id:
        return int(row["Id"]) if row["Id"].isdigit() else -1
    value = prop.value(row)
    return (value is not None, value)


def _test(prop, sign, values):
    value_of = prop.value
    if sign == "like":
        return _like(value_of, values[0])
    if sign == "in":
        wanted = frozenset(values)
        return lambda row: value_of(row) in wanted
    compare, wanted = _OPERATORS[sign], values[0]

    def test(row):
        value = value_of(row)
        return value is not None and compare(value, wanted)

    return test


def _like(value_of, pattern):
    pieces = pattern.split("%")

    def test(row):
        value = value_of(row)
        return value is not None and _fits(value, pieces)

    return test


def _fits(value, pieces):
    """Tell whether `value` is the pieces with anything between them."""
    if len(pieces) == 1:
        return value == pieces[0]
    first, *middle, last = pieces
    if not value.startswith(first) or not value.endswith(last):
        return False
    position, end = len(first), len(value) - len(last)
    for piece in middle:
        found = value.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return position <= end


def _project(shape, row, paths):
    chosen = {"domain": "QBO", "sparse": True}
    for path in paths:
        value = dig(row, path)
        if value is None:
            continue
        head, _, rest = path.partition(".")
        if rest:
            chosen[head] = {**chosen.get(head, {}), rest: value}
        else:
            chosen[head] = value
    return {
        item.name: chosen[item.name] for item in shape.fields if item.name in chosen
    }


def run(company, text):
    """Run a query; returns `(content of QueryResponse, number of rows)`."""
    if not text or not text.strip():
        raise faults.query_parse('Encountered "<EOF>" at line 1, column 1.')
    return _Run(company, parse(text)).response()


def respond(company, text):
    """Return the envelope's `QueryResponse` part for a query."""
    content, _count = run(company, text)
    return {"QueryResponse": content}


def limit(count, maximum):
    """Raise 10100 when one answer would hold more objects than it may."""
    if maximum is not None and count > maximum:
        raise entity_faults.result_too_big(maximum)
