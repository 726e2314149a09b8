from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from madang.kernel.common.calendars import calendar_for
from madang.kernel.common.clock import Pause
from madang.kernel.common.explained import due_explained
from madang.kernel.common.wording import explain, say_period, tell
from madang.kernel.common.worktime import ClockError, Period

SEOUL = ZoneInfo("Asia/Seoul")
KOREA = calendar_for("KR", range(2018, 2030), time_zone="Asia/Seoul")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


def sentences(received, period, language, pauses=(), extensions=()):
    extensions = [Period.parse(text) for text in extensions]
    return explain(due_explained(at(received), Period.parse(period), KOREA, pauses, extensions).lines, language)


ASKED = Pause(at("2026-02-24T10:00"), at("2026-02-26T15:00"), {"ko": "보완 요구", "en": "Supplement asked"})


def test_a_period_in_days_is_explained_day_by_day():
    assert sentences("2026-02-13T10:00", "7d", "en", [ASKED], ["3d"]) == [
        "Received Fri 13 Feb 2026 10:00",
        "Period 7 days: working days, the first day included",
        "Extended by 3 days: 10 in all",
        "Day 1 of 10: Fri 13 Feb",
        "Sat 14 Feb, Sun 15 Feb, Mon 16 Feb (The day preceding Korean New Year), Tue 17 Feb (Korean New Year), "
        "Wed 18 Feb (The second day of Korean New Year) not counted",
        "Days 2 to 3 of 10: Thu 19 Feb to Fri 20 Feb",
        "Sat 21 Feb, Sun 22 Feb not counted",
        "Day 4 of 10: Mon 23 Feb",
        "Supplement asked Tue 24 Feb 10:00: clock stopped",
        "Tue 24 Feb to Thu 26 Feb not counted: the clock stood still",
        "Thu 26 Feb 15:00: clock runs again",
        "Day 5 of 10: Fri 27 Feb",
        "Sat 28 Feb, Sun 1 Mar (Independence Movement Day), "
        "Mon 2 Mar (Alternative holiday for Independence Movement Day) not counted",
        "Days 6 to 9 of 10: Tue 3 Mar to Fri 6 Mar",
        "Sat 7 Mar, Sun 8 Mar not counted",
        "Day 10 of 10: Mon 9 Mar",
        "Due by the end of Mon 9 Mar 2026",
    ]


def test_the_same_in_korean():
    assert sentences("2026-02-19T10:00", "6d", "ko", [ASKED]) == [
        "접수: 2026년 2월 19일(목) 10:00",
        "처리기간 6일: 근무일로 세며 첫날을 산입",
        "6일 중 1~2일째: 2월 19일(목)~2월 20일(금)",
        "2월 21일(토), 2월 22일(일) 불산입",
        "6일 중 3일째: 2월 23일(월)",
        "2월 24일(화) 10:00 보완 요구: 처리기간 정지",
        "2월 24일(화)~2월 26일(목) 불산입: 처리기간 정지",
        "2월 26일(목) 15:00: 처리기간 다시 진행",
        "6일 중 4일째: 2월 27일(금)",
        "2월 28일(토), 3월 1일(일) (삼일절), 3월 2일(월) (삼일절 대체 휴일) 불산입",
        "6일 중 5~6일째: 3월 3일(화)~3월 4일(수)",
        "처리기한: 2026년 3월 4일(수)까지",
    ]


def test_a_period_in_hours_is_explained_hour_by_hour():
    pause = Pause(at("2026-02-19T11:00"), at("2026-02-19T14:30"))
    assert sentences("2026-02-13T16:30", "1d", "en", [pause]) == [
        "Received Fri 13 Feb 2026 16:30",
        "Period 1 day: 8 working hours from the moment of reception",
        "1.5 of 8 hours: Fri 13 Feb 16:30 to 18:00",
        "Sat 14 Feb, Sun 15 Feb, Mon 16 Feb (The day preceding Korean New Year), Tue 17 Feb (Korean New Year), "
        "Wed 18 Feb (The second day of Korean New Year) not counted",
        "3.5 of 8 hours: Thu 19 Feb 09:00 to 11:00",
        "Thu 19 Feb 11:00: clock stopped",
        "Thu 19 Feb 14:30: clock runs again",
        "7 of 8 hours: Thu 19 Feb 14:30 to 18:00",
        "8 of 8 hours: Fri 20 Feb 09:00 to 10:00",
        "Due Fri 20 Feb 2026 10:00",
    ]


