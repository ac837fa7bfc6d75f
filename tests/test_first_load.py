from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import QboCommon
from .outbox import OutboxMixin

OLD = date(2025, 11, 3)


class FirstLoadMixin(OutboxMixin):
    """Documents from before the start date, and somebody who loads them."""

    def setUp(self):
        super().setUp()
        for person in self.accountant + self.administrator + self.approver + self.user:
            person.group_ids += self.env.ref("account.group_account_invoice")
        self.connection.write({"start_date": "2026-01-01", "approval_required": True})
        self.env.flush_all()

    def create_load(self, user=None, **values):
        return (
            self.env["qbo.first.load"]
            .with_user(user or self.accountant)
            .with_context(allowed_company_ids=self.company.ids)
            .create({"connection_id": self.connection.id, **values})
        )

    def create_old(self, **values):
        return self.create_invoice(invoice_date=OLD, **values)

    def act(self, entity, **values):
        """Create an object in QuickBooks, as somebody who works there does."""
        answer = self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity=entity,
            operation="create",
            values=values,
        )
        return answer.get("object", answer)

    def act_invoice(self, invoice, customer_id, **values):
        """Create in QuickBooks what an invoice of Odoo says."""
        item = self.get_objects("Item")[0]["Id"]
        line = {
            "Amount": invoice.amount_untaxed,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": item}},
        }
        return self.act(
            "Invoice",
            **{
                "DocNumber": invoice.name,
                "TxnDate": str(invoice.invoice_date),
                "DueDate": str(invoice.invoice_date_due),
                "CustomerRef": {"value": customer_id},
                "Line": [line],
                **values,
            },
        )

    def count(self, load):
        load.action_count()
        self.env.flush_all()
        self.work()
        self.assertEqual(load.state, "counted", load.problem)

    def work_on(self, load):
        """Let the worker do one chunk, and no more."""
        model = self.env["qbo.first.load"].sudo()
        self.connection._call(
            lambda client: model._work_on(self.connection, load.id, client)
        )
        self.env.invalidate_all()

    def load(self, load, work=True):
        load.action_load_confirmed()
        self.env.flush_all()
        if work:
            self.work()

    def get_line(self, load, record):
        return load.line_ids.filtered(
            lambda line: line.res_model == record._name and line.res_id == record.id
        )

    def get_writes(self):
        """Return the calls that may have written something at Intuit."""
        return [
            call
            for call in self.get_calls()
            if call["method"] == "POST"
            and "/query" not in call["path"]
            and "oauth" not in call["path"]
            and '"operation"' in str(call.get("body"))
        ]

    def untaxed(self, product=None):
        return [(product or self.service, 1, 100, self.env["account.tax"])]

    def make_cases(self):
        """One matched, to create, ambiguous by number, by customer, and refused."""
        matched_partner = self._create_customer("Known Co")
        doubtful = self._create_customer("Doubtful Co", email="we@doubt.example")
        theirs = self.act("Customer", DisplayName="Known Co")
        self.act(
            "Customer",
            DisplayName="Doubtful Co",
            PrimaryEmailAddr={"Address": "they@doubt.example"},
        )
        cases = {
            "match": self.create_old(lines=self.untaxed(), partner=matched_partner),
            "create": self.create_old(lines=self.untaxed()),
            "number": self.create_old(lines=self.untaxed(), partner=matched_partner),
            "customer": self.create_old(lines=self.untaxed(), partner=doubtful),
            "refused": self.create_old(lines=self.untaxed(), name="X" * 25),
        }
        self.act_invoice(cases["match"], theirs["Id"])
        self.act_invoice(cases["number"], theirs["Id"], TxnDate="2025-11-04")
        self.env.flush_all()
        self.control("DELETE", "requests")
        return cases


