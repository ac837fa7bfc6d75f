"""Sends webhooks over HTTP, in a thread of its own, when the simulator is a server."""

import http.client
import threading
from urllib.parse import urlsplit

from .webhooks import LISTENER_SECONDS

LONGEST_WAIT = 0.5
AGGREGATION = 0.05


def post(delivery):
    """POST a delivery and return the status, or None when nobody answered in 3 s."""
    parts = urlsplit(delivery.url)
    kind = (
        http.client.HTTPSConnection
        if parts.scheme == "https"
        else http.client.HTTPConnection
    )
    path = parts.path or "/"
    if parts.query:
        path = f"{path}?{parts.query}"
    try:
        connection = kind(parts.hostname, parts.port, timeout=LISTENER_SECONDS)
        try:
            connection.request("POST", path, delivery.body, delivery.headers)
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return None


class Courier(threading.Thread):
    """Delivers what is due until `stop`."""

    def __init__(self, centre):
        super().__init__(name="webhook courier", daemon=True)
        self._centre = centre
        self._stopped = threading.Event()

    def run(self):
        """Wake on changes, gather for a moment what belongs together, deliver."""
        while not self._stopped.is_set():
            if self._centre.changed.wait(LONGEST_WAIT):
                self._centre.changed.clear()
                self._stopped.wait(AGGREGATION)
            self._centre.flush(post)

    def stop(self):
        """Stop after the present delivery."""
        self._stopped.set()
        self._centre.changed.set()
        self.join(LISTENER_SECONDS + 1)
