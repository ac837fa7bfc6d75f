import logging
from dataclasses import replace

from odoo import api, fields, models
from odoo.modules import module
from odoo.sql_db import connection_info_for
from odoo.tools import SQL

from ..const import ACCESS_TOKEN_MARGIN
from ..exceptions import (
    QboError,
    QboGrantError,
    QboRetryableError,
    VaultError,
)
from ..tools import refresh_agent
from ..tools.grants import Grants, Need, prepare_values
from .transaction import own_transaction

_logger = logging.getLogger(__name__)

# Seconds that a refresh waits for another one of the same grant.
LOCK_TIMEOUT = 60
ENCRYPTED_FIELDS = ("access_token_encrypted", "refresh_token_encrypted")


class QboGrant(models.Model):
    """The consent an administrator gave at Intuit, and its tokens.

    Rows are only ever written in a transaction of their own, committed before a
    token is used: Intuit rotates the refresh token, and a rollback that brought the
    old one back would kill the connection. For the same reason a refresh is done by
    a process of its own, which outlives the one that needs the token.
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
        need = Need(connection.id, valid_for, rejected_token)
        with own_transaction(self.env, LOCK_TIMEOUT) as env:
            outcome = env["qbo.grant"]._find_or_refresh(need)
        error = outcome.error
        if isinstance(error, QboRetryableError):
            # Uncertain is the refresh; of what the token was for nothing was sent.
            raise type(error)(replace(error.fault, uncertain=False))
        if error:
            raise error
        return outcome.token

    @api.model
    def _find_or_refresh(self, need):
        """Return the outcome; what it changed in the grant is not yet committed.

        :param need: :class:`Need`
        :rtype: Outcome
        """
        connection = self.env["qbo.connection"].browse(need.connection_id)
        grants = Grants(
            self.env.cr,
            self.env["qbo.vault"]._get_vault,
            connection._get_oauth_client,
            fields.Datetime.now,
        )
        outcome = grants.find(need)
        if outcome:
            return outcome
        if module.current_test:
            # An agent sees nothing of a test: neither its rows nor its Intuit.
            return grants.get(need)
        self._queue_up(need)
        return grants.find(need) or self._ask_agent(need) or grants.get(need)

    @api.model
    def _queue_up(self, need):
        """Let one process at a time start an agent; the next finds what it stored.

        The row itself stays free for the agent.
        """
        self.env.execute_query(
            SQL(
                "SELECT pg_advisory_xact_lock(hashtext(%s), %s)",
                self._table,
                need.connection_id,
            )
        )

    @api.model
    def _ask_agent(self, need):
        """Refresh in a process that outlives this one; see tools/refresh_agent.py.

        :return: the outcome, committed, or None if this process has to do it itself
        """
        try:
            return refresh_agent.ask(self._prepare_order(need))
        except (QboError, VaultError):
            return None  # nothing to ask Intuit with: that is noted without an agent
        except refresh_agent.AgentError as error:
            _logger.warning("A token is refreshed without the agent: %s", error)
            return None

    @api.model
    def _prepare_order(self, need):
        connection = self.env["qbo.connection"].browse(need.connection_id)
        _name, database = connection_info_for(self.env.cr.dbname)
        return refresh_agent.Order(
            database=database,
            lock_timeout=LOCK_TIMEOUT,
            derived_keys=self.env["qbo.vault"]._get_vault().hand_over(),
            endpoints=connection._get_endpoints(),
            keys=connection._get_oauth_keys(),
            need=need,
            now=fields.Datetime.now(),
        )

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
        vault = self.env["qbo.vault"]._get_vault(create=True)
        values = prepare_values(tokens, vault, fields.Datetime.now())
        if not values["hard_expires_at"]:
            del values["hard_expires_at"]
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
    def _rotate_keys(self, connection):
        """Put the tokens under the newest encryption key."""
        with own_transaction(self.env) as env:
            grant = env["qbo.grant"]._lock(connection)
            env["qbo.vault"]._rotate(grant, ENCRYPTED_FIELDS)
