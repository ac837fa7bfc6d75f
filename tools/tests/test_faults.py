"""Every answer that QuickBooks or something on the way to it can give."""

import json
import pickle

import pytest
from bodies import (
    DUPLICATE_NAME,
    PAGE,
    THROTTLED,
    TOKEN,
    UNAUTHORIZED,
    fault,
    fault_body,
)
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online import exceptions
from quickbooks_online.tools import faults
from quickbooks_online.tools.fault_codes import CODES, HINTS


def parse(status, body, headers=None, **values):
    if isinstance(body, str):
        body = body.encode()
    return faults.parse_response(status, headers or {}, body, **values)


class TestSuccess:
    @pytest.mark.parametrize(
        "body",
        [
            b'{"QueryResponse":{},"time":"2026-01-01"}',
            b'{"warnings":null,"fault":null,"batchItemResponse":[]}',
            b"\xef\xbb\xbf{}",
            '{"Invoice":{"DocNumber":"é 😀","Fault":"no"}}'.encode(),
            b'{"Customer":{"code":"6240","message":"x"}}',
        ],
    )
    def test_object_is_a_success(self, body):
        assert parse(200, body) is None

    def test_numbers_are_exact(self):
        payload, fault_ = faults.read_response(
            200, {}, b'{"a":200.00,"b":1,"c":33.333333,"d":0.1e3}'
        )
        assert fault_ is None
        shown = {key: str(value) for key, value in payload.items()}
        assert shown == {"a": "200.00", "b": "1", "c": "33.333333", "d": "1E+2"}
        assert not any(isinstance(value, float) for value in payload.values())


