"""The query language: what it finds and what it refuses."""

import pytest
from books import Books, refused
from hypothesis import given
from hypothesis import strategies as st

from simulator import query_language
from simulator.entities.registry import EMPTY
from simulator.query import parse_time
from simulator.store import fold


@pytest.fixture(scope="module")
def books():
    return Books("us")


def detail(books, text):
    error = refused(books.query, text)
    return error.code, error.detail


# --- the text ---


@given(st.text(max_size=60))
def test_every_value_survives_escaping(value):
    literal = f"'{query_language.escape(value)}'"
    query = query_language.parse(f"select * from Customer where Notes = {literal}")
    assert query.conditions[0].values[0].value == value


@given(st.text(max_size=40))
def test_any_text_parses_or_is_refused_with_4000(text):
    try:
        query_language.parse(text)
    except query_language.faults.Fault as fault:
        assert fault.errors[0].code == "4000"


def test_lexical_error_names_the_place(books):
    code, text = detail(books, "select * from Customer where DisplayName = %")
    assert code == "4000"
    assert text == (
        "QueryParserError: Invalid content. Lexical error at line 1, column 44.  "
        'Encountered: "%" (37), after : ""'
    )


def test_doubled_apostrophe_is_no_escape(books):
    code, text = detail(books, "select * from Customer where DisplayName = 'O''Brien'")
    assert code == "4000"
    assert text.startswith("QueryParserError: Encountered ")
    assert '"startposition" ...' in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "select",
        "select * from",
        "select * Customer",
        "selec * from Customer",
        "select * from Customer where",
        "select * from Customer where Active = true or Active = false",
        "select * from Customer where not Active = true",
        "select * from Customer where (Active = true)",
        'select * from Customer where DisplayName = "Acme"',
        "select * from Customer where DisplayName = 'Acme",
        "select * from Customer where DisplayName = 'a\\b'",
        "select * from Customer where DisplayName is null",
        "select * from Customer where DisplayName in ()",
        "select * from Customer;",
        "select * from Customer group by Active",
        "select * from Customer maxresults ten",
        "select * from Customer startposition '1'",
        "select * from Customer maxresults 1 maxresults 2",
        "delete from Customer",
        "select count(Id) from Customer",
    ],
)
def test_syntax_is_4000(books, text):
    assert refused(books.query, text).code == "4000"


WORDS = st.sampled_from(
    [
        *("select", "*", "count", "(", ")", "from", "Customer", "where", "Active"),
        *("=", "true", "'x'", "5", "in", "like", "and", "orderby", "order", "by"),
        *("desc", "startposition", "maxresults", ",", "<"),
    ]
)


@given(st.lists(WORDS, max_size=12))
def test_any_words_parse_or_are_refused_with_4000(words):
    try:
        query_language.parse(" ".join(words))
    except query_language.faults.Fault as fault:
        assert fault.errors[0].code == "4000"


# --- validation ---


def test_unknown_entity(books):
    assert detail(books, "select * from Custmoer") == (
        "4001",
        "QueryValidationError: invalid context declaration: Custmoer",
    )


def test_not_queryable_and_not_found(books):
    assert detail(books, "select * from Customer where Taxable = true") == (
        "4001",
        "QueryValidationError: property 'Taxable' is not queryable",
    )
    assert detail(books, "select * from Customer where Foo = '1'") == (
        "4001",
        "QueryValidationError: Property Foo not found for Entity Customer",
    )
    assert detail(books, "select Id, BillAddr from Customer") == (
        "4001",
        "QueryValidationError: Property BillAddr not found for Entity Customer",
    )
    assert detail(books, "select ParentRef from Item")[0] == "4001"
    assert detail(books, "select * from Invoice where DepartmentRef = '1'")[1] == (
        "QueryValidationError: property 'DepartmentRef' is not queryable"
    )
    assert detail(books, "select * from Payment where UnappliedAmt != '0'")[1] == (
        "QueryValidationError: property 'UnappliedAmt' is not queryable"
    )


@pytest.mark.parametrize(
    "where",
    [
        "where Active = 'yes'",
        "where Balance > 'much'",
        "where MetaData.LastUpdatedTime > 'yesterday'",
        "where Id > '3'",
        "where Id like '3%'",
        "where Balance like '3%'",
        "where DisplayName != 'Acme'",
        "orderby Notes",
        "startposition 0",
        "startposition -1",
        "maxresults 0",
    ],
)
def test_values_and_operators_are_validated(books, where):
    assert refused(books.query, f"select * from Customer {where}").code == "4001"


