"""Journal entries: balance, lines, names on the ledgers, numbers, currencies."""

import pytest
from books import Books, refused, wire
from journals import DETAIL, credit, debit, post, recognition, recognize

from simulator.entities import settings

EURO, DOLLARS = {"value": "EUR"}, {"value": "USD"}


@pytest.fixture
def books():
    return Books("us")


@pytest.fixture
def foreign():
    """A British company that uses euros and dollars."""
    books = Books("gb")
    assert books.company.multicurrency
    return books


def refuse(books, *lines, **values):
    return refused(post, books, *lines, **values)


def warn(books, value="true"):
    name = "WarnDuplicateJournalNumber"
    with books.company.writing():
        settings.set_other_preference(books.company, name, value)


def retire(books, entity, row):
    values = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
    books.post(entity, {**values, "Active": False})


# --- shape ---


def test_shape(books):
    advisory = books.ref("Class", "Advisory", "FullyQualifiedName")
    west = books.ref("Department", "West", "FullyQualifiedName")
    row = post(
        books,
        {**debit(books, "17.99"), "Description": "November"},
        credit(
            books,
            "17.99",
            ClassRef=advisory,
            DepartmentRef=west,
            entity=("Customer", "Acme"),
        ),
        DocNumber="JE-2026-11",
        PrivateNote="Recognition of November",
    )
    assert list(row) == [
        "Adjustment",
        "TotalAmt",
        "domain",
        "sparse",
        "Id",
        "SyncToken",
        "MetaData",
        "DocNumber",
        "TxnDate",
        "CurrencyRef",
        "PrivateNote",
        "Line",
        "TxnTaxDetail",
    ]
    assert (row["Adjustment"], row["TotalAmt"]) == (False, 0)
    assert (row["TxnDate"], row["TxnTaxDetail"]) == ("2026-11-22", {})
    first, second = row["Line"]
    assert list(first) == ["Id", "Description", "Amount", "DetailType", DETAIL]
    assert [each["Id"] for each in row["Line"]] == ["0", "1"]
    deferred = books.ref("Account", "Deferred Revenue")
    assert wire(first[DETAIL]) == (
        f'{{"PostingType":"Debit","AccountRef":{{"value":"{deferred["value"]}",'
        '"name":"Deferred Revenue"}}'
    )
    detail = second[DETAIL]
    assert list(detail) == [
        "PostingType",
        "Entity",
        "AccountRef",
        "ClassRef",
        "DepartmentRef",
    ]
    acme = books.ref("Customer", "Acme", "DisplayName")
    assert detail["Entity"] == {
        "Type": "Customer",
        "EntityRef": {**acme, "name": "Acme"},
    }
    assert detail["ClassRef"]["name"] == "Advisory"
    assert books.read("JournalEntry", row["Id"]) == row


def test_texts_stay_and_lines_of_zero_go(books):
    text = {"DetailType": "DescriptionOnly", "Description": "see contract"}
    row = post(
        books, debit(books, "5.00"), debit(books, 0), text, credit(books, "5.00")
    )
    kinds = [each["DetailType"] for each in row["Line"]]
    assert kinds == [DETAIL, "DescriptionOnly", DETAIL]
    assert [each["Id"] for each in row["Line"]] == ["0", "1", "2"]
    assert row["Line"][1]["Description"] == "see contract"


def test_what_a_query_may_ask(books):
    row = recognize(books, DocNumber="JE-1", TxnDate="2026-11-01")
    recognize(books, DocNumber="JE-2", TxnDate="2026-12-01")
    assert books.rows("JournalEntry", "where DocNumber = 'je-1'") == [row]
    late = books.rows("JournalEntry", "where TxnDate > '2026-11-15'")
    assert [each["DocNumber"] for each in late] == ["JE-2"]
    for name, words in (
        ("TotalAmt", "is not queryable"),
        ("DepartmentRef", "is not queryable"),
        ("AccountRef", "not found"),
    ):
        text = f"select * from JournalEntry where {name} = '1'"
        error = refused(books.query, text)
        assert error.code == "4001" and words in error.detail


# --- balance ---


