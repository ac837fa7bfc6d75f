"""How QuickBooks Online rejects: envelopes, encodings, hosts; and injected faults."""

import json
from datetime import datetime, timezone
from xml.etree import ElementTree

import pytest
import requests
from conftest import GB, INTUIT, PRODUCTION, US

from simulator import faults
from simulator.clock import Clock, envelope_time, pacific

MOMENT = datetime(2020, 9, 29, 13, 58, 50, 262000, tzinfo=timezone.utc)
NAMESPACE = "{http://schema.intuit.com/finance/v3}"


def render(fault, accept="application/json"):
    status, headers, body = faults.render(fault, accept=accept, time=MOMENT)
    return status, dict(headers), body.decode()


# --- the clock's prints ---


@pytest.mark.parametrize(
    ("moment", "printed"),
    [
        (datetime(2026, 11, 22, 19, 59, 59), "2026-11-22T11:59:59-08:00"),
        (datetime(2026, 7, 1, 12), "2026-07-01T05:00:00-07:00"),
        (datetime(2026, 3, 8, 9, 59, 59), "2026-03-08T01:59:59-08:00"),
        (datetime(2026, 3, 8, 10), "2026-03-08T03:00:00-07:00"),
        (datetime(2026, 11, 1, 8, 59, 59), "2026-11-01T01:59:59-07:00"),
        (datetime(2026, 11, 1, 9), "2026-11-01T01:00:00-08:00"),
    ],
)
def test_metadata_times_carry_the_offset_of_their_date(moment, printed):
    assert pacific(moment.replace(tzinfo=timezone.utc)) == printed


@pytest.mark.parametrize(
    ("microseconds", "fraction"),
    [(262000, ".262"), (260000, ".26"), (200999, ".2"), (0, ""), (999, "")],
)
def test_envelope_times_trim_their_milliseconds(microseconds, fraction):
    moment = MOMENT.replace(microsecond=microseconds)
    assert envelope_time(moment) == f"2020-09-29T06:58:50{fraction}-07:00"


def test_clock_only_moves_forward():
    clock = Clock(MOMENT, frozen=True)
    heard = []
    clock.on_advance(lambda: heard.append(clock.now()))
    clock.advance(90)
    assert (clock.now() - MOMENT).total_seconds() == 90
    assert heard == [clock.now()]
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)


# --- envelopes ---


def test_usual_envelope():
    status, headers, body = render(faults.duplicate_name())
    assert status == 400
    assert headers["Content-Type"].startswith("application/json")
    assert body == (
        '{"Fault":{"Error":[{"Message":"Duplicate Name Exists Error","Detail":"The '
        'name supplied already exists. : null","code":"6240"}],'
        '"type":"ValidationFault"},"time":"2020-09-29T06:58:50.262-07:00"}'
    )


def test_authentication_envelope_is_lower_case_and_echoes_the_token():
    status, headers, body = render(faults.authentication_failed("abc"))
    assert status == 401
    assert headers["WWW-Authenticate"] == (
        'Bearer realm="Intuit", error="invalid_token"'
    )
    assert body == (
        '{"warnings":null,"intuitObject":null,"fault":{"error":[{"message":"message='
        'AuthenticationFailed; errorCode=003200; statusCode=401","detail":"Token '
        'expired: abc","code":"3200","element":null}],"type":"AUTHENTICATION"},'
        '"report":null,"queryResponse":null,"batchItemResponse":[],'
        '"attachableResponse":[],"syncErrorResponse":null,"requestId":null,'
        '"time":1601387930262,"status":null,"cdcresponse":[]}'
    )


def test_authorisation_envelope():
    status, _, body = render(faults.authorization_failed())
    error = json.loads(body)["fault"]["error"][0]
    assert status == 403
    assert error == {
        "message": "message=ApplicationAuthorizationFailed; errorCode=003100; "
        "statusCode=403",
        "detail": None,
        "code": "3100",
        "element": None,
    }


@pytest.mark.parametrize("accept", ["", "*/*", "application/xml"])
def test_without_json_every_fault_is_xml(accept):
    for fault in (faults.stale(), faults.authentication_failed("a<b")):
        status, headers, body = render(fault, accept)
        assert "xml" in headers["Content-Type"]
        root = ElementTree.fromstring(body)
        assert root.tag == f"{NAMESPACE}IntuitResponse"
        assert root.attrib["time"] == "2020-09-29T06:58:50.262-07:00"
        error = root.find(f"{NAMESPACE}Fault/{NAMESPACE}Error")
        assert error.attrib["code"] == fault.errors[0].code
        assert error.find(f"{NAMESPACE}Detail").text == fault.errors[0].detail
        assert status == fault.status


