"""A case moves on from stage to stage: by those whose stage it is, with a reason where one is wanted."""

from datetime import timedelta

import pytest
from ruamel.yaml import YAML

from madang.kernel.audit.models import Record
from madang.kernel.cases import actions
from madang.kernel.cases.models import Case
from madang.kernel.cases.queries import explanation_of, standings
from madang.kernel.cases.rules import MOVERS, endings, is_public, may_move_on, open_steps, working_stage
from madang.kernel.common import moment
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.events.actions import deliver
from madang.kernel.events.models import Event, Failure
from madang.kernel.institutions.actions import found
from madang.kernel.institutions.models import Institution
from madang.kernel.notices.models import Notice
from madang.kernel.procedures.actions import publish
from madang.kernel.procedures.rules import Procedure

PERMIT = """
id: tests.permit
title: {ko: 허가, en: Permit}
law: 시험법 제2조
prefix: PMT
deadline: {days: 7}
keep: {years: 1}
form:
  - {id: title, type: text, label: {ko: 제목, en: Title}, required: true}
stages:
  received:  {label: {ko: 접수, en: Received}, by: desk, then: [reviewed, returned]}
  reviewed:  {label: {ko: 검토, en: Under review}, by: officer, then: [payment, rejected]}
  payment:   {label: {ko: 납부, en: Payment}, by: applicant, then: [signing], reason: required}
  signing:   {label: {ko: 결재, en: Signing}, by: manager, then: [permitted, reviewed]}
  permitted: {label: {ko: 허가, en: Permitted}, final: true}
  rejected:  {label: {ko: 불허, en: Rejected}, final: true, reason: required}
examples:
  - {title: 허가 신청}
"""


def procedure(text=PERMIT, **more):
    return Procedure.model_validate(YAML(typ="safe").load(text) | more, context={"languages": ("ko", "en")})


@pytest.fixture
def permit(citizen, town):
    return actions.file(publish(procedure()), by=citizen, data={"title": "허가 신청"}, institution=town)


@pytest.fixture
def paying(permit, desk, officer, town):
    """A case that the office has handed to its applicant."""
    actions.assign(permit, by=desk, department=town.departments.get(code="roads"), to=officer)
    return actions.advance(permit, by=officer, to="payment", reason="수수료를 내 주세요.")


def again(case):
    return Case.objects.get(pk=case.pk)


def told(person):
    while deliver():
        pass
    assert list(Failure.objects.values_list("handler", "error")) == []
    return list(Notice.objects.filter(person=person).order_by("created_at", "pk").values_list("template", flat=True))


@pytest.mark.parametrize(
    ("whose", "movers"),
    [
        ("desk", {"desk", "manager"}),
        ("officer", {"officer", "desk", "manager"}),
        ("manager", {"manager"}),
        ("applicant", {"applicant", "representative", "agent"}),
    ],
)
def test_who_moves_a_case_on_from_whose_stage(whose, movers):
    stage = {"desk": "received", "officer": "reviewed", "manager": "signing", "applicant": "payment"}[whose]
    everybody = ("applicant", "representative", "agent", "reader", "officer", "desk", "manager", "referrer", "auditor")
    assert {one for one in everybody if may_move_on(procedure(), stage, frozenset({one}))} == movers == MOVERS[whose]


@pytest.mark.parametrize(
    ("stage", "steps", "ends", "by_officer", "by_manager"),
    [
        ("received", ["reviewed"], ["rejected", "returned"], ["rejected"], ["rejected", "returned"]),
        ("reviewed", ["payment"], ["rejected"], ["rejected"], ["rejected"]),
        ("payment", ["signing"], [], [], []),
        ("signing", ["reviewed"], ["permitted"], [], ["permitted"]),
        ("permitted", [], [], [], []),
    ],
)
def test_where_a_case_may_go_from_here(stage, steps, ends, by_officer, by_manager):
    definition = procedure()
    assert working_stage(definition) == "reviewed"
    assert open_steps(definition, stage) == steps
    assert endings(definition, stage) == ends
    assert endings(definition, stage, frozenset({"officer"})) == by_officer
    assert endings(definition, stage, frozenset({"manager"})) == by_manager


def test_the_usual_stages_end_where_they_always_did(version):
    for standing in (None, frozenset({"officer"}), frozenset({"desk"})):
        assert endings(version.definition, "received", standing) == ["answered", "returned"]
        assert endings(version.definition, "in_progress", standing) == ["answered", "returned"]


def test_a_case_is_moved_on(permit, desk):
    due = permit.due_at
    actions.advance(permit, by=desk, to="reviewed")
    row = again(permit)
    assert (row.stage, row.due_at, row.is_waiting) == ("reviewed", due, False)
    entry = row.entries.last()
    assert (entry.kind, entry.by, entry.is_internal) == ("advanced", desk, False)
    assert entry.data == {"from": "received", "to": "reviewed", "reason": ""}


