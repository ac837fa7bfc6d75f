"""Real processes that share a database and talk to a simulator over sockets."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from odoo.tools import config

from ..simulator.server import Handler, SimulatorServer

WORKER = Path(__file__).with_name("process_worker.py")


class Worker:
    """An Odoo process that does what a line on its standard input says."""

    def __init__(self, database, base_url):
        self.process = subprocess.Popen(
            [sys.executable, str(WORKER), config["config"] or "", database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"QUICKBOOKS_ONLINE_BASE_URL": base_url},
            # For `kill`, which reaches all that the server could take with it.
            start_new_session=True,
        )

    def tell(self, *words):
        """Give an order without waiting for what comes of it."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def hear(self):
        """Return the next answer, or None if the process is dead."""
        return self.process.stdout.readline().strip() or None

    def ask(self, *words):
        self.tell(*words)
        return self.hear()

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)

    def stop(self):
        self.process.kill()
        self.process.communicate()


class IntuitServer:
    """A simulator on a free port; does something at a moment of the next refresh.

    The moments are ``asked`` (Intuit did nothing yet), ``held`` (Intuit rotated, and
    holds back its answer) and ``sent`` (the answer is on its way).

    :param app: the simulator's WSGI application
    """

    def __init__(self, app):
        self.app = app
        self.plan = None
        self.server = SimulatorServer(self, 0, handler=_build_handler(self))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return self.server.url

    def on_refresh(self, moment, action):
        """Call ``action()`` once, at a moment of the next refresh."""
        self.plan = (moment, action)

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        self.reach("asked", path)
        answer = list(self.app(environ, start_response))
        self.reach("held", path)
        return answer

    def reach(self, moment, path):
        if self.plan and self.plan[0] == moment and path.endswith("/tokens/bearer"):
            _moment, action = self.plan
            self.plan = None
            action()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def _build_handler(intuit):
    class AttentiveHandler(Handler):
        def after_answer(self):
            intuit.reach("sent", self.path)

    return AttentiveHandler


def find_agents(parent):
    """Return ``[(arguments, environment)]``, as bytes, of a process's refresh agents.

    It is what every user of the machine, or every process of this user, may read.

    :param int parent: id of the process that started them; others may run here too
    """
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes()
            status = (process / "status").read_text()
            if b"refresh_agent_main" in arguments and f"PPid:\t{parent}\n" in status:
                found.append((arguments, (process / "environ").read_bytes()))
        except OSError:
            continue  # it ended meanwhile
    return found
