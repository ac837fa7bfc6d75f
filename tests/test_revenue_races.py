from unittest.mock import patch

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg2 import Error
from psycopg2.errors import SerializationFailure
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_INERROR

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import config

from . import databases
from .revenue import MARCH
from .revenue_ledger import Ledger
from .revenue_sessions import Play, list_orders

LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
# Who is of which; Odoo's users read repeatably, its worker does not.
PAIRS = [(level, level) for level in LEVELS] + [LEVELS[:2]]
LINE = """(SELECT id FROM qbo_revenue_entry_line WHERE entry_id = {entry}
            ORDER BY id OFFSET {number} LIMIT 1)"""
PAIR = LINE.replace("LIMIT 1", "LIMIT 2")
POST = "UPDATE qbo_revenue_entry SET state = 'posted' WHERE id = {entry}"
SEND = """INSERT INTO qbo_operation (connection_id, action, entity, res_model, res_id,
    name, state) VALUES ({connection}, 'create', 'JournalEntry', 'qbo.revenue.entry',
    {entry}, '-', 'sent')"""
DOUBLE = """UPDATE qbo_revenue_entry_line SET debit = debit * 2, credit = credit * 2
    WHERE entry_id = {entry}"""
INSERT = """INSERT INTO qbo_revenue_entry_line (entry_id, account_id, debit, credit)
    VALUES"""
PERIOD = "UPDATE qbo_revenue_period SET {change} WHERE id = {period}"

# {what meets: (statements of one, statements of the other)}
RACES = {
    "halves deleted": (
        ["DELETE FROM qbo_revenue_entry_line WHERE id IN ({lines[0]}, {lines[1]})"],
        ["DELETE FROM qbo_revenue_entry_line WHERE id IN ({lines[2]}, {lines[3]})"],
    ),
    "moved in and deleted": (
        [
            """UPDATE qbo_revenue_entry_line SET entry_id = {entry}
                WHERE id IN ({others[0]}, {others[1]})"""
        ],
        ["DELETE FROM qbo_revenue_entry WHERE id = {entry}"],
    ),
    "moved to and fro": (
        [
            """UPDATE qbo_revenue_entry_line SET entry_id = {other}
                WHERE id IN ({lines[0]}, {lines[1]})"""
        ],
        [
            "DELETE FROM qbo_revenue_entry_line WHERE id = {lines[0]}",
            "UPDATE qbo_revenue_entry_line SET debit = 100 WHERE id = {lines[2]}",
        ],
    ),
}
# Two who would be even together, but never are alone.
UNEVEN = (
    ["UPDATE qbo_revenue_entry_line SET debit = 50 WHERE id = {lines[0]}"],
    ["UPDATE qbo_revenue_entry_line SET credit = 50 WHERE id = {lines[1]}"],
)
# The same, the first being what fixes an entry: nothing of it changes after that.
FIXED = {
    "posted and doubled": ([POST], [DOUBLE]),
    "posted and changed, line by line": (
        [POST],
        [
            "UPDATE qbo_revenue_entry_line SET debit = 70 WHERE id = {lines[0]}",
            "UPDATE qbo_revenue_entry_line SET credit = 70 WHERE id = {lines[1]}",
        ],
    ),
    "posted and deleted": (
        [POST],
        ["DELETE FROM qbo_revenue_entry WHERE id = {entry}"],
    ),
    "posted and added to": (
        [POST],
        [f"{INSERT} ({{entry}}, {{account}}, 5, 0), ({{entry}}, {{account}}, 0, 5)"],
    ),
    "posted and moved out of": (
        [POST],
        [
            """UPDATE qbo_revenue_entry_line SET entry_id = {other}
                WHERE id IN ({lines[0]}, {lines[1]})"""
        ],
    ),
    "posted and dated": (
        [POST],
        ["UPDATE qbo_revenue_entry SET date = '2026-04-01' WHERE id = {entry}"],
    ),
    "posted and given a share": (
        [POST],
        [PERIOD.replace("{change}", "entry_id = {entry}")],
    ),
    "sent and doubled": ([SEND], [DOUBLE]),
    "sent and dated": (
        [SEND],
        ["UPDATE qbo_revenue_entry SET date = '2026-04-01' WHERE id = {entry}"],
    ),
    "sent and deleted": ([SEND], ["DELETE FROM qbo_revenue_entry WHERE id = {entry}"]),
    "sent and given a share": (
        [SEND],
        [PERIOD.replace("{change}", "entry_id = {entry}")],
    ),
}

