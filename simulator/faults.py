"""QuickBooks Online's rejections: one factory per fault, and how each is rendered.

The texts are those seen in recorded traffic or on Intuit's error pages. Three envelopes
exist: the usual one (`Fault`), the gateway's lower-case one (`fault`, for who may do
what) and XML, which the throttle uses even when JSON was asked for.
"""

import json
from typing import NamedTuple

from .clock import envelope_time
from .xml_text import as_attribute, as_content

USUAL = "usual"
GATEWAY = "gateway"
ALWAYS_XML = "xml"

JSON_TYPE = "application/json;charset=UTF-8"
XML_TYPE = "application/xml;charset=UTF-8"
XML_PROLOGUE = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
XML_NAMESPACE = "http://schema.intuit.com/finance/v3"


class FaultError(NamedTuple):
    """One entry of `Fault.Error`; `element` None leaves the key out."""

    code: str
    message: str
    detail: str | None
    element: str | None = ""


class Fault(Exception):
    """A request that QuickBooks Online rejects."""

    def __init__(
        self, errors, *, status=400, type="ValidationFault", envelope=USUAL, headers=()
    ):
        super().__init__("; ".join(f"{e.code} {e.detail or e.message}" for e in errors))
        self.errors = list(errors)
        self.status = status
        self.type = type
        self.envelope = envelope
        self.headers = list(headers)


def merge(faults):
    """Return one validation fault that carries the errors of all `faults`."""
    return Fault([error for fault in faults for error in fault.errors])


def _one(code, message, detail, element="", **kwargs):
    return Fault([FaultError(code, message, detail, element)], **kwargs)


# --- names, references, tokens ---


def duplicate_name(existing_id=None):
    """6240; without the id QBO prints `null`."""
    identity = "null" if existing_id is None else f"Id={existing_id}"
    return _one(
        "6240",
        "Duplicate Name Exists Error",
        f"The name supplied already exists. : {identity}",
        None,
    )


def not_found():
    """610 for an object that never was, or was deleted by somebody."""
    return _one(
        "610",
        "Object Not Found",
        "Object Not Found : Another user has deleted this transaction.",
    )


def inactive_reference():
    """610 for a reference to something that was made inactive."""
    return _one(
        "610",
        "Object Not Found",
        "Object Not Found : Something you're trying to use has been made inactive. "
        "Check the fields with accounts, customers, items, vendors or employees.",
    )


def stale(who="John Doe"):
    """5010: the SyncToken is not the current one."""
    return _one(
        "5010",
        "Stale Object Error",
        f"Stale Object Error : You and {who} were working on this at the same time. "
        f"{who} finished before you did, so your work was not saved.",
    )


def invalid_reference(element_word, qbo_id, element=""):
    """2500; `element_word` is QBO's own plural: Accounts, Klasses, Depts, Names."""
    return _one(
        "2500",
        "Invalid Reference Id",
        f"Invalid Reference Id : {element_word} element id {qbo_id} not found",
        element,
    )


# --- the shape of what was sent ---


def required(name):
    """2020: a mandatory property is missing."""
    return _one(
        "2020",
        "Required param missing, need to supply the required value for the API",
        f"Required parameter {name} is missing in the request",
        name,
    )


def unsupported_property(name, entity, known=()):
    """2010: a property QBO does not know; the detail lists the known ones."""
    listed = ", ".join(f'"{property_name}"' for property_name in known)
    if len(listed) > 1000:
        listed = f"{listed[:1000]} [truncated]"
    return _one(
        "2010",
        "Request has invalid or unsupported property",
        f'Property Name:Unrecognized field "{name}" '
        f"(class com.intuit.schema.finance.v3.{entity}), not marked as ignorable "
        f"({len(known)} known properties: {listed}])\n"
        " specified is unsupported or invalid",
        None,
    )


def malformed_body(detail="Unexpected character"):
    """2010: the body is no JSON, or has a value of the wrong kind."""
    return _one(
        "2010",
        "Request has invalid or unsupported property",
        f"Property Name:{detail} specified is unsupported or invalid",
        None,
    )


def undecodable_body():
    """2010 with HTTP 500: the body is not UTF-8."""
    return _one(
        "2010",
        "Request has invalid or unsupported property",
        "Property Name:Invalid UTF-8 byte sequence specified is unsupported or invalid",
        None,
        status=500,
        type="SystemFault",
    )


def invalid_id(value, element="Id"):
    """2030: an Id that is no number."""
    return _one(
        "2030",
        "Invalid ID",
        f"Id should be a valid number. Supplied value:{value}",
        element,
    )


def invalid_string(name):
    """2040: characters that are not allowed in this property."""
    return _one(
        "2040",
        "Invalid String. Contains invalid characters.",
        f"Property Name:{name} contains invalid characters",
        name,
    )


