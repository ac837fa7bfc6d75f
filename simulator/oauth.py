"""Grants, codes and tokens: the state behind Intuit's OAuth 2.0.

Times are those of the simulator's clock. A grant is one app's access to one company;
it holds one refresh token, whose value rotates, and any number of access tokens.
"""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import timedelta

from . import faults

CODE_LIFE = timedelta(minutes=10)
ACCESS_LIFE = timedelta(seconds=3600)
REFRESH_LIFE = timedelta(seconds=8_640_000)
ROTATION_PERIOD = timedelta(hours=24)
GRACE_PERIOD = timedelta(hours=24)
HARD_LIFE = timedelta(seconds=157_680_000)
MINIMUM_TOKEN_LENGTH = 40
# {"enc":"A128CBC-HS256","alg":"dir"}: tokens are encrypted, about 900 characters.
ACCESS_TOKEN_HEADER = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0"

ACCOUNTING_SCOPE = "com.intuit.quickbooks.accounting"
OPENID_SCOPES = ("openid", "profile", "email", "phone", "address")
KNOWN_SCOPES = (
    ACCOUNTING_SCOPE,
    "com.intuit.quickbooks.payment",
    *OPENID_SCOPES,
    "project-management.project",
    "app-foundations.custom-field-definitions",
    "app-foundations.custom-field-definitions.read",
    "payroll.compensation.read",
    "indirect-tax.tax-calculation.quickbooks",
    "tax-compliance.workpapers.read",
)


class OAuthError(Exception):
    """A refusal of the token or revocation endpoint, with its JSON body."""

    def __init__(self, error, description=None, status=400):
        super().__init__(error)
        self.status = status
        self.body = {"error": error}
        if description:
            self.body = {"error_description": description, "error": error}


@dataclass
class Grant:
    """One app's access to one company, as one user allowed it."""

    client_id: str
    realm_id: str | None
    scopes: tuple
    granted_at: object
    refresh_token: str = ""
    rotated_at: object = None
    used_at: object = None
    ended_at: object = None
    ended_by: str | None = None
    retired: dict = field(default_factory=dict)
    refreshes: int = 0

    @property
    def hard_expires_at(self):
        """The moment after which only a new consent helps (five years)."""
        return self.granted_at + HARD_LIFE

    def expires_at(self):
        """Return the moment the refresh token dies if nobody uses it."""
        return min(self.used_at + REFRESH_LIFE, self.hard_expires_at)

    def is_alive(self, now):
        """Tell whether the refresh token still opens anything."""
        return self.ended_at is None and now < self.expires_at()


@dataclass
class Code:
    """An authorization code, good once."""

    value: str
    client_id: str
    redirect_uri: str
    realm_id: str | None
    scopes: tuple
    issued_at: object
    grant: Grant | None = None


@dataclass
class AccessToken:
    """A bearer token, good for an hour."""

    value: str
    grant: Grant
    expires_at: object


