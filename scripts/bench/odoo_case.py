"""Runs a test case of the addon outside the test suite, to measure what it does."""

import os
import sys
import unittest

import odoo
from odoo.modules.registry import Registry


def open_database(configuration, database):
    """Load the registry, with Odoo set as its test suite has it."""
    odoo.tools.config.parse_config(
        ["-c", configuration, "-d", database, "--no-http", "--log-level=critical"]
    )
    Registry(database)
    # A new company would install the modules of its country.
    odoo.tools.config["test_enable"] = True


def run(case, name):
    """Run one test; end the process with what went wrong, if anything did."""
    test = case(name)
    odoo.modules.module.current_test = test
    with open(os.devnull, "w") as nowhere:
        result = unittest.TextTestRunner(stream=nowhere).run(unittest.TestSuite([test]))
    for _case, trace in (*result.errors, *result.failures):
        sys.stderr.write(trace)
    if not result.wasSuccessful():
        sys.exit(1)
