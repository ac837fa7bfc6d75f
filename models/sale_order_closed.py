from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo import api, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """Orders post nothing in Odoo: of closed periods, only QuickBooks' holds them."""

    _inherit = "sale.order"

    @api.model
    def _qbo_get_zone(self, company):
        """Return the time zone of a company.

        It is UTC where this server does not know it, as everywhere in Odoo: nobody's
        list or form should end for that. What is pushed needs the true one.
        """
        try:
            return ZoneInfo(company.partner_id.tz or "UTC")
        except ZoneInfoNotFoundError:
            return ZoneInfo("UTC")

    def _qbo_get_dated_domain(self, company, until):
        if until >= datetime.max.date():
            return Domain.TRUE
        end = datetime.combine(
            until + timedelta(days=1), time(), self._qbo_get_zone(company)
        )
        return Domain("date_order", "<", end.astimezone(UTC).replace(tzinfo=None))
