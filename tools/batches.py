"""Batches: what is sent, and one outcome for every item that was asked."""

from dataclasses import dataclass, replace

from .. import const
from ..exceptions import QboError
from .faults import build_fault, parse_fault, take_as_gone, to_error


@dataclass(frozen=True)
class Outcome:
    """What became of one item.

    :param bid: the `bId` it was sent under
    :param entity: 'Invoice', or 'Query'
    :param payload: the object that came back (dict), for a query its
        QueryResponse; None when there is an error
    :param error: QboError, or None
    """

    bid: str
    entity: str
    payload: dict = None
    error: QboError = None


def check_items(items, request_id=None):
    """Refuse what Intuit would refuse as a whole, before it is sent.

    With a requestid, Intuit joins it and each bId into one of at most 50
    characters, hence 36 and 10.

    :param items: list of {"bId", "operation", <Entity>: {...}} or
        {"bId", "Query"}
    :raises ValueError: number of items, ids, or a request id that is too long
    """
    if not 1 <= len(items) <= const.BATCH_ITEMS:
        raise ValueError(f"A batch has 1 to {const.BATCH_ITEMS} items.")
    ids = [item.get("bId") for item in items]
    if len(set(ids)) < len(ids):
        raise ValueError("Two items of the batch have the same bId.")
    for bid in ids:
        if not isinstance(bid, str) or not 1 <= len(bid) <= const.BATCH_ID_LENGTH:
            raise ValueError("A bId is a text of 1 to 10 characters.")
    if request_id and len(request_id) > const.BATCH_REQUEST_ID_LENGTH:
        raise ValueError("The request id of a batch has at most 36 characters.")
    for item in items:
        _check_operation(item, get_entity(item))


def _check_operation(item, entity):
    """An update that lacks the Id would create a second object."""
    if entity == "Query":
        return
    operation = item.get("operation")
    if operation not in ("create", "update", "delete"):
        raise ValueError("An item of a batch creates, updates or deletes.")
    if operation != "create":
        require(item[entity], "Id", "SyncToken")


def require(values, *names):
    """Refuse an object that lacks what names an existing one.

    :raises ValueError: a member is missing, or empty as Odoo's False is
    """
    missing = [name for name in names if values.get(name) in (None, False, "")]
    if missing:
        raise ValueError(f"An update needs {', '.join(missing)}.")


def get_entity(item):
    """'Invoice' of {"bId", "operation", "Invoice"}; 'Query' of a query.

    :raises ValueError: none, or several
    """
    names = [key for key in item if key not in ("bId", "operation", "optionsData")]
    if len(names) != 1:
        raise ValueError("An item of a batch holds exactly one object or query.")
    return names[0]


def read_outcomes(items, answer, secrets=(), tid=""):
    """One `Outcome` for each item, in the order of the items.

    The answer may come in any order, lack items, or answer one twice: what has
    no single answer is uncertain.

    :param answer: the JSON object that Intuit sent
    """
    answers = {}
    members = answer.get("BatchItemResponse")
    for member in members if isinstance(members, list) else ():
        if isinstance(member, dict):
            known = answers.setdefault(str(member.get("bId")), [])
            if member not in known:
                known.append(member)
    return [
        _read_outcome(item, answers.get(item["bId"], []), secrets, tid)
        for item in items
    ]


def _read_outcome(item, found, secrets, tid):
    entity = get_entity(item)
    writes = entity != "Query"
    if len(found) != 1:
        problem = "was answered twice" if found else "was not answered"
        return _fail(item, f"This item of the batch {problem}", writes, tid)
    member = found[0]
    fault = member.get("Fault") or member.get("fault")
    if fault is not None:
        fault = parse_fault(fault, secrets=secrets)
        if item.get("operation") == "delete":
            fault = take_as_gone(fault)
        return Outcome(item["bId"], entity, error=to_error(_trace(fault, writes, tid)))
    payload = member.get("QueryResponse" if entity == "Query" else entity)
    if not isinstance(payload, dict):
        problem = "This item of the batch was answered without an object"
        return _fail(item, problem, writes, tid)
    return Outcome(item["bId"], entity, payload)


def _trace(fault, writes, tid):
    return replace(fault, tid=tid, status=200, uncertain=fault.uncertain and writes)


def _fail(item, message, writes, tid):
    fault = build_fault("transient", message, uncertain=writes, tid=tid, status=200)
    return Outcome(item["bId"], get_entity(item), error=to_error(fault))