@pytest.mark.parametrize(
    ("debits", "credits"),
    [
        (("100.00",), ("99.99",)),
        (("100.00",), ("100.00", "0.01")),
        (("100.00", "100.00"), ()),
        ((), ("100.00",)),
        (("100.00",), (0,)),
        ((0,), (0,)),
        ((0, "1.00"), (0,)),
    ],
)
def test_an_entry_balances_and_has_both_sides(books, debits, credits):
    lines = [debit(books, each) for each in debits]
    lines += [credit(books, each) for each in credits]
    assert refuse(books, *lines).code == "6000"
    assert books.rows("JournalEntry") == []


def test_an_update_cannot_unbalance_either(books):
    row = recognize(books)
    lines = [debit(books, "50.00"), credit(books, "40.00")]
    assert refused(books.sparse, "JournalEntry", row, Line=lines).code == "6000"
    assert books.read("JournalEntry", row["Id"]) == row


@pytest.mark.parametrize(
    ("change", "code", "element"),
    [
        ({"Amount": "-1.00"}, "2090", "Line"),
        ({"Amount": None}, "2020", "Line.Amount"),
        ({"Amount": "1.000001"}, "2090", "Amount"),
        ({"DetailType": None}, "2020", "Line.DetailType"),
        ({"DetailType": "SalesItemLineDetail"}, "6000", ""),
        ({DETAIL: None}, "2020", f"Line.{DETAIL}.PostingType"),
        ({"Unknown": 1}, "2010", None),
    ],
)
def test_bad_lines(books, change, code, element):
    error = refuse(books, {**debit(books, "1.00"), **change}, credit(books, "1.00"))
    assert (error.code, error.element) == (code, element)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"PostingType": None}, "2020"),
        ({"PostingType": "debit"}, "2170"),
        ({"AccountRef": None}, "2020"),
        ({"AccountRef": {"value": "9999"}}, "2500"),
        ({"ClassRef": {"value": "9999"}}, "2500"),
        ({"DepartmentRef": {"value": "9999"}}, "2500"),
        ({"Entity": {"Type": "Customer"}}, "2020"),
        ({"Entity": {"Type": "Customer", "EntityRef": {"value": "9999"}}}, "2500"),
        ({"Entity": {"Type": "Employee", "EntityRef": {"value": "1"}}}, "2500"),
        ({"Entity": {"Type": "Somebody", "EntityRef": {"value": "1"}}}, "2170"),
        # As a deposit writes it.
        ({"Entity": {"value": "1", "type": "CUSTOMER"}}, "2010"),
        ({"ItemRef": {"value": "1"}}, "2010"),
    ],
)
def test_bad_details(books, change, code):
    changed = debit(books, "1.00")
    changed[DETAIL] = {**changed[DETAIL], **change}
    assert refuse(books, changed, credit(books, "1.00")).code == code


def test_lines_are_required(books):
    assert refused(books.post, "JournalEntry", {}).element == "Line"
    assert refuse(books).code == "2020"


# --- updating ---


def test_a_sparse_update_needs_no_more_than_id_and_token(books):
    row = recognize(books, DocNumber="JE-1")
    noted = books.sparse("JournalEntry", row, PrivateNote="checked")
    assert noted["SyncToken"] == "1"
    assert noted["Line"] == row["Line"] and noted["DocNumber"] == "JE-1"
    assert refused(books.sparse, "JournalEntry", row, PrivateNote="x").code == "5010"
    full = {"Id": row["Id"], "SyncToken": "1"}
    assert refused(books.post, "JournalEntry", full).element == "Line"
    full = books.post("JournalEntry", {**full, **recognition(books, "7.00")})
    assert "DocNumber" not in full and "PrivateNote" not in full


def test_lines_keep_their_ids(books):
    row = post(books, debit(books, "3.00"), credit(books, "1.00"), credit(books, 2))
    first, second, third = row["Line"]
    fresh = debit(books, "2.00")
    lines = [{**third, "Amount": "5.00"}, first, fresh]
    row = books.sparse("JournalEntry", row, Line=lines)
    assert [each["Id"] for each in row["Line"]] == ["2", "0", "3"]
    unknown = [{**debit(books, "1.00"), "Id": "77"}, {**second, "Id": "-1"}]
    row = books.sparse("JournalEntry", row, Line=unknown)
    assert [each["Id"] for each in row["Line"]] == ["4", "5"]


