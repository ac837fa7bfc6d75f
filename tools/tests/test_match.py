from datetime import date
from decimal import Decimal
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online.tools.match import (
    GROUP_POOL,
    Document,
    Payment,
    find_exact,
    has_number,
    has_tail,
    is_similar_name,
    list_tails,
    list_words,
    suggest,
)


def document(id, amount, relation="same", **values):
    values.setdefault("number", f"INV/2026/{id:05}")
    values.setdefault("due", date(2026, 1, 1 + id % 28))
    return Document(id, Decimal(amount), relation=relation, **values)


def pay(amount, *documents, texts=(), named=(), limit=8):
    payment = Payment(Decimal(amount), tuple(texts), tuple(named))
    return suggest(payment, documents, limit)


def find(suggestions, reason):
    return [each for each in suggestions if reason in each.reasons]


def read_parts(suggestion):
    return {id: str(amount) for id, amount in suggestion.parts}


class TestSingles:
    def test_number_and_amount_are_best(self):
        best, *_rest = pay(
            "100",
            document(1, "100"),
            document(2, "100"),
            document(3, "40"),
            texts=["Payment of INV/2026/00002"],
        )
        assert read_parts(best) == {2: "100"}
        assert set(best.reasons) == {"number", "customer", "amount"}

    def test_number_with_another_amount(self):
        best, *_rest = pay("60", document(1, "100"), texts=["INV/2026/00001"])
        assert read_parts(best) == {1: "60"}
        assert "amount" not in best.reasons

    def test_reference_of_the_customer(self):
        one = document(1, "100", "other", references=("PO 4711", ""))
        (best,) = pay("100", one, texts=["po-4711 thanks"])
        assert best.reasons == ("reference", "amount")

    def test_quickbooks_names_it(self):
        best, *_rest = pay(
            "50", document(1, "50"), document(2, "50"), named=["INV/2026/00002"]
        )
        assert read_parts(best) == {2: "50"}
        assert "paid_there" in best.reasons

    def test_amount_and_customer(self):
        best = pay("100", document(1, "100"), document(2, "70"))[0]
        assert best.reasons == ("customer", "amount")

    def test_amount_alone_is_last(self):
        suggestions = pay(
            "100", document(1, "100", "other"), document(2, "70"), document(3, "300")
        )
        assert suggestions[-1].reasons == ("amount_alone",)
        assert len(suggestions) > 1

    def test_another_customer_and_another_amount_is_none(self):
        assert pay("100", document(1, "70", "other")) == []

    def test_renamed_and_sub_customer(self):
        suggestions = pay(
            "100", document(1, "100", "similar"), document(2, "100", "family")
        )
        assert [each.reasons[0] for each in suggestions] == ["sub_customer", "renamed"]

    def test_discount_is_a_hint_with_a_write_down(self):
        one = document(1, "100", discounted=Decimal("98"))
        (hint,) = find(pay("98", one), "discount")
        assert read_parts(hint) == {1: "98"}
        assert hint.write_down == 2

    def test_fee_is_a_hint_with_a_write_down(self):
        (hint,) = find(pay("96.80", document(1, "100")), "fee")
        assert hint.write_down == Decimal("3.20")
        assert not find(pay("90", document(1, "100")), "fee")
        assert not find(pay("96.80", document(1, "100", "other")), "fee")

    def test_nothing_to_give(self):
        assert pay("0", document(1, "100")) == []


class TestGroups:
    def test_two(self):
        documents = [document(1, "60"), document(2, "40"), document(3, "77")]
        best = pay("100", *documents)[0]
        assert best.reasons == ("two", "customer")
        assert read_parts(best) == {1: "60", 2: "40"}

    def test_three(self):
        amounts = ("50", "30", "20", "77")
        documents = [document(place, each) for place, each in enumerate(amounts, 1)]
        best = pay("100", *documents)[0]
        assert best.reasons == ("three", "customer")
        assert sorted(read_parts(best)) == [1, 2, 3]

    def test_the_same_amount_twice(self):
        best = pay("100", document(1, "50"), document(2, "50"), document(3, "7"))[0]
        assert read_parts(best) == {1: "50", 2: "50"}

    def test_all_open(self):
        documents = [document(place, "25") for place in range(1, 5)]
        best = pay("100", *documents)[0]
        assert best.reasons == ("all_open", "customer")
        assert len(best.parts) == 4

    def test_not_of_several_customers(self):
        documents = [document(1, "60"), document(2, "40", "other")]
        assert not find(pay("100", *documents), "two")

    def test_numbers_of_several(self):
        best = pay(
            "100",
            document(1, "60"),
            document(2, "40"),
            document(3, "40"),
            texts=["INV/2026/00001, INV/2026/00003"],
        )[0]
        assert sorted(read_parts(best)) == [1, 3]
        assert set(best.reasons) == {"number", "customer", "amount"}

    def test_oldest_first(self):
        suggestions = pay(
            "100",
            document(1, "80", due=date(2026, 3, 1)),
            document(2, "70", due=date(2026, 1, 1)),
        )
        (oldest,) = find(suggestions, "oldest")
        assert oldest.parts == ((2, Decimal(70)), (1, Decimal(30)))


