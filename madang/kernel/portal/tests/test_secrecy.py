"""Markers are sent through pages and programs, in good requests and bad ones and in one that crashes; then everything that
the system wrote is searched for them: every column of every table as the catalogue knows them, logs, mails, addresses.
"""

import io
import json
import logging
from collections import defaultdict
from logging.config import dictConfig
from urllib.parse import unquote

import pytest
from django.contrib.sessions.models import Session
from django.core import mail, signing
from django.db import connection
from django.shortcuts import resolve_url
from django.test import Client

from madang.kernel.audit.actions import sealing
from madang.kernel.cases import actions
from madang.kernel.cases.models import Case
from madang.kernel.events.actions import deliver
from madang.kernel.identity.actions import issue_token
from madang.kernel.procedures.models import Draft
from madang.kernel.search.actions import catch_up

pytestmark = pytest.mark.django_db(transaction=True)

MARKERS = {
    "resident number": "860101-1234563",
    "wrong resident number": "770707-1777777",
    "account": "110-987-654321",
    "wrong account": "220-444-55566x",
    "health": "붉은여우증후군으로 치료 중",
    "password": "Hidden-Pass-99!",
    "telephone": "010-7654-3210",
}
# Where something may stand as it was written: what an applicant says in an ordinary field, in the case and in its draft,
# and for thirty days in the answer that their program got.
DECLARED = {
    ("cases_case", "data"): {"telephone"},
    ("procedures_draft", "data"): {"telephone"},
    ("events_receipt", "body"): {"telephone"},
}
WHERE = "/apply/petitions.telling/"
FORM = {
    "title": "보상금 신청", "body": f"연락처 {MARKERS['telephone']}", "number": MARKERS["resident number"].replace("-", ""),
    "account": MARKERS["account"], "health": MARKERS["health"], "files-TOTAL_FORMS": "0",
}  # fmt: skip
BAD = FORM | {"number": MARKERS["wrong resident number"], "account": MARKERS["wrong account"]}


def rows_with(markers):
    """Which markers stand in which columns: of every table there is, whatever text can be made of."""
    found = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid"
            " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'p', 'm')"
            " AND a.attnum > 0 AND NOT a.attisdropped AND t.typcategory NOT IN ('N', 'B', 'D')"
        )
        columns = cursor.fetchall()
        for table, column in columns:
            for name, marker in markers.items():
                ways = [f"%{way}%" for spelt in spellings(marker) for way in (spelt, spelt.encode().hex())]
                cursor.execute(
                    f'SELECT EXISTS (SELECT FROM "{table}" WHERE "{column}"::text LIKE ANY(%s::text[]))', [ways]
                )
                if cursor.fetchone()[0]:
                    found[table, column].add(name)
    assert len(columns) > 100
    for session in Session.objects.all():
        for name in held_in(json.dumps(session.get_decoded(), ensure_ascii=False), markers):
            found["django_session", "session_data"].add(name)
    return dict(found)


def spellings(marker):
    """A marker as it is and as it stands in JSON; a number also without its hyphens."""
    return {marker, json.dumps(marker)[1:-1], marker.replace("-", "") if marker[0].isdigit() else marker}


def held_in(text, markers):
    """Which markers a text holds, in any spelling; addresses are read as well."""
    plain = f"{text}\n{unquote(text.replace('+', ' '))}"
    return [name for name, marker in markers.items() if any(way in plain for way in spellings(marker))]


@pytest.fixture
def logs(settings):
    """Everything that is logged, as the site is configured, its own loggers at their most talkative."""
    out = io.StringIO()
    handler = settings.LOGGING["handlers"]["console"] | {"stream": out, "level": "DEBUG"}
    own = {name: {"level": "DEBUG"} for name in ("madang", "django.request", "django.security", "procrastinate")}
    loggers = settings.LOGGING["loggers"] | own
    dictConfig({**settings.LOGGING, "handlers": {"console": handler}, "loggers": loggers})
    yield out
    dictConfig(settings.LOGGING)


class Visits:
    """Requests of one browser or program; remembers where each was sent on to."""

    def __init__(self, person=None):
        self.client = Client(raise_request_exception=False)
        self.addresses = []
        if person:
            self.client.force_login(person.account)

    def send(self, method, path, data=None, **rest):
        answer = getattr(self.client, method)(path, data, **rest)
        self.addresses.append(answer.headers.get("location", ""))
        return answer


def fill_in(visits, form):
    sent = visits.send("post", WHERE, form)
    if sent.status_code == 302:
        visits.send("get", f"{WHERE}?page=review")
    return sent


