"""The limits, as Intuit's counter sees them."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quickbooks_online import const
from quickbooks_online.tools import governor
from quickbooks_online.tools.governor import Limits

NOW = 1_795_348_800.0  # 2026-11-22 12:00 UTC


def draw_steps(seed):
    """Times between two askings and their kinds: eager, busy and idle spells."""
    draw = random.Random(seed)
    steps = []
    for _spell in range(draw.randrange(1, 8)):
        longest = draw.choice([0, 0, 0.05, 0.2, 1, 4, 90])
        batches = draw.choice([0, 0.1, 1])
        for _number in range(draw.randrange(1, 120)):
            kind = "batch" if draw.random() < batches else "request"
            steps.append((draw.uniform(0, longest), kind))
    return steps


STEPS = st.integers(0, 10**9).map(draw_steps)
LIMITS = st.sampled_from(
    [
        Limits(),
        Limits(per_second=3, per_minute=20, batches_per_minute=4),
        Limits(per_second=100, per_minute=30, batches_per_minute=30),
        Limits(per_second=1, per_minute=1, batches_per_minute=1),
        Limits(jitter=0.0),
    ]
)


def drive(steps, limits, obey=True):
    """Ask at each step; when `obey`, wait as told and ask again.

    :return: list of (moment of the grant, kind)
    """
    state, now, granted = {}, NOW, []
    for step, kind in steps:
        now += step
        state, wait = governor.take(state, now, kind, limits)
        state = json.loads(json.dumps(state))
        if wait and obey:
            now += wait
            state, wait = governor.take(state, now, kind, limits)
            assert wait == 0.0
        if not wait:
            granted.append((now, kind))
    return granted


def arrivals(granted, jitter, seed):
    """When the receiver counts what was granted, and as which kind."""
    draw = random.Random(seed)
    # Adversarial: the early ones late, the late ones early, or anything.
    return sorted(
        (moment + draw.choice([0, jitter, draw.uniform(0, jitter)]), kind)
        for moment, kind in granted
    )


def most_within(moments, window):
    """The largest number of moments in any half-open window of this length."""
    most = start = 0
    for end, moment in enumerate(moments):
        while moment - moments[start] >= window:
            start += 1
        most = max(most, end - start + 1)
    return most


def assert_within(granted, limits, seed):
    arrived = arrivals(granted, limits.jitter, seed)
    moments = [moment for moment, _kind in arrived]
    batches = [moment for moment, kind in arrived if kind == "batch"]
    assert most_within(moments, 1) <= limits.per_second
    assert most_within(moments, 60) <= limits.per_minute
    assert most_within(batches, 60) <= limits.batches_per_minute


@given(steps=STEPS, limits=LIMITS, obey=st.booleans(), seed=st.integers(0, 9))
@settings(max_examples=150)
def test_the_receiver_never_counts_above_a_limit(steps, limits, obey, seed):
    assert_within(drive(steps, limits, obey), limits, seed)


def test_three_minutes_of_eagerness():
    granted, state, now = [], {}, NOW
    while now < NOW + 180:
        state, wait = governor.take(state, now)
        if not wait:
            granted.append((now, "request"))
        now += wait or 0.001
    assert_within(granted, Limits(), 1)
    assert len(granted) >= 7.6 * 180


def test_batches_reach_nearly_their_limit():
    granted, state, now = [], {}, NOW
    while now < NOW + 600:
        state, wait = governor.take(state, now, "batch")
        if not wait:
            granted.append((now, "batch"))
        now += wait or 0.001
    assert_within(granted, Limits(), 1)
    assert len(granted) >= 39 * 10


def test_ten_go_at_once():
    state = {}
    for _number in range(10):
        state, wait = governor.take(state, NOW)
        assert wait == 0.0
    state, wait = governor.take(state, NOW)
    assert 1.3 <= wait <= 1.31


@given(steps=STEPS, limits=LIMITS)
def test_waits_are_not_absurd(steps, limits):
    state, now = {}, NOW
    for step, kind in steps:
        now += step
        state, wait = governor.take(state, now, kind, limits)
        assert 0 <= wait <= 61.5


def test_a_refused_take_takes_nothing():
    state = {}
    for _number in range(10):
        state, _wait = governor.take(state, NOW)
    for _number in range(100):
        state, wait = governor.take(state, NOW + 0.5)
        assert wait
    state, wait = governor.take(state, NOW + 1.302)
    assert wait == 0.0


def test_the_given_state_is_not_changed():
    state, _wait = governor.take({}, NOW)
    before = json.dumps(state)
    for _number in range(3):
        governor.take(state, NOW + 1)
        governor.pause(state, NOW + 1, 60)
        governor.meter(state, NOW + 1, 5)
        governor.describe(state, NOW + 100)
    assert json.dumps(state) == before


def test_unknown_kind():
    with pytest.raises(ValueError):
        governor.take({}, NOW, "report")


class TestPause:
    def test_nobody_calls_during_a_pause(self):
        state = governor.pause({}, NOW, 60, "429")
        state, wait = governor.take(state, NOW + 20)
        assert 40 <= wait <= 40.1
        state, wait = governor.take(state, NOW + 20 + wait)
        assert wait == 0.0

    def test_a_shorter_pause_does_not_end_a_longer_one(self):
        state = governor.pause({}, NOW, 120, "long")
        state = governor.pause(state, NOW + 1, 60, "short")
        described = governor.describe(state, NOW + 1)
        assert described["pause_reason"] == "long"
        assert described["pause_seconds"] == 119
        assert described["paused_until"] == NOW + 120

    def test_bounds(self):
        state = governor.pause({}, NOW, 1e9)
        assert governor.describe(state, NOW)["pause_seconds"] == 600
        state = governor.pause({}, NOW, -5)
        assert governor.take(state, NOW)[1] == 0.0

    def test_over(self):
        state = governor.pause({}, NOW, 60, "429")
        described = governor.describe(state, NOW + 61)
        assert described["paused_until"] is None
        assert described["pause_reason"] == ""


class TestClock:
    @given(
        back=st.floats(0, 1e7),
        number=st.integers(1, 12),
        pause=st.sampled_from([0, 60]),
    )
    def test_going_back_never_blocks_for_long(self, back, number, pause):
        state = governor.pause({}, NOW, pause)
        now = NOW + pause
        for _number in range(number):
            state, _wait = governor.take(state, now)
        now -= back
        waited = 0.0
        for _attempt in range(12):
            state, wait = governor.take(state, now + waited)
            if not wait:
                break
            waited += wait
        assert wait == 0.0
        assert waited <= 5 + 1.31 + pause

    @given(back=st.floats(0, 1e7))
    def test_going_back_allows_no_burst(self, back):
        state = {}
        for _number in range(10):
            state, _wait = governor.take(state, NOW)
        state, wait = governor.take(state, NOW - back)
        assert wait >= 1.3
        state, wait = governor.take(state, NOW - back + wait)
        assert wait == 0.0

    @given(steps=STEPS, skew=st.floats(0, 2.4))
    def test_hosts_that_disagree_do_not_break_the_limits(self, steps, skew):
        state, now, granted = {}, NOW, []
        for number, (step, kind) in enumerate(steps):
            now += step
            own_clock = now + (skew if number % 2 else -skew)
            state, wait = governor.take(state, own_clock, kind)
            if not wait:
                granted.append((now, kind))
        moments = [moment for moment, _kind in granted]
        # Each host's time is right to within the skew, so a window may be
        # shorter by what the clocks disagree, never by more.
        assert most_within(moments, 60 - 2 * skew) <= 500
        if skew < 0.1:
            assert most_within(moments, 1) <= 10

    def test_one_wrong_moment_in_the_future_is_forgotten(self):
        state, _wait = governor.take({}, NOW + 1e9)
        state = governor.meter(state, NOW + 1e9, 3)
        state, wait = governor.take(state, NOW)
        assert wait == 0.0
        state = governor.meter(state, NOW, 4)
        assert governor.forecast(state, NOW)["month_calls"] == 7
        assert governor.describe(state, NOW)["month"] == "2026-11"


class TestPlaces:
    def test_ten_calls_under_way(self):
        state = {}
        for number in range(10):
            state, wait = governor.take(state, NOW + number, place=f"call {number}")
            assert wait == 0.0
        state, wait = governor.take(state, NOW + 20, place="one more")
        assert wait > 0
        assert governor.describe(state, NOW + 20)["in_flight"] == 10
        state = governor.release(state, NOW + 21, "call 3")
        state, wait = governor.take(state, NOW + 21, place="one more")
        assert wait == 0.0

    def test_a_lost_place_comes_back(self):
        state = {}
        for number in range(10):
            state, _wait = governor.take(state, NOW + number, place=str(number))
        state, wait = governor.take(state, NOW + 131, place="next")
        assert wait == 0.0

    def test_without_a_name_places_do_not_count(self):
        state = {}
        for number in range(30):
            state, wait = governor.take(state, NOW + number)
            assert wait == 0.0
        assert governor.describe(state, NOW + 30)["in_flight"] == 0


class TestMeter:
    def test_rolls_over_with_the_month_of_utc(self):
        end = 1_796_083_199.0  # 2026-11-30 23:59:59
        state = governor.meter({}, end, 7)
        state = governor.meter(state, end, 3)
        assert governor.forecast(state, end)["month_calls"] == 10
        assert governor.forecast(state, end + 1)["month_calls"] == 0
        state = governor.meter(state, end + 1, 2)
        assert governor.forecast(state, end + 1)["month_calls"] == 2
        # A host whose clock is a little behind counts for the new month.
        state = governor.meter(state, end - 1, 5)
        assert governor.describe(state, end + 1)["month_calls"] == 7

    def test_forecast(self):
        start = 1_793_491_200.0  # 2026-11-01
        state = governor.meter({}, start + 15 * 86_400, 100_000)
        found = governor.forecast(state, start + 15 * 86_400)
        assert found == {
            "month": "2026-11",
            "month_calls": 100_000,
            "forecast_calls": 200_000,
            "limit": 500_000,
            "share": 0.4,
            "exceeds": False,
        }
        state = governor.meter(state, start + 15 * 86_400, 200_000)
        assert governor.forecast(state, start + 15 * 86_400)["exceeds"]

    def test_a_first_load_is_not_a_month_of_first_loads(self):
        start = 1_793_491_200.0
        state = governor.meter({}, start + 60, 1000)
        assert governor.forecast(state, start + 60)["forecast_calls"] <= 31_000

    @given(
        moments=st.lists(
            st.tuples(st.floats(0, 1e8), st.integers(0, 1000)), max_size=40
        )
    )
    def test_each_month_counts_its_own(self, moments):
        state, expected = {}, {}
        for offset, calls in sorted(moments):
            now = NOW + offset
            state = governor.meter(state, now, calls)
            found = governor.forecast(state, now)
            expected[found["month"]] = expected.get(found["month"], 0) + calls
            assert found["month_calls"] == expected[found["month"]]
            assert found["forecast_calls"] >= found["month_calls"]

    def test_nothing_yet(self):
        found = governor.forecast({}, NOW)
        assert (found["month_calls"], found["forecast_calls"]) == (0, 0)
        assert found["limit"] == const.METERED_CALLS_PER_MONTH


def test_describe_counts_the_last_minute():
    state = {}
    for number in range(5):
        state, _wait = governor.take(state, NOW + number, "batch")
    described = governor.describe(state, NOW + 30)
    assert described["calls_last_minute"] == 5
    assert described["batches_last_minute"] == 5
    assert governor.describe(state, NOW + 90)["calls_last_minute"] == 0
    assert governor.describe(None, NOW)["calls_last_minute"] == 0


def test_the_state_stays_small():
    state, now = {}, NOW
    for number in range(2000):
        kind = "request" if number % 10 else "batch"
        state, wait = governor.take(state, now, kind)
        now += wait or 0.01
    assert len(json.dumps(state)) < 4096
