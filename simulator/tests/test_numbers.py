"""Numbers: parsing, rounding, printing."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import numbers

AMOUNTS = st.decimals(min_value=-(10**11), max_value=10**11, places=6, allow_nan=False)


def test_half_up_not_bankers():
    assert numbers.money(Decimal("22.425")) == Decimal("22.43")
    assert numbers.money(Decimal("-22.425")) == Decimal("-22.43")
    assert numbers.money(Decimal("0.005")) == Decimal("0.01")


def test_money_keeps_its_scale_zero_does_not():
    payload = {
        "TotalAmt": numbers.money(Decimal(200)),
        "Balance": numbers.money(Decimal("0.001")),
        "Qty": numbers.bare(Decimal("1.000")),
        "UnitPrice": numbers.bare(Decimal("275.00")),
        "Rate": numbers.bare(Decimal("1E+2")),
    }
    text = '{"TotalAmt":200.00,"Balance":0,"Qty":1,"UnitPrice":275,"Rate":100}'
    assert numbers.dumps(payload).decode() == text


def test_prices_have_seven_decimals():
    assert numbers.bare(Decimal("0.53066666666")) == Decimal("0.5306667")


def test_thousands():
    assert numbers.with_thousands(Decimal(1000)) == "1,000"
    assert numbers.with_thousands(Decimal("1861.070")) == "1,861.07"


@pytest.mark.parametrize("bad", ["", "1,5", "abc", True, None, "NaN", "Infinity", []])
def test_what_is_no_number(bad):
    with pytest.raises(numbers.MalformedNumber):
        numbers.parse(bad)


def test_numeric_strings_are_numbers():
    assert numbers.parse("120") == 120
    assert numbers.parse("1e2") == 100


@pytest.mark.parametrize("bad", ["", "{", '{"a":NaN}', "[1,]", "{'a':1}", "[" * 100000])
def test_what_is_no_json(bad):
    with pytest.raises(numbers.MalformedJson):
        numbers.loads(bad)


@given(AMOUNTS)
def test_rounding_is_nearest_and_symmetric(value):
    rounded = numbers.money(value)
    assert abs(rounded - value) <= Decimal("0.005")
    assert numbers.money(-value) == -rounded
    assert numbers.money(rounded) == rounded


@given(AMOUNTS)
def test_numbers_survive_the_wire(value):
    bare = numbers.bare(value)
    assert numbers.loads(numbers.dumps([bare])) == [bare]
    assert "e" not in numbers.dumps([bare]).decode().lower()


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(TREES)
def test_json_is_what_the_standard_library_reads(tree):
    assert json.loads(numbers.dumps(tree)) == tree


def test_floats_are_refused():
    with pytest.raises(TypeError):
        numbers.dumps({"Amount": 1.5})


@pytest.mark.parametrize(
    "bad", ["1_0", "\u0661\u0662", "\uff11", "0x1", "+1", ".5", "5.", " 1", "1\n"]
)
def test_only_plain_digits_make_a_number(bad):
    with pytest.raises(numbers.MalformedNumber):
        numbers.parse(bad)


@pytest.mark.parametrize("huge", ["1e2000000", "-1e100000000", "1e-2000000"])
def test_exponents_beyond_all_books(huge):
    for value in (huge, numbers.loads(huge)):
        with pytest.raises(numbers.MalformedNumber):
            numbers.parse(value)


@pytest.mark.parametrize(
    "body",
    [
        rb'{"Name": "a\ud800"}',
        rb'{"\uDFFF": 1}',
        rb'[{"a": ["\udc00\ud800"]}]',
        b"1e99999999999999999999",
    ],
)
def test_json_no_java_program_could_keep(body):
    with pytest.raises(numbers.MalformedJson):
        numbers.loads(body)


def test_pairs_of_surrogates_are_one_character():
    assert numbers.loads(rb'["\ud83d\ude00", "\\ud800"]') == ["\U0001f600", "\\ud800"]


def test_huge_numbers_stay_short_on_the_wire():
    assert numbers.dumps([numbers.loads("1e100000000")]) == b"[1E+100000000]"
