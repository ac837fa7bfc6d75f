from odoo import models


class QboFirstLoad(models.Model):
    """What people do in Odoo to records that a load took in, before it is done.

    A record that is not what it was gets its own verdict; all others go on.
    """

    _inherit = "qbo.first.load"

    def _get_moves(self, lines):
        """Return {id of the line of a document: document, empty if deleted}."""
        moves = self.env["account.move"].browse(lines.mapped("res_id")).exists()
        by_id = {move.id: move for move in moves}
        return {line.id: by_id.get(line.res_id, moves.browse()) for line in lines}

    def _filter_existing(self, lines):
        """Return those lines of customers or products that are still in Odoo."""
        existing = {
            model: set(self.env[model].browse(of_model.mapped("res_id")).exists().ids)
            for model, of_model in lines.grouped("res_model").items()
        }
        return lines.filtered(lambda line: line.res_id in existing[line.res_model])

    def _describe_change(self, line, move, customer):
        """Return what happened to a document since it was taken in, or None.

        :param move: the document, empty if it was deleted
        :param customer: line of its customer, None without one
        """
        if not move:
            return self.env._("%(name)s was deleted in Odoo.", name=line.name)
        if move.state != "posted":
            return self.env._(
                "%(name)s was reset to draft or cancelled. Post it again, if it is to "
                "be loaded.",
                name=line.name,
            )
        # Merging customers takes the line's along: then only theirs is missing.
        if customer and line.partner_id == move._qbo_get_customer():
            return None
        return self.env._(
            "%(name)s was changed in Odoo, or its customer was merged with another: "
            "it is a document of %(customer)s in %(currency)s now.",
            name=line.name,
            customer=move._qbo_get_customer().name,
            currency=move.currency_id.name,
        )

    def _describe_loss(self, line):
        """Return what happened to a customer or product that is not in Odoo now."""
        if line.kind == "product":
            return self.env._("%(name)s was deleted in Odoo.", name=line.name)
        return self.env._(
            "%(name)s was deleted in Odoo, or merged with another customer.",
            name=line.name,
        )

    def _prepare_change_verdict(self, change):
        reason = self.env._("%(what)s Count again.", what=change)
        return {"verdict": "refused", "reason": reason}
