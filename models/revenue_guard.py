"""What PostgreSQL itself keeps of revenue entries: the functions and triggers."""

BALANCED = "qbo_revenue_entry_balanced"
TAKEN_BACK = "qbo_revenue_period_taken_back"

# What may still change of a posted entry: who looked at it, and what the gate notes.
# New columns are frozen until they are named here. Users can be deleted: PostgreSQL
# then empties the columns that name them.
FREE_ENTRY_COLUMNS = (
    "create_uid",
    "write_uid",
    "write_date",
    "qbo_approval",
    "qbo_submitted_by_id",
    "qbo_submitted_at",
    "qbo_first_approved_by_id",
    "qbo_approved_by_id",
    "qbo_approved_at",
    "qbo_approved_digest",
    "qbo_approved_payload",
    "qbo_reject_reason",
    "qbo_excluded",
    "qbo_queued_at",
)
FREE_PERIOD_COLUMNS = ("create_uid", "write_uid", "write_date", "is_reversed")
FREE_LINE_COLUMNS = ("create_uid", "write_uid")

# The lines that an UPDATE made others, as they were and as they are.
CHANGED_LINES = """(
                SELECT c.entry_id FROM (
                    (SELECT o.entry_id, to_jsonb(o) - TG_ARGV FROM old_lines o
                     EXCEPT ALL
                     SELECT n.entry_id, to_jsonb(n) - TG_ARGV FROM new_lines n)
                    UNION ALL
                    (SELECT n.entry_id, to_jsonb(n) - TG_ARGV FROM new_lines n
                     EXCEPT ALL
                     SELECT o.entry_id, to_jsonb(o) - TG_ARGV FROM old_lines o)
                ) c)"""


def _make_touch(lines):
    """Return the body of a trigger after lines changed.

    Whoever changes lines changes their entries: it is checked at commit, and who
    changes others of its lines at the same time waits, or is told to start over.

    :param str lines: the relation that tells which, by ``entry_id``
    """
    return f"""
        DECLARE entry integer; touched integer[] := '{{{{}}}}';
        BEGIN
            FOR entry IN SELECT DISTINCT l.entry_id FROM {lines} l ORDER BY 1 LOOP
                IF {{schema}}.qbo_revenue_is_fixed(entry) THEN
                    PERFORM {{schema}}.qbo_revenue_refuse(
                        'The lines of a revenue entry in QuickBooks never change.');
                END IF;
                -- What PostgreSQL does not see to while it replicates.
                IF TG_OP <> 'DELETE' AND NOT EXISTS (
                    SELECT FROM ONLY {{schema}}.qbo_revenue_entry e
                     WHERE e.id = entry) THEN
                    RAISE EXCEPTION 'There is no revenue entry %', entry
                        USING ERRCODE = 'foreign_key_violation';
                END IF;
                touched := touched || entry;
            END LOOP;
            UPDATE ONLY {{schema}}.qbo_revenue_entry e
               SET lines_version = COALESCE(e.lines_version, 0) + 1
             WHERE e.id = ANY (touched);
            RETURN NULL;
        END
        """


