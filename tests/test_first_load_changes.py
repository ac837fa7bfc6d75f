from odoo.tests import tagged

from .common import QboCommon
from .test_first_load import FirstLoadMixin


@tagged("post_install", "-at_install")
class TestFirstLoadChanges(FirstLoadMixin, QboCommon):
    """What people do in Odoo while a first load counts, or before it loads."""

    def collect(self, load):
        """Take the documents in, and look nothing up yet."""
        load.action_count()
        self.env.flush_all()
        self.work_on(load)
        self.assertEqual(set(load.line_ids.mapped("verdict")), {"pending"})

    def finish(self, load):
        self.env.flush_all()
        self.work()
        self.assertEqual(load.state, "counted", load.problem)

    def move_to(self, invoice, partner):
        """Give a posted invoice another customer, as people do."""
        invoice.button_draft()
        invoice.partner_id = partner
        invoice.action_post()

    def merge(self, lost, left):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((lost + left).ids, left)
        self.env.invalidate_all()

    def delete(self, invoice):
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()

    def assertRefused(self, line, *words):
        self.assertEqual(line.verdict, "refused", line.reason)
        for word in (*words, "Count again"):
            self.assertIn(word, line.reason)

    def assertHeld(self, load, line, *words):
        self.assertEqual(line.outcome, "held", load.problem)
        for word in (*words, "another first load"):
            self.assertIn(word, line.note)
        self.assertNotIn("in QuickBooks", line.note)

    # === WHILE IT COUNTS === #

    def test_another_customer(self):
        partner = self._create_customer("Known Co")
        theirs = self.act("Customer", DisplayName="Known Co")
        absent, there, same = (
            self.create_old(lines=self.untaxed(), partner=partner) for _each in "abc"
        )
        self.act_invoice(there, theirs["Id"])
        load = self.create_load()
        self.collect(load)
        for invoice in (absent, there):
            self.move_to(invoice, self._create_customer("Stranger Co"))
        self.finish(load)
        for invoice in (absent, there):
            self.assertRefused(
                self.get_line(load, invoice), invoice.name, "Stranger Co"
            )
        self.assertEqual(self.get_line(load, same).verdict, "create")
        self.count(load)
        self.assertEqual(self.get_line(load, absent).verdict, "create")
        self.assertEqual(self.get_line(load, there).verdict, "ambiguous")

    def test_another_customer_who_is_counted_too(self):
        first, second = (self._create_customer(name) for name in ("One", "Two"))
        moved = self.create_old(lines=self.untaxed(), partner=first)
        kept = self.create_old(lines=self.untaxed(), partner=second)
        load = self.create_load()
        self.collect(load)
        self.move_to(moved, second)
        self.finish(load)
        self.assertRefused(self.get_line(load, moved), "Two")
        self.assertEqual(self.get_line(load, kept).verdict, "create")

    def test_merged_customers(self):
        lost = self._create_customer("Twin Ltd")
        left = self._create_customer("Twin Limited")
        moved = self.create_old(lines=self.untaxed(), partner=lost)
        kept = self.create_old(lines=self.untaxed())
        load = self.create_load()
        self.collect(load)
        customer = self.get_line(load, lost)
        self.merge(lost, left)
        self.finish(load)
        self.assertRefused(customer, "Twin Ltd", "merged")
        self.assertRefused(self.get_line(load, moved), moved.name, "Twin Limited")
        self.assertEqual(self.get_line(load, kept).verdict, "create")
        self.assertEqual(self.get_line(load, self.customer).verdict, "create")

    def test_merged_while_quickbooks_is_asked(self):
        lost = self._create_customer("Twin Ltd")
        self.create_old(lines=self.untaxed(), partner=lost)
        kept = self.create_old(lines=self.untaxed())
        load = self.create_load()
        self.collect(load)
        lines = load.sudo()._get_unasked()
        customer = self.get_line(load, lost)
        self.merge(lost, self._create_customer("Twin Limited"))
        load.sudo()._judge(lines, {})
        self.assertRefused(customer, "Twin Ltd", "merged")
        self.assertEqual(self.get_line(load, kept).verdict, "create")

    def test_deleted_or_reset(self):
        self.connection.book_close_date = "2025-12-31"
        deleted, reset, kept = (
            self.create_old(lines=self.untaxed()) for _each in "abc"
        )
        load = self.create_load()
        self.collect(load)
        line = self.get_line(load, deleted)
        self.delete(deleted)
        reset.button_draft()
        reset.invoice_date = False
        self.finish(load)
        self.assertRefused(line, "deleted")
        self.assertRefused(self.get_line(load, reset), reset.name, "Post it")
        # The period is closed, whatever becomes of others.
        self.assertIn("closed period", self.get_line(load, kept).reason)

    def test_deleted_product(self):
        product = self._create_product("Short lived", 100)
        invoice = self.create_old(lines=self.untaxed(product))
        kept = self.create_old(lines=self.untaxed())
        load = self.create_load()
        self.collect(load)
        line = self.get_line(load, product)
        invoice.button_draft()
        invoice.invoice_line_ids.product_id = self.service
        invoice.action_post()
        product.unlink()
        self.finish(load)
        self.assertRefused(line, "Short lived", "deleted")
        self.assertEqual(self.get_line(load, kept).verdict, "create")

    # === BEFORE IT LOADS === #

    def test_before_linking(self):
        moved, deleted, reset, kept = (
            self.create_old(lines=self.untaxed(), partner=self._create_customer(name))
            for name in ("One", "Two", "Three", "Four")
        )
        for invoice in (moved, deleted, reset, kept):
            theirs = self.act("Customer", DisplayName=invoice.partner_id.name)
            self.act_invoice(invoice, theirs["Id"])
        load = self.create_load()
        self.count(load)
        self.assertEqual(load.document_match_count, 4)
        line = self.get_line(load, deleted)
        self.load(load, work=False)
        self.move_to(moved, self._create_customer("Stranger Co"))
        self.delete(deleted)
        reset.button_draft()
        self.env.flush_all()
        self.work()
        self.assertHeld(load, self.get_line(load, moved), moved.name, "Stranger Co")
        self.assertHeld(load, line, "deleted")
        self.assertHeld(load, self.get_line(load, reset), reset.name, "Post it")
        self.assertEqual(reset.state, "draft")
        self.assertEqual(self.get_line(load, kept).outcome, "linked")
