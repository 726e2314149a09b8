"""A case from filing to rating: each thing happens, is recorded, and is refused to strangers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from madang.kernel.audit.models import Record
from madang.kernel.cases import actions
from madang.kernel.cases.models import Case
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.events.models import Event


def told() -> list[str]:
    return list(Event.objects.order_by("id").values_list("name", flat=True))


def again(case):
    return Case.objects.get(pk=case.pk)


def last_record():
    return Record.objects.order_by("-id")[0]


def test_filing_writes_case_clock_timeline_record_and_event(case, citizen, town, recorded):
    row = again(case)
    assert row.number.startswith("TST-")
    assert (row.applicant, row.institution, row.stage, row.title) == (citizen, town, "received", "가로등 고장")
    assert [(c.kind, c.period, c.due_at) for c in row.clocks.all()] == [("handling", "7d", row.due_at)]
    assert [(e.kind, e.by) for e in row.entries.all()] == [("filed", citizen)]
    assert recorded()[-1] == "cases.file"
    assert last_record().subject == row.number
    assert told() == ["cases.CaseFiled"]


@pytest.mark.django_db(transaction=True)
def test_filing_is_one_round_trip(version, citizen, town, django_assert_num_queries):
    data = {"title": "제목", "body": "내용"}
    actions.file(version, by=citizen, data=data, institution=town)
    with django_assert_num_queries(1):
        actions.file(version, by=citizen, data=data, institution=town)


def test_the_same_key_files_once(version, citizen, town):
    rest = {"by": citizen, "data": {"title": "제목", "body": "내용"}, "institution": town}
    first, new = actions.filing.file_once(version, key="k", **rest)
    second, again_new = actions.filing.file_once(version, key="k", **rest)
    assert (new, again_new, first.number) == (True, False, second.number)
    assert Case.objects.count() == 1


def test_assigning_moves_the_case_to_its_officer(case, desk, officer, town):
    roads = town.departments.get(code="roads")
    actions.assign(case, by=desk, department=roads, to=officer)
    row = again(case)
    assert (row.department, row.assignee, row.stage) == (roads, officer, "in_progress")
    assert last_record().action == "cases.assign"
    assert "cases.CaseAssigned" in told()


def test_nobody_is_given_work_where_they_have_no_post(case, desk, citizen, outsider):
    for person in (citizen, outsider):
        with pytest.raises(Invalid) as error:
            actions.assign(case, by=desk, to=person)
        assert list(error.value.fields) == ["to"]
    assert again(case).assignee is None


@pytest.mark.refuses("cases.assign")
def test_strangers_do_not_assign(case, stranger, outsider, citizen, auditor, town):
    roads = town.departments.get(code="roads")
    for person, status in ((stranger, 404), (outsider, 404), (citizen, 403), (auditor, 403)):
        with pytest.raises(Refused) as error:
            actions.assign(case, by=person, department=roads)
        assert error.value.status == status
    assert again(case).department is None


def test_a_transfer_begins_anew_at_the_competent_institution(case, desk, ministry):
    passed = actions.transfer(case, by=desk, to=ministry, reason="소관 업무가 아닙니다.")
    row = again(case)
    assert (row.institution, row.department, row.assignee, row.stage) == (ministry, None, None, "received")
    first, second = row.clocks.all()
    assert first.ended_at == passed.at == second.starts_at
    assert (second.institution, row.due_at) == (ministry, second.due_at)
    assert not passed.is_late
    assert last_record().action == "cases.transfer"


def test_a_late_transfer_is_known_as_late(version, citizen, town, desk, ministry):
    received = timezone.now() - timedelta(days=20)
    case = actions.file(version, by=citizen, data={"title": "a", "body": "b"}, institution=town, received_at=received)
    assert actions.transfer(case, by=desk, to=ministry, reason="소관").is_late


@pytest.mark.refuses("cases.transfer")
def test_strangers_do_not_transfer(case, stranger, outsider, auditor, ministry, town):
    for person in (stranger, outsider, auditor):
        with pytest.raises(Refused):
            actions.transfer(case, by=person, to=ministry, reason="x")
    assert again(case).institution == town


def test_who_passed_a_case_on_still_reads_it_but_no_longer_acts(case, desk, ministry):
    from madang.kernel.cases.queries import visible_to

    actions.transfer(case, by=desk, to=ministry, reason="소관")
    assert case in visible_to(desk)
    with pytest.raises(Refused) as error:
        actions.note(case, by=desk, text="x")
    assert error.value.status == 403


def test_a_question_stops_the_clock_and_the_reply_starts_it(case, officer_in_charge, citizen):
    due = again(case).due_at
    asked = actions.ask(case, by=officer_in_charge, question="사진을 보내 주세요.")
    row = again(case)
    assert row.due_at is None
    assert row.is_waiting
    with pytest.raises(Conflict):
        actions.decide(case, by=officer_in_charge, text="답변")
    actions.reply(asked, by=citizen, text="보냅니다.")
    row = again(case)
    # No working day is counted on which the clock stood for any part.
    assert row.due_at >= due
    assert not row.is_waiting
    assert [e.kind for e in row.entries.all()][-2:] == ["asked", "replied"]
    assert last_record().action == "cases.reply"


@pytest.mark.refuses("cases.ask")
def test_strangers_do_not_ask(case, stranger, citizen, auditor):
    for person in (stranger, citizen, auditor):
        with pytest.raises(Refused):
            actions.ask(case, by=person, question="?")
    assert not case.supplements.exists()


@pytest.mark.refuses("cases.reply")
def test_only_the_applicant_replies(case, officer_in_charge, stranger):
    asked = actions.ask(case, by=officer_in_charge, question="?")
    for person in (stranger, officer_in_charge):
        with pytest.raises(Refused):
            actions.reply(asked, by=person, text="x")
    asked.refresh_from_db()
    assert asked.replied_at is None


def test_one_extension_by_right_a_second_by_consent_no_third(case, officer_in_charge, citizen):
    before = again(case).due_at
    first = actions.extend(case, by=officer_in_charge, period="7d", reason="현장 확인")
    extended = again(case).due_at
    assert extended > before
    assert not first.needs_consent
    second = actions.extend(case, by=officer_in_charge, period="3d", reason="추가 확인")
    assert second.needs_consent
    assert again(case).due_at == extended
    actions.consent(second, by=citizen, agree=True)
    assert again(case).due_at > extended
    with pytest.raises(Invalid):
        actions.extend(case, by=officer_in_charge, period="1d", reason="또")


@pytest.mark.parametrize("period", ["8d", "tomorrow", "2w", ""])
def test_extensions_that_the_law_does_not_know(case, officer_in_charge, period):
    before = again(case).due_at
    with pytest.raises(Invalid) as error:
        actions.extend(case, by=officer_in_charge, period=period, reason="이유")
    assert list(error.value.fields) == ["period"]
    assert again(case).due_at == before


@pytest.mark.refuses("cases.extend")
def test_strangers_do_not_extend(case, stranger, citizen):
    for person in (stranger, citizen):
        with pytest.raises(Refused):
            actions.extend(case, by=person, period="7d", reason="x")


@pytest.mark.refuses("cases.consent")
def test_only_the_applicant_consents(case, officer_in_charge, stranger):
    actions.extend(case, by=officer_in_charge, period="7d", reason="x")
    second = actions.extend(case, by=officer_in_charge, period="7d", reason="x")
    for person in (stranger, officer_in_charge):
        with pytest.raises(Refused):
            actions.consent(second, by=person, agree=True)
    second.refresh_from_db()
    assert second.is_pending


def test_notes_stay_inside(case, officer_in_charge, citizen):
    from madang.kernel.cases.queries import standings, timeline

    actions.note(case, by=officer_in_charge, text="비밀 메모")
    texts = [e.data.get("text") for e in timeline(again(case), standings(citizen, again(case)))]
    assert "비밀 메모" not in texts
    assert "비밀 메모" in [e.data.get("text") for e in timeline(again(case), standings(officer_in_charge, again(case)))]
    assert last_record().action == "cases.note"


@pytest.mark.refuses("cases.note")
def test_strangers_leave_no_notes(case, stranger, citizen, auditor):
    for person in (stranger, citizen, auditor):
        with pytest.raises(Refused):
            actions.note(case, by=person, text="x")
    assert not case.notes.exists()


@pytest.fixture
def officer_in_charge(case, desk, officer, town):
    actions.assign(case, by=desk, department=town.departments.get(code="roads"), to=officer)
    return officer
