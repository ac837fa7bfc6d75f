from odoo import api, fields, models
from odoo.tools import SQL

# What a part of an entry consists of, beside its amounts.
POSTING_FIELDS = ("deferred_account_id", "revenue_account_id", "class_id", "partner_id")


class QboRevenuePeriod(models.Model):
    """What one schedule earns in one month: planned, or in an entry.

    Entries join the parts of many deals; this says which deal has which share. A part
    that stands in a posted entry is never changed: an amendment adds another that
    takes it back (`reverses_id`), and one with what is right.
    """

    _name = "qbo.revenue.period"
    _description = "Month Of A Revenue Schedule"
    _order = "month, id"

    schedule_id = fields.Many2one(
        "qbo.revenue.schedule",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="schedule_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(
        related="schedule_id.currency_id", store=True, precompute=True
    )
    order_id = fields.Many2one(related="schedule_id.order_id")
    month = fields.Date(
        required=True, readonly=True, help="The first day of the month it is earned in."
    )
    kind = fields.Selection(
        [
            ("earned", "Earned"),
            ("reversal", "Reversal"),
            ("unbilled", "Invoiced since"),
        ],
        default="earned",
        required=True,
        readonly=True,
    )
    amount = fields.Monetary(required=True, readonly=True)
    unbilled = fields.Monetary(
        "Not Invoiced Yet",
        required=True,
        default=0.0,
        readonly=True,
        help="How much of the amount no invoice covers: it is booked to the account of "
        "unbilled revenue. Below zero: invoiced since.",
    )
    entry_id = fields.Many2one(
        "qbo.revenue.entry",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    entry_state = fields.Selection(related="entry_id.state", string="Entry State")
    reverses_id = fields.Many2one(
        "qbo.revenue.period", "Takes Back", readonly=True, ondelete="restrict"
    )
    is_expected = fields.Boolean(
        required=True,
        default=False,
        readonly=True,
        help="Planned by a milestone that waits until it is reached.",
    )
    is_reversed = fields.Boolean(required=True, default=False, readonly=True)
    deferred_account_id = fields.Many2one(
        "qbo.reference", readonly=True, required=True, ondelete="restrict"
    )
    revenue_account_id = fields.Many2one(
        "qbo.reference", readonly=True, required=True, ondelete="restrict"
    )
    unbilled_account_id = fields.Many2one(
        "qbo.reference", readonly=True, ondelete="restrict"
    )
    class_id = fields.Many2one("qbo.reference", readonly=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="restrict"
    )

    _recognized_once = models.UniqueIndex(
        "(schedule_id, month) "
        "WHERE kind = 'earned' AND NOT is_reversed AND NOT is_expected",
        "This month of the deal is recognized already.",
    )
    _reversed_once = models.UniqueIndex(
        "(reverses_id) WHERE reverses_id IS NOT NULL",
        "This month of the deal is taken back already.",
    )
    _reversal_has_origin = models.Constraint(
        "CHECK ((kind = 'reversal') = (reverses_id IS NOT NULL))",
        "A reversal names what it takes back.",
    )
    _first_of_month = models.Constraint(
        "CHECK (EXTRACT(DAY FROM month) = 1)", "A month is named by its first day."
    )
    _says_something = models.Constraint(
        "CHECK (amount <> 0 OR unbilled <> 0)", "A month without amounts is left out."
    )
    _expected_is_not_booked = models.Constraint(
        "CHECK (NOT is_expected OR entry_id IS NULL)",
        "What is only expected stands in no entry.",
    )
    _unbilled_account_known = models.Constraint(
        "CHECK (unbilled = 0 OR unbilled_account_id IS NOT NULL)",
        "What is not invoiced yet needs an account.",
    )
    # What a month's run looks for among hundreds of thousands.
    _planned_idx = models.Index("(company_id, month) WHERE entry_id IS NULL")
    _picture_idx = models.Index("(company_id, currency_id, month)")

    def _get_posting(self):
        """Return where the part is booked, to be compared."""
        self.ensure_one()
        return tuple(self[name].id for name in POSTING_FIELDS)

    @api.model
    def _get_picture(self, domain_sql):
        """Return rows (currency id, month, kind of state, amount) of the parts.

        :param SQL domain_sql: which parts, ``p`` being the table
        """
        self.flush_model()
        self.env["qbo.revenue.entry"].flush_model(["state"])
        return self.env.execute_query(
            SQL(
                """SELECT p.currency_id, p.month,
                          CASE WHEN p.entry_id IS NULL THEN 'planned'
                               WHEN e.state = 'posted' THEN 'posted'
                               ELSE 'drafted' END AS stage,
                          SUM(p.amount)
                     FROM qbo_revenue_period p
                LEFT JOIN qbo_revenue_entry e ON e.id = p.entry_id
                    WHERE %s
                 GROUP BY 1, 2, 3""",
                domain_sql,
            )
        )

    def _book(self, entry):
        """Put parts that are in no entry into one, in one statement."""
        entry._check_may_change()
        self.flush_recordset(["entry_id"])
        self.env.cr.execute(
            SQL(
                """UPDATE qbo_revenue_period
                      SET entry_id = %s, write_uid = %s, write_date = %s
                    WHERE id IN %s""",
                entry.id,
                self.env.uid,
                self.env.cr.now(),
                tuple(self.ids) or (0,),
            )
        )
        names = ["entry_id", "entry_state", "write_uid", "write_date"]
        self.invalidate_recordset(names, flush=False)
        self.schedule_id.invalidate_recordset(["picture"], flush=False)
        entry.invalidate_recordset(["period_ids"], flush=False)

    # === WHAT PEOPLE OPEN === #

    def action_open_entry(self):
        self.ensure_one()
        return self.entry_id.get_formview_action()

    def action_open_schedule(self):
        self.ensure_one()
        return self.schedule_id.get_formview_action()

    def _release(self):
        """Take parts out of a draft entry: what is earned is planned again."""
        passing = self.filtered(lambda each: each.kind == "unbilled")
        (self - passing).write({"entry_id": False, "unbilled": 0.0})
        passing.unlink()
