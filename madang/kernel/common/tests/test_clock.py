"""Cases of the law on real Korean days: Seollal is 16-18 February 2026, 2 March a substitute."""

import timeit
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from madang.kernel.common.calendars import calendar_for
from madang.kernel.common.clock import Pause, due_at, extension_allowed, worked_between
from madang.kernel.common.explained import due_explained
from madang.kernel.common.worktime import CalendarEnds, ClockError, Period

SEOUL = ZoneInfo("Asia/Seoul")
KOREA = calendar_for("KR", range(2018, 2030), time_zone="Asia/Seoul")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


def stops(*spans):
    """ "2026-02-19T10:00/2026-02-20T15:00" or, still standing, "2026-02-19T10:00/"."""
    ends = (span.split("/") for span in spans)
    return [Pause(at(start), at(end) if end else None) for start, end in ends]


def periods(*texts):
    return [Period.parse(text) for text in texts]


def told(due, period):
    """How the tables write a due moment: the day for periods counted in days, which end at midnight."""
    if due is None:
        return None
    local = due.astimezone(SEOUL)
    if local.time().microsecond:
        assert local == KOREA.end_of(local.date())
        return f"{local:%Y-%m-%d}"
    return f"{local:%Y-%m-%dT%H:%M}"


CASES = [
    # Six days and more: working days, the first included; Seollal is not counted.
    ("2026-02-13T10:00", "7d", "2026-02-26"),
    ("2026-02-13T10:00", "6d", "2026-02-25"),
    ("2026-02-13T10:00", "14d", "2026-03-10"),
    ("2026-02-13T10:00", "10d", "2026-03-04"),
    # The hour of reception does not matter to a period counted in days.
    ("2026-02-13T00:00", "7d", "2026-02-26"),
    ("2026-02-13T18:00", "7d", "2026-02-26"),
    ("2026-02-13T23:59", "7d", "2026-02-26"),
    # On a Saturday, a Sunday or a holiday: the first day is the next working day.
    ("2026-02-14T10:00", "7d", "2026-02-27"),
    ("2026-02-15T10:00", "7d", "2026-02-27"),
    ("2026-02-17T10:00", "7d", "2026-02-27"),
    ("2026-02-18T23:59", "7d", "2026-02-27"),
    # Independence day on a Sunday: Monday 2 March is the substitute.
    ("2026-02-27T10:00", "6d", "2026-03-09"),
    # Constitution day is a holiday again since 2026, labour day for the first time.
    ("2026-07-16T10:00", "6d", "2026-07-24"),
    ("2026-04-30T10:00", "7d", "2026-05-12"),
    # Local elections on Wednesday 3 June 2026, memorial day on a Saturday without a substitute.
    ("2026-06-01T10:00", "7d", "2026-06-10"),
    # Chuseok 24-26 September 2026, foundation day on a Saturday with a substitute on Monday, Hangul day.
    ("2026-09-21T10:00", "14d", "2026-10-14"),
    # The ten days off of 2025: foundation day, Chuseok, its substitute, Hangul day.
    ("2025-10-02T10:00", "7d", "2025-10-17"),
    # One single day made a holiday in January 2025, before Seollal.
    ("2025-01-24T10:00", "7d", "2025-02-07"),
    # Over the turn of the year.
    ("2025-12-24T10:00", "7d", "2026-01-05"),
    # Five days and less: working hours from the moment of reception, eight for a day.
    ("2026-02-13T10:00", "3h", "2026-02-13T14:00"),
    ("2026-02-13T10:00", "immediately", "2026-02-13T14:00"),
    ("2026-02-13T09:00", "1d", "2026-02-13T18:00"),
    ("2026-02-13T10:00", "1d", "2026-02-19T10:00"),
    ("2026-02-13T10:00", "2d", "2026-02-20T10:00"),
    ("2026-02-13T09:00", "5d", "2026-02-24T18:00"),
    ("2026-02-13T10:00", "5d", "2026-02-25T10:00"),
    ("2026-02-13T12:20", "5d", "2026-02-25T12:00"),
    ("2026-02-13T16:00", "immediately", "2026-02-19T10:00"),
    # Outside of working hours: they begin to run when the office opens next.
    ("2026-02-13T07:30", "immediately", "2026-02-13T12:00"),
    ("2026-02-13T12:15", "immediately", "2026-02-13T16:00"),
    ("2026-02-13T18:00", "immediately", "2026-02-19T12:00"),
    ("2026-02-13T22:00", "immediately", "2026-02-19T12:00"),
    ("2026-02-14T10:00", "1d", "2026-02-19T18:00"),
    ("2026-02-17T10:00", "5d", "2026-02-25T18:00"),
    ("2026-02-13T17:59", "8h", "2026-02-19T17:59"),
    # Weeks: the first day included, holidays in between counted.
    ("2026-02-13T10:00", "1w", "2026-02-19"),
    ("2026-02-13T10:00", "2w", "2026-02-26"),
    ("2026-02-14T10:00", "1w", "2026-02-20"),
    ("2026-01-20T10:00", "4w", "2026-02-19"),
    # Months and years: the day before the one that corresponds; a day off moves to the next working day.
    ("2026-02-13T10:00", "1m", "2026-03-12"),
    ("2026-03-02T10:00", "1m", "2026-04-01"),
    ("2026-04-01T10:00", "1m", "2026-04-30"),
    ("2026-01-17T10:00", "1m", "2026-02-19"),
    ("2026-01-31T10:00", "1m", "2026-03-03"),
    ("2026-01-29T10:00", "1m", "2026-03-03"),
    ("2026-08-31T10:00", "1m", "2026-09-30"),
    ("2028-01-31T10:00", "1m", "2028-02-29"),
    ("2028-01-30T10:00", "1m", "2028-02-29"),
    ("2027-11-30T10:00", "3m", "2028-02-29"),
    ("2026-12-31T10:00", "2m", "2027-03-02"),
    ("2026-02-13T10:00", "1y", "2027-02-12"),
    ("2028-02-29T10:00", "1y", "2029-02-28"),
    ("2026-02-13T10:00", "12m", "2027-02-12"),
    # Calendar days, as time limits of citizens: the first day is not included.
    ("2026-02-13T10:00", "60cd", "2026-04-14"),
    ("2026-02-13T10:00", "10cd", "2026-02-23"),
    ("2026-02-13T10:00", "3cd", "2026-02-19"),
]


