from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import QboCommon
from .documents import DocumentMixin

MANUAL_REALM = "9341450000000002"
READERS = ("user", "approver")
ROLES = ("user", "approver", "accountant", "administrator")


class MappingMixin(DocumentMixin):
    """Rows for what is in use, and a few of QuickBooks' products."""

    def read_items(self):
        connection = self.connection.with_user(self.accountant)
        self.env["qbo.mapping"].with_user(self.accountant).with_context(
            default_connection_id=connection.id
        ).action_read_items()
        self.env.invalidate_all()

    def get_row(self, kind, record):
        """Return the row of a record, made if need be."""
        key = f"{record._name},{record.id}"
        domain = [
            ("connection_id", "=", self.connection.id),
            ("kind", "=", kind),
            ("key", "=", key),
        ]
        mappings = self.env["qbo.mapping"]
        return mappings.search(domain) or mappings.create(
            {
                "connection_id": self.connection.id,
                "kind": kind,
                "res_model": record._name,
                "res_id": record.id,
            }
        )

    def map(self, kind, record, entity, name):
        row = self.get_row(kind, record)
        row.reference_id = self.find_reference(entity, name)
        return row

    def get_items(self, invoice):
        """Return the ItemRef of each line that has one."""
        payload = invoice._qbo_prepare_payload(self.connection)
        return [
            line["SalesItemLineDetail"]["ItemRef"]
            for line in payload["Line"]
            if "SalesItemLineDetail" in line
        ]