def programs(person, token):
    """The API: filing well, badly, in the wrong shape, with numbers for names, and with a key."""
    visits, told = Visits(), []
    head = {"authorization": f"Bearer {token}"}
    good = {name: FORM[name] for name in ("title", "body", "number", "account", "health")}
    bodies = [
        {"procedure": "telling", "data": good},
        {"procedure": "telling", "data": good | {"number": MARKERS["wrong resident number"]}},
        {"procedure": "telling", "data": good | {MARKERS["resident number"]: "x"}},
        {"procedure": "telling", "data": [good]},
        {"procedure": MARKERS["health"], "data": good},
        {"procedure": "telling", "data": good, "institution": MARKERS["account"]},
        {"procedure": "telling", "data": good, MARKERS["health"]: 1},
    ]
    for at, body in enumerate(bodies):
        key = {"idempotency-key": f"filing-number-{at}"}
        told.append(visits.send("post", "/api/v1/petitions", json.dumps(body), content_type="application/json",
                                headers=head | key))  # fmt: skip
    visits.send("post", "/api/v1/petitions", json.dumps(bodies[0])[:-9], content_type="application/json", headers=head)
    assert [one.status_code for one in told[:2]] == [201, 422]
    return visits


def test_nothing_personal_is_written_where_it_does_not_belong(secret_version, citizen, make_person, desk, town, logs):
    token = issue_token(citizen, by=citizen, name="test")
    markers = MARKERS | {"token": token}
    passer_by, visits = Visits(), Visits(citizen)

    # Somebody signs in with a wrong password, and with what is no token.
    passer_by.send(
        "post", resolve_url("account_login"), {"login": "nobody@example.org", "password": markers["password"]}
    )
    passer_by.send("get", "/api/v1/petitions?mine=true", headers={"authorization": f"Bearer {token}x"})
    # What was written when the session was over is held.
    writer = signing.dumps(citizen.pk, salt="portal.writer")
    assert passer_by.send("post", WHERE, FORM | {"writer": writer}).status_code == 302
    passer_by.client.force_login(citizen.account)
    held = passer_by.send("get", WHERE)
    assert markers["health"] in held.content.decode(), "it is given back to its writer"
    assert "no-store" in held.headers["cache-control"]

    # A form filled in badly, well, and sent; a second one is sent into a crash.
    assert fill_in(visits, BAD).status_code == 422
    assert fill_in(visits, FORM).status_code == 302
    filed = visits.send("post", f"{WHERE}?page=review", {"key": Draft.objects.get(person=citizen).pk})
    assert "/receipt/" in filed.headers["location"]
    program = programs(citizen, token)
    fill_in(visits, FORM | {"title": "CRASH"})
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_case ADD CONSTRAINT crash CHECK (title <> 'CRASH') NOT VALID")
    try:
        crashed = visits.send("post", f"{WHERE}?page=review", {"key": Draft.objects.get(person=citizen).pk})
        body = {
            "procedure": "telling",
            "data": {"title": "CRASH", "body": markers["telephone"], "health": FORM["health"]},
        }
        broken = program.send("post", "/api/v1/petitions", json.dumps(body), content_type="application/json",
                              headers={"authorization": f"Bearer {token}"})  # fmt: skip
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE cases_case DROP CONSTRAINT crash")
    assert (crashed.status_code, broken.status_code) == (500, 500)
    assert "crash" in logs.getvalue(), "the crash is in the logs, or there is nothing to prove"
    assert not held_in(crashed.content.decode() + broken.content.decode(), markers)

    # An officer works on the case, and reads a secret answer.
    case = Case.objects.order_by("id").first()
    office = Visits(desk)
    office.send("get", f"/cases/{case.number}/")
    office.send("get", "/work/")
    shown = office.send("post", f"/cases/{case.number}/unmask/", {"field": "account", "reason": "지급"})
    assert held_in(shown.content.decode(), markers) == ["account", "telephone"]
    actions.ask(case, by=desk, question="무엇입니까?")
    office.send("get", "/search/", {"q": "보상금"})
    while deliver():
        pass
    catch_up()
    sealing.seal()

    found = {place: names - DECLARED.get(place, set()) for place, names in rows_with(markers).items()}
    assert not {place: names for place, names in found.items() if names}
    assert not held_in(logs.getvalue(), markers)
    assert not [name for one in mail.outbox for name in held_in(str(one.message()) + one.body, markers)]
    for one in (visits, passer_by, program, office):
        assert not [name for address in one.addresses for name in held_in(address, markers)]


def test_the_search_finds_what_is_planted(case, citizen, logs):
    """The test above would fail if something stood where it does not belong: in a column, a session or the logs."""
    Case.objects.filter(pk=case.pk).update(topic=MARKERS["health"], data={"number": MARKERS["resident number"]})
    visits = Visits(citizen)
    session = visits.client.session
    session["held"] = MARKERS["account"]
    session.save()
    assert rows_with(MARKERS) == {
        ("cases_case", "topic"): {"health"},
        ("cases_case", "data"): {"resident number"},
        ("django_session", "session_data"): {"account"},
    }
    logging.getLogger("madang.test").debug(MARKERS["health"])
    assert held_in(logs.getvalue(), MARKERS) == ["health"]
    assert held_in("/?q=8601011234563", MARKERS) == ["resident number"]
