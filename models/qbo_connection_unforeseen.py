import logging

import psycopg2

from odoo import api, models
from odoo.tools import plaintext2html

ACTIVITY_TYPE = "quickbooks_online.mail_activity_type_unforeseen"
NAMED = 5

_logger = logging.getLogger(__name__)


class QboConnection(models.Model):
    """Errors that nobody foresaw, in the transactions of people who work in Odoo.

    They are not stopped, because QuickBooks can wait; but somebody has to know.
    """

    _inherit = "qbo.connection"

    @api.model
    def _tell_unforeseen(self, records, error):
        """Tell accountants that QuickBooks does not get what became of records.

        Once for the same records, as long as somebody has it to do. Never raises but
        for a conflict with another transaction.

        :param records: of one company
        :param Exception error: what happened
        """
        try:
            with self.env.cr.savepoint():
                self._schedule_unforeseen(records.sudo(), error)
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("Nobody was told of an error with %s", records)

    @api.model
    def _schedule_unforeseen(self, records, error):
        company = records[:1].company_id
        connection = self.sudo().search([("company_id", "=", company.id)], limit=1)
        names = ", ".join(records[:NAMED].mapped("display_name"))
        known = connection.activity_ids.filtered(
            lambda each: each.activity_type_id == self.env.ref(ACTIVITY_TYPE)
        )
        for user in connection._get_accountants():
            told = connection.with_context(lang=user.lang)
            summary = told.env._("%(names)s: not followed to QuickBooks", names=names)
            if (user, summary) not in {(each.user_id, each.summary) for each in known}:
                told.activity_schedule(
                    ACTIVITY_TYPE,
                    user_id=user.id,
                    summary=summary,
                    note=plaintext2html(told._make_unforeseen_sentence(names, error)),
                )

    def _make_unforeseen_sentence(self, names, error):
        return self.env._(
            "%(names)s was changed in Odoo, and what that means for QuickBooks could "
            "not be queued: an error that nobody foresaw (%(error)s). Odoo has it as "
            "it was entered; QuickBooks got nothing of it. Compare the two, and push "
            "it again. If that fails as well, give the server's log to whoever "
            "maintains Odoo: it names the error.",
            names=names,
            error=f"{type(error).__name__}: {error}"[:200],
        )
