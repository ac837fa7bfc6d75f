"""ProfitAndLoss: income and expenses of a period, in total, by month or by class."""

from .. import faults
from ..ledger import postings
from ..numbers import ZERO
from .layout import (
    INCOME_TYPES,
    amount,
    cell,
    check_basis,
    column,
    header,
    in_order,
    refuse_rest,
)
from .period import months, read

TOTAL, MONTH, CLASSES = "Total", "Month", "Classes"
UNSPECIFIED = "Not Specified"
STANDARD = ("AccountingStandard", "GAAP")

# Sections with accounts: group, title, AccountType, sign of a credit in the result.
_SECTIONS = {
    "Income": ("Income", "Income", 1),
    "COGS": ("Cost of Goods Sold", "Cost of Goods Sold", -1),
    "Expenses": ("Expenses", "Expense", -1),
    "OtherIncome": ("Other Income", "Other Income", 1),
    "OtherExpenses": ("Other Expenses", "Other Expense", -1),
}
# Rows that add sections up: group, title, the sections.
_RESULTS = {
    "GrossProfit": ("Gross Profit", ("Income", "COGS")),
    "NetOperatingIncome": ("Net Operating Income", ("Income", "COGS", "Expenses")),
    "NetOtherIncome": ("Net Other Income", ("OtherIncome", "OtherExpenses")),
    "NetIncome": ("Net Income", tuple(_SECTIONS)),
}
_ORDER = (
    "Income",
    "COGS",
    "GrossProfit",
    "Expenses",
    "NetOperatingIncome",
    "OtherIncome",
    "OtherExpenses",
    "NetOtherIncome",
    "NetIncome",
)
# These stand in every report, the others where there is something to say.
_ALWAYS = ("Income", "GrossProfit", "Expenses", "NetOperatingIncome", "NetIncome")


def build(company, name, args):
    """Return the report."""
    check_basis(company, args)
    period = read(company, args)
    by = args.pop("summarize_column_by", TOTAL)
    if by not in (TOTAL, MONTH, CLASSES):
        raise faults.business(f"Columns by {by} have no books here.")
    refuse_rest(args)
    table = _Table(company, period, by)
    return {
        "Header": header(
            company,
            name,
            period,
            by=by,
            options=[STANDARD],
            empty=not table.accounts,
        ),
        "Columns": {"Column": table.columns()},
        "Rows": {"Row": table.rows()} if table.accounts else {},
    }


class _Table:
    """The figures: of each account, one per column; credits above zero."""

    def __init__(self, company, period, by):
        self.company, self.by = company, by
        start, end, _macro = period
        found = postings(company, start, end)
        table = company.store.table("Account")
        found = [
            posting
            for posting in found
            if table.get(posting.account_id)["AccountType"] in INCOME_TYPES
        ]
        self.keys, self.titles = self._columns_by(by, start, end, found)
        self.figures = {}
        for posting in found:
            self._add(posting, self._key(posting, by))
        # What stands above an account stands in the report too.
        ids = {each for account_id in self.figures for each in self._line(account_id)}
        self.accounts = in_order(map(table.get, ids))

    def _columns_by(self, by, start, end, found):
        if by == MONTH:
            named = months(start, end)
            return [first[:7] for _, first, _ in named], [each[0] for each in named]
        if by == TOTAL:
            return [], []
        classes = self.company.store.table("Class")
        ids = {posting.class_id for posting in found}
        rows = sorted(
            (classes.get(each) for each in ids if each),
            key=lambda row: row["FullyQualifiedName"],
        )
        keys = [row["Id"] for row in rows]
        titles = [row["FullyQualifiedName"] for row in rows]
        if None in ids:
            keys, titles = [*keys, None], [*titles, UNSPECIFIED]
        return keys, titles

    @staticmethod
    def _key(posting, by):
        return posting.date[:7] if by == MONTH else posting.class_id

    def _add(self, posting, key):
        """Count a posting in its column and in the last one, the total."""
        row = self.figures.setdefault(posting.account_id, [ZERO] * (len(self.keys) + 1))
        if self.keys:
            row[self.keys.index(key)] -= posting.home
        row[-1] -= posting.home

    def _line(self, account_id):
        """Yield an account's id and those of all above."""
        while account_id:
            yield account_id
            row = self.company.store.get("Account", account_id)
            account_id = (row.get("ParentRef") or {}).get("value")

    # --- output ---

    def columns(self):
        """Return the Column list."""
        keys = [key or UNSPECIFIED for key in self.keys]
        middle = [
            column(title, key=key) for title, key in zip(self.titles, keys, strict=True)
        ]
        total = "TOTAL" if self.by == CLASSES else "Total"
        return [column("", "Account", "account"), *middle, column(total, key="total")]

    def rows(self):
        """Return the top rows, in QBO's order."""
        sums = {name: self._sum_of(name) for name in _SECTIONS}
        rows = []
        for name in _ORDER:
            if name in _SECTIONS:
                if name in _ALWAYS or any(self._roots(name)):
                    rows.append(self._section(name, sums[name]))
                continue
            title, parts = _RESULTS[name]
            shown = name in _ALWAYS or any(any(self._roots(part)) for part in parts)
            if shown:
                result = _add([_signed(part, sums[part]) for part in parts])
                summary = self._cells(title, result)
                rows.append(
                    {"Summary": summary, "type": "Section", "group": name},
                )
        return rows

    def _of_type(self, name):
        kind = _SECTIONS[name][1]
        return [row for row in self.accounts if row["AccountType"] == kind]

    def _roots(self, name):
        return [row for row in self._of_type(name) if not row.get("ParentRef")]

    def _sum_of(self, name):
        """Return a section's figures, in the sign in which it prints them."""
        return _add([self._figures(row, name) for row in self._of_type(name)], self)

    def _figures(self, account, name):
        width = len(self.keys) + 1
        own = self.figures.get(account["Id"], [ZERO] * width)
        return _signed(name, own)

    def _section(self, name, total):
        title = _SECTIONS[name][0]
        section = {"Header": self._cells(title, [ZERO] * (len(self.keys) + 1))}
        inner = [self._account(row, name) for row in self._roots(name)]
        if inner:
            section["Rows"] = {"Row": inner}
        section["Summary"] = self._cells(f"Total {title}", total)
        return {**section, "type": "Section", "group": name}

    def _account(self, account, name):
        """Return the row of an account, with those below it."""
        own = self._figures(account, name)
        below = [
            row
            for row in self._of_type(name)
            if (row.get("ParentRef") or {}).get("value") == account["Id"]
        ]
        named = self._cells(account["Name"], own, account["Id"])
        if not below:
            return {**named, "type": "Data"}
        total = self._with_below(account, name)
        return {
            "Header": named,
            "Rows": {"Row": [self._account(row, name) for row in below]},
            "Summary": self._cells(f"Total {account['Name']}", total),
            "type": "Section",
        }

    def _with_below(self, account, name):
        inside = [
            row for row in self._of_type(name) if account["Id"] in self._line(row["Id"])
        ]
        return _add([self._figures(row, name) for row in inside], self)

    @staticmethod
    def _cells(title, figures, qbo_id=None):
        return {"ColData": [cell(title, qbo_id), *(cell(amount(e)) for e in figures)]}


def _signed(name, figures):
    """Turn credits above zero into a section's own sign, or back."""
    return figures if _SECTIONS[name][2] > 0 else [-each for each in figures]


def _add(rows, table=None):
    """Return the sum of rows of figures, column by column."""
    if not rows:
        return [ZERO] * (len(table.keys) + 1)
    return [sum(each, ZERO) for each in zip(*rows, strict=True)]
