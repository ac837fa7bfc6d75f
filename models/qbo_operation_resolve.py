from odoo import models
from odoo.exceptions import UserError

from .roles import ACCOUNTANT_GROUP


class QboOperation(models.Model):
    """Operations that wait for a person to say what they are in QuickBooks."""

    _inherit = "qbo.operation"

    def action_resolve(self):
        """Choose what these are in QuickBooks, one after the other."""
        self._check_for(ACCOUNTANT_GROUP)
        resolvable = self.filtered(lambda each: each._is_resolvable())
        if not resolvable:
            raise UserError(
                self.env._(
                    "%(names)s: there is nothing to choose.",
                    names=", ".join(self.mapped("name")),
                )
            )
        return self.env["qbo.operation.resolve"]._open(resolvable)

    def _is_resolvable(self):
        return (
            self.state == "failed"
            and self.cause in ("ambiguous", "inactive")
            and bool(self.candidates)
        )

    def _describe_own_facts(self):
        """Return what is known of our record, as of a candidate."""
        ours = {"id": "", "active": True, **self._load(self.payload)}
        return self._describe_candidate({"Id": "", **ours})
