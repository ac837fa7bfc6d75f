"""The last part of the demonstration: a bookkeeper in QuickBooks receives payments.

Two are told by webhook, one webhook gets lost and the poll finds its payment, and one
payment is from somebody Odoo does not know: it waits in the queue.
"""

import time

from odoo_rpc import OdooError

SECONDS = 60
WEBHOOK_PATH = "/quickbooks_online/webhook"
PAYMENT_FIELDS = (
    "display_name",
    "txn_date",
    "amount",
    "matched_amount",
    "open_amount",
    "state",
    "heard_by",
    "reason_text",
)


class PaymentDemo:
    """Continues a `PushDemo` whose documents are in QuickBooks."""

    def __init__(self, push):
        self.push = push
        self.demo = push.demo
        self.admin = push.admin
        self.seconds = {}

    def run(self):
        self.demo.step("Let QuickBooks send webhooks", self.prepare)
        self.demo.step("A payment in QuickBooks", self.receive_all_of_it)
        self.demo.step("A part payment", self.receive_a_part)
        self.demo.step("A webhook that gets lost", self.lose_a_webhook)
        self.demo.step("A payment of somebody unknown", self.receive_unknown)

    def prepare(self):
        journals = self.admin.call(
            "account.journal", "search", [("type", "=", "bank")], limit=1
        )
        self.admin.call(
            "qbo.connection",
            "write",
            [self.demo.connection_id],
            {
                "payment_journal_id": journals[0],
                "payments_start": time.strftime("%Y-01-01"),
            },
        )
        url = f"{self.admin.url}{WEBHOOK_PATH}"
        self.control("webhooks", url=url)
        self.documents = {
            values["name"]: values for values in self.push.read_operations()
        }
        self.realm = self.demo.read("realm_id")["realm_id"]
        return f"to {url}, signed"

    def control(self, path, **values):
        answer = self.demo.follow(
            "post", f"{self.demo.simulator_url}/_sim/{path}", json=values
        )
        if answer.status_code != 200:
            raise OdooError(f"the simulator refuses {path}: {answer.text}")
        return answer.json()

    # === THE BOOKKEEPER === #

    def receive(self, number, share=1):
        """Receive a share of one of the pushed invoices; return its id in Odoo."""
        invoices = [
            each for each in self.documents.values() if each["entity"] == "Invoice"
        ]
        invoice = sorted(invoices, key=lambda each: each["res_id"])[number]
        answer = invoice["answer"]
        total = round(float(answer["TotalAmt"]) * share, 2)
        link = {"TxnId": invoice["qbo_id"], "TxnType": "Invoice"}
        self.act(
            CustomerRef={"value": answer["CustomerRef"]["value"]},
            TotalAmt=total,
            PaymentRefNum=f"CHQ {1001 + number}",
            Line=[{"Amount": total, "LinkedTxn": [link]}],
        )
        return invoice["res_id"]

    def act(self, **values):
        values["TxnDate"] = time.strftime("%Y-%m-%d")
        return self.control(
            "act",
            realm=self.realm,
            entity="Payment",
            operation="create",
            values=values,
        )["object"]

    def receive_all_of_it(self):
        return self.wait_until(self.receive(0), "paid")

    def receive_a_part(self):
        return self.wait_until(self.receive(1, 0.5), "partial")

    def lose_a_webhook(self):
        # The payment's, and that of the invoice, whose balance changes.
        self.control("webhooks", behaviour={"drop_next": 2})
        invoice_id = self.receive(2)
        self.admin.call("qbo.connection", "action_poll", [self.demo.connection_id])
        return f"found by asking: {self.wait_until(invoice_id, 'paid')}"

    def receive_unknown(self):
        answer = self.demo.follow(
            "get",
            f"{self.demo.simulator_url}/_sim/objects/{self.realm}/Customer",
        ).json()
        customer = answer["objects"][0]
        self.act(CustomerRef={"value": customer["Id"]}, TotalAmt=75.5)
        end = time.monotonic() + SECONDS
        domain = [("reason", "=", "customer")]
        while not self.admin.call("qbo.payment", "search_count", domain):
            self.check_time(end, "the payment of somebody unknown is not queued")
        return f"75.50 of {customer['DisplayName']} waits in the queue"

    def wait_until(self, invoice_id, state):
        """Wait until an invoice is paid in Odoo; say how long that took."""
        started = time.monotonic()
        end = started + SECONDS
        while True:
            (invoice,) = self.admin.call(
                "account.move", "read", [invoice_id], ["name", "payment_state"]
            )
            if invoice["payment_state"] == state:
                seconds = time.monotonic() - started
                self.seconds[invoice["name"]] = seconds
                return f"{invoice['name']} is {state} in Odoo after {seconds:.1f} s"
            self.check_time(end, f"{invoice['name']} is not {state}")

    @staticmethod
    def check_time(end, problem):
        if time.monotonic() > end:
            raise OdooError(f"{problem} after {SECONDS} s")
        time.sleep(0.1)

    # === WHAT CAME OF IT === #

    def list_payments(self):
        """Return rows: payment, amount, matched, open, state, heard by, why open."""
        return [
            (
                values["display_name"],
                f"{values['amount']:,.2f}",
                f"{values['matched_amount']:,.2f}",
                f"{values['open_amount']:,.2f}",
                values["state"],
                values["heard_by"],
                values["reason_text"] or "",
            )
            for values in self.admin.call(
                "qbo.payment",
                "search_read",
                [("connection_id", "=", self.demo.connection_id)],
                list(PAYMENT_FIELDS),
                order="id",
            )
        ]
