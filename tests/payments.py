"""Payments in tests: a bookkeeper in QuickBooks, and what Odoo makes of it."""

import uuid

from .outbox import OutboxMixin
from .webhooks import make_body, make_event, sign


class BankMixin(OutboxMixin):
    """A connected company with a bank journal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.books["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )


class PaymentMixin(BankMixin):
    """A connected company whose pushed invoices are paid in QuickBooks."""

    def setUp(self):
        super().setUp()
        self.connection.payment_journal_id = self.bank
        self.connection.payments_start = "2026-01-01"
        # What QuickBooks does with credit memos by itself is a test of its own.
        self.prefer("SalesFormsPrefs", AutoApplyCredit=False)
        self.env.flush_all()

    def prefer(self, block, **preferences):
        realm = self.connection.realm_id
        self.control("POST", f"company/{realm}", preferences={block: preferences})

    # === THE BOOKKEEPER === #

    def act(self, entity, operation, id=None, **values):
        """Do something in QuickBooks; return the object as it is then."""
        action = {"realm": self.connection.realm_id, "entity": entity}
        action |= {"operation": operation, "values": values}
        if id:
            action["id"] = id
        return self.control("POST", "act", **action)["object"]

    def get_id(self, document):
        """Return the id of a document in QuickBooks."""
        return document._qbo_get_binding(self.connection).qbo_id

    def receive(self, total, *lines, customer=None, **values):
        """Receive a payment.

        :param lines: (document, amount) each; a document is a record or (entity, id)
        :param customer: id in QuickBooks; that of the first document otherwise
        """
        if customer is None:
            customer = self.get_customer_id(lines[0][0])
        return self.act(
            "Payment",
            "create",
            CustomerRef={"value": customer},
            TotalAmt=total,
            **{"TxnDate": "2026-03-10", "Line": self.make_lines(lines), **values},
        )

    def edit(self, payment, *lines, **values):
        if lines:
            values["Line"] = self.make_lines(lines)
        return self.act("Payment", "edit", payment["Id"], **values)

    def make_lines(self, lines):
        return [
            {"Amount": amount, "LinkedTxn": [self.make_link(document)]}
            for document, amount in lines
        ]

    def make_link(self, document):
        if isinstance(document, tuple):
            entity, id = document
        else:
            entity, id = document._qbo_get_entity(), self.get_id(document)
        return {"TxnId": id, "TxnType": entity}

    def get_customer_id(self, document):
        return self.get_object(document)["CustomerRef"]["value"]

    def get_object(self, document):
        entity, id = document._qbo_get_entity(), self.get_id(document)
        (found,) = (each for each in self.get_objects(entity) if each["Id"] == id)
        return found

    # === ODOO === #

    def poll(self):
        """Ask what changed, as the scheduled action does, and let the worker go."""
        self.env.flush_all()
        self.connection._request_poll()
        self.work()

    def notify(self, *objects, **values):
        """Let a webhook name objects of QuickBooks, and the worker go."""
        self.deliver_webhook(*objects, **values)
        self.work()

    def deliver_webhook(self, *objects, entity="Payment", operation="update"):
        kind = f"qbo.{entity.lower()}.{operation}d.v1"
        self.deliver_events(
            *({"type": kind, "intuitentityid": each["Id"]} for each in objects)
        )

    def deliver_events(self, *events):
        """Let one webhook tell of the company what these members of events say."""
        realm_id = self.connection.realm_id
        body = make_body(
            *(make_event(str(uuid.uuid4()), realm_id, **each) for each in events)
        )
        self.assertTrue(self.env["qbo.event"]._store_and_wake(body, sign(body)))

    def find(self, payment, entity="Payment"):
        return self.env["qbo.payment"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("entity", "=", entity),
                ("qbo_id", "=", payment["Id"]),
            ]
        )

    def push_invoice(self, price=100, partner=None, **values):
        """Return a pushed invoice over so much, without tax."""
        taxes = self.env["account.tax"]
        lines = [(self.service, 1, price, taxes)]
        document = self.create_invoice(lines, partner, **values)
        operation = self.push(document)
        self.assertEqual(operation.state, "done", operation.fault_message)
        return document

    def push_credit_note(self, price=100, partner=None):
        return self.push_invoice(price, partner, move_type="out_refund")

    # === WHAT AN ACCOUNTANT CHECKS === #

    def assert_agrees(self):
        """Each document is open by the same amount on both sides; nothing is lost."""
        self.env.invalidate_all()
        for entity in ("Invoice", "CreditMemo"):
            balances = {
                each["Id"]: each["Balance"] for each in self.get_objects(entity)
            }
            bindings = self.env["qbo.binding"].search(
                [
                    ("connection_id", "=", self.connection.id),
                    ("entity", "=", entity),
                    ("res_model", "=", "account.move"),
                ]
            )
            for binding in bindings:
                move = self.env["account.move"].browse(binding.res_id)
                if binding.qbo_id in balances:
                    self.assertAlmostEqual(
                        move.amount_residual,
                        float(balances[binding.qbo_id]),
                        2,
                        f"{move.name}: {self.describe_open()}",
                    )

    def describe_open(self):
        rows = self.env["qbo.payment"].search([])
        return rows.mapped(lambda row: (row.qbo_id, row.state, row.reason_text))

    def assert_conserved(self):
        """After a poll: all payments of QuickBooks are accounted for."""
        self.env.invalidate_all()
        self.assertFalse(self.connection.payments_problem)
        self.assertEqual(list(self.connection._list_gaps()), [])

    def get_books(self):
        """Return all that must stay the same when nothing happened."""
        self.env.invalidate_all()
        entries = self.env["account.move.line"].search(
            [("company_id", "=", self.company.id)], order="id"
        )
        payments = self.env["qbo.payment"].search([], order="id")
        return (
            entries.mapped(lambda line: (line.id, line.balance, line.amount_residual)),
            self.env["account.partial.reconcile"].search([]).ids,
            payments.mapped(
                lambda each: (each.id, each.state, each.reason, each.matched_amount)
            ),
        )

    def assert_repeats(self):
        """Polling and hearing everything again changes nothing."""
        before = self.get_books()
        self.connection.changes_read_until = False
        self.poll()
        self.assert_conserved()
        self.notify(*self.get_objects("Payment"))
        self.env["qbo.payment"].search([]).is_due = True
        self.work()
        self.assertEqual(self.get_books(), before)
