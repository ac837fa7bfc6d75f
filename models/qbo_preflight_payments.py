from odoo import api, models


class QboPreflight(models.AbstractModel):
    """Where payments from QuickBooks are booked."""

    _inherit = "qbo.preflight"

    @api.model
    def _get_check_names(self):
        names = super()._get_check_names()
        names.insert(names.index("payments") + 1, "payment_journal")
        return names

    @api.model
    def _get_labels(self):
        label = (self.env._("Payments: journal"), self.env._("Choose it"))
        return super()._get_labels() | {"payment_journal": label}

    @api.model
    def _get_cron_names(self, connection):
        names = super()._get_cron_names(connection)
        makes_deposits = connection.deposit_policy != "off"
        return [*names, "deposits"] if makes_deposits else names

    @api.model
    def _check_payment_journal(self, connection):
        if not connection.home_currency:
            return "waiting", self.env._("Known once the company is chosen.")
        # Administrators of QuickBooks need not be accountants of Odoo.
        journal = connection.sudo().payment_journal_id
        if journal:
            return "ok", self.env._(
                "Payments are booked in %(journal)s, unless the account their money "
                "went to is mapped to another journal.",
                journal=journal.display_name,
            )
        if connection._get_mappings("journal"):
            return "hint", self.env._(
                "Payments into accounts that no journal is mapped to wait in the "
                "queue. Choose a journal for them."
            )
        return "warning", self.env._(
            "No journal is chosen, so payments from QuickBooks wait in the queue."
        )

    @api.model
    def _mend_payment_journal(self, connection):
        return connection.action_open_settings()