@pytest.mark.parametrize(("received", "period", "due"), CASES)
def test_a_period_ends_when_the_law_says(received, period, due):
    period = Period.parse(period)
    assert told(due_at(at(received), period, KOREA), period) == due
    assert due_explained(at(received), period, KOREA).due == due_at(at(received), period, KOREA)


STOPPED = [
    # Days on which the clock stood for any part are not counted, neither that of request nor that of answer.
    ("2026-02-13T10:00", "7d", ["2026-02-19T10:00/2026-02-20T15:00"], "2026-03-03"),
    ("2026-02-13T10:00", "7d", ["2026-02-19T10:00/2026-02-19T10:30"], "2026-02-27"),
    ("2026-02-13T10:00", "7d", ["2026-02-13T11:00/2026-02-13T15:00"], "2026-02-27"),
    ("2026-02-13T10:00", "7d", ["2026-02-14T11:00/2026-02-18T15:00"], "2026-02-26"),
    ("2026-02-13T10:00", "7d", ["2026-02-26T10:00/2026-02-26T11:00"], "2026-02-27"),
    (
        "2026-02-13T10:00",
        "7d",
        ["2026-02-19T10:00/2026-02-20T15:00", "2026-02-20T16:00/2026-02-23T09:00"],
        "2026-03-04",
    ),
    (
        "2026-02-13T10:00",
        "7d",
        ["2026-02-19T10:00/2026-02-23T15:00", "2026-02-20T16:00/2026-02-20T18:00"],
        "2026-03-04",
    ),
    (
        "2026-02-13T10:00",
        "7d",
        ["2026-02-20T16:00/2026-02-20T18:00", "2026-02-19T10:00/2026-02-23T15:00"],
        "2026-03-04",
    ),
    # Still standing: nothing is due. But what had run out before, had run out.
    ("2026-02-13T10:00", "7d", ["2026-02-23T11:00/"], None),
    ("2026-02-13T10:00", "7d", ["2026-02-26T23:00/"], None),
    ("2026-02-13T10:00", "7d", ["2026-02-27T08:00/"], "2026-02-26"),
    ("2026-02-13T10:00", "7d", ["2026-02-28T08:00/2026-03-20T08:00"], "2026-02-26"),
    ("2026-02-13T10:00", "7d", ["2026-02-23T11:00/", "2026-02-24T11:00/2026-02-25T11:00"], None),
    # In hours, the clock stands from moment to moment.
    ("2026-02-13T10:00", "3h", ["2026-02-13T11:00/2026-02-13T11:30"], "2026-02-13T14:30"),
    ("2026-02-13T10:00", "3h", ["2026-02-13T11:00/2026-02-19T10:00"], "2026-02-19T12:00"),
    ("2026-02-13T10:00", "3h", ["2026-02-13T12:10/2026-02-13T12:50"], "2026-02-13T14:00"),
    ("2026-02-13T10:00", "3h", ["2026-02-13T14:00/"], "2026-02-13T14:00"),
    ("2026-02-13T10:00", "3h", ["2026-02-13T13:59/"], None),
    ("2026-02-13T10:00", "8h", ["2026-02-13T18:00/"], None),
    ("2026-02-13T09:00", "8h", ["2026-02-13T18:00/"], "2026-02-13T18:00"),
    ("2026-02-13T10:00", "5d", ["2026-02-19T10:00/2026-02-20T15:00"], "2026-02-26T15:00"),
    (
        "2026-02-13T10:00",
        "1d",
        ["2026-02-13T11:00/2026-02-13T13:00", "2026-02-13T12:00/2026-02-13T14:00"],
        "2026-02-19T12:00",
    ),
    # By the calendar, each day it stood moves the end by a day, and a day off at the end still moves it on.
    ("2026-02-13T10:00", "1m", ["2026-02-19T10:00/2026-02-20T15:00"], "2026-03-16"),
    ("2026-02-13T10:00", "2w", ["2026-02-14T10:00/2026-02-15T15:00"], "2026-03-03"),
    ("2026-01-17T10:00", "1m", ["2026-02-19T10:00/2026-02-20T15:00"], "2026-02-23"),
    ("2026-01-17T10:00", "1m", ["2026-02-18T10:00/"], None),
    ("2026-01-17T10:00", "1m", ["2026-02-20T10:00/"], "2026-02-19"),
    ("2026-02-13T10:00", "10cd", ["2026-02-13T12:00/2026-02-13T13:00"], "2026-02-23"),
]


