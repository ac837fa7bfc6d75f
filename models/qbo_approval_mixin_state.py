from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import payload as payload_tools
from .qbo_approval_mixin_push import ON_ITS_WAY
from .roles import APPROVER_GROUP, USER_GROUP

# What is sold, to whom and when: the members that a sale consists of.
SALE = ("DocNumber", "TxnDate", "DueDate", "CustomerRef", "CurrencyRef", "Line")
MAPPED = ("TaxCodeRef", "ClassRef")
STATES_OF_APPROVALS = {
    "submitted": "to_approve",
    "approved": "approved",
}
QUEUED, FAILED = ON_ITS_WAY, ("failed",)


class QboApprovalMixin(models.AbstractModel):
    """Where a document stands, what it says about that, and what can be done."""

    _inherit = "qbo.approval.mixin"

    qbo_state = fields.Selection(
        [
            ("not_pushed", "Not pushed"),
            ("to_approve", "Waiting for approval"),
            ("approved", "Approved"),
            ("queued", "Queued"),
            ("pushed", "Pushed"),
            ("differs", "Differs"),
            ("failed", "Failed"),
            ("excluded", "Excluded"),
        ],
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
    qbo_may_submit = fields.Boolean(compute="_compute_qbo_notice", groups=USER_GROUP)
    qbo_may_approve = fields.Boolean(compute="_compute_qbo_notice", groups=USER_GROUP)
    qbo_may_push = fields.Boolean(compute="_compute_qbo_notice", groups=USER_GROUP)
    qbo_may_retry = fields.Boolean(compute="_compute_qbo_notice", groups=USER_GROUP)
    qbo_may_exclude = fields.Boolean(compute="_compute_qbo_notice", groups=USER_GROUP)

    # === HOOKS === #

    @api.model
    def _qbo_get_domain(self):
        """Return the domain of documents that can be at QuickBooks at all."""
        return Domain.TRUE

    # === STATE === #

    @api.depends(
        "company_id",
        "state",
        "qbo_approval",
        "qbo_excluded",
        "qbo_binding_ids.qbo_id",
        "qbo_operation_ids.state",
    )
    def _compute_qbo_state(self):
        documents = self._origin
        connections = documents._qbo_get_connections()
        operations = documents._qbo_get_last_operations()
        for document in self:
            origin = document._origin
            connection = connections.get(origin.company_id)
            state = bool(origin) and origin._qbo_get_state(
                connection, operations.get(origin.id)
            )
            # In a form it is worth the look; lists find what the push will find.
            is_alone = len(self) == 1 and state == "approved"
            if is_alone and origin._qbo_needs_new_approval(connection):
                state = "not_pushed"
            document.qbo_state = state

    def _qbo_get_state(self, connection, operation):
        """Return the value of ``qbo_state``, False for what is none of our business."""
        if not connection or not self._qbo_get_entity():
            return False
        if self._qbo_get_binding(connection).qbo_id:
            is_other = operation and operation.state == "differs"
            return "differs" if is_other else "pushed"
        if operation and operation.state in ON_ITS_WAY:
            return "queued"
        if operation and operation.state == "failed":
            return "failed"
        if self.qbo_excluded:
            return "excluded"
        if self._qbo_get_state_refusal(is_push=False):
            return False
        state = STATES_OF_APPROVALS.get(self.qbo_approval)
        if state:
            return state
        title = ""
        return False if self._qbo_get_start_refusal(connection, title) else "not_pushed"

    def _qbo_needs_new_approval(self, connection):
        return connection.approval_required and bool(self._qbo_list_changes(connection))

    def _search_qbo_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._qbo_get_state_domains()
        wanted = [domains[state] for state in value if state in domains]
        found = Domain.OR(wanted)
        if False in value:
            found |= ~Domain.OR(domains.values())
        return found

    @api.model
    def _qbo_get_state_domains(self):
        """Return ``{state: Domain}``; the same as :meth:`_qbo_get_state`."""
        at_quickbooks = self._qbo_make_domain(
            "SELECT x.res_id FROM qbo_binding x", "x.qbo_id IS NOT NULL"
        )
        differs = self._qbo_make_domain(
            "SELECT x.res_id FROM qbo_operation x",
            """x.state = 'differs' AND NOT EXISTS (
                SELECT FROM qbo_operation y
                 WHERE y.res_model = x.res_model AND y.res_id = x.res_id
                   AND y.id > x.id AND y.state != 'cancelled')""",
        )
        operations = "SELECT x.res_id FROM qbo_operation x"
        queued = self._qbo_make_domain(operations, "x.state IN %s", ON_ITS_WAY)
        failed = self._qbo_make_domain(operations, "x.state = 'failed'")
        documents = self._qbo_get_domain() & Domain(
            "company_id", "in", self._qbo_get_connected_companies().ids
        )
        waiting = documents & ~at_quickbooks & ~queued & ~failed
        excluded = Domain("qbo_excluded", "=", True)
        open_ = waiting & ~excluded & Domain("state", "!=", "cancel")
        decided = Domain("qbo_approval", "in", list(STATES_OF_APPROVALS))
        return {
            "not_pushed": open_ & ~decided & self._qbo_get_start_domain(),
            "to_approve": open_ & Domain("qbo_approval", "=", "submitted"),
            "approved": open_ & Domain("qbo_approval", "=", "approved"),
            "queued": documents & queued & ~at_quickbooks,
            "pushed": documents & at_quickbooks & ~differs,
            "differs": documents & at_quickbooks & differs,
            "failed": documents & failed & ~at_quickbooks,
            "excluded": waiting & excluded,
        }

    @api.model
    def _qbo_get_connected_companies(self):
        connections = self.env["qbo.connection"].sudo()
        return connections.search([("active", "=", True)]).company_id

    @api.model
    def _qbo_get_start_domain(self):
        before = [
            Domain("company_id", "=", connection.company_id.id)
            & self._qbo_get_dated_domain(
                connection.company_id, connection.start_date - timedelta(days=1)
            )
            for connection in self.env["qbo.connection"]
            .sudo()
            .search([("start_date", "!=", False)])
        ]
        return ~Domain.OR(before) if before else Domain.TRUE

    # === WHAT THE FORM SAYS === #

    @api.depends("qbo_state")
    @api.depends_context("uid")
    def _compute_qbo_notice(self):
        for document in self:
            values = document._origin._qbo_prepare_notice() if document._origin else {}
            document.qbo_notice = values.get("notice")
            document.qbo_notice_level = values.get("level")
            for name in ("submit", "approve", "push", "retry", "exclude"):
                document[f"qbo_may_{name}"] = name in values.get("may", ())

    def _qbo_prepare_notice(self):
        """Return what the strip says and which buttons apply.

        :return: dict of ``notice`` (text), ``level`` and ``may`` (names of buttons)
        """
        state = self.sudo().qbo_state
        if not state:
            return {}
        return getattr(self, f"_qbo_notice_{state}")(self._qbo_get_connection())

    def _qbo_is_approver(self):
        return self.env.su or self.env.user.has_group(APPROVER_GROUP)

    def _qbo_notice_not_pushed(self, connection):
        document = self.sudo()
        if document.qbo_approval == "rejected":
            return {
                "level": "danger",
                "notice": self.env._(
                    "Not approved for QuickBooks: %(reason)s Mend it and submit it "
                    "again.",
                    reason=document.qbo_reject_reason,
                ),
                "may": ["submit", "exclude"],
            }
        if document.qbo_approval == "approved":
            changes = document._qbo_list_changes(connection)
            return {
                "level": "warning",
                "notice": self._qbo_make_changed_sentence(changes),
                "may": ["submit", "exclude"],
            }
        if connection.approval_required:
            return {"may": ["submit", "exclude"]}
        is_early = self._qbo_get_state_refusal(is_push=True)
        return {"may": ["exclude"] if is_early else ["push", "exclude"]}

    def _qbo_notice_to_approve(self, connection):
        document = self.sudo()
        is_approver = self._qbo_is_approver()
        refusal = is_approver and self._qbo_get_approver_refusal(
            connection, self._qbo_get_title()
        )
        if is_approver and not refusal:
            notice = self.env._(
                "%(name)s asks you to approve this document for QuickBooks.",
                name=document.qbo_submitted_by_id.name or self.env._("Somebody"),
            )
        else:
            notice = refusal or self.env._(
                "Waits for approval, before it goes to QuickBooks. %(who)s",
                who=self._qbo_name_approvers(connection),
            )
        if document.qbo_first_approved_by_id:
            notice += " " + self.env._(
                "%(name)s approved it as the first of two.",
                name=document.qbo_first_approved_by_id.name,
            )
        may = ["exclude"] if refusal else ["approve", "exclude"]
        return {"level": "info", "notice": notice, "may": may}

    def _qbo_notice_approved(self, connection):
        refusal = self._qbo_get_connection_refusal(connection) or "\n".join(
            self._qbo_get_blockers(connection)
        )
        if refusal:
            return {"level": "warning", "notice": refusal, "may": ["push", "exclude"]}
        return {
            "level": "info",
            "notice": self.env._(
                "Approved by %(name)s. It goes to QuickBooks when an approver clicks "
                "Push to QBO.",
                name=self.sudo().qbo_approved_by_id.name,
            ),
            "may": ["push", "exclude"],
        }

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
                "may": ["retry", "exclude"],
            }
        if operation.state == "uncertain":
            notice = self.env._(
                "Sent to QuickBooks, but no answer came. It is looked up there, and "
                "sent again if it did not arrive: nothing is sent twice."
            )
            return {"level": "warning", "notice": notice}
        refusal = self._qbo_get_connection_refusal(connection)
        if refusal:
            return {"level": "warning", "notice": refusal, "may": ["exclude"]}
        if operation.state == "waiting":
            notice = self.env._(
                "Queued for QuickBooks; %(name)s goes there first.",
                name=operation.blocked_by_id.name,
            )
        else:
            notice = self.env._("On its way to QuickBooks.")
        return {"level": "info", "notice": notice, "may": ["exclude"]}

    def _qbo_notice_pushed(self, connection):
        binding = self.sudo()._qbo_get_binding(connection)
        if binding.remote_state != "alive":
            kinds = dict(
                binding._fields["remote_state"]._description_selection(self.env)
            )
            return {
                "level": "warning",
                "notice": self.env._(
                    "In QuickBooks: number %(number)s, id %(id)s. It was changed "
                    "there: %(state)s.",
                    number=binding.doc_number or "-",
                    id=binding.qbo_id,
                    state=kinds[binding.remote_state].lower(),
                ),
            }
        changes = self._qbo_list_changes_since_push(connection)
        if changes:
            return {
                "level": "warning",
                "notice": self.env._(
                    "In QuickBooks: number %(number)s, id %(id)s, as it was approved. "
                    "It was changed here since, and QuickBooks knows nothing of that: "
                    "%(changes)s. Undo the change, or make it in QuickBooks, too.",
                    number=binding.doc_number or "-",
                    id=binding.qbo_id,
                    changes="; ".join(change.rstrip(".") for change in changes),
                ),
            }
        return {
            "level": "success",
            "notice": self.env._(
                "In QuickBooks: number %(number)s, id %(id)s.",
                number=binding.doc_number or "-",
                id=binding.qbo_id,
            ),
        }

    def _qbo_list_changes_since_push(self, connection):
        """Return what of the sale itself is not as it was pushed, as sentences.

        Addresses and mappings go on changing for years; they are no matter of it.
        """
        document = self.sudo()
        if not document.qbo_approved_payload:
            return []
        lapse = document._qbo_get_lapse()
        if lapse:
            return [lapse]
        payload = document._qbo_try_payload(connection)
        if payload is None:
            return []
        old = payload_tools.load(document.qbo_approved_payload)
        words = self.env["qbo.payload.words"]
        return words._describe_changes(connection, _strip(old), _strip(payload))

    def _qbo_notice_differs(self, connection):
        operation = self._qbo_get_last_operations()[self.id]
        binding = self.sudo()._qbo_get_binding(connection)
        return {
            "level": "warning",
            "notice": self.env._(
                "In QuickBooks: number %(number)s, id %(id)s, but otherwise than it "
                "was sent. %(gaps)s. Compare the two, and mend the one that is wrong.",
                number=binding.doc_number or "-",
                id=binding.qbo_id,
                gaps="; ".join((operation.receipt or "").splitlines()),
            ),
        }

    def _qbo_notice_failed(self, connection):
        operation = self._qbo_get_last_operations()[self.id]
        return {
            "level": "danger",
            "notice": self.env._(
                "Not in QuickBooks. %(reason)s", reason=operation._get_reason()
            ),
            "may": ["retry", "exclude"],
        }

    def _qbo_notice_excluded(self, connection):
        return {
            "level": "info",
            "notice": self.env._("Not pushed to QuickBooks: somebody marked it so."),
        }


def _strip(payload):
    """Return what a sale consists of, without the lists its lines are mapped to."""
    lines = [
        {
            name: {key: each for key, each in value.items() if key not in MAPPED}
            if name == "SalesItemLineDetail"
            else value
            for name, value in line.items()
        }
        for line in payload.get("Line", ())
    ]
    return {name: payload[name] for name in SALE if name in payload} | {"Line": lines}
