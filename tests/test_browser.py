from odoo.tests import tagged

from .browser import BrowserCase, take_screenshot
from .common import CLIENT_ID, CLIENT_SECRET, VERIFIER_TOKEN

LIST_URL = "/odoo/action-quickbooks_online.qbo_connection_action"


@tagged("post_install", "-at_install")
class TestBrowser(BrowserCase):
    """The pages as people use them, in Chromium."""

    def open_connection(self, page):
        self.go(page, f"{LIST_URL}/{self.connection.id}")
        page.locator(".o_form_view").wait_for()

    def test_connect_from_nothing(self):
        self.connection.unlink()
        with self.open_page(self.administrator) as page:
            self.go(page, LIST_URL)
            page.get_by_text("Join a company to QuickBooks Online").wait_for()
            take_screenshot(page, "connections_empty")
            page.get_by_role("button", name="New").first.click()
            page.locator("div[name=client_id] input").fill(CLIENT_ID)
            page.locator("div[name=client_secret_input] input").fill(CLIENT_SECRET)
            page.locator("div[name=verifier_token_input] input").fill(VERIFIER_TOKEN)
            take_screenshot(page, "guide")
            page.get_by_role("button", name="Connect to QuickBooks").click()
            page.get_by_role("button", name="Connect", exact=True).wait_for()
            take_screenshot(page, "intuit_consent")
            page.get_by_role("button", name="Connect", exact=True).click()
            page.get_by_text("Connected to:").wait_for()
            page.locator("[data-check=consent][data-state=ok]").wait_for()
            take_screenshot(page, "connected")
            # Keys of another app need a new consent, however healthy this one is.
            page.get_by_role("button", name="Reconnect", exact=True).wait_for()
            page.locator("[data-check=lists] button").click()
            page.locator("[data-check=lists][data-state=ok]").wait_for()
            page.get_by_role("tab", name="Health").click()
            page.get_by_text("Connection Ends If Unused").wait_for()
            take_screenshot(page, "health")
            page.get_by_role("button", name="Test connection").click()
            page.locator(".o_notification").get_by_text("Connected to:").wait_for()
        connection = self.env["qbo.connection"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(connection.state, "connected")
        self.assertTrue(connection.reference_count)

    def test_cancel_at_intuit(self):
        with self.open_page(self.administrator) as page:
            self.open_connection(page)
            page.get_by_role("button", name="Connect to QuickBooks").click()
            page.get_by_role("button", name="Cancel").click()
            page.get_by_text("You cancelled").wait_for()
            take_screenshot(page, "cancelled")
            page.get_by_role("link", name="Back to the connection").click()
            page.locator(".o_form_view").wait_for()
        self.env.invalidate_all()
        self.assertEqual(self.connection.state, "draft")

    def test_dead_connection_is_seen_everywhere(self):
        self.connect()
        self.connection.with_user(self.administrator).action_refresh_references()
        self.connection._suspend("grant")
        with self.open_page(self.administrator) as page:
            self.go(page, "/odoo/quickbooks-lists")
            page.locator(".o_qbo_banner").get_by_text("is suspended").wait_for()
            take_screenshot(page, "banner")
            page.get_by_role("button", name="Open the connection").click()
            page.get_by_role("button", name="Reconnect").wait_for()
            take_screenshot(page, "suspended")

    def test_narrow_window_and_long_name(self):
        self.connect()
        self.connection.company_name = "Long " * 30
        with self.open_page(self.administrator, width=420) as page:
            self.open_connection(page)
            page.get_by_text("Connected to:").wait_for()
            page.locator("[data-check=vault]").wait_for()
            take_screenshot(page, "narrow")

    def test_user_sees_no_button(self):
        self.connect()
        with self.open_page(self.user) as page:
            self.open_connection(page)
            page.get_by_text("Connected to:").wait_for()
            take_screenshot(page, "user")
            for name in ("Test connection", "Disconnect", "Read lists", "Reconnect"):
                button = page.get_by_role("button", name=name, exact=True)
                self.assertEqual(button.count(), 0, name)
            self.assertEqual(page.locator("div[name=client_id]").count(), 0)
            self.go(page, LIST_URL)
            page.locator(".o_data_row").get_by_text("Healthy").wait_for()
            take_screenshot(page, "list")
            page.set_viewport_size({"width": 420, "height": 900})
            take_screenshot(page, "list_narrow")

    def test_sever_dialog(self):
        self.connect()
        self.connection.with_user(self.administrator).action_disconnect()
        with self.open_page(self.administrator) as page:
            self.open_connection(page)
            page.get_by_role("button", name="Sever…").click()
            page.get_by_text("Nothing is deleted in QuickBooks").wait_for()
            take_screenshot(page, "sever")
            page.locator("div[name=typed_name] input").fill(self.connection.name)
            page.get_by_role("button", name="Sever for good").click()
            page.locator(".modal").wait_for(state="detached")
        self.env.invalidate_all()
        self.assertFalse(self.connection.realm_id)

    def test_call_log(self):
        self.connect()
        self.inject("/companyinfo", times=1, status=500, body="<html>x</html>")
        self.administrator.group_ids += self.env.ref("base.group_no_one")
        with (
            self.assertLogs("odoo.http", "WARNING"),
            self.open_page(self.administrator) as page,
        ):
            self.open_connection(page)
            page.get_by_role("button", name="Test connection").click()
            page.get_by_text("Intuit did not answer as it should").wait_for()
            take_screenshot(page, "error")
            self.go(page, "/odoo/quickbooks-calls")
            page.locator(".o_data_row").first.wait_for()
            take_screenshot(page, "calls")
            self.open_row(page, page.locator(".o_data_row").first)
            page.get_by_role("tab", name="Response").click()
            take_screenshot(page, "call")
