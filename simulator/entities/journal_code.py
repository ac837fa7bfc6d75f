"""JournalCode: the French journals, which each line of a journal entry names."""

from .. import entity_faults, faults
from ..schema import Shape, enum, flag, text, utf16_length
from .base import Entity
from .common import ENTITY_BLOCK, ENTITY_IGNORED

SHORTEST_NAME, LONGEST_NAME = 2, 20
JOURNAL_TYPES = ("Expenses", "Sales", "Bank", "Nouveaux", "Wages", "Cash", "Others")

JOURNAL_CODE = Shape(
    "JournalCode",
    (
        text("Name", query="FS"),
        enum("Type", JOURNAL_TYPES, query="FS", write_once=True),
        text("Description", 4000),
        flag("Active", query="FS"),
        *ENTITY_BLOCK,
    ),
    ignored=ENTITY_IGNORED + ("CustomField", "JournalCodeEx"),
)


class JournalCode(Entity):
    """A journal. Only in France; its type is for life."""

    name = "JournalCode"
    path = "journalcode"
    shape = JOURNAL_CODE
    sequence = "journal_codes"
    element_word = "JournalCodes"
    required = ("Name",)
    indexes = ("Name",)
    prints_total_count = True

    def check_values(self, company, write, problems):
        """A name has 2 to 20 characters."""
        name = write.values["Name"]
        length = utf16_length(name)
        if not SHORTEST_NAME <= length <= LONGEST_NAME:
            if name != write.before("Name"):
                problems.append(
                    faults.too_long(LONGEST_NAME, length, "Name", SHORTEST_NAME)
                )

    def complete(self, company, write):
        """Only where journals have codes."""
        if company.country != "FR":
            raise entity_faults.feature_not_enabled("Journal code")
        self.check_unique(company, write)
        if write.values.get("Type") is None:
            write.values["Type"] = JOURNAL_TYPES[-1]
