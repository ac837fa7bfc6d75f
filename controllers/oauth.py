import logging

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from ..exceptions import QboError, VaultError
from ..models.qbo_connection_consent import CALLBACK_PATH, RECONNECT_PATH
from ..models.roles import ADMINISTRATOR_GROUP

_logger = logging.getLogger(__name__)

HOME_URL = "/odoo/action-quickbooks_online.qbo_connection_action"


class QboOAuthController(http.Controller):
    """Where Intuit sends the administrator's browser back to."""

    @http.route(CALLBACK_PATH, type="http", auth="user", methods=["GET"])
    def callback(self, state=None, code=None, realmId=None, error=None, **_other):
        """Finish a consent, or say on a page why nothing was changed."""
        if not request.env.user.has_group(ADMINISTRATOR_GROUP):
            return self._refuse(
                403,
                request.env._("You may not connect QuickBooks"),
                request.env._(
                    "Only a QuickBooks administrator may finish this. Nothing was "
                    "changed."
                ),
            )
        connection = self._get_connections()._consume_oauth_state(state)
        if not self._is_accessible(connection):
            return self._refuse(
                400,
                request.env._("This link is not valid (any more)"),
                request.env._(
                    "It was used before, is older than an hour, or was made for "
                    "another user. Nothing was changed. Open the connection and click "
                    "Connect again."
                ),
            )
        if error:
            return self._refuse_consent(connection, error)
        try:
            connection._complete_connection(code, realmId)
        except UserError as user_error:
            return self._refuse(
                409, request.env._("Not connected"), user_error.args[0], connection
            )
        except (QboError, VaultError) as qbo_error:
            _logger.warning("Connecting %s failed: %s", connection.id, qbo_error)
            return self._refuse(
                502,
                request.env._("Not connected"),
                connection._describe_failed_consent(qbo_error),
                connection,
            )
        return request.redirect(self._get_url(connection))

    @http.route(RECONNECT_PATH, type="http", auth="user", methods=["GET"])
    def reconnect(self, realmId=None, **_other):
        """Where Intuit's own "Reconnect" link leads: on to the consent page."""
        connection = self._get_connections().search(
            [("realm_id", "=", realmId)] if realmId else [], limit=2
        )
        if len(connection) != 1:
            return request.redirect(HOME_URL)
        try:
            url = connection.action_connect()["url"]
        except (AccessError, UserError) as error:
            return self._refuse(
                403,
                request.env._("Not reconnected"),
                error.args[0],
                connection,
            )
        return request.redirect(url, local=False)

    # === HELPERS === #

    def _get_connections(self):
        """Connections of all companies of the user: the browser may show another."""
        companies = request.env.user.company_ids
        return request.env["qbo.connection"].with_context(
            allowed_company_ids=companies.ids
        )

    def _is_accessible(self, connection):
        return bool(connection) and connection.has_access("write")

    def _refuse_consent(self, connection, error):
        if error == "access_denied":
            message = request.env._(
                "You cancelled on Intuit's page. Nothing was changed; click Connect "
                "when you are ready."
            )
        else:
            message = request.env._(
                "Intuit answered “%(error)s”. Nothing was changed; click Connect "
                "again, and if that repeats look at the settings of your Intuit app.",
                error=error[:100],
            )
        return self._refuse(200, request.env._("Not connected"), message, connection)

    def _refuse(self, status, title, message, connection=None):
        return request.render(
            "quickbooks_online.oauth_result",
            {
                "title": title,
                "message": message,
                "url": self._get_url(connection) if connection else HOME_URL,
            },
            status=status,
        )

    def _get_url(self, connection):
        return f"{HOME_URL}/{connection.id}"
