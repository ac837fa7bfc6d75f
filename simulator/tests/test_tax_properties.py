"""What holds for every document, whatever its lines, codes and discounts."""

from decimal import ROUND_HALF_UP, Decimal

from books import Books, discount, item_line
from hypothesis import given, settings
from hypothesis import strategies as st

CENT = Decimal("0.01")
CODES = {
    "gb": ("20.0% S", "5.0% R", "0.0% Z", "Exempt", "No VAT", "20.0% RC CIS"),
    "ca": ("HST ON", "GST", "GST/PST BC", "GST/QST QC - 9.975", "Zero-rated",
           "GST/PST PE on GST"),
    "au": ("GST", "GST free", "Out of Scope"),
    "fr": ("20 % TVA FR", "5,5 % TVA FR", "2,1 % TVA FR", "Exonéré"),
}  # fmt: skip
ZERO_RATED = {"gb": "0.0% Z", "ca": "Zero-rated", "au": "GST free", "fr": "Exonéré"}
BOOKS = {profile: Books(profile) for profile in (*CODES, "us", "us_manual")}
for each in BOOKS.values():
    each.sales_forms(AutoApplyCredit=False)

AMOUNTS = st.integers(1, 500_000).map(lambda cents: Decimal(cents) / 100)
PERCENTS = st.one_of(st.none(), st.integers(0, 10_000).map(lambda n: Decimal(n) / 100))
ROUNDINGS = st.sampled_from(["line", "document"])
PROFILES = st.sampled_from(sorted(CODES))
FEW = settings(max_examples=60, deadline=None)


def cents(amount):
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def code_of(profile, name):
    table = BOOKS[profile].company.objects("TaxCode")
    (row,) = [row for row in table if row["Name"] == name]
    return {"value": row["Id"]}


@st.composite
def documents(draw):
    """`(profile, [(code, amount)], discount percent or None)`, not in the US."""
    profile = draw(PROFILES)
    pair = st.tuples(st.sampled_from(CODES[profile]), AMOUNTS)
    return profile, draw(st.lists(pair, min_size=1, max_size=12)), draw(PERCENTS)


def lines_of(profile, pairs, percent, *, gross=False):
    lines = []
    for name, amount in pairs:
        detail = {"TaxInclusiveAmt": amount} if gross else {}
        detail["TaxCodeRef"] = code_of(profile, name)
        lines.append(item_line(BOOKS[profile], amount, **detail))
    if percent is not None:
        lines.append(discount(PercentBased=True, DiscountPercent=percent))
    return lines


def post(profile, lines, **values):
    return BOOKS[profile].invoice(Line=lines, **values)


def parts(row):
    """Return net, discount and tax of a document."""
    found = {"SubTotalLineDetail": Decimal(0), "DiscountLineDetail": Decimal(0)}
    for line in row["Line"]:
        if line["DetailType"] in found:
            found[line["DetailType"]] = line["Amount"]
    return (*found.values(), row["TxnTaxDetail"]["TotalTax"])


def check_sums(row):
    net, off, tax = parts(row)
    assert row["TotalAmt"] == net - off + tax
    taxes = row["TxnTaxDetail"].get("TaxLine", ())
    assert sum(line["Amount"] for line in taxes) == tax
    for line in taxes:
        assert line["Amount"] == cents(line["Amount"])
        if not line["TaxLineDetail"]["TaxPercent"]:
            assert line["Amount"] == 0


@FEW
@given(documents(), ROUNDINGS)
def test_the_sums_of_a_document_without_tax_in_its_prices(document, rounding):
    profile, pairs, percent = document
    BOOKS[profile].switch(tax_rounding=rounding)
    row = post(profile, lines_of(*document))
    check_sums(row)
    net, off, tax = parts(row)
    assert net == sum(amount for _, amount in pairs)
    assert off == cents(net * (percent or 0) / 100)
    # A rounding of half a cent at most for each line and rate (three with a discount).
    exact = sum(
        line["TaxLineDetail"]["NetAmountTaxable"] * line["TaxLineDetail"]["TaxPercent"]
        for line in row["TxnTaxDetail"]["TaxLine"]
    )
    assert abs(tax - exact / 100) <= CENT * len(pairs) * 2


