import random

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

    def test_a_quiet_run_is_clean(self):
        markers = self.arena.queue(invoices=4, customers=2)
        self.assertTrue(self.arena.work())
        self.assertEqual(self.arena.find_faults(markers), [])
