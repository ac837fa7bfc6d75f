"""What people try on revenue entries in psql.

Each is tried on entries made for it: ``:draft`` and ``:other``, which have debits and
credits of 60 and 40 in lines ``:line`` (a debit of 60), ``:second`` (the credit of it),
``:third`` and ``:fourth``; ``:posted`` with ``:posted_line`` and ``:posted_period``;
``:sent``, which is on its way to QuickBooks by ``:operation``.
"""

# SQLSTATEs: what PostgreSQL answers.
NULL, FOREIGN, CHECK, KEPT = "23502", "23503", "23514", "23001"
INSERT = "INSERT INTO qbo_revenue_entry_line (entry_id, account_id, debit, credit)"
ENTRY = """INSERT INTO qbo_revenue_entry (name, connection_id, company_id, kind, state,
    currency_id, month, date, rate)
    SELECT name || '-2', connection_id, company_id, kind, 'draft', currency_id, month,
           date, rate FROM qbo_revenue_entry WHERE id = :draft"""
REVERSAL = """INSERT INTO qbo_revenue_period (schedule_id, month, kind, amount,
    unbilled, is_expected, is_reversed, deferred_account_id, revenue_account_id,
    partner_id, reverses_id)
    SELECT schedule_id, month, 'reversal', -amount, -unbilled, FALSE, FALSE,
           deferred_account_id, revenue_account_id, partner_id, id
      FROM qbo_revenue_period WHERE id = :posted_period"""
COPY = "COPY qbo_revenue_entry_line (entry_id, account_id, debit, credit) FROM STDIN;"
COPY_PIPE = r"\copy qbo_revenue_entry_line (entry_id, account_id, debit, credit) from"

