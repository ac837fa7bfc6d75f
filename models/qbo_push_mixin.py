from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .roles import APPROVER_GROUP, USER_GROUP


class QboPushMixin(models.AbstractModel):
    """What people do with records that are pushed, and what they are told.

    The model also needs ``qbo.sync.mixin``, and fields ``company_id`` and
    ``qbo_state``.
    """

    _name = "qbo.push.mixin"
    _description = "Record That People Push To QuickBooks"

    qbo_operation_ids = fields.One2many(
        "qbo.operation",
        "res_id",
        "QuickBooks Operations",
        domain=lambda self: [("res_model", "=", self._name)],
        bypass_search_access=True,
        readonly=True,
        groups=USER_GROUP,
    )
    qbo_doc_number = fields.Char(
        "QuickBooks Number",
        compute="_compute_qbo_binding",
        compute_sudo=True,
        groups=USER_GROUP,
    )
    qbo_id = fields.Char(
        "QuickBooks Id",
        compute="_compute_qbo_binding",
        compute_sudo=True,
        groups=USER_GROUP,
    )
    qbo_url = fields.Char(
        "Page In QuickBooks",
        compute="_compute_qbo_binding",
        compute_sudo=True,
        groups=USER_GROUP,
    )

    # === WHERE IT IS === #

    @api.depends("qbo_state")
    def _compute_qbo_binding(self):
        connections = self._origin._qbo_get_connections()
        for document in self:
            binding = self.env["qbo.binding"]
            connection = connections.get(document._origin.company_id)
            if connection and document._origin:
                binding = document._origin._qbo_get_binding(connection)
            document.qbo_id = binding.qbo_id
            document.qbo_doc_number = binding.qbo_id and binding.doc_number
            document.qbo_url = binding.qbo_id and binding._get_url()

    @api.model
    def _qbo_make_domain(self, select, condition, *values):
        """Return the domain of the ids that a query on the outbox gives."""
        # Only the connection that lives counts: links of older ones are kept.
        query = SQL(
            f"""{select}
               JOIN qbo_connection c ON c.id = x.connection_id AND c.active
              WHERE x.res_model = %s AND {condition}""",  # noqa: S608
            self._name,
            *values,
        )
        for model, names in (
            ("qbo.binding", ("res_model", "res_id", "qbo_id", "connection_id")),
            ("qbo.operation", ("res_model", "res_id", "state", "connection_id")),
            ("qbo.connection", ("active",)),
        ):
            self.env[model].sudo().flush_model(names)
        return Domain("id", "in", query)

    def _qbo_get_last_operations(self):
        """Return ``{id: newest operation}``, cancelled ones excepted.

        What an archived connection left behind is none of the one that lives.
        """
        operations = (
            self.env["qbo.operation"]
            .sudo()
            .search_fetch(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("state", "!=", "cancelled"),
                    ("connection_id.active", "=", True),
                ],
                ["res_id", "state", "cause", "doc_number", "qbo_id", "blocked_by_id"],
                order="id",
            )
        )
        return {operation.res_id: operation for operation in operations}

    # === WHO AND WHERE === #

    def _qbo_check_role(self, group):
        """Only the right people, whatever the button or call."""
        if self.env.su or self.env.user.has_group(group):
            return
        if group == APPROVER_GROUP:
            raise AccessError(
                self.env._(
                    "Only QuickBooks approvers may do this. Nothing was changed: ask "
                    "an approver, or an administrator for the role."
                )
            )
        raise AccessError(
            self.env._(
                "Only QuickBooks users may do this. Nothing was changed: ask an "
                "administrator for the role."
            )
        )

    def _qbo_get_connections(self):
        """Return ``{company: its connection}`` of those that have one."""
        companies = self.sudo().company_id
        connections = (
            self.env["qbo.connection"]
            .sudo()
            .search([("company_id", "in", companies.ids)])
        )
        return {connection.company_id: connection for connection in connections}

    def _qbo_get_connection(self):
        """Return the connection of the document's company, empty without one."""
        self.ensure_one()
        company = self.sudo().company_id
        return self._qbo_get_connections().get(company, self.env["qbo.connection"])

    def _qbo_get_connection_refusal(self, connection):
        """P4: nothing is queued on a connection that is known to be dead."""
        if connection.state == "connected":
            return None
        if connection.state == "suspended":
            return self.env._(
                "%(title)s stays as it is. %(reason)s",
                title=self._qbo_get_title(),
                reason=connection._get_suspension_message(connection.suspend_reason),
            )
        return self.env._(
            "%(title)s stays as it is, because %(books)s is not connected to "
            "QuickBooks. Ask %(names)s to connect it.",
            title=self._qbo_get_title(),
            books=connection.name,
            names=", ".join(connection._get_administrators().mapped("name"))
            or self.env._("an administrator"),
        )

    def _qbo_make_under_way_sentence(self):
        return self.env._(
            "%(title)s is on its way to QuickBooks already, and what becomes of it is "
            "not known yet. Nothing was done; wait until it is settled.",
            title=self._qbo_get_title(),
        )

    # === RETRY === #

    def action_qbo_retry(self):
        """Send again what failed, exactly as it was approved."""
        self._qbo_check_role(APPROVER_GROUP)
        operations = self._qbo_get_last_operations()
        done, refusals = self.browse(), {}
        for document in self:
            try:
                document._qbo_retry_one(operations.get(document.id))
                done |= document
            except UserError as error:
                refusals[document] = str(error)
        return self._qbo_report(
            done, refusals, self.env._("%(count)s queued again", count=len(done))
        )

    def _qbo_retry_one(self, operation):
        self.check_access("read")
        title = self._qbo_get_title()
        failed = operation and operation._get_failed()
        if not failed:
            raise UserError(
                self.env._(
                    "Nothing to retry: the push of %(title)s did not fail.", title=title
                )
            )
        connection = self._qbo_get_connection()
        refusal = connection and self._qbo_get_connection_refusal(connection)
        if refusal:
            raise UserError(refusal)
        failed.action_retry()

    # === OPEN === #

    def action_qbo_open(self):
        """Open the document in QuickBooks."""
        self.check_access("read")
        if len(self) != 1:
            raise UserError(
                self.env._(
                    "QuickBooks shows one document at a time. Choose one, and click "
                    "Open in QBO again."
                )
            )
        if not self.qbo_url:
            raise UserError(
                self.env._(
                    "%(title)s is not in QuickBooks yet.", title=self._qbo_get_title()
                )
            )
        return {"type": "ir.actions.act_url", "url": self.qbo_url, "target": "new"}

    # === SAYING WHAT HAPPENED === #

    def _qbo_join(self, documents):
        return self.browse(document.id for document in documents)

    def _qbo_report(self, done, refusals, message):
        """Raise the refusal of the one document, or sum up what became of many."""
        if len(self) == 1 and refusals:
            raise UserError(refusals[self])
        if len(self) == 1:
            return True
        return self._qbo_notify(message, refusals)

    def _qbo_notify(self, message, refusals):
        """Return an action that says what became of many documents.

        :param dict refusals: {document: why nothing was done}
        """
        reasons = list(dict.fromkeys(refusals.values()))
        if refusals:
            message += ", " + self.env._("%(count)s refused", count=len(refusals))
        message += "." if not refusals else ": " + " ".join(reasons[:10])
        if len(reasons) > 10:
            message += " " + self.env._("And %(count)s more.", count=len(reasons) - 10)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "warning" if refusals else "success",
                "sticky": bool(refusals),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
