"""Two sessions of PostgreSQL, step by step: each in turn, or waiting for the other."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import combinations

import psycopg2

# Who waits for somebody who waits is told so, and not after seconds.
LOCK_TIMEOUT = "100ms"


def list_orders(first, second):
    """Return every order of the steps of two sessions: tuples of 0 and 1."""
    places = range(first + second)
    return [
        tuple(0 if place in chosen else 1 for place in places)
        for chosen in combinations(places, first)
    ]


class Session:
    """One that does its steps, as soon as it may."""

    def __init__(self, connection, executor):
        connection.autocommit = True
        self.cursor = connection.cursor()
        self.cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        self.pid = connection.info.backend_pid
        self._executor = executor

    def reset(self, steps):
        self.steps = list(steps)
        self.turns = 0
        self.future = None
        self.committed = False

    def start(self):
        self.turns -= 1
        self.future = self._executor.submit(self._do, self.steps.pop(0))

    def _do(self, statement):
        try:
            self.cursor.execute(statement)
        except psycopg2.Error:
            return False
        return self.cursor.statusmessage == "COMMIT"


class Play:
    """Lets two sessions take turns; tells what is seen after each commit.

    :param connect: callable, a new connection
    :param on_commit: callable(number of the session)
    """

    def __init__(self, connect, on_commit):
        self._executor = ThreadPoolExecutor(2)
        self._connections = [connect() for _number in range(3)]
        *pair, watching = self._connections
        self.sessions = [Session(each, self._executor) for each in pair]
        watching.autocommit = True
        self._watcher = watching.cursor()
        self._on_commit = on_commit

    def close(self):
        self._executor.shutdown()
        for connection in self._connections:
            connection.close()

    def run(self, scripts, order):
        """Do the steps of both in an order, as far as one may go on."""
        for session, steps in zip(self.sessions, scripts, strict=True):
            session.reset(steps)
        for number in order:
            self.sessions[number].turns += 1
            self._drive()
        while busy := [each.future for each in self.sessions if each.future]:
            wait(busy, return_when=FIRST_COMPLETED)
            self._drive()

    def _drive(self):
        while self._advance():
            pass

    def _advance(self):
        """Take note of one step that is done, or start one; tell if there was any."""
        for number, session in enumerate(self.sessions):
            if session.future and session.future.done():
                is_commit = session.future.result()
                session.future = None
                if is_commit:
                    session.committed = True
                    self._on_commit(number)
                return True
            if not session.future and session.turns:
                session.start()
                self._wait_until_blocked(session)
                return True
        return False

    def _wait_until_blocked(self, session):
        """Wait until a session is done with its step, or waits for the other."""
        while not session.future.done():
            self._watcher.execute("SELECT pg_blocking_pids(%s)", [session.pid])
            if self._watcher.fetchone()[0]:
                return
