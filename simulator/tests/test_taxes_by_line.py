"""Tax outside the US: codes of several rates, rates on rates, prices with tax.

Hand-worked numbers stand in the comments.
"""

from decimal import Decimal

import pytest
from books import Books, discount, item_line, refused
from test_tax_overrides import override

PERCENT = {"PercentBased": True}


def coded(books, code, amount, **detail):
    """A line with a code by its name, active or not."""
    (row,) = [r for r in books.company.objects("TaxCode") if r["Name"] == code]
    return item_line(books, amount, TaxCodeRef={"value": row["Id"]}, **detail)


def gross(books, code, amount, **detail):
    """A line whose price holds the tax; the net amount sent does not count."""
    return coded(books, code, amount, TaxInclusiveAmt=amount, **detail)


def inclusive(books, *lines, **values):
    return books.invoice(Line=[*lines], GlobalTaxCalculation="TaxInclusive", **values)


def taxes(row):
    """Return `(base, tax)` of each TaxLine as text."""
    return [
        (str(line["TaxLineDetail"]["NetAmountTaxable"]), str(line["Amount"]))
        for line in row["TxnTaxDetail"]["TaxLine"]
    ]


def totals(row):
    return str(row["TxnTaxDetail"]["TotalTax"]), str(row["TotalAmt"])


def new_code(books, name, *rates, **values):
    """Let the bookkeeper make a code; a rate is `(percent, options)`."""
    entries = []
    for number, (percent, options) in enumerate(rates):
        rate = books.company.act(
            {
                "entity": "TaxRate",
                "operation": "create",
                "values": {
                    "Name": f"{name} {number}",
                    "RateValue": percent,
                    "AgencyRef": {"value": "1"},
                    **options.pop("rate", {}),
                },
            }
        )
        entries.append({"id": rate["Id"], **options})
    code = {"Name": name, "SalesRates": entries, **values}
    act = {"entity": "TaxCode", "operation": "create", "values": code}
    return books.company.act(act)


@pytest.fixture
def books():
    return Books("ca")


@pytest.fixture
def gb():
    return Books("gb")


# --- every kind of code ---


@pytest.mark.parametrize(
    ("profile", "code", "expected"),
    [
        ("ca", "GST", ["5.00"]),
        ("ca", "HST ON", ["13.00"]),
        ("ca", "HST NS 2025", ["14.00"]),
        ("ca", "HST NB 2016", ["15.00"]),
        ("ca", "GST/PST BC", ["5.00", "7.00"]),
        ("ca", "GST/PST SK", ["5.00", "6.00"]),
        ("ca", "PST MB", ["7.00"]),
        ("ca", "GST/QST QC - 9.975", ["5.00", "9.98"]),
        ("ca", "Exempt", ["0"]),
        ("ca", "Zero-rated", ["0"]),
        ("ca", "Out of Scope", ["0"]),
        ("gb", "20.0% S", ["20.00"]),
        ("gb", "5.0% R", ["5.00"]),
        ("gb", "0.0% Z", ["0"]),
        ("gb", "Exempt", ["0"]),
        ("gb", "No VAT", ["0"]),
        ("gb", "20.0% RC CIS", ["0"]),
        ("gb", "5.0% RC CIS", ["0"]),
        ("gb", "Margin", ["0"]),
        ("au", "GST", ["10.00"]),
        ("au", "GST free", ["0"]),
        ("au", "GST-free exports", ["0"]),
        ("au", "Input taxed", ["0"]),
        ("au", "Out of Scope", ["0"]),
        ("fr", "20 % TVA FR", ["20.00"]),
        ("fr", "10 % TVA FR", ["10.00"]),
        ("fr", "5,5 % TVA FR", ["5.50"]),
        ("fr", "2,1 % TVA FR", ["2.10"]),
        ("fr", "0 % TVA FR", ["0"]),
        ("fr", "Exonéré", ["0"]),
        ("fr", "Hors champ", ["0"]),
        ("fr", "20 % autoliquidation", ["0"]),
        ("fr", "0 % export", ["0"]),
    ],
)
def test_what_a_code_comes_to(profile, code, expected):
    books = Books(profile)
    row = books.invoice(Line=[coded(books, code, "100.00")])
    assert taxes(row) == [("100.00", each) for each in expected]
    assert row["TotalAmt"] == 100 + sum(map(Decimal, expected))
    again = inclusive(books, gross(books, code, str(row["TotalAmt"])))
    assert (again["TotalAmt"], taxes(again)) == (row["TotalAmt"], taxes(row))


