"""The set-up that ./test and ./bench share: packages, assets, a PostgreSQL of their own, compiled files."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops import assets, packages
from ops.places import ROOT, site_packages, venv_python
from ops.postgres import Postgres
from ops.processes import alive
from ops.say import Stop, step


@contextmanager
def workspace(name: str, *, throwaway: bool) -> Iterator[dict[str, str]]:
    """Yield the environment of a site whose data is in var/NAME and whose database is there while this lasts.

    `throwaway` starts from an empty database without durability, for tests. A DATABASE_URL of the shell is
    used instead, when it is set. MADANG_PG_BIN names the folder of PostgreSQL's programs (psql, pgbench).
    """
    data = ROOT / "var" / name
    data.mkdir(parents=True, exist_ok=True)
    with packages.one_at_a_time():
        packages.install(dev=True)
        assets.install(data, dev=True)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "madang.settings",
        "MADANG_DATA": str(data),
        "MADANG_PLAIN_HTTP": "true",
        # One machine plays a whole country here.
        "MADANG_RATE_LIMITS": "false",
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": os.environ.get("SECRET_KEY", "only-for-tests-and-benchmarks-on-this-machine"),
    }
    server = None
    try:
        if "DATABASE_URL" not in environment:
            server = Postgres(_place(data, throwaway=throwaway), site_packages(), throwaway=throwaway)
            with step("Starting PostgreSQL"):
                server.start()
            environment |= {"DATABASE_URL": server.url(), "MADANG_PG_BIN": str(server.bin)}
        command = [str(venv_python()), "-m", "ops.site", str(data), "--files"]
        with packages.one_at_a_time():
            if subprocess.run(command, cwd=ROOT, env=environment).returncode:
                raise Stop("Translations and static files could not be made; the reason is above.")
        yield environment
    finally:
        if server and throwaway:
            server.clear()
        elif server:
            server.stop()


def _place(data: Path, *, throwaway: bool) -> Path:
    """The database's folder: one for each test run, as several may go on at once; clears dead ones."""
    if not throwaway:
        return data
    folder = Path(tempfile.gettempdir())
    for old in folder.glob("madang-test-*"):
        if old.stat().st_uid == os.getuid() and not alive(int(old.name.rpartition("-")[2])):
            Postgres(old, site_packages()).clear()
    place = folder / f"madang-test-{os.getpid()}"
    place.mkdir(mode=0o711)
    return place
