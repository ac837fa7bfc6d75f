import logging
import re
import secrets

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, consteq, hash_sign, verify_hash_signed
from odoo.tools.urls import urljoin

from ..const import OAUTH_STATE_HOURS
from ..exceptions import QboConfigurationError, QboError, QboGrantError, VaultError
from ..tools.endpoints import get_endpoints
from ..tools.oauth import OAuthClient, build_authorize_url
from .roles import ADMINISTRATOR_GROUP
from .transaction import own_transaction

_logger = logging.getLogger(__name__)

OAUTH_SCOPE = "quickbooks_online.oauth"
CALLBACK_PATH = "/quickbooks_online/oauth/callback"
RECONNECT_PATH = "/quickbooks_online/reconnect"
WEBHOOK_PATH = "/quickbooks_online/webhook"
# Not `isdigit`, to which digits of other scripts are digits too.
REALM_ID = re.compile(r"[0-9]{1,50}")


class QboConnection(models.Model):
    """The keys of the Intuit app and the way through Intuit's consent page."""

    _inherit = "qbo.connection"

    client_id = fields.Char("Client ID", copy=False, groups=ADMINISTRATOR_GROUP)
    client_secret_input = fields.Char(
        "Client Secret",
        compute="_compute_secret_inputs",
        inverse="_inverse_client_secret_input",
        groups=ADMINISTRATOR_GROUP,
        help="Write only: kept encrypted, shown to nobody.",
    )
    verifier_token_input = fields.Char(
        "Webhook Verifier Token",
        compute="_compute_secret_inputs",
        inverse="_inverse_verifier_token_input",
        groups=ADMINISTRATOR_GROUP,
        help="Write only: kept encrypted, shown to nobody.",
    )
    client_secret_encrypted = fields.Char(
        groups=fields.NO_ACCESS, copy=False, prefetch=False
    )
    verifier_token_encrypted = fields.Char(
        groups=fields.NO_ACCESS, copy=False, prefetch=False
    )
    has_client_secret = fields.Boolean(compute="_compute_has_secrets")
    has_verifier_token = fields.Boolean(compute="_compute_has_secrets")
    oauth_nonce = fields.Char(groups=fields.NO_ACCESS, copy=False, prefetch=False)

    redirect_uri = fields.Char("Redirect URI", compute="_compute_urls")
    webhook_url = fields.Char("Webhook URL", compute="_compute_urls")
    reconnect_url = fields.Char("Reconnect URL", compute="_compute_urls")

    # === COMPUTE METHODS === #

    def _compute_secret_inputs(self):
        self.client_secret_input = False
        self.verifier_token_input = False

    def _inverse_client_secret_input(self):
        self._encrypt_inputs("client_secret_input", "client_secret_encrypted")

    def _inverse_verifier_token_input(self):
        self._encrypt_inputs("verifier_token_input", "verifier_token_encrypted")

    def _encrypt_inputs(self, input_field, encrypted_field):
        for connection in self:
            secret = (connection[input_field] or "").strip()
            if not secret:
                continue  # an untouched form sends nothing: keep what there is
            try:
                encrypted = self.env["qbo.vault"]._encrypt(secret)
            except VaultError as error:
                raise UserError(
                    self.env._(
                        "Nothing was saved: the secret could not be encrypted. "
                        "%(error)s",
                        error=self.env["qbo.vault"]._describe_error(error),
                    )
                ) from error
            connection.sudo()[encrypted_field] = encrypted
            connection[input_field] = False

    @api.depends("client_secret_encrypted", "verifier_token_encrypted")
    def _compute_has_secrets(self):
        for connection in self:
            connection_sudo = connection.sudo()
            connection.has_client_secret = bool(connection_sudo.client_secret_encrypted)
            connection.has_verifier_token = bool(
                connection_sudo.verifier_token_encrypted
            )

    @api.depends_context("uid")
    def _compute_urls(self):
        for connection in self:
            base_url = connection.get_base_url()
            connection.redirect_uri = urljoin(base_url, CALLBACK_PATH)
            connection.webhook_url = urljoin(base_url, WEBHOOK_PATH)
            connection.reconnect_url = urljoin(base_url, RECONNECT_PATH)

    # === CONNECTING === #

    def _get_authorize_url(self):
        nonce = secrets.token_urlsafe(16)
        connection_sudo = self.sudo()
        connection_sudo.oauth_nonce = nonce
        state = hash_sign(
            connection_sudo.env,
            OAUTH_SCOPE,
            [self.id, self.env.uid, nonce],
            expiration_hours=OAUTH_STATE_HOURS,
        )
        return build_authorize_url(
            self._get_endpoints(), connection_sudo.client_id, self.redirect_uri, state
        )

    @api.model
    def _consume_oauth_state(self, state):
        """Return the connection that a callback's ``state`` belongs to, once.

        :return: the connection, or an empty set if the state is forged, expired, used
            before, or was given to another user
        """
        try:
            values = verify_hash_signed(self.sudo().env, OAUTH_SCOPE, state or "")
            connection_id, user_id, nonce = values
        except (TypeError, ValueError):
            return self.browse()
        if user_id != self.env.uid:
            return self.browse()
        with own_transaction(self.env) as env:
            rows = env.execute_query(
                SQL(
                    """SELECT oauth_nonce FROM qbo_connection
                        WHERE id = %s AND oauth_nonce IS NOT NULL FOR UPDATE""",
                    connection_id,
                )
            )
            if not rows or not consteq(rows[0][0], nonce):
                return self.browse()
            env.execute_query(
                SQL(
                    """UPDATE qbo_connection SET oauth_nonce = NULL
                        WHERE id = %s RETURNING id""",
                    connection_id,
                )
            )
        self.browse(connection_id).invalidate_recordset(["oauth_nonce"])
        return self.browse(connection_id)

    def _complete_connection(self, code, realm_id):
        """Exchange the code Intuit sent back and take up work with the company.

        Everything is written in transactions of its own: the code can be used once,
        so this must not be run again by a retried request.

        :raise UserError: the realm may not be joined to this connection
        :raise QboError: Intuit refused or did not answer
        :raise VaultError: the tokens could not be encrypted
        """
        self.ensure_one()
        self._check_realm(realm_id)
        if not code:
            raise UserError(
                self.env._(
                    "Intuit did not send the code that comes with a consent. Nothing "
                    "was changed; click Connect again."
                )
            )
        self.env["qbo.vault"]._get_vault()
        was_linked = bool(self.realm_id)
        tokens = self._get_oauth_client().exchange(code, realm_id)
        self._claim_realm(realm_id, tokens)
        self.env["qbo.grant"]._store(self, tokens)
        try:
            self._take_up_work(tokens.access_token)
        except QboError:
            if not was_linked:
                self._let_go()
            raise
        self.env.ref("quickbooks_online.ir_cron_qbo_references").sudo()._trigger()

    def _take_up_work(self, access_token):
        # The realm was committed a moment ago: the transaction of the request, which
        # is older, does not see it.
        with own_transaction(self.env) as env:
            connection = self._with_own_environment(env)
            connection._read_company(
                connection._get_client(access_token),
                connected_at=fields.Datetime.now(),
                connected_by_id=self.env.uid,
                warned_days=0,
            )
        self.invalidate_recordset(flush=False)

    def _let_go(self):
        """Leave nothing of a first consent that could not be used."""
        grant = self.env["qbo.grant"]
        grant._mark_revoking(self)
        grant._revoke(self)
        self._write_committed({"realm_id": False})

    def _check_realm(self, realm_id):
        if not REALM_ID.fullmatch(realm_id or ""):
            raise UserError(
                self.env._(
                    "Intuit did not say which QuickBooks company you chose. Connect "
                    "again and choose a company on Intuit's page."
                )
            )
        if self.suspend_reason == "reset":
            raise UserError(self._get_suspension_message("reset"))
        if self.realm_id and self.realm_id != realm_id:
            raise UserError(
                self.env._(
                    "%(name)s is linked to the QuickBooks company %(realm)s, but you "
                    "chose company %(other)s at Intuit. Connect again and choose the "
                    "same company; to start over with another one, sever the "
                    "connection first.",
                    name=self.name,
                    realm=self.realm_id,
                    other=realm_id,
                )
            )
        taken = (
            self.sudo()
            .with_context(active_test=False)
            .search_count(
                [
                    ("realm_id", "=", realm_id),
                    ("environment", "=", self.environment),
                    ("id", "!=", self.id),
                ],
                limit=1,
            )
        )
        if taken:
            raise self._get_realm_taken_error(realm_id)

    def _claim_realm(self, realm_id, tokens):
        """Take the realm for this connection; the unique index decides a race."""
        try:
            with own_transaction(self.env) as env:
                env[self._name].browse(self.id).realm_id = realm_id
                env.flush_all()
            self.invalidate_recordset(flush=False)
        except psycopg2.errors.UniqueViolation as error:
            self._revoke_unused(tokens)
            raise self._get_realm_taken_error(realm_id) from error

    def _revoke_unused(self, tokens):
        try:
            self._get_oauth_client().revoke(tokens.refresh_token)
        except QboError as error:
            _logger.warning("A consent that is not used was not revoked: %s", error)

    def _describe_failed_consent(self, error):
        """Return why a consent came to nothing, for the page Intuit leads back to."""
        if isinstance(error, QboGrantError):
            return self.env._(
                "Intuit did not accept the code it had sent with you: it works once "
                "and for a few minutes. Nothing was changed; click Connect again."
            )
        if isinstance(error, QboConfigurationError) and error.kind == "client":
            return self.env._(
                "Intuit does not accept the client id and secret of %(name)s. Copy "
                "them again from your Intuit app, then click Connect again.",
                name=self.name,
            )
        if isinstance(error, QboConfigurationError):
            return self.env._(
                "Intuit refuses access to the company you chose. Check that it is a "
                "%(environment)s company, that the keys are the ones for it, and that "
                "you may administer it; then click Connect again.",
                environment=dict(
                    self._fields["environment"]._description_selection(self.env)
                )[self.environment],
            )
        if isinstance(error, VaultError):
            return self._get_suspension_cause("vault")
        return self._describe_error(error)

    def _get_realm_taken_error(self, realm_id):
        return UserError(
            self.env._(
                "The QuickBooks company %(realm)s belongs to another company of this "
                "database. One set of books can only be joined to one company; choose "
                "another one at Intuit.",
                realm=realm_id,
            )
        )

    # === HELPERS === #

    def _check_keys_entered(self):
        if not (self.client_id and self.has_client_secret):
            raise UserError(
                self.env._(
                    "%(name)s has no keys yet. Enter the client id and the client "
                    "secret of your Intuit app first.",
                    name=self.name,
                )
            )

    def _get_oauth_client(self):
        """Raise :class:`VaultError` if the client secret cannot be read."""
        return OAuthClient(
            self._get_endpoints(), **self._get_oauth_keys(), now=fields.Datetime.now
        )

    def _get_oauth_keys(self):
        """Return how the Intuit app proves itself, as ``OAuthClient`` takes it."""
        connection_sudo = self.sudo()
        secret = connection_sudo.client_secret_encrypted
        return {
            "client_id": connection_sudo.client_id or "",
            "client_secret": self.env["qbo.vault"]._decrypt(secret) or "",
            "redirect_uri": self.redirect_uri,
        }

    def _get_endpoints(self):
        """Return where Intuit is; every way to it passes here."""
        self._check_not_neutralized()
        return get_endpoints(self.environment)

    def _check_not_neutralized(self):
        """A copy of the database must not reach the real books."""
        parameters = self.env["ir.config_parameter"].sudo()
        if self.environment == "production" and parameters.get_param(
            "database.is_neutralized"
        ):
            raise UserError(
                self.env._(
                    "This is a neutralized copy of the database: %(name)s cannot reach "
                    "the production books from here.",
                    name=self.name,
                )
            )
