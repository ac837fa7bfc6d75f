"""Faults injected on request: which calls they meet and what they do to them."""

import itertools
import json
import re
import threading
from dataclasses import dataclass, field

from . import faults
from .call import Answer

MATCH_KEYS = {
    "method",
    "path",
    "entity",
    "operation",
    "realm",
    "body",
    "nth",
    "every",
    "times",
}
ACTION_KEYS = {
    "status",
    "body",
    "headers",
    "content_type",
    "delay_ms",
    "drop",
    "reset",
    "truncate",
    "html",
    "fault",
    "message",
    "detail",
    "element",
    "empty",
    "committed",
}

# Faults by code, as QBO words them when nothing else is known about the request.
BY_CODE = {
    "610": faults.not_found,
    "1040": faults.batch_too_large,
    "2010": faults.malformed_body,
    "2020": lambda: faults.required("Name"),
    "2030": lambda: faults.invalid_id("x"),
    "2050": lambda: faults.too_long(100, 101),
    "2500": lambda: faults.invalid_reference("Accounts", "7"),
    "3001": faults.throttled,
    "3100": faults.authorization_failed,
    "3200": faults.authentication_failed,
    "4000": lambda: faults.query_parse("Encountered"),
    "4001": lambda: faults.query_validation("property 'x' is not queryable"),
    "5010": faults.stale,
    "6000": lambda: faults.business("Unexpected Internal Error. (-30000)"),
    "6070": lambda: faults.amount_mismatch("1,000"),
    "6140": lambda: faults.duplicate_document_number("1001", "Invoice", "1"),
    "6190": faults.subscription_ended,
    "6210": faults.period_closed,
    "6220": faults.open_balance,
    "6240": faults.duplicate_name,
    "6450": faults.settled,
    "6540": faults.deposited,
    "7001": faults.wrong_destination,
    "10000": faults.system_failure,
}


def make_fault(action):
    """Build the fault an action names, with the texts it overrides."""
    code = str(action["fault"])
    factory = BY_CODE.get(code.lstrip("0"))
    if factory:
        fault = factory()
    else:
        message = action.get("message", "Injected fault")
        fault = faults.Fault([faults.FaultError(code, message, message)])
    error = fault.errors[0]
    fault.errors[0] = faults.FaultError(
        error.code,
        action.get("message", error.message),
        action.get("detail", error.detail),
        action.get("element", error.element),
    )
    fault.status = action.get("status", fault.status)
    return fault


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


def _check_numbers(values, least, names):
    for name in names:
        value = values.get(name, least)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"{name} is a number.")
        if value < least:
            raise ValueError(f"{name} is at least {least}.")


def _check_texts(values, names):
    for name in names:
        if not isinstance(values.get(name, ""), str):
            raise ValueError(f"{name} is a text.")


def check(match, action):
    """Raise ValueError unless both describe something the injector can do."""
    for what, given, known in (
        ("match", match, MATCH_KEYS),
        ("action", action, ACTION_KEYS),
    ):
        if not isinstance(given, dict):
            raise ValueError(f"{what} is an object.")
        unknown = set(given) - known
        if unknown:
            raise ValueError(
                f"{what} knows no {', '.join(sorted(unknown))}; "
                f"it knows {', '.join(sorted(known))}."
            )
    if not action:
        raise ValueError("action is empty: say what should happen.")
    if action.get("drop", "after") not in ("before", "after"):
        raise ValueError("drop is before or after.")
    _check_texts(match, ("method", "path", "entity", "operation", "body"))
    _check_texts(action, ("content_type", "message", "detail"))
    _check_numbers(match, 1, ("nth", "every", "times"))
    _check_numbers(action, 0, ("delay_ms", "truncate"))
    _check_numbers(action, 100, ("status", "html"))
    if not isinstance(action.get("headers", {}), dict):
        raise ValueError("headers is an object of names and texts.")
    for key in ("path", "body"):
        try:
            re.compile(match.get(key, ""))
        except re.error as error:
            raise ValueError(f"{key} is no regular expression: {error}.") from None


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
                if rule.meets(call) and rule.takes():
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
