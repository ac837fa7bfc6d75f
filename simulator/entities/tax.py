"""Tax on sales documents: by document in the US, by line elsewhere.

No engine of its own: automated sales tax takes the code of the ship-to state.
"""

from dataclasses import dataclass
from decimal import Decimal

from .. import entity_faults, faults
from ..numbers import ZERO, divide, money, multiply, round_half_up

HUNDRED = Decimal(100)


@dataclass
class Document:
    """What tax is computed from: item lines, discount, and what was sent."""

    values: dict
    lines: list
    subtotal: Decimal
    discount: Decimal
    sent_tax: dict
    state: str | None = None
    default_code: str | None = None


def percentage(rate, on_day):
    """Return the percentage of a TaxRate row on a day."""
    for period in rate.get("EffectiveTaxRate", ()):
        begins = period["EffectiveDate"][:10] <= on_day
        ends = period.get("EndDate")
        if begins and (ends is None or on_day <= ends[:10]):
            return period["RateValue"]
    return rate["RateValue"]


def rates_of(company, code, side):
    """Return the TaxRate rows of a code's `Sales` or `Purchase` side."""
    details = code[f"{side}TaxRateList"]["TaxRateDetail"]
    table = company.store.table("TaxRate")
    return [table.get(detail["TaxRateRef"]["value"]) for detail in details]


def tax_line(rate, percent, base, amount):
    """Return one TaxLine, which has neither Id nor LineNum."""
    return {
        "Amount": amount,
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": {"value": rate["Id"]},
            "PercentBased": True,
            "TaxPercent": percent,
            "NetAmountTaxable": base,
        },
    }


def check_line_code(company, value):
    """Refuse a line code of the wrong kind before it counts as a reference.

    In the US only TAX and NON are codes of lines (6100); elsewhere a name in place of
    an id counts as no code at all (6000, seen live in GB).
    """
    if company.country == "US":
        if value not in ("TAX", "NON"):
            raise entity_faults.us_line_tax_code()
    elif not value.isdigit():
        raise entity_faults.tax_code_missing(company.country)


def of_document(company, document):
    """Return TxnTaxDetail of a sales document; also completes line codes."""
    if company.country != "US":
        return _by_line(company, document)
    if not company.preference("TaxPrefs.UsingSalesTax"):
        return {"TotalTax": ZERO}
    return _by_document(company, document)


# --- United States ---


def _by_document(company, document):
    code = _us_code(company, document)
    sent = document.sent_tax
    taxed = [line for line in document.lines if _us_line_code(line) == "TAX"]
    if code is None or (company.sales_tax != "automated" and not taxed):
        return {"TotalTax": ZERO}
    base = sum((line["Amount"] for line in taxed), ZERO)
    if document.values.get("ApplyTaxAfterDiscount") and document.subtotal:
        share = divide(multiply(document.discount, base), document.subtotal)
        base = money(base - share)
    on_day = document.values["TxnDate"]
    shares = [
        (rate, percentage(rate, on_day)) for rate in rates_of(company, code, "Sales")
    ]
    amounts = [round_half_up(base * percent / HUNDRED) for _rate, percent in shares]
    total = sent.get("TotalTax")
    if total is not None and taxed and shares and not sent.get("TaxLine"):
        amounts = _prorate(round_half_up(total), amounts)
    lines = [
        tax_line(rate, percent, base, amount)
        for (rate, percent), amount in zip(shares, amounts, strict=True)
    ]
    return {
        "TxnTaxCodeRef": {"value": code["Id"]},
        "TotalTax": sum(amounts, ZERO),
        "TaxLine": lines,
    }


def _us_code(company, document):
    table = company.store.table("TaxCode")
    if company.sales_tax == "automated":
        for code in table.rows.values():
            if code["Active"] and code["Description"] == document.state:
                return code
        return None
    sent = (document.values.get("TxnTaxDetail") or {}).get("TxnTaxCodeRef")
    code_id = sent["value"] if sent else document.default_code
    if code_id is None or code_id in ("TAX", "NON"):
        return None
    if code_id == "CustomSalesTax":
        raise entity_faults.custom_sales_tax()
    return table.get(code_id)


def _us_line_code(line):
    reference = line["SalesItemLineDetail"].get("TaxCodeRef")
    return reference["value"] if reference else "NON"


def _prorate(total, amounts):
    whole = sum(amounts, ZERO)
    if not whole:
        return [total, *amounts[1:]]
    shares = [round_half_up(divide(multiply(total, each), whole)) for each in amounts]
    shares[-1] += total - sum(shares, ZERO)
    return shares


# --- everywhere else ---


