"""Secret answers of a case: encrypted where they lie, masked where they are seen, read by who says why."""

import json
from hashlib import sha256

import pytest
from django.db import connection

from conftest import SECRET
from madang.kernel.audit.models import Record
from madang.kernel.cases import actions
from madang.kernel.cases.models import Case, Unmasking
from madang.kernel.cases.queries import looks_at, secret_answers
from madang.kernel.cases.rules import texts_of
from madang.kernel.common.encryption import Unreadable, is_sealed
from madang.kernel.common.errors import Invalid, Refused, StepUp
from madang.kernel.events.models import Receipt
from madang.kernel.identity.actions import end_identification, issue_token
from madang.kernel.identity.rules import BY_POST
from madang.kernel.search.models import Document
from madang.kernel.search.queries import kinds

MASKED = {"number": "860101-1******", "account": "***-***-**6789", "health": "******"}
# One; in the transaction of a test, between a savepoint and its end.
STATEMENTS = 3
EN = {"accept-language": "en"}


def texts(content):
    """Which of the secrets stand in a page or an answer."""
    text = content.decode() if isinstance(content, bytes) else str(content)
    return [name for name, value in SECRET.items() if value in text]


@pytest.fixture
def api(client):
    """`api(person, "/unmaskings", {...})`: what the API answers this person's program about the case."""

    def ask(person, path, body=None, **headers):
        headers["authorization"] = f"Bearer {issue_token(person, by=person, name='test')}"
        where = f"/api/v1/petitions{path}"
        if body is None:
            return client.get(where, headers=headers)
        return client.post(where, json.dumps(body), content_type="application/json", headers=headers)

    return ask


def test_secret_answers_lie_encrypted(secret_case):
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM cases_case WHERE id = %s", [secret_case.pk])
        (data,) = cursor.fetchone()
    assert texts(json.dumps(json.loads(data), ensure_ascii=False)) == []
    case = Case.objects.get(pk=secret_case.pk)
    assert all(is_sealed(case.data[name]) for name in SECRET)
    assert case.answers(lambda path: True) == {"title": "보상금 신청", "body": "보상금을 신청합니다.", **SECRET}
    assert {name: case.answers()[name] for name in SECRET} == MASKED


def test_they_open_in_their_own_case_only(secret_case, secret_version, stranger, town):
    data = {"title": "x", "body": "y"}
    other = actions.file(secret_version, by=stranger, data=data, institution=town)
    Case.objects.filter(pk=other.pk).update(data=secret_case.data)
    with pytest.raises(Unreadable):
        Case.objects.get(pk=other.pk).answers()
    swapped = secret_case.data | {"number": secret_case.data["account"]}
    Case.objects.filter(pk=secret_case.pk).update(data=swapped)
    with pytest.raises(Unreadable):
        Case.objects.get(pk=secret_case.pk).answers()


def test_they_are_no_text_of_the_case(secret_case):
    case = Case.objects.get(pk=secret_case.pk)
    assert texts([case.title, case.text, case.public_text]) == []
    (entry,) = kinds.case_entries([case.pk])
    assert texts([entry.title, entry.text]) == []
    assert not Document.objects.filter(text__contains=SECRET["health"]).exists()


def test_the_applicant_reads_them_and_officers_a_mask(client, secret_case, citizen, desk, auditor):
    seen = {}
    for person in (citizen, desk, auditor):
        client.force_login(person.account)
        answer = client.get(f"/cases/{secret_case.number}/", headers=EN)
        seen[person.name] = texts(answer.content)
        assert "no-store" in answer.headers["cache-control"]
    assert seen == {"Citizen": list(SECRET), "Desk": [], "Auditor": []}
    assert MASKED["number"].encode() in answer.content


def test_programs_read_the_same(api, secret_case, citizen, desk):
    own = api(citizen, f"/{secret_case.number}").json()["data"]
    theirs = api(desk, f"/{secret_case.number}").json()["data"]
    assert {name: own[name] for name in SECRET} == SECRET
    assert {name: theirs[name] for name in SECRET} == MASKED
    assert texts(api(citizen, "?mine=true").content) == []


def test_a_public_case_shows_nothing_of_them(client, api, secret_case, stranger):
    Case.objects.filter(pk=secret_case.pk).update(is_public=True)
    assert texts(client.get(f"/cases/{secret_case.number}/").content) == []
    assert texts(api(stranger, f"/{secret_case.number}").content) == []


def test_an_officer_reads_one_with_a_reason(client, secret_case, desk, recorded):
    client.force_login(desk.account)
    where = f"/cases/{secret_case.number}/unmask/"
    assert client.get(where).status_code == 405
    answer = client.post(where, {"field": "account", "reason": "보상금 지급"}, headers=EN)
    assert answer.status_code == 200
    assert texts(answer.content) == ["account"]
    assert "no-store" in answer.headers["cache-control"]
    assert texts(client.get(f"/cases/{secret_case.number}/").content) == []
    row = Unmasking.objects.get()
    assert (row.by, row.field, row.reason) == (desk, "account", "보상금 지급")


