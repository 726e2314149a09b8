"""A backup and what is made from it, as an operator does both; nothing is lost, overwritten or half done."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from madang.kernel.audit.actions import seal
from madang.kernel.identity.models import Person
from ops.backup import address, restore
from ops.places import ROOT
from ops.say import Stop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def empty():
    """A database with nothing in it."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with psycopg.connect(**connect(), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield name
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def connect(name=None):
    where = connection.settings_dict
    return {
        "host": where["HOST"], "port": where["PORT"], "user": where["USER"], "password": where["PASSWORD"],
        "dbname": name or where["NAME"],
    }  # fmt: skip


def command(name, data, *words):
    where = connection.settings_dict
    url = f"postgres://{where['USER']}:{where['PASSWORD']}@{where['HOST']}:{where['PORT']}/{name}"
    environment = os.environ | {"DATABASE_URL": url, "MADANG_DATA": str(data)}
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, text=True, capture_output=True
    )


def content(name):
    """Every row of every table, the names of indexes and triggers, and where sequences stand."""
    with psycopg.connect(**connect(name)) as database:
        tables = database.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()
        rows = {
            table: sorted(map(str, database.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))))
            for (table,) in tables
        }
        things = database.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
            " UNION ALL SELECT tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal"
            " UNION ALL SELECT sequencename || coalesce(last_value, 0)::text FROM pg_sequences WHERE schemaname = 'public'"
        ).fetchall()
        return rows, sorted(map(str, things))


@pytest.fixture
def site(tmp_path, settings, make_person):
    """A data directory with people, an uploaded file and a sealed log."""
    data = tmp_path / "data"
    (data / "files" / "ab").mkdir(parents=True)
    (data / "files" / "ab" / "사진.jpg").write_bytes(os.urandom(1000))
    settings.KEYS_DIR = data / "keys"
    for number in range(3):
        make_person(f"시민 {number}")
    seal()
    return data


@pytest.mark.slow
def test_a_restored_site_is_the_one_that_was_backed_up(site, empty, tmp_path):
    file, fresh = tmp_path / "madang.tar", tmp_path / "fresh"
    done = command(connection.settings_dict["NAME"], site, "backup", str(file))
    assert done.returncode == 0, done.stderr
    assert "1 files in it" in done.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    done = command(empty, fresh, "restore", str(file))
    assert done.returncode == 0, done.stderr
    assert content(empty) == content(connection.settings_dict["NAME"])
    photo = Path("files", "ab", "사진.jpg")
    assert (fresh / photo).read_bytes() == (site / photo).read_bytes()
    shutil.copytree(site / "keys", fresh / "keys")
    assert command(empty, fresh, "audit", "verify").returncode == 0
    again = command(empty, fresh, "restore", str(file))
    assert again.returncode == 1
    assert "would overwrite them" in again.stderr


@pytest.mark.slow
def test_a_restore_that_was_cut_off_is_repeated(site, written, empty, tmp_path):
    fresh = tmp_path / "fresh"
    nowhere = address(connection.settings_dict) | {"PGDATABASE": "there_is_no_such_database"}
    with pytest.raises(Stop, match="there_is_no_such_database"):
        restore(nowhere, fresh / "files", written)
    assert (fresh / "files" / "ab" / "사진.jpg").exists()
    done = command(empty, fresh, "restore", str(written))
    assert done.returncode == 0, done.stderr
    assert content(empty) == content(connection.settings_dict["NAME"])


@pytest.fixture
def written(site, tmp_path):
    """A good backup."""
    from ops.backup import backup

    file = tmp_path / "madang.tar"
    backup(address(connection.settings_dict), site / "files", file)
    return file


def test_secrets_do_not_travel(site, written):
    (site / "secret").write_text("s3cret")
    with tarfile.open(written) as archive:
        names = archive.getnames()
    assert names == ["manifest.json", "database.dump", "files/ab/사진.jpg"]


def test_a_backup_is_not_written_over(site, written):
    before = written.read_bytes()
    done = command(connection.settings_dict["NAME"], site, "backup", str(written))
    assert done.returncode == 1
    assert "exists already" in done.stderr
    assert written.read_bytes() == before


def test_a_failed_backup_leaves_nothing(site, tmp_path):
    done = command("there_is_no_such_database", site, "backup", str(tmp_path / "none.tar"))
    assert done.returncode == 1
    assert "there_is_no_such_database" in done.stderr
    assert not list(tmp_path.glob("none*"))


@pytest.mark.parametrize("damage", ["cut", "dump", "file gone", "format", "no archive", "no file"])
def test_what_is_no_whole_backup_changes_nothing(site, written, empty, tmp_path, damage):
    other, place = tmp_path / "other.tar", tmp_path / "unpacked"
    with tarfile.open(written) as archive:
        archive.extractall(place, filter="data")
    match damage:
        case "dump":
            dump = bytearray((place / "database.dump").read_bytes())
            dump[len(dump) // 2] ^= 1
            (place / "database.dump").write_bytes(dump)
        case "file gone":
            next((place / "files").rglob("*.jpg")).unlink()
        case "format":
            manifest = json.loads((place / "manifest.json").read_text())
            (place / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with tarfile.open(other, "w") as archive:
        for path in sorted(place.iterdir()):
            archive.add(path, path.name)
    match damage:
        case "cut":
            other.write_bytes(written.read_bytes()[: written.stat().st_size // 2])
        case "no archive":
            other.write_text("no archive")
        case "no file":
            other.unlink()
    with pytest.raises(Stop, match=r"damaged|not a backup|no such file"):
        restore(address(connection.settings_dict) | {"PGDATABASE": empty}, tmp_path / "new", other)
    assert content(empty) == ({}, [])
    assert not (tmp_path / "new").exists()


def test_people_are_not_overwritten(site, written):
    before = Person.objects.count()
    done = command(connection.settings_dict["NAME"], site, "restore", str(written))
    assert done.returncode == 1
    assert "would overwrite them" in done.stderr
    assert Person.objects.count() == before