# Each: name, arguments, body. Tables are named with their schema, and the search path
# is fixed, so that nobody shadows them by temporary ones; ONLY leaves out what
# somebody lets inherit from them for a while.
FUNCTIONS = {
    # Is an entry in QuickBooks, or on its way there? Locks it, so that the answer
    # still holds when the caller's transaction ends.
    "qbo_revenue_is_fixed": (
        "entry integer",
        "boolean",
        """
        DECLARE found text;
        BEGIN
            SELECT e.state INTO found FROM ONLY {schema}.qbo_revenue_entry e
             WHERE e.id = entry FOR UPDATE;
            RETURN found = 'posted' OR EXISTS (
                SELECT FROM ONLY {schema}.qbo_operation o
                 WHERE o.res_model = 'qbo.revenue.entry' AND o.res_id = entry
                   AND o.state IN ('sent', 'uncertain'));
        END
        """,
    ),
    "qbo_revenue_refuse": (
        "what text",
        "void",
        """
        BEGIN
            RAISE EXCEPTION '%', what
                USING ERRCODE = 'restrict_violation',
                      TABLE = 'qbo_revenue_entry',
                      HINT = 'Amend the deal: that takes it back and books it anew.';
        END
        """,
    ),
    # Two lines or more, debits equal to credits; of an entry that is gone, none.
    "qbo_revenue_check_entry": (
        "",
        "trigger",
        """
        DECLARE entry integer; title text; debits numeric; credits numeric;
                number bigint;
        BEGIN
            FOREACH entry IN ARRAY CASE WHEN TG_OP = 'INSERT' THEN ARRAY[NEW.id]
                    WHEN TG_OP = 'DELETE' OR OLD.id = NEW.id THEN ARRAY[OLD.id]
                    ELSE ARRAY[OLD.id, NEW.id] END LOOP
                SELECT e.name INTO title FROM ONLY {schema}.qbo_revenue_entry e
                 WHERE e.id = entry;
                CONTINUE WHEN NOT FOUND AND NOT EXISTS (
                    SELECT FROM ONLY {schema}.qbo_revenue_entry_line l
                     WHERE l.entry_id = entry);
                SELECT COALESCE(SUM(l.debit), 0), COALESCE(SUM(l.credit), 0), COUNT(*)
                  INTO debits, credits, number
                  FROM ONLY {schema}.qbo_revenue_entry_line l
                 WHERE l.entry_id = entry;
                IF title IS NULL OR number < 2 OR debits IS DISTINCT FROM credits THEN
                    RAISE EXCEPTION
                        'Revenue entry % is uneven: % lines, debits %, credits %',
                        COALESCE(title, entry::text), number, debits, credits
                        USING ERRCODE = 'check_violation',
                              TABLE = 'qbo_revenue_entry',
                              CONSTRAINT = 'qbo_revenue_entry_balanced';
                END IF;
            END LOOP;
            RETURN NULL;
        END
        """,
    ),
    "qbo_revenue_touch_new": ("", "trigger", _make_touch("new_lines")),
    "qbo_revenue_touch_old": ("", "trigger", _make_touch("old_lines")),
    "qbo_revenue_touch_changed": ("", "trigger", _make_touch(CHANGED_LINES)),
    # Who changed the entry meanwhile, unaware that it is on its way, starts over.
    "qbo_revenue_touch_sent": (
        "",
        "trigger",
        """
        BEGIN
            UPDATE ONLY {schema}.qbo_revenue_entry e
               SET lines_version = e.lines_version
             WHERE e.id = NEW.res_id;
            RETURN NULL;
        END
        """,
    ),
    "qbo_revenue_keep_entry": (
        "",
        "trigger",
        """
        DECLARE free text[];
        BEGIN
            IF OLD.state = 'posted' THEN
                IF TG_OP = 'DELETE' OR
                   to_jsonb(OLD) - TG_ARGV IS DISTINCT FROM to_jsonb(NEW) - TG_ARGV THEN
                    PERFORM {schema}.qbo_revenue_refuse(
                        'A revenue entry in QuickBooks never changes: ' || OLD.name);
                END IF;
            ELSIF EXISTS (
                SELECT FROM ONLY {schema}.qbo_operation o
                 WHERE o.res_model = 'qbo.revenue.entry' AND o.res_id = OLD.id
                   AND o.state IN ('sent', 'uncertain')) THEN
                -- That it arrived.
                free := TG_ARGV || 'state'::text;
                IF TG_OP = 'DELETE' OR
                   to_jsonb(OLD) - free IS DISTINCT FROM to_jsonb(NEW) - free THEN
                    PERFORM {schema}.qbo_revenue_refuse(
                        'A revenue entry on its way to QuickBooks does not change: '
                        || OLD.name);
                END IF;
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            RETURN NEW;
        END
        """,
    ),
    # The shares of deals in a posted entry are as fixed as its lines.
    "qbo_revenue_keep_period": (
        "",
        "trigger",
        """
        BEGIN
            IF TG_OP <> 'INSERT' AND OLD.entry_id IS NOT NULL THEN
                IF (TG_OP = 'DELETE' OR to_jsonb(OLD) - TG_ARGV
                    IS DISTINCT FROM to_jsonb(NEW) - TG_ARGV)
                   AND {schema}.qbo_revenue_is_fixed(OLD.entry_id) THEN
                    PERFORM {schema}.qbo_revenue_refuse(
                        'What a deal has in a revenue entry in QuickBooks never '
                        'changes.');
                END IF;
            END IF;
            IF TG_OP = 'INSERT' AND NEW.entry_id IS NOT NULL
               OR TG_OP = 'UPDATE' AND NEW.entry_id IS DISTINCT FROM OLD.entry_id
                  AND NEW.entry_id IS NOT NULL THEN
                IF {schema}.qbo_revenue_is_fixed(NEW.entry_id) THEN
                    PERFORM {schema}.qbo_revenue_refuse(
                        'Nothing is added to a revenue entry in QuickBooks.');
                END IF;
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            RETURN NEW;
        END
        """,
    ),
    # What counts as taken back is, by another share; or a month that is in QuickBooks
    # could be recognized a second time.
    "qbo_revenue_check_period": (
        "",
        "trigger",
        """
        DECLARE period integer;
        BEGIN
            FOREACH period IN ARRAY CASE
                    WHEN TG_OP = 'INSERT' THEN ARRAY[NEW.id, NEW.reverses_id]
                    WHEN TG_OP = 'DELETE' THEN ARRAY[OLD.reverses_id]
                    ELSE ARRAY[OLD.id, NEW.id, OLD.reverses_id, NEW.reverses_id] END
            LOOP
                IF EXISTS (
                    SELECT FROM ONLY {schema}.qbo_revenue_period p
                     WHERE p.id = period AND p.is_reversed <> EXISTS (
                        SELECT FROM ONLY {schema}.qbo_revenue_period r
                         WHERE r.reverses_id = p.id)) THEN
                    RAISE EXCEPTION
                        'What is marked as taken back is taken back: %', period
                        USING ERRCODE = 'check_violation',
                              TABLE = 'qbo_revenue_period',
                              CONSTRAINT = 'qbo_revenue_period_taken_back';
                END IF;
            END LOOP;
            RETURN NULL;
        END
        """,
    ),
    "qbo_revenue_keep_table": (
        "",
        "trigger",
        """
        BEGIN
            RAISE EXCEPTION 'Revenue entries cannot be truncated: %', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation',
                      HINT = 'Delete drafts one by one; what is posted stays.';
        END
        """,
    ),
}

