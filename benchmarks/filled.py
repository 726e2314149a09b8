"""A country with very many petitions, written straight into the tables as three years would have left them."""

import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from json import dumps
from typing import Any

from . import databases
from .texts import Writer

INSTITUTIONS, DEPARTMENTS, OFFICERS = 200, 4, 8
BUSIEST, OFFICER, CITIZEN = "molit", "officer@demo", "citizen@demo"
YEARS, PUBLIC, OPEN = 3, 0.6, 0.1
TEXTS, CHUNK = 2000, 10_000
PERIOD = timedelta(days=20)  # what fourteen working days come to

TABLES = {
    "cases_case": "id number procedure version_id applicant_id channel language is_public title data topic division"
    " institution_id department_id assignee_id stage round received_at due_at closed_at",
    "cases_clock": "case_id kind institution_id starts_at period due_at ended_at",
    "cases_entry": "case_id at by_id kind institution_id is_internal data",
    "cases_result": "case_id at by_id round stage text proposed_at institution_id department_id sent_at",
    "audit_record": "at action actor_id institution_id subject details request",
}


def fill(name: str, rows: int) -> str:
    """Makes a database of the demo country with so many petitions more; returns its address.

    200 institutions of very different size, each with departments and officers; received evenly over three years; about
    10 % open, nearly all of the last weeks; 60 % public. The busiest institution is the one of officer@demo.
    """
    from django.db import connection

    address = databases.copy(name)
    databases.use(name)
    draw = random.Random(rows)
    country = _Country(draw, rows)
    made = country.petitions(rows)
    # Keys that this process still holds of another database must not come again.
    first = 100 * rows
    for start in range(0, rows, CHUNK):
        lines: dict[str, list[str]] = {table: [] for table in TABLES}
        for number in range(start, min(start + CHUNK, rows)):
            for table, values in next(made)(first + number):
                lines[table].append(_line(values))
        with connection.cursor() as cursor:
            for table, columns in TABLES.items():
                with cursor.copy(f"COPY {table} ({', '.join(columns.split())}) FROM STDIN") as stream:
                    stream.write("".join(lines[table]))
    with connection.cursor() as cursor:
        for sequence in ("cases_case_key", "cases_case_number"):
            cursor.execute("SELECT setval(%s, %s)", [sequence, first + rows + 1000])
        cursor.execute("VACUUM (ANALYZE)")
    return address


