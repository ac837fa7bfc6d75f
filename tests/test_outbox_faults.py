from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.qbo_operation_prepare import NAMES_TRIED
from .common import QboCommon
from .outbox import OutboxMixin

# What QuickBooks says of an invoice -> the state and the cause that it leaves.
REFUSALS = {
    "2020": "missing",
    "2050": "too_long",
    "2500": "reference",
    "610": "reference",
    "6000": "business",
    "6070": "amount",
    "6100": "tax",
    "6210": "closed_period",
    "500": "bug",
}
# What meets the whole call and ends the connection.
ENDS = {"6190": "subscription", "3100": "forbidden"}


@tagged("post_install", "-at_install")
class TestOutboxFaults(OutboxMixin, QboCommon):
    """Whatever Intuit answers, each document is in QuickBooks once or not at all."""

    def setUp(self):
        super().setUp()
        # The customer and the product are there; the faults meet documents.
        self.first = self.push(self.create_invoice())

    def meet(self, match, **action):
        self.control("POST", "faults", match={"times": 1, **match}, action=action)

    def meet_item(self, **action):
        self.meet({"item": {"entity": "Invoice", "operation": "create"}}, **action)

    def meet_batch(self, **action):
        """The next batch that writes meets a fault as a whole."""
        self.meet({"operation": "batch", "body": '"operation"'}, **action)

    def check_once(self, invoice, operation):
        """It ended well, and QuickBooks has it exactly once."""
        self.assertIn(operation.state, ("done", "differs"), operation.fault_message)
        (document,) = self.get_documents(invoice)
        self.assertEqual(operation.qbo_id, document["Id"])

    def check_words(self, invoice, operation):
        """Queue and form say what happened, to which record, and what to do."""
        self.assertIn(invoice.name, operation.explanation)
        self.assertTrue(operation.fix)
        self.assertTrue(operation.fix_button)
        self.assertEqual(invoice.qbo_state, "failed")
        self.assertEqual(invoice.qbo_notice_level, "danger")
        for words in (operation.explanation, operation.fix, operation.fault_message):
            self.assertIn(words, invoice.qbo_notice)

    def push_through(self, times=3):
        invoice = self.create_invoice()
        operation = self.push(invoice)
        first = operation.state
        self.work(times)
        self.check_once(invoice, operation)
        return first

    # === REFUSED === #

    def test_refusals_fail_with_their_cause_and_nothing_is_created(self):
        for code, cause in REFUSALS.items():
            with self.subTest(code=code):
                self.meet_item(fault=code)
                invoice = self.create_invoice()
                operation = self.push(invoice)
                self.assertEqual((operation.state, operation.cause), ("failed", cause))
                self.assertFalse(self.get_documents(invoice))
                self.check_words(invoice, operation)
                operation.action_retry()
                self.env.flush_all()
                self.work()
                self.check_once(invoice, operation)

    def test_look_it_up_anew(self):
        """A customer that is gone is found by name again, and approved again."""
        binding = self.env["qbo.binding"].search(
            [("entity", "=", "Customer"), ("res_id", "=", self.customer.id)]
        )
        number, link = binding.qbo_id, binding.link
        self.meet_item(fault="610")
        invoice = self.create_invoice()
        operation = self.push(invoice)
        self.assertEqual((operation.state, operation.cause), ("failed", "reference"))
        accountant = operation.with_user(self.accountant)
        self.assertEqual(accountant.fix_button, "relink")
        with self.assertRaises(AccessError):
            operation.with_user(self.user).action_relink()
        accountant.action_relink()
        self.assertFalse(binding.qbo_id)
        self.assertEqual(binding.link, link + 1)
        self.env.flush_all()
        again = self.push(invoice)
        self.assertEqual(again.state, "done", again.fault_message)
        self.assertEqual(binding.qbo_id, number)
        self.assertEqual(len(self.get_documents(invoice)), 1)

    def test_a_remembered_fault_is_not_met_again(self):
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            switches={"requestid_of_faults": "remember"},
        )
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            book_close_date="2999-12-31",
        )
        invoice = self.create_invoice()
        operation = self.push(invoice)
        self.assertEqual(
            (operation.state, operation.cause), ("failed", "closed_period")
        )
        self.control(
            "POST", f"company/{self.connection.realm_id}", book_close_date=None
        )
        operation.action_retry()
        self.env.flush_all()
        self.work()
        self.check_once(invoice, operation)

    def test_another_document_has_the_number(self):
        invoice = self.create_invoice()
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            preferences={"SalesFormsPrefs": {"CustomTxnNumbers": True}},
        )
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Invoice",
            operation="create",
            values={
                "DocNumber": invoice.name,
                "CustomerRef": {"value": self.get_objects("Customer")[0]["Id"]},
                "Line": [
                    {
                        "Amount": 5,
                        "DetailType": "SalesItemLineDetail",
                        "SalesItemLineDetail": {
                            "ItemRef": {"value": self.get_objects("Item")[0]["Id"]}
                        },
                    }
                ],
            },
        )
        operation = self.push(invoice)
        self.work(2)
        self.assertEqual(
            (operation.state, operation.cause), ("failed", "duplicate_number")
        )
        self.assertIn(invoice.name, operation.fault_message)
        self.assertFalse(self.get_documents(invoice))

    def test_quickbooks_finds_the_number_taken(self):
        self.meet_item(fault="6140")
        invoice = self.create_invoice()
        operation = self.push(invoice)
        self.assertEqual(
            (operation.state, operation.cause), ("failed", "duplicate_number")
        )
        self.assertIn(invoice.name, operation.explanation)
        self.assertIn("number", invoice.qbo_notice)
        self.assertFalse(self.get_documents(invoice))
        operation.action_retry()
        self.env.flush_all()
        self.work()
        self.check_once(invoice, operation)

    def test_quickbooks_finds_the_number_taken_by_the_invoice_itself(self):
        self.meet_item(fault="6140", committed=True)
        self.push_through()

    def push_for_new_customer(self):
        """Return operations of an invoice and of its customer, who is new."""
        partner = self._create_customer("Brand New")
        operation = self.push(self.create_invoice(partner=partner))
        return operation, self.get_operation(partner)

    def meet_customer(self, **action):
        match = {"item": {"entity": "Customer", "operation": "create"}}
        self.meet({**match, "times": action.pop("times", 1)}, **action)

    def check_new_customer(self, operation, customer):
        self.assertEqual((operation.state, customer.state), ("done", "done"))
        names = [each["DisplayName"] for each in self.get_objects("Customer")]
        self.assertEqual(len([name for name in names if "Brand New" in name]), 1)

    def test_a_name_that_is_taken_is_looked_up_again(self):
        self.meet_customer(fault="6240")
        self.check_new_customer(*self.push_for_new_customer())

    def test_a_name_that_stays_taken_goes_to_a_person(self):
        self.meet_customer(fault="6240", times=NAMES_TRIED + 1)
        operation, customer = self.push_for_new_customer()
        self.assertEqual((customer.state, customer.cause), ("failed", "duplicate_name"))
        self.assertIn("Brand New", customer.explanation)
        self.assertEqual((operation.state, operation.cause), ("waiting", "dependency"))
        invoice = operation.record_ref
        self.assertIn("Waits for Customer Brand New", invoice.qbo_notice)
        self.assertIn(customer.fix, invoice.qbo_notice)
        customer.action_retry()
        self.env.flush_all()
        self.work()
        self.check_new_customer(operation, customer)

    def test_lists_are_found_whatever_becomes_of_the_answer(self):
        for action in (
            {"fault": "6240", "committed": True},
            {"omit": True, "committed": True},
            {"omit": True},
            {"fault": "6000", "committed": True},
            {"answer_id": self.get_operation(self.customer).qbo_id},
        ):
            with self.subTest(action=action):
                self.meet_customer(**action)
                partner = self._create_customer(f"Lost {list(action.items())}")
                operation = self.push(self.create_invoice(partner=partner))
                customer = self.get_operation(partner)
                if customer.state == "failed":
                    customer.action_retry()
                    self.env.flush_all()
                self.work(3)
                self.assertEqual(operation.state, "done", customer.explanation)
                names = [each["DisplayName"] for each in self.get_objects("Customer")]
                found = [name for name in names if name.startswith(partner.name)]
                self.assertEqual(found, [partner.name])

    def test_stale_is_tried_again(self):
        self.meet_item(fault="5010")
        self.push_through()

    def test_unauthorized_is_renewed_and_replayed(self):
        self.meet_batch(fault="3200")
        self.assertEqual(self.push_through(), "done")

    def test_a_refused_batch_goes_one_by_one(self):
        self.meet_batch(fault="2010")
        invoices = [self.create_invoice() for _number in range(3)]
        operations = self.push(*invoices)
        for invoice, operation in zip(invoices, operations, strict=True):
            self.check_once(invoice, operation)

    # === LIMITS AND ENDS === #

    def test_throttling_pauses_and_costs_no_attempt(self):
        for fault in ({"fault": "3001"}, {"status": 429, "body": ""}):
            with self.subTest(fault=fault):
                self.meet_batch(**fault)
                invoice = self.create_invoice()
                operation = self.push(invoice)
                self.assertEqual((operation.state, operation.attempts), ("queued", 0))
                self.assertTrue(self.connection.paused_until)
                self.env["qbo.governor"].search([]).unlink()
                self.env.flush_all()
                self.work()
                self.check_once(invoice, operation)

    def test_the_end_of_a_connection_parks_everything(self):
        for code, reason in ENDS.items():
            with self.subTest(code=code):
                self.meet_batch(fault=code)
                invoice = self.create_invoice()
                operation = self.push(invoice)
                self.assertEqual(operation.state, "queued")
                self.assertEqual(self.connection.suspend_reason, reason)
                self.connect()
                self.work()
                self.check_once(invoice, operation)

    # === NO ANSWER === #

    def test_lost_before_it_was_carried_out(self):
        self.meet_batch(drop="before")
        self.assertEqual(self.push_through(), "uncertain")

    def test_lost_after_it_was_carried_out(self):
        self.meet_batch(drop="after")
        self.assertEqual(self.push_through(), "uncertain")

    def test_lost_after_it_was_carried_out_and_the_request_ids_forgotten(self):
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            switches={"requestid_retention_seconds": 1},
        )
        self.meet_batch(drop="after")
        invoice = self.create_invoice()
        operation = self.push(invoice)
        self.control("POST", "clock", minutes=10)
        self.work(2)
        self.check_once(invoice, operation)

    def test_lost_and_repeats_are_refused(self):
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            switches={"batch_requestid_replay": "fault"},
        )
        self.meet_batch(drop="after")
        self.push_through()

    def test_time_outs(self):
        for committed in (False, True):
            with self.subTest(committed=committed):
                self.meet_batch(delay_ms=600_000, committed=committed)
                self.assertEqual(self.push_through(), "uncertain")

    def test_gateways(self):
        for action in (
            {"html": 503},
            {"status": 500, "body": ""},
            {"html": 500, "committed": True},
            {"empty": True, "committed": True},
            {"truncate": 40},
            {"reset": True},
            {"reset": True, "committed": True},
        ):
            with self.subTest(action=action):
                self.meet_batch(**action)
                self.push_through()

    def test_the_answer_misses_an_item(self):
        for committed in (True, False):
            with self.subTest(committed=committed):
                self.meet_item(omit=True, committed=committed)
                invoices = [self.create_invoice() for _number in range(3)]
                operations = self.push(*invoices)
                self.work(2)
                for invoice, operation in zip(invoices, operations, strict=True):
                    self.check_once(invoice, operation)

    def test_the_answer_has_a_foreign_id(self):
        self.meet_item(answer_id=self.first.qbo_id)
        self.push_through()

    def test_the_answer_names_an_unknown_item(self):
        self.meet_item(answer_bid="unknown")
        self.push_through()

    def test_answered_twice(self):
        self.meet_item(repeat=True, answer_id="999999")
        self.push_through()

    def test_refused_but_carried_out(self):
        self.meet_item(fault="6000", committed=True)
        invoice = self.create_invoice()
        operation = self.push(invoice)
        self.assertEqual(operation.state, "failed")
        operation.action_retry()
        self.env.flush_all()
        self.work(3)
        self.check_once(invoice, operation)

    def test_a_question_that_is_refused_stops_nobody_else(self):
        invoices = [self.create_invoice() for _number in range(3)]
        self.meet(
            {"item": {"operation": "query", "body": invoices[1].name}, "times": 2},
            fault="4000",
        )
        operations = self.push(*invoices)
        self.assertEqual(operations.mapped("state"), ["done", "failed", "done"])
        self.assertFalse(self.get_documents(invoices[1]))

    def test_a_partial_failure_of_a_batch(self):
        invoices = [self.create_invoice() for _number in range(4)]
        self.meet(
            {
                "item": {
                    "entity": "Invoice",
                    "operation": "create",
                    "body": invoices[2].name,
                }
            },
            fault="6210",
        )
        operations = self.push(*invoices)
        self.assertEqual(operations.mapped("state"), ["done", "done", "failed", "done"])

    def test_answers_in_another_order(self):
        self.control(
            "POST",
            f"company/{self.connection.realm_id}",
            switches={"batch_response_order": "reversed"},
        )
        invoices = [self.create_invoice() for _number in range(4)]
        operations = self.push(*invoices)
        for invoice, operation in zip(invoices, operations, strict=True):
            self.check_once(invoice, operation)

    # === CRASHES === #

    def test_left_as_sent_by_a_worker_that_died(self):
        invoice = self.create_invoice()
        operation = self.queue(invoice)
        with self.connection._work() as operations:
            while unprepared := operations._get_unprepared(self.connection, 10):
                unprepared._prepare_ready(self.connection)
            operations._get_unknown(self.connection, 10).is_looked_up = True
            operations._freeze(self.connection, 10)
        self.env.invalidate_all()
        self.assertEqual(operation.state, "sent")
        self.work(2)
        self.check_once(invoice, operation)

    def test_what_is_repeated_is_byte_for_byte_the_same(self):
        self.meet_batch(drop="before")
        self.control("DELETE", "requests")
        self.push_through()
        bodies = {
            call["body"] if isinstance(call["body"], str) else str(call["body"])
            for call in self.get_calls("/batch")
            if "operation" in str(call["body"])
        }
        self.assertEqual(len(bodies), 1)

    def test_deleted_in_quickbooks_and_pushed_anew(self):
        invoice = self.create_invoice()
        operation = self.push(invoice)
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Invoice",
            operation="delete",
            id=operation.qbo_id,
        )
        binding = self.env["qbo.binding"]._find(self.connection, invoice, "Invoice")
        binding[invoice.id].remote_state = "deleted"
        again = self.push(invoice)
        self.assertNotEqual(again.request_id, operation.request_id)
        self.check_once(invoice, again)
