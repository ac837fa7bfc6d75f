from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online.tools.settlement import (
    Part,
    Remote,
    Rest,
    Share,
    UnreadablePayment,
    read_payment,
    settle,
)

A, B = ("Invoice", "1"), ("Invoice", "2")
CREDIT = ("CreditMemo", "9")


def line(entity, id, amount, number=""):
    extra = {"any": [{"value": {"Name": "txnReferenceNumber", "Value": number}}]}
    return {
        "Amount": Decimal(amount),
        "LinkedTxn": [{"TxnId": id, "TxnType": entity}],
        "LineEx": extra,
    }


def payment(total, *lines, unapplied="0", **values):
    return read_payment(
        {
            "TotalAmt": Decimal(total),
            "UnappliedAmt": Decimal(unapplied),
            "Line": list(lines),
            **values,
        }
    )


def pay(remote, available, reasons=None, has_customer=True, decisions=()):
    amounts = {key: Decimal(amount) for key, amount in available.items()}
    return settle(
        remote,
        amounts,
        reasons or {},
        has_customer=has_customer,
        decisions=[(key, Decimal(amount)) for key, amount in decisions],
    )


class TestRead:
    def test_lines(self):
        remote = payment("100", line("Invoice", "1", "60", "INV/1"), unapplied="40")
        assert remote.debts == [Part("Invoice", "1", Decimal(60), "INV/1")]
        assert remote.unapplied == 40
        assert remote.volume == 100
        assert not remote.is_void

    def test_credit_memo_applied(self):
        remote = payment("0", line("Invoice", "1", "60"), line("CreditMemo", "9", "60"))
        assert [part.key for part in remote.credits] == [CREDIT]
        assert remote.volume == 60

    def test_void(self):
        remote = payment("0", PrivateNote="Voided - march")
        assert remote.is_void
        assert remote.volume == 0

    def test_zero_is_not_void(self):
        assert not payment("0", PrivateNote="march").is_void

    def test_journal_entry_that_helps_to_pay(self):
        remote = payment(
            "0", line("Invoice", "1", "60"), line("JournalEntry", "5", "60")
        )
        assert [part.entity for part in remote.credits] == ["JournalEntry"]

    def test_journal_entry_that_is_paid(self):
        remote = payment("60", line("JournalEntry", "5", "60"))
        assert [part.entity for part in remote.debts] == ["JournalEntry"]

    def test_text_numbers_as_snapshots_keep_them(self):
        remote = read_payment({"TotalAmt": "33.30", "UnappliedAmt": "33.3"})
        assert remote.total == Decimal("33.30")

    def test_what_does_not_add_up(self):
        with pytest.raises(UnreadablePayment):
            payment("100", line("Invoice", "1", "60"))

    def test_line_of_two_documents(self):
        twice = line("Invoice", "1", "60")
        twice["LinkedTxn"] *= 2
        with pytest.raises(UnreadablePayment):
            payment("60", twice)