def test_position_zero_in_words(books):
    assert detail(books, "select * from Customer startposition 0")[1] == (
        "QueryValidationError: value 0 is too small. Min allowed value is 1"
    )


def test_memory_only_filters_need_the_switch():
    text = "select * from Customer where Job = true"
    assert refused(Books("us").query, text).code == "4001"
    found = Books("us", lenient_query=True).query(text)
    assert {row["DisplayName"] for row in found["Customer"]} == {
        "55 Twin Lane",
        "Phase 2",
    }


# --- finding ---


def names(books, where):
    return [row["DisplayName"] for row in books.rows("Customer", where)]


@pytest.mark.parametrize("profile", ["us", "gb"])
def test_every_seeded_name_is_found_by_itself(profile):
    books = Books(profile)
    for row in books.company.objects("Customer"):
        literal = query_language.escape(row["DisplayName"])
        text = f"where DisplayName = '{literal}' and Active in (true, false)"
        assert names(books, text) == [row["DisplayName"]]


def test_equality_ignores_case(books):
    assert names(books, "where displayname = 'aCmE'") == ["Acme"]
    assert names(books, "where DisplayName in ('ACME', 'null')") == ["NULL", "Acme"]
    assert names(books, "where PrimaryEmailAddr = 'ANN.SMITH@example.com'") == [
        "Ann Smith"
    ]


def test_like_knows_only_percent(books):
    assert names(books, "where DisplayName like 'under_%'") == ["Under_score_ Ltd"]
    assert names(books, "where DisplayName like '%ll%rey'") == []
    assert "Acme" in names(books, "where DisplayName like '%C%E'")
    assert names(books, "where DisplayName like 'Acm'") == []
    assert names(books, "where DisplayName like 'ac%cme'") == []


@given(st.lists(st.text(alphabet="ab%", max_size=6), min_size=2, max_size=2))
def test_like_agrees_with_a_slow_definition(pair):
    from simulator.query import _fits

    value, pattern = pair[0].replace("%", "b"), pair[1]

    def fits(text, wanted):
        if not wanted:
            return not text
        if wanted[0] == "%":
            return any(fits(text[n:], wanted[1:]) for n in range(len(text) + 1))
        return bool(text) and text[0] == wanted[0] and fits(text[1:], wanted[1:])

    assert _fits(value, pattern.split("%")) == fits(value, pattern)


def test_only_active_unless_asked(books):
    assert names(books, "where DisplayName like 'Closed%'") == []
    assert names(books, "where DisplayName like 'Closed%' and Active = false") == [
        "Closed Shop (deleted)"
    ]
    assert len(names(books, "where Active in (true, false) maxresults 1000")) == 30


def test_times_are_compared_as_moments(books):
    row = books.one("Customer", "Acme", "DisplayName")
    assert row["MetaData"]["CreateTime"] == "2025-06-02T09:09:00-07:00"
    same = "where MetaData.CreateTime = '2025-06-02T16:09:00Z' and Id = '{}'"
    assert names(books, same.format(row["Id"])) == ["Acme"]
    assert names(books, "where Metadata.CreateTime > '2025-06-02T09:09:00'") == []
    assert len(names(books, "where MetaData.CreateTime >= '2025-06-02T09:09:00'")) == 29
    assert len(names(books, "where MetaData.LastUpdatedTime > '2025-06-02'")) == 29


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-01-15T12:00:00", "2026-01-15T20:00:00Z"),
        ("2026-07-15T12:00:00", "2026-07-15T19:00:00Z"),
        ("2026-07-15", "2026-07-15T07:00:00+00:00"),
        ("2026-07-15T12:00:00.39-07:00", "2026-07-15T19:00:00.390Z"),
    ],
)
def test_times_without_offset_are_pacific(text, same):
    assert parse_time(text) == parse_time(same)


@pytest.mark.parametrize("text", ["2026-13-01", "20260115", "2026-01-15 12:00:00", ""])
def test_what_is_no_time(text):
    with pytest.raises(ValueError):
        parse_time(text)


