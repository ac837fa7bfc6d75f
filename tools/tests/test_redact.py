"""Nothing that opens a door reaches a log."""

import json
import logging

import pytest
from bodies import TOKEN, UNAUTHORIZED
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online import const
from quickbooks_online.tools.redact import (
    MASK,
    RedactingFilter,
    install_filter,
    redact_body,
    redact_headers,
    scrub,
)

REFRESH = "AB11795348800ZkQ0pXm2Vt8Rw3Ys6Lb9Nc1Hd4Jf7Gg5"


class TestText:
    @pytest.mark.parametrize(
        "text, expected",
        [
            ("Authorization: Bearer abcDEF123.x-y", "Authorization: Bearer ***"),
            ("Basic dXNlcjpwYXNz==", "Basic ***"),
            ("Token expired: AB12-cd.ef", "Token expired: ***"),
            (f"got {TOKEN}", "got ***"),
            (f"old {REFRESH}!", "old ***!"),
            ("?code=AB12cd34&state=x", "?code=***&state=x"),
            (
                "grant_type=refresh_token&refresh_token=abc",
                "grant_type=refresh_token&refresh_token=***",
            ),
            ("client_secret=s%20t&x=1", "client_secret=***&x=1"),
            ('{"access_token": "a\\"b", "x": 1}', '{"access_token": "***", "x": 1}'),
            ("{'refresh_token': 'abc', 'x': 1}", "{'refresh_token': \"***\", 'x': 1}"),
            ('{"token":"abc"', '{"token":"***"'),
            ('"CreditChargeInfo":{"Number":"4111', '"CreditChargeInfo":"***"'),
            (
                "<BankAccountNumber>123</BankAccountNumber>",
                "<BankAccountNumber>***</BankAccountNumber>",
            ),
        ],
    )
    def test_masks(self, text, expected):
        assert scrub(text) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "error code=5010 SyncToken=3",
            '{"code":"6240","SyncToken":"4","Detail":"The name exists"}',
            "Basic plan, Bearer of news",
            "Duplicate DocNumber=INV/2026/0001 TxnId=17984",
            "jane@example.com +1 650 555 0100",
            "message=AuthenticationFailed; errorCode=003200; statusCode=401",
            "",
        ],
    )
    def test_keeps(self, text):
        assert scrub(text) == text

    def test_none(self):
        assert scrub(None) == ""

    def test_named_secrets(self):
        text = "a s/e+c b s%2Fe%2Bc c"
        assert scrub(text, ["s/e+c", "", None]) == "a *** b *** c"


class TestHeaders:
    def test_masks_what_authorizes(self):
        headers = {
            "Authorization": "Bearer x",
            "cookie": "a=b",
            "Set-Cookie": "c",
            "Accept": "application/json",
            "X-Note": "Bearer abcdef123",
        }
        found = redact_headers(headers)
        assert found["Authorization"] == found["cookie"] == found["Set-Cookie"] == MASK
        assert found["Accept"] == "application/json"
        assert found["X-Note"] == "Bearer ***"
        assert redact_headers(None) == {}


