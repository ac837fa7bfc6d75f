from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .qbo_mapping import KINDS
from .transaction import without_nested_loops

BANK_TYPES = ("bank", "cash")


class QboMapping(models.Model):
    """Rows for what is in use, so that people see what is not mapped yet."""

    _inherit = "qbo.mapping"

    @api.model
    def _collect(self, connection, kinds=None):
        """Make a row for each record in use that has none, by one statement.

        Rows follow names that changed; those that map nothing and are not in use any
        more are deleted. Called when a person opens the screen or asks for it.

        :param kinds: of what, all otherwise
        :return: the number of rows that are new
        """
        connection.ensure_one()
        kinds = [kind for kind in KINDS if not kinds or kind in kinds]
        company = connection.sudo().company_id
        mappings = self.sudo().with_company(company)
        mappings = mappings.with_context(
            lang=company.partner_id.lang or None, allowed_company_ids=company.ids
        )
        connection = connection.with_env(mappings.env)
        # What is selected from is written first.
        mappings.env.flush_all()
        selects = [
            select
            for kind in kinds
            for select in getattr(mappings, f"_select_{kind}")(connection)
        ]
        created = mappings._write_rows(connection, kinds, selects)
        self.invalidate_model()
        connection.invalidate_recordset(["mapping_ids"], flush=False)
        return created

    @api.model
    def _write_rows(self, connection, kinds, selects):
        wanted = SQL(" UNION ALL ").join(selects) if selects else SQL(NOTHING)
        with without_nested_loops(self.env):
            ((created,),) = self.env.execute_query(
                SQL(
                    COLLECT,
                    wanted=wanted,
                    connection=connection.id,
                    company=connection.company_id.id,
                    kinds=kinds,
                    user=self.env.uid,
                )
            )
        if "tax" in kinds:
            self.env.execute_query(SQL(LINK_TAXES, connection=connection.id))
        return created

    # === WHAT IS IN USE === #

    @api.model
    def _select_tax(self, connection):
        """Sets of taxes on late documents, where they need tax codes at all."""
        rule = connection._get_rules().tax
        sides = {"line": ("sale", "purchase"), "manual": ("sale",)}.get(rule, ())
        rows = []
        uses = dict(self._fields["tax_use"]._description_selection(self.env))
        for side in sides:
            sets = connection._get_taxes_in_use(side)
            if rule == "line":
                sets.add(())
            for ids in sets:
                taxes = self.env["account.tax"].browse(ids)
                if rule == "line" or any(tax._qbo_has_rate() for tax in taxes):
                    rows.append((taxes, side))
        return [
            SQL(
                "(SELECT 'tax', NULL::varchar, NULL::int, %s, %s, %s, %s)",
                side,
                f"{side}:{','.join(map(str, sorted(taxes.ids))) or 'none'}",
                " + ".join(taxes.mapped("name")) or self.env._("Lines without tax"),
                uses[side],
            )
            for taxes, side in rows
        ]

    @api.model
    def _select_term(self, connection):
        return self._select_records("term", connection, "account.payment.term")

    @api.model
    def _select_journal(self, connection):
        domain = Domain("type", "in", BANK_TYPES)
        return self._select_records(
            "journal", connection, "account.journal", domain, code="code"
        )

    @api.model
    def _select_payment_method(self, connection):
        model = self.env["account.payment.method.line"]
        lines = model.search(
            Domain("journal_id.type", "in", BANK_TYPES)
            & Domain("journal_id.company_id", "=", connection.company_id.id)
            & Domain("payment_type", "=", "inbound")
        )
        return [
            SQL(
                "(SELECT 'payment_method', %s, %s, NULL::varchar, %s, %s, %s)",
                line._name,
                line.id,
                f"{line._name},{line.id}",
                line.name or line.payment_method_id.name,
                line.journal_id.name,
            )
            for line in lines
        ]

    @api.model
    def _select_product(self, connection):
        domain = Domain("sale_ok", "=", True) & Domain("type", "!=", "combo")
        return self._select_records(
            "product", connection, "product.product", domain, code="default_code"
        )

    @api.model
    def _select_category(self, connection):
        return self._select_records(
            "category", connection, "product.category", name="complete_name"
        )

    @api.model
    def _select_class(self, connection):
        """What classes are taken from, as the fields of the connection say."""
        source = connection._get_class_source()
        if source == "category":
            return self._select_records(
                "class", connection, "product.category", name="complete_name"
            )
        if source == "team":
            return self._select_records("class", connection, "crm.team")
        return self._select_plan("class", connection, connection.class_plan_id)

    @api.model
    def _select_location(self, connection):
        return self._select_plan("location", connection, connection.location_plan_id)

    @api.model
    def _select_plan(self, kind, connection, plan):
        if not plan:
            return []
        domain = Domain("root_plan_id", "=", plan.id)
        model = "account.analytic.account"
        return self._select_records(kind, connection, model, domain, code="code")

    @api.model
    def _select_records(
        self, kind, connection, model, domain=Domain.TRUE, name="name", code=None
    ):
        """Return the SELECT of the rows for all records of a model."""
        records = self.env[model]
        if "company_id" in records._fields:
            companies = (False, connection.company_id.id)
            domain &= Domain("company_id", "in", companies)
        query = records._search(domain, order="id")
        table = query.table
        if model == "product.product":
            name = self._select_product_name(query)
        else:
            name = records._field_to_sql(table, name, query)
        row = SQL(
            "%s, %s, %s, NULL::varchar, %s || ',' || %s, %s::varchar, %s::varchar",
            kind,
            model,
            SQL.identifier(table, "id"),
            model,
            SQL.identifier(table, "id"),
            name,
            records._field_to_sql(table, code, query) if code else SQL("NULL"),
        )
        return [SQL("(%s)", query.select(row))]

    @api.model
    def _select_product_name(self, query):
        """Return what QuickBooks would call a product: with the values of the variant.

        The same as ``_qbo_get_name``, but for thousands at once.
        """
        products, values = self.env["product.product"], "product.attribute.value"
        template = query.join(
            query.table, "product_tmpl_id", "product_template", "id", "template"
        )
        name = self.env["product.template"]._field_to_sql(template, "name", query)
        value = self.env[values]._field_to_sql("value", "name", query)
        table = SQL.identifier(products._fields[VALUES].relation)
        query.add_join(
            "LEFT JOIN",
            "variant",
            SQL(VARIANTS, value=value, table=table),
            SQL("variant.id = %s", SQL.identifier(query.table, "id")),
        )
        return SQL("%s || COALESCE(' (' || variant.name || ')', '')", name)


