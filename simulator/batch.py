"""`POST batch`: up to 30 items, each of which succeeds or fails alone."""

from . import entity_faults, faults, injected_items, numbers, query, rest
from .requestid import Answer, digest_of

LARGEST = 30
ITEM_KEYS = frozenset({"bId", "operation", "Query", "optionsData"})
WRITES = ("create", "update", "delete")


def run(company, body, request_id, strike=None):
    """Run a batch; returns the payload and the number of metered calls.

    `strike(item, position)` returns the injected rule that meets an item, or None.
    Raises for the whole request: 2020, 2010, 1040, and duplicate bIds.
    """
    answers, counter = [], _Counter(company.switches.batch_object_limit)
    for position, item in enumerate(_items(body), start=1):
        rule = strike(item, position) if strike else None
        answer = None
        if rule is None or injected_items.lets_through(rule):
            answer = _answer(company, item, request_id, counter)
        answer = {**(answer or {}), "bId": item["bId"]}
        answers += [answer] if rule is None else injected_items.replace(rule, answer)
    if company.switches.batch_response_order == "reversed":
        answers.reverse()
    return {"BatchItemResponse": answers}, counter.queries


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
    try:
        if item.get("Query") is None:
            return _write(company, item, request_id)
        answer, objects = query.run(company, item["Query"])
        counter.add(objects)
        return {"QueryResponse": answer}
    except faults.Fault as fault:
        return {"Fault": faults.item_fault(fault)}


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
    _check_operation(operation, body)
    key = f"{request_id}{item['bId']}" if request_id else None
    refuses = company.switches.batch_requestid_replay == "fault"
    if key and refuses and company.request_ids.knows(key):
        raise entity_faults.repeated_batch()
    digest = digest_of(operation, entity.name, numbers.dumps(body))
    wanted = "delete" if operation == "delete" else None

    def act():
        row = rest.write(company, entity, wanted, body, frozenset())
        return Answer(entity.name, row), entity.name, row.get("Id")

    return company.request_ids.run(key, digest, act).payload()


def _check_operation(operation, body):
    has_id = body.get("Id") not in (None, "")
    if operation == "create" and has_id:
        raise faults.business("A new object has no Id.")
    if operation != "create" and not has_id:
        raise faults.required("Id")
