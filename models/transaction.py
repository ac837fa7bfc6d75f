from contextlib import contextmanager

import psycopg2
from psycopg2 import errorcodes

from odoo import SUPERUSER_ID, api
from odoo.sql_db import Cursor

CONFLICTS = (
    errorcodes.SERIALIZATION_FAILURE,
    errorcodes.DEADLOCK_DETECTED,
    errorcodes.LOCK_NOT_AVAILABLE,
)
TRIES = 5


@contextmanager
def without_nested_loops(env):
    """Let PostgreSQL join by hashing whatever it knows of the tables.

    Of what was written a moment ago it has no statistics, takes it for a handful of
    rows and compares each with each: minutes for thousands.
    """
    env.cr.execute("SET LOCAL enable_nestloop = off")
    yield
    # Where the block raises, a rollback takes the setting back.
    env.cr.execute("SET LOCAL enable_nestloop TO DEFAULT")


@contextmanager
def own_transaction(env, lock_timeout=60):
    """Yield a superuser environment on a transaction of its own.

    It is committed when the block ends, and rolled back when the block raises,
    whatever becomes of the transaction around it. For what must outlive a rollback:
    rotated tokens, the limits' state, the call log.

    The transaction reads what others committed while it waited for a row lock;
    Odoo's usual snapshot would answer that wait with a serialization failure.

    :param int lock_timeout: seconds to wait for a row lock before PostgreSQL raises
        ``LockNotAvailable``, so that no deadlock with the caller can last.
    """
    with env.registry.cursor() as cr:
        settings = "SET LOCAL lock_timeout = %s"
        if isinstance(cr, Cursor):
            settings = f"SET TRANSACTION ISOLATION LEVEL READ COMMITTED; {settings}"
        cr.execute(settings, [f"{lock_timeout}s"])
        yield api.Environment(cr, SUPERUSER_ID, {})


def retried_transaction(env, do):
    """Do a piece of work in a transaction of its own, again where it met another.

    As a user's request: with Odoo's usual snapshot, so that two who settle one
    invoice never both succeed, and repeated from the start after such a conflict.

    :param do: callable(superuser environment)
    :return: what ``do`` returned
    :raise psycopg2.OperationalError: the conflicts did not end
    """
    for left in reversed(range(TRIES)):
        try:
            with env.registry.cursor() as cr:
                result = do(api.Environment(cr, SUPERUSER_ID, {}))
                # What is computed late fails here, where it is caught.
                cr.flush()
                return result
        except psycopg2.OperationalError as error:
            if error.pgcode not in CONFLICTS or not left:
                raise
    return None
