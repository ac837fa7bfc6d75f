from odoo import api, models
from odoo.exceptions import UserError


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merged partners stay the customer that they are at QuickBooks."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        self._qbo_check_revenue(partner_ids, dst_partner)
        return super()._merge(partner_ids, dst_partner, extra_checks)

    def _qbo_check_revenue(self, partner_ids, dst_partner):
        """Refuse what would change entries that are in QuickBooks."""
        partners = self.env["res.partner"].browse(partner_ids).exists()
        kept = dst_partner or self._get_ordered_partner(partners.ids)[-1:]
        lines = self.env["qbo.revenue.entry.line"].sudo()
        fixed = lines.search(
            [
                ("partner_id", "in", (partners - kept).ids),
                ("entry_id.state", "=", "posted"),
            ]
        ).partner_id
        if fixed:
            raise UserError(
                self.env._(
                    "%(names)s: nothing was merged, because revenue entries in "
                    "QuickBooks name this customer, and those never change. Choose it "
                    "as the contact to keep; of two such, keep both.",
                    names=", ".join(fixed.mapped("display_name")),
                )
            )

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):
        self.env["qbo.binding"]._hand_over(src_partners, dst_partner)
        return super()._update_reference_fields(src_partners, dst_partner)

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        self.env["qbo.customer"]._join(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)
