from odoo import models

from ..tools import members
from ..tools.name_match import Facts, clean_name

NAME_LENGTH = 31
MOST_DAYS = 999


class AccountPaymentTerm(models.Model):
    """Payment terms, as far as QuickBooks can say the same."""

    _name = "account.payment.term"
    _inherit = ["account.payment.term", "qbo.sync.mixin"]

    def _qbo_get_entity(self):
        """Only all of it after a number of days is a term of QuickBooks.

        Others are left out: the due date is sent with each invoice anyway.
        """
        return "Term" if self and self._qbo_is_plain() else False

    def _qbo_get_mapped(self, connection):
        return connection._get_mapped("term", self)

    def _qbo_is_plain(self):
        line = self.line_ids
        return (
            len(line) == 1
            and line.value == "percent"
            and line.value_amount == 100
            and line.delay_type == "days_after"
            and 0 <= line.nb_days <= MOST_DAYS
            and not self.early_discount
            and 0 < members.measure(clean_name(self.name or "")) <= NAME_LENGTH
        )

    def _qbo_get_title(self):
        self.ensure_one()
        return self.env._("Payment terms %(name)s", name=self.name or self.id)

    def _qbo_prepare_members(self, connection, rules):
        return {
            "Name": clean_name(self.name or ""),
            "DueDays": self.line_ids.nb_days,
        }

    def _qbo_get_facts(self, connection):
        return Facts(name=clean_name(self._qbo_in(connection).name or ""))
