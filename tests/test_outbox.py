from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import convert_file

from ..tools import payload
from .common import QboCommon
from .outbox import OutboxMixin


@tagged("post_install", "-at_install")
class TestOutbox(OutboxMixin, QboCommon):
    """What a push leaves in QuickBooks and here."""

    def test_pushed_invoice_is_in_quickbooks_as_it_was_approved(self):
        invoice = self.create_invoice()
        operation = self.push(invoice)
        self.assertEqual(operation.state, "done", operation.fault_message)
        (document,) = self.get_documents(invoice)
        self.assertEqual(operation.qbo_id, document["Id"])
        self.assertEqual(document["DocNumber"], invoice.name)
        self.assertEqual(document["TotalAmt"], invoice.amount_total)
        binding = self.env["qbo.binding"]._find(self.connection, invoice, "Invoice")
        self.assertEqual(binding[invoice.id].qbo_id, document["Id"])
        self.assertEqual(binding[invoice.id].origin, "created")

    def test_customer_and_products_go_first(self):
        invoice = self.create_invoice()
        self.push(invoice)
        (document,) = self.get_documents(invoice)
        customers = {each["Id"]: each for each in self.get_objects("Customer")}
        customer = customers[document["CustomerRef"]["value"]]
        self.assertEqual(customer["DisplayName"], invoice.partner_id.name)
        ids = self.env["qbo.binding"]._get_ids(
            self.connection, [("res.partner", invoice.partner_id.id, "Customer")]
        )
        self.assertEqual(list(ids.values()), [customer["Id"]])

    def test_classes_go_first(self):
        """One that QuickBooks has is taken, another is created once."""
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        self.connection.class_plan_id = plan
        accounts = self.books["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("Training", "Field work")]
        )
        known = {each["Name"]: each["Id"] for each in self.get_objects("Class")}
        line = {
            "product_id": self.service.id,
            "price_unit": 10,
            "analytic_distribution": {str(each.id): 50 for each in accounts},
        }
        invoices = [self.create_invoice([line]) for _number in range(2)]
        operations = self.push(*invoices)
        self.assertEqual(set(operations.mapped("state")), {"done"})
        now = {each["Name"]: each["Id"] for each in self.get_objects("Class")}
        self.assertEqual(now.keys() - known.keys(), {"Field work"})
        for invoice in invoices:
            (document,) = self.get_documents(invoice)
            classes = [
                each["SalesItemLineDetail"]["ClassRef"]["value"]
                for each in document["Line"]
                if "SalesItemLineDetail" in each
            ]
            self.assertEqual(classes, [now["Training"], now["Field work"]])

    def test_one_customer_for_many_invoices(self):
        invoices = [self.create_invoice() for _number in range(3)]
        operations = self.push(*invoices)
        self.assertEqual(set(operations.mapped("state")), {"done"})
        names = [each["DisplayName"] for each in self.get_objects("Customer")]
        self.assertEqual(names.count(self.customer.name), 1)

    def test_what_was_queued_is_sent_whatever_becomes_of_the_record(self):
        invoice = self.create_invoice()
        operation = self.queue(invoice)
        invoice.with_context(qbo_test=True).narration = "changed afterwards"
        self.work()
        (document,) = self.get_documents(invoice)
        sent = payload.load(operation.body)
        self.assertNotIn("changed afterwards", str(document.get("CustomerMemo")))
        self.assertEqual(sent["PrivateNote"], document["PrivateNote"])

    def test_a_second_push_while_queued_keeps_one_row(self):
        invoice = self.create_invoice()
        first = self.queue(invoice)
        second = self.queue(invoice)
        self.assertEqual(first, second)
        self.work()
        self.assertEqual(len(self.get_documents(invoice)), 1)

    def test_a_push_while_the_outcome_is_unknown_is_refused(self):
        invoice = self.create_invoice()
        operation = self.queue(invoice)
        operation.state = "uncertain"
        with self.fails(UserError) as caught:
            self.queue(invoice)
        self.assertIn(invoice.name, str(caught.exception))

    def test_parked_while_the_connection_is_suspended(self):
        invoice = self.create_invoice()
        operation = self.queue(invoice)
        self.connection._suspend("grant")
        self.env.invalidate_all()
        self.control("DELETE", "requests")
        self.work()
        self.assertEqual(operation.state, "queued")
        self.assertFalse(self.get_calls())

    def test_goes_on_after_the_reconnect(self):
        invoice = self.create_invoice()
        operation = self.queue(invoice)
        self.connection._suspend("grant")
        self.env.invalidate_all()
        self.work()
        self.connect()
        self.work()
        self.assertEqual(operation.state, "done", operation.receipt)

    def test_connection_in_doubt_is_tested_before_anything_is_sent(self):
        operation = self.queue(self.create_invoice())
        governor = self.env["qbo.governor"].search([])
        governor.last_good_call_at = fields.Datetime.now() - timedelta(days=1)
        self.env.flush_all()
        self.inject("companyinfo", fault="3100", times=1)
        self.control("DELETE", "requests")
        self.work()
        self.assertEqual(self.connection.state, "suspended")
        self.assertEqual(operation.state, "queued")
        self.assertFalse(self.get_calls("batch"))

    def test_few_calls_for_many_documents(self):
        invoices = [self.create_invoice() for _number in range(40)]
        self.control("DELETE", "requests")
        operations = self.push(*invoices)
        self.assertEqual(set(operations.mapped("state")), {"done"})
        # Names, one batch of customer and products, numbers, two of invoices.
        self.assertLessEqual(len(self.get_calls("/v3/")), 6)

    def test_a_bad_row_stops_nobody(self):
        good, bad = self.create_invoice(), self.create_invoice()
        self.inject_item("Invoice", bad.name, fault="6000")
        operations = self.push(good, bad)
        self.assertEqual(operations.mapped("state"), ["done", "failed"])
        self.assertEqual(operations[1].cause, "business")

    def test_dependants_of_a_failed_customer_go_once_it_is_mended(self):
        self.inject_item("Customer", self.customer.name, fault="2050")
        invoice = self.create_invoice()
        operation = self.push(invoice)
        self.assertEqual(operation.state, "waiting")
        self.assertEqual(operation.cause, "dependency")
        customer = operation.blocked_by_id
        self.assertEqual(customer.state, "failed")
        self.assertEqual(customer.cause, "too_long")
        customer.action_retry()
        self.env.flush_all()
        self.work()
        self.assertEqual(customer.state, "done")
        self.assertEqual(operation.state, "done", operation.receipt)

    def test_approved_for_one_customer_does_not_go_to_another(self):
        first, second = self.create_invoice(), self.create_invoice()
        self.push(first)
        operation = self.queue(second)
        binding = self.env["qbo.binding"]._find(
            self.connection, first.commercial_partner_id, "Customer"
        )[first.commercial_partner_id.id]
        # By SQL, which no hook sees.
        self.env.cr.execute(
            "UPDATE qbo_binding SET link = link + 1 WHERE id = %s", [binding.id]
        )
        self.env.invalidate_all()
        self.work()
        self.assertEqual((operation.state, operation.cause), ("failed", "mapping"))
        self.assertFalse(self.get_documents(second))

    def test_found_again_after_the_links_were_severed(self):
        invoice = self.create_invoice()
        operation = self.push(invoice)
        connection = self.connection.with_user(self.administrator)
        connection.action_sever()
        self.env.invalidate_all()
        self.set_up_quickbooks()
        again = self.push(invoice)
        self.assertEqual(again.state, "done", again.fault_message or again.receipt)
        self.assertEqual(again.qbo_id, operation.qbo_id)
        self.assertEqual(len(self.get_documents(invoice)), 1)
        binding = self.env["qbo.binding"]._find(self.connection, invoice, "Invoice")
        self.assertEqual(binding[invoice.id].origin, "adopted")

    def test_another_document_of_the_number_is_not_doubled(self):
        invoice = self.create_invoice()
        self.push(self.create_invoice())
        customer, item = (
            self.get_objects(entity)[0]["Id"] for entity in ("Customer", "Item")
        )
        line = {
            "Amount": 5,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": item}},
        }
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Invoice",
            operation="create",
            values={
                "DocNumber": invoice.name,
                "CustomerRef": {"value": customer},
                "Line": [line],
            },
        )
        operation = self.push(invoice)
        self.assertEqual(
            (operation.state, operation.cause), ("failed", "duplicate_number")
        )
        self.assertFalse(self.get_documents(invoice))

    def test_cancelled_before_it_was_sent_never_leaves(self):
        invoice = self.create_invoice()
        operation = self.queue(invoice)
        self.assertFalse(operation._cancel("The gate was reopened."))
        self.env.flush_all()
        self.work()
        self.assertEqual(operation.state, "cancelled")
        self.assertFalse(self.get_documents(invoice))

    def test_difference_is_a_state_of_its_own(self):
        invoice = self.create_invoice()
        operation = self.queue(invoice)
        operation.expectation = {**operation.expectation, "total": "999.99"}
        self.env.flush_all()
        self.work()
        self.assertEqual(operation.state, "differs")
        self.assertIn("999.99", operation.receipt)

    def inject_item(self, entity, text, **action):
        self.control(
            "POST",
            "faults",
            match={
                "item": {"entity": entity, "operation": "create", "body": text},
                "times": 1,
            },
            action=action,
        )


