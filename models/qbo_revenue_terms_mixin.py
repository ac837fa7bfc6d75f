from odoo import api, fields, models

from ..tools import money, recognition
from ..tools.recognition_terms import (
    Milestones,
    Ratable,
    RecognitionError,
    TimeAndMaterial,
)
from .qbo_connection_settings import INCOME_TYPES

LIABILITY_TYPES = ("Other Current Liability", "Long Term Liability")
UNBILLED_TYPES = ("Other Current Asset",)
# Unit prices that differ by less, half their last digit, are the same.
SAME_RATE = 0.0000005
# What a deal says of its revenue: changed by amendments alone.
TERM_FIELDS = (
    "model",
    "amount",
    "start_date",
    "end_date",
    "month_count",
    "distribution",
    "first_part",
    "last_part",
    "time_source",
    "rate",
    "rate_changes",
    "is_capped",
    "deferred_account_id",
    "revenue_account_id",
    "class_id",
    "milestone_ids",
)
PARTS = [
    ("days", "By its days"),
    ("whole", "As a whole month"),
    ("none", "Not at all"),
]


def get_decimals(currency):
    """Return the decimals that QuickBooks keeps of a currency: two at most."""
    return min(currency.decimal_places, money.AMOUNT_DECIMALS)


def account_domain(*types):
    return (
        "[('connection_id', '=', connection_id), ('entity', '=', 'Account'), "
        f"('account_type', 'in', {types!r})]"
    )


