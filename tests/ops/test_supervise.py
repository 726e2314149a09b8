"""Programs are watched, started again when they die, and ended with all their children."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops import processes
from ops.supervise import Part, Supervisor, how_it_ended, program

SLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)"
STUBBORN = f"{DEAF}; time.sleep(60)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEP!r}])"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path / "processes.json")
    yield supervisor
    supervisor.stop(patience=0.2)


def part(folder: Path, code: str) -> Part:
    return program("thing", [sys.executable, "-c", code], folder / "thing.log", dict(os.environ), folder)


def until(true: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_what_is_killed_comes_back(supervisor: Supervisor, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    thing = part(tmp_path, SLEEP)
    supervisor.start(thing)
    assert thing.process
    first = thing.process.pid
    os.kill(first, signal.SIGKILL)

    def back() -> bool:
        supervisor.look_after_all()
        return thing.process is not None and thing.process.pid != first

    until(back)
    assert "The thing ended (killed by SIGKILL); starting it again in 0.5 s" in capsys.readouterr().out


def test_pauses_grow_for_what_cannot_live(supervisor: Supervisor, tmp_path: Path) -> None:
    thing = part(tmp_path, "raise SystemExit(3)")
    supervisor.start(thing)
    pauses = []
    for _ in range(8):
        assert thing.process
        thing.process.wait()
        supervisor.look_after_all()
        pauses.append(round(thing.due - time.monotonic(), 1))
        thing.due = 0
        supervisor.look_after_all()
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_the_children_of_a_killed_program_go_with_it(supervisor: Supervisor, tmp_path: Path) -> None:
    thing = part(tmp_path, PARENT)
    supervisor.start(thing)
    assert thing.process
    group = thing.process.pid
    until(lambda: len(processes.group(group)) == 2)
    os.kill(group, signal.SIGKILL)
    thing.process.wait()
    assert len(processes.group(group)) == 1
    supervisor.look_after_all()
    assert processes.group(group) == []


def test_stop_ends_even_what_does_not_listen(supervisor: Supervisor, tmp_path: Path) -> None:
    thing = part(tmp_path, STUBBORN)
    supervisor.start(thing)
    until(lambda: "deaf" in thing.log.read_text())
    assert thing.process
    began = time.monotonic()
    supervisor.stop(patience=0.3)
    assert thing.process.poll() == -signal.SIGKILL
    assert time.monotonic() - began < 3
    assert not supervisor.record.exists()


def test_what_a_killed_supervisor_left_is_ended(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thing = part(tmp_path, SLEEP)
    supervisor.start(thing)
    assert thing.process
    # A process shows its command a moment after it has begun.
    until(lambda: processes.command(thing.process.pid))
    # What counts as ours is a command of .venv; the tests may run in another environment.
    monkeypatch.setattr("ops.supervise.VENV", sys.executable)
    Supervisor(supervisor.record).end_left_over()
    assert thing.process.wait(5) == -signal.SIGTERM


def test_a_stranger_with_the_number_of_a_left_over_is_spared(supervisor: Supervisor, tmp_path: Path) -> None:
    thing = program("other", ["/bin/sleep", "60"], tmp_path / "other.log", dict(os.environ), tmp_path)
    supervisor.start(thing)
    assert thing.process
    Supervisor(supervisor.record).end_left_over()
    assert thing.process.poll() is None


def test_a_long_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.supervise.LOG_LIMIT", 10)
    thing = part(tmp_path, "print('new')")
    thing.log.write_text("old and long\n")
    thing.launch().wait()
    assert thing.log.read_text() == "new\n"
    assert (tmp_path / "thing.log.1").read_text() == "old and long\n"


def test_endings_are_told_in_words() -> None:
    assert how_it_ended(-signal.SIGKILL) == "killed by SIGKILL"
    assert how_it_ended(3) == "exit code 3"
