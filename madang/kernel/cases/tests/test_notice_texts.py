"""Every notice about a case, in every language, with everything it may say and with as little as there may be."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings

from madang.kernel.cases.models import Case
from madang.kernel.identity.models import Person
from madang.kernel.institutions.models import Department, Institution
from madang.kernel.notices.engine.texts import compose

FOLDER = Path(__file__).parents[1] / "templates" / "notices" / "cases"
TEMPLATES = sorted({path.name.split(".")[0] for path in FOLDER.glob("[!_]*.txt")})
LANGUAGES = [code for code, _name in settings.LANGUAGES]

TOLD = {
    "received", "transferred", "assigned", "supplement_asked", "supplement_given", "extended", "consent_asked",
    "answered", "additional_answered", "withdrawn", "follow_up_asked", "near", "overdue", "delayed", "progress",
    "approval_asked", "sent_back", "advanced", "moved_on",
}  # fmt: skip
# What a template cannot do without; the rest may be missing.
NEEDS = {
    "supplement_asked": {"question", "answer_by"},
    "extended": {"reason"},
    "consent_asked": {"reason"},
    "advanced": {"stage"},
    "moved_on": {"stage"},
}


def facts(**more):
    institution = Institution(name="마당시", name_en="Madang City", phone="02-120")
    case = Case(
        number="M26-0000001-7",
        title="도로에 <구멍> & 물",
        institution=institution,
        received_at=datetime(2026, 2, 13, 1, 0, tzinfo=UTC),
    )
    least = {
        "person": Person(name="김민지"), "link": "/cases/M26-0000001-7/", "case_number": case.number, "case": case,
        "institution": institution, "department": None, "officer": None, "contact": "", "due": None,
    }  # fmt: skip
    return least | more


def everything():
    return facts(
        department=Department(name="도로과", name_en="Roads"),
        officer=Person(name="박담당"),
        contact="02-120-1",
        due=datetime(2026, 2, 24, 14, 59, 59, 999999, tzinfo=UTC),
        reason="THE REASON",
        period="7d",
        stage="THE STAGE",
        question="THE QUESTION",
        answer_by=date(2026, 3, 3),
        answer="THE ANSWER",
        remedy="THE REMEDY",
    )


def test_these_notices_are_told():
    assert set(TEMPLATES) == TOLD


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_notice_names_the_case_who_handles_it_and_until_when(name, language):
    subject, body = compose(f"cases/{name}", language, everything())
    korean = language == "ko"
    assert "도로에 <구멍> & 물" in subject
    assert "M26-0000001-7" in subject
    for said in (
        "M26-0000001-7",
        "박담당",
        "02-120-1",
        *(("마당시", "도로과") if korean else ("Madang City", "Roads")),
    ):
        assert said in body
    if name not in ("supplement_asked", "withdrawn", "answered", "additional_answered"):
        assert ("2026년 2월 24일" if korean else "24 Feb 2026") in body
    assert_well_formed(subject, body, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_notice_has_no_hole_when_little_is_known(name, language):
    needed = {key: value for key, value in everything().items() if key in NEEDS.get(name, ())}
    subject, body = compose(f"cases/{name}", language, facts(**needed))
    assert_well_formed(subject, body, language)
    assert not re.search(r":\s*(\n|$)(?!THE)", body), "a label without what it labels"


def assert_well_formed(subject, body, language):
    assert "None" not in subject + body
    assert not re.search(r"[{}%\0]|\n{3}| \n|  ", subject + body)
    assert body.count("\n") >= 4
    if language == "en":
        assert not re.search("[가-힣]", re.sub("도로에 <구멍> & 물|김민지|박담당|마당시|도로과", "", subject + body))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("transferred", ["THE REASON"]),
        ("supplement_asked", ["THE QUESTION"]),
        ("extended", ["THE REASON"]),
        ("advanced", ["THE STAGE", "THE REASON"]),
        ("moved_on", ["THE STAGE", "THE REASON"]),
        ("consent_asked", ["THE REASON"]),
        ("answered", ["THE ANSWER", "THE REASON", "THE REMEDY"]),
        ("additional_answered", ["THE ANSWER", "THE REASON", "THE REMEDY"]),
        ("follow_up_asked", ["THE QUESTION"]),
        ("delayed", ["THE REASON"]),
        ("sent_back", ["THE REASON"]),
    ],
)
def test_a_notice_says_what_its_event_is_about(name, said, language):
    _subject, body = compose(f"cases/{name}", language, everything())
    assert [one for one in said if one not in body] == []