def test_moving_on_is_on_record_and_told(permit, desk, citizen):
    actions.advance(permit, by=desk, to="reviewed")
    record = Record.objects.order_by("-id")[0]
    assert (record.action, record.subject, record.actor_id) == ("cases.advance", permit.number, desk.pk)
    payload = Event.objects.get(name="cases.CaseAdvanced").payload
    assert (payload["from_stage"], payload["to_stage"], payload["by_person"]) == ("received", "reviewed", True)
    assert told(citizen) == ["cases/received", "cases/advanced"]


@pytest.mark.refuses("cases.advance")
def test_strangers_do_not_move_a_case_on(permit, stranger, outsider, citizen, auditor, officer):
    for person, status in ((stranger, 404), (outsider, 404), (officer, 404), (auditor, 403), (citizen, 403)):
        with pytest.raises(Refused) as error:
            actions.advance(permit, by=person, to="reviewed")
        assert error.value.status == status
    assert again(permit).stage == "received"


def test_officers_leave_the_stage_of_the_desk_to_the_desk(permit, appoint, town):
    with pytest.raises(Refused) as error:
        actions.advance(permit, by=appoint("Colleague", town, "officer"), to="reviewed")
    assert error.value.status == 403


@pytest.mark.parametrize("to", ["received", "payment", "signing", "rejected", "returned", "nowhere", ""])
def test_only_the_next_open_stages_may_follow(permit, desk, to):
    with pytest.raises(Invalid) as error:
        actions.advance(permit, by=desk, to=to, reason="x")
    assert list(error.value.fields) == ["to"]
    assert again(permit).stage == "received"


def test_a_stage_may_want_a_reason(permit, desk):
    actions.advance(permit, by=desk, to="reviewed")
    with pytest.raises(Invalid) as error:
        actions.advance(permit, by=desk, to="payment", reason="  ")
    assert list(error.value.fields) == ["reason"]
    assert again(permit).stage == "reviewed"


def test_assigning_takes_the_case_in_hand_and_no_further(permit, desk, officer, town):
    roads = town.departments.get(code="roads")
    for _twice in range(2):
        actions.assign(permit, by=desk, department=roads, to=officer)
        assert again(permit).stage == "reviewed"


def test_who_is_assigned_does_not_open_the_stage_of_a_manager(citizen, town, desk, officer):
    stages = procedure().body["stages"]
    by_manager = {one["name"]: {k: v for k, v in one.items() if k != "name"} for one in stages}
    by_manager["received"]["by"] = "manager"
    version = publish(procedure(id="tests.managed", stages=by_manager))
    case = actions.file(version, by=citizen, data={"title": "x"}, institution=town)
    actions.assign(case, by=desk, department=town.departments.get(code="roads"), to=officer)
    assert again(case).stage == "received"


def test_the_clock_stands_while_it_is_the_applicants_turn(paying, citizen, officer):
    row = again(paying)
    assert (row.stage, row.due_at, row.is_waiting) == ("payment", None, True)
    clock = row.clocks.get()
    assert [(one.reason, one.until) for one in clock.pauses.all()] == [("applicant", None)]
    assert any("신청인 차례" in line for line in explanation_of(clock, "ko"))
    assert any("The applicant's turn" in line for line in explanation_of(clock, "en"))
    with moment.as_of(moment.now() + timedelta(days=3)):
        actions.advance(paying, by=citizen, to="signing")
    row = again(paying)
    assert (row.stage, row.is_waiting) == ("signing", False)
    assert row.due_at > paying.received_at + timedelta(days=7)
    assert row.clocks.get().pauses.get().until is not None
    assert told(citizen) == ["cases/received", "cases/advanced"]
    assert "cases/moved_on" in told(officer)


def test_nobody_of_the_office_acts_in_the_applicants_stage(paying, officer, desk, manager, ministry):
    for person in (officer, desk, manager):
        with pytest.raises(Refused):
            actions.advance(paying, by=person, to="signing")
    for act in (
        lambda: actions.ask(paying, by=officer, question="?"),
        lambda: actions.transfer(paying, by=desk, to=ministry, reason="x"),
        lambda: actions.decide(paying, by=manager, text="x"),
        lambda: actions.extend(paying, by=officer, period="7d", reason="x"),
    ):
        with pytest.raises(Conflict):
            act()
    assert again(paying).stage == "payment"


def test_a_result_is_for_those_whose_stage_it_is(paying, citizen, officer, manager):
    actions.advance(paying, by=citizen, to="signing")
    assert told(manager) == ["cases/moved_on"]
    actions.draft(paying, by=officer, text="허가합니다.", stage="permitted")
    with pytest.raises(Refused) as error:
        actions.decide(paying, by=officer, text="허가합니다.")
    assert error.value.status == 403
    with pytest.raises(Invalid):
        actions.decide(paying, by=manager, text="불허합니다.", stage="rejected")
    actions.decide(paying, by=manager, text="허가합니다.")
    row = again(paying)
    assert (row.stage, row.is_open, row.results.get().by) == ("permitted", False, manager)


