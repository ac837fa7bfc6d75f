from odoo.tests import tagged

from .browser import BrowserCase, take_screenshot
from .payments import PaymentMixin

LONG_NAME = "The Very Long Name Of A Customer Whose Founders Could Not Agree"
NOTE = "Asked Ann of Pacific Traders what this is for; she looks it up on Monday. "


@tagged("post_install", "-at_install")
class TestBrowserPayments(PaymentMixin, BrowserCase):
    """The queue of payments and the wizard, as an accountant works, in Chromium."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant.group_ids += cls.env.ref("account.group_account_invoice")
        cls.books["account.account"].create(
            {"code": "650990", "name": "Discounts given", "account_type": "expense"}
        )

    def setUp(self):
        super().setUp()
        self.control("POST", "limits", enabled=False)

    def wait(self, total, invoice, **values):
        payment = self.receive(total, customer=self.get_customer_id(invoice), **values)
        self.notify(payment)
        return self.find(payment)

    def fill_queue(self):
        """One of each kind; return the two that the tour is about."""
        self.one, self.two = self.push_invoice(60), self.push_invoice(80)
        long = self._create_customer(LONG_NAME, email="long@names.example")
        theirs = self.push_invoice(1250.5, long)
        split = self.wait(100, self.one, PaymentRefNum="CHQ 4711")
        left = self.wait(33.33, self.one, PrivateNote="Transfer, no reference given")
        self.wait(1250.5, theirs, PaymentRefNum=theirs.name)
        self.wait(2400, theirs, PrivateNote="A note that goes on and on " * 3)
        third = self.push_invoice(70)
        self.receive(70, (third, 70))
        ignored = self.wait(12, self.one)
        ignored.with_user(self.accountant)._ignore("Interest: nothing of ours")
        self.poll()
        self.env.flush_all()
        return split, left

    def choose(self, page, modal, number):
        """Search for a document in a new line of the wizard."""
        modal.get_by_role("button", name="Add a line").or_(
            modal.get_by_text("Add a line")
        ).first.click()
        cell = modal.locator("tr.o_selected_row [name=move_id] input")
        cell.fill(number)
        page.locator(".o-autocomplete--dropdown-item", has_text=number).first.click()

    def test_split_and_leave(self):
        split, left = self.fill_queue()
        with self.open_page(self.accountant) as page:
            modal = page.locator(".modal")
            self.go(page, "/odoo/quickbooks-unmatched")
            page.locator(".o_data_row").first.wait_for()
            take_screenshot(page, "payments_queue")
            row = page.locator(".o_data_row", has_text="CHQ 4711")
            row.get_by_role("button", name="Match").click()
            modal.get_by_text("Suggestions").wait_for()
            take_screenshot(page, "payments_wizard")
            # Taken over with one click, and then changed by hand.
            take = modal.locator(".o_data_row", has_text="oldest first")
            take.get_by_role("button", name="Take over").click()
            lines = modal.locator("[name=line_ids] .o_data_row")
            lines.nth(1).wait_for()
            take_screenshot(page, "payments_wizard_taken")
            modal.locator("[name=left_amount]").get_by_text("$ 0.00").wait_for()
            lines.first.locator("[name=amount]").click()
            lines.first.locator("[name=amount] input").fill("55")
            lines.first.locator("[name=amount] input").press("Tab")
            modal.locator("[name=left_amount]").get_by_text("$ 5.00").wait_for()
            take_screenshot(page, "payments_wizard_left")
            modal.get_by_role("button", name="Match", exact=True).click()
            modal.wait_for(state="detached")
            row.get_by_text("Partly matched").wait_for()
            # The other is left with a note.
            row = page.locator(".o_data_row", has_text="33.33").first
            row.get_by_role("button", name="Match").click()
            modal.locator("[name=note] textarea").fill(NOTE)
            take_screenshot(page, "payments_wizard_note")
            modal.get_by_role("button", name="Leave for the next pass").click()
            modal.wait_for(state="detached")
            row.get_by_text("Asked Ann").wait_for()
            take_screenshot(page, "payments_queue_after")
        self.env.invalidate_all()
        self.assertEqual((split.state, split.open_amount), ("partly", 5))
        self.assertEqual(self.one.amount_residual, 5)
        self.assertEqual(self.two.amount_residual, 40)
        self.assertEqual((left.state, left.note), ("queued", NOTE.strip()))
        self.poll()
        self.assertEqual((split.state, left.state), ("partly", "queued"))

    def test_search_split_and_undo(self):
        split, _left = self.fill_queue()
        with self.open_page(self.accountant) as page:
            modal = page.locator(".modal")
            self.go(page, f"/odoo/quickbooks-unmatched/{split.id}")
            page.get_by_text("Why it is open").wait_for()
            take_screenshot(page, "payments_form")
            page.get_by_role("button", name="Match").click()
            modal.get_by_role("heading", name="It pays").wait_for()
            self.choose(page, modal, self.one.name)
            modal.locator("[name=left_amount]").get_by_text("$ 40.00").wait_for()
            line = modal.locator("[name=line_ids] .o_data_row").first
            line.locator("[name=amount] input").fill("57")
            line.locator("[name=write_down] input").fill("3")
            line.locator("[name=write_down] input").press("Tab")
            modal.get_by_role("button", name="Match", exact=True).click()
            # Refused without an account.
            page.locator(".o_field_invalid, .o_notification").first.wait_for()
            take_screenshot(page, "payments_wizard_refused")
            line.locator("div[name=write_down_account_id] input").fill("Discounts")
            page.locator(
                ".o-autocomplete--dropdown-item", has_text="Discounts given"
            ).first.click()
            take_screenshot(page, "payments_wizard_write_down")
            modal.get_by_role("button", name="Match", exact=True).click()
            modal.wait_for(state="detached")
            page.get_by_text("Not so in QuickBooks").wait_for()
            take_screenshot(page, "payments_form_matched")
        # Without a page open: its calls and the test would share a cursor.
        self.env.invalidate_all()
        self.assertEqual(self.one.payment_state, "paid")
        with self.open_page(self.accountant) as page:
            modal = page.locator(".modal")
            self.go(page, f"/odoo/quickbooks-unmatched/{split.id}")
            page.get_by_text("Not so in QuickBooks").wait_for()
            page.get_by_role("button", name="Undo decisions").click()
            modal.get_by_role("button", name="Ok").click()
            page.get_by_text("Not so in QuickBooks").wait_for(state="hidden")
        self.env.invalidate_all()
        self.assertEqual((split.state, self.one.amount_residual), ("queued", 60))

    def test_the_exact_ones(self):
        self.fill_queue()
        with self.open_page(self.accountant) as page:
            modal = page.locator(".modal")
            self.go(page, "/odoo/quickbooks-unmatched")
            page.locator(".o_data_row").first.wait_for()
            page.locator("thead .o_list_record_selector input").click()
            page.get_by_role("button", name="Actions").first.click()
            page.get_by_role("menuitem", name="Match the exact ones").click()
            modal.get_by_text("would be matched").wait_for()
            take_screenshot(page, "payments_exact")
            modal.get_by_role("button", name="Match these").click()
            page.locator(".o_notification").get_by_text("1 matched").wait_for()
            take_screenshot(page, "payments_exact_done")
        self.env.invalidate_all()
        rows = self.env["qbo.payment"].search([("amount", "=", 1250.5)])
        self.assertEqual(rows.state, "matched")

    def test_pages_around(self):
        split, _left = self.fill_queue()
        with self.open_page(self.administrator) as page:
            path = "/odoo/action-quickbooks_online.qbo_connection_action"
            self.go(page, f"{path}/{self.connection.id}")
            page.get_by_role("tab", name="Settings").click()
            journal = page.locator("div[name=payment_journal_id]")
            journal.scroll_into_view_if_needed()
            take_screenshot(page, "payments_settings")
            page.get_by_role("tab", name="Payments").click()
            page.get_by_text("All, deleted ones aside").wait_for()
            take_screenshot(page, "payments_connection")
            page.get_by_role("button", name="Open the payments").click()
            page.locator(".o_data_row").first.wait_for()
        with self.open_page(self.accountant) as page:
            booked = split.account_payment_id
            path = "/odoo/action-account.action_account_payments"
            self.go(page, f"{path}/{booked.id}")
            page.get_by_text("QuickBooks payment").wait_for()
            take_screenshot(page, "payments_account_payment")
            page.get_by_text("QuickBooks payment").click()
            page.get_by_text("Why it is open").wait_for()

    def test_who_only_looks_and_empty(self):
        with self.open_page(self.user) as page:
            self.go(page, "/odoo/quickbooks-unmatched")
            page.get_by_text("Nothing waits for you").wait_for()
            take_screenshot(page, "payments_queue_empty")
            self.go(page, "/odoo/quickbooks-payments")
            page.get_by_text("No payments yet").wait_for()
            take_screenshot(page, "payments_empty")
        split, _left = self.fill_queue()
        with self.open_page(self.user, width=420) as page:
            self.go(page, "/odoo/quickbooks-unmatched")
            page.locator(".o_data_row, .o_kanban_record").first.wait_for()
            take_screenshot(page, "payments_queue_narrow")
            self.go(page, f"/odoo/quickbooks-unmatched/{split.id}")
            page.get_by_text("Why it is open").wait_for()
            take_screenshot(page, "payments_form_narrow")
            for name in ("Match", "Ignore", "Ask QuickBooks now"):
                button = page.get_by_role("button", name=name, exact=True)
                self.assertEqual(button.count(), 0, name)
        with self.open_page(self.accountant, width=420) as page:
            self.go(page, f"/odoo/quickbooks-unmatched/{split.id}")
            page.get_by_text("Why it is open").wait_for()
            page.get_by_role("button", name="Match", exact=True).click()
            page.locator(".modal").get_by_text("Suggestions").wait_for()
            take_screenshot(page, "payments_wizard_narrow")
