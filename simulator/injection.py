"""Faults injected on request: which calls they meet and what they do to them."""

import itertools
import json
import re
import threading
from dataclasses import dataclass, field

from . import faults, numbers
from .call import Answer
from .checks import (
    check_known,
    check_object,
    check_one_of,
    check_text,
    check_truth,
    check_whole,
)
from .injected_faults import make_fault
from .injected_items import ITEM_ACTIONS, ItemMatch, check_item

MAXIMUM_DELAY_MS = 600_000


def _check_anything(name, value):
    """Take whatever JSON can hold."""


def _check_status(name, value):
    if type(value) is not int or not 200 <= value <= 599:
        raise ValueError(f"{name} is a status from 200 to 599.")


def _check_delay(name, value):
    check_whole(name, value)
    if value > MAXIMUM_DELAY_MS:
        raise ValueError(f"{name} is at most {MAXIMUM_DELAY_MS}.")


def _check_count(name, value):
    check_whole(name, value, 1)


def _check_drop(name, value):
    check_one_of(name, value, ("before", "after"))


def _check_headers(name, value):
    check_object(name, value)
    for key, text in value.items():
        check_text(f"{name}.{key}", text)


def _check_fault(name, value):
    check_text(name, value)
    if not value.isdigit():
        raise ValueError(f"{name} is a code of digits.")


MATCH_KEYS = {
    "method": check_text,
    "path": check_text,
    "entity": check_text,
    "operation": check_text,
    "realm": check_text,
    "body": check_text,
    "item": check_item,
    "nth": _check_count,
    "every": _check_count,
    "times": _check_count,
}
ACTION_KEYS = {
    "status": _check_status,
    "body": _check_anything,
    "headers": _check_headers,
    "content_type": check_text,
    "delay_ms": _check_delay,
    "drop": _check_drop,
    "reset": check_truth,
    "truncate": check_whole,
    "html": _check_status,
    "fault": _check_fault,
    "message": check_text,
    "detail": check_text,
    "element": _check_anything,
    "empty": check_truth,
    "committed": check_truth,
    "omit": check_truth,
    "repeat": check_truth,
    "answer_id": check_text,
    "answer_bid": check_text,
}


def html_page(status):
    """Return the kind of page a gateway in front of the service answers."""
    title = f"{status} Service Error"
    return (
        f"<html>\n<head><title>{title}</title></head>\n<body>\n<center><h1>{title}"
        "</h1></center>\n<hr><center>nginx</center>\n</body>\n</html>\n"
    ).encode()


@dataclass
class Rule:
    """One injected fault with its counts."""

    identity: int
    match: dict
    action: dict
    seen: int = 0
    applied: int = 0
    patterns: dict = field(default_factory=dict)

    def __post_init__(self):
        for key in ("path", "body"):
            if key in self.match:
                self.patterns[key] = re.compile(self.match[key])
        self.item = ItemMatch(self.match["item"]) if "item" in self.match else None

    def meets(self, call):
        """Tell whether the rule is about this kind of call."""
        match = self.match
        if "method" in match and call.method != match["method"].upper():
            return False
        if "realm" in match and call.realm_id != str(match["realm"]):
            return False
        if "path" in match and not self.patterns["path"].search(call.path):
            return False
        if "operation" in match and call.operation != match["operation"].lower():
            return False
        if "entity" in match and call.entity != match["entity"].lower():
            return False
        if "body" in match:
            text = call.body.decode("utf-8", "replace")
            return bool(self.patterns["body"].search(text))
        return True

    def takes(self):
        """Count a call the rule is about; tell whether it is hit."""
        self.seen += 1
        times = self.match.get("times", 1 if "nth" in self.match else None)
        if times is not None and self.applied >= times:
            return False
        if "nth" in self.match and self.seen < self.match["nth"]:
            return False
        if "every" in self.match and self.seen % self.match["every"]:
            return False
        self.applied += 1
        return True

    @property
    def lets_through(self):
        """Tell whether the call is carried out before the fault strikes."""
        action = self.action
        if "committed" in action:
            return action["committed"]
        if action.get("drop") == "after" or "truncate" in action:
            return True
        stops_call = action.get("drop") == "before" or action.get("reset", False)
        return not (stops_call or self.replaces_answer)

    @property
    def replaces_answer(self):
        """Tell whether the action says anything about status or body."""
        return bool({"status", "body", "html", "fault", "empty"} & set(self.action))

    def strike_fate(self, fate):
        """Apply delay, loss and truncation to the call's fate."""
        action = self.action
        fate.wait(action.get("delay_ms", 0) / 1000)
        if "truncate" in action:
            fate.keep_bytes = action["truncate"]
        if action.get("reset"):
            fate.lost = "reset"
        elif "drop" in action:
            fate.lost = "close"

    def apply(self, answer, accept, moment):
        """Return the Answer to give; `answer` is what the call got, or None."""
        identity = str(self.identity)
        if self.replaces_answer:
            status, headers, body = self._described(accept, moment)
            headers = [*headers, *self.action.get("headers", {}).items()]
            committed = answer is not None and answer.committed
            return Answer(status, headers, body, committed, identity)
        if answer is None:
            return Answer(502, [], b"", injected=identity)
        if "answer_id" in self.action:
            answer.body = _with_id(answer.body, self.action["answer_id"])
        answer.headers += self.action.get("headers", {}).items()
        answer.injected = identity
        return answer

    def _described(self, accept, moment):
        action = self.action
        if "fault" in action:
            return faults.render(make_fault(action), accept=accept, time=moment)
        if "html" in action:
            headers = [("Content-Type", "text/html")]
            return action["html"], headers, html_page(action["html"])
        return self._plain()

    def _plain(self):
        action = self.action
        status = action.get("status", 200)
        body = b"" if action.get("empty") else action.get("body", b"")
        content_type = action.get("content_type", faults.JSON_TYPE)
        if isinstance(body, str):
            body = body.encode()
        elif not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return status, [("Content-Type", content_type)], body

    def as_dict(self):
        """Return the rule as the control API shows it."""
        return {
            "id": self.identity,
            "match": self.match,
            "action": self.action,
            "seen": self.seen,
            "applied": self.applied,
        }


