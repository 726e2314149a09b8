"""Care for what people do and write: two clicks, script in text, a session that ends in the middle of a sentence."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.mail import EmailMessage
from django.utils.http import urlencode

from madang.kernel.cases.actions import ask, assign, decide, extend, file, follow_up, note, rate, send_back
from madang.kernel.cases.models import Case, Result
from madang.kernel.institutions.models import Institution
from madang.kernel.notices.actions import deliver
from madang.kernel.notices.models import Delivery
from madang.kernel.portal.views.holding import MOST
from madang.kernel.procedures.models import Draft
from madang.kernel.procedures.queries import current

from .conftest import Visit
from .stage import BODY, PASSWORD, TITLE, Stage, tell

pytestmark = pytest.mark.browser

# It leaves every place that a text can stand in: a title, a text field, an attribute, a script.
SCRIPT = "</title></textarea>\"'><script>document.title='taken'</script><img src=x onerror=x()>{{ 7*7 }}&amp;"
ATTACHED, KEPT_AS = "<img src=x onerror=x()>{{ 7+7 }}.txt", "_img src=x onerror=x()_{{ 7+7 }}.txt"


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


def harmless(visitor: Any, path: str, *, shown: bool = True) -> None:
    """The page shows the attack letter by letter, and none of it has become part of the page."""
    visitor.go(path)
    assert visitor.page.locator("img[src='x'], script:not([src]):not([type='application/json'])").count() == 0, path
    assert visitor.page.title() != "taken", path
    assert (SCRIPT in visitor.page.locator("body").inner_text()) == shown, path


def test_script_in_every_text_is_shown_as_text(visit: Visit, stage: Stage, mailoutbox: list[EmailMessage]):
    """What anyone can write, written as an attack, read by everyone who may read it, on pages and in mails."""
    roads = stage.institutions["roads"]
    Institution.objects.filter(pk=roads.pk).update(name=SCRIPT, name_en=SCRIPT, competence=SCRIPT)
    roads.departments.update(name=SCRIPT, name_en=SCRIPT)
    for person in (stage.citizen, stage.officer):
        person.name = SCRIPT
        person.save()
    citizen = visit(stage.citizen)
    fill_in(citizen, SCRIPT, SCRIPT)
    citizen.page.set_input_files("[name=files]", {"name": ATTACHED, "mimeType": "text/plain", "buffer": b"paper"})
    citizen.press("다음")
    assert SCRIPT in citizen.text()
    assert KEPT_AS in citizen.text()
    citizen.page.get_by_text("다른 기관을 직접 고르겠습니다").click()
    citizen.write("다른 기관", "roads")
    citizen.page.get_by_text("다른 사람에게 공개합니다").click()
    citizen.press("보내기")
    case = Case.objects.get()
    assert (case.title, case.text, case.institution, case.is_public) == (SCRIPT, SCRIPT, roads, True)

    assign(case, by=stage.manager, department=roads.departments.first(), to=stage.officer)
    note(case, by=stage.officer, text=SCRIPT)
    ask(case, by=stage.officer, question=SCRIPT)
    citizen.go(f"/cases/{case.number}/")
    citizen.write("회신 내용", SCRIPT)
    citizen.press("회신 보내기")
    assert case.supplements.get().reply == SCRIPT
    extend(case, by=stage.officer, period="3d", reason=SCRIPT)
    proposed = decide(case, by=stage.officer, text=SCRIPT, stage="answered")
    send_back(proposed, by=stage.manager, reason=SCRIPT)
    officer = visit(stage.officer)
    harmless(officer, f"/cases/{case.number}/")
    decide(case, by=stage.manager, text=SCRIPT, stage="answered")
    tell()
    rate(case, by=stage.citizen, score=1, comment=SCRIPT)
    follow_up(case, by=stage.citizen, text=SCRIPT)
    tell()

    found = "/search/?" + urlencode({"q": SCRIPT})
    cited = f"/cases/{case.number}/"
    readers = {
        stage.citizen: ["/my/", cited, f"{cited}receipt/", "/notices/", found],
        stage.manager: ["/work/open/", cited, "/notices/"],
        stage.auditor: [cited],
        None: [cited, "/search/?q=taken", found, "/institutions/", "/institutions/roads/", "/figures/"],
    }
    for person, paths in readers.items():
        visitor = visit(person)
        for path in paths:
            harmless(visitor, path)
    harmless(visit(), "/sign-in/?" + urlencode({"next": f"/{SCRIPT}"}), shown=False)

    for delivery in Delivery.objects.filter(state=Delivery.State.WAITING):
        deliver(delivery.pk)
    mails = [mail for mail in mailoutbox if SCRIPT in mail.body]
    assert {mail.to[0] for mail in mails} >= {stage.citizen.email, stage.officer.email}
    for mail in mailoutbox:
        assert isinstance(mail, EmailMessage)
        assert mail.content_subtype == "plain", "nothing in a mail is ever run"
        assert mail.message().get_content_type() == "text/plain"


def end_session() -> None:
    Session.objects.all().delete()


def sign_in_again(visitor: Any, part: str) -> None:
    assert "/sign-in/" in visitor.page.url
    visitor.page.fill("[name=login]", f"{part}@example.org")
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.page.locator("main [type=submit]").first.click()


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