def test_what_xml_cannot_hold_is_left_out():
    impossible = "\x00\x1f\ud800\ufffe"
    fault = faults.business(f"a{impossible}<b>")
    fault.errors[0] = faults.FaultError(
        "6000", f"m{impossible}", f"a{impossible}<b>", f"e{impossible}"
    )
    root = ElementTree.fromstring(render(fault, "")[2])
    error = root.find(f"{NAMESPACE}Fault/{NAMESPACE}Error")
    assert error.attrib["element"] == "e"
    assert error.find(f"{NAMESPACE}Message").text == "m"
    assert error.find(f"{NAMESPACE}Detail").text == "a<b>"


def test_several_errors_in_one_fault():
    fault = faults.merge([faults.too_long(21, 45, "DocNumber"), faults.required("X")])
    errors = json.loads(render(fault)[2])["Fault"]["Error"]
    assert [error["code"] for error in errors] == ["2050", "2020"]
    assert errors[0]["Detail"].endswith("Min:0 Max:21 supported. Supplied length:45")
    assert errors[1]["element"] == "X"


def test_texts_from_recorded_traffic():
    assert faults.invalid_reference("Accounts", "7").errors[0].detail == (
        "Invalid Reference Id : Accounts element id 7 not found"
    )
    assert (
        faults.too_long(1000, 1200)
        .errors[0]
        .detail.endswith("Min:0 Max:1,000 supported. Supplied length:1,200")
    )
    assert (
        faults.duplicate_document_number("7", "Invoice", "17984")
        .errors[0]
        .detail.endswith("DocNumber=7 is assigned to TxnType=Invoice with TxnId=17984")
    )
    assert faults.unsupported_operation("/x").status == 400
    assert faults.unsupported_operation("/x").errors[0].code == "500"


# --- who may call what, where ---


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer", "Bearer ", "Bearer short", "Basic abc", "nonsense"],
)
def test_no_token_or_none_worth_the_name(client, authorization):
    answer = client.session.get(
        f"{INTUIT.sandbox}/v3/company/{US}/companyinfo/{US}",
        headers={"Authorization": authorization, "Accept": "application/json"},
    )
    assert answer.status_code == 401
    assert answer.json()["fault"]["error"][0]["detail"] == (
        "Malformed bearer token: too short or too long"
    )


def test_unknown_token_is_echoed(client):
    answer = client.company_info("x" * 80)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    detail = answer.json()["fault"]["error"][0]["detail"]
    assert detail == f"Token expired: {'x' * 80}"


@pytest.mark.parametrize("realm_id", [GB, PRODUCTION, "123", "abc", ""])
def test_token_opens_its_own_company_only(client, token, realm_id):
    answer = client.api("GET", "companyinfo/1", token, realm_id)
    assert answer.status_code == 403
    assert answer.json()["fault"]["error"][0]["code"] == "3100"


def test_production_host_refuses_a_sandbox_company(client, token):
    answer = client.company_info(token, host=INTUIT.production)
    assert answer.status_code == 403
    assert answer.json()["fault"]["error"][0]["code"] == "3100"
    client.control("POST", "switches", {"wrong_host": "destination"})
    answer = client.company_info(token, host=INTUIT.production)
    assert answer.status_code == 400
    assert "Invalid destination URL" in answer.json()["fault"]["error"][0]["detail"]


def test_any_other_host_serves_both_environments(client, token):
    assert client.company_info(token, host="http://127.0.0.1:9411").status_code == 200


def test_answers_carry_intuits_headers(client, token):
    answer = client.company_info(token)
    for name in ("intuit_tid", "qbo-version", "service-time"):
        assert answer.headers[name]
    other = client.company_info(token)
    assert other.headers["intuit_tid"] != answer.headers["intuit_tid"]


def test_json_only_when_asked_for(client, token):
    answer = client.company_info(token, headers={"Accept": "*/*"})
    root = ElementTree.fromstring(answer.content)
    assert root.tag == f"{NAMESPACE}IntuitResponse"
    name = root.find(f"{NAMESPACE}CompanyInfo/{NAMESPACE}CompanyName").text
    assert name == client.company_info(token).json()["CompanyInfo"]["CompanyName"]


