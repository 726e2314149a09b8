"""What goes wrong in earnest: everyone at once, malicious files, huge fields, strangers who try every address."""

import io
import json
import threading
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from madang.kernel.cases.actions import ask, decide, file
from madang.kernel.cases.models import Case, Entry, Result
from madang.kernel.documents.models import File
from madang.kernel.events.models import Event, Receipt
from madang.kernel.identity.actions import issue_token
from madang.kernel.institutions.actions import appoint
from madang.kernel.procedures.actions import save_draft
from madang.kernel.procedures.models import Draft
from madang.kernel.procedures.queries import current

from .stage import BODY, TITLE, Stage

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