def too_long(maximum, supplied, element="", minimum=0):
    """2050: length outside the supported range."""
    return _one(
        "2050",
        "String length is either shorter or longer than supported by specification",
        "String length specified does not match the supported length. "
        f"Min:{minimum} Max:{maximum:,} supported. Supplied length:{supplied:,}",
        element,
    )


def invalid_date(value, element=""):
    """2060: not a date of the calendar."""
    return _one(
        "2060",
        "Invalid Date",
        f"Invalid Date : Date format is incorrect. Supplied value:{value}",
        element,
    )


def invalid_number(value, element=""):
    """2090: not a number, or out of range."""
    return _one("2090", "Invalid Number", f"Invalid Number : {value}", element)


def invalid_request_id():
    """2130: requestid is too long or empty."""
    return _one(
        "2130",
        "Invalid Request ID",
        "The request id specified is invalid. Max:50 characters supported.",
        None,
    )


def invalid_enumeration(value, name):
    """2170: not one of the values of an enumeration."""
    return _one(
        "2170",
        "Invalid Enumeration",
        f"Property Name:{name} : Invalid Enumeration : {value}",
        name,
    )


def invalid_email(element="PrimaryEmailAddr"):
    """2210: not an address by RFC 822."""
    return _one(
        "2210",
        "Email Address does not conform to the syntax rules of RFC 822.",
        "Email Address does not conform to the syntax rules of RFC 822.",
        element,
    )


# --- business rules ---


def business(detail):
    """6000: everything QBO calls a business validation error."""
    return _one(
        "6000",
        "A business validation error has occurred while processing your request",
        f"Business Validation Error: {detail}",
    )


def amount_mismatch(supplied):
    """6070: Amount is not the rounded product; `supplied` as QBO prints it (1,000)."""
    return _one(
        "6070",
        "Amount calculation incorrect in the request",
        "Amount calculation incorrect in the request : Amount is not equal to "
        f"UnitPrice * Qty. Supplied value:{supplied}",
    )


def duplicate_document_number(doc_number, txn_type, txn_id):
    """6140: the detail names the transaction that owns the number."""
    return _one(
        "6140",
        "Duplicate Document Number Error",
        "Duplicate Document Number Error : You must specify a different number. This "
        f"number has already been used. DocNumber={doc_number} is assigned to "
        f"TxnType={txn_type} with TxnId={txn_id}",
    )


def subscription_ended():
    """6190: the company is read-only."""
    return _one(
        "6190",
        "Invalid Company Status",
        "Subscription period has ended or canceled or there was a billing problem : "
        "You can't add data to QuickBooks Online Plus because your trial or "
        "subscription period ended, you canceled your subscription, or there was a "
        "billing problem. To update your subscription, click the gear icon and view "
        "your account information.",
    )


def period_closed():
    """6210: the date lies in the closed period. The doubled word is Intuit's."""
    return _one(
        "6210",
        "Account Period Closed, Cannot Update Through Services API",
        "The account period has closed and the account books cannot be updated "
        "through through the QBO Services API. Please use the QBO website to make "
        "these changes.",
        None,
    )


def open_balance():
    """6220: something with an open balance cannot be deleted."""
    return _one(
        "6220",
        "Cannot Delete Entity With Open Balance",
        "Cannot delete or inactivate : it has an open balance.",
    )


def settled():
    """6450: a void that a payment stands against."""
    return _one(
        "6450",
        "Attempt to Void Transaction failed",
        "Attempt to Void Transaction failed - already settled",
    )


def linked():
    """6000: a delete that a payment stands against."""
    return business(
        "This transaction is linked to others. Unlink them before deleting it."
    )


def deposited():
    """6540: the transaction sits in a deposit."""
    return _one(
        "6540",
        "Deposited Transaction cannot be changed",
        "This transaction has been deposited. If you want to change or delete it, you "
        "must edit the deposit it appears on and remove it first",
        None,
    )


# --- query, batch, operation ---


def query_parse(detail):
    """4000: the query does not parse."""
    return _one("4000", "Error parsing query", f"QueryParserError: {detail}", None)


def query_validation(detail):
    """4001: the query parses but asks for what there is not."""
    return _one("4001", "Invalid query", f"QueryValidationError: {detail}", None)


def unsupported_operation(path):
    """500, sent with HTTP 400: there is no such resource or method."""
    return _one(
        "500",
        "Unsupported Operation",
        f"Operation Could not find resource for relative : {path} of full path: {path}"
        " is not supported.",
        None,
    )


def unsupported_method(method):
    """500, sent with HTTP 400: the resource exists, the method does not."""
    return _one(
        "500",
        "Unsupported Operation",
        f"Operation No resource method found for {method}, return 405 with Allow "
        "header is not supported.",
        None,
    )


