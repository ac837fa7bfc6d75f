"""What is suggested, and where nothing may be."""

from decimal import Decimal

import pytest
from quickbooks_online.tools.suggest import (
    Thing,
    suggest_accounts,
    suggest_journals,
    suggest_methods,
    suggest_names,
    suggest_products,
    suggest_terms,
)
from quickbooks_online.tools.suggest_taxes import TaxSet, suggest_taxes


def pick(found):
    """{id of ours: id of theirs}."""
    return {key: suggestion.id for key, suggestion in found.items()}


def tax(id, text, *rates, none=False):
    return TaxSet(id, text, [Decimal(rate) for rate in rates], none)


# ----------------------------------------------------------------------
# Taxes
# ----------------------------------------------------------------------
GB_SALES = [
    tax(2, "Exempt", 0),
    tax(3, "0.0% Z", 0),
    tax(4, "5.0% R", 5),
    tax(5, "20.0% S", 20),
    tax(6, "20.0% RC SG"),
    tax(9, "No VAT", 0, none=True),
    tax(16, "Margin", 0),
]
GB_PURCHASES = [
    tax(2, "Exempt", 0),
    tax(3, "0.0% Z", 0),
    tax(4, "5.0% R", 5),
    tax(5, "20.0% S", 20),
    tax(6, "20.0% RC SG", 20, -20),
    tax(7, "20.0% RC MPCCs", 20, -20),
    tax(8, "20.0% RC CIS", 20, -20),
    tax(9, "No VAT", 0, none=True),
    tax(15, "20.0% PVA", 20, -20),
]
CA_SALES = [
    tax(3, "Out of Scope", 0, none=True),
    tax(4, "Exempt", 0),
    tax(5, "Zero-rated", 0),
    tax(6, "GST", 5),
    tax(7, "GST/PST BC", 5, 7),
    tax(8, "PST BC", 7),
    tax(9, "GST/QST QC - 9.975", 5, "9.975"),
    tax(10, "QST QC - 9.975", "9.975"),
    tax(11, "GST/PST MB", 5, 7),
    tax(12, "PST MB", 7),
    tax(13, "HST ON", 13),
    tax(14, "HST NS", 15),
    tax(15, "HST NB 2016", 15),
]
AU_SALES = [
    tax(2, "GST", 10),
    tax(3, "GST free", 0),
    tax(4, "GST-free exports", 0),
    tax(10, "Input taxed", 0),
    tax(11, "Input taxed - Net", 0),
    tax(12, "Out of Scope", 0, none=True),
]
AU_PURCHASES = [
    tax(5, "GST on capital", 10),
    tax(6, "GST-free capital", 0),
    tax(7, "GST on non-capital", 10),
    tax(8, "GST-free non-capital", 0),
    tax(9, "GST on imports", 10),
]
FR_SALES = [
    tax(2, "20 % TVA FR", 20),
    tax(3, "10 % TVA FR", 10),
    tax(4, "5,5 % TVA FR", "5.5"),
    tax(5, "2,1 % TVA FR", "2.1"),
    tax(6, "0 % intracommunautaire", 0),
    tax(7, "0 % exportation", 0),
    tax(8, "Exonéré", 0),
]
US_SALES = [tax(2, "California", 8), tax(3, "Tucson", "7.1", 2)]

NONE = tax("none", "", none=True)