def line_rates(company, line, on_day):
    """Return `(rate row, percentage)` pairs of a line outside the US."""
    reference = line["SalesItemLineDetail"].get("TaxCodeRef")
    if reference is None:
        return []
    code = company.store.get("TaxCode", reference["value"])
    rates = rates_of(company, code, "Sales")
    if not rates:
        raise entity_faults.tax_calculation()
    return [(rate, percentage(rate, on_day)) for rate in rates]


def take_tax_out(company, lines, on_day):
    """Turn gross TaxInclusiveAmt into net Amounts (TaxInclusive documents)."""
    for line in lines:
        detail = line["SalesItemLineDetail"]
        gross = detail.get("TaxInclusiveAmt")
        total = sum((p for _r, p in line_rates(company, line, on_day)), ZERO)
        if gross is None:
            tax = sum(
                (
                    round_half_up(line["Amount"] * percent / HUNDRED)
                    for _rate, percent in line_rates(company, line, on_day)
                ),
                ZERO,
            )
            detail["TaxInclusiveAmt"] = money(line["Amount"] + tax)
            continue
        line["Amount"] = money(divide(gross, 1 + total / HUNDRED))
        quantity = detail.get("Qty")
        if quantity:
            detail["UnitPrice"] = divide(line["Amount"], quantity)


def _by_line(company, document):
    values = document.values
    if values["GlobalTaxCalculation"] == "NotApplicable":
        if document.sent_tax.get("TaxLine"):
            raise entity_faults.tax_detail_not_allowed()
        return {"TotalTax": ZERO}
    on_day = values["TxnDate"]
    shares, gross = {}, ZERO
    for line in document.lines:
        net = _after_discount(document, line["Amount"])
        for rate, percent in line_rates(company, line, on_day):
            share = shares.setdefault(rate["Id"], [rate, percent, ZERO, ZERO])
            share[2] += net
            share[3] += round_half_up(net * percent / HUNDRED)
        gross += line["SalesItemLineDetail"].get("TaxInclusiveAmt") or ZERO
    if company.switches.tax_rounding == "document":
        for share in shares.values():
            share[3] = round_half_up(share[2] * share[1] / HUNDRED)
    if values["GlobalTaxCalculation"] == "TaxInclusive":
        _keep_gross(document, shares, gross)
    lines = [
        tax_line(rate, p, money(base), tax) for rate, p, base, tax in shares.values()
    ]
    lines = _override(company, document.sent_tax, lines)
    total = sum((line["Amount"] for line in lines), ZERO)
    return {"TotalTax": total, "TaxLine": lines}


def _after_discount(document, amount):
    if not document.discount or not document.subtotal:
        return amount
    return amount - divide(multiply(document.discount, amount), document.subtotal)


def _keep_gross(document, shares, gross):
    """The gross total stands: the cents that rounding lost fall on the last rate."""
    if not shares:
        return
    if document.discount and document.subtotal:
        gross -= divide(multiply(document.discount, gross), document.subtotal)
    net = document.subtotal - document.discount
    tax = money(gross) - net
    last = next(reversed(shares.values()))
    last[3] += tax - sum((share[3] for share in shares.values()), ZERO)


def _override(company, sent_tax, lines):
    """Take the tax amounts that came with PercentBased false, for every rate or none.

    Each rate must be one of a code on a line, and each such rate needs its TaxLine
    (Intuit's XSD); how far an amount may be off is open.
    """
    amounts = _sent_amounts(sent_tax)
    if not amounts:
        return lines
    known = {line["TaxLineDetail"]["TaxRateRef"]["value"] for line in lines}
    if set(amounts) - known:
        raise faults.business("A tax rate that no line of the document uses.")
    if known - set(amounts):
        raise faults.business("Every tax rate of the document needs its TaxLine.")
    for line in lines:
        amount = amounts[line["TaxLineDetail"]["TaxRateRef"]["value"]]
        if not _is_near(company, line["Amount"], amount):
            raise faults.business("The tax amount is not what the tax rate gives.")
        line["Amount"] = amount
    return lines


def _sent_amounts(sent_tax):
    amounts = {}
    for line in sent_tax.get("TaxLine") or ():
        detail = line.get("TaxLineDetail") or {}
        if detail.get("PercentBased") is not False or line.get("Amount") is None:
            continue
        reference = detail.get("TaxRateRef")
        if reference is None:
            raise faults.required("TaxRateRef")
        if reference["value"] in amounts:
            raise faults.business("A tax rate has one TaxLine.")
        amounts[reference["value"]] = round_half_up(line["Amount"])
    return amounts


def _is_near(company, computed, sent):
    """Of the same sign; by a switch also within 1.00 and 5 %."""
    if computed * sent < 0:
        return False
    off = abs(computed - sent)
    any_size = company.switches.tax_override == "any"
    return any_size or (off <= 1 and off * 20 <= abs(computed))
