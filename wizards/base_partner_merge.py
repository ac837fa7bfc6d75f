from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merged partners stay the customer that they are at QuickBooks."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):
        self.env["qbo.binding"]._hand_over(src_partners, dst_partner)
        return super()._update_reference_fields(src_partners, dst_partner)
