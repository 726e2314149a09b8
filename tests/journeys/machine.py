"""Real processes for the journeys of faults: workers, web servers, and whether a backend waits for a lock."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
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
    return os.environ | {"DATABASE_URL": database_url or url, "PYTHONUNBUFFERED": "1"}


def worker(log: Path) -> "subprocess.Popen[bytes]":
    """`manage.py work` on the database of the test."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "manage.py", "work"], cwd=ROOT, env=environment(), stdout=out, stderr=out
        )


def web_server(url: str, log: Path) -> tuple["subprocess.Popen[bytes]", str]:
    """The web server as `./run` starts it, on a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*command, "madang.wsgi:application"], cwd=ROOT, env=environment(url), stdout=out, stderr=out
        )
    site = f"http://127.0.0.1:{port}"
    until(lambda: process.poll() is None and status_of(f"{site}/health") == 200, "the web server's first answer")
    return process, site


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
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
