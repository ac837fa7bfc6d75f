"""requestid: the same answer twice."""

import pytest
from books import Books, refused
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture
def books():
    return Books("us_manual")


def post(books, request_id, path="customer", body=None, **args):
    body = body or {"DisplayName": "Repeated"}
    return books.call("POST", path, body, requestid=request_id, **args).payload


def test_replay_returns_the_first_answer(books):
    first = post(books, "r1")
    books.clock.advance(90)
    books.sparse("Customer", first["Customer"], Notes="changed since")
    told = len(books.changes)
    assert post(books, "r1") == first
    assert len(books.changes) == told
    assert len(books.rows("Customer", "where DisplayName = 'Repeated'")) == 1


def test_replay_survives_a_delete(books):
    body = books.invoice_body()
    first = post(books, "r1", "invoice", body)
    target = {"Id": first["Invoice"]["Id"], "SyncToken": "0"}
    stub = post(books, "r2", "invoice", target, operation="delete")
    assert post(books, "r2", "invoice", target, operation="delete") == stub
    assert post(books, "r1", "invoice", body) == first
    books.company.configure({"switches": {"requestid_after_delete": "execute"}})
    again = post(books, "r1", "invoice", body)
    assert again["Invoice"]["Id"] != first["Invoice"]["Id"]


def test_other_body(books):
    first = post(books, "r1")
    assert post(books, "r1", body={"DisplayName": "Other"}) == first
    books.company.configure({"switches": {"requestid_other_body": "fault"}})
    error = refused(post, books, "r1", body={"DisplayName": "Other"})
    assert error.code == "600"
    assert post(books, "r1") == first


def test_a_refusal_is_forgotten(books):
    assert refused(post, books, "r1", body={"DisplayName": "Acme"}).code == "6240"
    assert post(books, "r1")["Customer"]["DisplayName"] == "Repeated"
    books.company.configure({"switches": {"requestid_of_faults": "remember"}})
    assert refused(post, books, "r2", body={"DisplayName": "Acme"}).code == "6240"
    assert refused(post, books, "r2", body={"DisplayName": "Free"}).code == "6240"


def test_fifty_characters(books):
    assert post(books, "x" * 50)
    error = refused(post, books, "x" * 51, body={"DisplayName": "Y"})
    assert error.code == "6000"
    assert "which is 51 characters." in error.detail


def test_retention(books):
    books.company.configure({"switches": {"requestid_retention_seconds": 60}})
    post(books, "r1")
    books.clock.advance(61)
    assert refused(post, books, "r1").code == "6240"


def test_companies_do_not_share_them(books):
    post(books, "r1")
    other = Books("us")
    assert post(other, "r1", body={"DisplayName": "Elsewhere"})
    assert other.rows("Customer", "where DisplayName = 'Elsewhere'")


def test_reads_have_none(books):
    books.get("customer/8", requestid="r1")
    assert post(books, "r1")["Customer"]["DisplayName"] == "Repeated"


STEPS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 9)), min_size=1, max_size=12
)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_each_id_happens_at_most_once(steps):
    books = _SHARED
    _COUNT.append(None)
    run = f"run{len(_COUNT)}"
    answers = {}
    for request_id, number in steps:
        body = {"DisplayName": f"{run} {request_id} {number}"}
        answer = post(books, f"{run}{request_id}", body=body)
        assert answers.setdefault(request_id, answer) == answer
    where = f"where DisplayName like '{run} %' maxresults 1000"
    assert len(books.rows("Customer", where)) == len({each for each, _ in steps})


_SHARED, _COUNT = Books("us"), []
