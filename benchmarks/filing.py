"""Filing and reading petitions through HTTP, as programs do."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from statistics import mean
from uuid import UUID, uuid4

from . import databases, floor, servers
from .load import Load, drive, request
from .report import Section
from .texts import Writer

TITLE = "Filing and reading through HTTP"
ABOUT = """
`POST /api/v1/petitions` with an access token and a fresh idempotency key: the form is validated, and the case, its
clock, its timeline, the audit record, the event in the outbox and the receipt of the request are committed in one
transaction; then the number goes back. `GET /api/v1/petitions/{number}` reads one case of those just filed, mostly
somebody else's and therefore masked. Sixteen kept connections of sixteen applicants ask without a pause; two web
workers, started as `./run` starts them. Every number that was given out is looked up in the database afterwards.

The floor is what `pgbench` does with the very statements that the application was seen to send: the one INSERT over six
tables with the same values, or the two SELECTs, prepared, each committed by itself, by sixteen clients over the same TCP
port. Floor and application take turns on the same server and database, and the means are compared. Web workers, database
and load generator share the machine's cores.
"""
CONNECTIONS = 16
PATH = "/api/v1/petitions"
MOST_PREPARED = 4000  # a second and connection together


@dataclass(frozen=True)
class Rates:
    """What a round came to."""

    load: Load
    floor: float


def run(section: Section, name: str, seconds: int, rounds: int, rows: int | None = None) -> None:
    """Measures on this database."""
    databases.use(name)
    address = databases.url(name)
    tokens = programs(CONNECTIONS)
    filing, reading = statements(tokens[0])
    filed: list[Rates] = []
    read: list[Rates] = []
    numbers: list[str] = []
    with servers.site(address) as site:
        for number in range(rounds):
            rate = floor.pgbench(address, filing[0], seconds, filing[1], start=number * 10**11)
            load = drive(site.port, [files(token, one, seconds) for one, token in enumerate(tokens)], seconds)
            filed.append(Rates(load, rate))
            numbers += [json.loads(one.body)["number"] for one in load.everything if one.status == 201]
        own = [json.loads(one.body)["number"] for one in filed[-1].load.everything if one.status == 201]
        for _round in range(rounds):
            rate = floor.pgbench(address, reading, seconds)
            load = drive(site.port, [reads(token, own) for token in tokens], seconds)
            read.append(Rates(load, rate))
        errors = sum(len(one.load.errors(201)) for one in filed) + sum(len(one.load.errors(200)) for one in read)
    databases.settle()
    with servers.site(address, worker=True) as site:
        busy = drive(site.port, [files(token, one, seconds) for one, token in enumerate(tokens)], seconds)
        errors += len(busy.errors(201))
        numbers += [json.loads(one.body)["number"] for one in busy.everything if one.status == 201]
    _report(section, filed, read, busy, rows)
    section.add("answers that were errors", errors, "", most=0, rows=rows)
    section.add(
        "numbers given out that are not in the database", len(numbers) - _stored(numbers), "", most=0, rows=rows
    )


def _report(section: Section, filed: list[Rates], read: list[Rates], busy: Load, rows: int | None) -> None:
    rate, least = mean(one.load.rate for one in filed), mean(one.floor for one in filed)
    section.add("filing", rate, "/s", floor=least, rows=rows)
    section.add("filing as a share of its floor", rate / least, "", least=0.15, aim=0.4, rows=rows)
    for share, what in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99")):
        value = mean(one.load.part(share) for one in filed)
        section.add(f"filing, {what}", value, "ms", most=100 if share == 0.99 else None, rows=rows)
    section.add("filing while the worker delivers events", busy.rate, "/s", floor=least, rows=rows)
    reading = mean(one.load.rate for one in read)
    section.add("reading", reading, "/s", floor=mean(one.floor for one in read), rows=rows)
    section.add("reading by filing", reading / rate, "", least=2, rows=rows)
    for share, what in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99")):
        value = mean(one.load.part(share) for one in read)
        section.add(f"reading, {what}", value, "ms", most=100 if share == 0.99 else None, rows=rows)
    cost = mean(one.load.cpu_seconds / len(one.load.everything) for one in filed) * 1e6
    section.add("cost of the load generator", cost, "µs a request", rows=rows)


def trivial(section: Section, seconds: int) -> None:
    """What load generator and web server reach together with an application that does nothing."""
    with servers.another("benchmarks.trivial:application") as port:
        asked = request("POST", PATH, _headers("madang_nobody"), _body("건의", "본문" * 200))
        load = drive(port, [cycle([asked]) for _count in range(CONNECTIONS)], seconds)
    section.add("the same load on an application that does nothing", load.rate, "/s")


def programs(number: int) -> list[str]:
    """Access tokens of so many new applicants."""
    from django.db import connection

    from madang.kernel.identity.actions import issue_token
    from madang.kernel.identity.models import Account, Person

    tokens = []
    for _count in range(number):
        person = Person.objects.create(name="김적재", email=f"{uuid4().hex}@example.org")
        Account.objects.create(login=person.email, person=person)
        tokens.append(issue_token(person, by=None, name="benchmark"))
    with connection.cursor() as cursor:
        # The database was made, and its statistics taken, with no token in it; a site in use has some.
        cursor.execute("ANALYZE identity_person, identity_account, identity_token")
    return tokens


def files(token: str, seed: int, seconds: int) -> Iterator[bytes]:
    """Requests that file, each another text and another key; enough for so many seconds."""
    bodies = [_body(title, text) for title, text in Writer(seed=seed).read(50)]
    head = {"Authorization": f"Bearer {token}"}
    return iter(
        [
            request("POST", PATH, head | {"Idempotency-Key": str(uuid4())}, bodies[number % len(bodies)])
            for number in range((seconds + 3) * MOST_PREPARED // CONNECTIONS)
        ]
    )


def reads(token: str, numbers: list[str]) -> Iterator[bytes]:
    """Requests that read one of these cases each, again and again."""
    chosen = random.sample(numbers, min(len(numbers), 2000))
    return cycle([request("GET", f"{PATH}/{number}", _headers(token)) for number in chosen])


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _body(title: str, text: str) -> bytes:
    whole = {"procedure": "suggestion", "data": {"title": title, "body": text}, "is_public": True}
    return json.dumps(whole, ensure_ascii=False).encode()


Heard = tuple[floor.Statements, dict[str, str]]


def statements(token: str) -> tuple[Heard, floor.Statements]:
    """What filing and reading send to the database, and which of the values must be others each time."""
    from django.test import Client

    from madang.kernel.cases.models import Case

    client = Client(SERVER_NAME="localhost", headers=_headers(token))
    body = _body(*next(Writer(seed=3).read(1)))
    for _warm in range(2):
        key = str(uuid4())
        with floor.listening() as sent:
            answer = client.post(PATH, body, content_type="application/json", headers={"Idempotency-Key": key})
    number = answer.json()["number"]
    case = Case.objects.get(number=number)
    insert = floor.Statements([one for one in sent.sent if one[0].startswith("WITH")])
    (event,) = (str(one) for one in insert.sent[0][1] if isinstance(one, UUID))
    fresh = {
        str(case.pk): ":key", number: "'PET-26-' || :key::text", key: "gen_random_uuid()::text",
        event: "lpad(to_hex(:key::bigint), 32, '0')::uuid",
    }  # fmt: skip
    for _warm in range(2):
        with floor.listening() as sent:
            client.get(f"{PATH}/{number}")
    return (insert, fresh), sent


def _stored(numbers: list[str]) -> int:
    from madang.kernel.cases.models import Case

    parts = [numbers[start : start + 5000] for start in range(0, len(numbers), 5000)]
    return sum(Case.objects.filter(number__in=part).count() for part in parts)
