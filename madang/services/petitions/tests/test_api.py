"""Everything the pages do, through the API: filed, read, transferred, supplemented, answered, rated."""

import json

import pytest
from django.utils.dateparse import parse_datetime

from madang.kernel.cases.models import Case
from madang.kernel.cases.schemas import CaseWhole
from madang.kernel.identity.actions import issue_token

BASE = "/api/v1/petitions"
PETITION = {
    "procedure": "suggestion",
    "data": {"title": "신호등 시간", "body": "보행 신호가 너무 짧습니다. 010-0000-1234"},
}


@pytest.fixture(autouse=True)
def _procedures(db):
    from django.core.management import call_command

    call_command("load_procedures", verbosity=0)


@pytest.fixture
def api(client):
    """`api(person).post(path, body)`: the API as this person's program."""

    class Program:
        def __init__(self, person, language="en"):
            self.headers = {"accept-language": language}
            if person:
                self.headers["authorization"] = f"Bearer {issue_token(person, by=person, name='test')}"

        def get(self, path="", **query):
            return client.get(BASE + path, query, headers=self.headers)

        def post(self, path="", body=None, **headers):
            body = body if isinstance(body, (str, bytes)) else json.dumps(body or {})
            return client.post(BASE + path, body, content_type="application/json", headers=self.headers | headers)

    return Program


@pytest.fixture
def number(api, citizen, town):
    return api(citizen).post("", PETITION | {"institution": "town"}).json()["number"]


def test_a_petition_is_filed_and_read(api, citizen, town):
    response = api(citizen).post("", PETITION | {"institution": "town"})
    assert response.status_code == 201
    body = response.json()
    assert (body["procedure"], body["stage"], body["institution"]["code"]) == (
        "petitions.suggestion",
        "received",
        "town",
    )
    whole = api(citizen).get(f"/{body['number']}").json()
    assert CaseWhole.model_validate(whole).model_dump(mode="json").keys() == whole.keys()
    assert whole["data"]["title"] == "신호등 시간"
    assert parse_datetime(whole["due_at"]) == parse_datetime(body["due_at"])
    timeline = api(citizen).get(f"/{body['number']}/timeline").json()
    assert [(line["kind"], line["by"]) for line in timeline] == [("filed", "applicant")]
    (clock,) = api(citizen).get(f"/{body['number']}/clocks").json()
    assert (clock["period"], clock["due_at"]) == ("14d", whole["due_at"])
    assert len(clock["explanation"]) > 2


def test_who_is_signed_in_to_pages_is_nobody_to_the_api(client, citizen, number):
    client.force_login(citizen.account)
    assert client.get(f"/cases/{number}/").status_code == 200
    assert client.get(f"{BASE}/{number}").status_code == 404
    assert client.post(BASE, json.dumps(PETITION), content_type="application/json").status_code == 401
    answer = client.get(BASE)
    assert "sessionid" not in answer.cookies
    assert "Cookie" not in answer.headers["Vary"]


def test_the_whole_life_through_the_api(api, citizen, desk, officer, town, ministry, appoint, number):
    office, applicant = api(desk), api(citizen)
    steps = [
        (office, "assignments", {"department": "roads", "officer": "officer@example.org"}, "in_progress"),
        (office, "supplements", {"question": "어느 건널목입니까?"}, "in_progress"),
        (applicant, "reply", {"text": "학교 정문 앞입니다."}, "in_progress"),
        (api(officer), "extensions", {"period": "7d", "reason": "현장 확인"}, "in_progress"),
        (api(officer), "notes", {"text": "경찰서와 협의"}, "in_progress"),
        (api(officer), "answer", {"text": "초안", "state": "draft"}, "in_progress"),
        (api(officer), "answer", {"text": "신호를 5초 늘렸습니다."}, "answered"),
        (applicant, "rating", {"score": 1, "comment": "아직 짧습니다."}, "answered"),
        (applicant, "follow-up", {"text": "5초로는 모자랍니다."}, "in_progress"),
        (office, "transfers", {"institution": "ministry", "reason": "경찰청 소관"}, "received"),
        (api(appoint("Chief", ministry, "manager")), "answer", {"text": "10초 늘렸습니다."}, "answered"),
        (applicant, "rating", {"score": 5}, "answered"),
    ]
    for program, move, body, stage in steps:
        response = program.post(f"/{number}/{move}", body)
        assert (move, response.status_code, response.json().get("stage")) == (move, 201, stage)
    whole = applicant.get(f"/{number}").json()
    assert [answer["text"] for answer in whole["answers"]] == ["신호를 5초 늘렸습니다.", "10초 늘렸습니다."]
    assert "경찰서와 협의" not in applicant.get(f"/{number}/timeline").content.decode()
    assert [one["reply"] for one in applicant.get(f"/{number}/supplements").json()] == ["학교 정문 앞입니다."]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (PETITION | {"institution": "nowhere"}, "institution"),
        (PETITION | {"data": {"title": "제목"}}, "body"),
        (PETITION | {"data": {"title": "제목", "body": "b" * 20_001}}, "body"),
        (PETITION | {"data": {"title": ["x"], "body": "b"}}, "title"),
        (PETITION | {"data": {"title": "t", "body": "b", "colour": "red"}}, "colour"),
        (PETITION | {"institution": "town", "colour": "red"}, "colour"),
        (PETITION | {"data": "text"}, "data"),
        ({"data": {}}, "procedure"),
    ],
)
def test_bad_input_names_its_field_and_files_nothing(api, citizen, town, body, field):
    response = api(citizen).post("", {"institution": "town"} | body)
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
    assert list(response.json()["fields"]) == [field]
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "body", ["", "{", "null", "[]", b"\xff", '{"procedure": "suggestion", "data": {"title": "\\u0000", "body": "b"}}']
)
def test_what_is_no_petition_at_all_is_a_clear_error(api, citizen, town, body):
    response = api(citizen).post("", body)
    assert response.status_code in (400, 422)
    assert response.json()["title"]
    assert not Case.objects.exists()


