from odoo.tests import tagged

from ..const import MAXIMUM_ATTEMPTS
from .common import QboCommon
from .payments_out import PaymentsOutMixin

# What may become of a call that writes.
LOSSES = (
    {"drop": "before"},
    {"drop": "after"},
    {"html": 503},
    {"html": 500, "committed": True},
    {"empty": True, "committed": True},
    {"reset": True, "committed": True},
)


@tagged("post_install", "-at_install")
class TestPaymentsOutFaults(PaymentsOutMixin, QboCommon):
    """Whatever Intuit answers, each payment is in QuickBooks once."""

    def settle(self, times=4):
        self.env.flush_all()
        self.work(times)

    def meet(self, match, **action):
        self.control("POST", "faults", match={"times": 1, **match}, action=action)

    def meet_batch(self, **action):
        self.meet({"operation": "batch", "body": '"operation"'}, **action)

    def register_one(self):
        payment = self.register(self.push_invoice(100))
        payment.action_qbo_push()
        self.env.flush_all()
        return payment

    def check_once(self, payment):
        found = self.check_pushed(payment)
        self.check_balance(payment.reconciled_invoice_ids, 0)
        return found

    # === CREATING === #

    def test_lost_answers(self):
        for action in LOSSES:
            with self.subTest(action=action):
                payment = self.register_one()
                self.meet_batch(**action)
                self.work()
                self.assertEqual(self.get_operation(payment).state, "uncertain")
                self.settle()
                self.check_once(payment)

    def test_lost_and_the_request_ids_forgotten(self):
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            switches={"requestid_retention_seconds": 1},
        )
        payment = self.register_one()
        self.meet_batch(drop="after")
        self.work()
        self.control("POST", "clock", minutes=10)
        self.settle()
        self.check_once(payment)

    def test_refused_but_carried_out_and_edited_meanwhile(self):
        """Found as it was then, although Odoo has another amount and day now."""
        payment = self.register_one()
        self.meet(
            {"item": {"entity": "Payment", "operation": "create"}},
            fault="6000",
            committed=True,
        )
        self.work()
        self.assertEqual(self.get_operation(payment).state, "failed")
        invoice = payment.reconciled_invoice_ids
        payment.action_draft()
        payment.write({"amount": 70, "date": "2026-03-20"})
        payment.action_post()
        self.match(payment.move_id, invoice)
        payment.action_qbo_push()
        self.settle()
        (_found,) = self.get_payments(payment)
        self.assertEqual(self.get_operation(payment).state, "differs")

    def test_left_as_sent_by_a_worker_that_died(self):
        payment = self.register_one()
        with self.connection._work() as operations:
            while unprepared := operations._get_unprepared(self.connection, 10):
                unprepared._prepare_ready(self.connection)
            operations._get_unknown(self.connection, 10).is_looked_up = True
            operations._freeze(self.connection, 10)
        self.env.invalidate_all()
        self.assertEqual(self.get_operation(payment).state, "sent")
        self.settle()
        self.check_once(payment)

    def test_found_after_the_links_were_severed(self):
        payment = self.register_one()
        self.work()
        number = self.get_operation(payment).qbo_id
        self.connection.with_user(self.administrator).action_sever()
        self.env.invalidate_all()
        self.set_up_quickbooks()
        self.push(payment.reconciled_invoice_ids)
        payment.action_qbo_push()
        self.settle()
        self.assertEqual(self.check_once(payment)["Id"], number)
        self.assertEqual(self.get_binding(payment).origin, "adopted")

    def test_a_bookkeeper_entered_it_already(self):
        payment = self.register(self.push_invoice(100))
        payment.payment_reference = "CHK 77"
        customer = self.get_remote(payment.reconciled_invoice_ids)["CustomerRef"]
        values = {
            "CustomerRef": customer,
            "TotalAmt": 100,
            "TxnDate": "2026-03-02",
            "PaymentRefNum": "CHK 77",
        }
        made = self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Payment",
            operation="create",
            values=values,
        )
        payment.action_qbo_push()
        self.settle()
        operation = self.get_operation(payment)
        self.assertEqual(
            (operation.state, operation.cause), ("failed", "duplicate_number")
        )
        self.assertIn("CHK 77", operation.explanation)
        self.assertFalse(self.get_payments(payment))
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Payment",
            operation="delete",
            id=made["object"]["Id"] if "object" in made else made["Id"],
        )
        payment.action_qbo_retry()
        self.settle()
        self.check_once(payment)

    def test_a_bad_one_stops_nobody(self):
        good, bad = self.register_one(), self.register_one()
        self.meet(
            {
                "item": {
                    "entity": "Payment",
                    "operation": "create",
                    "body": bad._qbo_get_marker(),
                }
            },
            fault="6000",
        )
        self.settle(1)
        self.check_once(good)
        self.assertEqual(self.get_operation(bad).state, "failed")

    # === CHANGING === #

    def test_lost_answers_to_a_change(self):
        for action in LOSSES:
            with self.subTest(action=action):
                payment = self.register_one()
                self.work()
                invoice = payment.reconciled_invoice_ids
                self.unmatch(payment.move_id)
                self.env.flush_all()
                self.meet_batch(**action)
                self.work()
                self.assertEqual(self.get_operation(payment).state, "uncertain")
                self.settle()
                self.assertEqual(self.check_pushed(payment)["UnappliedAmt"], 100)
                self.check_balance(invoice, 100)

    def test_lost_answers_to_a_void(self):
        for action in LOSSES:
            with self.subTest(action=action):
                payment = self.register_one()
                self.work()
                invoice = payment.reconciled_invoice_ids
                payment.action_draft()
                self.env.flush_all()
                self.meet({"path": "/payment", "method": "POST"}, **action)
                self.work()
                operation = self.get_operation(payment)
                self.assertEqual(operation.state, "uncertain")
                self.settle()
                self.assertEqual(operation.state, "done", operation.fault_message)
                self.assertFalse(self.get_payments(payment))
                self.assertEqual(self.get_remote(invoice)["Balance"], 100)

    def test_a_change_that_cannot_be_sent_holds_nobody_up(self):
        """Not even until the worker has its next turn."""
        gone = self.register_one()
        self.work()
        invoice = self.push_invoice(100)
        self.unmatch(gone.move_id)
        self.get_binding(gone).remote_state = "deleted"
        other = self.register(invoice)
        other.action_qbo_push()
        self.env.flush_all()
        self.connection._run_worker()
        self.env.invalidate_all()
        self.assertEqual(self.get_operation(gone).cause, "reference")
        self.check_once(other)

    def test_an_update_that_was_never_answered_and_was_changed_again(self):
        payment = self.register_one()
        self.work()
        self.unmatch(payment.move_id)
        self.env.flush_all()
        self.meet_batch(drop="after")
        self.work()
        payment.action_draft()
        self.settle()
        self.assertFalse(self.get_payments(payment))
        self.assertEqual(self.get_operation(payment).action, "void")

    def test_an_update_that_failed_unanswered_and_was_changed_again(self):
        """What QuickBooks has is our own work, and no reason to ask a person."""
        payment = self.register_one()
        self.work()
        self.unmatch(payment.move_id)
        self.env.flush_all()
        match = {"operation": "batch", "body": '"operation"'}
        drop = {"drop": "before"}
        times = MAXIMUM_ATTEMPTS - 1
        self.control("POST", "faults", match={**match, "times": times}, action=drop)
        self.work(times)
        self.meet_batch(drop="after")
        self.work()
        operation = self.get_operation(payment)
        self.assertEqual((operation.state, operation.cause), ("failed", "uncertain"))
        payment.payment_reference = "CHK 12"
        self.settle()
        found = self.check_pushed(payment)
        self.assertEqual(
            (found["PaymentRefNum"], found["UnappliedAmt"]), ("CHK 12", 100)
        )
