from odoo import api, models


class QboPreflight(models.AbstractModel):
    """Whether revenue can be recognized as it is set up."""

    _inherit = "qbo.preflight"

    @api.model
    def _get_check_names(self):
        names = super()._get_check_names()
        names.insert(names.index("classes") + 1, "revenue")
        return names

    @api.model
    def _get_labels(self):
        label = (self.env._("Revenue recognition"), self.env._("Choose accounts"))
        return super()._get_labels() | {"revenue": label}

    @api.model
    def _get_cron_names(self, connection):
        names = super()._get_cron_names(connection)
        return [*names, "revenue"] if connection.recognizes_revenue else names

    @api.model
    def _check_revenue(self, connection):
        connection = connection.sudo()
        if not connection.recognizes_revenue:
            return "ok", self.env._("Not used: what is invoiced is income at once.")
        if not connection.deferred_revenue_account_id.active:
            return "warning", self.env._(
                "No account of deferred revenue is chosen, so that schedules wait."
            )
        if connection.needs_revenue_journal and not connection.revenue_journal_id:
            return "warning", self.env._(
                "No journal is chosen for revenue entries, and QuickBooks wants one in "
                "this country."
            )
        schedules = self.env["qbo.revenue.schedule"].sudo()
        drafts = schedules.search_count(
            [("company_id", "=", connection.company_id.id), ("state", "=", "draft")]
        )
        if drafts:
            return "hint", self.env._(
                "%(count)s schedules are drafts: their revenue is not recognized.",
                count=drafts,
            )
        return "ok", self.env._(
            "Deferred in %(deferred)s, earned in %(revenue)s.",
            deferred=connection.deferred_revenue_account_id.display_name,
            revenue=connection._get_revenue_account(None).display_name
            or self.env._("no account"),
        )

    @api.model
    def _mend_revenue(self, connection):
        return connection.action_open_settings()
