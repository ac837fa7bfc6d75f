from datetime import date, datetime

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..models.qbo_field_path import READABLE, RELATIONS, SECRET, VALUES
from ..tools import template as templates
from .common import QboCommon
from .documents import DocumentMixin

LEAKS = (
    # People and their keys.
    "document.company_id.partner_id.signup_token",
    "document.partner_id.signup_token",
    "document.partner_id.signup_type",
    "document.partner_id.barcode",
    "document.create_uid.password",
    "document.create_uid.new_password",
    "document.create_uid.login",
    "document.create_uid.signature",
    "document.create_uid.api_key_ids.name",
    "document.create_uid.totp_secret",
    "document.create_uid.group_ids.name",
    "document.create_uid.log_ids.create_date",
    "document.create_uid.partner_id.signup_token",
    "document.partner_id.user_ids.name",
    "document.partner_id.bank_ids.acc_number",
    "document.partner_id.parent_id.comment",
    # The connection's own.
    "document.qbo_binding_ids.connection_id.client_id",
    "document.qbo_binding_ids.connection_id.client_secret_encrypted",
    "document.qbo_binding_ids.connection_id.grant_ids.access_token_encrypted",
    "document.qbo_operation_ids.request_id",
    "document.company_id.qbo_connection_ids.client_id",
    "document.qbo_approved_payload",
    # What the customer's page is opened with.
    "document.access_token",
    "document.access_url",
    "document.message_ids.body",
    "document.message_ids.author_id.name",
    "document.activity_ids.note",
    "document.attachment_ids.datas",
    "document.attachment_ids.access_token",
    # What it cost, and where the money is.
    "product_id.standard_price",
    "product_id.seller_ids.price",
    "document.journal_id.bank_account_id.acc_number",
    "document.journal_id.bank_acc_number",
    "document.company_id.bank_ids.acc_number",
    "document.company_id.secret",
    "document.company_id.user_ids.name",
    "document.company_id.child_ids.name",
    # Ways round.
    "env.cr.dbname",
    "document.env.user.name",
    "document.sudo",
    "document.ids",
    "document.display_name.name",
    "document.partner_id",
    "document",
    "write_uid.password",
    "document.invoice_user_id.partner_id.signup_token",
)


class PathMixin:
    def find_fault(self, text, document="account.move"):
        path = templates.get_single_path(f"{{{text}}}")
        self.assertTrue(path, text)
        start = document if path.of_document else f"{document}.line"
        return self.env["qbo.field.path"]._find_fault(start, path.names)


