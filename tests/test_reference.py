from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import QboRetryableError
from .common import GB_REALM, US_REALM, QboCommon

CONNECTION_LOGGER = "odoo.addons.quickbooks_online.models.qbo_connection_calls"


@tagged("post_install", "-at_install")
class TestReference(QboCommon):
    def setUp(self):
        super().setUp()
        self.connect()

    def read_lists(self):
        self.connection.with_user(self.administrator).action_refresh_references()
        self.env.invalidate_all()

    def get_references(self, entity, **values):
        return self.connection.with_context(active_test=False).reference_ids.filtered(
            lambda reference: reference.entity == entity
            and all(reference[name] == value for name, value in values.items())
        )

    def get_objects(self, entity):
        realm = self.connection.realm_id
        return self.control("GET", f"objects/{realm}/{entity}")["objects"]

    def act(self, entity, operation, **values):
        return self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity=entity,
            operation=operation,
            **values,
        )

    def test_every_list_is_complete(self):
        self.read_lists()
        for entity in (
            "Account",
            "Class",
            "Department",
            "PaymentMethod",
            "TaxAgency",
            "TaxCode",
            "TaxRate",
            "Term",
        ):
            with self.subTest(entity):
                theirs = {each["Id"]: each for each in self.get_objects(entity)}
                ours = self.get_references(entity)
                self.assertEqual(set(ours.mapped("qbo_id")), set(theirs))
                for reference in ours:
                    self.assertEqual(
                        reference.active, theirs[reference.qbo_id].get("Active", True)
                    )
        self.assertGreater(len(self.get_references("Account")), 40)

    def test_one_request_for_all_lists(self):
        self.control("DELETE", "requests")
        self.connection._call(self.connection._read_references)
        calls = self.control("GET", "requests")["requests"]
        self.assertEqual([call["path"].split("/")[-1] for call in calls], ["batch"])

    def test_lists_longer_than_a_page(self):
        realm = self.connection.realm_id
        for number in range(1100):
            self.act(
                "Account",
                "create",
                values={"Name": f"Fee {number}", "AccountType": "Expense"},
            )
            if not number % 2:
                self.act(
                    "Term", "create", values={"Name": f"Term {number}", "DueDays": 1}
                )
        self.read_lists()
        self.assertFalse(self.connection.references_problem)
        for entity in ("Account", "Term", "TaxCode", "Class"):
            theirs = self.control("GET", f"objects/{realm}/{entity}")["objects"]
            self.assertEqual(
                set(self.get_references(entity).mapped("qbo_id")),
                {each["Id"] for each in theirs},
            )

    def test_account_details(self):
        self.read_lists()
        receivable = self.get_references("Account", account_type="Accounts Receivable")
        self.assertTrue(receivable)
        self.assertEqual(receivable[0].classification, "Asset")
        self.assertEqual(receivable[0].currency_code, "USD")

    def test_multicurrency_company_has_currencies(self):
        self.read_lists()
        self.assertFalse(self.get_references("CompanyCurrency"))
        company = self.env["res.company"].create({"name": "Britain"})
        self.administrator.company_ids += company
        self.connection = self._create_connection(company)
        self.connect(self.connection, GB_REALM)
        self.read_lists()
        self.assertTrue(self.get_references("CompanyCurrency"))

    def test_multicurrency_switched_on_in_quickbooks(self):
        """As the refusal of a foreign invoice advises: switch it on, read the lists."""
        self.read_lists()
        self.assertFalse(self.connection._get_rules().is_multicurrency)
        preferences = {"CurrencyPrefs": {"MultiCurrencyEnabled": True}}
        self.control("POST", f"company/{US_REALM}", preferences=preferences)
        self.act("CompanyCurrency", "create", values={"Code": "EUR"})
        self.read_lists()
        self.assertTrue(self.connection._get_rules().is_multicurrency)
        self.assertTrue(self.connection._has_currency("EUR"))

    def test_second_reading_changes_nothing(self):
        self.read_lists()
        before = {
            reference.id: reference.write_date
            for reference in self.connection.reference_ids
        }
        self.read_lists()
        self.assertEqual(
            before,
            {
                reference.id: reference.write_date
                for reference in self.connection.reference_ids
            },
        )

    def test_follows_quickbooks(self):
        self.read_lists()
        term = self.get_references("Term")[0]
        self.act("Term", "edit", id=term.qbo_id, values={"Name": "Net 31"})
        created = self.act("Term", "create", values={"Name": "Net 45", "DueDays": 45})
        self.read_lists()
        self.assertEqual(term.name, "Net 31")
        new = self.get_references("Term", name="Net 45")
        self.assertEqual(new.due_days, 45)
        self.assertTrue(created)
        self.act("Term", "deactivate", id=new.qbo_id)
        self.read_lists()
        self.assertFalse(new.active)
        self.assertFalse(new.is_gone)

    def test_gone_is_archived_not_deleted(self):
        self.read_lists()
        ghost = self.env["qbo.reference"].create(
            {
                "connection_id": self.connection.id,
                "entity": "Term",
                "qbo_id": "999999",
                "name": "Net 999",
                "full_name": "Net 999",
            }
        )
        self.env.flush_all()
        self.read_lists()
        self.assertTrue(ghost.exists())
        self.assertTrue(ghost.is_gone)
        self.assertFalse(ghost.active)

    def test_outage_keeps_what_was_read(self):
        self.read_lists()
        count = self.connection.reference_count
        self.inject("/batch", status=503, body="<html>busy</html>")
        with self.fails(QboRetryableError):
            self.connection._call(self.connection._read_references)
        self.assertEqual(self.connection.reference_count, count)

    def test_daily_action(self):
        with mute_logger(CONNECTION_LOGGER):
            self.env.ref(
                "quickbooks_online.ir_cron_qbo_references"
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertTrue(self.connection.references_read_at)
        self.assertTrue(self.connection.reference_count)

    def test_daily_action_survives_a_bad_connection(self):
        company = self.env["res.company"].create({"name": "Britain"})
        self.administrator.company_ids += company
        second = self._create_connection(company)
        self.connect(second, GB_REALM)
        self.inject(f"/v3/company/{US_REALM}/", status=500, body="<html>down</html>")
        with mute_logger(CONNECTION_LOGGER):
            self.env.ref(
                "quickbooks_online.ir_cron_qbo_references"
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(self.connection.reference_count)
        self.assertTrue(self.connection.references_problem)
        self.assertEqual(self.connection.state, "connected")
        self.assertTrue(second.reference_count)

    def test_daily_action_comes_back_when_there_was_no_turn(self):
        cron = self.env.ref("quickbooks_online.ir_cron_qbo_references")
        triggers = self.env["ir.cron.trigger"]
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        self.env["qbo.governor"]._pause(self.connection, 300, "test")
        with mute_logger(CONNECTION_LOGGER):
            cron.method_direct_trigger()
        self.env.invalidate_all()
        again = triggers.search([("cron_id", "=", cron.id)])
        self.assertEqual(len(again), 1)
        self.assertGreater(again.call_at, fields.Datetime.now() + timedelta(minutes=10))
        self.assertLess(again.call_at, fields.Datetime.now() + timedelta(hours=1))

    def test_nobody_writes_them_by_hand(self):
        self.read_lists()
        reference = self.connection.reference_ids[0].with_user(self.administrator)
        with self.assertRaises(AccessError):
            reference.name = "Mine"

    def test_other_companies_see_nothing(self):
        self.read_lists()
        outsider = self._create_user(
            "administrator", self.env["res.company"].create({"name": "Elsewhere"})
        )
        for model in ("qbo.connection", "qbo.reference", "qbo.call"):
            self.assertFalse(self.env[model].with_user(outsider).search([]), model)
        with self.assertRaises(AccessError):
            self.connection.with_user(outsider).read(["name"])
