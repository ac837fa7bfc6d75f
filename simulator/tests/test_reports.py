"""Reports: the trial balance and the profit and loss that apps ask for."""

import json

import pytest
from books import Books, refused
from journals import credit, debit, post

YEAR = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
REALM = "9341450000000001"


@pytest.fixture
def books():
    """Last year 40.00 were earned, this year 25.00 and 10.00, and 6.00 spent."""
    books = Books("us")
    advisory, training = (
        books.ref("Class", each, "FullyQualifiedName")
        for each in ("Advisory", "Training")
    )
    entry(books, "2025-12-31", "40.00", "Services", ClassRef=advisory)
    entry(books, "2026-01-01", "25.00", "Services:Advisory", ClassRef=advisory)
    entry(books, "2026-03-31", "10.00", "Services", ClassRef=training)
    post(
        books,
        debit(books, "6.00", "Travel"),
        credit(books, "6.00", "Checking"),
        TxnDate="2026-03-15",
    )
    return books


def entry(books, day, amount, income, **detail):
    account = {"value": account_id(books, income)}
    earned = credit(books, amount, **detail)
    earned["JournalEntryLineDetail"]["AccountRef"] = account
    post(books, debit(books, amount), earned, TxnDate=day)


def account_id(books, name):
    return books.one("Account", name, "FullyQualifiedName")["Id"]


def report(books, name="TrialBalance", **args):
    return books.get(f"reports/{name}", **args)


def balances(found):
    """Return the rows of a trial balance as `{account: (debit, credit)}`."""
    cells = [row["ColData"] for row in found["Rows"]["Row"] if "ColData" in row]
    return {name["value"]: (d["value"], c["value"]) for name, d, c in cells}


def summaries(found):
    """Return `{group: figures}` of the top rows of a profit and loss."""
    return {
        row["group"]: [cell["value"] for cell in row["Summary"]["ColData"][1:]]
        for row in found["Rows"]["Row"]
    }


# --- the trial balance ---


def test_trial_balance(books):
    found = report(books, **YEAR)
    assert found["Header"] == {
        "Time": "2026-11-22T10:00:00-08:00",
        "ReportName": "TrialBalance",
        "ReportBasis": "Accrual",
        "StartPeriod": "2026-01-01",
        "EndPeriod": "2026-12-31",
        "Currency": "USD",
        "Option": [{"Name": "NoReportData", "Value": "false"}],
    }
    assert found["Columns"]["Column"] == [
        {"ColTitle": "", "ColType": "Account"},
        {"ColTitle": "Debit", "ColType": "Money"},
        {"ColTitle": "Credit", "ColType": "Money"},
    ]
    assert found["Rows"]["Row"][0] == {
        "ColData": [
            {"value": "Checking", "id": account_id(books, "Checking")},
            {"value": ""},
            {"value": "6.00"},
        ]
    }
    assert balances(found) == {
        "Checking": ("", "6.00"),
        "Deferred Revenue": ("75.00", ""),
        "Retained Earnings": ("", "40.00"),
        "Services": ("", "10.00"),
        "Services:Advisory": ("", "25.00"),
        "Travel": ("6.00", ""),
    }
    assert list(balances(found))[0] == "Checking"
    assert found["Rows"]["Row"][-1] == {
        "Summary": {
            "ColData": [{"value": "TOTAL"}, {"value": "81.00"}, {"value": "81.00"}]
        },
        "type": "Section",
        "group": "GrandTotal",
    }


def test_a_trial_balance_ends_with_its_last_day(books):
    found = report(books, start_date="2025-01-01", end_date="2025-12-31")
    assert balances(found) == {
        "Deferred Revenue": ("40.00", ""),
        "Services": ("", "40.00"),
    }
    found = report(books, start_date="2026-01-01", end_date="2026-03-30")
    assert balances(found)["Travel"] == ("6.00", "")
    assert "Services" not in balances(found)


def test_accounts_that_are_even_are_left_out(books):
    lines = [debit(books, "6.00", "Checking"), credit(books, "6.00", "Visa")]
    post(books, *lines, TxnDate="2026-04-01")
    found = balances(report(books, **YEAR))
    assert "Checking" not in found
    # Assets, liabilities, equity, income, expenses; by name among their like.
    assert list(found) == [
        "Visa",
        "Deferred Revenue",
        "Retained Earnings",
        "Services",
        "Services:Advisory",
        "Travel",
    ]


def test_an_empty_report(books):
    found = report(books, start_date="2024-01-01", end_date="2024-12-31")
    assert found["Header"]["Option"] == [{"Name": "NoReportData", "Value": "true"}]
    assert found["Rows"] == {}


@pytest.mark.parametrize(
    ("macro", "start", "end"),
    [
        (None, "2026-01-01", "2026-11-22"),
        ("This Fiscal Year", "2026-01-01", "2026-12-31"),
        ("Last Fiscal Year", "2025-01-01", "2025-12-31"),
        ("this month-to-date", "2026-11-01", "2026-11-22"),
        ("This Month", "2026-11-01", "2026-11-30"),
        ("Last Month", "2026-10-01", "2026-10-31"),
        ("Today", "2026-11-22", "2026-11-22"),
    ],
)
def test_periods_by_name(books, macro, start, end):
    header = report(books, **({"date_macro": macro} if macro else {}))["Header"]
    assert (header["StartPeriod"], header["EndPeriod"]) == (start, end)
    assert header["DateMacro"] == (macro or "This Fiscal Year-to-date").lower()


