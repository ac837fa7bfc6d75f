"""What sales forms post: the customer or the money against income, tax, discount."""

from ..entities.sales_lines import is_shipping
from ..entities.sales_shapes import DISCOUNT_LINE, ITEM_LINE
from ..numbers import ZERO
from .legs import Legs, id_of

SIGNS = {"Invoice": 1, "CreditMemo": -1, "RefundReceipt": -1}


def of_form(chart, name, row):
    """Return the Legs of an invoice, credit memo or refund receipt."""
    sign = SIGNS[name]
    legs = Legs(row)
    _add_total(chart, name, row, legs)
    _add_tax(chart, row, legs, sign)
    for line in row["Line"]:
        _add_line(chart, row, line, legs, sign)
    legs.level()
    return legs


def _add_total(chart, name, row, legs):
    total, customer_id = row["TotalAmt"], id_of(row.get("CustomerRef"))
    if name == "RefundReceipt":
        account_id = row["DepositToAccountRef"]["value"]
        legs.add(account_id, -total, customer_id=customer_id)
        return
    deposit = row.get("Deposit") or ZERO
    owed = SIGNS[name] * (total - deposit)
    legs.add(chart.receivable(row), owed, customer_id=customer_id)
    if deposit:
        account_id = id_of(row.get("DepositToAccountRef"))
        account_id = account_id or chart.subtype("UndepositedFunds")
        legs.add(account_id, deposit, customer_id=customer_id)


def _add_tax(chart, row, legs, sign):
    customer_id = id_of(row.get("CustomerRef"))
    for line in row["TxnTaxDetail"].get("TaxLine", ()):
        account_id = chart.tax(id_of(line["TaxLineDetail"].get("TaxRateRef")))
        legs.add(account_id, -sign * line["Amount"], customer_id=customer_id)


def _add_line(chart, row, line, legs, sign):
    kind = line["DetailType"]
    if kind not in (ITEM_LINE, DISCOUNT_LINE):
        return
    detail = line[kind]
    if kind == DISCOUNT_LINE:
        account_id = id_of(detail.get("DiscountAccountRef"))
        account_id = account_id or chart.subtype("DiscountsRefundsGiven")
        sign = -sign
    elif is_shipping(line):
        path = "SalesFormsPrefs.DefaultShippingAccount"
        account_id = chart.preferred(path, "SalesOfProductIncome")
    else:
        account_id = detail["ItemAccountRef"]["value"]
    legs.add(
        account_id,
        -sign * line["Amount"],
        class_id=id_of(detail.get("ClassRef") or row.get("ClassRef")),
        customer_id=id_of(row.get("CustomerRef")),
    )
