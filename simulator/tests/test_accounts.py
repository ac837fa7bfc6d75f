"""The chart of accounts."""

import pytest
from books import Books, refused

from simulator.entities import account_types


@pytest.fixture
def books():
    return Books("us_manual")


def account(books, **values):
    return books.post("Account", {"Name": "Test", **values})


def test_shape(books):
    row = account(books, AccountType="Bank", Description="d")
    assert list(row) == [
        "Name",
        "SubAccount",
        "Description",
        "FullyQualifiedName",
        "Active",
        "Classification",
        "AccountType",
        "AccountSubType",
        "CurrentBalance",
        "CurrentBalanceWithSubAccounts",
        "CurrencyRef",
        "domain",
        "sparse",
        "Id",
        "SyncToken",
        "MetaData",
    ]
    assert row["AccountSubType"] == "CashOnHand"
    assert row["Classification"] == "Asset"


@pytest.mark.parametrize(
    ("kind", "subtype", "classification"),
    [
        ("Other Current Asset", "EmployeeCashAdvances", "Asset"),
        ("Fixed Asset", "FurnitureAndFixtures", "Asset"),
        ("Accounts Receivable", "AccountsReceivable", "Asset"),
        ("Accounts Payable", "AccountsPayable", "Liability"),
        ("Credit Card", "CreditCard", "Liability"),
        ("Other Current Liability", "OtherCurrentLiabilities", "Liability"),
        ("Long Term Liability", "NotesPayable", "Liability"),
        ("Equity", "OpeningBalanceEquity", "Equity"),
        ("Income", "OtherPrimaryIncome", "Revenue"),
        ("Other Income", "OtherInvestmentIncome", "Revenue"),
        ("Cost of Goods Sold", "CostOfLaborCos", "Expense"),
        ("Expense", "Travel", "Expense"),
        ("Other Expense", "Depreciation", "Expense"),
    ],
)
def test_the_other_side_is_derived(books, kind, subtype, classification):
    row = account(books, AccountType=kind)
    assert (row["AccountSubType"], row["Classification"]) == (subtype, classification)
    row = account(books, Name="Second", AccountSubType=subtype)
    assert row["AccountType"] == kind


def test_every_subtype_belongs_to_one_type():
    assert set(account_types.TYPE_OF_SUBTYPE.values()) == set(
        account_types.ACCOUNT_TYPES
    )
    assert len(account_types.ACCOUNT_TYPES) == 15


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "6010"),
        ({"AccountType": "Money"}, "2170"),
        ({"AccountType": "Bank", "AccountSubType": "Travel"}, "6430"),
        ({"AccountType": "Bank", "Name": None}, "2020"),
        ({"AccountType": "Bank", "Name": 'a"b'}, "2040"),
        ({"AccountType": "Bank", "Name": "a:b"}, "2040"),
        ({"AccountType": "Bank", "Name": "x" * 101}, "2050"),
        ({"AccountType": "Bank", "Name": "checking"}, "6240"),
        ({"AccountType": "Bank", "AcctNum": "12345678"}, "2050"),
        ({"AccountType": "Bank", "ParentRef": {"value": "9999"}}, "2500"),
    ],
)
def test_refusals(books, values, code):
    assert refused(account, books, **values).code == code


def test_siblings(books):
    checking, sales = books.one("Account", "Checking"), books.one("Account", "Sales")
    parent = {"value": checking["Id"]}
    row = account(books, AccountType="Bank", ParentRef=parent)
    assert (row["SubAccount"], row["FullyQualifiedName"]) == (True, "Checking:Test")
    assert row["ParentRef"] == {"value": checking["Id"], "name": "Checking"}
    # The same name may stand elsewhere, not beside.
    assert account(books, AccountType="Bank")
    error = refused(account, books, AccountType="Bank", ParentRef=parent)
    assert error.code == "6240"
    other = {"value": sales["Id"]}
    error = refused(account, books, Name="x", AccountType="Bank", ParentRef=other)
    assert error.code == "6430"
    funds = {"value": books.one("Account", "Undeposited Funds")["Id"]}
    kind = {"AccountType": "Other Current Asset", "ParentRef": funds}
    assert refused(account, books, Name="x", **kind).code == "6000"


def test_system_accounts_stay(books):
    row = books.one("Account", "Accounts Receivable (A/R)")
    assert refused(books.sparse, "Account", row, Active=False).code == "6000"
    retyped = {"AccountType": "Bank", "AccountSubType": "Checking"}
    assert refused(books.sparse, "Account", row, **retyped).code == "6000"
    assert books.sparse("Account", row, Name="Debtors")["Name"] == "Debtors"


def test_numbers_are_unique():
    books = Books("au")
    row = account(books, AccountType="Bank", AcctNum="1" * 20)
    assert row["AcctNum"] == "1" * 20
    error = refused(account, books, Name="B", AccountType="Bank", AcctNum="10000")
    assert error.code == "6240"


def test_retyping_derives_anew(books):
    row = account(books, AccountType="Expense")
    row = books.sparse("Account", row, AccountType="Other Expense")
    assert row["AccountSubType"] == "Depreciation"


def test_currency():
    books = Books("gb")
    row = account(books, AccountType="Bank", CurrencyRef={"value": "EUR"})
    assert row["CurrencyRef"] == {"value": "EUR", "name": "Euro"}
    values = {"AccountType": "Income", "CurrencyRef": {"value": "EUR"}}
    assert refused(account, books, Name="x", **values).code == "6000"
    american = refused(
        account, Books("us"), AccountType="Bank", CurrencyRef={"value": "EUR"}
    )
    assert american.code == "6000"


def test_parents_stay_active_for_their_children(books):
    row = books.one("Account", "Truck")
    assert refused(books.sparse, "Account", row, Active=False).code == "6000"


def test_queries(books):
    found = books.rows("Account", "where AccountType = 'Credit Card'")
    assert {row["Name"] for row in found} == {"Mastercard", "Visa"}
    found = books.rows("Account", "where AccountSubType = 'UndepositedFunds'")
    assert [row["Name"] for row in found] == ["Undeposited Funds"]
    assert refused(books.rows, "Account", "where AcctNum = '1'").code == "4001"
