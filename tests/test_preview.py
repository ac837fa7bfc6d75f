import re
from datetime import date
from decimal import Decimal

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import GB_REALM, QboCommon
from .documents import DocumentMixin
from .outbox import OutboxMixin


class PreviewMixin:
    """Put it before `OutboxMixin` or `DocumentMixin` among the bases."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for role in (cls.user, cls.approver):
            role.group_ids += cls.env.ref("account.group_account_invoice")
            role.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")

    def preview(self, documents, user=None):
        self.env.flush_all()
        documents = documents.with_user(user or self.user).with_context(
            allowed_company_ids=self.company.ids
        )
        action = documents.action_qbo_preview()
        return self.get_preview(action, documents.env)

    def get_preview(self, action, env):
        return env["qbo.document.preview"].browse(action["res_id"])

    def predict(self, document):
        """Return ``{account: debit - credit}``; debits equal credits."""
        payload = document._qbo_prepare_payload(self.connection)
        postings = self.env["qbo.ledger"]._predict(self.connection, document, payload)
        self.assertEqual(
            sum(each.debit for each in postings), sum(each.credit for each in postings)
        )
        self.assertFalse([each for each in postings if each.debit and each.credit])
        return {each.account: each.debit - each.credit for each in postings}


@tagged("post_install", "-at_install")
class TestPreview(PreviewMixin, OutboxMixin, QboCommon):
    """What a push would do is told before it happens."""

    def get_income(self):
        return self.connection.income_account_id.full_name

    # === THE LEDGER === #

    def test_invoice(self):
        invoice = self.create_invoice([(self.service, 10, 100)])
        ledger = self.predict(invoice)
        receivable = self.find_reference("Account", "Accounts Receivable").full_name
        self.assertEqual(ledger.pop(receivable), Decimal("1100.00"))
        self.assertEqual(ledger.pop(self.get_income()), Decimal("-1000.00"))
        self.assertEqual(list(ledger.values()), [Decimal("-100.00")])

    def test_credit_note_is_the_other_way_round(self):
        invoice = self.create_invoice([(self.service, 10, 100)])
        credit = self.create_invoice([(self.service, 10, 100)], move_type="out_refund")
        ledger = self.predict(credit)
        self.assertEqual(
            ledger,
            {account: -amount for account, amount in self.predict(invoice).items()},
        )

    def test_lines_below_zero_and_of_nothing(self):
        invoice = self.create_invoice(
            [
                (self.service, 10, 100, self.tax_0),
                (self.service, 1, -100, self.tax_0),
                (self.goods, 1, 0, self.tax_0),
            ]
        )
        ledger = self.predict(invoice)
        self.assertEqual(sorted(ledger.values()), [-900, 900])

    def test_products_keep_the_account_that_quickbooks_gives_them(self):
        other = self.env["qbo.reference"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("account_type", "=", "Income"),
                ("id", "!=", self.connection.income_account_id.id),
            ],
            limit=1,
        )
        self.env["qbo.binding"]._point(
            self.connection,
            self.goods,
            "Item",
            {
                "Id": "4711",
                "Name": "Lantern",
                "IncomeAccountRef": {"value": other.qbo_id, "name": other.name},
            },
            "linked",
        )
        lines = [(self.service, 1, 100, self.tax_0), (self.goods, 1, 40, self.tax_0)]
        ledger = self.predict(self.create_invoice(lines))
        self.assertEqual(ledger[other.full_name], -40)
        self.assertEqual(ledger[self.get_income()], -100)

    def test_orders_post_nothing(self):
        order = self.create_order()
        self.assertEqual(self.predict(order), {})
        preview = self.preview(order)
        self.assertIn("No effect", preview.ledger_note)
        self.assertFalse(preview.ledger)
        self.assertIn("Estimate", order._qbo_get_entity())

    def test_many_documents_balance(self):
        for index in range(12):
            lines = [
                (product, quantity, price, taxes)
                for product, quantity, price, taxes in (
                    (self.service, index + 0.333, 33.33, self.tax_10),
                    (self.goods, 3, 0.07 * index, self.tax_5 + self.tax_10),
                    (self.service, -1, 1.11, self.tax_0),
                )
            ]
            kind = "out_refund" if index % 2 else "out_invoice"
            invoice = self.create_invoice(lines, move_type=kind, post=False)
            total = Decimal(str(round(invoice.amount_total, 2)))
            ledger = self.predict(invoice)
            receivable = self.find_reference("Account", "Accounts Receivable")
            sign = -1 if index % 2 else 1
            self.assertEqual(ledger.get(receivable.full_name, 0), sign * total)

    # === THE WIZARD === #

    def test_before_anything_is_in_quickbooks(self):
        invoice = self.create_invoice()
        self.control("DELETE", "requests")
        preview = self.preview(invoice)
        self.assertFalse(preview.blockers)
        self.assertIn(invoice.partner_id.name, preview.first)
        self.assertIn(self.service.name, preview.first)
        self.assertIn(f'"DocNumber": "{invoice.name}"', preview.json)
        self.assertIn(f"‹Customer {invoice.partner_id.name}›", preview.json)
        self.assertIn("not in QuickBooks yet", preview.difference_note)
        self.assertIn("330.00", preview.ledger)
        self.assertIn("Dr", preview.ledger)
        self.assertFalse(self.get_calls("/v3/"))
        self.assertFalse(self.env["qbo.operation"].search([]))

    def test_draft_names_what_is_in_the_way(self):
        invoice = self.create_invoice(post=False)
        preview = self.preview(invoice)
        self.assertIn("not posted", preview.blockers)
        self.assertIn("300.00", preview.ledger)

    def test_document_without_lines_or_customer(self):
        invoice = self.create_invoice([], post=False)
        invoice.partner_id = False
        preview = self.preview(invoice)
        self.assertTrue(preview.blockers)

    def test_what_was_pushed_is_the_same(self):
        invoice = self.create_invoice()
        operation = self.push(invoice)
        self.assertEqual(operation.state, "done", operation.receipt)
        preview = self.preview(invoice)
        self.assertIn("as it is here", preview.difference_note)
        self.assertFalse(preview.differences)
        self.assertFalse(preview.first)
        self.assertNotIn("‹", preview.json)

    def test_what_somebody_changed_in_quickbooks(self):
        invoice = self.create_invoice()
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
        preview = self.preview(invoice)
        self.assertIn("otherwise", preview.difference_note)
        self.assertIn("Due date", preview.differences)
        self.assertIn("2027-01-31", preview.differences)

    def test_what_was_deleted_in_quickbooks(self):
        invoice = self.create_invoice()
        operation = self.push(invoice)
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Invoice",
            operation="delete",
            id=operation.qbo_id,
        )
        self.assertIn("deleted", self.preview(invoice).difference_note)

    def test_dead_connection_still_shows_the_rest(self):
        invoice = self.create_invoice()
        self.push(invoice)
        self.connection._suspend("grant")
        self.env.invalidate_all()
        preview = self.preview(invoice)
        self.assertIn("could not be asked", preview.difference_note)
        self.assertIn("330.00", preview.ledger)
        self.assertTrue(preview.json)

    def test_without_connection(self):
        self.connection.with_user(self.administrator).action_disconnect()
        self.connection.active = False
        preview = self.preview(self.create_invoice())
        self.assertIn("no QuickBooks connection", preview.blockers)
        self.assertFalse(preview.json)

    def test_one_after_the_other(self):
        invoices = self.create_invoice() + self.create_invoice()
        preview = self.preview(invoices)
        self.assertIn(invoices[0].name, preview.title)
        preview = self.get_preview(preview.action_next(), preview.env)
        self.assertIn(invoices[1].name, preview.title)
        preview = self.get_preview(preview.action_next(), preview.env)
        self.assertIn(invoices[0].name, preview.title)

    def test_vendor_bill(self):
        bill = self.books["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.customer.id,
                "invoice_date": date(2026, 3, 2),
            }
        )
        self.assertTrue(self.preview(bill).blockers)

    def test_people_without_a_role_see_nothing(self):
        clerk = self.user.copy({"login": "clerk", "name": "The clerk"})
        clerk.group_ids = self.env.ref("base.group_user") + self.env.ref(
            "account.group_account_invoice"
        )
        with self.assertRaises(AccessError):
            self.preview(self.create_invoice(), clerk)

    def test_markup_in_names_is_text(self):
        partner = self._create_customer("<b onmouseover=alert(1)>Bold")
        preview = self.preview(self.create_invoice(partner=partner))
        self.assertFalse(re.search(r"<b[ >]", str(preview.first)))


@tagged("post_install", "-at_install")
class TestPreviewAbroad(PreviewMixin, DocumentMixin, QboCommon):
    """Tax by codes, and accounts for each currency."""

    @classmethod
    def _create_currency(cls, code, rate):
        currency = cls.env.ref(f"base.{code}")
        currency.active = True
        cls.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "company_id": cls.company.id,
                "name": "2020-01-01",
                "rate": rate,
            }
        )
        return currency

    def test_foreign_currency_has_a_receivable_account_of_its_own(self):
        self.set_up_quickbooks(CurrencyPrefs={"MultiCurrencyEnabled": True})
        euro = self._create_currency("EUR", 0.8)
        invoice = self.create_invoice([(self.service, 1, 100)], currency_id=euro.id)
        ledger = self.predict(invoice)
        (receivable,) = [name for name, amount in ledger.items() if amount > 0]
        self.assertTrue(receivable.endswith("EUR"), receivable)
        preview = self.preview(invoice)
        self.assertIn("137.50", preview.ledger_note)
        self.assertIn("€", preview.ledger)

    def test_tax_by_codes(self):
        self.company.currency_id = self.env.ref("base.GBP")
        self.company.country_id = self.env.ref("base.uk")
        self.set_up_quickbooks(GB_REALM)
        tax_20 = self._create_tax("VAT 20%", 20)
        self.map_tax(tax_20, "20.0% S")
        # 10 x 100.00, and 20 % of it.
        invoice = self.create_invoice([(self.service, 10, 100, tax_20)])
        ledger = self.predict(invoice)
        self.assertEqual(ledger["VAT Control"], Decimal("-200.00"))
