import os
import random

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..tools.digest import digest
from .common import QboCommon
from .test_gate import GateMixin

ROUNDS = int(os.environ.get("QUICKBOOKS_ONLINE_PROPERTY_ROUNDS", "60"))
SEED = os.environ.get("QUICKBOOKS_ONLINE_PROPERTY_SEED")


@tagged("post_install", "-at_install")
class TestGateProperty(GateMixin, QboCommon):
    """Random edits: the gate is open exactly when the payload is another.

    An edit may be refused by Odoo, change nothing, change what QuickBooks does not
    get, or change what it gets; after each, the state must say which.
    """

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED or random.randrange(10**9))
        self.other = self._create_customer("Atlantic Traders", zip="10001")
        self.delivery = self.books["res.partner"].create(
            {
                "name": "Dock",
                "type": "delivery",
                "parent_id": self.customer.id,
                "street": "Dock 4",
                "zip": "90001",
            }
        )
        self.terms = self.books["account.payment.term"].search([], limit=4)

    # === EDITS === #

    def _text(self):
        return self.random.choice(
            ["", " ", "a", "A", "PO 7", "PO  7", "x" * 40, "Größe €", "tail ", False]
        )

    def _edit_document(self, document):
        name, values = self.random.choice(
            [
                ("ref", [self._text()]),
                ("client_order_ref", [self._text()]),
                ("narration", [self._text(), "<p>Thanks</p>", "<p><b>Thanks</b></p>"]),
                ("note", [self._text(), "<p>Thanks</p>"]),
                ("payment_reference", [self._text()]),
                ("invoice_origin", [self._text()]),
                ("origin", [self._text()]),
                ("invoice_user_id", [self.user.id, self.approver.id, False]),
                ("user_id", [self.user.id, self.approver.id]),
                ("partner_id", [self.customer.id, self.other.id]),
                (
                    "partner_shipping_id",
                    [self.customer.id, self.delivery.id, self.other.id],
                ),
                ("partner_invoice_id", [self.customer.id, self.other.id]),
                ("invoice_date", ["2026-03-02", "2026-03-05"]),
                ("invoice_date_due", ["2026-04-02", "2026-03-02"]),
                ("date_order", ["2026-03-02 12:00:00", "2026-03-02 13:00:00"]),
                ("validity_date", ["2026-04-02", "2026-04-03", False]),
                ("invoice_payment_term_id", [*self.terms.ids, False]),
                ("payment_term_id", [*self.terms.ids, False]),
                ("name", [document.name, f"{document.name}X"]),
            ]
        )
        if name in document._fields:
            value = self.random.choice(values)
            context = {"skip_readonly_check": self.random.random() < 0.5}
            document.with_context(**context).write({name: value})

    def _edit_line(self, document):
        lines = self._get_lines(document)
        if not lines:
            return
        line = self.random.choice(lines)
        name, values = self.random.choice(
            [
                ("name", ["Consulting", "Another text", self._text() or "b"]),
                ("price_unit", [0, 10, 99.99, -5, line.price_unit]),
                ("quantity", [0, 1, 2.5, line[self._quantity(line)]]),
                ("product_uom_qty", [0, 1, 2.5, line[self._quantity(line)]]),
                ("discount", [0, 10, 33.3]),
                ("tax_ids", [[(6, 0, self.tax_10.ids)], [(6, 0, self.tax_0.ids)]]),
                ("product_id", [self.service.id, self.goods.id]),
                ("sequence", [1, 5, 50]),
                ("customer_lead", [0, 3]),
            ]
        )
        if name in line._fields:
            line.write({name: self.random.choice(values)})

    def _add_line(self, document):
        values = {"product_id": self.goods.id, "price_unit": 5, "sequence": 9}
        if self.random.random() < 0.3:
            values = {"display_type": "line_note", "name": "A note", "sequence": 9}
        name = "order_line" if document._name == "sale.order" else "invoice_line_ids"
        document.write({name: [(0, 0, values)]})

    def _drop_line(self, document):
        lines = self._get_lines(document)
        if len(lines) > 1:
            self.random.choice(lines).unlink()

    def _edit_partner(self, document):
        partner = self.random.choice([self.customer, self.other, self.delivery])
        name, values = self.random.choice(
            [
                ("name", ["Pacific Traders", "Pacific Traders Ltd", "Dock"]),
                ("street", ["12 Ocean Ave", "12 Ocean Avenue", "Dock 4", False]),
                ("city", ["Los Angeles", "LA", "L.A."]),
                ("zip", ["90001", "90002"]),
                ("email", ["accounts@traders.example", "b@traders.example", False]),
                ("phone", ["1", "2"]),
                ("ref", ["1", "2"]),
                ("comment", ["a", "b"]),
                ("function", ["a", "b"]),
                ("country_id", [self.env.ref("base.us").id]),
            ]
        )
        partner.write({name: self.random.choice(values)})

    def _edit_aside(self, document):
        self.random.choice(
            [
                lambda: document.message_post(body="Hello"),
                lambda: document.activity_schedule(
                    "mail.mail_activity_data_todo", user_id=self.user.id
                ),
                lambda: document.write({"access_token": str(self.random.random())}),
                lambda: document.message_subscribe(self.user.partner_id.ids),
                lambda: self.service.write({"list_price": self.random.randrange(99)}),
                document._compute_amounts
                if document._name == "sale.order"
                else document._compute_amount,
            ]
        )()

    def _edit_import(self, document):
        name = "client_order_ref" if document._name == "sale.order" else "ref"
        document.load([".id", name], [[str(document.id), self._text() or ""]])

    def _edit_state(self, document):
        if document._name == "sale.order":
            self.random.choice([document.action_quotation_sent, document.action_lock])()
        else:
            document.button_draft()
            document.action_post()

    def _get_lines(self, document):
        if document._name == "sale.order":
            return document.order_line
        return document.invoice_line_ids

    def _quantity(self, line):
        is_order = line._name == "sale.order.line"
        return "product_uom_qty" if is_order else "quantity"

    # === THE PROPERTY === #

    def _create_document(self, model):
        lines = [(self.service, 2, 150), (self.goods, 1, 40), (self.goods, 3, 9.99)]
        lines = lines[: self.random.randint(1, 3)]
        if model == "sale.order":
            return self.create_order(lines)
        return self.create_invoice(
            lines,
            move_type=self.random.choice(["out_invoice", "out_refund"]),
            partner_shipping_id=self.random.choice([self.customer, self.delivery]).id,
        )

    def _check(self, model):
        edits = [
            self._edit_document,
            self._edit_document,
            self._edit_line,
            self._edit_line,
            self._add_line,
            self._drop_line,
            self._edit_partner,
            self._edit_partner,
            self._edit_aside,
            self._edit_import,
        ]
        opened = kept = 0
        document = None
        for number in range(ROUNDS):
            if not document:
                document = self._approve_somehow(self._create_document(model))
                was = digest(document._qbo_prepare_payload(self.connection))
                self.assertEqual(was, document.qbo_approved_digest)
            state = self.random.getstate()
            edit = self.random.choice(edits)
            try:
                with self.env.cr.savepoint():
                    edit(document)
                    self.env.flush_all()
            except (UserError, ValidationError):
                continue
            self.env.invalidate_all()
            now = digest(document._qbo_prepare_payload(self.connection))
            is_open = document.qbo_approval != "approved"
            self.assertEqual(
                is_open,
                now != was,
                f"{model}, round {number}, {edit.__name__}, {hash(state)}",
            )
            if is_open:
                opened += 1
                self.assertFalse(document.qbo_approved_digest)
                self.assertFalse(self.env["qbo.operation"]._get_last(document))
                document = None
            else:
                kept += 1
        self.assertGreater(opened, ROUNDS // 10)
        self.assertGreater(kept, ROUNDS // 10)

    def _approve_somehow(self, document):
        """Approved, or queued as well."""
        with self.env.cr.savepoint():
            self.get_approved(document)
        if self.random.random() < 0.5:
            self.click_push(document)
        self.env.invalidate_all()
        return document

    def test_invoices(self):
        self._check("account.move")

    def test_orders(self):
        self._check("sale.order")

    def test_resetting_and_posting_again_needs_approval(self):
        invoice = self.get_approved()
        self._edit_state(invoice)
        self.assertReopened(invoice)
