import logging
import os
import socket
import threading
from contextlib import closing
from datetime import timedelta
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import (
    ACCESS_TOKEN_MARGIN,
    READ_AGAIN,
    REFRESH_INTERVAL,
    SUBSCRIPTION_READ_ONLY,
)
from ..exceptions import QboError, QboRetryableError, VaultError
from ..tools.client import QboClient
from ..tools.digest import to_plain
from .qbo_connection import ENCRYPTED_FIELDS

_logger = logging.getLogger(__name__)


class QboConnection(models.Model):
    """How a connection speaks with Intuit, and what it does by itself."""

    _inherit = "qbo.connection"

    # === CALLING INTUIT === #

    def _call(self, function, is_probe=False):
        """Return ``function(client)``; suspend the connection if it turns out dead.

        :param bool is_probe: call although the connection is suspended, to find out
            whether it still has to be
        :raise QboError: see ``exceptions.py``; retry advice rides on it
        :raise VaultError: no token could be read
        :raise UserError: the connection is parked
        """
        self.ensure_one()
        self._check_not_parked(is_probe)
        try:
            token = self.env["qbo.grant"]._get_access_token(self)
            with closing(self._get_client(token)) as client:
                return function(client)
        except (QboError, VaultError) as error:
            reason = self._get_suspend_reason(error)
            if reason:
                self._suspend(reason)
            raise

    def _ask_intuit(self, function, is_probe=False):
        """Like :meth:`_call`, for an action of a user: errors become sentences."""
        try:
            return self._call(function, is_probe)
        except (QboError, VaultError) as error:
            raise UserError(self._describe_error(error)) from error

    def _get_client(self, access_token):
        governor = self.env["qbo.governor"]
        # Threads may call it: they must not touch the record, whose cache and cursor
        # are this thread's.
        target = _Target(self.id, self.realm_id, self.environment)

        def take(kind):
            governor._wait_turn(target, kind, _get_place())

        def renew(rejected_token):
            return self.env["qbo.grant"]._get_access_token(
                target, rejected_token=rejected_token
            )

        def record(call):
            self.env["qbo.call"]._record(target, call)
            is_good = not call.fault
            governor._record(target, call.metered, is_good, _get_place())

        def pause(error):
            governor._pause(target, error.retry_after, error.fault.message)

        return QboClient.create(
            self._get_endpoints(),
            self.realm_id,
            self.environment,
            access_token,
            take=take,
            on_call=record,
            renew=renew,
            on_throttle=pause,
        )

    # === READING THE COMPANY === #

    def _prepare_company_values(self, client):
        """Ask Intuit for company and preferences; return them as field values."""
        company = client.get_company_info()
        preferences = client.get_preferences()
        features = {
            feature.get("Name"): feature.get("Value")
            for feature in company.get("NameValue", [])
        }
        currency = preferences.get("CurrencyPrefs", {}).get("HomeCurrency", {})
        return {
            "company_name": company.get("CompanyName"),
            "country_code": company.get("Country"),
            "subscription_status": features.get("SubscriptionStatus"),
            "home_currency": currency.get("value"),
            "preferences": to_plain(preferences),
            "preferences_read_at": fields.Datetime.now(),
        }

    def _read_company(self, client, **values):
        """Read company and preferences; the state follows what Intuit says.

        :param values: further field values to commit with it
        :return: the field values that were read
        """
        values |= self._prepare_company_values(client)
        state, reason = "connected", False
        if values["subscription_status"] in SUBSCRIPTION_READ_ONLY:
            state, reason = "suspended", "subscription"
        if (state, reason) == (self.state, self.suspend_reason):
            self._write_committed(values)
        else:
            self._change_state(state, reason, **values)
        return values

    def _read_references(self, client):
        """Read QuickBooks' lists; see ``qbo.reference``.

        :return: the number of records the lists have
        """
        count, refused = self.env["qbo.reference"]._read_lists(self, client)
        self._write_committed(
            {
                "references_read_at": fields.Datetime.now(),
                "references_problem": "\n".join(
                    f"{entity}: {error}" for entity, error in refused.items()
                ),
            }
        )
        return count

    # === SCHEDULED ACTIONS === #

    @api.model
    def _cron_refresh_tokens(self):
        """Refresh what would not last until the next run; revoke what is left over."""
        connections = self.search(
            ["|", ("state", "=", "connected"), ("suspend_reason", "=", "subscription")]
        )
        revoking = self.env["qbo.grant"].search([("state", "=", "revoking")])
        connections._run_each(lambda connection: connection._keep_alive())
        revoking.connection_id._run_each(self.env["qbo.grant"]._revoke)

    def _keep_alive(self):
        valid_for = REFRESH_INTERVAL + ACCESS_TOKEN_MARGIN
        try:
            self.env["qbo.grant"]._get_access_token(self, valid_for=valid_for)
        except (QboError, VaultError) as error:
            reason = self._get_suspend_reason(error)
            if not reason:
                raise
            self._suspend(reason)

    @api.model
    def _cron_read_references(self):
        """Read company, preferences and lists of each connection, once a day."""
        connections = self.search([("state", "=", "connected")])
        connections._run_each(lambda connection: connection._read_daily())

    def _read_daily(self):
        try:
            company = self._call(self._read_company)
            if company["subscription_status"] not in SUBSCRIPTION_READ_ONLY:
                self._call(self._read_references)
        except QboError as error:
            self._write_committed({"references_problem": str(error)})
            if isinstance(error, QboRetryableError):
                self._read_again_later(error)
            raise

    def _read_again_later(self, error):
        """Come back today: a day without lists is long where nothing was read yet."""
        seconds = max(error.retry_after or 0, READ_AGAIN.total_seconds())
        self.env.ref("quickbooks_online.ir_cron_qbo_references").sudo()._trigger(
            fields.Datetime.now() + timedelta(seconds=seconds)
        )

    @api.model
    def _cron_watch_clocks(self):
        """Warn before a connection ends; put secrets under the newest key."""
        self.search([("state", "=", "connected")])._run_each(
            lambda connection: connection._warn_of_clocks()
        )
        connections = self.with_context(active_test=False).search(
            [
                "|",
                ("client_secret_encrypted", "!=", False),
                ("verifier_token_encrypted", "!=", False),
            ]
        )
        connections._run_each(lambda connection: connection._rotate_keys())

    def _rotate_keys(self):
        self.env["qbo.vault"]._rotate(self, ENCRYPTED_FIELDS)
        self.env["qbo.grant"]._rotate_keys(self)

    def _run_each(self, function):
        """Run ``function(connection)`` for each; a bad one never stops the others."""
        commit_progress = self.env["ir.cron"]._commit_progress
        commit_progress(remaining=len(self))
        for connection in self:
            connection = connection[0]
            try:
                function(connection)
            except psycopg2.OperationalError:
                raise  # a conflict with another process: Odoo runs the action again
            except (QboError, VaultError, UserError) as error:
                _logger.warning("Connection %s: %s", connection.id, error)
            except Exception:
                self.env.cr.rollback()
                _logger.exception("Connection %s met a defect", connection.id)
            if not commit_progress(1):
                return


class _Target(NamedTuple):
    """What of a connection a call needs."""

    id: int
    realm_id: str
    environment: str


def _get_place():
    """Name the thread that calls, among all processes and hosts."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
