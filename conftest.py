"""The cast of every test: people with and without posts, two institutions, and a case to quarrel about."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from madang.kernel.audit.models import Record

REFUSALS_TESTED: set[str] = set()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "refuses(action): proves that a stranger is refused this action")


def whole_suite(config: pytest.Config) -> bool:
    """Whether all tests were collected (what -m and -k leave out was), so that what is missing is really missing."""
    asked = [Path(config.invocation_params.dir, word.split("::")[0]).resolve() for word in config.args]
    paths = [Path(config.rootpath, name) for name in config.getini("testpaths")]
    everywhere = all(any(path == one or one in path.parents for one in asked) for path in paths)
    narrowed = any(config.getoption(name, False) for name in ("ignore", "ignore_glob", "lf"))
    return everywhere and not narrowed


def pytest_itemcollected(item: pytest.Item) -> None:
    for mark in item.iter_markers("refuses"):
        REFUSALS_TESTED.update(mark.args)


@pytest.fixture(autouse=True)
def _fresh_minds(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    """What a process remembers of the database is forgotten between tests; passwords cost nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if not request.node.get_closest_marker("browser"):
        # Only browsers ask for static files; every new client would look through all of them.
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("whitenoise.")]
    from madang.kernel.common.memory import forget
    from madang.kernel.institutions import queries as institutions
    from madang.kernel.procedures import queries as procedures

    yield
    forget()
    institutions._calendar.cache_clear()
    procedures.forget()
    procedures.definition.cache_clear()


@pytest.fixture
def recorded(db: None) -> Any:
    """The names of the actions on record, in order."""
    return lambda: list(Record.objects.order_by("id").values_list("action", flat=True))


@pytest.fixture
def make_person(db: None) -> Any:
    """Registers people: `make_person("Hong")` has an account `hong@example.org` with the password `madang-2026!`."""
    from madang.kernel.identity.actions import register
    from madang.kernel.identity.models import Person

    def make(name: str, **more: Any) -> Person:
        login = f"{name.lower()}@example.org"
        return register(Person(name=name, email=login), by=None, login=login, password="madang-2026!", **more).person

    return make


@pytest.fixture
def citizen(make_person: Any) -> Any:
    return make_person("Citizen")


@pytest.fixture
def stranger(make_person: Any) -> Any:
    """Another citizen, with no part in anything."""
    return make_person("Stranger")


@pytest.fixture
def operator(make_person: Any) -> Any:
    return make_person("Operator", is_operator=True)


@pytest.fixture
def town(db: None) -> Any:
    """The institution of most tests: a desk and a roads department."""
    from madang.kernel.institutions.actions import found
    from madang.kernel.institutions.models import Department, Institution

    town = found(Institution(code="town", name="마당시", name_en="Madang City", kind="city", phone="02-120"), by=None)
    Department.objects.create(institution=town, code="roads", name="도로과", name_en="Roads", phone="02-120-1")
    return town


@pytest.fixture
def ministry(db: None) -> Any:
    """Another institution; it wants every answer approved by a manager."""
    from madang.kernel.institutions.actions import found
    from madang.kernel.institutions.models import Institution

    row = Institution(
        code="ministry", name="마당부", name_en="Ministry of Yards", kind="ministry", requires_approval=True
    )
    return found(row, by=None)


@pytest.fixture
def appoint(make_person: Any) -> Any:
    """`appoint("Kim", town, "officer", "roads")`: a person with a post, in a department or the whole institution."""
    from madang.kernel.institutions.actions import appoint as act

    def make(name: str, institution: Any, role: str, department: str = "") -> Any:
        person = make_person(name)
        place = institution.departments.get(code=department) if department else None
        act(person, by=None, institution=institution, role=role, department=place)
        return person

    return make


@pytest.fixture
def desk(appoint: Any, town: Any) -> Any:
    return appoint("Desk", town, "desk")


@pytest.fixture
def officer(appoint: Any, town: Any) -> Any:
    return appoint("Officer", town, "officer", "roads")


@pytest.fixture
def manager(appoint: Any, town: Any) -> Any:
    return appoint("Manager", town, "manager")


@pytest.fixture
def auditor(appoint: Any, town: Any) -> Any:
    return appoint("Auditor", town, "auditor")


@pytest.fixture
def outsider(appoint: Any, ministry: Any) -> Any:
    """An officer of another institution."""
    return appoint("Outsider", ministry, "manager")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests that commit are cleaned up by TRUNCATE, which the audit log refuses; for them alone this trigger sleeps."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("audit_record", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER no_truncate")


PROCEDURE = """
id: tests.request
title: {ko: 요청, en: Request}
law: 시험법 제1조
prefix: TST
deadline: {days: 7}
publishable: applicant
feedback: {rate: true, ask_again: true}
keep: {years: 1}
form:
  - {id: title, type: text, label: {ko: 제목, en: Title}, required: true}
  - {id: body, type: textarea, label: {ko: 내용, en: Text}, required: true}
  - {id: place, type: place, label: {ko: 장소, en: Place}}
examples:
  - {title: 제목, body: 내용}
"""


@pytest.fixture
def version(db: None) -> Any:
    """A published procedure with a deadline of seven days, the usual stages, rating and one additional answer."""
    from ruamel.yaml import YAML

    from madang.kernel.procedures.actions import publish
    from madang.kernel.procedures.rules import Procedure

    return publish(
        Procedure.model_validate(YAML(typ="safe").load(PROCEDURE), context={"languages": ("ko", "en")}), by=None
    )


@pytest.fixture
def case(version: Any, citizen: Any, town: Any) -> Any:
    """A case of the citizen, just received by the town."""
    from madang.kernel.cases.actions import file

    data = {"title": "가로등 고장", "body": "집 앞 가로등이 꺼져 있습니다. 연락처 010-0000-1234"}
    return file(version, by=citizen, data=data, institution=town)


SECRETS = """
id: petitions.telling
title: {ko: 신고, en: Report}
law: 시험법 제5조
prefix: TEL
deadline: {days: 7}
publishable: applicant
keep: {years: 1}
form:
  - {id: title, type: text, label: {ko: 제목, en: Title}, required: true}
  - {id: body, type: textarea, label: {ko: 내용, en: Text}, required: true}
  - {id: number, type: resident_number, label: {ko: 주민등록번호, en: Resident number}}
  - {id: account, type: account_number, label: {ko: 계좌번호, en: Account number}}
  - {id: health, type: textarea, label: {ko: 건강, en: Health}, secret: true}
  - {id: files, type: file, label: {ko: 서류, en: Papers}}
examples:
  - {title: 제목, body: 내용}
"""
# Invented, with a check digit that is right.
SECRET = {"number": "860101-1234563", "account": "110-123-456789", "health": "당뇨병 치료 중입니다"}


@pytest.fixture
def secret_version(db: None) -> Any:
    """A published procedure that asks for a resident number, an account and a secret text."""
    from ruamel.yaml import YAML

    from madang.kernel.procedures.actions import publish
    from madang.kernel.procedures.rules import Procedure

    return publish(Procedure.model_validate(YAML(typ="safe").load(SECRETS), context={"languages": ("ko", "en")}))


@pytest.fixture
def secret_case(secret_version: Any, citizen: Any, town: Any) -> Any:
    """A case of the citizen with three secret answers, just received by the town."""
    from madang.kernel.cases.actions import file

    data = {"title": "보상금 신청", "body": "보상금을 신청합니다.", **SECRET}
    return file(secret_version, by=citizen, data=data, institution=town)
