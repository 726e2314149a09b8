"""Who is told what, once, in their own language."""

from datetime import timedelta

import pytest
from django.utils import timezone

from madang.kernel.cases import actions
from madang.kernel.cases.jobs import tell_of_progress
from madang.kernel.cases.models import Clock
from madang.kernel.events.actions import deliver
from madang.kernel.events.models import Event, Failure
from madang.kernel.institutions.actions import announce_day_off
from madang.kernel.notices.models import Notice


def told(person):
    while deliver():
        pass
    assert list(Failure.objects.values_list("handler", "error")) == []
    return list(Notice.objects.filter(person=person).order_by("created_at").values_list("template", flat=True))


def test_the_applicant_is_told_at_reception_transfer_and_result(case, citizen, desk, outsider, ministry):
    actions.transfer(case, by=desk, to=ministry, reason="소관 업무가 아닙니다.")
    actions.decide(case, by=outsider, text="답변드립니다.")
    assert told(citizen) == ["cases/received", "cases/transferred", "cases/answered"]
    texts = Notice.objects.filter(person=citizen).order_by("created_at").values_list("body", flat=True)
    assert "소관 업무가 아닙니다." in texts[1]
    assert "답변드립니다." in texts[2]
    assert all(name in texts[2] for name in ("마당부",))


def test_delivered_twice_told_once(case, citizen):
    assert told(citizen) == ["cases/received"]
    Event.objects.update(told=False)
    assert told(citizen) == ["cases/received"]


def test_question_and_reply_reach_the_other_side(case, citizen, desk, officer, town):
    actions.assign(case, by=desk, department=town.departments.get(code="roads"), to=officer)
    asked = actions.ask(case, by=officer, question="어느 가로등입니까?")
    actions.reply(asked, by=citizen, text="세 번째입니다.")
    assert told(citizen) == ["cases/received", "cases/supplement_asked"]
    assert told(officer) == ["cases/assigned", "cases/supplement_given"]


def test_a_draft_for_approval_reaches_the_manager_and_comes_back(version, citizen, ministry, appoint, outsider):
    author = appoint("Author", ministry, "officer")
    case = actions.file(version, by=citizen, data={"title": "질의", "body": "내용"}, institution=ministry)
    proposed = actions.decide(case, by=author, text="답변")
    assert told(outsider) == ["cases/approval_asked"]
    actions.send_back(proposed, by=outsider, reason="근거를 적어 주세요.")
    assert told(author) == ["cases/sent_back"]
    assert "근거를 적어 주세요." in Notice.objects.get(person=author).body


def test_the_office_reads_what_is_still_open(case, citizen, desk):
    actions.decide(case, by=desk, text="답변드립니다.")
    actions.rate(case, by=citizen, score=1)
    actions.follow_up(case, by=citizen, text="언제 고치는지 알려 주세요.")
    assert told(desk) == ["cases/follow_up_asked"]
    assert "언제 고치는지 알려 주세요." in Notice.objects.get(person=desk).body


def test_a_passed_deadline_is_dunned_once(case, citizen, desk, manager):
    clock = Clock.objects.get(case=case)
    Clock.objects.update(due_at=case.received_at)
    for _ in range(2):
        actions.remind(clock, by=None)
    assert told(manager) == ["cases/overdue"]
    assert told(desk) == ["cases/overdue"]
    assert told(citizen) == ["cases/received", "cases/delayed"]


def test_a_near_deadline_is_brought_to_mind_once(case, desk):
    clock = Clock.objects.get(case=case)
    for _ in range(2):
        actions.remind(clock, by=None)
    assert told(desk) == ["cases/near"]


@pytest.mark.refuses("institutions.announce_day_off")
def test_a_holiday_announced_later_moves_running_cases(case, operator, stranger):
    from madang.kernel.cases.jobs import wind_clocks
    from madang.kernel.common.errors import Refused

    before = Clock.objects.get(case=case).due_at
    last = before.date()
    with pytest.raises(Refused):
        announce_day_off(last, by=stranger, name="임시공휴일", source="관보")
    announce_day_off(last, by=operator, name="임시공휴일", source="관보 제1호")
    wind_clocks(day=last.isoformat(), institution_id=None)
    clock = Clock.objects.get(case=case)
    case.refresh_from_db()
    assert clock.due_at == case.due_at >= before + timedelta(days=1)
    assert [e.kind for e in case.entries.all()][-1] == "rewound"


def test_an_old_case_is_told_of_every_thirty_days(version, citizen, town, desk):
    received = timezone.now() - timedelta(days=65)
    data = {"title": "a", "body": "b"}
    old = actions.file(version, by=citizen, data=data, institution=town, received_at=received)
    actions.file(version, by=citizen, data={"title": "c", "body": "d"}, institution=town)
    actions.ask(old, by=desk, question="?")
    for _ in range(2):
        tell_of_progress(0)
    sent = list(Notice.objects.filter(person=citizen, template="cases/progress").values_list("key", "case_number"))
    assert sent == [(f"progress:{old.number}:2", old.number)]
    assert "회신" in Notice.objects.get(template="cases/progress").body


def test_closed_cases_are_no_longer_told_of(version, citizen, town, desk):
    received = timezone.now() - timedelta(days=65)
    data = {"title": "a", "body": "b"}
    case = actions.file(version, by=citizen, data=data, institution=town, received_at=received)
    actions.decide(case, by=desk, text="답변드립니다.")
    tell_of_progress(0)
    assert not Notice.objects.filter(template="cases/progress").exists()
