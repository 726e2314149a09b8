"""One caller never takes the time of all."""

import pytest
from django.test import Client

from madang.kernel.common import limits
from madang.kernel.common.limits import Rate, take
from madang.kernel.identity.actions import issue_token


@pytest.fixture
def limited(settings):
    settings.RATE_LIMITS = True


def test_a_bucket_is_emptied_and_refills(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(limits, "monotonic", lambda: now[0])
    rate = Rate(3, 30)
    assert [take("x", "me", rate) for _ in range(5)] == [0, 0, 0, 10, 10]
    assert take("x", "another", rate) == take("y", "me", rate) == 0
    now[0] += 9.5
    assert take("x", "me", rate) == 0.5
    now[0] += 0.5
    assert (take("x", "me", rate), take("x", "me", rate)) == (0, 10)
    now[0] += 3600
    assert [take("x", "me", rate) for _ in range(4)] == [0, 0, 0, 10]


def test_what_is_remembered_does_not_grow_for_ever(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(limits, "monotonic", lambda: now[0])
    monkeypatch.setattr(limits, "REMEMBERED", 100)
    for number in range(1000):
        now[0] += 1
        take("x", str(number), Rate(1, 1))
    assert len(limits._full_at) <= 102


def test_a_stranger_who_sends_too_often_waits_and_others_do_not(limited, db, client):
    sent = [client.post("/language/", {"language": "en"}) for _ in range(limits.STRANGERS_WRITES.most + 20)]
    assert {one.status_code for one in sent[: limits.STRANGERS_WRITES.most]} == {302}
    assert (sent[-1].status_code, sent[-1].headers["Retry-After"]) == (429, "1")
    assert client.get("/services/").status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.7").post("/language/", {"language": "en"}).status_code == 302


def test_people_behind_one_address_are_counted_one_by_one(limited, citizen, stranger):
    mine, theirs = Client(), Client()
    mine.force_login(citizen.account)
    theirs.force_login(stranger.account)
    # Until somebody has proved to be somebody, they are one of those behind this address.
    assert [one.get("/my/account/").status_code for one in (mine, theirs)] == [200, 200]
    statuses = [mine.post("/language/", {"language": "en"}).status_code for _ in range(limits.PERSONS_WRITES.most + 50)]
    assert statuses[: limits.PERSONS_WRITES.most] == [302] * limits.PERSONS_WRITES.most
    assert 429 in statuses
    assert theirs.post("/language/", {"language": "en"}).status_code == 302


def test_a_person_with_many_keys_is_one_person(limited, citizen, client):
    keys = [f"Bearer {issue_token(citizen, by=citizen, name=str(number))}" for number in range(3)]
    sent = [
        client.post(
            "/api/v1/petitions", "{}", "application/json", headers={"Authorization": keys[number % 3]}
        ).status_code
        for number in range(limits.PERSONS_WRITES.most + 100)
    ]
    assert sent[0] == 422
    assert 429 in sent


def test_who_guesses_tokens_is_shut_out_and_told_so_by_a_problem(limited, db, client):
    answers = [
        client.post("/api/v1/petitions", "{}", "application/json", headers={"Authorization": f"Bearer madang_{number}"})
        for number in range(100)
    ]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Content-Type"] == "application/problem+json"
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_behind_a_proxy_nobody_lends_themselves_an_address(limited, db, client, settings):
    settings.BEHIND_PROXY = True
    forged = [
        client.post("/language/", {"language": "en"}, headers={"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.9"})
        for number in range(limits.STRANGERS_WRITES.most + 20)
    ]
    assert forged[-1].status_code == 429


def test_a_costly_page_has_a_limit_of_its_own(limited, db, client):
    statuses = {client.get("/search/?q=x").status_code for _ in range(200)}
    assert statuses == {200, 429}
    assert client.get("/services/").status_code == 200
