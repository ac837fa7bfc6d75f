"""Revenue entries that are really committed, and what must hold of them."""

from ..models import revenue_guard

# What must be empty after each commit, of entries from a number on.
FAULTS = {
    "uneven": """SELECT e.id FROM qbo_revenue_entry e
             LEFT JOIN qbo_revenue_entry_line l ON l.entry_id = e.id
              WHERE e.id >= %(since)s OR e.id <= -%(since)s
              GROUP BY e.id
             HAVING COUNT(l.id) < 2 OR SUM(l.debit) IS DISTINCT FROM SUM(l.credit)""",
    "stray": """SELECT l.id FROM qbo_revenue_entry_line l
             LEFT JOIN qbo_revenue_entry e ON e.id = l.entry_id
              WHERE e.id IS NULL
                AND (l.entry_id >= %(since)s OR l.entry_id <= -%(since)s)""",
    "odd": """SELECT id FROM qbo_revenue_entry_line
               WHERE (entry_id >= %(since)s OR entry_id <= -%(since)s)
                 AND (debit IS NULL OR credit IS NULL
                      OR debit < 0 OR credit < 0
                      OR debit >= 'Infinity' OR credit >= 'Infinity'
                      OR (debit > 0) = (credit > 0))""",
}
# All that belongs to a posted entry, its log and what the gate notes excepted.
POSTED = """
    SELECT e.id, jsonb_build_array(
           to_jsonb(e) - %(entry)s::text[],
           (SELECT jsonb_agg(to_jsonb(l) - %(line)s::text[] ORDER BY l.id)
              FROM qbo_revenue_entry_line l WHERE l.entry_id = e.id),
           (SELECT jsonb_agg(to_jsonb(p) - %(period)s::text[] ORDER BY p.id)
              FROM qbo_revenue_period p WHERE p.entry_id = e.id))::text
      FROM qbo_revenue_entry e
     WHERE e.id >= %(since)s AND e.state = 'posted' OR e.id = ANY (%(known)s)"""
TRIGGERS = """
    SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(t.oid),
           pg_get_functiondef(tgfoid)
      FROM pg_trigger t WHERE tgname ~ '^qbo_revenue' ORDER BY 2"""


