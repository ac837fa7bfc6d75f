"""OAuth 2.0 with Intuit, over intuit-oauth.

intuit-oauth fetches the discovery document each time an `AuthClient` is built,
sets no timeouts, follows redirects, writes every member of an answer onto the
client (which is also a `requests.Session`) and tells no dead grant from a
failing server. The subclass below cures that; the protocol itself stays the
library's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError

from .. import const, exceptions
from . import answers, network
from .faults import build_fault, to_error
from .moments import utc_now
from .payload import load
from .redact import scrub


@dataclass(repr=False)
class Tokens:
    """What the token endpoint gave; times are naive and in UTC.

    :param hard_expires_at: end of the grant however much it is used (at most
        five years), or None when Intuit did not say
    """

    access_token: str
    refresh_token: str
    access_expires_at: datetime
    refresh_expires_at: datetime
    hard_expires_at: datetime = None

    def __repr__(self):
        return (
            f"Tokens(access until {self.access_expires_at}, "
            f"refresh until {self.refresh_expires_at})"
        )

    def __reduce_ex__(self, protocol):
        raise TypeError("Tokens are not to be pickled.")


def build_authorize_url(endpoints, client_id, redirect_uri, state):
    """The page of Intuit where a person chooses the company and consents.

    :param state: made and checked by the caller; intuit-oauth's own is drawn
        with `random` and never checked
    """
    client = _AuthClient(endpoints, client_id, "", redirect_uri, const.TIMEOUT)
    return client.get_authorization_url([Scopes.ACCOUNTING], state)


class OAuthClient:
    """Exchange, refresh and revoke for one pair of keys. Holds no tokens.

    Use one per thread. Every method raises QboGrantError (the grant is dead),
    QboConfigurationError (wrong keys, or a request Intuit calls malformed) or
    QboRetryableError (5xx, 429, time-out, web page, truncated or empty answer:
    never a reason to disconnect). `uncertain` on the last means that Intuit may
    have rotated the refresh token, or used up the code.
    """

    def __init__(
        self,
        endpoints,
        client_id,
        client_secret,
        redirect_uri,
        *,
        now=utc_now,
        timeout=const.TIMEOUT,
        adapter=None,
    ):
        """
        :param now: callable -> naive datetime in UTC
        :param timeout: seconds, (connect, read)
        :param adapter: `requests` adapter for tests, mounted for every host
        """
        self._now = now
        self._secrets = (client_secret,)
        self._client = _AuthClient(
            endpoints, client_id, client_secret, redirect_uri, timeout
        )
        if adapter is not None:
            self._client.mount("https://", adapter)
            self._client.mount("http://", adapter)

    def __repr__(self):
        return f"<OAuthClient of {self._client.token_endpoint}>"

    def __reduce_ex__(self, protocol):
        raise TypeError("An OAuthClient is not to be pickled.")

    def exchange(self, code, realm_id):
        """The tokens for the code that the redirect carried.

        :return: Tokens
        """
        return self._fetch_tokens(
            lambda: self._client.get_bearer_token(code, realm_id), code
        )

    def refresh(self, refresh_token):
        """Fresh tokens. The refresh token may be a new one: store it first.

        :return: Tokens
        """
        return self._fetch_tokens(
            lambda: self._client.refresh(refresh_token), refresh_token
        )

    def revoke(self, token):
        """End the grant at Intuit; either token ends both.

        :return: True, also when it was ended before (Intuit answers 400)
        """
        try:
            self._call(lambda: self._client.revoke(token), token)
        except exceptions.QboError as error:
            if error.fault.status != 400 or not _was_ended_before(
                self._client.answer, error.code
            ):
                raise
        return True

    def _fetch_tokens(self, call, secret):
        start = self._now()
        answer = self._call(call, secret)
        values = _read_object(answer)
        access, refresh = (values.get(f"{name}_token") for name in _TOKEN_NAMES)
        if not (_is_token(access) and _is_token(refresh)):
            raise exceptions.QboRetryableError(
                build_fault(
                    "transient",
                    "Intuit answered without tokens",
                    uncertain=True,
                    **_trace(answer),
                )
            )
        hard = _seconds(values.get("x_refresh_token_hard_expires_in"), None)
        if hard:
            hard = min(hard, const.REFRESH_TOKEN_HARD_SECONDS)
        return Tokens(
            access_token=access,
            refresh_token=refresh,
            access_expires_at=start
            + timedelta(
                seconds=_seconds(values.get("expires_in"), const.ACCESS_TOKEN_SECONDS)
            ),
            refresh_expires_at=start
            + timedelta(
                seconds=_seconds(
                    values.get("x_refresh_token_expires_in"),
                    const.REFRESH_TOKEN_SECONDS,
                )
            ),
            hard_expires_at=start + timedelta(seconds=hard) if hard else None,
        )

    def _call(self, call, secret):
        """Run one call of the library; its last answer, or a QboError.

        The error is raised outside the `except`, so that no traceback carries
        the library's own exception, whose text is the answer.
        """
        fault = None
        try:
            call()
        except AuthClientError:
            fault = _classify(self._client.answer, (*self._secrets, secret))
        except network.ERRORS as error:
            fault = network.describe(error)
        if fault is not None:
            raise to_error(fault)
        # The tokens in it are not kept.
        answer, self._client.answer = self._client.answer, None
        return answer


_TOKEN_NAMES = ("access", "refresh")


class _AuthClient(AuthClient):
    """intuit-oauth's client without its network call at construction."""

    def __init__(self, endpoints, client_id, client_secret, redirect_uri, timeout):
        requests.Session.__init__(self)
        network.harden(self)
        self.client_id = client_id
        self.client_secret = client_secret
        self.redirect_uri = redirect_uri
        self.environment = None
        self.state_token = None
        self.realm_id = None
        self.setAuthorizeURLs(
            {
                "auth_endpoint": endpoints.authorize,
                "token_endpoint": endpoints.token,
                "revoke_endpoint": endpoints.revoke,
                "user_info_url": endpoints.userinfo,
            }
        )
        self.timeout = timeout
        self.answer = None

    def request(self, method, url, **kwargs):
        """Send with timeouts, also on the whole; keep the answer to ourselves.

        The library would write each member of the JSON onto this session, and
        fetch keys to check an id_token: it gets a copy without a body.
        """
        kwargs["timeout"] = self.timeout
        kwargs["allow_redirects"] = False
        kwargs["stream"] = True
        kwargs["headers"] = {
            **(kwargs.get("headers") or {}),
            # Asks for the end of the grant that no use postpones.
            "x-include-refresh-token-hard-expires-in": "true",
        }
        self.answer = None
        answer = super().request(method, url, **kwargs)
        network.read_body(answer)
        self.answer = answer
        blank = requests.Response()
        blank.status_code = self.answer.status_code
        blank._content = b""
        return blank