@tagged("post_install", "-at_install")
class TestAdoption(OutboxMixin, QboCommon):
    """What QuickBooks has already is found, not made a second time."""

    def bookkeeper_creates(self, entity, **values):
        return self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity=entity,
            operation="create",
            values=values,
        )

    def push_for(self, name, **values):
        partner = self._create_customer(name, **{"email": False, **values})
        invoice = self.create_invoice(partner=partner)
        operation = self.push(invoice)
        customer = self.env["qbo.operation"]._get_last(partner)[partner.id]
        return partner, operation, customer

    def get_customers(self, name):
        return [
            each
            for each in self.get_objects("Customer")
            if each["DisplayName"].casefold() == name.casefold()
        ]

    def test_same_name_and_nothing_against_it_is_linked(self):
        self.bookkeeper_creates(
            "Customer",
            DisplayName="Adopted Ltd",
            PrimaryEmailAddr={"Address": "pay@adopted.example"},
        )
        partner, operation, customer = self.push_for(
            "Adopted Ltd", email="pay@adopted.example"
        )
        self.assertEqual(operation.state, "done", operation.receipt)
        self.assertEqual(customer.state, "done")
        (found,) = self.get_customers("Adopted Ltd")
        self.assertEqual(customer.qbo_id, found["Id"])
        self.assertIn("e-mail address", partner.message_ids[0].body)

    def test_a_contradiction_goes_to_a_person(self):
        self.bookkeeper_creates(
            "Customer",
            DisplayName="Smith",
            PrimaryEmailAddr={"Address": "one@smith.example"},
        )
        _partner, operation, customer = self.push_for(
            "Smith", email="other@smith.example"
        )
        self.assertEqual(operation.state, "waiting")
        self.assertEqual((customer.state, customer.cause), ("failed", "ambiguous"))
        self.assertIn("one@smith.example", customer.fault_message)
        customer._link_by_person(payload.load(customer.candidates[0]["object"]))
        self.env.flush_all()
        self.work()
        self.assertEqual(operation.state, "done", operation.receipt)
        self.assertEqual(len(self.get_customers("Smith")), 1)

    def test_a_person_may_create_another(self):
        self.bookkeeper_creates(
            "Customer",
            DisplayName="Smith",
            PrimaryEmailAddr={"Address": "one@smith.example"},
        )
        _partner, operation, customer = self.push_for(
            "Smith", email="other@smith.example"
        )
        customer._create_by_person()
        self.env.flush_all()
        self.work()
        self.assertEqual(operation.state, "done", customer.fault_message)
        self.assertEqual(len(self.get_customers("Smith (Customer)")), 1)

    def test_a_vendor_of_the_name_gets_the_customer_a_suffix(self):
        self.bookkeeper_creates("Vendor", DisplayName="Both Ways")
        _partner, operation, customer = self.push_for("Both Ways")
        self.assertEqual(operation.state, "done", customer.fault_message)
        self.assertEqual(len(self.get_customers("Both Ways (Customer)")), 1)

    def test_an_inactive_one_goes_to_a_person(self):
        made = self.bookkeeper_creates("Customer", DisplayName="Gone Away")
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Customer",
            operation="deactivate",
            id=made["object"]["Id"] if "object" in made else made["Id"],
        )
        _partner, _operation, customer = self.push_for("Gone Away")
        self.assertEqual((customer.state, customer.cause), ("failed", "inactive"))

    def test_two_partners_of_one_name_become_two_customers(self):
        first, second = (self._create_customer("Twin") for _number in range(2))
        invoices = [self.create_invoice(partner=each) for each in (first, second)]
        operations = self.push(*invoices)
        self.assertEqual(set(operations.mapped("state")), {"done"})
        self.assertEqual(len(self.get_customers("Twin")), 1)
        self.assertEqual(len(self.get_customers("Twin (Customer)")), 1)

    def test_namesakes_that_come_one_after_the_other(self):
        for _number in range(4):
            partner = self._create_customer("Triplet")
            operation = self.push(self.create_invoice(partner=partner))
            self.work()
            self.assertEqual(operation.state, "done", operation.explanation)
        names = [each["DisplayName"] for each in self.get_objects("Customer")]
        self.assertEqual(
            sorted(name for name in names if "Triplet" in name),
            [
                "Triplet",
                "Triplet (Customer 2)",
                "Triplet (Customer 3)",
                "Triplet (Customer)",
            ],
        )

    def test_a_setting_asks_a_person_always(self):
        self.connection.ask_before_linking = True
        self.bookkeeper_creates("Customer", DisplayName="Surely The Same")
        _partner, _operation, customer = self.push_for("Surely The Same")
        self.assertEqual((customer.state, customer.cause), ("failed", "ambiguous"))