def test_delete_and_no_void(books):
    row = recognize(books)
    assert refused(books.void, "JournalEntry", row).code == "500"
    answer = books.delete("JournalEntry", row)["JournalEntry"]
    assert answer["status"] == "Deleted"
    assert refused(books.read, "JournalEntry", row["Id"]).code == "610"
    assert books.rows("JournalEntry") == []


def test_batch_requestid_changes_and_events(books):
    body = recognition(books, DocNumber="JE-1")
    first = books.post("JournalEntry", body, requestid="r-1")
    assert books.post("JournalEntry", body, requestid="r-1") == first
    bad = {**recognition(books), "Line": [debit(books, "1.00")]}
    items = [
        {"bId": "1", "operation": "create", "JournalEntry": body},
        {"bId": "2", "operation": "create", "JournalEntry": bad},
    ]
    good, failed = books.batch(*items).payload["BatchItemResponse"]
    assert good["JournalEntry"]["DocNumber"] == "JE-1"
    assert failed["Fault"]["Error"][0]["code"] == "6000"
    books.delete("JournalEntry", first)
    told = [
        (c.operation, c.qbo_id) for c in books.changes if c.entity == "JournalEntry"
    ]
    second = good["JournalEntry"]["Id"]
    assert told == [
        ("Create", first["Id"]),
        ("Create", second),
        ("Delete", first["Id"]),
    ]
    changed = books.get("cdc", entities="JournalEntry", changedSince="2026-11-22")
    (answer,) = changed["CDCResponse"][0]["QueryResponse"]
    statuses = [(e["Id"], e.get("status")) for e in answer["JournalEntry"]]
    assert statuses == [(second, None), (first["Id"], "Deleted")]


def test_the_bookkeeper_edits_and_deletes(books):
    row = recognize(books)
    act = {"entity": "JournalEntry", "id": row["Id"]}
    lines = recognition(books, "60.00")["Line"]
    edited = books.company.act({**act, "operation": "edit", "values": {"Line": lines}})
    assert [str(each["Amount"]) for each in edited["Line"]] == ["60.00", "60.00"]
    assert edited["SyncToken"] == "1"
    assert books.company.act({**act, "operation": "delete"})["status"] == "Deleted"
    assert books.company.deleted("JournalEntry")


# --- the closed period ---


def test_nothing_happens_up_to_the_closing_date(books):
    old = recognize(books, TxnDate="2026-06-30")
    new = recognize(books, TxnDate="2026-07-01")
    books.company.configure({"book_close_date": "2026-06-30"})
    attempts = [
        lambda: recognize(books, TxnDate="2026-06-30"),
        lambda: books.sparse("JournalEntry", old, PrivateNote="x"),
        lambda: books.sparse("JournalEntry", old, TxnDate="2026-07-01"),
        lambda: books.sparse("JournalEntry", new, TxnDate="2026-06-30"),
        lambda: books.delete("JournalEntry", old),
    ]
    for attempt in attempts:
        assert refused(attempt).code == "6210"
    assert books.read("JournalEntry", old["Id"]) == old
    act = {"entity": "JournalEntry", "operation": "delete", "id": old["Id"]}
    assert books.company.act(act)["status"] == "Deleted"
    assert books.delete("JournalEntry", new)


# --- classes, locations, and what was made inactive ---


def test_classes_count_where_they_are_tracked(books):
    advisory = books.ref("Class", "Advisory", "FullyQualifiedName")
    west = books.ref("Department", "West", "FullyQualifiedName")

    def kept(**accounting):
        values = {"ClassTrackingPerTxn": False, "ClassTrackingPerTxnLine": False}
        accounting = {**values, "TrackDepartments": False, **accounting}
        preferences = {"AccountingInfoPrefs": accounting}
        books.company.configure({"preferences": preferences})
        tagged = credit(books, "1.00", ClassRef=advisory, DepartmentRef=west)
        detail = post(books, debit(books, "1.00"), tagged)["Line"][1][DETAIL]
        return [name for name in ("ClassRef", "DepartmentRef") if name in detail]

    assert kept() == []
    assert kept(ClassTrackingPerTxn=True) == ["ClassRef"]
    assert kept(ClassTrackingPerTxnLine=True) == ["ClassRef"]
    assert kept(TrackDepartments=True) == ["DepartmentRef"]