def test_a_case_moves_back_where_its_procedure_says_so(paying, citizen, manager):
    actions.advance(paying, by=citizen, to="signing")
    actions.advance(paying, by=manager, to="reviewed", reason="다시 보세요.")
    assert again(paying).stage == "reviewed"


def test_who_was_asked_something_replies_first(permit, desk, officer, town, citizen):
    actions.assign(permit, by=desk, department=town.departments.get(code="roads"), to=officer)
    asked = actions.ask(permit, by=officer, question="?")
    with pytest.raises(Conflict):
        actions.advance(permit, by=officer, to="payment", reason="x")
    actions.reply(asked, by=citizen, text="!")
    assert actions.advance(permit, by=officer, to="payment", reason="x").stage == "payment"


def test_what_waits_for_approval_stays_where_it_is(citizen, ministry, appoint):
    author = appoint("Author", ministry, "officer")
    case = actions.file(publish(procedure()), by=citizen, data={"title": "x"}, institution=ministry)
    actions.assign(case, by=author, to=author)
    actions.decide(case, by=author, text="불허", stage="rejected")
    with pytest.raises(Conflict):
        actions.advance(case, by=author, to="payment", reason="x")
    assert again(case).stage == "reviewed"


def test_what_has_ended_moves_on_no_more(permit, desk):
    actions.decide(permit, by=desk, text="반려", stage="returned")
    with pytest.raises(Conflict):
        actions.advance(permit, by=desk, to="reviewed")


def test_a_transfer_begins_in_the_first_stage_again(permit, desk, ministry):
    actions.advance(permit, by=desk, to="reviewed")
    actions.transfer(permit, by=desk, to=ministry, reason="소관")
    assert again(permit).stage == "received"


def test_taking_a_case_back_may_want_a_reason(citizen, town):
    stages = YAML(typ="safe").load(PERMIT)["stages"]
    stages["withdrawn"] = {"label": {"ko": "취하", "en": "Withdrawn"}, "final": True, "reason": "required"}
    case = actions.file(publish(procedure(stages=stages)), by=citizen, data={"title": "x"}, institution=town)
    with pytest.raises(Invalid) as error:
        actions.withdraw(case, by=citizen)
    assert list(error.value.fields) == ["reason"]
    actions.withdraw(case, by=citizen, reason="해결됨")
    assert again(case).stage == "withdrawn"


@pytest.mark.parametrize(
    ("publishable", "wanted", "public"),
    [("always", False, True), ("always", True, True), ("never", True, False), ("never", False, False),
     ("applicant", True, True), ("applicant", False, False)],
)  # fmt: skip
def test_the_procedure_says_what_is_public(publishable, wanted, public, citizen, town):
    definition = procedure(publishable=publishable)
    assert is_public(definition, wanted) == public
    case = actions.file(publish(definition), by=citizen, data={"title": "x"}, institution=town, is_public=wanted)
    assert again(case).is_public == public


def test_a_case_is_filed_where_its_procedure_is_offered(citizen, town, ministry):
    version = publish(procedure(offered_by={"kinds": ["ministry"]}))
    office = found(Institution(code="borough", name="마당구", kind="district", parent=town), by=None)
    bureau = found(Institution(code="bureau", name="마당청", kind="ministry", parent=ministry), by=None)
    with pytest.raises(Invalid) as error:
        actions.file(version, by=citizen, data={"title": "x"}, institution=office)
    assert list(error.value.fields) == ["institution"]
    assert not Case.objects.exists()
    for place in (bureau, town):
        case = actions.file(version, by=citizen, data={"title": "x"}, institution=place)
        assert again(case).institution == place


def test_a_case_is_passed_on_to_where_its_procedure_is_offered(citizen, desk, town, ministry, client):
    """As when it is filed: to an institution that offers it, or to the root, whose desk passes it on."""
    case = actions.file(
        publish(procedure(offered_by={"kinds": ["ministry"]})), by=citizen, data={"title": "x"}, institution=town
    )
    office = found(Institution(code="borough", name="마당구", kind="district", parent=town), by=None)
    bureau = found(Institution(code="bureau", name="마당청", kind="ministry", parent=ministry), by=None)
    with pytest.raises(Invalid) as error:
        actions.transfer(case, by=desk, to=office, reason="소관")
    assert list(error.value.fields) == ["to"]
    assert (again(case).institution, case.transfers.count()) == (town, 0)
    client.force_login(desk.account)
    words = {"institution": "마당구", "reason": "소관"}
    page = client.post(f"/cases/{case.number}/transfer/", words, headers={"accept-language": "en"})
    assert page.status_code == 422
    assert "This institution does not offer this service. Choose one that does." in page.content.decode()
    actions.transfer(case, by=desk, to=bureau, reason="소관")
    assert again(case).institution == bureau
    actions.transfer(again(case), by=None, to=ministry, reason="뿌리로")
    assert again(case).institution == ministry


def test_the_standing_of_the_applicant_is_theirs_alone(permit, citizen):
    assert standings(citizen, permit) == {"applicant"}
