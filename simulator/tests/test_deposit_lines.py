"""Deposits: which lines are refused, and what a line may be about."""

import pytest
from books import Books, refused
from deposits import deposit, direct, linked, receive, refund


@pytest.fixture
def books():
    books = Books("us_manual")
    books.sales_forms(AutoApplyCredit=False)
    return books


# --- refusals: linked lines ---


def refuse(books, line, **values):
    error = refused(deposit, books, line, **values)
    assert books.rows("Deposit") == []
    return error


def test_a_link_has_no_detail(books):
    line = linked(receive(books))
    error = refuse(books, {**line, "DetailType": "DepositLineDetail"})
    assert (error.code, error.element) == ("2020", "Line.DepositLineDetail.AccountRef")
    detail = {"PaymentMethodRef": {"value": "2"}}
    for extra in ({}, {"DetailType": "DepositLineDetail"}):
        error = refuse(books, {**line, **extra, "DepositLineDetail": detail})
        assert error.code == "6000"
        assert error.detail.endswith("Select a bank account for this deposit")
    books.switch(deposit_link_detail="ignore")
    row = deposit(books, {**line, **extra, "DepositLineDetail": detail})
    assert list(row["Line"][0]) == ["Amount", "LinkedTxn"]
    # What was read can be sent back then.
    assert books.post("Deposit", row)["Line"] == row["Line"]


@pytest.mark.parametrize(
    ("change", "code", "element"),
    [
        ({"TxnLineId": None}, "2020", "LinkedTxn.TxnLineId"),
        ({"TxnId": None}, "2020", "LinkedTxn.TxnId"),
        ({"TxnType": None}, "2020", "LinkedTxn.TxnType"),
        ({"TxnType": "Cheque"}, "2170", "TxnType"),
        ({"TxnType": "Invoice"}, "620", ""),
        ({"TxnType": "CreditMemo"}, "620", ""),
        ({"TxnLineId": "1"}, "620", ""),
        ({"TxnId": "99999"}, "610", ""),
        ({"TxnType": "SalesReceipt"}, "610", ""),
        ({"TxnType": "JournalEntry"}, "610", ""),
        ({"TxnType": "RefundReceipt"}, "610", ""),
        ({"Unknown": "1"}, "2010", None),
    ],
)
def test_bad_links(books, change, code, element):
    error = refuse(books, linked(receive(books), **change))
    assert error.code == code
    if element:
        assert error.element == element


def test_the_whole_payment_or_nothing(books):
    payment = receive(books)
    for amount in ("99.99", "100.01", "-100.00", "100.001", "0"):
        assert refuse(books, linked(payment, amount)).code == "6000"
    back = refund(books)
    assert refuse(books, linked(back, "40.00", "RefundReceipt")).code == "6000"
    line = {**linked(payment), "Amount": None}
    assert refuse(books, line).element == "Line.Amount"
    over = books.payment(books.invoice(), "150.00", "100.00")
    assert refuse(books, linked(over, "100.00")).code == "6000"
    assert str(deposit(books, linked(over))["TotalAmt"]) == "150.00"


def test_one_deposit_at_most(books):
    payment, other = receive(books), receive(books)
    assert refuse(books, linked(payment), Line=[linked(payment)] * 2).code == "620"
    deposit(books, linked(payment))
    error = refused(deposit, books, linked(other), linked(payment))
    assert error.code == "620"
    assert "LinkedTxn" not in books.read("Payment", other["Id"])
    links = linked(payment)["LinkedTxn"] + linked(other)["LinkedTxn"]
    line = {"Amount": "200.00", "LinkedTxn": links}
    assert refused(deposit, books, line).code == "6000"


def test_only_what_waits_in_undeposited_funds(books):
    checking = books.ref("Account", "Checking")
    at_the_bank = receive(books, DepositToAccountRef=checking)
    assert refuse(books, linked(at_the_bank)).code == "620"
    back = refund(books, account="Checking")
    assert refuse(books, linked(back, "-40.00", "RefundReceipt")).code == "620"
    invoice, memo = books.invoice("40.00"), books.memo("40.00")
    nothing = books.apply(0, ("Invoice", invoice, 40), ("CreditMemo", memo, 40))
    assert refuse(books, linked(nothing, "0")).code == "620"
    void = receive(books)
    act = {"entity": "Payment", "operation": "void", "id": void["Id"]}
    books.company.act(act)
    assert refuse(books, linked(void)).code == "620"


