"""The seeded companies."""

import pytest
from books import START, Books, wire

from simulator.clock import Clock
from simulator.seeds import PROFILES, build_company
from simulator.seeds.people import HUNDRED

LISTS = ("Account", "TaxCode", "TaxRate", "Term", "PaymentMethod", "Class", "Item")


@pytest.fixture(scope="module", params=sorted(PROFILES))
def company(request):
    return build_company("9341450000000001", request.param, Clock(START, frozen=True))


def test_always_the_same(company):
    profile = next(
        name
        for name, values in PROFILES.items()
        if (values[0], values[2], values[3])
        == (company.country, company.environment, company.sales_tax)
    )
    again = build_company("9341450000000001", profile, Clock())
    for entity in company.entities:
        if entity != "ExchangeRate":
            assert wire(again.objects(entity)) == wire(company.objects(entity))


def test_sizes(company):
    assert 58 <= len(company.objects("Account")) <= 80
    assert len(company.objects("Customer")) >= 30
    assert len(company.objects("Term")) == 4
    assert len(company.objects("Vendor")) >= 6


def test_names(company):
    names = [row["DisplayName"] for row in company.objects("Customer")]
    assert len(HUNDRED) == 100
    assert HUNDRED in names
    assert "Rocket 🚀 Labs" in names
    assert "Closed Shop (deleted)" in names
    folded = [name.lower() for name in names]
    folded += [row["DisplayName"].lower() for row in company.objects("Vendor")]
    assert len(set(folded)) == len(folded)
    assert {"ann smith", "ann smith (v)"} <= set(folded)
    for awkward in ("'", '"', "&", "\\", "%", "_", "é", "<"):
        assert any(awkward in name for name in names), awkward


def test_every_reference_leads_somewhere(company):
    from simulator.schema import references

    for entity in company.entities.values():
        for row in company.objects(entity.name):
            for item, holder in references(entity.shape, row):
                if item.name != "TaxReturnLineRef":
                    target = company.entity(item.target)
                    value = holder[item.name]["value"]
                    assert target.referenced(company, value), (entity.name, row)


def test_everything_is_older_than_a_month(company):
    for table in company.store.tables():
        for row in table.rows.values():
            assert row["MetaData"]["LastUpdatedTime"] < "2025-07"


def test_categories_and_inactive_items(company):
    items = {row["FullyQualifiedName"]: row for row in company.objects("Item")}
    assert items["Services"]["Id"] == "1"
    assert items["Advisory work:Tax:Tax return"]["Level"] == 2
    assert items["Old retainer (deleted)"]["Active"] is False
    kinds = {row["Type"] for row in items.values()}
    assert kinds == {"Service", "NonInventory", "Category"}


def test_system_accounts(company):
    subtypes = {row["AccountSubType"] for row in company.objects("Account")}
    assert {
        "AccountsReceivable",
        "AccountsPayable",
        "UndepositedFunds",
        "RetainedEarnings",
        "OpeningBalanceEquity",
        "DiscountsRefundsGiven",
        "GlobalTaxPayable",
    } <= subtypes


def test_traps_of_great_britain():
    codes = {row["Name"]: row for row in Books("gb").company.objects("TaxCode")}
    assert (codes["20.0% S"]["Id"], codes["No VAT"]["Id"]) == ("5", "9")
    trap = codes["20.0% ECG"]
    assert (trap["Id"], trap["Active"], trap["Hidden"]) == ("15", False, True)
    assert codes["20.0% RC SG"]["SalesTaxRateList"]["TaxRateDetail"] == []
    assert codes["Margin"]["PurchaseTaxRateList"]["TaxRateDetail"] == []
    assert sum("20" in name for name in codes) > 5


def test_traps_of_canada():
    codes = {row["Name"]: row for row in Books("ca").company.objects("TaxCode")}
    assert codes["HST NS"]["Active"] and codes["HST NS 2025"]["Active"]
    assert not codes["HST Atlantic 15%"]["Active"]
    assert codes["GST/QST QC - 9.975"]["Id"] == "9"


def test_sides_of_australia():
    codes = {row["Name"]: row for row in Books("au").company.objects("TaxCode")}
    assert codes["GST"]["PurchaseTaxRateList"]["TaxRateDetail"] == []
    assert codes["GST on capital"]["SalesTaxRateList"]["TaxRateDetail"] == []


def test_foreign_customers_where_there_are_currencies(company):
    rows = company.objects("Customer")
    currencies = {row["CurrencyRef"]["value"] for row in rows}
    assert (len(currencies) == 3) == company.multicurrency


def test_unknown_profile():
    with pytest.raises(KeyError):
        build_company("1", "mars", Clock())