class TestExact:
    texts = ("paid INV/2026/00001",)

    def find(self, *documents, amount="100", texts=texts):
        return find_exact(Payment(Decimal(amount), texts), documents)

    def test_one(self):
        one = document(1, "100")
        assert self.find(one, document(2, "100")) == one

    @pytest.mark.parametrize(
        ("amount", "texts", "relation"),
        [
            ("99.99", texts, "same"),
            ("100", ("paid 00001",), "same"),
            ("100", (), "same"),
            ("100", texts, "family"),
            ("100", texts, "similar"),
            ("100", texts, "other"),
        ],
    )
    def test_none(self, amount, texts, relation):
        one = document(1, "100", relation)
        assert self.find(one, amount=amount, texts=texts) is None

    def test_two_are_not_exact(self):
        texts = ("INV/2026/00001 INV/2026/00002",)
        found = self.find(document(1, "100"), document(2, "100"), texts=texts)
        assert found is None


class TestTexts:
    def test_whole_numbers(self):
        assert has_number(["for inv-2026-00012."], "INV/2026/00012")
        assert has_number(["", None, "#1045"], "1045")
        assert not has_number(["INV/2026/000123"], "INV/2026/00012")
        assert not has_number(["12 lamps"], "12")
        assert not has_number(["anything"], "")

    def test_tails(self):
        assert has_tail(["invoice 00012"], "INV/2026/00012")
        assert has_tail(["1234"], "INV/2026/01234")
        assert not has_tail(["12"], "INV/2026/00012")
        assert not has_tail(["1234"], "INV/2026/")
        assert list_tails(["a1b 0077 000 5"]) == {"77"}

    def test_words(self):
        assert list_words(["  PO 4711, "]) == {"po 4711,", "4711"}

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Pacific Traders Inc.", "Pacific Traders"),
            ("Pacific Traders", "PACIFIC TRADERS, LLC"),
            ("Miller & Sons", "Miler & Sons"),
            ("Harbor Group:Pacific Traders", "Pacific Traders"),
        ],
    )
    def test_similar(self, one, other):
        assert is_similar_name(one, other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [("Pacific Traders", "Atlantic Lamps"), ("Inc", "Inc"), ("", ""), (None, "A")],
    )
    def test_not_similar(self, one, other):
        assert not is_similar_name(one, other)


AMOUNTS = st.integers(1, 400).map(lambda minor: Decimal(minor) / 100)
DOCUMENTS = st.lists(
    st.builds(
        lambda amount, relation, day, discounted: (amount, relation, day, discounted),
        AMOUNTS,
        st.sampled_from(["same", "family", "similar", "other"]),
        st.integers(1, 28),
        st.none() | AMOUNTS,
    ),
    max_size=12,
).map(
    lambda rows: [
        Document(
            place,
            amount,
            number=f"INV/{place:05}",
            references=(f"PO {place}77",),
            due=date(2026, 1, day),
            relation=relation,
            discounted=discounted,
        )
        for place, (amount, relation, day, discounted) in enumerate(rows, 1)
    ]
)
TEXTS = st.lists(
    st.integers(1, 12).flatmap(
        lambda place: st.sampled_from(
            [f"INV/{place:05}", f"{place:05}", f"PO {place}77", "thanks", ""]
        )
    ),
    max_size=3,
).map(tuple)
SUMS = {"two", "three", "all_open", "amount", "amount_alone"}


class TestProperties:
    @given(AMOUNTS, TEXTS, DOCUMENTS)
    def test_never_more_than_there_is(self, amount, texts, documents):
        open_amounts = {each.id: each.amount for each in documents}
        for suggestion in suggest(Payment(amount, texts), documents, 99):
            ids = [id for id, _part in suggestion.parts]
            assert len(set(ids)) == len(ids) > 0
            total = sum(part for _id, part in suggestion.parts)
            assert 0 < total <= amount
            assert all(0 < part <= open_amounts[id] for id, part in suggestion.parts)
            if SUMS & set(suggestion.reasons):
                assert total == amount
                assert all(part == open_amounts[id] for id, part in suggestion.parts)
            if suggestion.write_down:
                ((id, part),) = suggestion.parts
                assert part + suggestion.write_down == open_amounts[id]

    @given(AMOUNTS, TEXTS, DOCUMENTS, st.randoms())
    def test_order_is_no_matter(self, amount, texts, documents, random):
        before = suggest(Payment(amount, texts), documents)
        random.shuffle(documents)
        assert suggest(Payment(amount, texts), documents) == before

    @given(AMOUNTS, TEXTS, DOCUMENTS)
    def test_amount_alone_is_below_everything_else(self, amount, texts, documents):
        suggestions = suggest(Payment(amount, texts), documents, 99)
        is_alone = [each.reasons == ("amount_alone",) for each in suggestions]
        assert is_alone == sorted(is_alone)

    @given(AMOUNTS, TEXTS, DOCUMENTS)
    def test_exact_is_suggested_first(self, amount, texts, documents):
        exact = find_exact(Payment(amount, texts), documents)
        if exact:
            best = suggest(Payment(amount, texts), documents)[0]
            assert "number" in best.reasons


def test_bounded():
    """A customer with thousands of open invoices keeps nobody waiting."""
    documents = [document(id, f"{id}.13") for id in range(1, 5001)]
    start = perf_counter()
    assert pay("999.99", *documents)
    assert perf_counter() - start < 2
    assert GROUP_POOL < 100
