"""The second half of the demonstration: drafted, submitted, approved, pushed.

Two people do it, each in a session of their own: a member of the staff who may not
approve, and a finance lead who may.
"""

import time

from odoo_rpc import OdooError, OdooSession

STAFF, LEAD = "staff", "lead"
SECONDS = 90
LISTS = ("Customer", "Item", "Term", "Class")
CUSTOMERS = (
    ("Harbour & Sons", "12 Pier Road", "Los Angeles", "90001"),
    ("Zoë O'Connor", "4 Canyon Drive", "San Diego", "92101"),
    ("Łukasz Bakery 🥐", "77 Mission Street", "San Francisco", "94105"),
    # QuickBooks applies a credit to open invoices by itself: this one has none.
    ("Returned Goods Inc.", "9 Market Street", "San Francisco", "94103"),
)


class PushDemo:
    """Continues a `demo.Demo` that is connected."""

    def __init__(self, demo, database):
        self.demo = demo
        self.admin = demo.odoo
        self.database = database
        self.sessions = {}
        self.documents = []

    def run(self):
        self.demo.step("Choose accounts, add two people", self.prepare)
        self.demo.step("Staff draft and submit", self.submit)
        self.demo.step("Staff cannot approve", self.try_to_approve)
        self.demo.step("Finance approves", self.approve)
        self.demo.step("Push to QBO", self.push)
        self.demo.step("Push the same again", self.push_again)

    # === PEOPLE AND ACCOUNTS === #

    def prepare(self):
        connection = [self.demo.connection_id]
        self.admin.call("qbo.connection", "action_use_suggested_accounts", connection)
        (chosen,) = self.admin.call(
            "qbo.connection", "read", connection, ["income_account_id"]
        )
        if not chosen["income_account_id"]:
            raise OdooError("QuickBooks' settings suggest no income account.")
        self.add_user(STAFF, "Sam Staff", "quickbooks_online.group_qbo_user")
        self.add_user(LEAD, "Fiona Finance", "quickbooks_online.group_qbo_approver")
        return "as QuickBooks' settings suggest; Sam Staff, Fiona Finance"

    def add_user(self, login, name, group):
        groups = [
            self.admin.call("ir.model.data", "check_object_reference", *xmlid)[1]
            for xmlid in (
                group.split("."),
                ("account", "group_account_invoice"),
                ("sales_team", "group_sale_salesman_all_leads"),
                ("base", "group_partner_manager"),
            )
        ]
        self.admin.call(
            "res.users",
            "create",
            [
                {
                    "name": name,
                    "login": login,
                    "password": login,
                    "email": f"{login}@example.com",
                    "group_ids": [(4, each) for each in groups],
                }
            ],
        )
        self.sessions[login] = OdooSession(self.admin.url)
        self.sessions[login].login(self.database, login, login)

    # === THE WAY OF A DOCUMENT === #

    def submit(self):
        staff = self.sessions[STAFF]
        products = self.admin.call(
            "product.product",
            "create",
            [
                {"name": "Consulting hour", "type": "service", "list_price": 140},
                {"name": "Lamp, 3 m", "type": "consu", "list_price": 33.33},
            ],
        )
        partners = [self.add_customer(staff, *values) for values in CUSTOMERS]
        moves = [
            self.draft(staff, "out_invoice", partner, products, number)
            for number, partner in enumerate([*partners[:3], partners[0]], 1)
        ]
        moves.append(self.draft(staff, "out_refund", partners[3], products, 1))
        order = staff.call(
            "sale.order",
            "create",
            [
                {
                    "partner_id": partners[2],
                    "order_line": [
                        (0, 0, {"product_id": product, "product_uom_qty": 2})
                        for product in products
                    ],
                }
            ],
        )[0]
        self.documents = [("account.move", id) for id in moves]
        self.documents.append(("sale.order", order))
        self.on_all(staff, "action_qbo_submit")
        return "4 invoices, 1 credit note, 1 order; finance has been asked"

    @staticmethod
    def add_customer(staff, name, street, city, postal_code):
        state = staff.call(
            "res.country.state",
            "search",
            [("code", "=", "CA"), ("country_id.code", "=", "US")],
        )[0]
        country = staff.call("res.country", "search", [("code", "=", "US")])[0]
        return staff.call(
            "res.partner",
            "create",
            [
                {
                    "name": name,
                    "is_company": True,
                    "street": street,
                    "city": city,
                    "zip": postal_code,
                    "state_id": state,
                    "country_id": country,
                    "email": "accounts@customer.example",
                }
            ],
        )[0]

    @staticmethod
    def draft(staff, kind, partner, products, quantity):
        lines = [
            {"display_type": "line_section", "name": "Work and goods"},
            *(
                {"product_id": product, "quantity": quantity + place / 4}
                for place, product in enumerate(products)
            ),
            {"display_type": "line_note", "name": "Thank you for your custom."},
        ]
        return staff.call(
            "account.move",
            "create",
            [
                {
                    "move_type": kind,
                    "partner_id": partner,
                    "invoice_date": time.strftime("%Y-%m-%d"),
                    "invoice_line_ids": [(0, 0, line) for line in lines],
                }
            ],
        )[0]

    def on_all(self, session, method):
        for model in ("account.move", "sale.order"):
            ids = [id for kind, id in self.documents if kind == model]
            session.call(model, method, ids)

    def try_to_approve(self):
        model, id = self.documents[0]
        try:
            self.sessions[STAFF].call(model, "action_qbo_approve", [id])
        except OdooError as error:
            return shorten(str(error))
        raise OdooError("a member of the staff approved an invoice")

    def approve(self):
        self.on_all(self.sessions[LEAD], "action_qbo_approve")
        names = [values["name"] for values in self.read_documents("name")]
        return ", ".join(names)

    def push(self):
        self.on_all(self.sessions[LEAD], "action_qbo_push")
        self.wait()
        operations = self.read_operations()
        wrong = [each for each in operations if each["state"] != "done"]
        if wrong:
            first = wrong[0]
            raise OdooError(
                f"{first['name']} is {first['state']}: "
                f"{first['fault_message'] or first['receipt']}"
            )
        lists = sum(each["entity"] in LISTS for each in operations)
        return f"{len(operations) - lists} documents, {lists} customers and products"

    def push_again(self):
        model, id = self.documents[0]
        try:
            self.sessions[LEAD].call(model, "action_qbo_push", [id])
        except OdooError as error:
            return shorten(str(error))
        raise OdooError("what is in QuickBooks was pushed a second time")

    def wait(self):
        """Wait for Odoo's own scheduled action to empty the outbox."""
        end = time.monotonic() + SECONDS
        domain = [("state", "in", ("queued", "waiting", "sent", "uncertain"))]
        while self.admin.call("qbo.operation", "search_count", domain):
            if time.monotonic() > end:
                raise OdooError(f"the outbox is not empty after {SECONDS} s")
            time.sleep(0.5)

    # === WHAT CAME OF IT === #

    def read_documents(self, *names):
        return [
            self.admin.call(model, "read", [id], names)[0]
            for model, id in self.documents
        ]

    def read_operations(self):
        return self.admin.call(
            "qbo.operation",
            "search_read",
            [("connection_id", "=", self.demo.connection_id)],
            [
                "name",
                "entity",
                "state",
                "qbo_id",
                "doc_number",
                "fault_message",
                "receipt",
                "answer",
                "res_model",
                "res_id",
            ],
            order="id",
        )

    def list_receipts(self):
        """Return rows: document, QuickBooks' id and number, both totals, receipt."""
        rows = []
        for operation in self.read_operations():
            if operation["entity"] in LISTS:
                rows.append(
                    (operation["name"], operation["entity"], operation["qbo_id"])
                    + ("", "", "", operation["state"])
                )
                continue
            ours = self.admin.call(
                operation["res_model"], "read", [operation["res_id"]], ["amount_total"]
            )[0]["amount_total"]
            rows.append(
                (
                    operation["name"],
                    operation["entity"],
                    operation["qbo_id"],
                    operation["doc_number"] or "",
                    f"{ours:,.2f}",
                    f"{float(operation['answer']['TotalAmt']):,.2f}",
                    "agrees to the cent" if operation["state"] == "done" else "differs",
                )
            )
        return rows


def shorten(text, length=90):
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
