"""Real processes for the journeys of faults: workers, web servers, and whether a backend waits for a lock."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import connection

from ops.places import ROOT


def until(true: Callable[[], object], what: str, seconds: float = 90) -> None:
    """Waits until something is so; a machine under load may take its time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what} did not happen within {seconds:.0f} seconds"
        time.sleep(0.1)


def environment(database_url: str = "") -> dict[str, str]:
    """What a process of the platform needs to know, for the database of the test or another one."""
    here = connection.settings_dict
    url = f"postgres://{here['USER']}:{here['PASSWORD']}@{here['HOST']}:{here['PORT']}/{here['NAME']}"
    return os.environ | {
        "DATABASE_URL": database_url or url,
        "DEBUG": "false",
        "MADANG_PLAIN_HTTP": "true",
        "PYTHONUNBUFFERED": "1",
    }


@contextlib.contextmanager
def running(command: list[str], log: Path, url: str = "") -> Iterator["subprocess.Popen[bytes]"]:
    """A Python program of the platform; whatever becomes of the test, it does not outlive it."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment(url), stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def worker(log: Path, url: str = "") -> contextlib.AbstractContextManager["subprocess.Popen[bytes]"]:
    """`manage.py work` on the database of the test, or another one."""
    return running(["manage.py", "work"], log, url)


@contextlib.contextmanager
def web_server(url: str, log: Path) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """The web server as `./run` starts it, on a port of its own, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["-m", "ops.serve", "127.0.0.1", str(port), "2", "madang.wsgi:application"]
    site = f"http://127.0.0.1:{port}"
    with running(command, log, url) as process:
        until(lambda: process.poll() is None and status_of(f"{site}/health/") == 200, "the web server's first answer")
        yield process, site


def status_of(url: str) -> int:
    """The status of a page; 0 while nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def somebody_waits_for_a_lock() -> bool:
    """Whether another process stands before a row that this one holds."""
    with connection.cursor() as cursor:
        # Within a transaction PostgreSQL shows its activity as it was when first asked.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