class QboRevenueTermsMixin(models.AbstractModel):
    """What a deal says of its revenue: the schedule has it, and its amendments."""

    _name = "qbo.revenue.terms.mixin"
    _description = "Terms Of Revenue"

    model = fields.Selection(
        [
            ("ratable", "Over a time"),
            ("milestone", "By milestones"),
            ("time", "Time and material"),
        ],
        "Earned",
        default="ratable",
        required=True,
    )
    amount = fields.Monetary(
        required=True,
        help="What the customer pays for it, without tax. Below zero for a credit.",
    )
    currency_id = fields.Many2one("res.currency")
    start_date = fields.Date("From")
    end_date = fields.Date("To")
    month_count = fields.Integer(
        "Months",
        aggregator=None,
        help="How many months from the first day: sets the last one.",
    )
    distribution = fields.Selection(
        [("days", "By days"), ("months", "Equal months")],
        "Shared Out",
        default="days",
        required=True,
        help="By days, a month of 31 days gets more than one of 30. In equal months, "
        "all whole months get the same.",
    )
    first_part = fields.Selection(
        PARTS,
        "A First Part Of A Month Counts",
        default="days",
        required=True,
    )
    last_part = fields.Selection(
        PARTS,
        "A Last Part Of A Month Counts",
        default="days",
        required=True,
    )
    time_source = fields.Selection(
        [("hours", "Hours logged"), ("delivered", "Delivered quantity")],
        default="hours",
        required=True,
        help="Hours: analytic lines of the order line, by their date. Delivered "
        "quantity: that of the order line when a month is recognized.",
    )
    rate = fields.Float(
        "Unit Price",
        digits=(16, 6),
        aggregator=None,
        help="What one unit of time or of the product earns, less discounts.",
    )
    rate_changes = fields.Json(
        "Later Unit Prices",
        help="Pairs of the first day and the unit price from it on.",
    )
    current_rate = fields.Float(
        "Unit Price Now", digits=(16, 6), compute="_compute_current_rate"
    )
    is_capped = fields.Boolean(
        "Never More Than The Order",
        default=True,
        help="What is logged beyond the amount of the order earns nothing.",
    )
    deferred_account_id = fields.Many2one(
        "qbo.reference",
        "Deferred Revenue Account",
        domain=account_domain(*LIABILITY_TYPES),
        ondelete="restrict",
    )
    revenue_account_id = fields.Many2one(
        "qbo.reference",
        "Revenue Account",
        domain=account_domain(*INCOME_TYPES, "Other Income"),
        ondelete="restrict",
    )
    class_id = fields.Many2one(
        "qbo.reference",
        "Class",
        domain="[('connection_id', '=', connection_id), ('entity', '=', 'Class')]",
        ondelete="restrict",
    )

    @api.depends("rate", "rate_changes")
    def _compute_current_rate(self):
        for terms in self:
            changes = sorted(terms.rate_changes or ())
            terms.current_rate = changes[-1][1] if changes else terms.rate

    # === DATES === #

    @api.onchange("start_date", "month_count")
    def _onchange_month_count(self):
        if self.start_date and self.month_count > 0:
            self.end_date = self._get_end(self.start_date, self.month_count)

    @api.onchange("end_date")
    def _onchange_end_date(self):
        end = self.start_date and self.month_count > 0
        if end and self.end_date != self._get_end(self.start_date, self.month_count):
            self.month_count = 0

    @api.model
    def _get_end(self, start, months):
        """Return the last day of so many months, False of more than any deal takes."""
        try:
            return start and recognition.end_after(start, months)
        except RecognitionError:
            return False

    # === WHAT THE ARITHMETIC GETS === #

    def _get_terms(self, logged=()):
        """Return the terms as `tools.recognition` takes them.

        :param logged: ((date, Decimal quantity), ...) of time and material
        :raise RecognitionError: they make no sense
        """
        amount = self._to_minor(self._get_agreed_amount())
        if self.model == "ratable":
            if not self.start_date or not self.end_date:
                raise RecognitionError("no_dates")
            return Ratable(
                amount=amount,
                start=self.start_date,
                end=self.end_date,
                by=self.distribution,
                first_part=self.first_part,
                last_part=self.last_part,
            )
        if self.model == "milestone":
            return Milestones(
                amount=amount,
                milestones=tuple(each._get_terms() for each in self._get_milestones()),
            )
        rate, changes = self._get_rates()
        return TimeAndMaterial(
            amount=amount,
            is_capped=self.is_capped,
            logged=tuple(logged),
            rate=money.to_decimal(f"{rate:.6f}"),
            decimals=get_decimals(self.currency_id),
            rate_changes=tuple(
                (fields.Date.to_date(day), money.to_decimal(f"{later:.6f}"))
                for day, later in changes or ()
            ),
        )

    def _get_agreed_amount(self):
        """Return the amount that the terms share out."""
        return self.amount

    def _get_rates(self):
        """Return (unit price, [[first day, unit price from it on]])."""
        return self.rate, self.rate_changes

    def _get_milestones(self):
        return self.milestone_ids.sorted(lambda each: (each.sequence, each.id))

    def _to_minor(self, amount):
        """Return an amount in the smallest units that QuickBooks keeps of it."""
        decimals = get_decimals(self.currency_id)
        return money.to_minor(money.to_decimal(f"{amount:.{decimals}f}"), decimals)

    def _from_minor(self, minor):
        """Return minor units as the float that Odoo keeps (it stores a numeric)."""
        return float(money.from_minor(minor, get_decimals(self.currency_id)))

    # === WHAT IS WRONG WITH THEM === #

    def _list_term_problems(self, name):
        """Return why these terms cannot be recognized, as sentences."""
        problems = []
        kept = self._from_minor(self._to_minor(self.amount))
        if self.currency_id.compare_amounts(kept, self.amount):
            problems.append(
                self.env._(
                    "%(name)s comes to %(amount)s, and QuickBooks keeps two decimals. "
                    "Round it.",
                    name=name,
                    amount=self.currency_id.format(self.amount),
                )
            )
        try:
            recognition.plan(self._get_terms())
        except RecognitionError as error:
            problems.append(self._describe_error(name, error))
        problems += self._list_account_problems(name)
        return problems

    def _list_account_problems(self, name):
        connection = self.connection_id
        if not connection:
            return [
                self.env._(
                    "%(name)s cannot run, because its company has no QuickBooks "
                    "connection. Ask an administrator to connect one.",
                    name=name,
                )
            ]
        return [
            problem
            for field in ("deferred_account_id", "revenue_account_id", "class_id")
            for problem in self._list_reference_problems(name, field, connection)
        ]

    def _list_reference_problems(self, name, field, connection):
        reference = self[field].sudo()
        label = self._fields[field]._description_string(self.env)
        if not reference:
            if field != "class_id":
                yield self.env._(
                    "%(name)s has no account: choose one (%(label)s), or the default "
                    "in the settings of the connection %(books)s.",
                    name=name,
                    label=label,
                    books=connection.name,
                )
        elif reference.connection_id != connection:
            yield self.env._(
                "%(name)s names %(theirs)s (%(label)s), which is of another QuickBooks "
                "company. Choose one of %(books)s.",
                name=name,
                theirs=reference.display_name,
                label=label,
                books=connection.name,
            )
        elif not reference.active:
            yield self.env._(
                "%(name)s names %(theirs)s (%(label)s), which is not active in "
                "QuickBooks any more. Choose another, or make it active there and read "
                "the lists again.",
                name=name,
                theirs=reference.display_name,
                label=label,
            )

    def _describe_error(self, name, error):
        """Return a `RecognitionError` as a sentence that says what to do."""
        sentences = {
            "no_amount": self.env._(
                "%(name)s has no amount, so there is nothing to recognize. Enter the "
                "amount without tax, below zero for a credit."
            ),
            "no_dates": self.env._(
                "%(name)s has no first or no last day. Enter both, or the number of "
                "months."
            ),
            "end_before_start": self.env._(
                "%(name)s ends before it begins. Mend the dates."
            ),
            "no_months": self.env._(
                "%(name)s lasts no months at all. Enter one or more, or a last day."
            ),
            "no_month_counts": self.env._(
                "%(name)s covers parts of months only, and such parts do not count "
                "here. Let them count by their days, or change the dates."
            ),
            "no_milestones": self.env._(
                "%(name)s has no milestones. Enter at least one."
            ),
            "too_long": self.env._(
                "%(name)s lasts more than %(most)s months. Mend the dates."
            ),
            "milestone_unnamed": self.env._(
                "Milestone no. %(position)s of %(name)s has no name. Enter one."
            ),
            "milestone_twice": self.env._(
                "%(name)s has two milestones called %(milestone)s. Rename one, or "
                "delete it."
            ),
            "milestone_value": self.env._(
                "Milestone %(milestone)s of %(name)s has neither an amount nor a "
                "percentage, or both. Enter one of them."
            ),
            "milestone_mixed": self.env._(
                "%(name)s has milestones with amounts and others with percentages. "
                "Enter all one way."
            ),
            "milestone_sign": self.env._(
                "Milestone %(milestone)s of %(name)s would take back what others earn. "
                "Let all have the sign of the amount."
            ),
            "percent": self.env._(
                "The milestones of %(name)s come to %(percent)s %%, not to 100 %%. "
                "Mend the percentages."
            ),
            "milestone_sum": self.env._(
                "The milestones of %(name)s come to %(sum)s, not to the %(amount)s of "
                "the deal. Mend the amounts."
            ),
            "no_rate": self.env._(
                "%(name)s has no unit price, so that what is logged earns nothing. "
                "Enter one."
            ),
        }
        text = sentences.get(error.code)
        if not text:
            return f"{name}: {error}"
        values = {"milestone": error.values.get("name"), **error.values, "name": name}
        if error.code == "milestone_sum":
            for key in ("sum", "amount"):
                values[key] = self.currency_id.format(self._from_minor(values[key]))
        return text % values
