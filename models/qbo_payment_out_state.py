from odoo import api, fields, models
from odoo.fields import Domain

from .qbo_approval_mixin_push import ON_ITS_WAY
from .roles import USER_GROUP

STATES = {
    "not_pushed": "Not pushed",
    "queued": "Queued",
    "pushed": "Pushed",
    "differs": "Differs",
    "failed": "Failed",
    "voided": "Voided",
}


class QboPaymentOutMixin(models.AbstractModel):
    """Where a payment stands, and what its form says about that."""

    _inherit = "qbo.payment.out.mixin"

    qbo_state = fields.Selection(
        list(STATES.items()),
        "QuickBooks",
        compute="_compute_qbo_state",
        compute_sudo=True,
        search="_search_qbo_state",
        groups=USER_GROUP,
    )
    qbo_notice = fields.Text(compute="_compute_qbo_notice", groups=USER_GROUP)
    qbo_notice_level = fields.Selection(
        [
            ("info", "Info"),
            ("success", "Success"),
            ("warning", "Warning"),
            ("danger", "Danger"),
        ],
        compute="_compute_qbo_notice",
        groups=USER_GROUP,
    )
    qbo_may_push = fields.Boolean(compute="_compute_qbo_notice", groups=USER_GROUP)
    qbo_may_retry = fields.Boolean(compute="_compute_qbo_notice", groups=USER_GROUP)

    # === STATE === #

    @api.depends(
        "company_id",
        "qbo_binding_ids.qbo_id",
        "qbo_binding_ids.remote_state",
        "qbo_operation_ids.state",
    )
    def _compute_qbo_state(self):
        records = self._origin
        connections = records._qbo_get_connections()
        operations = records._qbo_get_last_operations()
        for record in self:
            origin = record._origin
            connection = connections.get(origin.company_id)
            record.qbo_state = bool(origin and connection) and origin._qbo_get_state(
                connection, operations.get(origin.id)
            )

    def _qbo_get_state(self, connection, operation):
        """Return the value of ``qbo_state``, False for what is none of our business."""
        if not self._qbo_get_entity() or self._qbo_is_from_quickbooks():
            return False
        state = operation.state if operation else False
        if state in ON_ITS_WAY:
            return "queued"
        if state == "failed":
            return "failed"
        binding = self._qbo_get_binding(connection)
        if binding.qbo_id and binding.remote_state == "alive":
            return "differs" if state == "differs" else "pushed"
        if binding.qbo_id:
            return "voided"
        is_off = self._qbo_is_off(connection)
        if is_off or not self._qbo_is_wanted() or self._qbo_is_money_out():
            return False
        start, day = connection.start_date, self._qbo_get_date()
        return False if start and day and day < start else "not_pushed"

    def _qbo_is_money_out(self):
        return self._qbo_get_sum().foreign < 0

    def _search_qbo_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._qbo_get_state_domains()
        found = Domain.OR(domains[state] for state in value if state in domains)
        if False in value:
            found |= ~Domain.OR(domains.values())
        return found

    @api.model
    def _qbo_get_state_domains(self):
        """Return ``{state: Domain}``; the same as :meth:`_qbo_get_state`, as far as
        the database knows."""
        bindings = "SELECT x.res_id FROM qbo_binding x"
        operations = "SELECT x.res_id FROM qbo_operation x"
        there = self._qbo_make_domain(
            bindings, "x.qbo_id IS NOT NULL AND x.remote_state = 'alive'"
        )
        gone = self._qbo_make_domain(
            bindings, "x.qbo_id IS NOT NULL AND x.remote_state != 'alive'"
        )
        queued = self._qbo_make_domain(operations, "x.state IN %s", ON_ITS_WAY)
        failed = self._qbo_make_domain(operations, "x.state = 'failed'")
        differs = self._qbo_make_domain(
            operations,
            """x.state = 'differs' AND NOT EXISTS (
                SELECT FROM qbo_operation y
                 WHERE y.res_model = x.res_model AND y.res_id = x.res_id
                   AND y.id > x.id AND y.state != 'cancelled')""",
        )
        still = ~queued & ~failed
        return {
            "not_pushed": self._qbo_get_open_domain() & still & ~there & ~gone,
            "queued": queued,
            "pushed": there & still & ~differs,
            "differs": there & still & differs,
            "failed": failed,
            "voided": gone & still,
        }

    @api.model
    def _qbo_get_open_domain(self):
        """Return the domain of records that could be pushed, were they not yet."""
        return Domain.FALSE

    # === WHAT THE FORM SAYS === #

    @api.depends("qbo_state")
    @api.depends_context("uid")
    def _compute_qbo_notice(self):
        for record in self:
            values = record._origin._qbo_prepare_notice() if record._origin else {}
            record.qbo_notice = values.get("notice")
            record.qbo_notice_level = values.get("level")
            record.qbo_may_push = "push" in values.get("may", ())
            record.qbo_may_retry = "retry" in values.get("may", ())

    def _qbo_prepare_notice(self):
        """Return what the strip says and which buttons apply.

        :return: dict of ``notice`` (text), ``level`` and ``may`` (names of buttons)
        """
        state = self.sudo().qbo_state
        if not state:
            return {}
        return getattr(self, f"_qbo_notice_{state}")(self._qbo_get_connection())

    def _qbo_notice_not_pushed(self, connection):
        blockers = self._qbo_get_blockers(connection)
        if blockers and self.sudo()._qbo_get_applied():
            return {"level": "warning", "notice": "\n".join(blockers)}
        return {} if blockers else {"may": ["push"]}

    def _qbo_notice_queued(self, connection):
        operation = self._qbo_get_last_operations()[self.id]
        failed = operation._get_failed()
        if failed:
            return {
                "level": "danger",
                "notice": self.env._(
                    "Waits for %(name)s, which could not go to QuickBooks: %(reason)s",
                    name=failed.name,
                    reason=failed._get_reason(),
                ),
                "may": ["retry"],
            }
        refusal = self._qbo_get_connection_refusal(connection)
        if refusal:
            return {"level": "warning", "notice": refusal}
        if operation.state == "uncertain":
            notice = self.env._(
                "Sent to QuickBooks, but no answer came. It is looked up there, and "
                "sent again if it did not arrive: nothing is sent twice."
            )
            return {"level": "warning", "notice": notice}
        if operation.state == "waiting":
            notice = self.env._(
                "Queued for QuickBooks; %(name)s goes there first.",
                name=operation.blocked_by_id.name,
            )
        else:
            notice = {
                "create": self.env._("On its way to QuickBooks."),
                "update": self.env._("Its change is on the way to QuickBooks."),
                "void": self.env._("It is about to be voided in QuickBooks."),
            }[operation.action]
        return {"level": "info", "notice": notice}

    def _qbo_notice_failed(self, connection):
        operation = self._qbo_get_last_operations()[self.id]
        values = {"reason": operation._get_reason()}
        notice = {
            "create": self.env._("Not in QuickBooks. %(reason)s", **values),
            "update": self.env._(
                "In QuickBooks, but as it was before it was changed. %(reason)s",
                **values,
            ),
            "void": self.env._("Not voided in QuickBooks. %(reason)s", **values),
        }[operation.action]
        return {"level": "danger", "notice": notice, "may": ["retry"]}

    def _qbo_notice_pushed(self, connection):
        binding = self.sudo()._qbo_get_binding(connection)
        notice = self.env._("In QuickBooks (id %(id)s).", id=binding.qbo_id)
        return {"level": "success", "notice": notice}

    def _qbo_notice_differs(self, connection):
        operation = self._qbo_get_last_operations()[self.id]
        return {
            "level": "warning",
            "notice": self.env._(
                "In QuickBooks (id %(id)s), but otherwise than it was sent. %(gaps)s. "
                "Compare the two, and mend the one that is wrong.",
                id=operation.qbo_id,
                gaps="; ".join((operation.receipt or "").splitlines()),
            ),
        }

    def _qbo_notice_voided(self, connection):
        binding = self.sudo()._qbo_get_binding(connection)
        kinds = dict(binding._fields["remote_state"]._description_selection(self.env))
        notice = self.env._(
            "It was in QuickBooks (id %(id)s). There it is: %(state)s.",
            id=binding.qbo_id,
            state=kinds[binding.remote_state].lower(),
        )
        may = ["push"] if self.sudo()._qbo_is_wanted() else []
        return {"level": "info", "notice": notice, "may": may}
