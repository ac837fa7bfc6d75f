"""Any answer of Intuit -> None for success, or one `Fault`.

Classified by HTTP status first, then by what the body says: JSON in both
spellings, the gateway's form, XML, HTML, nothing.
"""

import re
from dataclasses import dataclass, field, replace

from .. import exceptions
from . import answers
from .fault_codes import CODE_HINTS, CODES, HINTS, KINDS, TYPES, WORDS
from .redact import scrub

__all__ = [
    "KINDS",
    "Fault",
    "Owner",
    "build_fault",
    "parse_fault",
    "parse_response",
    "read_response",
    "take_as_gone",
    "to_error",
]

TEXT_LENGTH = 2000


@dataclass(frozen=True)
class Owner:
    """The document that holds a number already: both members are strings."""

    txn_type: str
    txn_id: str


@dataclass(frozen=True)
class Fault:
    """Why QuickBooks did not do something.

    :param kind: one word of `KINDS`
    :param code: Intuit's code without leading zeros, or its word; '' when none
    :param message: short text, scrubbed of tokens
    :param detail: long text, scrubbed of tokens
    :param element: the member of the payload that is at fault, or ''
    :param tid: Intuit's trace id (`intuit_tid`), or ''
    :param status: HTTP status; 0 when there was no answer
    :param hint: what a person can do, or ''
    :param others: the further faults of the same answer
    :param uncertain: True when a write may have been executed all the same
    :param retry_after: seconds to wait that Intuit asked for, or None
    :param owner: `Owner` named by a duplicate number, or None
    """

    kind: str
    code: str = ""
    message: str = ""
    detail: str = ""
    element: str = ""
    tid: str = ""
    status: int = 0
    hint: str = ""
    others: tuple = field(default=())
    uncertain: bool = False
    retry_after: float = None
    owner: Owner = None

    def describe(self):
        """One line for people: text, detail, code, trace id."""
        text = self.message or "QuickBooks did not accept the request."
        if self.detail and self.detail not in text:
            text = f"{text}: {self.detail}"
        marks = [
            self.code and f"code {self.code}",
            self.status and f"HTTP {self.status}",
            self.tid and f"intuit_tid {self.tid}",
        ]
        marks = ", ".join(mark for mark in marks if mark)
        text = f"{text} ({marks})" if marks else text
        if self.others:
            text += " - " + "; ".join(other.describe() for other in self.others)
        return text


def parse_response(status, headers, body, secrets=()):
    """The fault of an HTTP answer, or None when it is a success.

    :param status: HTTP status, int
    :param headers: mapping, any case
    :param body: bytes
    :param secrets: values to mask in the texts, the access token above all
    """
    return read_response(status, headers, body, secrets)[1]


def read_response(status, headers, body, secrets=()):
    """As `parse_response`, with the payload: (dict or None, Fault or None).

    Numbers of the payload are int and Decimal, never float.
    """
    headers = {str(key).lower(): str(value) for key, value in dict(headers).items()}
    answer = answers.read(body)
    errors = answer.errors
    if errors:
        type_ = answer.fault_type.lower() or _read_type(answer.payload)
        fault = _gather(errors, status, type_, secrets)
    elif 200 <= status < 300 and answer.payload is not None:
        return answer.payload, None
    else:
        fault = _explain_silence(status, headers, answer.problem, secrets)
    return answer.payload, replace(
        fault,
        tid=answers.get_tid(headers),
        retry_after=answers.get_retry_after(headers),
    )


def parse_fault(payload, status=400, secrets=()):
    """The fault of one item of a batch, or of a part of an answer.

    :param payload: the value of "Fault", or a dict that has it
    :return: Fault
    """
    errors = answers.read_errors(payload) or [answers.RawError()]
    return _gather(errors, status, _read_type(payload), secrets)


def build_fault(kind, message, **values):
    """A fault of our own making, with the hint of its kind."""
    values.setdefault("hint", HINTS.get(kind, ""))
    return Fault(kind=kind, message=message, **values)


def take_as_gone(fault):
    """The fault of a call that named one object and used no other.

    QuickBooks answers 610 with "Something you're trying to use has been made
    inactive" also when the object itself is not there.

    :return: the fault, as not_found when it was inactive by 610
    """
    if (fault.kind, fault.code) != ("inactive", "610"):
        return fault
    return replace(fault, kind="not_found", hint=HINTS["not_found"])


def _read_type(payload):
    """The type of a fault, lower case; '' when it has none."""
    members = _lower_names(payload)
    if "fault" in members:
        members = _lower_names(members["fault"])
    value = members.get("type")
    return value.lower() if isinstance(value, str) else ""


def _lower_names(value):
    members = value if isinstance(value, dict) else {}
    return {str(key).lower(): member for key, member in members.items()}


def _gather(errors, status, type_, secrets):
    faults = [
        _build(error, status, _judge(error, status, type_), secrets) for error in errors
    ]
    return replace(faults[0], others=tuple(faults[1:]))


# What a gateway or a proxy answers before Intuit sees the request.
_TURNED_AWAY = (403, 404, 407, 409)


