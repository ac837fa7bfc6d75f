from odoo.tests import tagged

from .common import QboCommon
from .documents import DocumentMixin

MANUAL_REALM = "9341450000000002"


@tagged("post_install", "-at_install")
class TestMappingBulk(DocumentMixin, QboCommon):
    """Hundreds of rows at once cost as many queries as a few."""

    def setUp(self):
        super().setUp()
        self.set_up_quickbooks(MANUAL_REALM)

    def create_products(self, count):
        """Products of Odoo and items of QuickBooks, of which 3 in 4 belong together."""
        self.env["product.product"].create(
            [
                {
                    "name": f"Product {number:05}",
                    "default_code": f"P{number:05}" if number % 2 else False,
                    "company_id": self.company.id,
                }
                for number in range(count)
            ]
        )
        self.env["qbo.reference"].create(
            [
                {
                    "connection_id": self.connection.id,
                    "entity": "Item",
                    "qbo_id": str(10000 + number),
                    "name": f"Product {number:05}" if number % 4 else f"Other {number}",
                    "full_name": f"Product {number:05}",
                    "sku": f"p{number:05}" if number % 2 else False,
                    "item_type": "Service",
                }
                for number in range(count)
            ]
        )
        self.connection.sudo().items_read_at = self.env.cr.now()
        self.env.flush_all()
        self.env.invalidate_all()

    def open_products(self):
        mappings = self.env["qbo.mapping"].with_user(self.accountant)
        action = mappings._open(["product"], self.connection.with_user(self.accountant))
        return mappings.search(action["domain"])

    def count_queries(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - start

    def approve(self, count):
        invoices = self.env["account.move"].union(
            *(self.create_invoice() for _number in range(count))
        )
        self.map_tax(self.tax_10, "California")
        invoices.action_qbo_submit()
        invoices.with_user(self.administrator).sudo().action_qbo_approve()
        self.assertEqual(set(invoices.sudo().mapped("qbo_approval")), {"approved"})
        return invoices

    def test_500_rows_in_a_save(self):
        self.create_products(520)
        rows = self.open_products()
        self.assertGreaterEqual(len(rows), 520)
        hours = rows.suggested_id[:1]
        few = self.count_queries(lambda: rows[:10].write({"reference_id": hours.id}))
        many = self.count_queries(
            lambda: rows[10:510].write({"reference_id": hours.id})
        )
        self.assertLessEqual(many, few + 10)
        self.assertLessEqual(many, 60)
        self.assertEqual(set(rows[:510].mapped("state")), {"mapped"})

    def test_500_rows_accepted(self):
        self.create_products(700)
        invoices = self.approve(3)
        rows = self.open_products().filtered("suggested_id")
        self.assertGreaterEqual(len(rows), 510)
        few = self.count_queries(lambda: rows[:10]._accept())
        many = self.count_queries(lambda: rows[10:510]._accept())
        self.assertLessEqual(many, few + 10)
        self.assertEqual(set(rows[:510].mapped("state")), {"mapped"})
        # The documents are none of theirs.
        self.assertEqual(set(invoices.sudo().mapped("qbo_approval")), {"approved"})

    def test_reading_for_hundreds_of_lines(self):
        self.create_products(300)
        rows = self.open_products()
        rows.filtered("suggested_id").action_accept()
        products = self.env["product.product"].browse(rows.mapped("res_id"))

        def refer():
            for product in products:
                product._qbo_refer(self.connection)
                list(
                    product._qbo_list_blockers(
                        self.connection, self.connection._get_rules()
                    )
                )

        products.mapped("qbo_binding_ids.qbo_id")
        self.assertLessEqual(self.count_queries(refer), 40)

    def test_suggestions_for_many_products(self):
        """The number of statements does not grow with the number of products."""
        self.create_products(400)
        self.assertLessEqual(self.count_queries(self.open_products), 80)
        rows = self.open_products()
        self.assertGreaterEqual(len(rows.filtered("suggested_id")), 300)