@tagged("post_install", "-at_install")
class TestFieldPaths(PathMixin, DocumentMixin, QboCommon):
    """What templates may read, and how it is written."""

    def read_path(self, record, text):
        names = text.split(".")
        return self.env["qbo.field.path"]._read_texts(
            record._qbo_in(self.connection), names
        )

    def make_mapping(self, target, template, document="account.move"):
        mapping = self.env["qbo.field.mapping"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("document", "=", document),
                ("target", "=", target),
            ]
        )
        mapping.template = template
        return mapping

    # === WHAT MAY NOT BE READ === #

    def test_leaks_cannot_be_saved(self):
        for text in LEAKS:
            for document in ("account.move", "sale.order"):
                with self.subTest(text=text, document=document):
                    with self.assertRaises(ValidationError) as caught:
                        self.make_mapping(
                            "line_description", f"{{name}} {{{text}}}", document
                        )
                        self.env.flush_all()
                    self.assertIn(text.split(".")[-1], str(caught.exception))

    def test_leaks_are_not_read_either(self):
        """A template that was saved past the check reads nothing."""
        self.set_up_quickbooks()
        invoice = self.create_invoice(ref="PO 7")
        invoice._portal_ensure_token()
        mapping = self.make_mapping("line_description", "{name}")
        for text in ("document.access_token", "document.create_uid.password"):
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE qbo_field_mapping SET template = %s WHERE id = %s",
                [f"x {{{text}}} {{document.ref}}", mapping.id],
            )
            self.env.invalidate_all()
            line = invoice._qbo_prepare_payload(self.connection)["Line"][0]
            self.assertEqual(line["Description"], "x  PO 7")

    def test_no_open_model_shows_a_kept_field(self):
        """Every field that may be read is one that all accountants may read."""
        paths = self.env["qbo.field.path"]
        count = 0
        for model in READABLE:
            if model not in self.env:
                continue
            for name, field in self.env[model]._fields.items():
                if paths._find_field_fault(model, name):
                    continue
                count += 1
                self.assertFalse(field.groups, field)
                self.assertFalse(SECRET.search(name), field)
                if field.related:
                    end = self.env[model]
                    for part in field.related.split("."):
                        self.assertFalse(end._fields[part].groups, field)
                        end = end[part] if end._fields[part].relational else end
        self.assertGreater(count, 200)

    def test_sentences(self):
        for text, words in (
            ("nothing", "“Journal Item” has no field “nothing”"),
            ("name.length", "“name” of “Journal Item” is a value"),
            ("document.partner_id", "say which of its fields"),
            ("document.narration", "is no text, number or date"),
            ("document.message_ids.body", "“Message” cannot be used"),
            ("product_id.standard_price", "cannot be sent to QuickBooks"),
        ):
            self.assertIn(words, self.find_fault(text))

    # === WHAT IS READ === #

    def test_values(self):
        team = self.env["crm.team"].create({"name": "North"})
        order = self.create_order(
            [(self.service, 1.5, 150)],
            client_order_ref=" PO 7 ",
            team_id=team.id,
            commitment_date=datetime(2026, 3, 5, 23, 30),
            require_payment=True,
            confirm=True,
        )
        self.company.partner_id.tz = "Asia/Tokyo"
        for text, texts in (
            ("name", [order.name]),
            ("client_order_ref", ["PO 7"]),
            ("origin", []),
            ("team_id.name", ["North"]),
            ("commitment_date", ["2026-03-06"]),
            ("signed_on", []),
            ("state", ["Sales Order"]),
            ("require_payment", ["Yes"]),
            ("amount_total", ["247.50"]),
            ("order_line.product_uom_qty", ["1.5"]),
            ("order_line.product_id.default_code", ["CONS"]),
            ("partner_id.country_id.name", ["United States"]),
            ("partner_id.vat", []),
            ("id", [str(order.id)]),
        ):
            self.assertEqual(self.read_path(order, text), texts, text)

    def test_several_values_once_each(self):
        invoice = self.create_invoice(
            [(self.service, 1, 10), (self.goods, 1, 10), (self.service, 2, 5)]
        )
        self.assertEqual(
            self.read_path(invoice, "invoice_line_ids.product_id.name"),
            ["Consulting", "Lantern"],
        )

    def test_money_has_the_decimals_of_its_currency(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        invoice = self.create_invoice(
            [(self.service, 1, 1500, None)], currency_id=yen.id
        )
        self.assertEqual(self.read_path(invoice, "amount_untaxed"), ["1500"])

    def test_days(self):
        order = self.create_order(commitment_date=datetime(2026, 3, 5, 23, 30))
        paths = self.env["qbo.field.path"]
        record = order._qbo_in(self.connection)
        self.assertEqual(
            paths._read_days(record, ["commitment_date"]), [date(2026, 3, 5)]
        )
        self.assertEqual(paths._read_days(record, ["name"]), [])
        self.assertEqual(paths._read_days(record, ["no_such_field"]), [])

    def test_types(self):
        self.assertFalse(VALUES & {*RELATIONS, "html", "binary", "json", "properties"})


@tagged("post_install", "-at_install")
class TestFieldsAddedByHand(PathMixin, QboCommon):
    """Fields of Settings, Technical, Fields: nobody vouched for them."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.registry.reset_changes)

    def add_field(self, model, name, **values):
        self.env["ir.model.fields"].create(
            {
                "name": name,
                "model_id": self.env["ir.model"]._get_id(model),
                "ttype": "char",
                **values,
            }
        )
        self.assertIn(name, self.env[model]._fields)

    def test_by_model_name_and_type(self):
        self.add_field("account.move", "x_project")
        self.add_field("res.partner", "x_number")
        self.add_field("account.move", "x_password")
        self.add_field("account.move", "x_html", ttype="html")
        self.add_field("res.users", "x_salary")
        self.assertIsNone(self.find_fault("document.x_project"))
        self.assertIsNone(self.find_fault("document.partner_id.x_number"))
        for text in ("x_password", "x_html", "invoice_user_id.x_salary"):
            self.assertTrue(self.find_fault(f"document.{text}"), text)

    def test_related_fields_are_what_they_show(self):
        self.add_field(
            "account.move", "x_kept", related="partner_id.barcode", store=False
        )
        self.add_field("account.move", "x_fine", related="partner_id.ref", store=False)
        self.assertIn("cannot be sent", self.find_fault("document.x_kept"))
        self.assertIsNone(self.find_fault("document.x_fine"))

    def test_computed_fields(self):
        self.add_field(
            "account.move",
            "x_computed",
            depends="name",
            compute="for r in self: r['x_computed'] = r.access_token",
            store=False,
        )
        self.assertIn("cannot be sent", self.find_fault("document.x_computed"))
