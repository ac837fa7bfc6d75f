"""What changed in a company, for whoever tells the world (webhooks)."""

from typing import NamedTuple

CREATE, UPDATE, DELETE, VOID, MERGE = "Create", "Update", "Delete", "Void", "Merge"


class Change(NamedTuple):
    """One committed change; `time` is an aware datetime in UTC.

    `deleted_id` is only set for a merge: `qbo_id` won, `deleted_id` lost.
    """

    realm_id: str
    entity: str
    qbo_id: str
    operation: str
    time: object
    deleted_id: str | None = None