@pytest.mark.parametrize(
    ("country", "codes", "is_sale", "ours", "expected"),
    [
        ("GB", GB_SALES, True, tax("x", "20%", 20), 5),
        ("GB", GB_SALES, True, tax("x", "5%", 5), 4),
        ("GB", GB_SALES, True, tax("x", "0% Zero Rated Sales", 0), 3),
        ("GB", GB_SALES, True, tax("x", "Exempt", 0), 2),
        ("GB", GB_SALES, True, tax("x", "0% EX", 0), 3),
        ("GB", GB_SALES, True, tax("x", "0% RC Reverse Charge (Domestic)", 0), None),
        ("GB", GB_SALES, True, tax("x", "20% EU (NIR)", 20), None),
        ("GB", GB_SALES, True, tax("x", "17.5%", "17.5"), None),
        ("GB", GB_SALES, True, NONE, 9),
        ("GB", GB_PURCHASES, False, tax("x", "20% G", 20), 5),
        ("GB", GB_PURCHASES, False, tax("x", "20% PVA Postponed", 20, -20), 15),
        ("GB", GB_PURCHASES, False, tax("x", "20% RC Reverse Charge", 20, -20), None),
        ("GB", GB_PURCHASES, False, tax("x", "20% RC CIS", 20, -20), 8),
        ("CA", CA_SALES, True, tax("x", "5% GST", 5), 6),
        ("CA", CA_SALES, True, tax("x", "13% HST", 13), 13),
        ("CA", CA_SALES, True, tax("x", "15% HST", 15), None),
        ("CA", CA_SALES, True, tax("x", "15% HST NB", 15), 15),
        ("CA", CA_SALES, True, tax("x", "12% GST+PST MB", 5, 7), 11),
        ("CA", CA_SALES, True, tax("x", "GST and PST", 5, 7), None),
        ("CA", CA_SALES, True, tax("x", "14.975% GST+QST", 5, "9.975"), 9),
        ("CA", CA_SALES, True, tax("x", "13% HST NS", 13), None),
        ("CA", CA_SALES, True, tax("x", "0% Exempt", 0), 4),
        ("CA", CA_SALES, True, tax("x", "0% GST", 0), 5),
        ("CA", CA_SALES, True, tax("x", "0% Int International", 0), 5),
        ("CA", CA_SALES, True, NONE, 3),
        ("AU", AU_SALES, True, tax("x", "10% GST GST Sales", 10), 2),
        ("AU", AU_SALES, True, tax("x", "0% EX GST Free on Export Sales", 0), 4),
        ("AU", AU_SALES, True, tax("x", "0% F GST Free Sales", 0), 3),
        ("AU", AU_SALES, True, tax("x", "0% INP Input Taxed Sales", 0), 10),
        ("AU", AU_PURCHASES, False, tax("x", "10% GST GST Purchases", 10), 7),
        ("AU", AU_PURCHASES, False, tax("x", "10% C Capital Purchases", 10), 5),
        ("AU", AU_PURCHASES, False, tax("x", "10% PRIV Private use", 10), None),
        ("AU", AU_PURCHASES, False, tax("x", "0% F GST Free Purchases", 0), 8),
        ("FR", FR_SALES, True, tax("x", "20% G 20% Goods", 20), 2),
        ("FR", FR_SALES, True, tax("x", "5.5% S", "5.5"), 4),
        ("FR", FR_SALES, True, tax("x", "0% EU G", 0), 6),
        ("FR", FR_SALES, True, tax("x", "0% EX G 0% EXPORT", 0), 7),
        ("FR", FR_SALES, True, tax("x", "0% EXEMPT G 0% EXO", 0), 8),
        ("FR", FR_SALES, True, NONE, None),
        ("US", US_SALES, True, tax("x", "8%", 8), 2),
        ("US", US_SALES, True, tax("x", "9.1%", "9.1"), 3),
        ("US", US_SALES, True, TaxSet("x", "Formula", None), None),
    ],
)
def test_taxes(country, codes, is_sale, ours, expected):
    found = suggest_taxes([ours], codes, country, is_sale)
    assert (found[ours.id].id if found else None) == expected


def test_reasons_of_taxes():
    ours = [tax(1, "Sales tax", "9.1"), tax(2, "VAT S", 20), tax(3, "x", 20)]
    codes = [*US_SALES, tax(5, "20.0% S", 20)]
    found = suggest_taxes(ours, codes, "US")
    assert [(each.reason, each.detail) for each in found.values()] == [
        ("sum", "9.1%"),
        ("rates_name", "20%"),
        ("rates", "20%"),
    ]


def test_same_rate_in_two_codes_is_nobodys_guess():
    codes = [tax(1, "County", 8), tax(2, "City", 8)]
    assert not suggest_taxes([tax("x", "8%", 8)], codes, "US")
    assert pick(suggest_taxes([tax("x", "City 8%", 8)], codes, "US")) == {"x": 2}


def test_several_rates_that_add_up_to_the_same():
    codes = [tax(1, "One", 5, 4), tax(2, "Two", 6, 3)]
    assert not suggest_taxes([tax("x", "9%", 9)], codes, "US")


# ----------------------------------------------------------------------
# Lists
# ----------------------------------------------------------------------
TERMS = [
    Thing(1, "Due on receipt", days=0),
    Thing(2, "Net 15", days=15),
    Thing(3, "Net 30", days=30),
    Thing(4, "Monthly"),
]


def test_terms():
    ours = [
        Thing("now", "Immediate Payment", days=0),
        Thing("same", "Net 30", days=30),
        Thing("days", "15 Days", days=15),
        Thing("none", "21 Days", days=21),
        Thing("liar", "Net 15", days=30),
        Thing("month", "MONTHLY"),
        Thing("odd", "Net 30"),
    ]
    found = suggest_terms(ours, TERMS)
    assert pick(found) == {"now": 1, "same": 3, "days": 2, "month": 4}
    assert [each.reason for each in found.values()] == [
        "days",
        "days_name",
        "days",
        "name",
    ]


def test_two_terms_of_the_same_days():
    theirs = [*TERMS, Thing(5, "30 days", days=30)]
    ours = [Thing("a", "30 Days", days=30), Thing("b", "A month", days=30)]
    assert pick(suggest_terms(ours, theirs)) == {"a": 5}


