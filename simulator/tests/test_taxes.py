"""Tax agencies, rates, codes, and tax on invoices."""

from decimal import Decimal

import pytest
from books import Books, refused


def tax_service(books, name="New", **details):
    body = {"TaxCode": name, "TaxRateDetails": [details]}
    return books.call("POST", "taxservice/taxcode", body).payload


NEW_RATE = {"TaxRateName": "County", "RateValue": "1.5", "TaxAgencyId": "1"}


def test_tax_service_has_no_envelope():
    books = Books("us_manual")
    answer = tax_service(books, **NEW_RATE, TaxApplicableOn="Sales")
    code = answer["TaxCodeId"]
    assert answer == {
        "TaxCode": "New",
        "TaxCodeId": code,
        "TaxRateDetails": [
            {
                "TaxRateName": "County",
                "TaxRateId": "7",
                "RateValue": Decimal("1.5"),
                "TaxAgencyId": "1",
                "TaxApplicableOn": "Sales",
            }
        ],
    }
    row = books.read("TaxCode", code)
    assert row["SalesTaxRateList"]["TaxRateDetail"] == [
        {
            "TaxRateRef": {"value": "7", "name": "County"},
            "TaxTypeApplicable": "TaxOnAmount",
            "TaxOrder": 0,
        }
    ]


@pytest.mark.parametrize(
    ("name", "details", "code"),
    [
        ("California", NEW_RATE, "6240"),
        ("california", NEW_RATE, "6240"),
        ("", NEW_RATE, "2020"),
        ("N", {"TaxRateId": "99"}, "2500"),
        ("N", {**NEW_RATE, "TaxAgencyId": "99"}, "2500"),
        ("N", {**NEW_RATE, "RateValue": "101"}, "2090"),
        ("N", {**NEW_RATE, "RateValue": None}, "2020"),
        ("N", {**NEW_RATE, "TaxRateName": "AZ State tax"}, "6240"),
        ("N", {**NEW_RATE, "Rate": 1}, "2010"),
    ],
)
def test_tax_service_refuses(name, details, code):
    books = Books("us_manual")
    assert refused(tax_service, books, name, **details).code == code
    assert len(books.rows("TaxRate")) == 6


def test_tax_service_under_automated_tax():
    assert refused(tax_service, Books("us"), **NEW_RATE).code == "5030"
    accepting = Books("us", tax_service_with_automated_tax="accept")
    assert tax_service(accepting, **NEW_RATE)["TaxCode"] == "New"


@pytest.mark.parametrize("entity", ["TaxCode", "TaxRate"])
def test_codes_and_rates_are_made_by_the_service_only(entity):
    body = {"Name": "X"}
    assert refused(Books("us_manual").post, entity, body).code == "500"


def test_agency_opens_its_account():
    books = Books("us_manual")
    row = books.post("TaxAgency", {"DisplayName": "Pima"})
    assert row["TaxTrackedOnSales"] is True
    assert row["TaxTrackedOnPurchases"] is False
    account = books.one("Account", "Pima Payable")
    assert account["AccountSubType"] == "GlobalTaxPayable"
    assert refused(books.post, "TaxAgency", {"DisplayName": "PIMA"}).code == "6240"
    assert refused(books.sparse, "TaxAgency", row, DisplayName="P").code == "500"


def test_pseudo_codes():
    manual, automated = Books("us_manual"), Books("us")
    assert [row["Id"] for row in manual.rows("TaxCode")] == [
        "TAX",
        "NON",
        "2",
        "3",
        "4",
        "5",
    ]
    assert "TAX" not in [row["Id"] for row in automated.rows("TaxCode")]
    assert list(manual.read("TaxCode", "NON")) == [
        "Name",
        "Description",
        "Taxable",
        "TaxGroup",
        "Id",
        "MetaData",
    ]
    assert refused(Books("gb").get, "taxcode/TAX").code == "2030"


# --- tax on invoices ---


def line(books, amount, code, **detail):
    return {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {
            "ItemRef": books.ref("Item", "Services"),
            "TaxCodeRef": {"value": code},
            **detail,
        },
    }


def invoice(books, *lines, **values):
    body = books.invoice_body()
    return books.post("Invoice", {**body, "Line": list(lines), **values})


def totals(row):
    return str(row["TxnTaxDetail"]["TotalTax"]), str(row["TotalAmt"])


def test_us_manual_sample():
    books = Books("us_manual")
    lines = [line(books, each, "TAX") for each in ("275.00", "12.75", "47.50")]
    code = {"TxnTaxCodeRef": {"value": "2"}}
    row = invoice(books, *lines, TxnTaxDetail=code)
    assert totals(row) == ("26.82", "362.07")
    assert row["TxnTaxDetail"] == {
        "TxnTaxCodeRef": {"value": "2"},
        "TotalTax": Decimal("26.82"),
        "TaxLine": [
            {
                "Amount": Decimal("26.82"),
                "DetailType": "TaxLineDetail",
                "TaxLineDetail": {
                    "TaxRateRef": {"value": "3"},
                    "PercentBased": True,
                    "TaxPercent": Decimal(8),
                    "NetAmountTaxable": Decimal("335.25"),
                },
            }
        ],
    }