def test_references_by_value():
    books = Books("us")
    customer = books.one("Customer", "Acme", "DisplayName")
    invoice = books.invoice(customer=customer, TxnDate="2026-11-01", DocNumber="A-1")
    books.invoice(customer=books.customer())
    where = f"where CustomerRef = '{customer['Id']}'"
    assert [row["Id"] for row in books.rows("Invoice", where)] == [invoice["Id"]]
    assert books.rows("Invoice", "where DocNumber = 'a-1'") != []
    assert len(books.rows("Invoice", "where TxnDate < CURRENT_DATE")) == 1
    assert len(books.rows("Invoice", "where Balance > '99.99'")) == 2
    assert len(books.rows("Invoice", "where Balance > 100")) == 0


# --- order, pages, projections ---


def test_order_and_pages(books):
    whole = names(books, "orderby DisplayName desc maxresults 1000")
    assert whole == sorted(whole, key=fold, reverse=True)
    paged = []
    for start in range(1, 40, 7):
        paged += names(
            books, f"Order By DisplayName DESC STARTPOSITION {start} MAXRESULTS 7"
        )
    assert paged == whole
    ids = [int(row["Id"]) for row in books.rows("Customer", "orderby Id desc")]
    assert ids == sorted(ids, reverse=True)


def test_default_and_largest_page():
    books = Books("us")
    with books.company.writing():
        for number in range(1100):
            entity = books.company.entity("Customer")
            entity.write(books.company, {"DisplayName": f"Many {number:04d}"})
    assert books.query("select * from Customer")["maxResults"] == 100
    page = books.query("select * from Customer maxresults 5000")
    assert (page["maxResults"], len(page["Customer"])) == (1000, 1000)
    page = books.query("select * from Customer startposition 1001 maxresults 1000")
    assert (page["startPosition"], page["maxResults"]) == (1001, 129)
    assert books.query("select count(*) from Customer") == {"totalCount": 1129}
    books.company.configure({"switches": {"max_results_over": "reject"}})
    text = "select * from Customer maxresults 1001"
    assert refused(books.query, text).code == "4001"


def test_nothing_found_has_no_keys(books):
    answer = books.get("query", query="select * from Customer where Id = '99999'")
    assert answer["QueryResponse"] == {}
    assert books.query("select * from Customer startposition 500") == {}
    assert books.query("select * from Bill") == {}


def test_projection_returns_what_was_asked(books):
    text = "select Id, DisplayName, MetaData.CreateTime from Customer where Id = '8'"
    (row,) = books.query(text)["Customer"]
    assert list(row) == ["domain", "sparse", "Id", "MetaData", "DisplayName"]
    assert row["sparse"] is True
    assert list(row["MetaData"]) == ["CreateTime"]


def test_star_with_more_returns_everything(books):
    (row,) = books.query("select *, Sku from Item where Name = 'Workbook'")["Item"]
    assert row["Sku"] == "WB-1"
    assert row["Type"] == "NonInventory"


def test_total_count_as_documented(books):
    assert books.query("select * from Class")["totalCount"] == 5
    assert books.query("select * from TaxCode maxresults 2")["totalCount"] == 2
    assert "totalCount" not in books.query("select * from Customer")
    always = Books("us", total_count="always")
    assert always.query("select * from Customer")["totalCount"] == 29


def test_query_in_the_body(books):
    body = b"select * from Customer where DisplayName = 'O\\'Brien & Sons'"
    answer = books.call("POST", "query", body, content_type="application/text")
    assert answer.payload["QueryResponse"]["maxResults"] == 1
    assert answer.metered == 1


def test_one_element_lists(books):
    assert len(books.rows("CompanyInfo")) == 1
    assert (
        books.query("select * from Preferences startposition 1 maxresults 5")[
            "Preferences"
        ][0]["Id"]
        == "1"
    )


def test_newest_first_is_a_switch():
    books = Books("us", default_order="newest")
    ids = [int(row["Id"]) for row in books.rows("Customer")]
    assert ids == sorted(ids, reverse=True)


