import json

from odoo.tests import tagged

from odoo.addons.bus.models.bus import channel_with_db, json_dump
from odoo.addons.bus.websocket import WebsocketConnectionHandler, dispatch

from .browser import BrowserCase, take_screenshot
from .test_gate import GateMixin

LONG_NAME = "The Very Long Name Of A Customer Whose Founders Could Not Agree " * 2
INVOICES = "/odoo/action-account.action_move_out_invoice_type"
ORDERS = "/odoo/action-sale.action_quotations_with_onboarding"


@tagged("post_install", "-at_install")
class TestGateBrowser(GateMixin, BrowserCase):
    """Submit, approve and push as people do, in Chromium."""

    def setUp(self):
        super().setUp()
        people = self.user + self.approver + self.clerk + self.administrator
        people.write(
            {"group_ids": [(4, self.env.ref("account.group_account_invoice").id)]}
        )

    def open(self, page, document):
        path = ORDERS if document._name == "sale.order" else INVOICES
        self.go(page, f"{path}/{document.id}")
        page.locator(".o_form_view .o_statusbar_status").wait_for()

    def open_list(self, page, path=INVOICES):
        self.go(page, path)
        page.locator(".o_data_row").first.wait_for()

    def click(self, page, name):
        page.locator(".o_form_statusbar").get_by_role(
            "button", name=name, exact=True
        ).click()

    def is_offered(self, page, name):
        return bool(
            page.locator(".o_form_statusbar")
            .get_by_role("button", name=name, exact=True)
            .count()
        )

    def get_strip(self, page, text):
        return page.locator(".o_qbo_strip").get_by_text(text)

    def tell_browsers(self):
        """What the bus does after a commit, of which there is none in a test."""
        self.env.cr.precommit.run()
        for sockets in list(dispatch._channels_to_ws.values()):
            for socket in list(sockets):
                socket.trigger_notification_dispatching()

    def get_told(self, user):
        """Return what open pages of a user were told: (model, ids) of changes."""
        self.env.cr.precommit.run()
        channel = json_dump(channel_with_db(self.env.cr.dbname, user.partner_id))
        sent = self.env["bus.bus"].search([("channel", "=", channel)])
        messages = [json.loads(each.message) for each in sent]
        return [
            (message["payload"]["model"], message["payload"]["ids"])
            for message in messages
            if message["type"] == "qbo_document_changed"
        ]

    def test_submit_approve_push(self):
        # Off in tests but for tours, which this is one of.
        self.patch(WebsocketConnectionHandler, "websocket_allowed", lambda *_args: True)
        invoice = self.create_invoice(post=False)
        with self.open_page(self.user) as page:
            self.open(page, invoice)
            take_screenshot(page, "gate_user_draft")
            self.click(page, "Submit for approval")
            self.get_strip(page, "Waits for approval").wait_for()
            take_screenshot(page, "gate_user_submitted")
            for name in ("Approve", "Reject", "Push to QBO", "Don't push to QBO"):
                self.assertFalse(self.is_offered(page, name), name)
        self.env.invalidate_all()
        self.assertEqual(invoice.qbo_approval, "submitted")
        with self.open_page(self.approver) as page:
            self.open(page, invoice)
            self.get_strip(page, "asks you to approve").wait_for()
            take_screenshot(page, "gate_approver_submitted")
            self.click(page, "Approve")
            self.get_strip(page, "Approved by").wait_for()
            take_screenshot(page, "gate_approver_approved")
            self.click(page, "Push to QBO")
            self.get_strip(page, "On its way").wait_for()
            take_screenshot(page, "gate_approver_queued")
        # Without a page open: its calls and the worker would share the test's cursor.
        self.env.invalidate_all()
        self.work()
        self.assertIn(("account.move", invoice.ids), self.get_told(self.approver))
        with self.open_page(self.approver) as page:
            self.open(page, invoice)
            self.get_strip(page, "In QuickBooks: number").wait_for()
            take_screenshot(page, "gate_approver_pushed")
            self.assertTrue(self.is_offered(page, "Open in QBO"))
            self.assertFalse(self.is_offered(page, "Push to QBO"))
            number = page.locator("div[name=qbo_doc_number]").inner_text()
            # Without a reload: the page is told, as the worker tells it. Its own calls
            # share the test's cursor, and none may run meanwhile: opening one waits.
            with self.registry.cursor():
                operation = self.get_operation(invoice)
                gaps = [["Total", "330", "331"]]
                operation.write({"state": "differs", "gaps": gaps})
                operation._tell_users()
                self.env.flush_all()
                self.tell_browsers()
            self.get_strip(page, "otherwise than it was sent").wait_for()
        self.assertEqual(number, invoice.name)
        self.assertEqual(len(self.get_documents(invoice)), 1)

    def test_the_author_cannot_approve(self):
        invoice = self.create_invoice()
        self.submit(invoice, self.approver)
        with self.open_page(self.approver) as page:
            self.open(page, invoice)
            self.get_strip(page, "wants another person").wait_for()
            take_screenshot(page, "gate_author")
            self.assertFalse(self.is_offered(page, "Approve"))

    def test_reject(self):
        invoice = self.create_invoice()
        self.submit(invoice)
        with self.open_page(self.approver) as page:
            self.open(page, invoice)
            self.click(page, "Reject")
            page.locator(".modal div[name=reason] textarea").fill("Wrong price.")
            take_screenshot(page, "gate_reject")
            page.locator(".modal").get_by_role("button", name="Reject").click()
            self.get_strip(page, "Wrong price.").wait_for()
            take_screenshot(page, "gate_rejected")

    def test_list_and_many_at_once(self):
        ready = self.create_invoice() + self.create_invoice()
        self.submit(ready)
        self.approve(ready)
        self.fill_list()
        with self.open_page(self.approver) as page:
            self.open_list(page)
            take_screenshot(page, "gate_list")
            page.locator("thead .o_list_record_selector input").click()
            page.locator(".o_cp_action_menus button", has_text="Actions").click()
            page.get_by_role("menuitem", name="Push to QBO", exact=True).wait_for()
            take_screenshot(page, "gate_list_actions")
            page.get_by_role("menuitem", name="Push to QBO", exact=True).click()
            page.locator(".o_notification").get_by_text("3 queued").wait_for()
            take_screenshot(page, "gate_list_pushed")
            page.locator(".o_searchview_dropdown_toggler").click()
            page.get_by_text("Waiting for approval").last.wait_for()
            take_screenshot(page, "gate_filters")

    def fill_list(self):
        """One of each state."""
        self.create_invoice(partner=self._create_customer(LONG_NAME.strip()))
        self.submit(self.create_invoice())
        pushed, differs = self.get_queued(), self.get_queued()
        self.work()
        self.get_operation(differs).write(
            {"state": "differs", "gaps": [["Total", "330.00", "331.00"]]}
        )
        failed = self.get_queued()
        self.get_operation(failed).write(
            {"state": "failed", "cause": "data", "fault_message": "It is too long."}
        )
        self.get_queued()
        self.as_user(self.create_invoice(), self.approver).action_qbo_exclude()
        self.env.flush_all()
        return pushed, differs, failed

    def test_what_the_form_says(self):
        _pushed, differs, failed = self.fill_list()
        changed = self.get_approved(
            self.create_invoice(partner=self._create_customer(LONG_NAME.strip()))
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET ref = %s WHERE id = %s", ["x" * 80, changed.id]
        )
        self.env.invalidate_all()
        with self.open_page(self.approver, width=420) as page:
            for document, name in (
                (differs, "differs"),
                (failed, "failed"),
                (changed, "changed"),
            ):
                self.open(page, document)
                page.locator(".o_qbo_strip").first.wait_for()
                take_screenshot(page, f"gate_narrow_{name}")
        with self.open_page(self.approver) as page:
            self.open(page, changed)
            self.get_strip(page, "changed after it was approved").wait_for()
            take_screenshot(page, "gate_changed")
            self.open(page, failed)
            self.assertTrue(self.is_offered(page, "Retry"))
            take_screenshot(page, "gate_failed")

    def test_order(self):
        order = self.create_order()
        with self.open_page(self.user) as page:
            self.open(page, order)
            self.click(page, "Submit for approval")
            self.get_strip(page, "Waits for approval").wait_for()
            take_screenshot(page, "gate_order")
            self.open_list(page, ORDERS)
            take_screenshot(page, "gate_orders")

    def test_clerk_sees_nothing(self):
        invoice = self.create_invoice()
        with self.open_page(self.clerk) as page:
            self.open(page, invoice)
            take_screenshot(page, "gate_clerk")
            self.assertEqual(page.locator(".o_qbo_strip").count(), 0)
            self.assertFalse(self.is_offered(page, "Submit for approval"))
            self.assertEqual(page.locator("div[name=qbo_state]").count(), 0)

    def test_settings(self):
        with self.open_page(self.administrator) as page:
            page.goto(
                f"{self.base_url()}/odoo/action-quickbooks_online."
                f"qbo_connection_action/{self.connection.id}"
            )
            page.get_by_role("tab", name="Approval").click()
            page.locator("div[name=second_approval_amount]").wait_for()
            take_screenshot(page, "gate_settings")
