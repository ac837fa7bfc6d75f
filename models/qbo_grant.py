from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import SQL

from ..const import ACCESS_TOKEN_MARGIN
from ..exceptions import (
    QboError,
    QboGrantError,
    QboRetryableError,
    VaultError,
)
from ..tools.faults import Fault
from .transaction import own_transaction

ENCRYPTED_FIELDS = ("access_token_encrypted", "refresh_token_encrypted")


class QboGrant(models.Model):
    """The consent an administrator gave at Intuit, and its tokens.

    Rows are only ever written in a transaction of their own, committed before a
    token is used: Intuit rotates the refresh token, and a rollback that brought the
    old one back would kill the connection.
    """

    _name = "qbo.grant"
    _description = "QuickBooks OAuth Grant"
    _rec_name = "connection_id"

    connection_id = fields.Many2one(
        "qbo.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(
        [
            ("alive", "Alive"),
            ("dead", "Dead"),
            ("revoking", "To revoke at Intuit"),
        ],
        default="alive",
        required=True,
        readonly=True,
    )
    access_token_encrypted = fields.Char(
        groups=fields.NO_ACCESS, copy=False, prefetch=False
    )
    refresh_token_encrypted = fields.Char(
        groups=fields.NO_ACCESS, copy=False, prefetch=False
    )
    access_expires_at = fields.Datetime(readonly=True)
    refresh_expires_at = fields.Datetime(
        readonly=True, help="Intuit forgets a refresh token unused for 100 days."
    )
    hard_expires_at = fields.Datetime(
        readonly=True, help="No refresh prolongs this; only a new consent does."
    )
    refreshed_at = fields.Datetime(readonly=True)
    failed_refreshes = fields.Integer(readonly=True)

    _unique_connection = models.Constraint(
        "UNIQUE(connection_id)", "This connection has a grant already."
    )

    # === TOKENS === #

    @api.model
    def _get_access_token(
        self, connection, valid_for=ACCESS_TOKEN_MARGIN, rejected_token=None
    ):
        """Return an access token of the connection, refreshed if need be.

        However many processes ask at once, one refresh reaches Intuit: the others
        wait for the row and find the new token in it.

        :param timedelta valid_for: how long the token must live on
        :param str rejected_token: a token Intuit answered 401 to; unless another
            process replaced it meanwhile it is refreshed whatever its clock says
        :raise QboGrantError: the grant is dead, only a new consent helps
        :raise QboConfigurationError: Intuit does not accept the application's keys
        :raise QboRetryableError: Intuit did not answer sensibly; the grant lives
        :raise VaultError: the encryption key is missing or another one
        """
        with own_transaction(self.env) as env:
            grant = env["qbo.grant"]._lock(connection)
            token, error = grant._get_or_refresh(valid_for, rejected_token)
        if isinstance(error, QboRetryableError):
            # Uncertain is the refresh; of what the token was for nothing was sent.
            raise type(error)(replace(error.fault, uncertain=False))
        if error:
            raise error
        return token

    def _get_or_refresh(self, valid_for, rejected_token):
        """Return ``(token, None)`` or ``(None, error)``.

        The error is handed back, not raised, so that what it did to the grant is
        committed with the transaction.
        """
        if self.state != "alive":
            return None, self._get_death_error()
        vault = self.env["qbo.vault"]
        try:
            if not self._is_due(valid_for):
                token = vault._decrypt(self.access_token_encrypted)
                if token != rejected_token:
                    return token, None
            oauth = self.connection_id._get_oauth_client()
            tokens = oauth.refresh(vault._decrypt(self.refresh_token_encrypted))
        except QboGrantError as error:
            self.write({"state": "dead", "access_token_encrypted": False})
            return None, error
        except (QboError, VaultError) as error:
            self.failed_refreshes += 1
            return None, error
        self.write(self._prepare_token_values(tokens))
        return tokens.access_token, None

    def _is_due(self, valid_for):
        expires_at = self.access_expires_at
        return not expires_at or expires_at < fields.Datetime.now() + valid_for

    @api.model
    def _store(self, connection, tokens):
        """Keep the tokens of a new consent, committed before anything uses them."""
        with own_transaction(self.env) as env:
            values = env["qbo.grant"]._prepare_token_values(tokens)
            grant = env["qbo.grant"]._lock(connection)
            if grant:
                grant.write(values)
            else:
                grant.create({"connection_id": connection.id, **values})

    @api.model
    def _prepare_token_values(self, tokens):
        vault = self.env["qbo.vault"]
        values = {
            "state": "alive",
            "access_token_encrypted": vault._encrypt(tokens.access_token),
            "refresh_token_encrypted": vault._encrypt(tokens.refresh_token),
            "access_expires_at": tokens.access_expires_at,
            "refresh_expires_at": tokens.refresh_expires_at,
            "refreshed_at": fields.Datetime.now(),
            "failed_refreshes": 0,
        }
        if tokens.hard_expires_at:
            values["hard_expires_at"] = tokens.hard_expires_at
        return values

    # === THE END OF A GRANT === #

    @api.model
    def _mark_revoking(self, connection):
        """Stop using the grant; what is left to do is to tell Intuit."""
        with own_transaction(self.env) as env:
            grant = env["qbo.grant"]._lock(connection)
            grant.write({"state": "revoking", "access_token_encrypted": False})

    @api.model
    def _revoke(self, connection):
        """Revoke at Intuit and forget the tokens.

        :return: whether Intuit knows; if not, the scheduled action tries again
        """
        with own_transaction(self.env) as env:
            grant = env["qbo.grant"]._lock(connection)
            if grant.state != "revoking":
                return True
            if not grant._is_revoked():
                return False
            grant.unlink()
        return True

    def _is_revoked(self):
        """Tell Intuit; return whether there is nothing more to tell."""
        try:
            token = self.env["qbo.vault"]._decrypt(self.refresh_token_encrypted)
            if token:
                self.connection_id._get_oauth_client().revoke(token)
        except QboGrantError:
            return True  # Intuit forgot it already, which is what was wanted
        except (QboError, VaultError):
            return self.refresh_expires_at < fields.Datetime.now()
        return True

    # === HELPERS === #

    @api.model
    def _lock(self, connection):
        """Lock and return the connection's grant (an empty set if it has none)."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM qbo_grant WHERE connection_id = %s FOR UPDATE",
                connection.id,
            )
        )
        return self.browse(row[0] for row in rows)

    @api.model
    def _get_death_error(self):
        return QboGrantError(
            Fault(
                kind="grant",
                code="invalid_grant",
                message="The consent given at Intuit is no longer valid",
                detail="",
            )
        )

    @api.model
    def _rotate_keys(self, connection):
        """Put the tokens under the newest encryption key."""
        with own_transaction(self.env) as env:
            grant = env["qbo.grant"]._lock(connection)
            env["qbo.vault"]._rotate(grant, ENCRYPTED_FIELDS)
