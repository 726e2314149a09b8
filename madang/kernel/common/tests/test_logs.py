"""The logs: one line a request, each with the number of the request, and nothing that people sent."""

import json
import logging

import pytest
from django.test import Client

from madang.kernel.common.logs import Json, Lines
from madang.kernel.common.middleware import request_id

MARK = "비밀스러운-말"
pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(settings, monkeypatch):
    """What programs read in the logs, line by line."""
    written: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    kept = Kept()
    kept.setFormatter(Json())
    monkeypatch.setattr(logging.getLogger(), "handlers", [kept])
    return written


def test_each_request_has_a_line(client: Client, citizen, lines):
    client.force_login(citizen.account)
    answer = client.get(f"/search/?q={MARK}")
    line = json.loads(lines[-1])
    assert line["logger"] == "madang.access"
    assert (line["route"], line["method"], line["status"]) == ("/search/", "GET", 200)
    assert (line["request"], line["person"]) == (answer.headers["X-Request-ID"], citizen.pk)
    assert line["ms"] > 0


def test_a_program_is_named_by_its_key(client: Client, citizen, case, lines):
    from madang.kernel.identity.actions import issue_token

    token = issue_token(citizen, by=citizen, name="mine")
    client.get(f"/api/v1/petitions/{case.number}", headers={"authorization": f"Bearer {token}"})
    line = json.loads(lines[-1])
    assert (line["route"], line["person"]) == ("/api/v1/petitions/<number>", citizen.pk)
    assert token not in "".join(lines)


def test_nothing_that_was_sent_is_in_the_logs(client: Client, lines, settings):
    client.get(f"/cases/{MARK}/", {"q": MARK})
    client.post("/sign-in/", {"username": MARK, "password": MARK})
    client.post("/api/v1/petitions", {"data": {"title": MARK}}, content_type="application/json")
    client.get(f"/{MARK}/")
    assert len(lines) >= 4
    assert MARK not in "".join(lines)
    assert "%EB" not in "".join(lines)


@pytest.mark.parametrize(
    ("given", "behind_proxy", "taken"),
    [
        ("4bf92f3577b34da6a3ce929d0e0e4736", True, "4bf92f3577b34da6a3ce929d0e0e4736"),
        ("4BF92F35-77b3-4da6-a3ce-929d0e0e4736", True, "4bf92f3577b34da6a3ce929d0e0e4736"),
        ("4bf92f3577b34da6a3ce929d0e0e4736", False, None),
        ("short", True, None),
        ("x" * 33, True, None),
        ("비밀" * 10, True, None),
        ("0123456789abcdef\n", True, None),
    ],
)
def test_the_number_of_a_proxy_is_taken_over(client: Client, settings, given, behind_proxy, taken):
    settings.BEHIND_PROXY = behind_proxy
    number = client.get("/health/", HTTP_X_REQUEST_ID=given).headers["X-Request-ID"]
    assert number == taken if taken else (number != given and len(number) == 32)


def test_what_libraries_hang_on_a_line_stays_out():
    record = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": "said", "job": {"kwargs": MARK}})
    token = request_id.set("job7")
    try:
        told = json.loads(Json().format(record))
        assert (told["message"], told["request"]) == ("said", "job7")
        assert MARK not in str(told)
        assert "job7" in Lines().format(record)
    finally:
        request_id.reset(token)
