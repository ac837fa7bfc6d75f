"""One incoming HTTP call: what it is about, what is answered, and how that travels."""

import json
import re
import time
from dataclasses import dataclass, field
from functools import cached_property

from werkzeug.wrappers import Request

COMPANY_PREFIX = "/v3/company/"
FATE_KEY = "simulator.fate"
QUERY_ENTITY = re.compile(r"\bfrom\s+(\w+)", re.IGNORECASE)


class Fate:
    """What happens to an answer on its way back.

    The server hands one in through the WSGI environment and obeys it; a server that
    knows nothing of it delivers every answer.
    """

    def __init__(self, *, sleeps=True):
        self.sleeps = sleeps
        self.delay = 0.0
        self.lost = None
        self.keep_bytes = None

    def wait(self, seconds):
        """Let `seconds` pass: really, or only on paper for calls in process."""
        self.delay += seconds
        if self.sleeps and seconds > 0:
            time.sleep(seconds)


@dataclass
class Answer:
    """An HTTP answer; `committed` tells whether the call was carried out."""

    status: int
    headers: list = field(default_factory=list)
    body: bytes = b""
    committed: bool = False
    injected: str | None = None
    tid: str | None = None

    def wsgi(self, environ, start_response):
        """Send the answer to a WSGI server."""
        headers = [*self.headers, ("Content-Length", str(len(self.body)))]
        start_response(f"{self.status} {reason(self.status)}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


REASONS = {
    200: "OK",
    302: "Found",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def reason(status):
    """Return the reason phrase of a status."""
    return REASONS.get(status, "Status")


class Call:
    """A request with what the simulator wants to know about it."""

    def __init__(self, environ):
        self.request = Request(environ)
        self.fate = environ.get(FATE_KEY) or Fate()
        self.method = environ["REQUEST_METHOD"]
        self.path = self.request.path
        self.query_string = environ.get("QUERY_STRING", "")
        self.headers = self.request.headers
        self.host = self.request.host.partition(":")[0].lower()
        self.realm_id = None
        self.segments = []
        # Identities of the injected rules that struck items of this batch.
        self.struck = []
        if self.path.startswith(COMPANY_PREFIX):
            realm_id, _, rest = self.path[len(COMPANY_PREFIX) :].partition("/")
            self.realm_id = realm_id
            self.segments = rest.split("/") if rest else []

    @cached_property
    def body(self):
        """The raw body."""
        return self.request.get_data(cache=True, parse_form_data=False)

    @property
    def args(self):
        """The query's arguments."""
        return self.request.args

    @property
    def accept(self):
        """The Accept header."""
        return self.headers.get("Accept", "")

    @property
    def base_url(self):
        """Scheme and host as the caller knows them."""
        return self.request.host_url.rstrip("/")

    @property
    def is_batch(self):
        """Tell whether this is a call of /batch."""
        return bool(self.segments) and self.segments[0].lower() == "batch"

    @cached_property
    def entity(self):
        """The entity concerned, lower case, or None."""
        if not self.segments:
            return None
        first = self.segments[0].lower()
        if first == "query":
            text = self.args.get("query") or self.body.decode("utf-8", "replace")
            found = QUERY_ENTITY.search(text)
            return found[1].lower() if found else None
        return None if first in ("batch", "cdc") else first

    @cached_property
    def operation(self):
        """create, update, delete, void, read, query, batch, cdc; for OAuth authorize,
        exchange, refresh, revoke, userinfo, discovery; otherwise None."""
        if self.realm_id is not None:
            return self._books_operation()
        return self._oauth_operation()

    def _books_operation(self):
        first = self.segments[0].lower() if self.segments else ""
        if first in ("query", "batch", "cdc"):
            return first
        if self.method == "GET":
            return "read"
        if self.args.get("include") == "void":
            return "void"
        named = self.args.get("operation")
        if named in ("delete", "void", "update"):
            return named
        try:
            payload = json.loads(self.body)
        except (ValueError, RecursionError):
            return "create"
        has_id = isinstance(payload, dict) and payload.get("Id")
        return "update" if has_id else "create"

    def _oauth_operation(self):
        path = self.path.rstrip("/")
        if path == "/oauth2/v1/tokens/bearer":
            return "refresh" if b"grant_type=refresh_token" in self.body else "exchange"
        return {
            "/connect/oauth2": "authorize",
            "/v2/oauth2/tokens/revoke": "revoke",
            "/v1/openid_connect/userinfo": "userinfo",
            "/.well-known/openid_configuration": "discovery",
            "/.well-known/openid_sandbox_configuration": "discovery",
        }.get(path)