@tagged("post_install", "-at_install")
class TestOutboxLife(OutboxMixin, QboCommon):
    """Copies, upgrades and the end of a connection."""

    def read_script(self, *path):
        return Path(__file__).parent.parent.joinpath(*path)

    def test_a_neutralized_copy_sends_nothing(self):
        operation = self.queue(self.create_invoice())
        self.env.cr.execute(self.read_script("data", "neutralize.sql").read_text())
        self.env.invalidate_all()
        self.assertEqual(operation.state, "cancelled")
        self.control("DELETE", "requests")
        self.work()
        self.assertFalse(self.get_calls())

    def test_connections_of_an_earlier_version_get_a_worker(self):
        self.connection.worker_cron_id.unlink()
        path = "data/qbo_connection_data.xml"
        convert_file(self.env, "quickbooks_online", path, {}, "update")
        self.env.invalidate_all()
        self.assertIn(str(self.connection.id), self.connection.worker_cron_id.code)

    def test_the_worker_goes_with_its_connection(self):
        other = self._create_connection(self.env["res.company"].create({"name": "B"}))
        worker = other.worker_cron_id
        other.unlink()
        self.assertFalse(worker.exists())

    def test_severing_takes_back_what_is_queued(self):
        operation = self.queue(self.create_invoice())
        self.connection.with_user(self.administrator).action_sever()
        self.env.invalidate_all()
        self.assertEqual(operation.state, "cancelled")
        self.assertFalse(
            self.env["qbo.binding"].search_count(
                [("connection_id", "=", self.connection.id)]
            )
        )