class TestShapes:
    def test_capitalised_json(self):
        found = parse(400, DUPLICATE_NAME, {"intuit_tid": "1-a"})
        assert found.kind == "duplicate_name"
        assert (found.code, found.status, found.tid) == ("6240", 400, "1-a")
        assert found.message == "Duplicate Name Exists Error"
        assert found.detail == "The name supplied already exists. : null"
        assert found.hint == HINTS["duplicate_name"]
        assert not found.uncertain

    def test_lower_case_json_of_401(self):
        found = parse(401, UNAUTHORIZED, {"Intuit-Tid": "1-b"})
        assert (found.kind, found.code, found.tid) == ("unauthorized", "3200", "1-b")
        error = faults.to_error(found)
        assert type(error) is exceptions.QboUnauthorizedError
        for text in (str(error), repr(error), repr(found), str(error.args)):
            assert TOKEN not in text
            assert "eyJ" not in text

    def test_401_with_an_opaque_token(self):
        body = UNAUTHORIZED.replace(TOKEN, "simulated-access-42")
        found = parse(401, body, secrets=("simulated-access-42",))
        assert "simulated-access-42" not in repr(found)

    def test_throttle_in_xml(self):
        for status in (429, 403):
            found = parse(status, THROTTLED)
            assert (found.kind, found.code) == ("throttled", "3001")
            assert found.detail == "The request limit was reached.  Try again later"
            error = faults.to_error(found)
            assert type(error) is exceptions.QboThrottledError
            assert error.retry_after == 60
            assert not error.uncertain

    def test_type_in_xml(self):
        xml = THROTTLED.replace("3001", "99999").replace("errorCode=00", "")
        assert parse(400, xml).kind == "business"
        for name in ("type", "Type"):
            broken = xml.replace('type="SERVICE"', f'{name}="SystemFault"')
            assert parse(400, broken).kind == "transient"

    def test_throttle_without_a_body(self):
        assert parse(429, b"").kind == "throttled"
        assert parse(429, b"<<<").kind == "throttled"
        assert parse(429, b'{"fault":{"error":[]}}').kind == "throttled"

    def test_gateway_form(self):
        body = b'{"code":"AuthenticationFailed","type":"INPUT","message":null}'
        assert parse(401, body).kind == "unauthorized"
        found = parse(403, body.replace(b"Authen", b"ApplicationAuthor"))
        assert found.kind == "forbidden"
        body = body.replace(b"AuthenticationFailed", b"SomethingNew")
        assert parse(403, body).kind == "forbidden"
        assert parse(400, body).code == "SomethingNew"

    def test_web_page(self):
        found = parse(503, PAGE)
        assert found.kind == "transient" and found.uncertain
        assert found.message == "The answer was a web page: 503 Service Unavailable"
        assert parse(502, "<html><body>x").kind == "transient"

    def test_200_with_a_fault(self):
        assert parse(200, DUPLICATE_NAME).kind == "duplicate_name"
        xml = THROTTLED.replace("3001", "6190").replace("errorCode=00", "")
        assert parse(200, xml).kind == "subscription"

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"  \n",
            b'{"Invoice":{"Id":"1"',
            b"[]",
            b"7",
            b"null",
            b"\xff\xfe\x00",
            b"<IntuitResponse><Invoice/></IntuitResponse>",
            b"[" * 100_000,
            b"1" * 10_000,
            b'{"a":NaN}',
            b'{"Fault":{}}',
            PAGE.encode(),
        ],
    )
    def test_200_without_a_usable_body_is_uncertain(self, body):
        found = parse(200, body)
        assert found.kind == "transient"
        assert found.uncertain
        assert found.message

    def test_several_errors(self):
        body = fault("2050", "one")
        body["Error"] += [{"Message": "Other", "Detail": "two", "code": "2020"}]
        found = parse(400, json.dumps({"Fault": body}))
        assert found.kind == "data"
        assert [other.detail for other in found.others] == ["two"]
        assert "one" in found.describe() and "two" in found.describe()

    @pytest.mark.parametrize(
        "error",
        [
            {"code": "XYZ-7"},
            {"code": None},
            {"code": 999999},
            {"code": ["610"]},
            {"code": {"a": 1}},
            {"code": True},
            {"code": -30000},
            {"code": "９９９"},
            {},
            {"Message": ["a"], "Detail": {"b": 1}},
        ],
    )
    def test_odd_errors_do_not_crash(self, error):
        found = parse(400, json.dumps({"Fault": {"Error": [error]}}))
        assert found.kind in faults.KINDS
        assert found.describe()

    @pytest.mark.parametrize("value", ["x", 3, [], [[]], [None], {"Error": "x"}, {}])
    def test_malformed_fault_is_a_fault(self, value):
        assert parse(400, json.dumps({"Fault": value})).kind == "business"

    def test_code_as_number_and_with_zeros(self):
        assert parse(400, fault_body(6210)).kind == "closed_period"
        assert parse(400, fault_body("007001")).kind == "forbidden"

    def test_code_only_in_the_message(self):
        body = fault_body("", message="message=ApplicationX; errorCode=003100; status")
        found = parse(400, body)
        assert (found.kind, found.code) == ("forbidden", "3100")

    def test_no_entities_are_expanded(self):
        bomb = '<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>'
        assert parse(400, bomb).kind == "business"

    @pytest.mark.parametrize("words", ["<!ENTITY", "<!DOCTYPE"])
    def test_xml_with_declarations_is_not_read(self, words):
        """Refused before the parser, also where it would find nothing wrong."""
        start = "x" * 990
        body = f'<a note="{start}"><!-- {words} --><Error code="6240"/></a>'
        assert parse(400, body.replace(words, "nothing")).code == "6240"
        assert parse(400, body).code == ""

    def test_texts_are_bounded(self):
        found = parse(400, fault_body("6000", "x" * 100_000))
        assert len(found.detail) == faults.TEXT_LENGTH