class Authority:
    """Issues and judges codes and tokens. Thread-safe."""

    def __init__(self, clock, switches):
        self._clock = clock
        self._switches = switches
        self._lock = threading.RLock()
        self.grants = []
        self._codes = {}
        self._refresh_tokens = {}
        self._access_tokens = {}

    # --- codes ---

    def issue_code(self, app, redirect_uri, realm_id, scopes):
        """Return the value of a new code (fewer than 512 characters)."""
        now = self._clock.now()
        value = f"AB11{int(now.timestamp())}{secrets.token_urlsafe(32)}"
        with self._lock:
            self._codes[value] = Code(
                value, app.client_id, redirect_uri, realm_id, tuple(scopes), now
            )
        return value

    def exchange(self, app, value, redirect_uri):
        """Turn a code into `(Grant, AccessToken)`; OAuthError invalid_grant."""
        with self._lock:
            now = self._clock.now()
            code = self._codes.get(value)
            if code is None or code.client_id != app.client_id:
                raise OAuthError("invalid_grant")
            if code.grant is not None:
                if self._switches.code_reuse_kills_grant:
                    self._end(code.grant, "code reuse")
                raise OAuthError("invalid_grant")
            if code.redirect_uri != redirect_uri or now >= code.issued_at + CODE_LIFE:
                raise OAuthError("invalid_grant")
            code.grant = self.open_grant(app, code.realm_id, code.scopes)
            return code.grant, self._issue_access_token(code.grant)

    # --- grants ---

    def open_grant(self, app, realm_id, scopes):
        """Start a grant; an older one of the same app and company ends."""
        with self._lock:
            now = self._clock.now()
            for grant in self._live_grants(app.client_id, realm_id):
                self._end(grant, "new consent")
            grant = Grant(app.client_id, realm_id, tuple(scopes), now)
            grant.used_at = now
            self._give_new_value(grant)
            self.grants.append(grant)
            return grant

    def issue_access_token(self, grant):
        """Return a new AccessToken of the grant."""
        with self._lock:
            return self._issue_access_token(grant)

    def disconnect(self, realm_id, client_id=None):
        """End the company's grants, as a user does under My Apps; return how many."""
        with self._lock:
            grants = self._live_grants(client_id, realm_id)
            for grant in grants:
                self._end(grant, "disconnected by user")
            return len(grants)

    def expire_access_tokens(self, realm_id, client_id=None):
        """Let every access token of the company expire now; return how many."""
        with self._lock:
            now = self._clock.now()
            tokens = [
                token
                for token in self._access_tokens.values()
                if token.grant.realm_id == realm_id
                and client_id in (None, token.grant.client_id)
                and token.expires_at > now
            ]
            for token in tokens:
                token.expires_at = now
            return len(tokens)

    def live_grants(self, client_id=None, realm_id=None):
        """Return the grants whose refresh token is alive, narrowed as asked."""
        with self._lock:
            return self._live_grants(client_id, realm_id)

    def _live_grants(self, client_id, realm_id):
        now = self._clock.now()
        return [
            grant
            for grant in self.grants
            if client_id in (None, grant.client_id)
            and realm_id in (None, grant.realm_id)
            and grant.is_alive(now)
        ]

    def _end(self, grant, reason):
        if grant.ended_at is None:
            grant.ended_at = self._clock.now()
            grant.ended_by = reason

    # --- refresh tokens ---

    def refresh(self, app, value):
        """Return `(Grant, AccessToken)` for a refresh token; OAuthError when dead.

        The value rotates once it is 24 hours old. By default the old value is dead at
        once: sources disagree, and the strict reading protects the client.
        """
        with self._lock:
            now = self._clock.now()
            grant = self._refresh_tokens.get(value)
            if grant is None:
                raise self._invalid_grant("Incorrect or invalid refresh token")
            if grant.client_id != app.client_id:
                raise self._invalid_grant("Incorrect Token type or clientID")
            retired_at = grant.retired.get(value)
            in_grace = retired_at is None or (
                self._switches.old_refresh_token == "grace"
                and now < retired_at + GRACE_PERIOD
            )
            if not in_grace or not grant.is_alive(now):
                raise self._invalid_grant("Incorrect or invalid refresh token")
            grant.used_at = now
            grant.refreshes += 1
            if retired_at is None and self._is_due_for_rotation(grant, now):
                grant.retired[value] = now
                self._give_new_value(grant)
            return grant, self._issue_access_token(grant)

    def _is_due_for_rotation(self, grant, now):
        if self._switches.rotation == "always":
            return True
        return now >= grant.rotated_at + ROTATION_PERIOD

    def _give_new_value(self, grant):
        now = self._clock.now()
        expiry = int((now + REFRESH_LIFE).timestamp())
        grant.refresh_token = f"AB11{expiry}{secrets.token_urlsafe(27)}"
        grant.rotated_at = now
        self._refresh_tokens[grant.refresh_token] = grant

    def _invalid_grant(self, description):
        if not self._switches.describe_invalid_grant:
            description = None
        return OAuthError("invalid_grant", description)

    # --- access tokens ---

    def _issue_access_token(self, grant):
        now = self._clock.now()
        for value in [
            token.value
            for token in self._access_tokens.values()
            if now >= token.expires_at + timedelta(days=1)
        ]:
            del self._access_tokens[value]
        parts = (secrets.token_urlsafe(length) for length in (16, 600, 16))
        value = f"{ACCESS_TOKEN_HEADER}..{'.'.join(parts)}"
        token = AccessToken(value, grant, now + ACCESS_LIFE)
        self._access_tokens[value] = token
        return token

    def check(self, value):
        """Return the grant a bearer token stands for; Fault 401/3200 otherwise."""
        if value is None or len(value) < MINIMUM_TOKEN_LENGTH:
            raise faults.malformed_token()
        now = self._clock.now()
        token = self._access_tokens.get(value)
        if token is None or now >= token.expires_at:
            raise faults.authentication_failed(value)
        ended_at = token.grant.ended_at
        lag = timedelta(seconds=self._switches.access_token_lag_seconds)
        if ended_at is not None and now >= ended_at + lag:
            raise faults.authentication_failed(value)
        return token.grant

    # --- revocation ---

    def revoke(self, app, value):
        """End the whole grant of a refresh or access token; OAuthError 400 if dead."""
        with self._lock:
            now = self._clock.now()
            grant = self._find_grant(value)
            if (
                grant is None
                or grant.client_id != app.client_id
                or not grant.is_alive(now)
            ):
                raise OAuthError("invalid_request")
            self._end(grant, "revoked")

    def _find_grant(self, value):
        grant = self._refresh_tokens.get(value)
        if grant is not None:
            return grant if value == grant.refresh_token else None
        token = self._access_tokens.get(value)
        if token is None or self._clock.now() >= token.expires_at:
            return None
        return token.grant

    def set_age(self, grant, *, granted_seconds_ago=None, unused_seconds=None):
        """Make a grant older than it is, to reach its limits by one call."""
        with self._lock:
            now = self._clock.now()
            if granted_seconds_ago is not None:
                grant.granted_at = now - timedelta(seconds=granted_seconds_ago)
            if unused_seconds is not None:
                grant.used_at = now - timedelta(seconds=unused_seconds)


def token_response(grant, access_token, *, with_hard_limit=False):
    """Return the token endpoint's body, keys in Intuit's order, lives in seconds."""
    now = grant.used_at
    body = {
        "x_refresh_token_expires_in": int((grant.expires_at() - now).total_seconds()),
        "refresh_token": grant.refresh_token,
        "access_token": access_token.value,
        "token_type": "bearer",
        "expires_in": int(ACCESS_LIFE.total_seconds()),
    }
    if with_hard_limit:
        remaining = grant.hard_expires_at - now
        body["x_refresh_token_hard_expires_in"] = max(int(remaining.total_seconds()), 0)
    return body
