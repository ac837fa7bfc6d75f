"""The simulator as a process of its own, and a lean client of it."""

import http.client
import json
import os
import pathlib
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit

from .figures import BenchError

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
REALM = "9341450000000001"
READY = "ready on "


class Client:
    """One keep-alive connection; `post` and `get` return (status, parsed body)."""

    def __init__(self, url, token=None):
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def request(self, method, path, payload=None):
        body = None if payload is None else json.dumps(payload)
        try:
            self._connection.request(method, path, body, self._headers)
            response = self._connection.getresponse()
            answer = response.read()
        except OSError as error:
            raise BenchError(f"the simulator does not answer: {error}.") from error
        return response.status, json.loads(answer) if answer else None

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, payload):
        return self.request("POST", path, payload)

    def control(self, method, path, payload=None):
        """Call the simulator's control API. Raises BenchError when it refuses."""
        status, answer = self.request(method, f"/_sim/{path}", payload)
        if status != 200:
            raise BenchError(f"the simulator refuses {method} /_sim/{path}: {answer}.")
        return answer


def company_path(rest):
    separator = "&" if "?" in rest else "?"
    return f"/v3/company/{REALM}/{rest}{separator}minorversion=75"


def authorize(url):
    """Return an access token for the company the measurements use."""
    answer = Client(url).control(
        "POST", "grants", {"action": "authorize", "realm": REALM}
    )
    return answer["access_token"]


@contextmanager
def simulator(*arguments, processor=None):
    """Run the simulator on a free port; yield (process, url).

    :param processor: the number of the only processor it may use
    """
    command = [sys.executable, "-m", "simulator", "--port", "0", *arguments]
    if processor is not None:
        command = ["taskset", "-c", str(processor), *command]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline().strip()
            if READY not in line:
                raise BenchError("the simulator did not start.")
            yield process, line.partition(READY)[2].removesuffix("/_sim/")
        finally:
            process.terminate()


def processors():
    """Return (processor for the simulator, processors for the callers)."""
    available = sorted(os.sched_getaffinity(0))
    return available[0], set(available[1:] or available)
