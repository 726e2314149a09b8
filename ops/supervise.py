"""Keeping the parts of a running Madang alive: started, watched, started again when they die, stopped in
order.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from ops import processes
from ops.places import VENV, write_whole
from ops.say import Stop, line

LOG_LIMIT = 10_000_000
LONGEST_WAIT = 30.0
STEADY = 60.0


class Interrupted(BaseException):
    """A person or the system asked us to end."""


def listen_to_signals() -> None:
    """Turn Ctrl-C, SIGTERM and a closed terminal into Interrupted, once; from then on they are left to
    `stop`.
    """

    def interrupt(number: int, _frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(signal.Signals(number).name)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, interrupt)


@contextlib.contextmanager
def sole_use(data: Path, note: str) -> Iterator[None]:
    """Hold the data directory for ourselves; the lock goes with our process, however that ends.

    `note` tells a second start who holds it. Raises Stop when another start does.
    """
    with (data / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Stop(
                f"Madang already runs on the data in {data}: {file.read().strip()}.\n"
                "Use that one, stop it with Ctrl-C where it was started, or take other data with --data DIR."
            ) from None
        file.truncate(0)
        file.write(f"{note}, process {os.getpid()}")
        file.flush()
        yield


@dataclass
class Part:
    """One program of the running system, in a process group of its own.

    `stop` is how to end one that needs more than a signal to its group (the database).
    """

    name: str
    launch: Callable[[], subprocess.Popen[Any]]
    log: Path
    stop: Callable[[], None] | None = None
    process: subprocess.Popen[Any] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = field(default=0.0)

    def keep_short(self) -> None:
        """Begins the log anew when it has grown long; what it was is kept once."""
        if self.process and not self.stop and self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            # The program writes to the end of the file it has open: what it was is copied, and the file emptied.
            shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
            os.truncate(self.log, 0)


def program(name: str, command: list[str], log: Path, environment: dict[str, str], folder: Path) -> Part:
    """A part that is an ordinary program writing to a log file."""

    def launch() -> subprocess.Popen[Any]:
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as out:
            return subprocess.Popen(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip

    return Part(name, launch, log)


class Supervisor:
    """Starts parts in the order given, restarts what dies with growing pauses, and stops all in reverse
    order.
    """

    def __init__(self, record: Path):
        self.record = record
        self.parts: list[Part] = []

    def end_left_over(self) -> None:
        """End what a supervisor that was killed left running, as its record says."""
        if not self.record.exists():
            return
        for name, number in json.loads(self.record.read_text()).items():
            if any(str(VENV) in processes.command(pid) for pid in processes.group(number)):
                line(f"  ending the {name} left over from an earlier start (process {number})")
                processes.end_group(number, patience=5)
        self.record.unlink()

    def start(self, part: Part) -> None:
        """Start a part and watch it from now on."""
        self.parts.append(part)
        self._launch(part)

    def watch(self) -> None:
        """Restart what dies, until Interrupted."""
        while True:
            self.look_after_all()
            time.sleep(0.2)

    def look_after_all(self) -> None:
        """One round: notice what died, start again what is due."""
        for part in self.parts:
            self._look_after(part)
            part.keep_short()

    def stop(self, *, patience: float = 12.0) -> None:
        """Ask the programs to end together, by force when they take too long; then what they stood on."""
        running = [part.process for part in self.parts if part.process and not part.stop]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + patience
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            processes.end_group(process.pid, patience=1)
            process.poll()
        for part in reversed(self.parts):
            if part.stop:
                part.stop()
        self.record.unlink(missing_ok=True)

    def _look_after(self, part: Part) -> None:
        now = time.monotonic()
        if part.process is not None:
            code = part.process.poll()
            if code is None:
                if part.failures and now - part.started > STEADY:
                    part.failures = 0
                return
            processes.end_group(part.process.pid, patience=1)
            part.process = None
            self._plan(part, how_it_ended(code))
        elif now >= part.due:
            try:
                self._launch(part)
            except (Stop, OSError) as problem:
                self._plan(part, str(problem))

    def _plan(self, part: Part, why: str) -> None:
        pause = min(LONGEST_WAIT, 0.5 * 2**part.failures)
        part.failures += 1
        part.due = time.monotonic() + pause
        line(f"! The {part.name} ended ({why}); starting it again in {pause:g} s. Its log: {part.log}")

    def _launch(self, part: Part) -> None:
        part.process = part.launch()
        part.started = time.monotonic()
        groups = {each.name: each.process.pid for each in self.parts if each.process and not each.stop}
        write_whole(self.record, json.dumps(groups))


def how_it_ended(code: int) -> str:
    """An exit code in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
