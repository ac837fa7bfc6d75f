"""A threaded HTTP/1.1 server with keep-alive, able to lose answers on request.

Werkzeug's own development server closes the connection after every answer; clients pool
connections, so the standard library's server is used, with one thread per connection.
"""

import io
import os
import socket
import struct
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from .call import FATE_KEY, Fate

LARGEST_READ = 16_000_000
IDLE_SECONDS = 120


class Handler(BaseHTTPRequestHandler):
    """Answers the calls of one connection."""

    protocol_version = "HTTP/1.1"
    server_version = "Simulator"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    wbufsize = -1

    def log_message(self, *args):
        """Stay quiet: the journal knows every call."""

    def handle_one_request(self):
        """Read one request and answer it; a connection that breaks just ends."""
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline:
                self.close_connection = True
                return
            if len(self.raw_requestline) > 65536:
                self.requestline = self.request_version = self.command = ""
                self.send_error(414)
                self.close_connection = True
                return
            if self.parse_request():
                self._answer()
            self.wfile.flush()
            self.after_answer()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def after_answer(self):
        """Hook: the answer to the request of `self.path` is on its way."""

    def _answer(self):
        body = self._read_body()
        if body is None:
            return
        fate = Fate()
        started = {}

        def start_response(status, headers, exc_info=None):
            started["status"], started["headers"] = status, headers

        answer = b"".join(
            self.server.application(self._environ(body, fate), start_response)
        )
        if fate.lost:
            self._lose(reset=fate.lost == "reset")
            return
        lines = [f"HTTP/1.1 {started['status']}\r\n"]
        lines += [f"{name}: {value}\r\n" for name, value in started["headers"]]
        lines += [
            f"Date: {self.date_time_string()}\r\n",
            "Connection: close\r\n" if self.close_connection else "",
            "\r\n",
        ]
        if fate.keep_bytes is not None and fate.keep_bytes < len(answer):
            answer = answer[: fate.keep_bytes]
            self.close_connection = True
        self.wfile.write("".join(lines).encode("latin-1", "replace") + answer)

    def _lose(self, *, reset):
        """Close the connection without a word, politely or with a reset."""
        self.close_connection = True
        if reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            # `shutdown` would say goodbye first, so the descriptor itself is closed.
            os.close(self.connection.detach())

    def _read_body(self):
        """Return the body, or None after refusing one that cannot be read."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        text = self.headers.get("Content-Length", "0").strip()
        if not text.isdigit() or int(text) > LARGEST_READ:
            self.send_error(413 if text.isdigit() else 400)
            self.close_connection = True
            return None
        return self.rfile.read(int(text))

    def _read_chunks(self):
        parts, size = [], 0
        while True:
            try:
                length = int(self.rfile.readline(100).split(b";")[0].strip(), 16)
            except ValueError:
                length = -1
            size += length
            if length < 0 or size > LARGEST_READ:
                self.send_error(413 if size > LARGEST_READ else 400)
                self.close_connection = True
                return None
            parts.append(self.rfile.read(length))
            self.rfile.readline(10)
            if not length:
                return b"".join(parts)

    def _environ(self, body, fate):
        parts = urlsplit(self.path)
        host, port = self.server.server_address[:2]
        environ = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(parts.path, "latin-1"),
            "QUERY_STRING": parts.query,
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            FATE_KEY: fate,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                key = f"HTTP_{key}"
            environ[key] = value
        # The body is whole already, however it travelled.
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["CONTENT_LENGTH"] = str(len(body))
        if parts.netloc:
            environ["HTTP_HOST"] = parts.netloc
        return environ


class SimulatorServer(ThreadingHTTPServer):
    """Serves an application; `port` 0 takes a free one. OSError when it is busy.

    `handler` may be a subclass of `Handler`, which answers the calls of a connection.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, application, port, host="127.0.0.1", handler=Handler):
        self.application = application
        super().__init__((host, port), handler)

    @property
    def url(self):
        """The base URL of the server."""
        host, port = self.server_address[:2]
        return f"http://{host}:{port}"

    def server_bind(self):
        """Bind without looking up the host's name, which may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request, client_address):
        """A peer that went away is no error worth a traceback."""