@pytest.mark.parametrize(("received", "period", "pauses", "due"), STOPPED)
def test_a_stopped_clock_moves_the_end(received, period, pauses, due):
    period, pauses = Period.parse(period), stops(*pauses)
    assert told(due_at(at(received), period, KOREA, pauses), period) == due
    assert due_explained(at(received), period, KOREA, pauses).due == due_at(at(received), period, KOREA, pauses)


EXTENDED = [
    ("2026-02-13T10:00", "7d", ["7d"], [], "2026-03-10"),
    ("2026-02-13T10:00", "7d", ["3d"], [], "2026-03-04"),
    ("2026-02-13T10:00", "7d", ["7d", "7d"], [], "2026-03-19"),
    ("2026-02-13T10:00", "3h", ["3h"], [], "2026-02-13T17:00"),
    ("2026-02-13T10:00", "immediately", ["immediately"], [], "2026-02-13T17:00"),
    ("2026-02-13T10:00", "1d", ["1d"], [], "2026-02-20T10:00"),
    ("2026-02-13T10:00", "1m", ["1m"], [], "2026-04-13"),
    ("2026-01-31T10:00", "1m", ["1m"], [], "2026-03-30"),
    ("2026-02-13T10:00", "1y", ["6m"], [], "2027-08-12"),
    ("2026-02-13T10:00", "7d", ["7d"], ["2026-02-24T10:00/2026-02-26T15:00"], "2026-03-13"),
]


@pytest.mark.parametrize(("received", "period", "extensions", "pauses", "due"), EXTENDED)
def test_an_extension_is_counted_as_the_period_is(received, period, extensions, pauses, due):
    period, extensions, pauses = Period.parse(period), periods(*extensions), stops(*pauses)
    assert told(due_at(at(received), period, KOREA, pauses, extensions), period) == due
    explained = due_explained(at(received), period, KOREA, pauses, extensions)
    assert explained.due == due_at(at(received), period, KOREA, pauses, extensions)


