from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import GB_REALM, QboCommon
from .test_gate import GateMixin


@tagged("post_install", "-at_install")
class TestRefusals(GateMixin, QboCommon):
    """Bad input: each gets a sentence, and changes nothing."""

    def assertNothingQueued(self, document):
        self.assertFalse(
            self.env["qbo.operation"].search_count(
                [
                    ("res_model", "=", document._name),
                    ("res_id", "in", document.ids),
                    ("state", "!=", "cancelled"),
                ]
            )
        )

    def assertPushRefused(self, document, *words):
        before = document.qbo_approval
        self.assertRefused(lambda: self.click_push(document), *words)
        self.assertEqual(document.qbo_approval, before)
        self.assertNothingQueued(document)

    def test_not_posted(self):
        invoice = self.create_invoice(post=False)
        self.submit(invoice)
        self.assertPushRefused(invoice, "not posted")

    def test_not_approved(self):
        self.assertPushRefused(self.create_invoice(), "Submit it for approval")

    def test_submitted_only(self):
        invoice = self.create_invoice()
        self.submit(invoice)
        self.assertPushRefused(invoice, "not approved yet", "The approver")

    def test_already_pushed(self):
        invoice = self.get_queued()
        self.work()
        for method in (self.click_push, self.submit, self.approve):
            self.assertRefused(
                lambda method=method: method(invoice), "already", invoice.qbo_id
            )
        exclude = self.as_user(invoice, self.approver).action_qbo_exclude
        self.assertRefused(exclude, "already")
        self.assertEqual(len(self.get_documents(invoice)), 1)

    def test_cancelled(self):
        invoice = self.create_invoice(post=False)
        self.submit(invoice)
        invoice.button_cancel()
        self.assertEqual(invoice.qbo_approval, "draft")
        self.assertFalse(self.get_activities(invoice))
        self.assertPushRefused(invoice, "cancelled")
        self.assertRefused(lambda: self.submit(invoice), "cancelled")

    def test_not_connected(self):
        invoice = self.get_approved()
        self.connection.with_user(self.administrator).action_disconnect()
        self.env.invalidate_all()
        self.assertPushRefused(invoice, "not connected", "The administrator")
        self.assertEqual(invoice.qbo_state, "approved")
        self.assertIn("not connected", invoice.with_user(self.approver).qbo_notice)

    def test_suspended(self):
        invoice = self.get_approved()
        self.connection._suspend("grant")
        self.env.invalidate_all()
        self.assertPushRefused(invoice, "suspended", "Reconnect")
        self.assertEqual(invoice.qbo_state, "approved")
        self.assertIn("suspended", invoice.with_user(self.approver).qbo_notice)

    def test_before_the_start_date(self):
        invoice = self.get_approved()
        self.connection.start_date = "2026-03-03"
        self.assertPushRefused(invoice, "2026-03-03", "first load")
        later = self.create_invoice(post=False)
        later.invoice_date = "2026-03-03"
        later.action_post()
        self.get_queued(later)
        fresh = self.create_invoice()
        self.assertFalse(fresh.qbo_state)
        found = self.env["account.move"].search([("qbo_state", "=", "not_pushed")])
        self.assertNotIn(fresh, found)
        self.assertRefused(lambda: self.submit(fresh), "first load")

    def test_the_start_date_is_held_against_the_company_s_day(self):
        """Orders have a moment; which day that is, the company's time zone tells."""
        orders = self.env["sale.order"]
        self.connection.start_date = "2026-04-01"
        self.connection.order_confirmation_needs_approval = True
        for zone, first, last in (
            # 1 April 00:00 there, and the second before.
            ("Australia/Sydney", "2026-03-31 13:00:00", "2026-03-31 12:59:59"),
            ("America/Los_Angeles", "2026-04-01 07:00:00", "2026-04-01 06:59:59"),
            (False, "2026-04-01 00:00:00", "2026-03-31 23:59:59"),
        ):
            self.company.partner_id.tz = zone
            taken = self.create_order(date_order=first)
            left = self.create_order(date_order=last)
            both = taken + left
            self.assertEqual(
                [each._qbo_get_txn_date(self.company) for each in both],
                ["2026-04-01", "2026-03-31"],
            )
            self.assertEqual(both.mapped("qbo_state"), ["not_pushed", False])
            found = orders.search(
                [("qbo_state", "=", "not_pushed"), ("id", "in", both.ids)]
            )
            self.assertEqual(found, taken)
            self.assertRefused(lambda left=left: self.submit(left), "dated 2026-03-31")
            self.assertRefused(taken.action_confirm, "not submitted")
            left.action_confirm()
            self.get_queued(taken)

    def test_a_time_zone_that_the_server_does_not_know(self):
        self.connection.start_date = "2026-03-03"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET tz = 'Mars/Base' WHERE id = %s",
            [self.company.partner_id.id],
        )
        self.env.invalidate_all()
        taken, left = (
            self.create_order(date_order=moment)
            for moment in ("2026-03-03 00:00:00", "2026-03-02 23:59:59")
        )
        self.assertEqual((taken + left).mapped("qbo_state"), ["not_pushed", False])
        found = self.env["sale.order"].search([("qbo_state", "=", "not_pushed")])
        self.assertIn(taken, found)
        self.assertNotIn(left, found)

    def test_blockers_are_said_when_submitting_and_pushing(self):
        nameless = self._create_customer("Soon nameless", is_company=False)
        invoice = self.create_invoice(partner=nameless)
        approved = self.get_approved(self.create_invoice(partner=nameless))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET name = '' WHERE id = %s", [nameless.id]
        )
        self.env.invalidate_all()
        self.assertRefused(lambda: self.submit(invoice), "name")
        self.assertPushRefused(approved, "name")
        self.assertIn("name", approved.with_user(self.approver).qbo_notice)

    def test_no_account_of_products(self):
        self.connection.income_account_id = False
        self.assertRefused(lambda: self.submit(self.create_invoice()), "Consulting")

    def test_documents_of_others(self):
        bill = self.create_invoice(move_type="in_invoice", post=False)
        entry = self.env["account.move"].create(
            {"move_type": "entry", "company_id": self.company.id}
        )
        for move in bill + entry:
            self.assertRefused(lambda move=move: self.submit(move), "nothing that")
            self.assertRefused(lambda move=move: self.click_push(move), "nothing that")
        bill.mapped("qbo_notice")
        self.assertFalse(bill.qbo_may_submit)

    def test_under_way(self):
        for state in ("queued", "waiting", "sent", "uncertain"):
            invoice = self.get_queued()
            operation = self.get_operation(invoice)
            operation.state = state
            self.assertRefused(
                lambda invoice=invoice: self.click_push(invoice), "on its way"
            )
            self.assertEqual(self.get_operation(invoice), operation)
            self.assertEqual(operation.state, state)

    def test_what_is_sent_is_neither_rejected_nor_kept_away(self):
        invoice = self.get_queued()
        self.get_operation(invoice).state = "sent"
        document = self.as_user(invoice, self.approver)
        self.assertRefused(document.action_qbo_exclude, "on its way")
        done, refusals = document._qbo_reject("why")
        self.assertFalse(done)
        self.assertIn("on its way", refusals[document])
        self.assertEqual(invoice.qbo_approval, "approved")

    def test_rejecting_takes_back_what_is_queued(self):
        invoice = self.get_queued()
        self.as_user(invoice, self.approver)._qbo_reject("why")
        self.assertNothingQueued(invoice)
        self.assertEqual(invoice.qbo_approval, "rejected")

    def test_the_same_list_action_twice(self):
        invoices = self.create_invoice() + self.create_invoice()
        action = self.submit(invoices)
        self.assertIn("2 submitted", action["params"]["message"])
        self.approve(invoices)
        action = self.click_push(invoices)
        self.assertIn("2 queued", action["params"]["message"])
        action = self.click_push(invoices)
        message = action["params"]["message"]
        self.assertIn("0 queued, 2 refused", message)
        self.assertIn(invoices[0].name, message)
        self.assertIn(invoices[1].name, message)
        self.work()
        self.assertEqual(len(self.get_documents(invoices[0])), 1)

    def test_many_of_which_some_cannot_go(self):
        good, other = self.get_approved(), self.create_invoice()
        bill = self.create_invoice(move_type="in_invoice", post=False)
        action = self.click_push(good + other + bill)
        message = action["params"]["message"]
        self.assertIn("1 queued, 2 refused", message)
        self.assertIn(f"{other.name} is not approved", message)
        self.assertTrue(action["params"]["sticky"])
        self.assertEqual(good.qbo_state, "queued")

    def test_one_that_cannot_be_posted_stops_no_other(self):
        good = self.create_invoice(post=False)
        bad = self.create_invoice(post=False)
        self.submit(good + bad)
        bad.journal_id.active = True
        bad.line_ids.filtered("product_id").price_unit = -5
        action = self.approve(good + bad)
        self.assertIn("1 approved, 1 refused", action["params"]["message"])
        self.assertEqual(good.qbo_approval, "approved")
        self.assertEqual((bad.qbo_approval, bad.state), ("submitted", "draft"))

    def test_submit_and_approve_twice(self):
        invoice = self.create_invoice()
        self.assertRefused(lambda: self.approve(invoice), "Submit it first")
        self.submit(invoice)
        self.assertRefused(lambda: self.submit(invoice), "already", "The approver")
        self.approve(invoice)
        self.assertRefused(lambda: self.submit(invoice), "approved already")
        self.assertRefused(lambda: self.approve(invoice), "approved already")
        document = self.as_user(self.create_invoice(), self.approver)
        _done, refusals = document._qbo_reject("why")
        self.assertIn("nothing to reject", refusals[document])
        self.assertRefused(document.action_qbo_retry, "Nothing to retry")
        self.assertRefused(document.action_qbo_include, "not kept away")
        self.assertRefused(document.action_qbo_open, "not in QuickBooks")

    # === COMPANIES === #

    def test_approvers_of_other_companies(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._create_user("approver", other)
        stranger.write(
            {"group_ids": [(4, self.env.ref("account.group_account_invoice").id)]}
        )
        invoice = self.create_invoice()
        self.submit(invoice)
        self.assertNotIn(stranger, self.get_activities(invoice).user_id)
        document = invoice.with_user(stranger).with_context(
            allowed_company_ids=other.ids
        )
        for name in ("approve", "push", "exclude", "submit"):
            method = getattr(document, f"action_qbo_{name}")
            self.assertRefused(method, "another company")
        for name in ("reject", "retry", "include", "open"):
            method = getattr(document, f"action_qbo_{name}")
            self.assertRefused(method)
        self.assertEqual(invoice.qbo_approval, "submitted")
        self.assertNothingQueued(invoice)

    # === NOBODY WRITES THE GATE === #

    def test_fields_of_the_gate_cannot_be_written(self):
        invoice = self.create_invoice()
        values = {
            "qbo_approval": "approved",
            "qbo_approved_digest": "x",
            "qbo_approved_payload": "{}",
            "qbo_approved_by_id": self.approver.id,
            "qbo_first_approved_by_id": self.approver.id,
            "qbo_submitted_by_id": self.approver.id,
            "qbo_excluded": True,
        }
        for user in (self.user, self.approver, self.accountant, self.administrator):
            user.write(
                {"group_ids": [(4, self.env.ref("account.group_account_manager").id)]}
            )
            document = self.as_user(invoice, user)
            for name, value in values.items():
                self.assertRefused(
                    lambda document=document, name=name, value=value: document.write(
                        {name: value}
                    ),
                    error=AccessError,
                )
        self.assertEqual(invoice.qbo_approval, "draft")

    def test_no_way_round_at_creation(self):
        document = self.as_user(self.env["account.move"], self.accountant)
        values = {"move_type": "out_invoice", "partner_id": self.customer.id}
        self.assertRefused(
            lambda: document.create({**values, "qbo_approval": "approved"}),
            error=AccessError,
        )
        sneaky = document.with_context(
            default_qbo_approval="approved",
            default_qbo_approved_digest="x",
            default_qbo_excluded=True,
        ).create(values)
        self.assertEqual(sneaky.qbo_approval, "draft")
        self.assertFalse(sneaky.qbo_approved_digest or sneaky.qbo_excluded)
        result = document.load(
            ["partner_id/.id", "move_type", "qbo_approval"],
            [[str(self.customer.id), "out_invoice", "approved"]],
        )
        self.assertFalse(result["ids"])

    def test_copies_and_reversals_are_not_approved(self):
        invoice = self.get_approved()
        copy = invoice.copy({"invoice_date": invoice.invoice_date})
        refund = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        for document in copy + refund:
            self.assertEqual(document.qbo_approval, "draft")
            self.assertFalse(document.qbo_approved_digest)

    # === POSTING AND CONFIRMING === #

    def test_posting_needs_approval(self):
        self.connection.posting_needs_approval = True
        invoice = self.create_invoice(post=False)
        for context in ({}, {"qbo_approving": True, "qbo_before_posting": True}):
            document = self.as_user(invoice, self.accountant).with_context(**context)
            self.assertRefused(document.action_post, "approv", "Harbor Lights")
        self.get_approved(invoice)
        self.assertEqual(invoice.state, "posted")
        bill = self.create_invoice(
            move_type="in_invoice", post=False, partner=self._create_customer("Vendor")
        )
        bill.action_post()
        invoice.button_draft()
        self.assertReopened(invoice, "reset to draft")
        self.assertRefused(invoice.action_post, "approv")

    def test_confirming_needs_approval(self):
        self.connection.order_confirmation_needs_approval = True
        order = self.create_order()
        document = self.as_user(order, self.user)
        self.assertRefused(document.action_confirm, "not submitted")
        self.submit(order)
        self.assertRefused(document.action_confirm, "not approved", "The approver")
        self.as_user(order, self.approver)._qbo_reject("Too cheap.")
        self.assertRefused(document.action_confirm, "Too cheap.")
        self.get_approved(order)
        document.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.qbo_approval, "approved")
        self.click_push(order)
        self.work()
        self.assertEqual(order.qbo_state, "pushed")
        (estimate,) = self.get_documents(order)
        self.assertEqual(estimate["TxnStatus"], "Accepted")

    def test_changed_orders_are_not_confirmed(self):
        self.connection.order_confirmation_needs_approval = True
        order = self.get_approved(self.create_order())
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET client_order_ref = 'SQL' WHERE id = %s", [order.id]
        )
        self.env.invalidate_all()
        self.assertRefused(order.action_confirm, "changed after it was approved")
        self.assertEqual(order.state, "draft")

    def test_queued_offers_go_as_the_orders_they_became(self):
        order = self.get_queued(self.create_order())
        order.action_confirm()
        self.assertEqual(order.qbo_state, "queued")
        self.work()
        (estimate,) = self.get_documents(order)
        self.assertEqual(estimate["TxnStatus"], "Accepted")