@pytest.mark.parametrize(
    ("profile", "code"),
    [
        ("gb", "20.0% RC SG"),
        ("gb", "20.0% PVA"),
        ("au", "GST on capital"),
        ("fr", "20 % TVA UE"),
    ],
)
def test_codes_for_purchases_only(profile, code):
    books = Books(profile)
    for mode in ("TaxExcluded", "TaxInclusive"):
        line = coded(books, code, "100.00")
        error = refused(books.invoice, Line=[line], GlobalTaxCalculation=mode)
        assert error.code == "6000"
        assert "error while calculating tax" in error.detail


@pytest.mark.parametrize(
    ("profile", "code"), [("ca", "GST/QST QC - 9.5"), ("fr", "19,6 % TVA FR")]
)
def test_codes_of_the_past_are_inactive(profile, code):
    books = Books(profile)
    assert refused(books.invoice, Line=[coded(books, code, "1.00")]).code == "610"


# --- rates of a time ---


@pytest.mark.parametrize(
    ("profile", "code", "day", "tax"),
    [
        ("gb", "20.0% S", "2011-01-03", "17.50"),
        ("gb", "20.0% S", "2011-01-04", "20.00"),
        ("fr", "20 % TVA FR", "2013-12-31", "19.60"),
        ("fr", "20 % TVA FR", "2014-01-01", "20.00"),
        ("ca", "HST NS 2025", "2025-04-01", "14.00"),
        ("ca", "HST NS 2025", "2025-03-31", None),
        ("ca", "HST NS", "2026-01-01", "15.00"),
    ],
)
def test_the_rate_of_the_day(profile, code, day, tax):
    books = Books(profile)
    lines = [coded(books, code, "100.00")]
    if tax is None:
        error = refused(books.invoice, Line=lines, TxnDate=day)
        assert "error while calculating tax" in error.detail
    else:
        row = books.invoice(Line=lines, TxnDate=day)
        assert str(row["TxnTaxDetail"]["TotalTax"]) == tax


# --- rates that build on others ---


def test_a_tax_on_amount_and_tax(books):
    """200.00: GST 10.00; 10 % of 210.00 = 21.00."""
    row = books.invoice(Line=[coded(books, "GST/PST PE on GST", "200.00")])
    assert taxes(row) == [("200.00", "10.00"), ("210.00", "21.00")]
    assert totals(row) == ("31.00", "231.00")


def test_each_tax_is_rounded_before_the_next(books):
    """3.50: GST 0.175 -> 0.18; 10 % of 3.68 = 0.368 -> 0.37, of 3.675 the same;
    two lines twice that. By document 7.00: 0.35; 10 % of 7.35 = 0.735 -> 0.74."""
    lines = [coded(books, "GST/PST PE on GST", "3.50")] * 2
    row = books.invoice(Line=lines)
    assert taxes(row) == [("7.00", "0.36"), ("7.36", "0.74")]
    books.switch(tax_rounding="document")
    row = books.invoice(Line=lines)
    assert taxes(row) == [("7.00", "0.35"), ("7.35", "0.74")]


