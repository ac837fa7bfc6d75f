from odoo.tests import tagged

from .common import QboCommon
from .documents import DocumentMixin


@tagged("post_install", "-at_install")
class TestInvoicePayload(DocumentMixin, QboCommon):
    def setUp(self):
        super().setUp()
        self.set_up_quickbooks()

    def prepare(self, record):
        return record._qbo_prepare_payload(self.connection)

    def test_members(self):
        invoice = self.create_invoice([(self.service, 2, 150)], ref="PO 7")
        payload = self.prepare(invoice)
        self.assertEqual(payload["DocNumber"], invoice.name)
        self.assertEqual(payload["TxnDate"], "2026-03-02")

    def test_delivered(self):
        # 2 x 150.00 = 300.00 and 3 x 33.33 = 99.99; 10 % of 399.99 is 40.00.
        invoice = self.create_invoice([(self.service, 2, 150), (self.goods, 3, 33.33)])
        self.assertEqual(invoice.amount_total, 439.99)
        self.assertEqual(self.get_gaps(invoice), [])
