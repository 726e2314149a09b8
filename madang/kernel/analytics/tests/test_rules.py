"""What events add, which level of detail is read, and how time is cut."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.kernel.analytics.contracts import COUNTS, Counts
from madang.kernel.analytics.rules import (
    DETAIL,
    LEVELS,
    Kept,
    increments,
    level_for,
    month_after,
    period_of,
    periods,
    split,
    step_for,
)
from madang.kernel.cases import contracts as told

FACTS = (7, "N", "tests.request", 3, "jobs", "", True, datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (told.CaseFiled(*FACTS), [(3, {"received": 1})]),
        (told.CaseTransferred(*FACTS, 9, True), [(9, {"transferred_out": 1}), (3, {"transferred_in": 1})]),
        (told.CaseClosed(*FACTS, 1, "answered", 1, True, 2.5), [(3, {"closed": 1, "days_sum": 250, "on_time": 1})]),
        (told.CaseClosed(*FACTS, 1, "answered", 2, False, 0.07), [(3, {"closed": 1, "days_sum": 7, "late": 1})]),
        (told.CaseClosed(*FACTS, 1, "answered", 1, None, 1.0), [(3, {"closed": 1, "days_sum": 100})]),
        (told.CaseRated(*FACTS, 5, 1), [(3, {"rated": 1, "score_sum": 5, "satisfied": 1, "dissatisfied": 0})]),
        (told.CaseRated(*FACTS, 3, 1), [(3, {"rated": 1, "score_sum": 3, "satisfied": 0, "dissatisfied": 0})]),
        (told.CaseRated(*FACTS, 2, 1), [(3, {"rated": 1, "score_sum": 2, "satisfied": 0, "dissatisfied": 1})]),
        (told.CaseExtended(*FACTS, 1, False), [(3, {"extended": 1})]),
        (told.CaseExtended(*FACTS, 1, True), []),
        (told.SupplementAsked(*FACTS, 1), [(3, {"supplements": 1})]),
        (told.SupplementGiven(*FACTS, 1), []),
        (told.FollowUpAsked(*FACTS, 1), [(3, {"follow_ups": 1})]),
        (told.CaseWithdrawn(*FACTS), [(3, {"withdrawn": 1})]),
        (told.DeadlinePassed(*FACTS), []),
    ],
)
def test_what_an_event_adds(event, expected):
    assert increments(event) == expected
    assert all(name in COUNTS for _here, increment in expected for name in increment)


@pytest.mark.parametrize(
    ("wanted", "level"),
    [
        (Kept(0), Kept.DAY),
        (Kept.DAY, Kept.DAY),
        (Kept.TOPIC, Kept.TOPIC),
        (Kept.TOPIC | Kept.INSTITUTION, Kept.TOPIC | Kept.INSTITUTION),
        (Kept.TOPIC | Kept.DAY, DETAIL),
        (Kept.TOPIC | Kept.INSTITUTION | Kept.DIVISION, DETAIL),
    ],
)
def test_the_coarsest_level_that_can_tell_it_is_read(wanted, level):
    assert level_for(wanted) == level


def test_every_question_has_a_level():
    assert all(Kept(one) in level_for(Kept(one)) for one in range(32))
    assert len(set(LEVELS)) == len(LEVELS) == 12


days = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@given(days, st.integers(0, 1500))
def test_months_and_edges_make_the_whole(since, length):
    until = since + timedelta(days=length)
    months, edges = split(since, until)
    covered = [day for first, last in edges for day in _days(first, last)]
    if months:
        first, last = months
        assert first.day == last.day == 1
        covered += _days(first, month_after(last) - timedelta(days=1))
    assert sorted(covered) == _days(since, until)


@given(days, st.integers(0, 1500))
def test_every_day_falls_in_one_period(since, length):
    until = since + timedelta(days=length)
    step = step_for(since, until)
    cut = list(periods(since, until, step))
    assert cut == sorted({period_of(day, step) for day in _days(since, until)})
    assert len(cut) <= 50 or step == "month"


def _days(first, last):
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def test_shares_and_means():
    counts = Counts(
        received=9, closed=4, on_time=2, late=1, days_sum=1050, rated=5, score_sum=17, satisfied=3, dissatisfied=1
    )
    assert (counts.on_time_share, counts.mean_days, counts.mean_score) == (66.7, 2.6, 3.4)
    assert (counts.satisfied_share, counts.dissatisfied_share, counts.open) == (60.0, 20.0, 5)
    assert (counts + counts).received == 18


def test_where_nothing_happened_nothing_is_said():
    none = Counts()
    assert {none.on_time_share, none.mean_days, none.mean_score, none.satisfied_share} == {None}


def test_under_five_ratings_no_satisfaction_is_told():
    few = Counts(rated=4, score_sum=4, dissatisfied=4)
    assert (few.mean_score, few.satisfied_share, few.dissatisfied_share) == (None, None, None)
    assert Counts(rated=5, score_sum=5, dissatisfied=5).mean_score == 1.0
