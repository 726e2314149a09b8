"""Every cell of the table of rights, tried through HTTP: who may does it, everyone else is refused and changes nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from conftest import SECRET
from madang.kernel.audit.models import Record
from madang.kernel.cases import actions
from madang.kernel.cases.models import Case
from madang.kernel.cases.rules import MAY, MOVERS
from madang.kernel.identity.actions import issue_token
from madang.kernel.mandates.actions import accept, end, propose
from madang.kernel.mandates.models import Mandate
from madang.kernel.portal.management.commands.authorization import OTHERS, PAGE, STANDINGS, WHAT, WRITE, page
from madang.kernel.procedures.queries import current

from .tree import ROOT

API = "/api/v1/petitions"


@dataclass(frozen=True)
class Deed:
    """How a program does what the table calls by a verb, and what must have happened before."""

    path: str
    body: dict[str, Any] | None = None
    before: Callable[[Any], None] = lambda _scene: None


def _asked(scene: Any) -> None:
    actions.ask(scene.case, by=scene.officer, question="어느 건널목입니까?")


def _consent_asked(scene: Any) -> None:
    for _twice in range(2):
        actions.extend(scene.case, by=scene.officer, period="7d", reason="현장 확인")


def _proposed(scene: Any) -> None:
    scene.town.requires_approval = True
    scene.town.save()
    actions.decide(scene.case, by=scene.officer, text="신호를 5초 늘렸습니다.")


def _answered(scene: Any) -> None:
    actions.decide(scene.case, by=scene.officer, text="신호를 5초 늘렸습니다.")


def _rated(scene: Any) -> None:
    _answered(scene)
    actions.rate(Case.objects.get(pk=scene.case.pk), by=scene.applicant, score=1, comment="아직 짧습니다.")


def _secret(scene: Any) -> None:
    """Another petition like the one of the scene, with secret answers."""
    data = {"title": "보상금 신청", "body": "신청합니다.", **SECRET}
    filed = actions.file(scene.telling, by=scene.applicant, data=data, institution=scene.ministry)
    actions.transfer(filed, by=scene.people["referrer"][0], to=scene.town, reason="소관")
    scene.case = Case.objects.get(pk=filed.pk)


def _held(scene: Any) -> None:
    actions.hold(scene.case, by=scene.people["manager"][0], reason="소송")


DEEDS = [
    ("read", Deed("")),
    ("read", Deed("/timeline")),
    ("read", Deed("/clocks")),
    ("read", Deed("/supplements")),
    ("assign", Deed("/assignments", {"department": "roads"})),
    ("transfer", Deed("/transfers", {"institution": "ministry", "reason": "소관"})),
    ("ask", Deed("/supplements", {"question": "어느 건널목입니까?"})),
    ("extend", Deed("/extensions", {"period": "7d", "reason": "현장 확인"})),
    ("note", Deed("/notes", {"text": "경찰서와 협의"})),
    ("draft", Deed("/answer", {"text": "초안", "state": "draft"})),
    ("decide", Deed("/answer", {"text": "신호를 5초 늘렸습니다."})),
    ("approve", Deed("/approval", {}, _proposed)),
    ("approve", Deed("/return", {"reason": "다시 검토"}, _proposed)),
    ("advance", Deed("/stage", {"to": "in_progress"})),
    ("reply", Deed("/reply", {"text": "학교 정문 앞입니다."}, _asked)),
    ("consent", Deed("/consent", {"agree": True}, _consent_asked)),
    ("withdraw", Deed("/withdrawal", {})),
    ("rate", Deed("/rating", {"score": 5}, _answered)),
    ("looks", Deed("/looks")),
    ("unmask", Deed("/unmaskings", {"field": "number", "reason": "본인 확인"}, _secret)),
    ("hold", Deed("/holds", {"reason": "소송"})),
    ("hold", Deed("/release", {"reason": "판결 확정"}, _held)),
    ("follow_up", Deed("/follow-up", {"text": "5초로는 모자랍니다."}, _rated)),
]


class Scene:
    """A petition that the ministry passed on to the town, and everyone who stands somehow to it."""

    def __init__(self, town: Any, ministry: Any, make_person: Any, appoint: Any, telling: Any) -> None:
        self.town, self.ministry, self.telling = town, ministry, telling
        self.applicant = make_person("Applicant")
        self.officer = appoint("Officer", town, "officer")
        self.people = {
            "applicant": [self.applicant],
            "representative": [self.mandated(make_person("Parent"), "child")],
            "agent": [self.mandated(make_person("Daughter")), self.mandated(make_person("Notary"), "agent")],
            "reader": [self.mandated(make_person("Friend"), may="read")],
            "officer": [self.officer],
            "desk": [appoint("Desk", town, "desk")],
            "manager": [appoint("Manager", town, "manager")],
            "referrer": [appoint("Sender", ministry, "desk"), appoint("Chief", ministry, "manager")],
            "auditor": [appoint("Auditor", ministry, "auditor")],
            "operator": [make_person("Operator", is_operator=True)],
            "stranger": [
                make_person("Stranger"),
                appoint("Roadman", town, "officer", "roads"),
                appoint("Clerk", ministry, "officer"),
                self.mandated(make_person("Former"), over=True),
                self.mandated(make_person("Elsewhere"), scope=["petitions.other"]),
                self.mandated(make_person("Filer"), may="file"),
                self.asked(make_person("Asked")),
            ],
            "passer-by": [None],
        }
        data = {"title": "신호등 시간", "body": "보행 신호가 너무 짧습니다."}
        filed = actions.file(
            current("petitions.suggestion"), by=self.applicant, data=data, institution=ministry, is_public=False
        )
        actions.transfer(filed, by=self.people["referrer"][0], to=town, reason="소관")
        self.case = Case.objects.get(pk=filed.pk)
        actions.note(self.case, by=self.officer, text="내부 메모")

    def mandated(self, agent: Any, kind: str = "power_of_attorney", *, over: bool = False, **more: Any) -> Any:
        """Somebody to whom the applicant has given a mandate."""
        made = self.proposed(agent, kind, **more)
        accept(made, by=self.applicant)
        if over:
            end(made, by=self.applicant)
        return agent

    def asked(self, agent: Any) -> Any:
        """Somebody whose mandate the applicant has not accepted yet."""
        self.proposed(agent, "power_of_attorney")
        return agent

    def proposed(self, agent: Any, kind: str, **more: Any) -> Mandate:
        """What somebody proposes to the applicant, to act for them."""
        today = timezone.localdate()
        stated = {"name": "김아이", "born": str(today - timedelta(days=3000))}
        facts = {"kind": kind, "may": "all", "until": today + timedelta(days=30), "licence": "1", "stated": stated}
        return propose(Mandate(agent=agent, **facts | more), by=agent, to=self.applicant.account.login)


@pytest.fixture
def scene(town, ministry, make_person, appoint, secret_version):
    call_command("load_procedures", verbosity=0)
    return Scene(town, ministry, make_person, appoint, secret_version)


@pytest.fixture
def ask(client, scene):
    """`ask(person, deed)`: the status with which the API answers this person's program."""
    tokens: dict[Any, str] = {}

    def send(person: Any, deed: Deed) -> Any:
        headers = {}
        if person:
            if person.pk not in tokens:
                tokens[person.pk] = issue_token(person, by=person, name="test")
            headers["authorization"] = f"Bearer {tokens[person.pk]}"
        where = f"{API}/{scene.case.number}{deed.path}"
        if deed.body is None:
            return client.get(where, headers=headers)
        return client.post(where, json.dumps(deed.body), content_type="application/json", headers=headers)

    for people in scene.people.values():
        for person in people:
            if person:
                tokens[person.pk] = issue_token(person, by=person, name="test")
    return send


