from odoo import api, fields, models


class QboPreflight(models.AbstractModel):
    """Until when QuickBooks' books are closed, and what that holds up."""

    _inherit = "qbo.preflight"

    @api.model
    def _get_check_names(self):
        names = super()._get_check_names()
        names.insert(names.index("numbers") + 1, "closing")
        return names

    @api.model
    def _get_labels(self):
        closing = (self.env._("Closed period"), self.env._("Show them"))
        return super()._get_labels() | {"closing": closing}

    @api.model
    def _get_accountants_checks(self):
        return super()._get_accountants_checks() | {"closing"}

    @api.model
    def _check_closing(self, connection):
        if not connection.preferences:
            return "waiting", self.env._("Known once the company is chosen.")
        until = connection.book_close_date
        if not until:
            return "ok", self.env._("QuickBooks' books are not closed.")
        message = self.env._(
            "QuickBooks' books are closed until %(day)s.",
            day=fields.Date.to_string(until),
        )
        approved, queued = connection.sudo()._count_dated(until)
        if not approved and not queued:
            return "ok", message
        dated = self.env._(
            "Dated in the closed period: %(approved)s approved, %(queued)s queued.",
            approved=approved,
            queued=queued,
        )
        return "warning", f"{message} {dated}"

    @api.model
    def _mend_closing(self, connection):
        return connection.action_open_closed_documents()
