"""Sales tax in the US: one code for the document, on the lines coded TAX.

Manual tax takes the code that was sent, or the customer's. Automated sales tax takes
the code of the place the goods go to and knows no other; a tax amount that was sent is
spread over the rates of that code, if any has a percentage (Intuit's blog of 2017, and
what became of it live in 2026).
"""

from .. import entity_faults
from ..numbers import ZERO, divide, money, multiply, round_half_up
from . import tax

# What an address may say of its country for the engine to have a rate.
HOME = ("", "US", "USA", "UNITED STATES", "UNITED STATES OF AMERICA")


def of_document(company, document):
    """Return TxnTaxDetail of a sales document; TotalTax alone where nothing is due."""
    if not company.preference("TaxPrefs.UsingSalesTax"):
        return {"TotalTax": ZERO}
    automated = company.sales_tax == "automated"
    taxed = [line for line in document.lines if _line_code(line) == "TAX"]
    code = _automated_code(company, document) if automated else None
    if not automated and taxed:
        code = _manual_code(company, document)
    if code is None:
        return {"TotalTax": ZERO}
    rates = tax.rates_of(company, code, "Sales", document.values["TxnDate"])
    bases = [_base(document, line) for line in taxed]
    amounts = _amounts(company, rates, bases, automated)
    total = _sent_total(company, document, automated)
    if total is not None and taxed and any(rate.percent for rate in rates):
        amounts = _prorate(round_half_up(total), rates, amounts)
    base = money(sum(bases, ZERO))
    detail = {
        "TotalTax": sum(amounts, ZERO),
        "TaxLine": [
            tax.tax_line(rate, base, amount)
            for rate, amount in zip(rates, amounts, strict=True)
        ],
    }
    if automated and company.switches.automated_tax_code == "absent":
        return detail
    return {"TxnTaxCodeRef": {"value": code["Id"]}, **detail}


def is_exempt(customer):
    """Tell whether automated sales tax leaves a customer alone."""
    return bool(customer) and customer.get("Taxable") is False


# --- the code ---


def _automated_code(company, document):
    place = document.place
    if (place.country or "").upper() not in HOME or is_exempt(document.customer):
        return None
    table = company.store.table("TaxCode")
    known = {row["Description"]: row for row in table.rows.values() if row["Active"]}
    city = (place.city or "").strip().title()
    return known.get(f"{place.state}, {city}") or known.get(place.state)


def _manual_code(company, document):
    sent = (document.values.get("TxnTaxDetail") or {}).get("TxnTaxCodeRef")
    reference = sent or document.customer.get("DefaultTaxCodeRef")
    code_id = reference["value"] if reference else None
    if code_id is None or code_id in ("TAX", "NON"):
        return None
    if code_id == "CustomSalesTax":
        raise entity_faults.custom_sales_tax()
    return company.store.table("TaxCode").get(code_id)


def _line_code(line):
    reference = line["SalesItemLineDetail"].get("TaxCodeRef")
    return reference["value"] if reference else "NON"


# --- the amounts ---


def _base(document, line):
    """Return what of a line is taxed: less its discount only if that comes first."""
    if not document.values.get("ApplyTaxAfterDiscount"):
        return line["Amount"]
    return line["Amount"] - document.share_of_discount(line["Amount"])


def _amounts(company, rates, bases, automated):
    """Return the tax of each rate, rounded by line or on the whole document."""
    if automated and company.switches.automated_tax_rounding == "line":
        parts = bases
    else:
        parts = [money(sum(bases, ZERO))]
    return [
        sum((round_half_up(part * rate.percent / tax.HUNDRED) for part in parts), ZERO)
        for rate in rates
    ]


def _sent_total(company, document, automated):
    """Return the tax amount a client insists on, or None.

    Sent TaxLines mean that QBO computes. Manual tax wants the code beside the amount.
    """
    sent = document.sent_tax
    if sent.get("TotalTax") is None or sent.get("TaxLine"):
        return None
    if not automated:
        return sent["TotalTax"] if sent.get("TxnTaxCodeRef") else None
    if company.switches.automated_tax_override == "ignored":
        return None
    engine_decides = sent.get("UseAutomatedSalesTax")
    if engine_decides:
        return None
    if engine_decides is False and not company.switches.allow_partner_tax_override:
        return None
    return sent["TotalTax"]


def _prorate(total, rates, amounts):
    """Spread `total` over the rates with a percentage, as their taxes are."""
    weights = amounts if sum(amounts, ZERO) else [rate.percent for rate in rates]
    whole = sum(weights, ZERO)
    if not whole:
        return amounts
    shares = [round_half_up(divide(multiply(total, each), whole)) for each in weights]
    last = max(index for index, rate in enumerate(rates) if rate.percent)
    shares[last] += total - sum(shares, ZERO)
    return shares