class TestCodes:
    @pytest.mark.parametrize("code, kind", sorted(CODES.items()))
    def test_each_known_code(self, code, kind):
        assert kind in faults.KINDS
        found = parse(400, fault_body(code))
        assert found.kind == kind

    def test_unknown_code_goes_by_the_status(self):
        kinds = {200: "business", 400: "business", 403: "forbidden", 404: "bug"}
        kinds[408] = "transient"
        kinds.update(
            {302: "transient", 413: "limit", 500: "transient", 599: "transient"}
        )
        for status, kind in kinds.items():
            assert parse(status, fault_body("98765")).kind == kind, status

    def test_not_found_and_inactive(self):
        deleted = "Object Not Found : Another user has deleted this transaction."
        assert parse(400, fault_body("610", deleted)).kind == "not_found"
        inactive = (
            "Object Not Found : Something you're trying to use has been made "
            "inactive. Check the fields with accounts, customers, items, vendors or "
            "employees."
        )
        assert parse(400, fault_body("610", inactive)).kind == "inactive"

    def test_5010_of_a_closed_period_is_not_stale(self):
        assert parse(400, fault_body("5010")).kind == "stale"
        body = fault_body(
            "5010", "The account period has closed. {1}", "Account Period Closed"
        )
        assert parse(400, body).kind == "closed_period"

    def test_6000_by_its_text(self):
        hiccup = (
            "An unexpected error occurred while accessing or saving your data. Please "
            "wait a few minutes and try again."
        )
        found = parse(400, fault_body("6000", hiccup))
        assert found.kind == "transient" and found.uncertain
        long = "You cannot enter more than 50 characters in the request_id field."
        assert parse(400, fault_body("6000", long)).kind == "bug"
        tax = "Make sure all your transactions have a VAT rate before you save."
        assert parse(400, fault_body("6000", tax)).kind == "business"

    def test_duplicate_number_names_its_owner(self):
        detail = (
            "Duplicate Document Number Error : You must specify a different number. "
            "This number has already been used. DocNumber=INV/2026/0001 is assigned "
            "to TxnType=Invoice with TxnId=17984"
        )
        found = parse(400, fault_body("6140", detail))
        assert found.owner == faults.Owner("Invoice", "17984")
        assert parse(400, fault_body("6140", "no names")).owner is None

    def test_5xx_with_a_definite_code_was_not_executed(self):
        found = parse(500, fault_body("2010"))
        assert (found.kind, found.uncertain) == ("bug", False)
        for body in (fault_body("500"), fault_body("10000"), b"", PAGE.encode()):
            found = parse(500, body)
            assert (found.kind, found.uncertain) == ("transient", True)

    def test_maintenance_is_not_uncertain(self):
        assert not parse(400, fault_body("150")).uncertain
        assert not parse(503, fault_body("150")).uncertain

    def test_200_with_an_unknown_code_is_a_refusal(self):
        for body in (fault_body("98765"), fault_body("", "No", "Not this way")):
            found = parse(200, body)
            assert (found.kind, found.uncertain) == ("business", False)
            assert found.status == 200
            assert type(faults.to_error(found)) is exceptions.QboRejectedError

    def test_404_page_is_no_proof_that_an_object_is_gone(self):
        assert parse(404, PAGE).kind == "transient"
        assert parse(404, fault_body("610")).kind == "not_found"

    @pytest.mark.parametrize("status", [403, 404, 407, 409])
    @pytest.mark.parametrize("body", [b"", PAGE, b"<<", b"[]", b'{"message":"No"}'])
    def test_refusal_of_a_gateway_says_nothing_of_the_company(self, status, body):
        found = parse(status, body)
        assert (found.kind, found.uncertain) == ("transient", False)
        assert found.hint == HINTS["transient"]
        assert found.message

    def test_forbidden_needs_words_of_intuit(self):
        assert parse(403, fault_body("98765")).kind == "forbidden"
        assert parse(403, b'{"Fault":{}}').kind == "forbidden"
        header = {"X-Error": "message=ApplicationAuthorizationFailed; errorCode=003100"}
        assert parse(403, PAGE, header).kind == "forbidden"
        assert parse(404, PAGE, header).kind == "transient"


