"""What an attacker would try at the doors of the site, and finds shut. Each stands for a hole that was, or could be."""

import json
import re
import time
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from madang.kernel.audit.models import Record
from madang.kernel.cases import actions
from madang.kernel.cases.models import Case
from madang.kernel.common import limits
from madang.kernel.common.middleware import away
from madang.kernel.common.numbers import make, parse
from madang.kernel.common.privacy import mask
from madang.kernel.documents.models import File
from madang.kernel.identity.actions import issue_token
from madang.kernel.identity.models import Token
from madang.kernel.identity.tests.test_sign_in import PASSWORD, SIGN_IN, is_in, with_app
from madang.kernel.procedures.queries import current

__all__ = ["with_app"]
EVIL = "https://evil.example/"


def inside(person: Any, **headers: Any) -> Client:
    client = Client(**headers)
    client.force_login(person.account)
    return client


def told(answer: Any) -> tuple[int, str, dict[str, str]]:
    """What an answer gives away, without what differs each time."""
    body = re.sub(r"\b\w{64}\b|search-\w{8}|/[\w/-]+/|[A-Z]{3}-\d\d-\d+-\d", "", answer.content.decode())
    headers = {name: value for name, value in answer.headers.items() if name not in ("X-Request-ID", "Content-Length")}
    return answer.status_code, body, headers


# --- What is another's is what does not exist.


def test_anothers_case_is_answered_like_none(case, stranger, citizen):
    client, absent = inside(stranger), make("TST", 2026, 987_654)
    assert parse(case.number)
    for path in ("/cases/{}/", "/cases/{}/receipt/", f"/cases/{{}}/files/{uuid4()}/"):
        assert told(client.get(path.format(case.number))) == told(client.get(path.format(absent))), path
    assert told(client.post(f"/cases/{case.number}/note/")) == told(client.post(f"/cases/{absent}/note/"))
    key = {"Authorization": f"Bearer {issue_token(stranger, by=stranger, name='x')}"}
    for path in ("", "/timeline", "/clocks", "/supplements"):
        answers = [client.get(f"/api/v1/petitions/{one}{path}", headers=key) for one in (case.number, absent)]
        assert told(answers[0]) == told(answers[1]), path
    assert inside(citizen).get(f"/cases/{case.number}/").status_code == 200


def test_anothers_case_costs_as_many_questions_as_none(case, stranger):
    client, absent = inside(stranger), make("TST", 2026, 987_654)
    key = {"Authorization": f"Bearer {issue_token(stranger, by=stranger, name='x')}"}
    for path in ("/cases/{}/", "/cases/{}/note/", "/api/v1/petitions/{}/timeline"):
        counted = []
        for number in (case.number, absent, case.number, absent):
            with CaptureQueriesContext(connection) as asked:
                client.get(path.format(number), headers=key if path.startswith("/api/") else {})
            counted.append(len(asked))
        assert counted[-2] == counted[-1], path


def test_files_notices_tokens_and_sessions_of_another_do_not_exist(case, citizen, stranger):
    call_command("load_procedures", verbosity=0)
    own = inside(citizen)
    own.post("/sign-in/", SIGN_IN)
    issue_token(citizen, by=citizen, name="program")
    token, session = Token.objects.get(), citizen.account.usersession_set.first()
    file = File.objects.create(owner=citizen, name="a.txt", content_type="text/plain", size=1, sha256="0", path="none")
    client = inside(stranger)
    pairs = [
        ("get", "/files/{}/", file.token, uuid4()),
        ("post", "/notices/{}/read/", uuid4(), uuid4()),
        ("post", "/my/tokens/{}/revoke/", token.pk, 999_999_999),
        ("post", "/my/sessions/{}/end/", getattr(session, "pk", 1), 999_999_999),
    ]
    for method, path, theirs, nobodys in pairs:
        answers = [getattr(client, method)(path.format(one)) for one in (theirs, nobodys)]
        assert answers[0].status_code == 404, path
        assert told(answers[0]) == told(answers[1]), path
    assert Token.objects.exists()


def test_an_officer_does_not_learn_which_mails_have_an_account(case, officer, citizen):
    key = {"Authorization": f"Bearer {issue_token(officer, by=officer, name='x')}"}
    call_command("load_procedures", verbosity=0)
    filed = actions.file(
        current("petitions.suggestion"),
        by=citizen,
        data={"title": "가", "body": "나다라마바"},
        institution=case.institution,
    )
    actions.assign(filed, by=None, department=case.institution.departments.get(code="roads"))
    answers = [
        client_answer(f"/api/v1/petitions/{filed.number}/assignments", {"officer": login}, key)
        for login in ("citizen@example.org", "nobody@example.org")
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


def client_answer(path: str, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, Any]:
    answer = Client().post(path, json.dumps(body), "application/json", headers=headers)
    problem = answer.json()
    return answer.status_code, {key: value for key, value in problem.items() if key in ("code", "detail", "fields")}


# --- The way in.


def test_the_back_office_has_no_door_of_its_own(operator, citizen):
    """Django's own would let in with the password alone, past the second factor, the limits and the record."""
    login = {"username": "operator@example.org", "password": PASSWORD, "next": "/back-office/"}
    client = Client()
    client.post("/back-office/login/", login)
    assert not is_in(client)
    assert client.get("/back-office/").status_code == 302
    assert client.get("/back-office/", follow=True).redirect_chain[-1][0].startswith("/sign-in/")
    assert inside(citizen).get("/back-office/", follow=True).status_code == 404
    evil = Client().get(f"/back-office/login/?next={EVIL}")
    assert not evil.headers.get("Location", "").startswith(EVIL)
    own = inside(operator)
    own.post("/back-office/password_change/", {"old_password": PASSWORD, "new_password1": "x-y-z", "new_password2": ""})
    assert own.get("/back-office/password_change/").headers["Location"] == "/account/password/change/"
    own.post("/back-office/logout/")
    assert not is_in(own)
    assert Record.objects.filter(action="identity.sign_out").exists()


def test_operators_find_nothing_in_the_back_office_that_opens_an_account():
    """Neither mails with codes in the queue, nor proved addresses, second factors, sessions, or who vouches."""
    foreign = [model._meta.label for model in admin.site._registry if not model.__module__.startswith("madang.")]
    assert foreign == []
    ours = {model._meta.label for model in admin.site._registry}
    assert not {label for label in ours if label.startswith(("cases.", "documents.", "audit."))}


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in/?next={}", "/register/?next={}", "/sign-out/?next={}", "/my/step-up/?level=1&next={}",
        "/account/reauthenticate/?next={}", "/back-office/login/?next={}", "/language/?next={}",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "goal", [EVIL, "//evil.example", "/\\evil.example", "javascript:alert(1)", "https:evil.example"]
)
def test_nobody_is_led_off_the_site(citizen, path, goal):
    client = inside(citizen)
    data = {"password": PASSWORD, "language": "en", "next": goal}
    for answer in (client.get(path.format(goal)), client.post(path.format(goal), data)):
        assert "evil" not in answer.headers.get("Location", "").partition("?")[0]
        assert "javascript:" not in answer.headers.get("Location", "").partition("?")[0]


