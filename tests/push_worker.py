"""Makes processes that run the worker of a connection, quickly and to be killed.

Started as a script: ``push_worker.py CONFIGURATION DATABASE``. Loads Odoo once; then
each order ``work CONNECTION`` forks a process that runs the connection's scheduled
action, ``read CONNECTION`` one that reads company and lists. The answer is the number
of the process; ``wait PROCESS`` answers with how it ended.
"""

import os
import sys

import odoo
from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry


def _work(database, connection_id):
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        connection = env["qbo.connection"].browse(connection_id)
        try:
            connection.worker_cron_id.method_direct_trigger()
        except UserError as error:  # another process runs it
            sys.stderr.write(f"{error}\n")


def _read(database, connection_id):
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["qbo.connection"].browse(connection_id)._read_daily()


ORDERS = {"work": _work, "read": _read}


def _fork(order, database, connection_id):
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        ORDERS[order](database, connection_id)
        code = 0
    finally:
        os._exit(code)


def _warm_up(registry):
    """Let the first write happen here: what it computes is shared by all forks."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["res.partner"].create({"name": "Nobody"}).name = "No one"
        env["qbo.connection"].search([]).mapped("health")
        env.flush_all()
        cr.rollback()


def main(configuration, database):
    arguments = ["-c", configuration] if configuration else []
    odoo.tools.config.parse_config(
        [*arguments, "-d", database, "--no-http", "--log-level=critical"]
    )
    _warm_up(Registry(database))
    # No process may share a connection to the database with another.
    odoo.sql_db.close_all()
    for line in sys.stdin:
        order, number = line.split()
        if order == "wait":
            _process, answer = os.waitpid(int(number), 0)
        else:
            answer = _fork(order, database, int(number))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
