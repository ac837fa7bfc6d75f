from datetime import date
from decimal import Decimal

from .outbox import OutboxMixin

MARCH = date(2026, 3, 1)


class RevenueMixin(OutboxMixin):
    """Deals whose revenue is recognized: put before `QboCommon` among the bases."""

    def setUp(self):
        super().setUp()
        self.deferred = self.find_account("Deferred Revenue")
        self.income = self.find_account("Services")
        self.connection.write(
            {
                "recognizes_revenue": True,
                "income_account_id": self.income.id,
                "deferred_revenue_account_id": self.deferred.id,
            }
        )
        self.env.flush_all()

    def find_account(self, name):
        """Return the account of QuickBooks with this name."""
        return self.find_named("Account", name)

    def find_class(self, name):
        """Return the class of QuickBooks with this name."""
        return self.find_named("Class", name)

    def find_named(self, entity, name):
        found = self.env["qbo.reference"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("entity", "=", entity),
                ("name", "=", name),
            ]
        )
        self.assertEqual(len(found), 1, f"{entity} {name}")
        return found

    # === DEALS === #

    def create_deal(self, amount=1200, start=True, order=None, **values):
        """Return the schedule of a deal: 12 equal months from March otherwise.

        :param bool start: whether it runs
        """
        order = order or self.create_order([(self.service, 1, amount)], confirm=True)
        if values.get("model", "ratable") == "ratable":
            values = {
                "start_date": MARCH,
                "month_count": 12,
                "end_date": date(2027, 2, 28),
                "distribution": "months",
                **values,
            }
        schedule = self.env["qbo.revenue.schedule"].create(
            {
                "order_line_id": order.order_line[:1].id,
                "amount": amount,
                "deferred_account_id": self.deferred.id,
                "revenue_account_id": self.income.id,
                **values,
            }
        )
        if start:
            schedule.action_start()
        self.env.flush_all()
        return schedule

    def log_hours(self, schedule, hours, day, unit=None):
        plan = self.env["account.analytic.plan"].search([], limit=1)
        account = self.env["account.analytic.account"].create(
            {"name": "Work", "plan_id": plan.id, "company_id": self.company.id}
        )
        self.env["account.analytic.line"].create(
            {
                "name": "Work",
                "date": day,
                "unit_amount": hours,
                "product_uom_id": (unit or schedule.order_line_id.product_uom_id).id,
                "so_line": schedule.order_line_id.id,
                "account_id": account.id,
                "company_id": self.company.id,
            }
        )

    def recognize(self, month=MARCH):
        """Make the entries of a month; return them."""
        entries = self.connection._recognize_revenue(month)
        self.env.flush_all()
        return entries

    def post(self, *entries):
        """Push entries, past the gate, and let them arrive in QuickBooks."""
        operations = self.push(*entries)
        for entry, operation in zip(entries, operations, strict=True):
            self.assertEqual(operation.state, "done", operation.fault_message)
            self.assertEqual(entry.state, "posted")
        return operations

    def recognize_and_post(self, month=MARCH):
        entries = self.recognize(month)
        self.post(*entries)
        return entries

    # === WHAT AN ACCOUNTANT ADDS UP === #

    def get_lines(self, entry):
        """Return [(account, class, customer, debit, credit)] of an entry, by name."""
        return [
            (
                line.account_id.name,
                line.class_id.name or "",
                line.partner_id.name or "",
                line.debit,
                line.credit,
            )
            for line in entry.line_ids
        ]

    def get_balances(self, entries=None):
        """Return {account: debits less credits} of entries, all otherwise."""
        if entries is None:
            entries = self.env["qbo.revenue.entry"].search([])
        balances = {}
        for line in entries.line_ids:
            balance = Decimal(str(line.debit)) - Decimal(str(line.credit))
            name = line.account_id.name
            balances[name] = balances.get(name, 0) + balance
        return {name: balance for name, balance in balances.items() if balance}

    def get_months(self, schedule):
        """Return {month: amount} of what stands: planned or booked, not taken back."""
        months = {}
        for period in schedule._get_standing():
            month = period.month.strftime("%Y-%m")
            months[month] = round(months.get(month, 0) + period.amount, 3)
        return months

    # === CLOSED PERIODS === #

    def close_books(self, day):
        """Close QuickBooks' books until a day, and let Odoo read that."""
        preferences = {"AccountingInfoPrefs": {"BookCloseDate": day}}
        realm = self.connection.realm_id
        self.control("POST", f"company/{realm}", preferences=preferences)
        self.connection.with_user(self.accountant).action_read_closing_date()
        self.env.invalidate_all()
