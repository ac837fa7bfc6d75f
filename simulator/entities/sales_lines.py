"""The lines of sales forms: items, prices, texts, the discount."""

from decimal import Decimal

from .. import entity_faults, faults
from ..numbers import ZERO, divide, money, multiply, round_half_up, with_thousands
from . import tax
from .account import with_subtype
from .account_types import DISCOUNT_TYPES
from .item import CATEGORY, GROUP
from .sales_shapes import DISCOUNT_LINE, ITEM_LINE, SHIPPING_ITEM, TEXT_LINE
from .settings import other_preference


def is_shipping(line):
    """Tell whether a line is the charge for shipping, read or as it came."""
    reference = (line.get(ITEM_LINE) or {}).get("ItemRef") or {}
    return SHIPPING_ITEM in line or reference.get("value") == SHIPPING_ITEM


class SalesLines:
    """What a sales form does with each of its lines."""

    # --- lines ---

    def _line(self, company, write, line):
        kind = line["DetailType"]
        if kind == TEXT_LINE:
            kept = {name: line.get(name) for name in ("Id", "Description")}
            return {**kept, "DetailType": kind, "DescriptionLineDetail": {}}
        if kind == DISCOUNT_LINE:
            return {**line, "Id": None, "LineNum": None}
        if is_shipping(line):
            return self._shipping_line(company, line)
        if kind != ITEM_LINE:
            raise faults.business(f"A line of type {kind} does not belong here.")
        return self._item_line(company, write, line)

    def _item_line(self, company, write, line):
        detail = dict(line.get(ITEM_LINE) or {})
        item = self._item(company, detail)
        if item is None:
            kept = {name: line.get(name) for name in ("Id", "Description")}
            return {**kept, "DetailType": TEXT_LINE, "DescriptionLineDetail": {}}
        if line.get("Amount") is None:
            raise faults.required("Line.Amount")
        detail["ItemRef"] = {"value": item["Id"], "name": item["Name"]}
        if item.get("IncomeAccountRef"):
            detail["ItemAccountRef"] = item["IncomeAccountRef"]
        self._check_price(line, detail)
        detail["TaxCodeRef"] = self._line_code(company, write, detail, item)
        heads = {
            link["TxnId"]
            for link in write.values.get("LinkedTxn") or ()
            if link["TxnType"] != "Payment"
        }
        links = [
            link for link in line.get("LinkedTxn") or () if link.get("TxnId") in heads
        ]
        return {
            **line,
            "Amount": money(line["Amount"]),
            "LinkedTxn": links or None,
            ITEM_LINE: detail,
        }

    def _shipping_line(self, company, line):
        """The charge for shipping: outside the subtotal, neither discounted nor taxed.

        Captured ones have no id, no number and nothing in the detail but the item.
        """
        if company.country != "US" or not company.preference(
            "SalesFormsPrefs.AllowShipping"
        ):
            raise entity_faults.feature_not_enabled("Shipping")
        if line.get("Amount") is None:
            raise faults.required("Line.Amount")
        if line["Amount"] < 0:
            raise faults.business("The charge for shipping can't be less than zero.")
        return {
            "Amount": money(line["Amount"]),
            "DetailType": ITEM_LINE,
            ITEM_LINE: {"ItemRef": {"value": SHIPPING_ITEM}},
            SHIPPING_ITEM: True,
        }

    def _item(self, company, detail):
        """Return the item's row: the one named, or the company's default, or None."""
        reference = detail.get("ItemRef")
        default = other_preference(company, "SalesFormsPrefs.DefaultItem")
        item_id = reference["value"] if reference else default
        item = company.store.get("Item", item_id) if item_id else None
        if item is not None:
            self._check_item(item)
        return item

    def _check_item(self, item):
        """Categories and bundles are no items of a line; what is sold earns income."""
        if item["Type"] == CATEGORY:
            raise faults.business("A category cannot be used on a line.")
        if item["Type"] == GROUP:
            raise faults.business("A bundle needs a line of type GroupLineDetail.")
        if not item.get("IncomeAccountRef"):
            raise faults.business(
                "An item without an income account cannot be used on a sales form."
            )

    def _check_price(self, line, detail):
        """Amount is Qty x UnitPrice, rounded half up from what was sent (6070)."""
        quantity, price = detail.get("Qty"), detail.get("UnitPrice")
        if not quantity and not price:
            # Client libraries send both as zero for "not given".
            detail["Qty"] = detail["UnitPrice"] = None
            return
        if quantity is None:
            detail["Qty"] = Decimal(1) if price == line["Amount"] else None
            if detail["Qty"] is None:
                detail["Qty"], detail["UnitPrice"] = Decimal(1), line["Amount"]
            return
        if price is None:
            if quantity:
                detail["UnitPrice"] = divide(line["Amount"], quantity)
            return
        if round_half_up(multiply(quantity, price)) != line["Amount"]:
            raise faults.amount_mismatch(with_thousands(line["Amount"]))

    def _line_code(self, company, write, detail, item):
        sent = detail.get("TaxCodeRef")
        if company.country == "US":
            if sent is not None and self.uses_tax(company):
                return sent
            taxable = item.get("Taxable") and self.uses_tax(company)
            return {"value": "TAX" if taxable else "NON"}
        if write.values["GlobalTaxCalculation"] == tax.NOT_APPLICABLE:
            refuses = company.switches.not_applicable_codes == "refuse"
            if sent is not None and refuses and "Line" in write.sent:
                raise entity_faults.tax_code_not_applicable()
            return None
        if sent is None:
            raise entity_faults.tax_code_missing(company.country)
        return sent

    def _discount(self, company, write, discounts, subtotal):
        """Return the discount: one line, above nothing, within the subtotal."""
        if not discounts:
            return ZERO
        if len(discounts) > 1:
            raise faults.business("A transaction has one discount line at most.")
        allowed = company.preference("SalesFormsPrefs.AllowDiscount")
        if not allowed and "Line" in write.sent:
            raise entity_faults.feature_not_enabled("Discount")
        line = discounts[0]
        detail = dict(line.get(DISCOUNT_LINE) or {})
        value = self._discount_value(line, detail, subtotal)
        if value < 0:
            raise faults.business("The discount amount can't be less than zero.")
        if value > max(subtotal, ZERO):
            raise faults.business(
                "The discount amount can't be greater than the subtotal."
            )
        self._settle_discount_account(company, detail)
        line[DISCOUNT_LINE], line["Amount"] = detail, value
        return value

    def _discount_value(self, line, detail, subtotal):
        """By percentage (the amount sent does not count) or by amount (6090)."""
        percent = detail.get("DiscountPercent")
        if detail.get("PercentBased") and percent is not None:
            return round_half_up(subtotal * percent / 100)
        if line.get("Amount") is None or detail.get("PercentBased"):
            raise entity_faults.discount_incomplete()
        detail["PercentBased"], detail["DiscountPercent"] = False, None
        return round_half_up(line["Amount"])

    def _settle_discount_account(self, company, detail):
        """The account sent must earn or cost; none sent: the company's own."""
        sent = detail.get("DiscountAccountRef")
        if sent is not None:
            kind = company.store.get("Account", sent["value"])["AccountType"]
            if kind not in DISCOUNT_TYPES:
                raise entity_faults.wrong_account_type(
                    "DiscountAccountRef", "A discount needs an income account."
                )
            return
        account_id = company.preference("SalesFormsPrefs.DefaultDiscountAccount")
        account = company.store.get("Account", account_id or "") or with_subtype(
            company, "DiscountsRefundsGiven"
        )
        if account:
            name = account["FullyQualifiedName"]
            detail["DiscountAccountRef"] = {"value": account["Id"], "name": name}