def batch_too_large(maximum=30):
    """1040: more items than a batch may hold."""
    return _one(
        "1040",
        "Batch request exceeds the maximum number of items",
        f"Maximum number of batch items exceeded : Max:{maximum} supported.",
        None,
    )


def system_failure():
    """10000: Intuit's own failure."""
    return _one(
        "10000",
        "An application error has occurred while processing your request",
        "System Failure Error: An unexpected error occurred while accessing or saving "
        "your data. Please wait a few minutes and try again.",
        status=500,
        type="SystemFault",
    )


# --- the gateway ---


def throttled(retry_after=None):
    """429, in XML whatever was asked for; Retry-After is not documented by Intuit."""
    headers = [("Retry-After", str(retry_after))] if retry_after is not None else []
    return _one(
        "3001",
        "message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "The request limit was reached.  Try again later",
        None,
        status=429,
        type="SERVICE",
        envelope=ALWAYS_XML,
        headers=headers,
    )


def authentication_failed(token=None, reason="Token expired"):
    """401; the detail echoes the access token, as Intuit's does."""
    detail = reason if token is None else f"{reason}: {token}"
    return _one(
        "3200",
        "message=AuthenticationFailed; errorCode=003200; statusCode=401",
        detail,
        None,
        status=401,
        type="AUTHENTICATION",
        envelope=GATEWAY,
        headers=[("WWW-Authenticate", 'Bearer realm="Intuit", error="invalid_token"')],
    )


def malformed_token():
    """401 for a missing header or something that is no token."""
    return authentication_failed(reason="Malformed bearer token: too short or too long")


def authorization_failed(detail=None):
    """403: this token or these keys do not open this company."""
    return _one(
        "3100",
        "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
        detail,
        None,
        status=403,
        type="SERVICE",
        envelope=GATEWAY,
    )


def wrong_destination():
    """007001: the older answer to a sandbox company at the production host."""
    return _one(
        "7001",
        "message=InvalidDestination; errorCode=007001; statusCode=400",
        "Subscription for company has lapsed or Invalid destination URL is used. "
        "Sandbox company works with Sandbox URL and production company works with "
        "production URL.",
        None,
        status=400,
        type="SERVICE",
        envelope=GATEWAY,
    )


# --- rendering ---


def _entry(error):
    entry = {"Message": error.message, "Detail": error.detail, "code": error.code}
    if error.element is not None:
        entry["element"] = error.element
    return entry


def item_fault(fault):
    """Return the `Fault` object as it stands in an answer or a batch item."""
    return {"Error": [_entry(error) for error in fault.errors], "type": fault.type}


def _gateway_body(fault, moment):
    errors = [
        {
            "message": error.message,
            "detail": error.detail,
            "code": error.code,
            "element": error.element,
        }
        for error in fault.errors
    ]
    return {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": errors, "type": fault.type},
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": int(moment.timestamp() * 1000),
        "status": None,
        "cdcresponse": [],
    }


def _xml_error(error):
    attributes = f" code={as_attribute(error.code)}"
    if error.element is not None:
        attributes += f" element={as_attribute(error.element)}"
    content = f"<Message>{as_content(error.message)}</Message>"
    if error.detail is not None:
        content += f"<Detail>{as_content(error.detail)}</Detail>"
    return f"<Error{attributes}>{content}</Error>"


def xml_fault(fault):
    """Return the `<Fault>` element as text."""
    errors = "".join(_xml_error(error) for error in fault.errors)
    return f"<Fault type={as_attribute(fault.type)}>{errors}</Fault>"


def _xml_body(fault, moment):
    return (
        f'{XML_PROLOGUE}<IntuitResponse time="{envelope_time(moment)}" '
        f'xmlns="{XML_NAMESPACE}">{xml_fault(fault)}</IntuitResponse>'
    )


def wants_json(accept):
    """Tell whether an Accept header asks for JSON; without one QBO answers XML."""
    return "json" in (accept or "").lower()


def render(fault, *, accept, time):
    """Render `fault` as `(status, headers, body)`: int, list of pairs, bytes.

    `accept` is the request's Accept header, `time` an aware datetime.
    """
    if fault.envelope == ALWAYS_XML or not wants_json(accept):
        content_type, text = XML_TYPE, _xml_body(fault, time)
    elif fault.envelope == GATEWAY:
        content_type = JSON_TYPE
        text = json.dumps(_gateway_body(fault, time), separators=(",", ":"))
    else:
        content_type = JSON_TYPE
        body = {"Fault": item_fault(fault), "time": envelope_time(time)}
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    headers = [("Content-Type", content_type), *fault.headers]
    return fault.status, headers, text.encode()
