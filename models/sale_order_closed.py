from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """Orders post nothing in Odoo: of closed periods, only QuickBooks' holds them."""

    _inherit = "sale.order"

    def _qbo_get_dated_domain(self, company, until):
        zone = ZoneInfo(company.partner_id.tz or "UTC")
        if until >= datetime.max.date():
            return Domain.TRUE
        end = datetime.combine(until + timedelta(days=1), time(), zone)
        return Domain("date_order", "<", end.astimezone(UTC).replace(tzinfo=None))
