"""Acting for others: a son files for his mother, with two browsers; she sees it, and ends his power."""

from datetime import timedelta

import pytest
from django.utils import timezone

from madang.kernel.cases.models import Case
from madang.kernel.mandates.models import Mandate
from madang.kernel.notices.models import Notice

from .conftest import Visit
from .stage import BODY, TITLE, Stage, tell

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_son_files_for_his_mother_and_she_ends_it(visit: Visit, stage: Stage, javascript: bool):
    mother = visit(stage.mother, width=360, javascript=javascript)
    son = visit(stage.citizen, "en", javascript=javascript)

    # She proposes, by his e-mail; the page tells nobody's name.
    mother.go("/my/")
    mother.follow("위임")
    mother.follow("다른 사람이 나를 위하여 합니다")
    mother.write("상대방의 이메일", "citizen@example.org")
    mother.page.get_by_text("신청하고, 모든 건을 확인", exact=True).click()
    mother.write("마지막 날", str(timezone.localdate() + timedelta(days=90)))
    mother.press("제안")
    assert "답을 기다림" in mother.text()
    assert "김시민" not in mother.text()
    tell()

    # He finds it, by the notice and on his page, and accepts.
    assert Notice.objects.filter(person=stage.citizen, template="mandates/proposed").exists()
    son.go("/my/mandates/")
    assert "Waiting for your answer" in son.text()
    son.follow("citizen@example.org for 나모친")
    son.press("Accept")
    assert "Accepted. You can end it at any time." in son.text()

    # He files, and says for whom.
    son.go("/apply/petitions.grievance/")
    son.write("Subject", TITLE)
    son.write("What you want to say", BODY)
    son.press("Go on")
    son.page.get_by_text("나모친 (power of attorney)").click()
    son.press("Send")
    case = Case.objects.get()
    mandate = Mandate.objects.get()
    assert (case.applicant, case.mandate) == (stage.mother, mandate)
    assert f"나모친, by 김시민 (mandate {mandate.number})" in son.text()
    tell()
    for person in (stage.mother, stage.citizen):
        assert Notice.objects.filter(person=person, template="cases/received").count() == 1

    # The office reads who filed for whom.
    desk = visit(stage.desk, "en", javascript=javascript)
    desk.go(f"/cases/{case.number}/")
    assert f"Filed for them by 김시민 (power of attorney, {mandate.number})." in desk.text()

    # She sees what he did, and that he looked; he cannot take it back, she could.
    son.go(f"/cases/{case.number}/")
    assert "You see this for 나모친, by a mandate." in son.text()
    assert "Take the case back" not in son.text()
    mother.go("/my/")
    mother.follow(TITLE)
    assert "김시민 님이 위임을 받아 대신 신청한 건입니다." in mother.text()
    assert "김시민 (나모친 대리)" in mother.text()
    mother.go("/my/looks/")
    assert "김시민" in mother.text()
    assert "위임을 받아 대신함" in mother.text()

    # He begins another; meanwhile she ends it. What he wrote is still there, and nothing was filed.
    son.go("/apply/petitions.suggestion/")
    son.write("Subject", "벤치를 놓아 주세요")
    son.write("What you want to say", BODY)
    son.press("Go on")
    son.page.get_by_text("나모친 (power of attorney)").click()
    mother.go(f"/my/mandates/{mandate.number}/")
    mother.press("지금 끝내기")
    assert "끝냈습니다." in mother.text()
    son.press("Send")
    assert "This mandate does not hold any more." in son.text()
    assert "벤치를 놓아 주세요" in son.text()
    assert Case.objects.count() == 1
    assert son.go(f"/cases/{case.number}/").status == 404
    son.go(f"/my/acting/{mandate.number}/")
    assert case.number in son.text()
    assert TITLE not in son.text()
