from werkzeug.datastructures import ImmutableMultiDict

from odoo import models
from odoo.http import request

from .qbo_connection_consent import WEBHOOK_PATH


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Take no webhook for a form, whatever its content type and its query say.

        Odoo would read the form out of the body, and leave no bytes to verify.
        """
        result = super()._pre_dispatch(rule, args)
        if rule.rule == WEBHOOK_PATH:
            for name in ("form", "files", "args"):
                setattr(request.httprequest, name, ImmutableMultiDict())
        return result

    def session_info(self):
        """Tell the web client which connections are about to end or have."""
        return super().session_info() | {
            "qbo_banner": self.env["qbo.connection"].get_banner()
        }