@pytest.mark.parametrize(
    ("period", "granted", "asked", "consent", "code"),
    [
        ("7d", [], "7d", False, ""),
        ("7d", [], "1d", False, ""),
        ("7d", [], "8d", False, "too-long"),
        ("7d", [], "8d", True, "too-long"),
        ("7d", ["7d"], "7d", False, "consent-missing"),
        ("7d", ["7d"], "7d", True, ""),
        ("7d", ["7d", "7d"], "1d", True, "used-up"),
        ("7d", [], "2h", False, "other-unit"),
        ("7d", [], "1w", False, "other-unit"),
        ("3h", [], "3h", False, ""),
        ("3h", [], "1d", False, "too-long"),
        ("immediately", [], "3h", False, ""),
        ("immediately", [], "4h", False, "too-long"),
        ("2d", [], "16h", False, ""),
        ("1y", [], "12m", False, ""),
        ("1m", [], "1m", False, ""),
        ("1m", [], "2m", False, "too-long"),
        ("1m", [], "30d", False, "other-unit"),
        ("2w", [], "2w", False, ""),
    ],
)
def test_extensions_are_as_the_decree_allows(period, granted, asked, consent, code):
    ruling = extension_allowed(Period.parse(period), periods(*granted), Period.parse(asked), consent=consent)
    assert (bool(ruling), ruling.code, bool(ruling.reason)) == (not code, code, bool(code))


@pytest.mark.parametrize(
    ("start", "end", "pauses", "hours", "days"),
    [
        ("2026-02-13T10:00", "2026-02-13T11:00", [], 1, 1),
        ("2026-02-13T10:00", "2026-02-19T11:00", [], 9, 2),
        ("2026-02-13T10:00", "2026-02-26T12:00", [], 50, 7),
        ("2026-02-13T10:00", "2026-02-26T12:00", ["2026-02-19T10:00/2026-02-20T15:00"], 38, 5),
        ("2026-02-13T10:00", "2026-02-26T12:00", ["2026-02-20T15:00/"], 20, 2),
        ("2026-02-13T10:00", "2026-02-26T12:00", ["2026-02-26T15:00/"], 50, 6),
        ("2026-02-13T10:00", "2026-02-26T12:00", ["2026-03-26T15:00/"], 50, 7),
        ("2026-02-13T10:00", "2026-02-26T12:00", ["2026-01-02T15:00/2026-01-05T10:00"], 50, 7),
        ("2026-02-14T10:00", "2026-02-18T12:00", [], 0, 0),
        ("2026-02-13T10:00", "2026-02-13T09:00", [], 0, 0),
    ],
)
def test_time_used_is_told_in_hours_and_days(start, end, pauses, hours, days):
    assert worked_between(at(start), at(end), KOREA, stops(*pauses)) == (hours, days)


def test_a_day_counted_in_time_is_in_time_until_midnight():
    due = due_at(at("2026-02-13T10:00"), Period.parse("7d"), KOREA)
    assert at("2026-02-26T23:59:59.999999") <= due < at("2026-02-27T00:00")


@pytest.mark.parametrize("period", ["7d", "3h", "5d", "14d", "1m", "60cd"])
def test_a_due_moment_takes_no_time(period):
    period, received = Period.parse(period), at("2026-02-13T10:00").astimezone(UTC)
    pauses = stops("2026-02-19T10:00/2026-02-20T15:00")
    fastest = min(timeit.repeat(lambda: due_at(received, period, KOREA, pauses), number=200, repeat=5)) / 200
    assert fastest < 50e-6


def test_bad_input_is_refused_and_never_counted():
    received, week = at("2026-02-13T10:00"), Period.parse("7d")
    with pytest.raises(ClockError, match="time zone"):
        due_at(datetime(2026, 2, 13, 10), week, KOREA)  # noqa: DTZ001
    with pytest.raises(ClockError, match="run again"):
        due_at(received, week, KOREA, stops("2026-02-20T10:00/2026-02-19T10:00"))
    with pytest.raises(ClockError, match="does not fit"):
        due_at(received, week, KOREA, (), periods("3h"))
    for moment in ("2017-12-31T10:00", "2030-01-01T10:00"):
        for period in periods("7d", "3h", "1m", "2w", "10cd"):
            with pytest.raises(CalendarEnds):
                due_at(at(moment), period, KOREA)
    for period in periods("9999y", "9999w", "9999d", "9999h", "9999cd"):
        with pytest.raises(CalendarEnds):
            due_at(received, period, KOREA)
        with pytest.raises(CalendarEnds):
            due_explained(received, period, KOREA)


# What holds for every case.

