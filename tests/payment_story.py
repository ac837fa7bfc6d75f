"""Random days of a bookkeeper in QuickBooks, of which Odoo hears badly.

Each story is drawn from a number: the same number is the same story.
"""

import random

from .payments import PaymentMixin

ACTS = (
    "receive",
    "receive",
    "receive_unapplied",
    "use_credit",
    "edit_amount",
    "move",
    "move_to_other_customer",
    "change_date",
    "spread",
    "void",
    "delete",
)
DROPPED = 0.3


class PaymentStoryMixin(PaymentMixin):
    """Put before `QboCommon` among the bases."""

    def setUp(self):
        super().setUp()
        self.customers = [
            self.customer,
            self._create_customer("Bay Lamps", email="pay@bay.example"),
        ]

    def play(self, number, acts=10):
        """Play one story to its end, and check what an accountant would."""
        draw = random.Random(number)
        documents = self.write_documents(draw)
        self.heard, self.played = [], []
        pocket = []
        for _act in range(acts):
            name = draw.choice(ACTS)
            changed = getattr(self, f"_act_{name}")(draw, documents, pocket)
            if changed:
                self.played.append(name)
                self.tell(draw, changed)
        self.hear(draw, everything=True)
        self.poll()
        self.assert_story_agrees(number, documents)
        self.assert_replay_changes_nothing(number, documents)

    def write_documents(self, draw):
        taxes = self.env["account.tax"]
        documents = []
        for customer in self.customers:
            for _n in range(3):
                price = draw.randrange(1, 20000) / 100
                lines = [(self.service, 1, price, taxes)]
                documents.append(self.create_invoice(lines, customer))
            lines = [(self.service, 1, draw.randrange(1, 9000) / 100, taxes)]
            documents.append(
                self.create_invoice(lines, customer, move_type="out_refund")
            )
        operations = self.push(*documents)
        self.assertEqual(set(operations.mapped("state")), {"done"})
        return documents

    # === WHAT IS HEARD OF IT === #

    def tell(self, draw, changed):
        """Webhooks get lost, come twice, late and in any order."""
        self.heard += [
            changed
            for _copy in range(draw.choice((1, 1, 2)))
            if draw.random() > DROPPED
        ]
        self.hear(draw)

    def hear(self, draw, everything=False):
        draw.shuffle(self.heard)
        count = len(self.heard) if everything else draw.randrange(len(self.heard) + 1)
        now, self.heard = self.heard[:count], self.heard[count:]
        if now:
            self.notify(*now)

    # === WHAT THE BOOKKEEPER DOES === #

    def try_act(self, *arguments, **values):
        """QuickBooks may refuse it; then nothing happened."""
        try:
            return self.act(*arguments, **values)
        except AssertionError as error:
            if "400 != 200" not in str(error):
                raise
            return None

    def pick_lines(self, draw, documents, customer, most=2):
        """Return [(document, amount)] of open invoices of a customer."""
        invoices = [
            each
            for each in documents
            if each.move_type == "out_invoice" and each.partner_id == customer
        ]
        lines = []
        for invoice in draw.sample(invoices, draw.randint(1, most)):
            balance = float(self.get_object(invoice)["Balance"])
            if balance:
                lines.append((invoice, draw.choice((balance, round(balance / 3, 2)))))
        return [line for line in lines if line[1] > 0]

    def add_up(self, lines):
        return round(sum(amount for _document, amount in lines), 2)

    def _act_receive(self, draw, documents, pocket):
        lines = self.pick_lines(draw, documents, draw.choice(self.customers))
        if not lines:
            return None
        total = self.add_up(lines) + draw.choice((0, 0, 5.55))
        pocket.append(self.receive(round(total, 2), *lines))
        return pocket[-1]

    def _act_receive_unapplied(self, draw, documents, pocket):
        customer = draw.choice(self.customers)
        document = next(each for each in documents if each.partner_id == customer)
        pocket.append(
            self.receive(draw.randint(1, 90), customer=self.get_customer_id(document))
        )
        return pocket[-1]

    def _act_use_credit(self, draw, documents, pocket):
        customer = draw.choice(self.customers)
        credit = next(
            each
            for each in documents
            if each.partner_id == customer and each.move_type == "out_refund"
        )
        left = float(self.get_object(credit)["Balance"])
        lines = self.pick_lines(draw, documents, customer, most=1)
        if not left or not lines:
            return None
        share = min(left, lines[0][1], draw.choice((left, round(left / 2, 2))))
        if not share:
            return None
        pocket.append(self.receive(0, (lines[0][0], share), (credit, share)))
        return pocket[-1]

    def _pick_alive(self, draw, pocket):
        ids = {each["Id"] for each in pocket}
        alive = [
            each
            for each in self.get_objects("Payment")
            if each["Id"] in ids and each["TotalAmt"]
        ]
        return draw.choice(alive) if alive else None

    def _act_edit_amount(self, draw, documents, pocket):
        payment = self._pick_alive(draw, pocket)
        if not payment:
            return None
        lines = [
            {**line, "Amount": max(round(float(line["Amount"]) / 2, 2), 0.01)}
            for line in payment["Line"]
        ]
        for line in lines:
            line.pop("LineEx", None)
        total = round(sum(line["Amount"] for line in lines) + draw.choice((0, 3)), 2)
        return self.try_act(
            "Payment", "edit", payment["Id"], TotalAmt=max(total, 0.01), Line=lines
        )

    def _act_move(self, draw, documents, pocket, customer=None):
        payment = self._pick_alive(draw, pocket)
        if not payment:
            return None
        customer = customer or self._get_customer_of(payment, documents)
        lines = self.pick_lines(draw, documents, customer, most=1)
        if not lines:
            return None
        document, amount = lines[0]
        amount = min(amount, float(payment["TotalAmt"]))
        return self.try_act(
            "Payment",
            "edit",
            payment["Id"],
            CustomerRef={"value": self.get_customer_id(document)},
            Line=self.make_lines([(document, amount)]),
        )

    def _act_move_to_other_customer(self, draw, documents, pocket):
        return self._act_move(draw, documents, pocket, draw.choice(self.customers))

    def _get_customer_of(self, payment, documents):
        return next(
            each.partner_id
            for each in documents
            if self.get_customer_id(each) == payment["CustomerRef"]["value"]
        )

    def _act_change_date(self, draw, documents, pocket):
        payment = self._pick_alive(draw, pocket)
        day = f"2026-03-{draw.randint(1, 28):02}"
        return payment and self.try_act("Payment", "edit", payment["Id"], TxnDate=day)

    def _act_spread(self, draw, documents, pocket):
        """Apply what is unapplied, wherever it fits."""
        payment = self._pick_alive(draw, pocket)
        if not payment or not payment["UnappliedAmt"]:
            return None
        customer = self._get_customer_of(payment, documents)
        known = {line["LinkedTxn"][0]["TxnId"] for line in payment["Line"]}
        lines = [
            (document, min(amount, float(payment["UnappliedAmt"])))
            for document, amount in self.pick_lines(draw, documents, customer, most=1)
            if self.get_id(document) not in known
        ]
        kept = [
            {"Amount": line["Amount"], "LinkedTxn": line["LinkedTxn"]}
            for line in payment["Line"]
        ]
        body = kept + self.make_lines(lines)
        return lines and self.try_act("Payment", "edit", payment["Id"], Line=body)

    def _act_void(self, draw, documents, pocket):
        payment = self._pick_alive(draw, pocket)
        return payment and self.try_act("Payment", "void", payment["Id"])

    def _act_delete(self, draw, documents, pocket):
        payment = self._pick_alive(draw, pocket)
        if not payment or not self.try_act("Payment", "delete", payment["Id"]):
            return None
        return payment

    # === WHAT AN ACCOUNTANT CHECKS === #

    def assert_story_agrees(self, number, documents):
        self.env.invalidate_all()
        told = f"story {number}: {self.played}"
        for document in documents:
            balance = float(self.get_object(document)["Balance"])
            self.assertAlmostEqual(document.amount_residual, balance, 2, told)
        self.assertFalse(self.connection.payments_problem, told)
        self.assertEqual(list(self.connection._list_gaps()), [], told)
        self.assert_all_known(told)

    def assert_all_known(self, told):
        """Each payment of QuickBooks stands here, with each cent in one place."""
        rows = self.env["qbo.payment"].search([("remote_state", "!=", "deleted")])
        there = {
            each["Id"]: float(each["TotalAmt"]) for each in self.get_objects("Payment")
        }
        self.assertEqual({row.qbo_id: row.amount for row in rows}, there, told)
        for row in rows:
            self.assertIn(row.state, ("matched", "partly", "queued", "ignored"), told)
            parts = row.matched_amount + row.open_amount + row.ignored_amount
            self.assertAlmostEqual(parts, row.volume, 2, told)

    def assert_replay_changes_nothing(self, number, documents):
        before = self.get_books()
        self.connection.changes_read_until = False
        self.env["qbo.payment"].search([("remote_state", "=", "alive")]).is_due = True
        self.poll()
        self.assertEqual(self.get_books(), before, f"story {number}: {self.played}")
