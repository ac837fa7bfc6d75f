import logging

from odoo import api, fields, models

from ..const import CLOCK_WARNING_DAYS
from ..exceptions import (
    QboConfigurationError,
    QboGrantError,
    QboRetryableError,
    QboSubscriptionError,
    QboThrottledError,
    VaultError,
)
from .roles import ADMINISTRATOR_GROUP, USER_GROUP
from .transaction import own_transaction

_logger = logging.getLogger(__name__)


class QboConnection(models.Model):
    """Whether a connection lives, what ends it, and who is told."""

    _inherit = "qbo.connection"

    grant_ids = fields.One2many(
        "qbo.grant", "connection_id", readonly=True, groups=fields.NO_ACCESS
    )
    access_expires_at = fields.Datetime(
        "Access Token Until", compute="_compute_clocks", compute_sudo=True
    )
    refreshed_at = fields.Datetime(
        "Last Refreshed", compute="_compute_clocks", compute_sudo=True
    )
    refresh_expires_at = fields.Datetime(
        "Connection Ends If Unused",
        compute="_compute_clocks",
        compute_sudo=True,
        help="Intuit forgets a connection that was not refreshed for 100 days.",
    )
    hard_expires_at = fields.Datetime(
        "Connection Ends For Good",
        compute="_compute_clocks",
        compute_sudo=True,
        help="At the latest five years after the consent Intuit asks for a new one.",
    )
    refresh_days_left = fields.Integer(compute="_compute_clocks", compute_sudo=True)
    hard_days_left = fields.Integer(compute="_compute_clocks", compute_sudo=True)
    warned_days = fields.Integer(
        default=0, readonly=True, copy=False, help="The last warning that was sent."
    )
    health = fields.Selection(
        [
            ("none", "Not connected"),
            ("good", "Healthy"),
            ("warning", "Needs attention soon"),
            ("bad", "Needs attention now"),
        ],
        compute="_compute_health",
    )
    health_message = fields.Text(compute="_compute_health")

    last_good_call_at = fields.Datetime(compute="_compute_throttle")
    paused_until = fields.Datetime(compute="_compute_throttle")
    calls_this_minute = fields.Integer(compute="_compute_throttle")
    calls_this_month = fields.Integer(
        "Metered Calls This Month", compute="_compute_throttle"
    )
    calls_forecast = fields.Integer(
        "Forecast For This Month", compute="_compute_throttle"
    )
    calls_limit = fields.Integer("Free Per Month", compute="_compute_throttle")

    # === COMPUTE METHODS === #

    @api.depends("grant_ids.refresh_expires_at", "grant_ids.hard_expires_at")
    def _compute_clocks(self):
        now = fields.Datetime.now()
        for connection in self:
            grant = connection.grant_ids.filtered(lambda grant: grant.state == "alive")
            connection.access_expires_at = grant.access_expires_at
            connection.refreshed_at = grant.refreshed_at
            connection.refresh_expires_at = grant.refresh_expires_at
            connection.hard_expires_at = grant.hard_expires_at
            connection.refresh_days_left = _days_until(grant.refresh_expires_at, now)
            connection.hard_days_left = _days_until(grant.hard_expires_at, now)

    def _compute_throttle(self):
        for connection in self:
            throttle = self.env["qbo.governor"]._describe(connection)
            connection.last_good_call_at = throttle["last_good_call_at"]
            connection.paused_until = throttle["paused_until"]
            connection.calls_this_minute = throttle["calls_last_minute"]
            connection.calls_this_month = throttle["month_calls"]
            connection.calls_forecast = throttle["forecast_calls"]
            connection.calls_limit = throttle["limit"]

    @api.depends("state", "suspend_reason")
    def _compute_health(self):
        for connection in self:
            health, message = connection._get_health()
            connection.health = health
            connection.health_message = message

    def _get_health(self):
        if self.state == "suspended":
            return "bad", self._get_suspension_message(self.suspend_reason)
        if self.state != "connected":
            return "none", False
        days_left = self._get_days_left()
        if days_left is not None and days_left <= CLOCK_WARNING_DAYS[0]:
            health = "bad" if days_left <= CLOCK_WARNING_DAYS[1] else "warning"
            return health, self._get_clock_message(days_left)
        if self.paused_until:
            return "warning", self.env._(
                "Intuit asked to slow down. Calls go on by themselves at %(time)s.",
                time=fields.Datetime.context_timestamp(
                    self, self.paused_until
                ).strftime("%H:%M:%S"),
            )
        if any(grant.failed_refreshes for grant in self.sudo().grant_ids):
            return "warning", self.env._(
                "The last refresh of the connection got no answer from Intuit. "
                "It is tried again by itself; nothing is lost."
            )
        return "good", False

    # === LIFE AND DEATH === #

    @api.model
    def _get_suspend_reason(self, error):
        """Return why ``error`` makes further calls pointless, or None if not."""
        if isinstance(error, VaultError):
            return "vault"
        if isinstance(error, QboGrantError):
            return "grant"
        if isinstance(error, QboSubscriptionError):
            return "subscription"
        if isinstance(error, QboConfigurationError):
            return "client" if error.kind == "client" else "forbidden"
        return "reset" if error.kind == "company_reset" else None

    def _suspend(self, reason):
        """Park all work and tell the administrators, whatever the caller rolls back."""
        with own_transaction(self.env) as env:
            connection = env[self._name].browse(self.id)
            if connection.state not in ("connected", "suspended"):
                return
            if connection.suspend_reason == reason:
                return
        self._change_state("suspended", reason)

    def _change_state(self, state, reason=False, **values):
        """Commit a new state at once; then tell those whom it concerns."""
        self._write_committed(
            {
                "state": state,
                "suspend_reason": reason,
                "suspended_at": state == "suspended" and fields.Datetime.now(),
                **values,
            }
        )
        self._announce_state()

    def _write_committed(self, values):
        """Write what Intuit said in a transaction of its own.

        The caller's transaction may be rolled back, or have begun before another
        process wrote here: it must not write the row itself.
        """
        with own_transaction(self.env, lock_timeout=10) as env:
            self._with_own_environment(env).write(values)
        self.invalidate_recordset(flush=False)

    def _with_own_environment(self, env):
        """Return the record there, in the name of the user who acts here."""
        return env[self._name].browse(self.id).with_user(self.env.uid).sudo()

    def _announce_state(self):
        try:
            with own_transaction(self.env) as env:
                connection = self._with_own_environment(env)
                if connection.state == "suspended":
                    connection._alert_administrators(
                        "quickbooks_online.mail_template_connection_suspended"
                    )
                else:
                    connection._clear_alerts()
                connection._get_administrators()._bus_send("qbo_banner", {})
        except Exception:
            # The state is committed and stands on every page; a template somebody
            # broke must not take it back.
            _logger.exception("The state of connection %s was not announced", self.id)

    def _get_suspension_message(self, reason):
        """Say what happened and what to do about it."""
        return self.env._(
            "%(name)s is suspended. %(cause)s Nothing is lost: what waits goes out "
            "afterwards.",
            name=self.name,
            cause=self._get_suspension_cause(reason),
        )

    def _get_suspension_cause(self, reason):
        causes = {
            "grant": self.env._(
                "The consent given at Intuit ended: it was withdrawn in QuickBooks, "
                "was not used for 100 days, or belongs to other keys. Click Reconnect "
                "and choose the same company."
            ),
            "client": self.env._(
                "Intuit does not accept the client id and secret. Copy them again from "
                "your Intuit app (Keys & credentials), then click Test connection."
            ),
            "vault": self.env._(
                "The key that encrypts the connection's secrets is missing or was "
                "changed, as in a restored copy. Bring the key back and click Test "
                "connection, or enter the client secret again and click Reconnect."
            ),
            "subscription": self.env._(
                "The QuickBooks subscription of this company lapsed: it can be read "
                "but not written. Renew it in QuickBooks, then click Test connection."
            ),
            "forbidden": self.env._(
                "Intuit refuses access to this company: the user who connected it may "
                "have lost access, or keys and environment do not belong together. "
                "Check both, then click Reconnect."
            ),
            "reset": self.env._(
                "The QuickBooks company was reset, so the ids known here are void. "
                "Sever the connection and connect again."
            ),
        }
        return causes.get(reason, "")

    def _describe_error(self, error):
        """Return a sentence for the user: what happened and what to do."""
        reason = self._get_suspend_reason(error)
        if reason:
            return self._get_suspension_message(reason)
        if isinstance(error, QboThrottledError):
            return self.env._(
                "%(name)s: Intuit's limits leave no room for this call now. Try again "
                "in %(seconds)s seconds.",
                name=self.name,
                seconds=round(error.retry_after or 60),
            )
        if isinstance(error, QboRetryableError):
            return self.env._(
                "%(name)s: Intuit did not answer as it should. That usually passes: "
                "try again in a few minutes. What came back: %(error)s",
                name=self.name,
                error=str(error),
            )
        return self.env._(
            "%(name)s: Intuit refused: %(error)s. The call log shows what was sent.",
            name=self.name,
            error=str(error),
        )

    # === ALERTS === #

    def _get_administrators(self):
        """Return the users who may mend this connection."""
        group = self.env.ref(ADMINISTRATOR_GROUP).sudo()
        return group.all_user_ids.filtered(
            lambda user: user.active
            and not user.share
            and self.company_id in user.company_ids
        )

    def _alert_administrators(self, template):
        """One line in the chatter; per administrator an activity and an e-mail."""
        connection_sudo = self.sudo()
        connection_sudo.message_post(body=connection_sudo.health_message)
        connection_sudo._clear_alerts()
        self._alert_users(
            self._get_administrators(),
            "quickbooks_online.mail_activity_type_connection",
            template,
            lambda told: told.health_message,
        )

    def _alert_users(self, users, activity_type, template, make_note):
        """An activity and an e-mail for each of these users, in their language.

        :param str activity_type, template: their XML ids; no template, no e-mail
        :param make_note: callable that takes the connection and returns what the
            activity says; the e-mail has it as ``ctx['qbo_note']``
        """
        template_sudo = template and self.env.ref(template, raise_if_not_found=False)
        for user in users:
            # The e-mail says it; the one about an activity assigned would repeat it.
            told = self.sudo().with_context(
                lang=user.lang, mail_activity_quick_update=True
            )
            note = make_note(told)
            told.activity_schedule(activity_type, user_id=user.id, note=note)
            if template_sudo:
                template = template_sudo.sudo().with_context(qbo_note=note)
                told._send_alert(template, user)
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _send_alert(self, template, user):
        """Queue the e-mail; a template somebody broke must not take the rest along."""
        try:
            with self.env.cr.savepoint():
                template.with_context(lang=user.lang).send_mail(
                    self.id, email_values={"recipient_ids": [(4, user.partner_id.id)]}
                )
        except Exception:
            _logger.exception("An e-mail on connection %s was not sent", self.id)

    def _clear_alerts(self):
        self.sudo().activity_unlink(["quickbooks_online.mail_activity_type_connection"])

    @api.model
    @api.readonly
    def get_banner(self):
        """Return what the web client warns the current user of, on every page.

        :rtype: list[dict]
        :return: ``id``, ``message``, ``level`` (``danger`` or ``warning``)
        """
        if not self.env.user.has_group(USER_GROUP):
            return []
        connections = self.with_context(
            allowed_company_ids=self.env.user.company_ids.ids
        ).search([("state", "in", ("connected", "suspended"))], limit=20)
        return [
            {
                "id": connection.id,
                "message": connection._get_banner_message(),
                "level": "danger" if connection.health == "bad" else "warning",
            }
            for connection in connections
            if connection.state == "suspended" or connection._is_clock_running_out()
        ]

    def _get_banner_message(self):
        administrators = self._get_administrators()
        if self.env.user in administrators:
            return self.health_message
        return self.env._(
            "The connection of %(name)s to QuickBooks stopped or is about to. "
            "%(administrators)s can mend it.",
            name=self.name,
            administrators=", ".join(administrators.mapped("name"))
            or self.env._("A QuickBooks administrator"),
        )

    # === CLOCKS === #

    def _get_days_left(self):
        """Return the days until the connection ends by itself, or None."""
        clocks = [
            days
            for expires_at, days in (
                (self.refresh_expires_at, self.refresh_days_left),
                (self.hard_expires_at, self.hard_days_left),
            )
            if expires_at
        ]
        return min(clocks, default=None)

    def _is_clock_running_out(self):
        days_left = self._get_days_left()
        return days_left is not None and days_left <= CLOCK_WARNING_DAYS[0]

    def _get_clock_message(self, days_left):
        return self.env._(
            "The connection of %(name)s to QuickBooks ends in %(days)s days. Click "
            "Reconnect and choose the same company to prolong it.",
            name=self.name,
            days=days_left,
        )

    def _warn_of_clocks(self):
        """Warn once at each of 30, 7 and 1 days before the connection ends."""
        days_left = self._get_days_left()
        if days_left is None:
            return
        threshold = min(
            (days for days in CLOCK_WARNING_DAYS if days_left <= days), default=0
        )
        is_nearer = threshold and (not self.warned_days or threshold < self.warned_days)
        self.warned_days = threshold
        if is_nearer:
            self._alert_administrators(
                "quickbooks_online.mail_template_connection_ends"
            )


def _days_until(moment, now):
    return max((moment - now).days, 0) if moment else 0
