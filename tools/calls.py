"""One HTTP call to the API: sending it, and what is kept of it."""

import time
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import unquote

from .. import const
from . import answers, faults, network
from .faults import Fault
from .redact import redact_body, scrub

_ENTITIES = {entity.lower(): entity for entity in const.ENTITIES}


@dataclass(repr=False)
class CallRecord:
    """One call, whatever came of it; safe to store.

    :param method: 'GET' or 'POST'
    :param path: below /v3/company/<realm>, as '/query' or '/invoice'
    :param entity: 'Invoice', or '' where the path names none
    :param status: HTTP status, 0 without an answer
    :param duration_ms: whole milliseconds from sending to the last byte
    :param tid: Intuit's trace id, or ''
    :param metered: calls that Intuit counts towards the month: successful
        reads of production companies, each item of a batch by itself
    :param reads: the same whatever the environment
    :param fault: `Fault`, or None
    :param request_id: Intuit's `requestid`, or ''
    """

    method: str
    path: str
    entity: str
    status: int
    duration_ms: int
    tid: str = ""
    metered: int = 0
    reads: int = 0
    fault: Fault = None
    request_id: str = ""
    raw_request: bytes = field(default=b"", repr=False)
    raw_response: bytes = field(default=b"", repr=False)
    secrets: tuple = field(default=(), repr=False)

    def __repr__(self):
        return f"<CallRecord {self.method} {self.path} {self.status}>"

    @cached_property
    def request_body(self):
        """What was sent, redacted and cut to 64 KB; made when it is asked for."""
        return redact_body(self.raw_request, self.secrets)

    @cached_property
    def response_body(self):
        """What came back, redacted and cut to 64 KB; made when it is asked for."""
        return redact_body(self.raw_response, self.secrets)


class Call:
    """One request, which may be sent twice when the token had ended.

    :param base: URL of the company, which the path is kept without
    """

    def __init__(self, method, url, base, params, body):
        self.method = method
        self.url = url
        self.path = unquote(url[len(base) :]) if url.startswith(base) else "/"
        self.params = params or {}
        # The library sends texts, which would go out as Latin-1.
        self.body = body.encode("utf-8") if isinstance(body, str) else body or b""
        self.duration_ms = 0
        self.secrets = ()

    @property
    def is_read(self):
        """True when nothing at Intuit changes by it; a batch is judged apart."""
        return self.method == "GET" or self.path == "/query"

    @property
    def _names_one_object(self):
        """True when nothing but the object itself can be missing."""
        return (
            self.method == "GET"
            or self.params.get("operation") in ("delete", "void")
            or self.params.get("include") == "void"
        )

    def send(self, session, headers, token, timeout):
        """Send it, and read what comes back; never raises a network error.

        :return: (`requests.Response` with `qbo_payload`, or None, Fault or None)
        """
        self.secrets = (token,)
        headers = {**(headers or {}), "Authorization": f"Bearer {token}"}
        start = time.monotonic()
        response = fault = None
        try:
            response = session.request(
                self.method,
                self.url,
                headers=headers,
                params=self.params,
                data=self.body or None,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            )
            network.read_body(response)
        except network.ERRORS as error:
            response, fault = None, network.describe(error)
        self.duration_ms = round((time.monotonic() - start) * 1000)
        if response is not None:
            response.qbo_payload, fault = self._read(response)
        if fault is not None and (self.is_read or self._is_query_batch()):
            fault = replace(fault, uncertain=False)
        if fault is not None and self._names_one_object:
            fault = faults.take_as_gone(fault)
        return response, fault

    def _read(self, response):
        if response.status_code == 200 and _is_document(response):
            return {}, None
        return faults.read_response(
            response.status_code, response.headers, response.content, self.secrets
        )

    def make_record(self, response, fault, is_metered):
        """The `CallRecord` of the sending just done.

        :param is_metered: True for a production company
        """
        headers = response.headers if response is not None else {}
        headers = {str(key).lower(): value for key, value in headers.items()}
        reads = 0 if fault is not None else self._count_reads(response.qbo_payload)
        return CallRecord(
            method=self.method,
            path=scrub(self.path, self.secrets),
            entity=self._get_entity(),
            status=response.status_code if response is not None else 0,
            duration_ms=self.duration_ms,
            tid=answers.get_tid(headers),
            metered=reads if is_metered else 0,
            reads=reads,
            fault=fault,
            request_id=self.params.get("requestid", ""),
            raw_request=self.body,
            raw_response=_get_text(response),
            secrets=self.secrets,
        )

    def _get_entity(self):
        word = self.path.strip("/").split("/")[0]
        return _ENTITIES.get(word.lower(), "")

    def _is_query_batch(self):
        return self.path == "/batch" and b'"operation"' not in self.body

    def _count_reads(self, payload):
        """Calls by Intuit's count: data out, and each item of a batch alone."""
        if self.path != "/batch":
            return int(self.is_read)
        members = (payload or {}).get("BatchItemResponse")
        return sum(
            isinstance(member, dict) and "QueryResponse" in member
            for member in (members if isinstance(members, list) else ())
        )


def _is_document(response):
    """A PDF, which is no JSON and no matter for a log."""
    return response.headers.get("Content-Type", "").startswith("application/pdf")


def _get_text(response):
    if response is None or _is_document(response):
        return b""
    return response.content
