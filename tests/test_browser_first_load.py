from odoo.tests import tagged

from .browser import BrowserCase, take_screenshot
from .test_first_load import FirstLoadMixin


@tagged("post_install", "-at_install")
class TestBrowserFirstLoad(FirstLoadMixin, BrowserCase):
    """A first load from the dry run to the end, in Chromium."""

    def test_dry_run_and_load(self):
        self.make_cases()
        with self.open_page(self.accountant) as page:
            self.go(page, "/odoo/quickbooks-first-load")
            page.get_by_text("Bring documents from before").wait_for()
            take_screenshot(page, "first_load_empty")
            page.get_by_role("button", name="New").first.click()
            page.get_by_role("button", name="Count (dry run)").wait_for()
            take_screenshot(page, "first_load_draft")
            page.get_by_role("button", name="Count (dry run)").click()
            page.get_by_role("button", name="Stop").wait_for()
            take_screenshot(page, "first_load_counting")
            self.work()
            # The page finds out by itself.
            page.get_by_role("button", name="Load…", exact=True).wait_for()
            take_screenshot(page, "first_load_counted")
            page.locator("[data-count=document_ambiguous]").click()
            page.locator(".o_data_row").first.wait_for()
            take_screenshot(page, "first_load_ambiguous")
            page.go_back()
            page.get_by_role("button", name="Load…", exact=True).click()
            page.get_by_text("to be created in QuickBooks: 1.").wait_for()
            take_screenshot(page, "first_load_confirm")
            page.get_by_role("button", name="Approve and load").click()
            page.get_by_role("button", name="Stop").wait_for()
            take_screenshot(page, "first_load_loading")
            page.get_by_role("button", name="Stop").click()
            page.get_by_role("button", name="Continue…").wait_for()
            take_screenshot(page, "first_load_stopped")
            page.get_by_role("button", name="Continue…").click()
            page.get_by_role("button", name="Approve and load").click()
            page.get_by_role("button", name="Stop").wait_for()
            self.work()
            page.locator("div[name=done_count]").get_by_text("2").wait_for()
            take_screenshot(page, "first_load_done")
            page.locator("[data-count=document_create]").click()
            page.locator(".o_data_row").first.wait_for()
            take_screenshot(page, "first_load_created")
        load = self.env["qbo.first.load"].search([], limit=1)
        self.assertEqual(load.done_count, 2)

    def test_narrow_window(self):
        load = self.create_load()
        self.make_cases()
        self.count(load)
        with self.open_page(self.accountant, width=420) as page:
            self.go(page, f"/odoo/quickbooks-first-load/{load.id}")
            page.locator(".o_qbo_first_load").wait_for()
            take_screenshot(page, "first_load_narrow")