def _load(answer):
    """The JSON of an answer, or None when it is none."""
    try:
        return load(answer.content or b"")
    except (ValueError, RecursionError, ArithmeticError):
        return None


def _read_object(answer):
    values = _load(answer)
    return values if isinstance(values, dict) else {}


def _is_token(value):
    """A text that can stand in a header."""
    return (
        isinstance(value, str)
        and bool(value)
        and value.isascii()
        and value.isprintable()
        and " " not in value
    )


def _seconds(value, default):
    """A number of seconds up to ten years, or the default for anything else."""
    try:
        seconds = int(str(value))
    except ValueError:
        return default
    return seconds if 0 < seconds <= 315_360_000 else default


def _trace(answer):
    headers = {key.lower(): value for key, value in answer.headers.items()}
    return {
        "status": answer.status_code,
        "tid": answers.get_tid(headers),
        "retry_after": answers.get_retry_after(headers),
    }


_WRONG_KEYS = ("invalid_client", "unauthorized_client")
# RFC 6749, section 5.2: what no repeat mends. Any other word may come from a
# gateway (Spring's "Not Found", "Forbidden") or may pass.
_TERMINAL = (
    *_WRONG_KEYS,
    "invalid_request",
    "invalid_scope",
    "unsupported_grant_type",
)
# What may pass by itself, although it comes with 400.
_PASSING = ("temporarily_unavailable", "server_error", "slow_down")


def _was_ended_before(answer, code):
    """Whether a 400 to a revocation is Intuit's own word on the token."""
    is_own = not answer.content.strip() or isinstance(_load(answer), dict)
    return is_own and code not in (*_WRONG_KEYS, *_PASSING)


def _classify(answer, secrets):
    """The fault of an answer of the token or revoke endpoint."""
    values = _read_object(answer)
    code = values.get("error")
    code = scrub(code, secrets)[:80] if isinstance(code, str) else ""
    detail = values.get("error_description")
    detail = scrub(detail, secrets)[:500] if isinstance(detail, str) else ""
    kind, message = _judge(answer.status_code, code)
    return build_fault(
        kind,
        message,
        code=code,
        detail=detail,
        # Intuit does nothing that it throttles.
        uncertain=kind == "transient" and answer.status_code != 429,
        **_trace(answer),
    )


def _judge(status, code):
    if status == 429:
        return "transient", "Intuit throttled the sign-in"
    if status >= 500 or status < 400:
        return "transient", "Intuit's sign-in failed"
    if code == "invalid_grant":
        return "grant", "Intuit no longer accepts the consent"
    if status in (400, 401, 403) and code in _WRONG_KEYS:
        return "client", "Intuit does not accept the client id and secret"
    if status in (400, 401, 403) and code in _TERMINAL:
        return "client", "Intuit called the sign-in request malformed"
    if code:
        return "transient", "Intuit's sign-in refused in passing"
    # A web page or an unreadable body with 4xx: a gateway, not Intuit's answer.
    return "transient", "Intuit's sign-in gave an unreadable answer"