BEGIN, END = datetime(2018, 6, 1), datetime(2026, 6, 1)  # noqa: DTZ001
moments = st.datetimes(BEGIN, END, timezones=st.just(SEOUL))
any_period = st.sampled_from(
    periods(
        "immediately",
        "1h",
        "3h",
        "8h",
        "1d",
        "3d",
        "5d",
        "6d",
        "7d",
        "14d",
        "30d",
        "1w",
        "2w",
        "1m",
        "3m",
        "1y",
        "60cd",
    )
)
lengths = st.timedeltas(timedelta(0), timedelta(days=12))


@st.composite
def situations(draw):
    """A reception, a period with its extensions, and up to four pauses, one perhaps still standing."""
    received, period = draw(moments), draw(any_period)
    extensions = [period] * draw(st.integers(0, 2))
    pauses = [
        Pause(start, start + draw(lengths))
        for start in draw(st.lists(lengths.map(lambda gap: received - timedelta(days=3) + gap), max_size=3))
    ]
    if draw(st.integers(0, 3)) == 0:
        pauses.append(Pause(received + draw(lengths)))
    return received, period, pauses, extensions


@settings(max_examples=400)
@given(situations())
def test_the_short_and_the_explained_count_always_agree(situation):
    received, period, pauses, extensions = situation
    explained = due_explained(received, period, KOREA, pauses, extensions)
    assert explained.due == due_at(received, period, KOREA, pauses, extensions)
    assert explained.lines[-1].kind == ("standing" if explained.due is None else "due")


@given(situations())
def test_nothing_is_due_before_it_was_received_nor_on_a_day_off(situation):
    received, period, pauses, extensions = situation
    due = due_at(received, period, KOREA, pauses, extensions)
    assume(due is not None)
    assert due > received
    assert KOREA.days.works(due.astimezone(SEOUL).date())


@given(situations(), st.timedeltas(timedelta(0), timedelta(days=20)))
def test_what_is_received_later_is_not_due_earlier(situation, later):
    received, period, _pauses, extensions = situation
    due = due_at(received, period, KOREA, (), extensions)
    assert due_at(received + later, period, KOREA, (), extensions) >= due


@given(situations(), st.sets(st.integers(-5, 60), min_size=1, max_size=10))
def test_a_day_off_more_never_makes_anything_due_earlier(situation, offsets):
    received, period, pauses, extensions = situation
    more = KOREA.with_days({received.date() + timedelta(days=offset): "Announced later" for offset in offsets})
    before = due_at(received, period, KOREA, pauses, extensions)
    after = due_at(received, period, more, pauses, extensions)
    assert after is None if before is None else after is None or after >= before


@given(situations())
def test_a_longer_pause_never_makes_anything_due_earlier(situation):
    received, period, pauses, extensions = situation
    before = due_at(received, period, KOREA, (), extensions)
    after = due_at(received, period, KOREA, pauses, extensions)
    assert after is None or after >= before


@given(moments, st.integers(6, 20), st.integers(0, 5), st.integers(0, 9))
def test_a_pause_of_so_many_working_days_moves_the_end_by_so_many(received, length, wait, standing):
    days = KOREA.days
    first = days.rank(received.date())
    assume(wait < length)
    start, end = days.working(first + wait), days.working(first + wait + standing)
    pause = Pause(max(noon(start), received), max(noon(end), received))
    due = due_at(received, Period(length, "d"), KOREA, [pause])
    assert days.rank(due.date()) - days.rank(due_at(received, Period(length, "d"), KOREA).date()) == standing + 1


@given(moments, st.integers(1, 40), st.integers(0, 100), st.integers(1, 100))
def test_a_pause_in_hours_moves_the_end_by_the_hours_worked_in_it(received, hours, wait, standing):
    start = received + timedelta(minutes=wait)
    pause = Pause(start, start + timedelta(minutes=standing))
    plain = due_at(received, Period(hours, "h"), KOREA)
    assume(KOREA.worked_until(start) < KOREA.worked_until(plain))
    moved = KOREA.worked_until(due_at(received, Period(hours, "h"), KOREA, [pause])) - KOREA.worked_until(plain)
    assert moved == KOREA.worked_until(pause.end) - KOREA.worked_until(pause.start)


@given(situations())
def test_zones_and_the_order_of_pauses_do_not_matter(situation):
    received, period, pauses, extensions = situation
    elsewhere = [Pause(p.start.astimezone(UTC), p.end and p.end.astimezone(UTC)) for p in reversed(pauses)]
    expected = due_at(received, period, KOREA, pauses, extensions)
    assert due_at(received.astimezone(UTC), period, KOREA, elsewhere, extensions) == expected


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SEOUL)
