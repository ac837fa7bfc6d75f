from odoo.tests import tagged

from .browser import BrowserCase, take_screenshot
from .outbox import OutboxMixin

LONG_NAME = "The Very Long Name Of A Customer Whose Founders Could Not Agree " * 2


@tagged("post_install", "-at_install")
class TestBrowserQueue(OutboxMixin, BrowserCase):
    """The queue, the choice between candidates and the preview, in Chromium."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for person in cls.accountant + cls.user + cls.approver:
            person.group_ids += cls.env.ref("account.group_account_invoice")

    def refuse(self, text, code):
        self.control(
            "POST",
            "faults",
            match={"item": {"operation": "create", "body": text}, "times": 1},
            action={"fault": code},
        )

    def fill_queue(self):
        """One of each: done, refused, waiting, to be chosen, differing, queued."""
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Customer",
            operation="create",
            values={
                "DisplayName": "Smith & Sons",
                "PrimaryEmailAddr": {"Address": "one@smith.example"},
                "BillAddr": {"City": "Boston", "PostalCode": "02101"},
            },
        )
        smith = self._create_customer("Smith & Sons", email="other@smith.example")
        long = self._create_customer(LONG_NAME.strip())
        self.refuse("Whose Founders", "2050")
        differing = self.create_invoice()
        operation = self.queue(differing)
        operation.expectation = {**operation.expectation, "total": "999.99"}
        refused = self.create_invoice()
        self.refuse(refused.name, "6210")
        self.push(
            refused,
            self.create_invoice(),
            self.create_invoice(partner=smith),
            self.create_invoice(partner=smith),
            self.create_invoice(partner=long),
        )
        self.queue(self.create_invoice())
        self.env.flush_all()
        return smith

    def test_errors_choice_and_retry(self):
        smith = self.fill_queue()
        with self.open_page(self.accountant) as page:
            self.go(page, "/odoo/quickbooks-queue")
            page.locator(".o_data_row").first.wait_for()
            take_screenshot(page, "queue")
            self.go(page, "/odoo/quickbooks-errors")
            page.locator(".o_group_header").first.wait_for()
            take_screenshot(page, "errors")
            for text in ("The books are closed", "A text is too long", "Something it"):
                page.locator(".o_group_header").get_by_text(text).wait_for()
            page.get_by_text("A person has to choose").first.click()
            self.open_row(
                page, page.locator(".o_data_row").get_by_text("Smith & Sons").first
            )
            page.get_by_role("button", name="Choose…").wait_for()
            take_screenshot(page, "operation_choose")
            page.get_by_role("button", name="Choose…").click()
            page.locator(".modal").get_by_role(
                "cell", name="one@smith.example"
            ).wait_for()
            take_screenshot(page, "choose")
            page.locator(".modal").get_by_role("button", name="Link this one").click()
            page.locator(".modal").wait_for(state="detached")
            page.get_by_text("is in QuickBooks").first.wait_for()
            take_screenshot(page, "operation_done")
        self.env.invalidate_all()
        self.work()
        operations = self.env["qbo.operation"].search(
            [("res_model", "=", "account.move")]
        )
        billed = operations.filtered(
            lambda each: each.record_ref.partner_id == smith  # the two that waited
        )
        self.assertEqual(set(billed.mapped("state")), {"done"})

    def test_forms(self):
        self.fill_queue()
        operations = self.env["qbo.operation"].search([])
        with self.open_page(self.accountant) as page:
            for operation in operations:
                if operation.state in ("failed", "waiting", "differs", "queued"):
                    self.go(page, f"/odoo/quickbooks-queue/{operation.id}")
                    page.locator(".o_form_view").wait_for()
                    page.get_by_role("tab", name="Request").wait_for()
                    name = f"operation_{operation.state}_{operation.cause or ''}"
                    take_screenshot(page, name)
        failed = operations.filtered(lambda each: each.cause == "too_long")
        with self.open_page(self.user, width=420) as page:
            self.go(page, "/odoo/quickbooks-errors")
            page.locator(".o_kanban_record, .o_group_header").first.wait_for()
            take_screenshot(page, "errors_narrow")
            self.go(page, f"/odoo/quickbooks-queue/{failed.id}")
            page.locator(".o_form_view").wait_for()
            page.get_by_text("too long").first.wait_for()
            take_screenshot(page, "operation_narrow_user")
            self.assertEqual(page.get_by_role("button", name="Retry").count(), 0)
            self.assertEqual(page.get_by_role("tab", name="Request").count(), 0)

    def test_empty_and_parked(self):
        with self.open_page(self.user) as page:
            self.go(page, "/odoo/quickbooks-errors")
            page.get_by_text("No errors").wait_for()
            take_screenshot(page, "errors_empty")
        self.queue(self.create_invoice())
        self.connection._suspend("subscription")
        self.env.invalidate_all()
        self.env.flush_all()
        with self.open_page(self.user) as page:
            self.go(page, "/odoo/quickbooks-queue")
            page.get_by_text("Nothing is sent:").wait_for()
            take_screenshot(page, "queue_parked")
            self.open_row(page, page.locator(".o_data_row").first)
            page.locator(".o_form_view").wait_for()
            take_screenshot(page, "operation_parked")

    def test_preview(self):
        invoice = self.create_invoice(
            [(self.service, 10, 100), (self.goods, 3, 40, self.tax_5)]
        )
        draft = self.create_invoice(post=False)
        action = "/odoo/action-account.action_move_out_invoice_type"
        with self.open_page(self.user) as page:
            self.go(page, f"{action}/{invoice.id}")
            page.get_by_role("button", name="Preview QBO").click()
            page.locator(".modal").get_by_text("What the ledger gets").wait_for()
            take_screenshot(page, "preview")
            page.locator(".modal").get_by_role("button", name="Close").last.click()
            self.go(page, f"{action}/{draft.id}")
            page.get_by_role("button", name="Preview QBO").click()
            page.locator(".modal").get_by_text("cannot be pushed yet").wait_for()
            take_screenshot(page, "preview_draft")
        operation = self.push(invoice)
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Invoice",
            operation="edit",
            id=operation.qbo_id,
            values={"DueDate": "2027-01-31"},
        )
        with self.open_page(self.user, width=420) as page:
            self.go(page, f"{action}/{invoice.id}")
            page.locator(".o_form_view").wait_for()
            take_screenshot(page, "invoice_narrow")
            more = page.locator(
                ".o_statusbar_buttons .dropdown-toggle, .o-dropdown-cog"
            )
            if not page.get_by_role("button", name="Preview QBO").count():
                more.first.click()
            page.get_by_text("Preview QBO").first.click()
            page.locator(".modal").get_by_text("2027-01-31").wait_for()
            take_screenshot(page, "preview_narrow")

    def test_the_queue_follows_the_push(self):
        self.queue(self.create_invoice())
        with self.open_page(self.accountant) as page:
            self.go(page, "/odoo/quickbooks-queue")
            page.locator(".o_data_row").get_by_text("Queued").wait_for()
            self.work()
            page.locator(".o_data_row").get_by_text("Done").first.wait_for()
            page.get_by_text("3 done today").wait_for()
            take_screenshot(page, "queue_followed")

    def test_connection_shows_progress(self):
        self.fill_queue()
        with self.open_page(self.accountant) as page:
            self.go(
                page,
                "/odoo/action-quickbooks_online.qbo_connection_action/"
                f"{self.connection.id}",
            )
            page.get_by_text("On the Way").wait_for()
            take_screenshot(page, "connection_progress")
