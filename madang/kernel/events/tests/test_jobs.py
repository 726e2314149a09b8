import asyncio
from types import SimpleNamespace

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from madang.kernel.events.jobs import take_up_stalled_jobs


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
