"""`POST batch`: up to 30 items, each of which succeeds or fails alone."""

import logging

from . import entity_faults, faults, injected_items, numbers, query, rest
from .requestid import Answer, digest_of

_logger = logging.getLogger(__name__)

LARGEST = 30
ITEM_KEYS = frozenset({"bId", "operation", "Query", "optionsData"})
QUERY_KEYS = ("bId", "Query")
WRITES = ("create", "update", "delete")


def run(company, body, request_id, strike=None):
    """Run a batch; returns the payload and the number of metered calls.

    `strike(item, position)` returns the injected rule that meets an item, or None.
    Raises for the whole request: 2020, 2010, 1040, and duplicate bIds.
    """
    items = _items(body)
    rules = [
        strike(item, position) if strike and not _is_mistyped(item) else None
        for position, item in enumerate(items, start=1)
    ]
    counter = _Counter(company.switches.batch_object_limit)
    found = _carry_out(company, items, rules, request_id, counter)
    answers = []
    for rule, answer in zip(rules, found, strict=True):
        answers += [answer] if rule is None else injected_items.replace(rule, answer)
    if company.switches.batch_response_order == "reversed":
        answers.reverse()
    return {"BatchItemResponse": answers}, counter.queries


def _carry_out(company, items, rules, request_id, counter):
    """Return the answers in order. Queries see the books as before the batch."""
    answers = [{"bId": item["bId"]} for item in items]
    places = list(range(len(items)))
    if company.switches.batch_execution_order == "reversed":
        places.reverse()
    for place in sorted(places, key=lambda place: _writes(items[place])):
        if rules[place] is None or injected_items.lets_through(rules[place]):
            item = items[place]
            answer = _answer(company, item, request_id, counter)
            answers[place] = {**answer, "bId": item["bId"]}
    return answers


def _writes(item):
    return item.get("Query") is None


def _is_mistyped(item):
    return not _writes(item) and not isinstance(item["Query"], str)


class _Counter:
    """Counts the queries of a batch (each is metered) and the objects they return."""

    def __init__(self, maximum):
        self.maximum = maximum
        self.queries = 0
        self.objects = 0

    def add(self, objects):
        """Count one query; raises 10100 above the maximum."""
        query.limit(self.objects + objects, self.maximum)
        self.objects += objects
        self.queries += 1


def _answer(company, item, request_id, counter):
    """Return what one item is answered; whatever happens concerns it alone."""
    try:
        if _writes(item):
            return _write(company, item, request_id)
        return _query(company, item, counter)
    except faults.Fault as fault:
        return {"Fault": faults.item_fault(fault)}
    except Exception:
        # The simulator's own mistake: never hidden, and what is committed stays told.
        _logger.exception("The books failed on item %s of a batch", item["bId"])
        return {"Fault": faults.item_fault(faults.system_failure())}


def _query(company, item, counter):
    for name in item:
        if name not in QUERY_KEYS:
            raise faults.unsupported_property(name, "BatchItemRequest", QUERY_KEYS)
    if _is_mistyped(item):
        raise faults.query_parse("The query is no text.")
    answer, objects = query.run(company, item["Query"])
    counter.add(objects)
    return {"QueryResponse": answer}


def _items(body):
    for name in body:
        if name != "BatchItemRequest":
            raise faults.unsupported_property(
                name, "IntuitBatchRequest", ("BatchItemRequest",)
            )
    items = body.get("BatchItemRequest")
    if not isinstance(items, list) or not items:
        raise faults.required("BatchItemRequest")
    if len(items) > LARGEST:
        raise faults.batch_too_large(LARGEST)
    seen = set()
    for item in items:
        if not isinstance(item, dict):
            raise faults.malformed_body("Can not deserialize BatchItemRequest")
        batch_id = item.get("bId")
        if not isinstance(batch_id, str) or not batch_id:
            raise faults.required("bId")
        if batch_id in seen:
            raise entity_faults.duplicate_batch_id(batch_id)
        seen.add(batch_id)
    return items


def _write(company, item, request_id):
    operation = item.get("operation")
    if operation not in WRITES:
        raise entity_faults.operation_not_supported(operation)
    if item.get("optionsData") is not None:
        raise entity_faults.operation_not_supported(item["optionsData"])
    names = [name for name in item if name not in ITEM_KEYS]
    if len(names) != 1:
        raise faults.required("Entity")
    entity = company.entities.get(names[0])
    if entity is None:
        raise faults.unsupported_property(
            names[0], "BatchItemRequest", tuple(company.entities)
        )
    body = item[names[0]]
    if not isinstance(body, dict):
        raise faults.malformed_body(f"Can not deserialize {entity.name}")
    key = f"{request_id}{item['bId']}" if request_id else None
    refuses = company.switches.batch_requestid_replay == "fault"
    if key and refuses and company.request_ids.knows(key):
        raise entity_faults.repeated_batch()
    digest = digest_of(operation, entity.name, numbers.dumps(body))

    def act():
        row = rest.write(company, entity, operation, body, frozenset(), in_batch=True)
        return Answer(entity.name, row), entity.name, row.get("Id")

    return company.request_ids.run(key, digest, act).payload()
