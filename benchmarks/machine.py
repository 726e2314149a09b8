"""The machine and the software that were measured."""

import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from ops.places import ROOT

PACKAGES = ("django", "granian", "psycopg", "django-ninja", "procrastinate")


def describe() -> dict[str, str]:
    """Names and values for the head of the page; the load is what else the machine had to do when the run began."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return {
        "processor": f"{_field('/proc/cpuinfo', 'model name') or platform.processor()}, {os.cpu_count()} cores",
        "memory": f"{int((_field('/proc/meminfo', 'MemTotal') or '0').split()[0]) / 1e6:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": sys.version.split()[0],
        "PostgreSQL": _postgres(),
        "packages": packages,
        "commit": _commit(),
        "load at the start": f"{os.getloadavg()[0]:.1f}",
    }


def _field(file: str, name: str) -> str:
    path = Path(file)
    for line in path.read_text().splitlines() if path.exists() else ():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return ""


def _postgres() -> str:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as server:
        found = {
            name: server.execute("SELECT current_setting(%s)", [name]).fetchone()
            for name in ("server_version", "fsync", "synchronous_commit", "shared_buffers")
        }
    told = {name: value[0] for name, value in found.items() if value}
    return f"{told.pop('server_version')}, " + ", ".join(f"{name} {value}" for name, value in told.items())


def _commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, text=True, capture_output=True)
    return done.stdout.strip() or "unknown"
