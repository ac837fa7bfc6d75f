"""Times, addresses, waits and texts of queries."""

import random
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online import const
from quickbooks_online.exceptions import QboConfigurationError
from quickbooks_online.tools import payload
from quickbooks_online.tools.backoff import backoff
from quickbooks_online.tools.endpoints import get_endpoints
from quickbooks_online.tools.moments import format_moment, parse_moment
from quickbooks_online.tools.selects import (
    Pager,
    build_count,
    build_select,
    quote,
    quote_list,
)


class TestMoments:
    @pytest.mark.parametrize(
        "text, expected",
        [
            ("2025-10-07T19:59:07.034359333Z", datetime(2025, 10, 7, 19, 59, 7, 34359)),
            ("2015-10-05T14:42:19-0700", datetime(2015, 10, 5, 21, 42, 19)),
            ("2020-09-29T06:02:35.106-07:00", datetime(2020, 9, 29, 13, 2, 35, 106000)),
            ("2016-10-05T03:09:04.000Z", datetime(2016, 10, 5, 3, 9, 4)),
            ("2026-11-22T10:00:00.5+0530", datetime(2026, 11, 22, 4, 30, 0, 500000)),
            ("2026-11-22 10:00:00", datetime(2026, 11, 22, 10)),
            ("2026-11-22T10:00+01", datetime(2026, 11, 22, 9)),
            (" 2026-11-22 ", datetime(2026, 11, 22)),
            (1601391072830, datetime(2020, 9, 29, 14, 51, 12, 830000)),
            ("2026-02-30T00:00:00Z", None),
            ("0001-01-01T00:00:00+14:00", None),
            ("9999-12-31T23:59:59-14:00", None),
            ("2026-11-22T10:00:00+99:99", None),
            ("2026-11-22T25:00:00Z", None),
            ("２０２６-11-22", None),
            (10**30, None),
            ("", None),
            ("soon", None),
            (None, None),
            (True, None),
            ([], None),
            (Decimal("1.5"), None),
        ],
    )
    def test_parse(self, text, expected):
        assert parse_moment(text) == expected

    @given(st.datetimes(min_value=datetime(1000, 1, 1)))
    def test_round_trip(self, moment):
        found = parse_moment(format_moment(moment))
        assert timedelta() <= moment - found < timedelta(milliseconds=1)

    def test_format_says_the_zone(self):
        pacific = timezone(timedelta(hours=-8))
        assert (
            format_moment(datetime(2026, 1, 2, 3, 4, 5)) == "2026-01-02T03:04:05.000Z"
        )
        aware = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=pacific)
        assert format_moment(aware) == "2026-01-02T11:04:05.678Z"

    @given(st.text(max_size=30))
    def test_any_text(self, text):
        found = parse_moment(text)
        assert found is None or found.tzinfo is None


class TestEndpoints:
    def test_intuit(self):
        sandbox, production = (get_endpoints(each, {}) for each in const.ENVIRONMENTS)
        assert sandbox.api == "https://sandbox-quickbooks.api.intuit.com/v3"
        assert production.api == "https://quickbooks.api.intuit.com/v3"
        assert sandbox.token == production.token
        assert sandbox.app == "https://app.sandbox.qbo.intuit.com"
        assert sandbox.userinfo != production.userinfo

    def test_base_url(self):
        environ = {"QUICKBOOKS_ONLINE_BASE_URL": " http://127.0.0.1:9411/ "}
        for environment in const.ENVIRONMENTS:
            found = vars(get_endpoints(environment, environ))
            assert found == {
                "authorize": "http://127.0.0.1:9411/connect/oauth2",
                "token": "http://127.0.0.1:9411/oauth2/v1/tokens/bearer",
                "revoke": "http://127.0.0.1:9411/v2/oauth2/tokens/revoke",
                "userinfo": "http://127.0.0.1:9411/v1/openid_connect/userinfo",
                "api": "http://127.0.0.1:9411/v3",
                "app": "http://127.0.0.1:9411",
            }

    def test_the_servers_environment_is_read(self, monkeypatch):
        monkeypatch.setenv("QUICKBOOKS_ONLINE_BASE_URL", "https://sim.example")
        assert get_endpoints("sandbox").api == "https://sim.example/v3"
        monkeypatch.delenv("QUICKBOOKS_ONLINE_BASE_URL")
        assert "intuit" in get_endpoints("sandbox").api

    @pytest.mark.parametrize(
        "base",
        [
            "localhost:9411",
            "ftp://x",
            "http://",
            "http://u:p@x",
            "http://x?a",
            "http://x:0",
        ]
        + ["http://x:99999", "http://[x", "http://x#a"],
    )
    def test_no_address(self, base):
        with pytest.raises(QboConfigurationError) as caught:
            get_endpoints("sandbox", {"QUICKBOOKS_ONLINE_BASE_URL": base})
        assert "QUICKBOOKS_ONLINE_BASE_URL" in str(caught.value)

    def test_unknown_environment(self):
        with pytest.raises(ValueError):
            get_endpoints("staging", {})


