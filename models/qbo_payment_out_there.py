from odoo import models

from ..tools import receipt
from ..tools.digest import digest
from ..tools.references import list_references, resolve

# Follow from the settings, not from what somebody did with the payment.
MAPPED_ACCOUNTS = ("ARAccountRef", "DepositToAccountRef")


class QboPaymentOutMixin(models.AbstractModel):
    """What QuickBooks has of a payment already: by what was sent, or by itself."""

    _inherit = "qbo.payment.out.mixin"

    def _qbo_is_so_there(self, connection, binding, is_strict):
        """Whether QuickBooks has it as it is now, because somebody changed it there.

        :param bool is_strict: also in the accounts that it is mapped to by now. What
            only the settings changed moves no money by itself.
        """
        content = self._qbo_prepare_payload(connection)
        if not is_strict:
            content = {k: v for k, v in content.items() if k not in MAPPED_ACCOUNTS}
        keys = [reference.key for reference in list_references(content)]
        try:
            body = resolve(content, self.env["qbo.binding"]._get_ids(connection, keys))
        except KeyError:
            return False
        expectation = self._qbo_get_expectation(connection)
        return not receipt.compare(
            body,
            binding.snapshot or {},
            expectation["currency_decimals"],
            total=expectation["total"],
            entity=self._qbo_get_entity(),
        )

    def _qbo_digest(self, connection):
        return digest(self._qbo_prepare_payload(connection))

    def _qbo_get_last_done(self, connection):
        return (
            self.env["qbo.operation"]
            .sudo()
            .search(
                [
                    ("connection_id", "=", connection.id),
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("state", "in", ("done", "differs")),
                ],
                order="id desc",
                limit=1,
            )
        )

    def _qbo_prepare_left_out(self, connection, content):
        """Money that went to an account, and is to go where it goes without one."""
        name = "DepositToAccountRef"
        last = self._qbo_get_last_done(connection)
        if name in content or name not in last._load(last.payload):
            return {}
        (undeposited, *others) = connection._get_undeposited_ids() or [None]
        if not undeposited or others or not self._qbo_get_journal():
            return {}
        return {name: {"value": undeposited}}
