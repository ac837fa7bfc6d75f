from odoo import api, fields, models
from odoo.tools import SQL, html2plaintext

from ..tools import suggest, suggest_taxes
from ..tools.suggest import Thing
from .qbo_mapping import KINDS
from .transaction import without_nested_loops

# role: field of the connection
ACCOUNT_ROLES = {
    "income": "income_account_id",
    "expense": "expense_account_id",
    "receivable": "receivable_account_id",
    "deposit": "deposit_account_id",
    "discount": "discount_account_id",
    "deferred_revenue": "deferred_revenue_account_id",
    "rounding": "rounding_account_id",
}


class QboMapping(models.Model):
    """Suggestions for what is not mapped yet; nobody is bound by them."""

    _inherit = "qbo.mapping"

    @api.model
    def _suggest(self, connection, kinds=None):
        """Look for a suggestion for each row that maps nothing.

        :param kinds: of what, all otherwise
        :return: the number of rows that have one
        """
        connection = connection.sudo()
        found = {}
        kinds = [kind for kind in KINDS if not kinds or kind in kinds]
        self.sudo().flush_model()
        self.env["qbo.reference"].sudo().flush_model()
        for kind in kinds:
            ours = self.sudo()._read_unmapped(connection, kind)
            if ours:
                method = getattr(self.sudo(), f"_suggest_{kind}")
                found |= method(connection, ours)
        self._write_suggestions(connection, kinds, found)
        return len(found)

    @api.model
    def _read_unmapped(self, connection, kind):
        """Return the rows as ``Thing`` s, filed under their ids."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, COALESCE(name, ''), COALESCE(code, '')
                  FROM qbo_mapping
                 WHERE connection_id = %s AND kind = %s AND reference_id IS NULL
              ORDER BY id
                """,
                connection.id,
                kind,
            )
        )
        return [Thing(id, name=name, code=code) for id, name, code in rows]

    @api.model
    def _read_references(self, connection, entity):
        """Return the active records of a list as ``Thing`` s."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, name, full_name, COALESCE(sku, ''), due_days,
                       COALESCE(account_sub_type, item_type, ''),
                       COALESCE(account_type, ''), COALESCE(currency_code, '')
                  FROM qbo_reference
                 WHERE connection_id = %s AND entity = %s AND active
              ORDER BY id
                """,
                connection.id,
                entity,
            )
        )
        return [Thing(*row) for row in rows]

    @api.model
    def _write_suggestions(self, connection, kinds, found):
        reasons = self._get_reasons(connection)
        with without_nested_loops(self.env):
            self._write_found(connection, kinds, found, reasons)
        self.invalidate_model(
            ["suggested_id", "suggestion_reason", "suggestion_score", "state"]
        )

    @api.model
    def _write_found(self, connection, kinds, found, reasons):
        self.env.execute_query(
            SQL(
                """
                WITH found (id, suggested_id, reason, score) AS (
                    SELECT * FROM unnest(
                        %(ids)s::int[], %(suggested)s::int[], %(reasons)s::text[],
                        %(scores)s::int[])
                )
                UPDATE qbo_mapping mapping
                   SET suggested_id = found.suggested_id,
                       suggestion_reason = found.reason,
                       suggestion_score = found.score,
                       state = CASE WHEN found.suggested_id IS NULL
                                    THEN 'unmapped' ELSE 'suggested' END
                  FROM qbo_mapping own
             LEFT JOIN found ON found.id = own.id
                 WHERE own.id = mapping.id
                   AND mapping.connection_id = %(connection)s
                   AND mapping.kind = ANY(%(kinds)s)
                   AND mapping.reference_id IS NULL
                   AND (mapping.suggested_id, mapping.suggestion_reason)
                       IS DISTINCT FROM (found.suggested_id, found.reason)
             RETURNING mapping.id
                """,
                ids=list(found),
                suggested=[each.id for each in found.values()],
                reasons=[
                    _fill(reasons[each.reason], each.detail) for each in found.values()
                ],
                scores=[each.score for each in found.values()],
                connection=connection.id,
                kinds=kinds,
            )
        )

    @api.model
    def _get_reasons(self, connection):
        """Return ``{code: words}``, in the language of the books."""
        lang = connection.company_id.partner_id.lang or None
        env = self.with_context(lang=lang).env
        return {
            "name": env._("Same name"),
            "days": env._("Due after the same number of days (%s)"),
            "days_name": env._("Same name, due after the same number of days (%s)"),
            "sku": env._("Same reference: %s"),
            "sku_name": env._("Same name and reference: %s"),
            "only_bank": env._("The only account of its detail type: checking"),
            "only_cash": env._("The only account of its detail type: cash on hand"),
            "method": env._("The same way of paying, by its name"),
            "journal": env._("The way of paying that the journal is for"),
            "rates": env._("Same rate: %s"),
            "rates_name": env._("Same rate, and the names agree: %s"),
            "sum": env._("Its rates add up to the same: %s"),
            "zero": env._("No tax on either side, zero-rated"),
            "export": env._("Exports are zero-rated, and no code is for exports alone"),
            "exempt": env._("No tax on either side, exempt"),
            "scope": env._("No tax on either side, outside the scope of tax"),
            "input": env._("No tax on either side, input taxed"),
            "abroad": env._("No tax on either side, for trade abroad"),
            "reverse": env._("No tax on either side, reverse charge"),
            "union": env._("No tax on either side, for trade within the union"),
            "margin": env._("No tax on either side, margin scheme"),
            "default_item": env._("The income account of QuickBooks' default product"),
            "uncategorized": env._(
                "What QuickBooks itself takes where nothing else is said"
            ),
            "discount_preference": env._("Chosen in QuickBooks' sales settings"),
            "only_detail": env._("The only active account of its detail type (%s)"),
            "only_type": env._("The only active account of its type"),
        }

    # === BY KIND === #

    @api.model
    def _suggest_tax(self, connection, ours):
        day = fields.Date.context_today(connection).isoformat()
        rates = connection._get_tax_rates()
        codes = connection.reference_ids.filtered(
            lambda each: each.entity == "TaxCode" and each.active
        )
        mappings = self.browse(thing.id for thing in ours)
        found = {}
        for side in ("sale", "purchase"):
            found |= suggest_taxes.suggest_taxes(
                [
                    mapping._describe_taxes()
                    for mapping in mappings
                    if mapping.tax_use == side
                ],
                [code._describe_code(rates, day, side) for code in codes],
                connection.country_code,
                is_sale=side == "sale",
            )
        return found

    def _describe_taxes(self):
        taxes = self.tax_ids
        leaves = taxes.flatten_taxes_hierarchy()
        texts = [
            text
            for tax in taxes | leaves
            for text in (tax.name, tax.invoice_label, _read_text(tax.description))
        ]
        return suggest_taxes.TaxSet(
            self.id,
            " ".join(filter(None, texts)),
            leaves._qbo_get_percentages(),
            is_none=not taxes,
        )

    @api.model
    def _suggest_term(self, connection, ours):
        terms = self._get_records(ours)
        theirs = self._read_references(connection, "Term")
        # Those due on a day of the month have no number of days.
        plain = self.env["qbo.reference"].browse(each.id for each in theirs)
        is_plain = {each.id: "DueDays" in (each.payload or {}) for each in plain}
        return suggest.suggest_terms(
            [
                thing._replace(
                    days=term.line_ids.nb_days if term._qbo_is_plain() else None
                )
                for thing, term in terms
            ],
            [
                each if is_plain[each.id] else each._replace(days=None)
                for each in theirs
            ],
        )

    @api.model
    def _suggest_journal(self, connection, ours):
        things = [
            thing._replace(kind=journal.type, currency=journal.currency_id.name or "")
            for thing, journal in self._get_records(ours)
        ]
        theirs = self._read_references(connection, "Account")
        return suggest.suggest_journals(things, theirs, connection.home_currency)

    @api.model
    def _suggest_payment_method(self, connection, ours):
        things = [
            thing._replace(kind=line.journal_id.type)
            for thing, line in self._get_records(ours)
        ]
        theirs = self._read_references(connection, "PaymentMethod")
        return suggest.suggest_methods(things, theirs)

    @api.model
    def _suggest_product(self, connection, ours):
        theirs = self._read_references(connection, "Item")
        return suggest.suggest_products(ours, theirs)

    @api.model
    def _suggest_category(self, connection, ours):
        theirs = [
            each
            for each in self._read_references(connection, "Item")
            if each.kind not in suggest.UNSELLABLE_ITEMS
        ]
        # The last name of a path is what an item would be called.
        ours = [
            thing._replace(full_name=thing.name, name=thing.name.split(" / ")[-1])
            for thing in ours
        ]
        return suggest.suggest_names(ours, theirs)

    @api.model
    def _suggest_class(self, connection, ours):
        theirs = self._read_references(connection, "Class")
        return suggest.suggest_names(ours, theirs)

    @api.model
    def _suggest_location(self, connection, ours):
        theirs = self._read_references(connection, "Department")
        return suggest.suggest_names(ours, theirs)

    @api.model
    def _get_records(self, things):
        """Return [(thing, what of Odoo it is)], without what is gone."""
        mappings = self.browse(thing.id for thing in things)
        records = [mapping._get_record() for mapping in mappings]
        return [pair for pair in zip(things, records, strict=True) if pair[1]]

    # === ACCOUNTS OF A CONNECTION === #

    @api.model
    def _suggest_accounts(self, connection):
        """Return {field of the connection: (`qbo.reference`, why)}."""
        connection = connection.sudo()
        found = suggest.suggest_accounts(
            self.sudo()._read_references(connection, "Account"),
            self.sudo()._get_account_hints(connection),
            connection.home_currency,
        )
        if not connection.items_read_at:
            # The account of the usual product is not known yet; all that is, is what
            # QuickBooks calls uncategorized.
            found.pop("income", None)
        reasons = self._get_reasons(connection)
        return {
            ACCOUNT_ROLES[role]: (
                self.env["qbo.reference"].browse(each.id),
                _fill(reasons[each.reason], each.detail),
            )
            for role, each in found.items()
        }

    @api.model
    def _get_account_hints(self, connection):
        """Return {hint: id of a `qbo.reference`} of what QuickBooks' settings name."""
        preferences = connection.preferences or {}
        others = {
            each.get("Name"): each.get("Value")
            for each in preferences.get("OtherPrefs", {}).get("NameValue", ())
        }
        sales = preferences.get("SalesFormsPrefs", {})
        item = self._find_reference(
            connection, "Item", others.get("SalesFormsPrefs.DefaultItem")
        )
        numbers = {
            "income": (item.payload or {}).get("IncomeAccountRef", {}).get("value"),
            "uncategorized_income": others.get("UncategorizedIncomeAccountId"),
            "uncategorized_expense": others.get("UncategorizedExpenseAccountId"),
            "discount": sales.get("DefaultDiscountAccount"),
        }
        return {
            hint: self._find_reference(connection, "Account", number).id
            for hint, number in numbers.items()
        }

    @api.model
    def _find_reference(self, connection, entity, number):
        return self.env["qbo.reference"].search(
            [
                ("connection_id", "=", connection.id),
                ("entity", "=", entity),
                ("qbo_id", "=", str(number or "")),
            ],
            limit=1,
        )


def _fill(words, detail):
    return words.replace("%s", detail)


def _read_text(html):
    return html2plaintext(html, include_references=False) if html else ""
