from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.translate import code_translations

from ..models.qbo_catalogue_entries import BUTTONS, CAUSES, CODES, STATES
from ..tools.fault_codes import CODES as KINDS
from ..tools.faults import Fault
from .common import QboCommon
from .outbox import OutboxMixin

# Codes that the issue names -> the cause they are shown under.
CAUSES_OF_CODES = {
    "2020": "missing",
    "2050": "too_long",
    "2500": "reference",
    "610": "reference",
    "6000": "business",
    "6070": "amount",
    "6100": "tax",
    "6140": "duplicate_number",
    "6190": "connection",
    "6210": "closed_period",
    "6240": "duplicate_name",
    "5010": "transient",
    "3001": "transient",
    "3100": "connection",
    "3200": "connection",
    "500": "bug",
    "10000": "transient",
}


@tagged("post_install", "-at_install")
class TestCatalogue(OutboxMixin, QboCommon):
    """Whatever went wrong is told in words, with a way out."""

    def setUp(self):
        super().setUp()
        self.invoice = self.create_invoice()
        self.operation = self.queue(self.invoice)

    def explain(self, operation=None):
        return self.env["qbo.catalogue"]._explain(operation or self.operation)

    def fail_for(self, cause, **values):
        """Let the operation fail as the worker would."""
        self.operation.write({"state": "failed", "cause": cause, **values})
        return self.explain()

    def meet(self, code, detail=""):
        fault = Fault(kind=KINDS[code], code=code, message="Refused", detail=detail)
        self.operation._note_fault(fault, state="failed")
        return self.explain()

    def check(self, told):
        for key in ("title", "what", "fix"):
            self.assertTrue(told[key], told)
            self.assertNotIn("%(", told[key])
        self.assertIn(self.invoice.name, told["what"])
        for button in told["buttons"]:
            self.assertTrue(hasattr(self.operation, button["name"]), button)
            self.assertTrue(button["label"])

    def test_every_cause_has_words_and_a_way_out(self):
        for cause in CAUSES:
            with self.subTest(cause=cause):
                told = self.fail_for(cause, fault_kind="data")
                self.check(told)
                self.assertTrue(told["buttons"])

    def test_every_state_has_words(self):
        for state in ("queued", "waiting", "sent", "uncertain", "done", "cancelled"):
            with self.subTest(state=state):
                self.operation.write({"state": state, "cause": False})
                self.check(self.explain())

    def test_every_code_has_its_cause_and_its_words(self):
        for code, cause in CAUSES_OF_CODES.items():
            with self.subTest(code=code):
                told = self.meet(code)
                self.assertEqual(self.operation.cause, cause)
                self.assertEqual(told["title"], CAUSES[cause].title(self.env))
                self.check(told)

    def test_entries_name_buttons_that_exist(self):
        for entries in (CAUSES, CODES, STATES):
            for key, entry in entries.items():
                self.assertLessEqual(set(entry.buttons), set(BUTTONS), key)

    def test_what_quickbooks_does_not_know_is_named(self):
        account = self.find_reference("Account", "Income")
        detail = (
            f"Invalid Reference Id : Accounts element id {account.qbo_id} not found"
        )
        told = self.meet("2500", detail)
        self.assertIn(account.full_name, told["what"])
        self.assertEqual(told["buttons"][0]["key"], "open_mapping")

    def test_what_is_gone_may_be_what_the_document_uses(self):
        told = self.meet("610")
        self.assertIn(self.customer.name, told["what"])
        self.assertIn(self.service.name, told["what"])
        self.assertEqual(told["buttons"][0]["key"], "open_customer")

    def test_our_own_sentence_is_what_happened(self):
        told = self.fail_for("mapping", fault_message="Invoice X lacks a tax code.")
        self.assertEqual(told["what"], "Invoice X lacks a tax code.")
        self.assertEqual(told["title"], CAUSES["mapping"].title(self.env))

    def test_words_of_quickbooks_stay(self):
        self.meet("6000", "Business Validation Error: something odd")
        self.assertIn("something odd", self.operation.fault_detail)
        self.assertNotIn("something odd", self.operation.explanation)

    def test_waiting_names_what_it_waits_for_and_why(self):
        self.control(
            "POST",
            "faults",
            match={"item": {"entity": "Customer", "operation": "create"}},
            action={"fault": "2050"},
        )
        self.work()
        self.assertEqual(self.operation.state, "waiting")
        told = self.explain()
        self.check(told)
        self.assertIn(self.customer.name, told["what"])
        self.assertIn("too long", told["what"])
        self.assertIn(self.customer.name, self.operation.waits_for)
        self.assertEqual(told["buttons"][0]["key"], "open_blocker")
        self.assertEqual(
            self.operation.action_fix()["res_id"], self.operation.blocked_by_id.id
        )

    def test_parked_says_why_nothing_is_sent(self):
        self.connection._suspend("subscription")
        self.env.invalidate_all()
        told = self.explain()
        self.assertIn("subscription", told["what"])
        self.assertEqual(told["buttons"][0]["key"], "open_connection")

    def test_tried_again_later_says_when(self):
        self.operation.write(
            {
                "attempts": 3,
                "next_attempt_at": fields.Datetime.now() + timedelta(minutes=5),
            }
        )
        told = self.explain()
        self.assertIn("3 times", told["what"])
        self.assertIn("next attempt", told["fix"])

    def test_buttons_are_those_of_the_role(self):
        self.fail_for("business", fault_kind="business")
        keys = {}
        for name in ("user", "approver", "accountant"):
            operation = self.operation.with_user(getattr(self, name))
            told = self.env["qbo.catalogue"]._explain(operation)
            keys[name] = {button["key"] for button in told["buttons"]}
        self.assertNotIn("retry", keys["user"])
        self.assertIn("retry", keys["approver"])

    def test_translated_for_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.fail_for("business", fault_kind="business")
        known = {
            "A rule of QuickBooks stands against it": "Une règle s’y oppose",
            "%(name)s was not taken: a rule of QuickBooks stands against it.": (
                "%(name)s n’a pas été pris."
            ),
            "Retry": "Réessayer",
        }
        with patch.dict(
            code_translations.python_translations,
            {("quickbooks_online", "fr_FR"): known},
        ):
            french = self.operation.with_context(lang="fr_FR")
            self.assertEqual(french.cause_title, "Une règle s’y oppose")
            self.assertIn("n’a pas été pris", french.explanation)
            told = french.env["qbo.catalogue"]._explain(french)
            self.assertIn("Réessayer", [each["label"] for each in told["buttons"]])
        self.assertIn("was not taken", self.operation.explanation)

    def test_retry_takes_an_approver(self):
        operation = self.queue(self.customer)
        operation.write({"state": "failed", "cause": "data"})
        with self.assertRaises(AccessError):
            operation.with_user(self.user).action_retry()
        operation.with_user(self.approver).action_retry()
        self.assertEqual(operation.state, "queued")
