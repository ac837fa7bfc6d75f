from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the web client which connections are about to end or have."""
        return super().session_info() | {
            "qbo_banner": self.env["qbo.connection"].get_banner()
        }
