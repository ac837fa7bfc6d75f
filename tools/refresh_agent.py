"""A process of its own that refreshes a token and stores it.

Intuit may end the former refresh token the moment it answers: the new one must
not die with the process that asked. The agent is no part of that process: it
goes on when Odoo is killed, and answers only once the row is committed.

Secrets pass through its standard input and output, and stand nowhere else.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from .. import const
from ..exceptions import QboError, VaultError
from .endpoints import Endpoints
from .faults import Fault, build_fault, to_error
from .grants import Grants, Need, Outcome
from .oauth import OAuthClient
from .vault import Vault

_SCRIPT = Path(__file__).with_name("refresh_agent_main.py")

# All that the agent does is bounded: 60 s for the row, 5 s to connect, 30 s until
# the answer begins, 60 s until it ends. Who asks waits a little longer than that.
ANSWER_SECONDS = 180
# For what has no bound of its own, such as a host that is gone; far from the above,
# since a token that Intuit gave meanwhile would be lost.
_LIFE_SECONDS = 900


@dataclass(frozen=True, repr=False)
class Order:
    """All that the agent needs.

    :param database: keyword arguments of `psycopg2.connect`
    :param lock_timeout: seconds to wait for the row
    :param derived_keys: as `Vault.hand_over` gives them
    :param keys: dict with `client_id`, `client_secret`, `redirect_uri`
    :param now: naive datetime in UTC; from here the agent's clock goes on
    """

    database: dict
    lock_timeout: int
    derived_keys: list
    endpoints: Endpoints
    keys: dict
    need: Need
    now: datetime


class AgentError(Exception):
    """The agent could not be started, or ended without having done anything."""


# === WHO ASKS === #


def ask(order, seconds=ANSWER_SECONDS):
    """Let an agent do what `Grants.get` does, and commit it.

    :param order: Order; the caller must not hold a lock on the grant's row
    :param seconds: to wait for the answer; the agent itself goes on
    :return: Outcome
    :raises AgentError: there was no agent; what it may have stored stands in the row
    """
    process = _start()
    try:
        answer, _nothing = process.communicate(_write_order(order), seconds)
    except subprocess.TimeoutExpired:
        for stream in (process.stdin, process.stdout):
            stream.close()
        return Outcome(error=_build_late_error())
    return _read_answer(answer, process.returncode)


def _start():
    if not Path(sys.executable or "").name.startswith("python"):
        raise AgentError("This server's executable is no Python interpreter.")
    environ = {
        name: value
        for name, value in os.environ.items()
        if name != const.ENCRYPTION_KEY_VARIABLE
    }
    try:
        return subprocess.Popen(
            [sys.executable, str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
            # What is sent to the group of the server must not reach it.
            start_new_session=True,
        )
    except OSError as error:
        raise AgentError(f"No process could be started: {error.strerror}.") from None


def _write_order(order):
    need = order.need
    values = {
        "path": [str(entry) for entry in sys.path],
        "database": order.database,
        "lock_timeout": order.lock_timeout,
        "derived_keys": order.derived_keys,
        "endpoints": asdict(order.endpoints),
        "keys": order.keys,
        "connection_id": need.connection_id,
        "valid_for": need.valid_for.total_seconds(),
        "rejected_token": need.rejected_token,
        "now": order.now.isoformat(),
    }
    return json.dumps(values).encode("ascii")


def _read_answer(answer, status):
    try:
        values = json.loads(answer)
    except ValueError:
        raise AgentError(f"It ended with status {status}.") from None
    if "problem" in values:
        raise AgentError(f"It met a {values['problem']}.")
    if "fault" in values:
        return Outcome(error=to_error(Fault(**values["fault"])))
    if "vault" in values:
        return Outcome(error=VaultError(**values["vault"]))
    return Outcome(values["token"])


def _build_late_error():
    return to_error(
        build_fault("transient", "The refresh of the token is still under way")
    )


# === THE AGENT === #


def serve(values, answer):
    """Carry out one order; the answer is written when all is committed.

    :param values: dict, as `_write_order` made it
    :param answer: text stream
    """
    signal.alarm(_LIFE_SECONDS)
    # Systemd tells all processes of a service to end, and waits for them.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    outcome = _refresh(_read_order(values))
    answer.write(json.dumps(_describe(outcome)))


def _read_order(values):
    return Order(
        database=values["database"],
        lock_timeout=values["lock_timeout"],
        derived_keys=values["derived_keys"],
        endpoints=Endpoints(**values["endpoints"]),
        keys=values["keys"],
        need=Need(
            values["connection_id"],
            timedelta(seconds=values["valid_for"]),
            values["rejected_token"],
        ),
        now=datetime.fromisoformat(values["now"]),
    )


def _refresh(order):
    import psycopg2  # only here: the tools themselves need no database

    now = _build_clock(order.now)

    def connect():
        return OAuthClient(order.endpoints, **order.keys, now=now)

    def open_vault():
        return Vault.restore(order.derived_keys)

    with closing(psycopg2.connect(**order.database)) as connection:
        connection.set_session(isolation_level="READ COMMITTED")
        cursor = connection.cursor()
        cursor.execute("SET LOCAL lock_timeout = %s", [f"{order.lock_timeout}s"])
        # Waiting for Intuit is no reason to lose what it is about to answer.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        outcome = Grants(cursor, open_vault, connect, now).get(order.need)
        connection.commit()
    return outcome


def _build_clock(start):
    """A clock that goes on from the moment that whoever asks calls now."""
    begun = time.monotonic()
    return lambda: start + timedelta(seconds=int(time.monotonic() - begun))


# All that a fault of the sign-in may have.
_FAULT_MEMBERS = (
    "kind",
    "code",
    "message",
    "detail",
    "tid",
    "status",
    "hint",
    "uncertain",
    "retry_after",
)


def _describe(outcome):
    if isinstance(outcome.error, QboError):
        fault = outcome.error.fault
        return {"fault": {name: getattr(fault, name) for name in _FAULT_MEMBERS}}
    if outcome.error:
        error = outcome.error
        return {"vault": {"problem": error.problem, "place": error.place}}
    return {"token": outcome.token}
