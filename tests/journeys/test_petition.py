"""A petition's whole life: filed, sent where it belongs, asked about, answered with approval, rated, answered once more."""

import re
from datetime import timedelta
from typing import Any

import pytest

from madang.kernel.cases.models import Case, Entry, Supplement
from madang.kernel.notices.models import Notice

from .conftest import Visit, Visitor
from .stage import BODY, PASSWORD, TITLE, Stage, tell

pytestmark = pytest.mark.browser


def sign_in(visitor: Visitor, part: str) -> None:
    visitor.page.fill("[name=login]", f"{part}@example.org")
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.page.locator("main [type=submit]").first.click()


def file_petition(visitor: Visitor) -> Case:
    """From the first page to the receipt, by what is written on the buttons."""
    page = visitor.page
    visitor.go("/")
    visitor.follow("민원 신청")
    visitor.follow("생활 속 불편이 있거나")
    if page.locator("[name=login]").count():
        sign_in(visitor, "citizen")
    visitor.write("제목", TITLE)
    visitor.write("내용", BODY)
    visitor.press("다음")
    assert TITLE in visitor.text()
    assert BODY in visitor.text()
    visitor.press("보내기")
    assert "/receipt/" in page.url
    case = Case.objects.get()
    assert case.number in visitor.text()
    return case


def the_whole_life(visit: Visit, stage: Stage, *, javascript: bool) -> None:
    """The story of this file, with or without JavaScript; the office reads English."""
    citizen = visit(javascript=javascript)
    case = file_petition(citizen)
    assert (case.title, case.applicant, case.institution.code, case.stage) == (TITLE, stage.citizen, "land", "received")
    assert case.due_at - case.received_at < timedelta(days=6)
    tell()
    assert Notice.objects.filter(person=stage.citizen, subject__contains=case.number).count() == 1
    citizen.follow("처리 상황 보기")
    assert "접수" in citizen.text()

    # The desk of the country passes it on to the ministry, by the name of the institution.
    desk = visit(stage.desk, "en", javascript=javascript)
    desk.go("/work/")
    desk.follow(TITLE)
    desk.page.get_by_text("Pass on to another institution").click()
    desk.write("Institution", "ministry of roads")
    desk.write("Why is it passed on?", "가로등은 도로교통부 소관입니다.")
    desk.press("Pass on")
    assert "Passed on to Ministry of Roads" in desk.text()
    tell()

    # An officer takes it and asks; the clock stops.
    officer = visit(stage.officer, "en", javascript=javascript)
    officer.go(f"/cases/{case.number}/")
    officer.press("Take it myself")
    assert "The case is in your hands." in officer.text()
    officer.page.get_by_text("Ask the applicant").click()
    officer.write("What should the applicant send or explain?", "어느 다리입니까?")
    officer.press("Ask")
    assert "The clock is stopped" in officer.text()
    case.refresh_from_db()
    assert (case.assignee, case.due_at) == (stage.officer, None)
    tell()

    # The citizen replies with a picture; the clock goes on.
    citizen.go(f"/cases/{case.number}/")
    assert "어느 다리입니까?" in citizen.text()
    citizen.write("회신 내용", "마당대교입니다.")
    citizen.page.set_input_files("form[action$='/reply/'] [type=file]", files=[_picture()])
    citizen.press("회신 보내기")
    assert "회신을 담당 기관에 전하였습니다" in citizen.text()
    case.refresh_from_db()
    assert case.due_at is not None
    assert Supplement.objects.get().reply == "마당대교입니다."
    assert case.attachments.get().file.name == "다리.png"
    tell()

    # The officer answers; in this ministry a manager approves. Only then does the citizen read it.
    officer.go(f"/cases/{case.number}/")
    assert "마당대교입니다." in officer.text()
    officer.write("What you answer", "오늘 밤까지 고치겠습니다.")
    officer.press("Send for approval")
    assert "Sent to the manager for approval." in officer.text()
    citizen.go(f"/cases/{case.number}/")
    assert "오늘 밤까지 고치겠습니다." not in citizen.text()
    manager = visit(stage.manager, "en", javascript=javascript)
    manager.go("/work/approval/")
    manager.follow(TITLE)
    manager.press("Approve and send")
    assert "Approved, and the answer has been sent." in manager.text()
    tell()

    # Rated 2 of 5, asked once more, answered once more.
    citizen.go(f"/cases/{case.number}/")
    assert "오늘 밤까지 고치겠습니다." in citizen.text()
    citizen.page.get_by_text("불만족", exact=True).click()
    citizen.write("좋았던 점", "아직 꺼져 있습니다.")
    citizen.press("평가 보내기")
    citizen.write("더 답변이 필요한", "언제 고칩니까?")
    citizen.press("추가 답변 요청하기")
    case.refresh_from_db()
    assert (case.round, case.is_open) == (2, True)
    tell()
    manager.go(f"/cases/{case.number}/")
    assert "언제 고칩니까?" in manager.text()
    manager.write("What you answer", "부품이 와서 내일 고칩니다.")
    manager.press("Send the answer")
    assert "The answer has been sent." in manager.text()
    citizen.go(f"/cases/{case.number}/")
    assert "부품이 와서 내일 고칩니다." in citizen.text()
    assert not citizen.page.get_by_role("button", name="추가 답변 요청하기").count()

    case.refresh_from_db()
    assert (case.round, case.stage, case.is_open) == (2, "answered", False)
    assert [result.text for result in case.results.order_by("round")] == [
        "오늘 밤까지 고치겠습니다.",
        "부품이 와서 내일 고칩니다.",
    ]
    assert case.results.get(round=1).approved_by == stage.manager
    assert list(case.feedbacks.values_list("score", flat=True)) == [2]
    # Applicant and officer read one history; only what happened inside the office is kept from the applicant.
    told = [entry.kind for entry in Entry.objects.filter(case=case).order_by("at", "id")]
    assert told == [
        "filed", "transferred", "assigned", "asked", "attached", "replied", "proposed", "answered", "rated", "follow_up",
        "answered_again",
    ]  # fmt: skip
    assert citizen.page.locator(".m-timeline > li").count() == len(told) - 1
    manager.go(f"/cases/{case.number}/")
    assert manager.page.locator(".m-timeline > li").count() == len(told)


