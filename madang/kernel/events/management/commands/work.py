"""`manage.py work`: tells events, carries out jobs and keeps the appointments of the clock, until it is stopped."""

import logging
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from madang.kernel.common.metrics import counted_job
from madang.kernel.common.middleware import request_id
from madang.kernel.events.actions import deliver, retry

log = logging.getLogger("madang.work")


class Command(BaseCommand):
    help = "Delivers events and runs jobs until stopped. Any number may run, on any number of machines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--jobs", type=int, default=2, help="How many jobs run at the same time (default: 2).")

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()
        teller = threading.Thread(target=tell, args=[stopping], name="events")
        teller.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        try:
            while not stopping.is_set():
                try:
                    worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
                    worker.run_worker(
                        concurrency=options["jobs"], shutdown_graceful_timeout=10, worker_middleware=[watched]
                    )
                    break
                except Exception:
                    # The database may be restarting: what was under way is found again; all there is to do is wait.
                    log.exception("the job worker stopped; it starts again in 2 seconds")
                    stopping.wait(2)
        finally:
            stopping.set()
            teller.join()


async def watched(go_on: Callable[[], Awaitable[Any]], context: JobContext, _worker: Any) -> Any:
    """Each job is counted, and has a number of its own, by which its log lines and its records are found."""
    token = request_id.set(f"job{context.job.id}")
    try:
        with counted_job(context.job.task_name):
            return await go_on()
    finally:
        request_id.reset(token)


def tell(stopping: threading.Event, pause: float = 0.3) -> None:
    """Delivers what is in the outbox, again and again, and comes back after any trouble."""
    while not stopping.is_set():
        try:
            if not deliver() and not retry():
                stopping.wait(pause)
        except Error:
            log.exception("the outbox could not be read; trying again in 2 seconds")
            stopping.wait(2)
        finally:
            close_old_connections()
