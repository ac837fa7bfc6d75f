"""Where Intuit lives."""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from .. import const
from ..exceptions import QboConfigurationError
from .faults import Fault

_TOKEN = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"
_REVOKE = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
_AUTHORIZE = "https://appcenter.intuit.com/connect/oauth2"


@dataclass(frozen=True)
class Endpoints:
    """The URLs of one environment, without a slash at the end.

    `api` ends in /v3; `app` is what a browser opens, see the deep links.
    """

    authorize: str
    token: str
    revoke: str
    userinfo: str
    api: str
    app: str


# Only user information, API and the web pages differ. What else makes a
# connection "sandbox" are the keys it uses (Intuit's discovery documents).
_INTUIT = {
    "production": Endpoints(
        authorize=_AUTHORIZE,
        token=_TOKEN,
        revoke=_REVOKE,
        userinfo="https://accounts.platform.intuit.com/v1/openid_connect/userinfo",
        api="https://quickbooks.api.intuit.com/v3",
        app="https://app.qbo.intuit.com",
    ),
    "sandbox": Endpoints(
        authorize=_AUTHORIZE,
        token=_TOKEN,
        revoke=_REVOKE,
        userinfo=(
            "https://sandbox-accounts.platform.intuit.com/v1/openid_connect/userinfo"
        ),
        api="https://sandbox-quickbooks.api.intuit.com/v3",
        app="https://app.sandbox.qbo.intuit.com",
    ),
}


def get_endpoints(environment, environ=None):
    """The URLs of 'sandbox' or 'production'.

    :param environ: mapping to read QUICKBOOKS_ONLINE_BASE_URL from, the
        server's environment by default. When set, every URL hangs below it
        with the path it has at Intuit.
    :raises ValueError: another environment
    :raises QboConfigurationError: the base URL is none
    """
    if environment not in const.ENVIRONMENTS:
        raise ValueError(f"Unknown QuickBooks environment {environment!r}.")
    environ = os.environ if environ is None else environ
    base = (environ.get(const.BASE_URL_VARIABLE) or "").strip().rstrip("/")
    if not base:
        return _INTUIT[environment]
    _check_base_url(base)
    moved = {
        name: base + urlsplit(url).path
        for name, url in vars(_INTUIT[environment]).items()
    }
    return Endpoints(**moved)


def _check_base_url(base):
    try:
        parts = urlsplit(base)
        sound = (
            parts.scheme in ("http", "https")
            and parts.hostname
            and not parts.username
            and not parts.query
            and not parts.fragment
        )
        sound = sound and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound:
        raise QboConfigurationError(
            Fault(
                kind="forbidden",
                message=f"{const.BASE_URL_VARIABLE} is not a web address.",
                hint="Use the form http://host:port in the server's environment.",
            )
        )
