"""Answering, approval, rating and the additional answer."""

import pytest

from madang.kernel.audit.models import Record
from madang.kernel.cases import actions
from madang.kernel.cases.models import Case
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.events.models import Event


def again(case):
    return Case.objects.get(pk=case.pk)


def payload(name):
    return Event.objects.filter(name=f"cases.{name}").order_by("-id").values_list("payload", flat=True)[0]


@pytest.fixture
def answered(case, desk):
    actions.decide(case, by=desk, text="수리했습니다.")
    return again(case)


def test_the_answer_closes_the_case_and_its_clock(answered, desk):
    assert (answered.stage, answered.due_at, answered.is_open) == ("answered", None, False)
    assert answered.clocks.get().ended_at == answered.closed_at == answered.results.get().sent_at
    told = payload("CaseClosed")
    assert (told["on_time"], told["stage"], told["round"]) == (True, "answered", 1)
    assert Record.objects.order_by("-id")[0].action == "cases.decide"


def test_the_second_decision_of_two_is_refused(answered, manager):
    with pytest.raises(Conflict) as error:
        actions.decide(answered, by=manager, text="다른 답변")
    assert answered.number in str(error.value)
    assert again(answered).results.get().text == "수리했습니다."


def test_a_case_ends_only_where_its_procedure_ends(case, desk):
    with pytest.raises(Invalid) as error:
        actions.decide(case, by=desk, text="x", stage="in_progress")
    assert list(error.value.fields) == ["stage"]
    assert again(case).is_open


@pytest.mark.refuses("cases.decide")
@pytest.mark.refuses("cases.draft")
def test_strangers_neither_draft_nor_decide(case, stranger, citizen, outsider, auditor):
    for person in (stranger, citizen, outsider, auditor):
        for act in (actions.draft, actions.decide):
            with pytest.raises(Refused):
                act(case, by=person, text="x")
    assert not case.results.exists()


def test_a_draft_stays_in_the_office(case, desk):
    draft = actions.draft(case, by=desk, text="초안")
    assert (draft.sent_at, again(case).is_open) == (None, True)
    assert Record.objects.order_by("-id")[0].action == "cases.draft"
    actions.decide(case, by=desk, text="답변")
    assert case.results.get().text == "답변"


@pytest.fixture
def in_ministry(version, citizen, ministry, appoint):
    case = actions.file(version, by=citizen, data={"title": "질의", "body": "내용"}, institution=ministry)
    return case, appoint("Author", ministry, "officer"), appoint("Chief", ministry, "manager")


def test_where_answers_need_approval_a_manager_sends_them(in_ministry):
    case, author, chief = in_ministry
    proposed = actions.decide(case, by=author, text="답변")
    assert proposed.waits_for_approval
    assert again(case).is_open
    actions.send_back(proposed, by=chief, reason="근거를 적어 주세요.")
    proposed.refresh_from_db()
    assert not proposed.waits_for_approval
    proposed = actions.decide(case, by=author, text="근거 있는 답변")
    actions.approve(proposed, by=chief)
    result = case.results.get()
    assert (result.text, result.approved_by, result.by) == ("근거 있는 답변", chief, author)
    assert again(case).stage == "answered"
    with pytest.raises(Conflict):
        actions.approve(result, by=chief)


@pytest.mark.refuses("cases.approve")
@pytest.mark.refuses("cases.send_back")
def test_only_a_manager_of_the_institution_approves(in_ministry, manager, citizen, stranger):
    case, author, _chief = in_ministry
    proposed = actions.decide(case, by=author, text="답변")
    for person in (author, manager, citizen, stranger):
        with pytest.raises(Refused):
            actions.approve(proposed, by=person)
        with pytest.raises(Refused):
            actions.send_back(proposed, by=person, reason="x")
    assert again(case).is_open


def test_rating_and_one_additional_answer_with_its_own_clock(answered, citizen, desk):
    actions.rate(answered, by=citizen, score=2, comment="아직 꺼져 있습니다.")
    assert payload("CaseRated")["score"] == 2
    with pytest.raises(Conflict):
        actions.rate(answered, by=citizen, score=5)
    actions.follow_up(answered, by=citizen, text="다시 확인해 주세요.")
    row = again(answered)
    assert (row.round, row.is_open, row.stage) == (2, True, "in_progress")
    assert [(c.kind, c.ended_at is None) for c in row.clocks.all()] == [("handling", False), ("additional", True)]
    assert row.due_at == row.clocks.get(kind="additional").due_at
    actions.decide(row, by=desk, text="전구를 바꾸었습니다.")
    assert [r.round for r in row.results.all()] == [1, 2]
    actions.rate(row, by=citizen, score=5)
    with pytest.raises(Conflict):
        actions.follow_up(row, by=citizen, text="또")


def test_who_was_satisfied_asks_no_additional_answer(answered, citizen):
    actions.rate(answered, by=citizen, score=4)
    with pytest.raises(Conflict):
        actions.follow_up(answered, by=citizen, text="x")
    assert again(answered).round == 1


@pytest.mark.parametrize("score", [0, 6, -1])
def test_scores_run_from_one_to_five(answered, citizen, score):
    with pytest.raises(Invalid):
        actions.rate(answered, by=citizen, score=score)


@pytest.mark.refuses("cases.rate")
@pytest.mark.refuses("cases.follow_up")
def test_only_the_applicant_rates_and_asks_again(answered, stranger, desk):
    for person in (stranger, desk):
        with pytest.raises(Refused):
            actions.rate(answered, by=person, score=1)
        with pytest.raises(Refused):
            actions.follow_up(answered, by=person, text="x")
    assert not answered.feedbacks.exists()


def test_the_applicant_takes_the_case_back(case, citizen):
    actions.withdraw(case, by=citizen, reason="해결됨")
    row = again(case)
    assert (row.stage, row.is_open, row.due_at) == ("withdrawn", False, None)
    assert row.clocks.get().ended_at == row.closed_at
    assert Record.objects.order_by("-id")[0].action == "cases.withdraw"


@pytest.mark.refuses("cases.withdraw")
def test_nobody_else_takes_it_back(case, stranger, desk):
    for person in (stranger, desk):
        with pytest.raises(Refused):
            actions.withdraw(case, by=person)
    assert again(case).is_open