# Rows that the trigger after each kind of statement looks at: of ten thousand that a
# month's run writes, none.
_TAKES_BACK = "({0}.is_reversed OR {0}.reverses_id IS NOT NULL)"
TAKEN_BACK_TRIGGERS = {
    f"{TAKEN_BACK}_{kind.lower()}": (kind, " OR ".join(map(_TAKES_BACK.format, rows)))
    for kind, rows in {
        "INSERT": ["NEW"],
        "UPDATE": ["OLD", "NEW"],
        "DELETE": ["OLD"],
    }.items()
}

TRIGGERS = (
    *(
        (
            "qbo_revenue_period",
            f"""CREATE CONSTRAINT TRIGGER {name} AFTER {kind} ON {{table}}
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ({condition})
                EXECUTE FUNCTION {{schema}}.qbo_revenue_check_period()""",
        )
        for name, (kind, condition) in TAKEN_BACK_TRIGGERS.items()
    ),
    (
        "qbo_revenue_entry",
        f"""CREATE CONSTRAINT TRIGGER {BALANCED}
            AFTER INSERT OR UPDATE OR DELETE ON {{table}}
            DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION {{schema}}.qbo_revenue_check_entry()""",
    ),
    (
        "qbo_revenue_entry",
        f"""CREATE TRIGGER qbo_revenue_entry_kept
            BEFORE UPDATE OR DELETE ON {{table}}
            FOR EACH ROW EXECUTE FUNCTION
            {{schema}}.qbo_revenue_keep_entry({", ".join(FREE_ENTRY_COLUMNS)})""",
    ),
    (
        "qbo_revenue_entry",
        """CREATE TRIGGER qbo_revenue_entry_not_truncated
            BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {schema}.qbo_revenue_keep_table()""",
    ),
    (
        "qbo_revenue_entry_line",
        """CREATE TRIGGER qbo_revenue_entry_line_inserted
            AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_lines
            FOR EACH STATEMENT EXECUTE FUNCTION {schema}.qbo_revenue_touch_new()""",
    ),
    (
        "qbo_revenue_entry_line",
        f"""CREATE TRIGGER qbo_revenue_entry_line_updated
            AFTER UPDATE ON {{table}}
            REFERENCING OLD TABLE AS old_lines NEW TABLE AS new_lines
            FOR EACH STATEMENT EXECUTE FUNCTION
            {{schema}}.qbo_revenue_touch_changed({", ".join(FREE_LINE_COLUMNS)})""",
    ),
    (
        "qbo_revenue_entry_line",
        """CREATE TRIGGER qbo_revenue_entry_line_deleted
            AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_lines
            FOR EACH STATEMENT EXECUTE FUNCTION {schema}.qbo_revenue_touch_old()""",
    ),
    (
        "qbo_revenue_entry_line",
        """CREATE TRIGGER qbo_revenue_entry_line_not_truncated
            BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {schema}.qbo_revenue_keep_table()""",
    ),
    (
        "qbo_revenue_period",
        f"""CREATE TRIGGER qbo_revenue_period_kept
            BEFORE INSERT OR UPDATE OR DELETE ON {{table}}
            FOR EACH ROW EXECUTE FUNCTION
            {{schema}}.qbo_revenue_keep_period({", ".join(FREE_PERIOD_COLUMNS)})""",
    ),
    (
        "qbo_revenue_period",
        """CREATE TRIGGER qbo_revenue_period_not_truncated
            BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {schema}.qbo_revenue_keep_table()""",
    ),
    (
        "qbo_operation",
        """CREATE TRIGGER qbo_revenue_operation_sent
            AFTER INSERT OR UPDATE ON {table} FOR EACH ROW
            WHEN (NEW.res_model = 'qbo.revenue.entry'
                  AND (NEW.state = 'sent' OR NEW.state = 'uncertain'))
            EXECUTE FUNCTION {schema}.qbo_revenue_touch_sent()""",
    ),
)
TABLES = (
    "qbo_revenue_entry",
    "qbo_revenue_entry_line",
    "qbo_revenue_period",
    "qbo_operation",
)


