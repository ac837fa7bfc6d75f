"""Requests and answers below `/v3/company/<realm>/`, and which one goes where."""

from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from . import batch, cdc, entity_faults, faults, numbers, query, reports
from .entities import taxes
from .entities.base import identity
from .requestid import Answer, digest_of
from .schema import is_date


@dataclass
class BooksRequest:
    """An authenticated request; `path` holds the segments after the realm.

    `strike` tells which injected rule meets an item of a batch, see `batch.run`.
    """

    method: str
    path: list
    args: MultiDict = field(default_factory=MultiDict)
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    content_type: str = ""
    strike: object = None


@dataclass
class BooksResponse:
    """The answer: `payload` is JSON-able (see `numbers.dumps`) with its envelope.

    `metered` counts the calls Intuit would bill, `batch` tells a batch request.
    """

    status: int = 200
    payload: dict | bytes = field(default_factory=dict)
    headers: dict = field(default_factory=dict)
    metered: int = 0
    batch: bool = False


JSON, TEXT = "application/json", "application/text"


def dispatch(company, request):
    """Answer a request to a company's books; raises Fault."""
    segments = request.path
    path = f"/v3/company/{company.realm_id}/{'/'.join(segments)}"
    if "" in segments:
        raise faults.unsupported_operation(path)
    route = _ROUTES.get((request.method, tuple(segments)))
    if route is not None:
        return route(company, request)
    if request.method == "GET" and segments[:1] == ["reports"] and len(segments) == 2:
        return _report(company, segments[1], request)
    entity = company.by_path.get(segments[0]) if segments else None
    if entity is not None and request.method == "GET" and len(segments) == 2:
        return _read(company, entity, segments[1])
    if entity is not None and request.method == "POST" and len(segments) == 1:
        return _post(company, request, entity)
    if entity is None or len(segments) > 2:
        raise faults.unsupported_operation(path)
    raise faults.unsupported_method(request.method)


def _enveloped(company, payload, **kwargs):
    payload["time"] = company.clock.envelope_time(company.now())
    return BooksResponse(payload=payload, **kwargs)


# --- reading ---


def _read(company, entity, qbo_id):
    row = entity.find(company, qbo_id)
    return _enveloped(company, {entity.name: row}, metered=1)


def _preferences(company, request):
    return _read(company, company.entity("Preferences"), "1")


def _report(company, name, request):
    """A report has no envelope: its header tells the time."""
    report = reports.run(company, name, request.args.to_dict())
    return BooksResponse(payload=report, metered=1)


def _exchange_rate(company, request):
    entity = company.entity("ExchangeRate")
    args = {name.lower(): value for name, value in request.args.items()}
    on_day = args.get("asofdate")
    if on_day and not is_date(on_day):
        raise faults.invalid_date(on_day, "asofdate")
    row = entity.read(company, args.get("sourcecurrencycode"), on_day)
    return _enveloped(company, {entity.name: row}, metered=1)


def _query(company, request):
    text = request.args.get("query")
    return _enveloped(company, query.respond(company, text), metered=1)


def _query_in_body(company, request):
    _check_type(request, TEXT)
    text = request.body.decode("utf-8")
    return _enveloped(company, query.respond(company, text), metered=1)


def _changes(company, request):
    args = {name.lower(): value for name, value in request.args.items()}
    payload = cdc.run(company, args.get("entities"), args.get("changedsince"))
    return _enveloped(company, payload, metered=1)


# --- writing ---


def _check_type(request, expected):
    sent = request.content_type.partition(";")[0].strip().lower()
    if sent != expected:
        raise faults.Fault(
            [
                faults.FaultError(
                    "500",
                    "Unsupported Operation",
                    f"Operation Content-Type {sent or 'none'} is not supported.",
                    None,
                )
            ],
            status=415,
        )


def _body(request):
    _check_type(request, JSON)
    try:
        body = numbers.loads(request.body)
    except numbers.MalformedJson as error:
        raise faults.malformed_body(str(error)) from None
    if not isinstance(body, dict):
        raise faults.malformed_body("Can not deserialize instance of an entity")
    return body


def _post(company, request, entity):
    body = _body(request)
    operation = request.args.get("operation")
    include = request.args.get("include", "")
    include = frozenset(part.strip().lower() for part in include.split(",") if part)
    digest = digest_of(entity.name, operation or "", request.body)

    def act():
        row = write(company, entity, operation, body, include)
        time = company.clock.envelope_time(company.now())
        return Answer(entity.name, row, time), entity.name, row.get("Id")

    answer = company.request_ids.run(request.args.get("requestid"), digest, act)
    return BooksResponse(payload=answer.payload())


def write(company, entity, operation, body, include, *, in_batch=False):
    """Write one object, or refuse; returns the row or the stub of a deleted one.

    `operation` is None (create or update by the presence of Id) or the query
    parameter's value; `include` holds the words of that query parameter.
    """
    _check_operation(entity, operation, body)
    if company.is_read_only:
        raise faults.subscription_ended()
    with company.writing():
        if operation == "delete":
            row = entity.delete(company, body, in_batch=in_batch)
        elif operation == "void" and entity.voids_by_operation(company):
            row = entity.void(company, body)
        elif operation == "update" and "void" in include:
            row = entity.void_included(company, body)
        elif operation in (None, "", "create", "update"):
            row = entity.write(company, body, include=include)
        else:
            raise entity_faults.operation_not_supported(operation)
    return row


def _check_operation(entity, operation, body):
    """Refuse a named operation that contradicts the Id or that the entity lacks."""
    if operation not in ("create", "update"):
        return
    if operation not in entity.operations:
        raise entity_faults.operation_not_supported(operation)
    has_id = identity(body) is not None
    if operation == "create" and has_id:
        raise faults.business("A new object has no Id.")
    if operation == "update" and not has_id and entity.name != "ExchangeRate":
        raise faults.required("Id")


def _batch(company, request):
    body = _body(request)
    request_id = request.args.get("requestid")
    payload, metered = batch.run(company, body, request_id, request.strike)
    return _enveloped(company, payload, metered=metered, batch=True)


def _tax_service(company, request):
    body = _body(request)

    def act():
        if company.is_read_only:
            raise faults.subscription_ended()
        with company.writing():
            payload = taxes.create_tax_code(company, body)
        return Answer(None, payload), "TaxCode", payload["TaxCodeId"]

    digest = digest_of("TaxService", request.body)
    answer = company.request_ids.run(request.args.get("requestid"), digest, act)
    return BooksResponse(payload=answer.payload())


_ROUTES = {
    ("GET", ("query",)): _query,
    ("POST", ("query",)): _query_in_body,
    ("GET", ("cdc",)): _changes,
    ("POST", ("batch",)): _batch,
    ("GET", ("preferences",)): _preferences,
    ("GET", ("exchangerate",)): _exchange_rate,
    ("POST", ("taxservice", "taxcode")): _tax_service,
}
