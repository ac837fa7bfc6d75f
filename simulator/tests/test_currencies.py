"""Foreign currencies and their rates."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from books import Books, item_line, refused

CENT = Decimal("0.01")


@pytest.fixture
def books():
    return Books("gb")


@pytest.mark.parametrize("code", ["XXX", "CHF", "GBP", "eur"])
def test_the_code_of_a_currency_stays(books, code):
    (row, *_) = books.rows("CompanyCurrency")
    assert refused(books.sparse, "CompanyCurrency", row, Code=code).code == "6000"
    assert books.rows("ExchangeRate")
    again = books.sparse("CompanyCurrency", row, Code=row["Code"])
    assert again["Code"] == row["Code"]


def rate(books, **values):
    body = {"SourceCurrencyCode": "EUR", "Rate": "1.1", **values}
    return books.post("ExchangeRate", body)


@pytest.mark.parametrize("value", ["0", 0, "0.00000001", "-1"])
def test_rates_are_positive(books, value):
    assert refused(rate, books, Rate=value).code == "2090"


def test_rates_are_in_the_home_currency(books):
    assert refused(rate, books, TargetCurrencyCode="USD").code == "6000"
    assert rate(books, TargetCurrencyCode="GBP")["TargetCurrencyCode"] == "GBP"


# --- list rates ---

PROFILES = ("us", "us_manual", "gb", "ca", "au", "fr")
WANTED = ("JPY", "KWD", "EUR", "GBP", "USD", "CAD", "AUD")


def list_rate(books, code, on_day):
    args = {"sourcecurrencycode": code, "asofdate": on_day}
    return books.get("exchangerate", **args)["ExchangeRate"]["Rate"]


def open_currencies(profile):
    """A company with every wanted currency; multicurrency on if it was off."""
    books = Books(profile)
    if not books.company.multicurrency:
        turn_on = {"CurrencyPrefs": {"MultiCurrencyEnabled": True}}
        books.company.configure({"preferences": turn_on})
    known = {row["Code"] for row in books.rows("CompanyCurrency")}
    for code in WANTED:
        if code not in (*known, books.company.home_currency):
            books.post("CompanyCurrency", {"Code": code})
    return books


@pytest.mark.parametrize("profile", PROFILES)
def test_every_company_can_use_more_than_its_currency(profile):
    books = open_currencies(profile)
    home = books.company.home_currency
    codes = {row["Code"] for row in books.rows("CompanyCurrency")}
    assert set(WANTED) - {home} <= codes
    (account,) = books.rows("Account", "where AccountSubType = 'ExchangeGainOrLoss'")
    assert account["AccountType"] == "Other Expense"
    customer = books.customer("Kuwait Trading", CurrencyRef={"value": "KWD"})
    row = books.invoice("1.23", customer, ExchangeRate="2.5")
    assert row["CurrencyRef"] == {"value": "KWD", "name": "Kuwaiti Dinar"}
    expected = (row["TotalAmt"] * Decimal("2.5")).quantize(CENT, ROUND_HALF_UP)
    assert row["HomeTotalAmt"] == row["HomeBalance"] == expected
    off = {"CurrencyPrefs": {"MultiCurrencyEnabled": False}}
    with pytest.raises(ValueError, match="turned off"):
        books.company.configure({"preferences": off})


@pytest.mark.parametrize("code", ["JPY", "KWD", "EUR"])
def test_amounts_have_two_decimals_whatever_the_currency(code):
    books = open_currencies("us_manual")
    customer = books.customer("Abroad", CurrencyRef={"value": code})
    row = books.invoice("1234.567", customer, ExchangeRate="0.0065")
    assert str(row["TotalAmt"]) == "1234.57"
    assert str(row["HomeTotalAmt"]) == "8.02"  # 1234.57 x 0.0065 = 8.0247


def test_list_rates_move_a_little_each_day(books):
    days = [f"2026-{month:02d}-{day:02d}" for month in range(1, 13) for day in (1, 15)]
    rates = [list_rate(books, "USD", day) for day in days]
    assert len(set(rates)) > 10
    assert list_rate(books, "USD", "2026-03-10") != list_rate(
        books, "USD", "2026-03-11"
    )
    middle = Decimal("0.7609")  # 1 / 1.3142
    assert all(abs(rate - middle) < middle * Decimal("0.025") for rate in rates)
    assert all(rate == rate.quantize(Decimal("1e-7")) for rate in rates)
    assert rates[0] == list_rate(Books("gb"), "USD", days[0])
    assert list_rate(books, "GBP", days[0]) == 1


def test_a_transaction_takes_the_rate_of_its_day_by_a_switch(books):
    books.switch(omitted_exchange_rate="list")
    customer = books.one("Customer", "Berlin Bytes GmbH", "DisplayName")
    for day in ("2026-03-02", "2026-09-02"):
        row = books.invoice(customer=customer, TxnDate=day)
        assert row["ExchangeRate"] == list_rate(books, "EUR", day)


@pytest.mark.parametrize("sent", ["0", "-1", "0.00000001"])
def test_rates_of_transactions_are_positive(books, sent):
    customer = books.one("Customer", "Berlin Bytes GmbH", "DisplayName")
    error = refused(books.invoice, customer=customer, ExchangeRate=sent)
    assert (error.code, error.element) == ("2090", "ExchangeRate")


def test_rates_are_kept_with_seven_decimals(books):
    customer = books.one("Customer", "Berlin Bytes GmbH", "DisplayName")
    row = books.invoice("1000000.00", customer, ExchangeRate="0.12345675")
    assert str(row["ExchangeRate"]) == "0.1234568"
    assert str(row["HomeTotalAmt"]) == "148148.16"  # 1,200,000.00 x 0.1234568


def test_the_home_balance_goes_by_the_invoices_rate(books):
    """EUR 100.00 at 1.10, EUR 40.00 paid at 1.15: 60.00 x 1.10 = 66.00 is open."""
    customer = books.one("Customer", "Berlin Bytes GmbH", "DisplayName")
    code = books.ref("TaxCode", "0.0% Z")
    line = item_line(books, "100.00", TaxCodeRef=code)
    row = books.invoice(customer=customer, ExchangeRate="1.10", Line=[line])
    books.payment(row, "40.00", ExchangeRate="1.15")
    row = books.read("Invoice", row["Id"])
    assert (str(row["Balance"]), str(row["HomeBalance"])) == ("60.00", "66.00")
    assert str(row["HomeTotalAmt"]) == "110.00"


def test_money_goes_to_an_account_in_a_fitting_currency(books):
    customer = books.one("Customer", "Berlin Bytes GmbH", "DisplayName")
    row = books.invoice(customer=customer, ExchangeRate="0.9")

    def bank(code):
        values = {"Name": f"Bank {code}", "AccountSubType": "Checking"}
        account = books.post("Account", {**values, "CurrencyRef": {"value": code}})
        return {"DepositToAccountRef": {"value": account["Id"]}}

    error = refused(books.payment, row, "10.00", **bank("USD"))
    assert (error.code, "another currency" in error.detail) == ("6000", True)
    assert books.payment(row, "10.00", ExchangeRate="0.9", **bank("EUR"))
    assert books.payment(row, "10.00", ExchangeRate="0.9", **bank("GBP"))
