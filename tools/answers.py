"""Reads the bodies that Intuit sends: JSON in both spellings, XML, HTML, none.

Knows shapes only; what a code means is the business of `faults`.
"""

import math
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

from .. import const
from .payload import load, write


@dataclass(frozen=True)
class RawError:
    """One error as it came: texts only, '' for what was absent."""

    code: str = ""
    message: str = ""
    detail: str = ""
    element: str = ""


@dataclass(frozen=True)
class Answer:
    """A body that was read.

    :param payload: dict, when the body was a JSON object, else None
    :param errors: list of `RawError`, empty for a success
    :param problem: why there is no payload, in words, else ''
    :param fault_type: the type of a fault in XML, '' when it has none; in JSON it
        stands in the payload
    """

    payload: dict = None
    errors: list = field(default_factory=list)
    problem: str = ""
    fault_type: str = ""


def read(body):
    """Read a body; never raises.

    :param body: bytes
    :return: `Answer`
    """
    text = (body or b"").decode("utf-8-sig", "replace").strip()
    if not text:
        return Answer(problem="The answer was empty.")
    if text.startswith("<"):
        return _read_markup(text)
    try:
        payload = load(text)
    except (ValueError, RecursionError, ArithmeticError):
        return Answer(problem="The answer was not readable as JSON.")
    if not isinstance(payload, dict):
        return Answer(problem="The answer had an unknown form.")
    return Answer(payload, errors=read_errors(payload))


def read_errors(payload):
    """The errors of a JSON object.

    Takes {"Fault": {"Error": [...]}}, {"fault": {"error": [...]}}, what stands
    in "Fault" itself, and the gateway's {"code", "type", "message", "detail"}.

    :return: list of `RawError`; empty when the object holds no fault
    """
    if not isinstance(payload, dict):
        return []
    lower = {str(key).lower(): value for key, value in payload.items()}
    if lower.get("fault") is not None:
        return _read_fault(lower["fault"])
    if "error" in lower and isinstance(lower["error"], (list, dict)):
        return _read_fault(payload)
    if "code" in lower and ("message" in lower or "detail" in lower):
        return [_build(lower)]
    return []


def _read_fault(fault):
    lower = fault if isinstance(fault, dict) else {}
    lower = {str(key).lower(): value for key, value in lower.items()}
    errors = lower.get("error")
    errors = [errors] if isinstance(errors, dict) else errors
    if not isinstance(errors, list):
        errors = []
    read_ones = [
        _build({str(key).lower(): value for key, value in error.items()})
        for error in errors
        if isinstance(error, dict)
    ]
    # A fault that says nothing is a fault all the same.
    return read_ones or [RawError(message="QuickBooks gave no reason.")]


def _build(lower):
    names = ("code", "message", "detail", "element")
    return RawError(*(_as_text(lower.get(name)) for name in names))


def _as_text(value):
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return write(value)[:2000]
    return str(value)


def _read_markup(text):
    if "<html" in text[:1000].lower() or "<!doctype" in text[:1000].lower():
        return Answer(problem=_describe_page(text))
    if "<!ENTITY" in text or "<!DOCTYPE" in text:
        return Answer(problem="The answer had an unknown form.")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, RecursionError):
        return Answer(problem="The answer was not readable as XML.")
    errors = [
        _read_xml_error(node) for node in root.iter() if _local_name(node) == "error"
    ]
    faults = [node for node in root.iter() if _local_name(node) == "fault"]
    if faults and not errors:
        errors = [RawError(message="QuickBooks gave no reason.")]
    return Answer(
        errors=errors,
        problem="The answer was XML, not JSON.",
        fault_type=_lower_attributes(faults[0]).get("type", "") if faults else "",
    )


_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


def _describe_page(text):
    title = _TITLE.search(text[:4000])
    title = re.sub(r"<[^>]*>|\s+", " ", title.group(1)).strip()[:120] if title else ""
    if title:
        return f"The answer was a web page: {title}"
    return "The answer was a web page."


def _local_name(node):
    return str(node.tag).rpartition("}")[2].lower()


def _read_xml_error(node):
    values = _lower_attributes(node)
    values.update({_local_name(child): child.text for child in node})
    return _build(values)


def _lower_attributes(node):
    return {str(key).lower(): value for key, value in node.attrib.items()}


def get_tid(headers):
    """Intuit's trace id from headers with lower-case names; '' when absent."""
    tid = headers.get("intuit_tid") or headers.get("intuit-tid") or ""
    return tid[:100] if tid.isprintable() else ""


def get_retry_after(headers, now=None):
    """Seconds asked for by Retry-After, from 1 to 600, or None.

    Intuit does not document the header, so it may be seconds or a date. A date
    counts from the answer's own `Date`, whatever this machine's clock says.
    """
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value) if value.isascii() else None
    except ValueError:
        seconds = _seconds_until(value, headers, now)
    if seconds is None or math.isnan(seconds):
        return None
    return float(min(max(seconds, 1), const.MAXIMUM_PAUSE_SECONDS))


def _seconds_until(value, headers, now):
    moment = _parse_date(value)
    start = _parse_date(headers.get("date", "")) or now or datetime.now(timezone.utc)
    return (moment - start).total_seconds() if moment else None


def _parse_date(value):
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