def _with_id(body, qbo_id):
    """Return a JSON answer with another id in its object."""
    try:
        payload = numbers.loads(body)
    except numbers.MalformedJson:
        return body
    for name, value in payload.items():
        if isinstance(value, dict) and "Id" in value:
            payload[name] = {**value, "Id": qbo_id}
    return numbers.dumps(payload)


def _check_scope(match, action):
    """Refuse actions that belong to a whole call, or to one item of a batch."""
    if "item" in match:
        wrong = sorted(set(action) - ITEM_ACTIONS)
        if wrong:
            raise ValueError(f"{wrong[0]} happens to a call, not to an item.")
    elif {"omit", "repeat", "answer_bid"} & set(action):
        raise ValueError("omit, repeat and answer_bid happen to an item: match `item`.")


def check(match, action):
    """Raise ValueError unless both describe something the injector can do."""
    for what, given, known in (
        ("match", match, MATCH_KEYS),
        ("action", action, ACTION_KEYS),
    ):
        check_object(what, given)
        check_known(what, given, known)
        for name, value in given.items():
            known[name](name, value)
    if not action:
        raise ValueError("action is empty: say what should happen.")
    _check_scope(match, action)
    for name in ("path", "body"):
        try:
            re.compile(match.get(name, ""))
        except re.error as error:
            raise ValueError(f"{name} is no regular expression: {error}.") from None


class Injector:
    """The list of injected faults. Thread-safe; the first rule that hits wins."""

    def __init__(self):
        self._lock = threading.Lock()
        self._identities = itertools.count(1)
        self._rules = []

    def add(self, match, action):
        """Add a rule and return it; ValueError when it makes no sense."""
        check(match, action)
        rule = Rule(next(self._identities), dict(match), dict(action))
        with self._lock:
            self._rules.append(rule)
        return rule

    def remove(self, identity=None):
        """Remove one rule, or all; return how many went."""
        with self._lock:
            kept = [
                rule
                for rule in self._rules
                if identity is not None and rule.identity != identity
            ]
            gone = len(self._rules) - len(kept)
            self._rules = kept
        return gone

    def rules(self):
        """Return the rules as dictionaries."""
        with self._lock:
            return [rule.as_dict() for rule in self._rules]

    def find(self, call):
        """Return the rule that strikes this call, or None; counts the call."""
        if not self._rules:
            return None
        with self._lock:
            for rule in self._rules:
                if rule.item is None and rule.meets(call) and rule.takes():
                    return rule
        return None

    def find_item(self, call, item, position):
        """Return the rule that strikes one item of a batch, or None; counts the item.

        `item` is an entry of BatchItemRequest, `position` its place, from 1.
        """
        if not self._rules:
            return None
        with self._lock:
            for rule in self._rules:
                if (
                    rule.item is not None
                    and rule.meets(call)
                    and rule.item.meets(item, position)
                    and rule.takes()
                ):
                    call.struck.append(str(rule.identity))
                    return rule
        return None

    def run(self, call, ask, clock):
        """Return `ask()`, or what the rule that strikes this call makes of it."""
        rule = self.find(call)
        if rule is None:
            return ask()
        answer = ask() if rule.lets_through else None
        rule.strike_fate(call.fate)
        return rule.apply(answer, call.accept, clock.now())