def _picture() -> Any:
    from io import BytesIO

    from PIL import Image

    content = BytesIO()
    Image.new("RGB", (40, 30), "#224").save(content, "PNG")
    return {"name": "다리.png", "mimeType": "image/png", "buffer": content.getvalue()}


def test_a_petition_from_the_first_page_to_the_additional_answer(visit: Visit, stage: Stage):
    the_whole_life(visit, stage, javascript=True)


def test_the_same_without_javascript(visit: Visit, stage: Stage):
    the_whole_life(visit, stage, javascript=False)


def test_filing_by_keyboard_alone(visit: Visit, stage: Stage):
    """From the first page to the receipt with Tab, Enter, Space and arrows; the focus can always be seen."""
    citizen = visit(stage.citizen, "en")
    page = citizen.page
    citizen.go("/")

    def tab_to(name: str) -> None:
        for _press in range(80):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                """() => { const e = document.activeElement, labels = e.labels ? [...e.labels].map(l => l.innerText) : [];
                return {name: e.getAttribute('aria-label') || labels.join(' ') || e.innerText || '',
                        seen: [[e], [e, '::after'], [e.closest('.m-item') ?? e],
                               [e.parentElement.querySelector('label') ?? e, '::before'], [e.labels?.[0] ?? e]]
                              .some(([one, part]) => getComputedStyle(one, part).outlineStyle !== 'none')}}"""
            )
            if focused["name"].strip().startswith(name):
                assert focused["seen"], f"one cannot see that “{name}” has the focus"
                return
        raise AssertionError(f"Tab does not lead to “{name}”")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main", "the first Tab offers to skip to the content"
    tab_to("File a petition")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/petitions/file/"))
    tab_to("An office did something wrong")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/apply/"))
    tab_to("Subject")
    page.keyboard.type(TITLE)
    tab_to("What you want to say")
    page.keyboard.type(BODY)
    tab_to("Go on")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("page=review"))
    tab_to("Others may read it")
    page.keyboard.press("Space")
    tab_to("Send")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/receipt/"))
    case = Case.objects.get()
    assert (case.title, case.text, case.is_public, case.procedure) == (TITLE, BODY, True, "petitions.grievance")
