from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..const import SUBSCRIPTION_READ_ONLY
from .roles import ADMINISTRATOR_GROUP
from .transaction import own_transaction

ENCRYPTED_FIELDS = ("client_secret_encrypted", "verifier_token_encrypted")


class QboConnection(models.Model):
    """One QuickBooks company joined to one Odoo company."""

    _name = "qbo.connection"
    _description = "QuickBooks Connection"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _check_company_auto = True
    _order = "company_id, id"

    name = fields.Char(compute="_compute_name", store=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="The Odoo company whose books this QuickBooks company keeps.",
    )
    environment = fields.Selection(
        [("sandbox", "Sandbox"), ("production", "Production")],
        required=True,
        default="sandbox",
        help="Sandbox reaches Intuit's test companies with the development keys of "
        "your Intuit app, Production your real books with its production keys.",
    )
    state = fields.Selection(
        [
            ("draft", "Not connected"),
            ("connected", "Connected"),
            ("suspended", "Suspended"),
            ("disconnected", "Disconnected"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    suspend_reason = fields.Selection(
        [
            ("grant", "The consent at Intuit ended"),
            ("client", "Intuit does not accept the client id and secret"),
            ("vault", "The encryption key is missing or was changed"),
            ("subscription", "The QuickBooks subscription lapsed"),
            ("forbidden", "Intuit refuses access to this company"),
            ("reset", "The QuickBooks company was reset"),
        ],
        string="Suspended Because",
        readonly=True,
        copy=False,
        tracking=True,
    )
    suspended_at = fields.Datetime(readonly=True, copy=False)

    realm_id = fields.Char(
        "Company ID (realm)", readonly=True, copy=False, tracking=True
    )
    company_name = fields.Char("QuickBooks Company", readonly=True, copy=False)
    country_code = fields.Char("QuickBooks Country", readonly=True, copy=False)
    home_currency = fields.Char(readonly=True, copy=False)
    subscription_status = fields.Char(readonly=True, copy=False)
    preferences = fields.Json(readonly=True, copy=False)
    preferences_read_at = fields.Datetime(readonly=True, copy=False)
    connected_at = fields.Datetime(readonly=True, copy=False)
    connected_by_id = fields.Many2one("res.users", readonly=True, copy=False)

    # Items may be thousands, and are looked up one by one.
    reference_ids = fields.One2many(
        "qbo.reference",
        "connection_id",
        readonly=True,
        domain=[("entity", "!=", "Item")],
    )
    reference_count = fields.Integer(compute="_compute_reference_count")
    references_read_at = fields.Datetime("Lists Read", readonly=True, copy=False)
    references_problem = fields.Text(readonly=True, copy=False)
    failed_call_count = fields.Integer(compute="_compute_failed_call_count")

    preflight = fields.Json("Pre-flight", compute="_compute_preflight")

    _one_per_company = models.UniqueIndex(
        "(company_id) WHERE active",
        "This company has a QuickBooks connection already.",
    )
    _one_per_realm = models.UniqueIndex(
        "(realm_id, environment) WHERE realm_id IS NOT NULL",
        "This QuickBooks company is connected to another company already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("company_name", "company_id.name")
    def _compute_name(self):
        for connection in self:
            connection.name = connection.company_name or connection.company_id.name

    def _compute_reference_count(self):
        counts = dict(
            self.env["qbo.reference"]._read_group(
                [("connection_id", "in", self.ids)], ["connection_id"], ["__count"]
            )
        )
        for connection in self:
            connection.reference_count = counts.get(connection, 0)

    def _compute_failed_call_count(self):
        since = fields.Datetime.now() - timedelta(days=1)
        counts = dict(
            self.env["qbo.call"]._read_group(
                [
                    ("connection_id", "in", self.ids),
                    ("is_failed", "=", True),
                    ("create_date", ">=", since),
                ],
                ["connection_id"],
                ["__count"],
            )
        )
        for connection in self:
            connection.failed_call_count = counts.get(connection, 0)

    def _compute_preflight(self):
        for connection in self:
            connection.preflight = self.env["qbo.preflight"]._get_checks(connection)

    # === CONSTRAINTS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_protected_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_protected_fields(vals)
        if vals.keys() & {"environment", "company_id"}:
            self._check_not_moved(vals)
        if vals.get("active") is False:
            self._check_not_alive()
        return super().write(vals)

    def _check_protected_fields(self, vals):
        """What Intuit said is written by the addon alone, also when RPC is used."""
        protected = [
            name
            for name in vals
            if (field := self._fields.get(name))
            and field.readonly
            and field.store
            and field._module == "quickbooks_online"
        ]
        if protected and not self.env.su:
            raise AccessError(
                self.env._(
                    "These fields of a QuickBooks connection follow what Intuit says "
                    "and cannot be written: %(names)s.",
                    names=", ".join(protected),
                )
            )

    def _check_not_moved(self, vals):
        """Ids of one environment or company mean something else in another."""
        for connection in self.filtered("realm_id"):
            company_id = vals.get("company_id", connection.company_id.id)
            environment = vals.get("environment", connection.environment)
            if (company_id, environment) != (
                connection.company_id.id,
                connection.environment,
            ):
                raise ValidationError(
                    self.env._(
                        "%(name)s is linked to the QuickBooks company %(realm)s. Its "
                        "environment and its Odoo company cannot be changed, or "
                        "sandbox ids could reach the real books. Sever the connection "
                        "first.",
                        name=connection.name,
                        realm=connection.realm_id,
                    )
                )

    def _check_not_alive(self):
        for connection in self:
            if connection.state in ("connected", "suspended"):
                raise UserError(
                    self.env._(
                        "%(name)s is still connected to QuickBooks and would end there "
                        "unnoticed. Disconnect it before you archive it.",
                        name=connection.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_linked(self):
        for connection in self:
            if connection.realm_id:
                raise UserError(
                    self.env._(
                        "%(name)s is linked to a QuickBooks company. Disconnect and "
                        "sever it before you delete it.",
                        name=connection.name,
                    )
                )

    # === ACTIONS === #

    def action_connect(self):
        """Send the administrator to Intuit to choose the company and consent."""
        self.ensure_one()
        self._check_administrator()
        self._check_keys_entered()
        return {
            "type": "ir.actions.act_url",
            "url": self._get_authorize_url(),
            "target": "self",
        }

    def action_test_connection(self):
        """Ask Intuit for the company, and take up work again if it answers."""
        self.ensure_one()
        self._check_administrator()
        company = self._ask_intuit(self._read_company, is_probe=True)
        if company["subscription_status"] in SUBSCRIPTION_READ_ONLY:
            return self._notify_user(
                self._get_suspension_message("subscription"), "warning"
            )
        return self._notify_user(
            self.env._("Connected to: %(name)s", name=company["company_name"])
        )

    def action_refresh_references(self):
        """Read QuickBooks' settings now, and its lists, which follow from them."""
        self.ensure_one()
        self._check_administrator()
        self._ask_intuit(self._read_company)
        count = self._ask_intuit(self._read_references)
        return self._notify_user(
            self.env._("%(count)s records read from QuickBooks' lists.", count=count)
        )

    def action_disconnect(self):
        """Revoke the consent at Intuit; links and lists stay for the next time."""
        self.ensure_one()
        self._check_administrator()
        self.env["qbo.grant"]._mark_revoking(self)
        self._change_state("disconnected")
        if self.env["qbo.grant"]._revoke(self):
            message = self.env._("Disconnected, and the consent at Intuit revoked.")
        else:
            message = self.env._(
                "Disconnected, but the consent could not be revoked at Intuit yet: "
                "Intuit did not answer, or the encryption key is missing. It is tried "
                "again every 45 minutes; you can also end it in QuickBooks, My apps."
            )
        return self._notify_user(message)

    def action_sever(self):
        """Forget the realm and every link to it; asked for by the sever wizard."""
        self.ensure_one()
        self._check_administrator()
        # What the caller wrote is not lost when records are read anew after a commit.
        self.env.flush_all()
        if self.state in ("connected", "suspended"):
            self.action_disconnect()
        self.env.flush_all()
        # Disconnecting was committed already; and accounts that are deleted empty the
        # fields of the connection that name them: all of it in one transaction.
        with own_transaction(self.env) as env:
            own = self._with_own_environment(env).with_context(**self.env.context)
            own._sever()
        self.env.invalidate_all(flush=False)

    def _sever(self):
        self._drop_links()
        self.message_post(
            body=self.env._(
                "Severed from the QuickBooks company %(name)s (%(realm)s). Its objects "
                "are adopted, not created again, if it is connected once more.",
                name=self.company_name,
                realm=self.realm_id,
            )
        )
        self.write(self._prepare_severed_values())

    def _drop_links(self):
        """Delete all that is keyed by the realm; features with links extend this."""
        references = self.env["qbo.reference"].sudo().with_context(active_test=False)
        (
            references.search([("connection_id", "=", self.id)])
            - self._set_references_aside()
        ).unlink()

    def _set_references_aside(self):
        """Hook: put aside, and return, what outlives the links (`qbo.reference`)."""
        return self.env["qbo.reference"].sudo()

    def _prepare_severed_values(self):
        names = (
            "realm_id",
            "company_name",
            "country_code",
            "home_currency",
            "subscription_status",
            "preferences",
            "preferences_read_at",
            "connected_at",
            "connected_by_id",
            "references_read_at",
            "references_problem",
            "items_read_at",
        )
        return dict.fromkeys(names, False) | {"state": "draft"}

    def action_open_sever(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sever %(name)s", name=self.name),
            "res_model": "qbo.connection.sever",
            "view_mode": "form",
            "target": "new",
            "context": {"default_connection_id": self.id},
        }

    def action_open_keys(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Keys of your Intuit app"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [
                (
                    self.env.ref("quickbooks_online.qbo_connection_view_form_keys").id,
                    "form",
                )
            ],
            "target": "new",
        }

    def action_open_references(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_reference_action"
        )
        return action | {"domain": [("connection_id", "=", self.id)]}

    def action_open_calls(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_call_action"
        )
        return action | {"domain": [("connection_id", "=", self.id)]}

    def action_open_failed_calls(self):
        return self.action_open_calls() | {
            "context": {"search_default_filter_failed": 1}
        }

    def action_preflight(self, check):
        """Open what mends one check of the pre-flight panel."""
        self.ensure_one()
        return self.env["qbo.preflight"]._get_action(self, check)

    # === HELPERS === #

    def _check_administrator(self):
        if not self.env.su and not self.env.user.has_group(ADMINISTRATOR_GROUP):
            raise AccessError(
                self.env._(
                    "Only a QuickBooks administrator may do this. Ask one of: "
                    "%(names)s.",
                    names=", ".join(self._get_administrators().mapped("name")),
                )
            )
        self.check_access("write")

    def _check_not_parked(self, is_probe):
        is_probe = is_probe and self.suspend_reason != "reset"
        if self.state == "connected" or (is_probe and self.state == "suspended"):
            return
        if self.state == "suspended":
            raise UserError(self._get_suspension_message(self.suspend_reason))
        raise UserError(
            self.env._(
                "%(name)s is not connected to QuickBooks. Click Connect first.",
                name=self.name,
            )
        )

    def _notify_user(self, message, kind="success"):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
