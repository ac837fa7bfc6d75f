"""What every country's company is put to: mapping, and twenty documents."""

from decimal import Decimal

from .common import QboCommon
from .countries import LocalBooksMixin
from .documents import INVOICE_DATE
from .outbox import OutboxMixin

SECTION = {"display_type": "line_section", "name": "First phase"}
NOTE = {"display_type": "line_note", "name": "As agreed by telephone."}


class CountryCase(OutboxMixin, LocalBooksMixin, QboCommon):
    """A company that suggestions have mapped; put the country before it.

    :cvar BY_HAND: {name of taxes of sales: code} of what suggestions leave open
    """

    BY_HAND = {}

    def setUp(self):
        super().setUp()
        self.plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        self.classes = {
            name: self.books["account.analytic.account"].create(
                {"name": name, "plan_id": self.plan.id}
            )
            for name in ("Advisory", "Training", "Field work")
        }
        if self.connection._get_rules().classes:
            self.connection.class_plan_id = self.plan
        self.env.flush_all()
        self.workbook = self._create_product(
            "Workbook", 19.95, type="consu", default_code="WB-1"
        )
        self.map_by_suggestions()

    def map_by_suggestions(self):
        """Accept whatever is suggested, as an administrator would."""
        connection = self.connection.with_user(self.administrator)
        self.env["qbo.mapping"].with_user(self.administrator).with_context(
            default_connection_id=connection.id
        ).action_read_items()
        self.missing_accounts = [
            field for field in self.ACCOUNTS if connection._is_account_missing(field)
        ]
        connection.action_use_suggested_accounts()
        self.env.flush_all()
        self.rows = self.look()
        self.rows.filtered(lambda row: row.state == "suggested").action_accept()
        self.env.invalidate_all()

    def map_by_hand(self):
        """Map the taxes that suggestions leave open."""
        sales = self.rows.filtered(lambda row: row.tax_use == "sale")
        by_name = {row.name: row for row in sales}
        for name, code in self.BY_HAND.items():
            by_name[name].reference_id = self.find_reference("TaxCode", code)
        self.env.flush_all()

    # === THE MAPPING === #

    def check_mapping(self):
        """What stands for what is right, nothing else is mapped, and 90 % is."""
        found = {
            self.get_row_key(row): row.reference_id.name or None for row in self.rows
        }
        wanted = self.get_wanted_rows()
        others = {key: name for key, name in found.items() if key not in wanted}
        # QuickBooks has nothing that could stand for the others.
        self.assertEqual({key: name for key, name in others.items() if name}, {})
        self.assertFalse([key for key in others if key[0] == "tax"])
        self.assertEqual({key: found.get(key) for key in wanted}, wanted)
        accounts = {
            field: self.connection[field].name or None for field in self.ACCOUNTS
        }
        self.assertEqual(accounts, self.ACCOUNTS)
        self.assertEqual(set(self.missing_accounts), set(self.ACCOUNTS))
        answers = {
            key: name
            for key, name in wanted.items()
            if key[0] in ("tax", "term", "journal")
        }
        answers |= {("account", field): name for field, name in accounts.items()}
        missed = [key for key, name in answers.items() if not name]
        share = 1 - len(missed) / len(answers)
        self.assertGreaterEqual(share, 0.9, f"Nothing was suggested for {missed}")

    def get_row_key(self, row):
        """(kind, name), with the use of taxes and the journal of payment methods."""
        if row.kind in ("tax", "payment_method"):
            of = row.tax_use or row.code
            return row.kind, f"{of}: {row.name}"
        return row.kind, row.name

    def get_wanted_rows(self):
        """Return {(kind, name of the row): name in QuickBooks, or None}."""
        rows = {}
        rule = self.connection._get_rules().tax
        for name, _description, _rate, use, code in self.TAXES:
            tax = self.taxes[name, use]
            is_part = any(name in names.split(" & ") for names in self.SETS)
            is_wanted = rule == "line" or (rule == "manual" and tax._qbo_has_rate())
            if is_wanted and not is_part:
                rows["tax", f"{use}: {name}"] = code
        for names, code in self.SETS.items():
            taxes = self._find_taxes(names)
            rows["tax", f"sale: {' + '.join(taxes.mapped('name'))}"] = code
        for use in ("sale", "purchase") if self.WITHOUT_TAX else ():
            rows["tax", f"{use}: Lines without tax"] = self.WITHOUT_TAX
        for name, code in self.TERMS.items():
            rows["term", self.terms[name].name] = code
        for kind, account in self.JOURNALS.items():
            rows["journal", kind.title()] = account
            method = f"{kind.title()}: Manual Payment"
            rows["payment_method", method] = self.METHODS[kind]
        if self.connection._get_rules().classes:
            rows |= {("class", name): name for name in ("Advisory", "Training")}
        return rows | {
            ("product", "Workbook"): "Workbook",
            ("category", "Services"): "Services",
        }

    # === DOCUMENTS === #

    def bill(
        self, total, tax, *lines, theirs=None, home=None, is_global=False, **values
    ):
        """Post a document whose amounts are known; it is checked later.

        :param str total: of the document in Odoo, and so in QuickBooks
        :param str tax: of the document in Odoo
        :param lines: tuples of quantity, price, names of taxes, and optionally discount
            and shares of classes; or the values of a section or a note
        :param theirs: (total, tax) as QuickBooks reckons them, where it rounds
            otherwise: a rounding line makes up for the total
        :param str home: the total in the home currency, of foreign documents
        :param bool is_global: Odoo rounds the tax of the document, not of each line
        """
        self.company.tax_calculation_rounding_method = (
            "round_globally" if is_global else "round_per_line"
        )
        move = self.create_invoice(
            [self.prepare_local_line(line) for line in lines], **values
        )
        self.documents.append((move, total, tax, theirs or (total, tax), home))

    def refund(self, *args, **values):
        self.bill(*args, move_type="out_refund", **values)

    def prepare_local_line(self, line):
        if isinstance(line, dict):
            return line
        quantity, price, names, *rest = line
        discount, shares = rest + [0, {}][len(rest) :]
        taxes = self._find_taxes(names)
        product = self.workbook if quantity == 1 else self.service
        return {
            "product_id": product.id,
            "quantity": quantity,
            "price_unit": price,
            "discount": discount,
            "tax_ids": [(6, 0, taxes.ids)],
            "analytic_distribution": {
                str(self.classes[name].id): share for name, share in shares.items()
            },
        }

    def make_cash_rounding(self, step):
        """Return a cash rounding that adds a line."""
        account = self.company.income_currency_exchange_account_id
        return self.books["account.cash.rounding"].create(
            {
                "name": "Coins",
                "rounding": step,
                "strategy": "add_invoice_line",
                "rounding_method": "HALF-UP",
                "profit_account_id": account.id,
                "loss_account_id": account.id,
            }
        )

    def check_documents(self):
        """Twenty documents, pushed at once, are what they are known to be."""
        self.map_by_hand()
        self.documents = []
        self.write_documents()
        self.assertEqual(len(self.documents), 20)
        self.check_refusals()
        self.connection.rounding_policy = "adjust"
        operations = self.push(*(move for move, *_rest in self.documents))
        self.assertEqual(
            [(each.name, each.state, each.receipt) for each in operations],
            [(each.name, "done", "") for each in operations],
        )
        found = {
            each["DocNumber"]: each
            for entity in ("Invoice", "CreditMemo")
            for each in self.get_objects(entity)
        }
        for number, (move, total, tax, theirs, home) in enumerate(self.documents, 1):
            with self.subTest(document=number):
                ours = f"{move.amount_total:.2f}", f"{move.amount_tax:.2f}"
                self.assertEqual(ours, (total, tax))
                self.check_document(move, found[move.name], total, theirs, home)

    def check_refusals(self):
        """Where cents may not differ, what QuickBooks rounds otherwise is refused."""
        self.connection.rounding_policy = "refuse"
        for number, (move, total, tax, theirs, _home) in enumerate(self.documents, 1):
            with self.subTest(document=number):
                blockers = move._qbo_get_blockers(self.connection)
                if theirs == (total, tax):
                    self.assertEqual(blockers, [])
                    continue
                (blocker,) = blockers
                self.assertIn(f"comes to {total} here, {tax} of it tax", blocker)
                self.assertIn(f"make it {theirs[0]}, {theirs[1]} of it tax", blocker)

    def check_document(self, move, document, total, theirs, home):
        total = Decimal(total)
        self.assertEqual(Decimal(str(document["TotalAmt"])), total)
        tax = document["TxnTaxDetail"]["TotalTax"]
        self.assertEqual(Decimal(str(tax)), Decimal(theirs[1]))
        self.assertEqual(Decimal(str(document["Balance"])), total)
        self.assertEqual(document["TxnDate"], str(INVOICE_DATE))
        if home:
            self.assertEqual(Decimal(str(document["HomeTotalAmt"])), Decimal(home))
        gap = total - Decimal(theirs[0])
        if gap:
            last = [line for line in document["Line"] if line.get("LineNum")][-1]
            self.assertEqual(last["Description"], "Rounding difference")
            self.assertEqual(Decimal(str(last["Amount"])), gap)

    # === REVENUE === #

    def push_revenue_entry(self):
        """What is earned of a deal reaches the books as every country wants it."""
        connection = self.connection
        find = self.env["qbo.reference"].search
        own = ("connection_id", "=", connection.id)
        deferred = connection.deferred_revenue_account_id or find(
            [own, ("account_type", "=", "Other Current Liability")], limit=1
        )
        connection.write(
            {
                "recognizes_revenue": True,
                "deferred_revenue_account_id": deferred.id,
                "revenue_journal_id": find(
                    [own, ("entity", "=", "JournalCode"), ("name", "=", "OD")]
                ).id,
            }
        )
        order = self.create_order([(self.service, 1, 1000)], confirm=True)
        schedule = self.env["qbo.revenue.schedule"].create(
            {
                "order_line_id": order.order_line.id,
                "amount": 1000,
                "start_date": INVOICE_DATE.replace(day=1),
                "end_date": INVOICE_DATE.replace(month=5, day=31),
                "distribution": "months",
                "deferred_account_id": deferred.id,
                "revenue_account_id": connection.income_account_id.id,
            }
        )
        schedule.action_start()
        entry = connection._recognize_revenue(INVOICE_DATE.replace(day=1))
        self.env.flush_all()
        (operation,) = self.push(entry)
        self.assertEqual(operation.state, "done", operation.fault_message)
        (found,) = self.get_documents(entry)
        self.assertEqual([line["Amount"] for line in found["Line"]], [333.33] * 2)