def test_received_after_hours_and_stopped_for_whole_days():
    pause = Pause(at("2026-03-03T20:00"), at("2026-03-05T08:00"))
    assert sentences("2026-03-03T19:00", "immediately", "en", [pause]) == [
        "Received Tue 3 Mar 2026 19:00",
        "Period immediately: 3 working hours from the moment of reception",
        "Tue 3 Mar: the office had closed for the day",
        "Tue 3 Mar 20:00: clock stopped",
        "Wed 4 Mar not counted: the clock stood still",
        "Thu 5 Mar 08:00: clock runs again",
        "3 of 3 hours: Thu 5 Mar 09:00 to 12:00",
        "Due Thu 5 Mar 2026 12:00",
    ]


def test_a_month_that_would_end_on_a_day_off():
    assert sentences("2026-01-17T10:00", "1m", "en") == [
        "Received Sat 17 Jan 2026 10:00",
        "Period 1 month: by the calendar, the first day included",
        "Up to day 31 of 31: Sat 17 Jan to Mon 16 Feb",
        "Mon 16 Feb (The day preceding Korean New Year), Tue 17 Feb (Korean New Year), "
        "Wed 18 Feb (The second day of Korean New Year): the period does not end on a day off",
        "Due by the end of Thu 19 Feb 2026",
    ]


def test_a_clock_that_stands_still_says_since_when():
    assert sentences("2026-02-13T10:00", "60cd", "en", [Pause(at("2026-02-23T11:00"))]) == [
        "Received Fri 13 Feb 2026 10:00",
        "Period 60 calendar days: by the calendar, from the day after",
        "Up to day 9 of 60: Sat 14 Feb to Sun 22 Feb",
        "Mon 23 Feb 11:00: clock stopped",
        "The clock has stood still since Mon 23 Feb 2026 11:00: nothing is due before it runs again",
    ]


def test_stops_that_overlap_stand_as_one():
    first = Pause(at("2026-02-20T10:00"), at("2026-02-24T10:00"), "Supplement asked")
    second = Pause(at("2026-02-23T11:00"), None, "Field visit")
    assert sentences("2026-02-19T10:00", "7d", "en", [first, second])[2:] == [
        "Day 1 of 7: Thu 19 Feb",
        "Supplement asked Fri 20 Feb 10:00: clock stopped",
        "Field visit Mon 23 Feb 11:00: clock stopped",
        "The clock has stood still since Fri 20 Feb 2026 10:00: nothing is due before it runs again",
    ]


@pytest.mark.parametrize(
    ("period", "english", "korean"),
    [
        ("1d", "1 day", "1일"),
        ("7d", "7 days", "7일"),
        ("3h", "3 working hours", "3근무시간"),
        ("2w", "2 weeks", "2주"),
        ("1m", "1 month", "1개월"),
        ("1y", "1 year", "1년"),
        ("60cd", "60 calendar days", "역일 60일"),
        ("immediately", "immediately", "즉시"),
    ],
)
def test_a_period_in_words(period, english, korean):
    with override("en"):
        assert say_period(Period.parse(period)) == english
    with override("ko"):
        assert say_period(Period.parse(period)) == korean


def test_an_error_of_the_clock_is_told_in_the_language_of_the_moment():
    with pytest.raises(ClockError) as caught:
        Period.parse("soon")
    assert "“soon” is not a period" in str(caught.value)
    with override("ko"):
        assert tell(caught.value).startswith("“soon”은(는) 기간이 아닙니다")