@pytest.mark.parametrize("path", ["", "nothing", "customer/1/2/3", "Customer//"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_what_there_is_not(client, token, method, path):
    answer = client.api(method, path, token, data=b"{}")
    assert answer.status_code == 400
    assert answer.json()["Fault"]["Error"][0]["code"] == "500"


@pytest.mark.parametrize("path", ["/v3", "/v3/company", "/v3/other", "/", "/x"])
def test_paths_of_nobody(client, path):
    answer = client.session.get(f"http://127.0.0.1:9411{path}")
    assert (answer.status_code, answer.headers["intuit_tid"] != "") == (404, True)


def test_body_that_is_not_utf8(client, token):
    answer = client.api(
        "POST",
        "customer",
        token,
        data=b'{"DisplayName": "Caf\xe9"}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 500
    assert answer.json()["Fault"]["Error"][0]["code"] == "2010"


def test_gateway_refuses_what_is_too_big(client, token):
    answer = client.api("GET", "query", token, params={"query": "x" * 9000})
    assert answer.status_code == 414
    assert "text/html" in answer.headers["Content-Type"]
    answer = client.api("POST", "batch", token, data=b"x" * 4_000_001)
    assert answer.status_code == 413


# --- injected faults ---


def names(client):
    objects = client.control("GET", f"objects/{US}/Customer").json()["objects"]
    return [each["DisplayName"] for each in objects]


def test_status_and_body(client, token):
    client.inject({"status": 503, "body": {"a": 1}, "headers": {"X-A": "b"}})
    answer = client.company_info(token)
    assert (answer.status_code, answer.json()) == (503, {"a": 1})
    assert answer.headers["X-A"] == "b"
    assert answer.headers["intuit_tid"]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_html(client, token, status):
    client.inject({"html": status})
    answer = client.company_info(token)
    assert answer.status_code == status
    assert "text/html" in answer.headers["Content-Type"]
    assert answer.text.startswith("<html>")


def test_fault_by_code_in_qbos_shape(client, token):
    client.inject({"fault": "6190"}, operation="create")
    answer = client.create("customer", {"DisplayName": "Refused"}, token)
    assert answer.status_code == 400
    assert answer.json()["Fault"]["Error"][0]["Message"] == "Invalid Company Status"
    assert "Refused" not in names(client)


def test_success_status_with_a_fault(client, token):
    client.inject({"fault": "6000", "status": 200, "detail": "Something else"})
    answer = client.company_info(token)
    assert answer.status_code == 200
    assert answer.json()["Fault"]["Error"][0]["Detail"] == "Something else"


def test_gateway_faults_keep_their_own_envelopes(client, token):
    client.inject({"fault": "3001"}, times=1)
    client.inject({"fault": "3200"}, times=1)
    throttled = client.company_info(token)
    assert (throttled.status_code, throttled.text[:5]) == (429, "<?xml")
    unauthorized = client.company_info(token)
    assert unauthorized.status_code == 401
    assert "fault" in unauthorized.json()


def test_unknown_code(client, token):
    client.inject({"fault": "5030", "message": "Feature not supported"})
    error = client.company_info(token).json()["Fault"]["Error"][0]
    assert (error["code"], error["Message"]) == ("5030", "Feature not supported")


def test_empty_body(client, token):
    client.inject({"empty": True})
    answer = client.company_info(token)
    assert (answer.status_code, answer.content) == (200, b"")


def test_drop_before_changes_nothing(client, token):
    client.inject({"drop": "before"}, operation="create", times=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        client.create("customer", {"DisplayName": "Never"}, token)
    assert "Never" not in names(client)
    assert client.create("customer", {"DisplayName": "Never"}, token).ok


def test_drop_after_has_committed(client, token):
    client.inject({"drop": "after"}, operation="create", times=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        client.create("customer", {"DisplayName": "Already there"}, token)
    assert "Already there" in names(client)
    again = client.create("customer", {"DisplayName": "Already there"}, token)
    assert again.json()["Fault"]["Error"][0]["code"] == "6240"


def test_drop_after_has_committed_whatever_else_is_said(client, token):
    client.inject({"drop": "after", "status": 500}, operation="create", times=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        client.create("customer", {"DisplayName": "Kept"}, token)
    assert "Kept" in names(client)


def test_error_after_committing(client, token):
    client.inject({"html": 500, "committed": True}, operation="create")
    answer = client.create("customer", {"DisplayName": "Booked"}, token)
    assert answer.status_code == 500
    assert "Booked" in names(client)


def test_reset(client, token):
    client.inject({"reset": True}, operation="create")
    with pytest.raises(requests.exceptions.ConnectionError, match="reset"):
        client.create("customer", {"DisplayName": "Reset"}, token)
    assert "Reset" not in names(client)


def test_truncated_answer_has_committed(client, token):
    client.inject({"truncate": 20}, operation="create")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.create("customer", {"DisplayName": "Cut off"}, token)
    assert "Cut off" in names(client)


def test_delay_beyond_the_timeout_has_committed(client, token):
    client.inject({"delay_ms": 31_000}, operation="create")
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.create("customer", {"DisplayName": "Slow"}, token, timeout=(5, 30))
    assert "Slow" in names(client)
    answer = client.create("customer", {"DisplayName": "Slow 2"}, token, timeout=60)
    assert answer.status_code == 200


def test_nth_every_times(client, token):
    def statuses(count):
        return [client.company_info(token).status_code for _ in range(count)]

    client.inject({"status": 500}, nth=3)
    assert statuses(5) == [200, 200, 500, 200, 200]
    client.control("DELETE", "faults")
    client.inject({"status": 500}, every=2, times=2)
    assert statuses(6) == [200, 500, 200, 500, 200, 200]
    client.control("DELETE", "faults")
    client.inject({"status": 500}, nth=2, times=2)
    assert statuses(4) == [200, 500, 500, 200]


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({"method": "post"}, True),
        ({"method": "GET"}, False),
        ({"path": "/customer$"}, True),
        ({"path": "/vendor"}, False),
        ({"entity": "Customer"}, True),
        ({"entity": "Item"}, False),
        ({"operation": "create"}, True),
        ({"operation": "update"}, False),
        ({"realm": US}, True),
        ({"realm": GB}, False),
        ({"body": "Doe"}, True),
        ({"body": "Roe"}, False),
        ({"entity": "Customer", "realm": GB}, False),
    ],
)
def test_match(client, token, match, hit):
    client.inject({"status": 599}, **match)
    answer = client.create("customer", {"DisplayName": "Jane Doe"}, token)
    assert (answer.status_code == 599) is hit


def test_match_by_what_a_query_asks_for(client, token):
    client.inject({"status": 599}, entity="customer", operation="query")
    for text, status in (
        ("select * from Customer", 599),
        ("SELECT count(*) FROM CUSTOMER where Id = '1'", 599),
        ("select * from Vendor", 200),
    ):
        answer = client.api("GET", "query", token, params={"query": text})
        assert answer.status_code == status, text


def test_oauth_endpoints_too(client):
    tokens = client.connect()
    client.inject({"html": 503}, operation="refresh", times=1)
    assert client.refresh(tokens["refresh_token"]).status_code == 503
    client.control("POST", "switches", {"rotation": "always"})
    client.inject({"drop": "after"}, operation="refresh", times=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        client.refresh(tokens["refresh_token"])
    # The answer got lost, the rotation did not: that is what kills a connection.
    assert client.refresh(tokens["refresh_token"]).status_code == 400


def test_injected_calls_are_marked_in_the_journal(client, token):
    rule = client.inject({"drop": "before"}, operation="read")
    with pytest.raises(requests.exceptions.ConnectionError):
        client.company_info(token)
    (entry,) = client.control("GET", "requests?operation=read").json()["requests"]
    assert entry["injected"] == str(rule["id"])
    assert entry["committed"] is False


def test_rules_are_listed_counted_and_removed(client, token):
    first = client.inject({"status": 500}, operation="read")
    second = client.inject({"status": 500}, operation="create")
    client.company_info(token)
    rules = client.control("GET", "faults").json()["faults"]
    assert [(rule["id"], rule["applied"]) for rule in rules] == [
        (first["id"], 1),
        (second["id"], 0),
    ]
    assert client.control("DELETE", f"faults/{first['id']}").json() == {"removed": 1}
    assert client.company_info(token).status_code == 200
    assert client.control("DELETE", f"faults/{first['id']}").status_code == 404
    assert client.control("DELETE", "faults").json() == {"removed": 1}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "action"),
        ({"action": {}}, "empty"),
        ({"action": "x"}, "object"),
        ({"action": {"statuss": 500}}, "statuss"),
        ({"action": {"status": "500"}}, "status"),
        ({"action": {"status": 99}}, "status"),
        ({"action": {"drop": "during"}}, "drop"),
        ({"action": {"delay_ms": -1}}, "delay_ms"),
        ({"action": {"fault": "x"}}, "fault"),
        ({"action": {"status": 500}, "match": {"path": "("}}, "regular expression"),
        ({"action": {"status": 500}, "match": {"nth": 0}}, "nth"),
        ({"action": {"status": 500}, "match": {"who": "me"}}, "who"),
        ({"action": {"status": 500}, "other": 1}, "other"),
        ({"action": {"headers": {"a": 1}}}, "headers"),
    ],
)
def test_rules_that_make_no_sense(client, body, words):
    answer = client.control("POST", "faults", body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
