"""The client against answers of every kind."""

import json
import pickle
import threading
import traceback
from datetime import datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from bodies import DUPLICATE_NAME, PAGE, THROTTLED, TOKEN, UNAUTHORIZED, fault
from quickbooks.objects.customer import Customer
from quickbooks_online import exceptions
from quickbooks_online.tools.client import QboClient
from quickbooks_online.tools.endpoints import get_endpoints
from quickbooks_online.tools.faults import build_fault
from stub import TID, Adapter

REALM = "9341450000000001"
BASE = f"/v3/company/{REALM}"


class Company:
    """A client on canned answers, and what it did."""

    def __init__(self, *answers, environment="sandbox", **options):
        self.adapter = Adapter(*answers)
        self.calls, self.takes = [], []
        options = {"take": self.takes.append, "on_call": self.calls.append, **options}
        self.client = QboClient.create(
            get_endpoints(environment, {}),
            REALM,
            environment,
            TOKEN,
            adapter=self.adapter,
            **options,
        )

    @property
    def sent(self):
        """The last request: method, path, parameters, body."""
        request = self.adapter.requests[-1]
        parts = urlsplit(request.url)
        values = {key: each for key, (each,) in parse_qs(parts.query).items()}
        body = request.body
        return request.method, parts.path, values, body and body.decode()


def fail(company, call):
    """The error of a call, checked for the token."""
    with pytest.raises(exceptions.QboError) as caught:
        call(company.client)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert TOKEN not in shown and "eyJ" not in shown
    assert caught.value.__context__ is None
    return caught.value


def read_customer(client):
    return client.read("Customer", "12")


def create_customer(client):
    return client.create_entity("Customer", {"DisplayName": "A"}, "r-1")


