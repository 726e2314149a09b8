"""The officer's queue, the public list and one's own list with ten thousand to a million cases."""

import time
from collections.abc import Callable
from typing import Any

from . import databases
from .report import Report

# Cases are copied from those of the demo country, with other keys, dates and institutions; a tenth is open.
FILL = """
INSERT INTO cases_case (id, number, procedure, version_id, applicant_id, channel, language, is_public, title, data,
    topic, division, lat, lon, institution_id, department_id, assignee_id, stage, round, received_at, due_at, closed_at)
SELECT 1000000000 + n, 'BEN-26-' || n, c.procedure, c.version_id, c.applicant_id, c.channel, c.language, n %% 5 < 3,
    c.title, c.data, c.topic, c.division, c.lat, c.lon, i.id, NULL, NULL,
    CASE WHEN n %% 10 = 0 THEN 'received' ELSE 'answered' END, 1,
    now() - n %% 1000 * interval '1 day' - n %% 977 * interval '1 minute',
    CASE WHEN n %% 10 = 0 THEN now() + (n %% 14 - 3) * interval '1 day' END,
    CASE WHEN n %% 10 <> 0 THEN now() - n %% 1000 * interval '1 day' END
FROM generate_series(%s::int, %s::int) n
JOIN (SELECT *, row_number() OVER (ORDER BY id) r FROM cases_case WHERE number NOT LIKE 'BEN%%') c ON c.r = 1 + n %% 100
JOIN (SELECT id, row_number() OVER (ORDER BY id) r FROM institutions_institution) i ON i.r = 1 + n %% 200
"""
TIMES = 60


def run(report: Report, sizes: list[int]) -> None:
    """Fills up to each size and times the lists."""
    from django.db import connection
    from django.test import Client

    databases.copy("madang_bench_scale")
    databases.use("madang_bench_scale")
    officer = _officer()
    client, passer = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
    client.force_login(officer)
    have = 0
    for rows in sizes:
        with connection.cursor() as cursor:
            cursor.execute(FILL, [have + 1, rows])
            cursor.execute("ANALYZE cases_case")
        have = rows
        lists: dict[str, Callable[[], Any]] = {
            "the officer's new cases": lambda: client.get("/work/new/"),
            "the officer's overdue cases": lambda: client.get("/work/overdue/"),
            "public petitions": lambda: passer.get("/petitions/"),
            "public petitions by the API, 100 of them": lambda: passer.get("/api/v1/petitions?limit=100"),
        }
        for label, ask in lists.items():
            answer = ask()
            if answer.status_code != 200:
                raise RuntimeError(f"{label}: {answer.status_code}")
            times = []
            for _count in range(TIMES):
                begun = time.perf_counter()
                ask()
                times.append((time.perf_counter() - begun) * 1000)
            p95 = sorted(times)[int(TIMES * 0.95)]
            bar = ("under 150 ms", p95 < 150) if rows >= 1_000_000 else ("", None)
            report.add(f"Lists with {rows:,} cases", f"{label}, p95", p95, "ms", *bar)
    databases.use(databases.DEMO)
    databases.drop("madang_bench_scale")


def _officer() -> Any:
    from madang.kernel.identity.models import Account, Person
    from madang.kernel.institutions.models import Institution, Post

    person = Person.objects.create(name="Officer of the benchmark")
    institution = Institution.objects.order_by("id")[40]
    Post.objects.create(person=person, institution=institution, role=Post.Role.OFFICER)
    return Account.objects.create(login="officer.benchmark@example.org", person=person)