# {what it is: (script, what the database answers first)}
REFUSED = {
    # === One side, an amount === #
    "a debit alone": (f"{INSERT} VALUES (:draft, :account, 5, 0);", CHECK),
    "a credit alone": (f"{INSERT} VALUES (:draft, :account, 0, 5);", CHECK),
    "both sides of a line": (
        f"{INSERT} VALUES (:draft, :account, 5, 5), (:draft, :account, 5, 5);",
        CHECK,
    ),
    "neither side": (f"{INSERT} VALUES (:draft, :account, 0, 0);", CHECK),
    "negative": (
        f"{INSERT} VALUES (:draft, :account, -5, 0), (:draft, :account, 5, 0);",
        CHECK,
    ),
    "no debit": (f"{INSERT} VALUES (:draft, :account, NULL, 5);", NULL),
    "no credit": (f"{INSERT} VALUES (:draft, :account, 5, NULL);", NULL),
    "amounts left out": (
        """INSERT INTO qbo_revenue_entry_line (entry_id, account_id)
           VALUES (:draft, :account);""",
        NULL,
    ),
    "all NULL": ("UPDATE qbo_revenue_entry_line SET debit = NULL;", NULL),
    "no entry": (f"{INSERT} VALUES (NULL, :account, 5, 0);", NULL),
    "entry that is not": (f"{INSERT} VALUES (-1, :account, 5, 0);", FOREIGN),
    "no account": ("UPDATE qbo_revenue_entry_line SET account_id = NULL;", NULL),
    "not a number, both": (
        f"""{INSERT} VALUES (:draft, :account, 'NaN', 0),
            (:draft, :account, 0, 'NaN');""",
        CHECK,
    ),
    "infinite, both": (
        f"""{INSERT} VALUES (:draft, :account, 'Infinity', 0),
            (:draft, :account, 0, 'Infinity');""",
        CHECK,
    ),
    "infinite, below": (
        f"{INSERT} VALUES (:draft, :account, '-Infinity', 0);",
        CHECK,
    ),
    "a thousandth": (
        "UPDATE qbo_revenue_entry_line SET debit = 60.001 WHERE id = :line;",
        CHECK,
    ),
    # === Updates and deletions === #
    "one amount": (
        "UPDATE qbo_revenue_entry_line SET debit = 61 WHERE id = :line;",
        CHECK,
    ),
    "one side turned": (
        """UPDATE qbo_revenue_entry_line SET debit = credit, credit = debit
            WHERE id = :line;""",
        CHECK,
    ),
    "one line deleted": ("DELETE FROM qbo_revenue_entry_line WHERE id = :line;", CHECK),
    "all lines deleted": (
        "DELETE FROM qbo_revenue_entry_line WHERE entry_id = :draft;",
        CHECK,
    ),
    "moved to another entry": (
        "UPDATE qbo_revenue_entry_line SET entry_id = :other WHERE id = :line;",
        CHECK,
    ),
    "all lines moved": (
        """UPDATE qbo_revenue_entry_line SET entry_id = :other
            WHERE entry_id = :draft;""",
        CHECK,
    ),
    "entry without lines": (f"{ENTRY};", CHECK),
    "entry with one line": (
        f"""WITH made AS ({ENTRY} RETURNING id)
            {INSERT} SELECT id, :account, 5, 0 FROM made;""",
        CHECK,
    ),
    "entry with uneven lines": (
        f"""WITH made AS ({ENTRY} RETURNING id)
            {INSERT} SELECT id, :account, debit, credit FROM made,
            (VALUES (5, 0), (0, 6)) amounts (debit, credit);""",
        CHECK,
    ),
    "number of an entry": (
        "UPDATE qbo_revenue_entry SET id = -id WHERE id = :draft;",
        FOREIGN,
    ),
    "number of an entry, lines left behind": (
        f"""BEGIN; {ENTRY}; UPDATE qbo_revenue_entry_line
            SET entry_id = currval('qbo_revenue_entry_id_seq') WHERE id = :line;
            COMMIT;""",
        CHECK,
    ),
    "no currency": (
        "UPDATE qbo_revenue_entry SET currency_id = NULL WHERE id = :draft;",
        NULL,
    ),
    "no state": ("UPDATE qbo_revenue_entry SET state = NULL WHERE id = :draft;", NULL),
    "unknown state": (
        "UPDATE qbo_revenue_entry SET state = 'Posted' WHERE id = :draft;",
        CHECK,
    ),
    # === In bulk === #
    "truncated": ("TRUNCATE qbo_revenue_entry_line;", KEPT),
    "truncated and put back": (
        """BEGIN;
        CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM qbo_revenue_entry_line;
        TRUNCATE qbo_revenue_entry_line;
        INSERT INTO qbo_revenue_entry_line SELECT * FROM kept;
        UPDATE qbo_revenue_entry_line SET debit = debit * 2, credit = credit * 2;
        COMMIT;""",
        KEPT,
    ),
    "entries truncated": ("TRUNCATE qbo_revenue_entry CASCADE;", KEPT),
    "shares truncated": ("TRUNCATE qbo_revenue_period CASCADE;", KEPT),
    "truncated from afar": ("TRUNCATE qbo_connection CASCADE;", KEPT),
    "truncated from companies": (
        "TRUNCATE res_company RESTART IDENTITY CASCADE;",
        KEPT,
    ),
    "copied in, uneven": (f"{COPY}\n:draft\t:account\t5\t0\n\\.\n", CHECK),
    "copied in, not a number": (
        f"{COPY}\n:draft\t:account\tNaN\t0\n:draft\t:account\t0\tNaN\n\\.\n",
        CHECK,
    ),
    "copied in, nothing": (f"{COPY}\n:draft\t:account\t\\N\t5\n\\.\n", NULL),
    "copied in by the client": (
        f"""{COPY_PIPE} program 'echo :draft,:account,7,0' with (format csv)\n""",
        CHECK,
    ),
    # === Statements of other kinds === #
    "upsert": (
        """INSERT INTO qbo_revenue_entry_line (id, entry_id, account_id, debit, credit)
            VALUES (:line, :draft, :account, 5, 0)
            ON CONFLICT (id) DO UPDATE SET debit = 61;""",
        CHECK,
    ),
    "merge": (
        """MERGE INTO qbo_revenue_entry_line l USING (VALUES (:line), (:second)) s (id)
            ON l.id = s.id WHEN MATCHED AND l.debit > 0 THEN UPDATE SET debit = 61
            WHEN MATCHED THEN DELETE;""",
        CHECK,
    ),
    "deleted within a query": (
        """WITH gone AS (DELETE FROM qbo_revenue_entry_line WHERE id = :line
            RETURNING debit) SELECT * FROM gone;""",
        CHECK,
    ),
    "deleted and written within a query": (
        f"""WITH gone AS (DELETE FROM qbo_revenue_entry_line WHERE id = :line
            RETURNING entry_id, account_id, debit)
            {INSERT} SELECT entry_id, account_id, debit + 1, 0 FROM gone;""",
        CHECK,
    ),
    "by a cursor": (
        """BEGIN; DECLARE c CURSOR FOR SELECT * FROM qbo_revenue_entry_line
            WHERE id = :line FOR UPDATE; FETCH c;
            DELETE FROM qbo_revenue_entry_line WHERE CURRENT OF c; COMMIT;""",
        CHECK,
    ),
    "through a view": (
        """CREATE TEMP VIEW lines AS SELECT * FROM qbo_revenue_entry_line;
            DELETE FROM lines WHERE id = :line;""",
        CHECK,
    ),
    "by code that swallows errors": (
        """SELECT set_config('test.line', ':line', FALSE);
        DO $$ BEGIN
            UPDATE qbo_revenue_entry_line SET debit = debit + 1
             WHERE id = current_setting('test.line')::integer;
            SET CONSTRAINTS ALL IMMEDIATE;
            EXCEPTION WHEN OTHERS THEN
            UPDATE qbo_revenue_entry_line SET debit = debit + 2
             WHERE id = current_setting('test.line')::integer;
        END $$;""",
        CHECK,
    ),
    "when everything else was checked": (
        """BEGIN; CREATE FUNCTION pg_temp.spoil(line integer) RETURNS integer
            LANGUAGE sql BEGIN ATOMIC
            DELETE FROM qbo_revenue_entry_line WHERE id = line RETURNING id; END;
            DECLARE late CURSOR WITH HOLD FOR SELECT pg_temp.spoil(:line); COMMIT;""",
        CHECK,
    ),
    "prepared for later": (
        """BEGIN; DELETE FROM qbo_revenue_entry_line WHERE id = :line;
            PREPARE TRANSACTION 'later';""",
        CHECK,
    ),
    # === When it is checked === #
    "checked at once": (
        """BEGIN; SET CONSTRAINTS ALL IMMEDIATE;
            DELETE FROM qbo_revenue_entry_line WHERE id = :line; COMMIT;""",
        CHECK,
    ),
    "checked at once, and later": (
        """BEGIN; SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
            DELETE FROM qbo_revenue_entry_line WHERE id = :line; COMMIT;""",
        CHECK,
    ),
    "put off again": (
        """BEGIN; DELETE FROM qbo_revenue_entry_line WHERE id = :line;
            SAVEPOINT a; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK TO a;
            SET CONSTRAINTS ALL DEFERRED; COMMIT;""",
        CHECK,
    ),
    "kept from a savepoint": (
        """BEGIN; SAVEPOINT a; DELETE FROM qbo_revenue_entry_line WHERE id = :line;
            RELEASE a; COMMIT;""",
        CHECK,
    ),
    "mended, and the mending taken back": (
        f"""BEGIN; DELETE FROM qbo_revenue_entry_line WHERE id = :line; SAVEPOINT a;
            {INSERT} VALUES (:draft, :account, 60, 0); ROLLBACK TO a; COMMIT;""",
        CHECK,
    ),
    "checked within a savepoint": (
        f"""BEGIN; SAVEPOINT a; DELETE FROM qbo_revenue_entry_line WHERE id = :line;
            {INSERT} VALUES (:draft, :account, 60, 0);
            SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
            ROLLBACK TO a; DELETE FROM qbo_revenue_entry_line WHERE id = :line;
            COMMIT;""",
        CHECK,
    ),
    "all at once, serializable": (
        """BEGIN ISOLATION LEVEL SERIALIZABLE;
            DELETE FROM qbo_revenue_entry_line WHERE id = :line; COMMIT;""",
        CHECK,
    ),
    # === Tables in the way of ours === #
    "behind a table of the same name": (
        """BEGIN; CREATE TEMP TABLE qbo_revenue_entry_line ON COMMIT DROP AS
            SELECT * FROM public.qbo_revenue_entry_line;
            CREATE TEMP TABLE qbo_revenue_entry (id integer, state text) ON COMMIT DROP;
            SET LOCAL search_path = pg_temp, public;
            DELETE FROM public.qbo_revenue_entry_line WHERE id = :line; COMMIT;""",
        CHECK,
    ),
    "behind a table with the name of the changes": (
        """BEGIN; CREATE TEMP TABLE old_lines (entry_id integer) ON COMMIT DROP;
            SET LOCAL search_path = pg_temp, public;
            DELETE FROM public.qbo_revenue_entry_line WHERE id = :line; COMMIT;""",
        CHECK,
    ),
    "made up by a table that inherits": (
        """BEGIN; CREATE TEMP TABLE heir () INHERITS (qbo_revenue_entry_line)
            ON COMMIT DROP; INSERT INTO heir SELECT * FROM qbo_revenue_entry_line
            WHERE id = :line; DELETE FROM ONLY qbo_revenue_entry_line WHERE id = :line;
            COMMIT;""",
        CHECK,
    ),
    "an entry that is gone by inheritance": (
        """BEGIN; CREATE TEMP TABLE heir () INHERITS (qbo_revenue_entry)
            ON COMMIT DROP; INSERT INTO heir
            SELECT * FROM qbo_revenue_entry WHERE id = :posted;
            UPDATE heir SET state = 'draft';
            DELETE FROM qbo_revenue_entry_line WHERE entry_id = :posted; COMMIT;""",
        KEPT,
    ),
    # === In QuickBooks === #
    "posted: back to draft": (
        "UPDATE qbo_revenue_entry SET state = 'draft' WHERE id = :posted;",
        KEPT,
    ),
    "posted: all": (
        """BEGIN; UPDATE qbo_revenue_entry SET state = 'draft' WHERE id = :posted;
            UPDATE qbo_revenue_entry_line SET debit = debit * 2, credit = credit * 2
            WHERE entry_id = :posted; COMMIT;""",
        KEPT,
    ),
    "posted: both sides alike": (
        """UPDATE qbo_revenue_entry_line SET debit = debit * 2, credit = credit * 2
            WHERE entry_id = :posted;""",
        KEPT,
    ),
    "posted: accounts swapped": (
        """UPDATE qbo_revenue_entry_line SET debit = credit, credit = debit
            WHERE entry_id = :posted;""",
        KEPT,
    ),
    "posted: lines renumbered": (
        "UPDATE qbo_revenue_entry_line SET id = -id WHERE entry_id = :posted;",
        KEPT,
    ),
    "posted: lines exchanged": (
        f"""WITH gone AS (DELETE FROM qbo_revenue_entry_line WHERE entry_id = :posted
            RETURNING *) {INSERT}
            SELECT entry_id, account_id, debit, credit FROM gone;""",
        KEPT,
    ),
    "posted: deleted": ("DELETE FROM qbo_revenue_entry WHERE id = :posted;", KEPT),
    "posted: deleted with its shares": (
        """BEGIN; DELETE FROM qbo_revenue_period WHERE entry_id = :posted;
            DELETE FROM qbo_revenue_entry WHERE id = :posted; COMMIT;""",
        KEPT,
    ),
    "posted: lines deleted": (
        "DELETE FROM qbo_revenue_entry_line WHERE entry_id = :posted;",
        KEPT,
    ),
    "posted: lines added": (
        f"{INSERT} VALUES (:posted, :account, 5, 0), (:posted, :account, 0, 5);",
        KEPT,
    ),
    "posted: lines copied in": (
        f"{COPY}\n:posted\t:account\t5\t0\n:posted\t:account\t0\t5\n\\.\n",
        KEPT,
    ),
    "posted: lines moved in": (
        """UPDATE qbo_revenue_entry_line SET entry_id = :posted
            WHERE id IN (:line, :second);""",
        KEPT,
    ),
    "posted: lines moved out": (
        """UPDATE qbo_revenue_entry_line SET entry_id = :draft
            WHERE entry_id = :posted;""",
        KEPT,
    ),
    "posted: upsert of the entry": (
        """INSERT INTO qbo_revenue_entry SELECT * FROM qbo_revenue_entry
            WHERE id = :posted ON CONFLICT (id) DO UPDATE SET date = '2026-04-01';""",
        KEPT,
    ),
    "posted: upsert of lines": (
        """INSERT INTO qbo_revenue_entry_line SELECT * FROM qbo_revenue_entry_line
            WHERE entry_id = :posted
            ON CONFLICT (id) DO UPDATE SET name = 'other';""",
        KEPT,
    ),
    "posted: merge": (
        """MERGE INTO qbo_revenue_entry e USING (VALUES (:posted)) s (id)
            ON e.id = s.id WHEN MATCHED THEN DELETE;""",
        KEPT,
    ),
    "posted: share": (
        "UPDATE qbo_revenue_period SET amount = 1 WHERE id = :posted_period;",
        KEPT,
    ),
    "posted: share deleted": (
        "DELETE FROM qbo_revenue_period WHERE id = :posted_period;",
        KEPT,
    ),
    "posted: share moved": (
        "UPDATE qbo_revenue_period SET entry_id = :draft WHERE id = :posted_period;",
        KEPT,
    ),
    "posted: share released": (
        "UPDATE qbo_revenue_period SET entry_id = NULL WHERE id = :posted_period;",
        KEPT,
    ),
    "posted: share moved in": (
        "UPDATE qbo_revenue_period SET entry_id = :posted WHERE id = :period;",
        KEPT,
    ),
    "posted: month recognized again": (
        """BEGIN; UPDATE qbo_revenue_period SET is_reversed = TRUE
            WHERE id = :posted_period;
            UPDATE qbo_revenue_period p SET month = o.month FROM qbo_revenue_period o
             WHERE p.id = :period AND o.id = :posted_period; COMMIT;""",
        CHECK,
    ),
    "posted: taken back, and not marked": (f"{REVERSAL};", CHECK),
    "posted: taken back, and the mark removed": (
        f"""BEGIN; UPDATE qbo_revenue_period SET is_reversed = TRUE
            WHERE id = :posted_period; {REVERSAL}; COMMIT;
            UPDATE qbo_revenue_period SET is_reversed = FALSE
            WHERE id = :posted_period;""",
        CHECK,
    ),
    "posted: taken back, and the reversal deleted": (
        f"""BEGIN; UPDATE qbo_revenue_period SET is_reversed = TRUE
            WHERE id = :posted_period; {REVERSAL}; COMMIT;
            DELETE FROM qbo_revenue_period WHERE reverses_id = :posted_period;""",
        CHECK,
    ),
    "posted: share added": (
        """INSERT INTO qbo_revenue_period (schedule_id, entry_id, month, kind, amount,
            unbilled, is_expected, is_reversed, deferred_account_id, revenue_account_id,
            partner_id) SELECT schedule_id, :posted, '2040-01-01', kind, amount,
            unbilled, is_expected, is_reversed, deferred_account_id, revenue_account_id,
            partner_id FROM qbo_revenue_period WHERE id = :posted_period;""",
        KEPT,
    ),
    "posted: its account deleted": (
        "DELETE FROM qbo_reference WHERE id = :account;",
        FOREIGN,
    ),
    "posted: its company deleted": ("DELETE FROM qbo_connection;", FOREIGN),
    "posted and changed in one query": (
        """WITH posted AS (UPDATE qbo_revenue_entry SET state = 'posted'
            WHERE id = :draft) UPDATE qbo_revenue_entry_line SET debit = 70
            WHERE id = :line;""",
        KEPT,
    ),
    "posted and changed in one transaction": (
        """BEGIN; UPDATE qbo_revenue_entry SET state = 'posted' WHERE id = :draft;
            UPDATE qbo_revenue_entry_line SET debit = 70 WHERE id = :line;
            UPDATE qbo_revenue_entry_line SET credit = 70 WHERE id = :second;
            COMMIT;""",
        KEPT,
    ),
    "posted while uneven": (
        """BEGIN; UPDATE qbo_revenue_entry_line SET debit = 70 WHERE id = :line;
            UPDATE qbo_revenue_entry SET state = 'posted' WHERE id = :draft;
            COMMIT;""",
        CHECK,
    ),
    "born posted": (
        f"""BEGIN; {ENTRY}; UPDATE qbo_revenue_entry SET state = 'posted'
            WHERE id = currval('qbo_revenue_entry_id_seq'); COMMIT;""",
        CHECK,
    ),
    # === On its way === #
    "on its way: a line": (
        "UPDATE qbo_revenue_entry_line SET name = 'other' WHERE entry_id = :sent;",
        KEPT,
    ),
    "on its way: the day": (
        "UPDATE qbo_revenue_entry SET date = '2026-04-01' WHERE id = :sent;",
        KEPT,
    ),
    "on its way: deleted": ("DELETE FROM qbo_revenue_entry WHERE id = :sent;", KEPT),
    "on its way: not what became of it": (
        """UPDATE qbo_operation SET state = 'uncertain' WHERE id = :operation;
            UPDATE qbo_revenue_entry_line SET debit = debit * 2, credit = credit * 2
            WHERE entry_id = :sent;""",
        KEPT,
    ),
}

