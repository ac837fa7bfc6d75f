from odoo import api, fields, models
from odoo.exceptions import UserError

SEQUENCE = "qbo.revenue.entry"
# All that the books get; nobody writes that by hand.
MADE_BY_US = frozenset(
    (
        "name",
        "connection_id",
        "company_id",
        "kind",
        "state",
        "month",
        "date",
        "currency_id",
        "rate",
        "memo",
        "late_note",
        "order_id",
        "reversal_of_id",
        "replaces_id",
        "amendment_id",
        "line_ids",
        "lines_version",
    )
)


class QboRevenueEntry(models.Model):
    """A journal entry of earned revenue, as it goes to QuickBooks.

    It is made of the parts of deals (`qbo.revenue.period`); people read, approve and
    push it, nobody writes its lines. Odoo's own ledger gets nothing of it: the ledger
    is QuickBooks'.
    """

    _name = "qbo.revenue.entry"
    _description = "Revenue Entry"
    _inherit = [
        "qbo.approval.mixin",
        "qbo.document.mixin",
        "qbo.preview.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char("Number", required=True, readonly=True, copy=False)
    connection_id = fields.Many2one(
        "qbo.connection",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [
            ("month", "Month"),
            ("reversal", "Reversal"),
            ("correction", "Corrected month"),
        ],
        default="month",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("posted", "In QuickBooks")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    month = fields.Date(
        required=True,
        readonly=True,
        help="The first day of the month that the revenue is earned in.",
    )
    date = fields.Date(required=True, readonly=True, tracking=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, readonly=True, ondelete="restrict"
    )
    rate = fields.Float(
        "Exchange Rate",
        digits=(20, 10),
        required=True,
        default=1.0,
        readonly=True,
        aggregator=None,
        help="Units of the home currency for one unit of the entry's: that of the "
        "invoices of the deals, where there are any.",
    )
    memo = fields.Char(readonly=True)
    late_note = fields.Char(
        readonly=True, help="Why it is not dated in the month it is for."
    )
    order_id = fields.Many2one(
        "sale.order", "Deal", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    reversal_of_id = fields.Many2one(
        "qbo.revenue.entry",
        "Takes Back",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    reversal_ids = fields.One2many(
        "qbo.revenue.entry", "reversal_of_id", "Taken Back By", readonly=True
    )
    replaces_id = fields.Many2one(
        "qbo.revenue.entry",
        "Corrects",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    replaced_by_ids = fields.One2many(
        "qbo.revenue.entry", "replaces_id", "Corrected By", readonly=True
    )
    amendment_id = fields.Many2one(
        "qbo.revenue.amendment",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    line_ids = fields.One2many("qbo.revenue.entry.line", "entry_id", "Lines")
    period_ids = fields.One2many(
        "qbo.revenue.period", "entry_id", "Deals", readonly=True
    )
    amount_total = fields.Monetary("Total", compute="_compute_amount_total")
    # Counts the changes of the lines, so that what PostgreSQL checks at commit is
    # looked at once for each entry, and simultaneous changes cannot pass each other.
    lines_version = fields.Integer(default=0, readonly=True, copy=False)

    _number_unique = models.Constraint(
        "UNIQUE(company_id, name)", "This number is taken by another revenue entry."
    )
    _rate_known = models.Constraint(
        "CHECK (rate > 0 AND rate < 'Infinity'::numeric)",
        "An exchange rate is above zero.",
    )
    _first_of_month = models.Constraint(
        "CHECK (EXTRACT(DAY FROM month) = 1)", "A month is named by its first day."
    )
    _known_state = models.Constraint(
        "CHECK (state IN ('draft', 'posted'))", "An entry is a draft or posted."
    )
    _month_idx = models.Index("(company_id, month, currency_id)")

    @api.depends("line_ids.debit")
    def _compute_amount_total(self):
        for entry in self:
            entry.amount_total = sum(entry.line_ids.mapped("debit"))

    # === PROTECTION === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_made_by_us()
        for vals in vals_list:
            company = vals.get("company_id") or self.env.company.id
            sequences = self.env["ir.sequence"].with_company(company)
            dated = sequences.with_context(ir_sequence_date=vals.get("date"))
            vals.setdefault("name", dated.next_by_code(SEQUENCE))
        with self._write_lines_together():
            entries = super().create(vals_list)
        entries._check_balance()
        return entries

    @api.model
    def _create_whole(self, vals, lines):
        """Create an entry, and its lines in one statement.

        :param lines: list of values, of all lines the same ones
        """
        with self._write_lines_together():
            entry = self.create(vals)
            self.env["qbo.revenue.entry.line"]._insert(entry, lines)
        entry._check_balance()
        return entry

    def write(self, vals):
        if not vals.keys() & MADE_BY_US:
            return super().write(vals)
        self._check_made_by_us()
        self._check_may_change(vals)
        with self._write_lines_together():
            result = super().write(vals)
        self._check_balance()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        posted = self.filtered(lambda each: each.state == "posted")
        if posted:
            raise UserError(
                self.env._(
                    "%(names)s: in QuickBooks, so that nothing was deleted. An "
                    "amendment of the deal takes back what is wrong.",
                    names=", ".join(posted.mapped("name")),
                )
            )
        changes = self.filtered(lambda each: each.kind != "month" and each.period_ids)
        if changes:
            raise UserError(
                self.env._(
                    "%(names)s belongs to an amendment, so that nothing was deleted. "
                    "Amend the deal again instead.",
                    names=", ".join(changes.mapped("name")),
                )
            )
        self._check_may_change()

    def unlink(self):
        self._unlink_except_kept()
        self.sudo().period_ids._release()
        return super().unlink()

    @api.model
    def _check_made_by_us(self):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "Revenue entries are made from the schedules of deals. Use "
                    "Recognize Revenue."
                )
            )

    # === LINES === #

    def _rebuild(self):
        """Write the lines of drafts anew from their parts; delete what has none."""
        empty = self.filtered(lambda each: not each.period_ids)
        for entry in self - empty:
            lines = self.env["qbo.revenue.run"]._prepare_lines(
                entry.period_ids, entry.month, entry.kind
            )
            if lines:
                entry.sudo().write(
                    {
                        **entry._prepare_rate(),
                        "line_ids": [
                            fields.Command.clear(),
                            *(fields.Command.create(each) for each in lines),
                        ],
                        "memo": entry._make_memo(entry.period_ids),
                    }
                )
            else:
                empty |= entry
        empty.sudo().unlink()
        (self - empty)._take_out_of_queue()

    def _prepare_rate(self):
        """Return the rate that the deals of a month's entry have now."""
        if self.kind != "month":
            # What takes back and corrects has the rate of what it is about.
            return {}
        run, connection = self.env["qbo.revenue.run"], self.connection_id.sudo()
        return {"rate": run._get_rate(connection, self.date, self.period_ids, self)}

    # === WHAT PEOPLE OPEN === #

    def action_open_schedules(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Deals of %(name)s", name=self.name),
            "res_model": "qbo.revenue.period",
            "view_mode": "list",
            "domain": [("entry_id", "=", self.id)],
        }
