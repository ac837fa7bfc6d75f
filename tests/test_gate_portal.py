from types import SimpleNamespace

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.http import _request_stack
from odoo.tests import HttpCase, new_test_user, tagged

from .common import ConnectionMixin, QboCommon
from .test_gate import GateMixin

CARD = "payment.payment_method_card"
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


class PortalMixin(GateMixin):
    """Quotations that customers accept, and have to be approved first."""

    def setUp(self):
        super().setUp()
        self.connection.order_confirmation_needs_approval = True

    def make_offers(self):
        """Yield quotations, one for each way of not being approved."""
        yield self.create_order()
        submitted = self.create_order()
        self.submit(submitted)
        yield submitted
        rejected = self.create_order()
        self.submit(rejected)
        self.as_user(rejected, self.approver)._qbo_reject("Too cheap.")
        yield rejected
        changed = self.get_approved(self.create_order())
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET client_order_ref = 'SQL' WHERE id = %s", [changed.id]
        )
        self.env.invalidate_all()
        yield changed

    def assertTellsNothing(self, text, order):
        self.assertIn(f"{order.name} is still being checked by", text)
        self.assertIn("hear from us", text)
        people = self.approver + self.second + self.accountant + self.administrator
        for word in (*people.mapped("name"), "pprov", "Too cheap", "QuickBooks"):
            self.assertNotIn(word, text.replace(self.company.name, ""))


@tagged("post_install", "-at_install")
class TestPortalRules(PortalMixin, QboCommon):
    """Who confirms a quotation is told what is theirs to know."""

    def test_customers_are_not_told_who_approves(self):
        public = self.env.ref("base.public_user")
        portal = new_test_user(self.env, "qbo_portal", groups="base.group_portal")
        for order in self.make_offers():
            for user in public + portal:
                with self.fails(UserError) as caught:
                    order.with_user(user).sudo()._validate_order()
                self.assertTellsNothing(str(caught.exception), order)
                self.assertEqual(order.state, "draft")

    def test_who_is_behind_the_superuser_of_a_page(self):
        """The portal reads and confirms orders as the superuser."""
        order = self.create_order().with_user(SUPERUSER_ID)
        self.assertIn("Submit for approval", order._qbo_get_confirmation_refusal())
        for name, text in (
            ("base.public_user", "hear from us"),
            ("base.user_admin", "Submit for approval"),
        ):
            page = SimpleNamespace(env=self.env(user=self.env.ref(name)))
            _request_stack.push(page)
            try:
                self.assertIn(text, order._qbo_get_confirmation_refusal())
            finally:
                _request_stack.pop()

    def test_what_is_paid_all_the_same_is_booked_and_confirms_nothing(self):
        """A payment link can be sent before anybody approves."""
        order = self.create_order(require_payment=True)
        self.submit(order)
        transaction = self.pay(order)
        self.assertTrue(transaction.is_post_processed)
        self.assertEqual(transaction.payment_id.amount, order.amount_total)
        self.assertEqual(transaction.payment_id.state, "in_process")
        self.assertEqual(order.state, "draft")
        self.as_user(order, self.approver).action_qbo_approve()
        self.assertFalse(order._has_to_be_paid())
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_what_is_approved_and_paid_is_confirmed(self):
        order = self.get_approved(self.create_order(require_payment=True))
        self.pay(order)
        self.assertEqual(order.state, "sale")

    def test_money_is_booked_where_posting_needs_approval(self):
        """Odoo would invoice and post at once, and undo all of it."""
        self.env["ir.config_parameter"].set_param("sale.automatic_invoice", "True")
        for needs_approval in (False, True):
            self.connection.posting_needs_approval = needs_approval
            order = self.get_approved(self.create_order(require_payment=True))
            payment = self.pay(order).payment_id
            self.assertIn(payment.state, ("in_process", "paid"))
            self.assertEqual(order.state, "sale")
            states = [] if needs_approval else ["posted"]
            self.assertEqual(order.invoice_ids.mapped("state"), states)

    def pay(self, order):
        """Pay an order online, as far as Odoo is concerned."""
        provider = self.find_provider()
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref(CARD).id,
                "reference": f"{order.name}-1",
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "operation": "online_redirect",
                "sale_order_ids": [(6, 0, order.ids)],
                "state": "done",
            }
        )
        transaction._post_process()
        return transaction

    def find_provider(self):
        """Return the provider that takes cards, and whose payments are booked."""
        providers = self.env["payment.provider"]
        found = providers.search([("name", "=", "Cards")])
        if found:
            return found
        provider = providers.create(
            {
                "name": "Cards",
                "code": "none",
                "company_id": self.company.id,
                "state": "test",
                "payment_method_ids": [(6, 0, self.env.ref(CARD).ids)],
            }
        )
        method = self.env["account.payment.method"].create(
            {"name": "Cards", "code": "none", "payment_type": "inbound"}
        )
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "bank")], limit=1
        )
        self.env["account.payment.method.line"].create(
            {
                "journal_id": journal.id,
                "payment_method_id": method.id,
                "payment_provider_id": provider.id,
            }
        )
        return provider

    def test_customers_confirm_what_is_approved(self):
        order = self.get_approved(self.create_order())
        order.with_user(self.env.ref("base.public_user")).sudo()._validate_order()
        self.assertEqual(order.state, "sale")


@tagged("post_install", "-at_install")
class TestPortalPages(PortalMixin, ConnectionMixin, HttpCase):
    """The customer signs in the portal."""

    def sign(self, order):
        """Return the answer that the page of the quotation gets."""
        return self.opener.post(
            f"{self.base_url()}/my/orders/{order.id}/accept",
            json={
                "jsonrpc": "2.0",
                "method": "call",
                "params": {
                    "access_token": order._portal_ensure_token(),
                    "name": "The buyer",
                    "signature": SIGNATURE,
                },
            },
        ).json()

    def is_offered(self, order):
        """Return whether the customer's page has a button that accepts."""
        return 'data-bs-target="#modalaccept"' in self.read_page(order)

    def is_said_to_be_checked(self, order):
        return "We are still checking this quotation" in self.read_page(order)

    def read_page(self, order):
        self.env.flush_all()
        url = f"/my/orders/{order.id}?access_token={order._portal_ensure_token()}"
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(order.name in answer.text)
        return answer.text

    def test_signing_confirms_nothing_before_it_is_approved(self):
        order = self.create_order(require_signature=True, require_payment=False)
        self.submit(order)
        self.assertFalse(self.is_offered(order))
        self.assertTrue(self.is_said_to_be_checked(order))
        answer = self.sign(order)
        self.env.invalidate_all()
        self.assertIn("requiring customer signature", answer["result"]["error"])
        self.assertEqual(order.state, "draft")
        self.assertFalse(order.signature)
        self.as_user(order, self.approver).action_qbo_approve()
        self.assertTrue(self.is_offered(order))
        self.assertFalse(self.is_said_to_be_checked(order))
        self.assertNotIn("error", self.sign(order)["result"])
        self.env.invalidate_all()
        self.assertEqual(order.state, "sale")

    def test_nothing_is_paid_before_it_is_approved(self):
        """Or the provider would take money that is never booked."""
        order = self.create_order(require_signature=False, require_payment=True)
        self.submit(order)
        self.assertFalse(order._has_to_be_paid())
        self.assertFalse(self.is_offered(order))
        self.as_user(order, self.approver).action_qbo_approve()
        self.assertTrue(order._has_to_be_paid())
        self.assertTrue(self.is_offered(order))
