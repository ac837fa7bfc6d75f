"""Faults injected into single items of a batch."""

import re

from . import faults, numbers
from .checks import check_known, check_object, check_text, check_whole
from .injected_faults import make_fault

# What may happen to an item; everything else happens to a whole call.
ITEM_ACTIONS = frozenset(
    {
        "fault",
        "message",
        "detail",
        "element",
        "omit",
        "answer_id",
        "answer_bid",
        "repeat",
        "committed",
    }
)
_TEXT_KEYS = ("bId", "entity", "operation", "body")


def check_item(name, value):
    """Raise ValueError unless `value` describes items of a batch."""
    check_object(name, value)
    check_known(name, value, (*_TEXT_KEYS, "position"))
    for key in _TEXT_KEYS:
        if key in value:
            check_text(f"{name}.{key}", value[key])
    if "position" in value:
        check_whole(f"{name}.position", value["position"], 1)
    try:
        re.compile(value.get("body", ""))
    except re.error as error:
        raise ValueError(f"item.body is no regular expression: {error}.") from None


class ItemMatch:
    """Which items of batches a rule is about."""

    def __init__(self, match):
        self._match = match
        self._pattern = re.compile(match["body"]) if "body" in match else None

    def meets(self, item, position):
        """Tell whether the rule is about this item, the `position`-th of its batch."""
        match = self._match
        if match.get("position", position) != position:
            return False
        if match.get("bId", item["bId"]) != item["bId"]:
            return False
        if "operation" in match and _operation(item) != match["operation"].lower():
            return False
        if "entity" in match and not _is_about(item, match["entity"].lower()):
            return False
        if self._pattern is None:
            return True
        return bool(self._pattern.search(numbers.dumps(item).decode()))


def _operation(item):
    if item.get("Query") is not None:
        return "query"
    return str(item.get("operation")).lower()


def _is_about(item, entity):
    names = {name.lower() for name in item}
    if item.get("Query") is None:
        return entity in names
    return bool(re.search(rf"\bfrom\s+{re.escape(entity)}\b", item["Query"], re.I))


def lets_through(rule):
    """Tell whether the item is carried out; only a fault in its place stops it."""
    action = rule.action
    return action.get("committed", "fault" not in action or "repeat" in action)


def replace(rule, answer):
    """Return what stands in the batch's answer instead of `answer`: a list."""
    action = rule.action
    if action.get("omit"):
        return []
    changed = _changed(action, answer)
    return [answer, changed] if action.get("repeat") else [changed]


def _changed(action, answer):
    if "fault" in action:
        fault = faults.item_fault(make_fault(action))
        answer = {"Fault": fault, "bId": answer["bId"]}
    if "answer_id" in action:
        answer = {
            name: {**value, "Id": action["answer_id"]}
            if isinstance(value, dict) and "Id" in value
            else value
            for name, value in answer.items()
        }
    if "answer_bid" in action:
        answer = {**answer, "bId": action["answer_bid"]}
    return answer
