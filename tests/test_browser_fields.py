from odoo.tests import tagged

from .browser import BrowserCase, take_screenshot
from .test_field_mapping import FieldMixin
from .test_gate import GateMixin


@tagged("post_install", "-at_install")
class TestBrowserFields(FieldMixin, GateMixin, BrowserCase):
    """An accountant fills the fields of documents, in Chromium."""

    def setUp(self):
        super().setUp()
        self.create_invoice(
            [(self.service, 2, 150), (self.goods, 1, 40)], ref="PO 4711"
        )
        self.create_order(client_order_ref="PO 4712")
        self.env.flush_all()

    def test_preview_and_save(self):
        with self.open_page(self.accountant) as page:
            self.go(page, f"/odoo/quickbooks/{self.connection.id}")
            page.get_by_role("button", name="Fields").click()
            page.get_by_text("Invoices and credit notes").first.wait_for()
            take_screenshot(page, "fields_list")
            self.open_row(
                page,
                page.locator(".o_data_row", has_text="Description of a line").first,
            )
            page.get_by_text("On a real document").wait_for()
            take_screenshot(page, "fields_description")
            editor = page.locator("div[name=template] textarea").first
            editor.fill("[{product_id.default_code}] {name} / {document.ref}")
            editor.blur()
            page.locator("div[name=preview]").get_by_text("PO 4711").first.wait_for()
            take_screenshot(page, "fields_description_live")
            editor.fill("{document.access_token}")
            editor.blur()
            page.get_by_text("This cannot be saved.").wait_for()
            take_screenshot(page, "fields_refused")
            editor.fill("{name} / {document.ref}")
            editor.blur()
            page.locator("div[name=preview]").get_by_text("PO 4711").first.wait_for()
            page.get_by_role("button", name="Save manually").click()
            page.locator(".o_form_saved").first.wait_for()
            page.go_back()
            self.open_row(
                page, page.locator(".o_data_row", has_text="Custom field 1").first
            )
            page.get_by_text("On a real document").wait_for()
            editor = page.locator("div[name=template] textarea").first
            editor.fill("{document.partner_id.name} {document.ref} {document.name}")
            editor.blur()
            page.get_by_text("Too long by").wait_for()
            take_screenshot(page, "fields_custom_too_long")
            page.get_by_role("button", name="Discard all changes").click()
            page.go_back()
            self.open_row(
                page, page.locator(".o_data_row", has_text="Source of classes").first
            )
            page.get_by_text("On a real document").wait_for()
            page.get_by_text("Sales team of the document").click()
            page.get_by_text("has no class yet").first.wait_for()
            take_screenshot(page, "fields_class_source")
            page.get_by_role("button", name="Discard all changes").click()
        self.env.invalidate_all()
        self.assertEqual(
            self.get_row("line_description").template, "{name} / {document.ref}"
        )
        self.assertFalse(self.get_row("custom_1").template)

    def test_narrow_window(self):
        row = self.get_row("custom_1", "sale.order")
        with self.open_page(self.accountant, width=420) as page:
            self.go(page, f"/odoo/quickbooks-fields/{row.id}")
            page.get_by_text("On a real document").wait_for()
            take_screenshot(page, "fields_narrow")
