from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from madang.kernel.common import calendars
from madang.kernel.common.calendars import calendar_for, public_holidays, use_calendars_of, working_calendar
from madang.kernel.common.worktime import ClockError, add_work_hours

# The official gazette for two years: with substitute holidays, elections, one-off days, and two new holidays.
GAZETTE = """
2025-01-01 2025-01-27 2025-01-28 2025-01-29 2025-01-30 2025-03-01 2025-03-03 2025-05-05 2025-05-06 2025-06-03
2025-06-06 2025-08-15 2025-10-03 2025-10-05 2025-10-06 2025-10-07 2025-10-08 2025-10-09 2025-12-25
2026-01-01 2026-02-16 2026-02-17 2026-02-18 2026-03-01 2026-03-02 2026-05-01 2026-05-05 2026-05-24 2026-05-25
2026-06-03 2026-06-06 2026-07-17 2026-08-15 2026-08-17 2026-09-24 2026-09-25 2026-09-26 2026-10-03 2026-10-05
2026-10-09 2026-12-25
"""


def test_the_public_holidays_are_those_of_the_gazette():
    known = public_holidays("KR", range(2025, 2027))
    assert sorted(day.isoformat() for day in known) == GAZETTE.split()


@pytest.mark.parametrize("day", ["2020-08-17", "2023-10-02", "2024-10-01", "2024-04-10", "2027-12-27"])
def test_single_days_made_holidays_by_the_government_are_known(day):
    assert date.fromisoformat(day) in public_holidays("KR", range(2018, 2028))


def test_holidays_have_their_names_in_the_languages_of_the_site():
    names = public_holidays("KR", range(2026, 2027))
    assert names[date(2026, 2, 17)] == {"ko": "설날", "en": "Korean New Year"}


def test_a_country_of_one_language_keeps_its_plain_names():
    assert public_holidays("ZW", range(2026, 2027), ("xx",))[date(2026, 12, 25)] == "Christmas Day"


@pytest.mark.parametrize(
    ("country", "years"), [("XX", range(2026, 2027)), ("KR", range(1900, 2027)), ("KR", range(2026, 2500))]
)
def test_unknown_countries_and_years_fail_loudly(country, years):
    with pytest.raises(ClockError):
        public_holidays(country, years)


def test_days_announced_later_are_days_off():
    calendar = calendar_for("KR", range(2026, 2027), {date(2026, 2, 19): "Bridge day"}, time_zone="Asia/Seoul")
    assert [calendar.days.works(date(2026, 2, day)) for day in (13, 18, 19, 20)] == [True, False, False, True]
    assert calendar_for("KR", range(2026, 2027), time_zone="Asia/Seoul").days.works(date(2026, 2, 19))


def test_the_calendar_of_the_site_covers_the_past_and_the_coming_years():
    days = working_calendar().days
    assert not days.works(date(2000, 1, 1))
    assert not days.works(date(2035, 9, 17))
    assert working_calendar() is working_calendar()


def test_the_keeper_of_institutions_decides_their_calendars():
    with pytest.raises(ClockError, match="nowhere"):
        working_calendar("nowhere")
    early = calendars.country_calendar().with_hours(time(7), time(15), None)
    use_calendars_of(lambda code: early if code == "1741000" else calendars.country_calendar())
    start = datetime(2026, 2, 13, 14, tzinfo=ZoneInfo("Asia/Seoul"))
    assert add_work_hours(start, 2, working_calendar("1741000")).hour == 8
    assert add_work_hours(start, 2, working_calendar()).hour == 16
