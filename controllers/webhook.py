from werkzeug.exceptions import RequestEntityTooLarge

from odoo import http
from odoo.http import Response, request

from ..const import WEBHOOK_SIGNED_BYTES
from ..models.qbo_connection_consent import WEBHOOK_PATH


class QboWebhookController(http.Controller):
    """Where Intuit tells what changed in QuickBooks."""

    @http.route(
        WEBHOOK_PATH,
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=WEBHOOK_SIGNED_BYTES,
    )
    def webhook(self):
        """Acknowledge what one of our connections' apps signed, refuse the rest.

        Nothing else is ever said: what is not acknowledged Intuit sends again and
        again, and holds back all that comes after it.
        """
        signature = request.httprequest.headers.get("intuit-signature")
        events = request.env["qbo.event"].sudo()
        is_ours = events._store_and_wake(self._get_body(), signature)
        return Response(status=200 if is_ours else 401)

    def _get_body(self):
        """Return the bytes as they came; none if they are more than we look at."""
        try:
            return request.httprequest.get_data()
        except RequestEntityTooLarge:
            return None
