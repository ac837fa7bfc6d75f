from datetime import date, datetime

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import US_REALM, QboCommon
from .documents import DocumentMixin
from .outbox import OutboxMixin
from .test_gate import GateMixin

PREFIX = "SalesFormsPrefs"


def make_definitions(**names):
    """The preferences of sales forms with these custom fields: ``c1="Crew #"``."""
    used = [
        {
            "Name": f"{PREFIX}.UseSalesCustom{number}",
            "Type": "BooleanType",
            "BooleanValue": f"c{number}" in names,
        }
        for number in "123"
    ]
    labels = [
        {
            "Name": f"{PREFIX}.SalesCustomName{key[1]}",
            "Type": "StringType",
            "StringValue": name,
        }
        for key, name in names.items()
    ]
    return [{"CustomField": used}, {"CustomField": labels}]


class FieldMixin:
    def fill(self, target, template, document="account.move"):
        """Write a template as an accountant would; return its row."""
        row = self.get_row(target, document)
        row.with_user(self.accountant).template = template
        self.env.flush_all()
        return row

    def get_row(self, target, document="account.move"):
        row = self.env["qbo.field.mapping"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("document", "=", document),
                ("target", "=", target),
            ]
        )
        self.assertEqual(len(row), 1)
        return row

    def set_class_source(self, source):
        row = self.get_row("class_source", "all")
        row.with_user(self.accountant).class_source = source
        self.env.flush_all()

    def get_payload(self, document):
        self.env.flush_all()
        return document._qbo_prepare_payload(self.connection)

    def get_line(self, document, place=0):
        return self.get_payload(document)["Line"][place]

    def get_blockers(self, document):
        return document._qbo_get_blockers(self.connection)