# What is drawn at random, of the entries that the random session has.
AMOUNTS = st.sampled_from(["5", "60", "0", "-5", "NULL", "'NaN'", "'Infinity'"])
STATEMENTS = st.sampled_from(
    [
        "BEGIN",
        "BEGIN ISOLATION LEVEL REPEATABLE READ",
        "BEGIN ISOLATION LEVEL SERIALIZABLE",
        "COMMIT",
        "COMMIT",
        "COMMIT AND CHAIN",
        "ROLLBACK",
        "SAVEPOINT mark",
        "ROLLBACK TO mark",
        "RELEASE mark",
        "SET CONSTRAINTS ALL IMMEDIATE",
        "SET CONSTRAINTS ALL DEFERRED",
        POST,
        POST.replace("posted", "draft"),
        SEND,
        "UPDATE qbo_operation SET state = 'failed' WHERE res_id = {entry}",
        DOUBLE,
        "UPDATE qbo_revenue_entry SET currency_id = {currency} WHERE id = {entry}",
        "UPDATE qbo_revenue_entry SET id = -id WHERE id = {entry}",
        "DELETE FROM qbo_revenue_entry WHERE id = {entry}",
        "DELETE FROM qbo_revenue_entry_line WHERE entry_id = {entry}",
        f"DELETE FROM qbo_revenue_entry_line WHERE id IN {LINE}",
        f"DELETE FROM qbo_revenue_entry_line WHERE id IN {PAIR}",
        f"{INSERT} ({{entry}}, {{account}}, {{amount}}, 0)",
        f"{INSERT} ({{entry}}, {{account}}, 0, {{amount}})",
        f"{INSERT} ({{entry}}, {{account}}, {{amount}}, 0),"
        " ({entry}, {account}, 0, {amount})",
        f"UPDATE qbo_revenue_entry_line SET debit = {{amount}} WHERE id = {LINE}",
        f"UPDATE qbo_revenue_entry_line SET credit = {{amount}} WHERE id = {LINE}",
        "UPDATE qbo_revenue_entry_line SET debit = credit, credit = debit"
        " WHERE entry_id = {entry}",
        f"UPDATE qbo_revenue_entry_line SET entry_id = {{other}} WHERE id IN {LINE}",
        f"UPDATE qbo_revenue_entry_line SET entry_id = {{other}} WHERE id IN {PAIR}",
        "UPDATE qbo_revenue_entry_line SET entry_id = {other} WHERE entry_id = {entry}",
        f"""INSERT INTO qbo_revenue_entry_line (id, entry_id, account_id, debit, credit)
            VALUES ({LINE}, {{other}}, {{account}}, {{amount}}, 0) ON CONFLICT (id)
            DO UPDATE SET entry_id = excluded.entry_id""",
        f"""MERGE INTO qbo_revenue_entry_line l USING {PAIR} s ON l.id = s.id
            WHEN MATCHED AND l.debit > 5 THEN UPDATE SET debit = {{amount}}
            WHEN MATCHED THEN DELETE""",
        f"""WITH gone AS (DELETE FROM qbo_revenue_entry_line WHERE id IN {PAIR}
            RETURNING account_id, debit, credit) INSERT INTO qbo_revenue_entry_line
            (entry_id, account_id, debit, credit)
            SELECT {{other}}, account_id, debit, credit FROM gone""",
        "UPDATE qbo_revenue_period SET entry_id = {entry} WHERE id = {period}",
        "UPDATE qbo_revenue_period SET amount = amount + 1 WHERE id = {period}",
        "DELETE FROM qbo_revenue_period WHERE id = {period}",
    ]
)
# Before these, a savepoint would be lost, or another one hidden.
ENDS = ("COMMIT", "SAVEPOINT", "BEGIN")
STEPS = st.lists(
    st.tuples(
        st.integers(0, 1),
        STATEMENTS,
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(0, 3),
        AMOUNTS,
    ),
    min_size=5,
    max_size=30,
)


