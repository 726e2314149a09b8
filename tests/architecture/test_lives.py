"""Every example of every definition lives its life: filed, asked, extended, passed on, and brought to each of its ends.

The ways to the ends are found in the stages themselves, and gone by people of the right roles.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from ruamel.yaml import YAML

from madang.kernel.cases import actions
from madang.kernel.cases.models import Case
from madang.kernel.cases.rules import open_steps
from madang.kernel.common.worktime import Period
from madang.kernel.events.actions import deliver
from madang.kernel.events.models import Failure
from madang.kernel.identity.actions import issue_token
from madang.kernel.identity.models import Account, Person
from madang.kernel.institutions.actions import found
from madang.kernel.institutions.models import Institution
from madang.kernel.notices.models import Notice
from madang.kernel.procedures.actions import publish
from madang.kernel.procedures.rules import Procedure
from madang.kernel.procedures.rules.answers import check
from madang.kernel.procedures.rules.stages import WITHDRAWN

from .test_definitions import LANGUAGES, examples

# More stages than any service has yet: a manager's, an applicant's, one way back, ends after several of them.
WINDING = """
id: petitions.winding-way
title: {ko: 점용 허가, en: Occupancy permit}
law: 시험법 제3조
prefix: PET
deadline: {days: 7}
keep: {years: 1}
publishable: always
form:
  - {id: title, type: text, label: {ko: 제목, en: Title}, required: true}
  - {id: safe, type: yesno, label: {ko: 안전합니까?, en: Is it safe?}}
stages:
  received:  {label: {ko: 접수, en: Received}, by: desk, then: [reviewed, returned]}
  reviewed:  {label: {ko: 검토, en: Under review}, by: officer, then: [payment, rejected]}
  payment:   {label: {ko: 납부, en: Payment}, by: applicant, then: [signing], reason: required}
  signing:   {label: {ko: 결재, en: Signing}, by: manager, then: [permitted, reviewed]}
  permitted: {label: {ko: 허가, en: Permitted}, final: true}
  rejected:  {label: {ko: 불허, en: Rejected}, final: true, reason: required}
examples:
  - {title: 도로 점용 허가 신청, safe: true}
