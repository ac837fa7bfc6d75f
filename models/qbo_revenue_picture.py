from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..tools import recognition
from .roles import USER_GROUP

STAGES = ("posted", "drafted", "planned")


class QboRevenuePicture(models.AbstractModel):
    """Deferred and recognized revenue by month, as the picture shows it."""

    _name = "qbo.revenue.picture"
    _description = "Picture Of Revenue"

    @api.model
    def _draw(self, condition, currencies):
        """Return the picture of some parts.

        :param SQL condition: which parts, ``p`` being their table
        :param currencies: the currencies to show, the first one first; others follow
        :return: list of dicts, one for each currency: ``currency`` (id), ``name``,
            ``months`` (labels), ``starts`` (their first days, as ISO says) and, a
            float for each month, ``posted`` (in QuickBooks), ``drafted`` (in entries
            that are not there yet), ``planned`` and ``deferred`` (what is left to be
            earned at the end of the month)
        """
        sums = defaultdict(lambda: defaultdict(dict))
        rows = self.env["qbo.revenue.period"]._get_picture(condition)
        for currency_id, month, stage, amount in rows:
            sums[currency_id][month][stage] = float(amount)
        order = {currency.id: place for place, currency in enumerate(currencies)}
        ids = sorted(sums, key=lambda id: (order.get(id, len(order)), id))
        return [
            self._draw_currency(self.env["res.currency"].browse(id), sums[id])
            for id in ids
        ]

    @api.model
    def _draw_currency(self, currency, by_month):
        months = list(recognition.months_between(min(by_month), max(by_month)))
        series = {
            stage: [currency.round(by_month[each].get(stage, 0.0)) for each in months]
            for stage in STAGES
        }
        left = sum(sum(amounts) for amounts in series.values())
        deferred = []
        for place in range(len(months)):
            left -= sum(amounts[place] for amounts in series.values())
            deferred.append(currency.round(left))
        return {
            "currency": currency.id,
            "name": currency.name,
            "months": [
                format_date(self.env, month, date_format="MMM y") for month in months
            ],
            "starts": [fields.Date.to_string(month) for month in months],
            **series,
            "deferred": deferred,
        }

    @api.model
    @api.readonly
    def get_picture(self, company_id=None):
        """Return the picture of all deals of the user's companies; see ``_draw``.

        :param int company_id: of one of the user's companies only
        """
        self.env["qbo.revenue.schedule"].check_access("read")
        companies = self.env.companies
        if company_id:
            companies = companies.filtered(lambda each: each.id == company_id)
            if not companies:
                raise UserError(
                    self.env._(
                        "This company is not among those you work in. Switch to it "
                        "first."
                    )
                )
        condition = SQL("p.company_id IN %s", tuple(companies.ids))
        return self._draw(condition, companies.currency_id)


class QboRevenueSchedule(models.Model):
    _inherit = "qbo.revenue.schedule"

    picture = fields.Json(compute="_compute_picture")

    @api.depends("period_ids.amount", "period_ids.entry_id")
    def _compute_picture(self):
        pictures = self.env["qbo.revenue.picture"].sudo()
        for schedule in self:
            condition = SQL("p.schedule_id = %s", schedule._origin.id or 0)
            schedule.picture = pictures._draw(condition, schedule.currency_id)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    qbo_revenue_picture = fields.Json(
        compute="_compute_qbo_revenue_picture",
        groups=USER_GROUP,
    )

    def _compute_qbo_revenue_picture(self):
        pictures = self.env["qbo.revenue.picture"].sudo()
        for order in self:
            condition = SQL(
                """p.schedule_id IN (SELECT s.id FROM qbo_revenue_schedule s
                                      WHERE s.order_id = %s)""",
                order._origin.id or 0,
            )
            order.qbo_revenue_picture = pictures._draw(condition, order.currency_id)
