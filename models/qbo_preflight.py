from odoo import api, models

from ..exceptions import VaultError
from .qbo_health_mixin import ADMINISTRATOR_GROUP, CLOCK_WARNING_DAYS

# The order in which somebody who sets a connection up would go through them.
CHECKS = (
    "keys",
    "vault",
    "address",
    "consent",
    "clocks",
    "currency",
    "lists",
    "numbers",
    "verifier",
    "mail",
    "schedule",
)


class QboPreflight(models.AbstractModel):
    """The list of what must be right before documents can go to QuickBooks.

    Each check ``x`` is a method ``_check_x(connection)`` that returns
    ``(state, message)`` and names what mends it with ``_mend_x(connection)``, an
    action of the web client. Another feature adds its own by extending
    ``_get_check_names``.
    """

    _name = "qbo.preflight"
    _description = "QuickBooks Pre-flight"

    @api.model
    def _get_check_names(self):
        return list(CHECKS)

    @api.model
    def _get_checks(self, connection):
        """Return the panel's rows.

        :rtype: list[dict]
        :return: ``name``, ``title``, ``state`` (``ok``, ``warning`` or ``blocked``),
            ``message``, ``button`` (label of what mends it, or False)
        """
        return [self._get_row(connection, name) for name in self._get_check_names()]

    @api.model
    def _get_row(self, connection, name):
        state, message = getattr(self, f"_check_{name}")(connection)
        title, button = self._get_labels()[name]
        may_mend = self.env.user.has_group(ADMINISTRATOR_GROUP)
        return {
            "name": name,
            "title": title,
            "state": state,
            "message": message,
            "button": button if may_mend and state != "ok" else False,
        }

    @api.model
    def _get_action(self, connection, name):
        """Return the action that opens where check ``name`` is mended."""
        if name not in self._get_check_names():
            return False
        return getattr(self, f"_mend_{name}")(connection)

    @api.model
    def _get_labels(self):
        return {
            "keys": (self.env._("Keys of your Intuit app"), self.env._("Enter keys")),
            "vault": (self.env._("Encryption key"), self.env._("How to mend it")),
            "address": (
                self.env._("Address of this server"),
                self.env._("Set the address"),
            ),
            "consent": (self.env._("Consent at Intuit"), self.env._("Connect")),
            "clocks": (self.env._("Time left"), self.env._("Reconnect")),
            "currency": (
                self.env._("Currency and country"),
                self.env._("Open the company"),
            ),
            "lists": (self.env._("QuickBooks' lists"), self.env._("Read them now")),
            "numbers": (self.env._("Document numbers"), self.env._("Open QuickBooks")),
            "verifier": (self.env._("Webhook verifier token"), self.env._("Enter it")),
            "mail": (self.env._("E-mail alerts"), self.env._("Set up e-mail")),
            "schedule": (self.env._("Scheduled actions"), self.env._("Show them")),
        }

    # === CHECKS === #

    @api.model
    def _check_keys(self, connection):
        if connection.sudo().client_id and connection.has_client_secret:
            return "ok", self.env._("Client id and secret are entered.")
        return "blocked", self.env._(
            "Client id and client secret of your Intuit app are missing."
        )

    @api.model
    def _check_vault(self, connection):
        try:
            vault = self.env["qbo.vault"]
            vault._get_vault()
            vault._decrypt(connection.sudo().client_secret_encrypted)
        except VaultError as error:
            return "blocked", str(error)
        return "ok", self.env._("The secrets are encrypted and can be read.")

    @api.model
    def _check_address(self, connection):
        url = connection.get_base_url()
        if url.startswith("https://"):
            return "ok", url
        if connection.environment == "production":
            return "blocked", self.env._(
                "%(url)s: Intuit sends production companies back to https only.",
                url=url,
            )
        return "warning", self.env._(
            "%(url)s: good enough to try a sandbox company. Webhooks need an address "
            "that Intuit can reach.",
            url=url,
        )

    @api.model
    def _check_consent(self, connection):
        if connection.state == "connected":
            return "ok", self.env._(
                "Connected to %(name)s.", name=connection.company_name
            )
        if connection.state == "suspended":
            return "blocked", connection.health_message
        return "blocked", self.env._("No company was chosen at Intuit yet.")

    @api.model
    def _check_clocks(self, connection):
        days_left = connection._get_days_left()
        if days_left is None:
            return "warning", self.env._("It starts with the consent.")
        message = self.env._("%(days)s days", days=days_left)
        return ("warning" if days_left <= CLOCK_WARNING_DAYS[0] else "ok"), message

    @api.model
    def _check_currency(self, connection):
        company = connection.company_id
        if not connection.home_currency:
            return "warning", self.env._("Known once the company is chosen.")
        if connection.home_currency != company.currency_id.name:
            return "blocked", self.env._(
                "QuickBooks keeps its books in %(theirs)s, %(company)s in %(ours)s. "
                "Both must keep them in the same currency.",
                theirs=connection.home_currency,
                company=company.name,
                ours=company.currency_id.name,
            )
        if company.country_code and connection.country_code != company.country_code:
            return "warning", self.env._(
                "QuickBooks says %(theirs)s, %(company)s is in %(ours)s. The country "
                "decides how taxes are computed.",
                theirs=connection.country_code,
                company=company.name,
                ours=company.country_code,
            )
        return "ok", self.env._(
            "%(currency)s, %(country)s",
            currency=connection.home_currency,
            country=connection.country_code,
        )

    @api.model
    def _check_lists(self, connection):
        if connection.references_problem:
            return "warning", connection.references_problem
        if not connection.references_read_at:
            return "blocked", self.env._(
                "Accounts, tax codes and terms were not read yet."
            )
        return "ok", self.env._(
            "%(count)s records, read %(time)s.",
            count=connection.reference_count,
            time=self.env["ir.qweb.field.datetime"].value_to_html(
                connection.references_read_at, {"format": "short"}
            ),
        )

    @api.model
    def _check_numbers(self, connection):
        preferences = (connection.preferences or {}).get("SalesFormsPrefs")
        if preferences is None:
            return "warning", self.env._("Known once the company is chosen.")
        if preferences.get("CustomTxnNumbers"):
            return "ok", self.env._("QuickBooks keeps the numbers Odoo gives.")
        return "warning", self.env._(
            "Switch on “Custom transaction numbers” in QuickBooks (Account and "
            "settings, Sales): only then does it refuse a number used twice."
        )

    @api.model
    def _check_verifier(self, connection):
        if connection.has_verifier_token:
            return "ok", self.env._("Notices of Intuit can be told from forged ones.")
        return "warning", self.env._(
            "Without it no notice of Intuit is accepted, and payments arrive by the "
            "poll every 15 minutes only."
        )

    @api.model
    def _check_mail(self, connection):
        if self.env["ir.mail_server"].sudo().search_count([], limit=1):
            return "ok", self.env._("Administrators are told by e-mail.")
        return "warning", self.env._(
            "There is no outgoing mail server: nobody can be told by e-mail when the "
            "connection ends."
        )

    @api.model
    def _check_schedule(self, connection):
        inactive = self._get_crons().filtered(lambda cron: not cron.active)
        if not inactive:
            return "ok", self.env._("The connection is kept alive by itself.")
        return "blocked", self.env._(
            "Switched off: %(names)s. The connection will end unnoticed.",
            names=", ".join(inactive.mapped("name")),
        )

    # === WHAT MENDS THEM === #

    @api.model
    def _mend_keys(self, connection):
        return connection.action_open_keys()

    @api.model
    def _mend_vault(self, connection):
        return {
            "type": "ir.actions.act_url",
            "url": "/quickbooks_online/static/description/index.html#encryption-key",
            "target": "new",
        }

    @api.model
    def _mend_address(self, connection):
        return self._open(
            "ir.config_parameter",
            self.env._("Address of this server"),
            domain=[("key", "in", ("web.base.url", "web.base.url.freeze"))],
        )

    @api.model
    def _mend_consent(self, connection):
        return connection.action_connect()

    @api.model
    def _mend_clocks(self, connection):
        return connection.action_connect()

    @api.model
    def _mend_currency(self, connection):
        return self._open(
            "res.company", connection.company_id.name, res_id=connection.company_id.id
        )

    @api.model
    def _mend_lists(self, connection):
        return connection.action_refresh_references()

    @api.model
    def _mend_numbers(self, connection):
        return {
            "type": "ir.actions.act_url",
            "url": f"{connection._get_endpoints().app}/app/settings?p=Sales",
            "target": "new",
        }

    @api.model
    def _mend_verifier(self, connection):
        return connection.action_open_keys()

    @api.model
    def _mend_mail(self, connection):
        return self._open("ir.mail_server", self.env._("Outgoing mail servers"))

    @api.model
    def _mend_schedule(self, connection):
        return self._open(
            "ir.cron",
            self.env._("Scheduled actions of QuickBooks"),
            domain=[("id", "in", self._get_crons().ids)],
            context={"active_test": False},
        )

    # === HELPERS === #

    @api.model
    def _get_crons(self):
        names = ("tokens", "references", "clocks")
        return (
            self.env["ir.cron"]
            .sudo()
            .union(
                *(
                    self.env.ref(f"quickbooks_online.ir_cron_qbo_{name}").sudo()
                    for name in names
                )
            )
        )

    @api.model
    def _open(self, model, name, res_id=False, **action):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "res_id": res_id,
            "views": [(False, "form")]
            if res_id
            else [(False, "list"), (False, "form")],
            **action,
        }
