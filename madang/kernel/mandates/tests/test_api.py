"""Mandates for programs, and filing under one."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from madang.kernel.cases.models import Case
from madang.kernel.identity.actions import issue_token
from madang.kernel.mandates.models import Mandate

API = "/api/v1/mandates"
PETITIONS = "/api/v1/petitions"
FORM = {"procedure": "suggestion", "data": {"title": "신호등 시간", "body": "너무 짧습니다."}, "institution": "town"}


@pytest.fixture
def ask(client, version, town):
    """`ask(person, "POST", path, body)`: what the API answers to this person's program."""
    call_command("load_procedures", verbosity=0)
    tokens = {}

    def send(person, method, path, body=None, **headers):
        if person.pk not in tokens:
            tokens[person.pk] = issue_token(person, by=person, name="test")
        sent = json.dumps(body or {}) if method == "POST" else None
        return client.generic(
            method,
            path,
            sent or "",
            content_type="application/json",
            headers={"authorization": f"Bearer {tokens[person.pk]}", **headers},
        )

    return send


@pytest.fixture
def proposal(son):
    until = timezone.localdate() + timedelta(days=30)
    return {
        "kind": "power_of_attorney",
        "side": "principal",
        "to": son.account.login,
        "may": "all",
        "until": str(until),
    }


def test_proposed_accepted_filed_read_and_ended(ask, mother, son, proposal):
    made = ask(mother, "POST", API, proposal)
    assert made.status_code == 201
    assert (made.json()["state"], made.json()["agent"]) == ("proposed", son.account.login)
    number = made.json()["number"]
    accepted = ask(son, "POST", f"{API}/{number}/acceptance").json()
    assert (accepted["state"], accepted["principal"], accepted["agent"]) == ("holds", "Mother", "Son")
    once = {"Idempotency-Key": "a"}
    filed, again = (ask(son, "POST", PETITIONS, FORM | {"on_behalf_of": number}, **once) for _twice in range(2))
    assert (filed.status_code, filed.json()) == (201, again.json())
    case = Case.objects.get()
    assert (case.applicant, case.mandate.number) == (mother, number)
    for person in (mother, son):
        assert ask(person, "GET", f"{PETITIONS}/{case.number}").json()["mandate"] == number
        line = ask(person, "GET", f"{PETITIONS}/{case.number}/timeline").json()
        assert [one["by"] for one in line] == ["agent"]
    listed = ask(son, "GET", f"{PETITIONS}?mandate={number}").json()["items"]
    assert [one["title"] for one in listed] == ["신호등 시간"]
    assert ask(son, "GET", f"{PETITIONS}?mine=true").json()["items"] == []
    assert ask(mother, "POST", f"{API}/{number}/end").json()["state"] == "ended"
    assert ask(son, "GET", f"{PETITIONS}/{case.number}").status_code == 404
    assert ask(son, "GET", f"{PETITIONS}?mandate={number}").json()["items"] == []
    refused = ask(son, "POST", PETITIONS, FORM | {"on_behalf_of": number})
    assert (refused.status_code, [*refused.json()["fields"]]) == (422, ["on_behalf_of"])
    assert Case.objects.count() == 1
    assert [one["state"] for one in ask(son, "GET", API).json()] == ["ended"]


def test_nobody_acts_under_anothers_mandate(ask, mother, son, stranger, proposal):
    number = ask(mother, "POST", API, proposal).json()["number"]
    ask(son, "POST", f"{API}/{number}/acceptance")
    for person in (stranger, mother):
        assert ask(person, "POST", PETITIONS, FORM | {"on_behalf_of": number}).status_code == 404
    assert ask(stranger, "GET", f"{PETITIONS}?mandate={number}").status_code == 404
    assert ask(stranger, "GET", f"{API}/{number}").status_code == 404
    for deed in ("acceptance", "refusal", "confirmation", "end"):
        assert ask(stranger, "POST", f"{API}/{number}/{deed}").status_code == 404
    assert not Case.objects.exists()


def test_refused_by_who_was_asked(ask, mother, son, proposal):
    number = ask(mother, "POST", API, proposal).json()["number"]
    assert ask(son, "POST", f"{API}/{number}/refusal").json()["state"] == "refused"
    assert ask(son, "POST", f"{API}/{number}/acceptance").status_code == 409


def test_a_company_through_the_desk(ask, son, mother, desk):
    claim = {"kind": "company", "side": "agent", "name": "마당건설", "registration": "123-45-67890"}
    number = ask(son, "POST", API, claim).json()["number"]
    assert ask(son, "POST", f"{API}/{number}/confirmation").status_code == 403
    confirmed = ask(desk, "POST", f"{API}/{number}/confirmation").json()
    assert (confirmed["state"], confirmed["principal"], confirmed["confirmed_at"]) == ("holds", "마당건설", "town")
    employ = {"kind": "company", "side": "company", "company": "1234567890", "post": "employee", "may": "all"}
    assert ask(mother, "POST", API, employ | {"to": son.account.login}).status_code == 404
    hired = ask(son, "POST", API, employ | {"to": mother.account.login}).json()["number"]
    ask(mother, "POST", f"{API}/{hired}/acceptance")
    filed = ask(mother, "POST", PETITIONS, FORM | {"on_behalf_of": hired})
    assert filed.status_code == 201
    assert Case.objects.get().company.name == "마당건설"
    assert ask(son, "GET", f"{PETITIONS}?mandate={number}").json()["items"][0]["number"] == filed.json()["number"]


@pytest.mark.parametrize(
    "more",
    [
        {"since": "9999-01-01", "until": "9999-12-31"},
        {"until": "0001-01-01"},
        {"to": "a\x00b"},
        {"scope": ["\x00"]},
        {"kind": "child", "side": "agent", "name": "\x00", "born": "2020-01-01"},
        {"kind": "child", "side": "agent", "name": "a", "born": "9999-12-31"},
        {"unknown": 1},
    ],
)
def test_what_cannot_be_is_refused_with_its_field(ask, mother, proposal, more):
    answer = ask(mother, "POST", API, proposal | more)
    assert answer.status_code == 422
    assert answer.json()["fields"]


def test_a_child(ask, son, desk):
    born = timezone.localdate() - timedelta(days=3000)
    claim = {"kind": "child", "side": "agent", "name": "김아이", "born": str(born)}
    number = ask(son, "POST", API, claim).json()["number"]
    assert ask(desk, "POST", f"{API}/{number}/refusal").json()["state"] == "refused"
    assert Mandate.objects.get().principal is None