def test_reading_one_is_recorded_without_words(secret_case, desk):
    actions.unmask(secret_case, by=desk, field="health", reason="상담")
    record = Record.objects.get(action="cases.unmask")
    assert (record.subject, record.actor_id, record.institution_id) == (
        secret_case.number, desk.pk, secret_case.institution_id,
    )  # fmt: skip
    assert record.details == {"field": "health", "unmasking": Unmasking.objects.get().pk}


@pytest.mark.refuses("cases.unmask")
def test_strangers_auditors_and_the_reasonless_read_none(
    client, secret_case, outsider, auditor, stranger, desk, citizen
):
    for person in (outsider, stranger, auditor, citizen):
        with pytest.raises(Refused):
            actions.unmask(secret_case, by=person, field="number", reason="궁금해서")
        client.force_login(person.account)
        answer = client.post(f"/cases/{secret_case.number}/unmask/", {"field": "number", "reason": "궁금해서"})
        assert answer.status_code in (403, 404)
        assert texts(answer.content) == []
    for wrong in ({"field": "number", "reason": " "}, {"field": "title", "reason": "왜"}):
        with pytest.raises(Invalid):
            actions.unmask(secret_case, by=desk, **wrong)
    client.force_login(desk.account)
    answer = client.post(f"/cases/{secret_case.number}/unmask/", {"field": "number", "reason": ""})
    assert answer.status_code == 422
    assert texts(answer.content) == []
    assert not Unmasking.objects.exists()


def test_programs_read_one_with_a_reason_and_no_answer_is_kept(api, secret_case, desk):
    where = f"/{secret_case.number}/unmaskings"
    key = {"idempotency-key": "a-key-of-mine"}
    answer = api(desk, where, {"field": "number", "reason": "본인 확인"}, **key)
    assert answer.status_code == 201
    assert answer.json()["data"]["number"] == SECRET["number"]
    assert answer.json()["data"]["account"] == MASKED["account"]
    assert not Receipt.objects.exists()
    assert Unmasking.objects.count() == 1


def test_what_is_kept_of_a_request_does_not_give_its_numbers_away(api, secret_version, citizen, town):
    """A hash of the request alone would: of a number, there are few to try."""
    body = {"procedure": "telling", "data": {"title": "x", "body": "y", "number": SECRET["number"]}}
    assert api(citizen, "", body, **{"idempotency-key": "once-and-no-more"}).status_code == 201
    receipt = Receipt.objects.get()
    tried = [f"{before}{json.dumps(body)}".encode() for before in ("", "POST /api/v1/petitions\0")]
    assert receipt.fingerprint not in [sha256(one).hexdigest() for one in tried]
    assert api(citizen, "", body, **{"idempotency-key": "once-and-no-more"}).json()["number"] == receipt.body["number"]


def test_the_applicant_sees_who_read_what_and_why(client, api, secret_case, citizen, desk):
    actions.look(secret_case, by=desk)
    for reason in ("보상금 지급", "다시 확인"):
        actions.unmask(secret_case, by=desk, field="account", reason=reason)
    client.force_login(citizen.account)
    page = client.get("/my/looks/", headers=EN).content.decode()
    assert "To read a secret answer" in page
    assert "Account number: 보상금 지급" in page
    assert "Account number: 다시 확인" in page
    assert desk.name not in page
    told = api(citizen, f"/{secret_case.number}/looks", **EN).json()
    assert sorted((one["purpose"], one["times"], one["field"], one["reason"]) for one in told) == [
        ("handling", 1, "", ""),
        ("unmasking", 1, "Account number", "다시 확인"),
        ("unmasking", 1, "Account number", "보상금 지급"),
    ]
    assert api(desk, f"/{secret_case.number}/looks").status_code == 403
    assert looks_at(desk) == []


def test_a_form_without_secrets_costs_nothing(
    case, settings, tmp_path, django_assert_num_queries, citizen, town, version
):
    settings.KEYS_DIR = tmp_path
    with django_assert_num_queries(STATEMENTS):
        actions.file(version, by=citizen, data={"title": "x", "body": "y"}, institution=town)
    assert secret_answers(case) == {}
    assert case.answers() == case.data
    assert list(tmp_path.iterdir()) == []


def test_secrets_are_filed_by_one_statement_too(secret_case, secret_version, citizen, town, django_assert_num_queries):
    with django_assert_num_queries(STATEMENTS):
        actions.file(secret_version, by=citizen, data={"title": "x", "body": "y", **SECRET}, institution=town)


def test_what_is_looked_for_while_writing_has_none_of_them(secret_version):
    """Before it is filed, the form is plain: similar cases and the router are asked with its ordinary words only."""
    data = {"title": "보상금 신청", "body": "보상금을 신청합니다.", **SECRET}
    assert list(texts_of(secret_version.definition, data)) == ["보상금을 신청합니다."]


def test_who_is_not_surely_known_reads_no_secret_answer(secret_case, desk):
    end_identification(desk, by=None, provider=BY_POST)
    with pytest.raises(StepUp):
        actions.unmask(secret_case, by=desk, field="number", reason="본인 확인")
    assert not Unmasking.objects.exists()