VALUES = "product_template_attribute_value_ids"
NOTHING = """
    SELECT NULL::varchar, NULL::varchar, NULL::int, NULL::varchar, NULL::varchar,
           NULL::varchar, NULL::varchar
     WHERE FALSE
"""
# Attributes with one value say nothing, and stand in no name.
VARIANTS = """(
    SELECT combination.product_product_id AS id,
           string_agg(
               %(value)s, ', '
               ORDER BY line.sequence, line.attribute_id, own.product_attribute_value_id
           ) AS name
      FROM %(table)s combination
      JOIN product_template_attribute_value own
        ON own.id = combination.product_template_attribute_value_id
      JOIN product_template_attribute_line line
        ON line.id = own.attribute_line_id AND line.value_count > 1
      JOIN product_attribute_value value
        ON value.id = own.product_attribute_value_id
  GROUP BY combination.product_product_id
)"""
COLLECT = """
    WITH wanted (kind, res_model, res_id, tax_use, key, name, code) AS MATERIALIZED (
        %(wanted)s
    ), gone AS (
        DELETE FROM qbo_mapping mapping
         WHERE mapping.connection_id = %(connection)s
           AND mapping.kind = ANY(%(kinds)s)
           AND mapping.reference_id IS NULL
           AND NOT EXISTS (
                   SELECT FROM wanted
                    WHERE wanted.kind = mapping.kind AND wanted.key = mapping.key
               )
    ), written AS (
        INSERT INTO qbo_mapping (
            connection_id, company_id, kind, res_model, res_id, tax_use, key, name,
            code, state, create_uid, write_uid, create_date, write_date
        )
        SELECT %(connection)s, %(company)s, kind, res_model, res_id, tax_use, key, name,
               code, 'unmapped', %(user)s, %(user)s,
               now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
          FROM wanted
        ON CONFLICT (connection_id, kind, key) DO UPDATE
           SET name = excluded.name, code = excluded.code
         WHERE (qbo_mapping.name, qbo_mapping.code)
               IS DISTINCT FROM (excluded.name, excluded.code)
        RETURNING xmax = 0 AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new) FROM written
"""
LINK_TAXES = """
    INSERT INTO account_tax_qbo_mapping_rel (qbo_mapping_id, account_tax_id)
    SELECT mapping.id, tax.id
      FROM qbo_mapping mapping,
           unnest(string_to_array(split_part(mapping.key, ':', 2), ',')) AS own (id)
      JOIN account_tax tax ON tax.id::varchar = own.id
     WHERE mapping.connection_id = %(connection)s AND mapping.kind = 'tax'
    ON CONFLICT DO NOTHING
    RETURNING qbo_mapping_id
"""