def test_a_tax_on_a_tax(books):
    """1000.00: 10 % = 100.00, then 5 % of the 100.00, then 1 % of all but itself, then
    2 % of the amount and the first tax: 1100.00."""
    new_code(
        books,
        "Layers",
        ("10", {"TaxOrder": 1}),
        ("5", {"TaxTypeApplicable": "TaxOnTax", "TaxOrder": 2, "TaxOnTaxOrder": 1}),
        ("1", {"TaxTypeApplicable": "TaxOnAmountPlusTax", "TaxOrder": 3}),
        (
            "2",
            {
                "TaxTypeApplicable": "TaxOnAmountPlusTax",
                "TaxOrder": 4,
                "TaxOnTaxOrder": 1,
            },
        ),
    )
    row = books.invoice(Line=[coded(books, "Layers", "1000.00")])
    assert taxes(row) == [
        ("1000.00", "100.00"),
        ("100.00", "5.00"),
        ("1105.00", "11.05"),
        ("1100.00", "22.00"),
    ]
    again = inclusive(books, gross(books, "Layers", "1138.05"))
    assert (taxes(again), totals(again)) == (taxes(row), ("138.05", "1138.05"))


def test_the_order_counts_and_not_the_place(books):
    on_tax = {"TaxTypeApplicable": "TaxOnAmountPlusTax", "TaxOnTaxOrder": 1}
    new_code(books, "Turned", ("10", {"TaxOrder": 2, **on_tax}), ("5", {"TaxOrder": 1}))
    row = books.invoice(Line=[coded(books, "Turned", "200.00")])
    assert taxes(row) == [("200.00", "10.00"), ("210.00", "21.00")]


def test_rates_below_zero(books):
    """5 % and -2 % of 50.00: 2.50 and -1.00; gross 51.50 is the same."""
    new_code(books, "Relief", ("5", {}), ("-2", {}))
    row = books.invoice(Line=[coded(books, "Relief", "50.00")])
    assert taxes(row) == [("50.00", "2.50"), ("50.00", "-1.00")]
    again = inclusive(books, gross(books, "Relief", "51.50"))
    assert (taxes(again), totals(again)) == (taxes(row), ("1.50", "51.50"))


def test_rates_that_cancel(gb):
    """As captured on purchases: +20 and -20 on one base."""
    charge = {"SpecialTaxType": "REVERSE_CHARGE"}
    new_code(gb, "Both", ("20", {"rate": charge}), ("-20", {"rate": charge}))
    lines = [gross(gb, "20.0% S", "0.10")] * 3 + [gross(gb, "Both", "10.00")]
    row = inclusive(gb, *lines)
    assert taxes(row)[1:] == [("10.00", "2.00"), ("10.00", "-2.00")]
    # 0.10 / 1.2 = 0.0833 -> 0.08, three times: 0.24 net, 0.06 tax.
    assert taxes(row)[0] == ("0.24", "0.06")
    assert totals(row) == ("0.06", "10.30")


def test_codes_that_share_a_rate_share_its_tax_line(books):
    """GST of both lines is one TaxLine: 5 % of 10.00 and of 20.00."""
    lines = [coded(books, "GST", "10.00"), coded(books, "GST/PST BC", "20.00")]
    row = books.invoice(Line=lines)
    assert taxes(row) == [("30.00", "1.50"), ("20.00", "1.40")]


# --- prices with tax ---


def test_the_cent_falls_on_the_rate_that_lost_it(gb):
    """0.03 at 20 %: 0.025 -> 0.03 net and no tax, though 20 % of 0.03 is 0.006.
    0.07 at 5 %: 0.0667 -> 0.07 net, no tax either."""
    lines = [gross(gb, "20.0% S", "1.00")] * 3 + [gross(gb, "20.0% S", "0.03")]
    assert taxes(inclusive(gb, *lines)) == [("2.52", "0.51")]
    lines = [
        gross(gb, "0.0% Z", "5.00"),
        *lines,
        gross(gb, "5.0% R", "0.07"),
        gross(gb, "Exempt", "3.33"),
    ]
    row = inclusive(gb, *lines)
    assert taxes(row) == [
        ("5.00", "0"),
        ("2.52", "0.51"),
        ("0.07", "0"),
        ("3.33", "0"),
    ]
    assert totals(row) == ("0.51", "11.43")