# --- refusals: the rest ---


@pytest.mark.parametrize(
    ("change", "code", "element"),
    [
        ({"Line": None}, "2020", "Line"),
        ({"Line": []}, "2020", "Line"),
        ({"DepositToAccountRef": None}, "2020", "DepositToAccountRef"),
        ({"DepositToAccountRef": {"value": "99999"}}, "2500", "DepositToAccountRef"),
        ({"TxnDate": "2026-13-01"}, "2060", "TxnDate"),
        ({"PrivateNote": "x" * 4001}, "2050", "PrivateNote"),
        ({"CashBack": {"Amount": 1}}, "2020", "CashBack.AccountRef"),
        ({"CashBack": {"Amount": -1}}, "2090", "CashBack"),
        ({"CurrencyRef": {"value": "EUR"}}, "6000", ""),
        ({"Unknown": 1}, "2010", None),
    ],
)
def test_bad_deposits(books, change, code, element):
    error = refuse(books, linked(receive(books)), **change)
    assert error.code == code
    if element:
        assert error.element == element


@pytest.mark.parametrize(
    ("change", "code", "element"),
    [
        ({"DetailType": None}, "2020", "Line.DetailType"),
        ({"DetailType": "SalesItemLineDetail"}, "6000", ""),
        ({"DetailType": "Nonsense"}, "2170", "Line"),
        ({"DepositLineDetail": None}, "2020", "Line.DepositLineDetail.AccountRef"),
        ({"DepositLineDetail": {}}, "2020", "Line.DepositLineDetail.AccountRef"),
        ({"Amount": None}, "2020", "Line.Amount"),
        ({"Amount": "x"}, "2090", "Line"),
        ({"Amount": "0.123456"}, "2090", "Amount"),
        ({"Amount": "-0.01"}, "6000", ""),
        ({"Nonsense": 1}, "2010", None),
    ],
)
def test_bad_direct_lines(books, change, code, element):
    error = refuse(books, {**direct(books, "10.00"), **change})
    assert error.code == code
    if element:
        assert error.element == element


@pytest.mark.parametrize(
    ("detail", "code"),
    [
        ({"AccountRef": {"value": "99999"}}, "2500"),
        ({"PaymentMethodRef": {"value": "99999"}}, "2500"),
        ({"Entity": {"value": "99999", "type": "VENDOR"}}, "2500"),
        ({"Entity": {"value": "1", "type": "EMPLOYEE"}}, "2500"),
        ({"Entity": {"value": "1", "type": "Bank"}}, "2170"),
        ({"Entity": {"value": "1", "kind": "Bank"}}, "2010"),
        ({"CheckNum": "x" * 22}, "2050"),
        ({"EntityRef": {"value": "1"}}, "2010"),
    ],
)
def test_bad_details(books, detail, code):
    assert refuse(books, direct(books, "10.00", **detail)).code == code


def test_accounts_of_the_wrong_kind(books):
    line = direct(books, "10.00")
    sales = books.ref("Account", "Sales")
    assert refuse(books, line, DepositToAccountRef=sales).code == "6430"
    (ledger,) = books.rows("Account", "where AccountType = 'Accounts Receivable'")
    error = refuse(books, direct(books, "10.00", ledger["Name"]))
    assert error.code == "6000"


def test_a_total_beyond_what_qbo_works_with(books):
    lines = [direct(books, "9999999999.99", "Sales") for _ in range(11)]
    assert refuse(books, lines[0], Line=lines).code == "2090"
    assert str(deposit(books, *lines[1:])["TotalAmt"]) == "99999999999.90"


def test_there_is_no_void(books):
    row = deposit(books, direct(books, "10.00"))
    assert refused(books.void, "Deposit", row).code == "500"
    act = {"entity": "Deposit", "operation": "void", "id": row["Id"]}
    assert refused(books.company.act, act).code == "500"


def test_a_refusal_leaves_nothing(books):
    payment = receive(books)
    told = len(books.changes)
    bad = direct(books, "-100.01")
    assert refused(deposit, books, linked(payment), bad).code == "6000"
    assert books.read("Payment", payment["Id"]) == payment
    assert len(books.changes) == told


# --- parties ---


def party_of(books, entity):
    row = deposit(books, direct(books, "10.00", Entity=entity))
    return row["Line"][0]["DepositLineDetail"].get("Entity")


