from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name

from . import databases
from .processes import Worker

# What could be left behind, and where it would show.
LEFTOVERS = {
    "tables": """SELECT relname FROM pg_class
                  WHERE relname ~ 'qbo|quickbooks'""",
    "columns": """SELECT table_name || '.' || column_name
                    FROM information_schema.columns WHERE column_name ~ 'qbo'""",
    "triggers": "SELECT tgname FROM pg_trigger WHERE tgname ~ 'qbo'",
    "functions": "SELECT proname FROM pg_proc WHERE proname ~ 'qbo'",
    "constraints": "SELECT conname FROM pg_constraint WHERE conname ~ 'qbo'",
    "models": "SELECT model FROM ir_model WHERE model ~ 'qbo'",
    "fields": "SELECT model || '.' || name FROM ir_model_fields WHERE name ~ 'qbo'",
    "scheduled actions": "SELECT cron_name FROM ir_cron WHERE cron_name ~ 'QuickBooks'",
    "server actions": "SELECT id FROM ir_act_server WHERE code ~ 'qbo'",
    "external ids": "SELECT name FROM ir_model_data WHERE module = 'quickbooks_online'",
    "groups": "SELECT id FROM res_groups WHERE name::text ~ 'QuickBooks|reconciles'",
    "privileges": "SELECT id FROM res_groups_privilege WHERE name::text ~ 'QuickBooks'",
    "menus": "SELECT id FROM ir_ui_menu WHERE name::text ~ 'QuickBooks'",
    "views": "SELECT id FROM ir_ui_view WHERE name ~ 'qbo|QuickBooks'",
    "templates": "SELECT id FROM mail_template WHERE model ~ 'qbo'",
    "activities": "SELECT id FROM mail_activity WHERE res_model ~ 'qbo'",
    "activity types": """SELECT id FROM mail_activity_type
                          WHERE name::text ~ 'QuickBooks'""",
    "kept searches": "SELECT name FROM ir_filters WHERE model_id ~ 'qbo'",
    "kept exports": "SELECT name FROM ir_exports WHERE resource ~ 'qbo'",
    "messages": "SELECT id FROM mail_message WHERE model ~ 'qbo'",
    "followers": "SELECT id FROM mail_followers WHERE res_model ~ 'qbo'",
    "attachments": "SELECT id FROM ir_attachment WHERE res_model ~ 'qbo'",
    "parameters": "SELECT key FROM ir_config_parameter WHERE key ~ 'qbo|quickbooks'",
    "access rights": "SELECT name FROM ir_model_access WHERE name ~ 'qbo'",
    "rules": "SELECT name FROM ir_rule WHERE name ~ 'QuickBooks'",
}


@tagged("post_install", "-at_install")
class TestInstall(BaseCase):
    """Uninstall, install from the Apps menu and use, in one running process."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = f"{get_db_name()}_install"
        databases.copy(get_db_name(), cls.database)
        cls.addClassCleanup(databases.drop, cls.database)
        cls.worker = Worker(cls.database, "http://127.0.0.1:9")
        cls.addClassCleanup(cls.worker.stop)

    def get_leftovers(self):
        """Return ``{kind: [name, ...]}`` of all that names us in the database."""
        found = {}
        with (
            databases.connect(self.database) as database,
            database.cursor() as cursor,
        ):
            for kind, query in LEFTOVERS.items():
                cursor.execute(query)
                rows = [row[0] for row in cursor.fetchall()]
                if rows:
                    found[kind] = rows
        database.close()
        return found

    def test_uninstall_and_install_again(self):
        self.assertEqual(self.worker.ask("suspended_connection", 0), "suspended")
        self.assertGreater(len(self.get_leftovers()), 10)
        for _round in range(2):
            self.assertEqual(self.worker.ask("uninstall", 0), "uninstalled")
            self.assertEqual(self.get_leftovers(), {})
            self.assertEqual(self.worker.ask("install", 0), "installed")
            self.assertEqual(self.worker.ask("suspended_connection", 0), "suspended")