def test_a_repeated_key_gets_the_first_answer(api, citizen, town):
    body = PETITION | {"institution": "town"}
    first = api(citizen).post("", body, **{"idempotency-key": "k1"})
    second = api(citizen).post("", body, **{"idempotency-key": "k1"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Case.objects.count() == 1


def test_a_key_used_for_something_else_is_refused(api, citizen, town):
    api(citizen).post("", PETITION | {"institution": "town"}, **{"idempotency-key": "k1"})
    other = PETITION | {"institution": "town", "is_public": True}
    response = api(citizen).post("", other, **{"idempotency-key": "k1"})
    assert (response.status_code, response.json()["code"]) == (422, "idempotency-key-reused")
    assert Case.objects.count() == 1


def test_keys_belong_to_persons(api, citizen, stranger, town):
    body = PETITION | {"institution": "town"}
    one = api(citizen).post("", body, **{"idempotency-key": "k1"}).json()
    two = api(stranger).post("", body, **{"idempotency-key": "k1"}).json()
    assert one["number"] != two["number"]


def test_a_refused_request_may_be_sent_again_under_its_key(api, citizen, town):
    bad = PETITION | {"institution": "town", "data": {"title": "제목"}}
    assert api(citizen).post("", bad, **{"idempotency-key": "k1"}).status_code == 422
    assert api(citizen).post("", PETITION | {"institution": "town"}, **{"idempotency-key": "k1"}).status_code == 201


def test_without_a_good_token_nothing_is_filed(api, client, town):
    assert api(None).post("", PETITION).status_code == 401
    bad = client.post(BASE, "{}", content_type="application/json", headers={"authorization": "Bearer madang_wrong"})
    assert bad.status_code == 401
    assert not Case.objects.exists()


def test_private_petitions_do_not_exist_for_others(api, stranger, outsider, number):
    for person in (None, stranger, outsider):
        assert api(person).get(f"/{number}").status_code == 404
    for part in ("timeline", "clocks", "supplements"):
        assert api(stranger).get(f"/{number}/{part}").status_code == 404
        assert api(None).get(f"/{number}/{part}").status_code == 401
    assert api(stranger).post(f"/{number}/withdrawal", {}).status_code == 404
    assert api(stranger).get("").json()["items"] == []


def test_public_petitions_are_shown_masked(api, citizen, stranger, town):
    number = api(citizen).post("", PETITION | {"institution": "town", "is_public": True}).json()["number"]
    for body in (api(stranger).get(f"/{number}").json(), api(None).get("").json()["items"][0]):
        assert "1234" not in json.dumps(body)
        assert body["title"] == "신호등 시간"
    assert api(stranger).get(f"/{number}").json()["data"] is None
    assert "1234" in api(citizen).get(f"/{number}").json()["text"]


def test_lists_go_on_by_cursor_without_gap_or_repetition(api, citizen, town):
    program = api(citizen)
    filed = [program.post("", PETITION | {"institution": "town", "is_public": True}).json()["number"] for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = program.get("", limit=2, cursor=cursor).json()
        seen += [one["number"] for one in page["items"]]
        cursor = page["next"]
    assert seen == filed[::-1]
    assert program.get("", cursor="nonsense").status_code == 422


def test_a_list_costs_the_same_however_long(api, citizen, town, django_assert_num_queries):
    program = api(None)
    author = api(citizen)
    for count in (1, 6):
        for _ in range(count):
            author.post("", PETITION | {"institution": "town", "is_public": True})
        with django_assert_num_queries(1):
            assert len(program.get("").json()["items"]) >= count


@pytest.mark.parametrize("number", ["PET-26-0000001-0", "x", "../../etc/passwd", "PET-26-99999999999999999999-1"])
def test_numbers_of_nothing(api, citizen, number):
    assert api(citizen).get(f"/{number}").status_code in (404, 422)