def test_a_party_is_flat(books):
    customer = books.one("Customer", "Acme", "DisplayName")
    flat = {"value": customer["Id"], "type": "Customer", "name": "whatever"}
    expected = {"value": customer["Id"], "name": "Acme", "type": "CUSTOMER"}
    assert party_of(books, flat) == expected
    assert party_of(books, {"value": customer["Id"]}) == expected
    wrong = {"value": customer["Id"], "type": "VENDOR"}
    error = refused(party_of, books, wrong)
    assert (error.code, error.element) == ("2500", "Entity")
    # As a journal entry has it: lost without a word.
    nested = {"Type": "Customer", "EntityRef": {"value": customer["Id"]}}
    assert party_of(books, nested) is None


def test_a_party_keeps_up(books):
    loser, winner = books.customer("Loser"), books.customer("Winner")
    entity = {"value": loser["Id"], "type": "CUSTOMER"}
    row = deposit(books, direct(books, "10.00", Entity=entity))

    def party():
        return books.read("Deposit", row["Id"])["Line"][0]["DepositLineDetail"][
            "Entity"
        ]

    act = {"entity": "Customer", "id": loser["Id"]}
    books.company.act({**act, "operation": "rename", "values": {"name": "Lost"}})
    assert party()["name"] == "Lost"
    books.company.act({**act, "operation": "merge", "values": {"into": winner["Id"]}})
    assert party() == {"value": winner["Id"], "name": "Winner", "type": "CUSTOMER"}
    # An inactive one stays where it was and comes nowhere else.
    books.company.act(
        {"entity": "Customer", "operation": "deactivate", "id": winner["Id"]}
    )
    row = books.sparse("Deposit", books.read("Deposit", row["Id"]), PrivateNote="x")
    assert party()["value"] == winner["Id"]
    error = refused(party_of, books, {"value": winner["Id"]})
    assert error.code == "610"


# --- dimensions, currency, tax ---


def test_dimensions():
    books = Books("us")
    (row,) = books.rows("Class", "where FullyQualifiedName = 'Training'")
    reference = {"value": row["Id"]}
    west = books.ref("Department", "West", "FullyQualifiedName")
    line = direct(books, "10.00", ClassRef=reference)
    row = deposit(books, line, DepartmentRef=west)
    assert row["DepartmentRef"]["name"] == "West"
    detail = row["Line"][0]["DepositLineDetail"]
    assert detail["ClassRef"]["name"] == "Training"
    tracked = {"ClassTrackingPerTxnLine": False, "TrackDepartments": False}
    books.company.configure({"preferences": {"AccountingInfoPrefs": tracked}})
    row = deposit(books, line, DepartmentRef=west)
    assert "ClassRef" not in row["Line"][0]["DepositLineDetail"]
    assert "DepartmentRef" not in row


@pytest.fixture
def gb():
    books = Books("gb")
    books.sales_forms(AutoApplyCredit=False)
    return books


def abroad(books, total="120.00", **values):
    customer = books.one("Customer", "Berlin Bytes GmbH", "DisplayName")
    invoice = books.invoice(customer=customer, ExchangeRate="0.85")
    return books.payment(invoice, total, ExchangeRate="0.86", **values)


def bank(books, currency):
    """Return the reference to our bank account in a currency."""
    name = f"Our bank in {currency}"
    known = books.rows("Account", f"where Name = '{name}'")
    if known:
        return {"value": known[0]["Id"]}
    account = {"Name": name, "AccountType": "Bank", "CurrencyRef": {"value": currency}}
    return {"value": books.post("Account", account)["Id"]}


def in_euro(books, *lines, **values):
    values.setdefault("DepositToAccountRef", bank(books, "EUR"))
    return {"CurrencyRef": {"value": "EUR"}, "Line": list(lines), **values}


def test_a_foreign_deposit(gb):
    payment = abroad(gb)
    body = in_euro(gb, linked(payment), ExchangeRate="0.87")
    row = gb.post("Deposit", body)
    assert list(row)[:4] == [
        "DepositToAccountRef",
        "GlobalTaxCalculation",
        "TotalAmt",
        "HomeTotalAmt",
    ]
    assert (str(row["ExchangeRate"]), str(row["HomeTotalAmt"])) == ("0.87", "104.40")
    # A deposit at the home bank works too.
    gb.delete("Deposit", row)
    home = bank(gb, "GBP")
    row = gb.post("Deposit", in_euro(gb, linked(payment), DepositToAccountRef=home))
    assert row["CurrencyRef"]["value"] == "EUR"