class TestBackoff:
    @given(attempt=st.integers(-3, 50), seed=st.integers(0, 1000))
    def test_bounds(self, attempt, seed):
        found = backoff(attempt, random.Random(seed).random)
        table = const.BACKOFF_SECONDS
        assert 0.5 <= found <= table[min(max(attempt, 1), len(table)) - 1]

    def test_grows_and_spreads(self):
        ends = [backoff(attempt, lambda: 0.999999) for attempt in range(1, 12)]
        assert ends == sorted(ends)
        assert backoff(3, lambda: 0.0) == 0.5
        assert len({backoff(3) for _number in range(20)}) > 1


class TestPayload:
    def test_decimals_are_numbers(self):
        body = payload.dump(
            {"a": Decimal("0.30"), "b": Decimal("100"), "c": "é😀", "d": 1}
        )
        assert body == b'{"a":0.30,"b":100,"c":"\\u00e9\\ud83d\\ude00","d":1}'
        assert payload.load(body)["a"] == Decimal("0.30")

    @pytest.mark.parametrize(
        "value", [0.1, [{"a": 0.1}], {1: "a"}, {"a": {1}}, object()]
    )
    def test_refused(self, value):
        with pytest.raises(TypeError):
            payload.dump({"x": value})

    @pytest.mark.parametrize("value", ["NaN", "-Infinity"])
    def test_no_number(self, value):
        with pytest.raises(ValueError):
            payload.dump({"x": [Decimal(value)]})


def read_literal(text):
    r"""What QuickBooks reads from a literal: a backslash takes the next one."""
    assert text[0] == text[-1] == "'"
    value, index = [], 1
    while index < len(text) - 1:
        assert text[index] != "'", "the literal ends early"
        index += text[index] == "\\"
        assert index < len(text) - 1, "the closing quote is swallowed"
        value.append(text[index])
        index += 1
    return "".join(value)


class TestSelects:
    @given(
        value=st.text(alphabet=st.sampled_from(list("a'\\ é%")), max_size=12)
        | st.text()
    )
    def test_quote_is_read_back(self, value):
        assert read_literal(quote(value)) == value

    def test_quote(self):
        assert quote("O'Brien \\ Co") == "'O\\'Brien \\\\ Co'"
        assert quote(True) == "true"
        assert quote(Decimal("1.50")) == "'1.50'"
        assert quote_list(["1", "O'B"]) == "('1', 'O\\'B')"
        with pytest.raises(ValueError):
            quote_list([])

    def test_select(self):
        assert build_select("Customer", "Active IN (true, false)", 1001, 500) == (
            "SELECT * FROM Customer WHERE Active IN (true, false) ORDERBY Id "
            "STARTPOSITION 1001 MAXRESULTS 500"
        )
        assert build_select("Item").startswith("SELECT *, Sku FROM Item ORDERBY Id ")
        changed = build_select("Payment", order="MetaData.LastUpdatedTime")
        assert " ORDERBY MetaData.LastUpdatedTime STARTPOSITION 1 " in changed
        assert build_count("Item", "Type = 'Service'") == (
            "SELECT COUNT(*) FROM Item WHERE Type = 'Service'"
        )
        for start, size in ((0, 10), (1, 0), (1, 1001)):
            with pytest.raises(ValueError):
                build_select("Item", "", start, size)


class Books:
    """A list that others change while it is read."""

    def __init__(self, rows, vanish=None, extra=0, cap=10_000):
        self.rows = list(range(rows))
        self.vanish = dict(vanish or {})
        self.extra, self.cap = extra, cap
        self.calls = 0

    def page(self, start, size):
        """One page; then what vanishes after it does."""
        self.calls += 1
        size = min(size + self.extra, self.cap)
        rows = [{"Id": str(each)} for each in self.rows[start - 1 : start - 1 + size]]
        for gone in self.vanish.pop(self.calls, ()):
            self.rows = [each for each in self.rows if each != gone]
        return rows


def read_all(books, size):
    pager, found = Pager("Customer", "", size), []
    while not pager.done:
        found += [int(row["Id"]) for row in pager.add(books.page(pager.start, size))]
        assert books.calls < 500
    return found


class TestPager:
    @given(rows=st.integers(0, 60), size=st.integers(1, 20), extra=st.integers(0, 2))
    def test_each_row_once(self, rows, size, extra):
        found = read_all(Books(rows, extra=extra), size)
        assert sorted(found) == list(range(rows))

    def test_no_call_more_than_needed(self):
        for rows, calls in ((0, 1), (9, 1), (10, 2), (18, 2), (19, 3)):
            books = Books(rows)
            read_all(books, 10)
            assert books.calls == calls, rows

    @given(
        rows=st.integers(0, 60),
        size=st.integers(2, 15),
        gone=st.dictionaries(
            st.integers(1, 6), st.lists(st.integers(0, 60), max_size=9), max_size=5
        ),
    )
    def test_nothing_is_lost_when_rows_vanish(self, rows, size, gone):
        books = Books(rows, vanish=gone)
        found = read_all(books, size)
        assert len(found) == len(set(found))
        assert set(books.rows) <= set(found)

    def test_a_cut_page_is_not_the_last(self):
        pager = Pager("Customer", "", 1000)
        pager.add([{"Id": str(number)} for number in range(940)], may_be_cut=True)
        assert not pager.done and pager.start == 940
        pager.add([{"Id": "939"}])
        assert pager.done

    def test_rows_without_an_id(self):
        pager = Pager("ExchangeRate", "", 5)
        assert len(pager.add([{"Rate": 1}, {"Rate": 2}])) == 2
        assert pager.done
