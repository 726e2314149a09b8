import json

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from madang.kernel.common import calendars
from madang.kernel.common.worktime import ClockError


def clock(capsys, *arguments):
    call_command("clock", *arguments)
    return capsys.readouterr().out


def test_the_due_moment_comes_first_then_why(capsys):
    told = clock(capsys, "--received", "2026-02-13T10:00+09:00", "--period", "7d", "--language", "en").splitlines()
    assert told[:4] == [
        "Due by the end of Thu 26 Feb 2026",
        "",
        "Received Fri 13 Feb 2026 10:00",
        "Period 7 days: working days, the first day included",
    ]
    assert told[-1] == "Days 4 to 7 of 7: Mon 23 Feb to Thu 26 Feb"


def test_korean_is_the_language_of_the_site(capsys):
    told = clock(capsys, "--received", "2026-02-13T10:00+09:00", "--period", "immediately")
    assert told.splitlines()[0] == "처리기한: 2026년 2월 13일(금) 14:00까지"


def test_for_programs(capsys):
    told = json.loads(
        clock(
            capsys,
            *("--received", "2026-02-13T01:00Z", "--period", "7d", "--extend", "7d", "--json", "--language", "en"),
            *(
                "--stop",
                "2026-02-24T10:00+09:00/2026-02-26T15:00+09:00",
                "2026-03-06T10:00+09:00/2026-03-06T11:00+09:00",
            ),
        )
    )
    assert {key: told[key] for key in told if key not in ("lines", "explanation")} == {
        "received": "2026-02-13T01:00Z",
        "period": "7d",
        "extensions": ["7d"],
        "stops": [
            {"from": "2026-02-24T10:00+09:00", "to": "2026-02-26T15:00+09:00"},
            {"from": "2026-03-06T10:00+09:00", "to": "2026-03-06T11:00+09:00"},
        ],
        "institution": None,
        "due": "2026-03-16T23:59:59.999999+09:00",
        "due_date": "2026-03-16",
    }
    assert told["lines"][3] == {"kind": "counted", "on": "2026-02-13", "count": 1, "total": 14, "unit": "day"}
    assert told["lines"][4] == {"kind": "not_counted", "on": "2026-02-14", "reason": "weekend"}
    assert told["lines"][7]["name"] == {"ko": "설날", "en": "Korean New Year"}
    assert told["explanation"][-1] == "Due by the end of Mon 16 Mar 2026"


def test_while_the_clock_stands_nothing_is_due(capsys):
    told = json.loads(
        clock(capsys, "--received", "2026-02-13T10:00+09:00", "--period", "7d", "--stop", "2026-02-24T10:00/", "--json")
    )
    assert (told["due"], told["due_date"], told["stops"]) == (None, None, [{"from": "2026-02-24T10:00", "to": None}])
    assert told["lines"][-1]["kind"] == "standing"


def test_a_moment_without_zone_is_that_of_the_office(capsys):
    told = json.loads(clock(capsys, "--received", "2026-02-13T10:00", "--period", "3h", "--json"))
    assert told["due"] == "2026-02-13T14:00:00+09:00"


def test_the_hours_of_an_institution_count(capsys, monkeypatch):
    def source(code):
        if code != "1741000":
            raise ClockError("There is no institution “%(code)s”.", code=code)
        opens, closes = (calendars.country_calendar().hours.opens.replace(hour=hour) for hour in (10, 14))
        return calendars.country_calendar().with_hours(opens, closes, None)

    monkeypatch.setattr(calendars, "_source", source)
    given = ("--received", "2026-02-13T13:00", "--period", "3h", "--json", "--institution")
    assert json.loads(clock(capsys, *given, "1741000"))["due"] == "2026-02-19T12:00:00+09:00"
    with pytest.raises(CommandError, match="9999"):
        clock(capsys, *given, "9999")


def test_without_a_database_nothing_is_guessed(monkeypatch):
    def source(code):
        raise OperationalError("connection refused")

    monkeypatch.setattr(calendars, "_source", source)
    with pytest.raises(CommandError, match=r"days off announced later are not known. Start it with ./run"):
        call_command("clock", "--received", "2026-02-13T13:00", "--period", "3h", "--language", "en")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--received", "yesterday", "--period", "7d"], "“yesterday” is not a moment"),
        (["--received", "2026-02-13", "--period", "7d"], "“2026-02-13” is not a moment"),
        (["--received", "2026-02-30T10:00", "--period", "7d"], "is not a moment"),
        (["--received", "2026-02-13T10:00", "--period", "a while"], "“a while” is not a period"),
        (["--received", "1999-12-31T10:00", "--period", "7d"], "holidays of 1999 are not known"),
        (["--received", "2026-02-13T10:00", "--period", "7d", "--extend", "8d"], "at most as long"),
        (["--received", "2026-02-13T10:00", "--period", "7d", "--extend", "7d", "7d", "7d"], "extended twice"),
        (["--received", "2026-02-13T10:00", "--period", "7d", "--extend", "2h"], "unit of its period"),
        (["--received", "2026-02-13T10:00", "--period", "7d", "--stop", "2026-02-20T10:00"], "is not a stop"),
        (
            ["--received", "2026-02-13T10:00", "--period", "7d", "--stop", "2026-02-20T10:00/2026-02-19T10:00"],
            "run again",
        ),
        (["--received", "2026-02-13T10:00", "--period", "7d", "--institution", "nowhere"], "no institution “nowhere”"),
        (["--period", "7d"], "--received"),
        (["--received", "2026-02-13T10:00", "--period", "7d", "--language", "tlh"], "--language"),
    ],
)
def test_errors_say_what_to_write(arguments, message):
    english = [] if "--language" in arguments else ["--language", "en"]
    with pytest.raises(CommandError, match=message):
        call_command("clock", *arguments, *english)
