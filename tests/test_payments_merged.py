from odoo.tests import tagged

from .common import QboCommon
from .payments import PaymentMixin


@tagged("post_install", "-at_install")
class TestPaymentsMerged(PaymentMixin, QboCommon):
    """Customers that the bookkeeper merged in QuickBooks."""

    def create_there(self, name):
        return self.act("Customer", "create", DisplayName=name)["Id"]

    def merge(self, lost, left):
        """Merge two customers in QuickBooks; return what the webhook says."""
        self.act("Customer", "merge", lost, into=left)
        return {
            "type": "qbo.customer.merged.v1",
            "intuitentityid": left,
            "data": {"deletedid": lost},
        }

    def hear_of(self, *merges):
        self.deliver_events(*merges)
        self.work()

    def get_binding(self, partner):
        return partner._qbo_get_binding(self.connection)

    def test_link_follows(self):
        invoice = self.push_invoice(100)
        left = self.create_there("Pacific Traders Group")
        self.hear_of(self.merge(self.get_customer_id(invoice), left))
        binding = self.get_binding(self.customer)
        self.assertEqual(
            (binding.qbo_id, binding.name), (left, "Pacific Traders Group")
        )
        event = self.env["qbo.event"].search([], limit=1)
        self.assertEqual(event.state, "done")
        self.notify(payment := self.receive(100, customer=left))
        row = self.find(payment)
        self.assertEqual((row.reason, row.partner_id), ("unapplied", self.customer))
        found = row._suggest()
        self.assertEqual(found[0].parts[0][0], invoice.id)
        # What is new goes to the one that is left.
        self.assertEqual(self.get_customer_id(self.push_invoice(20)), left)

    def test_heard_of_after_the_payment(self):
        invoice = self.push_invoice(100)
        left = self.create_there("Pacific Traders Group")
        merge = self.merge(self.get_customer_id(invoice), left)
        self.notify(payment := self.receive(30, customer=left))
        row = self.find(payment)
        self.assertEqual(row.reason, "customer")
        self.hear_of(merge)
        self.assertEqual((row.reason, row.partner_id), ("unapplied", self.customer))
        self.assert_repeats()

    def test_payments_of_the_lost_one_move_along(self):
        """Neither their token nor their time says so."""
        invoice = self.push_invoice(100)
        lost = self.get_customer_id(invoice)
        self.notify(payment := self.receive(30, customer=lost))
        row = self.find(payment)
        booked = row.account_payment_id
        left = self.create_there("Pacific Traders Group")
        self.hear_of(self.merge(lost, left))
        self.assertEqual(row.customer_qbo_id, left)
        self.assertEqual((row.account_payment_id, row.reason), (booked, "unapplied"))
        self.edit(payment, (invoice, 30))
        self.poll()
        self.assertEqual((row.state, invoice.amount_residual), ("matched", 70))

    def test_merged_twice_and_heard_of_backwards(self):
        invoice = self.push_invoice(100)
        second, third = self.create_there("Second Name"), self.create_there("Third")
        one = self.merge(self.get_customer_id(invoice), second)
        two = self.merge(second, third)
        self.hear_of(two)
        self.hear_of(one)
        self.assertEqual(self.get_binding(self.customer).qbo_id, third)

    def test_both_are_customers_of_odoo(self):
        other = self._create_customer("Bay Lamps", email="pay@bay.example")
        mine, theirs = self.push_invoice(100), self.push_invoice(80, other)
        lost, left = self.get_customer_id(mine), self.get_customer_id(theirs)
        self.hear_of(self.merge(lost, left))
        told = self.customer.activity_ids
        self.assertIn(self.accountant, told.user_id)
        self.assertIn("Bay Lamps", told[0].note)
        self.assertEqual(self.get_binding(other).qbo_id, left)
        # Their invoices are still found for the one that is left, and paid.
        self.notify(payment := self.receive(100, customer=left))
        row = self.find(payment)
        self.assertEqual(row.partner_id, other)
        self.assertEqual(row._suggest()[0].parts[0][0], mine.id)
        self.edit(payment, (mine, 100))
        self.notify(payment)
        self.assertEqual((row.state, mine.amount_residual), ("matched", 0))
        # Nothing goes to a customer that is no more, or makes it anew.
        failed = self.push(self.create_invoice())
        self.assertIn("merged into another customer", self.get_reason(failed))
        # Merged in Odoo as well, all is well, whichever of the two is kept.
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer + other).ids, self.customer)
        self.env.invalidate_all()
        self.assertEqual(self.get_binding(self.customer).qbo_id, left)
        self.assertEqual(self.get_customer_id(self.push_invoice(20)), left)

    def get_reason(self, operation):
        failed = operation._get_failed() or operation
        return failed.fault_message or ""

    def test_merge_that_says_nothing(self):
        """Ids that are none, or that nobody here knows."""
        invoice = self.push_invoice(100)
        kind = {"type": "qbo.customer.merged.v1"}
        self.hear_of(
            {**kind, "intuitentityid": "12", "data": {"deletedid": "x'y"}},
            {**kind, "intuitentityid": "999999", "data": {"deletedid": "888888"}},
            {**kind, "intuitentityid": "7", "data": {}},
        )
        events = self.env["qbo.event"].search([])
        self.assertEqual(sorted(events.mapped("state")), ["done", "ignored", "ignored"])
        self.notify(payment := self.receive(100, (invoice, 100)))
        self.assertEqual(self.find(payment).state, "matched")