def test_several_rates_and_a_cent(books):
    """100.00 / 1.14975 = 86.9754 -> 86.98; GST 4.349 -> 4.35, QST 8.676 -> 8.68 make
    13.03, one cent more than 100.00 - 86.98: QST 8.67."""
    row = inclusive(books, gross(books, "GST/QST QC - 9.975", "100.00"))
    assert taxes(row) == [("86.98", "4.35"), ("86.98", "8.67")]
    assert totals(row) == ("13.02", "100.00")


def test_unit_prices_have_seven_decimals(books):
    """3.5 x 73.12 = 255.92 at 15 %: net 222.54, price 222.54 / 3.5."""
    row = inclusive(
        books,
        gross(books, "HST NB 2016", "255.92", Qty="3.5", UnitPrice="73.12"),
    )
    line = row["Line"][0]
    assert str(line["Amount"]) == "222.54"
    assert str(line["SalesItemLineDetail"]["UnitPrice"]) == "63.5828571"
    again = books.sparse("Invoice", row, Line=row["Line"], PrivateNote="x")
    assert again["Line"] == row["Line"]
    assert again["TotalAmt"] == row["TotalAmt"]


def test_the_bundle_of_the_fixture(books):
    """9.00 and 3.00 gross, 20 % off, 13 %: 10.61 - 2.12 = 8.49 net, 9.60 gross, so the
    tax is 1.11, though 13 % of 8.49 are 1.10."""
    row = inclusive(
        books,
        gross(books, "HST ON", "9.00", Qty=15),
        gross(books, "HST ON", "3.00", Qty=24),
        discount(DiscountPercent=20, **PERCENT),
    )
    assert (taxes(row), totals(row)) == ([("8.49", "1.11")], ("1.11", "9.60"))


def test_a_gross_discount_beside_zero_rated_lines(gb):
    """120.00 and 60.00 of which 60.00 is zero-rated, 10 % off: 162.00 stay. Net 100.00
    + 60.00 - 16.00 = 144.00, tax 18.00, all of it at 20 %."""
    lines = [gross(gb, "20.0% S", "120.00"), gross(gb, "0.0% Z", "60.00")]
    for order in (lines, lines[::-1]):
        row = inclusive(gb, *order, discount(DiscountPercent=10, **PERCENT))
        assert totals(row) == ("18.00", "162.00")
        assert sorted(taxes(row)) == [("54.00", "0"), ("90.00", "18.00")]


def test_a_cent_of_the_discount_never_falls_on_a_zero_rate(gb):
    """Net 2.41 + 2.61 + 0.59 = 5.61, less 1.12 = 4.49; gross 6.22 less 1.24 = 4.98:
    0.49 of tax. The shares are 0.38499 -> 0.38, 0.1049 -> 0.10 and 0, a cent short."""
    lines = [
        gross(gb, "20.0% S", "2.89"),
        gross(gb, "5.0% R", "2.74"),
        gross(gb, "0.0% Z", "0.59"),
    ]
    row = inclusive(gb, *lines, discount(DiscountPercent=20, **PERCENT))
    assert totals(row) == ("0.49", "4.98")
    assert [tax for _, tax in taxes(row)] == ["0.38", "0.11", "0"]
    row = inclusive(gb, *lines[::-1], discount(DiscountPercent=20, **PERCENT))
    assert [tax for _, tax in taxes(row)] == ["0", "0.10", "0.39"]


def test_a_discount_by_amount_is_net(gb):
    """12.00 net of 100.00 are 14.40 of 120.00."""
    row = inclusive(gb, gross(gb, "20.0% S", "120.00"), discount("12.00"))
    assert totals(row) == ("17.60", "105.60")


