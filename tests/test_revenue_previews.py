from datetime import date

from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import QboCommon
from .revenue import RevenueMixin


@tagged("post_install", "-at_install")
class TestRevenuePreviews(RevenueMixin, QboCommon):
    """What the wizards say before anything is done."""

    def open_amend(self, deal):
        wizard = self.env["qbo.revenue.amend"].with_user(self.accountant)
        return Form(wizard.with_context(default_schedule_id=deal.id))

    def read_rows(self, preview):
        """Return {first cell: the others} of a table, as it is read."""
        rows = {}
        for row in html.fromstring(preview).xpath("//tbody/tr | //tfoot/tr"):
            first, *others = (
                cell.text_content().replace("\xa0", " ").replace("\ufeff", "")
                for cell in row.iter("td")
            )
            rows[first] = others
        return rows

    def test_another_company_previews_nothing(self):
        deal = self.create_deal()
        company = self.env["res.company"].create({"name": "Far Away"})
        stranger = self._create_user("accountant", company)
        self.env.invalidate_all()
        wizard = self.env["qbo.revenue.amend"].with_user(stranger)
        with self.assertRaises(AccessError):
            wizard.create({"schedule_id": deal.id, "amount": 5}).read(["preview"])

    def test_amount(self):
        deal = self.create_deal()
        self.recognize_and_post()
        self.recognize(date(2026, 4, 1))
        with self.open_amend(deal) as form:
            form.reason = "More"
            form.amount = 2400
            rows = self.read_rows(form.preview)
        again = "in QuickBooks: taken back and booked anew"
        self.assertEqual(rows["Mar 2026"], ["$ 100.00", "$ 200.00", "$ 100.00", again])
        self.assertEqual(rows["Apr 2026"][-1], "in a draft")
        self.assertEqual(rows["May 2026"][-1], "")
        self.assertEqual(rows["Total"], ["$ 1,200.00", "$ 2,400.00", "$ 1,200.00", ""])

    def test_later_start_takes_back_without_booking_anew(self):
        deal = self.create_deal()
        self.recognize_and_post()
        with self.open_amend(deal) as form:
            form.reason = "Later"
            form.start_date = date(2026, 5, 1)
            rows = self.read_rows(form.preview)
        self.assertEqual(
            rows["Mar 2026"],
            ["$ 100.00", "$ 0.00", "$ -100.00", "in QuickBooks: taken back"],
        )

    def test_delivered_quantity(self):
        """What was booked month by month stays so, whenever it was delivered."""
        deal = self.create_deal(
            1000, model="time", time_source="delivered", rate=100, is_capped=True
        )
        line = deal.order_line_id
        for month, delivered in ((3, 2), (4, 5)):
            line.qty_delivered = delivered
            self.env.flush_all()
            self.recognize_and_post(date(2026, month, 1))
        with self.open_amend(deal) as form:
            form.reason = "Nothing"
            rows = self.read_rows(form.preview)
            self.assertEqual(
                rows["Mar 2026"], ["$ 200.00", "$ 200.00", "$ 0.00", "in QuickBooks"]
            )
            self.assertEqual(
                rows["Apr 2026"], ["$ 300.00", "$ 300.00", "$ 0.00", "in QuickBooks"]
            )
            self.assertEqual(len(rows), 3)

    def test_nothing_recognized(self):
        deal = self.create_deal(
            1000, model="time", time_source="hours", rate=100, is_capped=True
        )
        with self.open_amend(deal) as form:
            form.reason = "Nothing"
            self.assertIn("No month is recognized or planned", form.preview)

    def test_recognize(self):
        self.create_deal()
        self.create_deal(600)
        wizard = self.env["qbo.revenue.recognize"].with_user(self.accountant)
        preview = wizard.create(
            {"connection_id": self.connection.id, "day": date(2026, 3, 9)}
        )
        preview.action_preview()
        self.assertIn("2 deals", preview.preview)
        rows = self.read_rows(preview.preview)
        self.assertEqual(rows["Total"], ["", "$ 150.00", "$ 150.00"])
        self.assertFalse(self.env["qbo.revenue.entry"].search([]))