class TestRequests:
    def test_read(self):
        company = Company((200, '{"Customer":{"Id":"12","Balance":200.00},"time":"x"}'))
        found = company.client.read("Customer", "12")
        assert found == {"Id": "12", "Balance": Decimal("200.00")}
        assert str(found["Balance"]) == "200.00"
        assert company.sent == (
            "GET",
            f"{BASE}/customer/12",
            {"minorversion": "75"},
            None,
        )
        headers = company.adapter.requests[0].headers
        assert headers["Accept"] == "application/json"
        assert headers["Authorization"] == f"Bearer {TOKEN}"
        assert company.adapter.timeouts == [(5, 30)]
        assert company.takes == ["request"]

    def test_hosts(self):
        for environment, host in (
            ("sandbox", "sandbox-quickbooks.api.intuit.com"),
            ("production", "quickbooks.api.intuit.com"),
        ):
            company = Company((200, {"Preferences": {}}), environment=environment)
            company.client.get_preferences()
            assert urlsplit(company.adapter.requests[0].url).hostname == host

    def test_an_id_cannot_leave_its_place(self):
        company = Company((200, {"Customer": {}}))
        company.client.read("Customer", "../invoice/1?x=&é")
        assert company.sent[1] == f"{BASE}/customer/..%2Finvoice%2F1%3Fx%3D%26%C3%A9"

    def test_company_info_and_preferences(self):
        company = Company(
            (200, {"CompanyInfo": {"Id": "1"}}), (200, {"Preferences": {"Id": "1"}})
        )
        assert company.client.get_company_info() == {"Id": "1"}
        assert company.sent[1] == f"{BASE}/companyinfo/{REALM}"
        assert company.client.get_preferences() == {"Id": "1"}
        assert company.sent[1] == f"{BASE}/preferences"

    def test_create(self):
        answer = {"Invoice": {"Id": "7", "TotalAmt": Decimal("0.30")}}
        company = Company((200, answer))
        payload = {"Line": [{"Amount": Decimal("0.30"), "Note": "é"}], "n": 1}
        found = company.client.create_entity("Invoice", payload, "r-1")
        assert found == answer["Invoice"]
        assert company.sent == (
            "POST",
            f"{BASE}/invoice",
            {"minorversion": "75", "requestid": "r-1"},
            '{"Line":[{"Amount":0.30,"Note":"\\u00e9"}],"n":1}',
        )
        headers = company.adapter.requests[0].headers
        assert headers["Content-Type"] == "application/json"

    def test_update(self):
        company = Company((200, {"Invoice": {"Id": "7"}}))
        values = {"Id": "7", "SyncToken": "0", "PrivateNote": "x"}
        company.client.update("Invoice", values, "r-2")
        method, path, parameters, body = company.sent
        assert (method, path, parameters["requestid"]) == (
            "POST",
            f"{BASE}/invoice",
            "r-2",
        )
        assert json.loads(body) == {**values, "sparse": True}
        assert "sparse" not in values
        for missing in ("Id", "SyncToken"):
            with pytest.raises(ValueError):
                company.client.update("Invoice", {missing: "1"}, "r")

    def test_delete(self):
        company = Company((200, {"Invoice": {"status": "Deleted", "Id": "7"}}))
        assert company.client.delete("Invoice", 7, 2, "r-3")["status"] == "Deleted"
        assert company.sent == (
            "POST",
            f"{BASE}/invoice",
            {"minorversion": "75", "operation": "delete", "requestid": "r-3"},
            '{"Id":"7","SyncToken":"2"}',
        )

    @pytest.mark.parametrize("entity", ["Payment", "SalesReceipt", "BillPayment"])
    def test_void_by_update(self, entity):
        company = Company((200, {entity: {"Id": "7"}}))
        company.client.void(entity, "7", "2", "r-4")
        _method, _path, parameters, body = company.sent
        assert parameters == {
            "minorversion": "75",
            "operation": "update",
            "include": "void",
            "requestid": "r-4",
        }
        assert json.loads(body) == {"Id": "7", "SyncToken": "2", "sparse": True}

    def test_void_of_an_invoice(self):
        company = Company((200, {"Invoice": {"Id": "7"}}))
        company.client.void("Invoice", "7", "2", "r-5")
        assert company.sent[2]["operation"] == "void"
        assert json.loads(company.sent[3]) == {"Id": "7", "SyncToken": "2"}

    @pytest.mark.parametrize("request_id", ["", None, "x" * 51])
    def test_every_write_has_a_request_id(self, request_id):
        client = Company().client
        for write in (
            lambda: client.create_entity("Invoice", {}, request_id),
            lambda: client.update("Invoice", {"Id": "1", "SyncToken": "0"}, request_id),
            lambda: client.delete("Invoice", "1", "0", request_id),
            lambda: client.void("Invoice", "1", "0", request_id),
        ):
            with pytest.raises(ValueError):
                write()

    def test_floats_never_leave(self):
        company = Company()
        with pytest.raises(TypeError):
            company.client.create_entity("Invoice", {"Amount": 0.1}, "r")
        assert company.adapter.requests == [] and company.takes == []

    @pytest.mark.parametrize("token", ["", None, "two words", "line\nbreak", "é"])
    def test_a_token_that_cannot_be_sent(self, token):
        with pytest.raises(ValueError) as caught:
            QboClient.create(get_endpoints("sandbox", {}), REALM, "sandbox", token)
        assert not token or token not in str(caught.value)

    def test_gives_nothing_away(self):
        client = Company().client
        assert TOKEN not in repr(client)
        with pytest.raises(TypeError):
            pickle.dumps(client)

    def test_netrc_and_cookies(self, tmp_path, monkeypatch):
        netrc = tmp_path / "netrc"
        netrc.write_text("default login a password b\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        answer = (200, {"Customer": {}}, {"Set-Cookie": "a=b; Path=/"})
        company = Company(answer, answer)
        read_customer(company.client)
        read_customer(company.client)
        for request in company.adapter.requests:
            assert request.headers["Authorization"] == f"Bearer {TOKEN}"
            assert "Cookie" not in request.headers


class TestLibrary:
    """The library's own objects work through the same seams."""

    def test_save(self):
        company = Company((200, {"Customer": {"Id": "5", "DisplayName": "A"}}))
        customer = Customer()
        customer.DisplayName = "A"
        assert customer.save(qb=company.client, request_id="r").Id == "5"
        assert company.sent[2] == {"minorversion": "75", "requestid": "r"}

    def test_errors_are_ours(self):
        company = Company((400, DUPLICATE_NAME))
        with pytest.raises(exceptions.QboRejectedError):
            Customer.get(5, qb=company.client)

    def test_upload(self):
        company = Company((200, {"AttachableResponse": []}))
        body = json.dumps({"ContentType": "text/plain", "FileName": "a"})
        company.client.create_object("Attachable", body, _file_bytes=b"abc")
        assert company.sent[1] == f"{BASE}/upload"
        assert b"YWJj" in company.adapter.requests[0].body

    def test_pdf(self):
        document = (200, b"%PDF-1.4 \xff", {"Content-Type": "application/pdf"})
        company = Company(document, (400, DUPLICATE_NAME))
        assert company.client.download_pdf("Invoice", 5) == b"%PDF-1.4 \xff"
        assert company.calls[0].response_body == ""
        with pytest.raises(exceptions.QboRejectedError):
            company.client.download_pdf("Invoice", 5)


class TestFailures:
    @pytest.mark.parametrize(
        "answer, error, uncertain",
        [
            ((429, THROTTLED), exceptions.QboThrottledError, False),
            ((500, PAGE), exceptions.QboRetryableError, True),
            ((503, b""), exceptions.QboRetryableError, True),
            ((200, b""), exceptions.QboRetryableError, True),
            ((200, PAGE), exceptions.QboRetryableError, True),
            ((200, '{"Customer":{"Id":'), exceptions.QboRetryableError, True),
            ((302, b""), exceptions.QboRetryableError, True),
            (requests.ReadTimeout(TOKEN), exceptions.QboRetryableError, True),
            (requests.ConnectionError(TOKEN), exceptions.QboRetryableError, True),
            (requests.ConnectTimeout(TOKEN), exceptions.QboRetryableError, False),
        ],
    )
    def test_a_write_is_uncertain_and_a_read_never(self, answer, error, uncertain):
        found = fail(Company(answer), create_customer)
        assert type(found) is error
        assert found.uncertain is uncertain
        for read in (
            read_customer,
            lambda client: client.query("SELECT * FROM Customer"),
            lambda client: client.query_batch({"a": "SELECT * FROM Customer"}),
            lambda client: client.get_preferences(),
        ):
            assert fail(Company(answer), read).uncertain is False

    @pytest.mark.parametrize("body", [{}, {"Invoice": {}}, {"Customer": None}])
    def test_a_success_without_the_object(self, body):
        assert fail(Company((200, body)), create_customer).uncertain is True
        assert fail(Company((200, body)), read_customer).uncertain is False

    def test_610_means_the_object_itself_where_no_other_is_named(self):
        text = "Something you're trying to use has been made inactive."
        answer = (400, {"Fault": fault("610", text)})
        for call, kind in (
            (read_customer, "not_found"),
            (lambda client: client.delete("Invoice", "1", "0", "r"), "not_found"),
            (lambda client: client.void("Invoice", "1", "0", "r"), "not_found"),
            (lambda client: client.void("Payment", "1", "0", "r"), "not_found"),
            (create_customer, "inactive"),
        ):
            assert fail(Company(answer), call).kind == kind
        items = [
            {
                "bId": "1",
                "operation": "delete",
                "Invoice": {"Id": "1", "SyncToken": "0"},
            },
            {"bId": "2", "operation": "create", "Invoice": {}},
        ]
        members = [{"bId": each["bId"], "Fault": answer[1]["Fault"]} for each in items]
        outcomes = Company(answer_batch(*members)).client.batch(items, "r")
        assert [each.error.kind for each in outcomes] == ["not_found", "inactive"]

    def test_rejections(self):
        found = fail(Company((400, DUPLICATE_NAME)), create_customer)
        assert type(found) is exceptions.QboRejectedError
        assert (found.kind, found.tid) == ("duplicate_name", TID)
        found = fail(Company((200, DUPLICATE_NAME)), create_customer)
        assert found.kind == "duplicate_name"

    def test_unauthorized(self):
        found = fail(Company((401, UNAUTHORIZED)), read_customer)
        assert type(found) is exceptions.QboUnauthorizedError

    def test_a_token_without_a_mark_is_masked_too(self):
        calls, token = [], "opaque-access-1"
        adapter = Adapter((401, UNAUTHORIZED.replace(TOKEN, f"saw {token}")))
        client = QboClient.create(
            get_endpoints("sandbox", {}),
            REALM,
            "sandbox",
            token,
            adapter=adapter,
            on_call=calls.append,
        )
        with pytest.raises(exceptions.QboUnauthorizedError) as caught:
            read_customer(client)
        assert token not in str(caught.value)
        assert token not in calls[0].response_body

    def test_redirects_are_not_followed(self):
        company = Company((307, b"", {"Location": "https://evil.example/"}))
        assert fail(company, create_customer).uncertain is True
        assert len(company.adapter.requests) == 1

    def test_what_take_raises_sends_nothing(self):
        def refuse(_kind):
            raise exceptions.QboThrottledError(
                build_fault("throttled", "x"), retry_after=9
            )

        company = Company(take=refuse)
        with pytest.raises(exceptions.QboThrottledError) as caught:
            read_customer(company.client)
        assert caught.value.retry_after == 9
        assert company.adapter.requests == []


class TestRenewal:
    GOOD = (200, {"Customer": {"Id": "5"}})

    def test_refreshed_once_and_repeated(self):
        renewed = []

        def renew(token):
            renewed.append(token)
            return "newer-token"

        company = Company((401, UNAUTHORIZED), self.GOOD, self.GOOD, renew=renew)
        assert create_customer(company.client) == {"Id": "5"}
        first, second = company.adapter.requests
        assert first.url == second.url and first.body == second.body
        assert second.headers["Authorization"] == "Bearer newer-token"
        assert renewed == [TOKEN]
        assert company.takes == ["request"] * 2
        assert [call.status for call in company.calls] == [401, 200]
        read_customer(company.client)
        assert (
            company.adapter.requests[2].headers["Authorization"] == "Bearer newer-token"
        )

    def test_not_twice(self):
        company = Company(
            (401, UNAUTHORIZED), (401, UNAUTHORIZED), renew=lambda token: "newer-token"
        )
        assert type(fail(company, read_customer)) is exceptions.QboUnauthorizedError
        assert len(company.adapter.requests) == 2

    def test_a_dead_grant_comes_through(self):
        def renew(_token):
            raise exceptions.QboGrantError(build_fault("grant", "x"))

        company = Company((401, UNAUTHORIZED), renew=renew)
        assert type(fail(company, read_customer)) is exceptions.QboGrantError


class TestRecords:
    def test_of_a_read(self):
        company = Company((200, '{"Customer":{"Balance":1.50}}'))
        read_customer(company.client)
        (call,) = company.calls
        assert (call.method, call.path, call.entity) == (
            "GET",
            "/customer/12",
            "Customer",
        )
        assert (call.status, call.tid, call.fault) == (200, TID, None)
        assert (call.metered, call.reads, call.request_id) == (0, 1, "")
        assert (call.request_body, call.response_body) == (
            "",
            '{"Customer":{"Balance":1.50}}',
        )
        assert isinstance(call.duration_ms, int) and call.duration_ms >= 0

    def test_of_a_write(self):
        company = Company((400, DUPLICATE_NAME))
        fail(company, create_customer)
        (call,) = company.calls
        assert (call.path, call.status, call.request_id) == ("/customer", 400, "r-1")
        assert call.fault.kind == "duplicate_name"
        assert (call.metered, call.reads) == (0, 0)
        assert call.request_body == '{"DisplayName":"A"}'

    def test_of_no_answer(self):
        company = Company(requests.ReadTimeout())
        fail(company, read_customer)
        (call,) = company.calls
        assert (call.status, call.tid, call.response_body) == (0, "", "")
        assert call.fault.kind == "transient"

    def test_the_token_is_nowhere(self):
        company = Company((401, UNAUTHORIZED))
        fail(company, read_customer)
        (call,) = company.calls
        assert TOKEN not in call.response_body + call.request_body + repr(call)
        assert TOKEN not in repr(call.fault)

    @pytest.mark.parametrize(
        "answer, call, metered",
        [
            ({"Customer": {}}, read_customer, 1),
            ({"CompanyInfo": {}}, lambda client: client.get_company_info(), 1),
            ({"QueryResponse": {}}, lambda client: client.query("SELECT 1"), 1),
            (
                {"CDCResponse": [{"QueryResponse": [{}]}]},
                lambda client: client.cdc(["Invoice"], datetime(2026, 1, 1)),
                1,
            ),
            ({"Customer": {}}, create_customer, 0),
            (
                {
                    "BatchItemResponse": [
                        {"bId": "q0", "QueryResponse": {}},
                        {"bId": "q1", "Fault": fault("4001")},
                        {"bId": "q2", "QueryResponse": {}},
                    ]
                },
                lambda client: client.query_batch({"a": "x", "b": "y", "c": "z"}),
                2,
            ),
        ],
    )
    def test_what_intuit_meters(self, answer, call, metered):
        for environment, expected in (("production", metered), ("sandbox", 0)):
            company = Company((200, answer), environment=environment)
            call(company.client)
            assert company.calls[0].metered == expected
            assert company.calls[0].reads == metered

    def test_a_failing_log_does_not_hide_the_outcome(self, caplog):
        def refuse(_record):
            raise RuntimeError("disk full")

        company = Company((200, {"Customer": {"Id": "5"}}), on_call=refuse)
        assert create_customer(company.client) == {"Id": "5"}
        assert "not kept" in caplog.text


class TestQueries:
    def test_query(self):
        rows = [{"Id": "1"}, {"Id": "2"}]
        company = Company((200, {"QueryResponse": {"Customer": rows, "maxResults": 2}}))
        assert company.client.query("SELECT * FROM Customer WHERE x = 'é'") == rows
        assert company.sent == (
            "POST",
            f"{BASE}/query",
            {"minorversion": "75"},
            "SELECT * FROM Customer WHERE x = 'é'",
        )
        headers = company.adapter.requests[0].headers
        assert headers["Content-Type"] == "application/text"

    def test_nothing_found_and_another_name(self):
        company = Company(
            (200, {"QueryResponse": {}, "time": "x"}),
            (
                200,
                {"QueryResponse": {"startPosition": 1, "CreditCardPaymentTxn": [{}]}},
            ),
        )
        assert company.client.query("SELECT * FROM Customer") == []
        assert company.client.query("SELECT * FROM creditcardpayment") == [{}]

    @pytest.mark.parametrize(
        "answer",
        [
            {"time": "2026-01-01T00:00:00-08:00"},
            {"CDCResponse": []},
            {"CDCResponse": [{"QueryResponse": [{}]}]},
        ],
    )
    def test_changes_that_lack_an_entity_are_no_answer(self, answer):
        company = Company((200, answer))
        with pytest.raises(exceptions.QboRetryableError):
            company.client.cdc(["Invoice", "Payment"], datetime(2026, 1, 1))

    def test_count_without_a_number(self):
        company = Company((200, {"QueryResponse": {}}))
        with pytest.raises(exceptions.QboRetryableError):
            company.client.count("Customer")

    def test_a_list_cut_to_nothing_is_asked_again(self):
        def answer(request):
            left, members = 1000, []
            for item in json.loads(request.body)["BatchItemRequest"]:
                entity = item["Query"].split("FROM ")[1].split()[0]
                size = 1000 if entity == "Account" else 5
                start = int(item["Query"].split("STARTPOSITION ")[1].split()[0])
                ids = list(range(start, size + 1))[:left]
                left -= len(ids)
                rows = {entity: [{"Id": f"{entity}{each}"} for each in ids]}
                members.append(
                    {"bId": item["bId"], "QueryResponse": rows if ids else {}}
                )
            return answer_batch(*members)

        company = Company(*[answer] * 9)
        wanted = {name: (name, "") for name in ("Account", "Term")}
        found = company.client.query_all_batch(wanted)
        assert {name: len(rows) for name, rows in found.items()} == {
            "Account": 1000,
            "Term": 5,
        }

    @pytest.mark.parametrize("empty", [None, "", False])
    def test_an_update_names_its_object(self, empty):
        company = Company()
        values = {"Id": empty, "SyncToken": "0"}
        with pytest.raises(ValueError):
            company.client.update("Customer", values, "r")
        item = {"bId": "1", "operation": "update", "Customer": values}
        with pytest.raises(ValueError):
            company.client.batch([item], "r")
        with pytest.raises(ValueError):
            company.client.batch([{"bId": "1", "Customer": {}}], "r")

    def test_an_address_of_somebody_else_is_refused(self):
        with pytest.raises(ValueError):
            Company().client.get("https://example.com/v3/company/1/customer/1")

    def test_count(self):
        company = Company((200, {"QueryResponse": {"totalCount": 29}}))
        assert company.client.count("Customer", "Active = true") == 29
        assert company.sent[3] == "SELECT COUNT(*) FROM Customer WHERE Active = true"

    def test_pages(self):
        def page(*ids):
            return (200, {"QueryResponse": {"Item": [{"Id": each} for each in ids]}})

        company = Company(page("1", "2", "3"), page("3", "4", "5"), page("5"))
        found = company.client.query_all("Item", "Active IN (true, false)", page_size=3)
        assert [row["Id"] for row in found] == ["1", "2", "3", "4", "5"]
        selects = [request.body.decode() for request in company.adapter.requests]
        start = "SELECT *, Sku FROM Item WHERE Active IN (true, false) ORDERBY Id "
        assert selects == [
            f"{start}STARTPOSITION {position} MAXRESULTS 3" for position in (1, 3, 5)
        ]

    def test_changes(self):
        company = Company(
            (
                200,
                {
                    "CDCResponse": [
                        {
                            "QueryResponse": [
                                {
                                    "Customer": [
                                        {"Id": "1"},
                                        {"Id": "2", "status": "Deleted"},
                                    ],
                                    "startPosition": 1,
                                    "maxResults": 2,
                                },
                                {},
                                {"Invoice": [7, {"Id": "9"}], "totalCount": 1},
                            ]
                        }
                    ],
                    "time": "2026-11-22T03:00:00.000-08:00",
                },
            )
        )
        changes = company.client.cdc(
            ["Customer", "Payment", "Invoice"], datetime(2026, 11, 21, 10, 30)
        )
        assert changes.objects == {
            "Customer": [{"Id": "1"}],
            "Payment": [],
            "Invoice": [{"Id": "9"}],
        }
        assert changes.deleted["Customer"] == [{"Id": "2", "status": "Deleted"}]
        assert changes.time == datetime(2026, 11, 22, 11)
        assert changes.full == set()
        method, path, parameters, _body = company.sent
        assert (method, path) == ("GET", f"{BASE}/cdc")
        assert parameters == {
            "entities": "Customer,Payment,Invoice",
            "changedSince": "2026-11-21T10:30:00.000Z",
            "minorversion": "75",
        }

    def test_changes_that_may_be_cut(self):
        rows = [{"Id": str(number)} for number in range(1000)]
        answer = {"CDCResponse": [{"QueryResponse": [{"Customer": rows}, {}]}]}
        company = Company((200, answer))
        changes = company.client.cdc(["Customer", "Invoice"], datetime(2026, 1, 1))
        assert changes.full == {"Customer", "Invoice"}
        assert changes.time is None

    def test_changes_with_a_fault(self):
        part = {"Fault": fault("4001")}
        company = Company((200, {"CDCResponse": [{"QueryResponse": [part]}]}))
        error = fail(company, lambda client: client.cdc(["X"], datetime(2026, 1, 1)))
        assert error.code == "4001"


def answer_batch(*members):
    return (200, {"BatchItemResponse": list(members), "time": "x"})


class TestBatches:
    ITEMS = [
        {"bId": "a", "operation": "create", "Customer": {"DisplayName": "A"}},
        {"bId": "b", "operation": "update", "Invoice": {"Id": "1", "SyncToken": "0"}},
        {"bId": "c", "Query": "SELECT * FROM Item"},
    ]

    def send(self, *members):
        company = Company(answer_batch(*members))
        outcomes = company.client.batch(self.ITEMS, "r-1")
        assert [each.bid for each in outcomes] == ["a", "b", "c"]
        assert [each.entity for each in outcomes] == ["Customer", "Invoice", "Query"]
        assert all((each.payload is None) != (each.error is None) for each in outcomes)
        return company, outcomes

    def test_in_any_order(self):
        company, (first, second, third) = self.send(
            {"bId": "c", "QueryResponse": {"Item": [{"Id": "1"}]}},
            {"bId": "b", "Fault": fault("5010", "stale")},
            {"bId": "a", "Customer": {"Id": "9"}},
        )
        assert first.payload == {"Id": "9"}
        assert (second.error.kind, second.error.tid) == ("stale", TID)
        assert third.payload == {"Item": [{"Id": "1"}]}
        method, path, parameters, body = company.sent
        assert (method, path) == ("POST", f"{BASE}/batch")
        assert parameters == {"minorversion": "75", "requestid": "r-1"}
        assert json.loads(body) == {"BatchItemRequest": self.ITEMS}
        assert company.takes == ["batch"]

    def test_items_that_are_missing(self):
        _company, (first, second, third) = self.send(
            {"bId": "a", "Customer": {"Id": "9"}}
        )
        assert first.error is None
        for each, uncertain in ((second, True), (third, False)):
            assert type(each.error) is exceptions.QboRetryableError
            assert each.error.uncertain is uncertain

    def test_answered_twice(self):
        same = {"bId": "a", "Customer": {"Id": "9"}}
        _company, outcomes = self.send(same, dict(same))
        assert outcomes[0].payload == {"Id": "9"}
        _company, outcomes = self.send(same, {"bId": "a", "Fault": fault("6000")})
        assert outcomes[0].error.uncertain

    @pytest.mark.parametrize(
        "member",
        [
            {"bId": "a"},
            {"bId": "a", "Invoice": {"Id": "9"}},
            {"bId": "a", "Customer": []},
            {"bId": "z", "Customer": {}},
            {"Customer": {}},
            7,
        ],
    )
    def test_answers_that_say_nothing(self, member):
        _company, outcomes = self.send(member)
        assert outcomes[0].error.uncertain

    def test_throttled_item(self):
        _company, outcomes = self.send({"bId": "a", "Fault": fault("3001")})
        assert type(outcomes[0].error) is exceptions.QboThrottledError

    def test_no_list_of_answers(self):
        for body in ({}, {"BatchItemResponse": None}, {"BatchItemResponse": {}}):
            outcomes = Company((200, body)).client.batch(self.ITEMS, "r")
            assert [each.error.uncertain for each in outcomes] == [True, True, False]

    @pytest.mark.parametrize(
        "items",
        [
            [],
            [{"bId": str(number), "Query": "x"} for number in range(31)],
            [{"bId": "1", "Query": "x"}] * 2,
            [{"bId": "12345678901", "Query": "x"}],
            [{"bId": 1, "Query": "x"}],
            [{"bId": "1"}],
            [{"bId": "1", "Query": "x", "Customer": {}}],
        ],
    )
    def test_what_intuit_would_refuse_is_not_sent(self, items):
        company = Company()
        with pytest.raises(ValueError):
            company.client.batch(items, "r")
        assert company.adapter.requests == []

    def test_request_id(self):
        for request_id in ("x" * 37, None):
            with pytest.raises(ValueError):
                Company().client.batch(self.ITEMS, request_id)

    def test_the_whole_batch_fails(self):
        for answer in (
            (200, {"Fault": fault("1040")}),
            (400, {"Fault": fault("1040")}),
        ):
            error = fail(Company(answer), lambda client: client.batch(self.ITEMS, "r"))
            assert error.kind == "limit"
        error = fail(
            Company(requests.ReadTimeout()),
            lambda client: client.batch(self.ITEMS, "r"),
        )
        assert error.uncertain

    def test_queries(self):
        def answer(request):
            items = json.loads(request.body)["BatchItemRequest"]
            assert len(items) <= 30
            members = [
                {"bId": item["bId"], "QueryResponse": {"X": [{"Id": item["Query"]}]}}
                if item["Query"] != "bad"
                else {"bId": item["bId"], "Fault": fault("4001")}
                for item in items
            ]
            return answer_batch(*members[::-1])

        company = Company(answer, answer)
        selects = {f"n{number}": f"q{number}" for number in range(35)}
        found = company.client.query_batch({**selects, "n3": "bad"})
        assert list(found) == list(selects)
        assert found["n3"].kind == "bug"
        assert found["n34"] == [{"Id": "q34"}]
        assert company.takes == ["batch", "batch"]
        assert all("requestid" not in each.url for each in company.adapter.requests)

    def test_all_pages_of_several_lists(self):
        sizes = {"Account": 7, "Term": 2, "Item": 0}

        def answer(request):
            """Pages as asked for, five rows in all."""
            left, members = 5, []
            for item in json.loads(request.body)["BatchItemRequest"]:
                words = item["Query"].split()
                entity, start, size = (
                    words[words.index("FROM") + 1],
                    *map(int, words[-3::2]),
                )
                if entity == "Class":
                    members.append({"bId": item["bId"], "Fault": fault("5020")})
                    continue
                ids = list(range(1, sizes[entity] + 1))[
                    start - 1 : start - 1 + min(size, left)
                ]
                left -= len(ids)
                rows = (
                    {entity: [{"Id": f"{entity}{each}"} for each in ids]} if ids else {}
                )
                members.append({"bId": item["bId"], "QueryResponse": rows})
            return answer_batch(*members)

        company = Company(*[answer] * 9)
        wanted = {name: (name, "") for name in (*sizes, "Class")}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("quickbooks_online.const.BATCH_OBJECTS", 5)
            found = company.client.query_all_batch(wanted, page_size=4)
        assert {name: len(found[name]) for name in sizes} == sizes
        assert found["Class"].code == "5020"


def test_threads_share_a_client():
    company = Company(
        *[lambda request: (200, {"Customer": {"Id": urlsplit(request.url).path[-2:]}})]
        * 40
    )
    found = []

    def read(number):
        found.append((number, company.client.read("Customer", str(number))["Id"]))

    threads = [
        threading.Thread(target=read, args=(number,)) for number in range(10, 50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [(number, str(number)) for number in range(10, 50)]
