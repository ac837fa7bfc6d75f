"""Real processes that share a database and talk to a simulator over sockets."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from odoo.tools import config

from ..simulator.server import SimulatorServer

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
        self.process.send_signal(signal.SIGKILL)

    def stop(self):
        self.process.kill()
        self.process.communicate()


class IntuitServer:
    """A simulator on a free port; can kill a worker when Intuit has answered.

    :param app: the simulator's WSGI application
    """

    def __init__(self, app):
        self.app = app
        self.victim = None
        self.server = SimulatorServer(self, 0)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return self.server.url

    def __call__(self, environ, start_response):
        answer = self.app(environ, start_response)
        victim, path = self.victim, environ["PATH_INFO"]
        if victim and path.endswith("/tokens/bearer"):
            self.victim = None
            victim.kill()
        return answer

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
