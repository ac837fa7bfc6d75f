from datetime import date

from ..tools import receipt
from ..tools.references import list_references, resolve
from .common import US_REALM

INVOICE_DATE = date(2026, 3, 2)


class DocumentMixin:
    """Invoices and orders to push: put before `QboCommon` among the bases.

    The company gets a chart of accounts, three sales taxes, products and customers;
    documents are written in US dollars unless told otherwise.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_books(cls.company)

    @classmethod
    def _set_up_books(cls, company):
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        cls.books = cls.env(
            context=dict(cls.env.context, allowed_company_ids=company.ids)
        )
        cls.tax_10 = cls._create_tax("Sales tax 10%", 10)
        cls.tax_5 = cls._create_tax("County tax 5%", 5)
        cls.tax_0 = cls._create_tax("Exempt", 0)
        cls.customer = cls._create_customer("Pacific Traders")
        cls.service = cls._create_product("Consulting", 150, default_code="CONS")
        cls.goods = cls._create_product("Lantern", 40, type="consu")

    @classmethod
    def _create_tax(cls, name, amount, **values):
        return cls.books["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "type_tax_use": "sale",
                "company_id": cls.books.company.id,
                **values,
            }
        )

    @classmethod
    def _create_customer(cls, name, **values):
        return cls.books["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "email": "accounts@traders.example",
                "phone": "(555) 010-0042",
                "street": "12 Ocean Ave",
                "city": "Los Angeles",
                "zip": "90001",
                "state_id": cls.env.ref("base.state_us_5").id,
                "country_id": cls.env.ref("base.us").id,
                **values,
            }
        )

    @classmethod
    def _create_product(cls, name, price, **values):
        product = cls.books["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": price,
                "taxes_id": [(6, 0, cls.tax_10.ids)],
                **values,
            }
        )
        return product

    # === DOCUMENTS === #

    @classmethod
    def create_invoice(cls, lines=None, partner=None, post=True, **values):
        """Return an invoice; a credit note with ``move_type="out_refund"``.

        :param lines: each the values of an ``account.move.line``, or a tuple of
            product, quantity, unit price and optionally taxes (those of the product
            otherwise)
        """
        lines = [(cls.service, 2, 150)] if lines is None else lines
        invoice = cls.books["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or cls.customer).id,
                "invoice_date": INVOICE_DATE,
                "invoice_line_ids": [
                    (0, 0, {"sequence": place, **cls._prepare_line(line, "quantity")})
                    for place, line in enumerate(lines, 1)
                ],
                **values,
            }
        )
        if post:
            invoice.action_post()
        return invoice

    @classmethod
    def create_order(cls, lines=None, partner=None, confirm=False, **values):
        """Return a sale order; see :meth:`create_invoice` for the lines."""
        lines = [(cls.service, 2, 150)] if lines is None else lines
        order = cls.books["sale.order"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "date_order": f"{INVOICE_DATE} 12:00:00",
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "sequence": place,
                            **cls._prepare_line(line, "product_uom_qty"),
                        },
                    )
                    for place, line in enumerate(lines, 1)
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def _prepare_line(cls, line, quantity_name):
        if isinstance(line, dict):
            return line
        product, quantity, price, *taxes = line
        values = {
            "product_id": product.id,
            quantity_name: quantity,
            "price_unit": price,
        }
        if taxes:
            values["tax_ids"] = [(6, 0, taxes[0].ids if taxes[0] else [])]
        return values

    # === QUICKBOOKS === #

    def set_up_quickbooks(self, realm_id=US_REALM, **preferences):
        """Connect, read the lists, and choose the accounts of new items.

        :param preferences: blocks of preferences of the company in QuickBooks
        """
        if preferences:
            self.control("POST", f"company/{realm_id}", preferences=preferences)
        self.connect(realm_id=realm_id)
        self.connection.with_user(self.administrator).action_refresh_references()
        self.env.invalidate_all()
        self.connection.write(
            {
                "income_account_id": self.find_reference("Account", "Income").id,
                "expense_account_id": self.find_reference("Account", "Expense").id,
            }
        )
        self.env.flush_all()

    def find_reference(self, entity, name):
        """Return a record of QuickBooks' lists: an account by type, others by name."""
        field = "account_type" if entity == "Account" else "name"
        reference = self.env["qbo.reference"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("entity", "=", entity),
                (field, "=", name),
            ],
            limit=1,
        )
        self.assertTrue(reference, f"{entity} {name}")
        return reference

    def map_tax(self, taxes, code):
        """Map a set of taxes to the tax code with this name."""
        return self.env["qbo.mapping"].create(
            {
                "connection_id": self.connection.id,
                "kind": "tax",
                "tax_ids": [(6, 0, taxes.ids if taxes else [])],
                "reference_id": self.find_reference("TaxCode", code).id,
            }
        )

    def deliver(self, record, ids=None):
        """Create a record and all it refers to in the simulator, without the outbox.

        :param dict ids: {(model, id, entity): id} of what is there; completed
        :return: the payload that was sent, and what QuickBooks answered
        """
        ids = {} if ids is None else ids
        self.assertEqual(record._qbo_get_blockers(self.connection), [])
        payload = record._qbo_prepare_payload(self.connection)
        if record._name == "qbo.customer":
            # As the look-up of names would find out.
            payload["DisplayName"] = record.display_name
        for reference in list_references(payload):
            if reference.key not in ids and not reference.optional:
                other = self.env[reference.model].browse(reference.id)
                self.deliver(other.with_env(record.env), ids)
        entity = record._qbo_get_entity()
        sent = resolve(payload, ids)
        request_id = f"deliver-{record._name}-{record.id}"
        answer = self.connection._call(
            lambda client: client.create_entity(entity, sent, request_id)
        )
        self.env.invalidate_all()
        ids[record._name, record.id, entity] = answer["Id"]
        return sent, answer

    def get_gaps(self, record, ids=None):
        """Deliver a document; return what QuickBooks has otherwise, as sentences."""
        sent, answer = self.deliver(record, ids)
        expected = record._qbo_get_expectation(self.connection)
        gaps = receipt.compare(
            sent,
            answer,
            expected["currency_decimals"],
            total=expected["total"],
            tax=expected["tax"],
            entity=record._qbo_get_entity(),
            automated_tax=True,
        )
        return receipt.describe(gaps)
