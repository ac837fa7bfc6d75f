"""What journal entries post: their lines."""

from ..entities.journal_lines import DEBIT, JOURNAL_LINE
from .legs import Legs, id_of


def of_journal(row):
    """Return the Legs of a journal entry; the last takes the cents of rounding."""
    legs = Legs(row)
    for line in row["Line"]:
        detail = line.get(JOURNAL_LINE)
        if detail is None:
            continue
        entity = detail.get("Entity") or {}
        is_customer = entity.get("Type") == "Customer"
        legs.add(
            detail["AccountRef"]["value"],
            line["Amount"] if detail["PostingType"] == DEBIT else -line["Amount"],
            class_id=id_of(detail.get("ClassRef")),
            customer_id=id_of(entity["EntityRef"]) if is_customer else None,
        )
    legs.level()
    return legs