@tagged("post_install", "-at_install")
class TestMappedPayloads(MappingMixin, QboCommon):
    def setUp(self):
        super().setUp()
        self.set_up_quickbooks(MANUAL_REALM)
        self.map_tax(self.tax_10, "California")
        self.read_items()
        self.hours = self.find_reference("Item", "Hours")
        self.workshop = self.find_reference("Item", "Workshop")

    # === PRODUCTS === #

    def test_two_products_are_one_item(self):
        for product in self.service + self.goods:
            self.map("product", product, "Item", "Hours")
        invoice = self.create_invoice([(self.service, 1, 10), (self.goods, 1, 20)])
        self.assertEqual(self.get_items(invoice), [{"value": self.hours.qbo_id}] * 2)
        self.assertEqual(invoice._qbo_get_blockers(self.connection), [])
        _sent, answer = self.deliver(invoice)
        names = [
            line["SalesItemLineDetail"]["ItemRef"]["name"]
            for line in answer["Line"]
            if "SalesItemLineDetail" in line
        ]
        self.assertEqual(names, ["Hours", "Hours"])
        # Nothing was created for them.
        bodies = [call.get("body") for call in self.get_calls("/item")]
        self.assertEqual(bodies, [])

    def test_category_and_its_nearest_parent(self):
        categories = self.env["product.category"]
        top = categories.create({"name": "Top"})
        middle = categories.create({"name": "Middle", "parent_id": top.id})
        bottom = categories.create({"name": "Bottom", "parent_id": middle.id})
        self.service.categ_id = bottom
        invoice = self.create_invoice()
        self.assertIn("odoo", self.get_items(invoice)[0])
        self.map("category", top, "Item", "Hours")
        self.assertEqual(self.get_items(invoice), [{"value": self.hours.qbo_id}])
        self.map("category", middle, "Item", "Workshop")
        self.assertEqual(self.get_items(invoice), [{"value": self.workshop.qbo_id}])
        self.map("product", self.service, "Item", "Hours")
        self.assertEqual(self.get_items(invoice), [{"value": self.hours.qbo_id}])

    def test_mapping_beats_the_link(self):
        invoice = self.create_invoice()
        ids = {}
        self.deliver(invoice, ids)
        self.env["qbo.binding"]._point(
            self.connection,
            self.service,
            "Item",
            {"Id": ids["product.product", self.service.id, "Item"], "Name": "x"},
            "adopted",
        )
        self.map("product", self.service, "Item", "Hours")
        self.assertEqual(self.get_items(invoice), [{"value": self.hours.qbo_id}])

    def test_mapped_product_needs_no_income_account(self):
        invoice = self.create_invoice()
        self.connection.income_account_id = False
        self.assertTrue(invoice._qbo_get_blockers(self.connection))
        self.map("product", self.service, "Item", "Hours")
        self.assertEqual(invoice._qbo_get_blockers(self.connection), [])

    def test_inactive_item_blocks(self):
        self.map("product", self.service, "Item", "Hours")
        invoice = self.create_invoice()
        self.control(
            "POST",
            "act",
            realm=MANUAL_REALM,
            entity="Item",
            operation="deactivate",
            id=self.hours.qbo_id,
        )
        self.read_items()
        (blocker,) = invoice._qbo_get_blockers(self.connection)
        self.assertIn("Consulting", blocker)
        self.assertIn("Hours", blocker)
        row = self.get_row("product", self.service)
        self.assertTrue(row.is_lost)
        self.assertIn(row, row.search([("is_lost", "=", True)]))

    def test_categories_and_groups_cannot_be_chosen(self):
        with self.assertRaisesRegex(ValidationError, "cannot stand for Consulting"):
            self.map("product", self.service, "Item", "Advisory work")
        # Nor are they offered.
        row = self.get_row("product", self.service)
        with Form(row, view="quickbooks_online.qbo_mapping_view_list") as form:
            self.assertEqual(form.entity, "Item")

    def test_discounts_are_booked_to_their_account(self):
        discounts = self.find_reference("Account", "Income").search(
            [
                ("connection_id", "=", self.connection.id),
                ("account_sub_type", "=", "DiscountsRefundsGiven"),
            ],
            limit=1,
        )
        self.connection.discount_account_id = discounts
        self.company.sale_discount_product_id = self.service
        for product, account in (
            (self.service, discounts),
            (self.goods, self.connection.income_account_id),
        ):
            payload = product._qbo_prepare_payload(self.connection)
            self.assertEqual(payload["IncomeAccountRef"], {"value": account.qbo_id})

    # === TERMS === #

    def test_term_that_is_not_plain(self):
        term = self.env.ref("account.account_payment_term_end_following_month")
        invoice = self.create_invoice(invoice_payment_term_id=term.id)
        payload = invoice._qbo_prepare_payload(self.connection)
        self.assertNotIn("SalesTermRef", payload)
        row = self.map("term", term, "Term", "Net 60")
        payload = invoice._qbo_prepare_payload(self.connection)
        self.assertEqual(payload["SalesTermRef"], {"value": row.reference_id.qbo_id})
        self.assertEqual(payload["DueDate"], "2026-04-30")
        words = self.env["qbo.payload.words"]._describe_changes(
            self.connection, {**payload, "SalesTermRef": None}, payload
        )
        self.assertIn("Net 60", " ".join(words))
        row.reference_id.active = False
        (blocker,) = invoice._qbo_get_blockers(self.connection)
        self.assertIn("Net 60", blocker)
        self.assertIn("End of Following Month", blocker)

    # === CLASSES === #

    def set_up_class(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        account = self.env["account.analytic.account"].create(
            {"name": "North", "plan_id": plan.id, "company_id": self.company.id}
        )
        self.connection.class_plan_id = plan
        line = {
            "product_id": self.service.id,
            "price_unit": 10,
            "analytic_distribution": {str(account.id): 100},
        }
        return account, self.create_invoice([line])

    def test_class(self):
        account, invoice = self.set_up_class()
        payload = invoice._qbo_prepare_payload(self.connection)
        self.assertIn("odoo", payload["ClassRef"])
        row = self.map("class", account, "Class", "Training")
        payload = invoice._qbo_prepare_payload(self.connection)
        self.assertEqual(payload["ClassRef"], {"value": row.reference_id.qbo_id})

    def test_deferred_until_mapped(self):
        account, invoice = self.set_up_class()
        self.connection.create_missing_classes = False
        blockers = account._qbo_get_blockers(self.connection)
        self.assertIn("is not mapped to a class", blockers[0])
        self.map("class", account, "Class", "Training")
        self.assertEqual(account._qbo_get_blockers(self.connection), [])

    # === THE GATE === #

    def approve(self, invoices):
        invoices.with_user(self.user).sudo().action_qbo_submit()
        invoices.with_user(self.approver).sudo().action_qbo_approve()
        self.assertEqual(set(invoices.sudo().mapped("qbo_approval")), {"approved"})

    def test_mapping_reopens_the_gate(self):
        invoice, other = self.create_invoice(), self.create_invoice()
        third = self.create_invoice([(self.goods, 1, 5)])
        self.approve(invoice + other + third)
        row = self.map("product", self.service, "Item", "Hours")
        approvals = (invoice + other + third).sudo().mapped("qbo_approval")
        self.assertEqual(approvals, ["draft", "draft", "approved"])
        self.approve(invoice)
        # A suggestion is nobody's decision yet.
        row.suggestion_reason = "Same name"
        self.assertEqual(invoice.sudo().qbo_approval, "approved")
        row.reference_id = self.workshop
        self.assertEqual(invoice.sudo().qbo_approval, "draft")
        self.approve(invoice)
        row.unlink()
        self.assertEqual(invoice.sudo().qbo_approval, "draft")

    def test_accepting_reopens_the_gate(self):
        invoice = self.create_invoice()
        self.approve(invoice)
        row = self.get_row("product", self.service)
        self.assertEqual(invoice.sudo().qbo_approval, "approved")
        row.sudo().suggested_id = self.hours
        row.with_user(self.accountant).action_accept()
        self.assertEqual(row.reference_id, self.hours)
        self.assertEqual(invoice.sudo().qbo_approval, "draft")

    def test_getters_follow_changes(self):
        connection = self.connection
        self.assertFalse(connection._get_mapped("product", self.service))
        row = self.map("product", self.service, "Item", "Hours")
        self.assertEqual(connection._get_mapped("product", self.service), self.hours)
        self.assertEqual(
            connection._get_mappings("product"),
            {("product.product", self.service.id): self.hours},
        )
        with self.fails(InterruptedError), self.env.cr.savepoint():
            row.reference_id = self.workshop
            found = connection._get_mapped("product", self.service)
            self.assertEqual(found, self.workshop)
            raise InterruptedError
        self.assertEqual(connection._get_mapped("product", self.service), self.hours)
        row.reference_id = False
        self.assertFalse(connection._get_mapped("product", self.service))

    def test_taxes_of_sales_and_purchases_are_apart(self):
        purchase = self._create_tax("Input 10%", 10, type_tax_use="purchase")
        row = self.env["qbo.mapping"].create(
            {
                "connection_id": self.connection.id,
                "kind": "tax",
                "tax_use": "purchase",
                "tax_ids": [(6, 0, purchase.ids)],
                "reference_id": self.find_reference("TaxCode", "Tucson").id,
            }
        )
        self.assertEqual(row.key, f"purchase:{purchase.id}")
        taxes = frozenset(purchase.ids)
        self.assertEqual(
            self.connection._get_tax_codes("purchase"), {taxes: row.reference_id}
        )
        self.assertEqual(
            list(self.connection._get_tax_codes()), [frozenset(self.tax_10.ids)]
        )


@tagged("post_install", "-at_install")
class TestMappingScreen(MappingMixin, QboCommon):
    def setUp(self):
        super().setUp()
        self.set_up_quickbooks(MANUAL_REALM)

    def open(self, user=None, *kinds):
        mappings = self.env["qbo.mapping"].with_user(user or self.accountant)
        action = mappings._open(
            list(kinds), self.connection.with_user(user or self.accountant)
        )
        return mappings.search(action["domain"])

    def test_rows_for_what_is_in_use(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        account = self.env["account.analytic.account"].create(
            {"name": "North", "plan_id": plan.id, "company_id": self.company.id}
        )
        self.connection.location_plan_id = plan
        # What is not for sale is not mapped, nor what is another company's.
        hidden = self._create_product("Screws", 1, sale_ok=False)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._create_product("Foreign", 1, company_id=company.id)
        rows = self.open()
        records = {(row.kind, row.res_id) for row in rows}
        self.assertIn(("product", self.service.id), records)
        self.assertNotIn(("product", hidden.id), records)
        self.assertNotIn(("product", foreign.id), records)
        self.assertIn(("location", account.id), records)
        self.assertNotIn("class", rows.mapped("kind"))
        journals = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "in", ("bank", "cash"))]
        )
        self.assertEqual(
            {id for kind, id in records if kind == "journal"}, set(journals.ids)
        )
        service = rows.filtered(lambda row: row.res_id == self.service.id)
        service = service.filtered(lambda row: row.kind == "product")
        self.assertEqual((service.name, service.code), ("Consulting", "CONS"))
        # The second time nothing is new; a name that changed is followed.
        self.service.name = "Advice"
        goods = rows.filtered(
            lambda row: (row.kind, row.res_id) == ("product", self.goods.id)
        )
        self.goods.sale_ok = False
        again = self.open()
        self.assertEqual(rows - again, goods)
        self.assertFalse(again - rows)
        self.assertEqual(service.name, "Advice")

    def test_names_of_variants(self):
        attributes = self.env["product.attribute"].create(
            [
                {
                    "name": name,
                    "value_ids": [(0, 0, {"name": value}) for value in values],
                }
                for name, values in (("Size", ("S", "L")), ("Brand", ("Acme",)))
            ]
        )
        template = self.env["product.template"].create(
            {
                "name": "Shirt",
                "attribute_line_ids": [
                    (
                        0,
                        0,
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [(6, 0, attribute.value_ids.ids)],
                        },
                    )
                    for attribute in attributes
                ],
            }
        )
        rows = self.open(None, "product")
        for product in template.product_variant_ids:
            row = rows.filtered(lambda row, product=product: row.res_id == product.id)
            self.assertEqual(row.name, product._qbo_get_name())
        names = {"Shirt (S)", "Shirt (L)"}
        self.assertLessEqual(names, set(rows.mapped("name")))

    def test_order_and_filters(self):
        rows = self.open(None, "term", "journal")
        self.assertIn("suggested", rows.mapped("state"))
        rows.filtered(lambda row: row.state == "suggested")[0].action_accept()
        states = rows.search([("id", "in", rows.ids)]).mapped("state")
        order = {"unmapped": 0, "suggested": 1, "mapped": 2}
        self.assertEqual(states, sorted(states, key=order.get))
        self.assertEqual(set(states), set(order))

    def test_accept_selected_and_all_of_the_filter(self):
        rows = self.open(None, "term", "journal", "payment_method")
        suggested = rows.filtered(lambda row: row.state == "suggested")
        self.assertGreater(len(suggested), 2)
        suggested[0].action_accept()
        self.assertEqual(suggested.mapped("state").count("mapped"), 1)
        self.assertEqual(suggested[0].reference_id, suggested[0].suggested_id)
        # Of the others, those the filter shows.
        domain = [("id", "in", suggested.ids), ("kind", "=", "term")]
        mappings = rows.browse().with_context(active_domain=domain)
        message = mappings.action_accept()["params"]["message"]
        self.assertIn("suggestions accepted", message)
        for row in suggested[1:]:
            expected = "mapped" if row.kind == "term" else "suggested"
            self.assertEqual(row.state, expected, row.name)
        # What no filter shows is not everything.
        self.assertEqual(rows.browse().action_accept()["params"]["type"], "warning")

    def test_inactive_suggestion_is_not_accepted(self):
        rows = self.open(None, "term")
        row = rows.filtered(lambda row: row.state == "suggested")[0]
        row.sudo().suggested_id.active = False
        row.action_accept()
        self.assertFalse(row.reference_id)

    def test_who_may(self):
        for role in ROLES:
            user = getattr(self, role)
            rows = self.open(user, "term")
            if role in READERS:
                # Nothing is made for those who may only look.
                self.assertFalse(rows)
                for action in ("action_look_again", "action_read_items"):
                    with self.assertRaises(AccessError):
                        getattr(rows, action)()
        rows = self.open(self.administrator, "term")
        self.assertTrue(rows)
        self.assertEqual(len(self.open(self.user, "term")), len(rows))
        for role in READERS:
            row = rows[0].with_user(getattr(self, role))
            self.assertTrue(row.name)
            with self.assertRaises(AccessError):
                row.reference_id = self.find_reference("Term", "Net 30")
            with self.assertRaises(AccessError):
                row.action_accept()
        stranger = self._create_user(
            "accountant", self.env["res.company"].create({"name": "Elsewhere"})
        )
        self.assertFalse(self.env["qbo.mapping"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            rows[0].with_user(stranger).action_accept()
        with self.assertRaises(AccessError):
            self.env["qbo.mapping"].with_user(stranger).with_context(
                default_connection_id=self.connection.id
            ).action_look_again()

    def test_journal_is_an_account_for_money(self):
        rows = self.open(None, "journal")
        with self.assertRaisesRegex(ValidationError, "cannot stand for"):
            rows[0].reference_id = self.find_reference("Account", "Income")
        rows[0].reference_id = self.find_reference("Account", "Bank")

    def test_record_of_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        product = self._create_product("Foreign", 1, company_id=company.id)
        with self.assertRaisesRegex(ValidationError, "belongs to Elsewhere"):
            self.get_row("product", product)
        with self.assertRaisesRegex(ValidationError, "needs a record"):
            self.get_row("term", self.service)

    def forget_items(self):
        """As on a connection whose lists were never read since products are."""
        self.env["qbo.reference"].search(
            [("connection_id", "=", self.connection.id), ("entity", "=", "Item")]
        ).unlink()
        self.connection.items_read_at = False
        self.env.flush_all()

    def read_lists(self):
        self.connection.with_user(self.administrator).action_refresh_references()
        self.env.invalidate_all()

    def test_items_are_read_with_the_lists_once(self):
        self.assertTrue(self.connection.items_read_at)
        item = self.find_reference("Item", "Tax return")
        self.assertEqual((item.sku, item.item_type), ("TR-1", "Service"))
        self.control(
            "POST",
            "act",
            realm=self.connection.realm_id,
            entity="Item",
            operation="edit",
            id=item.qbo_id,
            values={"Sku": "TR-2"},
        )
        self.read_lists()
        self.assertEqual(item.sku, "TR-1")
        self.assertTrue(item.active)
        self.read_items()
        self.assertEqual(item.sku, "TR-2")

    def test_no_screen_asks_quickbooks(self):
        """Whoever opens it in the meantime gets suggestions when they are read."""
        self.forget_items()
        product = self._create_product("Tax return", 1)
        calls = len(self.get_calls())
        rows = self.open(None, "product")
        connection = self.connection.with_user(self.administrator)
        connection.action_use_suggested_accounts()
        self.env.flush_all()
        self.assertEqual(len(self.get_calls()), calls)
        row = rows.filtered(lambda row: row.res_id == product.id)
        self.assertEqual(row.state, "unmapped")
        self.read_lists()
        self.assertEqual(row.suggested_id.name, "Tax return")
        self.assertTrue(self.connection.items_read_at)

    def test_items_that_quickbooks_refuses(self):
        """The other lists are read; the products are, the next time."""
        self.forget_items()
        self.control(
            "POST",
            "faults",
            match={"item": {"entity": "Item"}, "times": 1},
            action={"fault": "5030"},
        )
        self.read_lists()
        self.assertIn("Item", self.connection.references_problem)
        self.assertFalse(self.connection.items_read_at)
        self.read_lists()
        self.assertFalse(self.connection.references_problem)
        self.assertTrue(self.connection.items_read_at)

    def test_preflight(self):
        checks = self.get_checks()
        self.assertEqual(checks["payments"]["state"], "hint")
        self.assertTrue(checks["payments"]["button"])
        connection = self.connection.with_user(self.administrator)
        action = connection.action_preflight("payments")
        self.assertTrue(action["context"]["search_default_unmapped"])
        rows = self.env["qbo.mapping"].search(action["domain"])
        self.assertEqual(
            set(rows.mapped("kind")), {"term", "journal", "payment_method"}
        )
        rows.filtered("suggested_id").action_accept()
        mapped = len(rows.filtered("reference_id"))
        message = self.get_checks()["payments"]["message"]
        self.assertIn(f"{mapped} of {len(rows)} mapped", message)
        self.assertEqual(connection.unmapped_count, len(rows) - mapped)
        self.assertIn("Journals", connection.mapping_table)

    def get_checks(self):
        self.env.flush_all()
        self.env.invalidate_all()
        checks = self.connection.with_user(self.administrator).preflight
        return {check["name"]: check for check in checks}

    def test_form_of_a_connection_that_is_not_saved_yet(self):
        connections = self.env["qbo.connection"].with_user(self.administrator)
        self.assertFalse(Form(connections).account_suggestions)
        with Form(connections.browse(self.connection.id)) as form:
            form.rounding_policy = "adjust"

    def test_accounts_are_named(self):
        self.connection.income_account_id = False
        check = self.get_checks()["accounts"]
        self.assertEqual(check["state"], "blocked")
        self.assertIn("Income Account", check["message"])

    def test_several_receivable_accounts(self):
        self.assertFalse(self.connection._needs_receivable_account())
        first = self.find_reference("Account", "Accounts Receivable")
        second = first.copy({"qbo_id": "999", "name": "Second"})
        self.env.invalidate_all()
        check = self.get_checks()["accounts"]
        self.assertEqual(check["state"], "warning")
        self.assertIn("Second", check["message"] + second.full_name + second.name)
        self.connection.receivable_account_id = first
        self.assertEqual(self.get_checks()["accounts"]["state"], "ok")

    def test_suggested_accounts(self):
        self.forget_items()
        connection = self.connection.with_user(self.administrator)
        connection.write({"income_account_id": False})
        self.env.flush_all()
        text = connection.account_suggestions
        # Before products were read nobody knows the account of the usual one.
        self.assertNotIn("Income Account", text)
        self.read_lists()
        self.assertIn("Income Account: Services", connection.account_suggestions)
        self.assertIn("Deposit Account: Undeposited Funds", text)
        self.assertIn("Chosen in QuickBooks' sales settings", text)
        connection.action_use_suggested_accounts()
        self.assertEqual(connection.deposit_account_id.name, "Undeposited Funds")
        self.assertEqual(connection.income_account_id.name, "Services")
        with self.assertRaises(AccessError):
            self.connection.with_user(self.user).action_use_suggested_accounts()
