import asyncio
from types import SimpleNamespace

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from prometheus_client import REGISTRY

from madang.kernel.common.middleware import request_id
from madang.kernel.events.jobs import take_up_stalled_jobs
from madang.kernel.events.management.commands.work import watched


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_had_in_hand_is_taken_up_by_another():
    """Also when the same work has been asked for again since: that waits already, and holds up nothing else."""

    def ask(lock: str) -> int:
        return app.configure_task("events.forget_what_was_told", queueing_lock=lock).defer(timestamp=0)

    with connection.cursor() as cursor:
        # Tests that commit leave their jobs behind: no model of Django's holds these tables.
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
    asked_again, only_once = ask("again"), ask("once")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
        )
    waiting = ask("again")

    async def take_up() -> None:
        async with app.with_connector(app.connector.get_worker_connector()).open_async() as opened:
            await take_up_stalled_jobs(SimpleNamespace(app=opened), timestamp=0)

    asyncio.run(take_up())
    states = dict(ProcrastinateJob.objects.values_list("id", "status"))
    assert states == {asked_again: "aborted", only_once: "todo", waiting: "todo"}


def test_a_job_is_counted_and_its_lines_bear_its_number():
    context = SimpleNamespace(job=SimpleNamespace(id=7, task_name="events.made_up"))
    numbers = []

    async def job() -> None:
        numbers.append(request_id.get())
        if len(numbers) > 1:
            raise ValueError

    def counted(outcome: str) -> float:
        labels = {"job": "events.made_up", "outcome": outcome}
        return REGISTRY.get_sample_value("madang_job_seconds_count", labels) or 0.0

    asyncio.run(watched(job, context, None))
    with pytest.raises(ValueError):
        asyncio.run(watched(job, context, None))
    assert (counted("done"), counted("failed")) == (1, 1)
    assert (numbers, request_id.get()) == (["job7", "job7"], "")
