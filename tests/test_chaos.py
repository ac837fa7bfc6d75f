import random
import threading

from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name

from . import chaos

RUNS = 12


@tagged("post_install", "-at_install")
class TestChaos(BaseCase):
    """Workers killed at every step, answers lost: each document lands once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.arena = chaos.Arena(get_db_name())
        cls.addClassCleanup(cls.arena.close)

    def test_random_runs(self):
        for _run in range(RUNS):
            seed = random.getrandbits(32)
            with self.subTest(seed=seed):
                self.assertEqual(chaos.run_once(self.arena, seed), [])

    def test_killed_at_every_step(self):
        for number in (1, 2):
            for moment in ("arrival", "carried_out", "answered"):
                with self.subTest(moment=moment, batch=number):
                    markers = self.arena.queue(invoices=6, customers=2)
                    shot = chaos.Shot(number, moment)
                    self.assertFalse(self.arena.work(shot=shot))
                    for _run in range(chaos.MOST_RUNS):
                        self.arena.work()
                        if not self.arena.count_open():
                            break
                    self.assertEqual(self.arena.find_faults(markers), [])

    def push(self, env, invoice_id):
        """Click Push to QBO; return why it was refused, or ''."""
        try:
            env["account.move"].browse(invoice_id).action_qbo_push()
        except UserError as error:
            return str(error)
        return ""

    def test_two_people_push_at_once(self):
        markers = self.arena.queue(invoices=1, customers=1)
        (invoice_id,) = markers
        with self.arena.environment() as env:
            connection = env["qbo.connection"].browse(self.arena.connection_id)
            connection.approval_required = False
            operations = connection.operation_ids
            before = operations.filtered(lambda each: each.res_id == invoice_id)
            before.write({"state": "cancelled"})
        answers = []

        def push_second():
            with self.arena.environment() as env:
                answers.append(retrying(lambda: self.push(env, invoice_id), env))

        second = threading.Thread(target=push_second)
        with self.arena.environment() as env:
            self.assertEqual(self.push(env, invoice_id), "")
            env.flush_all()
            # It waits for the row of the invoice until the first one is done.
            second.start()
            second.join(1)
            self.assertTrue(second.is_alive(), answers)
        second.join(30)
        self.assertIn("on its way", answers[0])
        with self.arena.environment() as env:
            count = env["qbo.operation"].search_count(
                [("res_model", "=", "account.move"), ("res_id", "=", invoice_id)]
            )
            self.assertEqual(count, 2)
        while self.arena.count_open():
            self.arena.work()
        self.assertEqual(self.arena.find_faults(markers), [])

    def test_a_quiet_run_is_clean(self):
        markers = self.arena.queue(invoices=4, customers=2)
        self.assertTrue(self.arena.work())
        self.assertEqual(self.arena.find_faults(markers), [])
