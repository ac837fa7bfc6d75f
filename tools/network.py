"""Failures below HTTP: did the request reach Intuit or surely not?"""

import http.cookiejar
import ssl

import requests
import urllib3
from requests.auth import AuthBase

from .faults import build_fault

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
    urllib3.exceptions.ProxyError,
    ConnectionRefusedError,
)
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

    No cookies are kept, and no .netrc of the machine replaces the
    Authorization header.
    """
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    session.auth = _KeepHeaders()


class _KeepHeaders(AuthBase):
    def __call__(self, request):
        return request


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
    causes = list(_walk_causes(error))
    text = " ".join(str(cause) for cause in causes)
    handshake = any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in causes
    ) or any(word in text for word in _HANDSHAKE)
    return build_fault(
        "transient",
        "No secure connection to Intuit",
        uncertain=not handshake,
    )


def _surely_not_sent(error):
    return isinstance(error, requests.exceptions.ProxyError) or any(
        isinstance(cause, _NOT_CONNECTED) for cause in _walk_causes(error)
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
