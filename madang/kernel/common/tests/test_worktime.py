from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.kernel.common.worktime import (
    HOUR,
    Calendar,
    CalendarEnds,
    ClockError,
    Days,
    Hours,
    Period,
    add_work_hours,
)

SEOUL = ZoneInfo("Asia/Seoul")
PLAIN = Calendar(Days({date(2026, 2, 17): "Seollal"}, range(2025, 2028)), SEOUL)
moments = st.datetimes(datetime(2025, 3, 1), datetime(2027, 9, 1), timezones=st.just(SEOUL))  # noqa: DTZ001


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("7d", 7, "d"),
        ("3h", 3, "h"),
        ("2w", 2, "w"),
        ("1m", 1, "m"),
        ("1y", 1, "y"),
        ("60cd", 60, "cd"),
        (" 14 D ", 14, "d"),
        ("Immediately", 1, "immediately"),
    ],
)
def test_a_period_is_read_as_it_is_written(text, amount, unit):
    period = Period.parse(text)
    assert (period.amount, period.unit) == (amount, unit)
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize("text", ["", "7", "d", "0d", "-1d", "7x", "1.5h", "7d 3h", "99999d", "٧d", "soon"])
def test_what_is_not_a_period_is_refused(text):
    with pytest.raises(ClockError):
        Period.parse(text)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-02-13T10:00", 3, "2026-02-13T14:00"),
        ("2026-02-13T09:00", 8, "2026-02-13T18:00"),
        ("2026-02-13T09:00", 3, "2026-02-13T12:00"),
        ("2026-02-13T12:30", 1, "2026-02-13T14:00"),
        ("2026-02-13T17:00", 1, "2026-02-13T18:00"),
        ("2026-02-13T17:00", 2, "2026-02-16T10:00"),
        ("2026-02-13T18:00", 1, "2026-02-16T10:00"),
        ("2026-02-14T23:00", 0.5, "2026-02-16T09:30"),
        ("2026-02-16T17:30", 1, "2026-02-18T09:30"),
    ],
)
def test_hours_run_only_while_the_office_works(start, hours, end):
    assert add_work_hours(at(start), hours, PLAIN) == at(end)


def test_hours_of_an_institution_and_days_announced_later_change_only_their_copy():
    night = PLAIN.with_hours(time(20), time(23), None)
    assert add_work_hours(at("2026-02-13T10:00"), 4, night) == at("2026-02-16T21:00")
    longer = PLAIN.with_days({date(2026, 2, 16): "Announced later"})
    assert add_work_hours(at("2026-02-13T17:00"), 2, longer) == at("2026-02-18T10:00")
    assert add_work_hours(at("2026-02-13T17:00"), 2, PLAIN) == at("2026-02-16T10:00")
    assert night.days is PLAIN.days
    again = PLAIN.with_days({date(2026, 2, 16): "Announced later"})
    assert again.days is longer.days
    assert PLAIN.with_days({date(2026, 2, 16): "Another name"}).days.holidays[date(2026, 2, 16)] == "Another name"


@pytest.mark.parametrize(
    ("opens", "closes", "lunch"),
    [
        (time(18), time(9), None),
        (time(9), time(9), None),
        (time(9), time(18), (time(8), time(10))),
        (time(9), time(18), (time(13), time(12))),
        (time(9), time(18), (time(17), time(19))),
    ],
)
def test_hours_out_of_order_are_refused(opens, closes, lunch):
    with pytest.raises(ClockError):
        Hours(opens, closes, lunch)


@pytest.mark.parametrize("moment", ["2024-12-31T23:59", "2028-01-01T00:00", "0001-01-01T00:00", "9999-12-31T23:59"])
def test_outside_of_the_known_years_nothing_is_counted(moment):
    with pytest.raises(CalendarEnds):
        add_work_hours(at(moment), 1, PLAIN)


def test_a_count_that_runs_out_of_the_known_years_fails():
    with pytest.raises(CalendarEnds, match="2028"):
        add_work_hours(at("2027-12-30T09:00"), 100, PLAIN)


@pytest.mark.parametrize("hours", [0, -1])
def test_no_hours_are_no_period(hours):
    with pytest.raises(ClockError):
        add_work_hours(at("2026-02-13T10:00"), hours, PLAIN)


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ClockError, match="time zone"):
        add_work_hours(datetime(2026, 2, 13, 10), 1, PLAIN)  # noqa: DTZ001


@given(moments)
def test_the_zone_in_which_a_moment_is_given_does_not_matter(moment):
    assert PLAIN.worked_until(moment) == PLAIN.worked_until(moment.astimezone(UTC))


@given(moments, st.floats(0.01, 200))
def test_as_much_is_worked_as_was_added(moment, hours):
    end = add_work_hours(moment, hours, PLAIN)
    assert PLAIN.worked_until(end) - PLAIN.worked_until(moment) == round(hours * HOUR)
    assert PLAIN.worked_until(end - timedelta(microseconds=1)) == PLAIN.worked_until(end) - 1


@given(moments)
def test_working_time_is_counted_as_a_minute_by_minute_walk_would(moment):
    start = moment.replace(second=0, microsecond=0)
    walked = 0
    for minute in range(3 * 24 * 60):
        now = start + timedelta(minutes=minute)
        works = now.weekday() < 5 and now.date() != date(2026, 2, 17)
        walked += works and (time(9) <= now.time() < time(12) or time(13) <= now.time() < time(18))
    assert PLAIN.worked_until(start + timedelta(days=3)) - PLAIN.worked_until(start) == walked * HOUR // 60
