"""When revenue is earned, as an accountant would check it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from deals import (
    APRIL,
    FEBRUARY,
    JANUARY,
    MARCH,
    all_terms,
    by_percent,
    code_of,
    contract_by_hand,
    days,
    has_plan,
    month,
    negate,
    ratables,
    round_by_hand,
    time,
    times,
    value_by_hand,
    year_of,
)
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online.tools.recognition import (
    cancelled_plan,
    end_after,
    milestone_amounts,
    month_of,
    months_between,
    plan,
)
from quickbooks_online.tools.recognition_terms import (
    Milestone,
    Milestones,
    Plan,
    Ratable,
    RecognitionError,
)


def from_middle(first_part, last_part):
    """1,200.00 for the twelve months from 15 January."""
    start, end = date(2026, 1, 15), date(2027, 1, 14)
    return Ratable(120000, start, end, "months", first_part, last_part)


def consecutive(first, count):
    """So many months from the first on."""
    for index in range(count):
        year, number = divmod(first.year * 12 + first.month - 1 + index, 12)
        yield date(year, number + 1, 1)


class TestMonths:
    @pytest.mark.parametrize(
        "start, months, end",
        [
            (date(2026, 1, 15), 12, date(2027, 1, 14)),
            (date(2026, 1, 1), 12, date(2026, 12, 31)),
            (date(2026, 2, 1), 1, date(2026, 2, 28)),
            (date(2026, 12, 1), 1, date(2026, 12, 31)),
            (date(2026, 11, 1), 3, date(2027, 1, 31)),
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2028, 1, 31), 1, date(2028, 2, 29)),
            (date(2028, 1, 30), 1, date(2028, 2, 29)),
            (date(2028, 1, 29), 1, date(2028, 2, 28)),
            (date(2028, 2, 29), 12, date(2029, 2, 28)),
            (date(2028, 2, 29), 48, date(2032, 2, 28)),
            (date(2026, 3, 31), 120, date(2036, 3, 30)),
        ],
    )
    def test_end(self, start, months, end):
        assert end_after(start, months) == end

    @given(start=st.dates(date(2020, 1, 1), date(2040, 1, 1)), months=st.integers(1, 9))
    def test_terms_follow_each_other(self, start, months):
        following = end_after(start, months) + timedelta(days=1)
        passed = len(list(months_between(start, following))) - 1
        if passed == months:
            assert following.day == start.day
        else:
            # The month lacks the day.
            assert (passed, following.day) == (months + 1, 1)
            assert (following - timedelta(days=1)).day < start.day

    @pytest.mark.parametrize(
        "start, months, code",
        [
            (date(2026, 1, 1), 0, "no_months"),
            (date(2026, 1, 1), -3, "no_months"),
            (date(2026, 1, 1), 1201, "too_long"),
            (date(9999, 1, 1), 1, "too_long"),
        ],
    )
    def test_wrong_number(self, start, months, code):
        assert code_of(lambda: end_after(start, months)) == code

    def test_between(self):
        months = list(months_between(date(2026, 11, 30), date(2027, 2, 1)))
        assert months == [month(11), month(12), month(1, 2027), month(2, 2027)]
        assert not list(months_between(date(2026, 2, 1), date(2026, 1, 31)))

    def test_month_of(self):
        assert month_of(date(2028, 2, 29)) == date(2028, 2, 1)


class TestRatable:
    def test_a_year_in_equal_months(self):
        result = plan(year_of(120000, by="months"))
        assert result.months == {month(number): 10000 for number in range(1, 13)}
        assert result.open == 0
        assert result.earned == result.months

    def test_a_year_by_days(self):
        # A day of 2026 earns 1.00.
        result = plan(year_of(36500))
        days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        assert list(result.months.values()) == [100 * each for each in days]

    def test_cents_are_rounded_on_what_is_earned_until_then(self):
        # 83.333, 166.667, 250.00, ...
        result = plan(year_of(100000, by="months"))
        assert list(result.months.values()) == [8333, 8334, 8333] * 4

    def test_halves_are_rounded_away_from_zero(self):
        terms = Ratable(5, date(2026, 1, 1), date(2026, 2, 28), "months")
        assert plan(terms).months == {JANUARY: 3, FEBRUARY: 2}
        terms = replace(terms, amount=-5)
        assert plan(terms).months == {JANUARY: -3, FEBRUARY: -2}

    @pytest.mark.parametrize(
        "first_part, last_part, first, expected",
        [
            # 17 and 14 days of months of 31 days, 11 months between: 12 months.
            ("days", "days", JANUARY, [5484, *[10000] * 11, 4516]),
            ("whole", "none", JANUARY, [10000] * 12),
            ("none", "whole", FEBRUARY, [10000] * 12),
            # 13 months of 92.307692
            (
                "whole",
                "whole",
                JANUARY,
                [9231, 9231, 9230, *[9231, 9231, 9231, 9230] * 2, 9231, 9231],
            ),
            # 11 months of 109.090909
            ("none", "none", FEBRUARY, [*[10909] * 5, 10910, *[10909] * 5]),
        ],
    )
    def test_from_the_middle_of_a_month(self, first_part, last_part, first, expected):
        months = plan(from_middle(first_part, last_part)).months
        assert list(months) == list(consecutive(first, len(expected)))
        assert list(months.values()) == expected

    def test_from_the_middle_of_a_month_by_days(self):
        # 17 of 365 days, then the months to 14 January.
        months = plan(replace(from_middle("none", "none"), by="days")).months
        assert list(months.values())[:3] == [5589, 9206, 10191]
        assert months[month(1, 2027)] == 4603

    @pytest.mark.parametrize(
        "first_part, last_part, expected",
        [
            # 19/28, 1 and 20/30 of a month
            ("days", "days", [28934, 42640, 28426]),
            ("days", "none", [40426, 59574]),
            ("none", "days", [60000, 40000]),
            ("whole", "days", [37500, 37500, 25000]),
        ],
    )
    def test_parts_of_months_of_unlike_length(self, first_part, last_part, expected):
        start, end = date(2026, 2, 10), date(2026, 4, 20)
        terms = Ratable(100000, start, end, "months", first_part, last_part)
        assert list(plan(terms).months.values()) == expected

    def test_whole_months_are_no_parts(self):
        terms = Ratable(30, JANUARY, date(2026, 3, 31), "months", "none", "none")
        assert plan(terms).months == {JANUARY: 10, FEBRUARY: 10, MARCH: 10}

    def test_leap_february(self):
        terms = Ratable(36600, date(2028, 1, 1), date(2028, 12, 31))
        months = plan(terms).months
        assert months[month(2, 2028)] == 2900
        terms = Ratable(100, date(2028, 2, 29), date(2028, 2, 29))
        assert plan(terms).months == {month(2, 2028): 100}
        terms = Ratable(3000, date(2028, 2, 15), date(2028, 3, 31), "months")
        # 15 of 29 days, and a month
        assert plan(terms).months == {month(2, 2028): 1023, month(3, 2028): 1977}

    def test_ten_years_of_seven_cents(self):
        terms = Ratable(7, JANUARY, date(2035, 12, 31), "months")
        all_months = list(months_between(terms.start, terms.end))
        assert len(all_months) == 120
        months = plan(terms).months
        assert [all_months.index(each) for each in months] == [
            8,
            25,
            42,
            59,
            77,
            94,
            111,
        ]
        assert set(months.values()) == {1}
        assert set(plan(replace(terms, amount=840)).months.values()) == {7}

    @pytest.mark.parametrize("by", ["days", "months"])
    @pytest.mark.parametrize(
        "first, last, parts",
        [
            (10, 20, ("whole", "none")),
            (10, 20, ("none", "days")),
            (10, 31, ("days", "none")),
            (1, 20, ("none", "whole")),
            (1, 31, ("none", "none")),
        ],
    )
    def test_within_one_month(self, by, first, last, parts):
        start, end = JANUARY.replace(day=first), JANUARY.replace(day=last)
        terms = Ratable(1001, start, end, by, *parts)
        assert plan(terms).months == {JANUARY: 1001}

    @pytest.mark.parametrize(
        "start, end, parts",
        [
            (date(2026, 1, 10), date(2026, 1, 20), ("none", "none")),
            (date(2026, 1, 10), date(2026, 1, 31), ("none", "days")),
            (date(2026, 1, 1), date(2026, 1, 20), ("days", "none")),
            (date(2026, 1, 10), date(2026, 2, 20), ("none", "none")),
        ],
    )
    def test_no_month_counts(self, start, end, parts):
        terms = Ratable(100, start, end, "months", *parts)
        assert code_of(lambda: plan(terms)) == "no_month_counts"
        assert code_of(lambda: cancelled_plan(terms, start)) == "no_month_counts"

    @pytest.mark.parametrize(
        "options, code",
        [
            ({"amount": 0}, "no_amount"),
            ({"end": date(2025, 12, 31)}, "end_before_start"),
            ({"end": date(2126, 1, 1)}, "too_long"),
            ({"start": date(9990, 1, 1), "end": date(9999, 12, 31)}, "too_long"),
        ],
    )
    def test_bad_input(self, options, code):
        terms = replace(year_of(100), **options)
        assert code_of(lambda: plan(terms)) == code

    def test_bad_input_is_named(self):
        terms = replace(year_of(100), end=date(2025, 12, 31))
        with pytest.raises(RecognitionError) as caught:
            plan(terms)
        values = {"start": date(2026, 1, 1), "end": date(2025, 12, 31)}
        assert caught.value.values == values

    @pytest.mark.parametrize("amount", [12.5, True, Decimal(1)])
    def test_amounts_are_integers(self, amount):
        with pytest.raises(TypeError):
            plan(year_of(amount))

    @pytest.mark.parametrize("field", ["by", "first_part", "last_part"])
    def test_unknown_choice(self, field):
        terms = replace(from_middle("days", "days"), **{field: "weeks"})
        with pytest.raises(ValueError, match="weeks"):
            plan(terms)

    def test_unknown_terms(self):
        with pytest.raises(TypeError):
            plan(None)


class TestMilestones:
    def test_reached_planned_and_open(self):
        terms = Milestones(
            100000,
            (
                Milestone("Design", 30000, planned=MARCH, reached=date(2026, 2, 27)),
                Milestone("Build", 50000, planned=date(2026, 3, 31)),
                Milestone("Extra", 5000, reached=date(2026, 3, 1)),
                Milestone("Handover", 15000),
            ),
        )
        result = plan(terms)
        assert result.months == {FEBRUARY: 30000, MARCH: 55000}
        assert result.expected == {MARCH: 50000}
        assert result.earned == {FEBRUARY: 30000, MARCH: 5000}
        assert result.open == 15000
        assert result.total == 100000

    def test_percents_are_rounded_on_what_they_add_up_to(self):
        terms = by_percent(10, "33.3", "33.3", "33.4")
        assert milestone_amounts(terms) == [3, 4, 3]
        terms = by_percent(-10, "33.3", "33.3", "33.4")
        assert milestone_amounts(terms) == [-3, -4, -3]
        # 12.5 and 25.0 of 25
        assert milestone_amounts(by_percent(25, "50", "50")) == [13, 12]

    def test_milestone_of_nothing(self):
        terms = Milestones(5, (Milestone("Start", 0, reached=MARCH), Milestone("B", 5)))
        assert plan(terms) == Plan({}, 5)
        assert milestone_amounts(by_percent(5, "0", "100")) == [0, 5]

    @pytest.mark.parametrize(
        "terms, code",
        [
            (Milestones(0, (Milestone("A", 0),)), "no_amount"),
            (Milestones(5, ()), "no_milestones"),
            (Milestones(5, (Milestone("  ", 5),)), "milestone_unnamed"),
            (
                Milestones(5, (Milestone("A", 2), Milestone(" a ", 3))),
                "milestone_twice",
            ),
            (Milestones(5, (Milestone("A"),)), "milestone_value"),
            (Milestones(5, (Milestone("A", 5, Decimal(100)),)), "milestone_value"),
            (
                Milestones(5, (Milestone("A", 5), Milestone("B", None, Decimal(1)))),
                "milestone_mixed",
            ),
            (Milestones(5, (Milestone("A", 7), Milestone("B", -2))), "milestone_sign"),
            (by_percent(5, "120", "-20"), "milestone_sign"),
            (Milestones(5, (Milestone("A", 2), Milestone("B", 2))), "milestone_sum"),
            (by_percent(5, "33.33", "33.33", "33.33"), "percent"),
            (by_percent(5, "50", "50.000001"), "percent"),
        ],
    )
    def test_bad_input(self, terms, code):
        assert code_of(lambda: plan(terms)) == code
        assert code_of(lambda: cancelled_plan(terms, MARCH)) == code

    def test_percent_is_no_float(self):
        with pytest.raises(TypeError):
            plan(Milestones(5, (Milestone("A", percent=100.0),)))


class TestTimeAndMaterial:
    def test_hours(self):
        terms = time((date(2026, 1, 5), "2.5"), (date(2026, 1, 30), "1"), (MARCH, "4"))
        assert plan(terms) == Plan({JANUARY: 35000, MARCH: 40000}, 25000)

    def test_cap_is_reached_in_the_middle(self):
        terms = time((JANUARY, "6"), (FEBRUARY, "7"), (MARCH, "1"))
        assert plan(terms) == Plan({JANUARY: 60000, FEBRUARY: 40000}, 0)
        # Hours that were too many give way before the cap does.
        late = replace(terms, logged=(*terms.logged, (APRIL, Decimal(-6))))
        assert plan(late).months == {JANUARY: 60000, FEBRUARY: 40000, APRIL: -20000}
        assert plan(late).open == 20000

    def test_without_cap(self):
        terms = time((JANUARY, "6"), (FEBRUARY, "7"), is_capped=False)
        assert plan(terms) == Plan({JANUARY: 60000, FEBRUARY: 70000}, 0)
        terms = time((JANUARY, "6"), is_capped=False)
        assert plan(terms) == Plan({JANUARY: 60000}, 40000)

    def test_without_cap_and_expectation(self):
        assert plan(time((JANUARY, "6"), amount=0, is_capped=False)).open == 0
        assert plan(time((JANUARY, "-6"), amount=0, is_capped=False)).open == 0

    def test_credit(self):
        terms = time((JANUARY, "-6"), (FEBRUARY, "-7"), amount=-100000)
        assert plan(terms) == Plan({JANUARY: -60000, FEBRUARY: -40000}, 0)
        terms = replace(terms, is_capped=False)
        assert plan(terms) == Plan({JANUARY: -60000, FEBRUARY: -70000}, 0)
        terms = replace(terms, logged=terms.logged[:1])
        assert plan(terms) == Plan({JANUARY: -60000}, -40000)

    def test_corrections(self):
        terms = time((JANUARY, "3"), (JANUARY, "-3"), (FEBRUARY, "-1"), (MARCH, "2"))
        assert plan(terms).months == {FEBRUARY: -10000, MARCH: 20000}

    def test_small_logs_lose_no_cents(self):
        # 0.01 h at 33.333333 is a third of a cent, 300 times.
        logged = [(date(2026, 1, 1), "0.01")] * 100 + [(FEBRUARY, "0.01")] * 200
        terms = time(*logged, rate="33.333333")
        assert plan(terms).months == {JANUARY: 3333, FEBRUARY: 6667}

    @pytest.mark.parametrize("decimals, value", [(0, 12), (2, 1235), (3, 12345)])
    def test_decimals_of_the_currency(self, decimals, value):
        assert plan(time((JANUARY, "1"), rate="12.345", decimals=decimals)).months == {
            JANUARY: value
        }

    def test_rate_change(self):
        changes = ((date(2026, 3, 1), Decimal(90)), (date(2026, 2, 2), Decimal(50)))
        logged = [(date(2026, 2, 1), "1"), (date(2026, 2, 2), "1"), (MARCH, "1")]
        terms = time(*logged, rate_changes=changes)
        assert plan(terms).months == {FEBRUARY: 15000, MARCH: 9000}
        again = replace(terms, rate_changes=(*changes, (date(2026, 3, 1), Decimal(80))))
        assert plan(again).months == {FEBRUARY: 15000, MARCH: 8000}

    @pytest.mark.parametrize(
        "options, code",
        [
            ({"amount": 0}, "no_amount"),
            ({"rate": "0"}, "no_rate"),
            ({"rate_changes": ((MARCH, Decimal(0)),)}, "no_rate"),
        ],
    )
    def test_bad_input(self, options, code):
        assert code_of(lambda: plan(time((JANUARY, "1"), **options))) == code

    def test_no_floats(self):
        terms = replace(time(), logged=((JANUARY, 1.5),))
        with pytest.raises(TypeError):
            plan(terms)
        with pytest.raises(TypeError):
            plan(replace(time(is_capped=False), amount=1.5))


class TestCancelled:
    def test_by_days(self):
        # A day earns 1.00: 1 January to 10 March.
        kept = cancelled_plan(year_of(36500), date(2026, 3, 10))
        assert kept == Plan({JANUARY: 3100, FEBRUARY: 2800, MARCH: 1000}, 0)

    def test_by_months(self):
        # 10 of 31 days of 100.00
        kept = cancelled_plan(year_of(120000, by="months"), date(2026, 3, 10))
        assert kept == Plan({JANUARY: 10000, FEBRUARY: 10000, MARCH: 3226}, 0)

    def test_in_a_part_month_that_counts_whole(self):
        # 5 of the 17 days that stand for a month
        kept = cancelled_plan(from_middle("whole", "none"), date(2026, 1, 19))
        assert kept.months == {JANUARY: 2941}

    def test_in_a_part_month_that_does_not_count(self):
        kept = cancelled_plan(from_middle("none", "whole"), date(2026, 1, 31))
        assert kept == Plan({}, 0)

    def test_before_the_start(self):
        assert cancelled_plan(year_of(36500), date(2025, 12, 31)) == Plan({}, 0)
        terms = from_middle("days", "days")
        assert cancelled_plan(terms, date(2026, 1, 14)) == Plan({}, 0)
        assert cancelled_plan(terms, date(2026, 1, 1)) == Plan({}, 0)

    @pytest.mark.parametrize("day", [date(2026, 12, 31), date(2027, 5, 1)])
    def test_after_the_end(self, day):
        terms = year_of(36500)
        assert cancelled_plan(terms, day) == plan(terms)

    def test_milestones(self):
        terms = Milestones(
            10000,
            (
                Milestone("A", 3000, reached=date(2026, 2, 10)),
                Milestone("B", 4000, reached=date(2026, 2, 11)),
                Milestone("C", 1000, planned=JANUARY),
                Milestone("D", 2000),
            ),
        )
        kept = cancelled_plan(terms, date(2026, 2, 10))
        assert kept == Plan({FEBRUARY: 3000}, 0)

    def test_time(self):
        terms = time((date(2026, 2, 10), "3"), (date(2026, 2, 11), "4"))
        assert cancelled_plan(terms, date(2026, 2, 10)) == Plan({FEBRUARY: 30000}, 0)


class TestProperties:
    @given(terms=all_terms)
    def test_the_months_add_up(self, terms):
        result = plan(terms)
        assert sum(result.months.values()) + result.open == contract_by_hand(terms)
        assert result.total == contract_by_hand(terms)
        assert all(result.months.values()) and all(result.earned.values())
        assert list(result.months) == sorted(result.months)
        assert all(each.day == 1 for each in result.months)

    @given(terms=ratables().filter(has_plan))
    def test_no_month_of_the_other_sign(self, terms):
        sign = 1 if terms.amount > 0 else -1
        result = plan(terms)
        assert all(sign * amount > 0 for amount in result.months.values())
        assert set(result.months) <= set(months_between(terms.start, terms.end))

    @given(terms=ratables())
    def test_what_is_earned_by_days(self, terms):
        """Until the end of each month, told without the code under test."""
        terms = replace(terms, by="days")
        months = plan(terms).months
        exact = terms.amount / Fraction((terms.end - terms.start).days + 1)
        for each in months_between(terms.start, terms.end):
            earned = sum(amount for key, amount in months.items() if key <= each)
            last = min(terms.end, end_after(each, 1))
            assert earned == round_by_hand(exact * ((last - terms.start).days + 1))

    @given(terms=all_terms, day=days)
    def test_credit_mirrors_its_deal(self, terms, day):
        for result, mirrored in (
            (plan(terms), plan(negate(terms))),
            (cancelled_plan(terms, day), cancelled_plan(negate(terms), day)),
        ):
            assert mirrored.open == -result.open
            assert mirrored.months == {
                each: -amount for each, amount in result.months.items()
            }
            assert mirrored.expected == {
                each: -amount for each, amount in result.expected.items()
            }

    @given(terms=all_terms, day=days)
    def test_cancelled(self, terms, day):
        before, kept = plan(terms).earned, cancelled_plan(terms, day)
        last = month_of(day)
        assert kept.open == 0 and kept.expected == {}
        assert {each: kept.months[each] for each in kept.months if each < last} == {
            each: before[each] for each in before if each < last
        }
        assert not any(each > last for each in kept.months)

    @given(terms=ratables().filter(has_plan), day=days)
    def test_cancelled_keeps_a_part_of_its_month(self, terms, day):
        last = month_of(day)
        sign = 1 if terms.amount > 0 else -1
        kept = cancelled_plan(terms, day).months.get(last, 0)
        assert 0 <= sign * kept <= sign * plan(terms).months.get(last, 0)
        before_end = cancelled_plan(terms, end_after(last, 1))
        assert before_end.months.get(last, 0) == plan(terms).months.get(last, 0)

    @given(terms=ratables(), share=st.integers(0, 100))
    def test_cancelled_keeps_exactly_the_days(self, terms, share):
        terms = replace(terms, by="days")
        whole = (terms.end - terms.start).days + 1
        kept = whole * share // 100
        result = cancelled_plan(terms, terms.start + timedelta(days=kept - 1))
        assert result.total == round_by_hand(Fraction(terms.amount * kept, whole))

    @given(terms=times(), day=days)
    def test_cancelled_keeps_what_was_logged(self, terms, day):
        assert cancelled_plan(terms, day).total == value_by_hand(terms, day)
