"""Canonical JSON, fingerprints and differences."""

import json
import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online.tools.digest import (
    ABSENT,
    canonical,
    describe,
    differences,
    digest,
    to_plain,
)

numbers = st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
payloads = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["Id", "Line", "Amount"]) | st.text(max_size=3),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)


def is_same(one, other):
    """Equality as JSON sees it, told without the code under test."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            is_same(one[key], other[key]) for key in one
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, Decimal)) and isinstance(other, (int, Decimal)):
        return one == other
    return type(one) is type(other) and one == other


def shuffle(payload, seed):
    """The same payload with its members in another order, numbers respelled."""
    draw = random.Random(seed)
    if isinstance(payload, dict):
        members = list(payload.items())
        draw.shuffle(members)
        return {key: shuffle(value, seed) for key, value in members}
    if isinstance(payload, list):
        return [shuffle(value, seed) for value in payload]
    if isinstance(payload, int) and not isinstance(payload, bool):
        return Decimal(f"{payload}.000")
    return payload


class TestCanonical:
    @pytest.mark.parametrize(
        "payload, expected",
        [
            ({"b": 1, "a": [True, None, "é\n"]}, '{"a":[true,null,"é\\n"],"b":1}'),
            ({}, "{}"),
            ([], "[]"),
            (Decimal("100.00"), "100"),
            (Decimal("-0.50"), "-0.5"),
            (Decimal("-0.00"), "0"),
            (Decimal("1E+2"), "100"),
            (Decimal("33.333333"), "33.333333"),
            (Decimal("1E+40"), "1E+40"),
            (Decimal("12E-40"), "12E-40"),
        ],
    )
    def test_text(self, payload, expected):
        assert canonical(payload) == expected.encode()

    @given(payload=payloads, seed=st.integers(0, 99))
    def test_order_of_members_and_scale_do_not_matter(self, payload, seed):
        assert canonical(shuffle(payload, seed)) == canonical(payload)
        assert digest(shuffle(payload, seed)) == digest(payload)

    @given(one=payloads, other=payloads)
    def test_equal_exactly_for_equal_payloads(self, one, other):
        assert (canonical(one) == canonical(other)) == is_same(one, other)

    @given(one=numbers, other=numbers)
    def test_numbers(self, one, other):
        assert (canonical(one) == canonical(other)) == (one == other)
        assert (canonical([one]) == canonical([str(one)])) is False

    @given(payload=payloads)
    def test_is_json(self, payload):
        loaded = json.loads(canonical(payload), parse_float=Decimal)
        assert is_same(loaded, payload)

    def test_many_digits_are_not_rounded(self):
        one = Decimal("1." + "0" * 40 + "1")
        assert canonical(one) != canonical(Decimal("1"))

    def test_texts_are_bytes_as_given(self):
        assert canonical("e\u0301") != canonical("é")
        assert canonical("\ud83d\ude00") != canonical("😀")
        assert canonical("1") != canonical(1)

    @pytest.mark.parametrize(
        "value", [1.5, date(2026, 1, 1), {1: 2}, {"a": b"x"}, {1.5}]
    )
    def test_what_json_lacks(self, value):
        with pytest.raises(TypeError):
            canonical([value])

    @pytest.mark.parametrize("value", ["NaN", "Infinity", "sNaN"])
    def test_no_number(self, value):
        with pytest.raises(ValueError):
            canonical(Decimal(value))

    def test_digest(self):
        assert digest({}) == (
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        )


class TestDifferences:
    OLD = {
        "DocNumber": "INV/1",
        "Line": [
            {"Id": "1", "Amount": Decimal("50.00")},
            {"Id": "2", "Amount": Decimal("100.00"), "Detail": {"Qty": 1}},
            {"Id": "3", "Amount": Decimal("7")},
        ],
    }

    def test_in_words(self):
        new = {
            "DocNumber": "INV/1",
            "Line": [
                {"Id": "1", "Amount": Decimal("50")},
                {"Id": "2", "Amount": Decimal("120.00"), "Detail": {"Qty": 2}},
            ],
            "PrivateNote": "Hello",
        }
        assert describe(differences(self.OLD, new)) == [
            "Line 2, Amount: 100.00 → 120.00",
            "Line 2, Detail, Qty: 1 → 2",
            "Line 3 removed",
            "PrivateNote added: Hello",
        ]

    def test_a_removed_line_does_not_shift_the_others(self):
        new = {**self.OLD, "Line": self.OLD["Line"][1:]}
        assert describe(differences(self.OLD, new)) == ["Line 1 removed"]
        changed = {"Id": "2", "Amount": Decimal("9"), "Detail": {"Qty": 1}}
        new = {**self.OLD, "Line": [changed, self.OLD["Line"][2]]}
        assert describe(differences(self.OLD, new)) == [
            "Line 1 removed",
            "Line 2, Amount: 100.00 → 9",
        ]

    def test_lines_without_ids_are_matched_by_content(self):
        lines = [{"Amount": number} for number in (1, 2, 3)]
        found = differences({"Line": lines}, {"Line": [lines[0], lines[2]]})
        assert describe(found) == ["Line 2 removed"]
        found = differences({"Line": lines}, {"Line": [{"Amount": 9}, *lines[1:]]})
        assert describe(found) == ["Line 1, Amount: 1 → 9"]

    def test_values(self):
        old = {"a": None, "b": True, "c": "", "d": {}, "e": "1", "f": [1]}
        new = {"a": 1, "b": False, "c": "x", "d": None, "e": 1, "g": {"h": 1}}
        assert describe(differences(old, new)) == [
            "a: nothing → 1",
            "b: yes → no",
            "c: empty → x",
            "d: empty → nothing",
            "e: 1 → 1",
            "f removed",
            "g added",
        ]

    def test_tuples(self):
        (found,) = differences({"a": 1}, {})
        assert found == ("a", 1, ABSENT)
        assert describe(differences(1, 2)) == ["Document: 1 → 2"]
        assert describe(differences({"x": {"y": 1}}, {"x": [1]})) == ["x: … → …"]

    @given(one=payloads, other=payloads)
    def test_empty_exactly_for_equal_payloads(self, one, other):
        found = differences(one, other)
        assert (found == []) == (canonical(one) == canonical(other))
        assert len(describe(found)) == len(found)

    @given(payload=payloads, seed=st.integers(0, 99))
    def test_none_between_spellings(self, payload, seed):
        assert differences(payload, shuffle(payload, seed)) == []

    @given(lines=st.lists(payloads, max_size=6), seed=st.integers(0, 99))
    def test_another_order_of_lines_is_a_difference(self, lines, seed):
        turned = lines[::-1]
        same = canonical(lines) == canonical(turned)
        assert (differences({"Line": lines}, {"Line": turned}) == []) == same


def test_to_plain():
    plain = to_plain({"a": [Decimal("5"), Decimal("33.330")], "b": (1, "x", None)})
    assert plain == {"a": [5, "33.33"], "b": [1, "x", None]}
    json.dumps(plain)
