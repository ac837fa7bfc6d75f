from datetime import date

from odoo.tests import tagged

from .browser import BrowserCase, take_screenshot
from .revenue import RevenueMixin

APRIL = date(2026, 4, 1)
ACTION = "/odoo/action-quickbooks_online"
SCHEDULES = "/odoo/qbo-revenue-schedules"
ENTRIES = "/odoo/qbo-revenue-entries"
PICTURE = "/odoo/qbo-revenue-picture"
LONG_NAME = "The Very Long Name Of A Customer Whose Founders Could Not Agree " * 2
# What Chart.js was given, and whether anything of it is to be seen.
READ_CHART = """() => {
    const canvas = document.querySelector(".o_qbo_revenue_canvas canvas");
    const { data } = Chart.getChart(canvas);
    const { width, height } = canvas;
    const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
    return {
        labels: [...data.labels],
        series: data.datasets.map((each) => [...each.data]),
        isDrawn: pixels.some((value) => value !== 0),
    };
}"""


@tagged("post_install", "-at_install")
class TestBrowserRevenue(RevenueMixin, BrowserCase):
    """Revenue as the people of finance see it, in Chromium."""

    def open_record(self, page, path, record):
        self.go(page, f"{path}/{record.id}")
        page.locator(".o_form_view .o_statusbar_status").wait_for()

    def click(self, page, name):
        page.locator(".o_form_statusbar").get_by_role(
            "button", name=name, exact=True
        ).click()

    def read_chart(self, page):
        page.locator(".o_qbo_revenue_canvas canvas").wait_for()
        return page.evaluate(READ_CHART)

    def assert_chart(self, page, **series):
        """Check what is drawn, in the order in which bars are stacked."""
        chart = self.read_chart(page)
        self.assertTrue(chart["isDrawn"])
        drawn = dict(
            zip(
                ("posted", "drafted", "planned", "deferred"),
                chart["series"],
                strict=True,
            )
        )
        self.assertEqual({name: drawn[name] for name in series}, series)
        return chart["labels"]

    def fill_day(self, page, modal, name, text):
        modal.locator(f"div[name={name}] button").click()
        field = modal.locator(f"div[name={name}] input")
        field.fill(text)
        field.press("Tab")

    def get_total(self, page, name):
        return page.locator(f"[data-total={name}]").inner_text().replace("\xa0", " ")

    # === A MONTH FROM THE ORDER TO QUICKBOOKS, AND AN AMENDMENT === #

    def test_month_and_amendment(self):
        self.connection.approval_required = True
        self.accountant.group_ids += self.env.ref(
            "sales_team.group_sale_salesman_all_leads"
        )
        deal = self.create_deal()
        self.see_the_order(deal)
        entry = self.recognize_march()
        self.approve_and_push(entry)
        self.amend(deal)
        reversal, correction = entry.reversal_ids, entry.replaced_by_ids
        self.assertEqual(
            self.get_balances(reversal), {self.deferred.name: -100, "Services": 100}
        )
        self.assertEqual(
            self.get_balances(correction), {self.deferred.name: 125, "Services": -125}
        )
        self.see_the_reversal(deal, entry)

    def see_the_order(self, deal):
        # Read before: a page's calls share the test's cursor.
        order_id = deal.order_id.id
        with self.open_page(self.accountant) as page:
            self.go(page, f"/odoo/action-sale.action_orders/{order_id}")
            page.locator(".oe_stat_button", has_text="Revenue").wait_for()
            page.get_by_role("tab", name="Revenue").click()
            labels = self.assert_chart(
                page,
                posted=[0] * 12,
                drafted=[0] * 12,
                planned=[100] * 12,
                deferred=[1200 - 100 * month for month in range(1, 13)],
            )
            self.assertEqual((labels[0], labels[-1]), ("Mar 2026", "Feb 2027"))
            take_screenshot(page, "revenue_order")
            page.locator("[name=qbo_revenue_schedule_ids] .o_data_row").locator(
                "button[name=get_formview_action]"
            ).click()
            page.get_by_role("radio", name="Running").wait_for()
            page.get_by_role("button", name="Amend", exact=True).wait_for()

    def recognize_march(self):
        names = (self.deferred.name, self.income.name)
        with self.open_page(self.accountant) as page:
            modal = page.locator(".modal")
            self.go(page, f"{ACTION}.qbo_revenue_recognize_action")
            self.fill_day(page, modal, "day", "03/15/2026")
            modal.get_by_role("button", name="Preview").click()
            table = modal.locator("table")
            for name in names:
                table.get_by_text(name).wait_for()
            modal.get_by_text("one deal").wait_for()
            total = table.locator("tfoot").inner_text().replace("\xa0", " ")
            self.assertEqual(total.count("$ 100.00"), 2)
            take_screenshot(page, "revenue_recognize")
            modal.get_by_role("button", name="Make the Entries").click()
            self.open_row(page, page.locator(".o_data_row").first)
            self.click(page, "Submit for approval")
            page.get_by_text("Waiting for approval").wait_for()
            push = page.get_by_role("button", name="Push to QBO", exact=True)
            self.assertFalse(push.count())
            take_screenshot(page, "revenue_entry_submitted")
        self.env.invalidate_all()
        return self.env["qbo.revenue.entry"].search([])

    def approve_and_push(self, entry):
        with self.open_page(self.approver) as page:
            self.open_record(page, ENTRIES, entry)
            self.click(page, "Approve")
            self.click(page, "Push to QBO")
            page.locator("[name=qbo_state]").get_by_text("Queued").wait_for()
        # Without a page open: its calls and the worker would share the test's cursor.
        self.env.invalidate_all()
        self.work()
        with self.open_page(self.approver) as page:
            self.open_record(page, ENTRIES, entry)
            page.locator(".o_qbo_strip").get_by_text("In QuickBooks:").wait_for()
            take_screenshot(page, "revenue_entry_posted")
        self.env.invalidate_all()
        self.assertEqual(entry.state, "posted")

    def amend(self, deal):
        with self.open_page(self.accountant) as page:
            modal = page.locator(".modal")
            self.open_record(page, SCHEDULES, deal)
            self.assert_chart(page, posted=[100] + [0] * 11, planned=[0] + [100] * 11)
            self.assertEqual(self.get_total(page, "recognized"), "$ 100.00")
            self.assertEqual(self.get_total(page, "planned"), "$ 1,100.00")
            self.click(page, "Amend")
            row = modal.locator("tbody tr", has_text="Mar 2026")
            row.get_by_text("in QuickBooks", exact=True).wait_for()
            modal.locator("div[name=amount] input").fill("1500")
            modal.locator("div[name=amount] input").press("Tab")
            row.get_by_text("taken back and booked anew").wait_for()
            cells = row.inner_text().replace("\xa0", " ")
            self.assertIn("$ 100.00\t$ 125.00\t$ 25.00", cells)
            modal.locator("div[name=reason] input").fill("A larger team")
            take_screenshot(page, "revenue_amend")
            modal.get_by_role("button", name="Amend", exact=True).click()
            rows = page.locator(".o_list_view .o_data_row")
            rows.filter(has_text="Reversal").first.wait_for()
            rows.filter(has_text="Corrected month").first.wait_for()
            self.assertEqual(rows.count(), 2)
            take_screenshot(page, "revenue_amended")
        self.env.invalidate_all()

    def see_the_reversal(self, deal, entry):
        number = entry.name
        with self.open_page(self.accountant) as page:
            self.open_record(page, SCHEDULES, deal)
            # Taken back and booked anew, in drafts: the difference.
            self.assert_chart(
                page,
                posted=[100] + [0] * 11,
                drafted=[25] + [0] * 11,
                planned=[0] + [125] * 11,
            )
            take_screenshot(page, "revenue_deal_amended")
            self.open_record(page, ENTRIES, entry)
            page.get_by_role("tab", name="Amendments").click()
            take_screenshot(page, "revenue_entry_amended")
            page.locator("[name=reversal_ids] button[name=get_formview_action]").click()
            page.locator("[name=reversal_of_id]").get_by_text(number).wait_for()
            self.assertFalse(page.get_by_role("tab", name="Amendments").count())

    def test_amendment_of_the_class_alone(self):
        deal = self.create_deal()
        self.recognize_and_post()
        design = self.env["qbo.reference"].search(
            [("connection_id", "=", self.connection.id), ("entity", "=", "Class")],
            limit=1,
        )
        # The page's calls end what was read before.
        name = design.name
        with self.open_page(self.accountant) as page:
            modal = page.locator(".modal")
            self.open_record(page, SCHEDULES, deal)
            self.click(page, "Amend")
            modal.locator("div[name=class_id] input").fill(name)
            page.locator(".o-autocomplete--dropdown-item", has_text=name).first.click()
            march = modal.locator("tbody tr", has_text="Mar 2026")
            march.get_by_text("taken back and booked anew").wait_for()
            april = modal.locator("tbody tr", has_text="Apr 2026").inner_text()
            self.assertNotIn("QuickBooks", april)

    # === THE PICTURE OF ALL DEALS === #

    def create_euro_deal(self):
        euro = self.env.ref("base.EUR")
        pricelist = self.books["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        order = self.create_order(
            [(self.service, 1, 240)], confirm=True, pricelist_id=pricelist.id
        )
        self.assertEqual(order.currency_id, euro)
        return self.create_deal(240, order=order)

    def test_picture_of_all_deals(self):
        self.create_deal(1200)
        self.create_deal(3600, month_count=36, end_date=date(2029, 2, 28))
        self.recognize_and_post()
        self.recognize(APRIL)
        self.create_euro_deal()
        with self.open_page(self.user) as page:
            self.go(page, PICTURE)
            labels = self.assert_chart(
                page,
                # March and April are in the first two quarters; 36 months are
                # shown by quarters.
                posted=[200] + [0] * 12,
                drafted=[0, 200] + [0] * 11,
                planned=[0, 400, 600, 600, 500, 300, *[300] * 6, 200],
            )
            self.assertEqual((labels[0], labels[-1]), ("Q1 2026", "Q1 2029"))
            self.assertEqual(self.get_total(page, "recognized"), "$ 400.00")
            self.assertEqual(self.get_total(page, "planned"), "$ 4,400.00")
            page.get_by_text("$ 200.00 in drafts").wait_for()
            take_screenshot(page, "revenue_picture")
            page.get_by_role("button", name="Years").click()
            page.get_by_role("button", name="Figures").click()
            page.get_by_role("row", name="2027").wait_for()
            self.assert_chart(page, deferred=[2800, 1400, 200, 0])
            take_screenshot(page, "revenue_picture_years")
            page.get_by_label("Currency").select_option("EUR")
            page.locator("[data-total=planned]", has_text="240").wait_for()
            self.assert_chart(page, planned=[20] * 12)
            take_screenshot(page, "revenue_picture_euro")
            page.get_by_role("button", name="Revenue entries").click()
            page.locator(".o_list_view .o_data_row").first.wait_for()

    def test_picture_of_a_company(self):
        self.create_deal(1200)
        other = self.env["res.company"].create({"name": LONG_NAME})
        self.user.company_ids += other
        companies = self.company + other
        with self.open_page(self.user, width=420) as page:
            page.context.add_cookies(
                [
                    {
                        "name": "cids",
                        "value": "-".join(str(id) for id in companies.ids),
                        "url": self.base_url(),
                    }
                ]
            )
            self.go(page, PICTURE)
            self.assert_chart(page, planned=[100] * 12)
            # No room for more than one way to see it: the table stands below.
            page.get_by_role("row", name="Mar 2026").wait_for()
            take_screenshot(page, "revenue_picture_narrow")
            page.get_by_label("Company").select_option(str(other.id))
            page.get_by_text("Nothing is planned yet").wait_for()
            take_screenshot(page, "revenue_picture_empty")
            page.get_by_label("Company").select_option(str(self.company.id))
            self.assert_chart(page, planned=[100] * 12)

    # === WHO SEES WHAT === #

    def test_without_rights_on_orders(self):
        """Neither the accountant nor the user may read orders here."""
        self.customer.name = LONG_NAME
        draft = self.create_deal(start=False)
        order = draft.order_id.name
        with self.open_page(self.accountant) as page:
            self.go(page, SCHEDULES)
            self.open_row(page, page.locator(".o_data_row", has_text=order).first)
            self.click(page, "Start")
            self.read_chart(page)
            take_screenshot(page, "revenue_started")
        self.recognize_and_post()
        self.env.invalidate_all()
        self.assertEqual(draft.state, "running")
        with self.open_page(self.user) as page:
            self.open_record(page, SCHEDULES, draft)
            self.read_chart(page)
            for name in ("Start", "Amend", "New"):
                button = page.get_by_role("button", name=name, exact=True)
                self.assertEqual(button.count(), 0, name)
            page.locator("[name=period_ids] button[name=action_open_entry]").click()
            page.locator(".o_qbo_strip").get_by_text("In QuickBooks:").wait_for()
            page.get_by_role("button", name="Deals").click()
            self.open_row(
                page, page.locator(".o_list_view .o_data_row", has_text=order).first
            )
            page.locator("[name=deferred_account_id]").wait_for()
            take_screenshot(page, "revenue_user")

    def test_settings(self):
        self.create_deal()
        self.recognize_and_post()
        with self.open_page(self.administrator) as page:
            self.go(page, f"{ACTION}.qbo_connection_action/{self.connection.id}")
            page.get_by_role("tab", name="Settings").click()
            until = page.locator("div[name=revenue_month]")
            self.assertEqual(until.inner_text(), "Mar 2026")
            until.scroll_into_view_if_needed()
            take_screenshot(page, "revenue_settings")