@pytest.mark.parametrize(
    ("entity", "name"), [("Class", "Training"), ("Account", "Travel")]
)
def test_what_is_inactive_may_stay_and_not_come(books, entity, name):
    target = books.one(entity, name, "FullyQualifiedName")
    reference = {"value": target["Id"]}
    key = "ClassRef" if entity == "Class" else "AccountRef"

    def tagged():
        changed = debit(books, "1.00")
        changed[DETAIL] = {**changed[DETAIL], key: reference}
        return changed

    row = post(books, tagged(), credit(books, "1.00"))
    retire(books, entity, target)
    assert refuse(books, tagged(), credit(books, "1.00")).code == "610"
    row = books.sparse("JournalEntry", row, PrivateNote="kept", Line=row["Line"])
    assert row["Line"][0][DETAIL][key]["value"] == target["Id"]
    books.switch(inactive_reference="not_found")
    error = refuse(books, tagged(), credit(books, "1.00"))
    assert error.code == "2500"


def test_inactive_customers_may_stay_and_not_come(books):
    customer = books.customer("Leaver")
    named = credit(books, "1.00", entity=("Customer", "Leaver"))
    row = post(books, debit(books, "1.00"), named)
    retire(books, "Customer", customer)
    assert refuse(books, debit(books, "1.00"), named).code == "610"
    books.switch(inactive_reference="not_found")
    assert refuse(books, debit(books, "1.00"), named).code == "2500"
    row = books.sparse("JournalEntry", row, PrivateNote="kept")
    assert row["Line"][1][DETAIL]["Entity"]["Type"] == "Customer"


def test_names_follow_their_objects(books):
    customer = books.customer("Before")
    named = credit(books, "1.00", entity=("Customer", "Before"))
    row = post(books, debit(books, "1.00"), named)
    books.sparse("Customer", customer, DisplayName="After")
    detail = books.read("JournalEntry", row["Id"])["Line"][1][DETAIL]
    assert detail["Entity"]["EntityRef"]["name"] == "After"


# --- the ledgers of customers and vendors ---


RECEIVABLE, PAYABLE = "Accounts Receivable (A/R)", "Accounts Payable (A/P)"


def test_the_ledgers_need_a_name(books):
    income = credit(books, "1.00")
    error = refuse(books, debit(books, "1.00", RECEIVABLE), income)
    assert error.code == "6000"
    assert error.detail.endswith(
        "When you use Accounts Receivable, you must choose a customer in the Name "
        "field."
    )
    vendor = ("Vendor", "Ann Smith (V)")
    wrong = debit(books, "1.00", RECEIVABLE, entity=vendor)
    assert refuse(books, wrong, income).code == "6000"
    wrong = debit(books, "1.00", PAYABLE, entity=("Customer", "Acme"))
    assert "choose a vendor in the Name" in refuse(books, wrong, income).detail


def test_the_ledgers_move_what_is_owed(books):
    customer = books.customer("Debtor")
    owed = debit(books, "30.00", RECEIVABLE, entity=("Customer", "Debtor"))
    row = post(books, owed, credit(books, "30.00"))

    def balance():
        return str(books.read("Customer", customer["Id"])["Balance"])

    assert balance() == "30.00"
    lines = recognition(books, "30.00")["Line"]
    row = books.sparse("JournalEntry", row, Line=lines)
    assert balance() == "0"
    row = books.sparse(
        "JournalEntry", row, Line=[owed, credit(books, "30.00", "Travel")]
    )
    assert balance() == "30.00"
    books.delete("JournalEntry", row)
    assert balance() == "0"
    vendor = books.one("Vendor", "Ann Smith (V)", "DisplayName")
    owing = credit(books, "9.00", PAYABLE, entity=("Vendor", "Ann Smith (V)"))
    post(books, debit(books, "9.00"), owing)
    assert str(books.read("Vendor", vendor["Id"])["Balance"]) == "9.00"


def test_one_line_on_the_ledgers(books):
    lines = [
        debit(books, "1.00", RECEIVABLE, entity=("Customer", "Acme")),
        credit(books, "1.00", PAYABLE, entity=("Vendor", "Ann Smith (V)")),
    ]
    assert refuse(books, *lines).code == "6000"
    books.switch(journal_ledger_lines="any")
    assert post(books, *lines)