def install(cr):
    """Let PostgreSQL itself keep entries balanced, and posted ones as they are.

    Made anew at each installation and upgrade. They hold for whoever writes: Odoo,
    psql, COPY, a foreign program; also where triggers are switched off for
    replication.
    """
    if not all(_get_schema(cr, table) for table in TABLES):
        return
    uninstall(cr)
    schema = _quote(_get_schema(cr, TABLES[0]))
    for name, (arguments, returns, body) in FUNCTIONS.items():
        _run(
            cr,
            f"""CREATE FUNCTION {schema}.{name}({arguments}) RETURNS {returns}
                LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
                AS $body${body.format(schema=schema)}$body$""",
        )
    for table, statement in TRIGGERS:
        target = f"{schema}.{table}"
        _run(cr, statement.format(table=target, schema=schema))
        trigger = statement.split("TRIGGER")[1].split()[0]
        _run(cr, f"ALTER TABLE {target} ENABLE ALWAYS TRIGGER {trigger}")


def uninstall(cr):
    """Take all of it away; what hangs on the tables goes with the functions.

    :raise psycopg2.errors.CheckViolation: what was written until now does not balance
    """
    schema = _get_schema(cr, TABLES[0])
    deferred = [BALANCED, *TAKEN_BACK_TRIGGERS]
    cr.execute("SELECT tgname FROM pg_trigger WHERE tgname = ANY(%s)", [deferred])
    for (name,) in cr.fetchall() if schema else ():
        # No trigger can be dropped that has yet to check something.
        _run(cr, f"SET CONSTRAINTS {_quote(schema)}.{name} IMMEDIATE")
    cr.execute(
        """SELECT p.oid::regprocedure::text FROM pg_proc p
             JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE p.proname = ANY(%s) AND n.nspname = %s""",
        [list(FUNCTIONS), schema],
    )
    for (function,) in cr.fetchall():
        _run(cr, f"DROP FUNCTION {function} CASCADE")


def _run(cr, statement):
    """Execute a statement that is made of our own words and quoted names."""
    cr.execute(statement)


def _get_schema(cr, table):
    cr.execute(
        """SELECT n.nspname FROM pg_class c JOIN pg_namespace n
               ON n.oid = c.relnamespace
            WHERE c.oid = to_regclass(%s)""",
        [table],
    )
    row = cr.fetchone()
    return row and row[0]


def _quote(name):
    return '"' + name.replace('"', '""') + '"'
