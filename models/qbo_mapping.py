from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.suggest import DEPOSIT_TYPES, UNSELLABLE_ITEMS


class Kind(NamedTuple):
    """What a kind of mappings joins.

    :param entity: the list of QuickBooks: 'TaxCode'
    :param models: what of Odoo: names of models; none for sets of taxes
    """

    entity: str
    models: tuple


KINDS = {
    "tax": Kind("TaxCode", ()),
    "term": Kind("Term", ("account.payment.term",)),
    "journal": Kind("Account", ("account.journal",)),
    "payment_method": Kind("PaymentMethod", ("account.payment.method.line",)),
    "product": Kind("Item", ("product.product",)),
    "category": Kind("Item", ("product.category",)),
    "class": Kind(
        "Class", ("account.analytic.account", "product.category", "crm.team")
    ),
    "location": Kind("Department", ("account.analytic.account",)),
}


class QboMapping(models.Model):
    """What stands for something of Odoo in QuickBooks: an accountant's choice.

    A row without a choice says that one is missing; rows are made for what is in use
    (see ``_collect``), and may carry a suggestion that nobody accepted yet.
    """

    _name = "qbo.mapping"
    _description = "QuickBooks Mapping"
    # What is left to do comes first: unmapped, suggested, mapped.
    _order = "state desc, kind, name, id"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    connection_id = fields.Many2one(
        "qbo.connection",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self._default_connection(),
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    kind = fields.Selection(
        [
            ("tax", "Taxes"),
            ("term", "Payment terms"),
            ("journal", "Journals"),
            ("payment_method", "Payment methods"),
            ("product", "Products"),
            ("category", "Product categories"),
            ("class", "Classes"),
            ("location", "Locations"),
        ],
        required=True,
        default="tax",
    )
    res_model = fields.Char("Model", readonly=False)
    res_id = fields.Many2oneReference("Record", model_field="res_model")
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        check_company=True,
        domain="[('type_tax_use', '=', tax_use)]",
        context={"active_test": False},
        help="The taxes of a line, all together. None: lines without tax.",
    )
    tax_use = fields.Selection(
        [("sale", "Sales"), ("purchase", "Purchases")],
        "Used For",
        compute="_compute_tax_use",
        store=True,
        readonly=False,
        precompute=True,
    )
    key = fields.Char(compute="_compute_key", store=True, precompute=True)
    name = fields.Char("In Odoo", compute="_compute_name", store=True)
    code = fields.Char("Reference", compute="_compute_name", store=True)
    reference_id = fields.Many2one(
        "qbo.reference",
        "In QuickBooks",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('connection_id', '=', connection_id), ('entity', '=', entity), "
        f"('item_type', 'not in', {UNSELLABLE_ITEMS!r}), "
        "'|', ('entity', '!=', 'Account'), "
        f"('account_type', 'in', {DEPOSIT_TYPES!r})]",
    )
    is_lost = fields.Boolean(
        "No Longer in QuickBooks", compute="_compute_is_lost", search="_search_is_lost"
    )
    suggested_id = fields.Many2one(
        "qbo.reference", "Suggestion", readonly=True, ondelete="set null"
    )
    suggestion_reason = fields.Char("Because", readonly=True)
    suggestion_score = fields.Integer("Certainty (%)", readonly=True, aggregator=None)
    state = fields.Selection(
        [
            ("unmapped", "Unmapped"),
            ("suggested", "Suggested"),
            ("mapped", "Mapped"),
        ],
        compute="_compute_state",
        store=True,
        precompute=True,
    )
    entity = fields.Char(compute="_compute_entity")

    _unique_key = models.Constraint(
        "UNIQUE(connection_id, kind, key)",
        "This is mapped already: each set of taxes, product, or what else it is has "
        "one row. Change that row instead.",
    )
    _kind_state = models.Index("(connection_id, kind, state)")

    @api.model
    def _default_connection(self):
        return self.env["qbo.connection"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )

    # === COMPUTE METHODS === #

    @api.depends("kind")
    def _compute_tax_use(self):
        for mapping in self:
            is_tax = mapping.kind == "tax"
            mapping.tax_use = (mapping.tax_use or "sale") if is_tax else False

    @api.depends("kind", "tax_ids", "tax_use", "res_model", "res_id")
    def _compute_key(self):
        for mapping in self:
            if mapping.kind == "tax":
                ids = sorted(mapping.tax_ids.ids)
                taxes = ",".join(map(str, ids)) or "none"
                mapping.key = f"{mapping.tax_use}:{taxes}"
            else:
                mapping.key = f"{mapping.res_model},{mapping.res_id}"

    @api.depends("kind", "tax_ids.name", "tax_use", "res_model", "res_id")
    def _compute_name(self):
        for mapping in self:
            mapping.name, mapping.code = mapping._read_name()

    def _read_name(self):
        """(name, reference), in the language of the books."""
        lang = self.company_id.sudo().partner_id.lang
        if self.kind == "tax":
            taxes = self.tax_ids.sudo().with_context(lang=lang)
            words = self.with_context(lang=lang)
            name = " + ".join(taxes.mapped("name"))
            return name or words.env._("Lines without tax"), words._name_use()
        record = self._get_record().with_context(lang=lang)
        if not record:
            return False, False
        if record._name == "product.product":
            return record._qbo_get_name(), record.default_code
        if record._name == "account.payment.method.line":
            return record.name, record.journal_id.name
        name = "complete_name" if "complete_name" in record._fields else "name"
        return record[name], record.code if "code" in record._fields else False

    def _name_use(self):
        uses = dict(self._fields["tax_use"]._description_selection(self.env))
        return uses.get(self.tax_use)

    def _get_record(self):
        """Return what of Odoo the row stands for, as superuser; empty if it is gone."""
        if self.res_model not in self.env:
            return self.env["qbo.mapping"]
        return self.env[self.res_model].sudo().browse(self.res_id or 0).exists()

    @api.depends("reference_id", "suggested_id")
    def _compute_state(self):
        for mapping in self:
            if mapping.reference_id:
                mapping.state = "mapped"
            else:
                mapping.state = "suggested" if mapping.suggested_id else "unmapped"

    @api.depends("reference_id.active")
    def _compute_is_lost(self):
        for mapping in self:
            reference = mapping.reference_id
            mapping.is_lost = bool(reference) and not reference.active

    def _search_is_lost(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("reference_id.active", "=", False), ("reference_id", "!=", False)]

    @api.depends("kind")
    def _compute_entity(self):
        for mapping in self:
            mapping.entity = mapping.kind and KINDS[mapping.kind].entity

    @api.depends("name", "reference_id")
    def _compute_display_name(self):
        for mapping in self:
            mapping.display_name = self.env._(
                "%(ours)s: %(theirs)s",
                ours=mapping.name,
                theirs=mapping.reference_id.name or self.env._("not mapped"),
            )

    # === CONSTRAINTS === #

    @api.constrains("connection_id", "kind", "reference_id")
    def _check_reference(self):
        for mapping in self:
            reference = mapping.reference_id
            if reference and not mapping._is_fit(reference):
                kinds = dict(self._fields["kind"]._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        "%(theirs)s cannot stand for %(ours)s (%(kind)s) in the "
                        "QuickBooks company %(books)s. Choose one of what the list "
                        "offers.",
                        theirs=reference.display_name,
                        ours=mapping.name,
                        kind=kinds[mapping.kind],
                        books=mapping.connection_id.name,
                    )
                )

    def _is_fit(self, reference):
        """Tell whether a reference may be chosen here; it may be inactive."""
        entity = KINDS[self.kind].entity
        if (reference.connection_id, reference.entity) != (self.connection_id, entity):
            return False
        if entity == "Account":
            return reference.account_type in DEPOSIT_TYPES
        return reference.item_type not in UNSELLABLE_ITEMS

    @api.constrains("connection_id", "kind", "res_model", "res_id")
    def _check_record(self):
        for mapping in self:
            known = KINDS[mapping.kind].models
            record = known and mapping._get_record()
            if known and (mapping.res_model not in known or not record):
                raise ValidationError(
                    self.env._(
                        "A mapping of this kind (%(kind)s) needs a record of Odoo. Use "
                        "“Look again” to get a row for each that is in use.",
                        kind=mapping.kind,
                    )
                )
            company = known and "company_id" in record._fields and record.company_id
            if company and company != mapping.company_id:
                raise ValidationError(
                    self.env._(
                        "%(name)s belongs to %(theirs)s, and %(books)s keeps the books "
                        "of %(ours)s. Map it in the connection of its own company.",
                        name=record.display_name,
                        theirs=company.display_name,
                        books=mapping.connection_id.name,
                        ours=mapping.company_id.display_name,
                    )
                )
