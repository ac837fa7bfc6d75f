import re

from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name

from ..models import revenue_guard
from . import databases
from .processes import Worker
from .revenue_attacks import (
    ACCEPTED,
    CHECK,
    FOREIGN,
    KEPT,
    NULL,
    REFUSED,
    REFUSED_WHILE_REPLICATING,
    REPLICA,
)
from .revenue_ledger import Ledger

CODE = re.compile(r"^(?:\S+ )?ERROR:\s+([0-9A-Z]{5}):", re.MULTILINE)
# Columns that the log and the gate may write, whatever the state.
FREE = {
    "qbo_revenue_entry": revenue_guard.FREE_ENTRY_COLUMNS,
    "qbo_revenue_entry_line": revenue_guard.FREE_LINE_COLUMNS,
    "qbo_revenue_period": revenue_guard.FREE_PERIOD_COLUMNS,
}
# {type: another value of it}
OTHERS = {
    "integer": "COALESCE({0}, 0) + 1000",
    "numeric": "COALESCE({0}, 0) + 1",
    "boolean": "NOT COALESCE({0}, FALSE)",
    "date": "'2030-01-01'",
    "timestamp without time zone": "'2030-01-01'",
    "character varying": "'other'",
    "text": "'other'",
    "jsonb": "'[1]'",
}