class TestTypes:
    """The type counts where the code says nothing."""

    SYSTEM = {"Error": [{"Message": "System Failure Error"}], "type": "SystemFault"}

    @pytest.mark.parametrize("status", [200, 400, 500])
    def test_system_fault_is_transient(self, status):
        found = parse(status, json.dumps({"Fault": self.SYSTEM}))
        assert (found.kind, found.uncertain) == ("transient", True)

    def test_spelling(self):
        body = {"fault": {"error": [{"message": "x"}], "TYPE": "SYSTEMFAULT"}}
        assert parse(400, json.dumps(body)).kind == "transient"

    def test_item_of_a_batch(self):
        for payload in (self.SYSTEM, {"Fault": self.SYSTEM}):
            assert faults.parse_fault(payload).kind == "transient"

    def test_known_code_counts_more(self):
        body = {**fault("2020"), "type": "SystemFault"}
        assert parse(400, json.dumps({"Fault": body})).kind == "data"

    @pytest.mark.parametrize("value", [None, 3, [], {}, "", "ValidationFault"])
    def test_other_types_say_nothing(self, value):
        body = {**self.SYSTEM, "type": value}
        assert parse(400, json.dumps({"Fault": body})).kind == "business"

    def test_type_is_no_code(self):
        assert parse(400, fault_body("SystemFault")).kind == "business"


class TestErrors:
    @pytest.mark.parametrize(
        "kind, error",
        [
            ("unauthorized", exceptions.QboUnauthorizedError),
            ("forbidden", exceptions.QboConfigurationError),
            ("client", exceptions.QboConfigurationError),
            ("throttled", exceptions.QboThrottledError),
            ("transient", exceptions.QboRetryableError),
            ("subscription", exceptions.QboSubscriptionError),
            ("grant", exceptions.QboGrantError),
            ("stale", exceptions.QboRejectedError),
            ("bug", exceptions.QboRejectedError),
        ],
    )
    def test_class_by_kind(self, kind, error):
        assert type(faults.to_error(faults.build_fault(kind, "x"))) is error

    def test_every_kind_has_a_class(self):
        for kind in faults.KINDS:
            error = faults.to_error(faults.build_fault(kind, "x"))
            assert isinstance(error, exceptions.QboError)
            assert error.kind == kind

    def test_members_of_the_error(self):
        error = faults.to_error(parse(400, DUPLICATE_NAME, {"intuit_tid": "1-a"}))
        assert (error.code, error.kind, error.tid) == ("6240", "duplicate_name", "1-a")
        assert error.retry_after is None
        assert str(error) == (
            "Duplicate Name Exists Error: The name supplied already exists. : null "
            "(code 6240, HTTP 400, intuit_tid 1-a)"
        )

    def test_survives_pickling(self):
        error = exceptions.QboThrottledError(
            faults.build_fault("throttled", "Wait"), retry_after=7
        )
        copy = pickle.loads(pickle.dumps(error))
        assert (copy.fault, copy.retry_after) == (error.fault, 7)


class TestHeaders:
    @pytest.mark.parametrize(
        "value, seconds",
        [
            ("30", 30),
            ("1.5", 1.5),
            ("0", 1),
            ("-5", 1),
            ("86400", 600),
            ("inf", 600),
            ("nan", None),
            ("soon", None),
            ("", None),
            ("Sun, 22 Nov 2026 12:01:30 GMT", 90),
            ("Sun, 22 Nov 2026 11:00:00 GMT", 1),
            ("Sun, 99 Nov 2026 11:00:00 GMT", None),
        ],
    )
    def test_retry_after(self, value, seconds):
        headers = {"Retry-After": value, "Date": "Sun, 22 Nov 2026 12:00:00 GMT"}
        found = parse(503, b"", headers)
        assert found.retry_after == seconds

    def test_throttle_takes_the_time_it_is_told(self):
        found = parse(429, THROTTLED, {"retry-after": "17"})
        assert faults.to_error(found).retry_after == 17


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["Fault", "fault", "Error", "error", "code", "Message", "x"])
        | st.text(max_size=4),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)


@given(
    status=st.integers(200, 599),
    body=st.binary(max_size=60)
    | json_values.map(lambda each: json.dumps(each).encode()),
    headers=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)
def test_never_raises(status, body, headers):
    found = faults.parse_response(status, headers, body)
    if found is None:
        assert 200 <= status < 300
        assert isinstance(json.loads(body), dict)
    else:
        assert found.kind in faults.KINDS
        assert str(faults.to_error(found))