class TestBody:
    def test_json(self):
        body = {
            "access_token": TOKEN,
            "expires_in": 3600,
            "Customer": {
                "PrimaryTaxIdentifier": "XX-123",
                "PrimaryEmailAddr": {"Address": "jane@example.com"},
                "Vendor1099": False,
            },
            "CreditCardPayment": {
                "CreditChargeInfo": {"Number": "4111111111111111", "Type": "V"}
            },
            "code": "AB12cd34",
            "token": None,
        }
        found = json.loads(redact_body(json.dumps(body).encode()))
        assert found["access_token"] == found["code"] == MASK
        assert found["expires_in"] == 3600
        assert found["Customer"]["PrimaryTaxIdentifier"] == MASK
        assert found["Customer"]["PrimaryEmailAddr"]["Address"] == "jane@example.com"
        assert found["CreditCardPayment"]["CreditChargeInfo"] == MASK
        assert found["token"] is None

    def test_fault_of_401(self):
        found = redact_body(UNAUTHORIZED)
        assert TOKEN not in found and "Token expired: ***" in found
        assert json.loads(found)["fault"]["error"][0]["code"] == "3200"

    def test_numbers_keep_their_digits(self):
        assert redact_body(b'{"Amount":200.00}') == '{"Amount":200.00}'

    def test_readable(self):
        assert redact_body(b'{"Name":"\\u00e9\\ud83d\\ude00"}') == '{"Name":"é😀"}'

    @pytest.mark.parametrize(
        "body",
        [
            None,
            b"",
            "",
            b"\xff\xfe",
            b"a\x00b",
            "\ud800",
            b'{"a":"\\ud800\\u0000"}',
            b"[" * 9999,
        ],
    )
    def test_storable(self, body):
        found = redact_body(body)
        assert "\x00" not in found
        found.encode("utf-8")

    def test_form(self):
        body = f"grant_type=refresh_token&refresh_token={REFRESH}"
        assert redact_body(body) == "grant_type=refresh_token&refresh_token=***"

    def test_long_body_is_cut(self):
        body = json.dumps({"a": "x" * 100_000, "access_token": "abc"})
        found = redact_body(body)
        assert len(found) < const.LOG_BODY_BYTES + 100
        assert found.endswith("characters in all]")

    @given(offset=st.integers(-60, 60))
    def test_the_cut_shows_no_part_of_a_token_in_text(self, offset):
        start = "x" * (200 + offset) + " Bearer " + "Q7" * 20
        assert "Q7" not in redact_body(start + " " * 900, limit=260)

    @given(offset=st.integers(0, 2000))
    def test_masks_before_the_cut_show_no_part_of_a_secret(self, offset):
        """Each mask is shorter than what it hides and draws in what follows."""
        secret = "Q7" * 453
        body = "x" * (9000 - offset) + f" {secret}" * 20 + " y" * 9000
        found = redact_body(body, (secret,), limit=10_000)
        assert "Q7" not in found
        assert found.startswith("x" * 1000)

    @given(offset=st.integers(-60, 60))
    def test_the_cut_shows_no_part_of_a_secret(self, offset):
        secret = "Q7" * 20
        start = '{"a":"' + "x" * (200 + offset) + f'","refresh_token":"{secret}"'
        found = redact_body(start + ',"b":"' + "y" * 900 + '"}', limit=260)
        assert "Q7" not in found

    @given(
        key=st.sampled_from(sorted(const.SENSITIVE_KEYS - {"code"})),
        secret=st.text("abcXYZ0189-_./+", min_size=6, max_size=30),
        wrap=st.lists(st.sampled_from(["list", "dict", "deep"]), max_size=5),
        indent=st.sampled_from([None, 2]),
        limit=st.sampled_from([20, 100_000]),
    )
    def test_no_secret_at_any_depth(self, key, secret, wrap, indent, limit):
        secret = f"S{secret}E"
        payload = {"before": 1, key.title(): secret, "after": "x"}
        for kind in wrap:
            if kind == "list":
                payload = [payload]
            elif kind == "dict":
                payload = {"inner": payload}
            else:
                payload = {"inner": {key: {"value": secret}}, "other": payload}
        text = json.dumps(payload, indent=indent)
        assert secret not in redact_body(text, limit=limit)
        assert secret not in scrub(text)


class TestLogging:
    def log(self, *arguments, **options):
        records = []
        logger = logging.getLogger("quickbooks_online.test.redact")
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        handler = logging.Handler()
        handler.emit = lambda record: records.append(
            logging.Formatter("%(message)s").format(record)
        )
        handler.addFilter(RedactingFilter())
        logger.handlers = [handler]
        logger.debug(*arguments, **options)
        return records[0]

    def test_message_and_arguments(self):
        assert self.log("sent %s", "Bearer abcdef123") == "sent Bearer ***"
        assert self.log("sent %(a)s", {"a": TOKEN}) == "sent ***"
        assert self.log("100%") == "100%"

    def test_broken_format_does_not_break_logging(self):
        assert "***" in self.log("sent %d %d", f"Bearer {TOKEN}")

    def test_traceback(self):
        try:
            raise ValueError(f"Header Bearer {TOKEN}")
        except ValueError:
            text = self.log("failed", exc_info=True)
        assert "ValueError" in text and TOKEN not in text

    def test_install_once(self):
        names = ("quickbooks_online.test.install",)
        install_filter(names)
        install_filter(names)
        assert len(logging.getLogger(names[0]).filters) == 1