def test_net_amounts_without_gross_ones(books):
    """Read as net: the total is that of a TaxExcluded form, and stays on an echo."""
    lines = [coded(books, "GST/QST QC - 9.975", each) for each in ("86.98", "0.05")]
    row = inclusive(books, *lines)
    # 4.35 + 8.68 and 0 + 0
    assert totals(row) == ("13.03", "100.06")
    found = [each["SalesItemLineDetail"]["TaxInclusiveAmt"] for each in row["Line"][:2]]
    assert list(map(str, found)) == ["100.01", "0.05"]
    excluded = books.invoice(Line=lines)
    assert totals(excluded) == totals(row)
    again = books.sparse("Invoice", row, Line=row["Line"])
    assert (totals(again), again["Line"]) == (totals(row), row["Line"])
    assert "TaxInclusiveAmt" not in excluded["Line"][0]["SalesItemLineDetail"]


def test_gross_amounts_by_a_switch(gb):
    gb.switch(inclusive_amount="gross")
    row = inclusive(gb, coded(gb, "20.0% S", "120.00"))
    assert (str(row["Line"][0]["Amount"]), totals(row)) == (
        "100.00",
        ("20.00", "120.00"),
    )


def test_a_gross_amount_means_nothing_in_other_forms(gb):
    line = gross(gb, "20.0% S", "120.00")
    row = gb.invoice(Line=[line])
    assert totals(row) == ("24.00", "144.00")
    turned = gb.sparse("Invoice", row, GlobalTaxCalculation="TaxInclusive")
    assert totals(turned) == ("24.00", "144.00")


# --- forms without tax ---


def test_forms_without_tax_have_no_codes(gb):
    line = coded(gb, "20.0% S", "100.00")
    without = {"GlobalTaxCalculation": "NotApplicable"}
    error = refused(gb.invoice, Line=[line], **without)
    assert (error.code, "NotApplicable" in error.detail) == ("6000", True)
    row = gb.invoice(Line=[line])
    # What the form already has goes without a word.
    row = gb.sparse("Invoice", row, **without)
    assert (row["TxnTaxDetail"], str(row["TotalAmt"])) == ({"TotalTax": 0}, "100.00")
    assert "TaxCodeRef" not in row["Line"][0]["SalesItemLineDetail"]
    row = gb.sparse("Invoice", row, TxnTaxDetail=row["TxnTaxDetail"])
    sent = {"TxnTaxDetail": {"TotalTax": "5.00"}}
    assert refused(gb.sparse, "Invoice", row, **without, **sent).code == "6170"
    gb.switch(not_applicable_codes="ignore")
    assert str(gb.invoice(Line=[line], **without)["TotalAmt"]) == "100.00"


# --- amounts of the client ---


def test_how_far_an_override_is_off(books):
    """6698.22 at 13 % is 870.7686 -> 870.77 (live in 2026)."""
    line = coded(books, "HST ON", "6698.22")
    row = books.invoice(Line=[line])
    assert totals(row) == ("870.77", "7568.99")
    rate = row["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["TaxRateRef"]["value"]
    for amount, delta in (("870.75", "-0.02"), ("871.00", "0.23"), ("870.77", None)):
        row = books.invoice(Line=[line], **override((rate, amount)))
        detail = row["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]
        assert totals(row)[0] == amount
        assert detail["PercentBased"] is False
        assert detail["TaxPercent"] == 13
        assert str(detail.get("OverrideDeltaAmount")) == str(delta)
        assert str(detail["NetAmountTaxable"]) == "6698.22"


def test_an_override_that_is_sent_back_outlives_its_lines(books):
    """Why tax must be left out of an update that changes amounts (Intuit's page)."""
    line = coded(books, "HST ON", "100.00")
    row = books.invoice(Line=[line])
    rate = row["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["TaxRateRef"]["value"]
    row = books.invoice(Line=[line], **override((rate, "13.01")))
    more = [{**row["Line"][0], "Amount": "200.00"}]
    stale = books.sparse("Invoice", row, Line=more, TxnTaxDetail=row["TxnTaxDetail"])
    assert totals(stale) == ("13.01", "213.01")
    fresh = books.sparse("Invoice", stale, Line=more)
    assert totals(fresh) == ("26.00", "226.00")
