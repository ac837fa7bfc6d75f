"""The record of every call the simulator received, for tests and people to read."""

import threading
from collections import deque

MAXIMUM_BYTES = 32_000_000


def shorten_credentials(value):
    """Return an Authorization header with only the end of the credential."""
    scheme, _, credential = value.partition(" ")
    return f"{scheme} …{credential[-6:]}" if credential else "…"


def readable_headers(environ):
    """Return the headers of a WSGI environment, credentials shortened."""
    headers = {
        name[5:].replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").title()] = environ[name]
    if "Authorization" in headers:
        headers["Authorization"] = shorten_credentials(headers["Authorization"])
    return headers


def as_text(body):
    """Return bytes as text; what is not UTF-8 shows as escapes."""
    return body.decode("utf-8", "backslashreplace")


def _name_rules(call, answer):
    """Return the rules that struck the call, then those that struck its items: their
    identities, with commas between, or None."""
    identities = [answer.injected] if answer.injected else []
    return ",".join(dict.fromkeys(identities + call.struck)) or None


class Journal:
    """Keeps the newest calls, bodies in full, within `MAXIMUM_BYTES` of text."""

    def __init__(self, clock):
        self._clock = clock
        self._lock = threading.Lock()
        self.clear()

    def clear(self):
        """Forget the calls; numbering goes on from 1."""
        with self._lock:
            self._entries = deque()
            self._size = 0
            self._count = 0

    def record(self, call, answer):
        """Keep one call with what was answered (a `gateway.Answer`)."""
        entry = {
            "number": 0,
            "time": self._clock.now().isoformat(),
            "host": call.host,
            "method": call.method,
            "path": call.path,
            "query": call.query_string,
            "headers": readable_headers(call.request.environ),
            "body": as_text(call.body),
            "realm": call.realm_id,
            "entity": call.entity,
            "operation": call.operation,
            "status": answer.status,
            "answer": as_text(answer.body),
            "tid": answer.tid,
            "injected": _name_rules(call, answer),
            "committed": answer.committed,
        }
        size = len(call.body) + len(answer.body) + 1500
        with self._lock:
            self._count += 1
            entry["number"] = self._count
            self._entries.append((size, entry))
            self._size += size
            while self._size > MAXIMUM_BYTES and len(self._entries) > 1:
                self._size -= self._entries.popleft()[0]

    def entries(self, **wanted):
        """Return the calls in order, narrowed by exact values (`None` is ignored);
        `path` is matched as a part of the path."""
        part = wanted.pop("path", None)
        with self._lock:
            entries = [entry for _, entry in self._entries]
        for key, value in wanted.items():
            if value is not None:
                entries = [e for e in entries if str(e[key]) == str(value)]
        if part is not None:
            entries = [entry for entry in entries if part in entry["path"]]
        return entries
