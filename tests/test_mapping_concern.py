from odoo.tests import tagged

from .common import US_REALM, QboCommon
from .test_mapping_kinds import MappingMixin


@tagged("post_install", "-at_install")
class TestMappingConcern(MappingMixin, QboCommon):
    """A choice reopens the documents that it changes, and no others are compared."""

    def setUp(self):
        super().setUp()
        self.set_up_quickbooks(US_REALM)
        self.read_items()
        self.connection.author_may_approve = True
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        self.connection.class_plan_id = plan
        self.north = self.books["account.analytic.account"].create(
            {"name": "North", "plan_id": plan.id}
        )
        self.term = self.env["account.payment.term"].create(
            {"name": "45 Days", "line_ids": [(0, 0, {"nb_days": 45})]}
        )
        self.goods.categ_id = self.env["product.category"].create({"name": "Goods"})

    def approve(self, **values):
        invoice = self.create_invoice(**values)
        invoice.action_qbo_submit()
        invoice.action_qbo_approve()
        self.assertEqual(invoice.qbo_approval, "approved")
        return invoice

    def check(self, kind, record, entity, names, **values):
        """The second choice reopens what has the record, and nothing else."""
        first, second = names
        self.map(kind, record, entity, first)
        concerned = self.approve(**values)
        other = self.approve(lines=[(self.service, 1, 5)])
        row = self.get_row(kind, record)
        found = self.env["account.move"].search(row._get_concerned("account.move"))
        self.assertIn(concerned, found)
        self.assertNotIn(other, found)
        row.reference_id = self.find_reference(entity, second)
        self.assertEqual(concerned.qbo_approval, "draft")
        self.assertEqual(other.qbo_approval, "approved")

    def test_product(self):
        self.check(
            "product",
            self.goods,
            "Item",
            ("Hours", "Workshop"),
            lines=[(self.goods, 1, 10)],
        )

    def test_category(self):
        self.check(
            "category",
            self.goods.categ_id,
            "Item",
            ("Hours", "Workshop"),
            lines=[(self.goods, 1, 10)],
        )

    def test_term(self):
        self.check(
            "term",
            self.term,
            "Term",
            ("Net 15", "Net 60"),
            invoice_payment_term_id=self.term.id,
        )

    def test_class(self):
        line = {
            "product_id": self.service.id,
            "price_unit": 10,
            "analytic_distribution": {str(self.north.id): 60},
        }
        self.check("class", self.north, "Class", ("Advisory", "Training"), lines=[line])

    def test_product_for_other_lines(self):
        self.connection.default_product_id = self.goods
        self.map("product", self.goods, "Item", "Hours")
        invoice = self.approve(lines=[{"name": "By hand", "price_unit": 10}])
        row = self.get_row("product", self.goods)
        row.reference_id = self.find_reference("Item", "Workshop")
        self.assertEqual(invoice.qbo_approval, "draft")

    def test_order(self):
        self.map("product", self.goods, "Item", "Hours")
        order = self.create_order([(self.goods, 1, 10)])
        order.action_qbo_submit()
        order.action_qbo_approve()
        row = self.get_row("product", self.goods)
        row.reference_id = self.find_reference("Item", "Workshop")
        self.assertEqual(order.qbo_approval, "draft")

    def test_journals_concern_no_document(self):
        journals = self.books["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)]
        )
        row = self.get_row("journal", journals[:1])
        invoice = self.approve()
        found = self.env["account.move"].search(row._get_concerned("account.move"))
        self.assertNotIn(invoice, found)
