"""Failures below HTTP: did the request reach Intuit or surely not?"""

import contextlib
import http.cookiejar
import socket
import ssl
import threading

import requests
import urllib3
from requests.auth import AuthBase

from .faults import build_fault

# The time-out of `requests` bounds each wait between two bytes, not the whole.
MAXIMUM_SECONDS = 60
MAXIMUM_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024

# What `requests` may raise, its own errors being OSErrors, and what slips by it.
ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)

# Nothing can be sent that is written like this: our mistake, not the network's.
_MALFORMED = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidHeader,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.URLRequired,
)
_NOT_CONNECTED = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    ConnectionRefusedError,
    socket.gaierror,
    ssl.SSLCertVerificationError,
)
# http.client, when a proxy refuses a CONNECT: nothing went through it.
_NO_TUNNEL = "Tunnel connection failed"
# TLS may also break after the request was sent ("EOF occurred in violation of
# protocol"); these words stand in failures of the handshake only.
_HANDSHAKE = (
    "CERTIFICATE_VERIFY_FAILED",
    "WRONG_VERSION_NUMBER",
    "HANDSHAKE_FAILURE",
    "UNSUPPORTED_PROTOCOL",
    "NO_PROTOCOLS_AVAILABLE",
    "certificate verify failed",
    "doesn't match",
)


def harden(session):
    """Make a `requests.Session` send what it was told and nothing else.

    No cookies are kept, no .netrc of the machine replaces the Authorization
    header, and redirects stay unread: `requests` reads their bodies without
    bound, also when it is not to follow them.
    """
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    session.auth = _KeepHeaders()
    session.get_redirect_target = _find_no_target


class _KeepHeaders(AuthBase):
    def __call__(self, request):
        return request


def _find_no_target(_response):
    """No redirect leads anywhere."""


def read_body(response, seconds=MAXIMUM_SECONDS, limit=MAXIMUM_BYTES):
    """Read the body of a streamed answer, in bounded time and size.

    Afterwards `content`, `text` and `json()` work as of any answer.

    :param response: `requests.Response` of a request with `stream=True`
    :param seconds: for the whole body, however little by little it comes
    :param limit: bytes, after decompression
    :raises requests.exceptions.ReadTimeout: when either is exceeded
    """
    late = threading.Event()
    body = bytearray()
    with contextlib.closing(response), _cut_off(response, seconds, late):
        try:
            for part in response.iter_content(_CHUNK_BYTES):
                body += part
                if late.is_set() or len(body) > limit:
                    break
        except ERRORS:
            # What a connection that was cut off here raises says nothing.
            if not late.is_set():
                raise
    if late.is_set() or len(body) > limit:
        raise requests.exceptions.ReadTimeout("The answer did not end in time")
    response._content = bytes(body)


@contextlib.contextmanager
def _cut_off(response, seconds, late):
    """Shut the connection after so many seconds, and set the event `late`.

    No check between reads does this: one read waits for as many bytes as were
    asked for, and its time-out starts anew with each byte.
    """
    connection = _duplicate_socket(response)

    def shut():
        late.set()
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if connection is not None:
            connection.close()


def _duplicate_socket(response):
    """The socket below an answer, or None: it has none in tests and when empty."""
    try:
        return socket.fromfd(response.raw.fileno(), socket.AF_INET, socket.SOCK_STREAM)
    except (AttributeError, OSError, ValueError):
        return None


def describe(error):
    """The fault of a call without an answer.

    `uncertain` is False only where the request surely never left: a write may
    then be repeated blindly.

    :param error: one of `ERRORS`; its own text is not used, since URLs and
        headers stand in it
    :return: Fault
    """
    if isinstance(error, _MALFORMED):
        return build_fault("bug", "The request could not be built")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return build_fault("transient", "No connection to Intuit in time")
    if isinstance(error, requests.exceptions.Timeout):
        return build_fault("transient", "Intuit did not answer in time", uncertain=True)
    if isinstance(error, requests.exceptions.SSLError):
        return _describe_tls(error)
    if _surely_not_sent(error):
        return build_fault("transient", "No connection to Intuit")
    return build_fault(
        "transient", "The connection to Intuit broke off", uncertain=True
    )


def _describe_tls(error):
    return build_fault(
        "transient",
        "No secure connection to Intuit",
        uncertain=not _failed_handshake(list(_walk_causes(error))),
    )


def _failed_handshake(causes):
    text = " ".join(str(cause) for cause in causes)
    return any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in causes
    ) or any(word in text for word in _HANDSHAKE)


def _surely_not_sent(error):
    """Decides by what is wrapped only.

    A ProxyError itself proves nothing: urllib3 calls so all that happens before
    it has seen an answer through the proxy, the loss of the answer included.
    """
    return any(
        isinstance(cause, _NOT_CONNECTED)
        or (isinstance(cause, OSError) and str(cause).startswith(_NO_TUNNEL))
        for cause in _walk_causes(error)
    )


def _walk_causes(error):
    """The error and what it wraps, as urllib3 and requests wrap."""
    seen, queue = set(), [error]
    while queue:
        cause = queue.pop()
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        queue += [cause.__cause__, getattr(cause, "reason", None), *cause.args]