def test_one_currency_in_a_deposit(gb):
    payment, domestic = abroad(gb), receive(gb, "120.00")
    euro, pound, dollar = (bank(gb, code) for code in ("EUR", "GBP", "USD"))
    error = refused(gb.post, "Deposit", in_euro(
        gb, linked(payment), linked(domestic), DepositToAccountRef=euro))  # fmt: skip
    assert error.code == "6000"
    for values in (
        {"CurrencyRef": {"value": "GBP"}, "DepositToAccountRef": pound},
        {"CurrencyRef": {"value": "USD"}, "DepositToAccountRef": dollar},
        {"DepositToAccountRef": dollar},
    ):
        body = in_euro(gb, linked(payment), **{"DepositToAccountRef": euro, **values})
        assert refused(gb.post, "Deposit", body).code == "6000"
    body = in_euro(gb, linked(payment), DepositToAccountRef=euro, CurrencyRef=None)
    error = refused(gb.post, "Deposit", body)
    assert (error.code, error.element) == ("2020", "CurrencyRef")
    gb.switch(omitted_currency="default")
    assert gb.post("Deposit", body)["CurrencyRef"]["value"] == "EUR"


def test_the_party_forces_the_currency(gb):
    customer = gb.one("Customer", "Berlin Bytes GmbH", "DisplayName")
    gb.switch(deposit_line_codes="optional")
    entity = {"value": customer["Id"], "type": "CUSTOMER"}
    line = direct(gb, "10.00", Entity=entity)
    pound = bank(gb, "GBP")
    body = in_euro(gb, line, DepositToAccountRef=pound, CurrencyRef={"value": "GBP"})
    assert refused(gb.post, "Deposit", body).code == "6000"
    body["CurrencyRef"] = {"value": "EUR"}
    assert gb.post("Deposit", body)["CurrencyRef"]["value"] == "EUR"
    third = bank(gb, "USD")
    line["DepositLineDetail"]["AccountRef"] = third
    assert refused(gb.post, "Deposit", body).code == "6000"
    cash = {"Amount": 1, "AccountRef": third}
    body = in_euro(gb, linked(abroad(gb)), CashBack=cash)
    assert refused(gb.post, "Deposit", body).code == "6000"


def test_codes_of_direct_lines_outside_the_us(gb):
    pound = bank(gb, "GBP")

    def write(mode=None, **detail):
        values = {"CurrencyRef": {"value": "GBP"}, "DepositToAccountRef": pound}
        if mode:
            values["GlobalTaxCalculation"] = mode
        return gb.post("Deposit", in_euro(gb, direct(gb, "9.00", **detail), **values))

    error = refused(write)
    assert "have a VAT rate before you save" in error.detail
    assert write("NotApplicable")["GlobalTaxCalculation"] == "NotApplicable"
    none, full = gb.ref("TaxCode", "No VAT"), gb.ref("TaxCode", "20.0% S")
    row = write(TaxCodeRef=none, TaxApplicableOn="Purchase")
    assert row["GlobalTaxCalculation"] == "TaxExcluded"
    detail = row["Line"][0]["DepositLineDetail"]
    assert list(detail) == ["AccountRef", "TaxCodeRef", "TaxApplicableOn"]
    assert refused(write, TaxCodeRef=none).element == "TaxApplicableOn"
    on_sales = {"TaxApplicableOn": "Sales"}
    assert "no books" in refused(write, TaxCodeRef=full, **on_sales).detail
    margin = gb.ref("TaxCode", "Margin")
    assert write(TaxCodeRef=margin, **on_sales)
    error = refused(write, TaxCodeRef=margin, TaxApplicableOn="Purchase")
    assert "error while calculating tax" in error.detail
    error = refused(write, TaxCodeRef={"value": "No VAT"}, **on_sales)
    assert "have a VAT rate before you save" in error.detail
    assert refused(write, "NotApplicable", TaxCodeRef=none, **on_sales).code == "6000"
    assert refused(write, TaxCodeRef=none, TaxApplicableOn="Both").code == "2170"
    gb.switch(deposit_line_codes="optional")
    assert "TaxCodeRef" not in write()["Line"][0]["DepositLineDetail"]
    # A linked line has no code, ever.
    body = in_euro(gb, linked(receive(gb, "120.00")),
                   CurrencyRef={"value": "GBP"}, DepositToAccountRef=pound)  # fmt: skip
    gb.switch(deposit_line_codes="demand")
    assert gb.post("Deposit", body)
