from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools import money, recognition


class QboRevenueRecognize(models.TransientModel):
    """Recognize the revenue of a month, after a look at what that books."""

    _name = "qbo.revenue.recognize"
    _description = "Recognize Revenue"

    connection_id = fields.Many2one(
        "qbo.connection",
        "QuickBooks Company",
        required=True,
        default=lambda self: self._get_default_connection(),
    )
    day = fields.Date(
        "Until The End Of",
        required=True,
        default=lambda self: self._get_default_day(),
        help="Any day of the month: it is recognized until the month's last day.",
    )
    preview = fields.Html(readonly=True)
    held = fields.Html("Waits", readonly=True)
    is_previewed = fields.Boolean(readonly=True)

    @api.model
    def _get_default_connection(self):
        return self.env["qbo.connection"].search(
            [("company_id", "in", self.env.companies.ids)], limit=1
        )

    @api.model
    def _get_default_day(self):
        return fields.Date.context_today(self).replace(day=1) - timedelta(days=1)

    def _get_month(self):
        return recognition.month_of(self.day)

    def _check(self):
        self.ensure_one()
        self.env["qbo.revenue.schedule"]._check_accountant()
        self.connection_id.check_access("read")
        if not self.connection_id.recognizes_revenue:
            raise UserError(
                self.env._(
                    "%(books)s recognizes no revenue. An administrator can switch it "
                    "on (connection, tab Settings).",
                    books=self.connection_id.name,
                )
            )

    @api.onchange("day", "connection_id")
    def _onchange_day(self):
        self.is_previewed = False
        self.preview = self.held = False

    def action_preview(self):
        """Show what would be booked, by account; makes no entry."""
        self._check()
        run = self.env["qbo.revenue.run"]._collect(
            self.connection_id, self._get_month()
        )
        self.write(
            {
                "preview": self._make_preview(run.drafts),
                "held": self._make_held(run.held),
                "is_previewed": True,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Recognize Revenue"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_recognize(self):
        """Make the entries, as drafts."""
        self._check()
        entries = self.connection_id.sudo()._recognize_revenue(self._get_month())
        if not entries:
            raise UserError(
                self.env._(
                    "Nothing is to be booked until %(day)s: all that is earned until "
                    "then stands in entries already.",
                    day=format_date(self.env, recognition.end_of(self.day)),
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "quickbooks_online.qbo_revenue_entry_action"
        )
        return action | {"domain": [("id", "in", entries.ids)], "context": {}}

    # === WORDS === #

    def _make_preview(self, drafts):
        if not drafts:
            return Markup("<p>%s</p>") % self.env._("Nothing is to be booked.")
        parts = []
        for draft in drafts:
            parts.append(self._make_title(draft))
            parts.append(self._make_table(draft))
        return Markup("").join(parts)

    def _make_title(self, draft):
        values = draft.values
        day = format_date(self.env, values["date"])
        count = len(draft.periods.schedule_id)
        title = (
            self.env._("Entry of %(date)s: one deal", date=day)
            if count == 1
            else self.env._("Entry of %(date)s: %(count)s deals", date=day, count=count)
        )
        note = values.get("late_note")
        text = Markup("<p>%s</p>") % note if note else ""
        return Markup("<h4>%s</h4>%s") % (title, text)

    def _make_table(self, draft):
        """Return debits and credits by account, class apart."""
        currency = draft.periods.currency_id
        sums = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for line in draft.lines:
            for place, side in enumerate(("debit", "credit")):
                amount = money.to_decimal(f"{line[side]:.{currency.decimal_places}f}")
                sums[line["account_id"], line["class_id"]][place] += amount
        references = self.env["qbo.reference"].sudo()
        rows = [
            self._make_row(
                currency,
                references.browse(account).display_name,
                references.browse(class_id).display_name if class_id else "",
                *amounts,
            )
            for (account, class_id), amounts in sums.items()
        ]
        totals = [sum(amounts) for amounts in zip(*sums.values(), strict=True)]
        total = self._make_row(currency, self.env._("Total"), "", *totals)
        head = Markup(
            "<th>%s</th><th>%s</th><th class='text-end'>%s</th>"
            "<th class='text-end'>%s</th>"
        ) % (
            self.env._("Account"),
            self.env._("Class"),
            self.env._("Debit"),
            self.env._("Credit"),
        )
        return Markup(
            "<table class='table table-sm o_qbo_revenue_table'><thead><tr>%s</tr>"
            "</thead><tbody>%s</tbody><tfoot>%s</tfoot></table>"
        ) % (head, Markup("").join(rows), total)

    def _make_row(self, currency, account, class_name, *amounts):
        cells = Markup("").join(
            Markup("<td class='text-end text-nowrap'>%s</td>")
            % (currency.format(float(amount)) if amount else "")
            for amount in amounts
        )
        return Markup("<tr><td>%s</td><td>%s</td>%s</tr>") % (
            account,
            class_name,
            cells,
        )

    def _make_held(self, held):
        if not held:
            return False
        items = Markup("").join(
            Markup("<li>%s</li>")
            % (
                self.env._("One deal: %(reason)s", reason=reason)
                if count == 1
                else self.env._(
                    "%(count)s deals: %(reason)s", count=count, reason=reason
                )
            )
            for reason, count in held.items()
        )
        return Markup("<ul class='mb-0'>%s</ul>") % items
