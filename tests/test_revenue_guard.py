import psycopg2

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import QboCommon
from .revenue import MARCH, RevenueMixin


@tagged("post_install", "-at_install")
class TestRevenueGuard(RevenueMixin, QboCommon):
    """What is not even, or in QuickBooks, is refused at once, and in words."""

    def setUp(self):
        super().setUp()
        self.schedule = self.create_deal()
        self.entry = self.recognize(MARCH).sudo()
        self.debit = self.entry.line_ids.filtered("debit")
        self.credit = self.entry.line_ids.filtered("credit")
        self.before = self.read_content()

    def read_content(self):
        self.env.invalidate_all()
        return self.entry.exists() and (
            self.entry.read(["state", "date", "currency_id", "memo"]),
            self.get_lines(self.entry),
            self.entry.period_ids.read(["amount", "entry_id"]),
        )

    def assert_refused(self, do, *words):
        """It says why, by the name of the entry, and nothing was saved."""
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            do()
        for word in words or (self.entry.name,):
            self.assertIn(word, str(caught.exception))
        self.assertEqual(self.read_content(), self.before)

    def assert_refused_by_database(self, do, *words):
        """Odoo makes a sentence of what PostgreSQL says, as of any such error."""
        with self.assertRaises(psycopg2.IntegrityError) as caught:
            with self.env.cr.savepoint():
                do()
                self.env.flush_all()
        table = caught.exception.diag.table_name
        model = next(
            self.env[name]
            for name, each in self.registry.items()
            if each._table == table
        )
        message = model._sql_error_to_message(caught.exception)
        for word in words:
            self.assertIn(word, message)
        self.assertNotIn("CONTEXT", message)
        self.assertEqual(self.read_content(), self.before)

    def make_line(self, **values):
        return {"entry_id": self.entry.id, "account_id": self.income.id, **values}

    def create_line(self, **values):
        return self.env["qbo.revenue.entry.line"].create(self.make_line(**values))

    # === UNEVEN === #

    def test_create_a_line(self):
        self.assert_refused(
            lambda: self.create_line(debit=5), self.entry.name, "3 lines", "105.00"
        )

    def test_write_one_side(self):
        self.assert_refused(
            lambda: self.debit.write({"debit": 90}), self.entry.name, "90.00", "100.00"
        )

    def test_turn_a_line(self):
        self.assert_refused(lambda: self.debit.write({"debit": 0, "credit": 100}))

    def test_delete_lines(self):
        self.assert_refused(self.debit.unlink, self.entry.name, "1 lines")
        self.assert_refused((self.debit | self.credit).unlink, "0 lines")

    def test_move_a_line(self):
        other = self.recognize(MARCH.replace(month=4)).sudo()
        self.assert_refused(
            lambda: self.debit.write({"entry_id": other.id}),
            self.entry.name,
            other.name,
        )

    def test_create_an_entry(self):
        values = self.entry.copy_data()[0] | {"name": "REV/X"}
        for lines in (
            [],
            [{"account_id": self.income.id, "debit": 5}],
            [
                {"account_id": self.income.id, "debit": 5},
                {"account_id": self.deferred.id, "credit": 6},
            ],
        ):
            commands = [Command.create(line) for line in lines]
            self.assert_refused(
                lambda commands=commands: self.entry.create(
                    values | {"line_ids": commands}
                ),
                "REV/X",
                f"{len(lines)} lines",
            )

    def test_write_lines_of_an_entry(self):
        self.assert_refused(
            lambda: self.entry.write({"line_ids": [Command.delete(self.debit.id)]})
        )
        self.assert_refused(
            lambda: self.entry.write(
                {"line_ids": [Command.update(self.debit.id, {"debit": 1})]}
            )
        )
        self.assert_refused(lambda: self.entry.write({"line_ids": [Command.clear()]}))

    def test_both_sides_at_once(self):
        self.entry.write(
            {
                "line_ids": [
                    Command.update(self.debit.id, {"debit": 90}),
                    Command.update(self.credit.id, {"credit": 90}),
                ]
            }
        )
        self.assertEqual(self.entry.amount_total, 90)
        self.create_lines_in_pairs()

    def create_lines_in_pairs(self):
        pair = self.env["qbo.revenue.entry.line"].create(
            [self.make_line(debit=5), self.make_line(credit=5)]
        )
        self.assertEqual(self.entry.amount_total, 95)
        pair.unlink()
        self.assertEqual(self.entry.amount_total, 90)

    def test_write_anew(self):
        self.entry._rebuild()
        self.assertEqual(self.read_content(), self.before)

    def test_delete_a_draft(self):
        self.entry.unlink()
        self.env.flush_all()
        self.assertFalse(self.debit.exists())
        self.assertEqual(len(self.schedule.period_ids), 12)

    def test_no_context_switches_it_off(self):
        line = self.debit.with_context(qbo_revenue_lines_together=True)
        self.assert_refused(lambda: line.write({"debit": 90}))

    def test_after_a_refusal_the_next_is_checked(self):
        self.test_write_lines_of_an_entry()
        self.test_write_one_side()

    def test_rolled_back_to_before_a_check(self):
        """What was checked at once is checked in the end again."""
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.test_both_sides_at_once()
            raise ZeroDivisionError
        self.assertTrue(self.recognize(MARCH.replace(month=4)))

    # === AMOUNTS === #

    def test_amounts(self):
        sentence = "is a debit or a credit, above zero"
        for values in (
            {"debit": -5},
            {"debit": 0},
            {"credit": 5},
        ):
            with self.subTest(values):
                self.assert_refused_by_database(
                    lambda values=values: self.debit.write(values), sentence
                )

    def test_rate(self):
        for rate in (0, -1):
            with self.subTest(rate):
                self.assert_refused_by_database(
                    lambda rate=rate: self.entry.write({"rate": rate}),
                    "exchange rate is above zero",
                )

    # === IN QUICKBOOKS === #

    def post_entry(self):
        self.post(self.entry)
        self.before = self.read_content()

    def list_changes(self):
        """Return what nobody may do to an entry in QuickBooks, or on its way."""
        entry, period = self.entry, self.entry.period_ids
        return {
            "memo": lambda: entry.write({"memo": "other"}),
            "currency": lambda: entry.write({"currency_id": self.get_euro().id}),
            "lines": lambda: entry.write({"line_ids": [Command.clear()]}),
            "line": lambda: self.debit.write({"name": "other"}),
            "line moved": lambda: self.debit.write({"entry_id": self.other.id}),
            "line moved in": lambda: self.other.line_ids.write({"entry_id": entry.id}),
            "line deleted": self.debit.unlink,
            "line added": lambda: self.create_line(debit=5),
            "deleted": entry.unlink,
            "share": lambda: period.write({"amount": 5}),
            "share released": lambda: period.write({"entry_id": False}),
            "share deleted": period.unlink,
            "share added": lambda: self.other.period_ids.write({"entry_id": entry.id}),
        }

    def get_euro(self):
        return self.env.ref("base.EUR")

    def test_posted(self):
        self.post_entry()
        self.other = self.recognize(MARCH.replace(month=4)).sudo()
        for title, do in self.list_changes().items():
            with self.subTest(title):
                self.assert_refused(do, self.entry.name, "in QuickBooks")
        with self.subTest("back to draft"):
            self.assert_refused(lambda: self.entry.write({"state": "draft"}))

    def test_on_its_way(self):
        operation = self.queue(self.entry)
        operation.state = "uncertain"
        self.env.flush_all()
        self.before = self.read_content()
        self.other = self.recognize(MARCH.replace(month=4)).sudo()
        for title, do in self.list_changes().items():
            with self.subTest(title):
                self.assert_refused(do, self.entry.name, "on its way")
        self.entry.write({"state": "posted"})
        self.env.flush_all()
        self.assertEqual(self.entry.state, "posted")

    def test_what_may_change_of_posted(self):
        self.post_entry()
        self.entry.write({"qbo_reject_reason": "too late"})
        self.env.flush_all()

    def test_customers_merged(self):
        """Odoo's merge would delete what it cannot change."""
        self.post_entry()
        partner = self.debit.partner_id
        other = partner.copy()
        self.assert_refused(
            lambda: self.env["base.partner.merge.automatic.wizard"]._merge(
                (partner | other).ids, other
            ),
            partner.name,
            "nothing was merged",
        )

    def test_written_past_odoo(self):
        """Somebody else's code, by SQL: its user reads a sentence as well."""
        self.post_entry()
        self.assert_refused_by_database(
            lambda: self.env.cr.execute(
                "UPDATE qbo_revenue_entry_line SET name = 'x' WHERE id = %s",
                [self.debit.id],
            ),
            "would change",
            "amendment",
        )

    def test_user_deleted(self):
        """Who made an entry may leave: their name goes, the entry stays."""
        clerk = self.env["res.users"].create(
            {"name": "Clerk", "login": "qbo_clerk", "group_ids": False}
        )
        self.env.flush_all()
        for table in ("entry", "entry_line", "period"):
            self.env.cr.execute(
                f"UPDATE qbo_revenue_{table} SET create_uid = %s, write_uid = %s",
                [clerk.id, clerk.id],
            )
        self.post_entry()
        clerk.unlink()
        self.assertEqual(self.read_content(), self.before)
        self.assertFalse(self.debit.create_uid)

    # === UPGRADES === #

    def test_made_anew_while_there_is_something_to_check(self):
        self.entry.write({"currency_id": self.get_euro().id})
        self.env.flush_all()
        self.entry.init()
        self.assert_still_refused()

    def test_new_column(self):
        """Odoo fills a new column that has a default, of what is posted as well."""
        self.post_entry()
        self.env.cr.execute("ALTER TABLE qbo_revenue_entry_line DROP COLUMN sequence")
        self.registry.init_models(
            self.env.cr, ["qbo.revenue.entry.line"], {"module": "quickbooks_online"}
        )
        self.env.invalidate_all()
        self.assertEqual(set(self.entry.line_ids.mapped("sequence")), {1})
        self.assert_refused(lambda: self.debit.write({"name": "other"}))

    def assert_still_refused(self):
        self.before = self.read_content()
        self.assert_refused(lambda: self.debit.write({"debit": 90}))