# --- numbers ---


def test_numbers(books):
    assert "DocNumber" not in recognize(books)
    error = refused(recognize, books, DocNumber="1234567890123456789012")
    assert error.code == "2050"
    row = recognize(books, DocNumber="123456789012345678901")
    assert len(row["DocNumber"]) == 21
    # Nobody warns, and other forms have numbers of their own.
    assert recognize(books, DocNumber=row["DocNumber"])
    warn(books)
    invoice = books.invoice(DocNumber="JE-9")
    fresh = recognize(books, DocNumber=invoice["DocNumber"])
    error = refused(recognize, books, DocNumber="je-9")
    assert error.code == "6140"
    assert f"TxnType=JournalEntry with TxnId={fresh['Id']}" in error.detail
    assert books.sparse("JournalEntry", fresh, PrivateNote="same number")
    body = recognition(books, DocNumber="JE-9")
    assert books.post("JournalEntry", body, include="allowduplicatedocnum")


def test_automatic_numbers_only_when_asked_for(books):
    body = recognition(books)
    row = books.post("JournalEntry", body, include="allowautodocnum")
    assert row["DocNumber"] == "1"
    recognize(books, DocNumber="JE-041")
    accounting = {"AutoJournalEntryNumber": True}
    books.company.configure({"preferences": {"AccountingInfoPrefs": accounting}})
    assert recognize(books)["DocNumber"] == "JE-042"
    kept = {"Id": row["Id"], "SyncToken": "0", **body}
    assert books.post("JournalEntry", kept)["DocNumber"] == "1"


# --- currencies ---


def test_a_currency_and_a_rate(foreign):
    books = foreign
    lines = [debit(books, "100.00", "Deferred income"), credit(books, "100.00")]
    error = refuse(books, *lines)
    assert (error.code, error.element) == ("2020", "CurrencyRef")
    row = post(books, *lines, CurrencyRef=EURO, ExchangeRate="0.85123456")
    assert row["CurrencyRef"]["value"] == "EUR"
    assert str(row["ExchangeRate"]) == "0.8512346"
    assert (row["TotalAmt"], row["HomeTotalAmt"]) == (0, 0)
    assert "Adjustment" not in row
    assert post(books, *lines, CurrencyRef=EURO)["ExchangeRate"] == 1
    home = post(books, *lines, CurrencyRef={"value": "GBP"}, ExchangeRate="3")
    assert home["ExchangeRate"] == 1
    assert refuse(books, *lines, CurrencyRef={"value": "XXX"}).code == "2500"
    row = books.sparse("JournalEntry", row, PrivateNote="x")
    assert row["CurrencyRef"]["value"] == "EUR"
    assert str(row["ExchangeRate"]) == "0.8512346"
    full = {"Id": row["Id"], "SyncToken": row["SyncToken"], "Line": lines}
    row = books.post("JournalEntry", full)
    assert (row["CurrencyRef"]["value"], row["ExchangeRate"]) == ("EUR", 1)


def test_no_foreign_currency_without_multicurrency(books):
    body = recognition(books, CurrencyRef=EURO)
    assert refused(books.post, "JournalEntry", body).code == "6000"


def test_one_foreign_currency(foreign):
    books = foreign
    name = next(
        row["DisplayName"]
        for row in books.company.objects("Customer")
        if row["CurrencyRef"]["value"] == "EUR"
    )
    kind = "AccountsReceivable"
    account = {"AccountSubType": kind, "CurrencyRef": EURO, "Name": "Debtors - EUR"}
    books.post("Account", account)
    income = credit(books, "1.00")

    def owed(account):
        return debit(books, "1.00", account, entity=("Customer", name))

    euros, dollars = ({"CurrencyRef": each} for each in (EURO, DOLLARS))
    assert post(books, owed("Debtors - EUR"), income, **euros)
    assert refuse(books, owed("Debtors - EUR"), income, **dollars).code == "6000"
    # The ledger and the name on it are in one currency.
    assert refuse(books, owed("Debtors"), income, **euros).code == "6000"
    named = credit(books, "1.00", entity=("Customer", name))
    plain = debit(books, "1.00", "Deferred income")
    assert post(books, plain, named, **euros)
    assert refuse(books, plain, named, **dollars).code == "6000"
    bank = {"AccountSubType": "Checking", "CurrencyRef": EURO, "Name": "Euro bank"}
    books.post("Account", bank)
    paid = debit(books, "1.00", "Euro bank")
    assert post(books, paid, income, **euros)
    assert refuse(books, paid, income, **dollars).code == "6000"