class Ledger:
    """Writes entries by SQL, commits them, and looks at what others made of them.

    :param connection: of psycopg2, to a database that is the test's own
    """

    def __init__(self, connection):
        connection.autocommit = True
        self.cursor = connection.cursor()
        self.posted = {}
        self.since = 0

    def ask(self, query, parameters=()):
        """Return the rows of a query."""
        self.cursor.execute(query, parameters)
        return self.cursor.fetchall() if self.cursor.description else []

    def get(self, query, parameters=()):
        """Return the first value of the first row."""
        return self.ask(query, parameters)[0][0]

    # === WHAT MUST HOLD === #

    def find_faults(self):
        """Return {fault: ids}; what is posted from now on is remembered."""
        faults = {}
        for fault, query in FAULTS.items():
            if rows := self.ask(query, {"since": self.since}):
                faults[fault] = sorted(id for (id,) in rows)
        now = self.read_posted()
        for id, content in self.posted.items():
            if now.get(id) != content:
                faults.setdefault("changed", []).append((id, content, now.get(id)))
        self.posted = now | self.posted
        return faults

    def look_from(self, entry):
        """Look at no earlier entries from now on: what nobody touches stays."""
        self.since = entry
        self.posted = {}

    def read_posted(self):
        """Return {id: content} of what is posted, or was at an earlier look."""
        free = {
            "entry": list(revenue_guard.FREE_ENTRY_COLUMNS),
            "line": list(revenue_guard.FREE_LINE_COLUMNS),
            "period": list(revenue_guard.FREE_PERIOD_COLUMNS),
            "known": list(self.posted),
            "since": self.since,
        }
        return dict(self.ask(POSTED, free))

    def read_triggers(self):
        return self.ask(TRIGGERS)

    def read_entry(self, entry):
        """Return (state, currency, [(account, debit, credit)])."""
        head = self.ask(
            "SELECT state, currency_id FROM qbo_revenue_entry WHERE id = %s", [entry]
        )
        lines = self.ask(
            """SELECT account_id, debit, credit FROM qbo_revenue_entry_line
                WHERE entry_id = %s ORDER BY id""",
            [entry],
        )
        return head, lines

    # === ROWS === #

    def open_books(self):
        """Write what entries refer to."""
        self.company = self.get("SELECT MIN(id) FROM res_company")
        self.currency, self.other_currency = (
            id for (id,) in self.ask("SELECT id FROM res_currency ORDER BY id LIMIT 2")
        )
        self.partner = self.get("SELECT MIN(id) FROM res_partner")
        self.connection = self.get(
            """INSERT INTO qbo_connection (company_id, environment, state,
                    revenue_grouping, deposit_policy, payment_push, tax_rounding,
                    rounding_policy, closed_period_policy, revenue_late_policy)
               VALUES (%s, 'sandbox', 'draft', 'month', '-', '-', '-', '-', '-', '-')
            RETURNING id""",
            [self.company],
        )
        self.account = self.get(
            """INSERT INTO qbo_reference
                    (connection_id, entity, qbo_id, name, full_name)
               VALUES (%s, 'Account', '1', 'Sales', 'Sales') RETURNING id""",
            [self.connection],
        )
        order = self.get(
            """INSERT INTO sale_order (name, company_id, partner_id, date_order, state,
                    partner_invoice_id, partner_shipping_id)
               VALUES ('S1', %s, %s, now(), 'sale', %s, %s) RETURNING id""",
            [self.company, self.partner, self.partner, self.partner],
        )
        order_line = self.get(
            """INSERT INTO sale_order_line (order_id, name, product_uom_qty, price_unit,
                    customer_lead, display_type)
               VALUES (%s, 'Support', 0, 0, 0, 'line_section') RETURNING id""",
            [order],
        )
        self.schedule = self.get(
            """INSERT INTO qbo_revenue_schedule (order_line_id, model, state, amount,
                    distribution, first_part, last_part, time_source)
               VALUES (%s, 'ratable', 'running', 1200, 'months', '-', '-', '-')
            RETURNING id""",
            [order_line],
        )

    def add_entry(self, amounts=(60, -60, 40, -40), state="draft", period=False):
        """Write an entry and its lines.

        :param amounts: debits; credits below zero
        :param bool period: a deal's share as well
        """
        self.ask("BEGIN")
        entry = self.get(
            """INSERT INTO qbo_revenue_entry (name, connection_id, company_id, kind,
                    state, currency_id, month, date, rate)
               VALUES ('REV/' || nextval('qbo_revenue_entry_id_seq'), %s, %s, 'month',
                    'draft', %s, '2026-03-01', '2026-03-31', 1)
            RETURNING id""",
            [self.connection, self.company, self.currency],
        )
        self.ask(
            """INSERT INTO qbo_revenue_entry_line (entry_id, account_id, debit, credit)
               SELECT %s, %s, GREATEST(amount, 0), GREATEST(-amount, 0)
                 FROM unnest(%s) amount""",
            [entry, self.account, list(amounts)],
        )
        if period:
            self.add_period(entry)
        if state != "draft":
            self.ask(
                "UPDATE qbo_revenue_entry SET state = %s WHERE id = %s", [state, entry]
            )
        self.ask("COMMIT")
        return entry

    def add_period(self, entry=None):
        """Write a share of the deal, in a month that has none yet."""
        return self.get(
            """INSERT INTO qbo_revenue_period (schedule_id, entry_id, month, kind,
                    amount, unbilled, is_expected, is_reversed, deferred_account_id,
                    revenue_account_id, partner_id)
               VALUES (%s, %s,
                    date '2026-01-01' + nextval('qbo_revenue_period_id_seq')::integer
                    * interval '1 month', 'earned', 100, 0, FALSE, FALSE, %s, %s, %s)
            RETURNING id""",
            [self.schedule, entry, self.account, self.account, self.partner],
        )

    def add_operation(self, entry, state="sent"):
        return self.get(
            """INSERT INTO qbo_operation (connection_id, action, entity, res_model,
                    res_id, name, state)
               VALUES (%s, 'create', 'JournalEntry', 'qbo.revenue.entry', %s, '-', %s)
            RETURNING id""",
            [self.connection, entry, state],
        )

    def list_lines(self, entry):
        return [
            id
            for (id,) in self.ask(
                "SELECT id FROM qbo_revenue_entry_line WHERE entry_id = %s ORDER BY id",
                [entry],
            )
        ]
