import random

from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name

from . import chaos

PAYMENTS = 8
RUNS = 3


@tagged("post_install", "-at_install")
class TestPaymentCrashes(BaseCase):
    """Workers killed while payments come in: each is booked once, none is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.arena = chaos.Arena(get_db_name())
        cls.addClassCleanup(cls.arena.close)
        with cls.arena.environment() as env:
            connection = env["qbo.connection"].browse(cls.arena.connection_id)
            journals = env["account.journal"].search(
                [("type", "=", "bank"), ("company_id", "=", connection.company_id.id)]
            )
            connection.write(
                {
                    "payment_journal_id": journals[:1].id,
                    "payments_start": "2026-01-01",
                }
            )

    def push_invoices(self):
        """Return ids of invoices that are in QuickBooks."""
        ids = list(self.arena.queue(invoices=PAYMENTS, customers=2))
        while self.arena.count_open():
            self.arena.work()
        return ids

    def receive(self, invoice_ids):
        """The bookkeeper receives all of each."""
        with self.arena.environment() as env:
            connection = env["qbo.connection"].browse(self.arena.connection_id)
            bindings = [
                env["account.move"].browse(id)._qbo_get_binding(connection)
                for id in invoice_ids
            ]
            answers = [binding.snapshot for binding in bindings]
        for answer in answers:
            link = {"TxnId": answer["Id"], "TxnType": "Invoice"}
            self.arena.control(
                "POST",
                "act",
                realm=self.arena.realm_id,
                entity="Payment",
                operation="create",
                values={
                    "CustomerRef": {"value": answer["CustomerRef"]["value"]},
                    "TotalAmt": float(answer["TotalAmt"]),
                    "TxnDate": "2026-03-10",
                    "Line": [
                        {"Amount": float(answer["TotalAmt"]), "LinkedTxn": [link]}
                    ],
                },
            )

    def ask_for_changes(self):
        with self.arena.environment() as env:
            env["qbo.connection"].browse(self.arena.connection_id)._request_poll()

    def settle(self):
        """Let workers run until nothing is left; the dead may hold locks a while."""
        for _run in range(chaos.MOST_RUNS):
            self.arena.work()
            with self.arena.environment() as env:
                connection = env["qbo.connection"].browse(self.arena.connection_id)
                if not connection._has_work():
                    return

    def find_faults(self, invoice_ids):
        """Return what is wrong, in words."""
        faults = []
        with self.arena.environment() as env:
            connection = env["qbo.connection"].browse(self.arena.connection_id)
            for invoice in env["account.move"].browse(invoice_ids):
                booked = invoice._qbo_get_receivable_lines().matched_credit_ids
                if invoice.payment_state != "paid" or len(booked) != 1:
                    faults.append(f"{invoice.name}: {invoice.payment_state}")
            booked = env["account.payment"].search_count(
                [("company_id", "=", connection.company_id.id)]
            )
            known = env["qbo.payment"].search([("connection_id", "=", connection.id)])
            if booked != len(known) or set(known.mapped("state")) != {"matched"}:
                faults.append(f"{booked} booked, {known.mapped('state')}")
            if connection.payments_problem or connection.changes_pending_until:
                faults.append(connection.payments_problem or "the watermark stands")
        return faults

    def test_killed_while_payments_come_in(self):
        for _run in range(RUNS):
            seed = random.getrandbits(32)
            dice = random.Random(seed)
            with self.subTest(seed=seed):
                invoice_ids = self.push_invoices()
                self.receive(invoice_ids)
                self.ask_for_changes()
                for _kill in range(3):
                    self.arena.work(delay=dice.uniform(0.02, 1.5))
                self.settle()
                self.assertEqual(self.find_faults(invoice_ids), [])
        self.assertTrue(self.arena.kills)

    def test_one_run_asks_once(self):
        """The run's own transaction must not hide what it wrote itself."""
        invoice_ids = self.push_invoices()
        self.receive(invoice_ids)
        self.ask_for_changes()
        self.arena.control("DELETE", "requests")
        self.assertTrue(self.arena.work())
        calls = self.arena.control("GET", "requests")["requests"]
        self.assertEqual([each["operation"] for each in calls].count("cdc"), 1)
        self.assertEqual(self.find_faults(invoice_ids), [])

    def test_answers_get_lost(self):
        invoice_ids = self.push_invoices()
        self.receive(invoice_ids)
        for operation in ("cdc", "query"):
            self.arena.control(
                "POST",
                "faults",
                match={"operation": operation, "nth": 1},
                action={"drop": "after"},
            )
            self.ask_for_changes()
            self.arena.work()
        self.arena.control("DELETE", "faults")
        self.ask_for_changes()
        self.settle()
        self.assertEqual(self.find_faults(invoice_ids), [])
