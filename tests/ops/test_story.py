"""One machine's day: ./run from its start over every kind of death to its orderly end."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.places import ROOT, venv_python
from ops.postgres import Postgres
from ops.processes import alive

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not venv_python().exists(), reason="./test makes the .venv that ./run starts from"),
]


class Machine:
    """A ./run on data of its own, and what a person sees of it."""

    def __init__(self, data: Path):
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.screen = data / "screen"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *words: str, seconds: float = 300) -> None:
        leave = ("DATABASE_URL", "MADANG_DATA", "SECRET_KEY")
        with self.screen.open("wb") as screen:
            self.process = subprocess.Popen(
                [ROOT / "run", "--data", self.data, "--port", str(self.port), *words],
                env={name: value for name, value in os.environ.items() if name not in leave},
                stdout=screen,
                stderr=screen,
            )
        self.until(lambda: "Ready after" in self.said() or self.process.poll() is not None, seconds)
        assert "Ready after" in self.said(), self.said()

    def said(self) -> str:
        return self.screen.read_text()

    def serves(self, path: str = "/health/") -> bool:
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10).status == 200
        return False

    def parts(self) -> dict[str, int]:
        return dict(json.loads((self.data / "processes.json").read_text()))

    def database(self) -> int:
        return int((self.data / "pgdata/postmaster.pid").read_text().split()[0])

    def until(self, true: Callable[[], bool], seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def end(self, how: signal.Signals) -> float:
        began = time.monotonic()
        self.process.send_signal(how)
        assert self.process.wait(30) == 0, self.said()
        return time.monotonic() - began


@pytest.fixture
def machine() -> Iterator[Machine]:
    data = Path(tempfile.mkdtemp(prefix="madang-run-"))
    data.chmod(0o711)
    machine = Machine(data)
    yield machine
    if machine.process and machine.process.poll() is None:
        machine.end(signal.SIGTERM)
    Postgres(data, Path("/")).clear()


def test_a_day_of_run(machine: Machine) -> None:
    machine.start("--empty")
    assert machine.serves()
    parts, database = machine.parts(), machine.database()

    second = subprocess.run([ROOT / "run", "--data", machine.data, "--port", "1"], text=True, capture_output=True)
    assert second.returncode == 1
    assert f"already runs on the data in {machine.data.resolve()}" in second.stderr

    for name, number in parts.items():
        os.kill(number, signal.SIGKILL)
        machine.until(lambda name=name, number=number: machine.parts().get(name, number) != number)
        machine.until(machine.serves)
    os.kill(database, signal.SIGKILL)
    machine.until(lambda: "The database ended" in machine.said())
    machine.until(machine.serves)

    machine.process.kill()
    machine.process.wait()
    assert machine.serves()
    orphans = machine.parts()
    machine.start("--empty")
    assert "left over from an earlier start" in machine.said()
    assert [name for name, number in orphans.items() if alive(number)] == []
    assert machine.serves()

    now = {*machine.parts().values(), machine.database()}
    assert machine.end(signal.SIGINT) < 20
    assert [number for number in now if alive(number)] == []
    assert not machine.serves()

    machine.start("--empty")
    assert machine.end(signal.SIGTERM) < 20
