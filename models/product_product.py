from odoo import models

from ..const import BOTH_ACCOUNTS
from ..tools import members
from ..tools.members import compact
from ..tools.name_match import Facts, clean_name

SKU_LENGTH = 100


class ProductProduct(models.Model):
    """Products and services."""

    _name = "product.product"
    _inherit = ["product.product", "qbo.sync.mixin"]

    def _qbo_get_entity(self):
        return "Item"

    def _qbo_get_title(self):
        self.ensure_one()
        return self.env._("Product %(name)s", name=self.display_name)

    def _qbo_get_name(self):
        """Return the name with the values of the variant, without the reference."""
        product = self.with_context(display_default_code=False)
        return clean_name(product.display_name or "")

    def _qbo_get_mapped(self, connection):
        """The product's own mapping, else that of its nearest category."""
        return connection._get_mapped(
            "product", self
        ) or connection._get_mapped_category(self.categ_id)

    def _qbo_prepare_members(self, connection, rules):
        is_us = rules.country == "US"
        return compact(
            {
                "Name": self._qbo_get_name(),
                "Sku": (self.default_code or "").strip(),
                "Type": "Service" if self.type == "service" else "NonInventory",
                "Description": members.make_text(
                    self.description_sale, members.DESCRIPTION_LENGTH
                ),
                "UnitPrice": members.make_bare(
                    members.round_price(members.read_number(self.lst_price))
                ),
                "IncomeAccountRef": _refer_to(connection._get_income_account(self)),
                "ExpenseAccountRef": _refer_to(connection.expense_account_id),
                "ItemCategoryType": self._qbo_prepare_category_type(rules),
                "Taxable": self._qbo_is_taxable(connection) if is_us else None,
            }
        )

    def _qbo_prepare_category_type(self, rules):
        """What France books by: whether goods or services are sold."""
        if rules.country != "FR":
            return None
        return "Service" if self.type == "service" else "Product"

    def _qbo_is_taxable(self, connection):
        taxes = self.taxes_id.filtered(
            lambda tax: tax.company_id == connection.company_id
        )
        return any(tax._qbo_has_rate() for tax in taxes)

    def _qbo_get_facts(self, connection):
        product = self._qbo_in(connection)
        return Facts(name=product._qbo_get_name(), sku=self.default_code or "")

    def _qbo_list_blockers(self, connection, rules):
        mapped = self._qbo_get_mapped(connection)
        if mapped:
            yield from self._qbo_list_mapped_blockers(connection, mapped)
            return
        title = self._qbo_get_title()
        if not self._qbo_get_name():
            yield self.env._(
                "Product no. %(id)s has no name that QuickBooks would take. Enter one.",
                id=self.id,
            )
        if members.measure((self.default_code or "").strip()) > SKU_LENGTH:
            yield self.env._(
                "The reference of %(title)s is longer than the %(most)s characters "
                "that QuickBooks takes. Shorten it.",
                title=title,
                most=SKU_LENGTH,
            )
        if not connection._get_income_account(self).active:
            yield self.env._(
                "%(title)s has no income account in QuickBooks. Choose one in the "
                "settings of the connection %(books)s.",
                title=title,
                books=connection.name,
            )
        if rules.country in BOTH_ACCOUNTS and not connection.expense_account_id.active:
            yield self.env._(
                "%(title)s has no expense account in QuickBooks, which wants one in "
                "this country. Choose one in the settings of the connection "
                "%(books)s.",
                title=title,
                books=connection.name,
            )


def _refer_to(reference):
    return {"value": reference.qbo_id} if reference else None
