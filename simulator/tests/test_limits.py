"""The request limits: exact windows, the throttle's answer, the meter."""

import random
import threading
from types import SimpleNamespace

import pytest
from conftest import (
    DEVELOPMENT_KEYS,
    GB,
    INTUIT,
    PRODUCTION,
    PRODUCTION_CALLBACK,
    PRODUCTION_KEYS,
    US,
)

from simulator.limits import LimitKeeper
from simulator.settings import PlatformSwitches


@pytest.fixture
def ticker():
    return SimpleNamespace(now=1000.0)


@pytest.fixture
def keeper(ticker):
    return LimitKeeper(PlatformSwitches(), now=lambda: ticker.now)


def call(keeper, realm="1", client="a", batch=False):
    """Make a call that is over at once; return the limit it hit."""
    exceeded = keeper.enter(realm, client, batch=batch)
    if exceeded is None:
        keeper.leave(realm, client)
    return exceeded


# --- windows ---


def test_ten_a_second_and_not_one_more(keeper, ticker):
    assert [call(keeper) for _ in range(11)] == [None] * 10 + ["per_second"]
    ticker.now += 0.999
    assert call(keeper) == "per_second"
    ticker.now += 0.001
    assert call(keeper) is None


def test_the_second_slides(keeper, ticker):
    for _ in range(5):
        call(keeper)
    ticker.now += 0.6
    for _ in range(5):
        assert call(keeper) is None
    ticker.now += 0.39
    assert call(keeper) == "per_second"
    ticker.now += 0.02
    assert [call(keeper) for _ in range(6)] == [None] * 5 + ["per_second"]


def test_five_hundred_a_minute(keeper, ticker):
    for _ in range(50):
        for _ in range(10):
            assert call(keeper) is None
        ticker.now += 1
    assert call(keeper) == "per_minute"
    ticker.now += 9.999
    assert call(keeper) == "per_minute"
    ticker.now += 0.001
    assert call(keeper) is None


def test_the_minute_is_the_realms_the_second_the_apps(keeper, ticker):
    for _ in range(25):
        for client in ("a", "b"):
            for _ in range(10):
                assert call(keeper, client=client) is None
        ticker.now += 1
    assert call(keeper, client="a") == "per_minute"
    assert call(keeper, client="b") == "per_minute"
    assert call(keeper, realm="2") is None


@pytest.mark.parametrize("limit", [40, 120])
def test_batches_a_minute(keeper, ticker, limit):
    keeper._switches.update({"batches_per_minute": limit})
    for _ in range(limit):
        assert call(keeper, batch=True) is None
        ticker.now += 0.2
    assert call(keeper, batch=True) == "batches"
    assert call(keeper) is None


def test_ten_at_a_time(keeper, ticker):
    for _ in range(10):
        assert keeper.enter("1", "a") is None
    ticker.now += 5
    assert keeper.enter("1", "a") == "concurrent"
    assert keeper.enter("2", "a") is None
    keeper.leave("1", "a")
    assert keeper.enter("1", "a") is None


def test_refused_calls_do_not_prolong_the_wait(keeper, ticker):
    for _ in range(10):
        call(keeper)
    for _ in range(90):
        ticker.now += 0.01
        assert call(keeper) == "per_second"
    ticker.now += 0.11
    assert call(keeper) is None


def test_worst_windows_count_refused_calls_too(keeper, ticker):
    for _ in range(13):
        call(keeper)
    ticker.now += 30
    call(keeper, batch=True)
    row = keeper.describe()["realms"][0]
    assert row["worst"] == {
        "per_second": 13,
        "per_minute": 14,
        "batches_per_minute": 1,
        "concurrent": 1,
    }
    assert row["refused"]["per_second"] == 3
    assert row["calls"] == 14


def test_worst_window_does_not_hold_its_own_edge(keeper, ticker):
    call(keeper)
    ticker.now += 1.0
    call(keeper)
    assert keeper.describe()["realms"][0]["worst"]["per_second"] == 1


def test_worst_window_is_exact_whatever_the_rhythm(ticker):
    """Compare with counting every window the plain way."""
    rhythm = random.Random(7)
    keeper = LimitKeeper(PlatformSwitches(), enabled=False, now=lambda: ticker.now)
    moments = []
    for _ in range(400):
        ticker.now += rhythm.choice([0, 0.01, 0.1, 0.3, 1.0])
        moments.append(ticker.now)
        call(keeper)
    plain = max(sum(1 for other in moments if m - 1 < other <= m) for m in moments)
    assert keeper.describe()["realms"][0]["worst"]["per_second"] == plain