# --- tax, France ---


def test_tax_is_refused_as_it_has_no_books(foreign):
    books = foreign
    code = books.ref("TaxCode", "20.0% S")
    pounds = {"CurrencyRef": {"value": "GBP"}}
    plain = debit(books, "1.00", "Deferred income")
    taxed = {"TaxCodeRef": code}
    for name, value in (("TaxApplicableOn", "Sales"), ("TaxAmount", "0.20")):
        error = refuse(books, plain, credit(books, "1.00", **taxed), **pounds)
        assert (error.code, error.element) == ("2020", name)
        taxed[name] = value
    error = refuse(books, plain, credit(books, "1.00", **taxed), **pounds)
    assert error.code == "6000" and "no books here" in error.detail
    detail = {"TotalTax": "1.00"}
    error = refuse(books, plain, credit(books, 1), TxnTaxDetail=detail, **pounds)
    assert error.code == "6000"
    assert post(books, plain, credit(books, "1.00"), TxnTaxDetail={}, **pounds)


def test_australia_wants_the_gross_amount():
    books = Books("au")
    taxed = {"TaxCodeRef": books.ref("TaxCode", "GST"), "TaxAmount": "0.10"}
    lines = [
        debit(books, "1.00", "Bank charges"),
        credit(books, "1.00", **taxed, TaxApplicableOn="Sales"),
    ]
    error = refuse(books, *lines, GlobalTaxCalculation="TaxInclusive")
    assert error.element == "TaxInclusiveAmt"


def test_us_lines_lose_their_tax_codes(books):
    coded = credit(books, "1.00", TaxCodeRef={"value": "NON"})
    row = post(books, debit(books, "1.00"), coded)
    assert "TaxCodeRef" not in row["Line"][1][DETAIL]


def test_france_needs_a_journal_on_each_line():
    books = Books("fr")
    codes = {row["Name"]: row for row in books.rows("JournalCode")}
    assert codes["OD"]["Type"] == "Others" and len(codes) == 6
    journal = {"JournalCodeRef": {"value": codes["OD"]["Id"]}}
    values = {"CurrencyRef": EURO} if books.company.multicurrency else {}

    def entry(**on_credit):
        return (
            debit(books, "1.00", "Produits constatés d'avance", **journal),
            credit(books, "1.00", "Prestations de services", **on_credit),
        )

    error = refuse(books, *entry(), **values)
    assert (error.code, error.element) == ("2020", "JournalCodeRef")
    row = post(books, *entry(**journal), **values)
    assert row["Line"][0][DETAIL]["JournalCodeRef"]["name"] == "OD"
    unknown = {"JournalCodeRef": {"value": "99"}}
    assert refuse(books, *entry(**unknown), **values).code == "2500"


def test_journal_codes():
    books = Books("fr")
    row = books.post("JournalCode", {"Name": "PR", "Type": "Wages"})
    assert row["Active"] is True
    kept = books.sparse("JournalCode", row, Description="Paie", Type="Cash")
    assert (kept["Type"], kept["Description"]) == ("Wages", "Paie")
    assert refused(books.post, "JournalCode", {"Name": "pr"}).code == "6240"
    assert refused(books.post, "JournalCode", {"Name": "P"}).code == "2050"
    elsewhere = Books("us")
    assert refused(elsewhere.post, "JournalCode", {"Name": "PR"}).code == "5030"
    assert elsewhere.rows("JournalCode") == []


def test_deposits_take_no_journal_entries(books):
    row = recognize(books)
    account = books.ref("Account", "Checking")
    link = {"TxnId": row["Id"], "TxnType": "JournalEntry", "TxnLineId": "0"}
    body = {
        "DepositToAccountRef": account,
        "Line": [{"Amount": "1.00", "LinkedTxn": [link]}],
    }
    assert refused(books.post, "Deposit", body).code == "620"