def test_products():
    theirs = [
        Thing(1, "Tax return", code="TR-1", kind="Service"),
        Thing(2, "Hours", kind="Service"),
        Thing(3, "Advisory", kind="Category"),
        Thing(4, "Poster", code="P-1", kind="NonInventory"),
        Thing(5, "Twin", kind="Service"),
        Thing(6, "twin", kind="Service"),
        Thing(7, "Set", kind="Group"),
    ]
    ours = [
        Thing("both", "Tax Return", code="tr-1"),
        Thing("sku", "Annual return", code="TR-1"),
        Thing("name", "hours"),
        Thing("name of ours alone", "Hours", code="H-1"),
        Thing("category", "Advisory"),
        Thing("other sku", "Poster", code="P-2"),
        Thing("twins", "Twin"),
        Thing("group", "Set"),
        Thing("empty", ""),
    ]
    found = suggest_products(ours, theirs)
    assert pick(found) == {"both": 1, "sku": 1, "name": 2, "name of ours alone": 2}
    assert [each.reason for each in found.values()] == [
        "sku_name",
        "sku",
        "name",
        "name",
    ]


def test_a_reference_that_two_items_have_contradicts_the_name():
    theirs = [
        Thing(1, "A", code="X"),
        Thing(2, "B", code="x"),
        Thing(3, "C"),
    ]
    assert not suggest_products([Thing("x", "C", code="X")], theirs)


def test_names():
    theirs = [
        Thing(1, "Tax", "Advisory:Tax"),
        Thing(2, "Tax", "Training:Tax"),
        Thing(3, "Training", "Training"),
    ]
    ours = [
        Thing("full", "Advisory:Tax"),
        Thing("bare", "Tax"),
        Thing("training", "TRAINING"),
    ]
    assert pick(suggest_names(ours, theirs)) == {"full": 1, "training": 3}


def test_journals():
    theirs = [
        Thing(1, "Checking", kind="Checking", type="Bank"),
        Thing(2, "Savings", kind="Savings", type="Bank"),
        Thing(3, "Cash on hand", kind="CashOnHand", type="Bank"),
        Thing(4, "Services", kind="ServiceFeeIncome", type="Income"),
        Thing(5, "Euro", kind="Checking", type="Bank", currency="EUR"),
    ]
    ours = [
        Thing("bank", "Bank", kind="bank"),
        Thing("cash", "Till", kind="cash"),
        Thing("named", "savings", kind="bank"),
        Thing("euro", "Bank EUR", kind="bank", currency="EUR"),
        Thing("income", "Services", kind="cash"),
        Thing("liar", "Euro", kind="bank", currency="USD"),
    ]
    found = suggest_journals(ours, theirs, "USD")
    assert pick(found) == {"bank": 1, "cash": 3, "named": 2, "euro": 5, "income": 3}
    theirs.append(Thing(6, "Second", kind="Checking", type="Bank"))
    assert "bank" not in suggest_journals(ours, theirs, "USD")


def test_methods():
    theirs = [Thing(1, "Cash"), Thing(2, "Cheque"), Thing(3, "Credit Card")]
    ours = [
        Thing("check", "Checks", kind="bank"),
        Thing("till", "Manual Payment", kind="cash"),
        Thing("bank", "Manual Payment", kind="bank"),
        Thing("card", "Card by web", kind="bank"),
        Thing("both", "Cash or cheque", kind="bank"),
    ]
    assert pick(suggest_methods(ours, theirs)) == {"check": 2, "till": 1, "card": 3}
    theirs += [Thing(4, "Visa card"), Thing(5, "Wire")]
    assert pick(suggest_methods(ours, theirs)) == {
        "check": 2,
        "till": 1,
        "bank": 5,
        "both": 5,
    }


ACCOUNTS = [
    Thing(1, "Verkäufe", kind="SalesOfProductIncome", type="Income"),
    Thing(2, "?", kind="ServiceFeeIncome", type="Income"),
    Thing(3, "Undeposited", kind="UndepositedFunds", type="Other Current Asset"),
    Thing(4, "A/R", kind="AccountsReceivable", type="Accounts Receivable"),
    Thing(5, "A/R EUR", type="Accounts Receivable", currency="EUR"),
    Thing(6, "Discounts", kind="DiscountsRefundsGiven", type="Income"),
    Thing(7, "Discounts", kind="DiscountsRefundsGiven", type="Income"),
    Thing(8, "Cost", kind="SuppliesMaterialsCogs", type="Cost of Goods Sold"),
]


def test_accounts():
    hints = {"income": None, "uncategorized_income": 2, "discount": 7}
    found = suggest_accounts(ACCOUNTS, hints, "USD")
    assert {role: (each.id, each.reason) for role, each in found.items()} == {
        "income": (1, "only_detail"),
        "expense": (8, "only_detail"),
        "receivable": (4, "only_type"),
        "deposit": (3, "only_detail"),
        "discount": (7, "discount_preference"),
        "rounding": (2, "uncategorized"),
    }


def test_accounts_without_hints():
    found = suggest_accounts(ACCOUNTS, {}, "USD")
    assert "discount" not in found
    assert "rounding" not in found
    # A hint at an account of another type is none.
    assert "rounding" not in suggest_accounts(
        ACCOUNTS, {"uncategorized_income": 3}, "USD"
    )
