import warnings

from odoo.tests import Form, tagged

from .common import QboCommon
from .test_gate import GateMixin

OTHER_REALM = "9341450000000002"


@tagged("post_install", "-at_install")
class TestOddRecords(GateMixin, QboCommon):
    """Records that are merged, deleted, renamed or renumbered on their way."""

    def setUp(self):
        super().setUp()
        self.connection.approval_required = False

    def act(self, entity, operation="create", **values):
        answer = self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity=entity,
            operation=operation,
            **values,
        )
        return answer.get("object", answer)

    def get_customers(self, start):
        return [
            each["DisplayName"]
            for each in self.get_objects("Customer")
            if each["DisplayName"].startswith(start)
        ]

    def test_a_name_that_is_cut_is_found_again(self):
        name = "Association Of Very Long Names " * 5
        self.act("Customer", values={"DisplayName": name[:100].strip()})
        partner = self._create_customer(name.strip(), email=False)
        operation = self.push(self.create_invoice(partner=partner))
        self.assertEqual(operation.state, "done")
        self.assertEqual(len(self.get_customers("Association")), 1)

    def test_nameless_customer_retried_stops_nobody(self):
        nameless = self._create_customer("Soon nameless", is_company=False)
        operation = self.queue(self.create_invoice(partner=nameless))
        self.env.cr.execute(
            "UPDATE res_partner SET name = '' WHERE id = %s", [nameless.id]
        )
        self.env.invalidate_all()
        self.work()
        self.assertEqual(operation.state, "waiting")
        customer = operation.blocked_by_id
        self.assertEqual(customer.state, "failed")
        self.assertRefused(customer.action_retry, "name")
        self.assertEqual(customer.state, "failed")
        # It loses its name between the click and the worker's run.
        nameless.name = "Named again"
        customer.action_retry()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET name = '' WHERE id = %s", [nameless.id]
        )
        self.env.invalidate_all()
        other = self.queue(self.create_invoice())
        self.work()
        self.assertEqual(other.state, "done")
        self.assertEqual((customer.state, customer.cause), ("failed", "mapping"))
        self.assertIn("no name", customer.explanation)

    def test_deleted_customer_is_not_created(self):
        partner = self._create_customer("Short Lived")
        operation = self.queue(partner)
        waiting = self.queue(self.create_invoice())
        waiting.write({"state": "waiting", "blocked_by_id": operation.id})
        partner.unlink()
        self.env.flush_all()
        self.work()
        self.assertEqual(operation.state, "cancelled")
        self.assertIn("Short Lived was deleted", operation.fault_message)
        self.assertFalse(self.get_customers("Customer Short"))
        self.assertFalse(self.get_customers("Short"))
        self.assertEqual(waiting.state, "done")

    def test_merged_partners_keep_their_customer(self):
        first = self._create_customer("Twin Ltd", email="t@twin.example")
        second = self._create_customer("Twin Ltd", email="t@twin.example")
        pushed = self.push(self.create_invoice(partner=first))
        self.assertEqual(pushed.state, "done")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((first + second).ids, second)
        self.env.invalidate_all()
        self.assertFalse(first.exists())
        operation = self.push(self.create_invoice(partner=second))
        self.assertEqual(operation.state, "done", operation.fault_message)
        self.assertEqual(self.get_customers("Twin"), ["Twin Ltd"])

    def test_merged_partners_of_two_customers_keep_the_own_one(self):
        partners = self.env["res.partner"]
        for name in ("First Of Two", "Second Of Two"):
            partner = self._create_customer(name, email="t@twin.example")
            self.push(self.create_invoice(partner=partner))
            partners |= partner
        second = partners[1]
        before = second._qbo_get_binding(self.connection).qbo_id
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(partners.ids, second)
        self.env.invalidate_all()
        self.assertEqual(second._qbo_get_binding(self.connection).qbo_id, before)
        operation = self.push(self.create_invoice(partner=second))
        self.assertEqual(operation.state, "done", operation.fault_message)
        self.assertEqual(len(self.get_customers("Second Of Two")), 1)

    def test_merged_into_one_whose_link_was_ended(self):
        first = self._create_customer("Old Link", email="t@twin.example")
        second = self._create_customer("New Link", email="t@twin.example")
        for partner in (first, second):
            self.push(self.create_invoice(partner=partner))
        binding = second._qbo_get_binding(self.connection)
        binding._unlink_object()
        taken_over = first._qbo_get_binding(self.connection).qbo_id
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((first + second).ids, second)
        self.env.invalidate_all()
        self.assertEqual((binding.qbo_id, binding.link), (taken_over, 2))

    def test_merged_partners_keep_their_customer_in_another_currency(self):
        """QuickBooks' customer in euros is one row for each partner that is billed so.

        Both of those that go may have one, and the one that stays may not.
        """
        euro = self.env.ref("base.EUR")
        euro.active = True
        customers = self.env["qbo.customer"]
        for has_own in (True, False):
            first, second, third = (
                self._create_customer(f"Triplet {number}") for number in range(3)
            )
            rows = [customers._of(each, euro) for each in (first, second)]
            own = customers._of(third, euro) if has_own else customers
            qbo_id = f"77{has_own:d}"
            self.env["qbo.binding"]._point(
                self.connection, rows[1], "Customer", {"Id": qbo_id}, "linked"
            )
            wizard = self.env["base.partner.merge.automatic.wizard"].create({})
            wizard._merge((first + second + third).ids, third)
            self.env.invalidate_all()
            kept = customers.search([("partner_id", "=", third.id)])
            self.assertEqual(len(kept), 1)
            self.assertFalse(own and kept != own)
            self.assertEqual(customers._of(third, euro), kept)
            self.assertEqual(kept._qbo_get_binding(self.connection).qbo_id, qbo_id)

    def test_renumbered_after_a_lie(self):
        invoice = self.create_invoice()
        self.push(self.create_invoice())
        self.control(
            "POST",
            "faults",
            match={"item": {"entity": "Invoice", "operation": "create"}, "times": 1},
            action={"fault": "6000", "committed": True},
        )
        operation = self.push(invoice)
        self.assertEqual(operation.state, "failed")
        self.assertEqual(len(self.get_documents(invoice)), 1)
        invoice.button_draft()
        invoice.name = "INV/2026/99999"
        invoice.action_post()
        again = self.push(invoice)
        self.work(2)
        self.assertEqual(len(self.get_documents(invoice)), 1)
        self.assertEqual(again.state, "differs")
        self.assertIn("INV/2026/99999", again.receipt)

    def test_new_invoice_form_warns_nobody(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for model in ("account.move", "sale.order"):
                env = self.as_user(self.env[model], self.user).env
                form = Form(env[model].with_context(default_move_type="out_invoice"))
                form.partner_id = self.customer
                form.save()
        self.assertFalse([w for w in caught if "unsupported" in str(w.message)])

    def test_operations_of_an_archived_connection_hold_nobody(self):
        self.connection.approval_required = True
        untaxed = self.env["account.tax"]
        invoice = self.create_invoice([(self.service, 1, 100, untaxed)])
        self.get_queued(invoice)
        # What cannot be taken back, so that nothing but the archive ends it.
        self.get_operation(invoice).state = "uncertain"
        self.connection.with_user(self.administrator).action_disconnect()
        self.env.invalidate_all()
        self.connection.active = False
        self.env.flush_all()
        other = self._create_connection(self.company)
        self.connection = other
        self.env.flush_all()
        self.env.invalidate_all()
        # Approved for the books that it was connected to, not for the new ones.
        self.assertEqual(invoice.qbo_state, "not_pushed")
        found = invoice.search([("id", "=", invoice.id), ("qbo_state", "=", "queued")])
        self.assertFalse(found)
        self.set_up_quickbooks(OTHER_REALM)
        self.connection.approval_required = True
        self.get_queued(invoice)
        self.work()
        self.assertEqual(invoice.qbo_state, "pushed")

    def test_number_entered_by_hand_before_the_retry(self):
        invoice = self.create_invoice()
        self.push(self.create_invoice())
        self.control(
            "POST",
            "faults",
            match={"item": {"entity": "Invoice", "operation": "create"}, "times": 1},
            action={"fault": "6210"},
        )
        operation = self.push(invoice)
        self.assertEqual(operation.state, "failed")
        customer, item = (
            self.get_objects(entity)[0]["Id"] for entity in ("Customer", "Item")
        )
        self.act(
            "Invoice",
            values={
                "DocNumber": invoice.name,
                "CustomerRef": {"value": customer},
                "Line": [
                    {
                        "Amount": 5,
                        "DetailType": "SalesItemLineDetail",
                        "SalesItemLineDetail": {"ItemRef": {"value": item}},
                    }
                ],
            },
        )
        operation.action_retry()
        self.env.flush_all()
        self.work(2)
        self.assertEqual(
            (operation.state, operation.cause), ("failed", "duplicate_number")
        )
        self.assertFalse(self.get_documents(invoice))

    def test_portal_customer_confirms(self):
        self.connection.approval_required = True
        portal = self.env["res.users"].create(
            {
                "name": "Portal",
                "login": "qbo_portal",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
            }
        )
        order = self.get_queued(self.create_order())
        order.with_user(portal).sudo().action_confirm()
        self.assertEqual(order.state, "sale")
        self.work()
        self.assertEqual(order.qbo_state, "pushed")
        invoice = self.get_queued()
        self.work()
        self.env.flush_all()
        self.env.invalidate_all()
        invoice.with_user(portal).read(["name", "amount_total"])
        fields = self.env["account.move"].with_user(portal).fields_get()
        self.assertFalse([name for name in fields if name.startswith("qbo_")])

    def test_pushed_and_changed_says_so(self):
        self.connection.approval_required = True
        invoice = self.get_queued()
        self.work()
        self.customer.write({"street": "Elsewhere", "email": "new@traders.example"})
        self.assertNotice(invoice, "success", "In QuickBooks")
        invoice.button_draft()
        self.assertNotice(invoice, "warning", "changed here since", "reset to draft")
        invoice.invoice_line_ids.price_unit = 999
        invoice.action_post()
        self.assertNotice(
            invoice, "warning", "changed here since", "unit price: 150 → 999"
        )
        self.assertEqual(invoice.qbo_state, "pushed")

    def assertNotice(self, document, level, *words):
        self.env.flush_all()
        self.env.invalidate_all()
        seen = document.with_user(self.user)
        self.assertEqual(seen.qbo_notice_level, level, seen.qbo_notice)
        for word in words:
            self.assertIn(word, seen.qbo_notice)

    def test_archived_partner(self):
        self.connection.approval_required = True
        invoice = self.get_queued()
        self.customer.active = False
        self.env.flush_all()
        self.work()
        self.assertEqual(invoice.qbo_state, "pushed")


@tagged("post_install", "-at_install")
class TestBadRows(GateMixin, QboCommon):
    """A row that nobody foresaw fails alone, and the worker goes on."""

    def setUp(self):
        super().setUp()
        self.connection.approval_required = False

    def check_alone(self, broken, values):
        """Break an operation in a way that no button can; the others arrive."""
        others = [self.queue(self.create_invoice()) for _number in range(2)]
        broken.write(values)
        self.env.flush_all()
        with self.assertLogs("odoo.addons.quickbooks_online", "ERROR"):
            self.work()
        self.assertEqual((broken.state, broken.cause), ("failed", "bug"))
        self.assertIn(broken.name, broken.explanation)
        for other in others:
            self.assertEqual(other.state, "done", other.fault_message)

    def test_when_it_is_prepared(self):
        operation = self.queue(self.create_invoice())
        needs = [["no.such.model", 1, "Customer", 0, False]]
        self.check_alone(operation, {"needs": needs})

    def test_when_it_is_looked_up(self):
        operation = self.queue(self.create_invoice())
        self.check_alone(operation, {"payload": "{}"})

    def test_when_its_answer_is_recorded(self):
        operation = self.queue(self.create_invoice())
        self.check_alone(operation, {"expectation": {"currency_decimals": "two"}})
        self.assertEqual(len(self.get_objects("Invoice")), 3)
        operation.expectation = {}
        operation.action_retry()
        self.env.flush_all()
        self.work()
        self.assertEqual(operation.state, "done", operation.receipt)
        self.assertEqual(len(self.get_objects("Invoice")), 3)

    def test_when_it_is_settled(self):
        self.push(self.create_invoice())
        operation = self.push(self.create_invoice())
        self.env["qbo.binding"].search([("qbo_id", "=", operation.qbo_id)]).unlink()
        self.check_alone(
            operation,
            {"state": "uncertain", "expectation": {"currency_decimals": "two"}},
        )
