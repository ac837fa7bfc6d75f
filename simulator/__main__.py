"""`python -m simulator`: run the simulator as a server."""

import argparse
import errno
import signal
import sys
import threading

from .app import create_app
from .delivery import Courier
from .server import SimulatorServer
from .simulator import COUNTRIES, SEEDS


def parse_arguments(arguments):
    """Return the command line's options."""
    parser = argparse.ArgumentParser(
        prog="simulator", description="Intuit in a box: QuickBooks Online for tests."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9411)
    parser.add_argument(
        "--country", choices=COUNTRIES, help="offer only this country's companies"
    )
    parser.add_argument(
        "--latency-ms", type=int, default=0, help="time every API call takes"
    )
    parser.add_argument("--seed", choices=SEEDS, default="demo")
    parser.add_argument(
        "--no-limits", action="store_true", help="never throttle (counts go on)"
    )
    parser.add_argument("--webhook-url", help="endpoint of the development app")
    parser.add_argument("--verifier-token", help="signs what goes to that endpoint")
    return parser.parse_args(arguments)


def build(options):
    """Return the application the options ask for; ValueError for impossible ones."""
    app = create_app(
        seed=options.seed,
        limits=not options.no_limits,
        country=options.country,
        latency_ms=options.latency_ms,
    )
    changes = {}
    if options.webhook_url:
        changes["url"] = options.webhook_url
    if options.verifier_token:
        changes["verifier_token"] = options.verifier_token
    if changes:
        app.simulator.webhooks.configure("simulator-development-client", changes)
    return app


def _start_server(app, options):
    try:
        return SimulatorServer(app, options.port, options.host)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = "the port is in use; choose another with --port"
        else:
            reason = error.strerror or str(error)
        sys.exit(f"Cannot listen on {options.host}:{options.port}: {reason}.")
    except OverflowError:
        sys.exit(f"Cannot listen on port {options.port}: ports go from 0 to 65535.")


def main(arguments=None):
    """Serve until SIGTERM or Ctrl-C; exit with 1 and one sentence if that fails."""
    options = parse_arguments(arguments)
    try:
        app = build(options)
    except ValueError as error:
        sys.exit(str(error))
    server = _start_server(app, options)
    courier = Courier(app.simulator.webhooks)
    courier.start()

    def stop(*_):
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"Intuit simulator ready on {server.url}/_sim/", flush=True)
    server.serve_forever(poll_interval=0.1)
    courier.stop()
    server.server_close()


if __name__ == "__main__":
    main()