def test_the_fiscal_year_of_the_company():
    books = Books("au")
    assert report(books)["Header"]["StartPeriod"] == "2026-07-01"
    header = report(books, date_macro="Last Fiscal Year")["Header"]
    assert (header["StartPeriod"], header["EndPeriod"]) == ("2025-07-01", "2026-06-30")
    books.clock.advance(86400 * 70)
    assert report(books)["Header"]["StartPeriod"] == "2026-07-01"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"accounting_method": "Cash"}, "6000"),
        ({"accounting_method": "Hybrid"}, "2170"),
        ({"start_date": "2026-02-30"}, "2060"),
        ({"start_date": "2026-02-02", "end_date": "2026-02-01"}, "6000"),
        ({"date_macro": "Next 4 Weeks"}, "6000"),
        ({"summarize_column_by": "Classes"}, "6000"),
        ({"customer": "1"}, "6000"),
    ],
)
def test_what_has_no_books_is_refused(books, args, code):
    assert refused(report, books, **args).code == code
    assert report(books, minorversion="75", accounting_method="Accrual")


def test_a_cash_preference_needs_the_basis_in_the_request(books):
    groups = {"ReportPrefs": {"ReportBasis": "Cash"}}
    books.company.configure({"preferences": groups})
    assert refused(report, books).code == "6000"
    assert report(books, accounting_method="Accrual")


def test_reports_that_are_not_there(books):
    assert refused(report, books, "TrialBalanceFR").code == "500"
    assert refused(report, books, "BalanceSheet").code == "500"
    france = Books("fr")
    assert refused(report, france).code == "500"
    assert report(france, "TrialBalanceFR")["Header"]["Currency"] == "EUR"


def test_over_the_wire(client, token):
    answer = client.api("GET", "reports/TrialBalance", token)
    assert answer.status_code == 200
    assert list(json.loads(answer.text)) == ["Header", "Columns", "Rows"]
    answer = client.api("POST", "reports/TrialBalance", token, json={})
    assert answer.status_code == 400


# --- profit and loss ---


def test_profit_and_loss(books):
    found = report(books, "ProfitAndLoss", **YEAR)
    assert found["Header"]["SummarizeColumnsBy"] == "Total"
    assert found["Header"]["Option"][0] == {
        "Name": "AccountingStandard",
        "Value": "GAAP",
    }
    assert [each["ColTitle"] for each in found["Columns"]["Column"]] == ["", "Total"]
    assert summaries(found) == {
        "Income": ["35.00"],
        "GrossProfit": ["35.00"],
        "Expenses": ["6.00"],
        "NetOperatingIncome": ["29.00"],
        "NetIncome": ["29.00"],
    }
    income, expenses = found["Rows"]["Row"][0], found["Rows"]["Row"][2]
    (services,) = income["Rows"]["Row"]
    assert services["Header"]["ColData"][0]["value"] == "Services"
    assert services["Header"]["ColData"][1]["value"] == "10.00"
    assert services["Summary"]["ColData"][1]["value"] == "35.00"
    assert services["Rows"]["Row"] == [
        {
            "ColData": [
                {"value": "Advisory", "id": account_id(books, "Services:Advisory")},
                {"value": "25.00"},
            ],
            "type": "Data",
        }
    ]
    (travel,) = expenses["Rows"]["Row"]
    assert [cell["value"] for cell in travel["ColData"]] == ["Travel", "6.00"]


def test_columns_by_class(books):
    args = {"summarize_column_by": "Classes"}
    found = report(books, "ProfitAndLoss", **YEAR, **args)
    titles = [each["ColTitle"] for each in found["Columns"]["Column"]]
    assert titles == ["", "Advisory", "Training", "Not Specified", "TOTAL"]
    assert summaries(found)["Income"] == ["25.00", "10.00", "", "35.00"]
    assert summaries(found)["NetIncome"] == ["25.00", "10.00", "-6.00", "29.00"]


def test_columns_by_month(books):
    args = {"start_date": "2026-01-01", "end_date": "2026-03-31"}
    found = report(books, "ProfitAndLoss", summarize_column_by="Month", **args)
    titles = [each["ColTitle"] for each in found["Columns"]["Column"]]
    assert titles == ["", "Jan 2026", "Feb 2026", "Mar 2026", "Total"]
    assert summaries(found)["NetIncome"] == ["25.00", "", "4.00", "29.00"]


def test_other_income_costs_and_expenses(books):
    for side, amount, account in (
        (credit, "3.00", "Interest Earned"),
        (debit, "2.00", "Miscellaneous"),
        (debit, "1.00", "Cost of Goods Sold"),
    ):
        other = debit if side is credit else credit
        lines = [side(books, amount, account), other(books, amount, "Checking")]
        post(books, *lines, TxnDate="2026-02-01")
    assert summaries(report(books, "ProfitAndLoss", **YEAR)) == {
        "Income": ["35.00"],
        "COGS": ["1.00"],
        "GrossProfit": ["34.00"],
        "Expenses": ["6.00"],
        "NetOperatingIncome": ["28.00"],
        "OtherIncome": ["3.00"],
        "OtherExpenses": ["2.00"],
        "NetOtherIncome": ["1.00"],
        "NetIncome": ["29.00"],
    }
