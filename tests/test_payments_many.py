from odoo.tests import tagged

from ..models.qbo_connection_reading import PAGE
from .common import QboCommon
from .payments import PaymentMixin


@tagged("post_install", "-at_install")
class TestPaymentsMany(PaymentMixin, QboCommon):
    """More payments than go in one piece: read, kept and applied page by page."""

    def get_pages(self):
        """Return the queries of pages of payments since the last look."""
        queries = [str(call["body"]) for call in self.get_calls("/query")]
        self.control("DELETE", "requests")
        return [each for each in queries if "SELECT * FROM Payment" in each]

    def receive_many(self, count, **values):
        """Receive money from somebody whom Odoo does not know."""
        somebody = self.get_objects("Customer")[0]["Id"]
        return [self.receive(1, customer=somebody, **values) for _n in range(count)]

    def test_first_poll_goes_on_where_it_was(self):
        self.receive_many(PAGE + 20)
        invoice = self.push_invoice(100)
        last = self.receive(100, (invoice, 100))
        self.control("DELETE", "requests")
        # The answer to the second page is lost.
        self.inject("/query", drop="after", nth=2)
        self.poll()
        payments = self.env["qbo.payment"].search([])
        self.assertEqual(len(payments), PAGE)
        # All of the first page is applied before the second is asked for.
        self.assertEqual(set(payments.mapped("state")), {"queued"})
        self.assertFalse(self.connection.changes_read_until)
        self.assertFalse(self.connection.changes_pending_until)
        first, second = self.get_pages()
        self.control("DELETE", "faults")
        # Meanwhile the bookkeeper goes on, and a webhook tells of it.
        changed = self.get_objects("Payment")[0]
        self.act("Payment", "edit", changed["Id"], TotalAmt=2)
        self.notify(changed)
        pages = self.get_pages()
        self.assertEqual(pages[1], second)
        self.assertNotIn(first, pages)
        self.assertEqual(len(self.env["qbo.payment"].search([])), PAGE + 21)
        self.assertEqual(self.find(changed).amount, 2)
        self.assertEqual(self.find(last).state, "matched")
        self.assertTrue(self.connection.changes_read_until)
        self.assertFalse(self.connection.changes_reading)
        self.assert_conserved()

    def test_what_is_gone_is_found_after_the_last_page(self):
        """Its deletion was longer ago than any list of changes tells."""
        self.poll()
        invoice = self.push_invoice(100)
        kept = self.receive(100, (invoice, 100))
        self.notify(kept)
        values = {"Id": "777777", "TxnDate": "2026-03-10", "TotalAmt": 5}
        values |= {"UnappliedAmt": 5, "CustomerRef": kept["CustomerRef"]}
        self.env["qbo.payment"]._take(self.connection, "Payment", [values], "webhook")
        self.env.flush_all()
        self.work()
        credit = self.find(values).account_payment_id
        self.assertTrue(credit)
        self.receive_many(PAGE)
        self.connection.changes_read_until = "2020-01-01 00:00:00"
        self.control("DELETE", "requests")
        self.poll()
        self.assertEqual(self.find(values).remote_state, "deleted")
        self.assertEqual(credit.state, "canceled")
        self.assertEqual(self.find(kept).remote_state, "alive")
        # Only of what was on no page it was asked by itself.
        self.assertEqual(len(self.get_calls("/payment/")), 1)
        self.assert_conserved()

    def test_severed_while_it_is_read(self):
        """What is read next is another company's."""
        self.receive_many(PAGE + 1)
        self.inject("/query", drop="after", nth=2)
        self.poll()
        self.assertTrue(self.connection.changes_reading)
        self.control("DELETE", "faults")
        self.connection.with_user(self.administrator).action_sever()
        self.env.invalidate_all()
        self.assertFalse(self.connection.changes_reading)
        self.connect()
        self.connection.payments_start = "2026-01-01"
        self.poll()
        self.assertEqual(len(self.env["qbo.payment"].search([])), PAGE + 1)
        self.assert_conserved()
