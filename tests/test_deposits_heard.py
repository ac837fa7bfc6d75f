from odoo.tests import tagged

from .common import QboCommon
from .deposits import DepositsMixin
from .webhooks import make_body, make_event, sign


@tagged("post_install", "-at_install")
class TestDepositsHeard(DepositsMixin, QboCommon):
    """What a bookkeeper does with Odoo's deposits in QuickBooks."""

    def setUp(self):
        super().setUp()
        self.connection.payments_start = "2026-01-01"
        self.connection.payment_journal_id = self.bank
        self.payments = self.pay(100) | self.pay(50)
        self.line = self.pay_out(self.payments, 145.35, 4.65)
        self.deposit = self.get_deposit(self.line)
        self.work()
        self.there = self.check_deposited(self.deposit)
        self.poll()

    def act(self, operation, **values):
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Deposit",
            operation=operation,
            id=self.there["Id"],
            values=values,
        )

    def notify(self, qbo_id):
        event = make_event(
            type="qbo.deposit.deleted.v1",
            intuitentityid=qbo_id,
            intuitaccountid=self.connection.realm_id,
        )
        body = make_body(event)
        self.assertTrue(self.env["qbo.event"]._store_and_wake(body, sign(body)))
        self.work()

    def check_deleted(self):
        deposit = self.deposit
        self.assertEqual(deposit.qbo_state, "voided")
        self.assertEqual(deposit.qbo_notice_level, "warning")
        self.assertIn(f"(id {self.there['Id']})", deposit.qbo_notice)
        self.assertIn("was deleted", deposit.qbo_notice)
        self.assertTrue(deposit.qbo_may_push, deposit.qbo_notice)
        self.assertIn("was deleted in QuickBooks", deposit.message_ids[0].body)
        self.assertEqual(deposit.activity_ids[0].summary, "Deleted in QuickBooks")
        self.assertIn(self.accountant, deposit.activity_ids.user_id)
        self.assertNotIn(self.approver, deposit.activity_ids.user_id)
        self.assertEqual(
            self.env["qbo.deposit"].search([("qbo_state", "=", "voided")]), deposit
        )

    def test_what_is_heard_of_its_own_deposit_changes_nothing(self):
        self.assertEqual(self.deposit.qbo_state, "pushed")
        self.assertFalse(self.deposit.activity_ids)

    def test_deleted_and_polled(self):
        self.act("delete")
        self.poll()
        self.check_deleted()

    def test_deleted_and_told(self):
        self.act("delete")
        self.notify(self.there["Id"])
        self.check_deleted()
        self.assertEqual(self.env["qbo.event"].search([]).state, "done")

    def test_deleted_long_ago(self):
        """Where the change list does not reach back, they are asked for."""
        self.act("delete")
        self.connection.changes_read_until = "2026-01-01"
        self.poll()
        self.check_deleted()

    def test_of_others_nothing_is_read(self):
        self.control("DELETE", "requests")
        self.notify("4711")
        self.assertFalse(self.get_calls("query"))
        self.assertEqual(self.env["qbo.event"].search([]).state, "done")

    def test_nothing_is_made_again_by_itself(self):
        self.act("delete")
        self.poll()
        self.line._qbo_follow_payout()
        self.run_cron()
        self.assertFalse(self.get_objects("Deposit"))
        self.check_deleted()

    def test_made_again(self):
        self.act("delete")
        self.poll()
        self.deposit.with_user(self.approver).action_qbo_push()
        self.env.flush_all()
        self.work()
        found = self.check_deposited(self.deposit)
        self.assertNotEqual(found["Id"], self.there["Id"])
        self.assertEqual(found["TotalAmt"], 145.35)
        self.assertEqual(self.deposit.qbo_state, "pushed")
        self.assertFalse(self.deposit.activity_ids)

    def test_given_up(self):
        self.act("delete")
        self.poll()
        self.deposit.with_user(self.approver).action_qbo_undo()
        self.assertFalse(self.payments[0]._qbo_get_deposit_line())
        self.assertFalse(self.deposit.activity_ids)
        self.assertIn("given up", self.deposit.qbo_notice)
        self.assertFalse(self.deposit.qbo_may_push)
        self.unmatch(self.line.move_id)
        self.env.flush_all()
        second = self.get_deposit(self.pay_out(self.payments, 150))
        self.work()
        self.assertEqual(self.check_deposited(second)["TotalAmt"], 150)

    def test_matched_otherwise_after_it_was_deleted(self):
        self.act("delete")
        self.poll()
        self.unmatch(self.get_outstanding(self.payments[1]).move_id)
        self.env.flush_all()
        self.assertEqual(self.deposit.line_ids.payment_id, self.payments[0])
        self.work()
        self.assertFalse(self.get_objects("Deposit"))

    def test_changed(self):
        lines = [
            {name: line[name] for name in ("Amount", "LinkedTxn") if name in line}
            for line in self.there["Line"]
            if line.get("LinkedTxn")
        ]
        self.act("edit", Line=lines[:1])
        self.poll()
        self.assertEqual(self.deposit.qbo_state, "differs")
        self.assertIn("145.35", self.deposit.qbo_notice)
        self.assertIn("was changed in QuickBooks", self.deposit.message_ids[0].body)
        self.assertTrue(self.deposit.activity_ids)