@tagged("post_install", "-at_install")
class TestRevenueRaces(BaseCase):
    """Several people at once, each within what they may: still nothing is uneven."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = f"{get_db_name()}_races"
        databases.copy(get_db_name(), cls.database)
        cls.addClassCleanup(databases.drop, cls.database)
        cls.ledger = Ledger(cls.connect())
        cls.ledger.open_books()

    @classmethod
    def connect(cls):
        connection = databases.connect(cls.database)
        cls.addClassCleanup(connection.close)
        return connection

    # === EVERY ORDER OF TWO === #

    def test_races(self):
        for title, scripts in RACES.items():
            with self.subTest(title):
                ends = self.race(scripts)
                # Neither is always refused, and not both are done each time.
                self.assertEqual({first for first, _second in ends}, {True, False})
                self.assertEqual({second for _first, second in ends}, {True, False})

    def test_uneven_apart(self):
        self.assertEqual(self.race(UNEVEN), {(False, False)})

    def test_nothing_changes_once_it_is_fixed(self):
        for title, scripts in FIXED.items():
            with self.subTest(title):
                ends = self.race(scripts, fixes=True)
                self.assertEqual({second for _first, second in ends}, {True, False})
                self.assertIn(True, {first for first, _second in ends})

    def race(self, scripts, fixes=False):
        """Try two scripts in each order, at each level.

        :param bool fixes: whether the first fixes the entry
        :return: who had done it in the end: {(the first, the second)}
        """
        ends, seen = set(), []

        def look(number):
            self.assertEqual(self.ledger.find_faults(), {})
            if fixes and number == 0:
                seen.append(self.read_content(self.entry))

        play = Play(lambda: databases.connect(self.database), look)
        self.addCleanup(play.close)
        for levels in PAIRS:
            sides = [
                [f"BEGIN ISOLATION LEVEL {level}; SELECT FROM qbo_operation", *steps]
                + ["COMMIT"]
                for level, steps in zip(levels, scripts, strict=True)
            ]
            for order in list_orders(*map(len, sides)):
                seen.clear()
                names = self.prepare()
                play.run(
                    [[step.format(**names) for step in side] for side in sides], order
                )
                self.assertEqual(self.ledger.find_faults(), {}, (levels, order))
                for content in seen:
                    self.assertEqual(
                        self.read_content(self.entry), content, (levels, order)
                    )
                ends.add(tuple(each.committed for each in play.sessions))
        return ends

    def prepare(self):
        ledger = self.ledger
        self.entry, other = ledger.add_entry(), ledger.add_entry()
        ledger.look_from(self.entry)
        return {
            "entry": self.entry,
            "other": other,
            "lines": ledger.list_lines(self.entry),
            "others": ledger.list_lines(other),
            "account": ledger.account,
            "connection": ledger.connection,
            "period": ledger.add_period(),
        }

    def read_content(self, entry):
        """Return all of an entry that stays as it is once it is on its way."""
        return self.ledger.ask(
            """SELECT e.date, e.currency_id, l.id, l.debit, l.credit, p.id
                 FROM qbo_revenue_entry e
            LEFT JOIN qbo_revenue_entry_line l ON l.entry_id = e.id
            LEFT JOIN qbo_revenue_period p ON p.entry_id = e.id
                WHERE e.id = %s ORDER BY l.id, p.id""",
            [entry],
        )

    # === TWO RUNS OF A MONTH === #

    def test_invoiced_since_is_booked_once(self):
        ledger = self.ledger
        entry = ledger.add_entry(period=True)
        for query in (
            """UPDATE sale_order_line SET company_id = {company},
                currency_id = {currency}""",
            """UPDATE qbo_revenue_schedule SET company_id = {company},
                currency_id = {currency}, partner_id = {partner},
                deferred_account_id = {account}, revenue_account_id = {account}""",
            """UPDATE qbo_revenue_period SET company_id = {company},
                currency_id = {currency}, unbilled = 150,
                unbilled_account_id = {account} WHERE entry_id = {entry}""",
            """UPDATE qbo_connection SET unbilled_account_id = {account},
                revenue_month = '2026-03-01', active = TRUE, start_date = NULL""",
            "UPDATE qbo_reference SET active = TRUE",
            POST,
        ):
            values = {
                "company": ledger.company,
                "currency": ledger.currency,
                "partner": ledger.partner,
                "account": ledger.account,
                "entry": entry,
            }
            ledger.ask(query.format(**values))
        with patch.dict(config._runtime_options, test_enable=False):
            registry = Registry(self.database)
        self.addCleanup(Registry.delete, self.database)
        with registry.cursor() as cr:
            # The first number of a year cannot be drawn twice at a time.
            sequences = api.Environment(cr, SUPERUSER_ID, {})["ir.sequence"]
            sequences.next_by_code("qbo.revenue.entry", sequence_date="2026-03-31")
        with registry.cursor() as one, registry.cursor() as two:
            first, second = (
                api.Environment(each, SUPERUSER_ID, {})["qbo.connection"].browse(
                    ledger.connection
                )
                for each in (one, two)
            )
            self.assertEqual(second.revenue_month, MARCH)
            self.assertTrue(first._recognize_revenue(MARCH))
            one.commit()
            with self.assertRaises(SerializationFailure):
                second._recognize_revenue(MARCH)
                two.commit()
            two.rollback()
        self.assertEqual(
            ledger.get("SELECT SUM(unbilled) FROM qbo_revenue_period"), 100
        )

    # === AT RANDOM === #

    def test_random_statements(self):
        kinds = {"refused": 0, "done": 0}
        connections = [self.connect() for _number in range(2)]
        for connection in connections:
            connection.autocommit = True
            connection.cursor().execute("SET lock_timeout = '5ms'")

        @settings(
            max_examples=150,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(STEPS)
        def run(steps):
            entries = [self.ledger.add_entry() for _number in range(2)]
            self.ledger.look_from(entries[0])
            entries.append(self.ledger.add_entry(state="posted", period=True))
            period = self.ledger.add_period(entries[0])
            for connection in connections:
                self.do(connection, "ROLLBACK")
            for side, statement, first, second, number, amount in steps:
                connection = connections[side]
                sql = statement.format(
                    entry=entries[first],
                    other=entries[second],
                    number=number,
                    amount=amount,
                    account=self.ledger.account,
                    connection=self.ledger.connection,
                    currency=self.ledger.other_currency,
                    period=period,
                )
                kinds["done" if self.do(connection, sql) else "refused"] += 1
                if connection.info.transaction_status == TRANSACTION_STATUS_IDLE:
                    self.assertEqual(self.ledger.find_faults(), {})
            for connection in connections:
                self.do(connection, "COMMIT")
                self.assertEqual(self.ledger.find_faults(), {})

        run()
        # Random is not the same as senseless.
        self.assertGreater(kinds["done"], kinds["refused"] / 4)

    def do(self, connection, sql):
        """Do a statement, as psql does where it rolls back to before an error."""
        cursor = connection.cursor()
        is_within = connection.info.transaction_status != TRANSACTION_STATUS_IDLE
        try:
            if is_within and not sql.startswith(ENDS):
                cursor.execute("SAVEPOINT before")
            cursor.execute(sql)
        except Error:
            if connection.info.transaction_status == TRANSACTION_STATUS_INERROR:
                # Ends have no savepoint of their own.
                is_end = sql.startswith(ENDS)
                cursor.execute("ROLLBACK" if is_end else "ROLLBACK TO before")
            return False
        return True
