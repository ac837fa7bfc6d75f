from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import QboCommon
from .outbox import OutboxMixin


@tagged("post_install", "-at_install")
class TestQueue(OutboxMixin, QboCommon):
    """What people see of the outbox, and what they may do there."""

    def fail_customers(self, count, fault="2050"):
        """Push customers that QuickBooks refuses; return their operations."""
        self.control(
            "POST",
            "faults",
            match={
                "item": {"entity": "Customer", "operation": "create"},
                "times": count,
            },
            action={"fault": fault},
        )
        partners = [self._create_customer(f"Refused {n}") for n in range(count)]
        operations = self.push(*partners)
        self.assertEqual(set(operations.mapped("state")), {"failed"})
        return operations

    def get_status(self, user=None):
        self.env.flush_all()
        connections = self.env["qbo.connection"].with_user(user or self.user)
        (status,) = connections.get_push_status()
        return status

    # === PROGRESS === #

    def test_progress(self):
        invoices = [self.create_invoice() for _number in range(3)]
        self.queue(*invoices)
        status = self.get_status()
        self.assertEqual((status["moving"], status["done"]), (3, 0))
        self.assertEqual(status["progress"], 0)
        self.work()
        status = self.get_status()
        self.assertEqual((status["moving"], status["waiting"]), (0, 0))
        # Customer and product went, too.
        self.assertEqual(status["done"], 5)
        self.assertEqual(status["progress"], 100)

    def test_what_failed_and_what_waits_is_counted(self):
        (failed,) = self.fail_customers(1)
        self.queue(self.create_invoice(partner=failed.record_ref))
        self.work()
        status = self.get_status()
        self.assertEqual((status["failed"], status["waiting"]), (1, 1))
        self.assertEqual(self.connection.failed_count, 1)
        self.assertEqual(failed.waiting_count, 1)
        (waiting,) = self.env["qbo.operation"].search(
            failed.action_open_waiting()["domain"]
        )
        self.assertEqual(waiting.blocked_by_id, failed)

    def test_why_nothing_is_sent(self):
        self.assertEqual(self.get_status()["problem"], "")
        self.connection._suspend("grant")
        self.env.invalidate_all()
        self.assertIn("Reconnect", self.get_status()["problem"])
        self.connection.sudo().worker_cron_id.active = False
        self.connect()
        self.assertIn("switched off", self.get_status()["problem"])

    def test_other_companies_are_not_told(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self._create_connection(other)
        self.assertEqual(self.get_status()["id"], self.connection.id)
        stranger = self._create_user("user", other)
        (operation,) = self.fail_customers(1)
        found = self.env["qbo.operation"].with_user(stranger).search([])
        self.assertNotIn(operation.id, found.ids)
        with self.assertRaises(AccessError):
            operation.with_user(stranger).read(["name"])

    # === RETRY === #

    def test_retry_of_one_cause(self):
        first = self.fail_customers(2)
        others = self.fail_customers(1, fault="6000")
        first[0].with_user(self.approver).action_retry_cause()
        self.env.flush_all()
        self.assertEqual(set(first.mapped("state")), {"queued"})
        self.assertEqual(others.state, "failed")
        self.work()
        self.assertEqual(set(first.mapped("state")), {"done"})

    def test_retry_of_many_from_the_list(self):
        operations = self.fail_customers(3)
        action = self.env.ref("quickbooks_online.qbo_operation_action_retry")
        action.with_user(self.approver).with_context(
            active_model="qbo.operation", active_ids=operations.ids
        ).run()
        self.assertEqual(set(operations.mapped("state")), {"queued"})

    def test_one_that_may_not_be_retried_keeps_nobody_back(self):
        customers = self.fail_customers(2)
        invoice = self.queue(self.create_invoice())
        invoice.write({"state": "failed", "cause": "data"})
        # Nobody approved the invoice, so the gate holds it.
        self.connection.approval_required = True
        told = (customers + invoice).with_user(self.approver).action_retry_many()
        self.assertEqual(set(customers.mapped("state")), {"queued"})
        self.assertEqual(invoice.state, "failed")
        self.assertEqual(told["params"]["type"], "warning")
        self.assertIn("2 of 3", told["params"]["message"])
        self.assertIn(invoice.name, told["params"]["message"])

    def test_user_cannot_retry(self):
        (operation,) = self.fail_customers(1)
        as_user = operation.with_user(self.user)
        self.assertFalse(as_user.can_retry)
        self.assertTrue(operation.with_user(self.approver).can_retry)
        for action in ("action_retry", "action_retry_cause"):
            with self.assertRaises(AccessError):
                getattr(as_user, action)()
        self.assertEqual(operation.state, "failed")

    # === EVIDENCE === #

    def test_bodies_are_for_accountants(self):
        operation = self.push(self.create_invoice())
        names = ("payload", "body", "answer", "body_text", "answer_text")
        for name in names:
            for user in (self.user, self.approver):
                with self.assertRaises(AccessError):
                    operation.with_user(user).read([name])
            self.assertTrue(operation.with_user(self.accountant).read([name])[0][name])
        self.assertIn('\n  "DocNumber": ', operation.body_text)

    def test_everybody_may_read_the_explanation(self):
        (operation,) = self.fail_customers(1)
        fields = ["explanation", "fix", "cause_title", "record_ref", "age", "url"]
        for user in (self.user, self.approver, self.accountant):
            values = operation.with_user(user).read(fields)[0]
            self.assertIn("Refused 0", values["explanation"])
            self.assertEqual(values["record_ref"], f"res.partner,{operation.res_id}")

    def test_the_list_costs_no_query_for_each_row(self):
        fields = ["name", "state", "explanation", "fix_button", "can_retry", "age"]

        def count(operations):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            operations.with_user(self.user).read(fields)
            return self.env.cr.sql_log_count - before

        operations = self.fail_customers(40)
        count(operations)
        self.assertEqual(count(operations[:10]), count(operations))

    def test_without_a_right_on_the_record_it_is_not_offered(self):
        operation = self.queue(self.create_invoice())
        as_user = operation.with_user(self.user)
        self.assertFalse(as_user.record_ref)
        self.assertIn(operation.name, as_user.explanation)
        self.user.group_ids += self.env.ref("account.group_account_invoice")
        self.assertTrue(operation.with_user(self.user).record_ref)

    def test_calls_of_an_operation(self):
        operation = self.push(self.create_invoice())
        calls = self.env["qbo.call"].search(operation.action_open_calls()["domain"])
        self.assertEqual(calls.mapped("request_id"), [operation.batch_key])

    def test_gaps_as_a_table(self):
        operation = self.queue(self.create_invoice())
        operation.expectation = {**operation.expectation, "total": "999.99"}
        self.env.flush_all()
        self.work()
        self.assertEqual((operation.state, operation.cause), ("differs", "differs"))
        self.assertIn("999.99", operation.gap_table)
        self.assertIn("Total", operation.explanation)
        self.assertEqual(operation.action_fix()["type"], "ir.actions.act_url")
        self.assertEqual(self.get_status()["differs"], 1)

    def test_a_deleted_record_is_told(self):
        partner = self._create_customer("Short-lived")
        operation = self.queue(partner)
        partner.unlink()
        self.assertFalse(operation.record_ref)
        self.assertTrue(operation.explanation)
