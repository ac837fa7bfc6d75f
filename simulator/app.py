"""The WSGI application: routes by path, records every call, obeys injected faults."""

import logging
import uuid

from . import hosts, pages
from .call import COMPANY_PREFIX, Answer, Call
from .control import Control
from .gateway import Gateway
from .oauth_endpoints import OAuthEndpoints
from .simulator import Simulator

_logger = logging.getLogger(__name__)

CONTROL_PREFIX = "/_sim"


class SimulatorApp:
    """The WSGI callable; `.simulator` is the state, for tests in process."""

    def __init__(self, simulator):
        self.simulator = simulator
        self._gateway = Gateway(simulator)
        self._oauth = OAuthEndpoints(simulator)
        self._control = Control(simulator)

    def __call__(self, environ, start_response):
        call = Call(environ)
        path = call.path
        if not hosts.serves(call.host, path):
            answer = self._not_found()
        elif path.startswith(CONTROL_PREFIX):
            return self._control.handle(call).wsgi(environ, start_response)
        else:
            answer = self._answer(call)
        answer.tid = str(uuid.uuid4())
        answer.headers.append(("intuit_tid", answer.tid))
        self.simulator.journal.record(call, answer)
        return answer.wsgi(environ, start_response)

    def _answer(self, call):
        try:
            if call.path.startswith(COMPANY_PREFIX):
                return self._gateway.handle(call)
            handler = self._oauth.find(call.path)
            if handler is None:
                return self._not_found()
            call.fate.wait(self.simulator.latency_seconds)
            return self.simulator.injector.run(
                call, lambda: handler(call), self.simulator.clock
            )
        except Exception:
            # The simulator's own mistake must be seen, and answered like a failure.
            _logger.exception("The simulator failed on %s %s", call.method, call.path)
            body = pages.gateway_error(500, "Internal Server Error")
            return Answer(500, [("Content-Type", "text/html")], body)

    @staticmethod
    def _not_found():
        body = pages.gateway_error(404, "Not Found")
        return Answer(404, [("Content-Type", "text/html")], body)


def create_app(seed="demo", clock=None, limits=True, *, country=None, latency_ms=0):
    """Return a SimulatorApp with its own state.

    `seed` is demo or none, `clock` a `clock.Clock`, `country` one of US, GB, CA, AU, FR
    to keep only that country's companies; ValueError for other values.
    """
    return SimulatorApp(
        Simulator(
            seed=seed,
            clock=clock,
            limits=limits,
            country=country,
            latency_ms=latency_ms,
        )
    )