@tagged("post_install", "-at_install")
class TestFirstLoad(FirstLoadMixin, QboCommon):
    """What the dry run says, and what a load leaves."""

    def test_dry_run_counts_and_writes_nothing(self):
        cases = self.make_cases()
        invoices = len(self.get_objects("Invoice"))
        load = self.create_load()
        self.count(load)
        verdicts = {name: self.get_line(load, m).verdict for name, m in cases.items()}
        self.assertEqual(
            verdicts,
            {
                "match": "match",
                "create": "create",
                "number": "ambiguous",
                "customer": "ambiguous",
                "refused": "refused",
            },
            load.line_ids.mapped(lambda line: (line.name, line.verdict, line.reason)),
        )
        self.assertEqual(load.document_match_count, 1)
        self.assertEqual(load.document_create_count, 1)
        self.assertEqual(load.document_ambiguous_count, 2)
        self.assertEqual(load.document_refused_count, 1)
        self.assertEqual(load.customer_match_count, 1)
        self.assertEqual(load.customer_create_count, 1)
        self.assertEqual(load.customer_ambiguous_count, 1)
        self.assertEqual(load.product_create_count, 1)
        self.assertIn("date", self.get_line(load, cases["number"]).reason)
        self.assertIn("e-mail", self.get_line(load, cases["customer"]).reason)
        self.assertIn("21", self.get_line(load, cases["refused"]).reason)
        self.assertEqual(self.get_writes(), [])
        self.assertEqual(len(self.get_objects("Invoice")), invoices)
        self.assertFalse(self.env["qbo.operation"].search([]))
        self.assertFalse(cases["create"].qbo_approved_digest)

    def test_load_links_creates_and_leaves_the_rest(self):
        cases = self.make_cases()
        load = self.create_load()
        self.count(load)
        before = len(self.get_objects("Invoice"))
        self.load(load)
        self.assertEqual(load.state, "done", load.problem)
        self.assertEqual(
            (load.done_count, load.left_count, load.failed_count, load.held_count),
            (2, 0, 0, 0),
            load.line_ids.mapped("note"),
        )
        self.assertEqual(load.progress, 100)
        self.assertTrue(self.get_writes())
        self.assertEqual(len(self.get_objects("Invoice")), before + 1)
        self.assertEqual(len(self.get_documents(cases["create"])), 1)
        binding = cases["match"]._qbo_get_binding(self.connection)
        self.assertEqual(binding.origin, "adopted")
        self.assertEqual(self.get_operation(cases["match"]).receipt or "", "")
        self.assertEqual(cases["match"].qbo_state, "pushed")
        for name in ("match", "create"):
            self.assertEqual(cases[name].qbo_approved_by_id, self.accountant)
            self.assertTrue(cases[name].qbo_approved_digest)
        for name in ("number", "customer", "refused"):
            self.assertFalse(cases[name].qbo_approved_digest)
            self.assertFalse(cases[name].qbo_id)

    def test_gap_of_a_matched_document_is_shown(self):
        customer = self.act("Customer", DisplayName=self.customer.name)
        invoice = self.create_old(lines=self.untaxed())
        self.act_invoice(invoice, customer["Id"], DueDate="2025-12-24")
        load = self.create_load()
        self.count(load)
        self.assertEqual(load.document_match_count, 1)
        self.load(load)
        self.assertEqual(invoice.qbo_state, "differs")
        self.assertIn("2025-12-24", self.get_operation(invoice).receipt)

    def test_other_open_balance_is_a_gap(self):
        invoice = self.create_old(lines=self.untaxed())
        load = self.create_load().sudo()
        gaps = load._compare_balance(invoice, {"Balance": 40})
        self.assertEqual(gaps[0][1:], ["100.00", "40"])
        self.assertEqual(load._compare_balance(invoice, {"Balance": 100}), [])

    def test_doubtful_customers_are_queued_on_request(self):
        cases = self.make_cases()
        load = self.create_load(take_doubtful_customers=True)
        self.count(load)
        self.load(load)
        self.assertEqual(self.get_operation(cases["customer"]).state, "waiting")
        self.assertEqual(load.failed_count, 1)
        customer = self.get_operation(cases["customer"].partner_id)
        self.assertEqual(customer.cause, "ambiguous")
        self.assertTrue(customer.candidates)

    def test_twice_changes_nothing(self):
        self.make_cases()
        load = self.create_load()
        self.count(load)
        self.load(load)
        before = len(self.get_objects("Invoice"))
        operations = self.env["qbo.operation"].search_count([])
        with self.fails(UserError):
            load.action_load_confirmed()
        again = self.create_load()
        self.count(again)
        self.assertEqual(again.document_present_count, 2)
        self.assertEqual(again.document_create_count, 0)
        self.assertEqual(again.document_match_count, 0)
        with self.fails(UserError):
            again.action_load_confirmed()
        self.work()
        self.assertEqual(len(self.get_objects("Invoice")), before)
        self.assertEqual(self.env["qbo.operation"].search_count([]), operations)

    def test_few_calls_for_many_documents(self):
        customers = [self._create_customer(f"Customer {n}") for n in range(10)]
        for number in range(120):
            self.create_old(lines=self.untaxed(), partner=customers[number % 10])
        self.env.flush_all()
        self.read_company()
        self.control("DELETE", "requests")
        load = self.create_load()
        self.count(load)
        self.assertEqual(load.document_create_count, 120)
        self.assertEqual(load.customer_create_count, 10)
        self.assertEqual(len(self.get_calls()), 1)

    def create_mixed(self):
        """Two documents to link, in a chunk of their own, and three to send.

        :return: the invoices
        """
        partner = self._create_customer("Known Co")
        theirs = self.act("Customer", DisplayName="Known Co")
        matched = [
            self.create_old(lines=self.untaxed(), partner=partner) for _number in "ab"
        ]
        for invoice in matched:
            self.act_invoice(invoice, theirs["Id"])
        return matched + [self.create_old(lines=self.untaxed()) for _number in "cde"]

    def assertEachOnce(self, invoices):
        numbers = [each.get("DocNumber") for each in self.get_objects("Invoice")]
        for invoice in invoices:
            self.assertEqual(numbers.count(invoice.name), 1, invoice.name)

    def test_killed_worker_goes_on_where_it_was(self):
        invoices = self.create_mixed()
        load = self.create_load()
        self.count(load)
        self.load(load, work=False)
        self.work_on(load)
        self.assertEqual((load.done_count, load.left_count), (2, 3))
        operations = self.env["qbo.operation"].search([])
        # The next chunk dies before it is committed.
        model = self.env["qbo.first.load"].sudo()
        with self.fails(ZeroDivisionError):
            with model.browse(load.id)._chunk(self.connection) as locked:
                locked._queue_chunk()
                self.assertFalse(locked._get_todo("create"))
                raise ZeroDivisionError
        self.assertEqual((load.done_count, load.left_count), (2, 3))
        self.assertEqual(self.env["qbo.operation"].search([]), operations)
        self.work()
        self.assertEqual(load.done_count, 5)
        self.assertEachOnce(invoices)

    def test_killed_dry_run_counts_each_once(self):
        self.create_mixed()
        load = self.create_load()
        load.action_count()
        self.env.flush_all()
        model = self.env["qbo.first.load"].sudo()
        for _time in range(2):
            with self.fails(ZeroDivisionError):
                with model.browse(load.id)._chunk(self.connection) as locked:
                    locked._collect()
                    raise ZeroDivisionError
            self.work_on(load)
        self.work()
        self.assertEqual(load.document_match_count, 2)
        self.assertEqual(load.document_create_count, 3)
        self.assertEqual(load.document_count, 5)

    def test_failure_is_retried_although_it_is_old(self):
        invoice = self.create_old(lines=self.untaxed())
        load = self.create_load()
        self.count(load)
        self.control(
            "POST",
            "faults",
            match={"item": {"operation": "create", "body": invoice.name}, "times": 1},
            action={"fault": "6210"},
        )
        self.load(load)
        self.assertEqual(load.failed_count, 1)
        invoice.with_user(self.approver).with_context(
            allowed_company_ids=self.company.ids
        ).action_qbo_retry()
        self.env.flush_all()
        self.work()
        self.assertEqual((load.failed_count, load.done_count), (0, 1))
        self.assertEqual(len(self.get_documents(invoice)), 1)

    def test_stop_and_continue(self):
        invoices = self.create_mixed()
        load = self.create_load()
        self.count(load)
        self.load(load, work=False)
        self.work_on(load)
        load.action_stop()
        self.env.flush_all()
        self.work()
        self.assertEqual(load.state, "stopped")
        self.assertEqual((load.done_count, load.left_count), (2, 3))
        self.load(load)
        self.assertEqual((load.done_count, load.left_count), (5, 0))
        self.assertEachOnce(invoices)

    def test_changed_after_the_count_is_held_back(self):
        invoice = self.create_old(lines=self.untaxed())
        load = self.create_load()
        self.count(load)
        invoice.narration = "something else"
        self.load(load)
        self.assertEqual(load.held_count, 1)
        self.assertIn("changed", self.get_line(load, invoice).note)
        self.assertFalse(invoice.qbo_approved_digest)

    def test_nobody_approves_what_they_wrote(self):
        invoice = self.create_old(lines=self.untaxed())
        self.env.cr.execute(
            "UPDATE account_move SET create_uid = %s WHERE id = %s",
            [self.accountant.id, invoice.id],
        )
        self.env.invalidate_all()
        load = self.create_load()
        self.count(load)
        self.load(load)
        self.assertEqual(load.held_count, 1)
        self.assertEqual(invoice.qbo_approval, "draft")
        self.load(load.with_user(self.administrator))
        self.assertEqual(load.done_count, 1)
        self.assertEqual(invoice.qbo_approved_by_id, self.administrator)

    def test_large_amounts_take_two(self):
        self.connection.second_approval_amount = 50
        invoice = self.create_old(lines=self.untaxed())
        load = self.create_load()
        self.count(load)
        self.load(load)
        self.assertEqual(load.held_count, 1)
        self.assertEqual(invoice.qbo_first_approved_by_id, self.accountant)
        self.assertEqual(self.get_documents(invoice), [])
        self.load(load)
        self.assertEqual(load.held_count, 1)
        self.load(load.with_user(self.administrator))
        self.assertEqual(load.done_count, 1)

    def test_before_the_start_date_only_here(self):
        invoice = self.create_old(lines=self.untaxed())
        for action in ("action_qbo_submit", "action_qbo_push"):
            with self.fails(UserError) as caught:
                getattr(
                    invoice.with_user(self.administrator).with_context(
                        qbo_first_load=True, allowed_company_ids=self.company.ids
                    ),
                    action,
                )()
            self.assertIn("first load", str(caught.exception))
        self.work()
        self.assertEqual(self.get_documents(invoice), [])

    def test_who_may(self):
        with self.fails(AccessError):
            self.create_load(user=self.approver)
        load = self.create_load()
        with self.fails(AccessError):
            load.with_user(self.approver).action_count()
        with self.fails(AccessError):
            load.write({"loaded_by_id": self.administrator.id})
        with self.fails(AccessError):
            self.create_load(state="counted")
        forged = load.with_context(default_loaded_by_id=self.administrator.id).create(
            {"connection_id": self.connection.id}
        )
        self.assertFalse(forged.loaded_by_id)

    def test_filters(self):
        old = self.create_old(lines=self.untaxed())
        new = self.create_invoice(lines=self.untaxed())
        other = self.create_old(
            lines=self.untaxed(), partner=self._create_customer("Other")
        )
        refund = self.create_old(lines=self.untaxed(), move_type="out_refund")
        order = self.create_order(confirm=True)
        for values, expected in (
            ({}, old + new + other + refund),
            ({"date_to": "2025-12-31"}, old + other + refund),
            ({"take_credit_notes": False}, old + new + other),
            ({"partner_ids": [(6, 0, other.partner_id.ids)]}, other),
        ):
            load = self.create_load(**values)
            self.count(load)
            documents = load.line_ids.filtered(lambda each: each.kind == "document")
            self.assertEqual(set(documents.mapped("res_id")), set(expected.ids))
            self.assertNotIn("sale.order", documents.mapped("res_model"))
        self.assertTrue(order)

    def test_another_company_is_untouched(self):
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.env.ref("base.USD").id}
        )
        stranger = self._create_user("accountant", other)
        load = self.create_load()
        self.env.flush_all()
        foreign = load.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(foreign.search([]))
        with self.fails(AccessError):
            foreign.action_count()
        self.count(load)
        self.assertEqual(load.document_count, 0)

    def test_old_count_is_not_loaded(self):
        self.create_old(lines=self.untaxed())
        load = self.create_load()
        self.count(load)
        load.sudo().counted_at = fields.Datetime.now() - timedelta(hours=25)
        with self.fails(UserError) as caught:
            load.action_load()
        self.assertIn("Count again", str(caught.exception))

    def test_dead_connection_begins_nothing(self):
        self.create_old(lines=self.untaxed())
        load = self.create_load()
        self.connection._suspend("grant")
        self.env.invalidate_all()
        with self.fails(UserError):
            load.action_count()
        self.assertEqual(load.state, "draft")

    def test_refused_query_stops_the_load_not_the_pushes(self):
        self.create_old(lines=self.untaxed())
        load = self.create_load()
        load.action_count()
        self.env.flush_all()
        self.inject("/batch", times=1, fault="4000")
        self.work()
        self.assertEqual(load.state, "draft")
        self.assertTrue(load.problem)
        self.count(load)
        self.assertEqual(load.document_create_count, 1)
