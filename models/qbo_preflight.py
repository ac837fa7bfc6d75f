from odoo import api, models

from ..const import CLOCK_WARNING_DAYS
from ..exceptions import VaultError
from .qbo_connection import ENCRYPTED_FIELDS
from .qbo_grant import ENCRYPTED_FIELDS as TOKEN_FIELDS
from .roles import ACCOUNTANT_GROUP, ADMINISTRATOR_GROUP

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
    "accounts",
    "taxes",
    "payments",
    "products",
    "classes",
    "verifier",
    "meter",
    "mail",
    "schedule",
)
# Whoever mends these needs a right on another model.
TARGETS = {
    "address": "ir.config_parameter",
    "currency": "res.company",
    "mail": "ir.mail_server",
    "schedule": "ir.cron",
}


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
        :return: ``name``, ``title``, ``state`` (``ok``, ``hint`` for what is good and
            could be better, ``warning``, ``blocked``, or ``waiting`` for the consent),
            ``message``, ``button`` (label of what mends it, or False if there is
            nothing to mend or not for this user)
        """
        return [self._get_row(connection, name) for name in self._get_check_names()]

    @api.model
    def _get_row(self, connection, name):
        state, message = getattr(self, f"_check_{name}")(connection)
        title, button = self._get_labels()[name]
        is_open = state in ("warning", "blocked", "hint")
        return {
            "name": name,
            "title": title,
            "state": state,
            "message": message,
            "button": is_open and self._may_mend(name) and button,
        }

    @api.model
    def _may_mend(self, name):
        is_theirs = name in self._get_accountants_checks()
        group = ACCOUNTANT_GROUP if is_theirs else ADMINISTRATOR_GROUP
        target = TARGETS.get(name)
        return self.env.user.has_group(group) and (
            not target or self.env[target].has_access("write")
        )

    @api.model
    def _get_accountants_checks(self):
        """Return the names of what accountants mend; the rest is administrators'."""
        return {"taxes", "payments", "products", "classes", "meter"}

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
            "accounts": (self.env._("Accounts"), self.env._("Choose them")),
            "taxes": (self.env._("Tax mapping"), self.env._("Map taxes")),
            "payments": (
                self.env._("Terms, journals and payment methods"),
                self.env._("Map them"),
            ),
            "products": (
                self.env._("Products and categories"),
                self.env._("Map products"),
            ),
            "classes": (
                self.env._("Classes and locations"),
                self.env._("Map classes"),
            ),
            "verifier": (self.env._("Webhook verifier token"), self.env._("Enter it")),
            "meter": (
                self.env._("Metered calls"),
                self.env._("Show the calls"),
            ),
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
            secrets = self._get_secrets(connection)
            for secret in secrets:
                vault._decrypt(secret)
            is_current = vault._is_current(secrets)
        except VaultError as error:
            return "blocked", self.env._(
                "The key is missing, too short, or not the one the secrets were "
                "encrypted with: %(error)s",
                error=self.env["qbo.vault"]._describe_error(error),
            )
        if not is_current:
            return "warning", self.env._(
                "Some secrets are still encrypted with an older key. Keep it until the "
                "daily action has encrypted them again."
            )
        return "ok", self.env._("The secrets are encrypted and can be read.")

    @api.model
    def _get_secrets(self, connection):
        connection_sudo = connection.sudo()
        secrets = [connection_sudo[name] for name in ENCRYPTED_FIELDS]
        for grant in connection_sudo.grant_ids:
            secrets += [grant[name] for name in TOKEN_FIELDS]
        return list(filter(None, secrets))

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
        if connection.state == "disconnected":
            return "blocked", self.env._(
                "Disconnected from %(name)s. Connect again to the same company.",
                name=connection.name,
            )
        return "blocked", self.env._("No company was chosen at Intuit yet.")

    @api.model
    def _check_clocks(self, connection):
        days_left = connection._get_days_left()
        if days_left is None:
            return "waiting", self.env._("It starts with the consent.")
        message = self.env._("%(days)s days", days=days_left)
        return ("warning" if days_left <= CLOCK_WARNING_DAYS[0] else "ok"), message

    @api.model
    def _check_currency(self, connection):
        company = connection.company_id
        if not connection.home_currency:
            return "waiting", self.env._("Known once the company is chosen.")
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
        if connection.state != "connected":
            return "waiting", self.env._("Read as soon as the company is connected.")
        if connection.references_problem:
            return "warning", self.env._(
                "Not all could be read last time: %(problem)s",
                problem=connection.references_problem,
            )
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
            return "waiting", self.env._("Known once the company is chosen.")
        if preferences.get("CustomTxnNumbers"):
            return "ok", self.env._("QuickBooks keeps the numbers Odoo gives.")
        return "warning", self.env._(
            "Switch on “Custom transaction numbers” in QuickBooks (Account and "
            "settings, Sales): only then does it refuse a number used twice."
        )

    @api.model
    def _check_accounts(self, connection):
        if not connection.home_currency:
            return "waiting", self.env._("Known once the company is chosen.")
        missing = connection._list_missing_accounts()
        if missing:
            return "blocked", self.env._(
                "Not chosen, so that invoices cannot go to QuickBooks: %(names)s.",
                names=", ".join(missing),
            )
        if connection._needs_receivable_account():
            return "warning", self.env._(
                "QuickBooks has several receivable accounts: %(names)s. Choose the one "
                "for payments and journal entries.",
                names=", ".join(
                    connection._get_receivable_accounts().mapped("display_name")
                ),
            )
        accounts = connection.income_account_id + connection.expense_account_id
        return "ok", ", ".join(accounts.mapped("display_name"))

    @api.model
    def _check_taxes(self, connection):
        if not connection.home_currency:
            return "waiting", self.env._("Known once the company is chosen.")
        rules = connection._get_rules()
        if rules.tax == "off":
            return "ok", self.env._("Sales tax is switched off in QuickBooks.")
        if rules.tax == "automated":
            return "ok", self.env._("QuickBooks reckons sales tax; nothing to map.")
        unmapped = connection._get_unmapped_taxes()
        if not unmapped:
            return "ok", self.env._("All taxes in use have a tax code.")
        return "warning", self.env._(
            "Without a tax code, so that documents with them cannot go to QuickBooks: "
            "%(taxes)s.",
            taxes="; ".join(
                " + ".join(taxes.mapped("name")) or self.env._("lines without tax")
                for taxes in unmapped
            ),
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
    def _check_meter(self, connection):
        if connection.calls_forecast > connection.calls_limit:
            return "warning", self.env._(
                "At this pace %(forecast)s metered calls are made this month; Intuit "
                "blocks reading above %(limit)s in the free tier.",
                forecast=connection.calls_forecast,
                limit=connection.calls_limit,
            )
        return "ok", self.env._(
            "%(calls)s this month, %(forecast)s expected, %(limit)s are free.",
            calls=connection.calls_this_month,
            forecast=connection.calls_forecast,
            limit=connection.calls_limit,
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
        crons = self._get_crons(connection)
        inactive = crons.filtered(lambda cron: not cron.active)
        missing = len(self._get_cron_names(connection)) + 1 - len(crons)
        problems = []
        if inactive:
            problems.append(
                self.env._(
                    "Switched off: %(names)s. What they do is not done, and nobody is "
                    "told: switch them on.",
                    names=", ".join(inactive.mapped("name")),
                )
            )
        if missing:
            problems.append(
                self.env._(
                    "Scheduled actions of QuickBooks were deleted (%(count)s), and "
                    "what they did is not done any more. Upgrade the module "
                    "QuickBooks Online: that makes them anew.",
                    count=missing,
                )
            )
        if problems:
            return "blocked", " ".join(problems)
        return "ok", self.env._("The connection is kept alive by itself.")

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
    def _mend_accounts(self, connection):
        return connection.action_open_settings()

    @api.model
    def _mend_taxes(self, connection):
        return connection.action_open_taxes()

    @api.model
    def _mend_payments(self, connection):
        return self._open_mappings(connection, "payments")

    @api.model
    def _mend_products(self, connection):
        return self._open_mappings(connection, "products")

    @api.model
    def _mend_classes(self, connection):
        return self._open_mappings(connection, "classes")

    @api.model
    def _mend_verifier(self, connection):
        return connection.action_open_keys()

    @api.model
    def _mend_meter(self, connection):
        return connection.action_open_calls()

    @api.model
    def _mend_mail(self, connection):
        return self._open("ir.mail_server", self.env._("Outgoing mail servers"))

    @api.model
    def _mend_schedule(self, connection):
        return self._open(
            "ir.cron",
            self.env._("Scheduled actions of QuickBooks"),
            domain=[("id", "in", self._get_crons(connection).ids)],
            context={"active_test": False},
        )

    # === HELPERS === #

    @api.model
    def _get_crons(self, connection):
        """Return the scheduled actions that a connection lives by, its worker too."""
        names = [
            f"quickbooks_online.ir_cron_qbo_{name}"
            for name in self._get_cron_names(connection)
        ]
        found = [self.env.ref(name, raise_if_not_found=False) for name in names]
        # Administrators of QuickBooks need not be those of Odoo.
        return connection.sudo().worker_cron_id.union(*filter(None, found))

    @api.model
    def _get_cron_names(self, connection):
        return ["tokens", "references", "clocks", "poll"]

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
