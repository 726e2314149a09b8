"""The country in which the journeys play: one desk, a ministry that approves its answers, a town, and their people."""

from dataclasses import dataclass
from typing import Any

from django.core.management import call_command

from madang.kernel.events.actions import deliver
from madang.kernel.identity.actions import register
from madang.kernel.identity.models import Person
from madang.kernel.institutions.actions import appoint, arrange, found
from madang.kernel.institutions.models import Department, Institution

PASSWORD = "three-quiet-words"
TITLE = "한강 다리 위 가로등이 모두 꺼져 있습니다"
BODY = "어제 저녁부터 다리 위의 가로등이 모두 꺼져 걸어서 건너기가 무섭습니다. 언제 고쳐지는지 알려 주세요."


@dataclass
class Stage:
    """Institutions by their codes, people by their parts; each signs in as PART@example.org with PASSWORD."""

    institutions: dict[str, Institution]
    people: dict[str, Person]

    def __getattr__(self, part: str) -> Person:
        try:
            return self.people[part]
        except KeyError:
            raise AttributeError(part) from None


def build() -> Stage:
    """Founds the country through actions, and publishes the procedures that come with the software."""
    call_command("load_procedures", verbosity=0)
    country = found(
        Institution(code="land", name="마당나라", name_en="Madang Land", kind="state", phone="110"), by=None
    )
    ministry = found(
        Institution(
            code="roads",
            name="도로교통부",
            name_en="Ministry of Roads",
            kind="ministry",
            parent=country,
            phone="1599-0001",
            requires_approval=True,
            competence="도로와 다리, 가로등, 신호등, 대중교통, 자동차 등록을 맡습니다.",
        ),
        by=None,
    )
    town = found(
        Institution(
            code="town",
            name="마당시",
            name_en="Madang City",
            kind="city",
            parent=country,
            phone="02-120",
            competence="쓰레기와 공원, 주민등록, 주차 단속, 보육을 맡습니다.",
        ),
        by=None,
    )
    arrange(Department(institution=ministry, code="bridges", name="교량과", name_en="Bridges"), by=None)
    posts = {
        "citizen": [],
        "neighbour": [],
        "mother": [],
        "desk": [(country, "desk")],
        "officer": [(ministry, "officer")],
        "manager": [(ministry, "manager")],
        "clerk": [(town, "officer"), (town, "desk")],
        "auditor": [(country, "auditor")],
        "operator": [],
    }
    people = {part: _person(part) for part in posts}
    for part, held in posts.items():
        for institution, role in held:
            appoint(people[part], by=None, institution=institution, role=role)
    return Stage({one.code: one for one in (country, ministry, town)}, people)


NAMES = {
    "citizen": "김시민",
    "neighbour": "이웃",
    "mother": "나모친",
    "desk": "박접수",
    "officer": "최담당",
    "manager": "정과장",
    "clerk": "한주무",
    "auditor": "조감사",
    "operator": "윤운영",
}


def _person(part: str) -> Person:
    login = f"{part}@example.org"
    person = Person(name=NAMES[part], email=login)
    return register(person, by=None, login=login, password=PASSWORD, is_operator=part == "operator").person


def tell() -> None:
    """What the worker would do: tells every event there is to all who listen."""
    while deliver():
        pass


def row_counts(*models: Any) -> dict[str, int]:
    """How many rows each table has."""
    return {model.__name__: model._default_manager.count() for model in models}
