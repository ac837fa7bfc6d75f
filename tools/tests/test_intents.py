"""Request ids and batches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online import const
from quickbooks_online.tools.batches import check_items
from quickbooks_online.tools.intents import (
    batch_ids,
    batch_request_id,
    pack,
    request_id,
)

texts = st.text(min_size=1, max_size=4)
intents = st.tuples(texts, texts, st.integers(1, 20), texts, texts, st.integers(0, 2))
INTENT = ("uuid", "account.move", 7, "create", "d1", 0)
OTHERS = [
    ("uuid2", "account.move", 7, "create", "d1", 0),
    ("uuid", "sale.order", 7, "create", "d1", 0),
    ("uuid", "account.move", 8, "create", "d1", 0),
    ("uuid", "account.move", 7, "update", "d1", 0),
    ("uuid", "account.move", 7, "create", "d2", 0),
    ("uuid", "account.move", 7, "create", "d1", 1),
    # The parts are not run together.
    ("uuid", "account.mov", 7, "ecreate", "d1", 0),
]


class TestRequestId:
    def test_is_the_same_in_every_version(self):
        # Rows of the outbox outlive an update of this program.
        assert request_id(*INTENT) == "d7668003713a193595e6dbb4b8310e88"
        assert request_id(*INTENT[:-1]) == request_id(*INTENT)

    @pytest.mark.parametrize("other", OTHERS)
    def test_each_part_counts(self, other):
        assert request_id(*other) != request_id(*INTENT)

    @given(one=intents, other=intents)
    def test_equal_exactly_for_equal_intents(self, one, other):
        found = request_id(*one)
        assert (found == request_id(*other)) == (one == other)
        assert 1 <= len(found) <= const.BATCH_REQUEST_ID_LENGTH
        assert found.isascii() and found.isalnum()

    @pytest.mark.parametrize(
        "place, value",
        [(0, ""), (1, None), (2, 0), (2, True), (2, "7"), (3, ""), (4, b"d"), (5, -1)],
    )
    def test_missing_parts(self, place, value):
        parts = list(INTENT)
        parts[place] = value
        with pytest.raises(ValueError):
            request_id(*parts)


class TestBatchIds:
    @given(ids=st.lists(texts, min_size=1, max_size=30, unique=True))
    def test_fit(self, ids):
        batch, bids = batch_request_id(ids), batch_ids(ids)
        assert len(set(bids)) == len(ids)
        assert all(len(batch + bid) <= const.REQUEST_ID_LENGTH for bid in bids)
        check_items([{"bId": bid, "Query": "SELECT"} for bid in bids], batch)
        assert (batch_request_id(ids), batch_ids(ids)) == (batch, bids)

    def test_another_composition_is_another_batch(self):
        found = {
            batch_request_id(ids)
            for ids in (["a"], ["a", "b"], ["b", "a"], ["ab"], ["a", "b", "c"])
        }
        assert len(found) == 5
        assert request_id(*INTENT) != batch_request_id([request_id(*INTENT)])

    def test_a_foreign_answer_is_told_apart(self):
        assert not set(batch_ids(["a", "b"])) & set(batch_ids(["c", "d"]))

    @pytest.mark.parametrize(
        "ids", [[], ["a", "a"], [""], [None], [str(each) for each in range(31)]]
    )
    def test_no_batch(self, ids):
        for call in (batch_ids, batch_request_id):
            with pytest.raises(ValueError):
                call(ids)


class TestPack:
    @given(items=st.lists(st.integers(0, 12), max_size=60), size=st.integers(1, 30))
    def test_order_and_bounds(self, items, size):
        rows = list(enumerate(items))
        batches = pack(rows, size, key=lambda row: row[1])
        assert [row for batch in batches for row in batch] == rows
        for batch in batches:
            assert 1 <= len(batch) <= size
            assert len({row[1] for row in batch}) == len(batch)
        for batch, after in zip(batches, batches[1:], strict=False):
            assert len(batch) == size or after[0][1] in {row[1] for row in batch}

    @given(count=st.integers(0, 100), size=st.integers(1, 30))
    def test_no_more_batches_than_needed(self, count, size):
        assert len(pack(range(count), size)) == -(-count // size)

    def test_full_by_default(self):
        assert [len(batch) for batch in pack(range(70))] == [30, 30, 10]
        assert pack(["a", "b", "a", "c"]) == [["a", "b"], ["a", "c"]]

    @pytest.mark.parametrize("size", [0, 31, -1])
    def test_size(self, size):
        with pytest.raises(ValueError):
            pack([1], size)
