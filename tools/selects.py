"""Texts of QuickBooks' query language."""

from .. import const


def quote(value):
    r"""A literal: in single quotes, with ' and \ escaped by a backslash.

    Doubling the quote is not the escape, and an unescaped backslash swallows
    the closing quote (Intuit, "Query operations and syntax"; fault 4000).
    Comparison at QuickBooks ignores case: compare again what comes back.

    :param value: text; booleans become true and false, the rest its `str`
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


def quote_list(values):
    """('1', '2') for IN; keep it to about a hundred values.

    :raises ValueError: no values, which QuickBooks cannot parse
    """
    values = list(values)
    if not values:
        raise ValueError("IN needs at least one value.")
    return f"({', '.join(quote(value) for value in values)})"


def build_select(entity, where="", start=1, size=const.PAGE_SIZE, order="Id"):
    """One page of an entity.

    :param where: condition without WHERE; only active objects of lists are
        found unless it holds "Active IN (true, false)"
    :param start: 1-based position
    :param size: 1 to 1000
    :param order: member that the rows are in the order of
    """
    if not 1 <= size <= const.PAGE_SIZE or start < 1:
        raise ValueError("A page has 1 to 1000 rows and starts at 1 or later.")
    columns = "*, Sku" if entity == "Item" else "*"
    where = f" WHERE {where}" if where else ""
    return (
        f"SELECT {columns} FROM {entity}{where} "
        f"ORDERBY {order} STARTPOSITION {start} MAXRESULTS {size}"
    )


def build_count(entity, where=""):
    """The number of objects of an entity."""
    return f"SELECT COUNT(*) FROM {entity}" + (f" WHERE {where}" if where else "")


class Pager:
    """Collects an entity page by page, by position, while others write.

    Positions shift when objects vanish: each page after the first overlaps the
    one before by a row, and a page that knows no row seen before proves a gap,
    so the pager steps back. Rows seen twice are kept once.
    """

    # Steps back before what was read is taken as it is: a company that loses
    # a page of objects between any two calls, ten times over.
    MAXIMUM_STEPS_BACK = 10

    def __init__(self, entity, where="", size=const.PAGE_SIZE):
        self.entity = entity
        self.where = where
        self.size = size
        self.start = 1
        self.done = False
        self._seen = set()
        self._steps_back = 0

    @property
    def select(self):
        """The query of the next page."""
        return build_select(self.entity, self.where, self.start, self.size)

    def add(self, rows, may_be_cut=False):
        """Take in a page.

        :param rows: list of dicts as QuickBooks gave them
        :param may_be_cut: True when the answer reached a total bound, so that a
            short page, or an empty one, proves nothing (batches return 1,000
            objects at most)
        :return: the rows that are new, in order
        """
        known = len(self._seen)
        new = [row for row in rows if self._is_new(row)]
        if len(self._seen) - known == len(rows) and known and self._step_back():
            return new
        if len(rows) < self.size and not may_be_cut:
            self.done = True
        else:
            advanced = self.start + min(len(rows), self.size)
            overlap = 1 if advanced - self.start > 1 else 0
            self.start = advanced - overlap
        return new

    def _is_new(self, row):
        key = row.get("Id", id(row))
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _step_back(self):
        if self.size == 1 or self._steps_back >= self.MAXIMUM_STEPS_BACK:
            return False
        self._steps_back += 1
        self.start = max(1, self.start - self.size + 1)
        return True
