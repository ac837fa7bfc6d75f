"""Objects in memory: tables with indexes, id sequences and all-or-nothing writes.

Rows are plain dicts that nobody changes once they are stored: a change stores another
dict. So answers, replays and snapshots may share them, and undoing a write is cheap.
"""

from contextlib import contextmanager
from functools import lru_cache


@lru_cache(maxsize=64)
def fold(value):
    """Return the key under which a text is looked up: QBO ignores case.

    The cache lets the indexes of one row share their keys.
    """
    lowered = value.lower()
    return value if lowered == value else lowered


def dig(row, path):
    """Return the value at a dotted path of a row (references: by value), or None."""
    value = row
    for part in path.split("."):
        value = value.get(part)
        if value is None:
            return None
    return value["value"] if isinstance(value, dict) and "value" in value else value


class Index:
    """Ids by the folded text of one property."""

    def __init__(self, path):
        self.path = path
        self._ids = {}

    def _key(self, row):
        value = dig(row, self.path)
        return fold(value) if isinstance(value, str) else None

    def move(self, qbo_id, old, new):
        """Follow one row from `old` to `new`; either may be None."""
        before = self._key(old) if old else None
        after = self._key(new) if new else None
        if before == after:
            return
        if before is not None:
            self._discard(before, qbo_id)
        if after is not None:
            self._add(after, qbo_id)

    def _add(self, key, qbo_id):
        held = self._ids.get(key)
        if held is None:
            self._ids[key] = qbo_id
        elif isinstance(held, str):
            self._ids[key] = {held: None, qbo_id: None}
        else:
            held[qbo_id] = None

    def _discard(self, key, qbo_id):
        held = self._ids[key]
        if isinstance(held, str):
            del self._ids[key]
            return
        del held[qbo_id]
        if len(held) == 1:
            self._ids[key] = next(iter(held))

    def ids(self, value):
        """Return the ids that hold `value`, whatever its case."""
        held = self._ids.get(fold(value))
        if held is None:
            return ()
        return (held,) if isinstance(held, str) else tuple(held)


class Table:
    """All objects of one entity, in the order of their ids.

    `touched` holds the ids by their last change, oldest first; `deleted` the stubs.
    """

    def __init__(self, name, indexes=()):
        self.name = name
        self.rows = {}
        self.deleted = {}
        self.touched = {}
        self.indexes = {path.lower(): Index(path) for path in indexes}
        self._version = 0
        self._active = (-1, [])

    def get(self, qbo_id):
        """Return a row or None."""
        return self.rows.get(qbo_id)

    def find(self, path, value):
        """Return the rows whose indexed property equals `value`, whatever its case."""
        ids = self.indexes[path.lower()].ids(value)
        return [self.rows[qbo_id] for qbo_id in ids]

    def active(self):
        """Return the rows that are not inactive, in the order of their ids."""
        version, rows = self._active
        if version != self._version:
            rows = [row for row in self.rows.values() if row.get("Active") is not False]
            self._active = (self._version, rows)
        return rows

    def _replace(self, qbo_id, row):
        self._version += 1
        old = self.rows.get(qbo_id)
        for index in self.indexes.values():
            index.move(qbo_id, old, row)
        if row is None:
            self.rows.pop(qbo_id, None)
        else:
            self.rows[qbo_id] = row

    def _restore(self, qbo_id, row):
        returns = row is not None and qbo_id not in self.rows
        self._replace(qbo_id, row)
        if returns:
            self.rows = dict(sorted(self.rows.items(), key=lambda item: int(item[0])))

    def _stamp(self, qbo_id):
        self.touched.pop(qbo_id, None)
        self.touched[qbo_id] = None


class Store:
    """The tables of a company and its id sequences."""

    def __init__(self):
        self._tables = {}
        self._sequences = {}
        self._undo = None
        self._stamps = []

    def add_table(self, name, indexes=()):
        """Create the table of an entity."""
        self._tables[name] = Table(name, indexes)

    def table(self, name):
        """Return the table of an entity; KeyError for an unknown one."""
        return self._tables[name]

    def tables(self):
        """Return all tables."""
        return list(self._tables.values())

    def get(self, name, qbo_id):
        """Return the row of an entity by id, or None."""
        return self._tables[name].rows.get(qbo_id)

    # --- sequences ---

    def start_sequence(self, sequence, value):
        """Let the next id of `sequence` be `value`."""
        self._sequences[sequence] = value

    def next_id(self, sequence):
        """Return the next id of a sequence, as text."""
        value = self._sequences.get(sequence, 1)
        self._sequences[sequence] = value + 1
        return str(value)

    # --- writes ---

    @property
    def in_transaction(self):
        """Whether a transaction is open."""
        return self._undo is not None

    @contextmanager
    def transaction(self):
        """All writes inside happen, or none. Inner transactions join the outer one."""
        if self._undo is not None:
            yield
            return
        self._undo = []
        try:
            yield
        except BaseException:
            self._roll_back()
            raise
        else:
            for table, qbo_id in self._stamps:
                table._stamp(qbo_id)
        finally:
            self._undo = None
            self._stamps = []

    def _roll_back(self):
        for table, qbo_id, row, stub in reversed(self._undo):
            table._restore(qbo_id, row)
            table.deleted.pop(qbo_id, None)
            if stub is not None:
                table.deleted[qbo_id] = stub

    def _remember(self, table, qbo_id):
        if self._undo is None:
            raise RuntimeError("A write outside of a transaction.")
        old = (table, qbo_id, table.rows.get(qbo_id), table.deleted.get(qbo_id))
        self._undo.append(old)

    def put(self, name, row, *, touch=True):
        """Store `row` under its Id; `touch` marks it as changed for CDC."""
        table = self._tables[name]
        qbo_id = row["Id"]
        self._remember(table, qbo_id)
        table._replace(qbo_id, row)
        if touch:
            self._stamps.append((table, qbo_id))

    def remove(self, name, qbo_id, stub):
        """Take a row away for good; `stub` is what CDC tells about it."""
        table = self._tables[name]
        self._remember(table, qbo_id)
        table._replace(qbo_id, None)
        table.deleted[qbo_id] = stub
        self._stamps.append((table, qbo_id))

    def forget(self, name, qbo_id):
        """Take a row away without a trace, as if it had never been."""
        table = self._tables[name]
        self._remember(table, qbo_id)
        table._replace(qbo_id, None)