@tagged("post_install", "-at_install")
class TestRevenuePsql(BaseCase):
    """The owner of the database, at work in psql: no entry in it is ever uneven.

    The database came out of `pg_dump`, so that all of this holds of a restored one.

    What nobody can be kept from, because it changes the tables instead of what is in
    them, is DDL: an owner can disable or drop triggers, replace the functions, drop
    the constraints, rewrite a column by ``ALTER TABLE ... TYPE ... USING``, hide rows
    by row security, or let tables that stay inherit from ours. A superuser can switch
    off foreign keys for replication, but not this. Which entries are on their way to
    QuickBooks is what the outbox says: whoever changes an operation by hand frees its
    draft, which is kept balanced all the same.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = f"{get_db_name()}_psql"
        databases.copy(get_db_name(), cls.database)
        cls.addClassCleanup(databases.drop, cls.database)
        cls.ledger = cls._open_ledger(cls.database)
        cls.ledger.open_books()

    @classmethod
    def _open_ledger(cls, database):
        connection = databases.connect(database)
        cls.addClassCleanup(connection.close)
        return Ledger(connection)

    # === ATTEMPTS === #

    def prepare_targets(self):
        """Write entries for an attempt; return {name in its script: id}."""
        ledger = self.ledger
        draft, other = ledger.add_entry(), ledger.add_entry()
        posted = ledger.add_entry(state="posted", period=True)
        sent = ledger.add_entry()
        names = ("line", "second", "third", "fourth")
        ledger.look_from(draft)
        self.assertEqual(ledger.find_faults(), {})
        self.assertIn(posted, ledger.posted)
        return {
            **dict(zip(names, ledger.list_lines(draft), strict=True)),
            "draft": draft,
            "other": other,
            "posted": posted,
            "posted_line": ledger.list_lines(posted)[0],
            "posted_period": ledger.get(
                "SELECT id FROM qbo_revenue_period WHERE entry_id = %s", [posted]
            ),
            "period": ledger.add_period(),
            "sent": sent,
            "operation": ledger.add_operation(sent),
            "account": ledger.account,
            "other_currency": ledger.other_currency,
        }

    def attempt(self, script, targets, **options):
        """Let psql run a script; return the codes of its errors."""
        for name in sorted(targets, key=len, reverse=True):
            script = re.sub(rf"(?<!:):{name}\b", str(targets[name]), script)
        _output, complaints = databases.psql(self.database, script, **options)
        self.assertEqual(self.ledger.find_faults(), {})
        return CODE.findall(complaints)

    def read_targets(self, targets):
        names = ("draft", "other", "posted", "sent")
        return [self.ledger.read_entry(targets[name]) for name in names]

    def test_refused(self):
        for title, (script, code) in REFUSED.items():
            with self.subTest(title):
                targets = self.prepare_targets()
                before = self.read_targets(targets)
                codes = self.attempt(script, targets)
                self.assertEqual(codes[:1], [code])
                self.assertEqual(self.read_targets(targets), before)

    def test_accepted(self):
        for title, script in ACCEPTED.items():
            with self.subTest(title):
                targets = self.prepare_targets()
                self.assertEqual(self.attempt(script, targets), [])

    def test_every_column_of_what_is_posted(self):
        targets = self.prepare_targets()
        rows = {
            "qbo_revenue_entry": targets["posted"],
            "qbo_revenue_entry_line": targets["posted_line"],
            "qbo_revenue_period": targets["posted_period"],
        }
        for table, row in rows.items():
            columns = self.ledger.ask(
                """SELECT column_name, data_type FROM information_schema.columns
                    WHERE table_name = %s""",
                [table],
            )
            self.assertGreater(len(columns), 10)
            for column, kind in columns:
                if column in FREE[table]:
                    continue
                for value in (OTHERS[kind].format(column), "NULL"):
                    with self.subTest(table=table, column=column, value=value):
                        self.assert_kept(table, column, row, value)

    def assert_kept(self, table, column, row, value):
        is_other = self.ledger.get(
            f"SELECT {column} IS DISTINCT FROM {value} FROM {table} WHERE id = {row}"
        )
        script = f"UPDATE {table} SET {column} = {value} WHERE id = {row};"
        codes = self.attempt(script, {})
        if is_other:
            # Lines are looked at when the statement is done: others say it first.
            self.assertIn(codes[0], (KEPT, NULL, FOREIGN, CHECK))

    def test_while_replicating(self):
        _output, complaints = databases.psql(
            self.database, f"{REPLICA} SELECT 1;", user="postgres"
        )
        if complaints:
            self.skipTest("There is no superuser to be.")
        attempts = REFUSED_WHILE_REPLICATING | {
            title: attempt for title, attempt in REFUSED.items() if attempt[1] == KEPT
        }
        for title, (script, code) in attempts.items():
            with self.subTest(title):
                targets = self.prepare_targets()
                before = self.read_targets(targets)
                codes = self.attempt(f"{REPLICA} {script}", targets, user="postgres")
                self.assertEqual(codes[:1], [code])
                self.assertEqual(self.read_targets(targets), before)

    # === RESTORED, UPGRADED, UNINSTALLED === #

    def test_restore_upgrade_and_uninstall(self):
        targets = self.prepare_targets()
        restored = f"{self.database}_restored"
        databases.copy(self.database, restored)
        self.addCleanup(databases.drop, restored)
        ledger = self._open_ledger(restored)
        ledger.posted = dict(self.ledger.posted)
        self.assertTrue(ledger.posted)
        self.assert_guarded(ledger, restored, targets)

        # As if the next version brought a column that has a default.
        ledger.ask("ALTER TABLE qbo_revenue_entry_line DROP COLUMN sequence")
        entry = ledger.read_entry(targets["posted"])
        worker = Worker(restored, "http://127.0.0.1:9")
        self.addCleanup(worker.stop)
        self.assertEqual(worker.ask("upgrade", 0), "upgraded")
        lines = ledger.ask("SELECT DISTINCT sequence FROM qbo_revenue_entry_line")
        self.assertEqual(lines, [(1,)])
        self.assertEqual(ledger.read_entry(targets["posted"]), entry)
        ledger.look_from(0)
        self.assert_guarded(ledger, restored, targets)

        self.assertEqual(worker.ask("uninstall", 0), "uninstalled")
        self.assertEqual(ledger.read_triggers(), [])
        self.assertEqual(
            ledger.ask("SELECT proname FROM pg_proc WHERE proname ~ 'qbo_revenue'"), []
        )

    def assert_guarded(self, ledger, database, targets):
        """Another database refuses what this one does, and for the same reasons."""
        self.assertEqual(ledger.read_triggers(), self.ledger.read_triggers())
        self.assertEqual(
            {row[2] for row in ledger.read_triggers()}, {"A"}, "not always enabled"
        )
        self.assertEqual(ledger.find_faults(), {})
        for code, script in (
            (CHECK, "DELETE FROM qbo_revenue_entry_line WHERE id = {line};"),
            (KEPT, "DELETE FROM qbo_revenue_entry_line WHERE entry_id = {posted};"),
            (KEPT, "UPDATE qbo_revenue_entry SET state = 'draft' WHERE id = {posted};"),
            (KEPT, "DELETE FROM qbo_revenue_period WHERE id = {posted_period};"),
            (KEPT, "TRUNCATE qbo_revenue_entry CASCADE;"),
        ):
            _output, complaints = databases.psql(database, script.format(**targets))
            self.assertEqual(CODE.findall(complaints), [code])
            self.assertEqual(ledger.find_faults(), {})
