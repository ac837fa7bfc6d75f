from odoo import models
from odoo.exceptions import MissingError

from ..tools import members
from ..tools.members import compact

TEXT_KINDS = ("line_section", "line_subsection", "line_note")
# What has an amount: products, and the line of a cash rounding.
SOLD_KINDS = ("product", "rounding")
# What makes up for cents in QuickBooks; it stands on no document of Odoo.
ROUNDING_PRODUCT = "quickbooks_online.product_rounding"
US_TAXED, US_UNTAXED = "TAX", "NON"


class QboDocumentLineMixin(models.AbstractModel):
    """What lines of invoices and of sale orders share on their way to QuickBooks."""

    _name = "qbo.document.line.mixin"
    _description = "Line Of A Document That Is Pushed To QuickBooks"

    # === HOOKS === #

    def _qbo_get_document(self):
        """Return the document that the line is of."""
        raise NotImplementedError

    def _qbo_get_kind(self):
        """Return 'product', 'rounding', 'text', or another that cannot be sent."""
        if self.display_type in TEXT_KINDS:
            return "text"
        return self.display_type or "product"

    def _qbo_get_amount(self):
        """Return the net amount in the document's currency (float)."""
        return self.price_subtotal

    def _qbo_get_quantity(self):
        """Return the quantity (float)."""
        raise NotImplementedError

    def _qbo_get_service_date(self):
        """Return the day the line is about, or False."""
        return False

    def _qbo_get_description(self, connection):
        """Return the text of the line."""
        return self.name

    def _qbo_choose_service_date(self, connection):
        """Return the day to send, or False."""
        return self._qbo_get_service_date()

    # === PAYLOAD === #

    def _qbo_prepare_part(self, connection, rules, codes, part, net=None):
        """Return a line of the payload without its number.

        :param codes: {set of tax ids: `qbo.reference`} where lines have tax codes
        :param Part part: of this line
        :param Decimal net: what QuickBooks will take out of the gross amount, where
            prices hold their tax; None elsewhere
        """
        amount = part.amount if net is None else net
        detail = self._qbo_prepare_detail(connection, rules, codes, part, amount)
        if net is not None:
            detail["TaxInclusiveAmt"] = part.gross
        description = self._qbo_get_description(connection)
        return compact(
            {
                "Description": members.make_text(
                    description, members.DESCRIPTION_LENGTH
                ),
                "Amount": amount,
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": detail,
            }
        )

    def _qbo_prepare_text(self):
        """Return a line of text without its number; None for an empty one."""
        text = members.make_text(self.name, members.DESCRIPTION_LENGTH)
        if not text:
            return None
        return {
            "Description": text,
            "DetailType": "DescriptionOnly",
            "DescriptionLineDetail": {},
        }

    def _qbo_prepare_detail(self, connection, rules, codes, part, amount):
        product = self._qbo_get_product(connection)
        service_date = self._qbo_choose_service_date(connection)
        return compact(
            {
                "ServiceDate": service_date and service_date.isoformat() or None,
                "ItemRef": product._qbo_refer(connection) if product else None,
                "ClassRef": self._qbo_prepare_class(connection, part),
                **self._qbo_prepare_price(amount, part.quantity),
                "TaxCodeRef": self._qbo_prepare_tax_code(rules, codes),
            }
        )

    def _qbo_prepare_price(self, amount, quantity):
        """Quantity and unit price that give the amount; neither where none do."""
        price = members.choose_price(
            amount,
            quantity,
            members.read_number(self.price_unit),
            self.currency_id.decimal_places,
        )
        return {} if price is None else {"UnitPrice": price, "Qty": quantity}

    def _qbo_prepare_class(self, connection, part):
        return part.account._qbo_refer(connection) if part.account else None

    def _qbo_prepare_tax_code(self, rules, codes):
        if rules.tax == "off":
            return None
        if rules.tax == "line":
            reference = codes.get(self._qbo_get_tax_key())
            return {"value": reference.qbo_id} if reference else None
        return {"value": US_TAXED if self._qbo_is_taxed() else US_UNTAXED}

    # === READING === #

    def _qbo_read_amount(self):
        """Return the net amount (Decimal with the currency's decimals)."""
        return members.read_amount(
            self._qbo_get_amount(), self.currency_id.decimal_places
        )

    def _qbo_get_product(self, connection):
        if self._qbo_get_kind() == "rounding":
            return self.env.ref(ROUNDING_PRODUCT)
        return self.product_id or connection.default_product_id

    def _qbo_get_tax_key(self):
        """Return what mappings of taxes are found by: the set of their ids."""
        return frozenset(self.tax_ids._ids)

    def _qbo_is_taxed(self):
        """Tell whether the line is taxed in the sense of the US: TAX or NON."""
        if not self.tax_ids:
            return False
        return any(tax._qbo_has_rate() for tax in self.tax_ids) or bool(
            self.currency_id.compare_amounts(self.price_total, self.price_subtotal)
        )

    def _qbo_get_class(self, connection):
        """Return the analytic account that is the class of the whole line, or None."""
        return _get_only(self._qbo_get_class_shares(connection))

    def _qbo_get_class_shares(self, connection):
        """Return {analytic account of the plan for classes: percentage}."""
        return self._qbo_get_shares(connection.class_plan_id)

    def _qbo_get_shares(self, plan):
        """Return {analytic account of a plan: percentage of the line (float)}."""
        if not plan or not self.analytic_distribution:
            return {}
        shares = {}
        for key, percentage in self.analytic_distribution.items():
            ids = [int(id) for id in key.split(",") if id.isdigit()]
            for account in self.env["account.analytic.account"].browse(ids):
                try:
                    is_of_plan = account.root_plan_id.id == plan.id
                except MissingError:
                    # Distributions may name accounts that were deleted.
                    continue
                if is_of_plan:
                    shares[account] = shares.get(account, 0) + percentage
        return shares

    # === BLOCKERS === #

    def _qbo_list_blockers(self, connection, rules, codes, title):
        kind = self._qbo_get_kind()
        if kind not in SOLD_KINDS:
            yield self.env._(
                "%(title)s has a line “%(line)s” of a kind that QuickBooks does not "
                "have. Remove it.",
                title=title,
                line=self._qbo_get_words(),
            )
            return
        if kind == "product":
            yield from self._qbo_list_product_blockers(connection, rules, title)
        yield from self._qbo_list_price_blockers(title)
        yield from self._qbo_list_tax_blockers(connection, rules, codes, title)
        yield from self._qbo_list_class_blockers(connection, rules, title)

    def _qbo_list_product_blockers(self, connection, rules, title):
        product = self._qbo_get_product(connection)
        if product:
            yield from product._qbo_list_blockers(connection, rules)
        else:
            yield self.env._(
                "Line “%(line)s” of %(title)s has no product. Choose one on the line, "
                "or set “Product For Other Lines” in the settings of the connection "
                "%(books)s.",
                line=self._qbo_get_words(),
                title=title,
                books=connection.name,
            )

    def _qbo_list_price_blockers(self, title):
        """QuickBooks keeps hundredths, also of currencies with thousandths."""
        if self.currency_id.decimal_places <= 2:
            return
        amount = self._qbo_read_amount()
        if amount != round(amount, 2):
            yield self.env._(
                "Line “%(line)s” of %(title)s amounts to %(amount)s %(code)s, and "
                "QuickBooks keeps two decimals. Round its price.",
                line=self._qbo_get_words(),
                title=title,
                amount=amount,
                code=self.currency_id.name,
            )

    def _qbo_list_tax_blockers(self, connection, rules, codes, title):
        if rules.tax == "off" and self._qbo_is_taxed():
            yield self.env._(
                "%(title)s has tax (%(taxes)s), but sales tax is switched off in "
                "QuickBooks. Switch it on there, or take the tax off the document.",
                title=title,
                taxes=self._qbo_name_taxes(),
            )
            return
        is_needed = rules.tax == "line" or (
            rules.tax == "manual" and self._qbo_is_taxed()
        )
        if not is_needed:
            return
        code = codes.get(self._qbo_get_tax_key())
        if not code:
            yield self.env._(
                "%(title)s: QuickBooks has no tax code for %(taxes)s yet. Choose one "
                "in the tax mapping of the connection %(books)s.",
                title=title,
                taxes=self._qbo_name_taxes(),
                books=connection.name,
            )
        elif not code.active:
            yield self.env._(
                "%(title)s: the tax code %(code)s, which stands for %(taxes)s, is not "
                "active in QuickBooks any more. Choose another in the tax mapping of "
                "the connection %(books)s.",
                title=title,
                code=code.name,
                taxes=self._qbo_name_taxes(),
                books=connection.name,
            )

    def _qbo_list_class_blockers(self, connection, rules, title):
        if not rules.classes:
            return
        shares = self._qbo_get_class_shares(connection)
        is_over = round(sum(shares.values()), 2) > 100
        if is_over or any(share < 0 for share in shares.values()):
            yield self.env._(
                "Line “%(line)s” of %(title)s is shared out in the plan %(plan)s as "
                "%(shares)s. Only parts of the line that come to 100%% at most can go "
                "to QuickBooks: mend its analytic distribution.",
                line=self._qbo_get_words(),
                title=title,
                plan=connection.class_plan_id.name,
                shares=_describe_shares(shares),
            )
            return
        for account in shares:
            yield from account._qbo_list_blockers(connection, rules)
        if rules.classes == "document" and shares and not _get_only(shares):
            yield self.env._(
                "Line “%(line)s” of %(title)s is shared out in the plan %(plan)s "
                "(%(shares)s), and QuickBooks keeps one class for each document. Give "
                "the line one account of this plan with 100%%, or switch QuickBooks to "
                "one class for each line.",
                line=self._qbo_get_words(),
                title=title,
                plan=connection.class_plan_id.name,
                shares=_describe_shares(shares),
            )

    # === WORDS === #

    def _qbo_get_words(self):
        """Return what messages call the line."""
        return members.make_text((self.name or "").partition("\n")[0], 60) or str(
            self.sequence
        )

    def _qbo_name_taxes(self):
        if not self.tax_ids:
            return self.env._("lines without tax")
        return " + ".join(self.tax_ids.mapped("name"))


def _get_only(shares):
    """The account that has all of it, or None."""
    if len(shares) != 1:
        return None
    ((account, share),) = shares.items()
    return account if round(share, 2) == 100 else None


def _describe_shares(shares):
    return ", ".join(
        f"{account.name} {round(share, 2):g}%" for account, share in shares.items()
    )
