"""Tax on sales documents: what both ways have in common.

By document in the US (`tax_us`), by line and rate elsewhere (`tax_lines`).
"""

from dataclasses import dataclass, field
from decimal import Decimal

from .. import entity_faults
from ..numbers import ZERO, divide, multiply, round_half_up

HUNDRED = Decimal(100)
ON_AMOUNT, ON_TAX = "TaxOnAmount", "TaxOnTax"
INCLUSIVE, NOT_APPLICABLE = "TaxInclusive", "NotApplicable"


@dataclass(frozen=True)
class Place:
    """Where goods go: what automated sales tax decides by."""

    state: str | None = None
    city: str | None = None
    country: str | None = None


@dataclass
class Document:
    """What tax is computed from: item lines, discount, and what was sent.

    `discount_percent` is None for a discount by amount; `customer` is a row or {}.
    """

    values: dict
    lines: list
    subtotal: Decimal
    discount: Decimal
    sent_tax: dict
    discount_percent: Decimal | None = None
    place: Place = field(default_factory=Place)
    customer: dict = field(default_factory=dict)

    @property
    def is_inclusive(self):
        """Whether the prices hold the tax."""
        return self.values.get("GlobalTaxCalculation") == INCLUSIVE

    def share_of_discount(self, amount):
        """Return the part of the discount that falls on `amount`, not rounded."""
        if not self.discount or not self.subtotal:
            return ZERO
        return divide(multiply(self.discount, amount), self.subtotal)


@dataclass(frozen=True)
class Rate:
    """A rate of a code on a day. `order` and `on_order` say what it builds on."""

    row: dict
    percent: Decimal
    kind: str = ON_AMOUNT
    order: int = 0
    on_order: int | None = None

    @property
    def id(self):
        """The id of the TaxRate."""
        return self.row["Id"]

    def builds_on(self, other):
        """Tell whether this tax is reckoned on that of `other` too."""
        if self.kind == ON_AMOUNT:
            return False
        if self.on_order is None:
            return other.order < self.order
        return other.order == self.on_order


def percentage(rate, on_day):
    """Return the percentage of a TaxRate row on a day; 6000 where it has none."""
    periods = rate.get("EffectiveTaxRate")
    if not periods:
        return rate["RateValue"]
    for period in periods:
        ends = period.get("EndDate")
        begins = period["EffectiveDate"][:10]
        if begins <= on_day and (ends is None or on_day <= ends[:10]):
            return period["RateValue"]
    raise entity_faults.tax_calculation()


def rates_of(company, code, side, on_day):
    """Return the Rates of a code's `Sales` or `Purchase` side, in tax order."""
    table = company.store.table("TaxRate")
    rates = []
    for detail in code[f"{side}TaxRateList"]["TaxRateDetail"]:
        row = table.get(detail["TaxRateRef"]["value"])
        builds_on = detail.get("TaxOnTaxOrder")
        rates.append(
            Rate(
                row,
                percentage(row, on_day),
                detail["TaxTypeApplicable"],
                detail.get("TaxOrder") or 0,
                # Captured codes say -1 for "on no other tax".
                None if builds_on is None or builds_on < 0 else builds_on,
            )
        )
    return sorted(rates, key=lambda rate: rate.order)


def taxes_on(rates, net, *, rounded):
    """Return `(rate, base, tax)` for each of a line's rates on its net amount.

    `rounded` rounds each tax half up to the cent before the next one builds on it.
    """
    taxes = []
    for rate in rates:
        below = sum((tax for each, _, tax in taxes if rate.builds_on(each)), ZERO)
        base = below if rate.kind == ON_TAX else net + below
        tax = base * rate.percent / HUNDRED
        taxes.append((rate, base, round_half_up(tax) if rounded else tax))
    return taxes


def tax_line(rate, base, amount):
    """Return one TaxLine, which has neither Id nor LineNum."""
    return {
        "Amount": amount,
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": {"value": rate.id},
            "PercentBased": True,
            "TaxPercent": rate.percent,
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
