import os
import time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import QboCommon
from .outbox import OutboxMixin

ACCOUNTING = "account.group_account_invoice"
SALES = "sales_team.group_sale_salesman_all_leads"
COUNT = int(os.environ.get("QUICKBOOKS_ONLINE_PUSH_COUNT", "30"))


class GateMixin(OutboxMixin):
    """People who write, approve and push documents of the connected company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.approver.copy(
            {"login": "qbo_second", "name": "The second approver"}
        )
        people = cls.user + cls.approver + cls.second + cls.accountant
        for group in (ACCOUNTING, SALES):
            people.write({"group_ids": [(4, cls.env.ref(group).id)]})
        cls.clerk = cls.env["res.users"].create(
            {
                "name": "The clerk",
                "login": "qbo_clerk",
                "company_id": cls.company.id,
                "company_ids": [(6, 0, cls.company.ids)],
                "group_ids": [
                    (4, cls.env.ref(group).id)
                    for group in ("base.group_user", ACCOUNTING, SALES)
                ],
            }
        )

    def setUp(self):
        super().setUp()
        self.connection.approval_required = True

    def as_user(self, document, user):
        return document.with_user(user).with_context(
            allowed_company_ids=self.company.ids
        )

    def submit(self, document, user=None):
        result = self.as_user(document, user or self.user).action_qbo_submit()
        self.env.flush_all()
        return result

    def approve(self, document, user=None):
        result = self.as_user(document, user or self.approver).action_qbo_approve()
        self.env.flush_all()
        return result

    def click_push(self, document, user=None):
        self.env.flush_all()
        result = self.as_user(document, user or self.approver).action_qbo_push()
        self.env.flush_all()
        return result

    def get_approved(self, document=None):
        """Return a document that was submitted and approved."""
        document = document or self.create_invoice()
        self.submit(document)
        self.approve(document)
        self.assertEqual(set(document.mapped("qbo_approval")), {"approved"})
        return document

    def get_queued(self, document=None):
        document = self.get_approved(document)
        self.click_push(document)
        self.assertEqual(set(document.mapped("qbo_state")), {"queued"})
        return document

    def get_log(self, document):
        return " ".join(
            str(body) for body in document.message_ids.mapped("body") if body
        )

    def get_activities(self, document):
        return document.activity_ids.filtered(
            lambda each: each.activity_type_id
            == self.env.ref("quickbooks_online.mail_activity_type_approval")
        )

    def assertRefused(self, method, *words, error=UserError):
        """The call is refused with these words."""
        self.env.flush_all()
        with self.fails(error) as caught:
            method()
        for word in words:
            self.assertIn(word, str(caught.exception))

    def assertReopened(self, document, *words):
        self.env.flush_all()
        self.assertEqual(document.qbo_approval, "draft")
        self.assertFalse(document.qbo_approved_digest)
        log = self.get_log(document)
        for word in words:
            self.assertIn(word, log)


@tagged("post_install", "-at_install")
class TestGate(GateMixin, QboCommon):
    """Submit, approve, reject, push, keep away: what people do."""

    def test_from_draft_to_quickbooks(self):
        invoice = self.create_invoice(post=False)
        self.assertEqual(invoice.qbo_state, "not_pushed")
        self.submit(invoice)
        self.assertEqual(invoice.qbo_state, "to_approve")
        self.approve(invoice)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.qbo_state, "approved")
        self.click_push(invoice)
        self.assertEqual(invoice.qbo_state, "queued")
        self.work()
        self.assertEqual(invoice.qbo_state, "pushed")
        self.assertEqual(invoice.qbo_doc_number, invoice.name)
        self.assertEqual(len(self.get_documents(invoice)), 1)
        action = self.as_user(invoice, self.user).action_qbo_open()
        self.assertEqual(
            action["url"],
            f"https://sandbox.qbo.intuit.com/app/invoice?txnId={invoice.qbo_id}",
        )
        # Creating the customer and the product there is no change.
        self.assertEqual(invoice.qbo_approval, "approved")

    def test_credit_note_and_order(self):
        refund = self.create_invoice(move_type="out_refund")
        order = self.create_order()
        self.get_queued(refund)
        self.get_queued(order)
        self.assertEqual(order.state, "draft")
        self.work()
        self.assertEqual((refund.qbo_state, order.qbo_state), ("pushed", "pushed"))
        self.assertIn("/app/creditmemo?txnId=", refund.qbo_url)
        self.assertIn("/app/estimate?txnId=", order.qbo_url)

    def test_activities_and_chatter(self):
        invoice = self.create_invoice()
        self.submit(invoice)
        asked = self.get_activities(invoice).user_id
        self.assertLessEqual(self.approver + self.second, asked)
        self.assertNotIn(self.user, asked)
        self.approve(invoice)
        self.assertFalse(self.get_activities(invoice))
        log = self.get_log(invoice)
        self.assertIn("Submitted for approval", log)
        self.assertIn("Approved", log)
        self.assertEqual(invoice.qbo_approved_by_id, self.approver)

    def test_author_may_not_approve(self):
        invoice = self.create_invoice()
        self.submit(invoice, self.approver)
        self.assertNotIn(self.approver, self.get_activities(invoice).user_id)
        self.assertRefused(lambda: self.approve(invoice), "yourself", self.second.name)
        self.assertEqual(invoice.qbo_approval, "submitted")
        written = self.as_user(invoice, self.approver).copy(
            {"invoice_date": invoice.invoice_date}
        )
        self.submit(written)
        self.assertRefused(lambda: self.approve(written), "yourself")
        self.connection.author_may_approve = True
        self.approve(invoice)
        self.approve(written)
        self.assertEqual(written.qbo_approval, "approved")

    def test_only_approvers_approve_and_push(self):
        invoice = self.create_invoice()
        self.submit(invoice)
        for name in ("approve", "reject", "push", "retry", "exclude", "include"):
            document = self.as_user(invoice, self.user)
            self.assertRefused(
                getattr(document, f"action_qbo_{name}"), "approver", error=AccessError
            )
        self.assertRefused(
            self.as_user(invoice, self.clerk).action_qbo_submit, error=AccessError
        )

    def test_submit_needs_the_right_to_write(self):
        invoice = self.create_invoice()
        self.user.group_ids -= self.env.ref(ACCOUNTING)
        self.user.group_ids += self.env.ref("account.group_account_readonly")
        self.assertRefused(lambda: self.submit(invoice), "may not change")

    def test_second_approver(self):
        self.connection.second_approval_amount = 329.99
        invoice = self.create_invoice()
        self.submit(invoice)
        self.approve(invoice)
        self.assertEqual(invoice.qbo_approval, "submitted")
        self.assertNotIn(self.approver, self.get_activities(invoice).user_id)
        self.assertIn(self.second, self.get_activities(invoice).user_id)
        self.assertRefused(lambda: self.click_push(invoice), "not approved yet")
        self.assertRefused(
            lambda: self.approve(invoice), "second person", self.second.name
        )
        self.approve(invoice, self.second)
        self.assertEqual(invoice.qbo_approval, "approved")
        self.assertEqual(invoice.qbo_first_approved_by_id, self.approver)
        self.assertEqual(invoice.qbo_approved_by_id, self.second)
        small = self.create_invoice([(self.service, 1, 100)])
        self.get_approved(small)

    def test_a_change_undoes_the_first_approval(self):
        self.connection.second_approval_amount = 100
        invoice = self.create_invoice()
        self.submit(invoice)
        self.approve(invoice)
        invoice.ref = "PO 1"
        self.assertReopened(invoice)
        self.assertFalse(invoice.qbo_first_approved_by_id)
        self.assertFalse(self.get_activities(invoice))

    def test_second_approval_with_posting_held_back(self):
        self.connection.write(
            {"second_approval_amount": 100, "posting_needs_approval": True}
        )
        invoice = self.create_invoice(post=False)
        self.submit(invoice)
        self.approve(invoice)
        self.assertEqual(invoice.state, "draft")
        self.assertEqual(invoice.qbo_approval, "submitted")
        self.approve(invoice, self.second)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.qbo_approval, "approved")

    def test_reject_and_submit_again(self):
        invoice = self.create_invoice()
        self.submit(invoice)
        action = self.as_user(invoice, self.approver).action_qbo_reject()
        wizard = (
            self.env["qbo.document.reject"]
            .with_user(self.approver)
            .with_context(**action["context"], allowed_company_ids=self.company.ids)
            .create({"reason": "Wrong customer."})
        )
        wizard.action_reject()
        self.assertEqual(invoice.qbo_approval, "rejected")
        self.assertEqual(invoice.qbo_state, "not_pushed")
        self.assertFalse(self.get_activities(invoice))
        message = invoice.message_ids[0]
        self.assertIn("Wrong customer.", message.body)
        self.assertIn(self.user.partner_id, message.notified_partner_ids)
        self.assertIn("Wrong customer.", invoice.with_user(self.user).qbo_notice)
        self.assertRefused(lambda: self.click_push(invoice), "Wrong customer.")
        self.get_approved(invoice)

    def test_wizard_takes_our_documents_only(self):
        for model in ("res.partner", "res.users", "qbo.approval.mixin", "nothing"):
            wizard = (
                self.env["qbo.document.reject"]
                .with_user(self.approver)
                .create({"res_model": model, "res_ids": [1], "reason": "x"})
            )
            self.assertRefused(wizard.action_reject)

    def test_auto_push(self):
        self.connection.auto_push = True
        invoice = self.get_approved()
        self.assertEqual(invoice.qbo_state, "queued")

    def test_auto_push_on_a_dead_connection(self):
        self.connection.auto_push = True
        self.env.flush_all()
        self.connection._suspend("grant")
        invoice = self.create_invoice()
        self.submit(invoice)
        action = self.approve(invoice)
        self.assertIn("suspended", action["params"]["message"])
        self.assertEqual(invoice.qbo_state, "approved")

    def test_without_approval_pushing_approves(self):
        self.connection.approval_required = False
        invoice = self.create_invoice()
        self.click_push(invoice)
        self.assertEqual(invoice.qbo_state, "queued")
        self.assertEqual(invoice.qbo_approved_by_id, self.approver)
        self.assertTrue(invoice.qbo_approved_digest)

    def test_keep_away_and_allow(self):
        invoice = self.get_queued()
        document = self.as_user(invoice, self.approver)
        document.action_qbo_exclude()
        self.assertEqual(invoice.qbo_state, "excluded")
        self.assertRefused(lambda: self.click_push(invoice), "not to be pushed")
        self.assertRefused(lambda: self.submit(invoice), "not to be pushed")
        self.work()
        self.assertFalse(self.get_documents(invoice))
        document.action_qbo_include()
        self.assertEqual(invoice.qbo_state, "not_pushed")
        log = self.get_log(invoice)
        self.assertIn("Marked not to be pushed", log)
        self.assertIn("Allowed to be pushed", log)

    def test_retry(self):
        invoice = self.get_queued()
        self.inject("/batch", status=400, times=20, body="{}")
        self.work()
        operation = self.get_operation(invoice)
        operation.write({"state": "failed", "fault_message": "It broke."})
        self.assertEqual(invoice.qbo_state, "failed")
        self.assertIn("It broke.", invoice.with_user(self.user).qbo_notice)
        self.control("POST", "reset")
        self.control("POST", "limits", enabled=False)
        self.as_user(invoice, self.approver).action_qbo_retry()
        self.assertEqual(invoice.qbo_state, "queued")

    def test_no_retry_after_a_change(self):
        invoice = self.get_queued()
        operation = self.get_operation(invoice)
        operation.state = "failed"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET ref = 'by SQL' WHERE id = %s", [invoice.id]
        )
        self.env.invalidate_all()
        self.assertRefused(
            self.as_user(invoice, self.approver).action_qbo_retry, "changed"
        )
        self.assertReopened(invoice)
        self.assertEqual(operation.state, "cancelled")
        retry = operation.with_user(self.accountant).action_retry
        self.assertRefused(retry)

    def test_states_are_found_as_they_are_shown(self):
        documents = self.env["account.move"].browse()
        documents |= self.create_invoice()
        submitted = self.create_invoice()
        self.submit(submitted)
        pushed = self.get_queued()
        differs = self.get_queued()
        self.work()
        self.get_operation(differs).write({"state": "differs", "gaps": [["a", 1, 2]]})
        failed = self.get_queued()
        self.get_operation(failed).state = "failed"
        excluded = self.create_invoice()
        self.as_user(excluded, self.approver).action_qbo_exclude()
        cancelled = self.create_invoice(post=False)
        cancelled.button_cancel()
        bill = self.create_invoice(move_type="in_invoice", post=False)
        documents |= submitted + pushed + differs + failed + excluded + cancelled + bill
        documents |= self.get_approved() + self.get_queued()
        self.env.flush_all()
        states = {document: document.qbo_state for document in documents}
        self.assertEqual(states[bill], False)
        self.assertEqual(states[cancelled], False)
        model = self.env["account.move"].with_user(self.user)
        selection = dict(model._fields["qbo_state"].selection)
        self.assertEqual(set(states.values()), {*selection, False})
        for state in (*selection, False):
            found = model.search(
                [("qbo_state", "=", state), ("id", "in", documents.ids)]
            )
            wanted = {each.id for each in documents if states[each] == state}
            self.assertEqual(set(found.ids), wanted, state)
        found = model.search(
            [("qbo_state", "!=", "pushed"), ("id", "in", documents.ids)]
        )
        self.assertEqual(len(found), len(documents) - 1)
        self.assertTrue(
            self.env["sale.order"].search_count([("qbo_state", "=", "not_pushed")]) >= 0
        )

    def test_push_of_hundreds_is_fast_and_batched(self):
        invoices = self.env["account.move"].browse(
            self.create_invoice(post=False).id for _time in range(COUNT)
        )
        invoices.action_post()
        self.submit(invoices)
        self.approve(invoices)
        self.env.invalidate_all()
        start = time.perf_counter()
        with self.assertQueryCount(200):
            action = self.as_user(invoices, self.approver).action_qbo_push()
            self.env.flush_all()
        seconds = time.perf_counter() - start
        self.assertIn(f"{COUNT} queued", action["params"]["message"])
        # 500 within 3 s; the machine of a test may be busy.
        self.assertLess(seconds, 1 + COUNT * 2 * 3 / 500, f"{COUNT}: {seconds} s")

    def test_users_without_quickbooks_work_as_ever(self):
        invoice = self.get_approved()
        document = self.as_user(invoice, self.clerk)
        view = document.get_view(view_type="form")
        self.assertNotIn("qbo_", view["arch"])
        document.button_draft()
        self.assertReopened(invoice, "reset to draft")
        document.ref = "mine"
        document.action_post()
        copied = document.copy({"invoice_date": invoice.invoice_date})
        copied.unlink()

    def test_companies_without_connection_show_nothing(self):
        invoice = self.create_invoice()
        self.env.flush_all()
        self.env.cr.execute("UPDATE qbo_connection SET active = FALSE")
        self.env.invalidate_all()
        self.assertFalse(invoice.qbo_state)
        self.assertFalse(invoice.qbo_may_submit)
        self.assertFalse(invoice.qbo_notice)
        self.assertRefused(lambda: self.submit(invoice), "no QuickBooks connection")
        self.assertRefused(lambda: self.click_push(invoice), "no QuickBooks connection")
