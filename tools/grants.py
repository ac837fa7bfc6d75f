"""The one rule on a grant's tokens: which will do, when to refresh, what is kept.

It works on the table `qbo_grant` itself, over the cursor of whoever asks: Odoo's,
or that of the refresh agent, which has no Odoo.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..exceptions import QboError, QboGrantError, VaultError
from .faults import build_fault, to_error


@dataclass(frozen=True, repr=False)
class Need:
    """What a token is wanted for.

    :param connection_id: id of the row in `qbo_connection`
    :param valid_for: timedelta, how long the token must live on
    :param rejected_token: a token Intuit answered 401 to, or None; unless it was
        replaced meanwhile it is refreshed whatever its clock says
    """

    connection_id: int
    valid_for: timedelta
    rejected_token: str = None


@dataclass(frozen=True, repr=False)
class Outcome:
    """Either a token, or the QboError or VaultError that there is instead."""

    token: str = None
    error: Exception = None


@dataclass(frozen=True, repr=False)
class _Row:
    id: int
    state: str
    access_token: str
    refresh_token: str
    access_expires_at: datetime


_READ = """
    SELECT id, state, access_token_encrypted, refresh_token_encrypted,
           access_expires_at
      FROM qbo_grant
     WHERE connection_id = %s
"""
_READ_LOCKED = f"{_READ} FOR UPDATE"
_BURY = """
    UPDATE qbo_grant
       SET state = 'dead', access_token_encrypted = NULL, write_date = %(now)s
     WHERE id = %(id)s
"""
_COUNT_FAILURE = """
    UPDATE qbo_grant
       SET failed_refreshes = COALESCE(failed_refreshes, 0) + 1, write_date = %(now)s
     WHERE id = %(id)s
"""
_KEEP = """
    UPDATE qbo_grant
       SET state = %(state)s,
           access_token_encrypted = %(access_token_encrypted)s,
           refresh_token_encrypted = %(refresh_token_encrypted)s,
           access_expires_at = %(access_expires_at)s,
           refresh_expires_at = %(refresh_expires_at)s,
           hard_expires_at = COALESCE(%(hard_expires_at)s, hard_expires_at),
           refreshed_at = %(refreshed_at)s,
           failed_refreshes = %(failed_refreshes)s,
           write_date = %(now)s
     WHERE id = %(id)s
"""


class Grants:
    """The grants of one database, as one transaction sees them.

    :param cursor: with `execute` and `fetchone`; the caller commits, before a token
        is used, and in READ COMMITTED: what others stored while this waited counts
    :param open_vault: callable -> Vault, may raise VaultError
    :param connect: callable -> OAuthClient, may raise QboError or VaultError
    :param now: callable -> naive datetime in UTC
    """

    def __init__(self, cursor, open_vault, connect, now):
        self._cursor = cursor
        self._open_vault = open_vault
        self._connect = connect
        self._now = now

    def find(self, need):
        """What the row says, without a lock and without Intuit.

        :return: Outcome, or None when a refresh is due
        """
        row = self._read(_READ, need)
        if row is None or row.state != "alive":
            return Outcome(error=_build_death_error())
        try:
            token = self._find_token(row, need)
        except VaultError:
            return None  # `get` notes it
        return Outcome(token) if token else None

    def get(self, need):
        """A token, refreshed if need be, under a lock on the row.

        The error is handed back, not raised, so that what it did to the grant is
        committed.

        :return: Outcome
        """
        row = self._read(_READ_LOCKED, need)
        if row is None or row.state != "alive":
            return Outcome(error=_build_death_error())
        try:
            return Outcome(self._find_token(row, need) or self._refresh(row))
        except QboGrantError as error:
            self._write(_BURY, row)
            return Outcome(error=error)
        except (QboError, VaultError) as error:
            self._write(_COUNT_FAILURE, row)
            return Outcome(error=error)

    def _read(self, query, need):
        self._cursor.execute(query, [need.connection_id])
        values = self._cursor.fetchone()
        return _Row(*values) if values else None

    def _find_token(self, row, need):
        """The stored token, or None when it will not do."""
        expires_at = row.access_expires_at
        if not expires_at or expires_at < self._now() + need.valid_for:
            return None
        if not row.access_token:
            return None
        token = self._open_vault().decrypt(row.access_token)
        return token if token != need.rejected_token else None

    def _refresh(self, row):
        vault = self._open_vault()
        tokens = self._connect().refresh(vault.decrypt(row.refresh_token))
        self._write(_KEEP, row, **prepare_values(tokens, vault, self._now()))
        return tokens.access_token

    def _write(self, query, row, **values):
        self._cursor.execute(query, {"id": row.id, "now": self._now(), **values})


def prepare_values(tokens, vault, now):
    """The columns of a grant with new tokens.

    :param tokens: `oauth.Tokens`
    :param now: naive datetime in UTC
    :return: dict; `hard_expires_at` is None when Intuit did not say
    """
    return {
        "state": "alive",
        "access_token_encrypted": vault.encrypt(tokens.access_token),
        "refresh_token_encrypted": vault.encrypt(tokens.refresh_token),
        "access_expires_at": tokens.access_expires_at,
        "refresh_expires_at": tokens.refresh_expires_at,
        "hard_expires_at": tokens.hard_expires_at,
        "refreshed_at": now,
        "failed_refreshes": 0,
    }


def _build_death_error():
    return to_error(
        build_fault(
            "grant",
            "The consent given at Intuit is no longer valid",
            code="invalid_grant",
            hint="",
        )
    )
