"""Databases of a test's own, and PostgreSQL's programs run on them."""

import os
import subprocess

import psycopg2

from odoo.tools import config


def get_environment(**others):
    """Return what PostgreSQL's programs need to connect as Odoo does."""
    settings = {
        "PGHOST": config["db_host"],
        "PGPORT": config["db_port"],
        "PGUSER": config["db_user"],
        "PGPASSWORD": config["db_password"],
    }
    known = {name: str(value) for name, value in settings.items() if value}
    return os.environ | known | others


def run(*command):
    subprocess.run(command, check=True, env=get_environment())


def copy(source, target):
    """Make a database of what `pg_dump` says of another; nothing is locked."""
    run("dropdb", "--if-exists", target)
    run("createdb", target)
    dump = subprocess.Popen(
        ["pg_dump", "-Fc", source], stdout=subprocess.PIPE, env=get_environment()
    )
    subprocess.run(
        ["pg_restore", "-d", target, "--no-owner"],
        stdin=dump.stdout,
        check=True,
        env=get_environment(),
    )
    dump.stdout.close()
    if dump.wait():
        raise RuntimeError("pg_dump failed")


def drop(database):
    run("dropdb", "--if-exists", "--force", database)


def connect(database):
    environment = get_environment()
    return psycopg2.connect(
        dbname=database,
        host=environment.get("PGHOST"),
        port=environment.get("PGPORT"),
        user=environment.get("PGUSER"),
        password=environment.get("PGPASSWORD"),
    )


def psql(database, script, user=None):
    """Let psql run a script to its end, whatever fails in it.

    :param str user: another role than Odoo's
    :return: (what it printed, its complaints with their codes)
    """
    others = {"PGUSER": user} if user else {}
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "--set=VERBOSITY=verbose", database],
        input=script,
        capture_output=True,
        text=True,
        env=get_environment(**others),
        check=False,
    )
    return done.stdout, done.stderr