# --- entities without books ---


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("from Deposit where TotalAmt > '1'", "property 'TotalAmt' is not queryable"),
        ("from Deposit where Foo = '1'", "Property Foo not found for Entity Deposit"),
        ("from Bill orderby PrivateNote", "property 'PrivateNote' is not sortable"),
        ("from Bill where TxnDate > 'soon'", "value soon is not valid"),
        ("from Bill where Id like '1%'", "operator like is not supported"),
        ("from Purchase where DepartmentRef = '1'", "'DepartmentRef' is not queryable"),
        ("from Purchase where EntityRef = '1'", "'EntityRef' is not queryable"),
        ("from Purchase where AccountRef = '1'", "'AccountRef' is not queryable"),
        ("from VendorCredit orderby Balanc", "Property Balanc not found"),
        ("from Employee where Foo = 'x'", "Property Foo not found for Entity Employee"),
        ("from JournalEntry where AccountRef = '1'", "Property AccountRef not found"),
        ("from Bill where CustomerRef = '1'", "Property CustomerRef not found"),
        ("from Attachable where Foo = '1'", "Property Foo not found"),
    ],
)
def test_entities_without_books_are_validated(books, text, words):
    code, found = detail(books, f"select * {text}")
    assert code == "4001" and words in found


@pytest.mark.parametrize(
    "text",
    [
        "from Bill where VendorRef = '1' and Balance > '0' orderby DueDate desc",
        "from Deposit where TxnDate > '2026-01-01' orderby MetaData.LastUpdatedTime",
        "from JournalEntry where DocNumber = '1' and Id in ('1', '2')",
        "from Employee where Active = true and DisplayName like 'A%'",
        "from VendorCredit where TotalAmt > 5 orderby Balance",
        "from Attachable where AttachableRef.EntityRef.Type = 'invoice' "
        "and attachableref.entityref.value = '95'",
    ],
)
def test_entities_without_books_are_empty(books, text):
    assert books.query(f"select * {text}") == {}
    assert books.query(f"select count(*) {text}") == {"totalCount": 0}


@pytest.mark.parametrize("name", EMPTY)
def test_every_entity_without_books_has_its_envelope(books, name):
    where = "where MetaData.LastUpdatedTime > '2026-01-01' orderby Id"
    assert books.query(f"select Id, SyncToken from {name} {where}") == {}
    assert refused(books.query, f"select * from {name} where Foo = '1'").code == "4001"


# --- extremes ---


@pytest.mark.parametrize(
    "rest",
    [
        f"startposition {10**30}",
        f"maxresults {10**30}",
        f"startposition {'9' * 5000}",
        f"maxresults -{'9' * 5000}",
        f"maxresults {'0' * 5000}",
        f"where Id = '{'9' * 5000}'",
        "where Id = '²'",
        "where MetaData.CreateTime > '0001-01-01T00:00:00+14:00'",
        "where MetaData.CreateTime > '9999-12-31T23:59:59-14:00'",
        "where MetaData.CreateTime > '0001-01-01'",
        "where MetaData.CreateTime > '9999-12-31'",
    ],
)
def test_extremes_never_crash(books, rest):
    try:
        books.query(f"select * from Customer {rest}")
    except query_language.faults.Fault as fault:
        assert fault.errors[0].code == "4001"
    else:
        assert rest.endswith("-31'")


# --- tax codes and exchange rates ---


def test_pseudo_tax_codes_are_found():
    books = Books("us_manual")

    def ids(rest):
        return [row["Id"] for row in books.rows("TaxCode", rest)]

    assert ids("where Name = 'tax'") == ["TAX"]
    assert ids("where Id in ('TAX', '2')") == ["TAX", "2"]
    assert ids("where Id = 'NON'") == ["NON"]
    assert ids("where Id = '2'") == ["2"]
    assert ids("where Active in (true, false)")[:2] == ["TAX", "NON"]
    assert ids("where Active = true") == ids("")
    assert ids("orderby Id") == ids("")
    assert refused(ids, "where Id > '2'").code == "4001"
    assert Books("gb").rows("TaxCode", "where Name = 'TAX'") == []


def test_exchange_rates_by_currency():
    books = Books("gb")
    where = "where SourceCurrencyCode {} and AsOfDate = '2026-11-01'"
    assert len(books.rows("ExchangeRate", where.format("= 'EUR'"))) == 1
    assert len(books.rows("ExchangeRate", where.format("in ('EUR', 'GBP')"))) == 2
    for condition in ("like 'E%'", "> 'A'", "<= 'Z'"):
        text = f"select * from ExchangeRate {where.format(condition)}"
        assert refused(books.query, text).code == "4001"
