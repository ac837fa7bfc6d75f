from odoo import api, models
from odoo.tools import format_datetime


class QboPreflight(models.AbstractModel):
    """Whether Intuit's notices arrive, and can be told from forged ones."""

    _inherit = "qbo.preflight"

    @api.model
    def _get_check_names(self):
        names = super()._get_check_names()
        place = names.index("verifier") + 1
        return [*names[:place], "webhook", *names[place:]]

    @api.model
    def _get_labels(self):
        label = (self.env._("Webhook deliveries"), self.env._("Show them"))
        return super()._get_labels() | {"webhook": label}

    @api.model
    def _get_accountants_checks(self):
        return super()._get_accountants_checks() | {"webhook"}

    @api.model
    def _check_webhook(self, connection):
        if connection.state != "connected" or not connection.has_verifier_token:
            return "waiting", self.env._(
                "They start once the company is connected and the verifier token is "
                "entered."
            )
        received, refused = (
            connection.webhook_received_at,
            connection.webhook_refused_at,
        )
        if refused and (not received or received < refused):
            return "warning", self.env._(
                "Refused in the last 24 hours, because no verifier token here made "
                "their signature: %(count)s, the last %(time)s. If they came from "
                "Intuit, copy the verifier token of your Intuit app again; until then "
                "payments arrive by the poll only.",
                count=connection.webhook_refused_count,
                time=format_datetime(self.env, refused),
            )
        if not received:
            return "hint", self.env._(
                "Nothing was ever received. Enter %(url)s under Webhooks in your "
                "Intuit app and choose the kinds of changes; Intuit must be able to "
                "reach it. Until then payments arrive by the poll only.",
                url=connection.webhook_url,
            )
        return "ok", self.env._(
            "Last received %(time)s; %(count)s in the last 24 hours.",
            time=format_datetime(self.env, received),
            count=connection.webhook_count,
        )

    @api.model
    def _mend_webhook(self, connection):
        return connection.action_open_webhook_counts()