def test_us_only_taxed_lines_and_each_rate():
    books = Books("us_manual")
    lines = (line(books, "100.00", "TAX"), line(books, "50.00", "NON"))
    row = invoice(books, *lines, TxnTaxDetail={"TxnTaxCodeRef": {"value": "3"}})
    assert totals(row) == ("9.10", "159.10")
    amounts = [str(each["Amount"]) for each in row["TxnTaxDetail"]["TaxLine"]]
    assert amounts == ["7.10", "2.00"]


def test_us_half_up():
    books = Books("us_manual")
    tax_service(books, "6.5", **{**NEW_RATE, "RateValue": "6.5"})
    code = books.ref("TaxCode", "6.5")
    row = invoice(
        books, line(books, "345.00", "TAX"), TxnTaxDetail={"TxnTaxCodeRef": code}
    )
    assert totals(row) == ("22.43", "367.43")


@pytest.mark.parametrize(
    ("after", "tax", "total"), [(False, "22.43", "332.93"), (True, "20.18", "330.68")]
)
def test_us_discount_before_or_after_tax(after, tax, total):
    books = Books("us_manual")
    tax_service(books, "6.5", **{**NEW_RATE, "RateValue": "6.5"})
    discount = {
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10},
    }
    row = invoice(
        books,
        line(books, "345.00", "TAX"),
        discount,
        TxnTaxDetail={"TxnTaxCodeRef": books.ref("TaxCode", "6.5")},
        ApplyTaxAfterDiscount=after,
    )
    assert totals(row) == (tax, total)


def test_us_override():
    books = Books("us_manual")
    code = {"TxnTaxCodeRef": {"value": "3"}, "TotalTax": "9.11"}
    row = invoice(books, line(books, "100.00", "TAX"), TxnTaxDetail=code)
    assert totals(row) == ("9.11", "109.11")
    # Without a code it is dropped.
    code = {"TotalTax": "9.11"}
    row = invoice(books, line(books, "100.00", "TAX"), TxnTaxDetail=code)
    assert totals(row) == ("0", "100.00")


def test_us_lines_take_no_other_codes():
    books = Books("us_manual")
    assert refused(invoice, books, line(books, "1.00", "2")).code == "6100"
    for other in ("99", "California", "tax"):
        assert refused(invoice, books, line(books, "1.00", other)).code == "6100"


def test_automated_tax_chooses_the_customers_code():
    code = {"DefaultTaxCodeRef": {"value": "2"}}
    assert "DefaultTaxCodeRef" not in Books("us").customer(**code)
    manual = Books("us_manual").customer(**code)
    assert manual["DefaultTaxCodeRef"]["value"] == "2"
    assert manual["Taxable"] is True


def test_canada_rounds_each_line():
    books = Books("ca")
    code = books.ref("TaxCode", "GST/PST BC")["value"]
    lines = [line(books, "1.59", code)] * 29 + [line(books, "17.49", code)] * 2
    row = invoice(books, *lines)
    assert [str(each["Amount"]) for each in row["TxnTaxDetail"]["TaxLine"]] == [
        "4.06",
        "5.63",
    ]
    books.company.configure({"switches": {"tax_rounding": "document"}})
    row = invoice(books, *lines)
    assert [str(each["Amount"]) for each in row["TxnTaxDetail"]["TaxLine"]] == [
        "4.05",
        "5.68",
    ]
    assert "TxnTaxCodeRef" not in row["TxnTaxDetail"]


def test_canadian_sample_of_line_rounding():
    books = Books("ca")
    rate = {"TaxRateName": "Twelve", "RateValue": 12, "TaxAgencyId": "1"}
    code = tax_service(books, "Twelve", **rate)["TaxCodeId"]
    lines = [line(books, "1.59", code)] * 29 + [line(books, "17.49", code)] * 2
    assert totals(invoice(books, *lines))[0] == "9.71"
    books.company.configure({"switches": {"tax_rounding": "document"}})
    assert totals(invoice(books, *lines))[0] == "9.73"


def test_inclusive_sample():
    """15 x 0.60 and 24 x 0.125 gross, 20 % discount, 13 % HST."""
    books = Books("ca")
    code = books.ref("TaxCode", "HST ON")["value"]
    discount = {
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 20},
    }
    row = invoice(
        books,
        line(books, "7.96", code, TaxInclusiveAmt="9.00", Qty=15),
        line(books, "2.65", code, TaxInclusiveAmt="3.00", Qty=24),
        discount,
        GlobalTaxCalculation="TaxInclusive",
    )
    details = [each["SalesItemLineDetail"] for each in row["Line"][:2]]
    assert [str(each["UnitPrice"]) for each in details] == ["0.5306667", "0.1104167"]
    amounts = [str(each["Amount"]) for each in row["Line"]]
    assert amounts == ["7.96", "2.65", "10.61", "2.12"]
    assert totals(row) == ("1.11", "9.60")
    (tax,) = row["TxnTaxDetail"]["TaxLine"]
    assert str(tax["TaxLineDetail"]["NetAmountTaxable"]) == "8.49"