def _explain_silence(status, headers, problem, secrets):
    """The fault of an answer in which no error could be read."""
    error = answers.RawError(message=problem)
    fault = _build(error, status, _classify(status, "", ""), secrets)
    if status not in _TURNED_AWAY or (status == 403 and _is_of_intuit(headers)):
        return fault
    return replace(fault, kind="transient", hint=HINTS["transient"], uncertain=False)


def _is_of_intuit(headers):
    return any("authorizationfailed" in value.lower() for value in headers.values())


def _build(error, status, kind, secrets):
    code = _normalize_code(error)
    message, detail, element = (
        scrub(text, secrets)[:TEXT_LENGTH]
        for text in (error.message, error.detail, error.element)
    )
    return Fault(
        kind=kind,
        code=scrub(code, secrets)[:40],
        message=message or _STATUS_TEXTS.get(status, ""),
        detail=detail,
        element=element,
        status=status,
        hint=CODE_HINTS.get(code) or HINTS.get(kind, ""),
        uncertain=kind == "transient" and code not in _SURELY_REFUSED,
        owner=_find_owner(detail) if kind == "duplicate_number" else None,
    )


# Wrong cluster, company locked, maintenance: refused before anything was done.
_SURELY_REFUSED = ("130", "140", "150")

_STATUS_TEXTS = {
    401: "QuickBooks did not accept the access token",
    403: "QuickBooks refused access to the company",
    404: "QuickBooks does not know the address",
    407: "A proxy on the way to QuickBooks asks for a sign-in",
    409: "The call was refused on the way to QuickBooks",
    429: "QuickBooks throttled the call",
    500: "QuickBooks failed",
    502: "QuickBooks could not be reached",
    503: "QuickBooks is not available",
    504: "QuickBooks did not answer in time",
}

_EMBEDDED_CODE = re.compile(r"errorCode=(\d+)")


def _normalize_code(error):
    """'003200' -> '3200'; a code in the message counts when there is none."""
    code = str(error.code or "").strip()
    found = _EMBEDDED_CODE.search(error.message or "")
    if found and not code.lstrip("0").isdigit():
        code = found.group(1)
    if code.isdigit():
        code = code.lstrip("0")
    return code


# A fault without a single error in it: no word whether it was done.
_MUTE = tuple(answers.read_errors({"Fault": {}}))


def _judge(error, status, type_):
    """The kind of an error that was read; with HTTP 200 it is a refusal too."""
    if 200 <= status < 300 and error not in _MUTE:
        status = 400
    text = f"{error.message} {error.detail}"
    return _classify(status, _normalize_code(error), text, type_)


def _classify(status, code, text, type_=""):
    if status == 429:
        return "throttled"
    if status == 401:
        return "unauthorized"
    kind = _classify_code(code, text) or TYPES.get(type_)
    if status >= 500:
        return _classify_failure(code, kind)
    if kind:
        return kind
    return _classify_status(status)


def _classify_failure(code, kind):
    """HTTP 5xx: a definite code stands, everything else may have been executed."""
    definite = kind and code != "500" and kind != "transient"
    return kind if definite else "transient"


_BY_STATUS = {
    400: "business",
    403: "forbidden",
    408: "transient",
    413: "limit",
    414: "limit",
    422: "business",
}


def _classify_status(status):
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status < 400:
        # 2xx without a usable body, and redirects, which are not followed.
        return "transient"
    # 404 above all: a wrong address is no proof that an object is gone.
    return "bug"


_CLOSED = re.compile(
    r"account period (?:has )?closed|account books cannot be updated|books are closed",
    re.IGNORECASE,
)
_INACTIVE = re.compile(r"made inactive|is inactive|inactive", re.IGNORECASE)
# Seen when a batch was repeated with its requestid, and when QBO hiccups.
_HICCUP = re.compile(
    r"unexpected error occurred while accessing or saving", re.IGNORECASE
)
_REQUEST_ID = re.compile(r"characters in the request_?id", re.IGNORECASE)


def _classify_code(code, text):
    kind = CODES.get(code) or WORDS.get(code.lower())
    if code in ("5010", "6000") and _CLOSED.search(text):
        # Old answers carry 5010 with the message "Account Period Closed".
        return "closed_period"
    if code in ("610", "2500") and _INACTIVE.search(text):
        return "inactive"
    if code == "6000" and _HICCUP.search(text):
        return "transient"
    if code == "6000" and _REQUEST_ID.search(text):
        return "bug"
    return kind


_OWNER = re.compile(
    r"TxnType\s*=\s*(\w+)(?:\s+with)?[\s,;]+TxnId\s*=\s*(\d+)", re.IGNORECASE
)


def _find_owner(detail):
    found = _OWNER.search(detail)
    return Owner(*found.groups()) if found else None


_ERRORS = {
    "unauthorized": exceptions.QboUnauthorizedError,
    "forbidden": exceptions.QboConfigurationError,
    "client": exceptions.QboConfigurationError,
    "throttled": exceptions.QboThrottledError,
    "transient": exceptions.QboRetryableError,
    "subscription": exceptions.QboSubscriptionError,
    "grant": exceptions.QboGrantError,
}


def to_error(fault):
    """The exception that fits the fault; the caller raises it."""
    return _ERRORS.get(fault.kind, exceptions.QboRejectedError)(fault)
