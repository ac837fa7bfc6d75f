"""Lets `requests` reach the simulator in process, whatever host a URL names."""

import io
from email.message import Message
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3.response import HTTPResponse

from .call import FATE_KEY, Fate


class SimulatorAdapter(BaseAdapter):
    """A transport adapter that calls the application instead of a socket.

    Nobody sleeps: a delay longer than the read timeout raises ReadTimeout at once (the
    call was carried out all the same), a lost answer raises ConnectionError.
    """

    def __init__(self, app):
        super().__init__()
        self.app = app

    def send(
        self,
        request,
        stream=False,
        timeout=None,
        verify=True,
        cert=None,
        proxies=None,
        **kwargs,
    ):
        """Return the `requests.Response` to a PreparedRequest.

        What else `Session.send` takes is accepted, so that a test harness that
        replaces that method can hand everything on; redirects are not followed.
        """
        fate = Fate(sleeps=False)
        started = {}

        def start_response(status, headers, exc_info=None):
            started["status"], started["headers"] = status, headers

        chunks = self.app(_environ(request, fate), start_response)
        body = b"".join(chunks)
        _obey(fate, timeout, request)
        if fate.keep_bytes is not None and fate.keep_bytes < len(body):
            raise requests.exceptions.ChunkedEncodingError(
                "Connection broken: IncompleteRead", request=request
            )
        return _response(self, request, started, body)

    def close(self):
        """Nothing to close."""


def _obey(fate, timeout, request):
    read_timeout = getattr(timeout, "read_timeout", timeout)
    if isinstance(timeout, tuple):
        read_timeout = timeout[1]
    if read_timeout is not None and fate.delay > read_timeout:
        raise requests.exceptions.ReadTimeout(
            f"Read timed out. (read timeout={read_timeout})", request=request
        )
    if fate.lost == "reset":
        raise requests.exceptions.ConnectionError(
            "('Connection aborted.', ConnectionResetError(104, 'Connection reset by "
            "peer'))",
            request=request,
        )
    if fate.lost:
        raise requests.exceptions.ConnectionError(
            "('Connection aborted.', RemoteDisconnected('Remote end closed connection "
            "without response'))",
            request=request,
        )


def _body_bytes(body):
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8")
    if hasattr(body, "read"):
        return _body_bytes(body.read())
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    return b"".join(_body_bytes(piece) for piece in body)


def _environ(request, fate):
    parts = urlsplit(request.url)
    body = _body_bytes(request.body)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path or "/", "latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc.rpartition("@")[2],
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        FATE_KEY: fate,
    }
    for name, value in request.headers.items():
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        environ[key] = value
    # The body is whole already, however it travels.
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _response(adapter, request, started, body):
    code, _, reason = started["status"].partition(" ")
    message = Message()
    for name, value in started["headers"]:
        message[name] = value
    raw = HTTPResponse(
        body=io.BytesIO(body),
        headers=started["headers"],
        status=int(code),
        reason=reason,
        preload_content=False,
        original_response=_OriginalResponse(message),
    )
    response = requests.Response()
    response.status_code = int(code)
    response.headers = CaseInsensitiveDict(started["headers"])
    response.encoding = get_encoding_from_headers(response.headers)
    response.raw = raw
    response.reason = reason
    response.url = request.url
    response.request = request
    response.connection = adapter
    return response


class _OriginalResponse:
    """What `requests` asks of http.client's response: the headers, for cookies."""

    def __init__(self, message):
        self.msg = message

    def isclosed(self):
        return True

    def close(self):
        pass
