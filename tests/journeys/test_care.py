"""Care for what people do and write: two clicks, script in text, a session that ends in the middle of a sentence."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import signing

from madang.kernel.cases.actions import file
from madang.kernel.cases.models import Case, Result
from madang.kernel.portal.views.holding import MOST
from madang.kernel.procedures.models import Draft
from madang.kernel.procedures.queries import current

from .conftest import Visit
from .stage import BODY, PASSWORD, TITLE, Stage

pytestmark = pytest.mark.browser

SCRIPT = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">{{ 7*7 }}' \" &amp;"


def begin(stage: Stage, **more: Any) -> Case:
    filed: dict[str, Any] = {
        "by": stage.citizen,
        "data": {"title": TITLE, "body": BODY},
        "institution": stage.institutions["roads"],
    }
    return file(current("petitions.grievance"), **(filed | more))


def fill_in(visitor: Any, title: str = TITLE, body: str = BODY) -> None:
    visitor.go("/apply/petitions.grievance/")
    visitor.write("제목", title)
    visitor.write("내용", body)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_two_clicks_on_send_make_one_case(visit: Visit, stage: Stage, javascript: bool):
    citizen = visit(stage.citizen, javascript=javascript)
    fill_in(citizen)
    citizen.press("다음")
    citizen.page.get_by_role("button", name="보내기", exact=True).dblclick()
    citizen.page.wait_for_url("**/receipt/")
    case = Case.objects.get()
    assert case.number in citizen.text()
    # Back and once more, from the page that the browser still has: the same receipt.
    citizen.page.go_back()
    if citizen.page.get_by_role("button", name="보내기", exact=True).count():
        citizen.press("보내기")
        citizen.page.wait_for_url(f"**/{case.number}/receipt/")
    assert Case.objects.count() == 1
    citizen.go(f"/cases/{case.number}/receipt/")
    citizen.page.reload()
    assert Case.objects.count() == 1


def end_session() -> None:
    Session.objects.all().delete()


def sign_in_again(visitor: Any, part: str) -> None:
    assert "/sign-in/" in visitor.page.url
    visitor.page.fill("[name=login]", f"{part}@example.org")
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.page.locator("main [type=submit]").click()


def test_a_session_that_ends_while_one_writes_loses_no_word(visit: Visit, stage: Stage):
    citizen = visit(stage.citizen)
    fill_in(citizen)
    end_session()
    citizen.press("다음")
    sign_in_again(citizen, "citizen")
    assert "작성한 내용은 그대로" in citizen.text()
    assert citizen.page.input_value("[name=title]") == TITLE
    assert citizen.page.input_value("[name=body]") == BODY
    assert Draft.objects.get().data["body"] == BODY
    citizen.press("다음")
    end_session()
    citizen.press("보내기")
    sign_in_again(citizen, "citizen")
    assert TITLE in citizen.text()
    citizen.press("보내기")
    assert "/receipt/" in citizen.page.url
    assert Case.objects.get().title == TITLE


def test_an_officer_loses_no_answer_either(visit: Visit, stage: Stage):
    case = begin(stage)
    officer = visit(stage.officer)
    officer.go(f"/cases/{case.number}/")
    officer.write("답변 내용", "한 시간 동안 쓴 답변")
    end_session()
    officer.press("결재 올리기")
    sign_in_again(officer, "officer")
    assert officer.page.url.endswith(f"/cases/{case.number}/")
    assert officer.page.input_value("[name=text] >> nth=0") or "한 시간" in officer.page.content()
    assert not Result.objects.exists(), "signing in sends nothing by itself"
    officer.press("결재 올리기")
    assert Result.objects.get().text == "한 시간 동안 쓴 답변"


def test_what_was_held_is_given_to_its_writer_alone(visit: Visit, stage: Stage):
    """The neighbour who signs in at the same browser sees nothing of it, and neither does the writer later."""
    citizen = visit(stage.citizen)
    fill_in(citizen)
    end_session()
    citizen.press("다음")
    sign_in_again(citizen, "neighbour")
    assert citizen.page.input_value("[name=title]") == ""
    assert TITLE not in citizen.page.content()
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("writer", "text"),
    [
        ("", BODY),
        ("forged", BODY),
        (signing.dumps(1, salt="another"), BODY),
        ("real", "x" * (MOST + 1)),
    ],
    ids=["no mark", "a forged mark", "a mark for something else", "a flood"],
)
def test_nothing_is_held_for_passers_by(client: Any, stage: Stage, writer: str, text: str):
    if writer == "real":
        writer = signing.dumps(stage.citizen.pk, salt="portal.writer")
    before = Session.objects.count()
    answer = client.post("/apply/petitions.grievance/", {"title": TITLE, "body": text, "writer": writer})
    assert answer.status_code == 302
    assert answer.url.startswith("/sign-in/")
    assert Session.objects.count() == before
