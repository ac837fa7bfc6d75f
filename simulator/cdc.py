"""`GET cdc`: what changed since a moment, entity by entity."""

from . import entity_faults, faults
from .entities.registry import EMPTY
from .query import parse_time, prints_total_count

DAYS = 30
LARGEST = 1000
NOT_SUPPORTED = frozenset(
    {"journalcode", "taxagency", "timeactivity", "taxcode", "taxrate"}
)


def run(company, entities, changed_since):
    """Return the payload. Raises 2020, 2060 (bad or too old moment) and 4001."""
    names = [name.strip() for name in (entities or "").split(",") if name.strip()]
    if not names:
        raise faults.required("entities")
    since = _moment(company, changed_since)
    found = [_find(company, name) for name in names]
    room, answers = LARGEST, []
    for entity in found:
        rows = _changed(company, entity, since)[:room] if entity else []
        room -= len(rows)
        answers.append(_answer(company, entity, rows))
    return {"CDCResponse": [{"QueryResponse": answers}]}


def _moment(company, text):
    if not text:
        raise faults.required("changedSince")
    try:
        seconds = parse_time(text)
    except ValueError:
        raise faults.invalid_date(text, "changedSince") from None
    if seconds < company.now().timestamp() - DAYS * 86400:
        raise entity_faults.cdc_too_old(DAYS)
    return seconds


def _find(company, name):
    lowered = name.lower()
    if lowered in NOT_SUPPORTED:
        raise entity_faults.cdc_entity(name)
    for entity in company.entities.values():
        if entity.name.lower() == lowered:
            return entity
    if any(known.lower() == lowered for known in EMPTY):
        return None
    raise entity_faults.cdc_entity(name)


def _changed(company, entity, since):
    """Return live objects in the order of their change, then stubs of deleted ones."""
    table = company.store.table(entity.name)
    exclusive = company.switches.cdc_changed_since == "exclusive"
    live, gone = [], []
    for qbo_id in reversed(table.touched):
        row = table.rows.get(qbo_id)
        known = row or table.deleted.get(qbo_id)
        if known is None:
            continue
        moment = parse_time(known["MetaData"]["LastUpdatedTime"])
        if moment < since or (exclusive and moment == since):
            break
        (gone if row is None else live).append(known)
    found = live[::-1] + gone[::-1]
    if entity.name == "ExchangeRate":
        return [{k: v for k, v in row.items() if k != "Id"} for row in found]
    return found


def _answer(company, entity, rows):
    if not rows:
        return {}
    answer = {entity.name: rows, "startPosition": 1, "maxResults": len(rows)}
    if prints_total_count(company, entity):
        answer["totalCount"] = len(rows)
    return answer
