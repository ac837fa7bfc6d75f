from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import QboCommon
from .deposits import DepositsMixin


@tagged("post_install", "-at_install")
class TestUnforeseen(DepositsMixin, QboCommon):
    """What fails in the background of somebody's work stops nobody, and is seen."""

    def break_connection(self):
        """Nobody wrote code for preferences of this form."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE qbo_connection SET preferences = '[0]' WHERE id = %s",
            [self.connection.id],
        )
        self.env.invalidate_all()

    def get_told(self):
        kind = self.env.ref("quickbooks_online.mail_activity_type_unforeseen")
        return self.connection.activity_ids.filtered(
            lambda each: each.activity_type_id == kind
            and each.user_id == self.accountant
        )

    def test_payment_is_not_followed(self):
        self.connection.payment_push = "automatic"
        invoice = self.push_invoice(100)
        self.break_connection()
        with mute_logger("odoo.addons.quickbooks_online.models.qbo_payment_out_push"):
            payment = self.register(invoice)
            payment.memo = "changed once more"
        self.assertEqual(invoice.amount_residual, 0)
        told = self.get_told()
        self.assertEqual(len(told), 1)
        self.assertIn(payment.name, told.summary)
        self.assertIn("push it again", told.note)
        self.assertIn("AttributeError", told.note)

    def test_deposit_is_not_made(self):
        payment = self.pay(100)
        self.break_connection()
        logs = "odoo.addons.quickbooks_online.models."
        with mute_logger(f"{logs}qbo_deposit_follow", f"{logs}qbo_payment_out_push"):
            line = self.pay_out(payment, 100)
        self.assertTrue(line.is_reconciled)
        self.assertTrue(
            any(line.display_name in each.summary for each in self.get_told()),
            self.get_told().mapped("summary"),
        )
