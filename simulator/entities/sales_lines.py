"""The lines of sales forms: items, prices, texts, the discount."""

from decimal import Decimal

from .. import entity_faults, faults
from ..numbers import ZERO, divide, money, multiply, round_half_up, with_thousands
from .account import with_subtype
from .sales_shapes import DISCOUNT_LINE, ITEM_LINE, TEXT_LINE
from .settings import other_preference


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
        self._check_price(write, line, detail)
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

    def _item(self, company, detail):
        """Return the item's row: the one named, or the company's default, or None."""
        reference = detail.get("ItemRef")
        default = other_preference(company, "SalesFormsPrefs.DefaultItem")
        item_id = reference["value"] if reference else default
        item = company.store.get("Item", item_id) if item_id else None
        if item is not None and item["Type"] == "Category":
            raise faults.business("A category cannot be used on a line.")
        return item

    def _check_price(self, write, line, detail):
        """Amount is Qty x UnitPrice, rounded half up from what was sent (6070)."""
        quantity, price = detail.get("Qty"), detail.get("UnitPrice")
        if not quantity and not price:
            # Client libraries send both as zero for "not given".
            detail["Qty"] = detail["UnitPrice"] = None
            return
        inclusive = write.values.get("GlobalTaxCalculation") == "TaxInclusive"
        if inclusive and detail.get("TaxInclusiveAmt") is not None:
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
            if sent is not None and sent["value"] not in ("TAX", "NON"):
                raise entity_faults.us_line_tax_code()
            if sent is not None and self.uses_tax(company):
                return sent
            taxable = item.get("Taxable") and self.uses_tax(company)
            return {"value": "TAX" if taxable else "NON"}
        if write.values["GlobalTaxCalculation"] == "NotApplicable":
            return None
        if sent is None:
            raise entity_faults.tax_code_missing(company.country)
        return sent

    def _discount(self, company, discounts, subtotal):
        if not discounts:
            return ZERO
        if len(discounts) > 1:
            raise faults.business("A transaction has one discount line at most.")
        if not company.preference("SalesFormsPrefs.AllowDiscount"):
            raise entity_faults.feature_not_enabled("Discount")
        line = discounts[0]
        detail = dict(line.get(DISCOUNT_LINE) or {})
        percent = detail.get("DiscountPercent")
        if detail.get("PercentBased") and percent is not None:
            value = round_half_up(subtotal * percent / 100)
        elif line.get("Amount") is not None and not detail.get("PercentBased"):
            value = round_half_up(line["Amount"])
            detail["PercentBased"], detail["DiscountPercent"] = False, None
        else:
            raise entity_faults.discount_incomplete()
        if value > subtotal:
            raise faults.business(
                "The discount amount can't be greater than the subtotal."
            )
        if detail.get("DiscountAccountRef") is None:
            account_id = company.preference("SalesFormsPrefs.DefaultDiscountAccount")
            account = company.store.get("Account", account_id or "") or with_subtype(
                company, "DiscountsRefundsGiven"
            )
            if account:
                detail["DiscountAccountRef"] = {
                    "value": account["Id"],
                    "name": account["FullyQualifiedName"],
                }
        line[DISCOUNT_LINE], line["Amount"] = detail, value
        return value