@tagged("post_install", "-at_install")
class TestFieldMapping(FieldMixin, DocumentMixin, QboCommon):
    """What templates make of the fields of documents."""

    def setUp(self):
        super().setUp()
        self.set_up_quickbooks(
            SalesFormsPrefs={"CustomField": make_definitions(c1="Crew #", c3="PO")}
        )

    # === DEFAULTS === #

    def test_rows_of_a_new_connection_change_nothing(self):
        rows = self.connection.field_mapping_ids
        self.assertEqual(len(rows), 11)
        invoice = self.create_invoice([{"name": "By hand", **self.price()}])
        order = self.create_order()
        payloads = [self.get_payload(each) for each in (invoice, order)]
        self.assertEqual(payloads[0]["Line"][0]["Description"], "By hand")
        self.assertNotIn("CustomField", payloads[0])
        rows.unlink()
        self.assertEqual(
            [self.get_payload(each) for each in (invoice, order)], payloads
        )

    def price(self):
        return {"product_id": self.service.id, "quantity": 1, "price_unit": 10}

    def test_missing_rows_are_made_when_they_are_looked_at(self):
        self.connection.field_mapping_ids.unlink()
        self.get_action()
        self.assertEqual(len(self.connection.field_mapping_ids), 11)
        self.get_action()
        self.assertEqual(len(self.connection.field_mapping_ids), 11)

    def get_action(self):
        return self.connection.with_user(self.accountant).action_open_fields()

    def test_archived_and_empty_templates_change_nothing(self):
        invoice = self.create_invoice()
        before = self.get_payload(invoice)
        row = self.fill("line_description", "Other words")
        self.assertEqual(self.get_line(invoice)["Description"], "Other words")
        row.active = False
        self.assertEqual(self.get_payload(invoice), before)
        row.write({"active": True, "template": False})
        self.assertEqual(self.get_payload(invoice), before)

    # === DESCRIPTION === #

    def test_description(self):
        order = self.create_order(confirm=True)
        invoice = order._create_invoices()
        invoice.action_post()
        self.fill(
            "line_description",
            "[{product_id.default_code}] {product_id.name}\n"
            "Order {sale_line_ids.order_id.name}\n"
            "To {document.incoterm_location}",
        )
        self.assertEqual(
            self.get_line(invoice)["Description"],
            f"[CONS] Consulting\nOrder {order.name}",
        )
        # Orders have a row of their own.
        self.assertEqual(self.get_line(order)["Description"], order.order_line.name)
        self.fill("line_description", "{document.name}: {name}", "sale.order")
        self.assertEqual(
            self.get_line(order)["Description"],
            f"{order.name}: {order.order_line.name}",
        )

    def test_texts_between_lines_stay(self):
        invoice = self.create_invoice(
            [
                {"display_type": "line_section", "name": "Spring"},
                (self.service, 1, 10),
                {"display_type": "line_note", "name": "Thanks"},
            ]
        )
        self.fill("line_description", "{product_id.default_code}")
        self.assertEqual(
            [line.get("Description") for line in self.get_payload(invoice)["Line"]],
            ["Spring", "CONS", "Thanks"],
        )

    def test_description_of_nothing_is_left_out(self):
        invoice = self.create_invoice([(self.goods, 1, 10)])
        self.fill("line_description", "Code {product_id.default_code}")
        self.assertNotIn("Description", self.get_line(invoice))
        self.assertEqual(self.get_gaps(invoice), [])

    def test_long_description_is_cut(self):
        invoice = self.create_invoice()
        self.fill("line_description", "word " * 1000 + "{name}")
        text = self.get_line(invoice)["Description"]
        self.assertLessEqual(len(text), 4000)
        self.assertTrue(text.endswith("…"))

    def test_language_is_the_companys(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.service.with_context(lang="fr_FR").name = "Conseil"
        invoice = self.create_invoice()
        self.fill("line_description", "{product_id.name}")
        for user in (self.env.user, self.accountant):
            user.lang = "fr_FR"
            french = invoice.with_user(user).with_context(lang="fr_FR").sudo()
            self.assertEqual(self.get_line(french)["Description"], "Consulting")
        self.company.partner_id.lang = "fr_FR"
        self.assertEqual(self.get_line(invoice)["Description"], "Conseil")

    # === SERVICE DATE === #

    def test_service_date(self):
        order = self.create_order(
            confirm=True, commitment_date=datetime(2026, 3, 9, 12, 0)
        )
        invoice = order._create_invoices()
        invoice.invoice_date = date(2026, 3, 12)
        invoice.action_post()
        self.assertNotIn("ServiceDate", self.get_detail(invoice))
        self.fill("service_date", "{document.invoice_date}")
        self.assertEqual(self.get_detail(invoice)["ServiceDate"], "2026-03-12")
        self.fill("service_date", "{sale_line_ids.order_id.commitment_date}")
        self.assertEqual(self.get_detail(invoice)["ServiceDate"], "2026-03-09")
        self.fill("service_date", "{document.commitment_date}", "sale.order")
        self.assertEqual(self.get_detail(order)["ServiceDate"], "2026-03-09")
        self.assertEqual(self.get_gaps(invoice), [])

    def get_detail(self, document):
        return self.get_line(document)["SalesItemLineDetail"]

    def test_several_service_dates(self):
        orders = [
            self.create_order(confirm=True, commitment_date=datetime(2026, 3, day, 9))
            for day in (9, 11)
        ]
        invoice = self.create_invoice()
        lines = [order.order_line.id for order in orders]
        invoice.invoice_line_ids.sale_line_ids = [(6, 0, lines)]
        self.fill("service_date", "{sale_line_ids.order_id.commitment_date}")
        (blocker,) = self.get_blockers(invoice)
        self.assertIn("2026-03-09, 2026-03-11", blocker)
        self.assertIn(invoice.name, blocker)
        self.assertNotIn("ServiceDate", self.get_detail(invoice))

    def test_service_dates_that_quickbooks_has_switched_off(self):
        self.fill("service_date", "{document.invoice_date}")
        self.assertEqual(self.get_check()[0], "ok")
        self.set_preferences(AllowServiceDate=False)
        self.assertNotIn("ServiceDate", self.get_detail(self.create_invoice()))
        state, message = self.get_check()
        self.assertEqual(state, "warning")
        self.assertIn("Service dates", message)

    def set_preferences(self, **values):
        preferences = self.connection.preferences
        preferences["SalesFormsPrefs"] |= values
        self.connection.sudo().preferences = preferences
        self.env.flush_all()
        self.env.invalidate_all()

    def get_check(self):
        self.env.flush_all()
        return self.env["qbo.preflight"]._check_fields(self.connection)

    # === CUSTOM FIELDS === #

    def test_custom_fields(self):
        invoice = self.create_invoice(ref="PO 7")
        self.fill("custom_1", "{document.partner_id.name}")
        self.fill("custom_3", "PO: {document.ref}")
        self.assertEqual(
            self.get_payload(invoice)["CustomField"],
            [
                {"DefinitionId": "1", "StringValue": "Pacific Traders"},
                {"DefinitionId": "3", "StringValue": "PO: PO 7"},
            ],
        )
        # Whatever goes there arrives there, on all that is sold.
        credit = self.create_invoice(move_type="out_refund", ref="PO 7")
        ids = {}
        for document in (invoice, credit):
            _sent, answer = self.deliver(document, ids)
            values = {
                each["Name"]: each.get("StringValue") for each in answer["CustomField"]
            }
            self.assertEqual(values, {"Crew #": "Pacific Traders", "PO": "PO: PO 7"})

    def test_custom_fields_of_orders(self):
        order = self.create_order(client_order_ref="PO 9")
        self.fill("custom_3", "{document.client_order_ref}", "sale.order")
        self.assertEqual(
            self.get_payload(order)["CustomField"],
            [{"DefinitionId": "3", "StringValue": "PO 9"}],
        )
        self.assertEqual(self.get_gaps(order), [])
        self.assertNotIn("CustomField", self.get_payload(self.create_invoice()))

    def test_empty_values_are_left_out(self):
        self.fill("custom_1", "PO {document.ref}")
        self.assertNotIn("CustomField", self.get_payload(self.create_invoice()))

    def test_values_are_one_line(self):
        self.fill("custom_1", "{document.ref}\n{document.name}")
        invoice = self.create_invoice(ref="PO\n 7")
        (field,) = self.get_payload(invoice)["CustomField"]
        self.assertEqual(field["StringValue"], f"PO 7 {invoice.name}")

    def test_long_values_are_refused(self):
        self.fill("custom_3", "{document.ref}")
        invoice = self.create_invoice(ref="1234567890" * 3 + "1")
        self.assertEqual(self.get_blockers(invoice), [])
        self.assertEqual(self.get_gaps(invoice), [])
        # A pair of code units is two characters to QuickBooks.
        for value in ("1234567890" * 3 + "12", "😀" * 16):
            invoice = self.create_invoice(ref=value)
            (blocker,) = self.get_blockers(invoice)
            self.assertIn(invoice.name, blocker)
            self.assertIn(f"“{value}”", blocker)
            self.assertIn("custom field PO", blocker)
            self.assertIn("31 characters", blocker)

    def test_switched_off_in_quickbooks(self):
        self.fill("custom_2", "{document.ref}")
        invoice = self.create_invoice(ref="PO 7")
        self.assertNotIn("CustomField", self.get_payload(invoice))
        self.assertEqual(self.get_blockers(invoice), [])
        state, message = self.get_check()
        self.assertEqual(state, "warning")
        self.assertIn("not sent: 2.", message)
        self.assertEqual(self.get_row("custom_2").label, "switched off in QuickBooks")
        self.assertEqual(self.get_row("custom_1").label, "Crew #")
        self.fill("custom_2", False)
        self.fill("custom_1", "{document.ref}")
        state, message = self.get_check()
        self.assertEqual(state, "ok")
        self.assertIn("Crew #", message)

    def test_pre_flight_before_a_company_is_chosen(self):
        other = self._create_connection(self.env["res.company"].create({"name": "B"}))
        self.assertEqual(self.env["qbo.preflight"]._check_fields(other)[0], "waiting")

    # === CLASSES === #

    def use_classes(self, mode="ClassTrackingPerTxnLine"):
        preferences = self.connection.preferences
        off = {"ClassTrackingPerTxn": False, "ClassTrackingPerTxnLine": False}
        preferences["AccountingInfoPrefs"] |= off | {mode: True}
        self.connection.sudo().preferences = preferences

    def map_class(self, record, name="North"):
        """Map a category or team to a class of QuickBooks with this name."""
        reference = self.env["qbo.reference"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("entity", "=", "Class"),
                ("name", "=", name),
            ]
        ) or self.env["qbo.reference"].create(
            {
                "connection_id": self.connection.id,
                "entity": "Class",
                "qbo_id": f"77{len(name)}",
                "name": name,
                "full_name": name,
            }
        )
        self.env["qbo.mapping"].create(
            {
                "connection_id": self.connection.id,
                "kind": "class",
                "res_model": record._name,
                "res_id": record.id,
                "reference_id": reference.id,
            }
        )
        self.env.flush_all()
        return reference

    def test_class_source(self):
        self.assertEqual(self.connection._get_class_source(), "analytic")
        for source in ("category", "team", "analytic"):
            self.set_class_source(source)
            self.assertEqual(self.connection._get_class_source(), source)
        self.connection.field_mapping_ids.unlink()
        self.assertEqual(self.connection._get_class_source(), "analytic")

    def test_unmapped_category_is_named(self):
        self.use_classes()
        self.set_class_source("category")
        self.service.categ_id = self.env["product.category"].create({"name": "Advice"})
        invoice = self.create_invoice()
        (blocker,) = self.get_blockers(invoice)
        self.assertIn("category Advice", blocker)
        self.assertIn(invoice.name, blocker)
        self.assertNotIn("ClassRef", self.get_detail(invoice))

    def test_unmapped_team_is_named(self):
        self.use_classes()
        self.set_class_source("team")
        team = self.env["crm.team"].create({"name": "Night shift"})
        order = self.create_order(team_id=team.id)
        (blocker,) = self.get_blockers(order)
        self.assertIn("sales team Night shift", blocker)
        order.team_id = False
        self.assertEqual(self.get_blockers(order), [])

    def check_classes(self):
        """Return (state, message) of the pre-flight panel on classes and locations."""
        self.env["qbo.mapping"]._collect(self.connection, ["class", "location"])
        return self.env["qbo.preflight"]._check_classes(self.connection)

    def test_pre_flight_says_that_documents_wait(self):
        """No plan is needed for classes of categories, and none of them is created."""
        self.use_classes()
        self.connection.class_plan_id = False
        self.assertIn("No analytic plan", self.check_classes()[1])
        self.set_class_source("category")
        self.service.categ_id = self.env["product.category"].create({"name": "Advice"})
        self.assertTrue(self.get_blockers(self.create_invoice()))
        state, message = self.check_classes()
        self.assertEqual(state, "hint")
        self.assertIn("wait until their classes are mapped", message)
        self.assertNotIn("created", message)

    def test_pre_flight_says_that_locations_are_not_created(self):
        self.use_classes()
        preferences = self.connection.preferences
        preferences["AccountingInfoPrefs"]["TrackDepartments"] = True
        self.connection.sudo().preferences = preferences
        plan = self.env["account.analytic.plan"].create({"name": "Places"})
        self.env["account.analytic.account"].create(
            {"name": "Oslo", "plan_id": plan.id, "company_id": self.company.id}
        )
        self.connection.class_plan_id = False
        self.connection.location_plan_id = plan
        self.assertTrue(self.connection.create_missing_classes)
        message = self.check_classes()[1]
        self.assertIn("0 of 1 mapped", message)
        self.assertIn("wait until their locations are mapped", message)
        self.assertNotIn("created", message)

    def test_no_classes_in_quickbooks(self):
        self.use_classes("Nothing")
        self.set_class_source("category")
        self.assertFalse(self.connection._get_rules().classes)
        self.assertEqual(self.get_blockers(self.create_invoice()), [])

    def test_class_of_the_category(self):
        self.use_classes()
        self.set_class_source("category")
        parent = self.env["product.category"].create({"name": "Services"})
        child = parent.create({"name": "Advice", "parent_id": parent.id})
        self.service.categ_id = child
        reference = self.map_class(parent)
        invoice = self.create_invoice()
        self.assertEqual(self.get_blockers(invoice), [])
        self.assertEqual(
            self.get_detail(invoice)["ClassRef"], {"value": reference.qbo_id}
        )
        nearer = self.map_class(child, "Advisers")
        self.assertEqual(self.get_detail(invoice)["ClassRef"], {"value": nearer.qbo_id})
        nearer.active = False
        (blocker,) = self.get_blockers(invoice)
        self.assertIn("Advisers", blocker)
        self.assertIn("not active", blocker)

    def test_analytic_distribution_is_left_out_of_account(self):
        self.use_classes()
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        self.connection.class_plan_id = plan
        one, other = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("East", "West")]
        )
        shares = {str(one.id): 60, str(other.id): 40}
        invoice = self.create_invoice(
            [{**self.price(), "analytic_distribution": shares}]
        )
        self.assertEqual(len(self.get_payload(invoice)["Line"]), 2)
        self.set_class_source("team")
        invoice.team_id = False
        self.assertEqual(self.get_blockers(invoice), [])
        (line,) = self.get_payload(invoice)["Line"]
        self.assertNotIn("ClassRef", line["SalesItemLineDetail"])

    def test_one_class_for_the_document(self):
        self.use_classes("ClassTrackingPerTxn")
        self.set_class_source("category")
        category = self.env["product.category"].create({"name": "Services"})
        self.service.categ_id = category
        self.goods.categ_id = category.create({"name": "Goods"})
        reference = self.map_class(category)
        invoice = self.create_invoice()
        payload = self.get_payload(invoice)
        self.assertEqual(payload["ClassRef"], {"value": reference.qbo_id})
        self.assertNotIn("ClassRef", payload["Line"][0]["SalesItemLineDetail"])
        self.map_class(self.goods.categ_id, "Shop floor")
        mixed = self.create_invoice([(self.service, 1, 10), (self.goods, 1, 10)])
        self.assertNotIn("ClassRef", self.get_payload(mixed))
        self.assertTrue(
            any("North, Shop floor" in each for each in self.get_blockers(mixed))
        )

    # === WHAT CANNOT BE SAVED === #

    def test_refusals(self):
        for target, template, words in (
            ("line_description", "{nam}", "has no field “nam”"),
            ("line_description", "{name", "“{” opens or closes no placeholder"),
            ("line_description", "{name()}", "names of fields with points"),
            ("line_description", "{a.b.c.d.e}", "more than 4 fields"),
            ("custom_1", "{name}", "start with “document.”"),
            ("service_date", "{document.ref}", "is no date"),
            ("service_date", "on {document.invoice_date}", "one placeholder"),
            ("service_date", "2026-01-01", "one placeholder"),
        ):
            with self.subTest(template=template), self.assertRaises(UserError) as e:
                self.fill(target, template)
            self.assertIn(words, str(e.exception))
            self.assertIn("Invoices and credit notes", str(e.exception))

    def test_all_faults_at_once(self):
        with self.assertRaises(ValidationError) as caught:
            self.fill("line_description", "{one} {two} }")
        for word in ("“one”", "“two”", "“}”"):
            self.assertIn(word, str(caught.exception))

    def test_fields_of_lines_are_those_of_the_document(self):
        self.fill("line_description", "{quantity} {name}")
        with self.assertRaisesRegex(ValidationError, "no field “quantity”"):
            self.fill("line_description", "{quantity} {name}", "sale.order")

    @mute_logger("odoo.sql_db")
    def test_one_row_for_each_field(self):
        for values in (
            {"target": "custom_1", "document": "account.move"},
            {"target": "custom_1", "document": "all"},
            {"target": "class_source", "document": "account.move"},
        ):
            with (
                self.assertRaises(psycopg2.IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.env["qbo.field.mapping"].create(
                    {"connection_id": self.connection.id, **values}
                )
                self.env.flush_all()

    def test_severed(self):
        self.fill("custom_1", "{document.ref}")
        self.fill("line_description", "{product_id.name}")
        self.set_class_source("team")
        self.connection.with_user(self.administrator).action_sever()
        self.env.invalidate_all()
        # What belongs to the company in QuickBooks is forgotten with it.
        rows = self.connection.field_mapping_ids
        self.assertEqual(
            set(rows.mapped("target")), {"line_description", "service_date"}
        )
        self.assertIn("{product_id.name}", rows.mapped("template"))

    # === WHO MAY === #

    def test_roles(self):
        row = self.get_row("custom_1")
        for user in (self.accountant, self.administrator):
            row.with_user(user).template = "{document.ref}"
        for user in (self.user, self.approver):
            self.assertEqual(row.with_user(user).template, "{document.ref}")
            with self.assertRaises(AccessError):
                row.with_user(user).template = "{document.name}"
            with self.assertRaises(AccessError):
                row.with_user(user).unlink()
        stranger = self._create_user(
            "accountant", self.env["res.company"].create({"name": "Elsewhere"})
        )
        rows = self.env["qbo.field.mapping"].with_user(stranger)
        self.assertFalse(rows.search([("connection_id", "=", self.connection.id)]))
        with self.assertRaises(AccessError):
            row.with_user(stranger).template = "{document.name}"
        self.get_row("custom_2").unlink()
        with self.assertRaises(AccessError):
            rows.create(
                {
                    "connection_id": self.connection.id,
                    "document": "account.move",
                    "target": "custom_2",
                }
            )
        with self.assertRaises(AccessError):
            row.with_user(self._create_outsider()).read(["template"])

    def _create_outsider(self):
        return self.env["res.users"].create(
            {
                "name": "Nobody's",
                "login": "qbo_outsider",
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
                "group_ids": [(4, self.env.ref("base.group_user").id)],
            }
        )


@tagged("post_install", "-at_install")
class TestFieldPreview(FieldMixin, GateMixin, QboCommon):
    """What a template would make of a real document, before it is saved."""

    def open(self, row, user=None):
        row = row.with_user(user or self.accountant)
        row = row.with_context(allowed_company_ids=self.company.ids)
        return Form(row, "quickbooks_online.qbo_field_mapping_view_form")

    def test_description_while_it_is_written(self):
        invoice = self.create_invoice()
        self.env.flush_all()
        form = self.open(self.get_row("line_description"))
        self.assertEqual(form.preview_move_id, invoice)
        self.assertIn(invoice.name, form.preview)
        self.assertNotIn("Code CONS", form.preview)
        form.template = "Code {product_id.default_code}"
        self.assertIn("Code CONS", form.preview)
        self.assertFalse(form.problem)
        # Nothing is saved by looking.
        self.assertNotIn("Code", self.get_line(invoice)["Description"])
        form.template = "Code {product_id.default_code"
        self.assertIn("opens or closes no placeholder", form.problem)
        self.assertNotIn("Code", form.preview)
        with self.assertRaises(ValidationError):
            form.save()
        form.template = "Code {product_id.default_code}"
        form.save()
        self.assertEqual(self.get_line(invoice)["Description"], "Code CONS")

    def test_leaks_are_not_shown(self):
        invoice = self.create_invoice()
        token = invoice._portal_ensure_token()
        self.env.flush_all()
        form = self.open(self.get_row("line_description"))
        form.template = "{name} {document.access_token}"
        self.assertIn("cannot be sent", form.problem)
        self.assertNotIn(token, form.preview)
        self.assertNotIn(token, form.cheat_sheet)

    def test_texts_are_texts(self):
        self.create_invoice(ref="<b>bold</b>")
        self.env.flush_all()
        form = self.open(self.get_row("line_description"))
        form.template = "<i>{document.ref}</i>"
        self.assertIn("&lt;i&gt;&lt;b&gt;bold", form.preview)

    def test_custom_fields_and_dates(self):
        invoice = self.create_invoice(ref="1234567890" * 4)
        self.fill("service_date", "{document.invoice_date}")
        form = self.open(self.get_row("custom_1"))
        form.template = "{document.ref}"
        self.assertEqual(form.label, "Crew #")
        self.assertIn("2026-03-02", form.preview)
        self.assertIn("Too long by 9", form.preview)
        other = self.create_invoice(ref="PO 7")
        self.env.flush_all()
        form.preview_move_id = other
        self.assertIn("PO 7", form.preview)
        self.assertNotIn("Too long", form.preview)
        self.assertFalse(form.preview_order_id)
        form = self.open(self.get_row("custom_2"))
        form.template = "{document.ref}"
        self.assertIn("Switched off in QuickBooks", form.preview)
        self.assertEqual(form.preview_move_id, max(invoice, other, key=lambda m: m.id))

    def test_orders(self):
        order = self.create_order(client_order_ref="PO 9")
        self.env.flush_all()
        form = self.open(self.get_row("custom_1", "sale.order"))
        self.assertEqual(form.preview_order_id, order)
        form.template = "{document.client_order_ref}"
        self.assertIn("PO 9", form.preview)
        self.assertIn("{document.client_order_ref}", form.cheat_sheet)

    def test_class_source(self):
        preferences = self.connection.preferences
        preferences["AccountingInfoPrefs"]["ClassTrackingPerTxnLine"] = True
        self.connection.sudo().preferences = preferences
        self.service.categ_id = self.env["product.category"].create({"name": "Advice"})
        self.create_invoice()
        self.env.flush_all()
        form = self.open(self.get_row("class_source", "all"))
        self.assertNotIn("Advice", form.preview)
        form.class_source = "category"
        self.assertIn("Advice has no class yet", form.preview)
        self.assertFalse(form.cheat_sheet)

    def test_cheat_sheet(self):
        self.create_invoice(ref="PO 7")
        self.env.flush_all()
        form = self.open(self.get_row("line_description"))
        self.assertIn("{product_id.default_code}", form.cheat_sheet)
        self.assertIn("Product › Internal Reference", form.cheat_sheet)
        self.assertIn("CONS", form.cheat_sheet)
        form = self.open(self.get_row("service_date"))
        self.assertIn("{document.invoice_date}", form.cheat_sheet)
        self.assertNotIn("{document.ref}", form.cheat_sheet)
        form = self.open(self.get_row("custom_1"))
        self.assertNotIn("{product_id.default_code}", form.cheat_sheet)

    def test_documents_of_other_companies_are_not_shown(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.accountant.company_ids |= other
        theirs = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "company_id": other.id}
        )
        self.create_order()
        self.env.flush_all()
        row = self.get_row("custom_1", "sale.order").with_user(self.accountant)
        row = row.with_context(allowed_company_ids=(self.company + other).ids)
        self.assertTrue(theirs.with_env(row.env).has_access("read"))
        draft = row.new(origin=row)
        draft.template = "{document.name}"
        self.assertTrue(draft.preview)
        draft.preview_order_id = theirs.with_env(row.env)
        self.assertFalse(draft.preview)
        self.assertNotIn(theirs.name, draft.cheat_sheet)

    def test_documents_that_the_user_may_not_read_are_not_shown(self):
        self.create_invoice()
        reader = self.accountant.copy({"login": "qbo_reader"})
        reader.group_ids = self.env.ref("quickbooks_online.group_qbo_accountant")
        row = self.get_row("line_description").with_user(reader)
        self.assertFalse(row.preview_move_id)
        self.assertFalse(row.preview)


@tagged("post_install", "-at_install")
class TestFieldGate(FieldMixin, GateMixin, QboCommon):
    """Another template makes another document: it has to be approved again."""

    def test_by_template(self):
        invoice = self.get_approved(self.create_invoice(ref="PO 7"))
        order = self.get_approved(self.create_order())
        self.fill("custom_1", "{document.ref}")
        self.assertReopened(invoice, "Custom field")
        # Nothing of the order changed.
        self.assertEqual(order.qbo_approval, "approved")
        self.fill("line_description", "{product_id.name}", "sale.order")
        self.assertReopened(order, "description")

    def test_by_other_value(self):
        self.fill("custom_1", "{document.ref}")
        invoice = self.get_approved(self.create_invoice(ref="PO 7"))
        invoice.ref = "PO 8"
        self.assertReopened(invoice, "Custom field, 1: PO 7 → PO 8")

    def test_by_removal_and_archive(self):
        row = self.fill("custom_1", "{document.ref}")
        for change in (
            lambda: row.with_user(self.accountant).write({"active": False}),
            lambda: row.with_user(self.accountant).unlink(),
        ):
            row.active = True
            invoice = self.get_approved(self.create_invoice(ref="PO 7"))
            change()
            self.assertReopened(invoice, "Custom field")

    def test_by_new_row(self):
        self.get_row("custom_1").unlink()
        invoice = self.get_approved(self.create_invoice(ref="PO 7"))
        self.env["qbo.field.mapping"].with_user(self.accountant).create(
            {
                "connection_id": self.connection.id,
                "document": "account.move",
                "target": "custom_1",
                "template": "{document.ref}",
            }
        )
        self.assertReopened(invoice, "Custom field")

    def test_what_changes_nothing(self):
        invoice = self.get_approved(self.create_invoice())
        self.fill("custom_1", "{document.ref}")
        self.assertEqual(invoice.qbo_approval, "approved")

    def test_by_a_value_that_the_document_only_names(self):
        """Found when it is pushed, at the latest."""
        self.fill("line_description", "{product_id.default_code}")
        invoice = self.get_approved(self.create_invoice())
        self.service.default_code = "OTHER"
        self.env.flush_all()
        with self.fails(UserError) as caught:
            self.click_push(invoice)
        self.assertIn("CONS → OTHER", str(caught.exception))
        self.assertReopened(invoice, "CONS → OTHER")


@tagged("post_install", "-at_install")
class TestFieldReceipt(FieldMixin, OutboxMixin, QboCommon):
    """What QuickBooks drops without a word is seen in its answer."""

    def test_arrived(self):
        self.fill("custom_1", "{document.ref}")
        invoice = self.create_invoice(ref="PO 7")
        operation = self.push(invoice)
        self.assertEqual(operation.state, "done")
        (there,) = self.get_documents(invoice)
        self.assertEqual(there["CustomField"][0]["StringValue"], "PO 7")

    def test_dropped(self):
        """Switched off in QuickBooks after its preferences were read here."""
        self.fill("custom_1", "{document.ref}")
        self.control(
            "POST",
            f"company/{US_REALM}",
            preferences={"SalesFormsPrefs": {"CustomField": make_definitions(c2="B")}},
        )
        invoice = self.create_invoice(ref="PO 7")
        operation = self.push(invoice)
        self.assertEqual(operation.state, "differs")
        gaps = str(operation.read()[0])
        self.assertIn("Custom field (1)", gaps)
        self.assertIn("PO 7", gaps)