def test_another_host_is_refused(db, client):
    for path in ("/sign-in/", "/api/v1/petitions", "/account/password/reset/"):
        assert client.get(path, headers={"Host": "evil.example"}).status_code == 400
        assert client.get(path, headers={"X-Forwarded-Host": "evil.example"}).status_code == 200


# --- What is sent.


def test_a_browser_or_file_with_a_script_for_a_name_is_shown_as_text(citizen, client):
    script = "<script>alert(1)</script>"
    client = Client(HTTP_USER_AGENT=script)
    client.post("/sign-in/", SIGN_IN)
    page = client.get("/my/sessions/").content.decode()
    assert script not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "query",
    ["page=" + "9" * 5000, "page=99999999999999999999", "page=²", "cursor=%C3%A9", "cursor=MjAyMHwx", "cursor=fDk5OQ==",
     "&".join("a=1" for _n in range(600))],
)  # fmt: skip
def test_strange_queries_are_no_error_of_ours(citizen, officer, query):
    for person in (citizen, officer):
        client = inside(person)
        for path in ("/my/", "/institutions/", "/work/", "/petitions/", "/search/?q=x&", "/notices/", "/figures/"):
            answer = client.get(path + ("" if "?" in path else "?") + query)
            assert answer.status_code < 500, path
    assert Client().get(f"/api/v1/petitions?{query}").status_code < 500


def test_deep_and_large_bodies_are_no_error_of_ours(citizen):
    key = {"Authorization": f"Bearer {issue_token(citizen, by=citizen, name='x')}"}
    bombs = ["[" * 100_000 + "]" * 100_000, '{"procedure": "suggestion", "data": ' + '{"a":' * 900 + "1" + "}" * 901,
             '{"a": ' + "9" * 5000 + "}", "\ufeff{}", "NaN", '{"a": "\\ud800"}', "{" + " " * 3_000_000 + "}"]  # fmt: skip
    call_command("load_procedures", verbosity=0)
    for body in bombs:
        answer = Client().post("/api/v1/petitions", body.encode(), "application/json", headers=key)
        assert 400 <= answer.status_code < 500, body[:40]
    assert not Case.objects.exists()


def test_a_program_sets_nothing_that_is_not_its_to_set(citizen, town):
    call_command("load_procedures", verbosity=0)
    key = {"Authorization": f"Bearer {issue_token(citizen, by=citizen, name='x')}"}
    good = {"procedure": "petitions.suggestion", "data": {"title": "신호등", "body": "너무 짧습니다."}}
    for more in ({"applicant": 1}, {"number": "X"}, {"stage": "answered"}, {"received_at": "2020-01-01"}, {"key": "x"}):
        answer = Client().post("/api/v1/petitions", json.dumps(good | more), "application/json", headers=key)
        assert answer.status_code == 422, more
    data = good | {"data": good["data"] | {"applicant": 1}}
    assert Client().post("/api/v1/petitions", json.dumps(data), "application/json", headers=key).status_code == 422
    assert not Case.objects.exists()


def test_a_changing_cookie_or_key_buys_no_time(db, settings):
    settings.RATE_LIMITS = True
    limits._full_at.clear()
    statuses = set()
    for number in range(limits.STRANGERS_WRITES.most + 20):
        client = Client()
        client.cookies["sessionid"] = f"{number:032}"
        statuses.add(client.post("/text-size/", {"size": "large"}).status_code)
    assert 429 in statuses
    found = {
        Client()
        .get("/api/v1/petitions/suggestions/?title=x", headers={"Authorization": f"Bearer madang_{n}"})
        .status_code
        for n in range(limits.SEARCHES.most + 20)
    }
    assert 429 in found


@pytest.mark.parametrize(
    "piece", ["0", "0-", "1 ", "a@", "a.", "010-", "계좌 ", "1234 5678 ", "(02", "+1 ", "a@a.", "%._"]
)
def test_no_text_makes_masking_slow(piece):
    began = time.process_time()
    mask(piece * (200_000 // len(piece)))
    assert time.process_time() - began < 2


def test_nobody_writes_a_line_of_their_own_into_the_log(rf, caplog):
    away(rf.get("/x%0aERROR forged"), OperationalError("gone"))
    assert len(caplog.text.strip().splitlines()) == 1