@FEW
@given(documents(), ROUNDINGS)
def test_the_gross_total_stands(document, rounding):
    """What the prices came to, less the discount on them, is the total."""
    profile, pairs, percent = document
    BOOKS[profile].switch(tax_rounding=rounding)
    inclusive = {"GlobalTaxCalculation": "TaxInclusive"}
    row = post(profile, lines_of(*document, gross=True), **inclusive)
    check_sums(row)
    gross = sum(amount for _, amount in pairs)
    assert row["TotalAmt"] == gross - cents(gross * (percent or 0) / 100)
    again = BOOKS[profile].sparse("Invoice", row, Line=row["Line"])
    assert (again["Line"], again["TotalAmt"]) == (row["Line"], row["TotalAmt"])
    assert again["TxnTaxDetail"] == row["TxnTaxDetail"]


@FEW
@given(documents(), AMOUNTS, st.booleans(), st.booleans())
def test_a_zero_rated_line_moves_no_tax(document, amount, first, gross):
    profile, pairs, _percent = document
    BOOKS[profile].switch(tax_rounding="line")
    mode = {"GlobalTaxCalculation": "TaxInclusive" if gross else "TaxExcluded"}
    more = [(ZERO_RATED[profile], amount)]
    longer = [*more, *pairs] if first else [*pairs, *more]
    row = post(profile, lines_of(profile, pairs, None, gross=gross), **mode)
    wider = post(profile, lines_of(profile, longer, None, gross=gross), **mode)
    assert wider["TxnTaxDetail"]["TotalTax"] == row["TxnTaxDetail"]["TotalTax"]
    assert wider["TotalAmt"] == row["TotalAmt"] + amount
    due = {_rate(line): line["Amount"] for line in row["TxnTaxDetail"]["TaxLine"]}
    for line in wider["TxnTaxDetail"]["TaxLine"]:
        assert line["Amount"] == due.get(_rate(line), 0)


def _rate(line):
    return line["TaxLineDetail"]["TaxRateRef"]["value"]


@FEW
@given(documents())
def test_net_amounts_mean_the_same_in_both_modes(document):
    profile, pairs, _percent = document
    BOOKS[profile].switch(tax_rounding="line")
    lines = lines_of(profile, pairs, None)
    excluded = post(profile, lines)
    inclusive = post(profile, lines, GlobalTaxCalculation="TaxInclusive")
    assert inclusive["TxnTaxDetail"] == excluded["TxnTaxDetail"]
    assert inclusive["TotalAmt"] == excluded["TotalAmt"]


@FEW
@given(
    st.sampled_from(["us", "us_manual"]),
    st.lists(st.tuples(st.sampled_from(["TAX", "NON"]), AMOUNTS), min_size=1),
    PERCENTS,
    st.booleans(),
    st.one_of(st.none(), AMOUNTS),
    ROUNDINGS,
)
def test_the_sums_of_a_document_in_the_us(
    profile, pairs, percent, after, sent, rounding
):
    books = BOOKS[profile]
    books.switch(automated_tax_rounding=rounding)
    lines = [
        item_line(books, amount, TaxCodeRef={"value": code}) for code, amount in pairs
    ]
    if percent is not None:
        lines.append(discount(PercentBased=True, DiscountPercent=percent))
    detail = {"TxnTaxCodeRef": {"value": "3"}}
    if sent is not None:
        detail["TotalTax"] = sent
    place = {"City": "Chicago", "CountrySubDivisionCode": "IL"}
    row = post(
        profile,
        lines,
        ShipAddr=place,
        TxnTaxDetail=detail,
        ApplyTaxAfterDiscount=after,
    )
    check_sums(row)
    taxed = any(code == "TAX" for code, _ in pairs)
    if not taxed:
        assert row["TxnTaxDetail"]["TotalTax"] == 0
    elif sent is not None:
        assert row["TxnTaxDetail"]["TotalTax"] == sent
