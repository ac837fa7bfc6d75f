from odoo import models
from odoo.exceptions import UserError

from .roles import ACCOUNTANT_GROUP

# Why something that a document uses may have to be found anew.
CAUSES = ("reference", "inactive")


class QboOperation(models.Model):
    """Documents whose customer or product is gone from QuickBooks.

    It was deleted, made inactive or merged there. The link is forgotten, so that the
    next push looks the record up by its name, and links or creates it.
    """

    _inherit = "qbo.operation"

    def action_relink(self):
        """Forget what the records that the document uses are in QuickBooks."""
        self.ensure_one()
        self._check_for(ACCOUNTANT_GROUP)
        bindings = self.sudo()._get_suspects()
        if not bindings:
            raise UserError(
                self.env._(
                    "%(name)s uses no customer or product that is linked to "
                    "QuickBooks. Nothing was changed.",
                    name=self.name,
                )
            )
        names = ", ".join(bindings.mapped("name"))
        bindings._unlink_object()
        return self.connection_id._notify_user(
            self.env._(
                "%(links)s: looked up by name in QuickBooks with the next push. Each "
                "document that was approved for the old link has to be approved again; "
                "so has %(name)s.",
                links=names,
                name=self.name,
            ),
            "warning",
        )

    def _has_button_relink(self):
        is_open = self.state == "failed" and self.cause in CAUSES
        return (
            is_open
            and self._is_for(ACCOUNTANT_GROUP)
            and bool(self.sudo()._get_suspects())
        )

    def _get_suspects(self):
        """Return the links that QuickBooks complains of; all of them if it names none.

        :rtype: qbo.binding
        """
        bindings = self.env["qbo.binding"]
        keys = [tuple(need[:3]) for need in self.needs or ()]
        used = bindings.union(*bindings._get_known(self.connection_id, keys).values())
        entity, number = self.env["qbo.catalogue"]._read_culprit(self)
        if not entity:
            return used
        return used.filtered(
            lambda each: (each.entity, each.qbo_id) == (entity, number)
        )
