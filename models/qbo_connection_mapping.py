from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ..const import BOTH_ACCOUNTS, RECEIVABLE_COUNTRIES
from .qbo_connection_settings import INCOME_TYPES
from .qbo_document_line_mixin import ROUNDING_PRODUCT
from .qbo_reference_item import ITEMS

MAPPINGS = "quickbooks_online.mappings"
TAX_KEYS = {"sale": "tax", "purchase": "tax_purchase"}


def _account_domain(*types):
    return (
        "[('connection_id', '=', id), ('entity', '=', 'Account'), "
        f"('account_type', 'in', {types!r})]"
    )


class QboConnection(models.Model):
    """What stands for what: mappings, and the accounts that have a role."""

    _inherit = "qbo.connection"

    receivable_account_id = fields.Many2one(
        "qbo.reference",
        "Receivable Account",
        domain=_account_domain("Accounts Receivable"),
        copy=False,
        help="Needed only where QuickBooks has several active receivable accounts in "
        "the home currency, and in France, where each customer has one. QuickBooks has "
        "no place for it on invoices and credit notes: it books those to its own "
        "choice. It is used for payments and journal entries.",
    )
    deposit_account_id = fields.Many2one(
        "qbo.reference",
        "Deposit Account",
        domain=_account_domain("Bank", "Other Current Asset"),
        copy=False,
        help="Where the money of payments is kept whose journal is not mapped to an "
        "account, usually the one QuickBooks calls Undeposited Funds.",
    )
    discount_account_id = fields.Many2one(
        "qbo.reference",
        "Discount Account",
        domain=_account_domain(*INCOME_TYPES),
        copy=False,
        help="The account that the product of discounts on whole orders is booked to. "
        "Empty: the income account.",
    )
    deferred_revenue_account_id = fields.Many2one(
        "qbo.reference",
        "Deferred Revenue Account",
        domain=_account_domain("Other Current Liability", "Long Term Liability"),
        copy=False,
        help="The account of what was invoiced and is not earned yet.",
    )
    rounding_account_id = fields.Many2one(
        "qbo.reference",
        "Rounding Account",
        domain=_account_domain(*INCOME_TYPES),
        copy=False,
        help="The account of cents by which QuickBooks and Odoo round differently. "
        "They are sent as a line with a product of their own, so it is an income "
        "account.",
    )
    location_plan_id = fields.Many2one(
        "account.analytic.plan",
        "Analytic Plan For Locations",
        domain="[('parent_id', '=', False)]",
        copy=False,
        help="Accounts of this analytic plan stand for locations in QuickBooks.",
    )
    create_missing_classes = fields.Boolean(
        default=True,
        help="Analytic accounts that are not mapped become classes in QuickBooks when "
        "a document needs them. Otherwise the document waits until they are mapped.",
    )
    account_suggestions = fields.Text(compute="_compute_account_suggestions")
    mapping_counts = fields.Json(compute="_compute_mapping_counts")
    mapping_table = fields.Html(compute="_compute_mapping_counts", sanitize=False)
    unmapped_count = fields.Integer(compute="_compute_mapping_counts")
    items_read_at = fields.Datetime("Products Read", readonly=True, copy=False)

    # === MAPPINGS === #

    def _get_mapped(self, kind, record):
        """Return what stands for a record in QuickBooks (`qbo.reference`), or empty.

        It may be inactive there: who pushes has to look.
        """
        if not record:
            return self.env["qbo.reference"]
        found = self._get_mappings(kind).get((record._name, record._origin.id))
        return found or self.env["qbo.reference"]

    def _get_mapped_category(self, category):
        """Return what stands for products of a category: of the nearest that has one.

        :param category: product.category
        """
        mappings = self._get_mappings("category")
        if mappings and category:
            for id in reversed((category.parent_path or "").split("/")[:-1]):
                if found := mappings.get((category._name, int(id))):
                    return found
        return self.env["qbo.reference"]

    def _get_tax_codes(self, use="sale"):
        """Return {set of tax ids: tax code (`qbo.reference`)} of the mappings.

        :param str use: 'sale' or 'purchase'
        """
        return self._get_mappings(TAX_KEYS[use])

    def _get_mappings(self, kind):
        """Return what is mapped.

        Read once in a transaction, until a mapping changes.

        :param kind: of `qbo.mapping`; 'tax' for sales, 'tax_purchase' for purchases
        :return: {(model, id), or set of the tax ids: `qbo.reference`}
        """
        self.ensure_one()
        return self._remember(kind, lambda: self._read_mappings(kind))

    def _remember(self, what, read):
        """Return what ``read`` does, read once in a transaction.

        Until a mapping or one of QuickBooks' lists changes.
        """
        memo = self.env.cr.precommit.data.setdefault(MAPPINGS, {})
        key = (self.id, what, self.env)
        if key not in memo:
            memo[key] = read()
        return memo[key]

    def _get_tax_rates(self):
        """Return {QuickBooks id: tax rate (`qbo.reference`)}, inactive ones too."""
        return self._remember("TaxRate", lambda: self._read_list("TaxRate"))

    def _get_code_rates(self, code, day):
        """Return what a tax code comes to on sales; see ``qbo.reference._get_rates``.

        :param code: qbo.reference
        :param str day: '2026-03-02'
        """
        return self._remember(
            ("rates", code.id, day), lambda: code._get_rates(self._get_tax_rates(), day)
        )

    def _has_currency(self, code):
        """Tell whether documents in this foreign currency can be sent."""
        currencies = self._remember(
            "CompanyCurrency", lambda: self._read_list("CompanyCurrency")
        )
        return any(each.active and each.code == code for each in currencies.values())

    def _read_list(self, entity):
        references = self.env["qbo.reference"].with_context(active_test=False)
        found = references.search(
            [("connection_id", "=", self.id), ("entity", "=", entity)]
        )
        return {each.qbo_id: each for each in found}

    def _read_mappings(self, kind):
        mappings = self.env["qbo.mapping"]
        mappings.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT key, reference_id
                  FROM qbo_mapping
                 WHERE connection_id = %s AND kind = %s AND reference_id IS NOT NULL
                """,
                self.id,
                "tax" if kind in TAX_KEYS.values() else kind,
            )
        )
        if kind in TAX_KEYS.values():
            side = "sale" if kind == "tax" else "purchase"
            rows = [
                (_read_tax_key(key), id) for key, id in rows if key.startswith(side)
            ]
        else:
            rows = [(_read_key(key), id) for key, id in rows]
        # With one prefetch, so that all are fetched at once.
        references = self.env["qbo.reference"].browse([id for _key, id in rows])
        return {
            key: reference
            for (key, _id), reference in zip(rows, references, strict=True)
        }

    @api.model
    def _forget_mappings(self):
        self.env.cr.precommit.data.pop(MAPPINGS, None)

    # === PRODUCTS OF QUICKBOOKS === #

    def _read_items(self, client):
        """Read QuickBooks' products and services; see ``qbo.reference``.

        :return: their number
        """
        references = self.env["qbo.reference"]
        count, refused = references._read_entities(self, client, ITEMS)
        for error in refused.values():
            raise error
        return count

    # === ACCOUNTS === #

    def _get_income_account(self, product):
        """Return the account that sales of a product are booked to (`qbo.reference`).

        For products that are created in QuickBooks; mapped ones have theirs there.
        """
        rounding_id = self.env["ir.model.data"]._xmlid_to_res_id(ROUNDING_PRODUCT)
        if product and product.id == rounding_id:
            return self.rounding_account_id
        is_discount = product and product == self.company_id.sale_discount_product_id
        return (is_discount and self.discount_account_id) or self.income_account_id

    def _get_receivable_accounts(self):
        """Return the active receivable accounts in the home currency."""
        return self.reference_ids.filtered(
            lambda each: each.account_type == "Accounts Receivable"
            and each.entity == "Account"
            and (each.currency_code or self.home_currency) == self.home_currency
        )

    def _needs_receivable_account(self):
        """Tell whether nobody but a person can say which receivable account is meant.

        :rtype: bool
        """
        is_open = (
            len(self._get_receivable_accounts()) > 1
            or self.country_code in RECEIVABLE_COUNTRIES
        )
        return is_open and not self.receivable_account_id.active

    def _compute_account_suggestions(self):
        for connection in self:
            suggestions = connection._get_suggested_accounts()
            labels = connection.fields_get(list(suggestions), ["string"])
            connection.account_suggestions = "\n".join(
                self.env._(
                    "%(field)s: %(account)s. %(reason)s.",
                    field=labels[name]["string"],
                    account=account.display_name,
                    reason=reason,
                )
                for name, (account, reason) in suggestions.items()
            )

    def _get_suggested_accounts(self):
        """Return {field: (account, why)} of accounts that are not chosen yet."""
        # A form that is not saved yet has no lists.
        origin = self._origin
        suggestions = origin and self.env["qbo.mapping"]._suggest_accounts(origin) or {}
        return {
            name: suggestion
            for name, suggestion in suggestions.items()
            if self._is_account_missing(name)
        }

    def _is_account_missing(self, name):
        if name == "receivable_account_id":
            return self._needs_receivable_account()
        if name == "expense_account_id" and self.country_code not in BOTH_ACCOUNTS:
            return False
        return not self[name].active

    def action_use_suggested_accounts(self):
        """Choose the accounts that are suggested, where none is chosen."""
        self.ensure_one()
        self._check_administrator()
        suggestions = self._get_suggested_accounts()
        self.write({name: account.id for name, (account, _why) in suggestions.items()})
        return True

    def _list_missing_accounts(self):
        """Return the labels of accounts that documents cannot do without."""
        names = ["income_account_id"]
        if self.country_code in BOTH_ACCOUNTS:
            names.append("expense_account_id")
        labels = self.fields_get(names, ["string"])
        return [labels[name]["string"] for name in names if not self[name].active]

    # === SCREENS === #

    def _compute_mapping_counts(self):
        groups = self.env["qbo.mapping"]._read_group(
            [("connection_id", "in", self.ids)],
            ["connection_id", "kind", "state"],
            ["__count"],
        )
        counts = {}
        for connection, kind, state, count in groups:
            counts.setdefault(connection, {}).setdefault(kind, {})[state] = count
        for connection in self:
            by_kind = counts.get(connection._origin, {})
            connection.mapping_counts = by_kind
            connection.mapping_table = self._make_table(by_kind)
            connection.unmapped_count = sum(
                count
                for states in by_kind.values()
                for state, count in states.items()
                if state != "mapped"
            )

    @api.model
    def _make_table(self, by_kind):
        """A row for each kind of which there is anything (HTML)."""
        labels = (
            self.env["qbo.mapping"]._fields["kind"]._description_selection(self.env)
        )
        states = ("unmapped", "suggested", "mapped")
        row = Markup("<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>")
        rows = Markup().join(
            row % (label, *(by_kind[kind].get(state, "") for state in states))
            for kind, label in labels
            if kind in by_kind
        )
        head = Markup("<tr><th/><th>%s</th><th>%s</th><th>%s</th></tr>") % (
            self.env._("Unmapped"),
            self.env._("Suggested"),
            self.env._("Mapped"),
        )
        table = Markup('<table class="table table-sm"><thead>%s</thead>%s</table>')
        return table % (head, rows) if rows else False

    def _count_mappings(self, kinds):
        """(mapped, all) rows of some kinds."""
        counts = [(self.mapping_counts or {}).get(kind, {}) for kind in kinds]
        mapped = sum(each.get("mapped", 0) for each in counts)
        return mapped, sum(sum(each.values()) for each in counts)

    def action_open_mappings(self):
        """Open the mappings of this connection."""
        self.ensure_one()
        return self.env["qbo.mapping"]._open(connection=self)

    def action_open_taxes(self):
        """Open the tax mapping of this connection."""
        self.ensure_one()
        return self.env["qbo.mapping"]._open(["tax"], self)


def _read_key(key):
    model, _comma, id = key.partition(",")
    return model, int(id)


def _read_tax_key(key):
    taxes = key.partition(":")[2]
    return frozenset() if taxes == "none" else frozenset(map(int, taxes.split(",")))
