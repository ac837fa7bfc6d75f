"""Tax outside the US: a code on each line, one TaxLine per rate of the document.

Each tax is rounded half up per line and rate and then summed (Intuit's community,
en-ca 306952). In TaxInclusive documents the gross total stands: tax is gross less net,
and a cent that rounding lost falls on a rate that taxes.
"""

from dataclasses import dataclass
from decimal import Decimal

from .. import entity_faults, faults
from ..numbers import ZERO, divide, money, multiply, round_half_up
from . import tax


@dataclass
class Share:
    """What one rate comes to over the document."""

    rate: tax.Rate
    base: Decimal = ZERO
    amount: Decimal = ZERO
    carries: bool = False
    """Whether what rounding lost on a line (gross, net and taxes) fell on this rate."""


def of_document(company, document):
    """Return TxnTaxDetail of a sales document."""
    if document.values["GlobalTaxCalculation"] == tax.NOT_APPLICABLE:
        return {"TotalTax": ZERO}
    shares = _shares(company, document)
    if document.is_inclusive:
        _keep_gross(document, shares)
    lines = [
        tax.tax_line(share.rate, money(share.base), share.amount) for share in shares
    ]
    lines = _override(company, document.sent_tax, lines)
    total = sum((line["Amount"] for line in lines), ZERO)
    return {"TotalTax": total, "TaxLine": lines}


def check_sent_tax(values, sent_tax):
    """Refuse tax on a document without tax (6170)."""
    if values["GlobalTaxCalculation"] != tax.NOT_APPLICABLE:
        return
    if sent_tax.get("TaxLine") or sent_tax.get("TotalTax"):
        raise entity_faults.tax_detail_not_allowed()


def line_rates(company, line, on_day):
    """Return the Rates of a line; 6000 for a code without a sales side."""
    reference = line["SalesItemLineDetail"].get("TaxCodeRef")
    if reference is None:
        return []
    code = company.store.get("TaxCode", reference["value"])
    rates = tax.rates_of(company, code, "Sales", on_day)
    if not rates:
        raise entity_faults.tax_calculation()
    return rates


def _shares(company, document):
    by_line = company.switches.tax_rounding == "line"
    gross_discount = _gross_discount(document)
    shares = {}
    for line in document.lines:
        net = line["Amount"] - document.share_of_discount(line["Amount"])
        rates = line_rates(company, line, document.values["TxnDate"])
        taxes = tax.taxes_on(rates, net, rounded=by_line)
        for rate, base, amount in taxes:
            share = shares.setdefault(rate.id, Share(rate))
            share.base += base
            share.amount += amount
        # Rates that cancel each other lose nothing.
        if document.is_inclusive and _percent(rates):
            carrier = [shares[rate.id] for rate in rates if rate.percent][-1]
            tax_due = _gross(line) - _share_of(gross_discount, line, document) - net
            carrier.amount += tax_due - sum((each for *_, each in taxes), ZERO)
            carrier.carries = True
    for share in shares.values():
        share.amount = round_half_up(share.amount)
    return list(shares.values())


# --- tax included ---


def _gross(line):
    return line["SalesItemLineDetail"].get("TaxInclusiveAmt") or ZERO


def take_tax_out(company, lines, on_day, kept=()):
    """Turn gross TaxInclusiveAmt into net Amounts (TaxInclusive documents).

    A line without TaxInclusiveAmt says its net amount, and gets its gross one; a switch
    makes its amount the gross one. Stored lines that came back unchanged, `kept`, are
    not computed again: the net of a derived gross could be another.
    """
    stored = {line["Id"]: line for line in kept if "Id" in line}
    for line in lines:
        if _is_unchanged(line, stored.get(line.get("Id"))):
            continue
        detail = line["SalesItemLineDetail"]
        rates = line_rates(company, line, on_day)
        if detail.get("TaxInclusiveAmt") is None:
            if company.switches.inclusive_amount == "net":
                taxes = tax.taxes_on(rates, line["Amount"], rounded=True)
                total = sum((amount for _, _, amount in taxes), ZERO)
                detail["TaxInclusiveAmt"] = money(line["Amount"] + total)
                continue
            detail["TaxInclusiveAmt"] = line["Amount"]
        line["Amount"] = _net(rates, detail["TaxInclusiveAmt"])
        if detail.get("Qty"):
            detail["UnitPrice"] = divide(line["Amount"], detail["Qty"])


def _percent(rates):
    """Return what all rates together come to, in per cent of the net amount."""
    taxes = tax.taxes_on(rates, tax.HUNDRED, rounded=False)
    return sum((amount for _, _, amount in taxes), ZERO)


def _net(rates, gross):
    return money(divide(gross * tax.HUNDRED, tax.HUNDRED + _percent(rates)))


def _is_unchanged(line, stored):
    if stored is None or "SalesItemLineDetail" not in stored:
        return False
    sent, old = line["SalesItemLineDetail"], stored["SalesItemLineDetail"]
    same_code = sent.get("TaxCodeRef") == old.get("TaxCodeRef")
    same_gross = sent.get("TaxInclusiveAmt") == old.get("TaxInclusiveAmt")
    return same_code and same_gross and line["Amount"] == stored["Amount"]


def _keep_gross(document, shares):
    """Let tax be gross less net: what the rates miss falls on one that taxes."""
    taxing = [share for share in shares if share.carries]
    if taxing:
        gross = _total_gross(document) - _gross_discount(document)
        due = gross - document.subtotal + document.discount
        taxing[-1].amount += due - sum((share.amount for share in shares), ZERO)


def _total_gross(document):
    return sum((_gross(line) for line in document.lines), ZERO)


def _gross_discount(document):
    """Return the discount as the screen shows it: of the gross prices."""
    if not document.discount or not document.subtotal:
        return ZERO
    gross = _total_gross(document)
    if document.discount_percent is not None:
        return round_half_up(gross * document.discount_percent / tax.HUNDRED)
    return money(divide(multiply(document.discount, gross), document.subtotal))


def _share_of(gross_discount, line, document):
    if not gross_discount:
        return ZERO
    return divide(multiply(gross_discount, _gross(line)), _total_gross(document))


# --- amounts the client insists on ---


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
        detail = line["TaxLineDetail"]
        amount, computed = amounts[detail["TaxRateRef"]["value"]], line["Amount"]
        if not _is_near(company, computed, amount):
            raise faults.business("The tax amount is not what the tax rate gives.")
        line["Amount"], detail["PercentBased"] = amount, False
        if amount != computed:
            detail["OverrideDeltaAmount"] = amount - computed
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
