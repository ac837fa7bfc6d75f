from odoo import models

from ..tools.name_match import Facts, clean_name


class AccountAnalyticAccount(models.Model):
    """Analytic accounts, which are classes at QuickBooks."""

    _name = "account.analytic.account"
    _inherit = ["account.analytic.account", "qbo.sync.mixin"]

    def _qbo_get_entity(self):
        return "Class"

    def _qbo_get_title(self):
        self.ensure_one()
        return self.env._("Analytic account %(name)s", name=self.name or self.id)

    def _qbo_get_mapped(self, connection):
        return connection._get_mapped("class", self)

    def _qbo_prepare_members(self, connection, rules):
        return {"Name": clean_name(self.name or "")}

    def _qbo_get_facts(self, connection):
        return Facts(name=clean_name(self._qbo_in(connection).name or ""))

    def _qbo_list_blockers(self, connection, rules):
        title = self._qbo_get_title()
        if not rules.classes:
            yield self.env._(
                "%(title)s cannot become a class, because QuickBooks keeps none. "
                "Switch on class tracking there (Account and settings, Advanced) and "
                "test the connection.",
                title=title,
            )
        mapped = self._qbo_get_mapped(connection)
        if mapped:
            yield from self._qbo_list_mapped_blockers(connection, mapped)
            return
        is_known = self._qbo_get_binding(connection).qbo_id
        if not connection.create_missing_classes and not is_known:
            yield self.env._(
                "%(title)s is not mapped to a class of QuickBooks, and missing classes "
                "are not created. Map it in the mappings of the connection %(books)s; "
                "what needs it waits until then.",
                title=title,
                books=connection.name,
            )
        if not clean_name(self.name or ""):
            yield self.env._(
                "%(title)s has no name that QuickBooks would take. Enter one.",
                title=title,
            )