"""


def winding() -> Procedure:
    return Procedure.model_validate(YAML(typ="safe").load(WINDING), context={"languages": LANGUAGES})


def given(procedure: Procedure) -> dict[str, Any]:
    return check(procedure.form, procedure.examples[0], timezone.localdate()).data


def way_to(procedure: Procedure, end: str) -> list[str] | None:
    """The open stages on the shortest way to an end, the first included; None where no way leads."""
    ways = [[procedure.first_stage]]
    seen = {procedure.first_stage}
    for way in ways:
        if end in procedure.stages[way[-1]].then:
            return way
        for step in open_steps(procedure, way[-1]):
            if step not in seen:
                seen.add(step)
                ways.append([*way, step])
    return ways[0] if end == WITHDRAWN and "withdraw" in procedure.may else None


def lives() -> Iterator[Any]:
    """Each example of each definition, with each of its ends and the way there."""
    for one in [*examples(), pytest.param(winding(), given(winding()), id="winding", marks=pytest.mark.slow)]:
        procedure, data = one.values
        for end in procedure.final_stages:
            way = way_to(procedure, end)
            if way is not None:
                yield pytest.param(procedure, data, way, end, id=f"{one.id}-{end}", marks=one.marks)


class Cast:
    """The people of a life, by the role in which they act, at the institution that ends up with the case."""

    def __init__(self, procedure: Procedure, appoint: Any, citizen: Person) -> None:
        kind = next(iter(procedure.offered_by.kinds), "city")
        code = next(iter(procedure.offered_by.institutions), "here")
        self.here = found(Institution(code=code, name="이곳", name_en="Here", kind=kind, phone="02-1"), by=None)
        self.there = found(Institution(code="there", name="저곳", name_en="There", kind=kind, phone="02-2"), by=None)
        self.sender = appoint("Sender", self.here, "desk")
        self.roles = {
            "applicant": citizen,
            **{role: appoint(role.title(), self.there, role) for role in ("desk", "officer", "manager")},
        }


def live(case: Case, cast: Cast, way: list[str], end: str) -> Case:
    """Everything that may happen on the way, and then the end, each by whom it falls to."""
    procedure, applicant, officer = case.definition, cast.roles["applicant"], cast.roles["officer"]
    if case.institution == cast.here:
        actions.transfer(case, by=cast.sender, to=cast.there, reason="소관")
    if "supplement" in procedure.may:
        actions.reply(actions.ask(case, by=officer, question="무엇을?"), by=applicant, text="이것을.")
    if "extend" in procedure.may and procedure.deadline:
        _extend(case, officer, applicant)
    for stage, following in pairwise(way):
        mover = cast.roles[procedure.stages[stage].by or "officer"]
        actions.advance(case, by=mover, to=following, reason="다음 단계로")
        assert Case.objects.get(pk=case.pk).is_waiting == (procedure.stages[following].by == "applicant")
    if end in procedure.stages[way[-1]].then:
        actions.decide(case, by=cast.roles[procedure.stages[way[-1]].by or "officer"], text="결과입니다.", stage=end)
    else:
        actions.withdraw(case, by=applicant, reason="필요 없습니다.")
    return Case.objects.get(pk=case.pk)


def _extend(case: Case, officer: Person, applicant: Person) -> None:
    rule, unit = case.definition.extension, Period.parse(case.definition.deadline).unit
    if rule.max + rule.with_consent:
        longer = str(Period(1, "h" if unit == "immediately" else unit))
        extension = actions.extend(case, by=officer, period=longer, reason="더 살펴봅니다.")
        if extension.is_pending:
            actions.consent(extension, by=applicant, agree=True)


@pytest.mark.parametrize(("procedure", "data", "way", "end"), list(lives()))
def test_an_example_comes_to_each_of_its_ends(
    procedure: Procedure, data: dict[str, Any], way: list[str], end: str, appoint: Any, citizen: Person, client: Client
):
    cast = Cast(procedure, appoint, citizen)
    place = cast.here if "transfer" in procedure.may else cast.there
    case = actions.file(publish(procedure), by=citizen, data=data, institution=place)
    assert (case.stage, case.is_public) == (way[0], procedure.publishable == "always")

    case = live(case, cast, way, end)

    assert (case.stage, case.is_open, case.institution) == (end, False, cast.there)
    assert not case.clocks.filter(ended_at=None).exists()
    while deliver():
        pass
    assert list(Failure.objects.values_list("handler", "error")) == []
    told = {
        one.removeprefix("cases/") for one in Notice.objects.filter(person=citizen).values_list("template", flat=True)
    }
    assert "received" in told
    assert ("answered" in told) == (end != WITHDRAWN)
    for role in ("applicant", "manager"):
        reader = cast.roles[role]
        client.force_login(Account.objects.get(person=reader))
        for language in LANGUAGES:
            page = client.get(f"/cases/{case.number}/", headers={"accept-language": language})
            assert page.status_code == 200
            assert f'lang="{language}"' in page.content.decode()
            assert procedure.stages[end].label.text(language) in page.content.decode()
        token = issue_token(reader, by=reader, name="test")
        path = f"/api/v1/{procedure.service}/{case.number}"
        read = client.get(path, headers={"authorization": f"Bearer {token}"}).json()
        assert (read["stage"], read["data"]) == (end, data)
        assert [answer["stage"] for answer in read["answers"]] == ([] if end == WITHDRAWN else [end])


def test_every_end_of_every_definition_is_lived():
    lived: dict[str, set[str]] = {}
    for one in lives():
        lived.setdefault(one.values[0].id, set()).add(one.values[3])
    assert lived["petitions.winding-way"] == {"permitted", "rejected", "withdrawn", "returned"}
    for one in examples():
        procedure = one.values[0]
        reachable = {name for stage in procedure.stages.values() for name in stage.then} | {WITHDRAWN}
        assert lived[procedure.id] >= set(procedure.final_stages) & reachable - {WITHDRAWN}


@pytest.fixture
def cast(appoint: Any, citizen: Person) -> Cast:
    return Cast(winding(), appoint, citizen)


def test_pages_move_a_case_on(cast: Cast, client: Client):
    case = actions.file(publish(winding()), by=cast.roles["applicant"], data=given(winding()), institution=cast.there)
    page = f"/cases/{case.number}/"

    def move(role: str, **words: str) -> tuple[int, str]:
        client.force_login(Account.objects.get(person=cast.roles[role]))
        seen = client.get(page, headers={"accept-language": "en"}).content.decode()
        assert (f"{page}advance/" in seen) == (role in ("desk", "officer", "applicant"))
        sent = client.post(f"{page}advance/", words, headers={"accept-language": "en"})
        return sent.status_code, Case.objects.get(pk=case.pk).stage

    assert move("desk", to="reviewed") == (302, "reviewed")
    assert move("officer", to="payment") == (422, "reviewed")
    assert move("officer", to="payment", reason="Pay the fee.") == (302, "payment")
    assert move("manager", to="signing") == (403, "payment")
    client.force_login(Account.objects.get(person=cast.roles["applicant"]))
    seen = client.get(page, headers={"accept-language": "en"}).content.decode()
    assert "It is your turn: Payment" in seen
    assert "Pay the fee." in seen
    assert move("applicant", to="signing") == (302, "signing")


def test_programs_move_a_case_on(cast: Cast, client: Client):
    publish(winding())

    def call(role: str, path: str, body: dict[str, Any]) -> Any:
        token = issue_token(cast.roles[role], by=cast.roles[role], name="test")
        sent = client.post(
            f"/api/v1/petitions{path}", body, "application/json", headers={"authorization": f"Bearer {token}"}
        )
        return sent.status_code, sent.json()

    body = {"procedure": "winding-way", "data": given(winding()), "institution": cast.there.code, "is_public": False}
    status, case = call("applicant", "", body)
    assert (status, case["stage"], case["is_public"]) == (201, "received", True)
    path = f"/{case['number']}/stage"
    assert call("applicant", path, {"to": "reviewed"})[0] == 403
    status, told = call("desk", path, {"to": "signing"})
    assert (status, list(told["fields"])) == (422, ["to"])
    status, told = call("desk", path, {"to": "reviewed"})
    assert (status, told["stage"]) == (201, "reviewed")
    status, told = call("officer", path, {"to": "payment"})
    assert (status, list(told["fields"])) == (422, ["reason"])
    status, told = call("officer", path, {"to": "payment", "reason": "수수료"})
    assert (status, told["stage"], told["is_waiting"]) == (201, "payment", True)
