"""The system as `./run` starts it, on a database and a port of its own."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import processes
from ops.places import ROOT
from ops.run import Options, programs, web_server
from ops.say import Stop

from .load import in_turn, request

WEB, WORKER = "web server", "worker"


@dataclass(frozen=True)
class Site:
    """A running system: the port of its web server, and its programs by name."""

    port: int
    processes: dict[str, subprocess.Popen[Any]]


@contextmanager
def site(database_url: str, *, worker: bool = False) -> Iterator[Site]:
    """Starts two web workers, and the job worker if asked; stops them at the end. Raises Stop when nothing answers."""
    data = Path(os.environ["MADANG_DATA"])
    options = Options(host="127.0.0.1", port=free_port(), data=data, demo=None, asked=False, workers=2)
    parts = {part.name: part for part in programs(options, os.environ | {"DATABASE_URL": database_url})}
    wanted = [parts[WEB], parts[WORKER]] if worker else [parts[WEB]]
    started = {part.name: part.launch() for part in wanted}
    try:
        _wait(options.port, "/health/", parts[WEB].log)
        yield Site(options.port, started)
    finally:
        for process in started.values():
            process.terminate()
        for process in started.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            processes.end_group(process.pid, patience=10)
            process.wait()


@contextmanager
def another(application: str) -> Iterator[int]:
    """Starts a WSGI application by the same command as the site; yields its port."""
    port = free_port()
    process = subprocess.Popen(web_server("127.0.0.1", port, 2, application), cwd=ROOT, start_new_session=True)
    try:
        _wait(port, "/")
        yield port
    finally:
        processes.end_group(process.pid, patience=10)
        process.wait()


def _wait(port: int, path: str, log: Path | None = None) -> None:
    for _count in range(600):
        with suppress(OSError):
            if in_turn(port, [request("GET", path)], times=1, warm=0).answers[0].status in (200, 201):
                return
        time.sleep(0.1)
    told = f"; the end of {log}:\n{log.read_text()[-2000:]}" if log else "."
    raise Stop(f"The web server does not answer{told}")


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