def state(scene):
    """Everything on record, and the case as it stands."""
    return Record.objects.count(), Case.objects.filter(pk=scene.case.pk).values().get()


def expected(verb, standing):
    allowed = MAY[verb] & MOVERS["desk"] if verb == "advance" else MAY[verb]
    if standing in allowed:
        return {200, 201}
    if standing == "passer-by":
        return {401, 404}
    return {403} if standing in MAY["read"] else {404}


@pytest.mark.parametrize(("verb", "deed"), DEEDS, ids=[f"{verb}{deed.path}" for verb, deed in DEEDS])
def test_who_may_does_it_and_everyone_else_is_refused(scene, ask, verb, deed):
    deed.before(scene)
    before = state(scene)
    cells = [(standing, person) for standing, people in scene.people.items() for person in people]
    wrong, done = [], set()
    for standing, person in cells:
        with transaction.atomic():
            answer = ask(person, deed)
            right = expected(verb, standing)
            if answer.status_code not in right:
                wrong.append(f"{standing}: {answer.status_code} instead of {right}: {answer.content.decode()[:200]}")
            if 200 in right:
                done.add(standing)
                if deed.body is not None and state(scene) == before:
                    wrong.append(f"{standing}: nothing happened")
            elif state(scene) != before:
                wrong.append(f"{standing}: refused, but something changed")
            transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)
    assert done


def test_what_officers_note_is_read_inside_only(scene, ask):
    for standing, people in scene.people.items():
        for person in people:
            answer = ask(person, Deed("/timeline"))
            told = "noted" in answer.content.decode() if answer.status_code == 200 else False
            assert told == (standing in MAY["read_inside"]), standing


def test_every_right_is_tried():
    assert {verb for verb, _deed in DEEDS} | {"read_inside", "attach"} == set(MAY)
    assert set(WHAT) == set(MAY)
    assert {one for may in MAY.values() for one in may} <= set(STANDINGS)
    assert not {one for may in MAY.values() for one in may} & set(OTHERS)


def test_the_page_of_rights_is_up_to_date():
    assert (ROOT / PAGE).read_text("utf-8") == page(), f"renew it with {WRITE}"
