"""Filing and reading through HTTP, beside what pgbench commits of the same rows on the same server."""

import json
import random
from collections.abc import Iterator
from uuid import UUID, uuid4

from . import databases, floor, load, servers
from .report import Report

NAME = "Filing and reading through HTTP, 16 connections, 2 web workers"
BODY = {
    "procedure": "suggestion",
    "data": {
        "title": "학교 앞 건널목 신호 시간 연장 건의",
        "body": "초등학교 앞 건널목의 보행 신호가 짧아 아이들이 뛰어 건넙니다. 신호 시간을 늘려 주시기 바랍니다. " * 4,
    },
    "is_public": True,
}
CONNECTIONS = 16
MOST = 4000


def run(report: Report, seconds: int) -> None:
    """Files and reads for so many seconds each, then the floor."""
    address = databases.copy("madang_bench_filing")
    databases.use("madang_bench_filing")
    tokens = _tokens()
    body = json.dumps(BODY, ensure_ascii=False).encode()
    with servers.site(address) as site:
        filed = load.drive(site.port, [_filings(token, body) for token in tokens], seconds)
        numbers = [json.loads(one.body)["number"] for one in filed.everything if one.status == 201]
        lost = len(numbers) - _known(numbers)
        read = load.drive(site.port, [_readings(token, numbers) for token in tokens], seconds)
    committed = _floor(address, tokens[0], body, seconds)
    ratio, times = filed.rate / committed, read.rate / filed.rate
    report.add(NAME, "filing", filed.rate, "a second")
    report.add(NAME, "the same rows by pgbench, the floor", committed, "a second")
    report.add(NAME, "filing / floor", ratio, "", "at least 0.15, aim 0.4", ratio >= 0.15)
    report.add(NAME, "filing, p99", filed.part(0.99), "ms", "under 100 ms", filed.part(0.99) < 100)
    report.add(NAME, "errors while filing", len(filed.errors(201)), "", "0", not filed.errors(201))
    report.add(NAME, "acknowledged but not in the database", lost, "", "0", not lost)
    report.add(NAME, "reading one case", read.rate, "a second")
    report.add(NAME, "reading / filing", times, "", "at least 2", times >= 2)
    report.add(NAME, "reading, p99", read.part(0.99), "ms", "under 100 ms", read.part(0.99) < 100)
    report.add(NAME, "errors while reading", len(read.errors(200)), "", "0", not read.errors(200))
    databases.use(databases.DEMO)
    databases.drop("madang_bench_filing")


def _tokens() -> list[str]:
    from madang.kernel.identity.actions import issue_token
    from madang.kernel.identity.models import Account, Person

    tokens = []
    for number in range(CONNECTIONS):
        person = Person.objects.create(name=f"Load {number}")
        Account.objects.create(login=f"load{number}@example.org", person=person)
        tokens.append(issue_token(person, by=None, name="benchmark"))
    return tokens


def _filings(token: str, body: bytes) -> Iterator[bytes]:
    """Requests made beforehand; each has a key of its own."""
    made = []
    for _count in range(MOST):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        made.append(load.request("POST", "/api/v1/petitions", headers, body))
    return iter(made)


def _readings(token: str, numbers: list[str]) -> Iterator[bytes]:
    header = {"Authorization": f"Bearer {token}"}
    chosen = random.choices(numbers, k=2 * MOST)
    return iter([load.request("GET", f"/api/v1/petitions/{number}", header) for number in chosen])


def _known(numbers: list[str]) -> int:
    from madang.kernel.cases.models import Case

    return Case.objects.filter(number__in=numbers).count()


def _floor(address: str, token: str, body: bytes, seconds: int) -> float:
    """The statement that filing was heard to send, committed by 16 clients of pgbench."""
    from django.test import Client

    from madang.kernel.cases.models import Case

    client = Client(SERVER_NAME="localhost")
    for _twice in range(2):  # the first time, keys are fetched and what is remembered is asked for
        key = str(uuid4())
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        with floor.listening() as heard:
            answer = client.post("/api/v1/petitions", body, content_type="application/json", headers=headers)
    number = answer.json()["number"]
    heard.sent = [one for one in heard.sent if one[0].startswith("WITH")]
    event = next(value for value in heard.sent[0][1] if isinstance(value, UUID))
    fresh = {
        str(Case.objects.get(number=number).pk): ":key",
        number: "'PET-26-' || :key::text",
        str(event): "gen_random_uuid()",
        key: "gen_random_uuid()::text",
    }
    return floor.pgbench(address, heard, seconds, fresh)