def test_threads_never_exceed_the_limit():
    keeper = LimitKeeper(PlatformSwitches(), now=lambda: 5.0)
    admitted = []

    def work():
        for _ in range(50):
            if call(keeper) is None:
                admitted.append(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(admitted) == 10


# --- over HTTP ---


def exhaust(client, token):
    """Use up the present second; return the first refused answer."""
    for _ in range(11):
        answer = client.company_info(token)
        if answer.status_code != 200:
            return answer
    raise AssertionError("never throttled")


@pytest.fixture
def limited(client, token):
    client.control("POST", "limits", {"enabled": True, "reset": True})
    return client


def test_throttle_is_xml_though_json_was_asked(limited, token, clock):
    answer = exhaust(limited, token)
    assert answer.status_code == 429
    assert "xml" in answer.headers["Content-Type"]
    assert "Retry-After" not in answer.headers
    assert answer.headers["intuit_tid"]
    assert answer.text == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<IntuitResponse time="2026-11-22T10:00:00-08:00" '
        'xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE">'
        '<Error code="3001"><Message>message=ThrottleExceeded; errorCode=003001; '
        "statusCode=429</Message><Detail>The request limit was reached.  Try again "
        "later</Detail></Error></Fault></IntuitResponse>"
    )


def test_throttle_by_switch(limited, token, simulator):
    simulator.switches.update({"retry_after_seconds": 7, "throttle_status": 403})
    answer = exhaust(limited, token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (403, "7")


def test_realms_do_not_share_their_second(limited, token):
    other = limited.connect(GB)["access_token"]
    exhaust(limited, token)
    assert limited.company_info(other, GB).status_code == 200


def test_unauthorised_calls_and_oauth_are_not_counted(limited, token):
    for _ in range(30):
        assert limited.company_info("x" * 100).status_code == 401
        assert limited.refresh("x").status_code == 400
    assert limited.company_info(token).status_code == 200


def test_a_throttled_call_changes_nothing(limited, token):
    exhaust(limited, token)
    answer = limited.create("customer", {"DisplayName": "Not this second"}, token)
    assert answer.status_code == 429
    names = limited.control("GET", f"objects/{US}/Customer").json()["objects"]
    assert "Not this second" not in [each["DisplayName"] for each in names]


def test_limits_can_be_read_and_switched_off(limited, token):
    exhaust(limited, token)
    row = limited.control("GET", "limits").json()["realms"][0]
    assert row["refused"]["per_second"] == 1
    assert row["worst"]["per_second"] == 11
    limited.control("POST", "limits", {"enabled": False})
    assert all(limited.company_info(token).ok for _ in range(20))


# --- the meter ---


def connect_production(client):
    code = client.consent(
        PRODUCTION,
        client_id=PRODUCTION_KEYS[0],
        redirect_uri=PRODUCTION_CALLBACK,
    )["code"]
    answer = client.exchange(
        code, redirect_uri=PRODUCTION_CALLBACK, keys=PRODUCTION_KEYS
    )
    return answer.json()["access_token"]


def read_production(client, token):
    return client.company_info(token, PRODUCTION, host=INTUIT.production)


def test_reads_of_production_are_billed(client, clock):
    token = connect_production(client)
    read_production(client, token)
    rows = client.control("GET", "meter").json()["rows"]
    assert rows == [
        {
            "client_id": PRODUCTION_KEYS[0],
            "month": "2026-11",
            "environment": "production",
            "calls": 1,
            "billed": True,
        }
    ]


def test_sandbox_is_counted_but_not_billed(client, token):
    client.company_info(token)
    (row,) = client.control("GET", "meter").json()["rows"]
    assert (row["client_id"], row["calls"]) == (DEVELOPMENT_KEYS[0], 1)
    assert row["billed"] is False


def test_cap_blocks_reads_until_next_month(client, clock):
    client.control(
        "POST",
        "meter",
        {"cap": 500_000, "calls": 499_999, "client_id": PRODUCTION_KEYS[0]},
    )
    token = connect_production(client)
    assert read_production(client, token).status_code == 200
    assert read_production(client, token).status_code == 403
    written = client.create(
        "customer",
        {"DisplayName": "Still writable"},
        token,
        realm_id=PRODUCTION,
        host=INTUIT.production,
    )
    assert written.status_code == 200
    client.control("POST", "switches", {"meter_cap_answer": "throttled"})
    assert read_production(client, token).status_code == 429
    clock.advance(9 * 86400)
    token = connect_production(client)
    assert read_production(client, token).status_code == 200


def test_cap_does_not_concern_sandboxes(client, token):
    client.control("POST", "meter", {"cap": 1, "calls": 5})
    assert client.company_info(token).status_code == 200


def test_refused_reads_are_not_metered(client, token):
    assert client.api("GET", "customer/999999", token).status_code == 400
    assert client.control("GET", "meter").json()["rows"] == []
