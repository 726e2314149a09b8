"""Making the site ready inside .venv: translations, tables, static files, procedures and the demo country.

Run as `python -m ops.site DATA --demo small`: one process, so that Django starts only once.
"""

import argparse
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.messages import compile_messages
from ops.places import ROOT, fingerprint, write_whole
from ops.say import Stop, fail, step

OLDEST = 150000


def prepare(data: Path, *, demo: str | None, asked: bool) -> None:
    """Bring database and files to the state of this checkout; `demo` is None for a country without a demo.

    The demo is loaded into a database without accounts, when the last load did not end, or when another size
    was asked for. Who can sign in is left in DATA/who.txt. Raises Stop when the settings or the system are
    not sound.
    """
    from django.core.management import call_command

    make_files(data)
    with _plainly():
        _good_enough()
        with step("Bringing the database up to date"):
            call_command("migrate", interactive=False, verbosity=0)
        call_command("check", databases=["default"], stdout=io.StringIO())
        with step("Loading procedures"):
            call_command("load_procedures")
        _demo(data, demo, asked=asked)


def beside(data: Path) -> None:
    """Bring database and files to the state of this checkout while the old code goes on serving from both.

    Raises Stop when a migration is not additive.
    """
    from django.core.management import call_command

    make_files(data, keep=True)
    with _plainly():
        with step("Bringing the database up to date"):
            call_command("check_migrations")
            call_command("migrate", interactive=False, verbosity=0)
        with step("Loading procedures"):
            call_command("load_procedures")


def make_files(data: Path, *, keep: bool = False) -> None:
    """Compile translations and collect static files, where they are not current; `keep` those that pages still name."""
    import django

    with step("Compiling translations"):
        compile_messages()
    with _plainly():
        django.setup()
        with step("Collecting static files"):
            _collect(data, keep=keep)


@contextmanager
def _plainly() -> Iterator[None]:
    """Say in one sentence what a person can put right: a setting, the database, a check."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError
    from django.db import OperationalError

    try:
        yield
    except OperationalError as problem:
        raise Stop(f"The database does not do as asked: {problem}\nIs DATABASE_URL right?") from None
    except (ImproperlyConfigured, CommandError) as problem:
        raise Stop(str(problem)) from None


def _good_enough() -> None:
    """Raise Stop when the database is too old."""
    from django.db import connection

    connection.ensure_connection()
    version = connection.connection.info.server_version
    if version < OLDEST:
        raise Stop(f"PostgreSQL {OLDEST // 10000} or newer is needed; DATABASE_URL leads to {version // 10000}.")


def _collect(data: Path, *, keep: bool) -> None:
    """Gather static files when one of them, or a setting, is newer than the last time."""
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    found = [
        f"{storage.path(name)} {Path(storage.path(name)).stat().st_mtime_ns}"
        for finder in get_finders()
        for name, storage in finder.list([])
    ]
    stamp = data / "static.stamp"
    wanted = fingerprint(ROOT / "madang/settings.py", ROOT / "requirements.lock", also="\n".join(sorted(found)))
    if not stamp.exists() or stamp.read_text() != wanted:
        call_command("collectstatic", interactive=False, clear=not keep, verbosity=0)
        write_whole(stamp, wanted)


def _demo(data: Path, size: str | None, *, asked: bool) -> None:
    from django.core.management import call_command

    mark = data / "demo.json"
    loaded = json.loads(mark.read_text()) if mark.exists() else {}
    if loaded.get("database") != _database():
        loaded = {}
    unfinished = loaded.get("state") == "begun"
    if size and (unfinished or (asked and loaded.get("size") != size) or not _has_accounts()):
        size = loaded["size"] if unfinished and not asked else size
        note = {"database": _database(), "size": size}
        write_whole(mark, json.dumps(note | {"state": "begun"}))
        with step(f"Loading the demo country ({size})"):
            call_command("demo", size=size)
        write_whole(mark, json.dumps(note | {"state": "loaded"}))
        loaded = note
    who = io.StringIO()
    if loaded:
        call_command("demo", who=True, stdout=who)
    write_whole(data / "who.txt", who.getvalue(), mode=0o600)


def _database() -> str:
    """A name of this very database, so that a note about another one is not believed."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier || '/' || oid FROM pg_control_system(), pg_database"
            " WHERE datname = current_database()"
        )
        return str(cursor.fetchone()[0])


def _has_accounts() -> bool:
    from django.contrib.auth import get_user_model

    return get_user_model()._default_manager.exists()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.site", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--demo", choices=["small", "full"])
    parser.add_argument("--asked", action="store_true", help="a person chose the size of the demo")
    parser.add_argument("--files", action="store_true", help="only translations and static files")
    parser.add_argument("--beside", action="store_true", help="the old code goes on serving meanwhile")
    chosen = parser.parse_args()
    try:
        if chosen.beside:
            beside(chosen.data)
            return 0
        if chosen.files:
            make_files(chosen.data)
            return 0
        prepare(chosen.data, demo=chosen.demo, asked=chosen.asked)
    except Stop as problem:
        return fail(problem)
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
