"""The office: the workbench by keyboard and in bulk, one-click routing, refusals that keep the text, a new institution."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from madang.kernel.cases.actions import assign, decide, file, transfer
from madang.kernel.cases.models import Attachment, Case, Extension
from madang.kernel.cases.queries import central_desk
from madang.kernel.institutions.actions import appoint
from madang.kernel.institutions.models import Institution
from madang.kernel.procedures.queries import current
from madang.services.petitions.actions import train

from .conftest import Visit
from .stage import BODY, TITLE, Stage, tell

pytestmark = pytest.mark.browser


def begin(stage: Stage, code: str, number: int = 0, **more: Any) -> Case:
    data = {"title": f"{TITLE} {number}", "body": BODY}
    filed: dict[str, Any] = {"by": stage.citizen, "data": data, "institution": stage.institutions[code]}
    return file(current("petitions.grievance"), **(filed | more))


def test_a_queue_by_keyboard_and_in_bulk(visit: Visit, stage: Stage):
    cases = [begin(stage, "town", number) for number in range(3)]
    clerk = visit(stage.clerk, "en")
    page = clerk.page
    clerk.go("/work/new/")
    for key in "jxjx":
        page.keyboard.press(key)
    assert page.locator("[data-count]").inner_text() == "2"
    page.get_by_label("Give to").select_option(label="한주무 (Madang City)")
    clerk.press("Assign")
    assert "2 cases given to 한주무." in clerk.text()
    assert list(Case.objects.filter(assignee=stage.clerk)) == cases[:2]
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{cases[2].number}/")
    # Keys write letters where one writes.
    clerk.go("/work/open/")
    page.get_by_label("Find in this queue").press_sequentially("jxk")
    assert page.get_by_label("Find in this queue").input_value() == "jxk"
    assert page.locator("tbody input:checked").count() == 0
    clerk.go("/work/open/?q=" + cases[1].number)
    assert page.locator("tbody tr").count() == 1


def test_the_most_urgent_comes_first_of_queues_and_in_them(visit: Visit, stage: Stage):
    begin(stage, "town", 1)
    clerk = visit(stage.clerk, "en")
    clerk.go("/work/")
    assert clerk.page.locator("main [aria-current=page]").inner_text().startswith("New")
    late, later = (begin(stage, "town", days, received_at=timezone.now() - timedelta(days=days)) for days in (40, 50))
    clerk.go("/work/")
    assert clerk.page.locator("main [aria-current=page]").inner_text().startswith("Overdue")
    rows = clerk.page.locator("tbody tr")
    assert [later.title in rows.nth(0).inner_text(), late.title in rows.nth(1).inner_text()] == [True, True]
    assert rows.locator(".bg-light-danger").count() == rows.count() == 2, "what is overdue is red, and says so"


def test_one_click_sends_it_where_the_router_would(visit: Visit, stage: Stage):
    """The router learned from competences alone; the desk confirms by a click, and the reason is written for it."""
    train(by=None)
    case = begin(stage, "land", institution=central_desk())
    case.suggestions.create(rank=1, institution=stage.institutions["roads"], confidence=0.3)
    desk = visit(stage.desk, "en")
    desk.go(f"/cases/{case.number}/")
    desk.press("Pass on to Ministry of Roads")
    case.refresh_from_db()
    assert case.institution.code == "roads"
    assert case.transfers.get().reason == "It falls within the competence of Ministry of Roads."
    bridges = case.institution.departments.get(code="bridges")
    case.suggestions.all().delete()
    case.suggestions.create(rank=1, institution=case.institution, department=bridges, confidence=0.6)
    officer = visit(stage.officer, "en")
    officer.go(f"/cases/{case.number}/")
    officer.press("Assign to Bridges")
    case.refresh_from_db()
    assert case.department == bridges


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("도로교통부", None),
        ("ministry of roads", None),
        ("roads", None),
        ("도로", "Did you mean: Ministry of Roads?"),
        ("없는 기관", "There is no institution of this name."),
        ("<b>", "There is no institution of this name."),
    ],
)
def test_an_institution_is_chosen_by_its_name(client: Any, stage: Stage, typed: str, said: str | None):
    case = begin(stage, "town")
    client.force_login(stage.clerk.account)
    client.cookies["django_language"] = "en"
    answer = client.post(f"/cases/{case.number}/transfer/", {"institution": typed, "reason": "소관"})
    case.refresh_from_db()
    if said is None:
        assert (answer.status_code, case.institution.code) == (302, "roads")
    else:
        assert (answer.status_code, case.institution.code) == (422, "town")
        assert said in answer.content.decode()


def test_two_institutions_of_one_name_are_told_apart(client: Any, stage: Stage):
    Institution.objects.create(code="other-town", name="마당시", name_en="Other", kind="city")
    case = begin(stage, "roads")
    client.force_login(stage.officer.account)
    client.cookies["django_language"] = "en"
    answer = client.post(f"/cases/{case.number}/transfer/", {"institution": "마당시", "reason": "소관"})
    assert answer.status_code == 422
    assert "other-town, town" in answer.content.decode() or "town, other-town" in answer.content.decode()


def test_an_extension_is_a_number_in_the_unit_of_the_procedure(visit: Visit, stage: Stage):
    case = begin(stage, "town")
    clerk = visit(stage.clerk, "en")
    clerk.go(f"/cases/{case.number}/")
    clerk.page.get_by_text("Extend the deadline").click()
    assert "At most 7 days" in clerk.text()
    clerk.write("How many days more", "8")
    clerk.write("Why is more time needed?", "현장 확인")
    clerk.press("Extend")
    assert "at most as long as the period itself" in clerk.text()
    clerk.write("How many days more", "5")
    clerk.press("Extend")
    assert Extension.objects.get().period == "5d"
    short = file(
        current("petitions.other"),
        by=stage.citizen,
        data={"title": TITLE, "body": BODY},
        institution=stage.institutions["town"],
    )
    clerk.go(f"/cases/{short.number}/")
    clerk.page.get_by_text("Extend the deadline").click()
    clerk.write("How many working hours more", "2")
    clerk.write("Why is more time needed?", "현장 확인")
    clerk.press("Extend")
    assert short.extensions.get().period == "2h"


def test_files_go_out_with_the_answer_and_not_before(visit: Visit, stage: Stage):
    case = begin(stage, "roads")
    officer, citizen = visit(stage.officer, "en"), visit(stage.citizen, "en")
    officer.go(f"/cases/{case.number}/")
    officer.write("What you answer", "도면을 붙입니다.")
    paper = {"name": "도면.txt", "mimeType": "text/plain", "buffer": "도면".encode()}
    officer.page.set_input_files("form[action$='/answer/'] [type=file]", files=[paper])
    officer.press("Send for approval")
    attached = Attachment.objects.get()
    assert (attached.is_internal, attached.result) == (True, case.results.get())
    manager = visit(stage.manager, "en")
    manager.go(f"/cases/{case.number}/")
    assert "도면.txt" in manager.text()
    citizen.go(f"/cases/{case.number}/")
    assert "도면.txt" not in citizen.text()
    address = f"/cases/{case.number}/files/{attached.file.token}/"
    assert citizen.context.request.get(address).status == 404
    manager.press("Approve and send")
    citizen.go(f"/cases/{case.number}/")
    assert "도면.txt" in citizen.text()
    assert citizen.context.request.get(address).body().decode() == "도면"


def test_who_comes_too_late_is_told_and_keeps_the_words(visit: Visit, stage: Stage):
    case = begin(stage, "town")
    clerk = visit(stage.clerk, "en")
    clerk.go(f"/cases/{case.number}/")
    clerk.write("What you answer", "내 긴 답변")
    decide(case, by=None, text="다른 사람의 답변")
    clerk.press("Send the answer")
    assert "has already been closed" in clerk.text()
    assert "내 긴 답변" in clerk.text()
    assert [result.text for result in case.results.all()] == ["다른 사람의 답변"]


def test_a_returned_draft_says_why(visit: Visit, stage: Stage):
    case = begin(stage, "roads")
    decide(case, by=stage.officer, text="안 됩니다.")
    manager = visit(stage.manager, "en")
    manager.go(f"/cases/{case.number}/")
    manager.page.locator("summary", has_text="Send back to the author").click()
    manager.write("What should be changed?", "이유를 적으세요.")
    manager.press("Send back to the author")
    officer = visit(stage.officer, "en")
    officer.go(f"/cases/{case.number}/")
    assert "이유를 적으세요." in officer.page.locator("#h-answer").locator("..").inner_text()
    assert officer.page.input_value("#answer-text") == "안 됩니다."


def test_an_auditor_reads_everything_and_can_do_nothing(visit: Visit, stage: Stage):
    case = begin(stage, "roads")
    assign(case, by=stage.officer, to=stage.officer)
    auditor = visit(stage.auditor, "en")
    auditor.go(f"/cases/{case.number}/")
    assert BODY in auditor.text()
    assert auditor.page.locator("main form").count() == 0
    assert auditor.go("/work/").status == 404


def test_who_passed_a_case_on_reads_it_without_acting(visit: Visit, stage: Stage):
    case = begin(stage, "land")
    transfer(case, by=stage.desk, to=stage.institutions["roads"], reason="소관")
    desk = visit(stage.desk, "en")
    desk.go(f"/cases/{case.number}/")
    assert BODY in desk.text()
    assert "What the applicant wrote" in desk.text()
    assert desk.page.locator("main form").count() == 0


def test_an_operator_founds_an_institution_that_receives_the_next_petition(visit: Visit, stage: Stage):
    """One form in the back office; a minute later somebody's petition lies there, and who was appointed answers it."""
    operator = visit(stage.operator)
    page = operator.page
    operator.go("/back-office/institutions/institution/add/")
    page.fill("[name=code]", "island")
    page.fill("[name=name]", "외딴섬군")
    page.fill("[name=name_en]", "Far Island County")
    page.fill("[name=kind]", "county") if page.locator("input[name=kind]").count() else page.select_option(
        "[name=kind]", "county"
    )
    page.fill("[name=competence]", "섬과 여객선, 등대를 맡습니다.")
    page.click("[name=_save]")
    island = Institution.objects.get(code="island")
    assert island.departments.get().is_desk

    citizen = visit(stage.citizen)
    citizen.go("/apply/petitions.suggestion/")
    citizen.write("제목", "여객선을 하루 한 번 더")
    citizen.write("내용", "섬에 가는 배가 하루 한 번뿐입니다.")
    citizen.press("다음")
    citizen.page.get_by_text("다른 기관을 직접 고르겠습니다").click()
    citizen.write("다른 기관", "외딴섬군")
    citizen.press("보내기")
    case = Case.objects.get()
    assert case.institution == island
    tell()
    appoint(stage.neighbour, by=stage.operator, institution=island, role="officer")
    officer = visit(stage.neighbour)
    officer.go("/work/")
    officer.follow("여객선을 하루 한 번 더")
    officer.write("답변 내용", "다음 달부터 두 번 다닙니다.")
    officer.press("답변 보내기")
    case.refresh_from_db()
    assert (case.stage, case.results.get().institution) == ("answered", island)
