"""The last part of the demonstration: revenue that is earned month by month.

A support contract is sold, invoiced and pushed; an accountant recognizes a month, a
finance lead approves and pushes its journal entry. Then the deal is amended, and what
is in QuickBooks is taken back and booked anew. Both ledgers have to agree at each step.
"""

from calendar import monthrange
from datetime import date
from decimal import Decimal

from demo_push import LEAD, STAFF, shorten
from lxml import html
from odoo_rpc import OdooError

BOOKS = "books"
PRICE, MONTHS = 1200, 12
NEW_PRICE, NEW_MONTHS = 1800, 9
DEFERRED, CLASS = "Deferred Revenue", "Advisory"
ENTRY_LINES = ("Account", "Class", "Customer", "Debit", "Credit")
BALANCES = ("Account in QuickBooks", "After", "Odoo says", "QuickBooks says")
ENTRY_FIELDS = ("name", "state", "kind", "date", "memo", "line_ids")


class RevenueDemo:
    """Continues a `PushDemo` whose documents are in QuickBooks."""

    def __init__(self, push):
        self.push = push
        self.demo = push.demo
        self.admin = push.admin
        self.entries = []
        self.changes = []
        self.balances = []

    def run(self):
        self.demo.step("Recognize revenue, add an accountant", self.prepare)
        self.demo.step("Sell a year of support", self.sell)
        self.demo.step("Invoice and push it", self.invoice)
        self.demo.step("Recognize a month", self.recognize)
        self.demo.step("Its entry reaches QuickBooks", self.push_month)
        self.demo.step("Change what is in QuickBooks", self.try_to_delete)
        self.demo.step("Amend the deal", self.amend)
        self.demo.step("Both entries reach QuickBooks", self.push_amendment)

    # === SETTINGS === #

    def prepare(self):
        self.push.add_user(
            BOOKS, "Ada Accountant", "quickbooks_online.group_qbo_accountant"
        )
        self.books, self.lead = self.push.sessions[BOOKS], self.push.sessions[LEAD]
        self.realm = self.demo.read("realm_id")["realm_id"]
        income = self.demo.read("income_account_id")["income_account_id"]
        self.deferred_id = self.find("Account", DEFERRED)
        # An account that the invoices before did not use would not show a mix-up.
        self.revenue_id = income[0]
        self.admin.call(
            "qbo.connection",
            "write",
            [self.demo.connection_id],
            {
                "recognizes_revenue": True,
                "deferred_revenue_account_id": self.deferred_id,
                "revenue_account_id": self.revenue_id,
            },
        )
        self.analytic_id = self.map_class()
        self.before = self.read_ledger()
        return f"{DEFERRED}, then {income[1]}, class {CLASS}; Ada Accountant"

    def find(self, entity, name):
        found = self.admin.call(
            "qbo.reference",
            "search",
            [
                ("connection_id", "=", self.demo.connection_id),
                ("entity", "=", entity),
                ("name", "=", name),
            ],
        )
        if len(found) != 1:
            raise OdooError(f"QuickBooks has {len(found)} {entity} called {name}.")
        return found[0]

    def map_class(self):
        """Let an analytic account stand for a class; return its id."""
        (settings,) = self.admin.call(
            "res.config.settings", "create", [{"group_analytic_accounting": True}]
        )
        self.admin.call("res.config.settings", "execute", [settings])
        (plan,) = self.admin.call(
            "account.analytic.plan", "create", [{"name": "Lines of business"}]
        )
        (account,) = self.admin.call(
            "account.analytic.account", "create", [{"name": CLASS, "plan_id": plan}]
        )
        self.admin.call(
            "qbo.connection",
            "write",
            [self.demo.connection_id],
            {"class_plan_id": plan},
        )
        self.admin.call(
            "qbo.mapping",
            "create",
            [
                {
                    "connection_id": self.demo.connection_id,
                    "kind": "class",
                    "res_model": "account.analytic.account",
                    "res_id": account,
                    "name": CLASS,
                    "reference_id": self.find("Class", CLASS),
                }
            ],
        )
        return account

    # === THE DEAL === #

    def sell(self):
        (product,) = self.admin.call(
            "product.product",
            "create",
            [
                {
                    "name": "Support contract",
                    "type": "service",
                    "list_price": PRICE,
                    "invoice_policy": "order",
                    "taxes_id": [],
                    "qbo_revenue_model": "ratable",
                    "qbo_revenue_months": MONTHS,
                    "qbo_revenue_distribution": "months",
                    # From the first of this month on, whichever day it is.
                    "qbo_revenue_first_part": "whole",
                    "qbo_revenue_last_part": "none",
                }
            ],
        )
        staff = self.push.sessions[STAFF]
        partner = self.push.add_customer(
            staff, "Quay Shipping Ltd.", "3 Dock Street", "Oakland", "94607"
        )
        line = {
            "product_id": product,
            "product_uom_qty": 1,
            "analytic_distribution": {str(self.analytic_id): 100},
        }
        (self.order_id,) = staff.call(
            "sale.order",
            "create",
            [{"partner_id": partner, "order_line": [(0, 0, line)]}],
        )
        staff.call("sale.order", "action_confirm", [self.order_id])
        (self.schedule_id,) = self.admin.call(
            "qbo.revenue.schedule", "search", [("order_id", "=", self.order_id)]
        )
        schedule = self.read_schedule("display_name", "state", "period_ids")
        if schedule["state"] != "running":
            raise OdooError(f"the schedule of {schedule['display_name']} does not run")
        months = len(schedule["period_ids"])
        return f"{schedule['display_name']}: {PRICE:,.2f} over {months} months"

    def read_schedule(self, *names):
        return self.admin.call(
            "qbo.revenue.schedule", "read", [self.schedule_id], names
        )[0]

    def invoice(self):
        staff = self.push.sessions[STAFF]
        context = {
            "active_model": "sale.order",
            "active_ids": [self.order_id],
            "active_id": self.order_id,
        }
        (wizard,) = staff.call(
            "sale.advance.payment.inv",
            "create",
            [{"advance_payment_method": "delivered"}],
            context=context,
        )
        staff.call(
            "sale.advance.payment.inv", "create_invoices", [wizard], context=context
        )
        (order,) = staff.call("sale.order", "read", [self.order_id], ["invoice_ids"])
        self.pass_gate("account.move", order["invoice_ids"], staff)
        self.compare("the invoice")
        (move,) = staff.call("account.move", "read", order["invoice_ids"], ["name"])
        return f"{move['name']}: {PRICE:,.2f} to {DEFERRED}, nothing to income"

    def pass_gate(self, model, ids, author):
        """Let one submit, another approve and push; wait until QuickBooks has it."""
        author.call(model, "action_qbo_submit", ids)
        self.lead.call(model, "action_qbo_approve", ids)
        self.lead.call(model, "action_qbo_push", ids)
        self.push.wait()
        for operation in self.read_operations(model, ids):
            if operation["state"] != "done":
                raise OdooError(
                    f"{operation['name']} is {operation['state']}: "
                    f"{operation['fault_message'] or operation['receipt']}"
                )

    def read_operations(self, model, ids):
        operations = self.admin.call(
            "qbo.operation",
            "search_read",
            [("res_model", "=", model), ("res_id", "in", ids)],
            ["name", "state", "qbo_id", "res_id", "fault_message", "receipt"],
            order="id",
        )
        if {each["res_id"] for each in operations} != set(ids):
            raise OdooError(f"not all of {model} {ids} were pushed")
        return operations

    # === A MONTH === #

    def recognize(self):
        start = date.fromisoformat(self.read_schedule("start_date")["start_date"])
        last_day = start.replace(day=monthrange(start.year, start.month)[1])
        (wizard,) = self.books.call(
            "qbo.revenue.recognize",
            "create",
            [{"connection_id": self.demo.connection_id, "day": str(last_day)}],
        )
        self.books.call("qbo.revenue.recognize", "action_preview", [wizard])
        action = self.books.call("qbo.revenue.recognize", "action_recognize", [wizard])
        ((_field, _operator, self.entry_ids),) = action["domain"]
        (preview,) = self.books.call(
            "qbo.revenue.recognize", "read", [wizard], ["preview"]
        )
        _titles, *rows = read_rows(preview["preview"])
        return "previewed: " + "; ".join(" ".join(filter(None, row)) for row in rows)

    def push_month(self):
        self.pass_gate("qbo.revenue.entry", self.entry_ids, self.books)
        self.show_entries(self.entry_ids)
        self.compare("the month")
        return f"{self.name_entries(self.entry_ids)}: {PRICE / MONTHS:,.2f}"

    def try_to_delete(self):
        try:
            self.books.call("qbo.revenue.entry", "unlink", self.entry_ids)
        except OdooError as error:
            return shorten(str(error))
        raise OdooError("an entry that is in QuickBooks was deleted")

    # === AN AMENDMENT === #

    def amend(self):
        start = date.fromisoformat(self.read_schedule("start_date")["start_date"])
        months = start.month - 1 + NEW_MONTHS
        # The last day of as many months, whichever day it starts on.
        end = date(start.year + months // 12, months % 12 + 1, min(start.day, 28))
        end -= date.resolution
        (wizard,) = self.books.call(
            "qbo.revenue.amend",
            "create",
            [
                {
                    "amount": NEW_PRICE,
                    "month_count": 0,
                    "end_date": str(end),
                    "reason": "More seats, and a shorter term",
                }
            ],
            context={"default_schedule_id": self.schedule_id},
        )
        (values,) = self.books.call(
            "qbo.revenue.amend", "read", [wizard], ["preview", "notice"]
        )
        if values["notice"]:
            raise OdooError(values["notice"])
        self.changes = read_rows(values["preview"])
        action = self.books.call("qbo.revenue.amend", "action_amend", [wizard])
        ((_field, _operator, self.change_ids),) = action["domain"]
        kinds = {each["kind"] for each in self.read_entries(self.change_ids)}
        if kinds != {"reversal", "correction"}:
            raise OdooError(f"the amendment made {kinds or 'no entries'}")
        return (
            f"{PRICE:,.2f} over {MONTHS} to {NEW_PRICE:,.2f} over {NEW_MONTHS} months"
        )

    def push_amendment(self):
        self.pass_gate("qbo.revenue.entry", self.change_ids, self.books)
        self.show_entries(self.change_ids)
        self.compare("the amendment")
        return self.name_entries(self.change_ids)

    # === ENTRIES === #

    def read_entries(self, ids):
        return self.admin.call("qbo.revenue.entry", "read", sorted(ids), ENTRY_FIELDS)

    def name_entries(self, ids):
        return ", ".join(each["name"] for each in self.read_entries(ids))

    def show_entries(self, ids):
        """Keep (title, rows) of entries that are in QuickBooks, to be printed."""
        qbo_ids = {
            each["res_id"]: each["qbo_id"]
            for each in self.read_operations("qbo.revenue.entry", ids)
        }
        for entry in self.read_entries(ids):
            if entry["state"] != "posted":
                raise OdooError(f"{entry['name']} is {entry['state']}")
            title = (
                f"{entry['name']} of {entry['date']}, journal entry "
                f"{qbo_ids[entry['id']]} in QuickBooks. {entry['memo']}"
            )
            self.entries.append((title, self.list_lines(entry)))

    def list_lines(self, entry):
        lines = self.admin.call(
            "qbo.revenue.entry.line",
            "read",
            entry["line_ids"],
            ["account_id", "class_id", "partner_id", "debit", "credit"],
        )
        debits, credits = (
            sum(Decimal(str(line[side])) for line in lines)
            for side in ("debit", "credit")
        )
        if not lines or debits != credits:
            raise OdooError(f"{entry['name']} does not balance: {debits}, {credits}")
        rows = [
            (
                *(
                    line[name][1] if line[name] else ""
                    for name in ("account_id", "class_id", "partner_id")
                ),
                show(line["debit"]),
                show(line["credit"]),
            )
            for line in lines
        ]
        return [*rows, ("Total", "", "", show(debits), show(credits))]

    # === BOTH LEDGERS === #

    def read_ledger(self):
        """Return {QuickBooks' id of an account: debits less credits} of its ledger."""
        answer = self.demo.follow(
            "get", f"{self.demo.simulator_url}/_sim/ledger/{self.realm}"
        ).json()
        balances = {}
        for posting in answer["postings"]:
            change = Decimal(posting["debit"]) - Decimal(posting["credit"])
            account = posting["account_id"]
            balances[account] = balances.get(account, 0) + change
        return balances

    def compare(self, after):
        """Note what both say of the two accounts. Raises OdooError if they differ."""
        ledger = self.read_ledger()
        schedule = self.read_schedule("deferred_amount", "posted_amount")
        said = {
            self.deferred_id: schedule["deferred_amount"],
            self.revenue_id: schedule["posted_amount"],
        }
        for account in self.admin.call(
            "qbo.reference", "read", list(said), ["display_name", "qbo_id"]
        ):
            key = account["qbo_id"]
            theirs = self.before.get(key, 0) - ledger.get(key, 0)
            ours = Decimal(f"{said[account['id']]:.2f}")
            name = account["display_name"]
            self.balances.append((name, after, f"{ours:,.2f}", f"{theirs:,.2f}"))
            if ours != theirs:
                raise OdooError(
                    f"after {after}, Odoo says {ours} of {name}, QuickBooks {theirs}"
                )


def read_rows(table):
    """Return the rows of a table in HTML as tuples of texts, the titles first."""
    return [
        tuple(" ".join(cell.text_content().split()) for cell in row.iter("td", "th"))
        for row in html.fromstring(table).iter("tr")
    ]


def show(amount):
    return f"{amount:,.2f}" if amount else ""
