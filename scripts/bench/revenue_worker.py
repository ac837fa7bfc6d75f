"""One Odoo process of the bench `revenue`: a JSON order a line, a JSON answer a line.

Started as `revenue_worker.py CONFIGURATION DATABASE`.
"""

import sys
import time
from datetime import date

import psutil
from governor_worker import Orders as ConnectionOrders
from governor_worker import main
from payments_wizard_worker import list_columns
from push_worker import Sampler

from odoo import SUPERUSER_ID, api

# Deals that Odoo writes; each is copied, for other customers, until there are as many.
PATTERNS = {"ratable": 90, "milestone": 10, "time": 10}
COPIES = 100
CUSTOMERS = 2000
CLASSES = 4
MONTHS = 36
START = date(2026, 1, 1)
BOOKED_MONTHS = 24


class Orders(ConnectionOrders):
    """What a worker can be told to do; each method returns the answer."""

    def connect(self, realm):
        super().connect(realm)
        with self.connection() as connection:
            connection.action_refresh_references()
        return {}

    # === DEALS === #

    def write_deals(self):
        """Write deals that run, invoiced and with hours logged, and count them."""
        started = time.monotonic()
        with self.connection() as connection:
            self._choose_accounts(connection)
            self._write_classes(connection)
            self._book_long_deal(connection)
        with self.connection() as connection:
            self._write_patterns(connection)
        with self.connection() as connection:
            self._copy_patterns(connection.env)
        with self.registry.cursor() as cr:
            # As autovacuum does it within a minute.
            cr.execute("ANALYZE")
            cr.execute(
                """SELECT (SELECT COUNT(*) FROM qbo_revenue_schedule),
                          (SELECT COUNT(*) FROM qbo_revenue_period)"""
            )
            schedules, parts = cr.fetchone()
        seconds = round(time.monotonic() - started, 1)
        return {"schedules": schedules, "parts": parts, "seconds": seconds}

    @staticmethod
    def _choose_accounts(connection):
        unbilled = connection.env["qbo.reference"].create(
            {
                "connection_id": connection.id,
                "entity": "Account",
                "qbo_id": "bench-unbilled",
                "name": "Unbilled",
                "full_name": "Unbilled",
                "account_type": "Other Current Asset",
            }
        )
        accounts = {each.name: each.id for each in connection.reference_ids}
        connection.write(
            {
                "recognizes_revenue": True,
                "income_account_id": accounts["Services"],
                "deferred_revenue_account_id": accounts["Deferred Revenue"],
                "unbilled_account_id": unbilled.id,
            }
        )
        euro = connection.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids = [(0, 0, {"name": START, "rate": 0.8})]

    @staticmethod
    def _write_classes(connection):
        connection.env["qbo.reference"].create(
            [
                {
                    "connection_id": connection.id,
                    "entity": "Class",
                    "qbo_id": f"bench-{number}",
                    "name": f"Bench class {number}",
                    "full_name": f"Bench class {number}",
                }
                for number in range(CLASSES)
            ]
        )

    def _write_patterns(self, connection):
        env = connection.env
        env["res.partner"].create(
            [{"name": f"Bench customer {number:04d}"} for number in range(CUSTOMERS)]
        )
        for model, count in PATTERNS.items():
            for number in range(count):
                schedule = self._write_deal(connection, model, number)
                schedule.action_start()
                if model == "time":
                    self._log_hours(schedule)
                # Of some deals, nothing is invoiced.
                if number % 10:
                    self._invoice(schedule)

    def _write_deal(self, connection, model, number, start=START):
        env = connection.env
        is_foreign = number % 5 == 4
        classes = connection.reference_ids.filtered(
            lambda each: each.entity == "Class" and each.name.startswith("Bench")
        )
        classes = [*classes, env["qbo.reference"]]
        order = self._write_order(env, 1000 + 37 * number, is_foreign)
        values = {"model": model, "amount": order.amount_untaxed}
        if model == "ratable":
            end = date(start.year + 3, 1, 1) - date.resolution
            values |= {"start_date": start, "month_count": MONTHS, "end_date": end}
        elif model == "milestone":
            values["milestone_ids"] = [
                (0, 0, milestone) for milestone in list_milestones(values["amount"])
            ]
        else:
            values |= {"rate": 10.0, "time_source": "hours"}
        return env["qbo.revenue.schedule"].create(
            {
                "order_line_id": order.order_line.id,
                "deferred_account_id": connection.deferred_revenue_account_id.id,
                "revenue_account_id": connection.income_account_id.id,
                # The last of them is none.
                "class_id": classes[number % (CLASSES + 1)].id,
                **values,
            }
        )

    @staticmethod
    def _write_order(env, price, is_foreign):
        currency = env.ref("base.EUR" if is_foreign else "base.USD")
        pricelist = env["product.pricelist"].create(
            {"name": "Bench", "currency_id": currency.id}
        )
        product = env["product.product"].search(
            [("default_code", "=", "BENCH")]
        ) or env["product.product"].create(
            {"name": "Bench work", "default_code": "BENCH", "type": "service"}
        )
        line = {"product_id": product.id, "price_unit": price, "tax_ids": []}
        order = env["sale.order"].create(
            {
                "partner_id": env["res.partner"].search([], limit=1).id,
                "pricelist_id": pricelist.id,
                "order_line": [(0, 0, line)],
            }
        )
        order.action_confirm()
        return order

    @staticmethod
    def _log_hours(schedule):
        plan = schedule.env["account.analytic.plan"].create({"name": "Bench"})
        account = schedule.env["account.analytic.account"].create(
            {"name": "Bench", "plan_id": plan.id}
        )
        schedule.env["account.analytic.line"].create(
            [
                {
                    "name": "Work",
                    "date": date(2026, month, day),
                    "unit_amount": 1.5,
                    "product_uom_id": schedule.order_line_id.product_uom_id.id,
                    "so_line": schedule.order_line_id.id,
                    "account_id": account.id,
                }
                for month in (1, 2)
                for day in (5, 12, 19, 26)
            ]
        )

    @staticmethod
    def _invoice(schedule):
        line = schedule.order_line_id
        move = schedule.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": line.order_id.partner_id.id,
                "invoice_date": START,
                "currency_id": line.currency_id.id,
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": line.product_id.id,
                            "price_unit": line.price_unit,
                            "tax_ids": [],
                            "sale_line_ids": [(4, line.id)],
                        },
                    )
                ],
            }
        )
        move.action_post()

    # === COPIES === #

    def _copy_patterns(self, env):
        env.flush_all()
        env.cr.execute(
            """
            CREATE TEMP TABLE copied ON COMMIT DROP AS
            SELECT s.id AS schedule, s.order_line_id AS line, s.order_id AS "order",
                   nextval('qbo_revenue_schedule_id_seq') AS new_schedule,
                   nextval('sale_order_line_id_seq') AS new_line,
                   nextval('sale_order_id_seq') AS new_order,
                   customers.ids[1 + (s.id * 97 + n * 13) %% %s] AS customer, n
              FROM qbo_revenue_schedule s, generate_series(2, %s) n,
                   (SELECT array_agg(id) AS ids FROM res_partner
                     WHERE name LIKE 'Bench customer %%') customers
             WHERE s.state = 'running' AND s.start_date IS DISTINCT FROM '2024-01-01'
            """,
            [CUSTOMERS, COPIES],
        )
        env.cr.execute(
            """
            CREATE TEMP TABLE billed ON COMMIT DROP AS
            SELECT c.*, l.move_id AS move, l.id AS move_line,
                   nextval('account_move_id_seq') AS new_move,
                   nextval('account_move_line_id_seq') AS new_move_line
              FROM copied c
              JOIN sale_order_line_invoice_rel r ON r.order_line_id = c.line
              JOIN account_move_line l ON l.id = r.invoice_line_id
            """
        )
        customer = {"partner_id": "customer"}
        copy_rows(
            env,
            "sale_order",
            "copied",
            "order",
            {**customer, "id": "new_order", "name": "name || '/' || n"},
        )
        copy_rows(
            env,
            "sale_order_line",
            "copied",
            "line",
            {"id": "new_line", "order_id": "new_order"},
        )
        copy_rows(
            env,
            "qbo_revenue_schedule",
            "copied",
            "schedule",
            {
                **customer,
                "id": "new_schedule",
                "order_id": "new_order",
                "order_line_id": "new_line",
            },
        )
        of_schedule = {"schedule_id": "new_schedule"}
        copy_rows(env, "qbo_revenue_milestone", "copied", "schedule_id", of_schedule)
        copy_rows(
            env,
            "qbo_revenue_period",
            "copied",
            "schedule_id",
            {**customer, **of_schedule},
        )
        copy_rows(
            env, "account_analytic_line", "copied", "so_line", {"so_line": "new_line"}
        )
        copy_rows(
            env,
            "account_move",
            "billed",
            "move",
            {**customer, "id": "new_move", "name": "name || '/' || n"},
        )
        copy_rows(
            env,
            "account_move_line",
            "billed",
            "move_line",
            {**customer, "id": "new_move_line", "move_id": "new_move"},
        )
        env.cr.execute(
            """INSERT INTO sale_order_line_invoice_rel (order_line_id, invoice_line_id)
               SELECT new_line, new_move_line FROM billed"""
        )

    # === ONE LONG DEAL === #

    def _book_long_deal(self, connection):
        """Book the first two years of a deal, and say that QuickBooks has them."""
        schedule = self._write_deal(connection, "ratable", 0, date(2024, 1, 1))
        schedule.action_start()
        entries = connection._recognize_revenue(date(2025, 12, 1))
        assert len(entries) == BOOKED_MONTHS
        entries.state = "posted"

    def amend(self):
        """Amend that deal, so that each of its months changes."""
        with self.connection() as connection:
            schedule = connection.env["qbo.revenue.schedule"].search(
                [("start_date", "=", "2024-01-01")]
            )
            schedule.env.cr.execute("SELECT 1")
            started, cpu = time.monotonic(), time.process_time()
            record = schedule._amend({"amount": schedule.amount * 2}, "Bench")
            record.env.cr.flush()
            record.env.cr.commit()
            return {
                "seconds": time.monotonic() - started,
                "cpu_seconds": time.process_time() - cpu,
                "entries": len(record.entry_ids),
            }

    # === THE MONTH === #

    def recognize(self, month):
        """Make a month's entries as the scheduled action does; report what it cost."""
        with Sampler(every=0.05) as sampler:
            sampler.sample()
            started, cpu = time.monotonic(), time.process_time()
            with self.connection() as connection:
                entries = connection._recognize_revenue(date.fromisoformat(month))
                count = len(entries)
                database_cpu = read_database_cpu(connection.env.cr)
            seconds = time.monotonic() - started
            cpu = time.process_time() - cpu
        megabytes = sampler.megabytes
        return {
            "seconds": seconds,
            "cpu_seconds": cpu,
            "database_cpu_seconds": database_cpu,
            "entries": count,
            "megabytes": [megabytes[0], max(megabytes), megabytes[-1]],
        }

    def check(self, month):
        """Count what is wrong with a month that was recognized."""
        with self.registry.cursor() as cr:
            cr.execute(
                """
                SELECT (SELECT COUNT(*) FROM qbo_revenue_period
                         WHERE month <= %(month)s AND entry_id IS NULL),
                       (SELECT COUNT(*) FROM qbo_revenue_schedule s
                         WHERE state = 'running' AND NOT EXISTS (
                               SELECT FROM qbo_revenue_period p
                                 JOIN qbo_revenue_entry e ON e.id = p.entry_id
                                WHERE p.schedule_id = s.id AND e.month = %(month)s)),
                       (SELECT COUNT(*) FROM (
                            SELECT e.id FROM qbo_revenue_entry e
                              JOIN qbo_revenue_entry_line l ON l.entry_id = e.id
                          GROUP BY e.id
                            HAVING SUM(l.debit) <> SUM(l.credit)
                                OR COUNT(*) < 2) uneven),
                       (SELECT COUNT(*) FROM (
                            SELECT p.entry_id, SUM(p.amount) AS amount
                              FROM qbo_revenue_period p
                          GROUP BY p.entry_id) parts
                          JOIN (SELECT l.entry_id, SUM(l.credit - l.debit) AS amount
                                  FROM qbo_revenue_entry_line l
                                  JOIN qbo_reference r ON r.id = l.account_id
                                 WHERE r.name = 'Services'
                              GROUP BY l.entry_id) lines USING (entry_id)
                         WHERE parts.amount <> lines.amount)
                """,
                {"month": month},
            )
            left, without, uneven, other = cr.fetchone()
        return {
            "parts that are left": left,
            "deals without an entry": without,
            "entries that do not balance": uneven,
            "entries that earn another sum than their deals": other,
        }

    # === THE PICTURE === #

    def draw(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            started, cpu = time.monotonic(), time.process_time()
            picture = env["qbo.revenue.picture"].get_picture()
            return {
                "seconds": time.monotonic() - started,
                "cpu_seconds": time.process_time() - cpu,
                "months": {each["name"]: len(each["months"]) for each in picture},
            }


def read_database_cpu(cr):
    """Return the processor time that PostgreSQL spent for this connection so far."""
    cr.flush()
    cr.execute("SELECT pg_backend_pid()")
    times = psutil.Process(cr.fetchone()[0]).cpu_times()
    return times.user + times.system


def list_milestones(amount):
    """One a month, of equal amounts but the last."""
    share = round(amount / MONTHS, 2)
    return [
        {
            "name": f"Part {number + 1}",
            "kind": "amount",
            "sequence": number,
            "amount": share
            if number < MONTHS - 1
            else round(amount - share * (MONTHS - 1), 2),
            "date": date(START.year + number // 12, 1 + number % 12, 15),
        }
        for number in range(MONTHS)
    ]


def copy_rows(env, table, source, column, changes):
    """Copy the rows of a table that a column of `source` names.

    :param str column: of ``source``, and of the table unless that is its id
    :param dict changes: {column: SQL of its new value}
    """
    kept = [name for name in list_columns(env, table) if name not in changes]
    key = "id" if column in ("order", "line", "schedule", "move", "move_line") else None
    names = ", ".join(f'"{name}"' for name in [*kept, *changes])
    values = ", ".join([*(f't."{name}"' for name in kept), *changes.values()])
    theirs = {"schedule_id": "schedule", "so_line": "line"}.get(column, column)
    env.cr.execute(
        f"""INSERT INTO {table} ({names}) SELECT {values}
              FROM {table} t JOIN {source} c ON c."{theirs}" = t."{key or column}" """
    )


if __name__ == "__main__":
    main(*sys.argv[1:], orders=Orders)