@pytest.mark.parametrize(
    ("profile", "word"), [("gb", "VAT"), ("ca", "GST/HST"), ("au", "GST")]
)
def test_every_line_needs_a_code(profile, word):
    books = Books(profile)
    body = books.invoice_body()
    del body["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"]
    error = refused(books.post, "Invoice", body)
    assert error.code == "6000"
    assert error.detail == (
        "Business Validation Error: Make sure all your transactions have a "
        f"{word} rate before you save."
    )
    body["GlobalTaxCalculation"] = "NotApplicable"
    assert totals(books.post("Invoice", body)) == ("0", "100.00")


def test_codes_of_the_wrong_side():
    books = Books("au")
    code = books.ref("TaxCode", "GST on non-capital")["value"]
    error = refused(invoice, books, line(books, "1.00", code))
    assert error.code == "6000"
    assert "error while calculating tax" in error.detail


def test_inactive_code():
    books = Books("gb")
    assert refused(invoice, books, line(books, "1.00", "15")).code == "610"


def test_rate_of_the_day():
    books = Books("gb")
    row = invoice(books, line(books, "100.00", "5"), TxnDate="2011-01-03")
    assert totals(row) == ("17.50", "117.50")
    row = invoice(books, line(books, "100.00", "5"), TxnDate="2011-01-04")
    assert totals(row) == ("20.00", "120.00")


def test_zero_rates_have_a_tax_line():
    books = Books("gb")
    row = invoice(books, line(books, "28.00", books.ref("TaxCode", "0.0% Z")["value"]))
    (tax,) = row["TxnTaxDetail"]["TaxLine"]
    assert (tax["Amount"], tax["TaxLineDetail"]["NetAmountTaxable"]) == (0, 28)


def test_override_per_rate():
    books = Books("ca")
    code = books.ref("TaxCode", "GST/QST QC - 9.975")["value"]
    row = invoice(books, line(books, "0.89", code))
    rates = [
        each["TaxLineDetail"]["TaxRateRef"] for each in row["TxnTaxDetail"]["TaxLine"]
    ]
    sent = {
        "TaxLine": [
            {
                "Amount": amount,
                "DetailType": "TaxLineDetail",
                "TaxLineDetail": {
                    "TaxRateRef": rate,
                    "PercentBased": False,
                    "NetAmountTaxable": "0.89",
                },
            }
            for amount, rate in zip(("0.06", "0.05"), rates, strict=True)
        ]
    }
    row = invoice(books, line(books, "0.89", code), TxnTaxDetail=sent)
    assert totals(row) == ("0.11", "1.00")
    sent["TaxLine"][0]["TaxLineDetail"]["TaxRateRef"] = {"value": "1"}
    sent["TaxLine"][1]["TaxLineDetail"]["TaxRateRef"] = {"value": "3"}
    wrong = line(books, "0.89", code)
    assert refused(invoice, books, wrong, TxnTaxDetail=sent).code == "6000"


def test_misspelt_mode():
    books = Books("gb")
    body = books.invoice_body(GlobalTaxCalculation="TaxExclusive")
    assert refused(books.post, "Invoice", body).code == "2170"
    body = Books("us").invoice_body(GlobalTaxCalculation="TaxExclusive")
    assert "GlobalTaxCalculation" not in Books("us").post("Invoice", body)


@pytest.mark.parametrize("side", ["Other", "Both"])
def test_sides_of_a_tax(side):
    error = refused(tax_service, Books("us_manual"), **NEW_RATE, TaxApplicableOn=side)
    assert error.code == "2170"


def test_a_rate_belongs_to_a_code_once():
    books = Books("gb")
    details = [
        {"TaxRateId": "1", "TaxApplicableOn": side} for side in ("Sales", "Purchase")
    ]
    body = {"TaxCode": "New", "TaxRateDetails": details}
    assert refused(books.call, "POST", "taxservice/taxcode", body).code == "2600"


@pytest.mark.parametrize("name", ["TAX", "non"])
def test_names_of_the_pseudo_codes_are_taken(name):
    assert refused(tax_service, Books("us_manual"), name, **NEW_RATE).code == "6240"


def test_control_characters_in_names_of_taxes():
    books = Books("us_manual")
    assert refused(tax_service, books, "a\x02", **NEW_RATE).code == "2040"
    rate = {**NEW_RATE, "TaxRateName": "a\x02"}
    assert refused(tax_service, books, **rate).code == "2040"
