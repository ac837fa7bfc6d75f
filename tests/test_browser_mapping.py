from odoo.tests import tagged

from .browser import BrowserCase, take_screenshot
from .common import GB_REALM
from .documents import DocumentMixin

URL = "/odoo/action-quickbooks_online.qbo_mapping_action_open"


@tagged("post_install", "-at_install")
class TestBrowserMapping(DocumentMixin, BrowserCase):
    """The mappings as an accountant works through them, in Chromium."""

    def setUp(self):
        super().setUp()
        self.set_up_quickbooks(GB_REALM)
        self._create_product("Hours", 95)
        self._create_product(
            "A long name of a product " * 6, 1, default_code="LONG" * 8
        )

    def get_rows(self):
        self.env.invalidate_all()
        return self.env["qbo.mapping"].search(
            [("connection_id", "=", self.connection.id)]
        )

    def test_accept_and_choose(self):
        with self.open_page(self.accountant) as page:
            self.go(page, URL)
            page.locator(".o_data_row").first.wait_for()
            take_screenshot(page, "mappings_all")
            panel = page.locator(".o_search_panel")
            panel.get_by_text("Payment terms").click()
            page.locator(".o_data_row").get_by_text("30 Days", exact=True).wait_for()
            take_screenshot(page, "mappings_terms")
            row = page.locator(".o_data_row", has_text="15 Days")
            row.get_by_role("button", name="Accept").click()
            row.get_by_text("Mapped", exact=True).wait_for()
            page.get_by_role("button", name="Accept suggestions").click()
            page.locator(".modal").get_by_role("button", name="Ok").click()
            page.locator(".o_notification").get_by_text("accepted").wait_for()
            take_screenshot(page, "mappings_accepted")
            panel.get_by_text("Products", exact=True).click()
            page.get_by_role("button", name="Read products").click()
            page.locator(".o_notification").get_by_text("read from").wait_for()
            row = page.locator(".o_data_row", has_text="Lantern")
            row.locator("[name=reference_id]").click()
            row.locator("[name=reference_id] input").fill("Workb")
            page.locator(".dropdown-item", has_text="Workbook").first.click()
            take_screenshot(page, "mappings_products")
            page.get_by_role("button", name="Save").first.click()
            row.get_by_text("Mapped", exact=True).wait_for()
        rows = self.get_rows()
        terms = rows.filtered(lambda row: row.kind == "term" and row.suggested_id)
        self.assertEqual(set(terms.mapped("state")), {"mapped"})
        lantern = rows.filtered(lambda row: row.name == "Lantern")
        self.assertEqual(lantern.reference_id.name, "Workbook")

    def test_taxes(self):
        with self.open_page(self.administrator) as page:
            self.go(
                page,
                f"/odoo/action-quickbooks_online.qbo_connection_action/"
                f"{self.connection.id}",
            )
            page.locator("[data-check=products]").scroll_into_view_if_needed()
            take_screenshot(page, "mappings_preflight")
            page.get_by_role("tab", name="Settings").click()
            page.get_by_role("button", name="Use these").scroll_into_view_if_needed()
            take_screenshot(page, "mappings_settings")
            page.get_by_role("tab", name="Pre-flight").click()
            page.locator("[data-check=taxes] button").click()
            page.locator(".o_data_row").first.wait_for()
            take_screenshot(page, "mappings_taxes")
            page.get_by_role("button", name="New").click()
            page.locator("tr.o_selected_row div[name=tax_ids]").wait_for()
            take_screenshot(page, "mappings_taxes_new")
            page.get_by_role("button", name="Discard").first.click()
            page.get_by_role("link", name=self.connection.name).first.click()
            page.get_by_role("tab", name="Mappings").click()
            page.locator("div[name=mapping_table] td").first.wait_for()
            take_screenshot(page, "mappings_counts")

    def test_who_may_only_look(self):
        self.env["qbo.mapping"]._collect(self.connection)
        with self.open_page(self.user, width=420) as page:
            self.go(page, URL)
            page.locator(".o_data_row, .o_kanban_record").first.wait_for()
            take_screenshot(page, "mappings_user_narrow")
            for name in ("Accept suggestions", "Look again", "Accept"):
                button = page.get_by_role("button", name=name, exact=True)
                self.assertEqual(button.count(), 0, name)

    def test_empty(self):
        with self.open_page(self.user) as page:
            self.go(page, URL)
            page.get_by_text("Nothing here waits to be mapped").wait_for()
            take_screenshot(page, "mappings_empty")
