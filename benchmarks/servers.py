"""The system as `./run` starts it, on a database and a port of its own."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import processes
from ops.run import Options, programs
from ops.say import Stop
from ops.supervise import Part

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
    options = Options(host="127.0.0.1", port=_free_port(), data=data, demo=None, asked=False, workers=2)
    parts = {part.name: part for part in programs(options, os.environ | {"DATABASE_URL": database_url})}
    wanted = [parts[WEB], parts[WORKER]] if worker else [parts[WEB]]
    started = {part.name: part.launch() for part in wanted}
    try:
        _wait(options.port, parts[WEB])
        yield Site(options.port, started)
    finally:
        for process in started.values():
            process.terminate()
        for process in started.values():
            processes.end_group(process.pid, patience=10)
            process.wait()


def _wait(port: int, part: Part) -> None:
    for _count in range(600):
        try:
            if in_turn(port, [request("GET", "/health")], times=1, warm=0).answers[0].status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise Stop(f"The web server does not answer; the end of {part.log}:\n{part.log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