class _Country:
    """Who may file, who answers, and where."""

    def __init__(self, draw: random.Random, rows: int) -> None:
        from madang.kernel.identity.models import Person
        from madang.kernel.identity.queries import by_login
        from madang.kernel.institutions.models import Department, Division, Institution, Post
        from madang.kernel.procedures.queries import current
        from madang.services.petitions.queries import topics

        self.draw = draw
        found = list(Institution.objects.filter(is_active=True, parent__isnull=False).order_by("id"))
        found.sort(key=lambda one: one.code != BUSIEST)
        self.institutions = [one.pk for one in found[:INSTITUTIONS]]
        self.weights = list(accumulate(1 / (rank + 1) ** 0.8 for rank in range(INSTITUTIONS)))
        new = [
            Department(institution_id=one, code=f"bench-{number}", name=f"{number}과", name_en=f"Division {number}")
            for one in self.institutions
            for number in range(1, DEPARTMENTS + 1)
        ]
        departments = Department.objects.bulk_create(new, batch_size=1000)
        self.departments: dict[int, list[int]] = {}
        for one in departments:
            self.departments.setdefault(one.institution_id, []).append(one.pk)
        people = Person.objects.bulk_create(
            [Person(name=f"담당 {number}") for number in range(len(self.institutions) * OFFICERS)], batch_size=1000
        )
        self.officers: dict[int, list[int]] = {}
        for number, person in enumerate(people):
            self.officers.setdefault(self.institutions[number // OFFICERS], []).append(person.pk)
        Post.objects.bulk_create(
            [
                Post(person_id=person, institution_id=one, role=Post.Role.OFFICER)
                for one, persons in self.officers.items()
                for person in persons
            ],
            batch_size=1000,
        )
        self.officers[self.institutions[0]].append(_person(by_login(OFFICER)))
        citizens = Person.objects.bulk_create(
            [Person(name=f"시민 {number}") for number in range(max(rows // 4, 1))], batch_size=5000
        )
        self.citizens = [one.pk for one in citizens] + [_person(by_login(CITIZEN))] * (len(citizens) // 1000 + 1)
        self.divisions = list(Division.objects.filter(level="district").values_list("code", flat=True))
        self.topics = [one["code"] for one in topics()]
        self.topic_weights = list(accumulate(1 / (rank + 1) for rank in range(len(self.topics))))
        self.versions = [current(f"petitions.{one}") for one in ("suggestion", "grievance", "inquiry-procedure")]
        self.texts = [(title, dumps({"title": title, "body": body})) for title, body in Writer(seed=rows).read(TEXTS)]

    def petitions(self, rows: int) -> Iterator[Any]:
        """One function a petition, from the oldest: given its key, the rows that it left in each table."""
        end = datetime.now(UTC)
        begin = end - timedelta(days=YEARS * 365)
        for number in range(rows):
            received = begin + (end - begin) * ((number + self.draw.random()) / rows)
            yield self._petition(received, end)

    def _petition(self, received: datetime, now: datetime) -> Any:
        draw = self.draw
        institution = self._pick(self.institutions, self.weights)
        # Within eight weeks most are answered in time; of the older ones some are never closed.
        is_open = draw.random() < (0.85 if now - received < timedelta(days=80) else 0.04)
        is_new = is_open and draw.random() < 0.3
        department = None if is_new else draw.choice(self.departments[institution])
        officer = None if is_new else draw.choice(self.officers[institution])
        closed = None if is_open else min(received + draw.random() * PERIOD * 1.2, now)
        due = None if closed or (not is_new and draw.random() < 0.1) else received + PERIOD
        drafted = is_open and not is_new and draw.random() < 0.05
        version, citizen = draw.choice(self.versions), draw.choice(self.citizens)
        title, data = draw.choice(self.texts)
        stage = "answered" if closed else version.definition.first_stage
        topic = self._pick(self.topics, self.topic_weights)
        division = draw.choice(self.divisions) if draw.random() < 0.3 else ""
        is_public = draw.random() < PUBLIC

        def rows(key: int) -> Iterator[tuple[str, Sequence[Any]]]:
            from madang.kernel.common.numbers import make

            number = make("PET", received.year, key)
            yield "cases_case", (
                key, number, version.procedure, version.pk, citizen, "web", "ko", is_public, title, data, topic,
                division, institution, department, officer, stage, 1, received, due, closed,
            )  # fmt: skip
            yield "cases_clock", (key, "handling", institution, received, "14d", due or received + PERIOD, closed)
            yield "cases_entry", (key, received, citizen, "filed", institution, False, "{}")
            yield "audit_record", (received, "cases.file", citizen, institution, number, "{}", "")
            if closed:
                yield "cases_entry", (key, closed, officer, "answered", institution, False, "{}")
            if closed or drafted:
                at = closed or now
                yield "cases_result", (
                    key, at, officer, 1, "answered", title, at, institution, department, closed,
                )  # fmt: skip

        return rows

    def _pick(self, what: Sequence[Any], sums: Sequence[float]) -> Any:
        return what[bisect(sums, self.draw.random() * sums[-1])]


def _person(account: Any) -> int:
    return int(account.person_id)


def _line(values: Sequence[Any]) -> str:
    """A row in the text format of COPY."""
    return "\t".join(["\\N" if value is None else _text(value) for value in values]) + "\n"


def _text(value: Any) -> str:
    text = str(value)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n") if isinstance(value, str) else text