class TestSettle:
    def test_full(self):
        result = pay(payment("60", line("Invoice", "1", "60")), {A: "60"})
        assert result.shares == [Share(None, A, Decimal(60))]
        assert result.rests == []
        assert result.money == 60

    def test_overpayment_is_the_customers_credit(self):
        remote = payment("100", line("Invoice", "1", "60"), unapplied="40")
        result = pay(remote, {A: "60"})
        assert result.money == 100
        assert result.rests == [Rest(None, Decimal(40), "unapplied")]

    def test_nothing_is_booked_for_somebody_unknown(self):
        result = pay(payment("40", unapplied="40"), {}, has_customer=False)
        assert result.money == 0
        assert result.rests == [Rest(None, Decimal(40), "customer")]

    def test_unknown_invoice_is_not_booked_as_credit(self):
        remote = payment("100", line("Invoice", "1", "60"), line("Invoice", "2", "40"))
        result = pay(remote, {A: "60"})
        assert result.money == 60
        assert result.rests == [Rest(B, Decimal(40), "unknown")]

    def test_invoice_of_which_less_is_open(self):
        result = pay(payment("60", line("Invoice", "1", "60")), {A: "50"})
        assert result.shares == [Share(None, A, Decimal(50))]
        assert result.rests == [Rest(A, Decimal(10), "exceeds")]

    def test_credit_pays_before_money(self):
        remote = payment(
            "20",
            line("Invoice", "1", "60"),
            line("CreditMemo", "9", "40"),
        )
        result = pay(remote, {A: "60", CREDIT: "40"})
        assert result.shares == [
            Share(CREDIT, A, Decimal(40)),
            Share(None, A, Decimal(20)),
        ]
        assert result.money == 20

    def test_unknown_credit_leaves_its_part_open(self):
        remote = payment(
            "20", line("Invoice", "1", "60"), line("CreditMemo", "9", "40")
        )
        result = pay(remote, {A: "60"})
        assert result.shares == [Share(None, A, Decimal(20))]
        assert result.rests == [Rest(A, Decimal(40), "unknown")]
        assert result.money == 20

    def test_unknown_credit_of_an_unknown_invoice_harms_nobody(self):
        remote = payment(
            "60",
            line("Invoice", "1", "60"),
            line("Invoice", "2", "40"),
            line("CreditMemo", "9", "40"),
        )
        result = pay(remote, {A: "60"})
        assert result.shares == [Share(None, A, Decimal(60))]
        assert result.rests == [Rest(B, Decimal(40), "unknown")]

    def test_decision_takes_the_unapplied(self):
        result = pay(
            payment("100", unapplied="100"),
            {A: "60", B: "40"},
            decisions=[(A, "60"), (B, "40")],
        )
        assert [share.is_decided for share in result.shares] == [True, True]
        assert result.rests == []
        assert result.money == 100

    def test_decision_for_what_paid_an_unknown_invoice(self):
        remote = payment("40", line("Invoice", "2", "40"))
        result = pay(remote, {A: "40"}, decisions=[(A, "30")])
        assert result.money == 30
        assert result.rests == [Rest(B, Decimal(10), "unknown")]

    def test_decision_that_no_longer_fits(self):
        result = pay(payment("100", unapplied="100"), {A: "25"}, decisions=[(A, "60")])
        assert result.unmet == [(A, Decimal(35))]
        assert result.rests == [Rest(None, Decimal(75), "unapplied")]

    def test_quickbooks_comes_before_a_person(self):
        remote = payment("60", line("Invoice", "1", "60"))
        result = pay(remote, {A: "60"}, decisions=[(A, "60")])
        assert result.shares == [Share(None, A, Decimal(60))]
        assert result.unmet == [(A, Decimal(60))]


AMOUNTS = st.integers(1, 50_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def remotes(draw):
    debts = [
        Part("Invoice", str(n), draw(AMOUNTS)) for n in range(draw(st.integers(0, 4)))
    ]
    owed = sum((part.amount for part in debts), Decimal(0))
    credits = []
    for n in range(draw(st.integers(0, 3))):
        left = owed - sum((part.amount for part in credits), Decimal(0))
        if left > 0:
            amount = min(draw(AMOUNTS), left)
            credits.append(Part("CreditMemo", str(n), amount))
    unapplied = draw(st.just(Decimal(0)) | AMOUNTS)
    helped = sum((part.amount for part in credits), Decimal(0))
    return Remote(owed - helped + unapplied, debts, credits, unapplied, False)


@st.composite
def available_for(draw, remote):
    return {
        part.key: draw(st.just(part.amount) | AMOUNTS)
        for part in remote.debts + remote.credits
        if draw(st.integers(0, 3))
    }


@given(st.data())
def test_nothing_is_lost_and_nothing_made(data):
    remote = data.draw(remotes())
    available = data.draw(available_for(remote))
    decisions = [
        (key, data.draw(AMOUNTS)) for key in available if data.draw(st.booleans())
    ]
    decisions = [each for each in decisions if each[0][0] == "Invoice"]
    has_customer = data.draw(st.booleans())
    result = settle(
        remote, available, {}, has_customer=has_customer, decisions=decisions
    )
    assert result.settled + result.open == remote.volume
    assert 0 <= result.money <= remote.total
    assert all(each.amount > 0 for each in result.shares + result.rests)
    by_target, by_source = {}, {}
    for share in result.shares:
        by_target[share.target] = by_target.get(share.target, 0) + share.amount
        if share.source:
            by_source[share.source] = by_source.get(share.source, 0) + share.amount
    for used in (by_target, by_source):
        for key, amount in used.items():
            assert amount <= available[key]
    # Money is booked for exactly what it settles, and the customer's own credit.
    by_money = sum((s.amount for s in result.shares if not s.source), Decimal(0))
    credit = sum((r.amount for r in result.rests if r.reason == "unapplied"), 0)
    assert result.money == by_money + credit
    limits = {part.key: part.amount for part in remote.debts}
    for key, amount in by_target.items():
        decided = sum(
            s.amount for s in result.shares if s.is_decided and s.target == key
        )
        assert amount - decided <= limits[key]
