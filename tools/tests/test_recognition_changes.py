"""Amendments, and the books they are made in."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from deals import (
    APRIL,
    FEBRUARY,
    JANUARY,
    MARCH,
    OTHER,
    POSTING,
    all_terms,
    by_percent,
    contract_by_hand,
    days,
    logs,
    month,
    postings,
    value_by_hand,
    year_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from quickbooks_online.tools.recognition import (
    cancelled_plan,
    milestone_amounts,
    month_of,
    plan,
)
from quickbooks_online.tools.recognition_changes import (
    Amendment,
    Part,
    amend,
    catch_up,
)
from quickbooks_online.tools.recognition_terms import (
    Milestone,
    Milestones,
    Plan,
    Ratable,
    TimeAndMaterial,
)


def booked(amounts, posting=POSTING):
    return [
        Part(month, amount, posting, is_booked=True, key=index)
        for index, (month, amount) in enumerate(amounts.items())
    ]


def amounts_of(parts):
    assert len({part.month for part in parts}) == len(parts)
    return {part.month: part.amount for part in parts}


class TestAmend:
    def test_what_agrees_stays(self):
        old = plan(year_of(120000, by="months"))
        parts = booked({JANUARY: 10000, FEBRUARY: 10000})
        result = amend(parts, old, POSTING)
        assert result.reversed == result.rebooked == ()
        assert amounts_of(result.planned) == {
            month(number): 10000 for number in range(3, 13)
        }
        assert not any(part.is_booked for part in result.planned)

    def test_higher_amount(self):
        parts = booked({JANUARY: 10000, FEBRUARY: 10000})
        new = plan(year_of(240000, by="months"))
        result = amend(parts, new, POSTING)
        assert result.reversed == tuple(parts)
        assert result.rebooked == (
            Part(JANUARY, 20000, POSTING),
            Part(FEBRUARY, 20000, POSTING),
        )
        assert len(result.planned) == 10

    def test_other_account(self):
        parts = booked({JANUARY: 10000})
        result = amend(parts, plan(year_of(120000, by="months")), OTHER)
        assert result.reversed == tuple(parts)
        assert result.rebooked == (Part(JANUARY, 10000, OTHER),)
        assert {part.posting for part in result.planned} == {OTHER}

    def test_later_start(self):
        parts = booked({JANUARY: 10000, FEBRUARY: 10000})
        terms = Ratable(120000, FEBRUARY, date(2027, 1, 31), "months")
        result = amend(parts, plan(terms), POSTING)
        assert result == Amendment(
            (parts[0],),
            (),
            tuple(Part(each, 10000, POSTING) for each in list(plan(terms).months)[1:]),
        )

    def test_months_that_passed_without_a_part_are_booked(self):
        parts = booked({FEBRUARY: 100})
        new = Plan({JANUARY: 50, FEBRUARY: 100, MARCH: 20, APRIL: 1}, 0)
        before, passed, later = (
            Part(each, new.months[each], POSTING) for each in (JANUARY, MARCH, APRIL)
        )
        result = amend(parts, new, POSTING, through=date(2026, 3, 1))
        assert result == Amendment((), (before, passed), (later,))
        result = amend(parts, new, POSTING)
        assert result == Amendment((), (), (before, passed, later))

    def test_cancellation(self):
        parts = booked({JANUARY: 3100, FEBRUARY: 2800, MARCH: 3100, APRIL: 3000})
        kept = cancelled_plan(year_of(36500), date(2026, 3, 10))
        result = amend(parts, kept, POSTING)
        rebooked = (Part(MARCH, 1000, POSTING),)
        assert result == Amendment(tuple(parts[2:]), rebooked, ())

    def test_expected_milestones_are_not_booked(self):
        terms = Milestones(
            1000,
            (
                Milestone("A", 300, reached=MARCH),
                Milestone("B", 500, planned=MARCH),
                Milestone("C", 200, planned=APRIL),
            ),
        )
        result = amend(booked({MARCH: 300}), plan(terms), POSTING)
        assert result == Amendment(
            (),
            (),
            (
                Part(MARCH, 500, POSTING, is_expected=True),
                Part(APRIL, 200, POSTING, is_expected=True),
            ),
        )

    @pytest.mark.parametrize(
        "parts",
        [
            [Part(MARCH, 1, POSTING, True), Part(MARCH, 2, POSTING, True)],
            [Part(MARCH, 1, POSTING)],
            [Part(MARCH, 1, POSTING, True, is_expected=True)],
        ],
    )
    def test_books_that_cannot_be(self, parts):
        with pytest.raises(ValueError):
            amend(parts, Plan({MARCH: 1}, 0), POSTING)
        with pytest.raises(ValueError):
            catch_up(parts, Plan({MARCH: 1}, 0), POSTING, MARCH)


class TestCatchUp:
    def test_late_hours(self):
        late = Plan({JANUARY: 150, FEBRUARY: 80, MARCH: 60, APRIL: 20}, 0)
        parts = booked({JANUARY: 100, FEBRUARY: 90})
        result = catch_up(parts, late, POSTING, date(2026, 3, 15))
        # 50 more of January, 10 less of February.
        assert result == (Part(MARCH, 100, POSTING), Part(APRIL, 20, POSTING))

    def test_more_was_booked_than_earned(self):
        result = catch_up(booked({JANUARY: 100}), Plan({}, 9), POSTING, FEBRUARY)
        assert result == (Part(FEBRUARY, -100, POSTING),)

    def test_what_cancels_out(self):
        parts = booked({JANUARY: 100})
        result = catch_up(parts, Plan({JANUARY: 120, MARCH: -20}, 0), POSTING, MARCH)
        assert result == ()

    def test_earlier_month_was_never_booked(self):
        parts = booked({FEBRUARY: 100})
        late = Plan({JANUARY: 30, FEBRUARY: 100, MARCH: 5}, 0)
        result = catch_up(parts, late, POSTING, MARCH)
        assert result == (Part(JANUARY, 30, POSTING), Part(MARCH, 5, POSTING))

    def test_late_hours_use_up_a_cap_that_was_booked(self):
        """No more is booked for a moment than the cap allows."""
        parts = booked({APRIL: 1000})
        result = catch_up(parts, Plan({MARCH: 500, APRIL: 500}, 0), POSTING, month(5))
        assert result == ()
        result = catch_up(parts, Plan({MARCH: 500, APRIL: 600}, 0), POSTING, month(5))
        assert result == (Part(MARCH, 100, POSTING),)

    def test_first_open_month_is_booked_already(self):
        parts = booked({FEBRUARY: 100, month(12): 7})
        late = Plan({JANUARY: 30, FEBRUARY: 101, month(12): 9}, 0)
        result = catch_up(parts, late, POSTING, FEBRUARY)
        assert result == (Part(JANUARY, 30, POSTING), Part(MARCH, 3, POSTING))
        late = Plan({month(12): 9, month(1, 2027): 1}, 0)
        result = catch_up(parts[1:], late, POSTING, month(12))
        assert result == (Part(month(1, 2027), 3, POSTING),)

    def test_milestone_reached_late_in_a_booked_month(self):
        terms = by_percent(1000, "30", "50", reached=MARCH)
        planned = Milestone("three", percent=Decimal(20), planned=JANUARY)
        terms = replace(terms, milestones=(*terms.milestones, planned))
        result = catch_up(booked({MARCH: 300}), plan(terms), POSTING, APRIL)
        assert result == (
            Part(JANUARY, 200, POSTING, is_expected=True),
            Part(APRIL, 500, POSTING),
        )


class Book:
    """The books of one schedule.

    `ledger` is all that was ever booked, with reversals; `standing` the parts that
    were not reversed; `planned` what is not booked.
    """

    def __init__(self, terms, posting):
        self.ledger, self.standing, self.through = [], {}, None
        self.amend(terms, posting)

    @property
    def plan(self):
        if self.ended is None:
            return plan(self.terms)
        return cancelled_plan(self.terms, self.ended)

    def book(self, part):
        self.ledger.append(part)
        self.standing[part.month] = replace(part, is_booked=True)

    def amend(self, terms, posting, ended=None):
        self.terms, self.posting, self.ended = terms, posting, ended
        amendment = amend(self.standing.values(), self.plan, posting, self.through)
        for part in amendment.reversed:
            self.ledger.append(replace(part, amount=-part.amount))
            del self.standing[part.month]
        for part in amendment.rebooked:
            self.book(part)
        self.planned = list(amendment.planned)
        self.is_late = False

    def run(self, months):
        """Book so many months, the first ones."""
        ready = [part for part in self.planned if not part.is_expected][:months]
        for part in ready:
            self.book(part)
            self.planned.remove(part)
            self.through = max(part.month, self.through or part.month)

    def hear(self, logged, day):
        """Work is logged and milestones are reached, months late perhaps."""
        if isinstance(self.terms, TimeAndMaterial):
            self.terms = replace(self.terms, logged=(*self.terms.logged, *logged))
        elif isinstance(self.terms, Milestones):
            reached = [
                each if each.reached else replace(each, reached=day)
                for each in self.terms.milestones
            ]
            self.terms = replace(self.terms, milestones=tuple(reached))
        first_open = max(self.standing, default=month_of(day))
        self.planned = list(
            catch_up(self.standing.values(), self.plan, self.posting, first_open)
        )
        self.is_late = True

    def sums(self, key):
        """{key of the parts: sum of all that was ever booked}, no zeros."""
        sums = Counter()
        for part in self.ledger:
            sums[key(part)] += part.amount
        return {each: amount for each, amount in sums.items() if amount}

    def contract_by_hand(self):
        terms, ended = self.terms, self.ended
        if ended is None:
            return contract_by_hand(terms)
        if isinstance(terms, TimeAndMaterial):
            return value_by_hand(terms, ended)
        if isinstance(terms, Milestones):
            return sum(
                amount
                for each, amount in zip(
                    terms.milestones, milestone_amounts(terms), strict=True
                )
                if each.reached and each.reached <= ended
            )
        return self.plan.total

    def check(self):
        """Nothing is lost, nothing is booked twice, and no other account has any."""
        recognized = sum(part.amount for part in self.ledger)
        rest = sum(part.amount for part in self.planned)
        assert recognized + rest + self.plan.open == self.contract_by_hand()
        by_posting = self.sums(lambda part: part.posting)
        assert by_posting == ({self.posting: recognized} if recognized else {})
        ready = [part for part in self.planned if not part.is_expected]
        months = [part.month for part in [*ready, *self.standing.values()]]
        assert len(months) == len(set(months))
        assert all(part.amount for part in self.planned)
        if not self.is_late:
            earned = self.plan.earned
            assert amounts_of([*ready, *self.standing.values()]) == earned
            assert self.sums(lambda part: (part.month, part.posting)) == {
                (each, self.posting): earned[each] for each in self.standing
            }
            assert not self.through or all(part.month > self.through for part in ready)


steps = st.one_of(
    st.tuples(st.just("run"), st.integers(0, 30)),
    st.tuples(st.just("hear"), logs, days),
    st.tuples(st.just("amend"), all_terms, postings, st.none() | days),
    st.tuples(st.just("repost"), postings),
    st.tuples(st.just("cancel"), days),
)
stories = st.lists(
    st.tuples(st.integers(0, 20), steps).map(lambda pair: [("run", pair[0]), pair[1]]),
    max_size=10,
).map(lambda pairs: [step for pair in pairs for step in pair])


def tell(book, story):
    """Let all of it happen to the books, and check them after each step."""
    for kind, *values in story:
        if kind == "repost":
            book.amend(book.terms, *values, book.ended)
        elif kind == "cancel":
            book.amend(book.terms, book.posting, *values)
        else:
            getattr(book, kind)(*values)
        book.check()


class TestStories:
    @settings(max_examples=200)
    @given(terms=all_terms, posting=postings, story=stories)
    def test_contract_to_the_cent_at_each_step(self, terms, posting, story):
        book = Book(terms, posting)
        book.check()
        tell(book, story)

    @given(terms=all_terms, posting=postings, story=stories)
    def test_accounts_have_what_a_new_schedule_would_give(self, terms, posting, story):
        book = Book(terms, posting)
        tell(book, story)
        book.run(10**4)
        fresh = Book(book.terms, book.posting)
        fresh.amend(book.terms, book.posting, book.ended)
        fresh.run(10**4)
        assert book.sums(lambda part: part.posting) == fresh.sums(
            lambda part: part.posting
        )
        # Once it is amended, each month does.
        book.amend(book.terms, book.posting, book.ended)
        assert book.sums(lambda part: (part.month, part.posting)) == fresh.sums(
            lambda part: (part.month, part.posting)
        )

    @given(
        terms=all_terms,
        others=st.lists(st.tuples(all_terms, postings, st.none() | days), max_size=5),
        months=st.integers(0, 40),
    )
    def test_amendment_back_nets_to_nothing(self, terms, others, months):
        book = Book(terms, POSTING)
        book.run(months)
        planned, standing, booked = book.planned, dict(book.standing), len(book.ledger)
        for other, posting, ended in others:
            book.amend(other, posting, ended)
        book.amend(terms, POSTING)
        del book.ledger[:booked]
        assert book.sums(lambda part: (part.month, part.posting)) == {}
        assert (book.planned, book.standing) == (planned, standing)

    @given(terms=all_terms, story=stories)
    def test_what_agrees_is_not_touched(self, terms, story):
        book = Book(terms, POSTING)
        tell(book, story)
        book.amend(book.terms, book.posting, book.ended)
        count = len(book.ledger)
        book.amend(book.terms, book.posting, book.ended)
        assert len(book.ledger) == count
