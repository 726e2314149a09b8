"""While the database is away, everyone gets a clear answer in their language, by whatever way they ask."""

from collections.abc import Iterator
from itertools import product

import psycopg
import pytest
from django.db import connection
from django.test import Client

from madang.kernel.common.numbers import make

pytestmark = pytest.mark.django_db(transaction=True)

CASE = f"/cases/{make('PET', 2026, 1)}/"
PATHS = ["/", "/petitions/", "/my/", "/work/", CASE, "/sign-in/", "/back-office/"]
SAID = {"ko": "지금은 서비스에 연결할 수 없습니다.", "en": "The service does not answer at the moment."}
NEXT = {"ko": "몇 초 뒤에 다시 시도하세요.", "en": "Try again in a few seconds."}


@pytest.fixture
def visitors(citizen) -> list[Client]:
    """A passer-by, and somebody whose browser says that they are signed in."""
    clients = [Client(raise_request_exception=False) for _number in range(2)]
    clients[1].force_login(citizen.account)
    return clients


@pytest.fixture
def no_database(visitors) -> Iterator[None]:
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = 1
    yield
    connection.settings_dict["PORT"] = port


def test_a_page_says_what_to_do_next(visitors, no_database):
    for visitor, path, language in product(visitors, PATHS, SAID):
        answer = visitor.get(path, headers={"accept-language": language})
        if answer.status_code < 400:
            # What needs no database is served, or leads to the sign-in.
            assert visitor is visitors[0], path
            continue
        page = answer.content.decode()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), path
        assert SAID[language] in page, path
        assert NEXT[language] in page, path
        assert f'href="{path}"' in page, "the way to try again"
        assert answer.headers["Content-Security-Policy"], path


def test_what_was_sent_is_not_asked_for_again_by_reading(visitors, no_database):
    """Trying again is the reader's own: the address of something sent cannot be read."""
    answer = visitors[1].post(CASE + "answer/", {"text": "x"}, headers={"accept-language": "en"})
    assert answer.status_code == 503
    assert SAID["en"] in answer.content.decode()
    assert CASE + "answer/" not in answer.content.decode()


def test_a_program_gets_a_problem(visitors, no_database, settings):
    for language, settings.DEBUG in product(SAID, [False, True]):
        answer = visitors[0].get(
            "/api/v1/petitions/X", headers={"authorization": "Bearer madang_x", "accept-language": language}
        )
        assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
        assert answer.headers["Retry-After"] == "5"
        body = answer.json()
        assert (body["code"], body["detail"], body["retry_after"]) == ("unavailable", SAID[language], 5)
        assert body["remedy"].startswith(NEXT[language])


def test_all_is_well_when_it_is_back(visitors):
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = 1
    assert visitors[1].get("/my/").status_code == 503
    connection.settings_dict["PORT"] = port
    assert visitors[1].get("/my/").status_code == 200


def test_a_connection_from_before_a_restart_costs_nobody_an_error(visitors):
    assert visitors[1].get("/my/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (server,) = cursor.fetchone()
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [server])
    assert visitors[1].get("/my/").status_code == 200


def test_what_is_no_outage_stays_an_error_of_ours(visitors, monkeypatch):
    from madang.kernel.portal.views import frame

    monkeypatch.setattr(frame, "_site_facts", lambda: 1 / 0)
    answer = visitors[0].get("/sign-in/")
    assert answer.status_code == 500
    assert "<h1" in answer.content.decode()
