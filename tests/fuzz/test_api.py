"""The whole API as each role: no error of ours, every answer as the description says, and no other person's data."""

from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from madang.kernel.cases import actions
from madang.kernel.cases.models import Case
from madang.kernel.identity.actions import issue_token
from madang.kernel.procedures.queries import current

from .conftest import bounded

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# What only those concerned may read; hidden in a case that is not public, and in the inside of one that is.
MARK = "남의비밀글"
PHONE = "010-9876-5432"
MAY_SEE = frozenset({"applicant", "officer", "manager", "auditor"})
KEPT = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
)


@dataclass
class Country:
    """Cases in every stage of their life, and a token for each role."""

    numbers: list[str]
    tokens: dict[str, str]
    secret: set[str]


@pytest.fixture
def country(one_connection, town, ministry, make_person, appoint) -> Country:
    call_command("load_procedures", verbosity=0)
    people = {
        "nobody": None,
        "applicant": make_person("Applicant"),
        "stranger": make_person("Stranger"),
        "officer": appoint("Officer", town, "officer"),
        "manager": appoint("Manager", town, "manager"),
        "outsider": appoint("Outsider", ministry, "manager"),
        "auditor": appoint("Auditor", ministry, "auditor"),
        "operator": make_person("Operator", is_operator=True),
    }
    officer, applicant = people["officer"], people["applicant"]
    town.requires_approval = True
    town.save()

    def filed(*, public: bool = False) -> Case:
        text = f"연락처 {PHONE}" if public else MARK
        data = {"title": text, "body": f"{text} 신호가 짧습니다."}
        case = actions.file(
            current("petitions.suggestion"), by=applicant, data=data, institution=town, is_public=public
        )
        return Case.objects.get(pk=case.pk)

    cases = {name: filed(public=name.startswith("public")) for name in (
        "new", "asked", "consent", "proposed", "answered", "rated", "withdrawn", "public", "public answered",
    )}  # fmt: skip
    for case in cases.values():
        actions.note(case, by=officer, text=MARK)
    actions.ask(cases["asked"], by=officer, question=MARK)
    for _twice in range(2):
        actions.extend(cases["consent"], by=officer, period="7d", reason=MARK)
    for name in ("proposed", "answered", "rated", "public answered"):
        result = actions.decide(cases[name], by=officer, text="신호를 늘렸습니다." if "public" in name else MARK)
        if name != "proposed":
            actions.approve(result, by=people["manager"])
    actions.rate(Case.objects.get(pk=cases["rated"].pk), by=applicant, score=1, comment=MARK)
    actions.withdraw(cases["withdrawn"], by=applicant)
    tokens = {
        role: f"Bearer {issue_token(person, by=person, name='fuzz')}" if person else ""
        for role, person in people.items()
    }
    numbers = [case.number for case in cases.values()]
    return Country(numbers, tokens, {case.number for name, case in cases.items() if "public" not in name})


PLAIN = {"Host": "localhost", "Accept-Encoding": "identity"}
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), headers=PLAIN)
OPERATIONS = [one.ok() for one in SCHEMA.get_all_operations()]
ODD = st.sampled_from(["", "\0", "a\0b", "٣", "-1", "9" * 30, "MA==", "%", "ㅤ", "'; --", "../..", "PET-26-0000001-9"])


def test_every_call_as_every_role(country: Country, again):
    for _round in again():
        for operation in OPERATIONS:
            _ask(country, operation)


def _ask(country: Country, operation: Any) -> None:
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

    @bounded(16, in_rounds=True)
    @given(
        case=cases,
        role=st.sampled_from(sorted(country.tokens)),
        number=st.one_of(st.sampled_from(country.numbers), st.sampled_from(country.numbers), ODD),
        key=st.one_of(st.none(), st.sampled_from(["k", "열쇠", "x" * 300, "\x7f"])),
        odd=st.one_of(st.none(), st.none(), st.tuples(st.integers(0, 5), ODD)),
    )
    def ask(case: Any, role: str, number: str, key: str | None, odd: tuple[int, str] | None) -> None:
        if "number" in (case.path_parameters or {}):
            case.path_parameters["number"] = number
        if odd and isinstance(case.query, dict) and case.query:
            case.query[sorted(case.query)[odd[0] % len(case.query)]] = odd[1]
        if odd and isinstance(case.body, dict) and case.body:
            case.body[sorted(case.body, key=str)[odd[0] % len(case.body)]] = odd[1]
        headers = PLAIN | {"Authorization": country.tokens[role]}
        if key is not None:
            headers["Idempotency-Key"] = key.encode().decode("latin-1")
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(response, checks=KEPT)
        said = response.content.decode(errors="replace")
        if role not in MAY_SEE:
            assert MARK not in said, f"{role} reads what is not theirs"
            assert PHONE not in said, f"{role} reads a number that is masked"

    ask()


@pytest.mark.parametrize("path", ["/api/v1/petitions/{}/approval", "/api/v1/petitions"])
def test_another_method_is_a_problem_too(client, country: Country, path: str):
    answer = client.delete(path.format(country.numbers[0]))
    assert (answer.status_code, answer.headers["Content-Type"]) == (405, "application/problem+json")
    assert "POST" in answer.headers["Allow"]
    assert answer.json()["code"] == "wrong-method"


def test_an_error_of_ours_is_a_problem_with_the_number_of_the_request(client, country: Country, monkeypatch):
    monkeypatch.setattr("madang.kernel.cases.api.page_of", lambda *_rest: 1 / 0)
    answer = client.get("/api/v1/petitions", headers={"accept-language": "en"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert answer.headers["X-Request-ID"] in answer.json()["remedy"]
    assert "division" not in answer.content.decode()


@pytest.mark.parametrize("mode", ["page", "program"])
def test_what_the_database_cannot_hold_is_refused_not_failed(client, country: Country, mode: str):
    if mode == "page":
        answer = client.get("/petitions/", {"topic": "\0"})
        assert answer.status_code < 500
    else:
        answer = client.post(
            f"/api/v1/petitions/{country.numbers[0]}/assignments",
            {"officer": "\0"},
            content_type="application/json",
            headers={"authorization": country.tokens["officer"]},
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
