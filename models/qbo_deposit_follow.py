import logging

import psycopg2

from odoo import api, models

_logger = logging.getLogger(__name__)


class QboDeposit(models.Model):
    """Grouping in the transactions of others, whom nothing here may stop."""

    _inherit = "qbo.deposit"

    @api.model
    def _follow_bank_line(self, connection, bank_line):
        self._do_safely(
            bank_line,
            lambda: self._of_bank_line(connection, bank_line)._qbo_follow(),
        )

    @api.model
    def _group_safely(self, values, payments):
        self._do_safely(payments, lambda: self._group(values, payments)._qbo_follow())

    def _qbo_follow_safely(self):
        for deposit in self:
            self._do_safely(
                deposit,
                lambda deposit=deposit: deposit._bring_up_to_date()._qbo_follow(),
            )

    @api.model
    def _do_safely(self, record, do):
        try:
            with self.env.cr.savepoint():
                do()
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            _logger.exception("No deposit is made of %s", record)
            self.env["qbo.connection"]._tell_unforeseen(record, error)
