"""Looking at processes by number: is it alive, what does it run, who is in its group. Linux and macOS."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path


def alive(pid: int) -> bool:
    """Whether a process with this number exists, whosever it is, and has not merely been left unburied."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not Path("/proc/self").exists()


def command(pid: int) -> str:
    """The command line of a process; empty when it is gone."""
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], text=True, capture_output=True).stdout


def group(number: int) -> list[int]:
    """The live processes of a process group."""
    if not Path("/proc/self").exists():
        lines = subprocess.run(["ps", "-axo", "pid=,pgid="], text=True, capture_output=True).stdout.split("\n")
        return [int(pid) for pid, pgid in (line.split() for line in lines if line.strip()) if int(pgid) == number]
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, its_group = entry.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == number and state != "Z":
                found.append(int(entry.parent.name))
    return found


def end_group(number: int, *, patience: float) -> None:
    """Ask a process group to end; after `patience` seconds end it by force."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if not group(number):
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(number, how)
        deadline = time.monotonic() + patience
        while group(number) and time.monotonic() < deadline:
            time.sleep(0.05)
