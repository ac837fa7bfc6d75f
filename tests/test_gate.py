from odoo.tests import tagged

from .common import QboCommon
from .outbox import OutboxMixin

ACCOUNTING = "account.group_account_invoice"
SALES = "sales_team.group_sale_salesman_all_leads"


class GateMixin(OutboxMixin):
    """People who write, approve and push documents of the connected company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.approver.copy(
            {"login": "qbo_second", "name": "The second approver"}
        )
        people = cls.user + cls.approver + cls.second + cls.accountant
        for group in (ACCOUNTING, SALES):
            people.group_ids += cls.env.ref(group)
        cls.clerk = cls.env["res.users"].create(
            {
                "name": "The clerk",
                "login": "qbo_clerk",
                "company_id": cls.company.id,
                "company_ids": [(6, 0, cls.company.ids)],
                "group_ids": [
                    (4, cls.env.ref(group).id)
                    for group in ("base.group_user", ACCOUNTING, SALES)
                ],
            }
        )

    def as_user(self, document, user):
        return document.with_user(user).with_context(
            allowed_company_ids=self.company.ids
        )

    def submit(self, document, user=None):
        self.as_user(document, user or self.user).action_qbo_submit()

    def approve(self, document, user=None):
        result = self.as_user(document, user or self.approver).action_qbo_approve()
        self.env.flush_all()
        return result

    def get_approved(self, document=None):
        document = document or self.create_invoice()
        self.submit(document)
        self.approve(document)
        self.assertEqual(document.qbo_approval, "approved")
        return document

    def get_log(self, document):
        return " ".join(
            str(body) for body in document.message_ids.mapped("body") if body
        )


@tagged("post_install", "-at_install")
class TestGate(GateMixin, QboCommon):
    """Submit, approve, reject, push."""

    def test_from_draft_to_quickbooks(self):
        invoice = self.create_invoice(post=False)
        self.assertEqual(invoice.qbo_state, "not_pushed")
        self.submit(invoice)
        self.assertEqual(invoice.qbo_state, "to_approve")
        self.approve(invoice)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.qbo_state, "approved")
        self.as_user(invoice, self.approver).action_qbo_push()
        self.env.flush_all()
        self.assertEqual(invoice.qbo_state, "queued")
        self.work()
        self.assertEqual(invoice.qbo_state, "pushed")
        self.assertEqual(invoice.qbo_doc_number, invoice.name)
        self.assertEqual(len(self.get_documents(invoice)), 1)
        action = self.as_user(invoice, self.user).action_qbo_open()
        self.assertEqual(
            action["url"],
            f"https://sandbox.qbo.intuit.com/app/invoice?txnId={invoice.qbo_id}",
        )