@tagged("post_install", "-at_install")
class TestReopening(GateMixin, QboCommon):
    """Whatever changes the payload reopens the gate, by whatever route."""

    def test_difference_in_words(self):
        order = self.get_approved(
            self.create_order([(self.service, 2, 150), (self.goods, 1, 100)])
        )
        order.order_line[1].price_unit = 120
        self.assertReopened(
            order, "Line 2, amount: 100.00 → 120.00", "unit price: 100 → 120"
        )

    def test_words_without_machinery(self):
        order = self.get_approved(self.create_order())
        order.write(
            {
                "client_order_ref": "PO 5",
                "validity_date": "2026-05-05",
                "order_line": [(0, 0, {"product_id": self.goods.id})],
            }
        )
        log = self.get_log(order)
        for word in ("res.partner", "product.product,", "Detail", "odoo", "Ref,"):
            self.assertNotIn(word, log)
        self.assertReopened(order, "Expiration", "Line 2 added")

    def test_customer_in_words(self):
        other = self._create_customer("Atlantic Traders")
        order = self.get_approved(self.create_order())
        order.partner_id = other
        self.assertReopened(order, "Customer: Pacific Traders → Atlantic Traders")
        self.assertNotIn("res.partner", self.get_log(order))

    def test_namesakes_in_words(self):
        other = self._create_customer("Pacific Traders")
        order = self.get_approved(self.create_order())
        order.partner_id = other
        self.assertReopened(
            order,
            f"Customer: Pacific Traders (id {self.customer.id}) → "
            f"Pacific Traders (id {other.id})",
        )

    def test_by_line(self):
        for change in (
            lambda line: line.write({"name": "Something else"}),
            lambda line: line.unlink(),
            lambda line: line.copy({"sequence": 99, "order_id": line.order_id.id}),
        ):
            order = self.get_approved(
                self.create_order([(self.service, 1, 10), (self.goods, 1, 10)])
            )
            change(order.order_line[1])
            self.assertReopened(order, "Line 2" if len(order.order_line) < 3 else "3")

    def test_by_a_line_of_an_invoice(self):
        invoice = self.get_approved()
        line = invoice.invoice_line_ids
        line.name = "Something else"
        self.assertReopened(invoice, "Line 1, description")

    def test_by_import(self):
        order = self.get_approved(self.create_order())
        model = self.as_user(self.env["sale.order"], self.user)
        result = model.load([".id", "client_order_ref"], [[str(order.id), "Imported"]])
        self.assertEqual(result["ids"], order.ids, result["messages"])
        self.assertReopened(order, "Imported")

    def test_by_reset_and_cancel(self):
        invoice = self.get_approved()
        invoice.button_draft()
        self.assertReopened(invoice, "reset to draft")
        order = self.get_queued(self.create_order())
        order._action_cancel()
        self.assertReopened(order, "cancelled")
        self.assertFalse(order.qbo_state)

    def test_by_partner(self):
        for values in (
            {"street": "1 Other Street"},
            {"email": "else@traders.example"},
            {"zip": "90002"},
        ):
            invoice = self.get_approved()
            order = self.get_queued(self.create_order())
            self.as_user(self.customer, self.user).sudo().write(values)
            self.assertReopened(invoice)
            self.assertReopened(order)
            self.assertEqual(order.qbo_state, "not_pushed")

    def test_by_contact_that_loses_its_address(self):
        contact = self.books["res.partner"].create(
            {
                "name": "Delivery",
                "type": "delivery",
                "parent_id": self.customer.id,
                "street": "Dock 4",
                "zip": "90001",
            }
        )
        invoice = self.create_invoice(partner_shipping_id=contact.id)
        self.get_approved(invoice)
        contact.street = "Dock 5"
        self.assertReopened(invoice, "Delivery address", "Dock 4 → Dock 5")

    def test_names_that_are_not_in_the_document_do_not_reopen(self):
        invoice = self.get_approved()
        self.customer.name = "Pacific Traders and Sons"
        self.customer.phone = "1"
        self.assertEqual(invoice.qbo_approval, "approved")

    def test_by_another_customer_in_quickbooks(self):
        invoice = self.get_queued()
        self.work()
        second = self.get_queued()
        binding = self.env["qbo.binding"]._find(
            self.connection, self.customer, "Customer"
        )[self.customer.id]
        answer = {**binding.snapshot, "Id": "999999"}
        self.env["qbo.binding"]._point(
            self.connection, self.customer, "Customer", answer, "linked"
        )
        self.assertReopened(second, "Customer: Pacific Traders (link no. 1")
        self.assertEqual(self.env["qbo.operation"]._get_last(second), {})
        # What is there already is another matter.
        self.assertEqual(invoice.qbo_approval, "approved")

    def test_by_sql_at_the_push(self):
        invoice = self.get_approved()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET name = 'by SQL' "
            "WHERE move_id = %s AND display_type = 'product'",
            [invoice.id],
        )
        self.env.invalidate_all()
        self.assertIn("by SQL", invoice.with_user(self.approver).qbo_notice)
        self.assertTrue(invoice.with_user(self.user).qbo_may_submit)
        self.assertRefused(lambda: self.click_push(invoice), "changed", "by SQL")
        self.assertReopened(invoice, "by SQL")
        self.assertFalse(self.env["qbo.operation"]._get_last(invoice))

    def test_by_sql_and_submitted_again(self):
        invoice = self.get_approved()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET ref = 'by SQL' WHERE id = %s", [invoice.id]
        )
        self.env.invalidate_all()
        self.submit(invoice)
        self.assertEqual(invoice.qbo_approval, "submitted")
        self.assertIn("by SQL", self.get_log(invoice))
        self.approve(invoice)
        self.click_push(invoice)
        self.assertEqual(invoice.qbo_state, "queued")

    def test_by_sql_among_many(self):
        good, bad = self.get_approved(), self.get_approved()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET ref = 'by SQL' WHERE id = %s", [bad.id]
        )
        self.env.invalidate_all()
        action = self.click_push(good + bad)
        self.assertIn("1 queued, 1 refused", action["params"]["message"])
        self.assertReopened(bad)

    def test_what_is_queued_is_taken_back(self):
        invoice = self.get_queued()
        operation = self.get_operation(invoice)
        invoice.ref = "PO 77"
        self.assertReopened(invoice, "PO 77")
        self.assertEqual(operation.state, "cancelled")
        self.work()
        self.assertFalse(self.get_documents(invoice))

    def test_what_is_sent_cannot_be_taken_back(self):
        invoice = self.get_queued()
        operation = self.get_operation(invoice)
        operation.state = "sent"
        invoice.ref = "PO 78"
        self.assertReopened(invoice, "on its way")
        self.assertEqual(operation.state, "sent")

    def test_deleting_takes_back_too(self):
        order = self.get_queued(self.create_order())
        operation = self.get_operation(order)
        order.unlink()
        self.assertEqual(operation.state, "cancelled")
        order = self.get_queued(self.create_order())
        self.get_operation(order).state = "sent"
        self.assertRefused(order.unlink, "on the way")

    def test_changes_that_do_not_reopen(self):
        invoice = self.get_queued()
        invoice.write(
            {
                "invoice_user_id": self.user.id,
                "invoice_origin": "Somewhere",
                "payment_reference": "+++123+++",
                "to_check" if "to_check" in invoice._fields else "checked": True,
            }
        )
        invoice.message_post(body="Hello")
        invoice.activity_schedule("mail.mail_activity_data_todo", user_id=self.user.id)
        invoice.invoice_line_ids.write({"name": invoice.invoice_line_ids.name})
        self.assertEqual(invoice.qbo_approval, "approved")
        self.assertEqual(invoice.qbo_state, "queued")

    def test_there_and_back_in_one_write_is_no_change(self):
        order = self.get_approved(self.create_order())
        with order._qbo_watch():
            order.client_order_ref = "a"
            order.client_order_ref = False
        self.assertEqual(order.qbo_approval, "approved")

    def test_failed_writes_leave_the_watch_clean(self):
        order = self.get_approved(self.create_order())
        # Not rolled back, as where a caller catches it.
        with self.fails(ValueError):
            order.write({"client_order_ref": "a", "no_such_field": "a"})
        self.assertEqual(order.qbo_approval, "approved")
        order.client_order_ref = "b"
        self.assertReopened(order)

    def test_documents_unfit_for_quickbooks(self):
        order = self.get_approved(self.create_order())
        self.env.flush_all()
        # A time zone that this server does not know, as after a move to another.
        self.env.cr.execute(
            "UPDATE res_partner SET tz = 'Mars/Base' WHERE id = %s",
            [self.company.partner_id.id],
        )
        self.env.invalidate_all()
        with self.assertLogs("odoo.addons.quickbooks_online", "ERROR"):
            order.client_order_ref = "a"
            self.env.flush_all()
        self.assertReopened(order, "not fit")

    def test_looked_up_anew_means_approved_again(self):
        self.get_queued()
        self.work()
        invoice = self.get_queued()
        fault = {"fault": "610"}
        match = {"times": 1, "item": {"entity": "Invoice", "operation": "create"}}
        self.control("POST", "faults", match=match, action=fault)
        self.work()
        operation = self.get_operation(invoice)
        self.assertEqual(operation.state, "failed")
        operation.with_user(self.accountant).action_relink()
        self.assertReopened(invoice)
        self.assertEqual(operation.state, "cancelled")
        self.submit(invoice)
        self.approve(invoice)
        self.click_push(invoice)
        self.work()
        self.assertEqual(invoice.qbo_state, "pushed")
        self.assertEqual(len(self.get_documents(invoice)), 1)

    def test_pushed_documents_keep_their_approval(self):
        invoice = self.get_queued()
        self.work()
        invoice.ref = "Later"
        self.customer.street = "Later street"
        self.assertEqual(invoice.qbo_approval, "approved")
        self.assertEqual(invoice.qbo_state, "pushed")


@tagged("post_install", "-at_install")
class TestTaxMapping(GateMixin, QboCommon):
    """A tax that is mapped to another code makes another document."""

    @classmethod
    def _set_up_books(cls, company):
        pound = cls.env.ref("base.GBP")
        pound.active = True
        country = cls.env.ref("base.uk")
        company.write({"currency_id": pound.id, "country_id": country.id})
        result = super()._set_up_books(company)
        company.currency_id = pound
        return result

    def set_up_quickbooks(self, realm_id=GB_REALM, **preferences):
        return super().set_up_quickbooks(realm_id, **preferences)

    def test_by_mapping_of_a_tax(self):
        self.map_tax(None, "No VAT")
        mapping = self.map_tax(self.tax_0, "0.0% Z")
        invoice = self.get_approved(
            self.create_invoice([(self.service, 1, 100, self.tax_0)])
        )
        mapping.reference_id = self.find_reference("TaxCode", "Exempt")
        self.assertReopened(invoice, "tax code: 0.0% Z → Exempt")
