"""`/v3/company/<realm>/…`: everything between the socket and the books.

In Intuit's order: bearer token, company and environment, limits, size and encoding of
the body, and only then the books themselves.
"""

import logging
import time
from functools import partial

from . import faults, hosts, numbers, oauth, pages, xml_body
from .call import Answer
from .rest import BooksRequest

_logger = logging.getLogger(__name__)

VERSION = "2026.46.153"
MAXIMUM_BODY = 4_000_000
MAXIMUM_URL = 8192


def _html(status, title):
    body = pages.gateway_error(status, title)
    return Answer(status, [("Content-Type", "text/html")], body)


class Gateway:
    """Answers the accounting API for one simulator."""

    def __init__(self, simulator):
        self._simulator = simulator

    def handle(self, call):
        """Return the Answer to a call below /v3/company/."""
        if len(call.path) + len(call.query_string) > MAXIMUM_URL:
            return _html(414, "Request-URI Too Large")
        if (call.request.content_length or 0) > MAXIMUM_BODY:
            return _html(413, "Request Entity Too Large")
        started = time.perf_counter()
        try:
            answer = self._admit(call)
        except faults.Fault as fault:
            answer = self._refuse(call, fault)
        milliseconds = int((time.perf_counter() - started) * 1000)
        answer.headers += [
            ("qbo-version", VERSION),
            ("service-time", f"total={milliseconds}, db={milliseconds // 2}"),
        ]
        return answer

    def _refuse(self, call, fault):
        status, headers, body = faults.render(
            fault, accept=call.accept, time=self._simulator.clock.now()
        )
        return Answer(status, headers, body)

    # --- who, and which company ---

    def _authorize(self, call):
        """Return grant and company; Fault 401 or 403, in that order."""
        scheme, _, value = call.headers.get("Authorization", "").partition(" ")
        grant = self._simulator.oauth.check(
            value.strip() if scheme.lower() == "bearer" else None
        )
        company = self._simulator.companies.get(call.realm_id)
        if company is None or grant.realm_id != call.realm_id:
            raise faults.authorization_failed()
        if oauth.ACCOUNTING_SCOPE not in grant.scopes:
            raise faults.authorization_failed(
                "The access token does not have sufficient scope"
            )
        app = self._simulator.apps.get(grant.client_id)
        if app is None or app.environment != company.environment:
            raise faults.authorization_failed()
        expected = hosts.ENVIRONMENT_OF_API_HOST.get(call.host, company.environment)
        if expected != company.environment:
            if self._simulator.switches.wrong_host == "destination":
                raise faults.wrong_destination()
            raise faults.authorization_failed()
        return grant, company

    # --- how often ---

    def _admit(self, call):
        grant, company = self._authorize(call)
        keeper = self._simulator.limits
        exceeded = keeper.enter(call.realm_id, grant.client_id, batch=call.is_batch)
        if exceeded:
            raise self._throttled()
        try:
            # The wait belongs to the time a call is in flight.
            call.fate.wait(self._simulator.latency_seconds)
            return self._simulator.injector.run(
                call,
                lambda: self._ask_books(call, grant, company),
                self._simulator.clock,
            )
        finally:
            keeper.leave(call.realm_id, grant.client_id)

    def _throttled(self):
        switches = self._simulator.switches
        fault = faults.throttled(switches.retry_after_seconds)
        fault.status = switches.throttle_status
        return fault

    # --- the meter, the books ---

    def _ask_books(self, call, grant, company):
        try:
            return self._dispatch(call, grant, company)
        except faults.Fault as fault:
            return self._refuse(call, fault)

    def _dispatch(self, call, grant, company):
        meter = self._simulator.meter
        if meter.is_spent(grant.client_id, company.environment) and _reads(call):
            if self._simulator.switches.meter_cap_answer == "throttled":
                raise self._throttled()
            raise faults.authorization_failed()
        self._check_encoding(call)
        request = BooksRequest(
            method=call.method,
            path=call.segments,
            args=call.args,
            headers=call.headers,
            body=call.body,
            content_type=call.headers.get("Content-Type", ""),
            strike=partial(self._simulator.injector.find_item, call),
        )
        try:
            with company.lock:
                response = company.handle(request)
        except faults.Fault:
            raise
        except Exception:
            # The simulator's own mistake: never hidden, and never a dead connection.
            _logger.exception("The books failed on %s %s", call.method, call.path)
            raise faults.system_failure() from None
        meter.add(grant.client_id, company.environment, response.metered)
        return self._render(call, response)

    @staticmethod
    def _check_encoding(call):
        try:
            call.body.decode("utf-8")
        except UnicodeDecodeError:
            raise faults.undecodable_body() from None

    @staticmethod
    def _render(call, response):
        if isinstance(response.payload, bytes):
            headers, body = [], response.payload
        elif faults.wants_json(call.accept):
            headers = [("Content-Type", faults.JSON_TYPE)]
            body = numbers.dumps(response.payload)
        else:
            headers = [("Content-Type", faults.XML_TYPE)]
            body = xml_body.render(response.payload)
        headers += response.headers.items()
        return Answer(response.status, headers, body, committed=True)


def _reads(call):
    """Tell whether a call reads, and so is what the meter's cap blocks."""
    if call.is_batch:
        return b'"Query"' in call.body
    return call.method == "GET" or call.segments[:1] == ["query"]