# {what it is: script}: what may be done, so that the others are not refused for
# nothing.
ACCEPTED = {
    "both sides": """BEGIN;
        UPDATE qbo_revenue_entry_line SET debit = 70 WHERE id = :line;
        UPDATE qbo_revenue_entry_line SET credit = 70 WHERE id = :second; COMMIT;""",
    "both sides at once": """UPDATE qbo_revenue_entry_line
        SET debit = debit * 2, credit = credit * 2 WHERE entry_id = :draft;""",
    "two lines copied in": (
        f"{COPY}\n:draft\t:account\t5\t0\n:draft\t:account\t0\t5\n\\.\n"
    ),
    "half of the lines": """DELETE FROM qbo_revenue_entry_line
        WHERE id IN (:line, :second);""",
    "moved in pairs": """UPDATE qbo_revenue_entry_line SET entry_id = :other
        WHERE id IN (:line, :second);""",
    "exchanged": f"""BEGIN; DELETE FROM qbo_revenue_entry_line WHERE entry_id = :draft;
        {INSERT} VALUES (:draft, :account, 5, 0), (:draft, :account, 0, 5); COMMIT;""",
    "put off and mended": """BEGIN;
        SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
        UPDATE qbo_revenue_entry_line SET debit = 70 WHERE id = :line;
        UPDATE qbo_revenue_entry_line SET credit = 70 WHERE id = :second; COMMIT;""",
    "deleted with its lines": "DELETE FROM qbo_revenue_entry WHERE id = :draft;",
    "another currency": """UPDATE qbo_revenue_entry SET currency_id = :other_currency
        WHERE id = :draft;""",
    "posted": "UPDATE qbo_revenue_entry SET state = 'posted' WHERE id = :draft;",
    "it arrived": "UPDATE qbo_revenue_entry SET state = 'posted' WHERE id = :sent;",
    # The outbox says what is on its way; it is taken at its word.
    "on its way no more": """UPDATE qbo_operation SET state = 'failed'
        WHERE id = :operation; DELETE FROM qbo_revenue_entry WHERE id = :sent;""",
    "not even queued": """DELETE FROM qbo_operation WHERE id = :operation;
        DELETE FROM qbo_revenue_entry WHERE id = :sent;""",
    "what the gate notes": """UPDATE qbo_revenue_entry SET qbo_reject_reason = 'late'
        WHERE id = :posted;""",
    "a share taken back": f"""BEGIN; UPDATE qbo_revenue_period SET is_reversed = TRUE
        WHERE id = :posted_period; {REVERSAL}; COMMIT;""",
}

# While PostgreSQL replicates it does not look after foreign keys.
REPLICA = "SET session_replication_role = replica;"
REFUSED_WHILE_REPLICATING = {
    "entry deleted, lines left": (
        "DELETE FROM qbo_revenue_entry WHERE id = :draft;",
        CHECK,
    ),
    "entry renumbered, lines left": (
        "UPDATE qbo_revenue_entry SET id = -id WHERE id = :draft;",
        CHECK,
    ),
    "entry renumbered, with lines anew": (
        f"""BEGIN; UPDATE qbo_revenue_entry SET id = -id WHERE id = :draft;
            {INSERT} VALUES (-:draft, :account, 5, 0), (-:draft, :account, 0, 5);
            COMMIT;""",
        CHECK,
    ),
    "lines of no entry": (
        f"{INSERT} VALUES (-5, :account, 5, 0), (-5, :account, 0, 5);",
        FOREIGN,
    ),
    "lines moved to no entry": (
        "UPDATE qbo_revenue_entry_line SET entry_id = -5 WHERE entry_id = :draft;",
        FOREIGN,
    ),
}
