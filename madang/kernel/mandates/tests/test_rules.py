"""Until when, how far, and as what: the pure rules."""

from datetime import date

import pytest

from madang.kernel.common.parameters import parameter
from madang.kernel.mandates.rules import covers, last_day_as_minor, latest_end, stands_as, state


@pytest.mark.parametrize(
    ("born", "age", "last"),
    [
        (date(2007, 11, 22), 19, date(2026, 11, 21)),
        (date(2008, 1, 1), 19, date(2026, 12, 31)),
        (date(2008, 2, 29), 19, date(2027, 2, 28)),
        (date(2008, 2, 29), 20, date(2028, 2, 28)),
        (date(2008, 3, 1), 19, date(2027, 2, 28)),
    ],
)
def test_who_was_born_then_is_a_minor_until_the_day_before_the_birthday(born, age, last):
    assert last_day_as_minor(born, age) == last


def test_the_age_of_majority_is_that_of_the_day():
    assert parameter("mandates.majority_age", date(2013, 6, 30)) == 20
    assert parameter("mandates.majority_age", date(2013, 7, 1)) == 19


def test_two_years_from_a_day_end_the_day_before_it():
    assert latest_end(date(2026, 11, 22), 2) == date(2028, 11, 21)


@pytest.mark.parametrize(
    ("scope", "reaches"),
    [
        ([], True),
        (["petitions"], True),
        (["petitions.suggestion"], True),
        (["petitions.grievance"], False),
        (["petition"], False),
        (["petitions.suggestion-2"], False),
    ],
)
def test_a_scope_holds_services_and_procedures_by_their_whole_names(scope, reaches):
    assert covers(scope, "petitions.suggestion") is reaches


def at(today, **more):
    facts = {
        "proposed": date(2026, 1, 1), "answer_days": 30, "accepted": True, "refused": False, "ended": False,
        "since": date(2026, 2, 1), "until": date(2026, 3, 1), "today": today,
    }  # fmt: skip
    return state(**facts | more)


def test_a_mandate_comes_holds_and_is_over_by_itself():
    assert at(date(2026, 1, 31)) == "coming"
    assert at(date(2026, 2, 1)) == at(date(2026, 3, 1)) == "holds"
    assert at(date(2026, 3, 2)) == "expired"
    assert at(date(2036, 3, 2), until=None) == "holds"


def test_before_it_is_accepted_nothing_holds_and_a_proposal_lapses():
    assert at(date(2026, 1, 31), accepted=False) == "proposed"
    assert at(date(2026, 2, 1), accepted=False) == "lapsed"


def test_refused_and_ended_stay_what_they_are():
    for day in (date(2026, 1, 2), date(2026, 2, 2), date(2036, 1, 1)):
        assert at(day, accepted=False, refused=True) == "refused"
        assert at(day, ended=True) == "ended"


def test_who_stands_in_for_the_principal_by_law_may_more_than_an_agent():
    assert stands_as("child", "", "all") == "representative"
    assert stands_as("company", "representative", "all") == "representative"
    assert stands_as("company", "employee", "all") == "agent"
    assert stands_as("power_of_attorney", "", "file") == "agent"
    assert stands_as("power_of_attorney", "", "read") == "reader"
