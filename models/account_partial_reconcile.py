from itertools import product

from odoo import api, fields, models


class AccountPartialReconcile(models.Model):
    """Matchings: what of a payment or credit note settles which invoice."""

    _inherit = "account.partial.reconcile"

    # The payment of QuickBooks that this follows. Of credit memos that pay invoices
    # nothing else tells it.
    qbo_payment_id = fields.Many2one(
        "qbo.payment", index="btree_not_null", ondelete="set null"
    )

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        for records in partials._qbo_get_settlements():
            records._qbo_follow()
        return partials

    def unlink(self):
        settlements = self._qbo_get_settlements()
        result = super().unlink()
        for records in settlements:
            records.exists()._qbo_follow()
        return result

    def _qbo_is_from_quickbooks(self):
        """Tell whether the matching was made because QuickBooks has it so."""
        return bool(self.qbo_payment_id)

    def _qbo_is_receivable(self):
        return self.debit_move_id.account_id.account_type == "asset_receivable"

    def _qbo_get_settlements(self, is_made=None):
        """Return (payments, bank lines, uses of credit notes) that these are part of.

        Empty ones for companies whose payments are not pushed.

        :param bool is_made: make rows for credit notes whose use has none yet; None
            leaves it to the settings
        """
        partials = self.sudo()._qbo_filter_pushed()
        moves = (partials.debit_move_id | partials.credit_move_id).move_id
        pairs = [pair for partial in partials for pair in partial._qbo_get_pairs()]
        if is_made is None:
            is_made = "automatic" in partials._qbo_get_pushing_connections().mapped(
                "payment_push"
            )
        return (
            moves.origin_payment_id,
            moves.statement_line_id,
            self.env["qbo.credit.use"].sudo()._of(pairs, is_made),
        )

    def _qbo_filter_pushed(self):
        companies = self._qbo_get_pushing_connections().company_id
        if not companies:
            return self.browse()
        return self.filtered(
            lambda partial: partial.company_id in companies
            and partial._qbo_is_receivable()
            and not partial._qbo_is_from_quickbooks()
        )

    def _qbo_get_pushing_connections(self):
        """Return the connections whose payments are pushed."""
        return (
            self.env["qbo.connection"]
            .sudo()
            .search(
                [
                    ("company_id", "in", self.company_id.ids),
                    ("payment_push", "!=", "off"),
                    ("realm_id", "!=", False),
                ]
            )
        )

    def _qbo_get_pairs(self):
        """Return the [(invoice, credit note)] that this matches, one or none."""
        invoice, credit = self.debit_move_id.move_id, self.credit_move_id.move_id
        kinds = (invoice.move_type, credit.move_type)
        is_use = kinds == ("out_invoice", "out_refund")
        return list(product(invoice, credit)) if is_use else []
