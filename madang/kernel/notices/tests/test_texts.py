"""Texts, and that no app forgets a language."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from madang.kernel.notices.engine.texts import MissingFactError, compose


def test_the_first_line_is_the_subject_and_nothing_is_escaped(templates):
    assert compose("hello", "en", {"person": "O'Neill", "news": "<a> & b"}) == ("Hello O'Neill", "<a> & b")


def test_a_language_without_template_falls_back_to_the_sites(templates):
    assert compose("hello", "fr", {"person": "Kim", "news": "x"})[0] == "안녕하세요, Kim 님"
    assert compose("hello", "en-gb", {"person": "Kim", "news": "x"})[0] == "Hello Kim"


def test_a_notice_with_a_hole_is_not_written(templates):
    with pytest.raises(MissingFactError, match="news"):
        compose("hello", "ko", {"person": "Kim"})


def test_moments_days_and_periods_are_said_as_people_do(templates):
    (templates / "when.ko.txt").write_text("x\n{{ at|moment }}/{{ end|moment }}/{{ on|day }}/{{ for|period }}")
    (templates / "when.en.txt").write_text("x\n{{ at|moment }}/{{ end|moment }}/{{ on|day }}/{{ for|period }}")
    facts = {
        "at": datetime(2026, 2, 13, 1, 5, tzinfo=UTC),
        "end": datetime(2026, 2, 13, 14, 59, 59, 999999, tzinfo=UTC),
        "on": date(2026, 2, 13),
        "for": "7d",
    }
    assert compose("when", "ko", facts)[1] == "2026년 2월 13일(금) 10:05/2026년 2월 13일(금)/2026년 2월 13일(금)/7일"
    assert compose("when", "en", facts)[1] == "Fri 13 Feb 2026, 10:05/Fri 13 Feb 2026/Fri 13 Feb 2026/7 days"


def test_a_subject_is_one_line_of_two_hundred(templates):
    (templates / "long.ko.txt").write_text("{{ title }}\nbody")
    subject, body = compose("long", "ko", {"title": "가" * 300})
    assert (len(subject), body) == (200, "body")


def test_every_notice_of_every_app_is_there_in_every_language():
    languages = [code for code, _name in settings.LANGUAGES]
    folders = [Path(config.path, "templates", "notices") for config in apps.get_app_configs()]
    found = {path for folder in folders for path in folder.rglob("*.txt")}
    names = {path.with_suffix("").with_suffix("") for path in found}
    assert found == {path.with_suffix(f".{language}.txt") for path in names for language in languages}
