"""A pytest plugin for `./dev test`: Odoo test classes that lie outside every addon.

Odoo tags only classes of `odoo.addons.*`; without tags the others cannot be created.
"""


def pytest_collection():
    from odoo.tests.common import BaseCase

    BaseCase.test_tags = {"standard", "at_install"}
    BaseCase.test_module = "quickbooks_online"
